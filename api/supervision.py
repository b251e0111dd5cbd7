"""Supervision: how many dossiers are where, what stands in their way and who must act, and how fast agencies are."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, model_validator

from api.answers import Instant
from api.dependencies import EngineDep, LanguageDep, allowed
from api.errors import Language
from api.pages import CSV, Page, cursor_of, key_of, listed
from flows.books import title_of
from flows.detectors import DETECTORS, Severity
from flows.engine import Actor
from flows.standstill import Narrowed, Stuck, overview, performance, stuck
from models.clock import now
from models.law.facts import Day
from models.law.limits import TIMEZONE
from models.law.schema import Stage
from models.store import unit_of_work

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])
watcher = allowed("supervision.read")
WatcherDep = Annotated[Actor, Depends(watcher)]
T = TypeVar("T")
Cause = Literal[
    "overdue", "due_soon", "time_bar", "nobody_can_act", "waiting_for_answer", "returned_often", "idle", "failed_work",
    "absconded", "held_without_ground", "law_changed", "inconsistent",
]  # fmt: skip


class Places(Page):
    """Which agencies and stages."""

    agency: str | None = Field(default=None, max_length=100, description="Cơ quan giữ hồ sơ · holding agency")
    stage: Stage | None = Field(default=None, description="Giai đoạn · stage")


class StuckFilters(Places):
    """Which causes."""

    cause: Cause | None = Field(default=None, description="Nguyên nhân · cause")
    severity: Severity | None = Field(default=None, description="Mức độ · severity")


class Period(Places):
    """Which legal days; the last ninety when left out."""

    first_day: Day | None = Field(default=None, description="Từ ngày · from this day")
    last_day: Day | None = Field(default=None, description="Đến hết ngày · to the end of this day")

    @model_validator(mode="after")
    def days_are_in_order(self) -> "Period":
        """The last day is not before the first."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("last_day phải sau first_day / last_day must not be before first_day")
        return self


class PlaceOut(BaseModel):
    """Hồ sơ đang mở của một cơ quan ở một giai đoạn · an agency's open dossiers in a stage."""

    agency: str
    agency_name: str
    stage: str
    open: int
    overdue: int = Field(description="Hồ sơ có thời hạn đã quá · with a duty past its end")
    due_soon: int = Field(description="Hồ sơ có thời hạn sắp hết · with a duty near its end")
    stuck: dict[str, int] = Field(description="Số hồ sơ theo nguyên nhân · dossiers by cause")


class OverviewOut(BaseModel):
    """Tổng quan · overview; totals are of the whole list, not of the page."""

    items: list[PlaceOut]
    next_cursor: str | None
    open: int
    overdue: int
    due_soon: int
    stuck: dict[str, int]
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
    with unit_of_work(engine, actor.scope) as connection:
        places = overview(connection, actor, moment, Narrowed(agency=filters.agency, stage=filters.stage))
    totals = {cause: sum(place.stuck.get(cause, 0) for place in places) for cause in DETECTORS}
    page, following = _page(places, filters, lambda place: f"{place.agency} {place.stage}")
    items = [PlaceOut.model_validate(vars(place)) for place in page]
    return listed(
        request, PlaceOut, items, following, open=sum(place.open for place in places),
        overdue=sum(place.overdue for place in places), due_soon=sum(place.due_soon for place in places),
        stuck={cause: count for cause, count in totals.items() if count}, as_of=moment.astimezone(TIMEZONE).isoformat(),
    )  # fmt: skip


@router.get("/stuck", response_model=StuckPage, summary="Hồ sơ vướng · What stands still", responses=CSV)
def list_stuck(
    filters: Annotated[StuckFilters, Query()], actor: WatcherDep, engine: EngineDep, language: LanguageDep,
    request: Request,
) -> Response:  # fmt: skip
    """Vì sao, từ khi nào, ai phải làm gì · why, since when, and who must do what."""
    after = key_of(filters.cursor) if filters.cursor is not None else ""
    narrowed = Narrowed(filters.cause, filters.agency, filters.stage, filters.severity)
    with unit_of_work(engine, actor.scope) as connection:
        found = stuck(connection, actor, now(), narrowed, after, filters.limit + 1)
    following = cursor_of(found[filters.limit - 1].key) if len(found) > filters.limit else None
    return listed(request, StuckOut, [_stuck(one, language) for one in found[: filters.limit]], following)


@router.get("/performance", response_model=SpeedPage, summary="Tiến độ · Performance", responses=CSV)
def read_performance(
    filters: Annotated[Period, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Trung vị, p90 số ngày ở giai đoạn và tỷ lệ đúng hạn của từng cơ quan · median, p90 and share on time."""
    last = filters.last_day or now().astimezone(TIMEZONE).date()
    first = filters.first_day or last - timedelta(days=89)
    with unit_of_work(engine, actor.scope) as connection:
        found = performance(
            connection, actor, Narrowed(agency=filters.agency, stage=filters.stage), first, last
        )
    page, following = _page(found, filters, lambda one: f"{one.agency} {one.stage}")
    items = [SpeedOut.model_validate({**vars(one), "on_time_share": one.on_time_share}) for one in page]
    return listed(request, SpeedOut, items, following, first_day=first.isoformat(), last_day=last.isoformat())


def _page(found: Sequence[T], page: Page, key: Callable[[T], str]) -> tuple[list[T], str | None]:
    """The lines of a page, and the cursor that leads on; the list itself is some agencies long."""
    after = key_of(page.cursor) if page.cursor is not None else ""
    rest = [one for one in found if key(one) > after]
    shown = rest[: page.limit]
    return shown, cursor_of(key(shown[-1])) if len(rest) > page.limit else None


def _stuck(one: Stuck, language: Language) -> StuckOut:
    detector, english = DETECTORS[one.cause], language == "en"
    following = None
    if one.next_code:
        action = one.action
        title = (
            (action.title_en if english else action.title) if action else title_of(one.next_code, one.book)
        )
        following = NextActionOut(code=one.next_code, title=title)
    return StuckOut(
        dossier=one.dossier, number=one.number, stage=one.stage, holder=one.holder, cause=one.cause,
        cause_title=detector.title_en if english else detector.title, since=one.since, severity=one.severity,
        who_must_act=list(one.who), what_is_missing=one.missing[english], citation=one.citation or "",
        next_action=following, rule=one.rule,
    )  # fmt: skip
