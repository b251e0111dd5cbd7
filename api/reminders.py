"""Letters of reminder to whoever must act: the door."""

from typing import Annotated

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
)
from api.dossiers import etag
from api.errors import Language
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from documents.case import Signing
from flows.calendars import held, in_force
from flows.engine import Act, Actor
from flows.reminding import REMIND, Reminding, remind
from flows.standstill import Stuck
from flows.writing import Done
from models.clock import now
from models.law.facts import Day, Line

router = APIRouter(prefix="/v1/dossiers/{dossier_id}/reminders", tags=["supervision"])
watcher = allowed("dossiers.remind")


class ReminderIn(BaseModel):
    """Nhắc việc gì; để trống thì là việc nặng nhất · what of; the gravest when left out."""

    model_config = ConfigDict(extra="forbid")

    cause: str | None = Field(
        default=None, max_length=100, description="Nguyên nhân · the cause", examples=["overdue"]
    )
    rule: str | None = Field(
        default=None, max_length=100, description="Thời hạn · the limit", examples=["p4-read"]
    )
    wanted: Line | None = Field(default=None, description="Việc phải làm · what is to be done")
    answer_by: Day | None = Field(default=None, description="Trả lời trước ngày · answer by this day")
    again: bool = Field(
        default=False, strict=True, description="Nhắc lại trong ngày · once more the same day"
    )
    reason: Line | None = Field(default=None, description="Lý do nhắc lại · why once more")
    signing: Signing | None = None


class ReminderOut(ActOut):
    """Công văn đã ban hành · the letter that was issued."""

    cause: str
    reminded: list[str] = Field(description="Mã cơ quan được nhắc · codes of the agencies reminded")


@router.post("", response_model=ReminderOut, summary="Nhắc việc · Remind")
def remind_of(
    dossier_id: DossierId,
    body: ReminderIn,
    actor: Annotated[Actor, Depends(watcher)],
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: Annotated[bool, Query(description="Chỉ thử, không ghi gì · write nothing")] = False,
) -> JSONResponse:
    """Ban hành công văn đôn đốc (HS-04), gửi thông báo và thư · issues the letter, with a notice and mail.

    `If-Match` không bắt buộc: việc nhắc không làm thay đổi hồ sơ · not required: a reminder moves nothing.
    """
    asked = Act(
        dossier_id,
        REMIND,
        {},
        now(),
        actor,
        asked_version(if_match),
        signing=body.signing,
        reason=body.reason,
    )
    what = Reminding(body.cause, body.rule, body.wanted, body.answer_by, body.again)
    if dry_run:
        tried = remind(engine, asked, what, in_force(engine), dry_run=True)
        return JSONResponse(told(*tried, language).model_dump(mode="json"))

    def write(connection: Connection) -> Answer:
        done, one = remind(connection, asked, what, held(connection))
        return Answer(told(done, one, language), headers={"ETag": etag(done.state)})

    return once(body.model_dump(mode="json"), write)


def told(done: Done, one: Stuck, language: Language) -> ReminderOut:
    """The letter as it is answered, with what it reminds of."""
    return ReminderOut(**dict(act_of(done, language)), cause=one.cause, reminded=list(one.who))
