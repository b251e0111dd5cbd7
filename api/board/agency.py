"""An agency as its supervisors see it: its open dossiers, how it keeps its duties, and who works there with an account."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Response
from sqlalchemy import Connection, Row, func, select

from api.board.asked import ChosenPlaces, WatcherDep
from api.board.charts import address_of_trend
from api.board.overview import rows_of, words_of
from api.board.visits import VisitDep, pages
from api.errors import not_found
from flows.engine import Actor
from flows.findings import counted
from flows.overview import overview, places
from flows.performance import last_months, performance, shares, trend
from flows.policy import COURTS
from flows.standstill import WATCHING, Narrowed
from models.clock import now
from models.law.schema import AgencyKind
from models.law.words import AGENCIES
from models.seeing import ROOT
from models.store import reach
from models.tables import table

router = pages("/agencies")
_agency, _account = table("agency"), table("account")
AgencyCode = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True)
class Staff:
    """Accounts of a role in an agency, and whether somebody with such a one must be there."""

    role: str
    enabled: int
    disabled: int
    needed: bool

    @property
    def missing(self) -> bool:
        """Whether nobody of this role can sign in though somebody should."""
        return self.needed and not self.enabled


@router.get("/{code}")
def show(visit: VisitDep, actor: WatcherDep, code: AgencyCode) -> Response:
    """The agency's page; of agencies one does not watch there is none."""
    moment, narrowed = now(), Narrowed(agency=code)
    year = last_months(moment)
    with counted(visit.parts.engine, actor.scope, moment) as connection:
        agency = _watched(connection, actor, code)
        seen = overview(connection, actor, moment, narrowed)
        row = next(iter(rows_of(places(connection, actor, moment, narrowed))), None)
        months = trend(connection, actor, moment, narrowed, year)
        speeds = performance(connection, actor, narrowed, year)
        kept = shares(connection, actor, narrowed, year)
        staff = _staff(connection, agency)
    return visit.page(
        "watched_agency.html", agency=agency, kind=AGENCIES[AgencyKind(agency.kind)], seen=seen, row=row,
        months=months, year=year, speeds=speeds, share=kept[0] if kept else None, staff=staff, trend=address_of_trend(months),
        places=ChosenPlaces(agency=code), **words_of(seen),
    )  # fmt: skip


def _watched(connection: Connection, actor: Actor, code: str) -> Row[tuple[object, ...]]:
    """The agency, if the actor looks after what it holds; Problem 404 otherwise."""
    found = connection.execute(select(_agency).where(_agency.c.code == code)).one_or_none()
    reached = reach(connection)
    inside = reached.territory if actor.role in WATCHING else None
    if found is None or not (
        code in reached.agencies
        or (inside and (inside == ROOT or f"{found.territory}/".startswith(f"{inside}/")))
    ):
        raise not_found()
    return found


def _staff(connection: Connection, agency: Row[tuple[object, ...]]) -> list[Staff]:
    """How many people with an account work there, by role; programs are none."""
    enabled = func.count().filter(_account.c.disabled.is_(False))
    asked = select(_account.c.role, enabled, func.count()).group_by(_account.c.role)
    rows = connection.execute(asked.where(_account.c.agency == agency.code, _account.c.service.is_(False)))
    found = {role: (able, every - able) for role, able, every in rows}
    needed = ("head", "judge", "clerk") if agency.kind in COURTS else ("head", "officer")
    return [
        Staff(role, *found.get(role, (0, 0)), needed=role in needed)
        for role in ("head", "officer", "judge", "clerk", "supervisor")
        if role in needed or role in found
    ]
