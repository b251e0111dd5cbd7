"""Registers of outgoing documents: which an agency keeps, and each of them as data, as a workbook, and as a book."""

import hashlib
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, text

from api.dependencies import CurrentActor, EngineDep
from api.errors import not_found
from api.json_response import JSONResponse
from api.pages import CSV, whole
from api.papers import attachment
from documents.forms import all_forms
from documents.received import DOCX
from documents.register import Entry, book, entries, to_xlsx
from flows.engine import Actor
from flows.state import Agencies
from models.store import SYSTEM, Scope, reach, unit_of_work

router = APIRouter(prefix="/v1/registers", tags=["registers"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RegisterOut(BaseModel):
    """Một sổ đăng ký văn bản đi · a register of outgoing documents."""

    agency: str
    agency_name: str
    year: int
    name: str = Field(description="Tên sổ: chữ viết tắt của loại văn bản · letters of the kind of document")
    last: int = Field(description="Số đã cấp sau cùng · the last number given")


class EntryOut(BaseModel):
    """Một số trong sổ; không có tên người · one number; no person's name."""

    number: int
    number_text: str | None
    issued_on: date | None
    document: UUID | None
    form: str | None
    title: str | None
    dossier: str | None = Field(
        description="Số hồ sơ, thay cho tên người · the dossier's number, for the name"
    )
    signer: str | None
    recipients: list[str]
    kept_by: str | None = Field(description="Nơi nhận bản lưu · who keeps the filed copy")
    state: Literal["issued", "superseded", "void", "missing"] = Field(
        description="missing: khuyết số · no document has this number"
    )
    note: str = Field(description="Ghi chú: đã hủy, thay thế bởi số … · void, replaced by …")


class RegisterBookOut(RegisterOut):
    """Một sổ với mọi số đã cấp · a register with every number given."""

    entries: list[EntryOut]


@router.get(
    "",
    response_model=list[RegisterOut],
    responses=CSV,
    summary="Sổ đăng ký văn bản đi · Registers of outgoing documents",
)
def list_registers(actor: CurrentActor, engine: EngineDep, request: Request) -> Response:
    """Sổ của cơ quan mình và các cơ quan mình kế thừa, mới nhất trước · of one's agency and those it succeeded."""
    with unit_of_work(engine, actor.scope) as connection:
        found = _registers(connection)
    return whole(request, RegisterOut, found)


@router.get(
    "/{year}/{name}",
    response_model=RegisterBookOut,
    summary="Một sổ đăng ký văn bản đi · A register",
    responses={200: {"content": {XLSX: {}, DOCX: {}}}},
)
def read_register(
    year: Annotated[int, Path(ge=1900, le=9999)],
    name: Annotated[str, Path(max_length=50, description="Tên sổ · the register's name", examples=["QĐ"])],
    actor: CurrentActor,
    engine: EngineDep,
    form: Annotated[
        Literal["json", "xlsx", "docx"], Query(alias="format", description="json, xlsx, docx")
    ] = "json",
    agency: Annotated[
        str | None,
        Query(
            max_length=100, description="Cơ quan đã kế thừa; để trống: cơ quan mình · one's own when left out"
        ),
    ] = None,
) -> Response:
    """Mọi số từ 01, kể cả số đã hủy, đã thay thế, khuyết · every number from 01, void, superseded and missing ones too.

    Theo Phụ lục IV Nghị định 30/2020/NĐ-CP · as Appendix IV of Decree 30/2020 has it.
    """
    kept, listed, superior = _read(engine, actor, agency or actor.agency, year, name)
    if form == "json":
        shown = [EntryOut.model_validate({**entry.model_dump(), "note": entry.note}) for entry in listed]
        answer = RegisterBookOut(**kept.model_dump(), entries=shown)
        return JSONResponse(answer.model_dump(mode="json"))
    printed = book(superior, kept.agency_name, kept.year, kept.name, listed)
    if form == "xlsx":
        content, media_type = to_xlsx(printed), XLSX
    else:
        content, media_type = all_forms()["HS-06"].render(printed), DOCX
    file_name = f"HS-06_{year}_{name}.{form}"
    return Response(
        content, media_type=media_type, headers=attachment(file_name, hashlib.sha256(content).hexdigest())
    )


def _read(
    engine: EngineDep, actor: Actor, agency: str, year: int, name: str
) -> tuple[RegisterOut, list[Entry], str]:
    """A register that this actor may read, with its numbers; the agency's own, so the system reads them."""
    with unit_of_work(engine, actor.scope) as connection:
        kept = next(
            (
                one
                for one in _registers(connection)
                if (one.agency, one.year, one.name) == (agency, year, name)
            ),
            None,
        )
        if kept is None:
            raise not_found()
        superior = Agencies(connection)[agency].card.superior
    with unit_of_work(engine, Scope(SYSTEM, actor.account)) as connection:
        return kept, entries(connection, agency, year, name), superior


_REGISTERS = text("""
    SELECT r.agency, a.name AS agency_name, r.year, r.name, r.last FROM register r JOIN agency a ON a.code = r.agency
    WHERE r.agency = ANY (:agencies) ORDER BY r.year DESC, r.agency, r.name
""")


def _registers(connection: Connection) -> list[RegisterOut]:
    """Those of the agencies the transaction reads for."""
    asked = {"agencies": reach(connection).agencies}
    return [RegisterOut.model_validate(dict(row)) for row in connection.execute(_REGISTERS, asked).mappings()]
