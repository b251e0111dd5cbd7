"""What supervisors read beside the overview: trends, times and shares of agencies, and the lists behind the numbers."""

import hashlib
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Engine

from api.answers import Instant
from api.dependencies import EngineDep, LanguageDep, OfficerDep
from api.errors import Language
from api.pages import CSV, cursor_of, key_of, listed, whole
from api.papers import attachment
from api.registers import XLSX
from api.supervision import (
    AskedDay,
    Cause,
    Period,
    Places,
    WatcherDep,
    When,
    Where,
    links_behind,
    months_asked,
)
from api.traces import shown
from flows.agenda import Task, Window, reading, tasks
from flows.engine import Actor
from flows.findings import counted
from flows.performance import (
    Counted,
    Months,
    behind,
    last_months,
    shares,
    stage_times,
    trend,
)
from flows.sheets import workbook
from flows.sheets_of_figures import sheets_of_figures
from flows.standstill import Narrowed
from models.clock import now
from models.law.limits import TIMEZONE

router = APIRouter(prefix="/v1", tags=["supervision"])


class TaskFilters(Places):
    """Which dossiers."""

    cause: Cause | None = Field(default=None, description="Nguyên nhân · cause")
    due: Literal["this_week"] | None = Field(
        default=None, description="Có thời hạn từ nay đến hết Chủ nhật · with a duty due by Sunday"
    )
    due_on: AskedDay | None = Field(
        default=None, description="Có thời hạn hết vào ngày này · with a duty whose last day it is"
    )
    assignee: UUID | None = Field(
        default=None, description="Tài khoản phụ trách · the account responsible for it"
    )
    order: Literal["urgency", "number"] = Field(
        default="urgency", description="Gấp nhất trước, hoặc theo số hồ sơ · most urgent first, or by number"
    )


class WorkOut(BaseModel):
    """Một hồ sơ đang mở, như một việc phải làm · an open dossier, as work to do."""

    dossier: UUID
    number: str
    stage: str
    holder: str
    opened_on: date
    changed_at: Instant
    next_due: Instant | None = Field(
        description="Thời hạn sớm nhất, kể cả đã quá · its first duty's end, past or not"
    )
    last_day: date | None
    rule: str | None = Field(description="Thời hạn liên quan · the limit it is about")
    rule_title: str | None
    overdue: bool
    assignee: UUID | None
    causes: list[Cause] = Field(description="Nguyên nhân vướng · what stands in its way")


class WorkPage(BaseModel):
    """Một trang · one page."""

    items: list[WorkOut]
    next_cursor: str | None


@router.get(
    "/supervision/dossiers", response_model=WorkPage, responses=CSV,
    summary="Hồ sơ sau mỗi con số · The dossiers behind a number",
)  # fmt: skip
def list_watched(
    filters: Annotated[TaskFilters, Query()], actor: WatcherDep, engine: EngineDep, language: LanguageDep, request: Request
) -> Response:  # fmt: skip
    """Hồ sơ đang mở của các cơ quan mình theo dõi; mỗi hồ sơ một dòng · open dossiers of the agencies one watches, each once."""
    return _listed(filters, actor, engine, language, request)


@router.get("/work", response_model=WorkPage, responses=CSV, summary="Việc của cơ quan · The agency's work")
def list_work(
    filters: Annotated[TaskFilters, Query()], actor: OfficerDep, engine: EngineDep,
    language: LanguageDep, request: Request,
) -> Response:  # fmt: skip
    """Hồ sơ đang mở do cơ quan mình giữ, gấp nhất trước · open dossiers one's agency holds, most urgent first."""
    return _listed(filters, actor, engine, language, request)


def _listed(
    filters: TaskFilters, actor: Actor, engine: Engine, language: Language, request: Request
) -> Response:
    page, following = tasks_of(filters, actor, engine)
    return listed(request, WorkOut, [_task(one, language) for one in page], following)


def tasks_of(filters: TaskFilters, actor: Actor, engine: Engine) -> tuple[list[Task], str | None]:
    """A page of the open dossiers behind a number, and the cursor that leads on."""
    moment, window = now(), None
    if filters.due:
        window = Window.this_week(moment)
    if filters.due_on:
        window = Window(filters.due_on, filters.due_on, window.ends_after if window else None)
    after = key_of(filters.cursor) if filters.cursor is not None else ""
    narrowed = Narrowed(filters.cause, filters.agency, filters.stage)
    with reading(engine, actor, moment, narrowed) as connection:
        found = tasks(
            connection,
            actor,
            moment,
            narrowed,
            window,
            after,
            filters.limit + 1,
            filters.order,
            filters.assignee,
        )
    page = found[: filters.limit]
    shown(one.dossier for one in page)
    return page, cursor_of(page[-1].key) if len(found) > filters.limit else None


def _task(one: Task, language: Language) -> WorkOut:
    title = one.rule_title and one.rule_title[language == "en"]
    return WorkOut.model_validate({**vars(one), "rule_title": title})


class MonthOut(BaseModel):
    """Một tháng · a month."""

    month: date = Field(description="Ngày đầu tháng · the first day of the month")
    opened: int = Field(description="Hồ sơ mở · dossiers opened")
    decided: int = Field(description="Hồ sơ có quyết định của Tòa án · dossiers decided by the court")
    closed: int = Field(description="Hồ sơ kết thúc · dossiers closed")
    overdue: int = Field(
        description="Thời hạn đang quá vào cuối tháng, hoặc lúc này · duties overdue at the month's end, or now"
    )
    links: dict[str, str]


class StageTimeOut(BaseModel):
    """Thời gian ở một giai đoạn · time in a stage."""

    stage: str
    passed_on: int = Field(description="Số hồ sơ chuyển khỏi giai đoạn · dossiers that left the stage")
    median_days: float | None
    p90_days: float | None
    links: dict[str, str]


class ShareOut(BaseModel):
    """Một cơ quan trong kỳ · an agency over the period."""

    agency: str
    agency_name: str
    duties: int
    on_time: int
    on_time_share: float | None = Field(description="Tỷ lệ đúng hạn, 0–1 · share on time")
    returned: int = Field(description="Số lần trả hồ sơ · files it returned")
    supplemented: int = Field(description="Số lần bổ sung hồ sơ · files it supplemented")
    links: dict[str, str]


@router.get(
    "/supervision/trend",
    response_model=list[MonthOut],
    responses=CSV,
    summary="Mười hai tháng · Twelve months",
)
def read_trend(
    places: Annotated[Where, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Mở, quyết định, kết thúc, quá hạn theo tháng · opened, decided, closed and overdue, month by month."""
    moment = now()
    months, narrowed = last_months(moment), Narrowed(agency=places.agency, stage=places.stage)
    with counted(engine, actor.scope, moment) as connection:
        found = trend(connection, actor, moment, narrowed, months)
    whats = ("opened", "decided", "closed", "overdue")
    items = [
        MonthOut(
            **vars(one), links=links_behind(whats, Months(one.month, one.month), agency=places.agency, stage=places.stage)
        )
        for one in found
    ]  # fmt: skip
    return whole(request, MonthOut, items)


@router.get(
    "/supervision/stage-times", response_model=list[StageTimeOut], responses=CSV,
    summary="Thời gian ở từng giai đoạn · Time in each stage",
)  # fmt: skip
def read_stage_times(
    filters: Annotated[When, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Trung vị và p90 số ngày, của mọi cơ quan mình theo dõi · median and p90 days, of all agencies one watches together."""
    months = months_asked(filters)
    with counted(engine, actor.scope, now()) as connection:
        found = stage_times(connection, actor, Narrowed(agency=filters.agency, stage=filters.stage), months)
    items = [
        StageTimeOut(
            **vars(one), links=links_behind(["passed_on"], months, agency=filters.agency, stage=one.stage)
        )
        for one in found
    ]
    return whole(request, StageTimeOut, items)


@router.get(
    "/supervision/shares", response_model=list[ShareOut], responses=CSV,
    summary="Tỷ lệ đúng hạn của từng cơ quan · Shares on time",
)  # fmt: skip
def read_shares(
    filters: Annotated[When, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Kém nhất trước, nhiều nhất 200 cơ quan · the worst first, at most 200 agencies."""
    months = months_asked(filters)
    with counted(engine, actor.scope, now()) as connection:
        found = shares(connection, actor, Narrowed(agency=filters.agency, stage=filters.stage), months, 200)
    whats = ("on_time", "late", "returned", "supplemented")
    items = [
        ShareOut(
            **vars(one), on_time_share=one.on_time_share,
            links=links_behind(whats, months, agency=one.agency, stage=filters.stage),
        )
        for one in found
    ]  # fmt: skip
    return whole(request, ShareOut, items)


class BehindFilters(Period):
    """Which number of which months."""

    what: Literal[
        "opened", "decided", "closed", "returned", "supplemented", "passed_on", "on_time", "late", "overdue"
    ] = Field(description="Con số nào · which number")  # fmt: skip


class CountedOut(BaseModel):
    """Một dòng đã được đếm: một thao tác, hoặc một thời hạn · a line that was counted: an act, or a duty."""

    dossier: UUID
    number: str
    agency: str
    stage: str
    at: Instant | None = Field(
        description="Lúc thực hiện; null khi chưa thực hiện · when it was done; null if not yet"
    )
    rule: str | None = Field(description="Thời hạn liên quan · the limit it is about")


class CountedPage(BaseModel):
    """Một trang · one page."""

    items: list[CountedOut]
    next_cursor: str | None


@router.get(
    "/supervision/behind", response_model=CountedPage, responses=CSV, summary="Sau con số của kỳ · Behind a period's number"
)  # fmt: skip
def list_behind(
    filters: Annotated[BehindFilters, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Mỗi thao tác hoặc thời hạn đã đếm một dòng · one line for each act or duty that was counted."""
    page, following = counted_of(filters, actor, engine)
    return listed(request, CountedOut, [CountedOut.model_validate(vars(one)) for one in page], following)


def counted_of(filters: BehindFilters, actor: Actor, engine: Engine) -> tuple[list[Counted], str | None]:
    """A page of what was counted of months, and the cursor that leads on."""
    after = key_of(filters.cursor) if filters.cursor is not None else ""
    narrowed = Narrowed(agency=filters.agency, stage=filters.stage)
    with counted(engine, actor.scope, now()) as connection:
        found = behind(
            connection, actor, now(), narrowed, months_asked(filters), filters.what, after, filters.limit + 1
        )
    page = found[: filters.limit]
    shown(one.dossier for one in page)
    return page, cursor_of(page[-1].key) if len(found) > filters.limit else None


@router.get(
    "/supervision/figures.xlsx",
    summary="Mọi bảng số liệu · All tables of figures",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}},
)
def read_workbook(filters: Annotated[When, Query()], actor: WatcherDep, engine: EngineDep) -> Response:
    """Tổng quan, mười hai tháng, thời gian ở giai đoạn, tiến độ và tỷ lệ đúng hạn, mỗi bảng một trang tính · a sheet a table."""
    months, moment = months_asked(filters), now()
    with counted(engine, actor.scope, moment) as connection:
        narrowed = Narrowed(agency=filters.agency, stage=filters.stage)
        sheets = list(sheets_of_figures(connection, actor, moment, narrowed, months))
    content = workbook(sheets)
    name = attachment(
        f"so-lieu-{moment.astimezone(TIMEZONE):%Y-%m-%d}.xlsx", hashlib.sha256(content).hexdigest()
    )
    return Response(content, media_type=XLSX, headers=name)
