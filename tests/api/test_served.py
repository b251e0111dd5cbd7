"""The API as a process of its own: its log, its figures, and what the doctor sees of it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import orjson

from api.doctor.machine import ports
from models.postgres import app_url
from models.settings import Settings
from tests.flows.conftest import until
from tests.free_port import free_port


def test_a_served_api_tells_lines_alone_and_the_doctor_knows_it(database: Settings, tmp_path: Path) -> None:
    here = replace(database, port=free_port())
    environment = {
        "PATH": os.environ["PATH"],
        "HOSO_DATA": str(tmp_path),
        "HOSO_DATABASE_URL": app_url(database).render_as_string(hide_password=False),
    }
    argv = [
        sys.executable,
        "-m",
        "uvicorn",
        "api.app:app_from_environment",
        "--factory",
        "--port",
        str(here.port),
    ]
    url, log = f"http://127.0.0.1:{here.port}", tmp_path / "api.log"
    with log.open("wb") as output:
        process = subprocess.Popen(argv, env=environment, stdout=output, stderr=output)  # noqa: S603 - ours
    try:
        until(lambda: _answers(url), patience=120)
        assert ports(here).state == "ok"
        assert "ready" in ports(here).found.en
        httpx.get(f"{url}/v1/dossiers/Nguy%E1%BB%85n?name=001098000001", trust_env=False)
        assert "hoso_http_requests_total" in httpx.get(f"{url}/metrics", trust_env=False).text
    finally:
        process.terminate()
        process.wait(30)
    lines = [orjson.loads(line) for line in log.read_text().splitlines()]
    assert {line["program"] for line in lines} == {"api"}
    assert {"uvicorn.error", "hoso.api"} <= {line["logger"] for line in lines}
    assert "uvicorn.access" not in {line["logger"] for line in lines}
    assert any(line["event"].startswith("Application startup complete") for line in lines)
    assert "Nguy" not in log.read_text()
    assert "001098000001" not in log.read_text()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", trust_env=False).is_success
    except httpx.HTTPError:
        return False
