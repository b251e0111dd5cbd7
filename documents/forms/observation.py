"""TT18-PL03: the sheet that sums up what was observed and concludes whether a person is addicted (Circular 18/2021, art. 4)."""

from datetime import date
from typing import TypeVar, cast

from pydantic import AwareDatetime, Field

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
from documents.forms.decree_163 import cited, finished, parent_of
from documents.forms.plain import capital, legal_day
from documents.layout import Sheet, Signature, bold, boxes, long_date
from models.law.facts import Criteria, Line, Official
from models.law.schema import Stage

APPENDIX = "TT 18/2021/TT-BYT, Phụ lục số"
WRITE = "(Viết chữ có, hoặc không vào các ô tương ứng)"
CRITERIA = {
    "craving": "Ham muốn mạnh mẽ hoặc cảm giác bắt buộc phải sử dụng chất ma túy",
    "loss_of_control": "Khó khăn trong việc kiểm soát các hành vi sử dụng ma túy về mặt thời gian bắt đầu, thời gian kết thúc "
    "hoặc mức sử dụng",
    "tolerance": "Có hiện tượng dung nạp với chất ma túy",
    "neglect_of_interests": "Ngày càng trở nên thờ ơ với các thú vui hoặc sở thích khác do sử dụng chất ma túy",
    "persistence_despite_harm": "Tiếp tục sử dụng ma túy mặc dù đã biết về các hậu quả có hại của chất ma túy",
    "withdrawal": "Có trạng thái cai ma túy (hội chứng cai ma túy) khi ngừng hoặc giảm sử dụng chất ma túy",
}
"""The six criteria as sheet 03 words them."""
_NOTES = (
    (
        "- * Tiêu chuẩn xảy ra đồng thời trong vòng ít nhất 01 tháng hoặc, nếu tồn tại trong khoảng thời gian ngắn hơn 01 "
        "tháng thì cần lặp đi lặp lại đồng thời trong vòng 12 tháng."
    ),
    "- Xác định tình trạng nghiện ma túy khi có ít nhất 03 trong 06 Tiêu chuẩn chẩn đoán tình trạng nghiện ma túy.",
)
T = TypeVar("T")


class SummaryParticulars(Particulars):
    """What TT18-PL03 asks beyond the dossier; criteria and doctor only until the result is recorded."""

    email: Line = Field("không", title="Email (nếu có)")
    kin_name: Line | None = Field(None, title="Họ tên người nhà")
    kin_phone: Line = Field("không", title="Điện thoại liên hệ của người nhà")
    criteria: Criteria | None = Field(None, title="Sáu tiêu chuẩn, khi kết quả chưa được ghi nhận")
    doctor: Line | None = Field(None, title="Bác sỹ, khi kết quả chưa được ghi nhận")


class Summary(FormContext):
    """TT18-PL03, the summary of what was observed (Circular 18/2021 art. 4.2–4.4)."""

    header: Header
    person: PersonBlock
    email: str
    kin_name: str
    kin_phone: str
    applied_on: date | None
    request: str | None
    request_received_on: date | None
    reached_at: AwareDatetime
    elsewhere: str | None
    substance: str
    criteria: Criteria
    conclusion: str
    day: date
    doctor: str


def _known(case: Case, name: str, known: T | None, stated: T | None, title: str) -> T:
    """What the dossier has recorded, or until then what is stated."""
    value = known if known is not None else stated
    if value is None:
        raise MissingValue(case.form, name, title)
    return value


def doctor_of(case: Case, stated: str | None) -> str:
    """Who determined the addiction: as recorded, or until then as stated."""
    recorded = cast("Official | None", case.facts.get("doctor"))
    name = recorded.name if recorded else None
    return _known(case, "doctor", name, stated, "người xác định tình trạng nghiện")


def gather_summary(case: Case) -> Summary:
    """The content of TT18-PL03; the conclusion follows from the criteria (art. 3.4, 4.3)."""
    stated = case.given(SummaryParticulars)
    criteria = _known(
        case, "criteria", case.facts.get("criteria"), stated.criteria, "sáu tiêu chuẩn chẩn đoán"
    )
    asked, applied = case.issued.get("109-02"), case.issued.get("109-01")
    if asked is None and applied is None:
        raise MissingValue(
            case.form, "109-02", "Giấy đề nghị hoặc Đơn đề nghị xác định tình trạng nghiện ma túy"
        )
    received = case.fact("request_received_at", "thời điểm nhận hồ sơ đề nghị") if asked else None
    away = case.facts.get("in_custody") or case.facts.get("examined_away")
    return Summary(
        header=header_of(case),
        person=person_of(case),
        email=stated.email,
        kin_name=stated.kin_name or parent_of(case) or "không",
        kin_phone=stated.kin_phone,
        applied_on=applied.day if applied and not asked else None,
        request=cited(asked) if asked else None,
        request_received_on=legal_day(received) if received else None,
        reached_at=case.fact("reached_at", "thời điểm tiếp nhận người"),
        elsewhere=case.text("examination_place") if away else None,
        substance=case.text("substance", "không"),
        criteria=criteria,
        conclusion=_concluded(criteria),
        day=case.day,
        doctor=doctor_of(case, stated.doctor),
    )


def _concluded(criteria: Criteria) -> str:
    if criteria.met < 3:
        return "Không nghiện ma túy"
    return "Có nghiện ma túy" if criteria.one_month_or_repeated else (
        "Không nghiện ma túy, do chưa đáp ứng đủ về mặt thời gian"
    )  # fmt: skip


def write_summary(sheet: Sheet, context: Summary) -> None:
    """TT18-PL03 on paper."""
    header, person, criteria = context.header, context.person, context.criteria
    sheet.corner(header.superior, f"Tên cơ sở: {header.issuer}")
    sheet.title("Phiếu tổng hợp theo dõi", "để xác định tình trạng nghiện ma túy", rule=False)
    sheet.heading("I. Thông tin cá nhân")
    sheet.fields(("1. Họ và tên", person.name), ("2. Ngày, tháng, năm sinh", person.birth))
    sheet.line(f"3. Giới tính: {sexes(person)}")
    sheet.field("4. Số CCCD/CMND/ID/Hộ chiếu", person.id_number)
    sheet.field("5. Địa chỉ hiện tại", person.present_residence)
    sheet.fields(("6. Điện thoại liên hệ", person.phone), ("7. Email (nếu có)", context.email))
    sheet.fields(("8. Họ tên người nhà", context.kin_name), ("9. Điện thoại liên hệ", context.kin_phone))
    applied, received = context.applied_on, context.request_received_on
    volunteer = "Là người tự nguyện đề nghị xác định tình trạng nghiện ma túy, theo Đơn đề nghị"
    volunteer += f" {long_date(applied)}" if applied else ": không"
    asked = "Được đề nghị xác định tình trạng nghiện ma túy theo Giấy đề nghị"
    asked += f" {context.request}" if context.request else ": không"
    sheet.line(f"10. {boxes((volunteer, applied is not None))}")
    sheet.line(f"11. {boxes((asked, context.request is not None))}")
    sheet.field("12. Thời gian tiếp nhận Giấy đề nghị", f"{received:%d/%m/%Y}" if received else "không")
    sheet.field("13. Tiếp nhận người cần xác định tình trạng nghiện ma túy", finished(context.reached_at))
    sheet.line("14. Địa điểm tiến hành xác định tình trạng nghiện ma túy:")
    place = context.elsewhere
    sheet.choices(
        ("Ngay tại cơ sở y tế", place is None), (f"Địa điểm khác: {place or 'không'}", place is not None)
    )
    sheet.heading("II. Kết quả theo dõi để xác định tình trạng nghiện ma túy")
    sheet.field("1. Chất ma túy cần xác định tình trạng nghiện (nếu có)", context.substance)
    sheet.line("2. Kết quả theo dõi các tiêu chuẩn để xác định tình trạng nghiện ma túy:")
    rows = [
        (f"{number}.", text, *(("có", "") if getattr(criteria, name) else ("", "không")))
        for number, (name, text) in enumerate(CRITERIA.items(), start=1)
    ]
    total = ("", "Tổng số tiêu chuẩn:", str(criteria.met), str(len(CRITERIA) - criteria.met))
    sheet.table(("TT", f"Tiêu chuẩn\n{WRITE}", "Có (*)", "Không"), [*rows, total], (12, 99, 22, 22))
    sheet.line("Ghi chú:")
    for note in _NOTES:
        sheet.line(note)
    sheet.line(bold("III. Kết luận tình trạng nghiện ma túy:"), f" {context.conclusion}.")
    sign_sheet(sheet, context.day, context.doctor)


def sexes(person: PersonBlock) -> str:
    """The two boxes of a person's sex."""
    return boxes(("Nam", person.sex == "Nam"), ("Nữ", person.sex == "Nữ"))


def sign_sheet(sheet: Sheet, day: date, doctor: str) -> None:
    """The day and the doctor at the foot of a sheet."""
    signature = Signature("Bác sỹ", "", f"Họ và tên: {doctor}", dated=capital(long_date(day)))
    sheet.signatures((None, signature))


FORMS: tuple[Form, ...] = (
    Form(
        code="TT18-PL03",
        title="Phiếu tổng hợp theo dõi để xác định tình trạng nghiện ma túy",
        title_en="Summary of the observation of addiction",
        source=f"{APPENDIX} 03",
        stage=Stage.health_determination,
        issuer="Bác sỹ của cơ sở y tế xác định tình trạng nghiện",
        symbol=None,
        context=Summary,
        gather=gather_summary,
        write=write_summary,
        particulars=SummaryParticulars,
    ),
)
