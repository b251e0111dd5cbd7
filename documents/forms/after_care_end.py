"""After-care that moves or ends, V-54, V-56 and V-57 of Decree 163/2026, Appendix V."""

from datetime import date
from typing import Literal

from pydantic import Field

from documents.case import (
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
from documents.forms.after_care import SEAL, Made, Term, by_chairman, chairman_signs, decision_of
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    RESIDENCE,
    cited,
    parent_of,
    write_identity,
    write_person,
)
from documents.layout import Sheet, Signature, bold, long_date
from models.law.facts import Day, Line
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_GOVERNMENT_LAW = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025"

REASONS = {
    "completed": "đã chấp hành xong quyết định quản lý sau cai nghiện ma túy (điểm a",
    "prison": "phải chấp hành án phạt tù (điểm b",
    "institution": "thi hành quyết định đưa vào cơ sở giáo dục bắt buộc, trường giáo dưỡng (điểm b",
    "addicted": "có kết quả xác định tình trạng nghiện là nghiện ma túy (điểm b",
    "moved": "chuyển đến cư trú ở địa phương khác (điểm c",
    "died": "chết (điểm d",
    "missing": "bị Tòa án tuyên bố mất tích (điểm d",
}
"""Why someone leaves the list of persons in after-care (Luật 120/2025/QH15 Đ.48.4)."""
_OF_ACTS = {"end_aftercare": "completed", "record_relapse": "addicted", "move": "moved"}
_OF_CLOSING = {"death": "died", "missing": "missing", "relapse": "addicted"}


class LetterParticulars(Particulars):
    """What V-54 asks beyond the dossier."""

    new_residence: Line = Field(title="Nơi chuyển đến cư trú (số nhà, tổ/thôn/xóm, phường/xã)")
    decision: Made | None = Field(None, title="Quyết định quản lý sau cai nghiện, nếu lập ngoài hệ thống")


class CertificateParticulars(Particulars):
    """What V-56 asks beyond the dossier."""

    decision: Made | None = Field(None, title="Quyết định quản lý sau cai nghiện, nếu lập ngoài hệ thống")


class RemovalParticulars(Particulars):
    """What V-57 asks beyond the dossier."""

    reason: Literal["completed", "prison", "institution", "addicted", "moved", "died", "missing"] | None = (
        Field(
            None,
            title="Lý do đưa ra khỏi danh sách, khi thao tác chưa cho biết (Luật 120/2025/QH15 Đ.48.4)",
            json_schema_extra={"x-choices": {code: f"{text})" for code, text in REASONS.items()}},
        )
    )
    unit: Line | None = Field(None, title="Cơ quan, đơn vị đề nghị, nếu không phải Công an cấp xã")
    effective_on: Day = Field(title="Ngày quyết định có hiệu lực")
    decision: Made | None = Field(None, title="Quyết định quản lý sau cai nghiện, nếu lập ngoài hệ thống")


class Letter(FormContext):
    """V-54, letter to the police of the commune moved to (Decree 163/2026 art. 136.1.b)."""

    header: Header
    addressee: str
    person: str
    decision: str
    new_residence: str
    parent: str | None
    signer: str


class Certificate(FormContext):
    """V-56, certificate that after-care was completed (Decree 163/2026 art. 138)."""

    header: Header
    police: str
    person: PersonBlock
    decision: str
    term: Term
    parent: str | None
    signer: str


class Removal(FormContext):
    """V-57, decision taking a person off the list (Luật 120/2025/QH15 Đ.48.4)."""

    header: Header
    unit: str
    person: PersonBlock
    reason: str
    decision: str
    effective_on: date
    signer: str


def served_term(case: Case) -> Term:
    """The term as it was served: an absence that nobody reported and time in prison have moved its last day."""
    ends = case.last_days.get("p4-post-term")
    if ends is None:
        raise MissingValue(case.form, "p4-post-term", "thời hạn quản lý sau cai nghiện")
    return Term(begins=case.fact("completed_on", "ngày chấp hành xong quyết định"), ends=ends)


def _reason(case: Case, stated: str | None) -> str:
    """Why the person leaves the list: as the act itself says, otherwise as stated."""
    known = _OF_ACTS.get(case.action)
    if case.action == "close":
        known = _OF_CLOSING.get(case.facts.get("closing_ground", ""))
    code = known or stated
    if code is None:
        raise MissingValue(case.form, f"particulars.{case.form}.reason", "lý do đưa ra khỏi danh sách")
    return f"{REASONS[code]} khoản 4 Điều 48 Luật Phòng, chống ma túy năm 2025)"


# --- V-54


def gather_letter(case: Case) -> Letter:
    """The content of V-54, from the police of the commune left to those of the commune moved to.

    Raises:
        MissingValue: the dossier names no other police yet.
    """
    stated, police = case.given(LetterParticulars), case.party("compiler")
    if police.code == case.issuer.code:
        raise MissingValue(case.form, "compiler", "Công an cấp xã nơi chuyển đến")
    return Letter(
        header=header_of(case),
        addressee=police.name,
        person=case.person.name,
        decision=cited(decision_of(case, stated.decision)),
        new_residence=stated.new_residence,
        parent=parent_of(case),
        signer=case.signer.name,
    )


def write_letter(sheet: Sheet, context: Letter) -> None:
    """V-54 on paper."""
    header, person = context.header, f"Ông (bà): {context.person}"
    subject = "phối hợp quản lý, hỗ trợ người sau cai nghiện ma túy"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day, subject)
    sheet.addressee(context.addressee)
    sheet.line(
        f"{person} đang trong thời gian quản lý sau cai nghiện theo Quyết định {context.decision} (kèm theo). Nay "
        f"chuyển đến cư trú tại: {context.new_residence.rstrip(' .;')}."
    )
    sheet.line(
        f"{DECREE}, đề nghị cơ quan {context.addressee} tiếp nhận, quản lý, hỗ trợ trong thời gian quản lý sau cai "
        f"nghiện đối với: {person} theo quy định của pháp luật về quản lý sau cai nghiện ma túy."
    )
    sheet.line("Trân trọng cảm ơn sự hợp tác của quý đơn vị.")
    sheet.end()
    parent = (f"Ông (bà) {context.parent}",) if context.parent else ()
    signature = Signature(f"Trưởng {header.issuer}", SEAL, context.signer)
    sheet.closing(("Như trên", f"Ông (bà) {context.person}", *parent, FILED), signature)


# --- V-56


def gather_certificate(case: Case) -> Certificate:
    """The content of V-56."""
    stated = case.given(CertificateParticulars)
    return Certificate(
        header=header_of(case),
        police=case.party("compiler").name,
        person=person_of(case),
        decision=by_chairman(decision_of(case, stated.decision)),
        term=served_term(case),
        parent=parent_of(case),
        signer=case.signer.name,
    )


def write_certificate(sheet: Sheet, context: Certificate) -> None:
    """V-56 on paper."""
    header, person, term = context.header, context.person, context.term
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Giấy xác nhận", "Chấp hành xong Quyết định quản lý sau cai nghiện ma túy tại nơi cư trú")
    sheet.authority(f"Chủ tịch {header.issuer}")
    sheet.basis(
        _GOVERNMENT_LAW,
        DECREE,
        f"Căn cứ Quyết định {context.decision} về việc quản lý sau cai nghiện ma túy tại nơi cư trú",
        f"Theo đề nghị của Trưởng {context.police}",
    )
    sheet.resolved("Xác nhận:")
    write_person(sheet, person, bold("1."), " ")
    sheet.field(RESIDENCE, person.present_residence)
    sheet.fields(("Nghề nghiệp", person.occupation), ("Nơi làm việc/học tập", person.workplace))
    sheet.line(
        bold("2. Xác nhận:"),
        " Đã chấp hành xong thời hạn quản lý sau cai nghiện ma túy tại nơi cư trú. Thời gian: từ ngày "
        f"{term.begins:%d/%m/%Y} đến ngày {term.ends:%d/%m/%Y}.",
    )
    sheet.end()
    parent = (f"Ông (bà) {context.parent}",) if context.parent else ()
    sheet.closing((f"Ông (bà) {person.name}", *parent, FILED), chairman_signs(context.signer))


# --- V-57


def gather_removal(case: Case) -> Removal:
    """The content of V-57."""
    stated = case.given(RemovalParticulars)
    return Removal(
        header=header_of(case),
        unit=stated.unit or case.issuer.name,
        person=person_of(case),
        reason=_reason(case, stated.reason),
        decision=by_chairman(decision_of(case, stated.decision)),
        effective_on=stated.effective_on,
        signer=case.signer.name,
    )


def write_removal(sheet: Sheet, context: Removal) -> None:
    """V-57 on paper."""
    header, person = context.header, context.person
    what = "Đưa người bị quản lý sau cai nghiện ma túy ra khỏi danh sách{}người bị quản lý sau cai nghiện ma túy tại địa phương"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", what.format("\n"))
    sheet.authority(f"Trưởng {header.issuer}")
    sheet.basis(DECREE, f"Theo đề nghị của {context.unit}")
    sheet.resolved()
    sheet.article(1, f"{what.format(' ')} như sau:")
    sheet.line(f"1. Ông (bà) {person.name}; Giới tính: {person.sex}")
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("Nơi cư trú", person.present_residence)
    sheet.line(
        "2. Ông/bà có tên tại khoản 1 Điều này được đưa ra khỏi danh sách người bị quản lý sau cai nghiện ma túy tại "
        f"địa phương vì lý do {context.reason}."
    )
    sheet.line(f"Theo Quyết định quản lý sau cai nghiện ma túy tại nơi cư trú {context.decision}.")
    sheet.article(2, f"Quyết định này có hiệu lực kể từ {long_date(context.effective_on)}.")
    sheet.article(
        3,
        "Ông/bà có tên tại Điều 1 và cơ quan, tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    sheet.closing(("Như Điều 3", FILED), Signature("Trưởng Công an", SEAL, context.signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="V-54",
        title="Công văn phối hợp quản lý, hỗ trợ người sau cai nghiện ma túy",
        title_en="Letter on the after-care of someone who moves",
        source=f"{_APPENDIX} 54",
        stage=Stage.after_care,
        issuer="Trưởng Công an cấp xã nơi chuyển đi",
        symbol="{symbol}",
        context=Letter,
        gather=gather_letter,
        write=write_letter,
        particulars=LetterParticulars,
    ),
    Form(
        code="V-56",
        title="Giấy xác nhận chấp hành xong Quyết định quản lý sau cai nghiện ma túy",
        title_en="Certificate that after-care was completed",
        source=f"{_APPENDIX} 56",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="GCN-QLSC",
        context=Certificate,
        gather=gather_certificate,
        write=write_certificate,
        particulars=CertificateParticulars,
    ),
    Form(
        code="V-57",
        title="Quyết định đưa ra khỏi danh sách người bị quản lý sau cai nghiện ma túy",
        title_en="Decision taking a person off the after-care list",
        source=f"{_APPENDIX} 57",
        stage=Stage.after_care,
        issuer="Trưởng Công an cấp xã",
        symbol="QĐ-CAX",
        context=Removal,
        gather=gather_removal,
        write=write_removal,
        particulars=RemovalParticulars,
    ),
)
