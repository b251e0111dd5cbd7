"""Runs this installation's programs as children: in order, restarted when they die, and none left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from models.program import Program, spawn
from models.settings import LOOPBACK, Settings, StartupError

_TICK = 0.1
_FIRST_DELAY, _LONGEST_DELAY = 0.2, 5.0
_STEADY = 30.0
"""Seconds after which a restarted child counts as well again."""
_PATIENCE_WITH_LEFTOVERS = 10.0
_LOG_LIMIT = 20_000_000
_LOGS_KEPT = 3
_MARK = "HOSO_SUPERVISED_DATA"
"""Carried in the environment by every child and whatever it starts, so that what a kill left behind can be found."""


@dataclass(frozen=True, slots=True)
class Child:
    """One program to keep running."""

    name: str
    """Names its log file and its messages."""
    program: Callable[[], Program]
    """Prepares what the program needs and says how to start it; called before each start."""
    ready: Callable[[], bool]
    """Whether it does its work now."""
    after: Callable[[], None] | None = None
    """What to do each time it has become ready, before the next child starts."""
    patience: float = 120.0
    """Seconds it may take to become ready."""
    stop_timeout: float = 20.0
    """Seconds it may take to end in good order; then it is killed."""


class Supervisor:
    """Keeps children running on one data folder; one supervisor a folder."""

    def __init__(
        self, settings: Settings, children: Sequence[Child], say: Callable[[str], None] | None = None
    ) -> None:
        self._settings = settings
        self._running = [_Running(child, settings) for child in children]
        self._say = say or _say_on_stderr
        self._signals_received = 0

    def run(
        self, on_ready: Callable[[], None] | None = None, until: Callable[[], bool] | None = None
    ) -> None:
        """Start the children, each after the one before is ready, and keep them running.

        Returns after Ctrl-C, SIGTERM or SIGHUP, or when `until` answers True; all children have ended then, the last
        started first. A second signal kills them at once. Call it from the main thread: signals arrive there, and the
        children die with the thread that started them.

        Args:
            on_ready: called once, when all are ready.
            until: asked again and again from then on.

        Raises:
            StartupError: another supervisor holds the data folder, or a child did not become ready at its first start.

        """
        with _lock(self._settings), self._signals():
            end_marked(self._settings)
            try:
                if self._start_all():
                    if on_ready is not None:
                        on_ready()
                    self._keep(until or (lambda: False))
            finally:
                for running in reversed(self._running):
                    running.stop(lambda: self._signals_received > 1)
                end_marked(self._settings)

    def _start_all(self) -> bool:
        """Start each child once the one before is ready; False when a signal came meanwhile."""
        for index, running in enumerate(self._running):
            running.start()
            while not running.ready:
                if self._signals_received:
                    return False
                running.look()
                if running.process is None:
                    log = running.log
                    vietnamese, english = running.trouble
                    raise StartupError(
                        f"{running.child.name}: không khởi động được ({vietnamese}); xem {log}.",
                        f"{running.child.name}: did not start ({english}); see {log}.",
                    )
                self._tend(self._running[:index])
                time.sleep(_TICK)
        return True

    def _keep(self, until: Callable[[], bool]) -> None:
        while not self._signals_received and not until():
            self._tend(self._running)
            time.sleep(_TICK)

    def _tend(self, running: Sequence[_Running]) -> None:
        for one in running:
            to_tell = one.process is not None
            try:
                one.look()
                if one.process is None and time.monotonic() >= one.restart_at:
                    one.start()
            except StartupError as error:
                one.fail(error.vietnamese, error.english)
                to_tell = True
            except Exception as error:  # noqa: BLE001 - whatever one child's start raises, the others need their supervisor
                one.fail(str(error), str(error))
                to_tell = True
            if to_tell and one.process is None:
                vietnamese, english = one.trouble
                self._say(
                    f"{one.child.name}: đã dừng ({vietnamese}), khởi động lại sau {one.delay:g} giây · "
                    f"ended ({english}), restarting in {one.delay:g} s"
                )

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def count(_number: int, _frame: FrameType | None) -> None:
            self._signals_received += 1

        before = {
            number: signal.signal(number, count) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Running:
    """One child's present state."""

    def __init__(self, child: Child, settings: Settings) -> None:
        self.child = child
        self.log = settings.log / f"{child.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False
        self.trouble = ("", "")
        self.restart_at = 0.0
        self.delay = 0.0
        self._mark = {_MARK: str(settings.data)}
        self._started_at = 0.0
        self._stop_signal = signal.SIGTERM

    def start(self) -> None:
        program = self.child.program()
        environment: Mapping[str, str] = {**program.environment, **self._mark}
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as output:
            self.process = spawn(replace(program, environment=environment), output)
        self._started_at = time.monotonic()
        self._stop_signal = program.stop_signal

    def look(self) -> None:
        """Notice that it ended, became ready, or takes too long; keep its log within bounds."""
        if self.process is None:
            return
        code = self.process.poll()
        age = time.monotonic() - self._started_at
        if code is not None:
            self.fail(f"mã {code}", f"code {code}")
        elif self.ready:
            if age > _STEADY:
                self.delay = 0.0
            _rotate(self.log)
        elif self.child.ready():
            if self.child.after is not None:
                self.child.after()
            self.ready = True
        elif age > self.child.patience:
            self.fail(
                f"{self.child.patience:g} giây chưa sẵn sàng", f"not ready in {self.child.patience:g} s"
            )

    def fail(self, vietnamese: str, english: str) -> None:
        """End what is left of it and set the time of the next start, later each time."""
        self.stop(lambda: False)
        self.trouble = (vietnamese, english)
        self.delay = min(max(self.delay * 2, _FIRST_DELAY), _LONGEST_DELAY)
        self.restart_at = time.monotonic() + self.delay

    def stop(self, in_a_hurry: Callable[[], bool]) -> None:
        """Ask it to end, kill it when it does not in time or we are in a hurry, with all of its process group."""
        process, self.process, self.ready = self.process, None, False
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self._stop_signal)
        end = time.monotonic() + self.child.stop_timeout
        while process.poll() is None and time.monotonic() < end and not in_a_hurry():
            time.sleep(0.02)
        with suppress(ProcessLookupError):  # it took its own children along, as it should
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def require_free_port(port: int, variable: str, host: str = LOOPBACK) -> None:
    """Make sure that the port is free: whoever holds it would be taken for our child.

    Raises:
        StartupError: somebody listens there; the message names the variable that chooses another port.

    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartupError(
                f"Cổng {port} đã có chương trình khác dùng; hãy đặt {variable} sang cổng khác.",
                f"Port {port} is in use by another program; set {variable} to another one.",
            ) from error


def end_marked(settings: Settings) -> None:
    """End every process that a supervisor of this data folder started, directly or not, and that still runs."""
    for number, patience in ((signal.SIGTERM, _PATIENCE_WITH_LEFTOVERS), (signal.SIGKILL, 5.0)):
        for pid in _marked(settings):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        end = time.monotonic() + patience
        while _marked(settings) and time.monotonic() < end:
            time.sleep(0.05)


def _marked(settings: Settings) -> list[int]:
    mark = os.fsencode(f"{_MARK}={settings.data}")
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:  # ended meanwhile, or another user's
                continue
            if mark in variables:
                found.append(int(entry.name))
    return found


@contextmanager
def _lock(settings: Settings) -> Iterator[None]:
    """Hold the data folder; the kernel lets go of it however we end."""
    settings.claim_data()
    descriptor = os.open(settings.data / "hoso.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = file.read().strip()
            raise StartupError(
                f"Hệ thống đang chạy trên thư mục {settings.data} (tiến trình {holder}); hãy dừng nó trước, "
                "hoặc đặt HOSO_DATA sang thư mục khác.",
                f"The system is already running on {settings.data} (process {holder}); stop it first, "
                "or set HOSO_DATA to another folder.",
            ) from error
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def _rotate(log: Path) -> None:
    """Keep a long log's end in numbered files; the child goes on writing to the same, now empty one."""
    if not log.exists() or log.stat().st_size < _LOG_LIMIT:
        return
    for number in range(_LOGS_KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.rename(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copy(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)


def _say_on_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
