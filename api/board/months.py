"""Months as people know them from the wall: weeks from Monday on, with what is to be said of single days."""

from calendar import Calendar
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

_WEEKS = Calendar()


class Cell(NamedTuple):
    """What is said of a day: its kind, a mark of a letter or number, and why."""

    kind: str
    mark: str = ""
    why: str = ""


class Month(NamedTuple):
    """A month's weeks; days of its neighbours are None."""

    first: date
    weeks: list[list[date | None]]


def month(year: int, number: int) -> Month:
    """The weeks of a month."""
    weeks = _WEEKS.monthdatescalendar(year, number)
    return Month(
        date(year, number, 1), [[day if day.month == number else None for day in week] for week in weeks]
    )


def months_of(days: Iterable[date]) -> list[Month]:
    """The months in which these days lie, each once."""
    return [month(*one) for one in sorted({(day.year, day.month) for day in days})]
