"""When each of the clock's flows last ended well, and what it did then."""

from sqlmodel import Field, SQLModel

from models.columns import Any, datetime, instant, json_column


class ClockRun(SQLModel, table=True):
    """The last time that a clock flow of this name came to its end; a run that failed or died leaves the one before."""

    __tablename__ = "clock_run"

    name: str = Field(primary_key=True)
    started_at: datetime = instant()
    finished_at: datetime = instant()
    report: dict[str, Any] = json_column()
