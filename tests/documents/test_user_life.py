"""III-05: the summary of the life of a managed user."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms import all_forms
from tests.documents.cases import at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

FORM = all_forms()["III-05"]
STATED: MappingProxyType[str, Any] = MappingProxyType({
    "schooling": "lower_secondary", "drug_sanctions": True,
    "decisions": ["số 20/QĐ-XPHC ngày 03/04/2025 của Công an phường Mai Dịch, cảnh cáo"], "psychosis": False,
    "first_found": "ngày 03/04/2025", "substances": ["heroin", "amphetamine"], "manners": ["inhaled"], "rehabs": 0,
    "father": {
        "name": "Nguyễn Văn S", "identity": "001068000002", "issued_by": "Cục Cảnh sát", "issued_on": "2022-04-20",
    },
    "frequency": "01 lần/tuần", "dose": "0,1 gam",
})  # fmt: skip


def case(without: str = "", facts: dict[str, Any] | None = None, **changes: Any) -> Case:
    stated = {name: value for name, value in {**STATED, **changes}.items() if name != without}
    return drawn_case(FORM, stated, when=at(9, 8), **(facts or {}))


def text(drawn: Case) -> str:
    return printed(FORM, drawn).replace("     ", " ")


def test_summary_reads_as_the_gazette_prints_it() -> None:
    paper = text(case())
    assert_in_order(paper, (
        "Mẫu số 05", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", "Mai Dịch, ngày 08 tháng 9 năm 2026",
        "Ảnh 3 x 4,", "đóng dấu", "giáp lai", "BẢN TÓM TẮT LÝ LỊCH", "1. Họ và tên: Nguyễn Văn A",
        "2. Tên gọi khác: A Đen", "3. Giới tính (Nam/Nữ): Nam", "4. Ngày, tháng, năm sinh: 20/05/1998", "5. Quê quán: ",
        "6. Nơi thường trú/tạm trú: ", "7. Nơi ở hiện tại: ", "8. Số CMND/CCCD/CC/Hộ chiếu: 001098000001; nơi cấp: ",
        "ngày cấp: 15/03/2022", "9. Dân tộc: Kinh: ☒ Khác: không", "10. Tôn giáo: Có: ☐ Không: ☒",
        "11. Trình độ văn hóa:", "+ Chưa đi học: ☐ + Tiểu học: ☐ + THCS: ☒",
        "+ THPT: ☐ + Đại học, trung cấp, cao đẳng: ☐ + Sau đại học: ☐", "12. Quốc tịch: Việt Nam",
        "13. Họ tên cha: Nguyễn Văn S",
        "Số CMND/CCCD/CC/Hộ chiếu: 001068000002; nơi cấp: Cục Cảnh sát; ngày cấp: 20/04/2022",
        "14. Họ tên mẹ: Phan Thị T", "Số CMND/CCCD/CC/Hộ chiếu: không; nơi cấp: không; ngày cấp: không",
        "15. Nghề nghiệp; nơi làm việc/học tập: lao động tự do; không", "16. Nhân thân:",
        "+ Có tiền án các tội về ma túy: ☐", "+ Bị xử lý vi phạm hành chính về ma túy: ☒",
        "+ Có tiền án về tội phạm khác: ☐", "+ Bị xử lý vi phạm hành chính khác: ☐", "Các quyết định xử phạt",
        "Lần 1: số 20/QĐ-XPHC", "17. Có biểu hiện loạn thần (ngáo đá): Có: ☐ Không: ☒",
        "18. Thời điểm", "khai nhận bắt đầu sử dụng trái phép chất ma túy: 15/3/2020",
        "19. Thời điểm bị phát hiện sử dụng trái phép chất ma túy lần đầu tiên: ngày 03/04/2025",
        "20. Loại ma túy sử dụng:", "+ Thuốc phiện: ☐ + Cocain: ☐ + Cần sa: ☐", "+ Heroine: ☒ + Ketamine: ☐",
        "+ Amphetamine/Methamphetamine: ☒ + Ma túy khác: ☐", "+ Sử dụng nhiều loại ma túy: ☒",
        "21. Hình thức sử dụng ma túy:", "+ Tiêm chích: ☐ + Hít: ☒", "+ Uống: ☐ + Khác: ☐",
        "+ Sử dụng nhiều hình thức: ☐", "22. Đã từng cai nghiện: không. Nếu có, số lần cai nghiện:",
        "+ 1 lần: ☐ + 2 lần: ☐ + 3 lần: ☐ + Từ 4 lần trở lên: ☐", "Cụ thể: không",
        "23. Tần suất sử dụng ma túy (theo ngày, tuần, tháng): 01 lần/tuần",
        "24. Liều lượng ma túy mỗi lần sử dụng: 0,1 gam",
        "25. Thông tin liên hệ của người sử dụng trái phép chất ma túy hoặc người đại diện:",
        "Số điện thoại: 0900000001", "Tài khoản mạng xã hội (nếu có): không", "NGƯỜI LẬP BẢN TÓM TẮT LÝ LỊCH",
        "(Ký, ghi rõ họ tên)", "THỦ TRƯỞNG ĐƠN VỊ", "(Ký, ghi rõ họ tên, đóng dấu)", "Đại úy Lý Văn N",
        "Thượng tá Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(paper)
    assert "Số: 05" not in paper
    assert_stored_content_prints_the_same_bytes(FORM, case())


def test_of_a_minority_with_a_religion_and_no_punishments() -> None:
    drawn = case(without="decisions", drug_sanctions=False, psychosis=True)
    person = drawn.person.model_copy(update={"ethnicity": "Mường", "religion": "Công giáo"})
    assert_in_order(text(replace(drawn, person=person)), (
        "9. Dân tộc: Kinh: ☐ Khác: Mường", "10. Tôn giáo: Có: ☒ Không: ☐", "biện pháp xử lý hành chính): không",
        "17. Có biểu hiện loạn thần (ngáo đá): Có: ☒ Không: ☐",
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("times", "line"), [(2, "+ 2 lần: ☒"), (4, "+ Từ 4 lần trở lên: ☒"), (7, "+ Từ 4 lần trở lên: ☒")]
)
def test_earlier_rehab_is_counted_and_told(times: int, line: str) -> None:
    told = "Cơ sở cai nghiện số 1, năm 2024"
    paper = text(case(rehabs=times, rehab_details=told))
    assert_in_order(paper, ("22. Đã từng cai nghiện: có.", line, f"Cụ thể: {told}"))


@pytest.mark.parametrize(("field", "fact"), [
    ("first_use", "background"), ("compiled_by", "compiled_by"), ("rehab_details", "earlier_rehab"),
])  # fmt: skip
def test_what_nobody_recorded_must_be_stated(field: str, fact: str) -> None:
    unknown = case(facts={fact: None}, rehabs=1)
    with pytest.raises(MissingValue) as missing:
        FORM.gather(unknown)
    assert (missing.value.form, missing.value.field) == ("III-05", f"particulars.III-05.{field}")
    known = case(facts={fact: None}, rehabs=1, **{field: "như đã khai"})
    assert "như đã khai" in text(known)


def test_parents_nobody_knows_are_written_as_none() -> None:
    unknown = case(without="father", facts={"background": None}, first_use="năm 2020")
    assert_in_order(text(unknown), ("13. Họ tên cha: không", "14. Họ tên mẹ: không"))
