"""How Alembic connects: as the owner, one transaction for each revision; whoever comes second finds the work done."""

from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    # Of the session, for each revision is a transaction of its own; let go of with the connection below.
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": 0x1C9})
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
