"""The papers of the finding read like the gazette's forms III-01, III-02, III-03; P-01 says what it rests on."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms.finding import FORMS
from models.law.facts import Official
from tests.documents.cases import sample_case
from tests.documents.printed import assert_in_order, printed

BY_CODE = {form.code: form for form in FORMS}
CODES = tuple(BY_CODE)

PERSON_LABELS = (
    "Giới tính: Nam", "Tên gọi khác: A Đen", "Ngày, tháng, năm sinh: 20/05/1998", "Nơi sinh: Hà Nội", "Quê quán: ",
    "Nơi thường trú/tạm trú: ", "Nơi ở hiện tại: ", "Số CMND/CCCD/CC/Hộ chiếu: 001098000001", "ngày cấp: 15/03/2022",
    "nơi cấp: ", "Dân tộc: Kinh", "Tôn giáo: không", "Trình độ học vấn: 9/12", "Nghề nghiệp: ",
    "Nơi làm việc/học tập: không",
)  # fmt: skip
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"

ORDER = {
    "III-01": (
        "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG CẦU GIẤY", STATE, "Độc lập - Tự do - Hạnh phúc",
        "Cầu Giấy, ngày 07 tháng 9 năm 2026", "PHIẾU KẾT QUẢ", "Xét nghiệm chất ma túy trong cơ thể",
        "Tóm tắt nội dung sự việc: Hồi 07 giờ 30 phút, ngày 07 tháng 9 năm 2026, tại ",
        ("Để xác định hành vi sử dụng trái phép chất ma túy, Công an phường Cầu Giấy thực hiện xét nghiệm chất ma túy "
        "trong cơ thể đối với:"),
        "Họ và tên: Nguyễn Văn A", *PERSON_LABELS,
        "1. Người tiến hành xét nghiệm: Đại úy Đỗ Thị M", "chức vụ: ", "đơn vị: Công an phường Cầu Giấy",
        "2. Biện pháp xét nghiệm: ", "Các bước tiến hành: ",
        "Kết quả: Hồi 08 giờ 10 phút, ngày 07 tháng 9 năm 2026, dương tính với Methamphetamine.",
        "3. Căn cứ vào kết quả trên, kết luận: Nguyễn Văn A:",
        "☒ Dương tính với chất ma túy trong cơ thể.", "☐ Âm tính với chất ma túy trong cơ thể.",
        "NGƯỜI TIẾN HÀNH XÉT NGHIỆM", "(Ký, ghi rõ họ tên)",
        "THỦ TRƯỞNG CƠ QUAN", "(Ký, ghi rõ họ tên, đóng dấu)", "Đại úy Đỗ Thị M", "Thượng tá Lê Thị C",
        "NGƯỜI ĐƯỢC XÉT NGHIỆM", "(Ký, ghi rõ họ tên)", "Nguyễn Văn A",
    ),
    "III-02": (
        "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG CẦU GIẤY", STATE, "Số: 05/TB-CACG",
        "Cầu Giấy, ngày 08 tháng 9 năm 2026", "THÔNG BÁO", "Về hành vi sử dụng trái phép chất ma túy",
        "Kính gửi: Trưởng Công an phường Mai Dịch",
        "Công an phường Cầu Giấy thông báo về hành vi sử dụng trái phép chất ma túy của người có tên sau đây:",
        "Họ và tên: Nguyễn Văn A", *PERSON_LABELS, "Nội dung thông báo: Hồi 07 giờ 30 phút",
        "Cơ quan tiến hành xét nghiệm chất ma túy trong cơ thể: Công an phường Cầu Giấy",
        "Kết quả xét nghiệm chất ma túy trong cơ thể của Nguyễn Văn A là dương tính.",
        "Công an phường Cầu Giấy thông báo để Trưởng Công an phường Mai Dịch biết, thực hiện theo quy định./.",
        "Nơi nhận:", "- Như trên;", "- Công an phường Mai Dịch;", "- Lưu: VT",
        "THỦ TRƯỞNG CƠ QUAN", "(Ký, ghi rõ họ tên, đóng dấu)", "Thượng tá Lê Thị C",
    ),
    "III-03": (
        STATE, "Cầu Giấy, ngày 07 tháng 9 năm 2026", "BẢN TƯỜNG TRÌNH", "Tên tôi là: Nguyễn Văn A", *PERSON_LABELS,
        "Tường trình cụ thể về hành vi sử dụng ma túy của bản thân", "thời điểm sử dụng ma túy lần cuối): Tôi sử dụng",
        "Đã cai nghiện ma túy: không", "NGƯỜI TƯỜNG TRÌNH", "(Ký, ghi rõ họ tên)", "Nguyễn Văn A",
    ),
    "P-01": (
        "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", STATE, "Số: 05/GXN-CAMD",
        "Mai Dịch, ngày 08 tháng 9 năm 2026", "GIẤY XÁC NHẬN", "Người không có nơi cư trú ổn định",
        "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ",
        "Căn cứ kết quả xác minh nơi cư trú hồi 17 giờ 00 phút, ngày 07 tháng 9 năm 2026.", "XÁC NHẬN:",
        "1. Người có tên sau đây không có nơi cư trú ổn định theo quy định tại khoản 3 Điều 58",
        "Họ và tên: Nguyễn Văn A", "Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
        "Số CMND/CCCD/CC/Hộ chiếu: 001098000001", "Nơi thường trú/tạm trú: ", "Nơi ở hiện tại: ",
        "2. Trường hợp áp dụng và căn cứ xác định: điểm c khoản 3 Điều 58",
        "3. Người, cơ quan xác nhận: Công an phường Mai Dịch",
        "4. ", "đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc", "điểm b khoản 2 Điều 101", "./.",
        "Nơi nhận:", "- Lưu: VT", "TRƯỞNG CÔNG AN PHƯỜNG", "Thượng tá Trần Văn B",
    ),
}  # fmt: skip

REQUIRED = {
    "III-01": (
        "found_at", "found_where", "incident", "tester", "test_method", "test_result_at", "substance",
    ),
    "III-02": ("found_at", "found_where", "incident", "tester", "substance", "residence"),
    "III-03": ("use_account", "earlier_rehab"),
    "P-01": ("residence_basis", "residence_confirmed_by", "residence_verified_at"),
}  # fmt: skip


def case_of(code: str, **fact_changes: Any) -> Case:
    if code == "P-01":
        homeless = {
            "residence": "none",
            "residence_basis": "điểm c khoản 3 Điều 58: không có nơi thường trú, tạm trú; mới đến ở 10 ngày",
        }
        return sample_case(code, **{**homeless, **fact_changes})
    return sample_case(code, **fact_changes)


@pytest.mark.parametrize("code", CODES)
def test_what_the_form_prints_stands_in_the_order_of_the_gazette(code: str) -> None:
    assert_in_order(printed(BY_CODE[code], case_of(code)), ORDER[code])


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_over_from_the_template(code: str) -> None:
    text = printed(BY_CODE[code], case_of(code))
    for leftover in ("…", "....", "None", "{", "}", "..", " .", "(Ghi rõ", "(ghi rõ"):
        assert leftover not in text.replace("./.", "")


@pytest.mark.parametrize(
    ("code", "fact"), [(code, fact) for code, facts in REQUIRED.items() for fact in facts]
)
def test_a_fact_the_form_prints_and_nobody_recorded_is_named(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(case_of(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)


@pytest.mark.parametrize("code", CODES)
def test_a_stored_context_prints_the_same_bytes(code: str) -> None:
    form = BY_CODE[code]
    context = form.gather(case_of(code))
    stored = form.context.model_validate(context.model_dump(mode="json"))
    assert stored == context
    assert form.render(stored) == form.render(context)


def test_only_notices_and_certificates_have_a_number_and_an_end_mark() -> None:
    assert {code: form.symbol for code, form in BY_CODE.items()} == {
        "III-01": None,
        "III-02": "TB-{symbol}",
        "III-03": None,
        "P-01": "GXN-{symbol}",
    }
    for code, form in BY_CODE.items():
        text = printed(form, case_of(code))
        assert ("Số: 05" in text, "./." in text) == ((form.symbol is not None,) * 2)


def test_a_tester_of_another_agency_is_named_with_that_agency() -> None:
    tester = Official(name="Bác sĩ Nguyễn Thị AB", position="Bác sĩ", agency="Trạm Y tế phường Cầu Giấy")
    assert "đơn vị: Trạm Y tế phường Cầu Giấy" in printed(
        BY_CODE["III-01"], sample_case("III-01", tester=tester)
    )
    notice = printed(BY_CODE["III-02"], sample_case("III-02", tester=tester))
    assert "Cơ quan tiến hành xét nghiệm chất ma túy trong cơ thể: Trạm Y tế phường Cầu Giấy" in notice


@pytest.mark.parametrize(
    "recorded", ["Thử nước tiểu. Lấy mẫu; đọc que sau 5 phút.", "Thử nước tiểu\nLấy mẫu; đọc que sau 5 phút"]
)
def test_the_steps_of_the_test_stand_apart_from_the_method(recorded: str) -> None:
    text = printed(BY_CODE["III-01"], sample_case("III-01", test_method=recorded))
    assert "2. Biện pháp xét nghiệm: Thử nước tiểu\nCác bước tiến hành: Lấy mẫu; đọc que sau 5 phút\n" in text


def test_times_are_printed_as_they_were_in_vietnam() -> None:
    late_evening = datetime(2026, 9, 6, 17, 30, tzinfo=UTC)
    text = printed(BY_CODE["III-01"], sample_case("III-01", found_at=late_evening))
    assert "Hồi 00 giờ 30 phút, ngày 07 tháng 9 năm 2026" in text


def test_the_commune_of_registration_is_told_only_of_a_person_without_stable_residence() -> None:
    line = "Công an cấp xã nơi đăng ký thường trú"
    form = BY_CODE["III-02"]
    assert line not in printed(form, sample_case("III-02", residence="stable"))
    drifting = sample_case("III-02", residence="none")
    assert f"{line} (số 1 ngõ 2 phố Ví Dụ" in printed(form, drifting)
    unregistered = drifting.person.model_copy(update={"registered_residence": "không"})
    assert line not in printed(form, replace(drifting, person=unregistered))


def test_the_notice_needs_a_competent_police_to_go_to() -> None:
    case = sample_case("III-02")
    with pytest.raises(MissingValue, match="III-02") as missing:
        BY_CODE["III-02"].gather(replace(case, parties={}))
    assert missing.value.field == "compiler"
