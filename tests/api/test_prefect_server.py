"""Prefect's server: on our PostgreSQL, closed to others, talking to nobody, forgetting old runs."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.prefect_server import prefect_environment, prefect_is_ready, prefect_server
from models.program import spawn
from models.settings import Settings
from tests.api.test_supervisor import wait_until
from tests.cluster import superuser, test_cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Settings]:
    with test_cluster() as cluster, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = replace(cluster, prefect_port=probe.getsockname()[1])
        probe.close()
        with (settings.log / "prefect.log").open("ab") as log:
            process = spawn(prefect_server(settings), log)
        try:
            wait_until(lambda: prefect_is_ready(settings), patience=90)
            yield settings
        finally:
            process.terminate()
            process.wait(30)


def get(settings: Settings, path: str, auth: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", settings.prefect_port, timeout=20)
    headers = {} if auth is None else {"Authorization": f"Basic {base64.b64encode(auth.encode()).decode()}"}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_server_keeps_its_tables_in_its_own_database(server: Settings) -> None:
    with superuser(server, "prefect") as connection:
        owners = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert owners == [("hoso_prefect",)]
    assert not list((server.data / "prefect").glob("*.db"))


def test_server_answers_only_with_the_auth_string_and_shows_its_board(server: Settings) -> None:
    assert get(server, "/api/admin/version")[0] == 401
    assert get(server, "/api/admin/version", "hoso:wrong")[0] == 401
    assert get(server, "/api/admin/version", server.secret("prefect_auth"))[0] == 200
    status, page = get(server, "/")
    assert status == 200
    assert b"<html" in page.lower()


def test_server_writes_nothing_into_the_installed_package(server: Settings) -> None:
    assert (server.data / "prefect" / "ui").is_dir()
    program = prefect_server(server)
    assert program.environment["HOME"] == program.environment["PREFECT_HOME"] == str(server.data / "prefect")


def test_server_deletes_finished_runs_after_thirty_days_and_sends_no_telemetry(server: Settings) -> None:
    code = (
        "import json; from prefect.settings import get_current_settings as current; s = current().server; "
        "v = s.services.db_vacuum; print(json.dumps([sorted(v.enabled_vacuum_types), v.retention_period.days, "
        "s.analytics_enabled, s.ui.show_promotional_content]))"
    )
    program = prefect_server(server)
    answer = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", code], env=dict(program.environment), cwd=program.folder,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(answer.stdout) == [["events", "flow_runs", "orphans"], 30, False, False]


def test_flow_of_another_process_runs_against_this_server(server: Settings, tmp_path: Path) -> None:
    code = "from prefect import flow\n@flow\ndef add(x: int) -> int:\n    return x + 1\nprint(add(2))"
    script = tmp_path / "flow.py"
    script.write_text(code)
    answer = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, script], env={**os.environ, **prefect_environment(server)}, cwd=tmp_path,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.splitlines()[-1] == "3"
    with superuser(server, "prefect") as connection:
        assert connection.execute(
            "SELECT count(*) FROM flow_run WHERE state_type = 'COMPLETED'"
        ).fetchone() == (1,)


def test_without_its_server_a_flow_fails_instead_of_starting_one(server: Settings, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        **prefect_environment(replace(server, prefect_port=1)),
        "PREFECT_CLIENT_MAX_RETRIES": "0",
    }
    answer = subprocess.run(
        [sys.executable, "-c", "from prefect import flow\n@flow\ndef add() -> int:\n    return 1\nadd()"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode != 0
