"""What a rulebook's file says together with the older books it extends."""

import re
import tomllib
from collections.abc import Mapping
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

Row = dict[str, Any]

KEYS = {"rules": "id", "actions": "code", "provisions": "id", "papers": "kind"}
"""What a row of each table is known by."""
ROWS = ("rules", "actions", "provisions")
"""Tables whose rows are merged key by key."""
SPOKEN = ("title", "who", "note")
"""Keys of a row in which the words of the older book are replaced; citations stay as they are."""


class LoadError(ValueError):
    """A rulebook that cannot be trusted; the message names file and key."""


REASONS = {
    "missing": "thiếu",
    "extra_forbidden": "không có khóa này",
    "enum": "không có giá trị này",
    "literal_error": "không có giá trị này",
    "string_pattern_mismatch": "viết sai dạng",
    "string_too_short": "không được để trống",
    "too_short": "không được để trống",
    "greater_than": "quá nhỏ",
}
"""What is wrong with a value, by pydantic's name for it."""


def told(flaw: Mapping[str, Any], data: object = None) -> str:
    """A flaw that pydantic found in these data, with its key, in Vietnamese and English."""
    return f"{_where(data, flaw['loc'])}: {REASONS.get(flaw['type'], 'không hợp lệ')} / {flaw['msg']}"


def _where(data: object, location: tuple[int | str, ...]) -> str:
    """A key path in which list positions are replaced by the row's own id."""
    parts: list[str] = []
    for step in location:
        data = data[step] if isinstance(data, list | dict) and _has(data, step) else None  # type: ignore[index]
        row = data if isinstance(step, int) and isinstance(data, dict) else {}
        parts.append(str(row.get(KEYS.get(parts[-1], "")) or step) if parts else str(step))
    return ".".join(parts)


def _has(data: list[Any] | dict[Any, Any], step: int | str) -> bool:
    return (isinstance(step, int) and step < len(data)) if isinstance(data, list) else step in data


class Spoken(BaseModel):
    """An anchor, as far as merging reads it."""

    text: str


class Line(BaseModel):
    """A row, as far as merging reads it."""

    id: str = ""
    code: str = ""
    kind: str = ""
    without: list[str] = []
    anchor: Spoken | None = None


class Mergeable(BaseModel):
    """What a file must be so that it can be merged; all else is for the validation of the whole book to judge."""

    words: dict[str, str] = {}
    doubts: list[str] = []
    drops: list[str] = []
    wording: dict[str, Any] = {}
    wording_minor: dict[str, Any] = {}
    exclusions: dict[str, Any] = {}
    drawn: dict[str, Any] = {}
    rules: list[Line] = []
    actions: list[Line] = []
    provisions: list[Line] = []
    papers: list[Line] = []


def read_toml(path: Path) -> Row:
    """A TOML file; LoadError with its name and line when it is not one."""
    try:
        return dict(_parsed(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise LoadError(f"{path.name}: không đúng dạng TOML / not TOML: {error}") from error


@lru_cache(maxsize=16)
def _parsed(text: str) -> Row:
    """What a text says; kept, for an older book is read again with each that extends it. Its rows are never changed."""
    return tomllib.loads(text)


def merged(folder: Path, code: str, seen: tuple[str, ...] = ()) -> Row:
    """The file of a book with what it inherits, oldest book first.

    Tables are merged by key. A row of rules, actions or provisions is merged over the inherited row of its key:
    `without` names keys dropped first, `removed` drops the row, and so does a pattern of `drops`. Papers are replaced as
    a whole, by kind. `words` are replaced in what is inherited. What `doubts` matches is no longer confirmed in this
    book; a book that extends it starts without these doubts and states its own.

    Raises:
        LoadError: no such older book, a circle of them, a table of the wrong shape, or a change to what is not inherited.
    """
    path = folder / f"{code}.toml"
    own = read_toml(path)
    try:
        Mergeable.model_validate(own, strict=True)
    except ValidationError as error:
        raise LoadError("\n".join(f"{path.name}: {told(flaw, own)}" for flaw in error.errors())) from error
    parent = own.get("extends")
    words, doubts, drops = own.pop("words", {}), own.pop("doubts", []), own.pop("drops", [])
    if parent is None:
        return own
    if parent in seen or parent == code or not (folder / f"{parent}.toml").is_file():
        raise LoadError(f"{path.name}: extends: không có hoặc lặp vòng / missing or circular: {parent}")
    base = _reworded(merged(folder, parent, (*seen, code)), words)
    base.pop("transition", None)
    unknown = {
        "drops": _drop(base, drops),
        "doubts": [] if seen else _doubt(base, doubts),
        **{
            table: _not_inherited(base.get(table, []), own.get(table, []), key) for table, key in KEYS.items()
        },
    }
    for name, missing in unknown.items():
        if missing:
            raise LoadError(
                f"{path.name}: {name}: không có dòng nào / nothing inherited fits: {', '.join(missing)}"
            )
    book = base | own
    for table in ("wording", "wording_minor", "exclusions", "drawn"):
        entries = base.get(table, {}) | own.get(table, {})
        book[table] = {key: value for key, value in entries.items() if value != ""}
    for table, key in KEYS.items():
        overlay = _replaced if table == "papers" else _overlaid
        book[table] = overlay(base.get(table, []), own.get(table, []), key)
    book["valid_to"] = own.get("valid_to")  # a book's last day is its own
    return book


def _not_inherited(base: list[Row], own: list[Row], key: str) -> list[str]:
    """Rows that would be removed, and keys that would be left out, although the older book has no such thing."""
    older: dict[Any, Row] = {row.get(key): row for row in base}
    return [
        ".".join((str(row.get(key)), *left_out))
        for row in own
        for left_out in [*([()] if row.get("removed") else []), *((name,) for name in row.get("without", []))]
        if row.get(key) not in older or any(name not in older[row.get(key)] for name in left_out)
    ]


def _overlaid(base: list[Row], own: list[Row], key: str) -> list[Row]:
    """The older rows, each with the newer row of its key merged over it; new rows come last."""
    newer: dict[Any, list[Row]] = {}
    for row in own:
        newer.setdefault(row.get(key), []).append(row)
    known = {row.get(key) for row in base}
    rows = [_over(row, newer.get(row.get(key), [])) for row in base]
    # A key stated twice stays twice, so that the check of the whole book names it.
    rows += [[row for row in own if row.get(key) == name][1:] for name in newer if name in known]
    rows += [stated for name, stated in newer.items() if name not in known]
    return [row for some in rows for row in some if not row.get("removed")]


def _over(old: Row, newer: list[Row]) -> list[Row]:
    if not newer:
        return [old]
    own = dict(newer[0])
    without = own.pop("without", [])
    return [{name: value for name, value in old.items() if name not in without} | own]


def _replaced(base: list[Row], own: list[Row], key: str) -> list[Row]:
    """The older rows; those of a key stated anew are replaced where the first of them stood."""
    newer: dict[Any, list[Row]] = {}
    for row in own:
        newer.setdefault(row.get(key), []).append(row)
    replaced, rows = set(newer), []
    for row in base:
        rows += newer.pop(row.get(key), []) if row.get(key) in replaced else [row]
    rows += [row for added in newer.values() for row in added]
    return [row for row in rows if not row.get("removed")]


def _reworded(book: Row, words: Mapping[str, str]) -> Row:
    if not words:
        return book
    ordered = sorted(words.items(), key=lambda pair: -len(pair[0]))

    def said(text: Any) -> Any:  # noqa: ANN401 - whatever a TOML file holds
        if isinstance(text, list):
            return [said(one) for one in text]
        if not isinstance(text, str):
            return text
        for marker, (old, _new) in enumerate(ordered):  # marked first, so that no new word is replaced again
            text = text.replace(old, f"\0{marker}\0")
        if "\0" in text:
            for marker, (_old, new) in enumerate(ordered):
                text = text.replace(f"\0{marker}\0", new)
        return text

    for table in ("wording", "wording_minor"):
        book[table] = {key: said(value) for key, value in book.get(table, {}).items()}
    for table in KEYS:
        book[table] = [
            row
            | {key: said(row[key]) for key in SPOKEN if key in row}
            | ({"anchor": row["anchor"] | {"text": said(row["anchor"]["text"])}} if "anchor" in row else {})
            for row in book.get(table, [])
        ]
    return book


def _drop(book: Row, patterns: list[str]) -> list[str]:
    """Drops the rows that a pattern fits; the patterns that fit none."""
    fitting, unfit = _fitting(book, patterns)
    for table in ROWS:
        book[table] = [row for row in book.get(table, []) if row.get(KEYS[table]) not in fitting]
    return unfit


def _doubt(book: Row, patterns: list[str]) -> list[str]:
    """Marks the rows that a pattern fits as unconfirmed; the patterns that fit none."""
    fitting, unfit = _fitting(book, patterns)
    for table in ROWS:
        book[table] = [
            row | {"confirmed": False} if row.get(KEYS[table]) in fitting else row
            for row in book.get(table, [])
        ]
    return unfit


def _fitting(book: Row, patterns: list[str]) -> tuple[set[str], list[str]]:
    """Ids of the rows that some pattern fits, and the patterns that fit no row."""
    ids = {row.get(KEYS[table], "") for table in ROWS for row in book.get(table, [])}
    fitted = {one: set(filter(re.compile(translate(one)).match, ids)) for one in patterns}
    return set().union(*fitted.values()), [one for one, found in fitted.items() if not found]
