"""How fast and how large the board's pages are for those who look after a country of dossiers, a province and a commune."""

from collections.abc import Iterator, Sequence
from statistics import quantiles
from time import perf_counter

import httpx
from rich.progress import Progress
from sqlalchemy import text

from api.access import NOBODY, begin_browser
from models import clock, postgres
from models.migrations import migrate
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests import country
from tests.bench_server import server
from tests.cluster import new_database

WARM_UP, TIMES = 3, 40
MOST_MS, MOST_BYTES = 150, 200_000
_DAYS = "first_day=2026-06-01&last_day=2027-05-31"
OFFICERS = (
    "/board/work", "/board/work?stage=court_decision", "/board/dossiers/{dossier}",
    "/board/dossiers/{dossier}/papers", "/board/print", "/board/inbox",
)  # fmt: skip
SUPERVISORS = (
    "/board/overview", "/board/stuck", "/board/stuck?cause=idle", "/board/watched?cause=overdue", "/board/agencies",
    "/board/agencies/{agency}", "/board/calendar", f"/board/performance?{_DAYS}",
)  # fmt: skip
PAGES = {
    country.COMMUNE: OFFICERS + SUPERVISORS,
    country.PROVINCE: SUPERVISORS,
    country.COUNTRY: SUPERVISORS,
}
Measured = tuple[str, Sequence[float], str, str, str]


def measured(settings: Settings, dossiers: int, progress: Progress) -> Iterator[Measured]:
    """Each page asked one after the other: milliseconds of the slowest twentieth, and how large it is, as lines of the table.

    Args:
        settings: of a running PostgreSQL, in which a database is made for this and taken away.
        dossiers: how many the country has.
        progress: shows how far it is.
    """
    with new_database(settings) as own:
        migrate(postgres.owner_url(own))
        yield from pages(own, dossiers, progress)


def pages(settings: Settings, dossiers: int, progress: Progress) -> Iterator[Measured]:
    """The same in a database that is there, filled unless it has dossiers."""
    engine = open_store(postgres.app_url(settings))
    task = progress.add_task("trang · pages", total=sum(map(len, PAGES.values())))
    try:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            empty = not connection.execute(text("SELECT EXISTS (SELECT FROM dossier)")).scalar_one()
        for what in country.fill(settings, engine, dossiers) if empty else ():
            progress.update(task, description=f"{dossiers:,} hồ sơ · {what}")
        with clock.at(country.NOW), unit_of_work(engine, Scope(SYSTEM)) as connection:
            asked = text(
                "SELECT id FROM dossier WHERE holder = :agency AND stage <> 'closed' ORDER BY version DESC LIMIT 1"
            )
            dossier = connection.execute(asked, {"agency": country.COMMUNE}).scalar_one()
        with clock.at(country.NOW), unit_of_work(engine, NOBODY) as connection:
            account = text("SELECT id FROM account WHERE username = :user")
            browsers = {
                user: begin_browser(
                    connection, connection.execute(account, {"user": user}).scalar_one(), "password", "bench", second_factor=True
                )
                for user in PAGES
            }  # fmt: skip
    finally:
        engine.dispose()
    with server(settings, country.NOW) as (url, _):
        for user, paths in PAGES.items():
            with httpx.Client(base_url=url, cookies={"hoso_session": browsers[user]}, timeout=60) as http:
                for path in paths:
                    yield _page(http, user, path.format(dossier=dossier, agency=country.COMMUNE))
                    progress.advance(task)


def _page(http: httpx.Client, user: str, path: str) -> Measured:
    values = []
    for _ in range(WARM_UP + TIMES):
        start = perf_counter()
        answer = http.get(path)
        values.append(1000 * (perf_counter() - start))
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    late = quantiles(values[WARM_UP:], n=20)[-1]
    size = len(answer.content)
    named = path.partition("?")[0].partition("/dossiers/")
    return (
        f"trang · page {named[0] + named[1]} ({user})", [late], "ms", f"< {MOST_MS}",
        f"p95; {size / 1000:.0f} kB{'' if size < MOST_BYTES else ' TOO LARGE'}",
    )  # fmt: skip
