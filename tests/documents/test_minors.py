"""Papers of 2026 about a person from 12 to under 18: the parent's lines are filled, and no paper speaks of an administrative measure."""

from dataclasses import replace

import pytest

from documents.case import Case
from documents.forms import all_forms
from models.law.facts import Representative
from models.law.loader import load_book
from tests.documents.cases import sample_case
from tests.documents.printed import assert_in_order, printed

ISSUED = sorted({ref.id for action in load_book("2026").actions for ref in action.forms if not ref.given})
MOTHER = Representative(name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ, phường Mai Dịch")


def minors_case(code: str) -> Case:
    """The sample dossier as one about a boy of sixteen."""
    case = sample_case(code)
    return replace(
        case,
        person=case.person.model_copy(update={"birth_date": "2010-05-20"}),
        wording=load_book("2026").words("minor"),
        facts={**case.facts, "track": "minor", "representative": MOTHER},
    )


@pytest.mark.parametrize("code", ISSUED)
def test_no_paper_about_a_minor_speaks_of_an_administrative_measure(code: str) -> None:
    text = printed(all_forms()[code], minors_case(code))
    assert "hành chính" not in text.replace("Cục Cảnh sát quản lý hành chính về trật tự xã hội", "")


@pytest.mark.parametrize(("code", "pieces"), [
    ("109-02", ("Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp: Nguyễn Thị B", "Địa chỉ liên hệ: số 3 phố Thí Dụ")),
    ("V-34", ("2. Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp: Nguyễn Thị B",)),
    ("V-32", ("Nơi nhận:", "- Như Điều 3;", "- Ông (bà) Nguyễn Thị B;")),
    ("V-37", ("Ông (bà) Nguyễn Văn A", "Ông (bà) Nguyễn Thị B", "Ông/bà Nguyễn Văn A và Ông/bà Nguyễn Thị B có quyền được đọc")),
    ("V-31", ("vào cơ sở cai nghiện ma túy công lập, trường giáo dưỡng",)),
    ("V-42", ("giao cơ sở cai nghiện ma túy công lập, trường giáo dưỡng tiếp nhận người",)),
    ("P-01", ("đưa đi cai nghiện bắt buộc (nếu lập)", "điểm b khoản 2 Điều 104")),
    ("P-03", ("Về việc tiếp nhận người bị đưa đi cai nghiện bắt buộc",)),
    ("TA-07", ("Điều 36 Luật Phòng, chống ma túy năm 2025", "người nghiện ma túy từ đủ 12 tuổi đến dưới 18 tuổi")),
])  # fmt: skip
def test_the_paper_of_a_minor_names_the_parent_the_school_and_the_article(
    code: str, pieces: tuple[str, ...]
) -> None:
    assert_in_order(printed(all_forms()[code], minors_case(code)), pieces)


@pytest.mark.parametrize("code", ["V-34", "V-32", "V-37", "109-02"])
def test_the_paper_of_an_adult_names_no_parent(code: str) -> None:
    case = sample_case(code)
    text = printed(all_forms()[code], replace(case, facts={**case.facts, "track": "adult"}))
    assert "Nguyễn Thị B" not in text
