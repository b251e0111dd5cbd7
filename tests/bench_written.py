"""The rows that an act writes, taken from a real one and written again with fresh ids: the same business for every peer."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb, set_json_dumps

from models import postgres
from models.settings import Settings
from tests.cluster import superuser

Row = dict[str, Any]
_LIMIT = (
    "starts_at", "due", "warning_due", "opens", "last_day", "ended_at", "ended_by", "end", "late_days", "ledger",
    "explanation", "stands_for",
)  # fmt: skip
_DOSSIER = ("book", "stage", "holder", "version", "facts", "acts", "parties", "head", "changed_at")
_BEFORE = ("event", "book", "stage", "holder", "acts", "parties", "limits")


@dataclass(frozen=True)
class Written:
    """The rows of one act that is yet to be written."""

    dossier: Row
    event: Row
    facts: Row
    before: Row
    ended: Sequence[Row]
    started: Sequence[Row]
    register: Row
    documents: Sequence[Row]
    job: Row

    @property
    def key(self) -> str:
        """What a peer is told of the act: the least there is to tell."""
        return str(self.event["id"])


def record(cursor: psycopg.Cursor[Any], one: Written) -> None:
    """The first half: the dossier as it is now, the event with its facts, and what would undo it."""
    cursor.execute(_update("dossier", _DOSSIER), one.dossier)
    cursor.execute(_insert("event", tuple(one.event)), one.event)
    cursor.execute(_insert("event_facts", tuple(one.facts)), one.facts)
    cursor.execute(_insert("before_act", tuple(one.before), _BEFORE_AGAIN), one.before)


def follow(cursor: psycopg.Cursor[Any], one: Written) -> None:
    """The second half: limits end and start, papers take a number and are issued, and a job waits."""
    for limit in one.ended:
        cursor.execute(_update("time_limit", _LIMIT), limit)
    for limit in one.started:
        cursor.execute(_insert("time_limit", tuple(limit)), limit)
    taken = cursor.execute(_insert("register", tuple(one.register), _TAKE), one.register).fetchone()
    assert taken
    for paper in one.documents:
        numbered = paper if paper["number"] is None else paper | {"number": taken[0]}
        cursor.execute(_insert("document", tuple(paper)), numbered)
    cursor.execute(_insert("job", tuple(one.job)), one.job)


@dataclass
class Pattern:
    """What an act wrote to a dossier, of which the next like it are made."""

    rows: Mapping[str, Sequence[Row]]
    times: int = 0
    running: dict[str, UUID] = field(init=False)
    """The open limit of each rule that the act starts anew."""

    def __post_init__(self) -> None:
        (self.event,) = self.rows["event"]
        self.started = [row for row in self.rows["time_limit"] if row["started_by"] == self.event["id"]]
        self.ended = [row for row in self.rows["time_limit"] if row["started_by"] != self.event["id"]]
        self.running = {row["rule"]: row["id"] for row in self.started}

    def next(self) -> Written:
        """The rows of one act more on the dossier: other ids, the next in its chain, otherwise as they were."""
        self.times += 1
        event, head, dossier = uuid4(), secrets.token_hex(32), self.rows["dossier"][0]
        fresh = {row["rule"]: uuid4() for row in self.started}
        ended = [row | {"id": self.running[row["rule"]], "ended_by": event} for row in self.ended]
        self.running |= fresh
        (job,), (facts,), (before,) = (self.rows[name] for name in ("job", "event_facts", "before_act"))
        return Written(
            _ready(dossier, version=dossier["version"] + self.times, head=head),
            self.event | {"id": event, "seq": self.event["seq"] + self.times, "digest": head},
            _ready(facts, event=event, salt=secrets.token_hex(16)),
            _ready(before, event=event),
            [_ready(row) for row in ended],
            [_ready(row, id=fresh[row["rule"]], started_by=event) for row in self.started],
            _register(self.rows["document"]),
            [_paper(row, event) for row in self.rows["document"]],
            _ready({name: value for name, value in job.items() if name != "id"}, events=[str(event)]),
        )


def patterns(settings: Settings, events: Sequence[UUID]) -> list[Pattern]:
    """What the transactions wrote that wrote these events, one each."""
    with superuser(settings, database_of(settings)) as connection:
        return [Pattern(_rows(connection, event)) for event in events]


def counts(settings: Settings, event: UUID) -> dict[str, int]:
    """How many rows of each table the transaction of this event left: its own and those of triggers."""
    with superuser(settings, database_of(settings)) as connection:
        return {table: len(rows) for table, rows in _rows(connection, event).items() if rows}


def database_of(settings: Settings) -> str:
    """The name of the database these settings lead to."""
    return str(postgres.app_url(settings).database)


def _rows(connection: psycopg.Connection[Any], event: UUID) -> dict[str, list[Row]]:
    written = connection.execute("SELECT xmin::text FROM event WHERE id = %s", [event]).fetchone()
    assert written
    cursor = connection.cursor(row_factory=dict_row)
    find = "SELECT * FROM {} WHERE xmin::text = %s"
    return {
        table: cursor.execute(sql.SQL(find).format(sql.Identifier(table)), written).fetchall()
        for (table,) in connection.execute(_TABLES).fetchall()
    }


@contextmanager
def session(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role that may write what the police of the sample write, settled once for all.

    An act says so anew in each transaction; here it costs nothing.
    """
    url = postgres.app_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, options=OPTIONS) as connection:
        set_json_dumps(orjson.dumps, connection)
        yield connection


OPTIONS = (
    "-c TimeZone=UTC -c jit=off -c hoso.agencies=camd -c hoso.dossiers=camd -c hoso.territory= "
    "-c hoso.account=00000000-0000-0000-0000-000000000001 -c hoso.writes=on"
)


def _ready(row: Row, **other: object) -> Row:
    return {
        name: Jsonb(value) if isinstance(value, dict | list) else value
        for name, value in {**row, **other}.items()
    }


def _register(papers: Sequence[Row]) -> Row:
    """The one number that is taken: the row itself is by now the act's that took the next."""
    (numbered,) = (row for row in papers if row["number"] is not None)
    return {
        "agency": numbered["agency"],
        "year": numbered["year"],
        "name": numbered["register_name"],
        "last": 1,
    }


def _paper(row: Row, event: UUID) -> Row:
    code = secrets.token_urlsafe(12)
    address = str(row["verify_url"]).rpartition("/")[0]
    return _ready(row, id=uuid4(), event=event, verify_code=code, verify_url=f"{address}/{code}")


_BEFORE_AGAIN = "ON CONFLICT (dossier) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _BEFORE
)
_TAKE = "ON CONFLICT (agency, year, name) DO UPDATE SET last = register.last + excluded.last RETURNING last"
_TABLES = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


@lru_cache
def _insert(table: str, columns: tuple[str, ...], then: str = "") -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(f'%({name})s' for name in columns)}) {then}"  # noqa: S608 - names of ours


@lru_cache
def _update(table: str, columns: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{name}" = %({name})s' for name in columns)
    return f"UPDATE {table} SET {changes} WHERE id = %(id)s"  # noqa: S608 - names of ours
