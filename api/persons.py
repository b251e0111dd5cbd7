"""The whole record of one person, for those who may take it out, and say why."""

import tempfile
from typing import Annotated, BinaryIO, Self, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection, select

from api.bundle import sent
from api.dependencies import PartsDep, allowed
from api.errors import Fault, Problem, Said, not_found
from api.traces import ReasonDep, require_reason, shown
from flows.engine import Actor
from flows.person_record import write_record
from flows.state import Agencies
from models.clock import now
from models.law.limits import TIMEZONE
from models.seeing import visible
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/persons", tags=["persons"])
_dossier = table("dossier")


class WhosePerson(BaseModel):
    """Người cần xuất dữ liệu: theo một hồ sơ của người đó, hoặc mã người · by one of the dossiers, or by id."""

    model_config = ConfigDict(extra="forbid")

    dossier: UUID | None = Field(
        default=None, description="Mã một hồ sơ của người đó · one of the person's dossiers"
    )
    person: UUID | None = Field(default=None, description="Mã người · the person's id")

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        """Either of the two."""
        if (self.dossier is None) == (self.person is None):
            raise ValueError("cần dossier hoặc person / either dossier or person is needed")
        return self


exporter = allowed("persons.export")


@router.post(
    "/export",
    summary="Xuất toàn bộ dữ liệu của một người · Export a person's whole record",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def export(
    whose: WhosePerson, actor: Annotated[Actor, Depends(exporter)], parts: PartsDep, reason: ReasonDep
) -> Response:
    """Mọi hồ sơ, thao tác, thời hạn, văn bản, tài liệu và ai đã xem; bắt buộc nêu `X-Reason` · the reason is required.

    Gồm cả hồ sơ do cơ quan khác giữ · with the dossiers that other agencies hold.
    """
    require_reason(reason)
    with unit_of_work(parts.engine, actor.scope) as connection:
        person = _person(connection, actor, whose)
    archive = cast("BinaryIO", tempfile.TemporaryFile(dir=parts.settings.data))  # noqa: SIM115 - closed when sent
    try:
        record = write_record(parts.engine, parts.files, person, archive)
        shown(record.dossiers, person=person)
        headers = {
            "Content-Disposition": f'attachment; filename="du-lieu_{person}.zip"',
            "Content-Length": str(archive.seek(0, 2)),
        }
        archive.seek(0)
    except BaseException:
        archive.close()
        raise
    return StreamingResponse(sent(archive), media_type="application/zip", headers=headers)


def _person(connection: Connection, actor: Actor, whose: WhosePerson) -> UUID:
    """Who is meant, if the actor sees a dossier of theirs and, as a head, holds one.

    Raises:
        Problem: 404 or 403.
    """
    meant = _dossier.c.id == whose.dossier if whose.dossier else _dossier.c.person == whose.person
    asked = select(_dossier.c.id, _dossier.c.person, _dossier.c.holder).where(
        meant, visible(connection, "dossier.id")
    )
    rows = connection.execute(asked).all()
    if not rows:
        raise not_found()
    shown(row.id for row in rows)
    agencies, today = Agencies(connection), now().astimezone(TIMEZONE).date()
    holders = {agencies.in_charge(row.holder, today) for row in rows}
    if actor.role == "head" and actor.agency not in holders:
        said = Said(
            "Cơ quan này không giữ hồ sơ nào của người đó", "This agency holds no dossier of that person"
        )
        raise Problem(403, "not_holder", said, [Fault("not_holder", said)])
    person: UUID = rows[0].person
    return person
