"""The dossiers of the province before they are walked: which acts each takes, how long after one another, and where it ends."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from models.law.limits import TIMEZONE

_PROVINCE = {
    "provincial_court": "ta.dong-thap",
    "provincial_police": "ca.dong-thap",
    "ministry_police": "cuc.ma-tuy",
}


def _commune(slug: str, facility: str, court: str, name: str) -> dict[str, str]:
    return {
        "opener": f"ca.{slug}", "compiler": f"ca.{slug}", "committee": f"ubnd.{slug}", "facility": f"ttyt.{facility}",
        "court": f"ta.{court}-dong-thap", "centre": "cscn.dong-thap", "procuracy": f"vks.{court}-dong-thap",
        "name": name, **_PROVINCE,
    }  # fmt: skip


def _old_commune(slug: str, district: str, name: str) -> dict[str, str]:
    offices = {
        "facility": "ttyt", "justice_office": "tp", "labour_office": "ldtbxh", "court": "ta", "procuracy": "vks",
    }  # fmt: skip
    return {
        "opener": f"ca-xa.{slug}", "compiler": f"ubnd-xa.{slug}", "committee": f"ubnd-xa.{slug}",
        "centre": "csdtn.dong-thap", "name": name, **_PROVINCE,
        **{party: f"{office}.huyen-{district}" for party, office in offices.items()},
    }  # fmt: skip


DESERTED = "thap-muoi"
"""The commune whose police have nobody left who may sign in."""
PLACES: Mapping[str, Mapping[str, str]] = {
    "thuong-lac": _commune("thuong-lac", "hong-ngu", "kv7", "phường Thường Lạc, tỉnh Đồng Tháp"),
    "hong-ngu": _commune("hong-ngu", "hong-ngu", "kv7", "phường Hồng Ngự, tỉnh Đồng Tháp"),
    "tan-hong": _commune("tan-hong", "hong-ngu", "kv7", "xã Tân Hồng, tỉnh Đồng Tháp"),
    "cao-lanh": _commune("cao-lanh", "cao-lanh", "kv1", "phường Cao Lãnh, tỉnh Đồng Tháp"),
    DESERTED: _commune(DESERTED, "cao-lanh", "kv1", "xã Tháp Mười, tỉnh Đồng Tháp"),
    "cau-giay": {
        "opener": "ca.cau-giay", "compiler": "ca.cau-giay", "committee": "ubnd.cau-giay", "facility": "ttyt.cau-giay",
        "court": "ta.kv4-ha-noi", "centre": "cscn.so2-ha-noi", "procuracy": "vks.kv4-ha-noi",
        "provincial_court": "ta.ha-noi", "provincial_police": "ca.ha-noi", "ministry_police": "cuc.ma-tuy",
        "name": "phường Cầu Giấy, thành phố Hà Nội",
    },
}  # fmt: skip
"""Agencies by the part they play, since 1 July 2025."""
OLD_PLACES: Mapping[str, Mapping[str, str]] = {
    "thuong-lac": _old_commune("thuong-lac", "hong-ngu", "xã Thường Lạc, huyện Hồng Ngự, tỉnh Đồng Tháp"),
    "tan-phuoc": _old_commune("tan-phuoc", "tan-hong", "xã Tân Phước, huyện Tân Hồng, tỉnh Đồng Tháp"),
}
"""The same until then."""


@dataclass(frozen=True)
class Step:
    """An act of a course: how long after the one before it, and which facts are other than usual.

    `after` is "+2h" or "+30m"; "3d 14:00", so many days later at that hour; "2w 09:00", so many working days later;
    "end-3 15:00", so
    many days before today, on a working day; "session", when the session was fixed for; "term" once the term has ended, "term-20" so many days before.
    """

    action: str
    after: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    """Who does it where anybody may: a party; the holder when left out."""


Course = tuple[Step, ...]


def _course(text: str) -> Course:
    lines = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return tuple(Step(action, after.strip()) for action, after in lines)


_COURT = """
    register_file 0w 14:00
    accept 1w 09:00
    notify_acceptance 1w 09:30
    open_session 2w 10:00
    hold_session session
    decide +90m
    send_decision 1w 09:00
    take_effect 1w 08:30
"""
_FINDING = """
    open 0
    verify_residence +2h
    request_determination +1h
    admit +2h
    issue_result 2d 14:00
    notify_result +2h
"""
_GROUND = """
    record_ground 6w 09:00
"""
_COMPILING = """
    place_pending +1h
    deliver_pending +2h
    compile 1w 14:00
    notify_person 1w 09:00
    record_reading 1w 15:00
"""
_AFTER_CARE = """
    give_end_notice term-35
    certify term
    report_home 1w 09:00
    propose_aftercare 1w 09:30
    decide_aftercare 1w 14:00
    end_aftercare term
"""
ROADS: Mapping[str, Course] = {
    "2014": _course("""
        open 0
        verify_residence +2h
        transfer 1w 08:30
        request_determination 1w 09:00
        admit 1w 08:30
        issue_result 3w 10:00
        place_pending 1w 14:00
        compile 4w 15:00
        notify_person 1w 09:00
        record_reading 2w 15:00
        send_to_justice 1w 09:00
        receive 1w 08:30
        confirm_legality 3w 10:00
        transfer_to_court 3w 09:00
    """ + _COURT + """
        send_effective 1w 09:00
        deliver 2w 15:00
        certify term
    """),
    "2022": _course(_FINDING + """
        transfer 1w 09:00
        record_ground 6w 09:00
        place_pending +1h
        deliver_pending +2h
        compile 3w 14:00
        notify_person 1w 09:00
        record_reading 1w 15:00
        send_to_review 1w 09:00
        receive 0w 14:00
        transfer_to_court 2w 09:00
    """ + _COURT + """
        send_effective 1w 09:00
        deliver 1w 10:00
    """ + _AFTER_CARE),
    "2025-03": _course(_FINDING.replace("request_", "notify_use +30m\n    request_") + _GROUND + _COMPILING + "send_to_court 1w 09:00" + _COURT + """
        send_effective 1w 09:00
        deliver 1w 10:00
    """ + _AFTER_CARE),
    "2025-07": _course(_FINDING.replace("request_", "notify_use +30m\n    request_") + _GROUND + _COMPILING + """
        check_file 1w 08:30
        send_to_court +30m
    """ + _COURT + """
        send_effective 1w 09:00
        deliver 1w 10:00
    """ + _AFTER_CARE),
    "2026": _course(_FINDING + "record_ground 2d 09:00" + _COMPILING + "send_to_court 1w 09:00" + _COURT + """
        receive_decision 1w 09:00
        request_centre 0w 15:00
        receive_request 1w 08:30
        assign_centre 0w 16:00
        send_assignment 1w 09:00
        receive_assignment 0w 14:00
        deliver 1w 10:00
        give_end_notice term-35
        propose_aftercare term-34
        decide_aftercare 1w 14:00
        certify term
        open_aftercare 1w 09:00
        end_aftercare term
    """),
}  # fmt: skip
"""The whole way under each book, as it goes when nothing is the matter."""


@dataclass(frozen=True)
class Story:
    """A dossier to be: its course, when it is opened and where, and what becomes of it when its law ends."""

    serial: int
    opens: datetime
    course: Course
    place: Mapping[str, str]
    minor: bool = False
    on_change: str = "stays"
    """What its agencies do when the law changes under it: `stays`, it is stuck; `migrate`; `keep_book`."""

    def chance(self, position: int) -> random.Random:
        """What is left to chance at a step, the same however often the province is made or gone on with."""
        return random.Random(f"{self.serial}/{position}")  # noqa: S311 - chance, no secret


_ONLY_WITH = {"check_file": "check_file", "order_monitoring": "receive_decision"}
"""Acts that come in between only where the road has this act too: only that book knows them."""


@dataclass(frozen=True)
class Turn:
    """How a course differs from the usual one: how far it goes, what comes in between, what is left out, what is said."""

    until: str | None = None
    then: Course = ()
    """What follows the last act."""
    without: tuple[str, ...] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    after: str | None = None
    """The act behind which `then` comes, when the usual way goes on afterwards."""

    def of(self, road: Course) -> Course:
        """The course that a road becomes."""
        codes = [step.action for step in road]
        if self.until in codes:
            road = road[: codes.index(str(self.until)) + 1]
        then = tuple(step for step in self.then if _ONLY_WITH.get(step.action, codes[0]) in codes)
        if self.after is None:
            road = (*road, *then)
        elif self.after in codes:
            place = codes.index(self.after) + 1
            road = (*road[:place], *then, *road[place:])
        return tuple(
            replace(step, facts={**step.facts, **self.facts.get(step.action, {})})
            for step in road
            if step.action not in self.without
        )


FREE = ("place_pending", "deliver_pending")
_RETURN = (Step("return_incomplete", "1w 15:00"), Step("supplement", "2w 09:00"))
_AGAIN = (
    Step("check_file", "1w 08:30"),
    Step("send_to_court", "1w 10:00"),
    Step("register_file", "0w 15:00"),
)
_REFUSED = {
    "decide": {"outcome": "refuse", "reasons": "Hồ sơ không chứng minh được căn cứ áp dụng biện pháp"}
}
_APPEAL = (
    Step("file_appeal", "2w 09:00"), Step("forward_appeal", "1w 10:00"), Step("decide_appeal", "9w 09:00"),
)  # fmt: skip
_NOT_ADDICTED = {"issue_result": {
    "result": "not_addicted",
    "criteria": dict.fromkeys((
        "craving", "loss_of_control", "tolerance", "neglect_of_interests", "persistence_despite_harm", "withdrawal",
        "one_month_or_repeated",
    ), False),
}}  # fmt: skip
ON = Turn()
REFUSED = Turn(without=FREE, facts=_REFUSED)
APPEALED = Turn(after="send_decision", then=_APPEAL)
NOT_ADDICTED = Turn("issue_result", (Step("manage_user", "1w 09:00", by="committee"),), facts=_NOT_ADDICTED)
DIVERTED = Turn("notify_result", (
    Step("record_voluntary", "+20h"), Step("decide_voluntary", "1w 10:00", by="committee"),
    Step("order_monitoring", "+2h", {"monitoring_case": "home"}), Step("divert", "3w 14:00"),
))  # fmt: skip
DIED = Turn("record_ground", (Step("close", "6w 09:00", {"closing_ground": "death"}),))
EXTENDED = Turn(after="accept", then=(Step("extend_term", "1w 11:00"),))
POSTPONED = Turn(after="open_session", then=(
    Step("postpone_session", "2w 16:00", {"session_at": "+6d 08:30"}),
))  # fmt: skip
SUSPENDED = Turn("accept", (Step("suspend", "1w 15:00"),))
HELD = Turn("send_decision", facts=_REFUSED)
RETURNED = Turn(after="register_file", then=(*_RETURN, *_AGAIN))
TWICE = Turn("register_file", (*_RETURN, *_AGAIN, Step("return_incomplete", "1w 15:00")))
ASKED = Turn("accept", (Step("query", "end-1 15:00"),))
SOON = Turn("register_file", (Step("accept", "end-12 09:00"),))
SOONER = Turn("register_file", (Step("accept", "end-13 09:00"),))
GONE = Turn("notify_result", (Step("record_evasion", "3w 09:00"),))
ESCAPED = Turn("deliver", (Step("escape", "20d 05:00", by="centre"),))
VOIDED = Turn("compile", (Step("void_last", "+3h"),))
RENAMED = Turn("compile", (Step("correct", "1w 10:00", {"occupation": "thợ hồ"}),))
TOO_YOUNG = Turn("verify_residence", (Step("correct", "1w 10:00", {"birth_date": ""}),))


def _stop(action: str) -> Turn:
    return Turn(action)


Plan = tuple[int | date, Turn, str, bool, str]
"""Days before today or a day, the turn, the place, whether about a minor, and what is done when the law changes."""
_NOW: tuple[tuple[int, Turn, str], ...] = (
    (1, ON, "hong-ngu"), (4, _stop("admit"), "cao-lanh"), (12, _stop("request_determination"), "tan-hong"),
    (6, ON, "thuong-lac"), (92, _stop("record_ground"), "hong-ngu"), (108, _stop("deliver_pending"), "tan-hong"),
    (34, _stop("record_ground"), DESERTED), (23, _stop("compile"), DESERTED),
    (26, ASKED, "thuong-lac"), (27, ASKED, "cao-lanh"),
    (27, ON, "tan-hong"), (25, ON, "cao-lanh"), (24, ON, "cau-giay"),
    (35, SOON, "cao-lanh"), (36, SOONER, "thuong-lac"),
    (64, TWICE, "hong-ngu"), (50, GONE, "cao-lanh"), (74, HELD, "thuong-lac"), (80, ESCAPED, "tan-hong"),
    (38, TOO_YOUNG, "hong-ngu"), (26, VOIDED, "cao-lanh"), (28, RENAMED, "tan-hong"), (58, REFUSED, "thuong-lac"),
    (62, APPEALED, "hong-ngu"), (70, DIVERTED, "cao-lanh"), (66, NOT_ADDICTED, "cau-giay"), (96, ON, "thuong-lac"),
    (60, SUSPENDED, "cau-giay"),
)  # fmt: skip
_THEN: tuple[Plan, ...] = (
    (date(2021, 3, 29), ON, "thuong-lac", False, "keep_book"), (date(2024, 3, 11), ON, "tan-phuoc", False, "migrate"),
    (date(2025, 1, 13), _stop("receive"), "tan-phuoc", False, "stays"), (date(2025, 3, 10), ON, "thuong-lac", False, "migrate"),
    (date(2025, 8, 4), ON, "cao-lanh", False, "migrate"), (date(2025, 9, 8), ON, "hong-ngu", True, "migrate"),
    (date(2026, 6, 1), ON, "thuong-lac", False, "migrate"), (date(2026, 6, 22), _stop("notify_result"), "tan-hong", False, "stays"),
    (date(2026, 6, 8), ON, "cao-lanh", False, "keep_book"), (date(2026, 5, 25), _stop("accept"), "cau-giay", False, "stays"),
)  # fmt: skip
_MINORS = (30, 85)
_USUAL: Sequence[tuple[Turn, int]] = (
    (ON, 44), (RETURNED, 6), (APPEALED, 5), (REFUSED, 4), (DIVERTED, 16), (NOT_ADDICTED, 12), (DIED, 2), (EXTENDED, 3),
    (POSTPONED, 4), (SUSPENDED, 1), (_stop("notify_result"), 1), (_stop("compile"), 1), (_stop("open_session"), 1),
)  # fmt: skip
_ALWAYS = (ON, REFUSED, APPEALED, POSTPONED)
"""Turns that a dossier of any book may take."""
_PERIODS: Sequence[tuple[tuple[date, date] | None, int]] = (
    (None, 60), ((date(2025, 7, 1), date(2026, 6, 26)), 28), ((date(2025, 3, 1), date(2025, 6, 20)), 4),
    ((date(2022, 2, 7), date(2024, 12, 20)), 6), ((date(2017, 2, 6), date(2020, 2, 28)), 2),
)  # fmt: skip
FAILING = 2
"""The dossier whose last act leaves a job that fails."""


def today_of(serial: int, opened_on: date) -> date | None:
    """The day on which a province was begun, from one of its dossiers; None for those that do not depend on it."""
    return opened_on + timedelta(days=_NOW[serial][0]) if serial < len(_NOW) else None


FIRST_DAY = date(2026, 10, 1)
"""From it on a province can be made: earlier, no dossier of the newest book could have come far."""
_NEWEST = date(2026, 7, 1)
_OLD = date(2025, 7, 1)
_YEAR = 365


def stories(count: int, today: date) -> Iterator[Story]:
    """The dossiers of the province: first one for each thing that can be the matter, then as chance has it.

    The first ones are the same however many are asked for.
    """
    plans: list[Plan] = [(days, turn, place, False, "stays") for days, turn, place in _NOW]
    plans += [*_THEN, *((days, ON, "hong-ngu", True, "stays") for days in _MINORS)]
    for serial in range(count):
        chance = random.Random(f"province/{serial}")  # noqa: S311 - chance, no secret
        yield _story(serial, plans[serial] if serial < len(plans) else _usual(chance, today), chance, today)


def _usual(chance: random.Random, today: date) -> Plan:
    turn = _drawn(chance, _USUAL)
    first, last = _drawn(chance, _PERIODS) or (max(_NEWEST, today - timedelta(days=_YEAR)), today)
    day = first + timedelta(days=chance.randrange((last - first).days))
    turn = turn if day >= _OLD or turn in _ALWAYS else ON
    place = chance.choice(sorted(set(PLACES) - {DESERTED}) if day >= _OLD else sorted(_old_places(day)))
    minor = turn is ON and day >= _OLD and chance.random() < 0.1
    change = chance.choices(("migrate", "keep_book", "stays"), (7, 1, 2))[0]
    return day, turn, place, minor, change


def _old_places(day: date) -> list[str]:
    return ["tan-phuoc", *(["thuong-lac"] if day >= date(2020, 1, 1) else [])]


def _drawn(chance: random.Random, choices: Sequence[tuple[Any, int]]) -> Any:  # noqa: ANN401 - as it was put in
    return chance.choices([one for one, _ in choices], [weight for _, weight in choices])[0]


def _story(serial: int, plan: Plan, chance: random.Random, today: date) -> Story:
    when, turn, place, minor, on_change = plan
    day = when if isinstance(when, date) else today - timedelta(days=when)
    opens = datetime.combine(day, time(chance.randint(7, 10), chance.randint(0, 59)), TIMEZONE)
    road = next(ROADS[code] for code, since in _SINCE if day >= since)
    return Story(
        serial, opens, turn.of(road), (OLD_PLACES if day < _OLD else PLACES)[place], minor, on_change
    )


_SINCE = (("2026", _NEWEST), ("2025-07", _OLD), ("2025-03", date(2025, 3, 1)), ("2022", date(2022, 1, 1)),
          ("2014", date(2014, 1, 1)))  # fmt: skip


def moment_after(
    before: datetime, after: str, chance: random.Random, works: Callable[[date], bool]
) -> datetime:
    """When the next act is done, by the words of its step; "session" and "term" are the caller's.

    Args:
        before: when the last act was done.
        after: as a step says it.
        chance: how many minutes it takes longer.
        works: whether a day is a working day.
    """
    if after.startswith("+"):
        unit = {"h": "hours", "m": "minutes"}[after[-1]]
        return before + timedelta(**{unit: int(after[1:-1])}) + timedelta(minutes=chance.randint(0, 9))
    days, hour = after.split()
    day = before.date()
    if days.endswith("w"):
        for _ in range(int(days[:-1])):
            day = _next(day + timedelta(days=1), works)
        day = _next(day, works)
    else:
        day += timedelta(days=int(days[:-1]))
    found = datetime.combine(day, time.fromisoformat(hour), TIMEZONE) + timedelta(
        minutes=chance.randint(0, 40)
    )
    if found <= before:
        found = datetime.combine(_next(day + timedelta(days=1), works), time(8, 30), TIMEZONE)
    return found


def _next(day: date, works: Callable[[date], bool]) -> date:
    while not works(day):
        day += timedelta(days=1)
    return day
