"""The court's decisions TA-07 (the measure is applied) and TA-08 (it is not)."""

from documents.case import Case, FormContext, Header, header_of
from documents.forms.court_case import (
    CourtCase,
    court_case,
    judge_of,
    recipients_of,
    write_bases,
    write_head,
    write_panel,
    write_participants,
)
from documents.forms.plain import addressed, capital, is_pending, proposal_of, sentence, term_of, write_person
from documents.layout import Sheet, long_date
from models.law.facts import Participant


class Decision(FormContext):
    """What TA-07 and TA-08 share."""

    header: Header
    case: CourtCase
    proposal: str
    session_place: str
    prosecutor: str
    participants: tuple[Participant, ...]
    reasons: str
    complaint_period: str


class ApplyingDecision(Decision):
    """TA-07, decision to apply the measure (PL 03/2022/UBTVQH15 Đ.21, 23; Luật 120/2025/QH15 Đ.29.1)."""

    facility: str
    term_months: int
    term_ground: str | None
    times_source: str | None


class RefusingDecision(Decision):
    """TA-08, decision not to apply the measure (PL 03/2022/UBTVQH15 Đ.21, 23)."""

    held: bool


def _decision(case: Case) -> Decision:
    return Decision(
        header=header_of(case),
        case=court_case(case),
        proposal=proposal_of(case),
        session_place=case.fact("session_place", "địa điểm phiên họp"),
        prosecutor=case.fact("prosecutor", "Kiểm sát viên"),
        participants=case.fact("participants", "người tham gia phiên họp"),
        reasons=case.fact("reasons", "lý do, căn cứ ra quyết định"),
        complaint_period=case.wording.complaint_period,
    )


def gather_applying(case: Case) -> ApplyingDecision:
    """The content of TA-07; the term follows from `times`, or is `term_months` where the law leaves a range."""
    months, ground = term_of(case)
    return ApplyingDecision(
        **dict(_decision(case)),
        facility=case.wording.facility,
        term_months=months,
        term_ground=ground,
        times_source=case.facts.get("times_source") if ground else None,
    )


def gather_refusing(case: Case) -> RefusingDecision:
    """The content of TA-08; `held`: the person is under pending management, which the refusal ends."""
    return RefusingDecision(**dict(_decision(case)), held=is_pending(case))


def _open_decision(sheet: Sheet, context: Decision, about: str) -> None:
    case = context.case
    write_head(sheet, context.header)
    sheet.title("Quyết định", capital(about))
    sheet.authority(case.court)
    sheet.line("Thành phần tiến hành phiên họp và Kiểm sát viên:")
    write_panel(sheet, case, context.prosecutor)
    sheet.line("Những người tham gia phiên họp:")
    write_participants(sheet, context.participants, presence=True)
    sheet.line(
        f"{capital(long_date(context.header.day))}, tại {context.session_place}, {case.court} mở phiên họp xem "
        f"xét, quyết định {case.measure_full} theo văn bản đề nghị {context.proposal} đối với:"
    )
    write_person(sheet, case.person)
    sheet.resolved("Xét thấy:")
    sheet.line(sentence(context.reasons))


def _effect_and_rights(sheet: Sheet, context: Decision, first: int) -> None:
    case = context.case
    sheet.article(
        first,
        "Quyết định này có hiệu lực kể từ ngày hết thời hạn khiếu nại, kiến nghị, kháng nghị mà không có khiếu nại, "
        "kiến nghị, kháng nghị.",
    )
    sheet.article(first + 1, "Quyền khiếu nại, kiến nghị, kháng nghị:")
    sheet.point(
        "1.",
        f"{capital(addressed(case.person))} hoặc người đại diện hợp pháp có quyền khiếu nại Quyết định này trong thời hạn "
        f"{context.complaint_period}.",
    )
    sheet.point(
        "2.",
        f"{case.requester} có quyền kiến nghị, {case.procuracy} có quyền kháng nghị Quyết định này trong thời hạn theo "
        f"quy định của pháp luật về trình tự, thủ tục Tòa án nhân dân xem xét, quyết định việc {case.measure_full}.",
    )
    sheet.point("3.", f"Khiếu nại, kiến nghị, kháng nghị được gửi đến {case.court}.")


def _close_decision(sheet: Sheet, context: Decision, number: int) -> None:
    case = context.case
    sheet.article(
        number,
        f"{case.requester}, {addressed(case.person)} và các cơ quan, tổ chức, cá nhân có liên quan chịu trách nhiệm "
        "thi hành Quyết định này khi có hiệu lực.",
    )
    sheet.end()
    sheet.closing(recipients_of(case), judge_of(case))


def write_applying(sheet: Sheet, context: ApplyingDecision) -> None:
    """TA-07 on paper."""
    case = context.case
    _open_decision(sheet, context, case.measure_full)
    if context.times_source:
        sheet.line(f"Căn cứ xác định thời hạn: {context.term_ground}, theo {context.times_source}.")
    write_bases(sheet, case)
    sheet.resolved()
    sheet.article(1, f"{capital(case.measure_full)} đối với {addressed(case.person)}.")
    ground = f" ({context.term_ground})" if context.term_ground else ""
    sheet.article(
        2, f"Thời hạn áp dụng: {context.term_months} tháng{ground}. Nơi chấp hành: {context.facility}."
    )
    _effect_and_rights(sheet, context, 3)
    _close_decision(sheet, context, 5)


def write_refusing(sheet: Sheet, context: RefusingDecision) -> None:
    """TA-08 on paper."""
    case = context.case
    _open_decision(sheet, context, f"không {case.measure_full}")
    write_bases(sheet, case)
    sheet.resolved()
    refusal = f"Không {case.measure_full} đối với {addressed(case.person)}."
    sheet.article(1, refusal)
    number = 2
    if context.held:
        sheet.article(
            2,
            f"Chấm dứt việc quản lý {addressed(case.person)} trong thời gian lập hồ sơ đề nghị ngay sau khi công bố "
            "Quyết định này.",
        )
        number = 3
    _effect_and_rights(sheet, context, number)
    _close_decision(sheet, context, number + 2)
