"""How many open dossiers are where, what stands in their way, and what is due; closed ones are not read.

Whoever reads does so in a unit of work of `flows.findings.counted`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from flows.detectors import DETECTORS, PASSING, found_passing, known
from flows.engine import Actor
from flows.findings import THIS_WEEK
from flows.standstill import Narrowed, looked_after, of_country


@dataclass
class Place:
    """An agency's dossiers in a stage: how many are open, late, due by Sunday, soon late, and how many have each cause."""

    agency: str
    agency_name: str
    stage: str
    open: int = 0
    overdue: int = 0
    due_this_week: int = 0
    due_soon: int = 0
    stuck: dict[str, int] = field(default_factory=dict)

    def count(self, cause: str, number: int) -> None:
        """Takes over what `finding_count` says of a cause."""
        if cause in DETECTORS:
            self.stuck[cause] = number
        if cause in ("overdue", THIS_WEEK, "due_soon"):
            setattr(self, cause, number)
        elif not cause:
            self.open = number


@dataclass
class Overview:
    """All agencies together: their dossiers by stage, and the totals."""

    stages: list[Place]
    open: int
    overdue: int
    due_this_week: int
    due_soon: int
    stuck: dict[str, int]


_BY_STAGE = "SELECT d.stage, d.cause, sum(d.number)::int AS number FROM finding_count d WHERE {counts} GROUP BY 1, 2 ORDER BY 1, 2"
_PASSING = " SELECT stage, cause, count(*) AS number FROM found GROUP BY 1, 2"


def overview(connection: Connection, actor: Actor, moment: datetime, narrowed: Narrowed) -> Overview:
    """How many open dossiers are in which stage, and what stands in their way; each counts once a cause."""
    condition, values = looked_after(connection, actor, narrowed)
    counts = f"d.holder {'=' if of_country(narrowed, values) else '<>'} '' AND {condition}"
    rows = [*connection.execute(text(_BY_STAGE.replace("{counts}", counts)), values)]
    query = text(found_passing(PASSING, condition) + _PASSING)
    rows += connection.execute(query, known(connection, moment, values) | values)
    stages = dict[str, Place]()
    for stage, cause, number in rows:
        if number:
            stages.setdefault(stage, Place("", "", stage)).count(cause, number)
    found = [place for place in stages.values() if place.open]
    total = Counter[str]()
    for place in found:
        total.update({"": place.open, THIS_WEEK: place.due_this_week, **place.stuck})
    stuck = {cause: total[cause] for cause in DETECTORS if total[cause]}
    return Overview(found, total[""], total["overdue"], total[THIS_WEEK], total["due_soon"], stuck)


_HELD = """SELECT d.holder, d.stage FROM finding_count d WHERE d.holder <> '' AND {narrowed} AND d.cause = '' AND d.number > 0
    AND (d.holder, d.stage) > (:after_holder, :after_stage) ORDER BY d.holder, d.stage LIMIT :most"""
_LATE = """SELECT d.holder, count(*) OVER () AS agencies FROM finding_count d
    WHERE d.holder <> '' AND {narrowed} AND d.cause IN ('', 'overdue') GROUP BY 1 HAVING sum(d.number) FILTER (WHERE d.cause = '') > 0
    ORDER BY coalesce(sum(d.number) FILTER (WHERE d.cause = 'overdue'), 0) DESC, sum(d.number) FILTER (WHERE d.cause = '') DESC,
        d.holder LIMIT :most OFFSET :skip"""
_CELLS = """SELECT d.holder, a.name, d.stage, d.cause, d.number FROM finding_count d JOIN agency a ON a.code = d.holder COLLATE "default"
    WHERE d.holder = ANY (:shown) AND {narrowed} AND d.number > 0 ORDER BY d.holder, d.stage, d.cause"""
_PASSING_THERE = """ SELECT holder, '' AS name, stage, cause, count(*) AS number FROM found
    WHERE holder = ANY (:shown) GROUP BY 1, 3, 4"""


def places(
    connection: Connection,
    actor: Actor,
    moment: datetime,
    narrowed: Narrowed,
    after: str = "",
    at_most: int | None = None,
) -> list[Place]:
    """The same by agency and stage.

    Args:
        connection: a unit of work in the actor's scope.
        actor: who asks.
        moment: when it is.
        narrowed: to an agency or stage.
        after: agency and stage of the last place of the page before.
        at_most: so many places; all when left out.
    """
    condition, values = looked_after(connection, actor, narrowed)
    holder, _, stage = after.partition(" ")
    asked = values | {"after_holder": holder, "after_stage": stage, "most": at_most}
    held = [tuple(row) for row in connection.execute(text(_HELD.replace("{narrowed}", condition)), asked)]
    values["shown"] = sorted({holder for holder, _ in held})
    rows = [*connection.execute(text(_CELLS.replace("{narrowed}", condition)), values)]
    query = text(found_passing(PASSING, condition) + _PASSING_THERE)
    rows += connection.execute(query, known(connection, moment, values) | values)
    wanted = set(held)
    return _places(row for row in rows if (row.holder, row.stage) in wanted)


def latest(
    connection: Connection, actor: Actor, narrowed: Narrowed, skip: int, at_most: int
) -> tuple[list[Place], int]:
    """The places of some agencies, of those with most late dossiers, then most open ones, first; and how many agencies there are.

    Causes that pass (`flows.detectors.PASSING`) are left out.
    """
    condition, values = looked_after(connection, actor, narrowed)
    asked = values | {"skip": skip, "most": at_most}
    rows = connection.execute(text(_LATE.replace("{narrowed}", condition)), asked).all()
    values["shown"] = [row.holder for row in rows]
    cells = connection.execute(text(_CELLS.replace("{narrowed}", condition)), values)
    return _places(cells), rows[0].agencies if rows else 0


def _places(rows: Iterable[Any]) -> list[Place]:
    found = dict[tuple[str, str], Place]()
    for row in rows:
        key = row.holder, row.stage
        if key not in found:
            found[key] = Place(row.holder, row.name, row.stage)
        found[key].count(row.cause, row.number)
    return [place for place in found.values() if place.open]
