"""The API as a process of its own: its log, its figures, what the doctor sees of it, and how it ends."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx
import orjson
from sqlalchemy import Engine, text

from api.access import NOBODY, begin_browser
from api.doctor.machine import ports
from models import clock
from models.settings import Settings
from models.store import unit_of_work
from tests.api.serving import api_process


def test_a_served_api_tells_lines_alone_is_known_to_the_doctor_and_stops_at_once(
    database: Settings, store: Engine, tmp_path: Path
) -> None:
    log, kept = tmp_path / "api.log", session_of("giam-sat", store)
    with api_process(database, tmp_path) as (process, url):
        here = replace(database, port=httpx.URL(url).port or 0)
        assert ports(here).state == "ok"
        assert "ready" in ports(here).found.en
        httpx.get(f"{url}/v1/dossiers/Nguy%E1%BB%85n?name=001098000001", trust_env=False)
        assert "hoso_http_requests_total" in httpx.get(f"{url}/metrics", trust_env=False).text
        assert seconds_to_stop(process, url, kept) < 2
    lines = [orjson.loads(line) for line in log.read_text().splitlines()]
    assert {line["program"] for line in lines} == {"api"}
    assert {"uvicorn.error", "hoso.api"} <= {line["logger"] for line in lines}
    assert "uvicorn.access" not in {line["logger"] for line in lines}
    assert any(line["event"].startswith("Application startup complete") for line in lines)
    assert any(line["event"].startswith("Application shutdown complete") for line in lines)
    assert "Nguy" not in log.read_text()
    assert "001098000001" not in log.read_text()


def session_of(user: str, store: Engine) -> str:
    """What a browser's cookie holds today, when the process looks at its own clock."""
    with clock.at(datetime.now(UTC)), unit_of_work(store, NOBODY) as connection:
        asked = text("SELECT id FROM account WHERE username = :user")
        account = connection.execute(asked, {"user": user}).scalar_one()
        return begin_browser(connection, account, "password", "127.0.0.1", second_factor=True)


def seconds_to_stop(process: subprocess.Popen[bytes], url: str, kept: str) -> float:
    """How long the process lives on that is asked to stop while somebody looks at live counts."""
    with (
        httpx.Client(base_url=url, trust_env=False, cookies={"hoso_session": kept}, timeout=30) as client,
        client.stream("GET", "/board/live") as stream,
    ):
        told = stream.iter_lines()
        assert next(told).startswith("data: {")
        since = monotonic()
        process.terminate()
        assert not any(told), "no `ended`: the browser is to come again"
        process.wait(30)
        return monotonic() - since
