"""The doctor and a real Prefect server: in order, with a wrong password, of another version, at another time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.doctor.finding import Finding
from api.doctor.prefect import deployments, prefect, prefect_database
from models import clock
from models.postgres import prefect_url
from models.settings import Settings
from tests.free_port import free_port


@pytest.fixture
def here(settings: Settings, prefect_port: int, cluster: Settings) -> Settings:
    """An installation with a running Prefect server."""
    url = prefect_url(cluster).render_as_string(hide_password=False)
    return replace(settings, prefect_port=prefect_port, prefect_database_url=url)


def assert_mends(finding: Finding, state: str, words: str) -> None:
    assert finding.state == state, finding
    assert words in finding.found.en, finding
    assert finding.mend is not None
    assert finding.mend.vi != finding.mend.en


def test_a_server_in_good_order(here: Settings) -> None:
    assert prefect(here).state == "ok", prefect(here)
    assert prefect_database(here).state == "ok", prefect_database(here)


def test_a_server_that_is_away(here: Settings) -> None:
    assert_mends(prefect(replace(here, prefect_port=free_port())), "failed", "does not answer")


def test_a_password_that_is_not_the_servers(here: Settings, tmp_path: Path) -> None:
    other = replace(here, data=tmp_path / "var")
    other.secret("prefect_auth")
    assert_mends(prefect(other), "failed", "refuses our password")


def test_deployments_that_are_missing_or_paused(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.doctor.prefect.WORKS", ("there", "not-there"))
    auth = tuple(here.secret("prefect_auth").split(":", 1))
    with httpx.Client(base_url=f"{here.prefect_url}/api", auth=auth, trust_env=False) as client:  # type: ignore[arg-type]
        flow = client.post("flows/", json={"name": "of the doctor's test"}).raise_for_status().json()["id"]
        made = client.post("deployments/", json={"name": "there", "flow_id": flow}).raise_for_status().json()
        assert_mends(deployments(here), "failed", "lacks deployments: not-there")
        monkeypatch.setattr("api.doctor.prefect.WORKS", ("there",))
        assert deployments(here).state == "ok"
        client.patch(f"deployments/{made['id']}", json={"paused": True}).raise_for_status()
        assert_mends(deployments(here), "warning", "paused: there")
        client.delete(f"deployments/{made['id']}").raise_for_status()
    assert_mends(deployments(replace(here, prefect_port=free_port())), "failed", "not checked")


def test_a_server_of_another_version(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.doctor.prefect.version", lambda _name: "3.0.0")
    assert_mends(prefect(here), "failed", "ours is 3.0.0")


def test_a_server_whose_clock_differs(here: Settings) -> None:
    with clock.at(datetime.now(UTC) + timedelta(seconds=60)):
        assert_mends(prefect(here), "failed", "from the clock of Prefect")


def test_a_database_of_prefects_without_its_extension(here: Settings) -> None:
    lacking = replace(here, prefect_database_url=here.migrate_url)
    assert_mends(prefect_database(lacking), "failed", "lacks pg_trgm")
    away = f"postgresql://hoso_prefect:x@127.0.0.1:{free_port()}/prefect"
    assert_mends(prefect_database(replace(here, prefect_database_url=away)), "failed", "does not answer")
