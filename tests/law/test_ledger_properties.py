"""Laws of the ledger that hold whenever a limit is suspended, extended, restarted or credited, and what is then left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.law.calendar import ONE_DAY
from models.law.limits import (
    Credited,
    EntryRefused,
    Extended,
    LedgerEntry,
    Restarted,
    Suspended,
    reckon,
)
from models.law.remaining import Left, Remaining, remaining
from models.law.schema import Extension, Rule, Unit
from tests.law.generated import (
    LONG,
    MOST,
    NUMBERED,
    amounts,
    by_hand,
    instants,
    ledgers,
    pauses,
    rules,
    spans,
)
from tests.law.rules import CALENDAR, WHY, rule

A_MINUTE = timedelta(minutes=1)
DATED = (Unit.day, *LONG)
"""Units of a term that takes credit."""


def due(of: Rule, start: datetime, ledger: Sequence[LedgerEntry] = ()) -> datetime:
    return reckon(of, start, CALENDAR, {}, ledger).due


def left(of: Rule, start: datetime, at: datetime, ledger: Sequence[LedgerEntry] = ()) -> Remaining:
    return remaining(of, start, CALENDAR, at, {}, ledger)


def to_run(one: Left) -> int:
    """Days that are still counted, that of the instant among them."""
    return one.amount + one.today_counts


def standing(of: Rule, start: datetime, pause: Suspended, ledger: Sequence[LedgerEntry]) -> list[Remaining]:
    """What is left at the first and at the last minute of a suspension; nothing is said of one that takes no time."""
    until = pause.until or pause.at
    moments = (pause.at, max(pause.at, until - A_MINUTE)) if until > pause.at else ()
    return [left(of, start, at, ledger) for at in moments]


# --- suspension


@given(rules(units=NUMBERED), ledgers())
def test_standing_still_preserves_every_day_that_is_left(
    of: Rule, begun: tuple[datetime, list[Suspended]]
) -> None:
    start, ledger = begun
    for position, pause in enumerate(ledger):
        before, known = left(of, start, pause.at, ledger[:position]), ledger[: position + 1]
        assert pause.until
        if before.state == "run_out":
            assert due(of, start, known) == before.due
            continue
        stood = standing(of, start, pause, known)
        assert {(one.state, one.amount) for one in stood} <= {("suspended", to_run(before))}
        assert to_run(left(of, start, pause.until, known)) == to_run(before)


@given(rules(units=LONG, kinds=("term", "bar")), ledgers())
def test_standing_still_preserves_the_days_of_months_that_are_left(
    of: Rule, begun: tuple[datetime, list[Suspended]]
) -> None:
    start, ledger = begun
    first = reckon(of, start, CALENDAR).first_day
    assert first
    for position, pause in enumerate(ledger):
        before, known = left(of, start, pause.at, ledger[:position]), ledger[: position + 1]
        assert pause.until
        if before.state == "run_out":
            assert due(of, start, known) == before.due
            continue
        moved = max(timedelta(), pause.until.date() - max(pause.at.date(), first))
        assert due(of, start, known) == before.due + moved
        stood = standing(of, start, pause, known)
        assert len({(one.state, one.amount, one.days) for one in stood}) <= 1


@given(rules(units=[Unit.hour]), ledgers())
def test_standing_still_preserves_every_minute_that_is_left(
    of: Rule, begun: tuple[datetime, list[Suspended]]
) -> None:
    start, ledger = begun
    for position, pause in enumerate(ledger):
        before, known = left(of, start, pause.at, ledger[:position]), ledger[: position + 1]
        assert pause.until
        ends = [left(of, start, at, known) for at in (pause.at, pause.until)]
        if before.state == "run_out":
            assert {one.due for one in ends} == {before.due}
        else:
            assert {(one.amount, one.minutes) for one in ends} == {(before.amount, before.minutes)}
            assert ends[1].due == before.due + (pause.until - pause.at)


@given(rules(), st.data(), instants)
def test_standing_still_for_no_time_changes_nothing(of: Rule, data: st.DataObject, start: datetime) -> None:
    moments = data.draw(st.lists(spans, max_size=3).map(sorted))
    ledger = [Suspended(at=start + after, until=start + after, **WHY) for after in moments]
    plain, got = reckon(of, start, CALENDAR), reckon(of, start, CALENDAR, {}, ledger)
    assert (got.due, got.last_day, got.steps, got.rolled) == (
        plain.due,
        plain.last_day,
        plain.steps,
        plain.rolled,
    )


@given(rules(), ledgers())
def test_a_suspension_never_makes_a_limit_end_sooner(
    of: Rule, begun: tuple[datetime, list[Suspended]]
) -> None:
    start, ledger = begun
    dues = [due(of, start, ledger[:many]) for many in range(len(ledger) + 1)]
    assert dues == sorted(dues)


@settings(max_examples=250)
@given(rules(), instants, spans, spans)
def test_what_had_not_run_out_when_it_was_suspended_has_not_when_it_goes_on(
    of: Rule, start: datetime, before_end: timedelta, length: timedelta
) -> None:
    at = max(start, due(of, start) - before_end / 5 - A_MINUTE)
    pause = Suspended(at=at, until=at + length, **WHY)
    assert left(of, start, at + length, [pause]).state == "running"


@given(rules(), instants, spans, spans)
def test_what_had_run_out_when_it_was_suspended_stays_so(
    of: Rule, start: datetime, after_end: timedelta, length: timedelta
) -> None:
    at = due(of, start) + after_end
    pause = Suspended(at=at, until=at + length, **WHY)
    assert due(of, start, [pause]) == due(of, start)
    assert left(of, start, at, [pause]).state == "run_out"


# --- extension


@given(st.data(), st.sampled_from([Unit.hour, *NUMBERED]), ledgers(), spans)
def test_extended_and_suspended_in_any_order_it_ends_as_walked_through_by_hand(
    data: st.DataObject, unit: Unit, begun: tuple[datetime, list[Suspended]], after: timedelta
) -> None:
    start, ledger = begun
    amount, total = sorted(data.draw(st.lists(amounts(unit), min_size=2, max_size=2, unique=True)))
    of = rule(
        amount, unit, kind="term", roll="none", extension={"most": MOST[unit], "citation": "Luật thử Đ.8"}
    )
    extended = Extended(at=start + after, amount_total=total, **WHY)
    entries: Sequence[LedgerEntry] = data.draw(st.permutations([*ledger, extended]))
    if extended.at < by_hand(amount, unit, start, [one for one in ledger if one.at <= extended.at]):
        assert due(of, start, entries) == by_hand(total, unit, start, ledger)
    else:
        with pytest.raises(EntryRefused):
            due(of, start, entries)


@given(st.data(), st.sampled_from(list(Unit)), instants)
def test_an_extension_lengthens_at_most_as_far_and_as_often_as_the_law_says(
    data: st.DataObject, unit: Unit, start: datetime
) -> None:
    amount, times = data.draw(amounts(unit)), data.draw(st.integers(1, 3))
    most = amount + data.draw(st.integers(times, 20))
    of = rule(amount, unit, roll="none", extension={"most": most, "times": times, "citation": "Luật thử Đ.8"})
    totals = data.draw(st.lists(st.integers(amount - 2, most + 2), min_size=1, max_size=5))
    ledger = [Extended(at=start, amount_total=total, **WHY) for total in totals if total > 0]
    taken: list[LedgerEntry] = []
    for entry in ledger:
        now = reckon(of, start, CALENDAR, {}, taken)
        if now.amount < entry.amount_total <= most and len(taken) < times:
            taken.append(entry)
            assert reckon(of, start, CALENDAR, {}, taken).amount == entry.amount_total
            assert due(of, start, taken) >= now.due
            assert due(of, start, taken) == due(rule(entry.amount_total, unit, roll="none"), start)
        else:
            with pytest.raises(EntryRefused):
                due(of, start, [*taken, entry])


@given(rules(), instants, spans, st.booleans())
def test_it_is_never_extended_after_it_has_run_out_unless_it_stood_still_before(
    of: Rule, start: datetime, after: timedelta, suspended: bool
) -> None:
    amount = of.amounts[0].value
    longer = of.model_copy(update={"extension": Extension(most=amount + 1, citation="Luật thử Đ.8")})
    ended = due(of, start)
    entry = Extended(at=ended + after, amount_total=amount + 1, **WHY)
    still: list[LedgerEntry] = [Suspended(at=ended - A_MINUTE, **WHY)] if suspended else []
    if suspended:
        assert reckon(longer, start, CALENDAR, {}, [*still, entry]).amount == amount + 1
    else:
        with pytest.raises(EntryRefused):
            due(longer, start, [entry])
    just_before = Extended(at=ended - A_MINUTE, amount_total=amount + 1, **WHY)
    assert due(longer, start, [just_before]) >= ended


# --- restart


@given(rules(), ledgers(), spans)
def test_restarted_it_is_a_fresh_limit(
    of: Rule, begun: tuple[datetime, list[Suspended]], after: timedelta
) -> None:
    start, ledger = begun
    amount = of.amounts[0].value
    of = of.model_copy(update={"extension": Extension(most=amount + 1, citation="Luật thử Đ.8")})
    extended = Extended(at=start, amount_total=amount + 1, **WHY)
    before: list[LedgerEntry] = [extended, *(one for one in ledger if one.at <= start + after)]
    anew = Restarted(at=start + after, **WHY)
    got, fresh = reckon(of, start, CALENDAR, {}, [*before, anew]), reckon(of, anew.at, CALENDAR)
    assert got == fresh.model_copy(update={"start": start, "journal": got.journal})
    assert len(got.journal) == len(before) + 1
    once_more = Extended(at=anew.at, amount_total=amount + 1, **WHY)
    assert due(of, start, [*before, anew, once_more]) == due(of, anew.at, [once_more])


@given(rules(), st.data(), instants, spans)
def test_what_was_before_a_restart_no_longer_matters(
    of: Rule, data: st.DataObject, start: datetime, after: timedelta
) -> None:
    anew = Restarted(at=start + after, **WHY)
    later = data.draw(pauses(anew.at))
    assert due(of, start, [anew, *later]) == due(of, anew.at, later)


# --- credit


@given(rules(units=DATED, kinds=("term",)), instants, st.integers(1, 900), st.integers(1, 300))
def test_days_credited_one_after_the_other_are_deducted_together(
    of: Rule, start: datetime, first: int, second: int
) -> None:
    apart = [Credited(at=start, days=days, **WHY) for days in (first, second)]
    assert due(of, start, apart) == due(of, start, [Credited(at=start, days=first + second, **WHY)])


@given(rules(units=DATED, kinds=("term",)), ledgers(), st.integers(1, 900))
def test_credited_days_shorten_a_term_by_as_much_and_never_to_before_its_start(
    of: Rule, begun: tuple[datetime, list[Suspended]], days: int
) -> None:
    start, ledger = begun
    credit = Credited(at=start, days=days, **WHY)
    plain, got = reckon(of, start, CALENDAR), reckon(of, start, CALENDAR, {}, [credit])
    assert plain.first_day
    over = plain.last_day - days * ONE_DAY < plain.first_day
    assert got.due == (start if over else plain.due - days * ONE_DAY)
    assert start <= got.due <= due(of, start, [credit, *ledger])
    pause = ledger[0]
    afterwards = Suspended(at=got.due, until=got.due + ((pause.until or pause.at) - pause.at), **WHY)
    assert due(of, start, [credit, afterwards]) == got.due, "what comes after the end changes nothing"


@given(st.data(), ledgers())
def test_a_term_of_days_with_credit_is_that_much_shorter_a_term(
    data: st.DataObject, begun: tuple[datetime, list[Suspended]]
) -> None:
    start, ledger = begun
    amount = data.draw(st.integers(2, 60))
    days = data.draw(st.integers(1, amount - 1))
    credit = Credited(at=start, days=days, **WHY)
    shorter, credited = (rule(many, "day", kind="term", roll="none") for many in (amount - days, amount))
    assert due(credited, start, [credit, *ledger]) == due(shorter, start, ledger)


# --- what is left


@given(rules(), instants, spans, spans)
def test_what_is_left_only_grows_less(of: Rule, start: datetime, after: timedelta, later: timedelta) -> None:
    sooner, then = (left(of, start, start + moment) for moment in (after, after + later))
    assert (then.amount, then.days, then.minutes) <= (sooner.amount, sooner.days, sooner.minutes)
    assert then.past_days >= sooner.past_days
    assert (then.state == "run_out") == (then.at >= then.due) == (then.past_days > 0)
    if then.state == "run_out":
        assert timedelta(days=then.past_days - 1) <= then.at - then.due
        assert (then.amount, then.days, then.minutes, then.today_counts) == (0, 0, 0, False)


@given(rules(), instants)
def test_before_it_begins_the_whole_of_it_is_left(of: Rule, start: datetime) -> None:
    got, amount = left(of, start, start - A_MINUTE), of.amounts[0]
    assert got.state == "not_begun"
    months = 12 * amount.value if amount.unit is Unit.year else amount.value
    whole = (months, 0, 0) == (got.amount, got.days, got.minutes)
    a_day_less = of.kind == "bar" and amount.unit in LONG and (got.amount, got.minutes) == (months - 1, 0)
    assert whole or (a_day_less and got.days >= 27), (
        "a first day that counts can end at a shorter month's end"
    )


@given(rules(units=NUMBERED), ledgers(), spans)
def test_what_is_left_and_what_has_run_add_up(
    of: Rule, begun: tuple[datetime, list[Suspended]], after: timedelta
) -> None:
    start, ledger = begun
    at = start + after
    got = left(of, start, at, ledger)
    if got.state == "running":
        steps = reckon(of, start, CALENDAR, {}, ledger).steps
        assert (
            sum(step.counts and step.date < at.date() for step in steps) + to_run(got) == of.amounts[0].value
        )


@given(rules(), ledgers(), spans)
def test_what_comes_later_does_not_change_what_was_left(
    of: Rule, begun: tuple[datetime, list[Suspended]], after: timedelta
) -> None:
    start, ledger = begun
    known = [one for one in ledger if one.until and one.until <= start + after]
    stands = any(one.at <= start + after for one in ledger[len(known) :])
    if not stands:
        assert left(of, start, start + after, ledger) == left(of, start, start + after, known)
    assert left(of, start, start + after, ledger).state != "suspended" or stands
