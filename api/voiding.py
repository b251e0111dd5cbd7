"""Taking back a dossier's last act: a supervisor's door."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.answers import ActOut, act_of
from api.dependencies import (
    DossierId,
    EngineDep,
    IfMatch,
    LanguageDep,
    allowed,
    asked_version,
    required_version,
)
from api.dossiers import etag
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from flows.calendars import held, in_force
from flows.engine import Act, Actor
from flows.voiding import VOID_LAST, void_last
from models.clock import now
from models.law.facts import Line

router = APIRouter(prefix="/v1/dossiers/{dossier_id}", tags=["corrections"])
supervisor = allowed("dossiers.void_last")
SupervisorDep = Annotated[Actor, Depends(supervisor)]


class VoidLastIn(BaseModel):
    """Lý do hủy thao tác cuối · why the last act is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Line = Field(description="Lý do · why", examples=["Chuyển nhầm cơ quan"])


@router.post("/void-last", response_model=ActOut, summary="Hủy thao tác cuối · Take back the last act")
def take_back(
    dossier_id: DossierId,
    body: VoidLastIn,
    actor: SupervisorDep,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: Annotated[bool, Query(description="Chỉ thử, không ghi gì · judge, write nothing")] = False,
) -> JSONResponse:
    """Hồ sơ trở lại như trước thao tác: giai đoạn, cơ quan giữ, dữ kiện, thời hạn; văn bản của thao tác bị hủy, số vẫn nằm trong sổ · stage, holder, facts and limits as before the act; what it issued is void, numbers stay in the register.

    Cần `If-Match` với ETag của hồ sơ · needs `If-Match` with the dossier's ETag. Mọi lý do không hủy được được nêu cùng lúc · every reason against it is said at once.
    """
    asked = asked_of(dossier_id, actor, asked_version(if_match), body.reason)
    if dry_run:
        tried = void_last(engine, asked, in_force(engine), dry_run=True)
        return JSONResponse(act_of(tried, language).model_dump(mode="json"))
    required_version(if_match)

    def write(connection: Connection) -> Answer:
        done = void_last(connection, asked, held(connection))
        return Answer(act_of(done, language), headers={"ETag": etag(done.state)})

    return once(body.model_dump(mode="json"), write)


def asked_of(dossier_id: UUID, actor: Actor, version: int | None, reason: str) -> Act:
    """The act that taking back the last one is."""
    return Act(dossier_id, VOID_LAST, {}, now(), actor, version, reason=reason)
