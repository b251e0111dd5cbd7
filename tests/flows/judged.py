"""A dossier each of whose acts is judged a second time: what is done was lawful, what is refused left everything as it was."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from flows.books import book as book_of
from flows.engine import Act, Planner, act
from flows.migration import plan_keeping, plan_migration
from flows.possibilities import possibilities
from flows.refusals import Invalid, Refusal, Refused, Stale, UnknownAction, UnknownDossier
from flows.state import LimitState, State, load
from flows.writing import Done
from models import clock
from models.law.book import Book
from models.law.calendar import baseline
from models.store import unit_of_work
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, KINDS, actor
from tests.flows.second_reading import ORDER, actors_of, follows, in_order, successors, unlawful

PLANNERS: dict[str, Planner] = {"migrate": plan_migration, "keep_book": plan_keeping}
"""Acts on a dossier's book, which no book lists."""
UNCHANGED = text("""
    SELECT (SELECT to_jsonb(d)::text FROM dossier d WHERE d.id = :id),
        (SELECT string_agg(to_jsonb(l)::text, ',' ORDER BY l.id) FROM time_limit l WHERE l.dossier = :id),
        (SELECT count(*) FROM event), (SELECT count(*) FROM event_facts), (SELECT count(*) FROM document),
        (SELECT count(*) FROM job), (SELECT count(*) FROM dossier_agency), (SELECT sum(last) FROM register)
""")
"""What a refusal must leave as it was."""


@dataclass
class Judged:
    """A dossier on its way, `state` as the store holds it; `now` stands for the clock."""

    road: Road
    rng: random.Random
    name: str
    """How to walk the same way again."""
    asked: int = 0
    """How many acts were asked for."""
    answers: Counter[str] = field(default_factory=Counter)
    """How often each reason was given."""
    done: list[Done] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.road.now
        self.state: State

    @property
    def book(self) -> Book:
        """The rulebook the dossier is under now."""
        return book_of(self.state.book)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Whatever goes wrong is raised with the way to walk here again, and everything asked so far."""
        try:
            yield
        except Exception as error:
            error.add_note("\n".join((self.name, *self.story)))
            raise

    def ask(self, asked: Act) -> Done | Refusal:
        """Asks for an act: what is refused has its reasons and changes nothing, what is done is as the book says."""
        self.asked += 1
        how = PLANNERS.get(asked.action)
        rehearsed = self.rng.random() < 0.05
        before = self.rows() if rehearsed or self.rng.random() < 0.2 else None
        line = f"{asked.occurred_at} {asked.actor.agency} ({asked.actor.role}) {asked.action}"
        self.story.append(f"{line} {asked.facts}")
        try:
            with clock.at(self.now):
                if rehearsed:
                    rehearsal = act(self.road.store, asked, baseline(), dry_run=True, how=how)
                    assert before == self.rows(), "a rehearsal left something behind"
                done = act(self.road.store, asked, baseline(), how=how)
        except Refusal as refusal:
            self.story[-1] = f"{line} – {self.reasons(refusal, asked)}"
            assert before is None or before == self.rows(), "what was refused left something behind"
            return refusal
        self.story[-1] = f"{line} ✓ {done.state.book} {done.state.stage}"
        if rehearsed:
            assert _effect(rehearsal) == _effect(done), "the rehearsal was another act"
        self.took(done)
        return done

    def reasons(self, refusal: Refusal, asked: Act) -> str:
        """The codes of a refusal's reasons; each is said in both languages."""
        match refusal:
            case Refused(needs):
                assert needs
                assert all(not one.met and one.code and one.message and one.message_en for one in needs), (
                    needs
                )
                found = [one.code for one in needs]
            case Invalid(flaws):
                assert flaws
                assert all(one.code and one.field and one.message and one.message_en for one in flaws), flaws
                found = [f"{one.code} {one.field}" for one in flaws]
            case Stale(current):
                assert current == self.state.version != asked.expected_version
                found = ["stale"]
            case UnknownAction(code):
                assert code == "open" or code not in {action.code for action in self.book.actions}
                found = ["unknown_action"]
            case _:
                assert isinstance(refusal, UnknownDossier)
                blind = asked.actor.role == "administrator"
                assert blind or asked.actor.agency not in self.seeing()
                found = ["unknown_dossier"]
        self.answers.update(f"{asked.action} – {code}" for code in found)
        return ", ".join(found)

    def took(self, done: Done) -> None:
        """What was done could be done and has the effect it should have; the store holds what the act answered."""
        before = self.state if self.done else None
        with unit_of_work(self.road.store, EVERYTHING) as connection:
            self.state = load(connection, [self.road.id])[self.road.id]
        for name in ("book", "stage", "holder", "version", "facts", "acts", "parties", "head", "seq"):
            assert getattr(self.state, name) == getattr(done.state, name), name
        assert _by_id(self.state) == _by_id(done.state)
        if before:
            code, at = done.event["action"], done.event["occurred_at"]
            wrong = list(unlawful(before, code, done.facts, at))
            assert not wrong, wrong
            assert self.state.version == before.version + 1
            expected = follows(before, code, done.facts, at)
            assert (self.state.acts, self.state.parties, self.state.holder) == expected
            if code == "migrate":
                self._kept_its_limits(before)
        self.done.append(done)

    def _kept_its_limits(self, before: State) -> None:
        """A change of law moves no limit: it runs on to the same moment, or has run out, or its step exists no more."""
        then = {one.id: one for one in before.limits}
        for one in self.state.limits:
            old = then.get(one.id)
            if old:
                assert (old.due, old.starts_at) == (one.due, one.starts_at), one.rule
                over = old.ended_at is None and one.end in {"cancelled", "run_out"}
                assert over or (old.ended_at, old.end) == (one.ended_at, one.end), one.rule

    def compare_possibilities(self) -> None:
        """What is said to be possible is in its order and in the asker's hands, and nothing else is."""
        agency = self.rng.choice(self.seeing())
        with clock.at(self.now):
            listed = possibilities(self.road.store, self.road.id, actor(agency))
        assert [one.action for one in listed] == [
            one for one in self.book.actions if self.state.stage in one.stages
        ]
        for one in listed:
            unmet = [need for need in one.needs if not need.met]
            assert one.allowed is not bool(unmet)
            assert all(need.code and need.message and need.message_en for need in unmet), unmet
            actors = actors_of(self.state, one.action, self.now.date())
            may = in_order(self.state, one.action, self.now) and agency in actors
            assert may is not bool(ORDER & {need.code for need in unmet}), (one.action.code, agency, unmet)

    def seeing(self) -> list[str]:
        """Agencies that see the dossier: who has had a part in it, and all who came after them."""
        had = [str(row["agency"]) for row in self.road.rows("dossier_agency", "agency")]
        return [
            code for code in KINDS if code in {*had, *(later for one in had for later in successors(one))}
        ]

    def rows(self) -> Any:
        """What no refusal may change."""
        with unit_of_work(self.road.store, EVERYTHING) as connection:
            return connection.execute(UNCHANGED, {"id": self.road.id}).one()


def _by_id(state: State) -> list[LimitState]:
    return sorted(state.limits, key=lambda limit: limit.id)


def _effect(done: Done) -> tuple[object, ...]:
    """What an act does, without what is drawn by chance."""
    limits = sorted((one.rule, one.starts_at, str(one.due), str(one.end)) for one in done.state.limits)
    forms = [(row["form"], row["number"], row["context_digest"]) for row in done.documents]
    return done.state.stage, done.state.holder, done.event["late_days"], limits, forms
