"""V-44 and V-45: applications to be postponed or exempted."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, MissingValue
from documents.form import Form
from documents.forms import all_forms
from tests.documents.cases import drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)
from tests.documents.test_leave import APPLICANT

OWN, MINORS = all_forms()["V-44"], all_forms()["V-45"]
STATED = {"kind": "hoãn", "reasons": ["Đang ốm nặng"], "papers": ["Giấy xác nhận của bệnh viện", "Bệnh án"]}
DECISION = "theo Quyết định số 05/QĐ-TA ngày 19 tháng 10 năm 2026 của Tòa án nhân dân khu vực 9 - Hà Nội"


def case(form: Form, by: str = "compiler", **changes: Any) -> Case:
    stated = STATED | ({"applicant": APPLICANT} if form is MINORS else {}) | changes
    return drawn_case(form, stated, by=by)


def test_application_reads_as_the_gazette_prints_it() -> None:
    text = printed(OWN, case(OWN))
    assert_in_order(text, (
        "Mẫu số 44", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Mai Dịch, ngày 12 tháng 11 năm 2026", "ĐƠN ĐỀ NGHỊ",
        "Hoãn chấp hành quyết định đưa đi cai nghiện", "Kính gửi: Tòa án nhân dân khu vực 9 - Hà Nội",
        "1. Tôi tên là (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
        "Số CC/CCCD/CMND/HC: 001098000001; Ngày cấp: 15/03/2022", "Nơi cấp: ",
        "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ", "Điện thoại liên hệ: 0900000001",
        ("2. Tôi làm đơn này đề nghị Tòa án nhân dân khu vực 9 - Hà Nội xem xét hoãn chấp hành biện pháp đưa đi cai nghiện "
        f"{DECISION} với lí do sau:"), "1) Đang ốm nặng.", "Tài liệu xác nhận kèm theo gồm:", "1) Giấy xác nhận của bệnh viện;",
        "2) Bệnh án.", "Kính đề nghị Tòa án nhân dân khu vực 9 - Hà Nội xem xét, chấp thuận.",
        "XÁC NHẬN CỦA CƠ QUAN LẬP HỒ SƠ", "(Ký, ghi rõ họ, tên, chức vụ, đóng dấu)", "NGƯỜI LÀM ĐƠN", "(Ký, ghi rõ họ, tên)",
        "Thượng tá Trần Văn B Trưởng Công an phường", "Nguyễn Văn A",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(OWN, case(OWN))


def test_application_for_a_minor_names_the_applicant_then_the_minor() -> None:
    text = printed(MINORS, case(MINORS, kind="miễn"))
    assert_in_order(text, (
        "Mẫu số 45", "ĐƠN ĐỀ NGHỊ", ("Miễn chấp hành quyết định đưa đi cai nghiện ma túy của cha, mẹ, người giám hộ hoặc người đại "
        "diện hợp pháp của người từ đủ 12 đến dưới 18 tuổi"), "Kính gửi: Tòa án nhân dân khu vực 9 - Hà Nội",
        "1. Tôi tên là (viết in hoa): PHAN THỊ T; Giới tính: Nữ", "Số CC/CCCD/CMND/HC: 001171000002; Ngày cấp: 01/02/2022",
        "Điện thoại liên hệ: 0900000003", "Quan hệ với người bị đưa vào cơ sở cai nghiện bắt buộc: mẹ",
        ("2. Tôi làm đơn này đề nghị Tòa án nhân dân khu vực 9 - Hà Nội xem xét miễn chấp hành biện pháp đưa đi cai nghiện ma túy "
        "đối với:"), "Họ, tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ",
        f"xem xét miễn chấp hành biện pháp đưa đi cai nghiện {DECISION} với lý do sau:", "1) Đang ốm nặng.",
        "Tài liệu xác nhận kèm theo gồm:", "xem xét, chấp thuận.", "XÁC NHẬN CỦA CƠ QUAN LẬP HỒ SƠ", "NGƯỜI LÀM ĐƠN", "Phan Thị T",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(MINORS, case(MINORS))


def test_voluntary_rehab_is_postponed_by_the_provincial_director() -> None:
    told = {"addressee": "Giám đốc Công an thành phố Hà Nội", "decision": "số 07/QĐ-CAMD ngày 18/9/2026"}
    text = printed(OWN, case(OWN, **told))
    assert_in_order(
        text,
        ("Kính gửi: Giám đốc Công an thành phố Hà Nội", "theo Quyết định số 07/QĐ-CAMD ngày 18/9/2026 với"),
    )
    assert "Tòa án" not in text


def test_only_the_compiling_agency_is_named_as_the_one_that_confirms() -> None:
    assert "Trần Văn B" not in printed(OWN, case(OWN, by="finder"))


def test_proof_must_be_enclosed() -> None:
    with pytest.raises(ValidationError, match="papers"):
        case(OWN, papers=[])


@pytest.mark.parametrize("form", [OWN, MINORS])
def test_missing_particulars_name_form_and_field(form: Form) -> None:
    with pytest.raises(MissingValue, match=f"particulars.{form.code}"):
        form.gather(replace(case(form), particulars=None))
