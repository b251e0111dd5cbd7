"""Open dossiers on 01/03/2025 and on 01/07/2025: where they land, who holds them, and that running limits keep their length."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.engine import Act, act
from flows.migration import plan_migration
from flows.refusals import Refused
from flows.writing import Done
from models import clock
from models.law.calendar import baseline
from models.law.loader import load_book
from tests.flows.road_2022 import MONDAY_2023, Road2022
from tests.flows.road_2022_minor import MinorRoad2022
from tests.flows.road_2025 import STEPS_2025_03, STEPS_2025_07, Road202503
from tests.flows.road_2026 import Road, Step
from tests.flows.road_agencies import actor
from tests.flows.test_guards_2025 import FILE

FEBRUARY = date(2025, 2, 3)
"""A Monday; 01/03/2025 is day 26."""
NOVEMBER = date(2024, 11, 18)
"""A Monday; 01/03/2025 is day 103, 01/07/2025 day 225."""
JUNE = date(2025, 6, 9)
"""A Monday; 01/07/2025 is day 22."""


def migrate(road: Road, when: str, by: str, **facts: str) -> Done:
    """Moves the dossier into the next book."""
    asked = Act(road.id, "migrate", facts, road.at(when), actor(by), road.version)
    with clock.at(road.now):
        done = act(road.store, asked, baseline(), how=plan_migration)
    road.version = done.state.version
    return done


def take(road: Road, steps: dict[str, Step], action: str, when: str, **given: Any) -> Done:
    """Does a step of the book the dossier is in now."""
    step = steps[action]
    facts = road.dated({**step.facts, **{name: value for name, value in given.items() if name != "by"}})
    facts = {name: value for name, value in facts.items() if value is not None}
    asked = Act(road.id, action, facts, road.at(when), actor(given.get("by", step.by)), road.version)
    with clock.at(road.now):
        done = act(road.store, asked, baseline())
    road.version = done.state.version
    return done


def ended(road: Road, rule: str) -> list[str | None]:
    """How the limits of a rule ended, in order."""
    return [limit["end"] for limit in road.limits(rule)]


def test_a_file_with_the_labour_office_goes_back_to_the_police_who_send_it(road_store: Engine) -> None:
    road = Road2022(road_store, start=FEBRUARY).to("receive")
    assert set(road.refused("transfer_to_court", "26 09:00")) >= {"book_has_ended"}
    with pytest.raises(Refused) as refused:
        migrate(road, "26 10:00", "ub")
    assert {need.requirement for need in refused.value.needs} == {"compiler"}
    done = migrate(road, "26 10:00", "ub", compiler="ca", committee="ub")
    assert (done.state.book, done.state.stage, done.state.holder) == ("2025-03", "police_collection", "ca")
    assert ended(road, "review-A") == ["cancelled"]
    sent = take(road, STEPS_2025_03, "send_to_court", "27 09:00")
    assert (sent.state.stage, sent.state.holder) == ("court_decision", "ta")


def test_a_reading_window_keeps_its_length_over_the_first_of_march(road_store: Engine) -> None:
    # Told on Thursday 27/02/2025 (day 24): 28/02, 03/03 and 04/03 (day 29).
    road = Road2022(road_store, start=FEBRUARY).to("compile")
    road.do("notify_person", "24 16:00", notice_received_at="24 16:30")
    migrate(road, "26 09:00", "ub", compiler="ca")
    assert (road.last_day("read-A"), ended(road, "send-A"), ended(road, "elig-limit-A")) == (
        "day 29",
        ["cancelled"],
        [None],
    )
    with pytest.raises(Refused) as refused:
        take(road, STEPS_2025_03, "send_to_court", "29 23:59")
    assert {need.code for need in refused.value.needs} == {"window_not_over"}
    take(road, STEPS_2025_03, "send_to_court", "30 00:00")


def test_a_case_in_court_goes_on_there_and_the_police_answer(road_store: Engine) -> None:
    road = Road2022(road_store, start=FEBRUARY).to("accept")
    before = road.limit("c3-term")["due"]
    done = migrate(road, "26 09:00", "ub", compiler="ca")
    assert (done.state.stage, done.state.holder, road.limit("c3-term")["due"]) == (
        "court_decision",
        "ta",
        before,
    )
    take(road, STEPS_2025_03, "notify_acceptance", "28 09:00")
    take(road, STEPS_2025_03, "query", "28 10:00", query_received_at="28 11:00")
    take(road, STEPS_2025_03, "reply_query", "29 09:00")
    take(road, STEPS_2025_03, "open_session", "29 11:00", session_at="36 08:30")
    assert road.last_day("c3-session") == "day 38", "04/03/2025: 05, 06, 07, 10, 11, 12 and 13/03"


def test_a_case_accepted_under_the_ordinance_of_2014_keeps_its_running_limit(road_store: Engine) -> None:
    road = Road2022(road_store, start=date(2022, 12, 5)).to("register_file")
    road.do("accept", "57 09:00", late_reason="chờ hồ sơ")
    before = road.limit("c9-term")["due"]
    migrate(road, "820 09:00", "ub", compiler="ca")
    limit = road.limit("c9-term")
    assert (limit["due"], limit["stands_for"], limit["end"]) == (before, "c3-term", None)


def test_before_the_delivery_the_police_take_over_from_the_labour_office(road_store: Engine) -> None:
    # Received on Wednesday 26/02/2025: five days end on Monday 03/03 (day 105).
    road = Road2022(road_store, start=NOVEMBER).to("take_effect")
    road.do(
        "send_effective",
        "100 09:00",
        late_reason="chờ",
        effective_decision_received_at="100 10:00",
        person_served_at="100 11:00",
    )
    assert migrate(road, "103 09:00", "ub", compiler="ca").state.holder == "ca"
    assert road.last_day("exec-take") == "day 105"
    done = take(
        road,
        STEPS_2025_03,
        "deliver",
        "104 10:00",
        delivered_at="104 10:00",
        held_from="day 104",
        credited_days=94,
    )
    assert (done.state.holder, ended(road, "exec-take")) == ("cs", ["done"])


def test_the_court_that_has_not_sent_its_decision_yet_keeps_the_dossier(road_store: Engine) -> None:
    road = Road2022(road_store, start=NOVEMBER).to("take_effect")
    assert migrate(road, "103 09:00", "ub", compiler="ca").state.holder == "ta"
    with pytest.raises(Refused):
        migrate(road, "103 10:00", "ta")


def test_who_is_in_the_centre_stays_there_through_both_changes_and_ends_the_term(road_store: Engine) -> None:
    road = Road2022(road_store, start=NOVEMBER).to("deliver")
    term, notice = road.last_day("term-A"), road.last_day("exec-end-notice")
    assert (term, notice) == ("day 375", "day 360"), (
        "03/01/2025 and twelve months less 36 days: 28/11/2025; 13/11"
    )
    assert migrate(road, "103 09:00", "cs").state.holder == "cs"
    done = migrate(road, "225 09:00", "cs")
    assert (done.state.book, done.state.stage, done.state.holder) == ("2025-07", "execution", "cs")
    assert (road.last_day("term-A"), road.last_day("exec-end-notice")) == (term, notice)
    assert road.limit("exec-end-notice")["stands_for"] == "p3-endnotice"
    take(road, STEPS_2025_07, "give_end_notice", "350 09:00")
    assert ended(road, "exec-end-notice") == ["done"]
    certified = take(road, STEPS_2025_07, "certify", "376 09:00", completed_on="day 375")
    assert (certified.state.stage, certified.state.holder) == ("after_care", "ub")
    take(road, STEPS_2025_07, "report_home", "378 09:00", by="ub", home_on="day 377", reported_at="378 09:00")
    take(
        road,
        STEPS_2025_07,
        "propose_aftercare",
        "379 09:00",
        by="ub",
        aftercare_proposal_received_at="379 10:00",
    )
    assert take(road, STEPS_2025_07, "decide_aftercare", "380 09:00").state.holder == "ub"


def test_after_care_stays_with_the_committee_and_ends_on_its_day(road_store: Engine) -> None:
    # Two years from 18/05/2024: 18/05/2026, day 1106 from 08/05/2023.
    road = Road2022(road_store, start=MONDAY_2023).to("decide_aftercare")
    migrate(road, "663 09:00", "ub")
    assert migrate(road, "785 09:00", "ub").state.book == "2025-07"
    assert road.last_day("post-term-A") == "day 1106"
    assert take(road, STEPS_2025_07, "end_aftercare", "1107 00:00").state.stage == "closed"


def test_a_minors_limits_go_on_as_well(road_store: Engine) -> None:
    road = MinorRoad2022(road_store, start=FEBRUARY).to("accept")
    migrate(road, "26 09:00", "ub", compiler="ca")
    assert {limit["end"] for rule in ("cm-term", "cm-check", "cm-other") for limit in road.limits(rule)} == {
        None
    }


def test_a_reading_window_goes_on_in_the_place_of_the_new_law_and_the_chief_checks_the_file(
    road_store: Engine,
) -> None:
    # Told on Thursday 26/06/2025 (day 17): 27, 30/06 and 01/07 (day 22).
    road = Road202503(road_store, start=JUNE).to("compile")
    road.do("notify_person", "17 16:00", notice_received_at="17 16:30")
    done = migrate(road, "22 09:00", "ca")
    assert (done.state.book, done.state.stage, done.state.holder) == ("2025-07", "police_collection", "ca")
    window = road.limit("read-A")
    assert (window["stands_for"], road.last_day("read-A"), ended(road, "t25-limits")) == (
        "p3-notice",
        "day 22",
        ["cancelled"],
    )
    with pytest.raises(Refused) as refused:
        take(road, STEPS_2025_07, "check_file", "22 23:59")
    assert {need.code for need in refused.value.needs} == {"window_not_over"}
    take(road, STEPS_2025_07, "check_file", "23 08:30")
    with pytest.raises(Refused) as refused:
        take(road, STEPS_2025_07, "send_to_court", "23 09:00")
    assert {need.code for need in refused.value.needs} == {"criminal_check"}
    sent = take(
        road,
        STEPS_2025_07,
        "send_to_court",
        "23 09:00",
        criminal_check="not_criminal",
        criminal_check_basis="đã xác minh",
    )
    assert sent.state.stage == "court_decision"


def test_a_unit_that_compiled_its_case_hands_it_over_to_be_made_anew(road_store: Engine) -> None:
    road = Road202503(road_store, start=JUNE)
    unit: dict[str, Any] = {"by": "ca-tinh"}
    road.to("admit", open={**unit, "entry": "police_case"}, verify_residence=unit, notify_use=unit,
            request_determination={**unit, "determination_ground": "community_education"})  # fmt: skip
    road.do("issue_result")
    for action in FILE:
        road.do(action, **unit)
    assert migrate(road, "22 09:00", "ca-tinh").state.holder == "ca-tinh"
    moved = take(road, STEPS_2025_07, "transfer", "22 10:00", transfer_received_at="22 11:00")
    assert (moved.state.holder, "compile" in moved.state.acts) == ("ca", False)
    assert road.last_day("p3-tinh-finish") == "day 24", "02 and 03/07"
    take(road, STEPS_2025_07, "compile", "23 15:00")
    returned = load_book("2025-07").action("return_to_unit")
    assert {fact.name for fact in returned.facts if fact.when == {"migrated": True}} == {"provincial_police"}


def test_running_execution_takes_the_place_of_the_new_limit(road_store: Engine) -> None:
    # Started on Monday 19/05/2025 the decision is received on 30/06: five days end on Saturday 05/07, so on Monday 07/07.
    road = Road202503(road_store, start=date(2025, 5, 19)).to("send_effective")
    assert migrate(road, "43 09:00", "ca").state.holder == "ca"
    assert (road.limit("exec-take")["stands_for"], road.last_day("exec-take")) == ("p3-exec", "day 49")
    take(road, STEPS_2025_07, "deliver", "44 10:00")
    assert ended(road, "exec-take") == ["done"]
