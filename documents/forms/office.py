"""Papers of an agency's own office, without an official form: HS-04 (reminder) and HS-05 (list of dossiers)."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

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
from documents.forms.decree_163 import FILED, finished
from documents.forms.plain import addressed
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Day, Line
from models.law.loader import load_book
from models.law.schema import AgencyKind, Stage

_SEAL = "(Ký, ghi rõ họ tên, đóng dấu)"
_COLUMNS = (
    ("STT", 14), ("Số hồ sơ", 28), ("Họ và tên", 40), ("Năm sinh", 16), ("Giai đoạn", 30), ("Cơ quan đang xử lý", 40),
    ("Ngày mở", 25), ("Thời hạn gần nhất", 25), ("Tình trạng", 24),
)  # fmt: skip
"""Headings of the list and their widths in millimetres."""


class ReminderParticulars(Particulars):
    """What HS-04 asks beyond the dossier: a limit of the book by its code, or in words what is late."""

    to: Line = Field(title="Cơ quan được đôn đốc")
    rule: Line | None = Field(None, title="Mã thời hạn đã quá, theo bộ quy tắc của hồ sơ")
    late: Line | None = Field(None, title="Thời hạn, bước bị chậm (khi không nêu mã thời hạn)")
    citation: Line | None = Field(
        None, title="Điều khoản quy định thời hạn, bước đó (khi không nêu mã thời hạn)"
    )
    since: Day | None = Field(None, title="Ngày cuối của thời hạn (khi không nêu mã thời hạn)")
    wanted: Line = Field(title="Việc phải làm")
    answer_by: Day | None = Field(None, title="Trả lời trước ngày")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Reminder(FormContext):
    """HS-04, letter to an agency that is late."""

    header: Header
    to: str
    person: PersonBlock
    measure_full: str
    late: str
    citation: str
    since: date
    wanted: str
    answer_by: date | None
    recipients: tuple[str, ...]
    committee: bool
    position: str
    signer: str


class ListedDossier(Block):
    """One line of the list."""

    number: str
    name: str
    birth_year: int | None
    """None where the identity of a minor is masked."""
    stage: str
    holder: str
    opened_on: date
    next_due: date | None
    state: str


class DossierList(FormContext):
    """HS-05, an agency's dossiers at a moment."""

    header: Header
    at: AwareDatetime
    narrowed_to: tuple[str, ...]
    lines: tuple[ListedDossier, ...]
    left_out: Annotated[int, Field(ge=0)]
    committee: bool
    position: str
    signer: str


# --- HS-04


def gather_reminder(case: Case) -> Reminder:
    """The content of HS-04.

    Raises:
        MissingValue: what is late, by which article or since when is not known, or the limit has not run out.
    """
    stated = case.given(ReminderParticulars)
    late, citation, since = stated.late, stated.citation, stated.since
    if stated.rule is not None:
        try:
            rule = load_book(case.book).rule(stated.rule)
        except KeyError:
            raise _missing(case, "rule", f"thời hạn {stated.rule} trong bộ quy tắc {case.book}") from None
        late, citation = late or rule.title, citation or rule.citation
        since = since or case.last_days.get(stated.rule)
    if late is None or citation is None:
        raise _missing(case, *("citation", "điều khoản") if late else ("late", "thời hạn, bước bị chậm"))
    if since is None or since > case.day:
        raise _missing(case, "since", "ngày cuối của một thời hạn đã hết")
    return Reminder(
        header=header_of(case),
        to=stated.to,
        person=person_of(case),
        measure_full=case.wording.measure_full,
        late=late,
        citation=citation,
        since=since,
        wanted=stated.wanted,
        answer_by=stated.answer_by,
        recipients=stated.recipients,
        committee=case.issuer.kind == AgencyKind.peoples_committee,
        position=case.signer.position,
        signer=case.signer.name,
    )


def _missing(case: Case, name: str, title: str) -> MissingValue:
    return MissingValue(case.form, f"particulars.{case.form}.{name}", title)


def write_reminder(sheet: Sheet, context: Reminder) -> None:
    """HS-04 on paper."""
    header, person = context.header, context.person
    subject = f"đôn đốc giải quyết hồ sơ {context.measure_full}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day, subject)
    sheet.addressee(context.to)
    sheet.line(
        f"Qua theo dõi hồ sơ {context.measure_full} đối với {addressed(person)} (ngày, tháng, năm sinh: {person.birth}; nơi cư "
        f"trú: {person.present_residence}), {header.issuer} nhận thấy việc sau đây chưa được thực hiện đúng thời hạn:"
    )
    sheet.field("1. Thời hạn, bước bị chậm", context.late)
    sheet.field("2. Căn cứ", context.citation)
    sheet.field("3. Ngày cuối của thời hạn", f"{context.since:%d/%m/%Y}")
    sheet.field(f"4. Việc đề nghị {context.to} thực hiện", context.wanted)
    if context.answer_by:
        sheet.line(f"Kết quả thực hiện đề nghị trả lời {header.issuer} trước {long_date(context.answer_by)}.")
    sheet.end()
    sheet.closing(
        ("Như trên", *context.recipients, FILED), _head(context.position, context.signer, context.committee)
    )


def _head(position: str, signer: str, committee: bool) -> Signature:
    return Signature(position, _SEAL, signer, authority="TM. Ủy ban nhân dân" if committee else None)


# --- HS-05


def gather_list(case: Case) -> DossierList:
    """Nothing: the list is about many dossiers; it is drawn up from a query, not within one of them."""
    raise MissingValue(case.form, "dossiers", "danh sách hồ sơ (lập từ danh sách, không lập trong một hồ sơ)")


def write_list(sheet: Sheet, context: DossierList) -> None:
    """HS-05 on paper, lying on its side."""
    header = context.header
    sheet.turn()
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Danh sách hồ sơ", f"(Tính đến {finished(context.at)})")
    for line in context.narrowed_to:
        sheet.line(line)
    rows = (
        (
            str(number), line.number, line.name, str(line.birth_year or "•••"), line.stage, line.holder,
            f"{line.opened_on:%d/%m/%Y}",
            f"{line.next_due:%d/%m/%Y}" if line.next_due else "không", line.state,
        )
        for number, line in enumerate(context.lines, start=1)
    )  # fmt: skip
    sheet.table([heading for heading, _ in _COLUMNS], rows, [width for _, width in _COLUMNS])
    more = (
        f"; còn {context.left_out} hồ sơ tiếp theo không in trong danh sách này" if context.left_out else ""
    )
    sheet.line(f"Danh sách gồm {len(context.lines)} hồ sơ{more}.")
    head = replace(_head(context.position, context.signer, context.committee), head=True)
    sheet.signatures((Signature("Người lập danh sách"), head))


FORMS: tuple[Form, ...] = (
    Form(
        code="HS-04",
        title="Công văn đôn đốc",
        title_en="Reminder to an agency that is late",
        source="không có mẫu; công văn theo NĐ 30/2020/NĐ-CP Đ.7, Phụ lục I",
        stage=Stage.police_collection,
        issuer="Người đứng đầu cơ quan tham gia giải quyết hồ sơ",
        symbol="{symbol}",
        context=Reminder,
        gather=gather_reminder,
        write=write_reminder,
        particulars=ReminderParticulars,
    ),
    Form(
        code="HS-05",
        title="Danh sách hồ sơ định kỳ",
        title_en="Periodic list of dossiers",
        source="không có mẫu; NĐ 30/2020/NĐ-CP Phụ lục I",
        stage=Stage.police_collection,
        issuer="Cơ quan có hồ sơ",
        symbol=None,
        context=DossierList,
        gather=gather_list,
        write=write_list,
    ),
)
