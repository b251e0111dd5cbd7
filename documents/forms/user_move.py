"""III-06 of Decree 163/2026, Appendix III: the management file goes on to where the managed person moved."""

from datetime import date

from pydantic import Field

from documents.case import Case, FormContext, Header, MissingValue, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import FILED
from documents.forms.finding import APPENDIX, SEAL, write_header, write_person
from documents.forms.user_management import MEASURE, Cited, Managed, cited, decision_of, short
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Day, Line, Part
from models.law.schema import Stage


class Filed(Part):
    """A paper of the management file, as the annex of III-06 lists it."""

    title: Line = Field(title="Tên tài liệu")
    reference: Line = Field("không", title="Số, ngày, tháng")


class HandingOnParticulars(Managed):
    """What III-06 asks beyond the dossier."""

    receiver: Line = Field(title="Công an cấp xã nơi chuyển đến (ví dụ “Công an xã Ba Vì”)")
    managed_from: Day = Field(title="Thời gian quản lý từ ngày")
    managed_until: Day = Field(title="Thời gian quản lý đến ngày")
    moved_to: Line = Field(title="Nơi chuyển đến")
    life_summary: Line | None = Field(
        None, title="Số, ngày của Bản tóm tắt lý lịch (để trống: bản lập trong hồ sơ này)"
    )
    test_result: Line | None = Field(
        None, title="Số, ngày của Phiếu kết quả xét nghiệm (để trống: phiếu lập trong hồ sơ này)"
    )
    account: Line | None = Field(
        None, title="Số, ngày của Bản tường trình (để trống: bản lập trong hồ sơ này)"
    )
    others: tuple[Filed, ...] = Field((), title="Các tài liệu khác (nếu có)")


class HandingOn(FormContext):
    """III-06, notice that the management file is handed on to where the person moved (Decree 163/2026 art. 62.1)."""

    header: Header
    receiver: str
    person: PersonBlock
    decision: Cited
    managed_from: date
    managed_until: date
    moved_to: str
    papers: tuple[Filed, ...]
    signer: str


def gather_handing_on(case: Case) -> HandingOn:
    """The content of III-06 and its annex.

    Raises:
        MissingValue: a paper that the file must have (art. 59.4) is neither stated nor issued in this dossier.
    """
    stated = case.given(HandingOnParticulars)
    decision = decision_of(case, stated.decision)
    required = (
        ("life_summary", "III-05", "Bản tóm tắt lý lịch người sử dụng trái phép chất ma túy"),
        ("test_result", "III-01", "Phiếu kết quả xét nghiệm chất ma túy trong cơ thể"),
        ("account", "III-03", "Bản tường trình"),
    )
    papers = [Filed(title=f"Quyết định {MEASURE}", reference=cited(decision))]
    for name, form, title in required:
        reference: str | None = getattr(stated, name)
        if reference is None and form not in case.issued:
            raise MissingValue(case.form, f"particulars.{case.form}.{name}", title)
        papers.append(Filed(title=title, reference=reference or f"ngày {short(case.issued[form].day)}"))
    return HandingOn(
        header=header_of(case),
        receiver=stated.receiver,
        person=person_of(case),
        decision=decision,
        managed_from=stated.managed_from,
        managed_until=stated.managed_until,
        moved_to=stated.moved_to,
        papers=(*papers, *stated.others),
        signer=case.signer.name,
    )


def write_handing_on(sheet: Sheet, context: HandingOn) -> None:
    """Write III-06 and, on a page of its own, the list of the file."""
    header, decision = context.header, context.decision
    write_header(sheet, header)
    sheet.title("Thông báo", "Về việc chuyển hồ sơ quản lý người sử dụng trái phép chất ma túy")
    sheet.addressee(f"Trưởng {context.receiver}")
    sheet.line(
        f"{header.issuer} thông báo cho Trưởng {context.receiver} về việc chuyển hồ sơ quản lý người sử dụng trái "
        "phép chất ma túy có tên sau:"
    )
    write_person(sheet, context.person, other_name=False)
    sheet.line(
        "Là người đang trong thời hạn bị áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy theo Quyết định "
        f"{cited(decision)} của {decision.agency}."
    )
    sheet.line(
        f"Thời gian quản lý từ ngày {short(context.managed_from)} đến ngày {short(context.managed_until)}."
    )
    sheet.field("Nơi chuyển đến", context.moved_to)
    sheet.line("Hồ sơ quản lý: có danh mục kèm theo.")
    sheet.line(
        f"Trưởng {header.issuer} thông báo để Trưởng {context.receiver} biết, tiếp tục tổ chức quản lý đối với người "
        "sử dụng trái phép chất ma túy có tên nêu trên"
    )
    sheet.end()
    sheet.closing(("Như trên", FILED), Signature("Trưởng Công an", SEAL, context.signer))
    sheet.new_page()
    number = f"số {header.number} " if header.number else ""
    sheet.title("Danh mục tài liệu trong hồ sơ quản lý", rule=False)
    sheet.note(f"(Kèm theo Thông báo {number}{long_date(header.day)} của {header.issuer})")
    rows = [(str(nth), paper.title, paper.reference) for nth, paper in enumerate(context.papers, start=1)]
    sheet.table(("STT", "Tên tài liệu", "Số, ngày, tháng"), rows, (15, 85, 55))


FORMS: tuple[Form, ...] = (
    Form(
        code="III-06",
        title="Thông báo về việc chuyển hồ sơ quản lý người sử dụng trái phép chất ma túy",
        title_en="Notice that the file of a managed user is handed on",
        source=f"{APPENDIX} 06",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="TB-{symbol}",
        context=HandingOn,
        gather=gather_handing_on,
        write=write_handing_on,
        particulars=HandingOnParticulars,
    ),
)
