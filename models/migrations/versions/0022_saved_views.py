"""Saved views of the board's lists."""

from alembic import op

revision = "0022"
down_revision = "0021"

# Row-level security by the account alone, as for drafts: whose name for a view it is, nobody else reads.
VIEWS = """
CREATE TABLE saved_view (
    id uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES account(id),
    page text NOT NULL CHECK (page ~ '^[a-z]{1,40}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    query text NOT NULL CHECK (char_length(query) <= 1000),
    saved_at timestamptz NOT NULL,
    UNIQUE (account, page, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO hoso_app;
ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_views ON saved_view USING (
    current_setting('hoso.agencies', true) = '*' OR account::text = current_setting('hoso.account', true));
"""


def upgrade() -> None:
    """Adds the table with its wall."""
    op.execute(VIEWS)
