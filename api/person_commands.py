"""`hoso person export`: the whole record of one person, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.terminal import fail

person = typer.Typer(no_args_is_help=True, help="Dữ liệu của một người · one person's data")


@person.callback()
def _person() -> None:
    """Dữ liệu của một người · one person's data."""


@person.command()
def export(
    number: Annotated[str, typer.Argument(help="Số một hồ sơ của người đó · number of one of the dossiers")],
    out: Annotated[Path, typer.Argument(help="Tệp ZIP sẽ ghi · the ZIP to write", dir_okay=False)],
    reason: Annotated[str, typer.Option(help="Lý do, không nêu tên ai · why, naming nobody")],
) -> None:
    """Xuất toàn bộ dữ liệu của một người · export a person's whole record."""
    import os

    from sqlalchemy import select

    from flows.audit import by_command, record_now
    from flows.person_record import dossiers_of, write_record
    from models.postgres import app_url
    from models.settings import Settings
    from models.store import SYSTEM, Scope, open_store, unit_of_work
    from models.tables import table

    settings, dossier = Settings.from_environment(), table("dossier")
    engine = open_store(app_url(settings), pool_size=2, public_url=settings.public_url)
    try:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            asked = select(dossier.c.person).where(dossier.c.number == number)
            whose = connection.execute(asked).scalar_one_or_none()
            if whose is None:
                fail(f"Không có hồ sơ {number}. · There is no dossier {number}.")
            found = [row["id"] for row in dossiers_of(connection, whose)]
        record_now(
            engine, by_command("hoso person export", found, reason[:500])
        )  # before anything is written
        draft = out.with_name(f".{out.name}.partial")
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            record = write_record(engine, settings.files, whose, file)
        draft.replace(out)
    finally:
        engine.dispose()
    typer.echo(f"{out}: {len(record.dossiers)} hồ sơ · dossiers")
    if record.missing:
        fail(f"{len(record.missing)} tệp không còn · files are missing", 1)
