"""Periodic reports as they were made, and checks of the chains with the heads each of them found."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Report(SQLModel, table=True):
    """The figures of a finished period, of an agency or, where it names none, of all a territory's dossiers.

    `as_of` is the moment up to which was counted what had been recorded. A report made again is a further `edition`.
    """

    __tablename__ = "report"

    id: UUID = identity()
    seq: int | None = None  # PostgreSQL counts
    period: str
    first_day: date
    last_day: date
    territory: str
    agency: str | None = Field(default=None, foreign_key="agency.code", index=True)
    edition: int = 1
    as_of: datetime = instant()
    made_at: datetime = instant()
    figures: dict[str, Any] = json_column()
    sha256: str
    size: int
    docx_sha256: str
    docx_size: int


class ChainCheck(SQLModel, table=True):
    """One check of all chains; `head` covers every dossier's head, and stands in the exported file too.

    Without `finished_at` it is still going on, or was interrupted and can be taken up again.
    """

    __tablename__ = "chain_check"

    id: int | None = Field(default=None, primary_key=True)
    day: date
    started_at: datetime = instant()
    finished_at: datetime | None = instant(optional=True)
    reached: UUID | None = None
    dossiers: int = 0
    events: int = 0
    documents: int = 0
    breaks: int = 0
    head: str | None = None
    file: str | None = None
    file_sha256: str | None = None


class ChainHead(SQLModel, table=True):
    """How long a dossier's chain was at a check, and its last digest: what a later check must find again.

    No foreign key leads to the dossier, whose removal is just what is to be noticed.
    """

    __tablename__ = "chain_head"

    check: int = Field(foreign_key="chain_check.id", primary_key=True)
    dossier: UUID = Field(primary_key=True)
    number: str
    territory: str
    seq: int
    head: str


class ChainBreak(SQLModel, table=True):
    """Something that a check found broken; `dossier` is a number, for the dossier itself may be gone."""

    __tablename__ = "chain_break"

    id: int | None = Field(default=None, primary_key=True)
    check: int = Field(foreign_key="chain_check.id")
    what: str
    dossier: str | None = None
    seq: int | None = None
    territory: str | None = None
    detail: str | None = None
