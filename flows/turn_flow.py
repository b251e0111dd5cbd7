"""How a turn of the clock's work is a flow: its one task, its retries and time-out, what it shows when it ends."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from flows.running import Workplace, workplace
from flows.turns import Report, take_turn
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store

Work = Callable[[Workplace], Report]
Answer = State[Any] | None
"""What a flow ends with: a state of its own, or simply completed."""
_LABELS = {
    "limits": "Thời hạn đã xét", "notices": "Thông báo mới", "law_changed": "Hồ sơ vướng vì luật đã thay đổi",
    "rungs": "Nấc thang", "due_soon": "sắp hết", "overdue": "quá hạn", "overdue_1_day": "quá hạn 1 ngày",
    "overdue_3_days": "quá hạn 3 ngày", "overdue_10_days": "quá hạn 10 ngày", "ended": "đã hết", "broken": "Cần xem",
    "whole": "Trọn vẹn", "agency": "Cơ quan", "missed": "Thời hạn bị trễ", "last_sweep": "Lượt quét xong gần nhất",
    "sweep": "Quét", "day": "Ngày", "day_off": "Ngày nghỉ", "offices": "Nơi nhận", "first_day": "Từ ngày",
    "last_day": "Đến ngày", "reports": "Báo cáo", "made": "Mới lập", "dossiers": "Hồ sơ", "events": "Sự kiện",
    "documents": "Văn bản", "head": "Đầu chuỗi", "file": "Tệp", "answers": "Câu trả lời lưu tạm", "tokens": "Mã đăng nhập", "sessions": "Phiên đăng nhập", "failures": "Lần đăng nhập sai", "rates": "Số yêu cầu",
    "jobs": "Việc đã xong", "deliveries": "Lượt gửi", "files": "Tệp thừa", "unannounced": "Năm chưa công bố",
    "ends_after": "Lịch hết sau năm",
}  # fmt: skip
_BUSY = "Bỏ qua: việc này đang chạy ở nơi khác."


class TurnIncompleteError(RuntimeError):
    """A turn came to its end, but something in it could not be done, or is not as it should be."""


class TurnStoppedError(RuntimeError):
    """The process is told to stop: the work ends between two batches, and the next turn goes on."""


def heeding(place: Workplace) -> Callable[..., None]:
    """For work that reports its progress: ends it there when the process is told to stop."""

    def progress(*_done: object) -> None:
        if place.stop.is_set():
            raise TurnStoppedError

    return progress


async def turn(name: str, title: str, work: Work, *, seconds: int = 3600, own: bool = False) -> Answer:
    """Does a turn's work in a thread and shows what it did; cancelled when another process is at it.

    Args:
        name: of the work and of its deployment.
        title: what an officer calls it.
        work: does it in a workplace, and tells what it did.
        seconds: how long it may take.
        own: whether another process's turn does not do this one's work: then it is tried again a little later.

    Raises:
        TurnIncompleteError: something could not be done, or is not as it should be.
    """
    report = await do_turn.with_options(name=title, timeout_seconds=seconds)(name, work, own=own)
    if report is None:
        return Cancelled(message=_BUSY)
    await acreate_markdown_artifact(
        markdown(title, report), key=f"clock-{name.replace('_', '-')}", description=title
    )
    if report.get("broken"):
        raise TurnIncompleteError(f"{title}: {len(report['broken'])} mục cần xem")
    return None


@task(retries=2, retry_delay_seconds=[5, 60], cache_policy=NO_CACHE, persist_result=False)
async def do_turn(name: str, work: Work, *, own: bool = False) -> Report | None:
    """The work in a thread; what a time-out or a lost server leaves running there still holds its turn."""
    report = await asyncio.to_thread(_do, name, work)
    if report is None and own:
        raise TurnIncompleteError(_BUSY)
    return report


def _do(name: str, work: Work) -> Report | None:
    with _place() as place:
        try:
            return take_turn(place.engine, name, partial(work, place))
        except TurnStoppedError:
            return {"whole": False}


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
        yield Workplace(engine, settings.files, "")
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
