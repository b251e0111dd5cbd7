"""A newer rulebook states only what differs from an older one."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.law.loader import LoadError, load_book
from tests.law.made_book import BAR, BOOK, COMPILE, PAPER, write

CHILD: dict[str, Any] = {
    "code": "child", "extends": "test", "title": "Bộ quy tắc mới", "title_en": "A newer rulebook",
    "valid_from": date(2031, 1, 1), "wording": {"measure": "biện pháp mới"},
    "rules": [{**COMPILE, "amounts": [{"value": 5, "unit": "day"}]}, {"id": "r-bar", "removed": True}],
}  # fmt: skip


def test_newer_book_states_only_what_differs(books: Path) -> None:
    write(books, BOOK)
    write(books, CHILD, "child")
    old, new = load_book("test"), load_book("child")
    assert new.actions == old.actions
    assert new.papers == old.papers
    assert new.exclusions == old.exclusions
    assert new.valid_from == date(2031, 1, 1)
    assert new.wording.measure == "biện pháp mới"
    assert new.wording.court == old.wording.court
    assert [one.id for one in new.rules] == ["r-compile"]
    assert (new.rule("r-compile").amounts[0].value, old.rule("r-compile").amounts[0].value) == (5, 1)


def test_replaced_line_stays_where_it_stood_and_new_ones_come_last(books: Path) -> None:
    write(books, BOOK)
    newer = [{**BAR, "id": "r-new"}, {**COMPILE, "title": "Lập hồ sơ mới"}]
    write(books, {**CHILD, "rules": newer}, "child")
    assert [(one.id, one.title) for one in load_book("child").rules] == [
        ("r-compile", "Lập hồ sơ mới"),
        ("r-bar", "Thời hiệu"),
        ("r-new", "Thời hiệu"),
    ]


def test_papers_that_share_a_kind_are_inherited_and_replaced_together(books: Path) -> None:
    two = [
        {**PAPER, "title": "Có nơi cư trú", "when": {"residence": "stable"}},
        {**PAPER, "title": "Không có nơi cư trú", "when": {"residence": "none"}},
    ]
    write(books, {**BOOK, "papers": two})
    write(books, CHILD, "child")
    write(books, {"code": "grandchild", "extends": "child", "papers": [PAPER]}, "grandchild")
    assert [one.title for one in load_book("child").papers] == ["Có nơi cư trú", "Không có nơi cư trú"]
    assert [one.title for one in load_book("grandchild").papers] == ["Tóm tắt"]


def test_newer_book_cannot_state_a_line_twice_or_without_its_id(books: Path) -> None:
    write(books, BOOK)
    write(books, {**CHILD, "rules": [COMPILE, COMPILE]}, "child")
    with pytest.raises(LoadError, match=r"^child\.toml: rules\.r-compile: .*twice$"):
        load_book("child")
    nameless = {name: value for name, value in COMPILE.items() if name != "id"}
    write(books, {**CHILD, "rules": [nameless]}, "child")
    with pytest.raises(LoadError, match=r"^child\.toml: rules\.2\.id: "):
        load_book("child")


def test_older_book_is_not_changed_by_a_newer_one(books: Path) -> None:
    write(books, BOOK)
    write(books, CHILD, "child")
    load_book("child")
    assert [one.id for one in load_book("test").rules] == ["r-compile", "r-bar"]


def test_inheritance_runs_over_several_books(books: Path) -> None:
    write(books, BOOK)
    write(books, CHILD, "child")
    write(books, {"code": "grandchild", "extends": "child", "title": "Bộ quy tắc mới nhất"}, "grandchild")
    book = load_book("grandchild")
    assert book.title == "Bộ quy tắc mới nhất"
    assert book.rules == load_book("child").rules


def test_inherited_lines_are_checked_too(books: Path) -> None:
    write(books, BOOK)
    write(books, {**CHILD, "rules": [{"id": "r-compile", "removed": True}]}, "child")
    with pytest.raises(LoadError, match=r"child\.toml: actions\.send_to_court: .*unknown rule r-compile"):
        load_book("child")


def test_missing_parent_is_an_error_that_names_file_and_key(books: Path) -> None:
    write(books, CHILD, "child")
    with pytest.raises(LoadError, match=r"^child\.toml: extends: .*missing or circular: test$"):
        load_book("child")


def test_circle_of_parents_is_an_error_that_names_file_and_key(books: Path) -> None:
    write(books, {**BOOK, "extends": "child"})
    write(books, CHILD, "child")
    with pytest.raises(LoadError, match=r"^test\.toml: extends: .*missing or circular: child$"):
        load_book("child")


def test_book_that_extends_itself_is_a_circle(books: Path) -> None:
    write(books, {**BOOK, "extends": "test"})
    with pytest.raises(LoadError, match=r"^test\.toml: extends: .*missing or circular: test$"):
        load_book("test")


def test_newer_line_states_only_the_keys_that_differ(books: Path) -> None:
    write(books, BOOK)
    newer = {"id": "r-compile", "who": "Trưởng Công an cấp xã", "confirmed": False}
    write(books, {**CHILD, "rules": [newer]}, "child")
    old, new = load_book("test").rule("r-compile"), load_book("child").rule("r-compile")
    assert (new.who, new.confirmed) == ("Trưởng Công an cấp xã", False)
    assert new.model_copy(update={"who": old.who, "confirmed": True}) == old


def test_newer_line_may_drop_a_key_of_the_older_one(books: Path) -> None:
    write(books, BOOK)
    newer = {"id": "r-compile", "without": ["amounts"], "clock": "unread", "confirmed": False}
    write(books, {**CHILD, "rules": [newer]}, "child")
    assert load_book("child").rule("r-compile").amounts == ()


def test_words_of_the_older_book_are_replaced_in_what_is_inherited_but_not_in_citations(books: Path) -> None:
    write(books, {**BOOK, "rules": [{**COMPILE, "citation": "Luật Công an cấp xã Đ.3"}, BAR]})
    words = {"Công an cấp xã": "Công an phường", "Tòa án": "Tòa án nhân dân khu vực"}
    write(books, {**CHILD, "rules": [], "words": words}, "child")
    book = load_book("child")
    assert book.rule("r-compile").who == "Công an phường"
    assert book.rule("r-compile").citation == "Luật Công an cấp xã Đ.3"
    assert book.rule("r-bar").who == "Tòa án nhân dân khu vực"
    assert book.wording.compiler == "Trưởng Công an phường"
    assert load_book("test").rule("r-bar").who == "Tòa án"


def test_a_new_word_is_not_replaced_again(books: Path) -> None:
    write(books, BOOK)
    words = {"Công an cấp xã": "Tòa án", "Tòa án": "Công an cấp xã"}
    write(books, {**CHILD, "rules": [], "words": words}, "child")
    book = load_book("child")
    assert (book.rule("r-compile").who, book.rule("r-bar").who) == ("Tòa án", "Công an cấp xã")


def test_what_a_newer_book_doubts_is_no_longer_confirmed_unless_it_says_so_itself(books: Path) -> None:
    write(books, BOOK)
    own = {"id": "r-bar", "confirmed": True}
    write(books, {**CHILD, "rules": [own], "doubts": ["r-*", "open"]}, "child")
    book = load_book("child")
    assert [(one.id, one.confirmed) for one in book.rules] == [("r-compile", False), ("r-bar", True)]
    assert [(one.code, one.confirmed) for one in book.actions] == [("open", False), ("send_to_court", True)]


def test_a_doubt_is_the_books_own_and_not_that_of_a_still_newer_one(books: Path) -> None:
    write(books, BOOK)
    write(books, {**CHILD, "rules": [], "doubts": ["r-*"]}, "child")
    write(books, {"code": "grandchild", "extends": "child", "doubts": ["r-bar"]}, "grandchild")
    assert [one.confirmed for one in load_book("child").rules] == [False, False]
    assert [one.confirmed for one in load_book("grandchild").rules] == [True, False]


def test_rows_of_the_older_book_are_dropped_by_pattern(books: Path) -> None:
    write(books, BOOK)
    write(books, {**CHILD, "rules": [], "drops": ["r-b*"]}, "child")
    assert [one.id for one in load_book("child").rules] == ["r-compile"]


def test_a_pattern_that_drops_nothing_is_an_error(books: Path) -> None:
    write(books, BOOK)
    write(books, {**CHILD, "rules": [], "drops": ["r-bar", "r-gone-*"]}, "child")
    with pytest.raises(LoadError, match=r"^child\.toml: drops: .*: r-gone-\*$"):
        load_book("child")


def test_exclusion_of_the_older_book_can_be_dropped(books: Path) -> None:
    write(books, BOOK)
    write(books, {**CHILD, "rules": [], "exclusions": {"sick": "", "old": "Quá già"}}, "child")
    assert load_book("child").exclusions == {"old": "Quá già"}


def test_transition_is_not_inherited(books: Path) -> None:
    write(books, {**BOOK, "code": "aged"}, "aged")
    moved = {"from": "aged", "citation": "Luật thử Đ.9", "confirmed": True}
    write(books, {**BOOK, "transition": moved})
    write(books, {**BOOK, "code": "tests", "extends": "test"}, "tests")
    assert load_book("test").transition is not None
    assert load_book("tests").transition is None


def test_last_day_is_not_inherited(books: Path) -> None:
    write(books, {**BOOK, "valid_to": date(2030, 12, 31)})
    write(books, CHILD | {"rules": []}, "child")
    assert load_book("test").valid_to == date(2030, 12, 31)
    assert load_book("child").valid_to is None


def test_a_changed_file_is_read_anew(books: Path) -> None:
    write(books, BOOK)
    write(books, CHILD, "child")
    assert load_book("child").title == "Bộ quy tắc mới"
    write(books, CHILD | {"title": "Bộ quy tắc sửa"}, "child")
    load_book.cache_clear()
    assert load_book("child").title == "Bộ quy tắc sửa"
    assert load_book("test").title == BOOK["title"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"doubts": ["r-none"]}, "doubts: .*nothing inherited fits: r-none"),
        ({"drops": ["r-none"]}, "drops: .*nothing inherited fits: r-none"),
        ({"rules": [{"id": "r-none", "removed": True}]}, "rules: .*nothing inherited fits: r-none"),
        ({"papers": [{"kind": "oath", "removed": True}]}, "papers: .*nothing inherited fits: oath"),
        ({"rules": [{"id": "r-bar", "without": ["note"]}]}, "rules: .*nothing inherited fits: r-bar.note"),
        (
            {"rules": [{**BAR, "id": "r-new", "without": ["note"]}]},
            "rules: .*nothing inherited fits: r-new.note",
        ),
        ({"rules": "r-bar"}, "rules: không hợp lệ / Input should be a valid list"),
        ({"rules": ["r-bar"]}, "rules.0: không hợp lệ / Input should be a valid dict"),
        ({"rules": [{**BAR, "id": 3}]}, "rules.3.id: không hợp lệ / Input should be a valid string"),
        ({"rules": [{**BAR, "anchor": {}}]}, "rules.r-bar.anchor.text: thiếu / Field required"),
        ({"words": {"Tòa án": 3}}, "words.Tòa án: không hợp lệ / Input should be a valid string"),
        ({"doubts": "r-bar"}, "doubts: không hợp lệ / Input should be a valid list"),
        ({"wording": "Tòa án"}, "wording: không hợp lệ / Input should be a valid dict"),
        ({"extends": ["test"]}, "extends: .*missing or circular"),
    ],
)
def test_change_to_what_is_not_there_or_cannot_be_merged_names_file_and_key(
    books: Path, changed: dict[str, Any], said: str
) -> None:
    write(books, BOOK)
    write(books, {**CHILD, "rules": [], **changed}, "child")
    with pytest.raises(LoadError, match=rf"^child\.toml: {said}"):
        load_book("child")


def test_older_book_that_cannot_be_merged_is_the_one_that_is_named(books: Path) -> None:
    write(books, {**BOOK, "rules": [{**COMPILE, "anchor": {"acts": ["open"]}}, BAR]})
    write(books, {**CHILD, "words": {"Tòa án": "Tòa án nhân dân khu vực"}}, "child")
    with pytest.raises(
        LoadError, match=r"^test\.toml: rules\.r-compile\.anchor\.text: thiếu / Field required"
    ):
        load_book("child")
