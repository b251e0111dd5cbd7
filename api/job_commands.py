"""`hoso jobs`: shows the jobs that follow acts, and lets parked ones be tried again.

Each command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import AsJson, fail, print_json, print_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

jobs = typer.Typer(no_args_is_help=True, help="Việc sau thao tác · jobs that follow acts")


class State(StrEnum):
    """Which jobs to show."""

    parked = "parked"
    waiting = "waiting"
    leased = "leased"


@jobs.command("list")
def show(
    state: Annotated[State, typer.Option(help="Tình trạng · state")] = State.parked,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Nhiều nhất · at most")] = 200,
    as_json: AsJson = False,
) -> None:
    """Việc đã dừng sau nhiều lần thất bại, đang chờ, hoặc đang chạy · jobs that are parked, wait, or are under way."""
    from api.jobs import JobLine, jobs_of

    with system() as connection:
        rows = jobs_of(connection, blind=False, state=state.value, after=0, limit=limit)
    lines = [JobLine.model_validate(row) for row in rows]
    if as_json:
        print_json([line.model_dump(mode="json") for line in lines])
        return
    headings = ("Việc", "Giai đoạn", "Hồ sơ", "Thao tác", "Số lần", "Từ lúc", "Lý do")
    print_table(headings, [
        (
            str(line.id), line.stage, ", ".join(line.dossiers), ", ".join(line.actions), str(line.attempts),
            f"{line.since:%H:%M %d/%m/%Y}", line.error or "",
        )
        for line in lines
    ])  # fmt: skip


@jobs.command()
def retry(
    numbers: Annotated[list[int], typer.Argument(metavar="ID...", help="Mã việc · numbers of jobs")],
) -> None:
    """Cho các việc đã dừng chạy lại, đếm lại từ đầu · let parked jobs be tried again, all attempts anew."""
    from flows import outbox

    with system() as connection:
        refused = [number for number in numbers if not outbox.retry(connection, number, None)]
    done = len(numbers) - len(refused)
    sys.stdout.write(f"{done} việc sẽ được chạy lại · jobs will be tried again\n")
    if refused:
        fail(
            f"không ở tình trạng đã dừng / not parked: {', '.join(map(str, refused))}",
            code=1,
        )


@contextmanager
def system() -> Iterator[Connection]:
    """A unit of work of the whole installation, as whoever runs its commands."""
    from models.postgres import app_url
    from models.settings import Settings
    from models.store import SYSTEM, Scope, open_store, unit_of_work

    engine = open_store(app_url(Settings.from_environment()), pool_size=1)
    try:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            yield connection
    finally:
        engine.dispose()
