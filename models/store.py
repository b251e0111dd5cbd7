"""The store: the connection pool, and the unit of work that is the only place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, text

SYSTEM = "*"
"""The scope of workers and start-up: every dossier."""


@dataclass(frozen=True)
class Scope:
    """On whose behalf a transaction reads: row-level security shows this agency's dossiers and its predecessors'."""

    agency: str
    account: UUID | None = None


def open_store(url: URL | str, *, pool_size: int = 10) -> Engine:
    """An engine for the application role.

    Args:
        url: SQLAlchemy URL of the `hoso_app` role (postgresql+psycopg).
        pool_size: connections kept; as many again may open under load.
    """
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "connect", _utc)
    return engine


def _utc(connection: object, _record: object) -> None:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]  # a psycopg connection
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()  # type: ignore[attr-defined]  # as above


Store = Engine | Connection
"""Where a unit of work happens: the store, or a larger unit that is already under way."""


@contextmanager
def unit_of_work(store: Store, scope: Scope) -> Iterator[Connection]:
    """One transaction on behalf of `scope`; commits when the block ends, rolls back when it raises.

    Given the connection of a unit of work under way, it is a part of that one, with its scope, and ends with it.
    """
    if isinstance(store, Connection):
        yield store
        return
    with store.begin() as connection:
        connection.execute(_SCOPE, {"agency": scope.agency})
        yield connection


_SCOPE = text("""
    WITH RECURSIVE own (code) AS (
        SELECT :agency UNION SELECT agency.code FROM agency JOIN own ON agency.successor = own.code)
    SELECT set_config('hoso.agencies', string_agg(code, ','), true) FROM own
""")
