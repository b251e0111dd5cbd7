"""An act's form: what it asks for and why it may not be done now, tried before it is done, and never over another's change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Connection, select

from api.actions import ActIn
from api.answers import ActOut, act_of
from api.board import drafts
from api.board.asking import Asked, asked_of
from api.board.dossier import events_since, names_of, version_of
from api.board.forms import Gone, Sent, SentDep, checked
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages
from api.board.work import WorkerDep
from api.dependencies import DossierId
from api.dossiers import state_of
from api.errors import Problem, problem_of
from flows.books import book as book_of
from flows.calendars import held, in_force
from flows.engine import Act, Actor, act
from flows.possibilities import Possibility, possibility
from flows.refusals import Refusal
from flows.state import State
from models.clock import now
from models.law.limits import TIMEZONE
from models.store import unit_of_work
from models.tables import table

router = pages("/dossiers/{dossier_id}/actions")
_agency = table("agency")


@router.get("/{code}")
def show(visit: VisitDep, actor: WorkerDep, dossier_id: DossierId, code: str) -> Response:
    """The form, with what was typed before and not sent, and what has changed since."""
    return _page(visit, actor, dossier_id, code)


@router.post("/{code}")
def send(visit: VisitDep, actor: WorkerDep, dossier_id: DossierId, code: str, sent: SentDep) -> Response:
    """Tries the act, or does it."""
    if sent.fields.get("do") != "do":
        tried, problem = _tried(visit, actor, dossier_id, code, sent)
        return _page(visit, actor, dossier_id, code, sent.fields, problem, tried)

    def write(connection: Connection) -> Gone:
        done = act(connection, _act(connection, actor, dossier_id, code, sent), held(connection))
        return Gone(f"/board/dossiers/{dossier_id}#event-{done.event['id']}", N_("Đã ghi vào hồ sơ: %(act)s."), {"act": _title(visit, done.state, code)})  # fmt: skip

    return sent.once(write) or _page(visit, actor, dossier_id, code, sent.fields, sent.problem)


def _title(visit: Visit, state: State, code: str) -> str:
    action = book_of(state.book).action(code)
    return action.title_en if visit.language == "en" else action.title


def _tried(
    visit: Visit, actor: Actor, dossier_id: UUID, code: str, sent: Sent
) -> tuple[ActOut | None, Problem | None]:
    """What the act would do, or why it would not be taken; nothing is written."""
    engine = visit.parts.engine
    try:
        with unit_of_work(engine, actor.scope) as connection:
            asked = _act(connection, actor, dossier_id, code, sent)
        return act_of(act(engine, asked, in_force(engine), dry_run=True), visit.language), None
    except (Problem, Refusal) as error:
        return None, problem_of(error, visit.request)


def _act(connection: Connection, actor: Actor, dossier_id: UUID, code: str, sent: Sent) -> Act:
    """The act as it was typed.

    Raises:
        Problem: 404, 422.
    """
    state = state_of(connection, actor, dossier_id)
    body = checked(
        ActIn, _asked(connection, actor, state, possibility(connection, state, actor, code)).body(sent.fields)
    )
    version = version_of(sent.fields.get("version", ""))
    return Act(
        dossier_id, code, body.facts, body.occurred_at, actor, version, body.late_reason, body.particulars, body.signing
    )  # fmt: skip


def _asked(connection: Connection, actor: Actor, state: State, one: Possibility) -> Asked:
    day = now().astimezone(TIMEZONE).date()
    home = home_of(connection, actor.agency)
    return asked_of(connection, state, book_of(state.book), one.action, one.facts_schema, home, day)


def home_of(connection: Connection, agency: str) -> str:
    """The territory of an agency."""
    return str(connection.execute(select(_agency.c.territory).where(_agency.c.code == agency)).scalar_one())


def _page(
    visit: Visit,
    actor: Actor,
    dossier_id: UUID,
    code: str,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
    tried: ActOut | None = None,
) -> Response:
    with unit_of_work(visit.parts.engine, actor.scope, planned_once=True) as connection:
        state = state_of(connection, actor, dossier_id)
        one = possibility(connection, state, actor, code)
        draft = drafts.Key(f"act-{code}", dossier_id)
        values = drafts.read(connection, actor.account, draft) if typed is None else typed
        asked = _asked(connection, actor, state, one)
        changed = events_since(connection, state, version_of(values.get("version", "")))
        codes = {
            state.holder,
            *(event.agency for event in changed),
            *([tried.dossier.holder] if tried else []),
        }
        agencies = names_of(connection, codes)
    errors = asked.located(visit.errors(problem))
    return visit.page(
        "act.html", status=problem.status if problem else 200, state=state, one=one, asked=asked, draft=draft, values=values,
        errors=errors, tried=tried, changed=changed, agencies=agencies, stale=bool(problem and problem.code == "stale"),
        late=_late(state, one, now()), unmet=[need for need in one.needs if not need.met],
    )  # fmt: skip


def _late(state: State, one: Possibility, at: datetime) -> list[Any]:
    """The duties that this act ends and that have run out already."""
    ended = {ref.id for ref in one.action.ends}
    return [
        limit for limit in state.limits
        if limit.kind == "duty" and limit.ended_at is None and limit.place in ended and limit.passed(at)
    ]  # fmt: skip
