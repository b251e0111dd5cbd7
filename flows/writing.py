"""Writing acts: every row of one or many acts, in the order their constraints ask for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, text, update

from flows.clocks import Moves
from flows.issuing import Issue, take_numbers
from flows.refusals import Need
from flows.state import State
from models.clock import now
from models.law.schema import Stage
from models.tables import table


@dataclass
class Done:
    """What an act did; rows as written."""

    state: State
    event: dict[str, Any]
    facts: dict[str, Any]
    salt: str
    moves: Moves
    issue: Issue
    handed_to: str | None
    opened: bool
    warnings: list[Need]
    documents: list[dict[str, Any]] = field(default_factory=list)


_SEEN = text("INSERT INTO dossier_agency (dossier, agency) VALUES (:dossier, :agency) ON CONFLICT DO NOTHING")


def write(connection: Connection, done: Sequence[Done]) -> None:
    """Writes acts with their numbers, and one job for each stage they were done in; the caller commits."""
    wanted = Counter[tuple[str, int, str]]()
    for one in done:
        wanted += one.issue.wanted
    numbers = take_numbers(connection, wanted)
    for one in done:
        one.documents = one.issue.rows(one.event["id"], numbers)
    moment = now()
    _execute(connection, _change("dossier", _ADVANCED), [_advanced(one, moment) for one in done])
    _execute(connection, _SEEN, [row for one in done for row in _seen(one)])
    _execute(connection, insert(table("event")), [one.event for one in done])
    facts = [{"event": one.event["id"], "facts": one.facts, "salt": one.salt} for one in done]
    _execute(connection, insert(table("event_facts")), facts)
    _write_limits(connection, done)
    _execute(connection, insert(table("document")), [row for one in done for row in one.documents])
    _execute(connection, insert(table("job")), _jobs(done, moment))


def _execute(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> None:
    """One row goes as one statement: executing many costs two more round trips."""
    if rows:
        connection.execute(statement, rows if len(rows) > 1 else rows[0])


@cache
def _change(name: str, columns: tuple[str, ...]) -> Executable:
    changed = table(name)
    return (
        update(changed)
        .where(changed.c.id == bindparam("b_id"))
        .values({one: bindparam(one) for one in columns})
    )


_ADVANCED = ("stage", "holder", "version", "facts", "acts", "parties", "head", "changed_at")


def _advanced(one: Done, moment: datetime) -> dict[str, Any]:
    state = one.state
    return {
        "stage": state.stage,
        "holder": state.holder,
        "version": state.version,
        "facts": state.facts,
        "acts": {code: instant.isoformat() for code, instant in state.acts.items()},
        "parties": state.parties,
        "head": state.head,
        "changed_at": moment,
        "b_id": state.id,
    }


def _seen(one: Done) -> list[dict[str, Any]]:
    """Agencies that see the dossier from this act on."""
    named = {one.state.holder, one.event["agency"], *one.state.parties.values()}
    new = named if one.opened or one.handed_to else {code for code in named if code in one.facts.values()}
    return [{"dossier": one.state.id, "agency": code} for code in sorted(new)]


def _write_limits(connection: Connection, done: Sequence[Done]) -> None:
    """First what changed, then what started: a rule has one open limit at any moment."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in done:
        for limit, change in one.moves.changed.items():
            by_columns.setdefault(tuple(sorted(change)), []).append({**change, "b_id": limit})
    for columns, rows in by_columns.items():
        _execute(connection, _change("time_limit", columns), rows)
    started = [{"dossier": one.state.id, **row} for one in done for row in one.moves.started]
    _execute(connection, insert(table("time_limit")), started)


def _jobs(done: Sequence[Done], moment: datetime) -> list[dict[str, Any]]:
    by_stage: dict[str, list[str]] = {}
    for one in done:
        by_stage.setdefault(one.event["stage_before"] or Stage.police_collection, []).append(
            str(one.event["id"])
        )
    waiting = {"state": "waiting", "attempts": 0, "run_after": moment, "created_at": moment}
    return [{"stage": stage, "events": events, **waiting} for stage, events in by_stage.items()]
