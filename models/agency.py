"""Agencies that move dossiers, and the accounts of the people who work in them."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class Agency(SQLModel, table=True):
    """An agency: kind, territory, and the dates between which it exists; an abolished one names its successor."""

    __tablename__ = "agency"

    code: str = Field(primary_key=True)
    name: str
    kind: str
    superior: str = ""
    symbol: str
    place: str
    address: str
    commune: str
    province: str
    territory: str = Field(index=True)  # path from the country down: "vn/ha-noi/mai-dich"
    head_name: str
    head_position: str
    email: str | None = None
    valid_from: date
    valid_to: date | None = None
    successor: str | None = Field(default=None, foreign_key="agency.code", index=True)


class Unstaffed(SQLModel, table=True):
    """An agency in which no account can act, kept by triggers as accounts come, change and go."""

    __tablename__ = "unstaffed"

    agency: str = Field(primary_key=True, foreign_key="agency.code")


class Account(SQLModel, table=True):
    """Who signs in, a person or (`service`) a program; acts only for the agency named here.

    A program has scopes and secrets in place of a password. Until `one_time_until` is past, the password was given by an
    administrator and must be changed first.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject"),)

    id: UUID = identity()
    username: str = Field(unique=True)
    password_hash: str | None = Field(default=None, repr=False)
    full_name: str
    position: str
    role: str
    agency: str = Field(foreign_key="agency.code", index=True)
    email: str | None = None
    disabled: bool = False
    service: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    scopes: list[Any] = json_column(empty="[]")
    one_time_until: datetime | None = instant(optional=True)
    oidc_issuer: str | None = None
    oidc_subject: str | None = None


class RefreshToken(SQLModel, table=True):
    """A refresh token's digest; rotated on use, revoked by deleting the family."""

    __tablename__ = "refresh_token"

    digest: str = Field(primary_key=True)
    family: UUID = Field(index=True)  # the session's id
    account: UUID = Field(foreign_key="account.id", index=True)
    expires_at: datetime = instant()
    used_at: datetime | None = instant(optional=True)
