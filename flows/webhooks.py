"""Webhooks: what a try says about one, when it rests and when it is given up, testing it, and sending again what is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, update

from flows.notices import Audience, Telling, tell
from flows.outgoing import Parcel, pause
from models import clock
from models.tables import table

Code = Literal[
    "sent", "gone", "redirected", "refused", "failed", "timed_out", "unreachable", "untrusted", "broken_answer",
    "private_address",
]  # fmt: skip
Reason = Literal["by_hand", "gone", "failing"]

TEST = "webhook_test"
"""The kind of a test's notice: tried once, for somebody is waiting for the outcome."""
PATIENCE = timedelta(days=3)
"""A webhook that took nothing for so long is disabled."""
LONGEST_REST = timedelta(minutes=5)
"""After a failure the whole webhook is left alone for a while, so that what waits for it does not hold up the others."""
BOTH_SECRETS = timedelta(days=2)
"""How long the old secret signs too after a new one was made."""
OUTCOMES: dict[Code, tuple[str, str]] = {
    "sent": ("đã nhận", "taken"),
    "gone": ("bên nhận báo không còn dùng (410)", "the receiver is gone (410)"),
    "redirected": ("bên nhận chuyển hướng; không đi theo", "the receiver redirects; that is not followed"),
    "refused": ("bên nhận từ chối (4xx)", "the receiver refuses (4xx)"),
    "failed": ("bên nhận gặp lỗi (5xx)", "the receiver fails (5xx)"),
    "timed_out": ("bên nhận không trả lời kịp", "the receiver did not answer in time"),
    "unreachable": ("không kết nối được", "cannot be reached"),
    "untrusted": ("chứng thư TLS không đáng tin", "its TLS certificate is not trusted"),
    "broken_answer": ("câu trả lời không phải là HTTP", "its answer is not HTTP"),
    "private_address": ("địa chỉ không được phép", "its address is not allowed"),
}
"""What may come of a try, in both languages."""

_FIRST = timedelta(days=365)
"""What has waited so long goes before all that waits for the same webhook."""
DISABLED = "webhook đã tắt · the webhook is disabled"
_webhook, _delivery, _notice = table("webhook"), table("delivery"), table("notice")


@dataclass(frozen=True)
class Try:
    """What came of one try: the receiver's status where it answered, and how long it asks to be left alone."""

    code: Code
    status: int | None = None
    retry_after: timedelta | None = None


def remember(connection: Connection, parcel: Parcel, tried: Try) -> None:
    """What a try says about its webhook: that it works, must rest, or is given up, which its agency is told.

    Args:
        connection: the unit of work of the system that settles the delivery.
        parcel: what was tried.
        tried: what came of it.
    """
    moment, mine = clock.now(), _webhook.c.id == parcel.webhook
    if tried.code == "sent":
        well = {"failing_since": None, "rest_until": None}
        connection.execute(update(_webhook).where(mine, _webhook.c.failing_since.is_not(None)).values(well))
        return
    if parcel.kind == TEST:
        return
    values: dict[str, Any] = {"failing_since": func.coalesce(_webhook.c.failing_since, moment)}
    if tried.code != "refused" or tried.retry_after:  # a refusal may be about this notice alone
        values["rest_until"] = moment + (tried.retry_after or min(pause(parcel.attempts + 1), LONGEST_REST))
    hook = connection.execute(
        update(_webhook)
        .where(mine, _webhook.c.enabled)
        .values(values)
        .returning(_webhook.c.id, _webhook.c.agency, _webhook.c.failing_since)
    ).one_or_none()
    if hook is None:
        return
    if tried.code == "gone":
        _give_up(connection, hook, "gone", moment)
    elif hook.failing_since <= moment - PATIENCE:
        _give_up(connection, hook, "failing", moment)


def _give_up(connection: Connection, hook: Any, reason: Reason, moment: datetime) -> None:  # noqa: ANN401 - a row
    disable(connection, hook.id, reason)
    facts = {"webhook": str(hook.id), "reason": reason, "since": hook.failing_since.isoformat()}
    key = f"webhook_disabled:{hook.id}:{moment.isoformat()}"
    audiences: tuple[Audience, ...] = ("agency", "head")
    tell(
        connection, [Telling(hook.agency, "webhook_disabled", key, facts, audience=one) for one in audiences]
    )


def disable(connection: Connection, webhook: UUID, reason: Reason) -> None:
    """Sends nothing more to a webhook; what waited for it is parked, and can be sent again once it is enabled."""
    connection.execute(
        update(_webhook)
        .where(_webhook.c.id == webhook, _webhook.c.enabled)
        .values(enabled=False, disabled_reason=reason)
    )
    values = {
        "state": "parked", "error": func.concat_ws(": ", DISABLED, _delivery.c.error), "settled_at": clock.now(),
        "worker": None, "lease_until": None,
    }  # fmt: skip
    waiting = _delivery.c.webhook == webhook, _delivery.c.state == "waiting"
    connection.execute(update(_delivery).where(*waiting).values(values))


def send_test(connection: Connection, webhook: UUID, agency: str, account: UUID) -> UUID:
    """Has a test sent to one webhook, whatever kinds it wants; the delivery's id. Nobody need read its notice."""
    moment, notice, delivery = clock.now(), uuid4(), uuid4()
    told = {
        "id": notice, "agency": agency, "audience": "head", "kind": TEST, "key": f"{TEST}:{delivery}",
        "facts": {"webhook": str(webhook)}, "created_at": moment, "read_at": moment, "read_by": account,
    }  # fmt: skip
    connection.execute(insert(_notice).values(told))
    sent = {
        "id": delivery, "notice": notice, "channel": "webhook", "webhook": webhook, "state": "waiting", "attempts": 0,
        "run_after": moment - _FIRST, "created_at": moment,
    }  # fmt: skip
    connection.execute(insert(_delivery).values(sent))
    connection.execute(update(_webhook).where(_webhook.c.id == webhook).values(rest_until=None))
    return delivery


def send_again(
    connection: Connection, webhook: UUID, account: UUID, *, delivery: UUID | None = None,
    since: datetime | None = None, sent: bool = False,
) -> int:  # fmt: skip
    """Lets deliveries wait anew, with the ids they have; how many.

    Args:
        connection: a unit of work that holds the webhook.
        webhook: whose deliveries.
        account: who asks.
        delivery: this one, parked or sent.
        since: all those parked that were made since.
        sent: with `since`, those that were sent as well.
    """
    moment = clock.now()
    settled = ("parked", "sent") if delivery or sent else ("parked",)
    asked = [_delivery.c.webhook == webhook, _delivery.c.state.in_(settled)]
    asked.append(_delivery.c.id == delivery if delivery else _delivery.c.created_at >= since)
    values = {
        "state": "waiting", "attempts": 0, "run_after": moment, "settled_at": None, "error": None,
        "again_by": account, "again_at": moment,
    }  # fmt: skip
    again = connection.execute(update(_delivery).where(*asked).values(values))
    connection.execute(update(_webhook).where(_webhook.c.id == webhook).values(rest_until=None))
    return again.rowcount
