"""The worker: takes jobs from the outbox and runs the flow of their stage in this process, until it is told to stop."""

import asyncio
import fcntl
import hashlib
import logging
import os
import platform
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import AsyncClientContext
from prefect.exceptions import PrefectSignal
from prefect.flow_engine import run_flow_async
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)
from prefect.states import Crashed, Pending
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from documents.rendering import explain
from flows import outbox
from flows.stages import FLOWS, Act, Workplace, acts_of, workplace
from models.postgres import app_url
from models.settings import Settings, StartupError
from models.store import open_store

_POLL = 0.3
"""Seconds between looks at an empty outbox."""
_PAUSE = 1.0
"""Seconds between looks at a server that is away."""
_RENEWAL = outbox.LEASE.total_seconds() / 4
_PREFECT = {
    PREFECT_CLIENT_MAX_RETRIES: 1,  # the jobs wait in our tables: no need to insist for 140 seconds
    PREFECT_LOGGING_TO_API_ENABLED: False,  # states, artifacts and our own log say everything
}
_AWAY = (httpx.HTTPError, PrefectSignal, OperationalError)
"""Prefect's server refuses or is away, or the database is; nothing of it is the job's fault."""


async def run_worker(settings: Settings, *, once: bool = False, stop: asyncio.Event | None = None) -> None:
    """Works off the outbox.

    While Prefect's server or the database is away, jobs wait and no attempt is counted. Several workers, here and on
    other machines, share the work.

    Args:
        settings: the installation's settings; the environment must name Prefect's server.
        once: return as soon as no job is ready.
        stop: once set, the present batch is finished and the worker returns.

    Raises:
        StartupError: the environment names no server for Prefect.
    """
    stop = stop or asyncio.Event()
    with _name(settings.data / "workers") as name, temporary_settings(_PREFECT):
        if not PREFECT_API_URL.value():
            raise StartupError("Chưa đặt PREFECT_API_URL.", "PREFECT_API_URL is not set.")
        engine = open_store(app_url(settings), pool_size=2, public_url=settings.public_url)
        workplace.set(Workplace(engine, settings.files, name))
        try:
            await _Worker(name, engine, stop, once=once).work()
        finally:
            engine.dispose()


class _Worker:
    """One process's work under one name."""

    def __init__(self, name: str, engine: Engine, stop: asyncio.Event, *, once: bool) -> None:
        self._name = name
        self._engine = engine
        self._stop = stop
        self._once = once
        self._trouble = ""

    async def work(self) -> None:
        """Serves while the servers answer, and waits while they do not."""
        logging.getLogger("prefect.flow_runs").setLevel(logging.WARNING)  # five lines a run tell nothing new
        logging.getLogger("prefect.task_runs").setLevel(logging.WARNING)
        self._say("bắt đầu · started")
        while not self._stop.is_set():
            try:
                await self._serve()
                break
            except _AWAY as error:
                if _kind(error) != self._trouble:
                    self._trouble = _kind(error)
                    self._say(
                        f"Prefect hoặc cơ sở dữ liệu không trả lời, việc chờ lại · away ({self._trouble})"
                    )
                await _wait(self._stop, _PAUSE)
        self._say("đã dừng · stopped")

    async def _serve(self) -> None:
        async with httpx.AsyncClient() as probe:
            (await probe.get(f"{PREFECT_API_URL.value()}/health", timeout=5)).raise_for_status()
        async with AsyncClientContext() as context:
            await asyncio.to_thread(outbox.take_back, self._engine, self._name)
            await self._bury(context.client)
            while not self._stop.is_set():
                claim = await asyncio.to_thread(outbox.claim, self._engine, self._name)
                if claim is not None:
                    await self._run(context.client, claim)
                elif self._once:
                    return
                else:
                    await _wait(self._stop, _POLL)

    async def _bury(self, client: PrefectClient) -> None:
        """Marks runs that a dead process of this name left behind as crashed."""
        unfinished = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING])
        orphans = FlowRunFilter(
            tags=FlowRunFilterTags(all_=[f"worker:{self._name}"]), state=FlowRunFilterState(type=unfinished)
        )
        crashed: State[None] = Crashed(
            message="Tiến trình hoặc kết nối đã đứt giữa chừng; việc chưa xong được làm lại ở lượt khác."
        )
        while runs := await client.read_flow_runs(
            flow_run_filter=orphans, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=200
        ):
            for run in runs:
                await client.set_flow_run_state(run.id, crashed, force=True)

    async def _run(self, client: PrefectClient, claim: outbox.Claim) -> None:
        """One flow run over the claimed jobs, which settles them itself; what it does not come to is given back."""
        renewing = asyncio.create_task(self._renew(claim))
        flow, parameters = FLOWS[claim.stage], {"jobs": list(claim.jobs)}
        try:
            acts = await asyncio.to_thread(acts_of, self._engine, claim.jobs)
            title, tags = _label(claim, acts)
            run = await client.create_flow_run(
                flow, name=title, parameters=parameters, tags=[*tags, f"worker:{self._name}"], state=Pending()
            )
            self._recovered()
            await asyncio.to_thread(outbox.assign, self._engine, self._name, claim.jobs, str(run.id))
            await run_flow_async(flow, flow_run=run, parameters=parameters, return_type="state")
        except _AWAY:
            await asyncio.to_thread(outbox.release, self._engine, self._name, claim.jobs)
            raise
        except Exception as error:  # noqa: BLE001 - one batch that cannot be run must not stop the others
            failed = dict.fromkeys(claim.jobs, explain(error))
            await asyncio.to_thread(outbox.settle, self._engine, self._name, claim.jobs, failed)
        finally:
            renewing.cancel()

    async def _renew(self, claim: outbox.Claim) -> None:
        while True:
            await asyncio.sleep(_RENEWAL)
            await asyncio.to_thread(outbox.renew, self._engine, self._name, claim.jobs)

    def _recovered(self) -> None:
        if self._trouble:
            self._trouble = ""
            self._say("đã hoạt động lại · back at work")

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{self._name}: {text}\n")
        sys.stderr.flush()


def _label(claim: outbox.Claim, acts: list[Act]) -> tuple[str, list[str]]:
    """The run's name and tags: by stage, and by dossier and agency when it carries one act."""
    if len(acts) != 1:
        return f"{len(acts)} thao tác", [claim.stage.value]
    [act] = acts
    return f"{act.number} {act.action}", [claim.stage.value, act.number, act.agency]


@contextmanager
def _name(folder: Path) -> Iterator[str]:
    """The first name free in this machine's data folder; the kernel frees it again however the process ends.

    Machines may be called alike, and one may have two data folders: the place is part of the name.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = f"{platform.node()}-{_place(folder)}"
    number = 1
    while True:
        descriptor = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            number += 1
            continue
        try:
            yield f"{place}-{number}"
        finally:
            os.close(descriptor)
        return


def _place(folder: Path) -> str:
    """What tells this folder on this machine from every other, the same at each start."""
    machine = Path("/etc/machine-id")
    told = [machine.read_text() if machine.exists() else "", str(folder.resolve()), str(folder.stat().st_ino)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:8]


def _kind(error: BaseException) -> str:
    """What is wrong with a server, in few words."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.response.status_code} {error.request.method} {error.request.url.path}"
    return type(error).__name__


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


async def _until_signalled(settings: Settings) -> None:
    """Runs until SIGTERM or Ctrl-C.

    A thread waits for the signals, which are blocked elsewhere: Prefect installs a handler of its own while a flow runs,
    and it would throw the batch away.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait_for_signal() -> None:
        signal.sigwait(_SIGNALS)
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait_for_signal, daemon=True).start()
    await run_worker(settings, stop=stop)


_SIGNALS = {signal.SIGTERM, signal.SIGINT}


def main() -> None:
    """Runs a worker of this installation until it is told to stop."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        asyncio.run(_until_signalled(Settings.from_environment()))
    except StartupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
