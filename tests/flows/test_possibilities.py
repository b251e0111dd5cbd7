"""Every reason at once, and what can be done: the same code answers both."""

from typing import Any

import pytest

from flows.books import book
from flows.refusals import UnknownDossier
from models.law.loader import catalogue
from models.law.schema import Action
from tests.flows.road_2026 import Road


def test_every_reason_is_given_at_once(road: Road) -> None:
    road.to("notify_result", verify_residence={"competent_here": False})
    needs = road.refused(
        "record_ground",
        "2 17:00",
        role="auditor",
        ground="dd",
        exclusions=["pregnant"],
        criminal_check="criminal",
        ground_found_at="2 17:00",
        last_act_on="day 1",
    )
    assert set(needs) == {
        "needs_officer",
        "ground_not_proved",
        "agency_not_competent",
        "person_is_excluded",
        "criminal_check",
    }


def test_every_wrong_field_is_named_at_once(road: Road) -> None:
    road.to("verify_residence")
    flaws = road.invalid(
        "request_determination",
        facility=None,
        cooperative="maybe",
        colour="đỏ",
        request_received_at="sometime",
    )
    assert {"missing", "extra_forbidden", "bool_parsing"} <= set(flaws)
    assert all(flaw.message and flaw.field.startswith("facts.") for flaw in flaws.values())


SURE: dict[str, dict[str, Any]] = {
    "request_determination": {"determination_case": "b"},
    "record_ground": {"ground": "b"},
    "record_voluntary": {"late_registration_reason": "nằm viện"},
    "observe": {"substance_group": "opioid"},
    "decide_appeal": {"times": "first", "appeal_outcome": "changed"},
    "file_appeal": {"appeal_received_at": "25 09:00"},
}
"""Facts that fit wherever the act is tried."""


def at_moment(action: Action, when: str) -> dict[str, Any]:
    """Every instant and day an action records set to one moment; the days held since the fifth day."""
    types = {fact.name: catalogue()[fact.name].type for fact in action.facts if fact.required}
    day = when.split()[0]
    moments = {"instant": when, "day": f"day {day}"}
    held = {"credited_days": int(day) - 4} if "credited_days" in types else {}
    return held | {name: moments[kind] for name, kind in types.items() if kind in moments}


@pytest.mark.parametrize(
    ("done", "when", "by"),
    [
        ("open", "0 12:00", "ca"),
        ("verify_residence", "0 12:00", "ca"),
        ("request_determination", "0 14:00", "yt"),
        ("admit", "0 15:00", "yt"),
        ("issue_result", "2 16:00", "ca"),
        ("notify_result", "3 10:00", "ca"),
        ("record_ground", "4 09:00", "ca"),
        ("deliver_pending", "4 14:00", "cs"),
        ("notify_person", "5 09:00", "ca"),
        ("notify_person", "10 09:00", "ca"),
        ("register_file", "11 09:00", "ta"),
        ("accept", "11 10:00", "ca"),
        ("hold_session", "22 11:00", "ta"),
        ("send_decision", "25 09:00", "ta"),
        ("send_decision", "30 09:00", "ta"),
        ("take_effect", "31 09:00", "ca"),
        ("receive_request", "32 15:00", "ca-tinh"),
    ],
)
def test_what_is_said_to_be_possible_is_what_the_act_is_judged_by(
    road: Road, done: str, when: str, by: str
) -> None:
    road.to(done, open={"entry": "in_rehab"}, request_determination=SURE["request_determination"])
    stage = road.rows("dossier")[0]["stage"]
    found = road.possible(when, by)
    assert set(found) == {action.code for action in book("2026").actions if stage in action.stages}
    for code, possibility in found.items():
        facts = {**at_moment(possibility.action, when), **SURE.get(code, {})}
        unmet = {need.code for need in possibility.needs if not need.met}
        assert possibility.allowed == (not unmet)
        if possibility.allowed:
            road.do(code, when, by=by, late_reason="muộn", dry_run=True, **facts)
        else:
            assert set(road.refused(code, when, by=by, **facts)) == unmet, code


def test_a_possibility_tells_what_the_act_records(road: Road) -> None:
    road.to("compile")
    possibility = road.possible("4 15:30")["notify_person"]
    schema = possibility.facts_schema
    assert set(schema["required"]) == {"notice_receiver", "notice_received_at", "server"}
    assert schema["properties"]["notice_received_at"]["title"] == "Thời điểm nhận thông báo"
    assert [ref.id for ref in possibility.action.forms if not ref.given] == ["V-37", "V-23"]


def test_what_can_be_done_is_not_told_to_who_may_not_see_the_dossier(road: Road) -> None:
    road.to("open")
    with pytest.raises(UnknownDossier):
        road.possible("0 12:00", "ca-khac")
