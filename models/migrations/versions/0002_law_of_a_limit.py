"""A limit and an event remember the book they stood under, so that a dossier can change its book."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the columns; every dossier has kept its first book until now."""
    op.execute("""
        ALTER TABLE event ADD COLUMN book text;
        ALTER TABLE time_limit ADD COLUMN book text, ADD COLUMN stands_for text;
        UPDATE time_limit SET book = dossier.book FROM dossier WHERE dossier.id = time_limit.dossier;
        ALTER TABLE time_limit ALTER COLUMN book SET NOT NULL;
    """)
