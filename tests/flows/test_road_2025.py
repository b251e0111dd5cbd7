"""Book 2025-07 through the engine, from finding to after-care: no review body, the commune police check and send; days are counted by hand."""

from typing import Any

import pytest
from sqlalchemy import Engine

from models.law.loader import load_book
from tests.flows.road_2025 import MinorRoad202507, Road202507
from tests.flows.road_agencies import World
from tests.flows.test_road_2022 import nobody_was_late, rules, stages


@pytest.fixture(scope="module")
def straight(world: World) -> Road202507:
    """Nothing returned, nobody complaining, the term reduced so that it ends within the book."""
    road = Road202507(world[1])
    road.to("decide_aftercare")
    return road


def test_a_dossier_goes_from_the_commune_police_straight_to_court(straight: Road202507) -> None:
    assert stages(straight) == [
        "police_collection", "health_determination", "police_collection", "court_decision", "execution", "after_care",
    ]  # fmt: skip
    assert straight.rows("dossier")[0]["holder"] == "ub"
    assert nobody_was_late(straight)
    straight.verify_chain()


@pytest.mark.parametrize(("rule", "day"), [
    # Found on Monday 07/07/2025; residence known the same day: three working days each end on Thursday 10/07.
    ("resid-verify", 3),
    ("notify-use", 3),
    # Result on Wednesday 09/07: 10, 11, 14, 15 and 16/07.
    ("reg-voluntary", 9),
    # Minute on Thursday 17/07: 18 and 21/07; the file by 24/07.
    ("violation-explain", 14),
    ("p3-compile-term", 17),
    # Not registered by 16/07: three months, the first day counting for the person, end on 15/10.
    ("p3-thoihieu", 100),
    # Told on Tuesday 22/07: 23, 24, 25/07; three working days more end on Wednesday 30/07.
    ("p3-notice", 18),
    ("p3-transfer-law", 23),
    # The court has it on Monday 28/07; accepted on Tuesday 29/07: 15 days end on Wednesday 13/08.
    ("c3-accept", 22),
    ("c3-term", 37),
    # Announced on Thursday 07/08: 08, 11, 12, 13 and 14/08.
    ("c3-complaint", 38),
    # In force on Friday 15/08: three days; received on 18/08: Saturday 23/08 rolls to Monday 25/08.
    ("exec-send-A", 42),
    ("p3-exec", 49),
    # Twelve months from 20/08/2025 less 34 days in the facility and 90 reduced: 18/04/2026; fifteen days before it 03/04.
    ("term-A", 285),
    ("p3-endnotice", 270),
    # Home on 20/04, reported on Tuesday 21/04: 22, 23, 24/04.
    ("post-file", 291),
])  # fmt: skip
def test_its_limits_end_when_counted_by_hand(straight: Road202507, rule: str, day: int) -> None:
    assert straight.last_day(rule) == f"day {day}"


def test_only_the_ordinance_in_force_and_no_rule_of_the_review_runs(straight: Road202507) -> None:
    started = {row["rule"] for row in straight.rows("time_limit")}
    assert {rule for rule in started if rule.startswith(("c9-", "cm-", "review-", "send-", "file-"))} == set()
    assert {rule for rule in started if rule.startswith("p3-")} == {
        "p3-compile-term", "p3-thoihieu", "p3-notice", "p3-transfer-law", "p3-exec", "p3-endnotice",
    }  # fmt: skip


@pytest.mark.parametrize(("when", "warned", "late"), [
    ("21 23:59", False, None),
    ("22 00:00", True, None),
    ("23 23:59", True, None),
    ("24 00:00", False, 1),
    ("28 10:00", False, 5),
])  # fmt: skip
def test_past_one_working_day_the_decree_warns_and_past_three_the_law_is_broken(
    road_store: Engine, when: str, *, warned: bool, late: int | None
) -> None:
    # Read until Friday 25/07: the decree's day is Monday 28/07 (day 21), the law's third Wednesday 30/07 (day 23).
    road = Road202507(road_store)
    road.to("check_file")
    if late:
        flaw = road.invalid("send_to_court", when)["late_reason_required"]
        assert flaw.citation == load_book("2025-07").rule("p3-transfer-law").citation
    done = road.do("send_to_court", when, late_reason="chờ ý kiến" if late else None)
    assert done.event["late_days"] == late
    assert [need.citation for need in done.warnings] == (
        ["NĐ 116/2021/NĐ-CP Đ.42 (sửa đổi bởi NĐ 184/2025/NĐ-CP Đ.20.14)"] if warned else []
    )
    assert road.limits("p3-transfer-decree") == [], "one clock counts law and decree"


@pytest.fixture(scope="module")
def disputed(world: World) -> Road202507:
    """Returned by the chief and by the court, asked about, extended, suspended, fled from, and disputed to the province."""
    road = Road202507(world[1])
    road.to("notify_person")
    road.do(
        "check_file",
        "21 08:30",
        file_check="invalid",
        gaps=["Thiếu bản tường trình"],
        returned_file_received_at="21 09:00",
    )
    assert set(road.refused("send_to_court", "21 10:00")) == {"file_not_valid"}
    road.do("supplement", "22 09:00", supplement_received_at="22 10:00")
    road.do("check_file", "22 11:00", file_check="valid")
    assert set(road.refused("supplement", "22 12:00")) == {"file_not_returned"}
    road.do("send_to_court", "23 09:00")
    road.do("register_file", "23 14:00", file_received_at="23 14:00")
    road.do("return_incomplete", "24 09:00")
    road.do("supplement", "25 09:00")
    road.do("check_file", "25 10:00", file_check="valid")
    road.do("send_to_court", "25 11:00")
    road.do("register_file", "28 14:00", file_received_at="28 14:00")
    road.do("accept", "29 09:00")
    road.do("notify_acceptance", "30 09:00")
    road.do("query", "30 10:00", query_received_at="30 11:00")
    road.do("reply_query", "31 10:00")
    road.do("extend_term", "31 11:00")
    road.do("suspend", "35 09:00")
    road.do("escape", "36 09:00", escaped_at="36 08:00")
    road.do("capture", "37 09:00", captured_at="37 08:00", evasion_ended_at="37 08:00")
    road.do("resume", "42 09:00")
    road.do("open_session", "43 10:00", session_at="49 08:30")
    road.do("hold_session", "49 08:30", session_ended_at="49 10:00")
    road.do("decide", "49 10:00", announced_at="49 10:00", complaint_from="49 10:00")
    road.do("send_decision", "50 09:00", deliveries=[{"to": "Nguyễn Văn A", "received_at": "50 10:00"}])
    road.do("file_appeal", "51 09:00", appeal_received_at="51 09:00")
    road.do("forward_appeal", "52 09:00", appeal_file_received_at="52 15:00")
    assert set(road.refused("take_effect", "60 08:30", effective_on="day 60")) >= {"appeal_undecided"}
    road.do("decide_appeal", "63 09:00", term_months=12)
    road.do("take_effect", "64 08:30", effective_on="day 63")
    road.do(
        "send_effective", "65 09:00", effective_decision_received_at="65 10:00", person_served_at="65 11:00"
    )
    return road


def test_a_disputed_dossier_stays_with_police_and_courts(disputed: Road202507) -> None:
    assert stages(disputed) == [
        "police_collection", "health_determination", "police_collection", "court_decision", "police_collection",
        "court_decision", "execution",
    ]  # fmt: skip
    assert disputed.rows("dossier")[0]["holder"] == "ca"
    assert nobody_was_late(disputed)
    disputed.verify_chain()


@pytest.mark.parametrize(("rule", "days"), [
    # Back on Monday 28/07: 29 and 30/07; supplement there on 29/07: 30 and 31/07.
    ("p3-supplement", [23]),
    ("p3-after-supp", [24]),
    # Asked on Wednesday 06/08: 07 and 08/08.
    ("p3-query", [32]),
    # Accepted on Tuesday 05/08, extended to 30 days: 04/09; seven days stood still (11 to 18/08): 11/09.
    ("c3-term", [66]),
    # Back on 13/08 after the escape: three months, the first day counting, end on 12/11.
    ("p3-thoihieu", [128]),
    # Session decided on Tuesday 19/08: 20, 21, 22, 25, 26, 27 and 28/08.
    ("c3-session", [52]),
    # Announced on Monday 25/08: 26 to 29/08, then 03/09 after the national holiday.
    ("c3-complaint", [58]),
    # The complaint of 27/08 goes on by 29/08.
    ("c3-forward", [53]),
    # Received on Wednesday 10/09: Monday 15/09.
    ("p3-exec", [70]),
])  # fmt: skip
def test_limits_of_the_disputed_dossier_end_when_counted_by_hand(
    disputed: Road202507, rule: str, days: list[int]
) -> None:
    assert [(limit["last_day"] - disputed.start).days for limit in disputed.limits(rule)] == days


def test_the_first_return_ended_the_transfer_and_the_supplement_its_own_limit(disputed: Road202507) -> None:
    ends = {
        rule: disputed.limit(rule)["end"] for rule in ("p3-transfer-law", "p3-supplement", "p3-after-supp")
    }
    assert set(ends.values()) == {"done"}


def test_the_decision_is_executed_by_the_police_that_proposed_it(disputed: Road202507) -> None:
    needs = disputed.refused(
        "deliver", "66 10:00", by="ub", delivered_at="66 10:00", held_from="day 66", credited_days=30
    )
    assert needs["wrong_agency"].citation == load_book("2025-07").action("deliver").citation
    done = disputed.do("deliver", "66 10:00", delivered_at="66 10:00", held_from="day 66", credited_days=55)
    assert (done.state.holder, disputed.last_day("term-A")) == ("cs", "day 376"), (
        "11/09/2026 less 55 days: 18/07/2026"
    )


@pytest.fixture(scope="module")
def minor(world: World) -> MinorRoad202507:
    """A minor's dossier to the decision on after-care."""
    road = MinorRoad202507(world[1])
    road.to("decide_aftercare")
    return road


def test_a_minor_travels_the_same_stages_under_own_limits(minor: MinorRoad202507) -> None:
    assert stages(minor) == [
        "police_collection", "health_determination", "police_collection", "court_decision", "execution", "after_care",
    ]  # fmt: skip
    assert nobody_was_late(minor)
    started = rules(minor, "")
    assert {
        "read-M",
        "send-M",
        "cm-term",
        "cm-complaint",
        "term-M",
        "exec-end-notice-M",
        "post-term-M",
    } <= started
    assert {rule for rule in started if rule.startswith("c3-")} == set()
    assert started & {"p3-thoihieu", "p3-notice", "p3-transfer-law", "exec-limit-A", "term-A"} == set()


@pytest.mark.parametrize(("rule", "day"), [
    # The mother was told a day after the minor, on Wednesday 23/07: 24, 25, 28/07; the decree's day is 29/07.
    ("read-M", 21),
    ("send-M", 22),
    # Accepted on Wednesday 30/07: 14/08.
    ("cm-term", 38),
    # Six months from 20/08/2025 less 34 days: 17/01/2026; fifteen days before it is Friday 02/01, off: Wednesday 31/12.
    ("term-M", 194),
    ("exec-end-notice-M", 177),
    ("post-term-M", 559),
])  # fmt: skip
def test_a_minors_limits_end_when_counted_by_hand(minor: MinorRoad202507, rule: str, day: int) -> None:
    assert minor.last_day(rule) == f"day {day}"


def test_a_minors_file_goes_to_court_with_the_plan_that_protects_the_child(road_store: Engine) -> None:
    road = MinorRoad202507(road_store)
    road.to("check_file")
    assert "missing" in road.invalid("send_to_court", "22 09:00", management_plan=None)
    assert road.do("send_to_court").state.stage == "court_decision"


def test_a_minor_who_turns_18_waits_for_someone_to_choose_the_track(road_store: Engine) -> None:
    person = MinorRoad202507(road_store).person.model_copy(update={"birth_date": "2007-07-20"})
    road = MinorRoad202507(road_store, person=person)
    road.to("deliver_pending")
    assert set(road.refused("compile")) == {"track_unsettled"}
    road.do("record_adulthood", "14 09:00")
    assert road.last_day("p3-thoihieu") == "day 100"
    facts: dict[str, Any] = {"exclusions": []}
    road.do("compile", "15 15:00", **facts)
    road.do("notify_person", parents_receiver=None, parents_notice_received_at=None)
    assert road.limits("read-M") == []
    assert road.last_day("p3-notice") == "day 18"
