"""Setting up one's second factor: a secret for an authenticator, its confirmation, and the recovery codes."""

from io import BytesIO
from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select, update

from api import otp
from api.access import NOBODY, Known, end
from api.dependencies import KnownDep, Parts, PartsDep
from api.errors import Fault, Problem, Said
from api.locks import Attempt
from api.signed import told
from models.settings import Settings
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/auth/totp", tags=["auth"])
_account, _session = table("account"), table("session")


class TotpOut(BaseModel):
    """Khóa để cài vào ứng dụng xác thực, chỉ hiện lần này · the secret for an authenticator, shown this once."""

    secret: str = Field(description="Khóa, base32 · the secret in base32")
    uri: str = Field(description="Địa chỉ otpauth trong mã QR · what the QR code says")
    qr_svg: str = Field(description="Mã QR, SVG · the QR code as SVG")


class ConfirmIn(BaseModel):
    """Mã mà ứng dụng xác thực đang hiện · a code that the authenticator shows."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=6, max_length=20, examples=["123456"])]


class RecoveryOut(BaseModel):
    """Mã khôi phục, mỗi mã dùng một lần thay cho xác thực thứ hai; chỉ hiện lần này · shown this once, each used once."""

    recovery_codes: list[str]


@router.post("", summary="Cài đặt xác thực hai lớp · Set up the second factor")
def begin(caller: KnownDep, parts: PartsDep) -> TotpOut:
    """Có hiệu lực sau khi xác nhận bằng một mã · it counts once confirmed by a code."""
    _password_first(caller.must_change_password)
    account = caller.actor.account
    with unit_of_work(parts.engine, NOBODY) as connection:
        secret = otp.begin(connection, parts.settings, account)
        if secret is None:
            said = Said(
                "Đã có xác thực hai lớp; muốn đổi, nhờ người quản trị đặt lại",
                "There is a second factor; to change it, have an administrator reset it",
            )
            raise Problem(409, "second_factor_present", said, [Fault("second_factor_present", said)])
        told(connection, "second_factor_begun", account=account)
        return _shown(connection, parts.settings, account, secret)


def waiting(caller: Known, parts: Parts) -> TotpOut | None:
    """What waits to be confirmed, shown again to whoever began it."""
    account = caller.actor.account
    with unit_of_work(parts.engine, NOBODY) as connection:
        secret = otp.waiting(connection, parts.settings, account)
        return _shown(connection, parts.settings, account, secret) if secret else None


def _shown(connection: Connection, settings: Settings, account: UUID, secret: str) -> TotpOut:
    username = connection.execute(select(_account.c.username).where(_account.c.id == account)).scalar_one()
    uri, picture = otp.uri(secret, username, settings.public_url), BytesIO()
    segno.make(uri, error="m").save(picture, kind="svg", scale=4, xmldecl=False)
    return TotpOut(secret=secret, uri=uri, qr_svg=picture.getvalue().decode())


@router.post("/confirm", summary="Xác nhận xác thực hai lớp · Confirm the second factor")
def confirm(body: ConfirmIn, caller: KnownDep, parts: PartsDep) -> RecoveryOut:
    """Các phiên đăng nhập khác kết thúc · every other session of the account ends."""
    _password_first(caller.must_change_password)
    account = caller.actor.account
    attempt = Attempt.of(parts.settings, f"totp {account}", str(account))
    codes: list[str] | None = None
    with unit_of_work(parts.engine, NOBODY) as connection:
        attempt.hold(connection)
        wait = attempt.wait(connection, familiar=True)
        if wait is None:
            codes = otp.confirm(connection, parts.settings, account, body.code)
        if codes is not None:
            attempt.succeeded(connection)
            shown = update(_session).where(_session.c.id == caller.session).values(second_factor=True)
            connection.execute(shown)
            end(connection, _session.c.account == account, _session.c.id != caller.session)
            told(connection, "second_factor_confirmed", account=account)
        elif wait is None:
            attempt.failed(connection)
    if codes is None:
        said = Said(
            "Mã không đúng, đã dùng, hoặc chưa bắt đầu cài đặt",
            "The code is wrong or used, or nothing waits for it",
        )
        headers = {"Retry-After": str(wait)} if wait else {}
        raise Problem(422, "invalid_otp", said, [Fault("invalid_otp", said, "code")], headers)
    return RecoveryOut(recovery_codes=codes)


def _password_first(must_change: bool) -> None:
    if must_change:
        said = Said("Phải đổi mật khẩu trước", "Change the password first")
        raise Problem(403, "password_change_required", said, [Fault("password_change_required", said)])
