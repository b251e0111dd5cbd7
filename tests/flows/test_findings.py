"""What is kept of dossiers is what is found in their rows, whatever happened to them and whenever one asks."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from flows import findings
from flows.engine import Act
from flows.findings import find_anew
from flows.voiding import VOID_LAST, void_last
from models import clock
from models.store import Scope, unit_of_work
from tests.flows.invariants import check_findings
from tests.flows.road_2025 import Road202507
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, World, actor, rows

STOPS = ("open", "request_determination", "record_ground", "compile", "accept", "open_session", "decide")


@pytest.fixture(scope="module")
def roads(world: World) -> list[Road]:
    """Dossiers at several places of the road."""
    return [Road(world[1]).to(stop) for stop in STOPS]


def moments(store: Engine) -> Iterator[datetime]:
    """Each moment at which a limit may turn something, the one before and the one after, and far ones, back and forth."""
    limits = rows(
        store, "SELECT due, starts_at FROM time_limit WHERE due IS NOT NULL ORDER BY due, starts_at"
    )
    ends = [(row["due"], row["starts_at"]) for row in limits]
    near = timedelta(microseconds=1)
    for end, start in ends[:: max(1, len(ends) // 12)]:
        for away in (timedelta(), -timedelta(days=15), timedelta(days=10), -abs(end - start) / 4):
            yield from (end + away - near, end + away, end + away + near)
    yield ends[-1][0] + timedelta(days=400)
    yield ends[0][0] - timedelta(days=30)


def test_at_every_moment_what_is_kept_is_what_is_found(roads: list[Road]) -> None:
    store = roads[0].store
    found = [check_findings(store, moment) for moment in moments(store)]
    assert len(set(found)) > 5


def test_after_every_act_and_after_it_was_taken_back(roads: list[Road]) -> None:
    road = Road(roads[0].store)
    for code in Road.main[: Road.main.index("decide")]:
        road.do(code)
        check_findings(road.store, road.now)
    asked = Act(road.id, VOID_LAST, {}, road.now, actor("ta", "supervisor"), road.version, reason="ghi nhầm")
    with clock.at(road.now):
        void_last(road.store, asked, road.calendar)
    check_findings(road.store, road.now)


_CHANGES = (
    "UPDATE time_limit SET due = due - interval '40 days' WHERE dossier = :id AND ended_at IS NULL",
    "UPDATE time_limit SET explanation = '{\"suspended\": true}' WHERE dossier = :id",
    "UPDATE dossier SET acts = acts || jsonb_build_object('escape', acts ->> 'open') WHERE id = :id",
    "UPDATE dossier SET head = 'x' WHERE id = :id",
    "UPDATE person SET data = data || '{\"birth_date\": \"2016\"}' WHERE id = (SELECT person FROM dossier WHERE id = :id)",
    "UPDATE dossier SET holder = 'yt' WHERE id = :id",
    "UPDATE agency SET kind = 'labour_office' WHERE code = 'ca'",
    "UPDATE agency SET kind = 'commune_police' WHERE code = 'ca'",
    "UPDATE dossier SET stage = 'closed' WHERE id = :id",
)  # fmt: skip


def test_whatever_else_is_changed_in_the_rows(roads: list[Road]) -> None:
    road = roads[2]
    [was] = rows(road.store, "SELECT kind FROM agency WHERE code = 'ca'")
    assert was["kind"] == "commune_police"
    found = [check_findings(road.store, road.now)]
    for change in _CHANGES:
        with unit_of_work(road.store, EVERYTHING) as connection:
            connection.execute(text(change), {"id": road.id})
        found.append(check_findings(road.store, road.now))
    assert len(set(found)) > 4


def test_another_law_makes_all_of_it_stale(roads: list[Road], monkeypatch: pytest.MonkeyPatch) -> None:
    store = roads[0].store
    old = Road202507(store, start=date(2026, 6, 15)).to("record_ground")
    before, after = old.at("14 09:00"), old.at("17 09:00")
    assert check_findings(store, before) < check_findings(store, after)  # the new law came between them
    check_findings(store, before)
    monkeypatch.setattr(findings, "AT_ONCE", 3)
    with unit_of_work(store, EVERYTHING) as connection:
        connection.execute(text("DELETE FROM finding_law"))
    assert find_anew(store, before) >= len(STOPS)
    assert find_anew(store, before) == 0
    check_findings(store, before)


def test_each_program_names_a_day_s_law_alike() -> None:
    """Or each would have everything found anew after the other."""
    asked = "from datetime import date; from flows import findings; print(findings._law(date(2026, 7, 1)))"
    told = {
        subprocess.run(  # noqa: S603 - written here
            [sys.executable, "-c", asked], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


def test_a_usual_rest_is_counted_off_in_the_right_week(roads: list[Road]) -> None:
    """With more than ten dossiers a stage its first tenth ends behind the first weeks, and moves as dossiers do."""
    store, moment = roads[0].store, roads[1].now
    copied = rows(store, _COPIES, id=roads[0].id)
    assert len({row["week"] for row in copied}) > 10
    check_findings(store, moment)
    rows(
        store,
        "UPDATE dossier SET changed_at = changed_at + interval '23 days' WHERE number LIKE 'X-%7' RETURNING id",
    )
    check_findings(store, moment)
    rows(store, "UPDATE dossier SET stage = 'closed' WHERE number < 'X-115' AND number > 'X-' RETURNING id")
    check_findings(store, moment)


_COPIES = """INSERT INTO dossier SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'number', 'X-' || n,
    'changed_at', d.changed_at - n * interval '31 hours'))).* FROM dossier d, generate_series(101, 163) n WHERE d.id = :id
    RETURNING date_trunc('week', changed_at) AS week"""


def test_readers_at_once_count_once(roads: list[Road]) -> None:
    store = roads[0].store
    with unit_of_work(store, EVERYTHING) as connection:
        connection.execute(text("DELETE FROM finding_law"))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: find_anew(store, roads[1].now), range(12)))
    check_findings(store, roads[1].now)


def test_whoever_is_not_the_system_writes_none_of_it_and_reads_what_they_look_after(
    roads: list[Road],
) -> None:
    store: Any = roads[0].store
    find_anew(store, roads[0].now)
    with unit_of_work(store, Scope("yt")) as connection:
        for name in ("standing", "finding", "finding_count"):
            holders = set(connection.execute(text(f"SELECT holder FROM {name}")).scalars())  # noqa: S608 - ours
            assert holders <= {"yt"}, name
            assert connection.execute(text(f"DELETE FROM {name} RETURNING 1")).all() == []  # noqa: S608 - ours
        assert connection.execute(text("SELECT count(*) FROM month_total")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM finding_stale")).scalar_one() == 0
    with unit_of_work(store, EVERYTHING) as connection:
        assert connection.execute(text("SELECT count(*) FROM month_total")).scalar_one() > 0
        assert connection.execute(text("SELECT count(DISTINCT holder) FROM finding_count")).scalar_one() > 2
