"""The periods of rulebooks against each other: every day has one book, from the first day of the oldest on."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from models.law.book import Book
from models.law.loader import LoadError


def check_periods(books: Iterable[Book]) -> None:
    """Checks that each book begins on the day after the one before it ends; only the last may be without end.

    Raises:
        LoadError: every overlap and gap, with file and key.

    """
    ordered = sorted(books, key=lambda book: book.valid_from)
    flaws = [
        f"{book.code}.toml: valid_to: {_day(book.valid_to)} trước ngày bắt đầu {_day(book.valid_from)} / "
        "ends before it begins"
        for book in ordered
        if book.valid_to and book.valid_to < book.valid_from
    ]
    for older, newer in pairwise(ordered):
        key = f"{newer.code}.toml: valid_from: {_day(newer.valid_from)}"
        until = f"{older.code}.toml ({_day(older.valid_from)} – {_day(older.valid_to)})"
        if older.valid_to is None or newer.valid_from <= older.valid_to:
            flaws.append(f"{key} trùng thời gian với / overlaps {until}")
        elif newer.valid_from > older.valid_to + timedelta(days=1):
            flaws.append(f"{key} không nối tiếp / leaves a gap after {until}")
    if flaws:
        raise LoadError("\n".join(flaws))


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "…"
