"""The walk: two dossiers, one a book, moved by their agencies through the running API from the police to the centre."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.demo import demo_seed
from api.demo.scans import pdf_page, picture
from api.demo.script import BOOKS, Script, ScriptedPaper, Step, read_script
from flows.eligibility import STAGE_NAMES
from models.law.limits import TIMEZONE
from models.law.loader import load_book
from models.law.schema import Stage

_ENDS = {"done": "xong", "run_out": "đã hết", "used": "đã dùng", "cancelled": "hủy", "restarted": "tính lại",
         "void": "không còn tính"}  # fmt: skip
_PRINTING = 300
"""Seconds a whole file may take to print."""
_CLOCKLESS = {"none": "văn bản không đặt thời hạn", "unread": "chưa đọc được thời hạn"}


class WalkFailed(RuntimeError):
    """An act of the walk was refused, or the API did not answer; the message is what the API said."""


def walk(base_url: str, password: str, out: Path, console: Console) -> list[Path]:
    """Walks two new dossiers through the API, telling each act; saves every document, and the first one's whole file.

    Args:
        base_url: where the API answers.
        password: the password of the demonstration's accounts.
        out: folder for the documents; each dossier gets a folder named by its number.
        console: where to tell.

    Returns:
        The files written, in the order of their acts.

    Raises:
        WalkFailed: a request was refused; nothing of the act was written.
    """
    written: list[Path] = []
    with httpx.Client(base_url=base_url, timeout=60) as http:
        client = _Client(http, password)
        walks = [_Walk(client, book, read_script(book), out, console) for book in BOOKS]
        for one in walks:
            written += one.run()
        walks[0].save_bundle()
    console.print(f"Đã ghi {len(written)} văn bản vào {out.resolve()}", markup=False, soft_wrap=True)
    return written


@dataclass
class _Client:
    """Requests in the name of the demonstration's people."""

    http: httpx.Client
    password: str = field(repr=False)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def send(self, user: str, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - as httpx takes it
        """One request in the name of this user; WalkFailed unless it succeeds."""
        headers = {"Authorization": f"Bearer {self._token(user)}", **request.pop("headers", {})}
        return self._checked(user, method, path, headers=headers, **request)

    def _token(self, user: str) -> str:
        if user not in self.tokens:
            form = {"grant_type": "password", "username": user, "password": self.password}
            answer = self._checked(user, "POST", "/v1/auth/token", data=form)
            self.tokens[user] = answer.json()["access_token"]
        return self.tokens[user]

    def _checked(self, user: str, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - as httpx takes it
        try:
            answer = self.http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise WalkFailed(
                f"{method} {path}: API không trả lời ({error}) / the API does not answer"
            ) from error
        if not answer.is_success:
            raise WalkFailed(f"{user} · {method} {path}: {_problem(answer)}")
        return answer


def _until(counted: dict[str, Any]) -> str:
    """When a limit has run out: at the end of its last day, or at the minute."""
    due = datetime.fromisoformat(counted["due"]).astimezone(TIMEZONE)
    last_day = date.fromisoformat(counted["last_day"])
    if due.date() > last_day:
        return f"hết ngày {last_day:%d/%m/%Y}"
    return f"{due:%H:%M ngày %d/%m/%Y}"


def _problem(answer: httpx.Response) -> str:
    """What a problem document says: its title and every reason with its article."""
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {HTTPStatus(answer.status_code).phrase}"
    lines = [f"{answer.status_code} {problem.get('title', '')}"]
    for error in problem.get("errors", []):
        where = error.get("field") or error.get("requirement")
        named = f"{where}: " if where else ""
        cited = f" ({error['citation']})" if error.get("citation") else ""
        lines.append(f"  - {named}{error['message']}{cited}")
    return "\n".join(lines)


class _Walk:
    """One dossier on its way."""

    def __init__(self, client: _Client, book: str, script: Script, out: Path, console: Console) -> None:
        self._client, self._script, self._out, self._console = client, script, out, console
        self._book = load_book(book)
        seed = demo_seed()
        self._agencies = {agency.code: agency.name for agency in seed.agencies}
        self._people = {one.username: one for one in seed.everyone()}
        self._dossier: UUID | None = None
        self._number = self._etag = ""
        self._written: list[Path] = []

    def run(self) -> list[Path]:
        """Every step; the files written."""
        for index, step in enumerate(self._script.steps, start=1):
            for place, paper in enumerate(step.papers, start=1):
                self._bring(step.by, paper, f"{index}-paper-{place}")
            answer = self._act(step, index) if self._dossier else self._open(step)
            self._etag = answer.headers["ETag"]
            self._tell(step, index, answer.json())
        self._console.print()
        return self._written

    def save_bundle(self) -> None:
        """The whole numbered file as it is sent, when there is a LibreOffice to print it."""
        path = f"/v1/dossiers/{self._dossier}/bundle.zip"
        try:
            answer = self._client.send(self._script.steps[0].by, "GET", path, timeout=_PRINTING)
        except WalkFailed as failed:
            self._say(str(failed), "yellow")
            return
        saved = self._out / self._number / "ho-so.zip"
        saved.write_bytes(answer.content)
        self._say(f"→ Hồ sơ hai bộ, đánh bút lục, kèm PDF  [{saved.name}]", "green")

    def _open(self, step: Step) -> httpx.Response:
        body = {
            "person": self._script.person.model_dump(mode="json", exclude_none=True),
            "agency": self._people[step.by].agency,
            "occurred_at": step.at.isoformat(),
            "facts": step.recorded,
        }
        key = {"Idempotency-Key": f"walk-{uuid4()}"}
        answer = self._client.send(step.by, "POST", "/v1/dossiers", json=body, headers=key)
        dossier = answer.json()["dossier"]
        self._dossier, self._number = UUID(dossier["id"]), dossier["number"]
        self._console.rule(f"{self._number} · {self._script.title}", align="left")
        return answer

    def _act(self, step: Step, index: int) -> httpx.Response:
        body = {"occurred_at": step.at.isoformat(), "facts": step.recorded}
        headers = {"If-Match": self._etag, "Idempotency-Key": self._key(f"{index}-{step.action}")}
        path = f"/v1/dossiers/{self._dossier}/actions/{step.action}"
        return self._client.send(step.by, "POST", path, json=body, headers=headers)

    def _bring(self, user: str, paper: ScriptedPaper, name: str) -> None:
        """Uploads an invented file for a paper."""
        if paper.scan:
            file = ("ban-chup.png", picture(), "image/png")
        else:
            file = ("ban-sao.pdf", pdf_page(paper.title, paper.sheets), "application/pdf")
        form = {
            "kind": paper.kind,
            "title": paper.title,
            "received_on": paper.received_on.isoformat(),
            "sheets": str(paper.sheets),
        }
        headers = {"Idempotency-Key": self._key(name)}
        path = f"/v1/dossiers/{self._dossier}/papers"
        self._client.send(user, "POST", path, data=form, files={"file": file}, headers=headers)
        self._say(f"+ {paper.title}, {paper.sheets} tờ ({file[0]})", "cyan")

    def _key(self, name: str) -> str:
        assert self._dossier is not None  # noqa: S101 - only the opening comes before there is a dossier
        return str(uuid5(self._dossier, name))

    # --- telling

    def _tell(self, step: Step, index: int, answer: dict[str, Any]) -> None:
        action = self._book.action(step.action)
        moment = step.at.astimezone(TIMEZONE)
        person = self._people[step.by]
        line = Text(f"{moment:%d/%m/%Y %H:%M}  ")
        line.append(action.title, style="bold")
        line.append(f"  {person.name}, {self._agencies[person.agency]}", style="dim")
        row = Table.grid(padding=(0, 1))
        row.add_row(f"{index:>2}/{len(self._script.steps)}", line)
        self._console.print(row)
        for said, style in self._limit_lines(answer["limits"]):
            self._say(said, style)
        self._tell_stage(answer)
        for document in answer["documents"]:
            path = self._save(step.by, document)
            number = f" số {document['number_text']}" if document.get("number_text") else ""
            self._say(f"→ {document['form']}{number}: {document['title']}  [{path.name}]", "green")

    def _tell_stage(self, answer: dict[str, Any]) -> None:
        """Says to which stage the act has moved the dossier, and who holds it now."""
        event, holder = answer["event"], self._agencies[answer["dossier"]["holder"]]
        if event["stage_before"] != event["stage_after"]:
            stage = STAGE_NAMES[Stage(event["stage_after"])]
            self._say(f"⇒ Giai đoạn: {stage}; hồ sơ do {holder} giữ", "bold magenta")

    def _limit_lines(self, limits: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
        """What the act did to limits: those it ended first, then those it started or moved."""
        for limit in sorted(limits, key=lambda one: one["end"] is None):
            if limit["end"]:
                yield f"■ {limit['title']}: {_ENDS[limit['end']]}", "dim"
                continue
            counted = limit["explanation"] or {}
            confirmed = limit["confirmed"] and counted.get("confirmed", True)
            due = _until(limit) if limit["due"] else _CLOCKLESS[counted["clock"]]
            other = counted.get("other_reading")
            reading = f" (cách tính khác: {_until(other)})" if other else ""
            doubt = "" if confirmed else " · CHƯA XÁC NHẬN"
            yield (
                f"▶ {limit['title']}: {due}{reading} · {limit['citation']}{doubt}",
                "" if confirmed else "yellow",
            )

    def _say(self, said: str, style: str) -> None:
        self._console.print(Padding(Text(said, style=style), (0, 0, 0, 6), expand=False))

    def _save(self, user: str, document: dict[str, Any]) -> Path:
        folder = self._out / self._number
        folder.mkdir(parents=True, exist_ok=True)
        number = (document.get("number_text") or "").replace("/", "-")
        name = "_".join(part for part in (f"{len(self._written) + 1:02d}", document["form"], number) if part)
        path = folder / f"{name}.docx"
        path.write_bytes(self._client.send(user, "GET", f"/v1/documents/{document['id']}/content").content)
        self._written.append(path)
        return path
