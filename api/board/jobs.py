"""Jobs that follow acts: those that were given up, wait or run, and letting one be tried again."""

from typing import Annotated

from fastapi import Depends, Query, Response
from sqlalchemy import Connection

from api.board.administration import TabsDep
from api.board.forms import Gone, SentDep
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages, permitted
from api.errors import Problem
from api.jobs import JobFilters, State, page_of_jobs, try_again
from flows.engine import Actor
from models.store import unit_of_work

router = pages("/admin/jobs")
WatcherDep = Annotated[Actor, Depends(permitted("jobs.watch"))]


@router.get("")
def show(
    visit: VisitDep, actor: WatcherDep, tabs: TabsDep, state: State = "parked",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:  # fmt: skip
    """By their number; of dossiers that the reader may see, an administrator without their dossiers."""
    return _page(visit, actor, tabs, JobFilters(state=state, cursor=cursor))


@router.post("/{job_id}/retry")
def retry(visit: VisitDep, actor: WatcherDep, tabs: TabsDep, job_id: str, sent: SentDep) -> Response:
    """Counts its attempts anew; who let it and when is recorded."""

    def write(connection: Connection) -> Gone:
        done = try_again(connection, actor, job_id)
        return Gone("/board/admin/jobs", N_("Việc số %(number)s sẽ chạy lại."), {"number": done.id})

    return sent.once(write) or _page(visit, actor, tabs, JobFilters(), sent.problem)


def _page(
    visit: Visit, actor: Actor, tabs: TabsDep, filters: JobFilters, problem: Problem | None = None
) -> Response:
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        jobs, following = page_of_jobs(connection, actor, filters)
    return visit.page(
        "jobs.html", status=problem.status if problem else 200, tabs=tabs, jobs=jobs, following=following, state=filters.state,
        problem=problem,
    )  # fmt: skip
