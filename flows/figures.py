"""The figures of a finished period, of every territory or every agency at once, counted from what was recorded.

What happened is told by when it happened (`occurred_at`), as far as it was recorded by the moment `as_of`. With the same
moment the same figures come out again later: events are append-only. What can still change them: a limit whose start or
end is recorded anew or moved by a change of the calendar, a dossier that another agency compiles now (who should have met an
open limit), an agency that moves to another territory, and erased facts (a decision then counts as unknown). Acts recorded
after their period's report are told in the next one as `recorded_late`, so that none falls between two reports.

A territory's dossiers are those opened by an agency in it. An agency's figures are about what it did itself; stages and
their durations are about all dossiers that it did something in. Minors are persons under 18 on the day of opening.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.books import books
from models.law.calendar import ONE_DAY
from models.law.counting import midnight
from models.law.schema import Kind

Pair = tuple[int, int]
"""All, and those of minors."""


@dataclass(frozen=True)
class Duration:
    """Days that dossiers spent in a stage they left in the period: how many did, the median, and what nine of ten kept."""

    count: Pair
    median: tuple[float | None, float | None]
    p90: tuple[float | None, float | None]


@dataclass
class Met:
    """Duties under a rule: ended on time, ended late, and still overdue at the end of the period."""

    on_time: Pair = (0, 0)
    late: Pair = (0, 0)
    overdue: Pair = (0, 0)


@dataclass
class Figures:
    """One reader's figures."""

    acts: dict[str, Pair] = field(default_factory=dict)
    stages: dict[str, Pair] = field(default_factory=dict)
    durations: dict[str, Duration] = field(default_factory=dict)
    limits: dict[tuple[str, str], Met] = field(default_factory=dict)
    """By book and rule."""
    documents: dict[str, Pair] = field(default_factory=dict)


# Everything that was known of the period at the moment, by the dossier's opening agency; the birth date may be a year or a
# month, which counts as its last day.
_SEEN = """
    WITH seen AS MATERIALIZED (
        SELECT * FROM event WHERE occurred_at < :end AND recorded_at <= :as_of AND voids IS NULL
            AND NOT EXISTS (SELECT FROM event later WHERE later.voids = event.id AND later.recorded_at <= :as_of)
    ), home AS MATERIALIZED (
        SELECT d.id AS dossier, a.territory, coalesce(extract(year FROM d.opened_on) - extract(year FROM b.latest)
            - (to_char(d.opened_on, 'MMDD') < to_char(b.latest, 'MMDD'))::int < 18, false) AS minor
        FROM dossier d JOIN event e ON e.dossier = d.id AND e.seq = 1 JOIN agency a ON a.code = e.agency
            JOIN person p ON p.id = d.person
            CROSS JOIN LATERAL (SELECT p.data ->> 'birth_date' AS birth) said
            CROSS JOIN LATERAL (SELECT CASE length(said.birth)
                WHEN 10 THEN said.birth::date
                WHEN 7 THEN ((said.birth || '-01')::date + interval '1 month' - interval '1 day')::date
                WHEN 4 THEN (said.birth || '-12-31')::date END AS latest) b
    ), """
_TERRITORIES = """watched AS (
        SELECT place.territory, t.path FROM (SELECT DISTINCT territory FROM home) place
        JOIN unnest(CAST(:readers AS text[])) t (path)
            ON place.territory = t.path OR starts_with(place.territory, t.path || '/')
    ), belongs AS MATERIALIZED (
        SELECT watched.path AS reader, home.dossier, home.minor FROM home JOIN watched USING (territory)
    ), own AS (SELECT *, CAST(NULL AS text) AS agency FROM belongs)"""
_AGENCIES = """belongs AS MATERIALIZED (
        SELECT DISTINCT seen.agency AS reader, home.dossier, home.minor FROM seen JOIN home ON home.dossier = seen.dossier
        WHERE CAST(:readers AS text[]) IS NULL OR seen.agency = ANY (:readers)
    ), own AS (SELECT *, reader AS agency FROM belongs)"""
_ACTS = """
    SELECT 'acts' AS section, own.reader, done.what, NULL AS rule, sum(done.number)::bigint AS number,
        coalesce(sum(done.number) FILTER (WHERE own.minor), 0)::bigint AS minors,
        NULL::float AS median, NULL::float AS p90, NULL::float AS median_minors, NULL::float AS p90_minors
    FROM (SELECT e.dossier, e.agency, told.what, count(*) AS number FROM seen e
        CROSS JOIN LATERAL (SELECT e.occurred_at >= :first AS within) timed
        CROSS JOIN LATERAL unnest(ARRAY[
            CASE WHEN timed.within AND e.stage_before IS NULL THEN 'opened' END,
            CASE WHEN timed.within AND e.stage_before <> e.stage_after AND e.stage_after <> 'closed'
                THEN CASE WHEN e.action = ANY (:returns) THEN 'returned' ELSE 'handed_over' END END,
            CASE WHEN timed.within AND e.action = 'decide'
                THEN CASE (SELECT f.facts ->> 'outcome' FROM event_facts f WHERE f.event = e.id) WHEN 'apply' THEN 'applied' WHEN 'refuse' THEN 'refused'
                    ELSE 'decided_unknown' END END,
            CASE WHEN timed.within AND e.action = 'terminate' THEN 'terminated' END,
            CASE WHEN timed.within AND e.action = 'decide_appeal' THEN 'appeals_decided' END,
            CASE WHEN timed.within AND e.stage_before <> 'closed' AND e.stage_after = 'closed' THEN 'closed' END,
            CASE WHEN NOT timed.within AND e.recorded_at >= :first AND e.recorded_at < :end THEN 'recorded_late' END
        ]) told (what)
        WHERE told.what IS NOT NULL AND (timed.within OR e.recorded_at >= :first) GROUP BY 1, 2, 3) done
        JOIN own ON own.dossier = done.dossier AND coalesce(own.agency, done.agency) = done.agency
    GROUP BY 2, 3
"""
_STAGES = """
    SELECT 'stages', belongs.reader, last.stage_after, NULL, count(*), count(*) FILTER (WHERE belongs.minor),
        NULL, NULL, NULL, NULL
    FROM (SELECT DISTINCT ON (dossier) dossier, stage_after FROM seen ORDER BY dossier, seq DESC) last
        JOIN belongs ON belongs.dossier = last.dossier
    WHERE last.stage_after <> 'closed' GROUP BY 2, 3
"""
_DURATIONS = """
    SELECT 'durations', belongs.reader, moved.stage_before, NULL, count(*), count(*) FILTER (WHERE belongs.minor),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY moved.days),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY moved.days),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY moved.days) FILTER (WHERE belongs.minor),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY moved.days) FILTER (WHERE belongs.minor)
    FROM (SELECT dossier, stage_before, occurred_at,
            extract(epoch FROM occurred_at - lag(occurred_at) OVER (PARTITION BY dossier ORDER BY seq)) / 86400 AS days
        FROM seen WHERE stage_before IS DISTINCT FROM stage_after) moved
        JOIN belongs ON belongs.dossier = moved.dossier
    WHERE moved.occurred_at >= :first AND moved.days IS NOT NULL GROUP BY 2, 3
"""
_ENDED = """
    SELECT CASE WHEN l.late_days IS NULL THEN 'on_time' ELSE 'late' END, own.reader, l.book, l.rule, count(*),
        count(*) FILTER (WHERE own.minor), NULL, NULL, NULL, NULL
    FROM time_limit l JOIN seen e ON e.id = l.ended_by
        JOIN own ON own.dossier = l.dossier AND coalesce(own.agency, e.agency) = e.agency
    WHERE l.kind = 'duty' AND l."end" = 'done' AND l.ended_at >= :first AND l.ended_at < :end GROUP BY 1, 2, 3, 4
"""
# Who should have met it: the parties of the dossier whose acts end it under its book; where any holder may, the one of a
# fitting kind, and the compiler before others; or else whoever holds it.
_LATE = """, late AS MATERIALIZED (
        SELECT l.id, l.dossier, l.book, l.rule, d.parties, d.holder
        FROM time_limit l JOIN seen ON seen.id = l.started_by JOIN dossier d ON d.id = l.dossier
            LEFT JOIN seen ending ON ending.id = l.ended_by
        WHERE l.kind = 'duty' AND l.opens IS NULL AND l.starts_at < :end AND l.due <= :end
            AND (l.ended_at IS NULL OR l.ended_at >= :end OR ending.id IS NULL)
            AND (l.ended_at IS NOT NULL OR coalesce(l.explanation ->> 'suspended', 'false') <> 'true')
    ), acting AS (
        SELECT late.id, a.code
        FROM late JOIN jsonb_to_recordset(:duties) duty (book text, rule text, party text, kinds jsonb) USING (book, rule)
            CROSS JOIN LATERAL jsonb_each_text(late.parties) party (name, code) JOIN agency a ON a.code = party.code
            LEFT JOIN agency compiler ON compiler.code = late.parties ->> 'compiler'
        WHERE party.name = duty.party OR (duty.party IN ('holder', 'any') AND duty.kinds ? a.kind
            AND (party.name = 'compiler' OR NOT coalesce(duty.kinds ? compiler.kind, false)))
    ), owed AS (
        SELECT DISTINCT late.id, coalesce(acting.code, late.holder) AS agency
        FROM late LEFT JOIN acting ON acting.id = late.id
    )
"""
_OVERDUE = """
    SELECT 'overdue', {reader}, late.book, late.rule, count(*), count(*) FILTER (WHERE home.minor), NULL, NULL, NULL, NULL
    FROM late JOIN home ON home.dossier = late.dossier {joined} GROUP BY 2, 3, 4
"""
_OF_TERRITORY = _OVERDUE.format(
    reader="belongs.reader", joined="JOIN belongs ON belongs.dossier = late.dossier"
)
_OF_AGENCY = _OVERDUE.format(
    reader="owed.agency",
    joined="JOIN owed ON owed.id = late.id AND (CAST(:readers AS text[]) IS NULL OR owed.agency = ANY (:readers))",
)
_DOCUMENTS = """
    SELECT 'documents', own.reader, done.what, NULL, count(*), count(*) FILTER (WHERE own.minor), NULL, NULL, NULL, NULL
    FROM document d JOIN seen e ON e.id = d.event
        JOIN own ON own.dossier = d.dossier AND coalesce(own.agency, d.agency) = d.agency
        CROSS JOIN LATERAL unnest(ARRAY[
            CASE WHEN d.issued_on BETWEEN :first_day AND :last_day THEN 'issued' END,
            CASE WHEN d.ended_at >= :first AND d.ended_at < :end THEN d.state END
        ]) done (what)
    WHERE done.what IS NOT NULL GROUP BY 2, 3
"""
_MEMORY = text("SET LOCAL work_mem = '64MB'")


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, and the moment up to which counts what was recorded."""

    first_day: date
    last_day: date
    as_of: datetime


def figures_of_territories(
    connection: Connection, period: Period, territories: Sequence[str]
) -> dict[str, Figures]:
    """The figures of each of these territories, with all territories inside it; none for one without any."""
    return _figures(connection, period, list(territories), _TERRITORIES, _OF_TERRITORY)


def figures_of_agencies(
    connection: Connection, period: Period, agencies: Sequence[str] | None = None
) -> dict[str, Figures]:
    """The figures of each agency that has any, or only of these."""
    return _figures(connection, period, None if agencies is None else list(agencies), _AGENCIES, _OF_AGENCY)


def _figures(
    connection: Connection, period: Period, readers: list[str] | None, belongs: str, overdue: str
) -> dict[str, Figures]:
    """All in one statement, which sees everything at one moment and reads the period once."""
    asked = {
        "first_day": period.first_day, "last_day": period.last_day, "as_of": period.as_of, "readers": readers,
        "first": midnight(period.first_day), "end": midnight(period.last_day + ONE_DAY), "returns": _returns(),
        "duties": _duties(),
    }  # fmt: skip
    sections = (_ACTS, _STAGES, _DURATIONS, _ENDED, overdue, _DOCUMENTS)
    statement = text(_SEEN + belongs + _LATE + " UNION ALL ".join(sections))
    connection.execute(_MEMORY)
    found: dict[str, Figures] = {}
    for row in connection.execute(statement.bindparams(bindparam("duties", type_=JSONB)), asked):
        figures, pair = found.setdefault(row.reader, Figures()), (row.number, row.minors)
        if row.section == "durations":
            median, p90 = (
                (_days(row.median), _days(row.median_minors)),
                (_days(row.p90), _days(row.p90_minors)),
            )
            figures.durations[row.what] = Duration(pair, median, p90)
        elif row.rule is not None:
            setattr(figures.limits.setdefault((row.what, row.rule), Met()), row.section, pair)
        else:
            getattr(figures, row.section)[row.what] = pair
    return found


def _days(value: float | None) -> float | None:
    return None if value is None else round(float(value), 1)


def _returns() -> list[str]:
    """Acts by which a dossier is sent back."""
    return sorted(
        {
            action.code
            for book in books()
            for action in book.actions
            if action.code.startswith("return_") and action.next
        }
    )


def _duties() -> list[dict[str, Any]]:
    """For each book the acts that end each of its duties: by which party, and of which kinds of agencies."""
    return [
        {"book": book.code, "rule": ref.id, "party": action.actor, "kinds": list(action.by)}
        for book in books()
        for action in book.actions
        for ref in action.ends
        if book.rule(ref.id).kind == Kind.duty
    ]
