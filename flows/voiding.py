"""Taking back the last act: a supervisor declares it void, and the dossier stands where it stood before; an act of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows.books import book, title_of
from flows.clocks import Moves
from flows.ending import REISSUE, VOID
from flows.engine import Act, Facts, act, chained, moment_of
from flows.issuing import Issue
from flows.policy import may
from flows.recounting import Recount
from flows.refusals import Need, Refused, Stale, UnknownDossier
from flows.state import DELIVERIES, Agencies, LimitState, State
from flows.view import View
from flows.writing import Done, Ending
from models.law.calendar import Calendar, UnknownYearError
from models.law.limits import TIMEZONE, LimitRefused
from models.law.loader import catalogue
from models.law.schema import Action, Stage
from models.store import Store, unit_of_work

VOID_LAST, CORRECT = "void_last", "correct"
CITATION = "NĐ 30/2020/NĐ-CP Đ.18.3, 18.4"
"""What was issued with a void act is recalled like any document that should not have been issued."""
FINAL: Mapping[str, tuple[str, str]] = {
    "open": ("việc mở hồ sơ không hủy được: hãy đính chính, hoặc kết thúc hồ sơ bằng thao tác của bộ quy tắc",
             "an opening cannot be void: correct what is wrong, or end the dossier by an act of its rulebook"),
    VOID_LAST: ("việc hủy một thao tác không hủy được: hãy thực hiện lại thao tác đó",
                "taking an act back cannot be taken back: do that act again"),
    VOID: ("văn bản đã hủy không còn hiệu lực trở lại: hãy lập văn bản mới",
           "a void document never counts again: draw up a new one"),
    REISSUE: ("văn bản đã được thay thế không còn hiệu lực trở lại: hãy ban hành lại lần nữa",
              "a superseded document never counts again: issue it once more"),
    CORRECT: ("việc đính chính không hủy được: hãy đính chính lại", "a correction cannot be void: correct it again"),
}  # fmt: skip
"""Acts that stay, and what to do in the place of taking them back."""


@dataclass(frozen=True)
class Last:
    """The last act of a dossier, and all that going back before it asks for."""

    event: UUID
    action: str
    book: str | None
    agency: str
    before: Any  # the row of `before_act`; None when the act was recorded before such rows were kept
    facts: dict[str, Any] | None
    """What the acts before it recorded; None once retention has erased it."""
    started: frozenset[UUID]
    ended: frozenset[UUID]
    documents: tuple[UUID, ...]
    others: tuple[str, ...]
    """Agencies that have put something into the dossier since."""
    calendar_changed: bool


_LAST = text("""
    SELECT e.id, e.seq, e.action, e.book, e.agency, e.recorded_at, to_jsonb(b) AS before,
        ARRAY(SELECT id FROM time_limit WHERE dossier = e.dossier AND started_by = e.id) AS started,
        ARRAY(SELECT id FROM time_limit WHERE dossier = e.dossier AND ended_by = e.id AND started_by <> e.id) AS ended,
        ARRAY(SELECT id FROM document WHERE event = e.id AND state = 'issued') AS documents,
        ARRAY(SELECT agency FROM paper WHERE dossier = e.dossier AND recorded_at > e.recorded_at AND agency <> e.agency
            UNION SELECT a.agency FROM document_copy c JOIN account a ON a.id = c.account
            WHERE c.dossier = e.dossier AND c.recorded_at > e.recorded_at AND a.agency <> e.agency ORDER BY 1) AS others,
        EXISTS (SELECT FROM calendar_change_set WHERE recorded_at > e.recorded_at) AS calendar_changed
    FROM event e LEFT JOIN before_act b ON b.event = e.id WHERE e.dossier = :dossier ORDER BY e.seq DESC LIMIT 1
""")
_FACTS = text("""
    SELECT f.facts FROM event e LEFT JOIN event_facts f ON f.event = e.id
    WHERE e.dossier = :dossier AND e.seq < :seq AND e.voids IS NULL
        AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id) ORDER BY e.seq
""")


def void_last(store: Store, asked: Act, calendar: Calendar, *, dry_run: bool = False) -> Done:
    """Takes back the dossier's last act, in one transaction: where it stands, its facts and limits are as before it.

    What the act issued is void and keeps its numbers; the limits it started are void; those it ended or moved run on with
    the end they had. The act itself stays in the chain, and so does this one.

    Args:
        store: the store, as the application role; or a unit of work under way.
        asked: the act, `VOID_LAST`, with the reason.
        calendar: the calendar in force.
        dry_run: judge everything, write nothing; not inside a unit of work.

    Raises:
        UnknownDossier, Stale, Refused: nothing was written.
    """
    with unit_of_work(store, asked.actor.scope, locking=[asked.dossier]) as connection:
        done = act(connection, asked, calendar, how=partial(_plan, _read(connection, asked.dossier)))
        if dry_run:
            connection.rollback()
    return done


def _read(connection: Connection, dossier: UUID) -> Last:
    row = connection.execute(_LAST, {"dossier": dossier}).one_or_none()
    if row is None:
        raise UnknownDossier
    return Last(
        row.id, row.action, row.book, row.agency, row.before, facts_before(connection, dossier, row.seq),
        frozenset(row.started), frozenset(row.ended), tuple(row.documents), tuple(row.others), row.calendar_changed,
    )  # fmt: skip


def facts_before(connection: Connection, dossier: UUID, seq: int) -> dict[str, Any] | None:
    """The dossier's facts as the acts that count recorded them before this one; None once any of it is erased."""
    merged: dict[str, Any] = {}
    for facts in connection.execute(_FACTS, {"dossier": dossier, "seq": seq}).scalars():
        if facts is None:
            return None
        merged |= {name: value for name, value in facts.items() if name in catalogue()}
    return {name: value for name, value in merged.items() if value is not None}  # a correction may erase one


def _plan(last: Last, state: State, asked: Act, agencies: Agencies, calendar: Calendar) -> Done:
    if asked.expected_version is not None and asked.expected_version != state.version:
        raise Stale(state.version)
    at = moment_of(asked.occurred_at)
    agencies.read([asked.actor.agency, state.holder, *last.others])
    needs = [*_needs(last, state, asked, agencies)]
    before_stage, moves = state.stage, Moves()
    if all(need.met for need in needs):
        _go_back(last, state, at, moves)
        needs += _limits_hold(last, state, calendar, at, moves)
    if unmet := [need for need in needs if not need.met]:
        raise Refused(unmet)
    state.seq, state.version = state.seq + 1, state.version + 1
    recorded = {"reason": asked.reason, "action": last.action, "act": str(last.event)}
    event, salt = chained(state, asked, at, before_stage, recorded, voids=last.event)
    for limit in moves.changed.values():
        limit["ended_by"] = event["id"]
    action = Action(
        code=VOID_LAST, title=title_of(VOID_LAST, state.book), title_en="Take back the last act", stages=tuple(Stage),
        by=(), citation=CITATION,
    )  # fmt: skip
    view = View(state, book(state.book), action, Facts(state, {}, at), at, calendar=calendar)
    done = Done(
        state, event, recorded, salt, moves, Issue(view, agencies[asked.actor.agency].card, {}), None,
        opened=False, warnings=[],
    )  # fmt: skip
    done.ends = [Ending(document, "void", asked.reason or "") for document in last.documents]
    return done


def _needs(last: Last, state: State, asked: Act, agencies: Agencies) -> Iterator[Need]:
    """Every condition of going back, met or not."""
    yield Need(
        "needs_supervisor",
        may(asked.actor.role, "dossiers.void_last"),
        "Việc hủy thao tác cuối phải do người giám sát quyết định, nêu lý do",
        "A supervisor decides, with a reason, that the last act is void",
        None,
        VOID_LAST,
    )
    vietnamese, english = FINAL.get(last.action, ("", ""))
    yield Need(
        "cannot_be_void",
        last.action not in FINAL,
        f"“{title_of(last.action, last.book or state.book)}”: {vietnamese}",
        f"“{last.action}”: {english}",
        CITATION,
        last.action,
    )
    names = ", ".join(agencies[code].card.name for code in last.others)
    yield Need(
        "others_have_acted",
        not last.others,
        f"Sau thao tác này, cơ quan khác đã bổ sung tài liệu vào hồ sơ: {names}",
        f"Other agencies have put papers into the dossier since: {', '.join(last.others)}",
        None,
        last.action,
    )
    yield Need(
        "person_was_released",
        not _released(last, state),
        "Thao tác này ghi nhận việc cho người trong hồ sơ rời nơi quản lý hoặc cơ sở: không hủy được, chỉ đính chính được",
        "This act records that the person left the place or centre: it can be corrected, not taken back",
        None,
        last.action,
    )
    yield Need(
        "facts_erased",
        last.facts is not None,
        "Dữ kiện của hồ sơ đã được xóa theo thời hạn lưu trữ",
        "The dossier's facts were erased when their time of retention ended",
        None,
        last.action,
    )
    yield Need(
        "state_not_kept",
        last.before is not None or last.action in FINAL,
        "Thao tác này được ghi trước khi hệ thống giữ trạng thái để hủy",
        "This act was recorded before states were kept to go back to",
        None,
        last.action,
    )


def _released(last: Last, state: State) -> bool:
    """Whether by this act somebody left the place they were held in otherwise than for the centre, or the centre."""
    if last.before is None:
        return False
    left = "place_pending" in last.before["acts"] and "place_pending" not in state.acts
    return (left and last.action not in DELIVERIES) or last.before["stage"] == Stage.execution != state.stage


def _go_back(last: Last, state: State, at: datetime, moves: Moves) -> None:
    """The dossier as it was before the act."""
    before = last.before
    if before["holder"] != state.holder:
        state.assignee = None
    state.book, state.stage, state.holder = before["book"], before["stage"], before["holder"]
    state.parties, state.facts = before["parties"], last.facts or {}
    state.acts = {
        code: datetime.fromisoformat(moment).astimezone(TIMEZONE) for code, moment in before["acts"].items()
    }
    rows = {UUID(row.pop("id")): row for row in (dict(row) for row in before["limits"])}
    for limit in state.limits:
        if limit.id in last.started:
            limit.ended_at, limit.end = at, "void"
            moves.changed[limit.id] = {"ended_at": at, "end": "void", "late_days": None}
        elif limit.id in rows:
            moves.reopened[limit.id] = rows[limit.id]
            _put_back(limit, rows[limit.id])
        elif limit.id in last.ended:
            limit.ended_at = limit.end = None
            moves.reopened[limit.id] = {"ended_at": None, "ended_by": None, "end": None, "late_days": None}


def _put_back(limit: LimitState, row: Mapping[str, Any]) -> None:
    for name in ("starts_at", "due", "warning_due", "ended_at"):
        value = row[name] and datetime.fromisoformat(row[name]).astimezone(TIMEZONE)
        setattr(limit, name, value)
    limit.last_day = date.fromisoformat(row["last_day"]) if row["last_day"] else None
    limit.end, limit.ledger, limit.stands_for = row["end"], row["ledger"], row["stands_for"]


def _limits_hold(last: Last, state: State, calendar: Calendar, at: datetime, moves: Moves) -> Iterator[Need]:
    """A calendar that changed since did not move what had ended: such a limit must not come back with a wrong end."""
    if not last.calendar_changed:
        return
    recount = Recount(state, calendar, Facts(state, {}, at), at)
    moved = []
    for limit in state.limits:
        if limit.id in moves.reopened and limit.due is not None and limit.ended_at is None:
            try:
                if recount[limit].reckoning.due != limit.due:
                    moved.append(limit.rule)
            except (LimitRefused, UnknownYearError):
                moved.append(limit.rule)
    yield Need(
        "calendar_changed",
        not moved,
        f"Lịch làm việc đã thay đổi sau thao tác này, thời hạn không thể chạy tiếp với ngày hết hạn cũ: {', '.join(moved)}",
        f"The calendar has changed since, so these limits cannot run on as they were: {', '.join(moved)}",
        None,
        ", ".join(moved) or None,
    )
