"""What an act is judged by: the dossier, the book, the facts with the act's own, and the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.state import State
from models.law.schema import Action, Book, Condition


@dataclass(frozen=True)
class View:
    """What a guard judges: the dossier, the action, the facts with the act's own, and the moment of the act."""

    state: State
    book: Book
    action: Action
    facts: Mapping[str, Any]  # typed, the act's own first
    at: datetime  # Asia/Ho_Chi_Minh
    given: bool  # False while only listing what could be done: facts of the act are not known yet

    def holds(self, when: Condition) -> bool:
        """Whether the facts are as a condition of the rulebook asks."""
        return all(
            self.facts.get(name) in (wanted if isinstance(wanted, list) else [wanted])
            for name, wanted in when.items()
        )

    def forms(self) -> list[str]:
        """Codes of the forms this act issues."""
        return [ref.id for ref in self.action.forms if self.holds(ref.when)]
