"""Which dossiers stand still and why: read when asked, right without the sweep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows.books import book as book_of
from flows.books import successor
from flows.detectors import COUNTRYWIDE, DETECTORS, Severity, found_by, known
from flows.engine import Actor
from flows.ladder import who_must_act
from flows.state import Agencies
from flows.supervision import Supervision
from models.law.limits import TIMEZONE
from models.law.schema import Action
from models.seeing import ROOT, sees, sight
from models.store import reach

WATCHING = frozenset({"supervisor", "auditor"})
"""Who looks at every agency of a territory; everyone else at what their own agency holds."""
_NEXT: Mapping[str, tuple[str, ...]] = {
    "law_changed": ("migrate",), "held_without_ground": ("end_pending",),
    "absconded": ("capture", "end_evasion", "end_absence"),
    "returned_often": ("remind",), "idle": ("remind",), "nobody_can_act": ("give_account",), "failed_work": ("retry_job",),
    "chain": ("verify_chain",), "too_young": ("correct",), "minor": ("correct",), "holder": ("void_last",),
}  # fmt: skip
"""The acts, or the steps beside a dossier's acts, that end a cause or what was found, when it is about no limit."""
STEPS: Mapping[str, tuple[str, str]] = {
    "migrate": ("Chuyển hồ sơ sang bộ quy tắc mới", "Migrate to the new rulebook"),
    "remind": ("Nhắc việc", "Remind whoever must act"),
    "correct": ("Đính chính hồ sơ", "Correct the dossier"),
    "void_last": ("Hủy thao tác cuối", "Take back the last act"),
    "give_account": ("Mở tài khoản, hoặc ghi cơ quan kế nhiệm", "Enable an account, or record the successor"),
    "retry_job": ("Chạy lại việc nền", "Try the job again"),
    "verify_chain": ("Kiểm tra chuỗi thao tác", "Verify the chain"),
}
"""Steps that are no acts of a book, in both languages."""
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
    """One dossier, whoever looks after it."""
    dossiers: tuple[UUID, ...] | None = None
    """Of those looked after these only."""


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
    key: str
    """Its place in the list."""

    @property
    def next_title(self) -> tuple[str, str] | None:
        """What ends it is called, in both languages."""
        if self.action:
            return (self.action.title, self.action.title_en)
        return STEPS[self.next_code] if self.next_code else None


ORDERS: Mapping[str, str] = {
    "number": "''",
    "severity": "array_position(ARRAY['critical','high','medium','low'], found.severity)::text || {since}",
    "since": "{since}",
}
"""By what a list may be ordered: the dossier's number, the gravest first, or what stands still longest first."""
_SINCE = """' ' || to_char(found.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""


def looked_after(connection: Connection, actor: Actor, narrowed: Narrowed) -> tuple[str, dict[str, Any]]:
    """The first wall and what is asked for: the condition on `d`, the dossiers the actor looks after, and its values."""
    conditions, values = ["true"], dict[str, Any]()
    if actor.role in WATCHING:
        territory = connection.execute(_TERRITORY, {"own": actor.agency}).scalar_one_or_none() or "-"
        if territory != ROOT:
            holders = connection.execute(_WITHIN, {"territory": territory}).scalars().all()
            conditions, values = ["d.holder = ANY (:holders)"], {"holders": list(holders)}
    else:
        conditions, values = ["d.holder = ANY (:holders)"], {"holders": reach(connection).agencies}
    for name in ("agency", "stage"):
        if value := getattr(narrowed, name):
            conditions.append(f"d.{'holder' if name == 'agency' else name} = :{name}")
            values[name] = str(value)
    if narrowed.dossiers is not None:
        conditions.append("d.id = ANY (:dossiers)")
        values["dossiers"] = list(narrowed.dossiers)
    return " AND ".join(conditions), values


_TERRITORY = text("SELECT territory FROM agency WHERE code = :own")
_WITHIN = text(
    "SELECT code FROM agency WHERE territory = :territory OR starts_with(territory, :territory || '/')"
)


def stuck(
    connection: Connection,
    actor: Actor,
    moment: datetime,
    narrowed: Narrowed,
    after: str = "",
    at_most: int = 50,
    order: str = "number",
) -> list[Stuck]:
    """What stands in the way of the dossiers the actor looks after.

    Args:
        connection: a unit of work in the actor's scope.
        actor: who asks.
        moment: when it is.
        narrowed: to which causes, agency, stage or severity; or to one dossier, whoever of those who see it asks.
        after: the key of the last one of the page before.
        at_most: so many.
        order: one of `ORDERS`.
    """
    causes = [narrowed.cause] if narrowed.cause else list(DETECTORS)
    connection.execute(COUNTRYWIDE)
    asked = known(connection, moment)
    if narrowed.dossier is not None:
        asked |= {"dossier": narrowed.dossier, **sight(connection)}
        begun = found_by(causes, sees("dossier.id"), asked["today"], one=True)
    else:
        condition, values = looked_after(connection, actor, narrowed)
        asked |= values
        begun = found_by(causes, condition, asked["today"])
    listed = _LISTED.replace("{order}", ORDERS[order].replace("{since}", _SINCE))
    asked |= {"after": after, "severity": narrowed.severity, "most": at_most}
    rows = connection.execute(text(begun + listed), asked).all()
    offices = _Offices(connection)
    return [_item(row, offices) for row in rows]


_LISTED = """
    , keyed AS (SELECT found.*, d.number, d.book, d.stage, d.holder, ({order}) || ' ' || d.number || ' ' || found.cause
            || ' ' || CASE WHEN found.place IS NULL THEN '' ELSE found.detail END COLLATE "C" AS key
        FROM found JOIN d ON d.id = found.dossier
        WHERE CAST(:severity AS text) IS NULL OR found.severity = :severity),
    page AS (SELECT * FROM keyed WHERE key > :after ORDER BY key LIMIT :most)
    SELECT page.*, dossier.parties FROM page JOIN dossier ON dossier.id = page.dossier ORDER BY page.key
"""


class _Offices:
    """Who acts where the holder cannot: whoever stands above it, and those who run the installation."""

    def __init__(self, connection: Connection) -> None:
        self._agencies, self._supervision = Agencies(connection), Supervision(connection)

    def above(self, holder: str) -> tuple[str, ...]:
        """The nearest supervisors of an agency, or administrators where nobody supervises it."""
        self._agencies.read([holder])
        return tuple(self._supervision.above(self._agencies[holder].territory)) or self.running

    @property
    def running(self) -> tuple[str, ...]:
        """Where administrators work."""
        return tuple(self._supervision.administrators)


def _item(row: Any, offices: _Offices) -> Stuck:  # noqa: ANN401 - a row
    book = book_of(row.book)
    who: tuple[str, ...] = (row.holder,)
    if row.cause == "nobody_can_act":
        who = offices.above(row.holder) or who
    elif row.cause == "failed_work" or row.detail == "chain":
        who = offices.running or who
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
    for wanted in _NEXT.get(row.cause) or (_NEXT.get(row.detail, ()) if row.place is None else ()):
        found = next((one for one in book.actions if one.code == wanted and row.stage in one.stages), None)
        if found or wanted in STEPS:
            action, code = found, wanted
            break
    if row.cause == "law_changed" and (newer := successor(row.book)) and newer.transition:
        citation = newer.transition.citation
    elif action and citation is None:
        citation = action.citation
    return Stuck(
        row.dossier, row.number, row.stage, row.holder, row.book, row.cause, row.since.astimezone(TIMEZONE),
        row.severity, row.detail if row.place else None,
        missing or MISSING.get(row.detail, ("", "")), citation or book.title, who, action, code, row.key,
    )  # fmt: skip
