"""The shape of a rulebook: one legal period, and how open dossiers of the period before land in it."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from models.law.schema import (
    Action,
    ActionFacts,
    AgencyKind,
    Code,
    Condition,
    Paper,
    Refs,
    Rule,
    RuleId,
    Stage,
    Strict,
    Text,
)

Track = Literal["adult", "minor"]


class Wording(Strict):
    """How papers of the period speak."""

    measure: Text
    measure_full: Text
    facility: Text
    court: Text
    id_label: Text
    compiler: Text
    legal_bases: Annotated[tuple[Text, ...], Field(min_length=1)]
    """What court papers rest on, without "Căn cứ"."""
    complaint_period: Text
    """How long a complaint against the court's decision may be made, and from when."""
    unappealable: tuple[Code, ...] | None = None
    """Acts of the court against which the period's ordinance knows no complaint, petition or protest."""
    violations_law: Text | None = None
    """The law on handling administrative violations with its dates, as a centre's decisions cite it, without "Căn cứ"."""
    local_government: Text | None = None
    """The law on local government with its dates, as a people's committee's decisions cite it, without "Căn cứ"."""


class Provision(Strict):
    """A row of the law that runs no clock: who is subject, what is excluded, who acts, how time is counted."""

    id: RuleId
    about: Literal[
        "subject", "exclusion", "paper", "act", "term", "court", "counting", "validity", "transition"
    ]
    title: Text
    title_en: Text
    citation: Text
    confirmed: bool
    note: Text | None = None


class Landing(Strict):
    """Where an open dossier of the older book lands: the first landing that fits its stage and facts."""

    id: RuleId
    """The transitional rule or other provision it rests on."""
    stage: Stage
    when: Condition = Field(default_factory=dict)
    next: Stage
    hand_to: Code | None = None
    as_kind: AgencyKind | None = None
    """Which kind of agency takes the party's place where the old one may no longer act."""
    undoes: tuple[Code, ...] = ()
    """Acts to be done anew."""
    citation: Text
    confirmed: bool


class Keep(Strict):
    """Dossiers for which the older book stays alive: their acts are taken after its end, nothing is migrated."""

    id: RuleId
    stage: Stage
    when: Condition = Field(default_factory=dict)
    citation: Text
    confirmed: bool


class Transition(Strict):
    """How open dossiers of the book before land in this one."""

    origin: Annotated[Code, Field(alias="from")]
    citation: Text
    confirmed: bool
    note: Text | None = None
    rules: Mapping[RuleId, RuleId] = {}
    """Running limits that go on, with the length they have, in the place of a rule of this book."""
    acts: Mapping[Code, Code] = {}
    """Acts done that count as another act of this book."""
    facts: ActionFacts = ()
    """What a person must state when a dossier is migrated."""
    landings: tuple[Landing, ...] = ()
    keeps: tuple[Keep, ...] = ()


class Book(Strict):
    """One legal period as data."""

    code: Code
    title: Text
    title_en: Text
    valid_from: date
    valid_to: date | None = None
    extends: Code | None = None
    stages: tuple[Stage, ...]
    wording: Wording
    wording_minor: Mapping[str, str | tuple[str, ...]] = {}
    """What papers about a person under 18 say otherwise, by key of the wording."""
    least_age: int
    """Below it no measure exists at all; `least_age_citation` says where, if that is not the age of majority."""
    least_age_citation: Text | None = None
    tracks: tuple[Track, ...]
    minors_refused: Text | None = None
    """Why a minor cannot be taken into this book."""
    minors_citation: Text | None = None
    exclusions: dict[Code, Text]
    exclusions_citation: Text
    rules: tuple[Rule, ...]
    provisions: tuple[Provision, ...] = ()
    papers: tuple[Paper, ...]
    actions: tuple[Action, ...]
    drawn: Mapping[AgencyKind, Refs] = {}
    """Forms that each kind of agency may draw up beside any act, as long as the dossier is open; `closed` ones after it too."""
    transition: Transition | None = None
    notes: tuple[Text, ...] = ()

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id; raises KeyError when the book has none."""
        return self._rules[rule_id]

    def action(self, code: str) -> Action:
        """The action with this code; raises KeyError when the book has none."""
        return self._actions[code]

    def hanging(self, rule_id: str) -> tuple[Rule, ...]:
        """The rules whose limits run from the end of this one's."""
        return self._hanging.get(rule_id, ())

    def words(self, track: str) -> Wording:
        """How papers speak on this track."""
        return self._minor_words if track == "minor" else self.wording

    def kinds_in(self, stage: str) -> frozenset[AgencyKind]:
        """Kinds of agency that have something to do in a stage."""
        return frozenset(kind for action in self.actions if stage in action.stages for kind in action.by)

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def _hanging(self) -> dict[str, tuple[Rule, ...]]:
        ends = dict.fromkeys(rule.anchor.limit for rule in self.rules if rule.anchor.limit)
        return {end: tuple(rule for rule in self.rules if rule.anchor.limit == end) for end in ends}

    @cached_property
    def _actions(self) -> dict[str, Action]:
        return {action.code: action for action in self.actions}

    @cached_property
    def _minor_words(self) -> Wording:
        return Wording.model_validate({**self.wording.model_dump(), **self.wording_minor})
