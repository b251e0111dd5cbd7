"""The supervisor's morning: how many dossiers are where, what is late, what stands in their way, and how a year went."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Query, Response

from api.board import asked
from api.board.asked import ChosenPage, ChosenPlaces, PlacesDep, WatcherDep
from api.board.charts import address_of_times, address_of_trend
from api.board.visits import Visit, VisitDep, pages
from flows.detectors import DETECTORS
from flows.engine import Actor
from flows.overview import THIS_WEEK, Overview, Place, overview
from flows.performance import StageTime, last_months, shares, stage_times, trend
from flows.standstill import Narrowed
from models.clock import now
from models.law.schema import Stage
from models.store import unit_of_work

router = pages("")
FIRST, A_PAGE = 12, 50
"""Agencies in the overview, and on a page of them all."""
STAGES = tuple(stage.value for stage in Stage if stage != Stage.closed)
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
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        seen = overview(connection, actor, moment, narrowed)
        months = trend(connection, actor, moment, narrowed, year)
        times = stage_times(connection, actor, narrowed, year)
        kept = shares(connection, actor, narrowed, year, FIRST)
    rows = rows_of(seen.places)
    return visit.page(
        "overview.html", seen=seen, rows=rows[:FIRST], agencies=len(rows), total=total_of(seen.places), months=months, year=year,
        times=in_order(times), shares=kept, moment=moment, places=places,
        trend=address_of_trend(months), spans=address_of_times(times), **words_of(seen),
    )  # fmt: skip


@router.get("/agencies")
def list_agencies(visit: VisitDep, actor: WatcherDep, page: Annotated[ChosenPage, Query()]) -> Response:
    """Every agency that holds open dossiers, those with most late ones first."""
    seen = read(visit, actor, ChosenPlaces())
    rows = rows_of(seen.places)
    shown = rows[A_PAGE * (page.cursor - 1) : A_PAGE * page.cursor]
    following = page.cursor + 1 if len(rows) > A_PAGE * page.cursor else None
    return visit.page(
        "watched_agencies.html", rows=shown, agencies=len(rows), total=total_of(seen.places), following=following, places=ChosenPlaces(),
        **words_of(seen),
    )  # fmt: skip


def read(visit: Visit, actor: Actor, places: ChosenPlaces) -> Overview:
    """How many are where at this moment."""
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        return overview(connection, actor, now(), Narrowed(agency=places.agency, stage=places.stage))


def rows_of(places: Sequence[Place]) -> list[Row]:
    """The places by agency: those with most late dossiers first, then those with most."""
    found: dict[str, Row] = {}
    for place in places:
        if place.agency not in found:
            found[place.agency] = Row(place.agency, place.agency_name)
        found[place.agency].add(place)
    return sorted(found.values(), key=lambda row: (-row.overdue, -row.open, row.code))


def total_of(places: Sequence[Place]) -> dict[str, Place]:
    """All agencies together, by stage."""
    found: dict[str, Place] = {}
    for place in places:
        total = found.setdefault(place.stage, Place("", "", place.stage, 0))
        total.open += place.open
        total.overdue += place.overdue
        total.due_this_week += place.due_this_week
    return found


def words_of(seen: Overview) -> dict[str, Any]:
    """What templates of the overview ask for beside its numbers."""
    return {
        "asked": asked, "detectors": DETECTORS, "stages": STAGES, "heat": heat, "this_week": {"due": "this_week"},
        "most": max(seen.stuck.values(), default=0), "THIS_WEEK": THIS_WEEK,
    }  # fmt: skip
