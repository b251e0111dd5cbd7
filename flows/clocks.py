"""Limits of a dossier as acts move them: started, ended, restarted, extended, suspended, credited."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from flows.books import book as book_of
from flows.refusals import Flaw, Invalid
from flows.state import LimitState
from flows.view import View
from models.law.calendar import Calendar, UnknownYearError
from models.law.ledger import LEDGER
from models.law.limits import (
    TIMEZONE,
    Credited,
    Extended,
    FactNeeded,
    LimitRefused,
    Reckoning,
    Restarted,
    Suspended,
    choose,
    reckon,
)
from models.law.loader import catalogue
from models.law.remaining import days_past
from models.law.schema import Anchor, Clock, Kind, Ref, Rule


@dataclass
class Moves:
    """What an act does to the dossier's limits, as rows to write."""

    started: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    reopened: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    """Limits that run on after an act that ended or moved them is void; written last."""
    late: list[tuple[Rule, LimitState, int]] = field(default_factory=list)
    warnings: list[tuple[Rule, LimitState]] = field(default_factory=list)


@dataclass
class Clocks:
    """Moves the limits of one dossier for one act."""

    view: View
    event: UUID
    calendar: Calendar
    moves: Moves = field(default_factory=Moves)

    def run(self, *, closing: bool) -> Moves:
        """Applies everything the action says; a closing act cancels what is still open.

        Raises:
            Invalid: a fact a limit is counted from is missing, or does not fit the rule.
        """
        action = self.view.action
        starts, ends = self._holding(action.starts), self._holding(action.ends)
        begun = {ref.id for ref in starts}
        self._let_windows_run_out()
        for ref in ends:
            if ref.id not in begun:
                self._end(ref)
        self._change()
        for ref in starts:
            self._begin(self.view.book.rule(ref.id))
        for ref in self._holding(action.credits):
            self._credit(ref)
        for ref in ends:
            if ref.id in begun:  # a duty that the act itself fulfils: counted from before it, ended with it
                self._end(ref)
        if closing:
            self._close_all()
        return self.moves

    def _close_all(self) -> None:
        """Cuts off what is open; but a term or a bar that is past has run out, and only a duty is never over by itself."""
        for limit in self._open():
            if limit.kind != "duty" and limit.due and limit.passed(self.view.at):
                self._close(limit, limit.due, "run_out")
            else:
                self._close(limit, self.view.at, "cancelled")

    def _change(self) -> None:
        """Restarts, extends, suspends and resumes what runs."""
        action = self.view.action
        for ref in self._holding(action.restarts):
            self._restart(ref)
        for ref in self._holding(action.extends):
            self._enter(ref, self._extension)
        for ref in self._holding(action.suspends):
            self._enter(ref, lambda at, _ref: Suspended(at=at, reason=action.title, citation=action.citation))
        for ref in self._holding(action.resumes):
            self._resume(ref)

    def follow(self) -> None:
        """Starts what a new book counts from the end of a limit that goes on, unless it would be over by now."""
        for parent in self._open():
            for rule in self.view.book.hanging(parent.place):
                hanging = rule.kind is not Kind.bar
                known = any(
                    one.place == rule.id and one.parent == parent.id for one in self.view.state.limits
                )
                if not hanging or known or parent.due is None or rule.clock is not Clock.counted:
                    continue
                over = reckon(rule, parent.due, self.calendar, self.view.facts).due <= self.view.at
                if not over and self._starts(rule.id):
                    self._start(rule, parent)

    def _holding(self, refs: Iterable[Ref]) -> list[Ref]:
        return [ref for ref in refs if self.view.holds(ref.when)]

    def _open(self) -> list[LimitState]:
        return [limit for limit in self.view.state.limits if limit.ended_at is None]

    def _let_windows_run_out(self) -> None:
        """A right that this act says was used counts up to the moment it was used, though that is told later."""
        used = {ref.id: self._moment(ref) for ref in self._holding(self.view.action.ends)}
        for limit in self._open():
            until = used.get(limit.place, self.view.at)
            if limit.kind == "window" and limit.due and limit.passed(until):
                self._close(limit, limit.due, "run_out")

    def _end(self, ref: Ref) -> None:
        limit = self.view.state.open_limit(ref.id)
        if limit is None:
            return
        moment = self._moment(ref)
        rule = self.view.book.rule(ref.id)
        if moment < limit.starts_at and limit.parent is None and rule.direction == "after":
            raise Invalid([_before_start(ref, rule, limit)])
        late = _days_late(rule, limit, moment)
        if late:
            self.moves.late.append((rule, limit, late))
        elif rule.kind == "duty" and limit.warning_due and moment >= limit.warning_due:
            self.moves.warnings.append((rule, limit))
        self._close(limit, moment, "used" if rule.kind == "window" else "done", late)

    def _close(self, limit: LimitState, moment: datetime, end: str, late: int | None = None) -> None:
        limit.ended_at, limit.end = moment, end
        self._row(limit).update(
            {"ended_at": moment, "ended_by": self.event, "end": end, "late_days": late or None}
        )

    def _row(self, limit: LimitState) -> dict[str, Any]:
        """What is to be written of a limit: its new row, or the columns that change."""
        started = next((row for row in self.moves.started if row["id"] == limit.id), None)
        return self.moves.changed.setdefault(limit.id, {}) if started is None else started

    def _start(self, rule: Rule, parent: LimitState | None = None) -> None:
        standing = self.view.state.open_limit(rule.in_place_of or rule.id)
        if standing is not None:
            self._close(standing, self.view.at, "restarted")
        self._set(self._new(rule, self.view.at, parent), rule, parent)

    def _begin(self, rule: Rule) -> None:
        """Starts a limit; one counted from the end of another that this act started too has begun by itself."""
        if rule.anchor.limit is None:
            self._start(rule)
            return
        parent = self.view.state.open_limit(rule.anchor.limit)
        if parent is not None and parent.due is not None and not self._hanging(rule, parent):
            self._start(rule, parent)

    def _hanging(self, rule: Rule, parent: LimitState) -> list[LimitState]:
        """The limits of a rule that hang on the end of this one, open or ended."""
        return [one for one in self.view.state.limits if one.place == rule.id and one.parent == parent.id]

    def _restart(self, ref: Ref) -> None:
        """Counts a limit anew; one that began only after that moment is counted from later anyway."""
        limit, action = self.view.state.latest(ref.id), self.view.action
        if limit is not None and self._moment(ref) >= limit.starts_at:
            self._reopen(ref.id)
            self._enter(ref, lambda at, _ref: Restarted(at=at, reason=action.title, citation=action.citation))

    def _reopen(self, rule_id: str) -> None:
        """A window that ran out before its restart was known opens again, as a limit of its own: what ended stays."""
        ended = self.view.state.latest(rule_id)
        if ended is not None and ended.end == "run_out":
            limit = self._new(rule_of(ended), ended.starts_at)
            limit.book, limit.stands_for, limit.ledger = ended.book, ended.stands_for, list(ended.ledger)
            self._row(limit).update({"book": limit.book, "stands_for": limit.stands_for})

    def _new(self, rule: Rule, starts_at: datetime, parent: LimitState | None = None) -> LimitState:
        limit = LimitState(
            id=uuid4(),
            book=self.view.book.code,
            rule=rule.id,
            stands_for=rule.in_place_of,
            kind=rule.kind,
            parent=parent.id if parent else None,
            starts_at=starts_at,
            due=None,
            warning_due=None,
            last_day=None,
            ended_at=None,
            end=None,
            ledger=[],
            hangs_on=parent,
        )
        self.view.state.limits.append(limit)
        row = {
            "id": limit.id,
            "book": limit.book,
            "rule": rule.id,
            "stands_for": limit.stands_for,
            "kind": rule.kind,
            "parent": limit.parent,
            "started_by": self.event,
        }
        self.moves.started.append(row | {"ended_at": None, "ended_by": None, "end": None, "late_days": None})
        return limit

    def _set(self, limit: LimitState, rule: Rule, parent: LimitState | None = None) -> None:
        """Counts the limit, writes what changed, and lets the limits that hang on its end follow."""
        if rule.clock is Clock.counted:
            reckoning = self._capped(self._count(limit, rule, parent), rule)
            limit.starts_at, limit.due, limit.last_day = reckoning.start, reckoning.due, reckoning.last_day
            limit.warning_due = reckoning.warning.due if reckoning.warning else None
            opens, explanation = reckoning.opens, reckoning.model_dump(mode="json")
        else:
            opens, explanation = (
                None,
                {"clock": rule.clock, "citation": rule.citation, "confirmed": rule.confirmed},
            )
        self._row(limit).update(
            {
                "starts_at": limit.starts_at,
                "due": limit.due,
                "warning_due": limit.warning_due,
                "opens": opens,
                "last_day": limit.last_day,
                "ledger": limit.ledger,
                "explanation": explanation,
            }
        )
        if limit.due is not None:
            self._follow(limit)

    def _count(self, limit: LimitState, rule: Rule, parent: LimitState | None) -> Reckoning:
        try:
            anchor = choose(rule, self.view.facts).anchor
            start = parent.due if anchor.limit and parent else self._instant(rule, anchor)
            if limit.ledger and not parent:
                start = limit.starts_at
            assert start is not None  # noqa: S101 - a parent with children has run through _set, so it is due
            ledger = LEDGER.validate_python(limit.ledger)
            reckoning = reckon(rule, start, self.calendar, self.view.facts, ledger)
            stands_still = limit.hangs_on is not None and limit.hangs_on.suspended
            return reckoning.model_copy(update={"suspended": True}) if stands_still else reckoning
        except FactNeeded as needed:
            raise Invalid([_fact_flaw(needed.fact, rule, str(needed))]) from needed
        except (LimitRefused, UnknownYearError) as refused:
            raise Invalid([_fact_flaw("facts", rule, str(refused))]) from refused

    def _instant(self, rule: Rule, anchor: Anchor) -> datetime:
        if anchor.fact is None:
            return self.view.at
        value = self.view.facts.get(anchor.fact)
        if value is None:
            title = catalogue()[anchor.fact].title
            raise Invalid([_fact_flaw(anchor.fact, rule, f"cần “{title}” để tính thời hạn “{rule.title}”")])
        other = self.view.facts.get(anchor.or_later) if anchor.or_later else None
        return instant_of(value) if other is None else max(instant_of(value), instant_of(other))

    def _capped(self, reckoning: Reckoning, rule: Rule) -> Reckoning:
        """A limit inside another ends with it at the latest, and says so."""
        outer = self.view.state.open_limit(rule.inside) if rule.inside else None
        if outer is None or outer.due is None or outer.last_day is None:
            return reckoning
        return capped(reckoning, outer.due, outer.last_day, rule_of(outer))

    def _follow(self, parent: LimitState) -> None:
        """Limits counted from the end of this one start by themselves, and move with it.

        A bar moves, but does not start by itself: it binds only whom its article names, so an action must start it. Nor does a
        rule beside another start.
        """
        for rule in self.view.book.hanging(parent.place):
            if rule.beside:
                continue
            before = self._hanging(rule, parent)
            child = next((one for one in before if one.ended_at is None), None)
            if child is not None:
                self._set(child, rule_of(child), parent)
            elif (
                rule.clock is Clock.counted
                and self._starts(rule.id)
                and self._is_due_anew(rule, parent, before)
            ):
                self._start(rule, parent)

    def _is_due_anew(self, rule: Rule, parent: LimitState, before: list[LimitState]) -> bool:
        """What was done in time for an end that has moved since is due again only where there is still time for it."""
        if not before or parent.due is None:
            return True
        return reckon(rule, parent.due, self.calendar, self.view.facts).due > self.view.at

    def _starts(self, rule_id: str) -> bool:
        """Whether this act lets the rule start: it says so, or no action says so and it starts by itself (a bar never)."""
        if any(ref.id == rule_id for ref in self._holding(self.view.action.starts)):
            return True
        if self.view.book.rule(rule_id).kind is Kind.bar:
            return False
        return all(ref.id != rule_id for action in self.view.book.actions for ref in action.starts)

    def _enter(self, ref: Ref, entry: Any) -> None:  # noqa: ANN401 - a function from instant and ref to an entry
        limit = self.view.state.open_limit(ref.id)
        if limit is None:
            return
        moment = self.view.at if ref.at is None or catalogue()[ref.at].type == "number" else self._moment(ref)
        limit.ledger = [*limit.ledger, entry(moment, ref).model_dump(mode="json")]
        self._recount(limit)

    def _extension(self, at: datetime, ref: Ref) -> Extended:
        total = self.view.facts.get(ref.at or "")
        action = self.view.action
        if not isinstance(total, int) or total < 1:
            raise Invalid(
                [
                    _fact_flaw(
                        ref.at or "facts", self.view.book.rule(ref.id), "cần tổng số ngày sau khi kéo dài"
                    )
                ]
            )
        return Extended(at=at, amount_total=total, reason=action.title, citation=action.citation)

    def _resume(self, ref: Ref) -> None:
        limit = self.view.state.open_limit(ref.id)
        if limit is None or limit.pause is None:
            return
        ledger = list(limit.ledger)
        ledger[limit.pause] = ledger[limit.pause] | {"until": self._moment(ref).isoformat()}
        limit.ledger = ledger
        self._recount(limit)

    def _credit(self, ref: Ref) -> None:
        days = self.view.facts.get(ref.at or "")
        limit = self.view.state.open_limit(ref.id)
        if limit is None or not days:
            return
        action = self.view.action
        entry = Credited(
            at=limit.starts_at, days=days, reason=catalogue()[ref.at or ""].title, citation=action.citation
        )
        limit.ledger = [*limit.ledger, entry.model_dump(mode="json")]
        self._recount(limit)

    def _recount(self, limit: LimitState) -> None:
        rule = rule_of(limit)
        parent = next((one for one in self.view.state.limits if one.id == limit.parent), None)
        self._set(limit, rule, parent)

    def _moment(self, ref: Ref) -> datetime:
        value = self.view.facts.get(ref.at) if ref.at else None
        return self.view.at if value is None else instant_of(value)


def capped(reckoning: Reckoning, due: datetime, last_day: date, law: Rule) -> Reckoning:
    """A limit that cannot outlast another, by the rule `law`, that ends at `due`."""
    if due >= reckoning.due:
        return reckoning
    line = f"Không quá thời hạn “{law.title}” ({law.citation})"
    return reckoning.model_copy(
        update={"due": due, "last_day": last_day, "journal": (*reckoning.journal, line)}
    )


def rule_of(limit: LimitState) -> Rule:
    """The rule by which a limit is counted: that of the book it was started under."""
    return book_of(limit.book).rule(limit.rule)


def instant_of(value: object) -> datetime:
    """The instant a fact names; a day begins at midnight."""
    if isinstance(value, datetime):
        return value.astimezone(TIMEZONE)
    if isinstance(value, date):
        return datetime.combine(value, time(), TIMEZONE)
    raise TypeError(f"no instant: {value!r}")


def _days_late(rule: Rule, limit: LimitState, moment: datetime) -> int:
    if rule.kind != "duty" or rule.span == "within" or limit.due is None or not limit.passed(moment):
        return 0
    return days_past(limit.due, moment)


def _before_start(ref: Ref, rule: Rule, limit: LimitState) -> Flaw:
    return Flaw(
        "before_its_start",
        f"facts.{ref.at}" if ref.at else "occurred_at",
        f"sớm hơn lúc bắt đầu thời hạn “{rule.title}” ({limit.starts_at.astimezone(TIMEZONE):%H:%M %d/%m/%Y})",
        f"earlier than the start of “{rule.title_en}”",
        rule.citation,
    )


def _fact_flaw(fact: str, rule: Rule, message: str) -> Flaw:
    where = fact if fact == "facts" else f"facts.{fact}"
    english = (
        "cannot be counted without it"
        if fact != "facts"
        else "does not allow this change, at this moment or so long"
    )
    return Flaw("fact_needed", where, message, f"“{rule.title_en}” {english}", rule.citation)
