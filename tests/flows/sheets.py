"""Files of dossiers to import, about plainly invented people."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from flows.import_columns import columns

QUIT = "Thông báo tự ý chấm dứt cai nghiện hoặc điều trị thay thế"
GOOD: Mapping[str, Any] = {
    "person.name": "Nguyễn Văn A",
    "person.sex": "Nam",
    "person.birth_date": "20/05/1998",
    "person.identity.type": "Số định danh cá nhân",
    "person.identity.number": None,
    "person.present_residence": "số 3 phố Thí Dụ",
    "occurred_at": "07/09/2026 08:30",
    "facts.entry": QUIT,
    "facts.found_at": "07/09/2026 07:30",
    "facts.found_where": "số 3 phố Thí Dụ",
    "facts.incident": "Tổ tuần tra phát hiện (ví dụ).",
    "facts.remote": "không",
}
TESTED: Mapping[str, Any] = {
    **GOOD,
    "facts.entry": "Xét nghiệm dương tính",
    "facts.use_account": "Dùng từ năm 2020, bằng cách hút (ví dụ).",
    "facts.earlier_rehab": "không",
    "facts.test_result_at": datetime(2026, 9, 7, 8, 10),  # noqa: DTZ001 - a sheet has no zone
    "facts.test_method": "Thử nhanh nước tiểu bằng que thử, theo hướng dẫn",
    "facts.tester.name": "Đại úy Đỗ Thị M",
    "facts.tester.position": "Cán bộ",
    "facts.substance": "Methamphetamine",
}
"""A row whose opening starts a limit and issues two documents."""


def good(count: int, first: int = 1, **changes: Any) -> list[dict[str, Any]]:
    """So many good rows, each about another person; `changes` by the last part of a column's key."""
    return [of(GOOD, number, **changes) for number in range(first, first + count)]


def of(row: Mapping[str, Any], number: int, **changes: Any) -> dict[str, Any]:
    """The row, about the person of this number."""
    by_name = {key.rpartition(".")[2]: key for key in row}
    named = {"person.identity.number": f"001098{number:06d}"}
    return {**row, **named, **{by_name[name]: value for name, value in changes.items()}}


def headings(row: Mapping[str, Any]) -> list[str]:
    """The headings of a row's columns."""
    return [columns()[key].title for key in row]


def workbook(
    path: Path, rows: Sequence[Mapping[str, Any]], heads: Sequence[str] | None = None, **options: Any
) -> Path:
    """A workbook with these rows below their headings; dates become date cells, `=…` formulas, numbers numbers."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": True, **options}) as book:
        sheet = book.add_worksheet()
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for place, head in enumerate(headings(rows[0]) if heads is None else heads):
            sheet.write_string(0, place, head)
        for line, row in enumerate(rows, start=1):
            for place, value in enumerate(row.values()):
                if isinstance(value, datetime):
                    sheet.write_datetime(line, place, value, moment)
                elif value is not None:
                    sheet.write(line, place, value)
    return path


def separated(
    path: Path, rows: Iterable[Mapping[str, Any]], separator: str = ",", encoding: str = "utf-8"
) -> Path:
    """The same as CSV."""
    text, listed = io.StringIO(), list(rows)
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(headings(listed[0]))
    writer.writerows(row.values() for row in listed)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def cell(key: str, line: int, row: Mapping[str, Any] = GOOD) -> str:
    """The address of a column's cell in a line."""
    return f"{chr(65 + list(row).index(key))}{line}"
