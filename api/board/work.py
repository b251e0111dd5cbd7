"""The officer's day: the dossiers in the agency's hands, the most urgent first."""

from typing import Annotated

from fastapi import Depends, Query, Response

from api.board.visits import VisitDep, pages, permitted
from api.dossier_list import Filters, conditions_of, page_of
from flows.engine import Actor
from models.law.schema import Stage

router = pages("/work")
WorkerDep = Annotated[Actor, Depends(permitted("dossiers.act"))]


@router.get("")
def show(
    visit: VisitDep,
    actor: WorkerDep,
    stage: Stage | None = None,
    overdue: bool | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Open dossiers that the agency holds: by the end of the next duty, those past it before all others."""
    filters = Filters(stage=stage, overdue=overdue, cursor=cursor, agency=actor.agency, state="open")
    page = page_of(visit.parts.engine, actor, conditions_of(filters), filters, urgent=True)
    return visit.page("work.html", page=page, stage=stage, overdue=overdue, stages=list(Stage)[:-1])
