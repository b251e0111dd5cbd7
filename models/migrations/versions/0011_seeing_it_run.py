"""Seeing it run: which request left a job, and parked jobs found without reading the done ones."""

from alembic import op

revision = "0011"
down_revision = "0006"


def upgrade() -> None:
    """Adds the column and the index."""
    op.execute("ALTER TABLE job ADD COLUMN request text")
    op.execute("CREATE INDEX IF NOT EXISTS ix_job_parked ON job (id) WHERE state = 'parked'")
