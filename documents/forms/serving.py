"""V-46, V-50 and V-51 of Decree 163/2026, Appendix V: what the centre proposes, certifies and gives notice of."""

from datetime import date
from typing import Annotated, Literal

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
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    LAW,
    Guardian,
    effective_decision,
    guardian_of,
    head_of,
    parent_of,
    write_identity,
    write_named,
)
from documents.forms.plain import capital, legal_day
from documents.layout import Sheet, Signature, italic, long_date
from models.law.facts import Line
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_TERMS = ("p4-term", "p4-term-old")
"""The rules of the term being served: of this law, and of an older one."""
_LIST = (
    "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "{id_label}", "Số Quyết định", "Thời gian đã chấp hành",
    "Thời gian còn lại", "Thời gian đề nghị", "Lý do đề nghị", "Tài liệu chứng minh",
)  # fmt: skip
_LIST_WIDTHS = (10, 27, 24, 13, 31, 27, 23, 23, 20, 22, 22)
_LIST_GROUPS = (("", 6), ("Thời gian cai nghiện bắt buộc", 2), ("", 3))
"""The columns of NĐ 116/2021 Mẫu số 44: Decree 163 has no form of the list it wants enclosed."""


class ProposalParticulars(Particulars):
    """What V-46 asks beyond the dossier; proof must be enclosed (art. 110.5)."""

    kind: Literal["tạm đình chỉ", "miễn"] = Field(
        title="Đề nghị tạm đình chỉ hay miễn phần thời gian còn lại"
    )
    addressee: Line | None = Field(
        None, title="Tòa án nhân dân khu vực có thẩm quyền, nếu không phải Tòa án đã ra quyết định"
    )
    decision: Line | None = Field(
        None, title="Quyết định đang chấp hành (số, ngày, cơ quan), nếu không có trong hồ sơ"
    )
    served: Line | None = Field(None, title="Thời gian đã chấp hành, nếu không liên tục")
    remaining: Line | None = Field(None, title="Thời gian còn lại, nếu không phải đến hết thời hạn đang chạy")
    asked: Line = Field(title="Thời gian đề nghị tạm đình chỉ, miễn")
    reason: Line = Field(title="Lý do đề nghị")
    papers: Annotated[tuple[Line, ...], Field(min_length=1)] = Field(title="Tài liệu chứng minh")


class Proposal(FormContext):
    """V-46, proposal to suspend the serving or remit the rest (art. 110.2, 110.4), with the list it encloses."""

    header: Header
    title: str
    office: str
    signer: str
    addressee: str
    kind: Literal["tạm đình chỉ", "miễn"]
    person: PersonBlock
    decision: str
    served: str
    remaining: str
    asked: str
    reason: str
    papers: Annotated[tuple[str, ...], Field(min_length=1)]


class CertificateParticulars(Particulars):
    """What V-50 asks beyond the dossier."""

    unit: Line = Field(title="Đơn vị đề nghị")
    parent_phone: Line = Field("không", title="Số điện thoại của cha, mẹ, người giám hộ, người đại diện")
    committee: Line | None = Field(None, title="Ủy ban nhân dân cấp xã nơi cư trú, nếu không có trong hồ sơ")
    police: Line | None = Field(None, title="Công an cấp xã nơi cư trú, nếu không phải nơi lập hồ sơ")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Certificate(FormContext):
    """V-50, certificate that the measure has been served (art. 123.2.a; Luật 120/2025 Đ.35.5)."""

    header: Header
    head: str
    person: PersonBlock
    guardian: Guardian
    measure_full: str
    court_decision: str
    unit: str
    from_on: date
    until_on: date
    family: str
    court: str
    committee: str
    police: str
    recipients: tuple[str, ...]
    signer: str


class EndNoticeParticulars(Particulars):
    """What V-51 asks beyond the dossier."""

    police: Line | None = Field(
        None,
        title="Công an cấp xã nơi cư trú (không có nơi cư trú: nơi đăng ký), nếu không phải nơi lập hồ sơ",
    )
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class EndNotice(FormContext):
    """V-51, notice that the term is about to end (art. 123.1)."""

    header: Header
    police: str
    person: PersonBlock
    court_decision: str
    received_on: date
    ends_on: date
    court: str
    family: str
    recipients: tuple[str, ...]
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_proposal(case: Case) -> Proposal:
    """The content of V-46; what is served and left follows from the first and the last day of the term."""
    stated, head = case.given(ProposalParticulars), head_of(case.issuer)
    remaining = stated.remaining or f"đến hết ngày {last_day_of(case):%d/%m/%Y}"
    begun = "" if stated.served else f"{case.fact('term_from', 'ngày đầu tính thời hạn'):%d/%m/%Y}"
    return Proposal(
        header=header_of(case),
        title=head if head == "Hiệu trưởng" else "Trưởng cơ sở",
        office=f"{head} {case.issuer.name}",
        signer=case.signer.name,
        addressee=stated.addressee or case.party("court").name,
        kind=stated.kind,
        person=person_of(case),
        decision=stated.decision or effective_decision(case),
        served=stated.served or f"từ ngày {begun} đến ngày {case.day:%d/%m/%Y}",
        remaining=remaining,
        asked=stated.asked,
        reason=stated.reason,
        papers=stated.papers,
    )


def gather_certificate(case: Case) -> Certificate:
    """The content of V-50."""
    stated = case.given(CertificateParticulars)
    return Certificate(
        header=header_of(case),
        head=head_of(case.issuer),
        person=person_of(case),
        guardian=guardian_of(case, stated.parent_phone),
        measure_full=case.wording.measure_full,
        court_decision=effective_decision(case),
        unit=stated.unit,
        from_on=case.fact("term_from", "ngày đầu tính thời hạn"),
        until_on=case.fact("completed_on", "ngày chấp hành xong quyết định"),
        family=_family(case),
        court=case.party("court").name,
        committee=stated.committee or case.party("committee").name,
        police=stated.police or case.party("compiler").name,
        recipients=stated.recipients,
        signer=case.signer.name,
    )


def gather_end_notice(case: Case) -> EndNotice:
    """The content of V-51; the term's last day is that of its running limit."""
    stated = case.given(EndNoticeParticulars)
    return EndNotice(
        header=header_of(case),
        police=stated.police or case.party("compiler").name,
        person=person_of(case),
        court_decision=effective_decision(case),
        received_on=legal_day(case.fact("delivered_at", "thời điểm giao, nhận người tại cơ sở")),
        ends_on=last_day_of(case),
        court=case.party("court").name,
        family=_family(case),
        recipients=stated.recipients,
        signer=case.signer.name,
    )


def last_day_of(case: Case) -> date:
    """The last day of the term being served; raises MissingValue while none runs."""
    running = [case.last_days[rule] for rule in _TERMS if rule in case.last_days]
    if not running:
        raise MissingValue(case.form, "last_day", "ngày hết thời hạn chấp hành")
    return running[0]


def _family(case: Case) -> str:
    """Who is told for the family: of a minor the parent or guardian by name."""
    parent = parent_of(case)
    return f"Ông (bà) {parent}" if parent else f"Gia đình ông (bà) {case.person.name}"


# -- writing ----------------------------------------------------------------------------------------------


def write_proposal(sheet: Sheet, context: Proposal) -> None:
    """V-46: the proposal, then the list on a page that lies on its side."""
    header, person, me = context.header, context.person, context.signing
    asked = f"{context.kind} chấp hành"
    number = f"số {header.number} " if header.number else ""
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Đề nghị", f"{capital(asked)} phần thời gian còn lại")
    sheet.addressee(context.addressee)
    sheet.line(f"Tôi là: {me.name if me else context.signer};")
    sheet.line(f"Chức vụ: {f'{me.position}, {header.issuer}' if me else context.office};")
    sheet.line(f"{DECREE};")
    sheet.line("Căn cứ kết quả cai nghiện của người cai nghiện ma túy;")
    sheet.line(
        f"Đề nghị {context.addressee} xem xét, quyết định {asked} quyết định với các đối tượng sau: (Danh sách, tài "
        "liệu chứng minh kèm theo)."
    )
    sheet.line(f"Kính đề nghị {context.addressee} xem xét, quyết định.")
    sheet.end()
    signature = Signature(context.title, "(Ký, ghi rõ họ tên và đóng dấu)", context.signer, head=True)
    sheet.closing(("Như trên", "Lưu: VT"), signature)
    sheet.turn()
    sheet.title("Danh sách đối tượng", f"Đề nghị {asked} phần thời gian còn lại", rule=False)
    sheet.line(italic(f"(Kèm theo Văn bản {number}ngày {header.day:%d/%m/%Y} của {context.office})"))
    row = (
        "1", person.name, person.birth, person.sex, person.id_number, capital(context.decision), context.served,
        context.remaining, context.asked, context.reason, "; ".join(context.papers),
    )  # fmt: skip
    headings = [heading.format(id_label=person.id_label.replace("/", "/ ")) for heading in _LIST]
    sheet.table(headings, [row], _LIST_WIDTHS, groups=_LIST_GROUPS)
    sheet.signatures((None, signature))


def write_certificate(sheet: Sheet, context: Certificate) -> None:
    """V-50; art. 123.2.a and Luật 120/2025 Đ.35.5 say who gets a copy."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Giấy xác nhận", "Chấp hành xong Quyết định đưa đi cai nghiện bắt buộc")
    sheet.authority(f"{context.head} {header.issuer}")
    sheet.basis(
        LAW,
        DECREE,
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved("Xác nhận")
    write_named(sheet, person, "1. Họ, tên", person.id_label)
    sheet.field("- Họ và tên cha/mẹ/người giám hộ/người đại diện hợp pháp", context.guardian.name)
    sheet.field("Địa chỉ liên hệ", context.guardian.address)
    sheet.field("Số điện thoại", context.guardian.phone)
    sheet.line("2. Xác nhận: Chấp hành xong Quyết định đưa đi cai nghiện bắt buộc.")
    sheet.line(f"Thời gian chấp hành: từ ngày {context.from_on:%d/%m/%Y} đến {context.until_on:%d/%m/%Y}.")
    sheet.end()
    copies = (context.family, context.court, context.committee, context.police, *context.recipients, FILED)
    title = "Hiệu trưởng" if context.head == "Hiệu trưởng" else "Trưởng cơ sở cai nghiện"
    signature = Signature(title, "(Ký, ghi rõ họ tên, đóng dấu)", context.signer)
    sheet.closing((f"Ông (bà) {person.name}", *copies), signature)


def write_end_notice(sheet: Sheet, context: EndNotice) -> None:
    """V-51; art. 123.1 also names the court and an adult's family."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Thông báo", "Về việc người cai nghiện ma túy chuẩn bị hoàn thành cai nghiện ma túy")
    sheet.addressee(context.police)
    sheet.line(
        f"{header.issuer} thông báo tới {context.police} về việc người cai nghiện ma túy chuẩn bị hoàn thành cai "
        "nghiện ma túy của người có tên sau:"
    )
    sheet.fields(("Họ và tên", person.name), ("Giới tính", person.sex))
    sheet.field("Tên gọi khác", person.other_name)
    sheet.fields(("Ngày, tháng, năm sinh", person.birth), ("Nơi sinh", person.birth_place))
    sheet.field("Quê quán", person.hometown)
    sheet.field("Nơi thường trú/tạm trú", person.registered_residence)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.fields(
        ("Dân tộc", person.ethnicity), ("Tôn giáo", person.religion), ("Trình độ học vấn", person.education)
    )
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.line(f"Đã thực hiện việc cai nghiện ma túy theo Quyết định {context.court_decision}.")
    sheet.line(
        "Nội dung thông báo: người có tên trên chuẩn bị hoàn thành việc cai nghiện ma túy; thời gian bắt đầu tiếp nhận "
        f"cai nghiện: {long_date(context.received_on)}; ngày hoàn thành việc cai nghiện: {long_date(context.ends_on)}."
    )
    sheet.line(f"{header.issuer} thông báo để biết, thực hiện theo quy định.")
    sheet.end()
    signature = Signature("Người thông báo", "(Ký, ghi rõ họ tên và đóng dấu)", context.signer)
    sheet.closing(("Như trên", context.family, context.court, *context.recipients, FILED), signature)


FORMS: tuple[Form, ...] = (
    Form(
        code="V-46",
        title="Đề nghị tạm đình chỉ/miễn chấp hành phần thời gian còn lại",
        title_en="Proposal to suspend the serving or remit the rest",
        source=f"{_APPENDIX} 46",
        stage=Stage.execution,
        issuer="Trưởng cơ sở cai nghiện, Hiệu trưởng trường giáo dưỡng",
        symbol="ĐN-CSCN",
        context=Proposal,
        gather=gather_proposal,
        write=write_proposal,
        particulars=ProposalParticulars,
    ),
    Form(
        code="V-50",
        title="Giấy xác nhận chấp hành xong Quyết định đưa đi cai nghiện bắt buộc",
        title_en="Certificate that the measure has been served",
        source=f"{_APPENDIX} 50",
        stage=Stage.execution,
        issuer="Trưởng cơ sở cai nghiện, Hiệu trưởng trường giáo dưỡng",
        symbol="GCN-CSCN",
        context=Certificate,
        gather=gather_certificate,
        write=write_certificate,
        particulars=CertificateParticulars,
    ),
    Form(
        code="V-51",
        title="Thông báo về việc người cai nghiện ma túy chuẩn bị hoàn thành cai nghiện ma túy",
        title_en="Notice that the term is about to end",
        source=f"{_APPENDIX} 51",
        stage=Stage.execution,
        issuer="Trưởng cơ sở cai nghiện, Hiệu trưởng trường giáo dưỡng",
        symbol="TB-{symbol}",
        context=EndNotice,
        gather=gather_end_notice,
        write=write_end_notice,
        particulars=EndNoticeParticulars,
    ),
)
