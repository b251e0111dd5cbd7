"""What there is to do: an agency's open dossiers, most urgent first, and the days of a month with what is due and heard on them."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from flows.books import book as book_of
from flows.detectors import (
    AS_USUAL,
    COUNTRYWIDE,
    DETECTORS,
    EACH_TIME,
    KEPT,
    PASSING,
    PLANS,
    found_in,
    found_passing,
    known,
    known_of_law,
)
from flows.engine import Actor
from flows.findings import URGENCY, counted, week_end
from flows.standstill import WATCHING, Narrowed, looked_after
from models.law.calendar import ONE_DAY
from models.law.counting import midnight
from models.law.limits import TIMEZONE
from models.law.schema import Action
from models.seeing import sees, sight
from models.store import reach, unit_of_work

Order = Literal["urgency", "number"]
KEYS = {"urgency": URGENCY.format(due="due.next_due", number="d.number"), "number": "d.number"}
"""By what the dossiers may be ordered."""


@dataclass
class Task:
    """An open dossier as work: its first duty that runs, which may have ended already, and what stands in its way."""

    dossier: UUID
    number: str
    stage: str
    holder: str
    opened_on: date
    changed_at: datetime
    next_due: datetime | None
    last_day: date | None
    rule: str | None
    rule_title: tuple[str, str] | None
    citation: str | None
    action: Action | None
    """What ends that duty in the dossier's stage."""
    overdue: bool
    assignee: UUID | None
    key: str
    causes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """Duties whose last day lies in it, and, when told so, that end after a moment."""

    first: date
    last: date
    ends_after: datetime | None = None

    @classmethod
    def this_week(cls, moment: datetime) -> "Window":
        """What is still due until Sunday."""
        return cls(date.min, (week_end(moment) - timedelta(seconds=1)).astimezone(TIMEZONE).date(), moment)


_TASKS = """held AS MATERIALIZED (SELECT * FROM looked_after d WHERE {narrowed}), due AS MATERIALIZED (
        SELECT DISTINCT ON (d.id) d.id, d.due AS next_due, d.last_day, d.book, d.rule, d.place FROM running_limit d
        WHERE {narrowed} AND d.kind = 'duty' AND d.due IS NOT NULL ORDER BY d.id, d.due, d.rule
    ), keyed AS (
        SELECT d.*, due.next_due, due.last_day, due.book AS rule_book, due.rule, due.place, {key} COLLATE "C" AS key
        FROM held d LEFT JOIN due USING (id) WHERE {chosen}
    ), page AS (SELECT * FROM keyed WHERE key > :after ORDER BY key LIMIT :most)
    SELECT page.*, s.account FROM page LEFT JOIN assignment s ON s.dossier = page.id AND s.ended_at IS NULL ORDER BY page.key
"""
_STANDING = """page AS (
        SELECT d.id, d.number, d.stage, d.holder, d.next_due, d.last_day, d.rule_book, d.rule, d.place, d.{order} AS key
        FROM (SELECT dossier AS id, * FROM standing) d
        WHERE {narrowed} AND {chosen} AND d.{order} > :after ORDER BY d.{order} LIMIT :most)
    SELECT page.*, dossier.opened_on, dossier.changed_at, dossier.book, s.account FROM page JOIN dossier ON dossier.id = page.id
        LEFT JOIN assignment s ON s.dossier = page.id AND s.ended_at IS NULL ORDER BY page.key
"""


def reading(
    engine: Engine, actor: Actor, moment: datetime, narrowed: Narrowed
) -> AbstractContextManager[Connection]:
    """The unit of work in which `tasks` reads: officers' work waits for no counting of a country."""
    kept = narrowed.cause is not None or actor.role in WATCHING
    return counted(engine, actor.scope, moment) if kept else unit_of_work(engine, actor.scope)


def tasks(
    connection: Connection,
    actor: Actor,
    moment: datetime,
    narrowed: Narrowed,
    window: Window | None = None,
    after: str = "",
    at_most: int = 50,
    order: Order = "urgency",
    assignee: UUID | None = None,
    returned: bool = False,
    unassigned: bool = False,
) -> list[Task]:
    """The open dossiers the actor looks after, each once.

    Whoever watches over a territory reads how its dossiers are kept to stand; who works reads the rows of their own agency.

    Args:
        connection: a unit of work of `reading`.
        actor: who asks.
        moment: when it is.
        narrowed: to an agency, a stage, or those in whose way a cause stands.
        window: to those of which a duty has its last day in it.
        after: the key of the last one of the page before.
        at_most: so many.
        order: by urgency or by number.
        assignee: to those an account is responsible for.
        returned: to those that were sent back and not sent on since.
        unassigned: to those that nobody is responsible for.
    """
    connection.execute(COUNTRYWIDE)
    condition, values = looked_after(connection, actor, narrowed)
    if narrowed.cause in PASSING:
        asked, begun = known(connection, moment, values), f"{found_passing([narrowed.cause], condition)}, "
    else:
        asked, begun = known_of_law(moment), "WITH "
    asked |= values | {"after": after, "most": at_most}
    asked |= {
        "cause": narrowed.cause, "first_day": window and window.first, "last_day": window and window.last,
        "ends_after": window and window.ends_after, "assignee": assignee,
    }  # fmt: skip
    wanted = {
        "d.id IN (SELECT dossier FROM found)": narrowed.cause in PASSING,
        "d.id IN (SELECT dossier FROM finding WHERE cause = :cause)": narrowed.cause in KEPT,
        f"d.id IN ({_IN_WINDOW})": window is not None,
        "d.id IN (SELECT dossier FROM assignment WHERE account = :assignee AND ended_at IS NULL)": assignee
        is not None,
        "d.id NOT IN (SELECT dossier FROM assignment WHERE ended_at IS NULL)": unassigned,
        f"d.id IN ({_SENT_BACK})": returned,
    }
    chosen = " AND ".join(["true", *(one for one, asked_for in wanted.items() if asked_for)])
    query = begun + (_STANDING if actor.role in WATCHING else _TASKS)
    for name, value in {"chosen": chosen, "narrowed": condition, "key": KEYS[order], "order": order}.items():
        query = query.replace(f"{{{name}}}", value)
    connection.execute(PLANS, EACH_TIME if actor.role in WATCHING else AS_USUAL)
    rows = connection.execute(text(query), asked).all()
    connection.execute(PLANS, AS_USUAL)
    found = {row.id: _task(row, moment) for row in rows}
    _causes(connection, moment, found)
    return list(found.values())


_IN_WINDOW = """SELECT d.id FROM running_limit d WHERE {narrowed} AND d.kind = 'duty'
    AND d.last_day BETWEEN :first_day AND :last_day AND (CAST(:ends_after AS timestamptz) IS NULL OR d.due > :ends_after)"""

# A return is one while it is the last act by which the dossier came from one stage or agency to another.
_SENT_BACK = """SELECT d.id FROM looked_after d CROSS JOIN LATERAL (SELECT e.action FROM event e WHERE e.dossier = d.id
        AND e.voids IS NULL AND (e.stage_before IS DISTINCT FROM e.stage_after OR e.action = ANY (:returns))
        AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id) ORDER BY e.seq DESC LIMIT 1) came
    WHERE {narrowed} AND came.action = ANY (:returns)"""


def _task(row: Any, moment: datetime) -> Task:  # noqa: ANN401 - a row
    title = citation = action = None
    if row.rule:
        rule = book_of(row.rule_book).rule(row.rule)
        title, citation = (rule.title, rule.title_en), rule.citation
        action = ending(row.book, row.stage, row.place)
    return Task(
        row.id, row.number, row.stage, row.holder, row.opened_on, row.changed_at.astimezone(TIMEZONE),
        row.next_due and row.next_due.astimezone(TIMEZONE), row.last_day, row.rule, title, citation, action,
        bool(row.next_due and row.next_due <= moment), row.account, row.key,
    )  # fmt: skip


def awaited(
    connection: Connection, moment: datetime, stage: str | None = None, after: str = "", at_most: int = 50
) -> list[Task]:
    """Open dossiers in other hands of which a duty waits for an act of the scope's agencies, most urgent first.

    Args:
        connection: a unit of work in the scope of whoever is to act.
        moment: when it is.
        stage: of this stage only.
        after: the key of the last one of the page before.
        at_most: so many.
    """
    asked = known_of_law(moment) | sight(connection)
    asked |= {"mine": reach(connection).agencies, "stage": stage, "after": after, "most": at_most}
    rows = connection.execute(_AWAITED, asked).all()
    return [_task(row, moment) for row in rows]


# The first act of the list that a party of the dossier alone takes; the holder's own are in its work already.
_AWAITED = text(f"""WITH due AS (SELECT DISTINCT ON (d.id) d.id, d.number, d.stage, d.holder, d.opened_on, d.changed_at, d.book,
        l.due AS next_due, l.last_day, l.book AS rule_book, l.rule, coalesce(l.stands_for, l.rule) AS place
    FROM dossier_agency part JOIN dossier d ON d.id = part.dossier JOIN time_limit l ON l.dossier = d.id
    JOIN jsonb_to_recordset(CAST(:duties AS jsonb)) w (book text, stage text, rule text, parties jsonb)
        ON w.book = d.book AND w.stage = d.stage AND w.rule = coalesce(l.stands_for, l.rule)
    WHERE part.agency = ANY (:mine) AND d.stage <> 'closed' AND d.holder <> ALL (:mine) AND l.kind = 'duty'
        AND l.ended_at IS NULL AND l.due IS NOT NULL AND l.opens IS NULL AND {sees("d.id")}
        AND coalesce(l.explanation ->> 'suspended', 'false') <> 'true' AND (CAST(:stage AS text) IS NULL OR d.stage = :stage)
        AND EXISTS (SELECT FROM jsonb_array_elements_text(w.parties) party (name) WHERE d.parties ->> party.name = ANY (:mine))
    ORDER BY d.id, l.due, l.rule),
    keyed AS (SELECT due.*, {KEYS["urgency"].replace("d.number", "due.number")} COLLATE "C" AS key FROM due)
    SELECT keyed.*, CAST(NULL AS uuid) AS account FROM keyed WHERE key > :after ORDER BY key LIMIT :most
""")  # noqa: S608 - written here


def ending(book: str, stage: str, place: str) -> Action | None:
    """The act of a stage that ends a limit of this rule; None where another body's does, or time alone."""
    acts = (one for one in book_of(book).actions if stage in one.stages)
    return next((one for one in acts if any(ref.id == place for ref in one.ends)), None)


_MARKED = " SELECT DISTINCT dossier, cause FROM found"


def _causes(connection: Connection, moment: datetime, found: dict[UUID, Task]) -> None:
    """Names in each task the causes that stand in its way, in the order of `DETECTORS`."""
    if not found:
        return
    of: dict[str, Any] = {"dossiers": list(found)}
    asked = known(connection, moment, of) | sight(connection) | of
    query = found_in(list(DETECTORS), sees("dossier.id"), asked["today"]) + _MARKED
    marked = {(row.dossier, row.cause) for row in connection.execute(text(query), asked)}
    for identity, task in found.items():
        task.causes = [cause for cause in DETECTORS if (identity, cause) in marked]


@dataclass
class Day:
    """A day of a month: duties whose last day it is, those of them that have ended, and hearings; and in how many dossiers."""

    day: date
    due: int = 0
    overdue: int = 0
    hearings: int = 0


@dataclass(frozen=True)
class Hearing:
    """A session of the court."""

    dossier: UUID
    number: str
    stage: str
    holder: str
    at: datetime
    held: bool


_DUE_DAYS = """SELECT d.last_day AS day, count(DISTINCT d.id) AS due,
        count(DISTINCT d.id) FILTER (WHERE d.due <= :moment) AS overdue
    FROM running_limit d WHERE {narrowed} AND d.kind = 'duty' AND d.last_day BETWEEN :first AND :last GROUP BY 1"""
# Sessions are written with their offset, so the days around the month are read as well; each is judged by its instant.
_HEARINGS = """SELECT d.id, d.number, d.stage, d.holder, CAST(d.session_at AS timestamptz) AS at, d.held FROM hearing d
    WHERE {narrowed} AND d.session_at >= :from_text AND d.session_at < :to_text ORDER BY 5, d.number"""


def days(
    connection: Connection, actor: Actor, moment: datetime, narrowed: Narrowed, first: date, last: date
) -> list[Day]:
    """Each day from the first to the last with what is due and heard on it; dossiers are counted once a day."""
    condition, values = looked_after(connection, actor, narrowed)
    found = {day: Day(day) for day in (first + number * ONE_DAY for number in range((last - first).days + 1))}
    query = text(_DUE_DAYS.replace("{narrowed}", condition))
    asked = values | {"moment": moment, "first": first, "last": last}
    for row in connection.execute(query, asked):
        found[row.day].due, found[row.day].overdue = row.due, row.overdue
    for one in hearings(connection, actor, narrowed, first, last):
        found[one.at.date()].hearings += 1
    return list(found.values())


def hearings(
    connection: Connection, actor: Actor, narrowed: Narrowed, first: date, last: date
) -> list[Hearing]:
    """Sessions from one day to another, in order: of the dossiers the actor looks after, and of those their agency is part of."""
    condition, values = looked_after(connection, actor, narrowed)
    if actor.role not in WATCHING and not narrowed.agency:
        stage = " AND d.stage = :stage" if narrowed.stage else ""
        condition, values = sees("d.id") + stage, values | sight(connection)
    query = text(_HEARINGS.replace("{narrowed}", condition))
    around = {
        "from_text": (first - ONE_DAY).isoformat(),
        "to_text": (last + 2 * ONE_DAY).isoformat(),
    }
    start, end = midnight(first), midnight(last + ONE_DAY)
    return [
        Hearing(row.id, row.number, row.stage, row.holder, row.at.astimezone(TIMEZONE), row.held)
        for row in connection.execute(query, values | around)
        if start <= row.at < end
    ]
