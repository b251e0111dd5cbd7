"""What can happen to a time limit after it began: it stands still, is extended, starts anew, is credited, is moved."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from models.law.counting import MOST, LimitRefused


class EntryRefused(LimitRefused):
    """A suspension, extension, restart or credit that does not fit the limit."""


class Entry(BaseModel):
    """Base of what happens to a limit after it began."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime
    reason: str
    citation: str


class Suspended(Entry):
    """The limit stands still from `at` until `until`; without `until` it still does.

    In days, the day of the suspension is not counted and the day on which the limit goes on is.
    """

    kind: Literal["suspended"] = "suspended"
    until: AwareDatetime | None = None


class Extended(Entry):
    """The limit is extended to a total, in its own unit, counted from the same start."""

    kind: Literal["extended"] = "extended"
    amount_total: Annotated[int, Field(gt=0, le=MOST)]


class Restarted(Entry):
    """The limit is counted anew from `at`; what happened to it before no longer matters."""

    kind: Literal["restarted"] = "restarted"


class Credited(Entry):
    """Days already served that are deducted from a term of days, months or years."""

    kind: Literal["credited"] = "credited"
    days: Annotated[int, Field(gt=0, le=MOST)]


class Carried(Entry):
    """The dossier changed its rulebook and the limit goes on as it is: told in the journal, nothing is counted anew."""

    kind: Literal["carried"] = "carried"


class CalendarChanged(Entry):
    """The calendar changed and the limit moved with it: told in the journal, for the count follows by itself."""

    kind: Literal["calendar"] = "calendar"


class Corrected(Entry):
    """What the limit is counted from was corrected and it moved: told in the journal, for the count follows by itself."""

    kind: Literal["corrected"] = "corrected"


LedgerEntry = Annotated[
    Suspended | Extended | Restarted | Credited | Carried | CalendarChanged | Corrected,
    Field(discriminator="kind"),
]
LEDGER: TypeAdapter[list[LedgerEntry]] = TypeAdapter(list[LedgerEntry])
"""A ledger as it is stored."""
