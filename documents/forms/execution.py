"""Papers by which an effective decision reaches a centre: P-02 (letter of the commune police) and P-03 (which centre)."""

from datetime import date

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import DECREE, FILED, LAW, effective_decision
from documents.forms.plain import addressed, is_held, legal_day, term_of, write_person
from documents.layout import Sheet, Signature, long_date
from models.law.schema import Stage

DECIDERS = {"provincial_police": "Giám đốc", "ministry_police": "Cục trưởng"}
"""Who names the centre, by kind of agency (Luật 120/2025/QH15 Đ.38.2–3)."""


class CentreRequest(FormContext):
    """P-02, letter to the provincial director with the court's decision (NĐ 163/2026/NĐ-CP Đ.106.1)."""

    header: Header
    director: str
    person: PersonBlock
    measure_full: str
    facility: str
    court_decision: str
    term_months: int
    effective_on: date
    received_on: date
    pending_at: str | None
    signer: str


class CentreAssignment(FormContext):
    """P-03, decision naming the centre (Luật 120/2025/QH15 Đ.38.2–3; NĐ 163/2026/NĐ-CP Đ.106.2–3)."""

    header: Header
    decider: str
    person: PersonBlock
    measure_full: str
    court_decision: str
    term_months: int
    request: str
    centre: str
    centre_address: str
    commune_police: str
    provincial_police: str | None
    signer: str


def gather_request(case: Case) -> CentreRequest:
    """The content of P-02."""
    return CentreRequest(
        header=header_of(case),
        director=f"Giám đốc {case.party('provincial_police').name}",
        person=person_of(case),
        measure_full=case.wording.measure_full,
        facility=case.wording.facility,
        court_decision=effective_decision(case),
        term_months=term_of(case)[0],
        effective_on=case.fact("effective_on", "ngày quyết định có hiệu lực"),
        received_on=legal_day(case.fact("effective_decision_received_at", "thời điểm nhận quyết định")),
        pending_at=case.party("centre").name if is_held(case) else None,
        signer=case.signer.name,
    )


def gather_assignment(case: Case) -> CentreAssignment:
    """The content of P-03; the ministry's department decides on the provincial director's proposal."""
    letter, compiler, centre = case.document("P-02"), case.party("compiler"), case.party("centre")
    decider = DECIDERS[case.issuer.kind]
    asked = case.acts.get("ask_ministry") if case.issuer.kind == "ministry_police" else None
    province = case.party("provincial_police").name if asked else None
    if asked:
        request = f"Giám đốc {province} {long_date(legal_day(asked))}"
    else:
        request = f"Trưởng {compiler.name} tại văn bản số {letter.number} {long_date(letter.day)}"
    return CentreAssignment(
        header=header_of(case),
        decider=decider,
        person=person_of(case),
        measure_full=case.wording.measure_full,
        court_decision=effective_decision(case),
        term_months=term_of(case)[0],
        request=request,
        centre=centre.name,
        centre_address=centre.address,
        commune_police=compiler.name,
        provincial_police=province,
        signer=case.signer.name,
    )


def write_request(sheet: Sheet, context: CentreRequest) -> None:
    """P-02 on paper."""
    header = context.header
    subject = f"đề nghị quyết định {context.facility} tiếp nhận người bị {context.measure_full}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day, subject)
    sheet.addressee(context.director)
    sheet.line(
        f"Ngày {context.received_on:%d/%m/%Y}, {header.issuer} nhận được Quyết định {context.court_decision} về việc "
        f"{context.measure_full}, có hiệu lực từ ngày {context.effective_on:%d/%m/%Y}, thời hạn "
        f"{context.term_months} tháng, đối với:"
    )
    write_person(sheet, context.person)
    if context.pending_at:
        sheet.line(f"Hiện {addressed(context.person)} đang được quản lý tại {context.pending_at}.")
    sheet.line(
        f"Thực hiện khoản 1 Điều 106 Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ, {header.issuer} đề nghị {context.director} quyết định "
        f"{context.facility} tiếp nhận {addressed(context.person)} để chấp hành quyết định nêu trên."
    )
    sheet.line(f"Gửi kèm: Quyết định {context.court_decision}.")
    sheet.end()
    signature = Signature("Trưởng Công an", "(Ký, ghi rõ họ tên, đóng dấu)", context.signer)
    sheet.closing(("Như trên", FILED), signature)


def write_assignment(sheet: Sheet, context: CentreAssignment) -> None:
    """P-03 on paper."""
    header, person = context.header, addressed(context.person)
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", f"Về việc tiếp nhận người bị\n{context.measure_full}")
    sheet.authority(f"{context.decider} {header.issuer}")
    sheet.basis(
        LAW,
        DECREE,
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
        f"Xét đề nghị của {context.request}",
    )
    sheet.resolved()
    sheet.article(1, f"{context.centre} (địa chỉ: {context.centre_address}) tiếp nhận người có tên sau đây:")
    write_person(sheet, context.person)
    sheet.line(f"Thời hạn chấp hành: {context.term_months} tháng, theo quyết định của Tòa án.")
    sheet.article(
        2,
        f"Trong thời hạn 24 giờ, kể từ khi nhận được Quyết định này, {context.commune_police} đưa {person} đến "
        f"{context.centre}; trường hợp {person} đang được quản lý tại đó thì {context.centre} thông báo cho {person} "
        "biết và thực hiện cai nghiện bắt buộc theo quy định.",
    )
    named = (context.provincial_police,) if context.provincial_police else ()
    agencies = ", ".join((*named, context.commune_police, context.centre))
    sheet.article(
        3,
        f"Quyết định này có hiệu lực kể từ ngày ký. {agencies} và {person} chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    signature = Signature(context.decider, "(Ký, ghi rõ họ tên, đóng dấu)", context.signer)
    sheet.closing(("Như Điều 3", FILED), signature)


FORMS: tuple[Form, ...] = (
    Form(
        code="P-02",
        title="Công văn đề nghị quyết định cơ sở cai nghiện tiếp nhận",
        title_en="Letter asking for a centre to be named",
        source="không có mẫu; NĐ 163/2026/NĐ-CP Đ.106.1",
        stage=Stage.execution,
        issuer="Trưởng Công an cấp xã",
        symbol="{symbol}",
        context=CentreRequest,
        gather=gather_request,
        write=write_request,
    ),
    Form(
        code="P-03",
        title="Quyết định cơ sở cai nghiện tiếp nhận",
        title_en="Decision naming the centre",
        source="không có mẫu; Luật 120/2025/QH15 Đ.38.2–3, NĐ 163/2026/NĐ-CP Đ.106.2–3",
        stage=Stage.execution,
        issuer="Giám đốc Công an cấp tỉnh hoặc Cục trưởng Cục Cảnh sát điều tra tội phạm về ma túy",
        symbol="QĐ-{symbol}",
        context=CentreAssignment,
        gather=gather_assignment,
        write=write_assignment,
    ),
)
