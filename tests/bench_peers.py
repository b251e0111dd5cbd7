"""Acts beside what an office would otherwise use: the same rows, one PostgreSQL, one process and thread, in turns."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from time import perf_counter

from models import clock
from tests.bench_ground import Ground
from tests.bench_measure import Goal, Measure
from tests.bench_ways import OURS, PIPELINED, PREFECT, RAW, SPIFF, STEPS, TRANSACTIONS, Way, all_ways
from tests.flows.sample_road import NOW

WARM_UP = 10
LEAST_OF_RAW, LEAST_OF_DBOS = 1 / 8, 1
_REMARKS = {
    OURS: "judges, counts limits, freezes papers, chains, row-level security; one transaction",
    RAW: "the same rows, made beforehand; one transaction",
    PIPELINED: "the same, sent without waiting: the limit anybody could reach",
    STEPS: "the same rows in two transactions; a step cut off after its commit is done twice",
    TRANSACTIONS: "the same rows in two transactions, each exactly once",
    SPIFF: "the same rows and the process's state in one transaction; judges nothing",
    PREFECT: "the same rows in two transactions; a server with PostgreSQL beside",
}
_WHY = (
    "An act judges and counts in Python before it writes; what would help: fewer parts of it in Python, that is, guards "
    "and limits of a rulebook made into code once when it is loaded."
)


def measured(ground: Ground) -> Iterator[Measure]:
    """Acts a second of each way, and how ours stands to each in the same round."""
    os.environ |= ground.prefect
    with clock.at(NOW), ExitStack() as stack:
        ways = [way for some in all_ways(ground) for way in stack.enter_context(some)]
        rounds = 10 if ground.full else 5
        task = ground.progress.add_task("cùng một việc · peers", total=len(ways) * (rounds + 1))
        rates = in_turns(ways, rounds, lambda: ground.progress.advance(task))
    for name, values in rates.items():
        yield Measure(name, values, "acts/s", remark=_REMARKS[name])
    yield from _ratios(rates)


def in_turns(ways: Sequence[Way], rounds: int, advance: Callable[[], object]) -> dict[str, list[float]]:
    """Acts a second of each way in each round, in which every way had its turn: the machine's moods meet all alike.

    What the ways keep running meanwhile (DBOS's threads, Prefect's server) is idle beside each of them.
    """
    rates: dict[str, list[float]] = {way.name: [] for way in ways}
    for turn in range(-1, rounds):
        for way in ways:
            ready = [way.prepare(place) for place in range(WARM_UP if turn < 0 else way.acts)]
            start = perf_counter()
            for one in ready:
                way.do(one)
            if turn >= 0:
                rates[way.name].append(len(ready) / (perf_counter() - start))
            advance()
    return rates


def _ratios(rates: Mapping[str, Sequence[float]]) -> Iterator[Measure]:
    faster = max((STEPS, TRANSACTIONS), key=lambda name: median(rates[name]))
    goals = {name: Goal(at_least=LEAST_OF_RAW) for name in (RAW, PIPELINED)} | {
        faster: Goal(at_least=LEAST_OF_DBOS)
    }
    for name, values in rates.items():
        if name != OURS:
            ratios = [ours / theirs for ours, theirs in zip(rates[OURS], values, strict=True)]
            yield Measure(f"hoso ÷ {name}", ratios, "×", goals.get(name), why=_WHY if name in goals else "")
