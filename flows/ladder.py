"""The ladder of a time limit: who is told as its end comes near and passes, each rung once for each end it has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select, update

from flows.notices import Audience, Telling, tell, tell_of_the_held
from flows.state import Agencies
from models import clock
from models.law.limits import TIMEZONE
from models.law.loader import load_book
from models.law.schema import Kind
from models.tables import table

_dossier, _limit = table("dossier"), table("time_limit")
_account, _agency = table("account"), table("agency")


@dataclass(frozen=True)
class Rung:
    """One step: what the notice is called, how long after the limit's end it comes, and who is told."""

    name: str
    after: timedelta
    audiences: tuple[Audience, ...]


_SOON = Rung("due_soon", timedelta(0), ("agency",))
"""Comes before the end; the database says when, for the sweep looks for it there (see the trigger `start_ladder`)."""
DUTY = (
    _SOON,
    Rung("overdue", timedelta(0), ("agency", "head")),
    Rung("overdue_1_day", timedelta(days=1), ("head",)),
    Rung("overdue_3_days", timedelta(days=3), ("supervisor",)),
    Rung("overdue_10_days", timedelta(days=10), ("head", "supervisor")),
)
"""Someone must act: the holding agency hears first, then its head, then the supervisors of the territory."""
END = (_SOON, Rung("ended", timedelta(0), ("agency", "head")))
"""A time bar or a term runs out; there is nobody to press afterwards."""

_LIMITS = (
    select(
        _limit.c.id, _limit.c.dossier, _limit.c.rule, _limit.c.kind, _limit.c.due, _limit.c.last_day, _limit.c.started_by,
        _limit.c.rung, _limit.c.next_rung_at, func.coalesce(_limit.c.stands_for, _limit.c.rule).label("place"),
        _dossier.c.number, _dossier.c.book, _dossier.c.stage, _dossier.c.holder, _dossier.c.parties,
    )
    .join(_dossier, _dossier.c.id == _limit.c.dossier)
)  # fmt: skip
_ON_LADDER = _limit.c.next_rung_at.is_not(None)
"""Open, with an end, not suspended, and not a window."""
_CLIMBED = (
    update(_limit)
    .where(_limit.c.id == bindparam("limit"))
    .values(rung=bindparam("reached"), next_rung_at=bindparam("next"))
)
_NEVER = datetime.max.replace(tzinfo=TIMEZONE)


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
    """What climbing did: limits that reached a rung, rungs reached by name, new notices."""

    limits: tuple[LimitAlert, ...] = ()
    rungs: tuple[str, ...] = ()
    notices: int = 0


def climb(
    connection: Connection, *, dossiers: Sequence[UUID] | None = None, at_most: int | None = 500
) -> Climb:
    """Lets limits climb every rung whose time has come, the longest waiting first, and tells whom each rung names.

    Rungs missed while nobody looked come one after the other; each says when it should have come. A limit of a dossier
    that somebody is changing now is left for the next time.

    Args:
        connection: a unit of work of the system.
        dossiers: whose limits; all limits when left out.
        at_most: so many limits; None for all.
    """
    moment = clock.now()
    asked = _LIMITS.where(_limit.c.next_rung_at <= moment)
    if dossiers is not None:
        asked = asked.where(_limit.c.dossier.in_(dossiers))
    rows = connection.execute(
        asked.order_by(_limit.c.next_rung_at, _limit.c.id)
        .limit(at_most)
        .with_for_update(of=_limit, skip_locked=True)
    ).all()
    free = _unlocked(connection, {row.dossier for row in rows})
    rows = [row for row in rows if row.dossier in free]
    if not rows:
        return Climb()
    agencies = Agencies(connection)
    agencies.read({code for row in rows for code in _who(row)})
    supervisors = _supervisors(connection)
    tellings, rungs, climbed = list[Telling](), list[str](), list[dict[str, Any]]()
    for row in rows:
        reached = list(_reached(row, moment))
        for position, rung, at in reached:
            rungs.append(rung.name)
            tellings += _of_rung(row, position, rung, at, agencies, supervisors)
        climbed.append(
            {"limit": row.id, "reached": row.rung + len(reached), "next": _next(row, len(reached))}
        )
    connection.execute(_CLIMBED, climbed)
    told = tell(connection, tellings) + tell_of_the_held(connection, sorted(free))
    return Climb(tuple(_alert(row, moment) for row in rows), tuple(rungs), told)


def alerts_of(connection: Connection, dossiers: Sequence[UUID]) -> list[LimitAlert]:
    """The limits of these dossiers that are on some rung, the earliest end first, whether or not they were told of now."""
    moment = clock.now()
    on_rung = (_limit.c.rung > 0) | (_limit.c.next_rung_at <= moment)
    rows = connection.execute(
        _LIMITS.where(_ON_LADDER, on_rung, _limit.c.dossier.in_(dossiers)).order_by(_limit.c.due, _limit.c.id)
    )
    return [_alert(row, moment) for row in rows]


def who_must_act(dossier: Any, rule: str) -> list[str]:  # noqa: ANN401 - a row with book, stage, holder and parties
    """Codes of the agencies whose acts in the present stage end a limit of this rule; the holder where none does."""
    ending = (
        action
        for action in load_book(dossier.book).actions
        if dossier.stage in action.stages and any(ref.id == rule for ref in action.ends)
    )
    agencies = {dossier.parties.get(action.actor, dossier.holder) for action in ending}
    return sorted(agencies or {dossier.holder})


def _who(row: Any) -> list[str]:  # noqa: ANN401 - a row
    return who_must_act(row, row.place)


def _ladder(row: Any) -> tuple[Rung, ...]:  # noqa: ANN401 - a row
    return DUTY if row.kind == Kind.duty else END


def _reached(row: Any, moment: datetime) -> Iterator[tuple[int, Rung, datetime]]:  # noqa: ANN401 - a row
    at = row.next_rung_at
    for position, rung in enumerate(_ladder(row)[row.rung :], row.rung):
        at = at if position == row.rung else row.due + rung.after
        if at > moment:
            return
        yield position, rung, at


def _next(row: Any, climbed: int) -> datetime:  # noqa: ANN401 - a row
    ladder, rung = _ladder(row), row.rung + climbed
    return row.due + ladder[rung].after if rung < len(ladder) else _NEVER


def _of_rung(
    row: Any,  # noqa: ANN401 - a row
    position: int,
    rung: Rung,
    at: datetime,
    agencies: Agencies,
    supervisors: Mapping[str, Sequence[str]],
) -> Iterator[Telling]:
    facts = {
        "dossier": row.number, "rule": row.rule, "due": row.due.isoformat(), "last_day": row.last_day.isoformat(),
        "at": at.isoformat(),
    }  # fmt: skip
    key = f"{row.id}:{row.due.isoformat()}:{position:02}"
    for acting in _who(row):
        for audience in rung.audiences:
            told = _above(agencies[acting].territory, supervisors) if audience == "supervisor" else [acting]
            for agency in told:
                kind = f"limit_{rung.name}:{row.rule}"
                yield Telling(agency, kind, key, facts, row.dossier, row.started_by, audience)


def _supervisors(connection: Connection) -> dict[str, list[str]]:
    """Agencies in which a supervisor works, by territory."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(
        select(_agency.c.code, _agency.c.territory)
        .join(_account, _account.c.agency == _agency.c.code)
        .where(_account.c.role == "supervisor", _account.c.disabled.is_(False))
        .distinct()
        .order_by(_agency.c.code)
    ):
        found.setdefault(row.territory, []).append(row.code)
    return found


def _above(territory: str, supervisors: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The nearest agencies with supervisors whose territory holds this one; none where nobody supervises it."""
    while territory not in supervisors:
        territory, slash, _ = territory.rpartition("/")
        if not slash:
            return []
    return supervisors[territory]


def _unlocked(connection: Connection, dossiers: set[UUID]) -> set[UUID]:
    """Those of the dossiers that nobody is changing: an act holds its dossier first and its limits afterwards."""
    return set(
        connection.execute(
            select(_dossier.c.id)
            .where(_dossier.c.id.in_(dossiers))
            .with_for_update(key_share=True, read=True, skip_locked=True)
        ).scalars()
    )


def _alert(row: Any, moment: datetime) -> LimitAlert:  # noqa: ANN401 - a row
    if moment < row.due:
        state: Literal["due_soon", "overdue", "ended"] = "due_soon"
    else:
        state = "overdue" if row.kind == Kind.duty else "ended"
    return LimitAlert(row.number, row.rule, row.due, state, tuple(_who(row)))
