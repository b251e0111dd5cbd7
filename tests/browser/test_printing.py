"""Papers on screen: drawn in the frame of their page, and chosen ones bound into one file while the page tells how far that is."""

import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal
from uuid import UUID

import pypdf
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from documents.pdf import LibreOffice
from flows import batches
from flows.bulk import KINDS
from flows.running import Workplace, workplace
from tests.browser.conftest import PATIENCE, Board, Window
from tests.flows.conftest import until
from tests.programs import needs_program

OFFICER = "ca.cau-giay"
RESULT, STATEMENT = "Phiếu kết quả xét nghiệm chất ma túy trong cơ thể", "Bản tường trình"


def open_first(board: Board, page: Page) -> None:
    """Opens the first document of a dossier."""
    page.goto(f"/board/dossiers/{board.dossiers['compiled']}#documents")
    page.locator('#documents ~ * a[href^="/board/documents/"]').first.click()


@pytest.mark.parametrize("light", ["light", "dark"])
def test_a_paper_is_drawn_in_its_frame(board: Board, window: Window, light: Literal["light", "dark"]) -> None:
    page = window(OFFICER, color_scheme=light)
    told = list[str]()
    page.on("console", lambda message: told.append(message.text))
    open_first(board, page)
    frame = page.locator("iframe.paper")
    until(lambda: is_paper(frame.screenshot()), patience=30, every=0.3)
    assert told == [], "the browser complained"
    expect(page.get_by_text("không hiện được PDF")).to_be_hidden()


def is_paper(picture: bytes) -> bool:
    """Whether most of the middle is white, and not all of it: a sheet with words on it."""
    seen = Image.open(BytesIO(picture)).convert("L")
    width, height = seen.size
    shades = seen.crop((width * 2 // 5, height // 3, width * 4 // 5, height * 4 // 5)).histogram()
    return sum(shades) // 2 < sum(shades[250:]) < sum(shades)


def test_a_browser_that_draws_no_pdf_is_offered_the_file(board: Board, window: Window) -> None:
    page = window(OFFICER)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'pdfViewerEnabled', {get: () => false})")
    open_first(board, page)
    told = page.get_by_text("Trình duyệt này không hiện được PDF ngay trong trang.")
    expect(told).to_be_visible()
    expect(page.locator("iframe.paper")).to_have_count(0)
    with page.expect_download() as file:
        told.get_by_role("link", name="Tải bản PDF").click()
    assert len(pypdf.PdfReader(file.value.path()).pages) == 2


@pytest.fixture
def working(board: Board, tmp_path: Path) -> Iterator[Workplace]:
    """Where a worker of this board would be."""
    office = LibreOffice(tmp_path / "office", Path(needs_program("soffice")))
    place = Workplace(board.store, board.settings.files, "test", office=office)
    token = workplace.set(place)
    yield place
    workplace.reset(token)


@pytest.mark.long
def test_chosen_documents_become_one_file_to_print(board: Board, window: Window, working: Workplace) -> None:
    page = window(OFFICER)
    page.goto("/board/print")
    numbers = [number_of(board, which) for which in ("opened", "compiled")]
    waiting = page.locator("form tbody tr")
    chosen = [
        waiting.filter(has_text=number).filter(has_text=title)
        for number, title in ((numbers[0], RESULT), (numbers[1], RESULT), (numbers[1], STATEMENT))
    ]
    alone = list[list[str]]()
    for row in chosen:
        row.get_by_role("checkbox").check()
        address = row.locator('a[href^="/board/documents/"]').get_attribute("href")
        alone.append(pages(page.request.get(f"{address}/content?format=pdf").body()))
    page.get_by_role("button", name="In các văn bản đã chọn").click()
    expect(page.get_by_text("Đang tạo bản in của 3 văn bản.")).to_be_visible()
    for row in chosen:
        expect(row).to_have_count(0)
    print_of = page.locator(".prints > li").first
    expect(print_of).to_contain_text("Đang chờ")
    expect(print_of).to_contain_text("0/2 hồ sơ")
    task = batches.claim(working.engine, working.worker, only=UUID(page.url.rpartition("#task-")[2]))
    assert task is not None
    steps = batches.work_off(working.engine, working.files, working.worker, task, KINDS["print"])
    assert next(steps) == 0
    expect(print_of).to_contain_text("Đang tạo", timeout=PATIENCE)
    assert list(steps) == [2]
    expect(print_of).to_contain_text("Đã xong", timeout=PATIENCE)
    expect(print_of).to_contain_text("2/2 hồ sơ")
    with page.expect_download() as file:
        print_of.get_by_role("link", name="Tải tệp để in").click()
    bound = pages(file.value.path().read_bytes())
    assert bound == [said for paper in alone for said in paper]
    for title, paper in zip((RESULT, RESULT, STATEMENT), alone, strict=True):
        assert plain(title) in paper[0]


def number_of(board: Board, which: str) -> str:
    """The number of one of the board's dossiers."""
    return str(board.as_system("SELECT number FROM dossier WHERE id = :id", id=board.dossiers[which]))


def pages(pdf: bytes) -> list[str]:
    """What each page says."""
    return [plain(page.extract_text()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def plain(said: str) -> str:
    """Without what depends on where a line breaks."""
    return "".join(unicodedata.normalize("NFC", said).split()).lower()
