"""The end of an issued document: declared void, or superseded by the same form issued again; each is an act of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows import policy
from flows.books import UNLISTED
from flows.books import book as book_of
from flows.eligibility import order_needs
from flows.engine import Act, Facts, act, effect, moment_of
from flows.issuing import particulars_of
from flows.refusals import Need, Refused, Stale, UnknownDossier
from flows.state import Agencies, State
from flows.view import View
from flows.writing import Done, Ending
from models.law.book import Book
from models.law.calendar import Calendar
from models.law.limits import TIMEZONE
from models.law.schema import Action, AgencyKind, Ref, Stage
from models.store import Store, unit_of_work

VOID, REISSUE = "void_document", "reissue_document"
_ENGLISH = {VOID: "Declare a document void", REISSUE: "Issue a document again"}
CITATION = "NĐ 30/2020/NĐ-CP Đ.18.3, 18.4"
"""A document with wrong content is replaced by one of the same kind; one that was issued can be recalled."""


@dataclass(frozen=True)
class Paper:
    """An issued document that is to end, with the act and the moment it tells of."""

    id: UUID
    form: str
    number: str  # empty when its form has none
    day: date
    agency: str
    state: str
    particulars: Mapping[str, Any] | None
    origin: tuple[str, datetime]


# A document issued again tells of the act that the first one was issued with.
_PAPER = text("""
    WITH RECURSIVE line AS (
        SELECT id, event FROM document WHERE id = :document
        UNION ALL SELECT older.id, older.event FROM document older JOIN line ON older.replaced_by = line.id
    )
    SELECT d.id, d.form, coalesce(d.number_text, '') AS number, d.issued_on, d.agency, d.state,
        f.facts -> 'particulars' -> d.form AS particulars, first.action, first.occurred_at
    FROM document d LEFT JOIN event_facts f ON f.event = d.event
        CROSS JOIN LATERAL (SELECT e.action, e.occurred_at FROM line JOIN event e ON e.id = line.event
            ORDER BY e.seq LIMIT 1) first
    WHERE d.id = :document
""")


def end(store: Store, asked: Act, calendar: Calendar, *, dry_run: bool = False) -> Done:
    """Ends a document, and issues it again if that is asked; all in one transaction.

    Args:
        store: the store, as the application role; or a unit of work under way.
        asked: the act, `VOID` or `REISSUE`, with the document and the reason; particulars and who signs as for any paper.
        calendar: the calendar limits are counted by.
        dry_run: judge everything, write nothing; not inside a unit of work.

    Raises:
        UnknownDossier, Stale, Invalid, Refused: nothing was written.
    """
    with unit_of_work(store, asked.actor.scope, locking=[asked.dossier]) as connection:
        paper = read_paper(connection, asked.document)
        plan = plan_void if asked.action == VOID else plan_reissue
        done = act(connection, asked, calendar, how=partial(plan, paper))
        if dry_run:
            connection.rollback()
    return done


def read_paper(connection: Connection, document: UUID | None) -> Paper:
    """An issued document; UnknownDossier when there is none, or its dossier may not be seen."""
    row = connection.execute(_PAPER, {"document": document}).one_or_none()
    if row is None:
        raise UnknownDossier
    origin = row.action, row.occurred_at.astimezone(TIMEZONE)
    return Paper(row.id, row.form, row.number, row.issued_on, row.agency, row.state, row.particulars, origin)


def plan_void(paper: Paper, state: State, asked: Act, agencies: Agencies, calendar: Calendar) -> Done:
    """Judges that a document is void; its number stays taken, and the act it was issued with stands.

    Raises:
        Stale; Refused: not theirs to say, or it has ended already.
    """
    view = _view(state, asked, agencies, calendar, ())
    _refuse_unmet([_right(paper, view, asked, agencies), _stands(paper)])
    done = effect(view, asked, {}, {}, agencies, calendar)
    done.ends = [Ending(paper.id, "void", asked.reason or "")]
    return done


def plan_reissue(paper: Paper, state: State, asked: Act, agencies: Agencies, calendar: Calendar) -> Done:
    """Judges that a document is issued again, from what the dossier says now, with a new number and today's date.

    What was stated for this form only is stated again unless the act says something else. Who signs is asked anew.

    Raises:
        Stale; Invalid: its content does not fit; Refused: not theirs to issue, ended already, or no form of the book.
    """
    before = {paper.form: paper.particulars} if paper.particulars is not None else {}
    asked = replace(asked, particulars=asked.particulars or before)
    view = view_of_reissue(state, asked, agencies, calendar, paper)
    _refuse_unmet([
        _right(paper, view, asked, agencies), _stands(paper), _in_book(paper, view.book), *order_needs(view),
    ])  # fmt: skip
    counted = state.issued.get(paper.form)
    if counted and (counted.number, counted.day) == (paper.number, paper.day):
        del state.issued[paper.form]  # the new one does not refer to the one it replaces
    kind = agencies[asked.actor.agency].card.kind
    view = replace(
        view, particulars=particulars_of(view.action, asked.particulars, kind), signing=asked.signing,
        kind=kind, origin=paper.origin,
    )  # fmt: skip
    done = effect(view, asked, {}, {}, agencies, calendar)
    done.ends = [Ending(paper.id, "superseded", asked.reason or "")]
    return done


def view_of_reissue(state: State, asked: Act, agencies: Agencies, calendar: Calendar, paper: Paper) -> View:
    """What a document is filled from when it is issued again."""
    return _view(state, asked, agencies, calendar, [Ref(id=paper.form, given=bool(asked.particulars))])


def _view(
    state: State, asked: Act, agencies: Agencies, calendar: Calendar, forms: "list[Ref] | tuple[Ref, ...]"
) -> View:
    if asked.expected_version is not None and asked.expected_version != state.version:
        raise Stale(state.version)
    book, at = book_of(state.book), moment_of(asked.occurred_at)
    agencies.read([asked.actor.agency, state.holder, *state.parties.values()])
    action = Action(
        code=asked.action, title=UNLISTED[asked.action], title_en=_ENGLISH[asked.action], stages=tuple(Stage),
        by=tuple(AgencyKind), actor="any", role="head", after=("open",), repeat=True, forms=tuple(forms),
        citation=CITATION,
    )  # fmt: skip
    return View(state, book, action, Facts(state, {}, at), at, calendar=calendar)


def _refuse_unmet(needs: list[Need]) -> None:
    if unmet := [need for need in needs if not need.met]:
        raise Refused(unmet)


def _right(paper: Paper, view: View, asked: Act, agencies: Agencies) -> Need:
    """The head of the agency that issued it, or of its successor; a supervisor may declare it void, not issue it."""
    agencies.read([paper.agency])
    issuer = agencies.in_charge(paper.agency, view.at.date())
    right = policy.may(
        asked.actor.role, "documents.void" if view.action.code == VOID else "documents.reissue"
    )
    elsewhere = asked.actor.role == "head" and asked.actor.agency != issuer
    others = " hoặc người giám sát" if view.action.code == VOID else ""
    return Need(
        "not_issuer",
        right and not elsewhere,
        f"“{view.action.title}” phải do người đứng đầu {agencies[issuer].card.name}{others} thực hiện",
        "Only the head of the agency that issued it may do this" + (", or a supervisor" if others else ""),
        CITATION,
        paper.form,
    )


def _stands(paper: Paper) -> Need:
    ended = {"void": ("bị hủy", "void"), "superseded": ("được thay thế", "superseded")}
    vietnamese, english = ended.get(paper.state, ("", ""))
    return Need(
        "document_ended",
        paper.state == "issued",
        f"Văn bản này đã {vietnamese}",
        f"This document is {english} already",
        CITATION,
        paper.form,
    )


def _in_book(paper: Paper, book: Book) -> Need:
    """After a change of law a paper of the older book can be void, but the form it was printed on is gone."""
    return Need(
        "form_not_in_book",
        paper.form in set(forms_of(book)),
        f"Bộ quy tắc {book.code} không còn mẫu {paper.form}: hãy hủy văn bản và lập theo mẫu mới",
        f"Rulebook {book.code} has no form {paper.form}: declare the document void and draw up the new form",
        book.title,
        paper.form,
    )


def forms_of(book: Book) -> Iterator[str]:
    """Every form that a book's acts issue or its agencies draw up."""
    yield from (ref.id for action in book.actions for ref in action.forms)
    yield from (ref.id for refs in book.drawn.values() for ref in refs)
