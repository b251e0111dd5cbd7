"""The file of the compiling agency: forms 27, 29 and 32 of Decree 116/2021, Appendix II."""

from datetime import datetime
from typing import Annotated, cast

from pydantic import AwareDatetime, Field

from documents.case import Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_116 import APPENDIX, Words, acting, stands_for, words_of
from documents.forms.decree_163 import (
    FILED,
    Representative,
    begun,
    enclosures_of,
    finished,
    is_minor,
    representative,
    write_identity,
    write_list,
)
from documents.forms.file import write_makers, write_makers_signatures, write_proposed
from documents.layout import Sheet, Signature, italic, page_count
from models.law.facts import Line, Receiver, Witness
from models.law.schema import Stage

_SEAL = "(Ký, ghi rõ họ tên và đóng dấu)"


class ViolationParticulars(Particulars):
    """What form 27 asks beyond the dossier."""

    evidence: Line = Field(title="Tài liệu vi phạm (văn bản thông báo, tài liệu xác minh)")
    parent: Line | None = Field(None, title="Họ tên cha, mẹ, người giám hộ, người đại diện hợp pháp")
    witness_opinion: Line = Field("không", title="Ý kiến trình bày của người chứng kiến")
    measures: Line = Field("không", title="Các biện pháp ngăn chặn và bảo đảm xử lý đã được áp dụng")
    explain_to: Line | None = Field(None, title="Họ tên, chức vụ, địa chỉ người nhận giải trình")


class Violation(FormContext):
    """Form 27, minutes of the violation (Decree 116/2021 art. 33.1, 41.1.b, 51.1.a)."""

    header: Header
    words: Words
    began_at: AwareDatetime
    finished_at: AwareDatetime
    where: str
    evidence: str
    writer: Representative
    witnesses: Annotated[tuple[Witness, ...], Field(min_length=1)]
    person: PersonBlock
    parent: str
    violation: str
    statement: str
    witness_opinion: str
    measures: str
    explain_to: str
    refusal: str | None
    head: Representative


class ReviewRequestParticulars(Particulars):
    """What form 29 asks beyond the dossier."""

    labour_office: Line | None = Field(None, title="Tên Phòng Lao động - Thương binh và Xã hội nhận hồ sơ")


class ReviewRequest(FormContext):
    """Form 29, the compiling agency's proposal (art. 41.1.đ, 51.1.e)."""

    header: Header
    words: Words
    labour_office: str
    person: PersonBlock
    reason: str
    enclosures: tuple[str, ...]
    signer: str


class NoticeParticulars(Particulars):
    """What form 32 asks beyond the dossier."""

    representative: Line | None = Field(None, title="Họ tên người đại diện hợp pháp được thông báo")


class Notice(FormContext):
    """Form 32, notice that the file has been compiled (art. 42.1-2, 52)."""

    header: Header
    words: Words
    person: PersonBlock
    representative: str | None
    reason: str
    enclosures: tuple[str, ...]
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_violation(case: Case) -> Violation:
    """The content of form 27; whoever heads the agency hears the person's explanation unless another is stated."""
    stated, head = case.given(ViolationParticulars), case.issuer.head
    began_at = cast("datetime", case.fact("ground_found_at", "thời điểm lập biên bản vi phạm"))
    return Violation(
        header=header_of(case).model_copy(update={"superior": ""}),
        words=words_of(case),
        began_at=began_at,
        finished_at=max(began_at, case.occurred_at),
        where=f"{case.issuer.commune}, {case.issuer.province}",
        evidence=stated.evidence,
        writer=representative(case.fact("compiled_by", "người lập biên bản"), case.issuer.name),
        witnesses=case.fact("witnesses", "người chứng kiến"),
        person=person_of(case),
        parent=stands_for(case, stated.parent),
        violation=case.fact("violation", "hành vi vi phạm"),
        statement=case.fact("statement", "ý kiến của người vi phạm"),
        witness_opinion=stated.witness_opinion,
        measures=stated.measures,
        explain_to=stated.explain_to
        or f"{head.name}, {head.position}, {case.issuer.name}, {case.issuer.address}",
        refusal=case.facts.get("signing_refused_reason"),
        head=representative(case.signer, case.issuer.name),
    )


def gather_review_request(case: Case) -> ReviewRequest:
    """The content of form 29; the file has no labour office yet when it is compiled, so it may be stated."""
    return ReviewRequest(
        header=header_of(case),
        words=words_of(case),
        labour_office=case.given(ReviewRequestParticulars).labour_office or case.party("labour_office").name,
        person=person_of(case),
        reason=case.fact("proposal_reason", "lý do đề nghị"),
        enclosures=enclosures_of(case),
        signer=case.signer.name,
    )


def gather_notice(case: Case) -> Notice:
    """The content of form 32; of a minor both the person and the parents are told (Luật 73/2021/QH14 Đ.34.2)."""
    told = case.given(NoticeParticulars).representative
    if told is None and is_minor(case):
        told = cast("Receiver", case.fact("parents_receiver", "cha, mẹ, người giám hộ nhận thông báo")).name
    return Notice(
        header=header_of(case),
        words=words_of(case),
        person=person_of(case),
        representative=told,
        reason=case.fact("proposal_reason", "căn cứ đề nghị"),
        enclosures=enclosures_of(case),
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_violation(sheet: Sheet, context: Violation) -> None:
    """Form 27; its last block stands only when the person did not sign."""
    header, person, words = context.header, context.person, context.words
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title(
        "Biên bản vi phạm",
        "Về cai nghiện ma túy tự nguyện, quản lý sau cai nghiện ma túy\n"
        "và điều trị nghiện các chất dạng thuốc phiện bằng thuốc thay thế",
    )
    sheet.line(f"Hôm nay, {begun(context.began_at)}, tại {context.where}")
    sheet.basis(
        f"Căn cứ {words.decree}",
        "Căn cứ tài liệu vi phạm quy định về cai nghiện ma túy tự nguyện, điều trị nghiện các chất dạng thuốc phiện bằng "
        f"thuốc thay thế: {context.evidence}",
    )
    write_makers(sheet, context.writer, context.witnesses)
    sheet.heading("II. Tiến hành lập biên bản vi phạm với các nội dung sau:")
    sheet.fields(("1. Họ và tên", person.name), ("Giới tính", person.sex))
    sheet.fields(("- Ngày, tháng, năm sinh", person.birth), ("Quốc tịch", person.nationality))
    sheet.field("- Nghề nghiệp", person.occupation)
    sheet.field("- Nơi ở hiện tại", person.present_residence)
    write_identity(sheet, f"- {person.id_label}", person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("2. Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp", context.parent)
    _write_violation_items(sheet, context)
    sheet.line(
        f"Biên bản lập xong hồi {finished(context.finished_at)}, gồm ",
        page_count(),
        " tờ, được lập thành 02 bản có nội dung và giá trị như nhau; đã đọc lại cho những người có tên nêu trên cùng "
        "nghe, công nhận là đúng và cùng ký tên dưới đây; giao cho ông (bà) "
        f"{person.name} là cá nhân vi phạm 01 bản, 01 bản lưu hồ sơ.",
    )
    if context.refusal is not None:
        sheet.heading("Trường hợp cá nhân vi phạm không ký biên bản")
        sheet.line(f"Lý do ông (bà) {person.name} cá nhân vi phạm không ký biên bản:")
        write_list(sheet, (context.refusal,))
    head = acting(context, context.head)
    write_makers_signatures(
        sheet, person.name, context.writer, context.witnesses, f"Đại diện {header.issuer}", head
    )


def _write_violation_items(sheet: Sheet, context: Violation) -> None:
    """Items 3 to 9 of part II."""
    sheet.field("3. Đã có các hành vi vi phạm", f"{context.violation.rstrip(' .;')};")
    sheet.line(f"4. Quy định tại {context.words.decree};")
    sheet.field("5. Ý kiến trình bày của cá nhân vi phạm", context.statement)
    sheet.field("6. Ý kiến trình bày của người chứng kiến (nếu có)", context.witness_opinion)
    sheet.line("7. Chúng tôi đã yêu cầu cá nhân chấm dứt ngay hành vi vi phạm.")
    sheet.field(
        "8. Các biện pháp ngăn chặn và bảo đảm xử lý vi phạm hành chính được áp dụng, gồm", context.measures
    )
    sheet.line(
        "Ngoài những tang vật, phương tiện vi phạm hành chính nêu trên, chúng tôi không tạm giữ thêm thứ gì khác."
    )
    sheet.line(
        f"9. Trong thời hạn 02 ngày làm việc, kể từ ngày lập biên bản này, ông (bà) {context.person.name} là cá nhân vi "
        "phạm có quyền gửi văn bản yêu cầu được giải trình trực tiếp/văn bản giải trình đến ông (bà) "
        f"{context.explain_to} để thực hiện quyền giải trình."
    )


def write_review_request(sheet: Sheet, context: ReviewRequest) -> None:
    """Form 29."""
    header, measure = context.header, context.words.measure
    chief = f"Trưởng {context.labour_office}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Đề nghị", f"Xem xét hồ sơ đề nghị áp dụng biện pháp\n{measure}")
    sheet.addressee(chief)
    sheet.line(f"{header.issuer} trân trọng đề nghị {chief}")
    sheet.line(f"Xem xét hồ sơ đề nghị áp dụng biện pháp {measure} đối với:")
    write_proposed(sheet, context.person, "1. ")
    sheet.line(
        f"2. Lý do đề nghị lập hồ sơ đề nghị áp dụng biện pháp {measure} (",
        italic("ghi rõ hành vi vi phạm, điều khoản vi phạm"),
        f"): {context.reason}",
    )
    sheet.line("3. Hồ sơ đề nghị kèm theo gồm:")
    write_list(sheet, context.enclosures)
    sheet.end()
    sheet.closing(("Như trên", FILED), Signature("Người đứng đầu cơ quan\nlập hồ sơ", _SEAL, context.signer))


def write_notice(sheet: Sheet, context: Notice) -> None:
    """Form 32; art. 42.2 fixes what it must say."""
    header, person, agency = context.header, context.person, context.header.issuer
    measure, told = context.words.measure, [name for name in (person.name, context.representative) if name]
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Thông báo", f"Về việc lập hồ sơ đề nghị áp dụng biện pháp\n{measure}")
    sheet.addressee(*(f"Ông (bà) {name}" for name in told))
    sheet.line(
        f"{agency} thông báo tới Ông (bà) về việc lập hồ sơ đề nghị áp dụng biện pháp "
        f"{context.words.drug_measure} đối với:"
    )
    write_proposed(sheet, person, "1. ")
    sheet.line(
        f"2. Căn cứ đề nghị áp dụng biện pháp {measure} (",
        italic("ghi rõ hành vi vi phạm, điều khoản vi phạm"),
        f"): {context.reason}",
    )
    sheet.line("3. Hồ sơ đề nghị kèm theo gồm:")
    write_list(sheet, context.enclosures)
    sheet.line(
        "4. Trong thời hạn 03 ngày làm việc, kể từ ngày nhận được thông báo này, Ông/bà "
        f"{' và Ông/bà '.join(told)} có quyền được đọc, ghi chép các nội dung cần thiết. Hết thời hạn trên, {agency} sẽ "
        "tiến hành các thủ tục theo quy định của pháp luật để đề nghị áp dụng biện pháp "
        f"{measure} đối với {person.name}."
    )
    sheet.line("Thông báo.")
    sheet.end()
    sheet.closing(("Như trên", FILED), Signature("Thủ trưởng cơ quan lập hồ sơ", _SEAL, context.signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="116-27",
        title="Biên bản vi phạm về cai nghiện tự nguyện, quản lý sau cai nghiện và điều trị thay thế",
        title_en="Minutes of the violation",
        source=f"{APPENDIX} 27",
        stage=Stage.police_collection,
        issuer="Chủ tịch Ủy ban nhân dân hoặc Trưởng Công an cấp xã",
        symbol="BB-VPHC",
        context=Violation,
        gather=gather_violation,
        write=write_violation,
        particulars=ViolationParticulars,
    ),
    Form(
        code="116-29",
        title="Đề nghị xem xét hồ sơ đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        title_en="The compiling agency's proposal",
        source=f"{APPENDIX} 29",
        stage=Stage.police_collection,
        issuer="Người đứng đầu cơ quan lập hồ sơ",
        symbol="ĐN-CNBB",
        context=ReviewRequest,
        gather=gather_review_request,
        write=write_review_request,
        particulars=ReviewRequestParticulars,
    ),
    Form(
        code="116-32",
        title="Thông báo về việc lập hồ sơ đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        title_en="Notice that the file has been compiled",
        source=f"{APPENDIX} 32",
        stage=Stage.police_collection,
        issuer="Thủ trưởng cơ quan lập hồ sơ",
        symbol="TB-{symbol}",
        context=Notice,
        gather=gather_notice,
        write=write_notice,
        particulars=NoticeParticulars,
    ),
)
