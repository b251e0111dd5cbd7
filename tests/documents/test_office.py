"""HS-04 and HS-05: a reminder to an agency that is late, and the list of an agency's dossiers."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest

from documents.case import Case, Header, MissingValue
from documents.forms import all_forms
from documents.forms.office import DossierList, ListedDossier
from documents.specimens import lines_of
from models.law.loader import codes, load_book
from tests.documents.cases import at, drawn_case, sample_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

REMINDER, LIST = all_forms()["HS-04"], all_forms()["HS-05"]
STATED: dict[str, Any] = {
    "to": "Tòa án nhân dân khu vực 9 - Hà Nội", "late": "Ra quyết định", "citation": "PL 03/2022/UBTVQH15 Đ.15",
    "since": "2026-11-02", "wanted": "ra quyết định hoặc thông báo lý do chậm", "answer_by": "2026-11-20",
    "recipients": ["Viện kiểm sát nhân dân khu vực 9 - Hà Nội"],
}  # fmt: skip
BY_RULE = {"late": None, "citation": None, "since": None, "rule": "p4-transfer"}


def case(changes: dict[str, Any] | None = None, by: str = "compiler") -> Case:
    made = drawn_case(REMINDER, STATED | (changes or {}), by=by)
    return replace(made, last_days={"p4-transfer": date(2026, 10, 2)})


def test_reminder_says_to_whom_what_is_late_by_which_article_since_when_and_what_to_do() -> None:
    text = printed(REMINDER, case())
    assert_in_order(text, (
        "CÔNG AN PHƯỜNG MAI DỊCH", "Số: 05/CAMD", "V/v đôn đốc giải quyết hồ sơ áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "Kính gửi: Tòa án nhân dân khu vực 9 - Hà Nội", "đối với ông Nguyễn Văn A (ngày, tháng, năm sinh: 20/05/1998; nơi cư trú:",
        "1. Thời hạn, bước bị chậm: Ra quyết định", "2. Căn cứ: PL 03/2022/UBTVQH15 Đ.15", "3. Ngày cuối của thời hạn: 02/11/2026",
        "4. Việc đề nghị Tòa án nhân dân khu vực 9 - Hà Nội thực hiện: ra quyết định hoặc thông báo lý do chậm",
        "đề nghị trả lời Công an phường Mai Dịch trước ngày 20 tháng 11 năm 2026./.", "- Như trên;", "- Viện kiểm sát",
        "TRƯỞNG CÔNG AN PHƯỜNG", "Thượng tá Trần Văn B",
    ))  # fmt: skip
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(REMINDER, case())


def test_a_limit_named_by_its_code_needs_no_words() -> None:
    assert_in_order(printed(REMINDER, case(BY_RULE)), (
        "1. Thời hạn, bước bị chậm: Chuyển hồ sơ", "2. Căn cứ: ", "3. Ngày cuối của thời hạn: 02/10/2026",
    ))  # fmt: skip


def test_a_reminder_that_asks_for_no_answer_ends_with_what_to_do() -> None:
    assert "thông báo lý do chậm./." in printed(REMINDER, case({"answer_by": None}))


def test_a_committee_reminds_by_its_chairman() -> None:
    assert_in_order(printed(REMINDER, case(by="committee")), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Đỗ Văn I"))


@pytest.mark.parametrize(("changes", "field"), [
    ({"late": None}, "late"),
    ({"citation": None}, "citation"),
    ({"since": None}, "since"),
    ({"since": "2026-11-13"}, "since"),
    ({**BY_RULE, "rule": "p4-moon"}, "rule"),
    ({**BY_RULE, "rule": "p4-read"}, "since"),
])  # fmt: skip
def test_what_is_not_known_to_be_late_is_no_reminder(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(MissingValue) as missing:
        REMINDER.gather(case(changes))
    assert (missing.value.form, missing.value.field) == ("HS-04", f"particulars.HS-04.{field}")


@pytest.mark.parametrize("code", codes())
def test_every_agency_that_acts_under_a_book_may_remind_another(code: str) -> None:
    book = load_book(code)
    reminding = {kind for kind, refs in book.drawn.items() if "HS-04" in {ref.id for ref in refs}}
    assert reminding == {kind for action in book.actions for kind in action.by}


def dossiers(**changes: Any) -> DossierList:
    header = Header(superior="Công an thành phố Hà Nội", issuer="Công an phường Mai Dịch", number=None, place="Mai Dịch",
                    day=date(2026, 11, 23))  # fmt: skip
    line = ListedDossier(
        number="2026-000001", name="Nguyễn Văn A", birth_year=1998, stage="thi hành", holder="Cơ sở cai nghiện số 9",
        opened_on=date(2026, 9, 7), next_due=None, state="quá hạn",
    )  # fmt: skip
    content: dict[str, Any] = {
        "header": header, "at": at(11, 23), "narrowed_to": ("Giai đoạn: thi hành.",), "left_out": 3, "committee": False,
        "lines": (line, line.model_copy(update={"next_due": date(2026, 12, 1), "state": "đang xử lý"})),
        "position": "Trưởng Công an phường", "signer": "Thượng tá Trần Văn B",
    }  # fmt: skip
    return DossierList(**{**content, **changes})


def paper(content: DossierList) -> Any:
    return docx.Document(io.BytesIO(LIST.render(content)))


def test_list_lies_on_its_side_and_says_how_many_dossiers_it_leaves_out() -> None:
    made = paper(dossiers())
    [section] = made.sections
    assert section.page_width > section.page_height
    assert_in_order("\n".join(lines_of(made.element.body)), (
        "CÔNG AN PHƯỜNG MAI DỊCH", "DANH SÁCH HỒ SƠ", "(Tính đến 08 giờ 00 phút, ngày 23 tháng 11 năm 2026)",
        "Giai đoạn: thi hành.", "STT\nSố hồ sơ\nHọ và tên\nNăm sinh\nGiai đoạn\nCơ quan đang xử lý\nNgày mở\nThời hạn gần nhất",
        "1\n2026-000001\nNguyễn Văn A\n1998\nthi hành\nCơ sở cai nghiện số 9\n07/09/2026\nkhông\nquá hạn", "01/12/2026\nđang xử lý",
        "Danh sách gồm 2 hồ sơ; còn 3 hồ sơ tiếp theo không in trong danh sách này.", "NGƯỜI LẬP DANH SÁCH",
        "TRƯỞNG CÔNG AN PHƯỜNG", "Thượng tá Trần Văn B",
    ))  # fmt: skip


def test_a_whole_list_leaves_nothing_out() -> None:
    text = "\n".join(lines_of(paper(dossiers(left_out=0)).element.body))
    assert "Danh sách gồm 2 hồ sơ." in text


def test_a_list_is_not_drawn_up_within_one_dossier() -> None:
    with pytest.raises(MissingValue) as missing:
        LIST.gather(sample_case("V-42"))
    assert missing.value.field == "dossiers"
