"""Small invented files that stand for received papers: a PDF page and a picture, made from nothing but their text."""

import struct
import unicodedata
import zlib

_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R "
    b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
)


def pdf_page(text: str, pages: int = 1) -> bytes:
    """A PDF file with the text, without diacritics, at the top of every page.

    Args:
        text: one line.
        pages: how many pages.
    """
    line = _ascii(text).replace("\\", "").replace("(", "[").replace(")", "]")
    drawn = f"BT /F 12 Tf 72 770 Td (TAI LIEU THU NGHIEM / SAMPLE) Tj 0 -24 Td ({line}) Tj ET".encode()
    kids = " ".join(f"{4 + page} 0 R" for page in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        *[_PAGE] * pages,
    ]
    content, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    content += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    end = content.index(b"xref\n0 ")
    return bytes(content) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, end)


def picture(width: int = 120, height: int = 170) -> bytes:
    """A PNG file: a grey sheet with a dark frame."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        rows += bytes(60 if x in {4, width - 5} or y in {4, height - 5} else 235 for x in range(width))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return plain.encode("ascii", "ignore").decode()
