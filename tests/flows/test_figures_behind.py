"""Every number of the board is as long as the list behind it, and stays right after late, corrected and void acts."""

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, text

from flows.agenda import Window, days, hearings, tasks
from flows.detectors import DETECTORS
from flows.engine import Act
from flows.findings import ORDERS, counted
from flows.overview import latest, overview, places
from flows.performance import WHAT, Months, behind, last_months, performance, shares, stage_times, trend
from flows.sheets import Sheet, workbook
from flows.standstill import Narrowed, stuck
from flows.voiding import VOID_LAST, void_last
from models import clock
from models.law.limits import TIMEZONE
from models.store import Scope, unit_of_work
from tests.flows.conftest import superuser_of
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, World, actor, rows

SUPERVISOR, POLICE = actor("tw", "supervisor"), actor("ca", "supervisor")
NOWHERE = Narrowed()
ALL = Months(date(2026, 7, 1), date(2027, 6, 1))
MOMENT = datetime(2026, 10, 20, 9, tzinfo=TIMEZONE)


@pytest.fixture(scope="module", autouse=True)
def filled(world: Any) -> None:
    """Dossiers in several stages and places, one of them late in what was done, and one closed."""
    store = world[1]
    with unit_of_work(store, EVERYTHING) as connection:
        connection.execute(
            text("INSERT INTO agency SELECT (jsonb_populate_record(a, '{\"code\": \"tw\", \"territory\": \"vn\"}')).*"
                 " FROM agency a WHERE code = 'ub'")
        )  # fmt: skip
    for until in (
        "open",
        "request_determination",
        "record_ground",
        "compile",
        "open_session",
        "decide",
        "receive_decision",
    ):
        Road(store).to(until)
    Road(store, start=date(2026, 10, 5)).do("open", entry="test")
    late = Road(store, start=date(2026, 8, 24))
    late.do("open", entry="test")
    late.do("verify_residence", "40 10:00", residence_verified_at="40 09:30", late_reason="vắng mặt")
    Road(store).do("open", by="ca-khac", entry="test")


def ask(store: Engine, work: Any, *asked: Any, who: Any = SUPERVISOR, **named: Any) -> Any:
    with counted(store, EVERYTHING if who is SUPERVISOR else who.scope, MOMENT) as connection:
        return work(connection, who, *asked, **named)


def everything(store: Engine, who: Any, *asked: Any, **named: Any) -> list[Any]:
    """A whole list, read two lines at a time."""
    found: list[Any] = []
    while page := ask(store, *asked, who=who, after=found[-1].key if found else "", at_most=2, **named):
        found += page
    return found


@pytest.mark.parametrize("who", [SUPERVISOR, POLICE])
def test_each_number_of_the_overview_is_as_long_as_its_list(road_store: Engine, who: Any) -> None:
    seen = ask(road_store, overview, MOMENT, NOWHERE, who=who)
    held = ask(road_store, places, MOMENT, NOWHERE, who=who)
    assert seen.open == sum(place.open for place in held) == sum(place.open for place in seen.stages) > 1
    assert seen.overdue == sum(place.overdue for place in held)
    assert seen.stuck == {
        cause: number for cause in DETECTORS if (number := sum(place.stuck.get(cause, 0) for place in held))
    }
    for place in held:
        where = {"agency": place.agency, "stage": place.stage}
        listed = everything(road_store, who, tasks, MOMENT, Narrowed(**where))
        assert len({one.dossier for one in listed}) == len(listed) == place.open
        week = everything(road_store, who, tasks, MOMENT, Narrowed(**where), window=Window.this_week(MOMENT))
        assert len(week) == place.due_this_week
        for cause in DETECTORS:
            having = everything(road_store, who, tasks, MOMENT, Narrowed(cause=cause, **where))
            assert len(having) == place.stuck.get(cause, 0), cause
            assert all(cause in one.causes for one in having)


def test_a_list_of_causes_may_be_ordered_and_each_order_tells_the_same(road_store: Engine) -> None:
    found = {
        order: everything(road_store, SUPERVISOR, stuck, MOMENT, NOWHERE, order=order) for order in ORDERS
    }
    told = {
        order: sorted((one.number, one.cause, one.rule or "") for one in found[order]) for order in ORDERS
    }
    assert told["number"] == told["severity"] == told["since"]
    assert len(told["number"]) > 6
    ranks = ["critical", "high", "medium", "low"]
    assert [ranks.index(one.severity) for one in found["severity"]] == sorted(
        ranks.index(one.severity) for one in found["severity"]
    )
    assert [one.since for one in found["since"]] == sorted(one.since for one in found["since"])
    for one in found["number"]:
        assert one.missing[0]
        assert one.missing[1]
        assert one.citation
        assert one.who
        assert one.next_title or one.rule


def test_work_comes_most_urgent_first(road_store: Engine) -> None:
    ends = [one.next_due for one in everything(road_store, SUPERVISOR, tasks, MOMENT, NOWHERE)]
    told = [end for end in ends if end]
    assert told == sorted(told)
    assert ends[: len(told)] == told


@pytest.mark.parametrize("who", [SUPERVISOR, POLICE])
def test_each_number_of_the_months_is_as_long_as_its_list(road_store: Engine, who: Any) -> None:
    def count(what: str, months: Months, **where: Any) -> int:
        return len(everything(road_store, who, behind, MOMENT, Narrowed(**where), months, what))

    lines = ask(road_store, performance, NOWHERE, ALL, who=who)
    assert lines
    assert ask(road_store, performance, NOWHERE, ALL, who=who, at_most=1) == lines[:1]
    for one in lines:
        where = {"agency": one.agency, "stage": one.stage}
        counted = {what: count(what, ALL, **where) for what in WHAT}
        assert one.passed_on == counted["passed_on"]
        assert (one.duties, one.on_time) == (counted["on_time"] + counted["late"], counted["on_time"])
        assert (one.returned, one.supplemented) == (counted["returned"], counted["supplemented"])
    for time in ask(road_store, stage_times, NOWHERE, ALL, who=who):
        assert time.passed_on == count("passed_on", ALL, stage=time.stage)
    for share in ask(road_store, shares, NOWHERE, ALL, who=who):
        assert share.duties == count("on_time", ALL, agency=share.agency) + count(
            "late", ALL, agency=share.agency
        )
    months = ask(road_store, trend, MOMENT, NOWHERE, last_months(MOMENT), who=who)
    assert [one.month for one in months][-1] == date(2026, 10, 1)
    assert len(months) == 12
    assert any(one.overdue for one in months)
    assert any(one.opened for one in months)
    for month in months:
        this = Months(month.month, month.month)
        for what in ("opened", "decided", "closed", "overdue"):
            assert getattr(month, what) == count(what, this), (month.month, what)


def test_what_was_met_late_was_overdue_at_the_end_of_each_month_before(road_store: Engine) -> None:
    august = Months(date(2026, 8, 1), date(2026, 8, 1))
    found = everything(road_store, SUPERVISOR, behind, MOMENT, Narrowed(agency="ca"), august, "overdue")
    met = {one.rule for one in found if one.at}
    assert met == {"p4-test-resid"}
    still = {one.rule for one in found if not one.at}
    assert still <= {
        limit.rule for limit in ask(road_store, stuck, MOMENT, Narrowed(cause="overdue"), at_most=200)
    }
    september = Months(date(2026, 9, 1), date(2026, 9, 1))
    later = everything(road_store, SUPERVISOR, behind, MOMENT, Narrowed(agency="ca"), september, "overdue")
    assert {one.dossier for one in found} <= {one.dossier for one in later}


def recounted(store: Engine) -> tuple[Any, Any]:
    """The months' figures as they stand, and counted from nothing."""
    asked = "SELECT * FROM month_figure ORDER BY month, agency, stage"
    ask(store, performance, NOWHERE, ALL)
    kept = rows(store, asked)
    with unit_of_work(store, EVERYTHING) as connection:
        fresh = connection.execute(
            text("""SELECT month, agency, stage, what, at, count(*) AS number FROM acts_of_months(
                ARRAY(SELECT m FROM (SELECT DISTINCT month_of(occurred_at) m, agency FROM event ORDER BY 1, 2) one),
                ARRAY(SELECT agency FROM (SELECT DISTINCT month_of(occurred_at) m, agency FROM event ORDER BY 1, 2) one))
                GROUP BY 1, 2, 3, 4, 5""")
        ).mappings().all()  # fmt: skip
    counted: dict[tuple[Any, ...], int] = {}
    for row in kept:
        for what in WHAT[:-1]:
            if row[what]:
                counted[row["month"], row["agency"], row["stage"], what, row["month"]] = row[what]
        for at in row["overdue"] or ():
            key = row["month"], row["agency"], row["stage"], "overdue", at
            counted[key] = counted.get(key, 0) + 1
    return counted, {tuple(row.values())[:5]: row["number"] for row in fresh}


def test_figures_are_counted_anew_after_an_act_of_an_earlier_month_and_after_it_was_void(
    road_store: Engine,
) -> None:
    road = Road(road_store).to("send_to_court")
    kept, fresh = recounted(road_store)
    assert kept == fresh
    before = kept[date(2026, 9, 1), "ca", "police_collection", "passed_on", date(2026, 9, 1)]
    asked = Act(road.id, VOID_LAST, {}, road.now, actor("ca", "supervisor"), road.version, reason="ghi nhầm")
    with clock.at(road.now):
        void_last(road.store, asked, road.calendar)
    kept, fresh = recounted(road_store)
    assert kept == fresh
    assert kept[date(2026, 9, 1), "ca", "police_collection", "passed_on", date(2026, 9, 1)] == before - 1
    with unit_of_work(road_store, EVERYTHING) as connection:
        connection.execute(text("""UPDATE time_limit SET late_days = coalesce(late_days, 0) + 3 WHERE dossier = :id
            AND "end" = 'done' AND kind = 'duty'"""), {"id": road.id})  # fmt: skip
    kept, fresh = recounted(road_store)
    assert kept == fresh


def test_the_month_shows_what_is_due_and_heard_on_each_day(road_store: Engine) -> None:
    first, last = date(2026, 9, 1), date(2026, 9, 30)
    found = {one.day: one for one in ask(road_store, days, MOMENT, NOWHERE, first, last)}
    assert len(found) == 30
    assert sum(one.due for one in found.values()) > 1
    for one in found.values():
        listed = everything(road_store, SUPERVISOR, tasks, MOMENT, NOWHERE, window=Window(one.day, one.day))
        assert len(listed) == one.due
    sessions = ask(road_store, hearings, NOWHERE, first, last)
    assert {one.at.date() for one in sessions} == {date(2026, 9, 29)}
    assert found[date(2026, 9, 29)].hearings == len(sessions)
    assert ask(road_store, hearings, NOWHERE, first, last, who=actor("ca"))
    assert ask(road_store, hearings, NOWHERE, first, last, who=actor("ca-khac")) == []


def test_nobody_is_told_of_dossiers_that_others_look_after(road_store: Engine) -> None:
    for who in (actor("ca-khac", "supervisor"), actor("ca-khac")):
        assert {one.agency for one in ask(road_store, places, MOMENT, NOWHERE, who=who)} == {"ca-khac"}
        assert {one.agency for one in ask(road_store, performance, NOWHERE, ALL, who=who)} <= {"ca-khac"}
    with unit_of_work(road_store, Scope("ca-khac")) as connection:  # the second wall, whatever is asked
        for name, column in (
            ("looked_after", "holder"),
            ("running_limit", "holder"),
            ("month_figure", "agency"),
        ):
            found = connection.execute(text(f"SELECT DISTINCT {column} FROM {name}")).scalars().all()  # noqa: S608
            assert found == ["ca-khac"], name
        assert connection.execute(text("SELECT count(*) FROM hearing")).scalar_one() == 0


_CLOSED = """
    WITH numbers AS (SELECT n FROM generate_series(1, 5000) n), people AS (
        INSERT INTO person (id, data, name_key, recorded_at)
        SELECT md5('p' || n)::uuid, '{"name": "Nguyễn Văn A", "birth_date": "1990"}', 'nguyen van a', :at FROM numbers
    ), dossiers AS (
        INSERT INTO dossier (id, number, person, book, stage, holder, version, opened_on, facts, acts, parties, head,
            recorded_at, changed_at)
        SELECT md5('d' || n)::uuid, 'CLOSED-' || n, md5('p' || n)::uuid, '2026', 'closed', 'ca', 1, '2026-09-07', '{}', '{}',
            '{}', '-', :at, :at FROM numbers
    ), events AS (
        INSERT INTO event (id, dossier, seq, action, agency, account, stage_before, stage_after, occurred_at, recorded_at,
            facts_digest, previous, digest)
        SELECT md5('e' || n)::uuid, md5('d' || n)::uuid, 1, 'open', 'ca', :account, NULL, 'closed', :at, :at, '-', '-', '-'
        FROM numbers
    ) INSERT INTO time_limit (id, dossier, book, rule, kind, started_by, starts_at, due, last_day, ledger, explanation,
            ended_at, ended_by, "end")
        SELECT gen_random_uuid(), md5('d' || n)::uuid, '2026', 'p4-read', 'duty', md5('e' || n)::uuid, :at, :at, current_date,
            '[]', '{}', :at, md5('e' || n)::uuid, 'done' FROM numbers
"""


_PAGES = text("""SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))::bigint
    FROM pg_statio_user_tables""")


@pytest.mark.long
def test_the_overview_reads_no_more_when_closed_dossiers_grow_in_number(
    world: World, road_store: Engine
) -> None:
    def pages() -> int:
        """Pages of the database that an overview reads: the least of some, for others' reading may be told in between."""
        return min(once() for _ in range(4))

    def once() -> int:
        with unit_of_work(road_store, EVERYTHING) as connection:
            before = connection.execute(_PAGES).scalar_one()
        with counted(road_store, EVERYTHING, MOMENT) as connection:
            overview(connection, SUPERVISOR, MOMENT, NOWHERE)
            latest(connection, SUPERVISOR, NOWHERE, 0, 12)
            connection.execute(text("SELECT pg_stat_force_next_flush()"))
        with unit_of_work(road_store, EVERYTHING) as connection:
            return int(connection.execute(_PAGES).scalar_one() - before)

    before, seen = pages(), ask(road_store, overview, MOMENT, NOWHERE)
    with unit_of_work(road_store, EVERYTHING) as connection:
        connection.execute(text(_CLOSED), {"at": MOMENT, "account": actor("ca").account})
    assert ask(road_store, overview, MOMENT, NOWHERE) == seen
    with superuser_of(world[0]) as owner:
        owner.autocommit = True
        owner.execute("VACUUM ANALYZE")  # as the database does by itself once a table has grown so
    after = pages()
    assert after <= 1.3 * before + 20, (before, after)


def test_a_workbook_keeps_numbers_and_days_and_takes_no_text_for_a_formula() -> None:
    rows_ = [("=1+1", 3, date(2026, 9, 1)), ("+84", None, MOMENT), ("Nguyễn Văn A", 0.5, None)]
    content = workbook([Sheet("Số liệu: 1/2", [("Tên", "Name"), ("Số", "Number"), ("Ngày", "Day")], rows_)])
    [sheet] = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert sheet["A1"].value == "Tên\nName"
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["B2"].value) == ("=1+1", "s", 3)
    assert sheet["C2"].value == datetime(2026, 9, 1)  # noqa: DTZ001 - spreadsheets know no zones
    assert sheet["C3"].value == MOMENT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="name"):
        workbook([])
