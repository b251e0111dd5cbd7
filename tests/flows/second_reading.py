"""A second, shorter reading of the rulebooks: what should be possible, and what should never have been done.

It shares no code with the engine's own judgement (flows/eligibility.py, flows/guards.py), so that one checks the other.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from flows.state import LimitState, State
from models.law.schema import Action, Book, Stage
from tests.flows.road_agencies import ABOLISHED, KINDS

ORDER = frozenset({
    "wrong_stage", "already_done", "act_missing", "no_longer_possible", "wrong_agency", "not_in_charge", "needs_head",
    "needs_officer", "agency_does_not_exist",
})  # fmt: skip
"""Reasons that have nothing to do with facts or times: the order of acts, and who may take them."""
HOLDING = "place_pending"
"""The act that puts the person under someone's management until it is undone."""


def in_charge(code: str, day: date) -> str:
    """Who stands for an agency on a day: itself, or the last of its successors."""
    while code in ABOLISHED and day > ABOLISHED[code][0]:
        code = ABOLISHED[code][1]
    return code


def exists(action: Action, track: str) -> bool:
    """Whether the book has the action for persons of this track."""
    wanted = getattr(action, "when", {}).get("track", track)
    return track in wanted if isinstance(wanted, list) else track == wanted


def in_order(state: State, action: Action) -> bool:
    """Whether stage and acts so far let the action come now."""
    return (
        state.stage in action.stages
        and (action.repeat or action.code not in state.acts)
        and all(state.acts.keys() & set(entry.split("|")) for entry in action.after)
        and not any(code in state.acts for entry in action.not_after for code in entry.split("|"))
    )


def onward(book: Book) -> set[str]:
    """Actions that lead to a later stage, and those that must come before them."""
    order = {stage: place for place, stage in enumerate(book.stages) if stage != Stage.closed}
    found = {
        action.code
        for action in book.actions
        for ref in action.next
        if any(order[stage] < order.get(Stage(ref.id), 0) for stage in action.stages if stage in order)
    }
    while more := {entry.split("|")[0] for code in found for entry in book.action(code).after} - found:
        found |= more
    return found


def actors_of(state: State, action: Action, day: date) -> list[str]:
    """Agencies that may take the action on a day."""
    parts = {"holder": [state.holder], "any": [state.holder, *state.parties.values()]}
    wanted = parts.get(action.actor) or [state.parties.get(action.actor)]
    codes = dict.fromkeys(in_charge(code, day) for code in wanted if code)
    return [code for code in codes if KINDS[code] in action.by]


def earliest(state: State, action: Action) -> datetime:
    """The first moment at which the action may have happened."""
    needed = [code for entry in action.after for code in entry.split("|")]
    return max(state.acts[code] for code in ("open", *needed) if code in state.acts)


def unlawful(
    book: Book, state: State, action: Action, facts: Mapping[str, Any], at: datetime
) -> Iterator[str]:
    """Why an act that was taken should not have been.

    Args:
        book: the dossier's rulebook.
        state: the dossier before the act.
        action: what was done.
        facts: what was recorded, as JSON.
        at: when it happened.
    """
    if action.code == "open":
        return
    if not in_order(state, action):
        yield "out of order"
    if state.stage == Stage.closed and HOLDING not in state.acts:
        yield "nothing is left to do in a closed dossier"
    if at < earliest(state, action):
        yield "before an act it depends on"
    for name, _, argument in (_guard(guard) for guard in action.guards):
        rules = argument.split("|")
        limits = [limit for limit in state.limits if limit.rule in rules]
        if name == "time_bar_has_not_passed" and not any(_runs(limit, at) for limit in limits[-1:]):
            yield f"the time bar {argument} has passed or never ran"
        if name == "window_is_over" and not any(_over(limit, at) for limit in limits[-1:]):
            yield f"the window {argument} is open"
        if (
            name == "person_is_not_excluded"
            and facts.get("exclusions")
            and argument in {"", facts.get("outcome")}
        ):
            yield "the person is excluded"
        if name == "person_is_not_held" and HOLDING in state.acts:
            yield "the person is held"


def _guard(guard: Any) -> tuple[str, str, str]:
    """Name and argument of a guard; one that applies only sometimes is left to the engine."""
    if isinstance(guard, str):
        return guard.partition(":")
    return ("", "", "") if guard.when else guard.id.partition(":")


def _runs(limit: LimitState, at: datetime) -> bool:
    return limit.due is not None and at < limit.due


def _over(limit: LimitState, at: datetime) -> bool:
    if limit.end == "used" and limit.ended_at is not None:
        return limit.ended_at <= at
    return limit.due is not None and limit.due <= at
