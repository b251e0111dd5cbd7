"""Papers received into a dossier, and the sheets that everything in the numbered file fills."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, identity, instant


class Paper(SQLModel, table=True):
    """A received paper: its kind, the day it was received, and its sheets in the order of receipt."""

    __tablename__ = "paper"

    id: UUID = identity()
    dossier: UUID = Field(foreign_key="dossier.id", index=True)
    kind: str
    title: str
    received_on: date
    first_sheet: int
    sheets: int
    file_name: str
    content_type: str
    sha256: str
    agency: str = Field(foreign_key="agency.code")
    account: UUID = Field(foreign_key="account.id")
    recorded_at: datetime = instant()


class NumberedSheets(SQLModel, table=True):
    """The sheets of the numbered file (bút lục) that a document or a paper fills: given once, never again to another."""

    __tablename__ = "numbered_sheets"

    dossier: UUID = Field(foreign_key="dossier.id", primary_key=True)
    first_sheet: int = Field(primary_key=True)
    sheets: int
    document: UUID | None = Field(default=None, foreign_key="document.id")
    paper: UUID | None = Field(default=None, foreign_key="paper.id")
    numbered_at: datetime = instant()
