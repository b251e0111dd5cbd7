"""The application for voluntary rehab: V-20 of Decree 163/2026, Appendix V."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from documents.case import Block, Case, FormContext, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.family import Kin, KinBlock, own_block, registering
from documents.layout import Sheet, Signature, Text, box, italic, upper
from models.law.facts import Line, Part
from models.law.schema import Stage

_SIGNED = "(Ký, ghi rõ họ tên)"
Place = Literal["private", "school", "public", "home"]


class Step(Part):
    """Where one step of the rehab plan is done."""

    where: Literal["home", "facility"] = Field(title="Tại gia đình, cộng đồng hay tại cơ sở cung cấp dịch vụ")
    detail: Line = Field(title="Địa chỉ; tổ chức, cá nhân cung cấp dịch vụ hoặc tên cơ sở")


class Plan(Part):
    """The plan for rehab at home or in the community."""

    detox: Step = Field(title="Điều trị cắt cơn, giải độc, rối loạn tâm thần")
    behaviour: Step = Field(title="Phục hồi hành vi, nhân cách")
    labour: Step = Field(title="Lao động trị liệu")
    vocational: Line = Field("không", title="Học nghề (nếu có): dự kiến địa điểm")


class ApplicationParticulars(Particulars):
    """What V-20 asks beyond the dossier."""

    applicant: Kin | None = Field(
        None, title="Người viết đơn (để trống: chính người tự nguyện cai nghiện từ đủ 18 tuổi)"
    )
    where: Place = Field(title="Địa điểm cai nghiện dự kiến")
    plan: Plan | None = Field(None, title="Kế hoạch cai nghiện tại gia đình, cộng đồng")
    officer: Line = Field(title="Cán bộ tiếp nhận")

    @model_validator(mode="after")
    def only_rehab_at_home_has_a_plan(self) -> Self:
        """Item 3.2 is filled for a), and for a) only."""
        if (self.where == "home") != (self.plan is not None):
            raise ValueError(
                "kế hoạch cai nghiện lập khi và chỉ khi cai nghiện tại gia đình, cộng đồng"
                " / a plan goes with rehab at home, and only with it"
            )
        return self


class Spot(Block):
    """Where one step of the plan is done, under the box it belongs to."""

    home: str | None
    facility: str | None


class Application(FormContext):
    """V-20, application for voluntary rehab (Decree 163/2026 art. 89.3.b)."""

    place: str
    day: date
    police: str
    applicant: KinBlock
    person: PersonBlock
    at_home: bool
    in_public_centre: bool
    in_school: bool
    in_private_centre: bool
    detox: Spot
    behaviour: Spot
    labour: Spot
    vocational: str
    officer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_application(case: Case) -> Application:
    """The content of V-20."""
    stated = case.given(ApplicationParticulars)
    plan, person = stated.plan, person_of(case)
    return Application(
        place=case.issuer.place,
        day=case.day,
        police=case.issuer.name,
        applicant=registering(case, stated.applicant, "applicant", person.registered_residence),
        person=person,
        at_home=stated.where == "home",
        in_public_centre=stated.where == "public",
        in_school=stated.where == "school",
        in_private_centre=stated.where == "private",
        detox=_spot(plan.detox if plan else None),
        behaviour=_spot(plan.behaviour if plan else None),
        labour=_spot(plan.labour if plan else None),
        vocational=plan.vocational if plan else "không",
        officer=stated.officer,
    )


def _spot(step: Step | None) -> Spot:
    detail = step.detail if step else None
    home = step is not None and step.where == "home"
    return Spot(home=detail if home else None, facility=None if home else detail)


# -- writing ----------------------------------------------------------------------------------------------


def write_application(sheet: Sheet, context: Application) -> None:
    """V-20; only rehab at home has a plan (item 3.2), elsewhere its table says none."""
    applicant, person = context.applicant, context.person
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Đơn xin đi cai nghiện ma tuý tự nguyện", rule=False)
    sheet.addressee(f"Trưởng {context.police}")
    sheet.heading("1. Thông tin người viết đơn:")
    _write_applicant(sheet, applicant, person.id_label)
    sheet.field("- Số điện thoại", applicant.phone)
    sheet.field("- Quan hệ với người tự nguyện cai nghiện", applicant.relation)
    sheet.heading("2. Thông tin người cai nghiện ma túy tự nguyện:")
    _write_applicant(sheet, own_block(person, person.registered_residence), person.id_label)
    sheet.field("- Điện thoại liên hệ", person.phone)
    sheet.heading("3. Đăng ký cai nghiện ma túy tự nguyện với các nội dung sau:")
    sheet.line(
        "3.1. Địa điểm cai nghiện dự kiến ",
        italic("(lựa chọn và đánh dấu X vào hình thức đăng ký cai nghiện ma túy tự nguyện phù hợp):"),
    )
    sheet.option("a) Tại gia đình, cộng đồng", checked=context.at_home)
    sheet.line(italic("(Xây dựng kế hoạch cai nghiện theo điểm 3.2)"))
    sheet.option("b) Tại cơ sở cai nghiện ma túy công lập", checked=context.in_public_centre)
    sheet.option(
        "c) Tại Trường giáo dưỡng (chỉ áp dụng cho người nghiện từ đủ 12 tuổi đến dưới 18 tuổi)",
        checked=context.in_school,
    )
    sheet.option("d) Tại cơ sở cai nghiện ma túy tư nhân", checked=context.in_private_centre)
    sheet.line("3.2. Kế hoạch cai nghiện ma túy tự nguyện tại gia đình, cộng đồng")
    home = "(Ghi rõ địa chỉ nhà (tổ, thôn, xóm, bản)"
    served = f"{home}; tổ chức, cá nhân cung cấp dịch vụ)"
    learning = ("Dự kiến địa điểm học nghề ", italic("(ghi rõ tên, địa chỉ)"), f": {context.vocational}")
    sheet.table(
        ("TT", "Nội dung", "Địa điểm thực hiện"),
        (
            ("1", "Điều trị cắt cơn, giải độc, rối loạn tâm thần", _place_of(context.detox, served)),
            ("2", "Phục hồi hành vi, nhân cách", _place_of(context.behaviour, served)),
            ("3", "Lao động trị liệu", _place_of(context.labour, f"{home})")),
            ("4", "Học nghề (nếu có)", learning),
        ),
        (10, 45, 100),
    )
    sheet.signatures(
        (
            Signature("Cán bộ tiếp nhận", _SIGNED, context.officer),
            Signature("Người viết đơn", _SIGNED, applicant.name),
        )
    )


def _write_applicant(sheet: Sheet, who: KinBlock, id_label: str) -> None:
    sheet.line("- Họ và tên ", italic("(viết in hoa)"), f": {upper(who.name)}")
    sheet.fields(("- Ngày, tháng, năm sinh", who.birth), ("Giới tính", who.sex))
    sheet.fields(
        (f"- {id_label}", who.id_number), ("Ngày cấp", who.id_issued_on), ("Nơi cấp", who.id_issued_by)
    )
    sheet.field("- Nơi cư trú", who.residence)


def _place_of(spot: Spot, asked: str) -> tuple[Text, ...]:
    """Where a step of the plan is done: a box for home and one for a facility."""
    return (
        f"{box(checked=spot.home is not None)} Tại gia đình, cộng đồng ", italic(asked),
        f": {spot.home or 'không'}\n{box(checked=spot.facility is not None)} Tại cơ sở cung cấp dịch vụ cai nghiện: ",
        italic("(ghi rõ tên, địa chỉ)"), f": {spot.facility or 'không'}",
    )  # fmt: skip


FORMS: tuple[Form, ...] = (
    Form(
        code="V-20",
        title="Đơn xin đi cai nghiện ma túy tự nguyện",
        title_en="Application for voluntary rehab",
        source="NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số 20",
        stage=Stage.police_collection,
        issuer="Người nghiện ma túy; cha, mẹ, người giám hộ hoặc người đại diện hợp pháp",
        symbol=None,
        context=Application,
        gather=gather_application,
        write=write_application,
        particulars=ApplicationParticulars,
    ),
)
