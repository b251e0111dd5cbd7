"""One thing asked for over many dossiers: an action, at once or as a bulk task, and the printing of their papers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.actions import ActIn
from api.bulk import TaskId, TaskOut, task_of
from api.dependencies import CurrentActor, EngineDep, LanguageDep, OfficerDep, PartsDep
from api.errors import Fault, Problem, Said, masked
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.migrations import DryRun, ManyOut, many_of
from api.papers import attachment
from documents import storage
from documents.forms import all_forms
from flows import batches
from flows.calendars import held, in_force
from flows.engine import Act, act_many
from models.law.private import ALL

router = APIRouter(prefix="/v1/bulk", tags=["bulk"])
AT_ONCE = 500
"""Dossiers whose results come with the answer; as many as one transaction takes."""
MOST_ACTS, MOST_PRINTS = 20_000, 2_000
_PDF = "application/pdf"


class ManyActsIn(ActIn):
    """Một thao tác trên nhiều hồ sơ · one act on many dossiers, with the same facts."""

    dossiers: list[UUID] = Field(min_length=1, max_length=MOST_ACTS)


class PrintIn(BaseModel):
    """Những hồ sơ cần in · the dossiers whose papers are printed."""

    model_config = ConfigDict(extra="forbid")

    dossiers: list[UUID] = Field(
        min_length=1, max_length=MOST_PRINTS, description="Theo thứ tự in · in the order of printing"
    )
    forms: list[str] | None = Field(
        default=None, min_length=1, description="Chỉ các mẫu này · these forms only", examples=[["V-36"]]
    )


@router.post(
    "/print", status_code=202, response_model=TaskOut, summary="In văn bản của nhiều hồ sơ · Print many"
)
def print_many(body: PrintIn, actor: OfficerDep, once: OnceDep) -> JSONResponse:
    """Một tệp PDF các văn bản còn hiệu lực của những hồ sơ này · one PDF of the papers in force, as a bulk task."""
    unknown = sorted(set(body.forms or ()) - set(all_forms()))
    if unknown:
        said = Said(f"không có mẫu {', '.join(unknown)}", f"there is no form {', '.join(unknown)}")
        title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
        raise Problem(422, "invalid", title, [Fault("unknown_form", said, "forms")])
    asked = {"forms": body.forms}

    def write(connection: Connection) -> Answer:
        dossiers = list(dict.fromkeys(body.dossiers))
        return _left(connection, actor, batches.enqueue(connection, "print", actor, asked, dossiers=dossiers))

    return once(body.model_dump(mode="json"), write)


@router.get(
    "/tasks/{task_id}/output",
    summary="Tệp kết quả · The file it made",
    response_class=Response,
    responses={200: {"content": {_PDF: {}}}},
)
def read_output(task_id: TaskId, actor: CurrentActor, parts: PartsDep) -> FileResponse:
    """Bản in của việc in nhiều hồ sơ, khi đã xong · what a bulk print made, once it is done."""
    task = task_of(parts.engine, actor.scope, task_id)
    if actor.scope.fields == "none":
        raise masked(sorted(ALL))
    if task.output is None:
        said = Said("Việc này chưa xong hoặc không có tệp kết quả", "The task is not done, or made no file")
        raise Problem(404, "no_output", said, [Fault("no_output", said)])
    path = storage.located(parts.files, task.output)
    return FileResponse(path, media_type=_PDF, headers=attachment(f"ban-in-{task_id}.pdf", task.output))


@router.post(
    "/{action:named}",
    response_model=ManyOut,
    responses={202: {"model": TaskOut, "description": "Làm dần · done bit by bit, as a bulk task"}},
    summary="Một thao tác trên nhiều hồ sơ · Act on many",
)
def act_on_many(
    action: Annotated[str, Path(max_length=100, description="Mã thao tác · the action's code")],
    body: ManyActsIn,
    actor: OfficerDep,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    dry_run: DryRun = False,
    background: Annotated[
        bool, Query(description="Làm dần dù ít hồ sơ · as a bulk task, however few they are")
    ] = False,
) -> JSONResponse:
    """Mỗi hồ sơ một kết quả, không bao giờ tất cả hoặc không · each dossier is acted on or refused by itself.

    Tới 500 hồ sơ: kết quả ngay trong câu trả lời; nhiều hơn: một việc làm dần, xem `/v1/bulk/tasks` · up to 500 dossiers
    are answered at once, more become a bulk task.
    """
    dossiers = list(dict.fromkeys(body.dossiers))
    at_once = len(dossiers) <= AT_ONCE and not background
    if dry_run and not at_once:
        said = Said(f"chỉ thử được tới {AT_ONCE} hồ sơ một lần", f"at most {AT_ONCE} dossiers can be tried")
        title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
        raise Problem(422, "invalid", title, [Fault("too_many", said, "dossiers")])
    asked = [
        Act(
            one, action, body.facts, body.occurred_at, actor, None, body.late_reason, body.particulars, body.signing
        )
        for one in dossiers
    ]  # fmt: skip
    if dry_run:
        tried = act_many(engine, asked, in_force(engine), dry_run=True)
        return JSONResponse(many_of(dossiers, tried, language).model_dump(mode="json"))

    def write(connection: Connection) -> Answer:
        if at_once:
            done = act_many(connection, asked, held(connection))
            return Answer(many_of(dossiers, done, language))
        common = {"action": action, **body.model_dump(mode="json", exclude={"dossiers"})}
        task = batches.enqueue(connection, "action", actor, common, dossiers=dossiers)
        return _left(connection, actor, task)

    return once(body.model_dump(mode="json"), write)


def _left(connection: Connection, actor: CurrentActor, task: UUID) -> Answer:
    return Answer(task_of(connection, actor.scope, task), 202, {"Location": f"/v1/bulk/tasks/{task}"})
