"""The papers of 2014–2021 that lead a file through the justice and labour offices to the court."""

from dataclasses import replace

import pytest

from documents.case import MissingValue
from documents.forms.book_2014 import FORMS
from models.law.facts import Official
from tests.documents.cases_2014 import AGENCIES, case_2014
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

BY_CODE = {form.code: form for form in FORMS}
DISTRICT = "ỦY BAN NHÂN DÂN QUẬN CẦU GIẤY"
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MEASURE = "áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc"
PERSON = (
    "Họ và tên: Nguyễn Văn A", "Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
    "Số CMND/CCCD/Hộ chiếu: 001098000001", "Nơi thường trú: ", "Chỗ ở hiện nay: ", "Nghề nghiệp: ", "Trình độ văn hóa: ",
)  # fmt: skip
FILED = ("Nơi nhận:", "- Như trên;", "- Lưu: VT, hồ sơ.")
ENCLOSED = ("1) Tóm tắt lý lịch", "2) Biên bản vi phạm", "3) Bản sao Phiếu kết quả")

ORDER = {
    "B14-TB": (
        DISTRICT, "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", STATE, "Số: 05/TB-UBND", "Cầu Giấy, ngày 01 tháng 4 năm 2019",
        "THÔNG BÁO", f"Về việc lập hồ sơ đề nghị {MEASURE}", "Kính gửi: Ông Nguyễn Văn A",
        "Căn cứ khoản 3 Điều 103 Luật Xử lý vi phạm hành chính năm 2012", "1. Người bị đề nghị:", *PERSON,
        "2. Lý do lập hồ sơ đề nghị: Đã chấp hành xong biện pháp giáo dục tại phường",
        "3. Tài liệu trong hồ sơ:", *ENCLOSED,
        "4. Trong thời hạn 05 ngày, kể từ ngày nhận được Thông báo này", "có quyền đọc hồ sơ và ghi chép",
        "được gửi cho Trưởng phòng Tư pháp cấp huyện theo quy định./.", *FILED,
        "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "(Ký, ghi rõ họ tên, đóng dấu)", "Trần Văn B",
    ),
    "B14-TP": (
        DISTRICT, "PHÒNG TƯ PHÁP QUẬN CẦU GIẤY", STATE, "Số: 06/PTP",
        f"V/v kiểm tra tính pháp lý của hồ sơ đề nghị {MEASURE}", "Cầu Giấy, ngày 10 tháng 4 năm 2019",
        "Kính gửi: Trưởng phòng Lao động - Thương binh và Xã hội quận Cầu Giấy",
        "Ngày 08/04/2019, Phòng Tư pháp quận Cầu Giấy nhận được hồ sơ", "Ủy ban nhân dân phường Mai Dịch lập", *PERSON,
        "1. Thẩm quyền lập hồ sơ: Đúng thẩm quyền", "2. Thành phần hồ sơ: Đủ tài liệu.",
        "3. Đối tượng áp dụng: Thuộc đối tượng", "4. Trình tự, thủ tục lập hồ sơ: Đúng trình tự.",
        "5. Kết luận: Hồ sơ bảo đảm tính pháp lý.", "gồm 42 bút lục", "Điều 104 của Luật nêu trên./.", *FILED,
        "TRƯỞNG PHÒNG", "Lê Thị C",
    ),
    "B14-CT": (
        DISTRICT, "PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI QUẬN CẦU GIẤY", STATE, "Số: 08/LĐTBXH",
        f"V/v chuyển hồ sơ, đề nghị xem xét {MEASURE}", "Kính gửi: Tòa án nhân dân quận Cầu Giấy",
        "Căn cứ Điều 104 Luật Xử lý vi phạm hành chính năm 2012",
        "số 06/PTP ngày 10 tháng 4 năm 2019 của Phòng Tư pháp quận Cầu Giấy", "1. Người bị đề nghị:", *PERSON,
        "2. Lý do đề nghị: ", "3. Hồ sơ kèm theo, gồm 42 bút lục:", *ENCLOSED, "xem xét, quyết định theo thẩm quyền./.",
        *FILED, "TRƯỞNG PHÒNG", "Phạm Văn D",
    ),
    "B14-TL": (
        DISTRICT, "PHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI QUẬN CẦU GIẤY", STATE, "Số: 07/LĐTBXH",
        f"V/v đề nghị bổ sung hồ sơ đề nghị {MEASURE}", "Kính gửi: Chủ tịch Ủy ban nhân dân phường Mai Dịch",
        "Ngày 11/04/2019", *PERSON, "Căn cứ khoản 1 Điều 104 Luật Xử lý vi phạm hành chính năm 2012",
        "1) Thiếu bản sao căn cước.", "để xem xét, quyết định theo quy định./.", *FILED, "TRƯỞNG PHÒNG", "Phạm Văn D",
    ),
}  # fmt: skip

REQUIRED = {
    "B14-TB": ("proposal_reason",),
    "B14-TP": (
        "file_received_by_justice_at", "legality_authority", "legality_composition", "legality_subject",
        "legality_order", "legality_conclusion", "sheet_count",
    ),
    "B14-CT": ("proposal_reason", "sheet_count"),
    "B14-TL": ("labour_received_at", "gaps"),
}  # fmt: skip


@pytest.mark.parametrize("code", tuple(ORDER))
def test_paper_reads_in_its_order_and_survives_storage(code: str) -> None:
    text = printed(BY_CODE[code], case_2014(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(BY_CODE[code], case_2014(code))


@pytest.mark.parametrize("code", tuple(ORDER))
def test_paper_bears_no_form_number(code: str) -> None:
    assert BY_CODE[code].source.startswith("không có mẫu; ")
    assert "Mẫu số" not in printed(BY_CODE[code], case_2014(code))


@pytest.mark.parametrize(
    ("code", "fact"), [(code, fact) for code, facts in REQUIRED.items() for fact in facts]
)
def test_missing_fact_is_named_with_its_form(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(case_2014(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)


@pytest.mark.parametrize("code", ["B14-TB", "B14-CT"])
def test_paper_lists_the_file_or_is_not_printed(code: str) -> None:
    with pytest.raises(MissingValue, match="enclosures"):
        BY_CODE[code].gather(replace(case_2014(code), enclosures=()))


def test_court_is_not_asked_before_the_legality_is_checked() -> None:
    with pytest.raises(MissingValue, match="B14-TP"):
        BY_CODE["B14-CT"].gather(replace(case_2014("B14-CT"), issued={}))


@pytest.mark.parametrize(
    ("kind", "name", "title", "to"),
    [
        ("district_police", "Công an quận Cầu Giấy", "TRƯỞNG CÔNG AN", "Trưởng Công an quận Cầu Giấy"),
        ("provincial_police", "Công an thành phố Hà Nội", "GIÁM ĐỐC", "Giám đốc Công an thành phố Hà Nội"),
    ],
)
def test_police_that_investigated_the_case_compile_in_their_own_name(
    kind: str, name: str, title: str, to: str
) -> None:
    police = replace(
        AGENCIES["compiler"], kind=kind, name=name, head=Official(name="Đại tá Vũ Văn G", position=title)
    )
    notice = printed(BY_CODE["B14-TB"], replace(case_2014("B14-TB"), issuer=police, signer=police.head))
    assert_in_order(notice, (title, "(Ký, ghi rõ họ tên, đóng dấu)", "Đại tá Vũ Văn G"))
    assert "TM. ỦY BAN" not in notice
    returned = replace(case_2014("B14-TL"), parties={**AGENCIES, "compiler": police})
    assert f"Kính gửi: {to}" in printed(BY_CODE["B14-TL"], returned)


def test_commune_police_cannot_compile_in_these_years() -> None:
    police = replace(AGENCIES["compiler"], kind="commune_police")
    with pytest.raises(MissingValue, match="compiler"):
        BY_CODE["B14-TB"].gather(replace(case_2014("B14-TB"), issuer=police))
