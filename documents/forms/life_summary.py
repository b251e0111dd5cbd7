"""The life summary: V-33 of Decree 163/2026, Appendix V, used for pending management and in the file."""

from datetime import date
from typing import cast

from documents.case import Case, FormContext, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import RESIDENCE, write_identity
from documents.layout import Sheet, Signature, bold, italic, upper
from models.law.facts import Background, Relative
from models.law.schema import Stage


class LifeSummary(FormContext):
    """V-33, summary of the person's life (Decree 163/2026 art. 99.2.b, 101.1.a)."""

    place: str
    day: date
    person: PersonBlock
    background: Background
    substitution_ended: str
    signer: str


def gather_life_summary(case: Case) -> LifeSummary:
    """The content of V-33."""
    ended = cast("date | None", case.facts.get("substitution_ended_on"))
    return LifeSummary(
        place=case.issuer.place,
        day=case.day,
        person=person_of(case),
        background=case.fact("background", "lý lịch, gia đình và quá trình sử dụng ma túy"),
        substitution_ended=f"{ended:%d/%m/%Y}" if ended else "không",
        signer=case.signer.name,
    )


def _hinted(sheet: Sheet, label: str, hint: str, value: str) -> None:
    sheet.line(f"{label} ", italic(f"({hint})"), f": {value}")


def _write_relative(sheet: Sheet, label: str, relative: Relative | None) -> None:
    if relative is None:
        sheet.field(label, "không")
        return
    sheet.fields((label, relative.name), ("Tuổi", relative.age))
    sheet.field("Nghề nghiệp", relative.occupation)
    sheet.field(RESIDENCE, relative.residence)


def write_history(
    sheet: Sheet,
    background: Background,
    substitution_ended: str,
    treatment: str = "nghiện ma túy bằng thuốc thay thế",
) -> None:
    """Items 12 to 20; `treatment` is how the form names substitution treatment."""
    sheet.heading("III. TIỀN ÁN, TIỀN SỰ, QUÁ TRÌNH SỬ DỤNG, CAI NGHIỆN MA TÚY")
    _hinted(
        sheet,
        "12. Tiền án",
        "nếu có thì ghi rõ số lần, tội danh; không có thì ghi không",
        background.convictions,
    )
    _hinted(
        sheet,
        "13. Tiền sự",
        "nếu có thì ghi rõ số lần, hành vi; không có thì ghi không",
        background.prior_sanctions,
    )
    _hinted(sheet, "14. Loại ma túy đã sử dụng", "ghi tên loại ma túy sử dụng", background.substances)
    _hinted(sheet, "15. Hình thức sử dụng ma túy", "nuốt, chích, hít", background.manner)
    _hinted(sheet, "16. Thời điểm sử dụng ma túy lần đầu", "ghi ngày, tháng, năm", background.first_use)
    _hinted(
        sheet,
        "17. Cai nghiện tự nguyện tại gia đình, cai nghiện tại cộng đồng",
        "ghi rõ số lần, địa điểm, cơ sở cai nghiện tự nguyện; không có thì ghi chưa",
        background.voluntary_rehab,
    )
    _hinted(
        sheet,
        "18. Quyết định quản lý sau cai nghiện tại nơi cư trú",
        "ghi rõ số quyết định, ngày, tháng, năm, cơ quan quyết định",
        background.aftercare_decision,
    )
    _hinted(
        sheet,
        "19. Đã bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        "ghi rõ số quyết định, ngày, tháng, năm, cơ quan quyết định, tên cơ sở cai nghiện bắt buộc",
        background.compulsory_rehab,
    )
    sheet.line(
        f"20. Tham gia điều trị {treatment} ",
        italic("(có hoặc không)"),
        f": {background.substitution.rstrip(' .;')}. Nếu có, thời điểm tự chấm dứt điều trị hoặc bị đưa ra khỏi "
        "chương trình điều trị ",
        italic("(ghi rõ ngày, tháng, năm)"),
        f": {substitution_ended}",
    )


def write_life_summary(sheet: Sheet, context: LifeSummary) -> None:
    """V-33."""
    sheet.photo_box(4, 6)
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Tóm tắt lý lịch", "Của người nghiện ma túy")
    write_self(sheet, context.person)
    write_family(sheet, context.background)
    write_history(sheet, context.background, context.substitution_ended)
    write_confirmation(sheet, context.person.name, context.signer)


def write_self(sheet: Sheet, person: PersonBlock) -> None:
    """Items 1 to 7."""
    sheet.heading("I. PHẦN BẢN THÂN NGƯỜI NGHIỆN")
    sheet.line("1. Họ và tên ", italic("(viết in hoa)"), f": {upper(person.name)}; Giới tính: {person.sex}")
    sheet.field("Tên gọi khác (nếu có)", person.other_name)
    sheet.field("2. Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, f"3. {person.id_label}", person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field(f"4. {RESIDENCE}", person.present_residence)
    sheet.field("5. Trình độ đào tạo", person.education)
    sheet.field("6. Nghề nghiệp", person.occupation)
    sheet.field("7. Nơi làm việc/học tập", person.workplace)


def write_family(sheet: Sheet, background: Background) -> None:
    """Items 8 to 11."""
    sheet.heading("II. THÀNH PHẦN GIA ĐÌNH")
    _write_relative(sheet, "8. Họ, tên bố", background.father)
    _write_relative(sheet, "9. Họ, tên mẹ", background.mother)
    _write_relative(sheet, "10. Họ, tên vợ/chồng", background.spouse)
    for index, child in enumerate(background.children or (None,)):
        _write_relative(sheet, "Họ, tên con" if index else "11. Họ, tên con", child)


def write_confirmation(sheet: Sheet, declared_by: str, confirmed_by: str) -> None:
    """The declaration, and who signs below it."""
    sheet.line(
        bold(
            "Tôi xin cam đoan lời khai trên là đúng sự thật. Nếu có gì sai tôi xin hoàn toàn chịu trách nhiệm "
            "theo quy định của pháp luật."
        )
    )
    confirmed = Signature("Xác nhận của cơ quan lập hồ sơ", "(Ký, ghi rõ họ, tên, đóng dấu)", confirmed_by)
    sheet.signatures(
        (
            Signature("Xác nhận của\nđại diện gia đình", "(Ký, ghi rõ họ, tên, mối quan hệ với người khai)"),
            Signature("Người khai", "(Ký, ghi rõ họ, tên)", declared_by),
        ),
        (confirmed,),
    )


FORMS: tuple[Form, ...] = (
    Form(
        code="V-33",
        title="Tóm tắt lý lịch",
        title_en="Life summary",
        source="NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số 33",
        stage=Stage.police_collection,
        issuer="Người khai, cơ quan lập hồ sơ xác nhận",
        symbol=None,
        context=LifeSummary,
        gather=gather_life_summary,
        write=write_life_summary,
    ),
)
