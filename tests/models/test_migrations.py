"""Tables in code and tables in the database are the same, and rights are as narrow as they should be."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel

from models import postgres, tables
from models.migrations import current, migrate, newest
from models.settings import Settings


def test_table_classes_match_the_migrated_database(database: Settings) -> None:
    assert tables.table("dossier") is not None
    engine = create_engine(postgres.owner_url(database))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False}
        )  # varchar and text are one
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    # Partial, composite and CHECK-like indexes live in the migration alone: PostgreSQL's strength, not the class's.
    real = [
        one
        for one in differences
        if not (isinstance(one, tuple) and one[0] in {"remove_index", "remove_constraint"})
    ]
    assert not real


def test_migrating_twice_changes_nothing(database: Settings) -> None:
    assert migrate(postgres.owner_url(database)) == newest() == current(postgres.owner_url(database))


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM event", "UPDATE event SET action = 'x'", "TRUNCATE event", "UPDATE event_facts SET facts = NULL",
     "DELETE FROM document", "DELETE FROM register", "CREATE TABLE mine ()"],
)  # fmt: skip
def test_the_application_role_may_not(store: Engine, statement: str) -> None:
    with store.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement))
