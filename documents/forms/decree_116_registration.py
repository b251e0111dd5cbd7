"""Registration for voluntary rehab: form 22 of Decree 116/2021, Appendix II."""

from datetime import date

from pydantic import Field

from documents.case import Case, FormContext, MissingValue, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_116 import APPENDIX, Kin, kin_of, printed_kin
from documents.forms.decree_163 import is_minor, write_identity
from documents.layout import Sheet, Signature, italic, upper
from models.law.facts import Line, Part, Whole
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


class Centre(Part):
    """Rehab at a centre, which makes the plan itself (note 2 of the form)."""

    centre: Line = Field(title="Tên cơ sở cai nghiện")


class RegistrationParticulars(Particulars):
    """What form 22 asks beyond the dossier."""

    registrant: Kin | None = Field(None, title="Người đăng ký, khi không phải là người cai nghiện")
    where: Plan | Centre = Field(title="Kế hoạch cai nghiện tại gia đình, cộng đồng, hoặc cơ sở cai nghiện")
    months: Whole = Field(ge=_LEAST_MONTHS, title="Thời gian cai nghiện dự kiến (tháng)")
    family: Line | None = Field(None, title="Họ tên đại diện gia đình")
    received_by: Line = Field(title="Họ tên cán bộ tiếp nhận")


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
        centre=stated.where.centre if isinstance(stated.where, Centre) else None,
        plan=stated.where if isinstance(stated.where, Plan) else None,
        months=stated.months,
        family=stated.family,
        received_by=stated.received_by,
    )


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
    hint = "(lựa chọn và đánh dấu X vào hình thức đăng ký cai nghiện ma túy tự nguyện phù hợp)"
    sheet.line("3.1. Địa điểm cai nghiện dự kiến ", italic(hint), ":")
    sheet.choices(
        (
            "a) Tự nguyện cai nghiện tại gia đình, cộng đồng (Dự kiến kế hoạch cai nghiện theo điểm 3.3)",
            context.centre is None,
        ),
        ("b) Tự nguyện cai nghiện tại cơ sở cai nghiện", context.centre is not None),
    )
    sheet.field("Ghi rõ tên cơ sở cai nghiện", context.centre or "không")
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
        ("Tại gia đình, cộng đồng (ghi rõ địa chỉ nhà (tổ, thôn, xóm, bản))", step.home),
        ("Tại cơ sở cung cấp dịch vụ cai nghiện (ghi rõ tên, địa chỉ)", step.provider),
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
)
