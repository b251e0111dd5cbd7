"""How many open dossiers are where, what stands in their way, and what is due: counted when asked, closed ones are not read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from flows.detectors import COUNTRYWIDE, DETECTORS, found_by, known
from flows.engine import Actor
from flows.standstill import Narrowed, looked_after
from models.law.calendar import ONE_DAY
from models.law.counting import midnight
from models.law.limits import TIMEZONE


@dataclass
class Place:
    """An agency's dossiers in a stage: how many are open, late, due by Sunday, soon late, and how many have each cause."""

    agency: str
    agency_name: str
    stage: str
    open: int
    overdue: int = 0
    due_this_week: int = 0
    due_soon: int = 0
    stuck: dict[str, int] = field(default_factory=dict)


@dataclass
class Overview:
    """The places, and the totals of them all."""

    places: list[Place]
    open: int
    overdue: int
    due_this_week: int
    due_soon: int
    stuck: dict[str, int]


def week_end(moment: datetime) -> datetime:
    """The end of the week in which a moment lies: the midnight after Sunday."""
    day = moment.astimezone(TIMEZONE).date()
    return midnight(day - timedelta(days=day.weekday()) + 7 * ONE_DAY)


THIS_WEEK = "due_this_week"
_DUE = "SELECT DISTINCT r.dossier, '{cause}' FROM r WHERE r.kind = 'duty' AND r.due > :moment AND r.due <= :week_end"
_COUNTED = """
    , marked (dossier, cause) AS (SELECT DISTINCT dossier, cause FROM found UNION ALL {due}),
    counted AS (SELECT d.holder, d.stage, marked.cause, count(*) AS number FROM marked JOIN d ON d.id = marked.dossier
        GROUP BY 1, 2, 3),
    places AS (SELECT holder, stage, '' AS cause, sum(number) AS number FROM g GROUP BY 1, 2)
    SELECT place.holder, place.stage, place.cause, place.number::int, a.name
    FROM (SELECT * FROM places UNION ALL SELECT * FROM counted) place
        JOIN agency a ON a.code = place.holder ORDER BY place.holder COLLATE "C", place.stage COLLATE "C", place.cause
""".replace("{due}", _DUE.replace("{cause}", THIS_WEEK))


def overview(connection: Connection, actor: Actor, moment: datetime, narrowed: Narrowed) -> Overview:
    """How many open dossiers are in which stage at which agency, and what stands in their way; each counts once a cause."""
    connection.execute(COUNTRYWIDE)
    asked = known(connection, moment) | {"week_end": week_end(moment)}
    condition, values = looked_after(connection, actor, narrowed)
    query = text(found_by(list(DETECTORS), condition, asked["today"]) + _COUNTED)
    places, totals = list[Place](), dict.fromkeys(("", THIS_WEEK, *DETECTORS), 0)
    for holder, stage, cause, number, name in connection.execute(query, asked | values).all():
        totals[cause] += number
        if not cause:
            places.append(Place(holder, name, stage, number))
        elif cause == THIS_WEEK:
            places[-1].due_this_week = number
        else:
            places[-1].stuck[cause] = number
    for place in places:
        place.overdue, place.due_soon = place.stuck.get("overdue", 0), place.stuck.get("due_soon", 0)
    stuck = {cause: number for cause in DETECTORS if (number := totals[cause])}
    return Overview(places, totals[""], totals["overdue"], totals[THIS_WEEK], totals["due_soon"], stuck)


_BY_CAUSE = """ SELECT cause, count(DISTINCT dossier) FROM found
    WHERE CAST(:severity AS text) IS NULL OR severity = :severity GROUP BY cause"""


def causes(connection: Connection, actor: Actor, moment: datetime, narrowed: Narrowed) -> dict[str, int]:
    """How many of the open dossiers the actor looks after each cause stands in the way of; those without any are left out."""
    connection.execute(COUNTRYWIDE)
    asked = known(connection, moment)
    condition, values = looked_after(connection, actor, narrowed)
    chosen: Sequence[str] = [narrowed.cause] if narrowed.cause else list(DETECTORS)
    query = text(found_by(chosen, condition, asked["today"]) + _BY_CAUSE)
    rows = connection.execute(query, asked | values | {"severity": narrowed.severity}).all()
    counts = {row[0]: row[1] for row in rows}
    return {cause: counts[cause] for cause in DETECTORS if cause in counts}
