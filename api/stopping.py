"""Being asked to stop: uvicorn waits until every answer has ended, and tells the application only then."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_ASKED = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_to_stop() -> Iterator[asyncio.Event]:
    """What is set as soon as the process is asked to stop; signals reach the main thread alone, and the server too."""
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    servers = {one: signal.getsignal(one) for one in _ASKED} if current_thread() is main_thread() else {}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)
        if callable(server := servers[signal.Signals(number)]):
            server(number, frame)

    taken = [one for one, server in servers.items() if callable(server)]
    for one in taken:
        signal.signal(one, stop)
    try:
        yield stopping
    finally:
        for one in taken:
            signal.signal(one, servers[one])


async def stops_within(stopping: asyncio.Event, seconds: float) -> bool:
    """Waits so long, or until the process is asked to stop."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return False
    return True
