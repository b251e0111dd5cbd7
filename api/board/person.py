"""A person as typed into a form: the fields with how they are typed here, and what was typed as the model wants it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.board import words
from api.board.fields import Field, eased, fields_of, values_of
from api.board.forms import checked
from api.board.language import N_
from models.person import PersonData

_TITLES = {
    "birth_date": ("Ngày sinh", "Date of birth", True),
    "name": ("Họ và tên", "Full name", True), "identity.number": ("Số giấy tờ", "Number", True),
    "identity.issued_on": ("Ngày cấp", "Issued on", False),
    "identity.reason": ("Lý do không có giấy tờ", "Why there is no paper", False),
}  # fmt: skip
"""What these fields are called here, and whether they are asked for: the number is, unless there is no paper."""


def person_fields() -> list[Field]:
    """The fields of a person, with how they are typed here."""
    helped = {
        "birth_date": N_("Ngày/tháng/năm, như 20/05/1998; chỉ biết tháng hoặc năm thì ghi 05/1998 hoặc 1998."),
        "identity": N_("Số có dấu cách hay dấu chấm vẫn nhận; không có giấy tờ thì phải nêu lý do."),
    }  # fmt: skip
    fields = [eased(one) for one in fields_of(PersonData.model_json_schema())]
    first = ("identity", "name", "sex", "birth_date", "present_residence")
    named = [_named(replace(one, help=helped.get(one.name, one.help))) for one in fields]
    return sorted(named, key=lambda one: first.index(one.name) if one.name in first else len(first))


def _named(field: Field) -> Field:
    vi, en, needed = _TITLES.get(field.name, (field.title, field.title_en, field.required))
    field = replace(
        field, title=vi, title_en=en, insists=field.insists and needed == field.required, required=needed
    )
    choices = (
        words.SEXES
        if field.name == "sex"
        else words.IDENTITIES
        if field.name == "identity.type"
        else field.choices
    )
    return replace(field, choices=choices, parts=tuple(map(_named, field.parts)))


def cleaned(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the number as the paper has it: without the spaces, dots and dashes of whoever copied it."""
    number = re.sub(r"[\s.\u00a0\u2010-\u2015-]+", "", typed.get("identity.number", "")).upper()
    birth = re.sub(r"\s+", "", typed.get("birth_date", ""))
    return {**typed, "identity.number": number, "birth_date": birth}


def person_of(typed: Mapping[str, str]) -> PersonData:
    """The person as typed.

    Raises:
        Problem: 422.
    """
    return checked(PersonData, lines_of(typed))


def lines_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed of a person, as the model wants it."""
    values = values_of(person_fields(), typed)
    if parts := re.fullmatch(
        r"(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])?(\d{4})", str(values.get("birth_date", "")), re.ASCII
    ):
        day, month, year = parts.groups()
        values["birth_date"] = "-".join([year, *(f"{int(one):02}" for one in (month, day) if one)])
    return values
