"""What stands in dossiers' ways, kept until something turns it: triggers mark what may have, readers have that found anew."""

from datetime import date

from sqlalchemy import BigInteger, Column, Identity, Text
from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, instant


def _in_order() -> Column[str]:
    return Column(Text(collation="C"), nullable=False)


class Standing(SQLModel, table=True):
    """How an open dossier stands between two moments, unless a mark says that it changed.

    `urgency` orders dossiers by their first duty that runs, which `next_due` to `place` tell of; `this_week` says whether a
    duty is still due by Sunday, and `changed_in` names the week of the dossier's last change by its Monday in UTC.
    """

    __tablename__ = "standing"

    dossier: UUID = Field(primary_key=True)
    holder: str = Field(index=True)
    stage: str
    number: str = Field(sa_column=_in_order())
    urgency: str = Field(sa_column=_in_order())
    this_week: bool
    next_due: datetime | None = instant(optional=True)
    last_day: date | None = None
    rule_book: str | None = None
    rule: str | None = None
    place: str | None = None
    since: datetime = instant()
    until: datetime = instant()
    changed_in: date


class Finding(SQLModel, table=True):
    """A cause found in an open dossier; the last columns are its places in lists by number, gravity and age."""

    __tablename__ = "finding"

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    dossier: UUID = Field(index=True)
    holder: str = Field(index=True)
    stage: str
    book: str
    number: str
    cause: str
    since: datetime = instant()
    severity: str
    place: str | None = None
    rule_book: str | None = None
    detail: str | None = None
    by_number: str = Field(sa_column=_in_order())
    by_severity: str = Field(sa_column=_in_order())
    by_since: str = Field(sa_column=_in_order())


class FindingCount(SQLModel, table=True):
    """In how many dossiers that an agency holds in a stage a cause is found; holder '' is the whole country.

    Cause '' counts all of them, and `due_this_week` those with a duty due by Sunday.
    """

    __tablename__ = "finding_count"

    holder: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    cause: str = Field(primary_key=True)
    number: int


class Resting(SQLModel, table=True):
    """How many open dossiers of a stage changed last in a week (its Monday, in UTC), of which `usual_rest` counts off a tenth."""

    __tablename__ = "resting"

    stage: str = Field(primary_key=True)
    week: date = Field(primary_key=True)
    number: int


class FindingStale(SQLModel, table=True):
    """A mark: something of a dossier has changed since it was looked at."""

    __tablename__ = "finding_stale"

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    dossier: UUID


class FindingLaw(SQLModel, table=True):
    """Of which law and of which detectors the findings are: one line."""

    __tablename__ = "finding_law"

    digest: str = Field(primary_key=True)


class MonthTotal(SQLModel, table=True):
    """How often what happened in a stage in a month in the whole country; `stay` by tenths of a day, all else with -1."""

    __tablename__ = "month_total"

    what: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    tenths: int = Field(primary_key=True)
    number: int
