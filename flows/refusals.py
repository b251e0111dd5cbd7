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
    return {flaw.code for flaw in reasons(refusal)}


def reasons(refusal: Refusal) -> list[Flaw]:
    """Every reason of a refusal, where many are told one below the other: each with its field or what is missing."""
    match refusal:
        case Invalid():
            return refusal.flaws
        case Refused():
            return [
                Flaw(need.code, need.requirement or "", need.message, need.message_en, need.citation)
                for need in refusal.needs
            ]
        case Stale():
            vi, en = str(refusal), f"the dossier has changed, its version is {refusal.current} now"
            return [Flaw("stale", "", vi, en)]
        case UnknownAction():
            vi = f"bộ quy tắc {refusal.book} không có thao tác “{refusal.code}” cho hồ sơ này"
            en = f"rulebook {refusal.book} has no action “{refusal.code}” for this dossier"
            return [Flaw("unknown_action", refusal.code, vi, en)]
        case UnknownDossier():
            vi = "không có hồ sơ này, hoặc không thuộc phạm vi được xem"
            return [Flaw("not_found", "", vi, "there is no such dossier, or you may not see it")]
    raise TypeError(f"a refusal without a reason: {type(refusal).__name__}")
