"""One application and one database for all ways: the agencies of the roads, each with an officer, a head and a supervisor."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, insert

from api.access import ACCESS
from api.app import create_app
from models import clock
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store, unit_of_work
from models.tables import table
from tests.cluster import new_database
from tests.flows.road_agencies import EVERYTHING, KINDS, seed_agencies

PASSWORD = "mật khẩu của đường đi"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""A real Argon2id hash, but made for signing in hundreds of times a minute."""


@dataclass
class Doors:
    """The running application, and who is signed in: a token and the moment from which it no longer holds."""

    client: TestClient
    store: Engine
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=count)

    def send(self, user: str, at: datetime, method: str, path: str, **request: Any) -> Response:
        """A request of a user at a moment, signed in anew where the last token does not hold."""
        with clock.at(at):
            token, until = self.tokens.get(user, ("", at))
            if not until - ACCESS <= at < until:
                form = {"username": user, "password": PASSWORD}
                answer = self.client.post("/v1/auth/token", data=form)
                assert answer.status_code == 200, answer.text
                token = answer.json()["access_token"]
                self.tokens[user] = (token, at + ACCESS)
            headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
            return self.client.request(method, path, headers=headers, **request)

    def write(
        self, user: str, at: datetime, path: str, version: int | None = None, **request: Any
    ) -> Response:
        """A write with its own idempotency key, and the version it has seen."""
        headers = {"Idempotency-Key": f"khóa-{next(self.keys)}".encode().hex()}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.send(user, at, "POST", path, headers=headers, **request)


def user_of(agency: str, role: str) -> str:
    """The user name of an agency's head, officer or supervisor."""
    return f"{agency}.{role}"


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
        # Months pass here in a minute, and whoever acts signs in anew.
        hurried = replace(settings, doors=replace(settings.doors, account_rate=10**6, address_rate=10**6))
        with TestClient(create_app(hurried), base_url="http://hoso.test") as client:
            yield Doors(client, store)
        store.dispose()
