"""The API as a process of its own, over the test's database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from models.postgres import app_url
from models.settings import Settings
from tests.flows.conftest import until
from tests.free_port import free_port


@pytest.fixture
def served(database: Settings, tmp_path: Path) -> Iterator[httpx.Client]:
    """The API as it runs in an office, over the test's database."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOSO_DATA": str(tmp_path),
        "HOSO_DATABASE_URL": app_url(database).render_as_string(hide_password=False),
    }
    argv = [sys.executable, "-m", "uvicorn", "api.app:app_from_environment", "--factory", "--port", str(port)]
    with (tmp_path / "api.log").open("wb") as log:
        process = subprocess.Popen(argv, env=environment, stdout=log, stderr=log)  # noqa: S603 - ours
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
                until(lambda: _answers(client), patience=120)
                yield client
        finally:
            process.terminate()
            process.wait(30)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health/live").is_success
    except httpx.HTTPError:
        return False
