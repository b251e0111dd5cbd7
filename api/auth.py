"""Signing in: tokens by password or by a program's secret, their renewal and their end, and changing one's password."""

import base64
import binascii
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select, update

from api.access import ACCESS, NOBODY, Tokens, begin, end, refresh, revoke
from api.dependencies import AddressDep, KnownDep, PartsDep
from api.errors import Fault, Problem, Said
from api.locks import Attempt
from api.otp import enrolled
from api.sign_in import Credentials, sign_in, sign_in_service
from api.signed import told
from models.passwords import HASHING, fits, flaws, hashed
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/auth", tags=["auth"])
_account, _agency, _session = table("account"), table("agency"), table("session")
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")


class TokenOut(BaseModel):
    """Mã truy cập và mã gia hạn · an access token with its refresh token."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int = Field(
        description="Số giây mã truy cập còn hiệu lực · seconds until the access token ends"
    )
    refresh_token: str | None = Field(
        description="Dùng một lần để lấy mã mới; null với tài khoản phần mềm · used once, for the next pair of tokens; "
        "null for a service account"
    )
    scope: str | None = Field(
        default=None, description="Các quyền của tài khoản phần mềm · the scopes of a service account"
    )


def token_out(tokens: Tokens, scopes: list[str] | None = None) -> TokenOut:
    """What a sign-in answers."""
    return TokenOut(
        access_token=tokens.access,
        expires_in=int(ACCESS.total_seconds()),
        refresh_token=tokens.refresh,
        scope=None if scopes is None else " ".join(scopes),
    )


_Text = Annotated[str | None, Form(max_length=1000)]
_Secret = Annotated[str | None, Form(max_length=1000, json_schema_extra={"format": "password"})]


@router.post("/token", summary="Đăng nhập · Sign in")
def token(
    request: Request,
    parts: PartsDep,
    address: AddressDep,
    grant_type: Annotated[Literal["password", "client_credentials"], Form()] = "password",
    username: _Text = None,
    password: _Secret = None,
    otp: Annotated[
        str | None,
        Form(
            max_length=40,
            description="Mã xác thực thứ hai, hoặc mã khôi phục · second factor, or a recovery code",
        ),
    ] = None,
    client_id: _Text = None,
    client_secret: _Secret = None,
) -> TokenOut:
    """Tên đăng nhập và mật khẩu, dạng biểu mẫu OAuth2 · user name and password as an OAuth2 password form.

    Phần mềm dùng `client_credentials` với `client_id` và `client_secret`, trong biểu mẫu hoặc HTTP Basic · programs use
    client credentials, in the form or by HTTP Basic.
    """
    if grant_type == "password":
        name, word = _both(username=username, password=password)
        settings, shown = parts.settings, Credentials(name, word, otp, address)

        def tokens(connection: Connection, account: UUID, factor: bool) -> Tokens:
            return begin(connection, settings, account, "password", address, second_factor=factor)

        return token_out(sign_in(parts.engine, settings, shown, tokens))
    basic = _basic(request.headers.get("authorization", ""))
    client, secret = basic or _both(client_id=client_id, client_secret=client_secret)
    return token_out(*sign_in_service(parts.engine, parts.settings, client, secret, address))


def _both(**fields: str | None) -> tuple[str, str]:
    """Both fields of a form.

    Raises:
        Problem: 422 naming those that are missing.
    """
    said = Said("Thiếu trường bắt buộc", "Field required")
    missing = [Fault("missing", said, name) for name, value in fields.items() if value is None]
    if missing:
        raise Problem(422, "invalid", _INVALID, missing)
    first, second = map(str, fields.values())
    return first, second


def _basic(header: str) -> tuple[str, str] | None:
    """Client id and secret of an HTTP Basic header; None when it is none, or cannot be read."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (client, secret) if colon and "\0" not in client else None


@router.post("/refresh", summary="Gia hạn đăng nhập · Renew the tokens")
def renew(
    parts: PartsDep,
    address: AddressDep,
    refresh_token: Annotated[str, Form(max_length=1000)],
    grant_type: Annotated[Literal["refresh_token"], Form()] = "refresh_token",
) -> TokenOut:
    """Đổi mã gia hạn lấy cặp mã mới; mã cũ hết hiệu lực · trade the refresh token for a new pair of tokens."""
    return token_out(refresh(parts.engine, parts.settings, refresh_token, address))


@router.post("/revoke", status_code=204, summary="Đăng xuất · Sign out")
def sign_out(
    parts: PartsDep,
    address: AddressDep,
    token: Annotated[str, Form(max_length=4000, description="Mã gia hạn hoặc mã truy cập · either token")],
) -> None:
    """Kết thúc phiên đăng nhập: mọi mã của phiên hết hiệu lực ngay · end the session with all its tokens, at once."""
    revoke(parts.engine, parts.settings, token, address)


class PasswordIn(BaseModel):
    """Mật khẩu cũ và mới · the old password and the new one."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(max_length=1000, json_schema_extra={"format": "password"})
    new: str = Field(
        max_length=1000,
        json_schema_extra={"format": "password"},
        description="Ít nhất 15 ký tự, hoặc 8 khi bắt buộc có xác thực hai lớp; chữ gì cũng được, không phải từ dễ đoán · "
        "at least 15 characters, or 8 where a second factor must be shown; any letters, nothing easily guessed",
    )


@router.post("/password", status_code=204, summary="Đổi mật khẩu · Change one's password")
def change_password(body: PasswordIn, caller: KnownDep, parts: PartsDep, address: AddressDep) -> None:
    """Các phiên đăng nhập khác kết thúc · every other session of the account ends."""
    account, settings = caller.actor.account, parts.settings
    with HASHING, unit_of_work(parts.engine, NOBODY) as connection:
        row = connection.execute(
            select(
                _account.c.username,
                _account.c.full_name,
                _account.c.password_hash,
                _agency.c.code,
                _agency.c.name,
            )
            .join(_agency, _agency.c.code == _account.c.agency)
            .where(_account.c.id == account)
        ).one()
        attempt = Attempt.of(settings, row.username, address)
        attempt.hold(connection)
        wait = attempt.wait(connection, familiar=True)
        right = wait is None and fits(body.old, row.password_hash)
        if wait is None and not right:
            attempt.failed(connection)
        found: list[tuple[str, str, str]] = []
        if right:
            never_alone = settings.doors.wants_second_factor(caller.actor.role) and enrolled(
                connection, account
            )
            known = (row.username, row.full_name, row.code, row.name)
            found = flaws(body.new, known, second_factor=never_alone)
            if not found and fits(body.new, row.password_hash):
                found = [("password_unchanged", "phải khác mật khẩu cũ", "must differ from the old one")]
        if right and not found:
            values = {"password_hash": hashed(body.new), "one_time_until": None}
            connection.execute(update(_account).where(_account.c.id == account).values(values))
            end(connection, _session.c.account == account, _session.c.id != caller.session)
            attempt.succeeded(connection)
            told(connection, "password_changed", account=account, address=address)
    if not right:
        said = Said("Mật khẩu cũ không đúng", "The old password is wrong")
        headers = {"Retry-After": str(wait)} if wait else {}
        raise Problem(403, "wrong_password", said, [Fault("wrong_password", said, "old")], headers)
    if found:
        raise Problem(422, "invalid", _INVALID, [Fault(code, Said(vi, en), "new") for code, vi, en in found])
