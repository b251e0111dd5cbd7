"""116-41 of Decree 116/2021, Appendix II: the decision to trace a person whom the court has sent to a centre."""

from pydantic import AwareDatetime

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import FILED, RESIDENCE, finished
from documents.forms.legacy import (
    SEALED,
    OfDecision,
    court_decision_of,
    decree_116,
    write_name,
    write_short_id,
)
from documents.forms.wanted import Contact, Parent, WantedParticulars, parent_block, write_parent
from documents.layout import Sheet, Signature
from models.law.schema import Stage


class TraceParticulars(WantedParticulars, OfDecision):
    """What 116-41 asks beyond the dossier: as V-43, and the court's decision where it was made outside."""


class Trace(FormContext):
    """116-41, decision to trace (Decree 116/2021 art. 56.1-2)."""

    header: Header
    decree: str
    court_decision: str
    measure: str
    measure_full: str
    unit: str
    person: PersonBlock
    height_m: str
    weight_kg: str
    marks: str
    father: Parent
    mother: Parent
    other_relations: str
    escaped_from: str
    escaped_at: AwareDatetime
    contact: Contact
    contact_agency: Contact
    executors: str
    recipients: tuple[str, ...]
    position: str
    signer: str


def gather_trace(case: Case) -> Trace:
    """The content of 116-41; parents come from the life summary, the moment from the record of the escape."""
    stated = case.given(TraceParticulars)
    background = case.facts.get("background")
    return Trace(
        header=header_of(case),
        decree=decree_116(case),
        court_decision=court_decision_of(case, stated),
        measure=case.wording.measure,
        measure_full=case.wording.measure_full,
        person=person_of(case),
        father=parent_block(background.father if background else None),
        mother=parent_block(background.mother if background else None),
        escaped_at=case.fact("escaped_at", "thời điểm bỏ trốn"),
        position=case.signer.position,
        signer=case.signer.name,
        **stated.model_dump(exclude={"court_decision"}),
    )


def write_trace(sheet: Sheet, context: Trace) -> None:
    """116-41 on paper."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", f"Truy tìm người đã có quyết định\n{context.measure} bỏ trốn")
    sheet.authority(header.issuer)
    sheet.basis(
        "Căn cứ Luật Phòng, chống ma túy năm 2021",
        context.decree,
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved()
    sheet.article(
        1,
        f"Truy tìm người nghiện ma túy bị áp dụng biện pháp {context.measure} bỏ trốn có lai lịch và đặc điểm nhận "
        "dạng như sau:",
    )
    write_name(sheet, person, "1. ")
    sheet.field("Tên gọi khác (nếu có)", person.other_name)
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_short_id(sheet, person)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.line("2. Đặc điểm nhận dạng:")
    sheet.fields(("Chiều cao", f"{context.height_m} m"), ("Cân nặng", f"{context.weight_kg} kg"))
    sheet.field("Đặc điểm riêng biệt", context.marks)
    sheet.line("3. Các mối quan hệ:")
    write_parent(sheet, "- Họ, tên bố", context.father)
    write_parent(sheet, "- Họ, tên mẹ", context.mother)
    sheet.field("- Các mối quan hệ liên quan khác", context.other_relations)
    sheet.line(f"4. Đã bỏ trốn khỏi {context.escaped_from} hồi {finished(context.escaped_at)}.")
    sheet.line("Khi phát hiện đối tượng có lai lịch nêu trên, yêu cầu báo ngay cho:")
    for label, contact in (("- Ông (bà)", context.contact), ("- Cơ quan", context.contact_agency)):
        sheet.fields((label, contact.name), ("Điện thoại", contact.phone))
        sheet.field("Địa chỉ", contact.address)
    sheet.article(2, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.line(f"Các ông (bà) {context.executors} chịu trách nhiệm thi hành Quyết định này.")
    sheet.end()
    sheet.closing(
        ("Như Điều 2", *context.recipients, FILED), Signature(context.position, SEALED, context.signer)
    )


FORMS: tuple[Form, ...] = (
    Form(
        code="116-41",
        title="Quyết định truy tìm người đã có quyết định đưa vào cơ sở cai nghiện bắt buộc bỏ trốn",
        title_en="Decision to trace a person sent to a centre who escaped",
        source="NĐ 116/2021/NĐ-CP, Phụ lục II, Mẫu số 41",
        stage=Stage.execution,
        issuer="Công an nơi lập hồ sơ (chưa đưa vào cơ sở), Giám đốc cơ sở (đang chấp hành)",
        symbol="QĐ-{symbol}",
        context=Trace,
        gather=gather_trace,
        write=write_trace,
        particulars=TraceParticulars,
    ),
)
