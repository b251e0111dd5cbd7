"""The bundle of a file, printed by the real LibreOffice: both sets, every sheet, nothing of a person in a file's name."""

import io
import re
import unicodedata
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import docx
import pypdf
import pytest

from api.demo.scans import pdf_page, picture
from documents import storage
from documents.bundle import SHEETS, CopySet, DossierFile, write_bundle
from documents.case import header_of, person_of
from documents.forms import all_forms
from documents.layout import new_sheet
from documents.pdf import LibreOffice, LibreOfficeMissingError
from documents.sheets import Filed, Numbered
from tests.documents.cases import sample_case
from tests.programs import needs_program

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(files: Path, form: str, number: str, pages: int, ended: bool = False) -> Filed:
    content = all_forms()[form].render(all_forms()[form].gather(sample_case(form)))
    return Filed(
        id=uuid4(), is_document=True, code=form, title=all_forms()[form].title, symbol=number,
        author="Công an phường Mai Dịch", day=date(2026, 9, 23), recorded_at=datetime(2026, 9, 23, tzinfo=UTC), place=0,
        sheets=pages, sha256=storage.store(files, content), pdf=storage.store(files, pdf_page(form, pages)),
        ended="superseded" if ended else None,
    )  # fmt: skip


def paper(
    files: Path, kind: str, content: bytes, content_type: str, sheets: int = 1, place: int | None = None
) -> Filed:
    return Filed(
        id=uuid4(), is_document=False, code=kind, title="Đơn của ông Nguyễn Văn A", symbol="", author="Công an phường",
        day=date(2026, 9, 20), recorded_at=datetime(2026, 9, 20, tzinfo=UTC), place=place, sheets=sheets,
        sha256=storage.store(files, content), content_type=content_type, received_as=7,
    )  # fmt: skip


def word(text: str) -> bytes:
    sheet = new_sheet()
    sheet.line(text)
    return sheet.to_bytes()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def file(files: Path) -> DossierFile:
    """Six things in fourteen sheets."""
    filed = [
        document(files, "V-34", "", 2),
        paper(files, "addiction_result", pdf_page("ket qua", pages=4), "application/pdf", sheets=2, place=2),
        document(files, "V-36", "05/ĐN-CAMD", 3, ended=True),
        document(files, "V-37", "06/TB-CAMD", 1),
        paper(files, "nguyen-van-a", picture(), "image/png"),
        paper(files, "letter", word("Đơn xin xem xét"), DOCX, sheets=2),
        paper(files, "photo", b"\xff\xd8\xff\xe0 jpeg", "image/jpeg", sheets=3),
    ]
    case, first, entries = sample_case("V-36"), 1, []
    for one in filed:
        entries.append(Numbered(one, first, one.sheets))
        first += one.sheets
    return DossierFile(
        number="2026-000001", header=header_of(case), measure=case.wording.measure_full, person=person_of(case),
        opened_on=date(2026, 9, 7), compiled_on=date(2026, 9, 23), entries=entries, stands=True,
        sets=(
            CopySet("Bản gốc", "ban-goc", "chuyển Tòa án nhân dân khu vực 9 - Hà Nội"),
            CopySet("Bản sao", "ban-sao", "lưu tại Công an phường Mai Dịch"),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def bundle(
    file: DossierFile, files: Path, tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, int]]
) -> zipfile.ZipFile:
    needs_program("soffice")
    target, scratch = io.BytesIO(), tmp_path_factory.mktemp("scratch")
    office = LibreOffice(tmp_path_factory.getbasetemp() / "libreoffice")
    write_bundle(target, file, files, office, scratch, lambda done, steps: told.append((done, steps)))
    assert list(scratch.iterdir()) == []
    return zipfile.ZipFile(target)


def text_of(content: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(content), strict=True).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def test_names_say_sheets_and_kinds_and_no_person(bundle: zipfile.ZipFile) -> None:
    names = bundle.namelist()
    assert sorted(names) == [
        "ban-goc/1_bia.docx", "ban-goc/1_bia.pdf", "ban-goc/2_muc-luc.docx", "ban-goc/2_muc-luc.pdf",
        "ban-sao/1_bia.docx", "ban-sao/1_bia.pdf", "ban-sao/2_muc-luc.docx", "ban-sao/2_muc-luc.pdf",
        "but-luc.pdf",
        "tai-lieu/003-004_addiction_result.pdf", "tai-lieu/009-009_khac.png", "tai-lieu/010-011_khac.docx",
        "tai-lieu/012-014_khac.jpg",
        "van-ban/001-002_V-34.docx", "van-ban/001-002_V-34.pdf",
        "van-ban/008-008_V-37_06-TB-CAMD.docx", "van-ban/008-008_V-37_06-TB-CAMD.pdf",
    ]  # fmt: skip
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert bundle.testzip() is None
    assert {entry.date_time for entry in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_files_are_the_very_ones_that_were_kept(
    bundle: zipfile.ZipFile, files: Path, file: DossierFile
) -> None:
    by_sheet = {
        name.split("/")[1][:3]: name for name in bundle.namelist() if "_khac" in name or "_addiction" in name
    }
    for entry in file.entries:
        if not entry.filed.is_document:
            kept = storage.load(files, entry.filed.sha256)
            assert bundle.read(by_sheet[f"{entry.first:03}"]) == kept
    assert bundle.read("van-ban/001-002_V-34.docx") == storage.load(files, file.entries[0].filed.sha256)


def test_every_page_has_its_sheet_and_the_sheets_run_without_a_gap(bundle: zipfile.ZipFile) -> None:
    pages = text_of(bundle.read(SHEETS))
    stamps = [re.findall(r"BL ([\d-]+)", page) for page in pages]
    assert [one for [one] in stamps] == [
        "1", "2", "3", "3", "4", "4", "5-7", "8", "9", "10-11", "12-14",
    ]  # fmt: skip
    assert "V-34" in pages[0]
    assert "ket qua" in pages[2]
    assert "V-37" in pages[7]
    assert "Đơn xin xem xét" in pages[9]


def test_a_page_stands_for_what_is_left_out_and_says_why(bundle: zipfile.ZipFile) -> None:
    pages = text_of(bundle.read(SHEETS))
    assert "BÚT LỤC SỐ 5-7" in pages[6]
    assert "số 05/ĐN-CAMD ngày 23/09/2026: đã được thay thế sau khi hồ sơ được đánh bút lục." in pages[6]
    assert "không in được từ tệp; xem tệp tai-lieu/012-014_khac.jpg." in pages[10]


@pytest.mark.parametrize(
    ("folder", "mark", "goes_to"),
    [
        ("ban-goc", "BẢN GỐC", "Bộ hồ sơ này: chuyển Tòa án nhân dân khu vực 9 - Hà Nội"),
        ("ban-sao", "BẢN SAO", "Bộ hồ sơ này: lưu tại Công an phường Mai Dịch"),
    ],
)
def test_each_set_has_its_mark_on_cover_and_index(
    bundle: zipfile.ZipFile, folder: str, mark: str, goes_to: str
) -> None:
    cover, index = (" ".join(text_of(bundle.read(f"{folder}/{name}.pdf"))) for name in ("1_bia", "2_muc-luc"))
    for text in (cover, index):
        assert mark in text
        assert "2026-000001" in text
    assert goes_to in cover
    assert "Nguyễn Văn A" in cover
    assert "từ tờ 1 đến tờ 14" in cover
    assert "Mục lục này gồm 7 văn bản, tài liệu; 14 tờ." in index


def test_the_index_lists_every_sheet_in_order(bundle: zipfile.ZipFile) -> None:
    table = docx.Document(io.BytesIO(bundle.read("ban-goc/2_muc-luc.docx"))).tables[-1]
    rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert [row[5] for row in rows] == ["1-2", "3-4", "5-7", "8", "9", "10-11", "12-14"]
    assert rows[3][:3] == ["4", "06/TB-CAMD", "23/09/2026"]
    assert rows[1][6] == "ngày nhận; số khi nhận: 7-8"
    assert rows[2][6] == "đã được thay thế sau khi hồ sơ được đánh bút lục"


def test_progress_is_told_step_by_step(bundle: zipfile.ZipFile, told: list[tuple[int, int]]) -> None:
    assert bundle
    assert told == [(done, 9) for done in range(1, 10)]


def test_whoever_hears_of_progress_can_end_the_work(file: DossierFile, files: Path, tmp_path: Path) -> None:
    def stop(done: int, _steps: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    office = LibreOffice(tmp_path / "home", tmp_path / "missing")
    with pytest.raises(KeyboardInterrupt):
        write_bundle(io.BytesIO(), file, files, office, tmp_path, stop)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(LibreOfficeMissingError):
        write_bundle(io.BytesIO(), file, files, office, tmp_path)
