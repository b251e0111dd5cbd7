"""What Prometheus reads: only what was committed is counted, queues as they are, and nothing about a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from api.app import create_app
from documents.rendering import render_stored
from flows import queues
from flows.ladder import climb
from flows.turns import take_turn
from models import clock
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW
from tests.api.road import Caller, Road
from tests.api.test_health import as_owner
from tests.flows.rows import read

POLICE = "ca.cau-giay"


@pytest.fixture
def value(client: TestClient) -> Callable[..., float]:
    """The present value of a sample, 0 where there is none."""

    def of(name: str, **labels: str) -> float:
        answer = client.get("/metrics")
        assert answer.status_code == 200, answer.text
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return float(sample.value)
        return 0.0

    return of


def test_an_act_counts_once_when_it_is_committed_and_not_when_it_is_tried(
    road: Road, value: Callable[..., float]
) -> None:
    def verified() -> float:
        return value("hoso_acts_total", action="verify_residence", stage="police_collection")

    road.advance("verify_residence")
    before = verified()
    assert road.ask("verify_residence", query="?dry_run=true").status_code == 200
    assert verified() == before
    for _ in range(2):
        key = {"Idempotency-Key": "one and the same"}
        assert road.ask("verify_residence", headers=key).status_code == 200
    assert verified() == before + 1


def test_an_act_that_fails_as_it_commits_is_not_counted(
    road: Road, database: Settings, value: Callable[..., float]
) -> None:
    before = value("hoso_acts_total", action="open")
    as_owner(
        database,
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'too late'; END $$;
        CREATE CONSTRAINT TRIGGER too_late AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()""",
    )
    assert road.as_user(POLICE).post("/v1/dossiers", json=road.opening()).status_code == 500
    assert read(road.store, "SELECT count(*) FROM event") == [(0,)]
    assert value("hoso_acts_total", action="open") == before


def test_refusals_are_counted_by_their_reasons_and_trials_are_not(
    road: Road, value: Callable[..., float]
) -> None:
    road.open()
    before = value("hoso_refusals_total", code="stale")
    assert road.ask("verify_residence", headers={"If-Match": '"7"'}).status_code == 412
    assert value("hoso_refusals_total", code="stale") == before + 1
    assert road.ask("verify_residence", headers={"If-Match": '"7"'}, query="?dry_run=true").status_code == 412
    assert value("hoso_refusals_total", code="stale") == before + 1
    invalid = value("hoso_refusals_total", code="missing")
    assert road.as_user(POLICE).post("/v1/dossiers", json={}).status_code == 422
    assert value("hoso_refusals_total", code="missing") == invalid + 1


def test_requests_are_counted_by_route_and_unknown_paths_together(
    client: TestClient, as_user: Callable[[str], Caller], value: Callable[..., float]
) -> None:
    def got(route: str, status: str) -> float:
        return value("hoso_http_requests_total", route=route, status=status, method="GET")

    route, unknown = got("/v1/dossiers/{dossier_id}", "404"), got("unknown", "404")
    seconds = value("hoso_http_request_seconds_count", route="/v1/dossiers/{dossier_id}", method="GET")
    as_user(POLICE).get("/v1/dossiers/x")
    as_user(POLICE).get("/Nguyễn Văn A/1")
    as_user(POLICE).get("/Nguyễn Văn A/2")
    assert (got("/v1/dossiers/{dossier_id}", "404"), got("unknown", "404")) == (route + 1, unknown + 2)
    assert (
        value("hoso_http_request_seconds_count", route="/v1/dossiers/{dossier_id}", method="GET")
        == seconds + 1
    )
    assert "Nguy" not in client.get("/metrics").text


def test_queues_are_as_the_database_has_them(
    client: TestClient, road: Road, monkeypatch: pytest.MonkeyPatch, value: Callable[..., float]
) -> None:
    monkeypatch.setattr("flows.queues._FRESH", 0.0)
    assert value("hoso_queue_depth", queue="job", state="waiting") == 0
    road.open()
    with clock.at(NOW + timedelta(seconds=90)):
        assert value("hoso_queue_age_seconds", queue="job") == 90
    assert value("hoso_queue_depth", queue="job", state="waiting") == 1
    read(road.store, "UPDATE job SET state = 'parked' RETURNING id")
    assert value("hoso_queue_depth", queue="job", state="parked") == 1
    assert value("hoso_queue_age_seconds", queue="job") == 0
    assert value("hoso_database_up") == 1
    take_turn(road.store, "sweep", lambda: {"limits": 0})
    assert value("hoso_clock_last_end_timestamp_seconds", work="sweep") == NOW.timestamp()


def test_queues_are_read_seldom_and_from_partial_indexes(
    road: Road, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.queues._FRESH", 600.0)
    road.open()
    first = client.get("/metrics").text
    road.open()
    depth = 'hoso_queue_depth{queue="job",state="waiting"}'
    assert [line for line in first.splitlines() if line.startswith(depth)] == [
        line for line in client.get("/metrics").text.splitlines() if line.startswith(depth)
    ]
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        for statement in (queues._DEPTHS, queues._SINCE):
            asked = text(f"EXPLAIN ANALYZE {statement.text}")
            plan = connection.execute(asked, {"most": queues.MOST}).scalars()
            scans = [line for line in plan if "Scan" in line]
            assert any("using ix_job_" in line or "on ix_job_" in line for line in scans), scans
            assert not [line for line in scans if "Seq Scan" in line and "never executed" not in line]


def test_without_a_database_the_rest_is_still_told(
    client: TestClient, database: Settings, value: Callable[..., float]
) -> None:
    as_owner(database, "REVOKE SELECT ON job FROM hoso_app")
    assert value("hoso_database_up") == 0
    assert "hoso_acts" in client.get("/metrics").text


def test_a_token_closes_the_door(database: Settings) -> None:
    closed = replace(database, metrics_token="không ai biết")
    with TestClient(create_app(closed)) as client:
        assert client.get("/metrics").status_code == 401
        for given, status in (("không ai biết", 200), ("khác", 401), ("", 401)):
            answer = client.get("/metrics", headers={b"Authorization": f"Bearer {given}".encode()})
            assert answer.status_code == status, given


def test_a_document_is_counted_when_its_file_is_recorded_and_not_when_it_is_read_again(
    road: Road, store: Engine, database: Settings, value: Callable[..., float]
) -> None:
    road.advance("admit")
    [(document,), *_] = read(store, "SELECT id FROM document WHERE sha256 IS NULL ORDER BY form")
    before = value("hoso_renders_total", result="rendered")
    for _ in range(2):
        render_stored(store, database.data / "files", document, Scope(SYSTEM))
    assert value("hoso_renders_total", result="rendered") == before + 1


def test_rungs_and_notices_are_counted_as_sweeps_commit_them(
    road: Road, store: Engine, value: Callable[..., float]
) -> None:
    road.advance("record_reading")
    rungs, notices = (
        value("hoso_limit_rungs_total", rung="due_soon"),
        value("hoso_notices_total", kind="limit_due_soon"),
    )
    with clock.at(NOW + timedelta(days=400)):
        with unit_of_work(store, Scope(SYSTEM)) as connection:
            assert climb(connection, at_most=None).rungs
            connection.rollback()
        assert value("hoso_limit_rungs_total", rung="due_soon") == rungs
        with unit_of_work(store, Scope(SYSTEM)) as connection:
            climbed = climb(connection, at_most=None)
    assert value("hoso_limit_rungs_total", rung="due_soon") == rungs + climbed.rungs.count("due_soon") > rungs
    assert value("hoso_notices_total", kind="limit_due_soon") > notices
