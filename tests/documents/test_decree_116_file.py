"""Forms 27, 29 and 32 of Decree 116/2021: the minutes of the violation, the proposal, the notice."""

from dataclasses import replace
from typing import Any

import pytest

from documents.case import Case, MissingValue, Signing
from documents.forms import all_forms
from models.law.facts import Receiver
from tests.documents.cases_2022 import AGENCIES, case_2022
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

MINUTES, PROPOSAL, NOTICE = (all_forms()[code] for code in ("116-27", "116-29", "116-32"))
EVIDENCE = "Văn bản xác minh số 07/CAP ngày 20/9/2024 của Công an phường Mai Dịch"
PARENT = Receiver(
    name="Phan Thị T",
    sex="female",
    birth_date="1970",
    identity="001170000003",
    phone="0900000003",
    relation="mẹ",
)


def minutes(by: str = "compiler", stated: dict[str, Any] | None = None, **facts: Any) -> Case:
    return case_2022(MINUTES, {"evidence": EVIDENCE, **(stated or {})}, by=by, **facts)


def test_violation_minutes_read_as_the_gazette_prints_them() -> None:
    text = printed(MINUTES, minutes())
    assert_in_order(text, (
        "Mẫu số 27", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Số: 05/BB-VPHC", "BIÊN BẢN VI PHẠM",
        "Về cai nghiện ma túy tự nguyện, quản lý sau cai nghiện ma túy và điều trị nghiện các chất dạng thuốc phiện",
        "Hôm nay, hồi 08 giờ 00 phút, ngày 23/09/2024, tại phường Mai Dịch, quận Cầu Giấy, thành phố Hà Nội",
        "Căn cứ Nghị định số 116/2021/NĐ-CP", "Căn cứ tài liệu vi phạm quy định về cai nghiện ma túy tự nguyện", EVIDENCE,
        "I. Chúng tôi gồm:", "1. Họ và tên: Lý Văn N", "Cơ quan: Ủy ban nhân dân phường Mai Dịch",
        "2. Với sự chứng kiến của:", "a) Họ và tên: Trịnh Văn Q; Nghề nghiệp: hưu trí", "b) Họ và tên: Mai Thị R",
        "II. Tiến hành lập biên bản vi phạm với các nội dung sau:", "1. Họ và tên: Nguyễn Văn A; Giới tính: Nam",
        "- Ngày, tháng, năm sinh: 20/05/1998; Quốc tịch: Việt Nam", "- Nghề nghiệp: ", "- Nơi ở hiện tại: ",
        "- Số CCCD/CMND/Hộ chiếu: 001098000001", "2. Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp: không",
        "3. Đã có các hành vi vi phạm: Không đăng ký", "4. Quy định tại Nghị định số 116/2021/NĐ-CP",
        "5. Ý kiến trình bày của cá nhân vi phạm: ", "6. Ý kiến trình bày của người chứng kiến (nếu có): không",
        "7. Chúng tôi đã yêu cầu cá nhân chấm dứt ngay hành vi vi phạm.", "8. Các biện pháp ngăn chặn", "gồm: không",
        "Ngoài những tang vật, phương tiện vi phạm hành chính nêu trên, chúng tôi không tạm giữ thêm thứ gì khác.",
        "9. Trong thời hạn 02 ngày làm việc, kể từ ngày lập biên bản này, ông (bà) Nguyễn Văn A",
        "đến ông (bà) Trần Văn B, Chủ tịch, Ủy ban nhân dân phường Mai Dịch, số 1 phố Ví Dụ", "Biên bản lập xong hồi 09 giờ",
        "Trường hợp cá nhân vi phạm không ký biên bản", "1) Không đồng ý với nội dung biên bản.", "CÁ NHÂN VI PHẠM",
        "NGƯỜI LẬP BIÊN BẢN", "NGƯỜI CHỨNG KIẾN", "ĐẠI DIỆN ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Chủ tịch Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(MINUTES, minutes())


def test_minutes_of_the_police_are_theirs() -> None:
    text = printed(MINUTES, minutes("commune_police", signing_refused_reason=None))
    assert_in_order(
        text, ("CÔNG AN PHƯỜNG MAI DỊCH", "Cơ quan: Công an phường", "ĐẠI DIỆN CÔNG AN PHƯỜNG MAI DỊCH")
    )
    assert "không ký biên bản" not in text


def test_minutes_about_a_minor_name_the_parent_and_who_signs_for_the_head() -> None:
    case = minutes(track="minor")
    deputy = Signing(by="KT.", name="Đỗ Văn I", position="Phó Chủ tịch")
    text = printed(
        replace(MINUTES, gather=lambda _: MINUTES.gather(case).model_copy(update={"signing": deputy})), case
    )
    assert_in_order(
        text, ("người đại diện hợp pháp: Phan Thị T", "đến ông (bà) Trần Văn B", "Phó Chủ tịch Đỗ Văn I")
    )
    assert "xử lý hành chính" not in text


def test_nobody_known_to_stand_for_a_minor_must_be_stated() -> None:
    with pytest.raises(MissingValue, match=r"116-27.*parent"):
        printed(MINUTES, minutes(track="minor", representative=None, background=None))
    named = minutes(stated={"parent": "Nguyễn Thị B"}, track="minor", representative=None, background=None)
    assert "người đại diện hợp pháp: Nguyễn Thị B" in printed(MINUTES, named)


def test_proposal_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(PROPOSAL, {})
    text = printed(PROPOSAL, case)
    assert_in_order(text, (
        "Mẫu số 29", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Số: 05/ĐN-CNBB", "ĐỀ NGHỊ",
        "Xem xét hồ sơ đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
        "Kính gửi: Trưởng Phòng Lao động - Thương binh và Xã hội quận Cầu Giấy",
        "Ủy ban nhân dân phường Mai Dịch trân trọng đề nghị Trưởng Phòng Lao động",
        "Xem xét hồ sơ đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc đối với:", "1. Họ và tên (viết in hoa)",
        "Tên gọi khác (nếu có): A Đen", "Số CCCD/CMND/Hộ chiếu", "Nơi cư trú hoặc chỗ ở hiện nay", "Nghề nghiệp", "Nơi làm việc",
        "2. Lý do đề nghị lập hồ sơ", "khoản 1 Điều 32", "3. Hồ sơ đề nghị kèm theo gồm:", "1) Biên bản vi phạm số 05/BB-VPHC",
        "3) Bản sao Phiếu kết quả xác định tình trạng nghiện ma túy./.", "- Như trên;", "- Lưu: VT, hồ sơ.",
        "NGƯỜI ĐỨNG ĐẦU CƠ QUAN LẬP HỒ SƠ", "Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(PROPOSAL, case)


def test_a_proposal_names_its_labour_office_while_the_dossier_has_none() -> None:
    unknown = replace(case_2022(PROPOSAL, {}), parties={"compiler": AGENCIES["compiler"]})
    with pytest.raises(MissingValue, match=r"116-29.*labour_office"):
        PROPOSAL.gather(unknown)
    office = "Phòng Lao động - Thương binh và Xã hội quận Ví Dụ"
    stated = replace(unknown, particulars=case_2022(PROPOSAL, {"labour_office": office}).particulars)
    assert f"Kính gửi: Trưởng {office}" in printed(PROPOSAL, stated)


def test_notice_reads_as_the_gazette_prints_it() -> None:
    case = case_2022(NOTICE, {}, by="district_police")
    text = printed(NOTICE, case)
    assert_in_order(text, (
        "Mẫu số 32", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN QUẬN CẦU GIẤY", "Số: 05/TB-CAQ", "THÔNG BÁO",
        "Về việc lập hồ sơ đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc", "Kính gửi: Ông (bà) Nguyễn Văn A",
        ("Công an quận Cầu Giấy thông báo tới Ông (bà) về việc lập hồ sơ đề nghị áp dụng biện pháp đưa vào cơ sở cai nghiện ma "
        "túy bắt buộc đối với:"), "1. Họ và tên (viết in hoa): NGUYỄN VĂN A", "2. Căn cứ đề nghị áp dụng biện pháp",
        "3. Hồ sơ đề nghị kèm theo gồm:", "4. Trong thời hạn 03 ngày làm việc", "Ông/bà Nguyễn Văn A có quyền được đọc",
        "Công an quận Cầu Giấy sẽ tiến hành", "đối với Nguyễn Văn A.", "Thông báo./.", "THỦ TRƯỞNG CƠ QUAN LẬP HỒ SƠ",
        "Thượng tá Vũ Văn G",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(NOTICE, case)


def test_a_minor_and_the_parent_are_both_told() -> None:
    text = printed(NOTICE, case_2022(NOTICE, {}, track="minor", parents_receiver=PARENT))
    assert_in_order(text, (
        "- Ông (bà) Nguyễn Văn A;", "- Ông (bà) Phan Thị T.", "Ông/bà Nguyễn Văn A và Ông/bà Phan Thị T có quyền được đọc",
        "đối với Nguyễn Văn A.",
    ))  # fmt: skip
    assert "xử lý hành chính" not in text.casefold()
