"""Reminding of many dossiers and assigning many: the doors; each dossier is done or refused by itself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.assignments import AssignmentIn, head, make_responsible
from api.dependencies import EngineDep, LanguageDep
from api.errors import ErrorOut, Language, Problem, errors_of, of_refusal
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.migrations import DryRun
from api.reminders import ReminderIn, ReminderOut, told, watcher
from flows.calendars import held
from flows.engine import Act, Actor
from flows.refusals import Refusal
from flows.reminding import REMIND, Reminding
from flows.standstill import Stuck
from flows.watching import remind_many
from flows.writing import Done
from models.clock import now
from models.store import unit_of_work

router = APIRouter(prefix="/v1/bulk", tags=["bulk"])
MOST = 200
"""Dossiers of one request."""
Dossiers = Annotated[list[UUID], Field(min_length=1, max_length=MOST)]


class ManyRemindersIn(ReminderIn):
    """Nhắc việc ở nhiều hồ sơ · reminding of many dossiers."""

    dossiers: Dossiers


class OneReminderOut(BaseModel):
    """Kết quả của từng hồ sơ · the result of one dossier."""

    dossier: UUID
    done: ReminderOut | None
    errors: list[ErrorOut]


class ManyRemindersOut(BaseModel):
    """Kết quả của nhiều hồ sơ · results, in the order asked."""

    items: list[OneReminderOut]


class ManyAssignmentsIn(AssignmentIn):
    """Ai phụ trách những hồ sơ này · who is responsible for these dossiers; null takes them back."""

    model_config = ConfigDict(extra="forbid")

    dossiers: Dossiers


class OneAssignmentOut(BaseModel):
    """Kết quả của từng hồ sơ · the result of one dossier."""

    dossier: UUID
    done: bool
    errors: list[ErrorOut]


class ManyAssignmentsOut(BaseModel):
    """Kết quả của nhiều hồ sơ · results, in the order asked."""

    items: list[OneAssignmentOut]


@router.post("/reminders", response_model=ManyRemindersOut, summary="Nhắc việc nhiều hồ sơ · Remind of many")
def remind_of_many(
    body: ManyRemindersIn, actor: Annotated[Actor, Depends(watcher)], engine: EngineDep, language: LanguageDep, once: OnceDep,
    dry_run: DryRun = False,
) -> JSONResponse:  # fmt: skip
    """Mỗi hồ sơ một công văn đôn đốc, hoặc lý do không ban hành được · a letter in each dossier, or why there is none."""
    dossiers = list(dict.fromkeys(body.dossiers))
    asked = Act(dossiers[0], REMIND, {}, now(), actor, None, signing=body.signing, reason=body.reason)
    what = Reminding(body.cause, body.rule, body.wanted, body.answer_by, body.again)

    def done(connection: Connection) -> ManyRemindersOut:
        answers = remind_many(connection, asked, dossiers, what, held(connection))
        return ManyRemindersOut(
            items=[_reminded(one, answer, language) for one, answer in zip(dossiers, answers, strict=True)]
        )

    if dry_run:
        with unit_of_work(engine, actor.scope) as connection:
            tried = done(connection)
            connection.rollback()
        return JSONResponse(tried.model_dump(mode="json"))
    return once(body.model_dump(mode="json"), lambda connection: Answer(done(connection)))


def _reminded(dossier: UUID, answer: tuple[Done, Stuck] | Refusal, language: Language) -> OneReminderOut:
    if isinstance(answer, tuple):
        return OneReminderOut(dossier=dossier, done=told(*answer, language), errors=[])
    return OneReminderOut(dossier=dossier, done=None, errors=errors_of(of_refusal(answer), language))


@router.post("/assignments", response_model=ManyAssignmentsOut, summary="Phân công nhiều hồ sơ · Assign many")
def assign_many(
    body: ManyAssignmentsIn, actor: Annotated[Actor, Depends(head)], language: LanguageDep, once: OnceDep
) -> JSONResponse:
    """Mỗi hồ sơ một kết quả · each dossier is assigned or refused by itself."""
    return once(
        body.model_dump(mode="json"), lambda connection: Answer(assigned(connection, actor, body, language))
    )


def assigned(
    connection: Connection, actor: Actor, body: ManyAssignmentsIn, language: Language
) -> ManyAssignmentsOut:
    """Makes somebody responsible for many dossiers; what became of each."""
    done: dict[UUID, OneAssignmentOut] = {}
    for one in sorted(
        set(body.dossiers)
    ):  # locked in one order, so that two such requests never wait in a ring
        errors: list[ErrorOut] = []
        try:
            make_responsible(connection, actor, one, AssignmentIn(account=body.account, note=body.note))
        except Problem as problem:
            errors = errors_of(problem, language) or [
                ErrorOut(code=problem.code, message=problem.title.to(language))
            ]
        done[one] = OneAssignmentOut(dossier=one, done=not errors, errors=errors)
    return ManyAssignmentsOut(items=[done[one] for one in dict.fromkeys(body.dossiers)])
