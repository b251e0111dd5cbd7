"""V-46, V-50 and V-51: what the centre proposes, certifies and gives notice of."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from documents.case import Case, MissingValue, Signing
from documents.form import Form
from documents.forms import all_forms
from models.law.facts import Official, Representative
from tests.documents.cases import AGENCIES, at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

PROPOSAL, CERTIFICATE, NOTICE = (all_forms()[code] for code in ("V-46", "V-50", "V-51"))
PROPOSED: dict[str, Any] = {
    "kind": "tạm đình chỉ", "asked": "đến khi sức khỏe phục hồi", "reason": "Ốm nặng, được đưa về gia đình điều trị",
    "papers": ["Giấy ra viện", "Đơn của gia đình"],
}  # fmt: skip
CERTIFIED: dict[str, Any] = {"unit": "Đội Quản lý học viên"}
SCHOOL = replace(
    AGENCIES["centre"],
    name="Trường giáo dưỡng số 9", superior="Cục Cảnh sát quản lý trại giam, cơ sở giáo dục bắt buộc, trường giáo dưỡng",
    head=Official(name="Trung tá Đặng Văn H", position="Hiệu trưởng"),
)  # fmt: skip
MOTHER = Representative(name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ, phường Mai Dịch")
HEAD = (
    "CÔNG AN THÀNH PHỐ HÀ NỘI",
    "CƠ SỞ CAI NGHIỆN MA TÚY CÔNG LẬP SỐ 9",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
)


def case(form: Form, particulars: dict[str, Any], **changes: Any) -> Case:
    """A case of the centre while the term runs to its end on 12 November 2028."""
    by = changes.pop("by", "centre")
    drawn = drawn_case(form, particulars, by=by, when=at(12, 15), completed_on=date(2028, 11, 12), **changes)
    return replace(drawn, last_days={"p4-endnotice": date(2028, 10, 13), "p4-term": date(2028, 11, 12)})


def test_proposal_reads_as_the_gazette_prints_it_and_encloses_its_list() -> None:
    text = printed(PROPOSAL, case(PROPOSAL, PROPOSED))
    assert_in_order(text, (
        "Mẫu số 46", *HEAD, "Số: 05/ĐN-CSCN", "Ba Vì, ngày 15 tháng 12 năm 2026", "ĐỀ NGHỊ",
        "Tạm đình chỉ chấp hành phần thời gian còn lại", "Kính gửi: Tòa án nhân dân khu vực 9 - Hà Nội",
        "Tôi là: Trung tá Đặng Văn H;", "Chức vụ: Trưởng Cơ sở cai nghiện ma túy công lập số 9;",
        "một số điều của Luật Phòng, chống ma túy;", "Căn cứ kết quả cai nghiện của người cai nghiện ma túy;",
        ("Đề nghị Tòa án nhân dân khu vực 9 - Hà Nội xem xét, quyết định tạm đình chỉ chấp hành quyết định với các đối "
        "tượng sau: (Danh sách, tài liệu chứng minh kèm theo)."),
        "Kính đề nghị Tòa án nhân dân khu vực 9 - Hà Nội xem xét, quyết định./.", "Nơi nhận:", "- Như trên;", "- Lưu: VT.",
        "TRƯỞNG CƠ SỞ", "(Ký, ghi rõ họ tên và đóng dấu)", "Trung tá Đặng Văn H",
        "DANH SÁCH ĐỐI TƯỢNG", "(Kèm theo Văn bản số 05/ĐN-CSCN ngày 15/12/2026 của Trưởng Cơ sở cai nghiện",
        "Thời gian cai nghiện bắt buộc", "Nguyễn Văn A", "20/05/1998", "Nam", "001098000001",
        "Số 05/QĐ-TA ngày 19 tháng 10 năm 2026", "từ ngày 12/11/2026 đến ngày 15/12/2026", "đến hết ngày 12/11/2028",
        "đến khi sức khỏe phục hồi", "Ốm nặng", "Giấy ra viện; Đơn của gia đình", "TRƯỞNG CƠ SỞ", "Trung tá Đặng Văn H",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(PROPOSAL, case(PROPOSAL, PROPOSED))


def test_deputy_proposes_in_the_head_s_place() -> None:
    context = PROPOSAL.gather(case(PROPOSAL, PROPOSED | {"kind": "miễn"}))
    deputy = Signing(by="KT.", name="Thiếu tá Ngô Văn L", position="Phó Trưởng Cơ sở")
    body = docx.Document(
        io.BytesIO(PROPOSAL.render(context.model_copy(update={"signing": deputy})))
    ).element.body
    text = "\n".join("".join(piece.text for piece in line.iter(qn("w:t"))) for line in body.iter(qn("w:p")))
    assert_in_order(text, (
        "Miễn chấp hành phần thời gian còn lại", "Tôi là: Thiếu tá Ngô Văn L;", "Chức vụ: Phó Trưởng Cơ sở, Cơ sở cai nghiện",
        "KT. TRƯỞNG CƠ SỞ", "PHÓ TRƯỞNG CƠ SỞ", "Thiếu tá Ngô Văn L", "KT. TRƯỞNG CƠ SỞ", "Thiếu tá Ngô Văn L",
    ))  # fmt: skip
    assert "Đặng Văn H" not in text


def test_proposal_needs_the_running_term_or_what_is_left_of_it() -> None:
    stopped = replace(case(PROPOSAL, PROPOSED), last_days={})
    with pytest.raises(MissingValue, match=r"V-46.*last_day"):
        PROPOSAL.gather(stopped)
    told = replace(case(PROPOSAL, PROPOSED | {"remaining": "23 tháng"}), last_days={})
    assert "23 tháng" in printed(PROPOSAL, told)


def test_certificate_reads_as_the_gazette_prints_it() -> None:
    text = printed(CERTIFICATE, case(CERTIFICATE, CERTIFIED))
    assert_in_order(text, (
        "Mẫu số 50", *HEAD, "Số: 05/GCN-CSCN", "GIẤY XÁC NHẬN", "Chấp hành xong Quyết định đưa đi cai nghiện bắt buộc",
        "TRƯỞNG CƠ SỞ CAI NGHIỆN MA TÚY CÔNG LẬP SỐ 9", "Căn cứ Luật Phòng, chống ma túy năm 2025;",
        ("Căn cứ Quyết định số 05/QĐ-TA ngày 19 tháng 10 năm 2026 của Tòa án nhân dân khu vực 9 - Hà Nội về việc áp dụng "
        "biện pháp đưa đi cai nghiện bắt buộc;"), "Theo đề nghị của Đội Quản lý học viên.", "XÁC NHẬN",
        "1. Họ, tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
        "Số CC/CCCD/CMND/HC: 001098000001; Ngày cấp: 15/03/2022", "Nơi cấp: ",
        "- Họ và tên cha/mẹ/người giám hộ/người đại diện hợp pháp: không", "Địa chỉ liên hệ: số 3 phố Thí Dụ",
        "Số điện thoại: 0900000001", "2. Xác nhận: Chấp hành xong Quyết định đưa đi cai nghiện bắt buộc.",
        "Thời gian chấp hành: từ ngày 12/11/2026 đến 12/11/2028./.", "- Ông (bà) Nguyễn Văn A;",
        "- Gia đình ông (bà) Nguyễn Văn A;", "- Tòa án nhân dân khu vực 9 - Hà Nội;", "- Ủy ban nhân dân phường Mai Dịch;",
        "- Công an phường Mai Dịch;", "- Lưu: VT, hồ sơ.", "TRƯỞNG CƠ SỞ CAI NGHIỆN", "Trung tá Đặng Văn H",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(CERTIFICATE, case(CERTIFICATE, CERTIFIED))


def test_head_of_a_reformatory_school_certifies_as_its_head_and_names_the_parent() -> None:
    stated = CERTIFIED | {"parent_phone": "0900000002", "committee": "Ủy ban nhân dân xã Ba Vì"}
    text = printed(CERTIFICATE, case(CERTIFICATE, stated, by=SCHOOL, track="minor", representative=MOTHER))
    assert_in_order(text, (
        "TRƯỜNG GIÁO DƯỠNG SỐ 9", "HIỆU TRƯỞNG TRƯỜNG GIÁO DƯỠNG SỐ 9", "người đại diện hợp pháp: Nguyễn Thị B",
        "Địa chỉ liên hệ: số 3 phố Thí Dụ, phường Mai Dịch", "Số điện thoại: 0900000002", "- Ông (bà) Nguyễn Thị B;",
        "- Ủy ban nhân dân xã Ba Vì;", "HIỆU TRƯỞNG",
    ))  # fmt: skip
    assert "TRƯỞNG CƠ SỞ" not in text


def test_end_notice_reads_as_the_gazette_prints_it_and_goes_to_court_and_family() -> None:
    text = printed(NOTICE, case(NOTICE, {}))
    assert_in_order(text, (
        "Mẫu số 51", *HEAD, "Số: 05/TB-CSCN", "THÔNG BÁO",
        "Về việc người cai nghiện ma túy chuẩn bị hoàn thành cai nghiện ma túy", "Kính gửi: Công an phường Mai Dịch",
        ("Cơ sở cai nghiện ma túy công lập số 9 thông báo tới Công an phường Mai Dịch về việc người cai nghiện ma túy chuẩn "
        "bị hoàn thành cai nghiện ma túy của người có tên sau:"), "Họ và tên: Nguyễn Văn A; Giới tính: Nam",
        "Tên gọi khác: A Đen", "Ngày, tháng, năm sinh: 20/05/1998; Nơi sinh: Hà Nội", "Quê quán: ",
        "Nơi thường trú/tạm trú: số 1 ngõ 2", "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: ",
        "Dân tộc: Kinh; Tôn giáo: không; Trình độ học vấn: 9/12", "Nghề nghiệp: lao động tự do",
        "theo Quyết định số 05/QĐ-TA ngày 19 tháng 10 năm 2026 của Tòa án nhân dân khu vực 9 - Hà Nội.",
        "thời gian bắt đầu tiếp nhận cai nghiện: ngày 12 tháng 11 năm 2026",
        "ngày hoàn thành việc cai nghiện: ngày 12 tháng 11 năm 2028.",
        "Cơ sở cai nghiện ma túy công lập số 9 thông báo để biết, thực hiện theo quy định./.", "- Như trên;",
        "- Gia đình ông (bà) Nguyễn Văn A;", "- Tòa án nhân dân khu vực 9 - Hà Nội;", "NGƯỜI THÔNG BÁO",
        "(Ký, ghi rõ họ tên và đóng dấu)", "Trung tá Đặng Văn H",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(NOTICE, case(NOTICE, {}))


def test_end_notice_names_the_parent_of_a_minor_and_the_commune_of_the_new_residence() -> None:
    stated = {"police": "Công an xã Ba Vì"}
    text = printed(NOTICE, case(NOTICE, stated, track="minor", representative=MOTHER))
    assert_in_order(text, ("Kính gửi: Công an xã Ba Vì", "- Ông (bà) Nguyễn Thị B;"))


@pytest.mark.parametrize("form", [PROPOSAL, CERTIFICATE, NOTICE])
def test_missing_particulars_name_form_and_field(form: Form) -> None:
    stated: dict[str, Any] = {"V-46": PROPOSED, "V-50": CERTIFIED}.get(form.code, {})
    with pytest.raises(MissingValue, match=f"{form.code}.*particulars.{form.code}"):
        form.gather(replace(case(form, stated), particulars=None))
