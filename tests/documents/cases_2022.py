"""The invented dossier of `cases`, moved to 2024, the law of 2022 and the agencies of a district."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from documents.case import AgencyCard, Case, Issued
from documents.form import Form
from models.law.facts import Official, Representative
from models.law.loader import load_book
from tests.documents.cases import FACTS, PERSON

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def at(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
    """A moment of 2024 in Vietnam."""
    return datetime(2024, month, day, hour, minute, tzinfo=VIETNAM)


def _agency(kind: str, name: str, superior: str, symbol: str, place: str, head: Official) -> AgencyCard:
    return AgencyCard(
        code=symbol.lower(), kind=kind, name=name, superior=superior, symbol=symbol, place=place,
        address="số 1 phố Ví Dụ, quận Cầu Giấy, thành phố Hà Nội", commune="phường Mai Dịch, quận Cầu Giấy",
        province="thành phố Hà Nội", head=head,
    )  # fmt: skip


AGENCIES: Mapping[str, AgencyCard] = MappingProxyType({
    "compiler": _agency(
        "peoples_committee", "Ủy ban nhân dân phường Mai Dịch", "Ủy ban nhân dân quận Cầu Giấy", "UBND", "Mai Dịch",
        Official(name="Trần Văn B", position="Chủ tịch"),
    ),
    "commune_police": _agency(
        "commune_police", "Công an phường Mai Dịch", "Công an quận Cầu Giấy", "CAP", "Mai Dịch",
        Official(name="Thiếu tá Lê Thị C", position="Trưởng Công an phường"),
    ),
    "district_police": _agency(
        "district_police", "Công an quận Cầu Giấy", "Công an thành phố Hà Nội", "CAQ", "Cầu Giấy",
        Official(name="Thượng tá Vũ Văn G", position="Trưởng Công an quận"),
    ),
    "labour_office": _agency(
        "labour_office", "Phòng Lao động - Thương binh và Xã hội quận Cầu Giấy", "Ủy ban nhân dân quận Cầu Giấy",
        "LĐTBXH", "Cầu Giấy", Official(name="Phạm Văn D", position="Trưởng phòng"),
    ),
    "court": _agency(
        "court", "Tòa án nhân dân quận Cầu Giấy", "Tòa án nhân dân thành phố Hà Nội", "TA", "Cầu Giấy",
        Official(name="Hoàng Thị E", position="Chánh án"),
    ),
    "centre": _agency(
        "rehab_centre", "Cơ sở cai nghiện ma túy số 9", "Sở Lao động - Thương binh và Xã hội thành phố Hà Nội", "CSCN",
        "Ba Vì", Official(name="Đặng Văn H", position="Giám đốc"),
    ),
    "facility": _agency(
        "health_facility", "Trung tâm Y tế quận Cầu Giấy", "Sở Y tế thành phố Hà Nội", "TTYT", "Cầu Giấy",
        Official(name="Bác sĩ Phạm Văn K", position="Giám đốc"),
    ),
})  # fmt: skip
"""Every agency that plays a part; the police of ward and district are parties only where they compile or find."""

MOTHER = Representative(
    name="Phan Thị T", relation="mẹ", residence="số 3 phố Thí Dụ, phường Mai Dịch, thành phố Hà Nội"
)
"""Who stands for the person where the track is "minor"."""

ACTS = MappingProxyType({
    "open": at(9, 9, 8), "verify_residence": at(9, 9, 10), "transfer": at(9, 10, 9), "request_determination": at(9, 11, 9),
    "issue_result": at(9, 13, 15), "notify_result": at(9, 16, 9), "record_ground": at(9, 23, 8, 30),
    "place_pending": at(9, 24, 8), "deliver_pending": at(9, 24, 14), "compile": at(9, 27, 16), "notify_person": at(9, 30, 8),
    "send_to_review": at(10, 4, 8), "receive": at(10, 4, 10), "transfer_to_court": at(10, 8, 8), "accept": at(10, 10, 9),
    "decide": at(10, 21, 10), "take_effect": at(10, 29, 8), "send_effective": at(10, 30, 8), "deliver": at(11, 1, 9),
})  # fmt: skip

FACTS_2022: Mapping[str, Any] = MappingProxyType({
    **{name: value for name, value in FACTS.items() if not isinstance(value, datetime)},
    "times": None, "times_source": None, "ground": None, "determination_case": None, "deliveries": None,
    "track": "adult",
    "found_at": at(9, 9, 7, 30),
    "test_result_at": at(9, 9, 8, 10),
    "residence_verified_at": at(9, 9, 10),
    "use_account": "Tôi sử dụng ma túy từ năm 2020, bằng cách hút; lần cuối vào ngày 08/9/2024 do bạn bè rủ rê.",
    "result_at": at(9, 13, 15),
    "result_told_at": at(9, 16, 9, 15),
    "registered_at": at(9, 18, 9),
    "voluntary_decided_at": at(9, 19, 9),
    "substitution_ended_on": date(2024, 9, 1),
    "begun_on": date(2024, 9, 20),
    "compulsory_ground": "not_registered",
    "violation": "Không đăng ký cai nghiện ma túy tự nguyện sau khi có kết quả xác định là người nghiện ma túy",
    "ground_found_at": at(9, 23, 8),
    "last_act_on": date(2024, 9, 20),
    "compiled_by": Official(name="Lý Văn N", position="Công chức"),
    "server": Official(name="Lý Văn N", position="Công chức"),
    "pending_form": "facility",
    "family_agrees": False,
    "hand_over_by": Official(name="Lý Văn N", position="Công chức"),
    "hand_over_to": Official(name="Tạ Thị X", position="Trưởng phòng Quản lý học viên"),
    "file_papers": ("Quyết định quản lý (bản chính)", "Lý lịch tóm tắt"),
    "escaped_at": at(11, 20, 21, 30),
    "proposal_reason": "Không đăng ký cai nghiện ma túy tự nguyện, quy định tại khoản 1 Điều 32 Luật Phòng, chống ma túy "
    "năm 2021",
    "notice_received_at": at(9, 30, 9),
    "file_received_for_review_at": at(10, 4, 10),
    "returned_file_received_at": at(10, 7, 8),
    "case_number": "15/2024/TLST-CNBB",
    "procuracy": "Viện kiểm sát nhân dân quận Cầu Giấy",
    "term_months": 18,
    "announced_at": at(10, 21, 10),
    "effective_on": date(2024, 10, 29),
    "delivered_at": at(11, 1, 9),
    "term_from": date(2024, 11, 1),
})  # fmt: skip
"""A value for most facts of the catalogue; moments that nothing of 2022 prints are left out."""

ENCLOSURES = (
    "Biên bản vi phạm số 05/BB-VPHC ngày 23/09/2024",
    "Lý lịch tóm tắt ngày 24/09/2024",
    "Bản sao Phiếu kết quả xác định tình trạng nghiện ma túy",
)


def _issued(form: str, number: str, day: date, part: str) -> tuple[str, Issued]:
    return form, Issued(form=form, number=number, day=day, issuer=AGENCIES[part].name)


ISSUED: Mapping[str, Issued] = MappingProxyType(dict((
    _issued("109-02", "05/GĐN-CAP", date(2024, 9, 11), "commune_police"),
    _issued("109-05", "", date(2024, 9, 13), "facility"),
    _issued("116-27", "05/BB-VPHC", date(2024, 9, 23), "compiler"),
    _issued("116-29", "05/ĐN-CNBB", date(2024, 9, 27), "compiler"),
    _issued("116-36", "05/QĐ-QLNN", date(2024, 9, 24), "compiler"),
    _issued("TA-07", "05/QĐ-TA", date(2024, 10, 21), "court"),
)))  # fmt: skip
"""Documents issued earlier in the dossier."""


def case_2022(
    form: Form,
    particulars: Mapping[str, Any],
    *,
    by: str | AgencyCard = "compiler",
    when: datetime = ACTS["deliver"],
    book: str = "2022",
    **fact_changes: Any,
) -> Case:
    """The case of a form with particulars of its own.

    Args:
        form: the form.
        particulars: what is stated for it, as sent.
        by: the agency that issues it, or which of `AGENCIES`.
        when: the act's moment.
        book: the rulebook whose words the paper uses.
        fact_changes: facts to replace; None takes a fact away; `track="minor"` also names who stands for the minor.

    """
    issuer = AGENCIES[by] if isinstance(by, str) else by
    symbol = form.symbol and form.symbol.format(symbol=issuer.symbol)
    minor = {"representative": MOTHER} if fact_changes.get("track") == "minor" else {}
    facts = {**FACTS_2022, **minor, **fact_changes}
    assert form.particulars
    case = Case(
        form=form.code,
        book=book,
        wording=load_book(book).words(facts["track"]),
        action="draw_up",
        occurred_at=when,
        number=f"05/{symbol}" if symbol else None,
        issuer=issuer,
        signer=issuer.head,
        person=PERSON,
        facts={name: value for name, value in facts.items() if value is not None},
        parties={name: card for name, card in AGENCIES.items() if not name.endswith("_police")},
        issued=ISSUED,
        enclosures=ENCLOSURES,
        acts=ACTS,
        particulars=form.particulars.model_validate(particulars),
    )
    return case if not minor else replace(case, person=PERSON.model_copy(update={"birth_date": "2008-05-20"}))
