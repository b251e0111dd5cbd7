"""P-02 and P-03: how the effective decision reaches a centre."""

from dataclasses import replace

import pytest

from documents.case import Case, MissingValue
from documents.forms.execution import FORMS
from tests.documents.cases import AGENCIES, at, sample_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

BY_CODE = {form.code: form for form in FORMS}
DECISION = "số 05/QĐ-TA ngày 19 tháng 10 năm 2026 của Tòa án nhân dân khu vực 9 - Hà Nội"
PERSON = (
    "Họ và tên: Nguyễn Văn A", "Ngày, tháng, năm sinh: 20/05/1998", "Số CC/CCCD/CMND/HC: 001098000001",
    "Nơi thường trú: ", "Chỗ ở hiện nay: ",
)  # fmt: skip

ORDER = {
    "P-02": (
        "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", "Số: 05/CAMD",
        "V/v đề nghị quyết định cơ sở cai nghiện ma túy công lập tiếp nhận người bị áp dụng biện pháp",
        "Mai Dịch, ngày 04 tháng 11 năm 2026", "Kính gửi: Giám đốc Công an thành phố Hà Nội",
        f"Ngày 03/11/2026, Công an phường Mai Dịch nhận được Quyết định {DECISION}",
        "có hiệu lực từ ngày 02/11/2026, thời hạn 24 tháng, đối với:", *PERSON,
        "Hiện ông Nguyễn Văn A đang được quản lý tại Cơ sở cai nghiện ma túy công lập số 9.",
        "Thực hiện khoản 1 Điều 106 Nghị định số 163/2026/NĐ-CP", "để chấp hành quyết định nêu trên.",
        f"Gửi kèm: Quyết định {DECISION}./.",
        "Nơi nhận:", "- Như trên;", "- Lưu: VT, hồ sơ.", "TRƯỞNG CÔNG AN", "Thượng tá Trần Văn B",
    ),
    "P-03": (
        "BỘ CÔNG AN", "CÔNG AN THÀNH PHỐ HÀ NỘI", "Số: 05/QĐ-CAHN", "Hà Nội, ngày 06 tháng 11 năm 2026", "QUYẾT ĐỊNH",
        "Về việc tiếp nhận người bị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "GIÁM ĐỐC CÔNG AN THÀNH PHỐ HÀ NỘI", "Căn cứ Luật Phòng, chống ma túy năm 2025;",
        "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026", f"Căn cứ Quyết định {DECISION}",
        "Xét đề nghị của Trưởng Công an phường Mai Dịch tại văn bản số 05/CAMD ngày 04 tháng 11 năm 2026.",
        "QUYẾT ĐỊNH:",
        "Điều 1. Cơ sở cai nghiện ma túy công lập số 9 (địa chỉ: thôn Ví Dụ, xã Ba Vì, thành phố Hà Nội) tiếp nhận",
        *PERSON, "Thời hạn chấp hành: 24 tháng", "Điều 2. Trong thời hạn 24 giờ, kể từ khi nhận được Quyết định này",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.", "thi hành Quyết định này./.",
        "Nơi nhận:", "- Như Điều 3;", "- Lưu: VT, hồ sơ.", "GIÁM ĐỐC", "Thiếu tướng Bùi Văn K",
    ),
}  # fmt: skip


def of_the_ministry() -> Case:
    department = AGENCIES["ministry_police"]
    return replace(sample_case("P-03", action="ministry_assigns"), issuer=department, signer=department.head)


@pytest.mark.parametrize("code", tuple(ORDER))
def test_paper_reads_in_its_order_and_survives_storage(code: str) -> None:
    text = printed(BY_CODE[code], sample_case(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(BY_CODE[code], sample_case(code))


def test_the_ministrys_department_decides_on_the_directors_proposal() -> None:
    text = printed(BY_CODE["P-03"], of_the_ministry())
    assert_in_order(
        text,
        (
            "CỤC TRƯỞNG CỤC CẢNH SÁT ĐIỀU TRA TỘI PHẠM VỀ MA TÚY",
            "Xét đề nghị của Giám đốc Công an thành phố Hà Nội ngày 06 tháng 11 năm 2026.",
            "Công an thành phố Hà Nội, Công an phường Mai Dịch, Cơ sở cai nghiện", "CỤC TRƯỞNG", "Ngô Văn L",
        ),
    )  # fmt: skip
    assert_nothing_left_over(text)


@pytest.mark.parametrize(
    ("code", "fact"), [("P-02", "effective_on"), ("P-02", "effective_decision_received_at")]
)
def test_missing_fact_is_named_with_its_form(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(sample_case(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)


@pytest.mark.parametrize(("code", "lacking"), [("P-02", "TA-07"), ("P-03", "TA-07"), ("P-03", "P-02")])
def test_paper_needs_the_documents_it_cites(code: str, lacking: str) -> None:
    case = sample_case(code)
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(
            replace(case, issued={form: each for form, each in case.issued.items() if form != lacking})
        )
    assert missing.value.field == lacking


@pytest.mark.parametrize(("code", "party"), [("P-02", "provincial_police"), ("P-03", "centre")])
def test_paper_needs_the_agencies_it_names(code: str, party: str) -> None:
    case = sample_case(code)
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(
            replace(case, parties={name: card for name, card in case.parties.items() if name != party})
        )
    assert missing.value.field == party


@pytest.mark.parametrize("left", ["escape", "end_pending"])
def test_letter_does_not_place_in_a_centre_who_has_left_it(left: str) -> None:
    case = sample_case("P-02")
    assert "đang được quản lý" not in printed(
        BY_CODE["P-02"], replace(case, acts={**case.acts, left: at(10, 1)})
    )


def test_letter_names_the_centre_again_after_a_capture() -> None:
    case = sample_case("P-02")
    acts = {**case.acts, "escape": at(10, 1), "capture": at(10, 2)}
    assert "đang được quản lý" in printed(BY_CODE["P-02"], replace(case, acts=acts))
