"""The audit log is written and verified here: one way in, and a check that does not trust the database's own digests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from getpass import getuser
from platform import node
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, select, text

from models import clock
from models.audit import digest_of_entry
from models.store import SYSTEM, Scope, Store, alone, unit_of_work
from models.tables import table

BATCH = 5000
"""Entries verified in a transaction."""
NAMED = 1000
"""Breaks that are told; whatever else is broken is counted."""
Progress = Callable[[int, int], None]
"""Told after each batch how many entries of how many are done."""

_entry = table("audit_entry")
_SCOPE = Scope(SYSTEM)


@dataclass(frozen=True)
class Entry:
    """What is told of one request, command or piece of output: ids and codes, never a name or a term of a search."""

    operation: str
    outcome: str
    account: UUID | None = None
    agency: str | None = None
    role: str | None = None
    dossiers: Sequence[UUID] = ()
    objects: Sequence[str] = ()
    address: str | None = None
    request: str | None = None
    reason: str | None = None
    at: datetime = field(default_factory=clock.now)


def by_command(operation: str, dossiers: Sequence[UUID] = (), reason: str | None = None) -> Entry:
    """What a command leaves: who ran it on which machine, for nobody is signed in."""
    return Entry(operation, "ok", dossiers=dossiers, address=f"{getuser()}@{node()}", reason=reason)


_APPEND = """
    SELECT audit_append(%(at)s, %(account)s, %(agency)s, %(role)s, %(operation)s, %(dossiers)s::uuid[],
        %(objects)s::text[], %(outcome)s, %(address)s, %(request)s, %(reason)s)
"""
_APPEND_AT_ONCE = _APPEND.replace("SELECT", "SELECT set_config('synchronous_commit', 'off', true),", 1)
# Whoever commits something with this waits until all that was committed before, by anybody, is on the disk.
_ON_DISK = "SELECT pg_logical_emit_message(true, 'hoso.audit', '')"


def record(connection: Connection, entry: Entry) -> None:
    """Writes an entry in this unit of work, as its last statement: nobody else can write one until it ends."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101 - the one dialect there is
    raw.execute(_APPEND, _asked(entry))


def record_now(engine: Engine, entry: Entry) -> None:
    """Writes an entry in a transaction of its own; when this returns it is on the disk.

    The chain's lock is held without waiting for the disk, and then all who write at the same time wait for it together:
    else the disk's slowness would bound how many requests a second there can be.
    """
    alone(engine, (_APPEND_AT_ONCE, _asked(entry)), (_ON_DISK, {}))


def _asked(entry: Entry) -> dict[str, object]:
    return {**vars(entry), "dossiers": list(entry.dossiers), "objects": list(entry.objects)}


class Head(NamedTuple):
    """How long the log was, and its last digest."""

    seq: int
    digest: str


class Break(NamedTuple):
    """Where the log does not hold.

    `what`: `gap`, entries are missing before this one; `link`, the entry before is another one; `entry`, it was changed;
    `cut`, an exported head lies beyond the end; `rewritten`, the entry that was exported as head is another one now.
    """

    what: str
    seq: int


@dataclass(frozen=True)
class Verified:
    """What a check of the log found; of many breaks the first ones, and how many there are."""

    entries: int
    head: Head
    broken: tuple[Break, ...]
    breaks: int

    @property
    def intact(self) -> bool:
        """Whether everything holds."""
        return not self.breaks


def head_of(connection: Connection) -> Head:
    """The log's end as the database has it."""
    asked = select(_entry.c.seq, _entry.c.digest).order_by(_entry.c.seq.desc()).limit(1)
    row = connection.execute(asked).one_or_none()
    return Head(row.seq, row.digest) if row else Head(0, "")


def verify(
    store: Store, exported: Iterable[Head] = (), after: Head | None = None, progress: Progress | None = None
) -> Verified:
    """Reads the whole log and computes every digest anew, some thousands of entries a transaction.

    What was written while it ran is seen too; what `progress` raises ends it, and nothing is left behind.

    Args:
        store: the application's store.
        exported: heads that were taken out of the database before; the log must still have each of them.
        after: begin behind this head, which was verified before.
        progress: told after each batch.
    """
    reading = _Reading(after or Head(0, ""), exported)
    while True:
        with unit_of_work(store, _SCOPE) as connection:
            last = head_of(connection).seq
            rows = connection.execute(_NEXT, {"after": reading.seq, "most": BATCH}).mappings().all()
        reading.read(rows)
        if progress and rows:
            progress(reading.entries, max(last - reading.start, reading.entries))
        if len(rows) < BATCH:
            return reading.end()


_NEXT = text("SELECT * FROM audit_entry WHERE seq > :after ORDER BY seq LIMIT :most")


class _Reading:
    """The log up to an entry, and what of it does not hold."""

    def __init__(self, after: Head, exported: Iterable[Head]) -> None:
        self.start, self.entries, self.breaks = after.seq, 0, 0
        self.seq, self._digest = after
        self._broken: list[Break] = []
        self._exported = {seq: digest for seq, digest in exported if seq > after.seq}

    def read(self, rows: Iterable[Mapping[Any, Any]]) -> None:
        for row in rows:
            seq, digest = row["seq"], row["digest"]
            if seq != self.seq + 1:
                self._found("gap", seq)
            if row["previous"] != self._digest:
                self._found("link", seq)
            if digest != digest_of_entry(row):
                self._found("entry", seq)
            if self._exported.pop(seq, digest) != digest:
                self._found("rewritten", seq)
            self.seq, self._digest, self.entries = seq, digest, self.entries + 1

    def end(self) -> Verified:
        for seq in sorted(self._exported):  # what is missing before the end shows as a gap too
            self._found("cut", seq)
        return Verified(self.entries, Head(self.seq, self._digest), tuple(self._broken), self.breaks)

    def _found(self, what: str, seq: int) -> None:
        self.breaks += 1
        if len(self._broken) < NAMED:
            self._broken.append(Break(what, seq))
