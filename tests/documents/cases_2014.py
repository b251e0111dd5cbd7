"""The invented dossier of `cases`, moved to 2019 and the law of 2014–2021."""

from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from documents.case import AgencyCard, Case, Issued
from models.law.book import Wording
from models.law.facts import Official
from tests.documents.cases import ENCLOSURES, FACTS, PERSON

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def at(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
    """A moment of 2019 in Vietnam."""
    return datetime(2019, month, day, hour, minute, tzinfo=VIETNAM)


WORDING = Wording(
    measure="đưa vào cơ sở cai nghiện bắt buộc",
    measure_full="áp dụng biện pháp đưa vào cơ sở cai nghiện bắt buộc",
    facility="cơ sở cai nghiện bắt buộc",
    court="Tòa án nhân dân cấp huyện",
    id_label="Số CMND/CCCD/Hộ chiếu",
    compiler="Chủ tịch Ủy ban nhân dân cấp xã",
    legal_bases=(
        "Điều 95, Điều 96 và khoản 2 Điều 105 Luật Xử lý vi phạm hành chính năm 2012",
        (
            "Pháp lệnh Trình tự, thủ tục xem xét, quyết định áp dụng các biện pháp xử lý hành chính tại Tòa án nhân dân "
            "năm 2014"
        ),
    ),
    complaint_period="03 ngày làm việc, kể từ ngày Tòa án công bố quyết định; trường hợp vắng mặt khi Tòa án công bố "
    "thì kể từ ngày nhận được quyết định",
)


def _agency(kind: str, name: str, superior: str, symbol: str, head: Official) -> AgencyCard:
    return AgencyCard(
        code=symbol.lower(), kind=kind, name=name, superior=superior, symbol=symbol, place="Cầu Giấy",
        address="số 1 phố Ví Dụ, quận Cầu Giấy, thành phố Hà Nội", commune="phường Mai Dịch",
        province="thành phố Hà Nội", head=head,
    )  # fmt: skip


DISTRICT = "Ủy ban nhân dân quận Cầu Giấy"
AGENCIES = MappingProxyType({
    "compiler": _agency(
        "peoples_committee", "Ủy ban nhân dân phường Mai Dịch", DISTRICT, "UBND",
        Official(name="Trần Văn B", position="Chủ tịch"),
    ),
    "justice_office": _agency(
        "justice_office", "Phòng Tư pháp quận Cầu Giấy", DISTRICT, "PTP",
        Official(name="Lê Thị C", position="Trưởng phòng"),
    ),
    "labour_office": _agency(
        "labour_office", "Phòng Lao động - Thương binh và Xã hội quận Cầu Giấy", DISTRICT, "LĐTBXH",
        Official(name="Phạm Văn D", position="Trưởng phòng"),
    ),
    "court": _agency(
        "court", "Tòa án nhân dân quận Cầu Giấy", "Tòa án nhân dân thành phố Hà Nội", "TA",
        Official(name="Hoàng Thị E", position="Chánh án"),
    ),
})  # fmt: skip

ISSUES = MappingProxyType({
    "B14-TB": ("compiler", at(4, 1), "05/TB-UBND"),
    "B14-TP": ("justice_office", at(4, 10), "06/PTP"),
    "B14-TL": ("labour_office", at(4, 15), "07/LĐTBXH"),
    "B14-CT": ("labour_office", at(4, 16), "08/LĐTBXH"),
    "TA-01": ("court", at(4, 19), "09/TB-TA"),
    "TA-02": ("court", at(4, 18), "10/QĐ-TA"),
    "TA-05": ("court", at(4, 22), "11/QĐ-TA"),
    "TA-06": ("court", at(4, 26), None),
    "TA-07": ("court", at(4, 26, 10), "12/QĐ-TA"),
    "TA-08": ("court", at(4, 26, 10), "12/QĐ-TA"),
})  # fmt: skip
"""By form: the agency that issues it, when, and its number."""

FACTS_2014 = MappingProxyType({
    **FACTS,
    "times": None,
    "times_source": None,
    "term_months": 18,
    "file_received_by_justice_at": datetime(2019, 4, 7, 18, 30, tzinfo=UTC),  # already the 8th in Vietnam
    "legality_authority": "đúng thẩm quyền theo điểm a khoản 1 Điều 103",
    "legality_composition": "đủ tài liệu",
    "legality_subject": "thuộc đối tượng theo khoản 1 Điều 96",
    "legality_order": "đúng trình tự",
    "legality_conclusion": "hồ sơ bảo đảm tính pháp lý",
    "labour_received_at": at(4, 11),
    "proposal_reason": "Đã chấp hành xong biện pháp giáo dục tại phường mà vẫn còn nghiện ma túy",
    "procuracy": "Viện kiểm sát nhân dân quận Cầu Giấy",
    "session_at": at(4, 26, 8, 30),
    "session_ended_at": at(4, 26, 10),
    "session_place": "trụ sở Tòa án nhân dân quận Cầu Giấy",
    "case_number": "15/2019/TLST-CNBB",
})  # fmt: skip


def case_2014(form: str, **fact_changes: Any) -> Case:
    """The case of a form at the act that issues it; a fact given as None is taken away."""
    part, moment, number = ISSUES[form]
    issuer = AGENCIES[part]
    issued = {
        "B14-TP": Issued(
            form="B14-TP", number="06/PTP", day=date(2019, 4, 10), issuer=AGENCIES["justice_office"].name
        ),
        "B14-CT": Issued(
            form="B14-CT", number="08/LĐTBXH", day=date(2019, 4, 16), issuer=AGENCIES["labour_office"].name
        ),
    }
    return Case(
        form=form,
        book="2014",
        wording=WORDING,
        action="act",
        occurred_at=moment,
        number=number,
        issuer=issuer,
        signer=issuer.head,
        person=PERSON,
        facts={name: value for name, value in {**FACTS_2014, **fact_changes}.items() if value is not None},
        parties=AGENCIES,
        issued=issued,
        enclosures=ENCLOSURES,
        acts={"accept": at(4, 18)},
    )
