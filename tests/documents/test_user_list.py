"""III-10: the list of users of narcotic substances."""

import io
from types import MappingProxyType
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from pydantic import ValidationError

from documents.case import Case
from documents.forms import all_forms
from tests.documents.cases import drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

FORM = all_forms()["III-10"]
PERSON = {
    "name": "Nguyễn Văn A", "identity": "001098000001", "birth": "20/05/1998", "sex": "male",
    "registered_residence": "phường Mai Dịch", "present_residence": "phường Cầu Giấy", "substances": "Methamphetamine",
    "managed_from": "2026-09-08", "managed_until": "2027-09-08", "presence": "present",
}  # fmt: skip
MOTHER = {
    **PERSON, "name": "Trần Thị B", "identity": "không", "sex": "female", "presence": "absent",
    "ended": "dừng quản lý, ngày 12/11/2026",
}  # fmt: skip
STATED: MappingProxyType[str, Any] = MappingProxyType(
    {"from_day": "2026-07-01", "to_day": "2026-12-31", "managed": [PERSON, PERSON], "removed": [MOTHER]}
)


def case(**changes: Any) -> Case:
    return drawn_case(FORM, {**STATED, **changes})


def test_list_reads_as_the_gazette_prints_it() -> None:
    paper = printed(FORM, case())
    row = "Nguyễn Văn A\n001098000001\n20/05/1998\nNam\nphường Mai Dịch\nphường Cầu Giấy\nMethamphetamine\n08/09/2026\n08/09/2027"
    assert_in_order(paper, (
        "Mẫu số 10", "DANH SÁCH NGƯỜI SỬ DỤNG TRÁI PHÉP CHẤT MA TÚY", "(Tính từ ngày 01/07/2026 đến ngày 31/12/2026)",
        "TT\nHọ tên\nSố định danh cá nhân\nNgày sinh\nGiới tính\nNơi thường trú/ tạm trú\nNơi ở hiện tại",
        "Loại ma túy sử dụng\nNgày đưa vào quản lý\nNgày hết hạn quản lý\nTình hình cư trú\nDừng/Tạm đình chỉ, chấm dứt",
        "Số người sử dụng trái phép chất ma túy đang quản lý: 02", f"1\n{row}\nCó mặt\nkhông", f"2\n{row}",
        "Số người loại khỏi danh sách trong kỳ: 01", "1\nTrần Thị B\nkhông", "Nữ",
        "Vắng mặt\ndừng quản lý, ngày 12/11/2026",
    ))  # fmt: skip
    assert_nothing_left_over(paper)
    assert "CỘNG HÒA" not in paper
    assert_stored_content_prints_the_same_bytes(FORM, case())


def test_list_lies_across_the_page_within_its_margins() -> None:
    document = docx.Document(io.BytesIO(FORM.render(FORM.gather(case()))))
    [page] = document.sections
    assert page.orientation == WD_ORIENT.LANDSCAPE
    assert page.page_width
    between = page.page_width - (page.left_margin or 0) - (page.right_margin or 0)
    width = sum(column.width for column in document.tables[-1].columns)
    assert width == pytest.approx(between, rel=0.001)


def test_nobody_is_written_as_none() -> None:
    paper = printed(FORM, case(managed=[], removed=[]))
    assert_in_order(paper, ("đang quản lý: không", "trong kỳ: không"))


def test_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ngày đầu sau ngày cuối"):
        case(to_day="2026-06-30")
