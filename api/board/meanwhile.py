"""What a form was filled from, field by field: what somebody else changed since is told, and what one typed stays."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from api.board.fields import Field, texts_of, values_of
from api.board.language import translations
from api.errors import Fault, Problem, Said

_LENGTH = 12
"""Hexadecimal digits that tell one value of a field from another."""


@dataclass(frozen=True)
class Filled:
    """A form's fields, and what stands in the database for them now."""

    fields: tuple[Field, ...]
    now: Mapping[str, str]
    """As texts of the fields."""

    @classmethod
    def of(cls, fields: Iterable[Field], values: Mapping[str, Any]) -> "Filled":
        """The form of what is stored."""
        kept = tuple(fields)
        return cls(kept, texts_of(kept, values))

    @property
    def stamp(self) -> str:
        """What a form carries in its field `stamp`, to be held against what is stored when it is sent."""
        return " ".join(f"{field.name}={_digest(field, self.now)}" for field in self.fields)

    def typed(self, sent: Mapping[str, str]) -> list[Field]:
        """The fields in which somebody typed something else than the form was filled with."""
        before = _read(sent)
        return [field for field in self.fields if _digest(field, sent) != before.get(field.name)]

    def moved(self, sent: Mapping[str, str]) -> list[Field]:
        """The fields that are no longer what the form was filled with."""
        before = _read(sent)
        return [field for field in self.fields if _digest(field, self.now) != before.get(field.name)]

    def values(self, sent: Mapping[str, str]) -> dict[str, Any]:
        """What was typed into fields that were changed by it, as the schema has it; None for one that was emptied."""
        changed = self.typed(sent)
        return dict.fromkeys(map(_key, changed), None) | values_of(changed, sent)

    def shown(self, sent: Mapping[str, str]) -> dict[str, str]:
        """What stands in the form when it is shown again: what was typed, and elsewhere what is stored now.

        Args:
            sent: what was sent, or kept as a draft; empty when the form is shown for the first time.
        """
        if not sent:
            return dict(self.now)
        changed = {field.name for field in self.typed(sent)}
        untouched = [field for field in self.fields if field.name not in changed]

        def ours(name: str) -> bool:
            return any(name == field.name or name.startswith(f"{field.name}.") for field in untouched)

        stored = {name: text for name, text in self.now.items() if ours(name)}
        return stored | {name: text for name, text in sent.items() if not ours(name)}

    def overtaken(self, sent: Mapping[str, str]) -> Problem | None:
        """What each field is now that somebody else has changed since the form was filled; of one never filled, nothing."""
        return self._problem(self.moved(sent)) if sent else None

    def unmoved(self, sent: Mapping[str, str]) -> None:
        """Goes on if everything is still what the form was filled with.

        Raises:
            Problem: 409, with what each field is now.
        """
        if problem := self._problem(self.moved(sent)):
            raise problem

    def _problem(self, moved: list[Field]) -> Problem | None:
        faults = [Fault("changed_meanwhile", self._said(field), field.error) for field in moved]
        return Problem(409, "changed_meanwhile", _TITLE, faults) if faults else None

    def _said(self, field: Field) -> Said:
        vi = field.told(self.now, translations("vi").gettext) or "—"
        en = field.told(self.now, translations("en").gettext) or "—"
        return Said(
            f"“{field.title}” đã được người khác sửa trong lúc này, hiện là: {vi}",
            f"“{field.title_en}” was changed by somebody else meanwhile, and is now: {en}",
        )


_TITLE = Said("Nội dung đã thay đổi trong lúc này", "This has changed meanwhile")


def _key(field: Field) -> str:
    return field.name.rpartition(".")[2]


def _digest(field: Field, texts: Mapping[str, str]) -> str:
    """Of the value, without its line breaks: browsers drop them in a field of one line, and write them as they like elsewhere."""
    value = orjson.dumps(values_of([field], texts), option=orjson.OPT_SORT_KEYS)
    return sha256(re.sub(rb"(\\r|\\n)+", b"", value)).hexdigest()[:_LENGTH]


def _read(sent: Mapping[str, str]) -> dict[str, str]:
    """The digests by field of the stamp that a form has sent."""
    return {name: digest for name, _, digest in (one.partition("=") for one in sent.get("stamp", "").split())}
