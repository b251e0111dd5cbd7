"""Seeing it run: a job knows the request whose acts left it."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds the column."""
    op.execute("ALTER TABLE job ADD COLUMN request text")
