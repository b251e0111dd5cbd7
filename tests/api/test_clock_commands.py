"""The clock's work by hand: `hoso sweep`, `digest`, `report`, `audit verify`, `retention`, `calendar check`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from api import clock_commands
from api.command_line import app
from api.terminal import Advance
from flows import sweep as sweeping
from flows.turns import alone, last_end
from models import clock, postgres
from models.settings import Settings, StartupError
from tests.flows.rows import act, dossier, limit, read, seed

HOUR = timedelta(hours=1)


@pytest.fixture
def office(
    database: Settings, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """An installation that has agencies and three limits past their end."""
    monkeypatch.setenv("HOSO_DATA", str(tmp_path))
    for name, url in (("DATABASE", postgres.app_url(database)), ("MIGRATE", postgres.owner_url(database))):
        monkeypatch.setenv(f"HOSO_{name}_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("HOSO_PREFECT_DATABASE_URL", "postgresql://nobody@localhost/prefect")
    seed(store)
    for number in range(3):
        limit(store, act(store, dossier(store, f"HS-{number}")), "p4-test-resid", -80 * HOUR, -1 * HOUR)
    with clock.at(datetime.now(UTC)):  # as the rows are
        yield store


def hoso(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def told_by(*words: str) -> dict[str, Any]:
    """What a command prints as JSON."""
    done = hoso(*words, "--json")
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_sweep_takes_so_many_and_then_the_rest_and_notes_that_it_ended(office: Engine) -> None:
    first = told_by("sweep", "--at-most", "2")
    assert (first["limits"], first["whole"], last_end(office, "sweep")) == (2, False, None)
    rest = told_by("sweep")
    assert (rest["limits"], rest["rungs"], rest["whole"]) == (1, {"due_soon": 1, "overdue": 1}, True)
    assert last_end(office, "sweep")
    assert "0" in hoso("sweep").stdout


def test_sweep_as_of_a_moment_takes_vietnams_hour_where_no_zone_is_given(office: Engine) -> None:
    assert told_by("sweep", "--moment", "2026-01-01T07:00")["limits"] == 0
    with pytest.raises(StartupError, match="future"):
        CliRunner().invoke(app, ["sweep", "--moment", "2100-01-01T07:00"], catch_exceptions=False)
    assert len(read(office, "SELECT 1 FROM notice")) == 0


def test_sweep_interrupted_keeps_whole_batches(office: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(sweeping, "BATCH", 2)
    monkeypatch.setattr(clock_commands, "bar", lambda _title: _Bar(interrupt))
    stopped = hoso("sweep")
    assert (stopped.exit_code, "what is done stays" in stopped.output) == (130, True)
    assert len(read(office, "SELECT 1 FROM notice")) == 6


class _Bar:
    def __init__(self, advance: Advance) -> None:
        self._advance = advance

    def __enter__(self) -> Advance:
        return self._advance

    def __exit__(self, *_error: object) -> None:
        """Nothing to close."""


def test_work_that_another_process_does_is_left_to_it(office: Engine) -> None:
    with alone(office, "chain"):
        busy = hoso("audit", "verify")
    assert (busy.exit_code, "Another process" in busy.output) == (1, True)


def test_every_other_work_of_the_clock_is_done_by_hand(office: Engine, tmp_path: Path) -> None:
    assert told_by("digest")["day"]
    assert told_by("report", "month")["made"] == told_by("report", "month", "--again")["made"]
    assert told_by("retention", "--dry-run")["files"] == 0
    assert "unannounced" in told_by("calendar", "check")
    [one] = read(office, "SELECT id FROM dossier WHERE number = 'HS-0'")
    broken = hoso("audit", "verify", "--dossier", str(one[0]), "--json")
    assert broken.exit_code == 1  # invented events have no digests
    assert {part["dossier"] for part in json.loads(broken.stdout)["broken"]} == {"HS-0"}
    assert not (tmp_path / "files" / "chain").exists()


def test_database_that_is_away_is_said_in_a_sentence(office: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/hoso")
    away = hoso("sweep")
    assert (away.exit_code, "cannot be used" in away.output) == (2, True)
