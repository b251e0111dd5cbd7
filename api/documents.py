"""Issued documents: their metadata, their files, and the scans of the signed papers."""

import hashlib
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID, uuid4

from fastapi import APIRouter, File, Query, Request, Response, UploadFile
from sqlalchemy import Connection, insert, select, true

from api import traces
from api.answers import DocumentOut, document_of
from api.dependencies import CurrentActor, DocumentId, DossierId, EngineDep, OfficerDep, Parts, PartsDep
from api.dossiers import state_of
from api.errors import NO_PDF, Fault, Problem, Said, masked, not_found, was_erased
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.pages import CSV, whole
from api.papers import MOST, SUFFIXES, attachment, content_type_of
from documents import storage
from documents.pdf import PdfError
from documents.printing import pdf_name, print_stored
from documents.received import DOCX, SCANS
from documents.rendering import MARKS, UnknownDocumentError, render_stored
from documents.stationery import marked
from flows.anonymising import erased
from flows.engine import Actor
from flows.masking import masks_of, minor_of, shown
from flows.state import Agencies, State, require_kept
from models.clock import now
from models.law.limits import TIMEZONE
from models.seeing import visible
from models.store import Store, unit_of_work
from models.tables import table

PDF = "application/pdf"
router = APIRouter(tags=["documents"])
_document, _copy = table("document"), table("document_copy")
SIGNED = (
    select(*(_copy.c[name] for name in ("sha256", "size", "content_type", "file_name", "recorded_at")))
    .where(_copy.c.document == _document.c.id, _copy.c.kind == "signed")
    .order_by(_copy.c.recorded_at.desc(), _copy.c.id)
    .limit(1)
    .lateral("signed")
)
"""The latest signed copy of each document that is read with it."""
_DOCUMENTS = select(_document, *(each.label(f"signed_{each.name}") for each in SIGNED.c)).outerjoin(
    SIGNED, true()
)


@router.get(
    "/v1/dossiers/{dossier_id}/documents", response_model=list[DocumentOut], responses=CSV,
    summary="Văn bản của hồ sơ · Documents of a dossier",
)  # fmt: skip
def list_documents(
    dossier_id: DossierId, actor: CurrentActor, engine: EngineDep, request: Request
) -> Response:
    """Theo ngày ban hành · by day of issue."""
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        found = documents_of(connection, state_of(connection, actor, dossier_id))
    return whole(request, DocumentOut, found)


def documents_of(connection: Connection, state: State) -> list[DocumentOut]:
    """The issued documents of a dossier, by day of issue."""
    asked = _DOCUMENTS.where(_document.c.dossier == state.id)
    ordered = asked.order_by(_document.c.issued_on, _document.c.form, _document.c.id)
    masks, minor = masks_of(state), minor_of(state)
    return [document_of(dict(row), masks, minor=minor) for row in connection.execute(ordered).mappings()]


@router.get("/v1/documents/{document_id}", summary="Một văn bản · A document")
def read_one(document_id: DocumentId, actor: CurrentActor, engine: EngineDep) -> DocumentOut:
    """Số, ngày, tình trạng, mã băm, bản chính thức và mã kiểm tra · number, date, state, hash, official copy, code."""
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        return _told(connection, _row(connection, actor, document_id))


def _told(connection: Connection, row: dict[str, Any]) -> DocumentOut:
    about = shown(connection, [row["dossier"]])[row["dossier"]]
    return document_of(row, about.masks, minor=about.minor)


def readable(store: Store, actor: Actor, document: DocumentId) -> dict[str, Any]:
    """The row of a document whose files the actor may have.

    Raises:
        Problem: 404 when there is none, or it is not theirs to see; 403 when it holds what they do not need.
    """
    with unit_of_work(store, actor.scope, planned_once=True) as connection:
        row = _row(connection, actor, document)
        if classes := _told(connection, row).masked:
            raise masked(classes)
    return row


def _row(store: Store, actor: Actor, document: DocumentId) -> dict[str, Any]:
    asked = _DOCUMENTS.where(_document.c.id == document)
    with unit_of_work(store, actor.scope, planned_once=True) as connection:
        found = (
            connection.execute(asked.where(visible(connection, "document.dossier"))).mappings().one_or_none()
        )
    if found is None:
        raise not_found()
    traces.shown([found["dossier"]])
    return dict(found)


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
    form: Annotated[
        Literal["docx", "pdf", "signed"],
        Query(alias="format", description="docx, pdf; signed: bản đã ký · the signed copy"),
    ] = "docx",
    as_issued: Annotated[
        bool,
        Query(description="Đúng tệp lúc ban hành, không in dấu · the very file as issued, without a mark"),
    ] = False,
) -> Response:
    """Tạo tệp ở lần tải đầu; sau đó luôn là đúng tệp ấy · rendered once, the same file ever after.

    Văn bản đã hủy hoặc đã thay thế được in dấu trên mọi trang, trừ khi `as_issued=true` · one that is void or superseded
    comes with a mark on every page, unless `as_issued=true`.
    """
    row = readable(parts.engine, actor, document_id)
    if erased(parts.engine, actor.scope, row["dossier"]):
        raise was_erased()
    if form == "signed":
        return _signed(parts, row)
    mark = None if as_issued else MARKS.get(row["state"])
    if form == "pdf" and mark is None:
        printed = print_stored(parts.engine, parts.files, parts.libreoffice, [document_id], actor.scope)
        sha256 = printed[document_id]
        headers = attachment(pdf_name(row["form"], row["number_text"]), sha256)
        return Response(storage.load(parts.files, sha256), media_type=PDF, headers=headers)
    try:
        content = render_stored(parts.engine, parts.files, document_id, actor.scope)
    except UnknownDocumentError:
        raise not_found() from None
    if mark:
        content = marked(content, mark)
    if form == "pdf":  # of a marked copy: made for this download, never kept as the document's
        [made] = parts.libreoffice.to_pdf([content])
        if isinstance(made, PdfError):
            raise made
        content = made
    headers = attachment(f"{_name(row)}.{form}", hashlib.sha256(content).hexdigest())
    return Response(content, media_type=PDF if form == "pdf" else DOCX, headers=headers)


def _signed(parts: PartsDep, row: dict[str, Any]) -> Response:
    if row["signed_sha256"] is None:
        said = Said("Chưa có bản đã ký của văn bản này", "There is no signed copy of this document")
        raise Problem(404, "no_signed_copy", said, [Fault("no_signed_copy", said, "format")])
    content = storage.load(parts.files, row["signed_sha256"])
    headers = attachment(row["signed_file_name"], row["signed_sha256"])
    return Response(content, media_type=row["signed_content_type"], headers=headers)


@router.post(
    "/v1/documents/{document_id}/signed",
    status_code=201,
    response_model=DocumentOut,
    summary="Thêm bản đã ký · Attach the signed copy",
)
def attach_signed(
    document_id: DocumentId,
    actor: OfficerDep,
    parts: PartsDep,
    once: OnceDep,
    file: Annotated[UploadFile, File(description="PDF, PNG hoặc JPEG, tối đa 20 MB · 20 MB at most")],
) -> JSONResponse:
    """Bản chụp văn bản đã ký, đóng dấu trở thành bản chính thức · the scan of the signed paper is official from then on.

    Bản thêm sau cùng được tính, các bản trước vẫn được giữ · the latest counts, earlier ones are kept.
    """
    scan = judged_scan(parts, actor, document_id, file.file.read(MOST + 1))

    def write(connection: Connection) -> Answer:
        path = f"/v1/documents/{document_id}/content?format=signed"
        return Answer(attach(connection, actor, document_id, scan), 201, {"Location": path})

    return once({"sha256": scan.sha256}, write)


class Scan(NamedTuple):
    """A scan of a signed paper that was judged and stored."""

    sha256: str
    size: int
    content_type: str


def judged_scan(parts: Parts, actor: Actor, document_id: UUID, content: bytes) -> Scan:
    """Judges the scan of a signed paper and stores it, if the actor may attach it.

    Raises:
        Problem: 413, 415, 422 for the file, 403, 404.
    """
    content_type = content_type_of(content, SCANS)
    row = _row(parts.engine, actor, document_id)
    require_kept(state_of(parts.engine, actor, row["dossier"]))
    _require_issuer(parts.engine, actor, row)
    return Scan(storage.store(parts.files, content), len(content), content_type)


def attach(connection: Connection, actor: Actor, document_id: UUID, scan: Scan) -> DocumentOut:
    """Attaches a judged scan to its document."""
    row = _row(connection, actor, document_id)
    require_kept(state_of(connection, actor, row["dossier"], lock=True))
    copy = {
        "id": uuid4(),
        "document": document_id,
        "dossier": row["dossier"],
        "kind": "signed",
        **scan._asdict(),
        "file_name": f"{_name(row)}_da-ky{SUFFIXES[scan.content_type]}",
        "account": actor.account,
        "recorded_at": now(),
    }
    connection.execute(insert(_copy), copy)
    return _told(connection, _row(connection, actor, document_id))


def _require_issuer(store: Store, actor: Actor, row: dict[str, Any]) -> None:
    """The signed paper is kept by the agency that issued it, or by its successor."""
    with unit_of_work(store, actor.scope) as connection:
        issuer = Agencies(connection).in_charge(row["agency"], now().astimezone(TIMEZONE).date())
    if actor.agency != issuer:
        said = Said(
            "Bản đã ký do cơ quan ban hành văn bản thêm vào",
            "The agency that issued it attaches the signed copy",
        )
        raise Problem(403, "not_issuer", said, [Fault("not_issuer", said)])


def _name(row: dict[str, Any]) -> str:
    """Form and number, as file names bear them."""
    return f"{row['form']}_{row['number_text'].replace('/', '-')}" if row["number_text"] else row["form"]
