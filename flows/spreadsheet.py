"""Workbooks (.xlsx) read row by row: every cell with its address and its kind, nothing guessed, little kept in memory.

Read with the standard library's XML parser: the library that shows formulas needs twice as long and hides merged cells,
the quick one hides formulas and reserves memory for the outermost cell a file names (docs/decisions/0015-spreadsheets.md).
"""

import re
import zipfile
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO
from xml.parsers import expat

from flows.refusals import Flaw, Invalid

MOST_BYTES = 100_000_000
"""Size of a file."""
MOST_UNPACKED = 1_500_000_000
MOST_STRINGS = 150_000_000
MOST_RATIO = 200
"""How much a part may grow when it is unpacked: a sheet of text grows twentyfold, a bomb a thousandfold."""
MOST_COLUMNS = 200
_CHUNK = 1 << 18
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
"""Numbers of the built-in formats that show dates or times (ECMA-376 part 1, 18.8.30)."""
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_LONGEST_ROW = 4_000_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref=["\']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)')


@dataclass(frozen=True)
class Wrong:
    """What stands in the place of a value that cannot be used."""

    code: str
    message: str
    message_en: str


Value = str | float | bool | datetime | Wrong
FORMULA = Wrong(
    "formula",
    "ô chứa công thức; hãy dán giá trị (Paste Special → Values)",
    "the cell holds a formula; paste its value instead",
)


@dataclass(frozen=True)
class Row:
    """A row that holds something: its number in the sheet, and its cells by column, counted from 0."""

    line: int
    cells: Mapping[int, Value]


def letters(column: int) -> str:
    """A column's letters: A for 0, AA for 26."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_of(text: str) -> int:
    """The column that letters name, counted from 0."""
    number = 0
    for char in text:
        number = 26 * number + ord(char) - 64
    return number - 1


def unusable(code: str, message: str, message_en: str, where: str = "file") -> Invalid:
    """The file as a whole cannot be read."""
    return Invalid([Flaw(code, where, message, message_en)])


class Workbook:
    """The first sheet of a workbook.

    Raises:
        Invalid: it is no workbook, protected by a password, damaged, or grows beyond all measure when it is unpacked.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            start = file.read(8)
        if start == _OLE:
            raise unusable(
                "protected_or_old",
                "tệp có mật khẩu hoặc là định dạng .xls cũ; hãy bỏ mật khẩu và lưu thành .xlsx",
                "the file is protected by a password or an old .xls; save it as .xlsx without a password",
            )
        try:
            self._zip = zipfile.ZipFile(path)
            self._check_size()
            self._sheet = self._first_sheet()
            self._dates = self._date_styles()
            self._strings = self._shared_strings()
        except (
            zipfile.BadZipFile,
            expat.ExpatError,
            KeyError,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
        ) as error:
            raise broken() from error

    def merged(self) -> "Merged":
        """The merged areas of the sheet, found without reading its cells."""
        found, tail = Merged(), b""
        with self._zip.open(self._sheet) as part:
            for chunk in iter(partial(part.read, _CHUNK), b""):
                text = tail + chunk
                for left, top, right, bottom in _MERGED.findall(text):
                    found.add(left.decode(), int(top), right.decode(), int(bottom))
                tail = text[text.rfind(b"<") :][-200:] if b"<" in text else b""
        return found

    def count(self) -> int:
        """How many rows hold a value, counted without reading their cells."""
        number, tail = 0, b""
        with self._zip.open(self._sheet) as part:
            for chunk in iter(partial(part.read, _CHUNK), b""):
                *rows, tail = _ROW_END.split(tail + chunk)
                number += sum(1 for row in rows if b"v>" in row or b"t>" in row)
                tail = tail[-_LONGEST_ROW:]
        return number

    def rows(self) -> Iterator[Row]:
        """Every row that holds something, from the top."""
        reader = _Reader(self._strings, self._dates, self._epoch)
        try:
            with self._zip.open(self._sheet) as part:
                for chunk in iter(partial(part.read, _CHUNK), b""):
                    yield from reader.feed(chunk)
                yield from reader.feed(b"", last=True)
        except (zipfile.BadZipFile, expat.ExpatError, EOFError, ValueError, IndexError) as error:
            raise broken() from error

    def _check_size(self) -> None:
        parts = self._zip.infolist()
        bombs = [one for one in parts if one.file_size > MOST_RATIO * max(one.compress_size, 5_000)]
        if bombs or sum(one.file_size for one in parts) > MOST_UNPACKED:
            raise unusable(
                "too_large", "nội dung bên trong tệp quá lớn", "what the file unpacks to is too large"
            )

    def _first_sheet(self) -> str:
        names, targets = _Attributes("sheet", "workbookPr"), _Attributes("Relationship")
        names.read(self._zip.open("xl/workbook.xml"))
        targets.read(self._zip.open("xl/_rels/workbook.xml.rels"))
        settings = names.found["workbookPr"]
        is_1904 = bool(settings) and settings[0].get("date1904") in {"1", "true"}
        self._epoch = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet has no zone
        wanted = next(
            value for key, value in names.found["sheet"][0].items() if key.rpartition(":")[2] == "id"
        )
        target = next(one["Target"] for one in targets.found["Relationship"] if one["Id"] == wanted)
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if self._zip.getinfo(name).file_size == 0:
            raise broken()
        return name

    def _date_styles(self) -> frozenset[str]:
        """Indexes of the cell styles that show a date or a time."""
        if "xl/styles.xml" not in self._zip.namelist():
            return frozenset()
        styles = _Attributes("numFmt", "xf", "cellXfs", inside="cellXfs")
        styles.read(self._zip.open("xl/styles.xml"))
        own = {
            int(one["numFmtId"])
            for one in styles.found["numFmt"]
            if re.search("[dmyhs]", _QUOTED.sub("", one["formatCode"].split(";")[0].lower()))
        }
        shown = _DATE_FORMATS | own
        return frozenset(
            str(index) for index, one in enumerate(styles.inner) if int(one.get("numFmtId", "0")) in shown
        )

    def _shared_strings(self) -> list[str]:
        name = next((one for one in self._zip.namelist() if one.lower() == "xl/sharedstrings.xml"), None)
        if name is None:
            return []
        if self._zip.getinfo(name).file_size > MOST_STRINGS:
            raise unusable(
                "too_large", "nội dung bên trong tệp quá lớn", "what the file unpacks to is too large"
            )
        strings = _Strings()
        strings.read(self._zip.open(name))
        return strings.found


def broken() -> Invalid:
    """The file is no workbook, or a damaged one."""
    return unusable(
        "broken_file",
        "không đọc được: không phải tệp .xlsx, hoặc tệp bị hỏng",
        "cannot be read: it is no .xlsx file, or it is damaged",
    )


@dataclass
class Merged:
    """Areas of merged cells, by rows."""

    areas: list[tuple[int, int, str]] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _reach: list[tuple[int, str]] = field(default_factory=list)

    def add(self, left: str, top: int, right: str, bottom: int) -> None:
        """Notes an area, as its file names it."""
        self.areas.append((top, bottom, f"{left}{top}:{right}{bottom}"))

    def over(self, line: int) -> str | None:
        """An area that a row is part of."""
        if len(self._starts) != len(self.areas):
            self.areas.sort()
            self._starts, self._reach = [area[0] for area in self.areas], []
            furthest = (0, "")
            for _top, bottom, name in self.areas:
                furthest = max(furthest, (bottom, name))
                self._reach.append(furthest)
        place = bisect_right(self._starts, line) - 1
        if place < 0:
            return None
        bottom, name = self._reach[place]
        return name if bottom >= line else None


class _Parser(ABC):
    """An XML parser that refuses what no office program writes: document types and their entities."""

    def __init__(self) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        self.parser = parser

    def read(self, file: IO[bytes]) -> None:
        with file:
            self.parser.ParseFile(file)

    @abstractmethod
    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    @abstractmethod
    def end(self, name: str) -> None:
        """An element ends."""

    def _refuse(self, *_declared: object) -> None:
        raise broken()


class _Attributes(_Parser):
    """The attributes of some elements, in order; of those inside one element apart."""

    def __init__(self, *wanted: str, inside: str = "") -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str]]] = {name: [] for name in wanted}
        self.inner: list[dict[str, str]] = []
        self._inside, self._depth = inside, 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if self._depth:
            self._depth += 1
            if self._depth == 2:
                self.inner.append(attributes)
        elif self._inside and local == self._inside:
            self._depth = 1
        elif local in self.found:
            self.found[local].append(attributes)

    def end(self, name: str) -> None:
        if self._depth:
            self._depth -= 1


class _Strings(_Parser):
    """The shared strings; what only helps to pronounce them is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text: list[str] = []
        self._silent = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "t" and not self._silent:
            self.parser.CharacterDataHandler = self._text.append
        elif local == "rPh":
            self._silent = True

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "t":
            self.parser.CharacterDataHandler = None
        elif local == "rPh":
            self._silent = False
        elif local == "si":
            self.found.append(plain("".join(self._text)))
            self._text.clear()


class _Reader(_Parser):
    """The rows of a sheet as its XML comes in."""

    def __init__(self, strings: list[str], dates: frozenset[str], epoch: datetime) -> None:
        super().__init__()
        self._strings, self._dates, self._epoch = strings, dates, epoch
        self._ready: list[Row] = []
        self._text: list[str] = []
        self._line = self._column = -1
        self._cells: dict[int, Value] = {}
        self._cell: dict[str, str] = {}
        self._formula = False

    def feed(self, chunk: bytes, *, last: bool = False) -> list[Row]:
        """The rows that are whole now."""
        self.parser.Parse(chunk, last)
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._cell, self._formula = attributes, False
            address = _ADDRESS.fullmatch(attributes.get("r", ""))
            self._column = column_of(address[1]) if address else self._column + 1
        elif name in {"v", "t"}:
            self.parser.CharacterDataHandler = self._text.append
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._line = int(attributes.get("r", self._line + 1 if self._line > 0 else 1))
            self._column, self._cells = -1, {}
        elif ":" in name:
            self.start(name.rpartition(":")[2], attributes)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self.parser.CharacterDataHandler = None
        elif name == "c":
            if self._text or self._formula:
                value = FORMULA if self._formula else self._value("".join(self._text))
                self._text.clear()
                if value != "":
                    self._cells[self._column] = value
        elif name == "row":
            if self._cells:
                self._ready.append(Row(self._line, self._cells))
        elif ":" in name:
            self.end(name.rpartition(":")[2])

    def _value(self, text: str) -> Value:
        kind = self._cell.get("t", "n")
        if kind == "s":
            return self._strings[int(text)]
        if kind in {"inlineStr", "str"}:
            return plain(text)
        if kind == "b":
            return text.strip() == "1"
        if kind == "e":
            return Wrong("error_value", f"ô báo lỗi {text[:20]}", f"the cell shows the error {text[:20]}")
        if kind == "d":
            return datetime.fromisoformat(text)
        if self._cell.get("s", "0") in self._dates:
            return self._moment(float(text))
        return float(text)

    def _moment(self, serial: float) -> Value:
        """The moment a number shows; before 1 March 1900 spreadsheets count a day that never was."""
        if (self._epoch.year == 1899 and serial < 61) or not 0 <= serial < 2_958_466:
            return Wrong("no_such_day", "ngày không hợp lệ trong bảng tính", "no valid day of a spreadsheet")
        return self._epoch + timedelta(seconds=round(serial * 86_400))


def plain(text: str) -> str:
    """Text as it was typed: workbooks write characters that XML has no place for as _x0000_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
