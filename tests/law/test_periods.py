"""Every day has one rulebook: periods that overlap or leave a gap are errors that name file and key."""

from datetime import date
from pathlib import Path

import pytest

from models.law.book import Book
from models.law.loader import LoadError, load_book
from models.law.periods import check_periods
from tests.law.made_book import BOOK, write

Period = tuple[date, date | None]
FIRST = (date(2014, 1, 1), date(2021, 12, 31))
SECOND = (date(2022, 1, 1), date(2025, 2, 28))


def made(folder: Path, *periods: Period) -> list[Book]:
    """Books b0, b1 … of these periods."""
    for number, (first, last) in enumerate(periods):
        content = {**BOOK, "code": f"b{number}", "valid_from": first} | ({"valid_to": last} if last else {})
        write(folder, content, f"b{number}")
    return [load_book(f"b{number}") for number in range(len(periods))]


def flaws(books: list[Book]) -> list[str]:
    with pytest.raises(LoadError) as error:
        check_periods(books)
    return str(error.value).splitlines()


def test_books_that_follow_each_other_are_sound_in_any_order(books: Path) -> None:
    found = made(books, FIRST, SECOND, (date(2025, 3, 1), None))
    check_periods(found)
    check_periods(reversed(found))
    check_periods(found[:2])
    check_periods([])


def test_a_day_in_two_books_is_an_error(books: Path) -> None:
    assert flaws(made(books, FIRST, (date(2021, 12, 31), None))) == [
        "b1.toml: valid_from: 31/12/2021 trùng thời gian với / overlaps b0.toml (01/01/2014 – 31/12/2021)"
    ]


def test_a_book_without_end_before_another_is_an_error(books: Path) -> None:
    assert flaws(made(books, (date(2014, 1, 1), None), SECOND)) == [
        "b1.toml: valid_from: 01/01/2022 trùng thời gian với / overlaps b0.toml (01/01/2014 – …)"
    ]


def test_two_books_of_one_day_are_an_error(books: Path) -> None:
    assert [line.partition(" trùng")[0] for line in flaws(made(books, FIRST, FIRST))] == [
        "b1.toml: valid_from: 01/01/2014"
    ]


def test_a_day_in_no_book_is_an_error(books: Path) -> None:
    assert flaws(made(books, FIRST, (date(2022, 1, 2), None))) == [
        "b1.toml: valid_from: 02/01/2022 không nối tiếp / leaves a gap after b0.toml (01/01/2014 – 31/12/2021)"
    ]


def test_a_book_that_ends_before_it_begins_is_an_error(books: Path) -> None:
    found = made(books, (date(2022, 1, 1), date(2021, 1, 1)))
    assert flaws(found) == [
        "b0.toml: valid_to: 01/01/2021 trước ngày bắt đầu 01/01/2022 / ends before it begins"
    ]


def test_every_overlap_and_gap_is_told_at_once(books: Path) -> None:
    found = made(books, FIRST, (date(2021, 6, 1), date(2022, 12, 31)), (date(2024, 1, 1), None))
    assert [line.partition(": ")[0] for line in flaws(found)] == ["b1.toml", "b2.toml"]
