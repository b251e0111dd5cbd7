"""The supervisor's morning: how many dossiers are where, what is late, what stands in their way, and how a year went."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Query, Response

from api.board import asked
from api.board.asked import ChosenPage, ChosenPlaces, PlacesDep, WatcherDep
from api.board.charts import address_of_times, address_of_trend
from api.board.visits import VisitDep, pages
from flows.detectors import DETECTORS, STAGES
from flows.findings import THIS_WEEK, counted
from flows.overview import Overview, Place, latest, overview
from flows.performance import StageTime, last_months, shares, stage_times, trend
from flows.standstill import Narrowed
from models.clock import now

router = pages("")
FIRST, A_PAGE = 12, 50
"""Agencies in the overview, and on a page of them all."""
_HOT = (1, 5, 15, 40)
"""Dossiers past a limit from which a cell is a shade darker."""


@dataclass
class Row:
    """An agency's dossiers by stage, with their sums."""

    code: str
    name: str
    cells: dict[str, Place] = field(default_factory=dict)
    open: int = 0
    overdue: int = 0
    """Those past a limit."""
    due_this_week: int = 0
    """Those with a duty due by Sunday."""

    def add(self, place: Place) -> None:
        """A stage more."""
        self.cells[place.stage] = place
        self.open += place.open
        self.overdue += place.overdue
        self.due_this_week += place.due_this_week


def in_order(times: Sequence[StageTime]) -> list[StageTime]:
    """Stages in the order in which dossiers pass them."""
    return sorted(times, key=lambda one: STAGES.index(one.stage) if one.stage in STAGES else len(STAGES))


def heat(overdue: int) -> int:
    """How dark a cell with so many late dossiers is: from 0 to 4."""
    return sum(overdue >= most for most in _HOT)


@router.get("/overview")
def show(visit: VisitDep, actor: WatcherDep, places: PlacesDep) -> Response:
    """All in one: numbers, each leading to the dossiers behind it."""
    moment, narrowed = now(), Narrowed(agency=places.agency, stage=places.stage)
    year = last_months(moment)
    with counted(visit.parts.engine, actor.scope, moment) as connection:
        seen = overview(connection, actor, moment, narrowed)
        held, agencies = latest(connection, actor, narrowed, 0, FIRST)
        months = trend(connection, actor, moment, narrowed, year)
        times = stage_times(connection, actor, narrowed, year)
        kept = shares(connection, actor, narrowed, year, FIRST)
    return visit.page(
        "overview.html", seen=seen, rows=rows_of(held), agencies=agencies, total=total_of(seen), months=months, year=year,
        times=in_order(times), shares=kept, moment=moment, places=places,
        trend=address_of_trend(months), spans=address_of_times(times), **words_of(seen),
    )  # fmt: skip


@router.get("/agencies")
def list_agencies(visit: VisitDep, actor: WatcherDep, page: Annotated[ChosenPage, Query()]) -> Response:
    """Every agency that holds open dossiers, those with most late ones first."""
    moment, everything = now(), Narrowed()
    with counted(visit.parts.engine, actor.scope, moment) as connection:
        seen = overview(connection, actor, moment, everything)
        held, agencies = latest(connection, actor, everything, A_PAGE * (page.cursor - 1), A_PAGE)
    return visit.page(
        "watched_agencies.html", rows=rows_of(held), agencies=agencies, total=total_of(seen), places=ChosenPlaces(),
        following=page.cursor + 1 if agencies > A_PAGE * page.cursor else None, **words_of(seen),
    )  # fmt: skip


def rows_of(places: Sequence[Place]) -> list[Row]:
    """The places by agency: those with most late dossiers first, then those with most."""
    found: dict[str, Row] = {}
    for place in places:
        if place.agency not in found:
            found[place.agency] = Row(place.agency, place.agency_name)
        found[place.agency].add(place)
    return sorted(found.values(), key=lambda row: (-row.overdue, -row.open, row.code))


def total_of(seen: Overview) -> dict[str, Place]:
    """All agencies together, by stage."""
    return {place.stage: place for place in seen.stages}


def words_of(seen: Overview) -> dict[str, Any]:
    """What templates of the overview ask for beside its numbers."""
    return {
        "asked": asked, "detectors": DETECTORS, "stages": STAGES, "heat": heat, "this_week": {"due": "this_week"},
        "most": max(seen.stuck.values(), default=0), "THIS_WEEK": THIS_WEEK,
    }  # fmt: skip
