"""The people of offices as Locust plays them: officers and supervisors who think, and five times as many for a while.

Run by `tests.bench_locust`, which says in the file `HOSO_LOAD` where, who and how long; each answer is noted with its moment.
"""

import os
import random
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import orjson
from locust import FastHttpUser, LoadTestShape, between, events

PLAN = orjson.loads(Path(os.environ["HOSO_LOAD"]).read_bytes())
_HOSTS, _OFFICERS, _SUPERVISORS = cycle(PLAN["hosts"]), cycle(PLAN["officers"]), cycle(PLAN["supervisors"])
_FRESH = iter(PLAN["fresh"])
_NOTES: list[tuple[float, str, float, str]] = []
_BEGUN = [0.0]


class Course(LoadTestShape):
    """So many people, then five times as many, then as before."""

    def tick(self) -> tuple[int, float] | None:
        """How many there are now."""
        past, (before, spike, after) = self.get_run_time(), PLAN["seconds"]
        if past >= before + spike + after:
            return None
        many = before <= past < before + spike
        people = PLAN["people"] * (PLAN["times"] if many else 1)
        return people, people


class Person(FastHttpUser):
    """Asks one of the processes, in the name of one account."""

    abstract = True
    wait_time = between(*PLAN["think"])
    accounts: Any = None

    def __init__(self, environment: Any) -> None:
        self.host = next(_HOSTS)
        super().__init__(environment)
        self.headers = {"Authorization": f"Bearer {next(self.accounts)}"}

    def ask(self, kind: str, path: str, **request: Any) -> None:
        """One request, noted under its kind."""
        headers = self.headers | request.pop("headers", {})
        method = "POST" if "json" in request else "GET"
        self.client.request(method, path, name=kind, headers=headers, **request)


def _dossier() -> str:
    return str(random.choice(PLAN["dossiers"]))  # noqa: S311 - no secret


def work(person: Person) -> None:
    """What the agency has to do."""
    person.ask("work list", "/v1/work?limit=50")


def dossier(person: Person) -> None:
    """A dossier."""
    person.ask("dossier", f"/v1/dossiers/{_dossier()}")


def limits(person: Person) -> None:
    """Its limits."""
    person.ask("limits", f"/v1/dossiers/{_dossier()}/limits")


def act(person: Person) -> None:
    """The first act on a dossier that was opened and nothing more."""
    person.ask(
        "act", f"/v1/dossiers/{next(_FRESH)}/actions/{PLAN['action']}", json=PLAN["body"],
        headers={"If-Match": '"1"', "Idempotency-Key": str(uuid4())},
    )  # fmt: skip


def paper(person: Person) -> None:
    """A document as a file."""
    person.ask("document", f"/v1/documents/{random.choice(PLAN['documents'])}/content")  # noqa: S311 - no secret


def overview(person: Person) -> None:
    """How a territory stands."""
    person.ask("overview", "/v1/supervision/overview")


def stuck(person: Person) -> None:
    """What stands still in it."""
    person.ask("stuck", "/v1/supervision/stuck?limit=50")


class Officer(Person):
    """Reads, and acts once in five requests."""

    weight = 9
    accounts = _OFFICERS
    tasks: Any = [work] * 2 + [dossier] * 3 + [limits] * 2 + [act] * 2 + [paper]


class Supervisor(Person):
    """Looks over all of them."""

    weight = 1
    accounts = _SUPERVISORS
    tasks: Any = [overview, stuck]  # noqa: RUF012 - as Locust reads it


def _begin(**_event: Any) -> None:
    _BEGUN[0] = perf_counter()


def _note(name: str, response_time: float, exception: Any, **_event: Any) -> None:
    wrong = f"{type(exception).__name__}: {exception}"[:300] if exception else ""
    _NOTES.append((perf_counter() - _BEGUN[0] - response_time / 1000, name, response_time, wrong))


def _leave(**_event: Any) -> None:
    Path(PLAN["notes"]).write_bytes(orjson.dumps(_NOTES))


events.test_start.add_listener(_begin)
events.request.add_listener(_note)
events.test_stop.add_listener(_leave)
