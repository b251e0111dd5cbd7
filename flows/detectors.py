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
from models.law.limits import TIMEZONE
from models.law.schema import Kind, Stage

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
NEAR_BAR = 15
"""Days before the end of a time bar from which somebody should look."""
RETURNS = 2
"""So many returns are a quarrel, not a slip."""
FEWEST = 10
"""Dossiers of a stage from which "nine in ten" says something."""


@dataclass(frozen=True)
class Detector:
    """A cause: what it is called, and the rows in which it is; `d` are the open dossiers looked at.

    The statement gives `dossier, since, severity, place, rule_book, detail`: the rule in whose place a limit runs with its own
    book and rule, or in `detail` what was found.
    """

    cause: str
    title: str
    title_en: str
    sql: str


# A duty nobody has done, that does not stand still; what must be done within so long before an end is never late.
_OPEN_DUTY = """l.ended_at IS NULL AND l.kind = 'duty' AND l.opens IS NULL AND l.due IS NOT NULL
    AND coalesce(l.explanation ->> 'suspended', 'false') <> 'true'"""
_OF_LIMIT = "coalesce(l.stands_for, l.rule), l.book, l.rule"


OVERDUE = Detector(
    "overdue", "Đã quá hạn", "Past its limit",
    f"""SELECT d.id, l.due, CASE WHEN l.due <= :moment - interval '10 days' THEN 'critical' ELSE 'high' END, {_OF_LIMIT}
        FROM d JOIN time_limit l ON l.dossier = d.id WHERE {_OPEN_DUTY} AND l.due <= :moment""",  # noqa: S608 - written here
)  # fmt: skip
DUE_SOON = Detector(
    "due_soon", "Sắp hết hạn", "Ends within a quarter of its term",
    f"""SELECT d.id, l.due - greatest(l.due - l.starts_at, l.starts_at - l.due) / 4, 'low', {_OF_LIMIT}
        FROM d JOIN time_limit l ON l.dossier = d.id WHERE {_OPEN_DUTY} AND l.due > :moment
        AND l.due - greatest(l.due - l.starts_at, l.starts_at - l.due) / 4 <= :moment""",  # noqa: S608 - written here
)  # fmt: skip
TIME_BAR = Detector(
    "time_bar", "Thời hiệu sắp hết hoặc đã hết", "The time bar is near or has passed",
    f"""SELECT d.id, least(l.due, l.due - interval '{NEAR_BAR} days'),
            CASE WHEN l.due <= :moment THEN 'critical' ELSE 'high' END, {_OF_LIMIT}
        FROM d JOIN time_limit l ON l.dossier = d.id
        WHERE l.kind = 'bar' AND l.ended_at IS NULL AND l.due <= :moment + interval '{NEAR_BAR} days'""",  # noqa: S608 - written here
)  # fmt: skip
NOBODY = Detector(
    "nobody_can_act", "Cơ quan giữ hồ sơ không còn ai thực hiện được", "Nobody at the holding agency can act",
    """SELECT d.id, d.changed_at, 'high', NULL, NULL, NULL FROM d JOIN agency a
            ON a.code = coalesce(CAST(:heirs AS jsonb) ->> d.holder, d.holder)
        WHERE a.valid_to < :today OR NOT EXISTS (SELECT FROM account WHERE account.agency = a.code
            AND NOT account.disabled AND account.role IN ('officer','head','clerk','judge'))""",
)  # fmt: skip
WAITING = Detector(
    "waiting_for_answer", "Chờ cơ quan khác trả lời", "Waits for another body's answer",
    f"""SELECT d.id, l.starts_at, 'low', {_OF_LIMIT}
        FROM d JOIN time_limit l ON l.dossier = d.id
        JOIN jsonb_to_recordset(CAST(:duties AS jsonb)) w (book text, stage text, rule text, parties jsonb)
            ON w.book = d.book AND w.stage = d.stage AND w.rule = coalesce(l.stands_for, l.rule)
        WHERE {_OPEN_DUTY} AND l.due > :moment AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(w.parties) party (name)
            WHERE party.name IN ('holder','any') OR coalesce(d.parties ->> party.name, d.holder) = d.holder)""",  # noqa: S608 - written here
)  # fmt: skip
RETURNED = Detector(
    "returned_often", "Bị trả lại nhiều lần", "Returned twice or more",
    f"""SELECT d.id, max(e.occurred_at), 'medium', NULL, NULL, count(*)::text
        FROM d JOIN event e ON e.dossier = d.id WHERE e.action = ANY (:returns)
        AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id)
        GROUP BY d.id HAVING count(*) >= {RETURNS}""",  # noqa: S608 - written here
)  # fmt: skip
IDLE = Detector(
    "idle", "Để lâu không xử lý", "Idle longer than nine in ten dossiers of its stage",
    """SELECT d.id, d.changed_at, 'medium', NULL, NULL, NULL
        FROM d JOIN jsonb_each_text(CAST(:idle AS jsonb)) usual (stage, since) ON usual.stage = d.stage
        WHERE d.changed_at < CAST(usual.since AS timestamptz)""",
)  # fmt: skip
FAILED = Detector(
    "failed_work", "Việc nền hoặc văn bản bị lỗi", "A job or a document has failed",
    """SELECT d.id, min(j.created_at), 'medium', NULL, NULL, min(j.id)::text
        FROM job j CROSS JOIN LATERAL jsonb_array_elements_text(j.events) told (event)
        JOIN event e ON e.id = CAST(told.event AS uuid) JOIN d ON d.id = e.dossier
        WHERE j.state = 'parked' GROUP BY d.id""",
)  # fmt: skip
ABSCONDED = Detector(
    "absconded", "Người trong hồ sơ bỏ trốn", "The person has absconded",
    """SELECT d.id, CAST(gone.at AS timestamptz), 'critical', NULL, NULL, gone.action
        FROM d CROSS JOIN LATERAL (SELECT done.key AS action, done.value AS at FROM jsonb_each_text(d.acts) done
            WHERE done.key IN ('escape','record_evasion','record_absence') ORDER BY done.value LIMIT 1) gone""",
)  # fmt: skip
HELD = Detector(
    "held_without_ground", "Còn bị quản lý khi không còn căn cứ", "Held though no ground allows it any more",
    """SELECT d.id, least(CAST(d.acts ->> 'terminate' AS timestamptz), CASE WHEN d.facts ->> 'outcome' = 'refuse'
                THEN CAST(coalesce(d.acts ->> 'decide_appeal', d.acts ->> 'decide') AS timestamptz) END, bar.due),
            'critical', NULL, NULL, NULL
        FROM d LEFT JOIN LATERAL (SELECT min(l.due) AS due FROM time_limit l WHERE l.dossier = d.id AND l.kind = 'bar'
            AND l.ended_at IS NULL AND l.due <= :moment) bar ON true
        WHERE d.acts ? 'place_pending' AND (d.acts ? 'terminate' OR bar.due IS NOT NULL
            OR (d.facts ->> 'outcome' = 'refuse' AND d.acts ? 'decide'))""",
)  # fmt: skip
LAW_CHANGED = Detector(
    "law_changed", "Luật đã thay đổi", "The law changed under it",
    """SELECT d.id, CAST(CAST(:newer AS jsonb) ->> d.book AS timestamptz), 'high', NULL, NULL, NULL
        FROM d WHERE d.id IN (SELECT dossier.id FROM dossier WHERE {law_changed})""",
)  # fmt: skip
INCONSISTENT = Detector(
    "inconsistent", "Dữ liệu mâu thuẫn", "Its data contradict each other",
    """SELECT d.id, d.changed_at, 'high', NULL, NULL, found.what FROM d JOIN agency a ON a.code = d.holder
        JOIN person p ON p.id = d.person
        LEFT JOIN LATERAL (SELECT e.digest, e.stage_after FROM event e WHERE e.dossier = d.id ORDER BY e.seq DESC LIMIT 1)
            last ON true
        LEFT JOIN jsonb_to_recordset(CAST(:ages AS jsonb)) law (book text, least int, minors bool) ON law.book = d.book
        CROSS JOIN LATERAL (SELECT p.data ->> 'birth_date' AS birth) said
        CROSS JOIN LATERAL (SELECT CASE length(said.birth)
            WHEN 10 THEN said.birth::date
            WHEN 7 THEN ((said.birth || '-01')::date + interval '1 month' - interval '1 day')::date
            WHEN 4 THEN (said.birth || '-12-31')::date END AS latest) b
        CROSS JOIN LATERAL (SELECT extract(year FROM d.opened_on) - extract(year FROM b.latest)
            - (to_char(d.opened_on, 'MMDD') < to_char(b.latest, 'MMDD'))::int AS years) age
        CROSS JOIN LATERAL unnest(ARRAY[
            CASE WHEN last.digest IS DISTINCT FROM d.head OR last.stage_after IS DISTINCT FROM d.stage THEN 'chain' END,
            CASE WHEN age.years < law.least THEN 'too_young' WHEN age.years < 18 AND NOT law.minors THEN 'minor' END,
            CASE WHEN NOT EXISTS (SELECT FROM jsonb_to_recordset(CAST(:kinds AS jsonb)) k (book text, stage text, kind text)
                WHERE k.book = d.book AND k.stage = d.stage AND k.kind = a.kind) THEN 'holder' END
        ]) found (what) WHERE found.what IS NOT NULL""",
)  # fmt: skip

DETECTORS: Mapping[str, Detector] = {
    one.cause: one
    for one in (
        OVERDUE, DUE_SOON, TIME_BAR, NOBODY, WAITING, RETURNED, IDLE, FAILED, ABSCONDED, HELD, LAW_CHANGED, INCONSISTENT,
    )
}  # fmt: skip
"""Every cause."""


def found_by(causes: Sequence[str], looked_at: str, today: date) -> str:
    """The beginning of a statement: `d`, the dossiers looked at, and `found`, all that these detectors find in them.

    Args:
        causes: keys of `DETECTORS`.
        looked_at: a SELECT of dossiers' rows.
        today: the legal day whose law counts.
    """
    union = " UNION ALL ".join(
        f"SELECT CAST('{cause}' AS text), one.* FROM ({DETECTORS[cause].sql}) one"  # noqa: S608 - written here
        for cause in causes
    )
    condition = law_changed(today).compile(dialect=_NAMED, compile_kwargs={"literal_binds": True})
    columns = "cause, dossier, since, severity, place, rule_book, detail"
    found = f"WITH d AS MATERIALIZED ({looked_at}), found ({columns}) AS ({union})"
    return found.replace("{law_changed}", str(condition))


_NAMED = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
_USUAL = text("""
    SELECT stage, percentile_cont(0.1) WITHIN GROUP (ORDER BY extract(epoch FROM changed_at)) AS since
    FROM dossier WHERE stage <> 'closed' GROUP BY stage HAVING count(*) >= :fewest
""")
_ABOLISHED = text("SELECT code FROM agency WHERE valid_to < :today AND successor IS NOT NULL")


def known(connection: Connection, moment: datetime) -> dict[str, Any]:
    """What the detectors are told beside the rows: the moment, the law, who stands for whom, and what is usual."""
    today = moment.astimezone(TIMEZONE).date()
    agencies = Agencies(connection)
    abolished = list(connection.execute(_ABOLISHED, {"today": today}).scalars())
    agencies.read(abolished)
    usual = {
        row.stage: datetime.fromtimestamp(float(row.since), TIMEZONE).isoformat()
        for row in connection.execute(_USUAL, {"fewest": FEWEST})
    }
    return {
        "moment": moment, "today": today, "returns": _returns(),
        "heirs": _json({code: agencies.in_charge(code, today) for code in abolished}), "idle": _json(usual), **_law(),
    }  # fmt: skip


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
        for kind in book.kinds_in(stage)
    ]
    return {"newer": _json(newer), "ages": _json(ages), "kinds": _json(kinds), "duties": _json(_duties())}


def _duties() -> list[dict[str, Any]]:
    """For each book, stage and duty the parties whose acts end it."""
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
    ]


@cache
def _returns() -> list[str]:
    """Acts by which a dossier is sent back."""
    returns = (action.code for book in books() for action in book.actions if action.next)
    return sorted({code for code in returns if code.startswith("return_")})
