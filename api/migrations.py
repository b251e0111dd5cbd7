"""A change of law: how a dossier goes on, migrating one or many, and keeping one under its old book."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.actions import NeedOut, need_of
from api.answers import ActOut, AskedInstant, act_of
from api.dependencies import (
    CurrentActor,
    DossierId,
    EngineDep,
    IfMatch,
    LanguageDep,
    asked_version,
    required_version,
)
from api.dossiers import etag, state_of
from api.errors import ErrorOut, Language, errors_of, of_refusal
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from flows.calendars import held, in_force
from flows.engine import Act, Actor, Planner, act, act_many
from flows.migration import WayOn, plan_keeping, plan_migration, way_on
from flows.refusals import Refusal
from flows.state import Agencies, State
from flows.writing import Done
from models.clock import now
from models.law.limits import TIMEZONE
from models.store import unit_of_work

router = APIRouter(prefix="/v1", tags=["migration"])
DryRun = Annotated[bool, Query(description="Chỉ thử, không ghi gì · judge and count, write nothing")]
MOST = 500
"""Dossiers of one request; as many as one transaction takes."""


class WayOnOut(BaseModel):
    """Hồ sơ đi tiếp thế nào khi luật đã thay đổi · how the dossier goes on after a change of law."""

    rulebook: str
    to: str | None = Field(description="Bộ quy tắc mới · the next rulebook; null when there is none")
    stage: str | None = Field(description="Giai đoạn sau khi chuyển · the stage it lands in")
    provision: str | None = Field(description="Quy định chuyển tiếp · the transitional rule it rests on")
    citation: str | None
    confirmed: bool | None
    allowed: bool
    needs: list[NeedOut]
    facts_schema: dict[str, Any] = Field(description="Dữ kiện phải nêu khi chuyển · what must be stated")


class MigrationIn(BaseModel):
    """Chuyển hoặc giữ một hồ sơ · migrating or keeping a dossier."""

    model_config = ConfigDict(extra="forbid")

    occurred_at: AskedInstant = Field(examples=["2026-07-01T08:00:00+07:00"])
    facts: dict[str, Any] = Field(
        default={}, description="Theo `facts_schema`; khi giữ lại: `keep_reason` · as `facts_schema` says"
    )


class ManyIn(BaseModel):
    """Chuyển nhiều hồ sơ · migrating many dossiers, each by itself."""

    model_config = ConfigDict(extra="forbid")

    dossiers: list[UUID] = Field(min_length=1, max_length=MOST)
    occurred_at: AskedInstant = Field(examples=["2026-07-01T08:00:00+07:00"])
    facts: dict[str, Any] = Field(default={}, description="Dữ kiện chung · facts common to all")


class OneOut(BaseModel):
    """Kết quả của từng hồ sơ · the result of one dossier."""

    dossier: UUID
    done: ActOut | None
    errors: list[ErrorOut]


class ManyOut(BaseModel):
    """Kết quả của nhiều hồ sơ · results, in the order asked."""

    items: list[OneOut]


@router.get("/dossiers/{dossier_id}/migration", summary="Đường đi khi luật thay đổi · The way on")
def read_way(
    dossier_id: DossierId, actor: CurrentActor, engine: EngineDep, language: LanguageDep
) -> WayOnOut:
    """Chuyển sang đâu, theo điều nào, cần gì · to which book and stage, by which article, on which facts."""
    with unit_of_work(engine, actor.scope) as connection:
        way = way_of(connection, actor, state_of(connection, actor, dossier_id))
    landing = way.landing
    return WayOnOut(
        rulebook=way.origin.code,
        to=way.target.code if way.target else None,
        stage=landing.next if landing else None,
        provision=landing.id if landing else None,
        citation=landing.citation if landing else None,
        confirmed=landing.confirmed if landing else None,
        allowed=all(need.met for need in way.needs),
        needs=[NeedOut(**need_of(need, language)) for need in way.needs],
        facts_schema=way.payload.model_json_schema(),
    )


@router.post(
    "/dossiers/{dossier_id}/migrate", response_model=ActOut, summary="Chuyển sang luật mới · Migrate"
)
def migrate(
    dossier_id: DossierId,
    body: MigrationIn,
    actor: CurrentActor,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> JSONResponse:
    """Theo quy định chuyển tiếp; thời hạn đang chạy giữ nguyên · by the transitional rules; running limits keep their length."""
    asked = Act(dossier_id, "migrate", body.facts, body.occurred_at, actor, asked_version(if_match))
    if dry_run:
        tried = act(engine, asked, in_force(engine), dry_run=True, how=plan_migration)
        return JSONResponse(act_of(tried, language).model_dump(mode="json"))
    required_version(if_match)
    return _once(once, asked, plan_migration, body, language)


@router.post("/dossiers/{dossier_id}/keep", response_model=ActOut, summary="Giữ theo luật cũ · Keep")
def keep(
    dossier_id: DossierId,
    body: MigrationIn,
    actor: CurrentActor,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> JSONResponse:
    """Người giám sát quyết định, nêu lý do (`keep_reason`) · a supervisor decides, with the reason."""
    asked = Act(dossier_id, "keep_book", body.facts, body.occurred_at, actor, asked_version(if_match))
    if dry_run:
        tried = act(engine, asked, in_force(engine), dry_run=True, how=plan_keeping)
        return JSONResponse(act_of(tried, language).model_dump(mode="json"))
    required_version(if_match)
    return _once(once, asked, plan_keeping, body, language)


@router.post("/bulk/migrate", response_model=ManyOut, summary="Chuyển nhiều hồ sơ · Migrate many")
def migrate_many(
    body: ManyIn,
    actor: CurrentActor,
    engine: EngineDep,
    language: LanguageDep,
    once: OnceDep,
    dry_run: DryRun = False,
) -> JSONResponse:
    """Mỗi hồ sơ một kết quả, không bao giờ tất cả hoặc không · each dossier is migrated or refused by itself."""
    dossiers = list(dict.fromkeys(body.dossiers))
    asked = [Act(one, "migrate", body.facts, body.occurred_at, actor, None) for one in dossiers]
    if dry_run:
        tried = act_many(engine, asked, in_force(engine), dry_run=True, how=plan_migration)
        return JSONResponse(many_of(dossiers, tried, language).model_dump(mode="json"))

    def write(connection: Connection) -> Answer:
        done = act_many(connection, asked, held(connection), how=plan_migration)
        return Answer(many_of(dossiers, done, language))

    return once(body.model_dump(mode="json"), write)


def way_of(connection: Connection, actor: Actor, state: State) -> WayOn:
    """How a dossier would go on if this actor migrated it now."""
    return way_on(state, actor, Agencies(connection), now().astimezone(TIMEZONE))


def _once(once: OnceDep, asked: Act, how: Planner, body: BaseModel, language: Language) -> JSONResponse:
    def write(connection: Connection) -> Answer:
        done = act(connection, asked, held(connection), how=how)
        return Answer(act_of(done, language), headers={"ETag": etag(done.state)})

    return once(body.model_dump(mode="json"), write)


def many_of(dossiers: list[UUID], answers: list[Done | Refusal], language: Language) -> ManyOut:
    """What became of each dossier, in the order asked."""
    return ManyOut(
        items=[
            OneOut(dossier=dossier, done=act_of(answer, language), errors=[])
            if isinstance(answer, Done)
            else OneOut(dossier=dossier, done=None, errors=errors_of(of_refusal(answer), language))
            for dossier, answer in zip(dossiers, answers, strict=True)
        ]
    )
