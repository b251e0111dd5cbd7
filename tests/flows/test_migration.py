"""Migrating in general, whatever the two books: in order, one book at a time, without moving what runs, all or none of one."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.engine import Act, act, act_many
from flows.migration import plan_keeping, plan_migration
from flows.refusals import Invalid, Need, Refused, Stale
from flows.writing import Done
from models import clock
from models.law.calendar import Calendar, Change, baseline
from tests.flows.road_2022 import Road2022
from tests.flows.road_2025 import STEPS_2025_03, Road202503, Road202507
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import actor, rows
from tests.flows.test_transition_2025 import migrate, take

JUNE_2025 = date(2025, 6, 23)
"""A Monday; 01/07/2025 is day 8."""


def asked(road: Road, action: str, when: str, by: str, *, role: str = "head", **facts: Any) -> Act:
    return Act(road.id, action, facts, road.at(when), actor(by, role), road.version)


def keep(road: Road, when: str, *, role: str = "supervisor", **facts: Any) -> Done:
    """A word that the dossier stays under its old book."""
    with clock.at(road.now):
        done = act(
            road.store, asked(road, "keep_book", when, "ca", role=role, **facts), baseline(), how=plan_keeping
        )
    road.version = done.state.version
    return done


def unmet(raised: pytest.ExceptionInfo[Refused]) -> dict[str, Need]:
    return {need.code: need for need in raised.value.needs}


def test_a_dossier_two_books_behind_goes_through_each_of_them(road_store: Engine) -> None:
    road = Road2022(road_store, start=date(2025, 2, 3)).to("accept")
    # 01/07/2025 is day 148: the first half-year's book has ended as well.
    assert migrate(road, "148 09:00", "ub", compiler="ca").state.book == "2025-03"
    with pytest.raises(Refused) as raised:
        take(road, STEPS_2025_03, "notify_acceptance", "148 10:00")
    assert "book_has_ended" in unmet(raised)
    assert migrate(road, "148 11:00", "ta").state.book == "2025-07"
    assert [row["book"] for row in road.rows("event", "seq")][-2:] == ["2025-03", "2025-07"]
    road.verify_chain()


def test_an_act_of_the_new_book_cannot_be_dated_before_its_first_day(road_store: Engine) -> None:
    road = Road202503(road_store, start=JUNE_2025).to("verify_residence")
    migrate(road, "8 09:00", "ca")
    with pytest.raises(Refused) as raised:
        take(road, STEPS_2025_03, "request_determination", "7 11:00", request_received_at="7 12:00")
    assert unmet(raised)["before_its_book"].message == "Bộ quy tắc 2025-07 chỉ áp dụng từ ngày 01/07/2025"


def test_a_migration_is_not_dated_before_what_was_done(road_store: Engine) -> None:
    road = Road202503(road_store, start=JUNE_2025).to("verify_residence")
    keep(road, "9 09:00", keep_reason="chờ hướng dẫn")
    with pytest.raises(Refused) as raised:
        migrate(road, "8 09:00", "ca")
    assert set(unmet(raised)) == {"before_its_time"}


def test_a_calendar_that_has_changed_moves_nothing_that_runs(road_store: Engine) -> None:
    # Found on Friday 27/06/2025: 30/06, 01 and 02/07.
    road = Road202503(road_store, start=date(2025, 6, 27)).to("open")
    before = road.limit("resid-verify")
    off = Change(day=date(2025, 7, 1), kind="off", name="Ngày nghỉ thử", citation="Quyết định thử")
    changed: Calendar = baseline().with_changes((off,))
    with clock.at(road.now):
        act(road.store, asked(road, "migrate", "4 09:00", "ca"), changed, how=plan_migration)
    after = road.limit("resid-verify")
    assert (after["due"], after["last_day"]) == (before["due"], date(2025, 7, 2))
    assert [entry["kind"] for entry in after["ledger"]] == ["carried"]
    assert after["explanation"] == before["explanation"], "counted anew it would say another day"


def test_of_two_who_migrate_the_same_version_one_is_stale(road_store: Engine) -> None:
    road = Road202503(road_store, start=JUNE_2025).to("verify_residence")
    seen = road.version
    migrate(road, "8 09:00", "ca")
    late = Act(road.id, "migrate", {}, road.at("8 09:01"), actor("ca"), seen)
    with clock.at(road.now), pytest.raises(Stale) as stale:
        act(road.store, late, baseline(), how=plan_migration)
    assert stale.value.current == road.version
    assert [row["action"] for row in road.rows("event", "seq")].count("migrate") == 1


def test_many_are_migrated_in_one_transaction_with_one_job_of_each_stage(road_store: Engine) -> None:
    roads = [Road202503(road_store, start=JUNE_2025).to("verify_residence") for _ in range(3)]
    closed = Road202503(road_store, start=JUNE_2025).to("verify_residence")
    closed.do("close", "1 09:00", closing_ground="death", proof="giấy chứng tử")
    [jobs] = rows(road_store, "SELECT max(id) AS last FROM job")
    acts = [asked(road, "migrate", "8 09:00", "ca") for road in (*roads, closed)]
    with clock.at(closed.now):
        answers = act_many(road_store, acts, baseline(), how=plan_migration)
    assert [isinstance(answer, Done) for answer in answers] == [True, True, True, False]
    assert isinstance(answers[-1], Refused)
    new = rows(road_store, "SELECT stage, events FROM job WHERE id > :last", last=jobs["last"])
    assert [(job["stage"], len(job["events"])) for job in new] == [("police_collection", 3)]


def test_a_kept_dossier_is_not_kept_from_the_book_after(road_store: Engine) -> None:
    road = Road202503(road_store, start=JUNE_2025).to("verify_residence")
    with pytest.raises(Invalid) as invalid:
        keep(road, "8 09:00")
    assert [flaw.field for flaw in invalid.value.flaws] == ["facts.keep_reason"]
    with pytest.raises(Refused) as raised:
        keep(road, "8 09:00", role="head", keep_reason="chờ")
    assert set(unmet(raised)) == {"needs_supervisor"}
    keep(road, "8 09:00", keep_reason="chờ hướng dẫn")
    road.do("notify_use", "8 10:00", use_notice_received_at="8 11:00", late_reason="chờ hướng dẫn")
    done = migrate(road, "9 09:00", "ca")
    assert (done.state.book, "keep_book" in done.state.acts) == ("2025-07", False)


def test_a_dossier_migrated_once_is_not_migrated_again_while_its_book_lives(road_store: Engine) -> None:
    road = Road202503(road_store, start=JUNE_2025).to("verify_residence")
    migrate(road, "8 09:00", "ca")
    with pytest.raises(Refused) as migrated:
        migrate(road, "9 09:00", "ca")
    with pytest.raises(Refused) as kept:
        keep(road, "9 09:00", keep_reason="chờ")
    for raised in (migrated, kept):
        assert unmet(raised)["law_unchanged"].message == "Bộ quy tắc 2025-07 còn áp dụng cho hồ sơ này"


def test_who_serves_stays_under_the_old_book_by_the_article_that_says_so(road_store: Engine) -> None:
    road = Road202507(road_store, start=date(2026, 5, 4)).to("deliver")
    with pytest.raises(Refused) as raised:
        migrate(road, "60 09:00", "cs")
    need = unmet(raised)["law_unchanged"]
    assert (need.citation, "Luật 120/2025/QH15 Đ.56.1" in need.message) == ("Luật 120/2025/QH15 Đ.56.1", True)
