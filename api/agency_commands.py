"""`hoso agencies`: the agencies of an installation that has none yet, and of a province that joins, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.terminal import fail

agencies = typer.Typer(no_args_is_help=True, help="Cơ quan · agencies")


@agencies.callback()
def named() -> None:
    """Cơ quan · agencies."""


@agencies.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Tệp TOML, mỗi cơ quan một [[agencies]] · a TOML file")],
) -> None:
    """Thêm cơ quan, hoặc sửa theo tệp; không tạo tài khoản · adds agencies or changes them as the file says; makes no accounts."""
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError
    from sqlalchemy.exc import IntegrityError

    from api.job_commands import system
    from flows.audit import by_command, record
    from models.seeding import put_agencies, read_seed

    try:
        found = read_seed(file)
    except (OSError, UnicodeDecodeError, TOMLDecodeError) as error:
        fail(f"{file}: {error}")
    except ValidationError as error:
        fail("\n".join(f"{'.'.join(map(str, flaw['loc']))}: {flaw['msg']}" for flaw in error.errors()))
    if not found.agencies:
        fail(f"{file}: không có cơ quan nào · no agency in it")
    try:
        with system() as connection:
            put_agencies(connection, found)
            record(connection, by_command("hoso agencies import"))
    except IntegrityError as error:
        wrong = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        fail(
            f"{file}: cơ quan kế nhiệm hoặc ngày tháng không hợp lệ · a successor or a date does not fit ({wrong})"
        )
    typer.echo(f"{len(found.agencies)} cơ quan · agencies")
