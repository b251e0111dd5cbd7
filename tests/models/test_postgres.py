"""The embedded PostgreSQL: first start, restarts after kills, roles, passwords, users and folders."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url

from models import postgres, postgres_binaries
from models.settings import Settings, StartupError
from tests.cluster import running, superuser, test_cluster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Settings]:
    with test_cluster() as settings:
        yield settings


@pytest.fixture
def fresh(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "var")


def connect(url: URL, **changes: str) -> psycopg.Connection[tuple[object, ...]]:
    known = {
        name: str(value)
        for name, value in url.translate_connect_args(database="dbname", username="user").items()
    }
    known["host"] = str(url.query["host"])
    return psycopg.connect(make_conninfo(**{**known, **changes}), autocommit=True)


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until_gone(pid: int) -> None:
    end = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < end, f"process {pid} is still there"
        time.sleep(0.02)


def test_cluster_is_created_once_and_keeps_its_data(fresh: Settings) -> None:
    with running(fresh), superuser(fresh) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Nguyễn Văn A' AS name")
        first = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    with running(fresh), superuser(fresh) as connection:
        assert connection.execute("SELECT name FROM kept").fetchone() == ("Nguyễn Văn A",)
        assert connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone() == first


def test_start_that_was_killed_during_initdb_leaves_a_clean_start(fresh: Settings) -> None:
    unfinished = postgres_binaries.cluster_folder(fresh).with_name("cluster.new")
    child = subprocess.Popen([sys.executable, "-c", PREPARE, str(fresh.data)])  # noqa: S603 - the text below
    while not (unfinished / "base").exists():
        time.sleep(0.005)
    child.kill()
    child.wait()
    assert not postgres_binaries.cluster_folder(fresh).exists()
    with running(fresh), superuser(fresh) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not unfinished.exists()


def test_committed_rows_survive_kill_of_the_server(fresh: Settings) -> None:
    with running(fresh) as pid:
        with superuser(fresh) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        os.kill(pid, signal.SIGKILL)
    with running(fresh), superuser(fresh) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_server_dies_with_the_process_that_started_it(fresh: Settings) -> None:
    child, pid = start_in_another_process(fresh)
    child.kill()
    child.wait()
    until_gone(pid)


def test_server_left_behind_is_taken_down_before_the_next_start(fresh: Settings) -> None:
    child, pid = start_in_another_process(fresh)
    os.kill(pid, signal.SIGSTOP)  # so that it cannot follow its parent
    child.kill()
    child.wait()
    os.kill(pid, signal.SIGCONT)
    with running(fresh) as next_pid, superuser(fresh) as connection:
        assert next_pid != pid
        assert connection.execute("SELECT 1").fetchone() == (1,)
    until_gone(pid)


def test_stale_pid_file_naming_a_stranger_does_not_stop_the_start(fresh: Settings) -> None:
    postgres.prepare(fresh)
    folder = postgres_binaries.cluster_folder(fresh)
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd=folder)
    try:
        (folder / "postmaster.pid").write_text(f"{stranger.pid}\n/proc/self/cwd\n0\n5432\n\n\n")
        with running(fresh), superuser(fresh) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_application_role_is_neither_superuser_nor_owner(cluster: Settings) -> None:
    with connect(postgres.app_url(cluster)) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, pg_has_role('hoso_owner', 'MEMBER') "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert rights == (False, False, False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


def test_owner_may_create_tables_but_is_no_superuser(cluster: Settings) -> None:
    with connect(postgres.owner_url(cluster)) as connection:
        connection.execute("CREATE TEMPORARY TABLE mine (id int)")
        connection.execute("CREATE TABLE public.mine (id int)")
        connection.execute("DROP TABLE public.mine")
        assert connection.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (False,)


def test_prefect_and_the_application_cannot_enter_each_others_database(cluster: Settings) -> None:
    app, prefect = postgres.app_url(cluster), postgres.prefect_url(cluster)
    with connect(prefect) as connection:
        assert connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchone() == (1,)
    for url, other in ((app, "prefect"), (prefect, "hoso")):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            connect(url, dbname=other)


def test_roles_are_ensured_again_without_harm(cluster: Settings) -> None:
    with superuser(cluster) as connection:
        connection.execute("ALTER ROLE hoso_app SUPERUSER")
    postgres.ensure_roles(cluster)
    with superuser(cluster) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'hoso_app'").fetchone() == (
            False,
        )


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"password": ""}, {"user": "postgres", "password": "postgres"}]
)
def test_wrong_password_is_refused_even_on_the_socket(
    cluster: Settings, changes: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(postgres.app_url(cluster), **changes)


def test_passwords_are_kept_as_scram_verifiers(cluster: Settings) -> None:
    with superuser(cluster) as connection:
        kept = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolcanlogin").fetchall()
    assert len(kept) == 4
    assert all(str(verifier).startswith("SCRAM-SHA-256$") for (verifier,) in kept)


def test_server_listens_on_no_network_port_and_orders_text_alike_everywhere(cluster: Settings) -> None:
    with superuser(cluster, "hoso") as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        row = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'hoso'"
        ).fetchone()
        assert row == ("b", "C.UTF-8")


def test_folders_and_secrets_are_closed_to_others(cluster: Settings) -> None:
    folders = [cluster.data, cluster.data / "secrets", cluster.log, postgres_binaries.socket_folder(cluster)]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * 4
    files = list((cluster.data / "secrets").iterdir())
    assert {file.name for file in files} >= {"postgres", "hoso_owner", "hoso_app", "hoso_prefect"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert not (cluster.data / "postgres" / "superuser").exists()


def test_no_secret_shows_in_command_lines_logs_or_representations(cluster: Settings) -> None:
    secrets = {file.read_text().strip() for file in (cluster.data / "secrets").iterdir()}
    url = postgres.app_url(cluster)
    outside = Settings(data=cluster.data, database_url=url.render_as_string(hide_password=False))
    shown = [repr(cluster), repr(url), repr(outside), repr(postgres.program(cluster))]
    shown += [file.read_text() for file in cluster.log.iterdir()]
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            shown.append(entry.read_text())
        except OSError:
            continue
    assert not [secret for secret in secrets for text in shown if secret in text]


@as_root
def test_server_started_by_root_runs_as_an_unprivileged_user(cluster: Settings) -> None:
    with superuser(cluster) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        status = Path(f"/proc/{row[0]}/status").read_text()
    ids = [
        set(line.split()[1:]) for line in status.splitlines() if re.match("(Uid|Gid|Groups|CapEff):", line)
    ]
    assert "0" not in ids[0] | ids[1] | ids[2]
    assert ids[3] == {"0" * 16}


@as_root
def test_server_works_below_closed_folders_with_programs_its_user_cannot_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = postgres_binaries._wheel_folder().parents[1]
    installed = closed / "site-packages"
    installed.mkdir()
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, installed / part.name)
    monkeypatch.setattr(
        postgres_binaries, "_wheel_folder", lambda: installed / package.name / "pginstall" / "bin"
    )
    settings = Settings(data=closed / "var")
    with running(settings), superuser(settings) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        connection.execute("CREATE EXTENSION pg_trgm")
    assert not postgres_binaries.outside_folder(settings).exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_socket_moves_to_a_short_private_folder_when_the_data_path_is_too_long(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / ("dài" * 40) / "var")
    folder = postgres_binaries.socket_folder(settings)
    with running(settings):
        postgres.ensure_roles(settings)
        assert not folder.is_relative_to(settings.data)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with connect(postgres.app_url(settings)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not folder.parent.exists()


@as_root
def test_short_folder_held_by_somebody_else_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / ("x" * 120))
    folder = postgres_binaries.outside_folder(settings)
    folder.mkdir()
    try:
        os.chown(folder, 65534, 65534)
        with pytest.raises(StartupError, match="Somebody else holds"):
            postgres.prepare(settings)
    finally:
        folder.rmdir()


@as_root
def test_data_folder_of_another_user_is_refused_by_name(fresh: Settings) -> None:
    fresh.claim_data()
    os.chown(fresh.data / "secrets", 65534, 65534)
    with pytest.raises(StartupError, match="belongs to user nobody, but this runs as root"):
        postgres.prepare(fresh)


def test_other_installation_of_postgresql_can_be_used_and_is_not_mixed_up(tmp_path: Path) -> None:
    other = Path("/usr/lib/postgresql/15/bin")
    if not other.exists():
        pytest.skip("no other PostgreSQL on this machine")
    settings = Settings(data=tmp_path / "var", pg_bin=other)
    if os.geteuid() == 0:
        with pytest.raises(StartupError, match="is version 15; 16 or newer is needed when started as root"):
            postgres.prepare(settings)
        return
    with running(settings), superuser(settings) as connection:
        assert "PostgreSQL 15" in str(connection.execute("SELECT version()").fetchone())
    with pytest.raises(StartupError, match="made by PostgreSQL 15"):
        postgres.prepare(Settings(data=settings.data))


def test_cluster_restored_without_its_secrets_says_so(fresh: Settings) -> None:
    postgres.prepare(fresh)
    (fresh.data / "secrets" / "postgres").unlink()
    with running(fresh), pytest.raises(StartupError, match="do not fit the database"):
        postgres.ensure_roles(fresh)


@as_root
def test_cluster_restored_as_roots_is_given_back_to_the_server(fresh: Settings) -> None:
    postgres.prepare(fresh)
    folder = postgres_binaries.cluster_folder(fresh)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 0, 0)
    with running(fresh), superuser(fresh) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("answer", "message"), [("postgres (PostgreSQL) 14.1", "or newer is needed"), ("hello", "cannot be run")]
)
def test_unusable_programs_are_named(fresh: Settings, answer: str, message: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's user must reach it
        (folder / "postgres").write_text(f"#!/bin/sh\necho '{answer}'\n")
        (folder / "postgres").chmod(0o755)
        with pytest.raises(StartupError, match=message):
            postgres.prepare(Settings(data=fresh.data, pg_bin=folder))


def test_urls_of_the_environment_replace_the_embedded_server(tmp_path: Path) -> None:
    variables = {
        "HOSO_DATA": str(tmp_path),
        "HOSO_DATABASE_URL": "postgresql://app:geheim@db.example/hoso",
        "HOSO_MIGRATE_URL": "postgresql+psycopg://owner:geheim@db.example/hoso",
    }
    settings = Settings.from_environment(variables)
    assert not settings.embedded
    assert postgres.app_url(settings) == make_url("postgresql+psycopg://app:geheim@db.example/hoso")
    assert postgres.owner_url(settings).username == "owner"
    assert "geheim" not in repr(settings)
    with pytest.raises(StartupError, match="HOSO_PREFECT_DATABASE_URL must be a PostgreSQL URL"):
        postgres.prefect_url(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({}, "http://localhost:8000"),
        ({"HOSO_PUBLIC_URL": ""}, "http://localhost:8000"),
        ({"HOSO_PUBLIC_URL": "https://hoso.example.vn/"}, "https://hoso.example.vn"),
        ({"HOSO_PUBLIC_URL": "https://example.vn/hoso"}, "https://example.vn/hoso"),
    ],
)
def test_the_public_address_is_kept_without_a_slash(said: dict[str, str], address: str) -> None:
    assert Settings.from_environment(said).public_url == address


@pytest.mark.parametrize(
    "variables",
    [
        {"HOSO_PORT": "http"},
        {"HOSO_PORT": "70000"},
        {"HOSO_ONCE": "maybe"},
        {"HOSO_MIGRATE_URL": "postgresql://db/x"},
        {"HOSO_PUBLIC_URL": "hoso.example.vn"},
        {"HOSO_PUBLIC_URL": "https://hoso.example.vn/?x=1"},
        {"HOSO_PUBLIC_URL": "https://officer:geheim@hoso.example.vn"},
    ],
)
def test_senseless_variable_is_named(variables: dict[str, str]) -> None:
    with pytest.raises(StartupError, match=next(iter(variables))):
        Settings.from_environment(variables)


def test_secret_is_generated_once_and_differs_between_installations(tmp_path: Path) -> None:
    one, other = Settings(data=tmp_path / "one"), Settings(data=tmp_path / "other")
    assert one.secret("jwt_key") == Settings(data=tmp_path / "one").secret("jwt_key")
    assert one.secret("jwt_key") != other.secret("jwt_key")
    assert len(one.secret("jwt_key")) >= 43  # 32 random bytes


PREPARE = """
import sys
from pathlib import Path
from models import postgres
from models.settings import Settings
settings = Settings(data=Path(sys.argv[1]))
postgres.prepare(settings)
"""

START = """
process = postgres.start(settings)
postgres.wait_ready(settings, process)
print(process.pid, flush=True)
process.wait()
"""


def start_in_another_process(settings: Settings) -> tuple[subprocess.Popen[str], int]:
    child = subprocess.Popen(  # noqa: S603 - the texts above
        [sys.executable, "-c", PREPARE + START, str(settings.data)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    with child.stdout:
        return child, int(child.stdout.readline())
