"""Corrections of what was recorded: the door, and what it answers."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from api.answers import ActOut, AskedInstant, DocumentOut, Instant, act_of, document_of, dossier_of
from api.dependencies import (
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
from documents.case import Signing
from flows.calendars import held, in_force
from flows.clocks import rule_of
from flows.correcting import Asked, Correction, correct
from flows.engine import Act, Actor
from flows.masking import masks_of, minor_of
from flows.voiding import CORRECT
from models.clock import now
from models.law.facts import Line

router = APIRouter(prefix="/v1/dossiers/{dossier_id}", tags=["corrections"])


class CorrectionIn(BaseModel):
    """Dữ liệu đúng, và lý do · what is right, and why; a fact of null is taken out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"person": {"birth_date": "1999-05-20"}, "reason": "Ghi nhầm năm sinh so với giấy khai sinh"}
            ]
        },
    )

    occurred_at: AskedInstant | None = Field(
        default=None,
        description="Thời điểm đính chính, không có thì là bây giờ · when it was corrected, now if left out",
    )
    facts: dict[str, Any] = Field(
        default={}, description="Dữ kiện đã ghi, với giá trị đúng · recorded facts as they should be"
    )
    person: dict[str, Any] | None = Field(
        default=None, description="Các mục về người, với giá trị đúng · lines of the person as they should be"
    )
    reason: Line = Field(description="Lý do · why")
    signing: Signing | None = Field(
        default=None,
        description="Người ký thay người đứng đầu trên văn bản ban hành lại · who signs what is issued again",
    )

    @model_validator(mode="after")
    def something_is_corrected(self) -> Self:
        """Facts, the person, or both."""
        if not self.facts and not self.person:
            raise ValueError("phải nêu facts hoặc person / facts or person is needed")
        return self


class ChangeOut(BaseModel):
    """Một mục đã đính chính · something corrected."""

    field: str
    before: Any = None
    after: Any = None


class LimitChangeOut(BaseModel):
    """Thời hạn tính lại · a limit counted anew; one that has ended stays, and would have ended elsewhere."""

    id: UUID
    rule: str
    title: str
    title_en: str
    moved: bool = Field(
        description="false: đã kết thúc hoặc không tính được, giữ nguyên · it has ended, or cannot be counted"
    )
    before: Instant
    after: Instant | None
    citation: str


class ReissueOut(BaseModel):
    """Văn bản phải ban hành lại · a document to be issued again by its agency, or looked at by people."""

    document: UUID
    form: str
    number: str | None
    agency: str
    by_hand: bool = Field(
        description="Không tự lập lại được: phải xem và lập bằng tay · it cannot be filled again by itself"
    )


class CorrectionOut(ActOut):
    """Kết quả đính chính · what a correction did."""

    changed: list[ChangeOut]
    limits_counted: list[LimitChangeOut]
    reissued: list[DocumentOut] = Field(description="Đã ban hành lại · issued again with this correction")
    to_be_reissued: list[ReissueOut]


@router.post("/corrections", response_model=CorrectionOut, summary="Đính chính · Correct")
def correct_one(
    dossier_id: DossierId,
    body: CorrectionIn,
    actor: OfficerDep,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: Annotated[
        bool, Query(description="Chỉ thử, không ghi gì · judge and count, write nothing")
    ] = False,
) -> JSONResponse:
    """Một thao tác có lý do: dữ kiện mới, thời hạn đang chạy tính lại, văn bản của cơ quan ban hành lại · an act with a reason: new facts, running limits counted anew, the agency's own documents issued again.

    Cần `If-Match` với ETag của hồ sơ · needs `If-Match` with the dossier's ETag. Điều luật không còn cho phép được nêu trong `warnings` · what the law would refuse now is said in `warnings`.
    """
    asked, what = asked_of(body, dossier_id, actor, asked_version(if_match))
    if dry_run:
        tried = correct(engine, asked, what, in_force(engine), dry_run=True)
        return JSONResponse(correction_of(tried, language).model_dump(mode="json"))
    required_version(if_match)

    def write(connection: Connection) -> Answer:
        done = correct(connection, asked, what, held(connection))
        return Answer(correction_of(done, language), headers={"ETag": etag(done.state)})

    return once(body.model_dump(mode="json"), write)


def asked_of(body: CorrectionIn, dossier_id: UUID, actor: Actor, version: int | None) -> tuple[Act, Asked]:
    """The act that a correction is, and what it records anew."""
    at = body.occurred_at or now()
    asked = Act(dossier_id, CORRECT, {}, at, actor, version, signing=body.signing, reason=body.reason)
    return asked, Asked(body.facts, body.person)


def correction_of(correction: Correction, language: Language) -> CorrectionOut:
    """What a correction did, with the dossier as it is afterwards."""
    answer = act_of(correction.done, language)
    masks, minor = masks_of(correction.state), minor_of(correction.state)
    reissued = [
        document_of(row, masks, minor=minor) for done in correction.reissued for row in done.documents
    ]
    return CorrectionOut(
        dossier=dossier_of(correction.state, language),
        event=answer.event,
        limits=answer.limits,
        documents=reissued,
        warnings=answer.warnings,
        changed=[ChangeOut(field=name, before=old, after=new) for name, old, new in correction.changed],
        limits_counted=[
            LimitChangeOut(
                id=one.limit.id, rule=one.limit.rule, title=rule_of(one.limit).title, title_en=rule_of(one.limit).title_en, moved=one.moved,
                before=one.before.due, after=one.after.due if one.after else None, citation=rule_of(one.limit).citation,
            )
            for one in correction.limits
        ],
        reissued=reissued,
        to_be_reissued=[
            ReissueOut(
                document=one.paper.id, form=one.paper.form, number=one.paper.number or None, agency=one.agency,
                by_hand=not one.again,
            )
            for one in correction.elsewhere
        ],
    )  # fmt: skip
