"""Who may act, in which order, and when."""

from datetime import date

import pytest
from sqlalchemy import Engine

from flows.refusals import UnknownDossier
from tests.flows.road_2014 import Road2014
from tests.flows.road_2026 import FREE, Road


# ---------------------------------------------------------------- who
def test_another_kind_of_agency_may_not_act(road: Road) -> None:
    road.to("issue_result")
    needs = road.refused("notify_result", by="yt")
    assert set(needs) == {"wrong_agency", "not_in_charge"}
    assert (
        needs["wrong_agency"].citation
        == "Luật 120/2025/QH15 Đ.24.5.a, 31.4, 31.6; NĐ 163/2026/NĐ-CP Đ.4.7, 89.1"
    )
    road.do("notify_result")


def test_another_agency_of_the_right_kind_sees_no_such_dossier(road: Road) -> None:
    road.to("send_to_court")
    with pytest.raises(UnknownDossier):
        road.do("register_file", by="ta-khac")
    road.do("register_file")


def test_an_agency_that_has_handed_on_is_no_longer_in_charge(road: Road) -> None:
    road.to("verify_residence").do("transfer", "0 11:00", transfer_received_at="0 12:00")
    assert set(road.refused("request_determination", "0 12:00", facility="yt")) == {"not_in_charge"}
    road.do("request_determination", "0 12:00", by="ca-khac")


@pytest.mark.parametrize("role", ["officer", "supervisor", "auditor"])
def test_only_the_head_decides(road: Road, role: str) -> None:
    road.to("verify_residence")
    assert set(road.refused("request_determination", role=role)) == {"needs_head"}


@pytest.mark.parametrize("role", ["administrator", "system", "nobody"])
def test_who_sees_no_dossier_acts_on_none(road: Road, role: str) -> None:
    road.to("verify_residence")
    with pytest.raises(UnknownDossier):
        road.refused("request_determination", role=role)


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_only_officers_and_heads_act(road: Road, role: str) -> None:
    road.to("open")
    assert set(road.refused("verify_residence", role=role)) == {"needs_officer"}
    road.do("verify_residence", role="officer")


def test_the_compiler_acts_while_the_court_holds_the_dossier(road: Road) -> None:
    road.to("accept", skip=FREE).do("query", "14 09:00", query_received_at="14 10:00")
    assert set(road.refused("reply_query", "14 11:00", by="ta")) == {"wrong_agency", "not_in_charge"}
    road.do("reply_query", "14 11:00", by="ca")


def test_a_party_that_does_not_fit_its_part_is_a_wrong_fact(road: Road) -> None:
    road.to("verify_residence")
    for code, flaw in (
        ("ta", "wrong_agency"),
        ("nowhere", "unknown_agency"),
        ("ca-cu", "agency_does_not_exist"),
    ):
        found = road.invalid("request_determination", facility=code)
        assert set(found) == {flaw}
        assert found[flaw].field == "facts.facility"


def test_the_successor_of_an_abolished_agency_acts(road_store: Engine) -> None:
    road = Road(road_store, start=date(2026, 7, 27))
    road.do("open", by="ca-cu")
    assert set(road.refused("verify_residence", "10 09:00", by="ca-cu")) == {
        "agency_does_not_exist",
        "not_in_charge",
    }
    road.do("verify_residence", "10 09:00", by="ca-giua", residence_verified_at="10 08:00")
    road.do("request_determination", "50 09:00", by="ca", request_received_at="50 10:00")
    assert road.rows("dossier")[0]["parties"]["compiler"] == "ca-cu", "who compiled stays written"
    road.do("admit", "50 14:00", reached_at="50 14:00")
    road.do("issue_result", "52 14:00", result_at="52 14:00")
    assert road.rows("dossier")[0]["holder"] == "ca-cu"
    road.do("notify_result", "52 15:00", by="ca", result_told_at="52 15:00")


def test_a_predecessor_still_acts_before_its_end(road_store: Engine) -> None:
    road = Road(road_store, start=date(2026, 7, 27))
    road.do("open", by="ca-cu")
    assert set(road.refused("verify_residence", "0 10:00", by="ca")) == {"not_in_charge"}
    road.do("verify_residence", by="ca-cu")


# ---------------------------------------------------------------- order
def test_an_act_of_another_stage_is_refused(road: Road) -> None:
    road.to("request_determination")
    needs = road.refused("compile", "1 09:00")
    assert {"wrong_stage", "act_missing", "not_in_charge"} <= set(needs)
    assert "xác định tình trạng nghiện" in needs["wrong_stage"].message


def test_an_act_is_not_done_twice_unless_it_may_repeat(road: Road) -> None:
    road.to("notify_person")
    assert set(road.refused("compile", "7 09:00")) == {"already_done"}
    road.do("notify_person", "7 09:00", notice_received_at="7 10:00")


def test_an_act_needs_those_it_follows(road: Road) -> None:
    road.to("open")
    needs = road.refused("request_determination")
    assert set(needs) == {"act_missing"}
    assert needs["act_missing"].requirement == "verify_residence"
    road.do("verify_residence")
    assert (
        road.refused("request_determination", "0 09:59")["before_its_time"].requirement == "verify_residence"
    )
    road.do("request_determination", "0 10:00")


def test_an_act_is_not_dated_before_the_dossier_was_opened(road: Road) -> None:
    road.to("open")
    assert (
        road.refused("verify_residence", "0 07:59", residence_verified_at="0 07:50")[
            "before_its_time"
        ].requirement
        == "open"
    )


def test_acts_of_different_agencies_run_side_by_side(road: Road) -> None:
    road.to("register_file").do("escape", "8 09:00", escaped_at="8 08:00")
    assert [row["action"] for row in road.rows("event", "seq")][-2:] == ["register_file", "escape"]


def test_one_of_two_acts_is_enough(road: Road) -> None:
    road.to("accept", skip=FREE)
    assert "act_missing" in road.refused(
        "send_decision", "14 09:00", deliveries=[{"to": "A", "received_at": "14 09:30"}]
    )
    road.do("terminate", "14 09:00", announced_at="14 09:00", complaint_from="14 09:00")
    road.do("send_decision", "14 10:00", deliveries=[{"to": "A", "received_at": "14 10:30"}])


def test_what_is_decided_cannot_be_undone_by_an_earlier_step(road: Road) -> None:
    road.to("decide")
    needs = road.refused("place_pending", "23 09:00")
    assert {code: need.requirement for code, need in needs.items()} == {
        "no_longer_possible": "decide",
        "already_done": "place_pending",
    }
    assert set(road.refused("suspend", "23 09:00")) == {"no_longer_possible"}


def test_a_returned_file_is_sent_again(road: Road) -> None:
    road.to("register_file", skip=FREE).do("return_incomplete", "11 09:00")
    assert set(road.refused("register_file", "11 10:00")) == {"wrong_stage", "not_in_charge", "act_missing"}
    road.do("supplement", "11 14:00")
    road.do("send_to_court", "11 15:00")
    road.do("register_file", "11 16:00", file_received_at="11 16:00")


def test_an_examination_that_failed_is_asked_for_again(road: Road) -> None:
    road.to("admit").do("return_unexamined", "0 15:00")
    road.do("request_determination", "1 09:00", request_received_at="1 10:00")
    road.do("admit", "1 11:00", reached_at="1 11:00")
    assert road.do("issue_result", "2 14:00").state.stage == "police_collection"


# ---------------------------------------------------------------- when
def test_nothing_lies_in_the_future(road: Road) -> None:
    road.to("notify_result")
    road.now = road.at("4 09:00")
    assert set(road.invalid("compile", "4 09:01")) == {"in_the_future"}
    flaws = road.invalid("record_ground", last_act_on="day 5", ground_found_at="4 10:00")
    assert flaws["in_the_future"].field in {"facts.last_act_on", "facts.ground_found_at"}
    road.do("record_ground")


def test_only_what_is_planned_lies_ahead(road: Road) -> None:
    road.to("notify_acceptance", skip=FREE)
    road.now = road.at("15 11:00")
    road.do("open_session", session_at="22 08:30")


def test_a_receipt_is_not_before_the_act(road: Road) -> None:
    road.to("compile")
    flaws = road.invalid("notify_person", notice_received_at="4 15:29")
    assert flaws["before_its_time"].field == "facts.notice_received_at"
    road.do("notify_person", notice_received_at="4 15:30")


def test_a_fact_is_not_before_the_act_it_follows(road: Road) -> None:
    road.to("admit")
    assert road.invalid("issue_result", result_at="0 13:59")["before_its_time"].field == "facts.result_at"
    road.do("issue_result")


def test_a_finding_may_lie_before_the_dossier(road: Road) -> None:
    road.do("open", found_at="-1 22:00", test_result_at="-1 23:00")


def test_nothing_is_done_under_a_book_that_has_ended(road_store: Engine) -> None:
    road = Road2014(road_store, start=date(2021, 12, 27))
    road.to("issue_result")
    needs = road.refused("compile", "5 08:00")
    assert {code: need.requirement for code, need in needs.items()}["book_has_ended"] == "migrate"
    late = Road2014(road_store, start=date(2021, 12, 27))
    assert late.to("issue_result").do("compile", "4 08:00").state.book == "2014"


def test_a_dossier_is_not_handed_to_an_agency_that_has_nothing_to_do_with_it(road: Road) -> None:
    road.to("verify_residence", verify_residence={"competent_here": False})
    flaw = road.invalid("transfer", "0 11:00", transfer_received_at="0 12:00", compiler="ub")["wrong_agency"]
    assert flaw.field == "facts.compiler"
