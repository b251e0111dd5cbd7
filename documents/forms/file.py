"""The file sent to the court: V-34, V-36, V-37 of Decree 163/2026, Appendix V."""

from datetime import datetime
from typing import Annotated, cast

from pydantic import Field

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    FILED,
    RESIDENCE,
    enclosures_of,
    parent_of,
    write_list,
    write_person,
)
from documents.forms.minutes import (
    Minutes,
    minutes_of,
    open_minutes,
    sign_minutes,
    write_finished,
    write_violator,
    write_witnesses,
)
from documents.layout import Sheet, Signature, Text, bold, italic
from models.law.facts import Witness
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"


class ViolationMinutes(Minutes):
    """V-34, minutes of the violation (Decree 163/2026 art. 101.1.b)."""

    witnesses: Annotated[tuple[Witness, ...], Field(min_length=1)]
    person: PersonBlock
    parent: str = "không"
    violation: str
    statement: str


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
        **minutes_of(case, began_at, case.fact("compiled_by", "người lập biên bản")),
        refusal=case.facts.get("signing_refused_reason"),
        witnesses=case.fact("witnesses", "người chứng kiến"),
        person=person_of(case),
        parent=parent_of(case) or "không",
        violation=cast("str", case.fact("violation", "hành vi vi phạm")).rstrip(" .;"),
        statement=case.fact("statement", "ý kiến của người vi phạm"),
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
    open_minutes(sheet, context, "Biên bản vi phạm", "Của người bị đề nghị đưa đi cai nghiện bắt buộc")
    write_witnesses(sheet, context.witnesses)
    write_violator(sheet, person, context.parent)
    sheet.field(
        "3. Đã có các hành vi vi phạm", f"{context.violation} theo quy định của Luật Phòng, chống ma túy;"
    )
    sheet.field("4. Ý kiến trình bày của cá nhân vi phạm", context.statement)
    sheet.line("5. Chúng tôi đã yêu cầu cá nhân chấm dứt ngay hành vi vi phạm.")
    sheet.field("6. Các biện pháp ngăn chặn và bảo đảm xử lý vi phạm được áp dụng, gồm", "không")
    write_finished(sheet, context.finished_at, person.name)
    if context.refusal is not None:
        sheet.heading("Trường hợp cá nhân vi phạm không ký biên bản")
        sheet.line(f"Lý do ông (bà) {person.name} không ký biên bản:")
        write_list(sheet, (context.refusal,))
    sign_minutes(sheet, context, person.name, context.witnesses)


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
