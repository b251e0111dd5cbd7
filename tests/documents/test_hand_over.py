"""Hand-over minutes and the pending decision read like the gazette's forms V-23, V-31, V-32 and V-42."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from documents.case import Case, MissingValue
from documents.forms import all_forms
from models.law.facts import Official
from tests.documents.cases import sample_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
DECREE = (
    "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ quy định chi tiết và hướng dẫn thi hành "
    "một số điều của Luật Phòng, chống ma túy"
)
PERSON = (
    "Họ và tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Tên gọi khác (nếu có): A Đen",
    "Ngày, tháng, năm sinh: 20/05/1998",
    "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: Cục Cảnh sát",
)  # fmt: skip
GIVER = ("Họ và tên: Đại úy Lý Văn N; Chức vụ: Cán bộ Công an phường", "Cơ quan: Công an phường Mai Dịch")
COPIES = "Bên giao giữ 01 bản; Bên nhận giữ 01 bản."
CENTRE = "Cơ sở cai nghiện ma túy công lập số 9"


def paper_of(
    received: str, place: str, where: str, kind: str, receiver: tuple[str, ...], paper: str
) -> tuple[str, ...]:
    """V-23 for one act; `received` is hour and minute, then the day."""
    clock, day = received.split(" / ")
    return (
        STATE, MOTTO, f"{place}, ngày {day}", "BIÊN BẢN", f"Về việc giao nhận {kind}", DECREE,
        f"1. Hôm nay, hồi {clock}, ngày ", f" tại {where}", "chúng tôi gồm:", "a) Đại diện bên giao:",
        "Họ và tên: ", "; Chức vụ: ", "Cơ quan: ", "b) Đại diện bên nhận:", *receiver,
        f"2. Chúng tôi bên giao giao cho bên nhận {paper}", "3. Biên bản này gồm ",
        (f" trang, được lập thành 02 bản có giá trị pháp lý như nhau, được lập xong vào lúc {clock}, ngày {day}. "
        "Hai bên đã thống nhất các nội dung giao, nhận và cùng ký xác nhận."), COPIES,
        "BÊN NHẬN", "(Ký, ghi rõ họ tên)", "BÊN GIAO", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))",
    )  # fmt: skip


SELF = (
    "Họ và tên: Nguyễn Văn A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
    "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: Cục Cảnh sát", "Điện thoại liên lạc: 0900000001",
    "Quan hệ với người nghiện ma túy được quản lý: chính người được thông báo",
)  # fmt: skip
FATHER = (
    "Họ và tên: Nguyễn Văn S; Giới tính: Nam", "Ngày, tháng, năm sinh: 1968",
    "Số CC/CCCD/CMND/HC: 001068000002; ngày cấp: 20/04/2022; nơi cấp: Cục Cảnh sát", "Điện thoại liên lạc: 0900000002",
    "Quan hệ với người nghiện ma túy được quản lý: bố",
)  # fmt: skip

ORDER = {
    ("V-23", "notify_result"): paper_of(
        "09 giờ 15 phút / 14 tháng 9 năm 2026", "Mai Dịch", "Công an phường Mai Dịch, số 10", "Phiếu kết quả", SELF,
        "Phiếu kết quả ngày 11 tháng 9 năm 2026 của Bệnh viện Đa khoa Mai Dịch về việc xác định",
    ),
    ("V-23", "notify_person"): paper_of(
        "09 giờ 00 phút / 29 tháng 9 năm 2026", "Mai Dịch", "Công an phường Mai Dịch, số 10", "Thông báo", FATHER,
        "Thông báo số 05/TB-CAMD ngày 29 tháng 9 năm 2026 của Công an phường Mai Dịch về việc lập hồ sơ đề nghị",
    ),
    ("V-23", "start_in_place"): paper_of(
        "09 giờ 00 phút / 12 tháng 11 năm 2026", "Ba Vì", f"{CENTRE}, thôn Ví Dụ", "Quyết định", SELF,
        "Quyết định số 05/QĐ-CAHN ngày 06 tháng 11 năm 2026 của Công an thành phố Hà Nội về việc giao cơ sở cai nghiện",
    ),
    ("V-31", None): (
        STATE, MOTTO, "Ba Vì, ngày 23 tháng 9 năm 2026", "BIÊN BẢN",
        ("Về việc giao, nhận hồ sơ, người nghiện ma túy được quản lý trong thời gian lập hồ sơ đưa đi cai nghiện bắt "
        "buộc vào cơ sở cai nghiện ma túy công lập"), DECREE,
        ("Căn cứ Quyết định số 05/QĐ-CAMD ngày 23 tháng 9 năm 2026 của Công an phường Mai Dịch về việc giao người nghiện "
        "ma túy để quản lý trong thời gian lập hồ sơ đưa đi cai nghiện bắt buộc."),
        f"1. Hôm nay, hồi 14 giờ 00 phút, ngày 23/09/2026 tại {CENTRE}", "chúng tôi gồm:", "a) Đại diện bên giao", *GIVER,
        "b) Đại diện bên nhận", "Họ và tên: Thiếu tá Tạ Thị X; Chức vụ: Đội trưởng", f"Cơ quan: {CENTRE}",
        "2. Tiến hành giao, nhận hồ sơ, người nghiện ma túy như sau:", "a) Người bị giao quản lý:", *PERSON,
        ("b) Tình trạng người bị giao quản lý: (tổ chức, cá nhân tiếp nhận phải quan sát ghi những đặc điểm chung, tình "
        "trạng sức khỏe, những dấu hiệu bất thường về thể chất, tâm thần của người bị quản lý tại thời điểm giao, "
        "nhận): Tỉnh táo"), "c) Hồ sơ kèm theo gồm:", "1) Quyết định giao", "2) Tóm tắt lý lịch",
        "d) Tư trang, đồ dùng cá nhân cơ sở quản lý (ghi rõ từng loại):", "1) 01 ba lô", "2) 02 bộ quần áo",
        "3. Biên bản này gồm ", "được lập xong vào lúc 14 giờ 00 phút, ngày 23 tháng 9 năm 2026.", COPIES,
        "ĐẠI DIỆN BÊN GIAO", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))",
        "ĐẠI DIỆN BÊN NHẬN", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))", "Đại úy Lý Văn N", "Thiếu tá Tạ Thị X",
    ),
    ("V-32", None): (
        "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", STATE, MOTTO, "Số: 05/QĐ-CAMD",
        "Mai Dịch, ngày 23 tháng 9 năm 2026", "QUYẾT ĐỊNH",
        "Về việc giao người nghiện ma túy để quản lý trong thời gian lập hồ sơ đưa đi cai nghiện bắt buộc",
        "TRƯỞNG CÔNG AN PHƯỜNG MAI DỊCH", "Căn cứ Luật Phòng, chống ma túy năm 2025;", DECREE,
        "Theo đề nghị của Tổ Phòng, chống tội phạm.", "QUYẾT ĐỊNH:",
        "Điều 1. Giao người nghiện ma túy để quản lý trong thời gian lập hồ sơ đưa đi cai nghiện bắt buộc:",
        "1. Người bị giao quản lý:", *PERSON, "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ",
        f"2. Đơn vị được giao quản lý: {CENTRE}; địa chỉ: thôn Ví Dụ, xã Ba Vì",
        "3. Thời gian quản lý: từ ngày 23 tháng 9 năm 2026 đến khi có quyết định của Tòa án đưa đi cai nghiện bắt buộc.",
        "4. Lý do: Người nghiện ma túy không có nơi cư trú ổn định",
        "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 3. Tổ Phòng, chống tội phạm và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
        "Nơi nhận:", "- Như Điều 3;", f"- {CENTRE};", "- Lưu: VT, hồ sơ.",
        "TRƯỞNG CÔNG AN", "(Ký, ghi rõ họ tên, đóng dấu)", "Thượng tá Trần Văn B",
    ),
    ("V-42", None): (
        STATE, MOTTO, "Ba Vì, ngày 12 tháng 11 năm 2026", "BIÊN BẢN",
        "Giao, nhận hồ sơ, người vào cơ sở cai nghiện công lập", DECREE,
        ("Căn cứ Quyết định số 05/QĐ-TA ngày 19 tháng 10 năm 2026 của Tòa án nhân dân khu vực 9 - Hà Nội về việc áp dụng "
        "biện pháp đưa đi cai nghiện bắt buộc;"),
        "Căn cứ Quyết định số 05/QĐ-CAHN ngày 06 tháng 11 năm 2026 của Công an thành phố Hà Nội về việc giao cơ sở",
        f"1. Hôm nay, hồi 09 giờ 00 phút, ngày 12/11/2026 tại {CENTRE}, chúng tôi gồm:", "a) Đại diện bên giao:", *GIVER,
        "b) Đại diện bên nhận:", "Họ và tên: Thiếu tá Tạ Thị X; Chức vụ: Đội trưởng", f"Cơ sở cai nghiện: {CENTRE}",
        "2. Tiến hành giao, nhận hồ sơ, người vào cơ sở cai nghiện công lập với các nội dung sau:",
        "a) Người bị áp dụng biện pháp đưa đi cai nghiện bắt buộc:", *PERSON,
        ("b) Tình trạng: (cơ sở tiếp nhận phải quan sát ghi những đặc điểm chung, tình trạng sức khỏe, những dấu hiệu bất "
        "thường về thể chất, tâm thần của người bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc quản lý tại thời "
        "điểm giao, nhận): Tỉnh táo"), "kết quả kiểm tra sức khỏe: Đủ sức khỏe",
        "c) Hồ sơ kèm theo gồm: 03 tài liệu", "1) Quyết định giao", "2) Tóm tắt lý lịch", "3) Bản sao",
        "d) Tư trang, đồ dùng cá nhân của người nghiện ma túy (ghi rõ từng loại):", "1) 01 ba lô", "2) 02 bộ quần áo",
        "3. Biên bản này gồm ", "được lập xong vào lúc 09 giờ 00 phút, ngày 12 tháng 11 năm 2026.", COPIES,
        "ĐẠI DIỆN BÊN GIAO", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu)",
        "ĐẠI DIỆN BÊN NHẬN", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu)", "Đại úy Lý Văn N", "Thiếu tá Tạ Thị X",
    ),
}  # fmt: skip
"""What each paper says, in the order of the gazette, by form and act."""

PAPERS = list(ORDER)

_HAND_OVER = ("hand_over_by", "hand_over_to", "condition", "file_papers", "belongings")
REQUIRED = {
    ("V-23", "notify_result"): ("result_told_to", "result_told_at", "server"),
    ("V-23", "notify_person"): ("notice_receiver", "notice_received_at", "server"),
    ("V-23", "start_in_place"): ("result_told_to", "delivered_at", "server"),
    ("V-31", None): _HAND_OVER,
    ("V-32", None): ("proposing_unit", "pending_reason"),
    ("V-42", None): (*_HAND_OVER, "delivered_at", "health_check"),
}

RESTS_ON = {
    ("V-23", "notify_result"): ("109-05",),
    ("V-23", "notify_person"): ("V-37",),
    ("V-23", "start_in_place"): ("P-03",),
    ("V-31", None): ("V-32",),
    ("V-42", None): ("TA-07", "P-03"),
}


def case_of(paper: tuple[str, str | None], **fact_changes: Any) -> Case:
    code, action = paper
    return sample_case(code, action=action, **fact_changes)


def text_of(paper: tuple[str, str | None], **fact_changes: Any) -> str:
    return printed(all_forms()[paper[0]], case_of(paper, **fact_changes))


@pytest.mark.parametrize("paper", PAPERS)
def test_what_the_form_prints_stands_in_the_order_of_the_gazette(paper: tuple[str, str | None]) -> None:
    assert_in_order(text_of(paper), ORDER[paper])


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_left_over_from_the_template(paper: tuple[str, str | None]) -> None:
    assert_nothing_left_over(text_of(paper))


@pytest.mark.parametrize("paper", PAPERS)
def test_a_stored_context_prints_the_same_bytes(paper: tuple[str, str | None]) -> None:
    assert_stored_content_prints_the_same_bytes(all_forms()[paper[0]], case_of(paper))


@pytest.mark.parametrize(
    ("paper", "fact"), [(paper, fact) for paper, facts in REQUIRED.items() for fact in facts]
)
def test_a_fact_the_form_prints_and_nobody_recorded_is_named(
    paper: tuple[str, str | None], fact: str
) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[paper[0]].gather(case_of(paper, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (paper[0], fact)
    assert missing.value.title != fact


@pytest.mark.parametrize(
    ("paper", "ground"), [(paper, ground) for paper, grounds in RESTS_ON.items() for ground in grounds]
)
def test_a_paper_is_refused_while_the_document_it_rests_on_is_not_issued(
    paper: tuple[str, str | None], ground: str
) -> None:
    case = case_of(paper)
    without = {form: issued for form, issued in case.issued.items() if form != ground}
    with pytest.raises(MissingValue) as missing:
        all_forms()[paper[0]].gather(replace(case, issued=without))
    assert missing.value.field == ground


@pytest.mark.parametrize("code", ["V-31", "V-32", "V-42"])
def test_a_hand_over_needs_a_centre(code: str) -> None:
    with pytest.raises(MissingValue, match=f"{code}.*centre"):
        all_forms()[code].gather(replace(sample_case(code), parties={}))


def test_only_the_decision_has_a_number_and_an_end_mark() -> None:
    for paper in PAPERS:
        text, numbered = text_of(paper), paper[0] == "V-32"
        assert (all_forms()[paper[0]].symbol == "QĐ-{symbol}") == numbered
        assert ("Số: " in text, "./." in text) == (numbered, numbered)


def test_a_refused_notice_is_recorded_in_its_minutes_only() -> None:
    line = "Bên nhận không nhận văn bản, lý do: vắng nhà"
    assert line in text_of(("V-23", "notify_person"), notice_refused_reason="vắng nhà")
    assert line not in text_of(("V-23", "notify_result"), notice_refused_reason="vắng nhà")


def test_a_result_with_a_number_is_cited_by_it() -> None:
    case = case_of(("V-23", "notify_result"))
    numbered = replace(case.issued["109-05"], number="12/PKQ")
    text = printed(all_forms()["V-23"], replace(case, issued={**case.issued, "109-05": numbered}))
    assert "Phiếu kết quả số 12/PKQ ngày 11 tháng 9 năm 2026 của Bệnh viện Đa khoa Mai Dịch" in text


def test_the_minutes_are_dated_when_the_paper_was_received_in_vietnam() -> None:
    late_evening = datetime(2026, 9, 29, 17, 30, tzinfo=UTC)
    text = text_of(("V-23", "notify_person"), notice_received_at=late_evening)
    assert "Mai Dịch, ngày 30 tháng 9 năm 2026" in text
    assert "hồi 00 giờ 30 phút, ngày 30/09/2026" in text


def test_an_official_of_no_other_agency_acts_for_the_acting_one() -> None:
    nobody_else = Official(name="Trung úy Hà Văn Ô", position="Cán bộ")
    assert f"Cơ quan: {CENTRE}" in text_of(("V-23", "start_in_place"), server=nobody_else)
    assert f"Cơ sở cai nghiện: {CENTRE}" in text_of(("V-42", None), hand_over_to=nobody_else)


def test_the_word_processor_counts_the_pages_that_the_minutes_state() -> None:
    form = all_forms()["V-42"]
    body = docx.Document(io.BytesIO(form.render(form.gather(sample_case("V-42"))))).element.body
    fields = [field.get(qn("w:instr")) for field in body.iter(qn("w:fldSimple"))]
    assert fields == [" NUMPAGES "]
