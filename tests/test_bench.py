"""What the benchmark says of what it measured: goals are computed, misses explained, and recovery found where it is."""

import orjson
import pytest

from tests.bench_locust import PERIODS, Answer, found, recovery
from tests.bench_measure import Goal, Measure
from tests.bench_profiles import profile
from tests.bench_report import Report


@pytest.mark.parametrize(
    ("text", "value", "met"),
    [("≥ 300", 300, True), ("≥ 300", 299.9, False), ("≤ 1,000", 1000, True), ("< 150", 150.1, False)],
)
def test_a_goal_is_held_against_the_value(text: str, value: float, met: bool) -> None:
    goal = Goal.read(text)
    assert goal
    assert goal.met_by(value) is met


def test_no_text_is_no_goal_and_what_is_none_is_refused() -> None:
    assert Goal.read("") is None
    with pytest.raises(ValueError, match="no goal: about 3"):
        Goal.read("about 3")


def test_the_median_decides() -> None:
    assert Measure("a", [1, 9, 8], "ms", Goal(at_most=8)).met is True
    assert Measure("a", [1, 9, 8.1], "ms", Goal(at_most=8)).met is False
    assert Measure("a", [1], "ms").met is None


def goal_of(place: int) -> int:
    """Something to be seen in a profile."""
    return -place


def test_the_report_marks_each_goal_and_says_why_one_was_missed() -> None:
    measures = [
        Measure("good", [5], "acts/s", Goal(at_least=4), why="never said"),
        Measure("bad | worse", [3], "acts/s", Goal(at_least=4), why="the disk is slow; a faster one."),
    ]
    profiles = {"An act": profile(lambda: sorted(range(9), key=goal_of))}
    report = Report(
        "2026-12-01 07:00",
        "5 min 3 s",
        "bench",
        {"processor": "one"},
        {"commit": "abc"},
        {"Acts": measures},
        profiles,
    )
    text = report.markdown()
    assert "by `make bench`, not by hand; begun 2026-12-01 07:00, done after 5 min 3 s." in text
    assert "2 goals, 1 met, 1 not met" in text
    assert "| good | 5.00 acts/s | 5.00 – 5.00 | ≥ 4 | met |  |" in text
    assert "| bad \\| worse | 3.00 acts/s | 3.00 – 3.00 | ≥ 4 | NOT met |  |" in text
    assert (
        "- **Acts: bad | worse**, 3.00 acts/s for ≥ 4. Why, and what would: the disk is slow; a faster one."
        in text
    )
    assert "never said" not in text
    assert "## Profile: An act\n\n```text\n" in text
    assert f" 9  tests/test_bench.py:{goal_of.__code__.co_firstlineno} goal_of\n" in text
    told = orjson.loads(report.json())["sections"][0]["measures"]
    assert [(one["met"], one["why"]) for one in told] == [(True, ""), (False, measures[1].why)]


def played(slow_until: float, wrong: str = "") -> list[Answer]:
    """Ten answers a second for 60 seconds: 10 ms each, 1 s each from second 25 on until this one."""
    moments = [step / 10 for step in range(600)]
    answers = [Answer(at, "act", 1000 if 25 <= at < slow_until else 10, "") for at in moments]
    return [*answers, Answer(30, "act", 10, wrong)]


@pytest.mark.parametrize(("slow_until", "seconds"), [(35, 0), (42, 7), (60, None)])
def test_recovery_is_the_first_window_that_is_calm_again(slow_until: float, seconds: float | None) -> None:
    assert recovery(played(slow_until), 35, 60, usual=10) == seconds


def test_a_spike_is_told_by_period_with_its_errors() -> None:
    told = {one.name: one for one in found(played(42, "500"), (25, 10, 25))}
    before, spike, after = (told[f"act, p95, {period}"].median for period in PERIODS)
    assert (before, spike, after) == (10, 1000, 1000)
    assert told["lỗi · errors"].values == [1]
    assert told["lỗi · errors"].met is False
    assert told["hồi phục · recovery"].values == [7]
    assert (
        "not seen" in {one.name: one for one in found(played(60), (25, 10, 25))}["hồi phục · recovery"].remark
    )
