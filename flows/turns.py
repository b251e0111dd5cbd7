"""The clock's turns: each kind of work is done by one process at a time, wherever it runs, and its last end is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

_run = table("clock_run")
_SCOPE = Scope(SYSTEM)

WORKS = (
    "sweep", "digest", "report-month", "report-quarter", "report-half_year", "report-year",
    "chain", "retention", "calendar", "press", "watch",
)  # fmt: skip
"""Names of the clock's works and of their deployments, for those who do not import Prefect; a test holds them together."""
Report = dict[str, Any]
"""What a turn did, as JSON: counts, ids and codes, never personal data. `whole` is false when it was cut short."""


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[bool]:
    """Whether nobody else does this work; if so, nobody begins it until the block ends or our connection is lost."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # the lock lives as long as this connection, so nobody else may be given it
        key = func.hashtextextended(f"hoso.clock.{name}", 0)
        free = bool(connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one())
        try:
            yield free
        finally:
            if free:  # at once: closing the connection would give it back only when the server comes to it
                with suppress(OperationalError):
                    connection.execute(select(func.pg_advisory_unlock(key)))


def take_turn(engine: Engine, name: str, work: Callable[[], Report]) -> Report | None:
    """Does the work unless another process is at it, and notes that it came to its end; None when another is.

    Args:
        engine: the application's store.
        name: of the work, as its deployment is called.
        work: does it, and tells what it did.
    """
    started = clock.now()
    with alone(engine, name) as free:
        if not free:
            return None
        report = work()
        if report.get("whole", True):
            _note(engine, name, started, report)
        return report


def last_end(engine: Engine, name: str) -> datetime | None:
    """When this work last came to its end; None when it never has."""
    with unit_of_work(engine, _SCOPE) as connection:
        return connection.execute(select(_run.c.finished_at).where(_run.c.name == name)).scalar_one_or_none()


def _note(engine: Engine, name: str, started: datetime, report: Report) -> None:
    values = {"started_at": started, "finished_at": clock.now(), "report": report}
    with unit_of_work(engine, _SCOPE) as connection:
        connection.execute(
            insert(_run)
            .values(name=name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
        )
