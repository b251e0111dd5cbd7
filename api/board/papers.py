"""Papers of a dossier: one more is added, each is shown as it was received."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import Connection

from api.board import drafts
from api.board.fields import Field, values_of
from api.board.forms import Gone, SentDep, checked
from api.board.framing import framed
from api.board.language import N_
from api.board.visits import ActorDep, Visit, VisitDep, pages
from api.board.work import WorkerDep
from api.dependencies import DossierId, PaperId
from api.dossiers import state_of
from api.errors import Fault, Problem, Said, problem_of
from api.papers import MOST, PaperIn, file_paper, keep, papers_of, read_content
from flows.engine import Actor
from flows.filing import papers_of_the_file
from flows.refusals import Refusal
from models.clock import now
from models.law.limits import TIMEZONE
from models.store import unit_of_work

router = pages("")
_OTHER = "other"
"""A kind that no book knows: its title says what it is."""


@router.get("/dossiers/{dossier_id}/papers")
def show(
    visit: VisitDep,
    actor: WorkerDep,
    dossier_id: DossierId,
    kind: Annotated[str | None, Query(max_length=60)] = None,
) -> Response:
    """The form, and what is there already."""
    return _page(visit, actor, dossier_id, {"kind": kind} if kind else None)


@router.post("/dossiers/{dossier_id}/papers")
def add(visit: VisitDep, actor: WorkerDep, dossier_id: DossierId, sent: SentDep) -> Response:
    """Takes a file in; what is wrong with it is said, and nothing of what was typed is lost."""
    file = sent.files.get("file")
    try:
        content = file.file.read(MOST + 1) if file else b""
        if not content:
            raise _no_file()
        with unit_of_work(visit.parts.engine, actor.scope) as connection:
            fields = _fields(connection, actor, dossier_id)
        given = checked(PaperIn, values_of(fields, sent.fields))
        kept = keep(visit.parts, actor, dossier_id, given, content)
    except (Problem, Refusal) as error:
        return _page(visit, actor, dossier_id, sent.fields, problem_of(error, visit.request))
    name = file.filename if file else None

    def write(connection: Connection) -> Gone:
        paper = file_paper(connection, actor, dossier_id, given, kept, name)
        return Gone(f"/board/dossiers/{dossier_id}#paper-{paper.id}", N_("Đã thêm tài liệu."))

    return sent.once(write, kept.sha256) or _page(visit, actor, dossier_id, sent.fields, sent.problem)


@router.get("/papers/{paper_id}/content")
def content(visit: VisitDep, actor: ActorDep, paper_id: PaperId) -> Response:
    """The very file that was received; pictures and PDFs are shown, the rest is downloaded."""
    return framed(read_content(paper_id, actor, visit.parts))


def _no_file() -> Problem:
    said = Said("chưa chọn tệp", "no file was chosen")
    title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
    return Problem(422, "invalid", title, [Fault("missing", said, "file")])


def _page(
    visit: Visit,
    actor: Actor,
    dossier_id: UUID,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    draft = drafts.Key("paper", dossier_id)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        state, fields = state_of(connection, actor, dossier_id), _fields(connection, actor, dossier_id)
        papers = papers_of(connection, state)
        kept = drafts.read(connection, actor.account, draft)
    values = kept | (typed or {})
    return visit.page(
        "papers.html", status=problem.status if problem else 200, state=state, fields=fields, papers=papers, draft=draft,
        values=values, problem=problem, most=MOST,
    )  # fmt: skip


def _fields(connection: Connection, actor: Actor, dossier_id: UUID) -> list[Field]:
    state = state_of(connection, actor, dossier_id)
    asked = papers_of_the_file(state, now().astimezone(TIMEZONE))
    kinds = {paper.kind: paper.title for paper in asked} | {_OTHER: N_("Tài liệu khác (ghi tên)")}
    return [
        Field("kind", "choice", "Loại tài liệu", "Kind of paper", required=True, choices=kinds),
        Field("title", "text", "Tên tài liệu", "Title", longest=500, help=N_("Bắt buộc với tài liệu khác.")),
        Field("received_on", "day", "Ngày nhận", "Received on", required=True),
        Field("sheets", "number", "Số tờ", "Sheets", required=True),
    ]
