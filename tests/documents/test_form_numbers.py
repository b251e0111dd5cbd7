"""Official forms carry the number the gazette gives them; papers without an official form carry none."""

import io

import docx
import pytest
from docx.oxml.ns import qn

from documents.forms import all_forms
from documents.specimens import specimen

PAPERS = {"P", "B14", "TA", "HS"}
"""First letters of codes invented here, for papers without an official form."""


@pytest.mark.parametrize("code", list(all_forms()))
def test_only_official_forms_print_a_form_number_above_their_head(code: str) -> None:
    form = all_forms()[code]
    family, _, number = code.partition("-")
    body = docx.Document(io.BytesIO(form.render(specimen(form, "full")))).element.body
    first = "".join(piece.text for piece in body[0].iter(qn("w:t")))
    if family in PAPERS:
        assert form.official_number is None
        assert "Mẫu số" not in first
    else:
        assert first == form.official_number
        assert number.rstrip("ab") in str(form.official_number)
