"""The rulebooks against the law tables: every id in its book, with the same figures and the same honesty."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
from pydantic import ValidationError

from models.law.book import Book, Provision
from models.law.loader import codes, load_book
from models.law.schema import Rule
from tests.law.tables import FILES, Row, acts, counted, rows, table, unsaid


def differences(book: Book) -> Iterator[str]:
    """Where the book differs from the tables: book, id, what the table says, what the book says."""
    held: dict[str, Rule | Provision] = {rule.id: rule for rule in book.rules}
    held |= {provision.id: provision for provision in book.provisions}
    for row in rows(book.code):
        found = held.get(row.id)
        wrong = ["neither a rule nor a provision"] if found is None else list(_wrong(row, found))
        said = row.model_dump(exclude_defaults=True, exclude={"id", "table"})
        yield from (f"{book.code} {row.id}: {row.table} says {said}; the book: {what}" for what in wrong)


def _wrong(row: Row, found: Rule | Provision) -> Iterator[str]:
    if found.confirmed != row.confirmed:
        yield f"confirmed = {found.confirmed}"
    words = f"{found.title}. {found.note or ''}"
    if isinstance(found, Rule):
        yield from _wrong_clock(row, found)
        words += f" {found.anchor.text}"
        figures = {figure for amounts, _most in counted(found) for figure in amounts}
        yield from (f"does not say {one}" for one in unsaid(row.says, words) if one not in figures)
    else:
        if row.amounts or row.about == "limit":
            yield "a provision, which runs no clock"
        yield from (f"does not say {one}" for one in unsaid(row.says, words))


def _wrong_clock(row: Row, rule: Rule) -> Iterator[str]:
    ways = counted(rule)
    if row.amounts and (frozenset(row.amounts), row.extends_to) not in ways:
        yield f"{sorted(ways[0][0])}, extended to {ways[0][1]}"
    if not row.amounts and not ways[0][0] <= set(row.says):
        yield f"{sorted(ways[0][0])}"
    if rule.clock != (row.clock or ("counted" if row.amounts else rule.clock)):
        yield f"clock = {rule.clock}"
    if row.kind and row.kind != rule.kind:
        yield f"kind = {rule.kind}"
    if row.amounts and row.before != (rule.span if rule.direction == "before" else None):
        yield f"counted {rule.direction}, {rule.span}"


@pytest.mark.parametrize("code", sorted(FILES))
def test_every_period_of_the_tables_has_its_book(code: str) -> None:
    assert code in codes(), f"no book {code}"


@pytest.mark.parametrize("code", codes())
def test_book_says_what_the_tables_say(code: str) -> None:
    found = list(differences(load_book(code)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("code", codes())
def test_book_has_nothing_that_the_tables_replace(code: str) -> None:
    book = load_book(code)
    held = [*(rule.id for rule in book.rules), *(provision.id for provision in book.provisions)]
    gone = [f"{code} {one}" for one in held for pattern in table(code).gone if fnmatchcase(one, pattern)]
    assert gone == []


@pytest.mark.parametrize("code", codes())
def test_book_has_every_act_of_its_road(code: str) -> None:
    known = {action.code for action in load_book(code).actions}
    assert [f"{code}: no act {act}" for act in acts(code)[0] if act not in known] == []


@pytest.mark.parametrize("code", codes())
def test_book_tells_minors_from_adults_where_their_roads_part(code: str) -> None:
    book, minors = load_book(code), acts(code)[1]
    asked = {act: book.action(act).model_dump_json() for act in minors}
    same = [act for act, text in asked.items() if '"track":' not in text and '"minors"' not in text]
    assert [f"{code}: {act} is the same for minors" for act in same] == []
    assert set(book.tracks) == ({"adult", "minor"} if minors else {"adult"})


@pytest.mark.parametrize(
    ("rule", "change", "told"),
    [
        ("p4-read", {"amounts": [{"value": 3, "unit": "day"}]}, "['3 day']"),
        ("p4-read", {"confirmed": False}, "confirmed = False"),
        ("p4-read", {"kind": "duty"}, "kind = duty"),
        ("p4-test-resid", {"variants": [], "amounts": [{"value": 24, "unit": "hour"}]}, "['24 hour']"),
        ("c3-term", {"extension": None}, "['15 day'], extended to None"),
        ("c3-petition", {"clock": "none"}, "clock = none"),
        ("p4-endnotice", {"direction": "after"}, "counted after"),
        ("p4-user-mgmt", {"note": None}, "does not say 1 year"),
    ],
    ids=["unit", "confirmed", "kind", "variant", "extension", "clock", "counted back", "words"],
)
def test_changed_rule_is_told_with_book_and_id(rule: str, change: dict[str, object], told: str) -> None:
    book = load_book("2026")
    changed = Rule.model_validate(book.rule(rule).model_dump() | change)
    rules = tuple(changed if one.id == rule else one for one in book.rules)
    said = [line for line in differences(book.model_copy(update={"rules": rules})) if f" {rule}: " in line]
    assert len(said) == 1
    assert said[0].startswith(f"2026 {rule}: ")
    assert told in said[0].rpartition("the book: ")[2]


@pytest.mark.parametrize("code", sorted(FILES))
def test_table_says_nothing_twice(code: str) -> None:
    ids = [row.id for row in rows(code)]
    assert [one for one in sorted(set(ids)) if ids.count(one) > 1] == []
    on_road = acts(code)[0]
    assert len(on_road) == len(set(on_road))
    assert set(acts(code)[1]) <= set(on_road)


@pytest.mark.parametrize("code", sorted(FILES))
def test_table_carries_only_what_is_there(code: str) -> None:
    for carried in table(code).carried:
        there = [row.id for row in rows(carried.origin)]
        assert all(any(fnmatchcase(one, pattern) for one in there) for pattern in carried.ids)
        assert set(carried.without) <= set(there)


@pytest.mark.parametrize(
    "change",
    [
        {"about": "hearsay"},
        {"amounts": ["3 weeks"]},
        {"amounts": []},
        {"clock": "none"},
        {"clock": "counted"},
        {"amounts": [], "clock": "none", "before": "within"},
        {"amounts": [], "clock": "unread"},
    ],
    ids=["about", "unit", "no amount", "amount and none", "clock", "counted back", "unread"],
)
def test_malformed_row_is_refused(change: dict[str, object]) -> None:
    row = {"id": "r-1", "about": "limit", "amounts": ["3 day"], "confirmed": True}
    assert Row.model_validate(row).amounts == ("3 day",)
    with pytest.raises(ValidationError):
        Row.model_validate(row | change)
