"""The rulebooks in force here, checked against the forms and guards that exist."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from documents.forms import all_forms
from flows.guards import GUARDS
from models.law.book import Book
from models.law.facts import TYPES, Payload, payload_model
from models.law.loader import catalogue, check_book, codes, load_book
from models.law.periods import check_periods


@cache
def book(code: str) -> Book:
    """The book of this code, checked in full; raises LoadError."""
    found = load_book(code)
    check_book(found, forms=all_forms(), guards=GUARDS)
    return found


@cache
def books() -> tuple[Book, ...]:
    """Every book, oldest first, checked in full and against the periods of the others; raises LoadError."""
    found = tuple(map(book, codes()))
    check_periods(found)
    return found


def book_of_day(day: date) -> Book | None:
    """The book under which a dossier opened on this day runs; None when no book covers the day."""
    for found in books():
        if found.valid_from <= day and (found.valid_to is None or day <= found.valid_to):
            return found
    return None


@cache
def successor(code: str) -> Book | None:
    """The book into which open dossiers of this one are migrated; None for the newest."""
    for newer in books():
        if newer.transition and newer.transition.origin == code:
            return newer
    return None


UNLISTED = {
    "migrate": "Chuyển hồ sơ sang bộ quy tắc mới",
    "keep_book": "Giữ hồ sơ theo bộ quy tắc cũ",
    "draw_up": "Lập văn bản",
    "void_document": "Hủy văn bản",
    "reissue_document": "Ban hành lại văn bản",
    "void_last": "Hủy thao tác cuối",
    "correct": "Đính chính hồ sơ",
    "remind": "Nhắc việc",
}
"""Acts that no book lists: a dossier moves to the next book or stays where it is; papers are drawn up, void, or replaced;
the last act is taken back; what was recorded is corrected; whoever must act is reminded."""


def title_of(action: str, code: str) -> str:
    """What an act is called in its book."""
    return UNLISTED.get(action) or book(code).action(action).title


@cache
def payload(code: str, action: str) -> type[Payload]:
    """The model of what an action of a book records."""
    found = book(code)
    return payload_model(action, found.action(action).facts, catalogue(), found.exclusions)


@cache
def schema(code: str, action: str) -> Mapping[str, Any]:
    """The JSON Schema of what an action of a book records; building one costs milliseconds."""
    return payload(code, action).model_json_schema()


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(TYPES.get(kind, str if kind == "choice" else tuple[str, ...]))


def typed(facts: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - facts have the types of the catalogue
    """A stored fact in the type of the catalogue; KeyError when it was not recorded."""
    return _adapter(catalogue()[name].type).validate_python(facts[name])
