"""V-47 to V-49 of Decree 163/2026, Appendix V: leaving the centre for criminal proceedings or a funeral."""

from datetime import date, datetime

from pydantic import Field, model_validator

from documents.case import Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    LAW,
    RESIDENCE,
    Applicant,
    Guardian,
    finished,
    guardian_of,
    head_of,
    write_identity,
    write_named,
)
from documents.forms.plain import legal_day
from documents.layout import Sheet, Signature, italic, long_date, upper
from models.law.facts import Day, Line
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_HINT = "(Ký, ghi rõ họ tên, đóng dấu)"
_PRISONS = "Cục trưởng Cục Cảnh sát quản lý trại giam, cơ sở giáo dục bắt buộc, trường giáo dưỡng"
"""Who is told beside the provincial director (art. 111.1)."""
_LENDING = (
    "Tạm thời đưa người cai nghiện ra khỏi cơ sở cai nghiện ma túy công lập, trường giáo dưỡng theo yêu cầu của cơ "
    "quan tố tụng hình sự"
)
_FUNERAL = "Cho phép người đang chấp hành biện pháp cai nghiện về chịu tang"
_FUNERAL_DAYS = 5
"""The longest funeral leave, travel apart (art. 121.1)."""


class LendingParticulars(Particulars):
    """What V-47 asks beyond the dossier."""

    request_number: Line = Field(title="Số văn bản yêu cầu")
    request_on: Day = Field(title="Ngày của văn bản yêu cầu")
    requester: Line = Field(title="Cơ quan tố tụng hình sự yêu cầu")
    request_about: Line = Field(title="Văn bản yêu cầu về việc")
    unit: Line = Field(title="Đơn vị đề nghị")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Lending(FormContext):
    """V-47, decision to let the person out for criminal proceedings (Decree 163/2026 art. 111)."""

    header: Header
    head: str
    person: PersonBlock
    until: datetime
    stated: LendingParticulars
    province: str
    signer: str


class FuneralRequestParticulars(Particulars):
    """What V-48 asks beyond the dossier."""

    applicant: Applicant = Field(title="Người làm đơn")
    deceased: Line = Field(title="Chịu tang ai (họ tên, quan hệ với người cai nghiện)")
    from_on: Day = Field(title="Chịu tang từ ngày")
    until_on: Day = Field(title="Chịu tang đến ngày")


class FuneralRequest(FormContext):
    """V-48, the family's application for funeral leave (art. 121.2.a)."""

    place: str
    day: date
    addressee: str
    person: PersonBlock
    stated: FuneralRequestParticulars


class FuneralLeaveParticulars(Particulars):
    """What V-49 asks beyond the dossier."""

    applicant: Line = Field(title="Người làm đơn")
    application_on: Day | None = Field(None, title="Ngày của đơn, nếu đơn (Mẫu 48) không có trong hồ sơ")
    unit: Line = Field(title="Đơn vị đề nghị")
    parent_phone: Line = Field("không", title="Số điện thoại của cha, mẹ, người giám hộ, người đại diện")
    until_on: Day = Field(title="Về chịu tang đến ngày")
    responsible: Line | None = Field(
        None, title="Người quản lý, đón, đưa trở lại, nếu không phải người làm đơn"
    )
    committee: Line | None = Field(None, title="Ủy ban nhân dân cấp xã nơi cư trú, nếu không có trong hồ sơ")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class FuneralLeave(FormContext):
    """V-49, decision to let the person go home for a funeral (art. 121.2.b)."""

    header: Header
    head: str
    person: PersonBlock
    guardian: Guardian
    applicant: str
    application_on: date
    unit: str
    from_on: date
    until_on: date
    responsible: str
    committee: str
    recipients: tuple[str, ...]
    signer: str

    @model_validator(mode="after")
    def _is_short_enough(self) -> "FuneralLeave":
        if not 0 <= (self.until_on - self.from_on).days <= _FUNERAL_DAYS:
            raise ValueError(
                f"về chịu tang tối đa 0{_FUNERAL_DAYS} ngày / funeral leave lasts {_FUNERAL_DAYS} days at most"
            )
        return self


# -- gathering --------------------------------------------------------------------------------------------


def gather_lending(case: Case) -> Lending:
    """The content of V-47."""
    province = case.parties.get("provincial_police")
    return Lending(
        header=header_of(case),
        head=head_of(case.issuer),
        person=person_of(case),
        until=case.fact("leave_until", "thời điểm phải trở lại cơ sở"),
        stated=case.given(LendingParticulars),
        province=province.name if province else "Công an cấp tỉnh",
        signer=case.signer.name,
    )


def gather_funeral_request(case: Case) -> FuneralRequest:
    """The content of V-48."""
    centre = case.party("centre")
    return FuneralRequest(
        place=case.issuer.place,
        day=case.day,
        addressee=f"{head_of(centre)} {centre.name}",
        person=person_of(case),
        stated=case.given(FuneralRequestParticulars),
    )


def gather_funeral_leave(case: Case) -> FuneralLeave:
    """The content of V-49."""
    stated = case.given(FuneralLeaveParticulars)
    return FuneralLeave(
        header=header_of(case),
        head=head_of(case.issuer),
        person=person_of(case),
        guardian=guardian_of(case, stated.parent_phone),
        applicant=stated.applicant,
        application_on=stated.application_on or case.document("V-48").day,
        unit=stated.unit,
        from_on=legal_day(case.fact("funeral_from", "thời điểm bắt đầu chịu tang")),
        until_on=stated.until_on,
        responsible=stated.responsible or stated.applicant,
        committee=stated.committee or case.party("committee").name,
        recipients=stated.recipients,
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_lending(sheet: Sheet, context: Lending) -> None:
    """V-47; art. 111.1 also names whom it is sent to."""
    header, stated, person = context.header, context.stated, context.person
    requester = stated.requester if stated.requester.startswith("Cơ quan") else f"Cơ quan {stated.requester}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", _LENDING)
    sheet.authority(f"{context.head} {header.issuer}")
    sheet.basis(
        LAW,
        DECREE,
        f"Căn cứ Văn bản số {stated.request_number} ngày {stated.request_on:%d/%m/%Y} của {stated.requester} về việc "
        f"{stated.request_about}",
        f"Theo đề nghị của {stated.unit}",
    )
    sheet.resolved()
    sheet.article(1, f"{_LENDING} đối với:")
    sheet.line("1. Họ, tên ", italic("(viết in hoa)"), f": {upper(person.name)}; Giới tính: {person.sex}")
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.fields(("Địa chỉ liên hệ", person.present_residence), ("Số điện thoại", person.phone))
    sheet.line(f"2. Thời hạn: từ {long_date(header.day)} đến {finished(context.until)}.")
    sheet.line(
        f"3. {requester} có trách nhiệm đưa người cai nghiện trở lại cơ sở cai nghiện đúng thời hạn theo đề nghị."
    )
    sheet.article(2, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.article(
        3,
        "Người cai nghiện ma túy có tên tại Điều 1 và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành "
        "Quyết định này.",
    )
    sheet.end()
    recipients = ("Như Điều 3", f"Giám đốc {context.province}", _PRISONS, stated.requester)
    title = "Hiệu trưởng" if context.head == "Hiệu trưởng" else "Trưởng cơ sở"
    sheet.closing((*recipients, *stated.recipients, FILED), Signature(title, _HINT, context.signer))


def write_funeral_request(sheet: Sheet, context: FuneralRequest) -> None:
    """V-48."""
    stated, person, applicant = context.stated, context.person, context.stated.applicant
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Đơn đề nghị", _FUNERAL)
    sheet.addressee(context.addressee)
    write_named(sheet, applicant, "1. Tôi tên là", person.id_label)
    sheet.field(RESIDENCE, applicant.residence)
    sheet.field("Điện thoại liên hệ", applicant.phone)
    sheet.field("Quan hệ với người đang chấp hành biện pháp đưa đi cai nghiện", applicant.relation)
    sheet.line(
        f"2. Tôi làm đơn này đề nghị {context.addressee} xem xét, cho phép người đang chấp hành biện pháp đưa đi cai "
        f"nghiện dưới đây được về chịu tang {stated.deceased}:"
    )
    write_named(sheet, person, "Họ, tên", person.id_label)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.line(f"3. Thời gian chịu tang: từ ngày {stated.from_on:%d/%m/%Y} đến {stated.until_on:%d/%m/%Y}.")
    sheet.line(
        f"4. Tôi xin cam kết quản lý, giám sát không để {person.name} sử dụng ma túy trái phép hoặc có hành vi vi phạm "
        "pháp luật khác trong thời gian về chịu tang. Gia đình tôi sẽ có trách nhiệm đón, đưa trở lại cơ sở khi hết "
        "thời gian chịu tang. Mọi chi phí đưa đón người cai nghiện do tôi chi trả."
    )
    sheet.line(f"Kính đề nghị {context.addressee} xem xét, giải quyết.")
    confirmed = Signature("Xác nhận của\nUBND cấp xã", "(Ký, ghi rõ họ, tên, chức vụ, đóng dấu)")
    sheet.signatures((confirmed, Signature("Người làm đơn", "(Ký, ghi rõ họ, tên)", applicant.name)))


def write_funeral_leave(sheet: Sheet, context: FuneralLeave) -> None:
    """V-49."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", _FUNERAL)
    sheet.authority(f"{context.head} {header.issuer}")
    sheet.basis(
        LAW,
        DECREE,
        f"Xét Đơn đề nghị cho phép người đang chấp hành biện pháp cai nghiện về chịu tang của Ông (bà) "
        f"{context.applicant} {long_date(context.application_on)}",
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved()
    sheet.article(1, "Cho phép người đang chấp hành biện pháp cai nghiện dưới đây được về chịu tang:")
    write_named(sheet, person, "1. Họ, tên", person.id_label)
    guardian = context.guardian
    sheet.field("- Họ và tên cha/mẹ/người giám hộ/người đại diện hợp pháp", guardian.name)
    sheet.fields(("Địa chỉ liên hệ", guardian.address), ("Số điện thoại", guardian.phone))
    sheet.line(
        f"2. Thời hạn về chịu tang: từ ngày {context.from_on:%d/%m/%Y} đến {context.until_on:%d/%m/%Y}."
    )
    sheet.article(
        2,
        f"Ông/bà {context.responsible} có trách nhiệm quản lý, giám sát không để người đang chấp hành biện pháp cai "
        "nghiện sử dụng trái phép chất ma túy và có các hành vi vi phạm pháp luật khác trong thời gian về chịu tang; "
        "đón, đưa trở lại cơ sở khi hết thời gian chịu tang và chi trả mọi chi phí đón, đưa trở lại cơ sở cai nghiện.",
    )
    sheet.article(3, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.article(
        4,
        "Những người có tên tại Điều 1 và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    recipients = (f"Gia đình ông (bà) {person.name}", context.committee, *context.recipients, FILED)
    title = "Hiệu trưởng" if context.head == "Hiệu trưởng" else "Trưởng cơ sở cai nghiện"
    sheet.closing(recipients, Signature(title, _HINT, context.signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="V-47",
        title="Quyết định tạm thời đưa người cai nghiện ra khỏi cơ sở theo yêu cầu tố tụng hình sự",
        title_en="Decision to let the person out for criminal proceedings",
        source=f"{_APPENDIX} 47",
        stage=Stage.execution,
        issuer="Trưởng cơ sở cai nghiện, Hiệu trưởng trường giáo dưỡng",
        symbol="QĐ-TĐC",
        context=Lending,
        gather=gather_lending,
        write=write_lending,
        particulars=LendingParticulars,
    ),
    Form(
        code="V-48",
        title="Đơn đề nghị cho về chịu tang",
        title_en="Application for funeral leave",
        source=f"{_APPENDIX} 48",
        stage=Stage.execution,
        issuer="Gia đình người cai nghiện, Ủy ban nhân dân cấp xã xác nhận",
        symbol=None,
        context=FuneralRequest,
        gather=gather_funeral_request,
        write=write_funeral_request,
        particulars=FuneralRequestParticulars,
    ),
    Form(
        code="V-49",
        title="Quyết định cho về chịu tang",
        title_en="Decision on funeral leave",
        source=f"{_APPENDIX} 49",
        stage=Stage.execution,
        issuer="Trưởng cơ sở cai nghiện",
        symbol="QĐ-CSCN",
        context=FuneralLeave,
        gather=gather_funeral_leave,
        write=write_funeral_leave,
        particulars=FuneralLeaveParticulars,
    ),
)
