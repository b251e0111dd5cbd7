"""Workbooks that pages offer for download."""

import hashlib
from collections.abc import Iterable, Sequence

from fastapi import Response

from api.papers import attachment
from api.registers import XLSX
from flows.sheets import Cell, Sheet, workbook
from models.clock import now
from models.law.limits import TIMEZONE

MOST = 10_000
"""Lines of a list as a workbook; the last one says when there are more."""


def sheet(
    file: str, name: str, headings: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]], *, cut: bool
) -> Response:
    """A list as a workbook of one sheet.

    Args:
        file: what the file's name begins with.
        name: of the sheet.
        headings: Vietnamese and English.
        rows: the lines.
        cut: whether there were more of them than `MOST`.
    """
    more = [("Còn nữa: hãy lọc hẹp hơn · There are more: narrow the filter",)] if cut else []
    return download(file, [Sheet(name, headings, [*rows, *more])])


def download(file: str, sheets: Sequence[Sheet]) -> Response:
    """Sheets as a file whose name says the day."""
    content = workbook(sheets)
    named = attachment(
        f"{file}-{now().astimezone(TIMEZONE):%Y-%m-%d}.xlsx", hashlib.sha256(content).hexdigest()
    )
    return Response(content, media_type=XLSX, headers=named)
