"""Every form as LibreOffice prints it: it opens, and not a word is cut off, however long the content is."""

import io
import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest

from documents.forms import all_forms
from documents.pdf import LibreOffice
from documents.specimens import Fullness, lines_of, specimen
from tests.programs import needs_program

TABLES = (
    "III-10",
    "MBB01",
    "V-20",
    "V-21",
    "V-46",
    "116-23",
    "116-44",
    "116-52",
    "TT18-PL03",
    "HS-02",
    "HS-05",
    "HS-06",
)
"""Forms with tables, whose long rows could be cut off at the end of a page."""
Printed = Mapping[str, tuple[bytes, bytes]]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    return _printed(tuple(all_forms()), "full", tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def extreme(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    return _printed(TABLES, "extreme", tmp_path_factory.mktemp("extreme"))


@pytest.mark.parametrize("code", list(all_forms()))
def test_every_word_of_a_form_is_printed(full: Printed, code: str, tmp_path: Path) -> None:
    assert not _lost(*full[code], tmp_path)


@pytest.mark.parametrize("code", TABLES)
def test_no_row_is_cut_off_however_long_it_is(extreme: Printed, code: str, tmp_path: Path) -> None:
    assert not _lost(*extreme[code], tmp_path)


def _printed(codes: tuple[str, ...], fullness: Fullness, home: Path) -> Printed:
    """Each form's Word file and PDF, all made in one call."""
    needs_program("soffice")
    files = [all_forms()[code].render(specimen(all_forms()[code], fullness)) for code in codes]
    made = LibreOffice(home).to_pdf(files)
    pairs = zip(codes, files, made, strict=True)
    return {code: (file, pdf) for code, file, pdf in pairs if isinstance(pdf, bytes)}


def _lost(file: bytes, pdf: bytes, folder: Path) -> dict[str, int]:
    """Words of the Word file that its PDF lacks, with how many; page counts are known only in print."""
    (folder / "paper.pdf").write_bytes(pdf)
    pdftotext = needs_program("pdftotext")
    read = subprocess.run(  # noqa: S603 - a program of the system, on a file of ours
        [pdftotext, "-raw", str(folder / "paper.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    body = docx.Document(io.BytesIO(file)).element.body
    written = _words("\n".join(lines_of(body)).replace("gồm 1 t", "gồm t"))
    return dict(written - _words(read))


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))
