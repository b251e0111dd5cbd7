"""A form: its official identity, the content it needs, and how it is written."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from documents.case import Case, FormContext, Particulars
from documents.layout import Sheet, new_sheet
from models.law.schema import Stage


@cache
def _schema(model: type[Particulars]) -> dict[str, Any]:
    return model.model_json_schema()


@dataclass(frozen=True)
class Form:
    """One official form, or a plain NĐ 30/2020 paper where the law prescribes none.

    `symbol` is what follows the number, with the issuer's letters in braces ("QĐ-{symbol}"); None when the form
    has no number. Documents with the same first letters share a register of their agency and year.
    """

    code: str
    title: str
    title_en: str
    source: str  # "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu 36", or "không có mẫu" with the article that orders the paper
    stage: Stage
    issuer: str  # who issues and signs it, in Vietnamese
    symbol: str | None
    context: type[FormContext]
    gather: Callable[[Case], FormContext]
    write: Callable[[Sheet, Any], None]
    particulars: type[Particulars] | None = None
    """What an officer states for this form only; None when the dossier has everything it prints."""

    @property
    def register(self) -> str | None:
        """The register its numbers are taken from: the document's type letters, None without a number.

        Letters (công văn) have no type letters of their own (NĐ 30/2020 Phụ lục III); their register is "CV".
        """
        if self.symbol is None:
            return None
        return "CV" if self.symbol.startswith("{") else self.symbol.split("-")[0]

    @property
    def asks(self) -> dict[str, Any] | None:
        """The JSON Schema of its particulars; None when it has none."""
        return _schema(self.particulars) if self.particulars else None

    @property
    def official_number(self) -> str | None:
        """What the gazette prints above the form ("Mẫu số 34", in Decree 118/2021 "Mẫu biên bản số 01"); None for papers without an official form."""
        found = re.search(r"Mẫu (biên bản )?số \d+\w*", self.source)
        return found[0] if found else None

    def render(self, context: FormContext, *, draft: bool = False) -> bytes:
        """The Word file for a context: same context, same bytes."""
        sheet = new_sheet(draft=draft, signing=context.signing)
        if self.official_number:
            sheet.form_number(self.official_number)
        self.write(sheet, context)
        return sheet.to_bytes()
