"""The columns of an import: the person, the moment, and what the opening action of each book records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from flows import import_values as values
from flows.books import books
from flows.import_values import Read, alike
from flows.refusals import Flaw, Invalid
from flows.spreadsheet import MOST_COLUMNS, Row, Wrong, letters
from models.law.loader import catalogue
from models.law.schema import Fact
from models.person import SEXES

IDENTITIES: Mapping[str, str] = {
    "personal_number": "Số định danh cá nhân",
    "old_identity_card": "Chứng minh nhân dân",
    "passport": "Hộ chiếu",
    "none": "Không có giấy tờ",
}


@dataclass(frozen=True)
class Column:
    """One column: where its value goes, its heading, and how its cells are understood."""

    key: str
    title: str
    title_en: str
    read: Read
    example: str = ""
    note: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    """Whether every file must have it."""


def _chosen(key: str, title: str, title_en: str, choices: Mapping[str, str], example: str) -> Column:
    return Column(key, title, title_en, values.choice(choices), example, choices=choices, required=True)


_PERSON = (
    Column("person.name", "Họ và tên", "Name", values.text, "Nguyễn Văn A", required=True),
    _chosen("person.sex", "Giới tính", "Sex", SEXES, "Nam"),
    Column(
        "person.birth_date", "Ngày sinh", "Birth date", values.birth_date, "20/05/1998",
        "Ngày/tháng/năm; chỉ biết tháng hoặc năm thì ghi 05/1998 hoặc 1998", required=True,
    ),
    _chosen("person.identity.type", "Loại giấy tờ", "Identity paper", IDENTITIES, "Số định danh cá nhân"),
    Column(
        "person.identity.number", "Số giấy tờ", "Number of the paper", values.identity_number, "001098000001",
        "Định dạng ô là Văn bản (Text) để không mất số 0 ở đầu",
    ),
    Column("person.identity.issued_on", "Ngày cấp giấy tờ", "Issued on", values.day, "01/06/2021"),
    Column("person.identity.issued_by", "Nơi cấp giấy tờ", "Issued by", values.text, "Cục Cảnh sát QLHC về TTXH"),
    Column(
        "person.identity.reason", "Lý do không có giấy tờ", "Why there is no paper", values.text, "",
        "Bắt buộc khi loại giấy tờ là “Không có giấy tờ”",
    ),
    Column("person.present_residence", "Nơi ở hiện tại", "Present residence", values.text, "số 3 phố Thí Dụ", required=True),
    Column("person.registered_residence", "Nơi thường trú", "Registered residence", values.text),
    Column("person.other_name", "Tên gọi khác", "Other name", values.text),
    Column("person.birth_place", "Nơi sinh", "Birth place", values.text),
    Column("person.hometown", "Quê quán", "Home town", values.text),
    Column("person.nationality", "Quốc tịch", "Nationality", values.text, "Việt Nam"),
    Column("person.ethnicity", "Dân tộc", "Ethnicity", values.text, "Kinh"),
    Column("person.religion", "Tôn giáo", "Religion", values.text),
    Column("person.education", "Trình độ học vấn", "Education", values.text),
    Column("person.occupation", "Nghề nghiệp", "Occupation", values.text),
    Column("person.workplace", "Nơi làm việc", "Workplace", values.text),
    Column("person.phone", "Điện thoại", "Phone", values.digits, "", "Định dạng ô là Văn bản (Text)"),
)  # fmt: skip
_ACT = (
    Column(
        "occurred_at", "Thời điểm mở hồ sơ", "Opened at", values.instant, "07/09/2026 08:30",
        "Ngày và giờ Việt Nam; ngày này quyết định bộ quy tắc", required=True,
    ),
    Column("late_reason", "Lý do chậm", "Why it is late", values.text, "", "Khi mở hồ sơ quá một thời hạn"),
)  # fmt: skip
_READS: Mapping[str, Read] = {
    "text": values.text,
    "flag": values.flag,
    "number": values.number,
    "instant": values.instant,
    "day": values.day,
    "agency": values.text,
}
_EXAMPLES = {
    "found_at": "07/09/2026 07:30", "found_where": "số 3 phố Thí Dụ", "incident": "Tóm tắt sự việc (ví dụ)",
    "remote": "không", "entry": "Thông báo tự ý chấm dứt cai nghiện hoặc điều trị thay thế",
}  # fmt: skip


@cache
def columns() -> Mapping[str, Column]:
    """Every column by its key: the person's, the act's, and the facts that the opening action of some book asks for."""
    asked = {
        fact.name: catalogue()[fact.name] for book in reversed(books()) for fact in book.action("open").facts
    }
    everywhere = {
        name for name in asked
        if all(any(f.name == name and f.required and not f.when for f in book.action("open").facts) for book in books())
    }  # fmt: skip
    facts = [
        column for name, fact in asked.items() for column in _of_fact(name, fact, required=name in everywhere)
    ]
    return {column.key: column for column in (*_PERSON, *_ACT, *facts)}


def _of_fact(name: str, fact: Fact, *, required: bool) -> Sequence[Column]:
    key, example, note = f"facts.{name}", _EXAMPLES.get(name, ""), fact.help or ""
    if fact.type == "official":
        return [
            Column(f"{key}.name", f"{fact.title}: họ tên", f"{fact.title_en}: name", values.text),
            Column(f"{key}.position", f"{fact.title}: chức vụ", f"{fact.title_en}: position", values.text),
        ]
    if fact.type == "excluded":
        named = {code: words for book in books() for code, words in book.exclusions.items()}
        return [
            Column(
                key, fact.title, fact.title_en, values.choices(named), example,
                "Mã, cách nhau bằng dấu chấm phẩy: " + "; ".join(f"{code} = {words}" for code, words in named.items()),
            )
        ]  # fmt: skip
    read = values.choice(fact.choices) if fact.choices else _READS[fact.type]
    choices = dict(fact.choices) or ({"có": "có", "không": "không"} if fact.type == "flag" else {})
    return [Column(key, fact.title, fact.title_en, read, example, note, choices, required)]


class Headings:
    """Which column of a file is which.

    Raises:
        Invalid: headings that are unknown, doubled, missing or no text; each is named with its cell.
    """

    def __init__(self, row: Row | None) -> None:
        known = {
            alike(words): column for column in columns().values()
            for words in (column.title, column.title_en, column.key)
        }  # fmt: skip
        self.line = row.line if row else 1
        self.of: dict[int, Column] = {}
        flaws, seen = list[Flaw](), dict[str, str]()
        for place, value in sorted((row.cells if row else {}).items()):
            cell = f"{letters(place)}{self.line}"
            if isinstance(value, Wrong):
                flaws.append(Flaw(value.code, cell, value.message, value.message_en))
                continue
            if not str(value).strip():
                continue
            column = known.get(alike(str(value).rstrip(" *")))
            if column is None or place >= MOST_COLUMNS:
                flaws.append(Flaw(
                    "unknown_heading", cell, "tiêu đề cột không có trong mẫu", "no such heading in the template",
                ))  # fmt: skip
            elif column.key in seen:
                flaws.append(Flaw(
                    "doubled_heading", cell, f"tiêu đề “{column.title}” đã có ở ô {seen[column.key]}",
                    f"the heading “{column.title_en}” stands in {seen[column.key]} already",
                ))  # fmt: skip
            else:
                self.of[place], seen[column.key] = column, cell
        flaws += [
            Flaw(
                "missing_heading", f"A{self.line}", f"thiếu cột “{column.title}”",
                f"the column “{column.title_en}” is missing",
            )
            for column in columns().values() if column.required and column.key not in seen
        ]  # fmt: skip
        if flaws:
            raise Invalid(flaws)
        self._places = {column.key: place for place, column in self.of.items()}

    def at(self, flaw: Flaw, line: int) -> Flaw:
        """A flaw of a field, with the cell of this row in the field's place; a field without a column is named in words."""
        key = _ROOTS.get(flaw.field, flaw.field)
        while key and key not in self._places and "." in key and key not in columns():
            key = key.rpartition(".")[0]
        if key in self._places:
            cell, named, named_en = f"{letters(self._places[key])}{line}", "", ""
        else:
            column = columns().get(key)
            cell = f"{letters(min(self._places.values()))}{line}"
            named, named_en = (f"{column.title}: ", f"{column.title_en}: ") if column else ("", "")
        return Flaw(flaw.code, cell, named + flaw.message, named_en + flaw.message_en, flaw.citation)


_ROOTS = {
    "person": "person.birth_date",
    "person.identity": "person.identity.number",
    "facts.tester": "facts.tester.name",
}
"""Where a flaw of several fields is shown."""
