"""Forms 33, 34 and 39 of Decree 116/2021: back for supplement, or on to the court."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from documents.case import Case, MissingValue, Signing
from documents.forms import all_forms
from tests.documents.cases_2022 import AGENCIES, case_2022
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

RETURN, REQUEST, MINOR = (all_forms()[code] for code in ("116-33", "116-34", "116-39"))
OFFICE = "Phòng Lao động - Thương binh và Xã hội quận Cầu Giấy"
OF_MINOR: MappingProxyType[str, Any] = MappingProxyType({
    "track": "minor", "family_circumstances": "Cha mẹ ly hôn, ở với mẹ", "management_plan": "Khu riêng, học văn hóa",
})  # fmt: skip


def returned(by: str = "labour_office", **changes: Any) -> Case:
    return case_2022(RETURN, {"supplement_by": "2024-10-09"}, by=by, **changes)


def test_return_for_supplement_reads_as_the_gazette_prints_it() -> None:
    text = printed(RETURN, returned())
    assert_in_order(text, (
        "Mẫu số 33", "ỦY BAN NHÂN DÂN QUẬN CẦU GIẤY", "PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI QUẬN CẦU GIẤY", "Số: 05/LĐTBXH",
        "V/v đề nghị bổ sung hồ sơ áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        "Kính gửi: Ủy ban nhân dân phường Mai Dịch",
        (f"Ngày 04 tháng 10 năm 2024, {OFFICE} nhận được hồ sơ, Văn bản số 05/ĐN-CNBB ngày 27 tháng 9 năm 2024 của Ủy ban nhân "
        "dân phường Mai Dịch về việc đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc đối với:"),
        "Họ và tên (viết in hoa): NGUYỄN VĂN A", "Tên gọi khác (nếu có)", "Nơi cư trú hoặc chỗ ở hiện nay",
        "Sau khi xem xét, đối chiếu, hồ sơ đề nghị trên còn thiếu các nội dung sau:", "1) Thiếu bản sao căn cước.",
        f"Đề nghị Ủy ban nhân dân phường Mai Dịch bổ sung hồ sơ trước ngày 09 tháng 10 năm 2024 để {OFFICE} hoàn thiện",
        "theo quy định của pháp luật./.", "- Như trên;", "TRƯỞNG PHÒNG", "Phạm Văn D",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(RETURN, returned())


def test_a_return_states_what_the_dossier_does_not_know() -> None:
    unknown = replace(returned(file_received_for_review_at=None), issued={})
    with pytest.raises(MissingValue, match=r"116-33.*file_received_for_review_at"):
        RETURN.gather(unknown)
    stated = {
        "supplement_by": "2025-10-09", "received_on": "2025-10-06", "compiler": "Tổ Phòng, chống ma túy",
        "proposal": "số 02/BC-CAP ngày 06 tháng 10 năm 2025 của Tổ Phòng, chống ma túy",
    }  # fmt: skip
    case = case_2022(RETURN, stated, by="commune_police", book="2025-07", file_received_for_review_at=None)
    assert_in_order(printed(RETURN, case), (
        "Số: 05/CAP", "Kính gửi: Tổ Phòng, chống ma túy", ("Ngày 06 tháng 10 năm 2025, Công an phường Mai Dịch nhận được hồ sơ, "
        "Văn bản số 02/BC-CAP"), "TRƯỞNG CÔNG AN PHƯỜNG", "Thiếu tá Lê Thị C",
    ))  # fmt: skip


def test_request_to_the_court_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(REQUEST, {}, by="labour_office")
    text = printed(REQUEST, case)
    assert_in_order(text, (
        "Mẫu số 34", "PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI QUẬN CẦU GIẤY", "Số: 05/ĐN-CNBB", "ĐỀ NGHỊ",
        "Xem xét, áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc", "Kính gửi: Tòa án nhân dân quận Cầu Giấy",
        "Tôi là: Phạm Văn D", f"Chức vụ: Trưởng phòng, {OFFICE}.",
        ("1. Đề nghị Tòa án nhân dân quận Cầu Giấy xem xét, quyết định áp dụng biện pháp đưa vào cơ sở cai nghiện ma túy bắt buộc "
        "đối với:"), "(viết in hoa): NGUYỄN VĂN A", "2. Hồ sơ đề nghị kèm theo gồm:", "1) Biên bản vi phạm số 05/BB-VPHC",
        "3. Ông (bà): Nguyễn Văn A chịu trách nhiệm thi hành tại Cơ sở cai nghiện bắt buộc: Cơ sở cai nghiện ma túy số 9, địa chỉ",
        "thành phố Hà Nội./.", "- Như trên;", "TRƯỞNG PHÒNG", "(Ký, ghi rõ họ tên và đóng dấu)", "Phạm Văn D",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(REQUEST, case)


def test_whoever_signs_for_the_head_is_who_asks() -> None:
    case = case_2022(REQUEST, {}, by="labour_office")
    deputy = Signing(by="KT.", name="Ngô Văn L", position="Phó Trưởng phòng")
    signed = replace(REQUEST, gather=lambda _: REQUEST.gather(case).model_copy(update={"signing": deputy}))
    assert_in_order(printed(signed, case), (
        "Tôi là: Ngô Văn L", f"Chức vụ: Phó Trưởng phòng, {OFFICE}.", "KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", "Ngô Văn L",
    ))  # fmt: skip


def test_from_july_2025_the_police_ask_the_regional_court() -> None:
    case = case_2022(REQUEST, {"centre": "Cơ sở Ví Dụ, xã Ba Vì"}, by="commune_police", book="2025-07")
    court = replace(AGENCIES["court"], name="Tòa án nhân dân khu vực 9 - Hà Nội")
    text = printed(REQUEST, replace(case, parties={**case.parties, "court": court}))
    assert_in_order(text, (
        "Kính gửi: Tòa án nhân dân khu vực 9 - Hà Nội", "Chức vụ: Trưởng Công an phường, Công an phường Mai Dịch.",
        "Cơ sở cai nghiện bắt buộc: Cơ sở Ví Dụ, xã Ba Vì./.", "TRƯỞNG CÔNG AN PHƯỜNG",
    ))  # fmt: skip
    assert "Lao động" not in text


def test_request_about_a_minor_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(MINOR, {}, by="labour_office", **OF_MINOR)
    text = printed(MINOR, case)
    assert_in_order(text, (
        "Mẫu số 39", "Số: 05/ĐN-CNBB", "ĐỀ NGHỊ",
        "Xem xét, áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc đối với người từ đủ 12 đến dưới 18 tuổi",
        "Kính gửi: Tòa án nhân dân quận Cầu Giấy", "Tôi là: Phạm Văn D", "Đề nghị Tòa án nhân dân quận Cầu Giấy xem xét",
        "1. Họ và tên (viết in hoa): NGUYỄN VĂN A", "2. Hoàn cảnh gia đình: Cha mẹ ly hôn, ở với mẹ",
        "3. Phương án quản lý tại cơ sở cai nghiện: Khu riêng, học văn hóa", "4. Hồ sơ đề nghị kèm theo gồm:",
        "5. Ông (bà): Nguyễn Văn A chịu trách nhiệm thi hành tại Cơ sở cai nghiện bắt buộc", "./.", "TRƯỞNG PHÒNG",
    ))  # fmt: skip
    assert "hành chính" not in text.replace("Cục Cảnh sát quản lý hành chính về trật tự xã hội", "")
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(MINOR, case)
