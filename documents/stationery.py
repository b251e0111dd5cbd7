"""Blank official paper: page, fonts, styles, page number and draft mark of Decree 30/2020, prepared once."""

import functools
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Twips

from documents.ooxml import Xml, paragraph
from documents.ooxml import element as written

FONT = "Times New Roman"
LANGUAGE = "vi-VN"
LEFT_MARGIN = 35.0
"""Left margin in millimetres."""
TEXT_WIDTH = 155.0
"""Width of the text in millimetres: A4 less 35 on the left and 20 on the right."""
WIDE_TEXT_WIDTH = 242.0
"""The same of a sheet that lies on its side, as wide tables may (Decree 30/2020, Appendix I, section I, item 1)."""

# Same content, same bytes: nothing in the file may tell when or by whom it was written.
_FIXED_TIME = datetime(1980, 1, 1)  # noqa: DTZ001 - python-docx writes naive UTC
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_BODY_PART = "word/document.xml"
_KEPT_STYLES = {"Normal", "DefaultParagraphFont", "TableNormal", "NoList"}
_DROPPED_RELATIONSHIPS = (
    "stylesWithEffects",
    "customXml",
    "numbering",
    "webSettings",
    "thumbnail",
    "extended-properties",
)


@dataclass(frozen=True, slots=True)
class _Style:
    """One paragraph style; sizes and gaps in points, indents in twips."""

    size: float = 14
    align: str = "center"
    bold: bool = False
    italic: bool = False
    before: float = 0
    first_line: int = 0
    left: int = 0
    keep: bool = False


_INDENT = 567  # 10 mm

STYLES = {
    # the two corners of the first page: Appendix I, section II, items 1 to 5
    "FormNumber": _Style(12, align="right", bold=True),
    "Superior": _Style(12),
    "Issuer": _Style(12, bold=True),
    "State": _Style(12, bold=True),
    "Motto": _Style(13, bold=True),
    "Number": _Style(13, before=6),
    "PlaceDate": _Style(13, italic=True, before=6),
    "Subject": _Style(12, before=6),
    # title and body: items 5 and 6
    "Kind": _Style(bold=True, before=18, keep=True),
    "About": _Style(bold=True, keep=True),
    "Note": _Style(italic=True, keep=True),
    "Addressee": _Style(before=12, keep=True),
    "AddresseeHead": _Style(align="left", before=12, left=1985, keep=True),
    "AddresseeItem": _Style(align="left", before=3, left=2268),
    "Authority": _Style(bold=True, before=12, keep=True),
    "Basis": _Style(align="both", italic=True, before=6, first_line=_INDENT),
    "Body": _Style(align="both", before=6, first_line=_INDENT),
    "Heading": _Style(align="both", bold=True, before=6, first_line=_INDENT, keep=True),
    "CellHeading": _Style(13, bold=True, keep=True),
    "Cell": _Style(13, align="left"),
    "ListHeading": _Style(10, bold=True, keep=True),
    "ListCell": _Style(10, align="left"),
    "Caption": _Style(13),
    # signatures and recipients: items 7 to 9
    "Signer": _Style(bold=True, keep=True),
    "SignedWords": _Style(13, align="both", keep=True),
    "Hint": _Style(italic=True, keep=True),
    "SignedName": _Style(bold=True, before=64, keep=True),
    "RecipientsHead": _Style(12, align="left", bold=True, italic=True, keep=True),
    "Recipient": _Style(11, align="left", keep=True),
    "Gap": _Style(1, before=12),
    "AfterTable": _Style(
        1
    ),  # Word wants a paragraph after a table; with a gap it could fill a page of its own
    "GapBeforeSignatures": _Style(1, before=12, keep=True),
    "PageNumber": _Style(),
}

# Word's own watermark: text drawn as a shape, so it lies behind the text of every page.
_DRAFT_MARK = f"""<w:p {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<w:pPr><w:pStyle w:val="PageNumber"/></w:pPr><w:r><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>
<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom"
 o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="DraftMark{{page}}" type="#_x0000_t136" alt="BẢN NHÁP" fillcolor="#d9d9d9" stroked="f"
 style="position:absolute;margin-left:0;margin-top:0;width:420pt;height:110pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:textpath style="font-family:&quot;Times New Roman&quot;;font-weight:bold" string="BẢN NHÁP"/>
</v:shape></w:pict></w:r></w:p>"""


def element(tag: str, *children: BaseOxmlElement, **attributes: str | int) -> BaseOxmlElement:
    """An element as a node of the trees that are prepared here."""
    made = _parsed(written(tag, **attributes))
    made.extend(children)
    return made


def _parsed(xml: Xml) -> BaseOxmlElement:
    holder: BaseOxmlElement = parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>")
    made: BaseOxmlElement = holder[0]
    return made


def _fonts() -> BaseOxmlElement:
    return element("rFonts", ascii=FONT, hAnsi=FONT, cs=FONT, eastAsia=FONT)


def _set_styles(document: Document) -> None:
    root = document.styles.element
    for child in list(root):
        if child.tag == qn("w:latentStyles") or child.get(qn("w:styleId")) not in {None, *_KEPT_STYLES}:
            root.remove(child)
    defaults = root.find(qn("w:docDefaults"))
    root.replace(
        defaults,
        element(
            "docDefaults",
            element(
                "rPrDefault",
                element(
                    "rPr",
                    _fonts(),
                    element("color", val="000000"),
                    element("sz", val=28),
                    element("szCs", val=28),
                    element("lang", val=LANGUAGE, eastAsia=LANGUAGE, bidi="ar-SA"),
                ),
            ),
            element(
                "pPrDefault",
                element("pPr", element("spacing", before=0, after=0, line=240, lineRule="auto")),
            ),
        ),
    )
    normal = document.styles["Normal"].element
    for child in list(normal):
        if child.tag in {qn("w:rPr"), qn("w:pPr")}:
            normal.remove(child)
    normal.append(element("rPr", _fonts()))
    for name, style in STYLES.items():
        _add_style(document, name, style)
    flat = document.styles.add_style("Rule", WD_STYLE_TYPE.PARAGRAPH).element
    # A flat line, so that the border stands just under the text it belongs to.
    flat.append(element("pPr", element("spacing", before=80, after=0, line=60, lineRule="exact")))
    flat.append(element("rPr", element("sz", val=2), element("szCs", val=2)))


def _add_style(document: Document, name: str, style: _Style) -> None:
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).element
    layout = element("pPr")
    if style.keep:
        layout.append(element("keepNext"))
    layout.append(element("spacing", before=round(style.before * 20), after=0))
    if style.first_line or style.left:
        layout.append(element("ind", left=style.left, firstLine=style.first_line))
    layout.append(element("jc", val=style.align))
    letters = element("rPr", _fonts())
    for tag, wanted in (("b", style.bold), ("i", style.italic)):
        if wanted:
            letters.extend((element(tag), element(f"{tag}Cs")))
    half_points = round(style.size * 2)
    letters.extend((element("sz", val=half_points), element("szCs", val=half_points)))
    made.extend((layout, letters))


def _set_page(document: Document, *, draft: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Twips(11906), Twips(16838)  # A4
    section.top_margin, section.bottom_margin = Twips(1418), Twips(1134)  # 25 and 20 mm
    section.left_margin, section.right_margin = Twips(1985), Twips(1134)  # 35 and 20 mm
    section.header_distance = section.footer_distance = Twips(567)  # 10 mm
    section.different_first_page_header_footer = True
    first, later = section.first_page_header, section.header
    number = _parsed(paragraph("PageNumber"))
    field = element("fldSimple", instr=" PAGE ")
    field.append(element("r", element("t")))
    number.append(field)
    for page, header, content in (
        ("First", first, _parsed(paragraph("PageNumber"))),
        ("Later", later, number),
    ):
        header.is_linked_to_previous = False
        root = header._element
        for child in list(root):
            root.remove(child)
        if draft:
            mark = parse_xml(_DRAFT_MARK.format(page=page))
            content.append(mark[-1])
        root.append(content)


def _turn(document: Document) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def _set_settings(document: Document) -> None:
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    uri = "http://schemas.microsoft.com/office/word"
    settings.extend(
        (
            element("defaultTabStop", val=567),
            element("characterSpacingControl", val="doNotCompress"),
            element("compat", element("compatSetting", name="compatibilityMode", uri=uri, val=15)),
            element("themeFontLang", val=LANGUAGE),
            element("decimalSymbol", val=","),
            element("listSeparator", val=";"),
        )
    )


def _drop_unused_parts(document: Document) -> None:
    for rels in (document.part.rels, document.part.package.rels):
        for key in [key for key, rel in rels.items() if rel.reltype.endswith(_DROPPED_RELATIONSHIPS)]:
            del rels[key]


def _set_properties(document: Document) -> None:
    properties = document.core_properties
    for name in ("author", "comments", "keywords", "last_modified_by", "subject", "title", "category"):
        setattr(properties, name, "")
    properties.created = properties.modified = _FIXED_TIME
    properties.language = LANGUAGE
    properties.revision = 1


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Everything a filled sheet shares with all others: the other parts, zipped once, and what stands around its body."""

    parts: bytes
    before: bytes
    after: bytes


@functools.lru_cache(maxsize=4)
def _prepared(*, draft: bool, wide: bool) -> _Prepared:
    document = docx.Document()
    _set_styles(document)
    _set_page(document, draft=draft)
    if wide:
        _turn(document)
    _set_settings(document)
    _drop_unused_parts(document)
    _set_properties(document)
    saved = io.BytesIO()
    document.save(saved)
    shared = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(shared, "w") as target:
        for name in source.namelist():
            if name != _BODY_PART:
                target.writestr(_entry(name), source.read(name))
    section = document.sections[0]._sectPr
    for name in [name for name in section.attrib if name.startswith(qn("w:rsid"))]:
        del section.attrib[name]
    before, mark, after = serialize_part_xml(document.element).partition(b"<w:sectPr")
    return _Prepared(shared.getvalue(), before, mark + after)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0  # else the operating system shows in the bytes
    return entry


def section_end(*, draft: bool) -> Xml:
    """What ends the upright pages of a sheet whose further pages lie on their side."""
    section = _prepared(draft=draft, wide=False).after.decode().partition("</w:body>")[0]
    return Xml(f'<w:p><w:pPr><w:pStyle w:val="AfterTable"/>{section}</w:pPr></w:p>')


def pack(body: Iterable[Xml], *, draft: bool, wide: bool = False) -> bytes:
    """The .docx file of a filled sheet; the same content always gives the same bytes.

    Args:
        body: what stands on it, from top to bottom.
        draft: whether every page carries the mark "BẢN NHÁP".
        wide: whether the sheet, or its last pages, lie on their side.

    """
    prepared = _prepared(draft=draft, wide=wide)
    content, after = "".join(body), prepared.after
    if "<w:sectPr" in content:
        after = after.replace(b"<w:titlePg/>", b"")  # only the sheet's own first page goes without its number
    packed = io.BytesIO(prepared.parts)
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "a") as package:
        package.writestr(_entry(_BODY_PART), prepared.before + content.encode() + after)
    return packed.getvalue()
