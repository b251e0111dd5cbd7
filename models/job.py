"""Jobs left by acts for the flows, and the notices flows leave for agencies."""

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Job(SQLModel, table=True):
    """What must follow a transaction's acts: claimed under a lease, done once, parked when it keeps failing."""

    __tablename__ = "job"

    id: int | None = Field(default=None, primary_key=True)
    stage: str
    events: list[Any] = json_column()
    state: str = "waiting"
    attempts: int = 0
    run_after: datetime = instant()
    lease_until: datetime | None = instant(optional=True)
    worker: str | None = None
    flow_run: str | None = None
    error: str | None = None
    request: str | None = None
    """The id of the request whose acts left it, under which the logs tell of both."""
    created_at: datetime = instant()
    done_at: datetime | None = instant(optional=True)


class Notice(SQLModel, table=True):
    """Something an agency should know about a dossier, told once per event."""

    __tablename__ = "notice"

    id: UUID = identity()
    dossier: UUID = Field(foreign_key="dossier.id", index=True)
    event: UUID = Field(foreign_key="event.id")
    agency: str = Field(foreign_key="agency.code", index=True)
    kind: str
    facts: dict[str, Any] = json_column()
    created_at: datetime = instant()
    read_at: datetime | None = instant(optional=True)


class StoredAnswer(SQLModel, table=True):
    """The first answer to a write with an idempotency key; the same key and body get it again."""

    __tablename__ = "stored_answer"

    account: UUID = Field(foreign_key="account.id", primary_key=True)
    key: str = Field(primary_key=True)
    request_digest: str
    status: int | None = None
    headers: dict[str, Any] | None = json_column(optional=True)
    body: dict[str, Any] | None = json_column(optional=True)
    created_at: datetime = instant()
