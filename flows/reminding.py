"""A letter of reminder to whoever must act in a dossier: an act that moves nothing, with a number and a notice."""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select

from flows.books import UNLISTED
from flows.books import book as book_of
from flows.detectors import DETECTORS, SEVERITIES
from flows.engine import Act, Facts, act, effect, moment_of
from flows.issuing import particulars_of
from flows.refusals import Flaw, Invalid, Need, Refused, Stale
from flows.standstill import Narrowed, Stuck, stuck
from flows.state import Agencies, State
from flows.view import View
from flows.writing import Done
from models.law.calendar import Calendar
from models.law.limits import TIMEZONE
from models.law.schema import Action, AgencyKind, Ref, Stage
from models.store import Store, unit_of_work
from models.tables import table

REMIND, LETTER = "remind", "HS-04"
LATE = ("overdue", "time_bar", "held_without_ground", "law_changed")
"""Causes of which a letter can say by which article, and since when, something should have been done."""
_reminder = table("reminder")


@dataclass(frozen=True)
class Reminding:
    """What to remind of; the gravest cause when none is named."""

    cause: str | None = None
    rule: str | None = None
    wanted: str | None = None
    answer_by: date | None = None
    again: bool = False
    """One more letter of the same cause on the same day, for the act's reason."""


def remind(
    store: Store, asked: Act, what: Reminding, calendar: Calendar, *, dry_run: bool = False
) -> tuple[Done, Stuck]:
    """Issues the letter, and writes down who was reminded of what.

    Raises:
        UnknownDossier, Stale, Invalid, Refused: nothing was written.
    """
    with unit_of_work(store, asked.actor.scope, locking=[asked.dossier]) as connection:
        found: list[Stuck] = []
        done = act(connection, asked, calendar, how=partial(_plan, connection, what, found))
        [one] = found
        connection.execute(insert(_reminder), {
            "event": done.event["id"], "dossier": asked.dossier, "cause": _key(one), "day": _day(asked),
            "agencies": list(one.who), "account": asked.actor.account, "again": asked.reason if what.again else None,
        })  # fmt: skip
        if dry_run:
            connection.rollback()
    return done, one


def _key(one: Stuck) -> str:
    return f"{one.cause}:{one.rule}" if one.rule else one.cause


def _day(asked: Act) -> date:
    return asked.occurred_at.astimezone(TIMEZONE).date()


def _plan(
    connection: Connection, what: Reminding, found: list[Stuck], state: State, asked: Act, agencies: Agencies,
    calendar: Calendar,
) -> Done:  # fmt: skip
    if asked.expected_version is not None and asked.expected_version != state.version:
        raise Stale(state.version)
    if what.again and not asked.reason:
        raise Invalid(
            [
                Flaw(
                    "missing",
                    "reason",
                    "phải nêu lý do nhắc lại trong ngày",
                    "a second letter that day needs a reason",
                )
            ]
        )
    at, book = moment_of(asked.occurred_at), book_of(state.book)
    # Whoever may remind is judged below: what stands still is looked for in this one dossier, whoever watches it.
    everywhere = replace(asked.actor, role="supervisor", agency=state.holder)
    causes = stuck(connection, everywhere, at, Narrowed(dossier=state.id))
    late = [one for one in causes if one.cause in LATE and one.since <= at and _fits(one, what)]
    late.sort(key=lambda one: (SEVERITIES.index(one.severity), one.since))
    one = late[0] if late else None
    agencies.read([asked.actor.agency, state.holder, *(one.who if one else ()), *state.parties.values()])
    _refuse([
        _watches(asked, one.who if one else (state.holder,), agencies),
        Need("nothing_is_late", one is not None, "Không có việc nào bị chậm như vậy trong hồ sơ này",
             "Nothing of that kind is late in this dossier", None, what.cause or REMIND),
        _not_today(connection, one, state, asked, again=what.again),
    ])  # fmt: skip
    assert one is not None  # noqa: S101 - refused otherwise
    found.append(one)
    kind = agencies[asked.actor.agency].card.kind
    action = Action(
        code=REMIND, title=UNLISTED[REMIND], title_en="Remind whoever must act", stages=tuple(Stage), by=tuple(AgencyKind),
        actor="any", repeat=True, forms=(Ref(id=LETTER, given=True),), citation="NĐ 30/2020/NĐ-CP Đ.7",
    )  # fmt: skip
    stated = {LETTER: _letter(one, what, state, agencies)}
    view = View(
        state, book, action, Facts(state, {}, at), at, frozenset(), calendar, particulars_of(action, stated, kind),
        asked.signing, kind,
    )  # fmt: skip
    return effect(view, replace(asked, action=REMIND, particulars=stated), {}, {}, agencies, calendar)


def _fits(one: Stuck, what: Reminding) -> bool:
    return what.cause in {None, one.cause} and what.rule in {None, one.rule}


def _letter(one: Stuck, what: Reminding, state: State, agencies: Agencies) -> dict[str, Any]:
    wanted = what.wanted or (one.action.title if one.action else one.missing[0])
    limit = next((limit for limit in state.limits if limit.rule == one.rule and limit.ended_at is None), None)
    since = limit.last_day if limit and limit.last_day else one.since.date()
    return {
        "to": ", ".join(agencies[code].card.name for code in one.who),
        "late": one.missing[0] if one.rule else DETECTORS[one.cause].title,
        "citation": one.citation, "since": since.isoformat(), "wanted": wanted,
        **({"answer_by": what.answer_by.isoformat()} if what.answer_by else {}),
    }  # fmt: skip


def _watches(asked: Act, reminded: tuple[str, ...], agencies: Agencies) -> Need:
    """A supervisor, or the head of an agency whose territory holds that of whoever is reminded."""
    own = agencies[asked.actor.agency].territory
    above = all(
        (agencies[code].territory == own or agencies[code].territory.startswith(f"{own}/"))
        for code in reminded
    )
    superior = asked.actor.role == "head" and above and asked.actor.agency not in reminded
    return Need(
        "not_your_supervision",
        asked.actor.role == "supervisor" or superior,
        "Chỉ người giám sát, hoặc người đứng đầu cơ quan cấp trên của cơ quan được nhắc, ban hành công văn nhắc việc",
        "A supervisor, or the head of an agency above the one that is reminded, issues a reminder",
        None,
        REMIND,
    )


def _not_today(connection: Connection, one: Stuck | None, state: State, asked: Act, *, again: bool) -> Need:
    before = None
    if one is not None and not again:
        named = (
            _reminder.c.dossier == state.id,
            _reminder.c.cause == _key(one),
            _reminder.c.day == _day(asked),
        )
        before = connection.execute(select(_reminder.c.event).where(*named).limit(1)).one_or_none()
    return Need(
        "reminded_today",
        before is None,
        "Hôm nay đã nhắc về việc này: muốn nhắc lại phải nêu again=true và lý do",
        "It was reminded of today: once more needs again=true and a reason",
        None,
        one.cause if one else REMIND,
    )


def _refuse(needs: list[Need]) -> None:
    if unmet := [need for need in needs if not need.met]:
        raise Refused(unmet)
