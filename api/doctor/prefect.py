"""Checks of Prefect: its server, its version, its password, its clock, and its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version

import httpx
import psycopg

from api.doctor.finding import Finding, failed, ok, warning
from api.doctor.store import secrets_folder, skew
from api.prefect_server import prefect_environment
from flows.turns import WORKS
from models.clock import now
from models.postgres import prefect_url
from models.settings import Settings

_TRGM = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"


def prefect(settings: Settings) -> Finding:
    """Whether the server answers us, is of our version, and has our time."""
    with _asking(settings) as client:
        if client is None:
            return _away(settings.prefect_url)
        try:
            if client.get("ready").status_code != httpx.codes.OK:
                return failed(
                    "Prefect chạy nhưng không đến được cơ sở dữ liệu của nó", "Prefect runs without its database",
                    "Xem dòng prefect_database và log/prefect.log", "See the line on its database and log/prefect.log",
                )  # fmt: skip
            answer = client.get("admin/version")
        except httpx.HTTPError:
            return _away(settings.prefect_url)
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return failed(
            "Prefect không nhận mật khẩu của ta", "Prefect refuses our password",
            "Bí mật prefect_auth phải giống nhau ở mọi máy; khởi động lại Prefect sau khi sửa",
            "The secret prefect_auth must be the same on every machine; restart Prefect after mending it",
        )  # fmt: skip
    theirs = answer.json() if answer.status_code == httpx.codes.OK else str(answer.status_code)
    if theirs != version("prefect"):
        return failed(
            f"Prefect bản {theirs}, ta dùng bản {version('prefect')}", f"Prefect is {theirs}, ours is {version('prefect')}",
            "Cài cùng một bản hoso ở mọi máy", "Install the same hoso on every machine",
        )  # fmt: skip
    date = parsedate_to_datetime(answer.headers["date"]) + timedelta(seconds=0.5)  # it says whole seconds
    clock = skew((date - now()).total_seconds(), "Prefect", "Prefect")
    return clock if clock.state != "ok" else ok(f"Prefect {theirs} trả lời", f"Prefect {theirs} answers")


def deployments(settings: Settings) -> Finding:
    """Whether each of the clock's works has its deployment, and none is paused."""
    found: dict[str, bool] = {}
    with _asking(settings) as client:
        if client is None:
            return _not_asked()
        try:
            answer = client.post("deployments/filter", json={"limit": 200}).raise_for_status()
        except httpx.HTTPError:
            return _not_asked()
    for one in answer.json():
        found[one["name"]] = bool(one["paused"])
    if missing := [name for name in WORKS if name not in found]:
        names = ", ".join(missing)
        return failed(
            f"Prefect thiếu lịch chạy: {names}", f"Prefect lacks deployments: {names}",
            "Chạy hoso clock hoặc hoso up: đồng hồ tự lập lại", "Run hoso clock or hoso up: the clock makes them",
        )  # fmt: skip
    if paused := [name for name in WORKS if found[name]]:
        names = ", ".join(paused)
        return warning(
            f"Lịch chạy đang tạm dừng: {names}", f"deployments are paused: {names}",
            "Bật lại trên trang của Prefect", "Resume them on Prefect's pages",
        )  # fmt: skip
    return ok(f"Prefect có đủ {len(WORKS)} lịch chạy", f"Prefect has all {len(WORKS)} deployments")


def _not_asked() -> Finding:
    return failed(
        "Chưa kiểm tra được vì Prefect không trả lời", "not checked: Prefect does not answer",
        "Xem dòng prefect", "See the line on Prefect",
    )  # fmt: skip


@contextmanager
def _asking(settings: Settings) -> Iterator[httpx.Client | None]:
    """A client of Prefect's server; None without its password, which is not made here."""
    if not (secrets_folder(settings) / "prefect_auth").exists():
        yield None
        return
    environment = prefect_environment(settings)
    user, _, password = environment["PREFECT_API_AUTH_STRING"].partition(":")
    url = environment["PREFECT_API_URL"]
    with httpx.Client(base_url=url, timeout=5, trust_env=False, auth=(user, password)) as client:
        yield client


def _away(url: str) -> Finding:
    return failed(
        f"Prefect không trả lời ở {url}; việc sau thao tác chờ lại",
        f"Prefect does not answer at {url}; what follows acts waits",
        "Chạy hoso up, rồi xem log/prefect.log", "Run hoso up, then see log/prefect.log",
    )  # fmt: skip


def prefect_database(settings: Settings) -> Finding:
    """Whether its database answers and has the extension it needs."""
    if settings.embedded and not (secrets_folder(settings) / "hoso_prefect").exists():
        raise psycopg.OperationalError
    if not settings.embedded and not settings.prefect_database_url:
        return ok("Máy chủ Prefect không chạy ở máy này", "Prefect's server does not run on this machine")
    url = prefect_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(url, connect_timeout=3, options="-c statement_timeout=6000") as connection:
            found = connection.execute(_TRGM).fetchone()
    except psycopg.OperationalError:
        return failed(
            "Cơ sở dữ liệu của Prefect không trả lời", "Prefect's database does not answer",
            "Kiểm tra HOSO_PREFECT_DATABASE_URL, mạng và máy chủ PostgreSQL",
            "Check HOSO_PREFECT_DATABASE_URL, the network and the PostgreSQL server",
        )  # fmt: skip
    if not found:
        return failed(
            "Cơ sở dữ liệu của Prefect thiếu pg_trgm", "Prefect's database lacks pg_trgm",
            "CREATE EXTENSION pg_trgm trong cơ sở dữ liệu đó, bằng quyền quản trị",
            "CREATE EXTENSION pg_trgm in that database, as a superuser",
        )  # fmt: skip
    return ok("Cơ sở dữ liệu của Prefect có pg_trgm", "Prefect's database has pg_trgm")
