"""Whether the process is alive, and whether it can serve."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models import clock
from models.law.calendar import baseline
from models.migrations import newest
from models.postgres import owner_url
from models.settings import Settings
from tests.api.conftest import NOW
from tests.api.road import Road


def as_owner(settings: Settings, statement: str) -> None:
    url = owner_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def test_it_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    answer = client.get("/health/ready")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "status": "ready",
        "database": True,
        "migration": newest(),
        "calendar_version": baseline().version,
        "outbox_age_seconds": 0.0,
        "pdf": answer.json()["pdf"],
    }


def test_a_database_that_hangs_is_told_of_within_two_seconds_and_holds_one_thread(
    client: TestClient, database: Settings
) -> None:
    url = owner_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        for _ in range(3):
            begun = time.monotonic()
            answer = client.get("/health/ready")
            assert time.monotonic() - begun < 2
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "database_not_ready")
        asked = """
            SELECT count(*) FROM pg_locks WHERE NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
        [waiting] = connection.execute(asked).fetchone() or [0]
        assert waiting == 1
    deadline = time.monotonic() + 10
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < deadline


def test_without_libreoffice_or_its_font_it_is_ready_and_says_so(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    monkeypatch.setenv("PATH", str(tmp_path))
    with TestClient(create_app(replace(database, soffice=program))) as client:
        for installed, said in ((None, "no_libreoffice"), ("soffice", "no_font")):
            if installed:
                program.touch(mode=0o755)
            answer = client.get("/health/ready")
            assert answer.status_code == 200, answer.text
            assert answer.json()["pdf"] == said


def test_it_tells_how_long_the_oldest_job_has_waited(client: TestClient, road: Road) -> None:
    road.open()
    with clock.at(NOW + timedelta(seconds=90)):
        assert client.get("/health/ready").json()["outbox_age_seconds"] == 90.0


def test_a_database_of_another_revision_is_not_ready(client: TestClient, database: Settings) -> None:
    as_owner(database, "UPDATE alembic_version SET version_num = '0000'")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "migrations_not_ready"
    assert client.get("/health/live").status_code == 200


def test_a_day_outside_the_calendar_is_not_ready(client: TestClient) -> None:
    with clock.at(datetime(baseline().last_year + 1, 6, 1, tzinfo=UTC)):
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "calendar_not_ready"


def test_a_database_that_refuses_is_not_ready(client: TestClient, database: Settings) -> None:
    as_owner(database, "REVOKE SELECT ON job FROM hoso_app")
    answer = client.get("/health/ready", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert answer.json()["errors"][0] == {
        "code": "database_not_ready",
        "message": "The database does not answer",
        "requirement": "database",
    }
