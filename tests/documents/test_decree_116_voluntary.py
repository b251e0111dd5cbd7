"""Forms 22, 23 and 24 of Decree 116/2021: registering for voluntary rehab, its register, and the decision."""

from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, MissingValue
from documents.forms import all_forms
from tests.documents.cases_2022 import case_2022
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

REGISTRATION, REGISTER, DECISION = (all_forms()[code] for code in ("116-22", "116-23", "116-24"))
AT_HOME = {"home": "tổ 5, phường Mai Dịch"}
PLANNED: MappingProxyType[str, Any] = MappingProxyType({
    "months": 6, "received_by": "Lý Văn N", "family": "Nguyễn Văn S",
    "where": {"planning": AT_HOME, "detox": {"provider": "Cơ sở Ví Dụ"}, "behaviour": AT_HOME, "vocation": AT_HOME},
})  # fmt: skip
MOTHER = MappingProxyType({
    "name": "Phan Thị T", "sex": "female", "birth_date": "1970-03", "identity": "001170000003",
    "residence": "số 3 phố Thí Dụ", "relation": "mẹ",
})  # fmt: skip
DECIDED = MappingProxyType({
    "from_day": "2024-09-20", "to_day": "2025-03-19", "supporter": "Lý Văn N, Tổ công tác", "family": "Nguyễn Văn S",
})  # fmt: skip
PAGE = MappingProxyType({
    "volume": "01", "opened_on": "2024-01-02", "order": 7, "duration": "06 tháng", "registered": 7, "under_way": 5,
    "completed": 1, "compiled_by": {"name": "Lý Văn N", "position": "Công chức"},
})  # fmt: skip


def registration(**stated: Any) -> Case:
    return case_2022(REGISTRATION, {**PLANNED, **stated})


def test_registration_reads_as_the_gazette_prints_it() -> None:
    text = printed(REGISTRATION, registration())
    assert_in_order(text, (
        "Mẫu số 22", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Mai Dịch, ngày 01 tháng 11",
        "ĐĂNG KÝ CAI NGHIỆN MA TÚY TỰ NGUYỆN", "Kính gửi: Ủy ban nhân dân phường Mai Dịch", "1. Thông tin người đăng ký:",
        "- Họ và tên (viết in hoa): NGUYỄN VĂN A", "- Số CCCD/CMND/Hộ chiếu: 001098000001; ngày cấp: 15/03/2022; nơi cấp:",
        "- Nơi cư trú: ", "- Số điện thoại: 0900000001", "- Quan hệ với người tự nguyện cai nghiện: chính người cai nghiện",
        "2. Thông tin người cai nghiện ma túy tự nguyện:", "- Điện thoại liên hệ: 0900000001",
        "3. Đăng ký cai nghiện ma túy tự nguyện với các nội dung sau:", "3.1. Địa điểm cai nghiện dự kiến",
        "☒ a) Tự nguyện cai nghiện tại gia đình, cộng đồng", "☐ b) Tự nguyện cai nghiện tại cơ sở cai nghiện",
        "Ghi rõ tên cơ sở cai nghiện: không", "3.2. Thời gian cai nghiện ma túy tự nguyện dự kiến: 06 tháng.",
        "3.3. Dự kiến kế hoạch cai nghiện tự nguyện:", "TT", "Nội dung", "Địa điểm thực hiện", "Xây dựng kế hoạch cai nghiện.",
        "☒ Tại gia đình, cộng đồng (ghi rõ địa chỉ nhà (tổ, thôn, xóm, bản)): tổ 5, phường Mai Dịch",
        "Điều trị cắt cơn, giải độc", "☒ Tại cơ sở cung cấp dịch vụ cai nghiện (ghi rõ tên, địa chỉ): Cơ sở Ví Dụ",
        "Phục hồi hành vi, nhân cách.", "Học nghề, dự kiến kế hoạch hòa nhập", "4. Cam kết của người cai nghiện ma túy:",
        "5. Cam kết của đại diện gia đình hoặc người đại diện theo pháp luật:", "hòa nhập cộng đồng, xã hội./.",
        "NGƯỜI ĐĂNG KÝ", "ĐẠI DIỆN GIA ĐÌNH", "XÁC NHẬN CỦA CÁN BỘ TIẾP NHẬN", "Nguyễn Văn A", "Nguyễn Văn S", "Lý Văn N",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(REGISTRATION, registration())


def test_a_relative_registers_for_the_person_at_a_centre() -> None:
    text = printed(REGISTRATION, registration(registrant=MOTHER, where={"centre": "Cơ sở cai nghiện số 9"}))
    assert_in_order(text, (
        "(viết in hoa): PHAN THỊ T", "- Ngày, tháng, năm sinh: 03/1970", "cai nghiện: mẹ", "(viết in hoa): NGUYỄN VĂN A",
        "☐ a)", "☒ b)", "Ghi rõ tên cơ sở cai nghiện: Cơ sở cai nghiện số 9", "☐ Tại gia đình", "): không", "Phan Thị T",
    ))  # fmt: skip
    assert "☒ Tại" not in text


def test_a_minor_is_registered_by_the_representative() -> None:
    with pytest.raises(MissingValue, match=r"116-22.*registrant"):
        printed(REGISTRATION, case_2022(REGISTRATION, PLANNED, track="minor"))


@pytest.mark.parametrize("stated", [{"where": {}}, {"where": None}, {"months": 5}])
def test_rehab_has_one_place_and_six_months_at_least(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        registration(**stated)


def test_register_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(REGISTER, PAGE)
    text = printed(REGISTER, case)
    assert_in_order(text, (
        "Mẫu số 23", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "SỔ ĐĂNG KÝ CAI NGHIỆN MA TÚY TỰ NGUYỆN", "QUYỂN SỐ: 01",
        "Mở ngày 02 tháng 01 năm 2024", "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CCCD/ CMND/Hộ chiếu",
        "Nơi cư trú", "Thời gian cai nghiện", "Địa điểm cai nghiện", "Ghi chú", "1", "8", "7", "Nguyễn Văn A", "06 tháng",
        "gia đình", "không", "(Tính từ ngày 01 tháng 01 năm 2024 đến ngày 31 tháng 12 năm 2024)",
        "1. Tổng số người đăng ký cai nghiện tự nguyện: 7", "2. Tổng số người đang trong thời gian cai nghiện tự nguyện: 5",
        "3. Tổng số người hoàn thành cai nghiện tự nguyện: 1", "NGƯỜI LẬP", "(Ký và ghi rõ họ tên, chức vụ)",
        "Mai Dịch, ngày 01 tháng 11 năm 2024", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lý Văn N Công chức", "Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(REGISTER, case)


def test_decision_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(DECISION, DECIDED)
    text = printed(DECISION, case)
    assert_in_order(text, (
        "Mẫu số 24", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Số: 05/QĐ-UBND", "QUYẾT ĐỊNH",
        "Cai nghiện ma túy tự nguyện tại gia đình, cộng đồng", "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH",
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015; Luật sửa đổi, bổ sung",
        "Căn cứ Nghị định số 116/2021/NĐ-CP ngày 21 tháng 12 năm 2021", "Theo đề nghị của Trưởng Công an phường Mai Dịch",
        "QUYẾT ĐỊNH:", "Điều 1. Cai nghiện ma túy tự nguyện tại gia đình, cộng đồng đối với:", "1. Ông (bà): Nguyễn Văn A",
        "2. Thời gian cai nghiện: từ ngày 20/09/2024 đến ngày 19/03/2025",
        ("Điều 2. Giao cho: Lý Văn N, Tổ công tác và gia đình ông (bà): Nguyễn Văn S phối hợp hỗ trợ, quản lý ông (bà): Nguyễn "
        "Văn A thực hiện cai nghiện ma túy tự nguyện theo đăng ký."),
        "Điều 3. Quyết định này có hiệu lực kể từ ngày 01 tháng 11 năm 2024.", "thi hành Quyết định này./.", "- Như Điều 3;",
        "- Lưu: VT Ủy ban nhân dân.", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "(Ký và ghi rõ họ tên, đóng dấu)", "Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(DECISION, case)


def test_the_same_form_decides_on_substitution_treatment() -> None:
    text = printed(DECISION, case_2022(DECISION, {**DECIDED, "treatment": "substitution"}))
    assert_in_order(text, (
        "Điều trị nghiện các chất dạng thuốc phiện bằng thuốc thay thế", "Điều 1. Điều trị nghiện", "2. Thời gian điều trị:",
        "thực hiện điều trị nghiện các chất dạng thuốc phiện bằng thuốc thay thế theo đăng ký.",
    ))  # fmt: skip
    assert "ai nghiện ma túy tự nguyện" not in text


@pytest.mark.parametrize(("book", "law"), [
    ("2025-03", "Căn cứ Luật Tổ chức chính quyền địa phương năm 2025;"),
    ("2025-07", "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;"),
])  # fmt: skip
def test_a_later_decision_cites_the_law_of_its_period(book: str, law: str) -> None:
    assert law in printed(DECISION, case_2022(DECISION, DECIDED, book=book))
