"""What a rulebook says of the way from the book before is checked against both books."""

import re
from pathlib import Path
from typing import Any

import pytest

from models.law.loader import LoadError, load_book
from tests.law.made_book import BAR, BOOK, COMPILE, write

LANDING: dict[str, Any] = {
    "id": "t-1", "stage": "police_collection", "next": "police_collection", "citation": "Luật thử Đ.9", "confirmed": True,
}  # fmt: skip
MOVED: dict[str, Any] = {
    "from": "aged", "citation": "Luật thử Đ.9", "confirmed": True, "rules": {"r-bar": "r-compile"},
    "acts": {"open": "open"}, "facts": ["residence?"], "landings": [LANDING],
}  # fmt: skip


def flaws(books: Path, **changed: object) -> str:
    """Why a book with this transition is refused; empty when it is not."""
    write(books, {**BOOK, "code": "aged", "rules": [COMPILE, BAR]}, "aged")
    write(books, {**BOOK, "transition": {**MOVED, **changed}})
    try:
        load_book("test")
    except LoadError as error:
        return str(error)
    return ""


def test_a_sound_transition_is_taken(books: Path) -> None:
    assert flaws(books) == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"from": "test"}, "transition.from: .*must be an older book: test"),
        ({"from": "none"}, "transition.from: .*must be an older book: none"),
        ({"rules": {"r-none": "r-bar"}}, "transition.rules: .*unknown rule r-none"),
        ({"rules": {"r-bar": "r-none"}}, "transition.rules: .*unknown rule r-none"),
        ({"acts": {"dance": "open"}}, "transition.acts: .*unknown action dance"),
        ({"acts": {"open": "dance"}}, "transition.acts: .*unknown action dance"),
        ({"facts": ["moon"]}, "transition.facts: .*unknown fact moon"),
        ({"landings": [{**LANDING, "next": "execution"}]}, "transition.landings.t-1.next: .*no such stage execution"),
        ({"landings": [{**LANDING, "hand_to": "nobody"}]}, "transition.landings.t-1.hand_to: .*unknown party nobody"),
        ({"landings": [{**LANDING, "undoes": ["dance"]}]}, "transition.landings.t-1.undoes: .*unknown action dance"),
        ({"landings": [{**LANDING, "when": {"moon": True}}]}, "transition.landings.t-1: .*unknown fact moon"),
        (
            {"keeps": [{"id": "t-2", "stage": "execution", "when": {"placed": True}, "citation": "Đ.1", "confirmed": True}]},
            "transition.keeps.t-2.when: .*cannot be used here: placed",
        ),
        ({"landings": [{key: LANDING[key] for key in LANDING if key != "citation"}]}, "citation: thiếu / Field required"),
    ],
)  # fmt: skip
def test_what_a_transition_names_must_exist(books: Path, changed: dict[str, Any], said: str) -> None:
    assert re.search(said, flaws(books, **changed))


def test_a_provision_cannot_have_the_id_of_a_rule(books: Path) -> None:
    row = {
        "id": "r-bar",
        "about": "subject",
        "title": "Ai",
        "title_en": "Who",
        "citation": "Đ.1",
        "confirmed": True,
    }
    write(books, {**BOOK, "provisions": [row, {**row, "id": "s-1"}, {**row, "id": "s-1"}]})
    with pytest.raises(LoadError) as error:
        load_book("test")
    assert "test.toml: provisions.s-1: lặp lại / twice" in str(error.value)
    assert "test.toml: provisions.r-bar: cũng là một quy tắc / a rule has this id" in str(error.value)


def test_minors_wording_can_only_say_what_the_wording_says(books: Path) -> None:
    write(books, {**BOOK, "wording_minor": {"moon": "x"}})
    with pytest.raises(LoadError, match=r"^test\.toml: wording_minor\.moon: .*no such key$"):
        load_book("test")


def test_papers_about_a_minor_speak_as_the_book_says(books: Path) -> None:
    write(books, {**BOOK, "wording_minor": {"measure": "việc đưa đi"}})
    book = load_book("test")
    assert book.words("adult").measure == "biện pháp"
    assert book.words("minor").measure == "việc đưa đi"
    assert book.words("minor").court == book.words("adult").court
