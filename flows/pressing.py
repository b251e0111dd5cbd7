"""What is told when things go wrong by their number or by silence: an agency that misses many limits, a sweep that stops."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from flows.notices import Telling, tell
from flows.signals import LIMIT_MISSED
from flows.state import Agencies
from flows.supervision import Supervision
from flows.turns import Report, last_end
from models import clock
from models.law.limits import TIMEZONE
from models.settings import StartupError
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

MANY = 5
"""So many missed limits of one agency within a day are worth a word to its head and its supervisors."""
WITHIN = timedelta(days=1)
SILENCE = timedelta(minutes=30)
"""A sweep comes every five minutes; after so long without one somebody has to look."""
_signal = table("signal")
_SCOPE = Scope(SYSTEM)


def press(engine: Engine, agency: str, moment: datetime | None = None) -> Report:
    """Tells an agency's head and the supervisors of its territory how many limits it missed within a day; once a day.

    Raises:
        StartupError: there is no such agency.
    """
    moment = moment or clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        agencies = Agencies(connection)
        agencies.read([agency])
        if agency not in set(agencies):
            raise StartupError(f"Không có cơ quan {agency}.", f"There is no agency {agency}.")
        missed = _missed(connection, agency, moment)
        facts = {"agency": agency, "missed": missed, "since": (moment - WITHIN).isoformat()}
        key = f"many_missed:{agency}:{moment.astimezone(TIMEZONE):%Y-%m-%d}"
        tellings = [Telling(agency, "many_missed", key, facts, audience="head")]
        tellings += [
            Telling(office, "many_missed", key, facts, audience="supervisor")
            for office in Supervision(connection).above(agencies[agency].territory)
        ]
        return {"agency": agency, "missed": missed, "notices": tell(connection, tellings) if missed else 0}


def _missed(connection: Connection, agency: str, moment: datetime) -> int:
    counted = select(func.count()).where(
        _signal.c.name == LIMIT_MISSED, _signal.c.created_at.between(moment - WITHIN, moment),
        _signal.c.agencies.any(agency),
    )  # fmt: skip
    return int(connection.execute(counted).scalar_one())


def watch(engine: Engine, moment: datetime | None = None) -> Report:
    """Tells administrators, once for each silence, that no sweep has come to its end for too long."""
    moment, last = moment or clock.now(), last_end(engine, "sweep")
    if last is not None and moment - last < SILENCE:
        return {"last_sweep": last.isoformat(), "notices": 0}
    since = last.isoformat() if last else None
    with unit_of_work(engine, _SCOPE) as connection:
        told = tell(connection, [
            Telling(office, "sweep_silent", f"sweep_silent:{since}", {"since": since}, audience="administrator")
            for office in Supervision(connection).administrators
        ])  # fmt: skip
    return {"last_sweep": since, "notices": told}
