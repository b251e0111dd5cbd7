"""V-47 to V-49: leaving the centre for criminal proceedings or a funeral."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, MissingValue
from documents.form import Form
from documents.forms import all_forms
from models.law.facts import Representative
from tests.documents.cases import at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

LENDING, REQUEST, LEAVE = (all_forms()[code] for code in ("V-47", "V-48", "V-49"))
LENT = {
    "request_number": "15/CSĐT", "request_on": "2026-12-10", "requester": "Cơ quan Cảnh sát điều tra Công an thành phố Hà Nội",
    "request_about": "đưa người làm chứng đến lấy lời khai", "unit": "Đội Quản lý học viên",
}  # fmt: skip
APPLICANT = {
    "name": "Phan Thị T", "sex": "Nữ", "birth": "1971", "id_number": "001171000002", "id_issued_on": "01/02/2022",
    "id_issued_by": "Cục Cảnh sát quản lý hành chính về trật tự xã hội", "residence": "số 3 phố Thí Dụ", "phone": "0900000003",
    "relation": "mẹ",
}  # fmt: skip
REQUESTED = {
    "applicant": APPLICANT,
    "deceased": "bố là Nguyễn Văn S",
    "from_on": "2026-12-16",
    "until_on": "2026-12-20",
}
GRANTED = {
    "applicant": "Phan Thị T", "application_on": "2026-12-15", "unit": "Đội Quản lý học viên", "until_on": "2026-12-20",
}  # fmt: skip


def case(form: Form, particulars: dict[str, Any], **changes: Any) -> Case:
    stated = {"leave_until": at(12, 18, 17), "funeral_from": at(12, 16, 7)} | changes
    return drawn_case(form, particulars, by="centre", when=at(12, 15), **stated)


def test_lending_decision_reads_as_the_gazette_prints_it() -> None:
    text = printed(LENDING, case(LENDING, LENT))
    whole = "Tạm thời đưa người cai nghiện ra khỏi cơ sở cai nghiện ma túy công lập, trường giáo dưỡng theo yêu cầu của cơ quan tố tụng hình sự"
    assert_in_order(text, (
        "Mẫu số 47", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CƠ SỞ CAI NGHIỆN MA TÚY CÔNG LẬP SỐ 9", "Số: 05/QĐ-TĐC", "QUYẾT ĐỊNH", whole,
        "TRƯỞNG CƠ SỞ CAI NGHIỆN MA TÚY CÔNG LẬP SỐ 9", "Căn cứ Luật Phòng, chống ma túy năm 2025;", "Căn cứ Nghị định số 163/2026",
        "Căn cứ Văn bản số 15/CSĐT ngày 10/12/2026 của Cơ quan Cảnh sát điều tra Công an thành phố Hà Nội về việc đưa người làm chứng",
        "Theo đề nghị của Đội Quản lý học viên.", "QUYẾT ĐỊNH:", f"Điều 1. {whole} đối với:",
        "1. Họ, tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
        "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: ",
        "Địa chỉ liên hệ: số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội; Số điện thoại: 0900000001",
        "2. Thời hạn: từ ngày 15 tháng 12 năm 2026 đến 17 giờ 00 phút, ngày 18 tháng 12 năm 2026.",
        ("3. Cơ quan Cảnh sát điều tra Công an thành phố Hà Nội có trách nhiệm đưa người cai nghiện trở lại cơ sở cai nghiện "
        "đúng thời hạn theo đề nghị."), "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 3. Người cai nghiện ma túy có tên tại Điều 1", "thi hành Quyết định này./.", "- Như Điều 3;",
        "- Giám đốc Công an thành phố Hà Nội;",
        "- Cục trưởng Cục Cảnh sát quản lý trại giam, cơ sở giáo dục bắt buộc, trường giáo dưỡng;",
        "- Cơ quan Cảnh sát điều tra Công an thành phố Hà Nội;", "- Lưu: VT, hồ sơ.", "TRƯỞNG CƠ SỞ",
        "(Ký, ghi rõ họ tên, đóng dấu)", "Trung tá Đặng Văn H",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(LENDING, case(LENDING, LENT))


def test_a_requesting_court_is_named_as_the_agency_that_brings_the_person_back() -> None:
    text = printed(LENDING, case(LENDING, LENT | {"requester": "Tòa án nhân dân khu vực 9 - Hà Nội"}))
    assert "3. Cơ quan Tòa án nhân dân khu vực 9 - Hà Nội có trách nhiệm đưa" in text


def test_funeral_application_reads_as_the_gazette_prints_it() -> None:
    text = printed(REQUEST, case(REQUEST, REQUESTED))
    assert_in_order(text, (
        "Mẫu số 48", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Ba Vì, ngày 15 tháng 12 năm 2026", "ĐƠN ĐỀ NGHỊ",
        "Cho phép người đang chấp hành biện pháp cai nghiện về chịu tang",
        "Kính gửi: Trưởng Cơ sở cai nghiện ma túy công lập số 9", "1. Tôi tên là (viết in hoa): PHAN THỊ T; Giới tính: Nữ",
        "Ngày, tháng, năm sinh: 1971", "Số CC/CCCD/CMND/HC: 001171000002; Ngày cấp: 01/02/2022", "Nơi cấp: ",
        "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ", "Điện thoại liên hệ: 0900000003",
        "Quan hệ với người đang chấp hành biện pháp đưa đi cai nghiện: mẹ",
        ("2. Tôi làm đơn này đề nghị Trưởng Cơ sở cai nghiện ma túy công lập số 9 xem xét, cho phép người đang chấp hành biện "
        "pháp đưa đi cai nghiện dưới đây được về chịu tang bố là Nguyễn Văn S:"), "Họ, tên (viết in hoa): NGUYỄN VĂN A",
        "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ", "3. Thời gian chịu tang: từ ngày 16/12/2026 đến 20/12/2026.",
        "4. Tôi xin cam kết quản lý, giám sát không để Nguyễn Văn A sử dụng ma túy trái phép", "do tôi chi trả.",
        "Kính đề nghị Trưởng Cơ sở cai nghiện ma túy công lập số 9 xem xét, giải quyết.",
        "XÁC NHẬN CỦA UBND CẤP XÃ", "(Ký, ghi rõ họ, tên, chức vụ, đóng dấu)", "NGƯỜI LÀM ĐƠN", "(Ký, ghi rõ họ, tên)",
        "Phan Thị T",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(REQUEST, case(REQUEST, REQUESTED))


def test_funeral_leave_reads_as_the_gazette_prints_it() -> None:
    text = printed(LEAVE, case(LEAVE, GRANTED))
    assert_in_order(text, (
        "Mẫu số 49", "CƠ SỞ CAI NGHIỆN MA TÚY CÔNG LẬP SỐ 9", "Số: 05/QĐ-CSCN", "QUYẾT ĐỊNH",
        "Cho phép người đang chấp hành biện pháp cai nghiện về chịu tang", "TRƯỞNG CƠ SỞ CAI NGHIỆN MA TÚY CÔNG LẬP SỐ 9",
        "Căn cứ Luật Phòng, chống ma túy năm 2025;", "Căn cứ Nghị định số 163/2026",
        "về chịu tang của Ông (bà) Phan Thị T ngày 15 tháng 12 năm 2026;", "Theo đề nghị của Đội Quản lý học viên.",
        "QUYẾT ĐỊNH:", "Điều 1. Cho phép người đang chấp hành biện pháp cai nghiện dưới đây được về chịu tang:",
        "1. Họ, tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam",
        "- Họ và tên cha/mẹ/người giám hộ/người đại diện hợp pháp: không", "Địa chỉ liên hệ: số 3 phố Thí Dụ",
        "2. Thời hạn về chịu tang: từ ngày 16/12/2026 đến 20/12/2026.", "Điều 2. Ông/bà Phan Thị T có trách nhiệm quản lý",
        "chi trả mọi chi phí đón, đưa trở lại cơ sở cai nghiện.", "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 4. Những người có tên tại Điều 1", "thi hành Quyết định này./.", "- Gia đình ông (bà) Nguyễn Văn A;",
        "- Ủy ban nhân dân phường Mai Dịch;", "- Lưu: VT, hồ sơ.", "TRƯỞNG CƠ SỞ CAI NGHIỆN", "Trung tá Đặng Văn H",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(LEAVE, case(LEAVE, GRANTED))


def test_a_minor_s_leave_names_the_parent_and_who_is_responsible() -> None:
    mother = Representative(name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ")
    stated = GRANTED | {
        "parent_phone": "0900000002",
        "responsible": "Nguyễn Văn C",
        "committee": "Ủy ban nhân dân xã Ba Vì",
    }
    text = printed(LEAVE, case(LEAVE, stated, track="minor", representative=mother))
    assert_in_order(text, (
        "người đại diện hợp pháp: Nguyễn Thị B", "Số điện thoại: 0900000002", "Ông/bà Nguyễn Văn C có trách nhiệm",
        "- Ủy ban nhân dân xã Ba Vì;",
    ))  # fmt: skip


@pytest.mark.parametrize("until", [date(2026, 12, 15), date(2026, 12, 22)])
def test_funeral_leave_lasts_five_days_at_most(until: date) -> None:
    with pytest.raises(ValidationError, match="05 ngày"):
        LEAVE.gather(case(LEAVE, GRANTED | {"until_on": until}))


def test_funeral_leave_needs_the_day_of_the_application_unless_it_is_in_the_file() -> None:
    with pytest.raises(MissingValue, match=r"V-49.*V-48"):
        LEAVE.gather(case(LEAVE, GRANTED | {"application_on": None}))


def test_lending_needs_the_moment_of_return() -> None:
    with pytest.raises(MissingValue, match=r"V-47.*leave_until"):
        LENDING.gather(case(LENDING, LENT, leave_until=None))


@pytest.mark.parametrize(("form", "stated"), [(LENDING, LENT), (REQUEST, REQUESTED), (LEAVE, GRANTED)])
def test_missing_particulars_name_form_and_field(form: Form, stated: dict[str, Any]) -> None:
    with pytest.raises(MissingValue, match=f"particulars.{form.code}"):
        form.gather(replace(case(form, stated), particulars=None))
