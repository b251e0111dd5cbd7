"""Pending management and delivery: forms 35, 36, 37 and 40 of Decree 116/2021, Appendix II."""

from datetime import date

from pydantic import AwareDatetime, Field

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
    reference,
    words_of,
    write_kin,
)
from documents.forms.decree_163 import (
    FILED,
    RESIDENCE,
    Representative,
    begun,
    effective_decision,
    representative,
    signed_by,
    write_copies,
    write_party,
    write_person,
)
from documents.forms.hand_over import write_delivered
from documents.forms.pending import write_handed_over
from documents.forms.plain import legal_day
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Line, Official
from models.law.schema import Stage

_RELATION = "Quan hệ với người nghiện ma túy được quản lý"
_STAMP_IF_ANY = "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))"


class FamilyOpinionParticulars(Particulars):
    """What form 35 asks beyond the dossier."""

    relative: Kin = Field(title="Đại diện gia đình")
    agrees: bool | None = Field(None, title="Đồng ý quản lý, khi chưa ghi nhận")
    from_day: date | None = Field(None, title="Quản lý từ ngày, khi khác ngày lập")


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
    confirmed_on: date | None = Field(None, title="Ngày bản xác nhận, khi lập ngoài hệ thống")
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


class PendingMinutesParticulars(Particulars):
    """What form 37 asks beyond the dossier; all of it only where no act has recorded the hand-over."""

    decision: Line | None = Field(
        None, title="Số, ngày, cơ quan của quyết định quản lý, khi lập ngoài hệ thống"
    )
    where: Line | None = Field(None, title="Địa chỉ nơi giao nhận, khi khác cơ sở đã ghi nhận")
    giver: Official | None = Field(None, title="Đại diện bên giao")
    custodian: Kin | None = Field(None, title="Đại diện gia đình nhận quản lý")
    condition: Line | None = Field(None, title="Tình trạng người bị quản lý")
    papers: tuple[Line, ...] = Field((), title="Hồ sơ kèm theo")
    belongings: tuple[Line, ...] = Field((), title="Tư trang, đồ dùng cá nhân")


class PendingMinutes(FormContext):
    """Form 37, minutes of handing the person over for pending management (art. 47.3.b)."""

    words: Words
    decision: str
    at: AwareDatetime
    where: str
    giver: Representative
    receiver: Representative | None
    custodian: Kin | None
    person: PersonBlock
    condition: str
    papers: tuple[str, ...]
    belongings: tuple[str, ...]


class IntakeParticulars(Particulars):
    """What form 40 asks beyond the dossier."""

    court_decision: Line | None = Field(
        None, title="Số, ngày quyết định và tên Tòa án, khi lập ngoài hệ thống"
    )


class Intake(FormContext):
    """Form 40, minutes of delivering the person to the centre (art. 55.2)."""

    place: str
    words: Words
    court_decision: str
    at: AwareDatetime
    centre: str
    giver: Representative
    receiver: Representative
    person: PersonBlock
    condition: str
    health_check: str
    papers: tuple[str, ...]
    belongings: tuple[str, ...]


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
        facility=None if family else stated.facility or _facility(case),
        custodian=printed_kin(stated.custodian) if family and stated.custodian else None,
        reason=case.fact("pending_reason", "lý do giao quản lý"),
        committee_duty=stated.committee_duty,
        recipients=stated.recipients,
        position=case.signer.position,
        signer=case.signer.name,
    )


def _facility(case: Case) -> str:
    centre = case.party("centre")
    return f"{centre.name}, địa chỉ: {centre.address}"


def gather_pending_minutes(case: Case) -> PendingMinutes:
    """The content of form 37; the family takes the person over from nobody's act, so all may be stated."""
    stated = case.given(PendingMinutesParticulars)
    custodian = stated.custodian
    receiver = None
    if custodian is None:
        centre = case.parties.get("centre")
        received_by = case.fact("hand_over_to", "đại diện bên nhận")
        receiver = representative(received_by, centre.name if centre else "cơ sở quản lý")
    giver = stated.giver or case.fact("hand_over_by", "đại diện bên giao")
    return PendingMinutes(
        words=words_of(case),
        decision=reference(case, stated.decision, "116-36"),
        at=case.occurred_at,
        where=stated.where or (custodian.residence if custodian else _facility(case)),
        giver=representative(giver, case.issuer.name),
        receiver=receiver,
        custodian=printed_kin(custodian) if custodian else None,
        person=person_of(case),
        condition=stated.condition or case.fact("condition", "tình trạng của người bị quản lý"),
        papers=stated.papers or case.fact("file_papers", "hồ sơ kèm theo"),
        belongings=stated.belongings or case.fact("belongings", "tư trang, đồ dùng cá nhân"),
    )


def gather_intake(case: Case) -> Intake:
    """The content of form 40."""
    centre = case.party("centre")
    return Intake(
        place=centre.place,
        words=words_of(case),
        court_decision=case.given(IntakeParticulars).court_decision or effective_decision(case),
        at=case.fact("delivered_at", "thời điểm giao, nhận người"),
        centre=centre.name,
        giver=representative(case.fact("hand_over_by", "đại diện bên giao"), case.issuer.name),
        receiver=representative(case.fact("hand_over_to", "đại diện bên nhận"), centre.name),
        person=person_of(case),
        condition=case.fact("condition", "tình trạng của người được giao"),
        health_check=case.fact("health_check", "kết quả kiểm tra sức khỏe"),
        papers=case.fact("file_papers", "hồ sơ kèm theo"),
        belongings=case.fact("belongings", "tư trang, đồ dùng cá nhân"),
    )


# -- writing ----------------------------------------------------------------------------------------------


def _until(words: Words, from_day: date) -> str:
    """How long pending management lasts (art. 44.2)."""
    return (
        f"từ {long_date(from_day)} đến khi người có thẩm quyền đưa đối tượng đi áp dụng biện pháp {words.measure} theo "
        "quyết định của Tòa án."
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
        f"{measure} đối với:"
    )
    write_person(sheet, person)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("4. Thời gian quản lý", _until(context.words, context.from_day))
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
    sheet.field("3. Thời gian quản lý", _until(words, header.day))
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
        sheet.field(_RELATION, context.custodian.relation)


def write_pending_minutes(sheet: Sheet, context: PendingMinutes) -> None:
    """Form 37; it has no place and date under the motto."""
    person, custodian, measure = context.person, context.custodian, context.words.measure
    during = f"trong thời gian lập hồ sơ đề nghị áp dụng biện pháp {measure}"
    sheet.header(None)
    sheet.title("Biên bản", f"Về việc giao, nhận hồ sơ, người bị quản lý {during}")
    sheet.basis(
        f"Căn cứ {context.words.decree}",
        f"Căn cứ Quyết định {context.decision} về việc quản lý người nghiện ma túy {during}",
    )
    sheet.line(f"1. Hôm nay, {begun(context.at)} tại {context.where}, chúng tôi gồm:")
    write_party(sheet, "a) Đại diện bên giao:", context.giver)
    if context.receiver:
        write_party(sheet, "b) Đại diện bên nhận:", context.receiver)
    received = signed_by("Đại diện bên nhận", _STAMP_IF_ANY, context.receiver) if context.receiver else None
    if custodian:
        sheet.line("b) Đại diện bên nhận:")
        write_kin(sheet, custodian, person.id_label)
        sheet.field(_RELATION, custodian.relation)
        received = Signature("Đại diện bên nhận", _STAMP_IF_ANY, custodian.name)
    sheet.line(f"2. Tiến hành giao, nhận hồ sơ, người bị quản lý {during} như sau:")
    write_handed_over(sheet, "bị quản lý", person, context.condition, context.papers, context.belongings)
    write_copies(sheet, context.at)
    sheet.end()
    sheet.signatures((signed_by("Đại diện bên giao", _STAMP_IF_ANY, context.giver), received))


def write_intake(sheet: Sheet, context: Intake) -> None:
    """Form 40."""
    measure, facility = context.words.measure, context.words.facility
    named = facility[:1].upper() + facility[1:]
    sheet.header(None, place=context.place, day=legal_day(context.at))
    sheet.title("Biên bản", f"Về việc giao, nhận hồ sơ, người vào {facility}")
    sheet.basis(
        f"Căn cứ {context.words.decree}",
        f"Căn cứ Quyết định {context.court_decision} về việc áp dụng biện pháp {measure}",
    )
    sheet.line(f"1. Hôm nay, {begun(context.at)} tại {named}: {context.centre}, chúng tôi gồm:")
    write_party(sheet, "a) Đại diện bên giao:", context.giver)
    write_party(sheet, "b) Đại diện bên nhận:", context.receiver, named)
    sheet.line(f"2. Tiến hành giao, nhận hồ sơ, người bị áp dụng biện pháp {measure} với các nội dung sau:")
    delivered = context.person, context.condition, context.health_check, context.papers, context.belongings
    write_delivered(sheet, measure, *delivered)
    write_copies(sheet, context.at)
    sheet.end()
    sheet.signatures(
        (
            signed_by("Đại diện bên giao", "(Ký, ghi rõ họ tên, chức vụ)", context.giver),
            signed_by("Đại diện bên nhận", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu)", context.receiver),
        )
    )


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
    Form(
        code="116-37",
        title="Biên bản giao, nhận hồ sơ, người bị quản lý trong thời gian lập hồ sơ",
        title_en="Minutes of handing the person over for pending management",
        source=f"{APPENDIX} 37",
        stage=Stage.police_collection,
        issuer="Cơ quan lập hồ sơ và bên nhận quản lý",
        symbol=None,
        context=PendingMinutes,
        gather=gather_pending_minutes,
        write=write_pending_minutes,
        particulars=PendingMinutesParticulars,
    ),
    Form(
        code="116-40",
        title="Biên bản giao, nhận hồ sơ, người vào cơ sở cai nghiện bắt buộc",
        title_en="Minutes of delivering the person to the centre",
        source=f"{APPENDIX} 40",
        stage=Stage.execution,
        issuer="Công an cấp huyện và cơ sở cai nghiện bắt buộc",
        symbol=None,
        context=Intake,
        gather=gather_intake,
        write=write_intake,
        particulars=IntakeParticulars,
    ),
)
