"""The accepted court case as TA papers print it, and the lines they share."""

from datetime import date

from documents.case import Block, Case, Header, PersonBlock, person_of
from documents.forms.plain import addressed, capital, legal_day, requester_of
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Participant

FILED = "Lưu: VT, hồ sơ vụ việc"


class CourtCase(Block):
    """The accepted case: what it is about and who deals with it."""

    court: str
    number: str
    accepted_on: date
    requester: str
    procuracy: str
    judge: str
    clerk: str
    person: PersonBlock
    measure: str
    measure_full: str
    bases: tuple[str, ...]


def court_case(case: Case) -> CourtCase:
    """The case as it stands; raises MissingValue for what the court has not recorded."""
    return CourtCase(
        court=case.issuer.name,
        number=case.fact("case_number", "số thụ lý"),
        accepted_on=legal_day(case.acts.get("accept", case.occurred_at)),
        requester=requester_of(case).name,
        procuracy=case.text("procuracy", "Viện kiểm sát nhân dân cùng cấp"),
        judge=case.fact("judge", "Thẩm phán"),
        clerk=case.fact("clerk", "Thư ký"),
        person=person_of(case),
        measure=case.wording.measure,
        measure_full=case.wording.measure_full,
        bases=case.wording.legal_bases,
    )


def write_head(sheet: Sheet, header: Header) -> None:
    """The agency cells, number, place and date."""
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)


def write_bases(sheet: Sheet, case: CourtCase, *more: str) -> None:
    """The legal grounds of the book, then the accepted file."""
    accepted = f"Căn cứ hồ sơ vụ việc thụ lý số {case.number} {long_date(case.accepted_on)}"
    sheet.basis(*(f"Căn cứ {basis}" for basis in case.bases), accepted, *more)


def write_panel(sheet: Sheet, case: CourtCase, prosecutor: str) -> None:
    """Who conducts the session, and the prosecutor."""
    sheet.point("-", f"Thẩm phán: {case.judge}.")
    sheet.point("-", f"Thư ký phiên họp: {case.clerk}.")
    sheet.point("-", f"Kiểm sát viên: {prosecutor}, {case.procuracy}.")


def write_participants(sheet: Sheet, participants: tuple[Participant, ...], *, presence: bool) -> None:
    """Who takes part; with `presence`, whether each was there."""
    for each in participants:
        seen = (" (có mặt)" if each.present else " (vắng mặt)") if presence else ""
        sheet.point("-", f"{each.name}, {each.capacity}{seen}.")


def recipients_of(case: CourtCase) -> tuple[str, ...]:
    """To whom a decision is sent (PL 03/2022/UBTVQH15 Đ.25.1)."""
    person = capital(addressed(case.person))
    return f"{person} hoặc người đại diện hợp pháp", case.requester, case.procuracy, FILED


def judge_of(case: CourtCase) -> Signature:
    """The signature cell of the judge."""
    return Signature("Thẩm phán", "(Ký, ghi rõ họ tên, đóng dấu)", case.judge)
