"""The audit log over HTTP: who read, changed or took out what, and whether the log is whole."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Engine, or_, select

from api.answers import Instant, InstantInAddress
from api.dependencies import EngineDep, PartsDep, allowed
from api.errors import Fault, Problem, Said
from api.pages import CSV, Page, cursor_of, key_of, listed, no_cursor
from api.traces import shown
from flows.audit import Head, Verified, verify
from flows.chain_export import audit_heads
from flows.engine import Actor
from flows.turns import alone
from models.seeing import own
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/audit", tags=["audit"])
_entry, _account, _agency = table("audit_entry"), table("account"), table("agency")
_OF_USERS = r"^(auth|sign_in|user)([._]|$)|^[A-Z]+ /v1/(auth|users)(/|$)"
"""Operations of signing in and of administering users."""


class AuditLine(BaseModel):
    """Một dòng của nhật ký truy cập · an entry of the audit log."""

    seq: int = Field(description="Số thứ tự, liên tục · its number, without gaps")
    at: Instant
    account: UUID | None = Field(
        description="null: không đăng nhập, hoặc do hệ thống · nobody signed in, or the system"
    )
    username: str | None
    agency: str | None
    role: str | None
    operation: str = Field(
        description="Phương thức và mẫu địa chỉ, hoặc tên lệnh · method and template of the address, or the command",
        examples=["GET /v1/dossiers/{dossier_id}"],
    )
    dossiers: list[UUID] = Field(
        description="Các hồ sơ được hỏi hoặc được hiện · dossiers asked for or shown"
    )
    objects: list[str] = Field(description="Đối tượng khác, dạng `loại:mã` · other things as `kind:id`")
    outcome: str = Field(
        description="Mã trạng thái HTTP hoặc kết quả của lệnh · HTTP status, or a command's outcome"
    )
    address: str | None = Field(description="Địa chỉ mạng của người gọi · the caller's network address")
    request: str | None = Field(description="Mã yêu cầu · the request's id")
    reason: str | None = Field(description="Lý do đã nêu trong X-Reason · the reason given")
    digest: str = Field(description="Mã băm, nối với dòng trước · chained to the entry before")


class AuditPage(BaseModel):
    """Một trang của nhật ký, mới nhất trước · a page of the log, newest first."""

    items: list[AuditLine]
    next_cursor: str | None = Field(
        description="Gửi lại trong `cursor` để lấy trang sau; null ở trang cuối · null on the last page"
    )


class AuditFilters(Page):
    """Which entries."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    account: UUID | None = Field(default=None, description="Tài khoản · account")
    agency: str | None = Field(
        default=None, max_length=100, description="Cơ quan của người gọi · the caller's agency"
    )
    dossier: UUID | None = Field(default=None, description="Hồ sơ · dossier")
    operation: str | None = Field(
        default=None, max_length=200, description="Đúng như `operation` của một dòng · as in an entry"
    )
    since: InstantInAddress | None = Field(default=None, alias="from", description="Từ lúc · from")
    until: InstantInAddress | None = Field(default=None, alias="to", description="Trước lúc · before")


reader = allowed("audit.read")
ReaderDep = Annotated[Actor, Depends(reader)]


@router.get("", response_model=AuditPage, summary="Nhật ký truy cập · The audit log", responses=CSV)
def list_entries(
    filters: Annotated[AuditFilters, Query()], actor: ReaderDep, engine: EngineDep, request: Request
) -> Response:
    """Mới nhất trước; người đứng đầu xem cơ quan mình, người giám sát và kiểm tra xem địa bàn, quản trị xem đăng nhập.

    Newest first. A head sees the own agency's entries, supervisors and auditors those of their territory (that of the
    country: all), an administrator sign-ins and the administration of users.
    """
    items, following = entries_of(engine, actor, filters)
    return listed(request, AuditLine, items, following)


def entries_of(engine: Engine, actor: Actor, filters: AuditFilters) -> tuple[list[AuditLine], str | None]:
    """A page of the entries that somebody may read, newest first, and what leads to the next one."""
    asked = (
        select(
            *(_entry.c[name] for name in AuditLine.model_fields if name != "username"), _account.c.username
        )
        .outerjoin(_account, _account.c.id == _entry.c.account)
        .where(*_conditions(filters))
        .order_by(_entry.c.seq.desc())
        .limit(filters.limit + 1)
    )
    scope = actor.scope if actor.role == "head" else Scope(SYSTEM, actor.account)
    with unit_of_work(engine, scope) as connection:
        if actor.role == "administrator":
            asked = asked.where(_entry.c.operation.regexp_match(_OF_USERS))
        elif actor.role == "head":
            asked = asked.where(own(connection, _entry.c.agency))
        else:
            home = select(_agency.c.territory).where(_agency.c.code == actor.agency)
            territory = connection.execute(home).scalar_one()
            if "/" in territory:
                asked = asked.where(_entry.c.agency.in_(_within(territory)))
        rows = connection.execute(asked).mappings().all()
    if filters.dossier:
        shown([filters.dossier])
    items = [AuditLine.model_validate(dict(row)) for row in rows[: filters.limit]]
    return items, cursor_of(str(items[-1].seq)) if len(rows) > filters.limit else None


def _within(territory: str) -> Any:  # noqa: ANN401 - a subquery
    below = _agency.c.territory.startswith(f"{territory}/", autoescape=True)
    return select(_agency.c.code).where(or_(_agency.c.territory == territory, below))


def _conditions(filters: AuditFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        ("account", filters.account),
        ("agency", filters.agency),
        ("operation", filters.operation),
    ):
        if value is not None:
            found.append(_entry.c[column] == value)
    if filters.dossier is not None:
        found.append(_entry.c.dossiers.contains([filters.dossier]))
    if filters.since is not None:
        found.append(_entry.c.at >= filters.since)
    if filters.until is not None:
        found.append(_entry.c.at < filters.until)
    if filters.cursor is not None:
        found.append(_entry.c.seq < _number(filters.cursor))
    return found


def _number(cursor: str) -> int:
    text = key_of(cursor)
    if not (text.isdigit() and len(text) < 19):
        raise no_cursor()
    return int(text)


class HeadOut(BaseModel):
    """Dòng cuối của nhật ký tại một thời điểm · where the log ended at some moment."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(strict=True, ge=0, lt=2**63)
    digest: str = Field(max_length=64)


class ToVerify(BaseModel):
    """Kiểm tra từ đâu · from where on."""

    model_config = ConfigDict(extra="forbid")

    after: HeadOut | None = Field(
        default=None,
        description="Chỉ kiểm tra sau dòng này, ví dụ `head` của lần trước · only behind this entry, such as a former `head`",
    )


class LogBreakOut(BaseModel):
    """Chỗ nhật ký không còn nguyên vẹn · where the log does not hold."""

    what: str = Field(
        description="gap: thiếu dòng; link: dòng trước là dòng khác; entry: dòng bị sửa; cut: phần cuối bị cắt; rewritten: "
        "phần cuối bị cắt rồi ghi lại · entries are missing, the one before is another, changed, the end cut off, or "
        "cut off and written anew"
    )
    seq: int


class VerifiedOut(BaseModel):
    """Kết quả kiểm tra nhật ký · what a check of the log found."""

    intact: bool
    entries: int = Field(description="Số dòng đã kiểm tra · entries read")
    head: HeadOut
    breaks: int = Field(description="Số chỗ sai · breaks in all")
    broken: list[LogBreakOut] = Field(description="Nhiều nhất 1000 chỗ · the first thousand")


verifier = allowed("audit.verify")


@router.post("/verify", summary="Kiểm tra nhật ký truy cập · Verify the audit log")
def verify_log(
    parts: PartsDep, _actor: Annotated[Actor, Depends(verifier)], asked: ToVerify | None = None
) -> VerifiedOut:
    """Tính lại mọi mã băm và đối chiếu với các đầu chuỗi đã ghi ra tệp · every digest anew, and the exported heads.

    Một triệu dòng mất khoảng nửa phút; nhật ký dài thì dùng `after` · a million entries take about half a minute.
    """
    after = asked.after if asked else None
    with alone(parts.engine, "audit-verify") as free:
        if not free:
            said = Said("Nhật ký đang được kiểm tra", "The log is being verified just now")
            raise Problem(409, "verification_under_way", said, [Fault("verification_under_way", said)])
        heads = audit_heads(parts.files / "chain")
        return _told(verify(parts.engine, heads, Head(after.seq, after.digest) if after else None))


def _told(found: Verified) -> VerifiedOut:
    return VerifiedOut(
        intact=found.intact,
        entries=found.entries,
        head=HeadOut(**found.head._asdict()),
        breaks=found.breaks,
        broken=[LogBreakOut(**one._asdict()) for one in found.broken],
    )
