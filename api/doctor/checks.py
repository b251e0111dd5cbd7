"""`hoso doctor`: looks at everything an installation needs, says what is wrong and how to mend it, and never hangs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from api.doctor.doors import doors
from api.doctor.finding import Finding, failed, ok, warning
from api.doctor.machine import data_folder, disk, mail, pdf, ports, secrets
from api.doctor.prefect import deployments, prefect, prefect_database
from api.doctor.store import (
    calendar,
    clock_of_database,
    database,
    migrations,
    outbox,
    quoting,
    rights,
    stored_files,
)  # fmt: skip
from api.doctor.workers import hours, is_starting, workers
from models.logs import of_error
from models.settings import Settings, StartupError

PATIENCE = 10.0
"""Seconds after which a check that has no answer counts as failed."""

Check = Callable[[Settings], Finding]
CHECKS: Mapping[str, Check] = {
    "data": data_folder,
    "secrets": secrets,
    "database": database,
    "rights": rights,
    "migrations": migrations,
    "clock": clock_of_database,
    "quoting": quoting,
    "calendar": calendar,
    "disk": disk,
    "files": stored_files,
    "outbox": outbox,
    "workers": workers,
    "prefect": prefect,
    "prefect_database": prefect_database,
    "deployments": deployments,
    "hours": hours,
    "mail": mail,
    "pdf": pdf,
    "ports": ports,
    "doors": doors,
}


COMING_UP = ("workers", "prefect", "deployments", "hours", "ports")
"""What comes up last, some with Prefect's first start a minute after the rest."""


@dataclass(frozen=True)
class Line:
    """What a check found."""

    check: str
    finding: Finding

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        found, mend = self.finding.found, self.finding.mend
        return {
            "check": self.check, "state": self.finding.state, "found": found.vi, "found_en": found.en,
            "mend": mend.vi if mend else None, "mend_en": mend.en if mend else None,
        }  # fmt: skip


def examine(environment: Mapping[str, str] | None = None, *, patience: float = PATIENCE) -> Iterator[Line]:
    """Looks at the installation that the environment names; all checks at once, told in order.

    Args:
        environment: the `HOSO_*` variables; the process's own when left out.
        patience: seconds that all checks may take together.
    """
    try:
        settings = Settings.from_environment(environment)
    except StartupError as error:
        yield Line(
            "settings",
            failed(error.vietnamese, error.english, "Sửa biến môi trường này", "Mend this variable"),
        )
        return
    yield Line(
        "settings", ok(f"Cài đặt đọc được; dữ liệu ở {settings.data}", f"readable; data in {settings.data}")
    )
    young = is_starting(settings)
    for line in look(settings, CHECKS, patience=patience):
        yield Line(line.check, _not_yet(line.finding)) if young and line.check in COMING_UP else line


def look(settings: Settings, checks: Mapping[str, Check], *, patience: float = PATIENCE) -> Iterator[Line]:
    """What each of these checks finds; one that hangs or breaks is a finding too."""
    waits = {name: _begin(check, settings) for name, check in checks.items()}
    timer = threading.Timer(patience, lambda: None)
    timer.daemon = True
    timer.start()
    for name, (done, findings) in waits.items():
        while not done.wait(0.05) and timer.is_alive():
            pass
        yield Line(name, findings[0] if findings else _hangs(patience))
    timer.cancel()


def _not_yet(finding: Finding) -> Finding:
    """What is missing while `hoso up` starts is no fault yet."""
    if finding.state == "ok":
        return finding
    return warning(
        *finding.found, "hoso up vừa khởi động: xem lại sau hai phút", "hoso up has just begun: look again in two minutes"
    )  # fmt: skip


def exit_code(lines: Sequence[Line]) -> Literal[0, 1]:
    """1 when something has failed; warnings alone are no failure."""
    return 1 if any(line.finding.state == "failed" for line in lines) else 0


def _begin(check: Check, settings: Settings) -> tuple[threading.Event, list[Finding]]:
    """Starts a check in a thread that nobody waits for at the end: it may hang in the kernel."""
    done, findings, context = threading.Event(), list[Finding](), copy_context()

    def run() -> None:
        try:
            findings.append(context.run(_guarded, check, settings))
        finally:
            done.set()

    threading.Thread(target=run, daemon=True).start()
    return done, findings


def _guarded(check: Check, settings: Settings) -> Finding:
    try:
        return check(settings)
    except StartupError as error:
        return failed(error.vietnamese, error.english)
    except (OperationalError, InterfaceError, psycopg.OperationalError):
        return failed(
            "Chưa kiểm tra được vì cơ sở dữ liệu không trả lời", "not checked: the database does not answer",
            "Xem dòng database", "See the line on the database",
        )  # fmt: skip
    except (SQLAlchemyError, psycopg.Error) as error:
        return failed(
            f"Cơ sở dữ liệu từ chối ({of_error(error)['error']})", f"the database refuses ({of_error(error)['error']})",
            "Xem dòng rights và migrations", "See the lines on rights and migrations",
        )  # fmt: skip
    except Exception as error:  # noqa: BLE001 - whatever a check meets, the others are told
        return failed(
            f"Không kiểm tra được ({of_error(error)['error']})",
            f"could not be checked ({of_error(error)['error']})",
        )


def _hangs(patience: float) -> Finding:
    return failed(
        f"Không có trả lời sau {patience:g} giây", f"no answer in {patience:g} seconds",
        "Kiểm tra mạng và máy đó có đang chạy không", "See whether the network and that machine are up",
    )  # fmt: skip
