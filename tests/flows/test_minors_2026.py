"""Minors in book 2026 through the engine, from finding to the end of after-care; days are counted by hand."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from documents.forms import all_forms
from flows.drawing import plan_drawing
from flows.engine import Act, act
from flows.refusals import Invalid
from models.law.limits import TIMEZONE
from tests.flows.road_2026 import FREE, WITNESS, Road, add_paper
from tests.flows.road_2026_minor import MINOR, MinorRoad
from tests.flows.road_agencies import actor

LATER = datetime(2031, 1, 1, 12, tzinfo=TIMEZONE)
REFUSED: dict[str, Any] = {
    "parents_receiver": None, "parents_notice_received_at": None, "parents_refused_reason": "không đồng ý",
}  # fmt: skip

SAID: dict[str, Any] = {"account": "hít heroin từ năm 2025"}
PARENT = {"sex": "female", "birth_date": "01/01/1985", "identity": "001185000001"}
OMITTED: dict[str, Any] = {
    "began_at": "4 13:30", "evidence": "giấy yêu cầu", "violation": "Không thực hiện yêu cầu", "witness": WITNESS,
}  # fmt: skip


def born(birth_date: str) -> Any:
    return MINOR.model_copy(update={"birth_date": birth_date})


@pytest.fixture
def road(road_store: Engine) -> MinorRoad:
    """A minor's dossier on which years have passed."""
    return MinorRoad(road_store, now=LATER)


# ---------------------------------------------------------------- straight on
def test_a_minor_is_found_placed_by_the_court_and_ends_the_after_care(road: MinorRoad) -> None:
    road.to("end_aftercare")
    stages = list(dict.fromkeys(row["stage_after"] for row in road.rows("event", "seq")))
    assert stages == [
        "police_collection", "health_determination", "court_decision", "execution", "after_care", "closed",
    ]  # fmt: skip
    assert {row["late_days"] for name in ("event", "time_limit") for row in road.rows(name)} == {None}
    road.verify_chain()


def test_every_paper_of_a_minor_prints_without_an_administrative_measure(road: MinorRoad) -> None:
    road.to("deliver")
    rows = road.rows("document", "issued_on")
    assert {row["form"] for row in rows} >= {
        "109-02",
        "V-32",
        "V-34",
        "V-36",
        "V-37",
        "TA-07",
        "P-02",
        "P-03",
        "V-42",
    }
    for row in rows:
        form = all_forms()[row["form"]]
        assert form.render(form.context.model_validate(row["context"])).startswith(b"PK")
        assert "hành chính" not in str(row["context"])


def test_the_court_runs_the_clocks_of_the_minors_ordinance_only(road: MinorRoad) -> None:
    road.to("take_effect")
    rules = {row["rule"] for row in road.rows("time_limit")}
    assert {rule for rule in rules if rule.startswith(("c3-", "cm-"))} == {
        "cm-term", "cm-check", "cm-complaint", "cm-other",
    }  # fmt: skip


@pytest.mark.parametrize(("rule", "day"), [
    # Notices on Friday 11/09/2026 and, to the mother, on Monday 14/09: 15, 16 and 17/09; the file goes on the 18th.
    ("p4-read", 10),
    ("p4-transfer", 11),
    # Accepted on Monday 21/09: 22, 23, 24/09; fifteen days end on Tuesday 06/10.
    ("cm-check", 17),
    ("cm-term", 29),
    # Announced on Tuesday 29/09: 30/09, 01, 02, 05 and 06/10.
    ("cm-complaint", 29),
    ("p4-term", 735),
    # One year from 11/09/2028.
    ("p4-post-term", 1100),
])  # fmt: skip
def test_a_minors_limits_end_when_counted_by_hand(road: MinorRoad, rule: str, day: int) -> None:
    assert road.to("certify").last_day(rule) == f"day {day}"


def test_the_parents_have_a_day_from_their_own_notice(road: MinorRoad) -> None:
    road.to("notify_result")
    assert road.limit("p4-register")["due"] == road.at("3 20:00")
    other = MinorRoad(road.store).to("issue_result")
    assert "missing" in other.invalid("notify_result", parents_told_at=None)


def test_a_mother_registers_and_the_papers_of_voluntary_rehab_are_issued_as_they_are_stated(
    road: MinorRoad,
) -> None:
    road.to("notify_result")
    stated: dict[str, dict[str, Any]] = {
        "V-20": {"applicant": PARENT, "where": "private", "officer": "Trần Văn B"},
        "V-24": {"registrant": PARENT, "receiver": {"name": "Trần Văn B", "position": "Cán bộ"}},
        "V-25": {},
    }
    registering = road.asked("record_voluntary", "3 09:00", registered_at="3 08:30")
    done = act(road.store, replace(registering, particulars=stated), road.calendar)
    road.version = done.state.version
    assert [row["form"] for row in done.documents] == ["V-20", "V-24", "V-25"]
    application, registration, pledge = (row["context"] for row in done.documents)
    assert (
        application["applicant"]["name"]
        == registration["registrant"]["name"]
        == pledge["parent"]
        == "Nguyễn Thị B"
    )

    term = {"first": "2026-09-11", "last": "2028-09-11"}
    deciding = road.asked(
        "decide_voluntary",
        "3 10:00",
        voluntary_decided_at="3 10:00",
        voluntary_form="home",
        monitoring_case=None,
    )
    done = act(
        road.store, replace(deciding, particulars={"V-22": {"unit": "Tổ", "period": term}}), road.calendar
    )
    road.version = done.state.version
    [decision] = done.documents
    assert (decision["form"], decision["context"]["place"]) == ("V-22", "tại nhà")
    assert drawn(road, {"V-28": {"period": term}}, "3 11:00") == ["V-28"]
    certificate = next(row for row in road.rows("document") if row["form"] == "V-28")
    assert certificate["context"]["decision"].startswith(
        f"số {decision['number_text']} ngày 10 tháng 9 năm 2026"
    )


# ---------------------------------------------------------------- sampling
@pytest.mark.parametrize(("sample", "facts", "refused"), [
    ("urine", {}, False),
    ("urine", {"urine_officer": None}, True),
    ("blood", {}, True),
    ("blood", {"sampling_witness": "mẹ Nguyễn Thị B"}, False),
])  # fmt: skip
def test_a_minor_is_sampled_before_a_parent_except_for_urine(
    road: MinorRoad, sample: str, facts: dict[str, Any], refused: bool
) -> None:
    if refused:
        need = road.refused("open", sample=sample, **facts)["sampling_not_witnessed"]
        assert need.citation == "NĐ 163/2026/NĐ-CP Đ.56.5–6"
    else:
        road.do("open", sample=sample, **facts)


# ---------------------------------------------------------------- the file
def test_a_minors_file_holds_the_statement_and_the_parents_opinion(road: MinorRoad) -> None:
    road.papers = ()
    need = road.to("deliver_pending").refused("compile")["papers_missing"]
    assert "Mẫu 38" in need.message
    assert "Mẫu 39" in need.message
    assert need.citation == "NĐ 163/2026/NĐ-CP Đ.104.1.d, e; NĐ 163/2026/NĐ-CP Đ.104.1.đ, e"


@pytest.mark.parametrize(
    "papers", [("testimony_minute", "opinion_refusal"), ("statement_refusal", "parents_opinion")]
)
def test_a_refusal_is_minuted_before_an_adult_witness(road: MinorRoad, papers: tuple[str, ...]) -> None:
    road.papers = ()
    road.to("deliver_pending")
    for sheet, kind in enumerate(papers, 1):
        add_paper(road, kind, sheet)
    need = road.refused("compile")["no_adult_witness"]
    assert need.citation == "NĐ 163/2026/NĐ-CP Đ.104.1.e"
    road.do("compile", adult_witness=WITNESS)


def drawn(road: MinorRoad, particulars: dict[str, Any], when: str = "4 14:00") -> list[str]:
    """The forms drawn up beside the acts."""
    asked = Act(
        road.id, "draw_up", {}, road.at(when), actor("ca"), road.version, particulars=road.dated(particulars)
    )
    done = act(road.store, asked, road.calendar, how=plan_drawing)
    road.version = done.state.version
    return [row["form"] for row in done.documents]


def test_papers_drawn_up_by_the_system_fill_a_minors_file_and_are_enclosed(road: MinorRoad) -> None:
    road.papers = ()
    road.to("deliver_pending")
    assert drawn(road, {"V-38": SAID, "V-39": {"parent": PARENT, "agrees": True}}) == ["V-38", "V-39"]
    road.do("compile")
    proposal = next(row for row in road.rows("document") if row["form"] == "V-36")
    assert [line for line in proposal["context"]["enclosures"] if "11/09/2026" in line][-2:] == [
        "Bản tường trình của người nghiện ma túy hoặc người đại diện hợp pháp ngày 11/09/2026",
        "Bản xác nhận ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp ngày 11/09/2026",
    ]


def test_minutes_of_no_statement_do_not_stand_for_the_parents_opinion(road: MinorRoad) -> None:
    road.papers = ()
    road.to("deliver_pending")
    drawn(road, {"V-40": OMITTED})
    need = road.refused("compile")["papers_missing"]
    assert "Mẫu 39" in need.message
    assert "Mẫu 38" not in need.message


def test_what_is_stated_with_the_file_fills_it_and_is_named_in_the_proposal(road: MinorRoad) -> None:
    road.papers = ()
    road.to("deliver_pending")
    stated = road.dated({"V-58": SAID | {"began_at": "4 14:00"}, "V-40b": OMITTED})
    done = act(road.store, replace(road.asked("compile"), particulars=stated), road.calendar)
    assert [row["form"] for row in done.documents] == ["V-58", "V-40b", "V-36"]
    enclosed = done.documents[-1]["context"]["enclosures"]
    assert "Biên bản ghi lời khai của người cai nghiện ma túy" in enclosed
    assert any(line.startswith("Biên bản không có ý kiến của cha, mẹ") for line in enclosed)
    assert not any("tường trình" in line for line in enclosed)


def test_an_adults_dossier_has_no_papers_of_minors(road_store: Engine) -> None:
    adult = Road(road_store).to("compile")
    asked = Act(
        adult.id, "draw_up", {}, adult.at("4 16:00"), actor("ca"), adult.version, particulars={"V-38": SAID}
    )
    with pytest.raises(Invalid) as refused:
        act(adult.store, asked, adult.calendar, how=plan_drawing)
    assert [flaw.code for flaw in refused.value.flaws] == ["form_not_asked"]


def test_an_adults_file_needs_neither(road_store: Engine) -> None:
    Road(road_store).to("compile")


def test_the_parents_are_notified_too_or_refuse_before_a_witness(road: MinorRoad) -> None:
    road.to("compile")
    nobody = {"parents_receiver": None, "parents_notice_received_at": None}
    need = road.refused("notify_person", **nobody)["parents_not_notified"]
    assert need.citation == "Luật 120/2025/QH15 Đ.36.2.c; NĐ 163/2026/NĐ-CP Đ.105.1–3"
    assert "parents_not_notified" in road.refused("notify_person", **REFUSED)
    road.do("notify_person", **REFUSED, adult_witness=WITNESS)
    # Only the minor has it, on Friday 11/09/2026: 14, 15 and 16/09.
    assert road.last_day("p4-read") == "day 9"


def test_ground_d_is_open_to_minors_and_the_evasion_of_an_adult_is_not(road: MinorRoad) -> None:
    road.to("notify_result", open={"entry": "after_care"}, request_determination={"determination_case": "d"})
    need = road.refused("record_ground", ground="dd")["ground_not_proved"]
    assert need.citation == "Luật 120/2025/QH15 Đ.36.1; NĐ 163/2026/NĐ-CP Đ.4.7–10"
    road.do("record_ground", ground="d")


def test_nobody_asks_a_minor_for_the_adults_exclusions(road: MinorRoad) -> None:
    road.to("place_pending", record_ground={"exclusions": ["pregnant"]})
    assert road.rows("dossier")[0]["facts"]["exclusions"] == ["pregnant"]


# ---------------------------------------------------------------- 18 on the way
def test_who_turns_18_before_the_decision_waits_until_someone_says_which_track_goes_on(
    road_store: Engine,
) -> None:
    road = MinorRoad(road_store, person=born("2008-09-12"))  # 18 on Saturday 12/09/2026
    road.to("notify_person")
    need = road.refused("send_to_court")["track_unsettled"]
    assert need.citation == "Luật 120/2025/QH15 Đ.36"
    road.do("record_adulthood", "8 09:00", track_after_18="minor", track_reason="hồ sơ đã lập xong")
    road.to("take_effect")
    assert "cm-complaint" in {row["rule"] for row in road.rows("time_limit")}


def test_who_evaded_until_18_is_under_the_adults_measure(road_store: Engine) -> None:
    road = MinorRoad(road_store, person=born("2008-09-12"))
    road.to("notify_result").do("record_evasion", "3 08:00")
    road.do("end_evasion", "6 08:00", evasion_ended_at="6 08:00")
    assert set(road.refused("record_adulthood", "6 09:00", track_after_18="minor")) == {"adulthood"}
    road.do("record_adulthood", "6 09:00")
    assert "missing" in road.invalid("record_ground", "7 08:00", ground_found_at="7 08:00", ground="dd")
    road.do(
        "record_ground", "7 08:00", ground_found_at="7 08:00", ground="dd", exclusions=[], last_act_on="day 6"
    )
    assert road.do("compile", "7 15:00", exclusions=[]).state.stage == "police_collection"


# ---------------------------------------------------------------- serving
def test_at_18_with_three_months_left_the_minor_moves_to_a_public_centre(road_store: Engine) -> None:
    # The term ends on 11/09/2028; three months before it is 11/06/2028.
    road = MinorRoad(road_store, now=LATER, person=born("2010-06-11")).to("deliver")
    assert road.last_day("p4-18") == "day 643"
    assert set(road.refused("transfer_centre", "642 23:00", transfer_ground="turned_18")) == {
        "no_move_at_eighteen"
    }
    assert road.do("transfer_centre", "645 08:00", transfer_ground="turned_18").state.holder == "cs-khac"
    assert road.limit("p4-18")["end"] == "done"


def test_with_less_left_the_minor_stays(road_store: Engine) -> None:
    road = MinorRoad(road_store, now=LATER, person=born("2010-06-12")).to("deliver")
    need = road.refused("transfer_centre", "700 08:00", transfer_ground="turned_18")["no_move_at_eighteen"]
    assert (need.citation, "12/06/2028" in need.message) == ("Luật 120/2025/QH15 Đ.36.4", True)


def test_the_bar_of_18_moves_with_the_term(road_store: Engine) -> None:
    road = MinorRoad(road_store, now=LATER, person=born("2010-06-12")).to("deliver")
    road.do("escape", "100 08:00", escaped_at="100 08:00")
    road.do("capture", "110 08:00", captured_at="110 08:00", evasion_ended_at=None)
    # The term ends on 21/09/2028 now: three months before it is 21/06/2028.
    assert road.last_day("p4-18") == "day 653"
    road.do("transfer_centre", "650 08:00", transfer_ground="turned_18")


def test_a_bar_of_the_term_is_no_ground_to_close_the_after_care(road_store: Engine) -> None:
    road = MinorRoad(road_store, now=LATER, person=born("2010-06-12")).to("certify")
    assert "closing_ground" in road.refused("close", "800 09:00", closing_ground="time_bar")


def test_who_was_placed_as_a_minor_has_one_year_of_after_care_even_if_18_by_then(road_store: Engine) -> None:
    road = MinorRoad(road_store, now=LATER, person=born("2010-06-12")).to("certify")
    assert road.last_day("p4-post-term") == "day 1100"


def test_the_director_asks_the_ministry_for_a_reformatory_school(road: MinorRoad) -> None:
    road.to("receive_request", skip=FREE).do("ask_ministry", "32 15:00", ministry_received_at="32 16:00")
    assert road.limit("p4-ex3")["due"] == road.at("33 16:00")
    road.do("ministry_assigns", "33 08:00")
    assert road.limit("p4-ex3")["end"] == "done"


def test_every_minor_without_a_home_is_referred_to_a_shelter(road: MinorRoad) -> None:
    road.to(
        "deliver", verify_residence={"residence": "none"}, request_determination={"determination_case": "dd"}
    )
    # Fifteen days before Monday 11/09/2028 is Sunday 27/08: back to Friday 25/08.
    assert road.last_day("p4-shelter") == "day 718"


# ---------------------------------------------------------------- monitoring
@pytest.mark.parametrize(("case", "residence", "fits"), [
    ("parents_request", "stable", True), ("after_care", "stable", False), ("after_care", "none", True),
    ("substitution", "stable", False),
])  # fmt: skip
def test_a_minor_is_monitored_when_parents_ask_or_without_a_home(
    road: MinorRoad, case: str, residence: str, fits: bool
) -> None:
    homeless = {"determination_case": "dd"} if residence == "none" else {}
    road.to("decide_aftercare", verify_residence={"residence": residence}, request_determination=homeless)
    order: dict[str, Any] = {"monitoring_case": case, "monitoring_effective_at": "720 08:00"}
    if case == "parents_request":
        order["monitoring_requested_at"] = "704 08:00"
    if fits:
        road.do("order_monitoring", "704 16:00", **order)
        assert road.limit("p4-es-fit")["due"] == road.at("721 08:00")
    else:
        assert set(road.refused("order_monitoring", "704 16:00", **order)) == {"monitoring_case"}


def test_at_the_parents_request_there_are_twenty_four_hours_and_a_year(road: MinorRoad) -> None:
    road.to("open_aftercare")
    order: dict[str, Any] = {"monitoring_case": "parents_request", "monitoring_effective_at": "800 08:00"}
    assert "late_reason_required" in road.invalid(
        "order_monitoring", "800 09:00", **order, monitoring_requested_at="799 08:00"
    )
    road.do("order_monitoring", "800 07:00", **order, monitoring_requested_at="799 08:00")
    # A year from 15/11/2028 would outlast the after-care, which ends on 11/09/2029.
    assert road.last_day("p4-es-term") == "day 1100"
