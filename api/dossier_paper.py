"""The list of dossiers as a paper (HS-05): what the caller may see, narrowed as the list is, for signing and filing."""

import hashlib
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy import ColumnElement, Connection, func, select

from api.dependencies import CurrentActor, EngineDep
from api.dossier_list import DossierLine, DossierPage, Filters, conditions_of, page_of
from api.pages import key_of
from api.papers import attachment
from documents.case import Header
from documents.forms import all_forms
from documents.forms.office import DossierList, ListedDossier
from documents.received import DOCX
from flows.state import Agencies
from models.clock import now
from models.law.counting import end_day
from models.law.limits import TIMEZONE
from models.law.loader import codes, load_book
from models.law.schema import AgencyKind, Stage
from models.law.words import STAGE_NAMES
from models.seeing import visible
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/lists", tags=["dossiers"])

_dossier = table("dossier")
_STATES = {"open": "đang xử lý", "closed": "đã kết thúc", "law_changed": "vướng vì luật đã thay đổi"}


class PaperFilters(Filters):
    """Which dossiers the paper lists, and as what it is sent."""

    limit: int = Field(default=200, ge=1, le=200, description="Số dòng · lines, 200 at most")
    format: Literal["docx"] = Field(default="docx", description="docx")


@router.get(
    "/dossiers",
    summary="Danh sách hồ sơ dạng văn bản · The list of dossiers as a paper",
    response_class=Response,
    responses={200: {"content": {DOCX: {}}}},
)
def list_on_paper(
    asked: Annotated[PaperFilters, Query()], actor: CurrentActor, engine: EngineDep
) -> Response:
    """Cùng bộ lọc với `GET /v1/dossiers`; nói rõ còn bao nhiêu hồ sơ không in · says how many are left out."""
    conditions, moment = conditions_of(asked), now().astimezone(TIMEZONE)
    with unit_of_work(engine, actor.scope) as connection:
        page = page_of(connection, actor, conditions, asked)
        agencies = Agencies(connection)
        agencies.read([actor.agency, *(item.holder for item in page.items), *filter(None, [asked.agency])])
        left_out = _after(connection, conditions, page)
        narrowed = tuple(_narrowed(asked, agencies))
    own = agencies[actor.agency].card
    header = Header(superior=own.superior, issuer=own.name, number=None, place=own.place, day=moment.date())
    content = all_forms()["HS-05"].render(
        DossierList(
            header=header,
            at=moment,
            narrowed_to=narrowed,
            lines=tuple(_line(item, agencies) for item in page.items),
            left_out=left_out,
            committee=own.kind == AgencyKind.peoples_committee,
            position=own.head.position,
            signer=own.head.name,
        )
    )
    sha256 = hashlib.sha256(content).hexdigest()
    return Response(content, media_type=DOCX, headers=attachment(f"HS-05_{moment.date()}.docx", sha256))


def _after(connection: Connection, conditions: list[ColumnElement[bool]], page: DossierPage) -> int:
    """How many dossiers come after the page."""
    if page.next_cursor is None:
        return 0
    seen, later = visible(connection, "dossier.id"), _dossier.c.number > key_of(page.next_cursor)
    return connection.execute(select(func.count()).where(*conditions, later, seen)).scalar_one()


def _narrowed(asked: PaperFilters, agencies: Agencies) -> Iterator[str]:
    """The filters in words."""
    if asked.stage:
        yield f"Giai đoạn: {STAGE_NAMES[asked.stage]}."
    if asked.agency:
        holder = agencies.get(asked.agency)
        yield f"Cơ quan đang giữ hồ sơ: {holder.card.name if holder else asked.agency}."
    if asked.rulebook:
        known = asked.rulebook in codes()
        yield f"Bộ quy tắc: {load_book(asked.rulebook).title if known else asked.rulebook}."
    if asked.state:
        yield f"Tình trạng: {_STATES[asked.state]}."
    if asked.overdue is not None:
        yield "Có thời hạn đã quá." if asked.overdue else "Không có thời hạn đã quá."
    if asked.cursor:
        yield f"Tiếp theo hồ sơ số {key_of(asked.cursor)}."


def _line(item: DossierLine, agencies: Agencies) -> ListedDossier:
    return ListedDossier(
        number=item.number,
        name=item.person_name,
        birth_year=None if item.masked else int(item.birth_date[:4]),
        stage=STAGE_NAMES[Stage(item.stage)],
        holder=agencies[item.holder].card.name,
        opened_on=item.opened_on,
        next_due=end_day(item.next_due) if item.next_due else None,
        state="quá hạn" if item.overdue else _STATES[item.state],
    )
