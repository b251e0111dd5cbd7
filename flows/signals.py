"""Signals for Prefect: each stage change and each missed limit, written with what it tells of and emitted afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

Name = Literal["hoso.dossier.stage-changed", "hoso.limit.missed"]
STAGE_CHANGED: Name = "hoso.dossier.stage-changed"
LIMIT_MISSED: Name = "hoso.limit.missed"
_NAMESPACE = UUID("6f1d6a3e-2b0c-5a53-9a6c-1a0d7f6e5c41")
_signal, _event, _dossier = table("signal"), table("event"), table("dossier")
_SCOPE = Scope(SYSTEM)


@dataclass(frozen=True)
class Signal:
    """What an office's automations may hang on; the first agency is the one it is about."""

    name: Name
    key: str
    dossier: UUID
    agencies: tuple[str, ...]
    facts: dict[str, Any]

    @property
    def id(self) -> UUID:
        """The same for the same thing, so that it is told once however often the work is repeated."""
        return uuid5(_NAMESPACE, f"{self.name}:{self.key}")


def record(connection: Connection, signals: Sequence[Signal]) -> None:
    """Writes signals in the caller's transaction; those already written stay as they are, emitted or not."""
    if signals:
        moment = clock.now()
        rows = [
            {"id": one.id, "name": one.name, "dossier": one.dossier, "agencies": list(one.agencies),
             "facts": one.facts, "created_at": moment}
            for one in sorted(signals, key=lambda one: one.id)
        ]  # fmt: skip
        connection.execute(insert(_signal).on_conflict_do_nothing(), rows)


def signal_acts(connection: Connection, events: Sequence[UUID]) -> None:
    """Writes a signal for each of these acts that brought its dossier to another stage."""
    changed = connection.execute(
        select(_event.c.id, _event.c.dossier, _event.c.action, _event.c.agency, _event.c.stage_before,
               _event.c.stage_after, _event.c.occurred_at, _dossier.c.number)
        .join(_dossier, _dossier.c.id == _event.c.dossier)
        .where(_event.c.id.in_(events), _event.c.stage_before.is_distinct_from(_event.c.stage_after))
    )  # fmt: skip
    record(connection, list(_of_acts(changed)))


def _of_acts(rows: Any) -> Iterator[Signal]:  # noqa: ANN401 - rows
    for row in rows:
        facts = {
            "dossier": row.number, "action": row.action, "stage_before": row.stage_before, "stage_after": row.stage_after,
            "occurred_at": row.occurred_at.isoformat(),
        }  # fmt: skip
        yield Signal(STAGE_CHANGED, str(row.id), row.dossier, (row.agency,), facts)


def waiting(engine: Engine, at_most: int) -> Sequence[Any]:
    """Rows of signals that Prefect's server has not taken yet, the oldest first."""
    with unit_of_work(engine, _SCOPE) as connection:
        return connection.execute(
            select(_signal)
            .where(_signal.c.emitted_at.is_(None))
            .order_by(_signal.c.created_at, _signal.c.id)
            .limit(at_most)
        ).all()


def emitted(engine: Engine, signals: Sequence[UUID]) -> None:
    """Notes that Prefect's server has taken these."""
    with unit_of_work(engine, _SCOPE) as connection:
        connection.execute(update(_signal).where(_signal.c.id.in_(signals)).values(emitted_at=clock.now()))


def forget(engine: Engine, before: datetime, at_most: int) -> int:
    """Removes signals written before this moment that were emitted: nobody repeats that work any more; how many."""
    with unit_of_work(engine, _SCOPE) as connection:
        old = (
            select(_signal.c.id)
            .where(_signal.c.created_at < before, _signal.c.emitted_at.is_not(None))
            .limit(at_most)
        )
        return connection.execute(delete(_signal).where(_signal.c.id.in_(old))).rowcount
