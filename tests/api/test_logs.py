"""What requests leave in the logs: lines about ids, and no word about a person, however a request ends."""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError

from models import logs
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.road import Road
from tests.api.test_health import as_owner
from tests.flows.rows import read

POLICE = "ca.cau-giay"
NAME, NUMBER, PLACE = "Đặng Văn Bí Mật", "001098987654", "ngõ Không Ai Biết"
WORDS = (NAME, "dang van bi mat", "Bí Mật", NUMBER, PLACE, "Không Ai")
FIXED = {"time", "level", "program", "logger", "event", "left_out"}


@dataclass
class Lines:
    """All that loggers of this process say, as it would be written."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self, event: str = "") -> list[dict[str, Any]]:
        lines = [orjson.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if not event or line["event"] == event]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter("api"))
    chatty = [logging.root, *map(logging.getLogger, ("sqlalchemy.engine", "hoso", "uvicorn", "asyncio"))]
    levels = [logger.level for logger in chatty]
    for logger in chatty:
        logger.setLevel(logging.DEBUG)
    logging.root.addHandler(handler)
    yield Lines(stream)
    logging.root.removeHandler(handler)
    for logger, level in zip(chatty, levels, strict=True):
        logger.setLevel(level)


def secret_opening(road: Road, **changes: Any) -> dict[str, Any]:
    """The body that opens the road's dossier about a person whose every line is a secret."""
    plain = orjson.dumps(road.opening(**changes)).decode()
    body: dict[str, Any] = orjson.loads(plain.replace("Nguyễn Văn A", NAME).replace("001098000001", NUMBER))
    body["facts"]["incident"] = f"{NAME} bị phát hiện tại {PLACE}"
    return body


def assert_no_word_of_a_person(said: str) -> None:
    for word in WORDS:
        assert word not in said
        assert word not in said.encode().decode("unicode_escape", errors="ignore")


def test_requests_good_and_bad_leave_ids_and_codes_alone(
    road: Road,
    client: TestClient,
    database: Settings,
    lines: Lines,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    police = road.as_user(POLICE)
    body = secret_opening(road)
    opened = police.post("/v1/dossiers", json=body)
    assert opened.status_code == 201, opened.text
    road.id, road.version = opened.json()["dossier"]["id"], 1
    assert NAME in police.get(road.path).text
    assert police.post("/v1/dossiers/search", json={"name": NAME}).json()["items"]
    assert police.post("/v1/dossiers/search", json={"identity_number": NUMBER}).status_code == 200
    refused = police.post(
        f"{road.path}/actions/close_by_death",
        json={"occurred_at": body["occurred_at"], "facts": {"reason": NAME}},
        headers={"If-Match": '"1"'},
    )
    assert refused.status_code in {404, 409, 422}, refused.text
    invalid = police.post("/v1/dossiers", json=body | {"occurred_at": NAME, NUMBER: PLACE})
    assert invalid.status_code == 422
    for path in (f"/v1/{NAME}", f"/v1/dossiers/{NAME}", f"/v1/dossiers?agency={NAME}", f"/verify/{NUMBER}"):
        police.get(path, headers={"X-Request-ID": NUMBER})
    client.post("/v1/auth/token", data={"username": NAME, "password": PLACE})
    client.request(NUMBER, "/v1/dossiers")

    as_owner(database, "ALTER TABLE person ADD CONSTRAINT nobody CHECK (false) NOT VALID")
    of_database = police.post("/v1/dossiers", json=body)
    as_owner(database, "ALTER TABLE person DROP CONSTRAINT nobody")

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError(f"{NAME}, {NUMBER}, {PLACE}")

    monkeypatch.setattr("api.dossiers.open_dossier", fail)
    unhandled = police.post("/v1/dossiers", json=body)
    assert (of_database.status_code, unhandled.status_code) == (500, 500)

    assert_no_word_of_a_person(lines.text)
    assert_no_word_of_a_person("".join(capfd.readouterr()))
    assert_no_word_of_a_person((database.log / "postgres.log").read_text())
    for line in lines.all():
        assert line.keys() <= logs.FIELDS | FIXED
    first, second = lines.all("request failed")
    assert first["error"] == "IntegrityError < CheckViolation"
    assert (first["sqlstate"], first["constraint"]) == ("23514", "nobody")
    assert second["error"] == "RuntimeError"
    assert second["trace"][-1].startswith("api/test_logs.py:")


def test_the_server_quotes_no_value_in_a_log_of_its_own(
    store: Engine, database: Settings, lines: Lines
) -> None:
    with pytest.raises(DataError) as failure, unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("SELECT CAST(:value AS date)"), {"value": NAME})
    logging.getLogger("hoso.test").error("failed", exc_info=failure.value)
    assert "DataError < InvalidDatetimeFormat" in lines.text
    assert_no_word_of_a_person(lines.text)
    assert_no_word_of_a_person((database.log / "postgres.log").read_text())


def test_each_request_has_a_line_with_its_route_account_and_dossier(road: Road, lines: Lines) -> None:
    given = "0123456789abcdef0123456789abcdef"
    opened = road.open()
    got = road.as_user(POLICE).get(road.path, headers={"X-Request-ID": given})
    assert got.headers["x-request-id"] == given
    first, last = [line for line in lines.all("request") if line["route"] != "/v1/auth/token"]
    assert (first["method"], first["route"], first["status"]) == ("POST", "/v1/dossiers", 201)
    assert first["request"] == opened.headers["x-request-id"]
    assert (first["dossier"], first["action"], first["agency"]) == (road.id, "open", POLICE)
    assert re.fullmatch(r"[0-9a-f-]{36}", first["account"])
    assert (last["request"], last["route"], last["dossier"]) == (given, "/v1/dossiers/{dossier_id}", road.id)
    assert last["bytes"] == len(got.content)
    assert last["ms"] > 0


def test_a_job_remembers_the_request_that_left_it(road: Road) -> None:
    opened = road.open()
    assert read(road.store, "SELECT request FROM job") == [(opened.headers["x-request-id"],)]


def test_problems_name_their_request(client: TestClient) -> None:
    answer = client.get("/v1/dossiers", headers={"X-Request-ID": "của tôi".encode().hex()})
    assert answer.status_code == 401
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "của tôi".encode().hex()


@pytest.mark.parametrize(
    "given", ["", "1", NUMBER, "nguyen-van-a-dang-van-b", "a" * 65, "0123456789abcdef\t"]
)
def test_an_id_that_could_be_a_name_or_a_number_is_replaced(client: TestClient, given: str) -> None:
    answer = client.get("/health/live", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["x-request-id"])
