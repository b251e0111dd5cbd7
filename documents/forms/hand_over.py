"""Hand-over of a paper and delivery to the centre: V-23 and V-42 of Decree 163/2026, Appendix V."""

from dataclasses import dataclass
from typing import Annotated, Literal, cast

from pydantic import AwareDatetime, Field

from documents.case import AgencyCard, Case, FormContext, MissingValue, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    Representative,
    begun,
    cited,
    effective_decision,
    is_minor,
    representative,
    signed_by,
    write_copies,
    write_identity,
    write_list,
    write_party,
    write_person,
)
from documents.forms.plain import capital, legal_day
from documents.layout import Sheet, Signature, bold, italic
from models.law.facts import Instant, Line, Official, Receiver
from models.law.schema import Stage
from models.person import SEXES, birth_in_words

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_ASSIGNED = (
    "giao cơ sở cai nghiện ma túy công lập tiếp nhận người bị áp dụng biện pháp đưa đi cai nghiện bắt buộc"
)
_LENT = (
    "tạm thời đưa người cai nghiện ra khỏi cơ sở cai nghiện ma túy công lập, trường giáo dưỡng theo yêu cầu của cơ quan "
    "tố tụng hình sự"
)


@dataclass(frozen=True)
class _Delivered:
    """What one act delivers with V-23: the form, its kind and subject, and which facts say to whom and when."""

    form: str
    kind: str
    about: str
    receiver: str
    received_at: str


_DELIVERED = {
    "notify_result": _Delivered(
        "109-05", "Phiếu kết quả", "xác định tình trạng nghiện ma túy", "result_told_to", "result_told_at"
    ),
    "notify_person": _Delivered(
        "V-37",
        "Thông báo",
        "lập hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "notice_receiver",
        "notice_received_at",
    ),
    "start_in_place": _Delivered("P-03", "Quyết định", _ASSIGNED, "result_told_to", "delivered_at"),
}


Lines = Annotated[tuple[Line, ...], Field(min_length=1)]


class PaperParticulars(Particulars):
    """What V-23 asks where no act delivers what it is about: any paper, or the person for a funeral (art. 121.3, 123.2.b)."""

    kind: Literal["Quyết định", "Giấy xác nhận", "Thông báo", "người cai nghiện ma túy"] = Field(
        title="Giao nhận văn bản hay người"
    )
    delivered: Line = Field(
        title="Văn bản được giao (loại, số, ngày, về việc gì), hoặc người được giao và để làm gì"
    )
    at: Instant = Field(title="Thời điểm giao nhận")
    giver: Official = Field(title="Đại diện bên giao")
    receiver: Receiver = Field(title="Người nhận")
    refusal: Line | None = Field(None, title="Lý do bên nhận không nhận")


class MoveParticulars(Particulars):
    """What V-42 asks when the person is lent to criminal proceedings, comes back or otherwise moves (art. 111.2)."""

    way: Literal["vào", "ra khỏi"] = Field(title="Đưa người vào hay ra khỏi cơ sở")
    basis: Line | None = Field(
        None, title="Căn cứ (văn bản, số, ngày, về việc gì), nếu không phải Quyết định theo Mẫu 47"
    )
    at: Instant = Field(title="Thời điểm giao, nhận")
    giver: Official = Field(title="Đại diện bên giao")
    receiver: Official = Field(title="Đại diện bên nhận")
    condition: Line = Field(title="Tình trạng của người được giao (đặc điểm, sức khỏe, bất thường)")
    health_check: Line = Field(title="Kết quả kiểm tra sức khỏe")
    papers: Lines = Field(title="Hồ sơ kèm theo")
    belongings: Lines = Field(("không",), title="Tư trang, đồ dùng cá nhân")


class PaperHandOver(FormContext):
    """V-23, minutes of handing over a paper (Decree 163/2026 art. 89.1, 102.1, 107.1)."""

    place: str
    at: AwareDatetime
    where: str
    giver: Representative
    receiver: Receiver
    id_label: str
    kind: str
    paper: str
    refusal: str | None


class Delivery(FormContext):
    """V-42, minutes of handing over the person and the file to the centre (art. 108.1)."""

    place: str
    at: AwareDatetime
    court_decision: str
    centre_decision: str
    """Empty once the measure is being served."""
    assigned: str = _ASSIGNED
    way: Literal["vào", "ra khỏi"] = "vào"
    basis: str | None = None
    """Why the person moves once the measure is being served."""
    centre: str
    giver: Representative
    receiver: Representative
    person: PersonBlock
    condition: str
    health_check: str
    papers: tuple[str, ...]
    belongings: tuple[str, ...]


# -- gathering --------------------------------------------------------------------------------------------


def _assigned(case: Case) -> str:
    """What P-03 decides; a minor may be taken in by a reformatory school (art. 106-107)."""
    place = "cơ sở cai nghiện ma túy công lập"
    return _ASSIGNED.replace(place, f"{place}, trường giáo dưỡng") if is_minor(case) else _ASSIGNED


def gather_paper_hand_over(case: Case) -> PaperHandOver:
    """The content of V-23: what is delivered depends on the act, or is stated."""
    if case.action not in _DELIVERED:
        return _stated_hand_over(case, case.given(PaperParticulars))
    delivered = _DELIVERED[case.action]
    receiver = cast("Receiver", case.fact(delivered.receiver, "người nhận"))
    server = cast("Official", case.fact("server", "người giao văn bản"))
    about = _assigned(case) if delivered.form == "P-03" else delivered.about
    return PaperHandOver(
        place=case.issuer.place,
        at=case.fact(delivered.received_at, "thời điểm giao nhận"),
        where=f"{case.issuer.name}, {case.issuer.address}",
        giver=representative(server, case.issuer.name),
        receiver=_printed(receiver),
        id_label=case.wording.id_label,
        kind=delivered.kind,
        paper=f"{delivered.kind} {cited(case.document(delivered.form))} về việc {about}",
        refusal=case.facts.get("notice_refused_reason") if case.action == "notify_person" else None,
    )


def _stated_hand_over(case: Case, stated: PaperParticulars) -> PaperHandOver:
    return PaperHandOver(
        place=case.issuer.place,
        at=stated.at,
        where=f"{case.issuer.name}, {case.issuer.address}",
        giver=representative(stated.giver, case.issuer.name),
        receiver=_printed(stated.receiver),
        id_label=case.wording.id_label,
        kind=stated.kind,
        paper=stated.delivered,
        refusal=stated.refusal,
    )


def _printed(receiver: Receiver) -> Receiver:
    return receiver.model_copy(update={"birth_date": birth_in_words(receiver.birth_date)})


def gather_delivery(case: Case) -> Delivery:
    """The content of V-42: of the delivery, or of a later move."""
    centre = case.party("centre")
    if case.action != "deliver":
        return _move(case, case.given(MoveParticulars), centre)
    return Delivery(
        place=centre.place,
        at=case.fact("delivered_at", "thời điểm giao, nhận người"),
        court_decision=effective_decision(case),
        centre_decision=cited(case.document("P-03")),
        assigned=_assigned(case),
        centre=centre.name,
        giver=representative(case.fact("hand_over_by", "đại diện bên giao"), case.issuer.name),
        receiver=representative(case.fact("hand_over_to", "đại diện bên nhận"), centre.name),
        person=person_of(case),
        condition=case.fact("condition", "tình trạng của người được giao"),
        health_check=case.fact("health_check", "kết quả kiểm tra sức khỏe"),
        papers=case.fact("file_papers", "hồ sơ kèm theo"),
        belongings=case.fact("belongings", "tư trang, đồ dùng cá nhân"),
    )


def _move(case: Case, stated: MoveParticulars, centre: AgencyCard) -> Delivery:
    other, side = (stated.giver, "giver") if stated.way == "vào" else (stated.receiver, "receiver")
    if other.agency is None:
        raise MissingValue(case.form, f"particulars.V-42.{side}.agency", "cơ quan của bên kia")
    return Delivery(
        place=centre.place,
        at=stated.at,
        court_decision=effective_decision(case),
        centre_decision="",
        way=stated.way,
        basis=stated.basis or f"Quyết định {cited(case.document('V-47'))} về việc {_LENT}",
        centre=centre.name,
        giver=representative(stated.giver, centre.name),
        receiver=representative(stated.receiver, centre.name),
        person=person_of(case),
        condition=stated.condition,
        health_check=stated.health_check,
        papers=stated.papers,
        belongings=stated.belongings,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_paper_hand_over(sheet: Sheet, context: PaperHandOver) -> None:
    """V-23; the receiver signs on the left."""
    receiver = context.receiver
    sheet.header(None, place=context.place, day=legal_day(context.at))
    sheet.title("Biên bản", f"Về việc giao nhận {context.kind}")
    sheet.basis(DECREE)
    sheet.line(bold("1."), f" Hôm nay, {begun(context.at)} tại {context.where}, chúng tôi gồm:")
    write_party(sheet, "a) Đại diện bên giao:", context.giver)
    sheet.line("b) Đại diện bên nhận:")
    sheet.fields(("Họ và tên", receiver.name), ("Giới tính", SEXES[receiver.sex]))
    sheet.field("Ngày, tháng, năm sinh", receiver.birth_date)
    write_identity(
        sheet, context.id_label, receiver.identity, receiver.identity_issued_on, receiver.identity_issued_by
    )
    sheet.field("Điện thoại liên lạc", receiver.phone)
    sheet.field("Quan hệ với người nghiện ma túy được quản lý", receiver.relation)
    sheet.line(bold("2."), f" Chúng tôi bên giao giao cho bên nhận {context.paper}.")
    if context.refusal is not None:
        sheet.field("Bên nhận không nhận văn bản, lý do", context.refusal)
    write_copies(sheet, context.at)
    sheet.signatures(
        (
            Signature("Bên nhận", "(Ký, ghi rõ họ tên)", receiver.name),
            signed_by("Bên giao", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))", context.giver),
        )
    )


def write_delivery(sheet: Sheet, context: Delivery) -> None:
    """V-42; art. 108.1 also wants the state of health and the number of papers."""
    sheet.header(None, place=context.place, day=legal_day(context.at))
    what = f"giao, nhận hồ sơ, người {context.way} cơ sở cai nghiện công lập"
    sheet.title("Biên bản", capital(what))
    grounds = [
        f"Căn cứ Quyết định {context.court_decision} về việc áp dụng biện pháp đưa đi cai nghiện bắt buộc"
    ]
    if context.centre_decision:
        grounds.append(f"Căn cứ Quyết định {context.centre_decision} về việc {context.assigned}")
    if context.basis:
        grounds.append(f"Căn cứ {context.basis}")
    sheet.basis(DECREE, *grounds)
    sheet.line(bold("1."), f" Hôm nay, {begun(context.at)} tại {context.centre}, chúng tôi gồm:")
    labels = ("Cơ quan", "Cơ sở cai nghiện") if context.way == "vào" else ("Cơ sở cai nghiện", "Cơ quan")
    write_party(sheet, "a) Đại diện bên giao:", context.giver, labels[0])
    write_party(sheet, "b) Đại diện bên nhận:", context.receiver, labels[1])
    sheet.line(bold("2."), f" Tiến hành {what} với các nội dung sau:")
    delivered = context.person, context.condition, context.health_check, context.papers, context.belongings
    write_delivered(sheet, "đưa đi cai nghiện bắt buộc", *delivered)
    write_copies(sheet, context.at)
    hint = "(Ký, ghi rõ họ tên, chức vụ, đóng dấu)"
    sheet.signatures(
        (
            signed_by("Đại diện bên giao", hint, context.giver),
            signed_by("Đại diện bên nhận", hint, context.receiver),
        )
    )


def write_delivered(
    sheet: Sheet,
    measure: str,
    person: PersonBlock,
    condition: str,
    health_check: str,
    papers: tuple[str, ...],
    belongings: tuple[str, ...],
) -> None:
    """Item 2 of the delivery to the centre: who, in what state of health, with which papers and things."""
    sheet.line(f"a) Người bị áp dụng biện pháp {measure}:")
    write_person(sheet, person)
    sheet.line(
        "b) Tình trạng: (",
        italic(
            "cơ sở tiếp nhận phải quan sát ghi những đặc điểm chung, tình trạng sức khỏe, những dấu hiệu bất "
            "thường về thể chất, tâm thần của người bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc quản "
            "lý tại thời điểm giao, nhận"
        ),
        f"): {condition.rstrip(' .;')}; kết quả kiểm tra sức khỏe: {health_check}",
    )
    sheet.line(f"c) Hồ sơ kèm theo gồm: {len(papers):02} tài liệu")
    write_list(sheet, papers)
    sheet.line("d) Tư trang, đồ dùng cá nhân của người nghiện ma túy (", italic("ghi rõ từng loại"), "):")
    write_list(sheet, belongings)


FORMS: tuple[Form, ...] = (
    Form(
        code="V-23",
        title="Biên bản giao nhận Quyết định/Giấy xác nhận/Thông báo",
        title_en="Minutes of handing over a decision, certificate or notice",
        source=f"{_APPENDIX} 23",
        stage=Stage.police_collection,
        issuer="Cơ quan, đơn vị giao",
        symbol=None,
        context=PaperHandOver,
        gather=gather_paper_hand_over,
        write=write_paper_hand_over,
        particulars=PaperParticulars,
    ),
    Form(
        code="V-42",
        title="Biên bản giao, nhận hồ sơ, người vào cơ sở cai nghiện công lập",
        title_en="Minutes of delivering the person and the file to the centre",
        source=f"{_APPENDIX} 42",
        stage=Stage.execution,
        issuer="Công an cấp xã và cơ sở cai nghiện",
        symbol=None,
        context=Delivery,
        gather=gather_delivery,
        write=write_delivery,
        particulars=MoveParticulars,
    ),
)
