"""The invented dossier of `cases`, moved to 2023 and the law of 2022 to February 2025."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from documents.case import AgencyCard, Case, Issued
from documents.form import Form
from models.law.facts import Official
from models.law.loader import load_book
from tests.documents.cases import sample_case

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def at(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
    """A moment of 2023 in Vietnam."""
    return datetime(2023, month, day, hour, minute, tzinfo=VIETNAM)


def _agency(kind: str, name: str, superior: str, symbol: str, head: str, position: str) -> AgencyCard:
    return AgencyCard(
        code=symbol.lower(), kind=kind, name=name, superior=superior, symbol=symbol, place="Cầu Giấy",
        address="số 1 phố Ví Dụ, quận Cầu Giấy, thành phố Hà Nội", commune="phường Mai Dịch",
        province="thành phố Hà Nội", head=Official(name=head, position=position),
    )  # fmt: skip


AGENCIES: Mapping[str, AgencyCard] = MappingProxyType({
    "compiler": _agency(
        "peoples_committee", "Ủy ban nhân dân phường Mai Dịch", "Ủy ban nhân dân quận Cầu Giấy", "UBND", "Trần Văn B",
        "Chủ tịch",
    ),
    "police": _agency(
        "commune_police", "Công an phường Mai Dịch", "Công an quận Cầu Giấy", "CAMD", "Thượng tá Lê Thị C",
        "Trưởng Công an phường",
    ),
    "district_police": _agency(
        "district_police", "Công an quận Cầu Giấy", "Công an thành phố Hà Nội", "CACG", "Đại tá Phạm Văn D",
        "Trưởng Công an quận",
    ),
    "court": _agency(
        "court", "Tòa án nhân dân quận Cầu Giấy", "Tòa án nhân dân thành phố Hà Nội", "TA", "Hoàng Thị E", "Chánh án",
    ),
    "centre": _agency(
        "rehab_centre", "Cơ sở cai nghiện ma túy số 9", "Sở Lao động - Thương binh và Xã hội thành phố Hà Nội", "CSCN",
        "Đặng Văn H", "Giám đốc",
    ),
})  # fmt: skip

ISSUED: Mapping[str, Issued] = MappingProxyType({
    form: Issued(form=form, number=number, day=day, issuer=AGENCIES[by].name)
    for form, number, day, by in (
        ("105-07", "04/QĐ-UBND", date(2023, 1, 9), "compiler"),
        ("TA-07", "12/QĐ-TA", date(2023, 3, 20), "court"),
        ("116-43", "05/ĐN-CSCN", date(2023, 9, 5), "centre"),
        ("116-46", "05/CN-CSCN", date(2024, 3, 28), "centre"),
        ("116-48", "", date(2023, 6, 1), "centre"),
        ("116-50", "05/ĐN-CNBB", date(2024, 4, 2), "police"),
        ("116-51", "05/QĐ-UBND", date(2024, 4, 4), "compiler"),
    )
})  # fmt: skip

FACTS: Mapping[str, Any] = MappingProxyType({
    "track": "adult",
    "found_at": at(1, 5, 7, 30),
    "test_result_at": at(1, 5, 8, 10),
    "escaped_at": at(5, 20, 21, 30),
    "held_from": date(2023, 3, 28),
    "completed_on": date(2024, 3, 28),
    "leave_until": at(6, 9, 17),
    "funeral_from": at(6, 2),
    "aftercare_helpers": ("Hội Phụ nữ phường Mai Dịch", "ông Vũ Văn G"),
})  # fmt: skip
"""What differs from the facts of `cases`."""


def case_2023(
    form: Form,
    particulars: Mapping[str, Any],
    *,
    by: str = "compiler",
    when: datetime | None = None,
    book: str = "2022",
    **fact_changes: Any,
) -> Case:
    """The case of a form at the act that issues it.

    Args:
        form: the form.
        particulars: what is stated for it, as sent.
        by: which of `AGENCIES` issues it.
        when: the act's moment.
        book: the rulebook whose wording papers use.
        fact_changes: facts to replace; None takes a fact away. The fact `track` chooses the wording.

    """
    issuer, facts = AGENCIES[by], {**FACTS, **fact_changes}
    symbol = form.symbol and form.symbol.format(symbol=issuer.symbol)
    assert form.particulars
    return replace(
        sample_case("V-42", **facts),
        form=form.code,
        book=book,
        wording=load_book(book).words(facts["track"]),
        action="draw_up",
        occurred_at=when or at(9, 5),
        number=f"05/{symbol}" if symbol else None,
        issuer=issuer,
        signer=issuer.head,
        parties=AGENCIES,
        issued=ISSUED,
        acts={},
        particulars=form.particulars.model_validate(particulars),
    )
