"""V-55, V-59, V-60: who helps in after-care."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from documents.case import Case, Issued, MissingValue
from documents.forms import all_forms
from tests.documents.cases import at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

STATED: dict[str, dict[str, Any]] = {
    "V-55": {
        "police": "Thượng tá Trần Văn B", "health": "Nguyễn Thị B", "culture": "Lê Văn C", "youth": "Phạm Thị D",
        "others": [{"name": "Hoàng Văn E", "unit": "Hội Cựu chiến binh"}], "effective_on": "2028-11-12",
    },
    "V-59": {"people": ["Nguyễn Thị B", "Lê Văn C"], "effective_on": "2028-11-12"},
    "V-60": {
        "helper": "Nguyễn Thị B", "assignment": {"number": "03/QĐ-UBND", "day": "2028-10-02"}, "effective_on": "2028-11-12",
    },
}  # fmt: skip
RESOLUTION = {"number": "01/NQ-HĐND", "day": "2026-07-15"}
NOTICE = Issued("V-54", "11/CACG", date(2028, 11, 20), "Công an phường Cầu Giấy")


def case(code: str, changes: dict[str, Any] | None = None, **facts: Any) -> Case:
    """The sample dossier in after-care."""
    made = drawn_case(
        all_forms()[code], STATED[code] | (changes or {}), by="committee", when=at(11, 20), **facts
    )
    return replace(made, acts={**made.acts, "certify": at(11, 12)}, issued={**made.issued, "V-54": NOTICE})


def assert_whole(code: str, made: Case, pieces: tuple[str, ...]) -> None:
    text = printed(all_forms()[code], made)
    assert_in_order(text, (
        "Mẫu số " + code[2:], "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Số: 05/QĐ-UBND",
        "QUYẾT ĐỊNH", *pieces, "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "(Ký và ghi rõ họ tên, đóng dấu)", "Đỗ Văn I",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(all_forms()[code], made)


def test_team_reads_as_the_gazette_prints_it() -> None:
    assert_whole("V-55", case("V-55"), (
        "Phân công Tổ quản lý, hỗ trợ xã hội sau cai nghiện ma túy tại nơi cư trú",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "Theo đề nghị của Trưởng Công an phường Mai Dịch.", "QUYẾT ĐỊNH:",
        "Điều 1. Thành lập Tổ quản lý", "1. Đồng chí Thượng tá Trần Văn B, Công an phường Mai Dịch - Tổ trưởng.",
        "2. Đồng chí Nguyễn Thị B, Trạm Y tế phường Mai Dịch - Tổ phó.",
        "3. Đồng chí Lê Văn C, Phòng Văn hóa - Xã hội - Thành viên.",
        "4. Đồng chí Phạm Thị D, Đoàn TNCSHCM cấp xã - Thành viên.", "5. Đồng chí Hoàng Văn E, Hội Cựu chiến binh - Thành viên.",
        "Điều 2. Phân công quản lý", "Căn cứ vào tình hình thực tế", "sau cai nghiện tại nơi cư trú.",
        "Điều 3. Kinh phí hoạt động của Tổ", "Điều 4. Quyết định này có hiệu lực kể từ ngày 12 tháng 11 năm 2028.",
        "Điều 5. Ông/bà có tên tại Điều 1 và các cơ quan, tổ chức, cá nhân", "Quyết định này./.", "- Như Điều 5;",
    ))  # fmt: skip


def test_helpers_read_as_the_gazette_prints_them() -> None:
    assert_whole("V-59", case("V-59", {"resolution": RESOLUTION}), (
        "Phân công người thực hiện nhiệm vụ tư vấn tâm lý, xã hội, quản lý, hỗ trợ người bị quản lý sau cai nghiện ma túy",
        "Căn cứ Nghị quyết số 01/NQ-HĐND ngày 15 tháng 7 năm 2026 của Hội đồng nhân dân thành phố Hà Nội về việc hỗ trợ người",
        "Theo đề nghị của Trưởng Công an", "Điều 1. Phân công người thực hiện nhiệm vụ", "gồm các ông, bà có tên sau:",
        "1) Nguyễn Thị B;", "2) Lê Văn C.", "Điều 2. Kinh phí hỗ trợ người thực hiện nhiệm vụ", "Điều 3.", "Điều 4.",
        "và các tổ chức, cá nhân có liên quan", "Quyết định này./.", "- Như Điều 4;",
    ))  # fmt: skip


def test_helpers_without_a_resolution_cite_none() -> None:
    assert "Nghị quyết" not in printed(all_forms()["V-59"], case("V-59"))


def test_helpers_of_voluntary_rehab_at_home_are_named_for_that() -> None:
    at_home = replace(case("V-59", voluntary_form="home"), acts={})
    text = printed(all_forms()["V-59"], at_home)
    assert "hỗ trợ người cai nghiện ma túy tự nguyện tại gia đình, cộng đồng gồm các ông, bà" in text
    assert "quản lý sau cai" not in text


def test_nobody_is_named_where_there_is_nobody_to_help() -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()["V-59"].gather(replace(case("V-59"), acts={}))
    assert (missing.value.form, missing.value.field) == ("V-59", "voluntary_form")


def test_new_helper_reads_as_the_gazette_prints_it() -> None:
    assert_whole("V-60", case("V-60"), (
        "hỗ trợ người bị quản lý sau cai nghiện ma túy",
        "Căn cứ Quyết định số 03/QĐ-UBND ngày 02 tháng 10 năm 2028 của Chủ tịch Ủy ban nhân dân phường Mai Dịch về việc",
        "Căn cứ Thông báo số 11/CACG ngày 20 tháng 11 năm 2028 của Trưởng Công an phường Cầu Giấy về việc tiếp tục quản lý",
        "Điều 1. Phân công ông/bà Nguyễn Thị B thực hiện nhiệm vụ", "đối với ông/bà Nguyễn Văn A.", "Điều 2. Kinh phí hỗ trợ",
        "Điều 3.", "Điều 4.", "Quyết định này./.", "- Như Điều 4;",
    ))  # fmt: skip


def test_a_notice_made_outside_the_system_is_cited_as_stated() -> None:
    outside = {"number": "12/CABV", "day": "2028-11-21", "issuer": "Công an xã Ba Vì"}
    text = printed(all_forms()["V-60"], case("V-60", {"notice": outside}))
    assert "Thông báo số 12/CABV ngày 21 tháng 11 năm 2028 của Trưởng Công an xã Ba Vì" in text
    with pytest.raises(MissingValue) as missing:
        all_forms()["V-60"].gather(replace(case("V-60"), issued={}))
    assert (missing.value.form, missing.value.field) == ("V-60", "V-54")
