"""What holds for every form: it prints full, minimal and extreme content without a flaw."""

import pytest

from documents.forms import all_forms
from documents.specimens import FULLNESSES, Fullness, flaws


@pytest.mark.parametrize("fullness", FULLNESSES)
@pytest.mark.parametrize("code", list(all_forms()))
def test_form_prints_every_content_without_a_flaw(code: str, fullness: Fullness) -> None:
    assert not list(flaws(all_forms()[code], fullness))
