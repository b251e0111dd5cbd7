"""Reminding and assigning many dossiers at once: each is done or refused by itself, and one that fails leaves nothing behind."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from flows.engine import Act
from flows.refusals import Invalid, Refusal, Refused, Stale, UnknownDossier
from flows.reminding import Reminding, remind
from flows.standstill import Stuck
from flows.writing import Done
from models.law.calendar import Calendar

T = TypeVar("T")


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


def each(connection: Connection, dossiers: Sequence[UUID], work: Callable[[UUID], T]) -> list[T | Refusal]:
    """What became of each dossier, in the order asked; they are locked in order of id."""
    done: dict[UUID, T | Refusal] = {}
    for one in sorted(dossiers):
        try:
            with connection.begin_nested():
                done[one] = work(one)
        except (Refused, Invalid, Stale, UnknownDossier) as refusal:
            done[one] = refusal
    return [done[one] for one in dossiers]
