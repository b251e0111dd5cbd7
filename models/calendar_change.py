"""Changes of the working calendar after it was shipped: each set as one official decision brought it."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, instant


class CalendarChangeSet(SQLModel, table=True):
    """Changes recorded together, and the version of the calendar that resulted; `announces` is a year made known by it."""

    __tablename__ = "calendar_change_set"

    id: int | None = Field(default=None, primary_key=True)
    version_before: str
    version: str
    announces: int | None = None
    announcement: str | None = None
    account: UUID = Field(foreign_key="account.id")
    recorded_at: datetime = instant()


class CalendarChange(SQLModel, table=True):
    """A day that an official decision made a day off or a working day; of several on one day the last decides."""

    __tablename__ = "calendar_change"

    change_set: int = Field(foreign_key="calendar_change_set.id", primary_key=True)
    day: date = Field(primary_key=True)
    kind: str
    name: str
    citation: str
