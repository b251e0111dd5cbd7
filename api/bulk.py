"""Bulk tasks: what was asked for over many items, how far it is, stopping and going on, and the report."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select, tuple_

from api.answers import Instant
from api.dependencies import CurrentActor, EngineDep, OfficerDep, id_of
from api.errors import Fault, Problem, Said, not_found
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.pages import Page, cursor_of, key_of, listed, no_cursor
from api.papers import attachment
from api.registers import XLSX
from flows import batches
from flows.bulk_report import as_csv, lines, to_xlsx
from models.seeing import own
from models.store import Scope, Store, unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/bulk/tasks", tags=["bulk"])
_task = table("bulk_task")


class TaskOut(BaseModel):
    """Một việc trên nhiều hồ sơ, và đã làm đến đâu · a bulk task and how far it is."""

    id: UUID
    kind: Literal["import", "action", "print"]
    agency: str
    account: UUID
    parameters: dict[str, Any] = Field(
        description="Nội dung yêu cầu; rỗng với người giám sát và quản trị · what was asked; empty for supervisors and administrators"
    )
    state: Literal["waiting", "running", "cancelling", "cancelled", "done", "failed"]
    total: int | None = Field(description="Số mục; null khi chưa đếm xong · null until they are counted")
    position: int = Field(description="Số mục đã có kết quả · items that have a result")
    done: int
    known: int = Field(description="Đã có từ trước, không làm lại · done before, not repeated")
    failed: int
    error: str | None = Field(description="Vì sao cả việc dừng · why the task as a whole stopped")
    output: str | None = Field(description="SHA-256 của tệp kết quả · of the file it made")
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None


class TaskPage(BaseModel):
    """Một trang của danh sách, mới nhất trước · one page, newest first."""

    items: list[TaskOut]
    next_cursor: str | None


async def task_id_of(
    task_id: Annotated[
        str, InPath(description="Mã việc · the task's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The task's id in the path."""
    return id_of(task_id)


TaskId = Annotated[UUID, Depends(task_id_of)]


@router.get(
    "",
    response_model=TaskPage,
    summary="Các việc trên nhiều hồ sơ · Bulk tasks",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def list_tasks(
    page: Annotated[Page, Query()], actor: CurrentActor, engine: EngineDep, request: Request
) -> Response:
    """Của cơ quan mình, mới nhất trước · of one's own agency, newest first; `Accept: text/csv` as elsewhere."""
    newest = tuple_(_task.c.created_at, _task.c.id)
    asked = select(_task).order_by(_task.c.created_at.desc(), _task.c.id.desc()).limit(page.limit + 1)
    if page.cursor is not None:
        asked = asked.where(newest < tuple_(*_place_of(page.cursor)))
    with unit_of_work(engine, actor.scope) as connection:
        mine = asked.where(own(connection, _task.c.agency))
        found = [_shown(row, actor.scope) for row in connection.execute(mine).mappings()]
    items = found[: page.limit]
    more = len(found) > page.limit
    last = cursor_of(f"{items[-1].created_at.isoformat()} {items[-1].id}") if more else None
    return listed(request, TaskOut, items, last)


@router.get("/{task_id}", summary="Một việc đã làm đến đâu · A bulk task's progress")
def read_task(task_id: TaskId, actor: CurrentActor, engine: EngineDep) -> TaskOut:
    """Tiến độ và số kết quả từng loại · progress and counts."""
    return task_of(engine, actor.scope, task_id)


@router.post("/{task_id}/cancel", response_model=TaskOut, summary="Dừng · Cancel")
def cancel(task_id: TaskId, actor: OfficerDep, once: OnceDep) -> JSONResponse:
    """Dừng trước lượt kế tiếp; việc đã làm giữ nguyên · stops before the next batch; what is done stays done."""
    said = Said("Việc này đã kết thúc", "The task has ended")
    return once(None, lambda connection: _changed(connection, actor.scope, task_id, batches.cancel, said))


@router.post("/{task_id}/resume", response_model=TaskOut, summary="Làm tiếp · Resume")
def resume(task_id: TaskId, actor: OfficerDep, once: OnceDep) -> JSONResponse:
    """Tiếp tục từ chỗ đã dừng · goes on where it stopped."""
    said = Said(
        "Chỉ làm tiếp được việc đã dừng hoặc thất bại", "Only a cancelled or failed task can be resumed"
    )
    return once(None, lambda connection: _changed(connection, actor.scope, task_id, batches.resume, said))


@router.get(
    "/{task_id}/report",
    summary="Kết quả từng mục · Per-item report",
    response_class=Response,
    responses={200: {"content": {XLSX: {}, "text/csv": {}}}},
)
def read_report(
    task_id: TaskId,
    actor: CurrentActor,
    engine: EngineDep,
    form: Annotated[Literal["xlsx", "csv"], Query(alias="format", description="xlsx, csv")] = "xlsx",
    only_failed: Annotated[
        bool, Query(description="Chỉ các mục không thực hiện được · failed items only")
    ] = False,
) -> Response:
    """Mỗi mục và mỗi lý do một dòng, kể cả khi việc chưa xong · a line for each item and reason, also before the end."""
    task_of(engine, actor.scope, task_id)
    found = lines(engine, actor.scope, task_id, only_failed=only_failed)
    name = attachment(f"ket-qua-{task_id}.{form}", "")
    headers = {"Content-Disposition": name["Content-Disposition"]}
    if form == "csv":
        return StreamingResponse(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.xlsx")
        to_xlsx(found, path)
        return Response(path.read_bytes(), media_type=XLSX, headers=headers)


def task_of(store: Store, scope: Scope, task: UUID) -> TaskOut:
    """A task as answers show it.

    Raises:
        Problem: 404 when there is none, or it is another agency's.
    """
    with unit_of_work(store, scope) as connection:
        asked = select(_task).where(_task.c.id == task, own(connection, _task.c.agency))
        row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise not_found()
    return _shown(row, scope)


def tasks_of(connection: Connection, scope: Scope, kind: str, at_most: int) -> list[TaskOut]:
    """The agency's last tasks of a kind, newest first."""
    mine = _task.c.kind == kind, own(connection, _task.c.agency)
    asked = select(_task).where(*mine).order_by(_task.c.created_at.desc(), _task.c.id.desc()).limit(at_most)
    return [_shown(row, scope) for row in connection.execute(asked).mappings()]


def _shown(row: Mapping[Any, Any], scope: Scope) -> TaskOut:
    """The task; who needs nothing of what is private is not shown the facts that an act on many records."""
    return TaskOut.model_validate({**row, "parameters": {} if scope.fields == "none" else row["parameters"]})


def _changed(
    connection: Connection,
    scope: Scope,
    task: UUID,
    change: Callable[[Connection, UUID], bool],
    refused: Said,
) -> Answer:
    task_of(connection, scope, task)
    if not change(connection, task):
        raise Problem(409, "refused", refused, [Fault("wrong_state", refused)])
    return Answer(task_of(connection, scope, task))


def _place_of(cursor: str) -> tuple[datetime, UUID]:
    moment, _, identity = key_of(cursor).partition(" ")
    try:
        return datetime.fromisoformat(moment), UUID(identity)
    except ValueError:
        raise no_cursor() from None
