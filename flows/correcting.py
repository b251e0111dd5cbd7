"""A correction: facts or the person recorded wrongly are recorded anew, with a reason, and all that rests on them is looked at."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.books import book as book_of
from flows.books import payload, title_of
from flows.clocks import Moves
from flows.correctable import recorded
from flows.corrected_limits import Before, Effect
from flows.corrected_papers import Touched, contents, touched
from flows.correction_needs import CITATION, Known, needs_of, of_effect, warnings_of
from flows.eligibility import party_flaws, time_flaws
from flows.ending import REISSUE, end, read_paper
from flows.engine import Act, Facts, act, chained, facts_of, moment_of
from flows.issuing import Issue
from flows.refusals import Flaw, Invalid, Need, Refused, Stale, UnknownDossier
from flows.state import Agencies, State
from flows.validation import in_vietnamese
from flows.view import View
from flows.voiding import CORRECT
from flows.writing import Done
from models.clock import now
from models.law.calendar import Calendar
from models.law.schema import Action, Stage
from models.person import PersonData, search_key
from models.store import Store, unit_of_work
from models.words import dossiers_found


@dataclass(frozen=True)
class Asked:
    """What is to be corrected: facts by name (None takes one out), or lines of the person."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    person: Mapping[str, Any] | None = None


@dataclass
class Correction:
    """What a correction does, or would do."""

    done: Done
    changed: list[tuple[str, Any, Any]]
    limits: list[Effect]
    elsewhere: list[Touched]
    """Documents that another agency must issue again, or that people must look at."""
    reissued: list[Done] = field(default_factory=list)

    @property
    def state(self) -> State:
        """The dossier afterwards."""
        return self.reissued[-1].state if self.reissued else self.done.state


_STARTED = text(
    "SELECT l.id, e.seq, e.occurred_at FROM time_limit l JOIN event e ON e.id = l.started_by WHERE l.dossier = :dossier"
)
_PAPERS = text(
    "SELECT id, context::text FROM document WHERE dossier = :dossier AND state = 'issued' ORDER BY issued_on, id"
)
_TWIN = text("""
    SELECT EXISTS (SELECT FROM dossier found JOIN person other ON other.id = found.person JOIN dossier d ON d.id = :dossier
        WHERE found.id = ANY (:found) AND other.data -> 'identity' ->> 'number' = :number AND other.id <> d.person
        AND (other.name_key <> :name OR other.data ->> 'birth_date' <> :birth))
""")
_SAME = 1_000
"""Dossiers of one number that are looked at."""
_PERSON = text("UPDATE person SET data = :data, name_key = :name_key WHERE id = :id").bindparams(
    bindparam("data", type_=JSONB)
)


def correct(
    store: Store, asked: Act, what: Asked, calendar: Calendar, *, dry_run: bool = False
) -> Correction:
    """Corrects what was recorded, in one transaction with the documents that are issued again.

    Args:
        store: the store, as the application role; or a unit of work under way.
        asked: the act, `CORRECT`, with the reason, and who signs what is issued again.
        what: what is recorded anew.
        calendar: the calendar limits are counted by.
        dry_run: judge and count everything, write nothing; not inside a unit of work.

    Raises:
        UnknownDossier, Stale, Invalid, Refused: nothing was written.
    """
    with unit_of_work(store, asked.actor.scope, locking=[asked.dossier]) as connection:
        found: list[Correction] = []
        done = act(connection, asked, calendar, how=partial(_plan, connection, what, found))
        [correction] = found
        if what.person is not None:
            _write_person(connection, done.state)
        _reissue(connection, correction, asked, calendar)
        if dry_run:
            connection.rollback()
    return correction


def _write_person(connection: Connection, state: State) -> None:
    person = state.person
    row = {"id": state.person_id, "data": person.model_dump(mode="json"), "name_key": search_key(person.name)}
    connection.execute(_PERSON, row)


def _reissue(connection: Connection, correction: Correction, asked: Act, calendar: Calendar) -> None:
    """What the actor's agency issued is issued again at once, each by an act of its own."""
    mine = [one for one in correction.elsewhere if one.again and one.agency == asked.actor.agency]
    for one in mine:
        again = replace(
            asked, action=REISSUE, document=one.paper.id, expected_version=correction.state.version
        )
        correction.reissued.append(end(connection, again, calendar))
    correction.elsewhere = [one for one in correction.elsewhere if one not in mine]


def _plan(
    connection: Connection, what: Asked, found: list[Correction], state: State, asked: Act, agencies: Agencies,
    calendar: Calendar,
) -> Done:  # fmt: skip
    if asked.expected_version is not None and asked.expected_version != state.version:
        raise Stale(state.version)
    at = moment_of(asked.occurred_at)
    person = _person(what, state)
    known = _read(connection, state, person)
    agencies.read([asked.actor.agency, state.holder, known.opener, *state.parties.values(),
                   *(one.agency for one in known.recorders.values()), *(one.agency for one in known.papers)])  # fmt: skip
    facts = _facts(what, state, known, agencies)
    before = copy.deepcopy(state)
    seqs = {name: known.recorders[name].seq for name in facts} | (
        {"track": 0} if person != state.person else {}
    )
    counted = Before(before, calendar, Facts(before, {}, at), known.started)
    old_content = contents(known.papers, before, agencies, calendar, at)
    state.facts = {name: value for name, value in (state.facts | facts).items() if value is not None}
    state.person = person
    changed = [*_changes(before, state, facts)]
    if not changed:
        raise Invalid(
            [
                Flaw(
                    "nothing_changes",
                    "facts",
                    "không có gì thay đổi",
                    "nothing is different from what is recorded",
                )
            ]
        )
    charge = {one.agency: agencies.in_charge(one.agency, at.date()) for one in known.papers}
    papers = touched(
        known.papers, known.frozen, (old_content, contents(known.papers, state, agencies, calendar, at)),
        [str(old) for _name, old, _new in changed if isinstance(old, str) and len(old) > 1], charge,
    )  # fmt: skip
    _refuse(needs_of(before, state, known, facts, asked, agencies, at, papers))
    moves = Moves()
    counted.state = state
    effects = [*counted.moves(Facts(state, {}, at), seqs, at, asked.reason or "", moves)]
    warnings = [
        *warnings_of(before, state, at, calendar),
        *map(of_effect, (one for one in effects if not one.moved)),
    ]
    state.seq, state.version = state.seq + 1, state.version + 1
    recorded = _recorded(facts, before, state, asked, warnings, papers)
    event, salt = chained(state, asked, at, state.stage, recorded)
    view = View(state, book_of(state.book), _action(state), Facts(state, {}, at), at, calendar=calendar)
    issue = Issue(view, agencies[asked.actor.agency].card, {})
    done = Done(state, event, recorded, salt, moves, issue, None, opened=False, warnings=warnings)
    found.append(Correction(done, changed, effects, papers))
    return done


def _action(state: State) -> Action:
    return Action(
        code=CORRECT, title=title_of(CORRECT, state.book), title_en="Correct the dossier", stages=tuple(Stage), by=(),
        citation=CITATION,
    )  # fmt: skip


def _recorded(
    facts: Mapping[str, Any],
    before: State,
    state: State,
    asked: Act,
    warnings: list[Need],
    papers: list[Touched],
) -> dict[str, Any]:
    """What stays with the event: the facts as they are now, and beside them how they were."""
    told: dict[str, Any] = {
        **facts,
        "reason": asked.reason,
        "before": {name: before.facts.get(name) for name in facts},
        "alarms": sorted({need.code for need in warnings if need.code not in _QUIET}),
        "reissue": [{"document": str(one.paper.id), "agency": one.agency} for one in papers],
    }
    if state.person != before.person:
        told |= {
            "person": state.person.model_dump(mode="json"), "person_before": before.person.model_dump(mode="json"),
        }  # fmt: skip
    return {name: value for name, value in told.items() if value or name in facts}


_QUIET = frozenset({"limit_has_ended", "limit_not_counted"})
"""Warnings that tell of limits, which alarm nobody by themselves."""


def _read(connection: Connection, state: State, person: PersonData) -> Known:
    named, found = {"dossier": state.id}, recorded(connection, state.id)
    if found is None:
        raise UnknownDossier
    rows = connection.execute(_PAPERS, named).all()
    twin, number = False, person.identity.number
    if number and number != state.person.identity.number:
        same = dossiers_found(connection, paper=number, most=_SAME)
        asked = {
            **named,
            "found": same,
            "number": number,
            "name": search_key(person.name),
            "birth": person.birth_date,
        }
        twin = bool(connection.execute(_TWIN, asked).scalar_one())
    return Known(
        found.recorders, found.opener, {row.id: (row.seq, row.occurred_at) for row in connection.execute(_STARTED, named)},
        [read_paper(connection, row.id) for row in rows], {row.id: row.context or "" for row in rows},
        found.erased, twin,
    )  # fmt: skip


def _person(what: Asked, state: State) -> PersonData:
    if what.person is None:
        return state.person
    try:
        return PersonData.model_validate({**state.person.model_dump(mode="json"), **what.person})
    except ValidationError as error:
        flaws = []
        for flaw in error.errors():
            vietnamese, english = in_vietnamese(flaw)
            flaws.append(
                Flaw(flaw["type"], ".".join(("person", *map(str, flaw["loc"]))), vietnamese, english)
            )
        raise Invalid(flaws) from error


def _facts(what: Asked, state: State, known: Known, agencies: Agencies) -> dict[str, Any]:
    """The corrected facts, each judged by the model of the act that recorded it, with that act's other facts."""
    unknown = [name for name in what.facts if name not in known.recorders or name not in state.facts]
    if unknown:
        raise Invalid([
            Flaw("not_recorded", f"facts.{name}", "chưa có thao tác nào ghi nhận dữ kiện này", "no act has recorded this fact")
            for name in unknown
        ])  # fmt: skip
    corrected: dict[str, Any] = {}
    flaws: list[Flaw] = []
    for recorder in {known.recorders[name].seq: known.recorders[name] for name in what.facts}.values():
        mine = {name for name, one in known.recorders.items() if one.seq == recorder.seq}
        merged = recorder.facts | {name: state.facts.get(name) for name in mine} | dict(what.facts)
        own = {name: value for name, value in merged.items() if name in recorder.facts and value is not None}
        if not recorder.listed:
            raise Invalid(
                [
                    Flaw(
                        "not_correctable",
                        "facts",
                        "dữ kiện của thao tác này không đính chính được",
                        "the facts of this act cannot be corrected",
                    )
                ]
            )
        model = facts_of(payload(recorder.book, recorder.action), own)
        asked = [name for name in what.facts if name in mine]
        dumped = model.model_dump(mode="json", exclude_none=True)
        corrected |= {name: dumped.get(name) for name in asked if dumped.get(name) != state.facts.get(name)}
        typed = {name: getattr(model, name) for name in asked if dumped.get(name) is not None}
        action = book_of(recorder.book).action(recorder.action)
        at = moment_of(recorder.at)
        flaws += time_flaws(None, action, typed, at, now())
        flaws += party_flaws(typed, agencies, at.date())
    if flaws:
        raise Invalid(flaws)
    return corrected


def _changes(before: State, state: State, facts: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted(facts):
        yield f"facts.{name}", before.facts.get(name), facts[name]
    old, new = before.person.model_dump(mode="json"), state.person.model_dump(mode="json")
    for name in old:
        if old[name] != new[name]:
            yield f"person.{name}", old[name], new[name]


def _refuse(needs: Iterator[Need]) -> None:
    if unmet := [need for need in needs if not need.met]:
        raise Refused(unmet)
