"""Writing acts: every row of one or many acts, in the order their constraints ask for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.clocks import Moves
from flows.issuing import Issue, Numbers
from flows.refusals import Need
from flows.state import State
from models import logs, metrics
from models.clock import now
from models.law.schema import Stage
from models.store import after_commit, public_url


@dataclass(frozen=True)
class Ending:
    """How an act ends a document that was issued earlier."""

    document: UUID
    state: Literal["void", "superseded"]
    because: str


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
    ends: list[Ending] = field(default_factory=list)


# Rows travel as JSON, so that one act or some hundreds cost the same two round trips; each recordset has the columns of
# its table. References are checked when a statement ends, so the order inside one does not matter.
_CHANGE = """UPDATE time_limit SET (starts_at, due, warning_due, opens, last_day, ended_at, ended_by, "end", late_days,
            ledger, explanation, stands_for) = (
            SELECT new.starts_at, new.due, new.warning_due, new.opens, new.last_day, new.ended_at, new.ended_by,
                new."end", new.late_days, new.ledger, new.explanation, new.stands_for
            FROM jsonb_populate_record(time_limit, change.columns) new)
        FROM jsonb_to_recordset(:changed) AS change (id uuid, columns jsonb) WHERE time_limit.id = change.id"""
# What the act takes away and no event tells: one row a dossier, for only its last act can be voided. All parts of the
# statement see the rows as they were. A limit that is only ended can be opened again without its old row.
_BEFORE = """INSERT INTO before_act (dossier, event, book, stage, holder, acts, parties, limits)
        SELECT d.id, e.id, d.book, d.stage, d.holder, d.acts, d.parties, coalesce(kept.limits, '[]')
        FROM jsonb_populate_recordset(NULL::event, :events) e JOIN dossier d ON d.id = e.dossier
            LEFT JOIN (SELECT l.dossier, jsonb_agg(jsonb_build_object('id', l.id, 'starts_at', l.starts_at, 'due', l.due,
                    'warning_due', l.warning_due, 'opens', l.opens, 'last_day', l.last_day, 'ended_at', l.ended_at,
                    'ended_by', l.ended_by, 'end', l."end", 'late_days', l.late_days, 'ledger', l.ledger,
                    'explanation', l.explanation, 'stands_for', l.stands_for)) AS limits
                FROM jsonb_to_recordset(:changed) AS change (id uuid, columns jsonb) JOIN time_limit l ON l.id = change.id
                WHERE change.columns ?| ARRAY['due','ledger','stands_for'] GROUP BY l.dossier) kept ON kept.dossier = d.id
        WHERE e.stage_before IS NOT NULL
        ON CONFLICT (dossier) DO UPDATE SET event = excluded.event, book = excluded.book, stage = excluded.stage,
            holder = excluded.holder, acts = excluded.acts, parties = excluded.parties, limits = excluded.limits"""
_ADVANCE = text(
    """
    WITH advanced AS (
        UPDATE dossier SET book = new.book, stage = new.stage, holder = new.holder, version = new.version, facts = new.facts,
            acts = new.acts, parties = new.parties, head = new.head, changed_at = new.changed_at
        FROM jsonb_populate_recordset(NULL::dossier, :dossiers) new WHERE dossier.id = new.id
    ), seen AS (
        INSERT INTO dossier_agency SELECT * FROM jsonb_populate_recordset(NULL::dossier_agency, :seen)
        ON CONFLICT DO NOTHING
    ), changed AS (
        {change}
    ), before AS (
        {before}
    ), events AS (
        INSERT INTO event SELECT * FROM jsonb_populate_recordset(NULL::event, :events)
    ), taken AS (
        INSERT INTO register SELECT * FROM jsonb_populate_recordset(NULL::register, :wanted) ORDER BY agency, year, name
        ON CONFLICT (agency, year, name) DO UPDATE SET last = register.last + excluded.last
        RETURNING agency, year, name, last
    ) SELECT agency, year, name, last FROM taken
""".replace("{change}", _CHANGE).replace("{before}", _BEFORE)
).bindparams(*(bindparam(rows, type_=JSONB) for rows in ("dossiers", "seen", "changed", "events", "wanted")))

# Afterwards, for a rule has one open limit at any moment: what a started limit replaces has ended by now; and facts are
# written only where their event is seen.
_START = text("""
    WITH started AS (
        INSERT INTO time_limit SELECT * FROM jsonb_populate_recordset(NULL::time_limit, :started)
    ), facts AS (
        INSERT INTO event_facts SELECT * FROM jsonb_populate_recordset(NULL::event_facts, :facts)
    ), issued AS (
        INSERT INTO document SELECT * FROM jsonb_populate_recordset(NULL::document, :documents)
    ) INSERT INTO job (stage, events, state, attempts, run_after, created_at, request)
        SELECT stage, events, state, attempts, run_after, created_at, request FROM jsonb_populate_recordset(NULL::job, :jobs)
""").bindparams(*(bindparam(rows, type_=JSONB) for rows in ("started", "facts", "documents", "jobs")))

# Last of all, so that what takes their place has ended: limits that run on as before an act that is void.
_REOPEN = text(_CHANGE).bindparams(bindparam("changed", type_=JSONB))

# Afterwards too, for what takes a document's place is written by then; a trigger refuses to end one twice.
_END = text("""
    UPDATE document SET state = :state, ended_at = :ended_at, ended_because = :because, replaced_by = :replaced_by
    WHERE id = :document
""")


def write(connection: Connection, done: Sequence[Done], *, later: timedelta = timedelta()) -> None:
    """Writes acts with their numbers, and one job for each stage they were done in; the caller commits.

    Args:
        connection: the unit of work.
        done: the acts, each on another dossier.
        later: how long the jobs wait before a worker may take them.
    """
    moment = now()
    numbers = _advance(connection, done, moment)
    for one in done:
        one.documents = one.issue.rows(one.event["id"], numbers, public_url(connection))
    connection.execute(_START, {
        "started": [{"dossier": one.state.id, **row} for one in done for row in one.moves.started],
        "facts": [{"event": one.event["id"], "facts": one.facts, "salt": one.salt} for one in done],
        "documents": [row for one in done for row in one.documents],
        "jobs": _jobs(done, moment, later),
    })  # fmt: skip
    if endings := [_ended(one, ends) for one in done for ends in one.ends]:
        connection.execute(_END, endings)
    if reopened := [change for one in done for change in one.moves.reopened.items()]:
        changed = [{"id": limit, "columns": columns} for limit, columns in reopened]
        connection.execute(_REOPEN, {"changed": changed})
    after_commit(connection, lambda: _tell(done))


def _tell(done: Sequence[Done]) -> None:
    """Counts the acts; a single one is named in the lines of its request."""
    for one in done:
        metrics.acts.labels(one.event["action"], one.event["stage_before"] or Stage.police_collection).inc()
    if len(done) == 1:
        event = done[0].event
        logs.note(dossier=event["dossier"], action=event["action"], act=event["id"])


def _advance(connection: Connection, done: Sequence[Done], moment: datetime) -> Numbers:
    """Writes what needs no number yet, and takes the numbers: gapless, for a transaction that fails gives them back.

    The registers' rows stay locked until the transaction ends; they are taken in a fixed order, so that nobody waits in a
    ring.
    """
    wanted = Counter[tuple[str, int, str]]()
    for one in done:
        wanted += one.issue.wanted
    changed = [change for one in done for change in one.moves.changed.items()]
    registers = connection.execute(_ADVANCE, {
        "dossiers": [row_of(one, moment) for one in done if not one.opened],
        "seen": [row for one in done for row in _seen(one)],
        "changed": [{"id": limit, "columns": columns} for limit, columns in changed],
        "events": [one.event for one in done],
        "wanted": [
            {"agency": agency, "year": year, "name": name, "last": count}
            for (agency, year, name), count in wanted.items()
        ],
    })  # fmt: skip
    return {
        (agency, year, name): iter(range(last - wanted[agency, year, name] + 1, last + 1))
        for agency, year, name, last in registers
    }


def _ended(one: Done, ends: Ending) -> dict[str, Any]:
    return {
        "document": ends.document,
        "state": ends.state,
        "ended_at": one.event["occurred_at"],
        "because": ends.because,
        "replaced_by": one.documents[0]["id"] if ends.state == "superseded" else None,
    }


def row_of(one: Done, moment: datetime) -> dict[str, Any]:
    """What an act makes of its dossier's row; an opened dossier is written so at once."""
    state = one.state
    return {
        "id": state.id,
        "book": state.book,
        "stage": state.stage,
        "holder": state.holder,
        "version": state.version,
        "facts": state.facts,
        "acts": {code: instant.isoformat() for code, instant in state.acts.items()},
        "parties": state.parties,
        "head": state.head,
        "changed_at": moment,
    }


def _seen(one: Done) -> list[dict[str, Any]]:
    """Agencies that see the dossier from this act on."""
    named = {one.state.holder, one.event["agency"], *one.state.parties.values()}
    new = named if one.opened or one.handed_to else {code for code in named if code in one.facts.values()}
    return [{"dossier": one.state.id, "agency": code} for code in sorted(new)]


def _jobs(done: Sequence[Done], moment: datetime, later: timedelta) -> list[dict[str, Any]]:
    by_stage: dict[str, list[str]] = {}
    for one in done:
        by_stage.setdefault(one.event["stage_before"] or Stage.police_collection, []).append(
            str(one.event["id"])
        )
    waiting = {
        "state": "waiting",
        "attempts": 0,
        "run_after": moment + later,
        "created_at": moment,
        "request": logs.request_id(),
    }
    return [{"stage": stage, "events": events, **waiting} for stage, events in by_stage.items()]
