"""The daily digest: on each working day one notice for every agency with something to do, and for its supervisors."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.alarms import release_alarm
from flows.books import books
from flows.calendars import in_force
from flows.ladder import who_must_act
from flows.law_change import law_changed
from flows.notices import Audience, Telling, tell
from flows.offices import above, offices_of
from flows.state import Agencies, load
from models import clock
from models.law.limits import TIMEZONE
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

LISTED = 20
"""Dossiers listed of each kind; all are counted."""
BATCH = 200
"""Notices written, and dossiers read whole, at a time."""
KINDS = ("due_today", "due_soon", "overdue", "handed_over", "release_person", "law_changed")
"""What a digest counts: limits that end today, soon, or have ended; dossiers handed over and not touched since; persons
to be released; dossiers stuck because the law changed."""

_SCOPE = Scope(SYSTEM)
_dossier = table("dossier")
Progress = Callable[[int, int], None]
"""Told after each batch how many notices of how many are written."""


@dataclass(frozen=True)
class Digests:
    """What a morning brought: why the day is off, if it is; how many offices have something to do; new notices."""

    day: date
    day_off: str | None = None
    offices: int = 0
    notices: int = 0


@dataclass
class Tally:
    """What one office has to do, by kind: all counted, the first listed."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, kind: str, facts: dict[str, Any]) -> None:
        """One more."""
        self.counts[kind] += 1
        listed = self.listed.setdefault(kind, [])
        if len(listed) < LISTED:
            listed.append(facts)

    def facts(self, day: date) -> dict[str, Any]:
        """As the notice has it."""
        kinds = [kind for kind in KINDS if self.counts[kind]]
        return {"day": day.isoformat(), **{
            kind: {"count": self.counts[kind], "listed": self.listed[kind]} for kind in kinds
        }}  # fmt: skip


# On the ladder are limits that are open, have an end, do not stand still, and are no window. What is to be done within so
# long before an end (`opens`) is never late.
_LIMITS = text("""
    SELECT d.number, d.book, d.stage, d.holder, d.parties, coalesce(l.stands_for, l.rule) AS place, l.rule, l.last_day,
        CASE WHEN l.due <= :moment THEN 'overdue' WHEN l.last_day <= :today THEN 'due_today' ELSE 'due_soon' END AS kind
    FROM time_limit l JOIN dossier d ON d.id = l.dossier
    WHERE l.ended_at IS NULL AND l.next_rung_at IS NOT NULL
        AND (l.rung > 0 OR l.next_rung_at <= :moment OR l.last_day <= :today)
        AND (l.due > :moment OR (l.kind = 'duty' AND l.opens IS NULL))
    ORDER BY l.due, l.id
""")
# An abolished agency's successor goes on with what was handed to it.
_HANDED_OVER = text("""
    SELECT d.number, d.holder, moved.recorded_at FROM dossier d CROSS JOIN LATERAL (
        SELECT e.seq, e.agency, e.recorded_at FROM event e WHERE e.dossier = d.id
            AND (e.stage_before IS DISTINCT FROM e.stage_after OR e.action = ANY (:handing))
        ORDER BY e.seq DESC LIMIT 1
    ) moved CROSS JOIN LATERAL (SELECT coalesce(:heirs ->> d.holder, d.holder) AS code) holder
    WHERE d.stage <> 'closed' AND coalesce(:heirs ->> moved.agency, moved.agency) <> holder.code
        AND NOT EXISTS (SELECT FROM event e WHERE e.dossier = d.id AND e.seq > moved.seq
            AND coalesce(:heirs ->> e.agency, e.agency) = holder.code)
    ORDER BY moved.recorded_at, d.number
""").bindparams(bindparam("heirs", type_=JSONB))
_HELD = text("""
    SELECT d.id FROM dossier d WHERE (CAST(:after AS uuid) IS NULL OR d.id > :after) AND d.acts ? 'place_pending'
        AND (d.acts ? 'terminate' OR d.facts ->> 'outcome' = 'refuse' OR EXISTS (
            SELECT FROM time_limit l
            WHERE l.dossier = d.id AND l.kind = 'bar' AND l.ended_at IS NULL AND l.due <= :moment))
    ORDER BY d.id LIMIT :most
""")
_ABOLISHED = text("SELECT code FROM agency WHERE valid_to < :today AND successor IS NOT NULL")
_STREAMED = {"yield_per": 1000}


def send_digests(
    engine: Engine,
    moment: datetime | None = None,
    agency: str | None = None,
    progress: Progress | None = None,
) -> Digests:
    """Tells every agency, and every supervisors' office of its territory, what there is to do; nothing on days off.

    Numbers and dossier numbers only. A second run on a day adds nothing; one that was interrupted tells the others.

    Args:
        engine: the application's store.
        moment: when it is.
        agency: only this one.
        progress: told after each batch.
    """
    moment = moment or clock.now()
    day = moment.astimezone(TIMEZONE).date()
    with unit_of_work(engine, _SCOPE) as connection:
        if (off := in_force(connection).day_off(day)) is not None:
            return Digests(day, off)
        tallies = _Morning(connection, moment, day).tallies()
    tellings = [
        Telling(code, "digest", f"digest:{day}", tally.facts(day), audience=audience)
        for (code, audience), tally in sorted(tallies.items())
        if agency in {None, code}
    ]
    told = 0
    for start in range(0, len(tellings), BATCH):
        with unit_of_work(engine, _SCOPE) as connection:
            told += tell(connection, tellings[start : start + BATCH])
        if progress:
            progress(min(start + BATCH, len(tellings)), len(tellings))
    return Digests(day, None, len(tellings), told)


class _Morning:
    """What there is to do at a moment, read in streams: only counts and short lists are kept."""

    def __init__(self, connection: Connection, moment: datetime, day: date) -> None:
        self._connection, self._moment, self._day = connection, moment, day
        self._agencies = Agencies(connection)
        self._supervisors = offices_of(connection, "supervisor")
        self._told: dict[str, tuple[str, list[str]]] = {}
        self._tallies: dict[tuple[str, Audience], Tally] = {}

    def tallies(self) -> Mapping[tuple[str, Audience], Tally]:
        """By agency and audience; only those with something to do."""
        for row in self._stream(_LIMITS, today=self._day):
            facts = {"dossier": row.number, "rule": row.rule, "last_day": row.last_day.isoformat()}
            self._add(row.kind, who_must_act(row, row.place), facts)
        handing = sorted({action.code for book in books() for action in book.actions if action.hand_to})
        for row in self._stream(_HANDED_OVER, handing=handing, heirs=self._heirs()):
            since = row.recorded_at.astimezone(TIMEZONE).date()
            self._add("handed_over", [row.holder], {"dossier": row.number, "since": since.isoformat()})
        for number, agencies, since in self._to_be_released():
            self._add("release_person", agencies, {"dossier": number, "since": since.isoformat()})
        stuck = select(_dossier.c.number, _dossier.c.holder).where(law_changed(self._day))
        rows = self._connection.execute(stuck.order_by(_dossier.c.number), execution_options=_STREAMED)
        for row in rows:
            self._add("law_changed", [row.holder], {"dossier": row.number})
        return self._tallies

    def _stream(self, asked: Any, **values: object) -> Any:  # noqa: ANN401 - a statement and its rows
        return self._connection.execute(
            asked, {"moment": self._moment, **values}, execution_options=_STREAMED
        )

    def _add(self, kind: str, agencies: list[str] | tuple[str, ...], facts: dict[str, Any]) -> None:
        """Counts it once for each agency that must act and once for each office above any of them."""
        recipients = set[tuple[str, Audience]]()
        for code in agencies:
            acting, watching = self._of(code)
            recipients.add((acting, "agency"))
            recipients.update((office, "supervisor") for office in watching)
        for recipient in recipients:
            self._tallies.setdefault(recipient, Tally()).add(kind, facts)

    def _of(self, code: str) -> tuple[str, list[str]]:
        """Who stands for an agency today, and the offices that watch over it."""
        if code not in self._told:
            acting = self._agencies.in_charge(code, self._day)
            watching = above(self._supervisors, self._agencies[acting].territory)
            self._told[code] = acting, [office.code for office in watching]
        return self._told[code]

    def _heirs(self) -> dict[str, str]:
        codes = list(self._connection.execute(_ABOLISHED, {"today": self._day}).scalars())
        self._agencies.read(codes)
        return {code: self._agencies.in_charge(code, self._day) for code in codes}

    def _to_be_released(self) -> Iterator[tuple[str, tuple[str, ...], datetime]]:
        after = None
        while True:
            asked = {"after": after, "moment": self._moment, "most": BATCH}
            held = list(self._connection.execute(_HELD, asked).scalars())
            for state in load(self._connection, held).values():
                if alarm := release_alarm(state, self._moment):
                    yield state.number, alarm.agencies, alarm.since
            if len(held) < BATCH:
                return
            after = held[-1]
