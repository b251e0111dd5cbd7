"""Papers of 2014–2021 between the file and the court: B14-TB, B14-TP, B14-CT, B14-TL. None has an official form."""

from datetime import date

from documents.case import (
    AgencyCard,
    Case,
    FormContext,
    Header,
    MissingValue,
    PersonBlock,
    header_of,
    person_of,
)
from documents.form import Form
from documents.forms.decree_163 import FILED, cited, enclosures_of, write_list
from documents.forms.plain import addressed, capital, legal_day, sentence, write_person
from documents.layout import Sheet, Signature
from models.law.schema import Stage

LAW = "Luật Xử lý vi phạm hành chính năm 2012"
SIGNED = "(Ký, ghi rõ họ tên, đóng dấu)"
CHIEFS = {
    "peoples_committee": ("Chủ tịch", "TM. Ủy ban nhân dân"),
    "district_police": ("Trưởng Công an", None),
    "provincial_police": ("Giám đốc", None),
}
"""Title of who compiles the file and by what right, by kind of agency (Luật XLVPHC 2012 Đ.103.1–2)."""


class FileNotice(FormContext):
    """B14-TB, notice to the person that the file is compiled (Luật XLVPHC 2012 Đ.103.3)."""

    header: Header
    person: PersonBlock
    measure_full: str
    reason: str
    enclosures: tuple[str, ...]
    address: str
    chief: str
    authority: str | None
    signer: str


class LegalityLetter(FormContext):
    """B14-TP, the justice office's check of the file's legality (Luật XLVPHC 2012 Đ.103.3)."""

    header: Header
    to: str
    person: PersonBlock
    measure_full: str
    compiler: str
    received_on: date
    authority: str
    composition: str
    subject: str
    order: str
    conclusion: str
    sheet_count: int
    signer: str


class CourtProposal(FormContext):
    """B14-CT, the labour office's proposal to the district court (Luật XLVPHC 2012 Đ.104)."""

    header: Header
    court: str
    person: PersonBlock
    measure_full: str
    compiler: str
    legality_letter: str
    reason: str
    enclosures: tuple[str, ...]
    sheet_count: int
    signer: str


class ReturnLetter(FormContext):
    """B14-TL, the labour office's return of an incomplete file (Luật XLVPHC 2012 Đ.104.1)."""

    header: Header
    to: str
    person: PersonBlock
    measure_full: str
    compiler: str
    received_on: date
    gaps: tuple[str, ...]
    signer: str


# -- gathering ----------------------------------------------------------------------------------------------


def chief_of(case: Case, agency: AgencyCard) -> tuple[str, str | None]:
    """Title of who compiles the file, and on whose behalf."""
    if agency.kind not in CHIEFS:
        raise MissingValue(case.form, "compiler", "cơ quan có thẩm quyền lập hồ sơ")
    return CHIEFS[agency.kind]


def _office_head(office: AgencyCard) -> str:
    """Head of a district office: "Phòng Tư pháp …" gives "Trưởng phòng Tư pháp …"."""
    return f"Trưởng {office.name[:1].lower()}{office.name[1:]}"


def compiling_head(case: Case) -> str:
    """Who compiled the file, by office and agency."""
    compiler = case.party("compiler")
    return f"{chief_of(case, compiler)[0].removesuffix(' Công an')} {compiler.name}"


def gather_notice(case: Case) -> FileNotice:
    """The content of B14-TB."""
    chief, authority = chief_of(case, case.issuer)
    return FileNotice(
        header=header_of(case),
        person=person_of(case),
        measure_full=case.wording.measure_full,
        reason=case.fact("proposal_reason", "lý do đề nghị"),
        enclosures=enclosures_of(case),
        address=case.issuer.address,
        chief=chief,
        authority=authority,
        signer=case.signer.name,
    )


def gather_legality(case: Case) -> LegalityLetter:
    """The content of B14-TP."""
    return LegalityLetter(
        header=header_of(case),
        to=_office_head(case.party("labour_office")),
        person=person_of(case),
        measure_full=case.wording.measure_full,
        compiler=case.party("compiler").name,
        received_on=legal_day(case.fact("file_received_by_justice_at", "ngày Phòng Tư pháp nhận hồ sơ")),
        authority=case.fact("legality_authority", "kết quả kiểm tra thẩm quyền"),
        composition=case.fact("legality_composition", "kết quả kiểm tra thành phần hồ sơ"),
        subject=case.fact("legality_subject", "kết quả kiểm tra đối tượng"),
        order=case.fact("legality_order", "kết quả kiểm tra trình tự, thủ tục"),
        conclusion=case.fact("legality_conclusion", "kết luận về tính pháp lý"),
        sheet_count=case.fact("sheet_count", "tổng số bút lục"),
        signer=case.signer.name,
    )


def gather_proposal(case: Case) -> CourtProposal:
    """The content of B14-CT."""
    return CourtProposal(
        header=header_of(case),
        court=case.party("court").name,
        person=person_of(case),
        measure_full=case.wording.measure_full,
        compiler=case.party("compiler").name,
        legality_letter=cited(case.document("B14-TP")),
        reason=case.fact("proposal_reason", "lý do đề nghị"),
        enclosures=enclosures_of(case),
        sheet_count=case.fact("sheet_count", "tổng số bút lục"),
        signer=case.signer.name,
    )


def gather_return(case: Case) -> ReturnLetter:
    """The content of B14-TL."""
    compiler = case.party("compiler")
    return ReturnLetter(
        header=header_of(case),
        to=compiling_head(case),
        person=person_of(case),
        measure_full=case.wording.measure_full,
        compiler=compiler.name,
        received_on=legal_day(case.fact("labour_received_at", "ngày nhận hồ sơ")),
        gaps=case.fact("gaps", "tài liệu, nội dung còn thiếu"),
        signer=case.signer.name,
    )


# -- writing ------------------------------------------------------------------------------------------------


def write_letter_head(sheet: Sheet, header: Header, subject: str, to: str) -> None:
    """Head and addressee of a letter."""
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day, subject)
    sheet.addressee(to)


def sign_letter(sheet: Sheet, signer: str) -> None:
    """The end of a letter of a district office, which its head signs."""
    sheet.end()
    sheet.closing(("Như trên", FILED), Signature("Trưởng phòng", SIGNED, signer))


def write_notice(sheet: Sheet, context: FileNotice) -> None:
    """B14-TB on paper."""
    header, person = context.header, addressed(context.person)
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Thông báo", f"Về việc lập hồ sơ đề nghị\n{context.measure_full}")
    sheet.addressee(capital(person))
    sheet.line(
        f"Căn cứ khoản 3 Điều 103 {LAW}, {header.issuer} thông báo đã hoàn thành việc lập hồ sơ đề nghị "
        f"{context.measure_full} đối với:"
    )
    sheet.point("1.", "Người bị đề nghị:")
    write_person(sheet, context.person)
    sheet.point("2.", f"Lý do lập hồ sơ đề nghị: {sentence(context.reason)}")
    sheet.point("3.", "Tài liệu trong hồ sơ:")
    write_list(sheet, context.enclosures)
    sheet.point(
        "4.",
        f"Trong thời hạn 05 ngày, kể từ ngày nhận được Thông báo này, {person} hoặc người đại diện hợp pháp có quyền "
        f"đọc hồ sơ và ghi chép các nội dung cần thiết tại {header.issuer} (địa chỉ: {context.address}). Sau khi đọc "
        "xong, hồ sơ được gửi cho Trưởng phòng Tư pháp cấp huyện theo quy định.",
    )
    sheet.end()
    sheet.closing(("Như trên", FILED), Signature(context.chief, SIGNED, context.signer, context.authority))


def write_legality(sheet: Sheet, context: LegalityLetter) -> None:
    """B14-TP on paper."""
    header = context.header
    write_letter_head(
        sheet, header, f"kiểm tra tính pháp lý của hồ sơ đề nghị {context.measure_full}", context.to
    )
    sheet.line(
        f"Ngày {context.received_on:%d/%m/%Y}, {header.issuer} nhận được hồ sơ đề nghị {context.measure_full} do "
        f"{context.compiler} lập đối với:"
    )
    write_person(sheet, context.person)
    sheet.line(
        f"Căn cứ khoản 3 Điều 103 {LAW}, {header.issuer} đã kiểm tra tính pháp lý của hồ sơ, kết quả như sau:"
    )
    sheet.point("1.", f"Thẩm quyền lập hồ sơ: {sentence(context.authority)}")
    sheet.point("2.", f"Thành phần hồ sơ: {sentence(context.composition)}")
    sheet.point("3.", f"Đối tượng áp dụng: {sentence(context.subject)}")
    sheet.point("4.", f"Trình tự, thủ tục lập hồ sơ: {sentence(context.order)}")
    sheet.point("5.", f"Kết luận: {sentence(context.conclusion)}")
    sheet.line(
        f"{header.issuer} gửi {context.to} hồ sơ kèm theo, gồm {context.sheet_count} bút lục, để xem xét, quyết định "
        "theo quy định tại Điều 104 của Luật nêu trên."
    )
    sign_letter(sheet, context.signer)


def write_proposal(sheet: Sheet, context: CourtProposal) -> None:
    """B14-CT on paper."""
    header = context.header
    write_letter_head(sheet, header, f"chuyển hồ sơ, đề nghị xem xét {context.measure_full}", context.court)
    sheet.line(
        f"Căn cứ Điều 104 {LAW}; sau khi xem xét hồ sơ do {context.compiler} lập và kết quả kiểm tra tính pháp lý của "
        f"hồ sơ tại văn bản {context.legality_letter}, {header.issuer} đề nghị {context.court} xem xét, quyết định "
        f"{context.measure_full} đối với:"
    )
    sheet.point("1.", "Người bị đề nghị:")
    write_person(sheet, context.person)
    sheet.point("2.", f"Lý do đề nghị: {sentence(context.reason)}")
    sheet.point("3.", f"Hồ sơ kèm theo, gồm {context.sheet_count} bút lục:")
    write_list(sheet, context.enclosures)
    sheet.line(f"{header.issuer} chuyển hồ sơ để {context.court} xem xét, quyết định theo thẩm quyền.")
    sign_letter(sheet, context.signer)


def write_return(sheet: Sheet, context: ReturnLetter) -> None:
    """B14-TL on paper."""
    header = context.header
    write_letter_head(sheet, header, f"đề nghị bổ sung hồ sơ đề nghị {context.measure_full}", context.to)
    sheet.line(
        f"Ngày {context.received_on:%d/%m/%Y}, {header.issuer} nhận được hồ sơ đề nghị {context.measure_full} do "
        f"{context.compiler} lập đối với:"
    )
    write_person(sheet, context.person)
    sheet.line(
        f"Qua xem xét, hồ sơ chưa đầy đủ. Căn cứ khoản 1 Điều 104 {LAW}, {header.issuer} trả lại hồ sơ và đề nghị "
        f"{context.to} tiếp tục thu thập tài liệu, bổ sung các nội dung còn thiếu sau đây:"
    )
    write_list(sheet, context.gaps)
    sheet.line(f"Hồ sơ đã bổ sung được gửi lại {header.issuer} để xem xét, quyết định theo quy định.")
    sign_letter(sheet, context.signer)


FORMS: tuple[Form, ...] = (
    Form(
        code="B14-TB",
        title="Thông báo về việc lập hồ sơ đề nghị",
        title_en="Notice that the file is compiled",
        source="không có mẫu; Luật Xử lý vi phạm hành chính 2012 Đ.103.3",
        stage=Stage.police_collection,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã hoặc Công an lập hồ sơ",
        symbol="TB-{symbol}",
        context=FileNotice,
        gather=gather_notice,
        write=write_notice,
    ),
    Form(
        code="B14-TP",
        title="Văn bản kiểm tra tính pháp lý của hồ sơ đề nghị",
        title_en="Letter on the legality of the file",
        source="không có mẫu; Luật Xử lý vi phạm hành chính 2012 Đ.103.3",
        stage=Stage.justice_review,
        issuer="Trưởng phòng Tư pháp cấp huyện",
        symbol="{symbol}",
        context=LegalityLetter,
        gather=gather_legality,
        write=write_legality,
    ),
    Form(
        code="B14-CT",
        title="Văn bản đề nghị Tòa án xem xét áp dụng biện pháp",
        title_en="Proposal to the district court",
        source="không có mẫu; Luật Xử lý vi phạm hành chính 2012 Đ.104.1, 104.2",
        stage=Stage.justice_review,
        issuer="Trưởng phòng Lao động - Thương binh và Xã hội cấp huyện",
        symbol="{symbol}",
        context=CourtProposal,
        gather=gather_proposal,
        write=write_proposal,
    ),
    Form(
        code="B14-TL",
        title="Văn bản trả hồ sơ để bổ sung",
        title_en="Return of the file for supplement",
        source="không có mẫu; Luật Xử lý vi phạm hành chính 2012 Đ.104.1",
        stage=Stage.justice_review,
        issuer="Trưởng phòng Lao động - Thương binh và Xã hội cấp huyện",
        symbol="{symbol}",
        context=ReturnLetter,
        gather=gather_return,
        write=write_return,
    ),
)
