"""Dossiers: opening, listing, searching and reading them."""

from typing import Any, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from api.answers import ActOut, AskedInstant, DossierOut, ParticularsIn, act_of, dossier_of
from api.dependencies import CurrentActor, DossierId, EngineDep, LanguageDep, OfficerDep
from api.errors import Fault, Problem, Said, not_found
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.traces import shown
from flows.calendars import held
from flows.engine import Actor
from flows.masking import masks_of, own_facts
from flows.opening import open_dossier
from flows.state import State, load
from models.person import PersonData
from models.store import Store, unit_of_work

router = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])


class NewDossier(BaseModel):
    """Hồ sơ mới; dữ kiện nằm trong `facts` hoặc ngay ở cấp ngoài · facts stand in `facts` or beside it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "person": {
                        "name": "Nguyễn Văn A",
                        "sex": "male",
                        "birth_date": "1998-05-20",
                        "present_residence": "số 3 phố Thí Dụ",
                        "identity": {"type": "personal_number", "number": "001098000001"},
                    },
                    "occurred_at": "2026-09-07T08:30:00+07:00",
                    "agency": "camd",
                    "facts": {"entry": "quit", "found_at": "2026-09-07T07:30:00+07:00", "remote": False},
                }
            ]
        },
    )

    person: PersonData
    occurred_at: AskedInstant = Field(
        description="Thời điểm mở hồ sơ, có múi giờ; quyết định bộ quy tắc · aware; decides the rulebook"
    )
    agency: str = Field(description="Mã cơ quan mở hồ sơ, phải là cơ quan của người gửi · your own agency")
    facts: dict[str, Any] = {}
    late_reason: str | None = Field(default=None, max_length=4000)
    particulars: ParticularsIn = {}

    @model_validator(mode="after")
    def no_fact_twice(self) -> Self:
        """A fact stands in one of the two places."""
        both = sorted(set(self.facts) & set(self.model_extra or ()))
        if both:
            raise ValueError(f"nêu hai lần: {', '.join(both)} / given twice: {', '.join(both)}")
        return self


@router.post(
    "",
    status_code=201,
    response_model=ActOut,
    summary="Mở hồ sơ · Open a dossier",
)
def open_one(body: NewDossier, actor: OfficerDep, language: LanguageDep, once: OnceDep) -> JSONResponse:
    """Bộ quy tắc theo ngày `occurred_at` · the rulebook follows from `occurred_at`."""
    if body.agency != actor.agency:
        said = Said(
            "Chỉ được mở hồ sơ cho cơ quan của mình", "You may open dossiers for your own agency only"
        )
        raise Problem(403, "wrong_agency", said, [Fault("wrong_agency", said, "agency")])

    def write(connection: Connection) -> Answer:
        done = open_dossier(
            connection,
            actor,
            body.person,
            {**body.facts, **(body.model_extra or {})},
            body.occurred_at,
            held(connection),
            late_reason=body.late_reason,
            particulars=body.particulars,
        )
        shown([done.state.id])
        headers = {"Location": f"/v1/dossiers/{done.state.id}", "ETag": etag(done.state)}
        return Answer(act_of(done, language), 201, headers)

    return once(body.model_dump(mode="json"), write)


@router.get("/{dossier_id:named}", summary="Xem một hồ sơ · Read a dossier")
def read_one(
    dossier_id: DossierId,
    actor: CurrentActor,
    engine: EngineDep,
    language: LanguageDep,
    response: Response,
) -> DossierOut:
    """ETag là phiên bản, gửi lại trong If-Match khi thao tác · send the ETag back as If-Match with an act."""
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        state = state_of(connection, actor, dossier_id)
        own = own_facts(connection, dossier_id, masks_of(state))
    response.headers["ETag"] = etag(state)
    return dossier_of(state, language, own)


def etag(state: State) -> str:
    """The entity tag of a dossier: its version."""
    return f'"{state.version}"'


def state_of(store: Store, actor: Actor, dossier: UUID, *, lock: bool = False) -> State:
    """The dossier as the engine sees it.

    Raises:
        Problem: 404 when there is none, or the actor may not see it.
    """
    with unit_of_work(store, actor.scope, locking=[dossier] if lock else (), planned_once=True) as connection:
        states = load(connection, [dossier])
    if dossier not in states:
        raise not_found()
    shown([dossier])
    return states[dossier]
