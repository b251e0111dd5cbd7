"""Files to import: what is understood, and what is refused with its cell and its reason, in workbooks and in CSV."""

import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook

from flows import import_file, spreadsheet
from flows.import_columns import columns
from flows.import_file import ImportFile, Understood
from flows.import_template import to_csv, to_xlsx
from flows.refusals import Invalid
from flows.spreadsheet import Workbook
from tests.flows.sheets import GOOD, TESTED, cell, good, headings, of, separated, workbook

NUMBER, NAME, BIRTH, AT = "person.identity.number", "person.name", "person.birth_date", "occurred_at"


def read(path: Path) -> list[Understood]:
    return list(ImportFile(path).rows())


def flaws(path: Path) -> list[tuple[str, str]]:
    """Cell and code of every flaw."""
    return [(flaw.field, flaw.code) for row in read(path) for flaw in row.flaws]


def refused(path: Path) -> list[tuple[str, str]]:
    """Why the file as a whole cannot be used; every reason stands in both languages."""
    with pytest.raises(Invalid) as refusal:
        ImportFile(path)
    assert all(flaw.message and flaw.message_en for flaw in refusal.value.flaws)
    return [(flaw.field, flaw.code) for flaw in refusal.value.flaws]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ho-so.xlsx"


def birth(value: Any, path: Path, **options: Any) -> str:
    [row] = read(workbook(path, [of(GOOD, 1, birth_date=value)], **options))
    assert row.opening, row.flaws
    return row.opening.person.birth_date


def test_good_row_is_an_opening(path: Path) -> None:
    [row] = read(workbook(path, [of(TESTED, 1)]))
    assert (row.line, row.flaws) == (2, [])
    assert row.opening
    assert row.opening.occurred_at.astimezone(UTC) == datetime(2026, 9, 7, 1, 30, tzinfo=UTC)
    assert row.opening.person.identity.number == "001098000001"
    assert row.opening.facts["tester"] == {"name": "Đại úy Đỗ Thị M", "position": "Cán bộ"}
    assert (row.opening.facts["entry"], row.opening.facts["remote"]) == ("test", False)


@pytest.mark.parametrize(
    ("value", "understood"),
    [
        ("20/05/1998", "1998-05-20"), ("1998-05-20", "1998-05-20"), ("5/1998", "1998-05"), ("1998-05", "1998-05"),
        ("1998", "1998"), (1998, "1998"), (datetime(1998, 5, 20), "1998-05-20"), (" 20-5-1998 ", "1998-05-20"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_dates_as_text_as_date_cells_and_partial_ones_are_understood(
    value: Any, understood: str, path: Path
) -> None:
    assert birth(value, path) == understood


def test_dates_of_workbooks_that_count_from_1904_are_the_same_days(path: Path) -> None:
    assert birth(datetime(1998, 5, 20), path, date_1904=True) == "1998-05-20"  # noqa: DTZ001 - a sheet has no zone


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("31/02/1998", "no_such_day"), ("hôm qua", "unreadable"), (12.5, "unreadable"), (True, "unreadable"),
        ("20/13/1998", "no_such_day"), ("1850", "value_error"), (datetime(1998, 5, 20, 8, 0), "day_needed"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_days_that_are_none_are_named(value: Any, code: str, path: Path) -> None:
    assert flaws(workbook(path, good(1, birth_date=value))) == [(cell(BIRTH, 2), code)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (datetime(2026, 9, 7), "time_missing"), ("07/09/2026", "unreadable"), ("07/09/2026 25:00", "no_such_day"),  # noqa: DTZ001
        ("07/09/9999 08:30", "instant_out_of_range"), ("07/09/2026 08:30 SA", "unreadable"),
    ],
)  # fmt: skip
def test_moment_needs_hour_and_minute(value: Any, code: str, path: Path) -> None:
    assert flaws(workbook(path, good(1, occurred_at=value))) == [(cell(AT, 2), code)]


@pytest.mark.parametrize(
    "value", ["07/09/2026 08:30", "08:30 07/09/2026", "2026-09-07T08:30", "2026-09-07T01:30:00Z", "7/9/2026 8h30",
              datetime(2026, 9, 7, 8, 30)],  # noqa: DTZ001 - a sheet has no zone
)  # fmt: skip
def test_moments_are_understood_in_vietnams_time(value: Any, path: Path) -> None:
    [row] = read(workbook(path, [of(GOOD, 1, occurred_at=value)]))
    assert row.opening, row.flaws
    assert row.opening.occurred_at.astimezone(UTC) == datetime(2026, 9, 7, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1098000001, "number_cell"), (109800000112, "number_cell"), ("1,098E+11", "number_cell"),
        ("1098000001", "zeros_lost"), ("00109800000X", "value_error"), ("=A1", "formula"),
    ],
)  # fmt: skip
def test_identity_number_that_lost_its_zeros_says_so(value: Any, code: str, path: Path) -> None:
    rows = good(1)
    rows[0][NUMBER] = value
    assert flaws(workbook(path, rows)) == [(cell(NUMBER, 2), code)]


def test_formula_is_refused_with_its_cell_and_so_is_an_error(path: Path) -> None:
    rows = good(3)
    rows[0][NAME], rows[2][NAME] = '="Nguyễn Văn "&"A"', "=1/0"
    assert flaws(workbook(path, rows)) == [("A2", "formula"), ("A4", "formula")]


def test_same_identity_number_twice_names_the_first_cell(path: Path) -> None:
    rows = [*good(2), *good(1, name="Nguyễn Văn B")]
    read_rows = read(workbook(path, rows))
    assert [bool(row.opening) for row in read_rows] == [True, True, False]
    [flaw] = read_rows[2].flaws
    assert (flaw.field, flaw.code) == (cell(NUMBER, 4), "doubled")
    assert cell(NUMBER, 2) in flaw.message
    assert cell(NUMBER, 2) in flaw.message_en


def test_merged_cells_spoil_their_rows_alone(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings(GOOD))
        for line, row in enumerate(good(4), start=1):
            sheet.write_row(line, 0, row.values())
        sheet.merge_range("L3:L4", "không")
    assert flaws(path) == [("L3:L4", "merged"), ("L3:L4", "merged")]
    assert [row.line for row in read(path) if row.opening] == [2, 5]


def test_merged_heading_is_refused(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings(GOOD))
        sheet.write_row(1, 0, good(1)[0].values())
        sheet.merge_range("M1:N1", "Ghi chú")
    assert ("M1", "unknown_heading") in refused(path)


def test_wrong_missing_and_doubled_headings_are_all_named(path: Path) -> None:
    heads = headings(GOOD)
    heads[0], heads[2] = "Tên", "Giới tính"
    assert refused(workbook(path, good(1), heads)) == [
        ("A1", "unknown_heading"), ("C1", "doubled_heading"), ("A1", "missing_heading"), ("A1", "missing_heading"),
    ]  # fmt: skip


def test_headings_are_known_in_any_case_and_either_normal_form_in_english_and_by_key(path: Path) -> None:
    heads = headings(GOOD)
    heads[0], heads[1] = unicodedata.normalize("NFD", "HỌ  VÀ TÊN *"), "Sex"
    heads[2] = "person.birth_date"
    assert flaws(workbook(path, good(1), heads)) == []


def test_text_is_kept_in_nfc_and_control_characters_are_refused(path: Path) -> None:
    rows = [*good(1, name=unicodedata.normalize("NFD", "Nguyễn Thị Ấ")), *good(1, 2, name="Nguyễn\x07Văn A")]
    first, second = read(workbook(path, rows))
    assert first.opening
    assert first.opening.person.name == unicodedata.normalize("NFC", "Nguyễn Thị Ấ")
    assert [(flaw.field, flaw.code) for flaw in second.flaws] == [("A3", "value_error")]


def test_empty_rows_and_cells_of_spaces_are_no_rows(path: Path) -> None:
    empty = dict.fromkeys(GOOD, None)
    rows = [*good(1), empty, dict.fromkeys(GOOD, "  "), *good(1, 2)]
    assert [row.line for row in read(workbook(path, rows))] == [2, 5]


def test_value_outside_the_headings_is_named(path: Path) -> None:
    rows = good(1)
    rows[0]["note"] = "ghi chú"
    assert flaws(workbook(path, rows, headings(GOOD))) == [("M2", "no_heading")]


def test_every_flaw_of_a_row_is_told_at_once(path: Path) -> None:
    rows = good(1, name=None, sex="Nữ giới", birth_date="?", remote="có lẽ", entry="khác")
    found = flaws(workbook(path, rows))
    assert sorted(at for at, _code in found) == ["A2", "B2", "C2", "H2", "L2"]


def test_thousand_broken_rows_are_each_named_once(path: Path) -> None:
    rows = [*good(1000, birth_date="32/13/1998"), *good(5, 2000)]
    understood = read(workbook(path, rows))
    assert sum(1 for row in understood if row.opening) == 5
    assert [row.flaws[0].field for row in understood[:1000]] == [cell(BIRTH, line) for line in range(2, 1002)]


def test_person_without_papers_is_the_same_by_description(path: Path) -> None:
    row = good(1)[0] | {
        "person.identity.type": "Không có giấy tờ", NUMBER: None, "person.identity.reason": "chưa được cấp",
    }  # fmt: skip
    first, second, third = read(workbook(path, [row, row | {NAME: "Nguyễn Văn B"}, row]))
    assert first.opening
    assert second.opening
    assert [(flaw.field, flaw.code) for flaw in third.flaws] == [("A4", "doubled")]


def test_more_rows_than_the_limit_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_file, "MOST_ROWS", 3)
    assert refused(workbook(path, good(4))) == [("file", "too_many_rows")]


def test_file_without_rows_is_refused(path: Path) -> None:
    assert refused(workbook(path, [], headings(GOOD))) == [("file", "no_rows")]


def test_protected_broken_and_foreign_files_are_refused(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert refused(path) == [("file", "protected_or_old")]
    whole = workbook(path, good(3)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refused(path) == [("file", "broken_file")]
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("word/document.xml", "<a/>")
    assert refused(path) == [("file", "broken_file")]


def test_file_that_unpacks_beyond_measure_is_refused_unread(path: Path) -> None:
    with zipfile.ZipFile(workbook(path, good(1)), "a", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet9.xml", bytes(50_000_000))
    assert refused(path) == [("file", "too_large")]


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Changes a part of a workbook."""
    with zipfile.ZipFile(path) as whole:
        parts = {one: whole.read(one) for one in whole.namelist()}
    with zipfile.ZipFile(path, "w") as written:
        for name, content in parts.items():
            written.writestr(name, change(content) if name == part else content)
    return path


def test_entities_are_refused(path: Path) -> None:
    declared = b'?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    workbook(path, good(1))
    rewrite(path, "xl/sharedStrings.xml", lambda content: content.replace(b"?>", declared, 1))
    assert refused(path) == [("file", "broken_file")]


def test_workbook_of_another_program_with_prefixed_names_and_no_addresses_reads_the_same(path: Path) -> None:
    workbook(path, good(3))
    rewrite(path, "xl/worksheets/sheet1.xml", lambda content: re.sub(
        rb"<(/?)(row|c|v|f)(?=[ >])", rb"<\1x:\2", re.sub(rb'(<(?:row|c)) r="[A-Z0-9]+"', rb"\1", content)
    ))  # fmt: skip
    assert [(row.line, row.flaws) for row in read(path)] == [(2, []), (3, []), (4, [])]
    assert ImportFile(path).total == 3


def test_cell_at_the_far_end_costs_nothing(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings(GOOD))
        sheet.write_row(1, 0, good(1)[0].values())
        sheet.write(1_048_575, 16_383, "x")
    assert flaws(path) == [("XFD1048576", "no_heading")] + [
        (f"{at}1048576", "missing") for at in ("G", "A", "B", "C", "F", "D")
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_is_understood_with_its_separator_and_with_or_without_its_mark(
    separator: str, encoding: str, tmp_path: Path
) -> None:
    path = separated(tmp_path / "a.csv", good(2, incident="hai\ndòng; và, dấu"), separator, encoding)
    assert [(row.line, bool(row.opening), row.flaws) for row in read(path)] == [(2, True, []), (3, True, [])]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258"])
def test_csv_in_another_encoding_is_refused_with_the_way_out(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Họ và tên,Giới tính\nNguyên Văn A,Nam\n".encode(encoding, "replace"))
    assert refused(path) == [("file", "not_utf8")]


def test_csv_with_an_open_quote_names_the_row(tmp_path: Path) -> None:
    path = separated(tmp_path / "a.csv", good(2))
    path.write_bytes(path.read_bytes() + b'"Nguy')
    with pytest.raises(Invalid, match="từ dòng"):
        ImportFile(path)


def test_formula_in_csv_is_refused_too(tmp_path: Path) -> None:
    path = separated(tmp_path / "a.csv", good(1, name='=HYPERLINK("http://x","y")'))
    assert flaws(path) == [("A2", "formula")]


def test_template_is_a_file_that_can_be_imported(tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    path.write_bytes(to_xlsx())
    [example] = read(path)
    assert example.opening, example.flaws
    path.write_text(to_csv(), encoding="utf-8", newline="")
    [example] = read(path)
    assert example.opening, example.flaws


def test_no_two_columns_have_the_same_heading() -> None:
    titles = [title for column in columns().values() for title in (column.title, column.title_en)]
    assert len(set(titles)) == len(titles)


def test_rows_are_those_of_an_independent_reader(path: Path) -> None:
    workbook(path, [of(TESTED, number) for number in range(1, 30)])
    theirs = [
        {place: value for place, value in enumerate(values) if value is not None}
        for values in load_workbook(path).worksheets[0].iter_rows(values_only=True)
    ]
    assert [dict(row.cells) for row in Workbook(path).rows()] == theirs


def test_letters_of_columns() -> None:
    assert [spreadsheet.letters(place) for place in (0, 25, 26, 701, 702, 16_383)] == [
        "A", "Z", "AA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
    assert all(spreadsheet.column_of(spreadsheet.letters(place)) == place for place in range(0, 20_000, 7))
