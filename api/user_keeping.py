"""What is done to accounts within one's territory, and who sees them: for the API and the board alike."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, select

from api import accounts
from api.access import NOBODY
from api.errors import Fault, Problem, Said, not_found
from api.pages import cursor_of, key_of, no_cursor
from api.user_answers import SecretMadeOut, SecretOut, UserChange, UserFilters, UserIn, UserMadeOut, UserOut
from flows.engine import Actor
from models.person import search_key
from models.settings import Settings
from models.store import unit_of_work
from models.tables import table

_account, _agency, _secret = table("account"), table("agency"), table("service_secret")
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
_FOUND = 100
"""The most accounts that a search shows."""
Done = Callable[[Connection, Any], None]
"""Something done to the row of an account."""


def users_of(engine: Engine, actor: Actor, filters: UserFilters) -> tuple[list[UserOut], str | None]:
    """A page of the accounts that somebody sees, by user name, and what leads to the next one."""
    with unit_of_work(engine, NOBODY) as connection:
        asked = seen(connection, actor)
        wanted = filters.model_dump(include={"agency", "role", "disabled", "service"}, exclude_none=True)
        for name, value in wanted.items():
            asked = asked.where(_account.c[name] == value)
        if filters.cursor is not None:
            asked = asked.where(_account.c.username > _after(connection, actor, filters.cursor))
        rows = (
            connection.execute(asked.order_by(_account.c.username).limit(filters.limit + 1)).mappings().all()
        )
    lines = [UserOut.model_validate(dict(row)) for row in rows[: filters.limit]]
    return lines, cursor_of(str(lines[-1].id)) if len(rows) > filters.limit else None


def named(engine: Engine, actor: Actor, text: str) -> list[UserOut]:
    """The accounts somebody sees whose name or user name has all these words, diacritics or not: the first of them."""
    wanted = search_key(text).split()
    with unit_of_work(engine, NOBODY) as connection:
        asked = seen(connection, actor).order_by(_account.c.username)
        names = asked.with_only_columns(_account.c.id, _account.c.username, _account.c.full_name)
        found = [
            row.id
            for row in connection.execute(names)
            if all(word in search_key(f"{row.username} {row.full_name}") for word in wanted)
        ]
        rows = connection.execute(asked.where(_account.c.id.in_(found[:_FOUND]))).mappings().all()
    return [UserOut.model_validate(dict(row)) for row in rows]


def make(connection: Connection, actor: Actor, body: UserIn) -> UserMadeOut:
    """A new account, with the one-time password of a person."""
    accounts.hold(connection)
    _ours(connection, actor, body.agency)
    account, password = accounts.create(connection, body.model_dump(), actor.account)
    return UserMadeOut.model_validate({**row_of(connection, actor, account), "one_time_password": password})


def change(connection: Connection, actor: Actor, user: UUID, body: UserChange) -> UserOut:
    """Changes what is named; an account of another role or agency signs in again.

    Raises:
        Problem: 422 for what cannot be empty.
    """
    values = body.model_dump(exclude_unset=True)
    empty = [name for name, value in values.items() if value is None and name != "email"]
    if empty:
        said = Said("không được để trống", "cannot be null")
        raise Problem(422, "invalid", _INVALID, [Fault("null", said, name) for name in empty])
    row = row_of(connection, actor, user, held=True)
    if "agency" in values:
        _ours(connection, actor, values["agency"])
    if values:
        accounts.change(connection, row, values, actor.account)
    return user_out(connection, actor, user)


def disable(connection: Connection, actor: Actor, user: UUID) -> UserOut:
    """Lets it in no more, at once."""
    return _done(connection, actor, user, lambda held, _: accounts.disable(held, user, actor.account))


def enable(connection: Connection, actor: Actor, user: UUID) -> UserOut:
    """Lets it in again."""
    return _done(connection, actor, user, lambda held, _: accounts.enable(held, user, actor.account))


def reset_password(connection: Connection, actor: Actor, user: UUID) -> UserMadeOut:
    """A new one-time password."""
    _person(row_of(connection, actor, user, held=True))
    password = accounts.reset_password(connection, user, actor.account)
    return UserMadeOut.model_validate({**row_of(connection, actor, user), "one_time_password": password})


def reset_second_factor(connection: Connection, actor: Actor, user: UUID) -> UserOut:
    """Takes the second factor away, from everybody but oneself."""

    def do(held: Connection, row: Any) -> None:  # noqa: ANN401 - a row
        _person(row)
        if user == actor.account:
            raise accounts.own_account()
        accounts.reset_second_factor(held, user, actor.account)

    return _done(connection, actor, user, do)


def link(
    connection: Connection, actor: Actor, user: UUID, subject: str | None, settings: Settings
) -> UserOut:
    """Says who the account is to the OpenID provider.

    Raises:
        Problem: 409 where none is configured.
    """
    provider = settings.doors.provider
    if provider is None:
        said = Said("Chưa cấu hình nhà cung cấp OpenID", "No OpenID provider is configured")
        raise Problem(409, "no_provider", said, [Fault("no_provider", said)])

    def do(held: Connection, row: Any) -> None:  # noqa: ANN401 - a row
        _person(row)
        accounts.link(held, user, provider.issuer, subject, actor.account)

    return _done(connection, actor, user, do)


def secrets_of(connection: Connection, actor: Actor, user: UUID) -> list[SecretOut]:
    """The secrets of a program, without themselves, the newest first."""
    row_of(connection, actor, user)
    asked = select(_secret).where(_secret.c.account == user).order_by(_secret.c.created_at.desc()).limit(200)
    return [SecretOut.model_validate(dict(row)) for row in connection.execute(asked).mappings()]


def make_secret(connection: Connection, actor: Actor, user: UUID) -> SecretMadeOut:
    """A new secret of a program.

    Raises:
        Problem: 409 for a person.
    """
    if not row_of(connection, actor, user, held=True)["service"]:
        said = Said("Chỉ tài khoản phần mềm có khóa", "Only service accounts have secrets")
        raise Problem(409, "not_a_service", said, [Fault("not_a_service", said)])
    row, secret = accounts.make_secret(connection, user, actor.account)
    return SecretMadeOut.model_validate({**row, "secret": secret})


def end_secret(connection: Connection, actor: Actor, user: UUID, secret: UUID) -> None:
    """Ends a secret and what was signed in with it.

    Raises:
        Problem: 404 when it is not alive.
    """
    row_of(connection, actor, user)
    if not accounts.end_secret(connection, user, secret, actor.account):
        raise not_found()


def _done(connection: Connection, actor: Actor, user: UUID, do: Done) -> UserOut:
    """One thing done to an account of one's own territory, and the account as it is then."""
    do(connection, row_of(connection, actor, user, held=True))
    return user_out(connection, actor, user)


def seen(connection: Connection, actor: Actor) -> Select[Any]:
    """The accounts somebody sees: an administrator those of the territory, a head those of the own agency."""
    asked = accounts.accounts().where(_account.c.role != "system")
    if actor.role == "head":
        return asked.where(_account.c.agency == actor.agency)
    mine = accounts.office_of(connection, actor.agency)
    territory = mine.territory if mine else ""
    return asked.where(
        (_agency.c.territory == territory) | _agency.c.territory.startswith(f"{territory}/", autoescape=True)
    )


def row_of(connection: Connection, actor: Actor, user: UUID, *, held: bool = False) -> dict[str, Any]:
    """The account, if it may be seen; held, nobody else changes accounts until the transaction ends.

    Raises:
        Problem: 404.
    """
    if held:
        accounts.hold(connection)
    asked = seen(connection, actor).where(_account.c.id == user)
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise not_found()
    return dict(row)


def user_out(connection: Connection, actor: Actor, user: UUID) -> UserOut:
    """The account as it is shown, if it may be seen."""
    return UserOut.model_validate(row_of(connection, actor, user))


def _after(connection: Connection, actor: Actor, cursor: str) -> str:
    """The user name that a page begins after."""
    try:
        user = UUID(key_of(cursor))
    except ValueError:
        raise no_cursor() from None
    asked = seen(connection, actor).where(_account.c.id == user)
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise no_cursor()
    return str(row["username"])


def _person(row: Any) -> None:  # noqa: ANN401 - a row
    if row["service"]:
        said = Said("Tài khoản phần mềm không có mật khẩu", "A service account has no password")
        raise Problem(409, "not_a_person", said, [Fault("not_a_person", said)])


def _ours(connection: Connection, actor: Actor, agency: str) -> None:
    """Accounts are made in one's own territory alone; what lies outside is unknown like what does not exist.

    Raises:
        Problem: 422.
    """
    mine, asked = accounts.office_of(connection, actor.agency), accounts.office_of(connection, agency)
    if mine is None or asked is None or not mine.covers(asked.territory):
        said = Said("không có cơ quan này trong địa bàn", "is not an agency of your territory")
        raise Problem(422, "invalid", _INVALID, [Fault("unknown_agency", said, "agency")])
