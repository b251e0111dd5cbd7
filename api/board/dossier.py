"""One dossier: who, where it stands, what runs, what was issued, what was done."""

from uuid import UUID

from fastapi import Response
from sqlalchemy import Connection, select

from api.answers import dossier_of
from api.board import words
from api.board.visits import ActorDep, VisitDep, pages
from api.dependencies import DossierId
from api.documents import documents_of
from api.dossiers import state_of
from api.events import events_of
from api.limits import limits_of
from flows.calendars import in_force
from flows.masking import masks_of, own_facts
from flows.policy import may
from models.clock import now
from models.store import unit_of_work
from models.tables import table

router = pages("/dossiers")
_agency, _account = table("agency"), table("account")


@router.get("/{dossier_id}")
def show(visit: VisitDep, actor: ActorDep, dossier_id: DossierId) -> Response:
    """The dossier as this reader's work needs it."""
    with unit_of_work(visit.parts.engine, actor.scope, planned_once=True) as connection:
        state = state_of(connection, actor, dossier_id)
        own = own_facts(connection, dossier_id, masks_of(state))
        dossier = dossier_of(state, visit.language, own)
        limits = limits_of(connection, state, in_force(connection), now())
        documents = documents_of(connection, state)
        events = events_of(connection, state)
        codes = {dossier.holder, *dossier.parties.values(), *(event.agency for event in events)}
        agencies = names_of(connection, codes)
        responsible = _name_of(connection, dossier.assignee)
    mine = actor.agency == dossier.holder
    return visit.page(
        "dossier.html", dossier=dossier, limits=limits, documents=documents, events=events, agencies=agencies,
        masked=[visit.say(words.MASKS[one]) for one in dossier.masked], responsible=responsible,
        may_assign=mine and may(actor.role, "dossiers.assign"),
    )  # fmt: skip


def _name_of(connection: Connection, account: UUID | None) -> str | None:
    asked = select(_account.c.full_name).where(_account.c.id == account)
    return connection.execute(asked).scalar_one_or_none() if account else None


def names_of(connection: Connection, codes: set[str]) -> dict[str, str]:
    """What agencies are called."""
    found = connection.execute(select(_agency.c.code, _agency.c.name).where(_agency.c.code.in_(codes)))
    return {row.code: row.name for row in found}
