"""One application and one database for all ways: the agencies of the roads, each with an officer, a head and a supervisor."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import insert

from api.app import create_app
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store, unit_of_work
from models.tables import table
from tests.api.whole_way.walk import PASSWORD, Doors, user_of
from tests.cluster import new_database
from tests.flows.road_agencies import EVERYTHING, KINDS, seed_agencies

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""A real Argon2id hash, but made for signing in hundreds of times a minute."""


@pytest.fixture(scope="session")
def doors(cluster: Settings, template: str) -> Iterator[Doors]:
    """The running application."""
    with new_database(cluster, template) as settings:
        store = open_store(app_url(settings))
        seed_agencies(store)
        kept = CHEAP.hash(PASSWORD)
        with unit_of_work(store, EVERYTHING) as connection:
            connection.execute(insert(table("account")), [
                {
                    "id": uuid4(), "username": user_of(agency, role), "password_hash": kept, "role": role,
                    "full_name": "Nguyễn Thị H", "position": "Cán bộ", "agency": agency, "disabled": False,
                }
                for agency in KINDS for role in ("officer", "head", "supervisor")
            ])  # fmt: skip
        with TestClient(create_app(settings), base_url="http://hoso.test") as client:
            yield Doors(client, store)
        store.dispose()
