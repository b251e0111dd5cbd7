"""One's own sessions: where one is signed in, and ending that."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Engine, select, tuple_

from api.access import NOBODY, Known, end
from api.answers import Instant
from api.dependencies import EngineDep, KnownDep, id_of
from api.errors import not_found
from api.pages import CSV, Page, cursor_of, key_of, listed, no_cursor
from api.signed import told
from models.clock import now
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/auth/sessions", tags=["auth"])
_session = table("session")


class SessionOut(BaseModel):
    """Một phiên đăng nhập · a sign-in."""

    id: UUID
    kind: Literal["password", "oidc"] = Field(description="Đăng nhập bằng gì · signed in by what")
    second_factor: bool = Field(description="Đã xác thực hai lớp · a second factor was shown")
    address: str = Field(description="Địa chỉ mạng của lần gia hạn sau cùng · where it was last renewed from")
    created_at: Instant
    refreshed_at: Instant
    expires_at: Instant
    current: bool = Field(description="Phiên đang dùng · the one that asks")


class SessionPage(BaseModel):
    """Một trang của danh sách · one page of a list."""

    items: list[SessionOut]
    next_cursor: str | None


@router.get(
    "", response_model=SessionPage, summary="Các phiên đăng nhập của mình · One's own sessions", responses=CSV
)
def list_sessions(
    page: Annotated[Page, Query()], caller: KnownDep, engine: EngineDep, request: Request
) -> Response:
    """Các phiên còn hiệu lực, cũ trước mới sau · those that are alive, the oldest first."""
    lines, following = sessions_of(engine, caller, page)
    return listed(request, SessionOut, lines, following)


def sessions_of(engine: Engine, caller: Known, page: Page) -> tuple[list[SessionOut], str | None]:
    """A page of the caller's sessions that are alive, and what leads to the next one."""
    asked = select(_session).where(
        _session.c.account == caller.actor.account,
        _session.c.ended_at.is_(None),
        _session.c.expires_at > now(),
    )
    key = tuple_(_session.c.created_at, _session.c.id)
    with unit_of_work(engine, NOBODY) as connection:
        if page.cursor is not None:
            try:
                after = UUID(key_of(page.cursor))
            except ValueError:
                raise no_cursor() from None
            mine = _session.c.id == after, _session.c.account == caller.actor.account
            place = connection.execute(
                select(_session.c.created_at, _session.c.id).where(*mine)
            ).one_or_none()
            if place is None:
                raise no_cursor()
            asked = asked.where(key > tuple_(*place))
        ordered = asked.order_by(_session.c.created_at, _session.c.id).limit(page.limit + 1)
        rows = connection.execute(ordered).mappings().all()
    lines = [
        SessionOut.model_validate({**row, "current": row["id"] == caller.session})
        for row in rows[: page.limit]
    ]
    return lines, cursor_of(str(lines[-1].id)) if len(rows) > page.limit else None


@router.delete("", status_code=204, summary="Kết thúc các phiên khác · End the other sessions")
def end_others(caller: KnownDep, engine: EngineDep) -> None:
    """Mọi phiên của mình trừ phiên đang dùng · all of one's sessions but the one that asks."""
    account = caller.actor.account
    with unit_of_work(engine, NOBODY) as connection:
        for _ in end(connection, _session.c.account == account, _session.c.id != caller.session):
            told(connection, "session_ended", account=account)


@router.delete("/{session_id}", status_code=204, summary="Kết thúc một phiên · End a session")
def end_one(
    session_id: Annotated[
        str, Path(description="Mã phiên · the session's id", json_schema_extra={"format": "uuid"})
    ],
    caller: KnownDep,
    engine: EngineDep,
) -> None:
    """Mã truy cập và mã gia hạn của phiên hết hiệu lực ngay · its tokens are worth nothing at once."""
    account, session = caller.actor.account, id_of(session_id)
    with unit_of_work(engine, NOBODY) as connection:
        if not end(connection, _session.c.account == account, _session.c.id == session):
            raise not_found()
        told(connection, "session_ended", account=account)
