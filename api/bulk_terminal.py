"""A bulk task at the terminal: worked off in this process by the workers' code, with a bar; can be stopped and continued."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import OperationalError

from api.terminal import fail
from flows import batches
from flows.bulk_report import lines, to_xlsx
from flows.engine import Actor
from models.postgres import app_url
from models.settings import Settings, StartupError
from models.store import SYSTEM, Scope, open_store, unit_of_work
from models.tables import table

_task, _account = table("bulk_task"), table("account")
_SYSTEM = Scope(SYSTEM)
_SHOWN = 20
_STATES = {
    "cancelled": "đã dừng, chạy lại lệnh để làm tiếp · stopped, run the command again to go on",
    "done": "xong · done",
}


@dataclass(frozen=True)
class AtTerminal:
    """Someone at a terminal of this installation, in whose name tasks are done."""

    settings: Settings
    engine: Engine
    actor: Actor

    def do(self, title: str, kind: batches.Kind, begun: Callable[[Connection], UUID]) -> UUID:
        """Works a task off with a bar; Ctrl-C stops it behind its batch. One that a worker has in hand is only watched.

        Args:
            title: what the bar says.
            kind: what does its batches.
            begun: leaves the task, or takes one up again; its id.
        """
        worker = f"{platform.node()}-terminal-{os.getpid()}"
        with unit_of_work(self.engine, _SYSTEM) as connection:
            identity = begun(connection)
            mine = batches.claim(connection, worker, only=identity)
        with _bar() as progress:
            try:
                self._work(worker, identity, mine, kind, progress, title)
            except KeyboardInterrupt:
                with unit_of_work(self.engine, self.actor.scope) as connection:
                    batches.cancel(connection, identity)
                batches.release(self.engine, worker, identity)
        return identity

    def unfinished(
        self, connection: Connection, kind: str, parameters: dict[str, Any], sha256: str | None,
        dossiers: list[UUID] | None,
    ) -> UUID | None:  # fmt: skip
        """The same task of this agency, left before its end: it goes on when it is asked for again."""
        asked = (
            select(_task.c.id)
            .where(_task.c.agency == self.actor.agency, _task.c.kind == kind, _task.c.state != "done")
            .where(_task.c.parameters == parameters, _task.c.sha256.is_not_distinct_from(sha256))
            .where(_task.c.dossiers.is_not_distinct_from(dossiers))
            .order_by(_task.c.created_at.desc())
            .limit(1)
        )
        return connection.execute(asked).scalar_one_or_none()

    def tell(self, identity: UUID, report: Path | None) -> int:
        """Says what became of the task, and of the first items that failed; writes the report. The command's exit code."""
        row = self.read(identity)
        sys.stdout.write(
            f"{_STATES.get(row.state, row.error or row.state)}: {row.done} hồ sơ · dossiers, {row.known} đã có từ trước · "
            f"known from before, {row.failed} lỗi · refused\n"
        )
        for shown, line in enumerate(lines(self.engine, self.actor.scope, identity, only_failed=True)):
            if shown == _SHOWN:
                sys.stdout.write("…\n")
                break
            sys.stdout.write(f"{line.field or line.item}: {line.message} · {line.message_en}\n")
        if report is not None:
            to_xlsx(lines(self.engine, self.actor.scope, identity), report)
        return 0 if row.state == "done" and not row.failed else 1

    def read(self, identity: UUID) -> Any:  # noqa: ANN401 - a row of the task table
        """The task's row."""
        with unit_of_work(self.engine, _SYSTEM) as connection:
            return connection.execute(select(_task).where(_task.c.id == identity)).one()

    def _work(
        self, worker: str, identity: UUID, task: batches.Task | None, kind: batches.Kind, progress: Progress, title: str
    ) -> None:  # fmt: skip
        """Works the task off; while another process has it, its progress is shown until it ends or is free."""
        bar = progress.add_task(title, total=None)
        while task is None:
            row = self.read(identity)
            progress.update(bar, completed=row.position, total=row.total)
            if row.finished_at is not None:
                return
            time.sleep(1)
            task = batches.claim(self.engine, worker, only=identity)
        try:
            with self._renewing(worker, identity):
                for position in batches.work_off(self.engine, self.settings.files, worker, task, kind):
                    progress.update(bar, completed=position, total=self.read(identity).total)
        except batches.LeaseLost:  # this process was asleep: watch who has it now
            self._work(worker, identity, None, kind, progress, title)
        except batches.Unworkable as error:
            batches.fail(self.engine, worker, identity, str(error), for_good=True)

    @contextmanager
    def _renewing(self, worker: str, identity: UUID) -> Iterator[None]:
        """Keeps the task in our hands, also while the rows before are read again."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(batches.LEASE.total_seconds() / 4):
                batches.renew(self.engine, worker, identity)

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def at_terminal(settings: Settings, user: str) -> Iterator[AtTerminal]:
    """An officer or head who works at a terminal of this installation; an unknown account ends the command.

    Raises:
        StartupError: the database does not answer.
    """
    engine = open_store(app_url(settings), pool_size=2, public_url=settings.public_url)
    try:
        yield AtTerminal(settings, engine, _actor(engine, user))
    except OperationalError as error:
        raise StartupError(
            "Cơ sở dữ liệu không trả lời; hãy chạy hoso up hoặc kiểm tra HOSO_DATABASE_URL.",
            "The database does not answer; run hoso up, or look at HOSO_DATABASE_URL.",
        ) from error
    finally:
        engine.dispose()


def _actor(engine: Engine, user: str) -> Actor:
    with unit_of_work(engine, _SYSTEM) as connection:
        row = connection.execute(select(_account).where(_account.c.username == user)).one_or_none()
    if row is None or row.disabled or row.role not in {"officer", "head"}:
        fail(f"{user}: không phải cán bộ đang hoạt động · no active officer's account")
    return Actor(row.id, row.agency, row.role)


@contextmanager
def _bar() -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield progress
