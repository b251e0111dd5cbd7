"""The lists behind the numbers: open dossiers one watches, and what was counted of past months."""

from typing import Annotated

from fastapi import Query, Response

from api.board import asked
from api.board.asked import ChosenBehind, ChosenTasks, WatcherDep
from api.board.dossier import names_of
from api.board.files import MOST, sheet
from api.board.visits import VisitDep, pages
from api.board.words import COUNTED
from api.figures import counted_of, tasks_of
from api.supervision import months_asked
from flows.books import books
from flows.detectors import DETECTORS
from flows.engine import Actor
from models.law.schema import Stage
from models.law.words import STAGE_NAMES
from models.store import unit_of_work

router = pages("")
TasksDep = Annotated[ChosenTasks, Query()]
BehindDep = Annotated[ChosenBehind, Query()]


@router.get("/watched")
def show(visit: VisitDep, actor: WatcherDep, filters: TasksDep) -> Response:
    """Open dossiers, each once, the most urgent first."""
    items, following = tasks_of(filters, actor, visit.parts.engine)
    names = _names(visit, actor, {one.holder for one in items} | {filters.agency or ""})
    return visit.page(
        "watched.html", items=items, following=following, filters=filters, agencies=names, detectors=DETECTORS, asked=asked,
        file=visit.address(cursor=None, order=None).replace("/board/watched", "/board/watched.xlsx"),
    )  # fmt: skip


@router.get("/watched.xlsx")
def download(visit: VisitDep, actor: WatcherDep, filters: TasksDep) -> Response:
    """The same list as a workbook."""
    every = filters.model_copy(update={"limit": MOST, "cursor": None})
    items, following = tasks_of(every, actor, visit.parts.engine)
    names = _names(visit, actor, {one.holder for one in items})
    rows = [
        (one.number, STAGE_NAMES[Stage(one.stage)], one.holder, names.get(one.holder), one.opened_on, one.last_day, one.next_due,
         one.rule_title and " · ".join(one.rule_title), one.overdue, ", ".join(DETECTORS[cause].title for cause in one.causes))
        for one in items
    ]  # fmt: skip
    heads = [
        ("Số hồ sơ", "Number"), ("Giai đoạn", "Stage"), ("Mã cơ quan", "Agency"), ("Cơ quan", "Name"), ("Mở ngày", "Opened on"),
        ("Ngày cuối", "Last day"), ("Hết hạn lúc", "Ends at"), ("Thời hạn", "Limit"), ("Quá hạn", "Overdue"), ("Vướng", "In its way"),
    ]  # fmt: skip
    return sheet("ho-so", "Hồ sơ · Dossiers", heads, rows, cut=following is not None)


@router.get("/behind")
def show_counted(visit: VisitDep, actor: WatcherDep, filters: BehindDep) -> Response:
    """What was counted of months, a line for each act or duty."""
    items, following = counted_of(filters, actor, visit.parts.engine)
    names = _names(visit, actor, {one.agency for one in items} | {filters.agency or ""})
    return visit.page(
        "behind.html", items=items, following=following, filters=filters, months=months_asked(filters), agencies=names,
        title=COUNTED[filters.what], rules=_rules(), file=visit.address(cursor=None).replace("/board/behind", "/board/behind.xlsx"),
    )  # fmt: skip


@router.get("/behind.xlsx")
def download_counted(visit: VisitDep, actor: WatcherDep, filters: BehindDep) -> Response:
    """The same lines as a workbook."""
    every = filters.model_copy(update={"limit": MOST, "cursor": None})
    items, following = counted_of(every, actor, visit.parts.engine)
    names, rules = _names(visit, actor, {one.agency for one in items}), _rules()
    rows = [
        (one.number, one.agency, names.get(one.agency), STAGE_NAMES[Stage(one.stage)], one.at,
         one.rule and " · ".join(rules.get(one.rule, (one.rule,))))
        for one in items
    ]  # fmt: skip
    heads = [("Số hồ sơ", "Number"), ("Mã cơ quan", "Agency"), ("Cơ quan", "Name"), ("Giai đoạn", "Stage"), ("Lúc", "At"),
             ("Thời hạn", "Limit")]  # fmt: skip
    return sheet("so-lieu", "Số liệu · Figures", heads, rows, cut=following is not None)


def _names(visit: VisitDep, actor: Actor, codes: set[str]) -> dict[str, str]:
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        return names_of(connection, codes)


def _rules() -> dict[str, tuple[str, str]]:
    """What limits are called; one that several books have, as the newest does."""
    return {rule.id: (rule.title, rule.title_en) for book in books() for rule in book.rules}
