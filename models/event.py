"""Events: what was done to a dossier, append-only and chained over digests; facts stand apart and can be erased."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

import orjson
from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Event(SQLModel, table=True):
    """One act, under the book of its day. `digest` covers everything here and the digest of the event before.

    An event with `voids` takes back the act before it, which then counts no more.
    """

    __tablename__ = "event"

    id: UUID = identity()
    dossier: UUID = Field(foreign_key="dossier.id")
    seq: int
    action: str
    book: str | None = None
    agency: str = Field(foreign_key="agency.code")
    account: UUID = Field(foreign_key="account.id")
    stage_before: str | None
    stage_after: str
    occurred_at: datetime = instant()
    recorded_at: datetime = instant()
    late_days: int | None = None
    facts_digest: str
    previous: str
    digest: str
    voids: UUID | None = Field(default=None, foreign_key="event.id")


class EventFacts(SQLModel, table=True):
    """The facts of an event, salted so that a digest tells nothing; retention sets both to null."""

    __tablename__ = "event_facts"

    event: UUID = Field(foreign_key="event.id", primary_key=True)
    facts: dict[str, Any] | None = json_column(optional=True)
    salt: str | None = None


def digest_of_facts(facts: dict[str, Any], salt: str) -> str:
    """SHA-256 over the salt and the facts in canonical JSON."""
    return hashlib.sha256(salt.encode() + orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def digest_of_event(row: dict[str, Any]) -> str:
    """SHA-256 over an event's columns but its own digest, chained to the event before by `previous`."""
    columns = {
        key: value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else str(value)
        for key, value in row.items()
        if key != "digest" and value is not None
    }
    return hashlib.sha256(orjson.dumps(columns, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Break(NamedTuple):
    """Where a chain does not hold: at which event, and how."""

    seq: int
    what: Literal["gap", "link", "event", "facts", "head"]
    """A number is missing or double; the event before is another one; the event, its facts, or the dossier's head do not
    fit their digests."""


def breaks_of(rows: Iterable[Mapping[str, Any]], head: str) -> Iterator[Break]:
    """Every place where a dossier's chain does not hold; erased facts are no break.

    Args:
        rows: the dossier's events in order, each with all its columns and the `facts` and `salt` kept with it.
        head: the digest of the last event as the dossier has it.
    """
    seq, previous = 0, ""
    for row in rows:
        event = dict(row)
        facts, salt = event.pop("facts"), event.pop("salt")
        if event["seq"] != seq + 1:
            yield Break(event["seq"], "gap")
        if event["previous"] != previous:
            yield Break(event["seq"], "link")
        if event["digest"] != digest_of_event(event):
            yield Break(event["seq"], "event")
        if facts is not None and digest_of_facts(facts, salt) != event["facts_digest"]:
            yield Break(event["seq"], "facts")
        seq, previous = event["seq"], event["digest"]
    if previous != head:
        yield Break(seq, "head")
