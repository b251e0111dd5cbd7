"""The calculator: when a limit ends and, day by day, why; nothing is kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Response

from api.board.fields import Field, values_of
from api.board.forms import checked
from api.board.language import N_
from api.board.months import Cell, months_of
from api.board.navigation import LAW
from api.board.visits import ActorDep, FieldsDep, Visit, VisitDep, pages
from api.board.words import UNITS
from api.errors import Fault, Problem, Said
from api.limits import Question, compute
from api.rulebooks import book_named, rule_named
from flows.books import book_of_day, books
from flows.engine import Actor
from models.clock import now
from models.law.book import Book
from models.law.limits import TIMEZONE, Reckoning
from models.law.loader import catalogue
from models.law.schema import Clock, Rule
from models.law.words import fact_words

router = pages("/law/calculator")
_FACT = "facts."
_ASKED = frozenset({"rulebook", "rule", "amount", "unit", "from"})
_Text = Annotated[str | None, Query(max_length=1000)]


@router.get("")
def show(
    visit: VisitDep, actor: ActorDep, rulebook: _Text = None, rule: _Text = None, amount: _Text = None,
    unit: _Text = None, start: Annotated[str | None, Query(alias="from", max_length=40)] = None, facts: _Text = None,
) -> Response:  # fmt: skip
    """The form, and the answer where enough was said; the address says all of it, so that it can be passed on."""
    bare = amount is not None or unit is not None
    book = book_named(rulebook) if rulebook else _current()
    chosen = None if bare or not rule else rule_named(book, rule)
    fields = _bare(visit) if bare else _of_rule(visit, book, chosen)
    typed = {
        "rule": rule or "",
        "amount": amount or "",
        "unit": unit or "",
        "from": start or "",
        **_facts(facts),
    }
    problem, found = None, None
    if start:
        try:
            found = _answer(visit, actor, fields, typed, None if bare else book)
        except Problem as refused:
            problem = replace(refused, faults=[_spoken(fault) for fault in refused.faults])
    return visit.page(
        "calculator.html", status=problem.status if problem else 200, tabs=LAW, books=list(reversed(books())), book=book,
        bare=bare, fields=fields, values=typed, problem=problem, found=found, rule=chosen,
        months=months_of(step.date for step in found.steps) if found else [], cells=_cells(visit, found) if found else {},
    )  # fmt: skip


@router.post("")
def ask(visit: VisitDep, _actor: ActorDep, sent: FieldsDep) -> Response:
    """Leads to the answer, whose address holds what was asked."""
    texts = {name: str(value).strip() for name, value in sent.items() if not name.startswith("_")}
    facts = {
        name.removeprefix(_FACT): value for name, value in texts.items() if name.startswith(_FACT) and value
    }
    asked = {name: value for name, value in texts.items() if name in _ASKED}
    if facts:
        asked["facts"] = ";".join(f"{name}={value}" for name, value in facts.items())
    return visit.go(f"/board/law/calculator?{urlencode(asked)}")


def _spoken(fault: Fault) -> Fault:
    """A fact that decides is asked for by what it is called."""
    if fault.code != "fact_needed" or fault.requirement is None:
        return fault
    vi, en = _title(fault.requirement)
    return replace(fault, message=Said(f"Cần cho biết: {vi}", f"It depends on: {en}"))


def _current() -> Book:
    return book_of_day(now().astimezone(TIMEZONE).date()) or books()[-1]


def _start(rule: Rule | None) -> Field:
    if rule and rule.direction == "before":
        return Field("from", "instant", "Đếm ngược từ", "Counted back from", rule.anchor.text, required=True)
    return Field("from", "instant", "Bắt đầu", "Start", rule.anchor.text if rule else "", required=True)


def _bare(visit: Visit) -> list[Field]:
    units = {code: visit.say(name) for code, name in UNITS.items()}
    return [
        Field("amount", "number", "Số lượng", "Amount", required=True),
        Field("unit", "choice", "Đơn vị", "Unit", required=True, choices=units),
        _start(None),
    ]


def _of_rule(visit: Visit, book: Book, chosen: Rule | None) -> list[Field]:
    titles = {
        rule.id: f"{rule.title_en if visit.language == 'en' else rule.title} ({rule.id})"
        for rule in book.rules
        if rule.clock is Clock.counted
    }
    rule = Field("rule", "choice", "Thời hạn theo luật", "Limit of the law", required=True, choices=titles)
    facts = [_fact(visit, name, values) for name, values in _asked(chosen).items()] if chosen else []
    if chosen and chosen.range:
        least, most = chosen.range.least, chosen.range.most
        named = Field(f"{_FACT}{chosen.range.fact}", "number", *_title(chosen.range.fact))
        facts.append(replace(named, help=visit.say(N_("Từ %(least)s đến %(most)s"), least=least, most=most)))
    return [rule, _start(chosen), *facts]


def _asked(rule: Rule) -> dict[str, list[str]]:
    """The facts that choose the rule's amount, each with the values that count."""
    found: dict[str, list[str]] = {}
    for variant in rule.variants:
        for name, wanted in variant.when.items():
            codes = [
                str(one).lower() if isinstance(one, bool) else one
                for one in (wanted if isinstance(wanted, list) else [wanted])
            ]
            found[name] = list(dict.fromkeys([*found.get(name, []), *codes]))
    return found


def _fact(visit: Visit, name: str, codes: list[str]) -> Field:
    spoken = fact_words(name)[1]
    plain = {"true": visit.say(N_("Có")), "false": visit.say(N_("Không"))}
    flag = set(codes) <= plain.keys()
    choices = plain if flag else {code: spoken.get(code, code) for code in codes}
    return Field(f"{_FACT}{name}", "choice", *_title(name), choices=choices)


def _title(name: str) -> tuple[str, str]:
    fact = catalogue().get(name)
    return fact_words(name)[0], fact.title_en if fact else name


def _facts(text: str | None) -> dict[str, str]:
    """The facts as an address holds them, by the names of their fields."""
    pairs = (one.partition("=") for one in (text or "").split(";"))
    return {f"{_FACT}{name}": value for name, equals, value in pairs if equals}


def _answer(
    visit: Visit, actor: Actor, fields: list[Field], typed: Mapping[str, str], book: Book | None
) -> Reckoning:
    values = values_of(fields, typed)
    known = {name.removeprefix(_FACT): _value(text) for name, text in typed.items() if name.startswith(_FACT)}
    facts = {name: value for name, value in values.items() if f"{_FACT}{name}" in typed}
    asked = {name: value for name, value in values.items() if name not in facts}
    question = asked | {"facts": known} | ({"rulebook": book.code} if book else {})
    return compute(checked(Question, question), actor, visit.parts.engine)


def _value(text: str) -> bool | int | str:
    plain: dict[str, bool] = {"true": True, "false": False}
    number = text.isascii() and text.isdigit() and len(text) < 6
    return plain[text] if text in plain else int(text) if number else text


def _cells(visit: Visit, found: Reckoning) -> dict[object, Cell]:
    """Each day of the count: the number it has, or why it does not count."""
    cells: dict[object, Cell] = {
        step.date: Cell("counts" if step.counts else "skipped", str(step.number or ""), step.reason)
        for step in found.steps
    }
    last = cells.get(found.last_day)
    why = f"{last.why}; {visit.say(N_('ngày cuối'))}" if last else visit.say(N_("ngày cuối"))
    cells[found.last_day] = Cell("last", last.mark if last else "", why)
    return cells
