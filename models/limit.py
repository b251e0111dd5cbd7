"""Running statutory clocks of dossiers, each with its explanation and ledger."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Limit(SQLModel, table=True):
    """A time limit of a dossier. Overdue is derived from the clock, never stored.

    `due` is null where the text gives no limit or was not read; `parent` is the limit from whose end it runs. A limit
    keeps the law of the `book` it was started under; once its dossier has another book it `stands_for` a rule of that.
    `rung` counts the rungs of its ladder of notices that it has reached, `next_rung_at` says when it reaches the next one:
    a trigger starts the ladder with each end the limit gets.
    """

    __tablename__ = "time_limit"

    id: UUID = identity()
    dossier: UUID = Field(foreign_key="dossier.id", index=True)
    book: str
    rule: str
    stands_for: str | None = None
    kind: str
    started_by: UUID = Field(foreign_key="event.id")
    parent: UUID | None = Field(default=None, foreign_key="time_limit.id")
    starts_at: datetime = instant()
    due: datetime | None = instant(optional=True)
    warning_due: datetime | None = instant(optional=True)
    opens: datetime | None = instant(optional=True)
    last_day: date | None = None
    ended_at: datetime | None = instant(optional=True)
    ended_by: UUID | None = Field(default=None, foreign_key="event.id")
    end: str | None = None
    late_days: int | None = None
    ledger: list[Any] = json_column()
    explanation: dict[str, Any] | None = json_column(optional=True)
    rung: int = 0
    next_rung_at: datetime | None = instant(optional=True)
