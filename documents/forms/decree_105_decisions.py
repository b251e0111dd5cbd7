"""The commune chairman's decisions that end the management of a user under Decree 105/2021: 105-09, 105-10."""

from datetime import date
from typing import Literal

from pydantic import Field

from documents.case import (
    Block,
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
from documents.forms.decree_105 import APPENDIX, write_header, write_user
from documents.forms.decree_105_management import DECREE, MANAGEMENT, USER, chairman, police_of
from documents.forms.decree_163 import FILED
from documents.forms.legacy import DRUG_LAW, committee_decision_of, local_government
from documents.layout import Sheet
from models.law.facts import Day, Line
from models.law.schema import Stage

Reason = Literal[
    "nghiện", "giáo dục tại xã", "cơ sở giáo dục, trường giáo dưỡng", "phạt tù", "chết, mất tích"
]
_REASONS: dict[Reason, str] = {
    "nghiện": "Kết quả xác định tình trạng nghiện là có nghiện",
    "giáo dục tại xã": "Bị áp dụng biện pháp xử lý hành chính giáo dục tại xã, phường, thị trấn do có hành vi sử dụng "
    "trái phép chất ma túy theo Quyết định số",
    "cơ sở giáo dục, trường giáo dưỡng": "Bị áp dụng biện pháp xử lý hành chính đưa vào cơ sở giáo dục bắt buộc, đưa vào "
    "trường giáo dưỡng theo Quyết định số",
    "phạt tù": "Phải thi hành án phạt tù theo Quyết định thi hành án phạt tù số",
    "chết, mất tích": "Chết, bị Tòa án tuyên bố là mất tích",
}
_NUMBERED = ("giáo dục tại xã", "cơ sở giáo dục, trường giáo dưỡng", "phạt tù")
"""Reasons that rest on another decision, whose number the form asks for."""


class OfManagement(Particulars):
    """Base of particulars of papers about a management decision, which may have been made outside."""

    decision: Line | None = Field(
        None, title="Quyết định quản lý, nếu Mẫu 07 lập ngoài hệ thống (số, ngày, của Chủ tịch UBND nào)"
    )


class Ground(Block):
    """A reason to stop, as 105-09 lists them."""

    text: str
    chosen: bool


class StopParticulars(OfManagement):
    """What 105-09 asks beyond the dossier."""

    point: Line = Field(title="Điểm của khoản 5 Điều 23 Luật Phòng, chống ma túy")
    reason: Reason = Field(title="Lý do dừng quản lý")
    by_decision: Line | None = Field(None, title="Số quyết định làm căn cứ dừng (thi hành án: cả số bản án)")
    from_on: Day = Field(title="Dừng quản lý kể từ ngày")


class EndParticulars(OfManagement):
    """What 105-10 asks beyond the dossier."""


class Stopped(FormContext):
    """105-09, decision to stop the management (art. 48.1)."""

    header: Header
    local_government: str
    police: str
    person: PersonBlock
    decision: str
    point: str
    grounds: tuple[Ground, ...]
    from_on: date
    signer: str


class Ended(FormContext):
    """105-10, decision to end the management at the end of its term (art. 48.2)."""

    header: Header
    local_government: str
    police: str
    person: PersonBlock
    decision: str
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_stopped(case: Case) -> Stopped:
    """The content of 105-09."""
    stated = case.given(StopParticulars)
    return Stopped(
        header=header_of(case),
        local_government=local_government(case),
        police=police_of(case),
        person=person_of(case),
        decision=committee_decision_of(case, stated.decision, "105-07"),
        point=stated.point,
        grounds=tuple(_ground(reason, stated) for reason in _REASONS),
        from_on=stated.from_on,
        signer=case.signer.name,
    )


def _ground(reason: Reason, stated: StopParticulars) -> Ground:
    """A reason with the number of the decision it rests on; "không" where it is not the one."""
    chosen = reason == stated.reason
    if chosen and reason in _NUMBERED and not stated.by_decision:
        raise MissingValue("105-09", "particulars.105-09.by_decision", "số quyết định làm căn cứ dừng")
    number = f": {stated.by_decision if chosen else 'không'}" if reason in _NUMBERED else ""
    return Ground(text=f"{_REASONS[reason]}{number}", chosen=chosen)


def gather_ended(case: Case) -> Ended:
    """The content of 105-10."""
    stated = case.given(EndParticulars)
    return Ended(
        header=header_of(case),
        local_government=local_government(case),
        police=police_of(case),
        person=person_of(case),
        decision=committee_decision_of(case, stated.decision, "105-07"),
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def _open_decision(sheet: Sheet, context: Stopped | Ended, kind: str) -> None:
    """What 105-09 and 105-10 have alike, down to the person."""
    header = context.header
    write_header(sheet, header)
    sheet.title("Quyết định", f"{kind} quản lý {USER}")
    sheet.authority(f"Chủ tịch {header.issuer}")
    sheet.basis(
        context.local_government,
        DRUG_LAW,
        DECREE,
        f"Căn cứ Quyết định {MANAGEMENT}",
        f"Xét đề nghị của Trưởng {context.police}",
    )
    sheet.resolved()
    sheet.article(1, f"{kind} {MANAGEMENT} với người có tên sau:")
    write_user(sheet, context.person, other_name=False)


def _close_decision(sheet: Sheet, context: Stopped | Ended) -> None:
    sheet.article(
        2,
        f"Tổ quản lý {USER} thành lập theo Quyết định {context.decision} giải thể kể từ ngày Quyết định này có hiệu lực.",
    )
    sheet.article(3, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.article(
        4,
        f"Trưởng {context.police} và những người có tên tại Điều 1, Điều 2 chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    told = ("Như Điều 4", "Gia đình người có tên tại Điều 1", "Các tổ chức, cá nhân có liên quan", FILED)
    sheet.closing(told, chairman(context.signer))


def write_stopped(sheet: Sheet, context: Stopped) -> None:
    """105-09 on paper."""
    _open_decision(sheet, context, "Dừng")
    sheet.line(f"Bị quản lý theo Quyết định {MANAGEMENT} {context.decision}.")
    sheet.line(
        f"Theo quy định tại điểm {context.point} khoản 5 Điều 23 Luật Phòng, chống ma túy, dừng quản lý đối với "
        f"{context.person.name} vì lý do:"
    )
    sheet.choices(*((ground.text, ground.chosen) for ground in context.grounds))
    sheet.line(f"Dừng quản lý {USER} kể từ ngày {context.from_on:%d/%m/%Y}.")
    _close_decision(sheet, context)


def write_ended(sheet: Sheet, context: Ended) -> None:
    """105-10 on paper."""
    _open_decision(sheet, context, "Chấm dứt")
    sheet.line(f"Đến nay đã hết thời hạn quản lý theo Quyết định {context.decision}.")
    _close_decision(sheet, context)


FORMS: tuple[Form, ...] = (
    Form(
        code="105-09",
        title="Quyết định dừng quản lý người sử dụng trái phép chất ma túy",
        title_en="Decision to stop the management",
        source=f"{APPENDIX} 09",
        stage=Stage.police_collection,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=Stopped,
        gather=gather_stopped,
        write=write_stopped,
        particulars=StopParticulars,
    ),
    Form(
        code="105-10",
        title="Quyết định chấm dứt quản lý người sử dụng trái phép chất ma túy",
        title_en="Decision to end the management",
        source=f"{APPENDIX} 10",
        stage=Stage.police_collection,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=Ended,
        gather=gather_ended,
        write=write_ended,
        particulars=EndParticulars,
    ),
)
