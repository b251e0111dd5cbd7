"""The line of deliveries: notices sent by mail and by webhook, many at once, each outcome kept as soon as it is known."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient
from sqlalchemy.exc import OperationalError

from flows import mail, outgoing, webhook_sending
from flows.outgoing import Channel, Outcome, Parcel
from flows.running import Line, Workplace, run_here, workplace

Sender = Callable[[Parcel, Workplace], Awaitable[Outcome]]
SENDERS: Mapping[Channel, Sender] = {"mail": mail.send, "webhook": webhook_sending.send}
"""Who sends what; each ends by itself within `TIME_OUT` and says what became of the parcel."""
AT_ONCE = 10
"""Parcels on the wire at the same time."""
TIME_OUT = 60.0
"""Seconds after which a sender that has not ended is cut off; well within the lease."""
_NAMES: Mapping[Channel, str] = {"mail": "thư điện tử", "webhook": "webhook"}
_WORDS = {
    "sent": "đã gửi", "waiting": "chưa gửi được, sẽ gửi lại", "unknown": "không rõ đã gửi hay chưa",
    "parked": "không gửi được", "untouched": "chưa đến lượt",
}  # fmt: skip


@flow(
    name="deliver_notices",
    description="Gửi thông báo đã lập qua thư điện tử và webhook",
    persist_result=False,
)
async def deliver_notices(channel: Channel, deliveries: list[UUID]) -> None:
    """Sends what the worker has claimed; whatever happens to the run, each delivery is sent once or its fate recorded."""
    outcomes = await send_all(channel, deliveries)
    await acreate_markdown_artifact(
        _report(channel, outcomes), key=f"deliveries-{channel}", description="Kết quả gửi thông báo"
    )


@task(name="Gửi thông báo", cache_policy=NO_CACHE, persist_result=False)
async def send_all(channel: Channel, deliveries: list[UUID]) -> Counter[str]:
    """Sends the deliveries, some at a time; how many ended how. Trying again is the business of our own rows."""
    return await deliver(workplace.get(), channel, deliveries)


async def deliver(place: Workplace, channel: Channel, deliveries: Sequence[UUID]) -> Counter[str]:
    """Sends deliveries that `place.worker` has claimed; those it holds no longer are left to their new holder.

    Raises:
        OperationalError: the database was away; what was begun is settled, what was not begun waits.
    """
    room = asyncio.Semaphore(AT_ONCE)

    async def one(delivery: UUID) -> str:
        async with room:
            if place.stop.is_set():
                return "untouched"
            parcel = await asyncio.to_thread(outgoing.begin, place.engine, place.worker, delivery)
            if parcel is None:
                return "untouched"
            outcome = await _send(parcel, place)
            await _keep(place, parcel, outcome)
            return outcome.state

    ended = await asyncio.gather(*map(one, deliveries), return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
    return Counter(str(state) for state in ended)


async def _send(parcel: Parcel, place: Workplace) -> Outcome:
    """Hands the parcel to its sender; what a sender never should do leaves it open whether it was sent."""
    try:
        async with asyncio.timeout(TIME_OUT):
            return await SENDERS[parcel.channel](parcel, place)
    except Exception as error:  # noqa: BLE001 - a fault of one sender must not stop the others
        return Outcome("unknown" if parcel.channel == "mail" else "waiting", type(error).__name__)


async def _keep(place: Workplace, parcel: Parcel, outcome: Outcome) -> None:
    """Writes the outcome down, and insists for as long as the lease holds: only we know it."""
    end = asyncio.get_running_loop().time() + outgoing.LEASE.total_seconds() / 2
    while True:
        try:
            return await asyncio.to_thread(outgoing.settle, place.engine, place.worker, parcel.id, outcome)
        except OperationalError:
            if asyncio.get_running_loop().time() > end:
                raise
            await asyncio.sleep(1)


async def _serve(channel: Channel, place: Workplace, client: PrefectClient) -> bool:
    """One flow run over the deliveries that wait longest; what it does not come to is given back."""
    if channel == "mail" and place.mail is None:
        return False
    claimed = await asyncio.to_thread(outgoing.claim, place.engine, place.worker, channel)
    if not claimed:
        return False
    parameters = {"channel": channel, "deliveries": [str(one) for one in claimed]}
    name, tags = f"{len(claimed)} {_NAMES[channel]}", ["deliveries", channel]
    try:
        await run_here(client, deliver_notices, parameters, name=name, tags=tags)
    finally:
        await asyncio.to_thread(outgoing.take_back, place.engine, place.worker, channel)
    return True


def _line(channel: Channel) -> Line:
    return Line(partial(_serve, channel), partial(outgoing.take_back, channel=channel))


LINES = tuple(map(_line, SENDERS))
"""A line for each channel: a receiver that hangs holds up neither mails nor the jobs of acts."""


def _report(channel: Channel, outcomes: Mapping[str, Any]) -> str:
    lines = [f"| {_WORDS[state]} | {number} |" for state, number in sorted(outcomes.items())]
    return "\n".join(
        [f"# Gửi thông báo qua {_NAMES[channel]}", "", "| Kết quả | Số lượng |", "| --- | --- |", *lines]
    )
