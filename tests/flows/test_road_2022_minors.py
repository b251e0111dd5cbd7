"""Minors in book 2022 through the engine, from finding to the end of after-care; days are counted by hand."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.flows.road_2022 import Road2022
from tests.flows.road_2022_minor import MINOR, MOTHER, MinorRoad2022
from tests.flows.road_2026 import PERSON
from tests.flows.road_agencies import World
from tests.flows.test_road_2022 import FAMILY, nobody_was_late, rules, stages

ADULTS_ONLY = {
    "elig-limit-A", "file-compile-A", "read-A", "send-A", "review-A", "supplement-A", "transfer-after-A", "exec-send-A",
    "exec-limit-A", "term-A", "exec-end-notice", "post-term-A", "c9-term", "c3-term", "c3-complaint",
}  # fmt: skip
MONDAY_2022 = date(2022, 9, 5)


@pytest.fixture
def road(road_store: Engine) -> MinorRoad2022:
    """A minor's dossier of book 2022 about to be opened."""
    return MinorRoad2022(road_store)


@pytest.fixture(scope="module")
def straight(world: World) -> MinorRoad2022:
    """Accepted on 01/06/2023, nothing returned and nobody complaining, up to the decision on after-care."""
    road = MinorRoad2022(world[1])
    road.to("decide_aftercare")
    return road


def test_a_minor_travels_from_police_to_after_care(straight: MinorRoad2022) -> None:
    assert stages(straight) == [
        "police_collection", "health_determination", "police_collection", "justice_review", "court_decision",
        "execution", "after_care",
    ]  # fmt: skip
    assert nobody_was_late(straight)
    straight.verify_chain()


def test_no_limit_of_the_adults_measure_runs_for_a_minor(straight: MinorRoad2022) -> None:
    assert rules(straight, "") & ADULTS_ONLY == set()
    assert rules(straight, "cm-") == {"cm-term", "cm-check", "cm-other", "cm-complaint"}


@pytest.mark.parametrize(("rule", "day"), [
    # Result on Wednesday 10/05/2023: 11, 12, 15, 16 and 17/05.
    ("reg-voluntary", 9),
    # Minute on Thursday 18/05: the file by 25/05.
    ("file-compile-M", 17),
    # The minor has the notice on Tuesday 23/05, the mother on the 24th: 25, 26 and 29/05; the file goes on 30/05.
    ("read-M", 21),
    ("send-M", 22),
    # The labour office has it on Tuesday 30/05: 31/05 and 01/06.
    ("review-M", 24),
    # Accepted on Thursday 01/06: 2, 5 and 6/06; fifteen days end on Friday 16/06.
    ("cm-check", 29),
    ("cm-term", 39),
    # Announced on Monday 12/06: 13, 14, 15, 16 and 19/06.
    ("cm-complaint", 42),
    # The effective decision came on 21/06: five days end on Monday 26/06.
    ("exec-take", 49),
    # Six months from 23/06/2023 end on 23/12, less 36 days in the facility on 17/11; fifteen days before it is 02/11.
    ("term-M", 193),
    ("exec-end-notice-M", 178),
    # One year from 17/11/2023, over a 29 February.
    ("post-term-M", 559),
])  # fmt: skip
def test_its_limits_end_when_counted_by_hand(straight: MinorRoad2022, rule: str, day: int) -> None:
    assert straight.last_day(rule) == f"day {day}"


def test_no_paper_calls_it_an_administrative_measure(straight: MinorRoad2022) -> None:
    papers = {row["form"]: str(row["context"]) for row in straight.rows("document", "issued_on")}
    assert {"109-02", "109-03", "109-05", "TA-05", "TA-06"} == set(papers)
    assert all("xử lý hành chính" not in text for text in papers.values())
    assert "đưa người nghiện ma túy từ đủ 12 tuổi đến dưới 18 tuổi" in papers["TA-05"]
    assert "Điều 33, Điều 34 Luật Phòng, chống ma túy" in papers["TA-05"]
    assert "Nguyễn Thị B" in papers["109-02"]


def test_after_care_of_a_minor_ends_after_one_year(straight: MinorRoad2022) -> None:
    assert set(straight.refused("end_aftercare", "559 23:59")) == {"window_not_over"}
    assert straight.do("end_aftercare", "560 08:00").state.stage == "closed"


@pytest.fixture(scope="module")
def disputed(world: World) -> MinorRoad2022:
    """Finding on 05/09/2022, a return for supplement, a query, a suspension and an appeal, up to the delivery."""
    road = MinorRoad2022(world[1], start=MONDAY_2022)
    road.to("receive", skip=("deliver_pending",), place_pending=FAMILY)
    road.do("return_for_supplement", "23 10:00", returned_file_received_at="23 11:00")
    road.do("supplement", "24 10:00", labour_received_at="24 11:00")
    road.do("transfer_to_court", "25 09:00")
    road.do("register_file", "25 14:00", file_received_at="25 14:00")
    road.do("accept", "28 09:00")
    road.do("notify_acceptance", "29 09:00")
    road.do("query", "29 10:00", query_received_at="29 11:00")
    road.do("reply_query", "30 10:00")
    road.do("extend_term", "30 11:00")
    road.do("suspend", "31 09:00")
    road.do("resume", "38 09:00")
    road.do("open_session", "42 10:00", session_at="49 08:30")
    road.do("hold_session", "49 08:30", session_ended_at="49 10:00")
    road.do("decide", "49 10:00", announced_at="49 10:00", complaint_from="49 10:00", term_months=12)
    road.do("send_decision", "50 09:00", deliveries=[{"to": "Nguyễn Thị B", "received_at": "50 10:00"}])
    road.do("file_appeal", "51 09:00", appeal_received_at="51 09:00", appeal_by="Nguyễn Thị B")
    road.do("forward_appeal", "52 09:00", appeal_file_received_at="52 15:00")
    assert set(road.refused("take_effect", "60 08:30", effective_on="day 60")) >= {"appeal_undecided"}
    road.do("decide_appeal", "63 09:00", appeal_outcome="changed", term_months=6)
    road.do("take_effect", "64 08:30", effective_on="day 63")
    road.do(
        "send_effective", "65 09:00", effective_decision_received_at="65 10:00", person_served_at="65 11:00"
    )
    road.do(
        "deliver", "67 10:00", delivered_at="67 10:00", held_from="day 67", credited_days=0, centre="cs-khac"
    )
    return road


def test_a_minor_travels_back_and_forth(disputed: MinorRoad2022) -> None:
    assert stages(disputed) == [
        "police_collection", "health_determination", "police_collection", "justice_review", "police_collection",
        "justice_review", "court_decision", "execution",
    ]  # fmt: skip
    assert nobody_was_late(disputed)
    assert rules(disputed, "c9-") | rules(disputed, "c3-") == set()
    disputed.verify_chain()


@pytest.mark.parametrize(("rule", "day"), [
    # Back on Wednesday 28/09/2022: 29 and 30/09; the supplement there on 29/09: 30/09 and Monday 03/10.
    ("supplement-M", 25),
    ("transfer-after-M", 28),
    # Asked on Tuesday 04/10: 05 and 06/10.
    ("court-query", 31),
    # Thirty days from Monday 03/10 end on 02/11; seven days stood still (06 to 13/10): 09/11.
    ("cm-term", 65),
    # Announced on Monday 24/10: 25 to 28 and 31/10.
    ("cm-complaint", 56),
    # Six months of the provincial court from 11/11/2022; days with the family are not deducted.
    ("term-M", 67 + 181),
])  # fmt: skip
def test_limits_of_the_disputed_dossier_end_when_counted_by_hand(
    disputed: MinorRoad2022, rule: str, day: int
) -> None:
    assert disputed.last_day(rule) == f"day {day}"


# --- who is taken, and on which ground


def test_a_child_under_twelve_is_refused_with_the_article(road: MinorRoad2022) -> None:
    road.person = MINOR.model_copy(update={"birth_date": "2011-05-09"})
    assert road.invalid("open")["too_young"].citation == "Luật Phòng, chống ma túy 2021 Đ.32, 33.1"


def test_a_child_is_taken_from_the_twelfth_birthday_on(road: MinorRoad2022) -> None:
    road.person = MINOR.model_copy(update={"birth_date": "2011-05-08"})
    assert road.do("open").state.track == "minor"


def test_a_relapse_in_after_care_is_no_ground_for_a_minor(road: MinorRoad2022) -> None:
    road.to(
        "transfer",
        open={"entry": "after_care"},
        request_determination={"determination_ground": "after_care"},
    )
    need = road.refused("record_ground", compulsory_ground="relapse")["ground_not_proved"]
    assert need.citation == "Luật Phòng, chống ma túy 2021 Đ.33.1"
    assert "không phải là căn cứ đối với người dưới 18 tuổi" in need.message


def test_a_minor_found_in_after_care_has_the_time_to_register(road: MinorRoad2022) -> None:
    road.to(
        "transfer",
        open={"entry": "after_care"},
        request_determination={"determination_ground": "after_care"},
    )
    assert road.last_day("reg-voluntary") == "day 9"
    assert set(road.refused("record_ground", "9 23:59", ground_found_at="9 23:00")) == {"ground_not_proved"}
    road.do("record_ground", "10 00:00", ground_found_at="10 00:00")


def test_no_exclusion_of_adults_bars_a_minor(road: MinorRoad2022) -> None:
    road.to("record_ground", record_ground={"exclusions": ["pregnant"]})
    assert road.limit("file-compile-M")["ended_at"] is None


def test_an_adult_must_still_be_asked_about_exclusions(road_store: Engine) -> None:
    adult = Road2022(road_store).to("transfer")
    assert set(adult.invalid("record_ground", exclusions=None)) == {"missing"}


# --- sampling, parents, papers


@pytest.mark.parametrize("sample", ["blood", "other"])
def test_a_minor_is_sampled_only_with_the_parents_agreement(road: MinorRoad2022, sample: str) -> None:
    need = road.refused("open", sample=sample)["sampling_not_agreed"]
    assert need.citation == "NĐ 105/2021/NĐ-CP Đ.46.4"
    road.do("open", sample=sample, sampling_consent="mẹ: Nguyễn Thị B")


def test_the_sample_of_a_minor_is_named(road: MinorRoad2022) -> None:
    assert set(road.invalid("open", sample=None)) == {"missing"}
    road.do("open", entry="quit", sample=None)


def test_the_request_for_determination_names_a_parent(road: MinorRoad2022) -> None:
    road.to("verify_residence")
    assert set(road.invalid("request_determination", background=None)) == {"missing"}


def test_the_notice_goes_to_the_minor_and_to_the_parents(road: MinorRoad2022) -> None:
    road.to("compile")
    flaws = road.invalid("notify_person", parents_receiver=None, parents_notice_received_at=None)
    assert set(flaws) == {"missing"}


@pytest.mark.parametrize(("minor", "parents", "day"), [
    # 23/05 and 24/05: from the 24th; the other way round the same; both on 23/05: 24, 25 and 26/05.
    ("15 16:30", "16 09:00", 21), ("16 09:00", "15 16:30", 21), ("15 16:30", "15 17:00", 18),
])  # fmt: skip
def test_reading_is_counted_from_the_later_receipt(
    road: MinorRoad2022, minor: str, parents: str, day: int
) -> None:
    received = {"notice_received_at": minor, "parents_notice_received_at": parents}
    road.to("notify_person", notify_person=received)
    assert road.last_day("read-M") == f"day {day}"
    assert "window_not_over" in road.refused("send_to_review", f"{day} 23:59")


def test_refusing_the_notice_is_recorded_with_its_reason(road: MinorRoad2022) -> None:
    refusal = {"parents_refused_reason": "không nhận, không nêu lý do", "parents_receiver": MOTHER}
    assert road.to("notify_person", notify_person=refusal).last_day("read-M") == "day 21"


def test_a_file_without_the_parents_opinion_is_not_complete(road: MinorRoad2022) -> None:
    road.papers = tuple(kind for kind in road.papers if kind != "parents_opinion")
    road.to("record_ground")
    need = road.refused("compile")["papers_missing"]
    assert "Mẫu 38" in need.message
    assert need.citation == "Luật Phòng, chống ma túy 2021 Đ.34.1.c; NĐ 116/2021/NĐ-CP Đ.51.1.đ"


NOWHERE: dict[str, Any] = {
    "verify_residence": {"residence": "none"},
    "request_determination": {"determination_ground": "no_residence"},
}


@pytest.mark.parametrize("driver", [Road2022, MinorRoad2022])
def test_without_a_residence_the_police_say_so_on_paper(road_store: Engine, driver: type[Road2022]) -> None:
    road = driver(road_store)
    road.to("record_ground", **NOWHERE)
    article = "51.2.b" if driver is MinorRoad2022 else "41.2.b"
    need = road.refused("compile")["papers_missing"]
    assert need.citation == f"NĐ 116/2021/NĐ-CP Đ.{article}; NĐ 105/2021/NĐ-CP Đ.41.3"
    road.papers = (*road.papers, "no_residence_paper")
    road.do("compile")


def test_a_minor_found_by_the_district_police_needs_no_paper_about_the_residence(road: MinorRoad2022) -> None:
    road.to("record_ground", open={"entry": "police_case", "sample": None}, **NOWHERE)
    road.do("compile")


def test_a_minor_without_a_residence_travels_to_the_court(road: MinorRoad2022) -> None:
    road.papers = (*road.papers, "no_residence_paper")
    road.to("accept", place_pending={"family_agrees": None}, **NOWHERE)
    assert stages(road)[-1] == "court_decision"


def test_the_court_is_told_the_family_circumstances_and_the_plan(road: MinorRoad2022) -> None:
    road.to("receive")
    assert set(road.invalid("transfer_to_court", family_circumstances=None)) == {"missing"}
    assert set(road.invalid("transfer_to_court", management_plan=None)) == {"missing"}
    road.do("transfer_to_court")


# --- the court, and the end


@pytest.mark.parametrize("months", [5, 13, None])
def test_a_minors_term_is_between_six_and_twelve_months(road: MinorRoad2022, months: int | None) -> None:
    need = road.to("hold_session").refused("decide", term_months=months)["term_not_decided"]
    assert need.citation == "Luật Phòng, chống ma túy 2021 Đ.33.3"


def test_a_case_is_taken_before_the_ordinance_was_in_force_and_says_so(road_store: Engine) -> None:
    road = MinorRoad2022(road_store, start=date(2022, 2, 7)).to("accept")
    assert road.limit("cm-term")["explanation"]["confirmed"] is False
    assert "24/03/2022" in road.possible("24 10:00", by="ta")["accept"].action.note  # type: ignore[operator]


def test_a_minor_is_not_let_go_without_saying_to_whom(road: MinorRoad2022) -> None:
    road.to("give_end_notice")
    assert set(road.invalid("certify", released_to=None)) == {"missing"}
    road.do("certify", released_to="shelter")


def test_no_time_bar_lets_a_minors_dossier_be_closed(road: MinorRoad2022) -> None:
    road.to("record_ground", skip=("place_pending",))
    assert "closing_ground" in road.refused("close", "200 09:00", closing_ground="time_bar")


# --- eighteen on the way

TURNING = MINOR.model_copy(update={"birth_date": "2005-05-22"})
"""Eighteen on 22/05/2023, after the ground is recorded and before the file is compiled."""


@pytest.fixture
def turning(road: MinorRoad2022) -> MinorRoad2022:
    """A dossier whose person has turned 18 before the file is compiled."""
    road.person = TURNING
    road.to("deliver_pending")
    return road


def test_nobody_goes_on_before_the_track_is_settled(turning: MinorRoad2022) -> None:
    assert set(turning.refused("compile")) >= {"track_unsettled"}
    assert "adulthood" in turning.refused("record_adulthood", "13 23:59")


def test_who_is_eighteen_and_goes_on_as_a_minor_keeps_the_minors_limits(turning: MinorRoad2022) -> None:
    turning.do("record_adulthood", "15 09:00", track_after_18="minor")
    turning.to("decide")
    assert rules(turning, "") & ADULTS_ONLY == set()


def test_who_is_eighteen_and_goes_on_as_an_adult_has_the_adults_limits(turning: MinorRoad2022) -> None:
    turning.do("record_adulthood", "15 09:00")
    # Three months from 08/05, the first day counting for the person: 07/08.
    assert turning.last_day("elig-limit-A") == "day 91"
    assert set(turning.invalid("compile")) == {"missing"}
    free: dict[str, Any] = {
        code: {"exclusions": []} for code in ("compile", "send_to_review", "transfer_to_court")
    }
    turning.to("notify_person", **free).do("send_to_review", "21 09:00", exclusions=[])
    turning.do("receive", "21 14:00", file_received_for_review_at="21 14:00")
    turning.to("hold_session", **free)
    assert {"read-A", "send-A", "review-A", "c3-term"} <= rules(turning, "")
    assert "term_not_decided" in turning.refused("decide", exclusions=[])
    turning.do("decide", exclusions=[], term_months=12)


def test_the_law_of_2021_does_not_bind_who_evaded_until_eighteen(turning: MinorRoad2022) -> None:
    turning.do("escape", "11 09:00", by="ub", escaped_at="11 08:00")
    turning.do("capture", "13 09:00", by="ub", captured_at="13 08:00", evasion_ended_at="13 08:00")
    assert turning.do("record_adulthood", "15 09:00", track_after_18="minor").state.track == "minor"


def test_a_time_bar_that_passed_while_the_person_was_a_minor_bars_the_adults_measure(
    turning: MinorRoad2022,
) -> None:
    turning.do("record_adulthood", "100 09:00")
    need = turning.refused("compile", "100 10:00", exclusions=[])["time_bar_passed"]
    assert need.citation == "Luật Xử lý vi phạm hành chính (sửa đổi, bổ sung 2020) Đ.6.2.d, 6.2.đ"


def test_a_minor_who_turns_eighteen_before_the_ground_has_no_time_bar_yet(road: MinorRoad2022) -> None:
    road.person = MINOR.model_copy(update={"birth_date": "2005-05-11"})
    road.to("transfer").do("record_adulthood", "4 09:00")
    assert road.limits("elig-limit-A") == []
    road.do("record_ground", exclusions=[])
    assert road.last_day("elig-limit-A") == "day 91"


def test_who_was_an_adult_when_the_dossier_was_opened_stays_one(road: MinorRoad2022) -> None:
    road.person = PERSON
    road.to("open")
    need = road.refused("record_adulthood", "0 09:00", by="ca", track_after_18="minor")["adulthood"]
    assert need.message_en == "The person was 18 when the dossier was opened"
