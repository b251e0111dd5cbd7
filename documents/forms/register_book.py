"""HS-06: the register of outgoing documents as a book (Decree 30/2020, Appendix IV, I); it is printed, never issued."""

from datetime import date

from documents.case import Block, Case, FormContext, MissingValue
from documents.form import Form
from documents.layout import Sheet, long_date
from models.law.schema import Stage

COLUMNS = (
    ("Số, ký hiệu văn bản", 28), ("Ngày tháng văn bản", 25), ("Tên loại và trích yếu nội dung văn bản", 42),
    ("Người ký", 24), ("Nơi nhận văn bản", 32), ("Đơn vị, người nhận bản lưu", 20), ("Số lượng bản", 15),
    ("Ngày chuyển", 18), ("Ký nhận", 13), ("Ghi chú", 25),
)  # fmt: skip
"""The ten columns of the decree and their widths in millimetres."""


class RegisterLine(Block):
    """One number; what is written by hand (copies, day of sending, receipt) stays empty."""

    number: str
    day: date | None
    title: str
    signer: str
    recipients: str
    kept_by: str
    note: str


class RegisterBook(FormContext):
    """A register of an agency and a year, from its first number to its last."""

    superior: str
    agency: str
    year: int
    register_name: str
    lines: tuple[RegisterLine, ...]


def gather_register(case: Case) -> RegisterBook:
    """Refuses: the register belongs to an agency, not to a dossier.

    Raises:
        MissingValue: always.
    """
    raise MissingValue(case.form, "lines", "các số của sổ, vì sổ in từ /v1/registers")


def cells(line: RegisterLine) -> tuple[str, ...]:
    """The line's ten columns."""
    day = f"{line.day:%d/%m/%Y}" if line.day else ""
    return (
        line.number, day, line.title, line.signer, line.recipients, line.kept_by, "", "", "", line.note,
    )  # fmt: skip


def write_register(sheet: Sheet, context: RegisterBook) -> None:
    """HS-06 on paper."""
    sheet.turn()
    sheet.agencies(context.superior, context.agency)
    sheet.title("Sổ đăng ký văn bản đi", "\n".join(_extent(context)), rule=False)
    sheet.table(
        [heading for heading, _ in COLUMNS],
        map(cells, context.lines),
        [width for _, width in COLUMNS],
        numbered=True,
        bracketed=True,
    )


def _extent(context: RegisterBook) -> list[str]:
    """What the book's first page says of its year, its days and its numbers."""
    said = [f"Năm: {context.year}; sổ: {context.register_name}"]
    days = [line.day for line in context.lines if line.day]
    if days:
        said.append(f"Từ {long_date(min(days))} đến {long_date(max(days))}")
    if context.lines:
        said.append(f"Từ số {context.lines[0].number} đến số {context.lines[-1].number}")
    return said


FORMS: tuple[Form, ...] = (
    Form(
        code="HS-06",
        title="Sổ đăng ký văn bản đi",
        title_en="Register of outgoing documents",
        source="không có mẫu; NĐ 30/2020/NĐ-CP Phụ lục IV, mục I",
        stage=Stage.police_collection,
        issuer="Văn thư của cơ quan ban hành văn bản",
        symbol=None,
        context=RegisterBook,
        gather=gather_register,
        write=write_register,
    ),
)
