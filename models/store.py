"""The store: the connection pool, and the unit of work that is the only place that commits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event

from models import logs
from models.settings import PUBLIC_URL

_log = logs.logger("hoso.store")
SYSTEM = "*"
"""The scope of workers and start-up: every dossier."""


@dataclass(frozen=True)
class Scope:
    """On whose behalf a transaction reads and writes: this agency's dossiers and its predecessors', unless said otherwise."""

    agency: str
    account: UUID | None = None
    territory: bool = False
    """Dossiers in which an agency of this one's territory takes part are seen as well."""
    blind: bool = False
    """No dossier is seen."""
    fields: Literal["needed", "all", "none"] = "all"
    """Of what is private in a dossier: what the agency's work needs, everything, or nothing."""
    reads_only: bool = False
    """What has row-level security is not changed, but what is the account's own."""


class Reach(NamedTuple):
    """How far the scope of a transaction reaches, as the database resolved it when the transaction began."""

    agencies: list[str]
    """The agency and those it succeeded: whose inboxes, registers and tasks these are; `*` for the system."""
    territory: str
    """The territory whose dossiers are seen as well; empty for none."""
    blind: bool
    fields: Literal["needed", "all", "none"]
    kind: str | None
    """The agency's kind; None where it is no agency."""

    @property
    def everything(self) -> bool:
        """Whether it is the system's."""
        return self.agencies == [SYSTEM]


def reach(connection: Connection) -> Reach:
    """How far the unit of work under way reaches."""
    found: Reach = connection.info[_REACH]
    return found


_REACH = "hoso.reach"


def open_store(url: URL | str, *, pool_size: int = 10, public_url: str = PUBLIC_URL) -> Engine:
    """An engine for the application role.

    Args:
        url: SQLAlchemy URL of the `hoso_app` role (postgresql+psycopg).
        pool_size: connections kept; as many again may open under load.
        public_url: what the addresses begin with that documents issued through it are checked at.
    """
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        execution_options={"public_url": public_url},
        hide_parameters=True,  # an error must not quote a person
    )
    event.listen(engine, "connect", _settle)
    return engine


def public_url(connection: Connection) -> str:
    """What the addresses begin with that documents issued through this connection are checked at."""
    return str(connection.get_execution_options()["public_url"])


def _settle(connection: object, _record: object) -> None:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]  # a psycopg connection
        # Row-level security makes statements look dear, and a server that can would compile them longer than they run.
        cursor.execute("SET TIME ZONE 'UTC'; SET jit = off")
    connection.commit()  # type: ignore[attr-defined]  # as above


Store = Engine | Connection
"""Where a unit of work happens: the store, or a larger unit that is already under way."""


@contextmanager
def unit_of_work(
    store: Store, scope: Scope, *, locking: Sequence[UUID] = (), planned_once: bool = False
) -> Iterator[Connection]:
    """One transaction on behalf of `scope`; commits when the block ends, rolls back when it raises.

    Given the connection of a unit of work under way, it is a part of that one, with its scope, and ends with it.

    Args:
        store: the store, or a unit of work under way.
        scope: on whose behalf.
        locking: dossiers to hold until the transaction ends, taken in order of id. What is read afterwards is what the
            act before has written, for the lock is a statement of its own.
        planned_once: one plan of each statement serves whatever values it comes with. PostgreSQL would make a new one each
            time, which for what row-level security guards takes ten times as long as carrying it out.
    """
    if isinstance(store, Connection):
        _lock(store, locking)
        yield store
        return
    with _entered(store, scope, locking, planned_once) as connection:
        told: list[Callable[[], None]] = []
        connection.info[_AFTER_COMMIT] = told
        with connection.begin() as transaction:
            yield connection
            committing = transaction.is_active  # a trial has rolled back
    for tell in told if committing else ():
        try:
            tell()
        except Exception:  # noqa: BLE001 - what is committed is done, whatever comes of the telling
            _log.exception("telling of what was committed failed")


def after_commit(connection: Connection, tell: Callable[[], None]) -> None:
    """Calls `tell` once the unit of work has committed, never when it is rolled back; for counting what was done.

    Args:
        connection: the unit of work.
        tell: must not touch the database; what it raises is logged.
    """
    connection.info[_AFTER_COMMIT].append(tell)


_AFTER_COMMIT = "hoso.after_commit"


def alone(engine: Engine, *statements: tuple[str, Mapping[str, Any]]) -> list[Any]:
    """Statements that are each a unit of work of their own, on nobody's behalf; the rows of the last one.

    What every request needs costs this way a third of what a unit of work does: nothing but the statement is sent. A
    server that was restarted since is found again; what it was doing when it fell may then be done twice.

    Args:
        engine: the store.
        statements: SQL with psycopg's placeholders, and what stands for them.
    """
    try:
        return _alone(engine, statements)
    except psycopg.OperationalError:
        engine.dispose()
        return _alone(engine, statements)


def _alone(engine: Engine, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Any]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = _raw(connection)
        try:
            for statement, values in statements:
                told = raw.execute(statement, values)
            return told.fetchall()
        except psycopg.OperationalError:
            connection.invalidate()
            raise


def _entered(engine: Engine, scope: Scope, locking: Sequence[UUID], planned_once: bool) -> Connection:
    """A connection whose transaction has its scope and its locks.

    If the server was restarted since, what the pool holds is dead: nothing was done yet, so new connections are tried
    once. This takes the place of asking before each use, which would cost a round trip every time.
    """
    connection = engine.connect()
    try:
        _enter(connection, scope, locking, planned_once)
    except psycopg.OperationalError:
        connection.invalidate()
        connection.close()
        engine.dispose()
        connection = engine.connect()
        _enter(connection, scope, locking, planned_once)
    return connection


def _enter(connection: Connection, scope: Scope, locking: Sequence[UUID], planned_once: bool) -> None:
    raw = _raw(connection)
    named = {
        **vars(scope), "account": str(scope.account or ""), "writes": "" if scope.reads_only else "on",
        "plans": "force_generic_plan" if planned_once else "auto",
    }  # fmt: skip
    row = raw.execute(_SCOPE, named).fetchone()
    _lock(connection, locking)
    assert row is not None  # noqa: S101 - one line, whatever the scope
    connection.info[_REACH] = Reach(row[0].split(","), row[1], scope.blind, scope.fields, row[2])


def _lock(connection: Connection, locking: Sequence[UUID]) -> None:
    if locking:
        _raw(connection).execute(_LOCK, {"dossiers": list(locking)})


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101 - the one dialect there is
    return raw


_LOCK = "SELECT FROM dossier WHERE id = ANY (%(dossiers)s) ORDER BY id FOR UPDATE"
# The agencies of inboxes and tasks, those of dossiers, the territory, the account, and whether anything may be changed.
_SCOPE = """
    WITH RECURSIVE own (code) AS (
        SELECT %(agency)s::text UNION SELECT agency.code FROM agency JOIN own ON agency.successor = own.code),
    named (codes) AS (SELECT string_agg(code, ',' ORDER BY code = %(agency)s DESC, code) FROM own)
    SELECT set_config('hoso.agencies', codes, true),
        set_config('hoso.territory', coalesce((
            SELECT territory FROM agency WHERE code = %(agency)s AND %(territory)s AND NOT %(blind)s), ''), true),
        (SELECT kind FROM agency WHERE code = %(agency)s),
        set_config('hoso.dossiers', CASE WHEN %(blind)s THEN '' ELSE codes END, true),
        set_config('hoso.account', %(account)s, true),
        set_config('hoso.writes', %(writes)s, true),
        set_config('plan_cache_mode', %(plans)s, true)
    FROM named
"""
