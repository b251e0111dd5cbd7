"""What stands still: why, since when, who must act; narrowed, saved, and many at once reminded of or given to somebody."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response
from sqlalchemy import Connection, select

from api.board import views
from api.board.asked import ChosenStuck, WatcherDep, address
from api.board.dossier import names_of
from api.board.files import MOST, sheet
from api.board.forms import Gone, SentDep, checked
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages
from api.errors import Problem
from api.supervision import stuck_of
from flows.detectors import DETECTORS, SEVERITIES
from flows.engine import Actor
from flows.policy import may
from flows.sheets import Cell
from flows.standstill import WATCHING, Stuck
from models.law.schema import Stage
from models.law.words import STAGE_NAMES
from models.seeing import ROOT
from models.store import reach, unit_of_work
from models.tables import table

router = pages("/stuck")
_agency = table("agency")
FiltersDep = Annotated[ChosenStuck, Query()]
PAGE = "stuck"
_SEVERITIES = {
    "critical": "Nghiêm trọng · critical",
    "high": "Cao · high",
    "medium": "Vừa · medium",
    "low": "Thấp · low",
}
_LISTED = 300
"""Agencies that can be chosen from a list; of a larger territory one types the code."""


@router.get("")
def show(visit: VisitDep, actor: WatcherDep, filters: FiltersDep) -> Response:
    """A line for each thing in a dossier's way."""
    return stuck_page(visit, actor, filters)


def stuck_page(visit: Visit, actor: Actor, filters: ChosenStuck, problem: Problem | None = None) -> Response:
    """The list, or why what was asked for there was not done."""
    items, following = stuck_of(filters, actor, visit.parts.engine)
    codes = {one.holder for one in items} | {code for one in items for code in one.who}
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        names = names_of(connection, codes | {filters.agency or ""})
        saved = views.views_of(connection, actor.account, PAGE)
        choices = _agencies(connection, actor)
    narrowed = narrowed_by(filters)
    return visit.page(
        "stuck.html", status=problem.status if problem else 200, problem=problem, items=items, following=following,
        filters=filters, agencies=names, saved=saved, choices=choices, narrowed=narrowed, detectors=DETECTORS,
        severities=SEVERITIES, stages=list(Stage)[:-1], file=address("/board/stuck.xlsx", **narrowed),
        may_remind=may(actor.role, "dossiers.remind"), may_assign=may(actor.role, "dossiers.assign"),
    )  # fmt: skip


def narrowed_by(filters: ChosenStuck) -> dict[str, str]:
    """What the list is narrowed to and ordered by, as its address says it."""
    told = filters.model_dump(mode="json", exclude={"cursor", "limit"}, exclude_defaults=True)
    return {name: str(value) for name, value in told.items()}


@router.get(".xlsx")
def download(visit: VisitDep, actor: WatcherDep, filters: FiltersDep) -> Response:
    """The same list as a workbook."""
    items, following = stuck_of(
        filters.model_copy(update={"limit": MOST, "cursor": None}), actor, visit.parts.engine
    )
    codes = {one.holder for one in items} | {code for one in items for code in one.who}
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        names = names_of(connection, codes)
    heads = [
        ("Số hồ sơ", "Number"), ("Giai đoạn", "Stage"), ("Mã cơ quan giữ", "Holding agency"), ("Cơ quan giữ", "Name"),
        ("Nguyên nhân", "Cause"), ("Mức độ", "Severity"), ("Từ lúc", "Since"), ("Còn thiếu", "Missing"), ("Căn cứ", "Article"),
        ("Phải làm", "Who must act"), ("Việc tiếp theo", "Next action"),
    ]  # fmt: skip
    return sheet(
        "vuong", "Vướng · Stuck", heads, [_row(one, names) for one in items], cut=following is not None
    )


def _row(one: Stuck, names: dict[str, str]) -> tuple[Cell, ...]:
    cause, step = DETECTORS[one.cause], one.next_title
    return (
        one.number, STAGE_NAMES[Stage(one.stage)], one.holder, names.get(one.holder), f"{cause.title} · {cause.title_en}",
        _SEVERITIES[one.severity], one.since, " · ".join(one.missing), one.citation,
        ", ".join(names.get(code, code) for code in one.who), step and " · ".join(step),
    )  # fmt: skip


def _agencies(connection: Connection, actor: Actor) -> dict[str, str]:
    """The agencies one can choose from; none where there are too many or there is no choice."""
    if actor.role not in WATCHING:
        return {}
    inside = reach(connection).territory
    asked = select(_agency.c.code, _agency.c.name).order_by(_agency.c.name).limit(_LISTED + 1)
    if inside != ROOT:
        below = _agency.c.territory.startswith(f"{inside}/", autoescape=True)
        asked = asked.where((_agency.c.territory == inside) | below)
    found = {row.code: row.name for row in connection.execute(asked)}
    return found if len(found) <= _LISTED else {}


@router.post("/views")
def save(visit: VisitDep, actor: WatcherDep, sent: SentDep) -> Response:
    """Keeps what the list is narrowed to under a name."""
    filters = checked(ChosenStuck, {
        name: sent.fields[name] for name in ChosenStuck.model_fields if name in sent.fields and name not in ("cursor", "limit")
    })  # fmt: skip

    def write(connection: Connection) -> Gone:
        name = checked(views.ViewIn, {"name": sent.fields.get("name", "").strip()}).name
        views.save(connection, actor.account, PAGE, name, narrowed_by(filters))
        return Gone(address("/board/stuck", **narrowed_by(filters)), N_("Đã lưu bộ lọc."))

    return sent.once(write) or stuck_page(visit, actor, filters, sent.problem)


@router.post("/views/{view_id}/removal")
def remove(visit: VisitDep, actor: WatcherDep, view_id: Annotated[UUID, Path()], sent: SentDep) -> Response:
    """Forgets a saved view."""

    def write(connection: Connection) -> Gone:
        views.remove(connection, actor.account, view_id)
        return Gone(visit.page_of_form, N_("Đã bỏ bộ lọc."))

    return sent.once(write) or stuck_page(visit, actor, ChosenStuck(), sent.problem)
