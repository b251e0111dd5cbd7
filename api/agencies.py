"""Agencies: the list for everyone signed in; adding and changing them for administrators; none is ever deleted."""

from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection, insert, or_, select, text, update

from api.dependencies import CurrentActor, EngineDep, allowed
from api.errors import Fault, Problem, Said, not_found
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.pages import CSV, Page, cursor_of, key_of, listed
from flows.engine import Actor
from flows.state import Agencies
from models.law.calendar import ONE_DAY
from models.law.facts import Day, Line
from models.law.schema import AgencyKind
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/agencies", tags=["agencies"])
_agency = table("agency")
administrator = allowed("agencies.manage")
AdministratorDep = Annotated[Actor, Depends(administrator)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,60}$", examples=["ca.cau-giay"])]
Territory = Annotated[
    str, Field(pattern=r"^vn(/[a-z0-9-]+)*$", max_length=200, examples=["vn/ha-noi/cau-giay"])
]


class AgencyIn(BaseModel):
    """Cơ quan mới · a new agency."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    kind: AgencyKind
    name: Line
    superior: Annotated[str, Field(max_length=500)] = ""
    symbol: Line = Field(
        description="Chữ viết tắt trong ký hiệu văn bản · letters in the numbers of its documents"
    )
    place: Line
    address: Line
    commune: Line
    province: Line
    territory: Territory
    head_name: Line
    head_position: Line
    valid_from: Day
    valid_to: Day | None = Field(default=None, description="Ngày cuối hoạt động · its last day")
    successor: Code | None = Field(
        default=None, description="Cơ quan kế nhiệm, bắt buộc khi có valid_to · who comes after it"
    )


class AgencyPatch(BaseModel):
    """Điều thay đổi; mã và loại không đổi · what changes; code and kind stay."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = None
    superior: Annotated[str, Field(max_length=500)] | None = None
    symbol: Line | None = None
    place: Line | None = None
    address: Line | None = None
    commune: Line | None = None
    province: Line | None = None
    territory: Territory | None = None
    head_name: Line | None = None
    head_position: Line | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: Code | None = None

    @model_validator(mode="after")
    def only_an_end_can_be_taken_back(self) -> Self:
        """Null is sent for the last day and the successor only: everything else an agency always has."""
        empty = [
            name for name in self.model_fields_set - {"valid_to", "successor"} if getattr(self, name) is None
        ]
        if empty or not self.model_fields_set:
            raise ValueError(f"không thể để trống: {', '.join(empty)} / cannot be empty: {', '.join(empty)}")
        return self


class AgencyOut(AgencyIn):
    """Cơ quan · an agency."""

    model_config = ConfigDict(extra="ignore")

    code: str
    kind: str  # type: ignore[assignment]  # as stored
    territory: str
    successor: str | None


class AgencyPage(BaseModel):
    """Một trang, theo mã · one page, by code."""

    items: list[AgencyOut]
    next_cursor: str | None


class AgencyFilters(Page):
    """Which agencies."""

    kind: AgencyKind | None = Field(default=None, description="Loại · kind")
    territory: str | None = Field(
        default=None,
        max_length=200,
        description="Địa bàn, gồm các địa bàn bên trong · a territory with all inside it",
    )
    on: Day | None = Field(default=None, description="Đang hoạt động vào ngày này · that exist on this day")


AgencyCode = Annotated[str, Path(max_length=100, description="Mã cơ quan · the agency's code")]


@router.get("", response_model=AgencyPage, summary="Các cơ quan · List agencies", responses=CSV)
def list_agencies(
    filters: Annotated[AgencyFilters, Query()], _actor: CurrentActor, engine: EngineDep, request: Request
) -> Response:
    """Theo mã; `Accept: text/csv` cho cùng danh sách dạng CSV · by code; the same list as CSV."""
    with unit_of_work(engine, _actor.scope) as connection:
        items, following = agencies_of(connection, filters)
    return listed(request, AgencyOut, items, following)


def agencies_of(connection: Connection, filters: AgencyFilters) -> tuple[list[AgencyOut], str | None]:
    """A page of agencies by code, and what leads to the next one."""
    asked = select(_agency).order_by(_agency.c.code).limit(filters.limit + 1)
    if filters.kind:
        asked = asked.where(_agency.c.kind == filters.kind)
    if filters.territory:
        inside = _agency.c.territory.startswith(f"{filters.territory}/", autoescape=True)
        asked = asked.where(or_(_agency.c.territory == filters.territory, inside))
    if filters.on:
        asked = asked.where(_agency.c.valid_from <= filters.on)
        asked = asked.where(or_(_agency.c.valid_to.is_(None), _agency.c.valid_to >= filters.on))
    if filters.cursor is not None:
        asked = asked.where(_agency.c.code > key_of(filters.cursor))
    rows = connection.execute(asked).mappings().all()
    items = [AgencyOut.model_validate(dict(row)) for row in rows[: filters.limit]]
    return items, cursor_of(items[-1].code) if len(rows) > filters.limit else None


@router.get("/{code}", summary="Một cơ quan · An agency")
def read_agency(code: AgencyCode, actor: CurrentActor, engine: EngineDep) -> AgencyOut:
    """Ai đã đăng nhập cũng xem được · for everyone signed in."""
    with unit_of_work(engine, actor.scope) as connection:
        return agency_of(connection, code)


@router.post("", response_model=AgencyOut, status_code=201, summary="Thêm cơ quan · Add an agency")
def add_agency(body: AgencyIn, _actor: AdministratorDep, once: OnceDep) -> JSONResponse:
    """Mã không dùng lại được · a code is never used again."""

    def write(connection: Connection) -> Answer:
        return Answer(add(connection, body), 201, {"Location": f"/v1/agencies/{body.code}"})

    return once(body.model_dump(mode="json"), write)


def add(connection: Connection, body: AgencyIn) -> AgencyOut:
    """A new agency.

    Raises:
        Problem: 409 for a code that is taken, 422 for an end without a successor.
    """
    _alone(connection)
    if connection.execute(select(_agency.c.code).where(_agency.c.code == body.code)).one_or_none():
        said = Said("Mã cơ quan này đã có", "There is an agency of this code")
        raise Problem(409, "agency_exists", said, [Fault("agency_exists", said, "code")])
    row = body.model_dump()
    _check(connection, row)
    connection.execute(insert(_agency), row)
    return agency_of(connection, body.code)


@router.patch("/{code}", response_model=AgencyOut, summary="Sửa cơ quan · Change an agency")
def change_agency(
    code: AgencyCode, body: AgencyPatch, _actor: AdministratorDep, once: OnceDep
) -> JSONResponse:
    """Cơ quan giải thể phải có cơ quan kế nhiệm; không xóa · an abolished one names its successor; none is deleted."""
    asked = body.model_dump(mode="json", exclude_unset=True)
    return once(asked, lambda connection: Answer(patch(connection, code, body)))


def patch(connection: Connection, code: str, body: AgencyPatch) -> AgencyOut:
    """Changes what is named.

    Raises:
        Problem: 404, or 422 for an end without a successor.
    """
    _alone(connection)
    changed = body.model_dump(exclude_unset=True)
    _check(connection, agency_of(connection, code).model_dump() | changed)
    connection.execute(update(_agency).where(_agency.c.code == code).values(**changed))
    return agency_of(connection, code)


def _alone(connection: Connection) -> None:
    """One change of agencies at a time: two at once could close a circle that neither of them sees."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('hoso.agencies'))"))


def agency_of(connection: Connection, code: str) -> AgencyOut:
    """The agency of this code.

    Raises:
        Problem: 404.
    """
    row = connection.execute(select(_agency).where(_agency.c.code == code)).mappings().one_or_none()
    if row is None:
        raise not_found()
    return AgencyOut.model_validate(dict(row))


def _check(connection: Connection, row: dict[str, Any]) -> None:
    """Days in order, an end with a successor that is there when it comes, and no circle of successors."""
    faults = []
    last, successor = row["valid_to"], row["successor"]
    if last is not None and last < row["valid_from"]:
        said = Said("ngày cuối trước ngày đầu", "the last day comes before the first")
        faults.append(Fault("days_out_of_order", said, "valid_to"))
    if (last is None) != (successor is None):
        said = Said(
            "cơ quan giải thể phải nêu cả ngày cuối và cơ quan kế nhiệm",
            "an abolished agency names both its last day and its successor",
        )
        faults.append(Fault("successor_required", said, "successor" if successor is None else "valid_to"))
    elif successor is not None:
        faults += _flaws_of_successor(connection, row["code"], successor, last)
    if faults:
        raise Problem(
            422, "invalid", Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid"), faults
        )


def _flaws_of_successor(connection: Connection, code: str, successor: str, last: date) -> list[Fault]:
    agencies = Agencies(connection)
    agencies.read([successor])
    if successor not in set(agencies):
        return [Fault("unknown_agency", Said("không có cơ quan này", "there is no such agency"), "successor")]
    if not agencies[successor].exists_on(last + ONE_DAY):
        said = Said(
            "cơ quan kế nhiệm không hoạt động vào ngày sau đó",
            "the successor does not exist on the day after",
        )
        return [Fault("agency_does_not_exist", said, "successor")]
    seen, following = {code}, successor
    while following:
        if following in seen:
            said = Said("các cơ quan kế nhiệm nối thành vòng", "the successors form a circle")
            return [Fault("circle_of_successors", said, "successor")]
        seen.add(following)
        following = agencies[following].successor or ""
    return []
