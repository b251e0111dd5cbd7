"""The calendar changes: open limits move with it and say so, those that have ended stay, history is not rewritten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import Engine, text

from flows import calendar_change
from flows.calendar_change import Outcome, change_calendar
from flows.calendars import Decision, held, in_force
from flows.engine import act
from flows.refusals import Flaw, Invalid, Refused
from models import clock
from models.law.calendar import Change, baseline
from models.law.limits import TIMEZONE
from models.store import unit_of_work
from tests.flows.conftest import until
from tests.flows.road_2014 import Road2014
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, actor, rows, seed
from tests.flows.test_transition_2022 import old

KEEPER = actor("cuc").account
STORM = "Công điện 01/CĐ-TTg"


@pytest.fixture
def road(store: Engine) -> Road:
    """A dossier about to be opened, in a database of its own: a change of the calendar concerns all of them."""
    seed(store)
    return Road(store)


def day(road: Road, number: int) -> date:
    return road.start + timedelta(number)


def off(
    on: date, kind: Literal["off", "working"] = "off", name: str = "Nghỉ bão", citation: str = STORM
) -> Change:
    return Change(day=on, kind=kind, name=name, citation=citation)


def change(road: Road, when: str, *changes: Change, dry_run: bool = False, **announced: Any) -> Outcome:
    """Changes the calendar at a moment of the road; its next acts are counted by the changed one."""
    with clock.at(road.at(when)):
        outcome = change_calendar(road.store, Decision(changes, **announced), KEEPER, dry_run=dry_run)
    with unit_of_work(road.store, EVERYTHING) as connection:
        road.calendar = in_force(connection)
    return outcome


def refused(road: Road, when: str, *changes: Change) -> dict[str, str]:
    """The reasons, by code, for which a change is refused; nothing is written."""
    before = everything(road.store)
    with pytest.raises(Refused) as raised:
        change(road, when, *changes)
    assert everything(road.store) == before
    assert all(need.message_en != need.message for need in raised.value.needs)
    return {need.code: need.message for need in raised.value.needs}


def invalid(road: Road, *changes: Change, **announced: Any) -> list[Flaw]:
    with pytest.raises(Invalid) as raised:
        change(road, "5 09:00", *changes, **announced)
    assert rows(road.store, "SELECT * FROM calendar_change_set") == []
    return raised.value.flaws


def everything(store: Engine) -> list[list[dict[str, Any]]]:
    tables = ("time_limit", "calendar_change_set", "calendar_change", "dossier")
    return [rows(store, f"SELECT * FROM {name} ORDER BY 1, 2") for name in tables]  # noqa: S608 - names from here


def moved(outcome: Outcome) -> dict[str, tuple[date, date]]:
    return {one.rule.id: (one.before.last_day, one.after.last_day) for one in outcome.moved}


# ---------------------------------------------------------------- open limits move
def test_a_day_off_in_the_reading_time_moves_the_reading_and_the_transfer_after_it(road: Road) -> None:
    road.to("notify_person")
    outcome = change(road, "7 09:00", off(day(road, 8)))
    assert moved(outcome) == {
        "p4-read": (day(road, 9), day(road, 10)),
        "p4-transfer": (day(road, 10), day(road, 11)),
    }
    assert outcome.moved_count == 2
    assert (outcome.moved[0].dossier, outcome.moved[0].holder) == (road.id, "ca")
    assert outcome.looked_at == len([one for one in road.rows("time_limit") if not one["ended_at"]])
    reading, transfer = road.limit("p4-read"), road.limit("p4-transfer")
    assert transfer["starts_at"] == reading["due"] == road.at("11 00:00")
    assert "window_not_over" in road.refused("send_to_court", "10 09:00")
    assert road.do("send_to_court", "11 09:00").event["late_days"] is None


def test_each_moved_limit_tells_old_and_new_end_day_and_decision(road: Road) -> None:
    road.to("notify_person")
    change(road, "7 09:00", off(day(road, 8)))
    for rule, was, now in (("p4-read", 16, 17), ("p4-transfer", 17, 18)):
        limit = road.limit(rule)
        told = (
            f"Lịch thay đổi: nghỉ ngày 15/09/2026 (Nghỉ bão), hạn cũ {was}/09/2026, hạn mới {now}/09/2026,"
            f" căn cứ {STORM}"
        )
        assert limit["explanation"]["journal"] == [told]
        assert limit["explanation"]["calendar_version"] == road.calendar.version != baseline().version
        assert [entry["kind"] for entry in limit["ledger"]] == ["calendar"]
    step = next(
        one for one in road.limit("p4-read")["explanation"]["steps"] if one["date"] == str(day(road, 8))
    )
    assert step == {"date": "2026-09-15", "counts": False, "number": None, "reason": "Nghỉ bão"}


def test_a_saturday_worked_brings_the_end_forward(road: Road) -> None:
    road.to("notify_person")
    outcome = change(road, "4 17:00", off(day(road, 5), "working", "Làm bù", "Thông báo 02/TB-BNV"))
    assert moved(outcome)["p4-read"] == (day(road, 9), day(road, 8))
    assert "làm việc ngày 12/09/2026 (Làm bù)" in road.limit("p4-read")["explanation"]["journal"][0]


def test_a_moved_limit_is_what_the_engine_counts_under_the_changed_calendar(road: Road) -> None:
    road.to("accept")
    change(road, "11 10:00", *(off(day(road, number)) for number in (14, 15, 28, 29)))
    twin = Road(road.store, calendar=road.calendar)
    twin.to("accept")
    ours, theirs = (
        {one["rule"]: counted(one) for one in which.rows("time_limit") if not one["ended_at"]}
        for which in (road, twin)
    )
    assert road.last_day("c3-term") == "day 30"
    assert ours == theirs


def counted(limit: dict[str, Any]) -> list[Any]:
    """What counting a limit gives, but for its journal and the name of the calendar."""
    explained = {
        name: told
        for name, told in limit["explanation"].items()
        if name not in ("journal", "calendar_version")
    }
    return [explained, *(limit[name] for name in ("starts_at", "due", "warning_due", "opens", "last_day"))]


def test_a_limit_inside_another_moves_with_it(road: Road) -> None:
    road.to("admit").do("observe", "5 15:00", substance_group="opioid")
    assert (road.last_day("health-observe"), road.last_day("health-result")) == ("day 7", "day 7")
    outcome = change(road, "5 16:00", off(day(road, 7)))
    assert moved(outcome) == dict.fromkeys(("health-result", "health-observe"), (day(road, 7), day(road, 8)))
    assert (road.last_day("health-observe"), road.last_day("health-result")) == ("day 8", "day 8")


def test_hours_months_and_bars_do_not_move(road: Road) -> None:
    road.to("notify_result")
    before = {one["rule"]: one for one in road.rows("time_limit") if not one["ended_at"]}
    assert before["p4-register"]["explanation"]["unit"] == "hour"
    outcome = change(road, "2 17:00", off(day(road, 3)))
    assert outcome.moved == []
    assert {one["rule"]: one for one in road.rows("time_limit") if not one["ended_at"]} == before
    road.do("record_ground")
    bar = road.limit("p4-thoihieu")
    assert moved(change(road, "4 12:00", off(bar["last_day"]))).get("p4-thoihieu") is None
    assert road.limit("p4-thoihieu")["due"] == bar["due"]


def test_a_limit_carried_into_a_new_book_moves_by_its_own_law_and_what_hangs_on_it_follows(
    store: Engine,
) -> None:
    seed(store)
    road = old(store, date(2021, 12, 27), "notify_person")
    road.migrate("ub")
    outcome = change(road, "8 09:00", off(date(2022, 1, 5)))
    assert moved(outcome) == {
        "p1-notice": (date(2022, 1, 5), date(2022, 1, 6)),
        "send-A": (date(2022, 1, 6), date(2022, 1, 7)),
    }
    assert [entry["kind"] for entry in road.limit("p1-notice")["ledger"]] == ["carried", "calendar"]
    kept, told = road.limit("p1-notice")["explanation"]["journal"]
    assert kept.startswith("Giữ nguyên")
    assert told.startswith("Lịch thay đổi")


def test_a_limit_whose_end_stays_is_explained_anew_without_a_line(road: Road) -> None:
    road.to("notify_person")
    outcome = change(
        road, "4 17:00", off(day(road, 8)), off(day(road, 5), "working", "Làm bù", "Thông báo 02/TB-BNV")
    )
    assert (moved(outcome), outcome.explained_anew) == ({}, 1)
    limit = road.limit("p4-read")
    assert (road.last_day("p4-read"), limit["ledger"]) == ("day 9", [])
    assert [step["date"] for step in limit["explanation"]["steps"] if step["counts"]] == [
        "2026-09-12",
        "2026-09-14",
        "2026-09-16",
    ]


def test_the_first_of_two_amounts_can_move_alone(store: Engine) -> None:
    seed(store)
    road = Road2014(store)
    road.to("accept")
    before = road.limit("p1-court-term")
    warned, due = (before[name].astimezone(TIMEZONE).date() - timedelta(1) for name in ("warning_due", "due"))
    [moved] = change(road, "20 09:00", off(warned)).moved
    after = road.limit("p1-court-term")
    assert (moved.rule.id, after["due"], after["last_day"]) == ("p1-court-term", before["due"], due)
    assert after["warning_due"] == before["warning_due"] + timedelta(1)
    [line] = after["explanation"]["journal"]
    assert f"mức thứ nhất cũ {warned:%d/%m/%Y}, mới {warned + timedelta(1):%d/%m/%Y}" in line
    assert "hạn cũ" not in line


# ---------------------------------------------------------------- the journal is kept
def test_the_line_survives_extension_suspension_and_resumption(road: Road) -> None:
    road.to("accept")
    change(road, "15 08:00", off(day(road, 28)))
    assert road.last_day("c3-term") == "day 29"
    road.do("extend_term", "20 09:00")
    assert road.last_day("c3-term") == "day 42"
    road.do("suspend", "21 09:00")
    road.do("resume", "23 09:00")
    journal = road.limit("c3-term")["explanation"]["journal"]
    assert [line.split(" ")[0] for line in journal] == ["Lịch", "Gia", "Tạm"]
    assert "hạn cũ 05/10/2026, hạn mới 06/10/2026" in journal[0]
    assert road.last_day("c3-term") == "day 43", "41 and two days"


def test_a_second_change_adds_its_own_line(road: Road) -> None:
    road.to("notify_person")
    change(road, "7 09:00", off(day(road, 8)))
    outcome = change(road, "7 10:00", off(day(road, 8), "working", "Bão tan", "Công điện 02/CĐ-TTg"))
    assert moved(outcome)["p4-read"] == (day(road, 10), day(road, 9))
    first, second = road.limit("p4-read")["explanation"]["journal"]
    assert "Nghỉ bão" in first
    assert "làm việc ngày 15/09/2026 (Bão tan), hạn cũ 17/09/2026, hạn mới 16/09/2026" in second
    sets = rows(road.store, "SELECT * FROM calendar_change_set ORDER BY id")
    assert sets[1]["version_before"] == sets[0]["version"]
    assert sets[1]["version"] == road.calendar.version != baseline().version


# ---------------------------------------------------------------- what has ended stays
def test_a_limit_that_ended_before_the_day_came_stays(road: Road) -> None:
    road.to("issue_result")
    before = road.limit("health-result")
    assert (before["end"], before["last_day"]) == ("done", day(road, 7))
    assert moved(change(road, "3 09:00", off(day(road, 7)))) == {}
    assert road.limit("health-result") == before


@pytest.mark.parametrize("done", [True, False], ids=["closed", "run out, not yet noticed"])
def test_a_day_that_an_ended_limit_was_counted_over_is_history(road: Road, done: bool) -> None:
    road.to("send_to_court" if done else "notify_person")
    message = refused(road, "10 10:00", off(day(road, 8)))["rewrites_history"]
    [number] = [row["number"] for row in road.rows("dossier")]
    assert message.startswith("1 thời hạn đã kết thúc")
    assert f"{number} (p4-read)" in message
    assert "Nguyễn" not in message


def test_of_several_days_only_those_before_the_end_are_history(road: Road) -> None:
    road.to("send_to_court")
    assert set(refused(road, "10 10:00", off(day(road, 8)), off(day(road, 15)))) == {"rewrites_history"}
    assert change(road, "10 10:00", off(day(road, 3)), off(day(road, 15))).moved_count == 0


def test_a_past_day_moves_what_is_still_open(road: Road) -> None:
    road.to("accept")
    assert road.last_day("c3-term") == "day 28"
    outcome = change(road, "40 09:00", off(day(road, 28)))
    assert moved(outcome) == {"c3-term": (day(road, 28), day(road, 29))}


def test_a_refusal_counts_all_and_names_the_first(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_change, "NAMED", 2)
    for _ in range(3):
        Road(road.store).to("send_to_court")
    message = refused(road, "10 10:00", off(day(road, 8)))["rewrites_history"]
    assert message.startswith("3 thời hạn")
    assert message.count("(p4-read)") == 2
    assert message.endswith("…")


def test_a_limit_that_would_leave_the_calendar_is_a_reason_against_it(store: Engine) -> None:
    seed(store)
    last = date(baseline().last_year, 12, 31)
    road = Road(store, start=last - timedelta(5), now=Road.now.replace(year=last.year + 1))
    road.to("admit")
    assert road.last_day("health-result") == "day 5"
    assert "(health-result)" in refused(road, "1 09:00", off(last))["uncountable"]


def test_a_limit_whose_end_no_longer_follows_from_the_facts_is_left_and_named(road: Road) -> None:
    road.to("admit").do("observe", "0 15:00", substance_group="cannabis")
    assert road.last_day("health-observe") == "day 5"
    with unit_of_work(road.store, EVERYTHING) as connection:
        changed = text(
            "UPDATE time_limit SET due = due - interval '1 day', last_day = last_day - 1 WHERE rule = :rule"
        )
        connection.execute(changed, {"rule": "health-result"})
    outcome = change(road, "1 09:00", off(day(road, 7)))
    assert (outcome.left.number, outcome.moved) == (1, [])
    assert outcome.left.first[0].endswith("(health-result)")
    assert road.last_day("health-result") == "day 6"


def test_a_limit_that_cannot_be_counted_from_what_is_known_is_left_and_named(road: Road) -> None:
    road.to("admit").do("observe", "0 15:00", substance_group="opioid")
    with unit_of_work(road.store, EVERYTHING) as connection:
        connection.execute(text("UPDATE dossier SET facts = facts - 'substance_group'"))
    outcome = change(road, "1 09:00", off(day(road, 7)))
    assert outcome.left.first[0].endswith("(health-observe)")
    assert set(moved(outcome)) == {"health-result"}


# ---------------------------------------------------------------- trying, batches, together or not at all
def test_a_dry_run_tells_the_same_and_writes_nothing(road: Road) -> None:
    road.to("notify_person")
    before = everything(road.store)
    tried = change(road, "7 09:00", off(day(road, 8)), dry_run=True)
    assert everything(road.store) == before
    assert road.calendar.version == baseline().version
    assert change(road, "7 09:00", off(day(road, 8))) == tried


def test_all_dossiers_move_in_batches_and_the_answer_names_the_first(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_change, "BATCH", 2)
    monkeypatch.setattr(calendar_change, "LISTED", 3)
    for _ in range(5):
        Road(road.store).to("notify_person")
    outcome = change(road, "7 09:00", off(day(road, 8)))
    assert (outcome.moved_count, len(outcome.moved)) == (10, 3)
    ends = rows(road.store, "SELECT DISTINCT last_day FROM time_limit WHERE rule = 'p4-read'")
    assert ends == [{"last_day": day(road, 10)}]


def test_a_change_waits_for_acts_under_way_and_counts_what_they_started(road: Road) -> None:
    road.to("compile")
    asked = road.asked("notify_person")
    with ThreadPoolExecutor(1) as threads:
        with unit_of_work(road.store, asked.actor.scope) as connection:
            calendar = held(connection)
            changing = threads.submit(change, road, "7 09:00", off(day(road, 8)))
            waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            until(lambda: rows(road.store, waiting))
            with clock.at(road.now):
                act(connection, asked, calendar)
        assert moved(changing.result(timeout=30))["p4-read"] == (day(road, 9), day(road, 10))
    assert road.last_day("p4-read") == "day 10"


# ---------------------------------------------------------------- what may be decided
@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ([off(date(2041, 1, 7))], "unknown_year", "changes.0.day"),
        ([off(date(2026, 9, 15)), off(date(2026, 9, 15))], "duplicate_day", "changes.1.day"),
        ([off(date(2026, 9, 19))], "changes_nothing", "changes.0.day"),
        ([off(date(2026, 9, 2))], "changes_nothing", "changes.0.day"),
        ([off(date(2026, 9, 15), "working")], "changes_nothing", "changes.0.day"),
        ([off(date(2026, 8, 22), "working")], "changes_nothing", "changes.0.day"),
        ([], "too_short", "changes"),
    ],
    ids=["outside", "twice", "a Saturday", "a holiday", "a Tuesday", "a Saturday worked", "nothing"],
)
def test_a_decision_must_change_something_inside_the_calendar(
    road: Road, changes: list[Change], code: str, where: str
) -> None:
    assert [(flaw.code, flaw.field) for flaw in invalid(road, *changes)] == [(code, where)]


def test_a_day_already_decided_is_not_decided_again(road: Road) -> None:
    change(road, "5 09:00", off(day(road, 8)))
    with pytest.raises(Invalid, match="vốn là ngày nghỉ"):
        change(road, "5 09:00", off(day(road, 8), name="Nghỉ lụt"))


def test_the_decision_on_a_doubtful_day_is_taken_although_it_turns_nothing(road: Road) -> None:
    swap = off(date(2014, 9, 1), name="Nghỉ hoán đổi", citation="Thông báo 01/TB-LĐTBXH")
    assert not baseline().certain(swap.day)
    change(road, "5 09:00", swap)
    assert road.calendar.certain(swap.day)
    assert road.calendar.days[swap.day] == swap


@pytest.mark.parametrize(
    ("announced", "code", "where"),
    [
        ({"announces": 2041, "announcement": "Thông báo"}, "unknown_year", "announces"),
        ({"announces": 2026, "announcement": "Thông báo"}, "changes_nothing", "announces"),
        ({"announces": 2028}, "missing", "citation"),
    ],
)
def test_a_year_is_announced_once_by_a_decision(
    road: Road, announced: dict[str, Any], code: str, where: str
) -> None:
    assert [(flaw.code, flaw.field) for flaw in invalid(road, **announced)] == [(code, where)]


def test_an_announced_year_confirms_what_is_counted_over_it(store: Engine) -> None:
    seed(store)
    road = Road(store, start=date(2027, 12, 27), now=Road.now.replace(year=2029))
    road.to("notify_person")
    before = road.limit("p4-read")
    assert before["explanation"]["confirmed"] is False
    outcome = change(road, "5 09:00", announces=2028, announcement="Thông báo về lịch nghỉ năm 2028")
    assert outcome.moved == []
    after = road.limit("p4-read")
    assert after["explanation"]["confirmed"] is True
    assert (after["due"], after["ledger"]) == (before["due"], [])
    assert road.calendar.confirmed(2028)
