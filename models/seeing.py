"""The first wall: every query for rows of dossiers is narrowed, in code, to what its transaction's scope may see.

It holds by itself, whatever row-level security does: that is the second wall, under it.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, TextClause, any_, literal, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from models.store import Reach, reach

ROOT = "vn"
"""The territory that holds all others."""

# OFFSET 0, here as in the policies, keeps the planner from reading all dossiers of an agency in advance.
_SEES = """(:sees_all OR EXISTS (
    SELECT FROM dossier_agency part WHERE part.dossier = {column} AND part.agency = ANY (:sees_own) OFFSET 0
) OR (:sees_below <> '' AND EXISTS (
    SELECT FROM dossier_agency part JOIN agency of ON of.code = part.agency WHERE part.dossier = {column}
    AND (of.territory = :sees_below OR starts_with(of.territory, :sees_below || '/')) OFFSET 0)))"""


def sees_everything(reached: Reach) -> bool:
    """Whether a scope sees every dossier: the system's, and one whose territory is the country."""
    return reached.everything or reached.territory == ROOT


def visible(connection: Connection, column: str) -> TextClause:
    """The condition that the dossier whose id stands in this column is seen by the unit of work.

    Args:
        connection: the unit of work.
        column: as the query has it, such as `document.dossier`.
    """
    return text(sees(column)).bindparams(**sight(connection))


def sees(column: str) -> str:
    """The same for queries in SQL, which take the values of `sight`."""
    return _SEES.format(column=column)


def sight(connection: Connection) -> dict[str, Any]:
    """What `sees` asks for."""
    reached = reach(connection)
    return {
        "sees_all": sees_everything(reached),
        "sees_own": [] if reached.blind else reached.agencies,
        "sees_below": reached.territory,
    }


def own(connection: Connection, column: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that an inbox, register, task or webhook is the agency's own, or of one it succeeded."""
    reached = reach(connection)
    if owns_everything(reached):
        return true()
    return column == any_(literal(reached.agencies, ARRAY(Text)))


def owns_everything(reached: Reach) -> bool:
    """Whether what belongs to agencies is the scope's, whosever it is: the system's."""
    return reached.everything
