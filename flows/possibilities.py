"""What can be done with a dossier now, and why not the rest; and drafts of what an act would issue."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from documents.case import FormContext
from documents.form import Form
from flows.books import book as book_of
from flows.books import schema as schema_of
from flows.eligibility import order_needs, rights_needs
from flows.engine import Act, Actor, Facts, Planner, plan
from flows.guards import judge
from flows.refusals import Need, UnknownAction, UnknownDossier
from flows.state import ERASED, Agencies, State, load, require_kept
from flows.view import View
from models.clock import now
from models.law.calendar import Calendar
from models.law.limits import TIMEZONE
from models.law.schema import Action, ActionFact
from models.store import Store, unit_of_work


@dataclass(frozen=True)
class Possibility:
    """An action of the present stage: whether it is allowed now, all its needs, and what it asks for."""

    action: Action
    allowed: bool
    needs: list[Need]
    facts_schema: dict[str, Any]


def possibilities(engine: Store, dossier: UUID, actor: Actor) -> list[Possibility]:
    """Every action of the dossier's present stage, judged by the code that will judge the act.

    Raises:
        UnknownDossier: there is none, or the actor may not see it.
    """
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        agencies = Agencies(connection)
        states = load(connection, [dossier], agencies)
        if dossier not in states:
            raise UnknownDossier
        state = states[dossier]
        acts = (one for one in book_of(state.book).actions if state.stage in one.stages)
        judged = _Judged(state, actor, agencies)
        return [judged.possibility(action) for action in acts]


def possibility(connection: Connection, state: State, actor: Actor, code: str) -> Possibility:
    """One action of the dossier's book, also when it is none of the present stage: its needs say so then.

    Raises:
        UnknownAction: the book has none of this code, or it opens dossiers.
    """
    try:
        action = book_of(state.book).action(code)
    except KeyError:
        raise UnknownAction(code, state.book) from None
    if action.code == "open":
        raise UnknownAction(code, state.book)
    return _Judged(state, actor, Agencies(connection)).possibility(action)


class _Judged:
    """A dossier before an actor, now."""

    def __init__(self, state: State, actor: Actor, agencies: Agencies) -> None:
        self._state, self._actor, self._agencies = state, actor, agencies
        self._at = now().astimezone(TIMEZONE)
        self._book, self._facts = book_of(state.book), Facts(state, {}, self._at)

    def possibility(self, action: Action) -> Possibility:
        state, actor = self._state, self._actor
        view = View(state, self._book, action, self._facts, self._at)
        needs = [
            *((ERASED,) if state.erased else ()),
            *rights_needs(state, action, actor.agency, actor.role, self._agencies, self._at.date()),
            *order_needs(view),
            *judge(view),
        ]
        schema = {**schema_of(self._book.code, action.code)}
        if asked := [fact.name for fact in action.facts if _asked_here(view, fact)]:
            schema["required"] = [*schema.get("required", ()), *asked]
        return Possibility(action, all(need.met for need in needs), needs, schema)


def _asked_here(view: View, fact: ActionFact) -> bool:
    return bool(fact.required and fact.when and view.holds(fact.when))


def preview(
    engine: Engine, asked: Act, calendar: Calendar, *, how: Planner = plan
) -> list[tuple[Form, FormContext]]:
    """The forms an act would issue, filled, with no number taken and nothing written.

    Raises:
        UnknownDossier, Stale, UnknownAction, Invalid, Refused: as the act itself would.
    """
    with unit_of_work(engine, asked.actor.scope, planned_once=True) as connection:
        agencies = Agencies(connection)
        states = load(connection, [asked.dossier], agencies)
        if asked.dossier not in states:
            raise UnknownDossier
        require_kept(states[asked.dossier])
        done = how(states[asked.dossier], asked, agencies, calendar)
        return done.issue.drafts()
