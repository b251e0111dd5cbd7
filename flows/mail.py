"""Notices by mail: what a mail says, and handing it to the mail server so that we know whether it was taken."""

import asyncio
import platform
import re
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException
from sqlalchemy import Engine, select

from flows.notice_texts import wording
from flows.outgoing import Outcome, Parcel
from flows.running import Workplace
from models import clock
from models.law.limits import TIMEZONE
from models.mail_server import MailServer
from models.store import SYSTEM, Scope, public_url, unit_of_work
from models.tables import table

TIME_OUT = 30.0
"""Seconds for one mail, from the connection to the server's answer."""
_FAREWELL = 2.0
_account, _agency = table("account"), table("agency")
_NOBODY = Outcome("parked", "không còn địa chỉ nhận · there is no address any more")


async def send(parcel: Parcel, place: Workplace) -> Outcome:
    """Hands the notice to the mail server; `unknown` only if the connection was lost after its content had left."""
    assert place.mail is not None  # noqa: S101 - mails are claimed only where a server is known
    try:
        address, base = await asyncio.to_thread(_address, place.engine, parcel)
        if address is None:
            return _NOBODY
        mail = message(parcel, place.mail, address, base)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return Outcome("waiting", type(error).__name__)
    return await hand_over(place.mail, address, mail)


def message(parcel: Parcel, server: MailServer, address: str, base: str) -> EmailMessage:
    """The mail: Vietnamese, then English; ids, numbers, dates and the names of agencies alone.

    Args:
        parcel: the notice; the mail's id follows from the parcel's, so that whoever gets it twice can tell.
        server: whose sender it bears.
        address: who gets it.
        base: what the installation's addresses begin with.
    """
    vi, en = (wording(parcel.kind, parcel.facts, parcel.told_at, language) for language in ("vi", "en"))
    link = f"{base}/v1/notices/{parcel.notice}"
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = server.sender
    mail["To"] = address
    mail["Subject"] = vi.title
    mail["Date"] = format_datetime(clock.now().astimezone(TIMEZONE))
    mail["Message-ID"] = f"<{parcel.id}@{server.sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "vi, en"
    parts = [vi.title, *vi.lines, f"Xem: {link}", "—", en.title, *en.lines, f"See: {link}"]
    mail.set_content("\n\n".join(parts) + "\n", charset="utf-8", cte="quoted-printable")
    return mail


async def hand_over(server: MailServer, address: str, mail: EmailMessage) -> Outcome:
    """Speaks to the server; each answer says whether the mail is its business now, ours still, or nobody can tell."""
    client = SMTP(
        hostname=server.host, port=server.port, timeout=TIME_OUT, use_tls=server.wrapped,
        start_tls={"always": True, "offered": None, "never": False}[server.starttls] if not server.wrapped else False,
        username=server.user, password=server.password, local_hostname=platform.node() or "localhost",
    )  # fmt: skip
    content_left = False
    try:
        async with asyncio.timeout(TIME_OUT):
            await client.connect()
            await client.mail(server.sender.addr_spec)
            await client.rcpt(address)
            content_left = True
            await client.data(mail.as_bytes())
    except SMTPResponseException as error:
        return _refused(error, content_left=content_left)
    except (SMTPException, OSError, ssl.SSLError, ValueError) as error:  # TimeoutError is an OSError
        return Outcome("unknown" if content_left else "waiting", _said(error))
    finally:
        await _leave(client)
    return Outcome("sent")


def _refused(error: SMTPResponseException, *, content_left: bool) -> Outcome:
    """What an answer other than yes means: an answer to the content or the address is final where it is permanent.

    A permanent refusal before (of our password, of the sender) is a fault of the settings, which somebody will mend.
    """
    if 500 <= error.code <= 599 and (content_left or isinstance(error, SMTPRecipientRefused)):
        return Outcome("parked", _said(error))
    if content_left and not 400 <= error.code <= 599:
        return Outcome("unknown", _said(error))
    return Outcome("waiting", _said(error))


async def _leave(client: SMTP) -> None:
    """Ends the connection politely; what the server thinks of it no longer matters."""
    with suppress(Exception):
        async with asyncio.timeout(_FAREWELL):
            await client.quit()
    client.close()


def _said(error: Exception) -> str:
    """What went wrong, without any address."""
    if isinstance(error, SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        text = str(error) or type(error).__name__
    return " ".join(re.sub(r"\S+@\S+", "…", text).split())[:300]


def _address(engine: Engine, parcel: Parcel) -> tuple[str | None, str]:
    """Where the parcel goes now, the account's address or the agency's mailbox, and what our own addresses begin with."""
    asked = (
        select(_agency.c.email).where(_agency.c.code == parcel.agency)
        if parcel.account is None
        else select(_account.c.email).where(_account.c.id == parcel.account, _account.c.disabled.is_(False))
    )
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        return connection.execute(asked).scalar(), public_url(connection)
