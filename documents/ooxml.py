"""Word elements of the printed forms: paragraphs, tables and drawn rules, as the text of their XML.

Text, not trees: a paper is written once from top to bottom, and making, joining and serialising hundreds of tree nodes costs
five times what its words do.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NewType
from xml.sax.saxutils import escape, quoteattr

Xml = NewType("Xml", str)
"""WordprocessingML, well-formed, with the prefix `w`."""

TWIPS_PER_MM = 1440 / 25.4
TWIPS_PER_POINT = 20

# Characters XML 1.0 forbids; text imported from old files sometimes carries them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Invisible marks that turn the direction of writing: a paper must read as its text is stored.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

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
    """Text as it is written into a document: NFC, Unix line ends, nothing that XML forbids or that turns the writing."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _TURNING.sub("", _FORBIDDEN.sub(" ", lines))


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


def element(tag: str, *children: Xml, **attributes: str | int) -> Xml:
    """A WordprocessingML element.

    Args:
        tag: local name, such as `"jc"`.
        children: in the order the schema wants them.
        attributes: local names and values, such as `val="center"`.

    """
    said = "".join(f" w:{name}={quoteattr(str(value))}" for name, value in attributes.items())
    return Xml(f"<w:{tag}{said}>{''.join(children)}</w:{tag}>" if children else f"<w:{tag}{said}/>")


def run(text: Text) -> Xml:
    """A run; tabs and line ends in the text become Word's own."""
    part = text if isinstance(text, Run) else Run(text)
    marks = "".join(
        f"<w:{tag}/>" if wanted else f'<w:{tag} w:val="0"/>'
        for tag, wanted in (("b", part.bold), ("i", part.italic))
        if wanted is not None
    )
    pieces = "".join(
        _CHARACTERS.get(piece) or _words(piece) for piece in _SPLIT.split(clean(part.text)) if piece
    )
    made = Xml(f"<w:r>{f'<w:rPr>{marks}</w:rPr>' if marks else ''}{pieces}</w:r>")
    return made if part.field is None else element("fldSimple", made, instr=f" {part.field} ", dirty="true")


_SPLIT = re.compile("([\t\n])")
_CHARACTERS = {"\t": "<w:tab/>", "\n": "<w:br/>"}


def _words(text: str) -> str:
    """A stretch of text; spaces at its ends and in a row are kept only where the element says so."""
    kept = ' xml:space="preserve"' if text != text.strip() or "  " in text else ""
    return f"<w:t{kept}>{escape(text)}</w:t>"


def paragraph(style: str, *texts: Text) -> Xml:
    """A paragraph of a style of `documents.stationery`."""
    return Xml(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{"".join(map(run, texts))}</w:p>')


def kept_with_next(line: Xml) -> Xml:
    """A paragraph as it stands when it is held on the page of the one that follows it."""
    if "<w:keepNext/>" in line:
        return line
    return Xml(line.replace('"/>', '"/><w:keepNext/>', 1))  # the schema wants it right after pStyle


def ended(line: Xml, mark: str) -> Xml:
    """A paragraph whose last word is followed by a mark, in place of what punctuation was there."""
    before, tag, after = line.rpartition("</w:t>")
    start = before.rindex(">") + 1
    return Xml(f"{before[:start]}{before[start:].rstrip(' .;')}{mark}{tag}{after}")


def rule(length: float, within: float, taken: float = 0) -> Xml:
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
    rows: Iterable[Sequence[Iterable[Xml]]],
    *,
    bordered: bool = False,
    heading_rows: int = 0,
    float_at: Xml | None = None,
    row_height: float | None = None,
    above: Sequence[Xml] = (),
    high: Collection[int] = (),
) -> Xml:
    """A centred table with fixed column widths whose rows never break across pages, but for those too high for one.

    Args:
        widths: of the columns, in millimetres.
        rows: each a sequence of cells, each cell its paragraphs; a row of one cell spans all columns.
        bordered: whether lines are drawn.
        heading_rows: how many rows repeat on top of every page.
        float_at: a `tblpPr` element when text flows around the table.
        row_height: exact height of every row in millimetres; by default as high as its text.
        above: rows made before (`grouped_headings`), which stand on top.
        high: which of the rows may be higher than a page; held whole, they would lose their end.

    """
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = (element(side, val="single", sz=4, space=0, color="000000") for side in sides)
    properties = element(
        "tblPr",
        *([float_at] if float_at is not None else []),
        element("tblW", w=sum(map(twips, widths)), type="dxa"),
        *([element("jc", val="center")] if float_at is None else []),
        *([element("tblBorders", *lines)] if bordered else []),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *(element(side, w=85, type="dxa") for side in ("left", "right"))),
    )
    grid = element("tblGrid", *(element("gridCol", w=twips(width)) for width in widths))
    made = [
        _row(
            widths,
            cells,
            bordered=bordered,
            heading=index < heading_rows,
            height=row_height,
            whole=index not in high,
        )
        for index, cells in enumerate(rows)
    ]
    return element("tbl", properties, grid, *above, *made)


def grouped_headings(
    widths: Sequence[float], headings: Sequence[str], groups: Iterable[tuple[str, int]]
) -> tuple[Xml, Xml]:
    """Two rows of headings, which repeat on top of every page.

    Args:
        widths: of the columns, in millimetres.
        headings: of the columns.
        groups: each a title over so many columns; without a title the columns' own headings fill both rows.

    """
    over: list[Xml] = []
    under: list[Xml] = []
    at = 0
    for title, count in groups:
        columns = list(zip(widths, headings, strict=True))[at : at + count]
        at += count
        if title:
            over.append(
                _heading_cell(sum(width for width, _ in columns), title, element("gridSpan", val=count))
            )
            under += [_heading_cell(width, heading) for width, heading in columns]
        else:
            over += [_heading_cell(*column, element("vMerge", val="restart")) for column in columns]
            under += [_heading_cell(width, "", element("vMerge")) for width, _ in columns]
    properties = element("trPr", element("cantSplit"), element("tblHeader"))
    return element("tr", properties, *over), element("tr", properties, *under)


def _heading_cell(width: float, text: str, *merged: Xml) -> Xml:
    middle = element("vAlign", val="center")
    return element(
        "tc",
        element("tcPr", element("tcW", w=twips(width), type="dxa"), *merged, middle),
        paragraph("CellHeading", text),
    )


def _row(
    widths: Sequence[float],
    cells: Sequence[Iterable[Xml]],
    *,
    bordered: bool,
    heading: bool,
    height: float | None,
    whole: bool,
) -> Xml:
    properties = [element("cantSplit")] if whole else []
    if height is not None:
        properties.append(element("trHeight", val=twips(height), hRule="exact"))
    if heading:
        properties.append(element("tblHeader"))
    across = len(cells) < len(widths)
    layout = [element("gridSpan", val=len(widths))] if across else []
    layout += [element("vAlign", val="center")] if bordered else []
    made = [
        element("tc", element("tcPr", element("tcW", w=twips(width), type="dxa"), *layout), *content)
        for width, content in zip([sum(widths)] if across else widths, cells, strict=True)
    ]
    return element("tr", element("trPr", *properties), *made)
