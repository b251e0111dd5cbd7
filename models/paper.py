"""Papers received into a dossier, with their sheet numbers."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, identity, instant


class Paper(SQLModel, table=True):
    """A received paper: its kind, the day it was received, and the sheets it fills in the numbered file."""

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
