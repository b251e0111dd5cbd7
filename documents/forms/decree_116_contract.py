"""The contract of a rehab service: form 28 of Decree 116/2021, Appendix II."""

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
from documents.forms.decree_116 import APPENDIX, Kin, Words, printed_kin, words_of
from documents.forms.decree_163 import is_minor, write_identity
from documents.layout import Sheet, Signature, italic, long_date, upper
from models.law.facts import Day, Line, Part
from models.law.schema import Stage
from models.person import SEXES


class Licence(Part):
    """The licence of a private centre."""

    number: Line = Field(title="Số giấy phép hoạt động cai nghiện")
    day: Day = Field(title="Ngày cấp")
    province: Line = Field(title="Giám đốc Sở của tỉnh, thành phố đã cấp")


class ContractParticulars(Particulars):
    """What form 28 asks beyond the dossier."""

    licence: Licence | None = Field(None, title="Giấy phép (cơ sở cai nghiện ngoài công lập)")
    where: Line = Field(title="Nơi ký")
    title: Line | None = Field(None, title="Chức danh người đại diện (để trống: của người đứng đầu)")
    phone: Line = Field(title="Điện thoại của cơ sở")
    fax: Line = Field("không", title="Fax của cơ sở")
    account: Line = Field("không", title="Số tài khoản")
    bank: Line = Field("không", title="Ngân hàng mở tài khoản")
    tax_code: Line = Field("không", title="Mã số thuế")
    family: Kin | None = Field(None, title="Đại diện gia đình; bắt buộc với người từ đủ 12 đến dưới 18 tuổi")
    scope: Line = Field(title="Phạm vi (loại) dịch vụ")
    form: Line = Field(title="Hình thức cung cấp dịch vụ")
    time_and_place: Line = Field(title="Thời gian, địa điểm cung cấp, sử dụng dịch vụ")
    cost: Line = Field(title="Chi phí và hình thức, địa điểm trả chi phí")
    support: Line | None = Field(None, title="Chế độ hỗ trợ (cơ sở cai nghiện công lập)")
    duties_of_centre: Line = Field(title="Quyền, trách nhiệm của cơ sở cai nghiện")
    duties_of_user: Line = Field(title="Quyền, trách nhiệm của người cai nghiện, gia đình")
    breach: Line = Field(title="Trách nhiệm do vi phạm; bồi thường, giảm chi phí, đơn phương chấm dứt")
    first_day: Day = Field(title="Có hiệu lực từ ngày")
    last_day: Day = Field(title="Đến ngày")
    settlement: Line = Field(title="Thanh lý hợp đồng")
    other_terms: Line = Field("không", title="Các điều khoản thỏa thuận khác")


class Family(Block):
    """Who stands for side B, as printed."""

    name: str
    sex: str
    birth: str
    identity: str
    identity_issued_on: str
    identity_issued_by: str
    residence: str
    phone: str


class ServiceContract(FormContext):
    """Form 28, contract of a voluntary rehab service (Decree 116/2021 art. 36)."""

    header: Header
    words: Words
    licence: str | None
    where: str
    head: str
    title: str
    person: PersonBlock
    family: Family | None
    first_day: date
    last_day: date
    phone: str
    fax: str
    account: str
    bank: str
    tax_code: str
    scope: str
    form: str
    time_and_place: str
    cost: str
    support: str | None
    duties_of_centre: str
    duties_of_user: str
    breach: str
    settlement: str
    other_terms: str


def gather_contract(case: Case) -> ServiceContract:
    """The content of form 28; for a minor somebody signs as representative.

    Raises:
        MissingValue: nobody is stated who stands for a minor, or the contract ends before it begins.
    """
    stated = case.given(ContractParticulars)
    if stated.family is None and is_minor(case):
        raise MissingValue(case.form, f"particulars.{case.form}.family", "người đại diện theo pháp luật")
    if stated.last_day < stated.first_day:
        raise MissingValue(
            case.form, f"particulars.{case.form}.last_day", "ngày hết hiệu lực sau ngày có hiệu lực"
        )
    licence = stated.licence
    return ServiceContract(
        header=header_of(case),
        words=words_of(case),
        licence=licence
        and f"số {licence.number} {long_date(licence.day)} do Giám đốc Sở Lao động - Thương binh và Xã hội "
        f"{licence.province} cấp",
        head=case.signer.name,
        title=stated.title or case.signer.position,
        person=person_of(case),
        family=_family(printed_kin(stated.family)) if stated.family else None,
        **stated.model_dump(exclude={"licence", "title", "family"}),
    )


def _family(kin: Kin) -> Family:
    return Family(
        name=kin.name, sex=SEXES[kin.sex], birth=kin.birth_date, identity=kin.identity,
        identity_issued_on=kin.identity_issued_on, identity_issued_by=kin.identity_issued_by,
        residence=kin.residence, phone=kin.phone,
    )  # fmt: skip


def write_contract(sheet: Sheet, context: ServiceContract) -> None:
    """Form 28 on paper; the print numbers two articles 3, here they run on."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Hợp đồng", "Dịch vụ cai nghiện ma túy tự nguyện")
    sheet.basis(
        f"Căn cứ {context.words.decree}",
        *([f"Căn cứ Giấy phép hoạt động cai nghiện ma túy {context.licence}"] if context.licence else []),
        f"Căn cứ khả năng thực hiện của {header.issuer} và nhu cầu sử dụng dịch vụ cai nghiện ma túy tự nguyện của ông (bà) "
        f"{person.name}",
    )
    sheet.line(f"Hôm nay, {long_date(header.day)}, tại {context.where}, chúng tôi gồm:")
    _write_sides(sheet, context)
    sheet.line("Hai bên thống nhất ký hợp đồng dịch vụ cai nghiện ma túy tự nguyện với các điều khoản sau:")
    sheet.article(
        1,
        "Bên A chịu trách nhiệm cung cấp cho bên B dịch vụ cai nghiện ma túy tự nguyện với các nội dung sau:",
    )
    sheet.line("1. Nội dung dịch vụ:")
    sheet.field("- Phạm vi (loại) dịch vụ", context.scope)
    sheet.field("- Hình thức cung cấp dịch vụ", context.form)
    sheet.field("- Thời gian, địa điểm cung cấp, sử dụng dịch vụ", context.time_and_place)
    sheet.field("2. Chi phí sử dụng dịch vụ và hình thức, địa điểm trả chi phí sử dụng dịch vụ", context.cost)
    if context.support:
        sheet.field("3. Chế độ hỗ trợ đối với người tự nguyện cai nghiện", context.support)
    sheet.article(
        2, "Quyền, trách nhiệm các bên trong việc cung cấp, sử dụng dịch vụ cai nghiện ma túy tự nguyện"
    )
    sheet.field(
        "1. Quyền, trách nhiệm của cơ sở cai nghiện trong việc cung cấp dịch vụ", context.duties_of_centre
    )
    sheet.field(
        "2. Quyền, trách nhiệm của người cai nghiện, gia đình người cai nghiện trong việc sử dụng dịch vụ",
        context.duties_of_user,
    )
    sheet.article(
        3,
        "Trách nhiệm do vi phạm hợp đồng; các trường hợp bồi thường thiệt hại, giảm chi phí sử dụng dịch vụ; các trường hợp "
        f"đơn phương chấm dứt thực hiện hợp đồng dịch vụ hoặc tiếp tục hợp đồng dịch vụ: {context.breach}",
    )
    sheet.article(4, "Hiệu lực và chấm dứt hợp đồng, thanh lý hợp đồng")
    sheet.line(
        f"1. Hợp đồng này có hiệu lực kể từ {long_date(context.first_day)} đến {long_date(context.last_day)}."
    )
    sheet.field("2. Thanh lý hợp đồng", context.settlement)
    sheet.article(5, f"Các điều khoản thỏa thuận khác (nếu có): {context.other_terms}")
    sheet.end()
    other = context.family.name if context.family else person.name
    sheet.signatures((
        Signature("Đại diện bên B", "(Ký, ghi rõ họ tên)", other),
        Signature("Đại diện bên A", "(Ký, ghi rõ họ tên, đóng dấu)", context.head, head=True),
    ))  # fmt: skip


def _write_sides(sheet: Sheet, context: ServiceContract) -> None:
    person, family = context.person, context.family
    sheet.heading("I. BÊN CUNG CẤP DỊCH VỤ (BÊN A)")
    sheet.field("1. Tên cơ sở", context.header.issuer)
    sheet.line(
        "2. Họ, tên người đại diện theo pháp luật ", italic("(viết in hoa)"), f": {upper(context.head)}"
    )
    sheet.fields(("Chức danh", context.title), ("Điện thoại", context.phone), ("Fax", context.fax))
    sheet.line(f"3. Số tài khoản: {context.account} mở tại ngân hàng: {context.bank}")
    sheet.field("4. Mã số thuế", context.tax_code)
    sheet.heading("II. NGƯỜI SỬ DỤNG DỊCH VỤ (BÊN B)")
    sheet.line("1. Người cai nghiện/sử dụng dịch vụ cai nghiện tự nguyện:")
    _write_one(sheet, person.name, person.sex, person.birth)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("Nơi cư trú", person.present_residence)
    sheet.field("Số điện thoại liên hệ", person.phone)
    if family is None:
        return
    sheet.line(
        "2. Đại diện gia đình, người đại diện theo pháp luật (đối với người từ đủ 12 đến dưới 18 tuổi):"
    )
    _write_one(sheet, family.name, family.sex, family.birth)
    write_identity(
        sheet, person.id_label, family.identity, family.identity_issued_on, family.identity_issued_by
    )
    sheet.field("Nơi cư trú", family.residence)
    sheet.field("Số điện thoại liên hệ", family.phone)


def _write_one(sheet: Sheet, name: str, sex: str, birth: str) -> None:
    sheet.line("Họ và tên ", italic("(viết in hoa)"), f": {upper(name)}; Giới tính: {sex}")
    sheet.field("Ngày, tháng, năm sinh", birth)


FORMS: tuple[Form, ...] = (
    Form(
        code="116-28",
        title="Hợp đồng dịch vụ cai nghiện ma túy tự nguyện",
        title_en="Contract of a voluntary rehab service",
        source=f"{APPENDIX} 28",
        stage=Stage.police_collection,
        issuer="Cơ sở cai nghiện ma túy",
        symbol="HĐDVCN",
        context=ServiceContract,
        gather=gather_contract,
        write=write_contract,
        particulars=ContractParticulars,
    ),
)
