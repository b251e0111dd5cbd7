"""What all tests share: one real PostgreSQL a session, and a migrated database a test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from models import postgres
from models.migrations import migrate
from models.settings import Settings
from models.store import open_store
from tests.cluster import new_database, test_cluster

# The same examples on every machine, and no deadline on a busy one.
settings.register_profile("hoso", derandomize=True, deadline=None, database=None)
settings.load_profile("hoso")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Settings]:
    """A running PostgreSQL with the installation's roles."""
    with test_cluster() as settings:
        yield settings


@pytest.fixture(scope="session")
def template(cluster: Settings) -> Iterator[str]:
    """A migrated database to copy."""
    with new_database(cluster) as settings:
        migrate(postgres.owner_url(settings))
        name = postgres.owner_url(settings).database
        assert name
        yield name


@pytest.fixture
def database(cluster: Settings, template: str) -> Iterator[Settings]:
    """A migrated database of the test's own."""
    with new_database(cluster, template) as settings:
        yield settings


@pytest.fixture
def store(database: Settings) -> Iterator[Engine]:
    """The store of that database, as the application role."""
    engine = open_store(postgres.app_url(database))
    yield engine
    engine.dispose()
