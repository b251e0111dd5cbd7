"""Papers drawn up beside the dossier's acts: which there are, drawing one up, and its draft."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.actions import ActionFormOut, DraftOut, drafts_of, form_of
from api.answers import ActOut, AskedInstant, ParticularsIn, act_of
from api.dependencies import (
    CurrentActor,
    DossierId,
    EngineDep,
    IfMatch,
    LanguageDep,
    OfficerDep,
    asked_version,
    required_version,
)
from api.dossiers import etag, state_of
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from documents.case import Signing
from flows.calendars import held, in_force
from flows.drawing import drawable, plan_drawing
from flows.engine import Act, Actor, act
from flows.possibilities import preview
from flows.state import Agencies
from models.clock import now
from models.law.limits import TIMEZONE
from models.store import unit_of_work

router = APIRouter(prefix="/v1/dossiers/{dossier_id}", tags=["documents"])


class DrawnIn(BaseModel):
    """Văn bản cần lập, ngoài các thao tác của hồ sơ · papers to draw up beside the dossier's acts."""

    model_config = ConfigDict(extra="forbid")

    occurred_at: AskedInstant = Field(examples=["2026-09-08T08:00:00+07:00"])
    particulars: ParticularsIn = Field(min_length=1)
    signing: Signing | None = Field(
        default=None, description="Người ký thay người đứng đầu · who signs in the head's place"
    )


@router.get("/forms", summary="Văn bản có thể lập · Papers that can be drawn up")
def list_forms(dossier_id: DossierId, actor: CurrentActor, engine: EngineDep) -> list[ActionFormOut]:
    """Mẫu mà cơ quan này được lập trong hồ sơ · forms this agency may draw up in the dossier."""
    state = state_of(engine, actor, dossier_id)
    with unit_of_work(engine, actor.scope) as connection:
        kind = Agencies(connection)[actor.agency].card.kind
    return [ActionFormOut(**form_of(ref)) for ref in drawable(state, kind, now().astimezone(TIMEZONE))]


@router.post("/documents", response_model=ActOut, summary="Lập văn bản · Draw up a paper")
def draw_up(
    dossier_id: DossierId,
    body: DrawnIn,
    actor: OfficerDep,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: Annotated[bool, Query(description="Chỉ thử, không ghi gì · write nothing")] = False,
) -> JSONResponse:
    """Có số, không chuyển hồ sơ; cần `If-Match` · numbered, moves nothing; needs `If-Match`."""
    if dry_run:
        asked = _asked(dossier_id, body, actor, asked_version(if_match))
        tried = act(engine, asked, in_force(engine), dry_run=True, how=plan_drawing)
        return JSONResponse(act_of(tried, language).model_dump(mode="json"))
    asked = _asked(dossier_id, body, actor, required_version(if_match))

    def write(connection: Connection) -> Answer:
        done = act(connection, asked, held(connection), how=plan_drawing)
        return Answer(act_of(done, language), headers={"ETag": etag(done.state)})

    return once(body.model_dump(mode="json"), write)


@router.post("/documents/preview", summary="Xem trước văn bản · Preview the papers")
def preview_documents(
    dossier_id: DossierId, body: DrawnIn, actor: OfficerDep, engine: EngineDep
) -> list[DraftOut]:
    """Bản nháp, chưa lấy số · drafts; no number is taken."""
    return drafts_of(
        preview(engine, _asked(dossier_id, body, actor, None), in_force(engine), how=plan_drawing)
    )


def _asked(dossier: DossierId, body: DrawnIn, actor: Actor, version: int | None) -> Act:
    return Act(
        dossier, "draw_up", {}, body.occurred_at, actor, version,
        particulars=body.particulars, signing=body.signing,
    )  # fmt: skip
