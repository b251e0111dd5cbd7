"""Bulk tasks in the worker as it really runs: killed in the midst of an import, told to stop, and shown in Prefect."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from documents import storage
from flows import batches
from flows.importing import ROWS
from models.store import unit_of_work
from tests.flows.conftest import superuser_of, until
from tests.flows.place import Place
from tests.flows.rows import read
from tests.flows.sheets import good, workbook
from tests.flows.test_importing import OFFICER, dossiers, numbers

OPENED, FOUND = "09/09/2024 08:30", "09/09/2024 07:30"
"""Long ago, for the worker's clock is the machine's."""


@pytest.mark.long
def test_import_killed_in_its_midst_and_stopped_opens_every_row_once(
    place: Place, engine: Engine, tmp_path: Path
) -> None:
    rows = good(4 * ROWS + 7, occurred_at=OPENED, found_at=FOUND)
    sha256 = storage.store(place.settings.data / "files", workbook(tmp_path / "a.xlsx", rows).read_bytes())
    with unit_of_work(engine, OFFICER.scope) as connection:
        task = batches.enqueue(connection, "import", OFFICER, {}, sha256=sha256)

    def position() -> int:
        [(reached,)] = read(engine, "SELECT position FROM bulk_task")
        return int(reached)

    worker = place.start()
    until(position)
    with superuser_of(place.settings) as lock:
        lock.execute("LOCK TABLE imported_row IN SHARE MODE")  # the next batch waits in its midst
        until(
            lambda: read(
                engine,
                "SELECT 1 FROM pg_stat_activity WHERE query ~ 'imported_row' AND wait_event_type = 'Lock'",
            )
        )
        place.kill(worker)
        reached = position()
    assert ROWS <= reached < len(rows)
    worker = place.start()
    until(lambda: position() > reached)
    place.stop(worker)
    [(state, reached)] = read(engine, "SELECT state, position FROM bulk_task")
    assert state in {"waiting", "done"}
    assert reached % ROWS == 0 or state == "done"
    worker = place.start()
    until(lambda: position() == len(rows))
    until(lambda: read(engine, "SELECT 1 FROM bulk_task WHERE state = 'done'"))
    place.stop(worker)

    assert dossiers(engine) == numbers(rows)
    [counted] = read(engine, "SELECT total, done, known, failed, worker FROM bulk_task")
    assert counted == (len(rows), len(rows), 0, 0, None)
    kept = read(engine, "SELECT first, jsonb_array_length(results) FROM bulk_batch ORDER BY first")
    assert kept == [(first, ROWS) for first in range(0, 4 * ROWS, ROWS)] + [(4 * ROWS, 7)]
    runs = place.prefect("flow_runs/filter", flow_runs={"tags": {"all_": ["bulk", "import", "camd"]}})
    assert all(run["parameters"] == {"task": str(task)} for run in runs)
    assert "CRASHED" in {run["state_type"] for run in runs}
    assert "COMPLETED" in {run["state_type"] for run in runs}
    assert "Nguyễn" not in place.log.read_text()
    artifacts = place.prefect("artifacts/filter", artifacts={"key": {"any_": ["bulk-import"]}})
    assert artifacts
    assert all(artifact["type"] == "progress" for artifact in artifacts)
