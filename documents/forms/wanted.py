"""V-43 of Decree 163/2026, Appendix V: the decision to trace a person who escaped."""

from pydantic import AwareDatetime, Field

from documents.case import Block, Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import DECREE, FILED, LAW, RESIDENCE, begun, write_person
from documents.layout import Sheet, Signature, bold
from models.law.facts import Line, Relative
from models.law.schema import Stage

_IN_THE_CENTRE = "người nghiện đang được quản lý trong thời gian lập hồ sơ, người đang cai nghiện bắt buộc"
"""Whom the centre's head traces (art. 109.2)."""
_NOT_YET_BROUGHT = "người bị áp dụng biện pháp đưa đi cai nghiện bắt buộc"
"""Whom the provincial director traces: not yet brought to the centre (art. 109.1, which names no form)."""


class Contact(Block):
    """Whom to tell when the person is found."""

    name: Line = Field(title="Họ tên hoặc tên cơ quan")
    phone: Line = Field(title="Điện thoại")
    address: Line = Field(title="Địa chỉ")


class WantedParticulars(Particulars):
    """What V-43 asks beyond the dossier."""

    unit: Line = Field(title="Cơ quan, đơn vị đề nghị")
    height_m: Line = Field(title="Chiều cao (m)")
    weight_kg: Line = Field(title="Cân nặng (kg)")
    marks: Line = Field("không", title="Dấu hiệu riêng biệt")
    other_relations: Line = Field("không", title="Các mối quan hệ liên quan khác")
    escaped_from: Line = Field(title="Đã bỏ trốn khỏi")
    contact: Contact = Field(title="Người nhận tin báo")
    contact_agency: Contact = Field(title="Cơ quan nhận tin báo")
    executors: Line = Field(title="Người chịu trách nhiệm thi hành")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Parent(Block):
    """Father or mother as V-43 names them; "không" where nobody is known."""

    name: str
    age: str
    occupation: str
    residence: str
    phone: str


class WantedDecision(FormContext):
    """V-43, decision to trace (Decree 163/2026 art. 109)."""

    header: Header
    whom: str
    person: PersonBlock
    father: Parent
    mother: Parent
    escaped_at: AwareDatetime
    stated: WantedParticulars
    signer: str


def gather_wanted(case: Case) -> WantedDecision:
    """The content of V-43; parents come from the life summary."""
    background = case.facts.get("background")
    in_hands_of_police = case.issuer.kind == "provincial_police"
    return WantedDecision(
        header=header_of(case),
        whom=_NOT_YET_BROUGHT if in_hands_of_police else _IN_THE_CENTRE,
        person=person_of(case),
        father=parent_block(background.father if background else None),
        mother=parent_block(background.mother if background else None),
        escaped_at=case.fact("escaped_at", "thời điểm bỏ trốn"),
        stated=case.given(WantedParticulars),
        signer=case.signer.name,
    )


def parent_block(relative: Relative | None) -> Parent:
    """Father or mother as the decision names them."""
    if relative is None:
        return Parent(name="không", age="không", occupation="không", residence="không", phone="không")
    return Parent(
        name=relative.name,
        age=relative.age,
        occupation=relative.occupation,
        residence=relative.residence,
        phone=relative.phone or "không",
    )


def write_wanted(sheet: Sheet, context: WantedDecision) -> None:
    """V-43 on paper."""
    header, stated, whom = context.header, context.stated, f"{context.whom} bỏ trốn"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", f"Truy tìm {whom}")
    sheet.authority(header.issuer)
    sheet.basis(LAW, DECREE, f"Theo đề nghị của {stated.unit}")
    sheet.resolved()
    sheet.article(1, f"Truy tìm {whom} có lai lịch và đặc điểm nhận dạng như sau:")
    write_person(sheet, context.person, bold("1."), " ")
    sheet.field(RESIDENCE, context.person.present_residence)
    sheet.line(bold("2."), " Đặc điểm nhận dạng:")
    sheet.fields(("Chiều cao", f"{stated.height_m} m"), ("Cân nặng", f"{stated.weight_kg} kg"))
    sheet.field("Dấu hiệu riêng biệt", stated.marks)
    sheet.line(bold("3."), " Các mối quan hệ:")
    write_parent(sheet, "- Họ, tên bố", context.father)
    write_parent(sheet, "- Họ, tên mẹ", context.mother)
    sheet.field("- Các mối quan hệ liên quan khác", stated.other_relations)
    sheet.line(bold("4."), f" Đã bỏ trốn khỏi {stated.escaped_from}, {begun(context.escaped_at)}.")
    sheet.line("Khi phát hiện đối tượng có lai lịch nêu trên, yêu cầu báo ngay cho:")
    for label, contact in (("- Ông (bà)", stated.contact), ("- Cơ quan", stated.contact_agency)):
        sheet.fields((label, contact.name), ("Điện thoại", contact.phone))
        sheet.field("Địa chỉ", contact.address)
    sheet.article(2, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.line(f"Các ông (bà) {stated.executors} chịu trách nhiệm thi hành Quyết định này.")
    sheet.end()
    signature = Signature("Đại diện cơ quan ra quyết định", "(Ký, ghi rõ họ tên, đóng dấu)", context.signer)
    sheet.closing(("Như Điều 2", *stated.recipients, FILED), signature)


def write_parent(sheet: Sheet, label: str, parent: Parent) -> None:
    """The lines of father or mother."""
    sheet.fields((label, parent.name), ("Tuổi", parent.age))
    sheet.field("Nghề nghiệp", parent.occupation)
    sheet.field(RESIDENCE, parent.residence)
    sheet.field("Điện thoại liên hệ", parent.phone)


FORMS: tuple[Form, ...] = (
    Form(
        code="V-43",
        title="Quyết định truy tìm",
        title_en="Decision to trace a person who escaped",
        source="NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số 43",
        stage=Stage.execution,
        issuer="Trưởng cơ sở cai nghiện, Hiệu trưởng trường giáo dưỡng",
        symbol="QĐ-{symbol}",
        context=WantedDecision,
        gather=gather_wanted,
        write=write_wanted,
        particulars=WantedParticulars,
    ),
)
