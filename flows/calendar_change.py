"""Changing the calendar: which open limits move, why it may not be, and the one transaction that does it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.calendars import Decision, flaws_of, held_alone, in_force, record
from flows.clocks import rule_of
from flows.engine import Facts
from flows.recounting import Recount, ended
from flows.refusals import Invalid, Need, Refused
from flows.state import LimitState, State, load
from models.clock import now
from models.law.calendar import Calendar, Change, UnknownYearError
from models.law.counting import end_day, midnight
from models.law.limits import TIMEZONE, CalendarChanged, LimitRefused, Reckoning
from models.law.schema import Rule, Unit
from models.store import SYSTEM, Scope, Store, unit_of_work

BATCH = 200
"""Dossiers held in memory at a time."""
LISTED = 500
"""Moved limits named in an answer; all are counted."""
NAMED = 5
"""Limits named in a refusal, or left as they are; all are counted."""


class Ends(NamedTuple):
    """Where a limit ends, where the first of two amounts does, and from when a thing may be done before an end."""

    due: datetime
    last_day: date
    warning_due: datetime | None
    opens: datetime | None


@dataclass
class Named:
    """Limits that are only named: how many, and the first by dossier and rule."""

    number: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, state: State, limit: LimitState) -> None:
        """One more."""
        self.number += 1
        if len(self.first) < NAMED:
            self.first.append(f"{state.number} ({limit.rule})")

    def __str__(self) -> str:
        return ", ".join(self.first) + (" …" if self.number > len(self.first) else "")


@dataclass(frozen=True)
class Moved:
    """An open limit that the change moves."""

    dossier: UUID
    number: str
    holder: str
    rule: Rule
    before: Ends
    after: Ends


@dataclass
class Outcome:
    """What a change does, or would do; `moved` names the first of `moved_count`, in order of the dossiers' numbers.

    `explained_anew` are open limits that end where they did, but for reasons that changed. `left` are open limits whose
    present end does not follow from what is known now (a fact was recorded anew since): the change concerns them, but
    people must say how.
    """

    version_before: str
    version: str
    looked_at: int
    moved_count: int = 0
    explained_anew: int = 0
    moved: list[Moved] = field(default_factory=list)
    left: Named = field(default_factory=Named)


def change_calendar(store: Store, decision: Decision, account: UUID, *, dry_run: bool = False) -> Outcome:
    """Changes the calendar and moves the open limits with it, in one transaction; what has ended stays.

    Args:
        store: the store, or a unit of work under way in the system's scope.
        decision: what changes.
        account: who records it.
        dry_run: only tell what would move.

    Raises:
        Invalid: a day outside the calendar, named twice, or already as decided.
        Refused: the change would rewrite what has ended.
    """
    with unit_of_work(store, Scope(SYSTEM, account)) as connection:
        calendar = in_force(connection) if dry_run else held_alone(connection)
        flaws = [*flaws_of(decision, calendar)]
        if flaws:
            raise Invalid(flaws)
        projection = _Projection(connection, decision, calendar, now(), dry_run=dry_run)
        projection.run()
        if not dry_run:
            outcome = projection.outcome
            record(connection, decision, (outcome.version_before, outcome.version), account)
    return projection.outcome


# Dossiers with a limit that a changed day can touch. A count asks for days between its start and its end, and a roll
# past that for the length of a holiday: a month on either side is more than enough.
_CONCERNED = text("""
    SELECT dossier FROM time_limit
    WHERE dossier > :after AND due IS NOT NULL AND (ended_at IS NULL OR ended_at >= :first)
        AND EXISTS (SELECT FROM unnest(CAST(:since AS timestamptz[]), CAST(:until AS timestamptz[])) day (since, until)
            WHERE day.since < greatest(starts_at, due) + interval '1 month'
            AND day.until > least(starts_at, due, opens) - interval '1 month')
    GROUP BY dossier ORDER BY dossier LIMIT :most
""")
_OPEN = text("SELECT count(*) FROM time_limit WHERE ended_at IS NULL AND due IS NOT NULL")
_WRITE = text("""
    UPDATE time_limit SET starts_at = new.starts_at, due = new.due, warning_due = new.warning_due, opens = new.opens,
        last_day = new.last_day, ledger = new.ledger, explanation = new.explanation
    FROM jsonb_populate_recordset(NULL::time_limit, :limits) new WHERE time_limit.id = new.id
""").bindparams(bindparam("limits", type_=JSONB))


@dataclass
class _Projection:
    """Open limits under the calendar as it was and as it will be."""

    connection: Connection
    decision: Decision
    calendar: Calendar
    at: datetime
    dry_run: bool
    rewritten: Named = field(default_factory=Named)
    uncountable: Named = field(default_factory=Named)
    _known: dict[int, Calendar] = field(default_factory=dict)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes in order of their days."""
        return tuple(sorted(self.decision.changes, key=lambda change: change.day))

    @cached_property
    def changed(self) -> Calendar:
        """The calendar as it will be."""
        year, announcement = self.decision.announces, self.decision.announcement
        announced = {year: announcement} if year and announcement else {}
        return self.calendar.with_changes(self.changes, announced)

    @cached_property
    def outcome(self) -> Outcome:
        """What was found so far."""
        looked_at = self.connection.execute(_OPEN).scalar_one()
        return Outcome(self.calendar.version, self.changed.version, looked_at)

    def run(self) -> None:
        """Looks at every limit that the change can touch, and moves the open ones unless it is a dry run.

        Raises:
            Refused: some that have ended would change, or some cannot be counted under the changed calendar.
        """
        for states in self._batches():
            rows = [row for state in states for row in self._look_at(state)]
            if rows and not self.dry_run:
                self.connection.execute(_WRITE, {"limits": rows})
        self.outcome.moved.sort(key=lambda moved: (moved.number, moved.before.due))
        needs = [*_needs(self.rewritten, self.uncountable)]
        if needs:
            raise Refused(needs)

    def _batches(self) -> Iterator[list[State]]:
        spans = [(change.day, change.day) for change in self.changes]
        if year := self.decision.announces:
            spans.append((date(year, 1, 1), date(year, 12, 31)))
        since, until = (
            [midnight(first) for first, _ in spans],
            [midnight(date.fromordinal(last.toordinal() + 1)) for _, last in spans],
        )
        after = UUID(int=0)
        while True:
            asked = {"after": after, "since": since, "until": until, "first": min(since), "most": BATCH}
            dossiers = list(self.connection.execute(_CONCERNED, asked).scalars())
            if not dossiers:
                return
            after = dossiers[-1]
            locking = () if self.dry_run else dossiers
            with unit_of_work(self.connection, Scope(SYSTEM), locking=locking):
                yield list(load(self.connection, dossiers).values())

    def _look_at(self, state: State) -> Iterator[dict[str, Any]]:
        """The limits of a dossier that are to be written."""
        facts = Facts(state, {}, self.at)
        before, after, told = (
            Recount(state, calendar, facts, self.at)
            for calendar in (self.calendar, self.changed, self.changed)
        )
        found: list[LimitState] = []
        for limit in state.limits:
            if limit.due is None:
                continue
            try:
                if end := ended(limit, self.at):
                    self._leave(state, limit, before, end)
                elif self._moves(state, limit, before, after):
                    found.append(limit)
            except (LimitRefused, UnknownYearError):
                self.uncountable.add(state, limit)
        for limit in found:  # counted once more, with what the journals tell by now
            yield row_of_limit(limit, told[limit].reckoning)

    def _leave(self, state: State, limit: LimitState, before: Recount, end: datetime) -> None:
        """A limit that has ended stays; a day that came before its end cannot become another one for it."""
        last = end.astimezone(TIMEZONE).date()
        known = bisect_right(self.changes, last, key=lambda change: change.day)
        if not known:
            return
        if known not in self._known:
            self._known[known] = self.calendar.with_changes(self.changes[:known])
        after = Recount(state, self._known[known], before.facts, self.at)
        if ends_of(before[limit].reckoning) != ends_of(after[limit].reckoning):
            self.rewritten.add(state, limit)

    def _moves(self, state: State, limit: LimitState, before: Recount, after: Recount) -> bool:
        """Whether an open limit is to be written: it ends elsewhere, which its ledger will tell, or for other reasons."""
        try:
            was = before[limit]
        except (LimitRefused, UnknownYearError):
            self.outcome.left.add(state, limit)
            return False
        becomes = after[limit]
        old, new = ends_of(was.reckoning), ends_of(becomes.reckoning)
        if old == new:
            same = {"calendar_version": was.reckoning.calendar_version}
            otherwise = becomes.reckoning.model_copy(update=same) != was.reckoning
            self.outcome.explained_anew += otherwise
            return otherwise
        stored = limit.starts_at, limit.due, limit.last_day, limit.warning_due
        if stored != (was.reckoning.start, *old[:3]):
            self.outcome.left.add(state, limit)
            return False
        moved = Moved(state.id, state.number, state.holder, rule_of(limit), old, new)
        self.outcome.moved_count += 1
        if len(self.outcome.moved) < LISTED:
            self.outcome.moved.append(moved)
        because = [change for change in self.changes if change.day in was.days | becomes.days]
        entry = _entry(self.at, because, moved, becomes.reckoning.unit)
        limit.ledger = [*limit.ledger, entry.model_dump(mode="json")]
        return True


def _entry(at: datetime, because: list[Change], moved: Moved, unit: Unit) -> CalendarChanged:
    reasons = ", ".join(
        f"{'nghỉ' if change.kind == 'off' else 'làm việc'} ngày {change.day:%d/%m/%Y} ({change.name})"
        for change in because
    )
    citations = "; ".join(dict.fromkeys(change.citation for change in because))
    return CalendarChanged(at=at, reason=f"{reasons}, {told_of(moved, unit)}", citation=citations)


def ends_of(reckoning: Reckoning) -> Ends:
    """Where a counted limit ends."""
    warning = reckoning.warning.due if reckoning.warning else None
    return Ends(reckoning.due, reckoning.last_day, warning, reckoning.opens)


def told_of(moved: Moved, unit: Unit) -> str:
    """What moved, in words: the end, the first of two amounts, the time before an end."""

    def said(instant: datetime | None, *, end: bool = True) -> str:
        if instant is None:
            return "không có"
        at = instant.astimezone(TIMEZONE)
        if unit is Unit.hour:
            return f"{at:%H:%M} {at:%d/%m/%Y}"
        return f"{end_day(at) if end else at:%d/%m/%Y}"

    before, after = moved.before, moved.after
    parts = []
    if before.due != after.due:
        parts += [f"hạn cũ {said(before.due)}", f"hạn mới {said(after.due)}"]
    if before.warning_due != after.warning_due:
        parts += [f"mức thứ nhất cũ {said(before.warning_due)}", f"mới {said(after.warning_due)}"]
    if before.opens != after.opens:
        parts += [f"được làm từ {said(before.opens, end=False)}", f"nay từ {said(after.opens, end=False)}"]
    return ", ".join(parts)


def row_of_limit(limit: LimitState, reckoning: Reckoning) -> dict[str, Any]:
    """What of a limit's row is written when it was counted anew."""
    return {
        "id": limit.id,
        "starts_at": reckoning.start,
        **ends_of(reckoning)._asdict(),
        "ledger": limit.ledger,
        "explanation": reckoning.model_dump(mode="json"),
    }


def _needs(rewritten: Named, uncountable: Named) -> Iterator[Need]:
    if rewritten.number:
        vi = f"{rewritten.number} thời hạn đã kết thúc đã được tính qua những ngày này, không thể tính lại: {rewritten}"
        en = f"{rewritten.number} limits that have ended were counted over these days and cannot change: {rewritten}"
        yield Need("rewrites_history", met=False, message=vi, message_en=en)
    if uncountable.number:
        vi = f"{uncountable.number} thời hạn không tính được theo lịch mới: {uncountable}"
        en = f"{uncountable.number} limits cannot be counted by the changed calendar: {uncountable}"
        yield Need("uncountable", met=False, message=vi, message_en=en)
