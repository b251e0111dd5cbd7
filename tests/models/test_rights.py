"""The second wall as it is built: which tables have it, that the application cannot pass it, and what cannot be written."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, World, actor, rows, seeded_store

OPEN: Mapping[str, str] = {
    "account": "officials, read before anybody is known, at signing in, and by who mails notices; no person of a dossier",
    "agency": "public offices",
    "alembic_version": "the revision",
    "calendar_change": "the calendar, the same for all",
    "calendar_change_set": "the calendar, the same for all",
    "chain_check": "counts and hashes over all dossiers",
    "clock_run": "counts of the clock's works",
    "job": "ids of acts and errors that quote nothing",
    "job_retry": "ids",
    "recovery_code": "digests of codes of officials",
    "request_rate": "when an account or address may ask again",
    "second_factor": "sealed secrets of officials",
    "service_secret": "digests of programs' secrets",
    "session": "who among officials is signed in, and from where",
    "sign_in_failure": "digests of what was tried, and how often",
    "refresh_token": "digests of tokens",
    "register": "the last number of a register",
    "retention_rule": "how long closed dossiers are kept",
    "unstaffed": "public offices in which no account can act",
}
"""Tables without row-level security, and why."""


@pytest.fixture(scope="module")
def world(cluster: Settings, template: str) -> Iterator[World]:
    with seeded_store(cluster, template) as world:
        yield world


@pytest.fixture
def store(world: World) -> Engine:
    return world[1]


def test_every_table_is_behind_the_wall_or_says_why_not(store: Engine) -> None:
    asked = """SELECT relname, relrowsecurity FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"""
    found = {row["relname"]: row["relrowsecurity"] for row in rows(store, asked)}
    assert {name for name, walled in found.items() if not walled} == set(OPEN)
    assert {
        "dossier",
        "person",
        "event_facts",
        "paper",
        "stored_answer",
        "imported_row",
    } <= found.keys() - OPEN.keys()


def test_every_policy_that_lets_write_asks_what_is_seen(store: Engine) -> None:
    """No policy takes any row whatever, but for persons, who are seen by their dossiers, and ids."""
    asked = "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies"
    found = rows(store, asked)
    assert len(found) > 20
    for row in found:
        for condition in (row["qual"], row["with_check"]):
            lax = condition == "true"
            assert not lax or (row["tablename"], row["cmd"]) == ("dossier_agency", "SELECT"), row
    assert {row["with_check"] is not None and "hoso.writes" in row["with_check"] for row in found
            if row["tablename"] in {"dossier", "event", "person", "paper", "document", "time_limit"}} == {True}  # fmt: skip


def test_the_application_is_neither_owner_nor_superuser_nor_beside_the_wall(store: Engine) -> None:
    asked = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    [role] = rows(store, asked)
    assert set(role.values()) == {False}
    owned = "SELECT count(*) AS owned FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    assert rows(store, owned) == [{"owned": 0}]
    assert rows(store, "SELECT pg_has_role(current_user, 'hoso_owner', 'member') AS member") == [
        {"member": False}
    ]


@pytest.fixture
def road(store: Engine) -> Road:
    return Road(store).to("compile")


def stolen(road: Road) -> dict[str, str]:
    """How an agency would write into a dossier it does not see, by table."""
    return {
        "dossier_agency": "INSERT INTO dossier_agency VALUES (:dossier, :agency)",
        "paper": """INSERT INTO paper (id, dossier, kind, title, received_on, first_sheet, sheets, file_name, content_type,
            sha256, agency, account, recorded_at) VALUES (gen_random_uuid(), :dossier, 'x', 'x', '2026-09-01', 900, 1, 'x',
            'x', 'x', :agency, :account, now())""",
        "event": """INSERT INTO event (id, dossier, seq, action, agency, account, stage_after, occurred_at, recorded_at,
            facts_digest, previous, digest) VALUES (gen_random_uuid(), :dossier, 900, 'x', :agency, :account, 'closed',
            '2026-09-01', '2026-09-01', 'x', 'x', 'x')""",
        "time_limit": """INSERT INTO time_limit (id, dossier, rule, kind, started_by, starts_at, ledger) VALUES
            (gen_random_uuid(), :dossier, 'x', 'duty', :event, '2026-09-01', '[]')""",
        "notice": """INSERT INTO notice (id, dossier, agency, audience, kind, key, facts, created_at) VALUES
            (gen_random_uuid(), :dossier, 'tp', 'agency', 'x', 'x', '{}', now())""",
        "event_facts": "INSERT INTO event_facts VALUES (gen_random_uuid(), NULL, NULL)",
    }


@pytest.mark.parametrize("name", ["dossier_agency", "paper", "event", "time_limit", "notice", "event_facts"])
def test_nothing_is_written_into_a_dossier_that_is_not_seen(road: Road, name: str) -> None:
    event = road.rows("event")[0]["id"]
    for scope in (Scope("ca-khac", actor("ca-khac").account), actor("ca", "auditor").scope,
                  actor("ca", "administrator").scope, Scope("")):  # fmt: skip
        values = {
            "dossier": road.id,
            "agency": "ca-khac",
            "account": actor("ca-khac").account,
            "event": event,
        }
        with pytest.raises(ProgrammingError, match="row-level security"):
            rows(road.store, stolen(road)[name], scope, **{
                key: value for key, value in values.items() if f":{key}" in stolen(road)[name]
            })  # fmt: skip


def test_a_dossier_is_opened_for_ones_own_agency_only(road: Road) -> None:
    copied = """INSERT INTO dossier SELECT gen_random_uuid(), 'x', person, book, stage, 'ca-khac', version, opened_on, facts,
        acts, parties, head, recorded_at, changed_at FROM dossier WHERE id = :id"""
    with pytest.raises(ProgrammingError, match="row-level security"):
        rows(road.store, copied, Scope("ca"), id=road.id)


def seen(road: Road, scope: Scope) -> bool:
    return any(row["id"] == road.id for row in rows(road.store, "SELECT id FROM dossier", scope))


@pytest.mark.parametrize(
    ("agency", "role", "sees"),
    [
        ("cuc", "supervisor", True), ("cuc", "auditor", True), ("cuc", "head", False), ("cuc", "administrator", False),
        ("ca", "supervisor", True), ("ca", "administrator", False), ("ca", "system", False), ("ca", "head", True),
        ("ca-khac", "supervisor", False), ("ca-khac", "auditor", False), ("ca-tinh", "supervisor", True),
        ("ca-tinh", "officer", False), ("ld", "supervisor", False),
    ],
)  # fmt: skip
def test_a_territory_is_seen_by_who_watches_over_it(road: Road, agency: str, role: str, sees: bool) -> None:
    """The ministry's office looks after the country, the province's after the commune; `vn/ca-k` holds no `vn/ca`."""
    with unit_of_work(road.store, EVERYTHING) as connection:
        for code, territory in (("cuc", "vn"), ("ca-tinh", "vn/t"), ("ca", "vn/t/ca"), ("ld", "vn/t/c")):
            connection.execute(
                text("UPDATE agency SET territory = :territory WHERE code = :code"),
                {"territory": territory, "code": code},
            )
    assert seen(road, actor(agency, role).scope) is sees


def test_an_auditor_changes_nothing(road: Road) -> None:
    scope = actor("ca", "auditor").scope
    assert seen(road, scope)
    for statement in (
        "UPDATE dossier SET stage = stage WHERE id = :id RETURNING id",
        "UPDATE time_limit SET rung = rung WHERE dossier = :id RETURNING id",
        "UPDATE person SET name_key = 'x' WHERE id = (SELECT person FROM dossier WHERE id = :id) RETURNING id",
        "UPDATE document SET state = state WHERE dossier = :id RETURNING id",
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            rows(road.store, statement, scope, id=road.id)


def test_an_answer_that_is_kept_is_its_accounts_own(road: Road) -> None:
    mine, other = actor("ca").scope, Scope("ca", actor("yt").account)
    with unit_of_work(road.store, mine) as connection:
        connection.execute(insert(table("stored_answer")).values(
            account=actor("ca").account, key="k", request_digest="x", created_at=datetime(2026, 9, 1, tzinfo=UTC),
        ))  # fmt: skip
    asked = "SELECT key FROM stored_answer"
    assert [len(rows(road.store, asked, scope)) for scope in (mine, other, Scope(SYSTEM))] == [1, 0, 1]


def test_clerks_and_judges_work_in_courts(store: Engine) -> None:
    def hire(role: str, agency: str) -> UUID:
        identity = uuid4()
        with unit_of_work(store, EVERYTHING) as connection:
            connection.execute(insert(table("account")).values(
                id=identity, username=str(identity), password_hash="-", full_name="Nguyễn Văn T", position="Thư ký",
                role=role, agency=agency, disabled=False,
            ))  # fmt: skip
        return identity

    for role in ("clerk", "judge"):
        for agency in ("ta", "ta-tinh"):
            hire(role, agency)
        with pytest.raises(IntegrityError, match="work in courts"):
            hire(role, "ca")
    with pytest.raises(IntegrityError, match="account_role_check"):
        hire("king", "ca")
