"""What stands beside a dossier's row: how it was before its last act, who is responsible for it, reminders, what a person is found by."""

from datetime import date

from sqlalchemy import ARRAY, Column, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class BeforeAct(SQLModel, table=True):
    """A dossier as it was before its last act, as far as the events do not tell: what voiding that act goes back to.

    `limits` are the rows, as they were, of limits whose end or journal the act changed.
    """

    __tablename__ = "before_act"

    dossier: UUID = Field(foreign_key="dossier.id", primary_key=True)
    event: UUID = Field(foreign_key="event.id", unique=True)
    book: str
    stage: str
    holder: str = Field(foreign_key="agency.code")
    acts: dict[str, Any] = json_column()
    parties: dict[str, Any] = json_column()
    limits: list[Any] = json_column()


class Assignment(SQLModel, table=True):
    """Who inside the holding agency is responsible for a dossier; a trigger ends it when the dossier moves on."""

    __tablename__ = "assignment"

    id: UUID = identity()
    dossier: UUID = Field(foreign_key="dossier.id")
    agency: str = Field(foreign_key="agency.code")
    account: UUID = Field(foreign_key="account.id")
    assigned_by: UUID = Field(foreign_key="account.id")
    assigned_at: datetime = instant()
    note: str | None = None
    ended_at: datetime | None = instant(optional=True)
    ended_because: str | None = None


class Reminder(SQLModel, table=True):
    """A reminder letter: of which cause, on which legal day, to which agencies; `again` says why one more that day."""

    __tablename__ = "reminder"

    event: UUID = Field(foreign_key="event.id", primary_key=True)
    dossier: UUID = Field(foreign_key="dossier.id")
    cause: str
    day: date
    agencies: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    account: UUID = Field(foreign_key="account.id")
    again: str | None = None


class DossierWords(SQLModel, table=True):
    """What a dossier is found by: each word of the person's name as `search_key` writes it, and the number of the identity paper.

    Triggers keep them; `models.words` asks for them.
    """

    __tablename__ = "dossier_words"

    dossier: UUID = Field(foreign_key="dossier.id", primary_key=True)
    number: str
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))
