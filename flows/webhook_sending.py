"""The sender of webhook deliveries: one try, with what it says of the delivery and of its webhook settled as one."""

import asyncio

from sqlalchemy import Connection, Engine, insert, select, update

from flows.outgoing import Outcome, Parcel
from flows.running import Workplace
from flows.webhook_wire import Message, message, post
from flows.webhooks import DISABLED, OUTCOMES, TEST, Try, remember
from models import clock
from models.store import SYSTEM, Scope, public_url, unit_of_work
from models.tables import table

_webhook, _attempt, _dossier = table("webhook"), table("delivery_attempt"), table("dossier")


async def send(parcel: Parcel, place: Workplace) -> Outcome:
    """One try to send a notice to its webhook; a webhook's receiver knows a message by its id, so any failure is tried again."""
    begun = await asyncio.to_thread(_begin, place.engine, parcel)
    if begun is None:
        return Outcome("parked", DISABLED)
    attempt, url, secrets, sent = begun
    tried = await post(url, sent, secrets, place.webhooks)
    return _outcome(parcel, attempt, tried)


def _begin(engine: Engine, parcel: Parcel) -> tuple[int, str, list[str], Message] | None:
    """Notes that a try begins; where it goes, what signs it, and what is sent. None when the webhook is disabled."""
    moment = clock.now()
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        hook = connection.execute(select(_webhook).where(_webhook.c.id == parcel.webhook)).one()
        if not hook.enabled:
            return None
        row = {"delivery": parcel.id, "begun_at": moment}
        attempt = connection.execute(insert(_attempt).values(row).returning(_attempt.c.id)).scalar_one()
        number = select(_dossier.c.number).where(_dossier.c.id == parcel.dossier)
        sent = message(
            delivery=parcel.id, notice=parcel.notice, kind=parcel.kind, told_at=parcel.told_at, agency=parcel.agency,
            facts=parcel.facts, public_url=public_url(connection),
            dossier=(parcel.dossier, connection.execute(number).scalar_one()) if parcel.dossier else None,
        )  # fmt: skip
    old = hook.old_secret if hook.old_secret and hook.old_secret_until > moment else None
    return attempt, hook.url, [hook.secret, *([old] if old else [])], sent


def _outcome(parcel: Parcel, attempt: int, tried: Try) -> Outcome:
    """What the try means for the delivery, and for the webhook in the same transaction."""
    said = " · ".join(OUTCOMES[tried.code])
    error = None if tried.code == "sent" else f"{tried.status}: {said}" if tried.status else said

    def keep(connection: Connection) -> None:
        ended = {"ended_at": clock.now(), "outcome": tried.code, "status": tried.status}
        connection.execute(update(_attempt).where(_attempt.c.id == attempt).values(ended))
        remember(connection, parcel, tried)

    if tried.code == "sent":
        return Outcome("sent", also=keep)
    final = tried.code == "gone" or parcel.kind == TEST
    return Outcome("parked" if final else "waiting", error, after=tried.retry_after, also=keep)
