"""The audit log: who read, changed or took out what, append-only and chained."""

from alembic import op

revision = "0016"
down_revision = "0015"

# No foreign keys: an entry tells what happened, whatever becomes of what it names.
TABLE = """
CREATE TABLE audit_entry (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    at timestamptz NOT NULL,
    account uuid,
    agency text,
    role text,
    operation text NOT NULL CHECK (operation <> ''),
    dossiers uuid[] NOT NULL,
    objects text[] NOT NULL,
    outcome text NOT NULL CHECK (outcome <> ''),
    address text,
    request text,
    reason text CHECK (length(reason) <= 500),
    previous text NOT NULL,
    digest text NOT NULL
);
CREATE INDEX ix_audit_entry_account ON audit_entry (account, seq);
CREATE INDEX ix_audit_entry_agency ON audit_entry (agency, seq);
CREATE INDEX ix_audit_entry_dossiers ON audit_entry USING gin (dossiers);
CREATE INDEX ix_audit_entry_objects ON audit_entry USING gin (objects);
CREATE INDEX ix_audit_entry_at ON audit_entry USING brin (at);
CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_is_not_truncated BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

# The one way in. Number, link and digest are the database's own, taken under a lock that ends with the transaction: keep
# it short. What is hashed: every field by its length in bytes, so that no two entries have one text; null is a dash.
APPEND = """
CREATE FUNCTION audit_append(
    at timestamptz, account uuid, agency text, role text, operation text, dossiers uuid[], objects text[],
    outcome text, address text, request text, reason text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    number bigint;
    before text;
    hashed text;
BEGIN
    PERFORM pg_advisory_xact_lock(7305804402547810388);
    SELECT e.seq, e.digest INTO number, before FROM audit_entry e ORDER BY e.seq DESC LIMIT 1;
    number := coalesce(number, 0) + 1;
    before := coalesce(before, '');
    SELECT string_agg(coalesce(octet_length(value) || ':' || value, '-'), ',' ORDER BY place) INTO hashed
    FROM unnest(ARRAY[
        number::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), account::text, agency, role, operation,
        array_to_string(dossiers, ','), array_to_string(objects, ','), outcome, address, request, reason, before
    ]) WITH ORDINALITY AS fields (value, place);
    INSERT INTO audit_entry VALUES (
        number, at, account, agency, role, operation, dossiers, objects, outcome, address, request, reason, before,
        encode(sha256(convert_to(hashed, 'UTF8')), 'hex'));
    RETURN number;
END $$;
"""

RIGHTS = """
REVOKE ALL ON FUNCTION audit_append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append TO hoso_app;
GRANT SELECT ON audit_entry TO hoso_app;
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON audit_entry FOR SELECT USING (
    current_setting('hoso.agencies', true) = '*'
    OR agency = ANY (string_to_array(current_setting('hoso.agencies', true), ',')));
"""

BREAKS = "ALTER TABLE chain_break ALTER COLUMN seq TYPE bigint"


def upgrade() -> None:
    """Adds the log; a break in it is kept with the others, under its number."""
    for part in (TABLE, APPEND, RIGHTS, BREAKS):
        op.execute(part)
