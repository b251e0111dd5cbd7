"""Who passes: sign-ins that can be ended, failures that make one wait, second factors, service accounts, and rates."""

from alembic import op

revision = "0014"
down_revision = "0013"

# Whoever is signed in signs in again: tokens made before belong to no session.
ACCOUNT = """
ALTER TABLE account
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN service boolean NOT NULL DEFAULT false,
    ADD COLUMN scopes jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN one_time_until timestamptz,
    ADD COLUMN oidc_issuer text,
    ADD COLUMN oidc_subject text,
    ADD UNIQUE (oidc_issuer, oidc_subject),
    ADD CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL)),
    ADD CHECK (NOT service OR (password_hash IS NULL AND oidc_subject IS NULL)),
    ADD CHECK (service OR scopes = '[]'),
    DROP CONSTRAINT account_role_check,
    ADD CONSTRAINT account_role_check CHECK (
        role IN ('officer','head','supervisor','clerk','judge','auditor','administrator','system'));
DELETE FROM refresh_token;
"""

TABLES = """
CREATE TABLE service_secret (
    id uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES account(id),
    digest text NOT NULL UNIQUE,
    created_by uuid REFERENCES account(id),
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX ix_service_secret_account ON service_secret (account, created_at);

CREATE TABLE session (
    id uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES account(id),
    kind text NOT NULL CHECK (kind IN ('password','oidc','service')),
    second_factor boolean NOT NULL,
    secret uuid REFERENCES service_secret(id),
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((kind = 'service') = (secret IS NOT NULL))
);
CREATE INDEX ix_session_account ON session (account, created_at);
CREATE INDEX ix_session_expires_at ON session (expires_at);

CREATE TABLE sign_in_failure (
    key text PRIMARY KEY,
    count integer NOT NULL CHECK (count > 0),
    last_at timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX ix_sign_in_failure_last_at ON sign_in_failure (last_at);

CREATE TABLE second_factor (
    account uuid PRIMARY KEY REFERENCES account(id),
    secret text NOT NULL,
    last_step bigint,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz
);
CREATE TABLE recovery_code (
    digest text PRIMARY KEY,
    account uuid NOT NULL REFERENCES account(id),
    used_at timestamptz
);
CREATE INDEX ix_recovery_code_account ON recovery_code (account);

-- Unlogged: it need not outlive a crash, and a request must not wait for the disk.
CREATE UNLOGGED TABLE request_rate (
    key text PRIMARY KEY,
    paid_until timestamptz NOT NULL
) WITH (fillfactor = 50);
"""

RIGHTS = """
GRANT SELECT, INSERT, UPDATE ON service_secret TO hoso_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, sign_in_failure, second_factor, recovery_code, request_rate TO hoso_app;
"""


def upgrade() -> None:
    """Adds columns and tables."""
    for part in (ACCOUNT, TABLES, RIGHTS):
        op.execute(part)
