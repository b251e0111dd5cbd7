"""Signing in: tokens by password, their renewal and their end."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field

from api.access import ACCESS, Tokens, refresh, revoke, sign_in
from api.dependencies import PartsDep

router = APIRouter(prefix="/v1/auth", tags=["auth"])


class TokenOut(BaseModel):
    """Mã truy cập và mã gia hạn · an access token with its refresh token."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int = Field(
        description="Số giây mã truy cập còn hiệu lực · seconds until the access token ends"
    )
    refresh_token: str = Field(
        description="Dùng một lần để lấy mã mới · used once, for the next pair of tokens"
    )


def _out(tokens: Tokens) -> TokenOut:
    return TokenOut(
        access_token=tokens.access, expires_in=int(ACCESS.total_seconds()), refresh_token=tokens.refresh
    )


@router.post("/token", summary="Đăng nhập · Sign in")
def token(
    parts: PartsDep,
    username: Annotated[str, Form()],
    password: Annotated[str, Form(json_schema_extra={"format": "password"})],
    grant_type: Annotated[Literal["password"], Form()] = "password",
    otp: Annotated[str | None, Form(description="Mã xác thực thứ hai · second factor")] = None,
) -> TokenOut:
    """Tên đăng nhập và mật khẩu, dạng biểu mẫu OAuth2 · user name and password as an OAuth2 password form."""
    return _out(sign_in(parts.engine, parts.settings, username, password))


@router.post("/refresh", summary="Gia hạn đăng nhập · Renew the tokens")
def renew(
    parts: PartsDep,
    refresh_token: Annotated[str, Form()],
    grant_type: Annotated[Literal["refresh_token"], Form()] = "refresh_token",
) -> TokenOut:
    """Đổi mã gia hạn lấy cặp mã mới; mã cũ hết hiệu lực · trade the refresh token for a new pair of tokens."""
    return _out(refresh(parts.engine, parts.settings, refresh_token))


@router.post("/revoke", status_code=204, summary="Đăng xuất · Sign out")
def end(parts: PartsDep, token: Annotated[str, Form(description="Mã gia hạn · the refresh token")]) -> None:
    """Hủy mã gia hạn cùng mọi mã đổi từ nó · end a refresh token and all that came of it."""
    revoke(parts.engine, token)
