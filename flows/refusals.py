"""Why an act is not taken: every reason at once, in Vietnamese and English, with field or article."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Need:
    """One condition of an act, met or not."""

    code: str
    met: bool
    message: str
    message_en: str
    citation: str | None = None
    requirement: str | None = None  # the rule, paper, act or guard meant


@dataclass(frozen=True)
class Flaw:
    """Something wrong with one field of what was sent."""

    code: str
    field: str
    message: str
    message_en: str
    citation: str | None = None


class Refusal(Exception):
    """Base of all refusals; nothing was written."""


@dataclass
class Refused(Refusal):
    """The act is not possible now; `needs` are all the unmet requirements."""

    needs: list[Need] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(need.message for need in self.needs)


@dataclass
class Invalid(Refusal):
    """What was sent cannot be used; `flaws` name every field."""

    flaws: list[Flaw] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(f"{flaw.field}: {flaw.message}" for flaw in self.flaws)


@dataclass
class Stale(Refusal):
    """Someone else changed the dossier first; `current` is its version now."""

    current: int

    def __str__(self) -> str:
        return f"hồ sơ đã thay đổi, phiên bản hiện tại là {self.current}"


class UnknownDossier(Refusal):
    """There is no such dossier, or the actor may not see it: the two look the same."""


@dataclass
class UnknownAction(Refusal):
    """The dossier's book has no such action."""

    code: str
    book: str


def codes_of(refusal: Refusal) -> set[str]:
    """The codes of a refusal's reasons, as the API names them."""
    match refusal:
        case Refused():
            return {need.code for need in refusal.needs}
        case Invalid():
            return {flaw.code for flaw in refusal.flaws}
        case Stale():
            return {"stale"}
        case UnknownAction():
            return {"unknown_action"}
    return {"not_found"}
