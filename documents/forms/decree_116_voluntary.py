"""Voluntary rehab before the measure, of the commune committee: forms 23 and 24 of Decree 116/2021, Appendix II."""

from datetime import date
from typing import Literal

from pydantic import Field

from documents.case import (
    Block,
    Case,
    FormContext,
    Header,
    MissingValue,
    Particulars,
    PersonBlock,
    header_of,
    person_of,
)
from documents.form import Form
from documents.forms.decree_116 import APPENDIX, Words, words_of
from documents.forms.decree_163 import write_identity
from documents.forms.plain import capital
from documents.layout import Sheet, Signature, italic, long_date, place_date
from models.law.facts import Day, Line, Official, Whole
from models.law.schema import Stage


class Treatment(Block):
    """What form 24 decides on, for art. 30.2 prescribes it for rehab and for substitution treatment."""

    about: str
    time: str
    done: str


_SUBSTITUTION = "điều trị nghiện các chất dạng thuốc phiện bằng thuốc thay thế"
_TREATMENTS = {
    "rehab": Treatment(
        about="Cai nghiện ma túy tự nguyện tại gia đình, cộng đồng",
        time="Thời gian cai nghiện",
        done="cai nghiện ma túy tự nguyện",
    ),
    "substitution": Treatment(about=capital(_SUBSTITUTION), time="Thời gian điều trị", done=_SUBSTITUTION),
}


class RegisterParticulars(Particulars):
    """What form 23 asks beyond the dossier."""

    volume: Line = Field(title="Quyển số")
    opened_on: Day = Field(title="Ngày mở sổ")
    order: Whole = Field(ge=1, title="Số thứ tự trong sổ")
    duration: Line = Field(title="Thời gian cai nghiện")
    where: Line | None = Field(None, title="Địa điểm cai nghiện, khi khác nơi đã ghi nhận")
    remarks: Line = Field("không", title="Ghi chú")
    registered: Whole = Field(ge=0, title="Tổng số người đăng ký cai nghiện tự nguyện")
    under_way: Whole = Field(ge=0, title="Tổng số người đang trong thời gian cai nghiện tự nguyện")
    completed: Whole = Field(ge=0, title="Tổng số người hoàn thành cai nghiện tự nguyện")
    compiled_by: Official = Field(title="Người lập")


class Register(FormContext):
    """Form 23, the page of the register of voluntary rehab on which the person stands (art. 28.5.b)."""

    header: Header
    person: PersonBlock
    stated: RegisterParticulars
    signer: str


class VoluntaryDecisionParticulars(Particulars):
    """What form 24 asks beyond the dossier."""

    treatment: Literal["rehab", "substitution"] = Field("rehab", title="Cai nghiện hay điều trị thay thế")
    proposed_by: Line | None = Field(None, title="Người đề nghị, khi không phải Trưởng Công an cấp xã")
    from_day: Day = Field(title="Cai nghiện từ ngày")
    to_day: Day = Field(title="Đến ngày")
    supporter: Line = Field(title="Họ tên, đơn vị người được giao quản lý")
    family: Line = Field(title="Họ tên đại diện gia đình")
    effective_on: Day | None = Field(None, title="Ngày có hiệu lực, khi khác ngày ký")


class VoluntaryDecision(FormContext):
    """Form 24, decision on voluntary rehab at home or substitution treatment (art. 30.2)."""

    header: Header
    words: Words
    local_government: str
    proposed_by: str
    person: PersonBlock
    treatment: Treatment
    from_day: date
    to_day: date
    supporter: str
    family: str
    effective_on: date
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_register(case: Case) -> Register:
    """The content of form 23."""
    stated = case.given(RegisterParticulars)
    where = stated.where or case.fact("voluntary_place", "địa điểm cai nghiện")
    return Register(
        header=header_of(case).model_copy(update={"superior": ""}),
        person=person_of(case),
        stated=stated.model_copy(update={"where": where}),
        signer=case.signer.name,
    )


def gather_voluntary_decision(case: Case) -> VoluntaryDecision:
    """The content of form 24."""
    stated = case.given(VoluntaryDecisionParticulars)
    law = case.wording.local_government
    if law is None:
        raise MissingValue(case.form, "wording.local_government", "Luật Tổ chức chính quyền địa phương")
    return VoluntaryDecision(
        header=header_of(case).model_copy(update={"superior": ""}),
        words=words_of(case),
        local_government=law,
        proposed_by=stated.proposed_by or f"Trưởng Công an {case.issuer.commune}",
        person=person_of(case),
        treatment=_TREATMENTS[stated.treatment],
        from_day=stated.from_day,
        to_day=stated.to_day,
        supporter=stated.supporter,
        family=stated.family,
        effective_on=stated.effective_on or case.day,
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_register(sheet: Sheet, context: Register) -> None:
    """Form 23, with the one row of this person: a dossier holds nobody else's data."""
    header, person, stated = context.header, context.person, context.stated
    sheet.turn()
    sheet.header((header.superior, header.issuer))
    sheet.title("Sổ đăng ký cai nghiện ma túy tự nguyện")
    sheet.heading(f"QUYỂN SỐ: {stated.volume}", centred=True)
    sheet.line(f"Mở {long_date(stated.opened_on)}")
    headings = (
        "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CCCD/ CMND/Hộ chiếu", "Nơi cư trú", "Thời gian cai nghiện",
        "Địa điểm cai nghiện", "Ghi chú",
    )  # fmt: skip
    row = (
        str(stated.order), person.name, person.birth, person.sex, person.id_number, person.present_residence,
        stated.duration, stated.where or "không", stated.remarks,
    )  # fmt: skip
    columns = ("", *(str(number) for number in range(1, len(headings))))  # as the form numbers them
    sheet.table(headings, (columns, row), (12, 36, 26, 17, 36, 38, 22, 31, 24))
    year = stated.opened_on.year
    sheet.line(italic(f"(Tính từ ngày 01 tháng 01 năm {year} đến ngày 31 tháng 12 năm {year})"))
    sheet.field("1. Tổng số người đăng ký cai nghiện tự nguyện", str(stated.registered))
    sheet.field("2. Tổng số người đang trong thời gian cai nghiện tự nguyện", str(stated.under_way))
    sheet.field("3. Tổng số người hoàn thành cai nghiện tự nguyện", str(stated.completed))
    compiled_by = f"{stated.compiled_by.name}\n{stated.compiled_by.position}"
    sheet.signatures(
        (
            Signature("Người lập", "(Ký và ghi rõ họ tên, chức vụ)", compiled_by),
            Signature(
                "Chủ tịch",
                "(Ký và ghi rõ họ tên, đóng dấu)",
                context.signer,
                authority="TM. Ủy ban nhân dân",
                head=True,
                dated=place_date(header.place, header.day),
            ),
        )
    )


def write_voluntary_decision(sheet: Sheet, context: VoluntaryDecision) -> None:
    """Form 24."""
    header, person, treatment = context.header, context.person, context.treatment
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", treatment.about)
    sheet.authority(f"Chủ tịch {header.issuer}")
    sheet.basis(
        f"Căn cứ {context.local_government}",
        f"Căn cứ {context.words.decree}",
        f"Theo đề nghị của {context.proposed_by}",
    )
    sheet.resolved()
    sheet.article(1, f"{treatment.about} đối với:")
    sheet.fields(("1. Ông (bà)", person.name), ("Giới tính", person.sex))
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("Nơi cư trú", person.present_residence)
    during = f"từ ngày {context.from_day:%d/%m/%Y} đến ngày {context.to_day:%d/%m/%Y}"
    sheet.field(f"2. {treatment.time}", during)
    sheet.article(
        2,
        f"Giao cho: {context.supporter} và gia đình ông (bà): {context.family} phối hợp hỗ trợ, quản lý ông (bà): "
        f"{person.name} thực hiện {treatment.done} theo đăng ký.",
    )
    sheet.article(3, f"Quyết định này có hiệu lực kể từ {long_date(context.effective_on)}.")
    sheet.line(
        "Ông/bà có tên tại Điều 1, cơ quan, tổ chức, cá nhân được giao tại Điều 2 chịu trách nhiệm thi hành Quyết "
        "định này."
    )
    sheet.end()
    chairman = Signature(
        "Chủ tịch", "(Ký và ghi rõ họ tên, đóng dấu)", context.signer, authority="TM. Ủy ban nhân dân"
    )
    sheet.closing(("Như Điều 3", "Lưu: VT Ủy ban nhân dân"), chairman)


FORMS: tuple[Form, ...] = (
    Form(
        code="116-23",
        title="Sổ đăng ký cai nghiện ma túy tự nguyện",
        title_en="Register of voluntary rehab",
        source=f"{APPENDIX} 23",
        stage=Stage.police_collection,
        issuer="Ủy ban nhân dân cấp xã",
        symbol=None,
        context=Register,
        gather=gather_register,
        write=write_register,
        particulars=RegisterParticulars,
    ),
    Form(
        code="116-24",
        title="Quyết định cai nghiện ma túy tự nguyện tại gia đình, cộng đồng",
        title_en="Decision on voluntary rehab at home or in the community",
        source=f"{APPENDIX} 24",
        stage=Stage.police_collection,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=VoluntaryDecision,
        gather=gather_voluntary_decision,
        write=write_voluntary_decision,
        particulars=VoluntaryDecisionParticulars,
    ),
)
