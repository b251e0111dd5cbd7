"""The sender of webhook deliveries: one try, with what it says of the delivery and of its webhook settled as one."""

import asyncio
from typing import Any

from sqlalchemy import Connection, insert, select, update

from flows.outgoing import Outcome, Parcel
from flows.running import Workplace
from flows.webhook_wire import Message, message, post
from flows.webhooks import DISABLED, OUTCOMES, TEST, Try, remember
from models import box, clock
from models.store import SYSTEM, Scope, public_url, unit_of_work
from models.tables import table

_webhook, _attempt, _dossier = table("webhook"), table("delivery_attempt"), table("dossier")


async def send(parcel: Parcel, place: Workplace) -> Outcome:
    """One try to send a notice to its webhook; a webhook's receiver knows a message by its id, so any failure is tried again."""
    begun = await asyncio.to_thread(_begin, place, parcel)
    if begun is None:
        return Outcome("parked", DISABLED)
    attempt, url, secrets, sent = begun
    tried = await post(url, sent, secrets, place.webhooks)
    return _outcome(parcel, attempt, tried)


def _begin(place: Workplace, parcel: Parcel) -> tuple[int, str, list[str], Message] | None:
    """Notes that a try begins; where it goes, what signs it, and what is sent. None when the webhook is disabled."""
    moment = clock.now()
    with unit_of_work(place.engine, Scope(SYSTEM)) as connection:
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
        _seal(connection, place, hook)
    old = hook.old_secret if hook.old_secret and hook.old_secret_until > moment else None
    kept = [hook.secret, *([old] if old else [])]
    return attempt, hook.url, [_opened(place, one) for one in kept], sent


def _opened(place: Workplace, kept: str) -> str:
    """A secret as it signs."""
    if not box.is_sealed(kept):
        return kept
    assert place.settings is not None  # noqa: S101 - every worker has them
    return box.unseal(place.settings, kept)


def _seal(connection: Connection, place: Workplace, hook: Any) -> None:  # noqa: ANN401 - a row
    """Seals secrets from before there was a key, the first time they are used."""
    open_ones = {name: getattr(hook, name) for name in ("secret", "old_secret")}
    sealed = (
        {
            name: box.seal(place.settings, one)
            for name, one in open_ones.items()
            if one and not box.is_sealed(one)
        }
        if place.settings
        else {}
    )
    if sealed:
        unchanged = [_webhook.c[name] == open_ones[name] for name in sealed]
        connection.execute(update(_webhook).where(_webhook.c.id == hook.id, *unchanged).values(sealed))


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
