"""Forms 03 to 10 of Decree 105/2021 read as the official text does."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms import all_forms
from tests.documents.cases_2023 import AGENCIES, ISSUED, case_2023
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
POLICE = ("CÔNG AN QUẬN CẦU GIẤY", "CÔNG AN PHƯỜNG MAI DỊCH", STATE)
COMMITTEE = ("ỦY BAN NHÂN DÂN QUẬN CẦU GIẤY", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", STATE)
CHAIRMAN = ("CHỦ TỊCH", "(Ký, ghi rõ họ tên, đóng dấu)", "Trần Văn B")
GROUNDS = (
    ("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015; Luật sửa đổi, bổ sung một số điều của Luật Tổ "
    "chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22 tháng 11 năm 2019;"),
    "Căn cứ Luật Phòng, chống ma túy ngày 30 tháng 3 năm 2021;",
    ("Căn cứ Nghị định số 105/2021/NĐ-CP ngày 04 tháng 12 năm 2021 của Chính phủ quy định chi tiết và hướng dẫn thi hành "
    "một số điều của Luật Phòng, chống ma túy;"),
)  # fmt: skip
PROPOSED = "Xét đề nghị của Trưởng Công an phường Mai Dịch."
UNNAMED = (
    "Ngày, tháng, năm sinh: 20/05/1998; Nơi sinh: Hà Nội", "Quê quán: ", "Nơi thường trú/tạm trú: ", "Nơi ở hiện tại: ",
    "Số CMND/CCCD/Hộ chiếu: 001098000001; ngày cấp: 15/03/2022; nơi cấp: ",
    "Dân tộc: Kinh; Tôn giáo: không; Trình độ học vấn: 9/12", "Nghề nghiệp: ", "Nơi làm việc/học tập: không",
)  # fmt: skip
NAMED = ("Họ và tên: Nguyễn Văn A; Giới tính: Nam", "Tên gọi khác: A Đen", *UNNAMED)
SUMMARY = {
    "schooling": "THCS", "drug_convictions": False, "drug_sanctions": True, "other_convictions": False,
    "other_sanctions": False, "decisions": ["số 01/QĐ-XPHC ngày 02/03/2021, phạt tiền"], "psychosis": False,
    "first_found": "02/03/2021", "substances": ["Amphetamine/Methamphetamine"], "manners": ["Hít"], "rehab_times": "1 lần",
    "rehab_details": "tại gia đình, năm 2022", "frequency": "03 lần mỗi tuần", "dose": "0,1 g",
    "compiled_by": {"name": "Đại úy Lý Văn N", "position": "Cán bộ"}, "father": {"name": "Nguyễn Văn S"},
}  # fmt: skip
STATED: Mapping[str, tuple[str, dict[str, Any]]] = MappingProxyType({
    "105-03": ("police", {}),
    "105-04": ("police", {}),
    "105-05": ("police", SUMMARY),
    "105-06": ("police", {"community_education": "01 lần"}),
    "105-07": ("compiler", {
        "leader": "Lý Văn N", "deputy": "Đinh Văn O", "family": "Nguyễn Văn S", "organisation": "Hồ Thị P",
        "others": [{"name": "Mai Văn Q", "stands_for": "nhân viên công tác xã hội"}],
    }),
    "105-08": ("compiler", {
        "to_commune": "phường Nghĩa Tân", "from_on": "2023-01-09", "until": "2024-01-08", "new_residence": "số 9 phố Ví Dụ",
        "papers": [{"title": "Quyết định quản lý", "number_and_day": "04/QĐ-UBND, 09/01/2023"}, {"title": "Bản tường trình"}],
    }),
    "105-09": ("compiler", {"point": "a", "reason": "nghiện", "from_on": "2023-02-01"}),
    "105-10": ("compiler", {}),
})  # fmt: skip
"""By form: who issues it, and what is stated for it."""

ORDER: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "105-03": (
        "Mẫu số 03", *POLICE, "PHIẾU KẾT QUẢ", "Xét nghiệm chất ma túy trong cơ thể",
        "Tóm tắt nội dung sự việc: Hồi 07 giờ 30 phút, ngày 05 tháng 01 năm 2023", "Để xác định hành vi sử dụng trái phép",
        "Công an phường Mai Dịch thực hiện xét nghiệm", *NAMED, "1. Người tiến hành xét nghiệm: Đại úy Đỗ Thị M", "chức vụ: ",
        "đơn vị: ", "2. Biện pháp xét nghiệm: ", "Các bước tiến hành: ", "Kết quả: ",
        "3. Căn cứ vào kết quả trên, kết luận: Nguyễn Văn A:", "☒ Dương tính", "☐ Âm tính", "NGƯỜI TIẾN HÀNH XÉT NGHIỆM",
        "THỦ TRƯỞNG CƠ QUAN", "(Ký, ghi rõ họ tên, đóng dấu)", "Đại úy Đỗ Thị M", "Thượng tá Lê Thị C",
    ),
    "105-04": (
        "Mẫu số 04", *POLICE, "Số: 05/TB-CAMD", "THÔNG BÁO", "Về hành vi sử dụng trái phép chất ma túy",
        "Kính gửi: Chủ tịch Ủy ban nhân dân phường Mai Dịch", "Công an phường Mai Dịch thông báo về hành vi", *NAMED,
        "Nội dung thông báo: Hồi 07 giờ 30 phút", "Cơ quan tiến hành xét nghiệm chất ma túy trong cơ thể: ",
        "Kết quả xét nghiệm chất ma túy trong cơ thể của Nguyễn Văn A là dương tính.",
        "thông báo để Chủ tịch Ủy ban nhân dân phường Mai Dịch biết, thực hiện theo quy định./.", "- Như trên;",
        "- Công an phường Mai Dịch;", "- Lưu: VT", "THỦ TRƯỞNG CƠ QUAN", "Thượng tá Lê Thị C",
    ),
    "105-05": (
        "Mẫu số 05", *POLICE, "Ảnh 3x4,", "đóng dấu", "giáp lai", "BẢN TÓM TẮT LÝ LỊCH",
        "Người sử dụng trái phép chất ma túy", "1. Họ và tên: Nguyễn Văn A", "2. Tên gọi khác: A Đen",
        "3. Giới tính (Nam/Nữ): Nam", "4. Ngày, tháng, năm sinh: 20/05/1998", "5. Quê quán: ", "6. Nơi thường trú/tạm trú: ",
        "7. Nơi ở hiện tại: ", "8. Số CMND/CCCD: 001098000001; nơi cấp: ", "ngày cấp: 15/03/2022",
        "9. Dân tộc: Kinh: ☒     Khác: không", "10. Tôn giáo:     Có: ☐     Không: ☒", "11. Trình độ văn hóa:",
        "+ Chưa đi học: ☐     + Tiểu học: ☐     + THCS: ☒", "+ THPT: ☐", "12. Quốc tịch: Việt Nam",
        "13. Họ tên cha: Nguyễn Văn S", "Số CMND/CCCD: không; nơi cấp: không; ngày cấp: không", "14. Họ tên mẹ: không",
        "15. Nghề nghiệp; nơi làm việc/học tập: lao động tự do; không", "16. Nhân thân:",
        "+ Có tiền án các tội về ma túy: ☐", "+ Bị xử lý vi phạm hành chính về ma túy: ☒", "+ Có tiền án về tội phạm khác: ☐",
        "+ Bị xử lý vi phạm hành chính khác: ☐", "Các quyết định xử phạt", "Lần 1: số 01/QĐ-XPHC",
        "17. Có biểu hiện loạn thần (ngáo đá):     Có: ☐     Không: ☒", "18. Thời điểm người sử dụng", ": 15/3/2020",
        "19. Thời điểm bị phát hiện", ": 02/03/2021", "20. Loại ma túy sử dụng", "+ Thuốc phiện: ☐     + Cocain: ☐",
        "+ Amphetamine/Methamphetamine: ☒", "21. Hình thức sử dụng ma túy", "+ Tiêm chích: ☐     + Hít: ☒",
        "22. Đã từng cai nghiện: có. Nếu có, số lần cai nghiện:", "+ 1 lần: ☒     + 2 lần: ☐", "+ Từ 4 lần trở lên: ☐",
        "Cụ thể ", ": tại gia đình, năm 2022", "23. Tần suất sử dụng ma túy (theo ngày, tuần, tháng): 03 lần mỗi tuần",
        "24. Liều lượng ma túy mỗi lần sử dụng: 0,1 g", "25. Thông tin liên hệ", "Số điện thoại: 0900000001",
        "Tài khoản mạng xã hội (nếu có): không", "NGƯỜI LẬP BẢN TÓM TẮT LÝ LỊCH", "THỦ TRƯỞNG ĐƠN VỊ", "Đại úy Lý Văn N",
        "Thượng tá Lê Thị C",
    ),
    "105-06": (
        "Mẫu số 06", STATE, "BẢN TƯỜNG TRÌNH", *NAMED, "Tường trình cụ thể về hành vi sử dụng ma túy của bản thân",
        "thời điểm sử dụng ma túy lần cuối): Tôi sử dụng",
        ("Đã áp dụng biện pháp giáo dục tại xã, phường, thị trấn do sử dụng trái phép chất ma túy: 01 lần"),
        "Đã cai nghiện ma túy: không", "NGƯỜI TƯỜNG TRÌNH", "Nguyễn Văn A",
    ),
    "105-07": (
        "Mẫu số 07", *COMMITTEE, "Số: 05/QĐ-UBND", "QUYẾT ĐỊNH", "Áp dụng biện pháp quản lý người sử dụng trái phép",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", *GROUNDS, PROPOSED, "QUYẾT ĐỊNH:",
        "Điều 1. Áp dụng biện pháp quản lý", *NAMED, "Tóm tắt hành vi sử dụng trái phép chất ma túy: Hồi 07 giờ 30",
        "Kết quả xét nghiệm dương tính với chất ma túy trong cơ thể ngày 05/01/2023.",
        "Thời hạn quản lý người sử dụng trái phép chất ma túy là 01 năm, kể từ ngày 05/09/2023.",
        "Điều 2. Thành lập Tổ quản lý", "1. Đ/c Lý Văn N, Công an phường Mai Dịch - Tổ trưởng;",
        "2. Ông/bà: Đinh Văn O - Đại diện Thôn/Tổ dân phố - Tổ phó;", "3. Ông/bà: Nguyễn Văn S - Tổ viên;",
        "4. Ông/bà: Hồ Thị P - Tổ viên;", "5. Ông/bà: Mai Văn Q, nhân viên công tác xã hội - Tổ viên.",
        "Điều 3. Trách nhiệm thực hiện quản lý", "1. Công an phường Mai Dịch có trách nhiệm:", "a) Đưa ", "b) Tổ chức ",
        "2. Tổ quản lý", "3. Gia đình", "4. Người sử dụng", "Điều 4. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 5. Trưởng Công an phường Mai Dịch và những người có tên tại Điều 1, Điều 2 chịu trách nhiệm thi hành Quyết định",
        "này./.", "- Như Điều 5;", *CHAIRMAN,
    ),
    "105-08": (
        "Mẫu số 08", *COMMITTEE, "Số: 05/TB-UBND", "THÔNG BÁO", "Về việc chuyển hồ sơ quản lý",
        "Kính gửi: Chủ tịch Ủy ban nhân dân phường Nghĩa Tân",
        ("Chủ tịch Ủy ban nhân dân phường Mai Dịch thông báo với Chủ tịch Ủy ban nhân dân phường Nghĩa Tân về việc chuyển hồ "
        "sơ quản lý"), "Họ và tên: Nguyễn Văn A; Giới tính: Nam", *UNNAMED, "Là người đang trong thời hạn",
        "tại phường Mai Dịch.", "Thời gian quản lý từ ngày 09/01/2023 đến ngày 08/01/2024.", "Nơi chuyển đến: số 9 phố Ví Dụ",
        "Hồ sơ quản lý: có danh mục kèm theo.", "tiếp tục tổ chức quản lý", "có tên nêu trên./.", "- Như trên;",
        "- Công an phường Mai Dịch;", "- Công an phường Nghĩa Tân;", *CHAIRMAN, "DANH MỤC TÀI LIỆU TRONG HỒ SƠ QUẢN LÝ",
        "STT\nTên tài liệu\nSố, ngày, tháng", "1\nQuyết định quản lý\n04/QĐ-UBND, 09/01/2023", "2\nBản tường trình\nkhông",
    ),
    "105-09": (
        "Mẫu số 09", *COMMITTEE, "Số: 05/QĐ-UBND", "QUYẾT ĐỊNH", "Dừng quản lý người sử dụng trái phép chất ma túy",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", *GROUNDS, "Căn cứ Quyết định áp dụng biện pháp quản lý", PROPOSED,
        "Điều 1. Dừng áp dụng biện pháp quản lý", "Họ và tên: Nguyễn Văn A; Giới tính: Nam", *UNNAMED,
        ("Bị quản lý theo Quyết định áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy số 04/QĐ-UBND ngày 09 "
        "tháng 01 năm 2023 của Chủ tịch Ủy ban nhân dân phường Mai Dịch."),
        "Theo quy định tại điểm a khoản 5 Điều 23 Luật Phòng, chống ma túy, dừng quản lý đối với Nguyễn Văn A vì lý do:",
        "☒ Kết quả xác định tình trạng nghiện là có nghiện", "☐ Bị áp dụng biện pháp xử lý hành chính giáo dục tại xã",
        "☐ Bị áp dụng biện pháp xử lý hành chính đưa vào cơ sở giáo dục bắt buộc", "☐ Phải thi hành án phạt tù", "☐ Chết",
        "Dừng quản lý người sử dụng trái phép chất ma túy kể từ ngày 01/02/2023.",
        "Điều 2. Tổ quản lý", "thành lập theo Quyết định số 04/QĐ-UBND", "giải thể kể từ ngày Quyết định này có hiệu lực.",
        "Điều 3. ", "Điều 4. Trưởng Công an phường Mai Dịch", "./.", "- Như Điều 4;", "- Gia đình người có tên tại Điều 1;",
        "- Các tổ chức, cá nhân có liên quan;", *CHAIRMAN,
    ),
    "105-10": (
        "Mẫu số 10", *COMMITTEE, "Số: 05/QĐ-UBND", "QUYẾT ĐỊNH", "Chấm dứt quản lý người sử dụng trái phép chất ma túy",
        *GROUNDS, "Căn cứ Quyết định áp dụng biện pháp quản lý", PROPOSED, "Điều 1. Chấm dứt áp dụng biện pháp quản lý",
        "Họ và tên: Nguyễn Văn A; Giới tính: Nam", *UNNAMED,
        ("Đến nay đã hết thời hạn quản lý theo Quyết định số 04/QĐ-UBND ngày 09 tháng 01 năm 2023 của Chủ tịch Ủy ban nhân "
        "dân phường Mai Dịch."), "Điều 2. Tổ quản lý", "Điều 3. ", "Điều 4. ", "./.", "- Như Điều 4;",
        "- Gia đình người có tên tại Điều 1;", *CHAIRMAN,
    ),
})  # fmt: skip


def case(code: str, stated: Mapping[str, Any] | None = None, **facts: Any) -> Case:
    by, usual = STATED[code]
    return case_2023(all_forms()[code], {**usual, **(stated or {})}, by=by, **facts)


@pytest.mark.parametrize("code", list(ORDER))
def test_paper_reads_as_the_official_form_and_survives_storage(code: str) -> None:
    form = all_forms()[code]
    text = printed(form, case(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text.replace("     ", " "))
    assert_stored_content_prints_the_same_bytes(form, case(code))


@pytest.mark.parametrize("code", ["105-05", "105-06", "105-07", "105-08", "105-09", "105-10"])
def test_paper_is_not_printed_without_its_particulars(code: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(replace(case(code), particulars=None))
    assert (missing.value.form, missing.value.field) == (code, f"particulars.{code}")


@pytest.mark.parametrize(("code", "field"), [
    ("105-03", "tester"), ("105-03", "test_result_at"), ("105-04", "substance"), ("105-06", "use_account"),
    ("105-06", "earlier_rehab"), ("105-07", "incident"),
])  # fmt: skip
def test_missing_fact_is_named_with_its_form(code: str, field: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(case(code, **{field: None}))
    assert (missing.value.form, missing.value.field) == (code, field)


def test_the_notice_goes_to_the_committee_that_takes_part_by_name_or_compiles() -> None:
    other = replace(AGENCIES["compiler"], name="Ủy ban nhân dân phường Nghĩa Tân", commune="phường Nghĩa Tân")
    police = AGENCIES["police"]
    named = replace(case("105-04"), parties={"compiler": police, "committee": other})
    text = printed(all_forms()["105-04"], named)
    assert_in_order(
        text, ("Kính gửi: Chủ tịch Ủy ban nhân dân phường Nghĩa Tân", "- Công an phường Nghĩa Tân;")
    )
    with pytest.raises(MissingValue, match="committee"):
        all_forms()["105-04"].gather(replace(case("105-04"), parties={"compiler": police}))


def test_a_user_found_not_to_be_addicted_is_managed_on_that_result_too() -> None:
    said = "Kết quả xác định tình trạng nghiện: không nghiện ma túy."
    assert said in printed(all_forms()["105-07"], case("105-07", result="not_addicted"))
    assert said not in printed(all_forms()["105-07"], case("105-07"))


def test_the_first_use_comes_from_the_life_summary_or_is_stated() -> None:
    with pytest.raises(MissingValue, match="first_use"):
        all_forms()["105-05"].gather(case("105-05", background=None))
    text = printed(all_forms()["105-05"], case("105-05", {"first_use": "tháng 5/2019"}, background=None))
    assert "bắt đầu sử dụng trái phép chất ma túy: tháng 5/2019" in text


def test_a_person_of_another_people_and_with_a_religion_without_rehab_or_decisions() -> None:
    stated = case("105-05", {"rehab_times": None, "decisions": [], "contact_phone": "0900000077"})
    person = stated.person.model_copy(update={"ethnicity": "Tày", "religion": "Phật giáo"})
    text = printed(all_forms()["105-05"], replace(stated, person=person))
    assert_in_order(text, (
        "9. Dân tộc: Kinh: ☐     Khác: Tày", "10. Tôn giáo:     Có: ☒     Không: ☐", "biện pháp xử lý hành chính): không",
        "22. Đã từng cai nghiện: không.", "+ 1 lần: ☐", "Số điện thoại: 0900000077",
    ))  # fmt: skip


def test_a_stop_that_rests_on_another_decision_names_it() -> None:
    prison = {"point": "d", "reason": "phạt tù"}
    with pytest.raises(MissingValue, match="by_decision"):
        all_forms()["105-09"].gather(case("105-09", prison))
    number = "15/QĐ-CA thi hành Bản án số 20/2023/HS-ST"
    text = printed(all_forms()["105-09"], case("105-09", {**prison, "by_decision": number}))
    assert_in_order(text, (
        "điểm d khoản 5 Điều 23", "☐ Kết quả xác định", "theo Quyết định số: không",
        f"☒ Phải thi hành án phạt tù theo Quyết định thi hành án phạt tù số: {number}",
    ))  # fmt: skip


@pytest.mark.parametrize("code", ["105-09", "105-10"])
def test_a_management_decision_made_outside_is_cited_as_stated(code: str) -> None:
    issued = {form: one for form, one in ISSUED.items() if form != "105-07"}
    with pytest.raises(MissingValue, match="105-07"):
        all_forms()[code].gather(replace(case(code), issued=issued))
    stated = replace(case(code, {"decision": "số 88/QĐ-UBND"}), issued=issued)
    assert "theo Quyết định số 88/QĐ-UBND" in printed(all_forms()[code], stated)


@pytest.mark.parametrize(("book", "law"), [
    ("2025-03", "năm 2025;"), ("2025-07", "ngày 16 tháng 6 năm 2025;"),
])  # fmt: skip
def test_later_periods_cite_the_law_on_local_government_then_in_force(book: str, law: str) -> None:
    for code in ("105-07", "105-09", "105-10"):
        assert f"Căn cứ Luật Tổ chức chính quyền địa phương {law}" in printed(
            all_forms()[code], case(code, book=book)
        )
