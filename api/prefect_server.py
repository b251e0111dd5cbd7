"""How Prefect's own server is run and reached; Prefect itself is not imported here, which would cost 1.6 s."""

from __future__ import annotations

import http.client
import os
import sys

from models.postgres import prefect_url
from models.program import Program
from models.settings import Settings

_RUNS_KEPT = 30 * 24 * 3600
"""Seconds a finished run stays in Prefect's database (75 kB a run); what happened to a dossier is in its events."""


def prefect_environment(settings: Settings) -> dict[str, str]:
    """The variables with which a process, such as our worker, uses Prefect: our server only, nothing sent elsewhere.

    Raises:
        StartupError: the data folder, which holds the server's auth string, belongs to another user.

    """
    not_proxied = [text for text in (os.environ.get("NO_PROXY"), "127.0.0.1") if text]
    return {
        "PREFECT_HOME": str(settings.data / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{settings.prefect_port}/api",
        "PREFECT_API_AUTH_STRING": settings.secret("prefect_auth"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # a server that cannot be reached is an error, not a new server
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_COLORS": "false",
        "NO_PROXY": ",".join(not_proxied),
    }


def prefect_server(settings: Settings) -> Program:
    """Prefect's server as a child program, on its own PostgreSQL database, for this machine only.

    Raises:
        StartupError: it has no database (`HOSO_PREFECT_DATABASE_URL`), or the data folder belongs to another user.

    """
    home = settings.data / "prefect"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = {
        **prefect_environment(settings),
        "HOME": str(home),
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect_url(settings).render_as_string(hide_password=False),
        "PREFECT_SERVER_API_AUTH_STRING": settings.secret("prefect_auth"),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{settings.prefect_port}",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(_RUNS_KEPT),
        # With SQLAlchemy 2.1 its scheduler fails once a minute; the clock makes the runs, under the keys it would use.
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
        # Otherwise a restart forgets who holds a deployment's one place, and nobody is let in any more.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(
            home / "ui"
        ),  # by default it writes into the installed package
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    }
    argv = (
        sys.executable, "-m", "prefect", "server", "start",
        "--host", "127.0.0.1", "--port", str(settings.prefect_port),
    )  # fmt: skip
    # Its own folder: Prefect would read .env and prefect.toml of whatever folder it is started in.
    return Program(argv, environment, home)


def prefect_is_ready(settings: Settings) -> bool:
    """Whether Prefect's server answers and reaches its database."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.prefect_port, timeout=5)
    try:
        connection.request("GET", "/api/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
