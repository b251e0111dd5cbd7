"""Applications of Decree 116/2021, Appendix II: postponement or exemption (116-42a, 116-42b), funeral leave (116-48)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from documents.case import Case, FormContext, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import RESIDENCE, write_list, write_named
from documents.forms.legacy import (
    SHORT_ID,
    Applicant,
    OfDecision,
    court_decision_of,
    head_of,
    period,
    speaker,
    write_applicant,
)
from documents.layout import Sheet, Signature
from models.law.facts import Day, Line
from models.law.schema import Stage

_APPENDIX = "NĐ 116/2021/NĐ-CP, Phụ lục II, Mẫu số"
_CONFIRMED = "(Ký, ghi rõ họ, tên, chức vụ, đóng dấu)"
_SIGNED = "(Ký, ghi rõ họ, tên)"
Lines = Annotated[tuple[Line, ...], Field(min_length=1)]


class DelayParticulars(OfDecision):
    """What 116-42a asks beyond the dossier."""

    asked: Literal["hoãn", "miễn"] = Field(title="Đề nghị hoãn hay miễn")
    reasons: Lines = Field(title="Lý do đề nghị")
    papers: Lines = Field(title="Tài liệu xác nhận kèm theo")


class ParentsDelayParticulars(DelayParticulars):
    """What 116-42b asks beyond the dossier."""

    applicant: Applicant = Field(title="Người làm đơn")


class FuneralParticulars(Particulars):
    """What 116-48 asks beyond the dossier."""

    applicant: Applicant = Field(title="Người làm đơn")
    deceased: Line = Field(title="Về chịu tang ai (họ tên, quan hệ)")
    from_on: Day = Field(title="Chịu tang từ ngày")
    until: Day = Field(title="Chịu tang đến ngày")
    committee: Line = Field(title="Ủy ban nhân dân xã, phường xác nhận")


class DelayApplication(FormContext):
    """116-42a, or 116-42b with an applicant: application for postponement or exemption (Decree 116/2021 art. 57.4.a)."""

    place: str
    day: date
    court: str
    person: PersonBlock
    applicant: Applicant | None = None
    asked: str
    measure: str
    court_decision: str
    reasons: Lines
    papers: Lines
    confirmed_by: str
    position: str


class FuneralApplication(FormContext):
    """116-48, application for leave to mourn (Decree 116/2021 art. 70)."""

    place: str
    day: date
    director: str
    applicant: Applicant
    person: PersonBlock
    deceased: str
    from_on: date
    until: date
    measure: str
    committee: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_delay(case: Case) -> DelayApplication:
    """The content of 116-42a; the compiling agency that draws it up confirms it."""
    return _delay(case, case.given(DelayParticulars), None)


def gather_parents_delay(case: Case) -> DelayApplication:
    """The content of 116-42b."""
    stated = case.given(ParentsDelayParticulars)
    return _delay(case, stated, stated.applicant)


def _delay(case: Case, stated: DelayParticulars, applicant: Applicant | None) -> DelayApplication:
    return DelayApplication(
        place=case.issuer.place,
        day=case.day,
        court=case.party("court").name,
        person=person_of(case),
        applicant=applicant,
        asked=stated.asked,
        measure=case.wording.measure,
        court_decision=court_decision_of(case, stated),
        reasons=stated.reasons,
        papers=stated.papers,
        confirmed_by=case.signer.name,
        position=case.signer.position,
    )


def gather_funeral(case: Case) -> FuneralApplication:
    """The content of 116-48."""
    return FuneralApplication(
        place=case.issuer.place,
        day=case.day,
        director=head_of(case.party("centre")),
        person=person_of(case),
        measure=case.wording.measure,
        **case.given(FuneralParticulars).model_dump(),
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_delay(sheet: Sheet, context: DelayApplication) -> None:
    """116-42a and 116-42b on paper."""
    person, court, applicant = context.person, context.court, context.applicant
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Đơn đề nghị", f"Xem xét {context.asked} thi hành quyết định {context.measure}")
    sheet.addressee(court)
    asks = f"2. Tôi làm đơn này đề nghị {court} xem xét {context.asked} chấp hành biện pháp {context.measure}"
    ordered = f"theo Quyết định {context.court_decision} với lý do sau:"
    if applicant:
        write_applicant(sheet, applicant, f"Quan hệ với người bị {context.measure}")
        sheet.line(f"{asks} đối với:")
        write_named(sheet, person, "Họ, tên", SHORT_ID)
        sheet.field(RESIDENCE, person.present_residence)
        sheet.line(f"là người phải chấp hành biện pháp {context.measure} {ordered}")
    else:
        write_named(sheet, person, "1. Tôi tên là", SHORT_ID)
        sheet.field(RESIDENCE, person.present_residence)
        sheet.field("Điện thoại liên hệ", person.phone)
        sheet.line(f"{asks} {ordered}")
    write_list(sheet, context.reasons)
    sheet.line("Tài liệu xác nhận kèm theo gồm:")
    write_list(sheet, context.papers)
    sheet.line(f"Kính đề nghị {court} xem xét, chấp thuận.")
    sheet.end()
    confirmed_by = "\n".join(speaker(context, context.confirmed_by, context.position))
    sheet.signatures((
        Signature("Xác nhận của\ncơ quan lập hồ sơ", _CONFIRMED, confirmed_by),
        Signature("Người làm đơn", _SIGNED, (applicant or person).name),
    ))  # fmt: skip


def write_funeral(sheet: Sheet, context: FuneralApplication) -> None:
    """116-48 on paper; the person inside item 2 has no number of its own, which the print repeats by a slip."""
    person, whom = context.person, "người đang chấp hành biện pháp"
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Đơn đề nghị", f"Cho phép {whom}\ncai nghiện bắt buộc về chịu tang")
    sheet.addressee(context.director)
    write_applicant(sheet, context.applicant, f"Quan hệ với {whom} {context.measure}")
    sheet.line(
        f"2. Tôi làm đơn này đề nghị {context.director} xem xét, cho phép {whom} {context.measure} dưới đây được về "
        f"chịu tang {context.deceased}:"
    )
    write_named(sheet, person, "Họ, tên", SHORT_ID)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.line(f"3. Thời gian chịu tang: {period(context.from_on, context.until)}.")
    sheet.line(
        f"4. Tôi xin cam kết quản lý, giám sát không để {person.name} sử dụng ma túy trái phép hoặc có hành vi vi phạm "
        "pháp luật khác trong thời gian về chịu tang. Gia đình tôi sẽ có trách nhiệm đón, đưa trở lại cơ sở khi hết "
        "thời gian chịu tang. Mọi chi phí đưa đón người cai nghiện do tôi chi trả."
    )
    sheet.line(f"Kính đề nghị {context.director} xem xét, giải quyết.")
    sheet.end()
    sheet.signatures((
        Signature(f"Xác nhận của\n{context.committee}", _CONFIRMED),
        Signature("Người làm đơn", _SIGNED, context.applicant.name),
    ))  # fmt: skip


FORMS: tuple[Form, ...] = (
    Form(
        code="116-42a",
        title="Đơn đề nghị hoãn, miễn thi hành quyết định đưa vào cơ sở cai nghiện bắt buộc",
        title_en="Application for postponement or exemption",
        source=f"{_APPENDIX} 42a",
        stage=Stage.execution,
        issuer="Người phải chấp hành quyết định, cơ quan lập hồ sơ xác nhận",
        symbol=None,
        context=DelayApplication,
        gather=gather_delay,
        write=write_delay,
        particulars=DelayParticulars,
    ),
    Form(
        code="116-42b",
        title="Đơn đề nghị hoãn, miễn thi hành quyết định của cha, mẹ hoặc người đại diện hợp pháp",
        title_en="Parents' application for postponement or exemption",
        source=f"{_APPENDIX} 42b",
        stage=Stage.execution,
        issuer="Cha, mẹ hoặc người đại diện hợp pháp, cơ quan lập hồ sơ xác nhận",
        symbol=None,
        context=DelayApplication,
        gather=gather_parents_delay,
        write=write_delay,
        particulars=ParentsDelayParticulars,
    ),
    Form(
        code="116-48",
        title="Đơn đề nghị cho phép người đang chấp hành biện pháp cai nghiện bắt buộc về chịu tang",
        title_en="Application for leave to mourn",
        source=f"{_APPENDIX} 48",
        stage=Stage.execution,
        issuer="Gia đình người cai nghiện, Ủy ban nhân dân cấp xã xác nhận",
        symbol=None,
        context=FuneralApplication,
        gather=gather_funeral,
        write=write_funeral,
        particulars=FuneralParticulars,
    ),
)
