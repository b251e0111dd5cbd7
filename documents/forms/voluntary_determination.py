"""The determination of addiction that a person asks for: forms 01 and 04 of Decree 109/2021."""

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
from documents.forms.determination import (
    APPENDIX,
    FULL_AGE,
    HAND,
    ID_LABEL,
    outcome,
    write_outcome,
)
from documents.layout import Sheet, Signature, place_date
from models.law.facts import Day, Line, Part
from models.law.schema import Stage
from models.person import age_on

# --- 109-01


class Consenting(Part):
    """Who agrees for a person under 18 or without full legal capacity (art. 4.1.a)."""

    name: Line = Field(title="Họ và tên")
    relation: Line = Field(title="Quan hệ (cha, mẹ, người giám hộ, người đại diện hợp pháp)")
    identity: Line = Field(title="Số CMND/CCCD/hộ chiếu")
    issued_on: Day = Field(title="Cấp ngày")
    issued_by: Line = Field(title="Nơi cấp")


class ApplicationParticulars(Particulars):
    """What 109-01 asks beyond the dossier."""

    facility: Line | None = Field(None, title="Cơ sở y tế (để trống: cơ sở có phần việc trong hồ sơ)")
    consenting: Consenting | None = Field(
        None,
        title="Người đại diện (bắt buộc với người dưới 18 tuổi, mất hoặc bị hạn chế năng lực hành vi dân sự, "
        "có khó khăn trong nhận thức, làm chủ hành vi)",
    )
    contact_address: Line | None = Field(None, title="Địa chỉ liên hệ (để trống: nơi ở hiện tại)")


class Consent(Block):
    """The representative's words in the left signature cell."""

    name: str
    relation: str
    identity: str
    issued_on: str
    issued_by: str


class Application(FormContext):
    """109-01, a person's request to have addiction determined (Decree 109/2021 art. 4.1.a)."""

    place: str
    day: date
    facility: str
    person: PersonBlock
    contact_address: str
    consent: Consent | None
    signer: str


def gather_application(case: Case) -> Application:
    """The content of 109-01.

    Raises:
        MissingValue: no health facility, or nobody who agrees for a person under 18.
    """
    stated = case.given(ApplicationParticulars)
    consenting = stated.consenting
    if consenting is None and age_on(case.person.birth_date, case.day) < FULL_AGE:
        title = "cha, mẹ, người giám hộ hoặc người đại diện hợp pháp"
        raise MissingValue(case.form, f"particulars.{case.form}.consenting", title)
    its_own = case.issuer.name if case.issuer.kind == "health_facility" else None
    consent = consenting and Consent(
        **consenting.model_dump(exclude={"issued_on"}), issued_on=f"{consenting.issued_on:%d/%m/%Y}"
    )
    return Application(
        place=case.issuer.place,
        day=case.day,
        facility=stated.facility or its_own or case.party("facility").name,
        person=person_of(case),
        contact_address=stated.contact_address or case.person.present_residence,
        consent=consent,
        signer=case.person.name,
    )


def write_application(sheet: Sheet, context: Application) -> None:
    """Write 109-01; the left cell stands only where somebody must agree (note 6)."""
    person, facility, consent = context.person, context.facility, context.consent
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Đơn đề nghị", "Xác định tình trạng nghiện ma túy", rule=False)
    sheet.addressee(facility)
    sheet.fields(("Tôi là", person.name), ("Giới tính", person.sex))
    sheet.fields(("Ngày, tháng, năm sinh", person.birth), ("Điện thoại", person.phone))
    sheet.field("Nơi thường trú", person.registered_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    sheet.fields(
        (ID_LABEL, person.id_number), ("ngày cấp", person.id_issued_on), ("Nơi cấp", person.id_issued_by)
    )
    sheet.field(
        "Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp", consent.name if consent else "không"
    )
    sheet.field("Địa chỉ liên hệ", context.contact_address)
    sheet.line(f"Tôi tự nguyện làm đơn này, đề nghị {facility} xác định tình trạng nghiện ma túy cho tôi.")
    sheet.line(f"Tôi cam kết tuân thủ đúng các nội quy của {facility}.")
    dated = place_date(context.place, context.day)
    sheet.signatures((
        _agreed(consent, person.name, facility) if consent else None,
        Signature("Người làm đơn", HAND, context.signer, dated=dated),
    ))  # fmt: skip


def _agreed(consent: Consent, person: str, facility: str) -> Signature:
    words = (
        f"Tên tôi là {consent.name} số CMND/CCCD/hộ chiếu {consent.identity} cấp ngày {consent.issued_on} tại "
        f"{consent.issued_by} là {consent.relation} của {person} đồng ý cho {person} được xác định tình trạng nghiện "
        f"ma túy tự nguyện tại {facility}"
    )
    return Signature("Đại diện của người làm đơn", HAND, consent.name, words=words)


# --- 109-04


class VoluntaryResultParticulars(Particulars):
    """What 109-04 states; the dossier's own result is the one the police asked for (109-05)."""

    result: Literal["addicted", "not_addicted"] = Field(
        title="Kết quả",
        json_schema_extra={"x-choices": {"addicted": "Nghiện ma túy", "not_addicted": "Không nghiện ma túy"}},
    )
    substance: Line | None = Field(None, title="Tên chất ma túy (nếu xác định được)")
    doctor: Line = Field(title="Bác sỹ/Y sỹ xác định tình trạng nghiện ma túy")


class VoluntaryResult(FormContext):
    """109-04, the result of the determination a person asked for (Decree 109/2021 art. 4.1.c)."""

    header: Header
    person: PersonBlock
    result: str
    doctor: str
    signer: str


def gather_voluntary_result(case: Case) -> VoluntaryResult:
    """The content of 109-04."""
    stated = case.given(VoluntaryResultParticulars)
    return VoluntaryResult(
        header=header_of(case),
        person=person_of(case),
        result=outcome(stated.substance or "", addicted=stated.result == "addicted"),
        doctor=stated.doctor,
        signer=case.signer.name,
    )


def write_voluntary_result(sheet: Sheet, context: VoluntaryResult) -> None:
    """Write 109-04."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), place=header.place, day=header.day)
    sheet.title("Phiếu kết quả", "Xác định tình trạng nghiện ma túy", rule=False)
    sheet.line(
        f"Căn cứ đơn đề nghị xác định tình trạng nghiện ma túy của ông (bà): {person.name}, cơ sở y tế "
        f"{header.issuer} trả kết quả xác định tình trạng nghiện ma túy đối với ông (bà) {person.name}. "
        f"Sinh ngày: {person.birth}"
    )
    write_outcome(sheet, person, context.result, context.signer, context.doctor)


FORMS: tuple[Form, ...] = (
    Form(
        code="109-01",
        title="Đơn đề nghị xác định tình trạng nghiện ma túy",
        title_en="A person's request for the determination of addiction",
        source=f"{APPENDIX} 01",
        stage=Stage.police_collection,
        issuer="Người tự nguyện xác định tình trạng nghiện ma túy",
        symbol=None,
        context=Application,
        gather=gather_application,
        write=write_application,
        particulars=ApplicationParticulars,
    ),
    Form(
        code="109-04",
        title="Phiếu kết quả xác định tình trạng nghiện ma túy (người tự nguyện)",
        title_en="Result of the determination a person asked for",
        source=f"{APPENDIX} 04",
        stage=Stage.health_determination,
        issuer="Cơ sở y tế xác định tình trạng nghiện ma túy",
        symbol=None,
        context=VoluntaryResult,
        gather=gather_voluntary_result,
        write=write_voluntary_result,
        particulars=VoluntaryResultParticulars,
    ),
)
