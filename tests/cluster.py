"""One real PostgreSQL for a test session, in a temporary folder, with the roles and databases of an installation."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import disk_usage

import psycopg
from psycopg import sql

from models import postgres
from models.postgres_binaries import socket_folder
from models.settings import Settings

_ROOM = 4 * 2**30
"""Bytes that must be free there; a session of all tests takes a tenth of it."""
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def test_cluster() -> Iterator[Settings]:
    """Start an embedded PostgreSQL, yield its settings, and leave nothing behind. Fast because it may forget.

    Each test has a database of its own, so it lies in memory where there is room: making one costs a fifth there.

    The roles `hoso_owner`, `hoso_app` and `hoso_prefect` and the databases `hoso` and `prefect` exist; tests that want a
    database of their own take one from `new_database`.
    """
    with tempfile.TemporaryDirectory(prefix="hoso-test-", dir=_in_memory()) as folder:
        settings = Settings(data=Path(folder).resolve())
        with running(settings, _FORGETFUL):
            postgres.ensure_roles(settings)
            yield settings


def _in_memory() -> Path | None:
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    return memory if memory.is_dir() and disk_usage(memory).free > _ROOM else None


vars(test_cluster)["__test__"] = False  # for pytest, which would take an imported `test_…` for a test


@contextmanager
def new_database(cluster: Settings, template: str = "template1") -> Iterator[Settings]:
    """A database beside `hoso`, owned alike, dropped at the end; yields settings whose URLs lead to it.

    Args:
        cluster: the settings that `test_cluster` yielded.
        template: the database to copy (nobody may be connected to it), for instance a migrated one.

    """
    name = f"test_{secrets.token_hex(6)}"
    with superuser(cluster) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER hoso_owner TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO hoso_app").format(sql.Identifier(name)))
    try:
        yield replace(
            cluster,
            database_url=postgres.app_url(cluster).set(database=name).render_as_string(hide_password=False),
            migrate_url=postgres.owner_url(cluster).set(database=name).render_as_string(hide_password=False),
        )
    finally:
        with superuser(cluster) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running(settings: Settings, options: dict[str, str] | None = None) -> Iterator[int]:
    """The server of these settings, prepared, started and ready; yields its process number; ended and cleaned up after."""
    postgres.prepare(settings)
    with (settings.log / "postgres.log").open("ab") as log:
        process = postgres.start(settings, log, options)
    try:
        postgres.wait_ready(settings, process)
        yield process.pid
    finally:
        postgres.stop(process)
        postgres.clean_up(settings)


def superuser(settings: Settings, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A connection that may do everything, each statement a transaction of its own."""
    return psycopg.connect(
        host=str(socket_folder(settings)),
        user="postgres",
        password=settings.secret("postgres"),
        dbname=database,
        autocommit=True,
    )
