"""Opening a dossier: the person, the book of the day, and the first act, in one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, text

from flows.books import book_of_day
from flows.eligibility import age_flaws
from flows.engine import Act, Actor, moment_of, plan
from flows.refusals import Flaw, Invalid
from flows.state import Agencies, State
from flows.writing import Done, write
from models.clock import now
from models.law.book import Book
from models.law.calendar import Calendar
from models.person import PersonData, search_key
from models.store import Store, unit_of_work
from models.tables import table

_NEXT = text("SELECT nextval('dossier_number')")

NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


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
    day = moment_of(occurred_at).date()
    book = _book(day)
    flaws = age_flaws(person.birth_date, book, day)
    if flaws:
        raise Invalid(flaws)
    with unit_of_work(store, actor.scope) as connection:
        number = connection.execute(_NEXT).scalar_one()
        state = State(
            id=uuid4(),
            number=f"{book.code}-{number:06d}",
            person_id=uuid4(),
            person=person,
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
        )
        asked = Act(state.id, "open", facts, occurred_at, actor, None, late_reason, particulars)
        done = plan(state, asked, Agencies(connection), calendar)
        _insert(connection, state)
        write(connection, [done])
        if dry_run:
            connection.rollback()
    return done


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


def _insert(connection: Connection, state: State) -> None:
    moment = now()
    connection.execute(
        insert(table("person")),
        {
            "id": state.person_id,
            "data": state.person.model_dump(mode="json"),
            "name_key": search_key(state.person.name),
            "recorded_at": moment,
        },
    )
    connection.execute(
        insert(table("dossier")),
        {
            "id": state.id,
            "number": state.number,
            "person": state.person_id,
            "book": state.book,
            "stage": state.stage,
            "holder": state.holder,
            "version": state.version,
            "opened_on": state.opened_on,
            "facts": {},
            "acts": {},
            "parties": {},
            "head": "",
            "recorded_at": moment,
            "changed_at": moment,
        },
    )
    connection.execute(
        insert(table("dossier_agency")), {"dossier": state.id, "agency": state.parties["compiler"]}
    )
