"""What an act asks for, as fields of its form: facts with their choices in words, and what its papers state beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select

from api.board import words
from api.board.fields import Field, Schema, eased, fields_of, unforced, values_of
from api.board.language import N_
from api.errors import ErrorOut, Fault, Problem, Said
from documents.case import Signing
from documents.forms import all_forms
from flows.eligibility import PARTY_KINDS
from flows.state import State
from models.law.book import Book
from models.law.loader import catalogue
from models.law.schema import Action
from models.tables import table

_agency = table("agency")
_MOST = 400
"""Agencies that one can choose from, the nearest first."""
_LINE = 1000
"""Characters of a text that is one line at most."""
NONE = "none"
_NOT_EXCLUDED = N_("Không thuộc trường hợp nào ở trên")
_SIGNING = {
    "KT.": "KT. (ký thay)",
    "TL.": "TL. (thừa lệnh)",
    "TUQ.": "TUQ. (thừa ủy quyền)",
    "Q.": "Q. (quyền)",
}
_NAMED: Mapping[frozenset[str], Mapping[str, str]] = {
    frozenset(words.SEXES): words.SEXES, frozenset(_SIGNING): _SIGNING,
}  # fmt: skip
"""What codes are called that a schema lists without words."""


@dataclass(frozen=True)
class PaperAsked:
    """A paper that is issued only when it is asked for, with what it states."""

    form: str
    title: str
    fields: tuple[Field, ...]

    @property
    def wanted(self) -> str:
        """The name of the box by which it is asked for."""
        return f"issue.{self.form}"

    def touched(self, values: Mapping[str, str], errors: Iterable[ErrorOut]) -> bool:
        """Whether anything is typed into it or wrong with it."""
        inside = f"particulars.{self.form}."
        return bool(
            values.get(self.wanted)
            or any(value and name.startswith(inside) for name, value in values.items())
            or any((error.field or "").startswith(inside) for error in errors)
        )


@dataclass(frozen=True)
class Gap:
    """Something that a file was sent back for, and the field that answers it."""

    said: str
    field: Field


@dataclass(frozen=True)
class Asked:
    """Everything that the form of an act has."""

    when: Field
    facts: tuple[Field, ...]
    gaps: tuple[Gap, ...]
    papers: tuple[PaperAsked, ...]
    signing: Field | None
    late: Field

    def body(self, sent: Mapping[str, str]) -> dict[str, Any]:
        """What was typed, as the API's model of an act takes it.

        Raises:
            Problem: 422 naming each gap that is not answered.
        """
        open_ = [gap.field.name for gap in self.gaps if not sent.get(gap.field.name, "").strip()]
        if open_:
            title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
            raise Problem(422, "invalid", title, [Fault("missing", _UNANSWERED, name) for name in open_])
        facts = values_of(self.facts, sent)
        for name, value in facts.items():
            if value == [NONE]:
                facts[name] = []
        if self.gaps:
            answers = [
                f"{gap.said}: {text}" for gap in self.gaps if (text := sent.get(gap.field.name, "").strip())
            ]
            facts[ADDED] = [*answers, *facts.get(ADDED, ())]
        papers = {one.form: (values_of(one.fields, sent), bool(sent.get(one.wanted))) for one in self.papers}
        more = [self.when, self.late, *([self.signing] if self.signing else [])]
        return {
            "facts": facts,
            "particulars": {form: values for form, (values, wanted) in papers.items() if values or wanted},
            **values_of(more, sent),
        }

    def located(self, errors: Iterable[ErrorOut]) -> list[ErrorOut]:
        """The errors, each at the field that it concerns: one in the midst of a value stands at the field of that value."""
        papers = [part for one in self.papers for part in one.fields]
        gaps = [gap.field for gap in self.gaps]
        signing = [self.signing] if self.signing else []
        return located([self.when, *self.facts, *gaps, self.late, *papers, *signing], errors)


def located(fields: Iterable[Field], errors: Iterable[ErrorOut]) -> list[ErrorOut]:
    """The errors, each at the one of these fields that it concerns."""
    known = set(_names(fields))
    return [one.model_copy(update={"field": _nearest(one.field, known)}) for one in errors]


_UNANSWERED = Said("chưa trả lời nội dung này", "this is not answered")
GAPS, ADDED = "gaps", "papers_added"
"""What a file was sent back for, and what was added to it then."""


WHEN = Field(
    "occurred_at", "instant", "Thời điểm thực hiện", "When it was done", required=True,
    help=N_("Lúc việc xảy ra trên thực tế, không phải lúc nhập."),
)  # fmt: skip


def asked_of(
    connection: Connection,
    state: State | None,
    book: Book,
    action: Action,
    schema: Schema,
    home: str,
    day: date,
) -> Asked:
    """The fields of an act's form.

    Args:
        connection: a unit of work of whoever acts.
        state: the dossier; None for an opening.
        book: its rulebook.
        action: the act.
        schema: of its facts, as the API has it.
        home: the territory of the acting agency: agencies near it come first.
        day: on which agencies must exist.
    """
    facts = chosen(connection, facts_asked(book, schema), home, day)
    gaps = _gaps(state, action) if state else ()
    if gaps:
        facts = [
            unforced(replace(one, required=False)) if one.name == f"facts.{ADDED}" else one for one in facts
        ]
    papers = tuple(
        PaperAsked(ref.id, form.title, tuple(_in_words(unforced(eased(one)), book) for one in _particulars(ref.id)))
        for ref, form in ((ref, all_forms()[ref.id]) for ref in action.forms if ref.given)
    )  # fmt: skip
    return Asked(
        WHEN,
        tuple(facts), gaps, papers, signing_asked() if action.forms and state else None,
        Field("late_reason", "long", "Lý do thực hiện muộn", "Why it is late", longest=4000,
              help=N_("Chỉ cần khi việc đã quá thời hạn.")),
    )  # fmt: skip


def facts_asked(book: Book, schema: Schema) -> list[Field]:
    """The fields of an act's facts by their schema, with what codes are called in its book."""
    return [_in_words(eased(one), book) for one in fields_of(schema, at="facts")]


def chosen(connection: Connection, fields: Iterable[Field], home: str, day: date) -> list[Field]:
    """The fields of facts, those that name an agency with the agencies to choose from, the nearest first."""
    return [roomy(_choosing(connection, one, home, day)) for one in fields]


def roomy(field: Field) -> Field:
    """A text as long as it likes is typed into a box of several lines."""
    free = field.kind == "text" and not field.choices and (field.longest or 0) > _LINE
    return replace(field, kind="long") if free else field


def _particulars(form: str) -> list[Field]:
    return fields_of(all_forms()[form].asks or {}, at=f"particulars.{form}")


def signing_asked() -> Field:
    """Who signs in the head's place."""
    parts = fields_of(Signing.model_json_schema(), at="signing")
    titles = {"by": ("Hình thức ký", "How it is signed"), "name": ("Họ và tên người ký", "Who signs"),
              "position": ("Chức vụ người ký", "Their position")}  # fmt: skip
    named = (replace(one, title=titles[one.name[8:]][0], title_en=titles[one.name[8:]][1]) for one in parts)
    return eased(Field("signing", "group", "Ký thay người đứng đầu", "Signed in the head's place",
                       help=N_("Bỏ trống khi người đứng đầu tự ký."),
                       parts=tuple(_in_words(one, None) for one in named)))  # fmt: skip


def _gaps(state: State, action: Action) -> tuple[Gap, ...]:
    """What the file was sent back for, where this act answers it."""
    wanted = any(fact.name == ADDED for fact in action.facts)
    said = state.facts.get(GAPS) or () if wanted else ()
    return tuple(
        Gap(str(gap), Field(f"answers.{number}", "long", str(gap), str(gap), required=True, longest=1000))
        for number, gap in enumerate(said)
    )


def _in_words(field: Field, book: Book | None) -> Field:
    """The field with what its codes are called; of cases in which the measure does not apply, one must be told that none is."""
    parts = tuple(_in_words(part, book) for part in field.parts)
    choices = field.choices
    if book and field.kind == "many" and choices and set(choices) <= set(book.exclusions):
        choices = {**{code: book.exclusions[code] for code in choices}, NONE: _NOT_EXCLUDED}
    elif choices and (named := _NAMED.get(frozenset(choices))):
        choices = named
    return replace(field, parts=parts, choices=choices)


def _choosing(connection: Connection, field: Field, home: str, day: date) -> Field:
    """A fact that names an agency, with those it can be."""
    name = field.name.removeprefix("facts.")
    fact = catalogue().get(name)
    if fact is None or fact.type != "agency":
        return field
    province = "/".join(home.split("/")[:2])
    asked = (
        select(_agency.c.code, _agency.c.name)
        .where(
            _agency.c.kind.in_(PARTY_KINDS[name]),
            _agency.c.valid_from <= day,
            or_(_agency.c.valid_to.is_(None), _agency.c.valid_to >= day),
        )
        .order_by(
            (_agency.c.territory == home).desc(),
            func.starts_with(_agency.c.territory, province).desc(),
            _agency.c.name,
        )
        .limit(_MOST + 1)
    )
    found = {row.code: row.name for row in connection.execute(asked)}
    if len(found) > _MOST:  # any code may be typed then, and the nearest are suggested
        return replace(
            field, choices=dict(list(found.items())[:_MOST]), help=N_("Mã cơ quan; gõ tên để tìm.")
        )
    return replace(field, kind="choice", choices=found)


def _names(fields: Iterable[Field]) -> Iterable[str]:
    for field in fields:
        yield field.name
        yield from _names(field.parts)


def _nearest(path: str | None, known: set[str]) -> str | None:
    """The field that stands at a path, or that the path leads through; of lists the field in its row."""
    while path and path not in known:
        row = ".".join(part for part in path.split(".") if not part.isdigit())
        if row != path and (f"{row}." if path[-1].isdigit() else row) in known:
            return path
        path = path.rpartition(".")[0]
    return path or None
