"""One dossier of the province on its way: when its next act is due, who does it, what it records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from api.demo.courses import ROADS, Step, Story, moment_after
from api.demo.people import Invented, invented
from api.demo.recording import Recording
from flows import policy
from flows.books import UNLISTED, book_of_day, successor
from flows.books import book as book_of
from flows.engine import Act, Actor, Facts
from flows.migration import COMPILER, law_changed
from flows.opening import Opening
from flows.refusals import Invalid, Refusal, Refused, codes_of
from flows.state import State
from flows.view import holds
from models.law.calendar import Calendar
from models.law.limits import TIMEZONE
from models.law.schema import Action, Paper, Stage
from models.seeding import Seed, SeedAgency
from models.store import SYSTEM, Scope, unit_of_work

ASIDE = frozenset({"migrate", "keep_book", "remind", "reissue_document"})
"""Acts that are no steps of a course."""
_LATE = "Phải xác minh thêm, hồ sơ chuyển đến chậm"
_LIMITS = text("""
    SELECT max(due) FILTER (WHERE coalesce(stands_for, rule) = :rule) AS window, max(due) FILTER (WHERE kind = 'term' AND ended_at IS NULL) AS term
    FROM time_limit WHERE dossier = :dossier
""")


class ProvinceFailed(RuntimeError):
    """An act of the province was refused that should not be; the message says which, where and why."""


@dataclass(frozen=True)
class World:
    """What all dossiers share: agencies, who can act, the calendar, and the moment before which everything happens."""

    engine: Engine
    seed: Seed
    actors: Mapping[str, Actor]
    calendar: Calendar
    end: datetime

    @cached_property
    def agencies(self) -> Mapping[str, SeedAgency]:
        """Every agency by its code."""
        return {one.code: one for one in self.seed.agencies}

    @cached_property
    def holders(self) -> Mapping[str, str]:
        """The names of those who can sign in."""
        return {one.username: one.name for one in self.seed.everyone()}

    def in_charge(self, code: str, day: date) -> str:
        """Who stands for an agency on a day."""
        agency = self.agencies[code]
        ended = agency.valid_to is not None and agency.valid_to < day and agency.successor
        return self.in_charge(str(agency.successor), day) if ended else code

    def actor(self, code: str, role: str) -> Actor:
        """Someone of the agency who may do what is asked of such a role."""
        endings = {"officer": "", "head": ".truong", "judge": ".tham-phan", "clerk": ".thu-ky"}
        return (
            self.actors.get(code + endings[role])
            or self.actors[code + ("" if role == "clerk" else ".truong")]
        )


@dataclass
class Walker:
    """A dossier on its way."""

    world: World
    story: Story
    course: tuple[Step, ...] = field(init=False)
    person: Invented = field(init=False)
    id: UUID | None = None
    state: State | None = None
    position: int = 0
    """How many steps are done."""
    at: datetime = field(init=False)
    """When the next one is done."""
    late_reason: str | None = None
    ended_on: date | None = None
    """The day after the window that the next step had to wait for."""
    pending: str | None = None
    """What is done about a change of law before the next step."""
    over: bool = False

    def __post_init__(self) -> None:
        story = self.story
        self.course, self.at = story.course, story.opens
        self.person = invented(
            story.serial, story.chance(-1), story.opens.date(), story.place["name"], minor=story.minor
        )
        self.over = self.at >= self.world.end

    @property
    def step(self) -> Step:
        """The next step."""
        return self.course[self.position]

    def found(self, state: State, events: int, last: datetime) -> None:
        """Goes on with a dossier that was begun before: its state, how many steps it has taken, and when the last one."""
        self.id, self.state, self.position = state.id, state, events
        if "migrate" in state.acts:
            self._take_the_new_road()
        self._schedule(last.astimezone(TIMEZONE))

    # ------------------------------------------------------------ who and what
    @property
    def agency(self) -> str:
        """The agency that does the next step."""
        if self.state is None:
            return self.story.place["opener"]
        state, step = self.state, self.step
        party = "holder" if step.action in UNLISTED else book_of(state.book).action(step.action).actor
        if party == "any":
            party = step.by or "holder"
        code = (
            state.holder if party == "holder" else state.parties.get(party, self.story.place.get(party, ""))
        )
        return self.world.in_charge(code, self.at.date())

    @property
    def action(self) -> Action:
        """The next step as its book has it."""
        book = book_of(self.state.book) if self.state else book_of_day(self.at.date())
        assert book is not None  # noqa: S101 - every day since 2014 has one
        return book.action(self.step.action)

    @property
    def actor(self) -> Actor:
        """Who does the next step."""
        code = self.agency
        kind = self.world.agencies[code].kind
        return self.world.actor(code, policy.signer(self.action, kind))

    @property
    def supervisor(self) -> Actor:
        """Who watches over the agencies of this dossier."""
        return self.world.actors[f"giam-sat.{self.story.place['provincial_police'].removeprefix('ca.')}"]

    def opening(self) -> Opening:
        """The dossier as it is opened."""
        return Opening(self.person.data, self._facts(self.action.facts), self.at, self.late_reason)

    def act(self) -> Act:
        """The next step as it is asked for."""
        assert self.id is not None  # noqa: S101 - it is open
        facts = self._facts(self.action.facts)
        return Act(self.id, self.step.action, facts, self.at, self.actor, None, self.late_reason)

    def aside(self, code: str) -> Act:
        """The migration, or the reason why the dossier stays, now that its law has ended."""
        assert self.state is not None and self.id is not None  # noqa: S101, PT018 - it is open
        if code == "keep_book":
            reason = {"keep_reason": "Cơ quan đang xin hướng dẫn chuyển tiếp"}
            return Act(self.id, code, reason, self.at, self.supervisor, None)
        newer = successor(self.state.book)
        assert newer is not None and newer.transition is not None  # noqa: S101, PT018 - its book has ended
        facts = self._facts((*newer.transition.facts, COMPILER), action=code, book=newer.code)
        holder = self.world.in_charge(self.state.holder, self.at.date())
        return Act(self.id, code, facts, self.at, self.world.actor(holder, "head"), None)

    def _facts(self, asks: Any, *, action: str = "", book: str = "") -> dict[str, Any]:  # noqa: ANN401 - a book's facts
        day, place, world = self.at.date(), self.story.place, self.world
        codes = {
            party: world.in_charge(code, day)
            for party, code in place.items()
            if party not in {"name", "opener"}
        }
        court, procuracy = codes["court"], codes["procuracy"]
        names = {
            "judge": world.holders.get(f"{court}.tham-phan") or world.holders[f"{court}.truong"],
            "clerk": world.holders.get(f"{court}.thu-ky") or world.holders[court],
            "procuracy": world.agencies[procuracy].name, "compiler": world.agencies[codes["compiler"]].name,
        }  # fmt: skip
        return Recording(
            book or self._book, action or self.step.action, asks, self.at, self.story, self.person, self._known(), codes, names,
            {} if action else {**self._counted(), **self.step.facts},
        ).facts()  # fmt: skip

    @property
    def _book(self) -> str:
        book = self.state.book if self.state else getattr(book_of_day(self.at.date()), "code", "")
        return str(book)

    def _known(self) -> dict[str, Any]:
        if self.state is None:
            return {"track": "minor" if self.story.minor else "adult"}
        return {**self.state.facts, **self.state.derived(self.at)}

    def _counted(self) -> dict[str, Any]:
        """Facts that follow from what was done before."""
        if self.state is None:
            return {}
        found: dict[str, Any] = {"effective_on": (self.ended_on or self.at.date()).isoformat()}
        if placed := self.state.acts.get("deliver_pending"):
            found["credited_days"] = (self.at.date() - placed.date()).days
        else:
            found["credited_days"] = 0
        if self.step.action == "certify" and (term := self._limits("")[1]):
            found["completed_on"] = (term - timedelta(seconds=1)).date().isoformat()
        asked = {fact.name for fact in self.action.facts}
        return {name: value for name, value in found.items() if name in asked}

    def papers(self) -> Iterator[Paper]:
        """The papers that the file still lacks before it is compiled."""
        state, action = self.state, self.action
        assert state is not None  # noqa: S101 - it is open
        facts = Facts(state, {}, self.at)
        issued = {ref.id for ref in action.forms if not ref.given and holds(facts, ref.when)}
        present = {kind for kind, *_ in state.papers} | set(state.issued) | issued
        for paper in book_of(state.book).papers:
            if holds(facts, paper.when) and not present & {paper.kind, paper.form, *paper.any_of}:
                yield paper

    # ------------------------------------------------------------ going on
    def took(self, state: State) -> None:
        """The next step was taken."""
        self.id, self.state = state.id, state
        self.position += 1
        self.late_reason = self.ended_on = None
        self._schedule(self.at)

    def changed_book(self, state: State) -> None:
        """The dossier was migrated, or kept where it is; it goes on a day later."""
        self.state, self.pending = state, None
        if "migrate" in state.acts:
            self._take_the_new_road()
        self._schedule(self.at)

    def refused(self, refusal: Refusal) -> str | None:
        """Looks at why the next step was not taken: it waits, it is tried again with a reason, or nothing can be done.

        Returns:
            The act to be done before it; None when the step is asked for again.

        Raises:
            ProvinceFailed: nobody foresaw that.
        """
        codes = codes_of(refusal)
        if isinstance(refusal, Invalid) and codes == {"late_reason_required"} and self.late_reason is None:
            self.late_reason = _LATE
            return None
        if isinstance(refusal, Refused):
            if "book_has_ended" in codes:
                return self._law_has_changed()
            waits = [need.requirement for need in refusal.needs if need.code == "window_not_over"]
            if waits and codes == {"window_not_over"}:
                window, _ = self._limits(str(waits[0]))
                if window is not None and window > self.at:
                    self._wait_until(window.astimezone(TIMEZONE))
                    return None
        raise ProvinceFailed(
            f"{self.state.number if self.state else '-'} #{self.story.serial} {self.step.action} {self.at:%d/%m/%Y %H:%M} "
            f"({self._book}): {refusal}"
        )

    def _law_has_changed(self) -> str | None:
        assert self.state is not None  # noqa: S101 - it is open
        if self.story.on_change == "stays" or (
            self.story.minor and self.state.stage == Stage.police_collection
        ):
            self.over = True
            return None
        return self.story.on_change

    def _take_the_new_road(self) -> None:
        """What is left to do under the newest book: what comes behind the last act that counts."""
        assert self.state is not None  # noqa: S101 - it was migrated
        road, acts = ROADS[self.state.book], self.state.acts
        done = max((place for place, step in enumerate(road) if step.action in acts), default=0)
        self.course, self.position = road, done + 1

    def _schedule(self, last: datetime) -> None:
        closed = self.state is not None and self.state.stage == Stage.closed
        self.over = self.over or closed or self.position >= len(self.course)
        if self.over:
            return
        after, works = self.step.after, self.world.calendar.is_working_day
        if after == "session" and self.state is not None:
            self.at = datetime.fromisoformat(self.state.facts["session_at"]).astimezone(TIMEZONE)
        elif after.startswith("end"):
            before, hour = after.removeprefix("end").split()
            day = (self.world.end + timedelta(days=int(before))).date()
            while not works(day):
                day -= timedelta(days=1)
            self.at = max(
                datetime.combine(day, time.fromisoformat(hour), TIMEZONE), last + timedelta(hours=1)
            )
        elif after.startswith("term"):
            term = self._limits("")[1]
            if term is None:
                self.over = True
                return
            days = int(after.removeprefix("term") or 0)
            ended = term.astimezone(TIMEZONE) + timedelta(days=days)
            self._wait_until(max(ended, last))
        else:
            self.at = moment_after(last, after, self.story.chance(self.position), works)
        self.over = self.at >= self.world.end
        self._look_at_the_law(last)

    def _look_at_the_law(self, last: datetime) -> None:
        """If the dossier's law ends long before its next step, what is done about it comes first."""
        assert self.state is not None  # noqa: S101 - it is open
        ended = book_of(self.state.book).valid_to
        stays = self.story.minor and self.state.stage == Stage.police_collection
        if ended is None or stays or self.story.on_change == "stays":
            return
        day = ended + timedelta(days=self.story.chance(-2).randint(2, 25))
        moment = moment_after(
            datetime.combine(day, time(8), TIMEZONE), "1w 09:00", self.story.chance(-2), self.world.calendar.is_working_day
        )  # fmt: skip
        if last < moment < min(self.at, self.world.end) and law_changed(self.state, moment):
            self.at, self.pending, self.over = moment, self.story.on_change, False

    def _wait_until(self, end: datetime) -> None:
        """To the first working morning after this moment."""
        day = self.ended_on = end.date()
        while not self.world.calendar.is_working_day(day):
            day += timedelta(days=1)
        minutes = self.story.chance(self.position).randint(0, 80)
        self.at = max(
            datetime.combine(day, time(8), TIMEZONE) + timedelta(minutes=minutes), end + timedelta(minutes=1)
        )
        self.over = self.at >= self.world.end

    def _limits(self, rule: str) -> tuple[datetime | None, datetime | None]:
        with unit_of_work(self.world.engine, Scope(SYSTEM)) as connection:
            row = connection.execute(_LIMITS, {"dossier": self.id, "rule": rule}).one()
        return row.window, row.term
