"""A rule's limit: its anchor, amounts, readings and facts, and what cannot be computed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from models.law.calendar import UnknownYearError
from models.law.limits import (
    AmountOutOfRange,
    FactNeeded,
    InstantOutOfRange,
    NaiveInstant,
    NoClock,
    Restarted,
    choose,
    count,
    reckon,
)
from models.law.schema import Rule, Unit
from tests.law.rules import CALENDAR, WHY, at, bar, ends, rule, shown, term

# --- the end of another limit as the anchor


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-09-05T00:00", date(2026, 9, 7)),  # ran out at the end of Friday
        ("2026-10-14T00:00", date(2026, 10, 14)),  # ran out at the end of Tuesday: Wednesday is the first day
        ("2026-10-14T09:00", date(2026, 10, 15)),  # an hour limit ran out during Wednesday
    ],
)
def test_a_limit_that_ran_out_at_midnight_belongs_to_the_day_before(start: str, last: date) -> None:
    after = rule(1, "working_day", anchor={"text": "từ khi hết thời hạn đọc", "limit": "p4-read"})
    assert ends(after, start).last_day == last


def test_an_act_at_midnight_belongs_to_the_day_it_begins() -> None:
    assert ends(rule(1, "working_day"), "2026-10-14T00:00").last_day == date(2026, 10, 15)


# --- two amounts


def test_of_two_amounts_the_first_is_a_warning_and_the_second_the_breach() -> None:
    amounts = [
        {"value": 1, "unit": "working_day", "past": "warning", "citation": "Nghị định thử Đ.2"},
        {"value": 3, "unit": "working_day"},
    ]
    got = ends(rule(amounts=amounts), "2026-03-05T08:00")
    assert (got.amount, got.last_day, got.citation) == (3, date(2026, 3, 10), "Luật thử Đ.1")
    assert got.warning is not None
    assert (got.warning.amount, got.warning.last_day) == (1, date(2026, 3, 6))
    assert got.warning.due == at("2026-03-07T00:00")
    assert got.warning.citation == "Nghị định thử Đ.2"


# --- time bars and their two readings


@pytest.mark.parametrize(
    ("amount", "unit", "start", "last", "other"),
    [
        (3, "month", "2026-06-15T09:00", date(2026, 9, 14), date(2026, 9, 15)),
        (3, "month", "2026-05-30T09:00", date(2026, 8, 29), date(2026, 8, 30)),  # a weekend: never rolls
        (3, "month", "2026-03-01T09:00", date(2026, 5, 31), date(2026, 6, 1)),
        (3, "month", "2026-11-30T09:00", date(2027, 2, 27), date(2027, 2, 28)),
        (1, "year", "2026-06-15T09:00", date(2027, 6, 14), date(2027, 6, 15)),
        (5, "day", "2026-06-15T09:00", date(2026, 6, 19), date(2026, 6, 20)),
    ],
)
def test_a_time_bar_uses_the_shorter_reading_and_shows_both(
    amount: int, unit: str, start: str, last: date, other: date
) -> None:
    got = ends(bar(amount, unit), start)
    assert got.last_day == last
    assert got.other_reading is not None
    assert got.other_reading.last_day == other
    assert got.other_reading.due == at(f"{other + timedelta(days=1)}T00:00")
    assert "Đ.147.2" in got.other_reading.reason
    assert "Đ.151" in got.steps[0].reason
    assert not got.rolled


def test_in_the_shorter_reading_the_first_day_is_day_one() -> None:
    assert shown(ends(bar(2, "day"), "2026-06-15T09:00")) == [("15/06", True, 1), ("16/06", True, 2)]


# --- facts

REMOTE = rule(
    variants=[
        {"when": {"remote": False}, "amount": 24, "unit": "hour"},
        {"when": {"remote": True}, "amount": 48, "unit": "hour", "anchor": {"text": "từ khi phát hiện"}},
    ]
)
GROUPS = rule(
    variants=[
        {"when": {"group": "opioid"}, "amount": 3, "unit": "day"},
        {"when": {"group": ["stimulant", "cannabis"]}, "amount": 5, "unit": "day"},
    ]
)
TWO_FACTS = rule(
    variants=[
        {"when": {"case": "home", "track": "adult"}, "amount": 2, "unit": "year"},
        {"when": {"case": "home", "track": "minor"}, "amount": 1, "unit": "year"},
        {"when": {"case": ["school", "clinic"], "track": "minor"}, "amount": 6, "unit": "month"},
    ]
)
DECIDED = rule(kind="term", roll="none", range={"least": 12, "most": 24, "unit": "month", "fact": "months"})


def test_a_fact_chooses_the_amount_and_the_anchor() -> None:
    assert ends(REMOTE, "2026-08-28T16:41", facts={"remote": False}).due == at("2026-08-29T16:41")
    far = ends(REMOTE, "2026-08-28T16:41", facts={"remote": True})
    assert (far.due, far.anchor) == (at("2026-08-30T16:41"), "từ khi phát hiện")
    assert choose(REMOTE, {"remote": True}).anchor.text == "từ khi phát hiện"
    assert ends(GROUPS, "2026-03-02T08:00", facts={"group": "cannabis"}).amount == 5


@pytest.mark.parametrize(
    ("of", "facts", "fact", "choices"),
    [
        (REMOTE, {}, "remote", (False, True)),
        (REMOTE, {"remote": None}, "remote", (False, True)),
        (REMOTE, {"remote": "yes"}, "remote", (False, True)),
        (GROUPS, {"group": "khác"}, "group", ("opioid", "stimulant", "cannabis")),
        (TWO_FACTS, {}, "case", ("home", "school", "clinic")),
        (TWO_FACTS, {"track": "adult"}, "case", ("home",)),
        (TWO_FACTS, {"case": "school"}, "track", ("minor",)),
        (TWO_FACTS, {"case": "home", "track": "khác"}, "track", ("adult", "minor")),
        (TWO_FACTS, {"case": "khác", "track": "khác"}, "case", ("home", "school", "clinic")),
        (DECIDED, {}, "months", tuple(range(12, 25))),
    ],
)
def test_a_missing_fact_is_named_with_its_choices(
    of: Rule, facts: dict[str, object], fact: str, choices: tuple[object, ...]
) -> None:
    with pytest.raises(FactNeeded) as refused:
        ends(of, "2026-03-02T08:00", facts=facts)
    assert (refused.value.rule_id, refused.value.fact, refused.value.choices) == ("r-1", fact, choices)


def test_a_decided_term_stays_inside_its_range() -> None:
    assert ends(DECIDED, "2026-03-02T08:00", facts={"months": 18}).last_day == date(2027, 9, 2)
    for months in (11, 25, "18", True, 12.5):
        with pytest.raises(AmountOutOfRange):
            ends(DECIDED, "2026-03-02T08:00", facts={"months": months})


@pytest.mark.parametrize("clock", ["none", "unread"])
def test_a_rule_without_a_number_has_no_end(clock: str) -> None:
    with pytest.raises(NoClock):
        ends(rule(clock=clock, confirmed=False), "2026-03-02T08:00")


# --- what is refused, and what is not certain


def test_an_instant_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 8, 27, 15, 0)  # noqa: DTZ001 - the very thing refused
    with pytest.raises(NaiveInstant):
        reckon(rule(3, "day"), naive, CALENDAR)
    with pytest.raises(NaiveInstant):
        count(3, Unit.day, naive, CALENDAR)
    with pytest.raises(ValidationError):
        Restarted(at=naive, **WHY)


def test_absurd_amounts_and_instants_are_refused() -> None:
    for amount in (0, -1, 10_001):
        with pytest.raises(AmountOutOfRange):
            count(amount, Unit.day, at("2026-03-02T08:00"), CALENDAR)
    with pytest.raises(AmountOutOfRange):
        count(9_000, Unit.year, at("2026-03-02T08:00"), CALENDAR)
    for extreme in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        with pytest.raises(InstantOutOfRange):
            count(1, Unit.day, extreme, CALENDAR)


def test_a_limit_beyond_the_calendar_is_an_error_only_where_the_calendar_is_needed() -> None:
    with pytest.raises(UnknownYearError):
        ends(rule(3, "working_day"), "2040-12-31T08:00")
    with pytest.raises(UnknownYearError):
        ends(rule(1, "month"), "2040-12-31T08:00")
    assert ends(term(36, "month"), "2039-05-02T08:00").last_day == date(2042, 5, 2)


def test_a_date_is_confirmed_only_if_rule_and_calendar_are() -> None:
    assert not ends(rule(3, "day", confirmed=False), "2026-03-02T08:00").confirmed
    assert not ends(rule(3, "working_day"), "2027-12-31T08:00").confirmed
    assert not ends(rule(3, "working_day"), "2014-08-29T08:00").confirmed  # over the doubtful 1 September
    assert not ends(rule(1, "day"), "2014-08-31T08:00").confirmed
    assert ends(rule(3, "day"), "2014-08-31T08:00").confirmed  # ends on the 3rd, whatever the 1st is
    assert ends(term(24, "month"), "2026-12-31T08:00").confirmed


# --- bare amounts


def test_a_bare_amount_is_counted_like_a_rule() -> None:
    start = at("2026-08-27T15:00")
    bare, ruled = (
        count(3, Unit.working_day, start, CALENDAR),
        ends(rule(3, "working_day"), "2026-08-27T15:00"),
    )
    assert (bare.due, bare.last_day, bare.steps) == (ruled.due, ruled.last_day, ruled.steps)
    assert bare.rule is None
    assert "BLDS" in bare.citation
    back = count(3, Unit.working_day, start, CALENDAR, direction="before", span="within")
    assert back.opens == at("2026-08-25T00:00")
