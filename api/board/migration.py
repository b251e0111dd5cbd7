"""A change of law in mid-case: moving a dossier to the next rulebook, or keeping it under the old one; tried first."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy import Connection

from api.answers import ActOut, act_of
from api.board import drafts
from api.board.act import home_of
from api.board.asking import WHEN, chosen, facts_asked, located
from api.board.dossier import events_since, names_of, version_of
from api.board.fields import Field, values_of
from api.board.forms import Gone, Sent, SentDep, checked
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages, permitted
from api.dependencies import DossierId
from api.dossiers import state_of
from api.errors import Problem, problem_of
from api.migrations import MigrationIn, way_of
from flows.calendars import held, in_force
from flows.engine import Act, Actor, act
from flows.migration import WayOn, keeping_payload, plan_keeping, plan_migration
from flows.refusals import Refusal
from flows.state import State
from models.clock import now
from models.law.limits import TIMEZONE
from models.store import unit_of_work

router = pages("/dossiers/{dossier_id}")
MigratorDep = Annotated[Actor, Depends(permitted("dossiers.migrate"))]
KeeperDep = Annotated[Actor, Depends(permitted("dossiers.keep_book"))]
What = Literal["migrate", "keep_book"]
_HOW = {"migrate": plan_migration, "keep_book": plan_keeping}
_DONE = {
    "migrate": N_("Đã chuyển hồ sơ sang bộ quy tắc mới."),
    "keep_book": N_("Đã giữ hồ sơ theo bộ quy tắc cũ."),
}


@router.get("/migration")
def show(visit: VisitDep, actor: MigratorDep, dossier_id: DossierId) -> Response:
    """Where the dossier goes, by which article, and on what."""
    return _page(visit, actor, dossier_id, "migrate")


@router.post("/migration")
def migrate(visit: VisitDep, actor: MigratorDep, dossier_id: DossierId, sent: SentDep) -> Response:
    """Tries the migration, or does it."""
    return _taken(visit, actor, dossier_id, "migrate", sent)


@router.get("/keeping")
def show_keeping(visit: VisitDep, actor: KeeperDep, dossier_id: DossierId) -> Response:
    """Why the dossier would stay."""
    return _page(visit, actor, dossier_id, "keep_book")


@router.post("/keeping")
def keep(visit: VisitDep, actor: KeeperDep, dossier_id: DossierId, sent: SentDep) -> Response:
    """Tries the supervisor's word, or records it."""
    return _taken(visit, actor, dossier_id, "keep_book", sent)


@dataclass(frozen=True)
class _Form:
    """The dossier, its way on, and the facts that are asked for."""

    state: State
    way: WayOn
    facts: tuple[Field, ...]

    @classmethod
    def of(cls, connection: Connection, actor: Actor, dossier_id: UUID, what: What) -> "_Form":
        state = state_of(connection, actor, dossier_id)
        way = way_of(connection, actor, state)
        payload, book = way.payload, way.target or way.origin
        if what == "keep_book":
            payload, book = keeping_payload(), way.origin
        day, home = now().astimezone(TIMEZONE).date(), home_of(connection, actor.agency)
        asked = facts_asked(book, payload.model_json_schema())
        return cls(state, way, tuple(chosen(connection, asked, home, day)))


def _act(connection: Connection, actor: Actor, dossier_id: UUID, what: What, typed: dict[str, str]) -> Act:
    """The act as it was typed.

    Raises:
        Problem: 404, 422.
    """
    form = _Form.of(connection, actor, dossier_id, what)
    body = checked(MigrationIn, {"facts": values_of(form.facts, typed), **values_of([WHEN], typed)})
    version = version_of(typed.get("version", ""))
    return Act(dossier_id, what, body.facts, body.occurred_at, actor, version)


def _taken(visit: Visit, actor: Actor, dossier_id: UUID, what: What, sent: Sent) -> Response:
    if sent.fields.get("do") != "do":
        tried, problem, engine = None, None, visit.parts.engine
        try:
            with unit_of_work(engine, actor.scope) as connection:
                asked = _act(connection, actor, dossier_id, what, sent.fields)
            done = act(engine, asked, in_force(engine), dry_run=True, how=_HOW[what])
            tried = act_of(done, visit.language)
        except (Problem, Refusal) as error:
            problem = problem_of(error, visit.request)
        return _page(visit, actor, dossier_id, what, sent.fields, problem, tried)

    def write(connection: Connection) -> Gone:
        asked = _act(connection, actor, dossier_id, what, sent.fields)
        done = act(connection, asked, held(connection), how=_HOW[what])
        return Gone(f"/board/dossiers/{dossier_id}#event-{done.event['id']}", _DONE[what])

    return sent.once(write) or _page(visit, actor, dossier_id, what, sent.fields, sent.problem)


def _page(
    visit: Visit, actor: Actor, dossier_id: UUID, what: What, typed: dict[str, str] | None = None,
    problem: Problem | None = None, tried: ActOut | None = None,
) -> Response:  # fmt: skip
    draft = drafts.Key(what.replace("_", "-"), dossier_id)
    with unit_of_work(visit.parts.engine, actor.scope, planned_once=True) as connection:
        form = _Form.of(connection, actor, dossier_id, what)
        values = drafts.read(connection, actor.account, draft) if typed is None else typed
        changed = events_since(connection, form.state, version_of(values.get("version", "")))
        codes = {
            form.state.holder,
            *(event.agency for event in changed),
            *([tried.dossier.holder] if tried else []),
        }
        agencies = names_of(connection, codes)
    return visit.page(
        "migration.html", status=problem.status if problem else 200, state=form.state, way=form.way, facts=form.facts,
        keeps=what == "keep_book", when=WHEN, values=values, draft=draft, changed=changed, agencies=agencies, tried=tried,
        errors=located([WHEN, *form.facts], visit.errors(problem)), stale=bool(problem and problem.code == "stale"),
    )  # fmt: skip
