"""A second, shorter reading of the rulebooks: what should be possible, and what should never have been done.

It shares no code with the engine's own judgement (flows/eligibility.py, flows/guards.py), so that one checks the other.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from flows.books import book as book_of
from flows.state import LimitState, State
from models.law.book import Book, Landing
from models.law.limits import TIMEZONE
from models.law.loader import PARTIES, codes
from models.law.schema import Action, Condition, Stage
from tests.flows.road_agencies import ABOLISHED, KINDS

ORDER = frozenset({
    "wrong_stage", "already_done", "act_missing", "no_longer_possible", "wrong_agency", "not_in_charge", "needs_head",
    "needs_officer", "needs_clerk", "needs_judge", "agency_does_not_exist", "book_has_ended", "not_for_this_case",
})  # fmt: skip
"""Reasons that have nothing to do with facts or times: the order of acts, and who may take them."""
HOLDING = "place_pending"
"""The act that puts the person under someone's management until it is undone."""


def successors(code: str) -> list[str]:
    """Agencies that came after one, in their order."""
    found = []
    while code in ABOLISHED:
        found.append(code := ABOLISHED[code][1])
    return found


def in_charge(code: str, day: date) -> str:
    """Who stands for an agency on a day: itself, or the last of its successors."""
    while code in ABOLISHED and day > ABOLISHED[code][0]:
        code = ABOLISHED[code][1]
    return code


def known(state: State, at: datetime) -> dict[str, Any]:
    """The dossier's facts, and what follows from its acts; conditions of the book may use both."""
    return {
        **state.facts,
        "delivered": bool(state.acts.keys() & {"deliver", "start_in_place"}),
        "legality_confirmed": "confirm_legality" in state.acts,
        "migrated": "migrate" in state.acts,
        "ordinance": "minors" if track_of(state) == "minor" else _ordinance(state.acts.get("accept", at)),
        "placed": HOLDING in state.acts,
        "stage": state.stage,
        "terminated": "terminate" in state.acts,
        "track": track_of(state),
    }


def track_of(state: State) -> str:
    """The track of the law the person is on now: by the age at the opening, until somebody decides otherwise at 18."""
    of_age = eighteenth_birthday(state) <= state.opened_on
    return str(state.facts.get("track_after_18", "adult" if of_age else "minor"))


def eighteenth_birthday(state: State) -> date:
    """The first day of the person's majority."""
    year, month, day = (int(part) for part in state.person.birth_date.split("-"))
    return date(year + 18, month, day)


def _ordinance(accepted: datetime) -> str:
    return "2014" if accepted.astimezone(TIMEZONE).date() < date(2023, 2, 1) else "2022"


def holds(when: Condition, facts: Mapping[str, Any]) -> bool:
    """Whether facts are as a condition asks."""
    return all(
        facts.get(name) in (value if isinstance(value, list) else [value]) for name, value in when.items()
    )


def landing_of(state: State, at: datetime) -> Landing | None:
    """Where the dossier lands in the book after its own; None when nothing says so."""
    newer = newer_than(state.book)
    landings = newer.transition.landings if newer and newer.transition else ()
    return next(
        (one for one in landings if one.stage == state.stage and holds(one.when, known(state, at))), None
    )


def is_stuck(state: State, at: datetime) -> bool:
    """Whether the dossier's book has ended and nothing keeps it alive: no act of the book is taken any more."""
    book, newer = book_of(state.book), newer_than(state.book)
    if (
        book.valid_to is None
        or at.date() <= book.valid_to
        or state.stage == Stage.closed
        or "keep_book" in state.acts
    ):
        return False
    keeps = newer.transition.keeps if newer and newer.transition else ()
    return not any(one.stage == state.stage and holds(one.when, known(state, at)) for one in keeps)


def newer_than(code: str) -> Book | None:
    """The book that says how dossiers of this one go on."""
    return next(
        (one for one in map(book_of, codes()) if one.transition and one.transition.origin == code), None
    )


def in_order(state: State, action: Action, at: datetime) -> bool:
    """Whether stage and acts so far let the action come now, and the book has it for such a dossier."""
    return (
        state.stage in action.stages
        and holds(action.when, known(state, at))
        and not is_stuck(state, at)
        and (action.repeat or action.code not in state.acts)
        and all(state.acts.keys() & set(entry.split("|")) for entry in action.after)
        and not any(code in state.acts for entry in action.not_after for code in entry.split("|"))
    )


@cache
def onward(code: str) -> set[str]:
    """Actions of a book that lead to a later stage, and those that must come before them."""
    book = book_of(code)
    later = {stage: set(book.stages[place + 1 :]) - {Stage.closed} for place, stage in enumerate(book.stages)}
    found = {
        action.code
        for action in book.actions
        if any(ref.id in later[stage] for ref in action.next for stage in action.stages)
    }
    while more := {entry.split("|")[0] for one in found for entry in book.action(one).after} - found:
        found |= more
    return found


def actors_of(state: State, action: Action, day: date) -> list[str]:
    """Agencies that may take the action on a day."""
    parts = {"holder": [state.holder], "any": [state.holder, *state.parties.values()]}
    wanted = parts.get(action.actor) or [
        state.parties[name] for name in state.parties if name == action.actor
    ]
    found = dict.fromkeys(in_charge(code, day) for code in wanted)
    return [code for code in found if KINDS[code] in action.by]


def earliest(state: State, action: Action) -> datetime:
    """The first moment at which the action may have happened."""
    needed = [code for entry in action.after for code in entry.split("|")]
    return max(state.acts[code] for code in ("open", *needed) if code in state.acts)


def follows(
    state: State, code: str, facts: Mapping[str, Any], at: datetime
) -> tuple[dict[str, datetime], dict[str, str], str]:
    """Acts done, parties and holder after an act; arguments as for `unlawful`."""
    parties, holder, undoes, hand_to = state.parties, state.holder, set[str](), None
    if code == "migrate":
        landing = landing_of(state, at)
        assert landing
        parties = {name: in_charge(party, at.date()) for name, party in parties.items()}
        holder, undoes, hand_to = in_charge(holder, at.date()), set(landing.undoes), landing.hand_to
    elif code != "keep_book":
        action = book_of(state.book).action(code)
        undoes, hand_to = set(action.undoes), action.hand_to
    parties = parties | {name: party for name, party in facts.items() if name in PARTIES}
    acts = {one: moment for one, moment in state.acts.items() if one not in undoes} | {code: at}
    newer = newer_than(state.book)
    if code == "migrate" and newer and newer.transition:
        names = newer.transition.acts
        ordered = sorted(acts.items(), key=lambda item: item[1])
        counted = {action.code for action in newer.actions} | {"migrate"}
        acts = {names.get(one, one): moment for one, moment in ordered if names.get(one, one) in counted}
    return acts, parties, parties.get(hand_to or "", holder)


def unlawful(state: State, code: str, facts: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """Why an act that was taken should not have been.

    Args:
        state: the dossier before the act.
        code: what was done.
        facts: what was recorded, as JSON.
        at: when it happened.
    """
    if code in {"migrate", "keep_book"}:
        if not is_stuck(state, at) and "keep_book" not in state.acts:
            yield "the book goes on"
        if at < max(state.acts.values()):
            yield "before the last act"
        return
    action = book_of(state.book).action(code)
    if not in_order(state, action, at):
        yield "out of order"
    if state.stage == Stage.closed and HOLDING not in state.acts:
        yield "nothing is left to do in a closed dossier"
    if at < earliest(state, action):
        yield "before an act it depends on"
    if "track_after_18" in facts and not state.opened_on < eighteenth_birthday(state) <= at.date():
        yield "nobody has come of age"
    yield from _broken_guards(state, action, facts, at)


def _broken_guards(state: State, action: Action, facts: Mapping[str, Any], at: datetime) -> Iterator[str]:
    now_known = {**known(state, at), **facts}
    for name, _, argument in (
        guard.id.partition(":") for guard in action.guards if holds(guard.when, now_known)
    ):
        limits = [limit for limit in state.limits if limit.place in argument.split("|")][-1:]
        if name == "time_bar_has_not_passed" and not any(one.due and at < one.due for one in limits):
            yield f"the time bar {argument} has passed or never ran"
        if name == "window_is_over" and not any(_is_over(one, at) for one in limits):
            yield f"the window {argument} is open"
        if (
            name == "person_is_not_excluded"
            and facts.get("exclusions")
            and argument in {"", facts.get("outcome")}
        ):
            yield "the person is excluded"
        if name == "person_is_not_held" and HOLDING in state.acts:
            yield "the person is held"


def _is_over(limit: LimitState, at: datetime) -> bool:
    if limit.end == "used" and limit.ended_at is not None:
        return limit.ended_at <= at
    return limit.due is not None and limit.due <= at
