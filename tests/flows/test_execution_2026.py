"""Book 2026 from the delivery to the end of after-care: escape, leave, illness, prison, moves, death; days counted by hand.

The road's term runs from Sunday 11/10/2026: 24 months less 30 days in pending management end on Monday 11/09/2028 (day 735).
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.engine import act
from flows.refusals import Invalid
from models import clock
from models.law.limits import TIMEZONE
from tests.flows.road_2026 import FREE, Road

LATER = datetime(2033, 1, 1, 12, tzinfo=TIMEZONE)


@pytest.fixture
def road(road_store: Engine) -> Road:
    """A dossier on which years have passed."""
    return Road(road_store, now=LATER)


@pytest.fixture
def serving(road: Road) -> Road:
    """Delivered to the centre."""
    return road.to("deliver")


def days(road: Road, rule: str) -> list[str]:
    """The last day of each limit of a rule, as "day 3"."""
    return [f"day {(row['last_day'] - road.start).days}" for row in road.limits(rule)]


# ---------------------------------------------------------------- straight on
def test_an_adult_serves_and_ends_the_after_care(road: Road) -> None:
    road.to("end_aftercare")
    stages = [row["stage_after"] for row in road.rows("event", "seq")]
    assert list(dict.fromkeys(stages)) == [
        "police_collection", "health_determination", "court_decision", "execution", "after_care", "closed",
    ]  # fmt: skip
    assert {row["late_days"] for name in ("event", "time_limit") for row in road.rows(name)} == {None}
    assert all(row["ended_at"] for row in road.rows("time_limit") if row["due"])
    road.verify_chain()


@pytest.mark.parametrize(("rule", "day"), [
    ("p4-term", 735),
    # Thirty days before Monday 11/09/2028 is Saturday 12/08: back to Friday 11/08.
    ("p4-endnotice", 704),
    # Received on Monday 07/08/2028: Tuesday and Wednesday.
    ("p4-post-file", 702),
    ("p4-cert", 735),
    # Two years from 11/09/2028.
    ("p4-post-term", 1465),
    ("p4-es-term", 1465),
])  # fmt: skip
def test_its_limits_end_when_counted_by_hand(road: Road, rule: str, day: int) -> None:
    assert road.to("certify").last_day(rule) == f"day {day}"


def test_the_monitoring_order_has_twelve_hours_and_the_fitting_twenty_four(road: Road) -> None:
    road.to("fit_device")
    assert road.limit("p4-es-decide")["due"] == road.at("704 02:00")
    assert road.limit("p4-es-fit")["due"] == road.at("736 06:00")
    assert {road.limit(rule)["end"] for rule in ("p4-es-decide", "p4-es-fit")} == {"done"}


def test_nobody_is_certified_before_the_last_day_nor_with_another_day(road: Road) -> None:
    road.to("fit_device")
    assert "too_early" in road.refused("certify", "734 23:59", completed_on="day 734")
    assert set(road.refused("certify", "736 09:00", completed_on="day 736")) == {"completion_is_wrong"}
    done = road.do("certify", "736 09:00", completed_on="day 735")
    assert (done.state.stage, done.state.holder) == ("after_care", "ca")


def test_a_person_leaves_on_time_even_if_nothing_was_prepared(serving: Road) -> None:
    flaw = serving.invalid("certify", "735 09:00")["late_reason_required"]
    assert flaw.citation == "NĐ 163/2026/NĐ-CP Đ.123.1, 129.2"
    assert serving.do("certify", "735 09:00", late_reason="quên thông báo").state.stage == "after_care"


def test_after_care_ends_in_its_last_three_working_days(road: Road) -> None:
    # It ends on Wednesday 11/09/2030: 09, 10 and 11/09.
    road.to("open_aftercare")
    assert set(road.refused("end_aftercare", "1462 23:59")) == {"too_early"}
    assert road.do("end_aftercare", "1463 00:00").state.stage == "closed"


def test_an_adult_is_monitored_in_after_care_and_in_no_other_case(road: Road) -> None:
    road.to("propose_aftercare")
    for case in ("home", "substitution", "parents_request"):
        assert set(road.refused("decide_aftercare", monitoring_case=case)) == {"monitoring_case"}
    assert "missing" in road.invalid("decide_aftercare", monitoring_case=None)


# ---------------------------------------------------------------- escape
def test_days_of_escape_are_not_served(serving: Road) -> None:
    serving.do("escape", "100 22:00", escaped_at="100 20:00")
    assert serving.limit("p4-escape-notice")["due"] == serving.at("101 20:00")
    serving.do("notify_escape", "101 08:00", escape_notice_received_at="101 09:00")
    assert serving.limit("p4-term")["explanation"]["suspended"]
    serving.do("capture", "112 10:00", captured_at="110 09:00", evasion_ended_at=None)
    # Ten days out, from the 100th to the 110th, whatever day the capture is recorded.
    assert serving.last_day("p4-term") == "day 745"
    assert serving.last_day("p4-cert") == "day 745"
    # Thirty days before Thursday 21/09/2028 is Tuesday 22/08.
    assert serving.last_day("p4-endnotice") == "day 715"


def test_what_hangs_on_the_term_stands_still_with_it(serving: Road) -> None:
    serving.do("escape", "690 08:00", escaped_at="690 08:00")
    assert serving.limit("p4-endnotice")["explanation"]["suspended"]
    assert "no_longer_possible" in serving.refused("certify", "735 09:00")
    done = serving.do("capture", "800 08:00", captured_at="800 08:00", evasion_ended_at=None)
    assert done.event["late_days"] is None
    # 110 days out: the end moves from day 735 to day 845, the notice from 704 (a Saturday rolled back) to 815.
    assert (days(serving, "p4-term"), days(serving, "p4-endnotice")) == (["day 845"], ["day 815"])


def test_a_notice_given_in_time_is_not_due_again_for_a_few_days(serving: Road) -> None:
    serving.do("give_end_notice")
    serving.do("escape", "710 08:00", escaped_at="710 08:00")
    serving.do("capture", "713 08:00", captured_at="713 08:00", evasion_ended_at=None)
    assert [row["end"] for row in serving.limits("p4-endnotice")] == ["done"]


def test_an_early_notice_is_due_again_when_the_end_has_moved_far(serving: Road) -> None:
    serving.do("give_end_notice", "400 09:00", end_notice_received_at="400 10:00")
    serving.do("escape", "500 08:00", escaped_at="500 08:00")
    serving.do("capture", "600 08:00", captured_at="600 08:00", evasion_ended_at=None)
    assert [row["end"] for row in serving.limits("p4-endnotice")] == ["done", None]


def test_who_has_not_been_delivered_yet_and_escapes_is_delivered_after_the_capture(road: Road) -> None:
    road.to("receive_assignment", skip=FREE)
    road.do("escape", "33 20:00", by="ca-tinh", escaped_at="33 19:00")
    assert road.limits("p4-escape-notice") == []
    assert "no_longer_possible" in road.refused("deliver", credited_days=0)
    road.do("capture", "40 08:00", by="ca", captured_at="40 08:00", evasion_ended_at=None)
    assert "late_reason_required" in road.invalid(
        "deliver", "40 09:00", delivered_at="40 09:00", credited_days=0
    )
    road.do(
        "deliver",
        "40 09:00",
        delivered_at="40 09:00",
        term_from="day 40",
        credited_days=0,
        late_reason="bỏ trốn",
    )
    assert road.limit("p4-term")["last_day"].isoformat() == "2028-10-17"


def test_only_an_escape_is_told(serving: Road) -> None:
    assert set(serving.refused("notify_escape", "101 08:00", escape_notice_received_at="101 09:00")) == {
        "no_escape_to_tell"
    }


# ---------------------------------------------------------------- leave
def test_a_funeral_takes_five_days_that_are_served(serving: Road) -> None:
    asked: dict[str, Any] = {"funeral_application_at": "200 08:00", "funeral_from": "201 06:00"}
    assert "late_reason_required" in serving.invalid("leave_for_funeral", "201 08:00", **asked)
    serving.do("leave_for_funeral", "200 18:00", **asked)
    assert serving.last_day("p4-funeral") == "day 206"
    assert serving.limit("p4-funeral-decide")["due"] == serving.at("201 08:00")
    serving.do("return_from_leave", "206 17:00", returned_at="206 16:00")
    assert serving.last_day("p4-term") == "day 735"


def test_who_does_not_come_back_from_a_funeral_has_escaped(serving: Road) -> None:
    serving.do("leave_for_funeral", "200 18:00", funeral_application_at="200 08:00", funeral_from="201 06:00")
    serving.do("escape", "207 09:00", escaped_at="207 00:00")
    assert set(serving.refused("return_from_leave", "208 09:00", returned_at="208 09:00")) == {"act_missing"}
    serving.do("capture", "209 09:00", captured_at="209 09:00", evasion_ended_at=None)
    assert serving.last_day("p4-term") == "day 737"


def test_days_in_proceedings_are_served_and_may_be_prolonged(serving: Road) -> None:
    serving.do("leave_for_proceedings", "200 08:00", leave_until="210 17:00")
    serving.do("leave_for_proceedings", "209 08:00", leave_until="220 17:00")
    assert "no_longer_possible" in serving.refused(
        "leave_for_funeral", "210 18:00", funeral_application_at="210 08:00", funeral_from="211 06:00"
    )
    serving.do("return_from_leave", "220 17:00", returned_at="220 16:00")
    assert serving.last_day("p4-term") == "day 735"


# ---------------------------------------------------------------- illness
def test_treatment_at_home_is_served_and_who_recovers_in_time_returns(serving: Road) -> None:
    serving.do("suspend_serving", "300 08:00")
    # Three months before 11/09/2028: 11/06/2028.
    assert serving.last_day("p4-tdc") == "day 643"
    serving.do("resume_serving", "643 23:59", resumed_at="643 20:00")
    assert (serving.last_day("p4-term"), serving.limit("p4-tdc")["end"]) == ("day 735", "done")


def test_with_less_than_three_months_left_nobody_returns(serving: Road) -> None:
    serving.do("suspend_serving", "300 08:00")
    assert set(serving.refused("close", "643 09:00", closing_ground="no_return", by="cs")) == {
        "person_is_serving"
    }
    need = serving.refused("resume_serving", "644 00:00", resumed_at="644 00:00")["too_little_left"]
    assert (need.requirement, need.citation) == (
        "p4-tdc",
        "Luật 120/2025/QH15 Đ.39.3; NĐ 163/2026/NĐ-CP Đ.110.2",
    )
    assert serving.do("close", "650 09:00", closing_ground="no_return", by="cs").state.stage == "closed"


def test_the_term_may_also_run_out_during_the_treatment(serving: Road) -> None:
    serving.do("suspend_serving", "300 08:00")
    serving.do("give_end_notice")
    assert serving.do("certify").state.stage == "after_care"


def test_who_absconds_while_suspended_is_ordered_back_and_the_days_out_are_not_served(serving: Road) -> None:
    serving.do("suspend_serving", "300 08:00")
    serving.do("revoke", "320 08:00")
    assert serving.limit("p4-tdc")["end"] == "done"
    assert "act_missing" in serving.refused("resume_serving", "330 08:00", resumed_at="330 08:00")
    serving.do("escape", "321 08:00", escaped_at="310 00:00")
    serving.do("capture", "330 00:00", captured_at="330 00:00", evasion_ended_at=None)
    assert serving.last_day("p4-term") == "day 755"


def test_a_revoked_postponement_goes_on_with_the_delivery(road: Road) -> None:
    road.to("receive_assignment", skip=FREE).do("postpone", "33 20:00")
    road.do("revoke", "43 20:00")
    assert road.limit("p4-ex5")["due"] == road.at("44 14:00")
    road.do("deliver", "44 10:00", delivered_at="44 10:00", term_from="day 44", credited_days=0)


def test_the_rest_is_remitted_by_the_court(serving: Road) -> None:
    assert serving.do("release_remaining", "300 08:00").state.stage == "closed"
    assert serving.limit("p4-term")["end"] == "cancelled"


# ---------------------------------------------------------------- prison, transfer, death
def test_the_rest_of_the_term_is_served_after_prison(serving: Road) -> None:
    serving.do("interrupt_for_prison", "100 08:00", prison_from="100 08:00")
    assert "no_longer_possible" in serving.refused("certify", "735 09:00")
    serving.do("resume_serving", "465 08:00", resumed_at="465 08:00")
    assert serving.last_day("p4-term") == "day 1100"
    # Thirty days before day 1100 (11/09/2029, a Tuesday) is Sunday 12/08/2029: back to Friday 10/08.
    assert serving.last_day("p4-endnotice") == "day 1068"


def test_after_care_goes_on_after_prison_too(road: Road) -> None:
    road.to("open_aftercare")
    road.do("interrupt_for_prison", "800 08:00", by="ca", prison_from="800 08:00")
    assert "no_longer_possible" in road.refused("end_aftercare", "1465 09:00")
    road.do("resume_serving", "900 08:00", by="ca", resumed_at="900 08:00")
    assert (road.last_day("p4-post-term"), road.last_day("p4-es-term")) == ("day 1565", "day 1565")


def test_the_province_moves_a_person_to_another_centre(serving: Road) -> None:
    assert serving.do("transfer_centre", "200 08:00").state.holder == "cs-khac"
    assert set(serving.refused("transfer_centre", "201 08:00", centre="cs", transfer_ground="turned_18")) == {
        "no_move_at_eighteen"
    }


def test_the_family_of_the_dead_has_a_day(serving: Road) -> None:
    serving.do("record_death", "200 10:00", died_at="200 06:00", family_told_at="200 08:00")
    assert serving.limit("p4-death-family")["due"] == serving.at("201 08:00")
    assert serving.do("close", "201 09:00", by="cs").state.stage == "closed"
    assert serving.limit("p4-death-family")["end"] == "run_out"


@pytest.mark.parametrize("ground", ["excluded", "not_subject", "time_bar", "missing", "no_return", "relapse"])
def test_a_dossier_is_not_closed_over_someone_who_serves(serving: Road, ground: str) -> None:
    assert "person_is_serving" in serving.refused("close", "200 09:00", by="cs", closing_ground=ground)


# ---------------------------------------------------------------- the end without a home
HOMELESS: dict[str, Any] = {
    "verify_residence": {"residence": "none"},
    "request_determination": {"determination_case": "dd"},
}


@pytest.mark.parametrize("unable", [True, False])
def test_an_adult_without_a_home_is_referred_to_a_shelter_if_unable_to_work(road: Road, unable: bool) -> None:
    road.to("deliver", **HOMELESS, deliver={"unable_to_work": unable})
    # Fifteen days before Monday 11/09/2028 is Sunday 27/08: back to Friday 25/08.
    assert days(road, "p4-shelter") == (["day 718"] if unable else [])
    if unable:
        road.do("refer_to_shelter", "718 09:00")
        assert road.limit("p4-shelter")["end"] == "done"


def test_who_becomes_unable_to_work_is_referred_from_the_end_notice_on(road: Road) -> None:
    road.to("deliver", **HOMELESS, deliver={"unable_to_work": False})
    road.do("give_end_notice", unable_to_work=True)
    assert days(road, "p4-shelter") == ["day 718"]


# ---------------------------------------------------------------- after-care
def test_an_unreported_absence_does_not_count(road: Road) -> None:
    road.to("open_aftercare")
    road.do("record_absence", "900 08:00", absent_from="890 08:00")
    road.do("end_absence", "912 08:00", absent_until="910 08:00")
    assert road.last_day("p4-post-term") == "day 1485"
    assert road.last_day("p4-es-term") == "day 1485", "monitored as long as the after-care lasts"


def test_a_move_is_told_within_a_day(road: Road) -> None:
    road.to("open_aftercare")
    assert "late_reason_required" in road.invalid("move", "800 09:00", moved_at="799 08:00")
    assert road.do("move", "800 09:00", moved_at="799 10:00").state.holder == "ca-khac"
    assert road.limit("p4-move")["end"] == "done"


def test_a_relapse_opens_a_new_dossier_with_ground_d_and_closes_this_one(road: Road) -> None:
    road.to("open_aftercare")
    found: dict[str, Any] = {"relapse_found_at": "800 08:00"}
    assert set(road.refused("record_relapse", "800 09:00", **found, criminal_check="criminal")) == {
        "criminal_check"
    }
    assert "missing" in road.invalid("record_relapse", "800 09:00", **found, new_dossier=None)
    again = Road(road.store, now=LATER, start=road.at("800 00:00").date())
    again.to("notify_result", open={"entry": "after_care"}, request_determination={"determination_case": "d"})
    assert again.limits("p4-register") == [], "who relapses is not asked to register"
    again.do("record_ground", ground="d", ground_found_at="4 08:00")
    done = road.do(
        "record_relapse", "802 16:00", **found, new_dossier=str(again.rows("dossier")[0]["number"])
    )
    assert done.state.stage == "closed"
    assert road.limit("p4-post-term")["end"] == "cancelled"


def test_use_without_addiction_does_not_end_the_after_care(road: Road) -> None:
    road.to("open_aftercare")
    done = road.do("record_relapse", "800 09:00", relapse_found_at="800 08:00", relapse_result="not_addicted")
    assert done.state.stage == "after_care"


@pytest.mark.parametrize(
    ("ground", "closed"), [("death", True), ("off_the_list", True), ("no_return", False)]
)
def test_after_care_is_closed_on_the_grounds_of_the_law(road: Road, ground: str, closed: bool) -> None:
    road.to("open_aftercare")
    if closed:
        assert road.do("close", "800 09:00", closing_ground=ground).state.stage == "closed"
    else:
        assert "person_is_serving" in road.refused("close", "800 09:00", closing_ground=ground)


def test_escape_funeral_and_prison_on_one_way_leave_the_right_end(serving: Road) -> None:
    serving.do("escape", "100 08:00", escaped_at="100 08:00")
    serving.do("capture", "120 08:00", captured_at="120 08:00", evasion_ended_at=None)
    serving.do("leave_for_funeral", "200 09:00", funeral_application_at="200 08:00", funeral_from="201 06:00")
    serving.do("return_from_leave", "205 17:00", returned_at="205 16:00")
    serving.do("interrupt_for_prison", "300 08:00", prison_from="300 08:00")
    serving.do("resume_serving", "483 08:00", resumed_at="483 08:00")
    # 20 days out and 183 in prison, the funeral served: the end moves from day 735 to day 938 (02/04/2029, a Monday).
    assert serving.last_day("p4-term") == "day 938"
    # Thirty days before it is Saturday 03/03/2029: back to Friday 02/03.
    assert serving.last_day("p4-endnotice") == "day 907"
    serving.do("give_end_notice", "906 09:00", end_notice_received_at="906 10:00")
    done = serving.do("certify", "938 09:00", completed_on="day 938")
    assert (done.event["late_days"], serving.last_day("p4-post-term")) == (None, "day 1668")


# ---------------------------------------------------------------- papers
def test_end_notice_says_the_last_day_of_the_running_term(serving: Road) -> None:
    with clock.at(serving.now):
        asked = replace(serving.asked("give_end_notice"), particulars={"V-51": {}})
        [paper] = act(serving.store, asked, serving.calendar, dry_run=True).documents
    assert paper["form"] == "V-51"
    assert paper["context"]["ends_on"] == serving.limit("p4-term")["last_day"].isoformat() == "2028-09-11"


def test_term_that_stands_still_has_no_last_day_to_give_notice_of(serving: Road) -> None:
    serving.do("interrupt_for_prison", "100 08:00", prison_from="100 08:00")
    asked = replace(serving.asked("give_end_notice"), particulars={"V-51": {}})
    with clock.at(serving.now), pytest.raises(Invalid) as raised:
        act(serving.store, asked, serving.calendar, dry_run=True)
    assert [flaw.field for flaw in raised.value.flaws] == ["last_day"]
