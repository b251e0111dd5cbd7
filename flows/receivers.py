"""Where a webhook may lead: hosts of the public internet over TLS, and private ones that the administrator lists.

A name is resolved once for each use, and the connection goes to an address that was judged here; what a name resolves to
at another moment does not matter.
"""

import socket
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Any

from pydantic import AnyHttpUrl, TypeAdapter, UrlConstraints, ValidationError

from models.private_receivers import PrivateReceivers

LONGEST = 500
"""Characters of an address."""
_URL = TypeAdapter(Annotated[AnyHttpUrl, UrlConstraints(max_length=LONGEST)])
_LOOKING_UP = ThreadPoolExecutor(32, "lookup")
"""Apart from the threads other work is done in: a name server may hang."""
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL = IPv6Network("2000::/3")
_NOT_PUBLIC = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"))
)
"""What the standard library of some versions takes for public; tunnels lead to IPv4 addresses that nobody sees."""
_METADATA = frozenset(
    map(ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)
"""Where clouds tell a machine its secrets: open only where a network of the administrator's list holds them."""

Address = IPv4Address | IPv6Address


@dataclass
class ReceiverRefused(Exception):
    """A webhook may not lead there; says why in both languages."""

    code: str
    vietnamese: str
    english: str

    def __str__(self) -> str:
        return self.vietnamese


@dataclass(frozen=True)
class Receiver:
    """An address taken apart: nothing else reads it again, so that nobody reads it differently."""

    url: str  # as normalized
    scheme: str
    host: str  # in lower case, without brackets and final dot
    port: int


def receiver(url: str, private: PrivateReceivers) -> Receiver:
    """The receiver an address names; its host is judged by its spelling only.

    Raises:
        ReceiverRefused: it is no address, has credentials or a fragment, or is not https.
    """
    try:
        read = _URL.validate_python(url)
    except ValidationError:
        raise ReceiverRefused(
            "not_an_address",
            f"không phải là địa chỉ https://… không quá {LONGEST} ký tự",
            f"is not an address https://… of at most {LONGEST} characters",
        ) from None
    found = Receiver(
        str(read), read.scheme, (read.host or "").strip("[]").rstrip(".").lower(), read.port or 0
    )
    if read.username is not None or read.password is not None:
        raise ReceiverRefused(
            "credentials_in_address",
            "không được có tên đăng nhập hay mật khẩu trong địa chỉ; hãy kiểm tra chữ ký",
            "must hold no user name or password; check the signature instead",
        )
    if read.fragment is not None or found.port == 0:
        raise ReceiverRefused(
            "not_an_address",
            "không được có phần sau dấu # hay cổng 0",
            "must have no fragment (#…), and no port 0",
        )
    if read.scheme != "https" and not _listed(found.host, private):
        raise ReceiverRefused(
            "https_required",
            "phải là https; http chỉ dùng được với máy có trong HOSO_WEBHOOK_PRIVATE",
            "must be https; http is for hosts listed in HOSO_WEBHOOK_PRIVATE only",
        )
    return found


def look_up(to: Receiver) -> Future[Sequence[Any]]:
    """Starts to resolve the receiver's host; for `judged`."""
    return _LOOKING_UP.submit(socket.getaddrinfo, to.host, to.port, type=socket.SOCK_STREAM)


def judged(to: Receiver, found: Sequence[Any], private: PrivateReceivers) -> list[str]:
    """The addresses to connect to, in order of preference; a name that also leads elsewhere is not trusted at all.

    Raises:
        ReceiverRefused: one of them is private, local or otherwise not public, and not listed.
    """
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(_may_be_reached(ip_address(address), to.host, private) for address in addresses):
        raise ReceiverRefused(
            "private_address",
            f"{to.host} là địa chỉ riêng hoặc nội bộ; người quản trị phải ghi vào HOSO_WEBHOOK_PRIVATE",
            f"{to.host} is a private or local address; the administrator must list it in HOSO_WEBHOOK_PRIVATE",
        )
    return addresses


def found(to: Receiver, patience: float) -> Sequence[Any]:
    """What the receiver's host resolves to, within so many seconds; for `judged`.

    Raises:
        ReceiverRefused: nothing, or not in time.
    """
    try:
        return look_up(to).result(patience)
    except (OSError, UnicodeError, TimeoutError):
        raise ReceiverRefused(
            "unknown_host", f"không tìm thấy máy {to.host}", f"the host {to.host} cannot be found"
        ) from None


def _may_be_reached(address: Address, host: str, private: PrivateReceivers) -> bool:
    real = _real(address)
    if any(real in network for network in private.networks):
        return True
    return real not in _METADATA and (host in private.hosts or _public(real))


def _real(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def _public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL:
        return False
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in network for network in _NOT_PUBLIC)


def _listed(host: str, private: PrivateReceivers) -> bool:
    """Whether the administrator lists this very host: by its name, or by a network that holds the address it is."""
    try:
        address = _real(ip_address(host))
    except ValueError:
        return host in private.hosts
    return any(address in network for network in private.networks)
