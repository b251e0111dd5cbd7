"""What a correction does to the limits of a dossier: those that run are counted anew, those that have ended stay."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flows.calendar_change import Ends, Moved, ends_of, row_of_limit, told_of
from flows.clocks import Moves, instant_of, rule_of
from flows.engine import Facts
from flows.recounting import Recount
from flows.state import LimitState, State
from models.law.calendar import Calendar, UnknownYearError
from models.law.limits import TIMEZONE, Corrected, LimitRefused, choose
from models.law.schema import Clock

CITATION = "NĐ 30/2020/NĐ-CP Đ.18.3"
_NEVER = datetime(1900, 1, 1, tzinfo=UTC)
"""A moment by which no limit has run out: here only an act ends a limit, for what ran out by itself can still move."""


@dataclass(frozen=True)
class Effect:
    """A limit that a correction moves, or would have moved: it has ended, or its end cannot be counted anew."""

    limit: LimitState
    before: Ends
    after: Ends | None
    moved: bool


@dataclass
class Before:
    """A dossier's limits as they are counted from what was recorded until now."""

    state: State
    calendar: Calendar
    facts: Facts
    started: Mapping[UUID, tuple[int, datetime]]
    """The act each limit was started by, by its place in the chain and its moment."""

    def __post_init__(self) -> None:
        recount = Recount(self.state, self.calendar, self.facts, _NEVER)
        self.ends = {limit.id: _counted(recount, limit) for limit in _counting(self.state)}

    def moves(
        self, facts: Facts, changed: Mapping[str, int], at: datetime, reason: str, moves: Moves
    ) -> Iterator[Effect]:
        """Moves what follows from facts recorded otherwise; the rows to write go to `moves`.

        Args:
            facts: the facts as they are now.
            changed: the facts that were corrected, each with the place in the chain of the act that recorded it.
            at: when the correction was made.
            reason: why.
            moves: takes what is to be written.
        """
        starts = {limit.id: limit.starts_at for limit in self.state.limits}
        for limit in _counting(self.state):
            if start := self._start(limit, facts, changed):
                limit.starts_at = start
        after = Recount(self.state, self.calendar, facts, _NEVER)
        found = {limit.id: _counted(after, limit) for limit in _counting(self.state)}
        told, moved = Recount(self.state, self.calendar, facts, _NEVER), list[LimitState]()
        for limit in _counting(self.state):
            before, now = self.ends[limit.id], found[limit.id]
            if before == now:
                continue
            open_ = limit.ended_at is None and before is not None and now is not None
            if open_ and before and now:
                entry = Corrected(
                    at=at, reason=f"{reason}, {_said(self.state, limit, before, now)}", citation=CITATION
                )
                limit.ledger = [*limit.ledger, entry.model_dump(mode="json")]
                moved.append(limit)
            else:
                limit.starts_at = starts[limit.id]
            if before is not None:
                yield Effect(limit, before, now, moved=open_)
        for limit in moved:
            reckoning = told[limit].reckoning
            limit.starts_at, limit.due, limit.last_day = reckoning.start, reckoning.due, reckoning.last_day
            limit.warning_due = reckoning.warning.due if reckoning.warning else None
            row = row_of_limit(limit, reckoning)
            moves.changed[limit.id] = {name: value for name, value in row.items() if name != "id"}

    def _start(self, limit: LimitState, facts: Facts, changed: Mapping[str, int]) -> datetime | None:
        """Where a limit starts that is counted from a corrected fact, if an act from then on started it."""
        try:
            anchor, before = choose(rule_of(limit), facts).anchor, choose(rule_of(limit), self.facts).anchor
        except LimitRefused:
            return None
        seq, acted = self.started[limit.id]
        names = [name for name in (anchor.fact, anchor.or_later) if name]
        otherwise = anchor != before or any(name in changed for name in names)
        if limit.parent or not otherwise or not any(recorded <= seq for recorded in changed.values()):
            return None
        values = [facts[name] for name in names if facts.get(name) is not None]
        return max(map(instant_of, values)) if values else acted.astimezone(TIMEZONE)


def _counting(state: State) -> list[LimitState]:
    return [
        limit for limit in state.limits if limit.due is not None and rule_of(limit).clock is Clock.counted
    ]


def _counted(recount: Recount, limit: LimitState) -> Ends | None:
    try:
        return ends_of(recount[limit].reckoning)
    except (LimitRefused, UnknownYearError):
        return None


def _said(state: State, limit: LimitState, before: Ends, after: Ends) -> str:
    rule: Any = rule_of(limit)
    amounts = [*rule.amounts, *rule.variants]
    unit = amounts[0].unit if amounts else rule.range.unit
    return told_of(Moved(state.id, state.number, state.holder, rule, before, after), unit)
