"""The court's letters to who asks it: TA-00 (the file goes back) and TA-03 (what must be made clear)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from documents.case import Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.court_case import FILED, CourtCase, court_case, judge_of
from documents.forms.decree_163 import write_list
from documents.forms.plain import legal_day, proposal_of, requester_of, sentence, write_person
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Line
from models.law.schema import Stage


class ReturnParticulars(Particulars):
    """What TA-00 asks beyond the dossier."""

    basis: Line = Field(title="Điều, khoản của pháp lệnh làm căn cứ trả lại")
    reason: Line = Field(title="Lý do trả lại hồ sơ")
    proposal: Line | None = Field(None, title="Văn bản đề nghị (số, ngày, cơ quan), nếu không có trong hồ sơ")


class FileReturn(FormContext):
    """TA-00, letter that returns the file (PL 03/2022/UBTVQH15 Đ.9.1; PL 09/2014/UBTVQH13 Đ.8.1)."""

    header: Header
    requester: str
    measure_full: str
    received_on: date
    proposal: str
    person: PersonBlock
    gaps: Annotated[tuple[str, ...], Field(min_length=1)]
    basis: str
    reason: str
    president: str


class QueryParticulars(Particulars):
    """What TA-03 asks beyond the dossier."""

    basis: Line = Field(title="Điều, khoản làm căn cứ yêu cầu")
    reply_within: Line | None = Field(
        None, title="Thời hạn trả lời (ví dụ: 02 ngày làm việc, kể từ ngày nhận được văn bản này)"
    )


class Query(FormContext):
    """TA-03, letter that asks for papers or an explanation (PL 03/2022/UBTVQH15 Đ.15; NĐ 163/2026/NĐ-CP Đ.102.5)."""

    header: Header
    case: CourtCase
    question: str
    basis: str
    reply_within: str | None


def gather_return(case: Case) -> FileReturn:
    """The content of TA-00; the case is not accepted yet, so it has no number and no judge."""
    stated = case.given(ReturnParticulars)
    return FileReturn(
        header=header_of(case),
        requester=requester_of(case).name,
        measure_full=case.wording.measure_full,
        received_on=legal_day(case.fact("file_received_at", "thời điểm Tòa án nhận hồ sơ")),
        proposal=stated.proposal or proposal_of(case),
        person=person_of(case),
        gaps=case.fact("gaps", "tài liệu, nội dung còn thiếu"),
        basis=stated.basis,
        reason=stated.reason,
        president=case.signer.name,
    )


def gather_query(case: Case) -> Query:
    """The content of TA-03."""
    stated = case.given(QueryParticulars)
    return Query(
        header=header_of(case),
        case=court_case(case),
        question=case.fact("question", "nội dung cần làm rõ"),
        basis=stated.basis,
        reply_within=stated.reply_within,
    )


def write_return(sheet: Sheet, context: FileReturn) -> None:
    """TA-00 on paper."""
    header, file = context.header, f"hồ sơ đề nghị {context.measure_full}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day, f"trả lại {file}")
    sheet.addressee(context.requester)
    sheet.line(
        f"Ngày {context.received_on:%d/%m/%Y}, {header.issuer} nhận được {file} theo văn bản đề nghị "
        f"{context.proposal}, đối với:"
    )
    write_person(sheet, context.person)
    sheet.line("Qua kiểm tra, hồ sơ còn thiếu tài liệu, nội dung sau đây:")
    write_list(sheet, context.gaps)
    sheet.line(f"Lý do trả lại: {sentence(context.reason)}")
    sheet.line(
        f"Căn cứ {context.basis}, {header.issuer} trả lại hồ sơ để {context.requester} hoàn thiện theo quy định."
    )
    sheet.end()
    sheet.closing(
        ("Như trên", FILED), Signature("Chánh án", "(Ký, ghi rõ họ tên, đóng dấu)", context.president)
    )


def write_query(sheet: Sheet, context: Query) -> None:
    """TA-03 on paper."""
    header, case = context.header, context.case
    subject = f"yêu cầu làm rõ, bổ sung hồ sơ đề nghị {case.measure_full}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day, subject)
    sheet.addressee(case.requester)
    sheet.line(
        f"{case.court} đang xem xét hồ sơ thụ lý số {case.number} {long_date(case.accepted_on)}, đề nghị "
        f"{case.measure_full} đối với:"
    )
    write_person(sheet, case.person)
    sheet.line(f"Căn cứ {context.basis}, {case.court} yêu cầu {case.requester} làm rõ, bổ sung:")
    sheet.line(sentence(context.question))
    within = f" trong thời hạn {context.reply_within}" if context.reply_within else ""
    sheet.line(f"{case.requester} trả lời {case.court} bằng văn bản{within}.")
    sheet.end()
    sheet.closing(("Như trên", FILED), judge_of(case))


FORMS: tuple[Form, ...] = (
    Form(
        code="TA-00",
        title="Văn bản trả lại hồ sơ đề nghị",
        title_en="Letter that returns the file",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.9.1; PL 09/2014/UBTVQH13 Đ.8.1",
        stage=Stage.court_decision,
        issuer="Chánh án",
        symbol="{symbol}",
        context=FileReturn,
        gather=gather_return,
        write=write_return,
        particulars=ReturnParticulars,
    ),
    Form(
        code="TA-03",
        title="Văn bản yêu cầu làm rõ, bổ sung hồ sơ",
        title_en="Letter that asks for papers or an explanation",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.15.1; NĐ 163/2026/NĐ-CP Đ.102.5",
        stage=Stage.court_decision,
        issuer="Thẩm phán được phân công",
        symbol="{symbol}",
        context=Query,
        gather=gather_query,
        write=write_query,
        particulars=QueryParticulars,
    ),
)
