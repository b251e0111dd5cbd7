"""Running flows in this process: where they run, the lines a worker serves, and a flow run made and run here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, cast
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectSignal
from prefect.flow_engine import run_flow_async
from prefect.states import Crashed, Pending
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from documents.pdf import LibreOffice
from models import logs, metrics
from models.mail_server import MailServer
from models.private_receivers import NOTHING_PRIVATE, PrivateReceivers
from models.settings import Settings

_log = logs.logger("hoso.flows")
AWAY = (httpx.HTTPError, PrefectSignal, OperationalError)
"""Prefect's server refuses or is away, or the database is; nothing of it is the work's fault."""
_UNFINISHED = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING]))


@dataclass(frozen=True)
class Workplace:
    """Where flows run: the store, the files' folder, and the name under which the worker holds its work."""

    engine: Engine
    files: Path
    worker: str
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the worker is told to stop: long work ends at the next point where it can be taken up again."""
    office: LibreOffice | None = None
    """Makes PDFs, where the process has it."""
    running: set[UUID] = field(default_factory=set)
    """Flow runs that run here now."""
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a flow run is made, for until we know its id it looks like one of a dead process."""
    mail: MailServer | None = None
    """Where notices leave by mail; None means that mails wait."""
    webhooks: PrivateReceivers = NOTHING_PRIVATE
    """Where webhooks may lead beside the public internet."""
    settings: Settings | None = None
    """The installation, whose key opens the secrets that webhooks are signed with."""


workplace: ContextVar[Workplace] = ContextVar("workplace")
"""Set by the worker around its runs, so that parameters can be ids alone."""


def _nothing(_engine: Engine, _worker: str) -> None:
    """Takes nothing back."""


@dataclass(frozen=True)
class Line:
    """One kind of work that a worker serves beside the others."""

    serve: Callable[[Workplace, PrefectClient], Awaitable[bool]]
    """Takes what is ready, runs it and settles it; whether there was anything. What it cannot finish while Prefect or the
    database is away it gives back uncounted, and raises one of `AWAY`."""
    take_back: Callable[[Engine, str], None] = _nothing
    """Frees what a dead process of the worker's name held; called before the line is served, in a thread."""


async def run_here(
    client: PrefectClient, flow: Flow[Any, Any], parameters: dict[str, Any], *, name: str, tags: Sequence[str],
    started: Callable[[str], None] | None = None,
) -> State[Any]:  # fmt: skip
    """Makes a flow run and runs it in this process; a flow that fails is an answer here, not an error.

    Args:
        client: Prefect's, of the line.
        flow: an async flow.
        parameters: ids and numbers alone, never personal data.
        name: the run's name.
        tags: the run's tags, to which the worker's is added.
        started: is given the run's id before the flow begins, in a thread; to be kept with the work, so that whoever
            takes it over can mark this run.

    Raises:
        AWAY: Prefect's server refused or is away, or the database was when `started` was called.
    """
    place = workplace.get()
    async with place.starting:
        run = await client.create_flow_run(
            flow, name=name, parameters=parameters, tags=[*tags, f"worker:{place.worker}"], state=Pending()
        )
        place.running.add(run.id)
    try:
        if started is not None:
            await asyncio.to_thread(started, str(run.id))
        return await run_made(flow, run, parameters)
    finally:
        place.running.discard(run.id)


async def run_made(
    flow: Flow[Any, Any], run: FlowRun, parameters: dict[str, Any], *, name: str = ""
) -> State[Any]:
    """Runs a flow run in this process that was made already, and tells how it ended.

    Args:
        flow: an async flow.
        run: the run.
        parameters: ids and numbers alone, never personal data.
        name: what the log and the figures call it; the flow's own name when left out.
    """
    name, begun, ended = name or flow.name, perf_counter(), "interrupted"
    with logs.about(flow=name, flow_run=run.id):
        try:
            state = cast(
                "State[Any]",
                await run_flow_async(flow, flow_run=run, parameters=parameters, return_type="state"),
            )
            ended = state.type.value.lower()
        finally:
            seconds = perf_counter() - begun
            metrics.flow_ran(name, ended, seconds)
            level = logging.INFO if ended == "completed" else logging.WARNING
            _log.log(level, "flow ended", state=ended, ms=round(seconds * 1000, 1))
    return state


async def bury(place: Workplace, client: PrefectClient) -> None:
    """Marks as crashed the runs that a dead process of this worker's name left behind, or a lost connection."""
    ours = FlowRunFilter(tags=FlowRunFilterTags(all_=[f"worker:{place.worker}"]), state=_UNFINISHED)
    while await _crash(place, client, ours):
        pass


async def bury_runs(place: Workplace, client: PrefectClient, runs: Collection[str]) -> None:
    """Marks as crashed those of the runs that are not finished: whoever ran them has lost its hold on their work."""
    if runs:
        theirs = FlowRunFilter(id=FlowRunFilterId(any_=[*map(UUID, runs)]), state=_UNFINISHED)
        await _crash(place, client, theirs)


async def _crash(place: Workplace, client: PrefectClient, asked: FlowRunFilter) -> int:
    """Marks up to 200 of the runs asked for, but none that runs here; how many."""
    async with place.starting:
        found = await client.read_flow_runs(
            flow_run_filter=asked, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=200
        )
        dead = [run for run in found if run.id not in place.running]
    for run in dead:
        await client.set_flow_run_state(run.id, _crashed(), force=True)
    return len(dead)


def _crashed() -> State[None]:
    return Crashed(
        message="Tiến trình hoặc kết nối đã đứt giữa chừng; việc chưa xong được làm lại ở lượt khác."
    )
