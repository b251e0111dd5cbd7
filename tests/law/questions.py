"""Every question the calculator can be asked about a book: each rule under each set of facts that decides it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

from models.law.book import Book
from models.law.limits import TIMEZONE, Choice, FactNeeded, choose
from models.law.loader import load_book
from models.law.schema import Clock, Rule

Facts = dict[str, bool | str | int]


class Question(NamedTuple):
    """A rule under facts that decide it, and what it says then."""

    rule: Rule
    facts: Facts
    choice: Choice


class Missing(NamedTuple):
    """A rule under facts that do not decide it yet: which fact is asked for, and what it may be."""

    rule: Rule
    facts: Facts
    fact: str
    choices: tuple[bool | str | int, ...]


def counted(code: str) -> list[Rule]:
    """The rules of the book that run a clock."""
    return [rule for rule in load_book(code).rules if rule.clock is Clock.counted]


def clockless(code: str) -> list[Rule]:
    """The rules of the book that run none."""
    return [rule for rule in load_book(code).rules if rule.clock is not Clock.counted]


def asked(rule: Rule, facts: Facts | None = None) -> Iterator[Question | Missing]:
    """What comes of asking without facts, and then with each value of each fact that the refusal names."""
    facts = facts or {}
    try:
        choice = choose(rule, facts)
    except FactNeeded as refused:
        yield Missing(rule, facts, refused.fact, refused.choices)
        if refused.fact not in facts:
            for value in refused.choices:
                yield from asked(rule, {**facts, refused.fact: value})
    else:
        yield Question(rule, facts, choice)


def moment(book: Book) -> datetime:
    """A working afternoon of the book's first months."""
    return datetime.combine(book.valid_from + timedelta(days=50), time(15, 30), TIMEZONE)
