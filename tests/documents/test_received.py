"""Files from outside: what is taken, and each way in which one can act, hide something, or break whoever opens it."""

import io
import struct
import zipfile
import zlib

import docx
import pypdf
import pytest
from PIL import Image

from api.demo.scans import pdf_page, picture
from documents.forms import all_forms
from documents.received import DOCX, UnfitFile, judge, kind_of
from documents.specimens import specimen

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(parts: dict[str, bytes | str] | None = None, text: str = "Đơn") -> bytes:
    """A Word file with these parts added or in place of its own."""
    kept, changed = io.BytesIO(), io.BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(kept)
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in (parts or {}):
                target.writestr(name, source.read(name))
        for name, content in (parts or {}).items():
            target.writestr(name, content)
    return changed.getvalue()


def relation(kind: str, target: str, *, outside: bool = True) -> bytes:
    """A Word file with one more relation of its text."""
    mode = ' TargetMode="External"' if outside else ""
    return word({
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="rId9" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/></Relationships>'
    })  # fmt: skip


def field(instruction: str) -> bytes:
    body = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return word({
        "word/document.xml": f'<w:document xmlns:w="{body}"><w:body><w:p><w:r><w:instrText>{instruction}'
        "</w:instrText></w:r></w:p></w:body></w:document>"
    })  # fmt: skip


def catalogue(entry: bytes) -> bytes:
    """A PDF with one more entry of its catalogue."""
    return pdf_page("a").replace(b"/Type /Catalog", b"/Type /Catalog " + entry)


def written(change: str) -> bytes:
    writer, kept = pypdf.PdfWriter(io.BytesIO(pdf_page("a"))), io.BytesIO()
    if change == "locked":
        writer.encrypt("mat-khau")
    elif change == "attached":
        writer.add_attachment("a.exe", b"MZ")
    writer.write(kept)
    return kept.getvalue()


def png(width: int, height: int) -> bytes:
    """A small PNG that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rest = picture()[33:]
    return picture()[:12] + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + rest


def jpeg() -> bytes:
    kept = io.BytesIO()
    Image.effect_noise((400, 300), 90).save(kept, "jpeg")
    return kept.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pdf_page("a", 3),
        picture(),
        jpeg(),
        word(),
        written("as it is"),
        relation("hyperlink", "https://vanban.chinhphu.vn"),
        field("PAGE"),
        field("HYPERLINK &quot;https://vanban.chinhphu.vn&quot;"),
    ],
)
def test_a_plain_file_is_taken(content: bytes) -> None:
    kind = kind_of(content)
    assert kind is not None
    judge(content, kind)


def test_what_the_system_issues_could_come_back_as_a_paper() -> None:
    form = all_forms()["V-36"]
    judge(form.render(specimen(form, "full")), DOCX)


@pytest.mark.parametrize(
    "content",
    [
        catalogue(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        catalogue(b"/OpenAction << /S /Launch /F (cmd.exe) >>"),
        catalogue(b"/AA << /WC << /S /SubmitForm /F (http://a.vn) >> >>"),
        catalogue(b"/Names << /JavaScript << /Names [] >> >>"),
        catalogue(b"/AcroForm << /XFA [] >>"),
        pdf_page("a").replace(
            b"/Type /Page /Parent", b"/Type /Page /Annots [<< /A << /#53 /Java#53cript >> >>] /Parent"
        ),
        written("attached"),
        word({"word/vbaProject.bin": b"x"}),
        word({"WORD/VBAPROJECT.BIN": b"x"}),
        word({"word/embeddings/oleObject1.bin": b"x"}),
        word({"word/activeX/activeX1.xml": "<a/>"}),
        word({"word/extra.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        relation("attachedTemplate", "http://a.vn/b.dotm"),
        relation("image", "http://a.vn/b.png"),
        relation("hyperlink", "file:///c:/windows/system32/cmd.exe"),
        relation("oleObject", "embedded", outside=False),
        relation("aFChunk", "b.html", outside=False),
        field("DDEAUTO c:\\windows\\system32\\cmd.exe"),
        field("INCLUDEPICTURE http://a.vn/b.png"),
    ],
)
def test_what_acts_or_hides_is_refused(content: bytes) -> None:
    refused(content, "active_content")


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4 a",
        b"%PDF-1.4\n%%EOF",
        pdf_page("a")[:150],
        picture()[:-40],
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0 jpeg",
        jpeg()[:9_000],
        word({"../../etc/cron.d/x.xml": "<a/>"}),
        word({"word/document.xml": "<a>"}),
        word({"word/media/a.png": b"Nguyen Van A " * 9}).replace(b"word/media/a.png", b"word/media/b.png", 1),
    ],
)
def test_a_damaged_file_is_refused(content: bytes) -> None:
    refused(content, "damaged_file")


@pytest.mark.parametrize(
    "content",
    [
        word({"word/media/a.bin": bytes(20_000_000)}),
        word({f"word/media/{number}.png": b"" for number in range(2_001)}),
        png(60_000, 60_000),
        png(12_000, 12_000),
    ],
)
def test_a_bomb_is_refused_before_it_unpacks(content: bytes) -> None:
    refused(content, "file_too_complex")


def test_a_locked_file_is_refused() -> None:
    refused(written("locked"), "locked_file")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<html><script>", b"MZ\x90", b"PK\x03\x04 broken", b"\x00%PDF-1.4"]
)
def test_other_kinds_are_none(content: bytes) -> None:
    assert kind_of(content) is None


def refused(content: bytes, code: str) -> None:
    kind = kind_of(content)
    assert kind is not None
    with pytest.raises(UnfitFile) as unfit:
        judge(content, kind)
    assert unfit.value.code == code
    assert unfit.value.vietnamese != unfit.value.english
