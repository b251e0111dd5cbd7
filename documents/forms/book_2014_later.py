"""More papers of 2014–2021 without an official form: return by the justice office, tracing, delivery, completion."""

from datetime import date

from pydantic import AwareDatetime, Field

from documents.case import (
    Case,
    FormContext,
    Header,
    MissingValue,
    NothingMore,
    PersonBlock,
    header_of,
    person_of,
)
from documents.form import Form
from documents.forms.book_2014 import (
    LAW,
    SIGNED,
    ReturnLetter,
    compiling_head,
    sign_letter,
    write_letter_head,
)
from documents.forms.decree_163 import (
    FILED,
    Representative,
    begun,
    finished,
    representative,
    signed_by,
    write_copies,
    write_list,
    write_party,
)
from documents.forms.legacy import OfDecision, court_decision_of, head_of, period
from documents.forms.plain import addressed, capital, legal_day, sentence, write_person
from documents.forms.wanted import Contact
from documents.layout import Sheet, Signature, bold
from models.law.facts import Line
from models.law.schema import Stage

_SOURCE = "không có mẫu; Luật Xử lý vi phạm hành chính 2012"


class TraceParticulars(OfDecision):
    """What B14-TT asks beyond the dossier."""

    unit: Line = Field(title="Cơ quan, đơn vị đề nghị")
    features: Line = Field(title="Đặc điểm nhận dạng")
    escaped_from: Line = Field(title="Đã bỏ trốn khỏi")
    contact: Contact = Field(title="Người hoặc cơ quan nhận tin báo")
    executors: Line = Field(title="Người chịu trách nhiệm thi hành")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class DeliveryParticulars(OfDecision):
    """What B14-GN asks beyond the dossier."""


class CompletionParticulars(OfDecision):
    """What B14-GCN asks beyond the dossier."""

    committee: Line | None = Field(
        None, title="Ủy ban nhân dân cấp xã nơi cư trú, nếu khác cơ quan lập hồ sơ"
    )


class Trace(FormContext):
    """B14-TT, decision to trace (Luật XLVPHC 2012 Đ.132.1–2)."""

    header: Header
    office: str
    clause: int
    court_decision: str
    measure: str
    measure_full: str
    unit: str
    person: PersonBlock
    features: str
    escaped_from: str
    escaped_at: AwareDatetime
    contact: Contact
    executors: str
    recipients: tuple[str, ...]
    position: str
    signer: str


class Delivery(FormContext):
    """B14-GN, minutes of handing the person over to the centre (Luật XLVPHC 2012 Đ.110)."""

    place: str
    at: AwareDatetime
    court_decision: str
    measure: str
    measure_full: str
    centre: str
    giver: Representative
    receiver: Representative
    person: PersonBlock
    held_from: date
    condition: str
    health_check: str
    papers: tuple[str, ...]
    belongings: tuple[str, ...]


class Completion(FormContext):
    """B14-GCN, certificate that the decision has been served (Luật XLVPHC 2012 Đ.114.2)."""

    header: Header
    office: str
    court_decision: str
    measure: str
    measure_full: str
    person: PersonBlock
    served_from: date
    served_until: date
    court: str
    committee: str
    position: str
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_justice_return(case: Case) -> ReturnLetter:
    """The content of B14-TPL."""
    return ReturnLetter(
        header=header_of(case),
        to=compiling_head(case),
        person=person_of(case),
        measure_full=case.wording.measure_full,
        compiler=case.party("compiler").name,
        received_on=legal_day(case.fact("file_received_by_justice_at", "ngày Phòng Tư pháp nhận hồ sơ")),
        gaps=case.fact("gaps", "tài liệu, nội dung còn thiếu"),
        signer=case.signer.name,
    )


def gather_trace(case: Case) -> Trace:
    """The content of B14-TT; the centre traces who escaped from it, the district police whoever was not yet brought."""
    stated = case.given(TraceParticulars)
    return Trace(
        header=header_of(case),
        office=head_of(case.issuer),
        clause=2 if case.issuer.kind == "rehab_centre" else 1,
        court_decision=court_decision_of(case, stated),
        measure=case.wording.measure,
        measure_full=case.wording.measure_full,
        person=person_of(case),
        escaped_at=case.fact("escaped_at", "thời điểm bỏ trốn"),
        position=case.signer.position,
        signer=case.signer.name,
        **stated.model_dump(exclude={"court_decision"}),
    )


def gather_delivery(case: Case) -> Delivery:
    """The content of B14-GN."""
    centre = case.party("centre")
    return Delivery(
        place=centre.place,
        at=case.fact("delivered_at", "thời điểm giao, nhận người"),
        court_decision=court_decision_of(case, case.given(DeliveryParticulars)),
        measure=case.wording.measure,
        measure_full=case.wording.measure_full,
        centre=centre.name,
        giver=representative(case.fact("hand_over_by", "đại diện bên giao"), case.issuer.name),
        receiver=representative(case.fact("hand_over_to", "đại diện bên nhận"), centre.name),
        person=person_of(case),
        held_from=case.fact("held_from", "ngày bị tạm giữ để đưa đi cơ sở"),
        condition=case.fact("condition", "tình trạng của người được giao"),
        health_check=case.fact("health_check", "kết quả kiểm tra sức khỏe"),
        papers=case.fact("file_papers", "hồ sơ kèm theo"),
        belongings=case.fact("belongings", "tư trang, đồ dùng cá nhân"),
    )


def gather_completion(case: Case) -> Completion:
    """The content of B14-GCN; the term runs from the day the person was held to be taken (art. 110.2)."""
    stated, compiler = case.given(CompletionParticulars), case.party("compiler")
    committee = stated.committee or (compiler.name if compiler.kind == "peoples_committee" else None)
    if committee is None:
        title = "Ủy ban nhân dân cấp xã nơi người đó cư trú"
        raise MissingValue(case.form, "particulars.B14-GCN.committee", title)
    return Completion(
        header=header_of(case),
        office=head_of(case.issuer),
        court_decision=court_decision_of(case, stated),
        measure=case.wording.measure,
        measure_full=case.wording.measure_full,
        person=person_of(case),
        served_from=case.fact("held_from", "ngày bị tạm giữ để đưa đi cơ sở"),
        served_until=case.fact("completed_on", "ngày chấp hành xong quyết định"),
        court=case.party("court").name,
        committee=committee,
        position=case.signer.position,
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_justice_return(sheet: Sheet, context: ReturnLetter) -> None:
    """B14-TPL on paper."""
    header = context.header
    write_letter_head(sheet, header, f"trả lại hồ sơ đề nghị {context.measure_full}", context.to)
    sheet.line(
        f"Ngày {context.received_on:%d/%m/%Y}, {header.issuer} nhận được hồ sơ đề nghị {context.measure_full} do "
        f"{context.compiler} lập đối với:"
    )
    write_person(sheet, context.person)
    sheet.line(
        f"Căn cứ khoản 3 Điều 103 {LAW}, {header.issuer} đã kiểm tra và thấy hồ sơ chưa bảo đảm tính pháp lý. "
        f"{header.issuer} trả lại hồ sơ, đề nghị {context.to} bổ sung, hoàn thiện các nội dung sau đây:"
    )
    write_list(sheet, context.gaps)
    sheet.line(f"Hồ sơ đã bổ sung, hoàn thiện được gửi lại {header.issuer} để kiểm tra theo quy định.")
    sign_letter(sheet, context.signer)


def write_trace(sheet: Sheet, context: Trace) -> None:
    """B14-TT on paper."""
    header = context.header
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", f"Về việc truy tìm người đã có quyết định\n{context.measure} bỏ trốn")
    sheet.authority(context.office)
    sheet.basis(
        f"Căn cứ khoản {context.clause} Điều 132 {LAW}",
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved()
    sheet.article(1, f"Truy tìm người đã có quyết định {context.measure} bỏ trốn sau đây:")
    write_person(sheet, context.person)
    sheet.field("Đặc điểm nhận dạng", sentence(context.features))
    sheet.line(f"Đã bỏ trốn khỏi {context.escaped_from} hồi {finished(context.escaped_at)}.")
    contact = context.contact
    sheet.line(
        f"Ai phát hiện người có tên nêu trên, báo ngay cho {contact.name}, điện thoại: {contact.phone}, địa chỉ: "
        f"{contact.address}."
    )
    sheet.article(
        2,
        f"Quyết định này có hiệu lực kể từ ngày ký. {context.executors} chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    sheet.closing(
        ("Như Điều 2", *context.recipients, FILED), Signature(context.position, SIGNED, context.signer)
    )


def write_delivery(sheet: Sheet, context: Delivery) -> None:
    """B14-GN on paper."""
    sheet.header(None, place=context.place, day=legal_day(context.at))
    sheet.title("Biên bản", f"Giao, nhận người chấp hành quyết định\n{context.measure}")
    sheet.basis(
        f"Căn cứ Điều 110 {LAW}",
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
    )
    sheet.line(bold("1."), f" Hôm nay, {begun(context.at)}, tại {context.centre}, chúng tôi gồm:")
    write_party(sheet, "a) Đại diện bên giao:", context.giver)
    write_party(sheet, "b) Đại diện bên nhận:", context.receiver)
    sheet.line(bold("2."), " Tiến hành giao, nhận người với các nội dung sau:")
    sheet.line(f"a) Người chấp hành quyết định {context.measure}:")
    write_person(sheet, context.person)
    sheet.line(
        f"Ngày bị tạm giữ để đưa đi cơ sở, là ngày bắt đầu tính thời hạn chấp hành: {context.held_from:%d/%m/%Y}."
    )
    sheet.field(
        "b) Tình trạng của người được giao",
        f"{context.condition.rstrip(' .;')}; kết quả kiểm tra sức khỏe: {context.health_check.rstrip(' .;')}.",
    )
    sheet.line(f"c) Hồ sơ kèm theo gồm {len(context.papers):02} tài liệu:")
    write_list(sheet, context.papers)
    sheet.line("d) Tư trang, đồ dùng cá nhân:")
    write_list(sheet, context.belongings)
    write_copies(sheet, context.at)
    hint = "(Ký, ghi rõ họ tên, chức vụ, đóng dấu)"
    sheet.signatures((
        signed_by("Đại diện bên giao", hint, context.giver),
        signed_by("Đại diện bên nhận", hint, context.receiver),
    ))  # fmt: skip


def write_completion(sheet: Sheet, context: Completion) -> None:
    """B14-GCN on paper."""
    header, person = context.header, addressed(context.person)
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Giấy chứng nhận", f"Đã chấp hành xong quyết định\n{context.measure}")
    sheet.authority(context.office)
    sheet.basis(
        f"Căn cứ khoản 2 Điều 114 {LAW}",
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
    )
    sheet.resolved("CHỨNG NHẬN:")
    write_person(sheet, context.person)
    served = period(context.served_from, context.served_until)
    sheet.line(f"Đã chấp hành xong Quyết định {context.measure}, thời gian chấp hành {served}.")
    sheet.end()
    superior = (header.superior,) if header.superior else ()
    told = (capital(person), f"Gia đình {person}", context.court, *superior)
    sheet.closing((*told, context.committee, FILED), Signature(context.position, SIGNED, context.signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="B14-TPL",
        title="Văn bản trả lại hồ sơ của Phòng Tư pháp",
        title_en="Return of the file by the justice office",
        source=f"{_SOURCE} Đ.103.3",
        stage=Stage.justice_review,
        issuer="Trưởng phòng Tư pháp cấp huyện",
        symbol="{symbol}",
        context=ReturnLetter,
        gather=gather_justice_return,
        write=write_justice_return,
        particulars=NothingMore,
    ),
    Form(
        code="B14-TT",
        title="Quyết định truy tìm người đã có quyết định bỏ trốn",
        title_en="Decision to trace a person who escaped",
        source=f"{_SOURCE} Đ.132.1–2",
        stage=Stage.execution,
        issuer="Trưởng Công an cấp huyện (chưa đưa vào cơ sở), Giám đốc cơ sở (đang chấp hành)",
        symbol="QĐ-{symbol}",
        context=Trace,
        gather=gather_trace,
        write=write_trace,
        particulars=TraceParticulars,
    ),
    Form(
        code="B14-GN",
        title="Biên bản giao, nhận người vào cơ sở cai nghiện bắt buộc",
        title_en="Minutes of delivering the person to the centre",
        source=f"{_SOURCE} Đ.110",
        stage=Stage.execution,
        issuer="Phòng Lao động - Thương binh và Xã hội, Công an cấp huyện và cơ sở cai nghiện bắt buộc",
        symbol=None,
        context=Delivery,
        gather=gather_delivery,
        write=write_delivery,
        particulars=DeliveryParticulars,
    ),
    Form(
        code="B14-GCN",
        title="Giấy chứng nhận đã chấp hành xong quyết định",
        title_en="Certificate that the decision has been served",
        source=f"{_SOURCE} Đ.114.2",
        stage=Stage.execution,
        issuer="Giám đốc cơ sở cai nghiện bắt buộc",
        symbol="GCN-{symbol}",
        context=Completion,
        gather=gather_completion,
        write=write_completion,
        particulars=CompletionParticulars,
    ),
)
