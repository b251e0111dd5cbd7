"""Notices left for agencies, and the ways each of them is delivered."""

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Notice(SQLModel, table=True):
    """Something an agency should know, told once: `key` says what of, and is unique for its agency and audience.

    `audience` says who of the agency: its officers (`agency`), its head, its
    supervisors, or the administrators who work there. The inbox is in order of
    `seq`. `facts` are ids, numbers and dates, never personal data.
    """

    __tablename__ = "notice"

    id: UUID = identity()
    seq: int | None = None  # PostgreSQL counts
    dossier: UUID | None = Field(default=None, foreign_key="dossier.id", index=True)
    event: UUID | None = Field(default=None, foreign_key="event.id", index=True)
    agency: str = Field(foreign_key="agency.code")
    audience: str = "agency"
    kind: str
    key: str
    facts: dict[str, Any] = json_column()
    created_at: datetime = instant()
    read_at: datetime | None = instant(optional=True)
    read_by: UUID | None = Field(default=None, foreign_key="account.id")


class Delivery(SQLModel, table=True):
    """One notice on its way to one receiver: by mail to an account or the agency's mailbox, or to a webhook.

    `sending` is committed before anything is sent: what is found so after a crash may have been sent or not. `again_by`
    asked for it to be sent again.
    """

    __tablename__ = "delivery"

    id: UUID = identity()
    notice: UUID = Field(foreign_key="notice.id")
    channel: str
    account: UUID | None = Field(default=None, foreign_key="account.id")
    webhook: UUID | None = Field(default=None, foreign_key="webhook.id")
    state: str = "waiting"
    attempts: int = 0
    run_after: datetime = instant()
    lease_until: datetime | None = instant(optional=True)
    worker: str | None = None
    error: str | None = None
    created_at: datetime = instant()
    settled_at: datetime | None = instant(optional=True)
    again_by: UUID | None = Field(default=None, foreign_key="account.id")
    again_at: datetime | None = instant(optional=True)
