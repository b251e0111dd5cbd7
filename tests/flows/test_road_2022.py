"""Book 2022 through the engine, from finding to after-care, under either court ordinance; days are counted by hand."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from models.law.loader import load_book
from tests.flows.road_2022 import MONDAY_2022, Road2022
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import World

FAMILY: dict[str, Any] = {
    "pending_form": "family", "family_agrees": True, "family_opinion": "đồng ý", "pending_custodian": "Nguyễn Văn D",
}  # fmt: skip


def stages(road: Road) -> list[str]:
    """The stages the dossier went through."""
    found: list[str] = []
    for row in road.rows("event", "seq"):
        if not found or found[-1] != row["stage_after"]:
            found.append(row["stage_after"])
    return found


def rules(road: Road, prefix: str) -> set[str]:
    """Rules of this prefix of which the dossier has had a limit."""
    return {row["rule"] for row in road.rows("time_limit") if row["rule"].startswith(prefix)}


def nobody_was_late(road: Road) -> bool:
    return {row["late_days"] for name in ("event", "time_limit") for row in road.rows(name)} == {None}


@pytest.fixture(scope="module")
def straight(world: World) -> Road2022:
    """Accepted on 01/06/2023, nothing returned and nobody complaining, up to the decision on after-care."""
    road = Road2022(world[1])
    road.to("decide_aftercare")
    return road


def test_a_dossier_accepted_after_february_2023_travels_from_police_to_after_care(straight: Road2022) -> None:
    assert stages(straight) == [
        "police_collection", "health_determination", "police_collection", "justice_review", "court_decision",
        "execution", "after_care",
    ]  # fmt: skip
    assert straight.rows("dossier")[0]["holder"] == "ub"
    assert nobody_was_late(straight)
    straight.verify_chain()


def test_it_stays_under_the_ordinance_of_2022(straight: Road2022) -> None:
    assert rules(straight, "c9-") == set()
    assert {"c3-accept", "c3-notice-accept", "c3-term", "c3-session", "c3-send", "c3-complaint"} <= rules(straight, "c3-")  # fmt: skip
    assert [row["form"] for row in straight.rows("document", "issued_on") if row["form"][:2] == "TA"] == ["TA-05", "TA-06"]  # fmt: skip


@pytest.mark.parametrize(("rule", "day"), [
    # Result on Wednesday 10/05/2023: 11, 12, 15, 16 and 17/05.
    ("reg-voluntary", 9),
    # Minute on Thursday 18/05: 19 and 22/05; the file by 25/05.
    ("violation-explain", 14),
    ("file-compile-A", 17),
    # Three months from 08/05, the first day counting for the person: 07/08.
    ("elig-limit-A", 91),
    # Told on Tuesday 23/05: 24, 25, 26/05; one working day more is Monday 29/05; two for the labour office.
    ("read-A", 18),
    ("send-A", 21),
    ("review-A", 23),
    # Received on Wednesday 31/05, accepted on Thursday 01/06: 15 days end on Friday 16/06.
    ("c3-accept", 24),
    ("c3-term", 39),
    # Session decided on Monday 05/06: 6, 7, 8, 9, 12, 13 and 14/06.
    ("c3-session", 37),
    # Announced on Monday 12/06: five working days end on Monday 19/06.
    ("c3-complaint", 42),
    # In force on 20/06: three days; received on 21/06: five days.
    ("exec-send-A", 46),
    ("exec-take", 49),
    # Twelve months from 23/06/2023 less 36 days in the facility: 18/05/2024; fifteen days before it is 03/05.
    ("term-A", 376),
    ("exec-end-notice", 361),
    # Two years from 18/05/2024.
    ("post-term-A", 1106),
])  # fmt: skip
def test_its_limits_end_when_counted_by_hand(straight: Road2022, rule: str, day: int) -> None:
    assert straight.last_day(rule) == f"day {day}"


def test_after_care_that_outlasts_the_book_waits_for_the_law_that_followed(straight: Road2022) -> None:
    assert {"book_has_ended", "window_not_over"} == set(straight.refused("end_aftercare", "700 09:00"))
    assert set(straight.refused("end_aftercare", "660 09:00")) == {"window_not_over"}


@pytest.fixture(scope="module")
def disputed(world: World) -> Road2022:
    """Accepted on 04/01/2023 after a return by the labour office and one by the court, and disputed up to the province."""
    road = Road2022(world[1], start=MONDAY_2022)
    road.to("receive", skip=("deliver_pending",), place_pending=FAMILY)
    road.do("return_for_supplement", "22 10:00", returned_file_received_at="22 11:00")
    road.do("supplement", "23 10:00", labour_received_at="23 11:00")
    road.do("transfer_to_court", "24 09:00")
    road.do("register_file", "24 14:00", file_received_at="24 14:00")
    road.do("return_incomplete", "25 09:00")
    road.do("transfer_to_court", "29 09:00", sheet_count=11)
    road.do("register_file", "29 14:00", file_received_at="29 14:00")
    road.do("accept", "30 09:00")
    road.do("notify_acceptance", "31 09:00")
    road.do("query", "31 10:00", query_received_at="31 11:00")
    road.do("reply_query", "32 10:00")
    road.do("suspend", "35 09:00")
    road.do("resume", "56 09:00")
    road.do("open_session", "58 10:00", session_at="63 08:30")
    road.do("hold_session", "63 08:30", session_ended_at="63 10:00")
    road.do("decide", "63 10:00", announced_at="63 10:00", complaint_from="63 10:00")
    road.do("send_decision", "64 09:00", deliveries=[{"to": "Nguyễn Văn A", "received_at": "64 10:00"}])
    road.do("file_appeal", "65 09:00", appeal_received_at="65 09:00")
    road.do("forward_appeal", "67 09:00", appeal_file_received_at="67 15:00")
    assert set(road.refused("take_effect", "70 08:30", effective_on="day 70")) >= {"appeal_undecided"}
    road.do("decide_appeal", "77 09:00")
    road.do("take_effect", "78 08:30", effective_on="day 77")
    road.do(
        "send_effective", "79 09:00", effective_decision_received_at="79 10:00", person_served_at="79 11:00"
    )
    road.do(
        "deliver", "81 10:00", delivered_at="81 10:00", held_from="day 81", credited_days=0, centre="cs-khac"
    )
    return road


def test_a_dossier_accepted_in_january_2023_travels_back_and_forth(disputed: Road2022) -> None:
    assert stages(disputed) == [
        "police_collection", "health_determination", "police_collection", "justice_review", "police_collection",
        "justice_review", "court_decision", "justice_review", "court_decision", "execution",
    ]  # fmt: skip
    assert disputed.rows("dossier")[0]["holder"] == "cs-khac"
    assert nobody_was_late(disputed)
    disputed.verify_chain()


def test_it_stays_under_the_ordinance_of_2014_beyond_its_last_day(disputed: Road2022) -> None:
    assert rules(disputed, "c3-") == set()
    assert rules(disputed, "c9-") == {
        "c9-accept", "c9-term", "c9-check", "c9-other", "c9-session", "c9-send", "c9-complaint", "c9-settle",
    }  # fmt: skip
    assert [row["form"] for row in disputed.rows("document", "issued_on") if row["form"][:2] == "TA"] == ["TA-06"]  # fmt: skip


@pytest.mark.parametrize(("rule", "days"), [
    # Back on Tuesday 27/12/2022: 28 and 29/12; supplement there on 28/12: 29 and 30/12.
    ("supplement-A", [24]),
    ("transfer-after-A", [25]),
    # The court has it on 29/12, and again on 03/01/2023 (02/01 is off): one working day each.
    ("c9-accept", [25, 30]),
    # Asked on 05/01: 06 and 09/01.
    ("court-query", [35]),
    # Thirty days from 04/01 would end on 03/02; 21 days stood still (09/01 to 30/01): 24/02.
    ("c9-term", [81]),
    # Session decided on Wednesday 01/02: 2, 3, 6, 7, 8, 9 and 10/02.
    ("c9-session", [67]),
    # Announced on Monday 06/02: three working days.
    ("c9-complaint", [66]),
    # The province has it on Friday 10/02: 13 to 17, 20 and 21/02.
    ("c9-settle", [78]),
    # Twelve months from 24/02/2023; days with the family are not deducted.
    ("term-A", [81 + 365]),
    # Fifteen days before 24/02/2024 is 09/02, in the Tết holidays that begin on 08/02.
    ("exec-end-notice", [429]),
])  # fmt: skip
def test_limits_of_the_disputed_dossier_end_when_counted_by_hand(
    disputed: Road2022, rule: str, days: list[int]
) -> None:
    assert [(limit["last_day"] - disputed.start).days for limit in disputed.limits(rule)] == days


def test_the_complaint_ended_its_window_only_by_running_out(disputed: Road2022) -> None:
    assert disputed.limit("c9-complaint")["end"] == "run_out"
    assert disputed.limit("c9-settle")["end"] == "done"
    assert disputed.limit("c9-term")["end"] == "done"


def test_the_person_is_certified_when_the_term_is_over(disputed: Road2022) -> None:
    disputed.do("give_end_notice", f"{81 + 347} 09:00", by="cs-khac")
    done = disputed.do("certify", f"{81 + 366} 09:00", by="cs-khac", completed_on=f"day {81 + 365}")
    assert (done.state.stage, done.state.holder) == ("after_care", "ub")
    assert disputed.limit("exec-end-notice")["end"] == "done"


def test_an_early_dossier_ends_its_after_care_within_the_book(road_store: Engine) -> None:
    # Delivered on 25/03/2022: twelve months less 36 days end on 17/02/2023, after-care two years later.
    road = Road2022(road_store, start=date(2022, 2, 7)).to("deliver")
    assert road.last_day("term-A") == "day 375"
    road.do("give_end_notice", "355 09:00")
    road.do("certify", "376 09:00", completed_on="day 375")
    road.do("report_home", "378 09:00", home_on="day 377", reported_at="378 09:00")
    road.do("propose_aftercare", "379 09:00", aftercare_proposal_received_at="379 10:00")
    road.do("decide_aftercare", "380 09:00")
    assert road.last_day("post-term-A") == "day 1106", "17/02/2025"
    assert set(road.refused("end_aftercare", "1106 23:59")) == {"window_not_over"}
    assert road.do("end_aftercare", "1107 00:00").state.stage == "closed"
    assert {row["end"] for row in road.limits("post-term-A")} == {"done"}


@pytest.mark.parametrize(("day", "ordinance"), [(57, "c9-"), (58, "c3-")], ids=["31/01/2023", "01/02/2023"])
def test_the_day_of_acceptance_chooses_the_ordinance(road_store: Engine, day: int, ordinance: str) -> None:
    road = Road2022(road_store, start=MONDAY_2022)
    road.to("register_file").do("accept", f"{day} 09:00", late_reason="chờ hồ sơ")
    assert rules(road, "c3-term") | rules(road, "c9-term") == {f"{ordinance}term"}
    assert road.limit("c9-accept")["end"] == "done"


def test_every_act_of_the_roads_is_an_act_of_the_book(straight: Road2022, disputed: Road2022) -> None:
    known = {action.code for action in load_book("2022").actions}
    assert {*straight.done, *disputed.done} <= known


@pytest.mark.parametrize(("when", "taken"), [("286 09:00", True), ("287 09:00", False)])
def test_after_an_illness_nobody_returns_with_less_than_three_months_left(
    road_store: Engine, when: str, taken: bool
) -> None:
    road = Road2022(road_store).to("deliver")
    [term] = road.limits("term-A")
    assert (term["last_day"] - road.start).days == 376, "thứ Bảy 18/05/2024; lùi 03 tháng: 18/02/2024"
    road.do("suspend_serving", "200 09:00", list_posted_at="190 09:00")
    if taken:
        road.do("resume_serving", when)
    else:
        need = road.refused("resume_serving", when)["too_little_left"]
        assert (need.requirement, need.citation) == (
            "exec-resume-A", "Luật Xử lý vi phạm hành chính Đ.112.2; NĐ 116/2021/NĐ-CP Đ.58.2",
        )  # fmt: skip
