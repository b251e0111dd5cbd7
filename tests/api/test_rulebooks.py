"""Rulebooks and the calendar as clients and the command line see them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.rulebook_view import show
from flows.books import book
from flows.books import books as all_books
from models.law.calendar import baseline
from models.law.diff import difference
from models.law.loader import codes, load_book
from tests.api.road import Caller
from tests.law.conftest import books as books
from tests.law.made_book import BOOK, OPEN, SEND, write

USER = "ca.cau-giay"


@pytest.fixture
def get(as_user: Callable[[str], Caller]) -> Callable[[str], Any]:
    return lambda path: as_user(USER).get(f"/v1{path}")


def test_the_books_are_listed(get: Callable[[str], Any]) -> None:
    found = {one["code"]: one for one in get("/rulebooks").json()}
    assert set(found) == set(codes())
    assert found["2026"]["valid_from"] == "2026-07-01"
    assert 0 < found["2026"]["unconfirmed"] < found["2026"]["rules"]
    for code, line in found.items():
        law = book(code)
        assert (line["rules"], line["provisions"], line["actions"]) == tuple(
            map(len, (law.rules, law.provisions, law.actions))
        )


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
    used |= {ref.id for refs in book(code).drawn.values() for ref in refs}
    assert {form["code"] for form in shown["forms"]} == used
    assert shown["papers"]


@pytest.mark.parametrize("code", codes())
def test_everything_a_book_is_made_of_is_shown_with_its_article(get: Callable[[str], Any], code: str) -> None:
    law, shown = book(code), get(f"/rulebooks/{code}").json()
    for table in ("rules", "actions", "papers", "provisions"):
        assert len(shown[table]) == len(getattr(law, table))
        assert all(isinstance(row["confirmed"], bool) for row in shown[table])
    for table in ("rules", "actions", "papers", "forms", "provisions"):
        assert all(row["citation"] for row in shown[table]), table
    assert set(shown["ways_in"]) == set(shown["stages"])
    assert all(ways and all(way["citation"] for way in ways) for ways in shown["ways_in"].values())
    assert shown["wording"] == law.wording.model_dump(mode="json")
    assert (shown["transition"] is None) == (law.transition is None)
    if law.transition:
        assert shown["transition"]["from"] == law.transition.origin
        assert len(shown["transition"]["landings"]) == len(law.transition.landings)


def test_a_guard_is_shown_with_its_argument_and_its_condition(books: Path) -> None:
    guards = ["file_is_complete", {"id": "window_is_over:r-compile", "when": {"residence": "none"}}]
    write(books, {**BOOK, "actions": [OPEN, {**SEND, "guards": guards}]})
    sending = show(load_book("test"))["actions"][1]
    assert sending["guards"] == [
        {"name": "file_is_complete", "argument": None, "when": {}},
        {"name": "window_is_over", "argument": "r-compile", "when": {"residence": "none"}},
    ]
    assert [ref["id"] for ref in sending["ends"]] == ["r-compile"]


def test_two_books_are_compared(get: Callable[[str], Any]) -> None:
    found = get("/rulebooks/2022/diff/2025-07").json()
    assert found == difference(book("2022"), book("2025-07"), all_books()).model_dump(mode="json")
    assert (found["old"], found["new"]) == ("2022", "2025-07")
    read = next(row for row in found["rules"] if row["new"] == "p3-notice")
    three = "3 ngày làm việc / 3 working_day"
    assert (read["old"], read["was"], read["now"]) == ("read-A", three, three)
    assert "citation" in {change["field"] for change in read["changes"]}
    assert {row["state"] for row in found["rules"]} == {"new", "gone", "changed"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/rulebooks/1999", "unknown_rulebook"),
        ("/rulebooks/facts", "unknown_rulebook"),
        ("/rulebooks/1999/rules/p4-read", "unknown_rulebook"),
        ("/rulebooks/1999/diff/2026", "unknown_rulebook"),
        ("/rulebooks/2026/diff/facts", "unknown_rulebook"),
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
