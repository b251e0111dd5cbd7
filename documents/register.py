"""Registers of outgoing documents: every number an agency gave in a year, and what became of it; no gap is hidden."""

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

import xlsxwriter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, text

from documents.forms import all_forms
from documents.forms.register_book import COLUMNS, RegisterBook, RegisterLine, cells
from documents.layout import Sheet
from models.law.limits import TIMEZONE

_AS_ABOVE, _FILED = "Như trên", "Lưu:"
_FIXED = datetime(1980, 1, 1, tzinfo=UTC)  # same register, same bytes
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula."""
_PEOPLE = {"person", "parent", "father", "mother"}
"""Blocks of a form's content that name the person and the person's parents."""


class Entry(BaseModel):
    """One number of a register."""

    model_config = ConfigDict(frozen=True)

    number: int
    number_text: str | None
    issued_on: date | None = None
    document: UUID | None = None
    form: str | None = None
    title: str | None = None
    dossier: str | None = None
    signer: str | None = None
    recipients: tuple[str, ...] = ()
    kept_by: str | None = None
    state: Literal["issued", "superseded", "void", "missing"]
    ended_on: date | None = None
    replaced_by: str | None = None
    replaces: str | None = None

    @property
    def note(self) -> str:
        """What the register says in its last column."""
        since = f" ngày {self.ended_on:%d/%m/%Y}" if self.ended_on else ""
        notes = {
            "void": f"đã hủy{since}",
            "superseded": f"thay thế bởi số {self.replaced_by}{since}",
            "missing": "khuyết số: không có văn bản nào mang số này",
        }
        said = [notes[self.state]] if self.state in notes else []
        said += [f"thay thế số {self.replaces}"] if self.replaces else []
        return "; ".join(said)


_ENTRIES = text("""
    SELECT d.number, d.number_text, d.issued_on, d.id, d.form, d.title, d.state, d.ended_at, d.context,
        o.number AS dossier, p.data ->> 'name' AS person, newer.number_text AS replaced_by,
        (SELECT older.number_text FROM document older WHERE older.dossier = d.dossier AND older.replaced_by = d.id)
            AS replaces
    FROM document d JOIN dossier o ON o.id = d.dossier JOIN person p ON p.id = o.person
        LEFT JOIN document newer ON newer.id = d.replaced_by
    WHERE d.agency = :agency AND d.year = :year AND d.register_name = :name ORDER BY d.number
""")
_LAST = text("SELECT last FROM register WHERE agency = :agency AND year = :year AND name = :name")


def entries(connection: Connection, agency: str, year: int, name: str) -> list[Entry]:
    """Every number of a register from 1 to the last one given, in order; none when there is no such register.

    Args:
        connection: a unit of work of the system, for an agency's register also has the numbers of dossiers that it
            can no longer see. Nothing of the entry is personal: it names the dossier, not the person.
        agency: code of the agency whose register it is.
        year: of the register.
        name: of the register, such as "QĐ".
    """
    asked = {"agency": agency, "year": year, "name": name}
    last = connection.execute(_LAST, asked).scalar_one_or_none() or 0
    given = {row.number: row for row in connection.execute(_ENTRIES, asked)}
    return [
        _entry(given[number]) if number in given else Entry(number=number, number_text=None, state="missing")
        for number in range(1, max([last, *given]) + 1)
    ]


def _entry(row: Any) -> Entry:  # noqa: ANN401 - a row of the query above
    sheet = _printed(row)
    sent_to = list(_recipients(sheet)) if sheet else []
    hide = _hiding({row.person, *_names(row.context or {})}, f"(hồ sơ {row.dossier})")
    filed = [line.removeprefix(_FILED).strip() for line in sent_to if line.startswith(_FILED)]
    signer = (sheet and sheet.signer) or (row.context or {}).get("signer")
    return Entry(
        number=row.number,
        number_text=row.number_text,
        issued_on=row.issued_on,
        document=row.id,
        form=row.form,
        title=row.title,
        dossier=row.dossier,
        signer=signer.split("\n")[0] if isinstance(signer, str) else None,
        recipients=tuple(hide(line) for line in sent_to if not line.startswith(_FILED)),
        kept_by="; ".join(filed) or None,
        state=row.state,
        ended_on=row.ended_at.astimezone(TIMEZONE).date() if row.ended_at else None,
        replaced_by=row.replaced_by,
        replaces=row.replaces,
    )


def _printed(row: Any) -> Sheet | None:  # noqa: ANN401 - a row of the query above
    """The document's sheet, which knows who signs it and who gets it; None when its content is erased or broken."""
    form = all_forms().get(row.form)
    if form is None or row.context is None:
        return None
    try:
        return form.sheet(form.context.model_validate(row.context))
    except Exception:  # noqa: BLE001 - one broken document must not keep the register from being read
        return None


def _recipients(sheet: Sheet) -> Iterator[str]:
    """Whom the paper goes to: "Như trên" stands for those it is addressed to."""
    for line in sheet.sent_to:
        yield from (sheet.addressees or [line]) if line == _AS_ABOVE else [line]


def _names(content: Mapping[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        if key in _PEOPLE and isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            if key in _PEOPLE and isinstance(value.get("name"), str):
                yield value["name"]
            yield from _names(value)


def _hiding(names: set[str | None], by: str) -> Any:  # noqa: ANN401 - text in, text out
    """What puts the dossier's number in the place of a person's name."""
    known = sorted((unicodedata.normalize("NFC", name) for name in names if name), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, known)) or r"(?!)", re.IGNORECASE)
    return lambda line: pattern.sub(by, unicodedata.normalize("NFC", line))


def book(superior: str, agency: str, year: int, name: str, listed: Sequence[Entry]) -> RegisterBook:
    """The register as it is printed."""
    return RegisterBook(
        superior=superior,
        agency=agency,
        year=year,
        register_name=name,
        lines=tuple(
            RegisterLine(
                number=entry.number_text or f"{entry.number:02d}",
                day=entry.issued_on,
                title=f"{entry.title} (hồ sơ {entry.dossier})" if entry.title else "",
                signer=entry.signer or "",
                recipients="; ".join(entry.recipients),
                kept_by=entry.kept_by or "",
                note=entry.note,
            )
            for entry in listed
        ),
    )


def to_xlsx(printed: RegisterBook) -> bytes:
    """The register as a workbook; every cell is text, so that no content is ever taken for a formula."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    workbook.set_properties({"created": _FIXED})
    frame = {"border": 1, "text_wrap": True, "valign": "top", "font_name": "Times New Roman", "font_size": 11}
    plain, quoted = workbook.add_format(frame), workbook.add_format({**frame, "quote_prefix": True})
    bold = workbook.add_format({**frame, "bold": True, "align": "center", "valign": "vcenter"})
    sheet = workbook.add_worksheet("Sổ đăng ký văn bản đi")
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for column, (heading, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width / 2)
        sheet.write_string(0, column, heading, bold)
    for row, line in enumerate(printed.lines, start=1):
        for column, value in enumerate(cells(line)):
            sheet.write_string(row, column, value, quoted if value.startswith(_RISKY) else plain)
    workbook.close()
    return file.getvalue()
