"""Management of a user suspended, stopped or over: forms 07, 08 and 09 of Decree 163/2026, Appendix III."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import DECREE, FILED
from documents.forms.finding import APPENDIX, SEAL, write_header, write_person
from documents.forms.user_management import LAW, MEASURE, Choices, Cited, Managed, cited, decision_of, short
from documents.layout import Sheet, Signature
from models.law.facts import Day, Line, Part
from models.law.schema import Stage


class Detention(Part):
    """Custody (tạm giữ) or remand (tạm giam) under the Code of Criminal Procedure."""

    decision: Line = Field(title="Quyết định (số, ngày, cơ quan ban hành)")
    term: Line = Field(title="Thời hạn (ví dụ “03 ngày”)")
    from_day: Day = Field(title="Từ ngày")
    to_day: Day = Field(title="Đến ngày")


class SuspendingParticulars(Managed):
    """What III-07 asks beyond the dossier."""

    from_day: Day = Field(title="Tạm đình chỉ kể từ ngày")
    custody: Detention | None = Field(None, title="Bị tạm giữ")
    remand: Detention | None = Field(None, title="Bị tạm giam")

    @model_validator(mode="after")
    def person_is_detained(self) -> Self:
        """There is no other reason to suspend (Luật Đ.24.7)."""
        if not (self.custody or self.remand):
            raise ValueError("phải nêu quyết định tạm giữ hoặc tạm giam / state the custody or the remand")
        return self


class Suspending(FormContext):
    """III-07, decision to suspend the management (Law 120/2025 art. 24.7; Decree 163/2026 art. 63.1)."""

    header: Header
    from_day: date
    person: PersonBlock
    decision: Cited
    custody: Detention | None
    remand: Detention | None
    commune: str
    signer: str


STOPPED = {
    "addicted": "Kết quả xác định tình trạng nghiện là có nghiện",
    "commune_education": "Bị áp dụng biện pháp xử lý hành chính giáo dục tại xã, phường, thị trấn do có hành vi sử "
    "dụng trái phép chất ma túy",
    "reform": "Bị áp dụng biện pháp xử lý hành chính đưa vào cơ sở giáo dục bắt buộc, đưa vào trường giáo dưỡng",
    "prison": "Thi hành án phạt tù",
    "detention": "Thi hành quyết định tạm giữ, tạm giam có thời hạn dài hơn thời hạn quản lý còn lại",
    "death": "Chết, bị Tòa án tuyên bố là mất tích.",
}
"""The boxes of III-08. Nobody can tick `commune_education`: Law 120/2025 art. 24.5 does not know that reason."""


class StoppingParticulars(Managed):
    """What III-08 asks beyond the dossier: the reasons of Law 120/2025 art. 24.5 that the form prints."""

    from_day: Day = Field(title="Dừng quản lý kể từ ngày")
    reason: Literal["addicted", "reform", "prison", "detention", "death"] = Field(
        title="Lý do dừng quản lý",
        json_schema_extra={
            "x-choices": {code: text for code, text in STOPPED.items() if code != "commune_education"}
        },
    )


class Stopping(FormContext):
    """III-08, decision to stop the management (Law 120/2025 art. 24.5; Decree 163/2026 art. 63.2)."""

    header: Header
    from_day: date
    person: PersonBlock
    decision: Cited
    reasons: Choices
    commune: str
    signer: str


class EndingParticulars(Managed):
    """What III-09 asks beyond the dossier."""


class Ending(FormContext):
    """III-09, decision that the management is over, its term having run out (Decree 163/2026 art. 63.3)."""

    header: Header
    person: PersonBlock
    decision: Cited
    commune: str
    signer: str


def gather_suspending(case: Case) -> Suspending:
    """The content of III-07; raises MissingValue without the decision to manage."""
    stated = case.given(SuspendingParticulars)
    return Suspending(
        header=header_of(case),
        from_day=stated.from_day,
        person=person_of(case),
        decision=decision_of(case, stated.decision),
        custody=stated.custody,
        remand=stated.remand,
        commune=case.issuer.commune,
        signer=case.signer.name,
    )


def gather_stopping(case: Case) -> Stopping:
    """The content of III-08; raises MissingValue without the decision to manage."""
    stated = case.given(StoppingParticulars)
    return Stopping(
        header=header_of(case),
        from_day=stated.from_day,
        person=person_of(case),
        decision=decision_of(case, stated.decision),
        reasons=tuple((text, code == stated.reason) for code, text in STOPPED.items()),
        commune=case.issuer.commune,
        signer=case.signer.name,
    )


def gather_ending(case: Case) -> Ending:
    """The content of III-09; raises MissingValue without the decision to manage."""
    return Ending(
        header=header_of(case),
        person=person_of(case),
        decision=decision_of(case, case.given(EndingParticulars).decision),
        commune=case.issuer.commune,
        signer=case.signer.name,
    )


def write_suspending(sheet: Sheet, context: Suspending) -> None:
    """Write III-07."""
    held = [
        (kind, detention)
        for kind, detention in (("tạm giữ", context.custody), ("tạm giam", context.remand))
        if detention
    ]
    grounds = [f"Căn cứ Quyết định {kind} {detention.decision}" for kind, detention in held]
    _begin(
        sheet, context.header, "Tạm đình chỉ quản lý", LAW, DECREE, f"Căn cứ Quyết định {MEASURE}", *grounds
    )
    sheet.article(
        1,
        "Tạm đình chỉ áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy kể từ ngày "
        f"{short(context.from_day)} với người có tên sau:",
    )
    write_person(sheet, context.person, other_name=False)
    _write_managed(sheet, context.decision)
    sheet.line(
        "Theo quy định tại khoản 7 Điều 24 Luật Phòng, chống ma túy, tạm đình chỉ quản lý đối với "
        f"{context.person.name} vì lý do:"
    )
    sheet.choices(_detained("tạm giữ", context.custody), _detained("tạm giam", context.remand))
    sheet.article(
        2,
        "Sau khi hết thời hạn tạm giữ, tạm giam, tiếp tục quản lý đến hết thời hạn theo Quyết định "
        f"{MEASURE} {cited(context.decision)}.",
    )
    _end(sheet, context, f"{context.header.issuer} và những người có tên tại Điều 1")


def _detained(kind: str, detention: Detention | None) -> tuple[str, bool]:
    if detention is None:
        return f"Bị {kind}: không.", False
    days = f"từ ngày {short(detention.from_day)} đến ngày {short(detention.to_day)}"
    return f"Bị {kind} trong thời hạn {detention.term} {days}.", True


def write_stopping(sheet: Sheet, context: Stopping) -> None:
    """Write III-08."""
    _begin(sheet, context.header, "Dừng quản lý", LAW, DECREE)
    sheet.article(
        1,
        "Dừng áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy kể từ ngày "
        f"{short(context.from_day)} với người có tên sau:",
    )
    write_person(sheet, context.person, other_name=False)
    _write_managed(sheet, context.decision)
    sheet.line(
        f"Theo quy định tại khoản 5 Điều 24 Luật Phòng, chống ma túy, dừng quản lý đối với {context.person.name} "
        "vì lý do:"
    )
    sheet.choices(*context.reasons)
    _dissolve(sheet, f"Quyết định {MEASURE} {cited(context.decision)}")
    _end(sheet, context, f"{context.header.issuer} và những người có tên tại Điều 1, Điều 2")


def write_ending(sheet: Sheet, context: Ending) -> None:
    """Write III-09."""
    _begin(sheet, context.header, "Chấm dứt quản lý", LAW, DECREE)
    sheet.article(
        1, "Chấm dứt áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy với người có tên sau:"
    )
    write_person(sheet, context.person, other_name=False)
    decision = context.decision
    sheet.line(
        f"Đến nay đã hết thời hạn quản lý theo Quyết định {cited(decision)} của Trưởng {decision.agency}."
    )
    _dissolve(sheet, f"Quyết định số {decision.number}")
    _end(sheet, context, f"Trưởng {context.header.issuer} và những người có tên tại Điều 1, Điều 2")


def _begin(sheet: Sheet, header: Header, about: str, *grounds: str) -> None:
    write_header(sheet, header)
    sheet.title("Quyết định", f"{about} người sử dụng trái phép chất ma túy")
    sheet.authority(f"Trưởng {header.issuer}")
    sheet.basis(*grounds)
    sheet.resolved()


def _write_managed(sheet: Sheet, decision: Cited) -> None:
    sheet.line(f"Bị quản lý theo Quyết định {MEASURE} {cited(decision)} của Trưởng {decision.agency}.")


def _dissolve(sheet: Sheet, decision: str) -> None:
    sheet.article(
        2,
        f"Tổ quản lý người sử dụng trái phép chất ma túy thành lập theo {decision} giải thể kể từ ngày Quyết định này "
        "có hiệu lực.",
    )


def _end(sheet: Sheet, context: Suspending | Stopping | Ending, responsible: str) -> None:
    """Articles 3 and 4; the committee, which the form does not name, gets the decision by art. 59.3 and 63.4."""
    sheet.article(3, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.article(4, f"{responsible} chịu trách nhiệm thi hành Quyết định này")
    sheet.end()
    recipients = (
        "Như Điều 4",
        "Gia đình người có tên tại Điều 1",
        f"Ủy ban nhân dân {context.commune}",
        "Các tổ chức, cá nhân có liên quan",
        FILED,
    )
    sheet.closing(recipients, Signature(f"Trưởng {context.header.issuer}", SEAL, context.signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="III-07",
        title="Quyết định tạm đình chỉ quản lý người sử dụng trái phép chất ma túy",
        title_en="Decision to suspend the management of a user",
        source=f"{APPENDIX} 07",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="QĐ-{symbol}",
        context=Suspending,
        gather=gather_suspending,
        write=write_suspending,
        particulars=SuspendingParticulars,
    ),
    Form(
        code="III-08",
        title="Quyết định dừng quản lý người sử dụng trái phép chất ma túy",
        title_en="Decision to stop the management of a user",
        source=f"{APPENDIX} 08",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="QĐ-{symbol}",
        context=Stopping,
        gather=gather_stopping,
        write=write_stopping,
        particulars=StoppingParticulars,
    ),
    Form(
        code="III-09",
        title="Quyết định chấm dứt quản lý người sử dụng trái phép chất ma túy",
        title_en="Decision that the management of a user is over",
        source=f"{APPENDIX} 09",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="QĐ-{symbol}",
        context=Ending,
        gather=gather_ending,
        write=write_ending,
        particulars=EndingParticulars,
    ),
)
