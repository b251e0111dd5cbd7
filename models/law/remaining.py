"""What is left of a limit at an instant: read off the steps by which it was counted, never counted again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Literal

from models.law.calendar import ONE_DAY, Calendar
from models.law.counting import UNITS, end_day, local, months_after
from models.law.ledger import LedgerEntry, Suspended
from models.law.limits import Point, Reckoning, Result, reckon
from models.law.schema import Rule, Unit

State = Literal["not_begun", "not_open", "running", "suspended", "run_out"]

_MINUTE = timedelta(minutes=1)
_ENGLISH = {Unit.working_day: "working day", Unit.day: "day", Unit.hour: "hour", Unit.month: "month"}


class Left(Result):
    """What is left to one end: `amount` of `unit`, and beyond it `days` (of months) or `minutes` (of hours).

    Of days and months it is what runs after the day of the instant asked about, and `today_counts` says whether
    that day is itself one of those counted. Of a limit that stands still or has not begun it is what will run from
    the day it goes on or begins, that day included: standing still changes nothing in it. Years are told in months.
    Nothing is left once it has run out; `past_days` then counts the begun days since, as a late act is marked.
    """

    due: datetime
    last_day: date
    amount: int = 0
    unit: Unit
    days: int = 0
    minutes: int = 0
    today_counts: bool = False
    is_last_day: bool = False
    past_days: int = 0


class Remaining(Left):
    """What is left of a limit at an instant; of two amounts to the second end, and in `warning` to the first.

    Of what must be done at least so long before an end it is the time until it is due; of what must be done within
    so long before it, the time until that opens while it is `not_open`, and then what is left of it. Days up to a
    day that no step numbers are calendar days.
    """

    at: datetime
    state: State
    opens: datetime | None = None
    warning: Left | None = None
    sentence: str
    sentence_en: str


def remaining(
    rule: Rule,
    start: datetime,
    calendar: Calendar,
    at: datetime,
    facts: Mapping[str, object] = {},
    ledger: Sequence[LedgerEntry] = (),
) -> Remaining:
    """What is left of a rule's limit at an instant, by what had happened to it until then.

    Raises what `reckon` raises, for the instant too.
    """
    known = known_by(ledger, max(local(at), local(start)))
    return left_of(rule, reckon(rule, start, calendar, facts, known), at, known)


def known_by(ledger: Sequence[LedgerEntry], at: datetime) -> list[LedgerEntry]:
    """The ledger as it stood at an instant: later entries left out, a suspension that ended later still open."""
    return [
        entry.model_copy(update={"until": None})
        if isinstance(entry, Suspended) and entry.until and entry.until > at
        else entry
        for entry in ledger
        if entry.at <= at
    ]


def left_of(rule: Rule, reckoning: Reckoning, at: datetime, ledger: Sequence[LedgerEntry] = ()) -> Remaining:
    """What is left at an instant of a limit as it was counted; the ledger is the one it was counted with."""
    at = local(at)
    question = _Question(rule, reckoning, at, _still_since(rule, reckoning, at, ledger))
    left, warning = question.to_the_end(), question.to_the_warning()
    vi, en = question.said(left)
    if warning:
        first_vi, first_en = question.said(warning)
        vi, en = f"mức thứ nhất {first_vi}; mức thứ hai {vi}", f"first end: {first_en}; second end: {en}"
    return Remaining(
        **dict(left),
        at=at,
        state=question.state(left),
        opens=reckoning.opens,
        warning=warning,
        sentence=vi[0].upper() + vi[1:],
        sentence_en=en[0].upper() + en[1:],
    )


def days_past(due: datetime, at: datetime) -> int:
    """Begun days since a limit ran out, the first from that very instant on; none before it."""
    return max(1, ceil((at - due) / ONE_DAY)) if at >= due else 0


def _still_since(
    rule: Rule, reckoning: Reckoning, at: datetime, ledger: Sequence[LedgerEntry]
) -> datetime | None:
    if rule.direction == "after" and at < reckoning.counted_from:
        return reckoning.counted_from
    if reckoning.suspended:
        stands = [one.at for one in ledger if isinstance(one, Suspended) and one.until is None]
        return local(max(stands)) if stands else None
    return None


@dataclass(frozen=True)
class _Question:
    """A counted limit and the instant asked about; `since`: from when it stands still, or will begin, if it does not run."""

    rule: Rule
    counted: Reckoning
    at: datetime
    since: datetime | None

    @property
    def not_open(self) -> bool:
        return self.counted.opens is not None and self.at < self.counted.opens

    def state(self, left: Left) -> State:
        """How it stands with the limit, or with the first of its two amounts."""
        if left.past_days:
            return "run_out"
        if self.since:
            return "not_begun" if self.at < self.since else "suspended"
        return "not_open" if self.not_open else "running"

    def to_the_end(self) -> Left:
        """What is left to the end, or until it opens."""
        counted, forward = self.counted, self.rule.direction == "after"
        if counted.opens and self.not_open:
            return self._left(counted, counted.opens, counted.opens.date(), None)
        steps = [step for step in counted.steps if step.counts and step.date <= counted.last_day]
        end = steps[-1].date if steps and forward else counted.last_day
        numbered = [step.date for step in steps if step.number]
        return self._left(counted, counted.due, end, numbered if forward or counted.opens else None)

    def to_the_warning(self) -> Left | None:
        """What is left to the first of two amounts."""
        counted, warning = self.counted, self.counted.warning
        if warning is None:
            return None
        numbered = [step.date for step in counted.steps if step.number and step.number <= warning.amount]
        same = self.rule.direction == "after" and warning.unit is counted.unit
        return self._left(warning, warning.due, warning.last_day, numbered if same else None)

    def _left(
        self, point: Reckoning | Point, until: datetime, end: date, numbered: list[date] | None
    ) -> Left:
        """So many hours until an instant, so many of the numbered days until a day, or what lies between by the calendar."""
        unit = _unit(point.unit, numbered)
        left = Left(due=point.due, last_day=point.last_day, unit=unit)
        today, moment = self.at.date(), self.since or self.at
        if until <= min(moment, self.at):
            return left.model_copy(update={"past_days": days_past(point.due, self.at)})
        update: dict[str, object] = {"is_last_day": not self.since and today == end_day(point.due)}
        if unit is Unit.hour:
            update["amount"], update["minutes"] = divmod((until - moment) // _MINUTE, 60)
            return left.model_copy(update=update)
        first = self.counted.first_day or date.min + ONE_DAY
        base = max(first, moment.date() if self.since else today + ONE_DAY) - ONE_DAY
        counts = first <= today <= end
        if unit is Unit.month:
            update["amount"], update["days"] = _months_and_days(base, end)
        elif numbered is None:
            update["amount"] = max(0, (end - base).days)
        else:
            update["amount"], counts = sum(day > base for day in numbered), today in numbered
        return left.model_copy(
            update={**update, "today_counts": counts and not (self.since or self.not_open)}
        )

    def said(self, left: Left) -> tuple[str, str]:
        """What is left, in Vietnamese and in English."""
        vi, en = _told(left)
        today, last = f"{self.at:%d/%m/%Y}", f"{left.last_day:%d/%m/%Y}"
        match self.state(left):
            case "run_out":
                past = f"đã hết lúc {left.due:%H:%M} ngày {left.due:%d/%m/%Y}, quá {left.past_days} ngày"
                return (
                    past,
                    f"ran out at {left.due:%H:%M on %d/%m/%Y}, {_english(left.past_days, Unit.day)} past",
                )
            case "not_begun":
                return f"chưa bắt đầu, khi bắt đầu có {vi}", f"not begun, {en} once it begins"
            case "suspended":
                return f"đang tạm đình chỉ, khi tiếp tục còn {vi}", f"suspended, {en} left when it goes on"
            case "not_open":
                opens = self.counted.opens or left.due
                soon = f"chưa được thực hiện, còn {vi} nữa, từ {opens:%H:%M} ngày {opens:%d/%m/%Y}"
                return soon, f"too early, it opens in {en}, at {opens:%H:%M on %d/%m/%Y}"
        if left.unit is Unit.hour:
            return (
                f"còn {vi}, hết lúc {left.due:%H:%M} ngày {left.due:%d/%m/%Y}",
                f"{en} left, until {left.due:%H:%M on %d/%m/%Y}",
            )
        if left.is_last_day:
            return f"ngày {today} là ngày cuối", f"{today} is the last day"
        if not (left.amount or left.days):
            return f"đã đếm đủ, ngày cuối {last}", f"all of it counted, the last day is {last}"
        return (
            f"còn {vi} sau ngày {today}, ngày cuối {last}",
            f"{en} left after {today}, the last day is {last}",
        )


def _unit(unit: Unit, numbered: list[date] | None) -> Unit:
    if unit is Unit.year:
        return Unit.month
    return Unit.day if unit is Unit.working_day and numbered is None else unit


def _months_and_days(base: date, end: date) -> tuple[int, int]:
    if end <= base:
        return 0, 0
    months = (end.year - base.year) * 12 + end.month - base.month
    months -= months_after(base, months) > end
    return months, (end - months_after(base, months)).days


def _told(left: Left) -> tuple[str, str]:
    """An amount of time in words; of a second part that is nothing, nothing is said."""
    parts = [(left.amount, left.unit)] if left.amount or not left.days else []
    parts += [(left.days, Unit.day)] if left.days else []
    vi, en = (
        " ".join(f"{many} {UNITS[unit]}" for many, unit in parts),
        " ".join(_english(many, unit) for many, unit in parts),
    )
    if left.unit is Unit.hour:
        return f"{vi} {left.minutes} phút", f"{en} {left.minutes} min"
    return vi, en


def _english(many: int, unit: Unit) -> str:
    return f"{many} {_ENGLISH[unit]}{'' if many == 1 else 's'}"
