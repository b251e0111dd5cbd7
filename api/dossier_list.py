"""Lists of dossiers: filtered, searched, in pages of a stable order, as JSON or CSV."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
)

from api.answers import Instant
from api.dependencies import CurrentActor, EngineDep
from api.pages import CSV, Page, cursor_of, key_of, listed
from api.traces import shown
from flows.engine import Actor
from flows.law_change import law_changed
from flows.masking import MASK, is_minor, masks_for
from models.clock import now
from models.law.limits import TIMEZONE
from models.law.private import Private
from models.law.schema import Stage
from models.seeing import visible
from models.store import Reach, Store, reach, unit_of_work
from models.tables import table
from models.words import dossiers_found

router = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])

_dossier, _person, _limit = table("dossier"), table("person"), table("time_limit")
_assignment = table("assignment")


class DossierLine(BaseModel):
    """Hồ sơ trong danh sách · a dossier in a list."""

    id: UUID
    number: str
    person_name: str
    birth_date: str
    rulebook: str
    stage: str
    state: Literal["open", "closed"]
    holder: str
    assignee: UUID | None
    version: int
    opened_on: date
    overdue: bool
    next_due: Instant | None
    masked: list[str] = Field(
        description="minor: danh tính người dưới 18 tuổi được che · a minor's identity is masked"
    )


class DossierPage(BaseModel):
    """Một trang của danh sách · one page of a list."""

    items: list[DossierLine]
    next_cursor: str | None = Field(
        description="Gửi lại trong `cursor` để lấy trang sau; null ở trang cuối · null on the last page"
    )


class Filters(Page):
    """What a list is narrowed to."""

    stage: Stage | None = Field(default=None, description="Giai đoạn · stage")
    agency: str | None = Field(default=None, description="Cơ quan đang giữ hồ sơ · holding agency")
    rulebook: str | None = Field(default=None, description="Bộ quy tắc · rulebook")
    state: Literal["open", "closed", "law_changed"] | None = Field(
        default=None,
        description="Đang xử lý, đã kết thúc, hoặc vướng vì luật đã thay đổi · open, closed, or stuck because the "
        "law changed",
    )
    assignee: UUID | None = Field(
        default=None, description="Tài khoản phụ trách · the account responsible for it"
    )
    overdue: bool | None = Field(default=None, description="Có thời hạn đã quá · with a duty past its end")


class Wanted(Page):
    """Whom to look for; in the body only, never in a URL."""

    name: str | None = Field(
        default=None,
        min_length=2,
        description="Họ tên hoặc phần đầu của các từ trong họ tên, không cần dấu, thứ tự nào cũng được · beginnings of the words of "
        "the name, in any order, with or without diacritics",
    )
    identity_number: str | None = Field(
        default=None, min_length=5, description="Số giấy tờ tùy thân · number of the identity paper"
    )

    @model_validator(mode="after")
    def something_is_asked(self) -> "Wanted":
        """A search for nobody in particular is a list."""
        if self.name is None and self.identity_number is None:
            raise ValueError("cần name hoặc identity_number / name or identity_number is needed")
        return self


@router.get(
    "",
    response_model=DossierPage,
    summary="Danh sách hồ sơ · List dossiers",
    responses=CSV,
)
def list_all(
    filters: Annotated[Filters, Query()], actor: CurrentActor, engine: EngineDep, request: Request
) -> Response:
    """Theo số hồ sơ; `Accept: text/csv` cho cùng danh sách dạng CSV · by number; the same list as CSV."""
    page = page_of(engine, actor, conditions_of(filters), filters)
    return listed(request, DossierLine, page.items, page.next_cursor)


@router.post(
    "/search",
    response_model=DossierPage,
    summary="Tìm hồ sơ theo người · Search dossiers by person",
    responses=CSV,
)
def search(wanted: Wanted, actor: CurrentActor, engine: EngineDep, request: Request) -> Response:
    """Họ tên hoặc số giấy tờ chỉ nằm trong nội dung gửi, không nằm trong địa chỉ · personal data in the body only."""
    page = found_of(engine, actor, wanted)
    return listed(request, DossierLine, page.items, page.next_cursor)


def found_of(engine: Store, actor: Actor, wanted: Wanted) -> DossierPage:
    """One page of the dossiers of whoever is looked for, of those the actor may see."""
    paper = wanted.identity_number and wanted.identity_number.strip()
    after = "" if wanted.cursor is None else key_of(wanted.cursor)
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        ids = dossiers_found(connection, name=wanted.name, paper=paper, after=after, most=wanted.limit + 1)
        page = page_of(connection, actor, [_dossier.c.id.in_(ids)], wanted)
    found = [item for item in page.items if not item.masked]  # a hit would tell who it is
    return DossierPage(items=found, next_cursor=page.next_cursor)


def conditions_of(filters: Filters) -> list[ColumnElement[bool]]:
    """What the dossiers of a list have in common, as conditions on their rows."""
    conditions: list[ColumnElement[bool]] = []
    if filters.stage:
        conditions.append(_dossier.c.stage == filters.stage)
    if filters.agency:
        conditions.append(_dossier.c.holder == filters.agency)
    if filters.rulebook:
        conditions.append(_dossier.c.book == filters.rulebook)
    if filters.state == "law_changed":
        conditions.append(law_changed(now().astimezone(TIMEZONE).date()))
    elif filters.state:
        conditions.append((_dossier.c.stage == "closed") == (filters.state == "closed"))
    if filters.assignee:
        conditions.append(_assignee() == filters.assignee)
    if filters.overdue is not None:
        conditions.append(_overdue() if filters.overdue else ~_overdue())
    return conditions


def _open_duty() -> Any:  # noqa: ANN401 - conditions on the limit table
    """Duties that still run: not ended, not standing still; those counted back within an end are never late."""
    suspended = func.coalesce(_limit.c.explanation["suspended"].astext, "false") == "true"
    return and_(
        _limit.c.dossier == _dossier.c.id,
        _limit.c.kind == "duty",
        _limit.c.ended_at.is_(None),
        _limit.c.opens.is_(None),
        ~suspended,
    )


def _assignee() -> Any:  # noqa: ANN401 - a column
    mine = _assignment.c.dossier == _dossier.c.id, _assignment.c.ended_at.is_(None)
    return select(_assignment.c.account).where(*mine).correlate(_dossier).scalar_subquery()


def _overdue() -> ColumnElement[bool]:
    return exists().where(_open_duty(), _limit.c.due <= now()).correlate(_dossier)


def page_of(
    engine: Store, actor: Actor, conditions: Sequence[ColumnElement[bool]], page: Page
) -> DossierPage:
    """One page of the dossiers an actor may see that meet the conditions, by number.

    Args:
        engine: the store.
        actor: who asks.
        conditions: what they have in common.
        page: which page.
    """
    moment = now()
    late, due = _limit.c.due <= moment, _limit.c.due
    clocks = (
        select(
            func.coalesce(func.bool_or(late), false()).label("overdue"),
            func.min(due).filter(due > moment).label("next_due"),
        )
        .where(_open_duty())
        .correlate(_dossier)
        .lateral("clocks")
    )
    asked = (
        select(
            *(_dossier.c[name] for name in ("id", "number", "stage", "holder", "version", "opened_on")),
            _dossier.c.book.label("rulebook"),
            _dossier.c.parties,
            _person.c.data["name"].astext.label("person_name"),
            _person.c.data["birth_date"].astext.label("birth_date"),
            _assignee().label("assignee"),
            clocks.c.overdue,
            clocks.c.next_due,
        )
        .join(_person, _person.c.id == _dossier.c.person)
        .join(clocks, true())
        .where(*conditions)
        .order_by(_dossier.c.number)
        .limit(literal_column(str(page.limit + 1)))
    )
    if page.cursor is not None:
        asked = asked.where(_dossier.c.number > key_of(page.cursor))
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        rows = connection.execute(asked.where(visible(connection, "dossier.id"))).mappings().all()
        reached = reach(connection)
    items = [_line(row, reached) for row in rows[: page.limit]]
    more = len(rows) > page.limit
    shown(item.id for item in items)
    return DossierPage(items=items, next_cursor=cursor_of(items[-1].number) if more else None)


def lines_of(store: Store, actor: Actor, dossiers: Sequence[UUID]) -> dict[UUID, DossierLine]:
    """The lines of dossiers by their ids, of those the actor may see: 200 at most."""
    page = page_of(store, actor, [_dossier.c.id.in_(dossiers)], Page(limit=200))
    return {line.id: line for line in page.items}


def _line(row: Mapping[Any, Any], reached: Reach) -> DossierLine:
    """A dossier's line, which says of a minor no more than its reader needs."""
    line = {**row, "state": "closed" if row["stage"] == "closed" else "open", "masked": []}
    if is_minor(row["birth_date"], row["opened_on"]):
        line["masked"] = masks_for(reached, row["stage"], row["holder"], row["parties"]).of([Private.minor])
    if line["masked"]:
        line |= {"person_name": MASK, "birth_date": MASK}
    return DossierLine.model_validate(line)
