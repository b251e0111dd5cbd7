"""How time is counted: forward or back, in hours, days, working days, months (Bộ luật Dân sự 2015 Đ.145–151)."""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from models.law.calendar import ONE_DAY, Calendar
from models.law.schema import Unit

TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MOST = 10_000
"""No limit of any unit is longer; a greater amount is a mistake."""
UNITS = {
    Unit.working_day: "ngày làm việc",
    Unit.day: "ngày",
    Unit.hour: "giờ",
    Unit.month: "tháng",
    Unit.year: "năm",
}
YEARS = range(1976, 2201)
"""Years of any instant; before 1976 the time zone had other offsets."""
CODE = "BLDS 2015"
MIDNIGHT = time()

Roll = Literal["forward", "none", "back"]
Direction = Literal["after", "before"]
Span = Literal["at_least", "within"]


class LimitRefused(ValueError):
    """A limit cannot be computed from what is given."""


class NaiveInstant(LimitRefused):
    """An instant without its time zone: which day it is would be a guess."""

    def __init__(self) -> None:
        super().__init__("Thời điểm phải kèm múi giờ (ví dụ 2026-08-27T15:00+07:00)")


class InstantOutOfRange(LimitRefused):
    """An instant outside the years that any dossier can be about."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"Thời điểm năm {instant.year} nằm ngoài khoảng {YEARS.start}–{YEARS.stop - 1}")


class AmountOutOfRange(LimitRefused):
    """An amount that the rule does not allow, or that no limit has."""


@dataclass(frozen=True, slots=True)
class Step:
    """One day of the count and why it counts or does not; `number` only where days are numbered.

    A plain dataclass: a limit has up to some forty steps, and a model costs four times as much.
    """

    date: date
    counts: bool
    number: int | None
    reason: str


@dataclass(frozen=True)
class Begin:
    """What a limit counted forward starts from, the times it stood still, and the days credited to it.

    The day of the event is kept apart from the instant: an end at midnight belongs to the day before it.
    """

    start: datetime
    event_day: date
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    credit: int = 0

    def paused(self, day: date) -> bool:
        """Whether the limit stands still on the day: the day of a suspension does, the day it goes on does not."""
        return any(begin.date() <= day < end.date() for begin, end in self.pauses)


@dataclass
class Count:
    """A count under way, and at the end its result: `last_day`, `due`, and for a span within an end `opens`.

    `first_day` is the first that can count: of days, months and years counted forward.
    """

    calendar: Calendar
    first_day: date | None = None
    last_day: date = field(init=False)
    due: datetime = field(init=False)
    opens: datetime | None = None
    rolled: bool = False
    certain: bool = True
    steps: list[Step] = field(default_factory=list)

    def add(self, day: date, reason: str, number: int | None = None, *, counts: bool = True) -> None:
        """One more step of the explanation."""
        self.steps.append(Step(day, counts, number, reason))

    def day_off(self, day: date) -> str | None:
        """As the calendar's, remembering whether everything asked of it is certain."""
        self.certain = self.certain and self.calendar.certain(day)
        return self.calendar.day_off(day)

    def end_with(self, day: date) -> "Count":
        """The count with this last day, run out at its 24:00 (Đ.148.6)."""
        self.last_day = day
        self.due = midnight(day + ONE_DAY)
        return self


def midnight(day: date) -> datetime:
    """The beginning of a day in Vietnam."""
    return datetime.combine(day, MIDNIGHT, TIMEZONE)


def local(instant: datetime) -> datetime:
    """The instant in Vietnam's time; raises NaiveInstant when it names no time zone, InstantOutOfRange."""
    if instant.utcoffset() is None:
        raise NaiveInstant
    if instant.year not in YEARS:
        raise InstantOutOfRange(instant)
    return instant.astimezone(TIMEZONE)


def months_after(day: date, months: int) -> date:
    """The same-numbered day so many months away (back, if negative), or that month's last (Đ.148.3–4)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_day(instant: datetime) -> date:
    """The day that an end falls on: midnight, as the end of a limit, belongs to the day before it."""
    at = local(instant)
    return at.date() - ONE_DAY if at.time() == MIDNIGHT else at.date()


def forward(
    amount: int, unit: Unit, begin: Begin, calendar: Calendar, roll: Roll, *, first_day_counts: bool = False
) -> Count:
    """Count from an event onward; the day of the event is not counted (Đ.147.2–3) unless `first_day_counts`.

    Hours run from the minute and never roll; a working-day limit ends on a working day by itself.
    Raises AmountOutOfRange, and UnknownYearError where the calendar is needed and does not reach.
    """
    _check(amount)
    count = Count(calendar)
    if unit is Unit.hour:
        return _hours_forward(amount, begin, count)
    count.first_day = first = begin.event_day if first_day_counts else begin.event_day + ONE_DAY
    if unit in {Unit.day, Unit.working_day}:
        last = _number_days(amount, unit, begin, count, first)
        if first_day_counts and count.steps[0].counts:
            count.steps[0] = _amended(count.steps[0], f"ngày đầu tiên được tính ({CODE} Đ.151)")
    else:
        last = _same_day(amount, unit, begin.event_day, count, first_day_counts=first_day_counts)
        if begin.credit:
            last -= timedelta(days=begin.credit)
            count.add(last, _credited(begin))
        last = _add_pauses(begin, count, first, last) if last >= first else last
    if last < first:  # as many days credited as the term has: it is over at once
        count.due, count.last_day = begin.start, end_day(begin.start)
        return count
    if unit is not Unit.working_day:
        last = _roll(last, roll, begin, count)
    return count.end_with(last)


def backward(amount: int, unit: Unit, end: datetime, calendar: Calendar, roll: Roll) -> Count:
    """Count back from an end: the last day on which a thing can be done at least so long before it.

    The day of the end is not counted. Raises as `forward` does.
    """
    _check(amount)
    count = Count(calendar)
    end = local(end)
    if unit is Unit.hour:
        count.due = end - timedelta(hours=amount)
        count.last_day = count.due.date()
        count.add(count.last_day, f"{amount} giờ trước {end:%H:%M} ngày {end:%d/%m/%Y}")
        return count
    last = end_day(end)
    if unit in {Unit.day, Unit.working_day}:
        last = _number_back(amount, unit, last - ONE_DAY, count)
    else:
        last = _same_day(-amount, unit, last, count)
    if unit is not Unit.working_day:
        last = _roll(last, roll, Begin(end, last), count)
    return count.end_with(last)


def within(amount: int, unit: Unit, end: datetime, calendar: Calendar) -> Count:
    """The time just before an end in which a thing must be done: it opens at `opens` and is over at the end.

    The last day before the end belongs to it: the last 3 working days of a term that ends at Friday's midnight
    are Wednesday, Thursday and Friday, as the last 24 hours are Friday. Raises as `forward` does.
    """
    _check(amount)
    count = Count(calendar)
    count.last_day, count.due = end_day(end), local(end)
    if unit is Unit.hour:
        count.opens = count.due - timedelta(hours=amount)
        count.add(count.opens.date(), f"Bắt đầu lúc {count.opens:%H:%M}, {amount} giờ trước khi hết thời hạn")
    elif unit in {Unit.day, Unit.working_day}:
        count.opens = midnight(_number_back(amount, unit, count.last_day, count))
    else:
        count.opens = midnight(_same_day(-amount, unit, count.last_day, count) + ONE_DAY)
    return count


def _check(amount: int) -> None:
    if not 0 < amount <= MOST:
        raise AmountOutOfRange(f"Thời hạn phải từ 1 đến {MOST}, không thể là {amount}")


def _hours_forward(amount: int, begin: Begin, count: Count) -> Count:
    count.due = begin.start + timedelta(hours=amount)
    for pause_begin, pause_end in begin.pauses:
        if pause_begin < count.due:
            count.due += pause_end - pause_begin
    count.last_day = count.due.date()
    reason = f"{amount} giờ kể từ {begin.start:%H:%M} ngày {begin.start:%d/%m/%Y}, hết lúc {count.due:%H:%M}"
    count.add(count.last_day, f"{reason} ({CODE} Đ.147.1)")
    return count


def _number_days(amount: int, unit: Unit, begin: Begin, count: Count, first: date) -> date:
    number, day = begin.credit, first - ONE_DAY
    if number:
        count.add(day, _credited(begin), counts=False)
    every_day = unit is Unit.day
    while number < amount:
        day += ONE_DAY
        if begin.pauses and begin.paused(day):
            count.add(day, "Tạm đình chỉ", counts=False)
        elif not every_day and (reason := count.day_off(day)):
            count.add(day, reason, counts=False)
        else:
            number += 1
            count.add(day, _numbered(number, unit, day, count.calendar), number)
    return day


def _credited(begin: Begin) -> str:
    return f"Trừ {begin.credit} ngày đã được tính vào thời hạn"


def _number_back(amount: int, unit: Unit, latest: date, count: Count) -> date:
    number, day = 0, latest + ONE_DAY
    while number < amount:
        day -= ONE_DAY
        if unit is Unit.working_day and (reason := count.day_off(day)):
            count.add(day, reason, counts=False)
        else:
            number += 1
            count.add(day, f"{_numbered(number, unit, day, count.calendar)}, đếm ngược", number)
    return day


def _numbered(number: int, unit: Unit, day: date, calendar: Calendar) -> str:
    if unit is Unit.day:
        return f"Ngày thứ {number}"
    made_up = f" ({calendar.days[day].name})" if day in calendar.days else ""
    return f"Ngày làm việc thứ {number}{made_up}"


def _same_day(
    amount: int, unit: Unit, event_day: date, count: Count, *, first_day_counts: bool = False
) -> date:
    """The same-numbered day so many months or years away, or the month's last (Đ.148.3–4)."""
    months = amount * 12 if unit is Unit.year else amount
    if not MINYEAR < event_day.year + months / 12 < MAXYEAR:
        raise AmountOutOfRange(f"{abs(amount)} {UNITS[unit]}: vượt quá lịch")
    day = months_after(event_day, months)
    article = f"{CODE} Đ.148.{4 if unit is Unit.year else 3}"
    if first_day_counts:
        reason = f"Ngày liền trước ngày tương ứng {day:%d/%m/%Y}: ngày đầu tiên được tính ({CODE} Đ.151)"
        day -= ONE_DAY
    elif event_day.day > day.day:
        month = f"{day.month}/{day.year}"
        reason = f"Tháng {month} không có ngày {event_day.day}: lấy ngày cuối tháng ({CODE} Đ.148.3)"
    else:
        before = " trước" if amount < 0 else ""
        reason = (
            f"Ngày tương ứng với ngày {event_day:%d/%m/%Y}, {abs(amount)} {UNITS[unit]}{before} ({article})"
        )
    count.add(day, reason)
    return day


def _add_pauses(begin: Begin, count: Count, first: date, last: date) -> date:
    for pause_begin, pause_end in begin.pauses:
        days = (pause_end.date() - max(pause_begin.date(), first)).days
        if pause_begin.date() <= last and days > 0:
            last += timedelta(days=days)
            count.add(
                last, f"Cộng {days} ngày tạm đình chỉ từ {pause_begin:%d/%m/%Y} đến {pause_end:%d/%m/%Y}"
            )
    return last


def _roll(last: date, roll: Roll, begin: Begin, count: Count) -> date:
    if roll == "none" or not (reason := _stands_still(last, begin, count)):
        return last
    count.rolled = True
    count.steps[-1] = _amended(count.steps[-1], f"là ngày nghỉ: {reason}")
    step = ONE_DAY if roll == "forward" else -ONE_DAY
    last += step
    while reason := _stands_still(last, begin, count):
        count.add(last, reason, counts=False)
        last += step
    moved = (
        f"Kết thúc vào ngày làm việc tiếp theo ({CODE} Đ.148.5)"
        if roll == "forward"
        else "Lùi về ngày làm việc liền trước để không chậm"
    )
    count.add(last, moved, counts=False)
    return last


def _stands_still(day: date, begin: Begin, count: Count) -> str | None:
    return count.day_off(day) or ("Tạm đình chỉ" if begin.paused(day) else None)


def _amended(step: Step, more: str) -> Step:
    return replace(step, reason=f"{step.reason}; {more}")
