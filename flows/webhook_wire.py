"""Sending to webhooks: what is sent, how it is signed, and one try over the wire, cut off whatever the receiver does.

Signed as the Standard Webhooks specification has it, so that receivers can verify with any library for it.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
from standardwebhooks import Webhook as Signer

from flows.receivers import ReceiverRefused, judged, look_up, receiver
from flows.webhooks import Code, Try
from models import clock
from models.private_receivers import PrivateReceivers

CONNECT, READ, TOTAL = 3.0, 5.0, 10.0
"""Seconds to reach one address, between two bytes of an answer, and for everything together."""
ANSWER = 16_384
"""Bytes of an answer that are read; a longer one is left, for nothing in it matters."""
LONGEST_WAIT = timedelta(days=1)
"""A receiver that asks to be left alone longer (Retry-After) is tried again all the same."""
_FACTS = (
    "rule", "due", "last_day", "at", "since", "action", "stage", "citation", "document", "form", "issued_on",
    "replaced_by", "period", "year", "webhook",
)  # fmt: skip
"""What a notice's facts may tell an outsider; whatever else will stand in them stays in the house."""
logging.getLogger("httpx").setLevel(logging.WARNING)  # it notes addresses, and a receiver's may hold a secret


@dataclass(frozen=True)
class Message:
    """What is sent: the same bytes each time, for a receiver knows a message by its id."""

    id: UUID
    body: bytes


def message(
    *, delivery: UUID, notice: UUID, kind: str, told_at: datetime, agency: str, facts: Mapping[str, Any],
    dossier: tuple[UUID, str] | None, public_url: str,
) -> Message:  # fmt: skip
    """A notice as an outsider gets it: ids, numbers, the rule and dates; who may know more follows the link.

    Args:
        delivery: id of the delivery, the same in every try.
        notice: id of the notice.
        kind: what it is of; the message's type.
        told_at: when the notice was written.
        agency: code of the agency that is told.
        facts: the notice's.
        dossier: id and number of the dossier it is about.
        public_url: where this installation is reached.
    """
    links = {"notice": f"{public_url}/v1/notices/{notice}"}
    data: dict[str, Any] = {
        "id": delivery,
        "notice": notice,
        "agency": agency,
        "dossier": None,
        "links": links,
    }
    if dossier is not None:
        data["dossier"] = {"id": dossier[0], "number": dossier[1]}
        links["dossier"] = f"{public_url}/v1/dossiers/{dossier[0]}"
    data |= {name: facts[name] for name in _FACTS if name in facts}
    return Message(delivery, orjson.dumps({"type": kind, "timestamp": told_at, "data": data}))


def headers(sent: Message, secrets: Sequence[str], moment: datetime) -> dict[str, str]:
    """The message's id, the moment of this try, and a signature with each of the secrets."""
    body = sent.body.decode()
    return {
        "webhook-id": str(sent.id),
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Signer(one).sign(str(sent.id), moment, body) for one in secrets),
    }


async def post(url: str, sent: Message, secrets: Sequence[str], private: PrivateReceivers) -> Try:
    """One try, which ends within `TOTAL` seconds, follows no redirection, and connects only to addresses it has judged."""
    try:
        async with asyncio.timeout(TOTAL):
            to = receiver(url, private)
            addresses = judged(to, await asyncio.wrap_future(look_up(to)), private)
            return await _post(httpx.URL(to.url), to.host, addresses, sent, secrets, private)
    except ReceiverRefused:
        return Try("private_address")
    except (TimeoutError, httpx.TimeoutException):
        return Try("timed_out")
    except httpx.ConnectError as error:
        return Try("untrusted" if _of_tls(error) else "unreachable")
    except httpx.HTTPError:
        return Try("broken_answer")
    except (OSError, UnicodeError):  # the name cannot be resolved
        return Try("unreachable")


async def _post(
    url: httpx.URL, host: str, addresses: Sequence[str], sent: Message, secrets: Sequence[str], private: PrivateReceivers
) -> Try:  # fmt: skip
    content = {"Host": url.netloc.decode("ascii"), "Content-Type": "application/json", "User-Agent": "hoso-webhook",
               "Accept-Encoding": "identity", **headers(sent, secrets, clock.now())}  # fmt: skip
    limits = httpx.Timeout(READ, connect=CONNECT)
    # A client for each try: a kept connection would be known by its address alone, whatever host it was checked for.
    async with httpx.AsyncClient(
        verify=_trust(private.authorities), trust_env=False, timeout=limits, follow_redirects=False
    ) as client:
        for last, address in enumerate(addresses, 1 - len(addresses)):
            request = client.build_request(
                "POST", url.copy_with(host=address), content=sent.body, headers=content,
                extensions={"sni_hostname": host},
            )  # fmt: skip
            try:
                answer = await client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if last == 0 or _of_tls(error):
                    raise
                continue
            try:
                await _read(answer)
                return _judge(answer)
            finally:
                await answer.aclose()
    return Try("unreachable")


async def _read(answer: httpx.Response) -> None:
    """Reads the answer to its end, or as much of it as is allowed; it is not unpacked, and not kept."""
    read = 0
    async for part in answer.aiter_raw():
        read += len(part)
        if read > ANSWER:
            return


def _judge(answer: httpx.Response) -> Try:
    status = answer.status_code
    if answer.is_success:
        return Try("sent", status)
    if status == HTTPStatus.GONE:
        return Try("gone", status)
    code: Code = "redirected" if status < 400 else "refused" if status < 500 else "failed"
    return Try(code, status, _retry_after(answer.headers.get("retry-after")))


def _retry_after(text: str | None) -> timedelta | None:
    """What the receiver asks for, in seconds or as a date; None when it asks for nothing that makes sense."""
    if text is None:
        return None
    try:
        if text.strip().isascii() and text.strip().isdigit():
            asked = timedelta(seconds=min(int(text), 10**9))
        else:
            when = parsedate_to_datetime(text)
            asked = (when if when.tzinfo else when.replace(tzinfo=UTC)) - clock.now()
    except (ValueError, OverflowError):
        return None
    return min(max(asked, timedelta(0)), LONGEST_WAIT)


def _of_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


@lru_cache(maxsize=4)
def _trust(authorities: Path | None) -> ssl.SSLContext:
    """The usual authorities, and those of `HOSO_WEBHOOK_CA`; costs too much to be read for each try."""
    context = httpx.create_ssl_context(trust_env=False)
    if authorities:
        context.load_verify_locations(cafile=str(authorities))
    return context
