"""Issued documents with frozen content, and the registers their numbers come from."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Register(SQLModel, table=True):
    """The last number given by an agency in a register and year: gapless, for it moves with its transaction."""

    __tablename__ = "register"

    agency: str = Field(foreign_key="agency.code", primary_key=True)
    year: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    last: int


class Document(SQLModel, table=True):
    """An issued document: number and context are fixed by its act, the file is added once and never changes."""

    __tablename__ = "document"

    id: UUID = identity()
    dossier: UUID = Field(foreign_key="dossier.id", index=True)
    event: UUID = Field(foreign_key="event.id", index=True)
    form: str
    title: str
    agency: str = Field(foreign_key="agency.code")
    register_name: str | None = None
    year: int
    number: int | None = None
    number_text: str | None = None
    issued_on: date
    context: dict[str, Any] | None = json_column(optional=True)
    context_digest: str
    state: str = "issued"
    verify_code: str = Field(unique=True)
    verify_url: str | None = None
    """What the code on the paper leads to: fixed when it was issued."""
    sha256: str | None = None
    size: int | None = None
    rendered_at: datetime | None = instant(optional=True)
    ended_at: datetime | None = instant(optional=True)
    ended_because: str | None = None
    replaced_by: UUID | None = Field(default=None, foreign_key="document.id")


class DocumentCopy(SQLModel, table=True):
    """A PDF made of a document, or a scan of the signed paper; the latest scan is the official copy."""

    __tablename__ = "document_copy"

    id: UUID = identity()
    document: UUID = Field(foreign_key="document.id", index=True)
    dossier: UUID = Field(foreign_key="dossier.id", index=True)
    kind: str
    sha256: str
    size: int
    content_type: str
    file_name: str
    account: UUID | None = Field(default=None, foreign_key="account.id")
    recorded_at: datetime = instant()
