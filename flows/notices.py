"""What agencies are told after an act: a dossier was handed to them, a court acted, a time limit is near or over."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Connection, extract, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from flows.alarms import release_alarm
from flows.state import load
from models import clock
from models.law.loader import load_book
from models.law.schema import Action, AgencyKind, Kind
from models.tables import table

_dossier, _event, _agency = table("dossier"), table("event"), table("agency")
_limit, _notice = table("time_limit"), table("notice")

_COURTS = (AgencyKind.court, AgencyKind.provincial_court)
_WATCHED = (Kind.duty, Kind.bar, Kind.term)
"""A window is a right of the person: nobody is pressed to act before it ends."""
_EVENTS = (
    select(
        _event.c.id, _event.c.dossier, _event.c.action, _event.c.agency, _event.c.stage_before, _event.c.stage_after,
        _dossier.c.number, func.coalesce(_event.c.book, _dossier.c.book).label("book"), _dossier.c.holder,
        _dossier.c.parties, _agency.c.kind.label("agency_kind"),
    )
    .join(_dossier, _dossier.c.id == _event.c.dossier)
    .join(_agency, _agency.c.code == _event.c.agency)
    .order_by(_event.c.dossier, _event.c.seq)
)  # fmt: skip
_LIMITS = (
    select(
        _limit.c.dossier, _limit.c.rule, _limit.c.kind, _limit.c.due, _limit.c.last_day, _limit.c.started_by,
        _dossier.c.number, _dossier.c.book, func.coalesce(_limit.c.stands_for, _limit.c.rule).label("place"),
        _dossier.c.stage, _dossier.c.holder, _dossier.c.parties,
    )
    .join(_dossier, _dossier.c.id == _limit.c.dossier)
    .where(
        _limit.c.ended_at.is_(None),
        _limit.c.kind.in_(_WATCHED),
        func.coalesce(_limit.c.explanation["suspended"].as_string(), "false") != "true",
    )
    .order_by(_limit.c.due, _limit.c.id)
)  # fmt: skip
_LAST_OF_THE_HELD = (
    select(_event.c.dossier, _event.c.id)
    .join(_dossier, _dossier.c.id == _event.c.dossier)
    .where(_dossier.c.acts.has_key("place_pending"))
    .ext(distinct_on(_event.c.dossier))
    .order_by(_event.c.dossier, _event.c.seq.desc())
)
_due, _start = extract("epoch", _limit.c.due), extract("epoch", _limit.c.starts_at)
_LAST_QUARTER = func.least(_due, _due - (_due - _start) / 4)
"""Seconds; at the latest the end itself, for a limit counted back starts after it."""


@dataclass(frozen=True)
class LimitAlert:
    """An open limit that someone should be told about."""

    dossier: str  # its number
    rule: str
    due: datetime
    state: Literal["due_soon", "overdue", "ended"]
    agencies: tuple[str, ...]


def tell_of_acts(connection: Connection, events: Sequence[UUID]) -> int:
    """Tells the next holder what was handed over, and the compiler what a court did.

    Args:
        connection: a unit of work of the system.
        events: the acts; telling of them again adds nothing.

    Returns:
        How many notices are new.
    """
    rows = connection.execute(_EVENTS.where(_event.c.id.in_(events)))
    return _write(connection, [notice for row in rows for notice in _of_act(row)])


def tell_of_limits(connection: Connection, dossiers: Sequence[UUID]) -> list[LimitAlert]:
    """Tells who must act of each open limit that is in its last quarter or over.

    A duty past its end is overdue; a time bar or a term that has run out has ended. Suspended limits are left alone.

    Args:
        connection: a unit of work of the system.
        dossiers: whose limits to check; telling of one again adds nothing.

    Returns:
        The limits concerned, the earliest first, whether or not they were told of before.
    """
    moment = clock.now()
    near = or_(moment.timestamp() >= _LAST_QUARTER, _limit.c.warning_due <= moment)
    rows = connection.execute(_LIMITS.where(_limit.c.dossier.in_(dossiers), near)).all()
    alerts = [
        LimitAlert(row.number, row.rule, row.due, _state(row, moment), tuple(who_must_act(row, row.place)))
        for row in rows
    ]
    _write(
        connection,
        [notice for row, alert in zip(rows, alerts, strict=True) for notice in _of_limit(row, alert)],
    )
    return alerts


def tell_of_the_held(connection: Connection, dossiers: Sequence[UUID]) -> int:
    """Tells every agency of a dossier that its person must be released, again after each act until it is recorded; the number of new notices.

    Args:
        connection: a unit of work of the system.
        dossiers: whose persons to look after.
    """
    moment, told = clock.now(), list[dict[str, Any]]()
    last = {
        row.dossier: row.id
        for row in connection.execute(_LAST_OF_THE_HELD.where(_event.c.dossier.in_(dossiers)))
    }
    for state in load(connection, list(last)).values():
        if alarm := release_alarm(state, moment):
            facts = {"dossier": state.number, "since": alarm.since.isoformat(), "citation": alarm.citation}
            told += [
                _row(state.id, last[state.id], agency, "release_person", facts) for agency in alarm.agencies
            ]
    return _write(connection, told)


def who_must_act(dossier: Any, rule: str) -> list[str]:  # noqa: ANN401 - a row with book, stage, holder and parties
    """Codes of the agencies whose acts in the present stage end a limit of this rule; the holder where none does."""
    ending = (
        action
        for action in load_book(dossier.book).actions
        if dossier.stage in action.stages and any(ref.id == rule for ref in action.ends)
    )
    agencies = {dossier.parties.get(action.actor, dossier.holder) for action in ending}
    return sorted(agencies or {dossier.holder})


def _state(row: Any, moment: datetime) -> Literal["due_soon", "overdue", "ended"]:  # noqa: ANN401 - a row
    if moment < row.due:
        return "due_soon"
    return "overdue" if row.kind == Kind.duty else "ended"


def _of_limit(row: Any, alert: LimitAlert) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a row
    facts = {
        "dossier": row.number,
        "rule": row.rule,
        "due": row.due.isoformat(),
        "last_day": row.last_day.isoformat(),
    }
    for agency in alert.agencies:
        yield _row(row.dossier, row.started_by, agency, f"limit_{alert.state}:{row.rule}", facts)


def _of_act(row: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a row
    facts = {"dossier": row.number, "action": row.action, "stage": row.stage_after}
    receiver = _receiver(row)
    if receiver and receiver != row.agency:
        yield _row(row.dossier, row.id, receiver, "handed_over", facts)
    compiler = row.parties.get("compiler")
    if row.agency_kind in _COURTS and compiler:
        yield _row(row.dossier, row.id, compiler, "court_acted", facts)


def _receiver(row: Any) -> str | None:  # noqa: ANN401 - a row
    """Who holds the dossier after the act, if the act moved it: by then it may have moved on."""
    action = _action(row.book, row.action)
    if action and action.hand_to:
        party: str = row.parties.get(action.hand_to, row.holder)
        return party
    return row.holder if row.stage_before not in {None, row.stage_after} else None


def _action(book: str, code: str) -> Action | None:
    """The act in its book; None for what no book lists, such as a correction."""
    return next((action for action in load_book(book).actions if action.code == code), None)


def _row(dossier: UUID, event: UUID, agency: str, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {"id": uuid4(), "dossier": dossier, "event": event, "agency": agency, "kind": kind, "facts": facts}


def _write(connection: Connection, notices: Iterable[dict[str, Any]]) -> int:
    """Inserts in one order, so that two workers never wait for each other in a ring."""
    rows = sorted(notices, key=lambda row: (row["event"], row["agency"], row["kind"]))
    if not rows:
        return 0
    moment = clock.now()
    statement = (
        insert(_notice)
        .values([row | {"created_at": moment} for row in rows])
        .on_conflict_do_nothing(index_elements=["event", "agency", "kind"])
        .returning(_notice.c.id)
    )
    return len(connection.execute(statement).all())
