"""What a rulebook's file says together with the older books it extends."""

import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]

KEYS = {"rules": "id", "actions": "code", "provisions": "id", "papers": "kind"}
"""What a row of each table is known by."""
ROWS = ("rules", "actions", "provisions")
"""Tables whose rows are merged key by key."""
SPOKEN = ("title", "who", "note")
"""Keys of a row in which the words of the older book are replaced; citations stay as they are."""


class LoadError(ValueError):
    """A rulebook that cannot be trusted; the message names file and key."""


def read_toml(path: Path) -> Row:
    """A TOML file; LoadError with its name and line when it is not one."""
    try:
        return dict(_parsed(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise LoadError(f"{path.name}: {error}") from error


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
        LoadError: no such older book, a circle of them, or a pattern of `drops` that nothing inherited fits.
    """
    path = folder / f"{code}.toml"
    own = read_toml(path)
    parent = own.get("extends")
    words, doubts, drops = own.pop("words", {}), own.pop("doubts", []), own.pop("drops", [])
    if parent is None:
        return own
    if parent in seen or parent == code or not (folder / f"{parent}.toml").is_file():
        raise LoadError(f"{path.name}: extends: không có hoặc lặp vòng / missing or circular: {parent}")
    base = _reworded(merged(folder, parent, (*seen, code)), words)
    base.pop("transition", None)
    if unknown := _drop(base, drops):
        raise LoadError(
            f"{path.name}: drops: không có dòng nào / nothing inherited fits: {', '.join(unknown)}"
        )
    if not seen:
        _doubt(base, doubts)
    book = base | own
    for table in ("wording", "wording_minor", "exclusions"):
        entries = base.get(table, {}) | own.get(table, {})
        book[table] = {key: value for key, value in entries.items() if value != ""}
    for table, key in KEYS.items():
        overlay = _replaced if table == "papers" else _overlaid
        book[table] = overlay(base.get(table, []), own.get(table, []), key)
    return book


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
    fitted = set()
    for table in ROWS:
        key, rows = KEYS[table], []
        for row in book.get(table, []):
            fitting = [one for one in patterns if fnmatchcase(row.get(key, ""), one)]
            fitted.update(fitting)
            rows += [] if fitting else [row]
        book[table] = rows
    return [one for one in patterns if one not in fitted]


def _doubt(book: Row, patterns: list[str]) -> None:
    for table in ROWS:
        key = KEYS[table]
        book[table] = [
            row | {"confirmed": False} if any(fnmatchcase(row.get(key, ""), one) for one in patterns) else row
            for row in book.get(table, [])
        ]
