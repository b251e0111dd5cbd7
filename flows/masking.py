"""Which fields of a dossier are shown: to each agency what its work needs in the stage the dossier is in, and its own part.

What an agency's work does not need is masked in every answer, file and bundle; decision 0017 says why, class by class.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from flows.state import State
from models.law.private import ALL, Private, of_fact, of_form, of_paper
from models.law.schema import AgencyKind, Stage
from models.person import Identity, PersonData, age_on
from models.store import Reach, reach

MASK = "•••"
"""What stands in the place of a text that is masked."""
_NONE: frozenset[Private] = frozenset()
_MINOR = frozenset({Private.minor})
_BEFORE_COURT = (
    Stage.police_collection,
    Stage.health_determination,
    Stage.justice_review,
    Stage.court_decision,
)

Needs = Mapping[Stage, frozenset[Private]]
NEEDS: Mapping[AgencyKind, Needs] = {
    AgencyKind.commune_police: dict.fromkeys((*_BEFORE_COURT, Stage.execution, Stage.after_care), ALL),
    AgencyKind.district_police: dict.fromkeys((*_BEFORE_COURT, Stage.execution), ALL),
    AgencyKind.provincial_police: {Stage.police_collection: _MINOR, Stage.execution: _MINOR},
    AgencyKind.ministry_police: {Stage.police_collection: _MINOR, Stage.execution: _MINOR},
    AgencyKind.health_facility: {Stage.health_determination: frozenset({Private.health, Private.minor})},
    AgencyKind.justice_office: {Stage.justice_review: ALL},
    AgencyKind.labour_office: dict.fromkeys(
        (Stage.justice_review, Stage.court_decision, Stage.execution), ALL
    ),
    AgencyKind.court: dict.fromkeys((Stage.court_decision, Stage.execution), ALL),
    AgencyKind.provincial_court: {Stage.court_decision: ALL},
    AgencyKind.procuracy: {Stage.court_decision: ALL},
    AgencyKind.rehab_centre: dict.fromkeys((*_BEFORE_COURT, Stage.execution), ALL),
    AgencyKind.peoples_committee: {Stage.after_care: frozenset({Private.family, Private.minor})},
}
"""What agencies of a kind need of a dossier in which they have a part, while it is in a stage; else nothing.

The agency that compiled it needs all of it always: it puts it together, asks the court, and keeps it (NĐ 163/2026 Đ.100,
107). A rehab centre is given the life summary with the person (Đ.99.2.b, 108.2.b). A health facility finds on the health,
whatever the family is like; who assigns a centre must know that the person is a child.
"""


@dataclass(frozen=True)
class Masks:
    """What of one dossier is masked for whoever reads it."""

    classes: frozenset[Private]
    agencies: frozenset[str]
    """Whose own contributions stay readable to the reader."""

    def of(self, classes: Iterable[Private], *, by: str | None = None) -> list[str]:
        """Which of these classes are masked, in what an agency contributed."""
        return [] if by in self.agencies else sorted(self.classes.intersection(classes))

    def of_document(self, form: str, *, minor: bool, by: str) -> list[str]:
        """Which classes keep an issued document from the reader; each names its person."""
        return self.of(of_form(form) | (_MINOR if minor else _NONE), by=by)

    def of_paper(self, kind: str, *, minor: bool, by: str) -> list[str]:
        """Which classes keep a received paper from the reader."""
        return self.of(of_paper(kind) | (_MINOR if minor else _NONE), by=by)

    def paper(
        self, row: Mapping[str, Any], titles: Mapping[str, str], *, minor: bool
    ) -> tuple[dict[str, Any], list[str]]:
        """A received paper's row, and what is masked of it: then it is called what the rulebook calls its kind.

        Args:
            row: with what its sender called the paper and its file, which may name anybody.
            titles: by kind, of the dossier's rulebook.
            minor: whether the dossier's person is one.
        """
        found = self.of_paper(row["kind"], minor=minor, by=row["agency"])
        if not found:
            return dict(row), []
        kind = row["kind"] if row["kind"] in titles else "other"
        return {**row, "kind": kind, "title": titles.get(kind, MASK), "file_name": MASK}, found

    def person(self, person: PersonData, *, minor: bool) -> tuple[PersonData, list[str]]:
        """The person, without anything that says who a minor is where that is masked; and what is."""
        found = self.of(_MINOR) if minor else []
        if not found:
            return person, []
        hidden: dict[str, Any] = {
            name: MASK for name in PersonData.model_fields if name not in {"sex", "identity", "nationality"}
        }
        return person.model_copy(update={**hidden, "identity": Identity(type="none", reason=MASK)}), found

    def fact(self, name: str, *, minor: bool, by: str | None = None) -> list[str]:
        """Which classes keep a recorded fact from the reader."""
        classes = of_fact(name)
        return self.of(classes | (_MINOR if minor and classes else _NONE), by=by)

    def facts(
        self,
        facts: Mapping[str, Any],
        *,
        minor: bool,
        by: str | None = None,
        own: Mapping[str, Any] | None = None,
    ) -> tuple[dict[str, Any], list[str]]:
        """Facts with null in the place of what is masked, and which classes that are.

        Args:
            facts: by name.
            minor: whether the person is one, whose relatives and words tell who it is.
            by: the agency that recorded all of them, if it was one.
            own: those that the reader's agencies recorded themselves.
        """
        shown, found = dict(facts), set[str]()
        for name in facts:
            if masked := self.fact(name, minor=minor, by=by):
                shown[name] = (own or {}).get(name)
                found.update(masked if shown[name] is None else ())
        return shown, sorted(found)


def is_minor(birth_date: str, opened_on: date) -> bool:
    """Whether the person was under 18 when the dossier was opened; a birth date in part counts as the youngest possible."""
    return age_on(birth_date, opened_on) < 18


def minor_of(state: State) -> bool:
    """Whether a dossier is about a person who was a minor when it was opened."""
    return is_minor(state.person.birth_date, state.opened_on)


def masks_of(state: State) -> Masks:
    """What is masked of a dossier for the scope in which it was read."""
    if state.reach is None:
        return Masks(ALL, frozenset())
    return masks_for(state.reach, state.stage, state.holder, state.parties)


def masks_for(reached: Reach, stage: str, holder: str, parties: Mapping[str, str]) -> Masks:
    """What is masked of a dossier at this stage, in these hands, for a scope."""
    mine = frozenset(reached.agencies)
    if reached.everything or reached.fields == "all":
        return Masks(_NONE, mine)
    if reached.fields == "none":
        return Masks(ALL, frozenset())
    if parties.get("compiler", holder) in mine:
        return Masks(_NONE, mine)
    part = not mine.isdisjoint({holder, *parties.values()})
    needed = NEEDS[AgencyKind(reached.kind)].get(Stage(stage), _NONE) if part and reached.kind else _NONE
    return Masks(ALL - needed, mine)


@dataclass(frozen=True)
class Shown:
    """What is masked of a dossier of which only its files are asked for, and whether its person was a minor."""

    masks: Masks
    minor: bool


_ABOUT = text("""
    SELECT d.id, d.stage, d.holder, d.parties, d.opened_on, p.data ->> 'birth_date' AS birth_date
    FROM dossier d JOIN person p ON p.id = d.person WHERE d.id = ANY (:dossiers)
""")


def shown(connection: Connection, dossiers: Sequence[UUID]) -> dict[UUID, Shown]:
    """What is masked of dossiers that the unit of work has been found to see."""
    reached = reach(connection)
    return {
        row.id: Shown(
            masks_for(reached, row.stage, row.holder, row.parties), is_minor(row.birth_date, row.opened_on)
        )
        for row in connection.execute(_ABOUT, {"dossiers": list(dossiers)})
    }


_OWN_FACTS = text("""
    SELECT f.facts FROM event e JOIN event_facts f ON f.event = e.id
    WHERE e.dossier = :dossier AND e.agency = ANY (:agencies) AND f.facts IS NOT NULL ORDER BY e.seq
""")


def own_facts(connection: Connection, dossier: UUID, masks: Masks) -> dict[str, Any]:
    """The facts that the reader's agencies recorded, the latest of each; read only where something is masked."""
    if not masks.classes or not masks.agencies:
        return {}
    found = dict[str, Any]()
    asked = {"dossier": dossier, "agencies": sorted(masks.agencies)}
    for facts in connection.execute(_OWN_FACTS, asked).scalars():
        found |= facts
    return found
