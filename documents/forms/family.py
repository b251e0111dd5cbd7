"""Someone of the family who writes, registers or answers: as stated, as the dossier knows one, and as forms print one."""

from typing import Literal, cast

from pydantic import Field

from documents.case import Block, Case, MissingValue, PersonBlock, person_of
from documents.forms.decree_163 import PARENTS, RESIDENCE, is_minor, write_identity
from documents.layout import Sheet
from models.law.facts import Line, Part, Representative
from models.person import SEXES, birth_in_words


class Kin(Part):
    """Someone of the family who writes or answers; what the dossier knows of a minor's representative may be left out."""

    name: Line | None = Field(None, title="Họ và tên (để trống: người đại diện đã ghi trong hồ sơ)")
    relation: Line | None = Field(None, title="Quan hệ (để trống: như đã ghi trong hồ sơ)")
    residence: Line | None = Field(
        None, title="Nơi cư trú hoặc chỗ ở hiện nay (để trống: như đã ghi trong hồ sơ)"
    )
    sex: Literal["male", "female"] = Field(title="Giới tính")
    birth_date: Line = Field(title="Ngày, tháng, năm sinh")
    identity: Line = Field(title="Số CC/CCCD/CMND/HC")
    identity_issued_on: Line = Field("không", title="Ngày cấp")
    identity_issued_by: Line = Field("không", title="Nơi cấp")
    phone: Line = Field("không", title="Số điện thoại")


class KinBlock(Block):
    """Someone of the family as forms print one; every line is filled."""

    name: str
    relation: str
    residence: str
    sex: str
    birth: str
    id_number: str
    id_issued_on: str
    id_issued_by: str
    phone: str


def kin_of(case: Case, stated: Kin, field: str) -> KinBlock:
    """The block of someone stated in the particulars' `field`; raises MissingValue for what neither they nor the dossier say."""
    known = cast("Representative | None", case.facts.get("representative"))
    if known and stated.name not in {None, known.name}:
        known = None  # the dossier's representative is somebody else

    def either(name: str, title: str) -> str:
        value = getattr(stated, name) or (getattr(known, name) if known else None)
        if value is None:
            raise MissingValue(case.form, f"particulars.{case.form}.{field}.{name}", title)
        return cast("str", value)

    return KinBlock(
        name=either("name", "họ và tên"),
        relation=either("relation", "quan hệ"),
        residence=either("residence", "nơi cư trú hoặc chỗ ở hiện nay"),
        sex=SEXES[stated.sex],
        birth=birth_in_words(stated.birth_date),
        id_number=stated.identity,
        id_issued_on=stated.identity_issued_on,
        id_issued_by=stated.identity_issued_by,
        phone=stated.phone,
    )


def own_block(person: PersonBlock, residence: str) -> KinBlock:
    """The person in the place of someone of the family."""
    return KinBlock(
        name=person.name,
        relation="chính người cai nghiện ma túy",
        residence=residence,
        sex=person.sex,
        birth=person.birth,
        id_number=person.id_number,
        id_issued_on=person.id_issued_on,
        id_issued_by=person.id_issued_by,
        phone=person.phone,
    )


def registering(case: Case, stated: Kin | None, field: str, residence: str) -> KinBlock:
    """Who registers for rehab: whoever is stated, or the person; for a minor somebody else must (art. 89.1)."""
    if stated is not None:
        return kin_of(case, stated, field)
    if is_minor(case):
        raise MissingValue(case.form, f"particulars.{case.form}.{field}", PARENTS)
    return own_block(person_of(case), residence)


def write_kin(sheet: Sheet, kin: KinBlock, id_label: str, relation: str) -> None:
    """The lines of someone of the family after the name; `relation` is what the form calls it."""
    sheet.field("Ngày, tháng, năm sinh", kin.birth)
    write_identity(sheet, id_label, kin.id_number, kin.id_issued_on, kin.id_issued_by)
    sheet.field(RESIDENCE, kin.residence)
    sheet.field("Điện thoại liên lạc", kin.phone)
    sheet.field(relation, kin.relation)
