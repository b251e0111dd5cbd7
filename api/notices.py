"""The inbox of notices: what an agency was told, in the reader's language, and how each notice was delivered."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, Engine, Text, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY

from api.answers import Instant
from api.deliveries import DeliveryOut, deliveries_of
from api.dependencies import CurrentActor, EngineDep, LanguageDep, id_of
from api.errors import Language, not_found
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.pages import CSV, Page, cursor_of, key_of, listed, no_cursor, whole
from flows.engine import Actor
from flows.notice_texts import wording
from models.clock import now
from models.seeing import own
from models.store import reach, unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/notices", tags=["notices"])
_notice = table("notice")
_MOST = 2**31 - 1
"""The largest place in the inbox that the table can count to."""
_AUDIENCES: Mapping[str, Sequence[str]] = {
    "officer": ("agency",),
    "head": ("agency", "head"),
    "clerk": ("agency",),
    "judge": ("agency",),
    "supervisor": ("supervisor",),
    "administrator": ("administrator",),
}
"""Whose notices each role reads; an auditor reads what was done, and is told nothing."""


class NoticeOut(BaseModel):
    """Một thông báo · a notice."""

    id: UUID
    seq: int = Field(description="Thứ tự trong hộp thư · its place in the inbox")
    kind: str
    audience: str = Field(
        description="Gửi cho ai của cơ quan: cán bộ, người đứng đầu, người giám sát · who of the agency is told"
    )
    agency: str
    dossier: UUID | None
    dossier_number: str | None
    title: str
    text: str
    created_at: Instant
    read_at: Instant | None = Field(
        description="Lần đầu có người đánh dấu đã đọc; chung cho mọi người cùng nhận · when the first of its readers marked it"
    )
    read_by: UUID | None
    facts: dict[str, Any]


class NoticePage(BaseModel):
    """Một trang của hộp thư, mới nhất trước · one page of the inbox, newest first."""

    items: list[NoticeOut]
    next_cursor: str | None = Field(
        description="Gửi lại trong `cursor` để lấy trang sau; null ở trang cuối · null on the last page"
    )
    unread: int = Field(description="Tổng số chưa đọc · how many are unread in all")


class NoticeFilters(Page):
    """What the inbox is narrowed to."""

    unread: bool | None = Field(default=None, description="Chỉ chưa đọc, hoặc chỉ đã đọc · unread, or read")
    kind: str | None = Field(
        default=None,
        max_length=100,
        description="Loại, hoặc phần trước dấu hai chấm · the kind, or its first part",
    )
    dossier: UUID | None = Field(default=None, description="Mã hồ sơ · the dossier's id")


class ReadIn(BaseModel):
    """Đánh dấu đã đọc đến thông báo nào · which notices were read."""

    model_config = ConfigDict(extra="forbid")

    up_to: int = Field(
        strict=True,
        ge=1,
        le=_MOST,
        description="`seq` của thông báo mới nhất đã thấy · of the newest one seen",
    )


class ReadOut(BaseModel):
    """Vừa đánh dấu bao nhiêu, còn bao nhiêu · how many were marked now, how many are left."""

    marked: int
    unread: int


async def notice_id_of(
    notice_id: Annotated[
        str, Path(description="Mã thông báo · the notice's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The notice's id in the path."""
    return id_of(notice_id)


NoticeId = Annotated[UUID, Depends(notice_id_of)]


@router.get(
    "",
    response_model=NoticePage,
    summary="Hộp thư thông báo · The inbox",
    responses=CSV,
)
def list_notices(
    filters: Annotated[NoticeFilters, Query()], actor: CurrentActor, engine: EngineDep, language: LanguageDep,
    request: Request,
) -> Response:  # fmt: skip
    """Cán bộ đọc thông báo gửi cơ quan, người đứng đầu đọc thêm phần gửi riêng, người giám sát đọc phần của mình · by role.

    `Accept: text/csv` cho cùng danh sách dạng CSV · the same list as CSV.
    """
    page = inbox_of(engine, actor, filters, language)
    return listed(request, NoticeOut, page.items, page.next_cursor, unread=page.unread)


def inbox_of(engine: Engine, actor: Actor, filters: NoticeFilters, language: Language) -> NoticePage:
    """One page of the inbox, and how many are unread in all."""
    with unit_of_work(engine, actor.scope) as connection:
        # The newest of each agency that is reached, in an index: of all of them together, every notice would be sorted.
        agency = (
            func.unnest(literal(reach(connection).agencies, ARRAY(Text)))
            .table_valued("code")
            .render_derived()
        )
        newest = (
            select(_notice)
            .where(_notice.c.agency == agency.c.code, _told(actor), *_narrowed(filters))
            .order_by(_notice.c.seq.desc())
            .limit(filters.limit + 1)
            .lateral()
        )
        asked = select(newest).select_from(agency.join(newest, true())).order_by(newest.c.seq.desc())
        rows = connection.execute(asked.limit(filters.limit + 1)).mappings().all()
        unread = _unread(connection, _mine(connection, actor))
    items = [_shown(dict(row), language) for row in rows[: filters.limit]]
    following = cursor_of(str(items[-1].seq)) if len(rows) > filters.limit else None
    return NoticePage(items=items, next_cursor=following, unread=unread)


@router.post("/read", response_model=ReadOut, summary="Đánh dấu đã đọc đến đây · Mark as read up to here")
def read_many(body: ReadIn, actor: CurrentActor, once: OnceDep) -> JSONResponse:
    """Mọi thông báo mình được đọc có `seq` không lớn hơn · all one may read, up to this `seq`."""

    def write(connection: Connection) -> Answer:
        return Answer(mark_read(connection, actor, body.up_to))

    return once(body.model_dump(), write)


def mark_read(connection: Connection, actor: Actor, up_to: int) -> ReadOut:
    """Marks every notice the actor reads up to this place."""
    mine = _mine(connection, actor)
    marked = _mark(connection, actor, [*mine, _notice.c.seq <= up_to])
    return ReadOut(marked=marked, unread=_unread(connection, mine))


@router.get("/{notice_id:named}", summary="Một thông báo · A notice")
def read_notice(
    notice_id: NoticeId, actor: CurrentActor, engine: EngineDep, language: LanguageDep
) -> NoticeOut:
    """Đọc không đánh dấu đã đọc · reading does not mark it."""
    with unit_of_work(engine, actor.scope) as connection:
        return _shown(_one(connection, actor, notice_id), language)


@router.post("/{notice_id}/read", response_model=ReadOut, summary="Đánh dấu đã đọc · Mark as read")
def read_one(notice_id: NoticeId, actor: CurrentActor, once: OnceDep) -> JSONResponse:
    """Làm lại không đổi gì · done again, it changes nothing."""

    def write(connection: Connection) -> Answer:
        _one(connection, actor, notice_id)
        mine = _mine(connection, actor)
        marked = _mark(connection, actor, [_notice.c.id == notice_id])
        return Answer(ReadOut(marked=marked, unread=_unread(connection, mine)))

    return once(None, write)


@router.get(
    "/{notice_id}/deliveries", response_model=list[DeliveryOut], summary="Đã gửi đi thế nào · How it was delivered",
    responses=CSV,
)  # fmt: skip
def list_deliveries(
    notice_id: NoticeId, actor: CurrentActor, engine: EngineDep, request: Request
) -> Response:
    """Từng thư, từng webhook, với kết quả · each mail and webhook with its outcome."""
    with unit_of_work(engine, actor.scope) as connection:
        _one(connection, actor, notice_id)
        return whole(request, DeliveryOut, deliveries_of(connection, notice_id))


def _mine(connection: Connection, actor: Actor) -> list[ColumnElement[bool]]:
    """Notices of one's agency, and of those it succeeded, for one's role."""
    return [own(connection, _notice.c.agency), _told(actor)]


def _told(actor: Actor) -> ColumnElement[bool]:
    return _notice.c.audience.in_(_AUDIENCES.get(actor.role, ()))


def _narrowed(filters: NoticeFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.cursor is not None:
        key = key_of(filters.cursor)
        if not (key.isascii() and key.isdigit()) or len(key) > 10 or int(key) > _MOST:
            raise no_cursor()
        conditions.append(_notice.c.seq < int(key))
    if filters.unread is not None:
        conditions.append(_notice.c.read_at.is_(None) if filters.unread else _notice.c.read_at.is_not(None))
    if filters.kind is not None:
        whole = _notice.c.kind == filters.kind
        conditions.append(whole | _notice.c.kind.startswith(f"{filters.kind}:", autoescape=True))
    if filters.dossier is not None:
        conditions.append(_notice.c.dossier == filters.dossier)
    return conditions


def _one(connection: Connection, actor: Actor, notice: UUID) -> Mapping[str, Any]:
    asked = select(_notice).where(_notice.c.id == notice, *_mine(connection, actor))
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise not_found()
    return dict(row)


def _mark(connection: Connection, actor: Actor, which: Sequence[ColumnElement[bool]]) -> int:
    unread = update(_notice).where(*which, _notice.c.read_at.is_(None))
    return connection.execute(unread.values(read_at=now(), read_by=actor.account)).rowcount


def _unread(connection: Connection, mine: Sequence[ColumnElement[bool]]) -> int:
    asked = select(func.count()).select_from(_notice).where(*mine, _notice.c.read_at.is_(None))
    return int(connection.execute(asked).scalar_one())


def _shown(row: Mapping[str, Any], language: Language) -> NoticeOut:
    said = wording(row["kind"], row["facts"], row["created_at"], language)
    more = {"dossier_number": row["facts"].get("dossier"), "title": said.title, "text": "\n".join(said.lines)}
    return NoticeOut.model_validate({**row, **more})
