"""A periodic report as a workbook and as a paper: sections of tables under the head of Decree 30/2020."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

import xlsxwriter

from documents.layout import Signature, long_date, new_sheet

_FIXED = datetime(1980, 1, 1, tzinfo=UTC)  # same report, same bytes
Value = str | int | float | None


@dataclass(frozen=True)
class Section:
    """A table of the report: its heading, its columns with their widths in millimetres, its rows."""

    title: str
    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class ReportPaper:
    """A periodic report as it is printed; nothing of it is personal."""

    superior: str
    issuer: str
    place: str
    day: date
    about: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    position: str
    signer: str


def to_docx(paper: ReportPaper) -> bytes:
    """The report on paper, to be signed; same report, same bytes."""
    sheet = new_sheet()
    sheet.header((paper.superior, paper.issuer), None, paper.place, paper.day)
    sheet.title("Báo cáo", paper.about)
    for note in paper.notes:
        sheet.line(note)
    for section in paper.sections:
        sheet.heading(section.title)
        headings, widths = zip(*section.columns, strict=True)
        if section.rows:
            sheet.table(headings, [[_text(value) for value in row] for row in section.rows], widths)
        else:
            sheet.line("Không có.")
    head = Signature(paper.position, "(Ký, ghi rõ họ tên, đóng dấu)", paper.signer, head=True)
    sheet.signatures((Signature("Người lập báo cáo"), head))
    return sheet.to_bytes()


def to_xlsx(paper: ReportPaper) -> bytes:
    """The report as a workbook of one sheet, with numbers as numbers; same report, same bytes."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    workbook.set_properties({"created": _FIXED})
    plain = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
    line, bold = workbook.add_format(plain), workbook.add_format({**plain, "bold": True})
    cell = workbook.add_format({**plain, "border": 1, "text_wrap": True})
    head = workbook.add_format({**plain, "border": 1, "text_wrap": True, "bold": True, "align": "center"})
    sheet = workbook.add_worksheet("Báo cáo")
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    widths = [
        max(section.columns[at][1] for section in paper.sections if at < len(section.columns))
        for at in range(max(len(section.columns) for section in paper.sections))
    ]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width / 2)
    opening = [paper.issuer, f"Báo cáo {paper.about}", f"Lập {long_date(paper.day)}", *paper.notes]
    row = 0
    for text in opening:
        sheet.write_string(row, 0, text, bold if row < 2 else line)
        row += 1
    for section in paper.sections:
        sheet.write_string(row + 1, 0, section.title, bold)
        for column, (heading, _width) in enumerate(section.columns):
            sheet.write_string(row + 2, column, heading, head)
        row += 3
        for values in section.rows:
            for column, value in enumerate(values):
                if isinstance(value, int | float):
                    sheet.write_number(row, column, value, cell)
                else:
                    sheet.write_string(row, column, value or "", cell)
            row += 1
    workbook.close()
    return file.getvalue()


def _text(value: Value) -> str:
    """A number as Vietnamese papers write it: a comma before the decimals, a dot between thousands."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    if isinstance(value, float):
        whole, _, part = f"{value:,.1f}".partition(".")
        return f"{whole.replace(',', '.')},{part}"
    return value or ""
