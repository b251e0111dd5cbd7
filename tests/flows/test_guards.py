"""Every guard of the books, met and unmet, with its code and its article."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine

from tests.flows.road_2014 import STEPS_2014, Road2014
from tests.flows.road_2026 import CRITERIA, FREE, Road, Step, add_paper

EXCLUSIONS = ("no_capacity", "pregnant", "sole_carer")
NO_HOME: dict[str, Any] = {
    "verify_residence": {"residence": "none"},
    "request_determination": {"determination_case": "dd"},
}


def test_the_case_named_for_the_determination_fits_the_dossier(road: Road) -> None:
    road.to("verify_residence")
    for case in ("d", "dd"):
        need = road.refused("request_determination", determination_case=case)["determination_case"]
        assert need.citation == "Luật 120/2025/QH15 Đ.31.1; BLHS Đ.256a"
    road.do("request_determination", determination_case="c")


@pytest.mark.parametrize("check", ["criminal", None])
def test_use_that_may_be_a_crime_is_not_sent_to_determination(road: Road, check: str | None) -> None:
    road.to("verify_residence")
    assert set(road.refused("request_determination", criminal_check=check)) == {"determination_case"}


@pytest.mark.parametrize(("entry", "case", "residence"), [("after_care", "d", "stable"), ("test", "dd", "none"), ("test", "a", "stable")])  # fmt: skip
def test_other_cases_of_the_determination_hold(road: Road, entry: str, case: str, residence: str) -> None:
    road.to(
        "request_determination",
        open={"entry": entry},
        verify_residence={"residence": residence},
        request_determination={"determination_case": case},
    )
    assert road.rows("dossier")[0]["stage"] == "health_determination"


def test_user_management_is_for_those_who_need_no_determination(road: Road) -> None:
    road.to("verify_residence")
    need = road.refused("manage_user", "0 11:00")["determination_due"]
    assert need.citation == "Luật 120/2025/QH15 Đ.24, 31.1, 31.3.b; NĐ 163/2026/NĐ-CP Đ.59"
    first = Road(road.store).to("verify_residence", open={"entry": "test"})
    assert first.do("manage_user", "0 11:00").state.stage == "closed"
    assert first.limit("p4-user-mgmt")["end"] == "done"


def test_who_is_found_not_addicted_is_managed_as_a_user(road: Road) -> None:
    none = {**CRITERIA, "craving": False}
    road.to("issue_result", issue_result={"criteria": none, "result": "not_addicted"})
    need = road.refused("notify_result")["not_addicted"]
    assert need.requirement == "result"
    assert road.limit("p4-new-mgmt")["due"] == road.at("3 14:00")
    assert road.do("manage_user", "2 16:00").state.stage == "closed"
    assert road.limit("p4-new-mgmt")["end"] == "done"


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({}, "not_addicted"),
        ({"craving": False}, "addicted"),
        ({"one_month_or_repeated": False}, "addicted"),
    ],
)
def test_the_result_follows_from_the_criteria(road: Road, changed: dict[str, bool], result: str) -> None:
    road.to("admit")
    need = road.refused("issue_result", criteria={**CRITERIA, **changed}, result=result)[
        "result_against_criteria"
    ]
    assert need.citation == "TT 18/2021/TT-BYT Đ.3, 4"
    right = "addicted" if result == "not_addicted" else "not_addicted"
    road.do("issue_result", criteria={**CRITERIA, **changed}, result=right)


def test_a_registration_after_the_window_needs_a_reason(road: Road) -> None:
    road.to("notify_result")
    need = road.refused("record_voluntary", "3 17:00", registered_at="3 16:00")["late_registration"]
    assert need.citation == "Luật 120/2025/QH15 Đ.31.6; NĐ 163/2026/NĐ-CP Đ.4.7, 89.1"
    road.do("record_voluntary", "3 17:00", registered_at="3 16:00", late_registration_reason="nằm viện")
    assert road.limit("p4-register")["end"] == "run_out"


def test_a_registration_within_the_window_uses_it(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 17:00", registered_at="3 15:59")
    assert road.limit("p4-register")["end"] in {"used", "run_out"}
    assert set(road.refused("record_ground")) == {"ground_not_proved"}


@pytest.mark.parametrize("ground", ["a_not_begun", "a_quit", "c", "d", "dd"])
def test_a_ground_that_the_dossier_does_not_bear_out_is_refused(road: Road, ground: str) -> None:
    road.to("notify_result")
    need = road.refused("record_ground", ground=ground)["ground_not_proved"]
    assert need.citation == "Luật 120/2025/QH15 Đ.35.1; NĐ 163/2026/NĐ-CP Đ.4.7–10"


def test_not_registering_is_a_ground_only_when_the_window_has_run_out(road: Road) -> None:
    road.to("notify_result")
    assert "ground_not_proved" in road.refused(
        "record_ground", "3 15:59", ground_found_at="3 15:59", last_act_on="day 2"
    )
    road.do("record_ground", "3 16:00", ground_found_at="3 16:00", last_act_on="day 3")


def test_not_beginning_is_a_ground_only_when_its_window_has_run_out(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00")
    assert road.last_day("p4-notdone") == "day 7"
    assert "ground_not_proved" in road.refused("record_ground", "7 23:59", ground="a_not_begun")
    assert "ground_not_proved" in road.refused("record_ground", "8 09:00", ground="a_not_registered")
    road.do("record_ground", "8 09:00", ground="a_not_begun", ground_found_at="8 08:00")


def test_who_begins_in_time_is_diverted(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00")
    assert road.do("divert", "4 09:00").state.stage == "closed"
    assert road.limit("p4-notdone")["end"] == "used"


@pytest.mark.parametrize(("entry", "case", "ground"), [("after_care", "d", "d"), ("quit", "a", "a_quit"), ("in_rehab", "b", "b")])  # fmt: skip
def test_a_ground_is_borne_out_by_why_the_dossier_was_opened(
    road: Road, entry: str, case: str, ground: str
) -> None:
    road.to("notify_result", open={"entry": entry}, request_determination={"determination_case": case})
    road.do(
        "record_ground", ground=ground, rules_broken="bỏ điều trị cắt cơn" if ground == "a_quit" else None
    )


BREACHES = [
    ("device_destroyed", 1),
    ("device_refused", 2),
    ("device_idle", 3),
    ("education", 2),
    ("other", 3),
]


@pytest.mark.parametrize(("breach", "needed"), BREACHES)
def test_a_breach_leads_to_the_measure_from_the_time_the_law_says(
    road: Road, breach: str, needed: int
) -> None:
    minuted = "0 07:30" if breach in {"device_refused", "device_idle"} else None
    opened: dict[str, Any] = {"entry": "breach", "breach": breach, "monitoring_breach_at": minuted}
    case: dict[str, Any] = {"request_determination": {"determination_case": "a"}}
    road.to("notify_result", open=opened | {"breach_count": needed}, **case)
    road.do("record_ground", ground="dd")
    if needed > 1:
        fewer = Road(road.store).to("notify_result", open=opened | {"breach_count": needed - 1}, **case)
        if minuted:
            fewer.do("record_mending", "2 17:00", mended_at="1 07:00")
        assert set(fewer.refused("record_ground", ground="dd")) == {"ground_not_proved"}


def test_a_breach_of_monitoring_counts_when_it_is_not_mended_in_a_day(road: Road) -> None:
    opened: dict[str, Any] = {
        "entry": "breach", "breach": "device_refused", "breach_count": 1, "monitoring_breach_at": "0 07:30",
    }  # fmt: skip
    case: dict[str, Any] = {"request_determination": {"determination_case": "a"}}
    road.to("notify_result", open=opened, **case)
    assert road.limit("p4-es-breach")["due"] == road.at("1 07:30")
    assert set(road.refused("record_mending", "2 17:00", mended_at="1 07:30")) == {"breach_not_mended"}
    mended = Road(road.store).to("notify_result", open=opened, **case)
    mended.do("record_mending", "2 17:00", mended_at="1 07:29")
    assert set(mended.refused("record_ground", ground="dd")) == {"ground_not_proved"}
    road.do("record_ground", ground="dd")


def test_leaving_rehab_is_quitting_after_two_working_days(road: Road) -> None:
    road.to("notify_result", open={"entry": "quit"}, request_determination={"determination_case": "a"})
    # Left on Thursday 10/09/2026: Friday and Monday 14/09.
    left: dict[str, Any] = {"ground": "a_quit", "rehab_left_at": "3 10:00"}
    at: dict[str, Any] = {"ground_found_at": "7 23:59", "last_act_on": "day 3"}
    assert set(road.refused("record_ground", "7 23:59", **left, **at)) == {"absence_too_short"}
    assert set(road.refused("record_ground", "7 23:59", ground="a_quit", **at)) == {"absence_too_short"}
    road.do("record_ground", "8 00:00", **left, ground_found_at="8 00:00", last_act_on="day 3")


def test_who_has_no_residence_does_voluntary_rehab_in_a_public_centre(road: Road) -> None:
    road.to("notify_result", **NO_HOME).do("record_voluntary", "3 09:00", registered_at="3 09:00")
    need = road.refused("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00")["rehab_must_be_public"]
    assert need.citation == "Luật 120/2025/QH15 Đ.34.1; NĐ 163/2026/NĐ-CP Đ.89.1.b"
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00", voluntary_form="public")


def test_the_way_to_a_public_centre_has_three_steps_of_a_day(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00", voluntary_form="public")
    assert road.limit("p4-vol-ex")["due"] == road.at("4 10:00")
    road.do("request_voluntary_centre", "3 15:00", voluntary_letter_received_at="3 16:00")
    assert road.limit("p4-vol-ex-2")["due"] == road.at("4 16:00")
    road.do("ask_ministry_voluntary", "4 09:00", voluntary_request_received_at="4 10:00")
    assert road.limit("p4-vol-ex-3")["due"] == road.at("5 10:00")
    done = road.do("ministry_assigns_voluntary", "5 09:00")
    assert done.state.holder == "ca"
    assert {road.limit(rule)["end"] for rule in ("p4-vol-ex", "p4-vol-ex-2", "p4-vol-ex-3")} == {"done"}
    assert road.do("divert", "6 09:00").state.stage == "closed"


def test_only_for_a_public_centre_the_province_names_one(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00")
    assert "rehab_not_public" in road.refused(
        "request_voluntary_centre", "3 15:00", voluntary_letter_received_at="3 16:00"
    )


def test_the_provider_tells_of_the_begun_rehab_within_a_day(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00")
    assert "late_reason_required" in road.invalid("divert", "5 09:00", provider_notice_at="4 15:00")
    road.do("divert", "5 09:00", provider_notice_at="4 14:59")
    assert road.limit("p4-quit-notice")["due"] == road.at("4 15:00")
    assert road.limit("p4-quit-notice")["end"] == "done"


def test_the_substitution_facility_tells_of_the_admission_within_a_day(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00", voluntary_form="substitution")
    fit: dict[str, Any] = {
        "diversion": "substitution", "substitution_fit_at": "3 14:00", "treatment_notice_received_at": "4 08:00",
    }  # fmt: skip
    assert road.do("divert", "4 09:00", **fit).state.stage == "closed"
    assert road.limit("p4-subst-notice")["due"] == road.at("4 14:00")


def test_substitution_that_is_not_begun_is_ground_c(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00", voluntary_form="substitution")
    assert "ground_not_proved" in road.refused(
        "record_ground", "7 23:59", ground="c", ground_found_at="7 23:00"
    )
    road.do("record_ground", "8 09:00", ground="c", ground_found_at="8 08:00")


def test_home_rehab_is_monitored_from_the_decision_on(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    assert "missing" in road.invalid("decide_voluntary", "3 10:00", monitoring_case=None)
    road.do("decide_voluntary", "3 10:00", voluntary_decided_at="3 10:00")
    assert road.limit("p4-es-decide")["due"] == road.at("3 22:00")
    home: dict[str, Any] = {"monitoring_case": "home", "monitoring_effective_at": "3 18:00"}
    road.do("order_monitoring", "3 16:00", **home)
    assert road.limit("p4-es-decide")["end"] == "done"
    assert road.limit("p4-es-fit")["due"] == road.at("4 18:00")


def test_the_end_of_substitution_treatment_stands_for_the_determination(road: Road) -> None:
    road.to("verify_residence").do("record_substitution", "1 09:00")
    assert "ground_not_proved" in road.refused(
        "record_ground", "1 10:00", ground="d", ground_found_at="1 10:00", last_act_on="day 1"
    )
    road.do("record_ground", "1 10:00", ground="c", ground_found_at="1 10:00", last_act_on="day 1")
    need = road.refused("compile", "1 15:00")["papers_missing"]
    assert "Mẫu 35" in need.message
    add_paper(road, "substitution_certificate")
    road.do("compile", "1 15:00")


def test_nobody_undetermined_is_proposed(road: Road) -> None:
    road.to("verify_residence", open={"entry": "in_rehab"})
    assert set(road.refused("record_ground", ground="b")) == {"not_addicted"}


def test_a_dossier_elsewhere_is_transferred_first(road: Road) -> None:
    road.to("notify_result", verify_residence={"competent_here": False})
    need = road.refused("record_ground")["agency_not_competent"]
    assert (need.requirement, need.citation) == (
        "transfer",
        "Luật 120/2025/QH15 Đ.35.1, 35.4, 36.1, 36.3, 47; NĐ 163/2026/NĐ-CP Đ.4.7–10, 100, 103",
    )
    road.do("transfer", "3 09:00", transfer_received_at="3 10:00", late_reason="xa")
    assert road.limit("p4-notify-xa")["end"] == "done"
    road.do("record_ground", by="ca-khac")


@pytest.mark.parametrize("exclusion", EXCLUSIONS)
def test_who_is_excluded_is_asked_again_at_every_step_of_the_measure(road: Road, exclusion: str) -> None:
    changed: dict[str, Any] = {"exclusions": [exclusion]}
    road.to("notify_result")
    for action in ("record_ground", "place_pending", "compile", "send_to_court", "decide", "deliver"):
        road.to(road.main[road.main.index(action) - 1])
        need = road.refused(action, **changed)["person_is_excluded"]
        assert need.citation == "Luật 120/2025/QH15 Đ.35.2"
    assert road.rows("dossier")[0]["stage"] == "execution"


def test_exclusion_does_not_bar_finding_and_voluntary_rehab(road: Road) -> None:
    assert "extra_forbidden" in road.invalid("open", exclusions=["pregnant"])
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")


def test_the_court_may_refuse_the_measure_for_who_is_excluded(road: Road) -> None:
    road.to("hold_session", skip=FREE)
    assert set(road.refused("decide", exclusions=["pregnant"])) == {"person_is_excluded"}
    road.do("decide", outcome="refuse", exclusions=["pregnant"])


def test_in_book_2014_who_is_excluded_is_refused_from_the_opening(road_store: Engine) -> None:
    need = Road2014(road_store).refused("open", exclusions=["no_capacity"])["person_is_excluded"]
    assert need.citation == "Luật Xử lý vi phạm hành chính 2012 Đ.96.2"


def test_a_ground_needs_the_check_for_a_crime(road: Road) -> None:
    road.to("notify_result")
    assert (
        road.refused("record_ground", criminal_check="criminal")["criminal_check"].citation == "BLHS Đ.256a"
    )


@pytest.mark.parametrize("action", ["compile", "send_to_court", "decide"])
def test_past_the_time_bar_the_measure_is_not_applied(road: Road, action: str) -> None:
    road.to(road.main[road.main.index(action) - 1], skip=FREE)
    assert road.last_day("p4-thoihieu") == "day 93"

    def moments(when: str) -> dict[str, Any]:
        return {"announced_at": when, "complaint_from": when} if action == "decide" else {}

    need = road.refused(action, "94 00:00", **moments("94 00:00"))["time_bar_passed"]
    assert (need.requirement, need.citation) == ("p4-thoihieu", "Luật 120/2025/QH15 Đ.35.4, 36.3")
    assert "09/12/2026" in need.message
    road.do(action, "93 23:59", late_reason="chờ", **moments("93 23:59"))


def test_without_a_ground_no_time_bar_runs(road: Road) -> None:
    road.to("notify_result")
    assert {"act_missing", "time_bar_unknown", "papers_missing"} <= set(road.refused("compile"))


def test_a_dossier_may_be_closed_for_the_time_bar_only_when_it_has_passed(road: Road) -> None:
    road.to("compile", skip=FREE)
    need = road.refused("close", "93 23:59", closing_ground="time_bar")["closing_ground"]
    assert need.citation == "Luật 120/2025/QH15 Đ.35, 48.3–4; NĐ 163/2026/NĐ-CP Đ.122"
    assert road.do("close", "94 00:00", closing_ground="time_bar").state.stage == "closed"


def test_a_bar_kept_by_the_decision_is_no_ground_for_closing_later(road: Road) -> None:
    road.to("receive_decision", skip=FREE)
    assert "closing_ground" in road.refused("close", "120 09:00", closing_ground="time_bar")


def test_the_file_holds_what_the_article_lists(road: Road) -> None:
    road.to("record_ground", **NO_HOME)
    assert {row["form"] for row in road.rows("document")} >= {"P-01", "109-05", "V-34"}
    done = road.do("compile")
    assert [row["form"] for row in done.documents] == ["V-33", "V-36"], (
        "the life summary is issued with the file"
    )


def test_the_life_summary_of_the_placement_is_not_issued_twice(road: Road) -> None:
    done = road.to("deliver_pending").do("compile", background=None)
    assert [row["form"] for row in done.documents] == ["V-36"]


class WithoutPapers(Road):
    """The driver of 2014 that brings no papers."""

    steps: ClassVar[Mapping[str, Step]] = STEPS_2014


def test_a_missing_paper_is_named_with_its_article(road_store: Engine) -> None:
    walked = Road2014(road_store).to("issue_result")
    road = WithoutPapers(road_store, start=walked.start, id=walked.id, version=walked.version)
    need = road.refused("compile")["papers_missing"]
    for words in ("Bản tóm tắt lý lịch", "giáo dục tại xã", "Bản tường trình", "nghiện ma túy hiện tại"):
        assert words in need.message
    assert need.citation == (
        "Luật Xử lý vi phạm hành chính 2012 Đ.103.1, 103.2; Luật Xử lý vi phạm hành chính 2012 Đ.103.1.a, 103.2"
    )
    for number, kind in enumerate(("life_summary", "addiction_result", "community_education_proof"), 1):
        add_paper(road, kind, number)
    assert road.refused("compile")["papers_missing"].message.startswith("Thiếu: Bản tường trình")
    add_paper(road, "statement", 9)
    road.do("compile")


def test_a_file_is_not_sent_before_the_reading_time_is_over(road: Road) -> None:
    road.to("notify_person", skip=FREE)
    need = road.refused("send_to_court", "9 23:59")["window_not_over"]
    assert (need.requirement, need.citation) == (
        "p4-read",
        "Luật 120/2025/QH15 Đ.35.3.c, 36.2.c; NĐ 163/2026/NĐ-CP Đ.102.3, 105.3",
    )
    road.do("send_to_court", "10 00:00")


def test_the_measure_needs_its_term_and_where_it_comes_from(road: Road) -> None:
    road.to("hold_session", skip=FREE)
    assert road.refused("decide", times=None)["term_not_decided"].requirement == "times"
    assert "times_source" in road.refused("decide", times_source=None)["term_not_decided"].message
    road.do("decide", times="repeat")


@pytest.mark.parametrize("months", [None, 11, 25])
def test_in_book_2014_the_term_is_twelve_to_twenty_four_months(
    road_store: Engine, months: int | None
) -> None:
    road = Road2014(road_store).to("hold_session")
    need = road.refused("decide", term_months=months)["term_not_decided"]
    assert need.requirement == "term_months"
