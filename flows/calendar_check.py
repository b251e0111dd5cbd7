"""The look at the calendar before each new year: limits reach into it long before it begins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from flows.calendars import in_force
from flows.notices import Telling, tell
from flows.offices import offices_of
from models import clock
from models.law.limits import TIMEZONE
from models.store import SYSTEM, Scope, unit_of_work

FROM = (10, 1)
"""Month and day from which next year's days off should be known: the ministry proposes them in autumn, and the longest
limits in working days that start then reach past Tết."""


@dataclass(frozen=True)
class CalendarChecked:
    """Years not announced that should be, the calendar's last year when that is near, and how many notices are new."""

    unannounced: tuple[int, ...]
    ends_after: int | None
    notices: int


def check_calendar(engine: Engine, moment: datetime | None = None) -> CalendarChecked:
    """Tells supervisors and administrators once a week while the calendar is not what it should be.

    Args:
        engine: the application's store.
        moment: when it is.
    """
    today = (moment or clock.now()).astimezone(TIMEZONE).date()
    wanted = [today.year] + ([today.year + 1] if (today.month, today.day) >= FROM else [])
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        calendar = in_force(connection)
        unannounced = tuple(year for year in wanted if not calendar.confirmed(year))
        # Its end is then less than a year away, and limits of months already reach past it.
        ends_after = calendar.last_year if today.year >= calendar.last_year else None
        if not unannounced and ends_after is None:
            return CalendarChecked((), None, 0)
        year, week, _ = today.isocalendar()
        facts = {"unannounced": list(unannounced), "ends_after": ends_after, "calendar": calendar.version}
        told = tell(connection, [
            Telling(office.code, "calendar_missing", f"calendar:{year}-W{week:02}", facts, audience=role)
            for role in ("supervisor", "administrator")
            for office in offices_of(connection, role)
        ])  # fmt: skip
    return CalendarChecked(unannounced, ends_after, told)
