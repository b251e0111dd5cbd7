"""A random walk of one dossier: acts that should be possible and acts that should not, each judged a second time.

Seeded walks instead of hypothesis' state machine: acts write to a real database, which cannot be taken back for shrinking,
and a failure names the seed and every act so far, which is all one needs to walk there again.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine, text

from flows.books import book as book_of
from flows.engine import Act, Actor, act
from flows.opening import open_dossier
from flows.possibilities import possibilities
from flows.refusals import Invalid, Refusal, Refused, Stale, UnknownAction, UnknownDossier
from flows.state import LimitState, State, load
from flows.writing import Done
from models import clock
from models.law.calendar import baseline
from models.law.limits import TIMEZONE
from models.law.schema import Action, Stage
from models.store import unit_of_work
from tests.flows.random_facts import Filling
from tests.flows.road_2026 import PERSON, Road, add_paper
from tests.flows.road_agencies import ABOLISHED, EVERYTHING, KINDS, actor
from tests.flows.second_reading import ORDER, actors_of, earliest, exists, in_charge, in_order, onward, unlawful

WAITED_FOR = {"window": 0.4, "duty": 0.1, "term": 0.05, "bar": 0.01}
"""How often a walk waits for the end of a limit."""
CLOSING = 0.05
"""How much less an act is liked that can only close the dossier."""
HASTE = (2, 10, 40)
"""How much more an act may be liked that leads to a later stage."""
DISLIKED = {"terminate": 0.2, "return_unexamined": 0.3, "place_pending": 0.5}
"""Acts that would be done too often: they bring the walk to an end, or far back."""
TRIES = 8
"""How often an act is tried with other facts."""
UNCHANGED = text("""
    SELECT (SELECT to_jsonb(d)::text FROM dossier d WHERE d.id = :id),
        (SELECT string_agg(to_jsonb(l)::text, ',' ORDER BY l.id) FROM time_limit l WHERE l.dossier = :id),
        (SELECT count(*) FROM event), (SELECT count(*) FROM event_facts), (SELECT count(*) FROM document),
        (SELECT count(*) FROM job), (SELECT count(*) FROM dossier_agency), (SELECT sum(last) FROM register)
""")
"""What a refusal must leave as it was."""


@dataclass
class Walk:
    """One dossier, walked from its opening until it is closed or leads nowhere."""

    store: Engine
    code: str
    track: str
    seed: int
    asked: int = 0
    """How many acts were asked for."""
    answers: Counter[str] = field(default_factory=Counter)
    """How often each action was done, or refused for which reason."""
    done: list[Done] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    sheets: int = 0
    idle: int = 0
    """Steps since something was done last."""
    vain: Counter[str] = field(default_factory=Counter)
    """How often actions were tried in vain since then."""

    def __post_init__(self) -> None:
        self.rng = random.Random(f"{self.code}/{self.track}/{self.seed}")  # noqa: S311 - chance, no secret
        self.book = book_of(self.code)
        self.taste = {action.code: 4 ** self.rng.uniform(-1, 1) for action in self.book.actions}
        self.onward, self.haste = onward(self.book), self.rng.choice(HASTE)
        last = self.book.valid_to or self.book.valid_from + timedelta(days=500)
        day = self.book.valid_from + (last - self.book.valid_from) * self.rng.random() ** 2
        self.now = datetime.combine(day, time(self.rng.randint(0, 23), self.rng.randint(0, 59)), TIMEZONE)
        person = PERSON.model_copy(update={"birth_date": self._birth(day).isoformat()})
        self.road = Road(self.store, start=day, now=self.now, person=person)
        self.state: State

    def run(self, steps: int = 120) -> "Walk":
        """Walks so many steps, or until nothing is done for long."""
        with self.explained():
            self._open()
            while steps > 0 and self.idle < 15:
                steps -= 1 if self.state.stage != Stage.closed else 10
                self._pass_time()
                if self.rng.random() < 0.05:
                    self._compare_possibilities()
                if self.rng.random() < 0.2:
                    self._try_the_impossible()
                else:
                    self._try_the_possible()
        return self

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Whatever goes wrong is raised with the way to walk here again, and everything asked so far."""
        try:
            yield
        except Exception as error:
            error.add_note(f"Walk(road_store, {self.code!r}, {self.track!r}, {self.seed}).run()")
            error.add_note("\n".join(self.story))
            raise

    @property
    def present_track(self) -> str:
        """The track of the law the person is on now; one who came of age may have changed it."""
        return str(self.state.facts.get("track_after_18", self.track))

    # ------------------------------------------------------------ what is tried
    def _open(self) -> None:
        """Opens the dossier; an opening that is refused is tried with other facts."""
        opening, day = self.book.action("open"), self.now.date()
        who = actor(
            self.rng.choice(
                [code for code in KINDS if KINDS[code] in opening.by and in_charge(code, day) == code]
            )
        )
        filling = Filling(self.rng, self.book, opening, self.now, self.now, self.now - timedelta(days=1))
        for _ in range(20):
            facts = filling.facts()
            try:
                with clock.at(self.now):
                    done = open_dossier(
                        self.store, who, self.road.person, facts, self.now, baseline(), late_reason="mưa lũ"
                    )
            except (Refused, Invalid) as refusal:
                filling.learn(refusal)
                continue
            self.road.id = done.state.id
            self.story.append(f"{self.now} {who.agency} open ✓")
            self._took(done, facts)
            return
        raise AssertionError("no opening was taken")

    def _try_the_possible(self) -> None:
        """An act in its order, by who may take it; refused, it is tried with the facts that the refusal asks for."""
        chosen = self._choose()
        self.idle += 1
        if chosen is None:
            return
        action, who = chosen
        at = self._moment(action)
        filling = Filling(self.rng, self.book, action, at, self.now, earliest(self.state, action))
        reason = "mưa lũ" if self.rng.random() < 0.5 else None
        for _ in range(TRIES):
            spoiled = self.rng.random() < 0.05
            facts = filling.spoiled() if spoiled else filling.facts()
            version = self.rng.choice((self.state.version, None))
            answer = self._ask(Act(self.road.id, action.code, facts, at, who, version, reason))
            if isinstance(answer, Done):
                return
            assert not ORDER & _codes(answer), f"{action.code} was in its order: {answer}"
            if not (spoiled or filling.learn(answer)):
                break
            if filling.lacking:
                filling.lacking = False
                self._bring_papers()
            reason = "mưa lũ"
        self.vain[action.code] += 1

    def _try_the_impossible(self) -> None:
        """An act that nobody may take now, or not so: it is refused, whatever it records."""
        action, who = self.rng.choice(self.book.actions), actor(self.rng.choice(list(KINDS)))
        at, day, version = self.now, self.now.date(), self.state.version
        wrong = self.rng.choice(("act", "agency", "role", "early", "future", "version", "zone", "code"))
        if wrong != "act" and (chosen := self._choose()) is not None:
            action, who = chosen
        elif in_order(self.state, action) and exists(action, self.present_track):
            wrong = "agency"
        else:
            wrong = "act"
        code, moved = action.code, timedelta(seconds=self.rng.choice((1, 3600, 10**6)))
        match wrong:
            case "agency":
                may = actors_of(self.state, action, day)
                who = actor(self.rng.choice([one for one in KINDS if one not in may]))
            case "role":
                who = actor(who.agency, self.rng.choice(("supervisor", "auditor", "administrator")))
            case "early":
                at = earliest(self.state, action) - moved
            case "future":
                at += moved
            case "version":
                version += self.rng.choice((-1, 1, 1000))
            case "zone":
                at = at.replace(tzinfo=None)
            case "code":
                code = self.rng.choice(("open", "no_such_action"))
        facts = Filling(self.rng, self.book, action, self.now, self.now, earliest(self.state, action)).facts()
        answer = self._ask(Act(self.road.id, code, facts, at, who, version, "mưa lũ"))
        assert isinstance(answer, Refusal), f"{code} was taken in spite of its {wrong}"

    def _choose(self) -> tuple[Action, Actor] | None:
        """An action that is in its order, by chance and taste, and who takes it."""
        day = self.now.date()
        found = [
            (action, code)
            for action in self.book.actions
            if in_order(self.state, action) and exists(action, self.present_track)
            for code in actors_of(self.state, action, day)
        ]
        if not found:
            return None
        action, code = self.rng.choices(found, [self._liking(action) for action, _code in found])[0]
        heads = ("head",) if action.role == "head" else ("head", "officer")
        return action, actor(code, self.rng.choice(heads))

    def _liking(self, action: Action) -> float:
        before = sum(done.event["action"] == action.code for done in self.done)
        closing = bool(action.next) and all(ref.id == Stage.closed for ref in action.next)
        liking = self.taste[action.code] * DISLIKED.get(action.code, 1) * (CLOSING if closing else 1)
        onward = action.code in self.onward and action.code not in self.state.acts
        return liking * (self.haste if onward else 1) / (1 + before + self.vain[action.code]) ** 2

    def _bring_papers(self) -> None:
        """Papers that files of this book consist of come in, though one may be forgotten."""
        present = {kind for kind, _title, _sheets in self.state.papers}
        for kind in dict.fromkeys(paper.kind for paper in self.book.papers):
            if kind not in present and self.rng.random() < 0.9:
                self.sheets += 1
                add_paper(self.road, kind, self.sheets)
                self.state.papers.append((kind, kind, 1))

    # ------------------------------------------------------------ time
    def _birth(self, day: date) -> date:
        """A day of birth of an adult, or of a minor, who may come of age on the way."""
        least, most = (18, 70) if self.track == "adult" else (max(12, self.book.least_age), 17)
        years = self.rng.choice((least, most, self.rng.randint(least, most)))
        days = self.rng.choice((0, self.rng.randint(0, 364), self.rng.randint(270, 364)))
        return date(day.year - years, day.month, min(day.day, 28)) - timedelta(days=days)

    def _pass_time(self) -> None:
        """Minutes or days, sometimes weeks, or until about the end of a limit."""
        for kind, chance in WAITED_FOR.items():
            due = [one.due for one in self.state.limits if one.kind == kind and one.ended_at is None and one.due]
            ahead = sorted(moment for moment in due if moment > self.now)
            if ahead and self.rng.random() < chance:
                about = timedelta(minutes=self.rng.choice((-90, -1, 0, 0, 1, 600)))
                self.now = max(self.now, self.rng.choice(ahead) + about)
                return
        least, most = self.rng.choices(((0, 400), (480, 4000), (10_000, 60_000)), (65, 30, 5))[0]
        self.now += timedelta(minutes=self.rng.randint(least, most))

    def _moment(self, action: Action) -> datetime:
        """When the act happened: now, or a while ago, recorded late."""
        if self.rng.random() < 0.8:
            return self.now
        since = earliest(self.state, action)
        return max(since, self.now - timedelta(minutes=self.rng.choice((1, 60, 1000, 10_000))))

    # ------------------------------------------------------------ asking, and judging the answer
    def _compare_possibilities(self) -> None:
        """What is said to be possible is in its order and in the asker's hands, and nothing else is."""
        agency = self.rng.choice(self._seeing())
        with clock.at(self.now):
            listed = possibilities(self.store, self.road.id, actor(agency))
        assert {one.action.code for one in listed} <= {
            action.code for action in self.book.actions if self.state.stage in action.stages
        }
        for one in listed:
            unmet = [need for need in one.needs if not need.met]
            assert one.allowed is not bool(unmet)
            assert all(need.code and need.message and need.message_en for need in unmet), unmet
            may = in_order(self.state, one.action) and agency in actors_of(
                self.state, one.action, self.now.date()
            )
            assert may is not bool(ORDER & {need.code for need in unmet}), (one.action.code, agency, unmet)
        self.answers["possibilities"] += 1

    def _seeing(self) -> list[str]:
        """Agencies that see the dossier: who has had a part in it, and their successors."""
        rows = self.road.rows("dossier_agency", "agency")
        codes = [str(row["agency"]) for row in rows]
        return [code for code in KINDS if any(code == seen or code in _after(seen) for seen in codes)]

    def _rows(self) -> Any:
        with unit_of_work(self.store, EVERYTHING) as connection:
            return connection.execute(UNCHANGED, {"id": self.road.id}).one()

    def _ask(self, asked: Act) -> Done | Refusal:
        """Asks for the act: what is refused has its reasons and changes nothing, what is done is as the book says."""
        self.asked += 1
        before = self._rows() if self.rng.random() < 0.25 else None
        rehearsed = self.rng.random() < 0.05
        line = f"{asked.occurred_at} {asked.actor.agency} ({asked.actor.role}) {asked.action}"
        self.story.append(f"{line} {asked.facts}")
        try:
            with clock.at(self.now):
                if rehearsed:
                    before = self._rows()
                    rehearsal = act(self.store, asked, baseline(), dry_run=True)
                    assert before == self._rows(), "a rehearsal left something behind"
                done = act(self.store, asked, baseline())
        except Refusal as refusal:
            self.story[-1] = f"{line} – {self._reasons(refusal, asked)}"
            assert before is None or before == self._rows(), "what was refused left something behind"
            return refusal
        self.story[-1] = f"{line} ✓ {done.state.stage}"
        if rehearsed:
            assert _effect(rehearsal) == _effect(done), "the rehearsal was another act"
        self._took(done, asked.facts)
        return done

    def _reasons(self, refusal: Refusal, asked: Act) -> str:
        """The codes of a refusal's reasons; each is said in both languages."""
        match refusal:
            case Refused(needs):
                assert needs
                assert all(not one.met and one.code and one.message and one.message_en for one in needs), (
                    needs
                )
                codes = [one.code for one in needs]
            case Invalid(flaws):
                assert flaws
                assert all(one.code and one.field and one.message and one.message_en for one in flaws), flaws
                codes = [f"{one.code} {one.field}" for one in flaws]
            case Stale(current):
                assert current == self.state.version != asked.expected_version
                codes = ["stale"]
            case UnknownAction(code):
                assert code == "open" or code not in self.taste
                codes = ["unknown_action"]
            case _:
                assert isinstance(refusal, UnknownDossier)
                assert asked.actor.agency not in self._seeing()
                codes = ["unknown_dossier"]
        for code in codes:
            self.answers[f"{asked.action}: {code}"] += 1
        return ", ".join(codes)

    def _took(self, done: Done, given: dict[str, Any]) -> None:
        """What was done could be done, and the store now holds what the act answered."""
        before = getattr(self, "state", None)
        with unit_of_work(self.store, EVERYTHING) as connection:
            self.state = load(connection, [self.road.id])[self.road.id]
        if before is not None:
            wrong = [
                *unlawful(
                    self.book,
                    before,
                    self.book.action(done.event["action"]),
                    given,
                    done.event["occurred_at"],
                )
            ]
            assert not wrong, wrong
            assert self.state.version == before.version + 1
        for name in ("stage", "holder", "version", "facts", "acts", "parties", "head", "seq"):
            assert getattr(self.state, name) == getattr(done.state, name), name
        assert _by_id(self.state) == _by_id(done.state)
        assert self.state.stage in self.book.stages
        self.done.append(done)
        self.answers[f"{done.event['action']} ✓"] += 1
        self.idle = 0
        self.vain.clear()


def _codes(refusal: Refusal) -> set[str]:
    return {need.code for need in refusal.needs} if isinstance(refusal, Refused) else set()


def _by_id(state: State) -> list[LimitState]:
    return sorted(state.limits, key=lambda limit: limit.id)


def _effect(done: Done) -> tuple[object, ...]:
    """What an act does, without what is drawn by chance."""
    limits = sorted(
        (limit.rule, limit.starts_at, str(limit.due), str(limit.end)) for limit in done.state.limits
    )
    forms = [(row["form"], row["number"], row["context_digest"]) for row in done.documents]
    return done.state.stage, done.state.holder, done.event["late_days"], limits, forms


def _after(code: str) -> list[str]:
    """Agencies that came after one."""
    later = []
    while code in ABOLISHED:
        later.append(code := ABOLISHED[code][1])
    return later
