"""The application over a database with the demonstration's agencies, callers who are signed in, and the command line."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.access import ACCESS, NOBODY, begin
from api.app import create_app
from api.command_line import main
from api.demo import demo_seed
from api.dependencies import Parts
from models import clock
from models.postgres import app_url
from models.seeding import seed
from models.settings import Settings
from models.store import open_store, unit_of_work
from tests.api.road import Caller, Road
from tests.api.serving import served  # noqa: F401 - a fixture of those who reach the API over HTTP
from tests.api.whole_way.doors import doors  # noqa: F401 - a fixture for all tests of the API
from tests.cluster import new_database

PASSWORD = "mật khẩu thử nghiệm"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WANTED: dict[str, Any] = {
    "unit": "Đội Quản lý học viên", "height_m": "1,65", "weight_kg": "58", "escaped_from": "Cơ sở cai nghiện số 1",
    "executors": "Nguyễn Văn M",
    "contact": {"name": "Nguyễn Văn M", "phone": "0900000011", "address": "xã Ba Vì"},
    "contact_agency": {"name": "Công an xã Ba Vì", "phone": "0900000012", "address": "xã Ba Vì"},
}  # fmt: skip
ESCAPED = {"occurred_at": "2026-08-26T08:00:00+07:00", "facts": {"escaped_at": "2026-08-26T05:00:00+07:00"}}
"""How a person escaped from the centre, and what the decision to trace states beside it."""


@pytest.fixture(scope="session")
def template(cluster: Settings, template: str) -> Iterator[str]:
    """A migrated database with the demonstration's agencies and accounts."""
    with new_database(cluster, template) as settings:
        engine = open_store(app_url(settings))
        seed(engine, demo_seed(), PASSWORD)
        engine.dispose()
        name = app_url(settings).database
        assert name
        yield name


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Tests of the API happen on one day, whatever the day they run on."""
    with clock.at(NOW):
        yield


@pytest.fixture(scope="session")
def application(cluster: Settings) -> FastAPI:
    """The application, made once: its routes take half a second to build. Each test starts it on its own database."""
    return create_app(cluster)


@pytest.fixture
def client(application: FastAPI, database: Settings, store: Engine) -> Iterator[TestClient]:
    """The running application; `store` leads to the same database."""
    application.state.settings = database
    with TestClient(application, base_url="http://hoso.test") as client:
        yield client


@dataclass
class SignedIn:
    """Access tokens by database and user, each while it holds; given without the password, whose check is slow by design."""

    tokens: dict[tuple[str, str], tuple[datetime, str]]

    def token(self, client: TestClient, user: str) -> str:
        """An access token of the user."""
        parts: Parts = client.app.state.parts  # type: ignore[attr-defined]  # an ASGI application, to the client
        key, moment = (str(parts.settings.database_url), user), clock.now()
        since, token = self.tokens.get(key, (moment, ""))
        if not token or not since <= moment < since + ACCESS:
            with unit_of_work(parts.engine, NOBODY) as connection:
                account = connection.execute(
                    text("SELECT id FROM account WHERE username = :user"), {"user": user}
                )
                given = begin(
                    connection, parts.settings, account.scalar_one(), "password", "test", second_factor=True
                )
            token = given.access
            self.tokens[key] = (moment, token)
        return token


@pytest.fixture(scope="session")
def signed_in() -> SignedIn:
    return SignedIn({})


@pytest.fixture
def as_user(client: TestClient, signed_in: SignedIn) -> Callable[[str], Caller]:
    """A caller signed in under a user name of the demonstration."""

    def caller(user: str) -> Caller:
        def send(method: str, path: str, **request: Any) -> Any:
            headers = {
                "Authorization": f"Bearer {signed_in.token(client, user)}",
                **(request.pop("headers", None) or {}),
            }
            return client.request(method, path, headers=headers, **request)

        return Caller(send)

    return caller


@pytest.fixture
def road(as_user: Callable[[str], Caller], store: Engine) -> Road:
    """The demonstration's dossier of 2026, not opened yet."""
    return Road(as_user, store)


@pytest.fixture
def wanted(road: Road) -> dict[str, Any]:
    """The decision to trace a person who escaped, issued with the act."""
    road.advance("compile")
    path, headers = f"{road.path}/actions/escape", {"If-Match": f'"{road.version}"'}
    body = ESCAPED | {"particulars": {"V-43": WANTED}}
    answer = road.as_user("cscn.so1-ha-noi.truong").post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    road.version = answer.json()["dossier"]["version"]
    [issued] = answer.json()["documents"]
    return dict(issued)


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


class Command:
    """Runs `hoso` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: str) -> Said:
        self._monkeypatch.setattr(sys, "argv", ["hoso", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capsys.readouterr()
        return Said(ended.value.code if isinstance(ended.value.code, int) else 0, said.out, said.err)


@pytest.fixture
def hoso(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setenv("COLUMNS", "200")
    return Command(monkeypatch, capsys)
