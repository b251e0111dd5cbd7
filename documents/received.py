"""Files that come from outside, judged by their content: a file that acts, hides another one or cannot be read stays out."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it has none

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SCANS = ("application/pdf", "image/png", "image/jpeg")
_STARTS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_MOST_OBJECTS = 30_000
"""Of a PDF: a paper of 2,000 sheets has ten or twenty a sheet."""
_MOST_PIXELS = 120_000_000
"""Of a picture: an A3 sheet at 600 dots an inch has 70 million."""
_MOST_PARTS, _MOST_UNPACKED, _MOST_RATIO = 2_000, 150_000_000, 200
"""Of a Word file: parts, bytes in all, and how much larger than packed one may be."""
_LOOKING = BoundedSemaphore(2)
"""A large picture takes hundreds of megabytes while it is read: no more than so many at a time."""

_ACTIVE_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/GoToE",
}
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/XFA", "/RichMediaContent", "/AF"}
_ACTIVE_TYPES = {"/EmbeddedFile", "/Filespec"}
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_ACTIVE_PARTS = ("vbaproject", "activex", "embeddings/", "afchunk", "/bin", "customui", "macrosheet")
_ACTIVE_RELATIONS = (
    "oleObject",
    "package",
    "control",
    "aFChunk",
    "attachedTemplate",
    "vbaProject",
    "frame",
    "subDocument",
)
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_FIELD = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|MACROBUTTON|LINK)\b", re.IGNORECASE)


class UnfitFile(ValueError):
    """A file that is not taken, and why, in both languages."""

    def __init__(self, code: str, vietnamese: str, english: str) -> None:
        super().__init__(code)
        self.code, self.vietnamese, self.english = code, vietnamese, english


def kind_of(content: bytes) -> str | None:
    """The media type that a file's first bytes, or its parts, show; None for what is never taken."""
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if content.startswith(b"PK"):
        try:
            names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return None
        return DOCX if {"[Content_Types].xml", "word/document.xml"} <= names else None
    return None


def judge(content: bytes, kind: str) -> None:
    """Reads the file through.

    Args:
        content: the file.
        kind: what `kind_of` says it is.

    Raises:
        UnfitFile: it is damaged or locked, is a bomb, or holds macros, scripts, links or other files.
    """
    if kind == "application/pdf":
        _judge_pdf(content)
    elif kind == DOCX:
        _judge_word(content)
    else:
        _judge_picture(content, kind)


def _damaged() -> UnfitFile:
    return UnfitFile("damaged_file", "Tệp bị hỏng, không đọc được", "The file is damaged and cannot be read")


def _active(what: str, english: str) -> UnfitFile:
    return UnfitFile(
        "active_content",
        f"Tệp có nội dung không được nhận: {what}; hãy gửi bản chỉ có văn bản và hình ảnh",
        f"The file holds what is not taken ({english}): send one of text and pictures alone",
    )


def _too_much() -> UnfitFile:
    return UnfitFile(
        "file_too_complex",
        "Tệp quá phức tạp hoặc giải nén quá lớn",
        "The file is too complex or unpacks too large",
    )


def _judge_pdf(content: bytes) -> None:
    import pypdf  # loaded when a file comes: start-up does not need it
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        _judge_extent(reader)
        for each in _objects(reader):
            _judge_object(each)
    except UnfitFile:
        raise
    except (
        PyPdfError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
        ArithmeticError,
    ):
        raise _damaged() from None


def _judge_extent(reader: Any) -> None:  # noqa: ANN401 - a pypdf reader
    if reader.is_encrypted:
        raise UnfitFile(
            "locked_file",
            "Tệp có mật khẩu hoặc bị khóa; hãy gửi bản không khóa",
            "The file is locked by a password",
        )
    if not reader.pages:
        raise _damaged()
    if len(reader.xref_objStm) + sum(map(len, reader.xref.values())) > _MOST_OBJECTS:
        raise _too_much()


def _objects(reader: Any) -> Iterator[Any]:  # noqa: ANN401 - a pypdf reader
    """Every object that the file's tables name, and its trailer."""
    from pypdf.generic import IndirectObject

    yield reader.trailer
    numbers = [(number, generation) for generation, at in reader.xref.items() for number in at]
    for number, generation in [*numbers, *((number, 0) for number in reader.xref_objStm)]:
        found = reader.get_object(IndirectObject(number, generation, reader))
        if found is not None:
            yield found


def _judge_object(found: Any) -> None:  # noqa: ANN401 - any PDF object
    """Refuses what acts or holds a file, wherever in the object it stands; other objects come by themselves."""
    pending = [found]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            keys = {str(key) for key in one}
            action = _name(one, "/S")
            if action in _ACTIVE_ACTIONS or keys & _ACTIVE_KEYS or _name(one, "/Type") in _ACTIVE_TYPES:
                raise _active("mã lệnh hoặc tệp đính kèm trong PDF", "scripts or attached files in a PDF")
            pending += one.values()
        elif isinstance(one, list):
            pending += one


def _name(found: Any, key: str) -> str | None:  # noqa: ANN401 - a PDF dictionary
    """A name that stands in the dictionary itself or, for whoever hides it, behind a reference."""
    value = found.get(key)
    return str(value.get_object() if hasattr(value, "get_object") else value)


def _judge_picture(content: bytes, kind: str) -> None:
    from PIL import Image

    try:
        with (
            _LOOKING,
            Image.open(io.BytesIO(content), formats=(kind.removeprefix("image/").upper(),)) as picture,
        ):
            if picture.width * picture.height > _MOST_PIXELS:
                raise _too_much()
            if kind == "image/jpeg":
                picture.draft(
                    "L", (picture.width // 8, picture.height // 8)
                )  # every byte is read, few are kept
            picture.load()
    except UnfitFile:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise _too_much() from None
    except (OSError, ValueError, SyntaxError, IndexError, KeyError, TypeError, EOFError):
        raise _damaged() from None


def _judge_word(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _judge_archive(archive)
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _judge_part(part.filename, archive.read(part))
                else:
                    archive.read(part)  # its check sum
    except UnfitFile:
        raise
    except (
        zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, etree.XMLSyntaxError
    ):  # fmt: skip
        raise _damaged() from None


def _judge_archive(archive: zipfile.ZipFile) -> None:
    """Bounds before anything is unpacked; the sizes a header states are those that zipfile unpacks at most."""
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise _too_much()
    if any(part.file_size > _MOST_RATIO * max(part.compress_size, 5_000) for part in parts):
        raise _too_much()
    if len(set(names)) < len(names) or any(".." in name.split("/") or name.startswith("/") for name in names):
        raise _damaged()
    if any(part in name for name in names for part in _ACTIVE_PARTS):
        raise _active(
            "macro hoặc đối tượng nhúng trong tệp Word", "macros or embedded objects in a Word file"
        )


def _judge_part(name: str, xml: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    tree = etree.fromstring(xml, parser)
    if tree.getroottree().docinfo.doctype:
        raise _active("định nghĩa kiểu tài liệu (DTD)", "a document type definition")
    if name == "[Content_Types].xml" and b"macroEnabled" in xml:
        raise _active("macro trong tệp Word", "macros in a Word file")
    for relation in tree.iter(_RELATIONS):
        kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        outside = relation.get("TargetMode") == "External"
        allowed = outside and kind == "hyperlink" and _LINK.match(target)
        if kind in _ACTIVE_RELATIONS or (outside and not allowed):
            raise _active(
                "liên kết ra ngoài hoặc đối tượng nhúng", "links to the outside or embedded objects"
            )
    fields = [
        text
        for each in tree.iter("{*}instrText", "{*}fldSimple")
        for text in (each.text or "", each.get(f"{{{each.nsmap.get(each.prefix)}}}instr") or "")
    ]
    if _FIELD.search("".join(fields)) or any(map(_FIELD.search, fields)):
        raise _active("trường tự lấy nội dung từ nơi khác", "fields that fetch content from elsewhere")
