"""How Prefect's own server is run and reached; Prefect itself is not imported here, which would cost 1.6 s."""

from __future__ import annotations

import http.client
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL

from models.postgres import prefect_url
from models.program import Program
from models.settings import Settings, reached

_RUNS_KEPT = 30 * 24 * 3600
"""Seconds a finished run stays in Prefect's database (75 kB a run); what happened to a dossier is in its events."""


def prefect_environment(settings: Settings) -> dict[str, str]:
    """The variables with which a process, such as our worker, uses Prefect: our server only, nothing sent elsewhere.

    Raises:
        StartupError: the data folder, which holds the server's auth string, belongs to another user.

    """
    host = urlsplit(settings.prefect_url).hostname
    not_proxied = [text for text in (os.environ.get("NO_PROXY"), "127.0.0.1", host) if text]
    return {
        "PREFECT_HOME": str(settings.data / "prefect"),
        "PREFECT_API_URL": f"{settings.prefect_url}/api",
        "PREFECT_API_AUTH_STRING": settings.secret("prefect_auth"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # a server that cannot be reached is an error, not a new server
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_COLORS": "false",
        "NO_PROXY": ",".join(not_proxied),
    }


def prefect_server(settings: Settings) -> Program:
    """Prefect's server, on its own PostgreSQL database; for this machine only unless `HOSO_PREFECT_HOST` says otherwise.

    Raises:
        StartupError: it has no database (`HOSO_PREFECT_DATABASE_URL`), or the data folder belongs to another user.

    """
    settings.claim_data()
    home = settings.data / "prefect"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = {
        **prefect_environment(settings),
        "HOME": str(home),
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        **_database(prefect_url(settings)),
        "PREFECT_SERVER_API_AUTH_STRING": settings.secret("prefect_auth"),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": settings.prefect_url,
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
        "PREFECT_LOGGING_SETTINGS_PATH": str(Path(__file__).with_name("prefect_logging.yml")),
    }
    argv = (
        sys.executable, "-m", "prefect", "server", "start",
        "--host", settings.prefect_host, "--port", str(settings.prefect_port),
    )  # fmt: skip
    # Its own folder: Prefect would read .env and prefect.toml of whatever folder it is started in.
    return Program(argv, environment, home)


def _database(url: URL) -> dict[str, str]:
    """Prefect's variables for its database; libpq's `sslmode` and `sslrootcert`, as in our other URLs, become its own."""
    mode, authority = url.query.get("sslmode"), url.query.get("sslrootcert")
    url = url.difference_update_query(["sslmode", "sslrootcert"])
    name = "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_"
    tls = {}
    if mode in {"verify-ca", "verify-full"}:
        tls = {f"{name}ENABLED": "true", f"{name}CHECK_HOSTNAME": str(mode == "verify-full").lower()}
        if authority and authority != "system":
            tls[f"{name}CA_FILE"] = str(authority)
    elif mode:
        url = url.update_query_dict({"ssl": mode})
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url.render_as_string(hide_password=False), **tls}


def prefect_is_ready(settings: Settings) -> bool:
    """Whether the Prefect server of this machine answers and reaches its database."""
    connection = http.client.HTTPConnection(
        f"{reached(settings.prefect_host)}:{settings.prefect_port}", timeout=5
    )
    try:
        connection.request("GET", "/api/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
