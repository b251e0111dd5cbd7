"""Lists and registers that name many persons: printed for the agency that keeps them, stored in no dossier."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Response

from api.dependencies import EngineDep, OfficerDep
from api.errors import Fault, Problem, Said
from api.papers import attachment
from documents.case import AgencyCard, FormContext, Header
from documents.forms import all_forms
from documents.forms.user_list import UserListParticulars, user_list
from documents.forms.voluntary import RegisterParticulars, register_page
from documents.received import DOCX
from flows.state import Agencies
from models.clock import now
from models.law.limits import TIMEZONE
from models.law.schema import AgencyKind
from models.store import unit_of_work

router = APIRouter(prefix="/v1/lists", tags=["documents"])


def police_of(actor: OfficerDep, engine: EngineDep) -> AgencyCard:
    """The caller's agency, which keeps these lists; 403 for any but a commune's police (NĐ 163/2026 Đ.64.2, 89.5)."""
    with unit_of_work(engine, actor.scope) as connection:
        card = Agencies(connection)[actor.agency].card
    if card.kind != AgencyKind.commune_police:
        said = Said("Danh sách này do Công an cấp xã lập", "The commune police keep this list")
        raise Problem(403, "wrong_agency", said, [Fault("wrong_agency", said)])
    return card


PoliceDep = Annotated[AgencyCard, Depends(police_of)]
_AS_WORD: dict[int | str, dict[str, Any]] = {200: {"content": {DOCX: {}}}}


@router.post(
    "/III-10",
    summary="Danh sách người sử dụng · List of users",
    response_class=Response,
    responses=_AS_WORD,
)
def print_user_list(_police: PoliceDep, body: Annotated[UserListParticulars, Body()]) -> Response:
    """In từ các dòng gửi lên, không lưu gì · printed from the rows sent; nothing is kept."""
    return _printed("III-10", user_list(body))


@router.post(
    "/V-21", summary="Sổ đăng ký cai nghiện tự nguyện · Register of voluntary rehab", response_class=Response,
    responses=_AS_WORD,
)  # fmt: skip
def print_register(police: PoliceDep, body: Annotated[RegisterParticulars, Body()]) -> Response:
    """In từ các dòng gửi lên, không lưu gì · printed from the rows sent; nothing is kept."""
    today = now().astimezone(TIMEZONE).date()
    header = Header(superior=police.superior, issuer=police.name, number=None, place=police.place, day=today)
    return _printed("V-21", register_page(body, header, police.head.name))


def _printed(code: str, context: FormContext) -> Response:
    content = all_forms()[code].render(context)
    sha256 = hashlib.sha256(content).hexdigest()
    return Response(content, media_type=DOCX, headers=attachment(f"{code}.docx", sha256))
