"""One PDF of many: pictures become pages, every page gets its sheet number, and no more than one file is in memory."""

import gc
import tempfile
from collections.abc import Hashable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pypdf
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    PdfObject,
)

_FONT_NAME = NameObject("/HosoSheet")
_SIZE, _PADDING = 12.0, 3.0
_FROM_RIGHT, _FROM_TOP = 23.0, 17.0
"""Points between the paper's edges and the stamp's: above the form's own number, beside the page's."""
_LETTER_WIDTH = 0.64  # of the size: the widest letter of a stamp
_A4 = (595.276, 841.89)
_EDGE = 36.0
"""Points left free around a picture; a little more at the top, where the stamp stands."""
_LARGE = 1_000_000
_MOST_PIXELS = 120_000_000
_ROTATION = 0x0112  # the EXIF tag of a photograph held sideways


class UnprintableError(ValueError):
    """A file that cannot become pages: broken, locked by a password, or no picture."""


def sheet_labels(first: int, sheets: int, pages: int) -> list[str]:
    """What is stamped on each page of a paper: the sheet it is on, or the sheets where a page stands for several.

    A scan of sheets printed on both sides has two pages a sheet; of sheets that were not all scanned, fewer pages.
    """
    labels = []
    for page in range(pages):
        begin = page * sheets // pages
        end = max(begin + 1, (page + 1) * sheets // pages)
        labels.append(f"BL {first + begin}" if end == begin + 1 else f"BL {first + begin}-{first + end - 1}")
    return labels


class MergedPdf:
    """A PDF that is written file by file: what is added goes to disk at once; only the places of objects are kept.

    Args:
        folder: where its temporary file lies, which has no name and is gone with the process.
    """

    def __init__(self, folder: Path) -> None:
        self._file = cast("BinaryIO", tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - closed by close()
        self._file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._places = [0] * len(_skeleton()._objects)  # of object n at n - 1; 0 for none
        self._pages: dict[Hashable, list[int]] = {}

    def close(self) -> None:
        """Removes the file."""
        self._file.close()

    def add(self, key: Hashable, content: bytes, first: int | None = None, sheets: int = 1) -> None:
        """Adds a PDF or a picture; where it will stand is said at the end.

        Args:
            key: names it.
            content: the file.
            first: the number of its first sheet, stamped with the following ones; None for pages as they are.
            sheets: how many sheets it has.

        Raises:
            UnprintableError: nothing was added.
        """
        start = self._file.tell()
        try:
            places, pages = self._written(
                content if content.startswith(b"%PDF-") else page_of(content), first, sheets
            )
        except Exception as error:  # pypdf raises what it finds in a broken file: KeyError, RecursionError …
            self._file.seek(start)
            self._file.truncate()
            raise UnprintableError(type(error).__name__) from error
        self._places += places
        self._pages[key] = pages
        if len(content) > _LARGE:
            gc.collect()  # reader and writer name each other: they would stay until the collector comes by

    def _written(self, content: bytes, first: int | None, sheets: int) -> tuple[list[int], list[int]]:
        """Writes the file's objects; where they stand, and which of them are its pages."""
        writer, pages = self._stamped(content, first, sheets)
        places = []
        for number, each in enumerate(writer._objects[len(self._places) :], start=len(self._places) + 1):
            places.append(self._file.tell() if each is not None else 0)
            if each is not None:
                self._file.write(f"{number} 0 obj\n".encode())
                each.write_to_stream(self._file)
                self._file.write(b"\nendobj\n")
        return places, pages

    def _stamped(self, content: bytes, first: int | None, sheets: int) -> tuple[pypdf.PdfWriter, list[int]]:
        """The file's pages, with numbers of objects that follow those already written."""
        reader, writer = pypdf.PdfReader(BytesIO(content)), _skeleton()
        if reader.is_encrypted:
            raise UnprintableError("encrypted")
        writer._objects += [None] * (len(self._places) - len(writer._objects))
        font = writer._add_object(
            DictionaryObject({
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica-Bold"),
            })
        )  # fmt: skip
        count = len(reader.pages)
        if not count:
            raise UnprintableError("no pages")
        labels = [None] * count if first is None else sheet_labels(first, sheets, count)
        pages = []
        for page, label in zip(reader.pages, labels, strict=True):
            added = writer.add_page(page)
            if label is not None:
                _stamp(writer, added, label, font)
            pages.append(cast("IndirectObject", added.indirect_reference).idnum)
        return writer, pages

    def finish(self, order: Iterable[Hashable]) -> BinaryIO:
        """Writes what ties the pages together, in the order of their keys; the whole file, at its beginning."""
        kids = [page for key in order for page in self._pages[key]]
        catalog, pages = len(self._places) + 1, 1  # every page was written as a child of object 1
        tied = {
            pages: f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>",
            catalog: f"<< /Type /Catalog /Pages {pages} 0 R >>",
        }
        self._places.append(0)
        for number, text in tied.items():
            self._places[number - 1] = self._file.tell()
            self._file.write(f"{number} 0 obj\n{text}\nendobj\n".encode())
        start, size = self._file.tell(), len(self._places) + 1
        self._file.write(f"xref\n0 {size}\n0000000000 65535 f \n".encode())
        for place in self._places:
            self._file.write(f"{place:010} {0:05} {'n' if place else 'f'} \n".encode())
        self._file.write(
            f"trailer\n<< /Size {size} /Root {catalog} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
        )
        self._file.seek(0)
        return self._file


def page_of(picture: bytes) -> bytes:
    """A picture as one A4 page, upright or across as the picture is; a plain JPEG is taken over bit by bit.

    Raises:
        UnprintableError: it is no picture, broken, or too large.
    """
    from PIL import Image, ImageOps  # loaded when there is a picture: start-up does not need it
    from reportlab import rl_config
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    rl_config.useA85 = 0  # bytes as they are, not a quarter longer as letters
    try:
        image: Image.Image = Image.open(BytesIO(picture), formats=("JPEG", "PNG"))
        if image.width * image.height > _MOST_PIXELS or image.mode.startswith(("I", "F")):
            raise UnprintableError(f"{image.mode} {image.width}x{image.height}")
        image.load()
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise UnprintableError(type(error).__name__) from error
    plain = image.format == "JPEG" and image.mode in {"L", "RGB"} and image.getexif().get(_ROTATION, 1) == 1
    if not plain:
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        image = Image.alpha_composite(white, upright).convert("RGB")
        saved = BytesIO()
        image.save(saved, "PNG", compress_level=1)
        picture = saved.getvalue()
    width, height = _A4 if image.width <= image.height else _A4[::-1]
    page = BytesIO()
    canvas = Canvas(page, pagesize=(width, height), invariant=1)
    canvas.drawImage(
        ImageReader(BytesIO(picture)), _EDGE, _EDGE, width - 2 * _EDGE, height - 2.5 * _EDGE,
        preserveAspectRatio=True,
    )  # fmt: skip
    canvas.save()
    return page.getvalue()


def _skeleton() -> pypdf.PdfWriter:
    """A writer with nothing but its page tree, object 1, and what belongs to it."""
    return pypdf.PdfWriter()


def _stamp(writer: pypdf.PdfWriter, page: pypdf.PageObject, label: str, font: PdfObject) -> None:
    """Puts the label at the top right of the page as it is read; the page's own content stays as it is."""
    resources = _own(page, "/Resources")
    fonts = _own(resources, "/Font")
    fonts[_FONT_NAME] = font
    own = page.raw_get("/Contents") if "/Contents" in page else ArrayObject()
    content = own.get_object()
    parts = list(content) if isinstance(content, ArrayObject) else [own]
    before, after = _stream(b"q\n"), _stream(b"\nQ\n" + _drawn(page, label))
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *parts, writer._add_object(after)]
    )


def _own(holder: DictionaryObject, name: str) -> DictionaryObject:
    """The dictionary under this name, made when it is missing."""
    found = holder.get(name)
    found = found.get_object() if found is not None else None
    if not isinstance(found, DictionaryObject):
        found = DictionaryObject()
        holder[NameObject(name)] = found
    return found


def _stream(data: bytes) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(data)
    return stream


def _drawn(page: pypdf.PageObject, label: str) -> bytes:
    """The stamp's drawing: on white, so that it is read on the dark edge of a scan too."""
    left, bottom, right, top = (float(value) for value in page.cropbox)
    turned = page.rotation % 360
    width, height = (right - left, top - bottom) if turned in {0, 180} else (top - bottom, right - left)
    upright: dict[int, Sequence[float]] = {
        0: (1, 0, 0, 1, left, bottom),
        90: (0, 1, -1, 0, right, bottom),
        180: (-1, 0, 0, -1, right, top),
        270: (0, -1, 1, 0, left, top),
    }
    scale = max(width, height) / max(_A4)  # as large on the printed sheet, whatever the scan's size
    size, padding = _SIZE * scale, _PADDING * scale
    wide = len(label) * _LETTER_WIDTH * size
    x, y = width - _FROM_RIGHT * scale - wide, height - _FROM_TOP * scale - size
    matrix = " ".join(f"{value:.3f}" for value in upright[turned])
    box = f"{x - padding:.2f} {y - padding:.2f} {wide + padding:.2f} {size + padding:.2f} re f"
    return (
        f"q {matrix} cm 1 g {box} 0 g BT {_FONT_NAME} {size:.2f} Tf 0 Tr {x:.2f} {y:.2f} Td ({label}) Tj ET Q\n"
    ).encode()
