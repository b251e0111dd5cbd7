"""Handing a person over, while the file is compiled and to the centre: forms 37 and 40 of Decree 116/2021, Appendix II."""

from pydantic import AwareDatetime, Field

from documents.case import Case, FormContext, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_116 import APPENDIX, Kin, Words, printed_kin, reference, words_of, write_kin
from documents.forms.decree_116_pending import RELATION, facility_of
from documents.forms.decree_163 import (
    Representative,
    begun,
    effective_decision,
    representative,
    signed_by,
    write_copies,
    write_party,
)
from documents.forms.hand_over import write_delivered
from documents.forms.pending import write_handed_over
from documents.forms.plain import capital, legal_day
from documents.layout import Sheet, Signature, bold
from models.law.facts import Line, Official
from models.law.schema import Stage

_STAMP_IF_ANY = "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))"


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
        where=stated.where or (custodian.residence if custodian else facility_of(case)),
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
    sheet.line(bold("1."), f" Hôm nay, {begun(context.at)} tại {context.where}, chúng tôi gồm:")
    write_party(sheet, "a) Đại diện bên giao:", context.giver)
    if context.receiver:
        write_party(sheet, "b) Đại diện bên nhận:", context.receiver)
    received = signed_by("Đại diện bên nhận", _STAMP_IF_ANY, context.receiver) if context.receiver else None
    if custodian:
        sheet.line("b) Đại diện bên nhận:")
        write_kin(sheet, custodian, person.id_label)
        sheet.field(RELATION, custodian.relation)
        received = Signature("Đại diện bên nhận", _STAMP_IF_ANY, custodian.name)
    sheet.line(bold("2."), f" Tiến hành giao, nhận hồ sơ, người bị quản lý {during} như sau:")
    write_handed_over(sheet, "bị quản lý", person, context.condition, context.papers, context.belongings)
    write_copies(sheet, context.at)
    sheet.end()
    sheet.signatures((signed_by("Đại diện bên giao", _STAMP_IF_ANY, context.giver), received))


def write_intake(sheet: Sheet, context: Intake) -> None:
    """Form 40."""
    measure, facility = context.words.measure, context.words.facility
    named = capital(facility)
    sheet.header(None, place=context.place, day=legal_day(context.at))
    sheet.title("Biên bản", f"Về việc giao, nhận hồ sơ, người vào {facility}")
    sheet.basis(
        f"Căn cứ {context.words.decree}",
        f"Căn cứ Quyết định {context.court_decision} về việc áp dụng biện pháp {measure}",
    )
    sheet.line(bold("1."), f" Hôm nay, {begun(context.at)} tại {named}: {context.centre}, chúng tôi gồm:")
    write_party(sheet, "a) Đại diện bên giao:", context.giver)
    write_party(sheet, "b) Đại diện bên nhận:", context.receiver, named)
    sheet.line(
        bold("2."), f" Tiến hành giao, nhận hồ sơ, người bị áp dụng biện pháp {measure} với các nội dung sau:"
    )
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
