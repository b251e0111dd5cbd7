"""Official forms carry the number the gazette gives them; papers without an official form carry none."""

import io

import docx
import pytest
from docx.oxml.ns import qn

from documents.forms import all_forms
from tests.documents.cases import sample_case
from tests.documents.cases_2014 import case_2014

OFFICIAL = {
    "III-01": "Mẫu số 01", "III-02": "Mẫu số 02", "III-03": "Mẫu số 03", "109-02": "Mẫu số 02", "109-03": "Mẫu số 03",
    "109-05": "Mẫu số 05", "V-23": "Mẫu số 23", "V-31": "Mẫu số 31", "V-32": "Mẫu số 32", "V-33": "Mẫu số 33",
    "V-34": "Mẫu số 34", "V-36": "Mẫu số 36", "V-37": "Mẫu số 37", "V-42": "Mẫu số 42",
}  # fmt: skip


@pytest.mark.parametrize("code", list(all_forms()))
def test_only_official_forms_print_a_form_number_above_their_head(code: str) -> None:
    form = all_forms()[code]
    case = case_2014(code) if code.startswith("B14") else sample_case(code)
    body = docx.Document(io.BytesIO(form.render(form.gather(case)))).element.body
    first = "".join(piece.text for piece in body[0].iter(qn("w:t")))
    assert form.official_number == OFFICIAL.get(code)
    assert (first == OFFICIAL[code]) if code in OFFICIAL else ("Mẫu số" not in first)
