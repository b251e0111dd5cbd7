"""`hoso backup` and `hoso restore`: the whole installation into a folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.terminal import AsJson, bar, fail, print_done, print_json

Secrets = Annotated[
    Path | None,
    typer.Option(help="Thư mục riêng cho các khóa bí mật · a folder apart for the secrets", file_okay=False),
]
CONFIRMED = "THAY THE"
"""What is typed before everything is replaced."""


def add_to(app: typer.Typer) -> None:
    """Adds the commands to `hoso`."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục mới hoặc trống · a new or empty folder", file_okay=False)
    ],
    secrets: Secrets = None,
    as_json: AsJson = False,
) -> None:
    """Sao lưu cơ sở dữ liệu và mọi tệp, kèm mã băm · back up database and files, with digests; the API may go on."""
    from dataclasses import asdict

    from api.up import reachable
    from flows.audit import by_command, record_now
    from flows.backup import back_up
    from models.postgres import app_url
    from models.settings import Settings
    from models.store import open_store

    settings = Settings.from_environment()
    try:
        with reachable(settings), bar("Sao lưu") as advance:
            engine = open_store(app_url(settings), pool_size=1)
            record_now(engine, by_command("hoso backup"))
            engine.dispose()
            made = back_up(settings, folder, secrets, advance)
    except KeyboardInterrupt:
        fail("Đã dừng, không có bản sao lưu nào. · Stopped; there is no backup.", 130)
    told = asdict(made)
    if as_json:
        print_json(told)
    else:
        print_done("Bản sao lưu", told)
    if secrets is None:
        typer.echo(
            "Chưa sao lưu khóa bí mật (--secrets). · The secrets are not backed up (--secrets).", err=True
        )
    if made.missing:
        fail(f"{len(made.missing)} tệp đã mất hoặc hỏng từ trước · files were lost or damaged before", 1)


def restore(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục của bản sao lưu · the backup's folder", exists=True)
    ],
    secrets: Secrets = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Thay mọi dữ liệu hiện có · replace all there is")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Khôi phục bản sao lưu vào hệ thống trống · restore a backup into an empty installation; stop the programs first."""
    from api.up import reachable
    from flows.restoring import bring_secrets, verified
    from flows.restoring import restore as bring_back
    from models.settings import Settings

    settings = Settings.from_environment()
    if replace:
        asked = f"Mọi dữ liệu hiện có sẽ mất. Gõ {CONFIRMED} để tiếp tục · everything there is will be lost; type {CONFIRMED}"
        if typer.prompt(asked, err=True) != CONFIRMED:
            fail("Không khôi phục gì. · Nothing was restored.")
    try:
        with bar("Khôi phục") as advance:
            verified(folder, advance)
            brought = bring_secrets(settings, secrets) if secrets else []
            with reachable(settings):
                done = bring_back(settings, folder, replace=replace, progress=advance)
    except KeyboardInterrupt:
        fail("Đã dừng; cơ sở dữ liệu vẫn như trước. · Stopped; the database is as it was.", 130)
    checked = done.checked
    told = {
        "made_at": done.manifest.made_at, "dossiers": checked.dossiers, "events": checked.events,
        "documents": checked.documents, "entries": checked.entries, "secrets": brought,
        "missing": done.manifest.missing, "broken": [one._asdict() for one in checked.broken],
    }  # fmt: skip
    if as_json:
        print_json(told)
    else:
        print_done("Đã khôi phục", told)
    if checked.broken:
        raise SystemExit(1)
