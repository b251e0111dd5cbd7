"""Dossiers of 2025-07 that are open on 01/07/2026: the file and the court go on under the new law, who serves keeps the old term."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from documents.forms import all_forms
from flows.refusals import Invalid, Refused
from tests.flows.road_2025 import MinorRoad202507, Road202507
from tests.flows.road_2026 import STEPS, Road, add_paper
from tests.flows.road_2026_minor import MINOR_STEPS
from tests.flows.test_transition_2025 import ended, migrate, take

GROUND = {
    "ground": "a_not_registered",
    "criminal_check": "not_criminal",
    "criminal_check_basis": "đã xác minh",
}
COMPILE = {"background": STEPS["place_pending"].facts["background"]}
DECISION = {"court_decision_ref": "số 05/2026/QĐ-TA ngày 18 tháng 6 năm 2026 của Tòa án nhân dân khu vực 1"}


def notify(road: Road, day: int, steps: Any = STEPS, **more: Any) -> None:
    """The notice of the new law, received an hour later."""
    take(road, steps, "notify_person", f"{day} 11:00", notice_received_at=f"{day} 12:00", **more)


# ---------------------------------------------------------------- the file
def test_a_file_compiled_before_is_compiled_and_read_anew(road_store: Engine) -> None:
    # Told on Tuesday 30/06/2026 (day 15): 01, 02 and 03/07 (day 18).
    road = Road202507(road_store, start=date(2026, 6, 15)).to("notify_person")
    assert "book_has_ended" in road.refused("check_file", "16 09:00")
    with pytest.raises(Invalid, match="ground"):
        migrate(road, "16 09:00", "ca")
    done = migrate(road, "16 09:00", "ca", **GROUND)
    assert (done.state.book, done.state.stage, done.state.holder) == ("2026", "police_collection", "ca")
    window = road.limit("p3-notice")
    assert (window["stands_for"], road.last_day("p3-notice"), window["end"]) == ("p4-read", "day 18", None)
    with pytest.raises(Refused) as refused:
        take(road, STEPS, "send_to_court", "19 09:00")
    assert {need.code for need in refused.value.needs} == {"act_missing"}
    compiled = take(road, STEPS, "compile", "16 10:00", **COMPILE)
    assert [row["form"] for row in compiled.documents] == ["V-36"]
    notify(road, 16)
    # Received on Wednesday 01/07/2026: 02, 03 and 06/07 (day 21); one working day more is 07/07.
    assert ended(road, "p3-notice") == ["restarted"]
    assert (road.last_day("p4-read"), road.last_day("p4-transfer")) == ("day 21", "day 22")
    assert take(road, STEPS, "send_to_court", "22 09:00").state.stage == "court_decision"


def test_the_time_bar_and_the_compiling_time_keep_their_length(road_store: Engine) -> None:
    # The ground, found on Thursday 25/06/2026 (day 10), gave five working days: 26, 29, 30/06, 01 and 02/07 (day 17).
    road = Road202507(road_store, start=date(2026, 6, 15)).to("deliver_pending")
    migrate(road, "16 09:00", "ca", **GROUND)
    assert (road.limit("p3-compile-term")["stands_for"], road.last_day("p3-compile-term")) == (
        "p4-compile",
        "day 17",
    )
    # Three months from 24/06/2026, the first day counting for the person: 23/09 (day 100).
    assert (road.limit("p3-thoihieu")["stands_for"], road.last_day("p3-thoihieu")) == (
        "p4-thoihieu",
        "day 100",
    )
    for sheet, kind in enumerate(("life_summary", "violation_minute"), 1):
        add_paper(road, kind, sheet)
    take(road, STEPS, "compile", "17 10:00", **COMPILE)
    assert ended(road, "p3-compile-term") == ["done"]
    notify(road, 17)
    with pytest.raises(Refused) as refused:
        take(road, STEPS, "send_to_court", "101 00:00")
    assert "time_bar_passed" in {need.code for need in refused.value.needs}


def test_the_five_days_to_register_are_not_cut_to_one(road_store: Engine) -> None:
    # The result of Wednesday 24/06/2026 (day 2): 25, 26, 29, 30/06 and 01/07 (day 9).
    road = Road202507(road_store, start=date(2026, 6, 22)).to("issue_result")
    migrate(road, "9 09:00", "ca")
    take(road, STEPS, "notify_result", "9 10:00", result_told_at="9 10:00")
    assert (road.limit("reg-voluntary")["stands_for"], road.last_day("reg-voluntary")) == (
        "p4-register",
        "day 9",
    )
    assert road.limits("p4-register") == []
    ground = {"ground_found_at": "9 20:00", "last_act_on": "day 9"}
    with pytest.raises(Refused) as refused:
        take(road, STEPS, "record_ground", "9 23:00", **ground)
    assert {need.code for need in refused.value.needs} == {"ground_not_proved"}
    take(road, STEPS, "record_ground", "10 09:00", ground_found_at="10 08:00", last_act_on="day 9")


def test_who_is_being_examined_gets_the_day_of_the_new_law(road_store: Engine) -> None:
    road = Road202507(road_store, start=date(2026, 6, 29)).to("admit")
    done = migrate(road, "2 09:00", "yt", determination_case="c")
    assert (done.state.stage, done.state.holder) == ("health_determination", "yt")
    take(road, STEPS, "issue_result", "2 14:00", result_at="2 14:00")
    take(road, STEPS, "notify_result", "2 16:00", result_told_at="2 16:00")
    assert road.limit("p4-register")["due"] == road.at("3 16:00")


def test_a_minors_ground_is_recorded_anew_so_that_the_time_bar_runs(road_store: Engine) -> None:
    road = MinorRoad202507(road_store, start=date(2026, 6, 15)).to("compile")
    steps = STEPS | MINOR_STEPS
    migrate(road, "16 09:00", "ca")
    assert road.limits("p3-thoihieu") == []
    take(road, steps, "record_ground", "16 09:30", ground_found_at="16 09:00", last_act_on="day 9")
    assert road.last_day("p4-thoihieu") == "day 100"
    take(road, steps, "compile", "16 10:00", **COMPILE)
    notify(road, 16, steps, parents_notice_received_at="17 09:00")
    # The mother has it on Thursday 02/07/2026: 03, 06 and 07/07 (day 22).
    assert road.last_day("p4-read") == "day 22"


# ---------------------------------------------------------------- the court
def test_a_case_in_court_is_decided_with_the_term_of_the_new_law(road_store: Engine) -> None:
    road = Road202507(road_store, start=date(2026, 6, 8)).to("accept")
    due = road.limit("c3-term")["due"]
    with pytest.raises(Invalid, match="proposal_ref"):
        migrate(road, "23 09:00", "ta")
    done = migrate(road, "23 09:00", "ta", proposal_ref="số 09/ĐN-CA ngày 29 tháng 6 năm 2026 của Công an xã")
    assert (done.state.stage, done.state.holder, road.limit("c3-term")["due"]) == (
        "court_decision",
        "ta",
        due,
    )
    notice = take(road, STEPS, "notify_acceptance", "24 09:00")
    assert [row["form"] for row in notice.documents] == ["TA-01"]
    take(road, STEPS, "open_session", "24 10:00", session_at="31 08:30")
    take(road, STEPS, "hold_session", "31 08:30", session_ended_at="31 10:00")
    take(
        road, STEPS, "decide", "31 10:00", announced_at="31 10:00", complaint_from="31 10:00", times="repeat"
    )
    take(road, STEPS, "take_effect", "39 08:30", effective_on="day 39")
    take(road, STEPS, "receive_decision", "39 10:00", effective_decision_received_at="39 10:00")
    take(road, STEPS, "request_centre", "39 15:00")
    take(road, STEPS, "receive_request", "40 08:30", request_letter_received_at="40 08:30")
    take(road, STEPS, "assign_centre", "40 16:00")
    take(road, STEPS, "send_assignment", "40 17:00")
    take(road, STEPS, "receive_assignment", "41 08:00", assignment_received_at="41 08:00")
    take(road, STEPS, "deliver", "41 10:00", delivered_at="41 10:00", term_from="day 41", credited_days=0)
    # 36 months from 19/07/2026.
    assert (road.limit("p4-term")["last_day"], road.limits("p4-term-old")) == (date(2029, 7, 19), [])


# ---------------------------------------------------------------- decided before
def delivered(road: Road) -> None:
    """From the decision received under the old law to the delivery under the new one, two days after 01/07/2026."""
    take(road, STEPS, "request_centre", "44 10:00")
    take(road, STEPS, "receive_request", "44 14:00", request_letter_received_at="44 14:00")
    take(road, STEPS, "assign_centre", "44 16:00")
    take(road, STEPS, "send_assignment", "44 17:00")
    take(road, STEPS, "receive_assignment", "45 08:00", assignment_received_at="45 08:00")
    take(road, STEPS, "deliver", "46 07:00", delivered_at="46 07:00", term_from="day 46", credited_days=35)


def test_a_decision_made_before_is_carried_out_with_its_own_term(road_store: Engine) -> None:
    road = Road202507(road_store, start=date(2026, 5, 18)).to("send_effective")
    with pytest.raises(Invalid, match="court_decision_ref"):
        migrate(road, "44 09:00", "ca")
    done = migrate(road, "44 09:00", "ca", **DECISION)
    assert (done.state.stage, done.state.holder) == ("execution", "ca")
    # Received on Monday 29/06/2026: five days end on Saturday 04/07, so on Monday 06/07 (day 49).
    assert (road.limit("p3-exec")["stands_for"], road.last_day("p3-exec")) == ("p4-ex5", "day 49")
    delivered(road)
    term = road.limit("p4-term-old")
    # Twelve months from 03/07/2026 less 35 days: 29/05/2027.
    assert (term["stands_for"], term["last_day"]) == ("p4-term", date(2027, 5, 29))
    # Thirty days before it is Thursday 29/04/2027.
    assert road.limit("p4-endnotice")["last_day"] == date(2027, 4, 29)
    assert ended(road, "exec-limit-A") == ["done"]
    letter = next(row for row in road.rows("document", "issued_on") if row["form"] == "P-02")
    assert letter["context"]["court_decision"] == DECISION["court_decision_ref"]
    form = all_forms()["P-02"]
    assert form.render(form.context.model_validate(letter["context"])).startswith(b"PK")


def test_a_decision_made_before_still_lapses_after_a_year(road_store: Engine) -> None:
    road = Road202507(road_store, start=date(2026, 5, 18)).to("send_effective")
    migrate(road, "44 09:00", "ca", **DECISION)
    # One year from 26/06/2026 (day 39), the first day counting for the person: 25/06/2027.
    assert road.limit("exec-limit-A")["stands_for"] == "p4-lapse-old"
    assert road.last_day("exec-limit-A") == "day 403"


def test_a_decision_announced_before_takes_effect_under_the_new_law_with_its_own_term(
    road_store: Engine,
) -> None:
    road = Road202507(road_store, start=date(2026, 5, 29)).to("send_decision")
    more = {"proposal_ref": "số 09/ĐN-CA", **DECISION}
    with pytest.raises(Invalid, match="court_decision_ref"):
        migrate(road, "33 09:00", "ta", proposal_ref="số 09/ĐN-CA")
    migrate(road, "33 09:00", "ta", **more)
    take(road, STEPS, "take_effect", "41 09:00", effective_on="day 41")
    assert road.last_day("p4-lapse-old") == "day 405"
    take(road, STEPS, "receive_decision", "42 09:00", effective_decision_received_at="42 09:00")
    assert [row["form"] for row in take(road, STEPS, "request_centre", "42 15:00").documents] == ["P-02"]


# ---------------------------------------------------------------- serving and after-care
def test_who_serves_on_the_first_of_july_finishes_under_the_old_law_then_has_the_new_after_care(
    road_store: Engine,
) -> None:
    road = Road202507(road_store, start=date(2026, 5, 4)).to("deliver")
    with pytest.raises(Refused):
        migrate(road, "60 09:00", "cs")
    road.to("certify")
    assert road.rows("dossier")[0]["book"] == "2025-07"
    assert "book_has_ended" in road.refused("report_home")
    done = migrate(road, "287 09:00", "ca")
    assert (done.state.book, done.state.stage, done.state.holder) == ("2026", "after_care", "ca")
    # Two years from 13/02/2027 (day 285); its last three working days are counted by the new decree.
    assert (road.limit("post-term-A")["stands_for"], road.last_day("post-term-A")) == (
        "p4-post-term",
        "day 1016",
    )
    assert road.last_day("p4-post-end") == "day 1016"
    take(road, STEPS, "propose_aftercare", "288 09:00", aftercare_proposal_received_at="288 10:00")
    take(road, STEPS, "decide_aftercare", "289 09:00", aftercare_received_at="289 14:00")
    take(road, STEPS, "order_monitoring", "289 16:00", monitoring_effective_at="289 18:00")
    assert road.limit("p4-es-decide")["end"] == "done"
    assert road.last_day("p4-es-term") == "day 1016"


def test_after_care_begun_before_comes_under_electronic_monitoring(road_store: Engine) -> None:
    # From 07/07/2025 the term ends on day 285 (18/04/2026): after-care is under way on 01/07/2026 (day 359).
    road = Road202507(road_store).to("decide_aftercare")
    migrate(road, "360 09:00", "ub", compiler="ca")
    assert road.rows("dossier")[0]["holder"] == "ca"
    take(road, STEPS, "order_monitoring", "361 09:00", monitoring_effective_at="361 09:00")
    assert road.limit("p4-es-fit")["due"] == road.at("362 09:00")
    assert road.last_day("p4-es-term") == "day 1016"
