"""Saved views: filters of a list that somebody keeps under a name, on the server and for themselves."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple
from urllib.parse import urlencode
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from api.errors import Fault, Problem, Said
from models.clock import now
from models.law.facts import Line
from models.tables import table

_view = table("saved_view")
MOST = 30
"""Views of an account on a page."""


class View(NamedTuple):
    """A saved view: its name, and the query that shows it."""

    id: UUID
    name: str
    query: str


class ViewIn(BaseModel):
    """What a view is called; a name that is used already then means this one."""

    name: Annotated[Line, Field(max_length=60)]


def views_of(connection: Connection, account: UUID, page: str) -> list[View]:
    """The views of an account, by name."""
    mine = (_view.c.account == account, _view.c.page == page)
    asked = select(_view.c.id, _view.c.name, _view.c.query).where(*mine).order_by(_view.c.name)
    return [View(*row) for row in connection.execute(asked)]


def save(connection: Connection, account: UUID, page: str, name: str, narrowed: Mapping[str, str]) -> None:
    """Keeps a view.

    Raises:
        Problem: 409 when there are too many.
    """
    others = (_view.c.account == account, _view.c.page == page, _view.c.name != name)
    if connection.execute(select(func.count()).where(*others)).scalar_one() >= MOST:
        said = Said(
            f"Đã có {MOST} bộ lọc: hãy bỏ bớt trước", f"There are {MOST} views already: remove one first"
        )
        raise Problem(409, "too_many_views", said, [Fault("too_many_views", said, "name")])
    row = {
        "id": uuid4(), "account": account, "page": page, "name": name, "query": urlencode(narrowed), "saved_at": now(),
    }  # fmt: skip
    kept = insert(_view).values(row)
    latest = {column: kept.excluded[column] for column in ("query", "saved_at")}
    connection.execute(kept.on_conflict_do_update(index_elements=["account", "page", "name"], set_=latest))


def remove(connection: Connection, account: UUID, view: UUID) -> None:
    """Forgets a view; one that is not there any more is forgotten already."""
    connection.execute(delete(_view).where(_view.c.account == account, _view.c.id == view))
