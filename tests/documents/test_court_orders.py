"""Court papers TA-00, 03, 04 and 09 to 12: without official forms, in the words of each period."""

from dataclasses import replace
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.form import Form
from documents.forms import all_forms
from documents.forms.decree_163 import effective_decision
from models.law.facts import Representative
from models.law.loader import load_book
from tests.documents.cases import AGENCIES, at, drawn_case, sample_case
from tests.documents.cases_2014 import AGENCIES as OLDER
from tests.documents.cases_2014 import FACTS_2014
from tests.documents.cases_2014 import WORDING as OLDER_WORDING
from tests.documents.cases_2014 import at as older_at
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

COURT, PROVINCE = "Tòa án nhân dân khu vực 9 - Hà Nội", "Tòa án nhân dân thành phố Hà Nội"
APPLIED = f"số 05/QĐ-TA ngày 19 tháng 10 năm 2026 của {COURT}"
HEAD = ("TÒA ÁN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "TÒA ÁN NHÂN DÂN KHU VỰC 9 - HÀ NỘI")
PERSON = ("Họ và tên: Nguyễn Văn A", "Ngày, tháng, năm sinh: 20/05/1998", "Số CC/CCCD/CMND/HC: 001098000001")
JUDGE = ("THẨM PHÁN", "(Ký, ghi rõ họ tên, đóng dấu)", "Dương Văn Y")
RIGHTS = (
    "Quyền khiếu nại, kiến nghị, kháng nghị:", "có quyền khiếu nại Quyết định này trong thời hạn 05 ngày làm việc",
    "Viện kiểm sát nhân dân khu vực 9 - Hà Nội có quyền kháng nghị", f"được gửi đến {COURT}.",
)  # fmt: skip
BASIS = {"basis": "khoản 1 Điều 39 Luật Phòng, chống ma túy năm 2025", "effect": "kể từ ngày ký"}
REPORTING = BASIS | {"report_to": "Công an phường Mai Dịch"}
STATED: dict[str, dict[str, Any]] = {
    "TA-00": {"basis": "khoản 1 Điều 9 Pháp lệnh số 03/2022/UBTVQH15", "reason": "hồ sơ không đầy đủ"},
    "TA-03": {"basis": "khoản 5 Điều 102 Nghị định số 163/2026/NĐ-CP", "reply_within": "02 ngày làm việc, kể từ ngày nhận được"},
    "TA-04": BASIS,
    "TA-09": REPORTING | {"application": "ngày 05/11/2026 của ông Nguyễn Văn A"},
    "TA-10": REPORTING | {"request": "số 07/ĐN-CSCN ngày 15/12/2026 của Cơ sở cai nghiện ma túy công lập số 9"},
    "TA-11": BASIS | {"police": "Công an phường Mai Dịch", "cancelled": f"số 09/QĐ-TA ngày 06/11/2026 của {COURT}"},
    "TA-12": BASIS | {
        "case_number": "03/2026/PT", "accepted_on": "2026-10-23", "judge": "Ngô Thị AB", "clerk": "Hồ Văn AC",
        "prosecutor": "Lê Văn AD", "procuracy": "Viện kiểm sát nhân dân thành phố Hà Nội", "session_place": "phòng họp số 2",
    },
}  # fmt: skip


def case(
    code: str,
    act: str,
    *,
    acts: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    **facts: Any,
) -> Case:
    """The case of a paper issued with an act; `acts` are those done before beside the usual ones."""
    form = all_forms()[code]
    by = "provincial_court" if code == "TA-12" else "court"
    drawn = drawn_case(form, STATED[code] | (more or {}), by=by, when=at(11, 6), **facts)
    return replace(drawn, action=act, acts={**drawn.acts, **(acts or {})})


READS = {
    "TA-00": (case("TA-00", "return_incomplete", gaps=("Biên bản vi phạm",)), (
        *HEAD, "Số: 05/TA", "V/v trả lại hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "Kính gửi: Công an phường Mai Dịch", ("nhận được hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc theo văn bản "
        "đề nghị số 05/ĐN-CAMD ngày 28 tháng 9 năm 2026"), *PERSON, "còn thiếu tài liệu, nội dung sau đây:", "1) Biên bản vi phạm.",
        "Lý do trả lại: Hồ sơ không đầy đủ.", f"Căn cứ khoản 1 Điều 9 Pháp lệnh số 03/2022/UBTVQH15, {COURT} trả lại hồ sơ",
        "theo quy định./.", "- Như trên;", "CHÁNH ÁN", "Hoàng Thị E",
    )),
    "TA-03": (case("TA-03", "query", question="Thời điểm sử dụng lần cuối"), (
        *HEAD, "Số: 05/TA", "V/v yêu cầu làm rõ, bổ sung hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "Kính gửi: Công an phường Mai Dịch", f"{COURT} đang xem xét hồ sơ thụ lý số 15/2026/TLST-CNBB ngày 06 tháng 10 năm 2026",
        *PERSON, f"Căn cứ khoản 5 Điều 102 Nghị định số 163/2026/NĐ-CP, {COURT} yêu cầu Công an phường Mai Dịch làm rõ, bổ sung:",
        "Thời điểm sử dụng lần cuối.", "bằng văn bản trong thời hạn 02 ngày làm việc, kể từ ngày nhận được./.", *JUDGE,
    )),
    "TA-04": (case("TA-04", "terminate"), (
        *HEAD, "Số: 05/QĐ-TA", "Đình chỉ việc xem xét, quyết định áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "TÒA ÁN NHÂN DÂN KHU VỰC 9 - HÀ NỘI", "Căn cứ Điều 29 và Điều 35 Luật Phòng, chống ma túy năm 2025;",
        "Căn cứ hồ sơ vụ việc thụ lý số 15/2026/TLST-CNBB", "Căn cứ khoản 1 Điều 39", "XÉT THẤY:",
        "Cơ quan đề nghị rút đề nghị.", "QUYẾT ĐỊNH:", "Điều 1. Đình chỉ việc xem xét, quyết định", *PERSON,
        "Điều 2. Chấm dứt việc quản lý ông Nguyễn Văn A trong thời gian lập hồ sơ đề nghị",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày ký.", "Điều 4. ", *RIGHTS, "Điều 5. ", "thi hành Quyết định này./.", *JUDGE,
    )),
    "TA-09": (case("TA-09", "postpone"), (
        *HEAD, "Hoãn chấp hành quyết định áp dụng biện pháp đưa đi cai nghiện bắt buộc", f"Căn cứ Quyết định {APPLIED};",
        "Xét đơn đề nghị ngày 05/11/2026 của ông Nguyễn Văn A.", "XÉT THẤY:", "Đang ốm nặng có chứng nhận của bệnh viện.",
        f"Điều 1. Hoãn chấp hành Quyết định {APPLIED} về việc áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với:", *PERSON,
        "Tài liệu chứng minh: ", "Điều 2. Thời hạn hoãn: đến khi điều kiện hoãn không còn.",
        "Điều 3. Ông Nguyễn Văn A có trách nhiệm trình diện với Công an phường Mai Dịch.", "Điều 4. Quyết định này có hiệu lực",
        *RIGHTS, "- Ông Nguyễn Văn A hoặc người đại diện hợp pháp;", "- Công an phường Mai Dịch;", *JUDGE,
    )),
    "TA-10": (case("TA-10", "suspend_serving", suspension_ground="Ốm nặng, đưa về gia đình điều trị"), (
        *HEAD, "Tạm đình chỉ chấp hành quyết định áp dụng biện pháp đưa đi cai nghiện bắt buộc", f"Căn cứ Quyết định {APPLIED};",
        "Xét văn bản đề nghị số 07/ĐN-CSCN", "Ốm nặng, đưa về gia đình điều trị.",
        f"Điều 1. Tạm đình chỉ chấp hành Quyết định {APPLIED}", *PERSON, "có trách nhiệm trình diện với Công an phường Mai Dịch.",
        RIGHTS[0], "Cơ sở cai nghiện ma túy công lập số 9 có quyền kiến nghị, Viện kiểm sát", "- Công an phường Mai Dịch;",
        "- Cơ sở cai nghiện ma túy công lập số 9;", *JUDGE,
    )),
    "TA-11": (case("TA-11", "revoke", acts={"postpone": at(11, 6)}), (
        *HEAD, "Hủy quyết định hoãn và buộc chấp hành quyết định áp dụng biện pháp đưa đi cai nghiện bắt buộc", "XÉT THẤY:",
        f"Điều 1. Hủy Quyết định số 09/QĐ-TA ngày 06/11/2026 của {COURT} về việc hoãn chấp hành", *PERSON,
        f"Điều 2. Buộc ông Nguyễn Văn A chấp hành Quyết định {APPLIED}", RIGHTS[0], "Công an phường Mai Dịch, ông Nguyễn Văn A và",
        "- Công an phường Mai Dịch;", *JUDGE,
    )),
    "TA-12": (case("TA-12", "decide_appeal"), (
        "TÒA ÁN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "Giải quyết khiếu nại trong việc xem xét, quyết định áp dụng biện pháp",
        "- Thẩm phán: Ngô Thị AB.", "- Thư ký phiên họp: Hồ Văn AC.",
        "- Kiểm sát viên: Lê Văn AD, Viện kiểm sát nhân dân thành phố Hà Nội.",
        (f"tại phòng họp số 2, {PROVINCE} mở phiên họp giải quyết khiếu nại của Nguyễn Văn A ({COURT} nhận ngày 21/10/2026) "
        f"đối với Quyết định {APPLIED}"), *PERSON, "XÉT THẤY:", "Căn cứ hồ sơ vụ việc thụ lý số 03/2026/PT ngày 23 tháng 10 năm 2026",
        "QUYẾT ĐỊNH:", f"Điều 1. Không chấp nhận khiếu nại của Nguyễn Văn A; giữ nguyên Quyết định {APPLIED}.",
        "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.", f"Điều 3. {COURT}, Công an phường Mai Dịch, ông Nguyễn Văn A",
        f"- {COURT};", "- Viện kiểm sát nhân dân thành phố Hà Nội;", "THẨM PHÁN", "Ngô Thị AB",
    )),
}  # fmt: skip
"""By form: the case of its usual act, and what its paper says in order."""


@pytest.mark.parametrize("code", READS)
def test_paper_reads_in_order(code: str) -> None:
    told, pieces = READS[code]
    text = printed(all_forms()[code], told)
    assert_in_order(text, pieces)
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(all_forms()[code], told)


@pytest.mark.parametrize("code", READS)
def test_missing_particulars_name_form_and_field(code: str) -> None:
    with pytest.raises(MissingValue, match=f"particulars.{code}"):
        all_forms()[code].gather(replace(READS[code][0], particulars=None))


@pytest.mark.parametrize("code", READS)
def test_paper_about_a_minor_speaks_of_no_administrative_measure(code: str) -> None:
    told, mother = (
        READS[code][0],
        Representative(name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ"),
    )
    facts = {**told.facts, "track": "minor", "representative": mother}
    text = printed(all_forms()[code], replace(told, wording=load_book("2026").words("minor"), facts=facts))
    assert "hành chính" not in text.replace("Cục Cảnh sát quản lý hành chính về trật tự xã hội", "")
    assert "đưa đi cai nghiện bắt buộc" in text


def test_suspended_case_goes_on_when_the_ground_is_gone() -> None:
    text = printed(all_forms()["TA-04"], case("TA-04", "suspend", suspension_ground="Cần giám định"))
    assert_in_order(
        text, ("Tạm đình chỉ việc xem xét", "Cần giám định.", "Khi căn cứ tạm đình chỉ không còn", *RIGHTS)
    )
    assert "Chấm dứt việc quản lý" not in text


def older(act: str) -> Case:
    """A paper of the court in 2019."""
    form, court = all_forms()["TA-04"], OLDER["court"]
    drawn = drawn_case(
        form, BASIS, by=court, when=older_at(4, 22), **{**FACTS_2014, "suspension_ground": "Cần giám định"}
    )
    return replace(drawn, action=act, wording=OLDER_WORDING, parties=OLDER, acts={"accept": older_at(4, 18)})


def test_in_2014_a_termination_could_be_appealed_and_a_suspension_could_not() -> None:
    words = load_book("2014").wording
    assert words.unappealable == ("suspend", "revoke")
    terminated, suspended = (replace(older(act), wording=words) for act in ("terminate", "suspend"))
    assert "có quyền khiếu nại Quyết định này trong thời hạn 03 ngày làm việc" in printed(
        all_forms()["TA-04"], terminated
    )
    text = printed(all_forms()["TA-04"], suspended)
    assert "khiếu nại" not in text
    assert (
        "Pháp lệnh Trình tự, thủ tục xem xét, quyết định áp dụng các biện pháp xử lý hành chính tại Tòa án nhân dân năm 2014"
        in text
    )


def test_exempted_person_has_no_end_of_the_stay() -> None:
    text = printed(all_forms()["TA-09"], case("TA-09", "exempt", more={"report_to": None}))
    assert_in_order(
        text, ("Miễn chấp hành quyết định", "Điều 1. Miễn chấp hành", "Điều 2. Quyết định này có hiệu lực")
    )
    assert "trình diện" not in text


def test_stay_is_asked_for_by_the_application_in_the_file() -> None:
    told = case("TA-09", "postpone", more={"application": None})
    application = replace(told.document("TA-07"), form="V-44", number="")
    text = printed(all_forms()["TA-09"], replace(told, issued={**told.issued, "V-44": application}))
    assert "Xét đơn đề nghị ngày 19 tháng 10 năm 2026 của ông Nguyễn Văn A." in text
    with pytest.raises(MissingValue, match=r"TA-09.*V-44"):
        all_forms()["TA-09"].gather(told)


@pytest.mark.parametrize(("code", "act"), [("TA-09", "postpone"), ("TA-10", "suspend_serving")])
def test_who_is_let_go_must_be_told_where_to_report(code: str, act: str) -> None:
    told = case(code, act, more={"report_to": None}, suspension_ground="Ốm nặng")
    with pytest.raises(MissingValue, match=f"{code}.*report_to"):
        all_forms()[code].gather(told)


def test_reduced_term_says_by_how_much() -> None:
    text = printed(all_forms()["TA-10"], case("TA-10", "reduce", more={"report_to": None}, reduced_days=60))
    assert_in_order(text, ("Giảm thời hạn chấp hành quyết định", "Điều 2. Thời hạn được giảm: 60 ngày."))
    told = case("TA-10", "reduce", more={"report_to": None, "reduction": "02 tháng"}, reduced_days=60)
    assert "Thời hạn được giảm: 02 tháng." in printed(all_forms()["TA-10"], told)


def test_order_drawn_up_later_is_of_the_last_act_recorded() -> None:
    told = case("TA-10", "draw_up", acts={"suspend_serving": at(12, 1), "release_remaining": at(12, 20)})
    assert "Miễn chấp hành phần thời gian còn lại của quyết định" in printed(all_forms()["TA-10"], told)
    with pytest.raises(MissingValue, match="TA-10"):
        all_forms()["TA-10"].gather(case("TA-10", "draw_up"))


def test_another_judge_may_decide_on_the_stay() -> None:
    text = printed(all_forms()["TA-09"], case("TA-09", "postpone", more={"judge": "Phạm Thị AE"}))
    assert_in_order(text, ("THẨM PHÁN", "Phạm Thị AE"))
    assert "Dương Văn Y" not in text


CHANGED: dict[str, Any] = {"appeal_outcome": "changed", "outcome": "refuse"}


def test_changed_decision_says_what_stands_in_its_place() -> None:
    told = case("TA-12", "decide_appeal", more={"change": "hủy"}, **CHANGED)
    assert_in_order(printed(all_forms()["TA-12"], told), (
        f"Điều 1. Chấp nhận khiếu nại của Nguyễn Văn A; hủy Quyết định {APPLIED}.",
        "Điều 2. Không áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với ông Nguyễn Văn A.",
        "Điều 3. Chấm dứt việc quản lý ông Nguyễn Văn A",
    ))  # fmt: skip
    told = case("TA-12", "decide_appeal", more={"change": "sửa"}, appeal_outcome="changed", times="repeat")
    assert_in_order(printed(all_forms()["TA-12"], told), (
        f"sửa Quyết định {APPLIED}.", "Điều 2. Áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với ông Nguyễn Văn A.",
        "Thời hạn áp dụng: 36 tháng (cai nghiện từ lần thứ hai trở lên). Nơi chấp hành: cơ sở cai nghiện ma túy công lập.",
    ))  # fmt: skip


def test_changed_decision_needs_to_be_amended_or_annulled() -> None:
    with pytest.raises(MissingValue, match=r"TA-12.*change"):
        all_forms()["TA-12"].gather(case("TA-12", "decide_appeal", **CHANGED))


def test_annulled_termination_decides_no_measure() -> None:
    told = case("TA-12", "decide_appeal", acts={"terminate": at(10, 19)}, more={
        "change": "hủy", "decision": f"số 06/QĐ-TA ngày 19/10/2026 của {COURT}", "more": ["Giao hồ sơ để xem xét lại"],
    }, **CHANGED)  # fmt: skip
    text = printed(all_forms()["TA-12"], told)
    assert_in_order(
        text, ("hủy Quyết định số 06/QĐ-TA", "Điều 2. Giao hồ sơ để xem xét lại.", "Điều 3. Quyết định này")
    )
    assert "Không áp dụng biện pháp" not in text


def test_changed_decision_is_cited_by_its_number_once_it_was_issued() -> None:
    told = sample_case("V-42", appeal_outcome="changed")
    assert effective_decision(told) == f"ngày 28 tháng 10 năm 2026 của {AGENCIES['provincial_court'].name}"
    paper = replace(told.document("TA-07"), form="TA-12", number="12/QĐ-TA", issuer=PROVINCE)
    cited = replace(told, issued={**told.issued, "TA-12": paper})
    assert effective_decision(cited) == f"số 12/QĐ-TA ngày 19 tháng 10 năm 2026 của {PROVINCE}"
    upheld = replace(cited, facts={**cited.facts, "appeal_outcome": "upheld"})
    assert effective_decision(upheld) == APPLIED


def test_order_to_serve_drawn_up_later_knows_what_it_cancelled_by_its_paper() -> None:
    form: Form = all_forms()["TA-11"]
    told = case("TA-11", "draw_up", more={"cancelled": None})
    with pytest.raises(MissingValue, match=r"TA-11.*cancelled"):
        form.gather(told)
    paper = replace(told.document("TA-07"), form="TA-10", number="10/QĐ-TA")
    text = printed(form, replace(told, issued={**told.issued, "TA-10": paper}))
    assert_in_order(text, ("Hủy quyết định tạm đình chỉ", "Điều 1. Hủy Quyết định số 10/QĐ-TA"))
