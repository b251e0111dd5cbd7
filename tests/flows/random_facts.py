"""Facts for random acts, filled by type from the catalogue; what makes walks lead far is data at the top."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flows.eligibility import PARTY_KINDS
from flows.refusals import Invalid, Need, Refusal, Refused
from models.law.book import Book
from models.law.loader import catalogue
from models.law.schema import ActionFacts, Fact, Refs
from tests.flows.road_2026 import BACKGROUND, CRITERIA, OFFICIAL, RECEIVER, SESSION, WITNESS
from tests.flows.road_agencies import KINDS
from tests.flows.second_reading import in_charge

MOTHER = {"name": "Trần Thị M", "age": "40", "occupation": "nông dân", "residence": "phường Mai Dịch"}
LIKELY: Mapping[str, tuple[object, float]] = {
    "competent_here": (True, 0.8), "criminal_check": ("not_criminal", 0.9), "entry": ("again", 0.4),
    "exclusions": ([], 0.95), "outcome": ("apply", 0.85), "residence": ("stable", 0.7), "result": ("addicted", 0.92),
    "sheet_count": (12, 0.9), "background": ({**BACKGROUND, "mother": MOTHER}, 0.8),
}  # fmt: skip
"""The value that leads on, and how often it is taken; otherwise any value of the fact's type."""
FOLLOWS = {"criteria": ("result", {"addicted": CRITERIA, "not_addicted": dict.fromkeys(CRITERIA, False)})}
"""A fact that has to fit another one: mostly the value that fits it."""
SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "text": ("không", "có ghi nhận", "Xã Ví Dụ,\nhuyện Ví Dụ"),
    "texts": (["không"], ["giấy thứ nhất", "giấy thứ hai"]),
    "flag": (True, False),
    "official": (OFFICIAL,),
    "officials": ([OFFICIAL], [OFFICIAL, OFFICIAL]),
    "witness": (WITNESS,),
    "witnesses": ([WITNESS, WITNESS], [WITNESS, WITNESS, WITNESS]),
    "receiver": (RECEIVER,),
    "representative": ({"name": "Nguyễn Thị B", "relation": "mẹ", "residence": "Hà Nội"},),
    "criteria": (CRITERIA, dict.fromkeys(CRITERIA, True), dict.fromkeys(CRITERIA, False)),
    "background": (BACKGROUND, {**BACKGROUND, "mother": MOTHER}),
    "participants": (
        SESSION,
        [*SESSION, {"name": "Lê Thị C", "capacity": "người đại diện", "present": False}],
    ),
}
ROTTEN: tuple[Any, ...] = (
    None, "", "x", "\x00", -1, 0, 10**9, 2**70, 1.5, True, [], {}, [{}], ["no_such_case"], "no_such_agency",
    "0001-01-01", "1976-01-01", "9999-12-31", "2026-13-01", "0001-01-01T00:00:00Z", "1976-01-01T00:00:00+07:00",
    "2200-12-31T23:59:59+07:00", "9999-12-31T23:59:59-12:00", "2026-09-07T08:30:00",
)  # fmt: skip
"""What nobody should record; the engine must say so, or take it for what it is."""


@dataclass
class Filling:
    """How the facts of one act are filled; what a refusal asked for is learnt for the next try."""

    rng: random.Random
    book: Book
    asks: ActionFacts
    at: datetime
    now: datetime
    earliest: datetime | None = None
    """The latest of the acts that this one depends on."""
    extends: Refs = ()
    learnt: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Bounds of numbers."""
    refused: set[tuple[str, str]] = field(default_factory=set)
    """Facts and the choices that were refused."""
    given: dict[str, Any] = field(default_factory=dict)
    insisted: set[str] = field(default_factory=set)
    """Facts that may be left out but must be there this time."""
    exact: bool = False
    """Whether every instant is that of the act."""
    lacking: bool = False
    """Whether papers are missing in the file."""

    def facts(self) -> dict[str, Any]:
        """What the act records this time, as JSON would carry it."""
        given = self.given = {}
        for asked in self.asks:
            if asked.required or asked.name in self.insisted or self.rng.random() < 0.85:
                given[asked.name] = self._value(asked.name, catalogue()[asked.name])
        for name, (decisive, fitting) in FOLLOWS.items():
            if name in given and decisive in given and self.rng.random() < 0.9:
                given[name] = fitting[given[decisive]]
        return given

    def learn(self, refusal: Refusal) -> bool:
        """Takes from a refusal what the next try must give; whether another try could be taken."""
        asked = {fact.name for fact in self.asks}
        if isinstance(refusal, Invalid):
            for flaw in refusal.flaws:
                name = flaw.field.removeprefix("facts.")
                self.insisted |= {name} & asked
                self.exact = self.exact or flaw.code.startswith("before_its")
            return any(flaw.field != "facts" for flaw in refusal.flaws) or self.rng.random() < 0.5
        needs = refusal.needs if isinstance(refusal, Refused) else []
        for need in needs:
            self.insisted |= {str(need.requirement)} & asked
            self.refused.add((str(need.requirement), str(self.given.get(str(need.requirement)))))
            if bounds := re.search(r"từ (\d+) đến (\d+)", need.message):
                self.learnt[str(need.requirement)] = int(bounds[1]), int(bounds[2])
        self.lacking = any(need.requirement == "papers" for need in needs)
        return all(need.requirement in asked | {"papers"} and not self._exhausted(need) for need in needs)

    def _exhausted(self, need: Need) -> bool:
        """Whether every choice of the fact that is meant was refused."""
        choices = catalogue()[str(need.requirement)].choices if need.requirement != "papers" else {}
        return bool(choices) and all((need.requirement, value) in self.refused for value in choices)

    def spoiled(self) -> dict[str, Any]:
        """Facts of which one is left out, is rotten or was never asked for."""
        given = self.facts()
        name = self.rng.choice([*given, "no_such_fact"])
        if name in given and self.rng.random() < 0.2:
            del given[name]
        else:
            given[name] = self.rng.choice(ROTTEN)
        return given

    def _value(self, name: str, fact: Fact) -> Any:
        likely, chance = LIKELY.get(name, (None, 0.0))
        if self.rng.random() < chance:
            return likely
        match fact.type:
            case "choice":
                fresh = [value for value in fact.choices if (name, value) not in self.refused]
                return self.rng.choice(fresh or list(fact.choices))
            case "excluded":
                return self.rng.sample(list(self.book.exclusions), self.rng.randint(0, 1))
            case "number":
                return self.rng.randint(*self.learnt.get(name) or self._bounds(name))
            case "day":
                return (self.at.date() - timedelta(days=self.rng.choice((0, 0, 0, 1, 3)))).isoformat()
            case "agency":
                return self._agency(name)
            case "instant":
                return self._instant(fact)
            case "deliveries":
                return [{"to": "Nguyễn Văn A", "received_at": self.at.isoformat()}]
        return self.rng.choice(SAMPLES[fact.type])

    def _bounds(self, name: str) -> tuple[int, int]:
        """What the book says of a number: a range, an extension; else a small one."""
        for rule in self.book.rules:
            if rule.range and rule.range.fact == name:
                return rule.range.least, rule.range.most
        for rule in (self.book.rule(ref.id) for ref in self.extends if ref.at == name):
            if rule.extension and rule.amounts:
                return rule.amounts[-1].value + 1, rule.extension.most
        return 0, 30

    def _agency(self, name: str) -> str:
        """An agency that can play the part, rather of a kind that the book gives much to do."""
        tasks = [kind for action in self.book.actions for kind in action.by]
        codes = [
            code
            for code, kind in KINDS.items()
            if kind in PARTY_KINDS.get(name, KINDS.values()) and in_charge(code, self.at.date()) == code
        ]
        return self.rng.choices(codes, [1 + tasks.count(KINDS[code]) for code in codes])[0]  # type: ignore[arg-type]  # a StrEnum

    def _instant(self, fact: Fact) -> str:
        at, span = self.at, timedelta(minutes=self.rng.choice((0, 0, 10, 90, 600, 15_000)))
        if fact.timing == "planned":
            at += timedelta(days=self.rng.randint(0, 14)) + span
        elif fact.timing == "receipt":
            at = min(self.now, at + span)
        elif fact.timing == "earlier":
            at -= span
        elif not self.exact:
            at = max(self.earliest or at, at - span) if self.rng.random() < 0.8 else min(self.now, at + span)
        return (at.astimezone(UTC) if self.rng.random() < 0.1 else at).isoformat()
