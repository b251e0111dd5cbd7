"""Seeding: the demonstration's agencies and accounts come into the database once, and follow their file."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pydantic import ValidationError
from sqlalchemy import Engine, select

from api.demo import demo_seed
from models.postgres import app_url
from models.seeding import Seed, seed
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from models.tables import table
from tests.cluster import new_database


@pytest.fixture(scope="module")
def migrated(cluster: Settings, template: str) -> Iterator[Settings]:
    with new_database(cluster, template) as settings:
        yield settings


@pytest.fixture
def engine(migrated: Settings) -> Iterator[Engine]:
    engine = open_store(app_url(migrated))
    yield engine
    engine.dispose()


def rows(engine: Engine, name: str, key: str) -> dict[str, dict[str, Any]]:
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        return {row._mapping[key]: dict(row._mapping) for row in connection.execute(select(table(name)))}


def test_seeding_again_changes_nothing(engine: Engine) -> None:
    seed(engine, demo_seed(), "mật khẩu")
    agencies, accounts = rows(engine, "agency", "code"), rows(engine, "account", "username")
    seed(engine, demo_seed(), "mật khẩu")
    assert rows(engine, "agency", "code") == agencies
    assert rows(engine, "account", "username") == accounts
    assert len(accounts) == len(demo_seed().everyone())


def test_a_changed_file_changes_agencies_and_accounts(engine: Engine) -> None:
    found = demo_seed()
    seed(engine, found, "mật khẩu")
    before = rows(engine, "account", "username")
    first = found.agencies[0].model_copy(
        update={"head": found.agencies[1].head, "valid_to": date(2030, 1, 1)}
    )
    seed(engine, Seed(agencies=(first, *found.agencies[1:])), "mật khẩu")
    assert rows(engine, "agency", "code")[first.code]["head_name"] == first.head.name
    assert rows(engine, "agency", "code")[first.code]["valid_to"] == date(2030, 1, 1)
    after = rows(engine, "account", "username")
    head = f"{first.code}.truong"
    assert after[head] == before[head] | {"full_name": first.head.name, "position": first.head.position}


def test_addresses_set_since_are_kept_where_the_file_names_none(engine: Engine) -> None:
    seed(engine, demo_seed(), "mật khẩu")
    first = demo_seed().agencies[0].code
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        for name, key, value in (("agency", "code", first), ("account", "username", first)):
            of = table(name)
            connection.execute(of.update().where(of.c[key] == value).values(email="set@office.example"))
    seed(engine, demo_seed(), "mật khẩu")
    assert rows(engine, "agency", "code")[first]["email"] == "set@office.example"
    assert rows(engine, "account", "username")[first]["email"] == "set@office.example"


def test_passwords_are_kept_as_argon2id_and_a_new_one_replaces_the_old(engine: Engine) -> None:
    seed(engine, demo_seed(), "cũ")
    seed(engine, demo_seed(), "mới")
    hashes = {row["password_hash"] for row in rows(engine, "account", "username").values()}
    assert all(kept.startswith("$argon2id$") and PasswordHasher().verify(kept, "mới") for kept in hashes)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(hashes.pop(), "cũ")


def test_a_disabled_account_stays_disabled(engine: Engine) -> None:
    account = table("account")
    seed(engine, demo_seed(), "mật khẩu")
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        connection.execute(account.update().where(account.c.username == "quan-tri").values(disabled=True))
    seed(engine, demo_seed(), "mật khẩu khác")
    assert rows(engine, "account", "username")["quan-tri"]["disabled"] is True


def test_every_abolished_agency_has_a_successor_that_follows_it() -> None:
    agencies = {agency.code: agency for agency in demo_seed().agencies}
    abolished = [agency for agency in agencies.values() if agency.valid_to]
    assert abolished
    for agency in abolished:
        assert agency.valid_to is not None
        successor = agencies[agency.successor or ""]
        assert successor.valid_from <= date.fromordinal(agency.valid_to.toordinal() + 1)
        assert successor.valid_to is None or successor.valid_to > agency.valid_to


def test_an_unknown_key_in_a_seed_file_is_an_error() -> None:
    agency = demo_seed().agencies[0].model_dump()
    with pytest.raises(ValidationError, match="telephone"):
        Seed.model_validate({"agencies": [agency | {"telephone": "113"}]})
