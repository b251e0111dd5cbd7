"""The working calendar of Vietnam: which days agencies work, which they do not, and by what decision."""

import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

FILE = Path(__file__).with_name("calendar.toml")
ONE_DAY = timedelta(days=1)
WEEKEND = {5: "Thứ Bảy", 6: "Chủ Nhật"}

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True),
    AfterValidator(lambda text: unicodedata.normalize("NFC", text)),
]


class UnknownYearError(ValueError):
    """A day outside the years that the calendar covers: it is never guessed."""

    def __init__(self, day: date, first_year: int, last_year: int) -> None:
        super().__init__(
            f"Lịch làm việc chỉ có từ năm {first_year} đến năm {last_year}, không có ngày {day:%d/%m/%Y}"
        )
        self.day = day


def _written_out(value: object) -> object:
    """A day as people write it; pydantic would take a number for seconds since 1970."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("phải là ngày dạng 2026-09-07 / must be a day like 2026-09-07")
    return value


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Change(BaseModel):
    """One day that differs from a plain Monday-to-Friday week, and the text that says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: Annotated[date, BeforeValidator(_written_out)]
    kind: Literal["off", "working"]
    name: Name
    citation: Name


@dataclass(frozen=True)
class Calendar:
    """Days off and swapped working days of a range of years; every other weekday is a working day.

    A day outside those years raises UnknownYearError in every method.
    """

    issued: date
    first_year: int
    last_year: int
    days: Mapping[date, Change]
    """The days that differ from a plain week."""
    announced: frozenset[int]
    """Years whose days off have been announced; those of the others are estimated."""
    doubtful: frozenset[date] = frozenset()
    """Single days of announced years for which no text was found."""
    announcements: Mapping[int, str] = field(default_factory=dict)
    """The decisions that announced a year, where their numbers are known."""
    version: str = field(init=False)
    _first: int = field(init=False, repr=False, compare=False)
    _reasons: tuple[str | None, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first, last = date(self.first_year, 1, 1), date(self.last_year, 12, 31)
        for day in self.days:
            if not first <= day <= last:
                raise UnknownYearError(day, self.first_year, self.last_year)
        span = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
        object.__setattr__(self, "_first", first.toordinal())
        object.__setattr__(self, "_reasons", tuple(self._reason_off(day) for day in span))
        object.__setattr__(self, "version", f"{self.issued}.{self._digest()}")

    def is_working_day(self, day: date) -> bool:
        """Whether agencies work on this day."""
        return self.day_off(day) is None

    def day_off(self, day: date) -> str | None:
        """Why agencies do not work on this day, in Vietnamese; None on a working day."""
        place = day.toordinal() - self._first
        if not 0 <= place < len(self._reasons):
            raise UnknownYearError(day, self.first_year, self.last_year)
        return self._reasons[place]

    def working_day_reason(self, day: date) -> str | None:
        """Why agencies work on this day, in Vietnamese (a Saturday made up for); None on a day off."""
        if not self.is_working_day(day):
            return None
        change = self.days.get(day)
        return change.name if change else "Ngày làm việc"

    def confirmed(self, year: int) -> bool:
        """Whether the days off of the year have been announced; False: they are estimated."""
        return year in self.announced

    def certain(self, day: date) -> bool:
        """Whether it is certain that agencies work, or do not, on this day."""
        return day.year in self.announced and day not in self.doubtful

    def is_changed_by(self, change: Change) -> bool:
        """Whether a decision says anything new: it turns the day, or settles one that was only estimated."""
        if self.is_working_day(change.day) != (change.kind == "working"):
            return True
        return not self.certain(change.day) and self.days.get(change.day, change) != change

    def next_working_day(self, day: date) -> date:
        """The day itself when agencies work on it, otherwise the first working day after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def previous_working_day(self, day: date) -> date:
        """The day itself when agencies work on it, otherwise the last working day before it."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def year(self, year: int) -> tuple[Change, ...]:
        """The days of a year that differ from a plain week, in order, each with its citation."""
        if not self.first_year <= year <= self.last_year:
            raise UnknownYearError(date(year, 1, 1), self.first_year, self.last_year)
        return tuple(self.days[day] for day in sorted(self.days) if day.year == year)

    def with_changes(self, changes: Sequence[Change], announced: Mapping[int, str] = {}) -> "Calendar":
        """A calendar with later decisions put over this one, the last of a day deciding.

        A decision on a doubtful day settles it; `announced` are years announced since, each with the decision. The
        version changes with the content, and only with it. Raises UnknownYearError.
        """
        for year in announced:
            self.year(year)
        return Calendar(
            issued=self.issued,
            first_year=self.first_year,
            last_year=self.last_year,
            days={**self.days, **{change.day: change for change in changes}},
            announced=self.announced.union(announced),
            doubtful=self.doubtful - {change.day for change in changes},
            announcements={**self.announcements, **announced},
        )

    def _reason_off(self, day: date) -> str | None:
        change = self.days.get(day)
        if change:
            return change.name if change.kind == "off" else None
        return WEEKEND.get(day.weekday())

    def _digest(self) -> str:
        content = [
            f"{self.first_year}-{self.last_year}",
            str(sorted(self.announced)),
            str(sorted(self.doubtful)),
            str(sorted(self.announcements.items())),
        ]
        content += [self.days[day].model_dump_json() for day in sorted(self.days)]
        return sha256("\n".join(content).encode()).hexdigest()[:8]


@cache
def baseline() -> Calendar:
    """The calendar as shipped: the imported days with the official decisions put over them."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    imported, decided = (
        {
            (day := date.fromisoformat(key)): Change(day=day, kind=kind, name=name, citation=citation)
            for key, (kind, name, citation) in content[table].items()
        }
        for table in ("days", "decisions")
    )
    return Calendar(
        issued=content["issued"],
        first_year=content["first_year"],
        last_year=content["last_year"],
        days={**imported, **decided},
        announced=frozenset(content["announced"]),
        doubtful=frozenset(content["doubtful"]),
        announcements={int(year): text for year, text in content["announcements"].items()},
    )


def baseline_from_package(years: Iterable[int]) -> list[Change]:
    """The days off and swapped working days that the `holidays` package knows for these years, in order.

    Raises ValueError for a swapped day off without its working day, or the other way round.
    """
    import holidays  # imported here: it is slow, and only needed to draw up the baseline anew

    wanted = set(years)
    known = holidays.country_holidays("VN", years=range(min(wanted), max(wanted) + 2), language="vi")
    found: dict[date, Change] = {}
    swapped: set[date] = set()
    for day, name in known.items():
        pair = re.fullmatch(r"Ngày nghỉ \(thay cho ngày (\d\d)/(\d\d)/(\d{4})\)", name)
        if not pair:
            article = "Bộ luật Lao động 2019 Đ.112" if day.year >= 2021 else "Bộ luật Lao động 2012 Đ.115"
            found[day] = Change(day=day, kind="off", name=name, citation=article)
            continue
        worked = date(int(pair[3]), int(pair[2]), int(pair[1]))
        swapped.add(worked)
        announcement = f"Thông báo hoán đổi ngày làm việc năm {day.year}"
        off_name, worked_name = (
            f"Nghỉ hoán đổi với ngày {worked:%d/%m/%Y}",
            f"Làm bù cho ngày nghỉ {day:%d/%m/%Y}",
        )
        found[day] = Change(day=day, kind="off", name=off_name, citation=announcement)
        found[worked] = Change(day=worked, kind="working", name=worked_name, citation=announcement)
    if swapped != known.weekend_workdays:
        raise ValueError(f"swapped days without a pair: {sorted(swapped ^ known.weekend_workdays)}")
    return [found[day] for day in sorted(found) if day.year in wanted]


if __name__ == "__main__":  # prints the [days] table of calendar.toml anew
    sys.stdout.writelines(
        f'{row.day} = ["{row.kind}", "{row.name}", "{row.citation}"]\n'
        for row in baseline_from_package(range(baseline().first_year, baseline().last_year + 1))
    )
