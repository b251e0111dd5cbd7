"""The law as the engine reads it: the books, the road through the stages, rules, papers, forms, and two books compared."""

from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Annotated, NamedTuple

from fastapi import Query, Response

from api.board.comparing import Reader, called, changes, titled
from api.board.navigation import LAW
from api.board.visits import ActorDep, Visit, VisitDep, pages
from api.errors import Language, not_found
from api.rulebook_tables import UNCONFIRMED, Section, period, sections
from api.rulebooks import book_named
from flows.books import book_of_day, books
from models.clock import now
from models.law.book import Book
from models.law.diff import Difference, Row, difference
from models.law.limits import TIMEZONE
from models.law.schema import Clock, Rule, Stage
from models.law.words import both, stated
from models.person import search_key

router = pages("/law")
_ACTIONS = "Actions: "
_MOST = 150
"""Rows that a search shows."""
_TABLES = ("rules", "actions", "papers", "provisions", "exclusions", "wording", "drawn", "period")


class Part(StrEnum):
    """The pages of a book beside its road."""

    rules = "rules"
    papers = "papers"
    forms = "forms"
    provisions = "provisions"
    more = "more"


_OF_PART = {
    Part.papers: ("Papers",),
    Part.forms: ("Forms",),
    Part.provisions: ("Provisions",),
    Part.more: ("Period", "Wording", "Exclusions", "Transition", "In the place of", "Notes"),
}


class Line(NamedTuple):
    """A row of a table of the law: its cells, and whether it was read in an official text."""

    cells: tuple[str, ...]
    confirmed: bool


class Shown(NamedTuple):
    """A table of the law in the reader's language, without the column that only marks."""

    name: str
    title: str
    columns: tuple[str, ...]
    lines: list[Line]


@router.get("")
def show_books(visit: VisitDep, _actor: ActorDep) -> Response:
    """Every legal period, the newest first, and which of them counts today."""
    current = book_of_day(now().astimezone(TIMEZONE).date())
    return visit.page("law.html", tabs=LAW, books=list(reversed(books())), period=period, current=current)


@router.get("/compare")
def compare(
    visit: VisitDep, _actor: ActorDep, old: Annotated[str, Query(max_length=40)],
    new: Annotated[str, Query(max_length=40)], table: Annotated[str, Query(max_length=40)] = "rules",
) -> Response:  # fmt: skip
    """What the second book says that the first does not, and the other way round; one table at a time."""
    before, after = book_named(old), book_named(new)
    found = _difference(old, new)
    rows: dict[str, tuple[Row, ...]] = {name: getattr(found, name) for name in _TABLES}
    if table not in rows:
        raise not_found()
    readers = [Reader(book, visit.language, visit.say) for book in (before, after)]
    return visit.page(
        "law_compare.html", tabs=LAW, books=books(), old=before, new=after, rows=rows, table=table,
        same=found.same, called=lambda field: called(field, visit.say),
        titled=lambda row: titled(row, table, visit.language), changes=lambda row: changes(row, table, *readers),
    )  # fmt: skip


@router.get("/books/{code}")
def show_book(visit: VisitDep, _actor: ActorDep, code: str) -> Response:
    """The road through the stages, with the acts of each."""
    book = book_named(code)
    road = [
        (stage, [_first(action.stages, action.next[:1]) == stage for action in book.actions])
        for stage in book.stages
    ]
    stages = [
        (stage, [one for one, mine in zip(book.actions, where, strict=True) if mine]) for stage, where in road
    ]
    return visit.page(
        "law_book.html", tabs=LAW, book=book, period=period(book), parts=list(Part), stages=stages, part=None
    )


@router.get("/books/{code}/search")
def search(
    visit: VisitDep, _actor: ActorDep, code: str, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The rows of the book that have all these words, diacritics or not; no more than a page can hold."""
    book, wanted, room = book_named(code), search_key(q).split(), _MOST
    found, more = list[Shown](), False
    for section in _sections(code) if wanted else ():
        rows = [row for row in section.rows if _has(row, wanted)]
        if rows[:room]:
            found.append(_shown(replace(section, rows=rows[:room]), book, visit))
        more, room = more or len(rows) > room, max(0, room - len(rows))
    return visit.page(
        "law_part.html", tabs=LAW, book=book, period=period(book), parts=list(Part), part="search", tables=found, q=q,
        stages_of=_stages_of(book), most=_MOST if more else None,
    )  # fmt: skip


@router.get("/books/{code}/stages/{stage}")
def show_stage(visit: VisitDep, _actor: ActorDep, code: str, stage: Stage) -> Response:
    """What is done in a stage, act by act as a road: who, after what, with which limits and forms, and what follows."""
    book = book_named(code)
    if stage not in book.stages:
        raise not_found()
    rows = {
        row[0]: row
        for one in _sections(code)
        if one.heading.endswith(f"{_ACTIONS}{stage}")
        for row in one.rows
    }
    acts = [(action, rows[action.code]) for action in book.actions if action.code in rows]
    return visit.page(
        "law_stage.html",
        tabs=LAW,
        book=book,
        period=period(book),
        parts=list(Part),
        part=None,
        stage=stage,
        acts=acts,
    )


@router.get("/books/{code}/{part}")
def show_part(visit: VisitDep, _actor: ActorDep, code: str, part: Part) -> Response:
    """Rules with their amounts, articles and confidence, or another table of the book."""
    book = book_named(code)
    if part is Part.rules:
        return _rules(visit, book)
    wanted = _OF_PART[part]
    tables = [_shown(one, book, visit) for one in _sections(code) if _name(one).startswith(wanted)]
    return visit.page(
        "law_part.html", tabs=LAW, book=book, period=period(book), parts=list(Part), part=part, tables=tables, q="",
        stages_of={}, most=None,
    )  # fmt: skip


def _rules(visit: Visit, book: Book) -> Response:
    [section] = [one for one in _sections(book.code) if _name(one) == "Rules"]
    rules = [
        (rule, _amount(rule, cells[2], visit.language), cells)
        for rule, cells in zip(book.rules, section.rows, strict=True)
    ]
    doubtful = sum(not rule.confirmed for rule in book.rules)
    return visit.page(
        "law_rules.html", tabs=LAW, book=book, period=period(book), parts=list(Part), part=Part.rules, rules=rules,
        doubtful=doubtful, counted=Clock.counted,
    )  # fmt: skip


def _amount(rule: Rule, cell: str, language: Language) -> str:
    """The cell that says a rule's amount in both languages, in one."""
    return stated(rule, language).replace("; ", ";\n") + cell.removeprefix(both(rule).replace("; ", ";\n"))


@cache
def _difference(old: str, new: str) -> Difference:
    return difference(book_named(old), book_named(new), books())


@cache
def _sections(code: str) -> tuple[Section, ...]:
    return tuple(sections(book_named(code)))


def _name(section: Section) -> str:
    """The English half of a heading, which names the table."""
    return section.heading.rpartition(" · ")[2]


def _first(stages: tuple[Stage, ...], following: tuple[object, ...]) -> str:
    return stages[0] if stages else getattr(following[0], "id", "")


def _stages_of(book: Book) -> dict[str, str]:
    """Under which stage an act stands."""
    return {action.code: _first(action.stages, action.next[:1]) for action in book.actions}


def _shown(section: Section, book: Book, visit: Visit) -> Shown:
    language = visit.language
    vietnamese, _, english = section.heading.rpartition(" · ")
    marks = section.columns[-1] == "" and len(section.columns) > 2
    columns = tuple(visit.say(name.partition(" · ")[0]) if name else "" for name in section.columns)
    rows = section.rows
    if _name(section) == "Rules":
        rows = [(*row[:2], _amount(book.rule(row[0]), row[2], language), *row[3:]) for row in rows]
    return Shown(
        _name(section), english if language == "en" else vietnamese, columns[:-1] if marks else columns,
        [
            Line(tuple(_said(cell, book, language) for cell in (row[:-1] if marks else row)), UNCONFIRMED not in row)
            for row in rows
        ],
    )  # fmt: skip


def _said(cell: str, book: Book, language: Language) -> str:
    """What a cell says, without the line that repeats a title in the other language."""
    lines = cell.split("\n")
    return (
        "\n".join([line for line in lines if line not in _titles(book.code, language)])
        if len(lines) > 1
        else cell
    )


@cache
def _titles(code: str, but: Language) -> frozenset[str]:
    """Titles of rules, acts and provisions in the other language, where both say it differently."""
    book = book_named(code)
    pairs = {
        *((one.title, one.title_en) for one in book.rules),
        *((one.title, one.title_en) for one in book.actions),
        *((one.title, one.title_en) for one in book.provisions),
    }
    return frozenset(pair[but == "vi"] for pair in pairs if pair[0] != pair[1])


def _has(cells: tuple[str, ...], wanted: list[str]) -> bool:
    text = search_key(" ".join(cells))
    return all(word in text for word in wanted)
