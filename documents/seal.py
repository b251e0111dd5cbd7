"""The seal of an issued document: a QR code and a short code on its first page, by which anyone can check it."""

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import segno
from docx.oxml.ns import nsdecls
from PIL import Image, ImageOps

from documents.ooxml import twips

FOOTER_PART, PICTURE_PART = "word/footer1.xml", "word/media/image1.png"
PICTURE = "rId1"
"""The picture's relationship in the footer."""

# Millimetres from the left and the lower edge of the paper: between the binding and the text, clear of the printer's edge.
_LEFT, _SIDE, _TOP_OF_PICTURE, _TOP_OF_CODE = 17.0, 14.0, 27.0, 12.5
_EMU_PER_MM = 36000
_MASK = 3  # any of the eight reads as well; trying them all takes three times as long
_INK = bytes([255, 0]) + bytes(254)  # of a light and of a dark module
_WHITE, _DOTS = 2, 4  # modules of white around the code, for the margin itself is white; dots of a module

_FOOTER = (
    f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<w:ftr {nsdecls('w', 'r', 'wp', 'a', 'pic')}>"
    '<w:p><w:pPr><w:framePr w:w="{width}" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="{x}" w:y="{y}"/></w:pPr>'
    '<w:r><w:rPr><w:sz w:val="14"/><w:szCs w:val="14"/></w:rPr><w:t>Mã kiểm tra: {code}</w:t></w:r></w:p>'
    '<w:p><w:pPr><w:pStyle w:val="AfterTable"/></w:pPr><w:r><w:drawing>'
    '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="1" '
    'layoutInCell="0" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
    '<wp:positionH relativeFrom="page"><wp:posOffset>{left}</wp:posOffset></wp:positionH>'
    '<wp:positionV relativeFrom="page"><wp:posOffset>{top}</wp:posOffset></wp:positionV>'
    '<wp:extent cx="{side}" cy="{side}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
    '<wp:docPr id="1" name="QR" descr={url}/><wp:cNvGraphicFramePr/>'
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
    '<pic:nvPicPr><pic:cNvPr id="1" name="QR"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="{picture}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{side}" cy="{side}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
    "</wp:anchor></w:drawing></w:r></w:p></w:ftr>"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a document is checked by: the code printed on it, and the address its QR code leads to."""

    code: str
    url: str

    def footer(self, paper_height: float) -> bytes:
        """The first page's footer: code and picture stand in the left margin at the bottom and take no room.

        Args:
            paper_height: in millimetres.

        """
        return _FOOTER.format(
            width=twips(45), x=twips(_LEFT), y=twips(paper_height - _TOP_OF_CODE), code=escape(self.code),
            left=round(_LEFT * _EMU_PER_MM), top=round((paper_height - _TOP_OF_PICTURE) * _EMU_PER_MM),
            side=round(_SIDE * _EMU_PER_MM), url=quoteattr(self.url), picture=PICTURE,
        ).encode()  # fmt: skip

    def picture(self) -> bytes:
        """The QR code as a PNG; the same address always gives the same bytes."""
        code = segno.make_qr(self.url, error="m", boost_error=False, mask=_MASK)
        side = len(code.matrix)
        modules = Image.frombytes("L", (side, side), b"".join(row.translate(_INK) for row in code.matrix))
        drawn = io.BytesIO()
        framed = ImageOps.expand(modules, _WHITE, 255)
        framed.resize((framed.width * _DOTS,) * 2, Image.Resampling.NEAREST).convert("1").save(drawn, "png")
        return drawn.getvalue()
