"""Each cause that a dossier stands still has a dossier in which it is, and a fresh one in which nothing is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from flows.engine import Act
from flows.findings import ORDERS, counted
from flows.overview import overview, places
from flows.performance import months_of, performance
from flows.standstill import Narrowed, Stuck, stuck
from flows.voiding import VOID_LAST, void_last
from models import clock
from models.law.limits import TIMEZONE
from models.store import unit_of_work
from tests.flows.road_2025 import Road202507
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, actor, rows

SUPERVISOR = actor("tw", "supervisor")


@pytest.fixture(scope="module", autouse=True)
def offices(world: Any) -> None:
    """Somebody watches over the whole country, and an agency in which nobody works is left alone."""
    with unit_of_work(world[1], EVERYTHING) as connection:
        connection.execute(
            text("""
            INSERT INTO agency SELECT (jsonb_populate_record(a, '{"code": "tw", "territory": "vn"}')).* FROM agency a WHERE code = 'ub'
        """)
        )


def change(road: Road, statement: str, **values: object) -> None:
    with unit_of_work(road.store, EVERYTHING) as connection:
        connection.execute(text(statement), {"id": road.id, **values})


def found(road: Road, moment: datetime, **narrowed: Any) -> dict[str, Stuck]:
    with unit_of_work(road.store, EVERYTHING) as connection:
        items = stuck(connection, SUPERVISOR, moment, Narrowed(dossier=road.id, **narrowed))
    with counted(road.store, EVERYTHING, moment) as connection:
        every = stuck(connection, SUPERVISOR, moment, Narrowed(**narrowed), at_most=10_000)
    assert [one for one in every if one.dossier == road.id] == items  # what is kept is what is found
    return {item.cause: item for item in items}


def test_a_fresh_dossier_stands_in_nobody_s_way(road: Road) -> None:
    road.do("open", entry="test")
    assert found(road, road.at("0 09:00")) == {}


def test_a_duty_is_soon_due_in_its_last_quarter_and_overdue_from_its_end_without_any_sweep(
    road: Road,
) -> None:
    road.do("open", entry="test")  # 24 hours from 07:30
    assert found(road, road.at("1 01:29")) == {}
    soon = found(road, road.at("1 01:30"))["due_soon"]
    assert (soon.since, soon.severity, soon.who, soon.rule) == (
        road.at("1 01:30"),
        "low",
        ("ca",),
        "p4-test-resid",
    )
    assert soon.next_code == "verify_residence"
    assert soon.citation == "NĐ 163/2026/NĐ-CP Đ.58.1"
    late = found(road, road.at("1 07:30"))
    assert late.keys() == {"overdue"}
    assert (late["overdue"].since, late["overdue"].severity) == (road.at("1 07:30"), "high")
    assert found(road, road.at("11 07:30"))["overdue"].severity == "critical"
    assert found(road, road.at("11 07:30"), severity="high").keys() & {"overdue"} == set()
    road.to("verify_residence")
    assert found(road, road.at("1 07:30"), cause="overdue")["overdue"].rule != "p4-test-resid"


def test_a_time_bar_near_its_end_and_past_it(road: Road) -> None:
    road.to("record_ground")
    bar = next(row for row in road.rows("time_limit") if row["kind"] == "bar" and row["ended_at"] is None)
    assert "time_bar" not in found(road, bar["due"] - timedelta(days=16))
    assert found(road, bar["due"] - timedelta(days=14))["time_bar"].severity == "high"
    assert found(road, bar["due"])["time_bar"].severity == "critical"


@pytest.mark.parametrize(
    "leaves",
    [
        "UPDATE account SET disabled = true WHERE username = 'ca-khac'",
        "UPDATE account SET role = 'auditor' WHERE username = 'ca-khac'",
        "UPDATE account SET agency = 'tw' WHERE username = 'ca-khac'",
    ],
)
def test_nobody_can_act_where_no_account_is_left_that_may(road: Road, leaves: str) -> None:
    road.do("open", entry="test", by="ca-khac")
    assert "nobody_can_act" not in found(road, road.at("0 09:00"))
    change(road, leaves)
    assert found(road, road.at("0 09:00"))["nobody_can_act"].severity == "high"
    change(
        road,
        "UPDATE account SET disabled = false, role = 'head', agency = 'ca-khac' WHERE username = 'ca-khac'",
    )
    assert "nobody_can_act" not in found(road, road.at("0 09:00"))


def test_nobody_can_act_when_the_last_two_accounts_are_disabled_at_once(road: Road) -> None:
    road.do("open", entry="test", by="ca-khac")
    change(road, """INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
        'username', 'ca-khac-2'))).* FROM account a WHERE username = 'ca-khac'""")  # fmt: skip
    disable = "UPDATE account SET disabled = true WHERE username = :name"
    with ThreadPoolExecutor(1) as other:
        with unit_of_work(road.store, EVERYTHING) as connection:
            connection.execute(text(disable), {"name": "ca-khac"})
            second = other.submit(change, road, disable, name="ca-khac-2")
            with pytest.raises(TimeoutError):  # it waits to learn what this one does
                second.result(0.5)
        second.result(10)
    assert "nobody_can_act" in found(road, road.at("0 09:00"))
    change(road, "UPDATE account SET disabled = false WHERE username = 'ca-khac'")
    assert "nobody_can_act" not in found(road, road.at("0 09:00"))


def test_waiting_for_another_body_names_that_body(road: Road) -> None:
    road.to("accept")
    accepted = road.rows("event", "seq")[-1]["occurred_at"]
    assert "waiting_for_answer" not in found(road, accepted)
    when = f"{(accepted.astimezone(TIMEZONE).date() - road.start).days} 16:30"
    road.do("query", when, query_received_at=when.replace("16:30", "16:45"))
    waiting = found(road, road.at(when))["waiting_for_answer"]
    assert (waiting.holder, waiting.who, waiting.rule, waiting.next_code) == (
        "ta",
        ("ca",),
        "p4-query",
        "reply_query",
    )


def test_returned_twice_and_an_act_taken_back_is_no_return(road: Road) -> None:
    road.to("send_to_court")
    event = road.rows("event", "seq")[-1]
    for number in (1, 2):
        assert "returned_often" not in found(road, road.now)
        change(
            road,
            """
            INSERT INTO event SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'seq', e.seq + :number,
                'action', 'return_incomplete'))).* FROM event e WHERE id = :event
        """,
            event=event["id"],
            number=number,
        )
    assert found(road, road.now)["returned_often"].severity == "medium"
    change(
        road,
        """
        INSERT INTO event SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'seq', e.seq + 9, 'action', 'void_last',
            'voids', (SELECT id FROM event WHERE dossier = :id AND seq = :seq)))).* FROM event e WHERE id = :event
    """,
        event=event["id"],
        seq=event["seq"] + 2,
    )
    assert "returned_often" not in found(road, road.now)


def test_idle_longer_than_nine_in_ten_of_its_stage(road_store: Engine) -> None:
    roads = [Road(road_store) for _ in range(10)]
    for one in roads:
        one.do("open", entry="test")
    idlest = roads[0]
    change(idlest, "UPDATE dossier SET changed_at = changed_at - interval '400 days' WHERE id = :id")
    assert found(idlest, idlest.now)["idle"].severity == "medium"
    assert "idle" not in found(roads[1], idlest.now)


def test_a_parked_job_of_one_of_its_acts(road: Road) -> None:
    road.do("open", entry="test")
    change(
        road,
        """UPDATE job SET state = 'parked' WHERE events ? (SELECT id::text FROM event WHERE dossier = :id)""",
    )
    assert found(road, road.at("0 09:00")).keys() == {"failed_work"}


def test_a_person_who_has_absconded_until_the_capture(road: Road) -> None:
    road.do("open", entry="test")
    change(
        road, "UPDATE dossier SET acts = acts || jsonb_build_object('escape', acts ->> 'open') WHERE id = :id"
    )
    assert found(road, road.at("0 09:00"))["absconded"].severity == "critical"
    change(road, "UPDATE dossier SET acts = acts - 'escape' WHERE id = :id")
    assert found(road, road.at("0 09:00")) == {}


def test_a_person_held_without_ground(road: Road) -> None:
    road.to("place_pending")
    assert "held_without_ground" not in found(road, road.at("5 09:00"))
    change(
        road,
        "UPDATE dossier SET acts = acts || jsonb_build_object('terminate', acts ->> 'open') WHERE id = :id",
    )
    held = found(road, road.at("5 09:00"))["held_without_ground"]
    assert (held.severity, held.next_code) == ("critical", "end_pending")


def test_a_dossier_whose_law_has_changed(road_store: Engine) -> None:
    road = Road202507(road_store, start=date(2026, 6, 15)).to("record_ground")
    assert "law_changed" not in found(road, road.at("14 09:00"))
    changed = found(road, road.at("17 09:00"))["law_changed"]
    assert (changed.since.date(), changed.next_code) == (date(2026, 7, 1), "migrate")


@pytest.mark.parametrize("wrong", [
    "UPDATE dossier SET head = 'x' WHERE id = :id",
    "UPDATE person SET data = data || '{\"birth_date\": \"2016\"}' WHERE id = (SELECT person FROM dossier WHERE id = :id)",
    "UPDATE dossier SET holder = 'yt' WHERE id = :id",
])  # fmt: skip
def test_data_that_contradict_each_other(road: Road, wrong: str) -> None:
    road.do("open", entry="test")
    assert found(road, road.at("0 09:00")) == {}
    change(road, wrong)
    assert found(road, road.at("0 09:00"))["inconsistent"].missing[0]


def test_a_list_goes_on_page_by_page_and_names_every_cause_once(road_store: Engine) -> None:
    moment = Road(road_store).now
    with counted(road_store, EVERYTHING, moment) as connection:
        whole = stuck(connection, SUPERVISOR, moment, Narrowed(), at_most=200)
        pages, after = list[str](), ""
        while page := stuck(connection, SUPERVISOR, moment, Narrowed(), after, at_most=3):
            pages += [one.key for one in page]
            after = page[-1].key
    assert pages == [one.key for one in whole]
    assert len(set(pages)) == len(pages) > 6


def test_idle_dossiers_stand_in_every_order_where_they_belong(road_store: Engine) -> None:
    roads = [Road(road_store) for _ in range(30)]
    for one in roads:
        one.do("open", entry="test")
    for one, days in zip(roads[4::10], (100, 300, 200), strict=True):
        change(
            one,
            "UPDATE dossier SET changed_at = changed_at - make_interval(days => :days) WHERE id = :id",
            days=days,
        )
    moment = roads[0].now + timedelta(days=40)
    with counted(road_store, EVERYTHING, moment) as connection:

        def keys(order: str, most: int) -> list[str]:
            found, after = list[str](), ""
            while page := stuck(connection, SUPERVISOR, moment, Narrowed(), after, at_most=most, order=order):
                found += [one.key for one in page]
                after = page[-1].key
            return found

        for order in ORDERS:
            whole = keys(order, 1000)
            assert sum(" idle " in key for key in whole) >= 3
            assert len({" idle " in key for key in whole}) == 2
            assert all(keys(order, most) == whole for most in (1, 2, 5, 20)), order


def test_the_overview_counts_each_dossier_once_and_who_looks_after_one_place_sees_that_place(
    road_store: Engine,
) -> None:
    other = Road(road_store)
    other.do("open", by="ca-khac", entry="test")
    moment = other.now
    with counted(road_store, EVERYTHING, moment) as connection:
        seen = overview(connection, SUPERVISOR, moment, Narrowed())
        held = places(connection, SUPERVISOR, moment, Narrowed())
        mine = places(connection, actor("ca-khac", "supervisor"), moment, Narrowed())
        listed = stuck(connection, SUPERVISOR, moment, Narrowed(cause="overdue"), at_most=200)
    [open_] = rows(road_store, "SELECT count(*) FROM dossier WHERE stage <> 'closed'")
    assert sum(place.open for place in held) == seen.open == open_["count"]
    assert sum(place.overdue for place in held) == seen.overdue == len({one.dossier for one in listed})
    assert {place.agency for place in mine} == {"ca-khac"}


def test_performance_counts_what_an_agency_passed_on_and_forgets_what_was_taken_back(road: Road) -> None:
    def speed() -> dict[tuple[str, str], tuple[int, float | None, int, int]]:
        with counted(road.store, EVERYTHING, road.now) as connection:
            found = performance(
                connection, SUPERVISOR, Narrowed(), months_of(road.start, road.start + timedelta(days=300))
            )
        return {
            (one.agency, one.stage): (one.passed_on, one.median_days, one.duties, one.on_time)
            for one in found
        }

    road.to(road.main[road.main.index("send_to_court") - 1])
    before = speed()
    road.do("send_to_court")
    key = ("ca", "police_collection")
    assert speed()[key][0] == before.get(key, (0,))[0] + 1
    asked = Act(road.id, VOID_LAST, {}, road.now, actor("ca", "supervisor"), road.version, reason="ghi nhầm")
    with clock.at(road.now):
        void_last(road.store, asked, road.calendar)
    assert speed() == before
