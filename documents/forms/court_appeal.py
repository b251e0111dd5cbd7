"""TA-12: the provincial court's decision on a complaint, petition or protest."""

from dataclasses import replace
from datetime import date
from typing import Literal

from pydantic import Field

from documents.case import Case, FormContext, Header, Issued, MissingValue, Particulars, header_of
from documents.form import Form
from documents.forms.court_case import (
    FILED,
    CourtCase,
    court_case,
    judge_of,
    write_bases,
    write_head,
    write_panel,
)
from documents.forms.decree_163 import cited
from documents.forms.plain import addressed, capital, is_pending, legal_day, sentence, term_of, write_person
from documents.layout import Sheet, long_date
from models.law.facts import Day, Line
from models.law.schema import Stage

_KINDS = {"complaint": "khiếu nại", "petition": "kiến nghị", "protest": "kháng nghị"}
_FIRST = ("TA-07", "TA-08")


class AppealParticulars(Particulars):
    """What TA-12 asks beyond the dossier: who deals with the case at the provincial court, and what the ordinance says."""

    case_number: Line = Field(title="Số thụ lý của Tòa án cấp tỉnh")
    accepted_on: Day = Field(title="Ngày thụ lý của Tòa án cấp tỉnh")
    judge: Line = Field(title="Thẩm phán")
    clerk: Line = Field(title="Thư ký")
    prosecutor: Line = Field(title="Kiểm sát viên")
    procuracy: Line = Field(title="Viện kiểm sát cùng cấp")
    session_place: Line = Field(title="Địa điểm phiên họp")
    basis: Line = Field(title="Điều, khoản của luật, pháp lệnh làm căn cứ")
    change: Literal["sửa", "hủy"] | None = Field(None, title="Sửa hay hủy (khi không giữ nguyên)")
    effect: Line = Field(title="Quyết định có hiệu lực từ khi nào (ví dụ: kể từ ngày ra quyết định)")
    decision: Line | None = Field(
        None,
        title="Quyết định bị khiếu nại, kiến nghị, kháng nghị (số, ngày, Tòa án), nếu không có trong hồ sơ",
    )
    more: tuple[Line, ...] = Field((), title="Nội dung quyết định khác")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class AppealDecision(FormContext):
    """TA-12, decision on an appeal (PL 03/2022/UBTVQH15 Đ.35–37)."""

    header: Header
    case: CourtCase
    lower_court: str
    prosecutor: str
    session_place: str
    basis: str
    kind: str
    by: str
    received_on: date
    decision: str
    reasons: str
    change: Literal["sửa", "hủy"] | None
    """What becomes of the first decision; None when it stands."""
    term: str | None
    """Of the measure that is applied in the place of the first decision."""
    facility: str | None
    refused: bool
    held: bool
    more: tuple[str, ...]
    effect: str
    recipients: tuple[str, ...]


def gather_appeal(case: Case) -> AppealDecision:
    """The content of TA-12; what is decided anew is an outcome only where the first court had one."""
    stated, changed = (
        case.given(AppealParticulars),
        case.fact("appeal_outcome", "kết quả giải quyết") == "changed",
    )
    if changed and stated.change is None:
        raise MissingValue(case.form, "particulars.TA-12.change", "sửa hay hủy quyết định")
    named = ("case_number", "judge", "clerk", "procuracy")
    upper = {**case.facts, **{name: getattr(stated, name) for name in named}}
    about = court_case(replace(case, facts=upper)).model_copy(update={"accepted_on": stated.accepted_on})
    outcome = case.facts.get("outcome") if changed and "terminate" not in case.acts else None
    by, lower = case.fact("appeal_by", "người, cơ quan khiếu nại"), case.party("court").name
    person = f"{capital(addressed(about.person))} hoặc người đại diện hợp pháp"
    told = (person, by, lower, about.requester, stated.procuracy, *stated.recipients, FILED)
    return AppealDecision(
        header=header_of(case),
        case=about,
        lower_court=lower,
        prosecutor=stated.prosecutor,
        session_place=stated.session_place,
        basis=stated.basis,
        kind=_KINDS[case.fact("appeal_kind", "loại khiếu nại, kiến nghị, kháng nghị")],
        by=by,
        received_on=legal_day(case.fact("appeal_received_at", "thời điểm nhận khiếu nại")),
        decision=stated.decision or cited(_first_decision(case)),
        reasons=case.fact("reasons", "lý do, căn cứ ra quyết định"),
        change=stated.change if changed else None,
        term=_term(case) if outcome == "apply" else None,
        facility=case.wording.facility if outcome == "apply" else None,
        refused=outcome == "refuse",
        held=outcome == "refuse" and is_pending(case),
        more=stated.more,
        effect=stated.effect,
        recipients=tuple(dict.fromkeys(one for one in told if one != about.person.name)),
    )


def _first_decision(case: Case) -> Issued:
    """What the first court decided; raises MissingValue when its paper was made outside."""
    forms = ("TA-04",) if "terminate" in case.acts else _FIRST
    found = [case.issued[form] for form in forms if form in case.issued]
    return max(found, key=lambda issued: issued.day) if found else case.document(forms[0])


def _term(case: Case) -> str:
    months, ground = term_of(case)
    return f"{months} tháng ({ground})" if ground else f"{months} tháng"


def write_appeal(sheet: Sheet, context: AppealDecision) -> None:
    """TA-12 on paper."""
    case, kind, number = context.case, context.kind, 2
    write_head(sheet, context.header)
    sheet.title("Quyết định", f"Giải quyết {kind} trong việc xem xét, quyết định\n{case.measure_full}")
    sheet.authority(case.court)
    sheet.line("Thành phần tiến hành phiên họp và Kiểm sát viên:")
    write_panel(sheet, case, context.prosecutor)
    sheet.line(
        f"{capital(long_date(context.header.day))}, tại {context.session_place}, {case.court} mở phiên họp giải quyết "
        f"{kind} của {context.by} ({context.lower_court} nhận ngày {context.received_on:%d/%m/%Y}) đối với Quyết định "
        f"{context.decision} về người bị đề nghị:"
    )
    write_person(sheet, case.person)
    sheet.resolved("Xét thấy:")
    sheet.line(sentence(context.reasons))
    write_bases(sheet, case, f"Căn cứ {context.basis}")
    sheet.resolved()
    ruling = f"Không chấp nhận {kind} của {context.by}; giữ nguyên Quyết định {context.decision}."
    if context.change:
        ruling = f"Chấp nhận {kind} của {context.by}; {context.change} Quyết định {context.decision}."
    sheet.article(1, ruling)
    for text in (
        *_outcome(context),
        *map(sentence, context.more),
        f"Quyết định này có hiệu lực {context.effect}.",
    ):
        sheet.article(number, text)
        number += 1
    sheet.article(
        number,
        f"{context.lower_court}, {case.requester}, {addressed(case.person)} và các cơ quan, tổ chức, cá nhân có liên "
        "quan chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    sheet.closing(context.recipients, judge_of(case))


def _outcome(context: AppealDecision) -> list[str]:
    """What the provincial court decides in the place of the first court."""
    case, person = context.case, addressed(context.case.person)
    if context.term:
        applied = f"{capital(case.measure_full)} đối với {person}."
        return [f"{applied} Thời hạn áp dụng: {context.term}. Nơi chấp hành: {context.facility}."]
    ruled = [f"Không {case.measure_full} đối với {person}."] if context.refused else []
    if context.held:
        ruled.append(
            f"Chấm dứt việc quản lý {person} trong thời gian lập hồ sơ đề nghị ngay sau khi công bố Quyết định này."
        )
    return ruled


FORMS: tuple[Form, ...] = (
    Form(
        code="TA-12",
        title="Quyết định giải quyết khiếu nại, kiến nghị, kháng nghị",
        title_en="Decision on a complaint, petition or protest",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.35–37; PL 09/2014/UBTVQH13",
        stage=Stage.court_decision,
        issuer="Thẩm phán Tòa án nhân dân cấp tỉnh",
        symbol="QĐ-{symbol}",
        context=AppealDecision,
        gather=gather_appeal,
        write=write_appeal,
        particulars=AppealParticulars,
    ),
)
