"""V-43: the decision to trace a person who escaped."""

from types import MappingProxyType
from typing import Any

from documents.case import Case
from documents.forms import all_forms
from tests.documents.cases import at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

FORM = all_forms()["V-43"]
STATED = MappingProxyType({
    "unit": "Đội Quản lý học viên", "height_m": "1,65", "weight_kg": "58", "marks": "sẹo ở trán",
    "escaped_from": "Cơ sở cai nghiện ma túy công lập số 9", "executors": "Nguyễn Văn M, Trần Văn N",
    "contact": {"name": "Nguyễn Văn M", "phone": "0900000011", "address": "thôn Ví Dụ, xã Ba Vì"},
    "contact_agency": {"name": "Công an xã Ba Vì", "phone": "0900000012", "address": "xã Ba Vì"},
    "recipients": ["Công an phường Mai Dịch"],
})  # fmt: skip


def case(by: str = "centre", **facts: Any) -> Case:
    return drawn_case(FORM, STATED, by=by, escaped_at=at(11, 20, 21, 30), **facts)


def test_wanted_decision_reads_as_the_gazette_prints_it() -> None:
    text = printed(FORM, case())
    assert_in_order(text, (
        "Mẫu số 43", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CƠ SỞ CAI NGHIỆN MA TÚY CÔNG LẬP SỐ 9", "Số: 05/QĐ-CSCN", "QUYẾT ĐỊNH",
        "Truy tìm người nghiện đang được quản lý trong thời gian lập hồ sơ, người đang cai nghiện bắt buộc bỏ trốn",
        "Căn cứ Luật Phòng, chống ma túy năm 2025;", "Theo đề nghị của Đội Quản lý học viên.", "QUYẾT ĐỊNH:", "Điều 1.",
        "1. Họ và tên (viết in hoa): NGUYỄN VĂN A", "2. Đặc điểm nhận dạng:", "Chiều cao: 1,65 m; Cân nặng: 58 kg",
        "Dấu hiệu riêng biệt: sẹo ở trán", "- Họ, tên bố: ", "- Họ, tên mẹ: ", "- Các mối quan hệ liên quan khác: không",
        "4. Đã bỏ trốn khỏi Cơ sở cai nghiện ma túy công lập số 9, hồi 21 giờ 30 phút, ngày 20/11/2026.",
        "- Ông (bà): Nguyễn Văn M; Điện thoại: 0900000011", "- Cơ quan: Công an xã Ba Vì", "Điều 2.",
        "thi hành Quyết định này./.", "- Như Điều 2;", "- Công an phường Mai Dịch;", "ĐẠI DIỆN CƠ QUAN RA QUYẾT ĐỊNH",
        "Trung tá Đặng Văn H",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(FORM, case())


def test_parents_nobody_knows_are_written_as_none() -> None:
    text = printed(FORM, case(background=None))
    assert_in_order(text, ("- Họ, tên bố: không; Tuổi: không", "- Họ, tên mẹ: không; Tuổi: không"))


def test_provincial_police_trace_whoever_was_not_yet_brought() -> None:
    text = printed(FORM, case("provincial_police"))
    assert "Truy tìm người bị áp dụng biện pháp đưa đi cai nghiện bắt buộc bỏ trốn" in text
