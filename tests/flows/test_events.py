"""Events and issued documents: chained, erasable in their facts, and changed by nobody."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from models.event import digest_of_event, digest_of_facts
from models.postgres import owner_url
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, World, rows


@pytest.fixture
def owner(world: World) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A transaction of the tables' owner that is undone in the end."""
    url = owner_url(world[0]).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'Asia/Ho_Chi_Minh'")
        yield connection
        connection.rollback()


def test_the_chain_verifies_from_rows_read_back(road: Road) -> None:
    road.to("notify_person")
    road.do("send_to_court", "14 09:00", late_reason="mất điện")
    assert road.rows("event", "seq")[-1]["late_days"] == 4
    road.verify_chain()


def test_the_chain_verifies_in_whatever_time_zone_it_is_read(road: Road, world: World) -> None:
    road.to("verify_residence")
    owner = create_engine(owner_url(world[0]), connect_args={"options": "-c timezone=America/New_York"})
    with owner.connect() as connection:
        found = connection.execute(
            text("SELECT * FROM event WHERE dossier = :id ORDER BY seq"), {"id": road.id}
        )
        assert all(row["digest"] == digest_of_event(dict(row)) for row in found.mappings())
    owner.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "occurred_at = occurred_at + interval '1 second'",
        "late_days = 3",
        "agency = 'ca-khac'",
        "action = 'close'",
        "stage_after = 'closed'",
        "facts_digest = repeat('0', 64)",
        "seq = 99",
    ],
)
def test_a_changed_event_breaks_the_chain(road: Road, owner: Any, change: str) -> None:
    road.to("verify_residence")
    with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        cursor.execute("ALTER TABLE event DISABLE TRIGGER event_is_append_only")
        cursor.execute(f"UPDATE event SET {change} WHERE dossier = %s AND seq = 2", [road.id])  # noqa: S608 - changes from above
        row = cursor.execute(
            "SELECT * FROM event WHERE dossier = %s ORDER BY seq DESC LIMIT 1", [road.id]
        ).fetchone()
    assert row["digest"] != digest_of_event(row)


def test_facts_verify_with_their_salt_and_can_be_erased(road: Road, world: World) -> None:
    road.to("issue_result")
    statement = (
        "SELECT e.facts_digest, f.facts, f.salt FROM event e JOIN event_facts f ON f.event = e.id"
        " WHERE e.dossier = :id ORDER BY e.seq"
    )
    stored = rows(road.store, statement, id=road.id)
    assert len(stored) == 5
    assert all(row["facts_digest"] == digest_of_facts(row["facts"], row["salt"]) for row in stored)
    assert len({row["salt"] for row in stored}) == 5
    assert stored[0]["facts_digest"] != digest_of_facts(
        stored[0]["facts"] | {"remote": True}, stored[0]["salt"]
    )
    owner = create_engine(owner_url(world[0]))
    with owner.begin() as connection:
        erased = connection.execute(
            text(
                "UPDATE event_facts SET facts = NULL, salt = NULL"
                " WHERE event IN (SELECT id FROM event WHERE dossier = :id)"
            ),
            {"id": road.id},
        )
        assert erased.rowcount == 5
    owner.dispose()
    assert all(row["facts"] is None for row in rows(road.store, statement, id=road.id))
    road.verify_chain()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET late_days = 1",
        "DELETE FROM event",
        "TRUNCATE event CASCADE",
        "UPDATE event_facts SET facts = '{}'",
        "DELETE FROM event_facts",
        "DELETE FROM dossier",
        "DELETE FROM document",
        "DELETE FROM time_limit",
        "UPDATE dossier_agency SET agency = 'ca-khac'",
    ],
)
def test_the_application_can_neither_change_nor_delete_what_was_done(road: Road, statement: str) -> None:
    road.to("open")
    with pytest.raises(ProgrammingError, match="permission denied"):
        rows(road.store, statement, EVERYTHING)


@pytest.mark.parametrize(
    "statement", ["UPDATE event SET late_days = 1", "DELETE FROM event", "TRUNCATE event CASCADE"]
)
def test_a_trigger_refuses_even_the_owner(road: Road, owner: Any, statement: str) -> None:
    road.to("open")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        owner.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "number = number + 1000",
        "number_text = 'X'",
        "context = '{}'",
        "context_digest = 'x'",
        "issued_on = issued_on + 1",
        "verify_code = 'x'",
        "agency = 'ca-khac'",
        "form = 'V-36'",
    ],
)
def test_an_issued_document_never_changes(road: Road, change: str) -> None:
    road.to("record_ground")
    with pytest.raises(ProgrammingError, match="an issued document never changes"):
        rows(
            road.store,
            f"UPDATE document SET {change} WHERE dossier = :id AND form = 'V-34' RETURNING id",  # noqa: S608 - changes from above
            id=road.id,
        )


def test_a_document_is_rendered_once_and_then_its_hash_stands(road: Road) -> None:
    road.to("record_ground")
    statement = (
        "UPDATE document SET sha256 = :sha, size = 1, rendered_at = now() WHERE dossier = :id AND form = 'V-34'"
        " RETURNING sha256"
    )
    assert rows(road.store, statement, id=road.id, sha="a" * 64) == [{"sha256": "a" * 64}]
    with pytest.raises(ProgrammingError, match="an issued document never changes"):
        rows(road.store, statement, id=road.id, sha="b" * 64)


def test_an_issued_document_is_not_deleted_even_by_the_owner(road: Road, owner: Any) -> None:
    road.to("record_ground")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("DELETE FROM document WHERE dossier = %s", [road.id])
