"""Signing in: sessions, failures that make one wait, second factors, secrets of service accounts, and rates."""

from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, identity, instant


class Session(SQLModel, table=True):
    """One sign-in: the family of its refresh tokens, named in each access token; ended, all of them are worth nothing."""

    __tablename__ = "session"

    id: UUID = identity()
    account: UUID = Field(foreign_key="account.id")
    kind: str
    second_factor: bool
    """Whether whoever signed in has shown a second factor, here or to the OpenID provider."""
    secret: UUID | None = Field(default=None, foreign_key="service_secret.id")
    browser: str | None = Field(default=None, unique=True, repr=False)
    """Of a browser's session, which has no tokens of the API: the digest of what its cookie holds."""
    address: str
    created_at: datetime = instant()
    refreshed_at: datetime = instant()
    expires_at: datetime = instant()
    ended_at: datetime | None = instant(optional=True)


class SignInFailure(SQLModel, table=True):
    """How often signing in has failed since it last succeeded, for an account, an address, or both; known by a digest."""

    __tablename__ = "sign_in_failure"

    key: str = Field(primary_key=True)
    count: int
    last_at: datetime = instant()
    locked_until: datetime | None = instant(optional=True)


class SecondFactor(SQLModel, table=True):
    """An account's TOTP secret, sealed; `last_step` is the last one used, so that no code is taken twice."""

    __tablename__ = "second_factor"

    account: UUID = Field(primary_key=True, foreign_key="account.id")
    secret: str = Field(repr=False)
    last_step: int | None = None
    created_at: datetime = instant()
    confirmed_at: datetime | None = instant(optional=True)


class RecoveryCode(SQLModel, table=True):
    """The digest of a code that stands for the second factor once."""

    __tablename__ = "recovery_code"

    digest: str = Field(primary_key=True)
    account: UUID = Field(foreign_key="account.id", index=True)
    used_at: datetime | None = instant(optional=True)


class ServiceSecret(SQLModel, table=True):
    """The digest of a service account's secret; two may be alive, so that one can be exchanged for the other."""

    __tablename__ = "service_secret"

    id: UUID = identity()
    account: UUID = Field(foreign_key="account.id")
    digest: str = Field(unique=True)
    created_by: UUID | None = Field(default=None, foreign_key="account.id")
    created_at: datetime = instant()
    ended_at: datetime | None = instant(optional=True)


class RequestRate(SQLModel, table=True):
    """Until when an account or an address has used up its rate."""

    __tablename__ = "request_rate"

    key: str = Field(primary_key=True)
    paid_until: datetime = instant()
