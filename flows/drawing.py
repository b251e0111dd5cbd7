"""Drawing up a paper beside the dossier's acts: a form of the book, filled, numbered and frozen, that moves nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from documents.forms import all_forms
from flows.books import UNLISTED
from flows.books import book as book_of
from flows.eligibility import order_needs, rights_needs
from flows.engine import Act, Facts, effect, moment_of
from flows.issuing import particulars_of
from flows.refusals import Flaw, Invalid, Refused, Stale
from flows.state import Agencies, State
from flows.view import View
from flows.writing import Done
from models.law.book import Book
from models.law.calendar import Calendar
from models.law.schema import Action, AgencyKind, Ref, Stage


def drawable(state: State, kind: str, at: datetime) -> Iterator[Ref]:
    """Forms that an agency of this kind may draw up in the dossier now, in the order of the book.

    In a closed dossier only those that the law orders after its end, such as a certificate of what went on elsewhere.
    """
    book = book_of(state.book)
    view = View(state, book, _action(book, ()), Facts(state, {}, at), at)
    open_ = state.stage != Stage.closed
    theirs = (ref for ref in book.drawn.get(AgencyKind(kind), ()) if open_ or ref.closed)
    refs = (ref for ref in theirs if view.holds(ref.when))
    yield from (ref.model_copy(update={"given": True}) for ref in refs)


def plan_drawing(state: State, asked: Act, agencies: Agencies, calendar: Calendar) -> Done:
    """Judges a paper that is drawn up by itself, and fills it; the dossier stays in its stage and with its holder.

    The asked particulars name the forms. Any agency that takes part in the dossier draws up the forms of its kind.

    Raises:
        Stale; Invalid: no form is named, or its content does not fit; Refused: not theirs to draw up, or not now.
    """
    if asked.expected_version is not None and asked.expected_version != state.version:
        raise Stale(state.version)
    book, at = book_of(state.book), moment_of(asked.occurred_at)
    agencies.read([asked.actor.agency, state.holder, *state.parties.values()])
    kind = agencies[asked.actor.agency].card.kind
    refs = [ref for ref in drawable(state, kind, at) if ref.id in asked.particulars]
    action = _action(book, refs)
    if not asked.particulars:
        message = "phải nêu mẫu cần lập", "no form is named"
        raise Invalid([Flaw("missing", "particulars", *message, book.title)])
    view = View(
        state, book, action, Facts(state, {}, at), at, frozenset(), calendar,
        particulars_of(action, asked.particulars, kind), asked.signing, kind,
    )  # fmt: skip
    needs = [
        *rights_needs(state, action, asked.actor.agency, asked.actor.role, agencies, at.date()),
        *order_needs(view),
    ]
    if unmet := [need for need in needs if not need.met]:
        raise Refused(unmet)
    asked = replace(asked, action=action.code)
    return effect(view, asked, {}, NOTHING, agencies, calendar)


NOTHING: Mapping[str, object] = {}


def _action(book: Book, refs: Sequence[Ref]) -> Action:
    """Drawing up these forms; a decision is for the head, whose word it is."""
    decides = any(all_forms()[ref.id].register == "QĐ" for ref in refs)
    return Action(
        code="draw_up", title=UNLISTED["draw_up"], title_en="Draw up a paper", stages=tuple(Stage),
        by=tuple(AgencyKind), actor="any",
        role="head" if decides else "officer", after=("open",), repeat=True, forms=tuple(refs), citation=book.title,
    )  # fmt: skip
