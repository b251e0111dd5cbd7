"""What the minutes of a violation share: V-34, V-40 and V-41 of Decree 163/2026, Appendix V, and form 27 before them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from documents.case import Case, FormContext, Header, PersonBlock, header_of
from documents.forms.decree_163 import (
    DECREE,
    Representative,
    acting,
    begun,
    finished,
    representative,
    write_identity,
)
from documents.layout import Sheet, Signature, italic, page_count
from models.law.facts import Official, Witness


class Minutes(FormContext):
    """What minutes of a violation begin and end with."""

    header: Header
    began_at: AwareDatetime
    finished_at: AwareDatetime
    where: str
    writer: Representative
    head: Representative
    refusal: str | None = None
    """Why the violator did not sign; None when they did."""


def minutes_of(case: Case, began_at: datetime, writer: Official) -> dict[str, Any]:
    """What every minutes hold; they are finished when the act is done."""
    return {
        "header": header_of(case),
        "began_at": began_at,
        "finished_at": max(began_at, case.occurred_at),
        "where": f"{case.issuer.commune}, {case.issuer.province}",
        "writer": representative(writer, case.issuer.name),
        "head": representative(case.signer, case.issuer.name),
    }


def open_minutes(sheet: Sheet, context: Minutes, kind: str, about: str, *grounds: str) -> None:
    """From the head of the paper to who draws it up."""
    header = context.header
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title(kind, about)
    sheet.line(italic(f"Hôm nay, {begun(context.began_at)}, tại {context.where}"))
    sheet.basis(DECREE, *grounds)
    write_writer(sheet, context.writer)


def write_writer(sheet: Sheet, writer: Representative) -> None:
    """Who draws the minutes up, and the heading of the witnesses."""
    sheet.heading("I. Chúng tôi gồm:")
    sheet.field("1. Họ và tên", writer.name)
    sheet.field("Chức vụ", writer.position)
    sheet.field("Cơ quan", writer.agency)
    sheet.line("2. Với sự chứng kiến của:")


def write_witnesses(sheet: Sheet, witnesses: Sequence[Witness]) -> None:
    """The lines of several witnesses, lettered."""
    for letter, witness in zip("abcdđeghiklmnopqrstuvxy", witnesses, strict=False):
        write_witness(sheet, witness, f"{letter}) ")


def write_witness(sheet: Sheet, witness: Witness, lead: str = "") -> None:
    """The lines of one witness."""
    sheet.fields((f"{lead}Họ và tên", witness.name), ("Nghề nghiệp", witness.occupation))
    sheet.field("Nơi ở hiện nay", witness.residence)


def write_violator(sheet: Sheet, person: PersonBlock, parent: str) -> None:
    """Items 1 and 2: the person the file is about, and who stands for a minor."""
    sheet.heading("II. Tiến hành lập biên bản vi phạm với các nội dung sau:")
    sheet.fields(("1. Họ và tên", person.name), ("Giới tính", person.sex))
    sheet.fields(("- Ngày, tháng, năm sinh", person.birth), ("Quốc tịch", person.nationality))
    sheet.field("- Nghề nghiệp", person.occupation)
    sheet.field("- Nơi ở hiện tại", person.present_residence)
    write_identity(sheet, f"- {person.id_label}", person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("2. Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp", parent)


def write_finished(sheet: Sheet, at: datetime, violator: str) -> None:
    """When the minutes were finished, on how many sheets, and who gets a copy."""
    sheet.line(
        f"Biên bản lập xong hồi {finished(at)}, gồm ",
        page_count(),
        " tờ, được lập thành 02 bản có nội dung và giá trị như nhau; đã đọc lại cho những người có tên nêu trên "
        f"cùng nghe, công nhận là đúng và cùng ký tên dưới đây; giao cho ông (bà) {violator} là cá nhân vi phạm "
        "01 bản, 01 bản lưu hồ sơ.",
    )


def sign_minutes(
    sheet: Sheet,
    context: Minutes,
    violator: str,
    witnesses: Sequence[Witness],
    represented: str = "Đại diện Công an cấp xã",
) -> None:
    """The four cells; the form has one for all witnesses, from the second on each has a cell of the same title."""
    writer, head = context.writer, acting(context, context.head)
    plain, sealed = "(Ký, ghi rõ họ và tên)", "(Ký, ghi rõ chức vụ, họ và tên, đóng dấu)"
    officer = Signature(
        "Người lập biên bản", "(Ký, ghi rõ chức vụ, họ và tên)", f"{writer.position}\n{writer.name}"
    )
    chief = Signature(represented, sealed, f"{head.position}\n{head.name}")
    first, *others = [Signature("Người chứng kiến", plain, witness.name) for witness in witnesses]
    sheet.signatures(
        (Signature("Cá nhân vi phạm", plain, violator), officer),
        (first, chief),
        *((other, None) for other in others),
    )
