"""Limits as acts move them: run out, restarted, extended, standing still, credited, counted back, cancelled; late acts."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.refusals import Invalid
from models.law.limits import TIMEZONE
from tests.flows.road_2014 import Road2014
from tests.flows.road_2026 import CRITERIA, Road
from tests.flows.road_agencies import rows


def midnight_after(road: Road, day: int) -> datetime:
    return road.at(f"{day + 1} 00:00")


# ---------------------------------------------------------------- windows and what follows from their end
def test_a_window_runs_out_by_itself_and_the_next_limit_starts_at_its_end(road: Road) -> None:
    road.to("notify_person")
    reading, transfer = road.limit("p4-read"), road.limit("p4-transfer")
    assert road.last_day("p4-read") == "day 9", "Friday received; Monday, Tuesday, Wednesday"
    assert (reading["ended_at"], transfer["parent"]) == (None, reading["id"])
    assert transfer["starts_at"] == reading["due"] == midnight_after(road, 9)
    assert road.last_day("p4-transfer") == "day 10"
    done = road.do("send_to_court", "10 09:00")
    reading = road.limit("p4-read")
    assert (reading["end"], reading["ended_at"]) == ("run_out", midnight_after(road, 9))
    assert reading["ended_by"] == done.event["id"]
    assert road.limit("p4-transfer")["end"] == "done"


def test_reading_early_does_not_shorten_the_reading_time(road: Road) -> None:
    road.to("notify_person").do("record_reading", "7 09:00", reading_finished_at="7 09:00")
    assert "window_not_over" in road.refused("send_to_court", "8 09:00")
    assert road.limit("p4-read")["ended_at"] is None


def test_in_book_2014_reading_ends_the_notice_window(road_store: Engine) -> None:
    road = Road2014(road_store)
    road.to("notify_person")
    assert "window_not_over" in road.refused("send_to_justice", "7 10:00")
    road.do("record_reading", "7 09:00", reading_finished_at="7 08:30")
    assert (road.limit("p1-notice")["end"], road.limit("p1-notice")["ended_at"]) == (
        "used",
        road.at("7 08:30"),
    )
    assert road.do("send_to_justice", "7 10:00").state.stage == "justice_review"


def test_in_book_2014_the_unread_notice_runs_out_after_five_calendar_days(road_store: Engine) -> None:
    road = Road2014(road_store)
    road.to("notify_person")
    assert road.last_day("p1-notice") == "day 9"
    assert road.do("send_to_justice", "10 00:00").state.stage == "justice_review"
    assert road.limit("p1-notice")["end"] == "run_out"


def test_a_repeated_notice_starts_the_reading_and_what_follows_anew(road: Road) -> None:
    road.to("notify_person")
    first, transfer = road.limit("p4-read"), road.limit("p4-transfer")
    road.do("notify_person", "7 09:00", notice_received_at="7 10:00")
    assert [(row["end"], row["ended_at"]) for row in road.limits("p4-read")] == [
        ("restarted", road.at("7 09:00")),
        (None, None),
    ]
    assert [row["end"] for row in road.limits("p4-transfer")] == ["restarted", None]
    assert road.limit("p4-transfer")["parent"] == road.limit("p4-read")["id"] != first["id"]
    assert road.last_day("p4-read") == "day 10"
    assert road.last_day("p4-transfer") == "day 11"
    assert unmoved(road, first, transfer)
    assert "window_not_over" in road.refused("send_to_court", "10 09:00")
    road.do("send_to_court", "11 09:00")


def test_the_notice_given_last_counts_even_when_it_was_received_first(road: Road) -> None:
    road.to("compile").do("notify_person", notice_received_at="8 16:00")
    road.do("notify_person", "4 17:00", notice_received_at="4 18:00")
    assert road.last_day("p4-read") == "day 9"
    assert road.do("send_to_court", "10 09:00").state.stage == "court_decision"


def test_a_notice_after_a_return_starts_the_reading_again(road: Road) -> None:
    road.to("register_file").do("return_incomplete", "11 09:00")
    road.do("notify_person", "11 15:00", notice_received_at="11 16:00")
    assert [row["end"] for row in road.limits("p4-read")] == ["run_out", None]
    assert [row["end"] for row in road.limits("p4-transfer")] == ["done", None]
    assert "window_not_over" in road.refused("send_to_court", "14 09:00")
    road.do("send_to_court", "17 09:00")


def unmoved(road: Road, *before: dict[str, Any]) -> bool:
    """Whether ended limits still say what they said, but for their end and the ladder they left."""
    ended = ("ended_at", "ended_by", "end", "late_days", "next_rung_at")
    now = {row["id"]: row for row in road.rows("time_limit")}
    return all(now[row["id"]][name] == row[name] for row in before for name in row if name not in ended)


# ---------------------------------------------------------------- late, and on time
def test_a_late_act_asks_for_a_reason_and_names_rule_and_article(road: Road) -> None:
    road.to("notify_person")
    flaw = road.invalid("send_to_court", "14 09:00")["late_reason_required"]
    assert flaw.field == "late_reason"
    assert "Chuyển hồ sơ đến Tòa án" in flaw.message
    assert "4 ngày" in flaw.message
    assert flaw.citation == "Luật 120/2025/QH15 Đ.35.3.d, 36.2.d; NĐ 163/2026/NĐ-CP Đ.102.4, 105.4"
    assert "late_reason_required" in road.invalid("send_to_court", "14 09:00", late_reason="  ")


def test_a_late_act_with_a_reason_is_taken_and_marked(road: Road) -> None:
    done = road.to("notify_person").do("send_to_court", "14 09:00", late_reason="mưa lũ")
    assert road.limit("p4-transfer")["late_days"] == 4
    [event] = [row for row in road.rows("event") if row["action"] == "send_to_court"]
    assert event["late_days"] == done.event["late_days"] == 4
    [facts] = rows(road.store, "SELECT facts FROM event_facts WHERE event = :id", id=event["id"])
    assert facts["facts"]["late_reason"] == "mưa lũ"
    assert "late_reason" not in road.rows("dossier")[0]["facts"], (
        "a reason belongs to the act, not to the dossier"
    )


@pytest.mark.parametrize(
    ("when", "late"), [("10 23:59", None), ("11 00:00", 1), ("11 00:01", 1), ("12 00:01", 2)]
)
def test_a_day_limit_is_kept_until_midnight(road: Road, when: str, late: int | None) -> None:
    road.to("notify_person").do("send_to_court", when, late_reason="muộn")
    assert road.limit("p4-transfer")["late_days"] == late


@pytest.mark.parametrize(
    ("when", "late"), [("0 07:29", None), ("1 07:29", None), ("1 07:30", 1), ("2 07:31", 2)]
)
def test_an_hour_limit_is_kept_to_the_minute(road: Road, when: str, late: int | None) -> None:
    road.do("open", entry="test")
    if when == "0 07:29":
        assert "before_its_start" in road.invalid("verify_residence", residence_verified_at=when)
        return
    road.do("verify_residence", "4 09:00", residence_verified_at=when, late_reason="xa")
    assert road.limit("p4-test-resid")["late_days"] == late, "what counts is when the residence was known"


def test_remote_places_have_forty_eight_hours_from_the_finding(road: Road) -> None:
    road.do("open", entry="test", remote=True)
    assert road.limit("p4-test-resid")["due"] == road.at("2 07:00")


def test_an_act_on_time_is_not_late_whatever_reason_is_given(road: Road) -> None:
    road.to("notify_person").do("send_to_court", late_reason="thừa")
    assert road.limit("p4-transfer")["late_days"] is None


def test_several_late_limits_are_all_named(road: Road) -> None:
    road.to("request_determination", request_determination={"in_custody": True, "custody_from": "0 07:00"})
    road.to("admit").do("observe", "0 15:00", substance_group="opioid")
    with pytest.raises(Invalid, match="Theo dõi trạng thái cai") as raised:
        road.do("issue_result", "9 14:00", result_at="9 14:00")
    assert {flaw.code for flaw in raised.value.flaws} == {"late_reason_required"}
    assert len(raised.value.flaws) == 2
    road.do("issue_result", "9 14:00", result_at="9 14:00", late_reason="thiếu thuốc thử")
    assert (road.limit("health-observe")["late_days"], road.limit("health-result")["late_days"]) == (6, 2)
    assert road.rows("event", "seq")[-1]["late_days"] == 6, "the longest"


@pytest.mark.parametrize(
    ("when", "warned", "late"),
    [("30 10:00", False, None), ("31 10:00", True, None), ("45 23:00", True, None), ("46 10:00", False, 1)],
)
def test_past_the_first_of_two_amounts_is_a_warning_past_the_second_is_late(
    road_store: Engine, when: str, warned: bool, late: int | None
) -> None:
    road = Road2014(road_store)
    road.to("hold_session")
    limit = road.limit("p1-court-term")
    assert (limit["warning_due"], limit["due"]) == (midnight_after(road, 30), midnight_after(road, 45))
    changed: dict[str, Any] = {"announced_at": when, "complaint_from": when}
    if late:
        assert "late_reason_required" in road.invalid("decide", when, **changed)
    done = road.do("decide", when, late_reason="bận" if late else None, **changed)
    assert [need.requirement for need in done.warnings] == (["p1-court-term"] if warned else [])
    assert road.limit("p1-court-term")["late_days"] == late


# ---------------------------------------------------------------- extended, standing still, anew
def test_the_courts_term_is_extended_once_to_thirty_days(road: Road) -> None:
    road.to("accept")
    assert road.last_day("c3-term") == "day 28", "day 26 is a Saturday"
    road.do("extend_term", "20 09:00")
    assert road.last_day("c3-term") == "day 42", "from the same start; day 41 is a Sunday"
    assert "Gia hạn" in road.limit("c3-term")["explanation"]["journal"][0]
    assert set(road.refused("extend_term", "21 09:00")) == {"already_done"}


@pytest.mark.parametrize("days", [31, 15, 14, 0])
def test_the_courts_term_is_not_extended_beyond_thirty_days_nor_shortened(road: Road, days: int) -> None:
    road.to("accept")
    flaw = road.invalid("extend_term", "20 09:00", extended_days=days)["fact_needed"]
    assert flaw.citation == "PL 03/2022/UBTVQH15 Đ.8"
    assert road.limit("c3-term")["ledger"] == []


def test_a_term_that_has_run_out_is_not_extended(road: Road) -> None:
    road.to("accept")
    assert "đã hết" in road.invalid("extend_term", "29 00:00")["fact_needed"].message
    assert road.do("extend_term", "28 23:59").state.version


def test_a_suspended_term_moves_by_the_days_it_stood_still(road: Road) -> None:
    road.to("accept").do("suspend", "15 09:00")
    assert road.limit("c3-term")["explanation"]["suspended"] is True
    road.do("resume", "25 09:00")
    assert road.last_day("c3-term") == "day 36", "26 and ten days"
    assert road.limit("c3-term")["explanation"]["suspended"] is False
    road.do("suspend", "30 09:00")
    road.do("resume", "33 09:00")
    assert road.last_day("c3-term") == "day 39"
    assert [entry["kind"] for entry in road.limit("c3-term")["ledger"]] == ["suspended", "suspended"]


def test_nobody_is_late_while_the_term_stands_still(road: Road) -> None:
    road.to("hold_session").do("suspend", "22 11:00")
    done = road.do("terminate", "60 09:00", announced_at="60 09:00", complaint_from="60 09:00")
    assert done.event["late_days"] is None
    assert road.limit("c3-term")["late_days"] is None


def test_a_suspension_after_the_term_has_run_out_saves_nobody(road: Road) -> None:
    road.to("hold_session").do("suspend", "30 09:00")
    assert road.last_day("c3-term") == "day 28"
    assert road.limit("c3-term")["explanation"]["suspended"] is False
    decided: dict[str, Any] = {"announced_at": "40 09:00", "complaint_from": "40 09:00"}
    assert "late_reason_required" in road.invalid("terminate", "40 09:00", **decided)


def test_a_term_extended_while_it_stands_still_goes_on_as_one(road: Road) -> None:
    road.to("hold_session").do("suspend", "22 11:00")
    road.do("extend_term", "24 09:00")
    assert road.limit("c3-term")["explanation"]["suspended"] is True
    road.do("resume", "32 11:00")
    assert [entry.get("until") for entry in road.limit("c3-term")["ledger"]] == [
        "2026-10-09T11:00:00+07:00",
        None,
    ]
    assert road.last_day("c3-term") == "day 51", "41 and ten days"
    road.do("suspend", "33 09:00")
    assert road.limit("c3-term")["explanation"]["suspended"] is True


def test_after_the_pause_the_court_can_be_late(road: Road) -> None:
    road.to("hold_session").do("suspend", "22 11:00")
    road.do("resume", "32 11:00")
    assert road.last_day("c3-term") == "day 36"
    assert "late_reason_required" in road.invalid(
        "decide", "37 09:00", announced_at="37 09:00", complaint_from="37 09:00"
    )
    road.do("decide", "36 16:00", announced_at="36 16:00", complaint_from="36 16:00")


def test_the_end_of_an_evasion_restarts_the_time_bar(road: Road) -> None:
    road.to("record_ground")
    before = road.limit("p4-thoihieu")
    assert before["last_day"] == date(2026, 12, 9), "three months, the first day counted"
    assert before["explanation"]["other_reading"]["last_day"] == "2026-12-10"
    assert set(road.refused("end_evasion", "20 09:00", evasion_ended_at="20 09:00")) == {"act_missing"}
    road.do("record_evasion", "10 09:00")
    road.do("end_evasion", "60 09:00", evasion_ended_at="60 08:00")
    [after] = road.limits("p4-thoihieu")
    assert (after["id"], after["last_day"]) == (before["id"], date(2027, 2, 5))
    road.do("record_evasion", "70 09:00")
    road.do("end_evasion", "80 09:00", evasion_ended_at="80 08:00")
    assert road.limit("p4-thoihieu")["last_day"] == date(2027, 2, 25)


def test_an_evasion_that_ended_before_the_last_act_leaves_the_time_bar_as_it_is(road: Road) -> None:
    road.to("notify_result").do("record_evasion", "2 17:00")
    road.to("record_ground")
    road.do("end_evasion", "5 09:00", evasion_ended_at="2 20:00")
    [limit] = road.limits("p4-thoihieu")
    assert (limit["last_day"], limit["ledger"]) == (date(2026, 12, 9), [])


def test_a_capture_restarts_the_time_bar_but_the_centre_still_tells_of_the_escape(road: Road) -> None:
    road.to("deliver_pending").do("escape", "5 09:00", escaped_at="5 08:00")
    assert road.limit("p4-escape-notice")["due"] == road.at("6 08:00")
    road.do("capture", "6 07:00", captured_at="6 06:00", evasion_ended_at="6 06:00")
    assert road.limit("p4-escape-notice")["end"] is None
    road.do("notify_escape", "6 07:30", escape_notice_received_at="6 07:45")
    assert road.limit("p4-escape-notice")["end"] == "done"
    assert road.limit("p4-thoihieu")["last_day"] == date(2026, 12, 12)
    assert road.do("escape", "7 09:00", escaped_at="7 08:00").state.version, "it can happen again"


def test_force_majeure_restarts_a_running_registration(road: Road) -> None:
    road.to("notify_result")
    assert road.limit("p4-register")["due"] == road.at("3 16:00")
    road.do("record_force_majeure", "3 10:00", force_majeure_until="3 09:00")
    [limit] = road.limits("p4-register")
    assert (limit["due"], limit["end"]) == (road.at("4 09:00"), None)
    assert set(road.refused("record_ground", "4 08:00")) == {"ground_not_proved"}
    road.do("record_ground", "4 09:00")


def test_force_majeure_known_only_afterwards_reopens_the_registration(road: Road) -> None:
    road.to("notify_result").do("record_evasion", "4 08:00")
    ended = road.limit("p4-register")
    assert (ended["end"], ended["ended_at"]) == ("run_out", road.at("3 16:00"))
    road.do("record_force_majeure", "6 10:00", force_majeure_until="6 08:00")
    again = road.limits("p4-register")
    assert [(row["due"], row["end"]) for row in again] == [
        (road.at("3 16:00"), "run_out"),
        (road.at("7 08:00"), None),
    ]
    assert unmoved(road, ended)
    assert "ground_not_proved" in road.refused("record_ground", "7 07:59")
    road.do("record_voluntary", "7 07:00", registered_at="7 07:00")
    assert road.limit("p4-register")["end"] == "used"


def test_force_majeure_at_the_execution_leaves_the_registration_alone(road: Road) -> None:
    road.to("receive_assignment").do("record_force_majeure", "34 09:00", force_majeure_until="34 08:00")
    assert [row["end"] for row in road.limits("p4-register")] == ["run_out"]
    assert road.limit("p4-ex5")["due"] == road.at("35 08:00")


def test_the_start_of_rehab_has_two_working_days_and_force_majeure_counts_them_anew(road: Road) -> None:
    road.to("notify_result").do("record_voluntary", "3 09:00", registered_at="3 09:00")
    road.do("decide_voluntary", "4 08:00", voluntary_decided_at="4 08:00")
    assert road.last_day("p4-notdone") == "day 8"
    road.do("record_force_majeure", "9 10:00", force_majeure_until="9 09:00")
    assert [row["end"] for row in road.limits("p4-notdone")] == ["run_out", None]
    assert road.last_day("p4-notdone") == "day 11"
    assert [row["end"] for row in road.limits("p4-register")] == ["used"], "a used right does not come back"


# ---------------------------------------------------------------- inside another, less credit, counted back
@pytest.mark.parametrize(("group", "when", "day"), [("opioid", "0 15:00", 3), ("opioid", "5 15:00", 7), ("stimulant", "3 15:00", 7), ("cannabis", "0 15:00", 5)])  # fmt: skip
def test_observation_never_outlasts_the_time_for_the_result(
    road: Road, group: str, when: str, day: int
) -> None:
    road.to("admit").do("observe", when, substance_group=group)
    assert road.last_day("health-result") == "day 7", "five days end on a Saturday and roll"
    limit = road.limit("health-observe")
    assert limit["due"] == midnight_after(road, day)
    assert road.last_day("health-observe") == f"day {day}"
    assert limit["explanation"]["last_day"] == str(limit["last_day"])
    assert any("Trả kết quả" in line for line in limit["explanation"]["journal"]) == (day == 7)


def test_the_term_is_less_the_days_credited_and_what_hangs_on_its_end_moves_with_it(road: Road) -> None:
    road.to("deliver")
    term = road.limit("p4-term")
    assert term["last_day"] == date(2028, 10, 11) - timedelta(30)
    assert term["ledger"][0]["days"] == 30
    assert "Trừ 30 ngày" in term["explanation"]["journal"][0]
    notice, certificate = road.limit("p4-endnotice"), road.limit("p4-cert")
    assert notice["parent"] == certificate["parent"] == term["id"]
    assert notice["last_day"] == date(2028, 8, 11), "rolled back: 12 August 2028 is a Saturday"
    assert (certificate["opens"], certificate["due"]) == (term["due"] - timedelta(hours=24), term["due"])
    assert len(road.limits("p4-endnotice")) == len(road.limits("p4-cert")) == 1
    assert road.limits("p4-shelter") == []


def test_who_has_no_residence_is_referred_to_a_shelter_before_the_end(road: Road) -> None:
    road.to(
        "deliver",
        verify_residence={"residence": "none"},
        request_determination={"determination_case": "dd"},
        deliver={"unable_to_work": True},
    )
    [shelter] = road.limits("p4-shelter")
    assert shelter["parent"] == road.limit("p4-term")["id"]
    assert shelter["last_day"] == date(2028, 8, 25), "27 August 2028 is a Sunday"


def test_a_term_of_the_second_time_is_thirty_six_months(road: Road) -> None:
    road.to(
        "deliver",
        skip=("place_pending", "deliver_pending"),
        decide={"times": "repeat"},
        deliver={"credited_days": 0},
    )
    assert road.limit("p4-term")["last_day"] == date(2029, 10, 11)
    assert road.limit("p4-term")["ledger"] == []


# ---------------------------------------------------------------- the end of a dossier
def test_closing_cancels_what_is_open_and_leaves_what_has_ended(road: Road) -> None:
    road.to("record_ground")
    ended = [row for row in road.rows("time_limit") if row["ended_at"]]
    done = road.do("close", "8 09:00")
    assert done.state.stage == "closed"
    limits = road.rows("time_limit")
    assert {row["rule"]: row["end"] for row in limits} == {
        "health-result": "done",
        "p4-determine-who": "cancelled",
        "p4-register": "run_out",
        "p4-compile": "cancelled",
        "p4-thoihieu": "cancelled",
    }
    assert all(row["ended_at"] == road.at("8 09:00") for row in limits if row["end"] == "cancelled")
    assert [row for row in limits if row["id"] in {one["id"] for one in ended}] == ended


def test_a_limit_without_a_number_has_no_clock_and_says_why(road: Road) -> None:
    road.to("open_session")
    limit = road.limit("c3-session-notice")
    assert (limit["due"], limit["last_day"]) == (None, None)
    assert limit["explanation"] == {
        "clock": "unread",
        "citation": "PL 03/2022/UBTVQH15 Đ.17",
        "confirmed": False,
    }


def test_a_limit_ended_before_it_started_is_a_wrong_fact(road: Road) -> None:
    road.to("admit")
    flaw = road.invalid("issue_result", "0 16:00", criteria=CRITERIA, result_at="0 13:00")
    assert set(flaw) == {"before_its_time"}
    road.to("receive_decision", skip=("place_pending", "deliver_pending"))
    assert road.limit("p4-ex1")["due"] == datetime(2026, 10, 9, 9, tzinfo=TIMEZONE)


def test_a_limit_asks_for_the_fact_it_is_counted_from(road: Road) -> None:
    road.do("open", entry="handed_over", test_result_at=None)
    assert road.invalid("verify_residence")["fact_needed"].field == "facts.test_result_at"
    road.do("verify_residence", test_result_at="0 07:00")
    assert road.limit("p4-user-mgmt")["due"] == road.at("1 07:00")
