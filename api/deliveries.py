"""Deliveries that are stuck, for those who supervise: parked ones and ones of unknown outcome, and sending them again."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select, true

from api.answers import Instant
from api.dependencies import EngineDep, allowed, id_of
from api.errors import Fault, Problem, Said, not_found
from api.idempotency import Answer, OnceForAllDep
from api.json_response import JSONResponse
from api.pages import CSV, Page, cursor_of, key_of, listed, no_cursor
from flows.engine import Actor
from flows.outgoing import send_again
from flows.policy import SIGHT
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/deliveries", tags=["notices"])
_delivery, _notice, _agency = table("delivery"), table("notice"), table("agency")
State = Literal["waiting", "sending", "sent", "unknown", "parked"]


class DeliveryOut(BaseModel):
    """Một lần gửi thông báo đến một nơi nhận · a notice on its way to one receiver."""

    id: UUID
    notice: UUID
    kind: str
    agency: str
    channel: Literal["mail", "webhook"]
    account: UUID | None = Field(
        description="Tài khoản nhận; null là hộp thư của cơ quan, hoặc webhook · null: the agency's mailbox, or a webhook"
    )
    state: State = Field(
        description="unknown: có thể đã gửi, hệ thống không tự gửi lại; parked: không gửi được · unknown: perhaps sent, "
        "never sent again by itself; parked: given up"
    )
    attempts: int
    error: str | None
    created_at: Instant
    run_after: Instant = Field(description="Không gửi trước lúc này · not sent before")
    settled_at: Instant | None
    again_by: UUID | None = Field(
        description="Ai yêu cầu gửi lại sau cùng · who last asked for it to be sent again"
    )
    again_at: Instant | None


class DeliveryPage(BaseModel):
    """Một trang của danh sách · one page of a list."""

    items: list[DeliveryOut]
    next_cursor: str | None = Field(
        description="Gửi lại trong `cursor` để lấy trang sau; null ở trang cuối · null on the last page"
    )


class DeliveryFilters(Page):
    """Which deliveries."""

    state: Literal["parked", "unknown"] = Field(
        description="Không gửi được, hoặc không rõ · given up, or unknown"
    )


_COLUMNS = select(
    *(_delivery.c[name] for name in DeliveryOut.model_fields if name not in {"kind", "agency"}),
    _notice.c.kind,
    _notice.c.agency,
).join(_notice, _notice.c.id == _delivery.c.notice)


def deliveries_of(connection: Connection, notice: UUID) -> list[DeliveryOut]:
    """How a notice is delivered."""
    asked = _COLUMNS.where(_delivery.c.notice == notice).order_by(_delivery.c.created_at, _delivery.c.id)
    return [_shown(row) for row in connection.execute(asked).mappings()]


async def delivery_id_of(
    delivery_id: Annotated[
        str, Path(description="Mã lần gửi · the delivery's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The delivery's id in the path."""
    return id_of(delivery_id)


WatcherDep = Annotated[Actor, Depends(allowed("deliveries.watch"))]


@router.get(
    "",
    response_model=DeliveryPage,
    summary="Thông báo gửi không được · Deliveries that are stuck",
    responses=CSV,
)
def list_stuck(
    filters: Annotated[DeliveryFilters, Query()],
    actor: WatcherDep,
    engine: EngineDep,
    request: Request,
) -> Response:
    """Người giám sát xem các cơ quan trong địa bàn, người quản trị xem tất cả · a supervisor those of the territory."""
    with unit_of_work(engine, Scope(SYSTEM, actor.account)) as connection:
        asked = _COLUMNS.where(_delivery.c.state == filters.state, _below(connection, actor))
        if filters.cursor is not None:
            asked = asked.where(_delivery.c.id > _id(filters.cursor))
        rows = connection.execute(asked.order_by(_delivery.c.id).limit(filters.limit + 1)).mappings().all()
    items = [_shown(row) for row in rows[: filters.limit]]
    following = cursor_of(str(items[-1].id)) if len(rows) > filters.limit else None
    return listed(request, DeliveryOut, items, following)


@router.post("/{delivery_id}/send-again", response_model=DeliveryOut, summary="Gửi lại · Send again")
def again(
    delivery_id: Annotated[UUID, Depends(delivery_id_of)], actor: WatcherDep, once: OnceForAllDep
) -> JSONResponse:
    """Ghi lại ai yêu cầu và lúc nào; nơi nhận có thể nhận hai lần nếu lần trước đã đến · recorded; it may arrive twice."""

    def write(connection: Connection) -> Answer:
        asked = _COLUMNS.where(_delivery.c.id == delivery_id, _below(connection, actor))
        if connection.execute(asked).one_or_none() is None:
            raise not_found()
        if not send_again(connection, delivery_id, actor.account):
            raise _not_stuck()
        return Answer(_shown(connection.execute(asked).mappings().one()))

    return once(None, write)


def _id(cursor: str) -> UUID:
    try:
        return UUID(key_of(cursor))
    except ValueError:
        raise no_cursor() from None


def _below(connection: Connection, actor: Actor) -> Any:  # noqa: ANN401 - a condition
    """Notices to agencies of the supervisor's territory; an administrator's reach is everything."""
    if not SIGHT[actor.role].territory:
        return true()
    territory = select(_agency.c.territory).where(_agency.c.code == actor.agency)
    own = connection.execute(territory).scalar_one()
    below = _agency.c.territory.startswith(f"{own}/", autoescape=True)
    return _notice.c.agency.in_(select(_agency.c.code).where(below | (_agency.c.territory == own)))


def _not_stuck() -> Problem:
    said = Said(
        "Chỉ gửi lại được khi không gửi được hoặc không rõ đã gửi chưa",
        "Only what is parked or of unknown outcome can be sent again",
    )
    return Problem(409, "not_stuck", Said("Không gửi lại", "Not sent again"), [Fault("not_stuck", said)])


def _shown(row: Mapping[Any, Any]) -> DeliveryOut:
    return DeliveryOut.model_validate(dict(row))
