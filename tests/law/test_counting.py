"""How time is counted: dates worked out by hand from the civil code and the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.law.calendar import Change
from models.law.limits import (
    EntryRefused,
    Restarted,
    count,
    reckon,
)
from models.law.schema import Unit
from tests.law.rules import CALENDAR, WHY, at, ends, rule, shown, term

# --- working days


def test_reading_period_skips_the_weekend_the_swapped_monday_and_national_day() -> None:
    got = ends(rule(3, "working_day", kind="window"), "2026-08-27T15:00")
    assert got.due.isoformat() == "2026-09-05T00:00:00+07:00"
    assert got.last_day == date(2026, 9, 4)
    assert shown(got) == [
        ("28/08", True, 1),
        ("29/08", False, None),
        ("30/08", False, None),
        ("31/08", False, None),
        ("01/09", False, None),
        ("02/09", False, None),
        ("03/09", True, 2),
        ("04/09", True, 3),
    ]
    assert got.steps[3].reason == "Nghỉ hoán đổi với ngày 22/08/2026"
    assert got.confirmed
    assert not got.rolled


def test_the_answer_reads_as_the_contract_says() -> None:
    answer = ends(rule(3, "working_day"), "2026-08-27T15:00").model_dump(mode="json")
    assert (answer["due"], answer["last_day"], answer["amount"]) == (
        "2026-09-05T00:00:00+07:00",
        "2026-09-04",
        3,
    )
    assert (answer["unit"], answer["calendar_version"]) == ("working_day", CALENDAR.version)
    assert answer["steps"][0] == {
        "date": "2026-08-28",
        "counts": True,
        "number": 1,
        "reason": "Ngày làm việc thứ 1",
    }


@pytest.mark.parametrize(
    ("amount", "start", "last"),
    [
        (5, "2026-02-11T10:00", date(2026, 2, 25)),  # 12, 13, Tết 14-22, 23, 24, 25
        (2, "2025-04-25T08:00", date(2025, 4, 28)),  # Saturday 26 is worked, Sunday, 28
        (1, "2025-04-29T08:00", date(2025, 5, 5)),  # 30/4, 1/5, 2/5 swapped, weekend
        (1, "2026-08-21T23:59", date(2026, 8, 22)),  # a worked Saturday
        (1, "2026-01-01T09:00", date(2026, 1, 5)),  # 2/1 swapped, weekend
        (6, "2026-01-05T09:00", date(2026, 1, 12)),  # 6, 7, 8, 9, Saturday 10 worked, Sunday, 12
        (1, "2026-08-29T09:00", date(2026, 9, 3)),  # received on a Saturday
        (5, "2014-01-24T09:00", date(2014, 2, 8)),  # Saturday 25, 27, 28/1-5/2 off, 6, 7, Saturday 8
    ],
)
def test_working_days_follow_the_calendar(amount: int, start: str, last: date) -> None:
    assert ends(rule(amount, "working_day"), start).last_day == last


def test_a_worked_saturday_says_what_it_makes_up_for() -> None:
    got = ends(rule(1, "working_day"), "2026-08-21T10:00")
    assert got.steps[0].reason == "Ngày làm việc thứ 1 (Làm bù cho ngày nghỉ 31/08/2026)"


def test_the_day_of_the_event_is_the_day_in_vietnam() -> None:
    got = reckon(rule(1, "day"), datetime(2026, 3, 2, 17, 30, tzinfo=UTC), CALENDAR)  # 00:30 on the 3rd
    assert got.start == at("2026-03-03T00:30")
    assert got.last_day == date(2026, 3, 4)


def test_a_change_of_the_calendar_moves_the_limit_and_its_version() -> None:
    closed = Change(day=date(2026, 9, 4), kind="off", name="Nghỉ bão", citation="Công văn 01/UBND")
    got = reckon(rule(3, "working_day"), at("2026-08-27T15:00"), CALENDAR.with_changes([closed]))
    assert got.last_day == date(2026, 9, 7)
    assert got.calendar_version != CALENDAR.version


# --- days, months, years, hours


def test_a_day_limit_that_ends_on_a_holiday_rolls_to_the_next_working_day() -> None:
    got = ends(rule(15, "day"), "2026-04-15T08:00")
    assert got.last_day == date(2026, 5, 4)
    assert got.due == at("2026-05-05T00:00")
    assert got.rolled
    assert shown(got)[14:] == [
        ("30/04", True, 15),
        ("01/05", False, None),
        ("02/05", False, None),
        ("03/05", False, None),
        ("04/05", False, None),
    ]
    assert got.steps[14].reason == "Ngày thứ 15; là ngày nghỉ: Ngày Chiến thắng"
    assert "Đ.148.5" in got.steps[-1].reason


def test_a_day_limit_counts_days_off_on_its_way() -> None:
    got = ends(rule(15, "day"), "2026-02-10T08:00")  # over Tết
    assert got.last_day == date(2026, 2, 25)
    assert not got.rolled


def test_a_term_never_rolls() -> None:
    got = ends(term(5, "day"), "2026-08-27T08:00")
    assert got.last_day == date(2026, 9, 1)
    assert not got.rolled


@pytest.mark.parametrize(
    ("amount", "unit", "start", "last"),
    [
        (1, "month", "2027-01-31T08:00", date(2027, 2, 28)),
        (1, "month", "2028-01-31T08:00", date(2028, 2, 29)),
        (1, "month", "2026-10-31T08:00", date(2026, 11, 30)),
        (3, "month", "2026-12-15T08:00", date(2027, 3, 15)),
        (12, "month", "2026-12-31T08:00", date(2027, 12, 31)),
        (24, "month", "2026-02-28T08:00", date(2028, 2, 28)),
        (36, "month", "2026-07-31T08:00", date(2029, 7, 31)),
        (1, "year", "2028-02-29T08:00", date(2029, 2, 28)),
        (2, "year", "2026-11-23T08:00", date(2028, 11, 23)),
    ],
)
def test_months_and_years_end_on_the_same_numbered_day_or_the_last(
    amount: int, unit: str, start: str, last: date
) -> None:
    got = ends(term(amount, unit), start)
    assert got.last_day == last
    assert got.due == at(f"{last + timedelta(days=1)}T00:00")
    assert len(got.steps) == 1


def test_a_month_without_the_day_says_so() -> None:
    assert "Tháng 2/2027 không có ngày 31" in ends(term(1, "month"), "2027-01-31T08:00").steps[0].reason
    assert "Đ.148.4" in ends(term(1, "year"), "2026-03-02T08:00").steps[0].reason


def test_a_procedural_month_rolls_off_a_day_off_but_not_off_a_worked_saturday() -> None:
    assert ends(rule(1, "month"), "2026-07-29T08:00").last_day == date(2026, 9, 3)
    worked = ends(rule(1, "month"), "2026-07-22T08:00")
    assert (worked.last_day, worked.rolled) == (date(2026, 8, 22), False)


def test_hours_run_from_the_minute_over_the_weekend_and_never_roll() -> None:
    got = ends(rule(24, "hour"), "2026-08-28T16:41")
    assert got.due == at("2026-08-29T16:41")
    assert got.last_day == date(2026, 8, 29)
    assert not got.rolled
    assert len(got.steps) == 1
    assert ends(rule(48, "hour"), "2026-12-31T23:00").due == at("2027-01-02T23:00")


def test_hours_need_no_calendar() -> None:
    got = ends(rule(24, "hour"), "2040-01-01T00:00")
    assert got.due == at("2040-01-02T00:00")
    assert got.confirmed


# --- counted back from an end


def test_notice_is_due_thirty_full_days_before_the_end() -> None:
    notice = rule(30, "day", direction="before", roll="back")
    got = ends(notice, "2028-03-16T00:00")  # the term ends with 15 March 2028
    assert got.last_day == date(2028, 2, 14)
    assert got.due == at("2028-02-15T00:00")
    assert (got.steps[0].date, got.steps[0].number) == (date(2028, 3, 14), 1)
    assert (got.steps[-1].date, got.steps[-1].number) == (date(2028, 2, 14), 30)


def test_notice_that_would_fall_on_a_day_off_is_due_the_working_day_before() -> None:
    got = ends(rule(30, "day", direction="before", roll="back"), "2026-09-30T15:00")  # 31/08 is swapped off
    assert got.last_day == date(2026, 8, 28)
    assert got.rolled
    assert shown(got)[-4:] == [
        ("31/08", True, 30),
        ("30/08", False, None),
        ("29/08", False, None),
        ("28/08", False, None),
    ]


def test_working_days_before_an_end_leave_out_its_own_day() -> None:
    got = ends(rule(3, "working_day", direction="before", roll="back"), "2026-09-04T10:00")
    assert got.last_day == date(2026, 8, 27)  # 3/9, then 28/8, 27/8


@pytest.mark.parametrize(
    ("amount", "unit", "end", "last"),
    [
        (3, "month", "2028-10-13T00:00", date(2028, 7, 12)),
        (3, "month", "2029-06-01T00:00", date(2029, 2, 28)),
        (1, "year", "2028-03-01T00:00", date(2027, 2, 28)),
    ],
)
def test_months_count_back_to_the_same_numbered_day(amount: int, unit: str, end: str, last: date) -> None:
    assert ends(rule(amount, unit, direction="before", roll="none"), end).last_day == last


def test_hours_before_an_end_are_exact() -> None:
    got = ends(rule(24, "hour", direction="before"), "2026-08-30T10:15")
    assert (got.due, got.last_day) == (at("2026-08-29T10:15"), date(2026, 8, 29))


def test_certificate_within_the_last_day_of_the_term() -> None:
    got = ends(rule(24, "hour", direction="before", span="within"), "2028-10-13T00:00")
    assert got.opens == at("2028-10-12T00:00")
    assert (got.due, got.last_day) == (at("2028-10-13T00:00"), date(2028, 10, 12))


@pytest.mark.parametrize(
    ("end", "opens"),
    [
        ("2026-08-23T00:00", "2026-08-20T00:00"),  # ends with a worked Saturday: 22, 21, 20
        ("2026-08-24T00:00", "2026-08-20T00:00"),  # ends with a Sunday
        ("2026-09-05T00:00", "2026-08-28T00:00"),  # 4/9, 3/9, then 28/8
        ("2030-10-13T00:00", "2030-10-09T00:00"),  # ends with a Saturday: 11, 10, 9
    ],
)
def test_within_working_days_opens_with_the_first_of_the_last_ones(end: str, opens: str) -> None:
    got = ends(rule(3, "working_day", direction="before", span="within"), end)
    assert got.opens == at(opens)
    assert got.due == at(end)
    assert not got.rolled


def test_within_days_and_months_open_at_midnight() -> None:
    days = ends(rule(3, "day", direction="before", span="within"), "2026-03-11T00:00")
    assert days.opens == at("2026-03-08T00:00")
    months = ends(rule(1, "month", direction="before", span="within"), "2026-03-11T00:00")
    assert months.opens == at("2026-02-11T00:00")


def test_a_limit_counted_back_takes_no_ledger() -> None:
    with pytest.raises(EntryRefused):
        ends(
            rule(3, "day", direction="before"),
            "2026-03-11T00:00",
            [Restarted(at=at("2026-03-12T08:00"), **WHY)],
        )


# --- properties


@pytest.mark.parametrize("unit", list(Unit))
def test_a_longer_limit_never_ends_sooner(unit: Unit) -> None:
    for back in range(0, 400, 7):
        start = at("2026-11-01T09:30") - timedelta(days=back)
        dues = [count(amount, unit, start, CALENDAR).due for amount in (1, 2, 3, 4)]
        assert dues == sorted(dues)
        assert dues[0] > start


def test_a_later_start_never_ends_sooner() -> None:
    for unit in (Unit.day, Unit.working_day, Unit.month):
        starts = [at("2025-12-20T09:30") + timedelta(days=ahead) for ahead in range(120)]
        dues = [count(3, unit, start, CALENDAR).due for start in starts]
        assert dues == sorted(dues)


def test_working_days_add_up_and_end_on_a_working_day() -> None:
    for ahead in range(0, 720, 5):
        start = at("2025-01-02T09:30") + timedelta(days=ahead)
        first = count(4, Unit.working_day, start, CALENDAR)
        both = count(9, Unit.working_day, start, CALENDAR)
        assert CALENDAR.is_working_day(first.last_day)
        again = count(5, Unit.working_day, at(f"{first.last_day}T09:30"), CALENDAR)
        assert again.last_day == both.last_day


def test_counting_back_undoes_counting_forward() -> None:
    for ahead in range(0, 720, 3):
        day = CALENDAR.next_working_day(date(2025, 1, 2) + timedelta(days=ahead))
        onward = count(7, Unit.working_day, at(f"{day}T09:30"), CALENDAR)
        back = count(7, Unit.working_day, at(f"{onward.last_day}T09:30"), CALENDAR, direction="before")
        assert back.last_day == day
