"""HS-03: the list of what is handed over with the file."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from documents.case import Case, MissingValue
from documents.forms import all_forms
from flows.books import books
from tests.documents.cases import drawn_case, sample_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

FORM = all_forms()["HS-03"]
STATED = MappingProxyType({
    "giver": {"name": "Đại úy Lý Văn N", "position": "Cán bộ Công an phường"},
    "receiver": {"name": "Nguyễn Thị M", "position": "Thư ký Tòa án"},
    "receiving_agency": "Tòa án nhân dân khu vực 9 - Hà Nội",
})  # fmt: skip


def case(**changes: Any) -> Case:
    count = changes.pop("sheet_count", 24)
    return drawn_case(FORM, {**STATED, **changes}, sheet_count=count)


def test_the_list_names_both_sides_and_every_paper() -> None:
    text = printed(FORM, case())
    assert_in_order(text, (
        "CÔNG AN PHƯỜNG MAI DỊCH", "DANH SÁCH GIAO NHẬN HỒ SƠ", "Đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "Thời gian giao, nhận: hồi ",
        "Bên giao: Đại úy Lý Văn N; Chức vụ: Cán bộ Công an phường; Cơ quan: Công an phường Mai Dịch",
        "Bên nhận: Nguyễn Thị M; Chức vụ: Thư ký Tòa án; Cơ quan: Tòa án nhân dân khu vực 9 - Hà Nội",
        "Hồ sơ của: Nguyễn Văn A; Bộ: bản gốc; Số bút lục: 24 tờ", "STT", "Tên văn bản, tài liệu",
        *case().enclosures, f"Cộng: {len(case().enclosures)} văn bản, tài liệu.", "BÊN GIAO", "BÊN NHẬN",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(FORM, case())


def test_the_copy_and_an_uncounted_file_say_so() -> None:
    text = printed(FORM, case(copy_only=True, sheet_count=None))
    assert "Bộ: bản sao; Số bút lục: theo mục lục kèm theo hồ sơ" in text


@pytest.mark.parametrize("code", ["HS-01", "HS-02"])
def test_cover_and_index_are_made_with_the_bundle_only(code: str) -> None:
    with pytest.raises(MissingValue, match=f"{code}.*bộ hồ sơ"):
        all_forms()[code].gather(replace(sample_case("V-36"), form=code))


@pytest.mark.parametrize("book", books(), ids=lambda book: book.code)
def test_every_agency_that_sends_the_file_may_draw_up_the_list(book: Any) -> None:
    send = {kind for action in book.actions if action.hand_to for kind in action.by}
    may = {kind for kind, forms in book.drawn.items() if "HS-03" in [form.id for form in forms]}
    assert send <= may
