"""V-46, V-50 and V-51 of Decree 163/2026, Appendix V: what the centre proposes, certifies and gives notice of."""

from datetime import date
from typing import Annotated, Literal, cast

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
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    LAW,
    Guardian,
    effective_decision,
    guardian_of,
    head_of,
    is_minor,
    write_guardian,
    write_named,
)
from documents.forms.plain import capital, legal_day
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Line
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_TERMS = ("p4-term", "p4-term-old")
"""The rules of the term being served: of this law, and of an older one."""
_PARENTS = "Cha, mẹ, người đại diện hợp pháp của người từ đủ 12 tuổi đến dưới 18 tuổi"


class CertificateParticulars(Particulars):
    """What V-50 asks beyond the dossier."""

    unit: Line = Field(title="Đơn vị đề nghị")
    parent_phone: Line = Field("không", title="Số điện thoại của cha, mẹ, người giám hộ, người đại diện")
    committee: Line | None = Field(None, title="Ủy ban nhân dân cấp xã nơi cư trú, nếu không có trong hồ sơ")
    police: Line | None = Field(None, title="Công an cấp xã nơi cư trú, nếu không phải nơi lập hồ sơ")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Certificate(FormContext):
    """V-50, certificate that the measure has been served (art. 123.2.a; Luật 120/2025 Đ.35.5)."""

    header: Header
    head: str
    person: PersonBlock
    guardian: Guardian
    measure_full: str
    court_decision: str
    unit: str
    from_on: date
    until_on: date
    family: str
    court: str
    committee: str
    police: str
    recipients: tuple[str, ...]
    signer: str


class EndNoticeParticulars(Particulars):
    """What V-51 asks beyond the dossier."""

    police: Line | None = Field(
        None, title="Công an cấp xã nơi cư trú (không có nơi cư trú: nơi đăng ký), nếu không phải nơi lập hồ sơ"
    )
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class EndNotice(FormContext):
    """V-51, notice that the term is about to end (art. 123.1)."""

    header: Header
    police: str
    person: PersonBlock
    court_decision: str
    received_on: date
    ends_on: date
    court: str
    family: str
    recipients: tuple[str, ...]
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_certificate(case: Case) -> Certificate:
    """The content of V-50."""
    stated = case.given(CertificateParticulars)
    return Certificate(
        header=header_of(case),
        head=head_of(case.issuer),
        person=person_of(case),
        guardian=guardian_of(case, stated.parent_phone),
        measure_full=case.wording.measure_full,
        court_decision=effective_decision(case),
        unit=stated.unit,
        from_on=case.fact("term_from", "ngày đầu tính thời hạn"),
        until_on=case.fact("completed_on", "ngày chấp hành xong quyết định"),
        family=_family(case),
        court=case.party("court").name,
        committee=stated.committee or case.party("committee").name,
        police=stated.police or case.party("compiler").name,
        recipients=stated.recipients,
        signer=case.signer.name,
    )


def gather_end_notice(case: Case) -> EndNotice:
    """The content of V-51; the term's last day is that of its running limit."""
    stated = case.given(EndNoticeParticulars)
    return EndNotice(
        header=header_of(case),
        police=stated.police or case.party("compiler").name,
        person=person_of(case),
        court_decision=effective_decision(case),
        received_on=legal_day(case.fact("delivered_at", "thời điểm giao, nhận người tại cơ sở")),
        ends_on=last_day_of(case),
        court=case.party("court").name,
        family=_family(case),
        recipients=stated.recipients,
        signer=case.signer.name,
    )


def last_day_of(case: Case) -> date:
    """The last day of the term being served; raises MissingValue while none runs."""
    running = [case.last_days[rule] for rule in _TERMS if rule in case.last_days]
    if not running:
        raise MissingValue(case.form, "last_day", "ngày hết thời hạn chấp hành")
    return running[0]


def _family(case: Case) -> str:
    """Who is told for the family: of an adult somebody, of a minor the parent or guardian."""
    if is_minor(case):
        parent = cast("str", case.fact("representative", "cha, mẹ, người giám hộ").name)
        return f"Ông (bà) {parent}"
    return f"Gia đình ông (bà) {case.person.name}"
