"""One dossier: who, where it stands, what to do and why not, what runs and why until that day, what it holds, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from fastapi import Response
from sqlalchemy import Connection, select

from api.answers import DocumentOut, EventOut, LimitOut, dossier_of
from api.board import words
from api.board.telling import told
from api.board.visits import ActorDep, VisitDep, pages
from api.dependencies import DossierId
from api.documents import documents_of
from api.dossiers import state_of
from api.events import events_of
from api.limits import limits_of
from api.papers import PaperOut, papers_of
from flows.calendars import in_force
from flows.correctable import correctable
from flows.detectors import DETECTORS
from flows.filing import papers_of_the_file
from flows.masking import masks_of, own_facts
from flows.policy import may
from flows.possibilities import Possibility, possibilities
from flows.standstill import Narrowed, stuck
from flows.state import State
from models.clock import now
from models.law.limits import TIMEZONE, Reckoning
from models.law.schema import Paper
from models.store import unit_of_work
from models.tables import table

router = pages("/dossiers")
_agency, _account = table("agency"), table("account")
_RIGHTS = frozenset({"wrong_agency", "agency_does_not_exist", "not_in_charge", "erased"})
"""Needs that say that an act is another body's."""


@dataclass(frozen=True)
class Clock:
    """A limit with how its end was counted."""

    limit: LimitOut
    reckoning: Reckoning | None


class Listed(NamedTuple):
    """A paper that the law asks for in this case, and what stands for it in the file."""

    paper: Paper
    received: list[PaperOut]
    issued: list[DocumentOut]


@dataclass(frozen=True)
class Doable:
    """What can be done: now, not yet and why, and what is for others to do."""

    now: list[Possibility]
    later: list[Possibility]
    others: list[Possibility]


@router.get("/{dossier_id}")
def show(visit: VisitDep, actor: ActorDep, dossier_id: DossierId) -> Response:
    """The dossier as this reader's work needs it."""
    with unit_of_work(visit.parts.engine, actor.scope, planned_once=True) as connection:
        state = state_of(connection, actor, dossier_id)
        own = own_facts(connection, dossier_id, masks_of(state))
        dossier = dossier_of(state, visit.language, own)
        limits = limits_of(connection, state, in_force(connection), now())
        documents, papers = documents_of(connection, state), papers_of(connection, state)
        events = events_of(connection, state)
        causes = stuck(connection, actor, now(), Narrowed(dossier=dossier_id))
        mine = correctable(connection, state, actor)
        working = may(actor.role, "dossiers.act")
        acts = possibilities(connection, dossier_id, actor) if working and dossier.state == "open" else []
        codes = {dossier.holder, *dossier.parties.values(), *(event.agency for event in events)}
        agencies = names_of(connection, codes | {who for cause in causes for who in cause.who})
        people = people_of(
            connection, {event.account for event in events} | {*filter(None, [state.assignee])}
        )
    return visit.page(
        "dossier.html", dossier=dossier, clocks=list(map(_clock, _urgent_first(limits))), documents=documents, papers=papers,
        checklist=_checklist(state, papers, documents), events=events, agencies=agencies, people=people, causes=causes,
        detectors=DETECTORS, doable=_doable(acts, state), masked=[visit.say(words.MASKS[one]) for one in dossier.masked],
        facts=told(dossier.facts, state.book, agencies, visit), may_assign=actor.agency == dossier.holder and may(actor.role, "dossiers.assign"),
        corrects=mine, may_void=may(actor.role, "dossiers.void_last"),
        may_migrate=may(actor.role, "dossiers.migrate") and (dossier.law_changed or "keep_book" in state.acts),
        may_keep=may(actor.role, "dossiers.keep_book") and dossier.law_changed is not None, may_add=working and actor.agency in {state.holder, *state.parties.values()},
    )  # fmt: skip


def _clock(limit: LimitOut) -> Clock:
    counted = limit.explanation if limit.due is not None else None
    return Clock(limit, Reckoning.model_validate(counted) if counted else None)


def _urgent_first(limits: Sequence[LimitOut]) -> list[LimitOut]:
    """Those that run by their end, then those that stand still or have none, then those that are over, the latest first."""
    running = [one for one in limits if one.state != "ended" and one.due is not None]
    without = [one for one in limits if one.state != "ended" and one.due is None]
    over = [one for one in limits if one.state == "ended"]
    return [
        *sorted(running, key=lambda one: str(one.due)), *without,
        *sorted(over, key=lambda one: str(one.ended_at or one.due), reverse=True),
    ]  # fmt: skip


def _checklist(state: State, papers: Sequence[PaperOut], documents: Sequence[DocumentOut]) -> list[Listed]:
    """The papers of the file by the law of this case, each with what stands for it."""
    found = []
    for paper in papers_of_the_file(state, now().astimezone(TIMEZONE)):
        meant = {paper.kind, paper.form, *paper.any_of}
        issued = [one for one in documents if one.state == "issued" and one.form in meant]
        found.append(Listed(paper, [one for one in papers if one.kind in meant], issued))
    return found


def _doable(acts: Sequence[Possibility], state: State) -> Doable:
    """The acts sorted; of those possible now the ones that end a running duty come first, by its end."""
    due = {
        limit.place: limit.due
        for limit in state.limits
        if limit.kind == "duty" and limit.ended_at is None and limit.due
    }

    def urgency(one: Possibility) -> str:
        ends = [due[ref.id] for ref in one.action.ends if ref.id in due]
        return min(ends).isoformat() if ends else "~"

    def for_others(one: Possibility) -> bool:
        return any(
            not need.met and (need.code in _RIGHTS or need.code.startswith("needs_")) for need in one.needs
        )

    rest = [one for one in acts if not one.allowed]
    return Doable(
        sorted((one for one in acts if one.allowed), key=urgency),
        [one for one in rest if not for_others(one)],
        [one for one in rest if for_others(one)],
    )


def events_since(connection: Connection, state: State, version: int | None) -> list[EventOut]:
    """What was done to a dossier after it had this version; nothing when that is its version, or none is known."""
    if version is None or version == state.version:
        return []
    return [event for event in events_of(connection, state) if event.seq > version]


def version_of(text: str) -> int | None:
    """The version that a form was made of."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def names_of(connection: Connection, codes: set[str]) -> dict[str, str]:
    """What agencies are called."""
    found = connection.execute(select(_agency.c.code, _agency.c.name).where(_agency.c.code.in_(codes)))
    return {row.code: row.name for row in found}


def people_of(connection: Connection, accounts: set[UUID]) -> dict[UUID, str]:
    """What those who work on dossiers are called."""
    asked = select(_account.c.id, _account.c.full_name).where(_account.c.id.in_(accounts))
    return {row.id: row.full_name for row in connection.execute(asked)}
