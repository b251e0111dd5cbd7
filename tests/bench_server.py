"""One API process as an installation runs it, but on a day of ours: what benchmarks over HTTP ask."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import httpx
import uvicorn

from api.app import app_from_environment
from api.programs import KEEP_ALIVE
from models import clock
from models.settings import Settings
from tests.flows.conftest import until
from tests.free_port import free_port


class Served(NamedTuple):
    """Where an API answers, and the number of its process."""

    url: str
    process: int


@contextmanager
def server(settings: Settings, now: datetime) -> Iterator[Served]:
    """An API over this installation's database, at a moment at which its time stands."""
    port = free_port()
    environment = {
        **os.environ, "HOSO_DATA": str(settings.data), "HOSO_PORT": str(port), "HOSO_NOW": now.isoformat(),
        # A rate is a minute's; who never thinks asks oftener than a person could.
        "HOSO_RATE_ACCOUNT": "100000", "HOSO_RATE_ADDRESS": "100000",
    }  # fmt: skip
    if settings.database_url:
        environment["HOSO_DATABASE_URL"] = settings.database_url
    with (settings.log / "api.log").open("ab") as log:
        process = subprocess.Popen((sys.executable, "-m", "tests.bench_server"), env=environment, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: process.poll() is not None or _answers(url), patience=120)
        assert process.poll() is None, "the API ended"
        yield Served(url, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live").is_success
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    with clock.at(datetime.fromisoformat(os.environ["HOSO_NOW"])):
        uvicorn.run(
            app_from_environment, factory=True, host="127.0.0.1", port=int(os.environ["HOSO_PORT"]),
            access_log=False, server_header=False, timeout_keep_alive=KEEP_ALIVE,
        )  # fmt: skip
