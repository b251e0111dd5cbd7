"""What a form is filled from: the dossier as it stands at the moment of the act that issues it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict

from models.law.book import Wording
from models.law.facts import Line, Official, Part
from models.person import SEXES, PersonData, birth_in_words

P = TypeVar("P", bound="Particulars")


class MissingValue(ValueError):
    """A form requires a value that the dossier does not have."""

    def __init__(self, form: str, name: str, title: str) -> None:
        super().__init__(f"Mẫu {form}: thiếu {title} ({name}) / form {form} lacks {name}")
        self.form = form
        self.field = name
        self.title = title


class Block(BaseModel):
    """Base of what forms print: frozen once, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Signing(Part):
    """Who signs in the place of the agency's head, and by which right (NĐ 30/2020/NĐ-CP Đ.13; Phụ lục I, II.7)."""

    by: Literal["KT.", "TL.", "TUQ.", "Q."]
    name: Line
    position: Line


class FormContext(Block):
    """Base of every form's content."""

    signing: Signing | None = None
    """Set when another signs for the head; whoever writes the form need not look at it."""


class Particulars(Part):
    """Base of what an officer states for one form only: unknown fields are refused."""


class NothingMore(Particulars):
    """For a form that finds everything in the dossier: it is issued where it is asked for."""


@dataclass(frozen=True)
class AgencyCard:
    """An agency as papers name it."""

    code: str
    kind: str
    name: str  # "Công an phường Mai Dịch"
    superior: str  # "Công an thành phố Hà Nội"; empty when it has none
    symbol: str  # letters in number symbols: "CAMD"
    place: str  # place name before the date: "Mai Dịch"
    address: str
    commune: str  # "phường Mai Dịch"
    province: str  # "thành phố Hà Nội"
    head: Official


@dataclass(frozen=True)
class Issued:
    """A document issued earlier in the same dossier."""

    form: str
    number: str  # "05/QĐ-CAMD"; empty when its form has no number
    day: date
    issuer: str  # name of the issuing agency


@dataclass(frozen=True)
class Case:
    """Everything a form may print, gathered by the engine inside the act."""

    form: str
    book: str
    wording: Wording
    action: str
    occurred_at: datetime  # aware, Asia/Ho_Chi_Minh
    number: str | None  # "05/QĐ-CAMD", "…/QĐ-CAMD" on a draft, None when the form has none
    issuer: AgencyCard
    signer: Official
    person: PersonData
    facts: Mapping[
        str, Any
    ]  # merged facts of the dossier, the act's own first, as the types of models.law.facts
    parties: Mapping[str, AgencyCard]
    issued: Mapping[str, Issued] = field(default_factory=dict)
    enclosures: tuple[str, ...] = ()  # papers of the file, in sheet order
    acts: Mapping[str, datetime] = field(default_factory=dict)
    particulars: Particulars | None = None
    """What was stated for this form only."""
    issued_at: datetime | None = None
    """When the document is issued, if that is not when its act happened: a paper may be issued again."""
    last_days: Mapping[str, date] = field(default_factory=dict)
    """The last day of each limit that runs, by its rule."""

    @property
    def day(self) -> date:
        """The day printed on the document."""
        return (self.issued_at or self.occurred_at).date()

    def fact(self, name: str, title: str = "") -> Any:  # noqa: ANN401 - facts have the types of the catalogue
        """The fact by name; raises MissingValue naming form and fact when the dossier has none."""
        value = self.facts.get(name)
        if value is None:
            raise MissingValue(self.form, name, title or name)
        return value

    def text(self, name: str, otherwise: str | None = None) -> str:
        """A text fact; `otherwise` is printed where the decree says to write "không" or "chưa"."""
        value = self.facts.get(name)
        if value is None and otherwise is not None:
            return otherwise
        return cast("str", self.fact(name))

    def given(self, kind: type[P]) -> P:
        """What was stated for this form; raises MissingValue when nothing was."""
        if not isinstance(self.particulars, kind):
            raise MissingValue(self.form, f"particulars.{self.form}", "nội dung riêng của mẫu")
        return self.particulars

    def party(self, name: str) -> AgencyCard:
        """The agency playing this part (`compiler`, `court`, `centre` …); raises MissingValue when nobody does."""
        if name not in self.parties:
            raise MissingValue(self.form, name, name)
        return self.parties[name]

    def document(self, form: str) -> Issued:
        """The latest valid document of a form in this dossier; raises MissingValue when there is none."""
        if form not in self.issued:
            raise MissingValue(self.form, form, f"văn bản {form}")
        return self.issued[form]


class Header(Block):
    """Agency cells, number, and place-date of a form."""

    superior: str
    issuer: str
    number: str | None
    place: str
    day: date


class PersonBlock(Block):
    """The person as forms print one; every line is filled."""

    name: str
    sex: str
    other_name: str
    birth: str
    birth_place: str
    hometown: str
    nationality: str
    ethnicity: str
    religion: str
    education: str
    occupation: str
    workplace: str
    registered_residence: str
    present_residence: str
    phone: str
    id_label: str
    id_number: str
    id_issued_on: str
    id_issued_by: str


def header_of(case: Case) -> Header:
    """The header cells of the issuing agency."""
    return Header(
        superior=case.issuer.superior,
        issuer=case.issuer.name,
        number=case.number,
        place=case.issuer.place,
        day=case.day,
    )


def person_of(case: Case) -> PersonBlock:
    """The dossier's person as forms print one."""
    return person_block(case.person, case.wording)


def person_block(person: PersonData, wording: Wording) -> PersonBlock:
    """The person block; a person without identity papers has the reason printed in their place."""
    return _person_block(person, wording.id_label)


@lru_cache(maxsize=4)
def _person_block(person: PersonData, id_label: str) -> PersonBlock:
    """Made once for all papers of an act."""
    identity = person.identity
    without = f"không có ({identity.reason})" if identity.type == "none" else ""
    return PersonBlock(
        name=person.name,
        sex=SEXES[person.sex],
        other_name=person.other_name,
        birth=birth_in_words(person.birth_date),
        birth_place=person.birth_place,
        hometown=person.hometown,
        nationality=person.nationality,
        ethnicity=person.ethnicity,
        religion=person.religion,
        education=person.education,
        occupation=person.occupation,
        workplace=person.workplace,
        registered_residence=person.registered_residence,
        present_residence=person.present_residence,
        phone=person.phone,
        id_label=id_label,
        id_number=without or cast("str", identity.number),
        id_issued_on=identity.issued_on.strftime("%d/%m/%Y") if identity.issued_on else "không",
        id_issued_by=identity.issued_by or "không",
    )
