"""Deliveries on their way out: claimed under a lease, begun before the wire is touched, settled once the outcome is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, case, func, or_, select, text, update

from models import clock, metrics
from models.store import SYSTEM, Scope, after_commit, unit_of_work
from models.tables import table

Channel = Literal["mail", "webhook"]
LEASE = timedelta(minutes=2)
"""How long a claim holds, and how long one that was begun may take; longer than any sender tries."""
MOST = 100
"""Deliveries that one run takes."""
ATTEMPTS = 20
"""Failures after which a delivery is parked: some three days after the first one, so that a weekend does no harm."""
PATIENCE = timedelta(days=3)
"""A mail that has waited longer is parked: an office that sets up mail late is not flooded with what is long past."""
_LONGEST_PAUSE = timedelta(hours=6)

_delivery, _notice = table("delivery"), table("notice")
_SCOPE = Scope(SYSTEM)
_CUT_OFF = "tiến trình gửi đã dừng giữa chừng · the sender stopped in the middle"
_TOO_OLD = "đã quá 3 ngày chưa gửi được · not sent within 3 days"


@dataclass(frozen=True)
class Parcel:
    """A delivery that was begun, with the notice it carries; a parcel sent again has the same id."""

    id: UUID
    channel: Channel
    attempts: int
    account: UUID | None
    webhook: UUID | None
    notice: UUID
    seq: int
    dossier: UUID | None
    event: UUID | None
    agency: str
    audience: str
    kind: str
    facts: dict[str, Any]
    told_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of a parcel.

    `waiting` is not sent and to be tried again; `parked` is not sent and needs somebody; `unknown` may have been sent.
    `error` is without personal data.
    """

    state: Literal["sent", "waiting", "unknown", "parked"]
    error: str | None = None
    after: timedelta | None = None
    """How long the receiver asks to be left alone; counts where it is longer than our own pause."""
    also: Callable[[Connection], None] | None = None
    """Written in the same transaction."""


def claim(engine: Engine, worker: str, channel: Channel, limit: int = MOST) -> list[UUID]:
    """Takes deliveries that are ready, the longest waiting first; none is begun yet, so a crash now costs nothing.

    Those begun by a worker that died are settled on the way, see `take_back`.

    Args:
        engine: the application's store.
        worker: the name under which they are held; one process at a time may use a name.
        channel: which way they go.
        limit: the most to take.
    """
    moment = clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        _recover(connection, channel, _delivery.c.lease_until < moment, moment)
        while rows := connection.execute(_ready(channel, moment, limit)).all():
            old = [row.id for row in rows if channel == "mail" and row.since < moment - PATIENCE]
            _park(connection, old, moment)
            taken = [row.id for row in rows if row.id not in set(old)]
            if taken:
                held = {"worker": worker, "lease_until": moment + LEASE}
                connection.execute(update(_delivery).where(_delivery.c.id.in_(taken)).values(held))
                return taken
    return []


def begin(engine: Engine, worker: str, delivery: UUID) -> Parcel | None:
    """Commits that the delivery is being sent; None when the worker holds it no longer, and must not send it."""
    sending = {"state": "sending", "lease_until": clock.now() + LEASE}
    with unit_of_work(engine, _SCOPE) as connection:
        mine = _delivery.c.id == delivery, _delivery.c.worker == worker, _delivery.c.state == "waiting"
        begun = connection.execute(update(_delivery).where(*mine).values(sending).returning(_delivery.c.id))
        if begun.one_or_none() is None:
            return None
        row = connection.execute(_PARCEL.where(_delivery.c.id == delivery)).mappings().one()
    return Parcel(**row)


def settle(engine: Engine, worker: str, delivery: UUID, outcome: Outcome) -> None:
    """Writes down what became of a delivery the worker has begun; one that it holds no longer stays as it is."""
    with unit_of_work(engine, _SCOPE) as connection:
        mine = _delivery.c.id == delivery, _delivery.c.worker == worker, _delivery.c.state == "sending"
        attempts = connection.execute(select(_delivery.c.attempts).where(*mine).with_for_update()).scalar()
        if attempts is not None:
            _settle(connection, delivery, attempts + 1, outcome, clock.now())
            if outcome.also is not None:
                outcome.also(connection)


def take_back(engine: Engine, worker: str, channel: Channel) -> None:
    """Frees what a dead process of this name held, or a run that broke off.

    What was not begun is as if never claimed. A mail that was begun may have been sent, so it is `unknown` and nobody
    sends it again unasked; a webhook's receiver knows a delivery by its id, so it is tried again.
    """
    moment = clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        mine = _delivery.c.channel == channel, _delivery.c.worker == worker
        _recover(connection, channel, and_(*mine), moment)
        held = update(_delivery).where(*mine, _delivery.c.state == "waiting")
        connection.execute(held.values(worker=None, lease_until=None))


def pause(attempts: int) -> timedelta:
    """How long a delivery waits after so many failures."""
    return min(timedelta(seconds=15 * 2**attempts), _LONGEST_PAUSE)


def send_again(connection: Connection, delivery: UUID, account: UUID) -> bool:
    """Lets a delivery wait anew that is parked or of unknown outcome, as somebody asks; False when it is neither."""
    moment = clock.now()
    values = {
        "state": "waiting", "attempts": 0, "run_after": moment, "settled_at": None, "again_by": account, "again_at": moment,
    }  # fmt: skip
    stuck = _delivery.c.id == delivery, _delivery.c.state.in_(("parked", "unknown"))
    again = update(_delivery).where(*stuck).values(values).returning(_delivery.c.id)
    return connection.execute(again).one_or_none() is not None


_PARCEL = select(
    _delivery.c.id, _delivery.c.channel, _delivery.c.attempts, _delivery.c.account, _delivery.c.webhook, _delivery.c.notice, _notice.c.seq,
    _notice.c.dossier, _notice.c.event, _notice.c.agency, _notice.c.audience, _notice.c.kind, _notice.c.facts,
    _notice.c.created_at.label("told_at"),
).join(_notice, _notice.c.id == _delivery.c.notice)  # fmt: skip


def _ready(channel: Channel, moment: datetime, limit: int) -> Any:  # noqa: ANN401 - a statement
    if channel == "webhook":
        return _READY_FOR_WEBHOOKS.bindparams(moment=moment, limit=limit, each=_EACH)
    free = or_(_delivery.c.lease_until.is_(None), _delivery.c.lease_until < moment)
    return (
        select(_delivery.c.id, func.coalesce(_delivery.c.again_at, _delivery.c.created_at).label("since"))
        .where(
            _delivery.c.channel == channel, _delivery.c.state == "waiting", _delivery.c.run_after <= moment
        )
        .where(free)
        .order_by(_delivery.c.run_after, _delivery.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


_EACH = 10
"""Deliveries that one run takes for one webhook, so that a slow receiver does not hold up the others."""
_READY_FOR_WEBHOOKS = text("""
    SELECT next.id, next.since FROM webhook CROSS JOIN LATERAL (
        SELECT id, run_after, coalesce(again_at, created_at) AS since FROM delivery
        WHERE delivery.webhook = webhook.id AND state = 'waiting' AND run_after <= :moment
            AND (lease_until IS NULL OR lease_until < :moment)
        ORDER BY run_after, id LIMIT CASE WHEN webhook.failing_since IS NULL THEN :each ELSE 1 END
        FOR UPDATE SKIP LOCKED
    ) next
    WHERE webhook.rest_until IS NULL OR webhook.rest_until <= :moment
    ORDER BY next.run_after, next.id LIMIT :limit
""")
"""A webhook that fails is tried with one delivery at a time, and not while it rests."""


def _recover(connection: Connection, channel: Channel, held: Any, moment: datetime) -> None:  # noqa: ANN401 - a condition
    """Settles what somebody began and did not end."""
    broken = (
        select(_delivery.c.id, _delivery.c.attempts)
        .where(_delivery.c.channel == channel, _delivery.c.state == "sending", held)
        .with_for_update(skip_locked=True)
    )
    outcome = Outcome("unknown" if channel == "mail" else "waiting", _CUT_OFF)
    for row in connection.execute(broken).all():
        _settle(connection, row.id, row.attempts + 1, outcome, moment)


def _settle(
    connection: Connection, delivery: UUID, attempts: int, outcome: Outcome, moment: datetime
) -> None:
    state = "parked" if outcome.state == "waiting" and attempts >= ATTEMPTS else outcome.state
    channel = connection.execute(
        update(_delivery)
        .where(_delivery.c.id == delivery)
        .values(
            state=state, attempts=attempts, error=outcome.error, worker=None, lease_until=None,
            run_after=moment + max(pause(attempts), outcome.after or timedelta(0)),
            settled_at=None if state == "waiting" else moment,
        )
        .returning(_delivery.c.channel)
    ).scalar_one()  # fmt: skip
    after_commit(connection, metrics.deliveries.labels(channel, state).inc)


def _park(connection: Connection, deliveries: Sequence[UUID], moment: datetime) -> None:
    """Parks mails that have waited too long, beside what went wrong last."""
    reason = case((_delivery.c.error.is_(None), _TOO_OLD), else_=_TOO_OLD + ": " + _delivery.c.error)
    values = {"state": "parked", "error": reason, "worker": None, "lease_until": None, "settled_at": moment}
    connection.execute(update(_delivery).where(_delivery.c.id.in_(deliveries)).values(values))
    after_commit(connection, lambda: metrics.deliveries.labels("mail", "parked").inc(len(deliveries)))
