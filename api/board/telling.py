"""Recorded facts as people read them: by their titles, with their choices in words; what is masked says so."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from api.board import words
from api.board.fields import YES_NO
from api.board.rendering import day, moment
from api.board.visits import Visit
from api.glossary import FIELDS
from flows.books import book as book_of
from models.law.loader import catalogue
from models.law.private import of_fact
from models.law.schema import Fact

_OWNERS = {
    "official": "Official", "officials": "Official", "witness": "Witness", "witnesses": "Witness", "receiver": "Receiver",
    "representative": "Representative", "criteria": "Criteria", "background": "Background", "participants": "Participant",
    "deliveries": "Delivery",
}  # fmt: skip
"""The structured facts by their type."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*", re.ASCII)


def told(
    facts: Mapping[str, Any], book: str, agencies: Mapping[str, str], visit: Visit
) -> list[tuple[str, Markup]]:
    """Facts in the order in which they were recorded: what each is called, and what it says."""
    known = catalogue()
    found = ((known[name], name, value) for name, value in facts.items() if name in known)
    return [
        (
            fact.title_en if visit.language == "en" else fact.title,
            _said(fact, name, agencies.get(value, value) if fact.type == "agency" else value, book, visit),
        )
        for fact, name, value in found
    ]


def _said(fact: Fact, name: str, value: Any, book: str, visit: Visit) -> Markup:  # noqa: ANN401 - as recorded
    if value is None:
        why = ", ".join(visit.say(words.MASKS[one]) for one in sorted(of_fact(name)) if one in words.MASKS)
        return Markup('<span class="masked">•••</span> <span class="note">{}</span>').format(
            visit.say("được che: %(what)s", what=why) if why else visit.say("được che")
        )
    if fact.type == "choice":
        return Markup("{}").format(fact.choices.get(value, value))
    if fact.type == "excluded":
        cases = book_of(book).exclusions
        return _lines([Markup("{}").format(cases.get(one, one)) for one in value]) or Markup("{}").format(
            visit.say(YES_NO["false"])
        )
    if fact.type in {"instant", "day"}:
        return Markup("{}").format(_time(fact.type, value))
    return _value(value, _OWNERS.get(fact.type, ""), visit)


def _time(kind: str, value: str) -> object:
    return moment(datetime.fromisoformat(value)) if kind == "instant" else day(value)


def _value(value: Any, owner: str, visit: Visit) -> Markup:  # noqa: ANN401 - as recorded
    """Any value: parts with what they are called, lists line by line."""
    match value:
        case bool():
            return Markup("{}").format(visit.say(YES_NO[str(value).lower()]))
        case list():
            return _lines([_value(one, owner, visit) for one in value])
        case dict():
            return Markup("; ").join(_parts(value, owner, visit))
        case str() if _INSTANT.fullmatch(value):
            return Markup("{}").format(_time("instant", value))
    return Markup("{}").format(words.SEXES.get(value, value) if isinstance(value, str) else value)


def _parts(value: Mapping[str, Any], owner: str, visit: Visit) -> Iterator[Markup]:
    for name, one in value.items():
        if one not in (None, "", [], ()):
            vi, bar, en = (
                FIELDS.get(f"Fact{owner}.{name}") or FIELDS.get(f"{owner}.{name}") or FIELDS.get(name) or name
            ).partition(" · ")
            yield Markup("{}: {}").format(
                en if bar and visit.language == "en" else vi, _value(one, "Relative", visit)
            )


def _lines(lines: list[Markup]) -> Markup:
    return (
        Markup('<ul class="lines">{}</ul>').format(
            Markup("").join(Markup("<li>{}</li>").format(one) for one in lines)
        )
        if lines
        else Markup("")
    )
