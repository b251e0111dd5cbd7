"""One invented dossier, complete in every fact, from which tests print any form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from types import EllipsisType, MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from documents.case import AgencyCard, Case, Issued
from documents.form import Form
from models.law.book import Wording
from models.law.facts import (
    Background,
    Criteria,
    Delivery,
    Official,
    Participant,
    Receiver,
    Relative,
    Witness,
)
from models.person import Identity, PersonData

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def at(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
    """A moment of 2026 in Vietnam."""
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


WORDING = Wording(
    measure="đưa đi cai nghiện bắt buộc",
    measure_full="áp dụng biện pháp đưa đi cai nghiện bắt buộc",
    facility="cơ sở cai nghiện ma túy công lập",
    court="Tòa án nhân dân khu vực",
    id_label="Số CC/CCCD/CMND/HC",
    compiler="Trưởng Công an cấp xã",
    legal_bases=(
        "Điều 29 và Điều 35 Luật Phòng, chống ma túy năm 2025",
        (
            "Pháp lệnh Trình tự, thủ tục xem xét, quyết định áp dụng các biện pháp xử lý hành chính tại Tòa án nhân dân "
            "năm 2022, được sửa đổi, bổ sung năm 2025"
        ),
    ),
    complaint_period="05 ngày làm việc, kể từ ngày Tòa án công bố quyết định; trường hợp vắng mặt khi Tòa án công bố "
    "thì kể từ ngày nhận được quyết định",
)

PERSON = PersonData(
    name="Nguyễn Văn A",
    other_name="A Đen",
    sex="male",
    birth_date="1998-05-20",
    birth_place="Hà Nội",
    hometown="phường Mai Dịch, thành phố Hà Nội",
    nationality="Việt Nam",
    ethnicity="Kinh",
    religion="không",
    education="9/12",
    occupation="lao động tự do",
    workplace="không",
    registered_residence="số 1 ngõ 2 phố Ví Dụ, phường Mai Dịch, thành phố Hà Nội",
    present_residence="số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội",
    phone="0900000001",
    identity=Identity(
        type="personal_number",
        number="001098000001",
        issued_on=date(2022, 3, 15),
        issued_by="Cục Cảnh sát quản lý hành chính về trật tự xã hội",
    ),
)

HANOI = {"commune": "phường Mai Dịch", "province": "thành phố Hà Nội"}

AGENCIES: Mapping[str, AgencyCard] = MappingProxyType({
    "compiler": AgencyCard(
        code="camd", kind="commune_police", name="Công an phường Mai Dịch", superior="Công an thành phố Hà Nội",
        symbol="CAMD", place="Mai Dịch", address="số 10 phố Ví Dụ, phường Mai Dịch, thành phố Hà Nội", **HANOI,
        head=Official(name="Thượng tá Trần Văn B", position="Trưởng Công an phường"),
    ),
    "finder": AgencyCard(
        code="cacg", kind="commune_police", name="Công an phường Cầu Giấy", superior="Công an thành phố Hà Nội",
        symbol="CACG", place="Cầu Giấy", address="số 20 phố Thí Dụ, phường Cầu Giấy, thành phố Hà Nội",
        commune="phường Cầu Giấy", province="thành phố Hà Nội",
        head=Official(name="Thượng tá Lê Thị C", position="Trưởng Công an phường"),
    ),
    "facility": AgencyCard(
        code="bvmd", kind="health_facility", name="Bệnh viện Đa khoa Mai Dịch", superior="Sở Y tế thành phố Hà Nội",
        symbol="BVMD", place="Hà Nội", address="số 30 phố Ví Dụ, phường Mai Dịch, thành phố Hà Nội", **HANOI,
        head=Official(name="Bác sĩ Phạm Văn D", position="Giám đốc"),
    ),
    "court": AgencyCard(
        code="takv9", kind="court", name="Tòa án nhân dân khu vực 9 - Hà Nội",
        superior="Tòa án nhân dân thành phố Hà Nội", symbol="TA", place="Hà Nội",
        address="số 40 phố Ví Dụ, phường Mai Dịch, thành phố Hà Nội", **HANOI,
        head=Official(name="Hoàng Thị E", position="Chánh án"),
    ),
    "provincial_court": AgencyCard(
        code="tahn", kind="provincial_court", name="Tòa án nhân dân thành phố Hà Nội", superior="",
        symbol="TA", place="Hà Nội", address="số 41 phố Ví Dụ, thành phố Hà Nội", commune="phường Cửa Nam",
        province="thành phố Hà Nội", head=Official(name="Vũ Văn G", position="Chánh án"),
    ),
    "centre": AgencyCard(
        code="cscn9", kind="rehab_centre", name="Cơ sở cai nghiện ma túy công lập số 9",
        superior="Công an thành phố Hà Nội", symbol="CSCN", place="Ba Vì",
        address="thôn Ví Dụ, xã Ba Vì, thành phố Hà Nội", commune="xã Ba Vì", province="thành phố Hà Nội",
        head=Official(name="Trung tá Đặng Văn H", position="Trưởng Cơ sở"),
    ),
    "committee": AgencyCard(
        code="ubmd", kind="peoples_committee", name="Ủy ban nhân dân phường Mai Dịch",
        superior="Ủy ban nhân dân thành phố Hà Nội", symbol="UBND", place="Mai Dịch",
        address="số 11 phố Ví Dụ, phường Mai Dịch, thành phố Hà Nội", **HANOI,
        head=Official(name="Đỗ Văn I", position="Chủ tịch"),
    ),
    "provincial_police": AgencyCard(
        code="cahn", kind="provincial_police", name="Công an thành phố Hà Nội", superior="Bộ Công an",
        symbol="CAHN", place="Hà Nội", address="số 50 phố Ví Dụ, thành phố Hà Nội", commune="phường Cửa Nam",
        province="thành phố Hà Nội", head=Official(name="Thiếu tướng Bùi Văn K", position="Giám đốc"),
    ),
    "ministry_police": AgencyCard(
        code="cuc", kind="ministry_police", name="Cục Cảnh sát điều tra tội phạm về ma túy", superior="Bộ Công an",
        symbol="CMT", place="Hà Nội", address="số 60 phố Ví Dụ, thành phố Hà Nội", commune="phường Cửa Nam",
        province="thành phố Hà Nội", head=Official(name="Thiếu tướng Ngô Văn L", position="Cục trưởng"),
    ),
})  # fmt: skip
"""Every agency that plays a part; all but `finder` are parties of the dossier by that name."""

ACTS: Mapping[str, datetime] = MappingProxyType(
    {
        "open": at(9, 7, 8, 30),
        "verify_residence": at(9, 8, 8),
        "transfer": at(9, 8, 9),
        "request_determination": at(9, 9, 9),
        "admit": at(9, 9, 10),
        "observe": at(9, 9, 11),
        "issue_result": at(9, 11, 15),
        "notify_result": at(9, 14, 9),
        "record_ground": at(9, 22, 8, 30),
        "place_pending": at(9, 23, 8),
        "deliver_pending": at(9, 23, 14),
        "compile": at(9, 28, 16),
        "notify_person": at(9, 29, 8),
        "record_reading": at(10, 1, 10),
        "send_to_court": at(10, 5, 8),
        "register_file": at(10, 5, 10),
        "accept": at(10, 6, 9),
        "notify_acceptance": at(10, 7, 9),
        "query": at(10, 8, 9),
        "reply_query": at(10, 9, 9),
        "open_session": at(10, 12, 9),
        "hold_session": at(10, 19, 8),
        "decide": at(10, 19, 10),
        "send_decision": at(10, 20, 8),
        "file_appeal": at(10, 21, 8),
        "forward_appeal": at(10, 22, 8),
        "decide_appeal": at(10, 28, 8),
        "take_effect": at(11, 2, 8),
        "receive_decision": at(11, 3, 8),
        "request_centre": at(11, 4, 8),
        "receive_request": at(11, 5, 8),
        "assign_centre": at(11, 6, 8),
        "ask_ministry": at(11, 6, 8),
        "ministry_assigns": at(11, 9, 8),
        "send_assignment": at(11, 9, 9),
        "receive_assignment": at(11, 10, 8),
        "deliver": at(11, 12, 9),
        "start_in_place": at(11, 12, 9),
    }
)

ISSUES: Mapping[str, tuple[str, str, str | None]] = MappingProxyType(
    {
        "III-01": ("open", "finder", None),
        "III-02": ("transfer", "finder", "TB-CACG"),
        "III-03": ("open", "finder", None),
        "P-01": ("verify_residence", "compiler", "GXN-CAMD"),
        "109-02": ("request_determination", "compiler", "GĐN-CAMD"),
        "109-03": ("request_determination", "compiler", None),
        "109-05": ("issue_result", "facility", None),
        "V-23": ("notify_person", "compiler", None),
        "V-31": ("deliver_pending", "compiler", None),
        "V-32": ("place_pending", "compiler", "QĐ-CAMD"),
        "V-33": ("place_pending", "compiler", None),
        "V-34": ("record_ground", "compiler", "BB-CAMD"),
        "V-36": ("compile", "compiler", "ĐN-CAMD"),
        "V-37": ("notify_person", "compiler", "TB-CAMD"),
        "V-42": ("deliver", "compiler", None),
        "TA-01": ("notify_acceptance", "court", "TB-TA"),
        "TA-02": ("accept", "court", "QĐ-TA"),
        "TA-05": ("open_session", "court", "QĐ-TA"),
        "TA-06": ("hold_session", "court", None),
        "TA-07": ("decide", "court", "QĐ-TA"),
        "TA-08": ("decide", "court", "QĐ-TA"),
        "P-02": ("request_centre", "compiler", "CAMD"),
        "P-03": ("assign_centre", "provincial_police", "QĐ-CAHN"),
    }
)
"""By form: the act that issues it, the agency that does, and what follows its number."""

FACTS: Mapping[str, Any] = MappingProxyType(
    {
        # finding and residence
        "entry": "test",
        "found_at": at(9, 7, 7, 30),
        "found_where": "phòng trọ tại số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội",
        "incident": "Tổ tuần tra phát hiện Nguyễn Văn A có biểu hiện sử dụng trái phép chất ma túy.",
        "use_account": "Tôi sử dụng ma túy từ năm 2020, bằng cách hút; lần cuối vào ngày 06/9/2026 do bạn bè rủ rê.",
        "earlier_rehab": "không",
        "remote": False,
        "test_result_at": at(9, 7, 8, 10),
        "test_method": "Thử nhanh nước tiểu bằng que thử, theo hướng dẫn của nhà sản xuất",
        "tester": Official(name="Đại úy Đỗ Thị M", position="Cán bộ Công an phường"),
        "substance": "Methamphetamine",
        "residence": "stable",
        "residence_basis": "thường trú tại phường Mai Dịch theo Cơ sở dữ liệu quốc gia về dân cư",
        "residence_confirmed_by": "Công an phường Mai Dịch",
        "residence_verified_at": at(9, 7, 17, 0),
        "competent_here": True,
        "compiler": "camd",
        "transfer_received_at": at(9, 8, 14, 0),
        # determination of addiction
        "determination_case": "c",
        "criminal_check": "not_criminal",
        "criminal_check_basis": "không thuộc các trường hợp quy định tại Điều 256a Bộ luật Hình sự",
        "facility": "bvmd",
        "examination_place": "Bệnh viện Đa khoa Mai Dịch",
        "in_custody": False,
        "custody_from": at(9, 9, 8, 0),
        "examined_away": False,
        "request_received_at": at(9, 9, 9, 30),
        "use_history": "Sử dụng Methamphetamine từ năm 2020",
        "measures_applied": "Đang bị quản lý người sử dụng trái phép chất ma túy",
        "family_opinion": "Gia đình đề nghị xác định tình trạng nghiện ma túy",
        "authority_remarks": "Chưa chấp hành tốt các quy định về quản lý tại địa phương",
        "cooperative": True,
        "compiled_by": Official(name="Đại úy Lý Văn N", position="Cán bộ Công an phường"),
        "reached_at": at(9, 9, 10, 0),
        "substance_group": "stimulant",
        "criteria": Criteria(
            craving=True,
            loss_of_control=True,
            tolerance=True,
            neglect_of_interests=False,
            persistence_despite_harm=True,
            withdrawal=True,
            one_month_or_repeated=True,
        ),
        "result": "addicted",
        "result_at": at(9, 11, 15, 0),
        "doctor": Official(name="Bác sĩ Hồ Thị P", position="Bác sĩ điều trị"),
        "unexamined_reason": "Không có mặt tại cơ sở y tế",
        "result_told_at": at(9, 14, 9, 15),
        "result_told_to": Receiver(
            name="Nguyễn Văn A",
            sex="male",
            birth_date="20/05/1998",
            identity="001098000001",
            identity_issued_on="15/03/2022",
            identity_issued_by="Cục Cảnh sát quản lý hành chính về trật tự xã hội",
            phone="0900000001",
            relation="chính người được thông báo",
        ),
        # the lawful way out
        "registered_at": at(9, 16, 9, 0),
        "late_registration_reason": "Ốm phải nằm viện",
        "voluntary_place": "gia đình",
        "voluntary_decided_at": at(9, 18, 9, 0),
        "diversion": "voluntary",
        "provider": "Cơ sở điều trị Ví Dụ",
        "begun_on": date(2026, 9, 19),
        "substitution_ended_on": date(2026, 9, 1),
        "substitution_reason": "Tự ý chấm dứt",
        "force_majeure_reason": "Bão, lụt",
        "force_majeure_until": at(9, 17, 9, 0),
        "evasion_facts": "Bỏ đi khỏi địa phương",
        "evasion_ended_at": at(9, 18, 9, 0),
        # the file
        "ground": "a_not_registered",
        "violation": "Không đăng ký cai nghiện tự nguyện sau khi có kết quả xác định là nghiện ma túy (điểm a khoản 1 "
        "Điều 35)",
        "ground_found_at": at(9, 22, 8, 0),
        "last_act_on": date(2026, 9, 21),
        "witnesses": (
            Witness(name="Trịnh Văn Q", occupation="hưu trí", residence="số 5 phố Thí Dụ, phường Mai Dịch"),
            Witness(name="Mai Thị R", occupation="buôn bán", residence="số 7 phố Thí Dụ, phường Mai Dịch"),
        ),
        "statement": "Tôi thừa nhận hành vi nêu trên là đúng",
        "signing_refused_reason": "Không đồng ý với nội dung biên bản",
        "exclusions": (),
        "background": Background(
            father=Relative(
                name="Nguyễn Văn S",
                age="58",
                occupation="công nhân",
                residence="số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội",
            ),
            mother=Relative(
                name="Phan Thị T",
                age="55",
                occupation="nội trợ",
                residence="số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội",
            ),
            spouse=Relative(
                name="Lưu Thị U",
                age="27",
                occupation="công nhân",
                residence="số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội",
            ),
            children=(
                Relative(
                    name="Nguyễn Văn V",
                    age="5",
                    occupation="còn nhỏ",
                    residence="số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội",
                ),
            ),
            convictions="không",
            prior_sanctions="01 lần, sử dụng trái phép chất ma túy",
            substances="Methamphetamine",
            manner="hút",
            first_use="15/3/2020",
            voluntary_rehab="chưa",
            aftercare_decision="không",
            compulsory_rehab="chưa",
            substitution="có",
        ),
        "pending_reason": "Người nghiện ma túy không có nơi cư trú ổn định",
        "pending_custodian": "gia đình ông Nguyễn Văn S",
        "centre": "cscn9",
        "proposing_unit": "Tổ Phòng, chống tội phạm",
        "hand_over_by": Official(
            name="Đại úy Lý Văn N", position="Cán bộ Công an phường", agency="Công an phường Mai Dịch"
        ),
        "hand_over_to": Official(
            name="Thiếu tá Tạ Thị X", position="Đội trưởng", agency="Cơ sở cai nghiện ma túy công lập số 9"
        ),
        "condition": "Tỉnh táo, đi lại bình thường, không có thương tích, không có biểu hiện bất thường về tâm thần",
        "belongings": ("01 ba lô vải màu đen", "02 bộ quần áo"),
        "file_papers": (
            "Quyết định giao người nghiện ma túy để quản lý (bản chính)",
            "Tóm tắt lý lịch",
            "Bản sao Phiếu kết quả xác định tình trạng nghiện ma túy",
        ),
        "escaped_at": at(9, 25, 2, 0),
        "captured_at": at(9, 26, 9, 0),
        "left_at": at(11, 12, 9, 0),
        "release_reason": "Tòa án quyết định không áp dụng biện pháp",
        "proposal_reason": "Không đăng ký cai nghiện tự nguyện sau khi có kết quả xác định là nghiện ma túy, vi phạm quy "
        "định tại điểm a khoản 1 Điều 35 Luật Phòng, chống ma túy năm 2025",
        "court": "takv9",
        "notice_received_at": at(9, 29, 9, 0),
        "notice_receiver": Receiver(
            name="Nguyễn Văn S",
            sex="male",
            birth_date="1968",
            identity="001068000002",
            identity_issued_on="20/04/2022",
            identity_issued_by="Cục Cảnh sát quản lý hành chính về trật tự xã hội",
            phone="0900000002",
            relation="bố",
        ),
        "notice_refused_reason": None,
        "server": Official(
            name="Đại úy Lý Văn N", position="Cán bộ Công an phường", agency="Công an phường Mai Dịch"
        ),
        "reading_finished_at": at(10, 1, 10, 0),
        "reading_remarks": "Đã đọc toàn bộ hồ sơ, không có ý kiến",
        "sheet_count": 42,
        "gaps": ("Thiếu bản sao căn cước",),
        "papers_added": ("Bản sao căn cước",),
        # court
        "file_received_at": at(10, 5, 10, 0),
        "case_number": "15/2026/TLST-CNBB",
        "judge": "Dương Văn Y",
        "clerk": "Đinh Thị Z",
        "prosecutor": "Cao Văn AA",
        "procuracy": "Viện kiểm sát nhân dân khu vực 9 - Hà Nội",
        "question": "Làm rõ nơi cư trú hiện nay của người bị đề nghị",
        "query_received_at": at(10, 8, 14, 0),
        "answer": "Người bị đề nghị hiện ở tại số 3 phố Thí Dụ",
        "extension_reason": "Vụ việc có tình tiết phức tạp",
        "extended_days": 25,
        "suspension_ground": "Người bị đề nghị đang điều trị tại bệnh viện",
        "termination_ground": "Cơ quan đề nghị rút đề nghị",
        "session_at": at(10, 19, 8, 0),
        "session_place": "Phòng họp số 1, trụ sở Tòa án nhân dân khu vực 9 - Hà Nội",
        "participants": (
            Participant(name="Nguyễn Văn A", capacity="Người bị đề nghị"),
            Participant(name="Thượng tá Trần Văn B", capacity="Trưởng Công an phường Mai Dịch"),
            Participant(name="Nguyễn Văn S", capacity="Bố của người bị đề nghị", present=False),
        ),
        "postponement_reason": "Người bị đề nghị vắng mặt có lý do chính đáng",
        "session_ended_at": at(10, 19, 10, 0),
        "proceedings": "Thẩm phán công bố nội dung đề nghị; những người tham gia trình bày ý kiến.",
        "prosecutor_opinion": "Đề nghị áp dụng biện pháp",
        "session_decision": "Áp dụng biện pháp, thời hạn 24 tháng",
        "outcome": "apply",
        "times": "first",
        "times_source": "Tóm tắt lý lịch và kết quả tra cứu",
        "term_months": 24,
        "reasons": "Người bị đề nghị nghiện ma túy và không đăng ký cai nghiện tự nguyện.",
        "announced_at": at(10, 19, 10, 0),
        "person_present": True,
        "complaint_from": at(10, 19, 10, 0),
        "deliveries": (
            Delivery(to="Nguyễn Văn A", received_at=at(10, 20, 8, 0)),
            Delivery(to="Công an phường Mai Dịch", received_at=at(10, 20, 9, 0)),
        ),
        "appeal_kind": "complaint",
        "appeal_by": "Nguyễn Văn A",
        "appeal_received_at": at(10, 21, 8, 0),
        "provincial_court": "tahn",
        "appeal_file_received_at": at(10, 23, 8, 0),
        "appeal_outcome": "upheld",
        "effective_on": date(2026, 11, 2),
        # execution
        "effective_decision_received_at": at(11, 3, 8, 0),
        "provincial_police": "cahn",
        "request_letter_received_at": at(11, 5, 8, 0),
        "ministry_police": "cuc",
        "ministry_received_at": at(11, 6, 14, 0),
        "assignment_received_at": at(11, 10, 8, 0),
        "delivered_at": at(11, 12, 9, 0),
        "health_check": "Đủ sức khỏe để cai nghiện",
        "term_from": date(2026, 11, 12),
        "credited_days": 50,
        "postponement_ground": "Đang ốm nặng có chứng nhận của bệnh viện",
        "enforcement": "Áp giải theo quyết định",
        "closing_ground": "time_bar",
        "proof": "Bảng tính thời hiệu",
    }
)
"""A value for every fact of the catalogue."""

ENCLOSURES = (
    "Tóm tắt lý lịch (Mẫu 33)",
    "Biên bản vi phạm (Mẫu 34)",
    "Bản sao Phiếu kết quả xác định tình trạng nghiện ma túy",
)


def _issued(form: str, agency: str, day: date, symbol: str | None) -> Issued:
    number = f"05/{symbol}" if symbol else ""
    return Issued(form=form, number=number, day=day, issuer=AGENCIES[agency].name)


ISSUED: Mapping[str, Issued] = MappingProxyType(
    {
        form: _issued(form, agency, ACTS[action].date(), symbol)
        for form, (action, agency, symbol) in ISSUES.items()
    }
)


def drawn_case(
    form: Form,
    particulars: Mapping[str, Any],
    *,
    by: str | AgencyCard = "compiler",
    when: datetime = ACTS["deliver"],
    **fact_changes: Any,
) -> Case:
    """The case of a form with particulars of its own.

    Args:
        form: the form.
        particulars: what is stated for it, as sent.
        by: the agency that issues it, or which of `AGENCIES`.
        when: the act's moment.
        fact_changes: facts to replace; None takes a fact away.

    """
    issuer = AGENCIES[by] if isinstance(by, str) else by
    symbol = form.symbol and form.symbol.format(symbol=issuer.symbol)
    assert form.particulars
    return replace(
        sample_case("V-42", **fact_changes),
        form=form.code,
        action="draw_up",
        occurred_at=when,
        number=f"05/{symbol}" if symbol else None,
        issuer=issuer,
        signer=issuer.head,
        particulars=form.particulars.model_validate(particulars),
    )


def sample_case(
    form: str, *, action: str | None = None, number: str | EllipsisType | None = ..., **fact_changes: Any
) -> Case:
    """The case of a form at the act that issues it.

    Args:
        form: code of the form.
        action: the act, when it is another than `ISSUES` says.
        number: the finished number, when it is another than "05/" with the form's symbol.
        fact_changes: facts to replace; None takes a fact away.

    """
    usual_action, agency, symbol = ISSUES[form]
    action = action or usual_action
    issuer = AGENCIES["centre" if action == "start_in_place" else agency]
    if number is ...:
        number = f"05/{symbol}" if symbol else None
    return Case(
        form=form,
        book="2026",
        wording=WORDING,
        action=action,
        occurred_at=ACTS[action],
        number=number,
        issuer=issuer,
        signer=issuer.head,
        person=PERSON,
        facts={name: value for name, value in {**FACTS, **fact_changes}.items() if value is not None},
        parties={name: card for name, card in AGENCIES.items() if name != "finder"},
        issued=ISSUED,
        enclosures=ENCLOSURES,
        acts=ACTS,
    )
