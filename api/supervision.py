"""Supervision: how many dossiers are where, what stands in their way and who must act, and how fast agencies are."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Engine

from api.answers import Instant
from api.dependencies import EngineDep, LanguageDep, allowed
from api.errors import Language
from api.pages import CSV, Page, cursor_of, key_of, listed
from api.traces import shown
from flows.detectors import DETECTORS, Severity
from flows.engine import Actor
from flows.findings import THIS_WEEK, counted
from flows.overview import Place, overview, places
from flows.performance import Months, Speed, days_of, last_months, months_of, performance
from flows.standstill import Narrowed, Stuck, stuck
from models.clock import now
from models.law.counting import midnight
from models.law.facts import Day
from models.law.limits import TIMEZONE
from models.law.schema import Stage

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])
watcher = allowed("supervision.read")
WatcherDep = Annotated[Actor, Depends(watcher)]
Cause = Literal[
    "overdue", "due_soon", "time_bar", "nobody_can_act", "waiting_for_answer", "returned_often", "idle", "failed_work",
    "absconded", "held_without_ground", "law_changed", "inconsistent",
]  # fmt: skip


class Where(BaseModel):
    """Which agencies and stages."""

    model_config = ConfigDict(extra="forbid")

    agency: str | None = Field(default=None, max_length=100, description="Cơ quan giữ hồ sơ · holding agency")
    stage: Stage | None = Field(default=None, description="Giai đoạn · stage")


class Places(Where, Page):
    """Which agencies and stages, page by page."""


class StuckFilters(Places):
    """Which causes."""

    cause: Cause | None = Field(default=None, description="Nguyên nhân · cause")
    severity: Severity | None = Field(default=None, description="Mức độ · severity")
    order: Literal["number", "severity", "since"] = Field(
        default="number",
        description="Theo số hồ sơ, nặng nhất trước, hoặc vướng lâu nhất trước · by number, gravest or longest first",
    )


AskedDay = Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
"""A day of years that books and calendars may know."""


class When(Where):
    """Which whole months, by days in the first and the last; this month and the two before when left out."""

    first_day: AskedDay | None = Field(
        default=None, description="Một ngày trong tháng đầu · a day in the first month"
    )
    last_day: AskedDay | None = Field(
        default=None, description="Một ngày trong tháng cuối · a day in the last month"
    )

    @model_validator(mode="after")
    def days_are_in_order(self) -> Self:
        """The last day is not before the first; without one, the last is today."""
        last = self.last_day or now().astimezone(TIMEZONE).date()
        if self.first_day and last < self.first_day:
            raise ValueError("last_day phải sau first_day / last_day must not be before first_day")
        return self


class Period(When, Page):
    """Which whole months, page by page."""


class PlaceOut(BaseModel):
    """Hồ sơ đang mở của một cơ quan ở một giai đoạn · an agency's open dossiers in a stage."""

    agency: str
    agency_name: str
    stage: str
    open: int
    overdue: int = Field(description="Hồ sơ có thời hạn đã quá · with a duty past its end")
    due_this_week: int = Field(
        description="Hồ sơ có thời hạn từ nay đến hết Chủ nhật · with a duty due by Sunday"
    )
    due_soon: int = Field(description="Hồ sơ có thời hạn sắp hết · with a duty near its end")
    stuck: dict[str, int] = Field(description="Số hồ sơ theo nguyên nhân · dossiers by cause")
    links: dict[str, str] = Field(
        description="Địa chỉ liệt kê các hồ sơ của từng số · where each number's dossiers are listed"
    )


class OverviewOut(BaseModel):
    """Tổng quan · overview; totals are of the whole list, not of the page."""

    items: list[PlaceOut]
    next_cursor: str | None
    open: int
    overdue: int
    due_this_week: int
    due_soon: int
    stuck: dict[str, int]
    links: dict[str, str]
    as_of: Instant


class NextActionOut(BaseModel):
    """Thao tác gỡ vướng · the act that ends it."""

    code: str
    title: str


class StuckOut(BaseModel):
    """Một điều vướng của hồ sơ · something in a dossier's way."""

    dossier: UUID
    number: str
    stage: str
    holder: str
    cause: str
    cause_title: str
    since: Instant
    severity: Severity
    who_must_act: list[str] = Field(description="Mã cơ quan phải làm · codes of the agencies that must act")
    what_is_missing: str
    citation: str
    next_action: NextActionOut | None
    rule: str | None = Field(description="Thời hạn liên quan · the limit it is about")


class StuckPage(BaseModel):
    """Một trang · one page, by dossier number and cause."""

    items: list[StuckOut]
    next_cursor: str | None


class SpeedOut(BaseModel):
    """Một cơ quan ở một giai đoạn trong kỳ · an agency in a stage over the period."""

    agency: str
    agency_name: str
    stage: str
    passed_on: int = Field(
        description="Số hồ sơ chuyển khỏi giai đoạn · dossiers that left the stage by its act"
    )
    median_days: float | None
    p90_days: float | None
    duties: int = Field(description="Số thời hạn đã hoàn thành · duties it met, late or not")
    on_time: int
    on_time_share: float | None = Field(description="Tỷ lệ đúng hạn, 0–1 · share on time")
    returned: int = Field(description="Số lần trả hồ sơ · files it returned")
    supplemented: int = Field(description="Số lần bổ sung hồ sơ · files it supplemented")
    links: dict[str, str] = Field(
        description="Địa chỉ liệt kê từng số · where each number's lines are listed"
    )


class SpeedPage(BaseModel):
    """Một trang · one page."""

    items: list[SpeedOut]
    next_cursor: str | None
    first_day: date
    last_day: date


@router.get("/overview", response_model=OverviewOut, summary="Tổng quan · Overview", responses=CSV)
def read_overview(
    filters: Annotated[Places, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Số hồ sơ theo cơ quan và giai đoạn, quá hạn, sắp hết hạn, vướng theo nguyên nhân · counts by agency and stage.

    Tính từ dữ liệu tại lúc hỏi; `Accept: text/csv` cho cùng danh sách dạng CSV · computed when asked; the same as CSV.
    """
    moment = now()
    after = key_of(filters.cursor) if filters.cursor is not None else ""
    narrowed = Narrowed(agency=filters.agency, stage=filters.stage)
    with counted(engine, actor.scope, moment) as connection:
        seen = overview(connection, actor, moment, narrowed)
        found = places(connection, actor, moment, narrowed, after, filters.limit + 1)
    page = found[: filters.limit]
    following = cursor_of(f"{page[-1].agency} {page[-1].stage}") if len(found) > filters.limit else None
    items = [PlaceOut.model_validate({**vars(place), "links": _links_of(place)}) for place in page]
    totals = {name: getattr(seen, name) for name in ("open", "overdue", "due_this_week", "due_soon", "stuck")}
    links = links_to_dossiers(
        ("overdue", THIS_WEEK, "due_soon", *seen.stuck), agency=filters.agency, stage=filters.stage
    )
    as_of = moment.astimezone(TIMEZONE).isoformat()
    return listed(request, PlaceOut, items, following, **totals, links=links, as_of=as_of)


def _links_of(place: Place) -> dict[str, str]:
    return links_to_dossiers(
        ("overdue", THIS_WEEK, "due_soon", *place.stuck), agency=place.agency, stage=place.stage
    )


def links_to_dossiers(names: Iterable[str], **narrowed: str | None) -> dict[str, str]:
    """Where the dossiers behind the numbers of a place are listed: all open ones, those due this week, those with a cause."""
    asked = {"": {}, THIS_WEEK: {"due": "this_week"}} | {cause: {"cause": cause} for cause in DETECTORS}
    found = {}
    for name in ("", *names):
        values = {key: str(value) for key, value in narrowed.items() if value} | asked[name]
        found[name or "open"] = "/v1/supervision/dossiers" + (f"?{urlencode(values)}" if values else "")
    return found


@router.get("/stuck", response_model=StuckPage, summary="Hồ sơ vướng · What stands still", responses=CSV)
def list_stuck(
    filters: Annotated[StuckFilters, Query()], actor: WatcherDep, engine: EngineDep, language: LanguageDep,
    request: Request,
) -> Response:  # fmt: skip
    """Vì sao, từ khi nào, ai phải làm gì · why, since when, and who must do what."""
    page, following = stuck_of(filters, actor, engine)
    return listed(request, StuckOut, [_stuck(one, language) for one in page], following)


def stuck_of(filters: StuckFilters, actor: Actor, engine: Engine) -> tuple[list[Stuck], str | None]:
    """A page of what stands in dossiers' ways, and the cursor that leads on."""
    after = key_of(filters.cursor) if filters.cursor is not None else ""
    narrowed = Narrowed(filters.cause, filters.agency, filters.stage, filters.severity)
    moment = now()
    with counted(engine, actor.scope, moment) as connection:
        found = stuck(connection, actor, moment, narrowed, after, filters.limit + 1, filters.order)
    page = found[: filters.limit]
    shown(one.dossier for one in page)
    return page, cursor_of(page[-1].key) if len(found) > filters.limit else None


@router.get("/performance", response_model=SpeedPage, summary="Tiến độ · Performance", responses=CSV)
def read_performance(
    filters: Annotated[Period, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Trung vị, p90 số ngày ở giai đoạn và tỷ lệ đúng hạn của từng cơ quan · median, p90 and share on time."""
    months = months_asked(filters)
    after = key_of(filters.cursor) if filters.cursor is not None else ""
    narrowed = Narrowed(agency=filters.agency, stage=filters.stage)
    with counted(engine, actor.scope, now()) as connection:
        found = performance(connection, actor, narrowed, months, after, filters.limit + 1)
    page = found[: filters.limit]
    following = cursor_of(f"{page[-1].agency} {page[-1].stage}") if len(found) > filters.limit else None
    first, last = days_of(months)
    return listed(
        request, SpeedOut, [_speed(one, months) for one in page], following, first_day=first.isoformat(),
        last_day=last.isoformat(),
    )  # fmt: skip


def months_asked(filters: When) -> Months:
    """The months of a period; this one and the two before when none is given."""
    last = filters.last_day or now().astimezone(TIMEZONE).date()
    return months_of(filters.first_day, last) if filters.first_day else last_months(midnight(last), 3)


def _speed(one: Speed, months: Months) -> SpeedOut:
    links = links_behind(
        ("passed_on", "on_time", "late", "returned", "supplemented"),
        months,
        agency=one.agency,
        stage=one.stage,
    )
    return SpeedOut.model_validate({**vars(one), "on_time_share": one.on_time_share, "links": links})


def links_behind(whats: Iterable[str], months: Months, **narrowed: str | None) -> dict[str, str]:
    """Where what was counted of months is listed, line by line."""
    first, last = days_of(months)
    told = {key: value for key, value in narrowed.items() if value} | {
        "first_day": str(first),
        "last_day": str(last),
    }
    return {what: f"/v1/supervision/behind?{urlencode({'what': what, **told})}" for what in whats}


def _stuck(one: Stuck, language: Language) -> StuckOut:
    detector, english = DETECTORS[one.cause], language == "en"
    following = None
    if one.next_code and one.next_title:
        following = NextActionOut(code=one.next_code, title=one.next_title[english])
    return StuckOut(
        dossier=one.dossier, number=one.number, stage=one.stage, holder=one.holder, cause=one.cause,
        cause_title=detector.title_en if english else detector.title, since=one.since, severity=one.severity,
        who_must_act=list(one.who), what_is_missing=one.missing[english], citation=one.citation or "",
        next_action=following, rule=one.rule,
    )  # fmt: skip
