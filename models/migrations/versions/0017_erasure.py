"""Erasing of closed dossiers by rule: the rule, holds that keep a dossier from it, and the one function that erases."""

from alembic import op

revision = "0017"
down_revision = "0016"

# No rule is given here: the law leaves the period to that of archives, whose text has to be read first.
TABLES = """
ALTER TABLE dossier ADD COLUMN erased_at timestamptz;
CREATE TABLE retention_rule (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    years integer NOT NULL CHECK (years BETWEEN 1 AND 200),
    citation text NOT NULL CHECK (citation <> ''),
    account uuid NOT NULL REFERENCES account(id),
    recorded_at timestamptz NOT NULL
);
CREATE TRIGGER retention_rule_is_append_only BEFORE UPDATE OR DELETE ON retention_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE dossier_hold (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier uuid NOT NULL REFERENCES dossier(id),
    reason text NOT NULL CHECK (reason <> ''),
    account uuid NOT NULL REFERENCES account(id),
    held_at timestamptz NOT NULL,
    released_by uuid REFERENCES account(id),
    released_at timestamptz,
    CHECK ((released_by IS NULL) = (released_at IS NULL))
);
CREATE UNIQUE INDEX one_hold_a_dossier ON dossier_hold (dossier) WHERE released_at IS NULL;
CREATE INDEX ix_dossier_closed ON dossier (id) WHERE stage = 'closed' AND erased_at IS NULL;
GRANT SELECT, INSERT ON retention_rule TO hoso_app;
GRANT SELECT, INSERT, UPDATE ON dossier_hold TO hoso_app;
"""

# Rows stay, and with them chain, register and the public check; what they say of the person goes. Digests of files stay
# with their documents; whoever looks for files that are needed passes over erased dossiers.
ERASE = """
CREATE FUNCTION may_be_erased(asked uuid, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM dossier d WHERE d.id = asked AND d.stage = 'closed' AND d.erased_at IS NULL
            AND NOT EXISTS (SELECT FROM dossier_hold h WHERE h.dossier = d.id AND h.released_at IS NULL)
            AND (SELECT max(e.occurred_at) FROM event e WHERE e.dossier = d.id)
                + make_interval(years => (SELECT r.years FROM retention_rule r ORDER BY r.id DESC LIMIT 1)) <= moment)
$$;
CREATE FUNCTION erase_dossier(asked uuid, moment timestamptz, nobody jsonb) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    whose uuid;
    files text[];
BEGIN
    SELECT person INTO whose FROM dossier WHERE id = asked FOR UPDATE;
    IF NOT may_be_erased(asked, moment) THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(DISTINCT hash) INTO files FROM (
        SELECT sha256 AS hash FROM document WHERE dossier = asked AND sha256 IS NOT NULL
        UNION ALL SELECT sha256 FROM document_copy WHERE dossier = asked
        UNION ALL SELECT sha256 FROM paper WHERE dossier = asked
        UNION ALL SELECT t.sha256 FROM bulk_task t JOIN imported_row i ON i.task = t.id
            WHERE i.dossier = asked AND t.sha256 IS NOT NULL
        UNION ALL SELECT output FROM bulk_task WHERE asked = ANY (dossiers) AND output IS NOT NULL
    ) named;
    UPDATE event_facts SET facts = NULL, salt = NULL WHERE event IN (SELECT id FROM event WHERE dossier = asked);
    UPDATE document SET context = NULL WHERE dossier = asked;
    UPDATE time_limit SET explanation = NULL, ledger = '[]' WHERE dossier = asked;
    UPDATE paper SET title = kind, file_name = kind WHERE dossier = asked;
    UPDATE bulk_task SET sha256 = NULL WHERE id IN (SELECT task FROM imported_row WHERE dossier = asked);
    UPDATE bulk_task SET output = NULL WHERE asked = ANY (dossiers) AND output IS NOT NULL;
    DELETE FROM imported_row WHERE dossier = asked;
    DELETE FROM stored_answer WHERE position(asked::text IN body::text) > 0;
    UPDATE dossier SET facts = '{}', erased_at = moment WHERE id = asked;
    IF NOT EXISTS (SELECT FROM dossier WHERE person = whose AND erased_at IS NULL) THEN
        UPDATE person SET data = nobody, name_key = '' WHERE id = whose;
    END IF;
    RETURN coalesce(files, '{}');
END $$;
REVOKE ALL ON FUNCTION erase_dossier FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_dossier TO hoso_app;
"""

WALL = """
ALTER TABLE dossier_hold ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_system ON dossier_hold USING (current_setting('hoso.agencies', true) = '*')
"""


def upgrade() -> None:
    """Adds the tables and the functions."""
    for part in (TABLES, ERASE, WALL):
        op.execute(part)
