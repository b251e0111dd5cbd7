"""The ladder of a limit: each rung once, in order, told to those it names, and never while the limit stands still."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from flows.ladder import Climb, LimitAlert, alerts_of, climb
from models import clock
from models.settings import Settings
from models.store import unit_of_work
from tests.flows.conftest import superuser_of
from tests.flows.rows import SYSTEM_SCOPE, Done, act, add, dossier, limit, read

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULE = "p4-test-resid"


def climbed(engine: Engine, later: timedelta = timedelta(0), at_most: int | None = None) -> Climb:
    with clock.at(datetime.now(UTC) + later), unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return climb(connection, at_most=at_most)


def alerts(engine: Engine, *acts: Done) -> list[LimitAlert]:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return alerts_of(connection, [one.dossier for one in acts])


def told(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT agency, audience, kind FROM notice ORDER BY seq")


def opened(
    engine: Engine, number: str = "HS-1", stage: str = "police_collection", holder: str = "camd"
) -> Done:
    return act(engine, dossier(engine, number, stage=stage, holder=holder), by=holder)


def supervised(engine: Engine, *offices: tuple[str, str]) -> None:
    """Agencies with a territory each, in which a supervisor works."""
    for agency, territory in offices:
        read(
            engine,
            "UPDATE agency SET territory = :to WHERE code = :code RETURNING 1",
            to=territory,
            code=agency,
        )
        add(engine, "account", {
            "id": uuid4(), "username": f"gs-{agency}", "password_hash": "-", "full_name": "Nguyễn Văn A",
            "position": "Cán bộ giám sát", "role": "supervisor", "agency": agency, "disabled": False,
        })  # fmt: skip


@pytest.mark.parametrize(
    ("started", "due", "kind", "state"),
    [
        (-70 * HOUR, 30 * HOUR, "duty", None),
        (-80 * HOUR, 20 * HOUR, "duty", "due_soon"),
        (-80 * HOUR, 20 * HOUR, "bar", "due_soon"),
        (-80 * HOUR, 20 * HOUR, "term", "due_soon"),
        (-80 * HOUR, -1 * HOUR, "duty", "overdue"),
        (-80 * HOUR, -1 * HOUR, "bar", "ended"),
        (-80 * HOUR, -1 * HOUR, "window", None),
    ],
)
def test_limit_is_watched_from_its_last_quarter_on(
    engine: Engine, started: timedelta, due: timedelta, kind: str, state: str | None
) -> None:
    done = opened(engine)
    limit(engine, done, RULE, started, due, kind)
    expected = [("HS-1", RULE, state)] if state else []
    assert [(alert.dossier, alert.rule, alert.state) for alert in alerts(engine, done)] == expected
    assert [(alert.dossier, alert.rule, alert.state) for alert in climbed(engine).limits] == expected
    assert [(alert.dossier, alert.rule, alert.state) for alert in alerts(engine, done)] == expected


def test_duty_climbs_from_the_agency_over_its_head_to_the_supervisors_of_the_territory(
    engine: Engine,
) -> None:
    supervised(engine, ("takv9", "vn"), ("bvmd", "vn/ha-noi"))
    read(engine, "UPDATE agency SET territory = 'vn/ha-noi/mai-dich' WHERE code = 'camd' RETURNING 1")
    limit(engine, opened(engine), RULE, -20 * HOUR, 4 * HOUR)
    for later in (0 * HOUR, 3 * HOUR, 5 * HOUR, 6 * HOUR, DAY, 29 * HOUR, 4 * DAY, 11 * DAY, 100 * DAY):
        climbed(engine, later)
    assert told(engine) == [
        ("camd", "agency", f"limit_due_soon:{RULE}"),
        ("camd", "agency", f"limit_overdue:{RULE}"),
        ("camd", "head", f"limit_overdue:{RULE}"),
        ("camd", "head", f"limit_overdue_1_day:{RULE}"),
        ("bvmd", "supervisor", f"limit_overdue_3_days:{RULE}"),
        ("bvmd", "supervisor", f"limit_overdue_10_days:{RULE}"),
        ("camd", "head", f"limit_overdue_10_days:{RULE}"),
    ]


def test_rungs_missed_while_nobody_looked_come_in_order_and_say_when_they_should_have(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -200 * HOUR, -2 * DAY)
    assert climbed(engine).rungs == ("due_soon", "overdue", "overdue_1_day")
    assert climbed(engine) == Climb()
    [[due]] = read(engine, "SELECT due FROM time_limit")
    at = [row[0] for row in read(engine, "SELECT DISTINCT facts ->> 'at' FROM notice ORDER BY 1")]
    assert [datetime.fromisoformat(one) for one in at] == [due - 38 * HOUR, due, due + DAY]
    assert [kind.partition(":")[0] for _, audience, kind in told(engine) if audience == "head"] == [
        "limit_overdue",
        "limit_overdue_1_day",
    ]


def test_bar_that_has_run_out_is_told_to_agency_and_head_and_to_nobody_later(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -80 * HOUR, -1 * HOUR, "bar")
    assert climbed(engine).rungs == ("due_soon", "ended")
    assert climbed(engine, 50 * DAY).rungs == ()


def test_first_amount_of_two_is_a_first_rung(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -40 * HOUR, 60 * HOUR)
    assert climbed(engine).rungs == ()
    read(engine, "UPDATE time_limit SET warning_due = now() - interval '1 hour' RETURNING id")
    assert climbed(engine).rungs == ("due_soon",)


def test_limit_whose_end_moves_starts_its_ladder_anew(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -80 * HOUR, -1 * HOUR)
    assert climbed(engine).rungs == ("due_soon", "overdue")
    read(
        engine, "UPDATE time_limit SET due = due + interval '30 days', last_day = last_day + 30 RETURNING id"
    )
    assert climbed(engine).rungs == ()
    assert climbed(engine, 29 * DAY).rungs == ("due_soon",)
    assert len([1 for _, audience, kind in told(engine) if kind == f"limit_due_soon:{RULE}"]) == 2


@pytest.mark.parametrize(
    "change",
    ["explanation = '{\"suspended\": true}'", "ended_at = now(), \"end\" = 'done', ended_by = started_by"],
)
def test_suspended_and_ended_limits_are_left_alone(engine: Engine, change: str) -> None:
    done = opened(engine)
    limit(engine, done, RULE, -80 * HOUR, -1 * HOUR)
    read(engine, f"UPDATE time_limit SET {change} RETURNING id")  # noqa: S608 - the texts above
    assert climbed(engine) == Climb()
    assert alerts(engine, done) == []


def test_limit_that_goes_on_after_a_suspension_climbs_again(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -80 * HOUR, -1 * HOUR)
    read(engine, "UPDATE time_limit SET explanation = '{\"suspended\": true}' RETURNING id")
    read(engine, "UPDATE time_limit SET explanation = '{\"suspended\": false}' RETURNING id")
    assert climbed(engine).rungs == ("due_soon", "overdue")


def test_sweep_takes_the_longest_waiting_first_and_no_more_than_it_is_told(engine: Engine) -> None:
    for hours in range(5):
        limit(engine, opened(engine, f"HS-{hours}"), RULE, -80 * HOUR, -(hours + 1) * HOUR)
    assert [alert.dossier for alert in climbed(engine, at_most=2).limits] == ["HS-4", "HS-3"]
    assert len(climbed(engine, at_most=9).limits) == 3


def test_dossier_that_is_being_changed_is_left_for_the_next_time(engine: Engine, settings: Settings) -> None:
    for number in ("HS-1", "HS-2"):
        limit(engine, opened(engine, number), RULE, -80 * HOUR, -1 * HOUR)
    with superuser_of(settings) as act_under_way:
        act_under_way.execute("SELECT FROM dossier WHERE number = 'HS-1' FOR UPDATE")
        assert [alert.dossier for alert in climbed(engine).limits] == ["HS-2"]
    assert [alert.dossier for alert in climbed(engine).limits] == ["HS-1"]


def test_who_must_act_is_the_party_whose_act_ends_the_limit(engine: Engine) -> None:
    limit(engine, opened(engine, stage="court_decision", holder="takv9"), "p4-query", -80 * HOUR, -1 * HOUR)
    [alert] = climbed(engine).limits
    assert alert.agencies == ("camd",)


def test_limit_that_nothing_ends_is_told_to_the_holder(engine: Engine) -> None:
    limit(engine, opened(engine, stage="health_determination", holder="bvmd"), RULE, -80 * HOUR, -1 * HOUR)
    assert climbed(engine).limits[0].agencies == ("bvmd",)


def test_notices_carry_no_personal_data(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -80 * HOUR, -1 * HOUR)
    climbed(engine)
    assert {frozenset(facts) for (facts,) in read(engine, "SELECT facts FROM notice")} == {
        frozenset({"dossier", "rule", "book", "due", "last_day", "at", "who"})
    }
