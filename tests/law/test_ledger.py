"""What happens to a limit after it began: suspension, extension, restart, credit."""

from datetime import date

import pytest
from pydantic import TypeAdapter

from models.law.limits import (
    CalendarChanged,
    Credited,
    EntryRefused,
    Extended,
    LedgerEntry,
    Restarted,
    Suspended,
    reckon,
)
from models.law.schema import Rule
from tests.law.rules import CALENDAR, WHY, at, bar, ends, rule, term

# --- suspension


def test_suspended_days_are_not_counted() -> None:
    pause = Suspended(at=at("2026-03-10T09:00"), until=at("2026-03-20T09:00"), **WHY)
    got = ends(rule(15, "day"), "2026-03-02T08:00", [pause])
    assert got.last_day == date(2026, 3, 27)  # 17/03 without the 10 days
    paused = [step.date for step in got.steps if not step.counts]
    assert paused == [date(2026, 3, day) for day in range(10, 20)]
    assert not got.suspended
    assert got.journal == ("Tạm đình chỉ từ 09:00 ngày 10/03/2026 đến 09:00 ngày 20/03/2026: lý do (Đ.16)",)


def test_suspended_working_days_are_shown_as_such() -> None:
    pause = Suspended(at=at("2026-03-04T09:00"), until=at("2026-03-09T09:00"), **WHY)
    got = ends(rule(5, "working_day"), "2026-03-02T08:00", [pause])
    assert got.last_day == date(2026, 3, 12)
    assert {step.reason for step in got.steps if not step.counts} == {"Tạm đình chỉ"}


def test_days_away_lengthen_a_term_of_months() -> None:
    away = Suspended(at=at("2026-06-01T22:00"), until=at("2026-06-11T05:00"), **WHY)
    got = ends(term(24, "month"), "2026-01-05T08:00", [away])
    assert got.last_day == date(2028, 1, 15)
    assert got.steps[-1].reason == "Cộng 10 ngày tạm đình chỉ từ 01/06/2026 đến 11/06/2026"


def test_the_first_day_is_not_lost_twice_when_the_limit_stands_still_on_it() -> None:
    away = Suspended(at=at("2026-01-05T12:00"), until=at("2026-01-08T05:00"), **WHY)
    assert ends(term(1, "month"), "2026-01-05T08:00", [away]).last_day == date(2026, 2, 7)
    assert ends(term(5, "day"), "2026-01-05T08:00", [away]).last_day == date(2026, 1, 12)


def test_hours_stand_still_for_the_exact_time() -> None:
    pause = Suspended(at=at("2026-03-02T12:00"), until=at("2026-03-02T15:30"), **WHY)
    assert ends(rule(24, "hour"), "2026-03-02T10:00", [pause]).due == at("2026-03-03T13:30")


def test_several_suspensions_add_up() -> None:
    pauses = [
        Suspended(at=at("2026-03-16T09:00"), until=at("2026-03-18T09:00"), **WHY),
        Suspended(at=at("2026-03-04T09:00"), until=at("2026-03-05T09:00"), **WHY),
    ]
    assert ends(term(15, "day"), "2026-03-02T08:00", pauses).last_day == date(2026, 3, 20)


def test_a_limit_suspended_on_its_last_day_does_not_run_out_meanwhile() -> None:
    pause = Suspended(at=at("2026-03-17T09:00"), until=at("2026-03-24T09:00"), **WHY)
    assert ends(rule(15, "day"), "2026-03-02T08:00", [pause]).last_day == date(2026, 3, 24)


def test_a_limit_suspended_during_its_roll_goes_on_rolling() -> None:
    pause = Suspended(at=at("2026-03-15T09:00"), until=at("2026-03-18T09:00"), **WHY)
    assert ends(rule(12, "day"), "2026-03-02T08:00", [pause]).last_day == date(
        2026, 3, 18
    )  # 14/03: a Saturday


def test_an_open_suspension_is_said_and_the_end_is_the_earliest_possible() -> None:
    got = ends(rule(15, "day"), "2026-03-02T08:00", [Suspended(at=at("2026-03-10T09:00"), **WHY)])
    assert got.suspended
    assert got.last_day == date(2026, 3, 17)
    assert "chưa tiếp tục" in got.journal[0]


def test_a_suspension_after_the_end_changes_nothing() -> None:
    late = Suspended(at=at("2026-04-20T09:00"), until=at("2026-04-25T09:00"), **WHY)
    for of in (rule(15, "day"), rule(15, "hour"), term(15, "day"), term(1, "month")):
        got = ends(of, "2026-03-02T08:00", [late])
        assert got.due == ends(of, "2026-03-02T08:00").due
        assert "không làm thay đổi" in got.journal[0]
    still = ends(rule(15, "day"), "2026-03-02T08:00", [Suspended(at=at("2026-03-20T09:00"), **WHY)])
    assert not still.suspended


@pytest.mark.parametrize(
    "pauses",
    [
        [("2026-03-04T09:00", "2026-03-10T09:00"), ("2026-03-09T09:00", "2026-03-12T09:00")],
        [("2026-03-04T09:00", None), ("2026-03-09T09:00", "2026-03-12T09:00")],
        [("2026-03-04T09:00", "2026-03-03T09:00")],
        [("2026-03-01T09:00", "2026-03-03T09:00")],
    ],
)
def test_suspensions_that_overlap_or_run_backwards_are_refused(pauses: list[tuple[str, str | None]]) -> None:
    ledger = [Suspended(at=at(begin), until=at(end) if end else None, **WHY) for begin, end in pauses]
    with pytest.raises(EntryRefused):
        ends(rule(15, "day"), "2026-03-02T08:00", ledger)


# --- extension, restart, credit

COURT = rule(15, "day", extension={"most": 30, "citation": "PL 03/2022 Đ.8"})


def extended(when: str, total: int) -> Extended:
    return Extended(at=at(when), amount_total=total, **WHY)


def test_an_extension_is_a_total_from_the_same_start() -> None:
    got = ends(COURT, "2026-03-02T08:00", [extended("2026-03-16T09:00", 30)])
    assert (got.amount, got.last_day) == (30, date(2026, 4, 1))
    assert got.journal == ("Gia hạn lúc 09:00 ngày 16/03/2026 thành tổng cộng 30 ngày: lý do (Đ.16)",)


@pytest.mark.parametrize(
    ("of", "ledger"),
    [
        (COURT, [extended("2026-03-16T09:00", 31)]),
        (COURT, [extended("2026-03-16T09:00", 15)]),
        (COURT, [extended("2026-03-18T00:00", 30)]),
        (COURT, [extended("2026-03-16T09:00", 20), extended("2026-03-17T09:00", 30)]),
        (rule(15, "day"), [extended("2026-03-16T09:00", 30)]),
    ],
    ids=["beyond the most", "no longer", "already run out", "a second time", "not in the law"],
)
def test_an_extension_that_the_law_does_not_give_is_refused(of: Rule, ledger: list[LedgerEntry]) -> None:
    with pytest.raises(EntryRefused):
        ends(of, "2026-03-02T08:00", ledger)


def test_an_extension_until_the_last_minute_is_taken() -> None:
    assert ends(COURT, "2026-03-02T08:00", [extended("2026-03-17T23:59", 30)]).amount == 30


def test_a_suspended_limit_can_be_extended_after_its_former_end() -> None:
    pause = Suspended(at=at("2026-03-10T09:00"), **WHY)
    assert ends(COURT, "2026-03-02T08:00", [pause, extended("2026-03-25T09:00", 30)]).amount == 30
    closed = Suspended(at=at("2026-03-10T09:00"), until=at("2026-03-20T09:00"), **WHY)
    assert ends(COURT, "2026-03-02T08:00", [closed, extended("2026-03-25T09:00", 30)]).last_day == date(
        2026, 4, 13
    )  # 1 April and 10 days are Saturday 11 April, rolled


def test_a_restart_counts_anew_and_forgets_what_was_before() -> None:
    ledger: list[LedgerEntry] = [
        extended("2026-03-05T09:00", 30),
        Suspended(at=at("2026-03-06T09:00"), **WHY),
        Restarted(at=at("2026-03-20T10:00"), **WHY),
    ]
    got = ends(COURT, "2026-03-02T08:00", ledger)
    assert got.start == at("2026-03-02T08:00")
    assert (got.counted_from, got.amount, got.last_day) == (
        at("2026-03-20T10:00"),
        15,
        date(2026, 4, 6),
    )  # 4/4: Saturday
    assert not got.suspended
    assert len(got.journal) == 3


def test_a_limit_counted_again_from_its_start_with_its_ledger_is_the_same() -> None:
    ledger: list[LedgerEntry] = [
        Restarted(at=at("2026-03-05T00:00"), **WHY),
        Restarted(at=at("2026-03-20T00:00"), **WHY),
    ]
    after = rule(3, "day", anchor={"text": "từ khi hết thời hạn đọc", "limit": "p4-read"})
    got = ends(after, "2026-03-02T00:00", ledger)
    assert got.last_day == date(2026, 3, 23)
    assert reckon(after, got.start, CALENDAR, {}, ledger) == got


def test_a_restarted_limit_can_be_extended_once_more() -> None:
    ledger: list[LedgerEntry] = [
        extended("2026-03-05T09:00", 30),
        Restarted(at=at("2026-03-20T10:00"), **WHY),
        extended("2026-03-30T09:00", 30),
    ]
    assert ends(COURT, "2026-03-02T08:00", ledger).last_day == date(2026, 4, 20)  # 19/4: a Sunday


def test_evasion_restarts_a_time_bar_even_after_its_first_end() -> None:
    got = ends(bar(3, "month"), "2026-01-15T09:00", [Restarted(at=at("2026-06-15T09:00"), **WHY)])
    assert got.last_day == date(2026, 9, 14)


def test_force_majeure_restarts_hours() -> None:
    got = ends(rule(24, "hour"), "2026-08-28T16:41", [Restarted(at=at("2026-08-30T06:00"), **WHY)])
    assert got.due == at("2026-08-31T06:00")


def test_days_in_pending_management_are_deducted_from_the_term() -> None:
    credit = Credited(at=at("2026-01-05T08:00"), days=40, **WHY)
    got = ends(term(24, "month"), "2026-01-05T08:00", [credit])
    assert got.last_day == date(2027, 11, 26)
    assert got.journal == ("Trừ 40 ngày vào thời hạn: lý do (Đ.16)",)


def test_a_term_wholly_credited_is_over_at_once() -> None:
    credit = Credited(at=at("2026-01-05T08:00"), days=400, **WHY)
    got = ends(term(12, "month"), "2026-01-05T08:00", [credit])
    assert (got.due, got.last_day) == (at("2026-01-05T08:00"), date(2026, 1, 5))


@pytest.mark.parametrize(("unit", "amount", "days"), [("day", 40, 40), ("month", 1, 31), ("day", 40, 41)])
def test_nobody_is_held_a_day_of_a_term_wholly_credited(unit: str, amount: int, days: int) -> None:
    credit = Credited(at=at("2026-01-05T08:00"), days=days, **WHY)
    escaped = Suspended(at=at("2026-01-05T12:00"), until=at("2026-01-20T08:00"), **WHY)
    ledgers: list[list[LedgerEntry]] = [[credit], [credit, escaped]]
    for ledger in ledgers:
        got = ends(term(amount, unit), "2026-01-05T08:00", ledger)
        assert (got.due, got.last_day) == (at("2026-01-05T08:00"), date(2026, 1, 5))


@pytest.mark.parametrize(
    ("unit", "amount", "last"), [("day", 30, date(2026, 1, 25)), ("month", 1, date(2026, 1, 26))]
)
def test_a_suspension_after_the_credited_end_changes_nothing(unit: str, amount: int, last: date) -> None:
    ledger: list[LedgerEntry] = [
        Credited(at=at("2026-01-05T08:00"), days=10, **WHY),
        Suspended(at=at("2026-01-28T09:00"), until=at("2026-02-20T09:00"), **WHY),
    ]
    got = ends(term(amount, unit), "2026-01-05T08:00", ledger)
    assert got.last_day == last
    assert "không làm thay đổi" in got.journal[1]


def test_credited_days_are_the_first_of_a_term_of_days() -> None:
    ledger: list[LedgerEntry] = [
        Credited(at=at("2026-01-05T08:00"), days=3, **WHY),
        Suspended(at=at("2026-01-07T09:00"), until=at("2026-01-20T09:00"), **WHY),
    ]
    got = ends(term(5, "day"), "2026-01-05T08:00", ledger)
    assert got.last_day == date(2026, 1, 20), "one day was left, and it runs when the term goes on"
    assert [step.number for step in got.steps if step.counts] == [4, 5]
    assert got.steps[0].reason == "Trừ 3 ngày đã được tính vào thời hạn"


def test_working_days_and_hours_take_no_credit() -> None:
    for unit in ("working_day", "hour"):
        with pytest.raises(EntryRefused):
            ends(rule(3, unit), "2026-01-05T08:00", [Credited(at=at("2026-01-05T08:00"), days=1, **WHY)])


def test_an_entry_before_the_start_is_refused() -> None:
    with pytest.raises(EntryRefused):
        ends(COURT, "2026-03-02T08:00", [Restarted(at=at("2026-03-01T08:00"), **WHY)])


CHANGED = CalendarChanged(
    at=at("2026-03-03T09:00"), reason="nghỉ ngày 04/03/2026, hạn cũ, hạn mới", citation="Đ.1"
)


@pytest.mark.parametrize(
    "ledger",
    [
        [],
        [extended("2026-03-05T09:00", 30)],
        [
            Suspended(at=at("2026-03-06T09:00"), until=at("2026-03-09T09:00"), **WHY),
            extended("2026-03-10T09:00", 30),
        ],
        [Restarted(at=at("2026-03-20T10:00"), **WHY)],
    ],
    ids=["nothing else", "extended", "suspended and extended", "restarted"],
)
def test_a_change_of_the_calendar_stays_in_the_journal_and_counts_nothing(ledger: list[LedgerEntry]) -> None:
    without, told = (
        ends(COURT, "2026-03-02T08:00", ledger),
        ends(COURT, "2026-03-02T08:00", [*ledger, CHANGED]),
    )
    line = "Lịch thay đổi: nghỉ ngày 04/03/2026, hạn cũ, hạn mới, căn cứ Đ.1"
    assert told.journal == (line, *without.journal)
    assert told.model_copy(update={"journal": without.journal}) == without


def test_the_calendar_may_change_before_a_limit_begins_and_to_one_counted_back() -> None:
    later = ends(COURT, "2026-03-10T08:00", [CHANGED])
    back = ends(rule(3, "working_day", direction="before", roll="back"), "2026-03-20T08:00", [CHANGED])
    assert len(later.journal) == len(back.journal) == 1
    assert later.last_day == ends(COURT, "2026-03-10T08:00").last_day


def test_a_ledger_is_read_back_as_it_was_written() -> None:
    ledger: TypeAdapter[list[LedgerEntry]] = TypeAdapter(list[LedgerEntry])
    entries: list[LedgerEntry] = [
        extended("2026-03-05T09:00", 30),
        Suspended(at=at("2026-03-06T09:00"), **WHY),
        CHANGED,
    ]
    assert ledger.validate_json(ledger.dump_json(entries)) == entries
