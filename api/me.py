"""One's own account, and the addresses notices are mailed to: one's own, and for a head the agency's mailbox."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select, update

from api.access import NOBODY
from api.dependencies import CurrentActor, EngineDep, allowed
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from flows.engine import Actor
from models.mail_server import checked_address
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/me", tags=["accounts"])
_account, _agency = table("account"), table("agency")


class EmailIn(BaseModel):
    """Địa chỉ nhận thông báo; null để không nhận · where notices are mailed to; null for nowhere."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Field(max_length=254), AfterValidator(checked_address)] | None = Field(
        examples=["can-bo@co-quan.example"]
    )


class MeOut(BaseModel):
    """Tài khoản của mình · one's own account."""

    id: UUID
    username: str
    role: str
    agency: str
    email: str | None
    agency_email: str | None = Field(
        description="Hộp thư của cơ quan; có thì thông báo cho cán bộ gửi về đó · officers' notices go there if there is one"
    )


@router.get("", summary="Tài khoản của mình · One's own account")
def read_me(actor: CurrentActor, engine: EngineDep) -> MeOut:
    """Ai đang đăng nhập, và thông báo gửi về đâu · who is signed in, and where notices go."""
    with unit_of_work(engine, NOBODY) as connection:
        return _me(connection, actor.account)


@router.put("/email", response_model=MeOut, summary="Địa chỉ nhận thư của mình · One's own address")
def set_email(body: EmailIn, actor: CurrentActor, once: OnceDep) -> JSONResponse:
    """Mỗi người tự đặt địa chỉ của mình · everyone sets their own."""
    return once(body.model_dump(), lambda connection: Answer(put_email(connection, actor, body)))


def put_email(connection: Connection, actor: Actor, body: EmailIn) -> MeOut:
    """Where one's own notices are mailed to."""
    connection.execute(update(_account).where(_account.c.id == actor.account).values(email=body.email))
    return _me(connection, actor.account)


@router.put("/agency/email", response_model=MeOut, summary="Hộp thư của cơ quan · The agency's mailbox")
def set_agency_email(
    body: EmailIn, actor: Annotated[Actor, Depends(allowed("agency.mailbox"))], once: OnceDep
) -> JSONResponse:
    """Do người đứng đầu đặt · set by the head."""
    return once(body.model_dump(), lambda connection: Answer(put_agency_email(connection, actor, body)))


def put_agency_email(connection: Connection, actor: Actor, body: EmailIn) -> MeOut:
    """Where the notices of the actor's agency are mailed to."""
    connection.execute(update(_agency).where(_agency.c.code == actor.agency).values(email=body.email))
    return _me(connection, actor.account)


def _me(connection: Connection, account: UUID) -> MeOut:
    row = connection.execute(
        select(
            *(_account.c[name] for name in ("id", "username", "role", "agency", "email")),
            _agency.c.email.label("agency_email"),
        )
        .join(_agency, _agency.c.code == _account.c.agency)
        .where(_account.c.id == account)
    ).mappings()
    return MeOut.model_validate(dict(row.one()))
