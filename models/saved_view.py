"""Saved views: what somebody often filters a list of the board to, under a name, for their eyes alone."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, identity, instant


class SavedView(SQLModel, table=True):
    """A filter of a page: the query of its address."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account", "page", "name"),)

    id: UUID = identity()
    account: UUID = Field(foreign_key="account.id")
    page: str
    name: str
    query: str
    saved_at: datetime = instant()
