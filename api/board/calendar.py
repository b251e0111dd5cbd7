"""The working calendar: a year with its days off and swapped days, its versions, and changing it after a preview."""

from calendar import isleap
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy import Connection

from api.board import drafts
from api.board.fields import Field, values_of
from api.board.forms import Gone, Sent, SentDep, checked
from api.board.language import N_
from api.board.months import Cell, month
from api.board.navigation import LAW
from api.board.visits import ActorDep, Visit, VisitDep, pages, permitted
from api.board.words import DAY_KINDS
from api.calendar import CalendarOut, ChangesIn, read_calendar, told, versions_of
from api.errors import Fault, Problem, Said, problem_of
from api.traces import shown
from flows.calendar_change import change_calendar
from flows.calendars import Decision, in_force
from flows.engine import Actor
from flows.policy import SIGHT, may
from flows.refusals import Refusal
from models.clock import now
from models.law.calendar import ONE_DAY, WEEKEND
from models.law.limits import TIMEZONE
from models.store import SYSTEM, Scope

router = pages("/law/calendar")
KeeperDep = Annotated[Actor, Depends(permitted("calendar.change"))]
_DRAFT = drafts.Key("calendar", UUID(int=0))


@router.get("")
def lead(visit: VisitDep, _actor: ActorDep) -> Response:
    """The year it is."""
    return visit.go(f"/board/law/calendar/{now().astimezone(TIMEZONE).year}")


@router.get("/change")
def show_change(visit: VisitDep, actor: KeeperDep) -> Response:
    """The form for what an official decision says, with what was typed before."""
    return _form(visit, drafts.read(visit.parts.engine, actor.account, _DRAFT))


@router.post("/change/preview")
def preview(visit: VisitDep, actor: KeeperDep, sent: SentDep) -> Response:
    """Which open limits would move, and why it may not be; nothing is written."""
    drafts.save(visit.parts.engine, actor.account, _DRAFT, drafts.typed(sent.fields))
    try:
        asked = _asked(visit, sent)
        tried = told(
            change_calendar(visit.parts.engine, _decision(asked), actor.account, dry_run=True), dry_run=True
        )
    except (Problem, Refusal) as error:
        return _form(visit, sent.fields, problem_of(error, visit.request))
    shown(dict.fromkeys(one.dossier for one in tried.moved))
    return visit.page(
        "calendar_preview.html", tabs=LAW, asked=asked, outcome=tried, typed=sent.fields, draft=_DRAFT,
        sees=not SIGHT[actor.role].blind,
    )  # fmt: skip


@router.post("/change")
def apply(visit: VisitDep, actor: KeeperDep, sent: SentDep) -> Response:
    """Does what the preview showed, if the calendar is still the one it was shown for."""

    def write(connection: Connection) -> Gone:
        asked = _asked(visit, sent)
        done = change_calendar(connection, _decision(asked), actor.account)
        if done.version_before != sent.fields.get("version"):
            raise _not_previewed()
        days = [change.day for change in asked.changes]
        year = days[0].year if days else asked.announces
        return Gone(
            f"/board/law/calendar/{year}",
            N_("Đã đổi lịch; số thời hạn đã dời: %(count)s."),
            {"count": done.moved_count},
        )

    done = sent.once(write, scope=Scope(SYSTEM, actor.account))
    return done or _form(visit, sent.fields, sent.problem)


@router.get("/{year}")
def show(visit: VisitDep, actor: ActorDep, year: int) -> Response:
    """Twelve months, each day that differs with the decision behind it, and every version there was."""
    found, calendar = read_calendar(year, actor, visit.parts.engine), in_force(visit.parts.engine)
    return visit.page(
        "calendar.html", tabs=LAW, calendar=found, months=[month(year, number) for number in range(1, 13)],
        cells=_cells(found), versions=list(reversed(versions_of(visit.parts.engine))), may_change=may(actor.role, "calendar.change"),
        years=range(max(calendar.first_year, year - 2), min(calendar.last_year, year + 2) + 1),
        bounds=(calendar.first_year, calendar.last_year),
    )  # fmt: skip


def _cells(found: CalendarOut) -> dict[object, Cell]:
    """Weekends, and over them what decisions say."""
    first = date(found.year, 1, 1)
    days = (first + number * ONE_DAY for number in range(366 if isleap(found.year) else 365))
    cells: dict[object, Cell] = {day: Cell("weekend") for day in days if day.weekday() in WEEKEND}
    for one in found.days:
        mark = ("N" if one.kind == "off" else "L") + ("" if one.certain else "?")
        cells[one.day] = Cell(f"{one.kind}{'' if one.certain else ' doubtful'}", mark, one.name)
    return cells


def _fields(visit: Visit) -> list[Field]:
    kinds = {code: visit.say(name) for code, name in DAY_KINDS.items()}
    one = (
        Field("changes.day", "day", "Ngày", "Day", required=True),
        Field("changes.kind", "choice", "Trở thành", "Becomes", required=True, choices=kinds),
        Field("changes.name", "text", "Tên gọi", "Called", N_("Ví dụ: Nghỉ bù Quốc khánh"), required=True, longest=500),
        Field("changes.citation", "text", "Văn bản", "Decision", N_("Số, ngày và cơ quan ban hành"), required=True, longest=500),
    )  # fmt: skip
    return [
        Field("changes", "list", "Ngày thay đổi", "Days that change", parts=one),
        Field("announces", "number", "Công bố lịch nghỉ của năm", "Announces the days off of the year",
              N_("Chỉ khi văn bản công bố lịch nghỉ của cả một năm.")),
        Field("citation", "text", "Văn bản công bố", "The announcement", longest=500),
    ]  # fmt: skip


def _asked(visit: Visit, sent: Sent) -> ChangesIn:
    return checked(ChangesIn, values_of(_fields(visit), sent.fields))


def _decision(asked: ChangesIn) -> Decision:
    return Decision(tuple(asked.changes), asked.announces, asked.citation)


def _form(visit: Visit, typed: dict[str, str], problem: Problem | None = None) -> Response:
    return visit.page(
        "calendar_change.html", status=problem.status if problem else 200, tabs=LAW, fields=_fields(visit), values=typed,
        problem=problem, draft=_DRAFT,
    )  # fmt: skip


def _not_previewed() -> Problem:
    said = Said(
        "Lịch đã đổi sau khi xem trước, hoặc chưa xem trước: hãy xem trước lại",
        "The calendar changed after the preview, or there was none: preview it again",
    )
    return Problem(
        409,
        "not_previewed",
        Said("Chưa thực hiện được", "It cannot be done now"),
        [Fault("not_previewed", said)],
    )
