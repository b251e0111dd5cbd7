"""What papers without an official form share: lines about the person, who asks the court, how long the measure lasts."""

from datetime import date, datetime

from documents.case import AgencyCard, Case, MissingValue, PersonBlock
from documents.forms.decree_163 import cited
from documents.layout import Sheet
from models.law.counting import local

PROPOSALS = ("B14-CT", "116-34", "116-39", "V-36")
"""Forms by which the court is asked to apply the measure, one a book."""

TERMS = {"first": (24, "cai nghiện lần đầu"), "repeat": (36, "cai nghiện từ lần thứ hai trở lên")}
"""Months of the measure by the fact `times` (Luật 120/2025/QH15 Đ.29.1); older books record `term_months` itself."""


def write_person(sheet: Sheet, person: PersonBlock) -> None:
    """The lines that identify a person."""
    sheet.fields(("Họ và tên", person.name), ("Giới tính", person.sex), ("Tên gọi khác", person.other_name))
    sheet.fields(
        ("Ngày, tháng, năm sinh", person.birth),
        ("Quốc tịch", person.nationality),
        ("Dân tộc", person.ethnicity),
    )
    sheet.fields(
        (person.id_label, person.id_number),
        ("Ngày cấp", person.id_issued_on),
        ("Nơi cấp", person.id_issued_by),
    )
    sheet.field("Nơi thường trú", person.registered_residence)
    sheet.field("Chỗ ở hiện nay", person.present_residence)
    sheet.fields(("Nghề nghiệp", person.occupation), ("Trình độ văn hóa", person.education))


def addressed(person: PersonBlock) -> str:
    """The person by courtesy title and name, as inside a sentence."""
    return f"{'bà' if person.sex == 'Nữ' else 'ông'} {person.name}"


def legal_day(moment: datetime) -> date:
    """The day of a moment in Vietnam."""
    return local(moment).date()


def capital(text: str) -> str:
    """The text with its first letter a capital."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """The text as a sentence: first letter a capital, one full stop."""
    return capital(text.strip().rstrip(" .;")) + "."


def term_of(case: Case) -> tuple[int, str | None]:
    """Months of the measure and, where the law fixes them by first or repeated rehab, which of the two it is.

    Raises:
        MissingValue: the court has recorded neither `times` nor `term_months`.
    """
    times = case.facts.get("times")
    return TERMS[times] if times else (case.fact("term_months", "thời hạn áp dụng"), None)


def requester_of(case: Case) -> AgencyCard:
    """Who asks the court: the labour office where the book has one in between, the compiling agency elsewhere."""
    return case.parties.get("labour_office") or case.party("compiler")


def proposal_of(case: Case) -> str:
    """Number, date and issuer of the letter that asks the court; raises MissingValue when none has been issued."""
    for form in PROPOSALS:
        if form in case.issued:
            return cited(case.issued[form])
    if case.facts.get("proposal_ref"):
        return case.text("proposal_ref")  # made outside under an older law
    raise MissingValue(case.form, "proposal", "văn bản đề nghị Tòa án áp dụng biện pháp")


def is_pending(case: Case) -> bool:
    """Whether the person is managed while the file is compiled: placed, and not recorded as having left since."""
    placed, left = case.acts.get("place_pending"), case.acts.get("end_pending")
    return placed is not None and (left is None or left < placed)


def is_held(case: Case) -> bool:
    """Whether the person is in the centre while the file is compiled: delivered, and neither escaped nor left since."""
    came = [case.acts[act] for act in ("deliver_pending", "capture") if act in case.acts]
    went = [case.acts[act] for act in ("escape", "end_pending") if act in case.acts]
    return "deliver_pending" in case.acts and (not went or max(came) > max(went))
