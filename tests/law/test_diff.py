"""What changed between two rulebooks is told row by row, and a row that only got another id is one row."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.law.book import Book
from models.law.diff import Difference, Row, difference
from models.law.loader import codes, load_book
from tests.law.made_book import BAR, BOOK, COMPILE, OPEN, PAPER, PROVISION, SEND, write

MOVED = {"from": "aged", "citation": "Luật thử Đ.9", "confirmed": True}


def compared(folder: Path, transition: dict[str, Any] | None = None, **changed: object) -> Difference:
    """The made book against itself with these changes, three years later."""
    write(folder, {**BOOK, "code": "aged", "provisions": [PROVISION]}, "aged")
    newer = deepcopy({**BOOK, "provisions": [PROVISION]}) | {"valid_from": date(2033, 1, 1)} | changed
    write(folder, newer | ({"transition": {**MOVED, **transition}} if transition else {}))
    return difference(load_book("aged"), load_book("test"))


def told(rows: Sequence[Row]) -> list[tuple[str, str | None, str | None]]:
    return [(row.state, row.old, row.new) for row in rows]


def changes(row: Row) -> dict[str, tuple[object, object]]:
    return {change.field: (change.old, change.new) for change in row.changes}


def test_books_that_say_the_same_differ_only_in_their_first_day(books: Path) -> None:
    found = compared(books)
    assert told(found.period) == [("changed", "valid_from", "valid_from")]
    assert (found.period[0].was, found.period[0].now) == ("2030-01-01", "2033-01-01")
    assert (found.rules, found.actions, found.papers, found.provisions) == ((), (), (), ())
    assert found.same["rules"] == 2
    assert found.same["actions"] == 2
    assert found.same["period"] == len(BOOK["stages"]) + 4


def test_rules_are_new_gone_or_changed(books: Path) -> None:
    hours = {
        **COMPILE,
        "amounts": [{"value": 24, "unit": "hour"}],
        "who": "Trưởng Công an",
        "confirmed": False,
    }
    acts = [{**OPEN, "starts": ["r-compile"]}, SEND]
    found = compared(books, rules=[hours, {**BAR, "id": "r-new", "title": "Thời hiệu mới"}], actions=acts)
    assert told(found.rules) == [
        ("changed", "r-compile", "r-compile"),
        ("new", None, "r-new"),
        ("gone", "r-bar", None),
    ]
    changed, new, gone = found.rules
    assert (changed.was, changed.now) == ("1 ngày làm việc / 1 working_day", "24 giờ / 24 hour")
    assert changes(changed) == {
        "amount": ("1 working_day", "24 hour"),
        "who": ("Công an cấp xã", "Trưởng Công an"),
        "confirmed": (True, False),
    }
    assert (new.was, new.now, gone.was, gone.now) == (None, "3 tháng / 3 month", "3 tháng / 3 month", None)
    assert found.same["rules"] == 0


@pytest.mark.parametrize(
    ("change", "field", "old", "new"),
    [
        ({"citation": "Luật mới Đ.3"}, "citation", "Luật thử Đ.3", "Luật mới Đ.3"),
        ({"kind": "window"}, "kind", "duty", "window"),
        ({"roll": "none"}, "roll", "forward", "none"),
        ({"first_day": "doubtful"}, "first_day", "excluded", "doubtful"),
        ({"inside": "r-bar"}, "inside", None, "r-bar"),
        (
            {"anchor": {"text": "từ khi mở hồ sơ", "acts": ["open"]}},
            "from",
            ["từ khi phát hiện"],
            ["từ khi mở hồ sơ"],
        ),
        (
            {"anchor": {"text": "từ khi phát hiện", "acts": ["open"]}},
            "counted_from",
            ["acts: open, fact: found_at"],
            ["acts: open"],
        ),
        ({"amounts": [], "clock": "none"}, "amount", "1 working_day", "no limit"),
        ({"amounts": [], "clock": "unread", "confirmed": False}, "amount", "1 working_day", "unread"),
    ],
)
def test_every_field_of_a_rule_is_compared(
    books: Path, change: dict[str, Any], field: str, old: object, new: object
) -> None:
    [row] = compared(books, rules=[{**COMPILE, **change}, BAR]).rules
    assert changes(row)[field] == (old, new)


def test_a_rule_under_another_id_is_one_row(books: Path) -> None:
    rules = [{**COMPILE, "id": "n-compile", "citation": "Luật mới Đ.3"}, BAR]
    acts = [{**OPEN, "starts": ["n-compile"]}, {**SEND, "ends": ["n-compile"]}]
    found = compared(books, {"rules": {"r-compile": "n-compile"}}, rules=rules, actions=acts)
    [row] = found.rules
    assert (row.state, row.old, row.new) == ("changed", "r-compile", "n-compile")
    assert row.was == row.now == "1 ngày làm việc / 1 working_day"
    assert changes(row) == {"citation": ("Luật thử Đ.3", "Luật mới Đ.3")}
    assert found.actions == (), "a limit under its new id is no change of the acts that start and end it"


def test_a_rule_that_only_got_another_id_is_told_too(books: Path) -> None:
    acts = [{**OPEN, "starts": ["n-compile"]}, {**SEND, "ends": ["n-compile"]}]
    rules = [{**COMPILE, "id": "n-compile"}, BAR]
    [row] = compared(books, {"rules": {"r-compile": "n-compile"}}, rules=rules, actions=acts).rules
    assert (row.old, row.new, row.changes) == ("r-compile", "n-compile", ())


def test_without_a_transition_the_title_tells_which_rule_stands_in_the_place_of_another(books: Path) -> None:
    acts = [{**OPEN, "starts": ["n-compile"]}, {**SEND, "ends": ["n-compile"]}]
    newer = {**COMPILE, "id": "n-compile"}
    assert told(compared(books, rules=[newer, BAR], actions=acts).rules) == [
        ("changed", "r-compile", "n-compile")
    ]
    load_book.cache_clear()
    other = [("new", None, "n-compile"), ("gone", "r-compile", None)]
    assert told(compared(books, rules=[{**newer, "title": "Lập"}, BAR], actions=acts).rules) == other


def test_a_title_that_two_rules_bear_tells_nothing(books: Path) -> None:
    acts = [{**OPEN, "starts": ["n-compile"]}, {**SEND, "ends": ["n-compile"]}]
    twice = [{**COMPILE, "id": "n-compile"}, {**COMPILE, "id": "n-again"}, BAR]
    assert [row.state for row in compared(books, rules=twice, actions=acts).rules] == ["new", "new", "gone"]


def test_ids_are_followed_through_the_books_between_and_back(books: Path) -> None:
    acts = [{**OPEN, "starts": ["n-compile"]}, {**SEND, "ends": ["n-compile"]}]
    compared(
        books,
        {"rules": {"r-compile": "n-compile"}},
        rules=[{**COMPILE, "id": "n-compile", "title": "Lập hồ sơ đề nghị"}, BAR],
        actions=acts,
    )
    newest = {"code": "zz", "extends": "test", "valid_from": date(2036, 1, 1), "title": "Mới nhất"}
    write(books, newest, "zz")
    oldest, between, last = (load_book(code) for code in ("aged", "test", "zz"))
    assert told(difference(oldest, last).rules)[0][0] == "new"
    forward = difference(oldest, last, [last, between, oldest])
    assert told(forward.rules) == [("changed", "r-compile", "n-compile")]
    backward = difference(last, oldest, [oldest, between])
    assert told(backward.rules) == [("changed", "n-compile", "r-compile")]


def test_actions_are_compared_in_everything_they_say(books: Path) -> None:
    newer = {
        **SEND, "by": ["commune_police", "provincial_police"], "role": "head", "forms": ["V-36", "V-37"],
        "facts": ["court", "residence?"], "citation": "Luật mới Đ.2", "title": "Gửi hồ sơ",
        "guards": [{"id": "window_is_over:r-compile", "when": {"residence": "none"}}], "when": {"track": "adult"},
    }  # fmt: skip
    [row] = compared(books, actions=[OPEN, newer]).actions
    assert changes(row) == {
        "title": ("Chuyển hồ sơ", "Gửi hồ sơ"),
        "by": (["commune_police"], ["commune_police", "provincial_police"]),
        "role": ("officer", "head"),
        "forms": (["V-36"], ["V-36", "V-37"]),
        "facts": (["court", "residence"], ["court", "residence?"]),
        "guards": ([], ["window_is_over:r-compile if residence = none"]),
        "when": (None, "track = adult"),
        "citation": ("Luật thử Đ.2", "Luật mới Đ.2"),
    }
    assert (row.was, row.now) == ("Công an cấp xã", "Công an cấp xã, Công an cấp tỉnh")


def test_an_act_that_counts_as_another_is_one_row(books: Path) -> None:
    found = compared(
        books, {"acts": {"send_to_court": "hand_in"}}, actions=[OPEN, {**SEND, "code": "hand_in"}]
    )
    assert told(found.actions) == [("changed", "send_to_court", "hand_in")]


def test_papers_exclusions_wording_and_provisions_are_compared(books: Path) -> None:
    found = compared(
        books,
        papers=[{**PAPER, "form": "V-36", "when": {"residence": "none"}}, {**PAPER, "kind": "oath"}],
        exclusions={"sick": "Đang ốm nặng", "old": "Quá già"},
        wording={**BOOK["wording"], "court": "Tòa án nhân dân khu vực"},
        wording_minor={"measure": "biện pháp khác"},
        provisions=[{**PROVISION, "confirmed": False}, {**PROVISION, "id": "r-count"}],
    )
    assert told(found.papers) == [("changed", "summary", "summary"), ("new", None, "oath")]
    assert changes(found.papers[0]) == {"form": ("V-33", "V-36"), "when": (None, "residence = none")}
    assert told(found.exclusions) == [("changed", "sick", "sick"), ("new", None, "old")]
    assert (found.exclusions[0].was, found.exclusions[0].now) == ("Đang ốm", "Đang ốm nặng")
    assert [(row.new, row.was, row.now) for row in found.wording] == [
        ("court", "Tòa án", "Tòa án nhân dân khu vực"),
        ("measure (minor)", None, "biện pháp khác"),
    ]
    assert told(found.provisions) == [("changed", "r-subject", "r-subject"), ("new", None, "r-count")]
    assert changes(found.provisions[0]) == {"confirmed": (True, False)}


def keys(book: Book, table: str) -> set[str]:
    name = {"rules": "id", "actions": "code", "papers": "kind", "provisions": "id"}[table]
    return {getattr(row, name) for row in getattr(book, table)}


@pytest.mark.parametrize("old", codes())
@pytest.mark.parametrize("new", codes())
def test_every_row_of_two_shipped_books_is_told_or_counted(old: str, new: str) -> None:
    before, after = load_book(old), load_book(new)
    found = difference(before, after, [load_book(code) for code in codes()])
    for table in ("rules", "actions", "papers", "provisions"):
        rows: tuple[Row, ...] = getattr(found, table)
        paired = found.same[table] + sum(row.state == "changed" for row in rows)
        gone = sum(row.state == "gone" for row in rows)
        assert paired + gone == len(getattr(before, table))
        untold = keys(after, table) - {row.new for row in rows}
        assert untold <= keys(before, table)
    told_rows = (*found.period, *found.wording, *found.rules, *found.actions, *found.papers)
    assert (old == new) == (told_rows == ())
