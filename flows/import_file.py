"""A file of dossiers to import: opened, its headings checked, and its rows understood one by one."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.books import book_of_day
from flows.import_columns import Headings
from flows.import_values import Unfit
from flows.opening import Opening
from flows.refusals import Flaw
from flows.separated import Separated
from flows.spreadsheet import MOST_BYTES, Row, Workbook, Wrong, letters, unusable
from flows.validation import in_vietnamese
from models.law.limits import TIMEZONE
from models.person import PersonData

MOST_ROWS = 100_000
"""Rows of one file."""


@dataclass
class Understood:
    """A row as it was understood: an opening, or what is wrong with it, each flaw with its cell."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    """What its cells hold, by the columns' keys."""
    flaws: list[Flaw] = field(default_factory=list)
    opening: Opening | None = None
    key: bytes = b""
    """A digest of what identifies it: the same person, by paper or by description, and the same moment."""


class ImportFile:
    """A file whose headings are as they should be.

    Raises:
        Invalid: the file as a whole cannot be used; all reasons are named, with their cells.
    """

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MOST_BYTES:
            raise unusable(
                "too_large",
                f"tệp lớn quá {MOST_BYTES // 1_000_000} MB",
                f"larger than {MOST_BYTES // 1_000_000} MB",
            )
        with path.open("rb") as file:
            start = file.read(4)
        packed = start.startswith((b"PK", b"\xd0\xcf\x11\xe0"))
        self._sheet = Workbook(path) if packed else Separated(path)
        self._merged = self._sheet.merged()
        self.headings = Headings(next(self._sheet.rows(), None))
        if area := self._merged.over(self.headings.line):
            raise unusable("merged", "dòng tiêu đề có ô bị gộp", "the heading row holds merged cells", area)
        self.total = max(self._sheet.count() - 1, 0)
        """Rows that hold something, about: one that holds spaces alone is left out when it is read."""
        if self.total > MOST_ROWS:
            raise unusable(
                "too_many_rows",
                f"tệp có {self.total} dòng; mỗi tệp nhiều nhất {MOST_ROWS} dòng, hãy chia thành nhiều tệp",
                f"{self.total} rows; a file has {MOST_ROWS} at most: split it",
            )
        if self.total == 0:
            raise unusable("no_rows", "không có dòng nào dưới tiêu đề", "no row below the headings")
        self._seen: dict[bytes, str] = {}

    def rows(self) -> Iterator[Understood]:
        """Every row below the headings that is not empty, as it is understood, from the top."""
        self._seen.clear()
        sheet = self._sheet.rows()
        next(sheet)
        for row in sheet:
            understood = self._understand(row)
            if understood.values or understood.flaws:
                yield understood

    def _understand(self, row: Row) -> Understood:
        one = Understood(row.line)
        if area := self._merged.over(row.line):
            one.flaws.append(
                Flaw(
                    "merged",
                    area,
                    "các ô bị gộp; hãy bỏ gộp và điền từng ô",
                    "merged cells; unmerge and fill each",
                )
            )
        for place, value in row.cells.items():
            if isinstance(value, str) and not value.strip():
                continue
            wrong, column = value if isinstance(value, Wrong) else None, self.headings.of.get(place)
            if column is None:
                wrong = wrong or _NO_HEADING
            elif wrong is None:
                try:
                    one.values[column.key] = column.read(value)
                except Unfit as unfit:
                    wrong = unfit.wrong
            if wrong is not None:
                cell = f"{letters(place)}{row.line}"
                one.flaws.append(Flaw(wrong.code, cell, wrong.message, wrong.message_en))
        if one.values or one.flaws:
            self._judge(one)
        return one

    def _judge(self, one: Understood) -> None:
        """What pydantic and the file itself say of the row; the law is asked when it is imported."""
        found = [self.headings.at(flaw, one.line) for flaw in self._flaws(one)]
        marked = {flaw.field for flaw in one.flaws}
        one.flaws += [flaw for flaw in found if flaw.field not in marked]
        if one.flaws:
            one.opening = None

    def _flaws(self, one: Understood) -> Iterator[Flaw]:
        values = one.values
        moment, identity = values.get("occurred_at"), _nested(values, "person.identity.")
        person = {key: value for key, value in _nested(values, "person.").items() if "." not in key}
        if moment is None:
            yield _missing("occurred_at")
        try:
            model = PersonData.model_validate({**person, "identity": identity})
        except ValidationError as error:
            for flaw in error.errors():
                vietnamese, english = in_vietnamese(flaw)
                yield Flaw(flaw["type"], ".".join(("person", *map(str, flaw["loc"]))), vietnamese, english)
            model = None
        if model is not None and moment is not None:
            one.opening = Opening(model, _facts(values, moment), moment, values.get("late_reason"))
            one.key = _key(model, moment)
        yield from self._doubled(one)

    def _doubled(self, one: Understood) -> Iterator[Flaw]:
        """Whether an earlier row of the file is about the same person: which of them is right cannot be told."""
        number = one.values.get("person.identity.number")
        what, key = "person.identity.number", f"{one.values.get('person.identity.type')} {number}".encode()
        if number is None:
            what, key = "person.name", one.key
        if key:
            cell = self.headings.at(Flaw("", what, "", ""), one.line).field
            first = self._seen.setdefault(key, cell)
            if first != cell:
                vi, en = (
                    f"người này đã có ở ô {first} của tệp",
                    f"the same person stands in {first} of the file already",
                )
                yield Flaw("doubled", what, vi, en)


_NO_HEADING = Wrong("no_heading", "cột này không có tiêu đề", "this column has no heading")


def _nested(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}


def _missing(key: str) -> Flaw:
    vietnamese, english = in_vietnamese({"type": "missing", "msg": "Field required"})
    return Flaw("missing", key, vietnamese, english)


def _facts(values: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    """The facts of a row as the engine takes them: an official in one piece, and no exclusion where the book asks for any."""
    facts: dict[str, Any] = {}
    for key, value in _nested(values, "facts.").items():
        name, _, part = key.partition(".")
        if part:
            facts.setdefault(name, {})[part] = value
        else:
            facts[name] = value
    book = book_of_day(moment.astimezone(TIMEZONE).date())
    if book and any(fact.name == "exclusions" for fact in book.action("open").facts):
        facts.setdefault("exclusions", [])
    return facts


def _key(person: PersonData, moment: datetime) -> bytes:
    identity = person.identity
    who = (
        [identity.type, identity.number or ""]
        if identity.number
        else [
            "none",
            person.name.casefold(),
            person.sex,
            person.birth_date,
            person.present_residence.casefold(),
        ]
    )
    return hashlib.sha256("\n".join([*who, moment.astimezone(UTC).isoformat()]).encode()).digest()
