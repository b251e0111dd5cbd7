"""`hoso up`: database, API, Prefect's server, a worker and the clock together, supervised; and the walk on top of them."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from api import programs
from api.prefect_server import prefect_is_ready
from api.supervisor import Child, Supervisor, require_free_port
from models import migrations, postgres
from models.program import Program
from models.settings import Settings, reached

console = Console()


def migrate_now(settings: Settings) -> str:
    """Brings the database to the newest revision; the embedded server is started for it when it does not run.

    Returns:
        The revision.

    Raises:
        StartupError: the database cannot be reached.
    """
    with reachable(settings):
        return migrations.migrate(postgres.owner_url(settings))


@contextmanager
def reachable(settings: Settings) -> Iterator[None]:
    """Within this block the database answers: the embedded server is started for it when it does not run."""
    if not settings.embedded or postgres.is_ready(settings):
        yield
        return
    postgres.prepare(settings)
    log = settings.log / "postgres.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with log.open("ab") as output:  # what it says of its start is nothing to whoever restores a backup
        process = postgres.start(settings, output)
    try:
        postgres.wait_ready(settings, process)
        postgres.ensure_roles(settings)
        yield
    finally:
        postgres.stop(process)
        postgres.clean_up(settings)


def run(settings: Settings, *, walk_to: Path | None = None) -> None:
    """Runs everything until Ctrl-C; with `walk_to` walks two dossiers first, with HOSO_ONCE ends after that.

    Args:
        settings: this installation.
        walk_to: the folder for the walk's documents; None for no walk.

    Raises:
        StartupError: a port is taken, another `hoso up` holds the data folder, or a child does not start.
    """
    from api.walk import WalkFailed

    settings.claim_data()
    require_free_port(settings.port, "HOSO_PORT", settings.host)
    require_free_port(settings.prefect_port, "HOSO_PREFECT_PORT", settings.prefect_host)
    failed: list[WalkFailed] = []

    def ready() -> None:
        if walk_to is not None:
            try:
                walk_now(settings, walk_to)
            except WalkFailed as failure:
                failed.append(failure)
                console.print(f"[red]{failure}[/red]")
        _announce(settings)

    console.print("Đang khởi động · starting …")
    try:
        Supervisor(settings, _children(settings, demo=settings.embedded or walk_to is not None)).run(
            on_ready=ready, until=lambda: settings.once or bool(failed)
        )
    finally:
        if settings.embedded:
            postgres.clean_up(settings)
    if failed:
        raise SystemExit(1)


def walk_now(settings: Settings, out: Path, url: str = "") -> None:
    """Walks two dossiers through the running API and writes their documents below `out`.

    Raises:
        WalkFailed: an act was refused; the message is the API's.
    """
    from api.demo import demo_password
    from api.walk import walk

    walk(url or _url(settings), demo_password(settings), out, console)


def _children(settings: Settings, *, demo: bool) -> list[Child]:
    database = Child(
        "postgres",
        lambda: _database(settings),
        lambda: postgres.is_ready(settings),
        after=lambda: _prepare(settings, demo=demo),
    )
    others = [
        Child("api", lambda: programs.api(settings), lambda: _answers(settings, "/health/live")),
        Child("prefect", lambda: programs.prefect(settings), lambda: prefect_is_ready(settings)),
        Child("worker", lambda: programs.worker(settings), lambda: True),
        Child("clock", lambda: programs.clock(settings), lambda: True),
    ]
    if settings.embedded:
        return [database, *others]
    _prepare(settings, demo=demo)
    return others


def _database(settings: Settings) -> Program:
    postgres.prepare(settings)
    return postgres.program(settings)


def _prepare(settings: Settings, *, demo: bool) -> None:
    """Roles, schema and demo agencies: each time the database has come up, for all of it is done only once.

    A cluster run by others gets demo agencies only for a walk.
    """
    from api.demo import seed_demo

    if settings.embedded:
        postgres.ensure_roles(settings)
    migrations.migrate(postgres.owner_url(settings))
    if demo:
        seed_demo(settings)


def _url(settings: Settings) -> str:
    return f"http://{reached(settings.host)}:{settings.port}"


def _answers(settings: Settings, path: str) -> bool:
    connection = http.client.HTTPConnection(f"{reached(settings.host)}:{settings.port}", timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(settings: Settings) -> None:
    from api.demo import announce_accounts

    console.print(f"Bảng      {_url(settings)}/board")
    console.print(f"API       {_url(settings)}/docs")
    console.print(f"Prefect   {settings.prefect_url}")
    console.print(
        f"          đăng nhập bằng cả chuỗi · sign in with the whole of: {settings.secret('prefect_auth')}"
    )
    announce_accounts(settings, console)
    if not settings.once:
        console.print("Ctrl-C để dừng · to stop")
