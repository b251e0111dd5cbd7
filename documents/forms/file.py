"""The file sent to the court: V-34, V-36, V-37 of Decree 163/2026, Appendix V."""

from datetime import datetime
from typing import Annotated, cast

from pydantic import AwareDatetime, Field

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    RESIDENCE,
    Representative,
    begun,
    enclosures_of,
    finished,
    parent_of,
    representative,
    write_identity,
    write_list,
    write_person,
)
from documents.layout import Sheet, Signature, Text, bold, italic, page_count
from models.law.facts import Witness
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"


class ViolationMinutes(FormContext):
    """V-34, minutes of the violation (Decree 163/2026 art. 101.1.b)."""

    header: Header
    began_at: AwareDatetime
    finished_at: AwareDatetime
    where: str
    writer: Representative
    witnesses: Annotated[tuple[Witness, ...], Field(min_length=1)]
    person: PersonBlock
    parent: str = "không"
    violation: str
    statement: str
    refusal: str | None
    head: Representative


class Proposal(FormContext):
    """V-36, proposal that the court apply the measure (Decree 163/2026 art. 101.1.d)."""

    header: Header
    court: str
    person: PersonBlock
    reason: str
    enclosures: tuple[str, ...]
    signer: str


class CompilationNotice(FormContext):
    """V-37, notice to the person, and a minor's parent, that the file has been compiled (art. 102.1-3, 105.1-3)."""

    header: Header
    person: PersonBlock
    parent: str | None = None
    reason: str
    enclosures: tuple[str, ...]
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_violation(case: Case) -> ViolationMinutes:
    """The content of V-34; it begins when the violation is found and is finished when the act is done."""
    began_at = cast("datetime", case.fact("ground_found_at", "thời điểm lập biên bản vi phạm"))
    return ViolationMinutes(
        header=header_of(case),
        began_at=began_at,
        finished_at=max(began_at, case.occurred_at),
        where=f"{case.issuer.commune}, {case.issuer.province}",
        writer=representative(case.fact("compiled_by", "người lập biên bản"), case.issuer.name),
        witnesses=case.fact("witnesses", "người chứng kiến"),
        person=person_of(case),
        parent=parent_of(case) or "không",
        violation=cast("str", case.fact("violation", "hành vi vi phạm")).rstrip(" .;"),
        statement=case.fact("statement", "ý kiến của người vi phạm"),
        refusal=case.facts.get("signing_refused_reason"),
        head=representative(case.signer, case.issuer.name),
    )


def gather_proposal(case: Case) -> Proposal:
    """The content of V-36."""
    return Proposal(
        header=header_of(case),
        court=case.party("court").name,
        person=person_of(case),
        reason=case.fact("proposal_reason", "lý do đề nghị"),
        enclosures=enclosures_of(case),
        signer=case.signer.name,
    )


def gather_notice(case: Case) -> CompilationNotice:
    """The content of V-37."""
    return CompilationNotice(
        header=header_of(case),
        person=person_of(case),
        parent=parent_of(case),
        reason=case.fact("proposal_reason", "căn cứ đề nghị"),
        enclosures=enclosures_of(case),
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_violation(sheet: Sheet, context: ViolationMinutes) -> None:
    """V-34; its last block stands only when the person did not sign."""
    person = context.person
    _write_header(sheet, context.header)
    sheet.title("Biên bản vi phạm", "Của người bị đề nghị đưa đi cai nghiện bắt buộc")
    sheet.line(italic(f"Hôm nay, {begun(context.began_at)}, tại {context.where}"))
    sheet.basis(DECREE)
    write_makers(sheet, context.writer, context.witnesses)
    sheet.heading("II. Tiến hành lập biên bản vi phạm với các nội dung sau:")
    sheet.fields(("1. Họ và tên", person.name), ("Giới tính", person.sex))
    sheet.fields(("- Ngày, tháng, năm sinh", person.birth), ("Quốc tịch", person.nationality))
    sheet.field("- Nghề nghiệp", person.occupation)
    sheet.field("- Nơi ở hiện tại", person.present_residence)
    write_identity(sheet, f"- {person.id_label}", person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("2. Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp", context.parent)
    sheet.field(
        "3. Đã có các hành vi vi phạm", f"{context.violation} theo quy định của Luật Phòng, chống ma túy;"
    )
    sheet.field("4. Ý kiến trình bày của cá nhân vi phạm", context.statement)
    sheet.line("5. Chúng tôi đã yêu cầu cá nhân chấm dứt ngay hành vi vi phạm.")
    sheet.field("6. Các biện pháp ngăn chặn và bảo đảm xử lý vi phạm được áp dụng, gồm", "không")
    sheet.line(
        f"Biên bản lập xong hồi {finished(context.finished_at)}, gồm ",
        page_count(),
        " tờ, được lập thành 02 bản có nội dung và giá trị như nhau; đã đọc lại cho những người có tên nêu trên "
        "cùng nghe, công nhận là đúng và cùng ký tên dưới đây; giao cho ông (bà) "
        f"{person.name} là cá nhân vi phạm 01 bản, 01 bản lưu hồ sơ.",
    )
    if context.refusal is not None:
        sheet.heading("Trường hợp cá nhân vi phạm không ký biên bản")
        sheet.line(f"Lý do ông (bà) {person.name} không ký biên bản:")
        write_list(sheet, (context.refusal,))
    represented = "Đại diện Công an cấp xã"
    write_makers_signatures(sheet, person.name, context.writer, context.witnesses, represented, context.head)


def write_makers(sheet: Sheet, writer: Representative, witnesses: tuple[Witness, ...]) -> None:
    """Part I of minutes of a violation: who writes them and who witnesses."""
    sheet.heading("I. Chúng tôi gồm:")
    sheet.field("1. Họ và tên", writer.name)
    sheet.field("Chức vụ", writer.position)
    sheet.field("Cơ quan", writer.agency)
    sheet.line("2. Với sự chứng kiến của:")
    for letter, witness in zip("abcdđeghiklmnopqrstuvxy", witnesses, strict=False):
        sheet.fields((f"{letter}) Họ và tên", witness.name), ("Nghề nghiệp", witness.occupation))
        sheet.field("Nơi ở hiện nay", witness.residence)


def write_makers_signatures(
    sheet: Sheet,
    person: str,
    writer: Representative,
    witnesses: tuple[Witness, ...],
    represented: str,
    head: Representative,
) -> None:
    """The form has one cell for all witnesses; from the second on each has a cell of the same title."""
    first, *others = [
        Signature("Người chứng kiến", "(Ký, ghi rõ họ và tên)", witness.name) for witness in witnesses
    ]
    sheet.signatures(
        (
            Signature("Cá nhân vi phạm", "(Ký, ghi rõ họ và tên)", person),
            Signature(
                "Người lập biên bản", "(Ký, ghi rõ chức vụ, họ và tên)", f"{writer.position}\n{writer.name}"
            ),
        ),
        (
            first,
            Signature(
                represented,
                "(Ký, ghi rõ chức vụ, họ và tên, đóng dấu)",
                f"{head.position}\n{head.name}",
            ),
        ),
        *((other, None) for other in others),
    )


def _write_header(sheet: Sheet, header: Header) -> None:
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)


def write_proposed(sheet: Sheet, person: PersonBlock, *lead: Text) -> None:
    """The person a file is about, as V-36 and V-37 name one."""
    write_person(sheet, person, *lead)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Nơi làm việc", person.workplace)


def write_proposal(sheet: Sheet, context: Proposal) -> None:
    """V-36."""
    _write_header(sheet, context.header)
    sheet.title("Đề nghị", "Xem xét hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc")
    sheet.addressee(context.court)
    sheet.line(f"{context.header.issuer} đề nghị Chánh án {context.court}")
    sheet.line("Xem xét hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với:")
    write_proposed(sheet, context.person, "1. ")
    sheet.line(
        "2. Lý do đề nghị lập hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc (",
        italic("ghi rõ hành vi vi phạm, điều khoản vi phạm"),
        f"): {context.reason}",
    )
    sheet.line("3. Hồ sơ đề nghị kèm theo gồm:")
    write_list(sheet, context.enclosures)
    sheet.end()
    sheet.closing(("Như trên", FILED), _head(context.signer))


def write_notice(sheet: Sheet, context: CompilationNotice) -> None:
    """V-37; art. 102.2 fixes what it must say."""
    person, agency = context.person, context.header.issuer
    _write_header(sheet, context.header)
    sheet.title("Thông báo", "Về việc lập hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc")
    sheet.addressee(*(f"Ông (bà) {name}" for name in (person.name, context.parent) if name))
    sheet.line(
        f"{agency} thông báo tới Ông (bà) về việc lập hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện ma túy "
        "bắt buộc đối với:"
    )
    write_proposed(sheet, person, bold("1."), " ")
    sheet.line(
        bold("2. Căn cứ"),
        " đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc (",
        italic("ghi rõ hành vi vi phạm, điều khoản vi phạm"),
        f"): {context.reason}",
    )
    sheet.line(bold("3."), " Hồ sơ đề nghị kèm theo gồm:")
    write_list(sheet, context.enclosures)
    sheet.line(
        bold("4."),
        " Trong thời hạn 03 ngày làm việc, kể từ ngày nhận được thông báo này, Ông/bà "
        f"{' và Ông/bà '.join(name for name in (person.name, context.parent) if name)} có quyền được đọc, ghi chép các "
        f"nội dung cần thiết. Hết thời hạn trên, {agency} sẽ tiến "
        "hành các thủ tục theo quy định của pháp luật để đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc.",
    )
    sheet.line("Thông báo.")
    sheet.end()
    sheet.closing(("Như trên", FILED), _head(context.signer))


def _head(name: str) -> Signature:
    return Signature("Trưởng Công an", "(Ký, ghi rõ họ tên và đóng dấu)", name)


FORMS: tuple[Form, ...] = (
    Form(
        code="V-34",
        title="Biên bản vi phạm của người bị đề nghị đưa đi cai nghiện bắt buộc",
        title_en="Minutes of the violation",
        source=f"{_APPENDIX} 34",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol="BB-{symbol}",
        context=ViolationMinutes,
        gather=gather_violation,
        write=write_violation,
    ),
    Form(
        code="V-36",
        title="Đề nghị xem xét hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        title_en="Proposal to the court",
        source=f"{_APPENDIX} 36",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="ĐN-{symbol}",
        context=Proposal,
        gather=gather_proposal,
        write=write_proposal,
    ),
    Form(
        code="V-37",
        title="Thông báo về việc lập hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        title_en="Notice that the file has been compiled",
        source=f"{_APPENDIX} 37",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="TB-{symbol}",
        context=CompilationNotice,
        gather=gather_notice,
        write=write_notice,
    ),
)
