"""Accounts of people and programs, for the administrators of their territory; a head sees those of the own agency."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import Connection

from api import user_keeping as keeping
from api.access import NOBODY
from api.dependencies import EngineDep, PartsDep, allowed, id_of
from api.idempotency import Answer, Key, Once
from api.json_response import JSONResponse
from api.pages import CSV, listed
from api.user_answers import (
    LinkIn,
    SecretMadeOut,
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

router = APIRouter(prefix="/v1/users", tags=["users"])
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
    lines, following = keeping.users_of(engine, actor, filters)
    return listed(request, UserOut, lines, following)


@router.post("", response_model=UserMadeOut, status_code=201, summary="Thêm tài khoản · Create an account")
def create(body: UserIn, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Mật khẩu dùng một lần chỉ hiện trong câu trả lời này · the one-time password is in this answer alone."""

    def write(connection: Connection) -> Answer:
        made = keeping.make(connection, actor, body)
        return Answer(made, 201, {"Location": f"/v1/users/{made.id}"}, secret=True)

    return once(body.model_dump(), write)


@router.get("/{user_id}", summary="Một tài khoản · An account")
def read(user_id: UserId, actor: ReaderDep, engine: EngineDep) -> UserOut:
    """Không có gì dùng để đăng nhập · without anything to sign in with."""
    with unit_of_work(engine, NOBODY) as connection:
        return keeping.user_out(connection, actor, user_id)


@router.patch("/{user_id}", response_model=UserOut, summary="Sửa tài khoản · Change an account")
def change(user_id: UserId, body: UserChange, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Đổi vai trò hay cơ quan thì phải đăng nhập lại · with another role or agency it signs in again."""
    values = body.model_dump(exclude_unset=True)
    return once(values, lambda connection: Answer(keeping.change(connection, actor, user_id, body)))


@router.post("/{user_id}/disable", response_model=UserOut, summary="Khóa tài khoản · Disable an account")
def disable(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Có hiệu lực ngay; tài khoản không bị xóa, vì sự kiện ghi tên nó · at once; never deleted, for events name it."""
    return once(None, lambda connection: Answer(keeping.disable(connection, actor, user_id)))


@router.post("/{user_id}/enable", response_model=UserOut, summary="Mở khóa tài khoản · Enable an account")
def enable(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Đăng nhập được trở lại · it can sign in again."""
    return once(None, lambda connection: Answer(keeping.enable(connection, actor, user_id)))


@router.post(
    "/{user_id}/password", response_model=UserMadeOut, summary="Cấp lại mật khẩu · Reset the password"
)
def reset_password(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Mật khẩu dùng một lần, chỉ hiện trong câu trả lời này · a one-time password, in this answer alone."""
    return once(
        None, lambda connection: Answer(keeping.reset_password(connection, actor, user_id), secret=True)
    )


@router.post(
    "/{user_id}/second-factor/reset",
    response_model=UserOut,
    summary="Bỏ xác thực hai lớp · Reset the second factor",
)
def reset_second_factor(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Cho người mất điện thoại và mã khôi phục; không ai tự làm cho mình · for who lost both; nobody for themselves."""
    return once(None, lambda connection: Answer(keeping.reset_second_factor(connection, actor, user_id)))


@router.put(
    "/{user_id}/oidc", response_model=UserOut, summary="Liên kết OpenID Connect · Link to the OpenID provider"
)
def link(
    user_id: UserId, body: LinkIn, actor: ManagerDep, parts: PartsDep, once: OnceForManagerDep
) -> JSONResponse:
    """Không tài khoản nào tự sinh ra khi đăng nhập qua OpenID · no account springs up by signing in there."""
    settings = parts.settings
    return once(
        body.model_dump(),
        lambda connection: Answer(keeping.link(connection, actor, user_id, body.subject, settings)),
    )


@router.get("/{user_id}/secrets", summary="Các khóa của phần mềm · A service account's secrets")
def list_secrets(user_id: UserId, actor: ManagerDep, engine: EngineDep) -> SecretPage:
    """Không hiện khóa · without the secrets themselves."""
    with unit_of_work(engine, NOBODY) as connection:
        return SecretPage(items=keeping.secrets_of(connection, actor, user_id), next_cursor=None)


@router.post(
    "/{user_id}/secrets",
    response_model=SecretMadeOut,
    status_code=201,
    summary="Tạo khóa cho phần mềm · Make a secret",
)
def make_secret(user_id: UserId, actor: ManagerDep, once: OnceForManagerDep) -> JSONResponse:
    """Nhiều nhất hai khóa cùng lúc, để đổi khóa không gián đoạn · two at most are alive, to exchange one for the other."""
    return once(
        None, lambda connection: Answer(keeping.make_secret(connection, actor, user_id), 201, secret=True)
    )


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
        keeping.end_secret(connection, actor, user_id, id_of(secret_id))
