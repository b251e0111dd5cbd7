"""Health: is the process alive, and can it serve."""

import asyncio
from functools import cache
from typing import Literal
from weakref import WeakKeyDictionary

import psycopg
from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.access import NOBODY
from api.dependencies import EngineDep, PartsDep
from api.errors import Fault, Problem, Said
from documents.pdf import LibreOffice, LibreOfficeMissingError, font
from flows.calendars import in_force
from models.clock import now
from models.law.limits import TIMEZONE
from models.migrations import newest
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/health", tags=["health"])
_job = table("job")
_REVISION = text("SELECT version_num FROM alembic_version")


class LiveOut(BaseModel):
    """Tiến trình đang chạy · the process runs."""

    status: Literal["ok"] = "ok"


class ReadyOut(BaseModel):
    """Sẵn sàng phục vụ · it can serve."""

    status: Literal["ready"] = "ready"
    database: bool
    migration: str
    calendar_version: str
    outbox_age_seconds: float = Field(
        description="Công việc chờ lâu nhất đã chờ bao lâu · how long the oldest waiting job has waited"
    )
    pdf: Literal["ready", "no_libreoffice", "no_font"] = Field(
        description="Có tạo được PDF không; thiếu LibreOffice hoặc phông chữ thì vẫn sẵn sàng · "
        "whether there are PDFs; without LibreOffice or its font everything else works"
    )


@router.get("/live", summary="Còn chạy · Alive")
def live() -> LiveOut:
    """Không hỏi cơ sở dữ liệu · asks nothing of the database."""
    return LiveOut()


@router.get("/ready", summary="Sẵn sàng · Ready")
async def ready(engine: EngineDep, parts: PartsDep) -> ReadyOut:
    """Cơ sở dữ liệu, phiên bản bảng, lịch, hàng đợi · database, migrations, calendar, outbox; else 503, within two seconds."""
    asking = _asking.get(engine)
    if asking is None or asking.done():
        asking = _asking[engine] = asyncio.create_task(run_in_threadpool(_look, engine, parts.libreoffice))
    done, _ = await asyncio.wait({asking}, timeout=_PATIENCE)
    found = asking.result() if done else _no_database()
    if isinstance(found, Problem):
        raise found
    return found


_PATIENCE = 1.5
"""Seconds: whoever asks gives up after two or three, and must be told before."""
_asking: WeakKeyDictionary[Engine, asyncio.Task[ReadyOut | Problem]] = WeakKeyDictionary()
"""What is being asked of each database: one that hangs keeps one thread waiting, however often it is looked at."""


def _look(engine: Engine, office: LibreOffice) -> ReadyOut | Problem:
    waiting = select(func.min(_job.c.run_after)).where(_job.c.state == "waiting")
    try:
        with unit_of_work(engine, NOBODY) as connection:
            revision = connection.execute(_REVISION).scalar_one_or_none()
            oldest = connection.execute(waiting).scalar_one()
        calendar = in_force(engine)
    except (SQLAlchemyError, psycopg.Error):
        return _no_database()
    if revision != _newest():
        return _not_ready(
            "migrations",
            f"Cơ sở dữ liệu ở bản {revision}, cần bản {_newest()}: chạy hoso migrate",
            f"The database is at {revision}, needed is {_newest()}: run hoso migrate",
        )
    today = now().astimezone(TIMEZONE).date()
    if not calendar.first_year <= today.year <= calendar.last_year:
        return _not_ready(
            "calendar", f"Lịch không có năm {today.year}", f"The calendar does not cover {today.year}"
        )
    age = (now() - oldest).total_seconds() if oldest else 0.0
    return ReadyOut(
        database=True,
        migration=revision,
        calendar_version=calendar.version,
        outbox_age_seconds=round(max(age, 0.0), 1),
        pdf=_pdf(office),
    )


def _pdf(office: LibreOffice) -> Literal["ready", "no_libreoffice", "no_font"]:
    try:
        _ = office.program
    except LibreOfficeMissingError:
        return "no_libreoffice"
    return "ready" if font() else "no_font"


@cache
def _newest() -> str:
    return newest()


def _no_database() -> Problem:
    return _not_ready("database", "Không kết nối được cơ sở dữ liệu", "The database does not answer")


def _not_ready(part: str, vi: str, en: str) -> Problem:
    title = Said("Chưa sẵn sàng", "Not ready")
    return Problem(503, "not_ready", title, [Fault(f"{part}_not_ready", Said(vi, en), requirement=part)])
