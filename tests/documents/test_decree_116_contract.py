"""Form 28 of Decree 116/2021: the contract of a rehab service."""

from types import MappingProxyType
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms import all_forms
from tests.documents.cases_2022 import case_2022
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

FORM = all_forms()["116-28"]
STATED: MappingProxyType[str, Any] = MappingProxyType({
    "where": "Cơ sở Ví Dụ", "phone": "0900000009", "account": "0123", "bank": "Ngân hàng Ví Dụ", "scope": "toàn bộ quy trình",
    "form": "nội trú", "time_and_place": "06 tháng, tại cơ sở", "cost": "theo bảng giá", "duties_of_centre": "theo nghị định",
    "duties_of_user": "theo nội quy", "breach": "theo pháp luật dân sự", "first_day": "2024-09-20", "last_day": "2025-03-19",
    "settlement": "khi hết hạn",
})  # fmt: skip
MOTHER = MappingProxyType({
    "name": "Phan Thị T", "sex": "female", "birth_date": "1970-03", "identity": "001170000003",
    "residence": "số 3 phố Thí Dụ", "relation": "mẹ",
})  # fmt: skip


def case(track: str = "adult", **stated: Any) -> Case:
    return case_2022(FORM, {**STATED, **stated}, by="centre", track=track)


def test_contract_reads_as_the_gazette_prints_it() -> None:
    text = printed(FORM, case())
    assert_in_order(text, (
        "Mẫu số 28", "/HĐDVCN", "HỢP ĐỒNG", "Dịch vụ cai nghiện ma túy tự nguyện", "Căn cứ Nghị định số 116/2021/NĐ-CP",
        "Căn cứ khả năng thực hiện của", "chúng tôi gồm:", "I. BÊN CUNG CẤP DỊCH VỤ (BÊN A)", "1. Tên cơ sở: ",
        "2. Họ, tên người đại diện theo pháp luật (viết in hoa): ", "Chức danh: ", "Điện thoại: 0900000009; Fax: không",
        "3. Số tài khoản: 0123 mở tại ngân hàng: Ngân hàng Ví Dụ", "4. Mã số thuế: không", "II. NGƯỜI SỬ DỤNG DỊCH VỤ (BÊN B)",
        "Họ và tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Số điện thoại liên hệ: 0900000001", "Hai bên thống nhất",
        "Điều 1. Bên A chịu trách nhiệm", "- Phạm vi (loại) dịch vụ: toàn bộ quy trình", "2. Chi phí sử dụng dịch vụ",
        "Điều 2. Quyền, trách nhiệm các bên", "Điều 3. Trách nhiệm do vi phạm", "Điều 4. Hiệu lực và chấm dứt hợp đồng",
        "kể từ ngày 20 tháng 9 năm 2024 đến ngày 19 tháng 3 năm 2025.", "2. Thanh lý hợp đồng: khi hết hạn", "Điều 5.",
        "không./.", "ĐẠI DIỆN BÊN B", "ĐẠI DIỆN BÊN A", "Nguyễn Văn A",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert "3. Chế độ hỗ trợ" not in text
    assert_stored_content_prints_the_same_bytes(FORM, case())


def test_private_centre_names_its_licence_and_a_public_one_its_support() -> None:
    licence = {"number": "05/GP-HĐCN", "day": "2022-03-01", "province": "thành phố Hà Nội"}
    text = printed(FORM, case(licence=licence, support="theo Điều 38"))
    assert (
        "Giấy phép hoạt động cai nghiện ma túy số 05/GP-HĐCN ngày 01 tháng 3 năm 2022 do Giám đốc Sở" in text
    )
    assert "3. Chế độ hỗ trợ đối với người tự nguyện cai nghiện: theo Điều 38" in text


def test_a_minors_representative_is_named_and_signs() -> None:
    text = printed(FORM, case("minor", family=MOTHER))
    assert_in_order(
        text,
        ("2. Đại diện gia đình, người đại diện", "PHAN THỊ T; Giới tính: Nữ", "ĐẠI DIỆN BÊN B", "Phan Thị T"),
    )
    with pytest.raises(MissingValue, match=r"116-28.*family"):
        FORM.gather(case("minor"))


def test_a_contract_does_not_end_before_it_begins() -> None:
    with pytest.raises(MissingValue, match=r"116-28.*last_day"):
        FORM.gather(case(last_day="2024-09-19"))
