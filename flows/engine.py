"""The one transaction: an act commits state, event, limits, documents and job together, or not at all."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from documents.case import AgencyCard, Signing
from flows import policy
from flows.books import book as book_of
from flows.books import payload, typed
from flows.clocks import Clocks, Moves
from flows.eligibility import order_needs, party_flaws, rights_needs, time_flaws
from flows.guards import judge
from flows.issuing import Issue, particulars_of, unused_particulars
from flows.refusals import (
    Flaw,
    Invalid,
    Need,
    Refusal,
    Refused,
    Stale,
    UnknownAction,
    UnknownDossier,
    codes_of,
)
from flows.state import Agencies, State, load, require_kept
from flows.validation import in_vietnamese
from flows.view import View
from flows.writing import Done, write
from models import metrics
from models.clock import now
from models.event import digest_of_event, digest_of_facts
from models.law.calendar import Calendar
from models.law.facts import Payload, printable
from models.law.limits import TIMEZONE
from models.law.loader import PARTIES, catalogue
from models.law.schema import Stage
from models.store import Scope, Store, after_commit, unit_of_work


@dataclass(frozen=True)
class Actor:
    """Who acts, and for which agency."""

    account: UUID
    agency: str
    role: str

    @property
    def scope(self) -> Scope:
        """What this actor's transactions may see and change."""
        return policy.scope_of(self.agency, self.account, self.role)


@dataclass(frozen=True)
class Act:
    """One act as asked for; `facts` as sent, checked here against the action's model."""

    dossier: UUID
    action: str
    facts: Mapping[str, Any]
    occurred_at: datetime
    actor: Actor
    expected_version: int | None
    late_reason: str | None = None
    particulars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What is stated for one form only, by form: a form that asks for it is issued only then."""
    signing: Signing | None = None
    """Who signs the documents in the place of the agency's head."""
    document: UUID | None = None
    """The issued document it ends."""
    reason: str | None = None
    """Why it ends that document."""


class Facts(Mapping[str, Any]):
    """The dossier's facts in the types of the catalogue: the act's own and derived ones first, stored ones when read."""

    def __init__(self, state: State, own: Mapping[str, Any], at: datetime) -> None:
        self._stored, self._typed = state.facts, {**state.derived(at), **own}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - facts have the types of the catalogue
        if name not in self._typed:
            self._typed[name] = typed(self._stored, name)  # KeyError when nobody recorded it
        return self._typed[name]

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as above
        """The fact, or `default` when nobody recorded it: most questions are about what nobody did."""
        return self[name] if name in self._typed or name in self._stored else default

    def __iter__(self) -> Iterator[str]:
        return iter({*self._stored, *self._typed})

    def __len__(self) -> int:
        return len({*self._stored, *self._typed})


Planner = Callable[[State, Act, Agencies, Calendar], Done]
"""Judges an act and counts what it does, without writing."""


def act(
    store: Store, asked: Act, calendar: Calendar, *, dry_run: bool = False, how: Planner | None = None
) -> Done:
    """Does one act in one transaction.

    Args:
        store: the store, as the application role; or a unit of work under way, which then commits or not.
        asked: the act.
        calendar: the calendar limits are counted by.
        dry_run: judge and count everything, write nothing; not inside a unit of work.
        how: what judges and counts the act, when it is none of the dossier's book.

    Returns:
        What was done, or with `dry_run` would be.

    Raises:
        UnknownDossier, Stale, UnknownAction, Invalid, Refused: nothing was written.
    """
    with unit_of_work(store, asked.actor.scope, locking=[asked.dossier]) as connection:
        agencies = Agencies(connection)
        states = load(connection, [asked.dossier], agencies)
        if asked.dossier not in states:
            raise UnknownDossier
        require_kept(states[asked.dossier])
        done = (how or plan)(states[asked.dossier], asked, agencies, calendar)
        write(connection, [done])
        if dry_run:
            connection.rollback()
    return done


def act_many(
    engine: Store,
    asked: Sequence[Act],
    calendar: Calendar,
    *,
    dry_run: bool = False,
    how: Planner | None = None,
    later: timedelta = timedelta(),
) -> list[Done | Refusal]:
    """Does acts on different dossiers in one transaction, with one job; each is done or refused by itself.

    Args:
        engine: the store, as the application role; or a unit of work under way, which then commits or not.
        asked: acts of one actor's agency, at most one for each dossier; some hundreds at a time.
        calendar: the calendar limits are counted by.
        dry_run: judge and count everything, write nothing; not inside a unit of work.
        how: what judges and counts the acts, when they are none of the dossiers' books.
        later: how long what follows the acts waits at least.

    Returns:
        For each act, in order, what was done or why not.
    """
    if len({one.dossier for one in asked}) != len(asked) or len({one.actor.agency for one in asked}) > 1:
        raise ValueError("act_many takes one act a dossier, all by one agency")
    if not asked:
        return []
    dossiers = [one.dossier for one in asked]
    with unit_of_work(engine, asked[0].actor.scope, locking=dossiers) as connection:
        agencies = Agencies(connection)
        states = load(connection, dossiers, agencies)
        answers: list[Done | Refusal] = []
        for one in asked:
            try:
                if one.dossier not in states:
                    raise UnknownDossier
                require_kept(states[one.dossier])
                answers.append((how or plan)(states[one.dossier], one, agencies, calendar))
            except Refusal as refusal:
                answers.append(refusal)
        write(connection, [answer for answer in answers if isinstance(answer, Done)], later=later)
        after_commit(connection, lambda: _count_refusals(answers))
        if dry_run:
            connection.rollback()
    return answers


def _count_refusals(answers: Sequence[Done | Refusal]) -> None:
    """Those of single acts are counted where they are answered."""
    for answer in answers:
        for code in codes_of(answer) if isinstance(answer, Refusal) else ():
            metrics.refusals.labels(code).inc()


def plan(state: State, asked: Act, agencies: Agencies, calendar: Calendar) -> Done:
    """Judges an act and counts what it does, without writing: all reasons at once, or the whole effect."""
    if asked.expected_version is not None and asked.expected_version != state.version:
        raise Stale(state.version)
    book = book_of(state.book)
    try:
        action = book.action(asked.action)
    except KeyError:
        raise UnknownAction(asked.action, book.code) from None
    opening = action.code == "open"
    if opening != (state.seq == 0):
        raise UnknownAction(asked.action, book.code)
    at, asked = moment_of(asked.occurred_at), replace(asked, late_reason=_reason(asked.late_reason))
    own = facts_of(payload(book.code, asked.action), asked.facts)
    json_facts = own.model_dump(mode="json", exclude_none=True)
    typed_facts = {name: getattr(own, name) for name in json_facts}
    agencies.read([asked.actor.agency, state.holder, *state.parties.values()])
    flaws = time_flaws(None if opening else state, action, typed_facts, at, now())
    flaws += party_flaws(typed_facts, agencies, at.date())
    if flaws:
        raise Invalid(flaws)
    kind = agencies[asked.actor.agency].card.kind
    view = View(
        state, book, action, Facts(state, typed_facts, at), at, frozenset(typed_facts), calendar,
        particulars_of(action, asked.particulars, kind), asked.signing, kind,
    )  # fmt: skip
    if missing := [*missing_facts(view), *unused_particulars(view)]:
        raise Invalid(missing)
    needs = [
        *rights_needs(
            None if opening else state, action, asked.actor.agency, asked.actor.role, agencies, at.date()
        ),
        *(() if opening else order_needs(view)),
        *judge(view),
    ]
    unmet = [need for need in needs if not need.met]
    if unmet:
        raise Refused(unmet)
    return effect(view, asked, json_facts, typed_facts, agencies, calendar)


def missing_facts(view: View) -> list[Flaw]:
    """Facts the action asks for in such a dossier only, which the act lacks."""
    return [
        Flaw("missing", f"facts.{asked.name}", *in_vietnamese(_MISSING), catalogue()[asked.name].citation)
        for asked in view.action.facts
        if asked.required and asked.when and asked.name not in view.own and view.holds(asked.when)
    ]


_MISSING = {"type": "missing", "msg": "Field required"}


def moment_of(occurred_at: datetime) -> datetime:
    """When an act happened, in Vietnam's time.

    Raises:
        Invalid: the instant has no time zone, or lies in the future.
    """
    if occurred_at.tzinfo is None:
        raise Invalid([Flaw("no_time_zone", "occurred_at", "thiếu múi giờ", "has no time zone")])
    if occurred_at > now():
        raise Invalid(
            [
                Flaw(
                    "in_the_future",
                    "occurred_at",
                    "thời điểm thực hiện không thể ở tương lai",
                    "lies in the future",
                )
            ]
        )
    return occurred_at.astimezone(TIMEZONE)


def _reason(late_reason: str | None) -> str | None:
    try:
        return printable(late_reason or "") or None
    except ValueError as error:
        vietnamese, _, english = str(error).partition(" / ")
        raise Invalid([Flaw("value_error", "late_reason", vietnamese, english)]) from error


def facts_of(model: type[Payload], facts: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the model is built from the rulebook
    """What was sent, as the model asks for it; Invalid names every field that is wrong."""
    try:
        return model.model_validate(facts)
    except ValidationError as error:
        raise Invalid([_fact_flaw(flaw) for flaw in error.errors()]) from error


def _fact_flaw(flaw: Mapping[str, Any]) -> Flaw:
    vietnamese, english = in_vietnamese(flaw)
    return Flaw(flaw["type"], ".".join(("facts", *map(str, flaw["loc"]))), vietnamese, english)


def effect(
    view: View,
    asked: Act,
    facts: dict[str, Any],
    typed_facts: Mapping[str, Any],
    agencies: Agencies,
    calendar: Calendar,
) -> Done:
    """What an act that is allowed does: the dossier's new state, its event, limits and documents, not yet written."""
    state, action = view.state, view.action
    event_id = uuid4()
    parties = state.parties | {name: code for name, code in typed_facts.items() if name in PARTIES}
    issue = Issue(view, agencies[asked.actor.agency].card, _cards(parties, agencies))
    acts = {code: moment for code, moment in state.acts.items() if code not in action.undoes}
    acts[action.code] = view.at
    issue.check(acts)
    after = next((ref.id for ref in action.next if view.holds(ref.when)), state.stage)
    if action.hand_to in typed_facts:
        _refuse_idle_holder(view, after, agencies[parties[action.hand_to]].card)
    moves = Clocks(view, event_id, calendar).run(closing=after == Stage.closed != state.stage)
    late = _late(moves, asked.late_reason)
    recorded = facts | _told(asked)
    before = state.stage if state.seq else None
    handed_to = parties.get(action.hand_to) if action.hand_to else None
    state.parties, state.stage, state.seq = parties, after, state.seq + 1
    if handed_to not in {None, state.holder}:
        state.assignee = None  # ends with its holder, as the database has it
    state.holder = handed_to or state.holder
    state.version += 1 if before else 0
    state.facts = {**state.facts, **facts}
    state.acts = acts
    event, salt = chained(state, asked, view.at, before, recorded, event_id=event_id, late_days=late)
    warnings = [
        Need(
            "past_first_amount",
            True,
            f"Quá mức thứ nhất của “{rule.title}”",
            f"Past the first amount of “{rule.title_en}”",
            rule.amounts[0].citation or rule.citation,
            rule.id,
        )
        for rule, _limit in moves.warnings
    ]
    return Done(
        state, event, recorded, salt, moves, issue, handed_to, opened=before is None, warnings=warnings
    )


def chained(
    state: State,
    asked: Act,
    at: datetime,
    before: str | None,
    recorded: Mapping[str, Any],
    **more: Any,  # noqa: ANN401 - columns
) -> tuple[dict[str, Any], str]:
    """The event that says what was done, as the last of the dossier's chain, and the salt of its facts.

    Args:
        state: the dossier as it is afterwards, but for its head, which becomes this event's digest.
        asked: the act.
        at: when it happened.
        before: the stage the dossier was in; None for an opening.
        recorded: what is kept with the event.
        more: `event_id`, and what else the event says.
    """
    salt = secrets.token_hex(16)
    event = {
        "id": more.pop("event_id", None) or uuid4(),
        "dossier": state.id,
        "seq": state.seq,
        "action": asked.action,
        "book": state.book,
        "agency": asked.actor.agency,
        "account": asked.actor.account,
        "stage_before": before,
        "stage_after": state.stage,
        "occurred_at": at,
        "recorded_at": now(),
        "late_days": None,
        "facts_digest": digest_of_facts(dict(recorded), salt),
        "previous": state.head,
        **more,
    }
    event["digest"] = state.head = digest_of_event(event)
    return event, salt


def _told(asked: Act) -> dict[str, Any]:
    """What an act says beside its facts; it stays with the event, for no later act asks for it."""
    told = {
        "late_reason": asked.late_reason,
        "particulars": to_jsonable_python(dict(asked.particulars)),
        "signing": asked.signing.model_dump() if asked.signing else None,
        "document": str(asked.document) if asked.document else None,
        "reason": asked.reason,
    }
    return {name: value for name, value in told.items() if value}


def _refuse_idle_holder(view: View, after: str, holder: AgencyCard) -> None:
    """A dossier is never handed to an agency that has nothing to do in the stage it is in then."""
    if after != Stage.closed and holder.kind not in view.book.kinds_in(after):
        raise Invalid([Flaw(
            "wrong_agency", f"facts.{view.action.hand_to}",
            f"{holder.name} không có việc gì ở giai đoạn này theo bộ quy tắc {view.book.code}",
            f"This agency has nothing to do in this stage under rulebook {view.book.code}", view.action.citation,
        )])  # fmt: skip


def _cards(parties: Mapping[str, str], agencies: Agencies) -> dict[str, AgencyCard]:
    return {name: agencies[code].card for name, code in parties.items()}


def _late(moves: Moves, reason: str | None) -> int | None:
    if moves.late and not reason:
        raise Invalid(
            [
                Flaw(
                    "late_reason_required",
                    "late_reason",
                    f"Quá hạn “{rule.title}” {days} ngày: phải nêu lý do",
                    f"“{rule.title_en}” is {days} days late: a reason is needed",
                    rule.citation,
                )
                for rule, _limit, days in moves.late
            ]
        )
    return max((days for _rule, _limit, days in moves.late), default=None)
