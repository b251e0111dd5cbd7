"""Court papers TA-01, 02, 05, 06, 07, 08: no official form exists, so they keep Decree 30/2020's layout and the book's wording."""

from datetime import datetime

from documents.case import Case, FormContext, Header, NothingMore, header_of
from documents.form import Form
from documents.forms.court_case import (
    FILED,
    CourtCase,
    court_case,
    judge_of,
    recipients_of,
    write_bases,
    write_head,
    write_panel,
    write_participants,
)
from documents.forms.court_decision import (
    ApplyingDecision,
    RefusingDecision,
    gather_applying,
    gather_refusing,
    write_applying,
    write_refusing,
)
from documents.forms.decree_163 import enclosures_of, finished, write_list
from documents.forms.plain import addressed, capital, proposal_of, sentence, write_person
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Participant
from models.law.schema import Stage


class AcceptanceNotice(FormContext):
    """TA-01, notice that the case is accepted (PL 03/2022/UBTVQH15 Đ.12.1)."""

    header: Header
    case: CourtCase
    proposal: str
    enclosures: tuple[str, ...]


class JudgeAssignment(FormContext):
    """TA-02, assignment of the judge (PL 03/2022/UBTVQH15 Đ.10.1; PL 09/2014/UBTVQH13 Đ.9.1)."""

    header: Header
    case: CourtCase
    proposal: str
    president: str


class SessionOpening(FormContext):
    """TA-05, decision to hold the session (PL 03/2022/UBTVQH15 Đ.17; PL 09/2014/UBTVQH13 Đ.16)."""

    header: Header
    case: CourtCase
    session_at: datetime
    session_place: str
    prosecutor: str
    participants: tuple[Participant, ...]


class SessionMinutes(FormContext):
    """TA-06, minutes of the session (PL 03/2022/UBTVQH15 Đ.22)."""

    header: Header
    case: CourtCase
    began_at: datetime
    ended_at: datetime
    session_place: str
    prosecutor: str
    participants: tuple[Participant, ...]
    proceedings: str
    prosecutor_opinion: str
    decision: str


def gather_acceptance(case: Case) -> AcceptanceNotice:
    """The content of TA-01."""
    return AcceptanceNotice(
        header=header_of(case),
        case=court_case(case),
        proposal=proposal_of(case),
        enclosures=enclosures_of(case),
    )


def gather_assignment(case: Case) -> JudgeAssignment:
    """The content of TA-02."""
    return JudgeAssignment(
        header=header_of(case), case=court_case(case), proposal=proposal_of(case), president=case.signer.name
    )


def gather_opening(case: Case) -> SessionOpening:
    """The content of TA-05."""
    return SessionOpening(
        header=header_of(case),
        case=court_case(case),
        session_at=case.fact("session_at", "thời điểm mở phiên họp"),
        session_place=case.fact("session_place", "địa điểm phiên họp"),
        prosecutor=case.fact("prosecutor", "Kiểm sát viên"),
        participants=case.fact("participants", "người tham gia phiên họp"),
    )


def gather_minutes(case: Case) -> SessionMinutes:
    """The content of TA-06; the session begins at the moment of the act."""
    return SessionMinutes(
        header=header_of(case),
        case=court_case(case),
        began_at=case.occurred_at,
        ended_at=case.fact("session_ended_at", "thời điểm kết thúc phiên họp"),
        session_place=case.fact("session_place", "địa điểm phiên họp"),
        prosecutor=case.fact("prosecutor", "Kiểm sát viên"),
        participants=case.fact("participants", "người tham gia phiên họp"),
        proceedings=case.fact("proceedings", "diễn biến phiên họp"),
        prosecutor_opinion=case.fact("prosecutor_opinion", "ý kiến của Kiểm sát viên"),
        decision=case.fact("session_decision", "quyết định của Thẩm phán tại phiên họp"),
    )


def write_acceptance(sheet: Sheet, context: AcceptanceNotice) -> None:
    """TA-01 on paper."""
    case = context.case
    write_head(sheet, context.header)
    sheet.title("Thông báo", f"Về việc thụ lý hồ sơ đề nghị\n{case.measure_full}")
    sheet.addressee(case.requester, capital(addressed(case.person)), case.procuracy)
    sheet.line(
        f"{capital(long_date(case.accepted_on))}, {case.court} đã thụ lý số {case.number} hồ sơ đề nghị "
        f"{case.measure_full} theo văn bản đề nghị {context.proposal}."
    )
    sheet.point("1.", "Người bị đề nghị:")
    write_person(sheet, case.person)
    sheet.point("2.", f"Biện pháp được đề nghị áp dụng: {case.measure}.")
    sheet.point("3.", f"Thẩm phán được phân công xem xét, quyết định: {case.judge}; Thư ký: {case.clerk}.")
    sheet.point("4.", "Tài liệu trong hồ sơ đề nghị:")
    write_list(sheet, context.enclosures)
    sheet.point(
        "5.",
        "Kể từ ngày nhận được Thông báo này, người bị đề nghị, người đại diện hợp pháp, người bảo vệ quyền và lợi "
        "ích hợp pháp có quyền cung cấp tài liệu, chứng cứ cho Tòa án trước và tại phiên họp; tham gia phiên họp, "
        "trình bày ý kiến; đề nghị thay đổi người tiến hành phiên họp khi có căn cứ theo quy định của pháp luật; có "
        "nghĩa vụ có mặt theo yêu cầu của Tòa án.",
    )
    sheet.end()
    sheet.closing(("Như trên", FILED), judge_of(case))


def write_assignment(sheet: Sheet, context: JudgeAssignment) -> None:
    """TA-02 on paper."""
    case = context.case
    write_head(sheet, context.header)
    sheet.title("Quyết định", f"Phân công Thẩm phán xem xét, quyết định việc\n{case.measure_full}")
    sheet.authority(f"Chánh án {case.court}")
    write_bases(sheet, case, f"Xét văn bản đề nghị {context.proposal}")
    sheet.resolved()
    sheet.article(
        1,
        f"Phân công Thẩm phán {case.judge} xem xét, quyết định việc {case.measure_full} theo hồ sơ thụ lý số "
        f"{case.number} {long_date(case.accepted_on)} đối với người bị đề nghị:",
    )
    write_person(sheet, case.person)
    sheet.article(2, f"Phân công {case.clerk} làm Thư ký, giúp việc cho Thẩm phán và ghi biên bản phiên họp.")
    sheet.article(
        3,
        f"Quyết định này có hiệu lực kể từ ngày ký. Thẩm phán {case.judge} và Thư ký {case.clerk} chịu trách nhiệm "
        "thi hành Quyết định này.",
    )
    sheet.end()
    signature = Signature("Chánh án", "(Ký, ghi rõ họ tên, đóng dấu)", context.president)
    sheet.closing(("Như Điều 3", FILED), signature)


def write_opening(sheet: Sheet, context: SessionOpening) -> None:
    """TA-05 on paper."""
    case = context.case
    write_head(sheet, context.header)
    sheet.title("Quyết định", f"Mở phiên họp xem xét, quyết định\n{case.measure_full}")
    sheet.authority(case.court)
    write_bases(sheet, case)
    sheet.resolved()
    sheet.article(
        1, f"Mở phiên họp xem xét, quyết định {case.measure_full} theo đề nghị của {case.requester} đối với:"
    )
    write_person(sheet, case.person)
    sheet.field("Thời gian mở phiên họp", finished(context.session_at))
    sheet.field("Địa điểm mở phiên họp", context.session_place)
    sheet.article(2, "Những người tiến hành phiên họp và Kiểm sát viên:")
    write_panel(sheet, case, context.prosecutor)
    sheet.article(3, "Những người tham gia phiên họp:")
    if not any("cơ quan đề nghị" in one.capacity.lower() for one in context.participants):
        sheet.point("-", f"Đại diện cơ quan đề nghị: {case.requester}.")
    write_participants(sheet, context.participants, presence=False)
    sheet.article(
        4, "Những người có tên tại Điều 1, Điều 2 và Điều 3 chịu trách nhiệm thi hành Quyết định này."
    )
    sheet.end()
    sheet.closing(recipients_of(case), judge_of(case))


def write_minutes(sheet: Sheet, context: SessionMinutes) -> None:
    """TA-06 on paper."""
    case = context.case
    write_head(sheet, context.header)
    sheet.title("Biên bản", f"Phiên họp xem xét, quyết định\n{case.measure_full}")
    sheet.line(
        f"Hồi {finished(context.began_at)}, tại {context.session_place}, {case.court} mở phiên họp xem xét, quyết "
        f"định {case.measure_full} theo hồ sơ thụ lý số {case.number} {long_date(case.accepted_on)}, đề nghị của "
        f"{case.requester}, đối với người bị đề nghị:"
    )
    write_person(sheet, case.person)
    sheet.heading("I. Những người tiến hành phiên họp và Kiểm sát viên")
    write_panel(sheet, case, context.prosecutor)
    sheet.heading("II. Những người tham gia phiên họp")
    write_participants(sheet, context.participants, presence=True)
    sheet.heading("III. Nội dung, diễn biến phiên họp và lời trình bày của những người tham gia")
    sheet.line(sentence(context.proceedings))
    sheet.heading("IV. Ý kiến của Kiểm sát viên")
    sheet.line(sentence(context.prosecutor_opinion))
    sheet.heading("V. Quyết định của Thẩm phán")
    sheet.line(sentence(context.decision))
    sheet.line(f"Phiên họp kết thúc hồi {finished(context.ended_at)}.")
    hint = "(Ký, ghi rõ họ tên)"
    sheet.signatures((Signature("Thư ký", hint, case.clerk), Signature("Thẩm phán", hint, case.judge)))


FORMS: tuple[Form, ...] = (
    Form(
        code="TA-01",
        title="Thông báo thụ lý hồ sơ đề nghị",
        title_en="Notice of acceptance of the case",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.12.1; PL 09/2014/UBTVQH13",
        stage=Stage.court_decision,
        issuer="Thẩm phán được phân công",
        symbol="TB-{symbol}",
        context=AcceptanceNotice,
        gather=gather_acceptance,
        write=write_acceptance,
        particulars=NothingMore,
    ),
    Form(
        code="TA-02",
        title="Quyết định phân công Thẩm phán",
        title_en="Assignment of the judge",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.10.1; PL 09/2014/UBTVQH13 Đ.9.1",
        stage=Stage.court_decision,
        issuer="Chánh án",
        symbol="QĐ-{symbol}",
        context=JudgeAssignment,
        gather=gather_assignment,
        write=write_assignment,
        particulars=NothingMore,
    ),
    Form(
        code="TA-05",
        title="Quyết định mở phiên họp",
        title_en="Decision to hold the session",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.17; PL 09/2014/UBTVQH13 Đ.16",
        stage=Stage.court_decision,
        issuer="Thẩm phán được phân công",
        symbol="QĐ-{symbol}",
        context=SessionOpening,
        gather=gather_opening,
        write=write_opening,
    ),
    Form(
        code="TA-06",
        title="Biên bản phiên họp",
        title_en="Minutes of the session",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.22; PL 09/2014/UBTVQH13",
        stage=Stage.court_decision,
        issuer="Thư ký và Thẩm phán",
        symbol=None,
        context=SessionMinutes,
        gather=gather_minutes,
        write=write_minutes,
    ),
    Form(
        code="TA-07",
        title="Quyết định áp dụng biện pháp cai nghiện bắt buộc",
        title_en="Decision to apply the measure",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.21, 23; PL 09/2014/UBTVQH13",
        stage=Stage.court_decision,
        issuer="Thẩm phán được phân công",
        symbol="QĐ-{symbol}",
        context=ApplyingDecision,
        gather=gather_applying,
        write=write_applying,
        particulars=NothingMore,
    ),
    Form(
        code="TA-08",
        title="Quyết định không áp dụng biện pháp cai nghiện bắt buộc",
        title_en="Decision not to apply the measure",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.21, 23; PL 09/2014/UBTVQH13",
        stage=Stage.court_decision,
        issuer="Thẩm phán được phân công",
        symbol="QĐ-{symbol}",
        context=RefusingDecision,
        gather=gather_refusing,
        write=write_refusing,
        particulars=NothingMore,
    ),
)
