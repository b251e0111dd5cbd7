"""A random walk of one dossier: acts that should be possible, and acts that should not.

Seeded walks instead of hypothesis' state machine: acts write to a real database, which cannot be taken back for shrinking,
and a failure names the seed and every act so far, which is all one needs to walk there again.
"""

import random
from collections import Counter
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine

from flows.books import book as book_of
from flows.engine import Act, Actor
from flows.opening import open_dossier
from flows.refusals import Invalid, Refusal, Refused
from flows.writing import Done
from models import clock
from models.law.calendar import baseline
from models.law.limits import TIMEZONE
from models.law.loader import codes
from models.law.schema import Action, ActionFact, Stage
from tests.flows.judged import Judged
from tests.flows.random_facts import Filling
from tests.flows.road_2026 import PERSON, Road, add_paper
from tests.flows.road_agencies import KINDS, actor
from tests.flows.second_reading import (
    ORDER,
    actors_of,
    earliest,
    in_charge,
    in_order,
    is_stuck,
    landing_of,
    newer_than,
    onward,
)

WAITED_FOR = {"window": 0.4, "duty": 0.1, "term": 0.05, "bar": 0.01}
"""How often a walk waits for the end of a limit."""
CLOSING = 0.004
"""How much less an act is liked that can only close the dossier; more with every act done."""
HASTE = (5, 30, 200)
"""How much more an act may be liked that leads to a later stage."""
DISLIKED = {
    "terminate": 0.2,
    "return_unexamined": 0.3,
    "place_pending": 0.5,
    "certify": 0.5,
    "record_adulthood": 0.3,
}
"""Acts that would be done too often: they bring the walk to an end, or far back."""
TRIES = 8
"""How often an act is tried with other facts."""
WRONGS = ("act", "agency", "role", "early", "future", "version", "zone", "code", "law")
"""What can be wrong with an act."""


class Walk(Judged):
    """One dossier, walked from its opening until it is closed or leads nowhere."""

    def __init__(self, store: Engine, code: str, track: str, seed: int) -> None:
        rng = random.Random(f"{code}/{track}/{seed}")  # noqa: S311 - chance, no secret
        first, last = book_of(code).valid_from, book_of(code).valid_to
        day = first + ((last or first + timedelta(days=500)) - first) * rng.random() ** 2
        now = datetime.combine(day, time(rng.randint(0, 23), rng.randint(0, 59)), TIMEZONE)
        youngest, oldest = (18, 70) if track == "adult" else (max(12, book_of(code).least_age), 17)
        born = _birth(rng, day, youngest, oldest).isoformat()
        road = Road(store, start=day, now=now, person=PERSON.model_copy(update={"birth_date": born}))
        super().__init__(road, rng, f"Walk(road_store, {code!r}, {track!r}, {seed}).run()")
        self.first_book = book_of(code)
        self.haste = rng.choice(HASTE)
        self.taste: dict[str, float] = {
            one.code: 4.0 ** rng.uniform(-1, 1) for each in codes() for one in book_of(each).actions
        }
        self.vain = Counter[str]()  # how often actions were tried in vain since something was done
        self.idle = 0  # steps since something was done

    def run(self, steps: int = 120) -> "Walk":
        """Walks so many steps, or until nothing is done for long."""
        with self.explained():
            self._open()
            while steps > 0 and self.idle < 15:
                steps -= 1 if self.state.stage != Stage.closed else 10
                self._pass_time()
                if self.rng.random() < 0.05:
                    self.compare_possibilities()
                if self.rng.random() < 0.2:
                    self._try_the_impossible()
                elif is_stuck(self.state, self.now):
                    self._go_on()
                else:
                    self._try_the_possible()
        return self

    def took(self, done: Done) -> None:
        """What was done is judged; the walk goes on from there."""
        super().took(done)
        self.idle = 0
        self.vain = Counter({code: times // 2 for code, times in self.vain.items()})

    # ------------------------------------------------------------ what is tried
    def _open(self) -> None:
        """Opens the dossier; an opening that is refused is tried with other facts."""
        opening, day = self.first_book.action("open"), self.now.date()
        openers = [
            code for code, kind in KINDS.items() if kind in opening.by and in_charge(code, day) == code
        ]
        who, store = actor(self.rng.choice(openers)), self.road.store
        filling = Filling(self.rng, self.first_book, opening.facts, self.now, self.now)
        for _ in range(20):
            facts = filling.facts()
            try:
                with clock.at(self.now):
                    done = open_dossier(
                        store, who, self.road.person, facts, self.now, baseline(), late_reason="lũ"
                    )
            except (Refused, Invalid) as refusal:
                filling.learn(refusal)
                continue
            self.road.id = done.state.id
            self.story.append(f"{self.now} {who.agency} open ✓")
            self.took(done)
            return
        raise AssertionError("no opening was taken")

    def _try_the_possible(self) -> None:
        """An act in its order, by who may take it; refused, it is tried with the facts that the refusal asks for."""
        self.idle += 1
        chosen = self._choose()
        if chosen is None:
            assert self.state.stage == Stage.closed, f"nobody can do anything any more in {self.state.stage}"
            return
        action, who = chosen
        at = self._moment(action, who)
        filling = Filling(
            self.rng, self.book, action.facts, at, self.now, earliest(self.state, action), action.extends
        )
        late_reason = "mưa lũ" if self.rng.random() < 0.5 else None
        for _ in range(TRIES):
            spoiled = self.rng.random() < 0.05
            facts = filling.spoiled() if spoiled else filling.facts()
            version = self.rng.choice((self.state.version, None))
            answer = self.ask(Act(self.road.id, action.code, facts, at, who, version, late_reason))
            if isinstance(answer, Done):
                return
            assert not ORDER & codes_of(answer), f"{action.code} was in its order: {answer}"
            if not (spoiled or filling.learn(answer)):
                break
            if filling.lacking:
                self._bring_papers()
            late_reason = "mưa lũ"
        self.vain[action.code] += 1

    def _go_on(self) -> None:
        """After a change of law the dossier moves to the next book, or a supervisor says that it stays."""
        self.idle += 1
        newer, old = newer_than(self.state.book), {self.state.holder, self.state.parties["compiler"]}
        supervisor = actor(self.rng.choice(self.seeing()), "supervisor")
        if newer and newer.transition and landing_of(self.state, self.now):
            heads = [actor(in_charge(code, self.now.date())) for code in sorted(old)]
            who, asks = self.rng.choice([*heads, supervisor]), newer.transition.facts
            filling = Filling(
                self.rng, newer, (*asks, ActionFact(name="compiler", required=False)), self.now, self.now
            )
            for _ in range(TRIES):
                answer = self.ask(
                    Act(self.road.id, "migrate", filling.facts(), self.now, who, self.state.version)
                )
                if isinstance(answer, Done):
                    return
                assert not codes_of(answer) - {"nowhere_to_land"}, answer
                filling.learn(answer)
        elif self.rng.random() < 0.3:
            reason = {"keep_reason": "chưa có quy định chuyển tiếp"}
            answer = self.ask(Act(self.road.id, "keep_book", reason, self.now, supervisor, None))
            assert isinstance(answer, Done), answer

    def _try_the_impossible(self) -> None:
        """An act that nobody may take now, or not so: it is refused, whatever it records."""
        action, who = self.rng.choice(self.book.actions), actor(self.rng.choice(list(KINDS)))
        at, version = self.now, self.state.version
        wrong, chosen = self.rng.choice(WRONGS), self._choose()
        if wrong != "act" and chosen:
            action, who = chosen
        else:
            wrong = "agency" if in_order(self.state, action, at) else "act"
        code, moved = action.code, timedelta(seconds=self.rng.choice((1, 3600, 10**6)))
        match wrong:
            case "agency":
                may = actors_of(self.state, action, at.date())
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
            case "law":
                code, who = self.rng.choice(("migrate", "keep_book")), actor(who.agency, "supervisor")
        facts = Filling(self.rng, self.book, action.facts, self.now, self.now).facts()
        answer = self.ask(Act(self.road.id, code, facts, at, who, version, "mưa lũ"))
        assert isinstance(answer, Refusal), f"{code} was taken in spite of its {wrong}"

    def _choose(self) -> tuple[Action, Actor] | None:
        """An action that is in its order, by chance and taste, and who takes it."""
        actors = {
            action.code: actors_of(self.state, action, self.now.date())
            for action in self.book.actions
            if in_order(self.state, action, self.now)
        }
        found = [self.book.action(code) for code, may in actors.items() if may]
        if not found:
            return None
        action = self.rng.choices(found, [self._liking(one) for one in found])[0]
        role = self.rng.choice(
            ("head",) if action.role == "head" or action.court_role else ("head", "officer")
        )
        return action, actor(self.rng.choice(actors[action.code]), role)

    def _liking(self, action: Action) -> float:
        times = sum(done.event["action"] == action.code for done in self.done) + self.vain[action.code]
        liking: float = self.taste[action.code] * DISLIKED.get(action.code, 1) / (1.0 + times) ** 2
        if action.next and all(ref.id == Stage.closed for ref in action.next):
            return liking * CLOSING * len(self.done)
        fresh = action.code not in self.state.acts
        return liking * self.haste if fresh and action.code in onward(self.book.code) else liking

    def _bring_papers(self) -> None:
        """Papers that files of this book consist of come in, though one may be forgotten."""
        present = {kind for kind, _title, _sheets in self.state.papers}
        for kind in dict.fromkeys(paper.kind for paper in self.book.papers):
            if kind not in present and self.rng.random() < 0.9:
                self.state.papers.append((kind, kind, 1))
                add_paper(self.road, kind, len(self.state.papers))

    # ------------------------------------------------------------ time
    def _pass_time(self) -> None:
        """Minutes or days, sometimes weeks, or until about the end of a limit."""
        for kind, chance in WAITED_FOR.items():
            due = [
                one.due for one in self.state.limits if one.kind == kind and one.ended_at is None and one.due
            ]
            ahead = sorted(moment for moment in due if moment > self.now)
            if ahead and self.rng.random() < chance:
                about = timedelta(minutes=self.rng.choice((-90, -1, 0, 0, 1, 600)))
                self.now = max(self.now, self.rng.choice(ahead) + about)
                return
        least, most = self.rng.choices(((0, 400), (480, 4000), (10_000, 60_000)), (65, 30, 5))[0]
        self.now += timedelta(minutes=self.rng.randint(least, most))

    def _moment(self, action: Action, who: Actor) -> datetime:
        """When an act happened that is told now: now, or a while ago, if it could have been done then."""
        ago = timedelta(minutes=self.rng.choice((0, 0, 0, 0, 0, 1, 60, 1000, 10_000)))
        at = max(earliest(self.state, action), self.now - ago)
        possible = in_order(self.state, action, at) and who.agency in actors_of(self.state, action, at.date())
        return at if possible else self.now


def codes_of(refusal: Refusal) -> set[str]:
    """The codes of unmet needs."""
    return {need.code for need in refusal.needs} if isinstance(refusal, Refused) else set()


def _birth(rng: random.Random, day: date, youngest: int, oldest: int) -> date:
    """A day of birth of someone of this age, who may soon be a year older."""
    years = rng.choice((youngest, oldest, rng.randint(youngest, oldest)))
    days = rng.choice((0, rng.randint(0, 364), rng.randint(270, 364)))
    return date(day.year - years, day.month, min(day.day, 28)) - timedelta(days=days)
