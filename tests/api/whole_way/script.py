"""What a script of a whole way says: the acts in order, what is refused or seen between them, and what must have come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.person import PersonData, age_on
from tests.flows.road_2026 import PERSON


@dataclass(frozen=True)
class Do:
    """An act: by default who does it, when and on what facts is as the book's driver of the engine says.

    Moments are "2025-07-30 09:00" or, from the first day on, "3 09:00"; days "2025-07-30" or "day 3". A step at another
    time takes its own moments along; a fact changed to None is left out. `migrate` and `keep_book` are acts too.
    """

    action: str
    when: str | None = None
    by: str | None = None
    role: str = "head"
    late_reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """An act that is not taken: the status, and the code of every error."""

    asked: Do
    status: int
    codes: frozenset[str]


@dataclass(frozen=True)
class Main:
    """The main road of the dossier's book up to and including an act, with changes by action; what is done already stands."""

    until: str
    skip: tuple[str, ...] = ()
    changed: Mapping[str, Do] = field(default_factory=dict)


@dataclass(frozen=True)
class Paper:
    """A paper that comes into the file."""

    kind: str
    received_on: str
    by: str | None = None
    sheets: int = 1


@dataclass(frozen=True)
class Tried:
    """An act that is only tried: it would be taken, and nothing is written."""

    asked: Do


@dataclass(frozen=True)
class Seen:
    """What someone is shown at a moment: of each line whether there is anything (True, False), or exactly what.

    `what` is what of the dossier is looked at; by default who opened it looks.
    """

    when: str
    shows: Mapping[str, Any]
    what: str = ""
    by: str | None = None


@dataclass(frozen=True)
class Carried:
    """A limit that went on through the last change of law: its last day as before, and the new rule it stands for."""

    rule: str
    last: str
    stands_for: str | None


Line = Do | Refused | Tried | Main | Paper | Seen | Carried


@dataclass(frozen=True)
class Ran:
    """A limit as it must have run: its last day (for hours its minute), how it ended, and the working by hand."""

    rule: str
    last: str
    end: str
    why: str


@dataclass(frozen=True)
class Script:
    """One dossier's whole way and what it must leave behind.

    Attributes:
        name: what it is called among those of its book.
        about: what happens on it.
        book: the rulebook it is opened under.
        start: the day from which offsets count; the day of the opening.
        lines: the way.
        stages: the stages in order, each once as long as it lasts.
        holders: who held the dossier, in order.
        ran: limits that matter, of each rule those that ran, in order.
        forms: the documents issued, by action in order.
        papers: kinds of the papers in the file when it is compiled, if not those of the book's driver.
        cancelled: rules whose limit the end, or a change of law, cut off.
        late: days late, by action; nobody else was.
    """

    name: str
    about: str
    book: str
    start: date
    lines: tuple[Line, ...]
    stages: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    ran: tuple[Ran, ...] = ()
    forms: tuple[str, ...] = ()
    person: PersonData = PERSON
    papers: tuple[str, ...] | None = None
    cancelled: frozenset[str] = frozenset()
    late: Mapping[str, int] = field(default_factory=dict)

    @property
    def minor(self) -> bool:
        """Whether the person is under 18 when the dossier is opened."""
        return age_on(self.person.birth_date, self.start) < 18


def do(
    action: str,
    when: str | None = None,
    *,
    by: str | None = None,
    role: str = "head",
    late_reason: str | None = None,
    **facts: Any,
) -> Do:
    """A line that does an act."""
    return Do(action, when, by, role, late_reason, facts)


def refused(action: str, when: str, code: str, *more: str, status: int = 409, **given: Any) -> Refused:
    """A line that asks for an act and is refused for exactly these reasons."""
    return Refused(do(action, when, **given), status, frozenset({code, *more}))


def tried(action: str, when: str, **given: Any) -> Tried:
    """A line that only tries an act."""
    return Tried(do(action, when, **given))


def main(until: str, *, skip: tuple[str, ...] = (), **changed: Mapping[str, Any]) -> Main:
    """A line that walks the main road; of an action `when`, `by`, `late_reason` and facts can be changed."""
    return Main(until, skip, {action: do(action, **given) for action, given in changed.items()})


def ran(rule: str, last: str, end: str, why: str) -> Ran:
    """A limit worked out by hand."""
    return Ran(rule, last, end, why)


def carried(rule: str, last: str, stands_for: str | None = None) -> Carried:
    """A line that looks at a limit after a migration."""
    return Carried(rule, last, stands_for)


def paper(kind: str, received_on: str, *, by: str | None = None) -> Paper:
    """A line that brings a paper in."""
    return Paper(kind, received_on, by)


def seen(when: str, what: str = "", by: str | None = None, **shows: Any) -> Seen:
    """A line that looks at the dossier."""
    return Seen(when, shows, what, by)
