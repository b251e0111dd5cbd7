"""What Prefect costs: acts a second through the stages' flows, beside the same work without it, on a real server."""

import asyncio
import logging
import os
from collections.abc import Callable
from functools import partial
from itertools import count, islice
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from sqlalchemy import Engine, text

from flows.engine import act
from models import clock
from models.law.calendar import baseline
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.bench_ground import Ground
from tests.bench_measure import Line
from tests.documents.cases import at
from tests.flows.sample_road import again

if TYPE_CHECKING:
    from flows.running import Workplace

SIZES = {1: 20, 20: 5, 100: 3}
"""Acts a run, and how often each is measured."""
PLAIN, THROUGH = "không Prefect · without Prefect", "qua Prefect · through Prefect"
GOALS = {(100, THROUGH): "≥ 50"}
_FIRST_TIME = 20
"""The person is told for the 20th time: the acts measured before came first."""
_MEASURED_AT = at(9, 29, 18)
"""On the day of the acts, as it is in life: two months later every limit would have its whole ladder to climb."""


def measured(ground: Ground) -> list[Line]:
    """Acts a second in each round, for each size of a run without and with Prefect; each act is on another dossier."""
    task = ground.progress.add_task("luồng xử lý · flows", total=2 * sum(SIZES.values()))
    os.environ |= ground.prefect  # before Prefect is imported, which reads it once
    engine = ground.engine
    told = (again(one, times) for times in count(_FIRST_TIME) for one in ground.dossiers)

    def prepare(size: int) -> None:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            connection.execute(text("UPDATE job SET state = 'done' WHERE state <> 'done'"))
        for one in islice(told, size):
            act(engine, one, baseline())

    with clock.at(_MEASURED_AT):
        return asyncio.run(_measure(ground.settings, engine, prepare, lambda: ground.progress.advance(task)))


async def _measure(
    settings: Settings, engine: Engine, prepare: Callable[[int], None], advance: Callable[[], None]
) -> list[Line]:
    from prefect.context import AsyncClientContext

    from flows import jobs
    from flows.running import Workplace, workplace

    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).setLevel(logging.WARNING)
    place = Workplace(engine, settings.data / "files", "bench")
    workplace.set(place)
    async with AsyncClientContext() as context:
        ways = {PLAIN: partial(_plain, place), THROUGH: partial(jobs.serve, place, context.client)}
        for serve in ways.values():
            prepare(5)
            await serve()  # what is loaded once is not measured
        found: list[Line] = []
        for size, rounds in SIZES.items():
            seconds: dict[str, list[float]] = {way: [] for way in ways}
            used: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(rounds):  # in turns, so that the machine's moods meet both alike
                for way, serve in ways.items():
                    prepare(size)
                    start, before = perf_counter(), process_time()
                    assert await serve()
                    seconds[way].append(perf_counter() - start)
                    used[way].append(1000 * (process_time() - before) / size)
                    assert _left(engine) == 0, "one run takes them all"
                    advance()
            more = 1000 * (median(seconds[THROUGH]) - median(seconds[PLAIN]))
            remarks = {THROUGH: f", {more:,.0f} ms a run more"}
            found += [
                (
                    f"{size} việc một lượt, {way}", [size / one for one in times], "acts/s",
                    GOALS.get((size, way), ""), f"{median(used[way]):.1f} ms CPU/act{remarks.get(way, '')}",
                )
                for way, times in seconds.items()
            ]  # fmt: skip
    return found


async def _plain(place: "Workplace") -> bool:
    """The same work on the same rows, each task's function called as it is."""
    from flows import outbox, stages

    claim = await asyncio.to_thread(outbox.claim, place.engine, place.worker)
    if claim is None:
        return False
    acts = await asyncio.to_thread(stages.acts_of, place.engine, claim.jobs)
    events, dossiers = [act.event for act in acts], sorted({act.dossier for act in acts})
    rendered = await stages.render_documents.fn(events)
    assert not rendered.failed
    await stages.check_limits.fn(dossiers)
    await stages.notify_agencies.fn(events)
    await stages.watch_the_held.fn(dossiers)
    await asyncio.to_thread(outbox.settle, place.engine, place.worker, claim.jobs, {})
    return True


def _left(engine: Engine) -> int:
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        return int(connection.execute(text("SELECT count(*) FROM job WHERE state <> 'done'")).scalar_one())
