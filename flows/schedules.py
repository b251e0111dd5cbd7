"""The clock's flows: what runs at which hour of Vietnam's day, with which parameters, one run of each at a time.

Each may also be run by hand, from Prefect's pages or with `hoso`. They run in a worker's process, or in a process of their
own where a work pool starts them: then they find their store by the environment.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from prefect import Flow, flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled
from pydantic import AwareDatetime

from flows.pressing import press, watch
from flows.running import Workplace, workplace
from flows.sweep import sweep
from flows.turns import Report, take_turn
from models import clock
from models.law.limits import TIMEZONE
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store

Work = Callable[[Workplace], Report]
Answer = State[Any] | None
"""What a flow ends with: a state of its own, or simply completed."""
ZONE = str(TIMEZONE)
_BUSY = "Bỏ qua: việc này đang chạy ở nơi khác."


class TurnIncompleteError(RuntimeError):
    """A turn came to its end, but something in it could not be done; the rest was."""


def _run_name(title: str) -> Callable[[], str]:
    return lambda: f"{title} {clock.now().astimezone(TIMEZONE):%H:%M %d/%m/%Y}"


@flow(name="Quét thời hạn", flow_run_name=_run_name("Quét"), persist_result=False)
async def sweep_limits(at_most: int | None = None, moment: AwareDatetime | None = None) -> Answer:
    """Báo mọi thời hạn sắp hết, đã hết và quá hạn · tell of every limit near its end, at it and past it.

    Args:
        at_most: Nhiều nhất bao nhiêu thời hạn; để trống: tất cả · at most so many limits
        moment: Quét như vào lúc này (không ở tương lai); để trống: bây giờ · as of this moment
    """

    def work(place: Workplace) -> Report:
        return sweep(place.engine, moment, at_most, stop=place.stop.is_set).report

    return await _turn("sweep", work)


@flow(name="Đôn đốc cơ quan", flow_run_name=_run_name("Đôn đốc"), persist_result=False)
async def press_agency(agency: str) -> Answer:
    """Báo người đứng đầu và giám sát khi một cơ quan để quá nhiều thời hạn trong ngày · many limits missed in a day.

    Args:
        agency: Mã cơ quan · the agency's code
    """
    return await _turn("press", lambda place: press(place.engine, agency))


@flow(name="Canh việc quét", flow_run_name=_run_name("Canh"), persist_result=False)
async def watch_sweeps() -> Answer:
    """Báo quản trị khi lâu không có lượt quét nào xong, rồi quét ngay · tell administrators of silence, then sweep."""

    def work(place: Workplace) -> Report:
        told = watch(place.engine)
        swept = take_turn(place.engine, "sweep", lambda: sweep(place.engine, stop=place.stop.is_set).report)
        return {**told, "sweep": swept or {}}

    return await _turn("watch", work)


@dataclass(frozen=True)
class Scheduled:
    """A deployment: its flow, when it runs, with what."""

    name: str
    """Of the deployment and of the turn."""
    flow: Flow[..., Coroutine[Any, Any, Answer]]
    crons: tuple[str, ...] = ()
    """In Vietnam's time; none: only when somebody or an automation asks."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    replayed: bool = False
    """Whether each hour is work of its own, done as of that `moment`, however late; else one run makes up for many."""
    enqueued: bool = False
    """Whether a second run waits for the first; else it is cancelled, for the first does its work."""


SCHEDULES = (
    Scheduled("sweep", sweep_limits, ("*/5 * * * *",)),
    Scheduled("press", press_agency, enqueued=True),
    Scheduled("watch", watch_sweeps),
)


@dataclass(frozen=True)
class _Turn:
    """How a turn is shown and how long it may take."""

    title: str
    seconds: int


_TURNS = {
    "sweep": _Turn("Quét thời hạn", 3600),
    "press": _Turn("Đôn đốc", 300),
    "watch": _Turn("Canh việc quét", 300),
}
_LABELS = {
    "limits": "Thời hạn đã xét", "notices": "Thông báo mới", "law_changed": "Hồ sơ vướng vì luật đã thay đổi",
    "due_soon": "Sắp hết", "overdue": "Quá hạn", "overdue_1_day": "Quá hạn 1 ngày", "overdue_3_days": "Quá hạn 3 ngày",
    "overdue_10_days": "Quá hạn 10 ngày", "ended": "Đã hết", "rungs": "Nấc thang", "broken": "Chưa báo được",
    "whole": "Trọn vẹn", "agency": "Cơ quan", "missed": "Thời hạn bị trễ", "last_sweep": "Lượt quét xong gần nhất",
}  # fmt: skip


async def _turn(name: str, work: Work) -> Answer:
    """Does a turn's work in a thread and shows what it did; a state of its own when another process is at it.

    Raises:
        TurnIncompleteError: something could not be done.
    """
    turn = _TURNS[name.partition("-")[0]]
    asked = do_turn.with_options(name=turn.title, timeout_seconds=turn.seconds)
    report = await asked(name, work)
    if report is None:
        return Cancelled(message=_BUSY)
    await acreate_markdown_artifact(
        markdown(turn.title, report), key=f"clock-{name.replace('_', '-')}", description=turn.title
    )
    if report.get("broken"):
        raise TurnIncompleteError(f"{turn.title}: {len(report['broken'])} mục chưa làm được")
    return None


@task(retries=2, retry_delay_seconds=[5, 60], cache_policy=NO_CACHE, persist_result=False)
async def do_turn(name: str, work: Work) -> Report | None:
    """The work in a thread; what a time-out or a lost server leaves running there still holds its turn."""
    return await asyncio.to_thread(_do, name, work)


def _do(name: str, work: Work) -> Report | None:
    with _place() as place:
        return take_turn(place.engine, name, partial(work, place))


@contextmanager
def _place() -> Iterator[Workplace]:
    """The worker's workplace, or one of this process's own."""
    place = workplace.get(None)
    if place is not None:
        yield place
        return
    settings = Settings.from_environment()
    engine = open_store(app_url(settings), pool_size=2, public_url=settings.public_url)
    try:
        yield Workplace(engine, settings.data / "files", "")
    finally:
        engine.dispose()


def markdown(title: str, report: Report) -> str:
    """A turn's report as an officer reads it: ids, codes and counts."""
    lines = [f"# {title}", "", "| | |", "|---|---|"]
    lines += [f"| {label} | {value} |" for label, value in _lines(report)]
    return "\n".join(lines)


def _lines(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in report.items():
        label = _LABELS.get(key, key)
        if isinstance(value, dict):
            yield from ((f"{label}: {name}", said) for name, said in _lines(value))
        elif isinstance(value, list):
            yield label, str(len(value))
            yield from (
                ("", ", ".join(map(str, one.values())) if isinstance(one, dict) else str(one))
                for one in value
            )
        elif isinstance(value, bool):
            yield label, "có" if value else "không"
        else:
            yield label, "" if value is None else str(value)
