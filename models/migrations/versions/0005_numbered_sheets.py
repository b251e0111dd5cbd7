"""The numbered file: which sheets each paper and document of a dossier fills, once it has been numbered."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE numbered_sheets (
    dossier uuid NOT NULL REFERENCES dossier(id),
    first_sheet integer NOT NULL CHECK (first_sheet > 0),
    sheets integer NOT NULL CHECK (sheets > 0),
    document uuid UNIQUE REFERENCES document(id),
    paper uuid UNIQUE REFERENCES paper(id),
    numbered_at timestamptz NOT NULL,
    PRIMARY KEY (dossier, first_sheet),
    CHECK (num_nonnulls(document, paper) = 1)
);
CREATE TRIGGER numbered_sheets_are_append_only BEFORE UPDATE OR DELETE ON numbered_sheets
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON numbered_sheets TO hoso_app;
"""

# As the other tables of a dossier: an agency sees the sheets of the dossiers it sees.
WALL = """
ALTER TABLE numbered_sheets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_dossiers ON numbered_sheets USING (
    current_setting('hoso.agencies', true) = '*' OR EXISTS (
        SELECT FROM dossier_agency seen WHERE seen.dossier = numbered_sheets.dossier
        AND seen.agency = ANY (string_to_array(current_setting('hoso.agencies', true), ',')) OFFSET 0)
) WITH CHECK (true)
"""


def upgrade() -> None:
    """Adds the table."""
    for part in (TABLES, WALL):
        op.execute(part)
