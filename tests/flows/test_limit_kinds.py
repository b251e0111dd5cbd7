"""Kinds of limit are never mixed up: a window is never overdue, a bar never passes silently, at any moment."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from hypothesis import given

from flows.clocks import Clocks, Moves, _days_late
from flows.guards import closing_ground_fits, time_bar_has_not_passed, window_is_over
from flows.state import LimitState
from flows.view import View, over
from models.law.limits import Suspended, reckon
from models.law.remaining import remaining
from models.law.schema import Rule
from tests.law.generated import instants, rules, spans
from tests.law.rules import CALENDAR, WHY

A_MINUTE = timedelta(minutes=1)


def limit(
    of: Rule, start: datetime, *ledger: Suspended, end: str | None = None, ended_at: datetime | None = None
) -> LimitState:
    counted = reckon(of, start, CALENDAR, {}, ledger)
    return LimitState(
        id=uuid4(),
        book="test",
        rule=of.id,
        stands_for=None,
        kind=of.kind,
        parent=None,
        starts_at=start,
        due=counted.due,
        warning_due=None,
        last_day=counted.last_day,
        ended_at=ended_at,
        end=end,
        ledger=[entry.model_dump(mode="json") for entry in ledger],
    )


def view(of: Rule, at: datetime, *limits: LimitState, **facts: object) -> View:
    """An act at a moment that moves no limit itself, on a dossier with these limits."""
    moved = ("ends", "restarts", "extends", "suspends", "resumes", "starts", "credits")
    action = SimpleNamespace(**dict.fromkeys(moved, ()), title="Việc thử", citation="Luật thử Đ.9")
    latest = {one.rule: one for one in limits}
    state = SimpleNamespace(limits=list(limits), latest=latest.get, stage="court_decision")
    book = SimpleNamespace(code="test", rules=(of,), rule={of.id: of}.__getitem__)
    return View(*cast("tuple[Any, Any, Any]", (state, book, action)), facts, at, calendar=CALENDAR)


def moves(seen: View) -> Moves:
    return Clocks(seen, uuid4(), CALENDAR).run(closing=False)


@given(rules(kinds=("window", "bar", "term")), instants, spans)
def test_only_a_duty_is_ever_late(of: Rule, start: datetime, after: timedelta) -> None:
    running = limit(of, start)
    assert running.due
    for moment in (start, running.due - A_MINUTE, running.due, running.due + after):
        assert _days_late(of, running, moment) == 0


@given(rules(kinds=("duty",)), instants, spans)
def test_a_duty_is_late_by_the_days_it_is_past_unless_it_stands_still(
    of: Rule, start: datetime, after: timedelta
) -> None:
    running = limit(of, start)
    assert running.due
    late = running.due + after
    assert _days_late(of, running, late) == remaining(of, start, CALENDAR, late).past_days > 0
    assert _days_late(of, running, running.due - A_MINUTE) == 0
    still = limit(of, start, Suspended(at=running.due - A_MINUTE, **WHY))
    assert _days_late(of, still, late) == 0


@given(rules(kinds=("window",)), instants, spans)
def test_a_window_is_over_when_it_has_run_out_or_was_used_and_not_before(
    of: Rule, start: datetime, after: timedelta
) -> None:
    running = limit(of, start)
    assert running.due
    for moment in (start, running.due - A_MINUTE, running.due, running.due + after):
        assert over(running, moment) == (moment >= running.due)
        assert window_is_over(view(of, moment, running), of.id).met == (moment >= running.due)
    used = limit(of, start, end="used", ended_at=running.due - A_MINUTE)
    assert over(used, running.due - A_MINUTE)
    assert not over(used, running.due - 2 * A_MINUTE)
    assert not over(None, running.due)


@given(rules(kinds=("window",)), instants, spans)
def test_a_window_that_stands_still_is_not_over(of: Rule, start: datetime, after: timedelta) -> None:
    ends = reckon(of, start, CALENDAR).due
    still = limit(of, start, Suspended(at=ends - A_MINUTE, **WHY))
    assert not over(still, ends + after)
    assert moves(view(of, ends + after, still)).changed == {}
    too_late = limit(of, start, Suspended(at=ends, **WHY))
    assert over(too_late, ends + after)


@given(rules(kinds=("window",)), instants, spans)
def test_the_first_act_after_its_end_finds_a_window_run_out_and_nothing_late(
    of: Rule, start: datetime, after: timedelta
) -> None:
    running = limit(of, start)
    assert running.due
    assert moves(view(of, running.due - A_MINUTE, running)).changed == {}
    found = moves(view(of, running.due + after, running))
    row = found.changed[running.id]
    assert (row["end"], row["ended_at"], row["late_days"]) == ("run_out", running.due, None)
    assert (running.end, found.late, found.warnings) == ("run_out", [], [])


@given(rules(kinds=("bar",)), instants, spans)
def test_past_a_bar_every_act_it_guards_is_refused_and_the_bar_stays(
    of: Rule, start: datetime, after: timedelta
) -> None:
    running = limit(of, start)
    assert running.due
    for moment in (start, running.due - A_MINUTE, running.due, running.due + after):
        seen = view(of, moment, running, closing_ground="time_bar")
        need, passed = time_bar_has_not_passed(seen, of.id), moment >= running.due
        assert (need.met, need.code, need.requirement) == (not passed, "time_bar_passed", of.id)
        assert closing_ground_fits(seen, "").met == passed
        assert moves(seen).changed == {}
    assert (running.end, running.ended_at) == (None, None)


@given(rules(kinds=("bar",)), instants, spans)
def test_a_bar_that_never_started_or_stands_still_is_judged_as_such(
    of: Rule, start: datetime, after: timedelta
) -> None:
    assert not time_bar_has_not_passed(view(of, start), of.id).met
    ends = reckon(of, start, CALENDAR).due
    still = limit(of, start, Suspended(at=ends - A_MINUTE, **WHY))
    seen = view(of, ends + after, still, closing_ground="time_bar")
    assert time_bar_has_not_passed(seen, of.id).met
    assert not closing_ground_fits(seen, "").met


@given(rules(kinds=("term",)), instants, spans)
def test_a_term_that_has_run_out_is_ended_by_an_act_and_by_nothing_else(
    of: Rule, start: datetime, after: timedelta
) -> None:
    running = limit(of, start)
    assert running.due
    assert moves(view(of, running.due + after, running)).changed == {}
