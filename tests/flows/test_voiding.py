"""Taking back the last act: the dossier stands as before it, the act can be done again, and what cannot be undone is refused."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert, text

from flows.calendar_change import change_calendar
from flows.calendars import Decision, in_force
from flows.ending import REISSUE, VOID, end
from flows.engine import Act
from flows.figures import Period, figures_of_agencies
from flows.notices import tell_of_acts
from flows.refusals import Need, Refused, Stale
from flows.state import load
from flows.voiding import VOID_LAST, void_last
from flows.writing import Done
from models import clock
from models.law.calendar import Change
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table
from tests.flows.invariants import check_registers
from tests.flows.road_2014 import Road2014
from tests.flows.road_2022 import Road2022
from tests.flows.road_2025 import Road202507
from tests.flows.road_2026 import Road, add_paper
from tests.flows.road_2026_minor import MinorRoad
from tests.flows.road_agencies import EVERYTHING, actor, rows

BEFORE = text("""
    SELECT (SELECT to_jsonb(d) - 'version' - 'head' - 'changed_at' FROM dossier d WHERE d.id = :id),
        (SELECT jsonb_agg(to_jsonb(l) - 'rung' - 'next_rung_at' ORDER BY l.id) FROM time_limit l
            WHERE l.dossier = :id AND l."end" IS DISTINCT FROM 'void'),
        (SELECT jsonb_agg(jsonb_build_array(d.form, d.number) ORDER BY d.id) FROM document d
            WHERE d.dossier = :id AND d.state = 'issued')
""")
"""All that a dossier is, but for its version, its chain and the numbers that were taken."""
FINAL = {"open", "end_pending"}
"""Acts of the roads that stay: an opening, and a release."""


def picture(road: Road) -> tuple[Any, ...]:
    with unit_of_work(road.store, EVERYTHING) as connection:
        row = tuple(connection.execute(BEFORE, {"id": road.id}).one())
        state = load(connection, [road.id])[road.id]
    return *row, state.acts, state.facts, state.issued, state.limits


def take_back(road: Road, role: str = "supervisor", by: str = "", version: int = -1, **more: Any) -> Done:
    asked = Act(
        road.id, VOID_LAST, {}, road.now, actor(by or road.steps["open"].by, role), road.version if version == -1 else version,
        reason="ghi nhầm",
    )  # fmt: skip
    with clock.at(road.now):
        done = void_last(road.store, asked, road.calendar, **more)
    if not more:
        road.version = done.state.version
    return done


def refused(road: Road, **given: Any) -> dict[str, Need]:
    before = picture(road), rows(road.store, "SELECT count(*) FROM event")
    with pytest.raises(Refused) as raised:
        take_back(road, **given)
    assert (picture(road), rows(road.store, "SELECT count(*) FROM event")) == before
    assert all(need.message and need.message_en for need in raised.value.needs)
    return {need.code: need for need in raised.value.needs}


@pytest.mark.parametrize(
    "kind",
    [
        Road,
        *(pytest.param(kind, marks=pytest.mark.long) for kind in (Road2014, Road2022, Road202507, MinorRoad)),
    ],
)
def test_after_every_act_of_a_road_the_dossier_stands_as_before_it_and_the_act_can_be_done_again(
    road_store: Engine, kind: type[Road]
) -> None:
    road = kind(road_store)
    taken_back = 0
    for code in road.main:
        if road.at(road.steps[code].when or "") > road.now:
            break
        before = picture(road) if road.done else None
        road.do(code)
        after = picture(road)
        if before is None or code in FINAL:
            assert refused(road).keys() <= {"cannot_be_void", "person_was_released", "state_not_kept"}
            continue
        if before[0]["stage"] == "execution" != after[0]["stage"]:
            assert refused(road).keys() == {"person_was_released"}, code
            continue
        done = take_back(road)
        taken_back += 1
        assert picture(road) == before, code
        assert done.event["voids"] is not None
        Road.do(road, code)  # a road's own way of doing it would add its papers a second time
        assert [one for one in picture(road)[0].items() if one[0] != "acts"] == [
            one for one in after[0].items() if one[0] != "acts"
        ], code
    assert taken_back > len(road.done) // 2 - 5
    road.verify_chain()
    check_registers(road_store)


def test_what_the_act_issued_is_void_its_number_stays_and_its_limits_are_void(road: Road) -> None:
    road.to("notify_person")
    event = road.rows("event", "seq")[-1]
    started = {row["id"] for row in road.rows("time_limit") if row["started_by"] == event["id"]}
    assert started
    done = take_back(road)
    ended = [row for row in road.rows("time_limit") if row["id"] in started]
    assert {(row["end"], row["ended_by"]) for row in ended} == {("void", done.event["id"])}
    documents = [row for row in road.rows("document") if row["event"] == event["id"]]
    assert documents
    assert {(row["state"], row["ended_because"]) for row in documents} == {("void", "ghi nhầm")}
    assert road.rows("event", "seq")[-1]["voids"] == event["id"]


def test_only_a_supervisor_takes_back_and_only_what_was_seen(road: Road) -> None:
    road.to("record_ground")
    assert refused(road, role="head").keys() == {"needs_supervisor"}
    assert refused(road, role="officer").keys() == {"needs_supervisor"}
    with pytest.raises(Stale):
        take_back(road, version=1)


def test_a_trial_says_the_same_and_writes_nothing(road: Road) -> None:
    road.to("record_ground")
    before = picture(road), road.rows("event")
    tried = take_back(road, dry_run=True)
    assert (picture(road), road.rows("event")) == before
    done = take_back(road)
    assert (tried.state.stage, tried.state.acts) == (done.state.stage, done.state.acts)


def test_neither_an_opening_nor_a_void_act_nor_an_ended_document_comes_back(road: Road) -> None:
    road.do("open")
    assert refused(road).keys() == {"cannot_be_void"}
    road.to("record_ground")
    take_back(road)
    assert refused(road).keys() == {"cannot_be_void"}
    road.do("record_ground")
    road.to("compile")
    for what, form, because in ((VOID, "V-31", "một"), (REISSUE, "V-32", "hai")):
        [document] = [row for row in road.rows("document") if row["form"] == form]
        asked = Act(
            road.id, what, {}, road.now, actor("ca"), road.version, document=document["id"], reason=because
        )
        with clock.at(road.now):
            road.version = end(road.store, asked, road.calendar).state.version
        assert refused(road).keys() == {"cannot_be_void"}


def test_another_agency_s_papers_since_and_every_other_reason_are_said_at_once(road: Road) -> None:
    road.to("send_to_court")
    add_paper(road, "other", 90)
    assert take_back(road, dry_run=True).state.holder == "ca"  # the same agency's paper is in nobody's way
    with unit_of_work(road.store, EVERYTHING) as connection:
        paper = dict(
            connection.execute(text("SELECT * FROM paper WHERE dossier = :id"), {"id": road.id})
            .mappings()
            .one()
        )
        later = {
            "id": uuid4(),
            "agency": "ta",
            "first_sheet": 95,
            "account": actor("ta").account,
            "recorded_at": road.now + timedelta(minutes=1),
        }
        connection.execute(insert(table("paper")), paper | later)
    assert refused(road, role="head").keys() == {"others_have_acted", "needs_supervisor"}


def test_a_calendar_changed_since_does_not_bring_a_limit_back_with_its_old_end(road_store: Engine) -> None:
    road = Road(road_store, start=date(2026, 7, 6))  # no other dossier has a limit over these days
    early: list[dict[str, Any]] = []
    for code in road.main:
        road.do(code)
        event = road.rows("event", "seq")[-1]
        early = [
            row for row in road.rows("time_limit")
            if row["ended_by"] == event["id"] != row["started_by"] and row["kind"] == "duty"
            and row["explanation"]["unit"] == "working_day" and row["last_day"] > row["ended_at"].date()
        ]  # fmt: skip
        if early:
            break
    day = early[0]["last_day"]
    with clock.at(road.now + timedelta(minutes=1)):
        change_calendar(
            road.store,
            Decision((Change(day=day, kind="off", name="Nghỉ", citation="QĐ 1"),)),
            actor("ca").account,
        )
    with unit_of_work(road.store, EVERYTHING) as connection:
        road.calendar = in_force(connection)
    assert refused(road).keys() == {"calendar_changed"}


def test_who_was_told_is_told_that_it_is_void_and_of_a_void_act_nobody_is_told_any_more(road: Road) -> None:
    road.to("send_to_court")
    sent = road.rows("event", "seq")[-1]["id"]
    with unit_of_work(road.store, EVERYTHING) as connection:  # whoever watches over it sees it
        connection.execute(insert(table("dossier_agency")), {"dossier": road.id, "agency": "ub"})

    def told(event: UUID) -> list[tuple[str, str]]:
        with unit_of_work(road.store, Scope(SYSTEM)) as connection:
            tell_of_acts(connection, [event])
        return [
            (row["agency"], row["kind"]) for row in road.rows("notice", "agency") if row["event"] == event
        ]

    assert told(sent) == [("ta", "handed_over")]
    back = take_back(road, by="ub").event["id"]
    assert told(back) == [("ca", "act_void"), ("ta", "act_void")]
    road.do("send_to_court")
    again = road.rows("event", "seq")[-1]["id"]
    take_back(road, by="ub")
    assert told(again) == []


def test_figures_never_count_what_was_taken_back(road: Road) -> None:
    period = Period(date(2026, 1, 1), date(2026, 12, 31), road.now)

    def counted() -> dict[str, Any]:
        with unit_of_work(road.store, EVERYTHING) as connection:
            return vars(figures_of_agencies(connection, period, ["ca"])["ca"])

    road.to(road.main[road.main.index("send_to_court") - 1])
    before = counted()
    road.do("send_to_court")
    assert counted() != before
    take_back(road)
    documents = before.pop("documents"), (after := counted()).pop("documents")
    assert after == before
    assert documents[1]["issued"] >= documents[0]["issued"]  # numbers stay in the register


@pytest.mark.parametrize(("stage", "moment"), [("police_collection", "8 09:00"), ("execution", "31 16:00")])
def test_a_release_stands_in_every_stage_also_while_the_decision_waits_to_be_executed(
    road: Road, stage: str, moment: str
) -> None:
    """Who was let go of pending management (Law 120/2025/QH15 Art. 37) is not held again by a click."""
    road.to("compile" if stage == "police_collection" else "request_centre")
    held = picture(road)
    assert (held[0]["stage"], "place_pending" in held[0]["acts"]) == (stage, True)
    road.do("end_pending", moment, left_at=moment)
    assert refused(road).keys() == {"person_was_released"}


def test_a_delivery_to_the_centre_is_taken_back_and_the_person_stands_as_held_before_it(road: Road) -> None:
    road.to("receive_assignment")
    before = picture(road)
    assert "place_pending" in before[0]["acts"]
    road.do("deliver")
    assert "place_pending" not in picture(road)[0]["acts"]
    take_back(road)
    assert picture(road) == before
