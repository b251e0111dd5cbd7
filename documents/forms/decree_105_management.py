"""Managing a user under Decree 105/2021: the commune chairman's decision 105-07, the file passed on 105-08."""

from datetime import date
from typing import Annotated

from pydantic import Field

from documents.case import Block, Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_105 import APPENDIX, write_header, write_user
from documents.forms.decree_163 import FILED
from documents.forms.finding import gather_test_result
from documents.forms.legacy import DRUG_LAW, SEALED, local_government, period
from documents.forms.plain import legal_day
from documents.layout import Sheet, Signature, bold
from models.law.facts import Day, Line
from models.law.schema import Stage

DECREE = (
    "Căn cứ Nghị định số 105/2021/NĐ-CP ngày 04 tháng 12 năm 2021 của Chính phủ quy định chi tiết và hướng dẫn thi hành "
    "một số điều của Luật Phòng, chống ma túy"
)
MANAGEMENT = "áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy"
USER = "người sử dụng trái phép chất ma túy"


class Member(Block):
    """A member of the team that manages the user."""

    name: Line = Field(title="Họ và tên")
    stands_for: Line = Field(title="Đại diện (gia đình, tổ chức, đơn vị)")


class ManageParticulars(Particulars):
    """What 105-07 asks beyond the dossier."""

    leader: Line = Field(title="Tổ trưởng (cán bộ Công an cấp xã)")
    deputy: Line = Field(title="Tổ phó (đại diện thôn, tổ dân phố)")
    family: Line = Field(title="Tổ viên: đại diện gia đình hoặc người có uy tín trong dòng họ")
    organisation: Line = Field(title="Tổ viên: đại diện tổ chức chính trị - xã hội")
    others: tuple[Member, ...] = Field((), title="Tổ viên khác")


class Listed(Block):
    """A paper of the management file that is passed on."""

    title: Line = Field(title="Tên tài liệu")
    number_and_day: Line = Field("không", title="Số, ngày, tháng")


class PassOnParticulars(Particulars):
    """What 105-08 asks beyond the dossier."""

    to_commune: Line = Field(title="Xã, phường, thị trấn nơi chuyển đến")
    from_on: Day = Field(title="Thời gian quản lý từ ngày")
    until: Day = Field(title="Thời gian quản lý đến ngày")
    new_residence: Line = Field(title="Nơi chuyển đến")
    papers: Annotated[tuple[Listed, ...], Field(min_length=1)] = Field(title="Tài liệu trong hồ sơ quản lý")


class Management(FormContext):
    """105-07, decision to manage a user (Decree 105/2021 art. 42, 43.1)."""

    header: Header
    local_government: str
    police: str
    person: PersonBlock
    summary: str
    tested_on: date
    leader: str
    deputy: str
    family: str
    organisation: str
    others: tuple[Member, ...]
    signer: str


class PassedOn(FormContext):
    """105-08, notice that the management file is passed on (art. 47.2)."""

    header: Header
    commune: str
    to_commune: str
    person: PersonBlock
    from_on: date
    until: date
    new_residence: str
    papers: Annotated[tuple[Listed, ...], Field(min_length=1)]
    signer: str


# -- gathering --------------------------------------------------------------------------------------------


def police_of(case: Case) -> str:
    """The commune's police, whose chief proposes."""
    return f"Công an {case.issuer.commune}"


def gather_management(case: Case) -> Management:
    """The content of 105-07; art. 42.2.a wants the result "not addicted" too, where there is one."""
    test = gather_test_result(case)
    found = case.facts.get("result") == "not_addicted"
    not_addicted = " Kết quả xác định tình trạng nghiện: không nghiện ma túy." if found else ""
    return Management(
        header=header_of(case),
        local_government=local_government(case),
        police=police_of(case),
        person=person_of(case),
        summary=f"{test.incident}{not_addicted}",
        tested_on=legal_day(case.fact("test_result_at", "thời điểm có kết quả xét nghiệm")),
        signer=case.signer.name,
        **case.given(ManageParticulars).model_dump(),
    )


def gather_passed_on(case: Case) -> PassedOn:
    """The content of 105-08."""
    return PassedOn(
        header=header_of(case),
        commune=case.issuer.commune,
        person=person_of(case),
        signer=case.signer.name,
        **case.given(PassOnParticulars).model_dump(),
    )


# -- writing ----------------------------------------------------------------------------------------------


def chairman(signer: str) -> Signature:
    """The block in which the chairman signs."""
    return Signature("Chủ tịch", SEALED, signer)


def write_management(sheet: Sheet, context: Management) -> None:
    """105-07 on paper."""
    header, police = context.header, context.police
    write_header(sheet, header)
    sheet.title("Quyết định", f"Áp dụng biện pháp quản lý {USER}")
    sheet.authority(f"Chủ tịch {header.issuer}")
    sheet.basis(context.local_government, DRUG_LAW, DECREE, f"Xét đề nghị của Trưởng {police}")
    sheet.resolved()
    sheet.article(1, f"Áp dụng biện pháp quản lý {USER} với người có tên sau:")
    write_user(sheet, context.person)
    sheet.field("Tóm tắt hành vi sử dụng trái phép chất ma túy", context.summary)
    sheet.line(
        f"Kết quả xét nghiệm dương tính với chất ma túy trong cơ thể ngày {context.tested_on:%d/%m/%Y}."
    )
    sheet.line(f"Thời hạn quản lý {USER} là 01 năm, kể từ ngày {header.day:%d/%m/%Y}.")
    sheet.article(2, f"Thành lập Tổ quản lý {USER} và phân công nhiệm vụ như sau:")
    members = (
        f"Đ/c {context.leader}, {police} - Tổ trưởng",
        f"Ông/bà: {context.deputy} - Đại diện Thôn/Tổ dân phố - Tổ phó",
        f"Ông/bà: {context.family} - Tổ viên",
        f"Ông/bà: {context.organisation} - Tổ viên",
        *(f"Ông/bà: {other.name}, {other.stands_for} - Tổ viên" for other in context.others),
    )
    for number, member in enumerate(members, start=1):
        sheet.point(f"{number}.", f"{member}{'.' if number == len(members) else ';'}")
    sheet.article(3, bold(f"Trách nhiệm thực hiện quản lý {USER}"))
    sheet.line(f"1. {police} có trách nhiệm:")
    sheet.line(f"a) Đưa {USER} vào danh sách quản lý.")
    sheet.line("b) Tổ chức thực hiện việc xét nghiệm chất ma túy trong cơ thể trong thời hạn quản lý.")
    sheet.line(
        f"2. Tổ quản lý {USER} có trách nhiệm tư vấn, động viên, giáo dục, hỗ trợ người bị quản lý có tên nêu tại Điều 1 "
        "Quyết định này."
    )
    sheet.line(
        "3. Gia đình người bị quản lý có trách nhiệm phối hợp quản lý, động viên, giáo dục và giúp đỡ người sử dụng trái "
        "phép chất ma túy."
    )
    sheet.line(
        "4. Người sử dụng trái phép chất ma túy bị áp dụng biện pháp quản lý có trách nhiệm chấp hành yêu cầu xét nghiệm "
        f"chất ma túy trong cơ thể của {police}."
    )
    sheet.article(4, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.article(
        5,
        f"Trưởng {police} và những người có tên tại Điều 1, Điều 2 chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    sheet.closing(("Như Điều 5", FILED), chairman(context.signer))


def write_passed_on(sheet: Sheet, context: PassedOn) -> None:
    """105-08 on paper, the list of papers on a page of its own."""
    here, there = (f"Chủ tịch Ủy ban nhân dân {commune}" for commune in (context.commune, context.to_commune))
    write_header(sheet, context.header)
    sheet.title("Thông báo", f"Về việc chuyển hồ sơ quản lý {USER}")
    sheet.addressee(there)
    sheet.line(f"{here} thông báo với {there} về việc chuyển hồ sơ quản lý {USER} có tên sau:")
    write_user(sheet, context.person, other_name=False)
    sheet.line(f"Là người đang trong thời hạn bị {MANAGEMENT} tại {context.commune}.")
    sheet.line(f"Thời gian quản lý {period(context.from_on, context.until)}.")
    sheet.field("Nơi chuyển đến", context.new_residence)
    sheet.line("Hồ sơ quản lý: có danh mục kèm theo.")
    sheet.line(f"{here} thông báo để {there} tiếp tục tổ chức quản lý đối với {USER} có tên nêu trên.")
    sheet.end()
    told = (f"Công an {commune}" for commune in (context.commune, context.to_commune))
    sheet.closing(("Như trên", *told, FILED), chairman(context.signer))
    sheet.new_page()
    sheet.heading("DANH MỤC TÀI LIỆU TRONG HỒ SƠ QUẢN LÝ", centred=True)
    rows = [
        (str(number), each.title, each.number_and_day) for number, each in enumerate(context.papers, start=1)
    ]
    sheet.table(("STT", "Tên tài liệu", "Số, ngày, tháng"), rows, (15, 90, 50))


FORMS: tuple[Form, ...] = (
    Form(
        code="105-07",
        title="Quyết định áp dụng biện pháp quản lý người sử dụng trái phép chất ma túy",
        title_en="Decision to manage a user",
        source=f"{APPENDIX} 07",
        stage=Stage.police_collection,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=Management,
        gather=gather_management,
        write=write_management,
        particulars=ManageParticulars,
    ),
    Form(
        code="105-08",
        title="Thông báo về việc chuyển hồ sơ quản lý người sử dụng trái phép chất ma túy",
        title_en="Notice that the management file is passed on",
        source=f"{APPENDIX} 08",
        stage=Stage.police_collection,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="TB-{symbol}",
        context=PassedOn,
        gather=gather_passed_on,
        write=write_passed_on,
        particulars=PassOnParticulars,
    ),
)
