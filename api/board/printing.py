"""The print queue: what the agency has issued and not printed yet, many of them bound into one file to print."""

from fastapi import Response
from sqlalchemy import Connection

from api.board.forms import Gone, SentDep
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages
from api.board.work import WorkerDep
from api.bulk import TaskId, tasks_of
from api.bulk_asking import read_output
from api.errors import Fault, Problem, Said
from api.traces import shown
from flows import batches
from flows.engine import Actor
from flows.unprinted import LOOKS_BACK, unprinted
from models.store import unit_of_work

router = pages("/print")
_MOST, _RECENT = 200, 10


@router.get("")
def show(visit: VisitDep, actor: WorkerDep) -> Response:
    """What waits, and how far the last prints are."""
    return _page(visit, actor)


@router.post("")
def enqueue(visit: VisitDep, actor: WorkerDep, sent: SentDep) -> Response:
    """Binds what was chosen into one file, in the background."""
    chosen = {
        name.removeprefix("pick.")
        for name, value in sent.fields.items()
        if name.startswith("pick.") and value
    }

    def write(connection: Connection) -> Gone:
        picked = [one for one in unprinted(connection, _MOST) if str(one.id) in chosen]
        if not picked:
            said = Said(
                "Chưa chọn văn bản nào, hoặc các văn bản đã chọn vừa được in",
                "Nothing is chosen, or it was printed just now",
            )
            raise Problem(422, "invalid", said, [Fault("nothing_chosen", said)])
        dossiers = list(dict.fromkeys(one.dossier for one in picked))
        shown(dossiers)
        asked = {"forms": None, "documents": [str(one.id) for one in picked]}
        task = batches.enqueue(connection, "print", actor, asked, dossiers=dossiers)
        return Gone(
            f"/board/print#task-{task}", N_("Đang tạo bản in của %(count)s văn bản."), {"count": len(picked)}
        )

    return sent.once(write) or _page(visit, actor, sent.fields, sent.problem)


@router.get("/{task_id}/output")
def output(visit: VisitDep, actor: WorkerDep, task_id: TaskId) -> Response:
    """The file that a print has made."""
    return read_output(task_id, actor, visit.parts)


def _page(
    visit: Visit, actor: Actor, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        waiting = unprinted(connection, _MOST)
        prints = tasks_of(connection, actor.scope, "print", _RECENT)
    shown(one.dossier for one in waiting)
    return visit.page(
        "print.html", status=problem.status if problem else 200, waiting=waiting, prints=prints, typed=typed or {},
        problem=problem, days=LOOKS_BACK.days, most=_MOST,
    )  # fmt: skip
