"""One Prefect server for the tests of flows; a database of its own for each test."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from api.prefect_server import prefect_environment, prefect_is_ready, prefect_server
from models.migrations import migrate
from models.postgres import app_url, owner_url
from models.program import spawn
from models.settings import Settings
from models.store import open_store
from tests.cluster import new_database
from tests.flows.place import Place
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import World, seeded_store
from tests.flows.rows import seed


@pytest.fixture(scope="session")
def seeded(cluster: Settings) -> Iterator[str]:
    """Name of a migrated database with agencies and an account, for copying."""
    with new_database(cluster) as settings:
        migrate(owner_url(settings))
        engine = open_store(app_url(settings))
        seed(engine)
        engine.dispose()
        name = app_url(settings).database
        assert name is not None
        yield name


@pytest.fixture
def settings(cluster: Settings, seeded: str) -> Iterator[Settings]:
    with new_database(cluster, seeded) as settings:
        yield settings


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = open_store(app_url(settings))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def world(cluster: Settings, template: str) -> Iterator[World]:
    """A database for a module's dossiers of the road."""
    with seeded_store(cluster, template) as world:
        yield world


@pytest.fixture
def road_store(world: World) -> Engine:
    """The store of that database."""
    return world[1]


@pytest.fixture
def road(road_store: Engine) -> Road:
    """A dossier about to be opened."""
    return Road(road_store)


@pytest.fixture(scope="session")
def prefect_port(cluster: Settings) -> Iterator[int]:
    """Port of a running Prefect server on the cluster's `prefect` database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = replace(cluster, prefect_port=port)
    with (settings.log / "prefect.log").open("ab") as log:
        process = spawn(prefect_server(settings), log)
    try:
        until(lambda: prefect_is_ready(settings), patience=90)
        yield port
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def place(settings: Settings, prefect_port: int, tmp_path: Path) -> Iterator[Place]:
    """Where the test's workers run."""
    environment = {
        **prefect_environment(replace(settings, prefect_port=prefect_port)),
        "PATH": os.environ["PATH"],
        "HOSO_DATA": str(tmp_path),
        "HOSO_DATABASE_URL": app_url(settings).render_as_string(hide_password=False),
        "HOSO_MIGRATE_URL": owner_url(settings).render_as_string(hide_password=False),
    }
    place = Place(replace(settings, data=tmp_path), environment, tmp_path / "worker.log")
    yield place
    for worker in place.workers:
        place.kill(worker)


def until(happened: Callable[[], object], patience: float = 60, every: float = 0.05) -> None:
    """Waits until it has happened, looking again after so many seconds; fails when it takes too long."""
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(every)


def superuser_of(settings: Settings) -> psycopg.Connection[tuple[object, ...]]:
    """A transaction of the table owner in the test's database, to hold locks with."""
    return psycopg.connect(
        owner_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    )
