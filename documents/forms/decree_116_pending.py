"""Who manages the person while the file is compiled: forms 35 and 36 of Decree 116/2021, Appendix II."""

from datetime import date

from pydantic import Field

from documents.case import (
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
from documents.forms.decree_116 import (
    APPENDIX,
    Kin,
    Words,
    compiler_of,
    printed_kin,
    words_of,
    write_kin,
)
from documents.forms.decree_163 import (
    FILED,
    RESIDENCE,
    write_person,
)
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Day, Line
from models.law.schema import Stage

RELATION = "Quan hệ với người nghiện ma túy được quản lý"


class FamilyOpinionParticulars(Particulars):
    """What form 35 asks beyond the dossier."""

    relative: Kin = Field(title="Đại diện gia đình")
    agrees: bool | None = Field(None, title="Đồng ý quản lý, khi chưa ghi nhận")
    from_day: Day | None = Field(None, title="Quản lý từ ngày, khi khác ngày lập")


class FamilyOpinion(FormContext):
    """Form 35, the family's word on managing the person (Decree 116/2021 art. 45)."""

    place: str
    day: date
    words: Words
    compiler: str
    relative: Kin
    agrees: bool
    person: PersonBlock
    from_day: date


class PendingOrderParticulars(Particulars):
    """What form 36 asks beyond the dossier."""

    unit: Line = Field(title="Đơn vị tham mưu đề nghị")
    confirmed_by: Line | None = Field(None, title="Họ tên người lập bản xác nhận của gia đình (Mẫu 35)")
    confirmed_on: Day | None = Field(None, title="Ngày bản xác nhận, khi lập ngoài hệ thống")
    facility: Line | None = Field(None, title="Tên, địa chỉ cơ sở quản lý, khi khác cơ sở đã ghi nhận")
    custodian: Kin | None = Field(None, title="Đại diện gia đình được giao quản lý")
    committee_duty: Line | None = Field(
        None, title="Trách nhiệm của Ủy ban nhân dân cấp xã nơi đối tượng cư trú (Điều 46)"
    )
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class PendingOrder(FormContext):
    """Form 36, decision on who manages the person while the file is compiled (art. 46)."""

    header: Header
    words: Words
    confirmed_by: str | None
    confirmed_on: date | None
    unit: str
    person: PersonBlock
    facility: str | None
    custodian: Kin | None
    reason: str
    committee_duty: str | None
    recipients: tuple[str, ...]
    position: str
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_family_opinion(case: Case) -> FamilyOpinion:
    """The content of form 35."""
    stated = case.given(FamilyOpinionParticulars)
    agrees = stated.agrees
    return FamilyOpinion(
        place=case.issuer.place,
        day=case.day,
        words=words_of(case),
        compiler=compiler_of(case),
        relative=printed_kin(stated.relative),
        agrees=case.fact("family_agrees", "gia đình đồng ý quản lý") if agrees is None else agrees,
        person=person_of(case),
        from_day=stated.from_day or case.day,
    )


def gather_pending_order(case: Case) -> PendingOrder:
    """The content of form 36: a facility or the family, as decided.

    Raises:
        MissingValue: nobody is named to manage the person, or the family's word has no date.
    """
    stated, family = (
        case.given(PendingOrderParticulars),
        case.fact("pending_form", "hình thức quản lý") == "family",
    )
    if family and stated.custodian is None:
        raise MissingValue(
            case.form, f"particulars.{case.form}.custodian", "đại diện gia đình được giao quản lý"
        )
    confirmed_on = stated.confirmed_on
    if stated.confirmed_by and confirmed_on is None:
        confirmed_on = case.document("116-35").day
    return PendingOrder(
        header=header_of(case),
        words=words_of(case),
        confirmed_by=stated.confirmed_by,
        confirmed_on=confirmed_on if stated.confirmed_by else None,
        unit=stated.unit,
        person=person_of(case),
        facility=None if family else stated.facility or facility_of(case),
        custodian=printed_kin(stated.custodian) if family and stated.custodian else None,
        reason=case.fact("pending_reason", "lý do giao quản lý"),
        committee_duty=stated.committee_duty,
        recipients=stated.recipients,
        position=case.signer.position,
        signer=case.signer.name,
    )


def facility_of(case: Case) -> str:
    """The centre of the dossier by name and address."""
    centre = case.party("centre")
    return f"{centre.name}, địa chỉ: {centre.address}"


# -- writing ----------------------------------------------------------------------------------------------


def _until(measure: str, from_day: date) -> str:
    """How long pending management lasts (art. 44.2)."""
    return (
        f"từ {long_date(from_day)} đến khi người có thẩm quyền đưa đối tượng đi áp dụng biện pháp {measure} theo quyết "
        "định của Tòa án."
    )


def write_family_opinion(sheet: Sheet, context: FamilyOpinion) -> None:
    """Form 35."""
    relative, person, measure = context.relative, context.person, context.words.measure
    sheet.header(None, place=context.place, day=context.day)
    sheet.title(
        "Bản xác nhận",
        f"Về việc quản lý người nghiện ma túy trong thời gian lập hồ sơ đề nghị\náp dụng biện pháp {measure}",
    )
    sheet.addressee(context.compiler)
    write_kin(sheet, relative, person.id_label, "1. Tôi tên là ")
    sheet.field("2. Quan hệ với người nghiện ma túy được quản lý", relative.relation)
    answer = "Đồng ý" if context.agrees else "Không đồng ý"
    sheet.line(
        f"3. Xác nhận: {answer} quản lý người nghiện ma túy trong thời gian làm thủ tục, hồ sơ đề nghị áp dụng biện pháp "
        f"{context.words.drug_measure} đối với:"
    )
    write_person(sheet, person)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("4. Thời gian quản lý", _until(context.words.drug_measure, context.from_day))
    sheet.end()
    sheet.signatures((None, Signature("Người xác nhận", "(Ký, ghi rõ họ tên)", relative.name)))


def write_pending_order(sheet: Sheet, context: PendingOrder) -> None:
    """Form 36; art. 46.2 asks for the reason and the commune's duty, for which it has no place: they end article 1."""
    header, words = context.header, context.words
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    about = (
        f"quản lý người nghiện ma túy trong thời gian làm thủ tục đề nghị áp dụng biện pháp {words.measure}"
    )
    sheet.title("Quyết định", f"Về việc {about}")
    sheet.authority(header.issuer)
    confirmed: tuple[str, ...] = ()
    if context.confirmed_by and context.confirmed_on:
        confirmed = (
            f"Căn cứ bản xác nhận {long_date(context.confirmed_on)} của Ông (bà) {context.confirmed_by}",
        )
    sheet.basis(
        "Căn cứ Luật Phòng, chống ma túy năm 2021",
        f"Căn cứ {words.decree}",
        *confirmed,
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved()
    sheet.article(1, f"Quản lý có thời hạn đối với người nghiện ma túy {about.partition('ma túy ')[2]}.")
    sheet.line("1. Người bị quản lý:")
    write_person(sheet, context.person)
    sheet.field(RESIDENCE, context.person.present_residence)
    _write_custodian(sheet, context)
    sheet.field("3. Thời gian quản lý", _until(words.measure, header.day))
    sheet.line(
        "4. Người bị quản lý, tổ chức (hoặc đại diện gia đình) được giao quản lý thực hiện trách nhiệm theo quy định tại "
        f"Điều 48 {words.decree}."
    )
    sheet.field("5. Lý do", context.reason)
    if context.committee_duty:
        sheet.field("6. Trách nhiệm của Ủy ban nhân dân cấp xã nơi đối tượng cư trú", context.committee_duty)
    sheet.article(2, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.line(
        f"Các ông (bà) {context.unit} và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này."
    )
    sheet.end()
    signature = Signature(context.position, "(Ký, ghi rõ họ tên, đóng dấu)", context.signer)
    sheet.closing(("Như Điều 2", *context.recipients, FILED), signature)


def _write_custodian(sheet: Sheet, context: PendingOrder) -> None:
    """Item 2: the facility, or the relative."""
    sheet.line("2. Tổ chức (hoặc đại diện gia đình) được giao quản lý:")
    if context.facility:
        sheet.field("Cơ sở", context.facility)
    if context.custodian:
        write_kin(sheet, context.custodian, context.person.id_label)
        sheet.field(RELATION, context.custodian.relation)


FORMS: tuple[Form, ...] = (
    Form(
        code="116-35",
        title="Bản xác nhận của gia đình về việc quản lý người nghiện ma túy trong thời gian lập hồ sơ",
        title_en="The family's word on managing the person",
        source=f"{APPENDIX} 35",
        stage=Stage.police_collection,
        issuer="Đại diện gia đình",
        symbol=None,
        context=FamilyOpinion,
        gather=gather_family_opinion,
        write=write_family_opinion,
        particulars=FamilyOpinionParticulars,
    ),
    Form(
        code="116-36",
        title="Quyết định quản lý người nghiện ma túy trong thời gian làm thủ tục đề nghị",
        title_en="Decision on pending management",
        source=f"{APPENDIX} 36",
        stage=Stage.police_collection,
        issuer="Cơ quan lập hồ sơ",
        symbol="QĐ-QLNN",
        context=PendingOrder,
        gather=gather_pending_order,
        write=write_pending_order,
        particulars=PendingOrderParticulars,
    ),
)
