"""The papers of the file read like the gazette's forms V-33, V-34, V-36 and V-37."""

from dataclasses import replace
from typing import Any

import pytest

from documents.case import MissingValue
from documents.forms import all_forms
from models.law.facts import Background, Witness
from tests.documents.cases import FACTS, sample_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

CODES = ("V-33", "V-34", "V-36", "V-37")
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
POLICE = ("CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", STATE, MOTTO)
PERSON = (
    "Họ và tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Tên gọi khác (nếu có): A Đen",
    "Ngày, tháng, năm sinh: 20/05/1998",
    "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: Cục Cảnh sát",
)  # fmt: skip
RESIDENCE = "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ"
PROPOSED = (*PERSON, RESIDENCE, "Nghề nghiệp: lao động tự do", "Nơi làm việc: không")
ENCLOSURES = (
    "3. Hồ sơ đề nghị kèm theo gồm:", "1) Tóm tắt lý lịch", "2) Biên bản vi phạm", "3) Bản sao Phiếu kết quả",
)  # fmt: skip
CLOSING = (
    "Nơi nhận:", "- Như trên;", "- Lưu: VT, hồ sơ.", "TRƯỞNG CÔNG AN", "(Ký, ghi rõ họ tên và đóng dấu)",
    "Thượng tá Trần Văn B",
)  # fmt: skip
REASON = "Không đăng ký cai nghiện tự nguyện"

ORDER = {
    "V-33": (
        "Ảnh 4x6", STATE, MOTTO, "Mai Dịch, ngày 23 tháng 9 năm 2026", "TÓM TẮT LÝ LỊCH", "Của người nghiện ma túy",
        "I. PHẦN BẢN THÂN NGƯỜI NGHIỆN", "1. Họ và tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam",
        "Tên gọi khác (nếu có): A Đen", "2. Ngày, tháng, năm sinh: 20/05/1998",
        "3. Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: ", f"4. {RESIDENCE}",
        "5. Trình độ đào tạo: 9/12", "6. Nghề nghiệp: lao động tự do", "7. Nơi làm việc/học tập: không",
        "II. THÀNH PHẦN GIA ĐÌNH",
        "8. Họ, tên bố: Nguyễn Văn S; Tuổi: 58", "Nghề nghiệp: công nhân", RESIDENCE,
        "9. Họ, tên mẹ: Phan Thị T; Tuổi: 55", "Nghề nghiệp: nội trợ", RESIDENCE,
        "10. Họ, tên vợ/chồng: Lưu Thị U; Tuổi: 27", "Nghề nghiệp: công nhân", RESIDENCE,
        "11. Họ, tên con: Nguyễn Văn V; Tuổi: 5", "Nghề nghiệp: còn nhỏ", RESIDENCE,
        "III. TIỀN ÁN, TIỀN SỰ, QUÁ TRÌNH SỬ DỤNG, CAI NGHIỆN MA TÚY",
        "12. Tiền án (nếu có thì ghi rõ số lần, tội danh; không có thì ghi không): không",
        "13. Tiền sự (nếu có thì ghi rõ số lần, hành vi; không có thì ghi không): 01 lần",
        "14. Loại ma túy đã sử dụng (ghi tên loại ma túy sử dụng): Methamphetamine",
        "15. Hình thức sử dụng ma túy (nuốt, chích, hít): hút",
        "16. Thời điểm sử dụng ma túy lần đầu (ghi ngày, tháng, năm): 15/3/2020",
        ("17. Cai nghiện tự nguyện tại gia đình, cai nghiện tại cộng đồng (ghi rõ số lần, địa điểm, cơ sở cai nghiện "
        "tự nguyện; không có thì ghi chưa): chưa"),
        ("18. Quyết định quản lý sau cai nghiện tại nơi cư trú (ghi rõ số quyết định, ngày, tháng, năm, cơ quan quyết "
        "định): không"),
        ("19. Đã bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc (ghi rõ số quyết định, ngày, tháng, năm, cơ "
        "quan quyết định, tên cơ sở cai nghiện bắt buộc): chưa"),
        ("20. Tham gia điều trị nghiện ma túy bằng thuốc thay thế (có hoặc không): có. Nếu có, thời điểm tự chấm dứt "
        "điều trị hoặc bị đưa ra khỏi chương trình điều trị (ghi rõ ngày, tháng, năm): 01/09/2026"),
        ("Tôi xin cam đoan lời khai trên là đúng sự thật. Nếu có gì sai tôi xin hoàn toàn chịu trách nhiệm theo quy "
        "định của pháp luật."),
        "XÁC NHẬN CỦA ĐẠI DIỆN GIA ĐÌNH", "(Ký, ghi rõ họ, tên, mối quan hệ với người khai)",
        "NGƯỜI KHAI", "(Ký, ghi rõ họ, tên)", "Nguyễn Văn A",
        "XÁC NHẬN CỦA CƠ QUAN LẬP HỒ SƠ", "(Ký, ghi rõ họ, tên, đóng dấu)", "Thượng tá Trần Văn B",
    ),
    "V-34": (
        *POLICE, "Số: 05/BB-CAMD", "Mai Dịch, ngày 22 tháng 9 năm 2026",
        "BIÊN BẢN VI PHẠM", "Của người bị đề nghị đưa đi cai nghiện bắt buộc",
        "Hôm nay, hồi 08 giờ 00 phút, ngày 22/09/2026, tại phường Mai Dịch, thành phố Hà Nội",
        "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ",
        "I. Chúng tôi gồm:", "1. Họ và tên: Đại úy Lý Văn N", "Chức vụ: Cán bộ Công an phường",
        "Cơ quan: Công an phường Mai Dịch", "2. Với sự chứng kiến của:",
        "a) Họ và tên: Trịnh Văn Q; Nghề nghiệp: hưu trí", "Nơi ở hiện nay: số 5",
        "b) Họ và tên: Mai Thị R; Nghề nghiệp: buôn bán", "Nơi ở hiện nay: số 7",
        "II. Tiến hành lập biên bản vi phạm với các nội dung sau:", "1. Họ và tên: Nguyễn Văn A; Giới tính: Nam",
        "- Ngày, tháng, năm sinh: 20/05/1998; Quốc tịch: Việt Nam", "- Nghề nghiệp: lao động tự do",
        "- Nơi ở hiện tại: số 3", "- Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: ",
        "2. Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp: không",
        f"3. Đã có các hành vi vi phạm: {REASON}", "theo quy định của Luật Phòng, chống ma túy;",
        "4. Ý kiến trình bày của cá nhân vi phạm: Tôi thừa nhận",
        "5. Chúng tôi đã yêu cầu cá nhân chấm dứt ngay hành vi vi phạm.",
        "6. Các biện pháp ngăn chặn và bảo đảm xử lý vi phạm được áp dụng, gồm: không",
        "Biên bản lập xong hồi 08 giờ 30 phút, ngày 22 tháng 9 năm 2026, gồm ",
        (" tờ, được lập thành 02 bản có nội dung và giá trị như nhau; đã đọc lại cho những người có tên nêu trên cùng "
        "nghe, công nhận là đúng và cùng ký tên dưới đây; giao cho ông (bà) Nguyễn Văn A là cá nhân vi phạm 01 bản, "
        "01 bản lưu hồ sơ."),
        "Trường hợp cá nhân vi phạm không ký biên bản", "Lý do ông (bà) Nguyễn Văn A không ký biên bản:",
        "1) Không đồng ý với nội dung biên bản.",
        "CÁ NHÂN VI PHẠM", "(Ký, ghi rõ họ và tên)", "NGƯỜI LẬP BIÊN BẢN", "(Ký, ghi rõ chức vụ, họ và tên)",
        "Nguyễn Văn A", "Cán bộ Công an phường Đại úy Lý Văn N",
        "NGƯỜI CHỨNG KIẾN", "(Ký, ghi rõ họ và tên)",
        "ĐẠI DIỆN CÔNG AN CẤP XÃ", "(Ký, ghi rõ chức vụ, họ và tên, đóng dấu)", "Trịnh Văn Q",
        "Trưởng Công an phường Thượng tá Trần Văn B", "NGƯỜI CHỨNG KIẾN", "Mai Thị R",
    ),
    "V-36": (
        *POLICE, "Số: 05/ĐN-CAMD", "Mai Dịch, ngày 28 tháng 9 năm 2026",
        "ĐỀ NGHỊ", "Xem xét hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "Kính gửi: Tòa án nhân dân khu vực 9 - Hà Nội",
        "Công an phường Mai Dịch đề nghị Chánh án Tòa án nhân dân khu vực 9 - Hà Nội",
        "Xem xét hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với:", "1. ", *PROPOSED,
        ("2. Lý do đề nghị lập hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc (ghi rõ hành vi vi phạm, "
        f"điều khoản vi phạm): {REASON}"), *ENCLOSURES, "./.", *CLOSING,
    ),
    "V-37": (
        *POLICE, "Số: 05/TB-CAMD", "Mai Dịch, ngày 29 tháng 9 năm 2026",
        "THÔNG BÁO", "Về việc lập hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "Kính gửi: Ông (bà) Nguyễn Văn A", ("Công an phường Mai Dịch thông báo tới Ông (bà) về việc lập hồ sơ đề nghị "
        "áp dụng biện pháp đưa đi cai nghiện ma túy bắt buộc đối với:"), "1. ", *PROPOSED,
        ("2. Căn cứ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc (ghi rõ hành vi vi phạm, điều khoản vi phạm): "
        f"{REASON}"), *ENCLOSURES,
        ("4. Trong thời hạn 03 ngày làm việc, kể từ ngày nhận được thông báo này, Ông/bà Nguyễn Văn A có quyền được "
        "đọc, ghi chép các nội dung cần thiết. Hết thời hạn trên, Công an phường Mai Dịch sẽ tiến hành các thủ tục "
        "theo quy định của pháp luật để đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc."),
        "Thông báo./.", *CLOSING,
    ),
}  # fmt: skip
"""What each paper says, in the order of the gazette."""

REQUIRED = {
    "V-33": ("background",),
    "V-34": ("ground_found_at", "compiled_by", "witnesses", "violation", "statement"),
    "V-36": ("proposal_reason",),
    "V-37": ("proposal_reason",),
}


def paper(code: str, **fact_changes: Any) -> str:
    return printed(all_forms()[code], sample_case(code, **fact_changes))


@pytest.mark.parametrize("code", CODES)
def test_what_the_form_prints_stands_in_the_order_of_the_gazette(code: str) -> None:
    assert_in_order(paper(code), ORDER[code])


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_over_from_the_template(code: str) -> None:
    assert_nothing_left_over(paper(code))


@pytest.mark.parametrize("code", CODES)
def test_a_stored_context_prints_the_same_bytes(code: str) -> None:
    assert_stored_content_prints_the_same_bytes(all_forms()[code], sample_case(code))


@pytest.mark.parametrize(
    ("code", "fact"), [(code, fact) for code, facts in REQUIRED.items() for fact in facts]
)
def test_a_fact_the_form_prints_and_nobody_recorded_is_named(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(sample_case(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)
    assert missing.value.title != fact


@pytest.mark.parametrize("code", ["V-36", "V-37"])
def test_a_proposal_or_notice_without_enclosures_is_refused(code: str) -> None:
    with pytest.raises(MissingValue, match=f"{code}.*enclosures"):
        all_forms()[code].gather(replace(sample_case(code), enclosures=()))


def test_the_proposal_needs_a_court_to_go_to() -> None:
    with pytest.raises(MissingValue, match=r"V-36.*court"):
        all_forms()["V-36"].gather(replace(sample_case("V-36"), parties={}))


def test_only_papers_with_a_symbol_have_a_number() -> None:
    assert [all_forms()[code].symbol for code in CODES] == [None, "BB-{symbol}", "ĐN-{symbol}", "TB-{symbol}"]
    for code in CODES:
        assert ("Số: 05/" in paper(code)) == (all_forms()[code].symbol is not None)


def test_minutes_and_the_life_summary_have_no_end_mark() -> None:
    assert ["./." in paper(code) for code in CODES] == [False, False, True, True]


def test_signed_violation_minutes_say_nothing_of_a_refusal() -> None:
    assert "không ký biên bản" not in paper("V-34", signing_refused_reason=None)


def test_every_witness_is_named_and_has_a_place_to_sign() -> None:
    third = Witness(name="Đỗ Văn Ê", occupation="thợ may", residence="số 9 phố Thí Dụ")
    text = paper("V-34", witnesses=(*FACTS["witnesses"], third))
    assert "c) Họ và tên: Đỗ Văn Ê; Nghề nghiệp: thợ may" in text
    assert text.count("NGƯỜI CHỨNG KIẾN") == 3
    assert text.count("Đỗ Văn Ê") == 2


def test_violation_minutes_are_never_finished_before_they_begin() -> None:
    later = sample_case("V-34").occurred_at.replace(hour=15, minute=5)
    assert "lập xong hồi 15 giờ 05 phút, ngày 22 tháng 9" in paper("V-34", ground_found_at=later)


def test_a_family_that_does_not_exist_is_written_as_none() -> None:
    alone = FACTS["background"].model_dump() | {
        "father": None,
        "mother": None,
        "spouse": None,
        "children": (),
    }
    text = paper("V-33", background=Background(**alone), substitution_ended_on=None)
    assert_in_order(
        text,
        (
            "8. Họ, tên bố: không\n9. Họ, tên mẹ: không\n10. Họ, tên vợ/chồng: không\n11. Họ, tên con: không\nIII. ",
            "(ghi rõ ngày, tháng, năm): không",
        ),
    )


def test_every_child_is_listed() -> None:
    background = FACTS["background"]
    second = background.children[0].model_copy(update={"name": "Nguyễn Thị X", "age": "2"})
    two = background.model_copy(update={"children": (*background.children, second)})
    assert_in_order(
        paper("V-33", background=two),
        ("11. Họ, tên con: Nguyễn Văn V; Tuổi: 5", "Họ, tên con: Nguyễn Thị X; Tuổi: 2", "III. "),
    )


def test_a_person_without_identity_papers_has_the_reason_in_their_place() -> None:
    case = sample_case("V-36")
    identity = {"type": "none", "reason": "bị mất", "number": None, "issued_on": None, "issued_by": None}
    person = case.person.model_copy(update={"identity": type(case.person.identity).model_validate(identity)})
    text = printed(all_forms()["V-36"], replace(case, person=person))
    assert "Số CC/CCCD/CMND/HC: không có (bị mất); ngày cấp: không; nơi cấp: không" in text
