"""Two hundred clients at one dossier: each version is won by exactly one act, and one key acts once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import PASSWORD
from tests.api.road import Caller, Road

pytestmark = pytest.mark.alone
CLIENTS = 200
POLICE = "ca.cau-giay"


@pytest.fixture(autouse=True)
def today() -> None:
    """The served process knows no other day than the machine's."""


@pytest.fixture
def road(served: httpx.Client, database: Settings, store: Any) -> Road:
    tokens: dict[str, str] = {}

    def as_user(user: str) -> Caller:
        if user not in tokens:
            answer = served.post("/v1/auth/token", data={"username": user, "password": PASSWORD})
            tokens[user] = answer.json()["access_token"]

        def send(method: str, path: str, **request: Any) -> Any:
            headers = {"Authorization": f"Bearer {tokens[user]}", **(request.pop("headers", None) or {})}
            return served.request(method, path, headers=headers, **request)

        return Caller(send)

    return Road(as_user, store)


def test_two_hundred_clients_at_one_dossier_win_each_version_once(served: httpx.Client, road: Road) -> None:
    road.open()
    answers = race(served, road, "verify_residence", [None] * CLIENTS, version=1)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: CLIENTS - 1}
    [won] = [answer for answer in answers if answer.is_success]
    lost = [answer for answer in answers if not answer.is_success]
    assert won.headers["etag"] == '"2"'
    assert {answer.headers["etag"] for answer in lost} == {'"2"'}
    assert {answer.json()["current_version"] for answer in lost} == {2}
    assert _acts(road) == [(1, "open"), (2, "verify_residence")]


def test_two_hundred_clients_with_one_key_act_once(served: httpx.Client, road: Road) -> None:
    road.open()
    answers = race(served, road, "verify_residence", ["mot-lan"] * CLIENTS, version=1)
    outcome = Counter((answer.status_code, "idempotency-replayed" in answer.headers) for answer in answers)
    assert outcome == {(200, False): 1, (200, True): CLIENTS - 1}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert _acts(road) == [(1, "open"), (2, "verify_residence")]


def race(
    served: httpx.Client, road: Road, action: str, keys: Sequence[str | None], version: int
) -> list[httpx.Response]:
    """The same act by as many clients as there are keys, all at once."""
    step, token = road.steps[action], _token(served)
    body = {"occurred_at": step.at.isoformat(), "facts": step.recorded}

    async def act(client: httpx.AsyncClient, key: str | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "If-Match": f'"{version}"'}
        headers |= {"Idempotency-Key": key} if key else {}
        return await client.post(f"{road.path}/actions/{action}", json=body, headers=headers)

    async def all_at_once() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=len(keys))
        async with httpx.AsyncClient(
            base_url=served.base_url, timeout=60, trust_env=False, limits=limits
        ) as client:
            return await asyncio.gather(*(act(client, key) for key in keys))

    return asyncio.run(all_at_once())


def _acts(road: Road) -> list[tuple[Any, ...]]:
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        return [tuple(row) for row in connection.execute(text("SELECT seq, action FROM event ORDER BY seq"))]


def _token(served: httpx.Client) -> str:
    answer = served.post("/v1/auth/token", data={"username": POLICE, "password": PASSWORD})
    return str(answer.json()["access_token"])
