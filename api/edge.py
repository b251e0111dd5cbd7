"""The outermost layer of the API: a line and a number for each request, bounds, headers, failures that tell nothing."""

import re
from time import perf_counter
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import UNEXPECTED, answer, language_of
from models import logs, metrics

MOST_BYTES = 21_000_000
"""The largest request taken: a paper of 20 MB and its form fields."""
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

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid4())
        with logs.about(request=request_id):
            exchange = _Exchange(receive, send, request_id)
            try:
                await self.app(scope, exchange.bounded, exchange.guarded)
            except Exception as error:  # noqa: BLE001 - the last resort of every request
                _log.error("request failed", exc_info=error, **_asked(scope))
                if not exchange.status:
                    request = Request(scope)
                    failed = answer(UNEXPECTED, language_of(request), request.url.path)
                    await failed(scope, receive, exchange.guarded)
            finally:
                exchange.tell(scope)


class _Exchange:
    """One request and its answer as they pass."""

    def __init__(self, receive: Receive, send: Send, request_id: str) -> None:
        self.status = 0
        self._receive, self._send = receive, send
        self._headers = [*_SECURITY, (b"x-request-id", request_id.encode())]
        self._received = self._sent = 0
        self._started = perf_counter()

    async def bounded(self) -> Message:
        """The request's next part, if it is not too large by now."""
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > MOST_BYTES:
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
    return {"method": method, "route": getattr(scope.get("route"), "path", "unknown")}


_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
