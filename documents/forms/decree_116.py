"""What the forms of Decree 116/2021, Appendix II, share: the period's grounds, relatives, and whoever signs."""

from typing import Literal

from pydantic import Field

from documents.case import Block, Case, FormContext, MissingValue, PersonBlock
from documents.forms.decree_163 import RESIDENCE, Representative, cited, is_minor, parent_of, write_identity
from documents.layout import Sheet, italic, upper
from models.law.facts import Background, Line, Part
from models.person import SEXES, birth_in_words

APPENDIX = "NĐ 116/2021/NĐ-CP, Phụ lục II, Mẫu số"
PARENTS_ID = "Số CCCD/CMT/HC"
"""How forms 38 and 42 to 49 name the identity paper; the others as the book does."""
_NOTHING = {"không", "không có", "chưa"}


class Kin(Part):
    """A relative or representative who takes part in the procedure."""

    name: Line = Field(title="Họ và tên")
    sex: Literal["male", "female"] = Field(title="Giới tính")
    birth_date: Line = Field(title="Ngày, tháng, năm sinh")
    identity: Line = Field(title="Số CCCD/CMND/Hộ chiếu")
    identity_issued_on: Line = Field("không", title="Ngày cấp")
    identity_issued_by: Line = Field("không", title="Nơi cấp")
    residence: Line = Field(title="Nơi cư trú hoặc chỗ ở hiện nay")
    phone: Line = Field("không", title="Điện thoại liên lạc")
    relation: Line = Field(title="Quan hệ với người nghiện ma túy")


class Words(Block):
    """How the book speaks of the measure, and the decree as the period cites it."""

    measure: str
    facility: str
    decree: str

    @property
    def drug_measure(self) -> str:
        """The measure as forms 32, 34, 35 and 39 also write it: "đưa vào cơ sở cai nghiện ma túy bắt buộc"."""
        return self.measure.replace("cai nghiện", "cai nghiện ma túy")


def words_of(case: Case) -> Words:
    """The words of the book, among its legal bases the decree, with what amended it."""
    decree = next(base for base in case.wording.legal_bases if base.startswith("Nghị định số 116/2021"))
    return Words(measure=case.wording.measure, facility=case.wording.facility, decree=decree)


def printed_kin(kin: Kin) -> Kin:
    """The relative with the birth date as papers print it."""
    return kin.model_copy(update={"birth_date": birth_in_words(kin.birth_date)})


def kin_of(person: PersonBlock, relation: str) -> Kin:
    """The dossier's person where a form asks for the person or a relative."""
    return Kin(
        name=person.name,
        sex="female" if person.sex == SEXES["female"] else "male",
        birth_date=person.birth,
        identity=person.id_number,
        identity_issued_on=person.id_issued_on,
        identity_issued_by=person.id_issued_by,
        residence=person.present_residence,
        phone=person.phone,
        relation=relation,
    )


def compiler_of(case: Case) -> str:
    """Who compiles the file, by name: the party of that part, or the agency that draws the paper up."""
    return case.parties.get("compiler", case.issuer).name


def stands_for(case: Case, stated: str | None) -> str:
    """Who stands for a minor: as stated, recorded, or found among the parents; "không" for an adult.

    Raises:
        MissingValue: nobody is known to stand for the minor.
    """
    if not is_minor(case):
        return stated or "không"
    name = stated or parent_of(case)
    background = case.facts.get("background")
    if name is None and isinstance(background, Background):
        name = next((one.name for one in (background.father, background.mother) if one), None)
    if name is None:
        title = "cha, mẹ, người giám hộ hoặc người đại diện hợp pháp"
        raise MissingValue(case.form, f"particulars.{case.form}.parent", title)
    return name


def reference(case: Case, stated: str | None, form: str) -> str:
    """An earlier paper as stated, for one made elsewhere, or the dossier's own: số 05/… ngày … của …."""
    return stated or cited(case.document(form))


def anything(text: str) -> bool:
    """Whether a text tells of something, where forms ask to write "không" or "chưa" otherwise."""
    return text.strip(" .;").casefold() not in _NOTHING


def acting(context: FormContext, head: Representative) -> Representative:
    """Who stands in the body of a paper as its signer: the head, or who signs in the head's place."""
    signing = context.signing
    if signing is None:
        return head
    return Representative(name=signing.name, position=signing.position, agency=head.agency)


def write_kin(sheet: Sheet, kin: Kin, id_label: str, *lead: str) -> None:
    """The lines of a relative, without the relation; `lead` in the place of "Họ và tên"."""
    name = (italic("(viết in hoa)"), f": {upper(kin.name)}; Giới tính: {SEXES[kin.sex]}")
    sheet.line(*(lead or ("Họ và tên ",)), *name)
    sheet.field("Ngày, tháng, năm sinh", kin.birth_date)
    write_any_id(sheet, id_label, kin.identity, kin.identity_issued_on, kin.identity_issued_by)
    sheet.field(RESIDENCE, kin.residence)
    sheet.field("Điện thoại liên lạc", kin.phone)


def write_any_id(sheet: Sheet, label: str, number: str, issued_on: str, issued_by: str) -> None:
    """The identity paper, by either of the two labels; under the short one the place of issue has a line of its own."""
    if label != PARENTS_ID:
        write_identity(sheet, label, number, issued_on, issued_by)
        return
    sheet.fields((label, number), ("Ngày cấp", issued_on))
    sheet.field("Nơi cấp", issued_by)
