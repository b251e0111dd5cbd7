"""What the board counts from: figures of agencies by month, and dossiers whose data are doubtful; triggers keep both."""

from datetime import date

from sqlalchemy import ARRAY, REAL, BigInteger, Column, Identity
from sqlmodel import Field, SQLModel

from models.columns import UUID


class MonthFigure(SQLModel, table=True):
    """How often an agency did something in a stage in a month; `days` says how long each dossier it passed on had been there.

    `at` is the month itself but for duties it met late: those were overdue at the end of each month since they were due.
    """

    __tablename__ = "month_figure"

    month: date = Field(primary_key=True)
    agency: str = Field(primary_key=True, foreign_key="agency.code")
    stage: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    at: date = Field(primary_key=True)
    number: int
    days: list[float] | None = Field(default=None, sa_column=Column(ARRAY(REAL)))


class MonthStale(SQLModel, table=True):
    """A month of an agency in which something has changed since it was counted."""

    __tablename__ = "month_stale"

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    month: date
    agency: str


class Doubt(SQLModel, table=True):
    """An open or closed dossier whose last event does not fit its row, or whose person was under 18 when it was opened."""

    __tablename__ = "doubt"

    dossier: UUID = Field(foreign_key="dossier.id", primary_key=True)
    chain_broken: bool
    age: int | None = None
