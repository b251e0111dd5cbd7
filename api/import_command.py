"""`hoso import`: works a file of dossiers off in this process, by the workers' code, with a bar; can be stopped and continued."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from documents import storage
from flows import batches
from flows.bulk_report import lines, to_xlsx
from flows.engine import Actor
from flows.import_file import ImportFile
from flows.importing import ImportOfRows
from flows.refusals import Invalid
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


def run(settings: Settings, file: Path, user: str, *, dry_run: bool, report: Path | None) -> int:
    """Imports a file in the name of an account; the command's exit code.

    A task of the same file that was stopped goes on where it stopped; one that a worker has in hand is only watched.

    Args:
        settings: the installation's.
        file: an XLSX or CSV file.
        user: the account's name, an officer or head of the agency whose dossiers they will be.
        dry_run: only say what would become of each row.
        report: where to write the per-row report.
    """
    try:
        ImportFile(file)
    except Invalid as invalid:
        fail("\n".join(f"{flaw.field}: {flaw.message} · {flaw.message_en}" for flaw in invalid.flaws), code=1)
    engine = open_store(app_url(settings), pool_size=2, public_url=settings.public_url)
    try:
        actor, worker = _actor(engine, user), f"{platform.node()}-import-{os.getpid()}"
        sha256 = storage.store(settings.data / "files", file.read_bytes())
        identity, mine = _begin(engine, actor, sha256, worker, dry_run=dry_run)
        with _bar() as progress:
            try:
                _work(engine, settings.data / "files", worker, identity, mine, progress)
            except KeyboardInterrupt:
                with unit_of_work(engine, actor.scope) as connection:
                    batches.cancel(connection, identity)
                batches.release(engine, worker, identity)
        return _tell(engine, actor, identity, report)
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


def _begin(
    engine: Engine, actor: Actor, sha256: str, worker: str, *, dry_run: bool
) -> tuple[UUID, batches.Task | None]:
    """The task of this file, begun or taken up again, and whether it is in our hands."""
    with unit_of_work(engine, _SYSTEM) as connection:
        identity = _unfinished(connection, actor, sha256, dry_run=dry_run)
        if identity is None:
            identity = batches.enqueue(connection, "import", actor, {"dry_run": dry_run}, sha256=sha256)
        else:
            batches.resume(connection, identity)
        return identity, batches.claim(connection, worker, only=identity)


def _unfinished(connection: Connection, actor: Actor, sha256: str, *, dry_run: bool) -> UUID | None:
    asked = (
        select(_task.c.id)
        .where(_task.c.agency == actor.agency, _task.c.sha256 == sha256, _task.c.state != "done")
        .where(_task.c.kind == "import", _task.c.parameters["dry_run"].as_boolean() == dry_run)
        .order_by(_task.c.created_at.desc())
        .limit(1)
    )
    return connection.execute(asked).scalar_one_or_none()


def _work(
    engine: Engine, files: Path, worker: str, identity: UUID, task: batches.Task | None, progress: Progress
) -> None:
    """Works the task off; while another process has it, its progress is shown until it ends or is free."""
    bar = progress.add_task("Nhập hồ sơ · importing", total=None)
    while task is None:
        row = _read(engine, identity)
        progress.update(bar, completed=row.position, total=row.total)
        if row.finished_at is not None:
            return
        time.sleep(1)
        task = batches.claim(engine, worker, only=identity)
    try:
        with _renewing(engine, worker, identity):
            for position in batches.work_off(engine, files, worker, task, ImportOfRows):
                progress.update(bar, completed=position, total=_read(engine, identity).total)
    except batches.LeaseLost:
        _work(
            engine, files, worker, identity, None, progress
        )  # this process was asleep: watch who has it now
    except batches.Unworkable as error:
        batches.fail(engine, worker, identity, str(error), for_good=True)


@contextmanager
def _renewing(engine: Engine, worker: str, identity: UUID) -> Iterator[None]:
    """Keeps the task in our hands, also while the rows before are read again."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(batches.LEASE.total_seconds() / 4):
            batches.renew(engine, worker, identity)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _read(engine: Engine, identity: UUID) -> Any:  # noqa: ANN401 - a row of the task table
    with unit_of_work(engine, _SYSTEM) as connection:
        return connection.execute(select(_task).where(_task.c.id == identity)).one()


def _tell(engine: Engine, actor: Actor, identity: UUID, report: Path | None) -> int:
    """Says what became of the file, and of the first rows that failed; writes the report."""
    row = _read(engine, identity)
    sys.stdout.write(
        f"{_STATES.get(row.state, row.error or row.state)}: {row.done} hồ sơ · dossiers, {row.known} đã có từ trước · "
        f"known from before, {row.failed} dòng lỗi · rows refused\n"
    )
    for shown, line in enumerate(lines(engine, actor.scope, identity, only_failed=True)):
        if shown == _SHOWN:
            sys.stdout.write("…\n")
            break
        sys.stdout.write(f"{line.field}: {line.message} · {line.message_en}\n")
    if report is not None:
        to_xlsx(lines(engine, actor.scope, identity), report)
    return 0 if row.state == "done" and not row.failed else 1


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
