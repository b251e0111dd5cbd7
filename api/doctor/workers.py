"""Checks whether anyone works off what acts leave behind."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sqlalchemy import text

from api.doctor.finding import Finding, failed, ok, warning
from api.doctor.store import WAITING_WARNING, connected
from flows.queues import depths
from models.clock import now
from models.settings import Settings

SILENCE_MINUTES = 15
"""Sweeps come every five minutes."""
STARTING_SECONDS = 120
_HOLDERS = text(
    "SELECT DISTINCT worker FROM job WHERE state IN ('waiting','leased') AND state = 'leased' AND lease_until > :now"
)


def workers(settings: Settings) -> Finding:
    """Workers of this machine hold their names' locks; of others only those are seen that hold jobs now."""
    here = _running(settings).count("worker")
    with connected(settings) as connection:
        holders = {str(name) for name in connection.execute(_HOLDERS, {"now": now()}).scalars()}
        waits = depths(connection).ages["job"] > WAITING_WARNING
    if here or holders:
        busy = f"{len(holders)} đang giữ việc", f"{len(holders)} hold jobs now"
        return ok(
            f"{here} worker chạy ở máy này, {busy[0]}", f"{here} workers run on this machine, {busy[1]}"
        )
    vi, en = (
        "Không thấy worker nào ở máy này, cũng không ai giữ việc",
        "no worker runs here, and nobody holds a job",
    )
    return (failed if waits else warning)(
        vi, en, "Chạy hoso worker hoặc hoso up", "Run hoso worker or hoso up"
    )


def hours(settings: Settings) -> Finding:
    """Whether limits are swept, wherever the clock runs."""
    here = _running(settings).count("clock")
    with connected(settings) as connection:
        ended = depths(connection).ends.get("sweep")
    where_vi, where_en = f"{here} đồng hồ chạy ở máy này", f"{here} clocks run on this machine"
    mend = (
        "Chạy hoso clock hoặc hoso up, rồi xem log/clock.log",
        "Run hoso clock or hoso up, then see log/clock.log",
    )
    if ended is None:
        return warning(
            f"Chưa có lượt quét thời hạn nào xong; {where_vi}", f"limits were never swept; {where_en}", *mend
        )
    minutes = max((now().timestamp() - ended) / 60, 0.0)
    vi, en = f"Quét thời hạn xong {minutes:.0f} phút trước", f"limits were swept {minutes:.0f} minutes ago"
    if minutes > SILENCE_MINUTES:
        return failed(f"{vi}; {where_vi}", f"{en}; {where_en}", *mend)
    return ok(f"{vi}; {where_vi}", f"{en}; {where_en}")


def is_starting(settings: Settings) -> bool:
    """Whether `hoso up` runs here and began within the last two minutes."""
    lock = settings.data / "hoso.lock"
    return _is_held(lock) and now().timestamp() - lock.stat().st_mtime < STARTING_SECONDS


def _running(settings: Settings) -> list[str]:
    """What each process is that holds a name of this machine."""
    folder = settings.data / "workers"
    return [path.read_text(encoding="ascii") for path in folder.glob("*.lock") if _is_held(path)]


def _is_held(path: Path) -> bool:
    """Whether a process holds the lock; asked with a shared one, which is given back at once."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
