"""The flows of bulk tasks: an import, an action or a print over many items, batch by batch, with its progress in Prefect.

Each may be repeated at any point: what is done is known from the rows that commit with each batch. Parameters, artifacts
and messages carry ids and counts only.
"""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from contextlib import closing, suppress
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow, flow
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import PrefectException
from sqlalchemy.exc import OperationalError

from documents.rendering import explain
from flows import batches
from flows.batches import Kind, LeaseLost, Task, Unworkable
from flows.bulk_work import ActOnMany, PrintOfMany
from flows.importing import ImportOfRows
from flows.running import Workplace, run_here, workplace

_RENEWAL = batches.LEASE.total_seconds() / 4
_TELLING = 2.0
"""Seconds between two reports of progress to Prefect."""
_PREFECT_AWAY = (httpx.HTTPError, PrefectException)

KINDS: Mapping[str, Kind] = {"import": ImportOfRows, "action": ActOnMany, "print": PrintOfMany}
"""What opens the work of each kind of task."""
TITLES: Mapping[str, str] = {
    "import": "Nhập hồ sơ từ bảng tính",
    "action": "Thực hiện một thao tác trên nhiều hồ sơ",
    "print": "In văn bản của nhiều hồ sơ",
}


async def handle(task_id: str) -> None:
    """Works a task off, or as much of it as is left.

    Raises:
        Exception: whatever stopped it; the batches before are done and stay done.
    """
    place, renewing = workplace.get(), None
    task = await asyncio.to_thread(batches.read, place.engine, UUID(task_id))
    try:
        renewing = asyncio.create_task(_renew(place, task.id))
        await _work_off(place, task)
    except OperationalError:  # the database is away: no fault of the task
        raise
    except LeaseLost:  # someone else goes on with it
        raise
    except Exception as error:
        await asyncio.to_thread(
            batches.fail, place.engine, place.worker, task.id,
            str(error) if isinstance(error, Unworkable) else explain(error),
            for_good=isinstance(error, Unworkable),
        )  # fmt: skip
        raise
    finally:
        if renewing is not None:
            renewing.cancel()


async def _work_off(place: Workplace, task: Task) -> None:
    """Batch by batch, until the task ends or the worker is told to stop."""
    told = _Progress(task.kind)
    with closing(batches.work_off(place.engine, place.files, place.worker, task, KINDS[task.kind])) as steps:
        while (position := await asyncio.to_thread(next, steps, None)) is not None:
            await told.reached(await asyncio.to_thread(batches.share, place.engine, task.id), position)
            if place.stop.is_set():
                return


class _Progress:
    """A run's progress as Prefect shows it; a server that does not answer stops no task."""

    def __init__(self, kind: str) -> None:
        self._kind, self._told = kind, 0.0
        self._artifact: UUID | None = None

    async def reached(self, percent: float, position: int) -> None:
        if time.monotonic() - self._told < _TELLING and percent < 100:
            return
        self._told = time.monotonic()
        said = f"{TITLES[self._kind]}: {position}"
        with suppress(*_PREFECT_AWAY):
            if self._artifact is None:
                self._artifact = await acreate_progress_artifact(
                    percent, key=f"bulk-{self._kind}", description=said
                )
            else:
                await aupdate_progress_artifact(self._artifact, percent, said)


def _flow(kind: str) -> Flow[[str], Coroutine[Any, Any, None]]:
    @flow(name=f"bulk_{kind}", description=TITLES[kind], persist_result=False)
    async def bulk_flow(task: str) -> None:
        await handle(task)

    return bulk_flow


FLOWS: Mapping[str, Flow[[str], Coroutine[Any, Any, None]]] = {kind: _flow(kind) for kind in batches.KINDS}
"""One flow for each kind of task."""


async def serve(place: Workplace, client: PrefectClient) -> bool:
    """Takes one task and runs its flow in this process; whether there was any.

    Raises:
        Exception: Prefect's server or the database is away; the task is given back and no failure is counted.
    """
    task = await asyncio.to_thread(batches.claim, place.engine, place.worker)
    if task is None:
        return False
    try:
        await run_here(
            client, FLOWS[task.kind], {"task": str(task.id)}, name=f"{TITLES[task.kind]} {task.id}",
            tags=["bulk", task.kind, task.agency],
            started=lambda run: batches.assign(place.engine, place.worker, task.id, run),
        )  # fmt: skip
    finally:
        await asyncio.to_thread(batches.release, place.engine, place.worker, task.id)
    return True


async def _renew(place: Workplace, task: UUID) -> None:
    while True:
        await asyncio.sleep(_RENEWAL)
        await asyncio.to_thread(batches.renew, place.engine, place.worker, task)
