"""Tables as a workbook: named sheets with headings in both languages, of which no text is ever taken for a formula."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import xlsxwriter

from models.law.limits import TIMEZONE

Cell = str | int | float | bool | date | datetime | None
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME, _LONGEST_TEXT, _MOST_ROWS = 31, 32_767, 1_048_575
_WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its headings in Vietnamese and English, and its rows."""

    name: str
    headings: Sequence[tuple[str, str]]
    rows: Iterable[Sequence[Cell]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An XLSX file of these sheets; instants are shown as Vietnam's clocks had them.

    Raises:
        ValueError: two sheets have one name, or there is none.
    """
    names = [_FORBIDDEN.sub(" ", sheet.name).strip("' ")[:_LONGEST_NAME] for sheet in sheets]
    if not names or len({name.lower() for name in names}) < len(names) or not all(names):
        raise ValueError("each sheet needs a name of its own")
    file = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, "remove_timezone": True, **plain}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day, instant = (book.add_format({"num_format": one}) for one in ("dd/mm/yyyy", "hh:mm dd/mm/yyyy"))
        for name, sheet in zip(names, sheets, strict=True):
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            widths = [max(map(len, heading)) for heading in sheet.headings]
            for column, heading in enumerate(sheet.headings):
                page.write_string(0, column, "\n".join(heading), bold)
            last = 0
            for line, row in enumerate(sheet.rows, start=1):
                if line > _MOST_ROWS:
                    break
                last = line
                for column, value in enumerate(row):
                    widths[column] = max(widths[column], len(str(value)))
                    _write(page, line, column, value, (day, instant))
            for column, width in enumerate(widths):
                page.set_column(column, column, min(width + 2, _WIDEST))
            page.autofilter(0, 0, last, len(sheet.headings) - 1)
            page.repeat_rows(0)
            page.set_landscape()
            page.fit_to_pages(1, 0)
    return file.getvalue()


def _write(
    page: xlsxwriter.worksheet.Worksheet,
    line: int,
    column: int,
    value: Cell,
    formats: tuple[xlsxwriter.format.Format, xlsxwriter.format.Format],
) -> None:
    day, instant = formats
    match value:
        case None:
            return
        case bool():
            page.write_string(line, column, "có" if value else "không")
        case int() | float():
            page.write_number(line, column, value)
        case datetime():
            page.write_datetime(line, column, value.astimezone(TIMEZONE), instant)
        case date():
            page.write_datetime(line, column, datetime.combine(value, time()), day)
        case _:
            page.write_string(line, column, value[:_LONGEST_TEXT])
