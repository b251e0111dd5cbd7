"""The rulebooks in force here, checked against the forms and guards that exist."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from documents.forms import all_forms
from flows.guards import GUARDS
from models.law.facts import TYPES, Payload, payload_model
from models.law.loader import catalogue, check_book, codes, load_book
from models.law.schema import Book


@cache
def book(code: str) -> Book:
    """The book of this code, checked in full; raises LoadError."""
    found = load_book(code)
    check_book(found, forms=all_forms(), guards=GUARDS)
    return found


def book_of_day(day: date) -> Book | None:
    """The book under which a dossier opened on this day runs; None when no book covers the day."""
    for code in codes():
        found = book(code)
        if found.valid_from <= day and (found.valid_to is None or day <= found.valid_to):
            return found
    return None


@cache
def payload(code: str, action: str) -> type[Payload]:
    """The model of what an action of a book records."""
    found = book(code)
    return payload_model(found.action(action), catalogue(), found.exclusions)


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(TYPES.get(kind, str if kind == "choice" else tuple[str, ...]))


def typed(facts: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - facts have the types of the catalogue
    """A stored fact in the type of the catalogue; KeyError when it was not recorded."""
    return _adapter(catalogue()[name].type).validate_python(facts[name])
