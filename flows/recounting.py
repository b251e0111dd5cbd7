"""Limits of a dossier counted anew under a calendar: by the engine's counting, with nothing but the calendar changed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from flows.clocks import capped, rule_of
from flows.engine import Facts
from flows.state import LimitState, State
from models.law.calendar import Calendar
from models.law.ledger import LEDGER
from models.law.limits import Reckoning, reckon
from models.law.schema import Rule


class Counted(NamedTuple):
    """A limit counted anew, and every day on which its end rests: its own, its parent's, those of its bound."""

    reckoning: Reckoning
    days: frozenset[date]


def ended(limit: LimitState, at: datetime) -> datetime | None:
    """When a limit ended, as the law sees it; None while it runs.

    A window, bar or term has run out at its end although the act that will notice it is still to come.
    """
    return limit.ended_at or (limit.due if limit.kind != "duty" and limit.passed(at) else None)


@dataclass
class Recount:
    """The limits of one dossier under one calendar, each counted once when it is asked for."""

    state: State
    calendar: Calendar
    facts: Facts
    at: datetime
    _counted: dict[UUID, Counted] = field(default_factory=dict)

    def __getitem__(self, limit: LimitState) -> Counted:
        """The limit counted from where it starts; from the end of another, it moves with that one while it runs.

        Raises LimitRefused, and UnknownYearError beyond the calendar.
        """
        if limit.id not in self._counted:
            self._counted[limit.id] = self._count(limit)
        return self._counted[limit.id]

    def _count(self, limit: LimitState) -> Counted:
        rule = rule_of(limit)
        parent = next((one for one in self.state.limits if one.id == limit.parent), None)
        start, days = limit.starts_at, frozenset[date]()
        if parent and not ended(parent, self.at):
            start, days = self[parent].reckoning.due, self[parent].days
        reckoning = reckon(rule, start, self.calendar, self.facts, LEDGER.validate_python(limit.ledger))
        days |= {step.date for step in reckoning.steps}
        bound = self._bound(limit, rule)
        if bound is None or bound.due is None or bound.last_day is None:
            return Counted(reckoning, days)
        due, last_day = bound.due, bound.last_day
        if not ended(bound, self.at):
            outer = self[bound]
            due, last_day, days = outer.reckoning.due, outer.reckoning.last_day, days | outer.days
        return Counted(capped(reckoning, due, last_day, rule_of(bound)), days)

    def _bound(self, limit: LimitState, rule: Rule) -> LimitState | None:
        """The limit it cannot outlast; one that has ended since bounds it still."""
        for one in reversed(self.state.limits):
            if rule.inside in {one.rule, one.place} and (
                one.ended_at is None or one.ended_at > limit.starts_at
            ):
                return one
        return None
