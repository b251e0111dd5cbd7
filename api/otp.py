"""The second factor: one-time codes of an authenticator (TOTP, RFC 6238), each taken once, and recovery codes."""

import secrets
from typing import Literal
from uuid import UUID

import pyotp
from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models import box
from models.clock import now
from models.settings import Settings
from models.tables import table

STEP = 30
"""Seconds a code is shown; one step before and after is taken too, for clocks that differ."""
RECOVERY_CODES = 10
_factor, _code = table("second_factor"), table("recovery_code")
Shown = Literal["none", "missing", "wrong", "right", "recovery"]


def shown(connection: Connection, settings: Settings, account: UUID, code: str | None) -> Shown:
    """What somebody has shown as second factor; "none" where the account has none. A code that is right is used up."""
    row = connection.execute(
        select(_factor)
        .where(_factor.c.account == account, _factor.c.confirmed_at.is_not(None))
        .with_for_update()
    ).one_or_none()
    if row is None:
        return "none"
    if not code:
        return "missing"
    if _taken(connection, settings, account, row.secret, row.last_step, code):
        return "right"
    used = (
        update(_code)
        .where(
            _code.c.account == account,
            _code.c.digest == _digest(settings, account, code),
            _code.c.used_at.is_(None),
        )
        .values(used_at=now())
    )
    return "recovery" if connection.execute(used).rowcount else "wrong"


def begin(connection: Connection, settings: Settings, account: UUID) -> str | None:
    """A new secret that waits to be confirmed; None when the account has a second factor already."""
    secret = pyotp.random_base32()
    row = {"account": account, "secret": box.seal(settings, secret), "created_at": now()}
    put = upsert(_factor).values(row).on_conflict_do_update(
        index_elements=["account"], set_=row | {"last_step": None}, where=_factor.c.confirmed_at.is_(None)
    )  # fmt: skip
    return secret if connection.execute(put.returning(_factor.c.account)).one_or_none() else None


def waiting(connection: Connection, settings: Settings, account: UUID) -> str | None:
    """The secret that waits to be confirmed."""
    asked = select(_factor.c.secret).where(_factor.c.account == account, _factor.c.confirmed_at.is_(None))
    sealed = connection.execute(asked).scalar_one_or_none()
    return box.unseal(settings, sealed) if sealed else None


def confirm(connection: Connection, settings: Settings, account: UUID, code: str) -> list[str] | None:
    """Makes the waiting secret the second factor, shown by a code of it; recovery codes, told this once. None if wrong."""
    row = connection.execute(
        select(_factor)
        .where(_factor.c.account == account, _factor.c.confirmed_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if row is None or not _taken(connection, settings, account, row.secret, row.last_step, code):
        return None
    connection.execute(update(_factor).where(_factor.c.account == account).values(confirmed_at=now()))
    codes = [pyotp.random_base32().lower()[:16] for _ in range(RECOVERY_CODES)]
    connection.execute(delete(_code).where(_code.c.account == account))
    rows = [{"digest": _digest(settings, account, one), "account": account} for one in codes]
    connection.execute(insert(_code), rows)
    return ["-".join(one[at : at + 4] for at in range(0, 16, 4)) for one in codes]


def forget(connection: Connection, account: UUID) -> None:
    """Takes the second factor away, with its recovery codes."""
    connection.execute(delete(_code).where(_code.c.account == account))
    connection.execute(delete(_factor).where(_factor.c.account == account))


def enrolled(connection: Connection, account: UUID) -> bool:
    """Whether the account has a second factor."""
    asked = select(_factor.c.account).where(_factor.c.account == account, _factor.c.confirmed_at.is_not(None))
    return connection.execute(asked).one_or_none() is not None


def uri(secret: str, username: str, installation: str) -> str:
    """What an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=f"hoso {installation}")


def _taken(
    connection: Connection, settings: Settings, account: UUID, sealed: str, last: int | None, code: str
) -> bool:
    """Whether it is a code of now that was not used before, nor one before a used one; it is used with this."""
    totp, step = pyotp.TOTP(box.unseal(settings, sealed)), int(now().timestamp()) // STEP
    given = code.strip().replace(" ", "")
    fitting = [
        at
        for at in (step - 1, step, step + 1)
        if secrets.compare_digest(totp.generate_otp(at).encode(), given.encode())
    ]
    fresh = [at for at in fitting if last is None or at > last]
    if not fresh:
        return False
    later = or_(_factor.c.last_step.is_(None), _factor.c.last_step < fresh[0])
    used = update(_factor).where(_factor.c.account == account, later).values(last_step=fresh[0])
    return bool(connection.execute(used).rowcount)


def _digest(settings: Settings, account: UUID, code: str) -> str:
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return box.digest(settings, f"recovery {account} {plain}")
