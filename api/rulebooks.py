"""Rulebooks: the law as the engine reads it."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import CurrentActor
from api.errors import Fault, Problem, Said
from api.pages import CSV, whole
from api.rulebook_view import show, show_rule
from flows.books import book as book_of
from flows.books import books
from models.law.book import Book
from models.law.diff import Difference, difference
from models.law.loader import codes
from models.law.schema import Rule

router = APIRouter(prefix="/v1", tags=["law"])


class RulebookLine(BaseModel):
    """Bộ quy tắc · a rulebook."""

    code: str
    title: str
    title_en: str
    valid_from: date
    valid_to: date | None
    rules: int
    unconfirmed: int = Field(description="Số quy tắc chưa xác nhận · rules whose text was not confirmed")
    provisions: int
    unconfirmed_provisions: int
    actions: int


class RulebookOut(BaseModel):
    """Toàn bộ một bộ quy tắc · a whole rulebook."""

    model_config = ConfigDict(extra="allow")

    code: str
    title: str
    title_en: str
    valid_from: date
    valid_to: date | None
    stages: list[str]
    actions: list[dict[str, Any]] = Field(
        description="Thao tác: code, title, stage, next, by, citation … · actions"
    )
    rules: list[dict[str, Any]] = Field(
        description="Quy tắc: id, amount, unit, from, who, citation, confirmed … · rules"
    )
    papers: list[dict[str, Any]]
    forms: list[dict[str, Any]]
    wording: dict[str, Any]
    provisions: list[dict[str, Any]] = Field(
        description="Quy định không có thời hạn: id, about, title, citation, confirmed · rows without a clock"
    )
    transition: dict[str, Any] | None = Field(
        description="Hồ sơ của bộ quy tắc trước chuyển sang thế nào · how open dossiers of the book before land here"
    )


@router.get(
    "/rulebooks", response_model=list[RulebookLine], responses=CSV, summary="Các bộ quy tắc · Rulebooks"
)
def list_rulebooks(_actor: CurrentActor, request: Request) -> Response:
    """Từ cũ đến mới · oldest first."""
    found = [
        RulebookLine(
            code=book.code,
            title=book.title,
            title_en=book.title_en,
            valid_from=book.valid_from,
            valid_to=book.valid_to,
            rules=len(book.rules),
            unconfirmed=sum(not rule.confirmed for rule in book.rules),
            provisions=len(book.provisions),
            unconfirmed_provisions=sum(not one.confirmed for one in book.provisions),
            actions=len(book.actions),
        )
        for book in books()
    ]
    return whole(request, RulebookLine, found)


@router.get("/rulebooks/{code}", summary="Một bộ quy tắc · A rulebook")
def read_rulebook(code: str, _actor: CurrentActor) -> RulebookOut:
    """Giai đoạn, thao tác, quy tắc, tài liệu, biểu mẫu … · stages, actions, rules, papers, forms and all else it says."""
    return RulebookOut.model_validate(show(book_named(code)))


@router.get("/rulebooks/{code}/diff/{other}", summary="So sánh hai bộ quy tắc · Two rulebooks compared")
def compare_rulebooks(code: str, other: str, _actor: CurrentActor) -> Difference:
    """Mục mới, bỏ, đổi trong `other` so với `code` · what `other` says that `code` does not, and the other way round."""
    return difference(book_named(code), book_named(other), books())


@router.get("/rulebooks/{code}/rules/{rule_id}", summary="Một quy tắc · A rule")
def read_rule(code: str, rule_id: str, _actor: CurrentActor) -> dict[str, Any]:
    """Thời hạn, mốc tính, người thực hiện, căn cứ · amount, anchor, who, citation."""
    return show_rule(rule_named(book_named(code), rule_id))


def book_named(code: str) -> Book:
    """The book of this code.

    Raises:
        Problem: 404 when there is none.
    """
    if code not in codes():
        said = Said(f"Không có bộ quy tắc {code}", f"There is no rulebook {code}")
        raise Problem(404, "unknown_rulebook", said, [Fault("unknown_rulebook", said, "rulebook")])
    return book_of(code)


def rule_named(book: Book, rule_id: str) -> Rule:
    """The rule of this id.

    Raises:
        Problem: 404 when the book has none.
    """
    try:
        return book.rule(rule_id)
    except KeyError:
        said = Said(
            f"Bộ quy tắc {book.code} không có {rule_id}", f"Rulebook {book.code} has no rule {rule_id}"
        )
        raise Problem(404, "unknown_rule", said, [Fault("unknown_rule", said, "rule")]) from None
