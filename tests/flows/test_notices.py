"""Notices: who is told of an act or a limit, once, and without personal data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from flows.notices import LimitAlert, tell_of_acts, tell_of_limits
from models import clock
from models.store import unit_of_work
from tests.flows.rows import SYSTEM_SCOPE, Done, act, dossier, limit, read

HOUR = timedelta(hours=1)


def tell_acts(engine: Engine, *acts: Done) -> int:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return tell_of_acts(connection, [one.event for one in acts])


def tell_limits(engine: Engine, *acts: Done) -> list[LimitAlert]:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return tell_of_limits(connection, [one.dossier for one in acts])


def told(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT agency, kind FROM notice ORDER BY agency, kind")


def opened(
    engine: Engine, number: str = "HS-1", stage: str = "police_collection", holder: str = "camd"
) -> Done:
    return act(engine, dossier(engine, number, stage=stage, holder=holder), by=holder)


def test_next_holder_is_told_of_the_handing_over_once(engine: Engine) -> None:
    done = act(
        engine, dossier(engine, "HS-1", stage="health_determination", holder="bvmd"), "request_determination",
        stages=("police_collection", "health_determination"),
    )  # fmt: skip
    assert [tell_acts(engine, done), tell_acts(engine, done)] == [1, 0]
    assert read(engine, "SELECT agency, kind, event, facts FROM notice") == [
        ("bvmd", "handed_over", done.event,
         {"dossier": "HS-1", "action": "request_determination", "stage": "health_determination"}),
    ]  # fmt: skip


def test_receiver_is_the_one_of_the_act_even_when_the_dossier_has_moved_on(engine: Engine) -> None:
    done = act(
        engine, dossier(engine, "HS-1", stage="court_decision", holder="takv9"), "request_determination",
        stages=("police_collection", "health_determination"),
    )  # fmt: skip
    tell_acts(engine, done)
    assert told(engine) == [("bvmd", "handed_over")]


def test_nobody_is_told_of_an_act_that_hands_nothing_over(engine: Engine) -> None:
    assert tell_acts(engine, opened(engine)) == 0


def test_compiler_is_told_of_what_a_court_did(engine: Engine) -> None:
    done = act(engine, dossier(engine, "HS-1", stage="court_decision", holder="takv9"), "decide", by="takv9")
    tell_acts(engine, done)
    assert ("camd", "court_acted") in told(engine)


def test_act_no_book_lists_is_told_to_the_holder_when_it_moved_the_dossier(engine: Engine) -> None:
    of = dossier(engine, "HS-1", stage="court_decision", holder="takv9")
    tell_acts(engine, act(engine, of, "void-last", stages=("execution", "court_decision")))
    assert told(engine) == [("takv9", "handed_over")]


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
def test_limit_is_told_of_in_its_last_quarter_and_past_its_end(
    engine: Engine, started: timedelta, due: timedelta, kind: str, state: str | None
) -> None:
    done = opened(engine)
    limit(engine, done, "p4-test-resid", started, due, kind)
    alerts = tell_limits(engine, done)
    assert [(alert.dossier, alert.rule, alert.state) for alert in alerts] == (
        [("HS-1", "p4-test-resid", state)] if state else []
    )
    assert told(engine) == ([("camd", f"limit_{state}:p4-test-resid")] if state else [])


def test_limit_is_told_of_once_when_it_is_near_and_once_when_it_is_over(engine: Engine) -> None:
    done = opened(engine)
    limit(engine, done, "p4-test-resid", -20 * HOUR, 4 * HOUR)
    for later in (0, 1, 5, 6):
        with clock.at(datetime.now(UTC) + later * HOUR):
            assert len(tell_limits(engine, done)) == 1
    assert told(engine) == [("camd", "limit_due_soon:p4-test-resid"), ("camd", "limit_overdue:p4-test-resid")]


def test_first_amount_of_two_is_a_warning(engine: Engine) -> None:
    done = opened(engine)
    limit(engine, done, "p4-test-resid", -40 * HOUR, 60 * HOUR)
    assert tell_limits(engine, done) == []
    read(engine, "UPDATE time_limit SET warning_due = now() - interval '1 hour' RETURNING id")
    assert [alert.state for alert in tell_limits(engine, done)] == ["due_soon"]


@pytest.mark.parametrize(
    "change",
    ["explanation = '{\"suspended\": true}'", "ended_at = now(), \"end\" = 'done', ended_by = started_by"],
)
def test_suspended_and_ended_limits_are_left_alone(engine: Engine, change: str) -> None:
    done = opened(engine)
    limit(engine, done, "p4-test-resid", -80 * HOUR, -1 * HOUR)
    read(engine, f"UPDATE time_limit SET {change} RETURNING id")  # noqa: S608 - the texts above
    assert tell_limits(engine, done) == []


def test_who_must_act_is_the_party_whose_act_ends_the_limit(engine: Engine) -> None:
    done = opened(engine, stage="court_decision", holder="takv9")
    limit(engine, done, "p4-query", -80 * HOUR, -1 * HOUR)
    [alert] = tell_limits(engine, done)
    assert alert.agencies == ("camd",)


def test_limit_that_nothing_ends_is_told_to_the_holder(engine: Engine) -> None:
    done = opened(engine, stage="health_determination", holder="bvmd")
    limit(engine, done, "p4-test-resid", -80 * HOUR, -1 * HOUR)
    assert tell_limits(engine, done)[0].agencies == ("bvmd",)


def test_notices_carry_no_personal_data(engine: Engine) -> None:
    done = opened(engine)
    limit(engine, done, "p4-test-resid", -80 * HOUR, -1 * HOUR)
    tell_limits(engine, done)
    [(facts,)] = read(engine, "SELECT facts FROM notice")
    assert set(facts) == {"dossier", "rule", "due", "last_day"}
