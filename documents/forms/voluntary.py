"""The register of voluntary rehab and the decision on it: V-21, V-22 of Decree 163/2026, Appendix V."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from documents.case import Block, Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import DECREE, Period, parent_of, write_addressed
from documents.layout import Sheet, Signature, italic, long_date, place_date
from models.law.facts import Day, Line, Official, Part, Whole
from models.law.schema import Stage
from models.person import SEXES

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"


class RegisterRow(Part):
    """One person in the register."""

    name: Line = Field(title="Họ và tên")
    birth: Line = Field(title="Ngày, tháng, năm sinh")
    sex: Literal["male", "female"] = Field(title="Giới tính")
    identity: Line = Field(title="Số CC/CCCD/CMND/HC")
    residence: Line = Field(title="Nơi cư trú")
    period: Line = Field(title="Thời gian cai nghiện")
    place: Line = Field(title="Địa điểm cai nghiện")
    note: Line = Field("không", title="Ghi chú")


Count = Annotated[Whole, Field(ge=0, le=1_000_000)]


class RegisterParticulars(Particulars):
    """What V-21 asks beyond the dossier: a page of the register with the totals of a year."""

    volume: Line = Field(title="Quyển số")
    opened_on: Day = Field(title="Ngày mở sổ")
    rows: tuple[RegisterRow, ...] = Field(min_length=1, title="Người đăng ký")
    year: Whole = Field(ge=2026, le=2200, title="Năm báo cáo")
    at_home: Count = Field(title="Số người đăng ký cai nghiện tại gia đình, cộng đồng")
    in_public_centres: Count = Field(title="Số người đăng ký tại cơ sở cai nghiện ma túy công lập")
    in_schools: Count = Field(title="Số người đăng ký tại trường giáo dưỡng")
    in_private_centres: Count = Field(title="Số người đăng ký tại cơ sở cai nghiện ma túy tư nhân")
    under_way: Count = Field(title="Số người đang trong thời gian cai nghiện tự nguyện")
    completed: Count = Field(title="Số người hoàn thành cai nghiện tự nguyện")
    prepared_by: Official = Field(title="Người lập")


class DecisionParticulars(Particulars):
    """What V-22 asks beyond the dossier."""

    unit: Line = Field(title="Bộ phận tham mưu đề nghị")
    period: Period = Field(title="Thời gian cai nghiện")
    form: Literal["home", "private", "public"] | None = Field(
        None, title="Hình thức cai nghiện (để trống: như đã ghi trong hồ sơ)"
    )
    place: Line | None = Field(None, title="Địa điểm cai nghiện (để trống: như đã ghi trong hồ sơ)")
    effective_on: Day | None = Field(None, title="Có hiệu lực kể từ ngày (để trống: ngày ký)")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Registered(Block):
    """One person in the register as printed."""

    name: str
    birth: str
    sex: str
    identity: str
    residence: str
    period: str
    place: str
    note: str


class RegisterPage(FormContext):
    """V-21, page of the register of voluntary rehab (art. 89.5)."""

    header: Header
    volume: str
    opened_on: date
    rows: Annotated[tuple[Registered, ...], Field(min_length=1)]
    year: int = Field(ge=2026)
    at_home: int
    in_public_centres: int
    in_schools: int
    in_private_centres: int
    under_way: int
    completed: int
    prepared_by: Official
    signer: str


class VoluntaryDecision(FormContext):
    """V-22, decision on voluntary rehab (art. 91)."""

    header: Header
    unit: str
    person: PersonBlock
    period: Period
    place: str
    effective_on: date
    recipients: tuple[str, ...]
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_register(case: Case) -> RegisterPage:
    """The content of V-21."""
    return register_page(case.given(RegisterParticulars), header_of(case), case.signer.name)


def register_page(stated: RegisterParticulars, header: Header, signer: str) -> RegisterPage:
    """A page of the register; it names many persons and belongs to no dossier."""
    rows = [row.model_dump() | {"sex": SEXES[row.sex]} for row in stated.rows]
    return RegisterPage(
        header=header,
        volume=stated.volume,
        opened_on=stated.opened_on,
        rows=tuple(Registered(**row) for row in rows),
        year=stated.year,
        at_home=stated.at_home,
        in_public_centres=stated.in_public_centres,
        in_schools=stated.in_schools,
        in_private_centres=stated.in_private_centres,
        under_way=stated.under_way,
        completed=stated.completed,
        prepared_by=stated.prepared_by,
        signer=signer,
    )


def gather_decision(case: Case) -> VoluntaryDecision:
    """The content of V-22; art. 91.2 says who gets it beside those who carry it out."""
    stated, police = case.given(DecisionParticulars), case.issuer.superior or "Công an cấp tỉnh"
    parent = parent_of(case)
    public = (stated.form or case.fact("voluntary_form", "hình thức cai nghiện tự nguyện")) == "public"
    return VoluntaryDecision(
        header=header_of(case),
        unit=stated.unit,
        person=person_of(case),
        period=stated.period,
        place=stated.place or case.fact("voluntary_place", "nơi cai nghiện tự nguyện"),
        effective_on=stated.effective_on or case.day,
        recipients=(
            *([f"Ông (bà) {parent}"] if parent else []),
            *([f"Giám đốc {police}"] if public else []),
            f"Phòng Cảnh sát điều tra tội phạm về ma túy {police}",
            *stated.recipients,
        ),
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_register(sheet: Sheet, context: RegisterPage) -> None:
    """V-21; its nine columns need the sheet's long side."""
    header = context.header
    sheet.turn()
    sheet.header((header.superior, header.issuer))
    sheet.title("Sổ đăng ký cai nghiện ma túy tự nguyện", f"QUYỂN SỐ: {context.volume}", rule=False)
    sheet.centred(f"Mở {long_date(context.opened_on)}")
    sheet.table(
        (
            "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CC/CCCD/\nCMND/HC", "Nơi cư trú",
            "Thời gian cai nghiện", "Địa điểm cai nghiện", "Ghi chú",
        ),
        (
            (
                str(number), row.name, row.birth, row.sex, row.identity, row.residence, row.period, row.place,
                row.note,
            )
            for number, row in enumerate(context.rows, start=1)
        ),
        (10, 36, 27, 15, 35, 36, 30, 31, 22),
    )  # fmt: skip
    sheet.centred(
        italic(f"(Tính từ ngày 15 tháng 12 năm {context.year - 1} đến ngày 14 tháng 12 năm {context.year})")
    )
    places = (
        ("1.1. Tại gia đình, cộng đồng", context.at_home),
        ("1.2. Tại cơ sở cai nghiện ma túy công lập", context.in_public_centres),
        ("1.3. Tại Trường giáo dưỡng", context.in_schools),
        ("1.4. Tại cơ sở cai nghiện ma túy tư nhân", context.in_private_centres),
    )
    registered = sum(count for _place, count in places)
    sheet.line(f"1. Tổng số người đăng ký cai nghiện tự nguyện: {registered}, trong đó:")
    for place, count in places:
        sheet.field(place, str(count))
    sheet.field("2. Tổng số người đang trong thời gian cai nghiện tự nguyện", str(context.under_way))
    sheet.field("3. Tổng số người hoàn thành cai nghiện tự nguyện", str(context.completed))
    by, dated = context.prepared_by, place_date(header.place, header.day)
    sheet.signatures(
        (
            Signature(
                "Người lập", "(Ký và ghi rõ họ tên, chức vụ)", f"{by.name}\n{by.position}", dated="\u00a0"
            ),
            Signature(
                "Trưởng Công an", "(Ký và ghi rõ họ tên, đóng dấu)", context.signer, head=True, dated=dated
            ),
        )
    )


def write_decision(sheet: Sheet, context: VoluntaryDecision) -> None:
    """V-22."""
    header, period = context.header, context.period
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Quyết định", "Cai nghiện ma túy tự nguyện")
    sheet.authority(f"Trưởng {header.issuer}")
    sheet.basis(DECREE, "Căn cứ đơn xin đi cai nghiện ma túy tự nguyện", f"Theo đề nghị của {context.unit}")
    sheet.resolved()
    sheet.article(1, "Cai nghiện ma túy tự nguyện đối với:")
    write_addressed(sheet, context.person, "1.")
    sheet.field("2. Thời gian cai nghiện", f"từ ngày {period.first:%d/%m/%Y} đến ngày {period.last:%d/%m/%Y}")
    sheet.article(2, f"Địa điểm cai nghiện ma túy: {context.place}.")
    sheet.article(3, f"Quyết định này có hiệu lực kể từ {long_date(context.effective_on)}.")
    sheet.article(
        4,
        "Ông/bà có tên tại Điều 1, cơ quan, tổ chức, cá nhân chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    signature = Signature("Trưởng Công an", "(Ký và ghi rõ họ tên, đóng dấu)", context.signer)
    sheet.closing(("Như Điều 4", *context.recipients, "Lưu: VT"), signature)


FORMS: tuple[Form, ...] = (
    Form(
        code="V-21",
        title="Sổ đăng ký cai nghiện ma túy tự nguyện",
        title_en="Page of the register of voluntary rehab",
        source=f"{_APPENDIX} 21",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol=None,
        context=RegisterPage,
        gather=gather_register,
        write=write_register,
        particulars=RegisterParticulars,
    ),
    Form(
        code="V-22",
        title="Quyết định cai nghiện ma túy tự nguyện",
        title_en="Decision on voluntary rehab",
        source=f"{_APPENDIX} 22",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="QĐ-{symbol}",
        context=VoluntaryDecision,
        gather=gather_decision,
        write=write_decision,
        particulars=DecisionParticulars,
    ),
)
