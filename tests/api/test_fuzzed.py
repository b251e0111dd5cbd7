"""schemathesis over the whole description, every check on, as everyone who may call: no failure, no surprise, no leak."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from models.settings import Settings
from tests.api.conftest import SignedIn
from tests.api.fuzzing import Found, fuzz
from tests.api.road import Road

POLICE, SECRET_NAME, SECRET_NUMBER = "ca.cau-giay", "Trần Thị Bí Mật", "001098123457"
CALLERS = {
    "anonymous": None,
    "officer": "ta.kv4-ha-noi",
    "head": "ca.cau-giay.truong",
    "supervisor": "giam-sat.ha-noi",
    "auditor": "kiem-toan",
    "administrator": "quan-tri",
}
"""Who asks: nobody, and one user of each role."""
SEEN_BY = {"head", "supervisor", "auditor"}
"""Roles above that may see the dossier of the police of Cầu Giấy."""


@pytest.fixture(autouse=True)
def today() -> None:
    """The caller's token is judged by threads that know no other clock than the machine's."""


@pytest.fixture(scope="module")
def signed_in() -> SignedIn:
    """Tokens of the machine's day; those that other tests share are of theirs."""
    return SignedIn({})


@pytest.fixture
def planted(road: Road) -> tuple[str, ...]:
    """What would betray a dossier of the police of Cầu Giấy: its id, its number, and the person's name and number."""
    identity = {"type": "personal_number", "number": SECRET_NUMBER}
    dossier = road.open(person={"name": SECRET_NAME, "identity": identity}).json()["dossier"]
    paper = road.add_paper("violation_minute").json()
    return dossier["id"], dossier["number"], SECRET_NAME, SECRET_NUMBER, paper["id"]


@pytest.fixture(scope="module")
def description_text(cluster: Settings) -> str:
    """The description, which is the same for all."""
    return json.dumps(create_app(cluster).openapi(), ensure_ascii=False)


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


def headers(client: TestClient, role: str) -> dict[str, str]:
    user = CALLERS[role]
    return {"Authorization": f"Bearer {SignedIn({}).token(client, user)}"} if user else {}


def sound(found: Found, operations: int) -> None:
    assert not found.errors, "\n".join(found.errors)
    assert not found.faults, "\n\n".join(f"{where}\n{what}" for where, what in found.faults.items())
    assert not found.leaked, found.leaked
    assert len(found.operations) == operations
    assert not any(status >= 500 and status not in {501, 503, 504} for status in found.statuses)


@pytest.mark.parametrize(
    "role", [pytest.param(role, marks=[] if role == "officer" else [pytest.mark.long]) for role in CALLERS]
)
def test_examples_of_every_operation_are_answered_as_described(
    client: TestClient, planted: tuple[str, ...], role: str, description_text: str
) -> None:
    description = described(description_text, planted[0], acts=False)
    found = fuzz(
        client.app, description, headers(client, role), only=".", examples=1, phases=("examples", "fuzzing"),
        secrets=() if role in SEEN_BY else planted,
    )  # fmt: skip
    sound(found, sum(map(len, description["paths"].values())))


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("role", CALLERS)
def test_whatever_is_sent_is_answered_as_described(
    client: TestClient, planted: tuple[str, ...], role: str, description_text: str
) -> None:
    description = described(description_text, planted[0], acts=True)
    found = fuzz(
        client.app, description, headers(client, role), only=".", examples=20,
        phases=("examples", "coverage", "fuzzing", "stateful"), secrets=() if role in SEEN_BY else planted,
    )  # fmt: skip
    sound(found, sum(map(len, description["paths"].values())))


def test_a_leak_would_be_seen(client: TestClient, planted: tuple[str, ...], description_text: str) -> None:
    description = described(description_text, planted[0], acts=False)
    found = fuzz(
        client.app, description, headers(client, "head"), only="^read_dossier$", examples=1, phases=("examples",),
        secrets=planted,
    )  # fmt: skip
    assert found.leaked == {"GET /v1/dossiers/{dossier_id}"}
