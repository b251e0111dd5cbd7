"""PDF through LibreOffice: shared calls, checked results, and nothing that hangs or is left behind."""

import os
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import docx
import pypdf
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.parser import parse_xml

from api.demo.scans import picture
from documents.layout import new_sheet
from documents.pdf import LibreOffice, LibreOfficeMissingError, PdfError, PdfTimeoutError, font, pages_of
from tests.programs import needs_program


def word(*lines: str) -> bytes:
    sheet = new_sheet()
    for line in lines:
        sheet.line(line)
    return sheet.to_bytes()


def text_of(content: bytes | PdfError) -> str:
    assert isinstance(content, bytes), content
    return " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)


def script(path: Path, body: str) -> Path:
    """A program that stands for soffice; `$OUT` is the folder it writes to, `"$@"` what it was given."""
    find = 'OUT=$(for each; do [ "$last" = --outdir ] && echo "$each"; last=$each; done)'
    path.write_text(f"#!/bin/sh\n{find}\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("libreoffice")


def counting(home: Path, folder: Path) -> LibreOffice:
    """The real LibreOffice, writing down how many files each of its calls had; a file that says CRASH kills it."""
    soffice = needs_program("soffice")
    body = (
        f'echo $(ls "$OUT" | wc -l) >> {folder}/calls\n'
        f'for file in "$OUT"/*.docx; do [ "$(head -c5 "$file")" = CRASH ] && kill -9 $$; done\n'
        f'exec {soffice} "$@"'
    )
    return LibreOffice(home, script(folder / "soffice", body))


def calls(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "calls").read_text().split()]


def linking_to(picture: Path) -> bytes:
    """A received paper whose picture lies elsewhere."""
    document, saved = docx.Document(), BytesIO()
    linked = document.part.relate_to(picture.as_uri(), RELATIONSHIP_TYPE.IMAGE, is_external=True)
    schemas, drawing = "http://schemas.openxmlformats.org", "drawingml/2006"
    document.add_paragraph("Đơn").add_run()._r.append(
        parse_xml(
            f'<w:drawing xmlns:w="{schemas}/wordprocessingml/2006/main" xmlns:wp="{schemas}/{drawing}/wordprocessingDrawing" '
            f'xmlns:a="{schemas}/{drawing}/main" xmlns:pic="{schemas}/{drawing}/picture" '
            f'xmlns:r="{schemas}/officeDocument/2006/relationships"><wp:inline><wp:extent cx="999999" cy="999999"/>'
            f'<wp:docPr id="1" name="x"/><a:graphic><a:graphicData uri="{schemas}/{drawing}/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="1" name="x"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="{linked}"/></pic:blipFill>'
            '<pic:spPr><a:xfrm><a:ext cx="999999" cy="999999"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing>"
        )
    )
    document.save(saved)
    return saved.getvalue()


class Shared(NamedTuple):
    """What eight threads got that asked at the same time, and the calls it took."""

    results: list[bytes | PdfError]
    calls: list[int]


@pytest.fixture(scope="module")
def shared(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    folder = tmp_path_factory.mktemp("shared")
    office, start = counting(home, folder), threading.Barrier(8)
    (folder / "secret.png").write_bytes(picture())
    files = [word(f"Tờ trình số {number} của Nguyễn Văn A") for number in range(7)]

    def ask(content: bytes) -> bytes | PdfError:
        start.wait()
        return office.to_pdf([content])[0]

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(ask, [*files, linking_to(folder / "secret.png")]))
    return Shared(results, calls(folder))


def test_threads_that_wait_at_the_same_time_share_a_call_and_get_their_own_file(shared: Shared) -> None:
    texts = [text_of(result) for result in shared.results[:7]]
    assert texts == [f"Tờ trình số {number} của Nguyễn Văn A" for number in range(7)]
    assert sum(shared.calls) == 8
    assert len(shared.calls) <= 2, "the first leads; whoever came meanwhile is in the second call"


def test_a_received_paper_reads_no_file_of_ours(shared: Shared) -> None:
    content = shared.results[-1]
    assert text_of(content) == "Đơn"
    assert isinstance(content, bytes)
    assert not pypdf.PdfReader(BytesIO(content)).pages[0].images


def test_a_file_that_kills_libreoffice_does_not_take_the_others_down(home: Path, tmp_path: Path) -> None:
    good, broken = counting(home, tmp_path).to_pdf([word("Một"), b"CRASH"])
    assert text_of(good) == "Một"
    assert isinstance(broken, PdfError)
    assert not isinstance(broken, PdfTimeoutError)
    assert calls(tmp_path) == [2, 1, 1]


def test_without_libreoffice_the_error_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(LibreOfficeMissingError, match=r"libreoffice-writer-nogui.*is not installed"):
        LibreOffice(tmp_path, tmp_path / "soffice").to_pdf([b""])
    assert list(tmp_path.iterdir()) == []


def test_libreoffice_is_found_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LibreOfficeMissingError):
        _ = LibreOffice(tmp_path).program
    libreoffice = script(tmp_path / "libreoffice", "")
    assert LibreOffice(tmp_path).program == libreoffice
    soffice = script(tmp_path / "soffice", "")
    assert LibreOffice(tmp_path).program == soffice


def test_a_call_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    hanging = script(tmp_path / "soffice", f"sleep 300 & echo $! > {tmp_path}/child; echo $$; sleep 300")
    office = LibreOffice(tmp_path / "home", hanging, patience=0.3, each=0)
    before = time.monotonic()
    [result] = office.to_pdf([b"x"])
    assert isinstance(result, PdfTimeoutError)
    assert time.monotonic() - before < 10
    child = int((tmp_path / "child").read_text())
    with pytest.raises(ProcessLookupError):
        _wait_for_end(child)
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == ["lock"]


def _wait_for_end(process: int) -> None:
    """Raises ProcessLookupError once the process is gone, or waits for its burial by its new parent."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        os.kill(process, 0)
        if " Z " in Path(f"/proc/{process}/stat").read_text():
            raise ProcessLookupError
        time.sleep(0.02)


def test_a_hanging_libreoffice_is_not_tried_for_each_file(tmp_path: Path) -> None:
    hanging = script(tmp_path / "soffice", f"echo call >> {tmp_path}/calls; sleep 300")
    results = LibreOffice(tmp_path / "home", hanging, patience=0.3, each=0).to_pdf([b"x"] * 3)
    assert [isinstance(result, PdfTimeoutError) for result in results] == [True] * 3
    assert (tmp_path / "calls").read_text().split() == ["call", "call"]


@pytest.mark.parametrize("written", [None, b"", b"%PDF-1.7 half", b"hello %%EOF", b"%PDF-1.7\n%%EOF"])
def test_success_that_is_printed_but_not_written_is_an_error(tmp_path: Path, written: bytes | None) -> None:
    (tmp_path / "written").write_bytes(written or b"")
    write = "true" if written is None else f'cp {tmp_path}/written "$OUT/000.pdf"'
    lying = script(tmp_path / "soffice", f"{write}; echo 'convert 000.docx -> 000.pdf using filter : writer'")
    [result] = LibreOffice(tmp_path / "home", lying).to_pdf([b"x"])
    assert isinstance(result, PdfError)
    assert str(tmp_path) not in str(result)


def test_a_process_that_was_killed_frees_the_lock_and_its_libreoffice_is_ended(tmp_path: Path) -> None:
    home, child = tmp_path / "home", tmp_path / "child"
    hanging = script(tmp_path / "hanging", f"echo $$ > {child}; sleep 300")
    code = (
        "import sys; from pathlib import Path; from documents.pdf import LibreOffice; "
        "LibreOffice(Path(sys.argv[1]), Path(sys.argv[2])).to_pdf([b'x'])"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(home), str(hanging)]) as other:  # noqa: S603
        while not (child.exists() and child.read_text().strip()):
            time.sleep(0.02)
        waiting = LibreOffice(home, script(tmp_path / "soffice", "true"), patience=0.1, each=0)
        with pytest.raises(PdfTimeoutError):
            waiting.to_pdf([b"y"])
        other.kill()
    [result] = waiting.to_pdf([b"y"])
    assert isinstance(result, PdfError)
    assert not isinstance(result, PdfTimeoutError)
    with pytest.raises(ProcessLookupError):
        _wait_for_end(int(child.read_text()))
    assert not list(home.glob("work-*"))


def test_an_interrupted_leader_leaves_the_others_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = LibreOffice(tmp_path / "home", script(tmp_path / "soffice", "true"))
    leads, others_wait = threading.Event(), threading.Event()
    convert = LibreOffice._convert

    def interrupted(self: LibreOffice, program: Path, contents: list[bytes]) -> list[bytes | PdfError]:
        monkeypatch.setattr(LibreOffice, "_convert", convert)
        leads.set()
        others_wait.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(LibreOffice, "_convert", interrupted)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(office.to_pdf, [b"a"])
        leads.wait()
        second = threads.submit(office.to_pdf, [b"b"])
        while len(office._waiting) < 1:
            time.sleep(0.01)
        others_wait.set()
        assert isinstance(second.result()[0], PdfError)
        assert isinstance(first.exception(), KeyboardInterrupt)
    assert office._waiting == []


def test_the_environment_of_libreoffice_has_no_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_DATABASE_URL", "postgresql://hoso_app:mat-khau@db/hoso")
    office = LibreOffice(tmp_path / "home", script(tmp_path / "soffice", f"env > {tmp_path}/environment"))
    office.to_pdf([b"x"])
    assert "mat-khau" not in (tmp_path / "environment").read_text()


def test_the_font_has_the_widths_of_times_new_roman() -> None:
    needs_program("fc-match")
    assert font() in {"Times New Roman", "Liberation Serif", "Tinos"}


def test_what_is_no_pdf_has_no_pages() -> None:
    assert [pages_of(content) for content in (b"", b"hello", b"%PDF-1.4 broken", picture())] == [0] * 4
