"""The fields of a form as a JSON Schema asks for them, and what was typed into them as the schema wants it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from api.board.language import N_
from api.errors import Language
from api.glossary import FIELDS
from models.law.limits import TIMEZONE
from models.law.loader import catalogue

Schema = Mapping[str, Any]
Kind = Literal["text", "long", "number", "day", "instant", "flag", "choice", "many", "group", "list"]
_LONG = 1000
"""Texts that may be longer than this are typed into a box of several lines."""
YES_NO = {"true": N_("Có"), "false": N_("Không")}
_ZONE = "+07:00"
_ROWS = 100
"""The most rows of a list that are read."""


@dataclass(frozen=True)
class Field:
    """One field of a form; its name is the path of what it fills, such as `tester.name` or `witnesses.0.name`."""

    name: str
    kind: Kind
    title: str
    title_en: str
    help: str = ""
    citation: str = ""
    required: bool = False
    choices: Mapping[str, str] | None = None
    parts: tuple["Field", ...] = ()
    least: int = 0
    longest: int | None = None
    insists: bool = True
    """Whether a browser sends nothing while it is empty, if it is required; not in what may be left out as a whole."""

    @property
    def error(self) -> str:
        """What a problem calls this field."""
        return self.name

    def label(self, language: Language) -> str:
        """What the field is called."""
        return self.title_en if language == "en" else self.title

    def options(self, say: Callable[[str], str]) -> list[tuple[str, str]]:
        """What can be chosen, and what it is called.

        Args:
            say: says a message in the reader's language.
        """
        if self.kind == "flag":
            return [(code, say(name)) for code, name in YES_NO.items()]
        return [(code, say(name)) for code, name in (self.choices or {}).items()]

    def told(self, values: Mapping[str, str], say: Callable[[str], str]) -> str:
        """What stands in the field, in words and on one line."""
        text = values.get(self.name, "")
        match self.kind:
            case "group":
                return "; ".join(filter(None, (part.told(values, say) for part in self.parts)))
            case "list":
                rows = [[one.told(values, say) for one in row] for row in self.rows(values)]
                return "; ".join(", ".join(filter(None, row)) for row in rows)
            case "many":
                return ", ".join(
                    name for code, name in self.options(say) if values.get(f"{self.name}.{code}")
                )
            case "day" | "instant":
                day, _, time = text.partition("T")
                return " ".join(filter(None, ("/".join(reversed(day.split("-"))), time)))
        return dict(self.options(say)).get(text, text)

    def row(self, number: int | str) -> list["Field"]:
        """The fields of one row of a list."""
        return [_below(part, self.name, f"{self.name}.{number}") for part in self.parts]

    def rows(self, values: Mapping[str, str]) -> list[list["Field"]]:
        """The rows of a list: as many as are filled, and one at least."""
        return [self.row(number) for number in range(max(_filled(self.name, values), self.least, 1))]


def eased(field: Field) -> Field:
    """The field without a browser's insisting on what stands in parts that may be left out as a whole."""
    parts = tuple(eased(part) for part in field.parts)
    if field.kind in {"group", "list"} and not field.required:
        parts = tuple(unforced(part) for part in parts)
    return replace(field, parts=parts)


def unforced(field: Field) -> Field:
    """The field with all below it, on none of which a browser insists."""
    return replace(field, insists=False, parts=tuple(unforced(part) for part in field.parts))


def fields_of(schema: Schema, *, at: str = "", defs: Schema | None = None) -> list[Field]:
    """The fields of an object, in its schema's order.

    Args:
        schema: of the object, as pydantic writes it.
        at: the path at which the object stands.
        defs: what the schema refers to, where it has no `$defs` of its own.
    """
    named = schema.get("$defs", defs or {})
    required = set(schema.get("required", ()))
    owner = str(schema.get("title", ""))
    return [
        _field(f"{at}.{name}" if at else name, name, owner, one, named, name in required)
        for name, one in schema.get("properties", {}).items()
    ]


def _field(path: str, name: str, owner: str, schema: Schema, defs: Schema, required: bool) -> Field:
    plain = _plain(schema, defs)
    made = Field(
        path, "text", *_titles(name, owner, schema), required=required, choices=_choices(schema, plain)
    )
    kind = plain.get("type")
    match kind, plain.get("format"):
        case "object", _:
            return replace(made, kind="group", parts=tuple(fields_of(plain, at=path, defs=defs)))
        case "array", _:
            return _many(made, plain, defs)
        case "boolean", _:
            return replace(made, kind="flag")
        case "integer", _:
            return replace(made, kind="number")
        case "string", "date":
            return replace(made, kind="day")
        case "string", "date-time":
            return replace(made, kind="instant")
    if made.choices:
        return replace(made, kind="choice")
    longest = plain.get("maxLength")
    return replace(
        made, kind="long" if longest and longest > _LONG and "." not in path else "text", longest=longest
    )


def _many(made: Field, plain: Schema, defs: Schema) -> Field:
    items = _plain(plain.get("items", {}), defs)
    if items.get("enum"):
        return replace(made, kind="many", choices=made.choices or {one: one for one in items["enum"]})
    parts = tuple(fields_of(items, at=made.name, defs=defs)) if items.get("type") == "object" else ()
    single = Field(
        f"{made.name}.", "text", made.title, made.title_en, required=True, longest=items.get("maxLength")
    )
    return replace(made, kind="list", parts=parts or (single,), least=int(plain.get("minItems", 0)))


def _plain(schema: Schema, defs: Schema) -> Schema:
    """The schema without references, and without the null that only says that it may be left out."""
    while True:
        if "$ref" in schema:
            schema = defs[schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        else:
            return schema


def _choices(schema: Schema, plain: Schema) -> Mapping[str, str] | None:
    named = schema.get("x-choices") or plain.get("x-choices") or {}
    order = (
        plain.get("enum") or (plain.get("items") or {}).get("enum") or named
    )  # the law's order, not that of their codes
    return {str(one): named.get(str(one), str(one)) for one in order} or None


def _titles(name: str, owner: str, schema: Schema) -> tuple[str, str, str, str]:
    """What a field is called in both languages, its help, and its article."""
    fact = catalogue().get(name)
    if fact is not None and schema.get("title") == fact.title:
        return fact.title, fact.title_en, fact.help or "", fact.citation or ""
    meaning = FIELDS.get(f"Fact{owner}.{name}") or FIELDS.get(f"{owner}.{name}") or FIELDS.get(name)
    vi, bar, en = (meaning or "").partition(" · ")
    title = str(schema.get("title", name))
    return vi or title, en[:1].upper() + en[1:] if bar else title, "", ""


def _below(field: Field, old: str, new: str) -> Field:
    """The field at another path."""
    name = (new + field.name.removeprefix(old)).removesuffix(".")
    return replace(field, name=name, parts=tuple(_below(part, old, new) for part in field.parts))


def _filled(name: str, values: Mapping[str, str]) -> int:
    """How many rows of a list have something in them, gaps included."""
    found = (
        re.match(rf"{re.escape(name)}\.(\d{{1,3}})(\.|$)", key) for key, value in values.items() if value
    )
    return min(max((int(one[1]) + 1 for one in found if one), default=0), _ROWS)


def values_of(fields: Iterable[Field], sent: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the schema wants it; what was left empty is left out, and what makes no sense stays as typed.

    The model behind the schema judges it, and names what is wrong by the same paths.
    """
    found = dict[str, Any]()
    for field in fields:
        value = _value(field, sent)
        if value not in (None, "", [], {}):
            found[field.name.rpartition(".")[2]] = value
    return found


def _value(field: Field, sent: Mapping[str, str]) -> Any:  # noqa: ANN401 - as the schema has it
    text = sent.get(field.name, "").strip()
    match field.kind:
        case "group":
            return values_of(field.parts, sent)
        case "list":
            return _rows(field, sent)
        case "many":
            return [code for code in field.choices or () if sent.get(f"{field.name}.{code}")]
        case "flag":
            return {"true": True, "false": False}.get(text)
        case "number":
            return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else text
        case "day":
            return _iso(text)
        case "instant":
            return _instant(text)
    return text


def _rows(field: Field, sent: Mapping[str, str]) -> list[Any]:
    rows: Sequence[Any] = field.rows(sent)
    if field.parts[0].name.endswith("."):
        return [value for [one] in rows if (value := _value(one, sent))]
    return [row for parts in rows if (row := values_of(parts, sent))]


def _iso(text: str) -> str:
    """A day as people in Vietnam type it, as ISO has it."""
    typed = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text, re.ASCII)
    return f"{typed[3]}-{int(typed[2]):02}-{int(typed[1]):02}" if typed else text


def _instant(text: str) -> str:
    """An instant as it is typed, by Vietnam's clocks."""
    day, _, time = text.replace(" ", "T", 1).partition("T")
    return f"{_iso(day)}T{time}{_ZONE}" if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", time, re.ASCII) else text


def texts_of(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the fields when they are filled with these values: `values_of` read backwards."""
    found = dict[str, str]()
    for field in fields:
        _write(field, values.get(field.name.rpartition(".")[2]), found)
    return found


def _write(field: Field, value: Any, found: dict[str, str]) -> None:  # noqa: ANN401 - as the schema has it
    match field.kind, value:
        case _, None:
            return
        case "group", dict():
            found |= texts_of(field.parts, value)
        case "list", list() | tuple():
            for number, one in enumerate(value):
                row = field.row(number)
                _write(row[0], one, found) if field.parts[0].name.endswith(".") else found.update(
                    texts_of(row, one)
                )
        case "many", list() | tuple():
            found |= {f"{field.name}.{code}": "on" for code in value}
        case "flag", bool():
            found[field.name] = str(value).lower()
        case "instant", str():
            found[field.name] = (
                f"{datetime.fromisoformat(value).astimezone(TIMEZONE):%Y-%m-%dT%H:%M:%S}".removesuffix(":00")
            )
        case _:
            found[field.name] = str(value)
