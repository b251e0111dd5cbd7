"""What the forms of Decree 163/2026, Appendix V share: grounds, people's lines, moments, how papers are cited."""

from datetime import datetime
from typing import Literal, Self, cast

from pydantic import Field, model_validator

from documents.case import AgencyCard, Block, Case, FormContext, Issued, MissingValue, PersonBlock
from documents.layout import Sheet, Signature, Text, bold, italic, long_date, page_count, upper
from models.law.counting import TIMEZONE
from models.law.facts import Day, Line, Official, Part
from models.law.facts import Representative as Parent

LAW = "Căn cứ Luật Phòng, chống ma túy năm 2025"
DECREE = (
    "Căn cứ Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ quy định chi tiết "
    "và hướng dẫn thi hành một số điều của Luật Phòng, chống ma túy"
)
FILED = "Lưu: VT, hồ sơ"
PARENTS = "cha, mẹ, người giám hộ hoặc người đại diện hợp pháp"
RESIDENCE = "Nơi cư trú hoặc chỗ ở hiện nay"


class Representative(Block):
    """Someone who acts for an agency in minutes."""

    name: str
    position: str
    agency: str


class Applicant(Part):
    """Who writes an application about the person, as V-45 and V-48 ask."""

    name: Line = Field(title="Họ và tên")
    sex: Literal["Nam", "Nữ"] = Field(title="Giới tính")
    birth: Line = Field(title="Ngày, tháng, năm sinh")
    id_number: Line = Field(title="Số CC/CCCD/CMND/HC")
    id_issued_on: Line = Field("không", title="Ngày cấp")
    id_issued_by: Line = Field("không", title="Nơi cấp")
    residence: Line = Field(title="Nơi cư trú hoặc chỗ ở hiện nay")
    phone: Line = Field("không", title="Điện thoại liên hệ")
    relation: Line = Field(title="Quan hệ với người bị đưa đi cai nghiện")


class Guardian(Block):
    """The line "cha/mẹ/người giám hộ/người đại diện hợp pháp" with where to reach them; an adult has none, and is reached."""

    name: str
    address: str
    phone: str


def representative(official: Official, agency: str) -> Representative:
    """The official as minutes name one; `agency` when the official belongs to no other."""
    return Representative(name=official.name, position=official.position, agency=official.agency or agency)


class Period(Part):
    """From one day to another, both counted."""

    first: Day = Field(title="Từ ngày")
    last: Day = Field(title="Đến ngày")

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        """The last day is not before the first."""
        if self.last < self.first:
            raise ValueError("ngày cuối phải không trước ngày đầu / the last day is before the first")
        return self

    @property
    def words(self) -> str:
        """Both days in words."""
        return f"từ {long_date(self.first)} đến {long_date(self.last)}"


def acting(context: FormContext, head: Representative) -> Representative:
    """Who stands in the body of a paper as its signer: the head, or who signs in the head's place."""
    signing = context.signing
    if signing is None:
        return head
    return Representative(name=signing.name, position=signing.position, agency=head.agency)


def is_minor(case: Case) -> bool:
    """Whether the dossier is on the track of persons from 12 to under 18."""
    return case.facts.get("track") == "minor"


def parent_of(case: Case) -> str | None:
    """Who stands for a minor: parent, guardian or legal representative, by name; None for an adult or where unrecorded."""
    stands = cast("Parent | None", case.facts.get("representative"))
    return stands.name if stands and is_minor(case) else None


def guardian_of(case: Case, phone: str) -> Guardian:
    """Whom papers of the centre name beside the person; `phone` is the parent's, which no fact records."""
    stands = cast("Parent | None", case.facts.get("representative"))
    if not is_minor(case):
        return Guardian(name="không", address=case.person.present_residence, phone=case.person.phone)
    if stands is None:
        raise MissingValue(case.form, "representative", "cha, mẹ, người giám hộ hoặc người đại diện hợp pháp")
    return Guardian(name=stands.name, address=stands.residence, phone=phone)


def head_of(agency: AgencyCard) -> str:
    """How the head of a centre signs: Hiệu trưởng of a reformatory school, as its name or the head's position says."""
    said = f"{agency.name} {agency.head.position}".lower()
    return "Hiệu trưởng" if "trường giáo dưỡng" in said or "hiệu trưởng" in said else "Trưởng"


def enclosures_of(case: Case) -> tuple[str, ...]:
    """The papers of the file; raises MissingValue when there is none."""
    if not case.enclosures:
        raise MissingValue(case.form, "enclosures", "hồ sơ đề nghị kèm theo")
    return case.enclosures


def cited(issued: Issued) -> str:
    """Number, date and issuer: số 05/QĐ-CAMD ngày 23 tháng 9 năm 2026 của Công an …."""
    number = f"số {issued.number} " if issued.number else ""
    return f"{number}{long_date(issued.day)} của {issued.issuer}"


def effective_decision(case: Case) -> str:
    """The court's decision to be carried out: the regional court's, or what the provincial court decided in its place.

    The provincial court's paper (TA-12) may be made outside, and then has no number here; nor has a decision made
    before 1 July 2026, which is cited as a person wrote it down.
    """
    decided = case.acts.get("decide_appeal")
    if decided is None or case.facts.get("appeal_outcome") != "changed":
        older = cast("str | None", case.facts.get("court_decision_ref"))
        return older if older and "TA-07" not in case.issued else cited(case.document("TA-07"))
    if "TA-12" in case.issued:
        return cited(case.issued["TA-12"])
    return f"{long_date(decided.astimezone(TIMEZONE).date())} của {case.party('provincial_court').name}"


def begun(moment: datetime) -> str:
    """The moment minutes begin: hồi 08 giờ 30 phút, ngày 05/09/2026."""
    return f"hồi {moment.astimezone(TIMEZONE):%H giờ %M phút, ngày %d/%m/%Y}"


def finished(moment: datetime) -> str:
    """The moment minutes are finished: 08 giờ 30 phút, ngày 05 tháng 9 năm 2026."""
    local = moment.astimezone(TIMEZONE)
    return f"{local:%H giờ %M phút}, {long_date(local.date())}"


def write_name(sheet: Sheet, name: str, sex: str, *lead: Text) -> None:
    """Name in capitals and sex, after what leads to them."""
    sheet.line(*lead, italic("(viết in hoa)"), f": {upper(name)}; Giới tính: {sex}")


def write_person(sheet: Sheet, person: PersonBlock, *lead: Text, label: str = "Họ và tên") -> None:
    """Name in capitals, sex, other name, birth and identity paper, the item's number in front."""
    write_name(sheet, person.name, person.sex, *lead, f"{label} ")
    sheet.field("Tên gọi khác (nếu có)", person.other_name)
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)


def write_addressed(sheet: Sheet, person: PersonBlock, lead: Text) -> None:
    """The lines of whom a decision or certificate is about; where the form asks for the residence only, the registered one."""
    sheet.line(lead, f" Ông (bà) {person.name}; Giới tính: {person.sex}")
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("Nơi cư trú", person.registered_residence)


def write_identity(sheet: Sheet, label: str, number: str, issued_on: str, issued_by: str) -> None:
    """The line of the identity paper."""
    sheet.fields((label, number), ("ngày cấp", issued_on), ("nơi cấp", issued_by))


def write_named(sheet: Sheet, person: PersonBlock | Applicant, label: str, id_label: str) -> None:
    """Name in capitals, sex, birth and identity paper on the lines that V-44 to V-50 have for them."""
    sheet.line(f"{label} ", italic("(viết in hoa)"), f": {upper(person.name)}; Giới tính: {person.sex}")
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    sheet.fields((id_label, person.id_number), ("Ngày cấp", person.id_issued_on))
    sheet.field("Nơi cấp", person.id_issued_by)


def write_list(sheet: Sheet, lines: tuple[str, ...]) -> None:
    """A list numbered 1), 2), …."""
    for number, line in enumerate(lines, start=1):
        sheet.point(f"{number})", f"{line.rstrip(' .;')}{'.' if number == len(lines) else ';'}")


def write_party(sheet: Sheet, label: str, party: Representative, agency_label: str = "Cơ quan") -> None:
    """One side of a hand-over: who, in which position, of which agency."""
    sheet.line(label)
    sheet.fields(("Họ và tên", party.name), ("Chức vụ", party.position))
    sheet.field(agency_label, party.agency)


def write_copies(sheet: Sheet, at: datetime, *, lead: Text | None = None, copies: int = 2) -> None:
    """Item 3 of a hand-over: pages and copies, and when the minutes were finished; the receiver keeps all but one."""
    sheet.line(
        lead or bold("3."),
        " Biên bản này gồm ",
        page_count(),
        f" trang, được lập thành {copies:02} bản có giá trị pháp lý như nhau, được lập xong vào lúc ",
        finished(at),
        ". Hai bên đã thống nhất các nội dung giao, nhận và cùng ký xác nhận.",
    )
    sheet.line(f"Bên giao giữ 01 bản; Bên nhận giữ {copies - 1:02} bản.")


def signed_by(title: str, hint: str, signer: Representative) -> Signature:
    """The signature block of someone who signs with name and position."""
    return Signature(title, hint, f"{signer.name}\n{signer.position}")
