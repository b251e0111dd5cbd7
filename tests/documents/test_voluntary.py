"""The papers of voluntary rehab read like the gazette's forms V-20, V-21, V-22, V-24, V-25."""

import io
import zipfile
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from documents.case import Case, MissingValue, Signing
from documents.forms import all_forms
from models.law.facts import Representative
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
FATHER = MappingProxyType({
    "name": "Nguyễn Văn S", "relation": "bố", "residence": "số 3 phố Thí Dụ", "sex": "male", "birth_date": "1968",
    "identity": "001068000002", "identity_issued_on": "20/04/2022", "identity_issued_by": "Cục Cảnh sát QLHC",
    "phone": "0900000002",
})  # fmt: skip
KNOWN_MOTHER = MappingProxyType({"sex": "female", "birth_date": "12/04/1980", "identity": "001180000003"})
PLAN = MappingProxyType({
    "detox": {"where": "facility", "detail": "Trạm Y tế phường Mai Dịch, số 12 phố Ví Dụ"},
    "behaviour": {"where": "home", "detail": "số 3 phố Thí Dụ; Tổ chức Ví Dụ"},
    "labour": {"where": "home", "detail": "số 3 phố Thí Dụ, tổ 5"},
})  # fmt: skip
OFFICER = MappingProxyType({"name": "Đại úy Lý Văn N", "position": "Cán bộ Công an phường"})
STATED: dict[str, dict[str, Any]] = {
    "V-20": {"applicant": FATHER, "where": "home", "plan": PLAN, "officer": "Đại úy Lý Văn N"},
    "V-21": {
        "volume": "01", "opened_on": "2026-07-01", "year": 2026, "at_home": 5, "in_public_centres": 3, "in_schools": 1,
        "in_private_centres": 2, "under_way": 9, "completed": 0, "prepared_by": OFFICER,
        "rows": [
            {
                "name": "Nguyễn Văn A", "birth": "20/05/1998", "sex": "male", "identity": "001098000001",
                "residence": "phường Mai Dịch", "period": "18/9/2026 - 18/9/2028", "place": "Tại gia đình",
            },
            {
                "name": "Trần Thị C", "birth": "1990", "sex": "female", "identity": "001190000004",
                "residence": "phường Mai Dịch", "period": "20/9/2026 - 20/9/2028", "place": "Cơ sở Ví Dụ", "note": "Chuyển đến",
            },
        ],
    },
    "V-22": {"unit": "Tổ Phòng, chống ma túy", "period": {"first": "2026-09-18", "last": "2028-09-18"}, "form": "home"},
    "V-24": {"registrant": FATHER, "receiver": OFFICER},
    "V-25": {"recipients": ["Trạm Y tế phường Mai Dịch"]},
}  # fmt: skip
STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
POLICE = ("CÔNG AN THÀNH PHỐ HÀ NỘI", "CÔNG AN PHƯỜNG MAI DỊCH", *STATE)
DATED = "Mai Dịch, ngày 18 tháng 9 năm 2026"
IDENTITY = "Số CC/CCCD/CMND/HC: 001098000001; ngày cấp: 15/03/2022; nơi cấp: Cục Cảnh sát"
DECREE = (
    "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ quy định chi tiết và hướng dẫn thi hành "
    "một số điều của Luật Phòng, chống ma túy"
)
ORDER = {
    "V-20": (
        "Mẫu số 20", *STATE, DATED, "ĐƠN XIN ĐI CAI NGHIỆN MA TUÝ TỰ NGUYỆN",
        "Kính gửi: Trưởng Công an phường Mai Dịch",
        "1. Thông tin người viết đơn:", "- Họ và tên (viết in hoa): NGUYỄN VĂN S",
        "- Ngày, tháng, năm sinh: 1968; Giới tính: Nam",
        "- Số CC/CCCD/CMND/HC: 001068000002; Ngày cấp: 20/04/2022; Nơi cấp: Cục Cảnh sát QLHC",
        "- Nơi cư trú: số 3 phố Thí Dụ", "- Số điện thoại: 0900000002", "- Quan hệ với người tự nguyện cai nghiện: bố",
        "2. Thông tin người cai nghiện ma túy tự nguyện:", "- Họ và tên (viết in hoa): NGUYỄN VĂN A",
        "- Ngày, tháng, năm sinh: 20/05/1998; Giới tính: Nam",
        "- Số CC/CCCD/CMND/HC: 001098000001; Ngày cấp: 15/03/2022; Nơi cấp: Cục", "- Nơi cư trú: số 1 ngõ 2",
        "- Điện thoại liên hệ: 0900000001", "3. Đăng ký cai nghiện ma túy tự nguyện với các nội dung sau:",
        ("3.1. Địa điểm cai nghiện dự kiến (lựa chọn và đánh dấu X vào hình thức đăng ký cai nghiện ma túy tự nguyện phù "
        "hợp):"), "a) Tại gia đình, cộng đồng☒", "(Xây dựng kế hoạch cai nghiện theo điểm 3.2)",
        "b) Tại cơ sở cai nghiện ma túy công lập☐",
        "c) Tại Trường giáo dưỡng (chỉ áp dụng cho người nghiện từ đủ 12 tuổi đến dưới 18 tuổi)☐",
        "d) Tại cơ sở cai nghiện ma túy tư nhân☐", "3.2. Kế hoạch cai nghiện ma túy tự nguyện tại gia đình, cộng đồng",
        "TT", "Nội dung", "Địa điểm thực hiện", "1", "Điều trị cắt cơn, giải độc, rối loạn tâm thần",
        ("☐ Tại gia đình, cộng đồng (Ghi rõ địa chỉ nhà (tổ, thôn, xóm, bản); tổ chức, cá nhân cung cấp dịch vụ): không "
        "☒ Tại cơ sở cung cấp dịch vụ cai nghiện: (ghi rõ tên, địa chỉ): Trạm Y tế phường Mai Dịch, số 12 phố Ví Dụ"),
        "2", "Phục hồi hành vi, nhân cách", "☒ Tại gia đình, cộng đồng", "số 3 phố Thí Dụ; Tổ chức Ví Dụ ☐",
        "3", "Lao động trị liệu", "☒ Tại gia đình, cộng đồng (Ghi rõ địa chỉ nhà (tổ, thôn, xóm, bản)): số 3", "☐",
        "4", "Học nghề (nếu có)", "Dự kiến địa điểm học nghề (ghi rõ tên, địa chỉ): không",
        "CÁN BỘ TIẾP NHẬN", "(Ký, ghi rõ họ tên)", "NGƯỜI VIẾT ĐƠN", "(Ký, ghi rõ họ tên)", "Đại úy Lý Văn N",
        "Nguyễn Văn S",
    ),
    "V-21": (
        "Mẫu số 21", *POLICE, "SỔ ĐĂNG KÝ CAI NGHIỆN MA TÚY TỰ NGUYỆN", "QUYỂN SỐ: 01", "Mở ngày 01 tháng 7 năm 2026",
        "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CC/CCCD/ CMND/HC", "Nơi cư trú", "Thời gian cai nghiện",
        "Địa điểm cai nghiện", "Ghi chú",
        "1", "Nguyễn Văn A", "20/05/1998", "Nam", "001098000001", "phường Mai Dịch", "18/9/2026 - 18/9/2028", "Tại gia đình",
        "không", "2", "Trần Thị C", "1990", "Nữ", "Chuyển đến",
        "(Tính từ ngày 15 tháng 12 năm 2025 đến ngày 14 tháng 12 năm 2026)",
        "1. Tổng số người đăng ký cai nghiện tự nguyện: 11, trong đó:", "1.1. Tại gia đình, cộng đồng: 5",
        "1.2. Tại cơ sở cai nghiện ma túy công lập: 3", "1.3. Tại Trường giáo dưỡng: 1",
        "1.4. Tại cơ sở cai nghiện ma túy tư nhân: 2",
        "2. Tổng số người đang trong thời gian cai nghiện tự nguyện: 9", "3. Tổng số người hoàn thành cai nghiện tự nguyện: 0",
        "NGƯỜI LẬP", "(Ký và ghi rõ họ tên, chức vụ)", DATED, "TRƯỞNG CÔNG AN", "(Ký và ghi rõ họ tên, đóng dấu)",
        "Đại úy Lý Văn N Cán bộ Công an phường", "Thượng tá Trần Văn B",
    ),
    "V-22": (
        "Mẫu số 22", *POLICE, "Số: 05/QĐ-CAMD", DATED, "QUYẾT ĐỊNH", "Cai nghiện ma túy tự nguyện",
        "TRƯỞNG CÔNG AN PHƯỜNG MAI DỊCH", f"{DECREE};", "Căn cứ đơn xin đi cai nghiện ma túy tự nguyện;",
        "Theo đề nghị của Tổ Phòng, chống ma túy.", "QUYẾT ĐỊNH:", "Điều 1. Cai nghiện ma túy tự nguyện đối với:",
        "1. Ông (bà) Nguyễn Văn A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998", IDENTITY, "Nơi cư trú: số 1 ngõ 2",
        "2. Thời gian cai nghiện: từ ngày 18/09/2026 đến ngày 18/09/2028", "Điều 2. Địa điểm cai nghiện ma túy: gia đình.",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày 18 tháng 9 năm 2026.",
        "Điều 4. Ông/bà có tên tại Điều 1, cơ quan, tổ chức, cá nhân chịu trách nhiệm thi hành Quyết định này./.",
        "Nơi nhận:", "- Như Điều 4;", "- Phòng Cảnh sát điều tra tội phạm về ma túy Công an thành phố Hà Nội;", "- Lưu: VT.",
        "TRƯỞNG CÔNG AN", "(Ký và ghi rõ họ tên, đóng dấu)", "Thượng tá Trần Văn B",
    ),
    "V-24": (
        "Mẫu số 24", *STATE, "Mai Dịch, ngày 16 tháng 9 năm 2026", "BIÊN BẢN", "Về việc tiếp nhận đăng ký cai nghiện ma túy tự nguyện", f"{DECREE}.",
        ("1. Hôm nay, hồi 09 giờ 00 phút, ngày 16/09/2026 tại Công an phường Mai Dịch, số 10 phố Ví Dụ, phường Mai Dịch, "
        "thành phố Hà Nội, chúng tôi gồm:"),
        "a) Đại diện đăng ký:", "Họ và tên: Nguyễn Văn S; Giới tính: Nam", "Ngày, tháng, năm sinh: 1968",
        "Số CC/CCCD/CMND/HC: 001068000002; ngày cấp: 20/04/2022; nơi cấp: Cục Cảnh sát QLHC",
        "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ", "Điện thoại liên lạc: 0900000002",
        "Quan hệ với người nghiện ma túy được quản lý: bố",
        "b) Đại diện bên tiếp nhận:", "Họ và tên: Đại úy Lý Văn N; Chức vụ: Cán bộ Công an phường",
        "Cơ quan: Công an phường Mai Dịch", "2. Tiếp nhận đăng ký cai nghiện ma túy tự nguyện đối với ông/bà sau:",
        "Họ và tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Tên gọi khác (nếu có): A Đen",
        "Ngày, tháng, năm sinh: 20/05/1998", "Số CCCD/CMND/Hộ chiếu: 001098000001; ngày cấp: 15/03/2022; nơi cấp: ",
        "3. Biên bản này gồm ", (" trang, được lập thành 02 bản có giá trị pháp lý như nhau, được lập xong vào lúc 09 giờ 00 "
        "phút, ngày 16 tháng 9 năm 2026. Hai bên đã thống nhất các nội dung giao, nhận và cùng ký xác nhận."),
        "Bên giao giữ 01 bản; Bên nhận giữ 01 bản.", "BÊN ĐĂNG KÝ", "(Ký, ghi rõ họ tên)", "BÊN TIẾP NHẬN",
        "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))", "Nguyễn Văn S", "Đại úy Lý Văn N Cán bộ Công an phường",
    ),
    "V-25": (
        "Mẫu số 25", *STATE, DATED, "GIẤY CAM KẾT", ("Về việc chấp hành nghiêm chỉnh các biện pháp quản lý, giám sát cai "
        "nghiện ma túy tự nguyện tại gia đình, cộng đồng"), "Kính gửi: Công an phường Mai Dịch", "Tên tôi là: Nguyễn Văn A",
        "Ngày, tháng, năm sinh: 20/05/1998; Giới tính: Nam", "Quê quán: phường Mai Dịch", "Địa chỉ thường trú: số 1 ngõ 2",
        IDENTITY, "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ", "Điện thoại liên hệ: 0900000001",
        ("Tôi cam kết chấp hành nghiêm chỉnh các biện pháp quản lý, giám sát cai nghiện ma túy tự nguyện tại gia đình, cộng "
        "đồng nếu vi phạm những điều cam kết trên, tôi xin hoàn toàn chịu trách nhiệm trước pháp luật."),
        "Nơi nhận:", "- Người cai nghiện tự nguyện;", "- Trạm Y tế phường Mai Dịch;", "- Lưu: VT, hồ sơ.",
        "NGƯỜI CAM KẾT", "(Ký và ghi rõ họ tên, đóng dấu)", "Nguyễn Văn A",
    ),
}  # fmt: skip
"""What each paper says, in the order of the gazette."""


def case(code: str, by: str = "compiler", stated: dict[str, Any] | None = None, **facts: Any) -> Case:
    """The case of a form on 18 September 2026."""
    particulars = STATED[code] if stated is None else stated
    return drawn_case(all_forms()[code], particulars, by=by, when=at(9, 18), **facts)


def minors(code: str, stated: dict[str, Any], **facts: Any) -> Case:
    """The same about a boy of sixteen."""
    adult = case(code, stated=stated, **{"track": "minor", "representative": MOTHER, **facts})
    return replace(
        adult,
        person=adult.person.model_copy(update={"birth_date": "2010-05-20"}),
        wording=load_book("2026").words("minor"),
    )


def paper(of: Case) -> str:
    return printed(all_forms()[of.form], of)


@pytest.mark.parametrize("code", list(ORDER))
def test_paper_reads_as_the_gazette_prints_it(code: str) -> None:
    text = paper(case(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(all_forms()[code], case(code))


@pytest.mark.parametrize("code", list(ORDER))
def test_a_paper_nobody_stated_is_asked_for_by_form(code: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(replace(case(code), particulars=None))
    assert (missing.value.form, missing.value.field) == (code, f"particulars.{code}")


@pytest.mark.parametrize(
    ("code", "fact", "change"),
    [
        ("V-22", "voluntary_form", {"form": None}),
        ("V-22", "voluntary_place", {}),
        ("V-24", "registered_at", {}),
    ],
)
def test_a_fact_nobody_recorded_is_named(code: str, fact: str, change: dict[str, Any]) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(case(code, stated=STATED[code] | change, **dict[str, Any]({fact: None})))
    assert (missing.value.form, missing.value.field) == (code, fact)


# -- who registers ----------------------------------------------------------------------------------------


def test_an_adult_writes_the_application_without_being_asked_who() -> None:
    text = paper(case("V-20", stated={"where": "private", "officer": "Đại úy Lý Văn N"}))
    assert_in_order(text, (
        "1. Thông tin người viết đơn:", "NGUYỄN VĂN A", "Quan hệ với người tự nguyện cai nghiện: chính người cai nghiện",
        "2. Thông tin", "NGUYỄN VĂN A", "a) Tại gia đình, cộng đồng☐", "d) Tại cơ sở cai nghiện ma túy tư nhân☒",
        "☐ Tại gia đình", "không ☐ Tại cơ sở", "NGƯỜI VIẾT ĐƠN", "Nguyễn Văn A",
    ))  # fmt: skip
    assert text.count("☒") == 1


@pytest.mark.parametrize(("code", "field"), [("V-20", "applicant"), ("V-24", "registrant")])
def test_a_minor_does_not_register(code: str, field: str) -> None:
    stated = {name: value for name, value in STATED[code].items() if name != field}
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(minors(code, stated))
    assert missing.value.field == f"particulars.{code}.{field}"


@pytest.mark.parametrize(("code", "field"), [("V-20", "applicant"), ("V-24", "registrant")])
def test_what_the_dossier_knows_of_the_mother_is_not_asked_again(code: str, field: str) -> None:
    text = paper(minors(code, STATED[code] | {field: KNOWN_MOTHER}))
    assert_in_order(
        text, ("12/04/1980", "001180000003", "số 3 phố Thí Dụ, phường Mai Dịch", "mẹ", "Nguyễn Thị B")
    )


def test_another_parent_does_not_take_over_the_mothers_relation() -> None:
    father = {name: value for name, value in FATHER.items() if name != "relation"}
    with pytest.raises(MissingValue, match=r"V-20.*quan hệ.*particulars\.V-20\.applicant\.relation"):
        all_forms()["V-20"].gather(minors("V-20", STATED["V-20"] | {"applicant": father}))


@pytest.mark.parametrize("changed", [{"where": "public"}, {"plan": None}])
def test_only_rehab_at_home_has_a_plan_and_it_must(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="kế hoạch cai nghiện"):
        case("V-20", stated=STATED["V-20"] | changed)


def test_an_organisation_registers_in_the_place_of_a_person() -> None:
    by = {"name": "Lê Thị D", "position": "Giám đốc", "agency": "Tổ chức Ví Dụ"}
    text = paper(case("V-24", stated={"registrant": by, "receiver": OFFICER}))
    assert_in_order(text, (
        "a) Đại diện đăng ký:\nHọ và tên: Lê Thị D; Chức vụ: Giám đốc\nCơ quan: Tổ chức Ví Dụ\nb) Đại diện bên tiếp nhận:",
        "BÊN ĐĂNG KÝ", "Lê Thị D",
    ))  # fmt: skip
    with pytest.raises(MissingValue, match=r"registrant\.agency"):
        all_forms()["V-24"].gather(
            case("V-24", stated={"registrant": by | {"agency": None}, "receiver": OFFICER})
        )


def test_a_private_centre_keeps_a_copy_beside_the_one_for_the_police() -> None:
    stated = STATED["V-24"] | {"began_at": "2026-09-18T07:30:00+07:00", "copies": 3}
    text = paper(case("V-24", by="centre", stated=stated))
    assert_in_order(text, (
        "hồi 07 giờ 30 phút, ngày 18/09/2026 tại Cơ sở cai nghiện", "Cơ quan: Cơ sở cai nghiện", "03 bản", "lúc 08 giờ 00 phút",
        "Bên giao giữ 01 bản; Bên nhận giữ 02 bản.",
    ))  # fmt: skip


# -- the decision and the pledge --------------------------------------------------------------------------


def test_the_province_learns_of_rehab_in_a_public_centre_and_the_mother_of_the_decision() -> None:
    stated = STATED["V-22"] | {"form": None, "place": "Trường giáo dưỡng số 1", "effective_on": "2026-09-19"}
    text = paper(minors("V-22", stated, voluntary_form="public"))
    assert_in_order(text, (
        "Điều 2. Địa điểm cai nghiện ma túy: Trường giáo dưỡng số 1.", "kể từ ngày 19 tháng 9 năm 2026", "- Như Điều 4;",
        "- Ông (bà) Nguyễn Thị B;", "- Giám đốc Công an thành phố Hà Nội;", "- Phòng Cảnh sát điều tra",
    ))  # fmt: skip
    assert "Giám đốc" not in paper(case("V-22"))


def test_a_term_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="ngày cuối"):
        case("V-22", stated=STATED["V-22"] | {"period": {"first": "2026-09-18", "last": "2026-09-17"}})


def test_a_minors_pledge_is_confirmed_by_the_parent() -> None:
    text = paper(minors("V-25", {}))
    assert_in_order(text, (
        "XÁC NHẬN CỦA", "CHA, MẸ, NGƯỜI GIÁM HỘ HOẶC NGƯỜI ĐẠI DIỆN HỢP PHÁP", "NGƯỜI CAM KẾT", "Nguyễn Thị B", "Nguyễn Văn A",
        "Nơi nhận:", "- Người cai nghiện tự nguyện;", "- Lưu: VT, hồ sơ.",
    ))  # fmt: skip
    assert "XÁC NHẬN" not in paper(case("V-25"))
    with pytest.raises(MissingValue, match=r"V-25.*representative"):
        all_forms()["V-25"].gather(minors("V-25", {}, representative=None))


def test_nobody_signs_a_pledge_for_the_person_who_gives_it() -> None:
    context = all_forms()["V-25"].gather(case("V-25"))
    deputy = Signing(by="KT.", name="Trung tá Lê Văn P", position="Phó Trưởng Công an phường")
    form = all_forms()["V-25"]
    assert form.render(context.model_copy(update={"signing": deputy})) == form.render(context)


def test_a_register_page_lies_on_its_side_and_is_never_empty() -> None:
    context = all_forms()["V-21"].gather(case("V-21"))
    turned = _document(all_forms()["V-21"].render(context))
    assert turned.count(b"<w:sectPr") == turned.count(b"landscape") == 1
    assert b"landscape" not in _document(all_forms()["V-22"].render(all_forms()["V-22"].gather(case("V-22"))))
    with pytest.raises(ValidationError, match="rows"):
        case("V-21", stated=STATED["V-21"] | {"rows": []})


def _document(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read("word/document.xml")
