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

_HOLDERS = text(
    "SELECT DISTINCT worker FROM job WHERE state IN ('waiting','leased') AND state = 'leased' AND lease_until > :now"
)


def workers(settings: Settings) -> Finding:
    """Workers of this machine hold their names' locks; of others only those are seen that hold jobs now."""
    here = len(_held(settings.data / "workers"))
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


def _held(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.lock") if _is_held(path)]


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
