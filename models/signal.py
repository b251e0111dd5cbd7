"""What an office's own Prefect automations may hang on, until Prefect's server has it."""

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Signal(SQLModel, table=True):
    """A stage change or a missed limit, as Prefect is told of it: ids, numbers and agency codes only.

    Its id follows from what it tells of, so that one thing is told once; `emitted_at` is null until Prefect's server
    has taken it. The first of `agencies` is the one the signal is about.
    """

    __tablename__ = "signal"

    id: UUID = identity()
    name: str
    dossier: UUID = Field(foreign_key="dossier.id")
    agencies: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    facts: dict[str, Any] = json_column()
    created_at: datetime = instant()
    emitted_at: datetime | None = instant(optional=True)
