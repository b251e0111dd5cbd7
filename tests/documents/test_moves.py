"""V-42 and V-23 where they are prescribed a second time: lending to criminal proceedings, funeral leave, any paper handed over."""

from dataclasses import replace
from typing import Any

import pytest

from documents.case import Case, Issued, MissingValue
from documents.form import Form
from documents.forms import all_forms
from tests.documents.cases import at, drawn_case, sample_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

MOVE, PAPER = all_forms()["V-42"], all_forms()["V-23"]
OFFICER = {
    "name": "Đại úy Lý Văn N",
    "position": "Điều tra viên",
    "agency": "Cơ quan Cảnh sát điều tra Công an thành phố Hà Nội",
}
KEEPER = {"name": "Trung úy Mai Văn O", "position": "Cán bộ quản lý"}
MOVED: dict[str, Any] = {
    "at": "2026-12-15T08:00:00+07:00", "condition": "tỉnh táo", "health_check": "bình thường", "papers": ["Quyết định theo Mẫu 47"],
}  # fmt: skip
LENT = MOVED | {"way": "ra khỏi", "giver": KEEPER, "receiver": OFFICER}
BROUGHT = MOVED | {"way": "vào", "giver": OFFICER, "receiver": KEEPER}
MOTHER = {
    "name": "Phan Thị T",
    "sex": "female",
    "birth_date": "1971",
    "identity": "001171000002",
    "relation": "mẹ",
}
HOME: dict[str, Any] = {
    "kind": "người cai nghiện ma túy", "delivered": "ông Nguyễn Văn A để về chịu tang theo Quyết định số 05/QĐ-CSCN",
    "at": "2026-12-16T07:00:00+07:00", "giver": KEEPER, "receiver": MOTHER,
}  # fmt: skip
COURT = "Căn cứ Quyết định số 05/QĐ-TA ngày 19 tháng 10 năm 2026 của Tòa án nhân dân khu vực 9 - Hà Nội về việc áp dụng biện pháp"
CENTRE = "Cơ sở cai nghiện ma túy công lập số 9"


def case(form: Form, stated: dict[str, Any], act: str = "leave_for_proceedings") -> Case:
    """The case of a paper of the centre, which has issued V-47 before."""
    drawn = drawn_case(form, stated, by="centre", when=at(12, 15))
    lending = Issued(form="V-47", number="05/QĐ-TĐC", day=at(12, 15).date(), issuer=CENTRE)
    return replace(drawn, action=act, issued={**drawn.issued, "V-47": lending})


def test_person_lent_to_criminal_proceedings_is_handed_over_on_the_ground_of_the_decision() -> None:
    text = printed(MOVE, case(MOVE, LENT))
    assert_in_order(text, (
        "Mẫu số 42", "Ba Vì, ngày 15 tháng 12 năm 2026", "BIÊN BẢN", "Giao, nhận hồ sơ, người ra khỏi cơ sở cai nghiện công lập",
        "Căn cứ Nghị định số 163/2026/NĐ-CP", COURT,
        ("Căn cứ Quyết định số 05/QĐ-TĐC ngày 15 tháng 12 năm 2026 của Cơ sở cai nghiện ma túy công lập số 9 về việc tạm thời đưa "
        "người cai nghiện ra khỏi cơ sở cai nghiện ma túy công lập, trường giáo dưỡng theo yêu cầu của cơ quan tố tụng hình sự."),
        f"hồi 08 giờ 00 phút, ngày 15/12/2026 tại {CENTRE}", "Họ và tên: Trung úy Mai Văn O; Chức vụ: Cán bộ quản lý",
        f"Cơ sở cai nghiện: {CENTRE}", "Họ và tên: Đại úy Lý Văn N; Chức vụ: Điều tra viên",
        "Cơ quan: Cơ quan Cảnh sát điều tra Công an thành phố Hà Nội",
        "2. Tiến hành giao, nhận hồ sơ, người ra khỏi cơ sở cai nghiện công lập với các nội dung sau:",
        "Họ và tên (viết in hoa): NGUYỄN VĂN A", "tỉnh táo; kết quả kiểm tra sức khỏe: bình thường", "01 tài liệu",
        "1) Quyết định theo Mẫu 47.", "d) Tư trang", "1) không.", "ĐẠI DIỆN BÊN GIAO", "ĐẠI DIỆN BÊN NHẬN",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(MOVE, case(MOVE, LENT))


def test_person_brought_back_is_taken_in_by_the_centre() -> None:
    text = printed(MOVE, case(MOVE, BROUGHT, "return_from_leave"))
    assert_in_order(text, (
        "Giao, nhận hồ sơ, người vào cơ sở cai nghiện công lập", "Căn cứ Quyết định số 05/QĐ-TĐC", "Cơ quan: Cơ quan Cảnh sát điều tra",
        f"Cơ sở cai nghiện: {CENTRE}",
    ))  # fmt: skip


def test_another_move_states_its_ground() -> None:
    stated = LENT | {"basis": "Quyết định số 09/QĐ-CAHN ngày 14/12/2026 về việc điều chuyển"}
    text = printed(MOVE, case(MOVE, stated, "draw_up"))
    assert "Căn cứ Quyết định số 09/QĐ-CAHN ngày 14/12/2026 về việc điều chuyển." in text
    assert "tố tụng hình sự" not in text


def test_move_without_decision_or_other_side_names_what_lacks() -> None:
    without = replace(case(MOVE, LENT), issued={"TA-07": sample_case("V-42").document("TA-07")})
    with pytest.raises(MissingValue, match=r"V-42.*V-47"):
        MOVE.gather(without)
    with pytest.raises(MissingValue, match=r"V-42.*receiver.agency"):
        MOVE.gather(case(MOVE, LENT | {"receiver": KEEPER}))


def test_family_takes_the_person_home_for_a_funeral() -> None:
    text = printed(PAPER, case(PAPER, HOME, "leave_for_funeral"))
    assert_in_order(text, (
        "Mẫu số 23", "Ba Vì, ngày 16 tháng 12 năm 2026", "BIÊN BẢN", "Về việc giao nhận người cai nghiện ma túy",
        f"1. Hôm nay, hồi 07 giờ 00 phút, ngày 16/12/2026 tại {CENTRE}", "Họ và tên: Trung úy Mai Văn O", f"Cơ quan: {CENTRE}",
        "Họ và tên: Phan Thị T; Giới tính: Nữ", "Quan hệ với người nghiện ma túy được quản lý: mẹ",
        "2. Chúng tôi bên giao giao cho bên nhận ông Nguyễn Văn A để về chịu tang theo Quyết định số 05/QĐ-CSCN.", "BÊN NHẬN", "BÊN GIAO",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(PAPER, case(PAPER, HOME, "leave_for_funeral"))


def test_any_paper_may_be_handed_over_or_refused() -> None:
    stated = HOME | {
        "kind": "Quyết định",
        "delivered": "Quyết định số 11/QĐ-UBND về việc quản lý sau cai nghiện ma túy",
    }
    text = printed(PAPER, case(PAPER, stated | {"refusal": "đi vắng"}, "draw_up"))
    assert_in_order(text, (
        "Về việc giao nhận Quyết định", "giao cho bên nhận Quyết định số 11/QĐ-UBND", "Bên nhận không nhận văn bản, lý do: đi vắng",
    ))  # fmt: skip


@pytest.mark.parametrize(("form", "stated"), [(MOVE, LENT), (PAPER, HOME)])
def test_paper_beside_the_acts_needs_its_particulars(form: Form, stated: dict[str, Any]) -> None:
    with pytest.raises(MissingValue, match=f"particulars.{form.code}"):
        form.gather(replace(case(form, stated), particulars=None))


def test_delivery_is_filled_from_the_dossier_alone() -> None:
    assert "người vào cơ sở cai nghiện công lập" in printed(MOVE, sample_case("V-42"))
