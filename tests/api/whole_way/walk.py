"""The driver: sends a script's lines over HTTP, each by someone signed in at the acting agency, when it was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from httpx2 import Response

from api.demo.scans import pdf_page
from flows.books import book
from models.event import digest_of_event
from models.law.limits import TIMEZONE
from models.law.loader import catalogue
from tests.api.whole_way.doors import Doors, user_of
from tests.api.whole_way.script import Carried, Do, Main, Paper, Refused, Script, Seen, Tried
from tests.flows.road_2014 import PAPERS as PAPERS_2014
from tests.flows.road_2014 import Road2014
from tests.flows.road_2022 import Road2022
from tests.flows.road_2022_minor import MinorRoad2022
from tests.flows.road_2025 import MinorRoad202503, MinorRoad202507, Road202503, Road202507
from tests.flows.road_2026 import Road, Step
from tests.flows.road_2026_minor import MinorRoad

ROADS: Mapping[tuple[str, str], type[Road]] = {
    ("2014", "adult"): Road2014, ("2022", "adult"): Road2022, ("2022", "minor"): MinorRoad2022,
    ("2025-03", "adult"): Road202503, ("2025-03", "minor"): MinorRoad202503,
    ("2025-07", "adult"): Road202507, ("2025-07", "minor"): MinorRoad202507,
    ("2026", "adult"): Road, ("2026", "minor"): MinorRoad,
}  # fmt: skip
"""The engine's drivers, whose steps say who does an act, when and on what facts; they are never asked to act here."""
ON_BOOKS = {"migrate": "migrate", "keep_book": "keep"}
MOMENT, DAY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), re.compile(r"\d{4}-\d\d-\d\d")


@dataclass
class Way:
    """A script on its way, and what it has left behind."""

    doors: Doors
    script: Script
    road: Road
    id: str = ""
    dossier: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    papers: int = 0
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """The documents issued before a change of law: their hash and file then."""

    @property
    def path(self) -> str:
        """Where the dossier is."""
        return f"/v1/dossiers/{self.id}"

    def go(self) -> "Way":
        """Walks the script to its end."""
        for line in self.script.lines:
            match line:
                case Do():
                    self.do(line)
                case Main():
                    self.main(line)
                case Paper():
                    self.paper(line.kind, line.received_on, line.sheets, line.by)
                case Refused():
                    self.refused(line)
                case Tried():
                    self.tried(line)
                case Seen():
                    self.seen(line)
                case Carried():
                    self.went_on(line)
        return self

    def main(self, line: Main) -> None:
        """Walks the main road of the book the dossier is in."""
        road = self.road.main
        for code in road[: road.index(line.until) + 1]:
            if code not in self.done and code not in line.skip:
                self.do(line.changed.get(code, Do(code)))

    def do(self, line: Do) -> dict[str, Any]:
        """Does an act that must succeed."""
        if line.action == "compile":
            self.file_papers(line)
        if line.action == "migrate":
            for document in self.read(self.last_moment, "/documents"):
                self.kept.setdefault(document["id"], self.file_of(document["id"]))
        before = self.running() if line.action == "migrate" else []
        answer = self.ask(line)
        assert answer.status_code == (201 if line.action == "open" else 200), (line.action, answer.text)
        body: dict[str, Any] = answer.json()
        version = body["dossier"]["version"]
        assert answer.headers["ETag"] == f'"{version}"'
        assert version == len(self.answers) + 1
        self.answers.append(body)
        self.dossier, self.id = body["dossier"], body["dossier"]["id"]
        self.done.append(line.action)
        if line.action in {"migrate", "record_adulthood"}:
            self.road = road_of(
                self.script, self.dossier["rulebook"], self.dossier["facts"].get("track_after_18")
            )
        if before:
            self.check_carried(before)
        return body

    @cached_property
    def limits(self) -> list[dict[str, Any]]:
        """The dossier's limits when all is over."""
        found: list[dict[str, Any]] = self.read(self.last_moment, "/limits")
        return found

    def running(self) -> list[dict[str, Any]]:
        """The limits that run."""
        return [limit for limit in self.read(self.last_moment, "/limits") if limit["ended_at"] is None]

    def check_carried(self, running: list[dict[str, Any]]) -> None:
        """After a change of law running limits have the end they had and say so, or are cut off."""
        now = {limit["id"]: limit for limit in self.read(self.last_moment, "/limits")}
        event = self.answers[-1]["event"]
        for limit in running:
            carried = now[limit["id"]]
            assert (carried["due"], carried["rule"], carried["book"]) == (
                limit["due"], limit["rule"], limit["book"],
            )  # fmt: skip
            if carried["ended_at"] is not None:
                over = limit["due"] is not None and limit["due"] <= event["occurred_at"]
                assert carried["end"] == ("run_out" if limit["kind"] == "window" and over else "cancelled")
            elif carried["due"]:
                lines = carried["explanation"]["journal"]
                assert any(event["book"] in line and "Giữ nguyên" in line for line in lines), lines

    def ask(self, line: Do, *, dry_run: bool = False) -> Response:
        """Sends an act as the script has it."""
        step = self.road.steps.get(line.action, Step(by=line.by or self.dossier.get("holder", "")))
        moment, facts = self.moment(line, step), self.facts(line, step)
        user = user_of(line.by or step.by, line.role)
        body: dict[str, Any] = {"occurred_at": moment.isoformat(), "facts": facts}
        if line.late_reason:
            body["late_reason"] = line.late_reason
        at = self.typed_at(moment, facts)
        if line.action == "open":
            person = self.script.person.model_dump(mode="json", exclude_none=True)
            opening = {**body, "person": person, "agency": line.by or step.by}
            return self.doors.write(user, at, "/v1/dossiers", json=opening)
        assert self.id, "the dossier has not been opened"
        path = f"{self.path}/{ON_BOOKS.get(line.action, f'actions/{line.action}')}"
        path += "?dry_run=true" if dry_run else ""
        return self.doors.write(user, at, path, self.dossier["version"], json=body)

    def moment(self, line: Do, step: Step) -> datetime:
        """When an act happens."""
        when = line.when or step.when
        assert when, f"{line.action} has no time of its own"
        return self.at(when)

    def at(self, when: str) -> datetime:
        """The instant of "2025-07-30 09:00" or "3 09:00"."""
        if MOMENT.fullmatch(when):
            return datetime.fromisoformat(when).replace(tzinfo=TIMEZONE)
        return self.road.at(when)

    def facts(self, line: Do, step: Step) -> dict[str, Any]:
        """What an act records: the step's facts, moved along with it, and the script's changes; None leaves a fact out."""
        given = {name: self.dated(value) for name, value in line.facts.items()}
        if line.action not in self.road.steps:
            return {name: value for name, value in given.items() if value is not None}
        facts = self.road.facts(line.action, given)
        own, moved = self.at(step.when) if step.when else None, self.moment(line, step)
        if own is None or own == moved:
            return facts
        return {
            name: value if name in given else _shifted(value, own, moved) for name, value in facts.items()
        }

    def typed_at(self, moment: datetime, facts: Mapping[str, Any]) -> datetime:
        """When an act is typed: after the one before, once it has happened and all it records is known."""
        known = [moment, self.last_moment] if self.answers else [moment]
        for name, value in facts.items():
            fact = catalogue()[name]
            if fact.type == "instant" and fact.timing != "planned":
                known.append(datetime.fromisoformat(value))
            elif fact.type == "deliveries":
                known += [datetime.fromisoformat(one["received_at"]) for one in value]
        return max(known)

    def dated(self, value: Any) -> Any:
        """Facts with their moments written out."""
        if isinstance(value, Mapping):
            return {name: self.dated(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.dated(one) for one in value]
        if isinstance(value, str) and MOMENT.fullmatch(value):
            return self.at(value).isoformat()
        return self.road.dated(value)

    def file_papers(self, line: Do) -> None:
        """The papers of the file for which nothing is there yet, brought in on the day it is compiled."""
        step = self.road.steps[line.action]
        day = self.moment(line, step).date().isoformat()
        of_the_book = getattr(self.road, "papers", PAPERS_2014 if self.script.book == "2014" else ())
        wanted = of_the_book if self.script.papers is None else self.script.papers
        user = user_of(line.by or step.by, line.role)
        there = self.doors.send(user, self.at(f"{day} 23:59"), "GET", f"{self.path}/papers").json()
        stands_for = {
            paper.kind: {paper.kind, *paper.any_of} for paper in book(self.dossier["rulebook"]).papers
        }
        for kind in wanted:
            if not stands_for.get(kind, {kind}) & {paper["kind"] for paper in there}:
                self.paper(kind, day, 1, line.by or step.by)

    def paper(self, kind: str, day: str, sheets: int, by: str | None) -> None:
        """Uploads an invented paper; its sheets follow those before."""
        user = user_of(by or self.dossier["holder"], "officer")
        form = {"kind": kind, "received_on": day, "sheets": str(sheets), "title": f"Tài liệu {kind}"}
        file = {"file": (f"{kind}.pdf", pdf_page(kind), "application/pdf")}
        answer = self.doors.write(user, self.at(f"{day} 23:59"), f"{self.path}/papers", data=form, files=file)
        assert answer.status_code == 201, answer.text
        assert answer.json()["first_sheet"] == self.papers + 1
        self.papers += sheets

    def refused(self, line: Refused) -> None:
        """An act that is refused, for exactly these reasons; the dossier is as it was."""
        answer = self.ask(line.asked)
        found = frozenset(error["code"] for error in answer.json()["errors"])
        assert (answer.status_code, found) == (line.status, line.codes), answer.text
        assert all(error["message"] for error in answer.json()["errors"])
        if self.answers:
            assert self.read(self.last_moment)["version"] == self.dossier["version"]

    def tried(self, line: Tried) -> None:
        """An act that would be taken; the dossier is as it was."""
        answer = self.ask(line.asked, dry_run=True)
        assert answer.status_code == 200, answer.text
        assert answer.json()["dossier"]["version"] == self.dossier["version"] + 1
        assert self.read(self.last_moment)["version"] == self.dossier["version"]

    @property
    def last_moment(self) -> datetime:
        """When the last act was recorded."""
        return datetime.fromisoformat(self.answers[-1]["event"]["recorded_at"])

    def seen(self, line: Seen) -> None:
        """What the dossier shows at a moment."""
        body = self.fetch(self.path + line.what, self.at(line.when), line.by).json()
        for name, wanted in line.shows.items():
            shown = bool(body[name]) if isinstance(wanted, bool) else body[name]
            assert shown == wanted, (line.when, name, body[name])

    def file_of(self, document: str) -> tuple[str, bytes]:
        """A document's hash and file."""
        content = self.fetch(f"/v1/documents/{document}/content").content
        return self.fetch(f"/v1/documents/{document}").json()["sha256"], content

    def went_on(self, line: Carried) -> None:
        """A limit that runs on after the law changed, in whose place and to which day."""
        limits = self.read(self.last_moment, "/limits")
        [limit] = [one for one in limits if one["rule"] == line.rule and one["ended_at"] is None]
        assert (limit["last_day"], limit["stands_for"]) == (line.last, line.stands_for), line.rule

    def read(self, at: datetime, what: str = "") -> Any:
        """The dossier, or what belongs to it, read at a moment by who compiles it."""
        return self.fetch(self.path + what, at).json()

    def fetch(self, path: str, at: datetime | None = None, by: str | None = None) -> Response:
        """What stands at a path, for the head of an agency or, by default, an officer of the one that compiles the dossier now."""
        user = user_of(by, "head") if by else user_of(self.dossier["parties"]["compiler"], "officer")
        answer = self.doors.send(user, at or self.last_moment, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer


def road_of(script: Script, book: str, grown_up: str | None = None) -> Road:
    """The steps of a book for this person, counted from the script's first day; on the track that went on at 18."""
    track = grown_up or ("minor" if script.minor else "adult")
    # The engine's driver is only asked for its steps here, so it needs no store.
    return ROADS[book, track](store=None, start=script.start)  # type: ignore[arg-type]


def _shifted(facts: Any, own: datetime, moved: datetime) -> Any:
    """Facts of a step that was moved: its own moment moves with it, others by as many days."""
    days = moved.date() - own.date()
    if isinstance(facts, Mapping):
        return {name: _shifted(value, own, moved) for name, value in facts.items()}
    if isinstance(facts, list):
        return [_shifted(value, own, moved) for value in facts]
    if isinstance(facts, str) and DAY.fullmatch(facts):
        return (date.fromisoformat(facts) + days).isoformat()
    if isinstance(facts, str) and DAY.match(facts) and "T" in facts:
        moment = datetime.fromisoformat(facts)
        return (moved if moment == own else moment + days).isoformat()
    return facts


def walk(doors: Doors, script: Script) -> Way:
    """Walks a script."""
    return Way(doors, script, road_of(script, script.book)).go()


def recomputed(dossier: str, item: Mapping[str, Any]) -> str:
    """An event's digest, computed again from what the API shows of it."""
    row = {name: item[name] for name in (
        "id", "seq", "action", "book", "agency", "account", "stage_before", "stage_after", "late_days",
        "facts_digest", "previous",
    )}  # fmt: skip
    moments = {name: datetime.fromisoformat(item[name]) for name in ("occurred_at", "recorded_at")}
    return digest_of_event({**row, **moments, "dossier": dossier})
