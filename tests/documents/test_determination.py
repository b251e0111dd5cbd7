"""The papers of the determination read like forms 02, 03 and 05 of Decree 109/2021."""

from dataclasses import replace
from datetime import date

import pytest

from documents.case import Case, MissingValue
from documents.forms.determination import FORMS
from models.law.facts import Background
from tests.documents.cases import FACTS, sample_case
from tests.documents.printed import assert_in_order, printed

BY_CODE = {form.code: form for form in FORMS}
CODES = tuple(BY_CODE)

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"

ORDER = {
    "109-02": (
        "CÔNG AN PHƯỜNG MAI DỊCH", STATE, "Độc lập - Tự do - Hạnh phúc", "Số: 05/GĐN-CAMD",
        "Mai Dịch, ngày 09 tháng 9 năm 2026", "GIẤY ĐỀ NGHỊ", "Xác định tình trạng nghiện ma túy",
        "Kính gửi: Bệnh viện Đa khoa Mai Dịch",
        ("Thực hiện quy định của pháp luật về quản lý người sử dụng trái phép chất ma túy và cai nghiện ma túy, Công an "
        "phường Mai Dịch đề nghị cơ sở y tế Bệnh viện Đa khoa Mai Dịch xác định tình trạng nghiện ma túy đối với ông/bà "
        "Nguyễn Văn A:"),
        "1. Người được đề nghị xác định tình trạng nghiện ma túy:", "Họ và tên: Nguyễn Văn A", "Giới tính: Nam",
        "Ngày, tháng, năm sinh: 20/05/1998", "Số CMND/CCCD/Hộ chiếu/Định danh cá nhân: 001098000001",
        "ngày cấp: 15/03/2022", "Nơi cấp: ", "Nơi thường trú: ", "Nơi ở hiện tại: ",
        "Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp: không", "Địa chỉ liên hệ: số 3 phố Thí Dụ",
        "2. Địa điểm xác định tình trạng nghiện ma túy: Bệnh viện Đa khoa Mai Dịch",
        "3. Thời hạn trả kết quả: không quá 05 ngày kể từ ngày cơ sở y tế tiếp cận người được đề nghị", "./.",
        "THỦ TRƯỞNG CƠ QUAN", "(Ký, ghi rõ họ tên, đóng dấu)", "Thượng tá Trần Văn B",
    ),
    "109-03": (
        "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", STATE, "Mai Dịch, ngày 09 tháng 9 năm 2026",
        "Ảnh 3 x 4", "Đóng dấu", "giáp lai", "BẢN TÓM TẮT LÝ LỊCH",
        "Người được đề nghị xác định tình trạng nghiện ma túy", "I. THÔNG TIN CÁ NHÂN", "1. Họ và tên: Nguyễn Văn A",
        "2. Tên gọi khác: A Đen", "3. Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
        "4. Số CMND/CCCD/Hộ chiếu: 001098000001", "nơi cấp: ", "ngày cấp: 15/03/2022", "5. Trình độ văn hóa: 9/12",
        "6. Nguyên quán: ", "7. Nơi đăng ký thường trú/tạm trú: ", "8. Nơi ở hiện tại: ", "9. Quốc tịch: Việt Nam",
        "Dân tộc: Kinh", "Tôn giáo: không", "10. Nghề nghiệp: lao động tự do",
        "II. TIỀN SỬ SỬ DỤNG MA TÚY VÀ CÁC BIỆN PHÁP XỬ LÝ ĐÃ BỊ ÁP DỤNG",
        "1. Tiền sử sử dụng trái phép chất ma túy: ",
        "2. Các biện pháp áp dụng đối với hành vi sử dụng trái phép chất ma túy: ",
        "3. Các biện pháp cai nghiện và quản lý sau cai: không",
        "4. Ý kiến của gia đình hoặc người đại diện hợp pháp: ",
        "5. Nhận xét, đánh giá của chính quyền địa phương: ",
        "6. Ý thức hợp tác của người được đề nghị xác định tình trạng nghiện với cơ quan chức năng?",
        "Hợp tác: ☒", "Không hợp tác: ☐", "7. Các thông tin khác: không",
        "THỦ TRƯỞNG ĐƠN VỊ", "(Ký, ghi rõ họ tên, đóng dấu)", "NGƯỜI LẬP BẢN TÓM TẮT LÝ LỊCH",
        "(Ký, ghi rõ họ tên)", "Thượng tá Trần Văn B", "Đại úy Lý Văn N",
    ),
    "109-05": (
        "SỞ Y TẾ THÀNH PHỐ HÀ NỘI", "BỆNH VIỆN ĐA KHOA MAI DỊCH", STATE, "Hà Nội, ngày 11 tháng 9 năm 2026",
        "PHIẾU KẾT QUẢ", "Xác định tình trạng nghiện ma túy", "Kính gửi: Công an phường Mai Dịch",
        ("Căn cứ giấy đề nghị số: 05/GĐN-CAMD ngày 09 tháng 9 năm 2026 của Công an phường Mai Dịch về việc đề nghị xác định "
        "tình trạng nghiện ma túy đối với ông (bà) Nguyễn Văn A."),
        "Cơ sở y tế Bệnh viện Đa khoa Mai Dịch trả kết quả xác định tình trạng nghiện ma túy đối với ông (bà) Nguyễn Văn A.",
        "Sinh ngày: 20/05/1998", "Số CMND/CCCD/Hộ chiếu/Định danh cá nhân: 001098000001", "ngày cấp: 15/03/2022",
        "Nơi cấp: ", "Nơi thường trú: ", "Nơi ở hiện tại: ", "KẾT QUẢ",
        "Nghiện ma túy, tên chất ma túy: Methamphetamine.",
        "THỦ TRƯỞNG ĐƠN VỊ", "(Ký, ghi rõ họ tên, đóng dấu)", "BÁC SỸ/Y SỸ XÁC ĐỊNH TÌNH TRẠNG NGHIỆN MA TÚY",
        "(Ký, ghi rõ họ tên)", "Bác sĩ Phạm Văn D", "Bác sĩ Hồ Thị P",
    ),
}  # fmt: skip

REQUIRED = {
    "109-02": ("examination_place",),
    "109-03": (
        "use_history", "measures_applied", "earlier_rehab", "family_opinion", "authority_remarks", "cooperative",
        "compiled_by",
    ),
    "109-05": ("result", "doctor"),
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_what_the_form_prints_stands_in_the_order_of_the_decree(code: str) -> None:
    assert_in_order(printed(BY_CODE[code], sample_case(code)), ORDER[code])


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_over_from_the_template(code: str) -> None:
    text = printed(BY_CODE[code], sample_case(code))
    for leftover in ("…", "....", "None", "{", "}", "..", " .", "(ghi "):
        assert leftover not in text.replace("./.", "")


@pytest.mark.parametrize(
    ("code", "fact"), [(code, fact) for code, facts in REQUIRED.items() for fact in facts]
)
def test_a_fact_the_form_prints_and_nobody_recorded_is_named(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(sample_case(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)


@pytest.mark.parametrize("code", CODES)
def test_a_stored_context_prints_the_same_bytes(code: str) -> None:
    form = BY_CODE[code]
    context = form.gather(sample_case(code))
    stored = form.context.model_validate(context.model_dump(mode="json"))
    assert stored == context
    assert form.render(stored) == form.render(context)


def test_only_the_request_has_a_number_and_an_end_mark() -> None:
    assert {code: form.symbol for code, form in BY_CODE.items()} == {
        "109-02": "GĐN-{symbol}",
        "109-03": None,
        "109-05": None,
    }
    for code, form in BY_CODE.items():
        text = printed(form, sample_case(code))
        assert ("Số: " in text, "./." in text) == ((form.symbol is not None,) * 2)


def test_the_request_names_only_the_police_in_its_corner() -> None:
    text = printed(BY_CODE["109-02"], sample_case("109-02"))
    assert text.startswith("Mẫu số 02\nCÔNG AN PHƯỜNG MAI DỊCH")


def test_the_request_needs_a_health_facility_to_go_to() -> None:
    with pytest.raises(MissingValue) as missing:
        BY_CODE["109-02"].gather(replace(sample_case("109-02"), parties={}))
    assert missing.value.field == "facility"


def born(case: Case, day: str) -> Case:
    return replace(case, person=case.person.model_copy(update={"birth_date": day}))


def test_a_parent_stands_for_a_person_under_eighteen_on_the_day_of_the_request() -> None:
    form, case = BY_CODE["109-02"], sample_case("109-02")
    line = "người đại diện hợp pháp: "
    assert f"{line}Nguyễn Văn S\n" in printed(form, born(case, "2008-09-10"))
    assert f"{line}không\n" in printed(form, born(case, "2008-09-09"))


def test_a_minor_whose_parents_nobody_recorded_cannot_be_sent() -> None:
    background = FACTS["background"]
    assert isinstance(background, Background)
    orphan = background.model_copy(update={"father": None, "mother": None})
    case = born(sample_case("109-02", background=orphan), "2010")
    with pytest.raises(MissingValue, match="người giám hộ"):
        BY_CODE["109-02"].gather(case)


def test_the_attitude_is_ticked_once() -> None:
    text = printed(BY_CODE["109-03"], sample_case("109-03", cooperative=False))
    assert_in_order(text, ("Hợp tác: ☐", "Không hợp tác: ☒"))


@pytest.mark.parametrize(
    ("result", "substance", "words"),
    [
        ("addicted", "Heroin.", "Nghiện ma túy, tên chất ma túy: Heroin."),
        ("addicted", None, "Nghiện ma túy."),
        ("not_addicted", "Heroin", "Không nghiện ma túy."),
    ],
)
def test_the_result_is_one_of_the_two_the_form_allows(result: str, substance: str | None, words: str) -> None:
    text = printed(BY_CODE["109-05"], sample_case("109-05", result=result, substance=substance))
    assert f"KẾT QUẢ\n{words}\n" in text


def test_the_result_cites_the_request_it_answers() -> None:
    case = sample_case("109-05")
    request = replace(
        case.issued["109-02"], number="17/GĐN-CACG", day=date(2026, 9, 8), issuer="Công an phường Cầu Giấy"
    )
    text = printed(BY_CODE["109-05"], replace(case, issued={"109-02": request}))
    assert_in_order(text, ("Kính gửi: Công an phường Cầu Giấy", "số: 17/GĐN-CACG ngày 08 tháng 9 năm 2026"))
    with pytest.raises(MissingValue) as missing:
        BY_CODE["109-05"].gather(replace(case, issued={}))
    assert missing.value.field == "109-02"
