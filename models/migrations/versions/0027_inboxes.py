"""An inbox is read from its newest notice, and its unread ones are counted, without reading all that an agency was ever told."""

from alembic import op

revision = "0027"
down_revision = "0026"

# Whose inboxes they are is asked once a statement, not of every notice.
INBOXES = """
ALTER POLICY own_inbox ON notice USING ((SELECT current_setting('hoso.agencies', true)) = '*'
    OR agency = ANY ((SELECT string_to_array(current_setting('hoso.agencies', true), ','))::text[]));
DROP INDEX ix_notice_unread;
CREATE INDEX ix_notice_unread ON notice (agency, seq) INCLUDE (audience) WHERE read_at IS NULL;
"""


def upgrade() -> None:
    """Changes the wall's wording and an index."""
    op.execute(INBOXES)
