"""Reminding and assigning many dossiers at once: each is done or refused by itself, and one that fails leaves nothing behind."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from flows.engine import Act
from flows.refusals import Invalid, Refusal, Refused, Stale, UnknownDossier
from flows.reminding import Reminding, remind
from flows.standstill import Stuck
from flows.writing import Done
from models.law.calendar import Calendar

T = TypeVar("T")
K = TypeVar("K", bound=Any)


class Line(NamedTuple):
    """A line of what stands in dossiers' ways: the dossier, the cause, and the rule of the limit it is about, if any."""

    dossier: UUID
    cause: str
    rule: str = ""


def remind_many(
    connection: Connection, asked: Act, dossiers: Sequence[UUID], what: Reminding, calendar: Calendar
) -> list[tuple[Done, Stuck] | Refusal]:
    """Issues a letter in each dossier, in the order asked.

    Args:
        connection: the unit of work.
        asked: the act as it is done in each.
        dossiers: where; each once, taken in order of id, so that two such calls never wait in a ring.
        what: to remind of.
        calendar: the calendar in force.
    """
    return each(
        connection, dossiers, lambda one: remind(connection, replace(asked, dossier=one), what, calendar)
    )


def remind_of_lines(
    connection: Connection, asked: Act, lines: Sequence[Line], what: Reminding, calendar: Calendar
) -> list[tuple[Done, Stuck] | Refusal]:
    """Issues a letter for each line, of its own cause; the rest as in `remind_many`."""

    def work(line: Line) -> tuple[Done, Stuck]:
        of = replace(what, cause=line.cause, rule=line.rule or None)
        return remind(connection, replace(asked, dossier=line.dossier), of, calendar)

    return each(connection, lines, work)


def each(connection: Connection, dossiers: Sequence[K], work: Callable[[K], T]) -> list[T | Refusal]:
    """What became of each dossier or line, in the order asked; dossiers are locked in order of id."""
    done: dict[K, T | Refusal] = {}
    for one in sorted(dossiers):
        try:
            with connection.begin_nested():
                done[one] = work(one)
        except (Refused, Invalid, Stale, UnknownDossier) as refusal:
            done[one] = refusal
    return [done[one] for one in dossiers]
