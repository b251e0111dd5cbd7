"""Agencies that move dossiers, and the accounts of the people who work in them."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, identity, instant


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


class Account(SQLModel, table=True):
    """Someone who signs in; acts only for the agency named here."""

    __tablename__ = "account"

    id: UUID = identity()
    username: str = Field(unique=True)
    password_hash: str
    full_name: str
    position: str
    role: str
    agency: str = Field(foreign_key="agency.code", index=True)
    email: str | None = None
    disabled: bool = False


class RefreshToken(SQLModel, table=True):
    """A refresh token's digest; rotated on use, revoked by deleting the family."""

    __tablename__ = "refresh_token"

    digest: str = Field(primary_key=True)
    family: UUID = Field(index=True)
    account: UUID = Field(foreign_key="account.id", index=True)
    expires_at: datetime = instant()
    used_at: datetime | None = instant(optional=True)
