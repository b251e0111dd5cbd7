"""Dossiers and the persons they are about."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Person(SQLModel, table=True):
    """The subject of dossiers; a person may have several over the years. `data` is erasable."""

    __tablename__ = "person"

    id: UUID = identity()
    data: dict[str, Any] = json_column()
    name_key: str  # lower case, without diacritics
    recorded_at: datetime = instant()


class Dossier(SQLModel, table=True):
    """One proceeding about one person; this row is the truth about where it stands.

    `facts` are the merged facts of all acts, `acts` the moment each act last happened and still counts,
    `parties` the agency in each part, `head` the digest of the last event.
    """

    __tablename__ = "dossier"

    id: UUID = identity()
    number: str = Field(unique=True)
    person: UUID = Field(foreign_key="person.id", index=True)
    book: str
    stage: str
    holder: str = Field(foreign_key="agency.code")
    version: int = 1
    opened_on: date
    facts: dict[str, Any] = json_column()
    acts: dict[str, Any] = json_column()
    parties: dict[str, Any] = json_column()
    head: str
    recorded_at: datetime = instant()
    changed_at: datetime = instant()
    erased_at: datetime | None = instant(optional=True)


class DossierAgency(SQLModel, table=True):
    """Which agencies a dossier has passed through or been sent to: what row-level security reads."""

    __tablename__ = "dossier_agency"

    dossier: UUID = Field(foreign_key="dossier.id", primary_key=True)
    agency: str = Field(foreign_key="agency.code", primary_key=True)
