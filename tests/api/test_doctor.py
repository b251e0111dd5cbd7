"""`hoso doctor` on real broken things: each is found, named in both languages, and never keeps the others from being told."""

import fcntl
import os
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from api.doctor.checks import CHECKS, examine, exit_code, look
from api.doctor.finding import Finding, ok
from api.errors import Said
from documents.rendering import render_stored
from flows.turns import take_turn
from models import clock
from models.migrations import newest
from models.postgres import app_url, owner_url
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import Command
from tests.api.road import Road
from tests.api.test_health import as_owner
from tests.cluster import new_database
from tests.flows.rows import read
from tests.free_port import free_port

OF_DATABASE = {
    "database",
    "rights",
    "migrations",
    "clock",
    "quoting",
    "calendar",
    "files",
    "outbox",
    "workers",
}


@pytest.fixture(autouse=True)
def today() -> None:
    """The real time: the doctor compares clocks."""


@pytest.fixture
def whole(database: Settings) -> Settings:
    """An installation in good order whose Prefect and API do not run."""
    return replace(database, port=free_port(), prefect_port=free_port())


def found(settings: Settings, *names: str) -> dict[str, Finding]:
    checks = {name: check for name, check in CHECKS.items() if not names or name in names}
    return {line.check: line.finding for line in look(settings, checks)}


def assert_mends(finding: Finding, state: str, words: str) -> None:
    assert finding.state == state, finding
    assert words in finding.found.en, finding
    assert finding.found.vi != finding.found.en
    assert finding.mend is not None
    assert finding.mend.vi, finding
    assert finding.mend.en, finding


def test_an_installation_in_good_order(whole: Settings) -> None:
    states = {name: finding.state for name, finding in found(whole).items()}
    assert {name for name, state in states.items() if state == "failed"} == {"prefect", "deployments"}
    assert {name for name, state in states.items() if state == "ok"} >= {
        "data", "secrets", "database", "rights", "migrations", "clock", "quoting", "disk", "files", "outbox", "ports",
    }  # fmt: skip


def test_nothing_is_made_where_there_is_no_installation(tmp_path: Path) -> None:
    nowhere = Settings(data=tmp_path / "var", port=free_port(), prefect_port=free_port())
    findings = found(nowhere)
    assert not nowhere.data.exists()
    assert {findings[name].state for name in (*OF_DATABASE, "data", "secrets", "prefect")} == {"failed"}
    assert_mends(findings["database"], "failed", "does not answer")


def test_a_stopped_database_is_named_once_and_the_rest_says_it_was_not_checked(whole: Settings) -> None:
    away = replace(whole, database_url=f"postgresql://hoso_app:x@127.0.0.1:{free_port()}/hoso")
    findings = found(away)
    assert_mends(findings["database"], "failed", "does not answer")
    for name in OF_DATABASE - {"database"}:
        assert_mends(findings[name], "failed", "not checked")
    assert findings["disk"].state == "ok"


def test_a_database_that_accepts_and_says_nothing_does_not_hang_the_doctor(whole: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        mute = replace(whole, database_url=f"postgresql://hoso_app:x@127.0.0.1:{port}/hoso")
        begun = time.monotonic()
        findings = {line.check: line.finding for line in look(mute, CHECKS, patience=8)}
        assert time.monotonic() - begun < 60
    assert {findings[name].state for name in OF_DATABASE} == {"failed"}


def test_who_passes_is_watched(whole: Settings, store: Engine) -> None:
    assert_mends(found(whole, "doors")["doors"], "warning", "not asked for")
    strict = replace(whole, doors=replace(whole.doors, second_factor=True))
    assert_mends(found(strict, "doors")["doors"], "warning", "have none yet")
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("UPDATE account SET disabled = true WHERE role = 'administrator'"))
    assert_mends(found(strict, "doors")["doors"], "failed", "no administrator")


def test_a_check_that_hangs_or_breaks_is_a_finding(whole: Settings) -> None:
    def hangs(_settings: Settings) -> Finding:
        time.sleep(600)
        raise AssertionError

    def breaks(_settings: Settings) -> Finding:
        raise RuntimeError("Nguyễn Văn A")

    checks = {"hangs": hangs, "breaks": breaks, "fine": lambda _settings: ok("tốt", "fine")}
    lines = {line.check: line.finding for line in look(whole, checks, patience=0.5)}
    assert_mends(lines["hangs"], "failed", "no answer in 0.5 seconds")
    assert lines["breaks"].state == "failed"
    assert "RuntimeError" in lines["breaks"].found.en
    assert "Nguyễn" not in lines["breaks"].found.vi + lines["breaks"].found.en
    assert lines["fine"].state == "ok"


def test_a_wrong_password_is_told_from_a_database_that_is_away(whole: Settings) -> None:
    url = app_url(whole).set(password="sai").render_as_string(hide_password=False)
    finding = found(replace(whole, database_url=url), "database")["database"]
    assert_mends(finding, "failed", "refuses the password")


def test_the_owners_role_is_too_much_for_the_application(whole: Settings) -> None:
    url = owner_url(whole).render_as_string(hide_password=False)
    finding = found(replace(whole, database_url=url), "rights")["rights"]
    assert_mends(finding, "failed", "owns tables")
    assert "may change events" in finding.found.en


def test_a_wall_that_is_down_is_named(whole: Settings) -> None:
    as_owner(whole, "ALTER TABLE time_limit DISABLE ROW LEVEL SECURITY")
    assert_mends(found(whole, "rights")["rights"], "failed", "row-level security is off: time_limit")


def test_tables_of_another_revision(whole: Settings, cluster: Settings) -> None:
    as_owner(whole, "UPDATE alembic_version SET version_num = '0004'")
    assert_mends(found(whole, "migrations")["migrations"], "failed", f"at 0004, needed is {newest()}")
    with new_database(cluster) as empty:
        assert_mends(found(empty, "migrations")["migrations"], "failed", "at none")


@pytest.mark.parametrize(("shift", "state"), [(0.0, "ok"), (5.0, "warning"), (-60.0, "failed")])
def test_a_clock_that_differs_from_the_databases(whole: Settings, shift: float, state: str) -> None:
    real = datetime.now(UTC)
    with clock.at(real + timedelta(seconds=shift)):
        finding = found(whole, "clock")["clock"]
    assert finding.state == state, finding
    assert (finding.mend is not None) == (state != "ok")


@pytest.mark.parametrize(
    ("day", "state", "words"),
    [
        (datetime(2026, 6, 1, tzinfo=UTC), "warning", "2027 are estimated"),
        (datetime(2199, 6, 1, tzinfo=UTC), "failed", "does not cover 2199"),
    ],
)
def test_a_calendar_that_ends_or_was_not_announced(
    whole: Settings, day: datetime, state: str, words: str
) -> None:
    with clock.at(day):
        assert_mends(found(whole, "calendar")["calendar"], state, words)


def test_a_log_of_postgresql_that_may_quote_persons(whole: Settings) -> None:
    as_owner(whole, f'ALTER DATABASE "{app_url(whole).database}" SET log_parameter_max_length_on_error = 100')
    finding = found(whole, "quoting")["quoting"]
    assert_mends(finding, "warning", "may hold personal data")
    assert finding.mend is not None
    assert "log_parameter_max_length_on_error = 0" in finding.mend.en


def test_secrets_that_others_can_read_are_named(whole: Settings, tmp_path: Path) -> None:
    here = replace(whole, data=tmp_path / "var")
    here.secret("jwt_key")
    here.secret("prefect_auth")
    assert {one.state for one in found(here, "data", "secrets").values()} == {"ok"}
    (here.data / "secrets" / "jwt_key").chmod(0o640)
    finding = found(here, "secrets")["secrets"]
    assert_mends(finding, "failed", "jwt_key")
    assert "prefect_auth" not in finding.found.en
    here.data.chmod(0o755)
    assert_mends(found(here, "data")["data"], "failed", "others may enter")


def test_a_folder_that_cannot_be_written(whole: Settings, tmp_path: Path) -> None:
    here = replace(whole, data=tmp_path)
    (tmp_path / "files").symlink_to("/proc")
    assert_mends(found(here, "disk")["disk"], "failed", "cannot write")


def test_a_full_disk(whole: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for least, state in (("FREE_WARNING", "warning"), ("FREE_FAILED", "failed")):
        monkeypatch.setattr(f"api.doctor.machine.{least}", 2**70)
        assert_mends(found(whole, "disk")["disk"], state, "GB free")


def test_stored_files_that_are_damaged_or_gone(
    road: Road, store: Engine, whole: Settings, tmp_path: Path
) -> None:
    here = replace(whole, data=tmp_path)
    with clock.at(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)):
        road.advance("issue_result")
    documents = [document for (document,) in read(store, "SELECT id FROM document ORDER BY id")]
    for document in documents:
        render_stored(store, here.data / "files", document, Scope(SYSTEM))
    first, *_ = sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())
    good = first.read_bytes()
    assert found(here, "files")["files"].state == "ok"
    first.write_bytes(good[:-1] + b"x")
    assert_mends(found(here, "files")["files"], "failed", first.name[:12])
    first.unlink()
    assert_mends(found(here, "files")["files"], "warning", first.name[:12])


def test_work_that_waits_or_was_given_up(road: Road, store: Engine, whole: Settings) -> None:
    with clock.at(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)):
        road.open()
    now = datetime.now(UTC)
    for waited, state in ((1, "ok"), (300, "warning"), (3600, "failed")):
        read(store, "UPDATE job SET run_after = :at RETURNING id", at=now - timedelta(seconds=waited))
        assert found(whole, "outbox")["outbox"].state == state
    assert found(whole, "workers")["workers"].state == "failed", "work waits and nobody is there"
    read(store, "UPDATE job SET state = 'parked', error = 'mẫu hỏng' RETURNING id")
    assert_mends(found(whole, "outbox")["outbox"], "failed", "1 jobs were given up")


def test_workers_are_seen_by_their_locks_and_their_leases(
    road: Road, store: Engine, whole: Settings, tmp_path: Path
) -> None:
    here = replace(whole, data=tmp_path)
    assert_mends(found(here, "workers")["workers"], "warning", "no worker runs here")
    (tmp_path / "workers").mkdir()
    with (tmp_path / "workers" / "1.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("clock")
        lock.flush()
        assert found(here, "workers")["workers"].state == "warning", "a clock is no worker"
        lock.truncate(0)
        lock.seek(0)
        lock.write("worker")
        lock.flush()
        (tmp_path / "workers" / "2.lock").touch()
        assert "1 workers run on this machine" in found(here, "workers")["workers"].found.en
    assert found(here, "workers")["workers"].state == "warning"
    with clock.at(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)):
        road.open()
    read(
        store,
        "UPDATE job SET state = 'leased', worker = 'elsewhere-1', lease_until = :until RETURNING id",
        until=datetime.now(UTC) + timedelta(minutes=1),
    )
    assert "1 hold jobs now" in found(here, "workers")["workers"].found.en


def test_limits_that_nobody_sweeps(store: Engine, whole: Settings) -> None:
    assert_mends(found(whole, "hours")["hours"], "warning", "never swept")
    for minutes, state in ((1, "ok"), (60, "failed")):
        with clock.at(datetime.now(UTC) - timedelta(minutes=minutes)):
            take_turn(store, "sweep", lambda: {"limits": 0})
        finding = found(whole, "hours")["hours"]
        assert finding.state == state, finding
        assert f"{minutes} minutes ago" in finding.found.en


def test_a_folder_of_all_machines_that_is_not_mounted(whole: Settings, tmp_path: Path) -> None:
    here = replace(whole, shared_files=tmp_path / "files")
    finding = found(here, "disk")["disk"]
    assert finding.state == "failed"
    assert "is the shared disk mounted?" in finding.found.en
    assert not (tmp_path / "files").exists()


def test_a_port_that_another_program_took(whole: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = replace(whole, port=other.getsockname()[1])
        assert_mends(found(taken, "ports")["ports"], "failed", "another program uses port")


def test_the_command_prints_a_line_a_check_and_ends_with_1_when_something_failed(
    hoso: Command, whole: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in _environment(whole).items():
        monkeypatch.setenv(name, value)
    said = hoso("doctor")
    assert said.code == 1
    assert "Traceback" not in said.out + said.err
    for check in ("settings", *CHECKS):
        assert check in said.out
    told = hoso("doctor", "--json")
    assert told.code == 1
    assert [line["check"] for line in told.json] == ["settings", *CHECKS]
    assert {line["state"] for line in told.json} <= {"ok", "warning", "failed"}
    assert all(line["mend"] and line["mend_en"] for line in told.json if line["state"] != "ok")


def test_warnings_alone_are_no_failure(whole: Settings) -> None:
    lines = list(look(whole, {name: CHECKS[name] for name in ("workers", "calendar", "database")}))
    assert {line.finding.state for line in lines} == {"warning", "ok"}
    assert exit_code(lines) == 0


def test_settings_that_make_no_sense_are_told_instead_of_a_trace(
    hoso: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_PORT", "x")
    said = hoso("doctor", "--json")
    assert said.code == 1
    [line] = said.json
    assert (line["check"], line["state"]) == ("settings", "failed")
    assert "HOSO_PORT" in line["found"]


def _environment(settings: Settings) -> dict[str, str]:
    assert settings.database_url
    assert settings.migrate_url
    return {
        "HOSO_DATA": str(settings.data),
        "HOSO_DATABASE_URL": settings.database_url,
        "HOSO_MIGRATE_URL": settings.migrate_url,
        "HOSO_PORT": str(settings.port),
        "HOSO_PREFECT_PORT": str(settings.prefect_port),
    }


def test_what_has_not_come_up_yet_is_no_fault_while_hoso_up_starts(whole: Settings) -> None:
    environment = {
        "HOSO_DATA": str(whole.data), "HOSO_DATABASE_URL": str(whole.database_url), "HOSO_PORT": str(whole.port),
        "HOSO_PREFECT_PORT": str(whole.prefect_port),
    }  # fmt: skip
    lock = whole.data / "hoso.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        young = {line.check: line.finding for line in examine(environment)}
        assert young["prefect"].state == "warning"
        assert "two minutes" in (young["prefect"].mend or Said("", "")).en
        long_ago = time.time() - 600
        os.utime(lock, (long_ago, long_ago))
        assert {line.check: line.finding.state for line in examine(environment)}["prefect"] == "failed"
