"""105-05 of Decree 105/2021: the summary of the life of a person who uses narcotic substances illegally."""

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
from documents.forms.decree_105 import APPENDIX, HAND, write_header
from documents.forms.legacy import SEALED
from documents.forms.user_life import write_first_use, write_names
from documents.layout import Sheet, Signature, italic
from models.law.facts import Background, Line, Official
from models.law.schema import Stage

Schooling = Literal["Chưa đi học", "Tiểu học", "THCS", "THPT", "Đại học, trung cấp, cao đẳng", "Sau đại học"]
Substance = Literal[
    "Thuốc phiện", "Cocain", "Heroine", "Cần sa", "Amphetamine/Methamphetamine", "Ketamine", "Ma túy khác",
    "Sử dụng nhiều loại ma túy",
]  # fmt: skip
Manner = Literal["Tiêm chích", "Hít", "Uống", "Khác", "Sử dụng nhiều hình thức"]
Times = Literal["1 lần", "2 lần", "3 lần", "Từ 4 lần trở lên"]
_SCHOOLING: tuple[tuple[Schooling, ...], ...] = (
    ("Chưa đi học", "Tiểu học", "THCS"), ("THPT", "Đại học, trung cấp, cao đẳng", "Sau đại học"),
)  # fmt: skip
_SUBSTANCES: tuple[tuple[Substance, ...], ...] = (
    ("Thuốc phiện", "Cocain"), ("Heroine", "Cần sa"), ("Amphetamine/Methamphetamine", "Ketamine"),
    ("Ma túy khác", "Sử dụng nhiều loại ma túy"),
)  # fmt: skip
_MANNERS: tuple[tuple[Manner, ...], ...] = (
    ("Tiêm chích", "Hít"),
    ("Uống", "Khác"),
    ("Sử dụng nhiều hình thức",),
)
_TIMES: tuple[Times, ...] = ("1 lần", "2 lần", "3 lần", "Từ 4 lần trở lên")


class KnownParent(Block):
    """Father or mother, as 105-05 names one."""

    name: Line = Field("không", title="Họ tên")
    id_number: Line = Field("không", title="Số CMND/CCCD")
    id_issued_by: Line = Field("không", title="Nơi cấp")
    id_issued_on: Line = Field("không", title="Ngày cấp")


class SummaryParticulars(Particulars):
    """What 105-05 asks beyond the dossier."""

    father: KnownParent = Field(KnownParent(), title="Cha")
    mother: KnownParent = Field(KnownParent(), title="Mẹ")
    schooling: Schooling = Field(title="Trình độ văn hóa")
    drug_convictions: bool = Field(title="Có tiền án các tội về ma túy")
    drug_sanctions: bool = Field(title="Bị xử lý vi phạm hành chính về ma túy")
    other_convictions: bool = Field(title="Có tiền án về tội phạm khác")
    other_sanctions: bool = Field(title="Bị xử lý vi phạm hành chính khác")
    decisions: tuple[Line, ...] = Field(
        (), title="Các quyết định xử phạt, áp dụng biện pháp do sử dụng, nghiện ma túy"
    )
    psychosis: bool = Field(title="Có biểu hiện loạn thần (ngáo đá)")
    first_use: Line | None = Field(None, title="Thời điểm khai nhận bắt đầu sử dụng")
    first_found: Line = Field(title="Thời điểm bị phát hiện sử dụng lần đầu tiên")
    substances: tuple[Substance, ...] = Field(title="Loại ma túy sử dụng", min_length=1)
    manners: tuple[Manner, ...] = Field(title="Hình thức sử dụng", min_length=1)
    rehab_times: Times | None = Field(None, title="Số lần đã cai nghiện; bỏ trống nếu chưa")
    rehab_details: Line = Field("không", title="Địa điểm, hình thức, thời gian mỗi lần cai nghiện")
    frequency: Line = Field(title="Tần suất sử dụng (theo ngày, tuần, tháng)")
    dose: Line = Field(title="Liều lượng mỗi lần sử dụng")
    contact_phone: Line | None = Field(None, title="Điện thoại liên hệ, nếu khác của người đó")
    social_account: Line = Field("không", title="Tài khoản mạng xã hội")
    compiled_by: Official = Field(title="Người lập bản tóm tắt lý lịch")


class UserSummary(FormContext):
    """105-05, summary of the user's life (art. 40.2.b)."""

    header: Header
    person: PersonBlock
    is_kinh: bool
    is_religious: bool
    father: KnownParent
    mother: KnownParent
    schooling: Schooling
    drug_convictions: bool
    drug_sanctions: bool
    other_convictions: bool
    other_sanctions: bool
    decisions: tuple[str, ...]
    psychosis: bool
    first_use: str
    first_found: str
    substances: tuple[Substance, ...]
    manners: tuple[Manner, ...]
    rehab_times: Times | None
    rehab_details: str
    frequency: str
    dose: str
    contact_phone: str
    social_account: str
    compiled_by: str
    signer: str


def gather_summary(case: Case) -> UserSummary:
    """The content of 105-05."""
    stated, person = case.given(SummaryParticulars), person_of(case)
    background: Background | None = case.facts.get("background")
    first_use = stated.first_use or (background.first_use if background else None)
    if first_use is None:
        raise MissingValue(case.form, "particulars.105-05.first_use", "thời điểm khai nhận bắt đầu sử dụng")
    return UserSummary(
        header=header_of(case),
        person=person,
        is_kinh=person.ethnicity.casefold() == "kinh",
        is_religious=person.religion.casefold() not in {"không", "không có"},
        first_use=first_use,
        contact_phone=stated.contact_phone or person.phone,
        compiled_by=stated.compiled_by.name,
        signer=case.signer.name,
        **stated.model_dump(exclude={"first_use", "contact_phone", "compiled_by"}),
    )


def _write_parent(sheet: Sheet, label: str, parent: KnownParent) -> None:
    sheet.field(label, parent.name)
    sheet.fields(
        ("Số CMND/CCCD", parent.id_number),
        ("nơi cấp", parent.id_issued_by),
        ("ngày cấp", parent.id_issued_on),
    )


def _tick_rows(sheet: Sheet, rows: tuple[tuple[str, ...], ...], ticked: tuple[str, ...]) -> None:
    for row in rows:
        sheet.ticks(*((f"+ {label}", label in ticked) for label in row))


def write_summary(sheet: Sheet, context: UserSummary) -> None:
    """105-05 on paper."""
    person = context.person
    write_header(sheet, context.header)
    sheet.photo_box(3, 4, "Ảnh 3x4,\nđóng dấu\ngiáp lai")
    sheet.title("Bản tóm tắt lý lịch", "Người sử dụng trái phép chất ma túy")
    write_names(sheet, person)
    sheet.fields(
        ("8. Số CMND/CCCD", person.id_number),
        ("nơi cấp", person.id_issued_by),
        ("ngày cấp", person.id_issued_on),
    )
    other = "không" if context.is_kinh else person.ethnicity
    sheet.line(f"9. Dân tộc: Kinh: {'☒' if context.is_kinh else '☐'}     Khác: {other}")
    sheet.ticks(("Có", context.is_religious), ("Không", not context.is_religious), lead="10. Tôn giáo:")
    sheet.line("11. Trình độ văn hóa:")
    _tick_rows(sheet, _SCHOOLING, (context.schooling,))
    sheet.field("12. Quốc tịch", person.nationality)
    _write_parent(sheet, "13. Họ tên cha", context.father)
    _write_parent(sheet, "14. Họ tên mẹ", context.mother)
    sheet.field("15. Nghề nghiệp; nơi làm việc/học tập", f"{person.occupation}; {person.workplace}")
    _write_history(sheet, context)
    sheet.signatures((
        Signature("Người lập bản\ntóm tắt lý lịch", HAND, context.compiled_by),
        Signature("Thủ trưởng đơn vị", SEALED, context.signer, head=True),
    ))  # fmt: skip


def _write_history(sheet: Sheet, context: UserSummary) -> None:
    sheet.line("16. Nhân thân:")
    sheet.ticks(("+ Có tiền án các tội về ma túy", context.drug_convictions))
    sheet.ticks(("+ Bị xử lý vi phạm hành chính về ma túy", context.drug_sanctions))
    sheet.ticks(("+ Có tiền án về tội phạm khác", context.other_convictions))
    sheet.ticks(("+ Bị xử lý vi phạm hành chính khác", context.other_sanctions))
    sheet.line(
        "Các quyết định xử phạt, áp dụng biện pháp xử lý hành chính do sử dụng trái phép chất ma túy, nghiện ma túy ",
        italic(
            "(số, ngày, tháng, cơ quan ban hành Quyết định, hình thức xử phạt, biện pháp xử lý hành chính)"
        ),
        ":" if context.decisions else ": không",
    )
    for number, decision in enumerate(context.decisions, start=1):
        sheet.field(f"Lần {number}", decision)
    write_first_use(sheet, psychosis=context.psychosis, use=context.first_use, found=context.first_found)
    sheet.line("20. Loại ma túy sử dụng")
    _tick_rows(sheet, _SUBSTANCES, context.substances)
    sheet.line("21. Hình thức sử dụng ma túy")
    _tick_rows(sheet, _MANNERS, context.manners)
    had = "có" if context.rehab_times else "không"
    sheet.line(f"22. Đã từng cai nghiện: {had}. Nếu có, số lần cai nghiện:")
    sheet.ticks(*((f"+ {times}", times == context.rehab_times) for times in _TIMES))
    sheet.line(
        "Cụ thể ",
        italic(
            "(Ghi rõ địa điểm, hình thức, thời gian mỗi lần cai nghiện; số, ngày tháng, cơ quan ban hành Quyết định "
            "trong trường hợp cai nghiện bắt buộc)"
        ),
        f": {context.rehab_details}",
    )
    sheet.line("23. Tần suất sử dụng ma túy ", italic("(theo ngày, tuần, tháng)"), f": {context.frequency}")
    sheet.field("24. Liều lượng ma túy mỗi lần sử dụng", context.dose)
    sheet.line("25. Thông tin liên hệ của người sử dụng trái phép chất ma túy hoặc người đại diện:")
    sheet.field("Số điện thoại", context.contact_phone)
    sheet.field("Tài khoản mạng xã hội (nếu có)", context.social_account)


FORMS: tuple[Form, ...] = (
    Form(
        code="105-05",
        title="Bản tóm tắt lý lịch người sử dụng trái phép chất ma túy",
        title_en="Summary of the user's life",
        source=f"{APPENDIX} 05",
        stage=Stage.police_collection,
        issuer="Cơ quan lập hồ sơ quản lý người sử dụng trái phép chất ma túy",
        symbol=None,
        context=UserSummary,
        gather=gather_summary,
        write=write_summary,
        particulars=SummaryParticulars,
    ),
)
