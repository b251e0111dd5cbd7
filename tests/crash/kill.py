"""`python -m tests.crash.kill`: an installation under load, its processes killed at random moments, checked afterwards."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, text

from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.crash.checks import check, check_mails, summary
from tests.crash.load import Load
from tests.flows.post_office import PostOffice

KILLS = int(os.environ.get("HOSO_KILLS", "100"))
SEED = int(os.environ.get("HOSO_CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
VICTIMS = {
    "api": "api.app", "worker": "flows.worker", "clock": "flows.clock", "prefect": "prefect server", "postgres": "postgres",
}  # fmt: skip
"""The programs, and words of their command lines."""
_PASSWORD = "mat-khau-cua-nguoi-dung-thu"
_STARTING, _DRAINING = 180.0, 300.0


@dataclass(frozen=True)
class Installation:
    """`hoso up` on a data folder of its own."""

    settings: Settings
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where its API answers."""
        return f"http://127.0.0.1:{self.settings.port}"

    def answers(self) -> bool:
        """Whether its API is alive."""
        try:
            return httpx.get(f"{self.url}/health/live", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def children(self) -> dict[str, int]:
        """Process numbers of the programs that run now."""
        found = dict[str, int]()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # ended meanwhile
                continue
            if parent == self.process.pid:
                found |= {name: int(entry.name) for name, words in VICTIMS.items() if words in command}
        return found


def run(kills: int, seed: int, told: Callable[[int], None] = lambda _done: None) -> str:
    """Kills processes of an installation under load so many times, each program in turn and then at random, and checks all.

    Args:
        kills: how often.
        seed: of the random choices.
        told: called after each kill with how many there were.

    Returns:
        What happened, in one line.

    Raises:
        AssertionError: something was lost, half done or done twice.
    """
    chance = random.Random(seed)  # noqa: S311 - choices that can be repeated, no secret
    with PostOffice(pause=0.05) as office, installation(office) as place:
        load, killed = Load(place.url, _PASSWORD), list[str]()
        load.start()
        while len(killed) < kills:
            # There is load only while the API answers; the moment is random from then on.
            _wait(place.answers, _STARTING, "the API did not come back")
            time.sleep(chance.uniform(0.2, 4.0))
            children = place.children()
            turn = list(VICTIMS)[len(killed)] if len(killed) < len(VICTIMS) else chance.choice(list(VICTIMS))
            if turn in children:
                os.kill(children[turn], signal.SIGKILL)
                killed.append(turn)
                told(len(killed))
        # Until a paper with a number came out after the last kill too.
        before = load.numbers
        _wait(lambda: load.numbers > before, _DRAINING, "no number was taken any more")
        load.stop()
        with _store(place) as engine:
            _drain(engine)
            counts = check(engine, place.settings.data / "files", load)
            return summary(counts | check_mails(engine, office), killed)


@contextmanager
def installation(office: PostOffice) -> Iterator[Installation]:
    """An installation that is up, whose agencies get their notices by mail; nothing of it is left behind."""
    with tempfile.TemporaryDirectory(prefix="hoso-crash-") as folder:
        settings = Settings(data=Path(folder).resolve() / "var", port=_free_port(), prefect_port=_free_port())
        environment = {
            **os.environ,
            "HOSO_DATA": str(settings.data),
            "HOSO_PORT": str(settings.port),
            "HOSO_PREFECT_PORT": str(settings.prefect_port),
            "HOSO_DEMO_PASSWORD": _PASSWORD,
            "HOSO_RATE_ACCOUNT": "1000000",
            "HOSO_RATE_ADDRESS": "1000000",
            "HOSO_SMTP_URL": f"smtp://127.0.0.1:{office.port}",
            "HOSO_MAIL_FROM": "hoso@office.example",
        }
        log = Path(folder) / "up.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "api.command_line", "up"],
                env=environment,
                stdout=output,
                stderr=output,
            )
        place = Installation(settings, process)
        try:
            _wait(lambda: b"Ctrl-C" in log.read_bytes(), _STARTING, "the installation did not come up")
            with _store(place) as engine, unit_of_work(engine, Scope(SYSTEM)) as connection:
                connection.execute(text("UPDATE agency SET email = code || '@office.example'"))
            yield place
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def _store(place: Installation) -> Iterator[Engine]:
    engine = open_store(app_url(place.settings), pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def _drain(engine: Engine) -> None:
    """Waits until nothing is left to do after the acts, and nothing is on its way."""
    left = text("""
        SELECT (SELECT count(*) FROM job WHERE state IN ('waiting', 'leased'))
            + (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'sending'))
    """)

    def done() -> bool:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            return bool(connection.execute(left).scalar_one() == 0)

    _wait(done, _DRAINING, "jobs were never done, or mails never settled")


def _wait(happened: Callable[[], bool], patience: float, what: str) -> None:
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Runs the long proof, with a bar; Ctrl-C ends it and leaves nothing behind."""
    console = Console()
    console.print(f"{KILLS} lần giết tiến trình · kills, HOSO_CRASH_SEED={SEED}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("đã giết · killed", total=KILLS)
            happened = run(KILLS, SEED, lambda done: progress.update(task, completed=done))
    except KeyboardInterrupt:
        sys.exit(130)
    console.print(
        f"không mất, không làm dở, không làm hai lần · nothing lost, half done or doubled: {happened}"
    )


if __name__ == "__main__":
    main()
