"""Acts at the same moment and many at once: one winner a version, numbers without gaps, one job a stage."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from flows.engine import Act, act, act_many
from flows.refusals import Invalid, Refusal, Refused, Stale, UnknownAction, UnknownDossier
from flows.writing import Done
from models import clock
from models.law.calendar import baseline
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import World, actor, rows


def together(*works: Callable[[], Any]) -> list[Any]:
    """Runs all at the same moment, each in a thread of its own; an exception is an answer too."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the test judges what came of it
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


# ---------------------------------------------------------------- one version, one winner
def test_an_act_on_an_older_version_is_stale_and_names_the_present_one(road: Road) -> None:
    road.to("verify_residence")
    with pytest.raises(Stale) as raised:
        road.do("request_determination", version=1)
    assert raised.value.current == 2


def test_of_two_acts_on_one_version_one_wins_and_the_other_is_stale(road: Road) -> None:
    road.to("compile")
    same = road.version
    answers = together(*[lambda: Road.do(road, "notify_person", version=same) for _ in range(2)])
    assert Counter(type(one) for one in answers) == {Done: 1, Stale: 1}
    assert [row["seq"] for row in road.rows("event", "seq")] == list(range(1, 12))


def test_acts_without_a_version_at_the_same_moment_follow_each_other(road: Road) -> None:
    road.to("notify_person")
    acts = [
        road.asked("record_reading", "5 09:00", version=None, reading_finished_at="5 09:00") for _ in range(6)
    ]

    def read(one: Act) -> Done:
        with clock.at(road.now):
            return act(road.store, one, baseline())

    answers = together(*[lambda one=one: read(one) for one in acts])
    assert [type(one) for one in answers] == [Done] * 6, answers
    assert [row["seq"] for row in road.rows("event", "seq")] == list(range(1, 18))
    road.verify_chain()


def test_an_unknown_dossier_or_action_is_said(road: Road) -> None:
    road.to("open")
    with pytest.raises(UnknownDossier), clock.at(road.now):
        act(road.store, replace(road.asked("verify_residence"), dossier=uuid4()), baseline())
    for action in ("confirm_legality", "open", "fly"):
        with pytest.raises(UnknownAction), clock.at(road.now):
            act(road.store, replace(road.asked("verify_residence"), action=action), baseline())


# ---------------------------------------------------------------- numbers
def test_twenty_threads_number_one_register_without_gap_or_double(road: Road) -> None:
    roads = [Road(road.store, start=date(2026, 8, 3)).to("issue_result") for _ in range(20)]
    for one in roads:
        one.do("notify_result")

    def work(number: int, one: Road) -> Done:
        if number % 3 == 0:
            one.do("record_ground", dry_run=True)
        if number % 4 == 0:
            nobody = replace(actor("ca"), account=uuid4())
            with clock.at(one.now), pytest.raises(IntegrityError):
                act(one.store, replace(one.asked("record_ground"), actor=nobody), baseline())
        return one.do("record_ground")

    before = numbers_of(road.store, "ca", "BB")
    answers = together(
        *[lambda number=number, one=one: work(number, one) for number, one in enumerate(roads)]
    )
    assert [type(one) for one in answers] == [Done] * 20, answers
    after = numbers_of(road.store, "ca", "BB")
    assert after == list(range(1, len(before) + 21))
    [register] = rows(
        road.store, "SELECT last FROM register WHERE agency = 'ca' AND year = 2026 AND name = 'BB'"
    )
    assert register["last"] == len(after)


def numbers_of(store: Engine, agency: str, register: str) -> list[int]:
    return [
        row["number"]
        for row in rows(
            store,
            "SELECT number FROM document WHERE agency = :agency AND register_name = :register AND year = 2026"
            " ORDER BY number",
            agency=agency,
            register=register,
        )
    ]


def test_registers_are_numbered_by_agency_and_year(road: Road) -> None:
    other = Road(road.store, start=date(2027, 2, 1))
    other.do("open", by="ca-khac")
    other.do("verify_residence", by="ca-khac", residence="none")
    document = next(row for row in other.rows("document") if row["form"] == "P-01")
    assert (document["agency"], document["year"], document["number_text"]) == (
        "ca-khac",
        2027,
        "01/GXN-CA-KHAC",
    )
    again = Road(road.store, start=date(2026, 12, 28))
    again.do("open", by="ca-khac")
    again.do("verify_residence", by="ca-khac", residence="none")
    document = next(row for row in again.rows("document") if row["form"] == "P-01")
    assert (document["year"], document["number"]) == (2026, 1)


# ---------------------------------------------------------------- many at once
def test_many_dossiers_move_in_one_transaction_each_done_or_refused_by_itself(world: World) -> None:
    store = world[1]
    roads = [Road(store, start=date(2026, 8, 3)) for _ in range(200)]
    for one in roads:
        one.do("open")
    late, wrong, gone = roads[7], roads[11], roads[13]
    asked = [one.asked("verify_residence", residence="none") for one in roads]
    asked[7] = replace(asked[7], expected_version=9)
    asked[11] = replace(asked[11], facts={**asked[11].facts, "residence": "somewhere"})
    asked[13] = replace(asked[13], dossier=uuid4())
    asked[17] = replace(asked[17], occurred_at=roads[17].at("0 07:59"))
    before = numbers_of(store, "ca", "GXN")
    jobs = rows(store, "SELECT id FROM job")
    with clock.at(late.now):
        answers = act_many(store, asked, baseline())
    kinds = {number: type(one) for number, one in enumerate(answers) if not isinstance(one, Done)}
    assert kinds == {7: Stale, 11: Invalid, 13: UnknownDossier, 17: Refused}
    assert all(isinstance(answer, Done | Refusal) for answer in answers)
    assert numbers_of(store, "ca", "GXN") == list(range(1, len(before) + 197))
    [job] = rows(store, "SELECT * FROM job WHERE id > :last", last=max(job["id"] for job in jobs))
    assert len(job["events"]) == 196
    assert [one.rows("dossier")[0]["version"] for one in (late, wrong, gone, roads[0])] == [1, 1, 1, 2]
    roads[0].verify_chain()


def test_many_acts_leave_one_job_for_each_stage(world: World) -> None:
    store = world[1]
    roads = [
        Road(store).to("open"),
        Road(store).to("admit"),
        Road(store).to("verify_residence"),
        Road(store).to("register_file"),
    ]
    last = rows(store, "SELECT coalesce(max(id), 0) AS id FROM job")[0]["id"]
    with clock.at(roads[0].now):
        answers = act_many(store, [one.asked("record_evasion", "20 08:00") for one in roads], baseline())
    assert all(isinstance(answer, Done) for answer in answers), answers
    jobs = rows(
        store, "SELECT stage, jsonb_array_length(events) AS acts FROM job WHERE id > :last", last=last
    )
    assert {job["stage"]: job["acts"] for job in jobs} == {
        "police_collection": 2,
        "health_determination": 1,
        "court_decision": 1,
    }


def test_many_acts_are_of_one_agency_and_one_for_each_dossier(road: Road) -> None:
    road.to("open")
    one = road.asked("verify_residence")
    with pytest.raises(ValueError, match="one act a dossier"):
        act_many(road.store, [one, one], baseline())
    with pytest.raises(ValueError, match="one agency"):
        act_many(road.store, [one, replace(one, dossier=uuid4(), actor=actor("yt"))], baseline())
    assert act_many(road.store, [], baseline()) == []
