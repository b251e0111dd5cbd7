"""What acts record: the types behind a rulebook's facts, and the payload model of each action."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
)
from pydantic_core import PydanticCustomError

from models.law.counting import MOST, YEARS
from models.law.schema import ActionFacts, Fact

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
    # invisible marks that turn the direction of writing or part lines: what is read would not be what is stored
    "|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]"
)


LIFETIMES = range(1900, YEARS.stop)
"""Years of days that papers state: births, identity papers, decisions of long ago."""


def printable(text: str) -> str:
    """Text in NFC, trimmed; what no paper prints and no database keeps (control characters) is a ValueError."""
    lines = text.replace("\r\n", "\n")
    if _UNPRINTABLE.search(lines):
        raise ValueError("có ký tự không in được / holds characters that cannot be printed")
    return unicodedata.normalize("NFC", lines.strip())


Line = Annotated[str, AfterValidator(printable), Field(min_length=1, max_length=4000)]


def in_bounds(instant: datetime) -> datetime:
    """The instant, if it lies in years that any dossier can be about; beyond them time zones cannot be reckoned."""
    if instant.year not in YEARS:
        raise PydanticCustomError(
            "instant_out_of_range",
            "must lie in the years {first} to {last}",
            {"first": YEARS.start, "last": YEARS.stop - 1},
        )
    return instant


def written_out(value: object) -> object:
    """A day or an instant as people write it; a number is none, although pydantic would count seconds from 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value.strip())):
        raise PydanticCustomError("date_parsing", "must be written out, like 2026-09-07")
    return value


_NUMBER = re.compile(r"[+-]?[0-9.]+")
Instant = Annotated[AwareDatetime, BeforeValidator(written_out), AfterValidator(in_bounds)]


def in_lifetimes(day: date) -> date:
    """The day, if anybody a dossier speaks of can have seen it."""
    if day.year not in LIFETIMES:
        raise PydanticCustomError(
            "day_out_of_range",
            "must lie in the years {first} to {last}",
            {"first": LIFETIMES.start, "last": LIFETIMES.stop - 1},
        )
    return day


Day = Annotated[date, BeforeValidator(written_out), AfterValidator(in_lifetimes)]


Whole = Annotated[int, Field(strict=True)]
"""A whole number as JSON has them: neither true nor a text with digits."""


class Part(BaseModel):
    """Base of the structured facts: unknown fields are refused, nothing changes once recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Official(Part):
    """Someone acting for an agency: name (with rank, as signed), position, and agency if not the acting one."""

    name: Line
    position: Line
    agency: Line | None = None


class Witness(Part):
    """A witness, as V-34 asks: name, occupation, residence."""

    name: Line
    occupation: Line
    residence: Line


class Receiver(Part):
    """Who received a paper, as V-23 asks; `relation` is to the person ("chính người được thông báo" for the person)."""

    name: Line
    sex: Literal["male", "female"]
    birth_date: Line
    identity: Line
    identity_issued_on: Line = "không"
    identity_issued_by: Line = "không"
    phone: Line = "không"
    relation: Line


class Representative(Part):
    """Who stands for a minor: name, relation ("mẹ", "người giám hộ"), residence."""

    name: Line
    relation: Line
    residence: Line


class Criteria(Part):
    """The six diagnostic criteria and the time condition (TT 18/2021/TT-BYT Đ.3)."""

    craving: bool
    loss_of_control: bool
    tolerance: bool
    neglect_of_interests: bool
    persistence_despite_harm: bool
    withdrawal: bool
    one_month_or_repeated: bool = Field(
        description="Cùng lúc trong ít nhất 1 tháng, hoặc ngắn hơn nhưng lặp lại trong vòng 12 tháng"
    )

    @property
    def met(self) -> int:
        """How many of the six criteria are met."""
        return sum((
            self.craving, self.loss_of_control, self.tolerance, self.neglect_of_interests,
            self.persistence_despite_harm, self.withdrawal,
        ))  # fmt: skip


class Relative(Part):
    """A family member, as V-33 asks."""

    name: Line
    age: Line
    occupation: Line
    residence: Line
    phone: Line | None = None


class Background(Part):
    """Items 5 to 20 of the life summary V-33 that the person block does not hold; "không"/"chưa" where none."""

    father: Relative | None = None
    mother: Relative | None = None
    spouse: Relative | None = None
    children: tuple[Relative, ...] = ()
    convictions: Line
    prior_sanctions: Line
    substances: Line
    manner: Line
    first_use: Line
    voluntary_rehab: Line
    aftercare_decision: Line
    compulsory_rehab: Line
    substitution: Line


class Participant(Part):
    """Someone taking part in a session: who, in which capacity, present or absent."""

    name: Line
    capacity: Line
    present: bool = True


class Delivery(Part):
    """One service of a decision: to whom, received when."""

    to: Line
    received_at: Instant


TYPES: dict[str, Any] = {
    "text": Line,
    "texts": Annotated[tuple[Line, ...], Field(min_length=1)],
    "flag": bool,
    "number": Annotated[int, Field(ge=0, le=MOST)],
    "instant": Instant,
    "day": Day,
    "agency": Annotated[Line, Field(description="Mã cơ quan")],
    "official": Official,
    "officials": Annotated[tuple[Official, ...], Field(min_length=1)],
    "witness": Witness,
    "witnesses": Annotated[
        tuple[Witness, ...], Field(min_length=2)
    ],  # the minute has two (NĐ 163/2026 Mẫu 34)
    "receiver": Receiver,
    "representative": Representative,
    "criteria": Criteria,
    "background": Background,
    "participants": Annotated[tuple[Participant, ...], Field(min_length=1)],
    "deliveries": Annotated[tuple[Delivery, ...], Field(min_length=1)],
}


class Payload(BaseModel):
    """Base of every action's facts: unknown facts are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def payload_model(
    code: str, asks: ActionFacts, catalogue: Mapping[str, Fact], exclusions: Mapping[str, str]
) -> type[Payload]:
    """The pydantic model of what an act records.

    Args:
        code: the action's code.
        asks: the facts it asks for; one required only under a condition may be left out here.
        catalogue: every known fact by name.
        exclusions: the book's cases in which the measure does not apply, by code.

    Returns:
        A model with one field a fact, described in Vietnamese and English for JSON Schema.

    """
    fields: dict[str, Any] = {}
    for asked in asks:
        fact = catalogue[asked.name]
        kind = _type_of(fact, tuple(exclusions))
        always = asked.required and not asked.when
        info = Field(
            ... if always else None,
            title=fact.title,
            description=" ".join(part for part in (fact.title_en + ".", fact.help, fact.citation) if part),
            json_schema_extra={"x-choices": dict(fact.choices)} if fact.choices else None,
        )
        fields[asked.name] = (kind if always else kind | None, info)
    return create_model(f"{code}_facts", __base__=Payload, **fields)


def _type_of(fact: Fact, exclusions: tuple[str, ...]) -> Any:  # noqa: ANN401 - a type is built at run time
    if fact.type == "choice":
        return _literal(tuple(fact.choices))
    if fact.type == "excluded":
        return tuple[_literal(exclusions), ...]  # type: ignore[misc]  # a Literal built at run time
    return TYPES[fact.type]


@cache
def _literal(values: tuple[str, ...]) -> Any:  # noqa: ANN401 - a type is built at run time
    return Literal[values]
