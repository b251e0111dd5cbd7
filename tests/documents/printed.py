"""What a form prints, as text: for tests that read papers without an official template."""

import io
import re

import docx
from docx.oxml.ns import qn

from documents.case import Case, FormContext
from documents.form import Form


def printed(form: Form, case: Case) -> str:
    """The text of the form's paper, one line a paragraph (its line breaks as spaces), in the order of the file."""
    document = docx.Document(io.BytesIO(form.render(form.gather(case))))
    lines = (
        "".join(piece.text or " " for piece in each.iter(qn("w:t"), qn("w:br")))
        for each in document.element.iter(qn("w:p"))
    )
    return "\n".join(line for line in lines if line)


def assert_in_order(text: str, pieces: tuple[str, ...]) -> None:
    """Each piece stands in the text, after the one before it."""
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        assert found >= 0, f"{piece!r} does not stand after {text[max(0, at - 60) : at]!r} in:\n{text}"
        at = found + len(piece)


def assert_nothing_left_over(text: str) -> None:
    """No unfilled blank, placeholder or Python value, no doubled punctuation."""
    assert not re.search(r"\.\.\.\.|…|None|[{}]|\.\.|;;|,,|  ", text), text


def assert_stored_content_prints_the_same_bytes(form: Form, case: Case) -> FormContext:
    """The content survives its JSON, and the same content gives the same file."""
    context = form.gather(case)
    stored = form.context.model_validate(context.model_dump(mode="json"))
    assert stored == context
    assert form.render(stored) == form.render(context)
    return stored
