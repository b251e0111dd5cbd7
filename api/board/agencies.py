"""Agencies: the list, a new one, changes, and the end of one with who comes after it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy import Connection

from api.agencies import (
    AgencyCode,
    AgencyFilters,
    AgencyIn,
    AgencyOut,
    AgencyPatch,
    add,
    agencies_of,
    agency_of,
    patch,
)
from api.board import drafts, words
from api.board.administration import TabsDep
from api.board.fields import Field, fields_of, values_of
from api.board.forms import Gone, SentDep, checked
from api.board.language import N_
from api.board.meanwhile import Filled
from api.board.visits import Visit, VisitDep, pages, permitted
from api.errors import Problem
from flows.engine import Actor
from models.clock import now
from models.law.limits import TIMEZONE
from models.law.schema import AgencyKind
from models.store import unit_of_work

router = pages("/admin/agencies")
KeeperDep = Annotated[Actor, Depends(permitted("agencies.manage"))]
_NEW = drafts.Key("agency", UUID(int=0))
_END = ("valid_to", "successor")


@router.get("")
def show_list(
    visit: VisitDep, actor: KeeperDep, tabs: TabsDep, kind: AgencyKind | None = None,
    territory: Annotated[str | None, Query(max_length=200)] = None, cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:  # fmt: skip
    """By code, those that have ended as well."""
    filters = AgencyFilters(kind=kind, territory=territory or None, cursor=cursor)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        found, following = agencies_of(connection, filters)
    return visit.page(
        "agencies.html",
        tabs=tabs,
        agencies=found,
        following=following,
        filters=filters,
        today=now().astimezone(TIMEZONE).date(),
    )


@router.get("/new")
def show_new(visit: VisitDep, actor: KeeperDep) -> Response:
    """The form of a new agency."""
    return _new(visit, actor)


@router.post("/new")
def make(visit: VisitDep, actor: KeeperDep, sent: SentDep) -> Response:
    """Adds it."""

    def write(connection: Connection) -> Gone:
        values = {"superior": ""} | values_of(_fields(visit, AgencyIn), sent.fields)
        made = add(connection, checked(AgencyIn, values))
        return Gone(f"/board/admin/agencies/{made.code}", N_("Đã thêm cơ quan."))

    return sent.once(write) or _new(visit, actor, sent.fields, sent.problem)


@router.get("/{code}")
def show(visit: VisitDep, actor: KeeperDep, code: AgencyCode) -> Response:
    """One agency."""
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        shown = agency_of(connection, code)
        successor = agency_of(connection, shown.successor) if shown.successor else None
    return visit.page("agency.html", agency=shown, successor=successor)


@router.get("/{code}/change")
def show_change(visit: VisitDep, actor: KeeperDep, code: AgencyCode) -> Response:
    """The form of what can be changed; code and kind stay."""
    return _change(visit, actor, code)


@router.post("/{code}/change")
def change(visit: VisitDep, actor: KeeperDep, code: AgencyCode, sent: SentDep) -> Response:
    """Changes what was typed otherwise."""

    def write(connection: Connection) -> Gone:
        filled = _filled(agency_of(connection, code), _fields(visit, AgencyPatch))
        filled.unmoved(sent.fields)
        values = filled.values(sent.fields)
        if "superior" in values:
            values["superior"] = values["superior"] or ""
        if values:
            patch(connection, code, checked(AgencyPatch, values))
        return Gone(f"/board/admin/agencies/{code}", N_("Đã lưu thay đổi."))

    return sent.once(write) or _change(visit, actor, code, sent.fields, sent.problem)


@router.get("/{code}/end")
def show_end(visit: VisitDep, actor: KeeperDep, code: AgencyCode) -> Response:
    """The form of its end: the last day, and who takes its dossiers over."""
    return _end(visit, actor, code)


@router.post("/{code}/end")
def end(visit: VisitDep, actor: KeeperDep, code: AgencyCode, sent: SentDep) -> Response:
    """Ends it, changes its end, or with both left empty takes the end back."""

    def write(connection: Connection) -> Gone:
        _filled(agency_of(connection, code), _of_end()).unmoved(sent.fields)
        values = dict.fromkeys(_END) | values_of(_of_end(), sent.fields)
        patch(connection, code, checked(AgencyPatch, values))
        return Gone(f"/board/admin/agencies/{code}", N_("Đã lưu thay đổi."))

    return sent.once(write) or _end(visit, actor, code, sent.fields, sent.problem)


def _new(
    visit: Visit, actor: Actor, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    values = drafts.read(visit.parts.engine, actor.account, _NEW) if typed is None else typed
    return _form(visit, None, _fields(visit, AgencyIn), values, _NEW, problem)


def _change(
    visit: Visit, actor: Actor, code: str, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    return _form(visit, _read(visit, actor, code), _fields(visit, AgencyPatch), typed, None, problem)


def _end(
    visit: Visit, actor: Actor, code: str, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    return _form(visit, _read(visit, actor, code), _of_end(), typed, None, problem, "end")


def _read(visit: Visit, actor: Actor, code: str) -> AgencyOut:
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        return agency_of(connection, code)


def _form(
    visit: Visit, agency: AgencyOut | None, fields: list[Field], typed: Mapping[str, str] | None,
    draft: drafts.Key | None, problem: Problem | None, what: str = "change",
) -> Response:  # fmt: skip
    filled, sent = Filled(tuple(fields), {}) if agency is None else _filled(agency, fields), typed or {}
    return visit.page(
        "agency_form.html", status=problem.status if problem else 200, agency=agency, fields=fields, what=what,
        values=filled.shown(sent), draft=draft or "", stamp=filled.stamp if agency else "", problem=problem,
    )  # fmt: skip


def _filled(agency: AgencyOut, fields: list[Field]) -> Filled:
    """The form that changes an agency."""
    return Filled.of(fields, agency.model_dump(mode="json"))


def _of_end() -> list[Field]:
    found = [one for one in fields_of(AgencyPatch.model_json_schema()) if one.name in _END]
    return [
        replace(one, title="Ngày cuối hoạt động", title_en="Last day of work")
        if one.name == "valid_to"
        else one
        for one in found
    ]


def _fields(visit: Visit, model: type[AgencyIn | AgencyPatch]) -> list[Field]:
    kinds = {code: visit.say(name) for code, name in words.AGENCY_KINDS.items()}
    helps = {
        "code": N_("Chữ thường không dấu, số, dấu chấm, gạch; không đổi và không dùng lại được."),
        "territory": N_("Từ cả nước vào trong, ví dụ: vn/ha-noi/cau-giay"),
        "superior": N_("Cơ quan chủ quản, in ở dòng trên tên cơ quan."),
    }
    found = [
        replace(one, help=helps.get(one.name, ""), required=one.name != "superior")
        for one in fields_of(model.model_json_schema())
        if one.name not in _END
    ]
    found = [replace(one, kind="text") if one.kind == "long" else one for one in found]  # none has two lines
    return [replace(one, kind="choice", choices=kinds) if one.name == "kind" else one for one in found]
