"""The sweep: everything that only the clock notices, told in small transactions until nothing is due."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, select

from flows import signals
from flows.ladder import climb
from flows.stuck import tell_of_changed_law, tell_of_parked_jobs
from models import clock
from models.settings import StartupError
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

BATCH = 500
"""Limits of one transaction: what is lost when a sweep is cut off, and how long an act may have to wait for it."""
_SIGNALS_KEPT = timedelta(days=30)
_limit = table("time_limit")
_SCOPE = Scope(SYSTEM)


@dataclass
class Swept:
    """What a sweep did; `whole` unless it was told to stop or to take only so many."""

    limits: int = 0
    rungs: Counter[str] = field(default_factory=Counter)
    notices: int = 0
    law_changed: int = 0
    broken: list[tuple[UUID, str]] = field(default_factory=list)
    whole: bool = False

    @property
    def report(self) -> dict[str, Any]:
        """As JSON: counts, and the ids of limits that could not be told of."""
        return {
            **asdict(self), "rungs": dict(sorted(self.rungs.items())),
            "broken": [{"limit": str(limit), "error": error} for limit, error in self.broken],
        }  # fmt: skip


def due(engine: Engine, moment: datetime | None = None) -> int:
    """How many limits have a rung to climb."""
    with unit_of_work(engine, _SCOPE) as connection:
        waiting = select(func.count()).where(_limit.c.next_rung_at <= (moment or clock.now()))
        return int(connection.execute(waiting).scalar_one())


def sweep(
    engine: Engine,
    moment: datetime | None = None,
    at_most: int | None = None,
    *,
    progress: Callable[[int], None] = lambda _limits: None,
    stop: Callable[[], bool] = lambda: False,
) -> Swept:
    """Lets every limit climb its ladder, and tells of held persons, of dossiers whose law changed and of parked work.

    Each batch is whole in itself: a sweep may be cut off at any point and repeated at any time, and several may run at
    once, for a limit that one has in its hands is left alone by the others.

    Args:
        engine: the application's store.
        moment: as if it were then; now when left out.
        at_most: so many limits; all that are due when left out.
        progress: is told how many limits have been climbed so far.
        stop: asked between batches whether to end here.

    Raises:
        StartupError: the moment lies in the future, and what has not happened cannot be told.
    """
    moment = moment or clock.now()
    if moment > clock.now():
        raise StartupError(
            "Không thể quét cho thời điểm trong tương lai.", "A moment in the future cannot be swept."
        )
    done = Swept()
    done.whole = (
        _climb(engine, moment, at_most, done, progress, stop)
        and _changed_law(engine, moment, done, stop)
        and _parked(engine, done, stop)
    )
    signals.forget(engine, clock.now() - _SIGNALS_KEPT, BATCH)
    return done


def _climb(
    engine: Engine,
    moment: datetime,
    at_most: int | None,
    done: Swept,
    progress: Callable[[int], None],
    stop: Callable[[], bool],
) -> bool:
    """Whether no limit is left that is due and free."""
    while not stop():
        size = BATCH if at_most is None else min(BATCH, at_most - done.limits)
        if size == 0:
            return False
        with unit_of_work(engine, _SCOPE) as connection:
            climbed = climb(connection, at_most=size, moment=moment)
        taken = len(climbed.limits) + len(climbed.broken)
        done.limits += taken
        done.rungs += Counter(climbed.rungs)
        done.notices += climbed.notices
        done.broken += climbed.broken
        progress(done.limits)
        if taken < size:
            return True
    return False


def _changed_law(engine: Engine, moment: datetime, done: Swept, stop: Callable[[], bool]) -> bool:
    while not stop():
        with unit_of_work(engine, _SCOPE) as connection:
            dossiers, told = tell_of_changed_law(connection, moment, BATCH)
        done.law_changed += dossiers
        done.notices += told
        if dossiers < BATCH:
            return True
    return False


def _parked(engine: Engine, done: Swept, stop: Callable[[], bool]) -> bool:
    after: int | None = 0
    while after is not None and not stop():
        with unit_of_work(engine, _SCOPE) as connection:
            after, told = tell_of_parked_jobs(connection, after, BATCH)
        done.notices += told
    return after is None
