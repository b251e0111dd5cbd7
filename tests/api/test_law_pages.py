"""The pages of the rulebooks: everything a book says, what is unconfirmed marked, and stale pages found."""

from pathlib import Path
from typing import Any, get_args

import pytest

from api.law_pages import pages
from api.rulebook_tables import ABOUT, UNCONFIRMED, sections
from models.law.book import Book, Provision
from models.law.loader import DERIVED, DERIVED_VALUES, PARTIES, codes, load_book
from models.law.schema import AgencyKind, Kind, Stage
from models.law.words import AGENCIES, KINDS, STAGE_NAMES
from models.law.words import DERIVED as DERIVED_WORDS
from models.law.words import PARTIES as PARTY_WORDS
from tests.api.conftest import Command
from tests.law.conftest import books as books
from tests.law.made_book import BAR, BOOK, COMPILE, OPEN, PROVISION, SEND, write

MARK = f"**{UNCONFIRMED}**"


def doubtful(book: Book) -> int:
    """How many rows of the book are unconfirmed."""
    moved = book.transition
    marks = [
        row.confirmed for table in (book.rules, book.actions, book.papers, book.provisions) for row in table
    ]
    if moved:
        marks += [
            moved.confirmed,
            *(row.confirmed for table in (moved.landings, moved.keeps) for row in table),
        ]
    return marks.count(False)


@pytest.mark.parametrize("code", codes())
def test_a_page_says_everything_and_marks_what_is_unconfirmed(code: str) -> None:
    book = load_book(code)
    page = pages([book])[f"{code}.md"]
    lines = page.splitlines()
    assert lines[2] == f"# {book.title}"
    assert page.count(MARK) == doubtful(book)
    for rule in book.rules:
        [line] = [line for line in lines if line.startswith(f"| {rule.id} | {rule.title}<br>")]
        assert rule.citation in line
        assert line.endswith("| **chưa xác nhận** |") == (not rule.confirmed)
    for action in book.actions:
        [line] = [line for line in lines if line.startswith(f"| {action.code} | {action.title}<br>")]
        assert action.citation in line
        assert line.endswith("| **chưa xác nhận** |") == (not action.confirmed)
    for title, citation in [
        *((paper.title, paper.citation) for paper in book.papers),
        *((one.title, one.citation) for one in book.provisions),
    ]:
        assert title in page
        assert citation in page


@pytest.mark.parametrize("code", codes())
def test_every_table_of_a_page_is_whole(code: str) -> None:
    for section in sections(load_book(code)):
        assert {len(row) for row in section.rows} == {len(section.columns)}, section.heading
    page = pages([load_book(code)])[f"{code}.md"]
    tables = [part.splitlines() for part in page.split("\n\n") if part.startswith("| ")]
    assert len(tables) == len(sections(load_book(code)))
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1, table[0]


def test_the_index_tells_periods_and_counts() -> None:
    books = [load_book(code) for code in codes()]
    index = pages(books)["README.md"]
    rows = [line for line in index.splitlines() if line.startswith("| [")]
    assert [row.split("]")[0][3:] for row in rows] == codes()
    unconfirmed = sum(not rule.confirmed for rule in load_book("2022").rules)
    row = rows[codes().index("2022")]
    assert "01/01/2022 – 28/02/2025" in row
    assert f"| {len(load_book('2022').rules)} ({unconfirmed}) |" in row
    assert "từ 01/07/2026" in rows[codes().index("2026")]


def test_a_transition_and_every_kind_of_row_are_told_in_words(books: Path) -> None:
    landing = {
        "id": "t-1", "stage": "police_collection", "when": {"track": "minor"}, "next": "police_collection",
        "hand_to": "court", "as_kind": "commune_police", "undoes": ["open"], "citation": "Luật thử Đ.10", "confirmed": False,
    }  # fmt: skip
    keep = {
        "id": "t-2",
        "stage": "closed",
        "when": {"delivered": True},
        "citation": "Luật thử Đ.11",
        "confirmed": True,
    }
    moved: dict[str, Any] = {
        "from": "aged", "citation": "Luật thử Đ.9", "confirmed": True, "rules": {"r-bar": "r-compile"},
        "acts": {"open": "open"}, "facts": ["residence?"], "landings": [landing], "keeps": [keep],
    }  # fmt: skip
    guards = [{"id": "window_is_over:r-compile", "when": {"residence": ["none", "stable"]}}]
    sending = {
        **SEND,
        "guards": guards,
        "when": {"ordinance": "2022"},
        "not_after": ["open"],
        "undoes": ["open"],
    }
    back = {**COMPILE, "id": "r-back", "direction": "before", "span": "within", "note": "a | b < c"}
    write(books, {**BOOK, "code": "aged"}, "aged")
    write(
        books,
        {
            **BOOK,
            "transition": moved,
            "provisions": [PROVISION],
            "actions": [OPEN, sending],
            "rules": [COMPILE, BAR, back],
        },
    )
    page = pages([load_book("test")])["test.md"]
    landed = "Công an thu thập, lập hồ sơ<br>giao cho Tòa án thụ lý<br>(Công an cấp xã)<br>phải làm lại: open"
    homes = "Không có nơi cư trú ổn định hoặc Có nơi cư trú ổn định"
    for said in (
        f"| t-1 | Công an thu thập, lập hồ sơ | Đối tượng: dưới 18 tuổi | {landed} | Luật thử Đ.10 | {MARK} |",
        "| t-2 | đã kết thúc | Đã đưa vào cơ sở: có | theo bộ quy tắc cũ | Luật thử Đ.11 |  |",
        "| thời hạn | r-bar | r-compile |",
        "| r-subject | đối tượng | Người nghiện từ đủ 18 tuổi<br>Addicts of 18 and older | Luật thử Đ.7 |  |",
        "chỉ khi Pháp lệnh: năm 2022<br>sau: open<br>không sau: open<br>thời hạn thực hiện quyền đã hết hoặc quyền đã được thực hiện: r-compile nếu",
        f"Tình trạng nơi cư trú: {homes}",
        "đếm ngược từ: từ khi phát hiện",
        "a \\| b &lt; c",
    ):
        assert said in page


def test_the_same_books_give_the_same_pages() -> None:
    books = [load_book(code) for code in codes()]
    assert pages(books) == pages(books)


def test_pages_are_written_once_and_stale_ones_are_named(hoso: Command, tmp_path: Path) -> None:
    folder = tmp_path / "law"
    missing = hoso("rulebook", "pages", "--check", "--out", str(folder))
    assert (missing.code, missing.out) == (1, "")
    written = hoso("rulebook", "pages", "--out", str(folder))
    names = sorted(["README.md", *(f"{code}.md" for code in codes())])
    assert written == (0, "".join(f"{folder / name}\n" for name in names), "")
    assert sorted(path.name for path in folder.iterdir()) == names
    assert hoso("rulebook", "pages", "--check", "--out", str(folder)) == (0, "", "")
    assert hoso("rulebook", "pages", "--out", str(folder)).out == ""

    (folder / "2022.md").write_text("# cũ\n", encoding="utf-8")
    (folder / "1999.md").write_text("# không có\n", encoding="utf-8")
    stale = hoso("rulebook", "pages", "--check", "--out", str(folder))
    assert stale.code == 1
    assert stale.err.splitlines() == [
        "trang đã cũ, chạy `make pages` / stale pages, run `make pages`:",
        str(folder / "1999.md"),
        str(folder / "2022.md"),
    ]
    hoso("rulebook", "pages", "--out", str(folder))
    assert sorted(path.name for path in folder.iterdir()) == names


def test_everything_that_has_a_code_has_a_name() -> None:
    assert set(AGENCIES) == set(AgencyKind)
    assert set(STAGE_NAMES) == set(Stage)
    assert set(KINDS) == set(Kind)
    assert set(PARTY_WORDS) >= PARTIES | {"holder", "any"}
    assert set(DERIVED_WORDS) >= DERIVED
    assert set(ABOUT) == set(get_args(Provision.model_fields["about"].annotation))
    for fact, values in DERIVED_VALUES.items():
        assert set(DERIVED_WORDS[fact][1]) == values
