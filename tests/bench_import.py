"""How long an import takes and how much memory: a workbook of many rows, worked off in a process of its own as a worker does."""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson
from openpyxl import Workbook
from rich.progress import Progress
from sqlalchemy import Engine, text

from documents import storage
from flows import batches
from flows.engine import Actor
from models import clock
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.bench_ground import Ground, database_sum
from tests.bench_measure import Line
from tests.flows.rows import ACCOUNT
from tests.flows.sheets import GOOD, TESTED, headings, of

ROWS, FEW_ROWS = 100_000, 10_000
"""Of the long benchmark's heavier kind, and of all others."""
MOST_SECONDS, MOST_MEGABYTES = 180, 500
NOW = datetime(2026, 12, 1, tzinfo=UTC)
WAYS = (
    ("có văn bản và thời hạn · with 2 documents and a limit", TESTED, ROWS),
    ("không có · with none", GOOD, FEW_ROWS),
)
"""Kinds of rows, and how many the long benchmark imports of each."""
_OFFICER = Actor(ACCOUNT, "camd", "officer")


@dataclass(frozen=True)
class Cost:
    """What an import took: by the wall clock, in processor time of its process and of the database, and in memory."""

    seconds: float
    python: float
    database: float
    megabytes: float


def measured(ground: Ground) -> Iterator[Line]:
    """An import of each kind of row, as lines of the report."""
    first = 0
    for name, row, many in WAYS:
        size = many if ground.full else FEW_ROWS
        most = f"≤ {MOST_SECONDS * size / ROWS:,.0f}"
        cost = imported(ground.engine, row, first, size, ground.progress)
        first += size
        yield f"nhập {size:,} dòng · import, {name}", [cost.seconds], "s", most, "500 rows a transaction"
        yield "   Python", [1000 * cost.python / size], "ms CPU/row", "", ""
        yield "   PostgreSQL", [1000 * cost.database / size], "ms CPU/row", "", ""
        yield (
            "   bộ nhớ · memory",
            [cost.megabytes],
            "MB",
            f"≤ {MOST_MEGABYTES}",
            "peak of the worker's process",
        )


def imported(engine: Engine, row: Mapping[str, Any], first: int, size: int, progress: Progress) -> Cost:
    """So many rows like this one, numbered from the one after `first`."""
    rows = (of(row, number + first) for number in range(1, size + 1))
    bar = progress.add_task("nhập hồ sơ · import", total=size)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        sha256 = storage.store(files, _workbook(files / "rows.xlsx", headings(row), rows).read_bytes())
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            task = batches.enqueue(connection, "import", _OFFICER, {}, sha256=sha256)
        url = engine.url.render_as_string(hide_password=False)
        database, start = _database_seconds(engine), perf_counter()
        with subprocess.Popen(_WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:  # noqa: S603 - ours
            assert worker.stdin
            assert worker.stdout
            worker.stdin.write(orjson.dumps({"url": url, "files": folder, "task": str(task)}))
            worker.stdin.close()
            for line in worker.stdout:
                position, *used = map(float, line.split())
                progress.update(bar, completed=position)
        seconds = perf_counter() - start
        ended = text("SELECT state, done FROM bulk_task WHERE id = :id")
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            assert tuple(connection.execute(ended, {"id": task}).one()) == ("done", size)
    return Cost(seconds, used[0], _database_seconds(engine) - database, used[1])


def _workbook(path: Path, heads: list[str], rows: Iterable[dict[str, Any]]) -> Path:
    """Written as a stream, its texts shared as spreadsheets keep them."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(heads)
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)
    return path


def _database_seconds(engine: Engine) -> float:
    """Processor seconds of the database server, with all it has served."""
    return database_sum(engine, lambda process: sum(process.cpu_times()[:4]))


_WORKER = (sys.executable, "-m", "tests.bench_import")


def main() -> None:
    """The worker's part, in a process of its own with all that a worker loads: says its position, seconds and megabytes."""
    import flows.worker
    from flows.bulk import KINDS

    assert flows.worker.LINES
    asked = orjson.loads(sys.stdin.buffer.read())
    engine, files = open_store(asked["url"], pool_size=4), Path(asked["files"])
    with clock.at(NOW):
        task = batches.claim(engine, "bench", only=UUID(asked["task"]))
        assert task is not None
        for position in batches.work_off(engine, files, "bench", task, KINDS[task.kind]):
            used = resource.getrusage(resource.RUSAGE_SELF)
            seconds = used.ru_utime + used.ru_stime
            sys.stdout.write(f"{position} {seconds} {used.ru_maxrss / 1024}\n")
            sys.stdout.flush()
    engine.dispose()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # who started it says that it was stopped
        main()
