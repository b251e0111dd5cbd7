"""What stands in a dossier's way: one detector a cause, each one condition on the rows, true at the moment it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql

from flows.books import books, successor
from flows.law_change import law_changed
from flows.state import Agencies
from models.law.calendar import ONE_DAY
from models.law.counting import midnight
from models.law.limits import TIMEZONE
from models.law.schema import Kind, Stage

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
NEAR_BAR = 15
"""Days before the end of a time bar from which somebody should look."""
RETURNS = 2
"""So many returns are a quarrel, not a slip."""
COUNTRYWIDE = text("""SELECT set_config('work_mem', '32MB', true), set_config('enable_mergejoin', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true)""")
"""What a statement over all open dossiers of the country needs, lest it sorts them on disk, or at all to join them, or waits for
workers longer than they save."""
PLANS = text("SELECT set_config('plan_cache_mode', :plans, true)")
"""Whether statements are planned once, each time, or as the server thinks."""
EACH_TIME, ONCE, AS_USUAL = (
    {"plans": plans} for plans in ("force_custom_plan", "force_generic_plan", "auto")
)
"""A page of an ordered list is planned each time: a plan that fits a commune reads a whole country for a province, and vice versa."""
STAGES = tuple(stage.value for stage in Stage if stage != Stage.closed)
FEWEST = 10
"""Dossiers of a stage from which "nine in ten" says something."""


@dataclass(frozen=True)
class Detector:
    """A cause: what it is called, and the rows in which it is.

    `d` are the open dossiers looked at, `g` where they are, `r` their limits that run: duties and bars that nobody has met
    and that do not stand still; what must be done within so long before an end is never late and not among them. The
    statement gives `dossier, since, severity, place, rule_book, detail`: the rule in whose place a limit runs with its own
    book and rule, or in `detail` what was found; `{of}` stands where columns of `d` may follow, and `{within}` where a further
    condition may.
    """

    cause: str
    title: str
    title_en: str
    sql: str


_OF_LIMIT = "r.place, r.book, r.rule"
QUARTER = "r.due - greatest(r.due - r.starts_at, r.starts_at - r.due) / 4"
"""When the last quarter of a limit's term begins."""
WORSE = "10 days"
"""After so long past its end a limit is a grave matter."""


OVERDUE = Detector(
    "overdue", "Đã quá hạn", "Past its limit",
    f"""SELECT r.dossier, r.due, CASE WHEN r.due <= :moment - interval '{WORSE}' THEN 'critical' ELSE 'high' END, {_OF_LIMIT}
        FROM r WHERE r.kind = 'duty' AND r.due <= :moment""",  # noqa: S608 - written here
)  # fmt: skip
DUE_SOON = Detector(
    "due_soon", "Sắp hết hạn", "Ends within a quarter of its term",
    f"""SELECT r.dossier, {QUARTER}, 'low', {_OF_LIMIT}
        FROM r WHERE r.kind = 'duty' AND r.due > :moment AND {QUARTER} <= :moment""",  # noqa: S608 - written here
)  # fmt: skip
TIME_BAR = Detector(
    "time_bar", "Thời hiệu sắp hết hoặc đã hết", "The time bar is near or has passed",
    f"""SELECT r.dossier, r.due - interval '{NEAR_BAR} days', CASE WHEN r.due <= :moment THEN 'critical' ELSE 'high' END,
            {_OF_LIMIT}
        FROM r WHERE r.kind = 'bar' AND r.due <= :moment + interval '{NEAR_BAR} days'""",  # noqa: S608 - written here
)  # fmt: skip
NOBODY = Detector(
    "nobody_can_act", "Cơ quan giữ hồ sơ không còn ai thực hiện được", "Nobody at the holding agency can act",
    """SELECT d.id, greatest(d.changed_at, CAST(CAST(:ended_at AS jsonb) ->> d.holder AS timestamptz)), 'high', NULL, NULL, NULL{of}
        FROM d WHERE d.holder = ANY (:unable)""",
)  # fmt: skip
WAITING = Detector(
    "waiting_for_answer", "Chờ cơ quan khác trả lời", "Waits for another body's answer",
    f"""SELECT r.dossier, r.starts_at, 'low', {_OF_LIMIT}
        FROM r JOIN jsonb_to_recordset(CAST(:duties AS jsonb)) w (book text, stage text, rule text, parties jsonb)
            ON w.book = r.present_book AND w.stage = r.stage AND w.rule = r.place
            JOIN dossier ON dossier.id = r.dossier
        WHERE r.kind = 'duty' AND (r.due IS NULL OR r.due > :moment)
            AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(w.parties) party (name)
                WHERE coalesce(dossier.parties ->> party.name, r.holder) = r.holder)""",  # noqa: S608 - written here
)  # fmt: skip
RETURNED = Detector(
    "returned_often", "Bị trả lại nhiều lần", "Returned twice or more",
    f"""SELECT d.id, max(e.occurred_at), 'medium', NULL, NULL, count(*)::text
        FROM d JOIN event e ON e.dossier = d.id WHERE starts_with(e.action, 'return_') AND e.action = ANY (:returns)
        AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id)
        GROUP BY d.id HAVING count(*) >= {RETURNS}""",  # noqa: S608 - written here
)  # fmt: skip
# Stage by stage, so that each is a stretch of an index.
IDLE = Detector(
    "idle", "Để lâu không xử lý", "Idle longer than nine in ten dossiers of its stage",
    " UNION ALL ".join(f"""SELECT d.id, d.changed_at, 'medium', NULL, NULL, NULL{{of}} FROM d
        WHERE d.stage = '{stage}' AND d.changed_at < CAST(:rest_{stage} AS timestamptz){{within}}""" for stage in STAGES),  # noqa: S608
)  # fmt: skip
FAILED = Detector(
    "failed_work", "Việc nền hoặc văn bản bị lỗi", "A job or a document has failed",
    """WITH one AS MATERIALIZED (SELECT CAST(told.event AS uuid) AS event, j.id, j.created_at
            FROM job j CROSS JOIN LATERAL jsonb_array_elements_text(j.events) told (event) WHERE j.state = 'parked')
        SELECT d.id, parked.at, 'medium', NULL, NULL, parked.job{of}
        FROM (SELECT e.dossier, min(one.created_at) AS at, min(one.id)::text AS job
            FROM one JOIN event e ON e.id = one.event GROUP BY 1) parked JOIN d ON d.id = parked.dossier""",
)  # fmt: skip
ABSCONDED = Detector(
    "absconded", "Người trong hồ sơ bỏ trốn", "The person has absconded",
    """SELECT d.id, CAST(gone.at AS timestamptz), 'critical', NULL, NULL, gone.action
        FROM d JOIN dossier ON dossier.id = d.id CROSS JOIN LATERAL (SELECT done.key AS action, done.value AS at
            FROM jsonb_each_text(dossier.acts) done
            WHERE done.key IN ('escape','record_evasion','record_absence') ORDER BY done.value LIMIT 1) gone
        WHERE dossier.stage <> 'closed' AND dossier.acts ?| ARRAY['escape','record_evasion','record_absence']""",
)  # fmt: skip
HELD = Detector(
    "held_without_ground", "Còn bị quản lý khi không còn căn cứ", "Held though no ground allows it any more",
    """SELECT found.id, min(found.since), 'critical', NULL, NULL, NULL FROM (
        SELECT d.id, least(CAST(dossier.acts ->> 'terminate' AS timestamptz), CASE WHEN dossier.facts ->> 'outcome' = 'refuse'
            THEN CAST(coalesce(dossier.acts ->> 'decide_appeal', dossier.acts ->> 'decide') AS timestamptz) END) AS since
        FROM d JOIN dossier ON dossier.id = d.id WHERE dossier.stage <> 'closed' AND dossier.acts ? 'place_pending'
            AND (dossier.acts ? 'terminate' OR (dossier.facts ->> 'outcome' = 'refuse' AND dossier.acts ? 'decide'))
        UNION ALL SELECT r.dossier, r.due FROM r JOIN dossier ON dossier.id = r.dossier
        WHERE r.kind = 'bar' AND r.due <= :moment AND dossier.acts ? 'place_pending') found GROUP BY 1""",
)  # fmt: skip
LAW_CHANGED = Detector(
    "law_changed", "Luật đã thay đổi", "The law changed under it",
    """SELECT d.id, CAST(CAST(:newer AS jsonb) ->> d.book AS timestamptz), 'high', NULL, NULL, NULL
        FROM d JOIN dossier ON dossier.id = d.id WHERE d.book = ANY (:ended) AND {law_changed}""",
)  # fmt: skip
INCONSISTENT = Detector(
    "inconsistent", "Dữ liệu mâu thuẫn", "Its data contradict each other",
    """SELECT d.id, d.changed_at, 'high', NULL, NULL, found.what FROM d JOIN doubt ON doubt.dossier = d.id
            LEFT JOIN jsonb_to_recordset(CAST(:ages AS jsonb)) law (book text, least int, minors bool) ON law.book = d.book
            CROSS JOIN LATERAL unnest(ARRAY[
                CASE WHEN doubt.chain_broken THEN 'chain' END,
                CASE WHEN doubt.age < law.least THEN 'too_young' WHEN doubt.age < 18 AND NOT law.minors THEN 'minor' END
            ]) found (what) WHERE found.what IS NOT NULL
        UNION ALL SELECT d.id, d.changed_at, 'high', NULL, NULL, 'holder' FROM d WHERE (d.holder, d.stage, d.book) IN (
            SELECT g.holder, g.stage, g.book FROM g JOIN agency a ON a.code = g.holder
            WHERE (g.book, g.stage, a.kind) NOT IN (SELECT k.book, k.stage, k.kind
                FROM jsonb_to_recordset(CAST(:kinds AS jsonb)) k (book text, stage text, kind text)))""",
)  # fmt: skip

DETECTORS: Mapping[str, Detector] = {
    one.cause: one
    for one in (
        OVERDUE, DUE_SOON, TIME_BAR, NOBODY, WAITING, RETURNED, IDLE, FAILED, ABSCONDED, HELD, LAW_CHANGED, INCONSISTENT,
    )
}  # fmt: skip
"""Every cause."""


PASSING = ("nobody_can_act", "idle", "failed_work")
"""Causes that turn on more than a dossier and the time: they are found when asked, all others are kept (`flows/findings.py`)."""
KEPT = tuple(cause for cause in DETECTORS if cause not in PASSING)
"""Causes found in a dossier's own rows."""
_OF_DOSSIERS = """d AS MATERIALIZED (
        SELECT id, number, book, stage, holder, opened_on, changed_at FROM dossier
        WHERE id = ANY (:dossiers) AND stage <> 'closed' AND {narrowed}
    ), r AS MATERIALIZED (
        SELECT d.id AS dossier, l.kind, l.book, l.rule, coalesce(l.stands_for, l.rule) AS place, l.starts_at, l.due, l.last_day,
            d.book AS present_book, d.stage, d.holder
        FROM time_limit l JOIN d ON d.id = l.dossier WHERE l.ended_at IS NULL AND l.kind IN ('duty','bar') AND l.opens IS NULL
            AND coalesce(l.explanation ->> 'suspended', 'false') <> 'true'
    ), g AS MATERIALIZED (SELECT DISTINCT holder, stage, book FROM d)"""
_LOOKED_AFTER = "d AS NOT MATERIALIZED (SELECT * FROM looked_after d WHERE {narrowed})"
_COLUMNS = "cause, dossier, since, severity, place, rule_book, detail"
_OF = ("holder", "stage", "book", "number")


def found_in(causes: Sequence[str], narrowed: str, today: date) -> str:
    """The beginning of a statement: `d`, those of `:dossiers` that are open, `r`, their limits, and `found`, what is found.

    Args:
        causes: keys of `DETECTORS`.
        narrowed: a condition on `d`: which of them are seen.
        today: the legal day whose law counts.
    """
    condition = law_changed(today).compile(dialect=_NAMED, compile_kwargs={"literal_binds": True})
    union = _union(causes, "").replace("{law_changed}", str(condition))
    return f"WITH {_OF_DOSSIERS.replace('{narrowed}', narrowed)}, found ({_COLUMNS}) AS ({union})"


def found_passing(causes: Sequence[str], narrowed: str, within: str = "") -> str:
    """The same for causes of `PASSING` in all dossiers looked after, of which `found` tells holder, stage, book and number too.

    Args:
        causes: of `PASSING`.
        narrowed: a condition on `d`, on its holder or stage.
        within: of idle dossiers, which are a tenth of all, a further condition (`AND …`) on `d`.
    """
    of = "".join(f", d.{name}" for name in _OF)
    looked_at = _LOOKED_AFTER.replace("{narrowed}", narrowed)
    return f"WITH {looked_at}, found ({_COLUMNS}, {', '.join(_OF)}) AS ({_union(causes, of, within)})"


def _union(causes: Sequence[str], of: str, within: str = "") -> str:
    asked = {cause: DETECTORS[cause].sql.replace("{of}", of).replace("{within}", within) for cause in causes}
    return " UNION ALL ".join(
        f"SELECT CAST('{cause}' AS text), one.* FROM ({sql}) one"  # noqa: S608 - written here
        for cause, sql in asked.items()
    )


_NAMED = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
_USUAL = text("SELECT stage, since FROM usual_rest(:fewest)")
_ABOLISHED = text("SELECT code FROM agency WHERE valid_to < :today AND successor IS NOT NULL")
_UNABLE = """SELECT d.holder, d.valid_to FROM (SELECT code AS holder, valid_to FROM agency) d WHERE ({among}) AND d.valid_to < :today
    UNION ALL SELECT d.holder, NULL FROM (SELECT code AS holder, valid_to FROM unstaffed u JOIN agency ON agency.code = u.agency) d
    WHERE ({among}) AND coalesce(d.valid_to >= :today, true)"""
_AMONG = {
    "dossiers": "d.holder IN (SELECT holder FROM dossier WHERE id = ANY (:dossiers))",
    "holders": "d.holder = ANY (:holders)", "agency": "d.holder = :agency",
}  # fmt: skip


def known(connection: Connection, moment: datetime, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the detectors are told beside the rows: the moment, the law, where nobody can act, and how long a rest is usual.

    Args:
        connection: a unit of work.
        moment: when it is.
        values: what the statement is told: of these `dossiers`, or `holders`, or `agency` alone one wants to know.
    """
    today = moment.astimezone(TIMEZONE).date()
    agencies = Agencies(connection)
    abolished = list(connection.execute(_ABOLISHED, {"today": today}).scalars())
    agencies.read(abolished)
    heirs = {code: agencies.in_charge(code, today) for code in abolished}
    among = " AND ".join(condition for name, condition in _AMONG.items() if name in values) or "true"
    asked = {name: values[name] for name in _AMONG if name in values} | {
        "today": today,
        "heirs": [*heirs.values()],
    }
    found: dict[str, date | None] = {}
    for condition in (among, "d.holder = ANY (:heirs)") if heirs else (among,):
        rows = connection.execute(text(_UNABLE.replace("{among}", condition)), asked)
        found |= {row.holder: row.valid_to for row in rows}
    unable = {
        code: found[heirs.get(code, code)] for code in {*found, *heirs} if heirs.get(code, code) in found
    }
    usual = {row.stage: row.since for row in connection.execute(_USUAL, {"fewest": FEWEST})}
    return known_of_law(moment) | {
        "unable": sorted(unable), "today": today,
        "ended_at": _json({code: midnight(last + ONE_DAY).isoformat() for code, last in unable.items() if last}),
        **{f"rest_{stage}": usual.get(stage) for stage in STAGES},
    }  # fmt: skip


def known_of_law(moment: datetime) -> dict[str, Any]:
    """What the detectors of `KEPT` are told: the moment and the law of its day."""
    today = moment.astimezone(TIMEZONE).date()
    ended = [book.code for book in books() if book.valid_to and book.valid_to < today]
    return {"moment": moment, "returns": returns(), "ended": ended, **_law()}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


@cache
def _law() -> dict[str, str]:
    """The books as the detectors ask for them."""
    newer = {book.code: after.valid_from.isoformat() for book in books() if (after := successor(book.code))}
    ages = [
        {"book": book.code, "least": book.least_age, "minors": "minor" in book.tracks} for book in books()
    ]
    kinds = [
        {"book": book.code, "stage": stage, "kind": kind}
        for book in books()
        for stage in book.stages
        if stage != Stage.closed
        for kind in sorted(book.kinds_in(stage))
    ]
    return {"newer": _json(newer), "ages": _json(ages), "kinds": _json(kinds), "duties": _json(_duties())}


@cache
def _duties() -> list[dict[str, Any]]:
    """For each book, stage and duty that only named parties end, these; the holder waits for them if it is none of them."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for book in books():
        duties = {rule.id for rule in book.rules if rule.kind == Kind.duty}
        for action in book.actions:
            for stage in action.stages:
                for ref in action.ends:
                    if ref.id in duties:
                        found.setdefault((book.code, stage, ref.id), set()).add(action.actor)
    return [
        {"book": book, "stage": stage, "rule": rule, "parties": sorted(parties)}
        for (book, stage, rule), parties in found.items()
        if not parties & {"holder", "any"}
    ]


@cache
def returns() -> list[str]:
    """Acts by which a dossier is sent back."""
    returns = (action.code for book in books() for action in book.actions if action.next)
    return sorted({code for code in returns if code.startswith("return_")})
