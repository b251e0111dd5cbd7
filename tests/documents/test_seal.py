"""The seal: a QR code and a code in the first page's margin, which move nothing and always look the same."""

import io
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import docx
import pypdf
import pytest
import zxingcpp

from documents.forms import all_forms
from documents.layout import Sheet, new_sheet
from documents.seal import FOOTER_PART, PICTURE_PART, Seal
from documents.specimens import specimen
from documents.stationery import marked
from tests.programs import needs_program

SEAL = Seal("Zk3-_9bQx7LmA2wE", "https://hoso.example.vn/verify/Zk3-_9bQx7LmA2wE")
FORM = all_forms()["V-43"]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_same_context_and_seal_give_the_same_bytes() -> None:
    context = specimen(FORM, "full")
    assert FORM.render(context, seal=SEAL) == FORM.render(context, seal=SEAL)


def test_the_seal_is_the_only_difference() -> None:
    plain, sealed = (parts(FORM.render(specimen(FORM, "full"), seal=seal)) for seal in (None, SEAL))
    assert set(sealed) - set(plain) == {FOOTER_PART, PICTURE_PART, "word/_rels/footer1.xml.rels"}
    changed = {name for name in plain if plain[name] != sealed[name]}
    assert changed == {"[Content_Types].xml", "word/_rels/document.xml.rels", "word/document.xml"}
    text, _, _rest = plain["word/document.xml"].partition(b"<w:sectPr")
    assert sealed["word/document.xml"].startswith(text)
    assert SEAL.code.encode() in sealed[FOOTER_PART]


def test_two_documents_have_seals_of_their_own() -> None:
    other = Seal("khac", "https://hoso.example.vn/verify/khac")
    one, two = (parts(FORM.render(specimen(FORM, "minimal"), seal=seal)) for seal in (SEAL, other))
    assert {name for name in one if one[name] != two[name]} == {FOOTER_PART, PICTURE_PART}


def test_only_the_first_page_has_a_seal() -> None:
    section = docx.Document(io.BytesIO(FORM.render(specimen(FORM, "full"), seal=SEAL))).sections[0]
    assert not section.first_page_footer.is_linked_to_previous
    assert section.footer.is_linked_to_previous


def test_a_marked_copy_differs_in_its_headers_alone() -> None:
    issued = FORM.render(specimen(FORM, "full"), seal=SEAL)
    copy = marked(issued, "ĐÃ HỦY")
    before, after = parts(issued), parts(copy)
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {
        "word/header1.xml",
        "word/header2.xml",
    }
    assert copy == marked(issued, "ĐÃ HỦY")
    assert copy != marked(issued, "ĐÃ THAY THẾ")


def two_pages(seal: Seal | None) -> Sheet:
    sheet = new_sheet(seal=seal)
    sheet.header(("Công an tỉnh Ví Dụ", "Công an xã Ví Dụ"), "05/QĐ-CAX", "Ví Dụ", date(2026, 9, 5))
    for number in range(33):  # to the last line of the first page and over it
        sheet.line(f"Dòng {number}.")
    return sheet


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same paper without and with a seal, as LibreOffice prints it."""
    soffice, folder = needs_program("soffice"), tmp_path_factory.mktemp("printed")
    sources = [folder / "plain.docx", folder / "sealed.docx"]
    for source, seal in zip(sources, (None, SEAL), strict=True):
        source.write_bytes(two_pages(seal).to_bytes())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        soffice,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        *map(str, sources),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - found on PATH, our own files
    return sources[0].with_suffix(".pdf"), sources[1].with_suffix(".pdf")


def test_the_seal_moves_no_line_of_the_body(printed: tuple[Path, Path]) -> None:
    plain, sealed = ([page.extract_text() for page in pypdf.PdfReader(path).pages] for path in printed)
    assert len(plain) == len(sealed) == 2
    assert "".join(sealed[0].split()).replace(f"Mãkiểmtra:{SEAL.code}", "") == "".join(plain[0].split())
    assert sealed[1] == plain[1]


def test_the_printed_code_leads_to_the_check(printed: tuple[Path, Path]) -> None:
    command = [needs_program("pdftoppm"), "-gray", "-r", "200", "-f", "1", "-l", "1", str(printed[1])]
    picture = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout  # noqa: S603 - as above
    _, size, _, pixels = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    [found] = zxingcpp.read_barcodes(memoryview(pixels).cast("B", [height, width]))
    assert found.text == SEAL.url
    corner = found.position.top_left
    assert corner.x / 200 * 25.4 == pytest.approx(18, abs=1)
    assert corner.y / 200 * 25.4 == pytest.approx(297 - 26, abs=1)
