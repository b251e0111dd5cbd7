"""Jobs left by acts for the flows, and the answers kept for requests that are sent again."""

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, instant, json_column


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


class JobRetry(SQLModel, table=True):
    """Who let a parked job be tried again, and what it had failed of; nobody's account when it was the command line."""

    __tablename__ = "job_retry"

    id: int | None = Field(default=None, primary_key=True)
    job: int = Field(foreign_key="job.id", index=True)
    account: UUID | None = Field(default=None, foreign_key="account.id")
    at: datetime = instant()
    attempts: int
    error: str | None = None


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
