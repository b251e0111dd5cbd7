"""The life of a document after it is issued: where it can be checked, how it ended, and its PDF and signed copies."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
ALTER TABLE document
    ADD COLUMN verify_url text,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN ended_because text,
    ADD COLUMN replaced_by uuid REFERENCES document(id),
    ADD CHECK ((state = 'issued') = (ended_at IS NULL)),
    ADD CHECK ((ended_at IS NULL) = (ended_because IS NULL)),
    ADD CHECK (replaced_by IS NULL OR state = 'superseded');
CREATE TABLE document_copy (
    id uuid PRIMARY KEY,
    document uuid NOT NULL REFERENCES document(id),
    dossier uuid NOT NULL REFERENCES dossier(id),
    kind text NOT NULL CHECK (kind IN ('pdf','signed')),
    sha256 text NOT NULL,
    size integer NOT NULL,
    content_type text NOT NULL,
    file_name text NOT NULL,
    account uuid REFERENCES account(id),
    recorded_at timestamptz NOT NULL,
    CHECK ((kind = 'signed') = (account IS NOT NULL))
);
CREATE UNIQUE INDEX ix_document_copy_pdf ON document_copy (document) WHERE kind = 'pdf';
CREATE INDEX ix_document_copy_document ON document_copy (document);
CREATE INDEX ix_document_copy_dossier ON document_copy (dossier);
CREATE TRIGGER document_copy_is_append_only BEFORE UPDATE OR DELETE ON document_copy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON document_copy TO hoso_app;
"""

UNCHANGEABLE = """
CREATE FUNCTION keep_ended_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.verify_url IS DISTINCT FROM OLD.verify_url OR (OLD.state <> 'issued' AND
        (OLD.state, OLD.ended_at, OLD.ended_because, OLD.replaced_by)
        IS DISTINCT FROM (NEW.state, NEW.ended_at, NEW.ended_because, NEW.replaced_by)) THEN
        RAISE EXCEPTION 'an issued document never changes, and ends once' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_ends_once BEFORE UPDATE ON document
    FOR EACH ROW EXECUTE FUNCTION keep_ended_document();
"""

# As the other tables of a dossier: an agency sees the copies of the dossiers it sees.
WALL = """
ALTER TABLE document_copy ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_dossiers ON document_copy USING (
    current_setting('hoso.agencies', true) = '*' OR EXISTS (
        SELECT FROM dossier_agency seen WHERE seen.dossier = document_copy.dossier
        AND seen.agency = ANY (string_to_array(current_setting('hoso.agencies', true), ',')) OFFSET 0)
) WITH CHECK (true)
"""


def upgrade() -> None:
    """Adds the columns and the table of copies."""
    for part in (TABLES, UNCHANGEABLE, WALL):
        op.execute(part)
