"""The look at the calendar: who hears, from when on, how often, and when it falls silent."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from flows.calendar_check import CalendarChecked, check_calendar
from models.law.calendar import baseline
from tests.flows.rows import ACCOUNT, add, read

LAST = baseline().last_year
ANNOUNCED = max(baseline().announced)


def looked(engine: Engine, day: date) -> CalendarChecked:
    return check_calendar(engine, datetime(day.year, day.month, day.day, 1, tzinfo=UTC))


@pytest.fixture
def watched(engine: Engine) -> Engine:
    """Supervisors in two agencies, an administrator, and one who has left."""
    for role, agency, disabled in (
        ("supervisor", "camd", False), ("supervisor", "takv9", False), ("administrator", "camd", False),
        ("administrator", "takv9", True),
    ):  # fmt: skip
        add(engine, "account", {
            "id": uuid4(), "username": f"{role}-{agency}", "password_hash": "-", "full_name": "Nguyễn Văn A",
            "position": "Cán bộ", "role": role, "agency": agency, "disabled": disabled,
        })  # fmt: skip
    return engine


def announced(engine: Engine, year: int) -> None:
    add(engine, "calendar_change_set", {
        "version_before": "a", "version": "b", "announces": year, "announcement": "Thông báo 1/TB", "account": ACCOUNT,
        "recorded_at": datetime(year - 1, 11, 1, tzinfo=UTC),
    })  # fmt: skip


def told(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT agency, audience, kind, key FROM notice ORDER BY key, agency, audience")


def test_next_year_must_be_announced_from_october_on(watched: Engine) -> None:
    assert looked(watched, date(ANNOUNCED, 9, 30)) == CalendarChecked((), None, 0)
    assert looked(watched, date(ANNOUNCED, 10, 1)) == CalendarChecked((ANNOUNCED + 1,), None, 3)
    key = f"calendar:{ANNOUNCED}-W{date(ANNOUNCED, 10, 1).isocalendar().week:02}"
    assert told(watched) == [
        ("camd", "administrator", "calendar_missing", key), ("camd", "supervisor", "calendar_missing", key),
        ("takv9", "supervisor", "calendar_missing", key),
    ]  # fmt: skip


def test_offices_are_told_once_a_week(watched: Engine) -> None:
    monday = date.fromisocalendar(ANNOUNCED, 45, 1)
    days = [monday, monday, date.fromisocalendar(ANNOUNCED, 45, 7), date.fromisocalendar(ANNOUNCED, 46, 1)]
    assert [looked(watched, day).notices for day in days] == [3, 0, 0, 3]


def test_an_announced_year_is_not_asked_for(watched: Engine) -> None:
    announced(watched, ANNOUNCED + 1)
    assert looked(watched, date(ANNOUNCED, 12, 31)) == CalendarChecked((), None, 0)
    assert looked(watched, date(ANNOUNCED + 1, 1, 1)) == CalendarChecked((), None, 0)


def test_the_present_year_is_asked_for_all_year_long(watched: Engine) -> None:
    assert looked(watched, date(ANNOUNCED + 1, 2, 1)).unannounced == (ANNOUNCED + 1,)


def test_a_calendar_that_ends_within_a_year_is_told(watched: Engine) -> None:
    for year in range(ANNOUNCED + 1, LAST + 1):
        announced(watched, year)
    assert looked(watched, date(LAST - 1, 12, 31)) == CalendarChecked((), None, 0)
    assert looked(watched, date(LAST, 1, 1)) == CalendarChecked((), LAST, 3)
    assert looked(watched, date(LAST, 10, 1)) == CalendarChecked((LAST + 1,), LAST, 3)
