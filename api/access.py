"""Sessions and their tokens: signed access tokens that die with their session, and refresh tokens that rotate on use."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import ceil
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import jwt
from sqlalchemy import Connection, Engine, func, insert, select, update

from api.errors import Fault, Problem, Said
from api.signed import told
from flows.engine import Actor
from models.clock import now
from models.settings import Settings
from models.store import Scope, alone, unit_of_work
from models.tables import table

NOBODY = Scope("")
"""The scope of requests before anyone is known, and of what concerns no dossier: it sees none."""
ACCESS = timedelta(minutes=15)
REFRESH = timedelta(hours=12)
IDLE = timedelta(minutes=30)
"""How long a browser's session lasts unused; used, it lasts as long as `REFRESH`."""
_TOUCHED = timedelta(minutes=1)
"""How often the use of a browser's session is written down."""
SKEW = timedelta(seconds=60)
"""How far the clocks of two of our machines may be apart."""
ISSUER, _AUDIENCE, _TYPE, _ALGORITHM = "hoso", "hoso-api", "at+jwt", "HS256"
_account, _token, _session = table("account"), table("refresh_token"), table("session")
SessionKind = Literal["password", "oidc", "service"]


@dataclass(frozen=True)
class Tokens:
    """What a sign-in or a refresh gives; programs sign in anew in place of a refresh."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Known:
    """Whose access token a request has, and what still keeps them from everything else."""

    actor: Actor
    session: UUID
    service: bool
    scopes: frozenset[str]
    must_change_password: bool
    lacks_second_factor: bool


def begin(
    connection: Connection, settings: Settings, account: UUID, kind: SessionKind, address: str, *,
    second_factor: bool = False, secret: UUID | None = None,
) -> Tokens:  # fmt: skip
    """Signs an account in: a session and its first tokens."""
    lasts = ACCESS if kind == "service" else REFRESH
    session = _begun(
        connection, account, kind, address, lasts, second_factor=second_factor, secret=secret, browser=None
    )
    if kind == "service":
        return Tokens(_access(settings, account, session))
    return _issue(connection, settings, account, session)


def begin_browser(
    connection: Connection, account: UUID, kind: SessionKind, address: str, *, second_factor: bool
) -> str:
    """Signs an account in at a browser: a session without tokens of the API; what the cookie is to hold."""
    kept = secrets.token_urlsafe(32)
    _begun(
        connection,
        account,
        kind,
        address,
        IDLE,
        second_factor=second_factor,
        secret=None,
        browser=_digest(kept),
    )
    return kept


def _begun(
    connection: Connection, account: UUID, kind: SessionKind, address: str, lasts: timedelta, **more: object
) -> UUID:
    moment, session = now(), uuid4()
    row = {
        "id": session, "account": account, "kind": kind, "address": address, "created_at": moment,
        "refreshed_at": moment, "expires_at": moment + lasts, **more,
    }  # fmt: skip
    connection.execute(insert(_session), row)
    told(connection, "signed_in", account=account, address=address, code=kind)
    return session


def refresh(engine: Engine, settings: Settings, token: str, address: str) -> Tokens:
    """New tokens for a refresh token, which is used up; one used twice was stolen, and ends its session.

    Raises:
        Problem: 401 for a token that is unknown, used, expired, or of a disabled account.
    """
    moment = now()
    with unit_of_work(engine, NOBODY) as connection:
        row = connection.execute(
            select(_token, _account.c.disabled, _session.c.ended_at)
            .join(_account, _account.c.id == _token.c.account)
            .join(_session, _session.c.id == _token.c.family)
            .where(_token.c.digest == _digest(token))
            .with_for_update(of=_token)
        ).one_or_none()
        good = row and row.expires_at > moment and not row.disabled and row.ended_at is None
        if row and good and row.used_at is None:
            connection.execute(update(_token).where(_token.c.digest == row.digest).values(used_at=moment))
            alive = {"refreshed_at": moment, "expires_at": moment + REFRESH, "address": address}
            connection.execute(update(_session).where(_session.c.id == row.family).values(alive))
            return _issue(connection, settings, row.account, row.family)
        if row:
            end(connection, _session.c.id == row.family)
            told(
                connection, "token_reused" if good else "token_refused", account=row.account, address=address
            )
    if row is None:
        told(None, "token_refused", address=address, code="unknown_refresh_token")
    raise sign_in_again()


def revoke(engine: Engine, settings: Settings, token: str, address: str) -> None:
    """Ends the session of a refresh or access token; an unknown one is ended already."""
    claims = _claims(settings, token)
    family = select(_token.c.family).where(_token.c.digest == _digest(token)).scalar_subquery()
    which = _session.c.id == UUID(claims["sid"]) if isinstance(claims, dict) else _session.c.id == family
    with unit_of_work(engine, NOBODY) as connection:
        for account in end(connection, which):
            told(connection, "signed_out", account=account, address=address)


def end(connection: Connection, *which: Any) -> list[UUID]:  # noqa: ANN401 - conditions on sessions
    """Ends sessions at once, with every token of theirs; whose they were."""
    ended = update(_session).where(*which, _session.c.ended_at.is_(None)).values(ended_at=now())
    return list(connection.execute(ended.returning(_session.c.account)).scalars())


# One statement, for it comes before every request: the session and its account, and what the request costs of the rate.
# By the database's clock, for the rate is about real load: all machines share it, and it is never set.
_KNOWN = """
    WITH known AS (
        SELECT account.agency, account.role, account.service, account.scopes, account.one_time_until,
            session.account, session.id, session.second_factor, session.kind, session.refreshed_at,
            'account ' || session.account AS key
        FROM session JOIN account ON account.id = session.account
        WHERE {which} AND session.ended_at IS NULL AND session.expires_at > %(moment)s AND NOT account.disabled
    ), paid AS (
        INSERT INTO request_rate AS rate (key, paid_until) SELECT key, clock_timestamp() + %(cost)s FROM known
        ON CONFLICT (key) DO UPDATE SET paid_until = greatest(rate.paid_until, clock_timestamp()) + %(cost)s
            WHERE rate.paid_until <= clock_timestamp() + %(credit)s
        RETURNING 1
    )
    SELECT known.account, known.agency, known.role, known.service, known.scopes, known.id, known.second_factor,
        known.one_time_until IS NOT NULL AND known.kind = 'password', known.refreshed_at, EXISTS (SELECT FROM paid),
        extract(epoch FROM (SELECT paid_until FROM request_rate WHERE request_rate.key = known.key)
            - clock_timestamp() - %(credit)s)
    FROM known
"""
_BY_TOKEN = _KNOWN.format(which="session.id = %(session)s AND session.account = %(account)s")
_BY_BROWSER = _KNOWN.format(which="session.browser = %(browser)s")


def known(engine: Engine, settings: Settings, token: str) -> Known | None:
    """Whose access token this is; None when it is forged, expired, ended, or of a disabled account.

    Raises:
        Problem: 429 when the account asks too often.
    """
    claims = _claims(settings, token)
    if isinstance(claims, str):
        told(None, "token_refused", code=claims)
        return None
    account, session = UUID(claims["sub"]), UUID(claims["sid"])
    asked = {"account": account, "session": session, "moment": now()}
    rows = alone(engine, (_BY_TOKEN, asked | _cost(settings.doors.account_rate)))
    if not rows:
        with unit_of_work(engine, NOBODY) as connection:
            told(connection, "token_refused", account=account, code="ended")
        return None
    return _Found(*rows[0]).known(settings)


def known_browser(engine: Engine, settings: Settings, kept: str, address: str) -> Known | None:
    """Whose browser has this in its cookie, whose session is prolonged by that; None when it holds no more.

    Raises:
        Problem: 429 when the account asks too often.
    """
    moment = now()
    found = _found_browser(engine, settings, kept, moment)
    if found is None:
        return None
    if found.refreshed_at <= moment - _TOUCHED:
        until = func.least(_session.c.created_at + REFRESH, moment + IDLE)
        alive = {"refreshed_at": moment, "expires_at": until, "address": address}
        with unit_of_work(engine, NOBODY) as connection:
            connection.execute(update(_session).where(_session.c.id == found.session).values(alive))
    return found.known(settings)


def browser_of(engine: Engine, settings: Settings, kept: str) -> Known | None:
    """The same, without prolonging the session: for what a browser asks by itself while nobody may sit at it."""
    found = _found_browser(engine, settings, kept, now())
    return found.known(settings) if found else None


def _found_browser(engine: Engine, settings: Settings, kept: str, moment: datetime) -> "_Found | None":
    asked = {"browser": _digest(kept), "moment": moment}
    rows = alone(engine, (_BY_BROWSER, asked | _cost(settings.doors.account_rate)))
    return _Found(*rows[0]) if rows else None


def lapsed_browser(engine: Engine, kept: str) -> tuple[UUID, UUID] | None:
    """Session and account of a browser that was not used for too long and has not signed out since; it may do nothing."""
    asked = (
        select(_session.c.id, _session.c.account)
        .join(_account, _account.c.id == _session.c.account)
        .where(_session.c.browser == _digest(kept), _session.c.ended_at.is_(None), ~_account.c.disabled)
        .where(_session.c.expires_at > now() - REFRESH)
    )
    with unit_of_work(engine, NOBODY) as connection:
        row = connection.execute(asked).one_or_none()
    return (row.id, row.account) if row else None


class _Found(NamedTuple):
    """A living session with its account, in the order in which it is asked for."""

    account: UUID
    agency: str
    role: str
    service: bool
    scopes: list[str]
    session: UUID
    second_factor: bool
    one_time_password: bool
    refreshed_at: datetime
    paid: bool
    wait: Decimal | None

    def known(self, settings: Settings) -> Known:
        if not self.paid:
            raise too_many(float(self.wait or 0))
        exempt = self.service or self.second_factor
        return Known(
            Actor(self.account, self.agency, self.role),
            self.session,
            self.service,
            frozenset(self.scopes),
            self.one_time_password,
            not exempt and settings.doors.wants_second_factor(self.role),
        )


def price(key: str, rate: int) -> dict[str, object]:
    """What one request costs of a rate a minute, and how far ahead of the clock one may be: a minute's worth at once."""
    return {"key": key, **_cost(rate)}


def _cost(rate: int) -> dict[str, object]:
    cost = timedelta(minutes=1) / rate
    return {"cost": cost, "credit": timedelta(minutes=1) - cost}


def too_many(seconds: float) -> Problem:
    """The answer to who asks too often."""
    wait = max(1, ceil(seconds))
    said = Said(
        f"Quá nhiều yêu cầu: thử lại sau {wait} giây", f"Too many requests: try again in {wait} seconds"
    )
    title = Said("Quá nhiều yêu cầu", "Too many requests")
    return Problem(
        429, "too_many_requests", title, [Fault("too_many_requests", said)], {"Retry-After": str(wait)}
    )


def sign_in_again() -> Problem:
    """The answer to a token that does not hold."""
    said = Said(
        "Mã truy cập thiếu, sai hoặc đã hết hạn: hãy đăng nhập lại",
        "The token is missing, wrong or expired: sign in again",
    )
    return unauthorized("not_signed_in", said)


def unauthorized(code: str, said: Said, retry_after: int | None = None) -> Problem:
    """401, with the seconds to wait where there is a wait."""
    headers = {"WWW-Authenticate": "Bearer"} | ({"Retry-After": str(retry_after)} if retry_after else {})
    return Problem(401, code, Said("Chưa đăng nhập", "Not signed in"), [Fault(code, said)], headers)


def _claims(settings: Settings, token: str) -> dict[str, Any] | str:
    """The claims of one of our access tokens; else why it is none, as a code."""
    claims = _signed(token, settings.secret("jwt_key"))
    if isinstance(claims, str):
        return claims
    # Moments are judged here, by the one clock.
    moment = now().timestamp()
    if claims["exp"] <= moment or claims["nbf"] > moment + SKEW.total_seconds():
        return "expired" if claims["exp"] <= moment else "not_yet"
    return claims


@lru_cache(4096)  # a token comes with every request, and a signature that held once holds
def _signed(token: str, secret: str) -> dict[str, Any] | str:
    """What a token says that one of our keys signed, whenever it holds; else why it is none, as a code."""
    options: Any = {"require": ["sub", "sid", "exp", "nbf", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}  # fmt: skip
    try:
        header = jwt.get_unverified_header(token)
        key = _keys(secret).get(str(header.get("kid")))
        if key is None or header.get("typ") != _TYPE:
            return "foreign"
        claims = jwt.decode(
            token, key, algorithms=[_ALGORITHM], issuer=ISSUER, audience=_AUDIENCE, options=options
        )
        UUID(claims["sub"]), UUID(claims["sid"])
        return {**claims, "exp": float(claims["exp"]), "nbf": float(claims["nbf"])}
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        return "forged"


def _keys(secret: str) -> dict[str, str]:
    """Keys by the id that stands in the tokens they sign: one a line, the newest first; all of them verify."""
    return {hashlib.sha256(key.encode()).hexdigest()[:8]: key for key in secret.split()}


def _access(settings: Settings, account: UUID, session: UUID) -> str:
    moment = now()
    claims = {
        "iss": ISSUER, "aud": _AUDIENCE, "sub": str(account), "sid": str(session), "iat": moment, "nbf": moment,
        "exp": moment + ACCESS,
    }  # fmt: skip
    kid, key = next(iter(_keys(settings.secret("jwt_key")).items()))
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": kid, "typ": _TYPE})


def _issue(connection: Connection, settings: Settings, account: UUID, session: UUID) -> Tokens:
    kept = secrets.token_urlsafe(32)
    row = {
        "digest": _digest(kept), "family": session, "account": account, "expires_at": now() + REFRESH, "used_at": None,
    }  # fmt: skip
    connection.execute(insert(_token), row)
    return Tokens(_access(settings, account, session), kept)


def _digest(token: str) -> str:
    """Only digests are kept: whoever reads the table cannot sign in."""
    return hashlib.sha256(token.encode()).hexdigest()
