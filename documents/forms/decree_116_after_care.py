"""After-care under Decree 116/2021, Appendix II: proposal 116-50, decision 116-51, certificate 116-54."""

from datetime import date
from typing import Annotated, TypeVar, cast

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
from documents.forms.decree_163 import FILED, is_minor, write_list
from documents.forms.legacy import (
    committee_decision_of,
    decree_116,
    head_of,
    local_government,
    period,
    speaker,
    write_long_person,
)
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Background, Day, Line
from models.law.facts import Representative as Stands
from models.law.schema import Stage

APPENDIX = "NĐ 116/2021/NĐ-CP, Phụ lục II, Mẫu số"
CHAIRMAN = ("Chủ tịch", "TM. Ủy ban nhân dân")
SIGNED = "(Ký và ghi rõ họ tên, đóng dấu)"
_AFTER_CARE = "quản lý sau cai nghiện ma túy tại nơi cư trú"


class NextOfKin(Block):
    """The relative, or a minor's representative, whom the papers name under the person."""

    relation: Line = Field(title="Quan hệ (bố, mẹ, vợ, chồng, con, người đại diện)")
    name: Line = Field(title="Họ, tên")
    age: Line = Field(title="Tuổi")
    occupation: Line = Field(title="Nghề nghiệp")
    residence: Line = Field(title="Nơi cư trú hoặc chỗ ở hiện nay")


class WorkingKin(NextOfKin):
    """The same as 116-51 names one."""

    workplace: Line = Field("không", title="Nơi làm việc/học tập")


K = TypeVar("K", bound=NextOfKin)
_KIN = "Bố, mẹ, vợ, chồng, con hoặc người đại diện"


class ProposalParticulars(Particulars):
    """What 116-50 asks beyond the dossier."""

    kin: NextOfKin | None = Field(None, title=_KIN)
    reason: Line = Field(title="Lý do (điều khoản của Nghị định)")
    from_on: Day = Field(title="Thời hạn từ ngày")
    until: Day = Field(title="Thời hạn đến ngày")
    measures: Line = Field(title="Các biện pháp quản lý, hỗ trợ")
    in_charge: Line = Field(title="Dự kiến cơ quan, tổ chức, cá nhân chịu trách nhiệm")
    papers: Annotated[tuple[Line, ...], Field(min_length=1)] = Field(title="Hồ sơ đề nghị kèm theo")


class DecisionParticulars(Particulars):
    """What 116-51 asks beyond the dossier."""

    kin: WorkingKin | None = Field(None, title=_KIN)
    police: Line | None = Field(None, title="Công an cấp xã đề nghị, nếu Mẫu 50 lập ngoài hệ thống")
    family: Line | None = Field(None, title="Đại diện gia đình, nếu khác người thân nêu trên")
    from_on: Day = Field(title="Thời hạn quản lý từ ngày")
    until: Day = Field(title="Thời hạn quản lý đến ngày")
    effective_on: Day = Field(title="Quyết định có hiệu lực kể từ ngày")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class CertificateParticulars(Particulars):
    """What 116-54 asks beyond the dossier."""

    decision: Line | None = Field(
        None, title="Quyết định quản lý, nếu Mẫu 51 lập ngoài hệ thống (số, ngày, của Chủ tịch UBND nào)"
    )
    unit: Line = Field(title="Đơn vị đề nghị")
    from_on: Day = Field(title="Thời gian từ ngày")
    until: Day = Field(title="Thời gian đến ngày")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class AfterCareProposal(FormContext):
    """116-50, the commune police chief's proposal to the chairman (Decree 116/2021 art. 77.2.a)."""

    header: Header
    chairman: str
    office: str
    person: PersonBlock
    kin: NextOfKin
    reason: str
    from_on: date
    until: date
    measures: str
    in_charge: str
    papers: Annotated[tuple[str, ...], Field(min_length=1)]
    signer: str


class AfterCareDecision(FormContext):
    """116-51, the chairman's decision (art. 78.1-2)."""

    header: Header
    local_government: str
    decree: str
    police: str
    person: PersonBlock
    kin: WorkingKin
    helpers: str
    family: str
    from_on: date
    until: date
    effective_on: date
    recipients: tuple[str, ...]
    signer: str


class AfterCareCertificate(FormContext):
    """116-54, certificate that the after-care is served (art. 81)."""

    header: Header
    local_government: str
    decree: str
    decision: str
    unit: str
    person: PersonBlock
    from_on: date
    until: date
    recipients: tuple[str, ...]
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def plain_header(case: Case) -> Header:
    """The header of a commune's body, which the forms print in one cell without a superior."""
    return header_of(case).model_copy(update={"superior": ""})


def kin_of(case: Case, stated: K | None, kind: type[K]) -> K:
    """The relative: as stated, else the first whom the life summary knows; a minor's is the parent who stands for him.

    Raises:
        MissingValue: nobody is stated or known.
    """
    if stated:
        return stated
    background = cast("Background | None", case.facts.get("background"))
    known = {"bố": background.father, "mẹ": background.mother} if background else {}
    if background and not is_minor(case):
        known |= {"vợ/chồng": background.spouse, "con": next(iter(background.children), None)}
    stands = cast("Stands | None", case.facts.get("representative"))
    for relation, relative in known.items():
        if relative and (not is_minor(case) or stands is None or stands.name == relative.name):
            return kind(relation=relation, **relative.model_dump(exclude={"phone"}))
    raise MissingValue(case.form, f"particulars.{case.form}.kin", _KIN)


def gather_proposal(case: Case) -> AfterCareProposal:
    """The content of 116-50."""
    stated = case.given(ProposalParticulars)
    return AfterCareProposal(
        header=plain_header(case),
        chairman=f"Chủ tịch Ủy ban nhân dân {case.issuer.commune}",
        office=head_of(case.issuer),
        person=person_of(case),
        kin=kin_of(case, stated.kin, NextOfKin),
        signer=case.signer.name,
        **stated.model_dump(exclude={"kin"}),
    )


def gather_decision(case: Case) -> AfterCareDecision:
    """The content of 116-51; who is to help is recorded with the act."""
    stated = case.given(DecisionParticulars)
    kin = kin_of(case, stated.kin, WorkingKin)
    return AfterCareDecision(
        header=plain_header(case),
        local_government=local_government(case),
        decree=decree_116(case),
        police=f"Trưởng {stated.police or case.document('116-50').issuer}",
        person=person_of(case),
        kin=kin,
        helpers=", ".join(case.fact("aftercare_helpers", "tổ chức, cá nhân được phân công")),
        family=stated.family or kin.name,
        signer=case.signer.name,
        **stated.model_dump(exclude={"police", "kin", "family"}),
    )


def gather_certificate(case: Case) -> AfterCareCertificate:
    """The content of 116-54."""
    stated = case.given(CertificateParticulars)
    return AfterCareCertificate(
        header=plain_header(case),
        local_government=local_government(case),
        decree=decree_116(case),
        decision=committee_decision_of(case, stated.decision, "116-51"),
        person=person_of(case),
        signer=case.signer.name,
        **stated.model_dump(exclude={"decision"}),
    )


# -- writing ----------------------------------------------------------------------------------------------


def _write_kin(sheet: Sheet, kin: NextOfKin) -> None:
    sheet.fields((f"Họ, tên {kin.relation}", kin.name), ("Tuổi", kin.age))
    place = (("Nơi làm việc/học tập", kin.workplace),) if isinstance(kin, WorkingKin) else ()
    sheet.fields(("Nghề nghiệp", kin.occupation), *place)
    sheet.field("Nơi cư trú hoặc chỗ ở hiện nay", kin.residence)


def write_proposal(sheet: Sheet, context: AfterCareProposal) -> None:
    """116-50 on paper."""
    header = context.header
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Đề nghị", f"Xem xét, quyết định {_AFTER_CARE}")
    sheet.addressee(context.chairman)
    name, office = speaker(context, context.signer, context.office)
    sheet.field("Tôi là", name)
    sheet.field("Chức vụ", office)
    sheet.line(
        f"Đề nghị {context.chairman} xem xét, quyết định áp dụng biện pháp quản lý sau cai nghiện đối với:"
    )
    write_long_person(sheet, context.person, "1. ")
    _write_kin(sheet, context.kin)
    sheet.field("2. Lý do", context.reason)
    sheet.line(f"3. Thời hạn: {period(context.from_on, context.until)}")
    sheet.field("4. Các biện pháp quản lý, hỗ trợ", context.measures)
    sheet.field(
        "5. Dự kiến cơ quan/tổ chức/cá nhân chịu trách nhiệm, thực hiện quản lý, hỗ trợ", context.in_charge
    )
    sheet.line("6. Hồ sơ đề nghị kèm theo gồm:")
    write_list(sheet, context.papers)
    sheet.end()
    signature = Signature("Trưởng Công an", "(Ký, ghi rõ họ tên và đóng dấu)", context.signer)
    sheet.closing(("Như trên", FILED), signature)


def write_decision(sheet: Sheet, context: AfterCareDecision) -> None:
    """116-51 on paper."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", "Quản lý sau cai nghiện ma túy tại nơi cư trú")
    sheet.authority(f"Chủ tịch {header.issuer}")
    sheet.basis(context.local_government, context.decree, f"Theo đề nghị của {context.police}")
    sheet.resolved()
    sheet.article(1, "Quản lý sau cai nghiện ma túy tại nơi cư trú đối với người có tên sau đây:")
    write_long_person(sheet, person, "1. ")
    _write_kin(sheet, context.kin)
    sheet.line(f"2. Thời hạn quản lý: {period(context.from_on, context.until)}.")
    sheet.article(
        2,
        f"Giao cho: {context.helpers} và gia đình ông (bà): {context.family} phối hợp hỗ trợ ông (bà): {person.name} "
        "trong toàn bộ thời gian quản lý sau cai nghiện tại nơi cư trú.",
    )
    sheet.article(3, f"Quyết định này có hiệu lực kể từ {long_date(context.effective_on)}.")
    sheet.line(
        "Ông/bà có tên tại Điều 1, cơ quan, tổ chức, cá nhân được giao tại Điều 2 chịu trách nhiệm thi hành Quyết định "
        "này."
    )
    sheet.end()
    title, authority = CHAIRMAN
    sheet.closing(
        ("Như Điều 2", *context.recipients, FILED), Signature(title, SIGNED, context.signer, authority)
    )


def write_certificate(sheet: Sheet, context: AfterCareCertificate) -> None:
    """116-54 on paper; the print repeats "sau" by a slip."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Giấy chứng nhận", f"Chấp hành xong Quyết định {_AFTER_CARE}")
    sheet.authority(f"Chủ tịch {header.issuer}")
    sheet.basis(
        context.local_government,
        context.decree,
        f"Căn cứ Quyết định {context.decision} về việc {_AFTER_CARE}",
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved("CHỨNG NHẬN:")
    write_long_person(sheet, person, "1. ")
    sheet.line(
        f"2. Chứng nhận: Đã chấp hành xong thời hạn {_AFTER_CARE}. Thời gian: "
        f"{period(context.from_on, context.until)}."
    )
    sheet.end()
    title, authority = CHAIRMAN
    sheet.closing(
        (f"Ông (bà) {person.name}", *context.recipients, FILED),
        Signature(title, SIGNED, context.signer, authority),
    )


FORMS: tuple[Form, ...] = (
    Form(
        code="116-50",
        title="Đề nghị xem xét, quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        title_en="Proposal of after-care",
        source=f"{APPENDIX} 50",
        stage=Stage.after_care,
        issuer="Trưởng Công an cấp xã",
        symbol="ĐN-CNBB",
        context=AfterCareProposal,
        gather=gather_proposal,
        write=write_proposal,
        particulars=ProposalParticulars,
    ),
    Form(
        code="116-51",
        title="Quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        title_en="Decision on after-care",
        source=f"{APPENDIX} 51",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=AfterCareDecision,
        gather=gather_decision,
        write=write_decision,
        particulars=DecisionParticulars,
    ),
    Form(
        code="116-54",
        title="Giấy chứng nhận đã chấp hành xong quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        title_en="Certificate that the after-care is served",
        source=f"{APPENDIX} 54",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="GXN-CNTN",
        context=AfterCareCertificate,
        gather=gather_certificate,
        write=write_certificate,
        particulars=CertificateParticulars,
    ),
)
