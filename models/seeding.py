"""Seeding: agencies and accounts read from a file into their tables; done again, it changes nothing."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert

from models.law.schema import AgencyKind
from models.passwords import fits, hashed
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table


class _Line(BaseModel):
    """Base of what a seed file holds: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeedOfficial(_Line):
    """Someone who works in an agency."""

    name: str
    position: str
    email: str | None = None


class SeedAgency(_Line):
    """An agency, its head, and the officer who works for it."""

    code: str = Field(pattern=r"^[a-z0-9.-]+$")
    kind: AgencyKind
    name: str
    superior: str
    symbol: str
    place: str
    address: str
    commune: str
    province: str
    territory: str = Field(pattern=r"^vn(/[a-z0-9-]+)*$")
    email: str | None = None
    head: SeedOfficial
    officer: SeedOfficial
    valid_from: date
    valid_to: date | None = None
    successor: str | None = None


class SeedAccount(_Line):
    """An account; of an agency's own two, the head's name ends in `.truong`."""

    username: str
    name: str
    position: str
    role: str
    agency: str
    email: str | None = None


class Seed(_Line):
    """What a seed file holds."""

    agencies: tuple[SeedAgency, ...]
    accounts: tuple[SeedAccount, ...] = ()

    def everyone(self) -> list[SeedAccount]:
        """All accounts: an officer and a head for each agency, and those the file names besides."""
        found = [
            SeedAccount(
                username=agency.code + ending,
                name=official.name,
                position=official.position,
                role=role,
                agency=agency.code,
                email=official.email,
            )
            for agency in self.agencies
            for official, ending, role in ((agency.officer, "", "officer"), (agency.head, ".truong", "head"))
        ]
        return [*found, *self.accounts]


def read_seed(path: Path) -> Seed:
    """Reads a seed file (TOML).

    Raises:
        pydantic.ValidationError: a line of it is wrong; the error names it.
    """
    return Seed.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def seed(engine: Engine, found: Seed, password: str) -> None:
    """Brings agencies and accounts to what the file says; the accounts share one password, kept as Argon2id.

    Args:
        engine: the store, as the application role or the owner.
        found: what `read_seed` read.
        password: every account's password; a password that has changed replaces the old one.
    """
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        put_agencies(connection, found)
        _put_accounts(connection, found, password)


def put_agencies(connection: Connection, found: Seed) -> None:
    """Brings agencies, not accounts, to what the file says; others stay as they are."""
    rows = [
        agency.model_dump(exclude={"head", "officer"})
        | {"head_name": agency.head.name, "head_position": agency.head.position}
        for agency in found.agencies
    ]
    # One statement for all rows: a successor may stand further down in the file.
    put = insert(table("agency")).values(rows)
    columns: dict[str, Any] = {name: put.excluded[name] for name in rows[0] if name != "code"}
    columns["email"] = func.coalesce(put.excluded.email, table("agency").c.email)  # set here since, perhaps
    connection.execute(put.on_conflict_do_update(index_elements=["code"], set_=columns))


def _put_accounts(connection: Connection, found: Seed, password: str) -> None:
    account, people = table("account"), found.everyone()
    ours = account.c.username.in_([one.username for one in people])
    known = set(connection.execute(select(account.c.password_hash).where(ours)).scalars())
    # Hashing is slow by design: an unchanged password keeps its hash, and a new one is hashed once for all.
    kept = {old for old in known if old and fits(password, old)}
    fresh = next(iter(sorted(kept)), None) or hashed(password)
    lasting = {"password_hash": fresh, "one_time_until": None}
    other = account.c.password_hash.is_(None) | account.c.password_hash.not_in(kept)
    connection.execute(update(account).where(ours, other).values(lasting))
    rows = [
        {
            "id": uuid4(),
            "username": one.username,
            "password_hash": fresh,
            "full_name": one.name,
            "position": one.position,
            "role": one.role,
            "agency": one.agency,
            "email": one.email,
            "disabled": False,
        }
        for one in people
    ]
    put = insert(account).values(rows)
    columns: dict[str, Any] = {
        name: put.excluded[name] for name in ("full_name", "position", "role", "agency")
    }
    columns["email"] = func.coalesce(put.excluded.email, account.c.email)  # its owner's choice, perhaps
    connection.execute(put.on_conflict_do_update(index_elements=["username"], set_=columns))
