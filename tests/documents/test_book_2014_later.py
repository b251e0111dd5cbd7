"""The papers of 2014–2021 made beside the file: the justice office's return, tracing, delivery, completion."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from documents.case import AgencyCard, Case, Issued, MissingValue
from documents.forms.book_2014_later import FORMS
from models.law.facts import Official
from tests.documents.cases_2014 import AGENCIES, at, case_2014
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

BY_CODE = {form.code: form for form in FORMS}
MEASURE = "đưa vào cơ sở cai nghiện bắt buộc"
PERSON = (
    "Họ và tên: Nguyễn Văn A",
    "Giới tính: Nam",
    "Số CMND/CCCD/Hộ chiếu: 001098000001",
    "Nơi thường trú: ",
)
COURT = "số 12/QĐ-TA ngày 26 tháng 4 năm 2019 của Tòa án nhân dân quận Cầu Giấy"
DECIDED = f"Căn cứ Quyết định {COURT} về việc áp dụng biện pháp {MEASURE}"


def _agency(kind: str, name: str, symbol: str, head: str, position: str) -> AgencyCard:
    return replace(
        AGENCIES["compiler"], code=symbol.lower(), kind=kind, name=name, symbol=symbol,
        head=Official(name=head, position=position),
    )  # fmt: skip


CENTRE = _agency("rehab_centre", "Cơ sở cai nghiện ma túy số 9", "CSCN", "Đặng Văn H", "Giám đốc")
POLICE = _agency("district_police", "Công an quận Cầu Giấy", "CACG", "Đại tá Vũ Văn G", "Trưởng Công an quận")
ISSUERS = MappingProxyType({
    "B14-TPL": (AGENCIES["justice_office"], "06/PTP"),
    "B14-TT": (CENTRE, "05/QĐ-CSCN"),
    "B14-GN": (AGENCIES["labour_office"], None),
    "B14-GCN": (CENTRE, "05/GCN-CSCN"),
})  # fmt: skip
CONTACT = {"name": "Nguyễn Văn M", "phone": "0900000011", "address": "thôn Ví Dụ"}
STATED: Mapping[str, dict[str, Any]] = MappingProxyType({
    "B14-TPL": {},
    "B14-TT": {
        "unit": "Phòng Quản lý học viên", "features": "cao 1,65 m, sẹo ở trán", "contact": CONTACT,
        "escaped_from": "Cơ sở cai nghiện ma túy số 9", "executors": "Các ông Nguyễn Văn M, Trần Văn N",
    },
    "B14-GN": {},
    "B14-GCN": {},
})  # fmt: skip

ORDER = {
    "B14-TPL": (
        "PHÒNG TƯ PHÁP QUẬN CẦU GIẤY", "Số: 06/PTP", f"V/v trả lại hồ sơ đề nghị áp dụng biện pháp {MEASURE}",
        "Kính gửi: Chủ tịch Ủy ban nhân dân phường Mai Dịch", "Ngày 08/04/2019, Phòng Tư pháp quận Cầu Giấy nhận được",
        *PERSON, "Căn cứ khoản 3 Điều 103 Luật Xử lý vi phạm hành chính năm 2012", "chưa bảo đảm tính pháp lý.",
        "1) Thiếu bản sao căn cước.", "để kiểm tra theo quy định./.", "- Như trên;", "TRƯỞNG PHÒNG", "Lê Thị C",
    ),
    "B14-TT": (
        "CƠ SỞ CAI NGHIỆN MA TÚY SỐ 9", "Số: 05/QĐ-CSCN", "QUYẾT ĐỊNH", f"truy tìm người đã có quyết định {MEASURE} bỏ trốn",
        "GIÁM ĐỐC CƠ SỞ CAI NGHIỆN MA TÚY SỐ 9", "Căn cứ khoản 2 Điều 132 Luật Xử lý vi phạm hành chính năm 2012;",
        f"{DECIDED};", "Theo đề nghị của Phòng Quản lý học viên.", "Điều 1. Truy tìm", *PERSON,
        "Đặc điểm nhận dạng: Cao 1,65 m, sẹo ở trán.", "hồi 21 giờ 30 phút, ngày 20 tháng 5 năm 2019.",
        "báo ngay cho Nguyễn Văn M, điện thoại: 0900000011, địa chỉ: thôn Ví Dụ.", "Điều 2. ", "./.", "- Như Điều 2;",
        "GIÁM ĐỐC", "Đặng Văn H",
    ),
    "B14-GN": (
        "BIÊN BẢN", f"Giao, nhận người chấp hành quyết định {MEASURE}", "Căn cứ Điều 110 Luật Xử lý vi phạm hành chính",
        f"{DECIDED}.", "1. Hôm nay, hồi 09 giờ 00 phút, ngày 06/05/2019, tại Cơ sở cai nghiện ma túy số 9, chúng tôi gồm:",
        "a) Đại diện bên giao:", "b) Đại diện bên nhận:", "2. Tiến hành giao, nhận người", *PERSON,
        "là ngày bắt đầu tính thời hạn chấp hành: 06/05/2019.", "b) Tình trạng của người được giao: ",
        "; kết quả kiểm tra sức khỏe: ", "c) Hồ sơ kèm theo gồm 03 tài liệu:", "d) Tư trang, đồ dùng cá nhân:",
        "3. Biên bản này gồm ", "ĐẠI DIỆN BÊN GIAO", "ĐẠI DIỆN BÊN NHẬN",
    ),
    "B14-GCN": (
        "CƠ SỞ CAI NGHIỆN MA TÚY SỐ 9", "Số: 05/GCN-CSCN", "GIẤY CHỨNG NHẬN", "Đã chấp hành xong quyết định",
        "Căn cứ khoản 2 Điều 114 Luật Xử lý vi phạm hành chính năm 2012;", f"{DECIDED}.", "CHỨNG NHẬN:", *PERSON,
        "thời gian chấp hành từ ngày 06/05/2019 đến ngày 06/11/2020./.", "- Ông Nguyễn Văn A;",
        "- Gia đình ông Nguyễn Văn A;", "- Tòa án nhân dân quận Cầu Giấy;", "- Ủy ban nhân dân quận Cầu Giấy;",
        "- Ủy ban nhân dân phường Mai Dịch;", "GIÁM ĐỐC", "Đặng Văn H",
    ),
}  # fmt: skip


def case(
    code: str, stated: Mapping[str, Any] | None = None, by: AgencyCard | None = None, **facts: Any
) -> Case:
    form, (issuer, number) = BY_CODE[code], ISSUERS[code]
    known = {
        "escaped_at": at(5, 20, 21, 30), "delivered_at": at(5, 6, 9), "held_from": date(2019, 5, 6),
        "completed_on": date(2020, 11, 6), **facts,
    }  # fmt: skip
    base = case_2014("B14-TP", **known)
    decision = Issued(form="TA-07", number="12/QĐ-TA", day=date(2019, 4, 26), issuer=AGENCIES["court"].name)
    assert form.particulars
    return replace(
        base,
        form=code,
        number=number,
        issuer=by or issuer,
        signer=(by or issuer).head,
        parties={**AGENCIES, "centre": CENTRE},
        issued={**base.issued, "TA-07": decision},
        particulars=form.particulars.model_validate({**STATED[code], **(stated or {})}),
    )


@pytest.mark.parametrize("code", list(ORDER))
def test_paper_reads_in_its_order_and_survives_storage(code: str) -> None:
    text = printed(BY_CODE[code], case(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(BY_CODE[code], case(code))


@pytest.mark.parametrize(("code", "fact"), [
    ("B14-TPL", "gaps"), ("B14-TT", "escaped_at"), ("B14-GN", "delivered_at"), ("B14-GN", "held_from"),
    ("B14-GCN", "completed_on"),
])  # fmt: skip
def test_missing_fact_is_named_with_its_form(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        BY_CODE[code].gather(case(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)


@pytest.mark.parametrize("code", ["B14-TT", "B14-GN", "B14-GCN"])
def test_a_court_decision_made_outside_is_cited_as_stated_and_never_left_out(code: str) -> None:
    with pytest.raises(MissingValue, match="court_decision"):
        BY_CODE[code].gather(replace(case(code), issued={}))
    stated = replace(case(code, {"court_decision": "số 77/QĐ-TA"}), issued={})
    assert "Căn cứ Quyết định số 77/QĐ-TA về việc" in printed(BY_CODE[code], stated)


def test_district_police_trace_whoever_was_not_yet_brought() -> None:
    text = printed(BY_CODE["B14-TT"], case("B14-TT", by=POLICE))
    assert_in_order(text, ("TRƯỞNG CÔNG AN QUẬN CẦU GIẤY", "Căn cứ khoản 1 Điều 132", "TRƯỞNG CÔNG AN QUẬN"))


def test_a_certificate_goes_to_the_committee_of_the_residence_that_must_be_stated_where_police_compiled() -> (
    None
):
    by_police = replace(case("B14-GCN"), parties={**AGENCIES, "compiler": POLICE, "centre": CENTRE})
    with pytest.raises(MissingValue, match="committee"):
        BY_CODE["B14-GCN"].gather(by_police)
    stated = case("B14-GCN", {"committee": "Ủy ban nhân dân phường Nghĩa Tân"})
    assert "- Ủy ban nhân dân phường Nghĩa Tân;" in printed(BY_CODE["B14-GCN"], stated)
