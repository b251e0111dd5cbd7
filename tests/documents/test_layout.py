"""The building blocks of Decree 30/2020: what stands in the file, and what LibreOffice makes of it."""

import hashlib
import io
import os
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import docx
import pypdf
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from documents.case import Signing
from documents.layout import Sheet, Signature, bold, long_date, new_sheet, place_date, upper
from documents.ooxml import bold_width
from tests.programs import needs_program

LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Thị Hoàng Ánh Nguyệt " * 4


def decision(*, draft: bool = False) -> Sheet:
    sheet = new_sheet(draft=draft)
    sheet.header(
        ("công an tỉnh Lâm Đồng", "công an phường Xuân Hương"), "05/QĐ-CAP", "Xuân Hương", date(2026, 9, 5)
    )
    sheet.title("quyết định", "Về việc giao người nghiện ma túy để quản lý")
    sheet.authority("trưởng công an phường Xuân Hương")
    sheet.basis("Căn cứ Luật Phòng, chống ma túy năm 2025.", "Theo đề nghị của Tổ phòng, chống tội phạm;")
    sheet.resolved()
    sheet.article(1, "Giao người nghiện ma túy để quản lý:")
    sheet.point("1.", "Người bị giao quản lý:")
    sheet.fields(("Họ và tên", bold("NGUYỄN VĂN A")), ("Giới tính", "Nam"))
    sheet.ticks(("Kinh", True), ("Khác", False), lead="Dân tộc:")
    sheet.article(2, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.end()
    sheet.closing(
        ("Như Điều 2", "Lưu: VT"), Signature("trưởng công an", "(Ký, ghi rõ họ tên, đóng dấu)", "Trần Văn B")
    )
    return sheet


def opened(sheet: Sheet) -> Document:
    return docx.Document(io.BytesIO(sheet.to_bytes()))


def part(sheet: Sheet, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(sheet.to_bytes())) as package:
        return package.read(name).decode()


def paragraphs(sheet: Sheet, style: str) -> list[str]:
    """Texts of the paragraphs of one style, in tables too, in the order of the file."""
    found = [each for each in opened(sheet).element.iter(qn("w:p")) if each.style == style]
    return ["".join(text.text or "" for text in each.iter(qn("w:t"))) for each in found]


def rules(sheet: Sheet) -> list[tuple[int, int]]:
    """Left and right indents of the drawn rules, in twips."""
    indents = [
        each.find(qn("w:pPr")).find(qn("w:ind"))
        for each in opened(sheet).element.iter(qn("w:p"))
        if each.style == "Rule"
    ]
    return [
        (int(each.get(qn("w:left"))), int(each.get(qn("w:right")))) for each in indents if each is not None
    ]


@pytest.mark.parametrize(("signing", "printed"), [
    (None, ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Trần Văn B"]),
    (("KT.", "Lê Văn C", "Phó Chủ tịch"), ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lê Văn C"]),
    (("TL.", "Lê Văn C", "Trưởng phòng"), ["TM. ỦY BAN NHÂN DÂN", "TL. CHỦ TỊCH", "TRƯỞNG PHÒNG", "Lê Văn C"]),
    (("Q.", "Lê Văn C", "Quyền Chủ tịch"), ["TM. ỦY BAN NHÂN DÂN", "Q. CHỦ TỊCH", "Lê Văn C"]),
])  # fmt: skip
def test_whoever_signs_for_the_head_is_named_by_right_and_office(
    signing: tuple[Literal["KT.", "TL.", "Q."], str, str] | None, printed: list[str]
) -> None:
    by = Signing(by=signing[0], name=signing[1], position=signing[2]) if signing else None
    sheet = new_sheet(signing=by)
    sheet.line("Nội dung")
    head = Signature("Chủ tịch", "", "Trần Văn B", authority="TM. Ủy ban nhân dân")
    sheet.closing(("Lưu: VT",), head)
    assert [*paragraphs(sheet, "Signer"), *paragraphs(sheet, "SignedName")] == printed
    minutes = new_sheet(signing=by)
    minutes.signatures((Signature("Người lập", "", "Phạm Thị D"), replace(head, head=True)))
    assert [line for line in paragraphs(minutes, "Signer") if line] == ["NGƯỜI LẬP", *printed[:-1]]
    assert paragraphs(minutes, "SignedName") == ["Phạm Thị D", printed[-1]]


# -- the paper --------------------------------------------------------------------------------------------


def test_page_is_a4_with_the_sample_files_margins() -> None:
    section = opened(new_sheet()).sections[0]
    lengths = (
        section.page_width,
        section.page_height,
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    assert [length.twips for length in lengths if length] == [11906, 16838, 1418, 1134, 1985, 1134]


def test_times_new_roman_stands_in_all_four_font_slots_and_no_theme_overrides_it() -> None:
    styles = opened(decision()).styles.element
    fonts = list(styles.iter(qn("w:rFonts")))
    assert fonts
    wanted = {qn(f"w:{slot}"): "Times New Roman" for slot in ("ascii", "hAnsi", "cs", "eastAsia")}
    assert all(dict(each.attrib) == wanted for each in fonts)
    assert styles.find(qn("w:docDefaults")) in {each.getparent().getparent().getparent() for each in fonts}


def test_text_is_black_vietnamese_and_14_points() -> None:
    defaults = opened(new_sheet()).styles.element.find(qn("w:docDefaults"))
    values = {each.tag: each.get(qn("w:val")) for each in defaults.iter()}
    assert values[qn("w:color")] == "000000"
    assert values[qn("w:lang")] == "vi-VN"
    assert values[qn("w:sz")] == "28"


def test_page_number_is_hidden_on_the_first_page_only() -> None:
    section = opened(new_sheet()).sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" not in section.first_page_header.part.blob.decode()
    assert "PAGE" in section.header.part.blob.decode()


@pytest.mark.parametrize("draft", [False, True])
def test_only_a_draft_is_marked_and_then_on_every_page(draft: bool) -> None:
    section = opened(decision(draft=draft)).sections[0]
    marked = ["BẢN NHÁP" in each.part.blob.decode() for each in (section.first_page_header, section.header)]
    assert marked == [draft, draft]


# -- the file ---------------------------------------------------------------------------------------------


def test_same_content_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.documents.test_layout import decision;"
        "print(hashlib.sha256(decision().to_bytes()).hexdigest())"
    )
    elsewhere = subprocess.run(  # noqa: S603 - this interpreter, our own code
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Ho_Chi_Minh"},
        cwd=Path(__file__).parents[2],
    )
    assert elsewhere.stdout.strip() == hashlib.sha256(decision().to_bytes()).hexdigest()


def test_one_sheet_leaves_nothing_behind_for_the_next() -> None:
    decision()
    assert "NGUYỄN VĂN A" not in part(new_sheet(), "word/document.xml")


def test_file_tells_neither_when_nor_by_whom_it_was_written() -> None:
    sheet = decision()
    with zipfile.ZipFile(io.BytesIO(sheet.to_bytes())) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = opened(sheet).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created == properties.modified
    assert "rsid" not in part(sheet, "word/document.xml") + part(sheet, "word/settings.xml")


def test_text_is_written_precomposed_and_without_characters_xml_forbids() -> None:
    sheet = new_sheet()
    sheet.line(unicodedata.normalize("NFD", "Nguyễn Thị Được") + "\x0b\x00!")
    assert paragraphs(sheet, "Body") == ["Nguyễn Thị Được  !"]


# -- the first page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 1, 9), "ngày 09 tháng 01 năm 2026"),
        (date(2026, 2, 10), "ngày 10 tháng 02 năm 2026"),
        (date(2026, 3, 1), "ngày 01 tháng 3 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_only_days_below_ten_and_months_one_and_two_take_a_zero(day: date, text: str) -> None:
    assert long_date(day) == text
    assert place_date("Đà Lạt", day) == f"Đà Lạt, {text}"


def test_vietnamese_capitals_are_precomposed() -> None:
    assert upper(unicodedata.normalize("NFD", "đưa người nghiện ở Huế")) == "ĐƯA NGƯỜI NGHIỆN Ở HUẾ"


def test_agency_paper_has_two_corners_number_and_date() -> None:
    sheet = decision()
    assert paragraphs(sheet, "Superior") == ["CÔNG AN TỈNH LÂM ĐỒNG"]
    assert paragraphs(sheet, "Issuer") == ["CÔNG AN PHƯỜNG XUÂN HƯƠNG"]
    assert paragraphs(sheet, "Number") == ["Số: 05/QĐ-CAP"]
    assert paragraphs(sheet, "PlaceDate") == ["Xuân Hương, ngày 05 tháng 9 năm 2026"]


def test_citizens_paper_has_state_name_and_motto_alone_in_the_middle() -> None:
    sheet = new_sheet()
    sheet.header(None, place="Đà Lạt", day=date(2026, 10, 25))
    assert not opened(sheet).tables
    assert [each.text for each in opened(sheet).paragraphs][:2] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    ]


def test_official_letter_names_its_subject_under_the_number() -> None:
    sheet = new_sheet()
    sheet.header(("", "Công an xã A"), "12/CAX", "Xã A", date(2026, 7, 1), subject="phối hợp quản lý")
    assert paragraphs(sheet, "Superior") == []
    assert paragraphs(sheet, "Subject") == ["V/v phối hợp quản lý"]


def test_place_without_date_is_refused() -> None:
    with pytest.raises(ValueError, match="place and day"):
        new_sheet().header(None, place="Đà Lạt")


def test_rules_are_drawn_and_never_underlined_or_typed() -> None:
    sheet = decision()
    xml = part(sheet, "word/document.xml")
    assert xml.count("<w:pBdr>") == 3
    assert "<w:u " not in xml
    assert "<w:u/>" not in xml
    assert "__" not in xml


def test_rule_under_the_motto_is_as_long_as_the_motto_and_the_others_a_third_to_a_half() -> None:
    agency, motto, title = rules(decision())
    left_column, right_column = 67 / 25.4 * 1440, 98 / 25.4 * 1440
    motto_width = bold_width("Độc lập - Tự do - Hạnh phúc", 13) * 20
    assert right_column - sum(motto) == pytest.approx(motto_width, abs=2)
    for indents, column, text, size in (
        (agency, left_column, "CÔNG AN PHƯỜNG XUÂN HƯƠNG", 12),
        (title, 155 / 25.4 * 1440, "Về việc giao người nghiện ma túy để quản lý", 14),
    ):
        assert 1 / 3 <= (column - sum(indents)) / (bold_width(text, size) * 20) <= 1 / 2


def test_title_without_rule_draws_none() -> None:
    sheet = new_sheet()
    sheet.title("Bản tường trình", rule=False)
    assert rules(sheet) == []
    assert paragraphs(sheet, "Kind") == ["BẢN TƯỜNG TRÌNH"]


# -- the body ---------------------------------------------------------------------------------------------


def test_grounds_end_with_semicolons_and_the_last_with_a_full_stop() -> None:
    assert paragraphs(decision(), "Basis") == [
        "Căn cứ Luật Phòng, chống ma túy năm 2025;",
        "Theo đề nghị của Tổ phòng, chống tội phạm.",
    ]


def test_one_addressee_shares_the_line_and_several_make_a_list() -> None:
    sheet = new_sheet()
    sheet.addressee("Tòa án nhân dân khu vực 1")
    assert paragraphs(sheet, "Addressee") == ["Kính gửi: Tòa án nhân dân khu vực 1"]
    sheet = new_sheet()
    sheet.addressee("Công an xã A", "Ủy ban nhân dân xã A")
    assert paragraphs(sheet, "AddresseeItem") == ["- Công an xã A;", "- Ủy ban nhân dân xã A."]


def test_article_number_is_bold_and_its_text_is_not() -> None:
    first = next(each for each in opened(decision()).paragraphs if each.text.startswith("Điều 1."))
    assert (first.runs[0].text, first.runs[0].bold) == ("Điều 1.", True)
    assert {each.bold for each in first.runs[1:]} == {None}


def test_several_fields_share_a_line() -> None:
    assert "Họ và tên: NGUYỄN VĂN A; Giới tính: Nam" in paragraphs(decision(), "Body")


def test_empty_value_is_an_error_naming_its_field() -> None:
    with pytest.raises(ValueError, match="'Họ và tên' has no value"):
        new_sheet().field("Họ và tên", "  ")


def test_lines_of_a_value_become_paragraphs() -> None:
    sheet = new_sheet()
    sheet.field("Diễn biến", bold("Dòng một\r\nDòng hai\n"))
    assert paragraphs(sheet, "Body") == ["Diễn biến: Dòng một", "Dòng hai"]


def test_boxes_show_what_was_chosen() -> None:
    assert "Dân tộc:     Kinh: ☒     Khác: ☐" in paragraphs(decision(), "Body")


def test_words_follow_boxes_on_their_line() -> None:
    sheet = new_sheet()
    sheet.ticks(("Kinh", True), lead="Dân tộc:", tail="Khác: không")
    assert paragraphs(sheet, "Body") == ["Dân tộc:     Kinh: ☒     Khác: không"]


def test_row_of_one_text_heads_what_follows_across_the_whole_table() -> None:
    sheet = new_sheet()
    sheet.table(("TT", "Họ tên"), [("Đang quản lý: 01",), ("1", "Nguyễn Văn A")], (10, 100), small=True)
    [row] = [each for each in opened(sheet).element.iter(qn("w:tr")) if len(each.findall(qn("w:tc"))) == 1]
    [span] = row.iter(qn("w:gridSpan"))
    assert span.get(qn("w:val")) == "2"
    assert paragraphs(sheet, "ListCell") == ["Đang quản lý: 01", "1", "Nguyễn Văn A"]
    with pytest.raises(ValueError, match="zip"):
        sheet.table(("A", "B", "C"), [("1", "2")], (10, 10, 10))


def test_a_forms_number_does_not_keep_a_page_upright() -> None:
    sheet = new_sheet()
    sheet.form_number("Mẫu số 10")
    sheet.turn()
    assert len(opened(sheet).sections) == 1


def test_signer_declares_between_title_and_hint_under_place_and_date() -> None:
    sheet = new_sheet()
    sheet.signatures(
        (
            None,
            Signature("cha", name="Trần Văn B", dated="Huế, ngày …", words="Tôi đồng ý"),
        )
    )
    cell = [text.text for text in opened(sheet).element.iter(qn("w:t"))]
    assert cell == ["Huế, ngày …", "CHA", "Tôi đồng ý", "(Ký, ghi rõ họ tên)", "Trần Văn B"]


def test_body_ends_with_the_end_mark() -> None:
    assert paragraphs(decision(), "Body")[-1] == "Điều 2. Quyết định này có hiệu lực kể từ ngày ký./."


def test_recipients_end_with_the_archive_and_a_full_stop() -> None:
    assert paragraphs(decision(), "Recipient") == ["- Như Điều 2;", "- Lưu: VT."]


def test_authority_of_a_deputy_stands_above_the_office() -> None:
    sheet = new_sheet()
    sheet.signatures((None, Signature("phó trưởng công an", authority="KT. trưởng công an", name="Lê Thị C")))
    assert paragraphs(sheet, "Signer") == ["", "KT. TRƯỞNG CÔNG AN", "PHÓ TRƯỞNG CÔNG AN"]
    assert paragraphs(sheet, "SignedName") == ["", "Lê Thị C"]


# -- as LibreOffice prints it -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sheet], list[str]]:
    """Print a sheet; returns the text of each page, white space folded."""
    soffice = needs_program("soffice")
    folder = tmp_path_factory.mktemp("printed")

    def to_pages(sheet: Sheet) -> list[str]:
        source = folder / "sheet.docx"
        source.write_bytes(sheet.to_bytes())
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [
            soffice,
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - found on PATH, our own file
        pages = pypdf.PdfReader(source.with_suffix(".pdf")).pages
        return [" ".join(page.extract_text().split()) for page in pages]

    return to_pages


def test_a_short_decision_prints_on_one_page_in_reading_order(printed: Callable[[Sheet], list[str]]) -> None:
    pages = printed(decision())
    assert len(pages) == 1
    wanted = [
        "Số: 05/QĐ-CAP",
        "QUYẾT ĐỊNH",
        "Căn cứ Luật",
        "Điều 1.",
        "Điều 2.",
        "Nơi nhận:",
        "Trần Văn B",
    ]
    places = [pages[0].find(text) for text in wanted]
    assert -1 not in places
    assert places == sorted(places)


def test_long_names_wrap_and_lose_nothing(printed: Callable[[Sheet], list[str]]) -> None:
    sheet = new_sheet()
    sheet.header((LONG_NAME, LONG_NAME), "05/QĐ-CAP", LONG_NAME.strip(), date(2026, 9, 5))
    sheet.title("Quyết định", LONG_NAME)
    sheet.field("Họ và tên", LONG_NAME)
    sheet.table(("TT", "Họ và tên"), [("1", LONG_NAME)], (15, 140))
    sheet.signatures((Signature(LONG_NAME), Signature("Người lập", name=LONG_NAME)))
    text = " ".join(printed(sheet))
    assert text.count("Nguyệt") == 5 * 4
    assert text.count("NGUYỆT") == 3 * 4


def test_signatures_stay_whole_on_one_page_with_the_last_line(printed: Callable[[Sheet], list[str]]) -> None:
    signed = (Signature("người chứng kiến"), Signature("người lập biên bản"))
    lengths = set()
    for lines in (12, 18, 24, 32):
        sheet = new_sheet()
        for number in range(lines):
            sheet.line(f"Dòng {number}.")
        sheet.line("Dòng cuối.")
        sheet.signatures(
            signed, (Signature("cá nhân vi phạm"), Signature("đại diện")), (Signature("người cuối"),)
        )
        pages = printed(sheet)
        lengths.add(len(pages))
        for text in ("Dòng cuối.", "NGƯỜI CHỨNG KIẾN", "CÁ NHÂN VI PHẠM", "NGƯỜI CUỐI"):
            assert text in pages[-1]
    assert lengths == {1, 2}


def test_pages_are_numbered_from_the_second_on(printed: Callable[[Sheet], list[str]]) -> None:
    sheet = new_sheet()
    sheet.line("Một.")
    sheet.new_page()
    sheet.line("Hai.")
    assert printed(sheet) == ["Một.", "2 Hai."]


def test_draft_and_photo_box_print(printed: Callable[[Sheet], list[str]]) -> None:
    sheet = new_sheet(draft=True)
    sheet.photo_box(4, 6)
    sheet.header(None, place="Đà Lạt", day=date(2026, 10, 25))
    sheet.title("Tóm tắt lý lịch", "Của người nghiện ma túy")
    sheet.field("1. Họ và tên", "Nguyễn Văn A")
    page = printed(sheet)[0]
    assert "Ảnh 4x6" in page
    assert "1. Họ và tên: Nguyễn Văn A" in page
