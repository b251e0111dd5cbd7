"""Time limits of a rulebook: when one runs out, what its ledger did to it, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from models.law.calendar import Calendar
from models.law.choosing import Choice, FactNeeded, NoClock, choose
from models.law.counting import (
    CODE,
    TIMEZONE,
    UNITS,
    AmountOutOfRange,
    Begin,
    Count,
    Direction,
    InstantOutOfRange,
    LimitRefused,
    NaiveInstant,
    Roll,
    Span,
    Step,
    backward,
    end_day,
    forward,
    local,
    within,
)
from models.law.ledger import (
    CalendarChanged,
    Carried,
    Corrected,
    Credited,
    EntryRefused,
    Extended,
    LedgerEntry,
    Restarted,
    Suspended,
)
from models.law.schema import Amount, Kind, Rule, Unit

__all__ = [
    "TIMEZONE",
    "AmountOutOfRange",
    "CalendarChanged",
    "Carried",
    "Choice",
    "Corrected",
    "Credited",
    "EntryRefused",
    "Extended",
    "FactNeeded",
    "InstantOutOfRange",
    "LedgerEntry",
    "LimitRefused",
    "NaiveInstant",
    "NoClock",
    "OtherReading",
    "Point",
    "Reckoning",
    "Restarted",
    "Step",
    "Suspended",
    "choose",
    "count",
    "reckon",
]


class Result(BaseModel):
    """Base of what is computed."""

    model_config = ConfigDict(frozen=True)


class Point(Result):
    """Where the first of two amounts ends: past it a warning, not yet a breach."""

    due: datetime
    last_day: date
    amount: int
    unit: Unit
    citation: str


class OtherReading(Result):
    """Where the limit would end if the first day were not counted."""

    due: datetime
    last_day: date
    reason: str


class Reckoning(Result):
    """A computed limit that explains itself.

    `start` is the instant it was given to count from, or back from; `counted_from` is the same, or that of the
    last restart. `due` is the instant at which it has run out: midnight after `last_day`, for hours the exact minute; of two amounts the second's.
    `first_day` is the first that can count, of days, months and years counted forward.
    `opens` is set only for what must be done within so long before an end: earlier is too early. While
    `suspended`, `due` is what it would be if the limit went on at once: it can only become later, and nobody is
    late before the limit goes on.
    """

    rule: str | None = None
    kind: Kind | None = None
    who: str | None = None
    anchor: str | None = None
    start: datetime
    counted_from: datetime
    amount: int
    unit: Unit
    due: datetime
    first_day: date | None = None
    last_day: date
    opens: datetime | None = None
    rolled: bool = False
    suspended: bool = False
    warning: Point | None = None
    other_reading: OtherReading | None = None
    citation: str
    confirmed: bool
    calendar_version: str
    steps: tuple[Step, ...]
    journal: tuple[str, ...] = ()


def count(
    amount: int,
    unit: Unit,
    start: datetime,
    calendar: Calendar,
    *,
    roll: Roll = "forward",
    direction: Direction = "after",
    span: Span = "at_least",
) -> Reckoning:
    """A bare amount of time counted from an instant, or back from it, by the civil code alone.

    Raises NaiveInstant, AmountOutOfRange, and UnknownYearError outside the calendar.
    """
    at = local(start)
    if direction == "after":
        counted = forward(amount, unit, Begin(at, at.date()), calendar, roll)
    else:
        counted = _counted_back(amount, unit, at, calendar, roll, span)
    return Reckoning(
        start=at,
        counted_from=at,
        amount=amount,
        unit=unit,
        due=counted.due,
        first_day=counted.first_day,
        last_day=counted.last_day,
        opens=counted.opens,
        rolled=counted.rolled,
        citation=f"{CODE} Đ.145–148",
        confirmed=counted.certain,
        calendar_version=calendar.version,
        steps=tuple(counted.steps),
    )


def reckon(
    rule: Rule,
    start: datetime,
    calendar: Calendar,
    facts: Mapping[str, object] = {},
    ledger: Sequence[LedgerEntry] = (),
) -> Reckoning:
    """When a rule's limit runs out, counted from its anchor's instant (or back from its end), and why.

    An anchor that is the end of another limit belongs, at midnight, to the day that just ended: that day is the
    one not counted. `first_day = "doubtful"`: the first day is counted (Đ.151), which is the shorter reading; the
    other (Đ.147) stands beside it; a limit counted back has only one reading. The ledger is taken in order of
    its instants. Raises what `choose` and `count` raise, and EntryRefused.
    """
    choice = choose(rule, facts)
    history = _History(rule, calendar, choice, local(start))
    for entry in sorted(ledger, key=lambda entry: entry.at):
        history.take(entry)
    amount = history.amounts[-1]
    counted = history.counted(amount)
    return Reckoning(
        rule=rule.id,
        kind=rule.kind,
        who=rule.who,
        anchor=choice.anchor.text,
        start=history.start,
        counted_from=history.begin.start,
        amount=amount.value,
        unit=amount.unit,
        due=counted.due,
        first_day=counted.first_day,
        last_day=counted.last_day,
        opens=counted.opens,
        rolled=counted.rolled,
        suspended=history.open_since is not None and history.open_since < counted.due,
        warning=history.warning(),
        other_reading=history.other_reading(amount),
        citation=amount.citation or rule.citation,
        confirmed=rule.confirmed and counted.certain,
        calendar_version=calendar.version,
        steps=tuple(counted.steps),
        journal=tuple(history.journal),
    )


@dataclass
class _History:
    """A limit and what has happened to it so far."""

    rule: Rule
    calendar: Calendar
    choice: Choice
    start: datetime
    begin: Begin = field(init=False)
    amounts: tuple[Amount, ...] = field(init=False)
    open_since: datetime | None = None
    extensions: int = 0
    journal: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        ended = self.choice.anchor.limit is not None
        self.begin = Begin(self.start, end_day(self.start) if ended else self.start.date())
        self.amounts = self.choice.amounts

    def counted(self, amount: Amount, *, other: bool = False) -> Count:
        rule = self.rule
        if rule.direction == "before":
            return _counted_back(
                amount.value, amount.unit, self.begin.start, self.calendar, rule.roll, rule.span
            )
        first_day_counts = rule.first_day == "doubtful" and not other
        return forward(
            amount.value, amount.unit, self.begin, self.calendar, rule.roll, first_day_counts=first_day_counts
        )

    def warning(self) -> Point | None:
        if len(self.amounts) == 1:
            return None
        amount = self.amounts[0]
        counted = self.counted(amount)
        return Point(
            due=counted.due,
            last_day=counted.last_day,
            amount=amount.value,
            unit=amount.unit,
            citation=amount.citation or self.rule.citation,
        )

    def other_reading(self, amount: Amount) -> OtherReading | None:
        rule = self.rule
        if rule.first_day != "doubtful" or rule.direction == "before" or amount.unit is Unit.hour:
            return None
        counted = self.counted(amount, other=True)
        reason = f"Nếu không tính ngày đầu tiên ({CODE} Đ.147.2) thì hết vào ngày {counted.last_day:%d/%m/%Y}"
        return OtherReading(due=counted.due, last_day=counted.last_day, reason=reason)

    def take(self, entry: LedgerEntry) -> None:
        at = local(entry.at)
        if isinstance(entry, Carried):
            self.journal.append(f"{entry.reason} ({entry.citation})")
            return
        if isinstance(entry, CalendarChanged):  # it may come before the limit begins, and to one counted back
            self.journal.append(f"Lịch thay đổi: {entry.reason}, căn cứ {entry.citation}")
            return
        if isinstance(entry, Corrected):
            self.journal.append(f"Đính chính: {entry.reason}, căn cứ {entry.citation}")
            return
        if self.rule.direction == "before":
            raise EntryRefused(f"{self.rule.id}: thời hạn đếm ngược chỉ thay đổi khi ngày kết thúc thay đổi")
        if at < self.begin.start:
            raise EntryRefused(f"{self.rule.id}: {_moment(at)} là trước khi thời hạn bắt đầu")
        match entry:
            case Suspended():
                line = self._suspend(entry, at)
            case Extended():
                line = self._extend(entry, at)
            case Restarted():
                self.begin, self.amounts = Begin(at, at.date()), self.choice.amounts
                self.open_since, self.extensions = None, 0
                line = f"Tính lại từ đầu kể từ {_moment(at)}"
            case Credited():
                line = self._credit(entry)
        self.journal.append(f"{line}: {entry.reason} ({entry.citation})")

    def _suspend(self, entry: Suspended, at: datetime) -> str:
        pauses = self.begin.pauses
        if self.open_since or (pauses and at < pauses[-1][1]):
            raise EntryRefused(f"{self.rule.id}: thời hạn đang tạm đình chỉ lúc {_moment(at)}")
        until = local(entry.until) if entry.until else at
        if until < at:
            raise EntryRefused(f"{self.rule.id}: tạm đình chỉ kết thúc trước khi bắt đầu")
        ended = self.counted(self.amounts[-1]).due
        self.begin = Begin(self.begin.start, self.begin.event_day, (*pauses, (at, until)), self.begin.credit)
        self.open_since = None if entry.until else at
        line = f"Tạm đình chỉ từ {_moment(at)}" + (
            f" đến {_moment(until)}" if entry.until else ", chưa tiếp tục"
        )
        return f"{line}, sau khi thời hạn đã hết nên không làm thay đổi ngày hết hạn" if at >= ended else line

    def _extend(self, entry: Extended, at: datetime) -> str:
        extension, amount = self.rule.extension, self.amounts[-1]
        total = f"{entry.amount_total} {UNITS[amount.unit]}"
        if extension is None:
            raise EntryRefused(f"{self.rule.id}: luật không cho gia hạn ({self.rule.citation})")
        if not amount.value < entry.amount_total <= extension.most or self.extensions == extension.times:
            most = f"tối đa {extension.times} lần, tổng cộng {extension.most} {UNITS[amount.unit]}"
            raise EntryRefused(
                f"{self.rule.id}: không thể gia hạn thành {total}; {most} ({extension.citation})"
            )
        ended = self.counted(amount).due
        standing_still = self.open_since is not None and self.open_since < ended
        if at >= ended and not standing_still:
            raise EntryRefused(f"{self.rule.id}: thời hạn đã hết lúc {_moment(ended)}, không thể gia hạn")
        longer = amount.model_copy(update={"value": entry.amount_total})
        self.amounts = (*self.amounts[:-1], longer)
        self.extensions += 1
        return f"Gia hạn lúc {_moment(at)} thành tổng cộng {total}"

    def _credit(self, entry: Credited) -> str:
        if self.amounts[-1].unit in {Unit.hour, Unit.working_day}:
            raise EntryRefused(f"{self.rule.id}: chỉ trừ ngày vào thời hạn tính bằng ngày, tháng hoặc năm")
        begin = self.begin
        self.begin = Begin(begin.start, begin.event_day, begin.pauses, begin.credit + entry.days)
        return f"Trừ {entry.days} ngày vào thời hạn"


def _counted_back(
    amount: int, unit: Unit, end: datetime, calendar: Calendar, roll: Roll, span: Span
) -> Count:
    if span == "within":
        return within(amount, unit, end, calendar)
    return backward(amount, unit, end, calendar, roll)


def _moment(at: datetime) -> str:
    return f"{at:%H:%M} ngày {at:%d/%m/%Y}"
