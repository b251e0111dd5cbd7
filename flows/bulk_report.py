"""The report of a bulk task: a line for every item and every reason, as CSV or as a workbook, without anything personal."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import xlsxwriter
from sqlalchemy import select

from models.store import Scope, Store, unit_of_work
from models.tables import table

STATES: Mapping[str, tuple[str, str]] = {
    "done": ("Đã thực hiện", "done"),
    "known": ("Đã có từ trước", "known from before"),
    "failed": ("Không thực hiện được", "failed"),
}
HEADINGS: Mapping[str, tuple[str, int]] = {
    "item": ("Dòng hoặc hồ sơ · Item", 14),
    "state": ("Kết quả · Result", 30),
    "number": ("Số hồ sơ · Dossier", 18),
    "dossier": ("Mã hồ sơ · Id", 38),
    "field": ("Ô hoặc trường · Cell or field", 18),
    "message": ("Lý do", 70),
    "message_en": ("Reason", 60),
    "citation": ("Căn cứ · Article", 36),
    "code": ("Mã · Code", 22),
}
_ROW_MOST = 1_048_575
"""Lines that a sheet has room for below its headings."""
_batch = table("bulk_batch")
_RISKY = ("=", "+", "-", "@", "\t")


class Line(NamedTuple):
    """One line: an item, what became of it, and one reason if there are any."""

    item: str
    state: str
    number: str = ""
    dossier: str = ""
    field: str = ""
    message: str = ""
    message_en: str = ""
    citation: str = ""
    code: str = ""


def lines(store: Store, scope: Scope, task: UUID, *, only_failed: bool = False) -> Iterator[Line]:
    """Every line of a task's results so far, in the order of its items; read batch by batch."""
    first = -1
    while True:
        asked = select(_batch).where(_batch.c.task == task, _batch.c.first > first).order_by(_batch.c.first)
        with unit_of_work(store, scope) as connection:
            row = connection.execute(asked.limit(1)).one_or_none()
        if row is None:
            return
        for result in row.results:
            if not only_failed or result["state"] == "failed":
                yield from _lines_of(result)
        first = row.first


def as_csv(found: Iterable[Line]) -> Iterator[str]:
    """The report as CSV, line by line; it begins with a mark by which spreadsheets know its encoding."""
    yield "\ufeff" + _csv_line([title for title, _width in HEADINGS.values()])
    for line in found:
        yield _csv_line([f"'{value}" if value.startswith(_RISKY) else value for value in line])


def to_xlsx(found: Iterable[Line], path: Path) -> None:
    """Writes the report as a workbook, of which only a line at a time is in memory; every cell is text."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as workbook:
        sheet, bold = workbook.add_worksheet("Kết quả"), workbook.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate(HEADINGS.values()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, bold)
        for row, line in enumerate(found, start=1):
            if row > _ROW_MOST:
                break
            for column, value in enumerate(line):
                if value:
                    sheet.write_string(row, column, value)


def _lines_of(result: Mapping[str, Any]) -> Iterator[Line]:
    start = Line(
        result["item"],
        " · ".join(STATES[result["state"]]),
        result.get("number", ""),
        result.get("dossier", ""),
    )
    flaws = result.get("flaws", ())
    if not flaws:
        yield start
    for flaw in flaws:
        yield start._replace(**flaw)


def _csv_line(values: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
