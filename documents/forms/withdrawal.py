"""TT18-PL04 to TT18-PL06: sheets on which withdrawal is observed day by day (Circular 18/2021, art. 4.4, Phụ lục số 01)."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, cast

from pydantic import Field

from documents.case import Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.observation import APPENDIX, WRITE, doctor_of, sexes, sign_sheet
from documents.layout import Sheet, bold, boxes
from models.law.facts import Line
from models.law.schema import Stage

_DAYS = "Mỗi ngày theo dõi: số thứ tự của các triệu chứng có trong ngày"


@dataclass(frozen=True)
class Withdrawal:
    """What the withdrawal sheets differ in."""

    of: str
    about: str
    stopped: str
    enough: str
    unexplained: str
    symptoms: tuple[str, ...]
    least: int
    days: int


_OTHER_CAUSE = "không thể quy cho một rối loạn tâm thần hoặc một rối loạn hành vi khác"
OPIOID = Withdrawal(
    of="các chất dạng thuốc phiện",
    about="để xác định trạng thái cai\ncác chất dạng thuốc phiện",
    stopped="Có bằng chứng về việc mới ngừng hoặc giảm sử dụng chất dạng thuốc phiện sau khi đã sử dụng chất này lặp đi lặp lại "
    "trong thời gian dài",
    enough="Có ít nhất 03 trong số 12 triệu chứng cai trong bảng dưới đây xuất hiện sau vài phút đến vài ngày sau dấu hiệu 1",
    unexplained="Các triệu chứng cai này không thể quy cho một bệnh nội khoa không liên quan đến việc sử dụng chất dạng thuốc "
    f"phiện, và {_OTHER_CAUSE}",
    symptoms=(
        "Cảm giác thèm chất ma túy", "Ngạt mũi hoặc hắt hơi", "Chảy nước mắt", "Đau cơ hoặc chuột rút", "Co cứng bụng",
        "Buồn nôn hoặc nôn", "Tiêu chảy", "Giãn đồng tử", "Nổi da gà hoặc ớn lạnh", "Nhịp tim nhanh hoặc tăng huyết áp",
        "Ngáp", "Ngủ không yên",
    ),
    least=3,
    days=3,
)  # fmt: skip
STIMULANT = Withdrawal(
    of="các chất kích thần",
    about="để xác định trạng thái cai các chất kích thần\n(các chất dạng amphetamine, cocain hoặc\ncác chất kích thần khác)",
    stopped="Có bằng chứng về việc mới ngừng hoặc giảm sử dụng chất kích thần sau khi đã sử dụng chất này lặp đi lặp lại trong "
    "thời gian dài",
    enough="Có ít nhất 02 trong số 06 triệu chứng cai trong bảng dưới đây xuất hiện sau vài giờ đến vài ngày sau dấu hiệu 1",
    unexplained="Các triệu chứng cai này không thể quy cho một bệnh nội khoa không liên quan đến việc sử dụng chất kích thần và "
    f"{_OTHER_CAUSE}",
    symptoms=(
        "Ngủ lịm hoặc mệt mỏi", "Chậm chạp hoặc kích động tâm thần vận động", "Cảm giác thèm khát chất kích thần",
        "Tăng khẩu vị", "Mất ngủ hoặc ngủ nhiều", "Có các giấc mơ kỳ quặc khó hiểu",
    ),
    least=2,
    days=5,
)  # fmt: skip
CANNABIS = Withdrawal(
    of="cần sa",
    about="để xác định trạng thái cai cần sa",
    stopped="Có bằng chứng về việc mới ngừng hoặc giảm sử dụng cần sa sau khi đã sử dụng cần sa lặp đi lặp lại trong thời gian dài",
    enough="Có ít nhất 03 trong số 07 triệu chứng cai trong bảng dưới đây xuất hiện trong vòng 05 ngày sau dấu hiệu 1 trên đây",
    unexplained="Các triệu chứng cai này không thể quy cho một bệnh nội khoa không liên quan đến việc sử dụng cần sa, và "
    f"{_OTHER_CAUSE}",
    symptoms=(
        "Kích thích, giận dữ hoặc gây hấn", "Căng thẳng hoặc lo âu", "Rối loạn giấc ngủ (mất ngủ hoặc ác mộng)",
        "Chán ăn hoặc giảm cân", "Đứng ngồi không yên", "Giảm khí sắc",
        "Có ít nhất 01 trong các triệu chứng sau: đau bụng, run rẩy, vã mồ hôi, sốt, ớn lạnh, đau đầu",
    ),
    least=3,
    days=5,
)  # fmt: skip


class ObservationParticulars(Particulars):
    """What every withdrawal sheet asks beyond the dossier."""

    stopped: bool = Field(
        title="Có bằng chứng mới ngừng hoặc giảm sử dụng sau thời gian dài sử dụng lặp đi lặp lại"
    )
    unexplained: bool = Field(title="Các triệu chứng không thể quy cho bệnh hoặc rối loạn khác")
    doctor: Line | None = Field(None, title="Bác sỹ, khi kết quả chưa được ghi nhận")


class OpioidParticulars(ObservationParticulars):
    """Of TT18-PL04: twelve symptoms, three days at most."""

    days: Annotated[
        tuple[tuple[Annotated[int, Field(ge=1, le=12)], ...], ...],
        Field(min_length=1, max_length=3, title=_DAYS),
    ]


class StimulantParticulars(ObservationParticulars):
    """Of TT18-PL05: six symptoms, five days at most, and the mood that Phụ lục số 01 asks for."""

    days: Annotated[
        tuple[tuple[Annotated[int, Field(ge=1, le=6)], ...], ...],
        Field(min_length=1, max_length=5, title=_DAYS),
    ]
    mood: bool = Field(title="Có rối loạn khí sắc (buồn hoặc mất khoái cảm), Phụ lục số 01 mục 2 điểm b")


class CannabisParticulars(ObservationParticulars):
    """Of TT18-PL06: seven symptoms, five days at most."""

    days: Annotated[
        tuple[tuple[Annotated[int, Field(ge=1, le=7)], ...], ...],
        Field(min_length=1, max_length=5, title=_DAYS),
    ]


class Observation(FormContext):
    """TT18-PL04 to 06, the observation of withdrawal (Circular 18/2021 art. 4.4)."""

    header: Header
    person: PersonBlock
    stopped: bool
    enough: bool
    unexplained: bool
    days: tuple[tuple[int, ...], ...] = Field(min_length=1, max_length=5)
    conclusion: str
    day: date
    doctor: str


def gather_observation(kind: Withdrawal, case: Case) -> Observation:
    """The content of a withdrawal sheet; its conclusion follows from the signs (Phụ lục số 01), in the words of art. 4.4.d."""
    stated = cast("OpioidParticulars", case.given(_PARTICULARS[kind.of]))
    enough = len({symptom for day in stated.days for symptom in day}) >= kind.least
    mood: bool | None = getattr(stated, "mood", None)
    signs = (stated.stopped, enough, stated.unexplained, mood is not False)
    conclusion = f"{'Có' if all(signs) else 'Không có'} trạng thái cai các chất ma túy"
    if mood is not None:
        conclusion += f"; {'có' if mood else 'không có'} rối loạn khí sắc (buồn hoặc mất khoái cảm)"
    return Observation(
        header=header_of(case),
        person=person_of(case),
        stopped=stated.stopped,
        enough=enough,
        unexplained=stated.unexplained,
        days=stated.days,
        conclusion=conclusion,
        day=case.day,
        doctor=doctor_of(case, stated.doctor),
    )


def write_observation(kind: Withdrawal, sheet: Sheet, context: Observation) -> None:
    """A withdrawal sheet on paper; a day on which nobody observed has a dash."""
    header, person, days = context.header, context.person, context.days
    sheet.corner(header.superior, f"Tên cơ sở: {header.issuer}")
    sheet.title("Phiếu theo dõi", kind.about, rule=False)
    sheet.heading("I. Thông tin cá nhân")
    sheet.field("1. Họ và tên", person.name)
    sheet.line(f"2. Ngày, tháng, năm sinh: {person.birth}; 3. Giới tính: {sexes(person)}")
    sheet.heading(f"II. Kết quả theo dõi để xác định trạng thái cai {kind.of}")
    sheet.line("Xác định có trạng thái cai khi có các dấu hiệu sau:")
    signs = (
        (kind.stopped, context.stopped),
        (kind.enough, context.enough),
        (kind.unexplained, context.unexplained),
    )
    for number, (sign, there) in enumerate(signs, start=1):
        sheet.line(f"{number}. {sign}:\n{boxes(('Có', there), ('Không', not there))}")
    rows = (
        (str(number), symptom, *(_seen(days, day, number) for day in range(kind.days)))
        for number, symptom in enumerate(kind.symptoms, start=1)
    )
    headings = (
        "STT",
        f"Các triệu chứng của trạng thái cai\n{WRITE}",
        *(f"Ngày {n + 1}" for n in range(kind.days)),
    )
    width = 75 / kind.days if kind.days > 3 else 20
    sheet.table(headings, rows, (14, 141 - width * kind.days, *([width] * kind.days)))
    sheet.line(
        f"Ghi chú: Thời gian theo dõi để xác định trạng thái cai {kind.of} tối đa là {kind.days:02} ngày."
    )
    sheet.line(bold(f"III. Kết luận trạng thái cai {kind.of}:"), f" {context.conclusion}.")
    sign_sheet(sheet, context.day, context.doctor)


def _seen(days: tuple[tuple[int, ...], ...], day: int, symptom: int) -> str:
    if day >= len(days):
        return "–"
    return "có" if symptom in days[day] else "không"


_PARTICULARS: dict[str, type[ObservationParticulars]] = {
    OPIOID.of: OpioidParticulars, STIMULANT.of: StimulantParticulars, CANNABIS.of: CannabisParticulars,
}  # fmt: skip


def _sheet(number: str, kind: Withdrawal, title_en: str) -> Form:
    return Form(
        code=f"TT18-PL{number}",
        title=f"Phiếu theo dõi để xác định trạng thái cai {kind.of}",
        title_en=title_en,
        source=f"{APPENDIX} {number}",
        stage=Stage.health_determination,
        issuer="Bác sỹ của cơ sở y tế xác định tình trạng nghiện",
        symbol=None,
        context=Observation,
        gather=partial(gather_observation, kind),
        write=partial(write_observation, kind),
        particulars=_PARTICULARS[kind.of],
    )


FORMS: tuple[Form, ...] = (
    _sheet("04", OPIOID, "Observation of withdrawal from opioids"),
    _sheet("05", STIMULANT, "Observation of withdrawal from stimulants"),
    _sheet("06", CANNABIS, "Observation of withdrawal from cannabis"),
)
