"""A real SMTP server that keeps what it gets, and fails where the recipient's name tells it to."""

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from models.mail_server import MailServer, mail_server


@dataclass
class PostOffice:
    """Recipients `refused`, `later`, `silent` (no answer to RCPT), `spam`, `full`, `cut` and `mute` (after the content)."""

    received: list[tuple[str, bytes]] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    """Recipients whose mail was read whole, but not answered."""
    pause: float = 0.0
    """Seconds that each mail takes."""
    tls: ssl.SSLContext | None = None
    """With it, STARTTLS is required of everyone, and signing in as `hoso` with `secret`."""

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        match address.partition("@")[0]:
            case "refused":
                return f"550 5.1.1 no such user <{address}>"
            case "later":
                return "451 4.7.1 greylisted, come again"
            case "silent":
                await asyncio.sleep(30)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        [address], content = envelope.rcpt_tos, envelope.content
        assert isinstance(content, bytes)
        match address.partition("@")[0]:
            case "spam":
                return "554 5.7.1 rejected"
            case "full":
                return "452 4.2.2 full"
            case "cut":
                self.cut.append(address)
                assert isinstance(server.transport, asyncio.Transport)
                server.transport.abort()
                return "250 OK"
            case "mute":
                self.cut.append(address)
                await asyncio.sleep(30)
        await asyncio.sleep(self.pause)
        self.received.append((address, content))
        return "250 OK"

    def __enter__(self) -> Self:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._controller = Controller(
            self, "127.0.0.1", self.port, authenticator=_checked, tls_context=self.tls,
            require_starttls=self.tls is not None, auth_require_tls=self.tls is not None,
            auth_required=self.tls is not None,
        )  # fmt: skip
        self._controller.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self._controller.stop()

    def server(self, url: str = "smtp://127.0.0.1:{port}") -> MailServer:
        """The office as settings name it."""
        return named(url.format(port=self.port))


def named(url: str) -> MailServer:
    """A mail server by its address."""
    found = mail_server({"HOSO_SMTP_URL": url, "HOSO_MAIL_FROM": "Hệ thống hồ sơ <hoso@office.example>"})
    assert found is not None
    return found


def _checked(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
) -> AuthResult:
    if isinstance(given, LoginPassword) and (given.login, given.password) == (b"hoso", b"secret"):
        return AuthResult(success=True)
    return AuthResult(success=False, handled=False, message="535 5.7.8 wrong password")
