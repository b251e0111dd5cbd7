"""What the administrator opens to webhooks beside the public internet: private networks, hosts, certificate authorities."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

_HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class PrivateReceivers:
    """Where webhooks may lead although it is private; nothing, unless the administrator says so."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    """May have any address, and do without TLS."""
    authorities: Path | None = None
    """Certificates (PEM) of authorities that are trusted beside the usual ones."""


NOTHING_PRIVATE = PrivateReceivers()


def private_receivers(environment: Mapping[str, str]) -> PrivateReceivers:
    """What `HOSO_WEBHOOK_PRIVATE` and `HOSO_WEBHOOK_CA` open.

    Raises:
        ValueError: a variable makes no sense; its arguments say so in Vietnamese and in English.
    """
    networks, hosts = list[IPv4Network | IPv6Network](), set[str]()
    for entry in re.split(r"[\s,]+", environment.get("HOSO_WEBHOOK_PRIVATE", "").strip()):
        try:
            networks.append(ip_network(entry))
        except ValueError:
            if entry and (not _HOST.fullmatch(entry.lower()) or entry[-1].isdigit()):
                raise ValueError(
                    f"HOSO_WEBHOOK_PRIVATE: {entry!r} không phải là mạng (10.1.0.0/16) hay tên máy (may-chu.xa.vn).",
                    f"HOSO_WEBHOOK_PRIVATE: {entry!r} is neither a network (10.1.0.0/16) nor a host (server.office.vn).",
                ) from None
            hosts.add(entry.lower())
    return PrivateReceivers(tuple(networks), frozenset(hosts - {""}), _authorities(environment))


def _authorities(environment: Mapping[str, str]) -> Path | None:
    if not (text := environment.get("HOSO_WEBHOOK_CA")):
        return None
    path = Path(text).expanduser().resolve()
    try:
        ssl.create_default_context(cafile=str(path))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ValueError(
            f"HOSO_WEBHOOK_CA: không đọc được chứng thư (PEM) trong {path}: {reason}.",
            f"HOSO_WEBHOOK_CA: no certificates (PEM) can be read from {path}: {reason}.",
        ) from error
    return path
