"""The programs of an installation: each can run alone on a machine of its own, and `hoso up` runs them together."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from api.prefect_server import prefect_environment, prefect_server
from models.postgres import app_url
from models.program import Program
from models.settings import Settings

__all__ = ["api", "clock", "prefect", "worker"]

KEEP_ALIVE = 75
"""Seconds a connection that asks nothing stays open: longer than a person thinks, and than a proxy before us keeps it,
which else would now and then send a request into one that is closing."""


def api(settings: Settings) -> Program:
    """One process of the API; several may run, on one machine or on many.

    Raises:
        StartupError: a secret, the database's URL or the folder of files is missing.

    """
    settings.secret("jwt_key")
    settings.secret("box_key")
    settings.claim_files()
    app_url(settings)
    trusted = ("--forwarded-allow-ips", ",".join(settings.proxies))
    argv = (
        sys.executable, "-m", "uvicorn", "api.app:app_from_environment", "--factory",
        "--host", settings.host, "--port", str(settings.port),
        *(("--proxy-headers", *trusted) if settings.proxies else ("--no-proxy-headers",)),
        "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "10",
        "--timeout-keep-alive", str(KEEP_ALIVE),
    )  # fmt: skip
    return Program(argv, dict(os.environ), Path.cwd())


def worker(settings: Settings) -> Program:
    """One worker; several may run, on one machine or on many.

    Raises:
        StartupError: a secret, the database's URL or the folder of files is missing.

    """
    return _with_prefect(settings, "flows.worker")


def clock(settings: Settings) -> Program:
    """What runs at its hour; one is enough, and a second one only waits its turn.

    Raises:
        StartupError: a secret, the database's URL or the folder of files is missing.

    """
    return _with_prefect(settings, "flows.clock")


prefect = prefect_server
"""Prefect's server; one is enough for many machines."""


def _with_prefect(settings: Settings, module: str) -> Program:
    """A module of flows as a program: it needs the database, the files and Prefect's address."""
    settings.claim_files()
    app_url(settings)
    environment = {**os.environ, **prefect_environment(settings)}
    return Program((sys.executable, "-m", module), environment, Path.cwd())
