"""What sections of the benchmark stand on, made when first asked for: a PostgreSQL, prepared dossiers, a Prefect server."""

import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import sleep
from uuid import UUID

import psutil
from rich.progress import Progress
from sqlalchemy import Engine, text

from api.prefect_server import prefect_environment, prefect_is_ready, prefect_server
from models import postgres
from models.migrations import migrate
from models.program import spawn
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.cluster import running
from tests.flows.rows import seed
from tests.flows.sample_road import ROAD, asked, opened, together

DOSSIERS, BATCH, POOL = 400, 200, 4


@dataclass
class Ground:
    """Everything on it is written to disk at each commit; `close` leaves nothing behind."""

    progress: Progress
    full: bool = False
    """Whether there is an hour, or some minutes."""
    _open: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def settings(self) -> Settings:
        """Of a PostgreSQL that runs until the end, its roles and databases made."""
        folder = self._open.enter_context(tempfile.TemporaryDirectory(prefix="hoso-bench-"))
        settings = Settings(data=Path(folder).resolve())
        self._open.enter_context(running(settings))
        postgres.ensure_roles(settings)
        return settings

    @cached_property
    def engine(self) -> Engine:
        """The store: migrated, with agencies."""
        migrate(postgres.owner_url(self.settings))
        engine = open_store(postgres.app_url(self.settings), pool_size=POOL)
        self._open.callback(engine.dispose)
        seed(engine)
        return engine

    @cached_property
    def dossiers(self) -> Sequence[UUID]:
        """Dossiers compiled and told to their persons once, each of them by the acts of the road."""
        return prepared(self.engine, DOSSIERS, self.progress)

    @cached_property
    def prefect(self) -> dict[str, str]:
        """The environment of clients of a Prefect server; to be set before Prefect is imported, which reads it once."""
        return self._open.enter_context(_prefect(self.settings))

    def close(self) -> None:
        """Ends what runs, and takes away what was written."""
        self._open.close()


def prepared(engine: Engine, dossiers: int, progress: Progress) -> list[UUID]:
    """Dossiers on which everything was done but the last act once more."""
    task = progress.add_task("chuẩn bị hồ sơ · preparing", total=dossiers * (1 + len(ROAD)))
    made = []
    for _ in range(dossiers):
        made.append(opened(engine))
        progress.advance(task)
    for actor, action in ROAD:
        for start in range(0, dossiers, BATCH):
            acts = [asked(one, actor, action) for one in made[start : start + BATCH]]
            together(engine, acts)
            progress.advance(task, len(acts))
    return made


def database_sum(engine: Engine, of: Callable[[psutil.Process], float]) -> float:
    """What is said of each process of the server behind this store, added up; some end meanwhile, and count no more."""
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    server = psutil.Process(backend).parent()
    assert server
    total = of(server)
    for child in server.children():
        with suppress(psutil.NoSuchProcess):
            total += of(child)
    return total


@contextmanager
def _prefect(settings: Settings) -> Iterator[dict[str, str]]:
    """A Prefect server as `hoso up` runs it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = replace(settings, prefect_port=int(probe.getsockname()[1]))
    with (settings.log / "prefect.log").open("ab") as log:
        process = spawn(prefect_server(settings), log)
    try:
        while not prefect_is_ready(settings):
            assert process.poll() is None, "Prefect's server ended"
            sleep(0.2)
        yield {
            **prefect_environment(settings),
            "PREFECT_CLIENT_MAX_RETRIES": "1",
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
        }
    finally:
        process.terminate()
        process.wait(30)
