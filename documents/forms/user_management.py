"""Managing users of narcotic substances: form 04 of Decree 163/2026, Appendix III, and what forms 05 to 10 share."""

from datetime import date

from pydantic import Field

from documents.case import (
    Block,
    Case,
    FormContext,
    Header,
    MissingValue,
    Particulars,
    PersonBlock,
    header_of,
    person_of,
)
from documents.form import Form
from documents.forms.decree_163 import DECREE, FILED
from documents.forms.finding import APPENDIX, SEAL, incident_of, write_header, write_person
from documents.layout import Sheet, Signature
from models.law.counting import local
from models.law.facts import Day, Line, Part
from models.law.schema import Stage

LAW = "Căn cứ Luật Phòng, chống ma túy ngày 10 tháng 12 năm 2025"
"""The law as Appendix III cites it; Appendix V names the year alone."""
MEASURE = "áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy"

Choices = tuple[tuple[str, bool], ...]
"""Boxes as they are printed: label, and whether it is ticked."""


def short(day: date) -> str:
    """A date inside a sentence of Appendix III: 05/09/2026."""
    return f"{day:%d/%m/%Y}"


# --- III-04


class Member(Part):
    """A member of the managing team."""

    name: Line = Field(title="Họ và tên")
    capacity: Line = Field(
        title="Tư cách tham gia (ví dụ “bố của người bị quản lý”, “đại diện Đoàn Thanh niên”)"
    )


class ManagingParticulars(Particulars):
    """What III-04 asks beyond the dossier."""

    account: Line | None = Field(None, title="Tóm tắt hành vi (để trống: như khi mở hồ sơ)")
    term: Line = Field("01 năm", title="Thời hạn quản lý (chuyển nơi cư trú: thời gian còn lại, Đ.60.1)")
    leader: Line = Field(title="Tổ trưởng: cấp bậc, họ tên cán bộ Công an cấp xã")
    deputy: Line = Field(title="Tổ phó: họ và tên")
    deputy_of: Line = Field(title="Tổ phó là đại diện của thôn, bản, tổ dân phố nào")
    family: Member = Field(title="Người đại diện gia đình hoặc người có uy tín trong dòng họ")
    organisation: Member = Field(title="Đại diện tổ chức chính trị - xã hội")
    others: tuple[Member, ...] = Field((), title="Thành viên khác (nếu có)")
    officer: Line | None = Field(None, title="Cán bộ được phân công quản lý (để trống: Tổ trưởng)")


class Managing(FormContext):
    """III-04, decision to manage a user (Law 120/2025 art. 24; Decree 163/2026 art. 59)."""

    header: Header
    person: PersonBlock
    account: str
    positive_on: date
    not_addicted_on: date | None
    term: str
    leader: str
    deputy: str
    deputy_of: str
    members: tuple[Member, ...]
    officer: str
    commune: str
    registered_residence: str | None
    signer: str


def gather_managing(case: Case) -> Managing:
    """The content of III-04; a result "not addicted" has no line of its own, art. 59.2.a wants it stated.

    Raises:
        MissingValue: no team is stated, or no positive test is recorded.
    """
    stated = case.given(ManagingParticulars)
    registered = case.person.registered_residence
    drifting = case.facts.get("residence") == "none" and registered != "không"
    cleared = case.facts.get("result_at") if case.facts.get("result") == "not_addicted" else None
    return Managing(
        header=header_of(case),
        person=person_of(case),
        account=stated.account or incident_of(case),
        positive_on=local(case.fact("test_result_at", "thời điểm có kết quả xét nghiệm")).date(),
        not_addicted_on=local(cleared).date() if cleared else None,
        term=stated.term,
        leader=stated.leader,
        deputy=stated.deputy,
        deputy_of=stated.deputy_of,
        members=(stated.family, stated.organisation, *stated.others),
        officer=stated.officer or stated.leader,
        commune=case.issuer.commune,
        registered_residence=registered if drifting else None,
        signer=case.signer.name,
    )


def write_managing(sheet: Sheet, context: Managing) -> None:
    """Write III-04."""
    police, person = context.header.issuer, context.person
    write_header(sheet, context.header)
    sheet.title("Quyết định", "Áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy")
    sheet.authority(f"Trưởng {police}")
    sheet.basis(LAW, DECREE)
    sheet.resolved()
    sheet.article(1, "Áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy với người có tên sau:")
    write_person(sheet, person)
    sheet.field("Tóm tắt hành vi sử dụng trái phép chất ma túy", context.account)
    sheet.line(
        f"Kết quả xét nghiệm dương tính với chất ma túy trong cơ thể ngày {short(context.positive_on)}."
    )
    if context.not_addicted_on:
        sheet.line(
            f"Kết quả xác định tình trạng nghiện ma túy ngày {short(context.not_addicted_on)}: không nghiện ma túy."
        )
    sheet.line(
        f"Thời hạn quản lý người sử dụng trái phép chất ma túy là {context.term}, "
        f"kể từ ngày {short(context.header.day)}."
    )
    _write_team(sheet, context)
    _write_duties(sheet, context)
    sheet.article(4, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.article(
        5, f"{person.name} và những người có tên tại Điều 2 chịu trách nhiệm thi hành Quyết định này"
    )
    sheet.end()
    recipients = ["Như Điều 5", f"Ủy ban nhân dân {context.commune}"]
    if context.registered_residence:
        where = f"nơi đăng ký thường trú ({context.registered_residence})"
        recipients.append(f"Ủy ban nhân dân, Trưởng Công an cấp xã {where}")
    sheet.closing((*recipients, FILED), Signature(f"Trưởng {police}", SEAL, context.signer))


def _write_team(sheet: Sheet, context: Managing) -> None:
    sheet.article(2, "Thành lập Tổ quản lý người sử dụng trái phép chất ma túy gồm những người có tên sau:")
    sheet.point("1.", f"Đ/c {context.leader}, {context.header.issuer} - Tổ trưởng.")
    sheet.point("2.", f"Ông/bà: {context.deputy} - Đại diện {context.deputy_of} - Tổ phó.")
    for number, member in enumerate(context.members, start=3):
        sheet.point(f"{number}.", f"Ông/bà: {member.name}, {member.capacity} - Tổ viên.")


def _write_duties(sheet: Sheet, context: Managing) -> None:
    """Article 3, whose text the form fixes."""
    police = context.header.issuer
    sheet.heading("Điều 3. Trách nhiệm thực hiện quản lý người sử dụng trái phép chất ma túy")
    sheet.line(f"1. Đ/c {context.officer}, {police} có trách nhiệm:")
    sheet.line("a) Thực hiện quản lý cư trú đối với người sử dụng trái phép chất ma túy;")
    sheet.line(
        "b) Đưa người sử dụng trái phép chất ma túy vào danh sách quản lý; cập nhật lên phần mềm Quản lý đối tượng;"
    )
    sheet.line("c) Thực hiện việc xét nghiệm chất ma túy trong cơ thể trong thời hạn quản lý;")
    sheet.line(
        "d) Phòng ngừa, ngăn chặn hành vi gây mất an ninh, trật tự của người sử dụng trái phép chất ma túy."
    )
    sheet.line(
        "2. Tổ quản lý người sử dụng trái phép chất ma túy có trách nhiệm tư vấn, động viên, giáo dục, hỗ trợ người "
        "bị quản lý có tên nêu tại Điều 1 Quyết định này."
    )
    sheet.line(
        "3. Gia đình người bị quản lý có trách nhiệm phối hợp quản lý, động viên, giáo dục và giúp đỡ người sử dụng "
        "trái phép chất ma túy."
    )
    sheet.line(
        "4. Người sử dụng trái phép chất ma túy bị áp dụng biện pháp quản lý có trách nhiệm chấp hành yêu cầu xét "
        f"nghiệm chất ma túy trong cơ thể của {police}."
    )


# --- what III-06 to III-09 share: the decision under which the person is managed


class Decision(Part):
    """The decision to manage, where it was not issued in this dossier."""

    number: Line = Field(title="Số, ký hiệu (ví dụ “05/QĐ-CAMD”)")
    day: Day = Field(title="Ngày ra quyết định")
    agency: Line = Field(title="Cơ quan Công an ra quyết định")


class Managed(Particulars):
    """What III-06 to III-09 ask alike."""

    decision: Decision | None = Field(
        None, title="Quyết định áp dụng biện pháp quản lý (để trống: quyết định lập trong hồ sơ này)"
    )


class Cited(Block):
    """The decision to manage, as these forms cite it."""

    number: str
    day: date
    agency: str


def decision_of(case: Case, stated: Decision | None) -> Cited:
    """The decision to manage; raises MissingValue when it is neither stated nor issued in this dossier."""
    if stated is not None:
        return Cited(number=stated.number, day=stated.day, agency=stated.agency)
    if "III-04" not in case.issued:
        raise MissingValue(
            case.form, f"particulars.{case.form}.decision", "quyết định áp dụng biện pháp quản lý"
        )
    issued = case.issued["III-04"]
    return Cited(number=issued.number, day=issued.day, agency=issued.issuer)


def cited(decision: Cited) -> str:
    """Number and date of the decision to manage."""
    return f"số {decision.number} ngày {short(decision.day)}"


FORMS: tuple[Form, ...] = (
    Form(
        code="III-04",
        title="Quyết định áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy",
        title_en="Decision to manage a user of narcotic substances",
        source=f"{APPENDIX} 04",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="QĐ-{symbol}",
        context=Managing,
        gather=gather_managing,
        write=write_managing,
        particulars=ManagingParticulars,
    ),
)
