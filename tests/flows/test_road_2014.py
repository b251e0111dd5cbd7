"""Book 2014 through the engine, from finding to the certificate of completion; days are counted by hand."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from models.law.loader import load_book
from tests.flows.road_2014 import MONDAY_2017, Road2014
from tests.flows.test_road_2022 import nobody_was_late, stages

LAW = "Luật Xử lý vi phạm hành chính 2012"


@pytest.fixture
def road(road_store: Engine) -> Road2014:
    """A dossier of 2017 about to be opened."""
    return Road2014(road_store, start=MONDAY_2017)


def on(road: Road2014, day: date) -> int:
    """How many days after the start a day is."""
    return (day - road.start).days


# ---------------------------------------------------------------- straight on


def test_a_dossier_travels_from_the_committee_to_the_certificate(road: Road2014) -> None:
    road.to("deliver")
    # Eighteen months from Monday 10/07/2017, the day held.
    assert road.limit("p1-term")["last_day"] == date(2019, 1, 10)
    last = on(road, date(2019, 1, 10))
    need = road.refused("certify", f"{last - 1} 16:00", completed_on=f"day {last - 1}")["term_not_served"]
    assert (need.requirement, need.citation) == ("completed_on", f"{LAW} Đ.95.2, 110.2")
    assert "10/01/2019" in need.message
    assert set(road.refused("certify", f"{last} 09:00", completed_on=f"day {last - 1}")) == {
        "term_not_served"
    }
    done = road.do("certify", f"{last} 09:00", completed_on=f"day {last}")
    assert done.state.stage == "closed"
    assert stages(road) == [
        "police_collection", "health_determination", "police_collection", "justice_review", "court_decision",
        "execution", "closed",
    ]  # fmt: skip
    assert nobody_was_late(road)
    assert all(row["ended_at"] for row in road.rows("time_limit"))
    road.verify_chain()


@pytest.mark.parametrize(("rule", "day"), [
    # Five days from Friday 09/06/2017: Wednesday 14/06.
    ("p1-notice", 9),
    # Five days from Thursday 15/06.
    ("p1-tuphap", 15),
    # Seven days from Friday 16/06.
    ("p1-ldtbxh", 18),
    # Registered on Monday 19/06: one working day.
    ("c9-accept", 15),
    ("c9-judge", 15),
    # Thirty days from Tuesday 20/06: Thursday 20/07.
    ("p1-court-term", 45),
    # Decided to hold it on Thursday 22/06: 23, 26, 27, 28, 29, 30/06 and 03/07.
    ("c9-session", 28),
    # Announced on Thursday 29/06: 30/06 and 03/07; 04/07.
    ("p1-court-send", 28),
    ("p1-complaint", 29),
    # In force on Wednesday 05/07: Saturday 08/07 rolls to Monday 10/07.
    ("p1-sendeff", 35),
    # A year from 05/07/2017, the first day counting for the person: 04/07/2018.
    ("p1-lapse", 394),
    # Received on Thursday 06/07: Tuesday 11/07.
    ("p1-exec", 36),
    # Three months from 05/06/2017, the first day counting for the person: 04/09/2017.
    ("p1-thoihieu", 91),
])  # fmt: skip
def test_limits_of_the_straight_road_end_when_counted_by_hand(
    delivered: Road2014, rule: str, day: int
) -> None:
    assert delivered.last_day(rule) == f"day {day}"


@pytest.fixture(scope="module")
def delivered(world: Any) -> Road2014:
    """A dossier whose person was delivered, not to be moved on by a test."""
    road = Road2014(world[1], start=MONDAY_2017)
    road.to("deliver")
    return road


def test_every_step_of_the_road_is_an_act_of_the_book() -> None:
    assert set(Road2014.steps) <= {action.code for action in load_book("2014").actions}


# ---------------------------------------------------------------- who is subject


@pytest.mark.parametrize("birth_date", ["2003-06-08", "2005-01-01", "2010-01-01"])
def test_nobody_under_eighteen_is_taken(road_store: Engine, birth_date: str) -> None:
    road = Road2014(road_store)
    road.person = road.person.model_copy(update={"birth_date": birth_date})
    flaw = road.invalid("open")["minor"]
    assert flaw.citation == f"{LAW} Đ.96.1"
    assert "p1-minor" in flaw.message
    road.person = road.person.model_copy(update={"birth_date": "2003-06-07"})
    assert road.do("open").state.stage == "police_collection", "18 on the day of the opening"


def test_a_resident_comes_to_the_measure_after_community_education_only(road: Road2014) -> None:
    road.to("issue_result", open={"community_education": "none"})
    for action in ("place_pending", "compile"):
        need = road.refused(action, "4 15:00")["not_a_subject"]
        assert (need.requirement, need.citation) == ("community_education", f"{LAW} Đ.96.1")


def test_who_has_no_home_needs_no_community_education(road: Road2014) -> None:
    road.to(
        "issue_result",
        open={"community_education": "none", "entry": "police_case"},
        verify_residence={"residence": "none"},
    )
    road.do("compile")


# ---------------------------------------------------------------- what holds a file up


def test_the_labour_office_has_seven_days_anew_after_a_supplement(road: Road2014) -> None:
    road.to("confirm_legality")
    done = road.do("return_for_supplement", "14 09:00")
    assert (done.state.stage, done.state.holder) == ("police_collection", "ub")
    assert "wrong_stage" in road.refused("transfer_to_court", "15 09:00")
    road.do("supplement", "21 09:00", labour_received_at="21 14:00")
    # Received on Monday 26/06: Monday 03/07.
    assert [(row["last_day"] - road.start).days for row in road.limits("p1-ldtbxh")] == [18, 28]
    assert road.do("transfer_to_court", "22 09:00").state.stage == "court_decision"
    assert [row["end"] for row in road.limits("p1-ldtbxh")] == ["done", "done"]


def test_new_papers_are_read_again_before_they_are_sent(road: Road2014) -> None:
    road.to("confirm_legality").do("return_for_supplement", "14 09:00")
    road.do("notify_person", "15 09:00", notice_received_at="15 10:00")
    assert set(road.refused("supplement", "16 09:00", labour_received_at="16 10:00")) == {"window_not_over"}
    road.do("record_reading", "16 10:00", reading_finished_at="16 09:30")
    road.do("supplement", "16 11:00", labour_received_at="16 14:00")


def test_the_court_returns_an_incomplete_file_to_the_labour_office(road: Road2014) -> None:
    road.to("register_file")
    done = road.do("return_incomplete", "15 09:00")
    assert (done.state.stage, done.state.holder) == ("justice_review", "ld")
    road.do("transfer_to_court", "16 09:00")
    road.do("register_file", "16 14:00", file_received_at="16 14:00")
    assert [(row["last_day"] - road.start).days for row in road.limits("c9-accept")] == [15, 17]


def test_the_court_asks_and_the_labour_office_answers_without_a_limit(road: Road2014) -> None:
    road.to("accept")
    before = len(road.rows("time_limit"))
    road.do("query", "16 09:00", query_received_at="16 10:00")
    assert "wrong_agency" in road.refused("reply_query", "17 09:00", by="ub")
    road.do("reply_query", "17 09:00")
    road.do("query", "17 10:00", query_received_at="17 11:00")
    road.do("reply_query", "18 09:00")
    assert len(road.rows("time_limit")) == before


def test_while_suspended_the_courts_thirty_days_stand_still(road: Road2014) -> None:
    road.to("accept").do("suspend", "16 09:00")
    road.do("resume", "26 09:00")
    # Thursday 20/07/2017 and ten days more: Sunday 30/07 rolls to Monday 31/07.
    assert road.last_day("p1-court-term") == "day 56"


def test_nobody_is_decided_about_while_the_case_is_suspended(road: Road2014) -> None:
    road.to("open_session").do("suspend", "18 09:00")
    assert set(road.refused("hold_session")) == {"no_longer_possible"}


def test_a_postponed_session_is_held_within_five_working_days(road: Road2014) -> None:
    road.to("open_session").do("postpone_session", "24 08:30", session_at="30 08:30")
    # Postponed on Thursday 29/06: 30/06, 3, 4, 5 and 06/07.
    assert road.last_day("c9-postpone-session") == "day 31"
    road.do("hold_session", "30 08:30", session_ended_at="30 10:00")
    assert (road.limit("c9-session")["end"], road.limit("c9-postpone-session")["end"]) == ("done", "done")


def test_an_appeal_goes_to_the_province_and_comes_back(road: Road2014) -> None:
    road.to("decide").do("file_appeal", "29 16:00", appeal_received_at="29 15:00")
    assert "appeal_undecided" in road.refused("take_effect")
    done = road.do("forward_appeal", "30 09:00", appeal_file_received_at="31 09:00")
    assert done.state.holder == "ta-tinh"
    # Received on Thursday 06/07/2017: 7, 10, 11, 12, 13, 14 and 17/07.
    assert road.last_day("p1-settle") == "day 42"
    assert set(road.refused("decide_appeal", "40 09:00", term_months=12)) == {"appeal_outcome"}
    assert road.do("decide_appeal", "40 09:00", term_months=18).state.holder == "ta"
    assert road.limit("p1-settle")["end"] == "done"
    assert road.do("take_effect", "40 14:00", effective_on="day 40").state.stage == "execution"
    assert road.last_day("p1-sendeff") == "day 43"


def test_an_appeal_after_three_working_days_is_too_late(road: Road2014) -> None:
    road.to("decide")
    need = road.refused("file_appeal", "30 09:00", appeal_received_at="30 00:00")["appeal_too_late"]
    assert need.citation == "PL 09/2014/UBTVQH13 Đ.31"


# ---------------------------------------------------------------- before the delivery


def test_the_family_keeps_the_person_until_the_delivery_and_nothing_is_deducted(road: Road2014) -> None:
    road.to("issue_result").do("place_pending", "3 09:00")
    assert road.to("deliver").limit("p1-term")["ledger"] == []
    assert "act_missing" in road.refused("end_pending", "36 09:00", left_at="36 08:00")


def test_evasion_before_the_decision_restarts_nothing(road: Road2014) -> None:
    road.to("compile")
    assert "wrong_stage" in road.refused("record_evasion", "5 09:00", by="ub")
    restarting = {ref.id for action in load_book("2014").actions for ref in action.restarts}
    assert restarting == {"p1-lapse"}


def test_a_decision_evaded_may_be_executed_for_a_year_from_the_end_of_the_evasion(road: Road2014) -> None:
    road.to("send_effective").do("record_evasion", "36 09:00")
    assert "closing_ground" in road.refused("close", "396 09:00", closing_ground="time_bar")
    road.do("end_evasion", "400 09:00", evasion_ended_at="400 08:00")
    # A year from 10/07/2018, the first day counting for the person.
    assert road.limit("p1-lapse")["last_day"] == date(2019, 7, 9)
    late: dict[str, Any] = {"late_reason": "trốn tránh", "delivered_at": "401 10:00", "held_from": "day 401"}
    road.do("deliver", "401 10:00", **late)


def test_without_evasion_the_decision_lapses_after_a_year(road: Road2014) -> None:
    road.to("send_effective")
    late: dict[str, Any] = {"late_reason": "chờ", "held_from": "day 395"}
    need = road.refused("deliver", "395 00:00", delivered_at="395 00:00", **late)["time_bar_passed"]
    assert (need.requirement, need.citation) == ("p1-lapse", f"{LAW} Đ.108.2, 108.3")
    assert road.do("close", "395 09:00", closing_ground="time_bar").state.stage == "closed"


def test_who_flees_before_the_delivery_is_searched_for_and_taken_after_the_capture(road: Road2014) -> None:
    road.to("send_effective").do("escape", "32 09:00", escaped_at="32 06:00")
    assert "no_longer_possible" in road.refused("deliver")
    assert "closing_ground" in road.refused("close", "396 09:00", closing_ground="time_bar")
    assert "evasion_ended_at" in str(road.invalid("capture", "34 09:00", captured_at="34 08:00"))
    road.do("capture", "34 09:00", captured_at="34 08:00", evasion_ended_at="34 08:00")
    # A year from Sunday 09/07/2017, the first day counting for the person.
    assert road.limit("p1-lapse")["last_day"] == date(2018, 7, 8)
    assert road.do("deliver").state.holder == "cs"
    assert road.limit("p1-term")["ledger"] == [], "the term had not begun"


def test_while_postponed_the_five_days_stand_still_and_nobody_is_taken(road: Road2014) -> None:
    road.to("send_effective").do("postpone", "32 09:00", application_received_at="31 15:00")
    assert set(road.refused("deliver")) == {"no_longer_possible"}
    road.do("end_postponement", "62 09:00")
    # Tuesday 11/07 and thirty days more: Thursday 10/08.
    assert road.last_day("p1-exec") == "day 66"
    assert road.last_day("p1-lapse") == "day 394", "the law does not stop the year"
    done = road.do("deliver", "66 10:00", delivered_at="66 10:00", held_from="day 66")
    assert done.event["late_days"] is None


def test_a_postponement_is_revoked_and_the_person_is_taken(road: Road2014) -> None:
    road.to("send_effective").do("postpone", "32 09:00", application_received_at="31 15:00")
    assert "wrong_agency" in road.refused("revoke", "52 09:00", by="ld")
    road.do("revoke", "52 09:00")
    assert road.last_day("p1-exec") == "day 56"
    assert set(road.refused("revoke", "53 09:00")) == {"act_missing"}
    assert road.do("deliver", "53 10:00", delivered_at="53 10:00", held_from="day 53").state.holder == "cs"


def test_a_postponement_may_be_granted_again(road: Road2014) -> None:
    road.to("send_effective").do("postpone", "32 09:00", application_received_at="31 15:00")
    road.do("end_postponement", "40 09:00")
    road.do("postpone", "41 09:00", application_received_at="40 15:00")
    assert set(road.refused("deliver", "42 10:00", delivered_at="42 10:00", held_from="day 42")) == {
        "no_longer_possible"
    }


def test_the_court_exempts_only_who_is_released_from_the_family(road: Road2014) -> None:
    road.to("issue_result").do("place_pending", "3 09:00")
    road.to("send_effective")
    assert set(road.refused("exempt", "32 09:00", application_received_at="31 15:00")) == {"person_is_held"}
    road.do("end_pending", "32 10:00", left_at="32 10:00")
    assert road.do("exempt", "32 11:00", application_received_at="31 15:00").state.stage == "closed"


# ---------------------------------------------------------------- serving


def test_the_time_of_an_escape_is_no_part_of_the_term(road: Road2014) -> None:
    road.to("deliver")
    gone, back, told = (on(road, date(2017, 8, day)) for day in (1, 15, 17))
    road.do("escape", f"{gone} 09:00", by="cs", escaped_at=f"{gone} 06:00")
    assert set(road.refused("certify", "600 09:00", completed_on="day 600")) >= {"no_longer_possible"}
    road.do("capture", f"{told} 09:00", by="cs", captured_at=f"{back} 07:00")
    # From 01 to 14/08 are fourteen days, however late the return was typed.
    assert road.limit("p1-term")["last_day"] == date(2019, 1, 24)
    last = on(road, date(2019, 1, 24))
    assert road.do("certify", f"{last} 09:00", completed_on=f"day {last}").state.stage == "closed"


def test_a_term_is_reduced_by_what_the_court_decides(road: Road2014) -> None:
    road.to("deliver").do("reduce", "330 09:00", reduced_days=60)
    assert road.limit("p1-term")["last_day"] == date(2018, 11, 11)
    road.do("reduce", "360 09:00", reduced_days=11)
    assert road.limit("p1-term")["last_day"] == date(2018, 10, 31)
    last = on(road, date(2018, 10, 31))
    assert road.do("certify", f"{last} 09:00", completed_on=f"day {last}").state.stage == "closed"


def test_an_illness_is_part_of_the_term_and_the_person_returns_while_three_months_are_left(
    road: Road2014,
) -> None:
    road.to("deliver").do("suspend_serving", "200 09:00")
    assert set(road.refused("suspend_serving", "201 09:00")) == {"already_done"}
    road.do("resume_serving", "260 09:00")
    assert road.limit("p1-term")["last_day"] == date(2019, 1, 10)
    road.do("suspend_serving", "400 09:00")
    # Three months before 10/01/2019: 10/10/2018.
    bar = on(road, date(2018, 10, 10))
    need = road.refused("resume_serving", f"{bar + 1} 00:00")["too_little_left"]
    assert (need.requirement, need.citation) == ("p1-giam", f"{LAW} Đ.112")
    assert "10/10/2018" in need.message
    last = on(road, date(2019, 1, 10))
    assert road.do("certify", f"{last} 09:00", completed_on=f"day {last}").state.stage == "closed"


def test_the_last_day_of_the_return_is_three_months_before_the_end(road: Road2014) -> None:
    road.to("deliver").do("suspend_serving", "400 09:00")
    road.do("resume_serving", f"{on(road, date(2018, 10, 10))} 23:59")


def test_a_suspension_of_the_serving_is_revoked_and_the_flight_is_not_counted(road: Road2014) -> None:
    road.to("deliver").do("suspend_serving", "200 09:00")
    road.do("escape", "210 09:00", by="cs", escaped_at="210 06:00")
    road.do("revoke", "215 09:00", by="cs")
    road.do("capture", "220 09:00", by="cs", captured_at="220 08:00")
    assert road.limit("p1-term")["last_day"] == date(2019, 1, 20)
    assert set(road.refused("resume_serving", "221 09:00")) == {"act_missing"}


def test_the_court_releases_from_the_rest(road: Road2014) -> None:
    done = road.to("deliver").do("release_remaining", "330 09:00")
    assert done.state.stage == "closed"
    assert road.limit("p1-term")["end"] == "cancelled"


def test_time_outside_for_criminal_proceedings_is_part_of_the_term(road: Road2014) -> None:
    road.to("deliver").do("leave_for_proceedings", "100 09:00", leave_until="110 17:00")
    road.do("return_from_leave", "110 16:00", returned_at="110 15:00")
    road.do("leave_for_proceedings", "120 09:00", leave_until="125 17:00")
    road.do("escape", "122 09:00", by="cs", escaped_at="122 08:00")
    assert set(road.refused("return_from_leave", "123 09:00", returned_at="123 08:00")) == {"act_missing"}
    road.do("capture", "124 09:00", by="cs", captured_at="124 08:00")
    assert road.limit("p1-term")["last_day"] == date(2019, 1, 12)


def test_an_annulled_decision_is_handed_to_prosecution_within_three_days(road: Road2014) -> None:
    road.to("deliver").do("annul", "100 09:00")
    # Annulled on Wednesday 13/09/2017: Saturday 16/09 rolls to Monday 18/09.
    assert road.last_day("p1-crime") == "day 105"
    assert road.limit("p1-term")["end"] == "done"
    assert {"term_not_served"} <= set(road.refused("certify", "101 09:00", completed_on="day 101"))
    assert road.do("refer_to_prosecution", "105 16:00").state.stage == "closed"
    assert road.limit("p1-crime")["end"] == "done"


def test_an_annulled_decision_is_not_executed(road: Road2014) -> None:
    road.to("send_effective").do("annul", "32 09:00")
    assert "no_longer_possible" in road.refused("deliver")
