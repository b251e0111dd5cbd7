"""The template of an import: a workbook with headings, lists to choose from and an explanation, or a CSV file."""

import csv
import io

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from flows.import_columns import Column, columns
from flows.import_file import MOST_ROWS

XLSX, CSV = "mau-nhap-ho-so.xlsx", "mau-nhap-ho-so.csv"
_CHECKED_ROWS = 5_000
"""Rows in which the workbook offers the lists."""
_LISTS = "Danh mục"
_GENERAL = (
    ("Mỗi dòng là một hồ sơ; không gộp ô, không dùng công thức, không đổi tiêu đề cột.",
     "A row is a dossier; no merged cells, no formulas, the headings stay as they are."),
    (f"Mỗi tệp nhiều nhất {MOST_ROWS} dòng. Cột không dùng có thể bỏ đi, trừ các cột bắt buộc (*).",
     f"A file has {MOST_ROWS} rows at most. Columns you do not need may be left out, except those marked with *."),
    ("Ngày: 07/09/2026; thời điểm: 07/09/2026 08:30 (giờ Việt Nam). Ô định dạng ngày của bảng tính cũng được.",
     "Days: 07/09/2026; moments: 07/09/2026 08:30 (Vietnam's time). Date cells are fine too."),
    ("Số giấy tờ, điện thoại: định dạng ô là Văn bản (Text), nếu không số 0 ở đầu sẽ mất.",
     "Numbers of papers and phones: format cells as Text, or leading zeros are lost."),
    ("Gửi lại cùng một tệp không tạo hồ sơ hai lần: mỗi người và thời điểm mở chỉ được nhập một lần.",
     "A file sent twice opens no dossier twice: each person and moment of opening is imported once."),
    ("Tệp CSV: bảng mã UTF-8, ngăn cách bằng dấu phẩy hoặc dấu chấm phẩy.",
     "CSV files: UTF-8, parted by commas or semicolons."),
)  # fmt: skip


def to_xlsx() -> bytes:
    """The workbook: the sheet to fill in, with one example; what each column means; the lists."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7EEF7"})
        as_text, wrapped = (
            workbook.add_format({"num_format": "@"}),
            workbook.add_format({"text_wrap": True, "valign": "top"}),
        )
        sheet = workbook.add_worksheet("Hồ sơ")
        explained, lists = workbook.add_worksheet("Hướng dẫn"), workbook.add_worksheet(_LISTS)
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns().values()):
            sheet.set_column(place, place, max(14, min(len(column.title), 40)), as_text)
            sheet.write_string(0, place, _heading(column), bold)
            if column.example:
                sheet.write_string(1, place, column.example, as_text)
            if column.choices:
                _offer(sheet, lists, place, column)
        explained.set_column(0, 3, 50, wrapped)
        for row, words in enumerate(_GENERAL):
            explained.write_row(row, 0, words, wrapped)
        start = len(_GENERAL) + 1
        explained.write_row(start, 0, ("Cột", "Column", "Ghi chú", "Ví dụ"), bold)
        for row, column in enumerate(columns().values(), start=start + 1):
            chosen = "; ".join(column.choices.values())
            said = ". ".join(part for part in (column.note, chosen and f"Chọn một trong: {chosen}") if part)
            explained.write_row(row, 0, (_heading(column), column.title_en, said, column.example), wrapped)
    return file.getvalue()


def to_csv() -> str:
    """The headings and one example, for spreadsheets in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.title for column in columns().values()])
    writer.writerow([column.example for column in columns().values()])
    return "\ufeff" + text.getvalue()


def _heading(column: Column) -> str:
    return f"{column.title} *" if column.required else column.title


def _offer(sheet: Worksheet, lists: Worksheet, place: int, column: Column) -> None:
    """Lets cells of the column choose from a list on a sheet of its own, for a list in the cell holds 255 letters only."""
    words = list(column.choices.values())
    lists.write_column(0, place, [column.title, *words])
    sheet.data_validation(1, place, _CHECKED_ROWS, place, {
        "validate": "list", "source": f"='{_LISTS}'!{_absolute(place, 2)}:{_absolute(place, len(words) + 1)}",
        "error_title": "Không có trong danh mục", "error_message": "Hãy chọn một giá trị trong danh mục.",
    })  # fmt: skip


def _absolute(place: int, row: int) -> str:
    return xlsxwriter.utility.xl_rowcol_to_cell(row - 1, place, row_abs=True, col_abs=True)
