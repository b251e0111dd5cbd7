"""What stands still and nobody did anything for it: dossiers whose law has changed, and work that was parked."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exists, func, select

from flows.books import successor
from flows.law_change import law_changed
from flows.notices import Telling, tell
from flows.state import Agencies
from flows.supervision import Supervision
from models.law.limits import TIMEZONE
from models.tables import table

_dossier, _notice, _job, _event = table("dossier"), table("notice"), table("job"), table("event")
LAW_CHANGED, JOB_PARKED = "law_changed", "job_parked"


def tell_of_changed_law(connection: Connection, at: datetime, at_most: int) -> tuple[int, int]:
    """Tells who holds a dossier that the law has changed for it, and supervisors once of each holder.

    Args:
        connection: a unit of work of the system.
        at: the moment whose law counts.
        at_most: so many dossiers; those told of once are not looked at again until they have another book.

    Returns:
        How many dossiers were told of, and how many notices are new.
    """
    kind = func.concat(f"{LAW_CHANGED}:", _dossier.c.book)
    known = exists().where(_notice.c.dossier == _dossier.c.id, _notice.c.kind == kind)
    rows = connection.execute(
        select(_dossier.c.id, _dossier.c.number, _dossier.c.book, _dossier.c.holder)
        .where(law_changed(at.astimezone(TIMEZONE).date()), ~known)
        .order_by(_dossier.c.book, _dossier.c.id)
        .limit(at_most)
        .with_for_update(of=_dossier, key_share=True, read=True, skip_locked=True)
    ).all()
    agencies, supervision = Agencies(connection), Supervision(connection)
    agencies.read({row.holder for row in rows})
    tellings = list[Telling]()
    for row in rows:
        facts, key = _of_books(row.book), f"{row.id}:{LAW_CHANGED}:{row.book}"
        tellings += [
            Telling(row.holder, f"{LAW_CHANGED}:{row.book}", key, {"dossier": row.number, **facts}, row.id, None, who)
            for who in ("agency", "head")
        ]  # fmt: skip
    for holder, book in Counter((row.holder, row.book) for row in rows):
        key = f"{LAW_CHANGED}:{book}:{holder}"
        tellings += [
            Telling(office, f"{LAW_CHANGED}:{book}", key, {"holder": holder, **_of_books(book)}, audience="supervisor")
            for office in supervision.above(agencies[holder].territory)
        ]  # fmt: skip
    return len(rows), tell(connection, tellings)


def _of_books(code: str) -> dict[str, Any]:
    newer = successor(code)
    return {"book": code, "newer": newer.code if newer else None}


def tell_of_parked_jobs(connection: Connection, after: int, at_most: int) -> tuple[int | None, int]:
    """Tells supervisors of the acting agencies and administrators of jobs that keep failing, once each time one is parked.

    Args:
        connection: a unit of work of the system.
        after: jobs of higher numbers than this.
        at_most: so many jobs.

    Returns:
        The number to go on after, None when there are no more; and how many notices are new.
    """
    rows = connection.execute(
        select(_job.c.id, _job.c.stage, _job.c.events, _job.c.run_after)
        .where(_job.c.state == "parked", _job.c.id > after)
        .order_by(_job.c.id)
        .limit(at_most)
    ).all()
    acting = _acting(connection, [UUID(event) for row in rows for event in row.events])
    agencies, supervision = Agencies(connection), Supervision(connection)
    agencies.read(acting.values())
    tellings = list[Telling]()
    for row in rows:
        facts = {"job": row.id, "stage": row.stage, "acts": len(row.events)}
        key = f"{JOB_PARKED}:{row.id}:{row.run_after.isoformat()}"
        territories = {agencies[acting[UUID(event)]].territory for event in row.events}
        offices = sorted({office for one in territories for office in supervision.above(one)})
        tellings += [Telling(office, JOB_PARKED, key, facts, audience="supervisor") for office in offices]
        tellings += [
            Telling(office, JOB_PARKED, key, facts, audience="administrator")
            for office in supervision.administrators
        ]
    return rows[-1].id if len(rows) == at_most else None, tell(connection, tellings)


def _acting(connection: Connection, events: Sequence[UUID]) -> dict[UUID, str]:
    rows = connection.execute(select(_event.c.id, _event.c.agency).where(_event.c.id.in_(events)))
    return {row.id: row.agency for row in rows}
