"""What the board counts from: figures of agencies by month, and dossiers whose data are doubtful; triggers keep both."""

from datetime import date

from sqlalchemy import ARRAY, REAL, BigInteger, Column, Date, Identity
from sqlmodel import Field, SQLModel

from models.columns import UUID


class MonthFigure(SQLModel, table=True):
    """How often an agency did what in a stage in a month.

    `days` says of each dossier it passed on how long that had been in the stage; `overdue` names, for each duty it met late,
    the months at whose ends that was overdue.
    """

    __tablename__ = "month_figure"

    month: date = Field(primary_key=True)
    agency: str = Field(primary_key=True, foreign_key="agency.code")
    stage: str = Field(primary_key=True)
    opened: int
    decided: int
    closed: int
    returned: int
    supplemented: int
    passed_on: int
    on_time: int
    late: int
    days: list[float] | None = Field(default=None, sa_column=Column(ARRAY(REAL)))
    overdue: list[date] | None = Field(default=None, sa_column=Column(ARRAY(Date)))


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
