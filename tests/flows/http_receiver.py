"""A receiver of webhooks as the outside world has them: good, slow, broken, redirecting, on plain HTTP or TLS."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import orjson


@dataclass(frozen=True)
class Got:
    """One request that arrived whole."""

    path: str
    headers: Message
    body: bytes

    @property
    def id(self) -> str:
        """The message's id."""
        return str(self.headers["webhook-id"])

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """Listens on a port of its own while entered; `behaviour` answers each request, until another one is set.

    `closing` is set at the end, for behaviours that wait.
    """

    behaviour: Callable[["Handler"], None]
    tls: ssl.SSLContext | None = None
    got: list[Got] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        handler = type("OwnHandler", (Handler,), {"receiver": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # cut off, or without TLS: that is the test
        if self.tls:
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        """Where it is."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.receiver.got.append(Got(self.path, self.headers, body))
        self.receiver.behaviour(self)
        self.close_connection = True

    do_GET = do_POST  # noqa: N815 - the name that the library calls

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def answers(status: int, **headers: str) -> Callable[[Handler], None]:
    """Answers each request like this."""

    def behave(request: Handler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("content-length", "2")
        request.end_headers()
        request.wfile.write(b"ok")

    return behave


def in_turn(*behaviours: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """One after the other, the last for ever."""
    left = list(behaviours)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def hangs(request: Handler) -> None:
    """Never answers."""
    request.receiver.closing.wait()


def hangs_in_the_middle(request: Handler) -> None:
    """Says yes, and never says it to the end."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it")
    request.receiver.closing.wait()


def drips(request: Handler) -> None:
    """Sends a byte now and then, so that no pause is long."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while not request.receiver.closing.wait(0.05):
        request.wfile.write(b".")
        request.wfile.flush()


def never_ends(request: Handler) -> None:
    """Says yes and then sends as much as anybody takes."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not request.receiver.closing.is_set():
        request.wfile.write(b"x" * 65_536)


def babbles(request: Handler) -> None:
    """Answers what is not HTTP."""
    request.wfile.write(b"220 mail.example ESMTP\r\n")
