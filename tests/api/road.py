"""A dossier driven over HTTP along the demonstration's road, and what a refused request must look like."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from httpx2 import Response
from sqlalchemy import Engine, text

from api.demo.scans import pdf_page
from api.demo.script import Step, read_script
from models.store import SYSTEM, Scope, unit_of_work

UNCHANGED = (
    "SELECT id, version, stage, holder, facts, acts, head FROM dossier ORDER BY id",
    "SELECT count(*) FROM person",
    "SELECT id, digest FROM event ORDER BY id",
    'SELECT id, due, ended_at, "end", ledger FROM time_limit ORDER BY id',
    "SELECT id, state FROM document ORDER BY id",
    "SELECT id FROM paper ORDER BY id",
    "SELECT agency, year, name, last FROM register ORDER BY agency, year, name",
    "SELECT id FROM job ORDER BY id",
    "SELECT account, key FROM stored_answer ORDER BY account, key",
)


@dataclass(frozen=True)
class Caller:
    """Someone signed in."""

    send: Callable[..., Response]

    def get(self, path: str, **request: Any) -> Response:
        return self.send("GET", path, **request)

    def post(self, path: str, **request: Any) -> Response:
        return self.send("POST", path, **request)

    def put(self, path: str, **request: Any) -> Response:
        return self.send("PUT", path, **request)


@dataclass
class Road:
    """One dossier of 2026 on its way; `version` is what the driver saw last."""

    as_user: Callable[[str], Caller]
    store: Engine
    id: str = ""
    version: int = 0
    steps: dict[str, Step] = field(
        default_factory=lambda: {step.action: step for step in read_script("2026").steps}
    )
    done: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the dossier is."""
        return f"/v1/dossiers/{self.id}"

    def opening(self, *, at: str | None = None, **changes: Any) -> dict[str, Any]:
        """The body that opens it; `person` changes lines of the person, other changes are facts."""
        step = self.steps["open"]
        person = read_script("2026").person.model_dump(mode="json", exclude_none=True)
        person |= changes.pop("person", {})
        facts = _changed(step.recorded, changes)
        return {"person": person, "occurred_at": at or step.at.isoformat(), "agency": step.by, "facts": facts}

    def open(self, **changes: Any) -> Response:
        """Opens it and remembers it."""
        answer = self.as_user(self.steps["open"].by).post("/v1/dossiers", json=self.opening(**changes))
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["dossier"]["id"]
        self._saw(answer, "open")
        return answer

    def ask(
        self,
        action: str,
        *,
        by: str | None = None,
        at: datetime | str | None = None,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        late_reason: str | None = None,
        **facts: Any,
    ) -> Response:
        """Asks for an act, as the road does it but for the changes; a fact changed to None is left out."""
        step = self.steps.get(action)
        moment = at or (step.at if step else None)
        assert moment is not None, f"{action} needs a moment"
        body: dict[str, Any] = {
            "occurred_at": moment if isinstance(moment, str) else moment.isoformat(),
            "facts": _changed(step.recorded if step else {}, facts),
        }
        if late_reason:
            body["late_reason"] = late_reason
        by = by or (step.by if step else None)
        assert by is not None, f"{action} needs somebody"
        headers = {"If-Match": f'"{self.version}"'} | dict(headers or {})
        path = f"{self.path}/actions/{action}{query}"
        return self.as_user(by).post(
            path, json=body, headers={name: value for name, value in headers.items() if value}
        )

    def take(self, action: str, **changes: Any) -> dict[str, Any]:
        """Does an act that must succeed."""
        answer = self.ask(action, **changes)
        assert answer.status_code == 200, answer.text
        self._saw(answer, action)
        body: dict[str, Any] = answer.json()
        return body

    def advance(self, to: str, *, skip: tuple[str, ...] = (), **changes: Mapping[str, Any]) -> None:
        """Goes on along the road until `to` is the next step; `changes` are changed facts by action."""
        for action in self.steps:
            if action == to:
                return
            if action in self.done or action in skip:
                continue
            given = dict(changes.get(action, {}))
            if action == "open":
                self.open(**given)
            else:
                self.take(action, **given)
        raise AssertionError(f"no step {to}")

    def add_paper(self, kind: str, *, by: str | None = None, **form: Any) -> Response:
        """Uploads an invented paper."""
        data = {"kind": kind, "received_on": "2026-08-20", "sheets": "2"} | form
        file = {"file": ("tai-lieu.pdf", pdf_page(kind), "application/pdf")}
        return self.as_user(by or self.steps["open"].by).post(f"{self.path}/papers", data=data, files=file)

    def _saw(self, answer: Response, action: str) -> None:
        self.version = answer.json()["dossier"]["version"]
        self.done.append(action)

    def refused(
        self,
        send: Callable[[dict[str, str]], Response],
        status: int,
        code: str,
        *,
        field: str | None = None,
        requirement: str | None = None,
        citation: str | None = None,
    ) -> dict[str, Any]:
        """Sends a request in both languages: each time this problem, and nothing in the database changes.

        Returns:
            The Vietnamese problem document.
        """
        with unchanged(self.store):
            vietnamese, english = send({}), send({"Accept-Language": "en"})
        assert vietnamese.status_code == english.status_code == status, vietnamese.text
        problem, other = vietnamese.json(), english.json()
        assert vietnamese.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "instance", "errors"} <= problem.keys()
        assert problem["status"] == status
        assert (vietnamese.headers["content-language"], english.headers["content-language"]) == ("vi", "en")
        error = next((one for one in problem["errors"] if one["code"] == code), None)
        assert error is not None, problem
        translated = next(one for one in other["errors"] if one["code"] == code)
        assert error["message"] != translated["message"]
        assert translated["message"].isascii() or "“" in translated["message"], "English text"
        assert problem["title"] != other["title"]
        for name, wanted in (("field", field), ("requirement", requirement)):
            assert wanted is None or error.get(name) == wanted, error
        assert citation is None or citation in error["citation"], error
        return dict(problem)


def at_once(count: int, send: Callable[[], Response]) -> list[Response]:
    """Sends the same request so many times at the same time; each thread has this test's clock."""
    start = threading.Barrier(count)

    def one() -> Response:
        start.wait(timeout=30)
        return send()

    with ThreadPoolExecutor(count) as threads:
        return [answer.result() for answer in [threads.submit(copy_context().run, one) for _ in range(count)]]


def _changed(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**facts, **changes}.items() if value is not None}


def picture_of(store: Engine) -> list[list[tuple[Any, ...]]]:
    """Everything an act could change."""
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in UNCHANGED]


@contextmanager
def unchanged(store: Engine) -> Iterator[None]:
    """Within this block nothing of any dossier changes."""
    before = picture_of(store)
    yield
    assert picture_of(store) == before
