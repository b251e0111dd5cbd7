"""The HTTP application: routers, errors, and the store for as long as it runs."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock
from typing import Any

import orjson
from fastapi import Depends, FastAPI, Response
from fastapi_offline import FastAPIOffline

from api import (
    actions,
    agencies,
    assignments,
    audit,
    auth,
    board,
    bulk,
    bulk_asking,
    bulk_watching,
    bundle,
    calendar,
    corrections,
    deliveries,
    documents,
    dossier_list,
    dossier_paper,
    dossiers,
    drawing,
    due_days,
    endings,
    errors,
    events,
    figures,
    health,
    imports,
    jobs,
    limits,
    lists,
    me,
    metrics,
    migrations,
    notices,
    oidc,
    papers,
    persons,
    registers,
    reminders,
    reports,
    rulebooks,
    second_factor,
    sessions,
    supervision,
    users,
    verify,
    voiding,
    webhook_deliveries,
    webhooks,
)
from api.dependencies import Parts
from api.edge import Edge
from api.rates import paced
from api.stopping import told_to_stop
from api.strict import storable
from api.traces import Traced
from documents.pdf import LibreOffice
from flows.books import books
from flows.queues import Queues
from models import logs, postgres
from models.settings import Settings
from models.store import open_store

DESCRIPTION = """
Hồ sơ đề nghị đưa đi cai nghiện bắt buộc: mở, thực hiện từng bước theo luật của ngày mở hồ sơ, tính thời hạn, ban hành
biểu mẫu. · Dossiers of compulsory drug rehabilitation: opened, moved step by step by the law of their day, with their
time limits and official forms.

* Lỗi là tài liệu `application/problem+json` (RFC 9457), tiếng Việt; tiếng Anh với `Accept-Language: en`. ·
  Errors are problem documents, in Vietnamese, or in English with `Accept-Language: en`.
* Ghi dữ liệu: `Idempotency-Key` chống lặp; thao tác cần thêm `If-Match` với ETag của hồ sơ. ·
  Writes take `Idempotency-Key`; acts also need `If-Match` with the dossier's ETag.
* Dữ liệu cá nhân chỉ nằm trong nội dung, không nằm trong địa chỉ. · Personal data stand in bodies, never in URLs.
"""


_PARTS = (
    dossier_list,
    dossiers,
    actions,
    limits,
    events,
    documents,
    papers,
    notices,
    auth,
    audit,
    oidc,
    second_factor,
    sessions,
    users,
    dossier_paper,
    persons,
    lists,
    migrations,
    bulk_watching,
    bulk_asking,
    bulk,
    imports,
    endings,
    verify,
    voiding,
    corrections,
    assignments,
    agencies,
    reminders,
    drawing,
    registers,
    reports,
    bundle,
    rulebooks,
    supervision,
    figures,
    due_days,
    calendar,
    deliveries,
    me,
    jobs,
    webhooks,
    webhook_deliveries,
    health,
    metrics,
)
"""A router a noun. A request is held against one after the other: what is asked most stands first."""


def create_app(settings: Settings) -> FastAPI:
    """The application of an installation.

    Args:
        settings: where its database and files are; the database must be there when the application starts.
    """
    app = FastAPIOffline(
        title="hoso",
        description=DESCRIPTION,
        version="1",
        redoc_url=None,
        lifespan=_running,
        dependencies=[Depends(paced), Depends(storable)],
    )
    app.state.settings = settings
    errors.install(app)
    app.add_middleware(Traced)
    app.add_middleware(Edge, hosts=settings.hosts)  # outermost: it is added last
    for part in _PARTS:
        app.include_router(part.router)
    board.include(app)
    _describe(app)
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    engine = open_store(postgres.app_url(settings), public_url=settings.public_url)
    office = LibreOffice(settings.data / "libreoffice", settings.soffice)
    app.state.parts = Parts(settings, engine, office, Queues(engine))
    books()  # a book that cannot be trusted stops the start, not the first request
    try:
        with told_to_stop() as app.state.stopping:
            yield
    finally:
        engine.dispose()


def _describe(app: FastAPI) -> None:
    """Serves the description, made when it is first asked for: that takes seconds, and nobody else waits for it."""
    framework = next(route for route in app.router.routes if getattr(route, "path", None) == app.openapi_url)
    app.router.routes.remove(framework)
    kept: list[bytes] = []
    alone = Lock()

    def described() -> dict[str, Any]:
        from api.description import described  # its thousand fields are read only when somebody asks

        return described(app)

    def read_description() -> Response:
        with alone:
            if not kept:
                kept.append(orjson.dumps(app.openapi()))
        return Response(kept[0], media_type="application/json")

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's way to change its description
    app.add_api_route("/openapi.json", read_description, include_in_schema=False)


def app_from_environment() -> FastAPI:
    """For `uvicorn --factory`: the application of the installation that the environment names, with our logs."""
    logs.to_stderr("api")
    # One thread waits and answers, others work: it must not wait five milliseconds at each step for one that computes.
    sys.setswitchinterval(0.001)
    app = create_app(Settings.from_environment())
    books()
    # What was loaded stays for good. To look through it for garbage stopped every request for a fifth of a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    return app
