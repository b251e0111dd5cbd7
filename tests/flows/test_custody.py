"""Appeals, effect, and nobody forgotten in custody."""

from datetime import date
from typing import Any

import pytest

from tests.flows.road_2026 import FREE, Road


# ---------------------------------------------------------------- appeals and effect
def test_a_decision_takes_effect_when_the_time_to_complain_is_over(road: Road) -> None:
    road.to("send_decision", skip=FREE)
    assert road.last_day("c3-complaint") == "day 29"
    assert (
        road.refused("take_effect", "29 23:59", effective_on="day 29")["window_not_over"].requirement
        == "c3-complaint"
    )
    assert road.do("take_effect", "30 00:00").state.stage == "execution"


def test_an_appeal_is_taken_while_its_window_runs(road: Road) -> None:
    road.to("send_decision", skip=FREE)
    need = road.refused("file_appeal", "30 09:00", appeal_received_at="30 00:00")["appeal_too_late"]
    assert need.citation == "PL 03/2022/UBTVQH15 Đ.31.1, 32.1"
    road.do("file_appeal", "30 09:00", appeal_received_at="29 16:00")
    assert road.refused("take_effect", "31 09:00")["appeal_undecided"].requirement == "decide_appeal"
    road.do("forward_appeal", "31 09:00", appeal_file_received_at="31 10:00")
    road.do("decide_appeal", "40 09:00", appeal_outcome="changed", outcome="refuse")
    assert road.do("take_effect", "41 09:00", effective_on="day 40").state.stage == "closed"


def test_an_appeal_that_applies_the_measure_fixes_its_term(road: Road) -> None:
    road.to("decide", skip=FREE, decide={"outcome": "refuse", "times": None, "times_source": None})
    road.do("file_appeal", "23 09:00", appeal_received_at="23 08:00", appeal_kind="protest")
    road.do("forward_appeal", "24 09:00", appeal_file_received_at="24 10:00")
    changed: dict[str, Any] = {"appeal_outcome": "changed", "outcome": "apply"}
    assert road.refused("decide_appeal", "30 09:00", **changed)["term_not_decided"].requirement == "times"
    road.do("decide_appeal", "30 09:00", **changed, times="first")
    assert road.do("take_effect", "31 08:00").state.stage == "execution"
    road.to("deliver", skip=(*FREE, "send_decision"), deliver={"credited_days": 0})
    assert road.limit("p4-term")["last_day"] == date(2028, 10, 11)


def test_a_decision_that_is_upheld_stays_as_it_was(road: Road) -> None:
    road.to("decide", skip=FREE).do("file_appeal", "23 09:00", appeal_received_at="23 08:00")
    road.do("forward_appeal", "24 09:00", appeal_file_received_at="24 10:00")
    for changed in ({"outcome": "refuse"}, {"times": "repeat"}):
        assert set(road.refused("decide_appeal", "30 09:00", **changed)) == {"appeal_outcome"}
    road.do("decide_appeal", "30 09:00")
    assert road.do("take_effect", "31 08:00").state.stage == "execution"


def test_after_it_took_effect_no_appeal_is_taken(road: Road) -> None:
    road.to("take_effect", skip=FREE)
    assert {"no_longer_possible", "wrong_stage"} <= set(
        road.refused("file_appeal", "31 09:00", appeal_received_at="29 16:00")
    )


# ---------------------------------------------------------------- nobody is forgotten in custody
def test_a_dossier_is_not_closed_while_its_person_is_held(road: Road) -> None:
    road.to("deliver_pending")
    need = road.refused("close", "5 09:00")["person_is_held"]
    assert need.requirement == "end_pending"
    road.do("end_pending", "5 10:00", left_at="5 10:00")
    assert road.do("close", "5 11:00").state.stage == "closed"


def test_who_is_held_is_not_diverted_either(road: Road) -> None:
    road.to("deliver_pending")
    assert "person_is_held" in road.refused("divert", "5 09:00")
    assert "person_is_held" in road.refused("manage_user", "5 09:00")


@pytest.mark.parametrize("refused", [True, False])
def test_without_the_measure_the_held_person_is_released_before_the_end(road: Road, refused: bool) -> None:
    if refused:
        road.to("decide", decide={"outcome": "refuse", "times": None, "times_source": None})
    else:
        road.to("notify_acceptance").do(
            "terminate", "22 10:00", announced_at="22 10:00", complaint_from="22 10:00"
        )
    assert set(road.refused("take_effect")) == {"person_is_held"}
    road.do("end_pending", "22 11:00", by="cs", left_at="22 11:00")
    assert road.do("take_effect").state.stage == "closed"
    assert all(row["ended_at"] for row in road.rows("time_limit"))


def test_the_release_is_recorded_only_when_someone_is_held(road: Road) -> None:
    road.to("compile", skip=FREE)
    assert set(road.refused("end_pending", "5 09:00", left_at="5 09:00")) == {"act_missing"}


def test_a_release_does_not_issue_the_life_summary_anew_without_need(road: Road) -> None:
    road.to("deliver_pending").do("end_pending", "4 12:00", left_at="4 12:00")
    assert [row["form"] for row in road.do("compile").documents] == ["V-33", "V-36"]


def test_only_who_was_handed_over_escapes(road: Road) -> None:
    road.to("place_pending")
    assert set(road.refused("escape", "4 10:00", escaped_at="4 09:30")) == {"person_is_not_held"}


def test_the_term_starts_in_place_for_who_is_there_already(road: Road) -> None:
    road.to("receive_assignment")
    started: dict[str, Any] = {"delivered_at": "34 09:00", "term_from": "day 34"}
    assert "credit_is_wrong" in road.refused("start_in_place", "34 09:00", **started, credited_days=0)
    done = road.do("start_in_place", "34 09:00", **started)
    assert done.state.holder == "cs"
    assert set(road.refused("deliver", "34 10:00", credited_days=0)) == {
        "no_longer_possible",
        "not_in_charge",
    }
    assert road.limit("p4-ex5")["end"] == "done"


@pytest.mark.parametrize(("days", "right"), [(29, False), (30, True), (31, True), (32, False), (0, False)])
def test_the_days_held_are_credited(road: Road, days: int, right: bool) -> None:
    road.to("receive_assignment")
    if right:
        road.do("deliver", credited_days=days)
    else:
        assert "Đ.37.2" in str(road.refused("deliver", credited_days=days)["credit_is_wrong"].citation)


def test_after_an_escape_or_a_release_a_person_counts_the_days(road: Road) -> None:
    road.to("compile").do("escape", "5 09:00", escaped_at="5 08:00")
    road.do("capture", "6 07:00", captured_at="6 06:00", evasion_ended_at="6 06:00")
    road.to("receive_assignment").do("deliver", credited_days=29)
    released = Road(road.store).to("compile")
    released.do("end_pending", "8 09:00", left_at="8 09:00")
    released.to("receive_assignment").do("deliver", credited_days=4)
    assert "credit_is_wrong" in Road(road.store).to("receive_assignment", skip=FREE).refused("deliver")


def test_no_more_days_are_credited_than_anybody_was_held(road: Road) -> None:
    road.to("compile").do("end_pending", "8 09:00", left_at="8 09:00")
    road.to("receive_assignment")
    assert "credit_is_wrong" in road.refused("deliver", credited_days=32)
