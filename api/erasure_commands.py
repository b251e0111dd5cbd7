"""`hoso keep`: how long closed dossiers are kept, and which are kept longer; in the name of an account that may say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from api.terminal import fail

if TYPE_CHECKING:
    from sqlalchemy import Connection

keep = typer.Typer(
    no_args_is_help=True, help="Thời hạn lưu hồ sơ đã kết thúc · how long closed dossiers are kept"
)
User = Annotated[str, typer.Option(help="Tài khoản chịu trách nhiệm · in whose name")]
Number = Annotated[str, typer.Argument(help="Số hồ sơ · the dossier's number")]
Reason = Annotated[str, typer.Option(help="Lý do · why")]


@keep.command()
def rule(
    years: Annotated[
        int, typer.Option(min=1, max=200, help="Số năm sau thao tác cuối · years after the last act")
    ],
    citation: Annotated[
        str, typer.Option(help="Văn bản quy định, điều khoản · text and article that say so")
    ],
    user: User,
) -> None:
    """Đặt thời hạn; chưa đặt thì không hồ sơ nào bị xóa dữ liệu · set the period; without one nothing is ever erased."""
    from flows.anonymising import Rule, set_rule

    with _as(user, ("administrator",)) as (connection, account):
        set_rule(connection, Rule(years, citation), account)
        _told(connection, "hoso keep rule", account, None, citation)


@keep.command()
def hold(number: Number, reason: Reason, user: User) -> None:
    """Giữ một hồ sơ không bị xóa dữ liệu · keep a dossier from being erased."""
    from flows import anonymising

    with _as(user, ("administrator", "head", "supervisor")) as (connection, account):
        dossier = _dossier(connection, number)
        if not anonymising.hold(connection, dossier, reason, account):
            fail("Hồ sơ đã được giữ. · The dossier is held already.", 1)
        _told(connection, "hoso keep hold", account, dossier, reason)


@keep.command()
def release(number: Number, reason: Reason, user: User) -> None:
    """Thôi giữ · end the hold."""
    from flows import anonymising

    with _as(user, ("administrator", "head", "supervisor")) as (connection, account):
        dossier = _dossier(connection, number)
        if not anonymising.release(connection, dossier, account):
            fail("Hồ sơ không được giữ. · The dossier is not held.", 1)
        _told(connection, "hoso keep release", account, dossier, reason)


@contextmanager
def _as(user: str, roles: tuple[str, ...]) -> Iterator[tuple[Connection, UUID]]:
    from sqlalchemy import select

    from models.postgres import app_url
    from models.settings import Settings
    from models.store import SYSTEM, Scope, open_store, unit_of_work
    from models.tables import table

    account = table("account")
    engine = open_store(app_url(Settings.from_environment()), pool_size=1)
    try:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            asked = select(account.c.id, account.c.role).where(
                account.c.username == user, account.c.disabled.is_(False)
            )
            row = connection.execute(asked).one_or_none()
            if row is None or row.role not in roles:
                fail(
                    f"Cần tài khoản có vai trò: {', '.join(roles)} · an account of one of these roles is needed"
                )
            yield connection, row.id
    finally:
        engine.dispose()


def _dossier(connection: Connection, number: str) -> UUID:
    from sqlalchemy import select

    from models.tables import table

    dossier = table("dossier")
    found = connection.execute(select(dossier.c.id).where(dossier.c.number == number)).scalar_one_or_none()
    if found is None:
        fail(f"Không có hồ sơ {number}. · There is no dossier {number}.")
    return UUID(str(found))


def _told(connection: Connection, operation: str, account: UUID, dossier: UUID | None, reason: str) -> None:
    from dataclasses import replace

    from flows.audit import by_command, record

    entry = by_command(operation, [dossier] if dossier else (), reason[:500])
    record(connection, replace(entry, account=account))
