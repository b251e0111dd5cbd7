"""The numbered file of a dossier: its index, and the bundle with everything, ready to print and to send."""

import asyncio
import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, BinaryIO, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import distinct_on

from api.dependencies import CurrentActor, DossierId, Parts, PartsDep
from api.dossiers import state_of
from api.errors import NO_PDF, was_erased
from api.pages import CSV, whole
from api.papers import titles_of
from documents import storage
from documents.bundle import CopySet, DossierFile, write_bundle
from documents.case import Header, person_block
from documents.pdf import pages_of
from documents.printing import print_stored
from documents.rendering import render_stored
from documents.sheets import Filed, Numbered, number_sheets
from flows.anonymising import erased
from flows.books import book as book_of
from flows.engine import Actor
from flows.filing import compiled_since, papers_of_the_file
from flows.masking import MASK, masks_of, minor_of
from flows.state import Agencies, State
from models.clock import now
from models.law.limits import TIMEZONE
from models.law.schema import Paper
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/dossiers/{dossier_id}", tags=["papers"])
_document, _paper, _event, _agency = table("document"), table("paper"), table("event"), table("agency")
_copy = table("document_copy")
_IDENTITY = ("id_number", "id_issued_on", "id_issued_by")
_CLIENT_CLOSED_REQUEST = 499
_WATCH = 0.5
"""Seconds between looks whether the one who asked is still there."""


class SheetsOut(BaseModel):
    """Một dòng của mục lục · a line of the index."""

    first_sheet: int = Field(description="Bút lục đầu · the first sheet")
    sheets: int
    stands: bool = Field(
        description="false: số tạm thời, hồ sơ chưa lập xong · provisional, the file is not compiled"
    )
    document: UUID | None = None
    paper: UUID | None = None
    title: str
    number: str | None = Field(default=None, description="Số, ký hiệu văn bản · the document's number")
    day: date = Field(description="Ngày văn bản, hoặc ngày nhận · day of issue or receipt")
    received_as: int | None = Field(
        default=None, description="Số tờ đầu lúc nhận · the first sheet when received"
    )
    left_out: Literal["superseded", "void", "masked"] | None = Field(
        default=None,
        description="Văn bản hết giá trị sau khi đánh bút lục, hoặc được che với người xem, không nằm trong bộ · ended since, or masked for "
        "the reader: not in the sets",
    )


@router.get(
    "/sheets",
    response_model=list[SheetsOut],
    summary="Mục lục bút lục · Index of sheets",
    responses={**NO_PDF, **CSV},
)
def list_sheets(dossier_id: DossierId, actor: CurrentActor, parts: PartsDep, request: Request) -> Response:
    """Đánh bút lục khi lập xong hồ sơ, sau đó không đổi · numbered when compiled, never changed after."""
    entries, stands = _numbered(parts, actor, state_of(parts.engine, actor, dossier_id))
    lines = [
        SheetsOut(
            first_sheet=one.first,
            sheets=one.sheets,
            stands=stands,
            document=one.filed.id if one.filed.is_document else None,
            paper=None if one.filed.is_document else one.filed.id,
            title=one.filed.title,
            number=one.filed.symbol or None,
            day=one.filed.day,
            received_as=one.filed.received_as,
            left_out=one.filed.ended,
        )
        for one in entries
    ]
    return whole(request, SheetsOut, lines)


@router.get(
    "/bundle.zip",
    summary="Bộ hồ sơ · The file as a bundle",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}, **NO_PDF},
)
async def read_bundle(
    request: Request, dossier_id: DossierId, actor: CurrentActor, parts: PartsDep
) -> Response:
    """Bìa, mục lục của bản gốc và bản sao, mọi tờ trong một PDF, từng tệp · covers, indexes, all sheets, all files."""
    gone = threading.Event()
    making = asyncio.ensure_future(run_in_threadpool(_make, parts, actor, dossier_id, gone))
    try:
        while not (await asyncio.wait({making}, timeout=_WATCH))[0]:
            if await request.is_disconnected():
                gone.set()
    except asyncio.CancelledError:
        gone.set()
        raise
    try:
        number, bundle = await making
    except _NobodyWaits:
        return Response(status_code=_CLIENT_CLOSED_REQUEST)
    headers = {
        "Content-Disposition": f'attachment; filename="ho-so_{number}.zip"',
        "Content-Length": str(bundle.seek(0, 2)),
    }
    bundle.seek(0)
    return StreamingResponse(sent(bundle), media_type="application/zip", headers=headers)


class _NobodyWaits(Exception):
    """Whoever asked has gone."""


def _make(parts: Parts, actor: Actor, dossier: UUID, gone: threading.Event) -> tuple[str, BinaryIO]:
    """The dossier's number and its bundle, in a file without a name that is gone once it is closed."""

    def told(_done: int, _steps: int) -> None:
        if gone.is_set():
            raise _NobodyWaits

    state = state_of(parts.engine, actor, dossier)
    if erased(parts.engine, actor.scope, dossier):
        raise was_erased()
    entries, stands = _numbered(parts, actor, state)
    told(0, 0)
    file = _file(parts, actor, state, entries, stands=stands)
    bundle = cast("BinaryIO", tempfile.TemporaryFile(dir=parts.settings.data))  # noqa: SIM115 - closed when sent
    try:
        write_bundle(bundle, file, parts.files, parts.libreoffice, parts.settings.data, told)
    except BaseException:
        bundle.close()
        raise
    return state.number, bundle


def sent(bundle: BinaryIO) -> Iterator[bytes]:
    """An open file piece by piece; it is closed, and gone, at its end."""
    with bundle:
        while piece := bundle.read(1 << 18):
            yield piece


def _file(
    parts: Parts, actor: Actor, state: State, entries: Sequence[Numbered], *, stands: bool
) -> DossierFile:
    """What cover and index say; the compiling agency's paper, whoever asks."""
    book = book_of(state.book)
    words = book.words(state.track)
    with unit_of_work(parts.engine, actor.scope) as connection:
        agencies = Agencies(connection)
        compiler = agencies[state.parties.get("compiler", state.holder)].card
        court = agencies[state.parties["court"]].card.name if "court" in state.parties else words.court
    compiled = state.acts.get("compile")
    person, hidden = masks_of(state).person(state.person, minor=minor_of(state))
    block = person_block(person, words)
    return DossierFile(
        number=state.number,
        header=Header(
            superior=compiler.superior,
            issuer=compiler.name,
            number=None,
            place=compiler.place,
            day=state.opened_on,
        ),
        measure=words.measure_full,
        person=block.model_copy(update=dict.fromkeys(_IDENTITY, MASK)) if hidden else block,
        opened_on=state.opened_on,
        compiled_on=compiled.astimezone(TIMEZONE).date() if compiled else None,
        entries=entries,
        stands=stands,
        sets=(
            CopySet("Bản gốc", "ban-goc", f"chuyển {court}"),
            CopySet("Bản sao", "ban-sao", f"lưu tại {compiler.name}"),
        ),
    )


def _numbered(parts: Parts, actor: Actor, state: State) -> tuple[list[Numbered], bool]:
    """Everything in the file with its sheet numbers; documents get their PDFs, for its pages are their sheets."""
    with unit_of_work(parts.engine, actor.scope) as connection:
        documents, papers = _rows(connection, state.id)
        compiled_at = compiled_since(connection, state)
    asked = papers_of_the_file(state, now().astimezone(TIMEZONE))
    valid = [row.id for row in documents if row.state == "issued"]
    pdfs = print_stored(parts.engine, parts.files, parts.libreoffice, valid, actor.scope)
    filed = [_document_of(parts, actor, row, asked, pdfs.get(row.id)) for row in documents]
    filed += [_paper_of(row, asked) for row in papers]
    authors = {row.id: row.agency for row in (*documents, *papers)}
    entries, stands = number_sheets(parts.engine, state.id, filed, compiled_at)
    titles = titles_of(state)
    return [_masked(entry, state, authors[entry.filed.id], titles) for entry in entries], stands


def _masked(entry: Numbered, state: State, author: str, titles: Mapping[str, str]) -> Numbered:
    """The entry without its files, and without what its sender called it, if it holds what the reader does not need."""
    filed, masks, minor = entry.filed, masks_of(state), minor_of(state)
    told = masks.of_document if filed.is_document else masks.of_paper
    if filed.ended is None and told(filed.code, minor=minor, by=author):
        title = filed.title if filed.is_document else titles.get(filed.code, MASK)
        return replace(entry, filed=replace(filed, ended="masked", title=title, sha256="", pdf="", signed=""))
    return entry


def _rows(connection: Connection, dossier: UUID) -> tuple[Sequence[Any], Sequence[Any]]:
    """Documents and papers with the names of their agencies; a document is recorded when its act is."""
    signed = _copy.c.kind == "signed"
    scan = (
        select(_copy).where(_copy.c.dossier == dossier, signed).ext(distinct_on(_copy.c.document))
        .order_by(_copy.c.document, _copy.c.recorded_at.desc()).subquery()
    )  # fmt: skip
    names = (_event.c.recorded_at, _agency.c.name.label("author"))
    documents = (
        select(_document, *names, scan.c.sha256.label("scan"), scan.c.content_type.label("scan_type"))
        .outerjoin(scan, scan.c.document == _document.c.id)
        .join(_event, _event.c.id == _document.c.event)
        .join(_agency, _agency.c.code == _document.c.agency)
        .where(_document.c.dossier == dossier)
    )
    papers = (
        select(_paper, _agency.c.name.label("author"))
        .join(_agency, _agency.c.code == _paper.c.agency)
        .where(_paper.c.dossier == dossier)
    )
    return connection.execute(documents).all(), connection.execute(papers).all()


def _document_of(parts: Parts, actor: Actor, row: Any, asked: Sequence[Paper], pdf: str | None) -> Filed:  # noqa: ANN401
    """A document, with its files where it is still in the file."""
    valid = pdf is not None
    word = render_stored(parts.engine, parts.files, row.id, actor.scope) if valid else b""
    return Filed(
        id=row.id,
        is_document=True,
        code=row.form,
        title=row.title,
        symbol=row.number_text or "",
        author=row.author,
        day=row.issued_on,
        recorded_at=row.recorded_at,
        place=_place(asked, lambda paper: row.form == paper.form or row.form in paper.any_of),
        sheets=pages_of(storage.load(parts.files, pdf)) if pdf else 1,
        sha256=hashlib.sha256(word).hexdigest(),
        pdf=pdf or "",
        signed=row.scan or "",
        content_type=row.scan_type or "",
        ended=None if valid else row.state,
    )


def _paper_of(row: Any, asked: Sequence[Paper]) -> Filed:  # noqa: ANN401 - a row of `_rows`
    return Filed(
        id=row.id,
        is_document=False,
        code=row.kind,
        title=row.title,
        symbol="",
        author=row.author,
        day=row.received_on,
        recorded_at=row.recorded_at,
        place=_place(asked, lambda paper: row.kind == paper.kind or row.kind in paper.any_of),
        sheets=row.sheets,
        sha256=row.sha256,
        content_type=row.content_type,
        received_as=row.first_sheet,
    )


def _place(asked: Sequence[Paper], fits: Callable[[Paper], bool]) -> int | None:
    """Which of the papers the book asks for it is."""
    return next((place for place, paper in enumerate(asked) if fits(paper)), None)
