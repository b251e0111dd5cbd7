"""Papers received into a dossier: uploaded with their kind, counted sheet by sheet, stored by hash."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from pathlib import PurePath
from typing import Annotated, NamedTuple
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, Field
from sqlalchemy import Connection, func, insert, select

from api import traces
from api.answers import Instant
from api.dependencies import CurrentActor, DossierId, EngineDep, OfficerDep, PaperId, Parts, PartsDep
from api.dossiers import state_of
from api.errors import Fault, Problem, Said, masked, not_found, was_erased
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.pages import CSV, whole
from documents import storage
from documents.received import DOCX, SCANS, UnfitFile, judge, kind_of
from flows.anonymising import erased
from flows.books import book as book_of
from flows.engine import Actor
from flows.masking import masks_of, minor_of, shown
from flows.state import State, require_kept
from models.clock import now
from models.law.facts import Day
from models.law.limits import TIMEZONE
from models.seeing import visible
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1", tags=["papers"])

MOST = 20_000_000
SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", DOCX: ".docx"}
_paper = table("paper")


class PaperOut(BaseModel):
    """Tài liệu trong hồ sơ và số tờ · a paper of the file with its sheets."""

    id: UUID
    dossier: UUID
    kind: str
    title: str
    received_on: date
    first_sheet: int = Field(
        description="Tờ đầu theo thứ tự nhận; bút lục được đánh khi lập xong hồ sơ, xem `/sheets` · the first sheet in "
        "the order of receipt; the file is numbered when it is compiled, see `/sheets`"
    )
    sheets: int
    file_name: str
    content_type: str
    sha256: str
    agency: str
    account: UUID
    recorded_at: Instant
    masked: list[str] = Field(
        default=[],
        description="Những gì trong tài liệu mà công việc của người xem không cần đến; tệp khi đó không tải được · what it "
        "holds that the reader's work does not need; its file is refused then",
    )


@router.get(
    "/dossiers/{dossier_id}/papers", response_model=list[PaperOut], responses=CSV,
    summary="Tài liệu trong hồ sơ · Papers of a dossier",
)  # fmt: skip
def list_papers(dossier_id: DossierId, actor: CurrentActor, engine: EngineDep, request: Request) -> Response:
    """Theo thứ tự nhận · in the order of receipt."""
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        found = papers_of(connection, state_of(connection, actor, dossier_id))
    return whole(request, PaperOut, found)


def papers_of(connection: Connection, state: State) -> list[PaperOut]:
    """The papers received into a dossier, as its reader may know them."""
    masks, minor, titles = masks_of(state), minor_of(state), titles_of(state)
    asked = select(_paper).where(_paper.c.dossier == state.id).order_by(_paper.c.first_sheet)
    seen = [masks.paper(dict(row), titles, minor=minor) for row in connection.execute(asked).mappings()]
    return [PaperOut.model_validate({**row, "masked": hidden}) for row, hidden in seen]


@router.post(
    "/dossiers/{dossier_id}/papers",
    status_code=201,
    response_model=PaperOut,
    summary="Thêm tài liệu · Add a paper",
)
def add_paper(
    dossier_id: DossierId,
    actor: OfficerDep,
    parts: PartsDep,
    once: OnceDep,
    file: Annotated[UploadFile, File(description="PDF, PNG, JPEG hoặc DOCX, tối đa 20 MB · 20 MB at most")],
    kind: Annotated[
        str,
        Form(
            pattern=r"^[a-z0-9][a-z0-9_-]*$",
            max_length=60,
            description="Loại tài liệu theo bộ quy tắc, hoặc loại khác kèm `title` · a kind of the rulebook's, "
            "or any other with a `title`",
        ),
    ],
    received_on: Annotated[Day, Form(description="Ngày nhận · the day it was received")],
    sheets: Annotated[int, Form(ge=1, le=2000, description="Số tờ · how many sheets")],
    title: Annotated[str | None, Form(min_length=1, max_length=500)] = None,
) -> JSONResponse:
    """Số tờ được tính liên tục theo thứ tự nhận · sheets are counted on in the order of receipt."""
    given = PaperIn(kind=kind, received_on=received_on, sheets=sheets, title=title)
    content = file.file.read(MOST + 1)
    kept = keep(parts, actor, dossier_id, given, content)

    def write(connection: Connection) -> Answer:
        paper = file_paper(connection, actor, dossier_id, given, kept, file.filename)
        return Answer(paper, 201, {"Location": f"/v1/papers/{paper.id}/content"})

    return once({**given.model_dump(mode="json"), **kept._asdict()}, write)


class PaperIn(BaseModel):
    """What is said of a paper that came in."""

    kind: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    received_on: Day
    sheets: int = Field(ge=1, le=2000)
    title: str | None = Field(default=None, min_length=1, max_length=500)


class Kept(NamedTuple):
    """A file that was judged and stored: by its hash, and what it is by its content."""

    sha256: str
    content_type: str


def keep(parts: Parts, actor: Actor, dossier_id: UUID, given: PaperIn, content: bytes) -> Kept:
    """Judges a file and stores it, if the actor may add it to the dossier.

    Raises:
        Problem: 413, 415, 422 for the file, 422 for a day to come, 403, 404.
    """
    content_type = content_type_of(content)
    if given.received_on > now().astimezone(TIMEZONE).date():
        raise _flawed("in_the_future", "received_on", "không thể ở tương lai", "lies in the future")
    state = state_of(parts.engine, actor, dossier_id)
    require_kept(state)
    _require_part(state, actor)  # before anything is kept
    return Kept(storage.store(parts.files, content), content_type)


def file_paper(
    connection: Connection, actor: Actor, dossier_id: UUID, given: PaperIn, kept: Kept, file_name: str | None
) -> PaperOut:
    """Puts a kept file into the dossier, its sheets counted on."""
    state = state_of(connection, actor, dossier_id, lock=True)
    require_kept(state)
    _require_part(state, actor)
    row = given.model_dump() | kept._asdict() | {
        "title": _title(state, given.kind, given.title),
        "file_name": _file_name(file_name, given.kind, kept.content_type),
    }  # fmt: skip
    return add(connection, state, actor, row)


@router.get(
    "/papers/{paper_id}/content",
    summary="Tệp của tài liệu · A paper's file",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in (*SCANS, DOCX)}}},
)
def read_content(paper_id: PaperId, actor: CurrentActor, parts: PartsDep) -> Response:
    """Đúng tệp đã nhận · the very file that was received."""
    with unit_of_work(parts.engine, actor.scope) as connection:
        asked = select(_paper).where(_paper.c.id == paper_id, visible(connection, "paper.dossier"))
        row = connection.execute(asked).one_or_none()
        if row is None:
            raise not_found()
        traces.shown([row.dossier])
        about = shown(connection, [row.dossier])[row.dossier]
    if classes := about.masks.of_paper(row.kind, minor=about.minor, by=row.agency):
        raise masked(classes)
    if erased(parts.engine, actor.scope, row.dossier):
        raise was_erased()
    content = storage.load(parts.files, row.sha256)
    return Response(content, media_type=row.content_type, headers=attachment(row.file_name, row.sha256))


def attachment(file_name: str, sha256: str) -> dict[str, str]:
    """Headers of a download."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
        "ETag": f'"{sha256}"',
    }


def add(connection: Connection, state: State, actor: Actor, row: dict[str, object]) -> PaperOut:
    """Numbers the sheets after the last one; the dossier's row is locked, so nobody else numbers at the same time."""
    last = select(func.max(_paper.c.first_sheet + _paper.c.sheets)).where(_paper.c.dossier == state.id)
    paper = PaperOut.model_validate(
        row
        | {
            "id": uuid4(),
            "dossier": state.id,
            "first_sheet": connection.execute(last).scalar_one() or 1,
            "agency": actor.agency,
            "account": actor.account,
            "recorded_at": now(),
        }
    )
    connection.execute(insert(_paper), paper.model_dump(exclude={"masked"}))
    return paper


def _require_part(state: State, actor: Actor) -> None:
    """Agencies the dossier merely passed through may read its papers, not add to them."""
    if actor.agency not in {state.holder, *state.parties.values()}:
        said = Said("Hồ sơ không còn do cơ quan này xử lý", "The dossier is no longer with this agency")
        raise Problem(403, "not_in_charge", said, [Fault("not_in_charge", said)])


def titles_of(state: State) -> dict[str, str]:
    """What the dossier's rulebook calls its papers, by kind."""
    return {paper.kind: paper.title for paper in book_of(state.book).papers}


def _title(state: State, kind: str, title: str | None) -> str:
    if title is not None:
        return unicodedata.normalize("NFC", title.strip())
    known = titles_of(state)
    if kind not in known:
        raise _flawed(
            "title_required",
            "title",
            f"loại “{kind}” không có trong bộ quy tắc: phải ghi tên tài liệu",
            f"the rulebook has no kind “{kind}”: a title is needed",
        )
    return known[kind]


def content_type_of(content: bytes, taken: Collection[str] = (*SCANS, DOCX)) -> str:
    """What the file is by its content; what its sender calls it does not count.

    Raises:
        Problem: 413 too large, 415 none of the kinds that are taken, 422 damaged, locked, a bomb, or with content that acts.
    """
    if len(content) > MOST:
        said = Said("Tệp lớn quá 20 MB", "The file is larger than 20 MB")
        raise Problem(413, "too_large", said, [Fault("too_large", said, "file")])
    kind = kind_of(content)
    if kind is not None and kind in taken:
        try:
            judge(content, kind)
        except UnfitFile as unfit:
            raise _flawed(unfit.code, "file", unfit.vietnamese, unfit.english) from None
        return kind
    names = [
        suffix.removeprefix(".").upper().replace("JPG", "JPEG")
        for suffix in map(SUFFIXES.get, taken)
        if suffix
    ]
    vietnamese, english = (f"{', '.join(names[:-1])} {either} {names[-1]}" for either in ("hoặc", "or"))
    said = Said(f"Chỉ nhận tệp {vietnamese}", f"Only {english} files are taken")
    raise Problem(415, "unsupported_file", said, [Fault("unsupported_file", said, "file")])


def _file_name(sent: str | None, kind: str, content_type: str) -> str:
    """The sender's name of the file, without folders, with the ending of what it is."""
    stem = PurePath((sent or "").replace("\\", "/")).stem
    printable = "".join(char for char in unicodedata.normalize("NFC", stem) if char.isprintable())
    kept = re.sub(r'[<>:"/|?*]', "_", printable)[:150].strip(". ")
    return (kind if not kept or _DEVICE.fullmatch(kept.partition(".")[0].strip()) else kept) + SUFFIXES[
        content_type
    ]


_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever their ending: nobody could save such a file."""


def _flawed(code: str, name: str, vi: str, en: str) -> Problem:
    title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
    return Problem(422, "invalid", title, [Fault(code, Said(vi, en), name)])
