"""Who is responsible for a dossier inside the holding agency: its head says so."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy import Connection

from api.assignments import AssignmentIn, colleagues_of, make_responsible
from api.board import drafts
from api.board.fields import Field, values_of
from api.board.forms import Gone, SentDep, checked
from api.board.language import N_
from api.board.visits import ActorDep, Visit, VisitDep, pages, permitted
from api.dependencies import DossierId
from api.dossiers import state_of
from api.errors import Problem
from flows.engine import Actor
from flows.state import State
from models.store import unit_of_work

router = pages("/dossiers/{dossier_id}/assignment")
HeadDep = Annotated[Actor, Depends(permitted("dossiers.assign"))]


@router.get("")
def show(visit: VisitDep, actor: HeadDep, dossier_id: DossierId) -> Response:
    """The form, with what was typed before and not sent."""
    return _page(visit, actor, dossier_id)


@router.post("")
def assign(visit: VisitDep, actor: HeadDep, dossier_id: DossierId, sent: SentDep) -> Response:
    """Makes somebody responsible, or nobody."""

    def write(connection: Connection) -> Gone:
        values = {"account": None, **values_of(_fields(connection, actor), sent.fields)}
        make_responsible(connection, actor, dossier_id, checked(AssignmentIn, values))
        return Gone(f"/board/dossiers/{dossier_id}", N_("Đã phân công."))

    return sent.once(write) or _page(visit, actor, dossier_id, sent.fields, sent.problem)


def _page(
    visit: Visit,
    actor: ActorDep,
    dossier_id: UUID,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    draft = drafts.Key("assignment", dossier_id)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        state, fields = state_of(connection, actor, dossier_id), _fields(connection, actor)
        kept = drafts.read(connection, actor.account, draft)
    return visit.page(
        "assignment.html", status=problem.status if problem else 200, state=state, fields=fields, draft=draft,
        values=_now(state) | kept if typed is None else typed, problem=problem,
    )  # fmt: skip


def _now(state: State) -> dict[str, str]:
    return {"account": str(state.assignee)} if state.assignee else {}


def _fields(connection: Connection, actor: Actor) -> list[Field]:
    colleagues = {str(account): name for account, name in colleagues_of(connection, actor.agency).items()}
    return [
        Field("account", "choice", "Người phụ trách", "Responsible", choices=colleagues,
              help=N_("Bỏ trống để không giao cho riêng ai.")),
        Field("note", "long", "Ghi chú", "Note", longest=4000, help=N_("Người được phân công sẽ thấy ghi chú này.")),
    ]  # fmt: skip
