"""How agencies did over a period: days from taking a dossier over to passing it on, duties kept, returns and supplements."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response

from api.board import asked
from api.board.asked import ChosenPeriod, ChosenWhen, WatcherDep, address
from api.board.charts import address_of_times
from api.board.dossier import names_of
from api.board.overview import in_order
from api.board.visits import Visit, VisitDep, pages
from api.figures import read_workbook
from api.pages import cursor_of, key_of
from api.supervision import months_asked
from flows.detectors import STAGES
from flows.findings import counted
from flows.performance import days_of, last_months, month_after, performance, stage_times
from flows.standstill import Narrowed
from models.clock import now

router = pages("")
_BACK = 36
"""Months that can be chosen from."""


@router.get("/performance")
def show(visit: VisitDep, actor: WatcherDep, filters: Annotated[ChosenPeriod, Query()]) -> Response:
    """A line for each agency and stage; each number leads to what was counted."""
    months, narrowed = months_asked(filters), Narrowed(agency=filters.agency, stage=filters.stage)
    after = key_of(filters.cursor) if filters.cursor is not None else ""
    with counted(visit.parts.engine, actor.scope, now()) as connection:
        found = performance(connection, actor, narrowed, months, after, filters.limit + 1)
        times = stage_times(connection, actor, narrowed, months)
        names = names_of(connection, {filters.agency or ""})
    shown = found[: filters.limit]
    following = cursor_of(f"{shown[-1].agency} {shown[-1].stage}") if len(found) > filters.limit else None
    this = last_months(now(), 1).first
    first, last = days_of(months)
    return visit.page(
        "performance.html", speeds=shown, following=following, months=months, filters=filters, agencies=names, asked=asked,
        choices=[month_after(this, -number) for number in range(_BACK)], spans=address_of_times(times), times=in_order(times),
        spells=_spells(visit, this), stages=STAGES,
        file=address("/board/figures.xlsx", first_day=first, last_day=last, agency=filters.agency, stage=filters.stage),
    )  # fmt: skip


def _spells(visit: Visit, this: date) -> list[tuple[int, date, str]]:
    """Periods one often asks for: so many months up to this one, the first of them, and where they are."""
    firsts = [(number, month_after(this, 1 - number)) for number in (1, 3, 6, 12)]
    return [
        (number, first, visit.address(first_day=first, last_day=this, cursor=None))
        for number, first in firsts
    ]


@router.get("/figures.xlsx")
def download(visit: VisitDep, actor: WatcherDep, filters: Annotated[ChosenWhen, Query()]) -> Response:
    """Every table of figures of a period, a sheet each."""
    return read_workbook(filters, actor, visit.parts.engine)
