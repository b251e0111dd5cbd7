"""What is particular to the books of 2025: provincial units, people who report themselves, the crime check, the committee, and the first half-year's gap."""

from typing import Any

import pytest
from sqlalchemy import Engine

from models.law.loader import load_book
from tests.flows.road_2025 import MinorRoad202507, Road202503, Road202507
from tests.flows.road_2026 import PERSON, add_paper
from tests.flows.test_road_2022 import nobody_was_late, stages

UNIT: dict[str, Any] = {"by": "ca-tinh"}
FILE = ("notify_result", "record_ground", "place_pending", "deliver_pending", "compile", "notify_person")
SELF_PAPERS = ("life_summary", "statement", "self_application")
SELF: dict[str, Any] = {
    "compulsory_ground": "self_report", "witnesses": None, "statement": None, "violation": "tự khai báo, có đơn",
}  # fmt: skip


def unit_case(store: Engine) -> Road202507:
    """A case a provincial unit found, its violation file made."""
    road = Road202507(store)
    road.do("open", by="ca-tinh", entry="police_case", provincial_police="ca-tinh")
    road.do("verify_residence", competent_here=False, **UNIT)
    road.do("notify_use", **UNIT)
    road.do("request_determination", determination_ground="community_education", **UNIT)
    for action in ("admit", "issue_result"):
        road.do(action)
    road.do("notify_result", **UNIT)
    road.do("record_ground", **UNIT)
    return road


def test_a_provincial_unit_hands_its_case_to_the_commune_police(road_store: Engine) -> None:
    road = unit_case(road_store)
    needs = road.refused("compile", **UNIT)
    assert needs["wrong_agency"].citation == load_book("2025-07").action("compile").citation
    road.do("transfer", "11 09:00", transfer_received_at="11 10:00")
    # Received on Friday 18/07: 21 and 22/07.
    assert road.last_day("p3-tinh-finish") == "day 15"
    assert road.rows("dossier")[0]["holder"] == "ca"


def test_an_incomplete_violation_file_goes_back_to_the_unit_and_comes_again(road_store: Engine) -> None:
    road = unit_case(road_store)
    road.do("transfer", "11 09:00", transfer_received_at="11 10:00")
    done = road.do("return_to_unit", "14 09:00", returned_file_received_at="14 15:00")
    # Back on Monday 21/07: 22 and 23/07; meanwhile the commune's own limit stands still.
    assert (done.state.holder, road.last_day("p3-tinh-supp")) == ("ca-tinh", "day 16")
    assert road.limit("p3-tinh-finish")["due"] is not None
    assert set(road.refused("compile", "15 15:00")) == {"not_in_charge"}
    road.do("resubmit_unit", "16 09:00", transfer_received_at="16 10:00")
    # Received complete on Wednesday 23/07: 24 and 25/07.
    assert [limit["end"] for limit in road.limits("p3-tinh-finish")] == ["restarted", None]
    assert road.last_day("p3-tinh-finish") == "day 18"
    road.do("compile", "17 15:00")
    assert nobody_was_late(road)
    assert {limit["end"] for limit in road.limits("p3-tinh-supp")} == {"done"}


def test_what_was_compiled_is_done_anew_by_the_police_it_is_transferred_to(road_store: Engine) -> None:
    road = Road202507(road_store).to("notify_person")
    road.do("transfer", "16 09:00", by="ca", compiler="ca-khac", transfer_received_at="16 10:00")
    assert set(road.refused("check_file", "21 08:30", by="ca-khac")) == {"act_missing"}
    road.do("compile", "17 09:00", by="ca-khac")
    road.do("notify_person", "17 10:00", by="ca-khac", notice_received_at="17 11:00")
    assert road.last_day("p3-notice") == "day 22", "24, 25 and 28/07"


def self_reporter(store: Engine) -> Road202507:
    """Someone who came by himself; his application is still to be recorded."""
    road = Road202507(store, papers=SELF_PAPERS)
    road.do("open", entry="self_report")
    road.do("verify_residence")
    return road


def test_who_reports_himself_needs_no_violation_minute(road_store: Engine) -> None:
    road = self_reporter(road_store)
    assert set(road.refused("record_ground", "0 14:00", **SELF, ground_found_at="0 13:00", ground_act_on="day 0")) == {
        "not_addicted", "ground_not_proved",
    }  # fmt: skip
    road.do(
        "record_application",
        "0 13:00",
        self_application_at="0 13:00",
        result="addicted",
        result_at="-100 09:00",
    )
    road.do("record_ground", "0 14:00", **SELF, ground_found_at="0 13:00", ground_act_on="day 0")
    assert road.limits("violation-explain") == []
    add_paper(road, "addiction_result", 9)
    assert road.do("compile", "3 15:00").state.acts["compile"]
    # Issued on 29/03/2025: six months end on 29/09/2025; the file by Monday 14/07.
    assert (road.last_day("p3-phieu-6m"), road.last_day("p3-compile-term")) == ("day 84", "day 7")
    assert {row["end"] for row in road.limits("p3-phieu-6m")} == {"done"}


def test_an_application_takes_the_place_of_the_minute_only_for_who_reports_himself(
    road_store: Engine,
) -> None:
    road = Road202507(road_store, papers=SELF_PAPERS).to("deliver_pending")
    [need] = road.refused("compile").values()
    assert (need.code, "Biên bản vi phạm" in need.message) == ("papers_missing", True)
    assert "Đ.103.1.d" in str(need.citation)
    assert set(road.refused("record_application", "11 09:00", self_application_at="11 09:00")) == {
        "not_for_this_case"
    }


def test_a_result_older_than_six_months_must_be_made_anew(road_store: Engine) -> None:
    # Issued on 10/01/2025, it could be used to the end of 10/07 (day 3).
    road = self_reporter(road_store)
    road.do(
        "record_application",
        "0 13:00",
        self_application_at="0 13:00",
        result="addicted",
        result_at="-178 09:00",
    )
    road.do("record_ground", "0 14:00", **SELF, ground_found_at="0 13:00", ground_act_on="day 0")
    add_paper(road, "addiction_result", 9)
    need = road.refused("compile", "4 00:00")["result_too_old"]
    assert need.citation == load_book("2025-07").rule("p3-phieu-6m").citation
    road.do(
        "request_determination", "4 09:00", determination_ground="volunteer", request_received_at="4 10:00"
    )
    road.do("admit", "4 11:00", reached_at="4 11:00")
    road.do("issue_result", "5 09:00", result_at="5 09:00")
    assert road.last_day("p3-phieu-6m") == "day 189", "12/01/2026"
    road.do("compile", "7 15:00")


def test_a_case_that_may_be_a_crime_is_not_compiled(road_store: Engine) -> None:
    road = Road202507(road_store).to("deliver_pending")
    need = road.refused("compile", criminal_check="criminal")["criminal_check"]
    assert need.citation == "BLHS Đ.256a"
    assert set(road.refused("close", "15 16:00")) == {"person_is_held"}
    road.do("end_pending", "15 16:30", left_at="15 16:00")
    assert road.do("close", "15 17:00").state.stage == "closed"


def test_the_committee_decides_on_voluntary_rehab_while_the_police_hold_the_dossier(
    road_store: Engine,
) -> None:
    road = Road202507(road_store).to("notify_result")
    road.do("record_voluntary", "4 09:00", registered_at="4 09:00")
    assert road.last_day("reg-decision") == "day 9", "14, 15 and 16/07"
    assert set(road.refused("decide_voluntary", "5 09:00", by="ca", voluntary_decided_at="5 09:00")) >= {
        "wrong_agency"
    }
    done = road.do("decide_voluntary", "5 09:00", voluntary_decided_at="5 09:00")
    assert done.state.holder == "ca"
    assert road.do("divert", "7 09:00").state.stage == "closed"


def test_the_windows_of_decree_116_still_come_before_a_ground(road_store: Engine) -> None:
    road = Road202507(road_store).to("notify_result")
    road.do("record_voluntary", "4 09:00", registered_at="4 09:00")
    road.do("decide_voluntary", "7 09:00", voluntary_decided_at="7 09:00")
    # Decided on Monday 14/07/2025; the flood ended on Friday 18/07: 21 to 25/07.
    road.do("record_force_majeure", "11 18:00", force_majeure_until="11 17:00")
    assert road.last_day("reg-notdone") == "day 18"
    for ground, day in (("not_begun", "18 23:59"), ("quit", "15 23:59")):
        asked = {"compulsory_ground": ground, "rehab_left_at": "9 08:00", "ground_found_at": day}
        need = road.refused("record_ground", day, **asked)["ground_not_proved"]
        assert "NĐ 116/2021/NĐ-CP Đ.3." in str(need.citation)
    # Left on Wednesday 16/07: 17, 18, 21, 22 and 23/07.
    road.do(
        "record_ground",
        "17 00:00",
        compulsory_ground="quit",
        rehab_left_at="9 08:00",
        ground_found_at="17 00:00",
    )


def test_the_committee_manages_who_is_found_using_for_the_first_time(road_store: Engine) -> None:
    road = Road202507(road_store)
    road.do("open", entry="test")
    road.do("verify_residence")
    road.do("notify_use")
    assert road.last_day("manage-user") == "day 3"
    assert road.do("manage_user", "1 09:00").state.stage == "closed"


@pytest.mark.parametrize("action", ["check_file", "send_to_court"])
def test_reading_must_run_out_before_the_file_is_checked_and_sent(road_store: Engine, action: str) -> None:
    road = Road202507(road_store).to("notify_person")
    need = road.refused(action, "18 23:59")["window_not_over"]
    assert need.citation == load_book("2025-07").rule("p3-notice").citation


def test_a_passed_time_bar_and_an_excluded_person_stop_the_file(road_store: Engine) -> None:
    road = Road202507(road_store)
    road.to("deliver_pending", record_ground={"ground_act_on": "day -85"})
    # 13/04/2025, counted in: three months ended on 12/07.
    needs = road.refused("compile", exclusions=["pregnant"])
    assert needs["time_bar_passed"].citation == load_book("2025-07").rule("p3-thoihieu").citation
    assert needs["person_is_excluded"].citation == load_book("2025-07").exclusions_citation


def test_a_relapse_in_after_care_is_no_ground_for_a_minor(road_store: Engine) -> None:
    road = MinorRoad202507(road_store)
    road.to(
        "notify_result",
        open={"entry": "after_care"},
        request_determination={"determination_ground": "after_care"},
    )
    need = road.refused("record_ground", compulsory_ground="relapse")["ground_not_proved"]
    assert need.citation == "Luật Phòng, chống ma túy 2021 Đ.33.1"


def test_in_the_first_half_of_2025_the_file_goes_to_the_district_court_without_clocks_of_its_own(
    road_store: Engine,
) -> None:
    road = Road202503(road_store)
    road.to("deliver")
    assert stages(road) == [
        "police_collection", "health_determination", "police_collection", "court_decision", "execution",
    ]  # fmt: skip
    assert nobody_was_late(road)
    assert {limit["due"] for limit in road.limits("t25-limits")} == {None}
    # Told on Tuesday 25/03/2025: 26, 27, 28/03. Received on 21/04: Saturday 26/04 is worked.
    assert (road.last_day("read-A"), road.last_day("exec-take")) == ("day 18", "day 47")
    # Announced on Thursday 10/04: 11, 14, 15, 16 and 17/04.
    assert road.last_day("c3-complaint") == "day 38"


def test_the_right_to_read_outranks_the_joint_circular(road_store: Engine) -> None:
    road = Road202503(road_store).to("notify_person")
    assert set(road.refused("send_to_court", "18 23:59")) == {"window_not_over"}
    assert road.do("send_to_court", "19 00:00").state.stage == "court_decision"


def test_until_july_2025_a_provincial_unit_compiles_and_sends_its_own_case(road_store: Engine) -> None:
    road = Road202503(road_store)
    road.to("admit", open={"by": "ca-tinh", "entry": "police_case"}, verify_residence=UNIT, notify_use=UNIT,
            request_determination={**UNIT, "determination_ground": "community_education"})  # fmt: skip
    road.do("issue_result")
    for action in FILE:
        road.do(action, **UNIT)
    road.do("send_to_court", **UNIT)
    assert road.rows("dossier")[0]["holder"] == "ta"
    road.do("register_file")
    assert road.do("return_incomplete", "21 16:00").state.holder == "ca-tinh"
    road.do("supplement", "22 09:00", **UNIT)
    assert road.do("send_to_court", "22 10:00", **UNIT).state.stage == "court_decision"


def test_a_person_under_twelve_is_refused_in_both_books(road_store: Engine) -> None:
    child = PERSON.model_copy(update={"birth_date": "2014-01-15"})
    for road in (Road202503(road_store, person=child), Road202507(road_store, person=child)):
        assert set(road.invalid("open")) == {"too_young"}
