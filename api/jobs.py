"""Jobs that follow acts, for those who watch over them: what waits, what has failed and why, and trying it again."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from sqlalchemy import Connection, text

from api.answers import Instant
from api.dependencies import EngineDep, allowed
from api.errors import Fault, Problem, Said, not_found
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.pages import CSV, Page, cursor_of, key_of, listed, no_cursor
from flows import outbox
from flows.engine import Actor
from flows.policy import SIGHT
from models.law.schema import Stage
from models.seeing import sees, sight
from models.store import unit_of_work

router = APIRouter(prefix="/v1/supervision/jobs", tags=["supervision"])
State = Literal["parked", "waiting", "leased"]


class JobLine(BaseModel):
    """Việc sau thao tác · a job that follows acts."""

    id: int
    stage: Stage
    state: State
    dossiers: list[str] = Field(description="Số hồ sơ · numbers of its dossiers that the caller may see")
    actions: list[str] = Field(description="Thao tác · what was done to them")
    agencies: list[str] = Field(description="Cơ quan đã thực hiện · who did it")
    acts: int = Field(description="Số thao tác · acts it carries")
    attempts: int = Field(description="Số lần đã thất bại · failures so far")
    error: str | None = Field(description="Vì sao, không có dữ liệu cá nhân · why, without personal data")
    since: Instant = Field(description="Chờ từ lúc nào · since when it waits")
    next_at: Instant | None = Field(
        description="Lần thử tới; null khi đã dừng · the next attempt; null when parked"
    )
    retries: int = Field(description="Số lần đã cho chạy lại · how often somebody let it be tried again")
    retried_at: Instant | None
    retried_by: UUID | None = Field(
        description="Tài khoản; null nếu từ dòng lệnh · null for the command line"
    )


class JobPage(BaseModel):
    """Một trang của danh sách · one page of a list."""

    items: list[JobLine]
    next_cursor: str | None


class JobFilters(Page):
    """What the list is narrowed to."""

    state: State = Field(
        default="parked",
        description="Đã dừng vì thất bại nhiều lần, đang chờ, hoặc đang chạy · parked after many failures, waiting, "
        "or under way",
    )


class JobOut(BaseModel):
    """Việc sau khi cho chạy lại · a job that will be tried again."""

    id: int
    state: Literal["waiting"] = "waiting"


WatcherDep = Annotated[Actor, Depends(allowed("jobs.watch"))]


@router.get(
    "", response_model=JobPage, summary="Việc chờ hoặc đã dừng · Jobs that wait or are parked",
    responses=CSV,
)  # fmt: skip
def list_jobs(
    filters: Annotated[JobFilters, Query()], actor: WatcherDep, engine: EngineDep, request: Request
) -> Response:
    """Chỉ việc của hồ sơ được xem; người quản trị không thấy hồ sơ · of dossiers the caller may see; administrators see none."""
    with unit_of_work(engine, actor.scope) as connection:
        items, following = page_of_jobs(connection, actor, filters)
    return listed(request, JobLine, items, following)


def page_of_jobs(
    connection: Connection, actor: Actor, filters: JobFilters
) -> tuple[list[JobLine], str | None]:
    """A page of jobs by their number, and what leads to the next one."""
    after = _number(key_of(filters.cursor)) if filters.cursor else 0
    if after is None:
        raise no_cursor()
    rows = jobs_of(connection, _blind(actor), filters.state, after, filters.limit + 1)
    items = [JobLine.model_validate(row) for row in rows[: filters.limit]]
    return items, cursor_of(str(items[-1].id)) if len(rows) > filters.limit else None


@router.post(
    "/{job_id}/retry", response_model=JobOut, summary="Cho chạy lại · Let a parked job be tried again"
)
def retry(
    job_id: Annotated[str, InPath(description="Mã việc · the job's id")], actor: WatcherDep, once: OnceDep
) -> JSONResponse:
    """Bắt đầu đếm lại số lần thử; ghi lại ai và lúc nào · attempts start anew; who and when are recorded."""
    return once({}, lambda connection: Answer(try_again(connection, actor, job_id)))


def try_again(connection: Connection, actor: Actor, job_id: str) -> JobOut:
    """Lets a parked job be tried again.

    Raises:
        Problem: 404, or 409 when it is not parked.
    """
    number = _number(job_id)
    if number is None or not jobs_of(connection, _blind(actor), None, number - 1, 1, last=number):
        raise not_found()
    if not outbox.retry(connection, number, actor.account):
        said = Said("Việc này không ở tình trạng đã dừng", "This job is not parked")
        title = Said("Chưa thực hiện được", "It cannot be done now")
        raise Problem(409, "job_not_parked", title, [Fault("job_not_parked", said)])
    return JobOut(id=number)


def _blind(actor: Actor) -> bool:
    """An administrator looks after the installation, not after dossiers."""
    return SIGHT[actor.role].blind


def _number(text: str) -> int | None:
    """A job's id; None for what cannot be one."""
    known = text.isascii() and text.isdigit() and len(text) <= len(str(_MOST)) and int(text) <= _MOST
    return int(text) if known else None


_MOST = 2**31 - 1
_SEEN = f"""
    SELECT array_agg(DISTINCT dossier.number) AS dossiers, array_agg(DISTINCT event.action) AS actions,
        array_agg(DISTINCT event.agency) AS agencies
    FROM event JOIN dossier ON dossier.id = event.dossier
    WHERE event.id = ANY (ARRAY(SELECT jsonb_array_elements_text(job.events)::uuid)) AND {sees("event.dossier")}
"""  # noqa: S608 - a condition of our own
_BLIND = "SELECT ARRAY[]::text[] AS dossiers, ARRAY[]::text[] AS actions, ARRAY[]::text[] AS agencies"
_JOBS = """
    SELECT job.id, job.stage, job.state, job.attempts, job.error, job.created_at AS since, seen.*,
        jsonb_array_length(job.events) AS acts, CASE WHEN job.state = 'waiting' THEN job.run_after END AS next_at,
        coalesce(retried.retries, 0) AS retries, retried.retried_at, retried.retried_by
    FROM job
    CROSS JOIN LATERAL ({seen}) seen
    LEFT JOIN LATERAL (
        SELECT count(*) OVER () AS retries, at AS retried_at, account AS retried_by
        FROM job_retry WHERE job_retry.job = job.id ORDER BY id DESC LIMIT 1
    ) retried ON true
    WHERE {condition} AND job.id > :after AND job.id <= :last AND seen.dossiers IS NOT NULL
    ORDER BY job.id LIMIT :limit
"""


def jobs_of(
    connection: Connection, blind: bool, state: State | None, after: int, limit: int, *, last: int = _MOST
) -> list[dict[str, Any]]:  # fmt: skip
    """Jobs of which this unit of work sees a dossier, by their number.

    Args:
        connection: a unit of work.
        blind: all jobs, but nothing of their dossiers.
        state: theirs; any when None.
        after: the number before the first.
        limit: how many at most.
        last: the last number.
    """
    condition = "job.state = :state AND job.state <> 'done'" if state else "true"
    query = _JOBS.format(seen=_BLIND if blind else _SEEN, condition=condition)
    asked: dict[str, Any] = {"state": state, "after": after, "last": last, "limit": limit}
    if not blind:
        asked |= sight(connection)
    if state is None:
        del asked["state"]
    return [dict(row) for row in connection.execute(text(query), asked).mappings()]
