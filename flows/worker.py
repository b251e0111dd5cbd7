"""The worker: serves lines of work side by side, each flow in this process, until it is told to stop."""

import asyncio
import fcntl
import hashlib
import logging
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from prefect.context import AsyncClientContext
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)

from documents.pdf import LibreOffice
from flows import bulk, deliveries, emitting, jobs, outbox
from flows.running import AWAY, Line, Workplace, bury, workplace
from models import logs, metrics
from models.postgres import app_url
from models.settings import Settings, StartupError
from models.store import open_store

_log = logs.logger("hoso.worker")
LINES = (Line(jobs.serve, outbox.take_back), *deliveries.LINES, emitting.LINE, Line(bulk.serve))
"""What a worker does, each of it while the others go on."""

_POLL = 0.3
"""Seconds until a line is looked at again that had nothing to do."""
_PAUSE = 1.0
"""Seconds between looks at a server that is away."""
_LONG_PAUSE = 10.0
"""Seconds until a line is served again that failed by a fault of ours."""
_PREFECT = {
    PREFECT_CLIENT_MAX_RETRIES: 1,  # the work waits in our tables: no need to insist for 140 seconds
    PREFECT_LOGGING_TO_API_ENABLED: False,  # states, artifacts and our own log say everything
}


async def run_worker(
    settings: Settings,
    *,
    lines: Sequence[Line] = LINES,
    program: str = "worker",
    once: bool = False,
    stop: asyncio.Event | None = None,
) -> None:
    """Serves lines side by side.

    While Prefect's server or the database is away, work waits and no attempt is counted. Several workers, here and on
    other machines, share the work.

    Args:
        settings: the installation's settings; the environment must name Prefect's server.
        lines: what to serve.
        program: what the process is called in its lock, by which `hoso doctor` sees it.
        once: return as soon as no line has anything to do.
        stop: once set, what is under way is finished and the worker returns.

    Raises:
        StartupError: the environment names no server for Prefect.
    """
    stop = stop or asyncio.Event()
    with (
        _name(settings.data / "workers", program) as name,
        temporary_settings(_PREFECT),
        logs.about(worker=name),
    ):
        if not PREFECT_API_URL.value():
            raise StartupError("Chưa đặt PREFECT_API_URL.", "PREFECT_API_URL is not set.")
        _serve_metrics(settings, int(name.rpartition("-")[2]))
        engine = open_store(app_url(settings), pool_size=2 * len(lines), public_url=settings.public_url)
        place = Workplace(
            engine, settings.files, name, stop, LibreOffice(settings.data / "libreoffice", settings.soffice),
            mail=settings.mail, webhooks=settings.webhooks, settings=settings,
        )  # fmt: skip
        workplace.set(place)
        try:
            await _Worker(place, lines, once=once).work()
        finally:
            engine.dispose()


def _serve_metrics(settings: Settings, number: int) -> None:
    """The first worker of a machine at the port that was set, the second one port higher, and so on.

    Raises:
        StartupError: another program uses the port.
    """
    if not settings.metrics_port:
        return
    port = settings.metrics_port + number - 1
    try:
        metrics.serve(port, settings.metrics_host)
    except OSError as error:
        raise StartupError(
            f"HOSO_METRICS_PORT: không mở được cổng {port} ({error.strerror}).",
            f"HOSO_METRICS_PORT: port {port} cannot be opened ({error.strerror}).",
        ) from error
    _log.info("số đo · metrics", port=port)


class _Worker:
    """One process's work under one name."""

    def __init__(self, place: Workplace, lines: Sequence[Line], *, once: bool) -> None:
        self._place = place
        self._lines = lines
        self._stop = place.stop
        self._once = once
        self._troubles: dict[Sequence[Line], str] = {}

    async def work(self) -> None:
        """Serves the lines side by side; told to work once, in turn, for one may leave work for another."""
        logging.getLogger("prefect.flow_runs").setLevel(logging.WARNING)  # five lines a run tell nothing new
        logging.getLogger("prefect.task_runs").setLevel(logging.WARNING)
        self._say("bắt đầu · started")
        async with asyncio.TaskGroup() as group:
            for lines in [self._lines] if self._once else [(line,) for line in self._lines]:
                group.create_task(self._keep(lines))
        self._say("đã dừng · stopped")

    async def _keep(self, lines: Sequence[Line]) -> None:
        """Serves while the servers answer, and waits while they do not; no line's fault stops another."""
        while not self._stop.is_set():
            pause = _PAUSE
            try:
                await self._serve(lines)
            except AWAY as error:
                self._troubled(lines, _kind(error))
            except Exception as error:  # noqa: BLE001 - said, with where it arose; the line is tried again
                _log.error("lỗi, sẽ thử lại · failed, will be tried again", exc_info=error)
                pause = _LONG_PAUSE
            else:
                return
            await wait(self._stop, pause)

    async def _serve(self, lines: Sequence[Line]) -> None:
        async with httpx.AsyncClient() as probe:
            (await probe.get(f"{PREFECT_API_URL.value()}/health", timeout=5)).raise_for_status()
        async with AsyncClientContext() as context:
            for line in lines:
                await asyncio.to_thread(line.take_back, self._place.engine, self._place.worker)
            await bury(self._place, context.client)
            self._recovered(lines)
            while not self._stop.is_set():
                found = [await line.serve(self._place, context.client) for line in lines]
                if any(found):
                    continue
                if self._once:
                    return
                await wait(self._stop, _POLL)

    def _troubled(self, lines: Sequence[Line], kind: str) -> None:
        """Says that a server is away, unless it was said already, for these lines or for others."""
        if kind not in self._troubles.values():
            self._say(f"Prefect hoặc cơ sở dữ liệu không trả lời, việc chờ lại · away ({kind})")
        self._troubles[lines] = kind

    def _recovered(self, lines: Sequence[Line]) -> None:
        if self._troubles.pop(lines, None) and not self._troubles:
            self._say("đã hoạt động lại · back at work")

    def _say(self, text: str) -> None:
        _log.info(text)


@contextmanager
def _name(folder: Path, program: str = "worker") -> Iterator[str]:
    """The first name free in this machine's data folder; the kernel frees it again however the process ends.

    Machines may be called alike, and one may have two data folders: the place is part of the name. The lock's file says
    which program holds it.
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
            os.truncate(descriptor, 0)
            os.write(descriptor, program.encode())
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


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Until `stop` is set, or so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


async def _until_signalled(run: Callable[..., Coroutine[Any, Any, None]], settings: Settings) -> None:
    """Runs until SIGTERM or Ctrl-C.

    A thread waits for the signals, which are blocked elsewhere: Prefect installs a handler of its own while a flow runs,
    and it would throw the batch away.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait_for_signal() -> None:
        signal.sigwait(_SIGNALS)
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait_for_signal, daemon=True).start()
    await run(settings, stop=stop)


_SIGNALS = {signal.SIGTERM, signal.SIGINT}


def run_until_signalled(run: Callable[..., Coroutine[Any, Any, None]], program: str) -> None:
    """Runs a process of this installation until it is told to stop: `run` is given settings, and `stop`."""
    logs.to_stderr(program)
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        asyncio.run(_until_signalled(run, Settings.from_environment()))
    except StartupError as error:
        _log.critical("không khởi động được · did not start", exc_info=error)
        sys.exit(1)


def main() -> None:
    """Runs a worker of this installation until it is told to stop."""
    run_until_signalled(run_worker, "worker")


if __name__ == "__main__":
    main()
