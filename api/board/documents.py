"""An issued document: what it is, its paper in a frame, its files, and the scan of the signed one."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import Connection

from api.board.dossier import names_of
from api.board.forms import Gone, SentDep
from api.board.framing import frameable, framed
from api.board.language import N_
from api.board.problems import problem_page
from api.board.visits import ActorDep, Visit, VisitDep, pages
from api.board.work import WorkerDep
from api.bundle import read_bundle
from api.dependencies import DocumentId, DossierId
from api.documents import attach, judged_scan, read_content, read_one
from api.errors import Problem, masked, problem_of
from api.papers import MOST
from documents.pdf import PdfError
from flows.engine import Actor
from flows.policy import may
from flows.refusals import Refusal
from models.store import unit_of_work

router = pages("")


@router.get("/documents/{document_id}")
def show(visit: VisitDep, actor: ActorDep, document_id: DocumentId) -> Response:
    """The document; who does not need what it holds reads that."""
    return _page(visit, actor, document_id)


@router.get("/documents/{document_id}/content")
def content(
    visit: VisitDep, actor: ActorDep, document_id: DocumentId,
    form: Annotated[Literal["docx", "pdf", "signed"], Query(alias="format")] = "docx", shown: bool = False,
) -> Response:  # fmt: skip
    """A file of it: as a download, or for the frame of its page."""
    if not shown:
        return read_content(document_id, actor, visit.parts, form)
    try:
        return framed(read_content(document_id, actor, visit.parts, form))
    except (Problem, PdfError) as error:  # told in the frame
        return frameable(problem_page(problem_of(error, visit.request), visit.request))


@router.post("/documents/{document_id}/signed")
def add_signed(visit: VisitDep, actor: WorkerDep, document_id: DocumentId, sent: SentDep) -> Response:
    """Takes the scan of the signed paper in: it is the official copy from then on."""
    file = sent.files.get("file")
    try:
        scan = judged_scan(visit.parts, actor, document_id, file.file.read(MOST + 1) if file else b"")
    except (Problem, Refusal) as error:
        return _page(visit, actor, document_id, problem_of(error, visit.request))

    def write(connection: Connection) -> Gone:
        attach(connection, actor, document_id, scan)
        return Gone(f"/board/documents/{document_id}", N_("Đã thêm bản đã ký."))

    return sent.once(write, scan.sha256) or _page(visit, actor, document_id, sent.problem)


@router.get("/dossiers/{dossier_id}/bundle.zip")
async def bundle(request: Request, visit: VisitDep, actor: ActorDep, dossier_id: DossierId) -> Response:
    """The numbered file with everything in it."""
    return await read_bundle(request, dossier_id, actor, visit.parts)


def _page(visit: Visit, actor: Actor, document_id: UUID, problem: Problem | None = None) -> Response:
    document = read_one(document_id, actor, visit.parts.engine)
    if document.masked:
        raise masked(document.masked)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        agencies = names_of(connection, {document.agency})
    return visit.page(
        "document.html", status=problem.status if problem else 200, document=document, agencies=agencies, problem=problem,
        most=MOST, may_add=document.agency == actor.agency and may(actor.role, "dossiers.act"),
    )  # fmt: skip
