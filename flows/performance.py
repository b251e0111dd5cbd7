"""How agencies did in the months of a period: how fast, how much on time, how often returned; a year is read in a moment.

The figures stand in a table by month and agency. What changed since they were counted is marked by the database, and counted
anew (`flows.findings.counted`) before anything is read, so that they are right after late records, corrections and acts that
were taken back. Those of the whole country are added up as they are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows.detectors import COUNTRYWIDE, EACH_TIME, PLANS
from flows.engine import Actor
from flows.standstill import Narrowed, looked_after, of_country
from models.law.limits import TIMEZONE


@dataclass(frozen=True)
class Months:
    """From the first to the last month, each by its first day."""

    first: date
    last: date

    @property
    def all(self) -> list[date]:
        """Each month."""
        number = 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1
        return [month_after(self.first, months) for months in range(number)]


def month_after(day: date, months: int) -> date:
    """The first day of the month so many months after that of a day; before it when negative."""
    number = 12 * day.year + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def last_months(moment: datetime, number: int = 12) -> Months:
    """So many months, of which the last is that of a moment."""
    day = moment.astimezone(TIMEZONE).date()
    return Months(month_after(day, 1 - number), day.replace(day=1))


class _Duties:
    """What has duties that were met."""

    duties: int
    on_time: int

    @property
    def on_time_share(self) -> float | None:
        """The share of duties that were met on time; None without any."""
        return round(self.on_time / self.duties, 4) if self.duties else None


@dataclass(frozen=True)
class Speed(_Duties):
    """How an agency did in a stage: days from taking a dossier over to passing it on, duties met, returns and supplements."""

    agency: str
    agency_name: str
    stage: str
    passed_on: int
    median_days: float | None
    p90_days: float | None
    duties: int
    on_time: int
    returned: int
    supplemented: int


_FIGURES = """WITH f AS NOT MATERIALIZED (SELECT d.* FROM (SELECT agency AS holder, * FROM month_figure) d
        WHERE {narrowed} AND d.month BETWEEN :first AND :last)"""
_SUMS = """sum(on_time + late)::int AS duties, sum(on_time)::int AS on_time, sum(returned)::int AS returned,
            sum(supplemented)::int AS supplemented"""
_SPEED = f""", page AS MATERIALIZED (
        SELECT agency, stage, sum(passed_on)::int AS passed_on, {_SUMS} FROM f WHERE (agency, stage) > (:after_agency, :after_stage)
        GROUP BY 1, 2 HAVING sum(passed_on + on_time + late + returned + supplemented) > 0 ORDER BY 1, 2 LIMIT :most
    ), stays AS (
        SELECT page.agency, page.stage, percentile_cont(0.5) WITHIN GROUP (ORDER BY day) AS median,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY day) AS p90
        FROM page JOIN f USING (agency, stage) CROSS JOIN LATERAL unnest(f.days) day GROUP BY 1, 2
    )
    SELECT page.agency, a.name, page.stage, passed_on, median, p90, duties, on_time, returned, supplemented
    FROM page JOIN agency a ON a.code = page.agency COLLATE "default" LEFT JOIN stays USING (agency, stage) ORDER BY 1, 3
"""  # noqa: S608 - written here


def performance(
    connection: Connection,
    actor: Actor,
    narrowed: Narrowed,
    months: Months,
    after: str = "",
    at_most: int | None = None,
) -> list[Speed]:
    """How fast agencies passed dossiers on, and how many duties they met on time, by agency and stage.

    Args:
        connection: a unit of work in the actor's scope.
        actor: who asks, of the agencies they look after.
        narrowed: to an agency or stage.
        months: whole months.
        after: agency and stage of the last line of the page before.
        at_most: so many lines; all when left out.
    """
    agency, _, stage = after.partition(" ")
    rows = _read(
        connection, actor, narrowed, months, _SPEED, after_agency=agency, after_stage=stage, most=at_most
    )
    return [
        Speed(
            row.agency, row.name, row.stage, row.passed_on, _days(row.median), _days(row.p90), row.duties, row.on_time,
            row.returned, row.supplemented,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class StageTime:
    """How long dossiers that left a stage had been in it."""

    stage: str
    passed_on: int
    median_days: float | None
    p90_days: float | None


_TIMES = """ SELECT stage, count(*) AS passed_on, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY day) AS days
    FROM f CROSS JOIN LATERAL unnest(f.days) day GROUP BY 1 ORDER BY 1"""


# Of values in order, the one at a place is the first up to which there are more than so many; between two places lies a part.
_AT = """(min(tenths) FILTER (WHERE upto > floor({p} * (total - 1)))
        + (min(tenths) FILTER (WHERE upto > ceil({p} * (total - 1))) - min(tenths) FILTER (WHERE upto > floor({p} * (total - 1))))
        * max({p} * (total - 1) - floor({p} * (total - 1)))) / 10"""
_TIMES_OF_ALL = f"""WITH stays AS (SELECT d.stage, d.tenths, sum(d.number) AS number FROM month_total d
        WHERE {{narrowed}} AND d.what = 'stay' AND d.month BETWEEN :first AND :last GROUP BY 1, 2 HAVING sum(d.number) > 0),
    ordered AS (SELECT stage, tenths, sum(number) OVER (PARTITION BY stage ORDER BY tenths) AS upto,
        sum(number) OVER (PARTITION BY stage) AS total FROM stays)
    SELECT stage, max(total)::int AS passed_on, ARRAY[{_AT.format(p=0.5)}, {_AT.format(p=0.9)}] AS days FROM ordered
    GROUP BY 1 ORDER BY 1"""  # noqa: S608 - written here


def stage_times(connection: Connection, actor: Actor, narrowed: Narrowed, months: Months) -> list[StageTime]:
    """Median and ninth decile of the days in each stage, of all agencies the actor looks after together."""
    rows = _read(connection, actor, narrowed, months, _TIMES, _TIMES_OF_ALL)
    return [StageTime(row.stage, row.passed_on, _days(row.days[0]), _days(row.days[1])) for row in rows]


@dataclass(frozen=True)
class Share(_Duties):
    """An agency over a period: duties met, those met on time, and how often it returned and supplemented files."""

    agency: str
    agency_name: str
    duties: int
    on_time: int
    returned: int
    supplemented: int


_SHARES = f""", counted AS (
        SELECT agency, {_SUMS} FROM f GROUP BY 1 HAVING sum(on_time + late) + sum(returned) + sum(supplemented) > 0
    ), page AS (SELECT * FROM counted ORDER BY on_time::float / nullif(duties, 0), duties DESC, agency LIMIT :most)
    SELECT page.*, a.name FROM page JOIN agency a ON a.code = page.agency COLLATE "default"
    ORDER BY on_time::float / nullif(duties, 0), duties DESC, agency
"""  # noqa: S608 - written here


def shares(
    connection: Connection, actor: Actor, narrowed: Narrowed, months: Months, at_most: int | None = None
) -> list[Share]:
    """How agencies kept their duties, the worst first."""
    rows = _read(connection, actor, narrowed, months, _SHARES, most=at_most)
    return [
        Share(row.agency, row.name, row.duties, row.on_time, row.returned, row.supplemented) for row in rows
    ]


@dataclass(frozen=True)
class MonthOf:
    """A month: dossiers opened, decided and closed, and duties overdue at its end, or now while it lasts."""

    month: date
    opened: int
    decided: int
    closed: int
    overdue: int


_LATE = """UNION ALL SELECT m.month, 0, 0, 0, sum(late.number)::int FROM unnest(CAST(:each AS date[])) m (month)
        JOIN (SELECT month_of(d.since) AS since, count(*) AS number FROM finding d WHERE {narrowed} AND d.cause = 'overdue'
            GROUP BY 1) late ON late.since <= m.month GROUP BY 1"""
_TREND = f""" SELECT month, sum(opened)::int AS opened, sum(decided)::int AS decided, sum(closed)::int AS closed, 0 AS overdue
    FROM f GROUP BY 1
    UNION ALL SELECT at, 0, 0, 0, count(*)::int FROM (SELECT agency AS holder, * FROM month_figure) d
        CROSS JOIN LATERAL unnest(d.overdue) at WHERE {{narrowed}} AND d.overdue IS NOT NULL AND at BETWEEN :first AND :last
        GROUP BY 1 {_LATE}"""  # noqa: S608 - written here
_TREND_OF_ALL = f"""SELECT d.month, {
    ", ".join(
        f"coalesce(sum(d.number) FILTER (WHERE d.what = '{what}'), 0)::int AS {what}"
        for what in ("opened", "decided", "closed", "overdue")
    )
}
    FROM month_total d WHERE {{narrowed}} AND d.tenths = -1 AND d.month BETWEEN :first AND :last GROUP BY 1 {
    _LATE
}"""  # noqa: S608


def trend(
    connection: Connection, actor: Actor, moment: datetime, narrowed: Narrowed, months: Months
) -> list[MonthOf]:
    """Month by month what the agencies the actor looks after opened, decided and closed, and which duties were overdue.

    A duty counts at the end of each month after it was due, until it was met: with who met it late, or who holds it still.
    """
    found = {month: [0, 0, 0, 0] for month in months.all}
    for month, *numbers in _read(connection, actor, narrowed, months, _TREND, _TREND_OF_ALL, each=months.all):
        found[month] = [old + new for old, new in zip(found[month], numbers, strict=True)]
    return [MonthOf(month, *numbers) for month, numbers in found.items()]


@dataclass(frozen=True)
class Counted:
    """A line behind a figure: the act, or the duty by its rule, that was counted."""

    dossier: UUID
    number: str
    agency: str
    stage: str
    at: datetime | None
    rule: str | None
    key: str


WHAT = ("opened", "decided", "closed", "returned", "supplemented", "passed_on", "on_time", "late", "overdue")
"""What is counted of months."""
_BEHIND = """, pairs AS (SELECT DISTINCT d.month, d.agency FROM (SELECT agency AS holder, * FROM month_figure) d
        WHERE {narrowed} AND CASE WHEN :what = 'overdue' THEN d.overdue && CAST(:each AS date[])
            ELSE d.month BETWEEN :first AND :last END),
    lines AS (SELECT acts.dossier, acts.agency, acts.stage, acts.event, acts.rule, acts.at FROM
        acts_of_months(ARRAY(SELECT month FROM pairs ORDER BY month, agency), ARRAY(SELECT agency FROM pairs ORDER BY month, agency)) acts
        WHERE acts.what = :what AND acts.at BETWEEN :first AND :last AND (CAST(:stage AS text) IS NULL OR acts.stage = :stage)
        UNION ALL SELECT d.id, d.holder, d.stage, NULL, d.rule, month.at FROM running_limit d
            JOIN unnest(CAST(:each AS date[])) month (at) ON month_of(d.due) <= month.at
        WHERE {narrowed} AND :what = 'overdue' AND d.kind = 'duty' AND d.due <= :moment),
    keyed AS (SELECT lines.*, d.number, e.occurred_at, d.number || ' ' || lines.at || ' ' || coalesce(lines.event::text, '')
            || ' ' || coalesce(lines.rule, '') COLLATE "C" AS key
        FROM lines JOIN dossier d ON d.id = lines.dossier LEFT JOIN event e ON e.id = lines.event)
    SELECT * FROM keyed WHERE key > :after ORDER BY key LIMIT :most
"""


def behind(
    connection: Connection,
    actor: Actor,
    moment: datetime,
    narrowed: Narrowed,
    months: Months,
    what: str,
    after: str = "",
    at_most: int = 50,
) -> list[Counted]:
    """The lines behind a figure of `performance`, `shares`, `stage_times` or `trend`: one for each that was counted.

    Args:
        connection: a unit of work in the actor's scope.
        actor: who asks.
        moment: when it is, for what is overdue still.
        narrowed: to an agency or stage, as the figure was.
        months: the figure's months; for `overdue` those at whose ends it was so.
        what: one of `WHAT`.
        after: the key of the last line of the page before.
        at_most: so many lines.
    """
    rows = _read(
        connection, actor, narrowed, months, _BEHIND, moment=moment, each=months.all, what=what, stage=narrowed.stage,
        after=after, most=at_most,
    )  # fmt: skip
    return [
        Counted(row.dossier, row.number, row.agency, row.stage, row.occurred_at, row.rule, row.key)
        for row in rows
    ]


def _read(
    connection: Connection, actor: Actor, narrowed: Narrowed, months: Months, statement: str, of_all: str | None = None,
    **asked: Any,  # noqa: ANN401 - as the statement asks
) -> Sequence[Any]:  # fmt: skip
    """The rows of a statement over the figures; where all agencies are asked for, of the one over their sums, if there is one."""
    connection.execute(COUNTRYWIDE)
    connection.execute(PLANS, EACH_TIME)
    condition, values = looked_after(connection, actor, narrowed)
    query = of_all if of_all and of_country(narrowed, values) else _FIGURES + statement
    bound = {"first": months.first, "last": months.last} | asked | values
    return connection.execute(text(query.replace("{narrowed}", condition)), bound).all()


def _days(value: float | None) -> float | None:
    return None if value is None else round(float(value), 1)


def months_of(first_day: date, last_day: date) -> Months:
    """The whole months in which a period lies."""
    return Months(first_day.replace(day=1), last_day.replace(day=1))


def days_of(months: Months) -> tuple[date, date]:
    """The first and the last day of months."""
    last = month_after(months.last, 1)
    return months.first, date.fromordinal(last.toordinal() - 1)
