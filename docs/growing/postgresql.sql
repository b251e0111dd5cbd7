-- Prepares a PostgreSQL cluster (15 or newer, with its contrib modules) for hoso; done again, it only sets the passwords
-- anew. As a superuser, with psql, where the secrets can be read:
--   HOSO_SECRETS=/etc/hoso/secrets psql -X -d postgres -f postgresql.sql
\set ON_ERROR_STOP on
\set hoso_owner `cat "$HOSO_SECRETS/hoso_owner"`
\set hoso_app `cat "$HOSO_SECRETS/hoso_app"`
\set hoso_prefect `cat "$HOSO_SECRETS/hoso_prefect"`
SELECT least(length(:'hoso_owner'), length(:'hoso_app'), length(:'hoso_prefect')) < 20 AS missing \gset
\if :missing
    DO $$ BEGIN RAISE EXCEPTION 'HOSO_SECRETS names no folder with hoso_owner, hoso_app and hoso_prefect in it'; END $$;
\endif

-- Statements with passwords go into no log.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET password_encryption = 'scram-sha-256';

-- The owner of the tables, used by `hoso migrate` alone; the application, which works under row-level security; Prefect.
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['hoso_owner', 'hoso_app', 'hoso_prefect']) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE hoso_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'hoso_owner';
ALTER ROLE hoso_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'hoso_app';
ALTER ROLE hoso_prefect LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'hoso_prefect';

-- C.UTF-8: names are sorted by a stored key, byte by byte, so that their order does not depend on the machine.
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE_PROVIDER libc LOCALE ''C.UTF-8''',
    name, owner)
FROM (VALUES ('hoso', 'hoso_owner'), ('prefect', 'hoso_prefect')) AS wanted (name, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
REVOKE ALL ON DATABASE hoso, prefect FROM PUBLIC;
GRANT CONNECT ON DATABASE hoso TO hoso_app;
ALTER DATABASE hoso SET idle_in_transaction_session_timeout = '5min';  -- a hung client must not keep a dossier locked
ALTER DATABASE hoso SET log_lock_waits = on;

-- Prefect searches names by trigrams.
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
