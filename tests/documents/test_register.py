"""HS-06, the register of outgoing documents: a landscape book, and a workbook without formulas."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from documents.case import MissingValue
from documents.forms import all_forms
from documents.forms.register_book import RegisterBook, RegisterLine
from documents.register import Entry, to_xlsx
from tests.documents.cases import sample_case

FORM = all_forms()["HS-06"]


def line(**changes: object) -> RegisterLine:
    return RegisterLine.model_validate({
        "number": "01/QĐ-CACG", "day": date(2026, 9, 7), "title": "Quyết định truy tìm (hồ sơ HS-2026-000001)",
        "signer": "Trung tá Đặng Văn H", "recipients": "Như Điều 2", "kept_by": "VT, hồ sơ", "note": "", **changes,
    })  # fmt: skip


def book(*lines: RegisterLine) -> RegisterBook:
    return RegisterBook(
        superior="Công an thành phố Hà Nội",
        agency="Công an phường Cầu Giấy",
        year=2026,
        register_name="QĐ",
        lines=lines,
    )


LINES = (line(), line(number="02/QĐ-CACG", day=date(2026, 10, 12), note="đã hủy ngày 20/10/2026"))


def test_the_book_reads_as_the_decree_has_it() -> None:
    document = docx.Document(io.BytesIO(FORM.render(book(*LINES))))
    said = [each.text for each in document.paragraphs if each.text]
    assert said == [
        "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG CẦU GIẤY", "SỔ ĐĂNG KÝ VĂN BẢN ĐI",
        "Năm: 2026; sổ: QĐ\nTừ ngày 07 tháng 9 năm 2026 đến ngày 12 tháng 10 năm 2026\nTừ số 01/QĐ-CACG đến số 02/QĐ-CACG",
    ]  # fmt: skip
    headings, numbers, first, second = ([cell.text for cell in row.cells] for row in document.tables[0].rows)
    assert headings == [
        "Số, ký hiệu văn bản", "Ngày tháng văn bản", "Tên loại và trích yếu nội dung văn bản", "Người ký",
        "Nơi nhận văn bản", "Đơn vị, người nhận bản lưu", "Số lượng bản", "Ngày chuyển", "Ký nhận", "Ghi chú",
    ]  # fmt: skip
    assert numbers == [f"({number})" for number in range(1, 11)]
    assert first == [
        "01/QĐ-CACG", "07/09/2026", "Quyết định truy tìm (hồ sơ HS-2026-000001)", "Trung tá Đặng Văn H", "Như Điều 2",
        "VT, hồ sơ", "", "", "", "",
    ]  # fmt: skip
    assert second[9] == "đã hủy ngày 20/10/2026"


def test_the_book_lies_on_its_side_and_repeats_its_headings() -> None:
    document = docx.Document(io.BytesIO(FORM.render(book(*LINES))))
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert section.page_width is not None
    assert section.page_height is not None
    assert section.page_width > section.page_height
    repeated = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") for row in document.tables[0].rows]
    assert [one is not None for one in repeated] == [True, True, False, False]


def test_an_empty_register_prints() -> None:
    assert "Năm: 2026" in docx.Document(io.BytesIO(FORM.render(book()))).paragraphs[4].text


def test_no_act_issues_the_register() -> None:
    with pytest.raises(MissingValue, match="HS-06"):
        FORM.gather(replace(sample_case("V-36"), form="HS-06"))


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "http://x.vn", "1e5"])
def test_no_cell_of_the_workbook_is_taken_for_a_formula(text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(to_xlsx(book(line(recipients=text))))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        strings = package.read("xl/sharedStrings.xml").decode()
        styles = package.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert text.strip() in strings
    cell = re.search(r'<c r="E2" s="(\d+)" t="s">', sheet)
    assert cell is not None
    formats = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])
    assert ("quotePrefix" in formats[int(cell[1])]) == (text[0] in "=+-@\t")


def test_the_same_register_gives_the_same_workbook() -> None:
    assert to_xlsx(book(*LINES)) == to_xlsx(book(*LINES))


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        ({"state": "issued"}, ""),
        ({"state": "void", "ended_on": date(2026, 10, 20)}, "đã hủy ngày 20/10/2026"),
        ({"state": "superseded", "ended_on": date(2026, 10, 20), "replaced_by": "05/QĐ-CA"},
         "thay thế bởi số 05/QĐ-CA ngày 20/10/2026"),
        ({"state": "issued", "replaces": "04/QĐ-CA"}, "thay thế số 04/QĐ-CA"),
        ({"state": "missing"}, "khuyết số: không có văn bản nào mang số này"),
    ],
)  # fmt: skip
def test_notes_say_what_became_of_a_number(entry: dict[str, object], note: str) -> None:
    assert Entry.model_validate({"number": 1, "number_text": None, **entry}).note == note
