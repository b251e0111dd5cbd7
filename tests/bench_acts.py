"""Acts a second: one by one, by threads, and some hundreds in one transaction; and what each costs whom."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import count, islice
from time import perf_counter, process_time

import psutil
from sqlalchemy import Engine, text

from flows.engine import Act, act
from flows.writing import Done
from models.law.calendar import baseline
from models.store import SYSTEM, Scope, unit_of_work
from tests.bench_ground import BATCH, POOL, Ground
from tests.bench_measure import Goal, Measure
from tests.flows.sample_road import again, together

WARM_UP = 40
_WHY = (
    "An act costs Python and PostgreSQL about as much of a processor each (the lines below), one after the other, and acts of "
    "one agency wait for each other's numbers. Where the bare rows (acts beside peers) stay below the goal too, triggers, "
    "constraints and row-level security alone take the time: a faster core would help, nothing in the engine. Many acts at "
    "once (act_many) share statements and a commit."
)


@dataclass(frozen=True)
class Way:
    """A way to do acts: what it is called, what does some of them, how many in each of how many rounds, its goal."""

    name: str
    work: Callable[[Engine, Sequence[Act]], None]
    acts: int
    rounds: int
    goal: Goal | None = None


@dataclass(frozen=True)
class Cost:
    """What some acts cost: by the wall clock, and in processor time of this process and of its database backend."""

    acts: int
    seconds: float
    python: float
    database: float


def measured(ground: Ground) -> Iterator[Measure]:
    """Each act in a round is on another dossier, all of one agency: they wait for each other's numbers; one process."""
    engine, dossiers = ground.engine, ground.dossiers
    told = (again(one, times) for times in count() for one in dossiers)
    warm = list(islice(told, WARM_UP))
    _at_once(engine, warm[1:])
    what = _what(act(engine, warm[0], baseline()))
    task = ground.progress.add_task("thao tác · acts", total=sum(way.rounds for way in WAYS))
    for way in WAYS:
        costs = []
        for _ in range(way.rounds):
            costs.append(_cost(engine, list(islice(told, way.acts)), way.work))
            ground.progress.advance(task)
        yield Measure(way.name, [one.acts / one.seconds for one in costs], "acts/s", way.goal, what, _WHY)
        yield Measure("   Python", [1000 * one.python / one.acts for one in costs], "ms CPU/act")
        yield Measure("   PostgreSQL", [1000 * one.database / one.acts for one in costs], "ms CPU/act")
        what = ""


def _what(done: Done) -> str:
    """What one act is, for the first line's remark."""
    moves = done.moves
    return (
        f"one act = notify_person, told again: freezes {len(done.documents)} documents "
        f"({', '.join(row['form'] for row in done.documents)}), starts {len(moves.started)} limits with explanation "
        f"({', '.join(row['rule'] for row in moves.started)}), ends {len(moves.changed)} limits, takes "
        f"{sum(done.issue.wanted.values())} number, appends 1 event with facts and digests, leaves 1 job (act_many: 1 a "
        f"batch); its dossier has {len(done.state.acts) + 1} acts, {len(done.state.limits)} limits and "
        f"{len(done.state.issued)} forms behind it"
    )


def _one_by_one(engine: Engine, asked: Sequence[Act]) -> None:
    for one in asked:
        act(engine, one, baseline())


def _at_once(engine: Engine, asked: Sequence[Act]) -> None:
    contexts = [copy_context() for _ in asked]  # each with our clock: a thread starts without it
    with ThreadPoolExecutor(POOL) as pool:
        list(pool.map(lambda context, one: context.run(act, engine, one, baseline()), contexts, asked))


WAYS = (
    Way("act, lần lượt · one by one", _one_by_one, 80, 5, Goal(at_least=300)),
    Way(f"act, {POOL} luồng · {POOL} threads", _at_once, 80, 5, Goal(at_least=300)),
    Way(f"act_many, {BATCH} mỗi lần · at a time", together, BATCH, 4),
)


def _cost(engine: Engine, asked: Sequence[Act], work: Callable[[Engine, Sequence[Act]], None]) -> Cost:
    backends = _backends(engine)
    database, python, start = _cpu_of(backends), process_time(), perf_counter()
    work(engine, asked)
    seconds, python = perf_counter() - start, process_time() - python
    return Cost(len(asked), seconds, python, _cpu_of(backends) - database)


def _backends(engine: Engine) -> list[psutil.Process]:
    own = text("SELECT pid FROM pg_stat_activity WHERE usename = current_user")
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        return [psutil.Process(number) for number in connection.execute(own).scalars()]


def _cpu_of(processes: Sequence[psutil.Process]) -> float:
    """Processor seconds these processes have used."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)
