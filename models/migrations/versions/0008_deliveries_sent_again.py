"""A delivery that is stuck is sent again when somebody asks; each channel finds what is ready without seeing the others'."""

from alembic import op

revision = "0008"
down_revision = "0007"

AGAIN = """
ALTER TABLE delivery ADD COLUMN again_by uuid REFERENCES account(id), ADD COLUMN again_at timestamptz;
DROP INDEX ix_delivery_waiting;
CREATE INDEX ix_delivery_waiting ON delivery (channel, run_after) WHERE state IN ('waiting','sending');
CREATE INDEX ix_notice_unread ON notice (agency, audience) WHERE read_at IS NULL;
"""


def upgrade() -> None:
    """Adds the columns."""
    op.execute(AGAIN)
