"""The one clock: everything that asks what time it is asks here, so that tests can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)


def now() -> datetime:
    """The present instant, aware, UTC."""
    return _fixed.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within this block the clock stands at `instant` (aware)."""
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)
