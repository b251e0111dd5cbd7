"""V-52 to V-54, V-56, V-57: after-care proposed, decided, moved and ended."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest

from documents.case import Case, Issued, MissingValue, Signing
from documents.forms import all_forms
from models.law.facts import Representative
from tests.documents.cases import AGENCIES, at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

WIFE = {
    "relation": "vợ", "name": "Lưu Thị U", "age": "29", "occupation": "công nhân", "residence": "số 3 phố Thí Dụ",
}  # fmt: skip
DECIDED = Issued("V-53", "07/QĐ-UBND", date(2028, 11, 10), "Ủy ban nhân dân phường Mai Dịch")
OUTSIDE = {"number": "09/QĐ-UBND", "day": "2028-11-11", "issuer": "Ủy ban nhân dân xã Ba Vì"}
MOTHER = Representative(name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ")
STATED: dict[str, dict[str, Any]] = {
    "V-52": {
        "relative": WIFE, "reason": "Sắp chấp hành xong quyết định (khoản 1 Điều 123, khoản 1 Điều 134 Nghị định số "
        "163/2026/NĐ-CP ngày 15 tháng 5 năm 2026)", "measures": "tư vấn tâm lý; giới thiệu việc làm",
        "responsible": "Công an phường, gia đình", "enclosures": ["Thông báo số 05/TB-CSCN", "Tóm tắt lý lịch"],
    },
    "V-53": {"relative": {**WIFE, "workplace": "Nhà máy Ví Dụ"}, "effective_on": "2028-11-12"},
    "V-54": {"new_residence": "số 8 phố Ví Dụ, phường Cầu Giấy"},
    "V-56": {},
    "V-57": {"effective_on": "2030-11-12"},
}  # fmt: skip
BY = {"V-53": "committee", "V-56": "committee"}


def case(code: str, changes: dict[str, Any] | None = None, **facts: Any) -> Case:
    """The sample dossier two years on: the term ended on 12/11/2028, after-care ends on 12/11/2030."""
    made = drawn_case(
        all_forms()[code], STATED[code] | (changes or {}), by=BY.get(code, "compiler"), when=at(11, 20),
        aftercare_helpers=("Hội Phụ nữ phường", "ông Đỗ Văn I"), **facts,
    )  # fmt: skip
    days = {"p4-term": date(2028, 11, 12), "p4-post-term": date(2030, 11, 12)}
    return replace(made, last_days=days, issued={**made.issued, "V-53": DECIDED})


def text_of(code: str, changes: dict[str, Any] | None = None, **facts: Any) -> str:
    return printed(all_forms()[code], case(code, changes, **facts))


def assert_whole(code: str, made: Case, pieces: tuple[str, ...]) -> None:
    text = printed(all_forms()[code], made)
    assert_in_order(text, pieces)
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(all_forms()[code], made)


def test_proposal_reads_as_the_gazette_prints_it() -> None:
    assert_whole("V-52", case("V-52"), (
        "Mẫu số 52", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", "Số: 05/ĐN-QLSC", "ĐỀ NGHỊ",
        "Xem xét, quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        "Kính gửi: Chủ tịch Ủy ban nhân dân phường Mai Dịch", "Tôi là: Thượng tá Trần Văn B",
        "Chức vụ: Trưởng Công an phường Mai Dịch",
        "Đề nghị Chủ tịch Ủy ban nhân dân phường Mai Dịch xem xét, quyết định áp dụng biện pháp quản lý sau cai nghiện ma túy",
        "1. Họ và tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Số CC/CCCD/CMND/HC: 001098000001",
        "Nơi cư trú hoặc chỗ ở hiện nay: số 3", "Họ, tên vợ: Lưu Thị U; Tuổi: 29", "Nghề nghiệp: công nhân",
        "2. Lý do: Sắp chấp hành xong", "3. Thời hạn: từ ngày 12/11/2028 đến ngày 12/11/2030",
        "4. Các biện pháp quản lý, hỗ trợ: tư vấn tâm lý", "5. Dự kiến cơ quan/tổ chức/cá nhân chịu trách nhiệm",
        "6. Hồ sơ đề nghị kèm theo gồm:", "1) Thông báo số 05/TB-CSCN;", "2) Tóm tắt lý lịch./.",
        "- Như trên;", "TRƯỞNG CÔNG AN", "(Ký, ghi rõ họ tên và đóng dấu)", "Thượng tá Trần Văn B",
    ))  # fmt: skip


def test_a_deputy_who_signs_the_proposal_speaks_for_himself() -> None:
    form = all_forms()["V-52"]
    deputy = Signing(by="KT.", name="Trung tá Lê Văn P", position="Phó Trưởng Công an phường")
    context = form.gather(case("V-52")).model_copy(update={"signing": deputy})
    document = docx.Document(io.BytesIO(form.render(context)))
    lines = [each.text for each in document.paragraphs]
    assert "Tôi là: Trung tá Lê Văn P" in lines
    assert "Chức vụ: Phó Trưởng Công an phường" in lines


def test_after_care_of_a_minor_lasts_one_year_and_the_parent_gets_the_decision() -> None:
    minor: dict[str, Any] = {"track": "minor", "representative": MOTHER, "completed_on": date(2028, 11, 12)}
    stated = {"relative": {**WIFE, "relation": "mẹ", "name": "Nguyễn Thị B"}}
    text = text_of("V-53", stated, **minor)
    assert_in_order(text, (
        "Họ, tên mẹ: Nguyễn Thị B; Tuổi: 29", "từ ngày 12/11/2028 đến ngày 12/11/2029",
        "và gia đình ông (bà): Nguyễn Thị B;", "- Ông (bà) Nguyễn Thị B;", "- Trưởng Cơ sở cai nghiện",
    ))  # fmt: skip
    assert "hành chính" not in text.replace("Cục Cảnh sát quản lý hành chính", "")
    for code in ("V-54", "V-56"):
        moved = replace(case(code, **minor), parties={**AGENCIES, "compiler": AGENCIES["finder"]})
        assert "- Ông (bà) Nguyễn Thị B;" in printed(all_forms()[code], moved)


@pytest.mark.parametrize("code", ["V-52", "V-53"])
def test_a_minor_always_has_someone_to_name(code: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(case(code, {"relative": None}, track="minor"))
    assert missing.value.field == f"particulars.{code}.relative"


def test_decision_reads_as_the_gazette_prints_it() -> None:
    assert_whole("V-53", case("V-53"), (
        "Mẫu số 53", "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Số: 05/QĐ-UBND",
        "QUYẾT ĐỊNH", "Quản lý sau cai nghiện ma túy tại nơi cư trú", "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH",
        "Căn cứ Nghị định số 163/2026/NĐ-CP", "Theo đề nghị của Trưởng Công an phường Mai Dịch.", "QUYẾT ĐỊNH:",
        "Điều 1. Quản lý sau cai nghiện ma túy tại nơi cư trú đối với người có tên sau đây:", "1. Họ và tên",
        "Nghề nghiệp: lao động tự do; Nơi làm việc/học tập: không", "Họ, tên vợ: Lưu Thị U; Tuổi: 29",
        "Nghề nghiệp: công nhân; Nơi làm việc/học tập: Nhà máy Ví Dụ",
        "2. Thời hạn quản lý: từ ngày 12/11/2028 đến ngày 12/11/2030.",
        "Điều 2. Giao cho: Hội Phụ nữ phường; ông Đỗ Văn I và gia đình ông (bà): Lưu Thị U; thành viên Tổ quản lý, hỗ trợ",
        "phối hợp hỗ trợ ông (bà): Nguyễn Văn A trong toàn bộ thời gian quản lý sau cai nghiện tại nơi cư trú.",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày 12 tháng 11 năm 2028.", "Điều 4. Ông/bà có tên tại Điều 1 và Điều 2",
        "thi hành Quyết định này./.", "- Như Điều 4;", "- Trưởng Cơ sở cai nghiện ma túy công lập số 9;",
        "- Trưởng Công an phường Mai Dịch;", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "(Ký và ghi rõ họ tên, đóng dấu)", "Đỗ Văn I",
    ))  # fmt: skip


def test_the_recorded_day_of_completion_begins_the_term() -> None:
    text = text_of("V-53", completed_on=date(2028, 2, 29))
    assert "từ ngày 29/02/2028 đến ngày 28/02/2030" in text


def test_a_decision_about_someone_without_family_says_so() -> None:
    text = text_of("V-53", {"relative": None})
    assert_in_order(text, ("Họ, tên bố, mẹ, vợ/chồng/con: không; Tuổi: không", "ông Đỗ Văn I; thành viên Tổ"))


def test_without_a_term_there_is_nothing_to_propose() -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()["V-52"].gather(replace(case("V-52"), last_days={}))
    assert (missing.value.form, missing.value.field) == ("V-52", "completed_on")


def test_letter_reads_as_the_gazette_prints_it_and_goes_to_the_police_moved_to() -> None:
    moved = replace(case("V-54"), parties={**AGENCIES, "compiler": AGENCIES["finder"]})
    assert_whole("V-54", moved, (
        "Mẫu số 54", "CÔNG AN PHƯỜNG MAI DỊCH", "Số: 05/CAMD", "V/v phối hợp quản lý, hỗ trợ người sau cai nghiện ma túy",
        "Kính gửi: Công an phường Cầu Giấy",
        "Ông (bà): Nguyễn Văn A đang trong thời gian quản lý sau cai nghiện theo Quyết định số 07/QĐ-UBND ngày 10 tháng 11 năm",
        "của Ủy ban nhân dân phường Mai Dịch (kèm theo). Nay chuyển đến cư trú tại: số 8 phố Ví Dụ",
        "Căn cứ Nghị định số 163/2026/NĐ-CP", "đề nghị cơ quan Công an phường Cầu Giấy tiếp nhận, quản lý, hỗ trợ",
        "Trân trọng cảm ơn sự hợp tác của quý đơn vị./.", "- Như trên;", "- Ông (bà) Nguyễn Văn A;",
        "TRƯỞNG CÔNG AN PHƯỜNG MAI DỊCH", "(Ký và ghi rõ họ tên, đóng dấu)",
    ))  # fmt: skip


def test_a_letter_to_its_own_writer_is_refused() -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()["V-54"].gather(case("V-54"))
    assert (missing.value.form, missing.value.field) == ("V-54", "compiler")


def test_certificate_reads_as_the_gazette_prints_it() -> None:
    assert_whole("V-56", case("V-56", completed_on=date(2028, 11, 12)), (
        "Mẫu số 56", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Số: 05/GCN-QLSC", "GIẤY XÁC NHẬN",
        "Chấp hành xong Quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
        "Căn cứ Nghị định số 163/2026/NĐ-CP",
        "Căn cứ Quyết định số 07/QĐ-UBND ngày 10 tháng 11 năm 2028 của Chủ tịch Ủy ban nhân dân phường Mai Dịch về việc quản lý",
        "Theo đề nghị của Trưởng Công an phường Mai Dịch.", "XÁC NHẬN:",
        "1. Họ và tên (viết in hoa): NGUYỄN VĂN A", "Nghề nghiệp: lao động tự do; Nơi làm việc/học tập: không",
        "2. Xác nhận: Đã chấp hành xong thời hạn quản lý sau cai nghiện ma túy tại nơi cư trú. Thời gian: từ",
        "ngày 12/11/2028 đến ngày 12/11/2030./.", "- Ông (bà) Nguyễn Văn A;", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Đỗ Văn I",
    ))  # fmt: skip


def test_certificate_needs_a_term_that_ran_and_a_decision() -> None:
    served = case("V-56", completed_on=date(2028, 11, 12))
    for lacking, field in (
        (replace(served, last_days={}), "p4-post-term"),
        (replace(served, issued={}), "V-53"),
    ):
        with pytest.raises(MissingValue) as missing:
            all_forms()["V-56"].gather(lacking)
        assert (missing.value.form, missing.value.field) == ("V-56", field)


def test_a_decision_made_outside_the_system_is_cited_as_stated() -> None:
    text = text_of("V-57", {"decision": OUTSIDE, "reason": "prison"})
    assert "số 09/QĐ-UBND ngày 11 tháng 11 năm 2028 của Chủ tịch Ủy ban nhân dân xã Ba Vì." in text


def test_removal_reads_as_the_gazette_prints_it() -> None:
    assert_whole("V-57", replace(case("V-57"), action="end_aftercare"), (
        "Mẫu số 57", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", "Số: 05/QĐ-CAX", "QUYẾT ĐỊNH",
        "Đưa người bị quản lý sau cai nghiện ma túy ra khỏi danh sách người bị quản lý sau cai nghiện ma túy tại địa phương",
        "TRƯỞNG CÔNG AN PHƯỜNG MAI DỊCH", "Theo đề nghị của Công an phường Mai Dịch.", "QUYẾT ĐỊNH:", "Điều 1. Đưa người",
        "1. Ông (bà) Nguyễn Văn A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998", "Nơi cư trú: số 3 phố Thí Dụ",
        "2. Ông/bà có tên tại khoản 1 Điều này được đưa ra khỏi danh sách",
        "vì lý do đã chấp hành xong quyết định quản lý sau cai nghiện ma túy (điểm a khoản 4 Điều 48 Luật Phòng, chống ma túy",
        "Theo Quyết định quản lý sau cai nghiện ma túy tại nơi cư trú số 07/QĐ-UBND ngày 10 tháng 11 năm 2028 của Chủ tịch",
        "Điều 2. Quyết định này có hiệu lực kể từ ngày 12 tháng 11 năm 2030.", "Điều 3.", "Quyết định này./.", "- Như Điều 3;",
        "TRƯỞNG CÔNG AN", "Thượng tá Trần Văn B",
    ))  # fmt: skip


@pytest.mark.parametrize(("action", "closing_ground", "reason"), [
    ("record_relapse", None, "có kết quả xác định tình trạng nghiện là nghiện ma túy (điểm b"),
    ("move", None, "chuyển đến cư trú ở địa phương khác (điểm c"),
    ("close", "death", "vì lý do chết (điểm d"),
    ("close", "missing", "bị Tòa án tuyên bố mất tích (điểm d"),
])  # fmt: skip
def test_the_act_says_why_the_person_leaves_the_list(
    action: str, closing_ground: str | None, reason: str
) -> None:
    removed = replace(case("V-57", closing_ground=closing_ground), action=action)
    assert reason in printed(all_forms()["V-57"], removed)


def test_a_reason_nobody_knows_is_asked_for() -> None:
    off_the_list = replace(case("V-57", closing_ground="off_the_list"), action="close")
    with pytest.raises(MissingValue) as missing:
        all_forms()["V-57"].gather(off_the_list)
    assert missing.value.field == "particulars.V-57.reason"
