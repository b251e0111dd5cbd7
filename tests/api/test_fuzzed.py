"""schemathesis over the whole description, every check on, as everyone who may call: no failure, no surprise, no leak."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api import access
from flows.policy import COURT_ROLES
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import SignedIn
from tests.api.fuzzing import Found, fuzz
from tests.api.road import Caller, Road

POLICE, SECRET_NAME, SECRET_NUMBER = "ca.cau-giay", "Trần Thị Bí Mật", "001098123457"
COURT = "ta.kv4-ha-noi"
CALLERS = {
    "anonymous": None,
    "officer": "ttyt.cau-giay",
    "head": "ca.cau-giay.truong",
    "clerk": f"{COURT}.thu-ky",
    "judge": f"{COURT}.tham-phan",
    "supervisor": "giam-sat.ha-noi",
    "auditor": "kiem-toan",
    "administrator": "quan-tri",
}
"""Who asks: nobody, and one user of each role."""
SEEN_BY = {"head", "supervisor", "auditor"}
"""Roles above that may see the dossier of the police of Cầu Giấy."""


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's token is judged by threads that know no other clock than the machine's, and holds while all is asked."""
    monkeypatch.setattr(access, "ACCESS", timedelta(hours=6))


@pytest.fixture(scope="module")
def signed_in() -> SignedIn:
    """Tokens of the machine's day; those that other tests share are of theirs."""
    return SignedIn({})


@pytest.fixture
def client(client: TestClient) -> TestClient:
    """The application for callers who ask more often than anybody may."""
    state = client.app.state  # type: ignore[attr-defined]  # an ASGI application, to the client
    doors = replace(state.parts.settings.doors, account_rate=10**7, address_rate=10**7)
    state.parts = replace(state.parts, settings=replace(state.parts.settings, doors=doors))
    return client


@pytest.fixture
def planted(road: Road) -> tuple[str, ...]:
    """What would betray a dossier of the police of Cầu Giấy: its id, its number, and the person's name and number."""
    identity = {"type": "personal_number", "number": SECRET_NUMBER}
    dossier = road.open(person={"name": SECRET_NAME, "identity": identity}).json()["dossier"]
    paper = road.add_paper("violation_minute").json()
    return dossier["id"], dossier["number"], SECRET_NAME, SECRET_NUMBER, paper["id"]


@pytest.fixture(scope="module")
def description_text(application: FastAPI) -> str:
    """The description, which is the same for all."""
    return json.dumps(application.openapi(), ensure_ascii=False)


def described(text: str, dossier: str, *, acts: bool) -> dict[str, Any]:
    """The description, with the planted dossier as the example of each dossier's id, so that it is really asked for."""
    found: dict[str, Any] = json.loads(text.replace("018f2f6e-7a54-7cc1-b2a5-0a4c6a1d2f10", dossier))
    if not acts:
        found["paths"] = {
            path: item
            for path, item in found["paths"].items()
            if not re.search(r"/actions/[a-z0-9_]+$", path)
        }
    for item in found["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter.get("in") == "path" and parameter["name"] == "dossier_id":
                    parameter["example"] = dossier
    for parameter in found["components"]["parameters"].values():
        if parameter["name"] == "dossier_id":
            parameter["example"] = dossier
    return found


@dataclass(frozen=True)
class Fuzz:
    """Everything as one role, which stays signed in."""

    client: TestClient
    store: Engine
    as_user: Callable[[str], Caller]
    planted: tuple[str, ...]
    description_text: str

    def __call__(self, role: str, *, acts: bool, secrets: tuple[str, ...] | None = None, **how: Any) -> Found:
        """What is found as this role; who may see the planted dossier knows of no secret."""
        user, dossier = CALLERS[role], self.planted[0]
        if role in COURT_ROLES:
            dossier = self._before_court
        description = described(self.description_text, dossier, acts=acts)
        headers = {"Authorization": f"Bearer {SignedIn({}).token(self.client, user)}"} if user else {}
        hidden = () if role in SEEN_BY else self.planted
        found = fuzz(
            self.client.app, description, headers, sign_in_again=partial(self._sign_in_again, user),
            secrets=hidden if secrets is None else secrets, **how,
        )  # fmt: skip
        if how["only"] == ".":
            assert len(found.operations) == sum(map(len, description["paths"].values()))
        return found

    @cached_property
    def _before_court(self) -> str:
        """Another dossier, which the court's clerk and judge have to do with."""
        road = Road(self.as_user, self.store)
        road.advance("accept")
        return road.id

    def _sign_in_again(self, user: str | None) -> None:
        """As if the caller had not disabled itself, nor ended its sessions, nor been given another password."""
        with unit_of_work(self.store, Scope(SYSTEM)) as connection:
            connection.execute(_ENABLED, {"user": user})
            connection.execute(_SIGNED_IN, {"user": user})


_ENABLED = text("UPDATE account SET disabled = false, one_time_until = NULL WHERE username = :user")
_SIGNED_IN = text("""
    UPDATE session SET ended_at = NULL WHERE ended_at IS NOT NULL
        AND account = (SELECT id FROM account WHERE username = :user)
""")


@pytest.fixture
def fuzzed(
    client: TestClient,
    store: Engine,
    as_user: Callable[[str], Caller],
    planted: tuple[str, ...],
    description_text: str,
) -> Fuzz:
    return Fuzz(client, store, as_user, planted, description_text)


def sound(found: Found) -> None:
    assert not found.errors, "\n".join(found.errors)
    assert not found.faults, "\n\n".join(f"{where}\n{what}" for where, what in found.faults.items())
    assert not found.leaked, found.leaked
    assert not found.turned_away, found.turned_away
    assert not any(status >= 500 and status not in {501, 503, 504} for status in found.statuses)


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=[] if role == "officer" else [pytest.mark.long]) for role in CALLERS]
)
def test_examples_of_every_operation_are_answered_as_described(fuzzed: Fuzz, role: str) -> None:
    sound(fuzzed(role, acts=False, only=".", examples=1, phases=("examples",)))


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("role", CALLERS)
def test_whatever_is_sent_is_answered_as_described(fuzzed: Fuzz, role: str) -> None:
    sound(fuzzed(role, acts=False, only=".", examples=5, phases=("coverage", "stateful")))
    sound(fuzzed(role, acts=True, only=".", examples=5, phases=("fuzzing",)))


def test_a_leak_would_be_seen(fuzzed: Fuzz, planted: tuple[str, ...]) -> None:
    only = "^read_dossier$"
    found = fuzzed("head", acts=False, only=only, examples=1, phases=("examples",), secrets=planted)
    assert found.leaked == {"GET /v1/dossiers/{dossier_id}"}
