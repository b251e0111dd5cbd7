"""Dossiers by the words of the person's name and the number of the identity paper, quick however common a word is."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from models.person import search_key

LONGEST = 400
"""Characters of a word that are kept and looked for."""
_FOUND = text("SELECT dossiers_found(CAST(:asked AS tsquery), :after, :most)")
# A paper's number is in few dossiers, which the index knows at once: no need to look through one's own or the first ones before.
_FOUND_BY_PAPER = text("SELECT dossiers_found(CAST(:asked AS tsquery), :after, :most, 0, 0)")


def dossiers_found(
    connection: Connection, *, name: str | None = None, paper: str | None = None, after: str = "", most: int
) -> Sequence[UUID]:
    """Dossiers that the unit of work sees, by number.

    Args:
        connection: the unit of work.
        name: beginnings of words of the name, in any order, with or without diacritics.
        paper: the whole number of the identity paper.
        after: the number of a dossier after which they come.
        most: how many at most.

    Returns:
        Their ids; none when what is given of name and paper says nothing.
    """
    asked = [f"{_quoted(word)}:*" for word in search_key(name or "").split()]
    if (name is not None and not asked) or paper == "":
        return []
    if paper:
        asked.append(_quoted(f"#{paper}"))
    if not asked:
        return []
    found = connection.execute(
        _FOUND_BY_PAPER if paper else _FOUND, {"asked": " & ".join(asked), "after": after, "most": most}
    )
    return found.scalars().all()


def _quoted(word: str) -> str:
    """As the language of such questions has a word that means nothing else."""
    said = word[:LONGEST].replace("\\", "\\\\").replace("'", "''")
    return f"'{said}'"
