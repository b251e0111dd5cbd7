"""The calendar in force here: the one shipped, with the decisions recorded since put over it, and what may be recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, text

from flows.refusals import Flaw
from models.clock import now
from models.law.calendar import Calendar, Change, baseline
from models.store import Store, alone
from models.tables import table

_RECORDED = """
    SELECT s.announces, s.announcement, c.day, c.kind, c.name, c.citation
    FROM calendar_change_set s LEFT JOIN calendar_change c ON c.change_set = s.id ORDER BY s.id, c.day
"""
_HOLD = text("SELECT pg_advisory_xact_lock_shared(:key)")
_HOLD_ALONE = text("SELECT pg_advisory_xact_lock(:key)")
_KEY = 0x1C8  # any number; migrations hold the next one


def in_force(store: Store) -> Calendar:
    """The calendar as the database has it now."""
    rows = store.execute(text(_RECORDED)) if isinstance(store, Connection) else alone(store, (_RECORDED, {}))
    return _with_changes(tuple(tuple(row) for row in rows))


def held(connection: Connection) -> Calendar:
    """The calendar in force, unchanged until the transaction ends: what is counted by it cannot be out of date.

    Taken before any dossier is locked, as a change of the calendar does.
    """
    connection.execute(_HOLD, {"key": _KEY})
    return in_force(connection)


def held_alone(connection: Connection) -> Calendar:
    """The calendar in force, to be changed: acts under way have ended, and others wait for this transaction."""
    connection.execute(_HOLD_ALONE, {"key": _KEY})
    return in_force(connection)


@lru_cache(maxsize=4)
def _with_changes(recorded: tuple[tuple[Any, ...], ...]) -> Calendar:
    if not recorded:
        return baseline()
    changes = [
        Change(day=day, kind=kind, name=name, citation=citation)
        for _, _, day, kind, name, citation in recorded
        if day
    ]
    return baseline().with_changes(
        changes, {year: announcement for year, announcement, *_ in recorded if year}
    )


@dataclass(frozen=True)
class Decision:
    """What changes: days, each by its decision, and perhaps the year whose days off are announced by `announcement`."""

    changes: tuple[Change, ...] = ()
    announces: int | None = None
    announcement: str | None = None


def flaws_of(decision: Decision, calendar: Calendar) -> Iterator[Flaw]:
    """Why these decisions cannot be put over this calendar: days outside it, named twice, or already so."""
    seen = set[date]()
    for place, change in enumerate(decision.changes):
        day, where = change.day, f"changes.{place}.day"
        if day in seen:
            yield Flaw("duplicate_day", where, f"ngày {day:%d/%m/%Y} nêu hai lần", f"{day} is given twice")
        elif not calendar.first_year <= day.year <= calendar.last_year:
            yield _unknown_year(where, day.year, calendar)
        elif not calendar.is_changed_by(change):
            off = calendar.day_off(day)
            was = f"vốn là ngày nghỉ ({off})" if off else "vốn là ngày làm việc"
            english = "a day off" if off else "a working day"
            yield Flaw(
                "changes_nothing",
                where,
                f"không thay đổi gì: {day:%d/%m/%Y} {was}",
                f"changes nothing: {day} is {english} already",
            )
        seen.add(day)
    year = decision.announces
    if year is None:
        if not decision.changes:
            yield Flaw("too_short", "changes", "không được để trống", "must not be empty")
    elif not calendar.first_year <= year <= calendar.last_year:
        yield _unknown_year("announces", year, calendar)
    elif calendar.confirmed(year):
        vi, en = f"lịch nghỉ năm {year} đã công bố", f"the days off of {year} have been announced already"
        yield Flaw("changes_nothing", "announces", vi, en)
    elif not decision.announcement:
        yield Flaw("missing", "citation", "phải nêu văn bản công bố", "the announcement must be cited")


def _unknown_year(where: str, year: int, calendar: Calendar) -> Flaw:
    first, last = calendar.first_year, calendar.last_year
    vi = f"lịch chỉ có từ năm {first} đến năm {last}, không có năm {year}"
    return Flaw("unknown_year", where, vi, f"the calendar covers {first} to {last}, not {year}")


def record(connection: Connection, decision: Decision, versions: tuple[str, str], account: UUID) -> None:
    """Writes what was decided, with the version of the calendar before and after it."""
    sets = table("calendar_change_set")
    row = {
        "version_before": versions[0],
        "version": versions[1],
        "announces": decision.announces,
        "announcement": decision.announcement if decision.announces else None,
        "account": account,
        "recorded_at": now(),
    }
    identity = connection.execute(insert(sets).values(**row).returning(sets.c.id)).scalar_one()
    if decision.changes:
        rows = [{"change_set": identity, **change.model_dump()} for change in decision.changes]
        connection.execute(insert(table("calendar_change")), rows)
