"""Forms 35, 36, 37 and 40 of Decree 116/2021: who manages the person meanwhile, and handing the person over."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms import all_forms
from tests.documents.cases_2022 import case_2022
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

WORD, ORDER, MINUTES, INTAKE = (all_forms()[code] for code in ("116-35", "116-36", "116-37", "116-40"))
FATHER: MappingProxyType[str, Any] = MappingProxyType({
    "name": "Nguyễn Văn S", "sex": "male", "birth_date": "1968-02-01", "identity": "001068000002",
    "residence": "số 3 phố Thí Dụ", "phone": "0900000002", "relation": "cha",
})  # fmt: skip
UNIT = "Tổ công tác cai nghiện"
MEASURE = "áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc"


def order(**stated: Any) -> Case:
    return case_2022(ORDER, {"unit": UNIT, **stated})


def test_family_s_word_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(WORD, {"relative": FATHER, "agrees": True, "from_day": "2024-09-24"})
    text = printed(WORD, case)
    assert_in_order(text, (
        "Mẫu số 35", "Mai Dịch, ngày 01 tháng 11 năm 2024", "BẢN XÁC NHẬN",
        f"Về việc quản lý người nghiện ma túy trong thời gian lập hồ sơ đề nghị {MEASURE}",
        "Kính gửi: Ủy ban nhân dân phường Mai Dịch", "1. Tôi tên là (viết in hoa): NGUYỄN VĂN S; Giới tính: Nam",
        "Ngày, tháng, năm sinh: 01/02/1968", "Số CCCD/CMND/Hộ chiếu: 001068000002; ngày cấp: không; nơi cấp: không",
        "Điện thoại liên lạc: 0900000002", "2. Quan hệ với người nghiện ma túy được quản lý: cha",
        "3. Xác nhận: Đồng ý quản lý người nghiện ma túy trong thời gian làm thủ tục, hồ sơ đề nghị",
        "(viết in hoa): NGUYỄN VĂN A", "Nơi cư trú hoặc chỗ ở hiện nay",
        "4. Thời gian quản lý: từ ngày 24 tháng 9 năm 2024 đến khi người có thẩm quyền", "quyết định của Tòa án./.",
        "NGƯỜI XÁC NHẬN", "Nguyễn Văn S",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(WORD, case)


def test_the_family_s_word_is_what_was_recorded_of_it() -> None:
    assert "3. Xác nhận: Không đồng ý quản lý" in printed(WORD, case_2022(WORD, {"relative": FATHER}))


def test_order_reads_as_the_gazette_prints_it() -> None:
    case = order(
        confirmed_by="Nguyễn Văn S", confirmed_on="2024-09-23", recipients=["Cơ sở cai nghiện ma túy số 9"]
    )
    text = printed(ORDER, case)
    assert_in_order(text, (
        "Mẫu số 36", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Số: 05/QĐ-QLNN", "QUYẾT ĐỊNH",
        f"Về việc quản lý người nghiện ma túy trong thời gian làm thủ tục đề nghị {MEASURE}", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH",
        "Căn cứ Luật Phòng, chống ma túy năm 2021;", "Căn cứ Nghị định số 116/2021/NĐ-CP",
        "Căn cứ bản xác nhận ngày 23 tháng 9 năm 2024 của Ông (bà) Nguyễn Văn S;", f"Theo đề nghị của {UNIT}.", "QUYẾT ĐỊNH:",
        "Điều 1. Quản lý có thời hạn đối với người nghiện ma túy trong thời gian làm thủ tục đề nghị", "1. Người bị quản lý:",
        "(viết in hoa): NGUYỄN VĂN A", "2. Tổ chức (hoặc đại diện gia đình) được giao quản lý:",
        "Cơ sở: Cơ sở cai nghiện ma túy số 9, địa chỉ: ", "3. Thời gian quản lý: từ ngày 01 tháng 11 năm 2024 đến khi",
        "4. Người bị quản lý, tổ chức (hoặc đại diện gia đình) được giao quản lý thực hiện trách nhiệm", "Điều 48 Nghị định",
        "5. Lý do: Người nghiện ma túy không có nơi cư trú ổn định", "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
        f"Các ông (bà) {UNIT} và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
        "- Như Điều 2;", "- Cơ sở cai nghiện ma túy số 9;", "- Lưu: VT, hồ sơ.", "CHỦ TỊCH", "Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(ORDER, case)


def test_an_order_without_the_family_s_word_rests_on_none() -> None:
    assert "Căn cứ bản xác nhận" not in printed(ORDER, order())


def test_the_family_s_word_needs_its_day() -> None:
    with pytest.raises(MissingValue, match=r"116-36.*116-35"):
        ORDER.gather(order(confirmed_by="Nguyễn Văn S"))


def test_the_person_is_left_with_the_family() -> None:
    stated = {"unit": UNIT, "custodian": FATHER, "committee_duty": "Phối hợp giám sát"}
    text = printed(ORDER, case_2022(ORDER, stated, pending_form="family"))
    assert_in_order(text, (
        "được giao quản lý:", "(viết in hoa): NGUYỄN VĂN S", "Quan hệ với người nghiện ma túy được quản lý: cha",
        "6. Trách nhiệm của Ủy ban nhân dân cấp xã nơi đối tượng cư trú: Phối hợp giám sát",
    ))  # fmt: skip
    assert "Cơ sở: " not in text
    with pytest.raises(MissingValue, match=r"116-36.*custodian"):
        ORDER.gather(case_2022(ORDER, {"unit": UNIT}, pending_form="family"))


def test_hand_over_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(MINUTES, {})
    text = printed(MINUTES, case)
    during = f"trong thời gian lập hồ sơ đề nghị {MEASURE}"
    assert_in_order(text, (
        "Mẫu số 37", "Độc lập - Tự do - Hạnh phúc", "BIÊN BẢN", f"Về việc giao, nhận hồ sơ, người bị quản lý {during}",
        "Căn cứ Nghị định số 116/2021/NĐ-CP", "Căn cứ Quyết định số 05/QĐ-QLNN ngày 24 tháng 9 năm 2024 của Ủy ban nhân dân",
        f"về việc quản lý người nghiện ma túy {during}", "1. Hôm nay, hồi 09 giờ 00 phút, ngày 01/11/2024 tại Cơ sở cai nghiện",
        "chúng tôi gồm:", "a) Đại diện bên giao:", "Họ và tên: Lý Văn N; Chức vụ: Công chức", "b) Đại diện bên nhận:", "Tạ Thị X",
        f"2. Tiến hành giao, nhận hồ sơ, người bị quản lý {during} như sau:", "a) Người bị quản lý:",
        "b) Tình trạng người bị quản lý: (tổ chức, cá nhân tiếp nhận", "c) Hồ sơ kèm theo gồm:",
        "1) Quyết định quản lý (bản chính);", "d) Tư trang, đồ dùng cá nhân cơ sở quản lý (ghi rõ từng loại):",
        "3. Biên bản này gồm 1 trang", "Bên giao giữ 01 bản; Bên nhận giữ 01 bản./.", "ĐẠI DIỆN BÊN GIAO",
        "ĐẠI DIỆN BÊN NHẬN", "Lý Văn N Công chức", "Tạ Thị X",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(MINUTES, case)


def test_the_family_takes_the_person_over_without_an_act() -> None:
    stated = {
        "custodian": FATHER, "giver": {"name": "Lý Văn N", "position": "Công chức"}, "condition": "khỏe mạnh",
        "papers": ["Quyết định quản lý"], "belongings": ["không"], "decision": "số 02/QĐ-QLNN ngày 24/9/2024",
    }  # fmt: skip
    gone: dict[str, Any] = dict.fromkeys(
        ("hand_over_by", "hand_over_to", "condition", "file_papers", "belongings")
    )
    text = printed(MINUTES, case_2022(MINUTES, stated, **gone))
    assert_in_order(text, (
        "Căn cứ Quyết định số 02/QĐ-QLNN ngày 24/9/2024 về việc", "tại số 3 phố Thí Dụ, chúng tôi gồm", "b) Đại diện bên nhận:",
        "(viết in hoa): NGUYỄN VĂN S", "Quan hệ với người nghiện ma túy được quản lý: cha", "khỏe mạnh", "ĐẠI DIỆN BÊN NHẬN",
        "Nguyễn Văn S",
    ))  # fmt: skip


def test_delivery_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(INTAKE, {}, by="district_police")
    text = printed(INTAKE, case)
    assert_in_order(text, (
        "Mẫu số 40", "Ba Vì, ngày 01 tháng 11 năm 2024", "BIÊN BẢN", "Về việc giao, nhận hồ sơ, người vào cơ sở cai nghiện bắt buộc",
        "Căn cứ Nghị định số 116/2021/NĐ-CP",
        f"Căn cứ Quyết định số 05/QĐ-TA ngày 21 tháng 10 năm 2024 của Tòa án nhân dân quận Cầu Giấy về việc {MEASURE}",
        "1. Hôm nay, hồi 09 giờ 00 phút, ngày 01/11/2024 tại Cơ sở cai nghiện bắt buộc: Cơ sở cai nghiện ma túy số 9",
        "a) Đại diện bên giao:", "Cơ quan: Công an quận Cầu Giấy", "b) Đại diện bên nhận:",
        "Cơ sở cai nghiện bắt buộc: Cơ sở cai nghiện ma túy số 9",
        "2. Tiến hành giao, nhận hồ sơ, người bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc với các nội dung sau:",
        "a) Người bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc:", "(viết in hoa): NGUYỄN VĂN A",
        "b) Tình trạng: (cơ sở tiếp nhận phải quan sát", "kết quả kiểm tra sức khỏe: Đủ sức khỏe để cai nghiện",
        "c) Hồ sơ kèm theo gồm: 02 tài liệu", "d) Tư trang, đồ dùng cá nhân của người nghiện ma túy (ghi rõ từng loại):",
        "3. Biên bản này gồm 1 trang", "Bên giao giữ 01 bản; Bên nhận giữ 01 bản./.", "(Ký, ghi rõ họ tên, chức vụ)",
        "(Ký, ghi rõ họ tên, chức vụ, đóng dấu)",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(INTAKE, case)


def test_a_decision_made_outside_is_cited_as_stated() -> None:
    case = replace(
        case_2022(INTAKE, {"court_decision": "số 3/QĐ-TA ngày 1/8/2024 của Tòa án Ví Dụ"}), issued={}
    )
    assert "Căn cứ Quyết định số 3/QĐ-TA ngày 1/8/2024 của Tòa án Ví Dụ về việc" in printed(INTAKE, case)
    with pytest.raises(MissingValue, match=r"116-40.*TA-07"):
        INTAKE.gather(replace(case_2022(INTAKE, {}), issued={}))
