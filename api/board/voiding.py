"""Taking back a dossier's last act: a supervisor reads what would be as before, or why it cannot be, and says why."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy import Connection

from api.answers import ActOut, act_of
from api.board import drafts
from api.board.dossier import events_since, names_of, version_of
from api.board.fields import Field
from api.board.forms import Gone, SentDep, checked
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages, permitted
from api.dependencies import DossierId
from api.documents import documents_of
from api.dossiers import state_of
from api.errors import Problem, problem_of
from api.events import events_of
from api.voiding import VoidLastIn, asked_of
from flows.calendars import held, in_force
from flows.engine import Actor
from flows.refusals import Refusal
from flows.voiding import void_last
from models.store import unit_of_work

router = pages("/dossiers/{dossier_id}/void-last")
SupervisorDep = Annotated[Actor, Depends(permitted("dossiers.void_last"))]
_REASON = Field(
    "reason", "long", "Lý do hủy", "Why it is taken back", required=True, longest=1000,
    help=N_("Ghi rõ sai ở đâu; không nêu tên ai."),
)  # fmt: skip


@router.get("")
def show(visit: VisitDep, actor: SupervisorDep, dossier_id: DossierId) -> Response:
    """The last act, and what taking it back would do."""
    return _page(visit, actor, dossier_id)


@router.post("")
def take_back(visit: VisitDep, actor: SupervisorDep, dossier_id: DossierId, sent: SentDep) -> Response:
    """Takes it back; where another act has become the last one meanwhile, that one is shown first."""

    def write(connection: Connection) -> Gone:
        reason = checked(VoidLastIn, {"reason": sent.fields.get("reason", "")}).reason
        version = version_of(sent.fields.get("version", ""))
        done = void_last(connection, asked_of(dossier_id, actor, version, reason), held(connection))
        return Gone(f"/board/dossiers/{dossier_id}#event-{done.event['id']}", N_("Đã hủy thao tác cuối."))

    return sent.once(write) or _page(visit, actor, dossier_id, sent.fields, sent.problem)


def _page(
    visit: Visit,
    actor: Actor,
    dossier_id: UUID,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    engine, draft = visit.parts.engine, drafts.Key("void-last", dossier_id)
    with unit_of_work(engine, actor.scope) as connection:
        state = state_of(connection, actor, dossier_id)
        values = drafts.read(connection, actor.account, draft) if typed is None else typed
        changed = events_since(connection, state, version_of(values.get("version", "")))
        last = events_of(connection, state)[-1]
        papers = [
            one for one in documents_of(connection, state) if one.event == last.id and one.state == "issued"
        ]
    tried, refused = _tried(visit, actor, dossier_id, state.version)
    codes = {last.agency, *(event.agency for event in changed), *([tried.dossier.holder] if tried else [])}
    with unit_of_work(engine, actor.scope) as connection:
        agencies = names_of(connection, codes)
    return visit.page(
        "void_last.html", status=problem.status if problem else 200, state=state, last=last, papers=papers, tried=tried,
        refused=refused, reason=_REASON, values=values, draft=draft, errors=visit.errors(problem), changed=changed,
        agencies=agencies, stale=bool(problem and problem.code == "stale"),
    )  # fmt: skip


def _tried(
    visit: Visit, actor: Actor, dossier_id: UUID, version: int
) -> tuple[ActOut | None, Problem | None]:
    """What taking it back would do, or why it cannot be; nothing is written."""
    engine = visit.parts.engine
    try:
        done = void_last(engine, asked_of(dossier_id, actor, version, ""), in_force(engine), dry_run=True)
    except Refusal as error:
        return None, problem_of(error, visit.request)
    return act_of(done, visit.language), None
