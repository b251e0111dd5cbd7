"""What of a dossier can be corrected, and by whom: the facts that stand, each with the act that recorded it, and the person."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows.books import book as book_of
from flows.engine import Actor
from flows.masking import masks_of, minor_of
from flows.policy import may
from flows.state import Agencies, State
from flows.voiding import CORRECT
from models.clock import now
from models.law.limits import TIMEZONE
from models.law.loader import PARTIES, catalogue

_EVENTS = text("""
    SELECT e.id, e.seq, e.action, coalesce(e.book, d.book) AS book, e.agency, e.occurred_at, f.facts
    FROM event e JOIN dossier d ON d.id = e.dossier LEFT JOIN event_facts f ON f.event = e.id
    WHERE e.dossier = :dossier AND e.voids IS NULL AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id)
    ORDER BY e.seq
""")


@dataclass(frozen=True)
class Recorder:
    """The act that recorded a fact last: its own facts as they stand."""

    event: UUID
    seq: int
    action: str
    book: str
    agency: str
    at: datetime
    facts: dict[str, Any]

    @property
    def listed(self) -> bool:
        """Whether its book lists the act, so that the law says what its facts are."""
        return self.action in {action.code for action in book_of(self.book).actions}


@dataclass(frozen=True)
class Recorded:
    """What the acts that count have recorded in a dossier."""

    opener: str
    recorders: dict[str, Recorder]
    """By fact, the act that recorded it last; a correction leaves it to the act that it corrects."""
    erased: bool


def recorded(connection: Connection, dossier: UUID) -> Recorded | None:
    """Who recorded what; None where the unit of work sees no such dossier."""
    events = connection.execute(_EVENTS, {"dossier": dossier}).all()
    if not events:
        return None
    recorders: dict[str, Recorder] = {}
    for row in events:
        if row.action != CORRECT:
            own = {name: value for name, value in (row.facts or {}).items() if name in catalogue()}
            recorder = Recorder(row.id, row.seq, row.action, row.book, row.agency, row.occurred_at, own)
            recorders |= dict.fromkeys(own, recorder)
    return Recorded(events[0].agency, recorders, any(row.facts is None for row in events))


@dataclass(frozen=True)
class Correctable:
    """What somebody can correct in a dossier; whether the law lets it be so is judged when they try."""

    acts: dict[UUID, list[str]] = field(default_factory=dict)
    """The facts by the act that recorded them."""
    recorders: dict[UUID, Recorder] = field(default_factory=dict)
    person: bool = False


def correctable(connection: Connection, state: State, actor: Actor) -> Correctable:
    """What this actor can correct: of what their agency holds or recorded, all that is not masked for them.

    Agencies that take part are left out: they are not corrected, the act is taken back or the dossier transferred.
    """
    found = recorded(connection, state.id) if may(actor.role, "dossiers.correct") else None
    if found is None or found.erased or state.erased:
        return Correctable()
    agencies, day = Agencies(connection), now().astimezone(TIMEZONE).date()
    agencies.read([state.holder, found.opener, *(one.agency for one in found.recorders.values())])
    masks, minor = masks_of(state), minor_of(state)

    def theirs(*codes: str) -> bool:
        return actor.agency in {agencies.in_charge(code, day) for code in codes}

    acts = defaultdict[UUID, list[str]](list)
    for name, one in found.recorders.items():
        stands = name in state.facts and name not in PARTIES and one.listed
        if stands and theirs(state.holder, one.agency) and not masks.fact(name, minor=minor, by=one.agency):
            acts[one.event].append(name)
    person = theirs(state.holder, found.opener) and not masks.person(state.person, minor=minor)[1]
    return Correctable(dict(acts), {one.event: one for one in found.recorders.values()}, person)
