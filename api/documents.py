"""Issued documents: their metadata and files, and the public check whether a printed one is genuine."""

from datetime import date
from html import escape
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from api.answers import DocumentOut, document_of
from api.dependencies import CurrentActor, DocumentId, DossierId, EngineDep, LanguageDep, PartsDep
from api.dossiers import state_of
from api.errors import NO_PDF, Language, Said, not_found
from api.papers import DOCX, attachment
from documents import storage
from documents.printing import pdf_name, print_stored
from documents.rendering import UnknownDocumentError, render_stored
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

router = APIRouter(tags=["documents"])
PDF = "application/pdf"
_document, _agency = table("document"), table("agency")


@router.get("/v1/dossiers/{dossier_id}/documents", summary="Văn bản của hồ sơ · Documents of a dossier")
def list_documents(dossier_id: DossierId, actor: CurrentActor, engine: EngineDep) -> list[DocumentOut]:
    """Theo ngày ban hành · by day of issue."""
    with unit_of_work(engine, actor.scope) as connection:
        state_of(connection, actor, dossier_id)
        asked = select(_document).where(_document.c.dossier == dossier_id)
        ordered = asked.order_by(_document.c.issued_on, _document.c.form, _document.c.id)
        return [document_of(dict(row)) for row in connection.execute(ordered).mappings()]


@router.get("/v1/documents/{document_id}", summary="Một văn bản · A document")
def read_one(document_id: DocumentId, actor: CurrentActor, engine: EngineDep) -> DocumentOut:
    """Số, ngày, mã băm và mã kiểm tra · number, date, hash and code to check it by."""
    with unit_of_work(engine, actor.scope) as connection:
        row = (
            connection.execute(select(_document).where(_document.c.id == document_id))
            .mappings()
            .one_or_none()
        )
    if row is None:
        raise not_found()
    return document_of(dict(row))


@router.get(
    "/v1/documents/{document_id}/content",
    summary="Tệp của văn bản · A document's file",
    response_class=Response,
    responses={200: {"content": {DOCX: {}, PDF: {}}}, **NO_PDF},
)
def read_content(
    document_id: DocumentId,
    actor: CurrentActor,
    parts: PartsDep,
    form: Annotated[Literal["docx", "pdf"], Query(alias="format", description="docx, pdf")] = "docx",
) -> Response:
    """Tạo tệp ở lần tải đầu nếu chưa có; sau đó luôn là đúng tệp ấy · rendered once, the same file ever after."""
    document = read_one(document_id, actor, parts.engine)
    if form == "pdf":
        sha256 = print_stored(parts.engine, parts.files, parts.libreoffice, [document.id], actor.scope)[
            document.id
        ]
        headers = attachment(pdf_name(document.form, document.number_text), sha256)
        return Response(storage.load(parts.files, sha256), media_type=PDF, headers=headers)
    try:
        content = render_stored(parts.engine, parts.files, document_id, actor.scope)
    except UnknownDocumentError:
        raise not_found() from None
    number = f"_{document.number_text.replace('/', '-')}" if document.number_text else ""
    sha256 = document.sha256 or read_one(document_id, actor, parts.engine).sha256 or ""
    return Response(content, media_type=DOCX, headers=attachment(f"{document.form}{number}.docx", sha256))


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
    sha256: str | None = Field(
        description="Mã băm SHA-256 của tệp .docx; null khi chưa tạo tệp · of the .docx; null while not rendered"
    )


@router.get(
    "/verify/{code}",
    response_model=GenuineOut,
    summary="Kiểm tra văn bản thật, công khai · Is a printed document genuine (public)",
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def verify(
    code: Annotated[str, Path(max_length=100)], engine: EngineDep, request: Request, language: LanguageDep
) -> Response:
    """Số, ngày, cơ quan, mã băm; `Accept: text/html` cho trang xem · number, date, agency, hash; or as a page."""
    columns = (_document.c[name] for name in ("form", "title", "issued_on", "state", "sha256"))
    asked = (
        select(*columns, _document.c.number_text.label("number"), _agency.c.name.label("agency"))
        .join(_agency, _agency.c.code == _document.c.agency)
        .where(_document.c.verify_code == code)
    )
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        row = connection.execute(asked).mappings().one_or_none()
    found = GenuineOut.model_validate({**row, "code": code}) if row else None
    if "text/html" in request.headers.get("accept", ""):
        return _page(found, language)
    if found is None:
        raise not_found()
    return JSONResponse(found.model_dump(mode="json"))


_LABELS = {
    "form": Said("Mẫu", "Form"),
    "title": Said("Tên văn bản", "Document"),
    "number": Said("Số, ký hiệu", "Number"),
    "issued_on": Said("Ngày ban hành", "Issued on"),
    "agency": Said("Cơ quan ban hành", "Issued by"),
    "state": Said("Tình trạng", "State"),
    "sha256": Said("SHA-256", "SHA-256"),
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
        values = found.model_dump(mode="json") | {"state": _STATES[found.state].to(language)}
        values["issued_on"] = f"{found.issued_on:%d/%m/%Y}"
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
