"""Rows as acts leave them, written directly: agencies, dossiers, events with documents and limits, jobs."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Engine, insert, select, text

from documents.forms import all_forms
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table
from tests.documents.cases import AGENCIES, ISSUES, sample_case

SYSTEM_SCOPE = Scope(SYSTEM)
ACCOUNT = UUID(int=1)
_NUMBERS = count(1)
"""No two documents with a number are the same file."""
PARTIES = {part: card.code for part, card in AGENCIES.items() if part != "finder"}


@dataclass(frozen=True)
class Done:
    """One act as written."""

    dossier: UUID
    event: UUID
    documents: tuple[UUID, ...]
    job: int


def add(engine: Engine, name: str, *rows: dict[str, Any]) -> None:
    """Inserts rows into a table."""
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        connection.execute(insert(table(name)), list(rows))


def read(engine: Engine, statement: str, **values: object) -> list[tuple[Any, ...]]:
    """What a query answers, as the system sees it."""
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def seed(engine: Engine) -> None:
    """The agencies of the sample dossier, and one account."""
    add(engine, "agency", *(
        {
            "code": card.code, "name": card.name, "kind": card.kind, "superior": card.superior, "symbol": card.symbol,
            "place": card.place, "address": card.address, "commune": card.commune, "province": card.province,
            "territory": f"vn/{card.code}", "head_name": card.head.name, "head_position": card.head.position,
            "valid_from": date(2020, 1, 1),
        }
        for card in AGENCIES.values()
    ))  # fmt: skip
    add(engine, "account", {
        "id": ACCOUNT, "username": "can-bo", "password_hash": "-", "full_name": "Nguyễn Thị B", "position": "Cán bộ",
        "role": "officer", "agency": "camd", "disabled": False,
    })  # fmt: skip


def dossier(engine: Engine, number: str, *, stage: str = "police_collection", holder: str = "camd") -> UUID:
    """A dossier of an invented person."""
    return dossiers(engine, [number], stage=stage, holder=holder)[0]


def dossiers(engine: Engine, numbers: Sequence[str], *, stage: str, holder: str = "camd") -> list[UUID]:
    """Dossiers, each of an invented person."""
    moment = datetime.now(UTC)
    made = [(uuid4(), uuid4(), number) for number in numbers]
    add(engine, "person", *(
        {"id": person, "data": {"name": "Nguyễn Văn A"}, "name_key": "nguyen van a", "recorded_at": moment}
        for person, _identity, _number in made
    ))  # fmt: skip
    add(engine, "dossier", *(
        {
            "id": identity, "number": number, "person": person, "book": "2026", "stage": stage, "holder": holder,
            "version": 1, "opened_on": date(2026, 9, 7), "facts": {}, "acts": {}, "parties": PARTIES, "head": "-",
            "recorded_at": moment, "changed_at": moment,
        }
        for person, identity, number in made
    ))  # fmt: skip
    return [identity for _person, identity, _number in made]


def act(
    engine: Engine, of: UUID, action: str = "open", *, by: str = "camd", stages: tuple[str, str] | None = None,
    forms: Sequence[str] = (), broken: bool = False,
) -> Done:  # fmt: skip
    """An act on a dossier with its documents and its job.

    Args:
        engine: the store.
        of: the dossier.
        action: what was done.
        by: code of the acting agency.
        stages: stage before and after; the dossier's present one when left out.
        forms: forms it issued.
        broken: leave a field out of the documents' content.
    """
    return acts(engine, [of], action, by=by, stages=stages, forms=forms, broken=broken)[0]


def acts(
    engine: Engine, of: Sequence[UUID], action: str, *, by: str = "camd", stages: tuple[str, str] | None = None,
    forms: Sequence[str] = (), broken: bool = False,
) -> list[Done]:  # fmt: skip
    """The same act on many dossiers, each with a job of its own."""
    known = read(
        engine,
        "SELECT id, stage, (SELECT count(*) FROM event WHERE dossier = d.id) FROM dossier d WHERE id = ANY (:of)",
        of=list(of),
    )
    moment, at = datetime.now(UTC), {identity: (stage, seq) for identity, stage, seq in known}
    events = [
        {
            "id": uuid4(), "dossier": one, "seq": at[one][1] + 1, "action": action, "agency": by, "account": ACCOUNT,
            "stage_before": (stages or at[one])[0], "stage_after": stages[1] if stages else at[one][0],
            "occurred_at": moment, "recorded_at": moment, "facts_digest": "-", "previous": "-", "digest": "-",
        }
        for one in of
    ]  # fmt: skip
    add(engine, "event", *events)
    documents = [
        [_document(event["dossier"], event["id"], form, broken=broken) for form in forms] for event in events
    ]
    if forms:
        add(engine, "document", *(row for rows in documents for row in rows))
    jobs = _jobs(engine, [(event["stage_before"], [event["id"]]) for event in events])
    return [
        Done(event["dossier"], event["id"], tuple(row["id"] for row in rows), number)
        for event, rows, number in zip(events, documents, jobs, strict=True)
    ]


def job(engine: Engine, stage: str, events: Sequence[UUID]) -> int:
    """A waiting job for these events."""
    return _jobs(engine, [(stage, events)])[0]


def _jobs(engine: Engine, asked: Sequence[tuple[str, Sequence[UUID]]]) -> list[int]:
    moment = datetime.now(UTC)
    rows = [
        {
            "stage": stage, "events": [str(event) for event in events], "state": "waiting", "attempts": 0,
            "run_after": moment, "created_at": moment,
        }
        for stage, events in asked
    ]  # fmt: skip
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        numbers = insert(table("job")).returning(table("job").c.id, sort_by_parameter_order=True)
        return list(connection.execute(numbers, rows).scalars())


def limit(
    engine: Engine, done: Done, rule: str, started: timedelta, due: timedelta, kind: str = "duty"
) -> None:
    """An open limit started by an act; both moments as seen from now."""
    moment = datetime.now(UTC)
    add(engine, "time_limit", {
        "id": uuid4(), "dossier": done.dossier, "book": "2026", "rule": rule, "kind": kind, "started_by": done.event,
        "starts_at": moment + started, "due": moment + due, "last_day": (moment + due).date(), "ledger": [],
        "explanation": {"suspended": False},
    })  # fmt: skip


def state_of(engine: Engine, number: int) -> tuple[str, int, str | None]:
    """A job's state, its attempts and its error."""
    job = table("job")
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        row = connection.execute(
            select(job.c.state, job.c.attempts, job.c.error).where(job.c.id == number)
        ).one()
    return row.state, row.attempts, row.error


def _document(of: UUID, event: UUID, code: str, *, broken: bool) -> dict[str, Any]:
    form = all_forms()[code]
    number = None if form.symbol is None else f"{next(_NUMBERS):02}/{ISSUES[code][2]}"
    case = sample_case(code, number=number)
    content = form.gather(case).model_dump(mode="json")
    if broken:
        content.popitem()
    return {
        "id": uuid4(), "dossier": of, "event": event, "form": code, "title": form.title, "agency": case.issuer.code,
        "year": 2026, "issued_on": case.day, "context": content, "state": "issued",
        "context_digest": hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        "verify_code": secrets.token_urlsafe(12),
    }  # fmt: skip
