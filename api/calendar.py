"""The working calendar: its years, its versions, and changing it with the open limits that move."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine, text

from api.answers import Instant
from api.dependencies import CalendarKeeperDep, CurrentActor, EngineDep
from api.errors import Fault, Problem, Said
from api.idempotency import Answer, OnceForAllDep
from api.json_response import JSONResponse
from api.pages import CSV, whole
from flows.calendar_change import Moved, Outcome, change_calendar
from flows.calendars import Decision, in_force
from models.law.calendar import Change, Name, UnknownYearError, baseline
from models.store import SYSTEM, Scope, unit_of_work

router = APIRouter(prefix="/v1/calendar", tags=["law"])


class DayOut(BaseModel):
    """Ngày khác với tuần làm việc thường · a day that differs from a plain week."""

    day: date
    kind: Literal["off", "working"]
    name: str
    citation: str
    certain: bool = Field(description="Chắc chắn, hay mới chỉ dự kiến · certain, or only estimated so far")
    recorded_at: Instant | None = Field(
        description="Lúc ghi thay đổi; null: có sẵn trong lịch gốc · when the change was recorded; null in the baseline"
    )


class CalendarOut(BaseModel):
    """Lịch làm việc của một năm · the working calendar of a year."""

    year: int
    version: str
    confirmed: bool = Field(description="Lịch nghỉ của năm đã công bố · its days off have been announced")
    announcement: str | None = Field(
        description="Văn bản công bố lịch nghỉ, nếu đã biết số · the decisions that announced it, where known"
    )
    days: list[DayOut]


class VersionOut(BaseModel):
    """Một phiên bản của lịch · a version of the calendar."""

    version: str
    recorded_at: Instant | None = Field(description="null: lịch gốc · null for the baseline")
    account: UUID | None
    changes: list[Change]
    announces: int | None = Field(description="Năm được công bố · the year it announces")
    announcement: str | None


class ChangesIn(BaseModel):
    """Thay đổi lịch theo văn bản · changes of the calendar by official decisions."""

    model_config = ConfigDict(extra="forbid")

    changes: list[Change] = Field(
        default=[],
        max_length=100,
        examples=[[{"day": "2026-09-07", "kind": "off", "name": "Nghỉ do bão", "citation": "Công điện …"}]],
    )
    announces: int | None = Field(
        default=None,
        strict=True,
        description="Năm mà văn bản công bố lịch nghỉ · the year whose days off the announcement makes known",
        examples=[None],
    )
    citation: Name | None = Field(
        default=None,
        description="Văn bản công bố, bắt buộc khi có `announces` · the announcement, needed with `announces`",
        examples=[None],
    )


class MovedOut(BaseModel):
    """Thời hạn bị dời · a limit that moves."""

    dossier: UUID
    number: str
    holder: str
    rule: str
    title: str
    title_en: str
    due_before: Instant
    due_after: Instant
    last_day_before: date
    last_day_after: date
    warning_before: Instant | None = Field(
        description="Hết mức thứ nhất · the end of the first of two amounts"
    )
    warning_after: Instant | None
    opens_before: Instant | None = Field(description="Được làm từ · from when it may be done")
    opens_after: Instant | None


class ChangesOut(BaseModel):
    """Kết quả, hoặc kết quả sẽ có · what was done, or would be."""

    dry_run: bool
    calendar_version_before: str
    calendar_version: str
    looked_at: int = Field(description="Số thời hạn đang mở đã xem · open limits that were looked at")
    moved_count: int = Field(description="Số thời hạn bị dời · limits that move")
    explained_anew: int = Field(
        description="Số thời hạn giữ nguyên hạn nhưng cách tính được viết lại · limits that end as before, explained anew"
    )
    moved: list[MovedOut] = Field(description="Không quá 500 thời hạn · the first 500 at most")
    left_count: int = Field(
        description="Thời hạn giữ nguyên vì dữ kiện đã đổi, phải xem lại · left as they are, for facts changed: review them"
    )
    left: list[str] = Field(
        description="Số hồ sơ và quy tắc, không quá 5 · dossier and rule, the first 5 at most"
    )


_SETS = text("""
    SELECT s.version, s.recorded_at, s.account, s.announces, s.announcement, coalesce(
        jsonb_agg(to_jsonb(c) - 'change_set' ORDER BY c.day) FILTER (WHERE c.day IS NOT NULL), '[]') AS changes
    FROM calendar_change_set s LEFT JOIN calendar_change c ON c.change_set = s.id GROUP BY s.id ORDER BY s.id
""")


@router.get(
    "/versions", response_model=list[VersionOut], summary="Các phiên bản của lịch · Versions of the calendar",
    responses=CSV,
)  # fmt: skip
def list_versions(_actor: CurrentActor, engine: EngineDep, request: Request) -> Response:
    """Lịch gốc, rồi từng lần thay đổi theo thứ tự ghi · the baseline, then each change as it was recorded."""
    return whole(request, VersionOut, versions_of(engine))


@router.get("/{year:named}", summary="Lịch làm việc · Working calendar")
def read_calendar(year: int, _actor: CurrentActor, engine: EngineDep) -> CalendarOut:
    """Ngày nghỉ và ngày làm bù, kèm văn bản · days off and swapped days with the texts that say so."""
    calendar = in_force(engine)
    try:
        days = calendar.year(year)
    except (UnknownYearError, ValueError, OverflowError):
        said = Said(f"Lịch không có năm {year}", f"The calendar does not cover {year}")
        raise Problem(404, "unknown_year", said, [Fault("unknown_year", said, "year")]) from None
    recorded = {change.day: one.recorded_at for one in _recorded(engine) for change in one.changes}
    return CalendarOut(
        year=year,
        version=calendar.version,
        confirmed=calendar.confirmed(year),
        announcement=calendar.announcements.get(year),
        days=[
            DayOut(**day.model_dump(), certain=calendar.certain(day.day), recorded_at=recorded.get(day.day))
            for day in days
        ],
    )


@router.post("/changes", response_model=ChangesOut, summary="Thay đổi lịch · Change the calendar")
def change(
    body: ChangesIn,
    actor: CalendarKeeperDep,
    engine: EngineDep,
    once: OnceForAllDep,
    dry_run: Annotated[
        bool, Query(description="Chỉ xem thời hạn nào bị dời · tell what would move, write nothing")
    ] = False,
) -> JSONResponse:
    """Dời các thời hạn đang mở, mỗi thời hạn một dòng nhật ký; thời hạn đã kết thúc giữ nguyên.

    Open limits move, each with a line in its journal; those that have ended stay. Người giám sát hoặc người quản trị ·
    by a supervisor or an administrator.
    """
    decision = Decision(tuple(body.changes), body.announces, body.citation)
    if dry_run:
        tried = change_calendar(engine, decision, actor.account, dry_run=True)
        return JSONResponse(told(tried, dry_run=True).model_dump(mode="json"))

    def write(connection: Connection) -> Answer:
        return Answer(told(change_calendar(connection, decision, actor.account), dry_run=False))

    return once(body.model_dump(mode="json"), write)


def versions_of(engine: Engine) -> list[VersionOut]:
    """The baseline, then each change as it was recorded."""
    shipped = VersionOut(
        version=baseline().version,
        recorded_at=None,
        account=None,
        changes=[],
        announces=None,
        announcement=None,
    )
    return [shipped, *_recorded(engine)]


def _recorded(engine: Engine) -> list[VersionOut]:
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        return [VersionOut.model_validate(dict(row)) for row in connection.execute(_SETS).mappings()]


def told(outcome: Outcome, *, dry_run: bool) -> ChangesOut:
    """What a change does, or would do, as it is answered."""
    return ChangesOut(
        dry_run=dry_run,
        calendar_version_before=outcome.version_before,
        calendar_version=outcome.version,
        looked_at=outcome.looked_at,
        moved_count=outcome.moved_count,
        explained_anew=outcome.explained_anew,
        moved=[MovedOut(**_moved(one)) for one in outcome.moved],
        left_count=outcome.left.number,
        left=outcome.left.first,
    )


def _moved(one: Moved) -> dict[str, Any]:
    return {
        "dossier": one.dossier,
        "number": one.number,
        "holder": one.holder,
        "rule": one.rule.id,
        "title": one.rule.title,
        "title_en": one.rule.title_en,
        **{
            f"{name}_{when}": value
            for when, ends in (("before", one.before), ("after", one.after))
            for name, value in zip(("due", "last_day", "warning", "opens"), ends, strict=True)
        },
    }
