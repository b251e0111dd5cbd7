"""Bulk tasks: taken under a lease and worked off batch by batch, each with its results in one transaction.

What was done is known from our rows alone: a batch's effects, the results of its items and the task's new position commit
together, and only while the worker still holds the task. Killed at any moment, it goes on behind the last batch.
"""

import gc
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, and_, case, insert, or_, select, update

from flows.engine import Actor
from flows.refusals import Flaw
from models import clock
from models.store import SYSTEM, Scope, Store, unit_of_work
from models.tables import table

LEASE = timedelta(seconds=60)
"""How long a claim holds unless its worker renews it; each batch renews it too."""
ATTEMPTS = 6
"""Failures without a batch between them after which a task is given up, about two minutes after the first one."""
KINDS = ("import", "action", "print")

_task, _batch, _account = table("bulk_task"), table("bulk_batch"), table("account")
_SYSTEM = Scope(SYSTEM)
_HELD = ("running", "cancelling")
_STOPPED = "tiến trình xử lý đã dừng giữa chừng / the worker stopped in the midst"


@dataclass(frozen=True)
class Task:
    """A bulk task as its worker holds it."""

    id: UUID
    kind: str
    agency: str
    account: UUID
    parameters: Mapping[str, Any]
    sha256: str | None
    dossiers: tuple[UUID, ...]
    position: int
    """How many items have a result already."""
    attempts: int


@dataclass(frozen=True)
class Result:
    """What became of one item: a row of the file, or a dossier by its id."""

    item: str
    state: Literal["done", "known", "failed"]
    dossier: UUID | None = None
    number: str | None = None
    flaws: Sequence[Flaw] = ()
    """Why it failed or what is odd; `field` names the cell in a spreadsheet. Nothing personal."""


class Work(Protocol):
    """What a kind of task does with its items."""

    @property
    def total(self) -> int | None:
        """How many items there are, if that is known before the last one."""

    def batches(self, start: int) -> Iterator[Any]:
        """The items from position `start` on, as many at a time as one transaction takes.

        Read in a thread of its own, a batch ahead of the one that is being done.
        """

    def do(self, connection: Connection, actor: Actor, batch: Any) -> Sequence[Result]:  # noqa: ANN401 - as `batches` yields
        """Does a batch in the unit of work under way, which commits it with its results: one for each item, in order."""

    def finish(self) -> str | None:
        """Called when every item has its result, perhaps again after a crash; the hash of the file made, if any."""


Kind = Callable[[Engine, Path, Task], Work]
"""Opens a task's work: the store, the files' folder, the task; raises Unworkable when nothing of it can be done."""


class Unworkable(Exception):
    """A task that will never work, however often it is tried; says why in both languages."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese} / {english}")


class LeaseLost(Exception):
    """Another worker has taken the task; what this one did last is not written."""


def enqueue(
    connection: Connection,
    kind: str,
    actor: Actor,
    parameters: Mapping[str, Any],
    *,
    sha256: str | None = None,
    dossiers: Sequence[UUID] | None = None,
    total: int | None = None,
) -> UUID:
    """Leaves a task for the workers.

    Args:
        connection: the caller's unit of work: with it, the task is there or not.
        kind: import, action or print.
        actor: who asks; each batch is done in their name and with the rights they have then.
        parameters: what is asked for, as JSON, without anything personal.
        sha256: hash of the stored file that holds the items of an import.
        dossiers: the items of an action or a print.
        total: how many items there are, if that is known.
    """
    moment, identity = clock.now(), uuid4()
    counts = dict.fromkeys(("position", "done", "known", "failed", "attempts"), 0)
    row = {
        "id": identity,
        "kind": kind,
        "agency": actor.agency,
        "account": actor.account,
        "parameters": dict(parameters),
        "sha256": sha256,
        "dossiers": None if dossiers is None else list(dossiers),
        "total": total if dossiers is None else len(dossiers),
        "state": "waiting",
        "run_after": moment,
        "created_at": moment,
    }
    connection.execute(insert(_task).values(**row, **counts))
    return identity


def claim(store: Store, worker: str, *, only: UUID | None = None) -> Task | None:
    """Takes the task that has waited longest; None when none is ready.

    What a dead worker held, here or elsewhere, is taken up again, and counts as a failure unless it was to be cancelled.

    Args:
        store: the application's store, or a unit of work under way that sees the task.
        worker: the name under which it is held; one process at a time may use a name, for one task at a time.
        only: take this task or none.
    """
    moment = clock.now()
    ready = and_(_task.c.state == "waiting", _task.c.run_after <= moment)
    orphaned = and_(_task.c.state.in_(_HELD), or_(_task.c.lease_until < moment, _task.c.worker == worker))
    asked = (
        select(_task)
        .where(_task.c.finished_at.is_(None), or_(ready, orphaned))
        .order_by(_task.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if only is not None:
        asked = asked.where(_task.c.id == only)
    with unit_of_work(store, _SYSTEM) as connection:
        while (row := connection.execute(asked).one_or_none()) is not None and row.state in _HELD:
            _set_back(connection, row, moment, _STOPPED)
        if row is None:
            return None
        values = {"state": "running", "worker": worker, "lease_until": moment + LEASE, "flow_run": None}
        values["started_at"] = row.started_at or moment
        connection.execute(update(_task).where(_task.c.id == row.id).values(**values))
    return _as_task(row)


def read(engine: Engine, task: UUID) -> Task:
    """The task as it stands now."""
    with unit_of_work(engine, _SYSTEM) as connection:
        return _as_task(connection.execute(select(_task).where(_task.c.id == task)).one())


def share(engine: Engine, task: UUID) -> float:
    """How many of a hundred items have a result; 0 while their number is not known."""
    with unit_of_work(engine, _SYSTEM) as connection:
        row = connection.execute(select(_task.c.position, _task.c.total).where(_task.c.id == task)).one()
    return 100 * row.position / row.total if row.total else 0.0


def work_off(engine: Engine, files: Path, worker: str, task: Task, kind: Kind) -> Generator[int, None, None]:
    """Does the task's batches one after another; yields the position after each, and ends with the task.

    Whoever stops in between closes it and leaves the task where it stands: `release` gives it back.

    Raises:
        LeaseLost: another worker has taken the task.
        Unworkable: nothing of it can ever be done.
    """
    work, position, scope = kind(engine, files, task), task.position, Scope(task.agency, task.account)
    _keep(engine, worker, task.id, {"total": work.total} if work.total is not None else {})
    yield position
    with _seldom_collecting():
        for batch in _read_ahead(work.batches(position)):
            with unit_of_work(engine, scope) as connection:
                results = work.do(connection, actor_of(connection, task), batch)
                state = _record(connection, worker, task.id, position, results)
            position += len(results)
            yield position
            if state == "cancelled":
                return
    output, moment = work.finish(), clock.now()
    end = {"state": "done", "finished_at": moment, "total": position, "output": output, "error": None}
    _keep(engine, worker, task.id, {**end, "worker": None, "lease_until": None})


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Looks for garbage less often: a batch lives until it is written, and to look through it again and again costs a fifth."""
    usual = gc.get_threshold()
    gc.set_threshold(20_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _read_ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """The batches, the next of which is read while the database writes the one before."""
    context = copy_context()  # with our clock

    def read() -> Any:  # noqa: ANN401 - a batch, or None behind the last one
        return context.run(lambda: next(batches, None))

    with ThreadPoolExecutor(1) as reader:
        ahead = reader.submit(read)
        while (batch := ahead.result()) is not None:
            ahead = reader.submit(read)
            yield batch


def renew(engine: Engine, worker: str, task: UUID) -> None:
    """Prolongs the worker's hold, if it still has it."""
    with unit_of_work(engine, _SYSTEM) as connection:
        connection.execute(_held(worker, task).values(lease_until=clock.now() + LEASE))


def assign(engine: Engine, worker: str, task: UUID, flow_run: str) -> None:
    """Notes which flow run works on the task."""
    with unit_of_work(engine, _SYSTEM) as connection:
        connection.execute(_held(worker, task).values(flow_run=flow_run))


def release(engine: Engine, worker: str, task: UUID) -> None:
    """Gives the task back, if the worker still holds it, without counting a failure."""
    moment = clock.now()
    with unit_of_work(engine, _SYSTEM) as connection:
        connection.execute(_held(worker, task).values(**_given_back(moment)))


def fail(engine: Engine, worker: str, task: UUID, reason: str, *, for_good: bool = False) -> None:
    """Counts a failure of the task as a whole: it waits longer each time, and is given up in the end.

    Args:
        engine: the application's store.
        worker: the name it is held under.
        task: which one.
        reason: what went wrong, without anything personal.
        for_good: give it up at once.
    """
    with unit_of_work(engine, _SYSTEM) as connection:
        held = select(_task).where(_task.c.id == task, _task.c.worker == worker, _task.c.state.in_(_HELD))
        row = connection.execute(held.with_for_update()).one_or_none()
        if row is not None:
            _set_back(connection, row, clock.now(), reason, for_good=for_good)


def cancel(connection: Connection, task: UUID) -> bool:
    """Stops a task before its next batch; what is done stays done. Whether there was anything to stop."""
    moment, waiting = clock.now(), _task.c.state == "waiting"
    stopped = (
        update(_task)
        .where(_task.c.id == task, _task.c.state.in_(("waiting", *_HELD)))
        .values(
            state=case((waiting, "cancelled"), else_="cancelling"),
            finished_at=case((waiting, moment), else_=None),
        )
    )
    return connection.execute(stopped).rowcount > 0


def resume(connection: Connection, task: UUID) -> bool:
    """Lets a cancelled or failed task go on behind its last batch. Whether it was one."""
    again = (
        update(_task)
        .where(_task.c.id == task, _task.c.state.in_(("cancelled", "failed")))
        .values(state="waiting", finished_at=None, attempts=0, run_after=clock.now(), error=None)
    )
    return connection.execute(again).rowcount > 0


def actor_of(connection: Connection, task: Task) -> Actor:
    """Who asked for the task, with the rights of today; someone who has left the agency acts no more."""
    row = connection.execute(select(_account).where(_account.c.id == task.account)).one()
    if row.disabled or row.agency != task.agency:
        raise Unworkable(
            "tài khoản đã giao việc không còn hoạt động ở cơ quan này",
            "the account that asked for it is no longer active in this agency",
        )
    return Actor(row.id, row.agency, row.role)


def _record(connection: Connection, worker: str, task: UUID, first: int, results: Sequence[Result]) -> str:
    """Writes a batch's results and the task's new position; the task's state then.

    The task's row is changed last, so that it is locked for a moment only: whoever lost the task loses the batch here.
    """
    moment, counts = clock.now(), Counter(result.state for result in results)
    rows = [_as_json(result) for result in results]
    connection.execute(insert(_batch).values(task=task, first=first, results=rows, recorded_at=moment))
    stops = _task.c.state == "cancelling"
    changed = (
        _held(worker, task)
        .where(_task.c.position == first)
        .values({_task.c[name]: _task.c[name] + counts[name] for name in ("done", "known", "failed")})
        .values(
            position=first + len(results),
            attempts=0,
            error=None,
            state=case((stops, "cancelled"), else_=_task.c.state),
            worker=case((stops, None), else_=worker),
            lease_until=case((stops, None), else_=moment + LEASE),
            finished_at=case((stops, moment), else_=None),
        )
        .returning(_task.c.state)
    )
    state = connection.execute(changed).scalar_one_or_none()
    if state is None:
        raise LeaseLost(str(task))
    return str(state)


def _keep(engine: Engine, worker: str, task: UUID, values: Mapping[str, Any]) -> None:
    """Changes the task's row if the worker still holds it."""
    with unit_of_work(engine, _SYSTEM) as connection:
        held = _held(worker, task).values({"lease_until": clock.now() + LEASE, **values})
        if connection.execute(held).rowcount == 0:
            raise LeaseLost(str(task))


def _held(worker: str, task: UUID) -> Any:  # noqa: ANN401 - a statement
    return update(_task).where(_task.c.id == task, _task.c.worker == worker, _task.c.state.in_(_HELD))


def _set_back(
    connection: Connection,
    row: Any,  # noqa: ANN401 - a row of the task table
    moment: datetime,
    reason: str,
    *,
    for_good: bool = False,
) -> None:
    """Takes a task from its worker: to wait, to be given up, or to stay cancelled if that was asked for."""
    attempts = row.attempts + 1
    values = {"state": "waiting", "run_after": moment + timedelta(seconds=2**attempts), "finished_at": None}
    if row.worker is not None and reason is _STOPPED:
        values["run_after"] = moment  # it has waited for its lease to end
    if row.state == "cancelling":
        values = {"state": "cancelled", "finished_at": moment}
    elif for_good or attempts >= ATTEMPTS:
        values = {"state": "failed", "finished_at": moment}
    values |= {"attempts": attempts, "error": reason, "worker": None, "lease_until": None}
    connection.execute(update(_task).where(_task.c.id == row.id).values(**values))


def _given_back(moment: datetime) -> dict[str, Any]:
    stops = _task.c.state == "cancelling"
    return {
        "state": case((stops, "cancelled"), else_="waiting"),
        "finished_at": case((stops, moment), else_=None),
        "worker": None,
        "lease_until": None,
    }


def _as_task(row: Any) -> Task:  # noqa: ANN401 - a row of the task table
    return Task(
        row.id, row.kind, row.agency, row.account, row.parameters, row.sha256, tuple(row.dossiers or ()), row.position,
        row.attempts,
    )  # fmt: skip


def _as_json(result: Result) -> dict[str, Any]:
    """A result without what it leaves empty, for there are many."""
    flaws = [{name: value for name, value in asdict(flaw).items() if value} for flaw in result.flaws]
    row = {"item": result.item, "state": result.state, "dossier": result.dossier, "number": result.number}
    return {name: value for name, value in {**row, "flaws": flaws}.items() if value}
