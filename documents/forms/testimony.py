"""What a minor who cannot write tells an officer: V-58 of Decree 163/2026, Appendix V."""

from pydantic import AwareDatetime, Field

from documents.case import Case, FormContext, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    Representative,
    finished,
    parent_of,
    representative,
    write_identity,
)
from documents.forms.statements import ASKED_OF_USE, History, HistoryParticulars, history_of
from documents.layout import Sheet, Signature, italic
from models.law.facts import Instant, Line, Official
from models.law.schema import Stage


class TestimonyParticulars(HistoryParticulars):
    """What V-58 asks beyond the dossier."""

    began_at: Instant = Field(title="Bắt đầu ghi lời khai lúc")
    where: Line | None = Field(None, title="Địa điểm (để trống: trụ sở cơ quan)")
    officer: Official | None = Field(None, title="Cán bộ ghi lời khai (để trống: người lập hồ sơ)")
    beside: Line | None = Field(
        None, title="Người cùng tham gia (để trống: người đại diện đã ghi trong hồ sơ)"
    )
    temporary_residence: Line = Field("không", title="Nơi tạm trú")


class Testimony(FormContext):
    """V-58, minutes of what a minor who cannot write says (art. 104.1.d)."""

    began_at: AwareDatetime
    finished_at: AwareDatetime
    where: str
    officer: Representative
    beside: str
    person: PersonBlock
    temporary_residence: str
    capacity: str
    history: History


def gather_testimony(case: Case) -> Testimony:
    """The content of V-58; it ends when the paper is drawn up."""
    stated = case.given(TestimonyParticulars)
    officer = stated.officer or case.fact("compiled_by", "cán bộ ghi lời khai")
    return Testimony(
        began_at=stated.began_at,
        finished_at=max(stated.began_at, case.occurred_at),
        where=stated.where or f"{case.issuer.name}, {case.issuer.address}",
        officer=representative(officer, case.issuer.name),
        beside=stated.beside or parent_of(case) or "không",
        person=person_of(case),
        temporary_residence=stated.temporary_residence,
        capacity=f"người bị đề nghị {case.wording.measure}",
        history=history_of(stated),
    )


def write_testimony(sheet: Sheet, context: Testimony) -> None:
    """V-58; the form has no line of place and date."""
    person, history, officer = context.person, context.history, context.officer
    sheet.header(None)
    sheet.title("Biên bản", "Ghi lời khai của người cai nghiện ma túy")
    sheet.basis(DECREE)
    sheet.line(f"Hồi {finished(context.began_at).replace(',', '')} tại {context.where}")
    sheet.line(f"Tôi: {officer.name} thuộc Cơ quan {officer.agency} và ông/bà: {context.beside}")
    sheet.line(
        "Căn cứ Nghị định quy định chi tiết và hướng dẫn thi hành một số điều của Luật Phòng, chống ma túy, tiến hành "
        "lập biên bản ghi lời khai của:"
    )
    sheet.fields(("Họ tên", person.name), ("Giới tính", person.sex))
    sheet.field("Tên gọi khác", person.other_name)
    sheet.fields(("Sinh ngày", person.birth), ("tại", person.birth_place))
    sheet.fields(
        ("Quốc tịch", person.nationality), ("Dân tộc", person.ethnicity), ("Tôn giáo", person.religion)
    )
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Số điện thoại để liên hệ khi cần thiết", person.phone)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("Nơi thường trú", person.registered_residence)
    sheet.field("Nơi tạm trú", context.temporary_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    sheet.field("Tư cách tham gia lập hồ sơ", context.capacity)
    sheet.line(
        "Người khai đã được giải thích quyền và nghĩa vụ của mình theo quy định và cam đoan chịu trách nhiệm về lời khai "
        "của mình."
    )
    _write_answers(sheet, history)
    sheet.line(f"Việc ghi lời khai kết thúc hồi {finished(context.finished_at).replace(',', '')}.")
    sheet.line(
        "Biên bản này đã được đọc cho người khai nghe, công nhận đúng và ký tên hoặc điểm chỉ xác nhận dưới đây."
    )
    sheet.signatures(
        (
            Signature("Người khai", "(Ký hoặc điểm chỉ)", person.name),
            Signature("Cán bộ ghi lời khai", "(Ký ghi rõ họ tên)", officer.name),
        )
    )


def _write_answers(sheet: Sheet, history: History) -> None:
    """Questions and answers of V-58."""
    sheet.heading("HỎI VÀ ĐÁP")
    sheet.line(f"1. Về quá trình nghiện ma túy như sau: {ASKED_OF_USE}")
    sheet.line(history.account)
    sheet.line(
        "2. Về các biện pháp cai nghiện (tự nguyện và bắt buộc) đã thực hiện (có hoặc không); nếu có, ghi rõ số lần, địa "
        "điểm, tên cơ sở cai nghiện tự nguyện."
    )
    sheet.line(f"Có: {history.rehab}" if history.rehab else "Không.")
    sheet.line(
        "3. Tham gia điều trị nghiện bằng thuốc thay thế ",
        italic("(có hoặc không)?"),
        " nếu có, thời điểm tự chấm dứt điều trị hoặc bị đưa ra khỏi chương trình điều trị ",
        italic("(ghi rõ ngày, tháng, năm)"),
        ":",
    )
    sheet.line(f"Có: {history.substitution}" if history.substitution else "Không.")


FORMS: tuple[Form, ...] = (
    Form(
        code="V-58",
        title="Biên bản ghi lời khai của người cai nghiện ma túy",
        title_en="Minutes of what a minor who cannot write says",
        source="NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số 58",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol=None,
        context=Testimony,
        gather=gather_testimony,
        write=write_testimony,
        particulars=TestimonyParticulars,
    ),
)
