"""The audit log: who read or changed what, looked up by names that never stand in an address, and whether it is whole."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy import select

from api import user_keeping
from api.access import NOBODY
from api.audit import AuditFilters, VerifiedOut, entries_of, verify_log
from api.board.administration import TabsDep
from api.board.fields import Field, values_of
from api.board.forms import SentDep, checked
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages, permitted
from api.errors import Fault, Problem, Said
from flows.engine import Actor
from flows.policy import SIGHT, may
from models.law.limits import TIMEZONE
from models.seeing import visible
from models.store import unit_of_work
from models.tables import table

router = pages("/admin/audit")
ReaderDep = Annotated[Actor, Depends(permitted("audit.read"))]
VerifierDep = Annotated[Actor, Depends(permitted("audit.verify"))]
_dossier, _account = table("dossier"), table("account")
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
_NAMED = 2
"""Dossiers of an entry that are named; the others are only counted."""
_USERNAME = Field("username", "text", "Tên đăng nhập", "User name", longest=64)
_NUMBER = Field("number", "text", "Số hồ sơ", "Dossier number", longest=60)
_PLAIN = (
    Field("agency", "text", "Mã cơ quan", "Agency code", longest=100),
    Field(
        "operation",
        "text",
        "Việc đã làm",
        "Operation",
        N_("Đúng như trong một dòng của nhật ký"),
        longest=200,
    ),
    Field("from", "instant", "Từ lúc", "From"),
    Field("to", "instant", "Trước lúc", "Before"),
)
_Text = Annotated[str | None, Query(max_length=200)]


@router.get("")
def show(
    visit: VisitDep, actor: ReaderDep, tabs: TabsDep, account: UUID | None = None, dossier: UUID | None = None,
    agency: _Text = None, operation: _Text = None, since: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    until: Annotated[str | None, Query(alias="to", max_length=40)] = None, cursor: _Text = None,
) -> Response:  # fmt: skip
    """Newest first, of what this reader may read of the log."""
    asked = {
        "account": account, "dossier": dossier, "agency": agency, "operation": operation, "from": since, "to": until,
        "cursor": cursor, "limit": 50,
    }  # fmt: skip
    filters = checked(AuditFilters, {name: value for name, value in asked.items() if value is not None})
    return _page(visit, actor, tabs, filters, _typed(visit, actor, filters))


@router.post("")
def search(visit: VisitDep, actor: ReaderDep, tabs: TabsDep, sent: SentDep) -> Response:
    """Leads to the entries that are asked for; names become ids on the way."""
    try:
        asked = _ids(visit, actor, sent.fields) | values_of(_PLAIN, sent.fields)
        checked(AuditFilters, asked)
    except Problem as problem:
        return _page(visit, actor, tabs, AuditFilters(), sent.fields, problem)
    return visit.go(f"/board/admin/audit{f'?{urlencode(asked)}' if asked else ''}")


@router.post("/verify")
def verify(visit: VisitDep, actor: VerifierDep, tabs: TabsDep, _sent: SentDep) -> Response:
    """Every digest anew, and the exported heads; a million entries take about half a minute."""
    try:
        found = verify_log(visit.parts, actor)
    except Problem as problem:
        return _page(visit, actor, tabs, AuditFilters(), {}, problem)
    return _page(visit, actor, tabs, AuditFilters(), {}, verified=found)


def _page(
    visit: Visit, actor: Actor, tabs: TabsDep, filters: AuditFilters, typed: dict[str, str],
    problem: Problem | None = None, verified: VerifiedOut | None = None,
) -> Response:  # fmt: skip
    entries, following = entries_of(visit.parts.engine, actor, filters)
    return visit.page(
        "audit.html", status=problem.status if problem else 200, tabs=tabs, entries=entries, following=following,
        fields=_fields(actor), values=typed, problem=problem, verified=verified, may_verify=may(actor.role, "audit.verify"),
        numbers=_numbers(visit, actor, {one for entry in entries for one in entry.dossiers[:_NAMED]}),
    )  # fmt: skip


def _fields(actor: Actor) -> list[Field]:
    """What the log is looked up by; who sees no dossier asks for none."""
    return [_USERNAME, *([] if SIGHT[actor.role].blind else [_NUMBER]), *_PLAIN]


def _numbers(visit: Visit, actor: Actor, dossiers: set[UUID]) -> dict[UUID, str]:
    """The numbers of dossiers that the reader sees."""
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        seen = visible(connection, "dossier.id")
        asked = select(_dossier.c.id, _dossier.c.number).where(_dossier.c.id.in_(dossiers), seen)
        return {row.id: row.number for row in connection.execute(asked)}


def _ids(visit: Visit, actor: Actor, typed: dict[str, str]) -> dict[str, Any]:
    """The account and the dossier that are meant, by their ids, among those the reader sees.

    Raises:
        Problem: 422.
    """
    found: dict[str, Any] = {}
    faults = []
    username, number = typed.get("username", "").strip(), typed.get("number", "").strip()
    if username:
        with unit_of_work(visit.parts.engine, NOBODY) as connection:
            asked = user_keeping.seen(connection, actor).where(_account.c.username == username)
            row = connection.execute(asked).one_or_none()
        if row:
            found["account"] = row.id
        else:
            said = Said("không có tài khoản này trong phạm vi được xem", "is no account that you may see")
            faults.append(Fault("unknown_account", said, "username"))
    if number:
        with unit_of_work(visit.parts.engine, actor.scope) as connection:
            mine = select(_dossier.c.id).where(_dossier.c.number == number, visible(connection, "dossier.id"))
            identity = connection.execute(mine).scalar_one_or_none()
        if identity:
            found["dossier"] = identity
        else:
            said = Said("không có hồ sơ này trong phạm vi được xem", "is no dossier that you may see")
            faults.append(Fault("unknown_dossier", said, "number"))
    if faults:
        raise Problem(422, "invalid", _INVALID, faults)
    return found


def _typed(visit: Visit, actor: Actor, filters: AuditFilters) -> dict[str, str]:
    """What an address asks for, as it stands in the form."""
    typed = {"agency": filters.agency or "", "operation": filters.operation or ""}
    for name, moment in (("from", filters.since), ("to", filters.until)):
        typed[name] = f"{moment.astimezone(TIMEZONE):%Y-%m-%dT%H:%M}" if moment else ""
    if filters.account:
        with unit_of_work(visit.parts.engine, NOBODY) as connection:
            asked = user_keeping.seen(connection, actor).where(_account.c.id == filters.account)
            row = connection.execute(asked).one_or_none()
        typed["username"] = row.username if row else ""
    if filters.dossier:
        with unit_of_work(visit.parts.engine, actor.scope) as connection:
            mine = select(_dossier.c.number).where(
                _dossier.c.id == filters.dossier, visible(connection, "dossier.id")
            )
            typed["number"] = connection.execute(mine).scalar_one_or_none() or ""
    return typed
