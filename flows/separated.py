"""Files of separated values (.csv) read row by row like a sheet: UTF-8 only, and the separator as the headings show it."""

import codecs
import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flows.refusals import Invalid
from flows.spreadsheet import Merged, Row, unusable

_SEPARATORS = (",", ";", "\t")
_CHUNK = 1 << 20
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Separated:
    """A CSV file.

    Raises:
        Invalid: it is not UTF-8; the message names the byte.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._check_encoding()
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            start = file.readline(1 << 16)
        self._separator = max(_SEPARATORS, key=start.count)

    def merged(self) -> Merged:
        """Nothing: such files know no merged cells."""
        return Merged()

    def count(self) -> int:
        """How many rows hold a value."""
        return sum(1 for _row in self.rows())

    def rows(self) -> Iterator[Row]:
        """Every row that holds something; its number is that of the record, as spreadsheets show it."""
        line = 0
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            try:
                for line, record in enumerate(
                    csv.reader(file, delimiter=self._separator, strict=True), start=1
                ):
                    cells = {column: value for column, value in enumerate(record) if value}
                    if cells:
                        yield Row(line, cells)
            except csv.Error as error:
                raise unusable(
                    "broken_file",
                    f"từ dòng {line + 1} không đọc được như tệp CSV (dấu ngoặc kép không khép, hoặc ô quá dài)",
                    f"from row {line + 1} on it is no CSV (a quote that is not closed, or a cell too long)",
                ) from error

    def _check_encoding(self) -> None:
        decoder, at = codecs.getincrementaldecoder("utf-8")(), 0
        with self._path.open("rb") as file:
            if file.read(2) in _WIDE:
                raise _not_utf8("UTF-16")
            file.seek(0)
            for chunk in iter(partial(file.read, _CHUNK), b""):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    raise _not_utf8(f"byte {at + error.start}") from error
                at += len(chunk)
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise _not_utf8(f"byte {at}") from error


def _not_utf8(what: str) -> Invalid:
    return unusable(
        "not_utf8",
        f"tệp CSV không phải UTF-8 ({what}); hãy lưu bằng “CSV UTF-8 (Comma delimited)”",
        f"the CSV file is not UTF-8 ({what}); save it as “CSV UTF-8 (Comma delimited)”",
    )
