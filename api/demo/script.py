"""What the demonstration does, read from `walk_*.toml`: the person, and every act with its agency, moment and facts."""

import tomllib
from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

from api.demo import FOLDER
from models.person import PersonData

BOOKS = ("2026", "2014")
"""The books of which a dossier is walked, in this order."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScriptedPaper(_Line):
    """A paper brought into the file before an act; an invented file stands for it."""

    kind: str
    title: str
    received_on: date
    sheets: int
    scan: bool = False  # a picture instead of a PDF file


class Step(_Line):
    """One act: who does it, when it happened, what it records, and the papers that came in before."""

    action: str
    by: str
    at: AwareDatetime
    facts: dict[str, Any] = {}
    papers: tuple[ScriptedPaper, ...] = ()

    @property
    def recorded(self) -> dict[str, Any]:
        """The facts as JSON carries them."""
        recorded: dict[str, Any] = to_jsonable_python(self.facts)
        return recorded


class Script(_Line):
    """One dossier from its opening to the delivery at the centre."""

    title: str
    person: PersonData
    steps: tuple[Step, ...]


def read_script(book: str) -> Script:
    """The dossier walked under a book.

    Args:
        book: one of `BOOKS`.

    Raises:
        pydantic.ValidationError: the file is wrong; the error names the line.
    """
    return Script.model_validate(tomllib.loads((FOLDER / f"walk_{book}.toml").read_text(encoding="utf-8")))
