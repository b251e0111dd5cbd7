"""Certificates of voluntary rehab and substitution treatment read like the gazette's forms V-28, V-30, V-35."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, Issued, MissingValue
from documents.forms import all_forms
from models.law.facts import Representative
from tests.documents.cases import ACTS, at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

PERIOD = {"first": "2026-09-18", "last": "2028-09-18"}
CONTRACT = {"number": "07/HĐCN", "day": "2026-09-19"}
STATED: dict[str, dict[str, Any]] = {
    "V-28": {"period": PERIOD, "family": "ông Nguyễn Văn S", "recipients": ["Người được giao tư vấn, quản lý, hỗ trợ"]},
    "V-30": {"period": PERIOD, "facility": "private", "contract": CONTRACT},
    "V-35": {"period": PERIOD, "requested_by": "Công an phường Mai Dịch"},
}  # fmt: skip
BY = {"V-28": "compiler", "V-30": "centre", "V-35": "facility"}
PERSON = (
    "XÁC NHẬN:", "1. Ông (bà) Nguyễn Văn A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
    "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: Cục Cảnh sát", "Nơi cư trú: số 1 ngõ 2",
)  # fmt: skip
DECREE = "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ"
DECISION = (
    "Căn cứ Quyết định số 03/QĐ-CAMD ngày 18 tháng 9 năm 2026 của Trưởng Công an phường Mai Dịch về việc cai nghiện ma túy "
    "tự nguyện"
)
RESULT = "Căn cứ kết quả cai nghiện tự nguyện của ông (bà): Nguyễn Văn A."
TIME = "Thời gian: từ ngày 18 tháng 9 năm 2026 đến ngày 18 tháng 9 năm 2028./."
FAMILY = "- Đại diện gia đình của ông, bà Nguyễn Văn A;"
HINT = "(Ký, ghi rõ họ tên, đóng dấu)"
ORDER = {
    "V-28": (
        "Mẫu số 28", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", "Số: 05/GXN-CAMD", "GIẤY XÁC NHẬN",
        "Hoàn thành cai nghiện ma túy tự nguyện tại gia đình, cộng đồng", "CÔNG AN PHƯỜNG MAI DỊCH", DECREE,
        f"{DECISION} tại gia đình, cộng đồng;", RESULT, *PERSON,
        "2. Xác nhận: Hoàn thành cai nghiện ma túy tự nguyện tại gia đình, cộng đồng", TIME, "Nơi nhận:",
        "- Ông, bà Nguyễn Văn A;", "- Đại diện gia đình: ông Nguyễn Văn S;", "- Người được giao tư vấn, quản lý, hỗ trợ;",
        "- Lưu: VT, hồ sơ.", "TRƯỞNG CÔNG AN", HINT, "Thượng tá Trần Văn B",
    ),
    "V-30": (
        "Mẫu số 30", "CÔNG AN THÀNH PHỐ HÀ NỘI", "CƠ SỞ CAI NGHIỆN MA TÚY", "Số: 05/GXN-CNTN", "GIẤY XÁC NHẬN",
        "Hoàn thành cai nghiện ma túy tự nguyện tại cơ sở cai nghiện ma túy tư nhân", "CƠ SỞ CAI NGHIỆN MA TÚY", DECREE,
        f"{DECISION};", ("Căn cứ Hợp đồng dịch vụ cai nghiện số 07/HĐCN ngày 19 tháng 9 năm 2026 giữa cơ sở cai nghiện ma túy "
        "và ông (bà) Nguyễn Văn A;"), RESULT, *PERSON,
        "2. Xác nhận: Hoàn thành cai nghiện ma túy tự nguyện tại cơ sở cai nghiện ma túy tư nhân", TIME, "Nơi nhận:",
        "- Ông, bà Nguyễn Văn A;", FAMILY, "- Công an phường Mai Dịch;", "- Lưu: VT, hồ sơ.", "GIÁM ĐỐC", HINT,
        "Trung tá Đặng Văn H",
    ),
    "V-35": (
        "Mẫu số 35", "SỞ Y TẾ THÀNH PHỐ HÀ NỘI", "BỆNH VIỆN ĐA KHOA MAI DỊCH", "Số: 05/GXN-ĐTN", "GIẤY XÁC NHẬN",
        "Người đang điều trị nghiện bằng thuốc thay thế", "BỆNH VIỆN ĐA KHOA MAI DỊCH", DECREE,
        "Căn cứ đề nghị của Công an phường Mai Dịch.", *PERSON, "2. Xác nhận: Đang điều trị nghiện bằng thuốc thay thế", TIME,
        "Nơi nhận:", "- Ông, bà Nguyễn Văn A;", FAMILY, "- Công an phường Mai Dịch;", "- Lưu: VT, hồ sơ.", "GIÁM ĐỐC", HINT,
        "Bác sĩ Phạm Văn D",
    ),
}  # fmt: skip
"""What each paper says, in the order of the gazette."""


def case(code: str, *, decided: bool = True, facts: dict[str, Any] | None = None, **stated: Any) -> Case:
    """The case of a certificate; `decided` when V-22 was issued in the dossier."""
    made = drawn_case(all_forms()[code], STATED[code] | stated, by=BY[code], when=at(9, 20), **(facts or {}))
    issued = Issued(
        form="V-22", number="03/QĐ-CAMD", day=ACTS["notify_result"].date().replace(day=18),
        issuer="Công an phường Mai Dịch",
    )  # fmt: skip
    return replace(made, issued={**made.issued, **({"V-22": issued} if decided else {})})


def paper(of: Case) -> str:
    return printed(all_forms()[of.form], of)


@pytest.mark.parametrize("code", list(ORDER))
def test_certificate_reads_as_the_gazette_prints_it(code: str) -> None:
    text = paper(case(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(all_forms()[code], case(code))


@pytest.mark.parametrize("code", ["V-28", "V-30"])
def test_a_decision_made_outside_is_stated_and_one_nobody_made_is_asked_for(code: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(case(code, decided=False))
    assert (missing.value.form, missing.value.field) == (code, "V-22")
    outside = "số 12/QĐ-CAX ngày 01 tháng 9 năm 2026 của Trưởng Công an xã Ví Dụ"
    text = paper(case(code, decided=False, decision=outside))
    assert f"Căn cứ Quyết định {outside} về việc cai nghiện ma túy tự nguyện" in text


@pytest.mark.parametrize("code", list(ORDER))
def test_a_certificate_nobody_stated_is_asked_for_by_form(code: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(replace(case(code), particulars=None))
    assert (missing.value.form, missing.value.field) == (code, f"particulars.{code}")


@pytest.mark.parametrize(("facility", "where", "office"), [
    ("public", "tại cơ sở cai nghiện ma túy", "TRƯỞNG CƠ SỞ CAI NGHIỆN"),
    ("school", "tại trường giáo dưỡng", "HIỆU TRƯỞNG"),
])  # fmt: skip
def test_a_public_centre_or_school_has_no_contract_and_tells_the_chairman(
    facility: str, where: str, office: str
) -> None:
    text = paper(case("V-30", facility=facility, contract=None))
    assert_in_order(text, (
        f"Hoàn thành cai nghiện ma túy tự nguyện {where}\n", f"2. Xác nhận: Hoàn thành cai nghiện ma túy tự nguyện {where}\n",
        "- Công an phường Mai Dịch;", "- Chủ tịch Ủy ban nhân dân phường Mai Dịch;", office,
    ))  # fmt: skip
    assert "Hợp đồng" not in text
    assert "tư nhân" not in text


def test_a_private_centre_certifies_a_part_of_the_process_by_its_stages() -> None:
    text = paper(case("V-30", stages=["tiếp nhận, phân loại", "điều trị cắt cơn, giải độc"]))
    assert_in_order(text, (
        "Thời gian, quy trình người cai nghiện ma túy đã thực hiện tại cơ sở cai nghiện ma túy tư nhân",
        ("2. Xác nhận: Thời gian, quy trình người cai nghiện ma túy đã thực hiện (tiếp nhận, phân loại; điều trị cắt cơn, giải "
        "độc) tại cơ sở cai nghiện ma túy tư nhân"),
    ))  # fmt: skip
    assert "Hoàn thành" not in text


@pytest.mark.parametrize("stated", [
    {"facility": "public"},
    {"contract": None},
    {"facility": "public", "contract": None, "stages": ["tiếp nhận, phân loại"]},
])  # fmt: skip
def test_only_a_private_centre_has_a_contract_and_certifies_a_part(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="cơ sở cai nghiện ma túy tư nhân"):
        case("V-30", **stated)


def test_a_minors_certificate_names_the_parent_who_signed_the_contract() -> None:
    mother = Representative(name="Nguyễn Thị B", relation="mẹ", residence="phường Mai Dịch")
    text = paper(case("V-30", facts={"track": "minor", "representative": mother}))
    assert_in_order(text, ("và ông (bà) Nguyễn Thị B;", "- Đại diện gia đình: Nguyễn Thị B;"))


def test_who_asked_for_the_certificate_gets_it_and_whoever_signs_without_being_director_represents() -> None:
    own = paper(case("V-35", requested_by="Nguyễn Văn A"))
    assert own.count("- Ông, bà Nguyễn Văn A;") == 1
    other = case("V-35", requested_by="Công an phường Cầu Giấy")
    other = replace(other, signer=other.signer.model_copy(update={"position": "Trưởng khoa"}))
    assert_in_order(
        paper(other), ("- Công an phường Mai Dịch;", "- Công an phường Cầu Giấy;", "NGƯỜI ĐẠI DIỆN")
    )
