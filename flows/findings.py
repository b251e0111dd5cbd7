"""What is found in dossiers is kept until something turns it, and found anew before anybody reads it.

A dossier's findings follow from its own rows and the time. Triggers mark a dossier whose rows change (`finding_stale`), and each
standing says until when it holds: the next moment at which a limit of the dossier comes near, ends, or is long past. So a reader
has only those looked at that were marked or have turned, and counts follow by what was added and taken away.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, TextClause, text

from flows.detectors import EACH_TIME, KEPT, NEAR_BAR, ONCE, PLANS, QUARTER, WORSE, found_in, known_of_law
from models.law.calendar import ONE_DAY
from models.law.counting import midnight
from models.law.limits import TIMEZONE
from models.store import SYSTEM, Scope, unit_of_work

AT_ONCE = 2000
"""Dossiers looked at, or months counted, in one transaction."""
_FEW = 50
"""So many dossiers at most are looked at by a plan that serves for any number of times."""
THIS_WEEK = "due_this_week"
"""What `finding_count` calls a duty due by Sunday, which is no cause."""
URGENCY = (
    """coalesce(to_char({due} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '~') || ' ' || {number}"""
)
"""What orders dossiers by their first duty: whose ends soonest, or ended longest ago, comes first."""
_SINCE = """' ' || to_char({found}.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
_KEY = """ || ' ' || {d}.number || ' ' || {found}.cause || ' ' || CASE WHEN {found}.place IS NULL THEN '' ELSE {found}.detail END"""
_ORDERS = {
    "number": "''",
    "severity": f"array_position(ARRAY['critical','high','medium','low'], {{found}}.severity)::text || {_SINCE}",
    "since": _SINCE,
}
ORDERS = tuple(_ORDERS)
"""By what findings may be ordered: the dossier's number, the gravest first, or what stands still longest first."""


def key(order: str, found: str, d: str) -> str:
    """The place of a finding in a list of one of `ORDERS`: an expression on the finding and its dossier, by their names."""
    return f"({_ORDERS[order]}{_KEY})".replace("{found}", found).replace("{d}", d)


def week_end(moment: datetime) -> datetime:
    """The end of the week in which a moment lies: the midnight after Sunday."""
    day = _day(moment)
    return midnight(day - timedelta(days=day.weekday()) + 7 * ONE_DAY)


@contextmanager
def counted(engine: Engine, scope: Scope, moment: datetime) -> Iterator[Connection]:
    """A unit of work that reads findings, counts and months' figures, of which none is stale.

    Args:
        engine: the store.
        scope: on whose behalf.
        moment: when it is.
    """
    find_anew(engine, moment)
    with unit_of_work(engine, scope) as connection:
        yield connection


def find_anew(engine: Engine, moment: datetime) -> int:
    """Looks again at every dossier that may stand otherwise than is kept, and counts stale months; how many dossiers there were.

    Args:
        engine: the store; each transaction takes about `AT_ONCE` dossiers or months, so that what is done stays done.
        moment: when it is.
    """
    number, marks = 0, AT_ONCE
    while marks == AT_ONCE:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            marks = connection.execute(_COUNT_MONTHS, {"most": AT_ONCE}).scalar_one()
            more = connection.execute(_ANY, {"moment": moment, "law": _law(_day(moment))}).scalar_one()
    while more:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            connection.execute(_ALONE)
            _follow_law(connection, moment)
            dossiers, more = connection.execute(_TURNED, {"moment": moment, "most": AT_ONCE}).one()
            _look_at(connection, dossiers, moment)
        number += len(dossiers)
    return number


@lru_cache(maxsize=8)
def _law(today: date) -> str:
    """Names the law of a legal day and the detectors: whatever was found by others is stale."""
    told = known_of_law(midnight(today))
    del told["moment"]
    return sha256(_statement(today).text.encode() + orjson.dumps(told)).hexdigest()


@lru_cache(maxsize=8)
def _statement(today: date) -> TextClause:
    return text(found_in(KEPT, "true", today) + _KEPT)


def _day(moment: datetime) -> date:
    return moment.astimezone(TIMEZONE).date()


_COUNT_MONTHS = text("SELECT count_stale_months(:most)")
# The first and last one stand in indexes; of a moment that a plan does not know yet, a third of all might be past.
_ANY = text("""SELECT EXISTS (SELECT FROM finding_stale) OR coalesce((SELECT min(until) FROM standing) <= :moment, false)
    OR coalesce((SELECT max(since) FROM standing) > :moment, false) OR NOT EXISTS (SELECT FROM finding_law WHERE digest = :law)""")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('finding'))")


def _follow_law(connection: Connection, moment: datetime) -> None:
    """Marks every dossier when what is kept was found by another law or by other detectors."""
    law = {"law": _law(_day(moment))}
    if not connection.execute(_SAME_LAW, law).scalar_one():
        connection.execute(_FORGET)
        connection.execute(_MARK_ALL)
        connection.execute(_KEEP_LAW, law)


_SAME_LAW = text("SELECT EXISTS (SELECT FROM finding_law WHERE digest = :law)")
_MARK_ALL = text("""INSERT INTO finding_stale (dossier) SELECT id FROM dossier WHERE stage <> 'closed'
    UNION SELECT dossier FROM standing""")
_FORGET = text("WITH law AS (DELETE FROM finding_law) DELETE FROM finding_stale")
_KEEP_LAW = text("INSERT INTO finding_law VALUES (:law)")
# Marks of a dossier that stand beyond the first ones lead to it once more, which changes nothing.
_TURNED = text("""
    WITH marked AS (DELETE FROM finding_stale WHERE id IN (SELECT id FROM finding_stale ORDER BY id LIMIT :most) RETURNING dossier),
    past AS MATERIALIZED (SELECT dossier FROM standing WHERE until <= :moment ORDER BY until LIMIT :most),
    future AS MATERIALIZED (SELECT dossier FROM standing WHERE since > :moment ORDER BY since LIMIT :most)
    SELECT ARRAY(SELECT dossier FROM marked UNION SELECT dossier FROM past UNION SELECT dossier FROM future),
        greatest((SELECT count(*) FROM marked), (SELECT count(*) FROM past), (SELECT count(*) FROM future)) >= :most
""")


def _look_at(connection: Connection, dossiers: Sequence[UUID], moment: datetime) -> None:
    """Finds anew what stands in these dossiers' ways, and counts by what came and went."""
    if not dossiers:
        return
    asked = known_of_law(moment) | {"dossiers": list(dossiers), "week_end": week_end(moment)}
    connection.execute(PLANS, ONCE if len(dossiers) <= _FEW else EACH_TIME)
    connection.execute(_statement(_day(moment)), asked)


_FINDING = "dossier, holder, stage, book, number, cause, since, severity, place, rule_book, detail"
_STANDING = "dossier, holder, stage, number, urgency, this_week, next_due, last_day, rule_book, rule, place, since, until, changed_in"
_KEPT = f"""
    , week AS MATERIALIZED (SELECT DISTINCT r.dossier FROM r WHERE r.kind = 'duty' AND r.due > :moment AND r.due <= :week_end),
    first AS (SELECT DISTINCT ON (r.dossier) r.* FROM r WHERE r.kind = 'duty' AND r.due IS NOT NULL
        ORDER BY r.dossier, r.due, r.rule),
    turns AS (SELECT r.dossier, max(turn.at) FILTER (WHERE turn.at <= :moment) AS since,
            min(turn.at) FILTER (WHERE turn.at > :moment) AS until
        FROM r CROSS JOIN LATERAL (VALUES ('duty', r.due), ('duty', r.due + interval '{WORSE}'), ('duty', {QUARTER}),
            ('duty', date_trunc('week', (r.due - interval '1 microsecond') AT TIME ZONE '{TIMEZONE}') AT TIME ZONE '{TIMEZONE}'),
            ('bar', r.due), ('bar', r.due - interval '{NEAR_BAR} days')) turn (kind, at)
        WHERE turn.kind = r.kind GROUP BY 1),
    was AS MATERIALIZED (SELECT dossier, holder, stage, this_week, changed_in FROM standing WHERE dossier = ANY (:dossiers)),
    gone AS (DELETE FROM finding WHERE dossier = ANY (:dossiers) RETURNING dossier, holder, stage, cause),
    ended AS (DELETE FROM standing WHERE dossier = ANY (:dossiers)
        AND coalesce((SELECT c.stage FROM dossier c WHERE c.id = standing.dossier), 'closed') = 'closed'),
    stand AS (INSERT INTO standing ({_STANDING})
        SELECT d.id, d.holder, d.stage, d.number, {URGENCY.format(due="first.due", number="d.number")},
            week.dossier IS NOT NULL, first.due, first.last_day, first.book, first.rule, first.place,
            coalesce(turns.since, '-infinity'), coalesce(turns.until, 'infinity'), week_of(d.changed_at)
        FROM d LEFT JOIN first ON first.dossier = d.id LEFT JOIN week ON week.dossier = d.id
            LEFT JOIN turns ON turns.dossier = d.id
        ON CONFLICT (dossier) DO UPDATE SET ({_STANDING}) = ROW (excluded.*)),
    kept AS (INSERT INTO finding ({_FINDING}, by_number, by_severity, by_since)
        SELECT d.id, d.holder, d.stage, d.book, d.number, found.cause, found.since, found.severity, found.place, found.rule_book,
            found.detail, {", ".join(key(order, "found", "d") for order in ORDERS)}
        FROM found JOIN d ON d.id = found.dossier),
    rested AS (INSERT INTO resting AS total (stage, week, number) SELECT stage, week, sum(sign) FROM (
            SELECT stage, changed_in, -1 FROM was UNION ALL SELECT stage, week_of(changed_at), 1 FROM d) one (stage, week, sign)
        GROUP BY 1, 2 HAVING sum(sign) <> 0 ON CONFLICT (stage, week) DO UPDATE SET number = total.number + excluded.number),
    told (sign, dossier, holder, stage, cause) AS (
        SELECT -1, dossier, holder, stage, cause FROM gone
        UNION ALL SELECT -1, dossier, holder, stage, '' FROM was
        UNION ALL SELECT -1, dossier, holder, stage, '{THIS_WEEK}' FROM was WHERE this_week
        UNION ALL SELECT 1, d.id, d.holder, d.stage, found.cause FROM found JOIN d ON d.id = found.dossier
        UNION ALL SELECT 1, id, holder, stage, '' FROM d
        UNION ALL SELECT 1, id, holder, stage, '{THIS_WEEK}' FROM d JOIN week ON week.dossier = d.id),
    summed AS (SELECT holder, stage, cause, sign * count(DISTINCT dossier) AS number FROM told GROUP BY sign, holder, stage, cause)
    INSERT INTO finding_count AS total (holder, stage, cause, number)
    SELECT coalesce(holder, ''), stage, cause, sum(number)
    FROM summed GROUP BY GROUPING SETS ((stage, cause), (holder, stage, cause)) HAVING sum(number) <> 0
    ON CONFLICT (holder, stage, cause) DO UPDATE SET number = total.number + excluded.number
"""  # noqa: S608 - written here
