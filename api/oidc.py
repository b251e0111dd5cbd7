"""Signing in by an OpenID provider: authorization code with PKCE; no account springs up by it."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import orjson
from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, select

from api.access import NOBODY, Tokens, begin, begin_browser, unauthorized
from api.auth import TokenOut, token_out
from api.cookies import keep_session
from api.dependencies import AddressDep, Parts, PartsDep
from api.errors import Fault, Problem, ProblemOut, Said
from api.oidc_provider import Refused, Unreachable, discover, identify, redeem
from api.sign_in import Begin, T
from api.signed import told
from models import box
from models.clock import now
from models.doors import Provider
from models.settings import Settings, StartupError
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/auth/oidc", tags=["auth"])
_COOKIE, _PATH = "hoso_oidc", "/v1/auth/oidc"
_PATIENCE = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_account = table("account")
_AWAY: dict[int | str, dict[str, Any]] = {
    503: {
        "model": ProblemOut,
        "description": "Nhà cung cấp OpenID không trả lời · the OpenID provider does not answer",
    }
}


@router.get(
    "/login",
    status_code=303,
    response_class=RedirectResponse,
    summary="Đăng nhập qua OpenID Connect · Sign in by the OpenID provider",
    responses=_AWAY,
)
def login(
    parts: PartsDep,
    login_hint: Annotated[
        str | None, Query(max_length=100, description="Gợi ý cho nhà cung cấp · a hint for the provider")
    ] = None,
) -> Response:
    """Chuyển đến nhà cung cấp; trình duyệt giữ một cookie để nhận ra khi quay về · leads there, with a cookie to come back by."""
    return leave(parts, login_hint)


def leave(parts: Parts, login_hint: str | None = None, back: str | None = None) -> Response:
    """Leads to the provider; `back` is the page of the board to return to, where it is a browser that signs in.

    Raises:
        Problem: 404 without a provider, 503 when it does not answer.
    """
    settings, provider = parts.settings, _provider(parts.settings)
    try:
        address = discover(provider)["authorization_endpoint"]
    except Unreachable:
        raise _away() from None
    # Nothing is kept here: what must be known on the way back goes along in the browser, sealed.
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    challenge = urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": provider.client, "redirect_uri": _redirect(settings), "scope": "openid",
        "state": kept["state"], "nonce": kept["nonce"], "code_challenge": challenge, "code_challenge_method": "S256",
        **({"login_hint": login_hint} if login_hint else {}),
    }  # fmt: skip
    answer = RedirectResponse(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", 303)
    until = (now() + _PATIENCE).timestamp()
    sealed = box.seal(settings, orjson.dumps(kept | {"until": until, "back": back}).decode())
    secure = urlsplit(settings.public_url).scheme == "https"
    answer.set_cookie(
        _COOKIE,
        sealed,
        max_age=int(_PATIENCE.total_seconds()),
        path=_PATH,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(
    "/callback",
    response_model=TokenOut,
    summary="Trở về từ nhà cung cấp · Back from the provider",
    responses=_AWAY,
)
def callback(
    request: Request,
    parts: PartsDep,
    address: AddressDep,
    response: Response,
    code: Annotated[str | None, Query(max_length=2000)] = None,
    state: Annotated[str | None, Query(max_length=200)] = None,
    iss: Annotated[str | None, Query(max_length=500)] = None,
    error: Annotated[
        str | None, Query(max_length=200, description="Nhà cung cấp từ chối · the provider refused")
    ] = None,
    hoso_oidc: Annotated[str | None, Cookie(max_length=4000)] = None,
) -> TokenOut | Response:
    """Cặp mã của hệ thống, cho tài khoản mà người quản trị đã liên kết · our tokens, for the account that is linked."""
    kept = _kept(parts.settings, hoso_oidc)
    given = Given(code, state, iss, error)
    if kept is None or kept["back"] is None:
        response.delete_cookie(_COOKIE, path=_PATH)
        return token_out(_signed_in(parts, given, kept, address, partial(_tokens, parts.settings, address)))
    try:
        browser = _signed_in(parts, given, kept, address, partial(_browser, address))
        answer = RedirectResponse(kept["back"], 303)
        keep_session(request, answer, browser)
    except Problem as problem:
        answer = RedirectResponse(
            f"/board/sign-in?{urlencode({'openid': problem.code, 'next': kept['back']})}", 303
        )
    answer.delete_cookie(_COOKIE, path=_PATH)
    return answer


class Given(NamedTuple):
    """What the provider sent back by the browser."""

    code: str | None
    state: str | None
    iss: str | None
    error: str | None


def _tokens(settings: Settings, address: str, connection: Connection, account: UUID, factor: bool) -> Tokens:
    return begin(connection, settings, account, "oidc", address, second_factor=factor)


def _browser(address: str, connection: Connection, account: UUID, factor: bool) -> str:
    return begin_browser(connection, account, "oidc", address, second_factor=factor)


def _signed_in(parts: Parts, given: Given, kept: dict[str, Any] | None, address: str, begin: Begin[T]) -> T:
    provider = _provider(parts.settings)
    if kept is None or not secrets.compare_digest(str(kept["state"]).encode(), (given.state or "").encode()):
        raise _refused(address, "state")
    if given.error or not given.code or (given.iss is not None and given.iss != provider.issuer):
        raise _refused(address, "refused_there" if given.error else "response")
    try:
        found = discover(provider)
        token = redeem(provider, found, given.code, kept["verifier"], _redirect(parts.settings))
        claims = identify(provider, found, token, kept["nonce"])
    except Unreachable:
        raise _away() from None
    except Refused as refused:
        raise _refused(address, refused.code) from None
    return _linked(parts, provider, claims, address, begin)


def _linked(parts: Parts, provider: Provider, claims: dict[str, Any], address: str, begin: Begin[T]) -> T:
    mine = _account.c.oidc_issuer == provider.issuer, _account.c.oidc_subject == claims["sub"]
    factor = "mfa" in claims["amr"]
    with unit_of_work(parts.engine, NOBODY) as connection:
        asked = select(_account.c.id, _account.c.role).where(*mine, ~_account.c.disabled, ~_account.c.service)
        row = connection.execute(asked).one_or_none()
        if row and (factor or not parts.settings.doors.wants_second_factor(row.role)):
            return begin(connection, row.id, factor)
        if row:
            told(connection, "sign_in_failed", account=row.id, address=address, code="second_factor_required")
    if row is None:
        raise _refused(address, "not_linked")
    said = Said(
        "Nhà cung cấp OpenID không xác nhận xác thực hai lớp (amr: mfa)",
        "The OpenID provider does not confirm a second factor (amr: mfa)",
    )
    raise Problem(403, "second_factor_required", said, [Fault("second_factor_required", said)])


def _provider(settings: Settings) -> Provider:
    if settings.doors.provider is None:
        said = Said("Chưa cấu hình nhà cung cấp OpenID", "No OpenID provider is configured")
        raise Problem(404, "no_provider", said, [Fault("no_provider", said)])
    return settings.doors.provider


def _redirect(settings: Settings) -> str:
    return f"{settings.public_url}{_PATH}/callback"


def _kept(settings: Settings, cookie: str | None) -> dict[str, Any] | None:
    """What the browser has kept for us; None when there is nothing, it is not ours, or it took too long."""
    try:
        kept: dict[str, Any] = orjson.loads(box.unseal(settings, cookie or ""))
    except StartupError:
        return None
    return kept if kept["until"] > now().timestamp() else None


def _refused(address: str, code: str) -> Problem:
    told(None, "sign_in_failed", address=address, code=f"oidc_{code}")
    said = Said(
        "Đăng nhập qua OpenID không thành công; hãy thử lại, hoặc hỏi người quản trị về liên kết tài khoản",
        "Signing in by the OpenID provider failed; try again, or ask an administrator whether the account is linked",
    )
    return unauthorized("oidc_refused", said)


def _away() -> Problem:
    said = Said("Nhà cung cấp OpenID không trả lời", "The OpenID provider does not answer")
    return Problem(503, "provider_unavailable", said, [Fault("provider_unavailable", said)])
