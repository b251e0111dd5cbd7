"""The end of an issued document: declaring it void, issuing it again, and the draft of what would take its place."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.actions import DraftOut, drafts_of
from api.answers import ActOut, DocumentOut, act_of
from api.dependencies import (
    CurrentActor,
    DocumentId,
    EngineDep,
    IfMatch,
    LanguageDep,
    asked_version,
    required_version,
)
from api.documents import read_one
from api.dossiers import etag
from api.errors import Language
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from documents.case import Signing
from flows.calendars import held, in_force
from flows.ending import REISSUE, VOID, end
from flows.engine import Act, Actor
from models.clock import now
from models.law.facts import Line

router = APIRouter(prefix="/v1/documents/{document_id}", tags=["documents"])
DryRun = Annotated[bool, Query(description="Chỉ thử, không ghi gì · judge, write nothing")]


class VoidIn(BaseModel):
    """Lý do hủy văn bản · why a document is void."""

    model_config = ConfigDict(extra="forbid")

    reason: Line = Field(description="Lý do · why", examples=["Ban hành nhầm hồ sơ"])


class ReissueIn(VoidIn):
    """Ban hành lại theo dữ liệu hiện tại của hồ sơ · the same form again, from what the dossier says now."""

    particulars: dict[str, Any] | None = Field(
        default=None,
        description="Nội dung riêng của mẫu; để trống thì giữ như lần trước · of this form; as before when left out",
    )
    signing: Signing | None = Field(
        default=None, description="Người ký thay người đứng đầu · who signs in the head's place"
    )


@router.post("/void", response_model=ActOut, summary="Hủy văn bản · Declare a document void")
def void(
    document_id: DocumentId,
    body: VoidIn,
    actor: CurrentActor,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> JSONResponse:
    """Số vẫn nằm trong sổ, thao tác đã ban hành vẫn giữ nguyên · its number stays, and so does the act it came with.

    Cần `If-Match` với ETag của hồ sơ · needs `If-Match` with the dossier's ETag. Người đứng đầu cơ quan ban hành hoặc người giám sát · the head of the issuing agency, or a supervisor.
    """
    asked = _asked(VOID, read_one(document_id, actor, engine), body, actor, if_match)
    return _end(asked, body, engine, language, once, dry_run=dry_run)


@router.post("/reissue", response_model=ActOut, summary="Ban hành lại văn bản · Issue a document again")
def reissue(
    document_id: DocumentId,
    body: ReissueIn,
    actor: CurrentActor,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> JSONResponse:
    """Số mới, ngày hôm nay; văn bản cũ thành “đã thay thế” · a new number, today's date; the old one is superseded.

    Cần `If-Match` với ETag của hồ sơ · needs `If-Match` with the dossier's ETag. Người đứng đầu cơ quan ban hành · the head of the issuing agency.
    """
    asked = _asked(REISSUE, read_one(document_id, actor, engine), body, actor, if_match)
    return _end(asked, body, engine, language, once, dry_run=dry_run)


@router.post("/reissue/preview", summary="Xem trước văn bản ban hành lại · Preview what would be issued")
def preview_reissue(
    document_id: DocumentId, body: ReissueIn, actor: CurrentActor, engine: EngineDep
) -> list[DraftOut]:
    """Bản nháp, chưa lấy số · a draft; no number is taken."""
    asked = _asked(REISSUE, read_one(document_id, actor, engine), body, actor, None)
    return drafts_of(end(engine, asked, in_force(engine), dry_run=True).issue.drafts())


def _end(
    asked: Act,
    body: VoidIn,
    engine: EngineDep,
    language: Language,
    once: OnceDep,
    *,
    dry_run: bool,
) -> JSONResponse:
    if dry_run:
        tried = end(engine, asked, in_force(engine), dry_run=True)
        return JSONResponse(act_of(tried, language).model_dump(mode="json"))
    if asked.expected_version is None:
        required_version(None)

    def write(connection: Connection) -> Answer:
        done = end(connection, asked, held(connection))
        return Answer(act_of(done, language), headers={"ETag": etag(done.state)})

    return once(body.model_dump(mode="json"), write)


def _asked(action: str, document: DocumentOut, body: VoidIn, actor: Actor, if_match: str | None) -> Act:
    particulars, signing = {}, None
    if isinstance(body, ReissueIn):
        signing = body.signing
        if body.particulars is not None:
            particulars = {document.form: body.particulars}
    return Act(
        document.dossier, action, {}, now(), actor, asked_version(if_match), particulars=particulars,
        signing=signing, document=document.id, reason=body.reason,
    )  # fmt: skip
