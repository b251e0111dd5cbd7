"""Agencies at work over HTTP: dossiers walked along the demonstration's road, each request repeated until it is answered."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from api.demo import demo_seed
from api.demo.scans import pdf_page
from api.demo.script import ScriptedPaper, Step, read_script

_AGAIN = 0.2
"""Seconds before a request that was not answered is sent again."""
_ANSWERED = range(200, 500)


@dataclass(frozen=True)
class Acknowledged:
    """An act the API has said was done: its event, and the documents it named."""

    event: UUID
    dossier: UUID
    documents: frozenset[UUID]


@dataclass
class Load:
    """Some agencies' clients, each walking one dossier after the other until they are told to stop."""

    base_url: str
    password: str = field(repr=False)
    clients: int = 4
    acknowledged: list[Acknowledged] = field(default_factory=list)
    papers: int = 0
    numbers: int = 0
    refused: list[str] = field(default_factory=list)
    repeated: int = 0
    _threads: list[threading.Thread] = field(default_factory=list, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def start(self) -> None:
        """Sends the clients to work."""
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 120) -> None:
        """Waits until each client's last request has its answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(patience)
            assert not thread.is_alive(), "a request was never answered"

    def _work(self) -> None:
        script, people = read_script("2026"), {one.username: one for one in demo_seed().everyone()}
        person = script.person.model_dump(mode="json", exclude_none=True)
        with httpx.Client(base_url=self.base_url, timeout=30) as http:
            while not self._stop.is_set():
                etag, path = "", ""
                for step in script.steps:
                    for paper in step.papers:
                        self._bring(http, step.by, path, paper)
                    body: dict[str, Any] = {"occurred_at": step.at.isoformat(), "facts": step.recorded}
                    if not path:
                        body |= {"person": person, "agency": people[step.by].agency}
                    answer = self._act(http, step, path, body, etag)
                    if answer is None or self._stop.is_set():
                        break
                    etag = answer.headers["ETag"]
                    path = f"/v1/dossiers/{answer.json()['dossier']['id']}"

    def _act(
        self, http: httpx.Client, step: Step, path: str, body: dict[str, Any], etag: str
    ) -> httpx.Response | None:
        target = f"{path}/actions/{step.action}" if path else "/v1/dossiers"
        match = {"If-Match": etag} if path else {}
        answer = self._insist(http, step.by, target, json=body, headers=match)
        if not answer.is_success:
            self.refused.append(f"{step.action}: {answer.status_code} {answer.text}")
            return None
        done = answer.json()
        self.numbers += sum(document["number_text"] is not None for document in done["documents"])
        self.acknowledged.append(
            Acknowledged(
                UUID(done["event"]["id"]),
                UUID(done["dossier"]["id"]),
                frozenset(UUID(document["id"]) for document in done["documents"]),
            )
        )
        return answer

    def _bring(self, http: httpx.Client, user: str, path: str, paper: ScriptedPaper) -> None:
        form = {
            "kind": paper.kind,
            "title": paper.title,
            "received_on": paper.received_on.isoformat(),
            "sheets": str(paper.sheets),
        }
        files = {"file": ("ban-sao.pdf", pdf_page(paper.title, paper.sheets), "application/pdf")}
        answer = self._insist(http, user, f"{path}/papers", data=form, files=files)
        if answer.is_success:
            self.papers += 1
        else:
            self.refused.append(f"{paper.kind}: {answer.status_code} {answer.text}")

    def _insist(self, http: httpx.Client, user: str, path: str, **request: Any) -> httpx.Response:
        """The answer to a request, sent again with the same key until there is one."""
        key = {"Idempotency-Key": str(uuid4()), **request.pop("headers", {})}

        def once() -> httpx.Response | None:
            token = self._tokens.get(user) or self._sign_in(http, user)
            answer = http.post(path, headers={"Authorization": f"Bearer {token}", **key}, **request)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._tokens.pop(user, None)
                return None
            return answer if answer.status_code in _ANSWERED else None

        return self._until_answered(once)

    def _sign_in(self, http: httpx.Client, user: str) -> str:
        form = {"grant_type": "password", "username": user, "password": self.password}

        def once() -> httpx.Response | None:
            answer = http.post("/v1/auth/token", data=form)
            return answer if answer.is_success else None

        self._tokens[user] = self._until_answered(once).json()["access_token"]
        return self._tokens[user]

    def _until_answered(self, once: Callable[[], httpx.Response | None]) -> httpx.Response:
        while True:
            try:
                answer = once()
            except httpx.HTTPError:
                answer = None
            if answer is not None:
                return answer
            self.repeated += 1
            time.sleep(_AGAIN)
