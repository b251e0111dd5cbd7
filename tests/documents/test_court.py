"""Court papers: one set of forms that speaks as each period's law does."""

from dataclasses import replace
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms.court import FORMS
from models.law.facts import Participant
from tests.documents.cases import at, sample_case
from tests.documents.cases_2014 import case_2014
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

BY_CODE = {form.code: form for form in FORMS}
CODES = tuple(BY_CODE)
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
HEAD = ("TÒA ÁN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "TÒA ÁN NHÂN DÂN KHU VỰC 9 - HÀ NỘI", STATE)
PERSON = (
    "Họ và tên: Nguyễn Văn A", "Giới tính: Nam", "Tên gọi khác: A Đen", "Ngày, tháng, năm sinh: 20/05/1998",
    "Quốc tịch: Việt Nam", "Dân tộc: Kinh", "Số CC/CCCD/CMND/HC: 001098000001", "Ngày cấp: 15/03/2022", "Nơi cấp: ",
    "Nơi thường trú: ", "Chỗ ở hiện nay: ", "Nghề nghiệp: lao động tự do", "Trình độ văn hóa: 9/12",
)  # fmt: skip
BASES = (
    "Căn cứ Điều 29 và Điều 35 Luật Phòng, chống ma túy năm 2025;",
    "Căn cứ Pháp lệnh Trình tự, thủ tục xem xét, quyết định áp dụng các biện pháp xử lý hành chính tại Tòa án nhân dân",
    "Căn cứ hồ sơ vụ việc thụ lý số 15/2026/TLST-CNBB ngày 06 tháng 10 năm 2026",
)
PANEL = (
    "- Thẩm phán: Dương Văn Y.", "- Thư ký phiên họp: Đinh Thị Z.",
    "- Kiểm sát viên: Cao Văn AA, Viện kiểm sát nhân dân khu vực 9 - Hà Nội.",
)  # fmt: skip
PRESENCE = (
    "- Nguyễn Văn A, Người bị đề nghị (có mặt).", "- Thượng tá Trần Văn B, Trưởng Công an phường Mai Dịch (có mặt).",
    "- Nguyễn Văn S, Bố của người bị đề nghị (vắng mặt).",
)  # fmt: skip
SENT = (
    "Nơi nhận:", "- Ông Nguyễn Văn A hoặc người đại diện hợp pháp;", "- Công an phường Mai Dịch;",
    "- Viện kiểm sát nhân dân khu vực 9 - Hà Nội;", "- Lưu: VT, hồ sơ vụ việc.",
)  # fmt: skip
JUDGE = ("THẨM PHÁN", "(Ký, ghi rõ họ tên, đóng dấu)", "Dương Văn Y")
RIGHTS = (
    "có hiệu lực kể từ ngày hết thời hạn khiếu nại, kiến nghị, kháng nghị mà không có khiếu nại, kiến nghị, kháng nghị.",
    "Quyền khiếu nại, kiến nghị, kháng nghị:", "có quyền khiếu nại Quyết định này trong thời hạn 05 ngày làm việc",
    "Công an phường Mai Dịch có quyền kiến nghị, Viện kiểm sát nhân dân khu vực 9 - Hà Nội có quyền kháng nghị",
    "được gửi đến Tòa án nhân dân khu vực 9 - Hà Nội.",
    "chịu trách nhiệm thi hành Quyết định này khi có hiệu lực./.",
)  # fmt: skip

ORDER = {
    "TA-01": (
        *HEAD, "Số: 05/TB-TA", "Hà Nội, ngày 07 tháng 10 năm 2026", "THÔNG BÁO",
        "Về việc thụ lý hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc", "Kính gửi:",
        "- Công an phường Mai Dịch;", "- Ông Nguyễn Văn A;", "- Viện kiểm sát nhân dân khu vực 9 - Hà Nội.",
        "Ngày 06 tháng 10 năm 2026, Tòa án nhân dân khu vực 9 - Hà Nội đã thụ lý số 15/2026/TLST-CNBB",
        "theo văn bản đề nghị số 05/ĐN-CAMD ngày 28 tháng 9 năm 2026 của Công an phường Mai Dịch.",
        "1. Người bị đề nghị:", *PERSON, "2. Biện pháp được đề nghị áp dụng: đưa đi cai nghiện bắt buộc.",
        "3. Thẩm phán được phân công xem xét, quyết định: Dương Văn Y; Thư ký: Đinh Thị Z.",
        "4. Tài liệu trong hồ sơ đề nghị:", "1) Tóm tắt lý lịch (Mẫu 33)", "2) ", "3) ",
        "5. Kể từ ngày nhận được Thông báo này", "có nghĩa vụ có mặt theo yêu cầu của Tòa án./.",
        "Nơi nhận:", "- Như trên;", "- Lưu: VT, hồ sơ vụ việc.", *JUDGE,
    ),
    "TA-02": (
        *HEAD, "Số: 05/QĐ-TA", "Hà Nội, ngày 06 tháng 10 năm 2026", "QUYẾT ĐỊNH",
        "Phân công Thẩm phán xem xét, quyết định việc áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "CHÁNH ÁN TÒA ÁN NHÂN DÂN KHU VỰC 9 - HÀ NỘI", *BASES,
        "Xét văn bản đề nghị số 05/ĐN-CAMD ngày 28 tháng 9 năm 2026 của Công an phường Mai Dịch.", "QUYẾT ĐỊNH:",
        "Điều 1. Phân công Thẩm phán Dương Văn Y xem xét", *PERSON, "Điều 2. Phân công Đinh Thị Z làm Thư ký",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.", "thi hành Quyết định này./.",
        "Nơi nhận:", "- Như Điều 3;", "CHÁNH ÁN", "(Ký, ghi rõ họ tên, đóng dấu)", "Hoàng Thị E",
    ),
    "TA-05": (
        *HEAD, "Số: 05/QĐ-TA", "Hà Nội, ngày 12 tháng 10 năm 2026", "QUYẾT ĐỊNH",
        "Mở phiên họp xem xét, quyết định áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "TÒA ÁN NHÂN DÂN KHU VỰC 9 - HÀ NỘI", *BASES, "QUYẾT ĐỊNH:", "Điều 1. Mở phiên họp", *PERSON,
        "Thời gian mở phiên họp: 08 giờ 00 phút, ngày 19 tháng 10 năm 2026", "Địa điểm mở phiên họp: Phòng họp số 1",
        "Điều 2. Những người tiến hành phiên họp và Kiểm sát viên:", *PANEL,
        "Điều 3. Những người tham gia phiên họp:", "- Đại diện cơ quan đề nghị: Công an phường Mai Dịch.",
        "- Nguyễn Văn A, Người bị đề nghị.", "- Nguyễn Văn S, Bố của người bị đề nghị.",
        "Điều 4. ", "thi hành Quyết định này./.", *SENT, *JUDGE,
    ),
    "TA-06": (
        *HEAD, "Hà Nội, ngày 19 tháng 10 năm 2026", "BIÊN BẢN",
        "Phiên họp xem xét, quyết định áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "Hồi 08 giờ 00 phút, ngày 19 tháng 10 năm 2026, tại Phòng họp số 1", *PERSON,
        "I. Những người tiến hành phiên họp và Kiểm sát viên", *PANEL, "II. Những người tham gia phiên họp", *PRESENCE,
        "III. Nội dung, diễn biến phiên họp và lời trình bày của những người tham gia",
        "Thẩm phán công bố nội dung đề nghị", "IV. Ý kiến của Kiểm sát viên", "Đề nghị áp dụng biện pháp",
        "V. Quyết định của Thẩm phán", "Áp dụng biện pháp, thời hạn 24 tháng",
        "Phiên họp kết thúc hồi 10 giờ 00 phút, ngày 19 tháng 10 năm 2026.",
        "THƯ KÝ", "(Ký, ghi rõ họ tên)", "THẨM PHÁN", "(Ký, ghi rõ họ tên)", "Đinh Thị Z", "Dương Văn Y",
    ),
    "TA-07": (
        *HEAD, "Số: 05/QĐ-TA", "Hà Nội, ngày 19 tháng 10 năm 2026", "QUYẾT ĐỊNH",
        "Áp dụng biện pháp đưa đi cai nghiện bắt buộc", "TÒA ÁN NHÂN DÂN KHU VỰC 9 - HÀ NỘI", *PANEL, *PRESENCE,
        "văn bản đề nghị số 05/ĐN-CAMD ngày 28 tháng 9 năm 2026 của Công an phường Mai Dịch", *PERSON,
        "XÉT THẤY:", "Người bị đề nghị nghiện ma túy và không đăng ký cai nghiện tự nguyện.",
        "Căn cứ xác định thời hạn: cai nghiện lần đầu, theo ", *BASES, "QUYẾT ĐỊNH:",
        "Điều 1. Áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với ông Nguyễn Văn A.",
        "Điều 2. Thời hạn áp dụng: 24 tháng (cai nghiện lần đầu).", "cơ sở cai nghiện ma túy công lập",
        "Điều 3. ", "Điều 4. ", "Điều 5. ", *SENT, *JUDGE,
    ),
    "TA-08": (
        *HEAD, "Số: 05/QĐ-TA", "QUYẾT ĐỊNH", "Không áp dụng biện pháp đưa đi cai nghiện bắt buộc", *PANEL, *PRESENCE,
        *PERSON, "XÉT THẤY:", *BASES, "QUYẾT ĐỊNH:",
        "Điều 1. Không áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với ông Nguyễn Văn A.",
        "Điều 2. Chấm dứt việc quản lý ông Nguyễn Văn A", "Điều 3. ", "Điều 4. ", "Điều 5. ", *SENT, *JUDGE,
    ),
}  # fmt: skip

REQUIRED = {
    "TA-01": ("case_number", "judge", "clerk"),
    "TA-02": ("case_number", "judge", "clerk"),
    "TA-05": ("session_at", "session_place", "prosecutor", "participants"),
    "TA-06": (
        "session_ended_at", "session_place", "prosecutor", "participants", "proceedings", "prosecutor_opinion",
        "session_decision",
    ),
    "TA-07": ("reasons", "prosecutor", "participants", "session_place"),
    "TA-08": ("reasons", "prosecutor", "participants", "session_place"),
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_paper_reads_in_its_order(code: str) -> None:
    assert_in_order(printed(BY_CODE[code], sample_case(code)), ORDER[code])


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("case_of", [sample_case, case_2014])
def test_paper_has_no_leftovers_and_survives_storage(code: str, case_of: Any) -> None:
    case: Case = case_of(code)
    assert_nothing_left_over(printed(BY_CODE[code], case))
    assert_stored_content_prints_the_same_bytes(BY_CODE[code], case)


@pytest.mark.parametrize("code", CODES)
def test_paper_is_marked_as_having_no_official_form(code: str) -> None:
    assert BY_CODE[code].source.startswith("không có mẫu; ")
    assert "Mẫu số" not in printed(BY_CODE[code], sample_case(code))


@pytest.mark.parametrize(
    ("code", "fact"), [(code, fact) for code, facts in REQUIRED.items() for fact in facts]
)
def test_missing_fact_is_named_with_its_form(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(sample_case(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)


@pytest.mark.parametrize("code", ["TA-01", "TA-02", "TA-07", "TA-08"])
def test_court_cannot_answer_a_letter_that_was_never_issued(code: str) -> None:
    with pytest.raises(MissingValue, match="văn bản đề nghị Tòa án"):
        BY_CODE[code].gather(replace(sample_case(code), issued={}))


def test_notice_of_acceptance_lists_the_papers_or_is_not_printed() -> None:
    with pytest.raises(MissingValue, match="enclosures"):
        BY_CODE["TA-01"].gather(replace(sample_case("TA-01"), enclosures=()))


def test_rights_of_complaint_petition_and_protest_stand_in_both_decisions() -> None:
    for code in ("TA-07", "TA-08"):
        assert_in_order(printed(BY_CODE[code], sample_case(code)), RIGHTS)


def test_repeated_rehab_lasts_36_months() -> None:
    assert "Thời hạn áp dụng: 36 tháng (cai nghiện từ lần thứ hai trở lên)." in printed(
        BY_CODE["TA-07"], sample_case("TA-07", times="repeat")
    )


def test_decision_without_a_term_is_refused() -> None:
    with pytest.raises(MissingValue, match="term_months"):
        BY_CODE["TA-07"].gather(sample_case("TA-07", times=None, term_months=None))


def test_refusal_is_silent_on_management_when_nobody_is_managed() -> None:
    case = sample_case("TA-08")
    left = replace(case, acts={**case.acts, "end_pending": at(10, 1)})
    text = printed(BY_CODE["TA-08"], left)
    assert "Chấm dứt việc quản lý" not in text
    assert "Điều 5." not in text


def test_applying_decision_of_2014_speaks_as_the_law_of_2012() -> None:
    text = printed(BY_CODE["TA-07"], case_2014("TA-07"))
    assert_in_order(
        text,
        (
            "TÒA ÁN NHÂN DÂN QUẬN CẦU GIẤY", "Áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
            "số 08/LĐTBXH ngày 16 tháng 4 năm 2019 của Phòng Lao động - Thương binh và Xã hội quận Cầu Giấy",
            "Căn cứ Điều 95, Điều 96 và khoản 2 Điều 105 Luật Xử lý vi phạm hành chính năm 2012;", "năm 2014;",
            "Thời hạn áp dụng: 18 tháng. Nơi chấp hành: cơ sở cai nghiện bắt buộc.", "03 ngày làm việc",
            "Phòng Lao động - Thương binh và Xã hội quận Cầu Giấy có quyền kiến nghị",
        ),
    )  # fmt: skip
    for newer in ("2025", "đưa đi cai nghiện", "lần đầu", "05 ngày làm việc"):
        assert newer not in text


def test_decision_names_participants_with_their_capacity_and_presence() -> None:
    case = sample_case(
        "TA-07", participants=(Participant(name="Lê Văn AB", capacity="Người phiên dịch", present=False),)
    )
    assert "- Lê Văn AB, Người phiên dịch (vắng mặt)." in printed(BY_CODE["TA-07"], case)
