"""Invented content for any form, full, minimal or extreme, and what is wrong with the paper it prints."""

import io
import re
import types
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
import docx
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from documents.case import FormContext
from documents.form import Form
from documents.ooxml import TWIPS_PER_MM, TWIPS_PER_POINT, bold_width, clean
from documents.stationery import TEXT_WIDTH

Fullness = Literal["full", "minimal", "extreme"]
FULLNESSES: tuple[Fullness, ...] = get_args(Fullness)
MANY = 30
"""Entries of every list of an extreme paper, where the form sets no lower bound."""

_VIETNAM = timezone(timedelta(hours=7))
_DAY = date(2026, 9, 7)
_LONG = (
    "Công Tằng Tôn Nữ Nguyễn Thị Huyền Trang Phương Thảo Ngọc Diệp Quỳnh Anh Bảo Châu Khánh Linh Thùy Dương, nghiêng ngả "
    "khuỷu tay, Ủy ban nhân dân xã Nghĩa Thuận; 12/12 & <15>"
)
_NAMED = {
    "number": "05/QĐ-VD",
    "sex": "Nam",
    "place": "Ví Dụ",
    "superior": "Cơ quan cấp trên ví dụ",
    "id_label": "Số CC/CCCD/CMND/HC",
}
"""Fields whose content has a shape of its own."""
_LEFT_OVER = re.compile(r"\.\.\.\.|…|\bNone\b|\bTrue\b|\bFalse\b|[{}]|\.\.|;;|,,|(?<! )  (?! )")
_SHARED = {
    "documents.case", "documents.forms.court_case", "documents.forms.decree_116", "documents.forms.decree_163",
    "models.law.facts",
}  # fmt: skip
"""Modules of the blocks that many forms print a part of."""
_BREAKABLE = re.compile(r"[\s\-/]+")


def specimen(form: Form, fullness: Fullness) -> FormContext:
    """Invented content for a form.

    Args:
        form: the form.
        fullness: `full` has everything, each value another; `minimal` nothing that may be missing; `extreme` long
            names and long lists.

    """
    context = Inventor(fullness).model(form.context)
    assert isinstance(context, FormContext)  # noqa: S101 - a form's context is one
    return context


class Inventor:
    """Makes values by the types of a model's fields, each text another."""

    def __init__(self, fullness: Fullness) -> None:
        self.fullness = fullness
        self.nth = 0

    def model(self, kind: type[BaseModel]) -> BaseModel:
        """An instance of a model."""
        values = {}
        for name, field in kind.model_fields.items():
            if name == "signing" or (self.fullness == "minimal" and not field.is_required()):
                continue
            values[name] = self.value(name, field.annotation, field)
        return kind.model_validate(values)

    def value(self, name: str, kind: Any, field: FieldInfo | None = None) -> Any:  # noqa: ANN401 - any type
        """A value of a type; `field` has its bounds."""
        bounds = list(field.metadata) if field else []
        while get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            bounds += [
                each for one in more for each in (one.metadata if isinstance(one, FieldInfo) else [one])
            ]
        arguments = get_args(kind)
        if get_origin(kind) in {Union, types.UnionType}:
            return (
                None
                if self.fullness == "minimal" and type(None) in arguments
                else self.value(name, arguments[0])
            )
        if get_origin(kind) is Literal:
            return arguments[-1 if self.fullness == "full" else 0]
        if get_origin(kind) is tuple:
            if arguments[-1] is not Ellipsis:
                return tuple(self.value(name, one) for one in arguments)
            return tuple(self.value(name, arguments[0]) for _ in range(self._length(bounds)))
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.model(kind)
        return self._plain(name, kind, bounds)

    def _length(self, bounds: list[Any]) -> int:
        least = next((one.min_length for one in bounds if isinstance(one, annotated_types.MinLen)), 0)
        most = next((one.max_length for one in bounds if isinstance(one, annotated_types.MaxLen)), MANY)
        return min(most, max(least, {"full": 2, "minimal": 0, "extreme": MANY}[self.fullness]))

    def _plain(self, name: str, kind: Any, bounds: list[Any]) -> Any:  # noqa: ANN401 - any type
        self.nth += 1
        if kind is bool:
            return self.fullness == "full"
        if kind is int:
            least = next((one.ge for one in bounds if isinstance(one, annotated_types.Ge)), 1)
            return max(int(str(least)), 40 + self.nth)
        if kind in {datetime, AwareDatetime}:
            return datetime(_DAY.year, _DAY.month, _DAY.day, 8, self.nth % 60, tzinfo=_VIETNAM)
        if kind is date:
            return _DAY + timedelta(days=self.nth)
        if kind is not str:
            raise TypeError(f"no specimen for {kind!r} of {name}")
        if name in _NAMED:
            return _NAMED[name]
        if self.fullness == "extreme":
            return f"{_LONG} {self.nth}"
        return f"ví dụ {self.nth:03}"


def flaws(form: Form, fullness: Fullness) -> Iterator[str]:
    """What is wrong with the paper a form prints for invented content, each in Vietnamese and English."""
    context = specimen(form, fullness)
    try:
        body = docx.Document(io.BytesIO(form.render(context))).element.body
    except Exception as error:  # noqa: BLE001 - content its type allows, which the form cannot print
        yield f"không in được / cannot be printed: {error!r}"
        return
    text = "\n".join(lines_of(body))
    for found in sorted({match[0] for match in _LEFT_OVER.finditer(text)}):
        yield f"còn sót / left over: {found!r}"
    if fullness != "extreme":
        printed = folded(text)
        for where, value in texts_of(context):
            if folded(value) not in printed:
                yield f"không in trường / field not printed: {where}"
    for width, words in _columns(body):
        for word in words:
            if bold_width(word, 14) > width:
                yield f"rộng hơn cột / wider than its column: {word!r}"


def lines_of(body: BaseOxmlElement) -> Iterator[str]:
    """The paper's text, a paragraph each."""
    for each in body.iter(qn("w:p")):
        yield "".join(piece.text or " " for piece in each.iter(qn("w:t"), qn("w:br"), qn("w:tab")))


def folded(text: str) -> str:
    """Text as it is compared: without its line ends and capitals."""
    return " ".join(clean(text).casefold().split())


def texts_of(block: BaseModel, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text that the form must print, by its path; of what forms share each prints what it needs."""
    if type(block).__module__ in _SHARED:
        return
    for name in type(block).model_fields:
        value, path = getattr(block, name), f"{where}{name}"
        for nth, one in enumerate(value if isinstance(value, tuple) else (value,)):
            at = f"{path}.{nth}" if isinstance(value, tuple) else path
            if isinstance(one, BaseModel):
                yield from texts_of(one, f"{at}.")
            elif isinstance(one, str):
                yield at, one


def _columns(body: BaseOxmlElement) -> Iterator[tuple[float, set[str]]]:
    """Widths in points of the text and of every table cell, with the words that stand in it directly."""
    outside = [line for each in body.findall(qn("w:p")) for line in lines_of(each)]
    yield TEXT_WIDTH * TWIPS_PER_MM / TWIPS_PER_POINT, _words(outside)
    for cell in body.iter(qn("w:tc")):
        width = int(cell.find(qn("w:tcPr")).find(qn("w:tcW")).get(qn("w:w"))) / TWIPS_PER_POINT
        yield width, _words(line for each in cell.findall(qn("w:p")) for line in lines_of(each))


def _words(lines: Any) -> set[str]:  # noqa: ANN401 - any lines
    return {word for line in lines for word in _BREAKABLE.split(line)}
