"""Which dossiers stand still and why, how many are where, and how fast agencies are: read when asked, right without the sweep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows.books import book as book_of
from flows.detectors import DETECTORS, Severity, found_by, known
from flows.engine import Actor
from flows.ladder import who_must_act
from models.law.calendar import ONE_DAY
from models.law.counting import midnight
from models.law.limits import TIMEZONE
from models.law.schema import Action

CHUNK = 1000
"""Dossiers looked at in one statement of a list, in order of their numbers."""
WATCHING = frozenset({"supervisor", "auditor"})
"""Who looks at every agency of a territory; everyone else at what their own agency holds."""
_NEXT: Mapping[str, tuple[str, ...]] = {
    "law_changed": ("migrate",), "held_without_ground": ("end_pending",),
    "absconded": ("capture", "end_evasion", "end_absence"),
}  # fmt: skip
"""The acts that end a cause which is about no limit."""
MISSING: Mapping[str, tuple[str, str]] = {
    "nobody_can_act": ("tài khoản đang dùng của cán bộ hoặc người đứng đầu, hoặc cơ quan kế nhiệm",
                       "an enabled account of an officer or head, or a successor of the agency"),
    "returned_often": ("thống nhất giữa các cơ quan về điều còn thiếu", "an understanding on what the file lacks"),
    "idle": ("một thao tác nào đó trong hồ sơ", "any act in the dossier"),
    "failed_work": ("chạy lại việc nền đã dừng", "the parked job, tried again"),
    "absconded": ("ghi nhận việc bắt lại hoặc chấm dứt trốn tránh", "the capture, or the end of the evasion"),
    "held_without_ground": ("ghi nhận việc cho rời nơi quản lý", "the release from pending management"),
    "law_changed": ("chuyển sang bộ quy tắc mới hoặc lý do giữ lại", "the migration, or the reason why it stays"),
    "chain": ("kiểm tra chuỗi thao tác của hồ sơ", "a check of the dossier's chain"),
    "too_young": ("đính chính ngày sinh, hoặc kết thúc hồ sơ", "a corrected birth date, or the end of the dossier"),
    "minor": ("đính chính ngày sinh, hoặc kết thúc hồ sơ", "a corrected birth date, or the end of the dossier"),
    "holder": ("chuyển hồ sơ đến cơ quan có việc ở giai đoạn này", "a holder that has something to do in this stage"),
}  # fmt: skip


@dataclass(frozen=True)
class Narrowed:
    """What the answer is narrowed to."""

    cause: str | None = None
    agency: str | None = None
    stage: str | None = None
    severity: Severity | None = None
    dossier: UUID | None = None


@dataclass(frozen=True)
class Stuck:
    """Something in a dossier's way."""

    dossier: UUID
    number: str
    stage: str
    holder: str
    book: str
    cause: str
    since: datetime
    severity: Severity
    rule: str | None
    missing: tuple[str, str]
    citation: str | None
    who: tuple[str, ...]
    action: Action | None
    """The act that ends it; None where there is none, or no act of the book does."""
    next_code: str | None

    @property
    def key(self) -> str:
        """Its place in the list."""
        return f"{self.number} {self.cause} {self.rule or ''}"


_VISIBLE = """FROM dossier JOIN agency ON agency.code = dossier.holder WHERE dossier.stage <> 'closed'
    AND (CASE WHEN :watching THEN EXISTS (SELECT FROM agency own WHERE own.code = :own
            AND (agency.territory = own.territory OR starts_with(agency.territory, own.territory || '/')))
        ELSE dossier.holder = ANY (string_to_array(current_setting('hoso.agencies'), ',')) END)
    AND (CAST(:agency AS text) IS NULL OR dossier.holder = :agency)
    AND (CAST(:stage AS text) IS NULL OR dossier.stage = :stage)
    AND (CAST(:dossier AS uuid) IS NULL OR dossier.id = :dossier)"""
_CHUNK = f"SELECT dossier.* {_VISIBLE} AND dossier.number >= :after ORDER BY dossier.number LIMIT :chunk"


def _asked(actor: Actor, narrowed: Narrowed) -> dict[str, Any]:
    return {
        "watching": actor.role in WATCHING, "own": actor.agency, "agency": narrowed.agency, "stage": narrowed.stage,
        "dossier": narrowed.dossier,
    }  # fmt: skip


def stuck(
    connection: Connection,
    actor: Actor,
    moment: datetime,
    narrowed: Narrowed,
    after: str = "",
    at_most: int = 50,
) -> list[Stuck]:
    """What stands in the way of the dossiers the actor looks after, by number and cause.

    Args:
        connection: a unit of work in the actor's scope.
        actor: who asks.
        moment: when it is.
        narrowed: to which causes, agency, stage or severity.
        after: the key of the last one of the page before.
        at_most: so many.
    """
    causes = [narrowed.cause] if narrowed.cause else list(DETECTORS)
    asked = known(connection, moment) | _asked(actor, narrowed) | {"chunk": CHUNK}
    query = text(found_by(causes, _CHUNK, asked["today"]) + _LISTED)
    number, found = after.split(" ", 1)[0], list[Stuck]()
    while True:
        rows = connection.execute(query, {**asked, "after": number}).all()
        items = sorted((_item(row) for row in rows if row.cause), key=lambda one: one.key)
        found += [one for one in items if one.key > after and narrowed.severity in {None, one.severity}]
        if len(found) >= at_most or rows[0].looked_at < CHUNK:
            return found[:at_most]
        number = rows[0].reached + "!"  # what comes next, without this one


_LISTED = """
    SELECT (SELECT count(*) FROM d) AS looked_at, (SELECT max(number) FROM d) AS reached, one.*
    FROM (SELECT 1) always LEFT JOIN (SELECT found.*, d.number, d.book, d.stage, d.holder, d.parties
        FROM found JOIN d ON d.id = found.dossier) one ON true
"""


def _item(row: Any) -> Stuck:  # noqa: ANN401 - a row
    book = book_of(row.book)
    who: tuple[str, ...] = (row.holder,)
    action, citation, missing = None, None, MISSING.get(row.cause)
    if row.place is not None:
        rule = book_of(row.rule_book).rule(row.detail)
        who, citation, missing = (
            tuple(who_must_act(row, row.place)),
            rule.citation,
            (rule.title, rule.title_en),
        )
        ending = (one for one in book.actions if row.stage in one.stages)
        action = next((one for one in ending if any(ref.id == row.place for ref in one.ends)), None)
    code = action.code if action else None
    for wanted in _NEXT.get(row.cause, ()):
        found = next((one for one in book.actions if one.code == wanted and row.stage in one.stages), None)
        if found or wanted == "migrate":
            action, code = found, wanted
            break
    if action and citation is None:
        citation = action.citation
    return Stuck(
        row.dossier, row.number, row.stage, row.holder, row.book, row.cause, row.since.astimezone(TIMEZONE),
        row.severity, row.detail if row.place else None,
        missing or MISSING.get(row.detail, ("", "")), citation or book.title, who, action, code,
    )  # fmt: skip


@dataclass(frozen=True)
class Place:
    """An agency's dossiers in a stage: how many are open, late and soon late, and how many have each cause."""

    agency: str
    agency_name: str
    stage: str
    open: int
    overdue: int
    due_soon: int
    stuck: dict[str, int]


_COUNTED = """
    SELECT d.holder, a.name, d.stage, count(*) AS open, count(*) FILTER (WHERE mine.causes ? 'overdue') AS overdue,
        count(*) FILTER (WHERE mine.causes ? 'due_soon') AS due_soon, jsonb_agg(mine.causes) FILTER (WHERE mine.causes IS NOT NULL) AS causes
    FROM d JOIN agency a ON a.code = d.holder
        LEFT JOIN (SELECT dossier, jsonb_object_agg(cause, 1) AS causes FROM found GROUP BY dossier) mine ON mine.dossier = d.id
    GROUP BY d.holder, a.name, d.stage ORDER BY d.holder, d.stage
"""


def overview(connection: Connection, actor: Actor, moment: datetime, narrowed: Narrowed) -> list[Place]:
    """How many open dossiers are in which stage at which agency, and what stands in their way; each counts once a cause."""
    asked = known(connection, moment) | _asked(actor, narrowed)
    query = text(found_by(list(DETECTORS), f"SELECT dossier.* {_VISIBLE}", asked["today"]) + _COUNTED)
    places = []
    for row in connection.execute(query, asked):
        counts: dict[str, int] = {}
        for causes in row.causes or ():
            for cause in causes:
                counts[cause] = counts.get(cause, 0) + 1
        places.append(Place(
            row.holder, row.name, row.stage, row.open, row.overdue, row.due_soon, dict(sorted(counts.items())),
        ))  # fmt: skip
    return places


@dataclass(frozen=True)
class Speed:
    """How an agency did in a stage over a period: days from taking a dossier over to passing it on, and duties met."""

    agency: str
    agency_name: str
    stage: str
    passed_on: int
    median_days: float | None
    p90_days: float | None
    duties: int
    on_time: int

    @property
    def on_time_share(self) -> float | None:
        """The share of duties that were met on time; None without any."""
        return round(self.on_time / self.duties, 4) if self.duties else None


# Dossiers that came into a stage and left it; whoever passed one on had it. Acts that were taken back never happened.
_SPEED = text("""
    WITH watched AS (
        SELECT agency.code, agency.name FROM agency WHERE (CASE WHEN :watching THEN EXISTS (SELECT FROM agency own
                WHERE own.code = :own AND (agency.territory = own.territory OR starts_with(agency.territory, own.territory || '/')))
            ELSE agency.code = ANY (string_to_array(current_setting('hoso.agencies'), ',')) END)
        AND (CAST(:agency AS text) IS NULL OR agency.code = :agency)
    ), ended AS (
        SELECT e.id, e.dossier, e.seq, e.agency, e.stage_before, e.stage_after, e.occurred_at
        FROM event e JOIN watched ON watched.code = e.agency
        WHERE e.occurred_at >= :first AND e.occurred_at < :end AND e.voids IS NULL AND e.stage_before IS NOT NULL
            AND (CAST(:stage AS text) IS NULL OR e.stage_before = :stage)
            AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id)
    ), stays AS (
        SELECT ended.agency, ended.stage_before AS stage, extract(epoch FROM ended.occurred_at - came.at) / 86400 AS days
        FROM ended CROSS JOIN LATERAL (SELECT b.occurred_at AS at FROM event b
            WHERE b.dossier = ended.dossier AND b.seq < ended.seq AND b.stage_before IS DISTINCT FROM b.stage_after
            AND b.voids IS NULL AND NOT EXISTS (SELECT FROM event later WHERE later.voids = b.id)
            ORDER BY b.seq DESC LIMIT 1) came
        WHERE ended.stage_before <> ended.stage_after
    ), met AS (
        SELECT ended.agency, ended.stage_before AS stage, count(*) AS duties, count(*) FILTER (WHERE l.late_days IS NULL) AS on_time
        FROM ended JOIN time_limit l ON l.dossier = ended.dossier AND l.ended_by = ended.id
        WHERE l.kind = 'duty' AND l."end" = 'done' GROUP BY 1, 2
    ), speed AS (
        SELECT agency, stage, count(*) AS passed_on, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY days) AS p90
        FROM stays GROUP BY 1, 2
    )
    SELECT agency, watched.name, stage, coalesce(speed.passed_on, 0) AS passed_on, speed.median, speed.p90,
        coalesce(met.duties, 0) AS duties, coalesce(met.on_time, 0) AS on_time
    FROM speed FULL JOIN met USING (agency, stage) JOIN watched ON watched.code = agency ORDER BY agency, stage
""")


def performance(
    connection: Connection, actor: Actor, narrowed: Narrowed, first_day: date, last_day: date
) -> list[Speed]:
    """How fast agencies passed dossiers on, and how many duties they met on time, from one legal day to another."""
    asked = _asked(actor, narrowed) | {"first": midnight(first_day), "end": midnight(last_day + ONE_DAY)}
    return [
        Speed(
            row.agency, row.name, row.stage, row.passed_on, _days(row.median), _days(row.p90), row.duties, row.on_time
        )
        for row in connection.execute(_SPEED, asked)
    ]  # fmt: skip


def _days(value: float | None) -> float | None:
    return None if value is None else round(float(value), 1)
