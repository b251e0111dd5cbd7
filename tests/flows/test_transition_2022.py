"""Dossiers of book 2014 that are open on 01/01/2022 go on under book 2022, each step by the law of its own day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine

from flows.engine import Act, act
from flows.migration import plan_migration
from flows.refusals import Invalid
from flows.writing import Done
from models import clock
from models.law.calendar import baseline
from tests.flows.road_2014 import STEPS_2014, Road2014
from tests.flows.road_2022 import STEPS_2022, Road2022
from tests.flows.road_2026 import Step
from tests.flows.road_agencies import actor

JANUARY_4 = date(2022, 1, 4)
"""The first working day of 2022 but one; on it every dossier here is migrated."""
SUBJECT = {"subject_now": "yes"}


@dataclass
class OldRoad(Road2014):
    """A dossier of book 2014 that can be migrated."""

    steps: ClassVar[Mapping[str, Step]] = STEPS_2014 | {
        code: STEPS_2022[code] for code in ("take_effect", "return_for_supplement")
    } | {
        "send_effective": Step("ta"),
        "deliver": Step("ld", facts={
            name: value for name, value in STEPS_2022["deliver"].facts.items() if name != "credited_days"
        } | {"centre": "cs"}),
    }  # fmt: skip

    def migrate(self, by: str, **facts: Any) -> Done:
        """Moves the dossier to book 2022 on the morning of 04/01/2022."""
        asked = Act(
            self.id,
            "migrate",
            facts,
            self.at(f"{(JANUARY_4 - self.start).days} 08:00"),
            actor(by),
            self.version,
        )
        with clock.at(self.now):
            done = act(self.store, asked, baseline(), how=plan_migration)
        self.version = done.state.version
        return done

    def now_2022(self) -> Road2022:
        """The same dossier with the steps of book 2022, its days counted from 04/01/2022."""
        return Road2022(self.store, JANUARY_4, self.now, self.person, self.id, self.version, self.done)


def old(store: Engine, start: date, until: str) -> OldRoad:
    """A dossier of book 2014 begun on a Monday, walked up to an act."""
    road = OldRoad(store, start=start)
    road.to(until)
    return road


def test_a_reading_time_that_runs_goes_on_with_its_five_days(road_store: Engine) -> None:
    # Told on Friday 31/12/2021: five days end on Wednesday 05/01/2022; one working day more is 06/01.
    road = old(road_store, date(2021, 12, 27), "notify_person")
    done = road.migrate("ub")
    assert (done.state.stage, done.state.holder, done.state.book) == ("police_collection", "ub", "2022")
    new = road.now_2022()
    [reading] = new.limits("p1-notice")
    assert (reading["stands_for"], reading["last_day"]) == ("read-A", date(2022, 1, 5))
    assert new.limit("send-A")["last_day"] == date(2022, 1, 6)
    assert set(new.refused("send_to_review", "1 23:59")) == {"window_not_over"}
    assert new.do("send_to_review", "2 09:00").state.stage == "justice_review"
    assert new.limit("send-A")["end"] == "done"


def test_the_time_bar_goes_on_from_the_same_act(road_store: Engine) -> None:
    road = old(road_store, date(2021, 12, 27), "notify_person")
    road.migrate("ub")
    new = road.now_2022()
    # Three months from 27/12/2021, the first day counting for the person: 26/03/2022.
    assert new.limit("p1-thoihieu")["last_day"] == date(2022, 3, 26)
    assert "time_bar_passed" in new.refused("send_to_review", "82 09:00", late_reason="chờ")


def test_a_file_at_the_justice_office_goes_back_to_be_sent_to_the_labour_office(road_store: Engine) -> None:
    road = old(road_store, date(2021, 12, 20), "receive")
    with pytest.raises(Invalid, match="subject_now"):
        road.migrate("tp")
    done = road.migrate("tp", **SUBJECT)
    assert (done.state.stage, done.state.holder) == ("police_collection", "ub")
    new = road.now_2022()
    assert new.limit("p1-tuphap")["end"] == "cancelled"
    # The five days of reading ran out on 29/12/2021.
    assert new.limit("p1-notice")["end"] == "run_out"
    new.do("send_to_review", "0 10:00")
    new.do("receive", "0 14:00", file_received_for_review_at="0 14:00")
    assert new.limit("review-A")["last_day"] == date(2022, 1, 6)
    assert new.do("transfer_to_court", "1 09:00").state.stage == "court_decision"


def test_a_file_at_the_labour_office_stays_and_its_receipt_is_recorded_anew(road_store: Engine) -> None:
    road = old(road_store, date(2021, 12, 20), "confirm_legality")
    done = road.migrate("ld", **SUBJECT)
    assert (done.state.stage, done.state.holder) == ("justice_review", "ld")
    new = road.now_2022()
    # Seven days from 31/12/2021.
    assert (new.limit("p1-ldtbxh")["stands_for"], new.limit("p1-ldtbxh")["last_day"]) == (
        "review-A", date(2022, 1, 7),
    )  # fmt: skip
    assert "act_missing" in new.refused("transfer_to_court", "0 10:00")
    new.do("receive", "0 10:00", file_received_for_review_at="0 10:00")
    assert new.limit("p1-ldtbxh")["end"] == "restarted"
    assert new.do("transfer_to_court", "1 09:00").state.stage == "court_decision"


def test_a_file_returned_for_supplement_is_supplemented_under_the_new_law(road_store: Engine) -> None:
    road = old(road_store, date(2021, 12, 20), "confirm_legality")
    road.do("return_for_supplement", "11 15:00", returned_file_received_at=None)
    assert road.migrate("ub").state.stage == "police_collection"
    new = road.now_2022()
    assert "already_done" in new.refused("send_to_review", "0 10:00")
    new.do("supplement", "0 10:00", labour_received_at="0 11:00")
    assert new.limit("transfer-after-A")["last_day"] == date(2022, 1, 6)
    assert new.do("transfer_to_court", "1 09:00").state.stage == "court_decision"


def test_a_determination_that_was_asked_for_is_asked_for_anew(road_store: Engine) -> None:
    road = old(road_store, date(2021, 12, 27), "admit")
    done = road.migrate("yt")
    assert (done.state.stage, done.state.holder) == ("police_collection", "ub")
    new = road.now_2022()
    new.do("transfer", "0 09:00", by="ub", compiler="ca", transfer_received_at="0 09:30")
    ground: dict[str, Any] = {"determination_ground": "community_education", "request_received_at": "0 13:00"}
    new.do("request_determination", "0 11:00", earlier_rehab="không", **ground)
    new.do("admit", "0 14:00", reached_at="0 14:00")
    assert new.limit("health-result")["last_day"] == date(2022, 1, 10)


def test_not_registering_is_no_ground_on_a_result_of_the_old_law(road_store: Engine) -> None:
    road = old(road_store, date(2021, 12, 27), "issue_result")
    road.migrate("ub")
    new = road.now_2022()
    needs = new.refused("record_ground", "6 09:00", ground_found_at="6 09:00")
    assert set(needs) == {"ground_not_proved"}


def test_a_case_the_court_accepted_stays_under_the_ordinance_of_2014(road_store: Engine) -> None:
    road = old(road_store, date(2021, 12, 13), "accept")
    assert road.migrate("ta", **SUBJECT).state.holder == "ta"
    new = road.now_2022()
    # Accepted on 28/12/2021: thirty days.
    assert (new.limit("p1-court-term")["stands_for"], new.limit("p1-court-term")["last_day"]) == (
        "c9-term", date(2022, 1, 27),
    )  # fmt: skip
    new.do("open_session", "0 10:00", session_at="6 08:30")
    new.do("hold_session", "6 08:30", session_ended_at="6 10:00")
    new.do("decide", "6 10:00", announced_at="6 10:00", complaint_from="6 10:00")
    assert new.limit("p1-court-term")["end"] == "done"
    # Announced on Monday 10/01: three working days.
    assert new.limit("c9-complaint")["last_day"] == date(2022, 1, 13)
    assert new.limits("c3-complaint") == []


def test_a_complaint_period_that_ran_out_before_has_run_out(road_store: Engine) -> None:
    road = old(road_store, date(2021, 11, 29), "decide")
    road.migrate("ta", subject_now="decided")
    new = road.now_2022()
    assert (new.limit("p1-complaint")["end"], new.limit("p1-complaint")["last_day"]) == (
        "run_out", date(2021, 12, 28),
    )  # fmt: skip
    assert new.do("take_effect", "0 09:00", effective_on="day -6").state.stage == "execution"
    assert new.limit("exec-limit-A")["last_day"] == date(2022, 12, 28)


@pytest.fixture
def effective(road_store: Engine) -> OldRoad:
    """A decision in force since 22/12/2021, received by the labour office on 30/12."""
    road = old(road_store, date(2021, 11, 22), "decide")
    road.do("take_effect", "30 08:30", effective_on="day 30")
    road.do(
        "send_effective",
        "38 09:00",
        effective_decision_received_at="38 10:00",
        late_reason="chờ chuyển văn bản",
    )
    return road


def test_a_decision_not_yet_executed_is_executed_within_its_old_time(effective: OldRoad) -> None:
    assert effective.migrate("ld").state.holder == "ld"
    new = effective.now_2022()
    # Five days from 30/12/2021; a year from 22/12/2021, the first day counting for the person.
    assert (new.limit("p1-exec")["stands_for"], new.limit("p1-exec")["last_day"]) == (
        "exec-take", date(2022, 1, 4),
    )  # fmt: skip
    assert new.limit("p1-lapse")["last_day"] == date(2022, 12, 21)
    new.do("deliver", "0 10:00", delivered_at="0 10:00", held_from="day 0", credited_days=0, centre="cs")
    assert new.limit("p1-exec")["end"] == "done"
    assert new.limit("term-A")["last_day"] == date(2023, 7, 4)


def test_who_serves_already_ends_the_old_term_and_comes_under_the_new_after_care(effective: OldRoad) -> None:
    effective.do("deliver", "39 10:00", delivered_at="39 10:00", held_from="day 39")
    assert effective.migrate("cs").state.holder == "cs"
    new = effective.now_2022()
    # Eighteen months from 31/12/2021; fifteen days before 30/06/2023.
    assert (new.limit("p1-term")["stands_for"], new.limit("p1-term")["last_day"]) == (
        "term-A",
        date(2023, 6, 30),
    )
    assert new.limit("exec-end-notice")["last_day"] == date(2023, 6, 15)
    new.do("give_end_notice", "520 09:00")
    assert new.do("certify", "543 09:00", completed_on="day 542").state.stage == "after_care"
    assert new.limit("post-term-A")["last_day"] == date(2025, 6, 30)


def test_the_chain_of_events_holds_over_the_change(effective: OldRoad) -> None:
    effective.migrate("ld")
    effective.verify_chain()
