"""What hypothesis makes limits from: instants, rules, pauses; and what every explanation has in common."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from models.law.calendar import ONE_DAY, Change
from models.law.limits import TIMEZONE, LedgerEntry, Reckoning, Suspended
from models.law.schema import Rule, Unit
from tests.law.rules import CALENDAR, WHY, rule

MOST = {Unit.hour: 200, Unit.day: 60, Unit.working_day: 30, Unit.month: 36, Unit.year: 3}
NUMBERED = (Unit.day, Unit.working_day)
LONG = (Unit.month, Unit.year)

instants = st.datetimes(datetime(2017, 6, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001 - made aware next
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=TIMEZONE)
)
spans = st.timedeltas(timedelta(), timedelta(days=25)).map(lambda span: span - span % timedelta(minutes=1))


def amounts(unit: Unit) -> st.SearchStrategy[int]:
    return st.integers(1, MOST[unit])


@st.composite
def rules(
    draw: st.DrawFn, units: Sequence[Unit] = tuple(Unit), kinds: Sequence[str] = ("duty", "term", "bar")
) -> Rule:
    """A rule counted forward: duties and windows roll, a term does not, of a bar the first day counts."""
    unit, kind = draw(st.sampled_from(units)), draw(st.sampled_from(kinds))
    shape = {
        "duty": {},
        "window": {},
        "term": {"roll": "none"},
        "bar": {"roll": "none", "first_day": "doubtful"},
    }
    return rule(draw(amounts(unit)), unit, kind=kind, **shape[kind])


@st.composite
def pauses(draw: st.DrawFn, start: datetime) -> list[Suspended]:
    """Up to three suspensions after the start, one after the other, some of them of no length."""
    found, moment = [], start
    for wait, length in draw(st.lists(st.tuples(spans, spans), min_size=1, max_size=3)):
        begin, moment = moment + wait, moment + wait + length
        found.append(Suspended(at=begin, until=moment, **WHY))
    return found


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[datetime, list[Suspended]]:
    """A start, and suspensions after it."""
    start = draw(instants)
    return start, draw(pauses(start))


def change(day: date, kind: str) -> Change:
    return Change.model_validate(
        {"day": day, "kind": kind, "name": "Thay đổi thử", "citation": "Công văn thử"}
    )


def by_hand(amount: int, unit: Unit, start: datetime, suspended: Iterable[LedgerEntry]) -> datetime:
    """When a limit of hours, days or working days that never rolls has run out: walked through, step by step."""
    gaps = [(one.at, one.until) for one in suspended if isinstance(one, Suspended) and one.until]
    if unit is Unit.hour:
        left, moment = timedelta(hours=amount), start
        for begin, until in gaps:
            if begin - moment >= left:
                break
            left, moment = left - (begin - moment), until
        return moment + left
    day = start.date()
    for _ in range(amount):
        day += ONE_DAY
        while (unit is Unit.working_day and not CALENDAR.is_working_day(day)) or any(
            begin.date() <= day < until.date() for begin, until in gaps
        ):
            day += ONE_DAY
    return midnight_after(day)


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + ONE_DAY, time(), TIMEZONE)


def is_explained(got: Reckoning) -> bool:
    """Whether the steps of a limit counted forward lead from its start to its end, without a gap and with reasons."""
    dates, numbers = [step.date for step in got.steps], [step.number for step in got.steps if step.number]
    assert all(step.reason for step in got.steps)
    assert dates[-1] == got.last_day
    if got.unit is Unit.hour:
        assert got.due == got.counted_from + timedelta(hours=got.amount)
        assert (got.rolled, got.due.date()) == (False, got.last_day)
        return True
    assert got.due == midnight_after(got.last_day)
    counted = [step.date for step in got.steps if step.counts]
    assert got.rolled == (counted[-1] != got.last_day)
    if got.unit in NUMBERED:
        assert numbers == list(range(1, got.amount + 1))
        assert len(counted) == got.amount
        assert [step.counts for step in got.steps] == [step.number is not None for step in got.steps]
    assert dates == [dates[0] + ahead * ONE_DAY for ahead in range(len(dates))]
    return True
