"""Live counts: told when they change, ended with the session, and holding nothing while they wait."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.board import live
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.board.visitor import Visitor
from tests.api.conftest import NOW
from tests.api.road import Road
from tests.api.test_doors import watched  # noqa: F401 - a fixture


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What happens at each wait of a stream, which waits no longer than that takes."""
    works: list[Any] = []

    async def wait(stopping: asyncio.Event, _seconds: float) -> bool:
        if works:
            works.pop(0)()
        return stopping.is_set()

    monkeypatch.setattr(live, "EVERY", 0.0)
    monkeypatch.setattr(live, "LASTS", 4)
    monkeypatch.setattr(live, "stops_within", wait)
    return works


def told(visitor: Visitor) -> list[tuple[str, Any]]:
    """Every event of a stream, by kind."""
    answer = visitor.get("/board/live")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    found = []
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != ":")
        if "data" in lines:
            found.append((lines.get("event", "message"), orjson.loads(lines["data"])))
    return found


def test_counts_are_told_when_they_have_changed_and_nothing_is_held_meanwhile(
    watched: Road,  # noqa: F811 - the fixture
    client: TestClient,
    store: Engine,
    between: list[Any],
) -> None:
    watched.take("record_ground")
    visitor, pool = Visitor.signed_in(client, "giam-sat"), client.app.state.parts.engine.pool  # type: ignore[attr-defined]
    held: list[int] = []
    between += [
        lambda: held.append(pool.checkedout()),
        lambda: write(store, "UPDATE time_limit SET due = due + interval '200 days' WHERE ended_at IS NULL"),
    ]  # fmt: skip
    (first, counts), (second, after) = told(visitor)
    assert (first, second, held) == ("message", "message", [0])
    assert counts["overdue"] == 1
    assert after["overdue"] == 0
    assert counts["open"] == after["open"] == 1
    assert counts["stuck"]["overdue"] == 1


def test_a_stream_ends_with_the_session_and_does_not_prolong_it(
    client: TestClient, store: Engine, between: list[Any]
) -> None:
    visitor = Visitor.signed_in(client, "giam-sat")
    until = "SELECT max(expires_at) FROM session"
    before = read(store, until)
    with clock.at(NOW + timedelta(minutes=20)):
        assert [kind for kind, _ in told(visitor)] == ["message"]
    assert read(store, until) == before
    between.append(lambda: write(store, "UPDATE session SET ended_at = now()"))
    assert [kind for kind, _ in told(visitor)] == ["message", "ended"]
    assert visitor.get("/board/live").status_code == 401
    again = Visitor.signed_in(client, "giam-sat")
    between.append(lambda: write(store, "UPDATE account SET role = 'officer' WHERE username = 'giam-sat'"))
    assert [kind for kind, _ in told(again)][-1] == "ended", "other rights, another stream"


def test_those_who_look_after_the_same_are_counted_for_once(
    client: TestClient, between: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, count = list[str](), live._count
    monkeypatch.setattr(live, "EVERY", 100.0)

    def counting(parts: Any, actor: Any) -> Any:
        counted.append(actor.agency)
        return count(parts, actor)

    monkeypatch.setattr(live, "_count", counting)
    for user in ("giam-sat", "kiem-toan", "ca.ha-noi.truong"):
        assert told(Visitor.signed_in(client, user))
    assert counted == ["cuc.ma-tuy", "ca.ha-noi"]


def write(store: Engine, statement: str) -> None:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text(statement))


def read(store: Engine, statement: str) -> Any:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return connection.execute(text(statement)).scalar_one()
