"""Which issued documents say something else once a correction is made, and who must issue them again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flows.books import book as book_of
from flows.ending import REISSUE, Paper, forms_of, view_of_reissue
from flows.engine import Act, Actor
from flows.issuing import Issue, particulars_of
from flows.refusals import Invalid
from flows.state import Agencies, State
from models.law.calendar import Calendar


@dataclass(frozen=True)
class Touched:
    """A document whose content a correction changes; `agency` must issue it again, if its form still can be."""

    paper: Paper
    agency: str
    again: bool
    """Whether the present book has its form and what it says could be worked out: otherwise it is for people to see."""


def contents(
    papers: Sequence[Paper], state: State, agencies: Agencies, calendar: Calendar, at: datetime
) -> dict[UUID, dict[str, Any] | None]:
    """What each document would say if it were issued again now, None where it cannot be filled."""
    return {paper.id: _content(paper, state, agencies, calendar, at) for paper in papers}


def _content(
    paper: Paper, state: State, agencies: Agencies, calendar: Calendar, at: datetime
) -> dict[str, Any] | None:
    if paper.form not in set(forms_of(book_of(state.book))):
        return None
    issuer = agencies[agencies.in_charge(paper.agency, at.date())].card
    stated = {paper.form: paper.particulars} if paper.particulars is not None else {}
    asked = Act(
        state.id, REISSUE, {}, at, Actor(_NOBODY, issuer.code, "head"), None, particulars=stated, document=paper.id
    )  # fmt: skip
    view = view_of_reissue(state, asked, agencies, calendar, paper)
    try:
        view = replace(
            view, particulars=particulars_of(view.action, stated, issuer.kind), kind=issuer.kind, origin=paper.origin
        )  # fmt: skip
        issue = Issue(view, issuer, {name: agencies[code].card for name, code in state.parties.items()})
        issue.check(state.acts)
    except Invalid:
        return None
    return next((context.model_dump(mode="json") for _form, context in issue.drafts()), None)


_NOBODY = uuid4()


def touched(
    papers: Sequence[Paper],
    frozen: dict[UUID, str],
    states: tuple[dict[UUID, dict[str, Any] | None], dict[UUID, dict[str, Any] | None]],
    old: Sequence[str],
    charge: dict[str, str],
) -> list[Touched]:
    """The documents that would say something else; one that cannot be filled, if the old words stand in it.

    Args:
        papers: the issued documents.
        frozen: what each says, as JSON.
        states: what each would say before the correction, and after it.
        old: the words that were corrected.
        charge: who stands for each issuing agency now.
    """
    before, after = states
    found = []
    for paper in papers:
        was, becomes = before[paper.id], after[paper.id]
        if was is None or becomes is None:
            if any(word in frozen[paper.id] for word in old):
                found.append(Touched(paper, charge[paper.agency], again=False))
        elif was != becomes:
            found.append(Touched(paper, charge[paper.agency], again=True))
    return found
