"""The officer's day: the dossiers in the agency's hands, the most urgent first, each with what to do, until when and why."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Response

from api.assignments import colleagues_of
from api.board.visits import VisitDep, pages, permitted
from api.dossier_list import lines_of
from api.pages import cursor_of, key_of
from api.traces import shown
from flows import policy
from flows.agenda import Window, awaited, reading, tasks
from flows.books import book_of_day, books
from flows.detectors import DETECTORS
from flows.engine import Actor
from flows.standstill import Narrowed
from models.clock import now
from models.law.limits import TIMEZONE
from models.law.schema import Stage

router = pages("/work")
WorkerDep = Annotated[Actor, Depends(permitted("dossiers.act"))]
Which = Literal["overdue", "due_soon", "this_week", "awaited", "returned", "waiting", "mine", "nobodys"]
_CAUSES = {"overdue": "overdue", "due_soon": "due_soon", "waiting": "waiting_for_answer"}
_LIMIT = 50


def opens(kind: str, role: str) -> bool:
    """Whether somebody of this role in an agency of this kind may open dossiers by the law of today."""
    book = book_of_day(now().astimezone(TIMEZONE).date()) or books()[-1]
    action = book.action("open")
    return policy.takes(action, kind) and policy.signs(action, kind, role)


@router.get("")
def show(
    visit: VisitDep,
    actor: WorkerDep,
    stage: Stage | None = None,
    which: Which | None = None,
    assignee: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Open dossiers that the agency holds, by the end of the first duty; or those of others that wait for it."""
    after, moment = key_of(cursor) if cursor else "", now()
    narrowed = Narrowed(_CAUSES.get(which or ""), stage=stage)
    window = Window.this_week(moment) if which == "this_week" else None
    of = actor.account if which == "mine" else assignee
    with reading(visit.parts.engine, actor, moment, narrowed) as connection:
        if which == "awaited":
            found = awaited(connection, moment, stage, after, _LIMIT + 1)
        else:
            found = tasks(
                connection, actor, moment, narrowed, window, after, _LIMIT + 1, assignee=of, returned=which == "returned",
                unassigned=which == "nobodys",
            )  # fmt: skip
        page = found[:_LIMIT]
        lines = lines_of(connection, actor, [one.dossier for one in page])
        colleagues = colleagues_of(connection, actor.agency)
    shown(one.dossier for one in page)
    return visit.page(
        "work.html", tasks=[one for one in page if one.dossier in lines], lines=lines, colleagues=colleagues, stage=stage,
        which=which, assignee=assignee, stages=list(Stage)[:-1], detectors=DETECTORS,
        may_open=bool(visit.me and opens(visit.me.agency_kind, actor.role)),
        next_cursor=cursor_of(page[-1].key) if len(found) > _LIMIT else None,
    )  # fmt: skip
