"""After-care at the residence under Decree 116/2021, Appendix II: the list 116-52 and the letter on moving 116-53."""

from datetime import date

from pydantic import Field

from documents.case import Case, FormContext, Header, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_116_after_care import APPENDIX, CHAIRMAN, SIGNED, plain_header
from documents.forms.decree_163 import FILED
from documents.forms.legacy import committee_decision_of, decree_116, period
from documents.layout import Sheet, Signature, long_date, place_date
from models.law.facts import Day, Line, Official, Whole
from models.law.schema import Stage

_HEADINGS = (
    "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CMT/ CCCD", "Nơi cư trú",
    "Thời gian quản lý sau cai nghiện", "Tổ chức/cá nhân được giao QL", "Ghi chú",
)  # fmt: skip
_WIDTHS = (12.0, 32.0, 24.0, 16.0, 32.0, 42.0, 28.0, 34.0, 22.0)


class ListParticulars(Particulars):
    """What 116-52 asks beyond the dossier."""

    volume: Line = Field(title="Quyển số")
    opened_on: Day = Field(title="Ngày mở")
    year: Whole = Field(title="Năm", ge=2022, le=2100)
    entry: Whole = Field(title="Số thứ tự trong danh sách", ge=1)
    from_on: Day = Field(title="Thời gian quản lý từ ngày")
    until: Day = Field(title="Thời gian quản lý đến ngày")
    remarks: Line = Field("không", title="Ghi chú")
    decided: Whole = Field(title="Tổng số người có quyết định quản lý", ge=0)
    managed: Whole = Field(title="Tổng số người đang trong thời gian quản lý", ge=0)
    finished: Whole = Field(title="Tổng số người hoàn thành xong thời gian quản lý", ge=0)
    compiled_by: Official = Field(title="Người lập")


class MoveParticulars(Particulars):
    """What 116-53 asks beyond the dossier."""

    to: Line = Field(title="Công an xã, phường, thị trấn nơi chuyển đến")
    address: Line = Field(title="Địa chỉ nơi chuyển đến")
    decision: Line | None = Field(
        None, title="Quyết định quản lý, nếu Mẫu 51 lập ngoài hệ thống (số, ngày, của Chủ tịch UBND nào)"
    )


class ManagedList(FormContext):
    """116-52, the list of those in after-care (Decree 116/2021 art. 79.1.a): the entry of this dossier's person."""

    header: Header
    volume: str
    opened_on: date
    year: int
    entry: int
    person: PersonBlock
    from_on: date
    until: date
    helpers: str
    remarks: str
    decided: int
    managed: int
    finished: int
    compiled_by: str
    compiled_by_position: str
    signer: str


class MoveLetter(FormContext):
    """116-53, letter to the police of the commune the person moves to (art. 79.1.c)."""

    header: Header
    to: str
    decree: str
    decision: str
    person: str
    address: str
    signer: str


def gather_list(case: Case) -> ManagedList:
    """The content of 116-52; other people's entries stand in their own dossiers."""
    stated = case.given(ListParticulars)
    return ManagedList(
        header=plain_header(case),
        person=person_of(case),
        helpers=", ".join(case.fact("aftercare_helpers", "tổ chức, cá nhân được phân công")),
        compiled_by=stated.compiled_by.name,
        compiled_by_position=stated.compiled_by.position,
        signer=case.signer.name,
        **stated.model_dump(exclude={"compiled_by"}),
    )


def gather_move(case: Case) -> MoveLetter:
    """The content of 116-53."""
    stated = case.given(MoveParticulars)
    return MoveLetter(
        header=plain_header(case),
        to=stated.to,
        decree=decree_116(case),
        decision=committee_decision_of(case, stated.decision, "116-51"),
        person=case.person.name,
        address=stated.address,
        signer=case.signer.name,
    )


def write_list(sheet: Sheet, context: ManagedList) -> None:
    """116-52 on paper, lying on its side; its totals are numbered from 4 on in the print by a slip."""
    header, person = context.header, context.person
    sheet.turn()
    sheet.header((header.superior, header.issuer))
    sheet.title("Danh sách người bị quản lý\nsau cai nghiện ma túy tại nơi cư trú", rule=False)
    sheet.heading(f"QUYỂN SỐ: {context.volume}", centred=True)
    sheet.line(f"Mở {long_date(context.opened_on)}")
    sheet.table(
        _HEADINGS,
        [(
            str(context.entry), person.name, person.birth, person.sex, person.id_number, person.present_residence,
            period(context.from_on, context.until), context.helpers, context.remarks,
        )],
        _WIDTHS,
        numbered=True,
    )  # fmt: skip
    sheet.line(f"(Tính từ ngày 01 tháng 01 năm {context.year} đến ngày 31 tháng 12 năm {context.year})")
    managed = "quản lý sau cai nghiện ma túy tại nơi cư trú"
    sheet.field(f"1. Tổng số người có quyết định {managed}", f"{context.decided:02}")
    sheet.field(f"2. Tổng số người đang trong thời gian {managed}", f"{context.managed:02}")
    sheet.field(f"3. Tổng số người hoàn thành xong thời gian {managed}", f"{context.finished:02}")
    title, authority = CHAIRMAN
    sheet.signatures((
        Signature(
            "Người lập", "(Ký và ghi rõ họ tên, chức vụ)", f"{context.compiled_by}\n{context.compiled_by_position}"
        ),
        Signature(
            title, SIGNED, context.signer, authority, head=True, dated=place_date(header.place, header.day)
        ),
    ))  # fmt: skip


def write_move(sheet: Sheet, context: MoveLetter) -> None:
    """116-53 on paper."""
    header, person = context.header, f"Ông (bà): {context.person}"
    subject = "phối hợp quản lý, hỗ trợ người sau cai nghiện ma túy"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day, subject)
    sheet.addressee(context.to)
    sheet.line(
        f"{person} đang trong thời gian quản lý sau cai nghiện theo Quyết định {context.decision} (kèm theo). Nay chuyển "
        f"đến cư trú tại: {context.address}."
    )
    sheet.line(
        f"{context.decree}, đề nghị cơ quan {context.to} tiếp nhận, quản lý, hỗ trợ trong thời gian quản lý sau cai "
        f"nghiện đối với: {person} theo quy định của pháp luật về quản lý sau cai nghiện ma túy."
    )
    sheet.line("Trân trọng cảm ơn sự hợp tác của quý đơn vị.")
    sheet.end()
    signature = Signature(f"Trưởng {header.issuer}", SIGNED, context.signer)
    sheet.closing(("Như trên", f"Ông (bà) {context.person}", FILED), signature)


FORMS: tuple[Form, ...] = (
    Form(
        code="116-52",
        title="Danh sách người bị quản lý sau cai nghiện ma túy tại nơi cư trú",
        title_en="List of those in after-care",
        source=f"{APPENDIX} 52",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol=None,
        context=ManagedList,
        gather=gather_list,
        write=write_list,
        particulars=ListParticulars,
    ),
    Form(
        code="116-53",
        title="Thông báo về việc tiếp tục quản lý, hỗ trợ người sau cai nghiện ma túy khi thay đổi nơi cư trú",
        title_en="Letter on going on with the after-care elsewhere",
        source=f"{APPENDIX} 53",
        stage=Stage.after_care,
        issuer="Trưởng Công an cấp xã",
        symbol="{symbol}",
        context=MoveLetter,
        gather=gather_move,
        write=write_move,
        particulars=MoveParticulars,
    ),
)
