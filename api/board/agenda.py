"""A month of the territory: on which days duties end and courts sit."""

from calendar import Calendar
from datetime import date
from typing import Annotated

from fastapi import Query, Response

from api.board import asked
from api.board.asked import ChosenMonth, WatcherDep, address
from api.board.dossier import names_of
from api.board.files import download as workbook_of
from api.board.visits import VisitDep, pages
from api.due_days import month_asked
from flows.performance import month_after
from flows.sheets import Sheet
from models.clock import now
from models.law.limits import TIMEZONE
from models.law.schema import Stage
from models.law.words import STAGE_NAMES
from models.store import unit_of_work

router = pages("/calendar")
MonthDep = Annotated[ChosenMonth, Query()]


@router.get("")
def show(visit: VisitDep, actor: WatcherDep, filters: MonthDep) -> Response:
    """Weeks of days, each with what is due and heard on it; the hearings below, day by day."""
    found, sessions = month_asked(filters, actor, visit.parts.engine)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        names = names_of(connection, {one.holder for one in sessions} | {filters.agency or ""})
    first = found[0].day
    by_day = {one.day: one for one in found}
    weeks = [
        [by_day.get(day) for day in week] for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    return visit.page(
        "agenda.html", weeks=weeks, sessions=sessions, first=first, agencies=names, filters=filters, asked=asked,
        today=now().astimezone(TIMEZONE).date(), before=_month(visit, month_after(first, -1)), after=_month(visit, month_after(first, 1)),
        this=visit.address(month=None), stages=list(Stage)[:-1], due=sum(one.due for one in found),
        file=address("/board/calendar.xlsx", month=first, agency=filters.agency, stage=filters.stage),
    )  # fmt: skip


def _month(visit: VisitDep, first: date) -> str:
    return visit.address(month=first)


@router.get(".xlsx")
def download(visit: VisitDep, actor: WatcherDep, filters: MonthDep) -> Response:
    """Days and hearings as a workbook."""
    found, sessions = month_asked(filters, actor, visit.parts.engine)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        names = names_of(connection, {one.holder for one in sessions})
    day_heads = [("Ngày", "Day"), ("Hồ sơ đến hạn", "Dossiers due"), ("Trong đó quá hạn", "Of these overdue"), ("Phiên họp", "Hearings")]  # fmt: skip
    heads = [("Lúc", "At"), ("Số hồ sơ", "Number"), ("Giai đoạn", "Stage"), ("Mã cơ quan", "Agency"), ("Cơ quan", "Name"), ("Đã họp", "Held")]  # fmt: skip
    return workbook_of("lich", [
        Sheet("Ngày · Days", day_heads, [(one.day, one.due, one.overdue, one.hearings) for one in found]),
        Sheet("Phiên họp · Hearings", heads, [
            (one.at, one.number, STAGE_NAMES[Stage(one.stage)], one.holder, names.get(one.holder), one.held) for one in sessions
        ]),
    ])  # fmt: skip
