"""What a minor and the parents say, or refuse, reads like the gazette's forms V-38 to V-41 and V-58."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, MissingValue, Signing
from documents.forms import all_forms
from models.law.facts import Representative, Witness
from models.law.loader import load_book
from tests.documents.cases import at, drawn_case
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

MOTHER = Representative(
    name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội"
)
KIN = {"sex": "female", "birth_date": "12/04/1980", "identity": "001180000003", "identity_issued_on": "05/05/2021",
       "identity_issued_by": "Cục Cảnh sát QLHC", "phone": "0900000003"}  # fmt: skip
WITNESS = Witness(name="Đỗ Văn Ê", occupation="tổ trưởng tổ dân phố", residence="số 9 phố Thí Dụ")
TOLD = {
    "account": "Tôi hút ma túy đá từ năm 2025, mỗi tuần hai lần, do bạn bè rủ rê; lần cuối ngày 06/9/2026."
}
OMITTED = {
    "began_at": "2026-09-28T14:00:00+07:00", "evidence": "giấy yêu cầu ngày 25/9/2026",
    "violation": "Không thực hiện yêu cầu theo điểm e khoản 1 Điều 104",
}  # fmt: skip
STATED: dict[str, dict[str, Any]] = {
    "V-38": TOLD,
    "V-39": {"parent": KIN, "agrees": False, "other": "Đề nghị cho cai nghiện tại gia đình"},
    "V-40": OMITTED,
    "V-40b": OMITTED,
    "V-41": {"began_at": "2026-09-29T08:15:00+07:00", "parent": KIN | {"occupation": "công nhân"}},
    "V-58": TOLD | {
        "began_at": "2026-09-28T14:00:00+07:00", "substitution": True, "substitution_ended_on": "2026-08-01",
        "rehab": "01 lần, tại gia đình",
    },
}  # fmt: skip
PERSON = (
    "NGUYỄN VĂN A; Giới tính: Nam", "Tên gọi khác (nếu có): A Đen", "Ngày, tháng, năm sinh: 20/05/2010",
)  # fmt: skip
STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
POLICE = ("CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", *STATE)
RESIDENCE = "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ"
ASKED = (
    "(loại ma túy đã từng sử dụng; hình thức sử dụng; tần suất sử dụng hàng ngày, tuần; lý do sử dụng ma túy; thời điểm sử "
    "dụng ma túy lần đầu; thời điểm lần cuối sử dụng ma túy):"
)
DECREE = "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ quy định chi tiết"
AGED = "đối với người từ đủ 12 tuổi đến dưới 18 tuổi"
OPENED = (
    "I. Chúng tôi gồm:", "1. Họ và tên: Đại úy Lý Văn N", "Chức vụ: Cán bộ Công an phường", "Cơ quan: Công an phường Mai Dịch",
    "2. Với sự chứng kiến của:", "Họ và tên: Đỗ Văn Ê; Nghề nghiệp: tổ trưởng tổ dân phố", "Nơi ở hiện nay: số 9 phố Thí Dụ",
    "II. Tiến hành lập biên bản vi phạm với các nội dung sau:",
)  # fmt: skip


def closed(violator: str, until: str) -> tuple[str, ...]:
    return (
        f"Biên bản lập xong hồi {until}, gồm ", (" tờ, được lập thành 02 bản có nội dung và giá trị như nhau; đã đọc lại cho "
        "những người có tên nêu trên cùng nghe, công nhận là đúng và cùng ký tên dưới đây; giao cho ông (bà) "
        f"{violator} là cá nhân vi phạm 01 bản, 01 bản lưu hồ sơ."),
        "CÁ NHÂN VI PHẠM", "(Ký, ghi rõ họ và tên)", "NGƯỜI LẬP BIÊN BẢN", "(Ký, ghi rõ chức vụ, họ và tên)", violator,
        "Cán bộ Công an phường Đại úy Lý Văn N", "NGƯỜI CHỨNG KIẾN", "(Ký, ghi rõ họ và tên)", "ĐẠI DIỆN CÔNG AN CẤP XÃ",
        "(Ký, ghi rõ chức vụ, họ và tên, đóng dấu)", "Đỗ Văn Ê", "Trưởng Công an phường Thượng tá Trần Văn B",
    )  # fmt: skip


def omitted(what: str, violator: str) -> tuple[str, ...]:
    return (
        "Mẫu số 40", *POLICE, "Số: 05/BB-CAMD", "BIÊN BẢN",
        f"{what.capitalize()} về việc đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc {AGED}",
        "Hôm nay, hồi 14 giờ 00 phút, ngày 28/09/2026, tại phường Mai Dịch, thành phố Hà Nội", DECREE,
        (f"Căn cứ tài liệu vi phạm quy định về {what} về việc đề nghị áp dụng biện pháp đưa đi cơ sở cai nghiện bắt buộc: giấy "
        "yêu cầu ngày 25/9/2026."), *OPENED, "1. Họ và tên: Nguyễn Văn A; Giới tính: Nam",
        "- Ngày, tháng, năm sinh: 20/05/2010; Quốc tịch: Việt Nam", "- Nghề nghiệp: lao động tự do", "- Nơi ở hiện tại: số 3",
        "- Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: Cục",
        "2. Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp: Nguyễn Thị B",
        ("3. Đã có các hành vi vi phạm: Không thực hiện yêu cầu theo điểm e khoản 1 Điều 104 tại Nghị định số 163/2026/NĐ-CP "
        "ngày 15 tháng 5 năm 2026 của Chính phủ quy định chi tiết và hướng dẫn thi hành một số điều của Luật Phòng, chống ma "
        "túy;"), "4. Ý kiến của cá nhân vi phạm: không", *closed(violator, "14 giờ 30 phút, ngày 28 tháng 9 năm 2026"),
    )  # fmt: skip


ORDER = {
    "V-38": (
        "Mẫu số 38", *STATE, "Mai Dịch, ngày 28 tháng 9 năm 2026", "BẢN TƯỜNG TRÌNH", "Của người nghiện ma túy\n",
        "1. Họ và tên người bị đề nghị (viết in hoa): ", *PERSON, "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp", RESIDENCE,
        "Nghề nghiệp: lao động tự do", "Nơi làm việc/học tập: không",
        f"2. Tường trình về quá trình nghiện ma túy như sau: {ASKED}", "Tôi hút ma túy đá",
        ("3. Các biện pháp cai nghiện (tự nguyện và bắt buộc) đã thực hiện (có hoặc không): không; Nếu CÓ, ghi rõ số lần, địa "
        "điểm, tên cơ sở cai nghiện tự nguyện: không"),
        ("4. Tham gia điều trị nghiện bằng thuốc thay thế (có hoặc không): không; Nếu CÓ, thời điểm tự chấm dứt điều trị hoặc "
        "bị đưa ra khỏi chương trình điều trị (ghi rõ ngày, tháng, năm): không"),
        "NGƯỜI TƯỜNG TRÌNH", "(Ký, ghi rõ họ, tên)", "Nguyễn Văn A",
    ),
    "V-39": (
        "Mẫu số 39", *STATE, "Mai Dịch, ngày 28 tháng 9 năm 2026", "BẢN XÁC NHẬN",
        ("Ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp về việc áp dụng biện pháp đưa đi cai nghiện bắt buộc "
        "đối với người từ đủ 12 đến dưới 18 tuổi"), "Kính gửi: Công an phường Mai Dịch",
        "1. Tôi tên là (viết in hoa): NGUYỄN THỊ B; Giới tính: Nữ", "Ngày, tháng, năm sinh: 12/04/1980",
        "Số CC/CCCD/CMND/HC: 001180000003; Ngày cấp: 05/05/2021", "Nơi cấp: Cục Cảnh sát QLHC", RESIDENCE,
        "Điện thoại liên lạc: 0900000003", "2. Quan hệ với người nghiện ma túy: mẹ",
        "3. Tôi không đồng ý áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với:", "Họ và tên (viết in hoa): ", *PERSON,
        "Số CC/CCCD/CMND/HC: 001098000001; Ngày cấp: 15/03/2022", "Nơi cấp: Cục", RESIDENCE,
        "4. Ý kiến khác (nếu có): Đề nghị cho cai nghiện tại gia đình", "NGƯỜI VIẾT", "(Ký, ghi rõ họ tên)", "Nguyễn Thị B",
    ),
    "V-40": omitted("không viết bản tường trình", "Nguyễn Văn A"),
    "V-40b": omitted("không có ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp", "Nguyễn Thị B"),
    "V-41": (
        "Mẫu số 41", *POLICE, "Số: 05/BB-CAMD", "BIÊN BẢN",
        f"Xác nhận không nhận thông báo đọc hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc {AGED}",
        "Hôm nay, hồi 08 giờ 15 phút, ngày 29/09/2026, tại phường Mai Dịch, thành phố Hà Nội", DECREE,
        ("Căn cứ tài liệu vi phạm quy định về không nhận thông báo đọc hồ sơ của người bị đề nghị áp dụng biện pháp đưa đi cai "
        "nghiện bắt buộc: Thông báo số 05/TB-CAMD ngày 29 tháng 9 năm 2026 của Công an phường Mai Dịch."), *OPENED,
        "1. Họ và tên: Nguyễn Thị B; Giới tính: Nữ", "- Ngày, tháng, năm sinh: 12/04/1980; Quốc tịch: Việt Nam",
        "- Nghề nghiệp: công nhân", "- Nơi ở hiện tại: số 3 phố Thí Dụ",
        "- Số CC/CCCD/CMND/HC: 001180000003; ngày cấp: 05/05/2021\n", "- Quan hệ với người bị lập hồ sơ: mẹ",
        (f"2. Không nhận thông báo đọc hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc {AGED} theo quy định tại Nghị "
        "định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ quy định và hướng dẫn thi hành Luật Phòng, chống ma "
        "túy;"), "3. Ý kiến của cá nhân vi phạm: Không đồng ý với việc lập hồ sơ",
        *closed("Nguyễn Thị B", "09 giờ 00 phút, ngày 29 tháng 9 năm 2026"),
    ),
    "V-58": (
        "Mẫu số 58", *STATE, "BIÊN BẢN", "Ghi lời khai của người cai nghiện ma túy", DECREE,
        "Hồi 14 giờ 00 phút ngày 28 tháng 9 năm 2026 tại Công an phường Mai Dịch, số 10 phố Ví Dụ",
        "Tôi: Đại úy Lý Văn N thuộc Cơ quan Công an phường Mai Dịch và ông/bà: Nguyễn Thị B",
        ("Căn cứ Nghị định quy định chi tiết và hướng dẫn thi hành một số điều của Luật Phòng, chống ma túy, tiến hành lập biên "
        "bản ghi lời khai của:"), "Họ tên: Nguyễn Văn A; Giới tính: Nam", "Tên gọi khác: A Đen",
        "Sinh ngày: 20/05/2010; tại: Hà Nội", "Quốc tịch: Việt Nam; Dân tộc: Kinh; Tôn giáo: không",
        "Nghề nghiệp: lao động tự do", "Số điện thoại để liên hệ khi cần thiết: 0900000001",
        "Số CC/CCCD/CMND/HC: 001098000001", "Nơi thường trú: số 1 ngõ 2", "Nơi tạm trú: không", "Nơi ở hiện tại: số 3",
        "Tư cách tham gia lập hồ sơ: người bị đề nghị đưa đi cai nghiện bắt buộc",
        ("Người khai đã được giải thích quyền và nghĩa vụ của mình theo quy định và cam đoan chịu trách nhiệm về lời khai của "
        "mình."), "HỎI VÀ ĐÁP", f"1. Về quá trình nghiện ma túy như sau: {ASKED}", "Tôi hút ma túy đá",
        ("2. Về các biện pháp cai nghiện (tự nguyện và bắt buộc) đã thực hiện (có hoặc không); nếu có, ghi rõ số lần, địa điểm, "
        "tên cơ sở cai nghiện tự nguyện."), "Có: 01 lần, tại gia đình",
        ("3. Tham gia điều trị nghiện bằng thuốc thay thế (có hoặc không)? nếu có, thời điểm tự chấm dứt điều trị hoặc bị đưa "
        "ra khỏi chương trình điều trị (ghi rõ ngày, tháng, năm):"), "Có: 01/08/2026",
        "Việc ghi lời khai kết thúc hồi 14 giờ 30 phút ngày 28 tháng 9 năm 2026.",
        ("Biên bản này đã được đọc cho người khai nghe, công nhận đúng và ký tên hoặc điểm chỉ xác nhận dưới đây."),
        "NGƯỜI KHAI", "(Ký hoặc điểm chỉ)", "CÁN BỘ GHI LỜI KHAI", "(Ký ghi rõ họ tên)", "Nguyễn Văn A", "Đại úy Lý Văn N",
    ),
}  # fmt: skip
"""What each paper says, in the order of the gazette."""


def case(code: str, stated: dict[str, Any] | None = None, **facts: Any) -> Case:
    """The case of a form in the dossier of a boy of sixteen."""
    known: dict[str, Any] = {
        "track": "minor", "representative": MOTHER, "adult_witness": WITNESS,
        "parents_refused_reason": "Không đồng ý với việc lập hồ sơ",
    }  # fmt: skip
    when = at(9, 29, 9) if code == "V-41" else at(9, 28, 14, 30)
    made = drawn_case(
        all_forms()[code], STATED[code] if stated is None else stated, when=when, **(known | facts)
    )
    person = made.person.model_copy(update={"birth_date": "2010-05-20"})
    return replace(made, person=person, wording=load_book("2026").words("minor"))


def paper(of: Case) -> str:
    return printed(all_forms()[of.form], of)


@pytest.mark.parametrize("code", list(ORDER))
def test_paper_reads_as_the_gazette_prints_it(code: str) -> None:
    text = paper(case(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(all_forms()[code], case(code))


@pytest.mark.parametrize("code", list(ORDER))
def test_no_paper_speaks_of_an_administrative_measure(code: str) -> None:
    text = paper(case(code)).replace("Cục Cảnh sát quản lý hành chính về trật tự xã hội", "")
    assert "hành chính" not in text


@pytest.mark.parametrize("code", list(ORDER))
def test_a_paper_nobody_stated_is_asked_for_by_form(code: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(replace(case(code), particulars=None))
    assert (missing.value.form, missing.value.field) == (code, f"particulars.{code}")


@pytest.mark.parametrize(("code", "fact"), [
    ("V-40", "adult_witness"), ("V-40", "compiled_by"), ("V-40b", "representative"), ("V-41", "adult_witness"),
    ("V-58", "compiled_by"),
])  # fmt: skip
def test_a_fact_nobody_recorded_is_named(code: str, fact: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(case(code, **{fact: None}))
    assert (missing.value.form, missing.value.field) == (code, fact)


@pytest.mark.parametrize("code", ["V-40", "V-41"])
def test_another_writer_and_witness_may_be_stated(code: str) -> None:
    other = {
        "writer": {"name": "Trung úy Võ Thị G", "position": "Cán bộ"},
        "witness": {"name": "Bùi Văn H", "occupation": "hưu trí", "residence": "số 11 phố Thí Dụ"},
        "refusal": "Bỏ về trước khi lập xong biên bản",
    }
    text = paper(case(code, STATED[code] | other))
    assert_in_order(text, (
        "1. Họ và tên: Trung úy Võ Thị G", "Họ và tên: Bùi Văn H; Nghề nghiệp: hưu trí",
        "Trường hợp không ký biên bản, lý do: Bỏ về trước khi lập xong biên bản", "Cán bộ Trung úy Võ Thị G", "Bùi Văn H",
    ))  # fmt: skip
    assert "Trường hợp không ký" not in paper(case(code))


def test_a_deputy_signs_minutes_for_the_chief() -> None:
    form = all_forms()["V-41"]
    deputy = Signing(by="KT.", name="Trung tá Lê Văn P", position="Phó Trưởng Công an phường")
    context = form.gather(case("V-41")).model_copy(update={"signing": deputy})
    with zipfile.ZipFile(io.BytesIO(form.render(context))) as package:
        xml = package.read("word/document.xml").decode()
    assert_in_order(xml, ("ĐẠI DIỆN CÔNG AN CẤP XÃ", "Phó Trưởng Công an phường", "Trung tá Lê Văn P"))
    assert "Trần Văn B" not in xml


def test_the_notice_that_was_refused_must_exist() -> None:
    known = case("V-41")
    without = {form: one for form, one in known.issued.items() if form != "V-37"}
    with pytest.raises(MissingValue, match=r"V-41.*V-37"):
        all_forms()["V-41"].gather(replace(known, issued=without))


def test_a_representative_states_in_the_place_of_the_minor_and_says_for_whom() -> None:
    text = paper(case("V-38", TOLD | {"by": KIN, "substitution": True, "rehab": "01 lần, tại nhà"}))
    assert_in_order(text, (
        "Của người đại diện hợp pháp của người bị đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc",
        "1. Họ và tên người bị đề nghị (viết in hoa): NGUYỄN VĂN A", "Họ và tên (viết in hoa): NGUYỄN THỊ B; Giới tính: Nữ",
        "Ngày, tháng, năm sinh: 12/04/1980", "Số CC/CCCD/CMND/HC: 001180000003", RESIDENCE,
        "Điện thoại liên lạc: 0900000003", "Quan hệ với người bị đề nghị: mẹ", "2. Tường trình", ": có; Nếu CÓ", "01 lần, tại nhà",
        ": có; Nếu CÓ", "(ghi rõ ngày, tháng, năm): chưa", "NGƯỜI TƯỜNG TRÌNH", "Nguyễn Thị B",
    ))  # fmt: skip


def test_treatment_that_was_not_taken_has_no_end() -> None:
    with pytest.raises(ValidationError, match="ngày chấm dứt"):
        case("V-38", TOLD | {"substitution_ended_on": "2026-08-01"})


def test_parents_who_agree_say_so() -> None:
    text = paper(case("V-39", {"parent": KIN, "agrees": True}))
    assert_in_order(text, ("3. Tôi đồng ý áp dụng biện pháp", "4. Ý kiến khác (nếu có): không"))


def test_a_minor_who_has_nothing_to_tell_answers_no() -> None:
    text = paper(case("V-58", TOLD | {"began_at": "2026-09-28T14:00:00+07:00", "where": "nhà riêng"}))
    assert_in_order(text, ("tại nhà riêng", "2. Về các biện pháp", "\nKhông.\n3. Tham gia", "\nKhông.\nViệc"))
