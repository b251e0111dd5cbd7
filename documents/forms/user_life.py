"""III-05 of Decree 163/2026, Appendix III: the summary of the life of a managed user."""

from itertools import islice
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
from documents.forms.finding import APPENDIX, HAND, SEAL, write_header
from documents.forms.user_management import Choices, short
from documents.layout import Sheet, Signature
from models.law.facts import Background, Day, Line, Official, Part, Relative, Whole
from models.law.schema import Stage

_IDENTITY = "Số CMND/CCCD/CC/Hộ chiếu"
SCHOOLING = {
    "none": "Chưa đi học",
    "primary": "Tiểu học",
    "lower_secondary": "THCS",
    "upper_secondary": "THPT",
    "higher": "Đại học, trung cấp, cao đẳng",
    "postgraduate": "Sau đại học",
}
SUBSTANCES = {
    "opium": "Thuốc phiện",
    "cocaine": "Cocain",
    "cannabis": "Cần sa",
    "heroin": "Heroine",
    "ketamine": "Ketamine",
    "amphetamine": "Amphetamine/Methamphetamine",
    "other": "Ma túy khác",
}
MANNERS = {"injected": "Tiêm chích", "inhaled": "Hít", "swallowed": "Uống", "other": "Khác"}
REHABS = ("1 lần", "2 lần", "3 lần", "Từ 4 lần trở lên")


class Parent(Part):
    """Father or mother with the identity paper that items 13 and 14 ask for."""

    name: Line = Field(title="Họ tên")
    identity: Line = Field("không", title="Số CMND/CCCD/CC/Hộ chiếu")
    issued_by: Line = Field("không", title="Nơi cấp")
    issued_on: Day | None = Field(None, title="Ngày cấp")


class LifeParticulars(Particulars):
    """What III-05 asks beyond the dossier."""

    schooling: Literal["none", "primary", "lower_secondary", "upper_secondary", "higher", "postgraduate"] = (
        Field(title="Trình độ văn hóa", json_schema_extra={"x-choices": dict(SCHOOLING)})
    )
    father: Parent | None = Field(None, title="Cha (để trống: như trong lý lịch)")
    mother: Parent | None = Field(None, title="Mẹ (để trống: như trong lý lịch)")
    drug_convictions: bool = Field(False, title="Có tiền án các tội về ma túy")
    drug_sanctions: bool = Field(False, title="Bị xử lý vi phạm hành chính về ma túy")
    other_convictions: bool = Field(False, title="Có tiền án về tội phạm khác")
    other_sanctions: bool = Field(False, title="Bị xử lý vi phạm hành chính khác")
    decisions: tuple[Line, ...] = Field(
        (), title="Các quyết định xử phạt, áp dụng biện pháp do sử dụng trái phép chất ma túy, nghiện ma túy"
    )
    psychosis: bool = Field(title="Có biểu hiện loạn thần (ngáo đá)")
    first_use: Line | None = Field(
        None, title="Thời điểm khai nhận bắt đầu sử dụng (để trống: như trong lý lịch)"
    )
    first_found: Line = Field(title="Thời điểm bị phát hiện sử dụng lần đầu tiên")
    substances: Annotated[
        tuple[Literal["opium", "cocaine", "cannabis", "heroin", "ketamine", "amphetamine", "other"], ...],
        Field(min_length=1, title="Loại ma túy sử dụng", json_schema_extra={"x-choices": dict(SUBSTANCES)}),
    ]
    manners: Annotated[
        tuple[Literal["injected", "inhaled", "swallowed", "other"], ...],
        Field(min_length=1, title="Hình thức sử dụng", json_schema_extra={"x-choices": dict(MANNERS)}),
    ]
    rehabs: Whole = Field(ge=0, title="Số lần đã cai nghiện")
    rehab_details: Line | None = Field(
        None, title="Địa điểm, hình thức, thời gian mỗi lần cai nghiện; quyết định (nếu bắt buộc)"
    )
    frequency: Line = Field(title="Tần suất sử dụng (theo ngày, tuần, tháng)")
    dose: Line = Field(title="Liều lượng mỗi lần sử dụng")
    phone: Line | None = Field(None, title="Số điện thoại liên hệ (để trống: của người đó)")
    social_account: Line = Field("không", title="Tài khoản mạng xã hội (nếu có)")
    compiled_by: Line | None = Field(None, title="Người lập bản tóm tắt (để trống: như trong hồ sơ)")


class NamedParent(Block):
    """Father or mother as items 13 and 14 print them."""

    name: str
    identity: str
    issued_by: str
    issued_on: str


class UserLife(FormContext):
    """III-05, summary of the life of a managed user (Decree 163/2026 art. 59.4.b)."""

    header: Header
    person: PersonBlock
    kinh: bool
    other_ethnicity: str
    religious: bool
    schooling: Choices
    father: NamedParent
    mother: NamedParent
    record: Choices
    decisions: tuple[str, ...]
    psychosis: bool
    first_use: str
    first_found: str
    substances: Choices
    manners: Choices
    rehabilitated: bool
    rehabs: Choices
    rehab_details: str
    frequency: str
    dose: str
    phone: str
    social_account: str
    compiled_by: str
    signer: str


def gather_user_life(case: Case) -> UserLife:
    """The content of III-05.

    Raises:
        MissingValue: the first use, the details of an earlier rehab or the compiler is neither stated nor recorded.
    """
    stated, person = case.given(LifeParticulars), person_of(case)
    background = cast("Background | None", case.facts.get("background"))
    kinh = person.ethnicity.casefold() == "kinh"
    return UserLife(
        header=header_of(case),
        person=person,
        kinh=kinh,
        other_ethnicity="không" if kinh else person.ethnicity,
        religious=person.religion.casefold() != "không",
        schooling=_boxes(SCHOOLING, (stated.schooling,)),
        father=_parent(stated.father, background.father if background else None),
        mother=_parent(stated.mother, background.mother if background else None),
        record=(
            ("Có tiền án các tội về ma túy", stated.drug_convictions),
            ("Bị xử lý vi phạm hành chính về ma túy", stated.drug_sanctions),
            ("Có tiền án về tội phạm khác", stated.other_convictions),
            ("Bị xử lý vi phạm hành chính khác", stated.other_sanctions),
        ),
        decisions=stated.decisions,
        psychosis=stated.psychosis,
        first_use=_known(case, "first_use", stated.first_use, background.first_use if background else None),
        first_found=stated.first_found,
        substances=(
            *_boxes(SUBSTANCES, stated.substances),
            ("Sử dụng nhiều loại ma túy", len(set(stated.substances)) > 1),
        ),
        manners=(
            *_boxes(MANNERS, stated.manners),
            ("Sử dụng nhiều hình thức", len(set(stated.manners)) > 1),
        ),
        rehabilitated=stated.rehabs > 0,
        rehabs=tuple((text, min(stated.rehabs, 4) == times) for times, text in enumerate(REHABS, start=1)),
        rehab_details=_rehabs(case, stated),
        frequency=stated.frequency,
        dose=stated.dose,
        phone=stated.phone or person.phone,
        social_account=stated.social_account,
        compiled_by=_compiler(case, stated),
        signer=case.signer.name,
    )


def _boxes(labels: dict[str, str], chosen: tuple[str, ...]) -> Choices:
    return tuple((label, code in chosen) for code, label in labels.items())


def _known(case: Case, name: str, stated: str | None, recorded: str | None) -> str:
    if not (stated or recorded):
        title = str(LifeParticulars.model_fields[name].title)
        raise MissingValue(case.form, f"particulars.{case.form}.{name}", title)
    return stated or recorded or ""


def _rehabs(case: Case, stated: LifeParticulars) -> str:
    if stated.rehabs == 0:
        return "không"
    return _known(case, "rehab_details", stated.rehab_details, case.facts.get("earlier_rehab"))


def _compiler(case: Case, stated: LifeParticulars) -> str:
    recorded = cast("Official | None", case.facts.get("compiled_by"))
    return _known(case, "compiled_by", stated.compiled_by, recorded.name if recorded else None)


def _parent(stated: Parent | None, recorded: Relative | None) -> NamedParent:
    if stated is None:
        name = recorded.name if recorded else "không"
        return NamedParent(name=name, identity="không", issued_by="không", issued_on="không")
    issued_on = short(stated.issued_on) if stated.issued_on else "không"
    return NamedParent(
        name=stated.name, identity=stated.identity, issued_by=stated.issued_by, issued_on=issued_on
    )


def write_user_life(sheet: Sheet, context: UserLife) -> None:
    """Write III-05."""
    write_header(sheet, context.header)
    sheet.photo_box(3, 4, "Ảnh 3 x 4,\nđóng dấu\ngiáp lai")
    sheet.title("Bản tóm tắt lý lịch")
    _write_person(sheet, context)
    _write_record(sheet, context)
    _write_use(sheet, context)
    sheet.line("25. Thông tin liên hệ của người sử dụng trái phép chất ma túy hoặc người đại diện:")
    sheet.field("Số điện thoại", context.phone)
    sheet.field("Tài khoản mạng xã hội (nếu có)", context.social_account)
    sheet.signatures((
        Signature("Người lập bản tóm tắt lý lịch", HAND, context.compiled_by),
        Signature("Thủ trưởng đơn vị", SEAL, context.signer, head=True),
    ))  # fmt: skip


def write_names(sheet: Sheet, person: PersonBlock) -> None:
    """Items 1 to 7, which the older summary 105-05 has too."""
    sheet.field("1. Họ và tên", person.name)
    sheet.field("2. Tên gọi khác", person.other_name)
    sheet.field("3. Giới tính (Nam/Nữ)", person.sex)
    sheet.field("4. Ngày, tháng, năm sinh", person.birth)
    sheet.field("5. Quê quán", person.hometown)
    sheet.field("6. Nơi thường trú/tạm trú", person.registered_residence)
    sheet.field("7. Nơi ở hiện tại", person.present_residence)


def write_first_use(sheet: Sheet, *, psychosis: bool, use: str, found: str) -> None:
    """Items 17 to 19, which the older summary 105-05 has too."""
    sheet.ticks(
        ("Có", psychosis),
        ("Không", not psychosis),
        lead="17. Có biểu hiện loạn thần (ngáo đá):",
    )
    sheet.field(
        "18. Thời điểm người sử dụng trái phép chất ma túy khai nhận bắt đầu sử dụng trái phép chất ma túy",
        use,
    )
    sheet.field("19. Thời điểm bị phát hiện sử dụng trái phép chất ma túy lần đầu tiên", found)


def _write_person(sheet: Sheet, context: UserLife) -> None:
    person = context.person
    write_names(sheet, person)
    _write_identity(sheet, f"8. {_IDENTITY}", person.id_number, person.id_issued_by, person.id_issued_on)
    sheet.ticks(("Kinh", context.kinh), lead="9. Dân tộc:", tail=f"Khác: {context.other_ethnicity}")
    sheet.ticks(("Có", context.religious), ("Không", not context.religious), lead="10. Tôn giáo:")
    sheet.line("11. Trình độ văn hóa:")
    _write_boxes(sheet, context.schooling, 3, 3)
    sheet.field("12. Quốc tịch", person.nationality)
    for label, parent in (("13. Họ tên cha", context.father), ("14. Họ tên mẹ", context.mother)):
        sheet.field(label, parent.name)
        _write_identity(sheet, _IDENTITY, parent.identity, parent.issued_by, parent.issued_on)
    sheet.field("15. Nghề nghiệp; nơi làm việc/học tập", f"{person.occupation}; {person.workplace}")


def _write_identity(sheet: Sheet, label: str, number: str, issued_by: str, issued_on: str) -> None:
    sheet.fields((label, number), ("nơi cấp", issued_by), ("ngày cấp", issued_on))


def _write_record(sheet: Sheet, context: UserLife) -> None:
    sheet.line("16. Nhân thân:")
    _write_boxes(sheet, context.record, 1, 1, 1, 1)
    label = (
        "Các quyết định xử phạt, áp dụng biện pháp xử lý hành chính do sử dụng trái phép chất ma túy, nghiện ma túy "
        "(số, ngày, tháng, cơ quan ban hành Quyết định, hình thức xử phạt, biện pháp xử lý hành chính)"
    )
    if not context.decisions:
        sheet.field(label, "không")
        return
    sheet.line(f"{label}:")
    for nth, decision in enumerate(context.decisions, start=1):
        sheet.field(f"Lần {nth}", decision)


def _write_use(sheet: Sheet, context: UserLife) -> None:
    write_first_use(sheet, psychosis=context.psychosis, use=context.first_use, found=context.first_found)
    sheet.line("20. Loại ma túy sử dụng:")
    _write_boxes(sheet, context.substances, 3, 2, 2, 1)
    sheet.line("21. Hình thức sử dụng ma túy:")
    _write_boxes(sheet, context.manners, 2, 2, 1)
    sheet.line(
        f"22. Đã từng cai nghiện: {'có' if context.rehabilitated else 'không'}. Nếu có, số lần cai nghiện:"
    )
    _write_boxes(sheet, context.rehabs, 4)
    sheet.field("Cụ thể", context.rehab_details)
    sheet.field("23. Tần suất sử dụng ma túy (theo ngày, tuần, tháng)", context.frequency)
    sheet.field("24. Liều lượng ma túy mỗi lần sử dụng", context.dose)


def _write_boxes(sheet: Sheet, boxes: Choices, *lines: int) -> None:
    """The boxes, so many on each line."""
    rest = iter(boxes)
    for many in lines:
        if line := tuple((f"+ {label}", ticked) for label, ticked in islice(rest, many)):
            sheet.ticks(*line)


FORMS: tuple[Form, ...] = (
    Form(
        code="III-05",
        title="Bản tóm tắt lý lịch người sử dụng trái phép chất ma túy",
        title_en="Life summary of a user of narcotic substances",
        source=f"{APPENDIX} 05",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol=None,
        context=UserLife,
        gather=gather_user_life,
        write=write_user_life,
        particulars=LifeParticulars,
    ),
)
