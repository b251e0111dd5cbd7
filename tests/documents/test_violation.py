"""MBB01: the minutes of an administrative violation."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, MissingValue
from documents.forms import all_forms
from models.law.facts import Representative
from tests.documents.cases import ISSUED, at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

FORM = all_forms()["MBB01"]
STATED: MappingProxyType[str, Any] = MappingProxyType({
    "sphere": "lĩnh vực ví dụ", "begun_at": "2026-09-07T09:00:00+07:00", "place": "trụ sở Công an phường Mai Dịch",
    "writer": {"name": "Đại úy Lý Văn N", "position": "Cán bộ", "agency": "Công an phường Mai Dịch"},
    "witness": {"name": "Trịnh Văn Q", "occupation": "hưu trí", "residence": "số 5 phố Thí Dụ"},
    "provision": "khoản 1 Điều 99 Nghị định ví dụ", "statement": "thừa nhận hành vi",
})  # fmt: skip
SEIZED = {"name": "bơm kim tiêm", "unit": "chiếc", "quantity": "01", "kind": "nhựa", "state": "đã sử dụng"}


def case(without: str = "", facts: dict[str, Any] | None = None, **changes: Any) -> Case:
    stated = {name: value for name, value in {**STATED, **changes}.items() if name != without}
    drawn = drawn_case(FORM, stated, when=at(9, 7, 9, 40), **(facts or {}))
    return replace(drawn, number="05/BB-VPHC")


def text(**changes: Any) -> str:
    return printed(FORM, case(**changes)).replace("     ", " ")


def born(birth: str) -> Case:
    drawn = case()
    return replace(drawn, person=drawn.person.model_copy(update={"birth_date": birth}))


def test_minutes_read_in_the_order_of_the_form() -> None:
    paper = text()
    assert_in_order(paper, (
        "Mẫu biên bản số 01", "CÔNG AN PHƯỜNG MAI DỊCH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: 05/BB-VPHC",
        "BIÊN BẢN VI PHẠM HÀNH CHÍNH", "Về lĩnh vực ví dụ",
        "Hôm nay, hồi 09 giờ 00 phút, ngày 07/09/2026, tại trụ sở Công an phường Mai Dịch.",
        ("Căn cứ: Phiếu kết quả xét nghiệm chất ma túy trong cơ thể ngày 07/09/2026 của Công an phường Cầu Giấy."),
        "Chúng tôi gồm:", "1. Người có thẩm quyền lập biên bản:", "Họ và tên: Đại úy Lý Văn N; Chức vụ: Cán bộ",
        "Cơ quan: Công an phường Mai Dịch", "2. Với sự chứng kiến của:", "Họ và tên: Trịnh Văn Q; Nghề nghiệp: hưu trí",
        "Địa chỉ: số 5 phố Thí Dụ", "3. Người phiên dịch: không.",
        "Tiến hành lập biên bản vi phạm hành chính đối với ông (bà) có tên sau đây:",
        "1. Họ và tên: Nguyễn Văn A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998; Quốc tịch: Việt Nam",
        "Nghề nghiệp: ", "Nơi ở hiện tại: ", "Số định danh cá nhân/CMND/Hộ chiếu: 001098000001; ngày cấp: ",
        "2. Đã có các hành vi vi phạm hành chính: Hồi 07 giờ 30 phút, ngày 07 tháng 9 năm 2026, tại ",
        "3. Quy định tại: khoản 1 Điều 99 Nghị định ví dụ", "4. Cá nhân/tổ chức bị thiệt hại (nếu có): không",
        "5. Ý kiến trình bày của cá nhân vi phạm: thừa nhận hành vi",
        "6. Ý kiến trình bày của đại diện chính quyền, người chứng kiến (nếu có): không",
        "7. Ý kiến trình bày của cá nhân/tổ chức bị thiệt hại (nếu có): không",
        "8. Chúng tôi đã yêu cầu cá nhân vi phạm chấm dứt ngay hành vi vi phạm.", "9. Các biện pháp ngăn chặn",
        "(nếu có), gồm: không", "10. Quyền và thời hạn giải trình:",
        "a) Không được quyền giải trình (do không thuộc trường hợp quy định tại khoản 1 Điều 61",
        "☒ đối với hành vi vi phạm quy định tại khoản 1 Điều 99 Nghị định ví dụ", "b) Được quyền giải trình",
        "☐ đối với hành vi vi phạm quy định tại: không", "Biên bản lập xong hồi 09 giờ 40 phút, ngày 07/09/2026, gồm ",
        "được lập thành 02 bản", "là cá nhân vi phạm 01 bản, 01 bản lưu hồ sơ.", "CÁ NHÂN VI PHẠM",
        "(Ký, ghi rõ họ và tên)", "NGƯỜI LẬP BIÊN BẢN", "(Ký, ghi rõ chức vụ, họ và tên)", "Nguyễn Văn A",
        "Đại úy Lý Văn N", "Cán bộ", "NGƯỜI CHỨNG KIẾN", "Trịnh Văn Q",
    ))  # fmt: skip
    assert_nothing_left_over(paper)
    for absent in ("BỊ THIỆT HẠI", "ĐẠI DIỆN CHÍNH QUYỀN", "PHIÊN DỊCH", "Tang vật", "Yêu cầu ông", "Lý do"):
        assert absent not in paper
    assert_stored_content_prints_the_same_bytes(FORM, case())


def test_everything_that_may_happen_is_printed_in_its_place() -> None:
    paper = text(
        elsewhere="theo giấy mời", at_office=True, basis=["Biên bản làm việc số 7"], violation="hành vi ví dụ",
        authority={"name": "Đỗ Văn I", "position": "Phó Chủ tịch", "agency": "Ủy ban nhân dân phường Mai Dịch"},
        interpreter={"name": "Vương C", "occupation": "phiên dịch", "residence": "số 8 phố Thí Dụ"},
        harmed={"name": "Công ty Ví Dụ", "signer": "Lê Văn P", "opinion": "đề nghị bồi thường"}, seized=[SEIZED],
        explain_to="Trưởng Công an phường Mai Dịch", electronic="0900000001", unsigned="không đồng ý",
        summons={"at": "2026-09-09T08:00:00+07:00", "place": "trụ sở"}, witness_unsigned="vội về",
        handed_at="2026-09-07T10:00:00+07:00",
    )  # fmt: skip
    assert_in_order(paper, (
        "Lý do lập biên bản tại trụ sở cơ quan của người có thẩm quyền lập biên bản: theo giấy mời",
        "Căn cứ: Biên bản làm việc số 7.", "Họ và tên: Đỗ Văn I; Chức vụ: Phó Chủ tịch", "3. Người phiên dịch:",
        "Họ và tên: Vương C", "hành chính: hành vi ví dụ", "bị thiệt hại (nếu có): Công ty Ví Dụ",
        "bị thiệt hại (nếu có): đề nghị bồi thường", "bị tạm giữ, gồm:", "bơm kim tiêm\nchiếc\n01\nnhựa\nđã sử dụng\nkhông",
        "không tạm giữ thêm thứ gì khác.", "a) Không được", "☐", "b) Được quyền", "☒", "Trong thời hạn 02 ngày làm việc",
        "văn bản yêu cầu được giải trình trực tiếp đến Trưởng Công an phường Mai Dịch", "Trong thời hạn 05 ngày làm việc",
        "văn bản giải trình đến Trưởng", "có mặt vào hồi 08 giờ 00 phút, ngày 09/09/2026, tại trụ sở để giải quyết",
        "Biên bản lập xong", "địa phương: 0900000001", "Lý do ông (bà) Nguyễn Văn A là cá nhân vi phạm không ký",
        "Lý do ông (bà) Trịnh Văn Q không ký xác nhận: vội về", "CÁ NHÂN, TỔ CHỨC BỊ THIỆT HẠI", "ĐẠI DIỆN CHÍNH QUYỀN",
        "Lê Văn P", "Đỗ Văn I", "NGƯỜI PHIÊN DỊCH", "NGƯỜI CHỨNG KIẾN",
        "Biên bản đã giao trực tiếp cho cá nhân vi phạm vào hồi 10 giờ 00 phút, ngày 07/09/2026./.",
        "NGƯỜI NHẬN BIÊN BẢN",
    ))  # fmt: skip


def test_nobody_present_is_written_as_none() -> None:
    paper = text(without="witness", witness_unsigned="không có ai", elsewhere="xa nơi vi phạm")
    assert_in_order(paper, (
        "Lý do lập biên bản tại địa điểm khác: xa nơi vi phạm", "2. Với sự chứng kiến của: không.",
        "Lý do người chứng kiến/đại diện chính quyền cấp xã không ký xác nhận: không có ai",
    ))  # fmt: skip


def test_a_minors_parents_get_a_copy() -> None:
    minor = born("2010-05-20")
    copy = "01 bản, {} của người chưa thành niên vi phạm 01 bản, 01 bản lưu hồ sơ."
    assert_in_order(printed(FORM, minor), ("03 bản", copy.format("cha mẹ hoặc người giám hộ")))
    mother = Representative(name="Nguyễn Thị B", relation="mẹ", residence="phường Mai Dịch")
    known = replace(minor, facts={**minor.facts, "representative": mother})
    assert copy.format("ông (bà) Nguyễn Thị B là mẹ") in printed(FORM, known)


def test_nobody_under_fourteen_has_such_minutes() -> None:
    assert FORM.gather(born("2012-09-07"))
    with pytest.raises(ValidationError, match="người dưới 14 tuổi không bị xử phạt"):
        FORM.gather(born("2012-09-08"))


def test_grounds_must_be_stated_where_no_test_slip_was_issued() -> None:
    issued = {form: one for form, one in ISSUED.items() if form != "III-01"}
    with pytest.raises(MissingValue) as missing:
        FORM.gather(replace(case(), issued=issued))
    assert (missing.value.form, missing.value.field) == ("MBB01", "particulars.MBB01.basis")


def test_minutes_at_the_office_say_why() -> None:
    with pytest.raises(ValidationError, match="lập tại trụ sở thì phải nêu lý do"):
        case(at_office=True)


def test_catalogue_says_that_the_form_is_not_confirmed() -> None:
    assert "chưa xác nhận" in FORM.source
