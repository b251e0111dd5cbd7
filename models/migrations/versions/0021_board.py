"""The board: sessions of browsers, known by the token their cookie holds, and drafts of forms."""

from alembic import op

revision = "0021"
down_revision = "0020"

BROWSERS = """
ALTER TABLE session ADD COLUMN browser text UNIQUE;
"""

# Row-level security by the account alone: no supervisor, auditor or administrator reads what somebody has not sent.
DRAFTS = """
CREATE TABLE draft (
    account uuid NOT NULL REFERENCES account(id),
    kind text NOT NULL CHECK (kind ~ '^[a-z0-9_-]{1,60}$'),
    subject uuid NOT NULL,
    body jsonb NOT NULL CHECK (jsonb_typeof(body) = 'object' AND pg_column_size(body) < 1000000),
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (account, kind, subject)
);
CREATE INDEX ix_draft_saved_at ON draft (saved_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO hoso_app;
ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_drafts ON draft USING (
    current_setting('hoso.agencies', true) = '*' OR account::text = current_setting('hoso.account', true));
"""


def upgrade() -> None:
    """Adds the column and the table with its wall."""
    op.execute(BROWSERS)
    op.execute(DRAFTS)
