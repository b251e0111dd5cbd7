"""109-01 and 109-04: the determination of addiction that a person asks for."""

from dataclasses import replace
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

APPLICATION, RESULT = all_forms()["109-01"], all_forms()["109-04"]
MOTHER = {
    "name": "Nguyễn Thị B", "relation": "mẹ", "identity": "001080000003", "issued_on": "2022-04-20", "issued_by": "Cục Cảnh sát",
}  # fmt: skip
IDENTITY = "Số CMND/CCCD/Hộ chiếu/Định danh cá nhân: 001098000001; ngày cấp: 15/03/2022; Nơi cấp: "


def application(by: str = "compiler", birth: str = "1998-05-20", **stated: Any) -> Case:
    case = drawn_case(APPLICATION, stated, by=by, when=at(9, 9))
    return replace(case, person=case.person.model_copy(update={"birth_date": birth}))


def result(**stated: Any) -> Case:
    return drawn_case(RESULT, {"doctor": "Bác sĩ Hồ Thị P", **stated}, by="facility", when=at(9, 11))


def test_application_reads_as_the_decree_prints_it() -> None:
    paper = printed(APPLICATION, application())
    assert_in_order(paper, (
        "Mẫu số 01", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Mai Dịch, ngày 09 tháng 9 năm 2026", "ĐƠN ĐỀ NGHỊ",
        "Xác định tình trạng nghiện ma túy", "Kính gửi: Bệnh viện Đa khoa Mai Dịch",
        "Tôi là: Nguyễn Văn A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998; Điện thoại: 0900000001",
        "Nơi thường trú: ", "Nơi ở hiện tại: ", IDENTITY,
        "Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp: không", "Địa chỉ liên hệ: số 3 phố Thí Dụ",
        "Tôi tự nguyện làm đơn này, đề nghị Bệnh viện Đa khoa Mai Dịch xác định tình trạng nghiện ma túy cho tôi.",
        "Tôi cam kết tuân thủ đúng các nội quy của Bệnh viện Đa khoa Mai Dịch.", "Mai Dịch, ngày 09 tháng 9 năm 2026",
        "NGƯỜI LÀM ĐƠN", "(Ký, ghi rõ họ tên)", "Nguyễn Văn A",
    ))  # fmt: skip
    assert_nothing_left_over(paper)
    assert "ĐẠI DIỆN" not in paper
    assert_stored_content_prints_the_same_bytes(APPLICATION, application())


def test_application_of_a_person_under_18_needs_who_agrees() -> None:
    with pytest.raises(MissingValue) as missing:
        APPLICATION.gather(application(birth="2010-05-20"))
    assert (missing.value.form, missing.value.field) == ("109-01", "particulars.109-01.consenting")
    minor = application(birth="2010-05-20", consenting=MOTHER, contact_address="số 9 phố Thí Dụ")
    assert_in_order(printed(APPLICATION, minor), (
        "người đại diện hợp pháp: Nguyễn Thị B", "Địa chỉ liên hệ: số 9 phố Thí Dụ", "ĐẠI DIỆN CỦA NGƯỜI LÀM ĐƠN",
        ("Tên tôi là Nguyễn Thị B số CMND/CCCD/hộ chiếu 001080000003 cấp ngày 20/04/2022 tại Cục Cảnh sát là mẹ của Nguyễn "
        "Văn A đồng ý cho Nguyễn Văn A được xác định tình trạng nghiện ma túy tự nguyện tại Bệnh viện Đa khoa Mai Dịch"),
        "(Ký, ghi rõ họ tên)", "NGƯỜI LÀM ĐƠN", "Nguyễn Thị B", "Nguyễn Văn A",
    ))  # fmt: skip


def test_application_goes_to_the_facility_that_draws_it_up_or_that_is_stated() -> None:
    at_the_facility = replace(application(by="facility"), parties={})
    assert "Kính gửi: Bệnh viện Đa khoa Mai Dịch" in printed(APPLICATION, at_the_facility)
    elsewhere = replace(application(facility="Bệnh viện Ví Dụ"), parties={})
    assert "Kính gửi: Bệnh viện Ví Dụ" in printed(APPLICATION, elsewhere)
    with pytest.raises(MissingValue) as missing:
        APPLICATION.gather(replace(application(), parties={}))
    assert (missing.value.form, missing.value.field) == ("109-01", "facility")


def test_result_reads_as_the_decree_prints_it() -> None:
    case = result(result="addicted", substance="Heroine.")
    paper = printed(RESULT, case)
    assert_in_order(paper, (
        "Mẫu số 04", "SỞ Y TẾ THÀNH PHỐ HÀ NỘI", "BỆNH VIỆN ĐA KHOA MAI DỊCH", "Hà Nội, ngày 11 tháng 9 năm 2026",
        "PHIẾU KẾT QUẢ", "Xác định tình trạng nghiện ma túy",
        ("Căn cứ đơn đề nghị xác định tình trạng nghiện ma túy của ông (bà): Nguyễn Văn A, cơ sở y tế Bệnh viện Đa khoa "
        "Mai Dịch trả kết quả xác định tình trạng nghiện ma túy đối với ông (bà) Nguyễn Văn A. Sinh ngày: 20/05/1998"),
        IDENTITY, "Nơi thường trú: ", "Nơi ở hiện tại: ", "KẾT QUẢ", "Nghiện ma túy, tên chất ma túy: Heroine.",
        "THỦ TRƯỞNG ĐƠN VỊ", "(Ký, ghi rõ họ tên, đóng dấu)", "BÁC SỸ/Y SỸ XÁC ĐỊNH TÌNH TRẠNG NGHIỆN MA TÚY",
        "(Ký, ghi rõ họ tên)", "Bác sĩ Phạm Văn D", "Bác sĩ Hồ Thị P",
    ))  # fmt: skip
    assert_nothing_left_over(paper)
    assert "Kính gửi" not in paper
    assert_stored_content_prints_the_same_bytes(RESULT, case)


@pytest.mark.parametrize(("stated", "line"), [
    ({"result": "addicted"}, "KẾT QUẢ\nNghiện ma túy.\n"), ({"result": "not_addicted"}, "KẾT QUẢ\nKhông nghiện ma túy.\n"),
])  # fmt: skip
def test_result_is_one_of_two(stated: dict[str, Any], line: str) -> None:
    assert line in printed(RESULT, result(**stated))
