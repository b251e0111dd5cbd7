"""The public check whether a printed document is genuine and still valid; it says nothing personal."""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlalchemy import select, true

from api.dependencies import EngineDep, LanguageDep
from api.documents import SIGNED
from api.errors import Language, Said, not_found
from api.json_response import JSONResponse
from api.traces import shown
from models.law.limits import TIMEZONE
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

router = APIRouter(tags=["documents"])


class GenuineOut(BaseModel):
    """Văn bản do hệ thống ban hành; không có dữ liệu cá nhân · an issued document; no personal data."""

    code: str
    genuine: Literal[True] = True
    form: str
    title: str
    number: str | None
    issued_on: date
    agency: str
    state: Literal["issued", "superseded", "void"]
    state_text: str = Field(description="Tình trạng bằng lời · the state in words")
    ended_on: date | None = Field(description="Ngày bị hủy hoặc thay thế · the day it ended")
    replaced_by: str | None = Field(description="Số, ký hiệu văn bản thay thế · number of what replaced it")
    sha256: str | None = Field(
        description="Mã băm SHA-256 của tệp .docx; null khi chưa tạo tệp · of the .docx; null while not rendered"
    )
    signed: bool = Field(description="Có bản đã ký được lưu · a copy of the signed paper is kept")
    signed_sha256: str | None = Field(description="Mã băm của bản đã ký · hash of the signed copy")


@router.get(
    "/verify/{code}",
    response_model=GenuineOut,
    summary="Kiểm tra văn bản thật, công khai · Is a printed document genuine (public)",
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def verify(
    code: Annotated[str, Path(max_length=100)], engine: EngineDep, request: Request, language: LanguageDep
) -> Response:
    """Số, ngày, cơ quan, tình trạng, mã băm; `Accept: text/html` cho trang xem · number, date, agency, state, hash; or a page."""
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        row = connection.execute(_ASKED.where(_document.c.verify_code == code)).mappings().one_or_none()
    if row:
        shown([row["dossier"]], document=row["id"])
    found = _found(code, row, language) if row else None
    if "text/html" in request.headers.get("accept", ""):
        return _page(found, language)
    if found is None:
        raise not_found()
    return JSONResponse(found.model_dump(mode="json"))


_document, _agency = table("document"), table("agency")
_newer = _document.alias("newer")
_ASKED = (
    select(
        *(
            _document.c[name]
            for name in ("id", "dossier", "form", "title", "issued_on", "state", "ended_at", "sha256")
        ),
        _document.c.number_text.label("number"),
        _agency.c.name.label("agency"),
        _newer.c.number_text.label("replaced_by"),
        SIGNED.c.sha256.label("signed_sha256"),
    )
    .join(_agency, _agency.c.code == _document.c.agency)
    .outerjoin(_newer, _newer.c.id == _document.c.replaced_by)
    .outerjoin(SIGNED, true())
)


def _found(code: str, row: Mapping[Any, Any], language: Language) -> GenuineOut:
    ended_at = row["ended_at"]
    return GenuineOut.model_validate(
        {
            **row,
            "code": code,
            "state_text": _STATES[row["state"]].to(language),
            "ended_on": ended_at.astimezone(TIMEZONE).date() if ended_at else None,
            "signed": row["signed_sha256"] is not None,
        }
    )


_LABELS = {
    "form": Said("Mẫu", "Form"),
    "title": Said("Tên văn bản", "Document"),
    "number": Said("Số, ký hiệu", "Number"),
    "issued_on": Said("Ngày ban hành", "Issued on"),
    "agency": Said("Cơ quan ban hành", "Issued by"),
    "state_text": Said("Tình trạng", "State"),
    "ended_on": Said("Từ ngày", "Since"),
    "replaced_by": Said("Văn bản thay thế", "Replaced by"),
    "sha256": Said("SHA-256", "SHA-256"),
    "signed_sha256": Said("SHA-256 của bản đã ký", "SHA-256 of the signed copy"),
}
_STATES = {
    "issued": Said("đang có giá trị", "valid"),
    "superseded": Said("đã được thay thế", "superseded"),
    "void": Said("đã hủy", "void"),
}


def _page(found: GenuineOut | None, language: Language) -> HTMLResponse:
    heading = Said("Văn bản do hệ thống ban hành", "A genuine document")
    rows = ""
    if found is None:
        heading = Said("Không có văn bản nào mang mã này", "There is no document with this code")
    else:
        days = {"issued_on": found.issued_on, "ended_on": found.ended_on}
        values = found.model_dump(mode="json") | {
            name: f"{day:%d/%m/%Y}" for name, day in days.items() if day
        }
        rows = "".join(
            f"<dt>{label.to(language)}</dt><dd>{escape(values[name])}</dd>"
            for name, label in _LABELS.items()
            if values[name]
        )
    title = escape(heading.to(language))
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><h1>{title}</h1><dl>{rows}</dl></html>'
    )
    headers = {"Content-Security-Policy": "default-src 'none'", "Content-Language": language}
    return HTMLResponse(page, 200 if found else 404, headers)
