"""Every form read back and held against the table of Decree 30/2020, Appendix I: page, fonts, sizes, letters, rules."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from documents.forms import all_forms
from documents.ooxml import bold_width
from documents.specimens import specimen

W = qn("w:val")
MARGINS = {
    "top_margin": (20, 25),
    "bottom_margin": (20, 25),
    "left_margin": (30, 35),
    "right_margin": (15, 20),
}
"""Millimetres the decree allows (I.1, I.2)."""


@dataclass(frozen=True)
class Element:
    """What the decree says of one element: point sizes, letters, alignment; None where it leaves the choice."""

    sizes: tuple[float, ...]
    bold: bool | None
    italic: bool | None
    align: str
    capitals: bool = False


ELEMENTS = {
    "State": Element((12, 13), True, False, "center", capitals=True),
    "Motto": Element((13, 14), True, False, "center"),
    "Superior": Element((12, 13), False, False, "center", capitals=True),
    "Issuer": Element((12, 13), True, False, "center", capitals=True),
    "Number": Element((13,), False, False, "center"),
    "PlaceDate": Element((13, 14), False, True, "center"),
    "Kind": Element((13, 14), True, False, "center", capitals=True),
    "About": Element((13, 14), True, False, "center"),
    "Note": Element((13, 14), False, True, "center"),
    "Subject": Element((12, 13), False, False, "center"),
    "Addressee": Element((13, 14), False, False, "center"),
    "AddresseeHead": Element((13, 14), False, False, "left"),
    "AddresseeItem": Element((13, 14), False, False, "left"),
    "Authority": Element((13, 14), True, False, "center"),
    "Basis": Element((13, 14), False, None, "both"),  # upright in some official forms, as V-46
    "Body": Element((13, 14), None, None, "both"),
    "Heading": Element((13, 14), True, False, "both"),
    "Signer": Element((13, 14), True, False, "center", capitals=True),
    "SignedWords": Element((13, 14), False, False, "both"),
    "Hint": Element((13, 14), False, True, "center"),
    "SignedName": Element((13, 14), True, False, "center"),
    "RecipientsHead": Element((12,), True, True, "left"),
    "Recipient": Element((11,), False, False, "left"),
}
"""Appendix I, the table of section V, by the style that stands for each element."""
OUTSIDE = {
    "Rule",
    "Gap",
    "AfterTable",
    "GapBeforeSignatures",
    "Cell",
    "CellHeading",
    "ListCell",
    "ListHeading",
    "Caption",
    "FormNumber",
}
"""What the decree's table does not speak of: lines, gaps, table cells, the photograph's box, the gazette's own number."""
BODY_INDENTS = (10, 12.7)
"""Millimetres of a paragraph's first line."""


@pytest.fixture(scope="module", params=list(all_forms()))
def paper(request: pytest.FixtureRequest) -> Document:
    form = all_forms()[request.param]
    return docx.Document(io.BytesIO(form.render(specimen(form, "full"))))


def test_page_is_a4_within_the_decrees_margins(paper: Document) -> None:
    sections: list[Any] = list(paper.sections)
    for section in sections:
        size = sorted((round(section.page_width.mm), round(section.page_height.mm)))
        assert size == [210, 297]
        if section.page_width > section.page_height:
            assert paper.tables, "only tables lie across the page"
        sides = [(name, getattr(section, name).mm) for name in MARGINS]
        if section.page_width > section.page_height:  # the page turned: its edges turn with it
            assert all(15 <= round(mm) <= 35 for _name, mm in sides)
        else:
            assert all(MARGINS[name][0] <= round(mm) <= MARGINS[name][1] for name, mm in sides)


def test_page_number_stands_in_the_top_margin_from_the_second_page_on(paper: Document) -> None:
    section: Any = paper.sections[0]
    assert section.different_first_page_header_footer
    [number] = section.header.paragraphs
    assert [field.get(qn("w:instr")).strip() for field in number._p.iter(qn("w:fldSimple"))] == ["PAGE"]
    assert (number.style.paragraph_format.alignment, number.style.font.size) == (1, Pt(14))
    assert not list(section.first_page_header._element.iter(qn("w:fldSimple")))


def test_every_letter_is_times_new_roman_and_black(paper: Document) -> None:
    styles = paper.styles.element
    for fonts in (*styles.iter(qn("w:rFonts")), *paper.element.iter(qn("w:rFonts"))):
        assert {fonts.get(qn(f"w:{slot}")) for slot in ("ascii", "hAnsi", "cs", "eastAsia")} == {
            "Times New Roman"
        }
    colours = {each.get(W) for tree in (styles, paper.element) for each in tree.iter(qn("w:color"))}
    assert colours <= {"000000"}
    assert not list(paper.element.iter(qn("w:u"))), "rules are drawn, never underlined text"


def test_every_element_has_the_letters_the_decree_gives_it(paper: Document) -> None:
    for each in paper.element.body.iter(qn("w:p")):
        if not _runs(each) or each.style in OUTSIDE:
            continue
        element, style = ELEMENTS[each.style], _style(paper, each.style)
        assert style["size"] in element.sizes, each.style
        assert style["align"] == element.align, each.style
        for run in _runs(each):
            bold, italic = _mark(run, "b", style["bold"]), _mark(run, "i", style["italic"])
            assert element.bold in {None, bold}, _text(each)
            assert element.italic in {None, italic}, _text(each)
        if element.capitals:
            assert _text(each) == _text(each).upper()
        if each.style == "Body":
            assert round(style["first_line"].mm, 1) in BODY_INDENTS
            assert style["before"] >= Pt(6)


def test_rules_are_as_long_as_the_decree_says(paper: Document) -> None:
    for text, longest, length in _rules(paper):
        share = length / longest
        assert (0.97 <= share <= 1.03) if text.startswith("Độc lập") else (1 / 3 <= share <= 1 / 2), (
            text,
            share,
        )


def _runs(paragraph: Any) -> list[Any]:
    return [run for run in paragraph.iter(qn("w:r")) if any(text.text for text in run.iter(qn("w:t")))]


def _text(paragraph: Any) -> str:
    return "".join(piece.text or "\n" for piece in paragraph.iter(qn("w:t"), qn("w:br")))


def _mark(run: Any, tag: str, otherwise: bool) -> bool:
    marks = run.find(qn("w:rPr"))
    mark = marks.find(qn(f"w:{tag}")) if marks is not None else None
    return otherwise if mark is None else mark.get(W) not in {"0", "false"}


def _style(paper: Document, name: str) -> dict[str, Any]:
    style: Any = paper.styles[name]
    layout, letters = style.paragraph_format, style.font
    align = style.element.find(qn("w:pPr")).find(qn("w:jc")).get(W)
    return {
        "size": letters.size.pt, "bold": bool(letters.bold), "italic": bool(letters.italic), "align": align,
        "first_line": layout.first_line_indent, "before": layout.space_before,
    }  # fmt: skip


def _rules(paper: Document) -> Iterator[tuple[str, float, float]]:
    """Each drawn rule: the text above it, the width of its longest line, and the rule's length, in points."""
    body = paper.element.body
    for holder in (body, *body.iter(qn("w:tc"))):
        width = _column(paper, holder)
        above = None
        for each in holder:
            if each.tag != qn("w:p"):
                continue
            border = each.find(qn("w:pPr")).find(qn("w:pBdr"))
            if border is None:
                above = each if _text(each) else above
                continue
            assert above is not None
            indent = each.find(qn("w:pPr")).find(qn("w:ind"))
            length = width - (int(indent.get(qn("w:left"))) + int(indent.get(qn("w:right")))) / 20
            size = _style(paper, above.style)["size"]
            longest = max(bold_width(line, size) for line in _text(above).split("\n"))
            yield _text(above), min(longest, width), length


def _column(paper: Document, holder: Any) -> float:
    if holder.tag == qn("w:body"):
        section: Any = paper.sections[0]
        return float((section.page_width - section.left_margin - section.right_margin) / Pt(1))
    twips: int = int(holder.find(qn("w:tcPr")).find(qn("w:tcW")).get(qn("w:w")))
    return twips / 20
