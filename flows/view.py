"""What guards judge: the dossier, the act asked for, and its facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from documents.case import Particulars, Signing
from flows.refusals import Need
from flows.state import LimitState, State
from models.law.book import Book
from models.law.calendar import Calendar
from models.law.schema import Action, Condition


def holds(facts: Mapping[str, Any], when: Condition) -> bool:
    """Whether facts are as a condition of the rulebook asks."""
    return not when or all(
        facts.get(name) in (wanted if isinstance(wanted, list) else [wanted]) for name, wanted in when.items()
    )


@dataclass(frozen=True)
class View:
    """What a guard judges: the dossier, the action, the facts with the act's own, and the moment of the act."""

    state: State
    book: Book
    action: Action
    facts: Mapping[str, Any]  # typed, the act's own first
    at: datetime  # Asia/Ho_Chi_Minh
    own: frozenset[str] = frozenset()
    """The facts the act itself brings."""
    calendar: Calendar | None = None
    """None while only listing what could be done: the facts of the act are not known yet."""

    particulars: Mapping[str, Particulars] = field(default_factory=dict)
    """What the act states for one form only, by form."""
    signing: Signing | None = None
    kind: str | None = None
    """What kind of agency acts, as far as that is known."""
    origin: tuple[str, datetime] | None = None
    """The act and the moment a paper tells of, when it is issued again later."""

    @property
    def given(self) -> bool:
        """Whether the facts of the act are known."""
        return self.calendar is not None

    def holds(self, when: Condition) -> bool:
        """Whether the facts are as a condition of the rulebook asks."""
        return not when or holds(self.facts, when)

    def forms(self) -> list[str]:
        """Codes of the forms this act issues."""
        theirs = (ref for ref in self.action.forms if not ref.by or self.kind in ref.by)
        refs = (ref for ref in theirs if not ref.given or ref.id in self.particulars)
        return [ref.id for ref in refs if self.holds(ref.when)]


Guard = Callable[[View, str], Need]


def running(view: View, rules: str) -> str:
    """Of alternatives `a|b`, the rule the dossier has a limit of: which one runs depends on track and ordinance."""
    ids = rules.split("|")
    return next((rule for rule in ids if view.state.latest(rule)), ids[-1])


def over(limit: LimitState | None, at: datetime) -> bool:
    """Whether a window has run out or was used; one that never ran is not over."""
    if limit is None:
        return False
    if limit.end == "used" and limit.ended_at is not None:
        return limit.ended_at <= at
    return limit.passed(at)
