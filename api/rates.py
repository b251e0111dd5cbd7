"""How often an address may ask that is not signed in; an account's rate is counted where its token is read."""

import ipaddress
from asyncio import to_thread

from fastapi import Request
from sqlalchemy import Engine

from api.access import price, too_many
from api.cookies import browser_token
from models.settings import Settings
from models.store import alone

_FREE = ("/health/", "/metrics", "/board/static/")
"""Asked by machines that watch this one, often and by rule; and what a browser keeps for good."""
_PAID = """
    WITH paid AS (
        INSERT INTO request_rate AS rate (key, paid_until) VALUES (%(key)s, clock_timestamp() + %(cost)s)
        ON CONFLICT (key) DO UPDATE SET paid_until = greatest(rate.paid_until, clock_timestamp()) + %(cost)s
            WHERE rate.paid_until <= clock_timestamp() + %(credit)s
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM paid), extract(epoch FROM (
        SELECT paid_until FROM request_rate WHERE key = %(key)s) - clock_timestamp() - %(credit)s)
"""


async def paced(request: Request) -> None:
    """Counts requests without an access token or a browser's session by their address; the others where that is read.

    Raises:
        Problem: 429.
    """
    bearer = request.headers.get("authorization", "")[:7].lower() == "bearer "
    if request.url.path.startswith(_FREE) or bearer or browser_token(request):
        return
    parts = request.app.state.parts
    await to_thread(pay, parts.engine, parts.settings, address_of(request))


def pay(engine: Engine, settings: Settings, address: str) -> None:
    """Counts a request of an address.

    Raises:
        Problem: 429.
    """
    [(paid, wait)] = alone(engine, (_PAID, price(f"address {address}", settings.doors.address_rate)))
    if not paid:
        raise too_many(float(wait or 0))


def address_of(request: Request) -> str:
    """Where a request comes from; of IPv6 the network of a customer, whose every address one caller may use."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network(f"{address}/64", strict=False))
    return host
