"""What is left of a limit at an instant, worked out by hand."""

from datetime import date

import pytest

from models.law.limits import (
    Credited,
    Extended,
    InstantOutOfRange,
    LedgerEntry,
    NaiveInstant,
    Restarted,
    Suspended,
)
from models.law.remaining import Remaining, days_past, remaining
from models.law.schema import Rule
from tests.law.rules import CALENDAR, WHY, at, bar, rule, term

READING = rule(3, "working_day", kind="window")
COURT = rule(15, "day", extension={"most": 30, "citation": "PL 03/2022 Đ.8"})
TWO = rule(amounts=[{"value": 15, "unit": "day", "past": "warning"}, {"value": 30, "unit": "day"}])
NOTICE = rule(30, "day", direction="before", roll="back")
LAST_DAYS = rule(3, "working_day", direction="before", span="within")


def left(of: Rule, start: str, when: str, *ledger: LedgerEntry) -> Remaining:
    return remaining(of, at(start), CALENDAR, at(when), {}, ledger)


# --- days and working days


@pytest.mark.parametrize(
    ("when", "amount", "today_counts", "is_last_day"),
    [
        ("2026-08-27T15:00", 3, False, False),  # the day of the event is not counted
        ("2026-08-28T08:00", 2, True, False),
        ("2026-08-30T08:00", 2, False, False),  # a Sunday
        ("2026-09-03T08:00", 1, True, False),
        ("2026-09-04T23:59", 0, True, True),
    ],
)
def test_working_days_left_are_those_after_the_day_asked_about(
    when: str, amount: int, today_counts: bool, is_last_day: bool
) -> None:
    got = left(READING, "2026-08-27T15:00", when)
    assert (got.state, got.amount, got.unit) == ("running", amount, "working_day")
    assert (got.today_counts, got.is_last_day, got.past_days) == (today_counts, is_last_day, 0)


@pytest.mark.parametrize(
    ("when", "past"), [("2026-09-05T00:00", 1), ("2026-09-06T00:00", 1), ("2026-09-06T00:01", 2)]
)
def test_nothing_is_left_of_what_has_run_out_and_the_days_past_are_told(when: str, past: int) -> None:
    got = left(READING, "2026-08-27T15:00", when)
    assert (got.state, got.amount, got.today_counts, got.past_days) == ("run_out", 0, False, past)
    assert got.sentence == f"Đã hết lúc 00:00 ngày 05/09/2026, quá {past} ngày"


def test_no_day_is_past_before_the_end() -> None:
    assert days_past(at("2026-09-05T00:00"), at("2026-09-04T23:59")) == 0


def test_a_limit_that_rolls_is_counted_out_before_its_last_day() -> None:
    days = [left(COURT, "2026-04-15T08:00", when) for when in ("2026-05-02T09:00", "2026-05-04T09:00")]
    assert [(day.state, day.amount, day.is_last_day) for day in days] == [
        ("running", 0, False),
        ("running", 0, True),
    ]
    assert [day.sentence for day in days] == [
        "Đã đếm đủ, ngày cuối 04/05/2026",
        "Ngày 04/05/2026 là ngày cuối",
    ]


def test_before_it_begins_all_of_it_is_left() -> None:
    got = left(READING, "2026-08-27T15:00", "2026-08-27T14:59")
    assert (got.state, got.amount) == ("not_begun", 3)
    assert got.sentence_en == "Not begun, 3 working days once it begins"


# --- hours


def test_hours_are_left_to_the_minute() -> None:
    got = left(rule(24, "hour"), "2026-08-28T16:41", "2026-08-29T13:29:30")
    assert (got.amount, got.minutes, got.unit, got.is_last_day) == (3, 11, "hour", True)
    assert got.sentence == "Còn 3 giờ 11 phút, hết lúc 16:41 ngày 29/08/2026"
    assert got.sentence_en == "3 hours 11 min left, until 16:41 on 29/08/2026"


def test_the_last_day_of_hours_that_end_at_midnight_is_the_day_before() -> None:
    assert left(rule(24, "hour"), "2026-08-28T00:00", "2026-08-28T23:00").is_last_day


# --- months and years


@pytest.mark.parametrize(
    ("of", "when", "months", "days", "today_counts"),
    [
        (term(3, "month"), "2026-06-15T10:00", 3, 0, False),
        (term(3, "month"), "2026-06-16T10:00", 2, 30, True),
        (term(3, "month"), "2026-08-15T10:00", 1, 0, True),
        (term(3, "month"), "2026-09-14T10:00", 0, 1, True),
        (term(2, "year"), "2026-06-15T10:00", 24, 0, False),
        (bar(3, "month"), "2026-06-15T10:00", 2, 30, True),  # its first day counts
    ],
)
def test_months_left_are_whole_ones_and_days(
    of: Rule, when: str, months: int, days: int, today_counts: bool
) -> None:
    got = left(of, "2026-06-15T09:00", when)
    assert (got.amount, got.unit, got.days, got.today_counts) == (months, "month", days, today_counts)


def test_a_month_that_follows_another_limit_counts_from_the_midnight_it_begins() -> None:
    after = rule(
        1, "month", kind="term", roll="none", anchor={"text": "từ khi hết thời hạn đọc", "limit": "p4-read"}
    )
    assert left(after, "2026-06-16T00:00", "2026-06-15T23:00").amount == 1
    got = left(after, "2026-06-16T00:00", "2026-06-16T09:00")
    assert (got.last_day, got.amount, got.days, got.today_counts) == (date(2026, 7, 15), 0, 29, True)


# --- what has happened to it


def test_while_it_stands_still_the_same_is_left_however_long() -> None:
    open_end = Suspended(at=at("2026-03-10T09:00"), **WHY)
    for when in ("2026-03-10T09:00", "2026-03-25T09:00", "2027-03-25T09:00"):
        got = left(COURT, "2026-03-02T08:00", when, open_end)
        assert (got.state, got.amount, got.past_days) == ("suspended", 8, 0)
    assert got.sentence == "Đang tạm đình chỉ, khi tiếp tục còn 8 ngày"
    assert got.sentence_en == "Suspended, 8 days left when it goes on"


def test_after_it_went_on_the_day_it_did_is_the_first_of_what_was_left() -> None:
    pause = Suspended(at=at("2026-03-10T09:00"), until=at("2026-03-20T09:00"), **WHY)
    got = left(COURT, "2026-03-02T08:00", "2026-03-20T09:00", pause)
    assert (got.amount, got.today_counts, got.last_day) == (7, True, date(2026, 3, 27))


def test_what_is_left_then_knows_nothing_of_what_came_later() -> None:
    ledger: list[LedgerEntry] = [
        Suspended(at=at("2026-03-05T09:00"), until=at("2026-03-07T09:00"), **WHY),
        Extended(at=at("2026-03-12T09:00"), amount_total=30, **WHY),
        Restarted(at=at("2026-04-01T09:00"), **WHY),
    ]
    asked = (
        "2026-03-03T09:00",
        "2026-03-06T09:00",
        "2026-03-11T09:00",
        "2026-03-12T09:00",
        "2026-04-01T09:00",
    )
    got = [left(COURT, "2026-03-02T08:00", when, *ledger) for when in asked]
    assert [(one.state, one.amount) for one in got] == [
        ("running", 14),
        ("suspended", 13),
        ("running", 8),
        ("running", 22),
        ("running", 15),
    ]


def test_credited_days_are_not_left() -> None:
    credit = Credited(at=at("2026-01-05T08:00"), days=10, **WHY)
    assert left(term(30, "day"), "2026-01-05T08:00", "2026-01-05T09:00", credit).amount == 20
    assert left(term(30, "day"), "2026-01-05T08:00", "2026-01-04T09:00", credit).amount == 20
    months = left(term(2, "month"), "2026-01-05T08:00", "2026-01-05T09:00", credit)
    assert (months.amount, months.days) == (1, 18)  # 5 March less 10 days is 23 February


# --- two amounts


def test_of_two_amounts_what_is_left_to_the_warning_and_to_the_breach() -> None:
    got = left(TWO, "2026-06-15T10:00", "2026-06-20T10:00")
    assert got.warning
    assert (got.warning.amount, got.amount) == (10, 25)
    assert got.sentence == (
        "Mức thứ nhất còn 10 ngày sau ngày 20/06/2026, ngày cuối 30/06/2026; "
        "mức thứ hai còn 25 ngày sau ngày 20/06/2026, ngày cuối 15/07/2026"
    )


def test_past_the_warning_the_breach_is_still_to_come() -> None:
    got = left(TWO, "2026-06-15T10:00", "2026-07-03T10:00")
    assert got.warning
    assert (got.warning.past_days, got.warning.amount, got.past_days, got.amount) == (3, 0, 0, 12)
    assert (got.state, got.sentence_en.partition(";")[0]) == (
        "running",
        "First end: ran out at 00:00 on 01/07/2026, 3 days past",
    )


def test_a_warning_in_another_unit_is_told_in_that_or_in_days() -> None:
    hours = rule(amounts=[{"value": 48, "unit": "hour", "past": "warning"}, {"value": 30, "unit": "day"}])
    warning = left(hours, "2026-06-15T10:00", "2026-06-16T11:00").warning
    assert warning
    assert (warning.amount, warning.unit) == (23, "hour")
    mixed = rule(
        amounts=[{"value": 3, "unit": "working_day", "past": "warning"}, {"value": 1, "unit": "month"}]
    )
    warning = left(
        mixed, "2026-06-19T10:00", "2026-06-20T11:00"
    ).warning  # a Friday; the warning ends on Wednesday
    assert warning
    assert (warning.amount, warning.unit) == (4, "day")


# --- counted back


def test_counted_back_it_is_the_days_until_it_is_due() -> None:
    got = [
        left(NOTICE, "2026-09-30T15:00", when)
        for when in ("2026-06-15T08:00", "2026-08-28T10:00", "2026-08-29T10:00")
    ]
    assert [(one.state, one.amount, one.is_last_day, one.past_days) for one in got] == [
        ("running", 74, False, 0),
        ("running", 0, True, 0),
        ("run_out", 0, False, 1),
    ]


def test_counted_back_by_hours_or_months_it_is_told_in_those() -> None:
    hours = left(rule(24, "hour", direction="before"), "2026-08-30T10:15", "2026-08-29T08:00")
    assert (hours.amount, hours.minutes) == (2, 15)
    months = left(rule(3, "month", direction="before", roll="none"), "2028-10-13T00:00", "2028-05-01T09:00")
    assert (months.amount, months.days, months.last_day) == (2, 11, date(2028, 7, 12))


@pytest.mark.parametrize(
    ("when", "state", "amount", "unit", "is_last_day"),
    [
        ("2026-08-17T10:00", "not_open", 3, "day", False),
        ("2026-08-20T00:00", "running", 2, "working_day", False),
        ("2026-08-22T12:00", "running", 0, "working_day", False),  # a worked Saturday
        ("2026-08-23T12:00", "running", 0, "working_day", True),
        ("2026-08-24T00:00", "run_out", 0, "working_day", False),
    ],
)
def test_within_the_last_days_it_first_opens_and_then_runs(
    when: str, state: str, amount: int, unit: str, is_last_day: bool
) -> None:
    got = left(LAST_DAYS, "2026-08-24T00:00", when)
    assert (got.state, got.amount, got.unit, got.is_last_day) == (state, amount, unit, is_last_day)
    assert got.opens == at("2026-08-20T00:00")


def test_too_early_is_said_with_the_moment_it_opens() -> None:
    got = left(LAST_DAYS, "2026-08-24T00:00", "2026-08-17T10:00")
    assert got.sentence == "Chưa được thực hiện, còn 3 ngày nữa, từ 00:00 ngày 20/08/2026"
    assert got.sentence_en == "Too early, it opens in 3 days, at 00:00 on 20/08/2026"


# --- what is refused


def test_the_instant_asked_about_needs_its_time_zone_and_a_sane_year() -> None:
    for when, refusal in (
        (at("2026-08-27T15:00").replace(tzinfo=None), NaiveInstant),
        (at("2026-08-27T15:00").replace(year=9999), InstantOutOfRange),
    ):
        with pytest.raises(refusal):
            remaining(READING, at("2026-08-27T15:00"), CALENDAR, when)
