"""Papers around the file as it is sent: cover, index of sheets, hand-over list; no official form prescribes them."""

from datetime import date
from typing import Annotated, NoReturn

from pydantic import AwareDatetime, Field

from documents.case import Block, Case, FormContext, Header, MissingValue, Particulars, PersonBlock, header_of
from documents.form import Form
from documents.forms.decree_163 import Representative, begun, enclosures_of, representative, signed_by
from documents.forms.plain import capital, write_person
from documents.layout import Sheet, bold, upper
from models.law.facts import Line, Official
from models.law.schema import Stage

_NUMBERED = (
    "không có mẫu; hồ sơ phải đánh bút lục, lập thành hai bản: NĐ 163/2026/NĐ-CP Đ.102.4, 104.1, 105.4; trước đó "
    "NĐ 116/2021/NĐ-CP Đ.42.4.b, 43.2, 53.2, Luật Xử lý vi phạm hành chính 2012 Đ.104.3"
)
_PROVISIONAL = "Số tờ tạm thời: hồ sơ chưa hoàn thành việc lập."
_WIDTHS = (14.0, 32.0, 28.0, 76.0, 38.0, 18.0, 36.0)


class Cover(FormContext):
    """HS-01, the cover of one of the two sets."""

    header: Header
    mark: str
    goes_to: str
    dossier: str
    measure: str
    person: PersonBlock
    opened_on: date
    compiled_on: date | None
    papers: int
    sheets: int
    masked: int = 0
    """How many of the papers are masked for whoever prints it: then it is no set to send on."""


class Entry(Block):
    """A line of the index: a paper or document, and the sheets it fills."""

    symbol: str
    day: date
    title: str
    author: str
    first: int
    sheets: int
    note: str = ""

    @property
    def numbers(self) -> str:
        """Its sheets: "3", or "4-6"."""
        return str(self.first) if self.sheets == 1 else f"{self.first}-{self.first + self.sheets - 1}"


class Index(FormContext):
    """HS-02, the index of one of the two sets, with the columns of Decree 30/2020, Appendix V, part IV."""

    header: Header
    mark: str
    dossier: str
    year: int
    provisional: bool
    entries: tuple[Entry, ...]


class HandOverParticulars(Particulars):
    """Who hands the file over and who receives it."""

    giver: Official = Field(title="Người giao hồ sơ")
    receiver: Official = Field(title="Người nhận hồ sơ")
    receiving_agency: Line = Field(title="Cơ quan nhận hồ sơ")
    copy_only: bool = Field(False, title="Giao bản sao (không chọn: giao bản gốc)")


class HandOverList(FormContext):
    """HS-03, the list of what is handed over with the file."""

    header: Header
    at: AwareDatetime
    mark: str
    giver: Representative
    receiver: Representative
    person: str
    measure: str
    sheets: str
    papers: Annotated[tuple[str, ...], Field(min_length=1)]


def _made_with_the_file(case: Case) -> NoReturn:
    raise MissingValue(case.form, "bundle", "bộ hồ sơ: mẫu này chỉ lập cùng bộ hồ sơ")


def gather_hand_over(case: Case) -> HandOverList:
    """The content of HS-03; how many sheets there are was stated when the file was compiled."""
    stated = case.given(HandOverParticulars)
    count = case.facts.get("sheet_count")
    return HandOverList(
        header=header_of(case),
        at=case.occurred_at,
        mark="bản sao" if stated.copy_only else "bản gốc",
        giver=representative(stated.giver, case.issuer.name),
        receiver=representative(stated.receiver, stated.receiving_agency),
        person=case.person.name,
        measure=case.wording.measure_full,
        sheets="theo mục lục kèm theo hồ sơ" if count is None else f"{count} tờ",
        papers=enclosures_of(case),
    )


def write_cover(sheet: Sheet, context: Cover) -> None:
    """HS-01 on paper."""
    sheet.header((context.header.superior, context.header.issuer))
    sheet.heading(upper(context.mark), centred=True)
    sheet.title("Hồ sơ đề nghị", capital(context.measure))
    sheet.field("Số hồ sơ", context.dossier)
    write_person(sheet, context.person)
    sheet.field("Ngày mở hồ sơ", f"{context.opened_on:%d/%m/%Y}")
    compiled = f"{context.compiled_on:%d/%m/%Y}" if context.compiled_on else "chưa"
    sheet.field("Ngày hoàn thành việc lập hồ sơ", compiled)
    sheet.fields(
        ("Số văn bản, tài liệu", str(context.papers)),
        ("Số tờ (bút lục)", f"từ tờ 1 đến tờ {context.sheets}" if context.sheets else "chưa"),
    )
    if context.masked:
        sheet.line(
            bold(
                f"Bản in này không có nội dung của {context.masked} văn bản, tài liệu được che với người in: không dùng thay hồ "
                f"sơ đầy đủ ({context.goes_to})."
            )
        )
    else:
        sheet.field(bold("Bộ hồ sơ này"), context.goes_to)
    if context.compiled_on is None:
        sheet.line(_PROVISIONAL)


def write_index(sheet: Sheet, context: Index) -> None:
    """HS-02 on paper, lying on its side for its seven columns."""
    sheet.turn()
    sheet.header((context.header.superior, context.header.issuer))
    sheet.heading(upper(context.mark), centred=True)
    sheet.title("Mục lục văn bản, tài liệu", f"Số, ký hiệu hồ sơ: {context.dossier}\nNăm {context.year}")
    sheet.table(
        (
            "STT",
            "Số, ký hiệu văn bản",
            "Ngày tháng năm văn bản",
            "Tên loại và trích yếu nội dung văn bản",
            "Tác giả văn bản",
            "Tờ số",
            "Ghi chú",
        ),
        (
            (str(place), one.symbol, f"{one.day:%d/%m/%Y}", one.title, one.author, one.numbers, one.note)
            for place, one in enumerate(context.entries, start=1)
        ),
        _WIDTHS,
    )
    sheets = sum(one.sheets for one in context.entries)
    sheet.line(f"Mục lục này gồm {len(context.entries)} văn bản, tài liệu; {sheets} tờ.")
    if context.provisional:
        sheet.line(_PROVISIONAL)


def write_hand_over(sheet: Sheet, context: HandOverList) -> None:
    """HS-03 on paper."""
    header = context.header
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Danh sách giao nhận hồ sơ", f"Đề nghị {context.measure}")
    sheet.line(f"Thời gian giao, nhận: {begun(context.at)}.")
    for label, side in (("Bên giao", context.giver), ("Bên nhận", context.receiver)):
        sheet.fields((label, side.name), ("Chức vụ", side.position), ("Cơ quan", side.agency))
    sheet.fields(("Hồ sơ của", context.person), ("Bộ", context.mark), ("Số bút lục", context.sheets))
    sheet.table(
        ("STT", "Tên văn bản, tài liệu"),
        ((str(place), paper.rstrip(" .;")) for place, paper in enumerate(context.papers, start=1)),
        (15, 140),
    )
    sheet.line(
        f"Cộng: {len(context.papers)} văn bản, tài liệu. Danh sách này được lập thành 02 bản, mỗi bên giữ 01 bản."
    )
    hint = "(Ký, ghi rõ họ và tên)"
    sheet.signatures(
        (signed_by("Bên giao", hint, context.giver), signed_by("Bên nhận", hint, context.receiver))
    )


FORMS: tuple[Form, ...] = (
    Form(
        code="HS-01",
        title="Bìa hồ sơ",
        title_en="Cover of the file",
        source=_NUMBERED,
        stage=Stage.police_collection,
        issuer="Cơ quan lập hồ sơ",
        symbol=None,
        context=Cover,
        gather=_made_with_the_file,
        write=write_cover,
    ),
    Form(
        code="HS-02",
        title="Mục lục tài liệu (bút lục)",
        title_en="Index of sheets",
        source=f"{_NUMBERED}; các cột theo NĐ 30/2020/NĐ-CP Đ.29.4.c, Phụ lục V phần IV",
        stage=Stage.police_collection,
        issuer="Cơ quan lập hồ sơ",
        symbol=None,
        context=Index,
        gather=_made_with_the_file,
        write=write_index,
    ),
    Form(
        code="HS-03",
        title="Danh sách giao nhận hồ sơ",
        title_en="Hand-over list",
        source="không có mẫu; hồ sơ được chuyển theo NĐ 163/2026/NĐ-CP Đ.102.4, 105.4; trước đó NĐ 116/2021/NĐ-CP Đ.42.4, "
        "43, Luật Xử lý vi phạm hành chính 2012 Đ.104",
        stage=Stage.police_collection,
        issuer="Cơ quan giao hồ sơ",
        symbol=None,
        context=HandOverList,
        gather=gather_hand_over,
        write=write_hand_over,
        particulars=HandOverParticulars,
    ),
)
