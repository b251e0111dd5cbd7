"""Sheet numbers (bút lục): in legal order when the file is compiled; what comes later goes on from the last."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Engine, insert, select

from documents.forms import all_forms
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

_sheets = table("numbered_sheets")


@dataclass(frozen=True)
class Filed:
    """A document issued in the dossier, or a paper received into it."""

    id: UUID
    is_document: bool
    code: str
    """The form, or the kind of paper."""
    title: str
    symbol: str
    """Number and symbol; empty for a paper, and where the form has none."""
    author: str
    day: date
    recorded_at: datetime
    place: int | None
    """Which of the papers the book asks for it is, in the order of the article; None for what else there is."""
    sheets: int
    sha256: str
    """The Word file, or the file as it was received."""
    content_type: str = ""
    """Of a paper's file, or of a document's scan."""
    pdf: str = ""
    """A document's PDF."""
    signed: str = ""
    """The latest scan of the signed paper, of the content type above; it stands for the PDF among the sheets."""
    received_as: int | None = None
    """A paper's first sheet in the order of receipt."""
    ended: Literal["superseded", "void", "masked"] | None = None
    """Why it is not in the file that the reader is given: it is no longer valid, or none of the reader's business."""


@dataclass(frozen=True)
class Numbered:
    """Something of the file with its sheets."""

    filed: Filed
    first: int
    sheets: int

    @property
    def last(self) -> int:
        """Its last sheet."""
        return self.first + self.sheets - 1


def in_legal_order(filed: Iterable[Filed]) -> list[Filed]:
    """The papers the book asks for in the order of its articles, then documents by day of issue, then other papers."""
    forms = list(all_forms())

    def order(one: Filed) -> tuple[object, ...]:
        of_one_act = forms.index(one.code) if one.is_document and one.code in forms else 0
        asked = one.place is not None
        group = 0 if asked else 1 if one.is_document else 2
        return group, one.place or 0, not one.is_document, one.day, one.recorded_at, of_one_act, str(one.id)

    return sorted(filed, key=order)


def number_sheets(
    engine: Engine, dossier: UUID, filed: Sequence[Filed], compiled_at: datetime | None
) -> tuple[list[Numbered], bool]:
    """The file with its sheet numbers, in their order, and whether these numbers stand.

    Before the file is compiled they are those it would have now. From then on they stand: whoever first needs the
    numbered file records them, and every later one has the same. What was there when it was compiled comes first, in
    legal order; what came later follows in the order it came. A document that has ended keeps its sheets.

    Args:
        engine: the application's store.
        dossier: whose file it is; whoever asks has been found to see it, and may only read: the system numbers.
        filed: everything in it, ended documents too.
        compiled_at: when it was recorded as compiled; None before, or when it must be compiled anew.
    """
    by_id = {one.id: one for one in filed}
    with unit_of_work(engine, Scope(SYSTEM), locking=[dossier]) as connection:
        asked = select(_sheets).where(_sheets.c.dossier == dossier).order_by(_sheets.c.first_sheet)
        rows = connection.execute(asked).all()
        known = {row.document or row.paper for row in rows}
        kept = [
            Numbered(by_id[row.document or row.paper], row.first_sheet, row.sheets)
            for row in rows
            if (row.document or row.paper) in by_id  # else it came after this reader looked
        ]
        new = [one for one in filed if one.id not in known and one.ended is None]
        if not rows and compiled_at is None:
            return list(_numbered(in_legal_order(new), 1)), False
        next_sheet = rows[-1].first_sheet + rows[-1].sheets if rows else 1
        added = list(_numbered(_as_compiled(new, None if rows else compiled_at), next_sheet))
        if added:
            connection.execute(insert(_sheets), [_row(dossier, one) for one in added])
    return kept + added, True


def _as_compiled(new: Sequence[Filed], compiled_at: datetime | None) -> list[Filed]:
    """What was compiled, in legal order; then the rest as it came."""
    compiled = [one for one in new if compiled_at is not None and one.recorded_at <= compiled_at]
    later = [one for one in in_legal_order(new) if one not in compiled]
    return in_legal_order(compiled) + sorted(later, key=lambda one: one.recorded_at)


def _numbered(filed: Iterable[Filed], first: int) -> Iterator[Numbered]:
    for one in filed:
        yield Numbered(one, first, one.sheets)
        first += one.sheets


def _row(dossier: UUID, one: Numbered) -> dict[str, object]:
    filed = one.filed
    return {
        "dossier": dossier,
        "first_sheet": one.first,
        "sheets": one.sheets,
        "document": filed.id if filed.is_document else None,
        "paper": None if filed.is_document else filed.id,
        "numbered_at": clock.now(),
    }
