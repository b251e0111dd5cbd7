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
        make_responsible(connection, actor, dossier_id, body)
        return Answer(_all(connection, dossier_id))

    return once(body.model_dump(mode="json"), write)


def make_responsible(connection: Connection, actor: Actor, dossier_id: UUID, body: AssignmentIn) -> None:
    """Makes somebody responsible for a dossier, or nobody.

    Raises:
        Problem: 404, 409 where another agency holds it, 422 for who does not work there.
    """
    state = state_of(connection, actor, dossier_id, lock=True)
    require_kept(state)
    holder = Agencies(connection).in_charge(state.holder, now().astimezone(TIMEZONE).date())
    if actor.agency != holder:
        said = Said("Hồ sơ đang do cơ quan khác giữ", "Another agency holds the dossier")
        raise Problem(409, "not_in_charge", said, [Fault("not_in_charge", said)])
    if body.account is not None and body.account not in colleagues_of(connection, actor.agency):
        said = Said(
            "Không phải tài khoản đang dùng của cán bộ cơ quan này", "is no enabled account of this agency"
        )
        title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
        raise Problem(422, "invalid", title, [Fault("unknown_account", said, "account")])
    if state.assignee == body.account:
        return
    moment, open_ = now(), (_assignment.c.dossier == dossier_id, _assignment.c.ended_at.is_(None))
    why = "replaced" if body.account else "withdrawn"
    connection.execute(update(_assignment).where(*open_).values(ended_at=moment, ended_because=why))
    if body.account is not None:
        connection.execute(insert(_assignment), {
            "id": uuid4(), "dossier": dossier_id, "agency": actor.agency, "account": body.account,
            "assigned_by": actor.account, "assigned_at": moment, "note": body.note,
        })  # fmt: skip


def colleagues_of(connection: Connection, agency: str) -> dict[UUID, str]:
    """Who may be made responsible in an agency, with their names."""
    asked = select(_account.c.id, _account.c.full_name).where(
        _account.c.agency == agency,
        _account.c.disabled.is_(False),
        _account.c.role.in_(("officer", "head", "clerk", "judge")),
    )
    return {row.id: row.full_name for row in connection.execute(asked.order_by(_account.c.full_name))}


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
