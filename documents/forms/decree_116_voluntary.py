"""Voluntary rehab before the measure: forms 22, 23 and 24 of Decree 116/2021, Appendix II."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

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
from documents.forms.decree_116 import APPENDIX, Kin, Words, kin_of, printed_kin, words_of
from documents.forms.decree_163 import is_minor, write_identity
from documents.forms.plain import capital
from documents.layout import Sheet, Signature, italic, long_date, upper
from models.law.facts import Line, Official, Part
from models.law.schema import Stage

_HAND = "(Ký, ghi rõ họ tên)"
_LEAST_MONTHS = 6
"""How long voluntary rehab lasts at least (note 1 of form 22)."""
_STEPS = {
    "planning": "Xây dựng kế hoạch cai nghiện.",
    "detox": "Điều trị cắt cơn, giải độc, điều trị các rối loạn tâm thần.",
    "behaviour": "Phục hồi hành vi, nhân cách.",
    "vocation": "Học nghề, dự kiến kế hoạch hòa nhập",
}
_BOXES = {True: "\N{BALLOT BOX WITH X}", False: "\N{BALLOT BOX}"}


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


class Step(Part):
    """Where one step of the planned rehab takes place: at home, with a provider, or both."""

    home: Line | None = Field(None, title="Tại gia đình, cộng đồng (địa chỉ nhà)")
    provider: Line | None = Field(None, title="Tại cơ sở cung cấp dịch vụ cai nghiện (tên, địa chỉ)")


class Plan(Part):
    """The planned rehab at home, by step."""

    planning: Step = Field(title=_STEPS["planning"])
    detox: Step = Field(title=_STEPS["detox"])
    behaviour: Step = Field(title=_STEPS["behaviour"])
    vocation: Step = Field(title=_STEPS["vocation"])


class RegistrationParticulars(Particulars):
    """What form 22 asks beyond the dossier."""

    registrant: Kin | None = Field(None, title="Người đăng ký, khi không phải là người cai nghiện")
    centre: Line | None = Field(None, title="Tên cơ sở cai nghiện, khi cai nghiện tại cơ sở")
    months: int = Field(ge=_LEAST_MONTHS, title="Thời gian cai nghiện dự kiến (tháng)")
    plan: Plan | None = Field(None, title="Dự kiến kế hoạch cai nghiện tại gia đình, cộng đồng")
    family: Line | None = Field(None, title="Họ tên đại diện gia đình")
    received_by: Line = Field(title="Họ tên cán bộ tiếp nhận")

    @model_validator(mode="after")
    def has_a_place(self) -> Self:
        """Rehab is either at home, by a plan, or at a centre, by its name."""
        if (self.centre is None) == (self.plan is None):
            raise ValueError(
                "nêu tên cơ sở cai nghiện, hoặc kế hoạch cai nghiện tại gia đình, cộng đồng / "
                "the centre is named, or the plan of rehab at home"
            )
        return self


class Registration(FormContext):
    """Form 22, registration for voluntary rehab (Decree 116/2021 art. 28.4.a)."""

    committee: str
    place: str
    day: date
    registrant: Kin
    person: PersonBlock
    centre: str | None
    months: int
    plan: Plan | None
    family: str | None
    received_by: str


class RegisterParticulars(Particulars):
    """What form 23 asks beyond the dossier."""

    volume: Line = Field(title="Quyển số")
    opened_on: date = Field(title="Ngày mở sổ")
    order: int = Field(ge=1, title="Số thứ tự trong sổ")
    duration: Line = Field(title="Thời gian cai nghiện")
    where: Line | None = Field(None, title="Địa điểm cai nghiện, khi khác nơi đã ghi nhận")
    remarks: Line = Field("không", title="Ghi chú")
    registered: int = Field(ge=0, title="Tổng số người đăng ký cai nghiện tự nguyện")
    under_way: int = Field(ge=0, title="Tổng số người đang trong thời gian cai nghiện tự nguyện")
    completed: int = Field(ge=0, title="Tổng số người hoàn thành cai nghiện tự nguyện")
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
    from_day: date = Field(title="Cai nghiện từ ngày")
    to_day: date = Field(title="Đến ngày")
    supporter: Line = Field(title="Họ tên, đơn vị người được giao quản lý")
    family: Line = Field(title="Họ tên đại diện gia đình")
    effective_on: date | None = Field(None, title="Ngày có hiệu lực, khi khác ngày ký")


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


def gather_registration(case: Case) -> Registration:
    """The content of form 22.

    Raises:
        MissingValue: a minor's representative, who registers for the minor (art. 28.5.a), is not named.
    """
    stated, person = case.given(RegistrationParticulars), person_of(case)
    if stated.registrant is None and is_minor(case):
        raise MissingValue(
            case.form, f"particulars.{case.form}.registrant", "người đại diện hợp pháp đăng ký"
        )
    own = kin_of(person, "chính người cai nghiện")
    return Registration(
        committee=case.issuer.name,
        place=case.issuer.place,
        day=case.day,
        registrant=printed_kin(stated.registrant) if stated.registrant else own,
        person=person,
        **stated.model_dump(exclude={"registrant"}),
    )


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


def write_registration(sheet: Sheet, context: Registration) -> None:
    """Form 22; its plan stays empty where the rehab is at a centre (note 2)."""
    registrant, person = context.registrant, context.person
    sheet.header(("", context.committee), None, context.place, context.day)
    sheet.title("Đăng ký cai nghiện ma túy tự nguyện")
    sheet.addressee(context.committee)
    sheet.heading("1. Thông tin người đăng ký:")
    _write_name(sheet, registrant.name, registrant.birth_date)
    issued = registrant.identity_issued_on, registrant.identity_issued_by
    write_identity(sheet, f"- {person.id_label}", registrant.identity, *issued)
    sheet.field("- Nơi cư trú", registrant.residence)
    sheet.field("- Số điện thoại", registrant.phone)
    sheet.field("- Quan hệ với người tự nguyện cai nghiện", registrant.relation)
    sheet.heading("2. Thông tin người cai nghiện ma túy tự nguyện:")
    _write_name(sheet, person.name, person.birth)
    write_identity(sheet, f"- {person.id_label}", person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("- Nơi cư trú", person.present_residence)
    sheet.field("- Điện thoại liên hệ", person.phone)
    sheet.heading("3. Đăng ký cai nghiện ma túy tự nguyện với các nội dung sau:")
    sheet.line("3.1. Địa điểm cai nghiện dự kiến:")
    sheet.choices(
        ("a) Tự nguyện cai nghiện tại gia đình, cộng đồng", context.centre is None),
        ("b) Tự nguyện cai nghiện tại cơ sở cai nghiện", context.centre is not None),
    )
    sheet.field("Tên cơ sở cai nghiện", context.centre or "không")
    sheet.line(f"3.2. Thời gian cai nghiện ma túy tự nguyện dự kiến: {context.months:02} tháng.")
    sheet.line("3.3. Dự kiến kế hoạch cai nghiện tự nguyện:")
    rows = [
        (str(nth), step, _where(getattr(context.plan, name, None) or Step()))
        for nth, (name, step) in enumerate(_STEPS.items(), start=1)
    ]
    sheet.table(("TT", "Nội dung", "Địa điểm thực hiện"), rows, (12, 45, 98))
    _write_commitments(sheet)
    sheet.end()
    sheet.signatures(
        (
            Signature("Người đăng ký", _HAND, registrant.name),
            Signature("Đại diện gia đình", _HAND, context.family),
            Signature("Xác nhận của\ncán bộ tiếp nhận", _HAND, context.received_by),
        )
    )


def _write_name(sheet: Sheet, name: str, birth: str) -> None:
    sheet.line("- Họ và tên ", italic("(viết in hoa)"), f": {upper(name)}")
    sheet.field("- Ngày, tháng, năm sinh", birth)


def _where(step: Step) -> str:
    places = (
        ("Tại gia đình, cộng đồng", step.home),
        ("Tại cơ sở cung cấp dịch vụ cai nghiện", step.provider),
    )
    return "\n".join(f"{_BOXES[where is not None]} {label}: {where or 'không'}" for label, where in places)


def _write_commitments(sheet: Sheet) -> None:
    sheet.heading("4. Cam kết của người cai nghiện ma túy:")
    sheet.point("-", "Thực hiện đúng quy trình, thời gian cai nghiện theo đăng ký.")
    sheet.point(
        "-",
        "Tuân thủ quy định quản lý của UBND cấp xã, hướng dẫn của đơn vị cung cấp dịch vụ cai nghiện trong quá trình thực "
        "hiện kế hoạch cai nghiện ma túy của cá nhân (nếu sử dụng dịch vụ cai nghiện).",
    )
    sheet.point("-", "Không sử dụng ma túy dưới bất kỳ hình thức nào.")
    sheet.heading("5. Cam kết của đại diện gia đình hoặc người đại diện theo pháp luật:")
    sheet.point(
        "-",
        "Quản lý, hỗ trợ, động viên người cai nghiện ma túy thực hiện kế hoạch cai nghiện theo đăng ký; không để người "
        "cai nghiện sử dụng ma túy dưới bất kỳ hình thức nào.",
    )
    sheet.point(
        "-",
        "Tạo điều kiện vật chất, tinh thần để người cai nghiện ma túy phục hồi sức khỏe, tâm lý; thực hiện các biện pháp "
        "hỗ trợ, can thiệp, bảo vệ phù hợp theo quy định của pháp luật về bảo vệ trẻ em tham gia học tập (đối với người "
        "dưới 18 tuổi), học nghề, tạo việc làm, sinh kế giúp người cai nghiện hòa nhập cộng đồng, xã hội.",
    )


def write_register(sheet: Sheet, context: Register) -> None:
    """Form 23, with the one row of this person: a dossier holds nobody else's data."""
    header, person, stated = context.header, context.person, context.stated
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
    sheet.table(headings, (("", *map(str, range(1, 9))), row), (9, 20, 24, 12, 32, 19, 13, 14, 12))
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
        code="116-22",
        title="Đăng ký cai nghiện ma túy tự nguyện",
        title_en="Registration for voluntary rehab",
        source=f"{APPENDIX} 22",
        stage=Stage.police_collection,
        issuer="Người đăng ký; Ủy ban nhân dân cấp xã tiếp nhận",
        symbol=None,
        context=Registration,
        gather=gather_registration,
        write=write_registration,
        particulars=RegistrationParticulars,
    ),
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
