"""How fast engine, imports, API, board, forms, flows, sweep and calculator are here: `python -m tests.bench` prints."""

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine, text

from flows.engine import Act, act
from flows.writing import Done
from models import clock, postgres
from models.law.calendar import baseline
from models.law.limits import reckon
from models.law.loader import codes, load_book
from models.migrations import migrate
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.bench_board import measured as board
from tests.bench_documents import measured as documents
from tests.bench_flows import measured as flows
from tests.bench_import import measured as imports
from tests.bench_load import measured as load_of_a_day
from tests.bench_sweep import measured as sweeps
from tests.cluster import running
from tests.flows.rows import seed
from tests.flows.sample_road import NOW, ROAD, again, asked, opened, together
from tests.law.loading import load_time

DOSSIERS, WARM_UP, THREADS, BATCH, ROUNDS = 400, 40, 4, 200, 5
LIMITS = ("p4-read", "p4-thoihieu", "c3-term", "p4-ex1")
LIMIT_START = datetime.fromisoformat("2026-08-27T15:00:00+07:00")
LIMIT_CALLS = 400
COUNTRY = int(os.environ.get("HOSO_BENCH_COUNTRY", "100000"))
"""Dossiers of the country whose pages are asked for."""


@dataclass(frozen=True)
class Row:
    """One line of the table: measured values of several rounds, and the goal they are held against."""

    name: str
    values: Sequence[float]
    unit: str
    goal: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Way:
    """A way to do acts: what it is called, what does some of them, how many in each of how many rounds, its goal."""

    name: str
    work: Callable[[Engine, Sequence[Act]], None]
    acts: int
    rounds: int
    goal: str = ""


@dataclass(frozen=True)
class Cost:
    """What some acts cost: by the wall clock, and in processor time of this process and of its database backend."""

    acts: int
    seconds: float
    python: float
    database: float


def main() -> None:
    """Measures everything on a PostgreSQL of its own that forgets nothing; leaves nothing behind, Ctrl-C or not."""
    console, report = Console(stderr=True), Console(width=100)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    load = os.getloadavg()[0]
    try:
        with Progress(*columns, console=console, transient=True) as progress, clock.at(NOW):
            rows = [*_limits(progress), _loading(progress), *(Row(*one) for one in documents(progress))]
            with _store() as (settings, engine):
                machine = _machine(engine)
                dossiers = _prepare(engine, progress)
                what, acts = _acts(engine, dossiers, progress)
                rows += [Row(*one) for one in flows(settings, engine, dossiers, progress)]
                rows += [Row(*one) for one in sweeps(engine, progress)]
                rows += [Row(*one) for one in imports(engine, progress)]
                rows += [Row(*one) for one in load_of_a_day(settings, engine, progress)]
                rows += [Row(*one) for one in board(settings, COUNTRY, progress)]
    except KeyboardInterrupt:
        console.print("dừng lại, không để lại gì · stopped, nothing left behind")
        sys.exit(130)
    report.print(machine)
    table = Table("Đo · measure", "Median", "Min – max", "Goal", "")
    for row in [*acts, *rows]:
        low, high = min(row.values), max(row.values)
        middle = f"{statistics.median(row.values):,.1f} {row.unit}"
        table.add_row(row.name, middle, f"{low:,.1f} – {high:,.1f}", row.goal, row.remark)
    report.print(table)
    report.print(
        f"Load of the machine: {load:.1f} before, {os.getloadavg()[0]:.1f} after (1 is this benchmark)."
    )
    report.print(what)


@contextmanager
def _store() -> Iterator[tuple[Settings, Engine]]:
    """A migrated database with agencies; everything is written to disk at each commit."""
    with tempfile.TemporaryDirectory(prefix="hoso-bench-") as folder:
        settings = Settings(data=Path(folder).resolve())
        with running(settings):
            postgres.ensure_roles(settings)
            migrate(postgres.owner_url(settings))
            engine = open_store(postgres.app_url(settings), pool_size=THREADS)
            try:
                seed(engine)
                yield settings, engine
            finally:
                engine.dispose()


def _machine(engine: Engine) -> str:
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        values = {
            name: connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    return (
        f"{os.cpu_count()} CPU · Python {platform.python_version()} · "
        f"PostgreSQL {values['server_version']}, fsync {values['fsync']}, synchronous_commit {values['synchronous_commit']}"
    )


def _prepare(engine: Engine, progress: Progress) -> list[UUID]:
    """Dossiers compiled and told to their persons once, each of them by the acts of the road."""
    task = progress.add_task("chuẩn bị hồ sơ · preparing", total=DOSSIERS * (1 + len(ROAD)))
    dossiers = []
    for _ in range(DOSSIERS):
        dossiers.append(opened(engine))
        progress.advance(task)
    for actor, action in ROAD:
        for start in range(0, DOSSIERS, BATCH):
            acts = [asked(one, actor, action) for one in dossiers[start : start + BATCH]]
            together(engine, acts)
            progress.advance(task, len(acts))
    return dossiers


def _acts(engine: Engine, dossiers: Sequence[UUID], progress: Progress) -> tuple[str, list[Row]]:
    told = (again(one, times) for times in count() for one in dossiers)
    warm = list(islice(told, WARM_UP))
    _at_once(engine, warm[1:])
    done = act(engine, warm[0], baseline())
    task, rows = progress.add_task("thao tác · acts", total=sum(way.rounds for way in WAYS)), []
    for way in WAYS:
        costs = []
        for _ in range(way.rounds):
            costs.append(_cost(engine, list(islice(told, way.acts)), way.work))
            progress.advance(task)
        rows += [
            Row(way.name, [cost.acts / cost.seconds for cost in costs], "acts/s", way.goal),
            Row("   Python", [1000 * cost.python / cost.acts for cost in costs], "ms CPU/act"),
            Row("   PostgreSQL", [1000 * cost.database / cost.acts for cost in costs], "ms CPU/act"),
        ]
    return _what(done), rows


def _what(done: Done) -> str:
    moves = done.moves
    return (
        f"One act = notify_person, told again: freezes {len(done.documents)} documents "
        f"({', '.join(row['form'] for row in done.documents)}), starts {len(moves.started)} limits with explanation "
        f"({', '.join(row['rule'] for row in moves.started)}), ends {len(moves.changed)} limits, takes "
        f"{sum(done.issue.wanted.values())} number from a register, appends 1 event with its facts and digests, and "
        f"leaves 1 job (act_many: 1 a batch). Its dossier has {len(done.state.acts) + 1} acts, {len(done.state.limits)} "
        f"limits and {len(done.state.issued)} forms behind it. Each act in a round is on another dossier, all of one agency "
        f"(so they wait for each other's numbers); one process."
    )


def _one_by_one(engine: Engine, asked: Sequence[Act]) -> None:
    for one in asked:
        act(engine, one, baseline())


def _at_once(engine: Engine, asked: Sequence[Act]) -> None:
    contexts = [copy_context() for _ in asked]  # each with our clock: a thread starts without it
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda context, one: context.run(act, engine, one, baseline()), contexts, asked))


WAYS = (
    Way("act, lần lượt · one by one", _one_by_one, 80, 5, "≥ 300"),
    Way(f"act, {THREADS} luồng · {THREADS} threads", _at_once, 80, 5, "≥ 300"),
    Way(f"act_many, {BATCH} mỗi lần · at a time", together, BATCH, 4),
)


def _cost(engine: Engine, asked: Sequence[Act], work: Callable[[Engine, Sequence[Act]], None]) -> Cost:
    backends = _backends(engine)
    database, python, start = _cpu_of(backends), process_time(), perf_counter()
    work(engine, asked)
    seconds, python = perf_counter() - start, process_time() - python
    return Cost(len(asked), seconds, python, _cpu_of(backends) - database)


def _backends(engine: Engine) -> list[int]:
    own = text("SELECT pid FROM pg_stat_activity WHERE usename = current_user")
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        return list(connection.execute(own).scalars())


def _cpu_of(processes: Sequence[int]) -> float:
    """Processor seconds these processes have used, from /proc (proc(5): utime and stime are fields 14 and 15)."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _limits(progress: Progress) -> list[Row]:
    """A limit counted and its explanation made ready to be stored, as each act does."""
    calendar, rows = baseline(), []
    task = progress.add_task("thời hạn · limits", total=len(LIMITS) * ROUNDS)
    for name in LIMITS:
        rule = load_book("2026").rule(name)
        values = []
        for _ in range(ROUNDS):
            start = perf_counter()
            for _ in range(LIMIT_CALLS):
                reckon(rule, LIMIT_START, calendar, {}, []).model_dump(mode="json")
            values.append(1e6 * (perf_counter() - start) / LIMIT_CALLS)
            progress.advance(task)
        steps = len(reckon(rule, LIMIT_START, calendar).steps)
        rows.append(Row(f"thời hạn · limit {name}", values, "µs", "≤ 200", f"{steps} steps"))
    return rows


def _loading(progress: Progress) -> Row:
    """Every rulebook read, merged and validated against all that exists, each time in a fresh process."""
    task = progress.add_task("bộ quy tắc · rulebooks", total=ROUNDS)
    values = []
    for _ in range(ROUNDS):
        values.append(load_time().wall)
        progress.advance(task)
    return Row("mọi bộ quy tắc · all rulebooks", values, "ms", "≤ 300", f"{len(codes())} books")


if __name__ == "__main__":
    main()
