"""What holds for every form: any content is printed whole, once, and the same each time; nothing sent can break a paper."""

import io
import json
import re
import subprocess
import sys
import tomllib
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from openxml_audit import OpenXmlValidator
from pydantic import AfterValidator

from documents.forms import all_forms
from documents.ooxml import clean
from documents.seal import Seal
from documents.specimens import FULLNESSES, Fullness, Inventor, flaws, folded, lines_of, specimen, texts_of
from documents.stationery import DRAFT

SEAL = Seal("Zk3-_9bQx7LmA2wE", "https://hoso.example.vn/verify/Zk3-_9bQx7LmA2wE")
CODES = list(all_forms())
PRINTED_AGAIN = tomllib.loads(Path(__file__).with_name("printed_again.toml").read_text(encoding="utf-8"))
"""Texts that a form prints in more places than one, by form and field; every other stands in its paper exactly once."""

HOSTILE = "A&B <w:t> ]]> \"'\\ %s {{x}} 😀 e\u0301 o\u0302\u0301 =1+1"
TURNING, FORBIDDEN = "\u202eđảo\u202c \u200f", "\x00\x07\x1b\ufffe"
LONG = "Nguyễn " * 1430  # 10 010 letters


@pytest.mark.parametrize("fullness", FULLNESSES)
@pytest.mark.parametrize("code", CODES)
def test_form_prints_every_content_without_a_flaw(code: str, fullness: Fullness) -> None:
    assert not list(flaws(all_forms()[code], fullness))


@pytest.mark.parametrize("code", CODES)
def test_every_value_stands_in_the_paper_once_where_the_form_has_it_once(code: str) -> None:
    assert printed_again(code) == PRINTED_AGAIN.get(code, {})


def printed_again(code: str) -> dict[str, int]:
    """Texts of a form's content that its paper has more than once or not at all, with how often."""
    context = specimen(all_forms()[code], "full")
    text = folded("\n".join(_lines(all_forms()[code].render(context))))
    own = {
        where: text.count(folded(value)) for where, value in texts_of(context) if value.startswith("ví dụ")
    }
    return {where: times for where, times in own.items() if times != 1}


@pytest.mark.parametrize("code", CODES)
def test_stored_content_prints_the_same_bytes(code: str) -> None:
    form = all_forms()[code]
    context = specimen(form, "full")
    stored = form.context.model_validate_json(json.dumps(context.model_dump(mode="json")))
    assert stored == context
    assert form.render(stored) == form.render(context)


def test_another_process_on_another_day_prints_the_same_bytes() -> None:
    script = (
        "import hashlib, time; time.time = lambda: 4e9\n"
        "from documents.forms import all_forms\nfrom documents.specimens import specimen\n"
        "print(hashlib.sha256(b''.join(f.render(specimen(f, 'full')) for f in all_forms().values())).hexdigest())"
    )
    hashes = {
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("code", CODES)
def test_an_unknown_field_is_refused_and_a_missing_one_is_named(code: str) -> None:
    form = all_forms()[code]
    stored = specimen(form, "full").model_dump(mode="json")
    with pytest.raises(ValueError, match="mood"):
        form.context.model_validate({**stored, "mood": "vui"})
    for name, field in form.context.model_fields.items():
        if field.is_required():
            with pytest.raises(ValueError, match=name):
                form.context.model_validate({key: value for key, value in stored.items() if key != name})


@pytest.mark.parametrize("code", CODES)
def test_paper_is_valid_by_the_rules_of_the_format(code: str, tmp_path: Path) -> None:
    file = tmp_path / "paper.docx"
    file.write_bytes(all_forms()[code].render(specimen(all_forms()[code], "full"), mark=DRAFT, seal=SEAL))
    found = OpenXmlValidator().validate(file)
    assert [error.description for error in found.errors] == []


class Hostile(Inventor):
    """Fills every text with what breaks papers; where the type refuses control characters, without those."""

    def _plain(self, name: str, kind: Any, bounds: list[Any]) -> Any:
        if kind is not str:
            return super()._plain(name, kind, bounds)
        checked = any(isinstance(one, AfterValidator) for one in bounds)
        return HOSTILE if checked else f"{HOSTILE}{FORBIDDEN}{TURNING} {LONG}"


@pytest.mark.parametrize("code", CODES)
def test_hostile_text_is_printed_as_text(code: str) -> None:
    form = all_forms()[code]
    context = Hostile("full").model(form.context)
    assert isinstance(context, form.context)
    content = form.render(context)
    text = folded("\n".join(_lines(content)))
    assert folded(unicodedata.normalize("NFC", HOSTILE)) in text
    assert not set(TURNING + FORBIDDEN) & set(text) - {" ", "đ", "ả", "o"}
    assert clean(text) == text
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def _lines(content: bytes) -> list[str]:
    return list(lines_of(docx.Document(io.BytesIO(content)).element.body))


@pytest.mark.parametrize("code", [code for code in CODES if all_forms()[code].particulars])
def test_no_form_takes_a_day_out_of_range(code: str) -> None:
    model = all_forms()[code].particulars
    assert model
    stated = Inventor("full").model(model).model_dump(mode="json")
    for name, value in stated.items():
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            with pytest.raises(ValueError, match="day_out_of_range"):
                model.model_validate(stated | {name: "0001-01-01"})
