"""`hoso users`: the first administrator of an installation, and whoever has lost what they sign in with.

Each command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.terminal import AsJson, fail, print_json, print_table

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection, Row

users = typer.Typer(no_args_is_help=True, help="Tài khoản · accounts")


class Role(StrEnum):
    """What an account may be."""

    officer = "officer"
    head = "head"
    supervisor = "supervisor"
    clerk = "clerk"
    judge = "judge"
    auditor = "auditor"
    administrator = "administrator"


@users.command()
def create(
    username: Annotated[str, typer.Argument(help="Tên đăng nhập · user name")],
    name: Annotated[str, typer.Option(help="Họ tên · full name")],
    agency: Annotated[str, typer.Option(help="Mã cơ quan · the agency's code")],
    position: Annotated[str, typer.Option(help="Chức vụ · position")] = "Quản trị",
    role: Annotated[Role, typer.Option(help="Vai trò · role")] = Role.administrator,
    as_json: AsJson = False,
) -> None:
    """Tạo tài khoản với mật khẩu dùng một lần · an account with a one-time password, to be changed at first."""
    from pydantic import ValidationError

    from api import accounts
    from api.errors import Problem
    from api.job_commands import system
    from api.user_answers import UserIn
    from flows.validation import in_vietnamese

    try:
        asked = UserIn.model_validate(
            {
                "username": username,
                "full_name": name,
                "position": position,
                "role": role.value,
                "agency": agency,
            }
        )
        with system() as connection:
            accounts.hold(connection)
            made, password = accounts.create(connection, asked.model_dump(), None)
    except ValidationError as error:
        fail("\n".join(f"{flaw['loc'][0]}: {' · '.join(in_vietnamese(flaw))}" for flaw in error.errors()))
    except Problem as problem:
        fail("\n".join(f"{fault.field}: {' · '.join(fault.message)}" for fault in problem.faults))
    _tell(username, made, str(password), as_json=as_json)


@users.command()
def reset(
    username: Annotated[str, typer.Argument(help="Tên đăng nhập · user name")],
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Bỏ cả xác thực hai lớp · the second factor too")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Cấp mật khẩu dùng một lần mới · a new one-time password in place of the present one."""
    from api import accounts
    from api.job_commands import system

    with system() as connection:
        accounts.hold(connection)
        found = _found(connection, username)
        if found.service:
            fail(
                f"{username} là tài khoản phần mềm, không có mật khẩu / {username} is a program's and has no password"
            )
        password = _reset(connection, found.id, second_factor=second_factor)
    _tell(username, found.id, password, as_json=as_json)


@users.command()
def disable(username: Annotated[str, typer.Argument(help="Tên đăng nhập · user name")]) -> None:
    """Khóa tài khoản, có hiệu lực ngay · let an account in no more, at once."""
    from api import accounts
    from api.errors import Problem
    from api.job_commands import system

    try:
        with system() as connection:
            accounts.hold(connection)
            accounts.disable(connection, _found(connection, username).id, None)
    except Problem as problem:
        fail("\n".join(" / ".join(fault.message) for fault in problem.faults))
    sys.stdout.write(f"{username}: đã khóa · disabled\n")


@users.command()
def enable(username: Annotated[str, typer.Argument(help="Tên đăng nhập · user name")]) -> None:
    """Mở khóa tài khoản · let an account in again."""
    from api import accounts
    from api.job_commands import system

    with system() as connection:
        accounts.hold(connection)
        accounts.enable(connection, _found(connection, username).id, None)
    sys.stdout.write(f"{username}: đã mở khóa · enabled\n")


def _found(connection: Connection, username: str) -> Row[Any, Any]:
    """The account's id and whether it is a program's; ends the command when there is none."""
    from sqlalchemy import select

    from models.tables import table

    account = table("account")
    asked = select(account.c.id, account.c.service).where(account.c.username == username)
    found = connection.execute(asked).one_or_none()
    if found is None:
        fail(f"không có tài khoản {username} / there is no account {username}")
    return found


def _reset(connection: Connection, account: UUID, *, second_factor: bool) -> str:
    from api import accounts

    if second_factor:
        accounts.reset_second_factor(connection, account, None)
    return accounts.reset_password(connection, account, None)


@users.command("list")
def show(as_json: AsJson = False) -> None:
    """Các tài khoản · the accounts."""
    from api import accounts
    from api.job_commands import system
    from api.user_answers import UserOut
    from models.tables import table

    with system() as connection:
        rows = connection.execute(accounts.accounts().order_by(table("account").c.username)).mappings().all()
    lines = [UserOut.model_validate(dict(row)) for row in rows]
    if as_json:
        print_json([line.model_dump(mode="json") for line in lines])
        return
    print_table(("Tên đăng nhập", "Vai trò", "Cơ quan", "Đã khóa", "Hai lớp"), [
        (line.username, line.role, line.agency, "x" if line.disabled else "", "x" if line.second_factor else "")
        for line in lines
    ])  # fmt: skip


def _tell(username: str, account: UUID, password: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": str(account), "username": username, "one_time_password": password})
        return
    sys.stdout.write(f"{username}: mật khẩu dùng một lần · one-time password\n{password}\n")
