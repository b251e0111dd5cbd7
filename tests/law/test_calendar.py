"""The working calendar: the days that agencies do not work, and the Saturdays on which they do."""

import subprocess
import sys
import tomllib
import unicodedata
from datetime import date, timedelta
from typing import Literal

import pytest

from models.law.calendar import FILE, Calendar, Change, UnknownYearError, baseline, baseline_from_package

CALENDAR = baseline()


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def off(day: date, name: str = "Nghỉ bão", citation: str = "Công văn 01/UBND") -> Change:
    return Change(day=day, kind="off", name=name, citation=citation)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2014, 1, 28), date(2014, 2, 5)),
        (date(2015, 2, 15), date(2015, 2, 23)),
        (date(2019, 2, 2), date(2019, 2, 10)),
        (date(2020, 1, 23), date(2020, 1, 29)),
        (date(2023, 1, 20), date(2023, 1, 26)),
        (date(2024, 2, 8), date(2024, 2, 14)),
        (date(2025, 1, 25), date(2025, 2, 2)),
        (date(2016, 2, 6), date(2016, 2, 14)),
        (date(2017, 1, 26), date(2017, 2, 1)),
        (date(2018, 2, 14), date(2018, 2, 20)),
        (date(2021, 2, 10), date(2021, 2, 16)),
        (date(2022, 1, 29), date(2022, 2, 6)),
        (date(2026, 2, 14), date(2026, 2, 22)),
        (date(2027, 2, 4), date(2027, 2, 10)),
    ],
    ids=lambda day: str(day.year),
)
def test_tet_is_off_from_its_first_announced_day_to_its_last(first: date, last: date) -> None:
    assert not any(CALENDAR.is_working_day(day) for day in days(first, last))
    assert CALENDAR.is_working_day(last + timedelta(days=1))
    assert first.weekday() == 5 or CALENDAR.is_working_day(first - timedelta(days=1))


@pytest.mark.parametrize(
    ("free", "worked"),
    [
        (date(2014, 1, 28), date(2014, 1, 25)),
        (date(2014, 1, 29), date(2014, 2, 8)),
        (date(2015, 1, 2), date(2014, 12, 27)),
        (date(2014, 5, 2), date(2014, 4, 26)),
        (date(2014, 9, 1), date(2014, 9, 6)),
        (date(2015, 2, 16), date(2015, 2, 14)),
        (date(2015, 4, 29), date(2015, 4, 25)),
        (date(2018, 12, 31), date(2019, 1, 5)),
        (date(2019, 4, 29), date(2019, 5, 4)),
        (date(2024, 4, 29), date(2024, 5, 4)),
        (date(2025, 5, 2), date(2025, 4, 26)),
        (date(2026, 1, 2), date(2026, 1, 10)),
        (date(2026, 8, 31), date(2026, 8, 22)),
    ],
    ids=str,
)
def test_a_swapped_day_is_off_and_its_saturday_is_worked(free: date, worked: date) -> None:
    assert CALENDAR.day_off(free) == f"Nghỉ hoán đổi với ngày {worked:%d/%m/%Y}"
    assert CALENDAR.is_working_day(worked)
    assert CALENDAR.working_day_reason(worked) == f"Làm bù cho ngày nghỉ {free:%d/%m/%Y}"


def test_every_day_worked_on_a_weekend_stands_for_one_day_off_and_the_other_way_round() -> None:
    worked = {day for day, change in CALENDAR.days.items() if change.kind == "working"}
    pairs = {
        day: date.fromisoformat("-".join(reversed(change.name.split()[-1].split("/"))))
        for day, change in CALENDAR.days.items()
        if change.kind == "off" and "hoán đổi" in change.name
    }
    assert set(pairs.values()) == worked
    assert len(pairs) == len(worked)
    assert all(day.weekday() >= 5 for day in worked)
    assert all(day.weekday() < 5 for day in pairs)


def test_new_year_2026_follows_decision_12729() -> None:
    cited = {change.day: change.citation for change in CALENDAR.year(2026)}
    assert "12729/VPCP-KGVX" in cited[date(2026, 1, 2)]
    assert "12729/VPCP-KGVX" in cited[date(2026, 1, 10)]


def test_reasons_are_given_in_vietnamese() -> None:
    assert CALENDAR.day_off(date(2026, 8, 29)) == "Thứ Bảy"
    assert CALENDAR.day_off(date(2026, 8, 30)) == "Chủ Nhật"
    assert CALENDAR.day_off(date(2026, 9, 2)) == "Quốc khánh"
    assert CALENDAR.day_off(date(2026, 4, 27)) == "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"
    assert CALENDAR.day_off(date(2026, 9, 3)) is None
    assert CALENDAR.working_day_reason(date(2026, 9, 3)) == "Ngày làm việc"
    assert CALENDAR.working_day_reason(date(2026, 9, 2)) is None


def test_all_texts_are_composed_unicode_and_cited() -> None:
    for change in CALENDAR.days.values():
        assert change.citation
        assert change.name == unicodedata.normalize("NFC", change.name)
        assert change.citation == unicodedata.normalize("NFC", change.citation)


def test_the_nearest_working_day_is_found_either_way() -> None:
    assert CALENDAR.next_working_day(date(2026, 8, 29)) == date(2026, 9, 3)
    assert CALENDAR.previous_working_day(date(2026, 9, 2)) == date(2026, 8, 28)
    assert CALENDAR.next_working_day(date(2026, 9, 3)) == date(2026, 9, 3)
    assert CALENDAR.previous_working_day(date(2026, 8, 23)) == date(2026, 8, 22)


def test_a_year_outside_the_file_is_an_error_not_a_guess() -> None:
    for day in (date(2013, 12, 31), date(2041, 1, 1)):
        with pytest.raises(UnknownYearError):
            CALENDAR.is_working_day(day)
        with pytest.raises(UnknownYearError):
            CALENDAR.year(day.year)
    with pytest.raises(UnknownYearError):
        CALENDAR.next_working_day(date(2041, 1, 1))
    assert CALENDAR.is_working_day(date(2030, 12, 31))


def test_years_not_yet_announced_are_not_confirmed() -> None:
    assert CALENDAR.confirmed(2026)
    assert not CALENDAR.confirmed(2027)
    assert not CALENDAR.certain(date(2027, 3, 1))


def test_a_day_without_a_text_is_doubtful_until_a_decision_settles_it() -> None:
    day = date(2014, 9, 1)
    assert not CALENDAR.is_working_day(day)
    assert not CALENDAR.certain(day)
    assert CALENDAR.certain(date(2014, 9, 2))
    assert CALENDAR.with_changes([off(day)]).certain(day)


def test_a_change_takes_a_day_off_and_another_gives_it_back() -> None:
    day = date(2026, 9, 7)
    closed = CALENDAR.with_changes([off(day)])
    assert closed.day_off(day) == "Nghỉ bão"
    assert CALENDAR.is_working_day(day), "the calendar it was made from stays as it was"
    worked = Change(day=day, kind="working", name="Làm việc trở lại", citation="Công văn 02/UBND")
    assert closed.with_changes([worked]).is_working_day(day)
    assert CALENDAR.with_changes([off(day), worked]).is_working_day(day)


def test_the_version_names_the_content() -> None:
    change = off(date(2026, 9, 7))
    assert CALENDAR.with_changes([]).version == CALENDAR.version
    changed = CALENDAR.with_changes([change]).version
    assert changed != CALENDAR.version
    assert CALENDAR.with_changes([change]).version == changed
    assert CALENDAR.with_changes([off(change.day, citation="Công văn 03/UBND")]).version != changed
    assert CALENDAR.version.startswith("2026-11-26.")


def test_an_announced_year_is_confirmed_and_names_another_version() -> None:
    announced = CALENDAR.with_changes([], {2028: "Thông báo 01/TB-BNV"})
    assert announced.confirmed(2028)
    assert announced.certain(date(2028, 3, 1))
    assert announced.announcements[2028] == "Thông báo 01/TB-BNV"
    assert not announced.confirmed(2029)
    assert announced.version != CALENDAR.version
    assert announced.version != CALENDAR.with_changes([], {2028: "Thông báo 02/TB-BNV"}).version
    with pytest.raises(UnknownYearError):
        CALENDAR.with_changes([], {2041: "Thông báo 01/TB-BNV"})


def test_the_years_name_the_decisions_that_announced_them() -> None:
    assert "9441/TB-BNV" in CALENDAR.announcements[2026]
    assert set(CALENDAR.announcements) <= CALENDAR.announced


def test_culture_day_is_off_by_a_resolution_known_from_quotations_alone() -> None:
    change = CALENDAR.days[date(2026, 11, 24)]
    assert (change.kind, "28/2026/QH16" in change.citation) == ("off", True)
    assert not CALENDAR.certain(change.day)
    assert CALENDAR.is_working_day(date(2026, 11, 23)), "a swap was proposed, and not decided"


@pytest.mark.parametrize(
    ("day", "kind", "changed"),
    [
        (date(2026, 9, 7), "off", True),
        (date(2026, 9, 7), "working", False),
        (date(2026, 9, 5), "off", False),
        (date(2026, 9, 5), "working", True),
        (date(2026, 9, 2), "off", False),
        (date(2026, 9, 2), "working", True),
        (date(2026, 8, 22), "working", False),
        (date(2014, 9, 1), "off", True),
        (date(2028, 1, 25), "off", True),
        (date(2028, 1, 8), "off", False),
    ],
    ids=[
        "a Monday off", "a Monday worked", "a Saturday off", "a Saturday worked", "a holiday off", "a holiday worked",
        "a swapped Saturday worked", "a doubtful day off", "an estimated holiday off", "a Saturday of such a year off",
    ],
)  # fmt: skip
def test_a_decision_says_something_new_when_it_turns_a_day_or_settles_one(
    day: date, kind: Literal["off", "working"], changed: bool
) -> None:
    decision = Change(day=day, kind=kind, name="Quyết định mới", citation="Công văn 01/UBND")
    assert CALENDAR.is_changed_by(decision) is changed
    assert not CALENDAR.with_changes([decision]).is_changed_by(decision), "and not a second time"


def test_a_change_outside_the_calendar_is_refused() -> None:
    with pytest.raises(UnknownYearError):
        CALENDAR.with_changes([off(date(2041, 1, 1))])


def test_decomposed_names_are_composed() -> None:
    assert off(date(2026, 9, 7), unicodedata.normalize("NFD", "Nghỉ bão")).name == "Nghỉ bão"


def test_imported_days_are_what_the_package_says() -> None:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    imported = {key: tuple(row) for key, row in content["days"].items()}
    announced = baseline_from_package(content["announced"])
    known = {str(row.day): (row.kind, row.name, row.citation) for row in announced}
    assert {key: row for key, row in imported.items() if int(key[:4]) in content["announced"]} == known


def test_limits_are_computed_without_the_slow_package() -> None:
    code = (
        "import sys; from models.law.limits import reckon; from models.law.calendar import baseline; baseline(); "
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own interpreter


def test_a_plain_week_has_five_working_days() -> None:
    plain = Calendar(issued=date(2026, 1, 1), first_year=2026, last_year=2026, days={}, announced=frozenset())
    assert [plain.is_working_day(day) for day in days(date(2026, 8, 31), date(2026, 9, 6))] == [True] * 5 + [
        False
    ] * 2
