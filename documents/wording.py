"""How papers write: capitals, dates in words, boxes, and the blocks of those who sign."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from documents.case import Signing
from documents.ooxml import Run

_EMPTY_BOX, _TICKED_BOX = "\N{BALLOT BOX}", "\N{BALLOT BOX WITH X}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature block: who signs, how, and the name under it.

    Args:
        title: office or role, printed in bold capitals.
        hint: the form's instruction in parentheses; empty prints none.
        name: the signer's name; None leaves the place empty.
        authority: on whose behalf the title signs, such as "TM. ỦY BAN NHÂN DÂN", printed above it.
        head: whether the agency's head signs here, in whose place another may.
        dated: place and date above the block, where the form has them there.
        words: what the signer declares, between the title and the hint.

    """

    title: str
    hint: str = "(Ký, ghi rõ họ tên)"
    name: str | None = None
    authority: str | None = None
    head: bool = False
    dated: str | None = None
    words: str | None = None

    def signed_by(self, signing: Signing | None) -> "Signature":
        """The block as it stands when another signs for the head: "KT. TRƯỞNG CÔNG AN" over the signer's office."""
        if signing is None or not self.head:
            return self
        if signing.by == "Q.":  # holds the head's own office for the time being
            return replace(self, title=f"Q. {self.title}", name=signing.name)
        above = (self.authority,) if self.authority else ()
        lines = (*above, f"{signing.by} {self.title}")
        return replace(self, authority="\n".join(lines), title=signing.position, name=signing.name)


def upper(text: str) -> str:
    """Vietnamese capitals, precomposed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).upper())


def bold(text: str) -> Run:
    """A bold run."""
    return Run(text, bold=True)


def italic(text: str) -> Run:
    """An italic run."""
    return Run(text, italic=True)


def box(*, checked: bool) -> str:
    """A box to tick."""
    return _TICKED_BOX if checked else _EMPTY_BOX


def boxes(*choices: tuple[str, bool]) -> str:
    """Boxes on one line, each with its label after it."""
    return "     ".join(f"{box(checked=checked)} {label}" for label, checked in choices)


def page_count() -> Run:
    """How many pages the paper has, counted by the word processor; minutes state it."""
    return Run("1", field="NUMPAGES")


def long_date(day: date) -> str:
    """A date in words: days below 10 and months 1 and 2 take a zero, no others (Decree 30/2020, Appendix I, II.4)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def place_date(place: str, day: date) -> str:
    """Place and date as they stand in the right corner of the first page."""
    return f"{place}, {long_date(day)}"
