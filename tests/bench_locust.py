"""Offices at work, and five times as many for a while: Locust against two API processes and a worker on one PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, sleep
from uuid import uuid4

import httpx
import orjson
from argon2 import PasswordHasher
from sqlalchemy import Engine

from models import postgres
from models.migrations import migrate
from models.settings import Settings
from models.store import open_store
from tests.bench_ground import Ground, prepared
from tests.bench_import import imported
from tests.bench_measure import Goal, Measure
from tests.bench_server import server
from tests.cluster import new_database
from tests.documents.cases import ACTS
from tests.flows.conftest import until
from tests.flows.rows import add, read, seed
from tests.flows.sample_road import NOW, facts_of
from tests.flows.sheets import GOOD

PEOPLE, TIMES, THINK = 40, 5, (1.0, 5.0)
"""People at work, how many times as many in the spike, and how long each thinks between an answer and the next request."""
ACCOUNTS, SUPERVISORS = 20, 2
SECONDS, FEW_SECONDS = (270.0, 60.0, 270.0), (25.0, 10.0, 25.0)
"""Before, during and after the spike, in the long benchmark and in the short one."""
DOSSIERS, FEW_DOSSIERS = 20_000, 2_000
WINDOW, CALM, SETTLING = 5.0, 1.5, 5.0
"""Seconds of a window; the multiple of the usual 95th percentile that is calm again; seconds that are not counted at first."""
PERIODS = ("trước · before", "đỉnh · spike", "sau · after")
_ACTION, _PASSWORD = "verify_residence", "mat-khau-cua-nguoi-dung-thu"
_WORKER = """
import os
from datetime import datetime
from flows import worker
from models import clock
with clock.at(datetime.fromisoformat(os.environ["HOSO_NOW"])):
    worker.main()
"""


@dataclass(frozen=True)
class Answer:
    """When a request was sent, counted from the beginning, what it asked, how long it took, and what was wrong."""

    at: float
    kind: str
    milliseconds: float
    wrong: str


def measured(ground: Ground) -> Iterator[Measure]:
    """The 95th percentile of each kind of request before, in and after the spike; errors; how long until all is as before."""
    seconds = SECONDS if ground.full else FEW_SECONDS
    with new_database(ground.settings) as settings:
        migrate(postgres.owner_url(settings))
        engine = open_store(postgres.app_url(settings))
        try:
            answers = _played(ground, settings, engine, seconds)
        finally:
            engine.dispose()
    yield from found(answers, seconds)


def found(answers: Sequence[Answer], seconds: Sequence[float]) -> Iterator[Measure]:
    """What these answers say, as lines of the report."""
    begin, end = seconds[0], seconds[0] + seconds[1]
    counted = [one for one in answers if one.at >= SETTLING]
    periods = dict(zip(PERIODS, (
        [one for one in counted if one.at < begin], [one for one in counted if begin <= one.at < end],
        [one for one in counted if one.at >= end],
    ), strict=True))  # fmt: skip
    for kind in sorted({one.kind for one in counted}):
        for period, some in periods.items():
            times = [one.milliseconds for one in some if one.kind == kind]
            if len(times) > 1:
                yield Measure(f"{kind}, p95, {period}", [p95(times)], "ms", remark=f"{len(times)} requests")
    rates = ", ".join(
        f"{len(some) / length:.0f}/s {period}"
        for (period, some), length in zip(
            periods.items(), (begin - SETTLING, seconds[1], seconds[2]), strict=True
        )
    )
    wrong = [one.wrong for one in answers if one.wrong]
    first = f"; {wrong[0]}" if wrong else ""
    yield Measure(
        "lỗi · errors", [len(wrong)], f"of {len(answers):,}", Goal(at_most=0), f"{rates}{first}",
        "Answers that are no answers; the first is quoted.",
    )  # fmt: skip
    usual = median(windows(periods[PERIODS[0]], SETTLING, begin))
    calm = recovery(periods[PERIODS[2]], end, end + seconds[2], usual)
    yield Measure(
        "hồi phục · recovery", [seconds[2] if calm is None else calm], "s",
        remark=f"{'not seen; ' if calm is None else ''}until the p95 of {WINDOW:g} s is ≤ {CALM} × {usual:.0f} ms again",
    )  # fmt: skip


def windows(answers: Sequence[Answer], begin: float, end: float) -> list[float]:
    """The 95th percentile of each window of this time in which there were answers."""
    starts = [begin + WINDOW * step for step in range(int((end - begin) // WINDOW))]
    inside = ([one.milliseconds for one in answers if start <= one.at < start + WINDOW] for start in starts)
    return [p95(times) for times in inside if len(times) > 1]


def recovery(answers: Sequence[Answer], begin: float, end: float, usual: float) -> float | None:
    """Seconds after `begin` at which the first window starts that is calm again; None when none is."""
    for late in range(int(end - begin - WINDOW) + 1):
        times = [one.milliseconds for one in answers if 0 <= one.at - begin - late < WINDOW]
        if len(times) > 1 and p95(times) <= CALM * usual:
            return float(late)
    return None


def p95(times: Sequence[float]) -> float:
    """What nineteen in twenty keep."""
    return quantiles(times, n=20, method="inclusive")[-1]


def _played(ground: Ground, settings: Settings, engine: Engine, seconds: Sequence[float]) -> list[Answer]:
    seed(engine)
    officers, supervisors = _accounts(engine)
    done = prepared(engine, 20, ground.progress)
    imported(engine, GOOD, 0, DOSSIERS if ground.full else FEW_DOSSIERS, ground.progress)
    folder = settings.data / "load"
    folder.mkdir()
    with ExitStack() as stack:
        hosts = [stack.enter_context(server(settings, NOW)).url for _ in range(2)]
        stack.enter_context(_worker(ground, settings))
        until(lambda: not read(engine, _WAITING, now=NOW), patience=300, every=1)
        plan = {
            "hosts": hosts, "officers": _tokens(hosts[0], officers), "supervisors": _tokens(hosts[0], supervisors),
            "people": PEOPLE, "times": TIMES, "think": THINK, "seconds": seconds, "dossiers": done,
            "fresh": _ids(engine, "SELECT id FROM dossier WHERE version = 1 ORDER BY md5(id::text)"),
            "documents": _ids(engine, "SELECT id FROM document WHERE agency = 'camd' AND sha256 IS NOT NULL"),
            "action": _ACTION, "notes": str(folder / "notes.json"),
            "body": {
                "occurred_at": ACTS[_ACTION].isoformat(), "facts": facts_of(_ACTION), "late_reason": "hồ sơ mẫu",
            },
        }  # fmt: skip
        (folder / "plan.json").write_bytes(orjson.dumps(plan))
        _locust(ground, folder, sum(seconds))
    return [Answer(*one) for one in orjson.loads((folder / "notes.json").read_bytes())]


_WAITING = "SELECT FROM job WHERE state <> 'done' AND run_after <= :now LIMIT 1"
"""What follows imported dossiers waits longer, and the clock stands."""


def _locust(ground: Ground, folder: Path, seconds: float) -> None:
    """Runs it in a process of its own, for it changes how Python waits in the whole of one."""
    task = ground.progress.add_task("tải với đỉnh · load with a spike", total=seconds)
    file = Path(__file__).with_name("locustfile.py")
    command = [
        sys.executable, "-m", "locust", "--headless", "--locustfile", str(file), "--only-summary", "--stop-timeout", "30",
        "--exit-code-on-error", "0", "--loglevel", "ERROR",
    ]  # fmt: skip
    environment = {**os.environ, "HOSO_LOAD": str(folder / "plan.json")}
    with (folder / "locust.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - ours
    try:
        begun = monotonic()
        while process.poll() is None:
            sleep(0.5)
            ground.progress.update(task, completed=min(seconds, monotonic() - begun))
    finally:
        process.terminate()
        process.wait(60)
    assert (folder / "notes.json").exists(), (folder / "locust.log").read_text(encoding="utf-8")


@contextmanager
def _worker(ground: Ground, settings: Settings) -> Iterator[None]:
    """A worker as an installation runs it, but on a day of ours."""
    environment = {
        **os.environ, **ground.prefect, "HOSO_DATA": str(settings.data), "HOSO_NOW": NOW.isoformat(),
        "HOSO_DATABASE_URL": str(settings.database_url), "HOSO_MIGRATE_URL": str(settings.migrate_url),
    }  # fmt: skip
    with (settings.log / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-c", _WORKER], env=environment, stdout=log, stderr=log)  # noqa: S603 - ours
    try:
        yield
        assert process.poll() is None, "the worker ended"
    finally:
        process.terminate()
        process.wait(60)


def _accounts(engine: Engine) -> tuple[list[str], list[str]]:
    """Officers of the commune's police, and supervisors who see the country."""
    add(engine, "agency", {
        "code": "gs", "name": "Cơ quan giám sát", "kind": "peoples_committee", "superior": "", "symbol": "GS",
        "place": "Hà Nội", "address": "số 1 phố Ví Dụ", "commune": "phường Cửa Nam", "province": "thành phố Hà Nội",
        "territory": "vn", "head_name": "Nguyễn Văn A", "head_position": "Chủ tịch", "valid_from": NOW.date(),
    })  # fmt: skip
    kept = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(_PASSWORD)
    officers = [f"tai-can-bo-{number}" for number in range(ACCOUNTS)]
    supervisors = [f"tai-giam-sat-{number}" for number in range(SUPERVISORS)]
    add(engine, "account", *(
        {
            "id": uuid4(), "username": user, "password_hash": kept, "full_name": "Nguyễn Thị B", "position": "Cán bộ",
            "role": role, "agency": agency, "disabled": False,
        }
        for users, role, agency in ((officers, "officer", "camd"), (supervisors, "supervisor", "gs")) for user in users
    ))  # fmt: skip
    return officers, supervisors


def _tokens(host: str, users: Sequence[str]) -> list[str]:
    with httpx.Client(base_url=host, timeout=60) as http:
        answers = [
            http.post("/v1/auth/token", data={"username": user, "password": _PASSWORD}).raise_for_status()
            for user in users
        ]
    return [str(one.json()["access_token"]) for one in answers]


def _ids(engine: Engine, statement: str) -> list[str]:
    return [str(one) for (one,) in read(engine, statement)]
