"""What the papers of older laws share (2014, Decrees 105/2021, 116/2021): grounds, heads of agencies, people's lines."""

from datetime import date
from typing import cast

from pydantic import Field

from documents.case import AgencyCard, Case, FormContext, Issued, MissingValue, Particulars, PersonBlock
from documents.forms.decree_116 import PARENTS_ID, words_of
from documents.forms.decree_163 import RESIDENCE, effective_decision, is_minor, write_identity, write_named
from documents.forms.decree_163 import Applicant as Relative
from documents.forms.decree_163 import Guardian as Contact
from documents.layout import Sheet, Text, italic, long_date, upper
from models.law.facts import Background, Line
from models.law.facts import Representative as Stands

DRUG_LAW = "Căn cứ Luật Phòng, chống ma túy ngày 30 tháng 3 năm 2021"
SHORT_ID, LONG_ID = PARENTS_ID, "Số CCCD/CMND/Hộ chiếu"
SEALED = "(Ký, ghi rõ họ tên, đóng dấu)"
_NONE = "không"


class OfDecision(Particulars):
    """Base of particulars where the court's decision may have been made outside the system."""

    court_decision: Line | None = Field(
        None, title="Quyết định của Tòa án, nếu lập ngoài hệ thống (số, ngày, Tòa án nào)"
    )


class Guardian(Contact):
    """Parent, guardian or legal representative, as stated for a centre's decisions."""

    name: Line = Field(title="Họ và tên")
    address: Line = Field(title="Địa chỉ liên hệ")
    phone: Line = Field(_NONE, title="Số điện thoại")


class Guarded(Particulars):
    """Base of particulars of papers that name a parent, guardian or legal representative."""

    guardian: Guardian | None = Field(None, title="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp")


class Applicant(Relative):
    """A relative who applies for the person, as 116-42b and 116-48 ask."""

    id_number: Line = Field(title=SHORT_ID)
    relation: Line = Field(title="Quan hệ với người bị đưa vào cơ sở cai nghiện bắt buộc")


# -- gathering --------------------------------------------------------------------------------------------


def decree_116(case: Case) -> str:
    """Decree 116/2021 as papers of the period cite it, with what amended it."""
    return f"Căn cứ {words_of(case).decree}"


def violations_law(case: Case) -> str | None:
    """The law on handling administrative violations; none for a minor, whose rehab is no administrative measure."""
    law = case.wording.violations_law
    return f"Căn cứ {law}" if law and not is_minor(case) else None


def local_government(case: Case) -> str:
    """The law on local government as the period's decisions cite it."""
    if not case.wording.local_government:
        raise MissingValue(case.form, "local_government", "Luật Tổ chức chính quyền địa phương")
    return f"Căn cứ {case.wording.local_government}"


def court_decision_of(case: Case, stated: OfDecision) -> str:
    """Number, date and court of the decision to be carried out; MissingValue when it is neither stated nor known."""
    if stated.court_decision:
        return stated.court_decision
    if "TA-07" not in case.issued and not case.facts.get("court_decision_ref"):
        title = "quyết định của Tòa án (số, ngày, Tòa án nào)"
        raise MissingValue(case.form, f"particulars.{case.form}.court_decision", title)
    return effective_decision(case)


def guardian_of(case: Case, stated: Guarded) -> Guardian:
    """Who stands for the person: as stated, a minor's as recorded; an adult has none, and is reached himself."""
    if stated.guardian:
        return stated.guardian
    if not is_minor(case):
        return Guardian(name=_NONE, address=case.person.present_residence, phone=case.person.phone)
    stands = cast("Stands | None", case.facts.get("representative"))
    if stands:
        return Guardian(name=stands.name, address=stands.residence)
    background = cast("Background | None", case.facts.get("background"))
    parent = background and (background.father or background.mother)
    if not parent:
        title = "cha, mẹ, người giám hộ hoặc người đại diện hợp pháp"
        raise MissingValue(case.form, f"particulars.{case.form}.guardian", title)
    return Guardian(name=parent.name, address=parent.residence, phone=parent.phone or _NONE)


def head_of(agency: AgencyCard) -> str:
    """The head by office and agency: "Giám đốc" or "Trưởng Cơ sở" of "Cơ sở cai nghiện …" as one name."""
    words = agency.head.position.split()
    for at in range(len(words)):
        shared = " ".join(words[at:])
        if agency.name.casefold().startswith(shared.casefold()):
            return f"{' '.join(words[:at])} {agency.name}"
    return f"{agency.head.position} {agency.name}"


def committee_of(case: Case) -> AgencyCard:
    """The commune people's committee of the dossier: a party by that name, or the one that compiles the file."""
    for part in ("committee", "compiler"):
        agency = case.parties.get(part)
        if agency and agency.kind == "peoples_committee":
            return agency
    raise MissingValue(case.form, "committee", "Ủy ban nhân dân cấp xã")


def decided_by_chairman(issued: Issued) -> str:
    """A chairman's decision: số 05/QĐ-UBND ngày 05 tháng 01 năm 2024 của Chủ tịch Ủy ban nhân dân …."""
    return f"số {issued.number} {long_date(issued.day)} của Chủ tịch {issued.issuer}"


def committee_decision_of(case: Case, stated: str | None, form: str) -> str:
    """Number, date and issuer of a chairman's decision: as stated, or of the form issued in the dossier."""
    return stated or decided_by_chairman(case.document(form))


def speaker(context: FormContext, name: str, office: str) -> tuple[str, str]:
    """Name and office of who stands in the text as its signer: the head, or who signs in the head's place."""
    return (context.signing.name, context.signing.position) if context.signing else (name, office)


# -- writing ----------------------------------------------------------------------------------------------


def period(first: date, last: date) -> str:
    """từ ngày 05/01/2024 đến ngày 04/01/2025."""
    return f"từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"


def write_name(sheet: Sheet, person: PersonBlock, *lead: Text, label: str = "Họ và tên") -> None:
    """Name in capitals and sex, the item's number in front."""
    sheet.line(
        *lead, f"{label} ", italic("(viết in hoa)"), f": {upper(person.name)}; Giới tính: {person.sex}"
    )


def write_short_id(sheet: Sheet, person: PersonBlock) -> None:
    """The identity paper as forms 41 to 49 print it."""
    sheet.fields((SHORT_ID, person.id_number), ("Ngày cấp", person.id_issued_on))
    sheet.field("Nơi cấp", person.id_issued_by)


def write_long_person(sheet: Sheet, person: PersonBlock, *lead: Text) -> None:
    """Name, other name, birth, identity paper, residence as forms 50 to 54 print them."""
    write_name(sheet, person, *lead)
    sheet.field("Tên gọi khác (nếu có)", person.other_name)
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, LONG_ID, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.fields(("Nghề nghiệp", person.occupation), ("Nơi làm việc/học tập", person.workplace))


def write_guardian(sheet: Sheet, guardian: Guardian) -> None:
    """Who stands for the person, as forms 45, 46 and 49 print it."""
    sheet.field("- Họ và tên cha/mẹ/người giám hộ/người đại diện hợp pháp", guardian.name)
    sheet.field("Địa chỉ liên hệ", guardian.address)
    sheet.field("Số điện thoại", guardian.phone)


def write_applicant(sheet: Sheet, applicant: Applicant, label: str) -> None:
    """The applicant as forms 42b and 48 print one; `label` of the relation."""
    write_named(sheet, applicant, "1. Tôi tên là", SHORT_ID)
    sheet.field(RESIDENCE, applicant.residence)
    sheet.field("Điện thoại liên hệ", applicant.phone)
    sheet.field(label, applicant.relation)
