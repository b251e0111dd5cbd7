"""The outermost layer of the API: a line and a number for each request, bounds, headers, failures that tell nothing."""

import re
from collections.abc import Collection
from time import perf_counter
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import UNEXPECTED, Problem, answer, of_http, on_board
from models import logs, metrics

_MOST_JSON, _MOST_UPLOAD, _MOST_IMPORT = 4_000_000, 21_000_000, 101_000_000
"""The largest requests taken: 20,000 dossiers named in JSON; a paper of 20 MB, a table of 100 MB, and their form fields."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_REQUEST_ID = re.compile(r"[0-9A-Fa-f-]{16,64}")
"""A given id must look like a random one: whatever else a caller sends could be a name or an identity number."""
_CLIENT_LEFT = 499
_log = logs.logger("hoso.api")


class Edge:
    """The outermost layer: bounds requests, sets headers, and lets no exception's text out or into a log.

    A text could quote a row, and with it a person; so only the kind of error and where it arose are logged, and of an
    address only the template of its route.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid4())
        with logs.about(request=request_id):
            exchange = _Exchange(scope, headers, receive, send, request_id)
            try:
                if self.hosts and _host(headers.get("host", "")) not in self.hosts:
                    await _problem(scope, of_http(HTTPException(421)), receive, exchange.guarded)
                    return
                await self.app(scope, exchange.bounded, exchange.guarded)
            except Exception as error:  # noqa: BLE001 - the last resort of every request
                _log.error("request failed", exc_info=error, **_asked(scope))
                if not exchange.status:
                    await _problem(scope, UNEXPECTED, receive, exchange.guarded)
            finally:
                exchange.tell(scope)


class _Exchange:
    """One request and its answer as they pass."""

    def __init__(self, scope: Scope, headers: Headers, receive: Receive, send: Send, request_id: str) -> None:
        self.status = 0
        self._receive, self._send = receive, send
        self._headers = [*_security(scope), (b"x-request-id", request_id.encode())]
        self._most = _most(scope["path"], headers.get("content-type", ""))
        declared = headers.get("content-length", "")
        self._declared = int(declared) if declared.isascii() and declared.isdigit() else 0
        self._received = self._sent = 0
        self._started = perf_counter()

    async def bounded(self) -> Message:
        """The request's next part, if it is not too large by now, nor says that it will be."""
        if self._declared > self._most:
            raise HTTPException(413)
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._most:
            raise HTTPException(413)
        return message

    async def guarded(self, message: Message) -> None:
        """The answer's next part."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            names = {name.lower() for name, _ in message["headers"]}
            missing = ((name, value) for name, value in self._headers if name not in names)
            message["headers"] = [*message["headers"], *missing]
        self._sent += len(message.get("body", b""))
        await self._send(message)

    def tell(self, scope: Scope) -> None:
        """The access line and the numbers."""
        seconds, status = perf_counter() - self._started, self.status or _CLIENT_LEFT
        asked = _asked(scope)
        _log.info("request", **asked, status=status, ms=round(seconds * 1000, 1), bytes=self._sent)
        metrics.requests.labels(*asked.values(), str(status)).inc()
        metrics.request_seconds.labels(*asked.values()).observe(seconds)


def _asked(scope: Scope) -> dict[str, Any]:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    return {"method": method, "route": template_of(scope) or "unknown"}


def template_of(scope: Scope) -> str:
    """The address's template as it is described, such as `/v1/dossiers/{dossier_id}`; empty where no route fits."""
    route = scope.get("route")
    return str(getattr(route, "path_format", getattr(route, "path", "")))


async def _problem(scope: Scope, problem: Problem, receive: Receive, send: Send) -> None:
    await answer(problem, Request(scope))(scope, receive, send)


def _host(given: str) -> str:
    """The name of a `Host` header, without its port."""
    return given.lower().rpartition(":")[0] if re.search(r":[0-9]+$", given) else given.lower()


def _most(path: str, content_type: str) -> int:
    if not content_type.lower().startswith("multipart/"):
        return _MOST_JSON
    return _MOST_IMPORT if path == "/v1/imports" else _MOST_UPLOAD


def _security(scope: Scope) -> list[tuple[bytes, bytes]]:
    """What every answer says to browsers: nothing here is to be framed, guessed at, kept, or run."""
    path = scope["path"]
    policy = _DOCS if path == "/docs" or path.startswith("/docs/") else _NOTHING
    secure = [(b"strict-transport-security", b"max-age=31536000")] if scope.get("scheme") == "https" else []
    referrer = b"no-referrer"
    if on_board(path):  # its forms must say where they come from, which under "no-referrer" browsers do not
        policy, referrer = _BOARD, b"same-origin"
    return [*_SECURITY, (b"referrer-policy", referrer), (b"content-security-policy", policy), *secure]


_NOTHING = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_DOCS = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_BOARD = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"font-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The page of the API's description runs Swagger UI, which comes from here; nobody's words stand on it."""
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (b"x-permitted-cross-domain-policies", b"none"),
]
