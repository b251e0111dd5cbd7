"""What the administrator settles about who passes: the second factor, how many requests, and the OpenID provider."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

HERE = frozenset({"localhost", "127.0.0.1", "::1"})
SECOND_FACTOR_ROLES = frozenset({"head", "judge", "supervisor", "auditor", "administrator"})
"""Who signs, decides, sees everything or lets others in."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The OpenID provider whose word on who somebody is gets believed."""

    issuer: str
    client: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Doors:
    """Who passes, and how often."""

    second_factor: bool = False
    """Whether `SECOND_FACTOR_ROLES` must have a second factor."""
    account_rate: int = 600
    """Requests a minute of one account."""
    address_rate: int = 300
    """Requests a minute of one address that is not signed in."""
    provider: Provider | None = None

    def wants_second_factor(self, role: str) -> bool:
        """Whether who has this role must show a second factor."""
        return self.second_factor and role in SECOND_FACTOR_ROLES


AT_HOME = Doors()


def doors(environment: Mapping[str, str]) -> Doors:
    """What the variables say. Where the outside world reaches the installation, second factors are asked for by default.

    Raises:
        ValueError: a variable makes no sense; its arguments say so in Vietnamese and in English.
    """
    return Doors(
        second_factor=_second_factor(environment),
        account_rate=_rate(environment, "HOSO_RATE_ACCOUNT", AT_HOME.account_rate),
        address_rate=_rate(environment, "HOSO_RATE_ADDRESS", AT_HOME.address_rate),
        provider=_provider(environment),
    )


def _second_factor(environment: Mapping[str, str]) -> bool:
    said = environment.get("HOSO_SECOND_FACTOR") or ""
    if said not in {"", "required", "optional"}:
        raise ValueError(
            f"HOSO_SECOND_FACTOR={said!r}: chỉ nhận required hoặc optional.",
            f"HOSO_SECOND_FACTOR={said!r}: must be required or optional.",
        )
    public = urlsplit(environment.get("HOSO_PUBLIC_URL") or "//localhost").hostname
    return said == "required" or (not said and public not in HERE)


def _rate(environment: Mapping[str, str], name: str, default: int) -> int:
    said = environment.get(name) or str(default)
    if not re.fullmatch(r"[1-9]\d{0,6}", said, re.ASCII):
        raise ValueError(
            f"{name}={said!r} không phải là số yêu cầu mỗi phút (từ 1).",
            f"{name}={said!r} is not a number of requests a minute (from 1 on).",
        )
    return int(said)


def _provider(environment: Mapping[str, str]) -> Provider | None:
    issuer, client, file = (
        environment.get(f"HOSO_OIDC_{name}") or "" for name in ("ISSUER", "CLIENT_ID", "SECRET_FILE")
    )
    if not (issuer or client or file):
        return None
    if not (issuer and client and file):
        raise ValueError(
            "HOSO_OIDC_ISSUER, HOSO_OIDC_CLIENT_ID và HOSO_OIDC_SECRET_FILE phải có cùng nhau.",
            "HOSO_OIDC_ISSUER, HOSO_OIDC_CLIENT_ID and HOSO_OIDC_SECRET_FILE only make sense together.",
        )
    parts = urlsplit(issuer)
    trusted = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    if not trusted or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(
            f"HOSO_OIDC_ISSUER={issuer!r} phải là địa chỉ https.",
            f"HOSO_OIDC_ISSUER={issuer!r} must be an https address.",
        )
    try:
        secret = Path(file).expanduser().read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ValueError(
            f"HOSO_OIDC_SECRET_FILE: không đọc được {file}.", f"HOSO_OIDC_SECRET_FILE: {file} cannot be read."
        ) from error
    return Provider(issuer, client, secret)
