"""Who inside the holding agency is responsible for a dossier: its head names an officer; the history is kept."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, insert, select, update

from api.answers import Instant
from api.dependencies import CurrentActor, DossierId, EngineDep, allowed
from api.dossiers import state_of
from api.errors import Fault, Problem, Said
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.pages import CSV, with_lines
from flows.engine import Actor
from flows.state import Agencies, require_kept
from models.clock import now
from models.law.facts import Line
from models.law.limits import TIMEZONE
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/dossiers/{dossier_id}/assignments", tags=["assignments"])
_assignment, _account = table("assignment"), table("account")
head = allowed("dossiers.assign")


class AssignmentIn(BaseModel):
    """Ai phụ trách hồ sơ · who is responsible; null takes it back."""

    model_config = ConfigDict(extra="forbid")

    account: UUID | None = Field(
        description="Mã tài khoản của cơ quan đang giữ · an account of the holding agency"
    )
    note: Line | None = Field(default=None, description="Ghi chú · a note")


class AssignmentOut(BaseModel):
    """Một lần phân công · one assignment."""

    id: UUID
    account: UUID
    name: str
    position: str
    agency: str
    assigned_by: UUID
    assigned_at: Instant
    note: str | None
    ended_at: Instant | None
    ended_because: str | None = Field(
        description="replaced, withdrawn, moved: có người khác, rút lại, hồ sơ đã chuyển · why it ended"
    )


class AssignmentsOut(BaseModel):
    """Lịch sử phân công, mới nhất trước · the history, the newest first."""

    current: UUID | None
    items: list[AssignmentOut]


@router.get("", response_model=AssignmentsOut, summary="Phân công · Assignments", responses=CSV)
def list_assignments(
    dossier_id: DossierId, actor: CurrentActor, engine: EngineDep, request: Request
) -> Response:
    """Ai đã và đang phụ trách · who is and was responsible."""
    with unit_of_work(engine, actor.scope) as connection:
        state_of(connection, actor, dossier_id)
        found = _all(connection, dossier_id)
    return with_lines(request, AssignmentOut, found, found.items)


@router.post("", response_model=AssignmentsOut, summary="Phân công người phụ trách · Assign")
def assign(
    dossier_id: DossierId, body: AssignmentIn, actor: Annotated[Actor, Depends(head)], once: OnceDep
) -> JSONResponse:
    """Chấm dứt khi hồ sơ chuyển sang cơ quan khác · ends when the dossier moves to another agency."""

    def write(connection: Connection) -> Answer:
        give(connection, actor, dossier_id, body.account, body.note)
        return Answer(_all(connection, dossier_id))

    return once(body.model_dump(mode="json"), write)


def give(connection: Connection, actor: Actor, dossier: UUID, account: UUID | None, note: str | None) -> None:
    """Makes an account responsible for a dossier, or nobody.

    Raises:
        Problem: the dossier is not seen or another agency holds it, or the account is none of this agency's; nothing was
            written.
    """
    state = state_of(connection, actor, dossier, lock=True)
    require_kept(state)
    holder = Agencies(connection).in_charge(state.holder, now().astimezone(TIMEZONE).date())
    if actor.agency != holder:
        said = Said("Hồ sơ đang do cơ quan khác giữ", "Another agency holds the dossier")
        raise Problem(409, "not_in_charge", said, [Fault("not_in_charge", said)])
    if account is not None and not _works_here(connection, account, actor.agency):
        said = Said(
            "Không phải tài khoản đang dùng của cán bộ cơ quan này", "is no enabled account of this agency"
        )
        title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
        raise Problem(422, "invalid", title, [Fault("unknown_account", said, "account")])
    if state.assignee == account:
        return
    moment = now()
    open_ = _assignment.c.dossier == dossier, _assignment.c.ended_at.is_(None)
    why = "replaced" if account else "withdrawn"
    connection.execute(update(_assignment).where(*open_).values(ended_at=moment, ended_because=why))
    if account is not None:
        connection.execute(insert(_assignment), {
            "id": uuid4(), "dossier": dossier, "agency": actor.agency, "account": account,
            "assigned_by": actor.account, "assigned_at": moment, "note": note,
        })  # fmt: skip


def _works_here(connection: Connection, account: UUID, agency: str) -> bool:
    roles = ("officer", "head", "clerk", "judge")
    asked = select(_account.c.id).where(
        _account.c.id == account, _account.c.agency == agency, _account.c.disabled.is_(False),
        _account.c.role.in_(roles),
    )  # fmt: skip
    return connection.execute(asked).one_or_none() is not None


def _all(connection: Connection, dossier: UUID) -> AssignmentsOut:
    asked = (
        select(_assignment, _account.c.full_name.label("name"), _account.c.position)
        .join(_account, _account.c.id == _assignment.c.account)
        .where(_assignment.c.dossier == dossier)
        .order_by(_assignment.c.assigned_at.desc(), _assignment.c.id)
    )
    items = [AssignmentOut.model_validate(dict(row)) for row in connection.execute(asked).mappings()]
    return AssignmentsOut(
        current=next((one.account for one in items if one.ended_at is None), None), items=items
    )
