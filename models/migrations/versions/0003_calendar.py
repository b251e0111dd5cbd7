"""Changes of the calendar in sets, each with the version that resulted and the year it announces."""

from alembic import op

revision = "0003"
down_revision = "0002"

# No door wrote a change before this revision: the table was empty, and its one row a day kept no earlier decision.
TABLES = """
DROP TABLE calendar_change;
CREATE TABLE calendar_change_set (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_before text NOT NULL,
    version text NOT NULL,
    announces integer UNIQUE,
    announcement text,
    account uuid NOT NULL REFERENCES account(id),
    recorded_at timestamptz NOT NULL,
    CHECK ((announces IS NULL) = (announcement IS NULL))
);
CREATE TABLE calendar_change (
    change_set integer NOT NULL REFERENCES calendar_change_set(id),
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('off','working')),
    name text NOT NULL,
    citation text NOT NULL CHECK (citation <> ''),
    PRIMARY KEY (change_set, day)
);
GRANT SELECT, INSERT ON calendar_change_set, calendar_change TO hoso_app;
"""


def upgrade() -> None:
    """Makes the change sets."""
    op.execute(TABLES)
