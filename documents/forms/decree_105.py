"""Papers of the finding under Decree 105/2021: test result 105-03, notice 105-04, the person's own account 105-06."""

from datetime import date

from pydantic import Field

from documents.case import (
    Case,
    FormContext,
    Header,
    NothingMore,
    Particulars,
    PersonBlock,
    header_of,
    person_of,
)
from documents.form import Form
from documents.forms.decree_163 import FILED, write_identity
from documents.forms.finding import (
    PersonalAccount,
    SubstanceTestResult,
    gather_personal_account,
    gather_test_result,
    write_test,
)
from documents.forms.legacy import SEALED, committee_of
from documents.layout import Sheet, Signature
from models.law.facts import Line
from models.law.schema import Stage

APPENDIX = "NĐ 105/2021/NĐ-CP, Phụ lục, Mẫu số"
HAND = "(Ký, ghi rõ họ tên)"
_ID = "Số CMND/CCCD/Hộ chiếu"


class AccountParticulars(Particulars):
    """What 105-06 asks beyond the dossier."""

    community_education: Line = Field(
        "không", title="Đã áp dụng biện pháp giáo dục tại xã, phường, thị trấn (số lần; chưa thì ghi “không”)"
    )


class CommitteeNotice(FormContext):
    """105-04, notice of illegal use to the commune chairman (Decree 105/2021 art. 40.1.b, 41.5-6)."""

    header: Header
    committee: str
    commune_police: str
    person: PersonBlock
    content: str
    signer: str


class UserAccount(FormContext):
    """105-06, the person's own account (art. 40.2.đ)."""

    place: str
    day: date
    person: PersonBlock
    account: str
    community_education: str
    earlier_rehab: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_notice(case: Case) -> CommitteeNotice:
    """The content of 105-04; it states a positive result, so the test must be recorded."""
    test, committee = gather_test_result(case), committee_of(case)
    slip = case.issued.get("105-03")
    return CommitteeNotice(
        header=header_of(case),
        committee=committee.name,
        commune_police=f"Công an {committee.commune}",
        person=person_of(case),
        content=f"{test.incident} Cơ quan tiến hành xét nghiệm chất ma túy trong cơ thể: "
        f"{slip.issuer if slip else test.tester_agency}.",
        signer=case.signer.name,
    )


def gather_account(case: Case) -> UserAccount:
    """The content of 105-06."""
    account: PersonalAccount = gather_personal_account(case)
    return UserAccount(
        **account.model_dump(exclude={"signing"}),
        community_education=case.given(AccountParticulars).community_education,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_user(sheet: Sheet, person: PersonBlock, *, other_name: bool = True) -> None:
    """The person as the forms of Decree 105/2021 print one; forms 08 to 10 have no other name."""
    sheet.fields(("Họ và tên", person.name), ("Giới tính", person.sex))
    if other_name:
        sheet.field("Tên gọi khác", person.other_name)
    sheet.fields(("Ngày, tháng, năm sinh", person.birth), ("Nơi sinh", person.birth_place))
    sheet.field("Quê quán", person.hometown)
    sheet.field("Nơi thường trú/tạm trú", person.registered_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    write_identity(sheet, _ID, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.fields(
        ("Dân tộc", person.ethnicity), ("Tôn giáo", person.religion), ("Trình độ học vấn", person.education)
    )
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Nơi làm việc/học tập", person.workplace)


def write_header(sheet: Sheet, header: Header) -> None:
    """Both agency cells, number, place and date."""
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)


def write_test_result(sheet: Sheet, context: SubstanceTestResult) -> None:
    """105-03 on paper."""
    write_test(sheet, context, write_user)
    sheet.signatures((
        Signature("Người tiến hành\nxét nghiệm", HAND, context.tester),
        Signature("Thủ trưởng cơ quan", SEALED, context.signer, head=True),
    ))  # fmt: skip


def write_notice(sheet: Sheet, context: CommitteeNotice) -> None:
    """105-04 on paper."""
    issuer, chairman = context.header.issuer, f"Chủ tịch {context.committee}"
    write_header(sheet, context.header)
    sheet.title("Thông báo", "Về hành vi sử dụng trái phép chất ma túy")
    sheet.addressee(chairman)
    sheet.line(f"{issuer} thông báo về hành vi sử dụng trái phép chất ma túy của người có tên sau đây:")
    write_user(sheet, context.person)
    sheet.field("Nội dung thông báo", context.content)
    sheet.line(f"Kết quả xét nghiệm chất ma túy trong cơ thể của {context.person.name} là dương tính.")
    sheet.line(f"{issuer} thông báo để {chairman} biết, thực hiện theo quy định.")
    sheet.end()
    signature = Signature("Thủ trưởng cơ quan", SEALED, context.signer)
    sheet.closing(("Như trên", context.commune_police, FILED), signature)


def write_account(sheet: Sheet, context: UserAccount) -> None:
    """105-06 on paper."""
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Bản tường trình", rule=False)
    write_user(sheet, context.person)
    sheet.field(
        "Tường trình cụ thể về hành vi sử dụng ma túy của bản thân (quá trình sử dụng ma túy, hình thức sử dụng ma túy, "
        "tình trạng sử dụng ma túy, lý do sử dụng ma túy, thời điểm sử dụng ma túy lần cuối)",
        f"{context.account}.",
    )
    sheet.field(
        "Đã áp dụng biện pháp giáo dục tại xã, phường, thị trấn do sử dụng trái phép chất ma túy",
        context.community_education,
    )
    sheet.field("Đã cai nghiện ma túy", context.earlier_rehab)
    sheet.signatures((None, Signature("Người tường trình", HAND, context.person.name)))


FORMS: tuple[Form, ...] = (
    Form(
        code="105-03",
        title="Phiếu kết quả xét nghiệm chất ma túy trong cơ thể",
        title_en="Result of the test for narcotic substances",
        source=f"{APPENDIX} 03",
        stage=Stage.police_collection,
        issuer="Cơ quan thực hiện xét nghiệm",
        symbol=None,
        context=SubstanceTestResult,
        gather=gather_test_result,
        write=write_test_result,
        particulars=NothingMore,
    ),
    Form(
        code="105-04",
        title="Thông báo về hành vi sử dụng trái phép chất ma túy",
        title_en="Notice of illegal use of narcotic substances",
        source=f"{APPENDIX} 04",
        stage=Stage.police_collection,
        issuer="Cơ quan Công an nơi phát hiện",
        symbol="TB-{symbol}",
        context=CommitteeNotice,
        gather=gather_notice,
        write=write_notice,
        particulars=NothingMore,
    ),
    Form(
        code="105-06",
        title="Bản tường trình của người sử dụng trái phép chất ma túy",
        title_en="The person's own account of the use",
        source=f"{APPENDIX} 06",
        stage=Stage.police_collection,
        issuer="Người sử dụng trái phép chất ma túy",
        symbol=None,
        context=UserAccount,
        gather=gather_account,
        write=write_account,
        particulars=AccountParticulars,
    ),
)
