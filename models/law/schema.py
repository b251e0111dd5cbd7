"""The shape of a rulebook's rows: rules (time limits), facts, actions and papers."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Condition = dict[str, bool | str | list[str]]
"""Facts and the value each must have (a list: one of these); empty means always."""


class Strict(BaseModel):
    """Base of everything read from a rulebook: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(StrEnum):
    """Who holds the dossier now."""

    police_collection = "police_collection"
    health_determination = "health_determination"
    justice_review = "justice_review"
    court_decision = "court_decision"
    execution = "execution"
    after_care = "after_care"
    closed = "closed"


class AgencyKind(StrEnum):
    """Kinds of agency that can act on a dossier."""

    commune_police = "commune_police"
    district_police = "district_police"
    provincial_police = "provincial_police"
    ministry_police = "ministry_police"
    health_facility = "health_facility"
    justice_office = "justice_office"
    labour_office = "labour_office"
    court = "court"
    provincial_court = "provincial_court"
    procuracy = "procuracy"
    rehab_centre = "rehab_centre"
    peoples_committee = "peoples_committee"


class Kind(StrEnum):
    """Kinds of limit, never mixed up."""

    duty = "duty"  # someone must act before it ends; late is marked
    window = "window"  # a right of the person: it must run out or be used before the next step
    bar = "bar"  # past it the act is refused
    term = "term"  # a state that lasts


class Unit(StrEnum):
    """Units of a limit."""

    working_day = "working_day"
    day = "day"
    hour = "hour"
    month = "month"
    year = "year"


class Clock(StrEnum):
    """Whether a rule runs a clock."""

    counted = "counted"
    none = "none"  # the text gives no limit (or says "at once"): a value of its own
    unread = "unread"  # the text was not read: no clock, shown as such


class Amount(Strict):
    """One amount of time; of two on one rule, passing the first is a warning and the second a breach."""

    value: Annotated[int, Field(gt=0)]
    unit: Unit
    past: Literal["warning", "breach"] = "breach"
    citation: Text | None = None


class Anchor(Strict):
    """The moment a rule is counted from: an act, a fact recorded with acts, or the end of another limit.

    `act` alone counts from the act's own moment; `act` with `fact` from that fact as the act records it;
    `limit` from the moment that limit has run out, and then the rule starts by itself.
    """

    text: Text  # in Vietnamese, as the article says it
    acts: tuple[Code, ...] = ()
    fact: Code | None = None
    or_later: Code | None = None
    """A second fact: the later of the two counts (a notice for which two people must each have had the time)."""
    limit: RuleId | None = None

    @model_validator(mode="after")
    def names_one_source(self) -> Self:
        """An anchor is acts (perhaps with a fact) or a limit; none at all is for rules without a clock."""
        if self.limit and (self.acts or self.fact):
            raise ValueError("an anchor names acts or a limit, not both")
        if self.or_later and not self.fact:
            raise ValueError("an anchor's second fact goes with a first")
        return self


class Variant(Strict):
    """Another amount, and perhaps another anchor, where facts say so (24/48 hours by remoteness)."""

    when: Annotated[Condition, Field(min_length=1)]
    amount: Annotated[int, Field(gt=0)]
    unit: Unit
    anchor: Anchor | None = None


class Range(Strict):
    """An amount that a decision fixes between two bounds (12 to 24 months); `fact` carries the choice."""

    least: Annotated[int, Field(gt=0)]
    most: Annotated[int, Field(gt=0)]
    unit: Unit
    fact: Code


class Extension(Strict):
    """How far a limit may be extended in all, counted from its own start."""

    most: Annotated[int, Field(gt=0)]
    times: Annotated[int, Field(gt=0)] = 1
    citation: Text


class Rule(Strict):
    """One time limit of the law."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[A-Za-z0-9]+)*$")]
    title: Text
    title_en: Text
    kind: Kind
    clock: Clock = Clock.counted
    amounts: tuple[Amount, ...] = ()
    variants: tuple[Variant, ...] = ()
    range: Range | None = None
    extension: Extension | None = None
    direction: Literal["after", "before"] = "after"
    span: Literal["at_least", "within"] = "at_least"
    """Counted back only: to be done at least so long before the end, or within so long before it."""
    first_day: Literal["excluded", "doubtful"] = "excluded"
    """`doubtful`: the text leaves open whether the first day counts; the shorter reading is used, both are shown."""
    roll: Literal["forward", "none", "back"] = "forward"
    """What happens when the last day is a day off; hours never roll."""
    inside: RuleId | None = None
    """A limit that this one cannot outlast: it ends with it."""
    beside: RuleId | None = None
    """The rule whose clock counts this one too (law and decree on one step): reckoned on demand, never started."""
    in_place_of: RuleId | None = None
    """The rule whose place its limits take where an action starts it instead (a term fixed under an older law)."""
    anchor: Anchor
    who: Text  # who must act, in Vietnamese, as the article says it
    citation: Text
    confirmed: bool
    note: Text | None = None

    @model_validator(mode="after")
    def amounts_fit_the_clock(self) -> Self:
        """A counted rule has exactly one source of its amount, and no other rule has any."""
        sources = [bool(self.amounts), bool(self.variants), self.range is not None]
        if self.clock is Clock.counted and sum(sources) != 1:
            raise ValueError(
                f"{self.id}: a counted rule needs amounts, variants or a range, exactly one of them"
            )
        if self.clock is not Clock.counted and any(sources):
            raise ValueError(f"{self.id}: a rule without a clock has no amount")
        if self.clock is Clock.unread and self.confirmed:
            raise ValueError(f"{self.id}: a rule whose text was not read cannot be confirmed")
        if len(self.amounts) > 2 or (len(self.amounts) == 2 and self.amounts[0].past != "warning"):
            raise ValueError(f"{self.id}: of two amounts the first is a warning; more than two are not known")
        if self.direction == "after" and self.span != "at_least":
            raise ValueError(f"{self.id}: only a rule counted back from an end can be 'within'")
        if self.kind in {Kind.term, Kind.bar} and self.roll != "none":
            raise ValueError(f"{self.id}: a {self.kind} never rolls: it would hold a person too long")
        return self


FactType = Literal[
    "text", "texts", "flag", "number", "instant", "day", "choice", "agency", "official", "officials",
    "witness", "witnesses", "receiver", "representative", "criteria", "background", "participants", "deliveries", "excluded",
]  # fmt: skip


class Fact(Strict):
    """One thing an act records: its type, and how people are asked for it."""

    type: FactType
    title: Text
    title_en: Text
    help: Text | None = None
    choices: dict[Code, Text] = {}
    citation: Text | None = None
    timing: Literal["past", "earlier", "receipt", "planned"] = "past"
    """When an instant may lie: `past` not before the acts this one depends on; `earlier` any time before now;
    `receipt` not before the act itself; `planned` also in the future."""

    @model_validator(mode="after")
    def choices_go_with_choice(self) -> Self:
        """Only a choice has choices, and it has at least two."""
        if (self.type == "choice") != (len(self.choices) > 1):
            raise ValueError("choices belong to a fact of type choice, two at least")
        return self


class Ref(Strict):
    """A rule, form or stage that applies only when facts say so; a bare string in the file is its id."""

    id: str
    when: Condition = {}
    given: bool = False
    """Of a form: issued only where its particulars are given; without them the paper is made elsewhere.

    A form that an act always issues asks for nothing: it is filled from the dossier.
    """
    closed: bool = False
    """Of a form drawn up beside the acts: in a closed dossier too."""
    by: tuple[AgencyKind, ...] = ()
    """Of a form: only such agencies issue it, of those that may act."""
    at: Code | None = None
    """The fact that says when (a limit ends or starts anew), to how much (extended) or how many (days credited)."""


class ActionFact(Strict):
    """A fact an action asks for; in the file its name, with a question mark when it may be left out."""

    name: Code
    required: bool = True
    when: Condition = {}
    """Where it is required; elsewhere it may be left out."""


def _ref(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


def _action_fact(value: object) -> object:
    if isinstance(value, str):
        return {"name": value.removesuffix("?"), "required": not value.endswith("?")}
    return value


Refs = tuple[Annotated[Ref, BeforeValidator(_ref)], ...]
ActionFacts = tuple[Annotated[ActionFact, BeforeValidator(_action_fact)], ...]
Alternatives = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\|[a-z_]+)*$")]
"""Action codes of which one is enough: `assign_centre|ministry_assigns`."""


class Action(Strict):
    """One thing an agency does to a dossier."""

    code: Code
    title: Text
    title_en: Text
    stages: tuple[Stage, ...]
    when: Condition = {}
    """The dossiers in which the action exists at all."""
    by: tuple[AgencyKind, ...]
    actor: Code = "holder"
    """Which party of the dossier acts: `holder`, `any`, or a party's name (`compiler`, `centre` …)."""
    role: Literal["officer", "head"] = "officer"
    court_role: Literal["clerk", "judge", "head"] | None = None
    """Who takes it where a court does; when left out the head as `role` says, else a clerk."""
    after: tuple[Alternatives, ...] = ()
    """Acts that must have been done; this one cannot be dated before any of them."""
    not_after: tuple[Alternatives, ...] = ()
    """Acts after which this one is no longer possible."""
    repeat: bool = False
    guards: Refs = ()
    """Guards by name, with an argument after a colon: `window_is_over:p4-read`; of `a|b` the limit that runs is meant."""
    facts: ActionFacts = ()
    starts: Refs = ()
    ends: Refs = ()
    restarts: Refs = ()
    extends: Refs = ()
    credits: Refs = ()
    suspends: Refs = ()
    resumes: Refs = ()
    undoes: tuple[Code, ...] = ()
    """Earlier acts that must be done anew after this one (a return undoes the sending)."""
    forms: Refs = ()
    next: Refs = ()
    hand_to: Code | None = None
    """The party that holds the dossier afterwards."""
    note: Text | None = None
    citation: Text
    confirmed: bool = True


class Paper(Strict):
    """A paper that the file must contain before it may be compiled or sent."""

    kind: Code
    title: Text
    title_en: Text
    form: str | None = None
    """The form that, once issued in the dossier, satisfies it."""
    any_of: tuple[str, ...] = ()
    """Other forms or paper kinds, one of which is enough."""
    when: Condition = {}
    citation: Text
    confirmed: bool = True
