"""How fast everyday work is, and how large, when ten thousand, a hundred thousand or a million dossiers are there."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
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
from tests.bench_sweep import WHY, make_due
from tests.cluster import new_database
from tests.flows.road_2026 import Road

SIZES, SMALL_SIZES = (10_000, 100_000, 1_000_000), (10_000, 20_000)
PAGES = (100_000, 20_000)
"""In countries of these sizes the board's pages are asked for too."""
WARM_UP, TIMES, ROADS = 12, 60, 6
"""Statements are planned for good after ten times; dossiers that acts are done on."""
READ_MS, OVERVIEW_MS, ACT_MS, GROWTH = 50, 150, 50, 1.5
DUE, VERIFIED = 1_000, 5_000
"""Limits that are due in a sweep, and dossiers verified at most: a night's check of all takes as long for each."""
_WHY_COUNTRY = (
    "Of the whole country it is asked at each look where nobody can act, whose work failed and which dossiers rest longest, in "
    "statements that PostgreSQL plans each time, for a plan made once would read everything; then Python writes the page. The "
    "client and PostgreSQL share the processors with it. A faster core would help, or keeping these three causes as the other "
    "nine are kept."
)
_PASSWORD = "mat-khau-cua-nguoi-dung-thu"
_SCOPE = Scope(SYSTEM)
Asked = tuple[str, str, str, str, dict[str, Any]]
"""By whom, what it is called, the method, where, and the body."""


@dataclass(frozen=True)
class Country:
    """A database of its own with so many dossiers, and the seconds it took to make them."""

    size: int
    settings: Settings
    engine: Engine
    made: float


@dataclass(frozen=True)
class Door:
    """The API of a country, its process, who may come in, and what is asked there."""

    http: httpx.Client
    process: int
    tokens: Mapping[str, str]
    reads: Sequence[Asked]

    def ask(self, asked: Asked) -> None:
        """Reads once."""
        user, _, method, path, body = asked
        headers = {"Authorization": f"Bearer {self.tokens[user]}"}
        answer = self.http.request(method, path, headers=headers, json=body or None)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"


def _reads(dossier: object) -> list[Asked]:
    """What is asked for by a commune's officers, and by whoever looks after the whole country."""
    name = {"name": "Nguyễn Văn A", "limit": 50}
    both: list[tuple[str, str, str, dict[str, Any]]] = [
        ("tìm theo tên · name search", "POST", "/v1/dossiers/search", name),
        ("danh sách vướng · stuck list", "GET", "/v1/supervision/stuck?limit=50", {}),
        ("tổng quan · overview", "GET", "/v1/supervision/overview?limit=50", {}),
    ]
    return [
        (country.COMMUNE, "hồ sơ · dossier", "GET", f"/v1/dossiers/{dossier}", {}),
        (country.COMMUNE, "việc phải làm · work list", "GET", "/v1/work?limit=50", {}),
        *((country.COMMUNE, *one) for one in both),
        *((country.COUNTRY, *one) for one in both),
    ]


def measured(ground: Ground) -> Iterator[Measure]:
    """For each size: how long it was made, how large it is, reads over HTTP, acts at the engine, pages, a sweep, chains verified.

    What one agency waits for in a larger country is measured in turn with the same in the smallest one, which stays for that.
    """
    sizes = SIZES if ground.full else SMALL_SIZES
    with _country(ground, sizes[0]) as small:
        yield from _measured(ground, small)
        for size in sizes[1:]:
            with _country(ground, size) as large:
                yield from _measured(ground, large, small)


def _measured(ground: Ground, one: Country, small: Country | None = None) -> Iterator[Measure]:
    yield Measure(
        f"{one.size:,}: làm ra · made", [one.size / one.made], "dossiers/s", remark=f"{one.made:,.0f} s"
    )
    yield _disk(one)
    yield from _read(one, small)
    yield from _acts(one, small)
    if one.size in PAGES:
        for page in pages(one.settings, one.engine, ground.progress):
            yield replace(page, name=f"{one.size:,}: {page.name}")
    yield from _clock(one)


@contextmanager
def _country(ground: Ground, size: int) -> Iterator[Country]:
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
                yield Country(size, own, engine, made)
        finally:
            engine.dispose()
            ground.progress.remove_task(task)


def _disk(one: Country) -> Measure:
    with unit_of_work(one.engine, _SCOPE) as connection:
        held = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - ours
            for name in ("event", "time_limit", "document")
        ]
    each = " · ".join(
        f"{count / one.size:.1f} {name}"
        for count, name in zip(counts, ("events", "limits", "documents"), strict=True)
    )
    return Measure(
        f"{one.size:,}: trên đĩa · on disk",
        [held / one.size / 1000],
        "kB/dossier",
        remark=f"{held / 1e9:.1f} GB; {each}",
    )


def _read(one: Country, small: Country | None) -> Iterator[Measure]:
    """Each read's p95 in three rounds, and of one agency how much longer it takes than in the small country; the API's memory."""
    with ExitStack() as open_doors:
        doors = [open_doors.enter_context(_door(each)) for each in (one, small) if each]
        for reads in zip(*(door.reads for door in doors), strict=True):
            asks = [partial(door.ask, asked) for door, asked in zip(doors, reads, strict=True)]
            for _ in range(WARM_UP):
                _in_turn(asks)
            taken = zip(*(_in_turn(asks) for _ in range(TIMES)), strict=True)
            rounds = [[_p95(values[start::3]) for start in range(3)] for values in taken]
            user, title, _, path, _ = reads[0]
            most = OVERVIEW_MS if "overview" in path else READ_MS
            of_agency = user == country.COMMUNE
            name = f"{title}, {'xã · commune' if of_agency else 'cả nước · country'}"
            remark = f"p95 over HTTP; {1000 * median(rounds[0]) / one.size:.2f} µs a dossier"
            why = _WHY_COUNTRY if "supervision" in path and not of_agency else ""
            yield Measure(f"{one.size:,}: {name}", rounds[0], "ms", Goal(at_most=most), remark, why)
            if small and of_agency:
                yield _grown(one, small, name, *rounds)
        for what, held in (
            ("API", psutil.Process(doors[0].process).memory_info().rss),
            ("PostgreSQL", database_sum(one.engine, lambda each: each.memory_full_info().pss)),  # shared once
        ):
            remark = f"{held / one.size / 1000:.2f} kB a dossier"
            yield Measure(f"{one.size:,}: bộ nhớ · memory, {what}", [held / 1e6], "MB", remark=remark)


@contextmanager
def _door(one: Country) -> Iterator[Door]:
    with unit_of_work(one.engine, _SCOPE) as connection:
        kept = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(_PASSWORD)
        named = {"kept": kept, "users": [country.COMMUNE, country.COUNTRY]}
        connection.execute(
            text("UPDATE account SET password_hash = :kept WHERE username = ANY (:users)"), named
        )
        reads = _reads(country.dossier(connection))
    with server(one.settings, country.NOW) as (url, process), httpx.Client(base_url=url, timeout=120) as http:
        tokens = {}
        for user in (country.COMMUNE, country.COUNTRY):
            answer = http.post("/v1/auth/token", data={"username": user, "password": _PASSWORD})
            tokens[user] = answer.raise_for_status().json()["access_token"]
        yield Door(http, process, tokens, reads)


def _in_turn(works: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds that each took, one after the other."""
    return [1000 * _seconds(work) for work in works]


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _grown(
    one: Country, small: Country, name: str, rounds: Sequence[float], before: Sequence[float]
) -> Measure:
    """How many times as long as in the small country, where the same was done in turn."""
    return Measure(
        f"{one.size:,} ÷ {small.size:,}: {name}",
        [large / less for large, less in zip(rounds, before, strict=True)],
        "×",
        Goal(at_most=GROWTH),
        f"{median(before):.1f} ms there, in turn",
    )


def _acts(one: Country, small: Country | None) -> Iterator[Measure]:
    """Acts of the main road on fresh dossiers of one agency."""
    engines = [each.engine for each in (one, small) if each]
    taken: list[list[list[float]]] = [[] for _ in engines]
    for _ in range(ROADS):
        roads = [Road(engine, now=country.NOW + timedelta(days=900)) for engine in engines]
        for times in taken:
            times.append([])
        for code in Road.main[: Road.main.index("decide")]:
            spent = _in_turn([partial(road.do, code) for road in roads])
            for times, milliseconds in zip(taken, spent, strict=True):
                times[-1].append(milliseconds)
    rounds = [[_p95([*a, *b]) for a, b in zip(times[::2], times[1::2], strict=True)] for times in taken]
    name = "thao tác · acts"
    yield Measure(f"{one.size:,}: {name}", rounds[0], "ms", Goal(at_most=ACT_MS), "p95 at the engine")
    if small:
        yield _grown(one, small, name, *rounds)


def _clock(one: Country) -> Iterator[Measure]:
    """A sweep with a thousand limits due, once the backlog of those made is told of; and chains."""
    backlog = _seconds(lambda: sweep(one.engine))
    values = []
    for ago in (1, 2, 3):
        make_due(one.engine, DUE, ago)
        values.append(_seconds(lambda: sweep(one.engine)))
    yield Measure(
        f"{one.size:,}: quét {DUE:,} · sweep",
        values,
        "s",
        Goal(at_most=2),
        f"before it {backlog:.0f} s of all that was due",
        WHY,
    )
    with unit_of_work(one.engine, _SCOPE) as connection:
        some = text("SELECT id FROM dossier WHERE number LIKE 'Q-%' ORDER BY md5(id::text) LIMIT :most")
        ids: Sequence[Any] = connection.execute(some, {"most": VERIFIED}).scalars().all()
    start = perf_counter()
    checked = verify_chains(one.engine, Path(), dossiers=ids)
    spent = 1000 * (perf_counter() - start) / len(ids)
    assert checked.intact, checked.broken[:3]
    all_of_them = spent * one.size / 1000 / 60
    yield Measure(
        f"{one.size:,}: kiểm tra chuỗi · verification", [spent], "ms/dossier",
        remark=f"{len(ids):,} dossiers, {checked.events:,} events; {all_of_them:.0f} min for all",
    )  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
