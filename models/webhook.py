"""Webhooks that agencies have notices sent to, and each attempt to deliver one."""

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Webhook(SQLModel, table=True):
    """Where notices of an agency are sent over HTTP, of which kinds (by how they begin; none named: all), and how signed.

    Secrets are sealed, for what is sent is signed with them. For a time after a change of secrets the old one signs as well. `failing_since` is the first failure after the last
    success, and until `rest_until` nothing is tried.
    """

    __tablename__ = "webhook"

    id: UUID = identity()
    agency: str = Field(foreign_key="agency.code")
    url: str
    kinds: list[Any] = json_column()
    secret: str = Field(repr=False)
    old_secret: str | None = Field(default=None, repr=False)
    old_secret_until: datetime | None = instant(optional=True)
    enabled: bool = True
    disabled_reason: str | None = None
    failing_since: datetime | None = instant(optional=True)
    rest_until: datetime | None = instant(optional=True)
    created_by: UUID = Field(foreign_key="account.id")
    created_at: datetime = instant()


class DeliveryAttempt(SQLModel, table=True):
    """One try to deliver; without an outcome it is under way, or its worker died in it."""

    __tablename__ = "delivery_attempt"

    id: int | None = Field(default=None, primary_key=True)
    delivery: UUID = Field(foreign_key="delivery.id")
    begun_at: datetime = instant()
    ended_at: datetime | None = instant(optional=True)
    outcome: str | None = None
    status: int | None = None
