"""Forms 41 to 54 of Decree 116/2021, Appendix II, read as the official text does."""

import io
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from documents.case import Case, MissingValue, Signing
from documents.forms import all_forms
from models.law.facts import Representative
from tests.documents.cases_2023 import ISSUED, case_2023
from tests.documents.printed import (
    assert_in_order,
    assert_nothing_left_over,
    assert_stored_content_prints_the_same_bytes,
    printed,
)

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
CENTRE = ("SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI THÀNH PHỐ HÀ NỘI", "CƠ SỞ CAI NGHIỆN MA TÚY SỐ 9", STATE)
DIRECTOR = ("GIÁM ĐỐC", "Đặng Văn H")
DECREE = (
    "Căn cứ Nghị định số 116/2021/NĐ-CP ngày 21 tháng 12 năm 2021 của Chính phủ quy định chi tiết một số điều của Luật "
    "Phòng, chống ma túy, Luật Xử lý vi phạm hành chính về cai nghiện ma túy và quản lý sau cai nghiện ma túy"
)
VIOLATIONS = (
    "Căn cứ Luật Xử lý vi phạm hành chính ngày 20 tháng 6 năm 2012; Luật sửa đổi, bổ sung một số điều của Luật Xử lý vi "
    "phạm hành chính ngày 13 tháng 11 năm 2020;"
)
DRUGS = "Căn cứ Luật Phòng, chống ma túy ngày 30 tháng 3 năm 2021;"
GOVERNMENT = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015; Luật sửa đổi, bổ sung một số điều của Luật Tổ "
    "chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22 tháng 11 năm 2019;"
)
DECIDED = (
    "Căn cứ Quyết định số 12/QĐ-TA ngày 20 tháng 3 năm 2023 của Tòa án nhân dân quận Cầu Giấy về việc áp dụng biện pháp "
    "đưa vào cơ sở cai nghiện bắt buộc;"
)
SHORT_ID = (
    "(viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Ngày, tháng, năm sinh: 20/05/1998",
    "Số CCCD/CMT/HC: 001098000001; Ngày cấp: 15/03/2022", "Nơi cấp: ",
)  # fmt: skip
LONG_PERSON = (
    "1. Họ và tên (viết in hoa): NGUYỄN VĂN A; Giới tính: Nam", "Tên gọi khác (nếu có): A Đen",
    "Ngày, tháng, năm sinh: 20/05/1998", "Số CCCD/CMND/Hộ chiếu: 001098000001; ngày cấp: 15/03/2022; nơi cấp: ",
    "Nơi cư trú hoặc chỗ ở hiện nay: ", "Nghề nghiệp: lao động tự do; Nơi làm việc/học tập: không",
)  # fmt: skip
NOBODY = (
    "- Họ và tên cha/mẹ/người giám hộ/người đại diện hợp pháp: không", "Địa chỉ liên hệ: số 3 phố Thí Dụ",
    "Số điện thoại: 0900000001",
)  # fmt: skip
APPLICANT = MappingProxyType({
    "name": "Nguyễn Văn S", "sex": "Nam", "birth": "1968", "id_number": "001068000002", "id_issued_on": "20/04/2022",
    "id_issued_by": "Bộ Công an", "residence": "số 3 phố Thí Dụ", "phone": "0900000002", "relation": "bố",
})  # fmt: skip
APPLIES = (
    "1. Tôi tên là (viết in hoa): NGUYỄN VĂN S; Giới tính: Nam", "Ngày, tháng, năm sinh: 1968",
    "Số CCCD/CMT/HC: 001068000002; Ngày cấp: 20/04/2022", "Nơi cấp: Bộ Công an",
    "Nơi cư trú hoặc chỗ ở hiện nay: số 3 phố Thí Dụ", "Điện thoại liên hệ: 0900000002",
)  # fmt: skip
CONTACT = {"name": "Nguyễn Văn M", "phone": "0900000011", "address": "thôn Ví Dụ"}
TRACE = {
    "unit": "Phòng Quản lý học viên", "height_m": "1,65", "weight_kg": "58", "marks": "sẹo ở trán",
    "escaped_from": "Cơ sở cai nghiện ma túy số 9", "executors": "Nguyễn Văn M, Trần Văn N", "contact": CONTACT,
    "contact_agency": CONTACT,
}  # fmt: skip
ASKED = {"reasons": ["Đang ốm nặng"], "papers": ["Giấy chứng nhận của bệnh viện"]}
AFTER = {"from_on": "2024-04-05", "until": "2025-04-04"}
STATED: Mapping[str, tuple[str, dict[str, Any]]] = MappingProxyType({
    "116-41": ("centre", TRACE),
    "116-42a": ("compiler", {"asked": "hoãn", **ASKED}),
    "116-42b": ("compiler", {"asked": "miễn", "applicant": APPLICANT, **ASKED}),
    "116-43": ("centre", {"asked": "giảm thời hạn", "court": "Tòa án nhân dân huyện Ba Vì"}),
    "116-44": ("centre", {
        "asked": "giảm thời hạn", "served": "09 tháng", "left": "09 tháng", "proposed": "02 tháng",
        "reason": "03 tháng gần nhất xếp loại khá", "proof": "Phụ lục 1",
    }),
    "116-45": ("centre", {
        "request": "số 15/CSĐT ngày 01/06/2023 của Cơ quan Cảnh sát điều tra Công an quận Cầu Giấy",
        "about": "trích xuất người cai nghiện", "unit": "Phòng Quản lý học viên", "from_on": "2023-06-05",
        "escort": "Cảnh sát điều tra Công an quận Cầu Giấy", "executors": "Nguyễn Văn M",
    }),
    "116-46": ("centre", {"unit": "Phòng Quản lý học viên", "recipients": ["Tòa án nhân dân quận Cầu Giấy"]}),
    "116-47": ("centre", {
        "begun_at": "2024-03-28T09:00:00+07:00", "finished_at": "2024-03-28T09:40:00+07:00", "where": "nhà ông S",
        "giver": {"name": "Nguyễn Văn M", "position": "Trưởng phòng"},
        "receiver": {"name": "Nguyễn Văn S", "position": "bố"}, "receiver_stands_for": "gia đình",
        "condition": "khỏe mạnh", "belongings": "01 ba lô",
    }),
    "116-48": ("centre", {
        "applicant": APPLICANT, "deceased": "bà Phan Thị T, mẹ", "from_on": "2023-06-02", "until": "2023-06-06",
        "committee": "Ủy ban nhân dân phường Mai Dịch",
    }),
    "116-49": ("centre", {
        "applicant": "Nguyễn Văn S", "unit": "Phòng Quản lý học viên", "until": "2023-06-06",
        "executors": "Nguyễn Văn M, Nguyễn Văn S", "recipients": ["Ông Nguyễn Văn S"],
    }),
    "116-50": ("police", {
        "reason": "khoản 1 Điều 77 Nghị định số 116/2021/NĐ-CP", "measures": "tư vấn, giới thiệu việc làm",
        "in_charge": "Hội Phụ nữ phường", "papers": ["Bản lý lịch tóm tắt", "Giấy chứng nhận chấp hành xong"], **AFTER,
    }),
    "116-51": ("compiler", {"effective_on": "2024-04-05", **AFTER}),
    "116-52": ("compiler", {
        "volume": "01", "opened_on": "2024-01-02", "year": 2024, "entry": 3, "decided": 9, "managed": 7, "finished": 2,
        "compiled_by": {"name": "Đỗ Thị K", "position": "Cán bộ Công an phường"}, **AFTER,
    }),
    "116-53": ("police", {"to": "Công an phường Nghĩa Tân", "address": "số 9 phố Ví Dụ, phường Nghĩa Tân"}),
    "116-54": ("compiler", {"unit": "Công an phường Mai Dịch", **AFTER}),
})  # fmt: skip
"""By form: who issues it, and what is stated for it."""

ORDER: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "116-41": (
        "Mẫu số 41", *CENTRE, "Số: 05/QĐ-CSCN", "QUYẾT ĐỊNH",
        "Truy tìm người đã có quyết định đưa vào cơ sở cai nghiện bắt buộc bỏ trốn", "CƠ SỞ CAI NGHIỆN MA TÚY SỐ 9",
        "Căn cứ Luật Phòng, chống ma túy năm 2021;", f"{DECREE};", DECIDED, "Theo đề nghị của Phòng Quản lý học viên.",
        "QUYẾT ĐỊNH:", "Điều 1. Truy tìm người nghiện ma túy bị áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc bỏ",
        "1. Họ và tên (viết in hoa): NGUYỄN VĂN A", "Tên gọi khác (nếu có): A Đen", *SHORT_ID[1:],
        "Nơi cư trú hoặc chỗ ở hiện nay: ", "2. Đặc điểm nhận dạng:", "Chiều cao: 1,65 m; Cân nặng: 58 kg",
        "Đặc điểm riêng biệt: sẹo ở trán", "3. Các mối quan hệ", "- Họ, tên bố: Nguyễn Văn S; Tuổi: 58", "Nghề nghiệp: ",
        "- Họ, tên mẹ: Phan Thị T", "Điện thoại liên hệ: không", "- Các mối quan hệ liên quan khác: không",
        "4. Đã bỏ trốn khỏi Cơ sở cai nghiện ma túy số 9 hồi 21 giờ 30 phút, ngày 20 tháng 5 năm 2023.",
        "yêu cầu báo ngay cho:", "- Ông (bà): Nguyễn Văn M; Điện thoại: 0900000011", "Địa chỉ: thôn Ví Dụ", "- Cơ quan: ",
        "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
        "Các ông (bà) Nguyễn Văn M, Trần Văn N chịu trách nhiệm thi hành Quyết định này./.", "- Như Điều 2;", *DIRECTOR,
    ),
    "116-42a": (
        "Mẫu số 42a", STATE, "ĐƠN ĐỀ NGHỊ", "Xem xét hoãn thi hành quyết định đưa vào cơ sở cai nghiện bắt buộc",
        "Kính gửi: Tòa án nhân dân quận Cầu Giấy", "1. Tôi tên là", *SHORT_ID, "Nơi cư trú hoặc chỗ ở hiện nay: ",
        "Điện thoại liên hệ: 0900000001",
        ("2. Tôi làm đơn này đề nghị Tòa án nhân dân quận Cầu Giấy xem xét hoãn chấp hành biện pháp đưa vào cơ sở cai "
        "nghiện bắt buộc theo Quyết định số 12/QĐ-TA ngày 20 tháng 3 năm 2023"), "với lý do sau:", "1) Đang ốm nặng.",
        "Tài liệu xác nhận kèm theo gồm:", "1) Giấy chứng nhận của bệnh viện.",
        "Kính đề nghị Tòa án nhân dân quận Cầu Giấy xem xét, chấp thuận./.", "XÁC NHẬN CỦA CƠ QUAN LẬP HỒ SƠ",
        "(Ký, ghi rõ họ, tên, chức vụ, đóng dấu)", "NGƯỜI LÀM ĐƠN", "Trần Văn B", "Nguyễn Văn A",
    ),
    "116-42b": (
        "Mẫu số 42b", STATE, "ĐƠN ĐỀ NGHỊ", "Xem xét miễn thi hành quyết định", *APPLIES,
        "Quan hệ với người bị đưa vào cơ sở cai nghiện bắt buộc: bố",
        "xem xét miễn chấp hành biện pháp đưa vào cơ sở cai nghiện bắt buộc đối với:", "Họ, tên", *SHORT_ID,
        "là người phải chấp hành biện pháp đưa vào cơ sở cai nghiện bắt buộc theo Quyết định số 12/QĐ-TA",
        "1) Đang ốm nặng.", "xem xét, chấp thuận./.", "NGƯỜI LÀM ĐƠN", "Nguyễn Văn S",
    ),
    "116-43": (
        "Mẫu số 43", *CENTRE, "Số: 05/ĐN-CSCN", "ĐỀ NGHỊ",
        "Xem xét giảm thời hạn quyết định đưa vào cơ sở cai nghiện bắt buộc", "Kính gửi: Tòa án nhân dân huyện Ba Vì",
        "Tôi là: Đặng Văn H;", "Chức vụ: Giám đốc Cơ sở cai nghiện ma túy số 9;", DECREE,
        "Căn cứ kết quả cai nghiện của người phải chấp hành biện pháp đưa vào cơ sở cai nghiện bắt buộc,",
        "Đề nghị Tòa án nhân dân huyện Ba Vì xem xét, quyết định giảm thời hạn quyết định",
        "đối với các đối tượng sau: (Danh sách, tài liệu chứng minh kèm theo).",
        "Kính đề nghị Tòa án nhân dân huyện Ba Vì xem xét, quyết định./.", "- Như trên;", *DIRECTOR,
    ),
    "116-44": (
        "Mẫu số 44", *CENTRE, "DANH SÁCH ĐỐI TƯỢNG", "Đề nghị giảm thời hạn tại cơ sở cai nghiện bắt buộc",
        "(Kèm theo Văn bản số 05/ĐN-CSCN ngày 05/09/2023 của Giám đốc Cơ sở cai nghiện ma túy số 9)",
        "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CCCD/ CMND/HC", "Số Quyết định đưa vào CSCN",
        "Thời gian cai nghiện bắt buộc", "Thời gian đề nghị", "Lý do đề nghị", "Tài liệu chứng minh",
        "Thời gian đã chấp hành", "Thời gian còn lại", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11", "Nguyễn Văn A",
        "12/QĐ-TA ngày 20/03/2023", "09 tháng", "02 tháng", "Phụ lục 1", *DIRECTOR,
    ),
    "116-45": (
        "Mẫu số 45", *CENTRE, "Số: 05/QĐ-CSCN", "QUYẾT ĐỊNH",
        "Tạm đình chỉ thi hành Quyết định áp dụng biện pháp đưa vào cơ sở cai nghiện ma túy bắt buộc",
        "GIÁM ĐỐC CƠ SỞ CAI NGHIỆN MA TÚY SỐ 9", VIOLATIONS, DRUGS, DECREE,
        "Căn cứ Văn bản số 15/CSĐT ngày 01/06/2023", "về việc trích xuất người cai nghiện;", "Theo đề nghị của Phòng",
        "Điều 1. Tạm đình chỉ thi hành Quyết định đưa vào cơ sở cai nghiện ma túy bắt buộc đối với:",
        "1. Họ, tên (viết in hoa): NGUYỄN VĂN A", "Số CCCD/CMND/Hộ chiếu: 001098000001", *NOBODY,
        "2. Thời hạn tạm đình chỉ: từ ngày 05/06/2023 đến ngày 09/06/2023.",
        "3. Cơ quan Cảnh sát điều tra Công an quận Cầu Giấy có trách nhiệm đưa người được tạm đình chỉ đi và trở lại",
        "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.", "Quyết định này./.", "- Như Điều 2;", *DIRECTOR,
    ),
    "116-46": (
        "Mẫu số 46", *CENTRE, "Số: 05/CN-CSCN", "GIẤY CHỨNG NHẬN",
        "Chấp hành xong Quyết định đưa vào cơ sở cai nghiện bắt buộc", "GIÁM ĐỐC CƠ SỞ CAI NGHIỆN MA TÚY SỐ 9",
        VIOLATIONS, DRUGS, DECREE, DECIDED, "Theo đề nghị của Phòng Quản lý học viên.", "CHỨNG NHẬN", "1. Họ, tên",
        *SHORT_ID, *NOBODY, "2. Chứng nhận: Chấp hành xong Quyết định đưa vào cơ sở cai nghiện bắt buộc.",
        "Thời gian chấp hành: từ ngày 28/03/2023 đến ngày 28/03/2024./.", "- Ông (bà) Nguyễn Văn A;",
        "- Tòa án nhân dân quận Cầu Giấy;", *DIRECTOR,
    ),
    "116-47": (
        "Mẫu số 47", STATE, "BIÊN BẢN", "Về việc giao, nhận người từ 12 đến dưới 18 tuổi đã chấp hành xong", DECREE,
        ("Căn cứ Giấy chứng nhận đã chấp hành xong quyết định đưa vào cơ sở cai nghiện bắt buộc số 05/CN-CSCN ngày 28 "
        "tháng 3 năm 2024 của Giám đốc Cơ sở cai nghiện ma túy số 9."),
        "1. Hôm nay, hồi 09 giờ 00 phút, ngày 28/03/2024 tại nhà ông S, chúng tôi gồm:", "a) Đại diện bên giao:",
        "- Họ và tên: Nguyễn Văn M; Chức vụ: Trưởng phòng", "- Cơ quan: Cơ sở cai nghiện ma túy số 9",
        "b) Đại diện bên nhận:", "- Đại diện gia đình", "2. Tiến hành giao, nhận người từ đủ 12 đến dưới 18 tuổi",
        "a) Người đã chấp hành xong", "Tên gọi khác (nếu có): A Đen", "b) Tình trạng: (đại diện gia đình, UBND",
        "): khỏe mạnh", "3. Tư trang, đồ dùng cá nhân bàn giao: 01 ba lô", "4. Biên bản này gồm ", "lập thành 02 bản",
        "được lập xong vào lúc 09 giờ 40 phút, ngày 28 tháng 3 năm 2024", "Bên giao giữ 01 bản; Bên nhận giữ 01 bản./.",
        "ĐẠI DIỆN BÊN GIAO", "ĐẠI DIỆN BÊN NHẬN",
    ),
    "116-48": (
        "Mẫu số 48", STATE, "ĐƠN ĐỀ NGHỊ", "Cho phép người đang chấp hành biện pháp cai nghiện bắt buộc về chịu tang",
        "Kính gửi: Giám đốc Cơ sở cai nghiện ma túy số 9", *APPLIES,
        "Quan hệ với người đang chấp hành biện pháp đưa vào cơ sở cai nghiện bắt buộc: bố", "2. Tôi làm đơn này",
        "dưới đây được về chịu tang bà Phan Thị T, mẹ:", "Họ, tên", *SHORT_ID,
        "3. Thời gian chịu tang: từ ngày 02/06/2023 đến ngày 06/06/2023.",
        "4. Tôi xin cam kết quản lý, giám sát không để Nguyễn Văn A sử dụng ma túy trái phép", "do tôi chi trả.",
        "Kính đề nghị Giám đốc Cơ sở cai nghiện ma túy số 9 xem xét, giải quyết./.",
        "XÁC NHẬN CỦA ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", "NGƯỜI LÀM ĐƠN", "Nguyễn Văn S",
    ),
    "116-49": (
        "Mẫu số 49", *CENTRE, "Số: 05/QĐ-CSCN", "QUYẾT ĐỊNH", "Cho phép người đang chấp hành", "GIÁM ĐỐC CƠ SỞ", VIOLATIONS,
        DECREE, "Xét Đơn đề nghị cho phép", "của Ông (bà) Nguyễn Văn S ngày 01 tháng 6 năm 2023;", "Theo đề nghị của",
        "Điều 1. Cho phép người đang chấp hành", "1. Họ, tên", *SHORT_ID, *NOBODY,
        "2. Thời hạn về chịu tang: từ ngày 02/06/2023 đến ngày 06/06/2023.",
        "Điều 2. Ông/bà Nguyễn Văn S có trách nhiệm quản lý, giám sát", "Điều 3. Quyết định này có hiệu lực", "./.",
        "- Ông Nguyễn Văn S;", *DIRECTOR,
    ),
    "116-50": (
        "Mẫu số 50", "CÔNG AN PHƯỜNG MAI DỊCH", STATE, "Số: 05/ĐN-CNBB", "ĐỀ NGHỊ",
        "Xem xét, quyết định quản lý sau cai nghiện ma túy tại nơi cư trú",
        "Kính gửi: Chủ tịch Ủy ban nhân dân phường Mai Dịch", "Tôi là: Thượng tá Lê Thị C",
        "Chức vụ: Trưởng Công an phường Mai Dịch", "áp dụng biện pháp quản lý sau cai nghiện đối với:", *LONG_PERSON,
        "Họ, tên bố: Nguyễn Văn S; Tuổi: 58", "Nghề nghiệp: công nhân", "2. Lý do: khoản 1 Điều 77",
        "3. Thời hạn: từ ngày 05/04/2024 đến ngày 04/04/2025", "4. Các biện pháp quản lý, hỗ trợ: tư vấn",
        "5. Dự kiến cơ quan/tổ chức/cá nhân chịu trách nhiệm, thực hiện quản lý, hỗ trợ: Hội Phụ nữ phường",
        "6. Hồ sơ đề nghị kèm theo gồm:", "1) Bản lý lịch tóm tắt;", "2) Giấy chứng nhận chấp hành xong./.", "- Như trên;",
        "TRƯỞNG CÔNG AN", "Thượng tá Lê Thị C",
    ),
    "116-51": (
        "Mẫu số 51", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", STATE, "Số: 05/QĐ-UBND", "QUYẾT ĐỊNH",
        "Quản lý sau cai nghiện ma túy tại nơi cư trú", "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", GOVERNMENT, DECREE,
        "Theo đề nghị của Trưởng Công an phường Mai Dịch.", "QUYẾT ĐỊNH:", "Điều 1. Quản lý sau cai nghiện", *LONG_PERSON,
        "Họ, tên bố: Nguyễn Văn S", "Nơi làm việc/học tập: không",
        "2. Thời hạn quản lý: từ ngày 05/04/2024 đến ngày 04/04/2025.",
        ("Điều 2. Giao cho: Hội Phụ nữ phường Mai Dịch, ông Vũ Văn G và gia đình ông (bà): Nguyễn Văn S phối hợp hỗ trợ "
        "ông (bà): Nguyễn Văn A trong toàn bộ thời gian"),
        "Điều 3. Quyết định này có hiệu lực kể từ ngày 05 tháng 4 năm 2024.", "thi hành Quyết định này./.", "- Như Điều 2;",
        "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "(Ký và ghi rõ họ tên, đóng dấu)", "Trần Văn B",
    ),
    "116-52": (
        "Mẫu số 52", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", STATE,
        "DANH SÁCH NGƯỜI BỊ QUẢN LÝ SAU CAI NGHIỆN MA TÚY TẠI NƠI CƯ TRÚ", "QUYỂN SỐ: 01", "Mở ngày 02 tháng 01 năm 2024",
        "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CMT/ CCCD", "Nơi cư trú",
        "Thời gian quản lý sau cai nghiện", "Tổ chức/cá nhân được giao QL", "Ghi chú", "1\n2\n3\n4\n5\n6\n7\n8\n9",
        "3\nNguyễn Văn A", "Hội Phụ nữ phường Mai Dịch, ông Vũ Văn G", "không",
        "(Tính từ ngày 01 tháng 01 năm 2024 đến ngày 31 tháng 12 năm 2024)",
        "1. Tổng số người có quyết định quản lý sau cai nghiện ma túy tại nơi cư trú: 09",
        "2. Tổng số người đang trong thời gian", "3. Tổng số người hoàn thành xong thời gian", "NGƯỜI LẬP",
        "Cầu Giấy, ngày 05 tháng 9 năm 2023", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH",
    ),
    "116-53": (
        "Mẫu số 53", "CÔNG AN PHƯỜNG MAI DỊCH", STATE, "Số: 05/CAMD",
        "V/v phối hợp quản lý, hỗ trợ người sau cai nghiện ma túy", "Kính gửi: Công an phường Nghĩa Tân",
        ("Ông (bà): Nguyễn Văn A đang trong thời gian quản lý sau cai nghiện theo Quyết định số 05/QĐ-UBND ngày 04 tháng 4 "
        "năm 2024 của Chủ tịch Ủy ban nhân dân phường Mai Dịch (kèm theo). Nay chuyển đến cư trú tại: số 9 phố Ví Dụ"),
        DECREE, "đề nghị cơ quan Công an phường Nghĩa Tân tiếp nhận, quản lý, hỗ trợ",
        "Trân trọng cảm ơn sự hợp tác của quý đơn vị./.", "- Như trên;", "- Ông (bà) Nguyễn Văn A;",
        "TRƯỞNG CÔNG AN PHƯỜNG MAI DỊCH", "Thượng tá Lê Thị C",
    ),
    "116-54": (
        "Mẫu số 54", "ỦY BAN NHÂN DÂN PHƯỜNG MAI DỊCH", STATE, "Số: 05/GXN-CNTN", "GIẤY CHỨNG NHẬN",
        "Chấp hành xong Quyết định quản lý sau cai nghiện ma túy tại nơi cư trú", "CHỦ TỊCH ỦY BAN NHÂN DÂN", GOVERNMENT,
        DECREE, "Căn cứ Quyết định số 05/QĐ-UBND ngày 04 tháng 4 năm 2024 của Chủ tịch Ủy ban nhân dân phường Mai Dịch về",
        "Theo đề nghị của Công an phường Mai Dịch.", "CHỨNG NHẬN:", *LONG_PERSON,
        ("2. Chứng nhận: Đã chấp hành xong thời hạn quản lý sau cai nghiện ma túy tại nơi cư trú. Thời gian: từ ngày "
        "05/04/2024 đến ngày 04/04/2025./."), "- Ông (bà) Nguyễn Văn A;", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Trần Văn B",
    ),
})  # fmt: skip
MOTHER = Representative(name="Nguyễn Thị B", relation="mẹ", residence="số 3 phố Thí Dụ")


def case(code: str, stated: Mapping[str, Any] | None = None, **facts: Any) -> Case:
    by, usual = STATED[code]
    return case_2023(all_forms()[code], {**usual, **(stated or {})}, by=by, **facts)


@pytest.mark.parametrize("code", list(ORDER))
def test_paper_reads_as_the_official_form_and_survives_storage(code: str) -> None:
    form = all_forms()[code]
    text = printed(form, case(code))
    assert_in_order(text, ORDER[code])
    assert_nothing_left_over(text)
    assert_stored_content_prints_the_same_bytes(form, case(code))


@pytest.mark.parametrize("code", list(STATED))
def test_paper_is_not_printed_without_its_particulars(code: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(replace(case(code), particulars=None))
    assert (missing.value.form, missing.value.field) == (code, f"particulars.{code}")


@pytest.mark.parametrize(("code", "field"), [
    ("116-41", "escaped_at"), ("116-45", "leave_until"), ("116-46", "completed_on"), ("116-49", "funeral_from"),
    ("116-51", "aftercare_helpers"), ("116-52", "aftercare_helpers"),
])  # fmt: skip
def test_missing_fact_is_named_with_its_form(code: str, field: str) -> None:
    with pytest.raises(MissingValue) as missing:
        all_forms()[code].gather(case(code, **{field: None}))
    assert (missing.value.form, missing.value.field) == (code, field)


@pytest.mark.parametrize("code", ["116-41", "116-42a", "116-42b", "116-44", "116-46", "116-47"])
def test_a_court_decision_made_outside_is_cited_as_stated_and_never_left_out(code: str) -> None:
    issued = {form: one for form, one in ISSUED.items() if form != "TA-07"}
    with pytest.raises(MissingValue, match="court_decision"):
        all_forms()[code].gather(replace(case(code), issued=issued))
    outside = "số 77/QĐ-TA ngày 02/03/2023 của Tòa án nhân dân quận Ví Dụ"
    stated = replace(case(code, {"court_decision": outside}), issued=issued)
    assert outside in printed(all_forms()[code], stated)


@pytest.mark.parametrize(("code", "field", "form"), [
    ("116-44", "proposal", "116-43"), ("116-47", "certificate", "116-46"), ("116-51", "police", "116-50"), ("116-53", "decision", "116-51"),
    ("116-54", "decision", "116-51"),
])  # fmt: skip
def test_a_paper_made_outside_is_cited_as_stated(code: str, field: str, form: str) -> None:
    issued = {name: one for name, one in ISSUED.items() if name != form}
    with pytest.raises(MissingValue, match=form):
        all_forms()[code].gather(replace(case(code), issued=issued))
    stated = replace(case(code, {field: "số 88 của nơi khác"}), issued=issued)
    assert "số 88 của nơi khác" in printed(all_forms()[code], stated)


def test_the_day_of_an_application_made_outside_is_stated() -> None:
    issued = {form: one for form, one in ISSUED.items() if form != "116-48"}
    with pytest.raises(MissingValue, match="applied_on"):
        all_forms()["116-49"].gather(replace(case("116-49"), issued=issued))
    stated = replace(case("116-49", {"applied_on": "2023-05-31"}), issued=issued)
    assert "Nguyễn Văn S ngày 31 tháng 5 năm 2023;" in printed(all_forms()["116-49"], stated)


@pytest.mark.parametrize("code", list(STATED))
def test_no_paper_about_a_minor_speaks_of_an_administrative_measure(code: str) -> None:
    text = printed(all_forms()[code], case(code, track="minor"))
    named = text.replace(DECREE.removeprefix("Căn cứ "), "").replace("Cục Cảnh sát quản lý hành chính", "")
    assert "hành chính" not in named
    assert "áp dụng biện pháp đưa người nghiện" not in text


@pytest.mark.parametrize("code", ["116-45", "116-46", "116-49"])
def test_a_minors_paper_names_who_stands_for_him(code: str) -> None:
    lines = ("người đại diện hợp pháp: {}", "Địa chỉ liên hệ: số 3 phố Thí Dụ")
    stands = printed(all_forms()[code], case(code, track="minor", representative=MOTHER))
    assert_in_order(stands, (lines[0].format("Nguyễn Thị B"), lines[1]))
    parent = printed(all_forms()[code], case(code, track="minor"))
    assert lines[0].format("Nguyễn Văn S") in parent
    stated = {"guardian": {"name": "Lê Văn Y", "address": "phố Ví Dụ", "phone": "0900000009"}}
    assert_in_order(
        printed(all_forms()[code], case(code, stated)), ("hợp pháp: Lê Văn Y", "Số điện thoại: 0900000009")
    )
    with pytest.raises(MissingValue, match="guardian"):
        all_forms()[code].gather(case(code, track="minor", background=None))


@pytest.mark.parametrize("code", ["116-41", "116-46", "116-47"])
def test_a_minors_decision_is_cited_by_its_own_name(code: str) -> None:
    text = printed(all_forms()[code], case(code, track="minor"))
    assert (
        "về việc đưa người nghiện ma túy từ đủ 12 tuổi đến dưới 18 tuổi vào cơ sở cai nghiện bắt buộc" in text
    )


@pytest.mark.parametrize("code", ["116-50", "116-51"])
def test_a_relative_whom_nobody_recorded_must_be_stated(code: str) -> None:
    with pytest.raises(MissingValue, match="kin"):
        all_forms()[code].gather(case(code, background=None))
    kin = {
        "relation": "người đại diện",
        "name": "Lê Văn Y",
        "age": "40",
        "occupation": "công nhân",
        "residence": "phố X",
    }
    text = printed(all_forms()[code], case(code, {"kin": kin}, background=None))
    assert "Họ, tên người đại diện: Lê Văn Y; Tuổi: 40" in text


@pytest.mark.parametrize(("asked", "proposed", "listed"), [
    ("tạm đình chỉ", "Xem xét tạm đình chỉ quyết định", "Đề nghị tạm đình chỉ tại cơ sở"),
    ("miễn", "Xem xét miễn thi hành quyết định", "Đề nghị miễn chấp hành phần thời gian còn lại tại cơ sở"),
])  # fmt: skip
def test_proposal_and_list_say_what_is_asked(asked: str, proposed: str, listed: str) -> None:
    assert proposed in printed(all_forms()["116-43"], case("116-43", {"asked": asked}))
    assert listed in printed(all_forms()["116-44"], case("116-44", {"asked": asked}))


def test_whom_the_person_calls_family_may_be_another_than_the_relative_named() -> None:
    text = printed(all_forms()["116-51"], case("116-51", {"family": "Lưu Thị U"}))
    assert "và gia đình ông (bà): Lưu Thị U phối hợp" in text


@pytest.mark.parametrize(("book", "government"), [
    ("2025-03", "Luật Tổ chức chính quyền địa phương năm 2025;"),
    ("2025-07", "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;"),
])  # fmt: skip
def test_later_periods_cite_the_laws_then_in_force(book: str, government: str) -> None:
    for code in ("116-51", "116-54"):
        assert f"Căn cứ {government}" in printed(all_forms()[code], case(code, book=book))


def test_from_july_2025_the_law_and_the_decree_are_cited_with_what_amended_them() -> None:
    text = printed(all_forms()["116-46"], case("116-46", book="2025-07"))
    assert "Luật Xử lý vi phạm hành chính ngày 25 tháng 6 năm 2025;" in text
    assert "được sửa đổi, bổ sung bởi Nghị định số 184/2025/NĐ-CP;" in text


@pytest.mark.parametrize("code", ["116-44", "116-52"])
def test_a_list_too_wide_for_an_upright_sheet_lies_on_its_side(code: str) -> None:
    form = all_forms()[code]
    section = docx.Document(io.BytesIO(form.render(form.gather(case(code))))).sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert int(section.page_width or 0) > int(section.page_height or 0)


@pytest.mark.parametrize(("code", "title"), [("116-44", "KT. GIÁM ĐỐC"), ("116-52", "KT. CHỦ TỊCH")])
def test_a_deputy_signs_a_list_for_the_head(code: str, title: str) -> None:
    form = all_forms()[code]
    deputy = Signing(by="KT.", name="Ngô Văn P", position="Phó Giám đốc")
    context = form.gather(case(code)).model_copy(update={"signing": deputy})
    document = docx.Document(io.BytesIO(form.render(context))).element
    text = "\n".join(
        "".join(piece.text for piece in each.iter(qn("w:t"))) for each in document.iter(qn("w:p"))
    )
    assert_in_order(text, (title, "PHÓ GIÁM ĐỐC", "Ngô Văn P"))
