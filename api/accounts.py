"""Accounts as they are kept: making them, changing them, and what must never happen to them."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Select, func, insert, select, update

from api import otp
from api.access import end
from api.errors import Fault, Problem, Said
from api.sign_in import digest_of_secret
from api.signed import told
from flows.offices import Office
from models import passwords
from models.clock import now
from models.tables import table

ONE_TIME = timedelta(days=7)
"""How long a password given by an administrator counts."""
COURTS = ("court", "provincial_court")
SECRETS = 2
"""Secrets of a program that may be alive: the old one and the one it is exchanged for."""
_CHANGES = 0x1CA
_account, _agency = table("account"), table("agency")
_session, _secret, _factor = table("session"), table("service_secret"), table("second_factor")
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")


def accounts() -> Select[Any]:
    """All accounts as they are shown, with the territory of their agencies."""
    has = select(_factor.c.account).where(
        _factor.c.account == _account.c.id, _factor.c.confirmed_at.is_not(None)
    )
    return select(
        *(column for column in _account.c if column.name != "password_hash"),
        has.exists().label("second_factor"),
        _agency.c.territory,
    ).join(_agency, _agency.c.code == _account.c.agency)


def office_of(connection: Connection, agency: str) -> Office | None:
    """The agency and its territory; None when there is none."""
    row = connection.execute(
        select(_agency.c.code, _agency.c.territory).where(_agency.c.code == agency)
    ).one_or_none()
    return Office(row.code, row.territory) if row else None


def hold(connection: Connection) -> None:
    """One change of accounts at a time, so that the last two administrators cannot end each other."""
    connection.execute(select(func.pg_advisory_xact_lock(_CHANGES)))


def create(connection: Connection, values: dict[str, Any], by: UUID | None) -> tuple[UUID, str | None]:
    """A new account; its id and, for a person, the one-time password.

    Args:
        connection: the unit of work.
        values: its columns, without what it signs in with.
        by: who makes it; None for the command line.

    Raises:
        Problem: 409 for a user name that is taken, 422 for a role its agency has not, or scopes of a person.
    """
    _fitting(connection, values)
    taken = select(_account.c.id).where(_account.c.username == values["username"])
    if connection.execute(taken).one_or_none() is not None:
        said = Said("Tên đăng nhập đã có", "The user name is taken")
        raise Problem(409, "username_taken", said, [Fault("username_taken", said, "username")])
    account, password = uuid4(), None if values["service"] else passwords.one_time()
    first = (
        {"password_hash": passwords.hashed(password), "one_time_until": now() + ONE_TIME} if password else {}
    )
    connection.execute(insert(_account), {"id": account, "disabled": False, **values, **first})
    told(connection, "user_created", account=account, by=by)
    return account, password


def change(connection: Connection, before: Any, values: dict[str, Any], by: UUID | None) -> None:  # noqa: ANN401 - a row
    """Changes an account's columns; with another role or agency it signs in again.

    Raises:
        Problem: 403 for one's own role, 409 for the last administrator's, 422 as for a new account.
    """
    moved = any(before[name] != values.get(name, before[name]) for name in ("role", "agency"))
    if moved and before["id"] == by:
        raise own_account()
    if before["role"] == "administrator" and values.get("role", "administrator") != "administrator":
        _not_the_last(connection, before["id"])
    _fitting(connection, {**before, **values})
    connection.execute(update(_account).where(_account.c.id == before["id"]).values(values))
    if moved or "scopes" in values:
        end(connection, _session.c.account == before["id"])
    told(connection, "user_changed", account=before["id"], by=by, code=",".join(sorted(values)))


def disable(connection: Connection, account: UUID, by: UUID | None) -> None:
    """Lets an account in no more, at once.

    Raises:
        Problem: 403 for one's own account, 409 for the last administrator's.
    """
    if account == by:
        raise own_account()
    _not_the_last(connection, account)
    connection.execute(update(_account).where(_account.c.id == account).values(disabled=True))
    end(connection, _session.c.account == account)
    told(connection, "user_disabled", account=account, by=by)


def enable(connection: Connection, account: UUID, by: UUID | None) -> None:
    """Lets an account in again, with what it signed in with before."""
    connection.execute(update(_account).where(_account.c.id == account).values(disabled=False))
    told(connection, "user_enabled", account=account, by=by)


def reset_password(connection: Connection, account: UUID, by: UUID | None) -> str:
    """A one-time password in place of the present one; every session ends."""
    password = passwords.one_time()
    values = {"password_hash": passwords.hashed(password), "one_time_until": now() + ONE_TIME}
    connection.execute(update(_account).where(_account.c.id == account).values(values))
    end(connection, _session.c.account == account)
    told(connection, "password_reset", account=account, by=by)
    return password


def reset_second_factor(connection: Connection, account: UUID, by: UUID | None) -> None:
    """Takes the second factor away; every session ends."""
    otp.forget(connection, account)
    end(connection, _session.c.account == account)
    told(connection, "second_factor_reset", account=account, by=by)


def link(connection: Connection, account: UUID, issuer: str, subject: str | None, by: UUID | None) -> None:
    """Says who the account is to the OpenID provider; sessions that its word began end.

    Raises:
        Problem: 409 when another account is this subject.
    """
    theirs = _account.c.oidc_issuer == issuer, _account.c.oidc_subject == subject, _account.c.id != account
    if subject and connection.execute(select(_account.c.id).where(*theirs)).one_or_none() is not None:
        said = Said("Danh tính này thuộc tài khoản khác", "Another account has this identity")
        raise Problem(409, "identity_taken", said, [Fault("identity_taken", said, "subject")])
    values = {"oidc_issuer": issuer if subject else None, "oidc_subject": subject}
    connection.execute(update(_account).where(_account.c.id == account).values(values))
    end(connection, _session.c.account == account, _session.c.kind == "oidc")
    told(connection, "user_linked", account=account, by=by)


def make_secret(connection: Connection, account: UUID, by: UUID | None) -> tuple[Any, str]:
    """A new secret of a program: its row, and the secret itself.

    Raises:
        Problem: 409 when two are alive.
    """
    alive = select(_secret.c.id).where(_secret.c.account == account, _secret.c.ended_at.is_(None))
    if len(connection.execute(alive).all()) >= SECRETS:
        said = Said("Đã có hai khóa: kết thúc một khóa trước", "Two secrets are alive: end one of them first")
        raise Problem(409, "too_many_secrets", said, [Fault("too_many_secrets", said)])
    secret = f"hoso_{secrets.token_urlsafe(32)}"
    row = {
        "id": uuid4(), "account": account, "digest": digest_of_secret(secret), "created_by": by, "created_at": now(),
        "ended_at": None,
    }  # fmt: skip
    connection.execute(insert(_secret), row)
    told(connection, "secret_made", account=account, by=by)
    return row, secret


def end_secret(connection: Connection, account: UUID, secret: UUID, by: UUID | None) -> bool:
    """Ends a secret and what was signed in with it; whether there was one alive."""
    mine = _secret.c.account == account, _secret.c.id == secret, _secret.c.ended_at.is_(None)
    if not connection.execute(update(_secret).where(*mine).values(ended_at=now())).rowcount:
        return False
    end(connection, _session.c.secret == secret)
    told(connection, "secret_ended", account=account, by=by)
    return True


def own_account() -> Problem:
    """The answer to who would change their own rights."""
    said = Said(
        "Không ai tự đổi vai trò, cơ quan, hay khóa tài khoản của mình",
        "Nobody changes their own role or agency, or disables themselves",
    )
    return Problem(403, "own_account", said, [Fault("own_account", said)])


def _fitting(connection: Connection, values: dict[str, Any]) -> None:
    agency = select(_agency.c.kind).where(_agency.c.code == values["agency"])
    kind = connection.execute(agency).scalar_one_or_none()
    faults = []
    if kind is None:
        faults.append(Fault("unknown_agency", Said("không có cơ quan này", "is not an agency"), "agency"))
    elif values["role"] in {"clerk", "judge"} and kind not in COURTS:
        said = Said("thư ký và thẩm phán chỉ có ở tòa án", "clerks and judges work at courts alone")
        faults.append(Fault("role_not_of_agency", said, "role"))
    if values["scopes"] and not values["service"]:
        said = Said("chỉ tài khoản phần mềm có quyền riêng", "only service accounts have scopes")
        faults.append(Fault("scopes_of_a_person", said, "scopes"))
    if faults:
        raise Problem(422, "invalid", _INVALID, faults)


def _not_the_last(connection: Connection, account: UUID) -> None:
    """There is always an administrator who can sign in."""
    asked = select(_account.c.id).where(
        _account.c.role == "administrator", ~_account.c.disabled, ~_account.c.service
    )
    if connection.execute(asked).scalars().all() == [account]:
        said = Said("Đây là người quản trị duy nhất", "This is the last administrator")
        raise Problem(409, "last_administrator", said, [Fault("last_administrator", said)])
