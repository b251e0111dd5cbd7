"""A month by its days: what is due on each and which sessions the court holds, of one's own agency or of those one watches."""

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.answers import Instant
from api.dependencies import EngineDep, OfficerDep
from api.supervision import AskedDay, WatcherDep, Where
from api.traces import shown
from flows.agenda import Day, Hearing, days, hearings
from flows.engine import Actor
from flows.performance import last_months, month_after
from flows.standstill import Narrowed
from models.clock import now
from models.store import Store, unit_of_work

router = APIRouter(prefix="/v1", tags=["supervision"])


class WorkDayOut(BaseModel):
    """Một ngày · a day."""

    day: date
    due: int = Field(
        description="Hồ sơ có thời hạn hết trong ngày · dossiers with a duty whose last day it is"
    )
    overdue: int = Field(description="Trong đó đã quá hạn · of these past its end")
    hearings: int = Field(description="Số phiên họp · sessions of the court")
    links: dict[str, str]


class HearingOut(BaseModel):
    """Một phiên họp · a session."""

    dossier: UUID
    number: str
    stage: str
    holder: str
    at: Instant
    held: bool


class WorkMonthOut(BaseModel):
    """Một tháng theo ngày · a month by days."""

    month: date
    days: list[WorkDayOut]
    hearings: list[HearingOut]


class MonthFilters(Where):
    """Which month."""

    month: AskedDay | None = Field(default=None, description="Một ngày trong tháng · a day in the month")


@router.get("/work/calendar", summary="Lịch công việc · Calendar of work")
def read_month(
    filters: Annotated[MonthFilters, Query()], actor: OfficerDep, engine: EngineDep
) -> WorkMonthOut:
    """Việc đến hạn và phiên họp từng ngày, của cơ quan mình · due dates and sessions by day, of one's own agency."""
    return _month(filters, actor, engine, "/v1/work")


@router.get("/supervision/calendar", summary="Lịch của địa bàn · Calendar of a territory")
def read_watched_month(
    filters: Annotated[MonthFilters, Query()], actor: WatcherDep, engine: EngineDep
) -> WorkMonthOut:
    """Việc đến hạn và phiên họp từng ngày, của các cơ quan mình theo dõi · of the agencies one watches."""
    return _month(filters, actor, engine, "/v1/supervision/dossiers")


def month_asked(filters: MonthFilters, actor: Actor, engine: Store) -> tuple[list[Day], list[Hearing]]:
    """The days of a month with what is due on them, and its sessions."""
    moment = now()
    first = last_months(moment, 1).first if filters.month is None else filters.month.replace(day=1)
    last = month_after(first, 1) - timedelta(days=1)
    narrowed = Narrowed(agency=filters.agency, stage=filters.stage)
    with unit_of_work(engine, actor.scope) as connection:
        found = days(connection, actor, moment, narrowed, first, last)
        sessions = hearings(connection, actor, narrowed, first, last)
    shown(one.dossier for one in sessions)
    return found, sessions


def _month(filters: MonthFilters, actor: Actor, engine: Store, path: str) -> WorkMonthOut:
    found, sessions = month_asked(filters, actor, engine)
    return WorkMonthOut(
        month=found[0].day,
        days=[_day(one, path, filters) for one in found],
        hearings=[HearingOut.model_validate(vars(one)) for one in sessions],
    )


def _day(one: Day, path: str, filters: MonthFilters) -> WorkDayOut:
    told = {"due_on": str(one.day), "agency": filters.agency, "stage": filters.stage}
    asked = urlencode({name: str(value) for name, value in told.items() if value})
    return WorkDayOut(**vars(one), links={"due": f"{path}?{asked}"})
