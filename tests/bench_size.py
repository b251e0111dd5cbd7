"""How fast everyday work is, and how large, when ten thousand, a hundred thousand or a million dossiers are there."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import httpx
import psutil
from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from flows.chain_check import verify_chains
from flows.sweep import sweep
from models import clock, postgres
from models.migrations import migrate
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests import country
from tests.bench_board import pages
from tests.bench_ground import Ground, database_sum
from tests.bench_measure import Goal, Measure
from tests.bench_server import server
from tests.bench_sweep import make_due
from tests.cluster import new_database
from tests.flows.road_2026 import Road

SIZES, SMALL_SIZES = (10_000, 100_000, 1_000_000), (10_000, 20_000)
PAGES = (100_000, 20_000)
"""In countries of these sizes the board's pages are asked for too."""
WARM_UP, TIMES, ROADS = 12, 60, 6
"""Statements are planned for good after ten times; dossiers that acts are done on."""
READ_MS, OVERVIEW_MS, ACT_MS, GROWTH = 50, 150, 50, 1.5
DUE, VERIFIED = 1_000, 20_000
"""Limits that are due in a sweep, and dossiers verified at most: a night's check of all takes as long for each."""
_PASSWORD = "mat-khau-cua-nguoi-dung-thu"
_SCOPE = Scope(SYSTEM)
Asked = tuple[str, str, str, dict[str, Any]]
"""What it is called, the method, where, and the body."""


def _reads(dossier: object) -> dict[str, list[Asked]]:
    """What is asked for by whom: a commune's officers, and whoever looks after the whole country."""
    name = {"name": "Nguyễn Văn A", "limit": 50}
    stuck: Asked = ("danh sách vướng · stuck list", "GET", "/v1/supervision/stuck?limit=50", {})
    overview: Asked = ("tổng quan · overview", "GET", "/v1/supervision/overview?limit=50", {})
    return {
        country.COMMUNE: [
            ("hồ sơ · dossier", "GET", f"/v1/dossiers/{dossier}", {}),
            ("việc phải làm · work list", "GET", "/v1/work?limit=50", {}),
            ("tìm theo tên · name search", "POST", "/v1/dossiers/search", name),
            stuck,
            overview,
        ],
        country.COUNTRY: [
            ("tìm theo tên · name search", "POST", "/v1/dossiers/search", name),
            stuck,
            overview,
        ],
    }


def measured(ground: Ground) -> Iterator[Measure]:
    """For each size: how long it was made, how large it is, reads over HTTP, acts at the engine, pages, a sweep, chains verified."""
    first: dict[str, float] = {}
    for size in SIZES if ground.full else SMALL_SIZES:
        with _country(ground, size) as (settings, engine, made):
            yield Measure(f"{size:,}: làm ra · made", [size / made], "dossiers/s", remark=f"{made:,.0f} s")
            yield _disk(engine, size)
            for found, agency in (*_read(settings, engine, ground, size), (_acts(engine, size), True)):
                yield found
                if agency:
                    name = found.name.partition(": ")[2]
                    first.setdefault(name, median(found.values))
                    if size != SMALL_SIZES[0]:
                        ratio = median(found.values) / first[name]
                        yield Measure(
                            f"{size:,} ÷ {SMALL_SIZES[0]:,}: {name}", [ratio], "×", Goal(at_most=GROWTH)
                        )
            if size in PAGES:
                for page in pages(settings, engine, ground.progress):
                    yield replace(page, name=f"{size:,}: {page.name}")
            yield from _clock(engine, size)


@contextmanager
def _country(ground: Ground, size: int) -> Iterator[tuple[Settings, Engine, float]]:
    """A database of its own with so many dossiers, and the seconds it took to make them."""
    task = ground.progress.add_task(f"{size:,} hồ sơ", total=None)
    with new_database(ground.settings) as own:
        migrate(postgres.owner_url(own))
        engine = open_store(postgres.app_url(own))
        try:
            start = perf_counter()
            for what in country.fill(own, engine, size):
                ground.progress.update(task, description=f"{size:,} hồ sơ · {what}")
            os.sync()  # what was made without waiting for the disk would be waited for by who reads
            made = perf_counter() - start
            with clock.at(country.NOW):
                yield own, engine, made
        finally:
            engine.dispose()
            ground.progress.remove_task(task)


def _disk(engine: Engine, size: int) -> Measure:
    with unit_of_work(engine, _SCOPE) as connection:
        held = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - ours
            for name in ("event", "time_limit", "document")
        ]
    each = " · ".join(
        f"{count / size:.1f} {name}"
        for count, name in zip(counts, ("events", "limits", "documents"), strict=True)
    )
    return Measure(
        f"{size:,}: trên đĩa · on disk",
        [held / size / 1000],
        "kB/dossier",
        remark=f"{held / 1e9:.1f} GB; {each}",
    )


def _read(settings: Settings, engine: Engine, ground: Ground, size: int) -> Iterator[tuple[Measure, bool]]:
    """Each read's p95 in three rounds, and whether it is of one agency; and the memory of the API that answered."""
    with unit_of_work(engine, _SCOPE) as connection:
        kept = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(_PASSWORD)
        named = {"kept": kept, "users": [country.COMMUNE, country.COUNTRY]}
        connection.execute(
            text("UPDATE account SET password_hash = :kept WHERE username = ANY (:users)"), named
        )
        dossier = country.dossier(connection)
    with server(settings, country.NOW) as (url, process), httpx.Client(base_url=url, timeout=120) as http:
        for user, some in _reads(dossier).items():
            answer = http.post("/v1/auth/token", data={"username": user, "password": _PASSWORD})
            headers = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
            for name, method, path, body in some:
                values = _times(http, method, path, headers, body)
                most = OVERVIEW_MS if "overview" in path else READ_MS
                rounds = [quantiles(values[start::3], n=20)[-1] for start in range(3)]
                whose = user == country.COMMUNE
                said = "xã · commune" if whose else "cả nước · country"
                remark = f"p95 over HTTP; {1000 * median(rounds) / size:.2f} µs a dossier"
                yield Measure(f"{size:,}: {name}, {said}", rounds, "ms", Goal(at_most=most), remark), whose
        for what, held in (
            ("API", psutil.Process(process).memory_info().rss),
            ("PostgreSQL", database_sum(engine, lambda one: one.memory_full_info().pss)),  # shared once
        ):
            remark = f"{held / size / 1000:.2f} kB a dossier"
            yield Measure(f"{size:,}: bộ nhớ · memory, {what}", [held / 1e6], "MB", remark=remark), False


def _times(
    http: httpx.Client, method: str, path: str, headers: dict[str, str], body: dict[str, Any]
) -> list[float]:
    """Milliseconds of each answer."""
    values = []
    for _ in range(WARM_UP + TIMES):
        start = perf_counter()
        answer = http.request(method, path, headers=headers, json=body or None)
        values.append(1000 * (perf_counter() - start))
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return values[WARM_UP:]


def _acts(engine: Engine, size: int) -> Measure:
    """Acts of the main road on fresh dossiers of one agency."""
    values: list[list[float]] = []
    for _ in range(ROADS):
        road, times = Road(engine, now=country.NOW + timedelta(days=900)), list[float]()
        for code in Road.main[: Road.main.index("decide")]:
            start = perf_counter()
            road.do(code)
            times.append(1000 * (perf_counter() - start))
        values.append(times)
    rounds = [
        quantiles([*one, *other], n=20)[-1] for one, other in zip(values[::2], values[1::2], strict=True)
    ]
    return Measure(f"{size:,}: thao tác · acts", rounds, "ms", Goal(at_most=ACT_MS), "p95 at the engine")


def _clock(engine: Engine, size: int) -> Iterator[Measure]:
    """A sweep with a thousand limits due, once the backlog of those made is told of; and chains."""
    backlog = _seconds(lambda: sweep(engine))
    values = []
    for ago in (1, 2, 3):
        make_due(engine, DUE, ago)
        values.append(_seconds(lambda: sweep(engine)))
    yield Measure(
        f"{size:,}: quét {DUE:,} · sweep",
        values,
        "s",
        Goal(at_most=2),
        f"before it {backlog:.0f} s of all that was due",
    )
    with unit_of_work(engine, _SCOPE) as connection:
        some = text("SELECT id FROM dossier WHERE number LIKE 'Q-%' ORDER BY md5(id::text) LIMIT :most")
        ids: Sequence[Any] = connection.execute(some, {"most": VERIFIED}).scalars().all()
    start = perf_counter()
    checked = verify_chains(engine, Path(), dossiers=ids)
    spent = 1000 * (perf_counter() - start) / len(ids)
    assert checked.intact, checked.broken[:3]
    all_of_them = spent * size / 1000 / 60
    yield Measure(
        f"{size:,}: kiểm tra chuỗi · verification", [spent], "ms/dossier",
        remark=f"{len(ids):,} dossiers, {checked.events:,} events; {all_of_them:.0f} min for all",
    )  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
