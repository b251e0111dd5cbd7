"""What goes wrong in the province beside the dossiers' own ways: nobody who may sign in, mails, a job that fails, reminders."""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, text, update

from api import accounts
from api.demo.courses import DESERTED, PLACES
from api.demo.walker import World
from documents.rendering import explain, render_many
from flows import outbox, outgoing
from flows.engine import Act
from flows.findings import counted
from flows.refusals import Refused
from flows.reminding import REMIND, Reminding, remind
from flows.standstill import Narrowed, stuck
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

WORKER = "hoso-demo"
_SYSTEM = Scope(SYSTEM)
_MAILBOXES = {
    "ca.hong-ngu": "cong-an-hong-ngu@hoso.invalid", "ta.kv7-dong-thap": "toa-an-khu-vuc-7@hoso.invalid",
}  # fmt: skip
"""Mailboxes at which nobody can receive anything (RFC 2606)."""
_REMINDED = 6
_account, _agency, _document = table("account"), table("agency"), table("document")


_LAST_JOB = text("""
    SELECT job.id, job.state FROM event JOIN job ON job.events ? event.id::text
    WHERE event.dossier = :dossier ORDER BY job.id DESC LIMIT 1
""")


def police_leave(world: World) -> None:
    """Nobody of the deserted commune's police may sign in any more."""
    deserted = PLACES[DESERTED]["opener"]
    with unit_of_work(world.engine, _SYSTEM) as connection:
        asked = select(_account.c.id).where(_account.c.agency == deserted, ~_account.c.disabled)
        for account in connection.execute(asked).scalars().all():
            accounts.disable(connection, account, world.actors["quan-tri"].account)


def mailboxes_open(world: World) -> None:
    """Two agencies have their notices sent to a mailbox from now on."""
    for agency, address in _MAILBOXES.items():
        head = world.actor(agency, "head")
        with unit_of_work(world.engine, head.scope) as connection:
            connection.execute(update(_agency).where(_agency.c.code == agency).values(email=address))


def supervisor_reminds(world: World) -> None:
    """The province's supervisor reminds of what is most overdue."""
    supervisor, moment = world.actors["giam-sat.dong-thap"], clock.now()
    with counted(world.engine, supervisor.scope, moment) as connection:
        found = stuck(connection, supervisor, moment, Narrowed(cause="overdue"), at_most=_REMINDED)
    for dossier in dict.fromkeys(one.dossier for one in found):
        try:
            remind(
                world.engine, Act(dossier, REMIND, {}, moment, supervisor, None), Reminding("overdue"), world.calendar
            )  # fmt: skip
        except Refused:  # reminded of already, before the making was interrupted
            continue


def mails_fail(world: World) -> None:
    """Mails that waited for three days without a mail server are given up, and one is cut off on its way."""
    taken = outgoing.claim(world.engine, WORKER, "mail", limit=1)
    for delivery in taken:
        outgoing.begin(world.engine, WORKER, delivery)
    outgoing.take_back(world.engine, WORKER, "mail")


def has_failed(world: World, dossier: UUID) -> bool:
    """Whether the job behind a dossier's last act is parked: then all has gone wrong that goes wrong."""
    with unit_of_work(world.engine, _SYSTEM) as connection:
        row = connection.execute(_LAST_JOB, {"dossier": dossier}).one()
    return bool(row.state == "parked")


def job_fails(world: World, dossier: UUID, since: datetime) -> None:
    """The job behind a dossier's last act fails until it is parked, as the folder of files cannot be written.

    Args:
        world: the province.
        dossier: whose act it is.
        since: the moment from which a worker may take its job.
    """
    with unit_of_work(world.engine, _SYSTEM) as connection:
        ours: int = connection.execute(_LAST_JOB, {"dossier": dossier}).one().id
    moment, others = since, list[int]()
    for attempt in range(1, outbox.ATTEMPTS + 1):
        with clock.at(moment):
            while claim := outbox.claim(world.engine, WORKER, limit=1):
                if ours in claim.jobs:
                    outbox.settle(world.engine, WORKER, [ours], {ours: _reason(world, dossier)})
                    break
                others += claim.jobs  # held until the end: they come first
        moment += timedelta(seconds=2**attempt + 1)
    outbox.release(world.engine, WORKER, others)


def _reason(world: World, dossier: UUID) -> str:
    """Why the dossier's documents cannot be stored where a file stands in the place of their folder."""
    with unit_of_work(world.engine, _SYSTEM) as connection:
        asked = select(_document.c.id).where(_document.c.dossier == dossier, _document.c.sha256.is_(None))
        documents: Sequence[UUID] = connection.execute(asked).scalars().all()
    with tempfile.NamedTemporaryFile() as occupied:
        try:
            flaws = render_many(world.engine, Path(occupied.name), documents, _SYSTEM)
        except OSError as error:
            return explain(error)
    return "; ".join(map(str, flaws.values()))
