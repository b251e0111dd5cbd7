"""Actions: what can be done with a dossier, doing it, and previewing the papers it would issue."""

import base64
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

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
from api.dossiers import etag
from api.errors import Language
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from documents.case import FormContext, Signing
from documents.form import Form
from documents.forms import all_forms
from documents.stationery import DRAFT
from flows.calendars import held, in_force
from flows.engine import Act, Actor, act
from flows.possibilities import Possibility, possibilities, preview
from flows.refusals import Need
from models.law.schema import Ref

router = APIRouter(prefix="/v1/dossiers/{dossier_id}/actions", tags=["actions"])

ActionCode = Annotated[
    str, Path(description="Mã thao tác · the action's code", examples=["verify_residence"])
]


class NeedOut(BaseModel):
    """Điều kiện của thao tác · one condition of an action."""

    code: str
    met: bool
    message: str
    requirement: str | None = Field(
        description="Quy tắc, tài liệu, thao tác hoặc điều kiện · the rule, paper, act or guard meant"
    )
    citation: str | None


class ActionFormOut(BaseModel):
    """Mẫu mà thao tác ban hành · a form the action issues."""

    code: str
    title: str
    when: dict[str, Any] = Field(description="Chỉ khi dữ kiện như vậy · only when facts say so")
    by: list[str] = Field(
        description="Chỉ các cơ quan này lập · only such agencies issue it; all, when empty"
    )
    given: bool = Field(
        description="Chỉ ban hành khi có nội dung riêng trong `particulars` · issued only with its particulars"
    )
    particulars_schema: dict[str, Any] | None = Field(
        description="JSON Schema của nội dung riêng · of its particulars; null when it has none"
    )


class PossibilityOut(BaseModel):
    """Thao tác của giai đoạn hiện tại · an action of the present stage."""

    code: str
    title: str
    title_en: str
    allowed: bool
    by: list[str]
    role: str = Field(description="Ai thực hiện · who takes it: officer, head")
    court_role: str | None = Field(
        description="Ai thực hiện tại Tòa án: Thẩm phán; null: người đứng đầu theo `role`, nếu không là Thư ký · who takes it "
        "in a court: a judge; when null the head as `role` says, else a clerk"
    )
    needs: list[NeedOut]
    facts_schema: dict[str, Any] = Field(description="JSON Schema của `facts` · of `facts`")
    forms: list[ActionFormOut]
    note: str | None
    citation: str
    confirmed: bool


class ActIn(BaseModel):
    """Một thao tác · an act."""

    model_config = ConfigDict(extra="forbid")

    occurred_at: AskedInstant = Field(
        description="Thời điểm xảy ra theo pháp luật, có múi giờ · when it happened in law, aware",
        examples=["2026-09-08T08:00:00+07:00"],
    )
    facts: dict[str, Any] = Field(
        default={}, description="Theo `facts_schema` của thao tác · as the action's `facts_schema` says"
    )
    late_reason: str | None = Field(
        default=None,
        max_length=4000,
        description="Lý do, bắt buộc khi quá hạn · why, when a limit was passed",
    )
    particulars: ParticularsIn = {}
    signing: Signing | None = Field(
        default=None, description="Người ký thay người đứng đầu · who signs in the head's place"
    )


class DraftOut(BaseModel):
    """Bản nháp của một mẫu · a draft of a form."""

    form: str
    title: str
    file_name: str
    content_base64: str = Field(description="Tệp .docx, mã base64 · the .docx file in base64")


@router.get(
    "", response_model=list[PossibilityOut], summary="Thao tác có thể thực hiện · What can be done now"
)
def list_actions(
    dossier_id: DossierId, actor: CurrentActor, engine: EngineDep, language: LanguageDep
) -> JSONResponse:
    """Mọi thao tác của giai đoạn, kèm lý do chưa thực hiện được · every action of the stage, and why not."""
    # Long, and asked for with every page: it is written as it stands, not validated once more on its way out.
    return JSONResponse([_possibility(one, language) for one in possibilities(engine, dossier_id, actor)])


@router.post("/{code}", response_model=ActOut, summary="Thực hiện thao tác · Act")
def act_once(
    dossier_id: DossierId,
    code: ActionCode,
    body: ActIn,
    actor: OfficerDep,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: Annotated[
        bool, Query(description="Chỉ thử, không ghi gì · judge and count, write nothing")
    ] = False,
) -> JSONResponse:
    """Một giao dịch: sự kiện, thời hạn, số văn bản · one transaction: event, limits, numbers.

    Cần `If-Match` với ETag của hồ sơ · needs `If-Match` with the dossier's ETag.
    """
    if dry_run:
        tried = act(engine, _act(dossier_id, code, body, actor, if_match), in_force(engine), dry_run=True)
        return JSONResponse(act_of(tried, language).model_dump(mode="json"))
    required_version(if_match)

    def write(connection: Connection) -> Answer:
        done = act(connection, _act(dossier_id, code, body, actor, if_match), held(connection))
        return Answer(act_of(done, language), headers={"ETag": etag(done.state)})

    return once(body.model_dump(mode="json"), write)


@router.post("/{code}/preview", summary="Xem trước văn bản · Preview the papers")
def preview_forms(
    dossier_id: DossierId,
    code: ActionCode,
    body: ActIn,
    actor: OfficerDep,
    engine: EngineDep,
    if_match: IfMatch = None,
) -> list[DraftOut]:
    """Bản nháp các mẫu, chưa lấy số · drafts of the forms it would issue; no number is taken."""
    return drafts_of(preview(engine, _act(dossier_id, code, body, actor, if_match), in_force(engine)))


def drafts_of(filled: list[tuple[Form, FormContext]]) -> list[DraftOut]:
    """Drafts of filled forms."""
    return [
        DraftOut(
            form=form.code,
            title=form.title,
            file_name=f"{form.code}-nhap.docx",
            content_base64=base64.b64encode(form.render(context, mark=DRAFT)).decode(),
        )
        for form, context in filled
    ]


def _act(dossier: UUID, code: str, body: ActIn, actor: Actor, if_match: str | None) -> Act:
    version = asked_version(if_match)
    return Act(
        dossier, code, body.facts, body.occurred_at, actor, version, body.late_reason, body.particulars, body.signing
    )  # fmt: skip


def form_of(ref: Ref) -> dict[str, Any]:
    """A form an act or an agency may issue, with what it asks for: an `ActionFormOut` as JSON types."""
    form = all_forms()[ref.id]
    return {
        "code": form.code,
        "title": form.title,
        "when": ref.when,
        "by": ref.by,
        "given": ref.given,
        "particulars_schema": form.asks if ref.given else None,
    }


def _possibility(one: Possibility, language: Language) -> dict[str, Any]:
    """A `PossibilityOut` as JSON types."""
    action = one.action
    return {
        "code": action.code,
        "title": action.title,
        "title_en": action.title_en,
        "allowed": one.allowed,
        "by": action.by,
        "role": action.role,
        "court_role": action.court_role,
        "needs": [need_of(need, language) for need in one.needs],
        "facts_schema": one.facts_schema,
        "forms": [form_of(ref) for ref in action.forms],
        "note": action.note,
        "citation": action.citation,
        "confirmed": action.confirmed,
    }


def need_of(need: Need, language: Language) -> dict[str, Any]:
    """A `NeedOut` as JSON types. Its message says what is wrong while it is unmet; met, it says only that."""
    said = (need.message, need.message_en) if not need.met else ("Đã đáp ứng", "Met")
    return {
        "code": need.code,
        "met": need.met,
        "message": said[1] if language == "en" else said[0],
        "requirement": need.requirement,
        "citation": need.citation,
    }
