"""Changing the calendar over HTTP: who may, what it answers, and that every process counts by it at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from models import clock
from models.law.calendar import baseline
from models.settings import Settings
from tests.api.conftest import SignedIn
from tests.api.road import Caller, Road, picture_of

PATH = "/v1/calendar/changes"
STORM = {"day": "2026-09-04", "kind": "off", "name": "Nghỉ bão", "citation": "Công điện 01/CĐ-TTg"}
WHEN = datetime.fromisoformat("2026-09-03T09:00:00+07:00")
KEEPER = "giam-sat"
OFFICER = "ca.cau-giay"


@pytest.fixture
def reading(road: Road) -> Road:
    """A dossier whose reading time runs until 4 September."""
    road.advance("send_to_court")
    return road


def change(
    as_user: Callable[[str], Caller], *changes: dict[str, Any], by: str = KEEPER, query: str = "",
    headers: dict[str, str] | None = None, **more: Any,
) -> Response:  # fmt: skip
    caller = as_user(by)
    caller.get("/health/live")  # signed in on the test's day, whatever day it is when the calendar changes
    with clock.at(WHEN):
        return caller.post(PATH + query, json={"changes": list(changes), **more}, headers=headers)


def limit(road: Road, rule: str) -> dict[str, Any]:
    found = road.as_user(OFFICER).get(f"{road.path}/limits").json()
    return dict(next(one for one in found if one["rule"] == rule))


def versions(as_user: Callable[[str], Caller]) -> list[dict[str, Any]]:
    return list(as_user(OFFICER).get("/v1/calendar/versions").json())


@pytest.mark.parametrize("by", ["giam-sat", "giam-sat.ha-noi", "quan-tri"])
def test_the_answer_lists_what_moved(reading: Road, as_user: Callable[[str], Caller], by: str) -> None:
    answer = change(as_user, STORM, by=by)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    number = as_user(OFFICER).get(reading.path).json()["number"]
    assert found["dry_run"] is False
    assert found["calendar_version_before"] == baseline().version != found["calendar_version"]
    assert found["moved_count"] == len(found["moved"]) == 2
    assert found["looked_at"] >= 2
    first, second = found["moved"]
    assert {
        "dossier": reading.id,
        "number": number,
        "holder": OFFICER,
        "rule": "p4-read",
    }.items() <= first.items()
    assert first["title"] != first["title_en"]
    assert (first["due_before"], first["due_after"]) == (
        "2026-09-05T00:00:00+07:00",
        "2026-09-08T00:00:00+07:00",
    )
    assert (first["last_day_before"], first["last_day_after"]) == ("2026-09-04", "2026-09-07")
    assert (second["rule"], second["last_day_after"]) == ("p4-transfer", "2026-09-08")
    assert limit(reading, "p4-read")["due"] == first["due_after"]
    assert "Lịch thay đổi" in limit(reading, "p4-transfer")["explanation"]["journal"][0]
    assert reading.ask("send_to_court", at="2026-09-07T16:00:00+07:00").status_code == 409, "still being read"


def test_a_dry_run_answers_the_same_and_changes_nothing(
    reading: Road, as_user: Callable[[str], Caller]
) -> None:
    before = picture_of(reading.store)
    tried = change(as_user, STORM, query="?dry_run=true", headers={"Idempotency-Key": "mot"}).json()
    assert picture_of(reading.store) == before
    assert len(versions(as_user)) == 1
    done = change(as_user, STORM, headers={"Idempotency-Key": "mot"}).json()
    assert tried == {**done, "dry_run": True}


def test_the_same_key_changes_once(reading: Road, as_user: Callable[[str], Caller]) -> None:
    first = change(as_user, STORM, headers={"Idempotency-Key": "bao"})
    again = change(as_user, STORM, headers={"Idempotency-Key": "bao"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert len(versions(as_user)) == 2
    other = change(as_user, {**STORM, "day": "2026-09-10"}, headers={"Idempotency-Key": "bao"})
    assert other.json()["errors"][0]["code"] == "idempotency_conflict"


@pytest.mark.parametrize("by", [OFFICER, "kiem-toan"])
def test_others_may_not(reading: Road, as_user: Callable[[str], Caller], by: str) -> None:
    for query in ("", "?dry_run=true"):
        reading.refused(
            lambda headers, query=query: change(as_user, STORM, by=by, query=query, headers=headers),  # type: ignore[misc]
            403,
            "not_your_calendar",
        )


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"citation": "  "}, "string_too_short", "changes.0.citation"),
        ({"citation": None}, "string_type", "changes.0.citation"),
        ({"name": ""}, "string_too_short", "changes.0.name"),
        ({"kind": "half"}, "literal_error", "changes.0.kind"),
        ({"day": "2026-02-30"}, "date_from_datetime_parsing", "changes.0.day"),
        ({"day": "2041-01-07"}, "unknown_year", "changes.0.day"),
        ({"day": "2026-09-05"}, "changes_nothing", "changes.0.day"),
        ({"kind": "working"}, "changes_nothing", "changes.0.day"),
        ({"why": "bao"}, "extra_forbidden", "changes.0.why"),
    ],
)
def test_a_wrong_change_is_refused_with_its_field(
    road: Road, as_user: Callable[[str], Caller], changed: dict[str, Any], code: str, field: str, query: str
) -> None:
    road.refused(
        lambda headers: change(as_user, {**STORM, **changed}, query=query, headers=headers),
        422,
        code,
        field=field,
    )


def test_wrong_sets_are_refused(road: Road, as_user: Callable[[str], Caller]) -> None:
    for changes, more, code, field in (
        ([], {}, "too_short", "changes"),
        ([STORM, STORM], {}, "duplicate_day", "changes.1.day"),
        ([STORM] * 101, {}, "too_long", "changes"),
        ([], {"announces": 2028}, "missing", "citation"),
        ([], {"announces": 2026, "citation": "Thông báo"}, "changes_nothing", "announces"),
    ):
        road.refused(
            lambda headers, changes=changes, more=more: change(as_user, *changes, headers=headers, **more),  # type: ignore[misc]
            422,
            code,
            field=field,
        )


def test_a_change_that_would_move_an_ended_limit_is_refused_with_dossier_and_rule(
    reading: Road, as_user: Callable[[str], Caller]
) -> None:
    number = as_user(OFFICER).get(reading.path).json()["number"]
    reading.take("send_to_court")
    path, body = PATH, {"changes": [STORM]}
    problem = reading.refused(
        lambda headers: as_user(KEEPER).post(path, json=body, headers=headers), 409, "rewrites_history"
    )
    assert f"{number} (p4-read)" in problem["detail"]
    assert len(versions(as_user)) == 1


def test_every_process_counts_by_the_changed_calendar_at_once(
    reading: Road, as_user: Callable[[str], Caller], database: Settings, signed_in: SignedIn
) -> None:
    question = {"rulebook": "2026", "rule": "p4-read", "from": "2026-09-01T15:00:00+07:00"}
    with TestClient(create_app(database), base_url="http://hoso.test") as other:
        headers = {"Authorization": f"Bearer {signed_in.token(other, OFFICER)}"}
        before = other.post("/v1/limits/compute", json=question, headers=headers).json()
        after = change(as_user, STORM).json()["calendar_version"]
        found = other.post("/v1/limits/compute", json=question, headers=headers).json()
        assert other.get("/health/ready", headers=headers).json()["calendar_version"] == after
    assert (before["calendar_version"], found["calendar_version"]) == (baseline().version, after)
    assert before["last_day"] < found["last_day"]
    with clock.at(WHEN):
        reading.take(
            "notify_person", at="2026-09-03T08:00:00+07:00", notice_received_at="2026-09-03T08:30:00+07:00"
        )
    assert limit(reading, "p4-read")["explanation"]["calendar_version"] == after


def test_the_year_shows_the_recorded_decision(road: Road, as_user: Callable[[str], Caller]) -> None:
    change(as_user, STORM)
    found = as_user(OFFICER).get("/v1/calendar/2026").json()
    [storm] = [day for day in found["days"] if day["day"] == STORM["day"]]
    assert storm == {**STORM, "certain": True, "recorded_at": "2026-09-03T09:00:00+07:00"}
    assert sum(day["recorded_at"] is not None for day in found["days"]) == 1
    assert "9441/TB-BNV" in found["announcement"]
    swap = next(
        day for day in as_user(OFFICER).get("/v1/calendar/2014").json()["days"] if day["day"] == "2014-09-01"
    )
    assert swap["certain"] is False


def test_versions_are_told_in_order_from_the_shipped_one(
    road: Road, as_user: Callable[[str], Caller]
) -> None:
    first = change(as_user, STORM).json()
    announcement = "Thông báo về lịch nghỉ năm 2028"
    second = change(
        as_user, {**STORM, "day": "2028-03-01"}, by="quan-tri", announces=2028, citation=announcement
    ).json()
    shipped, storm, year = versions(as_user)
    assert (shipped["version"], shipped["recorded_at"], shipped["changes"]) == (baseline().version, None, [])
    assert (storm["version"], storm["changes"], storm["announces"]) == (
        first["calendar_version"],
        [STORM],
        None,
    )
    assert storm["recorded_at"] == "2026-09-03T09:00:00+07:00"
    assert (year["version"], year["announces"]) == (second["calendar_version"], 2028)
    assert year["announcement"] == announcement
    assert storm["account"] != year["account"]
    found = as_user(OFFICER).get("/v1/calendar/2028").json()
    assert (found["confirmed"], found["announcement"]) == (True, announcement)
    assert found["version"] == year["version"]
