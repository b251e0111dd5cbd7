"""Opening dossiers: the persons, the book of the day, and the first acts, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.books import book_of_day
from flows.eligibility import age_flaws
from flows.engine import Act, Actor, moment_of, plan
from flows.refusals import Flaw, Invalid, Refusal
from flows.state import Agencies, State
from flows.writing import Done, row_of, write
from models.clock import now
from models.law.book import Book
from models.law.calendar import Calendar
from models.person import PersonData, search_key
from models.store import Reach, Store, reach, unit_of_work

NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
_NUMBERS = text("SELECT nextval('dossier_number') FROM generate_series(1, :count)")
_INSERT = text("""
    WITH persons AS (
        INSERT INTO person SELECT * FROM jsonb_populate_recordset(NULL::person, :persons)
    ) INSERT INTO dossier SELECT * FROM jsonb_populate_recordset(NULL::dossier, :dossiers)
""").bindparams(bindparam("persons", type_=JSONB), bindparam("dossiers", type_=JSONB))


@dataclass(frozen=True)
class Opening:
    """One dossier to open: about whom, when, and what the book's opening action records."""

    person: PersonData
    facts: Mapping[str, Any]
    occurred_at: datetime
    late_reason: str | None = None
    particulars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def open_dossier(
    store: Store,
    actor: Actor,
    person: PersonData,
    facts: Mapping[str, Any],
    occurred_at: datetime,
    calendar: Calendar,
    *,
    late_reason: str | None = None,
    particulars: Mapping[str, Mapping[str, Any]] = NOTHING,
    dry_run: bool = False,
) -> Done:
    """Opens a dossier about a person for the actor's agency.

    Args:
        store: the store, as the application role; or a unit of work under way, which then commits or not.
        actor: who opens it.
        person: the person, validated.
        facts: what the book's opening action records.
        occurred_at: when it happened; the book of that day governs the dossier.
        calendar: the calendar limits are counted by.
        late_reason: why, if a limit was already passed.
        particulars: what is stated for one form only, by form.
        dry_run: judge and count, write nothing; not inside a unit of work.

    Raises:
        Invalid: no book covers the day, the person is too young, or a fact is wrong.
        Refused: the agency may not open, or a guard of the book refuses.
    """
    opening = Opening(person, facts, occurred_at, late_reason, particulars)
    with unit_of_work(store, actor.scope) as connection:
        [answer] = plan_openings(connection, actor, [opening], calendar)
        if not isinstance(answer, Done):
            raise answer
        write_openings(connection, [answer])
        if dry_run:
            connection.rollback()
    return answer


def open_many(
    store: Store, actor: Actor, openings: Sequence[Opening], calendar: Calendar
) -> list[Done | Refusal]:
    """Opens many dossiers in one transaction, with one job; each is opened or refused by itself.

    Args:
        store: the store, as the application role; or a unit of work under way, which then commits or not.
        actor: who opens them, for one agency.
        openings: some hundreds at a time.
        calendar: the calendar limits are counted by.

    Returns:
        For each opening, in order, what was done or why not.
    """
    with unit_of_work(store, actor.scope) as connection:
        answers = plan_openings(connection, actor, openings, calendar)
        write_openings(connection, [answer for answer in answers if isinstance(answer, Done)])
    return answers


def plan_openings(
    connection: Connection, actor: Actor, openings: Sequence[Opening], calendar: Calendar
) -> list[Done | Refusal]:
    """Judges openings and counts what they do, without writing: for each, in order, what it would do or why not."""
    reached = reach(connection)
    numbers = connection.execute(_NUMBERS, {"count": len(openings)}).scalars()
    agencies, answers = Agencies(connection), list[Done | Refusal]()
    for opening, number in zip(openings, numbers, strict=True):
        try:
            answers.append(_plan(opening, number, actor, agencies, calendar, reached))
        except Refusal as refusal:
            answers.append(refusal)
    return answers


def write_openings(connection: Connection, done: Sequence[Done], *, later: timedelta = timedelta()) -> None:
    """Writes planned openings: persons and dossiers as they are after the act, then the act as any other.

    Args:
        connection: the unit of work in which they were planned.
        done: what was planned.
        later: how long what follows the acts waits at least.
    """
    moment = now()
    persons = [
        {
            "id": one.state.person_id,
            "data": one.state.person.model_dump(mode="json"),
            "name_key": search_key(one.state.person.name),
            "recorded_at": moment,
        }
        for one in done
    ]
    dossiers = [
        row_of(one, moment)
        | {
            "number": one.state.number,
            "person": one.state.person_id,
            "opened_on": one.state.opened_on,
            "recorded_at": moment,
        }
        for one in done
    ]
    if not done:
        return
    connection.execute(_INSERT, {"persons": persons, "dossiers": dossiers})
    write(connection, done, later=later)


def _plan(
    opening: Opening, number: int, actor: Actor, agencies: Agencies, calendar: Calendar, reached: Reach
) -> Done:
    day = moment_of(opening.occurred_at).date()
    book = _book(day)
    flaws = age_flaws(opening.person.birth_date, book, day)
    if flaws:
        raise Invalid(flaws)
    state = State(
        id=uuid4(),
        number=f"{book.code}-{number:06d}",
        person_id=uuid4(),
        person=opening.person,
        book=book.code,
        stage="police_collection",
        holder=actor.agency,
        version=1,
        opened_on=day,
        facts={},
        acts={},
        parties={"compiler": actor.agency},
        head="",
        seq=0,
        reach=reached,
    )
    asked = Act(
        state.id, "open", opening.facts, opening.occurred_at, actor, None, opening.late_reason, opening.particulars
    )  # fmt: skip
    return plan(state, asked, agencies, calendar)


def _book(day: date) -> Book:
    book = book_of_day(day)
    if book is None:
        raise Invalid(
            [
                Flaw(
                    "no_rulebook",
                    "occurred_at",
                    f"chưa có bộ quy tắc cho ngày {day:%d/%m/%Y}",
                    f"no rulebook covers {day:%d/%m/%Y}",
                )
            ]
        )
    return book
