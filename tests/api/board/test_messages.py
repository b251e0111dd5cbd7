"""The catalogue: every message has its English, none stands that nobody says, and both take the same values."""

import re

from api.board.language import CATALOGUE
from tests.browser import messages


def test_every_message_is_said_in_english_and_no_stale_one_stands() -> None:
    updated = messages.updated()
    assert messages.without_english(updated) == [], "say it in api/board/locale, after `make messages`"
    assert messages.written(updated) == CATALOGUE.read_bytes(), "run `make messages`"
    assert len(updated) > 100


def test_english_takes_the_values_that_vietnamese_takes() -> None:
    for message in messages.known():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {name for one in ids for name in re.findall(r"%\((\w+)\)", one)}
        assert all(set(re.findall(r"%\((\w+)\)", one)) == wanted for one in said), ids
