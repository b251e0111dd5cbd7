"""The catalogue: every message has its English, none stands that nobody says, and both take the same values."""

import re
from typing import Any

from api.board.language import CATALOGUE, LANGUAGES
from api.board.rendering import environment
from tests.browser import messages


def test_every_message_is_said_in_english_and_no_stale_one_stands() -> None:
    updated = messages.updated()
    assert messages.without_english(updated) == [], "say it in api/board/locale, after `make messages`"
    assert messages.written(updated) == CATALOGUE.read_bytes(), "run `make messages`"
    assert len(updated) > 100


def test_english_takes_the_values_that_vietnamese_takes() -> None:
    for message in messages.known():
        wanted = set[str]().union(*map(_values, _texts(message.id)))
        assert all(_values(one) == wanted for one in _texts(message.string)), message.id


def test_every_template_compiles() -> None:
    for templates in map(environment, LANGUAGES):
        for name in templates.list_templates():
            templates.get_template(name)


def _texts(said: Any) -> list[str]:
    return list(said) if isinstance(said, tuple | list) else [said]


def _values(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))
