"""Accounts of people and programs: the list, a new one with its one-time password, and what is done to one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy import Connection

from api import accounts
from api import user_keeping as keeping
from api.access import NOBODY
from api.agencies import AgencyFilters, agencies_of
from api.board import drafts, words
from api.board.administration import TabsDep
from api.board.dossier import names_of
from api.board.fields import Field, fields_of, values_of
from api.board.forms import Gone, Sent, SentDep, checked, told_once
from api.board.language import N_
from api.board.meanwhile import Filled
from api.board.visits import Visit, VisitDep, pages, permitted
from api.dependencies import id_of
from api.errors import Problem
from api.user_answers import LinkIn, Role, UserChange, UserFilters, UserIn, UserOut
from api.users import UserId
from flows.engine import Actor
from flows.policy import may
from models.store import unit_of_work

router = pages("/admin/users")
ReaderDep = Annotated[Actor, Depends(permitted("users.read"))]
ManagerDep = Annotated[Actor, Depends(permitted("users.manage"))]
_NEW = drafts.Key("user", UUID(int=0))
_PLACES = 200
"""Agencies that stand in a list to choose from; where there are more, the code is typed."""


@router.get("")
def show_list(
    visit: VisitDep, actor: ReaderDep, tabs: TabsDep, agency: Annotated[str | None, Query(max_length=100)] = None,
    role: Role | None = None, disabled: bool | None = None, service: bool | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:  # fmt: skip
    """By user name; a head sees the own agency's."""
    filters = UserFilters(agency=agency, role=role, disabled=disabled, service=service, cursor=cursor)
    lines, following = keeping.users_of(visit.parts.engine, actor, filters)
    return _list(visit, actor, tabs, lines, following, filters)


@router.post("/search")
def search(visit: VisitDep, actor: ReaderDep, tabs: TabsDep, sent: SentDep) -> Response:
    """Those whose name or user name has these words, diacritics or not; names stand in no address."""
    text = sent.fields.get("text", "").strip()
    lines = keeping.named(visit.parts.engine, actor, text) if text else []
    return _list(visit, actor, tabs, lines, None, UserFilters(), text)


@router.get("/new")
def show_new(visit: VisitDep, actor: ManagerDep) -> Response:
    """The form of a new account."""
    return _new(visit, actor)


@router.post("/new")
def make(visit: VisitDep, actor: ManagerDep, sent: SentDep) -> Response:
    """Makes it, and leads to its page, where a one-time password stands this once."""

    def write(connection: Connection) -> Gone:
        fields = _fields(visit, connection, actor, UserIn, sent.fields)
        made = keeping.make(connection, actor, checked(UserIn, values_of(fields, sent.fields)))
        return Gone(_at(made.id), N_("Đã tạo tài khoản."), secret=made.one_time_password or "")

    return sent.once(write) or _new(visit, actor, sent.fields, sent.problem)


@router.get("/{user_id}")
def show(visit: VisitDep, actor: ReaderDep, user_id: UserId) -> Response:
    """One account, with what may be done to it."""
    return _page(visit, actor, user_id)


@router.get("/{user_id}/change")
def show_change(visit: VisitDep, actor: ManagerDep, user_id: UserId) -> Response:
    """The form of what can be changed."""
    return _change(visit, actor, user_id)


@router.post("/{user_id}/change")
def change(visit: VisitDep, actor: ManagerDep, user_id: UserId, sent: SentDep) -> Response:
    """Changes what was typed otherwise, and nothing where somebody else has changed the account meanwhile."""

    def write(connection: Connection) -> Gone:
        filled = _filled(visit, connection, actor, user_id, sent.fields)[1]
        filled.unmoved(sent.fields)
        keeping.change(connection, actor, user_id, checked(UserChange, filled.values(sent.fields)))
        return Gone(_at(user_id), N_("Đã lưu thay đổi."))

    return sent.once(write) or _change(visit, actor, user_id, sent.fields, sent.problem)


@router.post("/{user_id}/disable")
def disable(visit: VisitDep, actor: ManagerDep, user_id: UserId, sent: SentDep) -> Response:
    """Lets the account in no more, at once."""
    return _done(visit, actor, user_id, sent, keeping.disable, N_("Đã khóa tài khoản."))


@router.post("/{user_id}/enable")
def enable(visit: VisitDep, actor: ManagerDep, user_id: UserId, sent: SentDep) -> Response:
    """Lets the account in again."""
    return _done(visit, actor, user_id, sent, keeping.enable, N_("Đã mở khóa tài khoản."))


@router.post("/{user_id}/password")
def reset_password(visit: VisitDep, actor: ManagerDep, user_id: UserId, sent: SentDep) -> Response:
    """A new one-time password, which stands on the account's page this once."""

    def write(connection: Connection) -> Gone:
        made = keeping.reset_password(connection, actor, user_id)
        return Gone(_at(user_id), N_("Đã cấp mật khẩu dùng một lần."), secret=made.one_time_password or "")

    return sent.once(write) or _page(visit, actor, user_id, sent.problem)


@router.post("/{user_id}/second-factor")
def reset_second_factor(visit: VisitDep, actor: ManagerDep, user_id: UserId, sent: SentDep) -> Response:
    """For somebody who has lost telephone and recovery codes."""
    return _done(visit, actor, user_id, sent, keeping.reset_second_factor, N_("Đã bỏ xác thực hai lớp."))


@router.post("/{user_id}/openid")
def link(visit: VisitDep, actor: ManagerDep, user_id: UserId, sent: SentDep) -> Response:
    """Who the account is to the OpenID provider; nobody when left empty."""
    settings = visit.parts.settings

    def write(connection: Connection) -> Gone:
        asked = checked(LinkIn, {"subject": sent.fields.get("subject", "").strip() or None})
        keeping.link(connection, actor, user_id, asked.subject, settings)
        return Gone(_at(user_id), N_("Đã lưu liên kết OpenID."))

    return sent.once(write) or _page(visit, actor, user_id, sent.problem)


@router.post("/{user_id}/secrets")
def make_secret(visit: VisitDep, actor: ManagerDep, user_id: UserId, sent: SentDep) -> Response:
    """A new secret of a program, which stands on its page this once."""

    def write(connection: Connection) -> Gone:
        made = keeping.make_secret(connection, actor, user_id)
        return Gone(_at(user_id), N_("Đã tạo khóa."), secret=made.secret)

    return sent.once(write) or _page(visit, actor, user_id, sent.problem)


@router.post("/{user_id}/secrets/{secret_id}/end")
def end_secret(
    visit: VisitDep, actor: ManagerDep, user_id: UserId, secret_id: str, sent: SentDep
) -> Response:
    """Ends a secret, and what was signed in with it."""

    def write(connection: Connection) -> Gone:
        keeping.end_secret(connection, actor, user_id, id_of(secret_id))
        return Gone(_at(user_id), N_("Đã kết thúc khóa."))

    return sent.once(write) or _page(visit, actor, user_id, sent.problem)


def _at(user: UUID) -> str:
    return f"/board/admin/users/{user}"


def _done(
    visit: Visit,
    actor: Actor,
    user: UUID,
    sent: Sent,
    do: Callable[[Connection, Actor, UUID], object],
    message: str,
) -> Response:
    def write(connection: Connection) -> Gone:
        do(connection, actor, user)
        return Gone(_at(user), message)

    return sent.once(write) or _page(visit, actor, user, sent.problem)


def _list(
    visit: Visit, actor: Actor, tabs: TabsDep, lines: list[UserOut], following: str | None, filters: UserFilters,
    text: str | None = None,
) -> Response:  # fmt: skip
    return visit.page(
        "users.html", tabs=tabs, users=lines, following=following, filters=filters, text=text,
        may_manage=may(actor.role, "users.manage"),
    )  # fmt: skip


def _page(visit: Visit, actor: Actor, user: UUID, problem: Problem | None = None) -> Response:
    manages = may(actor.role, "users.manage")
    with unit_of_work(visit.parts.engine, NOBODY) as connection:
        shown = keeping.user_out(connection, actor, user)
        secrets = keeping.secrets_of(connection, actor, user) if shown.service and manages else []
        agencies = names_of(connection, {shown.agency})
    return visit.page(
        "user.html", status=problem.status if problem else 200, user=shown, agencies=agencies, secrets=secrets, problem=problem,
        may_manage=manages, own=user == actor.account, told=told_once(visit, actor) if manages else None,
        openid=visit.parts.settings.doors.provider is not None,
    )  # fmt: skip


def _new(
    visit: Visit, actor: Actor, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        fields = _fields(visit, connection, actor, UserIn, typed or {})
        kept = drafts.read(connection, actor.account, _NEW)
    return visit.page(
        "user_form.html", status=problem.status if problem else 200, user=None, fields=fields, draft=_NEW, stamp="",
        values={"service": "false"} | kept if typed is None else typed, problem=problem,
    )  # fmt: skip


def _change(
    visit: Visit,
    actor: Actor,
    user: UUID,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    draft = drafts.Key("user", user)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        sent = drafts.read(connection, actor.account, draft) if typed is None else typed
        before, filled = _filled(visit, connection, actor, user, sent)
    return visit.page(
        "user_form.html", status=problem.status if problem else 200, user=before, fields=filled.fields, draft=draft,
        stamp=filled.stamp, values=filled.shown(sent), problem=problem or filled.overtaken(sent),
    )  # fmt: skip


def _filled(
    visit: Visit, connection: Connection, actor: Actor, user: UUID, sent: Mapping[str, str]
) -> tuple[UserOut, Filled]:
    """The account, and the form that changes it."""
    before = keeping.user_out(connection, actor, user)
    fields = _fields(visit, connection, actor, UserChange, sent, before)
    return before, Filled.of(fields, before.model_dump(mode="json"))


def _fields(
    visit: Visit, connection: Connection, actor: Actor, model: type[UserIn | UserChange], typed: Mapping[str, str],
    user: UserOut | None = None,
) -> list[Field]:  # fmt: skip
    """The fields of an account, with roles, agencies and scopes to choose from by what they are called."""
    mine = accounts.office_of(connection, actor.agency)
    filters = AgencyFilters(territory=mine.territory if mine else None, limit=_PLACES)
    places = {one.code: f"{one.name} ({one.code})" for one in agencies_of(connection, filters)[0]}
    few = len(places) < _PLACES and typed.get("agency", "") in places | {"": ""}
    spoken: dict[str, dict[str, Any]] = {
        "role": {
            "kind": "choice",
            "choices": {code: visit.say(words.ROLES[code]) for code in words.ROLES if code != "system"},
        },
        "agency": {"kind": "choice", "choices": places} if few else {},
        "scopes": {"choices": {code: visit.say(name) for code, name in words.SCOPES.items()}},
        "email": {"help": N_("Nơi nhận thông báo; chính người dùng cũng tự đặt được.")},
        "service": {"help": N_("Phần mềm không có mật khẩu, chỉ có khóa và các quyền đã chọn.")},
        "username": {"help": N_("Chữ thường không dấu, số, dấu chấm, gạch; không đổi được về sau.")},
    }
    asked = {"full_name", "position", "role", "agency"}
    made = [replace(one, **spoken.get(one.name, {})) for one in fields_of(model.model_json_schema())]
    made = [replace(one, required=one.required or one.name in asked) for one in made]
    return [one for one in made if one.name != "scopes" or user is None or user.service]
