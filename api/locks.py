"""Failures to sign in make one wait, longer each time: for an account, for an address, and for the two together.

All of it is counted in the database, for names that nobody has as for those that somebody has. A wait is bounded, trying
during it does not prolong it, and whoever has signed in from an address before waits only for failures from there: others
cannot lock an officer out.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import NamedTuple

from sqlalchemy import Connection, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from models.box import digest
from models.clock import now
from models.passwords import normalised
from models.settings import Settings
from models.tables import table

LONGEST = timedelta(minutes=15)
_FIRST = timedelta(seconds=2)
_failure = table("sign_in_failure")


class _Ladder(NamedTuple):
    free: int
    """Failures without a wait."""
    forgotten: timedelta
    """After so long without a failure the count begins anew."""


_LADDERS = {
    "pair": _Ladder(5, timedelta(days=1)),
    "account": _Ladder(30, timedelta(days=1)),
    "address": _Ladder(60, timedelta(hours=1)),  # a whole office may stand behind one address
}


@dataclass(frozen=True)
class Attempt:
    """One try to sign in, under the keys it is counted by; user names are kept as digests, for some type passwords there."""

    keys: dict[str, str]

    @classmethod
    def of(cls, settings: Settings, name: str, address: str) -> "Attempt":
        """The try to sign in under a name from an address."""
        name = normalised(name).casefold()
        texts = {"pair": f"{name} {address}", "account": name, "address": address}
        return cls({kind: digest(settings, f"{kind} {text}") for kind, text in texts.items()})

    def hold(self, connection: Connection) -> None:
        """One try at a time for an account, so that none at the same time escapes being counted."""
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(self.keys["account"], 0))))

    def wait(self, connection: Connection, *, familiar: bool) -> int | None:
        """Seconds until the next try; None when there is no wait. `familiar`: signed in from here before."""
        kinds = ("pair", "address") if familiar else tuple(self.keys)
        asked = select(func.max(_failure.c.locked_until)).where(
            _failure.c.key.in_([self.keys[kind] for kind in kinds])
        )
        until = connection.execute(asked).scalar_one()
        return None if until is None or until <= now() else ceil((until - now()).total_seconds())

    def failed(self, connection: Connection) -> None:
        """Counts a failure, and sets the waits that come of it."""
        moment = now()
        for kind, key in sorted(self.keys.items()):
            ladder = _LADDERS[kind]
            row = {"key": key, "count": 1, "last_at": moment}
            old = _failure.c.last_at < moment - ladder.forgotten
            counted = insert(_failure).values(row).on_conflict_do_update(
                index_elements=["key"],
                set_={"last_at": moment, "count": case((old, 1), else_=_failure.c.count + 1)},
            )  # fmt: skip
            count = connection.execute(counted.returning(_failure.c.count)).scalar_one()
            if count >= ladder.free:
                pause = min(_FIRST * 2 ** min(count - ladder.free, 20), LONGEST)
                locked = _failure.update().where(_failure.c.key == key).values(locked_until=moment + pause)
                connection.execute(locked)

    def succeeded(self, connection: Connection) -> None:
        """Forgets the failures of the account; the address may still be somebody's who tries others."""
        mine = _failure.c.key.in_([self.keys["pair"], self.keys["account"]])
        connection.execute(delete(_failure).where(mine))
