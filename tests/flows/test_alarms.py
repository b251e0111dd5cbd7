"""Someone held without ground: everyone concerned is told until the release is recorded."""

from datetime import datetime

import pytest

from flows.alarms import release_alarm
from flows.notices import tell_of_the_held
from flows.state import load
from models import clock
from models.store import unit_of_work
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, rows

REFUSED = {"outcome": "refuse", "times": None, "times_source": None}
CONCERNED = ("ca", "cs", "ta", "yt")


def alarm_since(road: Road, when: str) -> datetime | None:
    """Since when the person of the dossier must be released, asked at a moment."""
    with unit_of_work(road.store, EVERYTHING) as connection:
        alarm = release_alarm(load(connection, [road.id])[road.id], road.at(when))
    return alarm.since if alarm else None


def told(road: Road, when: str) -> int:
    """New notices when the flows look after the person at a moment."""
    with clock.at(road.at(when)), unit_of_work(road.store, EVERYTHING) as connection:
        return tell_of_the_held(connection, [road.id])


def test_nobody_is_alarmed_while_the_case_is_open(road: Road) -> None:
    road.to("hold_session")
    assert alarm_since(road, "22 09:59") is None
    assert told(road, "22 10:00") == 0


def test_everyone_concerned_is_alarmed_from_the_refusal_until_the_release(road: Road) -> None:
    road.to("decide", decide=REFUSED)
    assert alarm_since(road, "22 10:01") == road.at("22 10:00")
    assert told(road, "22 10:01") == len(CONCERNED)
    assert told(road, "22 10:02") == 0
    notices = rows(
        road.store,
        "SELECT agency, facts FROM notice WHERE dossier = :id AND kind = 'release_person' ORDER BY agency",
        id=road.id,
    )
    assert tuple(one["agency"] for one in notices) == CONCERNED
    assert set(notices[0]["facts"]) == {"dossier", "since", "citation"}
    road.do("end_pending", "22 15:00", left_at="22 14:00")
    assert alarm_since(road, "22 15:00") is None


def test_a_later_act_that_leaves_the_person_held_alarms_again(road: Road) -> None:
    road.to("decide", decide=REFUSED)
    assert told(road, "22 10:01") == len(CONCERNED)
    road.do("send_decision")
    assert told(road, "23 09:01") == len(CONCERNED)


def test_a_termination_alarms(road: Road) -> None:
    road.to("accept").do("terminate", "12 09:00", announced_at="12 09:00", complaint_from="12 09:00")
    assert alarm_since(road, "12 09:00") == road.at("12 09:00")
    assert told(road, "12 09:00") > 0


def test_a_time_bar_that_passes_while_the_person_is_held_alarms(road: Road) -> None:
    road.to("deliver_pending")
    due = road.limit("p4-thoihieu")["due"]
    with unit_of_work(road.store, EVERYTHING) as connection:
        state = load(connection, [road.id])[road.id]
    assert release_alarm(state, due) is not None
    assert release_alarm(state, due.replace(year=due.year - 1)) is None


@pytest.mark.parametrize("outcome", ["apply"])
def test_an_applied_measure_alarms_nobody(road: Road, outcome: str) -> None:
    road.to("decide", decide={"outcome": outcome})
    assert alarm_since(road, "30 10:00") is None
