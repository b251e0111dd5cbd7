"""The bundle: a dossier's numbered file as one ZIP, in two sets of one content, the original and the copy kept."""

import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from documents import storage
from documents.case import Header, PersonBlock
from documents.form import Form
from documents.forms import all_forms
from documents.forms.bundle import Cover, Entry, Index
from documents.layout import new_sheet
from documents.merging import MergedPdf, UnprintableError
from documents.pdf import LibreOffice, PdfError
from documents.sheets import Numbered

_ENDED = {
    "superseded": "đã được thay thế sau khi hồ sơ được đánh bút lục",
    "void": "đã hủy sau khi hồ sơ được đánh bút lục",
    "masked": "được che với người in (NĐ 163/2026/NĐ-CP Đ.3.5.b)",
}
_SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
_AT_ONCE = 40_000_000
"""Bytes of received Word files that are converted in one call."""
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
SHEETS = "but-luc.pdf"
"""The merged PDF in the ZIP."""


@dataclass(frozen=True)
class CopySet:
    """One of the two sets: what is written on its cover and index, its folder, and where it goes."""

    mark: str
    folder: str
    goes_to: str


@dataclass(frozen=True)
class DossierFile:
    """A dossier's file as the bundle prints it."""

    number: str
    header: Header
    measure: str
    person: PersonBlock
    opened_on: date
    compiled_on: date | None
    entries: Sequence[Numbered]
    stands: bool
    """Whether its sheet numbers stand, or are those it would have now."""
    sets: Sequence[CopySet]

    @property
    def sheets(self) -> int:
        """How many sheets it has."""
        return sum(one.sheets for one in self.entries)


@dataclass
class _Under:
    """A bundle being written."""

    file: DossierFile
    archive: zipfile.ZipFile
    merged: MergedPdf
    files: Path
    office: LibreOffice
    left_out: dict[int, str] = field(default_factory=dict)
    """Why a page of its own stands for an entry, by first sheet; in Vietnamese."""


def write_bundle(
    target: BinaryIO,
    file: DossierFile,
    files: Path,
    office: LibreOffice,
    scratch: Path,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Writes the ZIP; one file is in memory at a time.

    A document that has ended since it was numbered, or that is masked for the reader, is left out; so is from the printed pages a received file that
    cannot be printed. A page in its place says so: the sheet numbers run without a gap.

    Args:
        target: where the ZIP goes.
        file: the file.
        files: the folder of stored files.
        office: this process's LibreOffice.
        scratch: a folder for a temporary file.
        told: hears after each step how many of how many are done; what it raises ends the work.

    Raises:
        PdfError: LibreOffice is missing or fails on cover and index.
        StorageError: a stored file is missing or damaged.
    """
    steps = len(file.entries) + 2
    with closing(MergedPdf(scratch)) as merged, zipfile.ZipFile(target, "w") as archive:
        under = _Under(file, archive, merged, files, office)
        word: list[Numbered] = []
        for done, entry in enumerate(file.entries, start=1):
            if not _put(under, entry):
                word.append(entry)
            told(done, steps)
        _convert(under, word)
        told(steps - 1, steps)
        _bind(under)
        told(steps, steps)


def _put(under: _Under, entry: Numbered) -> bool:
    """Puts an entry's files into the ZIP and its pages among the sheets; False for a Word file not yet converted."""
    filed = entry.filed
    if filed.ended:
        under.left_out[entry.first] = _ENDED[filed.ended]
        return True
    content = storage.load(under.files, filed.sha256)
    _write(under.archive, _name(entry), content)
    if filed.is_document:
        content = storage.load(under.files, filed.pdf)
        _write(under.archive, _name(entry, ".pdf"), content)
        if filed.signed:
            content = storage.load(under.files, filed.signed)
            _write(under.archive, _name(entry, _signed_suffix(entry)), content)
    elif filed.content_type not in _SUFFIXES:
        return False
    _add(under, entry, content)
    return True


def _add(under: _Under, entry: Numbered, content: bytes) -> None:
    try:
        under.merged.add(entry.first, content, entry.first, entry.sheets)
    except UnprintableError:
        scan = _signed_suffix(entry) if entry.filed.signed else None
        under.left_out[entry.first] = f"không in được từ tệp; xem tệp {_name(entry, scan)}"


def _convert(under: _Under, word: Sequence[Numbered]) -> None:
    """Prints received Word files, several in a call, but not more than fit into memory."""
    for some in _portions(under.files, word):
        results = under.office.to_pdf([content for _entry, content in some])
        for (entry, _content), result in zip(some, results, strict=True):
            _add(under, entry, b"" if isinstance(result, PdfError) else result)


def _portions(files: Path, word: Sequence[Numbered]) -> Iterator[list[tuple[Numbered, bytes]]]:
    some: list[tuple[Numbered, bytes]] = []
    for entry in word:
        some.append((entry, storage.load(files, entry.filed.sha256)))
        if sum(len(content) for _entry, content in some) > _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _bind(under: _Under) -> None:
    """Cover and index of both sets, pages in the place of what is left out, and all sheets in one PDF."""
    file = under.file
    papers = [
        (f"{one.folder}/{name}", form.render(context))
        for one in file.sets
        for name, form, context in _papers_of(under, one)
    ]
    instead = [entry for entry in file.entries if entry.first in under.left_out]
    contents = [content for _name, content in papers]
    contents += [_instead(entry, under.left_out[entry.first]) for entry in instead]
    printed = [_must(result) for result in under.office.to_pdf(contents)]
    for (name, content), pdf in zip(papers, printed, strict=False):
        _write(under.archive, f"{name}.docx", content)
        _write(under.archive, f"{name}.pdf", pdf)
    for entry, pdf in zip(instead, printed[len(papers) :], strict=True):
        under.merged.add(entry.first, pdf, entry.first, entry.sheets)
    sheets = under.merged.finish(entry.first for entry in file.entries)
    with under.archive.open(zipfile.ZipInfo(SHEETS, _ZIP_TIME), "w", force_zip64=True) as place:
        shutil.copyfileobj(sheets, place, 1 << 20)


def _papers_of(under: _Under, one: CopySet) -> Iterator[tuple[str, Form, Cover | Index]]:
    """What lies on top of the sheets of a set."""
    file = under.file
    shared = {"header": file.header, "mark": one.mark, "dossier": file.number}
    yield "1_bia", all_forms()["HS-01"], Cover(
        **shared, goes_to=one.goes_to, measure=file.measure, person=file.person, opened_on=file.opened_on,
        compiled_on=file.compiled_on, papers=len(file.entries), sheets=file.sheets,
        masked=sum(one.filed.ended == "masked" for one in file.entries),
    )  # fmt: skip
    yield "2_muc-luc", all_forms()["HS-02"], Index(
        **shared, year=file.opened_on.year, provisional=not file.stands,
        entries=tuple(_line(entry, under.left_out.get(entry.first)) for entry in file.entries),
    )  # fmt: skip


def _line(entry: Numbered, left_out: str | None) -> Entry:
    """The entry's line in the index."""
    filed, notes = entry.filed, []
    if filed.received_as is not None:
        last = filed.received_as + filed.sheets - 1
        received = str(last) if filed.sheets == 1 else f"{filed.received_as}-{last}"
        notes.append(f"ngày nhận; số khi nhận: {received}")
    if left_out:
        notes.append(left_out)
    return Entry(
        symbol=filed.symbol, day=filed.day, title=filed.title, author=filed.author, first=entry.first,
        sheets=entry.sheets, note="; ".join(notes),
    )  # fmt: skip


def _instead(entry: Numbered, why: str) -> bytes:
    """A page that stands for sheets which are not in the sets."""
    filed, sheet = entry.filed, new_sheet()
    numbers = str(entry.first) if entry.sheets == 1 else f"{entry.first}-{entry.last}"
    sheet.heading(f"BÚT LỤC SỐ {numbers}", centred=True)
    symbol = f" số {filed.symbol}" if filed.symbol else ""
    sheet.line(f"{filed.title}{symbol} ngày {filed.day:%d/%m/%Y}: {why}.")
    return sheet.to_bytes()


def _must(result: bytes | PdfError) -> bytes:
    if isinstance(result, PdfError):
        raise result
    return result


def _name(entry: Numbered, suffix: str | None = None) -> str:
    """Where an entry's file lies in the ZIP: sheets first, so that it sorts; never a name or title someone typed."""
    filed, numbers = entry.filed, f"{entry.first:03}-{entry.last:03}"
    if filed.is_document:
        symbol = f"_{filed.symbol.replace('/', '-')}" if filed.symbol else ""
        name = f"van-ban/{numbers}_{filed.code}{symbol}{suffix or '.docx'}"
    else:
        kind = "khac" if filed.place is None else filed.code
        name = f"tai-lieu/{numbers}_{kind}{_SUFFIXES.get(filed.content_type, '.docx')}"
    return unicodedata.normalize("NFC", name)


def _signed_suffix(entry: Numbered) -> str:
    return f"_da-ky{_SUFFIXES.get(entry.filed.content_type, '')}"


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content)
