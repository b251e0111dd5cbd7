"""Registering for voluntary rehab and the pledge to keep to its rules: V-24, V-25 of Decree 163/2026, Appendix V."""

from datetime import date, datetime
from typing import cast

from pydantic import AwareDatetime, Field

from documents.case import Case, FormContext, MissingValue, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    PARENTS,
    RESIDENCE,
    Representative,
    begun,
    is_minor,
    parent_of,
    representative,
    signed_by,
    write_copies,
    write_identity,
    write_party,
    write_person,
)
from documents.forms.family import Kin, KinBlock, registering, write_kin
from documents.forms.plain import legal_day
from documents.layout import Sheet, Signature
from models.law.facts import Instant, Line, Official, Whole
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_SIGNED = "(Ký, ghi rõ họ tên)"
_OLD_LABEL = "Số CCCD/CMND/Hộ chiếu"
"""What item 2 of V-24 calls the identity paper, other than its item 1."""


class RegistrationParticulars(Particulars):
    """What V-24 asks beyond the dossier."""

    registrant: Official | Kin | None = Field(
        None, title="Đại diện tổ chức hoặc người đăng ký (để trống: chính người nghiện ma túy từ đủ 18 tuổi)"
    )
    receiver: Official = Field(title="Đại diện bên tiếp nhận")
    began_at: Instant | None = Field(None, title="Bắt đầu lập lúc (để trống: lúc tiếp nhận đăng ký)")
    copies: Whole = Field(2, ge=2, le=99, title="Số bản")


class PledgeParticulars(Particulars):
    """What V-25 asks beyond the dossier."""

    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class Registration(FormContext):
    """V-24, minutes of receiving a registration (art. 92.1.a, 92.2.d)."""

    place: str
    day: date
    began_at: AwareDatetime
    finished_at: AwareDatetime
    where: str
    organisation: Representative | None
    registrant: KinBlock | None
    receiver: Representative
    person: PersonBlock
    copies: int


class Pledge(FormContext):
    """V-25, pledge to keep to the rules of rehab at home (art. 92.1.a)."""

    place: str
    day: date
    police: str
    person: PersonBlock
    parent: str | None = None
    """Who confirms a minor's pledge."""
    recipients: tuple[str, ...]


# -- gathering --------------------------------------------------------------------------------------------


def gather_registration(case: Case) -> Registration:
    """The content of V-24; the minutes are of the day on which they begin, whenever they are typed."""
    stated = case.given(RegistrationParticulars)
    person = person_of(case)
    began_at = cast("datetime", stated.began_at or case.fact("registered_at", "thời điểm tiếp nhận đăng ký"))
    by = stated.registrant
    if isinstance(by, Official):
        if not by.agency:
            raise MissingValue(case.form, f"particulars.{case.form}.registrant.agency", "cơ quan đăng ký")
        organisation, registrant = representative(by, by.agency), None
    else:
        organisation = None
        registrant = registering(case, by, "registrant", person.present_residence)
    return Registration(
        place=case.issuer.place,
        day=legal_day(began_at),
        began_at=began_at,
        finished_at=max(began_at, case.occurred_at) if legal_day(began_at) == case.day else began_at,
        where=f"{case.issuer.name}, {case.issuer.address}",
        organisation=organisation,
        registrant=registrant,
        receiver=representative(stated.receiver, case.issuer.name),
        person=person,
        copies=stated.copies,
    )


def gather_pledge(case: Case) -> Pledge:
    """The content of V-25."""
    if is_minor(case):
        case.fact("representative", PARENTS)
    return Pledge(
        place=case.issuer.place,
        day=case.day,
        police=case.issuer.name,
        person=person_of(case),
        parent=parent_of(case),
        recipients=case.given(PledgeParticulars).recipients,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_registration(sheet: Sheet, context: Registration) -> None:
    """V-24; of the two blocks of who registers, an organisation or a person, only the one that applies."""
    person, by, kin = context.person, context.organisation, context.registrant
    signer = by or kin
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Biên bản", "Về việc tiếp nhận đăng ký cai nghiện ma túy tự nguyện")
    sheet.basis(DECREE)
    sheet.line(f"1. Hôm nay, {begun(context.began_at)} tại {context.where}, chúng tôi gồm:")
    if by:
        write_party(sheet, "a) Đại diện đăng ký:", by)
    elif kin:
        sheet.line("a) Đại diện đăng ký:")
        sheet.fields(("Họ và tên", kin.name), ("Giới tính", kin.sex))
        write_kin(sheet, kin, person.id_label, "Quan hệ với người nghiện ma túy được quản lý")
    write_party(sheet, "b) Đại diện bên tiếp nhận:", context.receiver)
    sheet.line("2. Tiếp nhận đăng ký cai nghiện ma túy tự nguyện đối với ông/bà sau:")
    write_person(sheet, person.model_copy(update={"id_label": _OLD_LABEL}))
    write_copies(sheet, context.finished_at, lead="3.", copies=context.copies)
    sheet.signatures(
        (
            Signature("Bên đăng ký", _SIGNED, signer.name if signer else None),
            signed_by("Bên tiếp nhận", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))", context.receiver),
        )
    )


def write_pledge(sheet: Sheet, context: Pledge) -> None:
    """V-25; the form has no cell for the parent whose confirmation art. 92.1.a asks for: it stands on the left."""
    person = context.person
    sheet.header(None, place=context.place, day=context.day)
    sheet.title(
        "Giấy cam kết",
        "Về việc chấp hành nghiêm chỉnh các biện pháp quản lý,\n"
        "giám sát cai nghiện ma túy tự nguyện tại gia đình, cộng đồng",
    )
    sheet.addressee(context.police)
    sheet.field("Tên tôi là", person.name)
    sheet.fields(("Ngày, tháng, năm sinh", person.birth), ("Giới tính", person.sex))
    sheet.field("Quê quán", person.hometown)
    sheet.field("Địa chỉ thường trú", person.registered_residence)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("Điện thoại liên hệ", person.phone)
    sheet.line(
        "Tôi cam kết chấp hành nghiêm chỉnh các biện pháp quản lý, giám sát cai nghiện ma túy tự nguyện tại gia đình, "
        "cộng đồng nếu vi phạm những điều cam kết trên, tôi xin hoàn toàn chịu trách nhiệm trước pháp luật."
    )
    signature = Signature("Người cam kết", "(Ký và ghi rõ họ tên, đóng dấu)", person.name)
    recipients = ("Người cai nghiện tự nguyện", *context.recipients, FILED)
    if context.parent is None:
        sheet.closing(recipients, signature, head=False)
        return
    sheet.signatures((Signature(f"Xác nhận của\n{PARENTS}", _SIGNED, context.parent), signature))
    sheet.recipients(*recipients)


FORMS: tuple[Form, ...] = (
    Form(
        code="V-24",
        title="Biên bản về việc tiếp nhận đăng ký cai nghiện ma túy tự nguyện",
        title_en="Minutes of receiving a registration for voluntary rehab",
        source=f"{_APPENDIX} 24",
        stage=Stage.police_collection,
        issuer="Công an cấp xã, cơ sở cai nghiện ma túy tư nhân",
        symbol=None,
        context=Registration,
        gather=gather_registration,
        write=write_registration,
        particulars=RegistrationParticulars,
    ),
    Form(
        code="V-25",
        title="Giấy cam kết chấp hành các biện pháp quản lý, giám sát cai nghiện ma túy tự nguyện tại gia đình, cộng đồng",
        title_en="Pledge to keep to the rules of rehab at home",
        source=f"{_APPENDIX} 25",
        stage=Stage.police_collection,
        issuer="Người cai nghiện ma túy tự nguyện",
        symbol=None,
        context=Pledge,
        gather=gather_pledge,
        write=write_pledge,
        particulars=PledgeParticulars,
    ),
)
