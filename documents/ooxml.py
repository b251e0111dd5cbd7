"""Word elements of the printed forms: paragraphs, tables and drawn rules, made with python-docx's own classes."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement

TWIPS_PER_MM = 1440 / 25.4
TWIPS_PER_POINT = 20

# Characters XML 1.0 forbids; text imported from old files sometimes carries them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# Advance widths of Times New Roman Bold in thousandths of the font size. Vietnamese letters are as wide as their
# base letter; rules need no finer measure.
_BOLD_WIDTHS = {
    letter: width
    for width, letters in {
        220: "|",
        250: " ,.",
        278: "'/\\il",
        333: "!()-:;[]`fjt",
        389: "Is",
        394: "{}",
        444: "cerz",
        500: "#$*0123456789?J_agovxy–",
        520: "~",
        555: '"',
        556: "Sbdhknpquđ",
        570: "+<=>",
        611: "FP",
        667: "BELTZ",
        722: "ACDNRUVXYwĐ",
        778: "GHKOQ",
        833: "&m",
        930: "@",
        944: "M",
        1000: "%W…",
    }.items()
    for letter in letters
}
_UNKNOWN_WIDTH = 600


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text; `None` leaves weight and slope to the paragraph's style."""

    text: str
    bold: bool | None = None
    italic: bool | None = None
    field: str | None = None  # a Word field, such as "NUMPAGES"; the text stands until it is computed


Text = str | Run


def twips(millimetres: float) -> int:
    """Millimetres as twentieths of a point, Word's unit of length."""
    return round(millimetres * TWIPS_PER_MM)


def clean(text: str) -> str:
    """Text as it is written into a document: NFC, Unix line ends, without characters XML forbids."""
    return _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n"))


def bold_width(text: str, size: float) -> float:
    """Width in points of one line of Times New Roman Bold of `size` points."""
    return (
        sum(
            _BOLD_WIDTHS.get(letter)
            or _BOLD_WIDTHS.get(unicodedata.normalize("NFD", letter)[0], _UNKNOWN_WIDTH)
            for letter in clean(text)
        )
        / 1000
        * size
    )


@functools.lru_cache(maxsize=128)
def _name(tag: str) -> str:
    return qn(f"w:{tag}")


def element(tag: str, *children: BaseOxmlElement, **attributes: str | int) -> BaseOxmlElement:
    """A WordprocessingML element.

    Args:
        tag: local name, such as `"jc"`.
        children: in the order the schema wants them.
        attributes: local names and values, such as `val="center"`.

    """
    made: BaseOxmlElement = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(_name(name), str(value))
    made.extend(children)
    return made


def run(text: Text) -> BaseOxmlElement:
    """A run; tabs and line ends in the text become Word's own."""
    part = text if isinstance(text, Run) else Run(text)
    made = element("r")
    marks = [
        element(tag) if wanted else element(tag, val=0)
        for tag, wanted in (("b", part.bold), ("i", part.italic))
        if wanted is not None
    ]
    if marks:
        made.append(element("rPr", *marks))
    made.text = clean(part.text)
    return made if part.field is None else element("fldSimple", made, instr=f" {part.field} ", dirty="true")


def paragraph(style: str, *texts: Text) -> BaseOxmlElement:
    """A paragraph of a style of `documents.stationery`."""
    return element("p", element("pPr", element("pStyle", val=style)), *(run(text) for text in texts))


def keep_with_next(of: BaseOxmlElement) -> None:
    """Hold a paragraph on the page of the one that follows it."""
    properties = of.find(_name("pPr"))
    if properties is not None and properties.find(_name("keepNext")) is None:
        properties.insert(1, element("keepNext"))  # the schema wants it right after pStyle


def rule(length: float, within: float, taken: float = 0) -> BaseOxmlElement:
    """A solid line, drawn as the border of a flat empty paragraph and centred.

    Args:
        length: of the line, in points.
        within: width of the column it stands in, in points.
        taken: how much of the column's left side something else occupies, in points.

    """
    side = max(0, round((within - taken - length) / 2 * TWIPS_PER_POINT))
    left = side + round(taken * TWIPS_PER_POINT)
    line = element("pBdr", element("top", val="single", sz=6, space=1, color="000000"))
    return element(
        "p", element("pPr", element("pStyle", val="Rule"), line, element("ind", left=left, right=side))
    )


def table(
    widths: Sequence[float],
    rows: Iterable[Sequence[Iterable[BaseOxmlElement]]],
    *,
    bordered: bool = False,
    heading_rows: int = 0,
    float_at: BaseOxmlElement | None = None,
    row_height: float | None = None,
) -> BaseOxmlElement:
    """A centred table with fixed column widths whose rows never break across pages.

    Args:
        widths: of the columns, in millimetres.
        rows: each a sequence of cells, each cell its paragraphs; a row of one cell spans all columns.
        bordered: whether lines are drawn.
        heading_rows: how many rows repeat on top of every page.
        float_at: a `tblpPr` element when text flows around the table.
        row_height: exact height of every row in millimetres; by default as high as its text.

    """
    properties = element("tblPr")
    if float_at is not None:
        properties.append(float_at)
    properties.append(element("tblW", w=sum(map(twips, widths)), type="dxa"))
    if float_at is None:
        properties.append(element("jc", val="center"))
    if bordered:
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        lines = (element(side, val="single", sz=4, space=0, color="000000") for side in sides)
        properties.append(element("tblBorders", *lines))
    properties.append(element("tblLayout", type="fixed"))
    padding = (element(side, w=85, type="dxa") for side in ("left", "right"))
    properties.append(element("tblCellMar", *padding))
    grid = element("tblGrid", *(element("gridCol", w=twips(width)) for width in widths))
    made = element("tbl", properties, grid)
    for index, cells in enumerate(rows):
        row_properties = element("trPr", element("cantSplit"))
        if row_height is not None:
            row_properties.append(element("trHeight", val=twips(row_height), hRule="exact"))
        if index < heading_rows:
            row_properties.append(element("tblHeader"))
        row = element("tr", row_properties)
        spans = len(cells) < len(widths)
        for width, content in zip([sum(widths)] if spans else widths, cells, strict=True):
            cell_properties = element("tcPr", element("tcW", w=twips(width), type="dxa"))
            if spans:
                cell_properties.append(element("gridSpan", val=len(widths)))
            if bordered:
                cell_properties.append(element("vAlign", val="center"))
            row.append(element("tc", cell_properties, *content))
        made.append(row)
    return made
