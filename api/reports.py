"""Periodic reports: which there are for the caller, their figures, and their files."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Connection, func, select

from api.answers import Instant
from api.dependencies import CurrentActor, EngineDep, PartsDep, id_of
from api.errors import not_found
from api.pages import CSV, Page, cursor_of, key_of, listed, no_cursor
from api.papers import attachment
from api.registers import XLSX
from documents import storage
from documents.received import DOCX
from flows.engine import Actor
from flows.policy import may
from flows.reports import title
from models.seeing import own
from models.store import Store, unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/reports", tags=["reports"])
_report, _agency = table("report"), table("agency")
PeriodKind = Literal["month", "quarter", "half_year", "year"]


class ReportOut(BaseModel):
    """Một báo cáo định kỳ · a periodic report."""

    id: UUID
    period: PeriodKind
    title: str = Field(description='Kỳ báo cáo, ví dụ "quý III năm 2026" · the period in words')
    first_day: date
    last_day: date
    territory: str
    agency: str | None = Field(description="Cơ quan; null: cả địa bàn · null: of the whole territory")
    edition: int = Field(description="Lần lập · how often it has been made")
    as_of: Instant = Field(
        description="Theo dữ liệu ghi đến thời điểm này · counts what was recorded until then"
    )
    made_at: Instant
    sha256: str = Field(description="Mã băm tệp XLSX · of the workbook")
    docx_sha256: str = Field(description="Mã băm tệp DOCX · of the paper")


class ReportPage(BaseModel):
    """Một trang báo cáo · one page of reports."""

    items: list[ReportOut]
    next_cursor: str | None = Field(
        description="Gửi lại trong `cursor` để lấy trang sau · null on the last page"
    )


class FiguresOut(ReportOut):
    """Báo cáo cùng số liệu: mỗi số là [tổng số, người dưới 18 tuổi] · each figure is [all, minors]."""

    figures: dict[str, Any]


class Filters(Page):
    """Which reports."""

    period: PeriodKind | None = Field(default=None, description="Loại kỳ · kind of period")
    agency: str | None = Field(default=None, max_length=100, description="Của cơ quan · of an agency")
    territory: str | None = Field(
        default=None, max_length=200, description="Của địa bàn · of a territory itself"
    )


async def report_id_of(
    report_id: Annotated[
        str, InPath(description="Mã báo cáo · the report's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The report's id in the path."""
    return id_of(report_id)


ReportId = Annotated[UUID, Depends(report_id_of)]


@router.get("", response_model=ReportPage, summary="Báo cáo định kỳ · Periodic reports", responses=CSV)
def list_reports(
    filters: Annotated[Filters, Query()], actor: CurrentActor, engine: EngineDep, request: Request
) -> Response:
    """Mới nhất trước; `Accept: text/csv` cho cùng danh sách dạng CSV · the newest first; the same list as CSV."""
    conditions: list[ColumnElement[bool]] = []
    if filters.period:
        conditions.append(_report.c.period == filters.period)
    if filters.agency:
        conditions.append(_report.c.agency == filters.agency)
    if filters.territory:
        conditions.append((_report.c.territory == filters.territory) & _report.c.agency.is_(None))
    if filters.cursor is not None:
        conditions.append(_report.c.seq < _seq(filters.cursor))
    asked = select(_report).where(*conditions).order_by(_report.c.seq.desc()).limit(filters.limit + 1)
    with unit_of_work(engine, actor.scope) as connection:
        rows = connection.execute(asked.where(_readable(connection, actor))).mappings().all()
    more = len(rows) > filters.limit
    shown = rows[: filters.limit]
    items = [ReportOut.model_validate(_titled(dict(row))) for row in shown]
    return listed(request, ReportOut, items, cursor_of(str(shown[-1]["seq"])) if more else None)


@router.get("/{report_id}", summary="Số liệu của một báo cáo · A report's figures")
def read_report(report_id: ReportId, actor: CurrentActor, engine: EngineDep) -> FiguresOut:
    """Số liệu như lúc lập · as they were when it was made."""
    return FiguresOut.model_validate(_titled(_row(engine, actor, report_id)))


@router.get(
    "/{report_id}/content",
    summary="Tệp báo cáo · A report's file",
    response_class=Response,
    responses={200: {"content": {XLSX: {}, DOCX: {}}}},
)
def read_content(
    report_id: ReportId,
    actor: CurrentActor,
    parts: PartsDep,
    form: Annotated[Literal["xlsx", "docx"], Query(alias="format", description="xlsx, docx")] = "xlsx",
) -> Response:
    """Đúng tệp lúc lập · the very file that was made."""
    row = _row(parts.engine, actor, report_id)
    sha256 = row["sha256"] if form == "xlsx" else row["docx_sha256"]
    of = row["agency"] or row["territory"].replace("/", "-")
    headers = attachment(f"bao-cao_{row['period']}_{row['first_day']}_{of}.{form}", sha256)
    content = storage.load(parts.files, sha256)
    return Response(content, media_type=XLSX if form == "xlsx" else DOCX, headers=headers)


def _readable(connection: Connection, actor: Actor) -> ColumnElement[bool]:
    """Reports of one's own agency; for those who watch over a territory its own and all those inside it."""
    mine = own(connection, _report.c.agency)
    if not may(actor.role, "reports.of_territory"):
        return mine
    territory = select(_agency.c.territory).where(_agency.c.code == actor.agency).scalar_subquery()
    below = func.starts_with(_report.c.territory, func.concat(territory, "/"))
    return mine | (_report.c.territory == territory) | below


def _row(store: Store, actor: Actor, report: UUID) -> dict[str, Any]:
    with unit_of_work(store, actor.scope) as connection:
        asked = select(_report).where(_report.c.id == report, _readable(connection, actor))
        row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise not_found()
    return dict(row)


def _titled(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "title": title(row["period"], row["first_day"])}


def _seq(cursor: str) -> int:
    """The place in the list that a cursor stands for; Problem 422 when it is none."""
    key = key_of(cursor)
    if not key.isdigit() or len(key) > 18:
        raise no_cursor()
    return int(key)
