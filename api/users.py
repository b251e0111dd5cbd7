"""Accounts of people and programs, for the administrators of their territory; a head sees those of the own agency."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import Connection, Select, select

from api import accounts
from api.access import NOBODY
from api.dependencies import EngineDep, PartsDep, allowed, id_of
from api.errors import Fault, Problem, Said, not_found
from api.idempotency import Answer, Key, Once
from api.json_response import JSONResponse
from api.pages import CSV, cursor_of, key_of, listed, no_cursor
from api.user_answers import (
    LinkIn,
    SecretMadeOut,
    SecretOut,
    SecretPage,
    UserChange,
    UserFilters,
    UserIn,
    UserMadeOut,
    UserOut,
    UserPage,
)
from flows.engine import Actor
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/users", tags=["users"])
_account, _agency, _secret = table("account"), table("agency"), table("service_secret")
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
manager = allowed("users.manage")
ManagerDep = Annotated[Actor, Depends(manager)]
reader = allowed("users.read")
ReaderDep = Annotated[Actor, Depends(reader)]


async def once_for_manager(request: Request, actor: ManagerDep, idempotency_key: Key = None) -> Once:
    """A write by who manages accounts."""
    return Once(request, actor, actor.scope, idempotency_key)


OnceForManagerDep = Annotated[Once, Depends(once_for_manager)]


async def user_id_of(
    user_id: Annotated[
        str, Path(description="Mã tài khoản · the account's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The account's id in the path."""
    return id_of(user_id)


UserId = Annotated[UUID, Depends(user_id_of)]


@router.get("", response_model=UserPage, summary="Các tài khoản · List accounts", responses=CSV)
def list_users(
    filters: Annotated[UserFilters, Query()], actor: ReaderDep, engine: EngineDep, request: Request
) -> Response:
    """Theo tên đăng nhập; người đứng đầu chỉ thấy cơ quan mình · by user name; a head sees the own agency's alone."""
    with unit_of_work(engine, NOBODY) as connection:
        asked = _seen(connection, actor)
        wanted = filters.model_dump(include={"agency", "role", "disabled", "service"}, exclude_none=True)
        for name, value in wanted.items():
            asked = asked.where(_account.c[name] == value)
        if filters.cursor is not None:
            asked = asked.where(_account.c.username > _after(connection, actor, filters.cursor))
        rows = (
            connection.execute(asked.order_by(_account.c.username).limit(filters.limit + 1)).mappings().all()
        )
    lines = [UserOut.model_validate(dict(row)) for row in rows[: filters.limit]]
    following = cursor_of(str(lines[-1].id)) if len(rows) > filters.limit else None
    return listed(request, UserOut, lines, following)


@router.post("", response_model=UserMadeOut, status_code=201, summary="Thêm tài khoản · Create an account")
def create(body: UserIn, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Mật khẩu dùng một lần chỉ hiện trong câu trả lời này · the one-time password is in this answer alone."""

    def write(connection: Connection) -> Answer:
        accounts.hold(connection)
        _ours(connection, actor, body.agency)
        account, password = accounts.create(connection, body.model_dump(), actor.account)
        shown = {**_row(connection, actor, account), "one_time_password": password}
        return Answer(
            UserMadeOut.model_validate(shown), 201, {"Location": f"/v1/users/{account}"}, secret=True
        )

    return once(body.model_dump(), write)


@router.get("/{user_id}", summary="Một tài khoản · An account")
def read(user_id: UserId, actor: ReaderDep, engine: EngineDep) -> UserOut:
    """Không có gì dùng để đăng nhập · without anything to sign in with."""
    with unit_of_work(engine, NOBODY) as connection:
        return _shown(connection, actor, user_id)


@router.patch("/{user_id}", response_model=UserOut, summary="Sửa tài khoản · Change an account")
def change(user_id: UserId, body: UserChange, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Đổi vai trò hay cơ quan thì phải đăng nhập lại · with another role or agency it signs in again."""
    values = body.model_dump(exclude_unset=True)
    empty = [name for name, value in values.items() if value is None and name != "email"]
    if empty:
        said = Said("không được để trống", "cannot be null")
        raise Problem(422, "invalid", _INVALID, [Fault("null", said, name) for name in empty])

    def write(connection: Connection) -> Answer:
        row = _row(connection, actor, user_id, held=True)
        if "agency" in values:
            _ours(connection, actor, values["agency"])
        if values:
            accounts.change(connection, row, values, actor.account)
        return Answer(_shown(connection, actor, user_id))

    return once(values, write)


def _write(
    actor: Actor, user: UUID, once: Once, asked: object, do: Callable[[Connection, Any], None]
) -> JSONResponse:
    """One thing done to an account of one's own territory, and the account as it is then."""

    def write(connection: Connection) -> Answer:
        do(connection, _row(connection, actor, user, held=True))
        return Answer(_shown(connection, actor, user))

    return once(asked, write)


@router.post("/{user_id}/disable", response_model=UserOut, summary="Khóa tài khoản · Disable an account")
def disable(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Có hiệu lực ngay; tài khoản không bị xóa, vì sự kiện ghi tên nó · at once; never deleted, for events name it."""
    return _write(actor, user_id, once, None, lambda held, _: accounts.disable(held, user_id, actor.account))


@router.post("/{user_id}/enable", response_model=UserOut, summary="Mở khóa tài khoản · Enable an account")
def enable(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Đăng nhập được trở lại · it can sign in again."""
    return _write(actor, user_id, once, None, lambda held, _: accounts.enable(held, user_id, actor.account))


@router.post(
    "/{user_id}/password", response_model=UserMadeOut, summary="Cấp lại mật khẩu · Reset the password"
)
def reset_password(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Mật khẩu dùng một lần, chỉ hiện trong câu trả lời này · a one-time password, in this answer alone."""

    def write(connection: Connection) -> Answer:
        _person(_row(connection, actor, user_id, held=True))
        password = accounts.reset_password(connection, user_id, actor.account)
        shown = {**_row(connection, actor, user_id), "one_time_password": password}
        return Answer(UserMadeOut.model_validate(shown), secret=True)

    return once(None, write)


@router.post(
    "/{user_id}/second-factor/reset",
    response_model=UserOut,
    summary="Bỏ xác thực hai lớp · Reset the second factor",
)
def reset_second_factor(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Cho người mất điện thoại và mã khôi phục; không ai tự làm cho mình · for who lost both; nobody for themselves."""

    def do(connection: Connection, row: Any) -> None:  # noqa: ANN401 - a row
        _person(row)
        if user_id == actor.account:
            raise accounts.own_account()
        accounts.reset_second_factor(connection, user_id, actor.account)

    return _write(actor, user_id, once, None, do)


@router.put(
    "/{user_id}/oidc", response_model=UserOut, summary="Liên kết OpenID Connect · Link to the OpenID provider"
)
def link(
    user_id: UserId, body: LinkIn, actor: ManagerDep, parts: PartsDep, once: OnceForManagerDep
) -> JSONResponse:
    """Không tài khoản nào tự sinh ra khi đăng nhập qua OpenID · no account springs up by signing in there."""
    provider = parts.settings.doors.provider
    if provider is None:
        said = Said("Chưa cấu hình nhà cung cấp OpenID", "No OpenID provider is configured")
        raise Problem(409, "no_provider", said, [Fault("no_provider", said)])

    def do(connection: Connection, row: Any) -> None:  # noqa: ANN401 - a row
        _person(row)
        accounts.link(connection, user_id, provider.issuer, body.subject, actor.account)

    return _write(actor, user_id, once, body.model_dump(), do)


@router.get("/{user_id}/secrets", summary="Các khóa của phần mềm · A service account's secrets")
def list_secrets(user_id: UserId, actor: ManagerDep, engine: EngineDep) -> SecretPage:
    """Không hiện khóa · without the secrets themselves."""
    with unit_of_work(engine, NOBODY) as connection:
        _row(connection, actor, user_id)
        asked = (
            select(_secret)
            .where(_secret.c.account == user_id)
            .order_by(_secret.c.created_at.desc())
            .limit(200)
        )
        rows = connection.execute(asked).mappings().all()
    return SecretPage(items=[SecretOut.model_validate(dict(row)) for row in rows], next_cursor=None)


@router.post(
    "/{user_id}/secrets",
    response_model=SecretMadeOut,
    status_code=201,
    summary="Tạo khóa cho phần mềm · Make a secret",
)
def make_secret(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Nhiều nhất hai khóa cùng lúc, để đổi khóa không gián đoạn · two at most are alive, to exchange one for the other."""

    def write(connection: Connection) -> Answer:
        if not _row(connection, actor, user_id, held=True)["service"]:
            said = Said("Chỉ tài khoản phần mềm có khóa", "Only service accounts have secrets")
            raise Problem(409, "not_a_service", said, [Fault("not_a_service", said)])
        row, secret = accounts.make_secret(connection, user_id, actor.account)
        return Answer(SecretMadeOut.model_validate({**row, "secret": secret}), 201, secret=True)

    return once(None, write)


@router.delete("/{user_id}/secrets/{secret_id}", status_code=204, summary="Kết thúc một khóa · End a secret")
def end_secret(
    user_id: UserId,
    secret_id: Annotated[
        str, Path(description="Mã khóa · the secret's id", json_schema_extra={"format": "uuid"})
    ],
    actor: ManagerDep,
    engine: EngineDep,
) -> None:
    """Mã truy cập lấy bằng khóa này hết hiệu lực ngay · tokens obtained with it are worth nothing at once."""
    with unit_of_work(engine, NOBODY) as connection:
        _row(connection, actor, user_id)
        if not accounts.end_secret(connection, user_id, id_of(secret_id), actor.account):
            raise not_found()


def _seen(connection: Connection, actor: Actor) -> Select[Any]:
    """The accounts somebody sees: an administrator those of the territory, a head those of the own agency."""
    asked = accounts.accounts().where(_account.c.role != "system")
    if actor.role == "head":
        return asked.where(_account.c.agency == actor.agency)
    mine = accounts.office_of(connection, actor.agency)
    territory = mine.territory if mine else ""
    return asked.where(
        (_agency.c.territory == territory) | _agency.c.territory.startswith(f"{territory}/", autoescape=True)
    )


def _row(connection: Connection, actor: Actor, user: UUID, *, held: bool = False) -> dict[str, Any]:
    """The account, if it may be seen; held, nobody else changes accounts until the transaction ends.

    Raises:
        Problem: 404.
    """
    if held:
        accounts.hold(connection)
    asked = _seen(connection, actor).where(_account.c.id == user)
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise not_found()
    return dict(row)


def _shown(connection: Connection, actor: Actor, user: UUID) -> UserOut:
    return UserOut.model_validate(_row(connection, actor, user))


def _after(connection: Connection, actor: Actor, cursor: str) -> str:
    """The user name that a page begins after."""
    try:
        user = UUID(key_of(cursor))
    except ValueError:
        raise no_cursor() from None
    asked = _seen(connection, actor).where(_account.c.id == user)
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise no_cursor()
    return str(row["username"])


def _person(row: Any) -> None:  # noqa: ANN401 - a row
    if row["service"]:
        said = Said("Tài khoản phần mềm không có mật khẩu", "A service account has no password")
        raise Problem(409, "not_a_person", said, [Fault("not_a_person", said)])


def _ours(connection: Connection, actor: Actor, agency: str) -> None:
    """Accounts are made in one's own territory alone; what lies outside is unknown like what does not exist.

    Raises:
        Problem: 422.
    """
    mine, asked = accounts.office_of(connection, actor.agency), accounts.office_of(connection, agency)
    if mine is None or asked is None or not mine.covers(asked.territory):
        said = Said("không có cơ quan này trong địa bàn", "is not an agency of your territory")
        raise Problem(422, "invalid", _INVALID, [Fault("unknown_agency", said, "agency")])
