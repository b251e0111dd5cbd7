"""Which dossiers stand still and why: read when asked, right without the sweep."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows.books import book as book_of
from flows.books import successor
from flows.detectors import (
    COUNTRYWIDE,
    DETECTORS,
    EACH_TIME,
    KEPT,
    PASSING,
    PLANS,
    Severity,
    found_in,
    found_passing,
    known,
)
from flows.engine import Actor
from flows.findings import key
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
    return " AND ".join(conditions), values


def of_country(narrowed: Narrowed, values: Mapping[str, Any]) -> bool:
    """Whether what is asked for, as `looked_after` says it, is of all agencies together."""
    return "holders" not in values and narrowed.agency is None


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
    connection.execute(COUNTRYWIDE)
    limits = {"after": after, "severity": narrowed.severity, "cause": narrowed.cause, "most": at_most}
    if narrowed.dossier is not None:
        values = {"dossiers": [narrowed.dossier], **sight(connection)}
        query = found_in(_causes(narrowed, DETECTORS), sees("dossier.id"), moment.astimezone(TIMEZONE).date())
        query += _OF_ONE.replace("{key}", key(order, "found", "d"))
        rows: list[Any] = [
            *connection.execute(text(query), known(connection, moment, values) | values | limits)
        ]
    else:
        connection.execute(PLANS, EACH_TIME)
        condition, values = looked_after(connection, actor, narrowed)
        asked = known(connection, moment, values) | values | limits
        rows = _listed(connection, narrowed, condition, asked, order)
    offices = _Offices(connection)
    return [_item(row, offices) for row in rows]


def _causes(narrowed: Narrowed, among: Collection[str]) -> list[str]:
    """Those of some causes that are asked for."""
    return [cause for cause in among if narrowed.cause in (None, cause)]


_CHOSEN = (
    """key > :after AND (CAST(:severity AS text) IS NULL OR severity = :severity) ORDER BY key LIMIT :most"""
)
_LINE = "found.dossier, found.cause, found.since, found.severity, found.place, found.rule_book, found.detail"
_OF_ONE = f"""
    , keyed AS (SELECT {_LINE}, d.number, d.book, d.stage, d.holder, {{key}} AS key FROM found JOIN d ON d.id = found.dossier),
    page AS (SELECT * FROM keyed WHERE {_CHOSEN})
    SELECT page.*, dossier.parties FROM page JOIN dossier ON dossier.id = page.dossier ORDER BY page.key
"""  # noqa: S608 - written here
_PAGE = "SELECT page.*, dossier.parties FROM page JOIN dossier ON dossier.id = page.dossier ORDER BY page.key"
_KEPT = f"""WITH page AS (SELECT {_LINE.replace("found.", "d.")}, d.number, d.book, d.stage, d.holder, d.{{order}} AS key FROM finding d
    WHERE {{narrowed}} AND (CAST(:cause AS text) IS NULL OR d.cause = :cause) AND {_CHOSEN.replace("key", "d.{order}")}) {_PAGE}"""  # noqa: S608
_PASSING = f""", page AS (SELECT * FROM (
        SELECT {_LINE}, found.number, found.book, found.stage, found.holder, {{key}} AS key FROM found) one
    WHERE {_CHOSEN}) {_PAGE}"""  # noqa: S608 - written here


# Idle dossiers are a tenth of all; beyond the last of a full page of what is kept none of them is looked for.
_BEFORE = {"number": " AND d.number >= :from_number AND d.number <= :till"} | dict.fromkeys(
    ("since", "severity"), " AND d.changed_at <= CAST(:till AS timestamptz)"
)


def _listed(
    connection: Connection, narrowed: Narrowed, condition: str, asked: dict[str, Any], order: str
) -> list[Any]:
    """The rows of a page: what is kept, and what passes, each by itself in order, then the first of both."""
    passing, kept = _causes(narrowed, PASSING), _causes(narrowed, KEPT)
    rows: list[Any] = []
    if kept:
        query = _KEPT.replace("{narrowed}", condition).replace("{order}", f"by_{order}")
        rows += connection.execute(text(query), asked)
    if passing:
        last = rows[-1] if len(rows) == asked["most"] else None
        place = {"from_number": asked["after"].strip().partition(" ")[0], "till": _till(order, last)}
        query = found_passing(passing, condition, _BEFORE[order])
        query += _PASSING.replace("{key}", key(order, "found", "found"))
        rows += connection.execute(text(query), asked | place)
    return sorted(rows, key=lambda row: str(row.key))[: asked["most"]]


def _till(order: str, last: Any) -> str:  # noqa: ANN401 - a row, or None
    """Up to where idle dossiers may stand before the last finding of a page, in the terms of `_BEFORE`."""
    if order == "number":
        return str(last.number) if last else "~"
    if last is None or (order == "severity" and last.severity == "low"):
        return "infinity"
    if order == "severity" and last.severity != "medium":
        return "-infinity"
    return str(last.since.isoformat())


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
