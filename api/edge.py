"""The outermost layer of the API: bounds on requests, security headers, and failures that tell nothing."""

import logging

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import UNEXPECTED, answer, language_of
from documents.rendering import explain

MOST_BYTES = 21_000_000
"""The largest request taken: a paper of 20 MB and its form fields."""
_log = logging.getLogger("hoso.api")


class Edge:
    """The outermost layer: bounds requests, sets security headers, and lets no exception's text out or into a log.

    A text could quote a row, and with it a person; so only the kind of error and where it arose are logged.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BYTES:
                raise HTTPException(413)
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                names = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in _SECURITY if name not in names),
                ]
            await send(message)

        try:
            await self.app(scope, bounded, guarded)
        except Exception as error:  # noqa: BLE001 - the last resort of every request
            _log.error("%s %s: %s", scope["method"], scope["path"], explain(error))
            if not started:
                request = Request(scope)
                await answer(UNEXPECTED, language_of(request), request.url.path)(scope, receive, guarded)


_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
