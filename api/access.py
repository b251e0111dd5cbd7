"""Signing in: Argon2id passwords, signed access tokens, and refresh tokens that rotate on use."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID, uuid4

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, delete, insert, select, update

from api.errors import Fault, Problem, Said
from flows.engine import Actor
from models.clock import now
from models.settings import Settings
from models.store import Scope, unit_of_work
from models.tables import table

NOBODY = Scope("")
"""The scope of requests before anyone is known, and of what concerns no dossier: it sees none."""
ACCESS = timedelta(minutes=15)
REFRESH = timedelta(hours=12)
_ISSUER, _ALGORITHM = "hoso", "HS256"
_HASHER = PasswordHasher()
_HASHING = BoundedSemaphore(4)
"""Each check of a password takes 64 MB and all cores: no more than so many at a time."""

_account, _token = table("account"), table("refresh_token")


@dataclass(frozen=True)
class Tokens:
    """What a sign-in or a refresh gives."""

    access: str
    refresh: str


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def _fits(password: str, kept: str) -> bool:
    with _HASHING:
        try:
            return _HASHER.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def sign_in(engine: Engine, settings: Settings, username: str, password: str) -> Tokens:
    """Tokens for a user name and password.

    An unknown or disabled user costs the same time and gets the same answer as a wrong password.

    Raises:
        Problem: 401.
    """
    with unit_of_work(engine, NOBODY) as connection:
        row = connection.execute(
            select(_account.c.id, _account.c.password_hash).where(
                _account.c.username == username, _account.c.disabled.is_(False)
            )
        ).one_or_none()
    fits = _fits(password, row.password_hash if row else _nobodys_hash())
    if row is None or not fits:
        said = Said("Tên đăng nhập hoặc mật khẩu không đúng", "The user name or the password is wrong")
        raise _unauthorized("invalid_credentials", said)
    with unit_of_work(engine, NOBODY) as connection:
        return _issue(connection, settings, row.id, uuid4())


def refresh(engine: Engine, settings: Settings, token: str) -> Tokens:
    """New tokens for a refresh token, which is used up; one used twice was stolen, and ends its whole family.

    Raises:
        Problem: 401 for a token that is unknown, used, expired, or of a disabled account.
    """
    moment = now()
    with unit_of_work(engine, NOBODY) as connection:
        row = connection.execute(
            select(_token, _account.c.disabled)
            .join(_account, _account.c.id == _token.c.account)
            .where(_token.c.digest == _digest(token))
            .with_for_update(of=_token)
        ).one_or_none()
        if row and row.used_at is None and row.expires_at > moment and not row.disabled:
            connection.execute(update(_token).where(_token.c.digest == row.digest).values(used_at=moment))
            return _issue(connection, settings, row.account, row.family)
        if row:
            connection.execute(delete(_token).where(_token.c.family == row.family))
    raise sign_in_again()


def revoke(engine: Engine, token: str) -> None:
    """Ends a refresh token with its family; an unknown one is ended already."""
    family = select(_token.c.family).where(_token.c.digest == _digest(token)).scalar_subquery()
    with unit_of_work(engine, NOBODY) as connection:
        connection.execute(delete(_token).where(_token.c.family == family))


def account_of(engine: Engine, settings: Settings, token: str) -> Actor | None:
    """Whose access token this is; None when it is forged, expired, or of a disabled account."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.secret("jwt_key"),
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            # Expiry is judged below, by the one clock.
            options={"require": ["sub", "exp", "iss"], "verify_exp": False, "verify_iat": False},
        )
        account, expires = UUID(claims["sub"]), float(claims["exp"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None
    if expires <= now().timestamp():
        return None
    with unit_of_work(engine, NOBODY) as connection:
        row = connection.execute(
            select(_account.c.agency, _account.c.role).where(
                _account.c.id == account, _account.c.disabled.is_(False)
            )
        ).one_or_none()
    return Actor(account, row.agency, row.role) if row else None


def sign_in_again() -> Problem:
    """The answer to a token that does not hold."""
    said = Said(
        "Mã truy cập thiếu, sai hoặc đã hết hạn: hãy đăng nhập lại",
        "The token is missing, wrong or expired: sign in again",
    )
    return _unauthorized("not_signed_in", said)


def _unauthorized(code: str, said: Said) -> Problem:
    title = Said("Chưa đăng nhập", "Not signed in")
    return Problem(401, code, title, [Fault(code, said)], {"WWW-Authenticate": "Bearer"})


def _issue(connection: Connection, settings: Settings, account: UUID, family: UUID) -> Tokens:
    moment = now()
    claims = {"iss": _ISSUER, "sub": str(account), "iat": moment, "exp": moment + ACCESS}
    access = jwt.encode(claims, settings.secret("jwt_key"), algorithm=_ALGORITHM)
    kept = secrets.token_urlsafe(32)
    connection.execute(
        insert(_token),
        {
            "digest": _digest(kept),
            "family": family,
            "account": account,
            "expires_at": moment + REFRESH,
            "used_at": None,
        },
    )
    return Tokens(access, kept)


def _digest(token: str) -> str:
    """Only digests are kept: whoever reads the table cannot sign in."""
    return hashlib.sha256(token.encode()).hexdigest()
