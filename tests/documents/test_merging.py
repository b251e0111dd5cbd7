"""One PDF of many: every page has its sheet number where a reader looks for it, and memory is bounded."""

import re
import weakref
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from api.demo.scans import pdf_page, picture
from documents.merging import MergedPdf, UnprintableError, page_of, sheet_labels


def stamps(merged: bytes) -> list[str]:
    """The stamp of every page, in order."""
    found = [re.findall(r"BL [\d-]+", page.extract_text()) for page in pypdf.PdfReader(BytesIO(merged)).pages]
    assert {len(each) for each in found} == {1}, found
    return [each[0] for each in found]


def photograph(width: int, height: int, **options: object) -> bytes:
    kept = BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(kept, "JPEG", **options)
    return kept.getvalue()


def saved(image: Image.Image) -> bytes:
    kept = BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("sheets", "pages", "labels"),
    [
        (1, 1, ["BL 7"]),
        (3, 3, ["BL 7", "BL 8", "BL 9"]),
        (2, 4, ["BL 7", "BL 7", "BL 8", "BL 8"]),
        (2, 3, ["BL 7", "BL 7", "BL 8"]),
        (3, 1, ["BL 7-9"]),
        (5, 2, ["BL 7-8", "BL 9-11"]),
    ],
)
def test_every_sheet_is_on_a_page_and_every_page_has_a_sheet(
    sheets: int, pages: int, labels: list[str]
) -> None:
    assert sheet_labels(7, sheets, pages) == labels


def test_files_are_merged_in_the_order_asked_for(tmp_path: Path) -> None:
    merged = MergedPdf(tmp_path)
    merged.add("c", pdf_page("ba"), 4, 1)
    merged.add("a", pdf_page("mot", pages=2), 1, 2)
    merged.add("b", picture(), 3, 1)
    content = merged.finish(["a", "b", "c"]).read()
    assert stamps(content) == ["BL 1", "BL 2", "BL 3", "BL 4"]
    texts = [page.extract_text() for page in pypdf.PdfReader(BytesIO(content), strict=True).pages]
    assert ["mot" in text for text in texts] == [True, True, False, False]
    assert "ba" in texts[3]
    merged.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_stamp_stands_at_the_top_right_as_the_page_is_read(tmp_path: Path, turned: int) -> None:
    writer = pypdf.PdfWriter(BytesIO(pdf_page("a")))
    page = writer.pages[0].rotate(turned)
    page.cropbox = pypdf.generic.RectangleObject((10, 20, 310, 420))
    turned_page = BytesIO()
    writer.write(turned_page)
    merged = MergedPdf(tmp_path)
    merged.add("a", turned_page.getvalue(), 12, 1)
    [page] = pypdf.PdfReader(merged.finish(["a"])).pages
    at: list[tuple[float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if "BL 12" in text:
            a, b, c, d, e, f = cm
            at.append((a * tm[4] + c * tm[5] + e, b * tm[4] + d * tm[5] + f))

    page.extract_text(visitor_text=visit)
    [(x, y)] = at
    width, height = (300, 400) if turned in {0, 180} else (400, 300)
    right, up = {
        0: (x - 10, y - 20), 90: (y - 20, 310 - x), 180: (310 - x, 420 - y), 270: (420 - y, x - 10),
    }[turned]  # fmt: skip
    assert 0.8 * width < right < width
    assert 0.9 * height < up < height
    merged.close()


def test_a_page_without_content_or_resources_is_stamped(tmp_path: Path) -> None:
    writer, blank = pypdf.PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.pages[0].pop("/Resources")
    writer.write(blank)
    merged = MergedPdf(tmp_path)
    merged.add("a", blank.getvalue(), 1, 1)
    assert stamps(merged.finish(["a"]).read()) == ["BL 1"]
    merged.close()


def test_a_broken_file_adds_nothing_and_the_others_stay_whole(tmp_path: Path) -> None:
    locked, writer = BytesIO(), pypdf.PdfWriter(BytesIO(pdf_page("a")))
    writer.encrypt("mật khẩu", algorithm="RC4-128")
    writer.write(locked)
    merged = MergedPdf(tmp_path)
    merged.add("a", pdf_page("a"), 1, 1)
    for content in (
        b"",
        b"%PDF-1.7 half",
        pdf_page("b")[:300],
        b"\xff\xd8\xff\xe0 jpeg",
        picture()[:60],
        locked.getvalue(),
    ):
        with pytest.raises(UnprintableError):
            merged.add("broken", content, 2, 1)
    merged.add("c", pdf_page("c"), 3, 1)
    assert stamps(merged.finish(["a", "c"]).read()) == ["BL 1", "BL 3"]
    merged.close()


def test_a_photograph_is_taken_over_bit_by_bit_on_a_page_of_its_shape() -> None:
    upright, across = photograph(60, 90), photograph(90, 60)
    for content, wider in ((upright, False), (across, True)):
        page = page_of(content)
        box = pypdf.PdfReader(BytesIO(page)).pages[0].mediabox
        assert (box.width > box.height) == wider
        assert content in page


def test_a_photograph_held_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    box = pypdf.PdfReader(BytesIO(page_of(photograph(90, 60, exif=exif)))).pages[0].mediabox
    assert box.height > box.width


def test_what_is_transparent_is_printed_white() -> None:
    page = page_of(saved(Image.new("RGBA", (8, 8), (0, 0, 0, 0))))
    [image] = pypdf.PdfReader(BytesIO(page)).pages[0].images
    assert image.image is not None
    assert image.image.convert("RGB").getpixel((4, 4)) == (255, 255, 255)


def test_a_picture_whose_shades_would_be_lost_is_not_printed() -> None:
    with pytest.raises(UnprintableError):
        page_of(saved(Image.new("I;16", (8, 8), 40_000)))


def test_of_a_large_file_nothing_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[weakref.ref[pypdf.PdfReader]] = []

    class Reader(pypdf.PdfReader):
        def __init__(self, stream: BytesIO) -> None:
            super().__init__(stream)
            readers.append(weakref.ref(self))

    monkeypatch.setattr(pypdf, "PdfReader", Reader)
    noise = Image.effect_noise((1100, 1100), 90)
    merged = MergedPdf(tmp_path)
    for number in (1, 2):
        merged.add(number, saved(noise), number, 1)
        assert [reader() for reader in readers] == [None] * number
    assert merged.finish([1, 2]).seek(0, 2) > 2 * len(saved(noise)) * 0.8
    merged.close()
