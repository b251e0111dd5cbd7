"""Limits of a dossier as the clock sees them, and the calculator."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response

from models import clock
from models.law.calendar import baseline
from models.law.limits import TIMEZONE, reckon
from models.law.loader import load_book
from tests.api.conftest import NOW
from tests.api.road import Caller, Road

USER = "ta.kv4-ha-noi.truong"
FROM = "2026-08-27T15:00:00+07:00"


def compute(as_user: Callable[[str], Caller], language: str = "vi", **question: Any) -> Response:
    asked = {name.removesuffix("_"): value for name, value in question.items()}
    return as_user(USER).post("/v1/limits/compute", json=asked, headers={"Accept-Language": language})


def limits(road: Road, query: str = "") -> dict[str, dict[str, Any]]:
    answer = road.as_user("ca.cau-giay").get(f"{road.path}/limits?{query}")
    assert answer.status_code == 200, answer.text
    return {one["rule"]: one for one in answer.json()}


# --- the calculator


def test_the_reading_period_skips_weekends_and_the_national_holidays(
    as_user: Callable[[str], Caller],
) -> None:
    answer = compute(as_user, rulebook="2026", rule="p4-read", from_=FROM)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["due"] == "2026-09-05T00:00:00+07:00"
    assert found["last_day"] == "2026-09-04"
    assert found["amount"] == 3
    assert found["unit"] == "working_day"
    assert found["confirmed"] is True
    assert "Đ.102.3" in found["citation"]
    assert found["calendar_version"] == baseline().version
    first = found["steps"][1] if found["steps"][0]["date"] == "2026-08-27" else found["steps"][0]
    assert first == {"date": "2026-08-28", "counts": True, "number": 1, "reason": first["reason"]}
    skipped = [step["date"] for step in found["steps"] if not step["counts"] and step["date"] > "2026-08-28"]
    assert skipped == ["2026-08-29", "2026-08-30", "2026-08-31", "2026-09-01", "2026-09-02"]


def test_the_answer_is_the_one_the_law_module_gives(as_user: Callable[[str], Caller]) -> None:
    rule = load_book("2026").rule("p4-read")
    reckoning = reckon(rule, datetime.fromisoformat(FROM), baseline())
    answer = compute(as_user, rulebook="2026", rule="p4-read", from_=FROM)
    assert answer.json() == reckoning.model_dump(mode="json")


def test_a_fact_chooses_the_variant(as_user: Callable[[str], Caller]) -> None:
    for remote, due in ((False, "2026-08-28T15:00:00+07:00"), (True, "2026-08-29T15:00:00+07:00")):
        answer = compute(as_user, rulebook="2026", rule="p4-test-resid", from_=FROM, facts={"remote": remote})
        assert answer.json()["due"] == due


@pytest.mark.parametrize("facts", [{}, {"remote": "maybe"}])
def test_without_the_fact_that_decides_it_is_named(
    as_user: Callable[[str], Caller], facts: dict[str, Any]
) -> None:
    question = {"rulebook": "2026", "rule": "p4-test-resid", "from_": FROM, "facts": facts}
    answer, english = (compute(as_user, language, **question) for language in ("vi", "en"))
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["fact"] == "remote"
    assert problem["choices"] == [False, True]
    assert problem["errors"][0]["code"] == "fact_needed"
    assert problem["errors"][0]["field"] == "facts.remote"
    assert "remote" in problem["detail"]
    assert "is needed" in english.json()["detail"]


def test_an_amount_with_its_unit_may_stand_in_place_of_a_rule(as_user: Callable[[str], Caller]) -> None:
    answer = compute(as_user, amount=3, unit="working_day", from_=FROM)
    assert answer.json()["due"] == "2026-09-05T00:00:00+07:00"
    assert answer.json()["rule"] is None
    hours = compute(as_user, amount=24, unit="hour", from_="2026-08-29T10:05:00+07:00").json()
    assert hours["due"] == "2026-08-30T10:05:00+07:00"
    assert hours["last_day"] == "2026-08-30"


def test_an_instant_of_another_time_zone_is_the_same_instant(as_user: Callable[[str], Caller]) -> None:
    here, there = (
        compute(as_user, rulebook="2026", rule="p4-read", from_=moment).json()
        for moment in (FROM, "2026-08-27T08:00:00Z")
    )
    assert here == there


@pytest.mark.parametrize(
    ("question", "status", "code", "field"),
    [
        ({"rulebook": "1999", "rule": "p4-read", "from": FROM}, 404, "unknown_rulebook", "rulebook"),
        ({"rulebook": "../2026", "rule": "p4-read", "from": FROM}, 404, "unknown_rulebook", "rulebook"),
        ({"rulebook": "2026", "rule": "p4-nap", "from": FROM}, 404, "unknown_rule", "rule"),
        ({"rulebook": "2026", "rule": "p4-read", "from": "2026-08-27T15:00:00"}, 422, "no_time_zone", "from"),
        ({"rulebook": "2026", "rule": "p4-read", "from": "2026-08-27"}, 422, "datetime_parsing", "from"),
        ({"rulebook": "2026", "rule": "p4-read", "from": 1756281600}, 422, "datetime_parsing", "from"),
        ({"rulebook": "2026", "rule": "p4-read"}, 422, "missing", "from"),
        (
            {"rulebook": "2026", "rule": "p4-read", "from": "2045-01-01T00:00:00Z"},
            422,
            "unknown_year",
            "from",
        ),
        (
            {"rulebook": "2026", "rule": "p4-read", "from": "0001-01-01T00:00:00+14:00"},
            422,
            "instant_out_of_range",
            "from",
        ),
        ({"rulebook": "2026", "rule": "c3-check", "from": FROM}, 422, "no_clock", "rule"),
        ({"rulebook": "2026", "rule": "p4-notice", "from": FROM}, 422, "no_clock", "rule"),
        ({"amount": 0, "unit": "day", "from": FROM}, 422, "amount_out_of_range", "amount"),
        ({"amount": 3, "unit": "week", "from": FROM}, 422, "enum", "unit"),
        ({"amount": 3, "from": FROM}, 422, "value_error", "body"),
        (
            {"rulebook": "2026", "rule": "p4-read", "amount": 3, "unit": "day", "from": FROM},
            422,
            "value_error",
            "body",
        ),
        ({"from": FROM}, 422, "value_error", "body"),
    ],
)
def test_a_wrong_question_is_refused(
    as_user: Callable[[str], Caller], question: dict[str, Any], status: int, code: str, field: str
) -> None:
    answers = [
        as_user(USER).post("/v1/limits/compute", json=question, headers={"Accept-Language": language})
        for language in ("vi", "en")
    ]
    assert [answer.status_code for answer in answers] == [status] * 2, answers[0].text
    error, english = (answer.json()["errors"][0] for answer in answers)
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"] != english["message"]


def test_a_recorded_decision_on_a_day_changes_the_count_and_the_version(
    as_user: Callable[[str], Caller], road: Road
) -> None:
    change = {
        "day": "2026-08-28",
        "kind": "off",
        "name": "Nghỉ do bão",
        "citation": "Công điện thử nghiệm",
    }
    answer = as_user("quan-tri").post("/v1/calendar/changes", json={"changes": [change]})
    assert answer.status_code == 200, answer.text
    found = compute(as_user, rulebook="2026", rule="p4-read", from_=FROM).json()
    assert found["last_day"] == "2026-09-07"
    assert found["calendar_version"] != baseline().version
    days = as_user(USER).get("/v1/calendar/2026").json()
    assert days["version"] == found["calendar_version"]
    assert "Nghỉ do bão" in {day["name"] for day in days["days"]}


# --- limits of a dossier


def test_each_limit_of_a_dossier_explains_itself(road: Road) -> None:
    road.advance("send_to_court")
    found = limits(road)
    read = found["p4-read"]
    assert read["due"] == "2026-09-05T00:00:00+07:00"
    assert read["explanation"]["steps"]
    assert read["explanation"]["calendar_version"] == baseline().version
    assert found["p4-transfer"]["parent"] == read["id"]
    assert found["p4-thoihieu"]["explanation"]["other_reading"]["last_day"] == "2026-11-23"


@pytest.mark.parametrize(
    ("moment", "rule", "state", "overdue"),
    [
        ("2026-09-04T23:59:59+07:00", "p4-read", "running", False),
        ("2026-09-05T00:00:00+07:00", "p4-read", "ended", False),
        ("2026-09-04T23:59:59+07:00", "p4-transfer", "waiting", False),
        ("2026-09-05T00:00:00+07:00", "p4-transfer", "running", False),
        ("2026-09-07T23:59:59+07:00", "p4-transfer", "running", False),
        ("2026-09-08T00:00:00+07:00", "p4-transfer", "running", True),
        ("2026-11-22T23:59:59+07:00", "p4-thoihieu", "running", False),
        ("2026-11-23T00:00:00+07:00", "p4-thoihieu", "ended", False),
        ("2026-11-23T00:00:00+07:00", "p4-compile", "ended", False),
    ],
)
def test_overdue_follows_the_clock(road: Road, moment: str, rule: str, state: str, overdue: bool) -> None:
    road.advance("send_to_court")
    with clock.at(datetime.fromisoformat(moment)):
        token = road.as_user(
            "ca.thuong-lac"
        )  # the clock may be before the token of this test's day: any is fresh
        assert token is not None
        found = limits(road)[rule]
    assert (found["state"], found["overdue"]) == (state, overdue)


def test_a_rule_without_a_clock_is_shown_as_such(road: Road) -> None:
    road.advance("notify_acceptance")
    unread = limits(road)["c3-check"]
    assert unread["state"] == "no_clock"
    assert unread["due"] is None
    assert unread["confirmed"] is False


def test_a_suspended_limit_waits_and_is_never_overdue(road: Road) -> None:
    road.advance("notify_acceptance")
    court = "ta.kv4-ha-noi.truong"
    road.take("suspend", by=court, at="2026-09-10T09:00:00+07:00", suspension_ground="ốm nặng")
    waiting = limits(road)["c3-term"]
    assert (waiting["state"], waiting["overdue"], waiting["suspended"]) == ("waiting", False, True)
    road.take("resume", by=court, at="2026-10-12T09:00:00+07:00")
    resumed = limits(road)["c3-term"]
    assert resumed["suspended"] is False
    moved = datetime.fromisoformat(resumed["due"]) - datetime.fromisoformat(waiting["due"])
    assert moved >= timedelta(days=30)


def test_what_is_left_of_each_limit_is_told_for_now_or_any_instant(road: Road) -> None:
    road.advance("send_to_court")
    with clock.at(datetime.fromisoformat("2026-09-03T10:00:00+07:00")):
        now = limits(road)["p4-read"]["remaining"]
    assert (now["state"], now["amount"], now["unit"]) == ("running", 1, "working_day")
    assert now["sentence"] == "Còn 1 ngày làm việc sau ngày 03/09/2026, ngày cuối 04/09/2026"
    at = "2026-09-06T10:00:00+07:00"
    for query in (f"at={at}", f"at={at.replace('+', '%2B')}", "at=2026-09-06T03:00:00Z"):
        then = limits(road, query)
        assert (then["p4-read"]["remaining"]["state"], then["p4-read"]["remaining"]["past_days"]) == (
            "run_out",
            2,
        )
        assert then["p4-thoihieu"]["remaining"]["amount"] == 2
        assert then["p4-transfer"]["remaining"]["at"] == at


def test_nothing_is_told_to_be_left_without_a_clock_or_after_the_end(road: Road) -> None:
    road.advance("notify_acceptance")
    found = limits(road)
    assert found["c3-check"]["remaining"] is None
    ended = found["p4-transfer"]
    assert (ended["end"], ended["remaining"]) == ("done", None)
    assert limits(road, f"at={ended['starts_at']}")["p4-transfer"]["remaining"]["state"] == "running"


def test_what_was_left_before_a_suspension_and_during_it_can_still_be_asked(road: Road) -> None:
    road.advance("notify_acceptance")
    court, asked = (
        "ta.kv4-ha-noi.truong",
        ("2026-09-10T08:59:00Z", "2026-09-20T09:00:00Z", "2026-10-13T09:00:00Z"),
    )
    road.take("suspend", by=court, at="2026-09-10T16:00:00+07:00", suspension_ground="ốm nặng")
    standing = [limits(road, f"at={at}")["c3-term"]["remaining"] for at in asked]
    assert [one["state"] for one in standing] == ["running", "suspended", "suspended"]
    assert {one["amount"] + one["today_counts"] for one in standing} == {standing[1]["amount"]}
    road.take("resume", by=court, at="2026-10-12T09:00:00+07:00")
    resumed = [limits(road, f"at={at}")["c3-term"]["remaining"] for at in asked]
    assert resumed[:2] == standing[:2]
    assert (resumed[2]["state"], resumed[2]["amount"]) == ("running", standing[2]["amount"] - 2)


@pytest.mark.parametrize(
    "at", ["2026-09-06", "2026-09-06T10:00:00", "1756281600", "9999-01-01T00:00:00Z", "x"]
)
def test_what_is_left_is_asked_for_an_instant_with_its_time_zone(road: Road, at: str) -> None:
    road.open()
    answer = road.as_user("ca.cau-giay").get(f"{road.path}/limits?at={at}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "at"


def test_instants_are_told_in_vietnams_time(road: Road) -> None:
    road.advance("send_to_court")
    for limit in limits(road).values():
        for name in ("starts_at", "due", "ended_at"):
            if limit[name]:
                assert datetime.fromisoformat(limit[name]).utcoffset() == NOW.astimezone(TIMEZONE).utcoffset()
