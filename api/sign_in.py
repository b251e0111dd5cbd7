"""Signing in: by password and second factor, or by a program's secret; what is wrong costs the same time and says the same."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, select

from api import otp
from api.access import NOBODY, Tokens, begin, unauthorized
from api.errors import Problem, Said
from api.locks import Attempt
from api.signed import told
from models.box import seal, unseal
from models.clock import now
from models.passwords import HASHING, fits
from models.settings import Settings, StartupError
from models.store import unit_of_work
from models.tables import table

_account, _session, _secret = table("account"), table("session"), table("service_secret")
PATIENCE = timedelta(minutes=5)
"""How long somebody may look for the second factor after the password was right."""
T = TypeVar("T")
Begin = Callable[[Connection, UUID, bool], T]
"""Begins the session of an account, which has shown a second factor or not."""


@dataclass(frozen=True)
class Credentials:
    """What somebody shows to be let in, and from where."""

    username: str
    password: str
    otp: str | None
    address: str
    proof: str | None = None
    """In the password's place: what `OtpRequired` gave, that it need not be typed again with the second factor."""


@dataclass
class OtpRequired(Problem):
    """The password was right and a second factor is wanted; `proof` says so for a while, to us alone."""

    proof: str = ""


def sign_in(engine: Engine, settings: Settings, shown: Credentials, begin: Begin[T]) -> T:
    """What `begin` makes, for a user name, a password and, where there is one, the second factor.

    An unknown, disabled or locked account gets the same answer as a wrong password, and what is not locked takes as long.

    Raises:
        Problem: 401, with `Retry-After` where one must wait.
    """
    # First a place among those who hash, then a connection: whoever waits holds none.
    with HASHING, unit_of_work(engine, NOBODY) as connection:
        outcome = _judged(connection, settings, shown, begin)
    if isinstance(outcome, Problem):  # raised only now: the failure is counted
        raise outcome
    return outcome


def _judged(connection: Connection, settings: Settings, shown: Credentials, begin: Begin[T]) -> T | Problem:
    attempt = Attempt.of(settings, shown.username, shown.address)
    attempt.hold(connection)
    row = connection.execute(
        select(_account.c.id, _account.c.password_hash, _account.c.one_time_until).where(
            _account.c.username == shown.username, ~_account.c.disabled, ~_account.c.service
        )
    ).one_or_none()
    account = row.id if row else None
    wait = attempt.wait(connection, familiar=_familiar(connection, account, shown.address))
    if wait is not None:
        told(connection, "locked_out", account=account, address=shown.address)
        return _wrong(wait)
    fresh = row is None or row.one_time_until is None or row.one_time_until > now()
    kept = row.password_hash if row else None
    right = (
        fits(shown.password, kept) if shown.proof is None else _proven(settings, shown.proof, account, kept)
    )
    if not right or row is None or not fresh:
        return _failed(connection, attempt, account, shown, "invalid_credentials")
    factor = otp.shown(connection, settings, row.id, shown.otp)
    if factor == "missing":
        told(connection, "sign_in_failed", account=account, address=shown.address, code="otp_required")
        said = Said(
            "Cần mã xác thực thứ hai trong trường otp", "The second factor is required, in the field otp"
        )
        asked = unauthorized("otp_required", said)
        return OtpRequired(**vars(asked), proof=_proof(settings, row.id, row.password_hash))
    if factor == "wrong":
        return _failed(connection, attempt, account, shown, "invalid_otp")
    if factor == "recovery":
        told(connection, "recovery_code_used", account=account, address=shown.address)
    attempt.succeeded(connection)
    return begin(connection, row.id, factor != "none")


def _proof(settings: Settings, account: UUID, kept: str) -> str:
    """A word of ours, that this account's password was right just now."""
    said = {"account": account, "kept": _digest(kept), "until": (now() + PATIENCE).timestamp()}
    return seal(settings, orjson.dumps(said).decode())


def _proven(settings: Settings, proof: str, account: UUID | None, kept: str | None) -> bool:
    try:
        said = orjson.loads(unseal(settings, proof))
    except StartupError:
        return False
    same = (said.get("account"), said.get("kept")) == (str(account), _digest(kept or ""))
    return bool(same and said["until"] > now().timestamp())


def _familiar(connection: Connection, account: UUID | None, address: str) -> bool:
    """Whether this account has signed in from there before, as far back as sessions are kept."""
    asked = select(_session.c.id).where(_session.c.account == account, _session.c.address == address).limit(1)
    return connection.execute(asked).one_or_none() is not None


def _failed(
    connection: Connection, attempt: Attempt, account: UUID | None, shown: Credentials, code: str
) -> Problem:
    attempt.failed(connection)
    told(connection, "sign_in_failed", account=account, address=shown.address, code=code)
    if code == "invalid_otp":
        return unauthorized(code, Said("Mã xác thực thứ hai không đúng", "The second factor is wrong"))
    return _wrong()


def _wrong(retry_after: int | None = None) -> Problem:
    said = Said("Tên đăng nhập hoặc mật khẩu không đúng", "The user name or the password is wrong")
    return unauthorized("invalid_credentials", said, retry_after)


def sign_in_service(
    engine: Engine, settings: Settings, client: str, secret: str, address: str
) -> tuple[Tokens, list[str]]:
    """A short token for a program's secret, and its scopes; the program is named by its account's id or user name.

    Raises:
        Problem: 401, with `Retry-After` where one must wait.
    """
    attempt = Attempt.of(settings, f"service {client}", address)
    outcome: Any
    with unit_of_work(engine, NOBODY) as connection:
        attempt.hold(connection)
        wait = attempt.wait(connection, familiar=True)  # nobody guesses such a secret, so nobody may lock it
        row = None if wait else _service(connection, client, secret)
        if row is None:
            if wait is None:
                attempt.failed(connection)
            told(connection, "locked_out" if wait else "sign_in_failed", address=address, code="service")
            outcome = unauthorized("invalid_client", Said("Sai mã hoặc khóa của phần mềm", "The client id or its secret is wrong"), wait)  # fmt: skip
        else:
            attempt.succeeded(connection)
            outcome = (
                begin(connection, settings, row.account, "service", address, secret=row.id),
                list(row.scopes),
            )
    if isinstance(outcome, Problem):
        raise outcome
    return outcome  # type: ignore[no-any-return]  # tokens and scopes


def digest_of_secret(secret: str) -> str:
    """What is kept of a program's secret: 256 random bits need no slow hash."""
    return _digest(secret)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _service(connection: Connection, client: str, secret: str) -> Any:  # noqa: ANN401 - a row, or None
    try:
        mine = _account.c.id == UUID(client)
    except ValueError:
        mine = _account.c.username == client
    asked = (
        select(_secret.c.id, _secret.c.account, _account.c.scopes)
        .join(_account, _account.c.id == _secret.c.account)
        .where(mine, _account.c.service, ~_account.c.disabled)
        .where(_secret.c.digest == digest_of_secret(secret), _secret.c.ended_at.is_(None))
    )
    return connection.execute(asked).one_or_none()
