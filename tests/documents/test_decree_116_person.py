"""Forms 30, 31 and 38 of Decree 116/2021: the life summary, the account, the parent's opinion."""

from types import MappingProxyType
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms import all_forms
from tests.documents.cases_2022 import FACTS_2022, case_2022
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

SUMMARY, ACCOUNT, OPINION = (all_forms()[code] for code in ("116-30", "116-31", "116-38"))
MOTHER: MappingProxyType[str, Any] = MappingProxyType({
    "name": "Phan Thị T", "sex": "female", "birth_date": "1970", "identity": "001170000003",
    "identity_issued_on": "20/04/2022", "identity_issued_by": "Cục Ví Dụ", "residence": "số 3 phố Thí Dụ",
    "phone": "0900000003", "relation": "mẹ",
})  # fmt: skip


def opinion(**stated: Any) -> Case:
    return case_2022(OPINION, {"parent": MOTHER, "agrees": True, **stated}, track="minor")


def test_life_summary_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(SUMMARY, {})
    text = printed(SUMMARY, case)
    assert_in_order(text, (
        "Mẫu số 30", "Ảnh 4x6", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Mai Dịch, ngày 01 tháng 11 năm 2024", "LÝ LỊCH TÓM TẮT",
        "của người bị đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc", "I. PHẦN BẢN THÂN NGƯỜI NGHIỆN",
        "1. Họ và tên (viết in hoa): NGUYỄN VĂN A", "3. Số CCCD/CMND/Hộ chiếu: 001098000001", "5. Trình độ đào tạo: 9/12",
        "7. Nơi làm việc/học tập: không", "II. THÀNH PHẦN GIA ĐÌNH", "8. Họ, tên bố: Nguyễn Văn S", "9. Họ, tên mẹ: Phan Thị T",
        "10. Họ, tên vợ/chồng", "11. Họ, tên con", "III. TIỀN ÁN, TIỀN SỰ, QUÁ TRÌNH SỬ DỤNG, CAI NGHIỆN MA TÚY",
        "12. Tiền án", "19. Đã bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        "20. Tham gia điều trị nghiện chất dạng thuốc phiện bằng methadone (có hoặc không): có. Nếu có", "01/09/2024",
        "Tôi xin cam đoan lời khai trên là đúng sự thật.", "XÁC NHẬN CỦA ĐẠI DIỆN GIA ĐÌNH", "NGƯỜI KHAI", "Nguyễn Văn A",
        "XÁC NHẬN CỦA CƠ QUAN LẬP HỒ SƠ", "Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(SUMMARY, case)


def test_the_family_is_stated_where_no_act_recorded_it() -> None:
    with pytest.raises(MissingValue, match=r"116-30.*background"):
        printed(SUMMARY, case_2022(SUMMARY, {}, background=None))
    stated = {"background": FACTS_2022["background"].model_dump() | {"convictions": "01 lần, tội trộm cắp"}}
    text = printed(SUMMARY, case_2022(SUMMARY, stated, background=None, substitution_ended_on=None))
    assert_in_order(
        text, ("không có thì ghi không): 01 lần, tội trộm cắp", "(ghi rõ ngày, tháng, năm): không")
    )


def test_account_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(ACCOUNT, {})
    text = printed(ACCOUNT, case)
    assert_in_order(text, (
        "Mẫu số 31", "Mai Dịch, ngày 01 tháng 11 năm 2024", "BẢN TƯỜNG TRÌNH", "Về hành vi sử dụng trái phép chất ma túy",
        "1. Họ và tên (viết in hoa): NGUYỄN VĂN A", "Số CCCD/CMND/Hộ chiếu", "Nơi cư trú hoặc chỗ ở hiện nay",
        "Trình độ đào tạo: 9/12", "Nghề nghiệp: lao động tự do", "Nơi làm việc/học tập: không",
        "2. Tôi xin tường trình về hành vi sử dụng ma túy trái phép của bản thân như sau: (loại ma túy", "lần cuối vào ngày 08/9/2024",
        "3. Các biện pháp cai nghiện (tự nguyện và bắt buộc) đã thực hiện (có hoặc không): không; Nếu CÓ",
        "4. Tham gia điều trị nghiện chất dạng thuốc phiện bằng methadone (có hoặc không): có; Nếu CÓ", "01/09/2024",
        "NGƯỜI TƯỜNG TRÌNH", "Nguyễn Văn A",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(ACCOUNT, case)


def test_what_was_done_about_it_is_answered_yes_or_no() -> None:
    stated = {"rehab": "02 lần tại Cơ sở Ví Dụ"}
    text = printed(ACCOUNT, case_2022(ACCOUNT, stated, substitution_ended_on=None))
    assert_in_order(text, (
        "(có hoặc không): có; Nếu CÓ", "cơ sở cai nghiện tự nguyện: 02 lần tại Cơ sở Ví Dụ",
        "bằng methadone (có hoặc không): không; Nếu CÓ", "(ghi rõ ngày, tháng, năm): không",
    ))  # fmt: skip


def test_a_representative_gives_the_account_in_the_person_s_place() -> None:
    text = printed(ACCOUNT, case_2022(ACCOUNT, {"representative": MOTHER}, track="minor"))
    assert_in_order(text, (
        "(viết in hoa): NGUYỄN VĂN A", "(viết in hoa): PHAN THỊ T; Giới tính: Nữ", "Quan hệ với người bị đề nghị: mẹ",
        "trái phép của ông (bà) Nguyễn Văn A như sau", "NGƯỜI TƯỜNG TRÌNH", "Phan Thị T",
    ))  # fmt: skip


def test_parents_opinion_reads_as_the_gazette_prints_it() -> None:
    text = printed(OPINION, opinion())
    assert_in_order(text, (
        "Mẫu số 38", "Mai Dịch, ngày 01 tháng 11 năm 2024", "BẢN XÁC NHẬN",
        ("Ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp về việc áp dụng biện pháp đưa vào cơ sở cai nghiện bắt "
        "buộc đối với người từ đủ 12 đến dưới 18 tuổi"), "Kính gửi: Ủy ban nhân dân phường Mai Dịch",
        "1. Tôi tên là (viết in hoa): PHAN THỊ T; Giới tính: Nữ", "Số CCCD/CMT/HC: 001170000003; Ngày cấp: 20/04/2022",
        "Nơi cấp: Cục Ví Dụ", "Nơi cư trú hoặc chỗ ở hiện nay", "Điện thoại liên lạc: 0900000003",
        "2. Quan hệ với người nghiện ma túy: mẹ",
        "3. Tôi đồng ý áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc đối với:", "(viết in hoa): NGUYỄN VĂN A",
        "Tên gọi khác (nếu có): A Đen", "Số CCCD/CMT/HC: 001098000001", "4. Ý kiến khác (nếu có): không",
        "ĐẠI DIỆN GIA ĐÌNH", "Phan Thị T",
    ))  # fmt: skip
    assert "hành chính" not in text.replace("Cục Cảnh sát quản lý hành chính về trật tự xã hội", "")
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(OPINION, opinion())


def test_a_parent_may_refuse_and_say_why() -> None:
    text = printed(OPINION, opinion(agrees=False, remarks="xin cai nghiện tại nhà"))
    assert_in_order(text, ("3. Tôi không đồng ý áp dụng", "4. Ý kiến khác (nếu có): xin cai nghiện tại nhà"))
