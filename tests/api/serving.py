"""The API as a process of its own, over the test's database."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from api import programs
from models.postgres import app_url
from models.settings import Settings
from tests.flows.conftest import until
from tests.free_port import free_port


@contextmanager
def api_process(database: Settings, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The program that an installation runs, and where it answers; its log is `api.log` in the folder."""
    url = app_url(database).render_as_string(hide_password=False)
    here = replace(database, data=folder, database_url=url, port=free_port())
    environment = {"PATH": os.environ["PATH"], "HOSO_DATA": str(folder), "HOSO_DATABASE_URL": url}
    with (folder / "api.log").open("wb") as log:
        process = subprocess.Popen(programs.api(here).argv, env=environment, stdout=log, stderr=log)  # noqa: S603 - ours
        try:
            address = f"http://127.0.0.1:{here.port}"
            until(lambda: _answers(address), patience=120)
            yield process, address
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def served(database: Settings, tmp_path: Path) -> Iterator[httpx.Client]:
    """The API as it runs in an office, over the test's database."""
    with (
        api_process(database, tmp_path) as (_, url),
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", trust_env=False).is_success
    except httpx.HTTPError:
        return False
