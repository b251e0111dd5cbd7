"""How fast and how large the board's pages are for those who look after a country of dossiers, a province and a commune."""

from collections.abc import Iterator
from statistics import quantiles
from time import perf_counter

import httpx
from rich.progress import Progress
from sqlalchemy import Engine, text

from api.access import NOBODY, begin_browser
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests import country
from tests.bench_measure import Goal, Measure
from tests.bench_server import server

WARM_UP, TIMES = 3, 40
MOST_MS, MOST_KILOBYTES = 150, 200
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


def pages(settings: Settings, engine: Engine, progress: Progress) -> Iterator[Measure]:
    """Each page asked one after the other: milliseconds of the slowest twentieth; and the largest page.

    Args:
        settings: of a database with a country of dossiers.
        engine: its store.
        progress: shows how far it is.
    """
    task = progress.add_task("trang · pages", total=sum(map(len, PAGES.values())))
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        dossier = country.dossier(connection)
    with unit_of_work(engine, NOBODY) as connection:
        account = text("SELECT id FROM account WHERE username = :user")
        browsers = {
            user: begin_browser(
                connection, connection.execute(account, {"user": user}).scalar_one(), "password", "bench", second_factor=True
            )
            for user in PAGES
        }  # fmt: skip
    sizes = {}
    with server(settings, country.NOW) as (url, _):
        for user, paths in PAGES.items():
            with httpx.Client(base_url=url, cookies={"hoso_session": browsers[user]}, timeout=60) as http:
                for path in paths:
                    late, size = _page(http, path.format(dossier=dossier, agency=country.COMMUNE))
                    name = f"{path.replace(_DAYS, '…')} ({user})"
                    sizes[name] = size / 1000
                    goal = Goal(at_most=MOST_MS)
                    yield Measure(f"trang · page {name}", [late], "ms", goal, f"p95; {sizes[name]:.0f} kB")
                    progress.advance(task)
    progress.remove_task(task)
    largest = max(sizes, key=sizes.__getitem__)
    yield Measure(
        "trang lớn nhất · largest page", [sizes[largest]], "kB", Goal(at_most=MOST_KILOBYTES), largest
    )


def _page(http: httpx.Client, path: str) -> tuple[float, int]:
    """Milliseconds that nineteen in twenty answers keep, and the bytes of one."""
    values = []
    for _ in range(WARM_UP + TIMES):
        start = perf_counter()
        answer = http.get(path)
        values.append(1000 * (perf_counter() - start))
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return quantiles(values[WARM_UP:], n=20)[-1], len(answer.content)
