"""The mail server that notices leave by, and the addresses that are accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

if (
    "local" in SPECIAL_USE_DOMAIN_NAMES
):  # the library's way to let a name pass: many offices' own networks bear it
    SPECIAL_USE_DOMAIN_NAMES.remove("local")
_PORTS = {"smtp": 25, "smtps": 465}
_TLS: Mapping[str, Literal["always", "offered", "never"]] = {
    "always": "always",
    "offered": "offered",
    "never": "never",
}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where to hand mails over, how, and from whom."""

    host: str
    port: int
    wrapped: bool
    """TLS from the first byte (smtps)."""
    starttls: Literal["always", "offered", "never"]
    sender: Address
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def mail_server(environment: Mapping[str, str]) -> MailServer | None:
    """The server that the variables name; None without `HOSO_SMTP_URL`.

    Raises:
        ValueError: a variable makes no sense; its arguments say so in Vietnamese and in English, without the password.
    """
    url, sender = environment.get("HOSO_SMTP_URL"), environment.get("HOSO_MAIL_FROM")
    if not url:
        return None
    if not sender:
        raise ValueError(
            "Có HOSO_SMTP_URL thì phải có HOSO_MAIL_FROM, địa chỉ gửi thư.",
            "HOSO_SMTP_URL needs HOSO_MAIL_FROM, the address mails are sent from.",
        )
    try:
        parts = urlsplit(url)
        host, port, port_of = parts.hostname, parts.port, _PORTS[parts.scheme]
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        starttls = _TLS[options.pop("starttls", "always" if parts.username else "offered")]
    except (ValueError, KeyError):
        host = None
    if host is None or options or parts.path.strip("/") or parts.fragment:
        raise ValueError(
            "HOSO_SMTP_URL không phải là địa chỉ dạng smtp://tài-khoản:mật-khẩu@máy-chủ:587?starttls=always.",
            "HOSO_SMTP_URL is not an address like smtp://user:password@host:587?starttls=always.",
        )
    user = unquote(parts.username) if parts.username else None
    return MailServer(
        host, port or port_of, parts.scheme == "smtps", starttls, _sender(sender), user, _password(parts.password, environment)
    )  # fmt: skip


def checked_address(text: str) -> str:
    """The address in its one spelling, which any mail server takes; names of private networks are fine.

    Raises:
        ValueError: it is none.
    """
    try:
        checked = validate_email(
            text, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except EmailNotValidError as error:
        raise ValueError("không phải là địa chỉ thư điện tử / is not an e-mail address") from error
    return checked.ascii_email or checked.normalized


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        if not text.isprintable():
            raise ValueError("control characters")  # noqa: TRY301 - told like any other flaw
        return Address(name, addr_spec=checked_address(address))
    except ValueError as error:
        raise ValueError(
            f"HOSO_MAIL_FROM={text!r} không phải là địa chỉ thư điện tử.",
            f"HOSO_MAIL_FROM={text!r} is not an e-mail address.",
        ) from error


def _password(in_url: str | None, environment: Mapping[str, str]) -> str | None:
    path = environment.get("HOSO_SMTP_PASSWORD_FILE")
    if not path:
        return unquote(in_url) if in_url else None
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(
            f"Không đọc được HOSO_SMTP_PASSWORD_FILE={path}: {error.strerror}.",
            f"HOSO_SMTP_PASSWORD_FILE={path} cannot be read: {error.strerror}.",
        ) from error
