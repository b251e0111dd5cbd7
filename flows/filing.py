"""The file of a dossier: which papers it consists of by its book, and since when it is compiled."""

from datetime import datetime

from sqlalchemy import Connection, text

from flows.books import book as book_of
from flows.engine import Facts
from flows.state import State
from flows.view import holds
from models.law.schema import Paper

_COMPILED = text(
    "SELECT recorded_at FROM event WHERE dossier = :dossier AND action = 'compile' ORDER BY seq DESC LIMIT 1"
)


def papers_of_the_file(state: State, at: datetime) -> list[Paper]:
    """The papers that the book asks for in this dossier, in the order of the article."""
    facts = Facts(state, {}, at)
    return [paper for paper in book_of(state.book).papers if holds(facts, paper.when)]


def compiled_since(connection: Connection, state: State) -> datetime | None:
    """When the file was last recorded as compiled; None before, and when it was returned to be compiled anew."""
    if "compile" not in state.acts:
        return None
    moment: datetime | None = connection.execute(_COMPILED, {"dossier": state.id}).scalar_one_or_none()
    return moment
