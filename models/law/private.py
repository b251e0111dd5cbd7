"""Classes of what is private in a dossier, and which facts, papers and forms are of them."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from models.law.inheritance import read_toml
from models.law.loader import catalogue


class Private(StrEnum):
    """What some agencies' work needs and others' does not."""

    health = "health"
    """Findings about the person's health, addiction and use."""
    family = "family"
    """Relatives, what they say, and what is said of them."""
    minor = "minor"
    """Who a person under 18 is."""


ALL = frozenset(Private)
TOLD = frozenset({Private.health, Private.family})
"""What free text, and a paper of a kind that nobody classed, may hold."""
_FREE = {
    "background", "criteria", "deliveries", "excluded", "participants", "receiver", "representative", "text", "texts",
    "witness", "witnesses",
}  # fmt: skip
"""Types of facts in which something is told of a person."""
_FILE = Path(__file__).with_name("private.toml")


def of_fact(name: str) -> frozenset[Private]:
    """The classes of a fact; what belongs to an event but is no fact of the catalogue is told freely."""
    fact = catalogue().get(name)
    return _classes("facts").get(name, frozenset() if fact and fact.type not in _FREE else TOLD)


def of_paper(kind: str) -> frozenset[Private]:
    """The classes of a received paper."""
    return _classes("papers").get(kind, TOLD)


def of_form(code: str) -> frozenset[Private]:
    """The classes of a form."""
    return _classes("forms").get(code, TOLD)


def unclassed(facts: Collection[str], papers: Collection[str], forms: Collection[str]) -> set[str]:
    """Names of which nobody has said whether they are private, and names that stand in no book any more."""
    free = {name for name in facts if catalogue()[name].type in _FREE}
    found = free - _classes("facts").keys() | _classes("facts").keys() - set(facts)
    return found | _classes("papers").keys() ^ set(papers) | _classes("forms").keys() ^ set(forms)


@cache
def _classes(what: str) -> Mapping[str, frozenset[Private]]:
    said: Mapping[str, list[str]] = read_toml(_FILE)[what]
    names = {name for listed in said.values() for name in listed}
    private = {one: set(said[one]) for one in said if one != "open"}
    return {
        name: frozenset(Private(one) for one, listed in private.items() if name in listed) for name in names
    }
