"""III-04 and III-06 to III-09: the decisions and notices of managing a user of narcotic substances."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, MissingValue
from documents.forms import all_forms
from models.law.loader import load_book
from tests.documents.cases import ISSUED, at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

DECISION = {"number": "12/QĐ-CACG", "day": "2026-07-10", "agency": "Công an phường Cầu Giấy"}
STATED: MappingProxyType[str, dict[str, Any]] = MappingProxyType({
    "III-04": {
        "leader": "Đại úy Lý Văn N", "deputy": "Trịnh Văn Q", "deputy_of": "Tổ dân phố số 5",
        "family": {"name": "Nguyễn Văn S", "capacity": "bố của người bị quản lý"},
        "organisation": {"name": "Mai Thị R", "capacity": "đại diện Hội Liên hiệp Phụ nữ"},
    },
    "III-06": {
        "decision": DECISION, "receiver": "Công an xã Ba Vì", "managed_from": "2026-07-10",
        "managed_until": "2027-07-10", "moved_to": "thôn Ví Dụ, xã Ba Vì, thành phố Hà Nội",
        "life_summary": "ngày 10/07/2026",
        "others": [{"title": "Kết quả xác minh nơi cư trú", "reference": "ngày 08/07/2026"}],
    },
    "III-07": {
        "decision": DECISION, "from_day": "2026-11-10",
        "custody": {
            "decision": "số 45/QĐ-CSĐT ngày 10/11/2026 của Cơ quan Cảnh sát điều tra", "term": "03 ngày",
            "from_day": "2026-11-10", "to_day": "2026-11-13",
        },
    },
    "III-08": {"decision": DECISION, "from_day": "2026-11-12", "reason": "addicted"},
    "III-09": {"decision": DECISION},
})  # fmt: skip
HEAD = ("CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
GROUNDS = (
    "TRƯỞNG CÔNG AN PHƯỜNG MAI DỊCH", "Căn cứ Luật Phòng, chống ma túy ngày 10 tháng 12 năm 2025;",
    "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026",
)  # fmt: skip
BIRTH = (
    "Ngày, tháng, năm sinh: 20/05/1998", "Nơi sinh: ", "Quê quán: ", "Nơi thường trú/tạm trú: ", "Nơi ở hiện tại: ",
    "Số CMND/CCCD/CC/Hộ chiếu: 001098000001", "Dân tộc: Kinh", "Nghề nghiệp: ", "Nơi làm việc/học tập: không",
)  # fmt: skip
PERSON = (f"Họ và tên: Nguyễn Văn A; Giới tính: Nam\n{BIRTH[0]}", *BIRTH[1:])
MANAGED = (
    "Quyết định áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy số 12/QĐ-CACG ngày 10/07/2026"
)
TEAM_ENDS = (
    f"Điều 2. Tổ quản lý người sử dụng trái phép chất ma túy thành lập theo {MANAGED} giải thể kể từ ngày"
)
CLOSING = (
    "Nơi nhận:", "- Như Điều 4;", "- Gia đình người có tên tại Điều 1;", "- Ủy ban nhân dân phường Mai Dịch;",
    "- Các tổ chức, cá nhân có liên quan;", "- Lưu: VT, hồ sơ.", "TRƯỞNG CÔNG AN PHƯỜNG MAI DỊCH",
    "(Ký, ghi rõ họ tên, đóng dấu)", "Thượng tá Trần Văn B",
)  # fmt: skip
ORDER = {
    "III-04": (
        "Mẫu số 04", *HEAD, "Số: 05/QĐ-CAMD", "QUYẾT ĐỊNH",
        "Áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy", *GROUNDS, "QUYẾT ĐỊNH:",
        "Điều 1. Áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy với người có tên sau:",
        "Họ và tên: Nguyễn Văn A; Giới tính: Nam", "Tên gọi khác: A Đen", *BIRTH,
        "Tóm tắt hành vi sử dụng trái phép chất ma túy: Hồi 07 giờ 30 phút, ngày 07 tháng 9 năm 2026, tại ",
        "Kết quả xét nghiệm dương tính với chất ma túy trong cơ thể ngày 07/09/2026.",
        "Thời hạn quản lý người sử dụng trái phép chất ma túy là 01 năm, kể từ ngày 08/09/2026.",
        "Điều 2. Thành lập Tổ quản lý", "1. Đ/c Đại úy Lý Văn N, Công an phường Mai Dịch - Tổ trưởng.",
        "2. Ông/bà: Trịnh Văn Q - Đại diện Tổ dân phố số 5 - Tổ phó.",
        "3. Ông/bà: Nguyễn Văn S, bố của người bị quản lý - Tổ viên.",
        "4. Ông/bà: Mai Thị R, đại diện Hội Liên hiệp Phụ nữ - Tổ viên.",
        "Điều 3. Trách nhiệm thực hiện quản lý người sử dụng trái phép chất ma túy",
        "1. Đ/c Đại úy Lý Văn N, Công an phường Mai Dịch có trách nhiệm:", "a) Thực hiện quản lý cư trú",
        "b) Đưa người", "phần mềm Quản lý đối tượng;", "c) Thực hiện việc xét nghiệm", "d) Phòng ngừa, ngăn chặn",
        "2. Tổ quản lý", "có tên nêu tại Điều 1 Quyết định này.", "3. Gia đình người bị quản lý",
        "4. Người sử dụng trái phép chất ma túy bị áp dụng biện pháp quản lý",
        "chất ma túy trong cơ thể của Công an phường Mai Dịch.", "Điều 4. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 5. Nguyễn Văn A và những người có tên tại Điều 2 chịu trách nhiệm thi hành Quyết định này./.",
        "Nơi nhận:", "- Như Điều 5;", "- Ủy ban nhân dân phường Mai Dịch;", "- Lưu: VT, hồ sơ.", *CLOSING[6:],
    ),
    "III-06": (
        "Mẫu số 06", *HEAD, "Số: 05/TB-CAMD", "THÔNG BÁO",
        "Về việc chuyển hồ sơ quản lý người sử dụng trái phép chất ma túy", "Kính gửi: Trưởng Công an xã Ba Vì",
        "Công an phường Mai Dịch thông báo cho Trưởng Công an xã Ba Vì về việc chuyển hồ sơ quản lý", *PERSON,
        "theo Quyết định số 12/QĐ-CACG ngày 10/07/2026 của Công an phường Cầu Giấy.",
        "Thời gian quản lý từ ngày 10/07/2026 đến ngày 10/07/2027.", "Nơi chuyển đến: thôn Ví Dụ",
        "Hồ sơ quản lý: có danh mục kèm theo.",
        "Trưởng Công an phường Mai Dịch thông báo để Trưởng Công an xã Ba Vì biết, tiếp tục tổ chức quản lý",
        "có tên nêu trên./.", "- Như trên;", "- Lưu: VT, hồ sơ.", "TRƯỞNG CÔNG AN", "(Ký, ghi rõ họ tên, đóng dấu)",
        "DANH MỤC TÀI LIỆU TRONG HỒ SƠ QUẢN LÝ",
        "(Kèm theo Thông báo số 05/TB-CAMD ngày 12 tháng 11 năm 2026 của Công an phường Mai Dịch)",
        "STT", "Tên tài liệu", "Số, ngày, tháng",
        "1\nQuyết định áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy\nsố 12/QĐ-CACG ngày 10/07/2026",
        "2\nBản tóm tắt lý lịch người sử dụng trái phép chất ma túy\nngày 10/07/2026",
        "3\nPhiếu kết quả xét nghiệm chất ma túy trong cơ thể\nngày 07/09/2026", "4\nBản tường trình\nngày 07/09/2026",
        "5\nKết quả xác minh nơi cư trú\nngày 08/07/2026",
    ),
    "III-07": (
        "Mẫu số 07", *HEAD, "Số: 05/QĐ-CAMD", "QUYẾT ĐỊNH",
        "Tạm đình chỉ quản lý người sử dụng trái phép chất ma túy", *GROUNDS,
        "Căn cứ Quyết định áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy;",
        "Căn cứ Quyết định tạm giữ số 45/QĐ-CSĐT ngày 10/11/2026 của Cơ quan Cảnh sát điều tra.", "QUYẾT ĐỊNH:",
        "Điều 1. Tạm đình chỉ áp dụng biện pháp quản lý", "kể từ ngày 10/11/2026 với người có tên sau:", *PERSON,
        f"Bị quản lý theo {MANAGED} của Trưởng Công an phường Cầu Giấy.",
        "khoản 7 Điều 24 Luật Phòng, chống ma túy, tạm đình chỉ quản lý đối với Nguyễn Văn A vì lý do:",
        "☒ Bị tạm giữ trong thời hạn 03 ngày từ ngày 10/11/2026 đến ngày 13/11/2026.", "☐ Bị tạm giam: không.",
        f"Điều 2. Sau khi hết thời hạn tạm giữ, tạm giam, tiếp tục quản lý đến hết thời hạn theo {MANAGED}.",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 4. Công an phường Mai Dịch và những người có tên tại Điều 1 chịu trách nhiệm", "này./.", *CLOSING,
    ),
    "III-08": (
        "Mẫu số 08", *HEAD, "Số: 05/QĐ-CAMD", "QUYẾT ĐỊNH", "Dừng quản lý người sử dụng trái phép chất ma túy",
        *GROUNDS, "QUYẾT ĐỊNH:", "Điều 1. Dừng áp dụng biện pháp quản lý", "kể từ ngày 12/11/2026 với người có tên sau:",
        *PERSON, f"Bị quản lý theo {MANAGED} của Trưởng Công an phường Cầu Giấy.",
        "khoản 5 Điều 24 Luật Phòng, chống ma túy, dừng quản lý đối với Nguyễn Văn A vì lý do:",
        "☒ Kết quả xác định tình trạng nghiện là có nghiện",
        "☐ Bị áp dụng biện pháp xử lý hành chính giáo dục tại xã, phường, thị trấn do có hành vi sử dụng trái phép chất ma túy",
        "☐ Bị áp dụng biện pháp xử lý hành chính đưa vào cơ sở giáo dục bắt buộc, đưa vào trường giáo dưỡng",
        "☐ Thi hành án phạt tù", "☐ Thi hành quyết định tạm giữ, tạm giam có thời hạn dài hơn thời hạn quản lý còn lại",
        "☐ Chết, bị Tòa án tuyên bố là mất tích.", TEAM_ENDS, "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 4. Công an phường Mai Dịch và những người có tên tại Điều 1, Điều 2 chịu trách nhiệm", "này./.", *CLOSING,
    ),
    "III-09": (
        "Mẫu số 09", *HEAD, "Số: 05/QĐ-CAMD", "QUYẾT ĐỊNH", "Chấm dứt quản lý người sử dụng trái phép chất ma túy",
        *GROUNDS, "QUYẾT ĐỊNH:", "Điều 1. Chấm dứt áp dụng biện pháp quản lý", "với người có tên sau:", *PERSON,
        ("Đến nay đã hết thời hạn quản lý theo Quyết định số 12/QĐ-CACG ngày 10/07/2026 của Trưởng Công an phường Cầu "
        "Giấy."),
        "Điều 2. Tổ quản lý", "thành lập theo Quyết định số 12/QĐ-CACG giải thể kể từ ngày Quyết định này có hiệu lực.",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.",
        "Điều 4. Trưởng Công an phường Mai Dịch và những người có tên tại Điều 1, Điều 2 chịu trách nhiệm", "này./.",
        *CLOSING,
    ),
}  # fmt: skip


def case(code: str, *, without: str = "", facts: dict[str, Any] | None = None, **changes: Any) -> Case:
    stated = {name: value for name, value in {**STATED[code], **changes}.items() if name != without}
    when = at(9, 8) if code == "III-04" else at(11, 12)
    known = {"result": None, "result_at": None} if code == "III-04" else {}
    return drawn_case(all_forms()[code], stated, when=when, **{**known, **(facts or {})})


def text(code: str, **changes: Any) -> str:
    return printed(all_forms()[code], case(code, **changes))


@pytest.mark.parametrize("code", list(ORDER))
def test_paper_reads_as_the_gazette_prints_it(code: str) -> None:
    paper = text(code)
    assert_in_order(paper, ORDER[code])
    assert_nothing_left_over(paper)
    assert_stored_content_prints_the_same_bytes(all_forms()[code], case(code))


def test_a_homeless_person_found_not_addicted_is_managed_together_with_the_place_of_registration() -> None:
    facts = {"residence": "none", "result": "not_addicted", "result_at": at(9, 7, 16)}
    assert_in_order(text("III-04", facts=facts), (
        "trong cơ thể ngày 07/09/2026.", "Kết quả xác định tình trạng nghiện ma túy ngày 07/09/2026: không nghiện ma túy.",
        "Thời hạn quản lý", "- Ủy ban nhân dân phường Mai Dịch;",
        "- Ủy ban nhân dân, Trưởng Công an cấp xã nơi đăng ký thường trú (số 1 ngõ 2 phố Ví Dụ", "- Lưu: VT",
    ))  # fmt: skip


def test_who_moved_is_managed_for_what_is_left_of_the_term_by_an_officer_of_the_new_place() -> None:
    worker = {"name": "Lưu Thị U", "capacity": "nhân viên công tác xã hội"}
    paper = text("III-04", term="07 tháng 12 ngày", officer="Trung úy Tạ Văn E", others=[worker])
    assert_in_order(paper, (
        "là 07 tháng 12 ngày, kể từ ngày 08/09/2026.", "5. Ông/bà: Lưu Thị U, nhân viên công tác xã hội - Tổ viên.",
        "1. Đ/c Trung úy Tạ Văn E, Công an phường Mai Dịch có trách nhiệm:",
    ))  # fmt: skip


@pytest.mark.parametrize("code", ["III-06", "III-07", "III-08", "III-09"])
def test_the_decision_to_manage_is_the_dossiers_own_or_must_be_stated(code: str) -> None:
    unstated = case(code, without="decision")
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(unstated)
    assert (missing.value.form, missing.value.field) == (code, f"particulars.{code}.decision")
    own = replace(ISSUED["V-32"], form="III-04", number="03/QĐ-CAMD", day=at(9, 8).date())
    paper = printed(all_forms()[code], replace(unstated, issued={**ISSUED, "III-04": own}))
    assert_in_order(paper, ("số 03/QĐ-CAMD ngày 08/09/2026 của ", "Công an phường Mai Dịch."))


def test_a_paper_the_management_file_must_have_is_named_when_unknown() -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()["III-06"].gather(case("III-06", without="life_summary"))
    assert (missing.value.form, missing.value.field) == ("III-06", "particulars.III-06.life_summary")


def test_remand_alone_or_after_custody_suspends_and_nothing_else_does() -> None:
    remand = {
        "decision": "số 50/LTG ngày 13/11/2026", "term": "02 tháng", "from_day": "2026-11-13", "to_day": "2027-01-13",
    }  # fmt: skip
    both = (
        "Căn cứ Quyết định tạm giữ số 45",
        "Căn cứ Quyết định tạm giam số 50/LTG",
        "☒ Bị tạm giữ",
        "☒ Bị tạm giam",
    )
    assert_in_order(text("III-07", remand=remand), both)
    alone = text("III-07", remand=remand, without="custody")
    assert_in_order(
        alone, ("☐ Bị tạm giữ: không.", "☒ Bị tạm giam trong thời hạn 02 tháng từ ngày 13/11/2026")
    )
    assert "Quyết định tạm giữ" not in alone
    with pytest.raises(ValidationError, match="phải nêu quyết định tạm giữ hoặc tạm giam"):
        case("III-07", without="custody")


@pytest.mark.parametrize(("reason", "line"), [
    ("reform", "☒ Bị áp dụng biện pháp xử lý hành chính đưa vào cơ sở giáo dục bắt buộc"), ("prison", "☒ Thi hành án"),
    ("detention", "☒ Thi hành quyết định tạm giữ"), ("death", "☒ Chết"),
])  # fmt: skip
def test_one_reason_is_ticked(reason: str, line: str) -> None:
    paper = text("III-08", reason=reason)
    assert line in paper
    assert paper.count("☒") == 1


def test_the_reason_the_law_does_not_know_cannot_be_chosen() -> None:
    with pytest.raises(ValidationError):
        case("III-08", reason="commune_education")


def test_the_decision_to_manage_is_issued_only_by_the_act_that_its_guards_watch() -> None:
    book = load_book("2026")
    issuing = {action.code for action in book.actions for ref in action.forms if ref.id == "III-04"}
    assert issuing == {"manage_user"}
    assert "III-04" not in {ref.id for refs in book.drawn.values() for ref in refs}
