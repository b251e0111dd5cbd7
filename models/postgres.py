"""The embedded PostgreSQL: one cluster in the data folder, run as our own child, and the URLs to reach it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from models.postgres_binaries import (
    binaries,
    cluster_folder,
    open_outside_folder,
    outside_folder,
    server_user,
    socket_folder,
)
from models.postgres_cluster import HERE
from models.postgres_cluster import prepare as prepare
from models.program import Program, spawn
from models.settings import SecretName, Settings, StartupError

_ROLES: tuple[SecretName, ...] = ("hoso_owner", "hoso_app", "hoso_prefect")
_DATABASES = {"hoso": "hoso_owner", "prefect": "hoso_prefect"}


def program(settings: Settings, options: Mapping[str, str] | None = None) -> Program:
    """The server as a child program; `prepare` must have run.

    Args:
        settings: the installation.
        options: further configuration parameters, such as `{"fsync": "off"}` for a cluster that only tests use.

    Raises:
        StartupError: PostgreSQL cannot be used.

    """
    folder = socket_folder(settings)
    chosen = {
        "listen_addresses": "",
        # Relative to the data directory, so that its length and the folders above do not matter.
        "unix_socket_directories": "../run" if folder.is_relative_to(settings.data) else str(folder),
        "unix_socket_permissions": "0700",
        # A statement's error may quote a row, and with it a person; whoever sent it logs its SQLSTATE.
        "log_min_messages": "log",
        **(options or {}),
    }
    arguments = [text for name, value in chosen.items() for text in ("-c", f"{name}={value}")]
    return Program(
        (str(binaries(settings).folder / "postgres"), "-D", HERE, *arguments),
        {"LC_ALL": "C.UTF-8", "PATH": os.defpath},
        cluster_folder(settings),
        server_user(settings),
        signal.SIGINT,  # "fast": ends sessions and writes a checkpoint; SIGTERM would wait for the clients
    )


def start(
    settings: Settings, output: int | IO[bytes] | None = None, options: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start the prepared server in the foreground as our child; it ends when we die.

    Raises:
        StartupError: PostgreSQL cannot be used.

    """
    return spawn(program(settings, options), output)


def is_ready(settings: Settings) -> bool:
    """Whether the server accepts connections."""
    address = f"host='{_quoted(socket_folder(settings))}' port=5432 connect_timeout=2"
    return psycopg.pq.PGconn.ping(address.encode()) == psycopg.pq.Ping.OK


def wait_ready(settings: Settings, process: subprocess.Popen[bytes], timeout: float = 60.0) -> None:
    """Return once the server accepts connections.

    Raises:
        StartupError: it ended, or was not ready after `timeout` seconds.

    """
    end = time.monotonic() + timeout
    while not is_ready(settings):
        if process.poll() is not None or time.monotonic() > end:
            raise StartupError(
                f"PostgreSQL không khởi động được; xem {settings.log}.",
                f"PostgreSQL did not start; see {settings.log}.",
            )
        time.sleep(0.01)


def stop(process: subprocess.Popen[bytes], timeout: float = 30.0) -> None:
    """Shut the server down in good order; after `timeout` seconds at once (it recovers at the next start)."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def clean_up(settings: Settings) -> None:
    """Remove what the server needed outside the data folder; call it after `stop`."""
    if outside_folder(settings).exists():
        shutil.rmtree(open_outside_folder(settings))


def ensure_roles(settings: Settings) -> None:
    """Create the three roles and two databases, or bring the present ones to what they must be. Idempotent.

    `hoso_owner` owns the tables, `hoso_app` works under row-level security, `hoso_prefect` has Prefect's own database.

    Raises:
        StartupError: the cluster was made with other passwords than those in the data folder.
        psycopg.Error: the server cannot be reached or refuses.

    """
    with _superuser(settings, "postgres") as connection:
        for role in _ROLES:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            # Hashed here: a statement that fails is logged with its text.
            verifier = connection.pgconn.encrypt_password(
                settings.secret(role).encode(), role.encode(), b"scram-sha-256"
            )
            connection.execute(
                sql.SQL(
                    "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD {}"
                ).format(
                    sql.SQL("ALTER" if known else "CREATE"),
                    sql.Identifier(role),
                    sql.Literal(verifier.decode()),
                )
            )
        for name, owner in _DATABASES.items():
            database = sql.Identifier(name)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(owner))
                )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute("GRANT CONNECT ON DATABASE hoso TO hoso_app")
    with _superuser(settings, "prefect") as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def app_url(settings: Settings) -> URL:
    """The application's database as `hoso_app`, or as `HOSO_DATABASE_URL` says.

    Raises:
        StartupError: the variable's URL is not one of PostgreSQL.

    """
    if settings.database_url is not None:
        return _outside_url(settings, "HOSO_DATABASE_URL", settings.database_url, "hoso_app")
    return _embedded_url(settings, "postgresql+psycopg", "hoso_app", "hoso")


def owner_url(settings: Settings) -> URL:
    """The application's database as `hoso_owner`, who may change its tables, or as `HOSO_MIGRATE_URL` says.

    Raises:
        StartupError: the variable is missing beside `HOSO_DATABASE_URL`, or its URL is not one of PostgreSQL.

    """
    if settings.database_url is not None:
        return _outside_url(settings, "HOSO_MIGRATE_URL", settings.migrate_url, "hoso_owner")
    return _embedded_url(settings, "postgresql+psycopg", "hoso_owner", "hoso")


def prefect_url(settings: Settings) -> URL:
    """The database of Prefect's server as `hoso_prefect`, or as `HOSO_PREFECT_DATABASE_URL` says; driver asyncpg.

    Raises:
        StartupError: the variable is missing beside `HOSO_DATABASE_URL`, or its URL is not one of PostgreSQL.

    """
    if settings.database_url is not None:
        text = settings.prefect_database_url
        url = _outside_url(settings, "HOSO_PREFECT_DATABASE_URL", text, "hoso_prefect")
        return url.set(drivername="postgresql+asyncpg")
    return _embedded_url(settings, "postgresql+asyncpg", "hoso_prefect", "prefect")


def _embedded_url(settings: Settings, driver: str, role: SecretName, database: str) -> URL:
    return URL.create(
        driver,
        role,
        settings.secret(role),
        database=database,
        query={"host": str(socket_folder(settings)), "port": "5432"},
    )


def _outside_url(settings: Settings, variable: str, text: str | None, role: SecretName) -> URL:
    """The URL of a cluster run by others; a password it leaves out is the one in `HOSO_SECRETS`, if there is one."""
    try:
        url = make_url(text or "")
    except ArgumentError:  # not chained: its message would repeat the URL, and the password in it
        url = None
    if url is None or url.get_backend_name() not in {"postgresql", "postgres"}:
        raise StartupError(
            f"{variable} phải là địa chỉ PostgreSQL, ví dụ postgresql://người_dùng:mật_khẩu@máy/cơ_sở_dữ_liệu.",
            f"{variable} must be a PostgreSQL URL, such as postgresql://user:password@host/database.",
        )
    if url.password is None and settings.shared_secrets and (settings.shared_secrets / role).exists():
        url = url.set(password=settings.secret(role))
    return url.set(drivername="postgresql+psycopg")


def _superuser(settings: Settings, database: str) -> psycopg.Connection[tuple[object, ...]]:
    try:
        return psycopg.connect(
            host=str(socket_folder(settings)),
            user="postgres",
            password=settings.secret("postgres"),
            dbname=database,
            autocommit=True,
        )
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        kept = settings.data / "secrets"
        raise StartupError(
            f"Mật khẩu trong {kept} không khớp với cơ sở dữ liệu; hãy khôi phục thư mục này từ cùng một bản sao lưu.",
            f"The passwords in {kept} do not fit the database; restore that folder from the same backup.",
        ) from error


def _quoted(path: Path) -> str:
    return str(path).replace("\\", r"\\").replace("'", r"\'")
