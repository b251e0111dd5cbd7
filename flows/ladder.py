"""The ladder of a time limit: who is told as its end comes near and passes, each rung once for each end it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.notices import Audience, Telling, tell, tell_of_the_held
from flows.signals import LIMIT_MISSED, Signal, record
from flows.state import Agencies, AgencyState
from flows.supervision import Supervision
from models import clock, logs, metrics
from models.law.limits import TIMEZONE
from models.law.loader import load_book
from models.law.schema import Kind
from models.store import after_commit
from models.tables import table

_dossier, _limit = table("dossier"), table("time_limit")
_log = logs.logger("hoso.ladder")


@dataclass(frozen=True)
class Rung:
    """One step: what the notice is called, how long after the limit's end it comes, and who is told."""

    name: str
    after: timedelta
    audiences: tuple[Audience, ...]


_SOON = Rung("due_soon", timedelta(0), ("agency",))
"""Comes before the end; the database says when, for the sweep looks for it there (see the trigger `start_ladder`)."""
_MISSED = Rung("overdue", timedelta(0), ("agency", "head"))
DUTY = (
    _SOON,
    _MISSED,
    Rung("overdue_1_day", timedelta(days=1), ("head",)),
    Rung("overdue_3_days", timedelta(days=3), ("supervisor",)),
    Rung("overdue_10_days", timedelta(days=10), ("head", "supervisor")),
)
"""Someone must act: the holding agency hears first, then its head, then the supervisors of the territory."""
END = (_SOON, Rung("ended", timedelta(0), ("agency", "head")))
"""A time bar or a term runs out, or the time just before an end, which is never late; nobody is pressed afterwards."""

_LIMITS = (
    select(
        _limit.c.id, _limit.c.dossier, _limit.c.rule, _limit.c.kind, _limit.c.due, _limit.c.last_day, _limit.c.started_by,
        _limit.c.opens, _limit.c.rung, _limit.c.next_rung_at, _limit.c.book.label("rule_book"),
        func.coalesce(_limit.c.stands_for, _limit.c.rule).label("place"),
        _dossier.c.number, _dossier.c.book, _dossier.c.stage, _dossier.c.holder, _dossier.c.parties,
    )
    .join(_dossier, _dossier.c.id == _limit.c.dossier)
)  # fmt: skip
_ON_LADDER = _limit.c.next_rung_at.is_not(None)
"""Open, with an end, not suspended, and not a window."""
_FREE = text("FOR UPDATE OF time_limit SKIP LOCKED FOR KEY SHARE OF dossier SKIP LOCKED")
"""Neither the limit nor its dossier is being changed; an act holds its dossier first and its limits afterwards."""
_CLIMBED = text("""
    UPDATE time_limit SET rung = new.reached, next_rung_at = new.next
    FROM jsonb_to_recordset(:rows) AS new ("limit" uuid, reached integer, next timestamptz) WHERE id = new."limit"
""").bindparams(bindparam("rows", type_=JSONB))
NEVER = datetime.max.replace(tzinfo=TIMEZONE)
"""When a limit on the last rung of its ladder is looked at again."""
_LATER = timedelta(hours=1)
"""When a limit that cannot be told of is looked at again, so that it does not stand in the way of the others."""


@dataclass(frozen=True)
class LimitAlert:
    """An open limit that someone should be told about."""

    dossier: str  # its number
    rule: str
    due: datetime
    state: Literal["due_soon", "overdue", "ended"]
    agencies: tuple[str, ...]


@dataclass(frozen=True)
class Climb:
    """What climbing did: limits that reached a rung, rungs reached by name, new notices, and limits left with why."""

    limits: tuple[LimitAlert, ...] = ()
    rungs: tuple[str, ...] = ()
    notices: int = 0
    broken: tuple[tuple[UUID, str], ...] = ()


@dataclass
class _Climbing:
    """Rows to write for the limits of one transaction."""

    alerts: list[LimitAlert] = field(default_factory=list)
    rungs: list[str] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    climbed: list[dict[str, Any]] = field(default_factory=list)
    broken: list[tuple[UUID, str]] = field(default_factory=list)


def climb(
    connection: Connection,
    *,
    dossiers: Sequence[UUID] | None = None,
    at_most: int | None = 500,
    moment: datetime | None = None,
) -> Climb:
    """Lets limits climb every rung whose time has come, the longest waiting first, and tells whom each rung names.

    Rungs missed while nobody looked come one after the other; each says when it should have come. A limit of a dossier
    that somebody is changing now is left for the next time. One that cannot be told of, as its book is not installed any
    more, waits for an hour and stops nobody else.

    Args:
        connection: a unit of work of the system.
        dossiers: whose limits; all limits when left out.
        at_most: so many limits; None for all.
        moment: rungs up to this moment; now when left out.
    """
    moment = moment or clock.now()
    asked = waiting(moment, at_most)
    if dossiers is not None:
        asked = asked.where(_limit.c.dossier.in_(dossiers))
    rows = connection.execute(asked).all()
    if not rows:
        return Climb()
    agencies, supervision, done = Agencies(connection), Supervision(connection), _Climbing()
    agencies.read({code for row in rows for code in (row.holder, *row.parties.values())})
    for row in rows:
        try:
            _climb_one(row, moment, agencies, supervision, done)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one limit, the others must be told of
            _log.error("a limit could not climb", limit=row.id, dossier=row.dossier, exc_info=error)
            done.broken.append((row.id, type(error).__name__))
            done.climbed.append({"limit": row.id, "reached": row.rung, "next": clock.now() + _LATER})
    connection.execute(_CLIMBED, {"rows": done.climbed})
    after_commit(connection, lambda: _count(done.rungs))
    record(connection, done.signals)
    told = tell(connection, done.tellings)
    told += tell_of_the_held(connection, sorted({row.dossier for row in rows}))
    return Climb(tuple(done.alerts), tuple(done.rungs), told, tuple(done.broken))


def waiting(moment: datetime, at_most: int | None) -> Select[Any]:
    """The statement that takes the limits with a rung to climb, the longest waiting first: one bounded index scan."""
    asked = _LIMITS.where(_limit.c.next_rung_at <= moment)
    return asked.order_by(_limit.c.next_rung_at, _limit.c.id).limit(at_most).suffix_with(_FREE)


def _count(rungs: Sequence[str]) -> None:
    for rung in rungs:
        metrics.rungs.labels(rung).inc()


def alerts_of(connection: Connection, dossiers: Sequence[UUID]) -> list[LimitAlert]:
    """The limits of these dossiers that are on some rung, the earliest end first, whether or not they were told of now."""
    moment = clock.now()
    on_rung = (_limit.c.rung > 0) | (_limit.c.next_rung_at <= moment)
    rows = connection.execute(
        _LIMITS.where(_ON_LADDER, on_rung, _limit.c.dossier.in_(dossiers)).order_by(_limit.c.due, _limit.c.id)
    )
    return [_alert(row, moment, who_must_act(row, row.place)) for row in rows]


def who_must_act(dossier: Any, rule: str) -> list[str]:  # noqa: ANN401 - a row with book, stage, holder and parties
    """Codes of the agencies whose acts in the present stage end a limit of this rule; the holder where none does."""
    acting = _who_ends(dossier.book, dossier.stage, rule)
    return sorted({dossier.parties.get(party, dossier.holder) for party in acting} or {dossier.holder})


@cache
def _who_ends(book: str, stage: str, rule: str) -> frozenset[str]:
    """The parties whose acts in a stage end a limit of a rule."""
    actions = (action for action in load_book(book).actions if stage in action.stages)
    return frozenset(action.actor for action in actions if any(ref.id == rule for ref in action.ends))


def _climb_one(
    row: Any,  # noqa: ANN401 - a row
    moment: datetime,
    agencies: Agencies,
    supervision: Supervision,
    done: _Climbing,
) -> None:
    who = who_must_act(row, row.place)
    reached, alert = list(_reached(row, moment)), _alert(row, moment, who)
    names = ", ".join(agencies[code].card.name for code in who)
    tellings = [
        telling
        for position, rung, at in reached
        for acting in who
        for telling in _of_rung(row, (position, rung, at), agencies[acting], names, supervision)
    ]
    done.alerts.append(alert)
    done.tellings += tellings
    done.rungs += [rung.name for _, rung, _ in reached]
    done.signals += [_missed(row, who) for _, rung, _ in reached if rung is _MISSED]
    done.climbed.append(
        {"limit": row.id, "reached": row.rung + len(reached), "next": _next(row, len(reached))}
    )


def _ladder(row: Any) -> tuple[Rung, ...]:  # noqa: ANN401 - a row
    return DUTY if _can_be_late(row) else END


def _can_be_late(row: Any) -> bool:  # noqa: ANN401 - a row
    """Whether someone is late after its end: what must be done within so long before an end opens, but is never late."""
    return row.kind == Kind.duty and row.opens is None


def _reached(row: Any, moment: datetime) -> Iterator[tuple[int, Rung, datetime]]:  # noqa: ANN401 - a row
    at = row.next_rung_at
    for position, rung in enumerate(_ladder(row)[row.rung :], row.rung):
        at = at if position == row.rung else row.due + rung.after
        if at > moment:
            return
        yield position, rung, at


def _next(row: Any, climbed: int) -> datetime:  # noqa: ANN401 - a row
    ladder, rung = _ladder(row), row.rung + climbed
    return row.due + ladder[rung].after if rung < len(ladder) else NEVER


def _of_rung(
    row: Any,  # noqa: ANN401 - a row
    reached: tuple[int, Rung, datetime],
    acting: AgencyState,
    names: str,
    supervision: Supervision,
) -> Iterator[Telling]:
    position, rung, at = reached
    facts = {
        "dossier": row.number, "rule": row.rule, "book": row.rule_book, "due": row.due.isoformat(), "last_day": row.last_day.isoformat(),
        "at": at.isoformat(), "who": names,
    }  # fmt: skip
    kind, key = f"limit_{rung.name}:{row.rule}", f"{row.id}:{row.due.isoformat()}:{position:02}"
    for audience in rung.audiences:
        for agency in supervision.above(acting.territory) if audience == "supervisor" else [acting.card.code]:
            yield Telling(agency, kind, key, facts, row.dossier, row.started_by, audience)


def _missed(row: Any, who: Sequence[str]) -> Signal:  # noqa: ANN401 - a row
    facts = {"dossier": row.number, "rule": row.rule, "due": row.due.isoformat(), "stage": row.stage}
    return Signal(LIMIT_MISSED, f"{row.id}:{row.due.isoformat()}", row.dossier, tuple(who), facts)


def _alert(row: Any, moment: datetime, who: Sequence[str]) -> LimitAlert:  # noqa: ANN401 - a row
    if moment < row.due:
        state: Literal["due_soon", "overdue", "ended"] = "due_soon"
    else:
        state = "overdue" if _can_be_late(row) else "ended"
    return LimitAlert(row.number, row.rule, row.due, state, tuple(who))
