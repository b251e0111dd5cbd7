"""TT18-PL03 to TT18-PL06: what a doctor observed, and what follows from it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, Issued, MissingValue
from documents.forms import all_forms
from models.law.facts import Criteria, Representative
from tests.documents.cases import at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

FOUR = Criteria(
    craving=True, loss_of_control=True, tolerance=True, neglect_of_interests=False, persistence_despite_harm=False,
    withdrawal=True, one_month_or_repeated=True,
)  # fmt: skip
SUMMARY: dict[str, Any] = {"kin_name": "Nguyễn Văn S", "kin_phone": "0900000002"}
OBSERVED: dict[str, Any] = {"stopped": True, "unexplained": True, "days": [[1, 3], [1, 6]]}


def case(code: str, stated: dict[str, Any], **facts: Any) -> Case:
    return drawn_case(all_forms()[code], stated, by="facility", when=at(9, 11, 15), **facts)


def text_of(code: str, stated: dict[str, Any], **facts: Any) -> str:
    return printed(all_forms()[code], case(code, stated, **facts))


def assert_whole(code: str, stated: dict[str, Any], pieces: tuple[str, ...], **facts: Any) -> None:
    text = text_of(code, stated, **facts)
    assert_in_order(
        text,
        (
            f"Phụ lục số {code[-2:]}",
            "SỞ Y TẾ THÀNH PHỐ HÀ NỘI",
            "Tên cơ sở: Bệnh viện Đa khoa Mai Dịch",
            *pieces,
        ),
    )
    assert "CỘNG HÒA" not in text
    assert_nothing_left_over(text.replace("     ", " "))
    assert_stored_content_prints_the_same_bytes(all_forms()[code], case(code, stated, **facts))


def test_summary_reads_as_the_circular_prints_it() -> None:
    assert_whole("TT18-PL03", SUMMARY, (
        "PHIẾU TỔNG HỢP THEO DÕI", "để xác định tình trạng nghiện ma túy", "I. Thông tin cá nhân", "1. Họ và tên: Nguyễn Văn A",
        "2. Ngày, tháng, năm sinh: 20/05/1998", "3. Giới tính: ☒ Nam     ☐ Nữ", "4. Số CCCD/CMND/ID/Hộ chiếu: 001098000001",
        "5. Địa chỉ hiện tại: số 3", "6. Điện thoại liên hệ: 0900000001; 7. Email (nếu có): không",
        "8. Họ tên người nhà: Nguyễn Văn S; 9. Điện thoại liên hệ: 0900000002", "10. ☐ Là người tự nguyện",
        "11. ☒ Được đề nghị xác định tình trạng nghiện ma túy theo Giấy đề nghị số 05/GĐN-CAMD ngày 09 tháng 9 năm 2026 của",
        "12. Thời gian tiếp nhận Giấy đề nghị: 09/09/2026", "13. Tiếp nhận người cần xác định tình trạng nghiện ma túy:",
        "14. Địa điểm tiến hành xác định tình trạng nghiện ma túy:", "☒ Ngay tại cơ sở y tế", "☐ Địa điểm khác: không",
        "II. Kết quả theo dõi để xác định tình trạng nghiện ma túy",
        "1. Chất ma túy cần xác định tình trạng nghiện (nếu có): Methamphetamine",
        "2. Kết quả theo dõi các tiêu chuẩn", "TT", "Tiêu chuẩn (Viết chữ có, hoặc không", "Có (*)", "Không",
        "1.\nHam muốn mạnh mẽ", "có\n2.\nKhó khăn", "có\n3.\nCó hiện tượng dung nạp", "có\n4.\nNgày càng trở nên thờ ơ",
        "không\n5.\nTiếp tục sử dụng", "không\n6.\nCó trạng thái cai", "có\nTổng số tiêu chuẩn:\n4\n2", "Ghi chú:", "- * Tiêu chuẩn",
        "III. Kết luận tình trạng nghiện ma túy: Có nghiện ma túy.", "Ngày 11 tháng 9 năm 2026", "BÁC SỸ", "Họ và tên: ",
    ), criteria=FOUR)  # fmt: skip


@pytest.mark.parametrize(("changes", "conclusion"), [
    ({"tolerance": False, "loss_of_control": False}, "ma túy: Không nghiện ma túy."),
    ({"one_month_or_repeated": False}, "ma túy: Không nghiện ma túy, do chưa đáp ứng đủ về mặt thời gian."),
])  # fmt: skip
def test_the_conclusion_follows_from_the_criteria(changes: dict[str, bool], conclusion: str) -> None:
    assert conclusion in text_of("TT18-PL03", SUMMARY, criteria=FOUR.model_copy(update=changes))


def test_before_the_result_is_recorded_the_doctor_states_the_criteria() -> None:
    stated = {**SUMMARY, "criteria": FOUR.model_dump(), "doctor": "Bác sĩ Vũ Thị Q"}
    text = text_of("TT18-PL03", stated, criteria=None, doctor=None)
    assert_in_order(text, ("Có nghiện ma túy.", "Họ và tên: Bác sĩ Vũ Thị Q"))
    for lacking in ("criteria", "doctor"):
        without = case("TT18-PL03", {**stated, lacking: None}, criteria=None, doctor=None)
        with pytest.raises(MissingValue) as missing:
            all_forms()["TT18-PL03"].gather(without)
        assert (missing.value.form, missing.value.field) == ("TT18-PL03", lacking)


def test_who_is_examined_away_has_the_place_named() -> None:
    text = text_of("TT18-PL03", SUMMARY, in_custody=True, examination_place="Nhà tạm giữ Mai Dịch")
    assert_in_order(text, ("☐ Ngay tại cơ sở y tế", "☒ Địa điểm khác: Nhà tạm giữ Mai Dịch"))


def test_who_applied_without_the_police_has_the_application_ticked() -> None:
    made = case("TT18-PL03", SUMMARY, criteria=FOUR)
    applied = Issued("109-01", "", date(2026, 9, 9), "Nguyễn Văn A")
    text = printed(all_forms()["TT18-PL03"], replace(made, issued={"109-01": applied}))
    assert_in_order(text, (
        "10. ☒ Là người tự nguyện đề nghị xác định tình trạng nghiện ma túy, theo Đơn đề nghị ngày 09 tháng 9 năm 2026",
        "11. ☐ Được đề nghị", "theo Giấy đề nghị: không", "12. Thời gian tiếp nhận Giấy đề nghị: không",
    ))  # fmt: skip
    with pytest.raises(MissingValue) as missing:
        all_forms()["TT18-PL03"].gather(replace(made, issued={}))
    assert missing.value.field == "109-02"


def test_opioid_sheet_reads_as_the_circular_prints_it() -> None:
    assert_whole("TT18-PL04", OBSERVED, (
        "PHIẾU THEO DÕI", "để xác định trạng thái cai các chất dạng thuốc phiện", "1. Họ và tên: Nguyễn Văn A",
        "2. Ngày, tháng, năm sinh: 20/05/1998; 3. Giới tính: ☒ Nam     ☐ Nữ",
        "II. Kết quả theo dõi để xác định trạng thái cai các chất dạng thuốc phiện",
        "Xác định có trạng thái cai khi có các dấu hiệu sau:", "1. Có bằng chứng", "☒ Có     ☐ Không",
        "2. Có ít nhất 03 trong số 12 triệu chứng cai", "☒ Có     ☐ Không", "3. Các triệu chứng cai này", "☒ Có     ☐ Không",
        "STT", "Các triệu chứng của trạng thái cai", "Ngày 1\nNgày 2\nNgày 3", "1\nCảm giác thèm chất ma túy\ncó\ncó\n–",
        "2\nNgạt mũi hoặc hắt hơi\nkhông\nkhông\n–", "3\nChảy nước mắt\ncó\nkhông\n–", "12\nNgủ không yên",
        "tối đa là 03 ngày.", "III. Kết luận trạng thái cai các chất dạng thuốc phiện: Có trạng thái cai các chất ma túy.",
        "Ngày 11 tháng 9 năm 2026", "BÁC SỸ", "Họ và tên: ",
    ))  # fmt: skip


def test_stimulant_sheet_reads_as_the_circular_prints_it() -> None:
    assert_whole("TT18-PL05", {**OBSERVED, "days": [[1, 3]], "mood": True}, (
        "(các chất dạng amphetamine, cocain hoặc các chất kích thần khác)", "2. Có ít nhất 02 trong số 06 triệu chứng cai",
        "Ngày 4\nNgày 5", "6\nCó các giấc mơ kỳ quặc khó hiểu\nkhông\n–\n–\n–\n–", "tối đa là 05 ngày.",
        "Có trạng thái cai các chất ma túy; có rối loạn khí sắc (buồn hoặc mất khoái cảm).",
    ))  # fmt: skip


def test_cannabis_sheet_reads_as_the_circular_prints_it() -> None:
    assert_whole("TT18-PL06", {**OBSERVED, "days": [[1], [2], [3], [], [7]]}, (
        "để xác định trạng thái cai cần sa", "2. Có ít nhất 03 trong số 07 triệu chứng cai", "Ngày 5",
        "7\nCó ít nhất 01 trong các triệu chứng sau:", "không\nkhông\nkhông\nkhông\ncó", "Kết luận trạng thái cai cần sa: Có",
    ))  # fmt: skip


@pytest.mark.parametrize(("code", "changes"), [
    ("TT18-PL04", {"stopped": False}),
    ("TT18-PL04", {"unexplained": False}),
    ("TT18-PL04", {"days": [[1, 2], [2]]}),
    ("TT18-PL05", {"mood": False}),
    ("TT18-PL05", {"mood": True, "days": [[4]]}),
])  # fmt: skip
def test_one_sign_that_is_lacking_is_no_withdrawal(code: str, changes: dict[str, Any]) -> None:
    assert ": Không có trạng thái cai các chất ma túy" in text_of(code, OBSERVED | changes)


@pytest.mark.parametrize(("code", "changes"), [
    ("TT18-PL04", {"days": [[13]]}),
    ("TT18-PL04", {"days": [[], [], [], []]}),
    ("TT18-PL05", {"mood": True, "days": [[7]]}),
    ("TT18-PL05", {"days": [[1]]}),
    ("TT18-PL06", {"days": []}),
])  # fmt: skip
def test_what_no_sheet_can_hold_is_refused(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        case(code, OBSERVED | changes)


def test_a_minors_parent_is_the_family_named() -> None:
    mother = Representative(name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ")
    minor = case("TT18-PL03", {}, track="minor", representative=mother)
    assert "8. Họ tên người nhà: Nguyễn Thị B; 9." in printed(all_forms()["TT18-PL03"], minor)
