"""Rulebooks and the calendar as clients and the command line see them."""

from collections.abc import Callable
from typing import Any

import pytest

from api.rulebook_view import show
from flows.books import book
from models.law.calendar import baseline
from models.law.loader import codes
from tests.api.road import Caller

USER = "ca.cau-giay"


@pytest.fixture
def get(as_user: Callable[[str], Caller]) -> Callable[[str], Any]:
    return lambda path: as_user(USER).get(f"/v1{path}")


def test_the_books_are_listed(get: Callable[[str], Any]) -> None:
    found = {one["code"]: one for one in get("/rulebooks").json()}
    assert set(found) == set(codes())
    assert found["2026"]["valid_from"] == "2026-07-01"
    assert 0 < found["2026"]["unconfirmed"] < found["2026"]["rules"]


@pytest.mark.parametrize("code", codes())
def test_a_book_is_shown_whole(get: Callable[[str], Any], code: str) -> None:
    shown = get(f"/rulebooks/{code}").json()
    assert shown == show(book(code))
    for rule in shown["rules"]:
        assert {"id", "amount", "unit", "from", "who", "citation", "confirmed"} <= rule.keys()
        assert (rule["clock"] == "counted") == (rule["unit"] is not None)
    for action in shown["actions"]:
        assert {"code", "stage", "next", "by", "citation"} <= action.keys()
        assert action["stage"] in shown["stages"]
        assert set(action["next"]) <= set(shown["stages"])
    used = {ref["id"] for action in shown["actions"] for ref in action["forms"]}
    assert {form["code"] for form in shown["forms"]} == used
    assert shown["papers"]


def test_a_rule_is_shown(get: Callable[[str], Any]) -> None:
    rule = get("/rulebooks/2026/rules/p4-read").json()
    assert (rule["amount"], rule["unit"], rule["from"]) == (3, "working_day", "từ ngày nhận được thông báo")
    variants = get("/rulebooks/2026/rules/p4-test-resid").json()
    assert variants["amount"] is None
    assert [(one["amount"], one["when"]) for one in variants["variants"]] == [
        (24, {"remote": False}),
        (48, {"remote": True}),
    ]
    two = get("/rulebooks/2026/rules/detain-addiction").json()
    assert (two["amount"], [one["value"] for one in two["amounts"]]) == (120, [12, 120])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/rulebooks/1999", "unknown_rulebook"),
        ("/rulebooks/facts", "unknown_rulebook"),
        ("/rulebooks/1999/rules/p4-read", "unknown_rulebook"),
        ("/rulebooks/2026/rules/khong-co", "unknown_rule"),
        ("/calendar/1999", "unknown_year"),
        ("/calendar/99999", "unknown_year"),
    ],
)
def test_what_there_is_not_is_not_found(get: Callable[[str], Any], path: str, code: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == code


def test_the_calendar_names_the_text_behind_each_day(get: Callable[[str], Any]) -> None:
    found = get("/calendar/2026").json()
    days = {day["day"]: day for day in found["days"]}
    assert found["version"] == baseline().version
    assert found["confirmed"] is True
    assert days["2026-01-02"]["kind"] == "off"
    assert days["2026-01-10"]["kind"] == "working"
    assert all(day["citation"] for day in found["days"])
    assert get("/calendar/2030").json()["confirmed"] is False
