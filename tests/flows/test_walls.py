"""Row-level security: each agency sees the dossiers it took part in and its predecessors', nobody else's."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from flows.notices import Telling, tell
from flows.refusals import UnknownDossier
from flows.state import load
from models.store import Scope, unit_of_work
from tests.flows.road_2026 import Road, add_paper
from tests.flows.road_agencies import EVERYTHING, rows

KEYS = {
    "dossier": "id = :dossier",
    "person": "id = :person",
    "event": "dossier = :dossier",
    "event_facts": "event = ANY (:events)",
    "time_limit": "dossier = :dossier",
    "paper": "dossier = :dossier",
    "document": "dossier = :dossier",
}
"""Every table behind the wall, and how a dossier's rows are found in it."""


@pytest.fixture
def road(road_store: Engine) -> Road:
    """A dossier with rows in every table, known to the police, the health facility and the centre."""
    road = Road(road_store).to("place_pending")
    add_paper(road, "statement")
    [event] = [row["id"] for row in road.rows("event") if row["action"] == "open"]
    with unit_of_work(road_store, EVERYTHING) as connection:
        tell(connection, [Telling("yt", "test", f"test:{road.id}", {}, road.id, event)])
    return road


def seen(road: Road, scope: Scope) -> set[str]:
    """The tables in which a scope sees rows of the dossier; all of a table's rows or none."""
    keys = {
        "dossier": road.id,
        "person": road.rows("dossier")[0]["person"],
        "events": [row["id"] for row in road.rows("event")],
    }
    found = set()
    for name, condition in KEYS.items():
        counts = [
            rows(road.store, f"SELECT count(*) AS rows FROM {name} WHERE {condition}", who, **keys)[0]["rows"]  # noqa: S608 - names from above
            for who in (scope, EVERYTHING)
        ]
        assert counts[1] > 0, name
        assert counts[0] in {0, counts[1]}, name
        if counts[0]:
            found.add(name)
    return found


@pytest.mark.parametrize("agency", ["ca", "yt", "cs"])
def test_who_takes_part_sees_the_whole_dossier(road: Road, agency: str) -> None:
    assert seen(road, Scope(agency)) == set(KEYS)
    with unit_of_work(road.store, Scope(agency)) as connection:
        assert load(connection, [road.id])[road.id].number


@pytest.mark.parametrize("agency", ["ca-khac", "ta", "cs-khac", "ca-tinh", "ca-cu", "nowhere", "", "c", "%"])
def test_who_never_had_the_dossier_sees_nothing_of_it(road: Road, agency: str) -> None:
    assert seen(road, Scope(agency)) == set()
    for locking in ([], [road.id]):
        with unit_of_work(road.store, Scope(agency), locking=locking) as connection:
            assert load(connection, [road.id]) == {}


def test_an_inbox_is_seen_by_its_agency_alone(road: Road) -> None:
    for agency, found in (("yt", 1), ("ca", 0), ("ca-khac", 0), ("", 0), ("*", 1)):
        asked = "SELECT id FROM notice WHERE key = :key"
        assert len(rows(road.store, asked, Scope(agency), key=f"test:{road.id}")) == found, agency


def test_without_a_scope_nothing_is_seen_at_all(road: Road) -> None:
    for _ in range(2):  # the second time on a connection that has had a scope before
        with road.store.begin() as connection:
            for name in KEYS:
                counted = connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - names from above
                assert counted == 0, name
        assert seen(road, EVERYTHING) == set(KEYS)


def test_a_scope_ends_with_its_transaction(road: Road) -> None:
    with road.store.connect() as connection:
        for scope, found in ((Scope("ca"), 1), (Scope("ta"), 0)):
            with unit_of_work(road.store, scope) as own:
                counted = own.execute(text("SELECT count(*) FROM dossier WHERE id = :id"), {"id": road.id})
                assert counted.scalar_one() == found
        assert connection.execute(text("SELECT count(*) FROM dossier")).scalar_one() == 0


def test_workers_see_every_dossier(road: Road) -> None:
    other = Road(road.store)
    other.do("open", by="ca-khac")
    found = {row["id"] for row in rows(road.store, "SELECT id FROM dossier", EVERYTHING)}
    assert {road.id, other.id} <= found


def test_an_agency_sees_only_its_own_among_many(road: Road) -> None:
    other = Road(road.store)
    other.do("open", by="ca-khac")
    assert {row["id"] for row in rows(road.store, "SELECT id FROM dossier", Scope("ca-khac"))} >= {other.id}
    assert road.id not in {row["id"] for row in rows(road.store, "SELECT id FROM dossier", Scope("ca-khac"))}
    mine = rows(road.store, "SELECT DISTINCT agency FROM event WHERE action = 'open'", Scope("ca-khac"))
    assert mine == [{"agency": "ca-khac"}]


def test_what_is_not_seen_is_not_changed(road: Road) -> None:
    statements = (
        "UPDATE dossier SET stage = 'closed' WHERE id = :id RETURNING id",
        "UPDATE time_limit SET due = NULL, last_day = NULL WHERE dossier = :id RETURNING id",
        "UPDATE person SET name_key = 'x' WHERE id = (SELECT person FROM dossier WHERE id = :id) RETURNING id",
        "UPDATE document SET state = 'void' WHERE dossier = :id RETURNING id",
        "UPDATE notice SET read_at = now() WHERE dossier = :id RETURNING id",
    )
    for statement in statements:
        assert rows(road.store, statement, Scope("ca-khac"), id=road.id) == []


def test_an_act_on_a_hidden_dossier_is_an_act_on_an_unknown_one(road: Road) -> None:
    for agency in ("ta", "ca-khac"):
        with pytest.raises(UnknownDossier):
            road.do("compile", by=agency)


def test_a_party_sees_the_dossier_from_the_act_that_names_it(road: Road) -> None:
    assert seen(road, Scope("ta")) == set()
    road.to("compile")
    assert seen(road, Scope("ta")) == set(KEYS), "the court named in the file"
    assert seen(road, Scope("ta-khac")) == set()


def test_who_has_handed_the_dossier_on_still_sees_it(road_store: Engine) -> None:
    road = Road(road_store).to("verify_residence", verify_residence={"competent_here": False})
    with_scope = "SELECT id FROM dossier WHERE id = :id"
    assert rows(road_store, with_scope, Scope("ca-khac"), id=road.id) == []
    road.do("transfer", "0 11:00", transfer_received_at="0 12:00")
    for agency in ("ca", "ca-khac"):
        assert rows(road_store, with_scope, Scope(agency), id=road.id) == [{"id": road.id}]


def test_a_successor_sees_its_predecessors_dossiers_over_two_steps(road_store: Engine) -> None:
    road = Road(road_store, start=date(2026, 7, 27))
    road.do("open", by="ca-cu")
    assert visible_to(road) == {"ca-cu", "ca-giua", "ca"}
    later = Road(road_store, start=date(2026, 8, 17))
    later.do("open", by="ca-giua")
    assert visible_to(later) == {"ca-giua", "ca"}, "and a predecessor not its successor's"
    last = Road(road_store).to("open")
    assert visible_to(last) == {"ca"}


def visible_to(road: Road) -> set[str]:
    found: dict[str, list[UUID]] = {
        agency: [row["id"] for row in rows(road.store, "SELECT id FROM dossier", Scope(agency))]
        for agency in ("ca-cu", "ca-giua", "ca", "ca-khac", "yt")
    }
    return {agency for agency, dossiers in found.items() if road.id in dossiers}


def test_the_application_cannot_lift_the_wall(road: Road) -> None:
    for statement in (
        "ALTER TABLE dossier DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_dossiers ON dossier",
    ):
        with pytest.raises(ProgrammingError, match="must be owner"):
            rows(road.store, statement)
