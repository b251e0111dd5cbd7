"""On the way to the court: forms 33, 34 and 39 of Decree 116/2021, Appendix II."""

from datetime import date, datetime
from typing import cast

from pydantic import Field

from documents.case import Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_116 import APPENDIX, Words, compiler_of, reference, words_of
from documents.forms.decree_163 import (
    FILED,
    RESIDENCE,
    Representative,
    acting,
    enclosures_of,
    representative,
    write_list,
    write_person,
)
from documents.forms.plain import capital, legal_day
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Day, Line
from models.law.schema import Stage

_SEAL = "(Ký, ghi rõ họ tên và đóng dấu)"


class SupplementParticulars(Particulars):
    """What form 33 asks beyond the dossier."""

    received_on: Day | None = Field(None, title="Ngày nhận hồ sơ, khi chưa ghi nhận")
    proposal: Line | None = Field(
        None, title="Số, ngày văn bản đề nghị và cơ quan ban hành, khi lập ngoài hệ thống"
    )
    compiler: Line | None = Field(None, title="Nơi lập hồ sơ, khi khác cơ quan lập hồ sơ")
    supplement_by: Day = Field(title="Bổ sung hồ sơ trước ngày")


class SupplementRequest(FormContext):
    """Form 33, return of the file for supplement (Decree 116/2021 art. 43.1.b, 53.1)."""

    header: Header
    words: Words
    compiler: str
    received_on: date
    proposal: str
    person: PersonBlock
    gaps: tuple[str, ...]
    supplement_by: date
    position: str
    signer: str


class CourtRequestParticulars(Particulars):
    """What forms 34 and 39 ask beyond the dossier."""

    centre: Line | None = Field(
        None, title="Tên, địa chỉ cơ sở cai nghiện bắt buộc, khi khác cơ sở đã ghi nhận"
    )


class CourtRequest(FormContext):
    """Form 34, request that the court apply the measure (art. 43.2.a)."""

    header: Header
    words: Words
    court: str
    head: Representative
    person: PersonBlock
    enclosures: tuple[str, ...]
    centre: str


class MinorCourtRequest(CourtRequest):
    """Form 39, the same about a person from 12 to under 18 (art. 53.2.a)."""

    family_circumstances: str
    management_plan: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_supplement_request(case: Case) -> SupplementRequest:
    """The content of form 33."""
    stated = case.given(SupplementParticulars)
    received = stated.received_on or legal_day(
        cast("datetime", case.fact("file_received_for_review_at", "thời điểm nhận hồ sơ"))
    )
    return SupplementRequest(
        header=header_of(case),
        words=words_of(case),
        compiler=stated.compiler or compiler_of(case),
        received_on=received,
        proposal=reference(case, stated.proposal, "116-29"),
        person=person_of(case),
        gaps=case.fact("gaps", "nội dung còn thiếu"),
        supplement_by=stated.supplement_by,
        position=case.signer.position,
        signer=case.signer.name,
    )


def gather_court_request(case: Case) -> CourtRequest:
    """The content of form 34."""
    stated = case.given(CourtRequestParticulars)
    return CourtRequest(
        header=header_of(case),
        words=words_of(case),
        court=case.party("court").name,
        head=representative(case.signer, case.issuer.name),
        person=person_of(case),
        enclosures=enclosures_of(case),
        centre=stated.centre or f"{case.party('centre').name}, địa chỉ: {case.party('centre').address}",
    )


def gather_minor_court_request(case: Case) -> MinorCourtRequest:
    """The content of form 39."""
    return MinorCourtRequest(
        **dict(gather_court_request(case)),
        family_circumstances=case.fact("family_circumstances", "hoàn cảnh gia đình"),
        management_plan=case.fact("management_plan", "phương án quản lý tại cơ sở cai nghiện"),
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_supplement_request(sheet: Sheet, context: SupplementRequest) -> None:
    """Form 33; the decree calls whoever compiled the file its addressee."""
    header, agency, measure = context.header, context.header.issuer, context.words.measure
    sheet.header(
        (header.superior, agency),
        header.number,
        header.place,
        header.day,
        f"đề nghị bổ sung hồ sơ áp dụng biện pháp {measure}",
    )
    sheet.addressee(context.compiler)
    received = long_date(context.received_on)
    sheet.line(
        f"{capital(received)}, {agency} nhận được hồ sơ, Văn bản {context.proposal} về việc đề nghị áp "
        f"dụng biện pháp {measure} đối với:"
    )
    write_person(sheet, context.person)
    sheet.field(RESIDENCE, context.person.present_residence)
    sheet.line("Sau khi xem xét, đối chiếu, hồ sơ đề nghị trên còn thiếu các nội dung sau:")
    write_list(sheet, context.gaps)
    sheet.line(
        f"Đề nghị {context.compiler} bổ sung hồ sơ trước {long_date(context.supplement_by)} để {agency} hoàn thiện hồ "
        f"sơ, thực hiện các thủ tục đề nghị áp dụng biện pháp {measure} theo quy định của pháp luật."
    )
    sheet.end()
    sheet.closing(("Như trên", FILED), Signature(context.position, _SEAL, context.signer))


def write_court_request(sheet: Sheet, context: CourtRequest) -> None:
    """Form 34."""
    measure = context.words.measure
    _write_request_head(sheet, context, f"Xem xét, áp dụng biện pháp {measure}")
    sheet.line(
        f"1. Đề nghị {context.court} xem xét, quyết định áp dụng biện pháp {context.words.drug_measure} đối với:"
    )
    write_person(sheet, context.person)
    sheet.field(RESIDENCE, context.person.present_residence)
    sheet.line("2. Hồ sơ đề nghị kèm theo gồm:")
    write_list(sheet, context.enclosures)
    _write_request_end(sheet, context, "3.")


def write_minor_court_request(sheet: Sheet, context: MinorCourtRequest) -> None:
    """Form 39."""
    measure = context.words.measure
    _write_request_head(
        sheet, context, f"Xem xét, áp dụng biện pháp {measure}\nđối với người từ đủ 12 đến dưới 18 tuổi"
    )
    sheet.line(
        f"Đề nghị {context.court} xem xét, quyết định áp dụng biện pháp {context.words.drug_measure} đối với:"
    )
    write_person(sheet, context.person, "1. ")
    sheet.field(RESIDENCE, context.person.present_residence)
    sheet.field("2. Hoàn cảnh gia đình", context.family_circumstances)
    sheet.field("3. Phương án quản lý tại cơ sở cai nghiện", context.management_plan)
    sheet.line("4. Hồ sơ đề nghị kèm theo gồm:")
    write_list(sheet, context.enclosures)
    _write_request_end(sheet, context, "5.")


def _write_request_head(sheet: Sheet, context: CourtRequest, about: str) -> None:
    header, head = context.header, acting(context, context.head)
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Đề nghị", about)
    sheet.addressee(context.court)
    sheet.field("Tôi là", head.name)
    sheet.field("Chức vụ", f"{head.position}, {head.agency}.")


def _write_request_end(sheet: Sheet, context: CourtRequest, number: str) -> None:
    facility = capital(context.words.facility)
    sheet.line(
        f"{number} Ông (bà): {context.person.name} chịu trách nhiệm thi hành tại {facility}: {context.centre}."
    )
    sheet.end()
    head = context.head
    sheet.closing(("Như trên", FILED), Signature(head.position, _SEAL, head.name))


FORMS: tuple[Form, ...] = (
    Form(
        code="116-33",
        title="Văn bản đề nghị bổ sung hồ sơ đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        title_en="Return of the file for supplement",
        source=f"{APPENDIX} 33",
        stage=Stage.justice_review,
        issuer="Trưởng phòng Lao động - Thương binh và Xã hội",
        symbol="{symbol}",
        context=SupplementRequest,
        gather=gather_supplement_request,
        write=write_supplement_request,
        particulars=SupplementParticulars,
    ),
    Form(
        code="116-34",
        title="Đề nghị Tòa án xem xét, áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        title_en="Request that the court apply the measure",
        source=f"{APPENDIX} 34",
        stage=Stage.justice_review,
        issuer="Trưởng phòng Lao động - Thương binh và Xã hội",
        symbol="ĐN-CNBB",
        context=CourtRequest,
        gather=gather_court_request,
        write=write_court_request,
        particulars=CourtRequestParticulars,
    ),
    Form(
        code="116-39",
        title="Đề nghị Tòa án xem xét, áp dụng biện pháp đối với người từ đủ 12 đến dưới 18 tuổi",
        title_en="Request that the court apply the measure to a minor",
        source=f"{APPENDIX} 39",
        stage=Stage.justice_review,
        issuer="Trưởng phòng Lao động - Thương binh và Xã hội",
        symbol="ĐN-CNBB",
        context=MinorCourtRequest,
        gather=gather_minor_court_request,
        write=write_minor_court_request,
        particulars=CourtRequestParticulars,
    ),
)
