"""After-care at the place of residence, V-52 and V-53 of Decree 163/2026, Appendix V: proposed and decided."""

from datetime import date
from typing import Annotated, TypeVar

from pydantic import Field

from documents.case import (
    Block,
    Case,
    FormContext,
    Header,
    Issued,
    MissingValue,
    Particulars,
    PersonBlock,
    header_of,
    person_of,
)
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    RESIDENCE,
    head_of,
    is_minor,
    parent_of,
    write_list,
    write_person,
)
from documents.layout import Sheet, Signature, bold, long_date
from models.law.counting import months_after
from models.law.facts import Day, Line, Part
from models.law.limits import choose
from models.law.loader import load_book
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
SEAL = "(Ký và ghi rõ họ tên, đóng dấu)"


class Made(Part):
    """A paper that was not issued by this system."""

    number: Line = Field(title="Số, ký hiệu")
    day: Day = Field(title="Ngày")
    issuer: Line = Field(title="Cơ quan ban hành")


class Kin(Part):
    """A relative as he or she is now: the life summary in the file is as old as the measure."""

    relation: Line = Field(title="Quan hệ (bố, mẹ, vợ, chồng, con, người đại diện)")
    name: Line = Field(title="Họ tên")
    age: Line = Field(title="Tuổi")
    occupation: Line = Field(title="Nghề nghiệp")
    residence: Line = Field(title="Nơi cư trú hoặc chỗ ở hiện nay")


class WorkingKin(Kin):
    """A relative with the place of work or study, as V-53 asks."""

    workplace: Line = Field("không", title="Nơi làm việc/học tập")


K = TypeVar("K", bound=Kin)


class Term(Block):
    """First and last day of after-care."""

    begins: date
    ends: date


class ProposalParticulars(Particulars):
    """What V-52 asks beyond the dossier."""

    relative: Kin | None = Field(title="Thân nhân; người dưới 18 tuổi: người đại diện (null nếu không có)")
    reason: Line = Field(title="Lý do (ghi rõ điều khoản theo Nghị định số 163/2026/NĐ-CP)")
    measures: Line = Field(title="Các biện pháp quản lý, hỗ trợ")
    responsible: Line = Field(title="Dự kiến cơ quan, tổ chức, cá nhân chịu trách nhiệm quản lý, hỗ trợ")
    enclosures: Annotated[tuple[Line, ...], Field(min_length=1)] = Field(title="Hồ sơ đề nghị kèm theo")


class DecisionParticulars(Particulars):
    """What V-53 asks beyond the dossier."""

    relative: WorkingKin | None = Field(
        title="Thân nhân; người dưới 18 tuổi: người đại diện (null nếu không có)"
    )
    family: Line | None = Field(
        None, title="Đại diện gia đình phối hợp hỗ trợ, nếu không phải thân nhân đã nêu"
    )
    effective_on: Day = Field(title="Ngày quyết định có hiệu lực")


class Proposal(FormContext):
    """V-52, proposal of after-care (Decree 163/2026 art. 134.1)."""

    header: Header
    committee: str
    person: PersonBlock
    relative: Kin
    reason: str
    term: Term
    measures: str
    responsible: str
    enclosures: tuple[str, ...] = Field(min_length=1)
    signer: str


class Decision(FormContext):
    """V-53, decision on after-care (Decree 163/2026 art. 134)."""

    header: Header
    police: str
    person: PersonBlock
    relative: WorkingKin
    term: Term
    helpers: tuple[str, ...] = Field(min_length=1)
    family: str | None
    effective_on: date
    recipients: tuple[str, ...]
    signer: str


# --- what the dossier knows


def planned_term(case: Case) -> Term:
    """The term as proposed and decided: from the day the measure is completed, as many years as the book says.

    Raises:
        MissingValue: the day is not recorded, and no term runs whose end would be that day.
    """
    begins = case.facts.get("completed_on") or case.last_days.get("p4-term")
    if begins is None:
        raise MissingValue(case.form, "completed_on", "ngày chấp hành xong quyết định")
    track = "minor" if is_minor(case) else "adult"
    [years] = choose(load_book(case.book).rule("p4-post-term"), {"track": track}).amounts
    return Term(begins=begins, ends=months_after(begins, 12 * years.value))


def decision_of(case: Case, outside: Made | None) -> Issued:
    """The decision on after-care: V-53 of the dossier, or one made elsewhere."""
    if outside:
        return Issued("V-53", outside.number, outside.day, outside.issuer)
    return case.document("V-53")


def by_chairman(decision: Issued) -> str:
    """Number and day of a decision of the committee's chairman."""
    return f"số {decision.number} {long_date(decision.day)} của Chủ tịch {decision.issuer}"


def relative_of(case: Case, stated: K | None) -> K | None:
    """The relative as stated; a minor always has someone who stands for him or her."""
    if stated is None and is_minor(case):
        raise MissingValue(
            case.form, f"particulars.{case.form}.relative", "người đại diện của người dưới 18 tuổi"
        )
    return stated


_NOBODY = {
    "relation": "bố, mẹ, vợ/chồng/con", "name": "không", "age": "không", "occupation": "không", "residence": "không",
}  # fmt: skip


# --- V-52


def gather_proposal(case: Case) -> Proposal:
    """The content of V-52."""
    stated = case.given(ProposalParticulars)
    return Proposal(
        header=header_of(case),
        committee=case.party("committee").name,
        person=person_of(case),
        relative=relative_of(case, stated.relative) or Kin(**_NOBODY),
        reason=stated.reason,
        term=planned_term(case),
        measures=stated.measures,
        responsible=stated.responsible,
        enclosures=stated.enclosures,
        signer=case.signer.name,
    )


def write_proposal(sheet: Sheet, context: Proposal) -> None:
    """V-52 on paper."""
    header, relative, term, signing = context.header, context.relative, context.term, context.signing
    chairman = f"Chủ tịch {context.committee}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Đề nghị", "Xem xét, quyết định quản lý sau cai nghiện ma túy tại nơi cư trú")
    sheet.addressee(chairman)
    sheet.field("Tôi là", signing.name if signing else context.signer)
    sheet.field("Chức vụ", signing.position if signing else f"Trưởng {header.issuer}")
    sheet.line(
        f"Đề nghị {chairman} xem xét, quyết định áp dụng biện pháp quản lý sau cai nghiện ma túy đối với:"
    )
    write_person(sheet, context.person, bold("1."), " ")
    sheet.field(RESIDENCE, context.person.present_residence)
    sheet.fields((f"Họ, tên {relative.relation}", relative.name), ("Tuổi", relative.age))
    sheet.field("Nghề nghiệp", relative.occupation)
    sheet.field(RESIDENCE, relative.residence)
    sheet.field(bold("2. Lý do"), context.reason)
    sheet.line(bold("3. Thời hạn:"), f" từ ngày {term.begins:%d/%m/%Y} đến ngày {term.ends:%d/%m/%Y}")
    sheet.field(bold("4. Các biện pháp quản lý, hỗ trợ"), context.measures)
    sheet.field(
        bold("5. Dự kiến cơ quan/tổ chức/cá nhân chịu trách nhiệm, thực hiện quản lý, hỗ trợ"),
        context.responsible,
    )
    sheet.line(bold("6. Hồ sơ đề nghị kèm theo gồm:"))
    write_list(sheet, context.enclosures)
    sheet.end()
    signature = Signature("Trưởng Công an", "(Ký, ghi rõ họ tên và đóng dấu)", context.signer)
    sheet.closing(("Như trên", FILED), signature)


# --- V-53


def gather_decision(case: Case) -> Decision:
    """The content of V-53; it is sent to whom art. 134.3 names."""
    stated, police, parent = case.given(DecisionParticulars), case.party("compiler").name, parent_of(case)
    relative, centre = relative_of(case, stated.relative), case.parties.get("centre")
    sent_to = (
        (f"Ông (bà) {parent}",) if parent else (),
        (f"{head_of(centre)} {centre.name}",) if centre else (),
        (f"Trưởng {police}",),
    )
    return Decision(
        header=header_of(case),
        police=police,
        person=person_of(case),
        relative=relative or WorkingKin(**_NOBODY),
        term=planned_term(case),
        helpers=case.fact("aftercare_helpers", "tổ chức, cá nhân được giao hỗ trợ"),
        family=stated.family or (relative.name if relative else parent),
        effective_on=stated.effective_on,
        recipients=tuple(one for some in sent_to for one in some),
        signer=case.signer.name,
    )


def write_decision(sheet: Sheet, context: Decision) -> None:
    """V-53 on paper."""
    person, relative, term = context.person, context.relative, context.term
    open_committee_decision(sheet, context.header, "Quản lý sau cai nghiện ma túy tại nơi cư trú")
    sheet.basis(DECREE, f"Theo đề nghị của Trưởng {context.police}")
    sheet.resolved()
    sheet.article(1, "Quản lý sau cai nghiện ma túy tại nơi cư trú đối với người có tên sau đây:")
    write_person(sheet, person, "1. ")
    sheet.field(RESIDENCE, person.present_residence)
    sheet.fields(("Nghề nghiệp", person.occupation), ("Nơi làm việc/học tập", person.workplace))
    sheet.fields((f"Họ, tên {relative.relation}", relative.name), ("Tuổi", relative.age))
    sheet.fields(("Nghề nghiệp", relative.occupation), ("Nơi làm việc/học tập", relative.workplace))
    sheet.field(RESIDENCE, relative.residence)
    sheet.line(f"2. Thời hạn quản lý: từ ngày {term.begins:%d/%m/%Y} đến ngày {term.ends:%d/%m/%Y}.")
    family = f" và gia đình ông (bà): {context.family}" if context.family else ""
    sheet.article(
        2,
        f"Giao cho: {'; '.join(context.helpers)}{family}; thành viên Tổ quản lý, hỗ trợ xã hội tại nơi cư trú đối với "
        f"người bị quản lý sau cai nghiện tại nơi cư trú phối hợp hỗ trợ ông (bà): {person.name} trong toàn bộ thời "
        "gian quản lý sau cai nghiện tại nơi cư trú.",
    )
    sheet.article(3, f"Quyết định này có hiệu lực kể từ {long_date(context.effective_on)}.")
    sheet.article(
        4,
        "Ông/bà có tên tại Điều 1 và Điều 2 và các cơ quan, tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành "
        "Quyết định này.",
    )
    sheet.end()
    sheet.closing(("Như Điều 4", *context.recipients, FILED), chairman_signs(context.signer))


def open_committee_decision(sheet: Sheet, header: Header, about: str) -> None:
    """Head, title and authority of a decision of the commune people's committee's chairman."""
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", about)
    sheet.authority(f"Chủ tịch {header.issuer}")


def chairman_signs(name: str) -> Signature:
    """The signature of the chairman of a people's committee."""
    return Signature("Chủ tịch", SEAL, name, authority="TM. Ủy ban nhân dân")


FORMS: tuple[Form, ...] = (
    Form(
        code="V-52",
        title="Đề nghị xem xét, quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        title_en="Proposal of after-care at the place of residence",
        source=f"{_APPENDIX} 52",
        stage=Stage.execution,
        issuer="Trưởng Công an cấp xã",
        symbol="ĐN-QLSC",
        context=Proposal,
        gather=gather_proposal,
        write=write_proposal,
        particulars=ProposalParticulars,
    ),
    Form(
        code="V-53",
        title="Quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        title_en="Decision on after-care at the place of residence",
        source=f"{_APPENDIX} 53",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=Decision,
        gather=gather_decision,
        write=write_decision,
        particulars=DecisionParticulars,
    ),
)
