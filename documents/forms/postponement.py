"""V-44 and V-45 of Decree 163/2026, Appendix V: applications to be postponed or exempted, by the person or for a minor."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from documents.case import Case, FormContext, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    RESIDENCE,
    Applicant,
    Representative,
    effective_decision,
    representative,
    write_list,
    write_named,
)
from documents.forms.plain import capital
from documents.layout import Sheet, Signature, italic
from models.law.facts import Line
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"

Kind = Literal["hoãn", "miễn"]
Lines = Annotated[tuple[Line, ...], Field(min_length=1)]


class StayParticulars(Particulars):
    """What V-44 asks beyond the dossier; proof must be enclosed (art. 110.5)."""

    kind: Kind = Field(title="Đề nghị hoãn hay miễn")
    reasons: Lines = Field(title="Lý do")
    papers: Lines = Field(title="Tài liệu xác nhận kèm theo")
    addressee: Line | None = Field(
        None,
        title="Kính gửi, nếu không phải Tòa án đã ra quyết định (cai nghiện tự nguyện: Giám đốc Công an)",
    )
    decision: Line | None = Field(
        None, title="Quyết định phải chấp hành (số, ngày, cơ quan), nếu không có trong hồ sơ"
    )


class MinorStayParticulars(StayParticulars):
    """What V-45 asks beyond the dossier: also who applies."""

    applicant: Applicant = Field(title="Người làm đơn")


class Stay(FormContext):
    """V-44, application of an adult to be postponed or exempted (art. 110.1, 110.3)."""

    place: str
    day: date
    addressee: str
    kind: Kind
    person: PersonBlock
    decision: str
    reasons: Lines
    papers: Lines
    confirmer: Representative | None
    """The head of the compiling agency, who confirms; None when another agency draws the paper up."""


class MinorStay(Stay):
    """V-45, application of a parent, guardian or representative of a minor (art. 110.1, 110.3)."""

    applicant: Applicant


def gather_stay(case: Case) -> Stay:
    """The content of V-44."""
    return _stay(case, case.given(StayParticulars))


def gather_minor_stay(case: Case) -> MinorStay:
    """The content of V-45."""
    stated = case.given(MinorStayParticulars)
    return MinorStay(**dict(_stay(case, stated)), applicant=stated.applicant)


def _stay(case: Case, stated: StayParticulars) -> Stay:
    compiler = case.party("compiler")
    return Stay(
        place=case.issuer.place,
        day=case.day,
        addressee=stated.addressee or case.party("court").name,
        kind=stated.kind,
        person=person_of(case),
        decision=stated.decision or effective_decision(case),
        reasons=stated.reasons,
        papers=stated.papers,
        confirmer=representative(case.signer, compiler.name) if case.issuer == compiler else None,
    )


def write_stay(sheet: Sheet, context: Stay) -> None:
    """V-44."""
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Đơn đề nghị", f"{capital(context.kind)} chấp hành quyết định đưa đi cai nghiện")
    sheet.addressee(context.addressee)
    person = context.person
    write_named(sheet, person, "1. Tôi tên là", person.id_label)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("Điện thoại liên hệ", person.phone)
    _write_request(sheet, context, "2. ", "lí do")


def write_minor_stay(sheet: Sheet, context: MinorStay) -> None:
    """V-45: the applicant, then the minor."""
    applicant, person = context.applicant, context.person
    sheet.header(None, place=context.place, day=context.day)
    sheet.title(
        "Đơn đề nghị",
        f"{capital(context.kind)} chấp hành quyết định đưa đi cai nghiện ma túy của cha, mẹ, người giám hộ hoặc người "
        "đại diện hợp pháp của người từ đủ 12 đến dưới 18 tuổi",
    )
    sheet.addressee(context.addressee)
    write_named(sheet, applicant, "1. Tôi tên là", person.id_label)
    sheet.field(RESIDENCE, applicant.residence)
    sheet.field("Điện thoại liên hệ", applicant.phone)
    sheet.field("Quan hệ với người bị đưa vào cơ sở cai nghiện bắt buộc", applicant.relation)
    sheet.line(
        f"2. Tôi làm đơn này đề nghị {context.addressee} xem xét {context.kind} chấp hành biện pháp đưa đi cai nghiện "
        "ma túy đối với:"
    )
    write_named(sheet, person, "Họ, tên", person.id_label)
    sheet.field(RESIDENCE, person.present_residence)
    _write_request(sheet, context, "", "lý do")


def _write_request(sheet: Sheet, context: Stay, item: str, reason: str) -> None:
    sheet.line(
        f"{item}Tôi làm đơn này đề nghị {context.addressee} xem xét {context.kind} chấp hành biện pháp đưa đi cai "
        f"nghiện theo Quyết định {context.decision} với {reason} sau:"
    )
    write_list(sheet, context.reasons)
    sheet.line(italic("Tài liệu xác nhận kèm theo gồm:"))
    write_list(sheet, context.papers)
    sheet.line(f"Kính đề nghị {context.addressee} xem xét, chấp thuận.")
    applicant = context.applicant if isinstance(context, MinorStay) else context.person
    who = (context.signing or context.confirmer) if context.confirmer else None
    confirmed = Signature(
        "Xác nhận của\ncơ quan lập hồ sơ",
        "(Ký, ghi rõ họ, tên, chức vụ, đóng dấu)",
        f"{who.name}\n{who.position}" if who else None,
    )
    sheet.signatures((confirmed, Signature("Người làm đơn", "(Ký, ghi rõ họ, tên)", applicant.name)))


FORMS: tuple[Form, ...] = (
    Form(
        code="V-44",
        title="Đơn đề nghị hoãn/miễn chấp hành quyết định đưa đi cai nghiện",
        title_en="Application to be postponed or exempted",
        source=f"{_APPENDIX} 44",
        stage=Stage.execution,
        issuer="Người phải chấp hành quyết định, cơ quan lập hồ sơ xác nhận",
        symbol=None,
        context=Stay,
        gather=gather_stay,
        write=write_stay,
        particulars=StayParticulars,
    ),
    Form(
        code="V-45",
        title="Đơn đề nghị hoãn/miễn của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp",
        title_en="Application to be postponed or exempted, by a minor's parent or representative",
        source=f"{_APPENDIX} 45",
        stage=Stage.execution,
        issuer="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp, cơ quan lập hồ sơ xác nhận",
        symbol=None,
        context=MinorStay,
        gather=gather_minor_stay,
        write=write_minor_stay,
        particulars=MinorStayParticulars,
    ),
)
