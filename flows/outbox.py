"""The outbox: jobs that acts left behind, claimed under a lease, done once, parked when they keep failing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, select, update

from models import clock, logs, metrics
from models.law.schema import Stage
from models.store import SYSTEM, Scope, after_commit, unit_of_work
from models.tables import table

LEASE = timedelta(seconds=60)
"""How long a claim holds unless its worker renews it."""
MOST_ACTS = 100
"""Acts that one run takes; a job is never split, so a single job of more acts makes a longer run."""
SHORT_QUEUE = 4
"""Up to so many waiting jobs of a stage run one by one, so that each dossier has a run of its own to look at."""
ATTEMPTS = 8
"""Failures after which a job is parked, about four minutes after the first one."""

_log = logs.logger("hoso.outbox")
_job = table("job")
_acts = func.jsonb_array_length(_job.c.events)
_ORDER = (_job.c.run_after, _job.c.id)
_SCOPE = Scope(SYSTEM)
_STOPPED = "tiến trình xử lý đã dừng giữa chừng"


@dataclass(frozen=True)
class Claim:
    """Jobs of one stage that a worker holds until the lease ends."""

    stage: Stage
    jobs: tuple[int, ...]
    requests: tuple[str, ...] = ()
    """Ids of the requests that left them, where known."""


def claim(engine: Engine, worker: str, limit: int = MOST_ACTS) -> Claim | None:
    """Takes the job that has waited longest, and others of its stage when many wait; None when none is ready.

    A job that failed before is taken alone, so that it cannot spoil others.

    Args:
        engine: the application's store.
        worker: the name under which the jobs are held; one process at a time may use a name.
        limit: the most acts to take.
    """
    moment = clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        first = _oldest(connection, moment)
        if first is None:
            return None
        jobs = [first.id]
        if first.attempts == 0:
            others = _others(connection, moment, first, limit)
            if len(others) >= SHORT_QUEUE:
                jobs += _within(others, limit - first.acts)
        values = {"state": "leased", "worker": worker, "lease_until": moment + LEASE, "flow_run": None}
        taken = update(_job).where(_job.c.id.in_(jobs)).values(**values).returning(_job.c.request)
        requests = {request for request in connection.execute(taken).scalars() if request}
        return Claim(Stage(first.stage), tuple(jobs), tuple(sorted(requests)))


def renew(engine: Engine, worker: str, jobs: Sequence[int]) -> None:
    """Prolongs the worker's hold on those of the jobs it still holds."""
    with unit_of_work(engine, _SCOPE) as connection:
        connection.execute(_held(worker, jobs).values(lease_until=clock.now() + LEASE))


def assign(engine: Engine, worker: str, jobs: Sequence[int], flow_run: str) -> None:
    """Notes which flow run works on the jobs."""
    with unit_of_work(engine, _SCOPE) as connection:
        connection.execute(_held(worker, jobs).values(flow_run=flow_run))


def settle(engine: Engine, worker: str, jobs: Sequence[int], failed: Mapping[int, str]) -> None:
    """Ends the claim: jobs that failed wait longer each time, and are parked in the end; the others are done.

    Jobs that the worker no longer holds stay as they are, so that it may be called again at any time.

    Args:
        engine: the application's store.
        worker: the name they were claimed under.
        jobs: what was claimed.
        failed: for each failed job the reason, without personal data.
    """
    moment = clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        held = {row.id: row.attempts for row in connection.execute(_locked(worker, jobs))}
        done = [job for job in held if job not in failed]
        values = {"state": "done", "done_at": moment, "error": None, "lease_until": None, "worker": None}
        connection.execute(update(_job).where(_job.c.id.in_(done)).values(**values))
        for job in held.keys() & failed.keys():
            _fail(connection, job, held[job] + 1, failed[job], moment)


def release(engine: Engine, worker: str, jobs: Sequence[int]) -> None:
    """Gives back those of the jobs the worker still holds, without counting an attempt."""
    with unit_of_work(engine, _SCOPE) as connection:
        connection.execute(_held(worker, jobs).values(state="waiting", lease_until=None, worker=None))


def expired(engine: Engine) -> dict[int, str | None]:
    """Jobs whose lease ran out, for their worker died or lost the database, each with the flow run that was under way."""
    with unit_of_work(engine, _SCOPE) as connection:
        asked = select(_job.c.id, _job.c.flow_run).where(_over(clock.now())).order_by(_job.c.id)
        return {row.id: row.flow_run for row in connection.execute(asked.limit(MOST_ACTS))}


def count_stopped(engine: Engine, jobs: Sequence[int]) -> None:
    """Counts a failure for those of the jobs whose lease is still over, so that they are taken again, or parked."""
    moment = clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        asked = select(_job.c.id, _job.c.attempts).where(_job.c.id.in_(jobs), _over(moment))
        for row in connection.execute(asked.order_by(_job.c.id).with_for_update(skip_locked=True)).all():
            _fail(connection, row.id, row.attempts + 1, _STOPPED, moment)


def take_back(engine: Engine, worker: str) -> None:
    """Counts a failure for all that a dead process of this name still holds; a new one calls it when it starts."""
    moment = clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        for row in connection.execute(_locked(worker, None)).all():
            _fail(connection, row.id, row.attempts + 1, _STOPPED, moment)


def retry(connection: Connection, job: int, account: UUID | None) -> bool:
    """Lets a parked job be tried again with all its attempts, and records who decided so; False when it is not parked.

    Args:
        connection: a unit of work.
        job: its number.
        account: who decided; None on the command line.
    """
    moment, parked = clock.now(), (_job.c.id == job, _job.c.state == "parked")
    row = connection.execute(
        select(_job.c.attempts, _job.c.error).where(*parked).with_for_update()
    ).one_or_none()
    if row is None:
        return False
    values = {"job": job, "account": account, "at": moment, "attempts": row.attempts, "error": row.error}
    connection.execute(insert(table("job_retry")).values(**values))
    again = update(_job).where(_job.c.id == job)
    connection.execute(again.values(state="waiting", attempts=0, run_after=moment, error=None))
    return True


def _over(moment: datetime) -> ColumnElement[bool]:
    return and_(_job.c.state == "leased", _job.c.lease_until < moment)


def _oldest(connection: Connection, moment: datetime) -> Any:  # noqa: ANN401 - a row of the job table
    """Locks the job to take first."""
    return connection.execute(
        select(_job.c.id, _job.c.stage, _job.c.attempts, _acts.label("acts"))
        .where(_job.c.state == "waiting", _job.c.run_after <= moment)
        .order_by(*_ORDER)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _others(connection: Connection, moment: datetime, first: Any, limit: int) -> Sequence[Any]:  # noqa: ANN401 - rows
    fresh = _job.c.state == "waiting", _job.c.attempts == 0, _job.c.run_after <= moment
    return connection.execute(
        select(_job.c.id, _acts.label("acts"))
        .where(*fresh, _job.c.stage == first.stage, _job.c.id != first.id)
        .order_by(*_ORDER)
        .limit(limit - 1)
        .with_for_update(skip_locked=True)
    ).all()


def _within(rows: Sequence[Any], room: int) -> list[int]:
    """As many of the jobs, in their order, as have room."""
    taken = []
    for row in rows:
        room -= row.acts
        if room < 0:
            break
        taken.append(row.id)
    return taken


def _fail(connection: Connection, job: int, attempts: int, error: str, moment: datetime) -> None:
    state = "parked" if attempts >= ATTEMPTS else "waiting"
    after_commit(connection, lambda: _tell_of_failure(job, state))
    connection.execute(
        update(_job)
        .where(_job.c.id == job)
        .values(
            state=state,
            attempts=attempts,
            run_after=moment + timedelta(seconds=2**attempts),
            lease_until=None,
            worker=None,
            error=error,
        )
    )


def _tell_of_failure(job: int, state: str) -> None:
    """The reason stands in the job's row, where supervisors see it."""
    metrics.job_failures.labels(state).inc()
    _log.warning("việc thất bại · job failed", job=job, state=state)


def _locked(worker: str, jobs: Sequence[int] | None) -> Any:  # noqa: ANN401 - a statement
    """The jobs the worker holds, locked in order of id, so that its heartbeat and its results never wait in a ring."""
    held = select(_job.c.id, _job.c.attempts).where(_job.c.state == "leased", _job.c.worker == worker)
    asked = held if jobs is None else held.where(_job.c.id.in_(jobs))
    return asked.order_by(_job.c.id).with_for_update()


def _held(worker: str, jobs: Sequence[int]) -> Any:  # noqa: ANN401 - a statement
    locked = _locked(worker, jobs).cte()
    return update(_job).where(_job.c.id.in_(select(locked.c.id)))
