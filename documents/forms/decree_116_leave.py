"""Leave from a centre under Decree 116/2021, Appendix II: for criminal proceedings (116-45), to mourn (116-49)."""

from datetime import date

from pydantic import Field

from documents.case import Case, FormContext, Header, MissingValue, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import FILED, write_identity, write_named
from documents.forms.legacy import (
    DRUG_LAW,
    LONG_ID,
    SEALED,
    SHORT_ID,
    Guarded,
    Guardian,
    decree_116,
    guardian_of,
    head_of,
    period,
    violations_law,
    write_guardian,
    write_name,
)
from documents.forms.plain import legal_day
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Day, Line
from models.law.schema import Stage

_APPENDIX = "NĐ 116/2021/NĐ-CP, Phụ lục II, Mẫu số"


class ProceedingsParticulars(Guarded):
    """What 116-45 asks beyond the dossier."""

    request: Line = Field(title="Văn bản yêu cầu (số, ngày, của cơ quan nào)")
    about: Line = Field(title="Văn bản yêu cầu về việc gì")
    unit: Line = Field(title="Đơn vị đề nghị")
    from_on: Day = Field(title="Tạm đình chỉ từ ngày")
    escort: Line = Field(title="Cơ quan đưa người đi và trở lại")
    executors: Line = Field(title="Người chịu trách nhiệm thi hành")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class MourningParticulars(Guarded):
    """What 116-49 asks beyond the dossier."""

    applicant: Line = Field(title="Người làm đơn, quản lý người về chịu tang")
    applied_on: Day | None = Field(None, title="Ngày của đơn, nếu đơn (Mẫu 48) lập ngoài hệ thống")
    unit: Line = Field(title="Đơn vị đề nghị")
    until: Day = Field(title="Chịu tang đến ngày")
    executors: Line = Field(title="Người chịu trách nhiệm thi hành")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Proceedings(FormContext):
    """116-45, decision to suspend the serving for criminal proceedings (Decree 116/2021 art. 59)."""

    header: Header
    office: str
    violations_law: str | None
    decree: str
    measure: str
    person: PersonBlock
    guardian: Guardian
    request: str
    about: str
    unit: str
    from_on: date
    until: date
    escort: str
    executors: str
    recipients: tuple[str, ...]
    position: str
    signer: str


class Mourning(FormContext):
    """116-49, decision to let a person go to mourn (art. 70.2)."""

    header: Header
    office: str
    violations_law: str | None
    decree: str
    person: PersonBlock
    guardian: Guardian
    applicant: str
    applied_on: date
    unit: str
    from_on: date
    until: date
    executors: str
    recipients: tuple[str, ...]
    position: str
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_proceedings(case: Case) -> Proceedings:
    """The content of 116-45; the act records until when."""
    stated = case.given(ProceedingsParticulars)
    return Proceedings(
        header=header_of(case),
        office=head_of(case.issuer),
        violations_law=violations_law(case),
        decree=decree_116(case),
        measure=case.wording.measure,
        person=person_of(case),
        guardian=guardian_of(case, stated),
        until=legal_day(case.fact("leave_until", "thời điểm phải trở lại cơ sở")),
        position=case.signer.position,
        signer=case.signer.name,
        **stated.model_dump(exclude={"guardian"}),
    )


def gather_mourning(case: Case) -> Mourning:
    """The content of 116-49; the act records when the leave begins."""
    stated = case.given(MourningParticulars)
    application = case.issued.get("116-48")
    applied_on = stated.applied_on or (application and application.day)
    if applied_on is None:
        raise MissingValue(case.form, "particulars.116-49.applied_on", "ngày của đơn đề nghị")
    return Mourning(
        header=header_of(case),
        office=head_of(case.issuer),
        violations_law=violations_law(case),
        decree=decree_116(case),
        person=person_of(case),
        guardian=guardian_of(case, stated),
        applied_on=applied_on,
        from_on=legal_day(case.fact("funeral_from", "thời điểm bắt đầu chịu tang")),
        position=case.signer.position,
        signer=case.signer.name,
        **stated.model_dump(exclude={"guardian", "applied_on"}),
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_proceedings(sheet: Sheet, context: Proceedings) -> None:
    """116-45 on paper."""
    header, person = context.header, context.person
    compulsory = context.measure.replace("cai nghiện bắt buộc", "cai nghiện ma túy bắt buộc")
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", f"Tạm đình chỉ thi hành Quyết định áp dụng biện pháp\n{compulsory}")
    sheet.authority(context.office)
    grounds = (DRUG_LAW, context.decree, f"Căn cứ Văn bản {context.request} về việc {context.about}")
    law = (context.violations_law,) if context.violations_law else ()
    sheet.basis(*law, *grounds, f"Theo đề nghị của {context.unit}")
    sheet.resolved()
    sheet.article(1, f"Tạm đình chỉ thi hành Quyết định {compulsory} đối với:")
    write_name(sheet, person, "1. ", label="Họ, tên")
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, LONG_ID, person.id_number, person.id_issued_on, person.id_issued_by)
    write_guardian(sheet, context.guardian)
    sheet.line(f"2. Thời hạn tạm đình chỉ: {period(context.from_on, context.until)}.")
    sheet.line(
        f"3. Cơ quan {context.escort} có trách nhiệm đưa người được tạm đình chỉ đi và trở lại cơ sở cai nghiện đúng "
        "thời hạn tại khoản 2 Điều này."
    )
    sheet.article(
        2,
        f"Quyết định này có hiệu lực kể từ ngày ký. Các ông (bà) {context.executors} chịu trách nhiệm thi hành Quyết "
        "định này.",
    )
    sheet.end()
    sheet.closing(
        ("Như Điều 2", *context.recipients, FILED), Signature(context.position, SEALED, context.signer)
    )


def write_mourning(sheet: Sheet, context: Mourning) -> None:
    """116-49 on paper."""
    header = context.header
    whom = "người đang chấp hành biện pháp cai nghiện bắt buộc"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", "Cho phép người đang chấp hành biện pháp\ncai nghiện bắt buộc về chịu tang")
    sheet.authority(context.office)
    law = (context.violations_law,) if context.violations_law else ()
    sheet.basis(
        *law,
        context.decree,
        f"Xét Đơn đề nghị cho phép {whom} về chịu tang của Ông (bà) {context.applicant} "
        f"{long_date(context.applied_on)}",
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved()
    sheet.article(1, f"Cho phép {whom} dưới đây được về chịu tang.")
    write_named(sheet, context.person, "1. Họ, tên", SHORT_ID)
    write_guardian(sheet, context.guardian)
    sheet.line(f"2. Thời hạn về chịu tang: {period(context.from_on, context.until)}.")
    sheet.article(
        2,
        f"Ông/bà {context.applicant} có trách nhiệm quản lý, giám sát không để {whom} sử dụng trái phép chất ma túy và "
        "có các hành vi vi phạm pháp luật khác trong thời gian về chịu tang; đón, đưa trở lại cơ sở khi hết thời gian "
        "chịu tang và chi trả mọi chi phí đón, đưa trở lại cơ sở cai nghiện bắt buộc.",
    )
    sheet.article(
        3,
        f"Quyết định này có hiệu lực kể từ ngày ký. Các ông (bà) {context.executors} chịu trách nhiệm thi hành Quyết "
        "định này.",
    )
    sheet.end()
    sheet.closing(
        ("Như Điều 3", *context.recipients, FILED), Signature(context.position, SEALED, context.signer)
    )


FORMS: tuple[Form, ...] = (
    Form(
        code="116-45",
        title="Quyết định tạm đình chỉ thi hành quyết định đưa vào cơ sở cai nghiện bắt buộc",
        title_en="Decision to suspend the serving for criminal proceedings",
        source=f"{_APPENDIX} 45",
        stage=Stage.execution,
        issuer="Giám đốc cơ sở cai nghiện bắt buộc",
        symbol="QĐ-CSCN",
        context=Proceedings,
        gather=gather_proceedings,
        write=write_proceedings,
        particulars=ProceedingsParticulars,
    ),
    Form(
        code="116-49",
        title="Quyết định cho phép người đang chấp hành biện pháp cai nghiện bắt buộc về chịu tang",
        title_en="Decision to let a person go to mourn",
        source=f"{_APPENDIX} 49",
        stage=Stage.execution,
        issuer="Giám đốc cơ sở cai nghiện bắt buộc",
        symbol="QĐ-CSCN",
        context=Mourning,
        gather=gather_mourning,
        write=write_mourning,
        particulars=MourningParticulars,
    ),
)
