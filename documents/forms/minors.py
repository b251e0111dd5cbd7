"""Minutes that stand for what a minor or the parents refuse: V-40 and V-41 of Decree 163/2026, Appendix V."""

from pydantic import Field

from documents.case import Case, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import PARENTS, cited, parent_of
from documents.forms.family import Kin, KinBlock, kin_of
from documents.forms.minutes import (
    Minutes,
    minutes_of,
    open_minutes,
    sign_minutes,
    write_finished,
    write_violator,
    write_witness,
)
from documents.layout import Sheet
from models.law.facts import Instant, Line, Official, Witness
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_AGED = "đối với người từ đủ 12 tuổi đến dưới 18 tuổi"
_NO_STATEMENT = "không viết bản tường trình"
_NO_OPINION = f"không có ý kiến của {PARENTS}"


class MinutesParticulars(Particulars):
    """What V-40 and V-41 ask beyond the dossier."""

    began_at: Instant = Field(title="Bắt đầu lập biên bản lúc")
    writer: Official | None = Field(None, title="Người lập biên bản (để trống: người lập hồ sơ)")
    witness: Witness | None = Field(
        None, title="Người chứng kiến từ đủ 18 tuổi (để trống: như đã ghi trong hồ sơ)"
    )
    refusal: Line | None = Field(None, title="Lý do không ký biên bản (để trống: có ký)")


class OmissionParticulars(MinutesParticulars):
    """What V-40 asks beyond the dossier."""

    evidence: Line = Field(title="Tài liệu, nội dung vi phạm")
    violation: Line = Field(title="Hành vi vi phạm cụ thể")
    opinion: Line = Field("không", title="Ý kiến của cá nhân vi phạm")


class Refuser(Kin):
    """The parent who refuses the notice, as V-41 names one."""

    nationality: Line = Field("Việt Nam", title="Quốc tịch")
    occupation: Line = Field("không", title="Nghề nghiệp")


class NoticeParticulars(MinutesParticulars):
    """What V-41 asks beyond the dossier."""

    parent: Refuser = Field(title="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp không nhận thông báo")
    opinion: Line | None = Field(
        None, title="Ý kiến của cá nhân vi phạm (để trống: lý do không nhận đã ghi trong hồ sơ)"
    )


class Omission(Minutes):
    """V-40, no statement by the minor, or no opinion of the parents (Decree 163/2026 art. 104.1.e)."""

    witness: Witness
    evidence: str
    person: PersonBlock
    parent: str
    violation: str
    opinion: str


class NoticeRefusal(Minutes):
    """V-41, the parents do not take the notice that the file has been compiled (art. 105.3)."""

    witness: Witness
    notice: str
    parent: KinBlock
    nationality: str
    occupation: str
    id_label: str
    opinion: str


# -- gathering --------------------------------------------------------------------------------------------


def _witness(case: Case, stated: MinutesParticulars) -> Witness:
    witness: Witness = stated.witness or case.fact("adult_witness", "người chứng kiến từ đủ 18 tuổi")
    return witness


def _writer(case: Case, stated: MinutesParticulars) -> Official:
    writer: Official = stated.writer or case.fact("compiled_by", "người lập biên bản")
    return writer


def gather_omission(case: Case) -> Omission:
    """The content of V-40."""
    stated = case.given(OmissionParticulars)
    case.fact("representative", PARENTS)
    return Omission(
        **minutes_of(case, stated.began_at, _writer(case, stated)),
        refusal=stated.refusal,
        witness=_witness(case, stated),
        evidence=stated.evidence,
        person=person_of(case),
        parent=parent_of(case) or "không",
        violation=stated.violation.rstrip(" .;"),
        opinion=stated.opinion,
    )


def gather_notice_refusal(case: Case) -> NoticeRefusal:
    """The content of V-41; the notice is V-37 of the same dossier."""
    stated = case.given(NoticeParticulars)
    return NoticeRefusal(
        **minutes_of(case, stated.began_at, _writer(case, stated)),
        refusal=stated.refusal,
        witness=_witness(case, stated),
        notice=f"Thông báo {cited(case.document('V-37'))}",
        parent=kin_of(case, stated.parent, "parent"),
        nationality=stated.parent.nationality,
        occupation=stated.parent.occupation,
        id_label=case.wording.id_label,
        opinion=stated.opinion or case.text("parents_refused_reason", "không"),
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_no_statement(sheet: Sheet, context: Omission) -> None:
    """V-40 of a minor who writes no statement."""
    _write_omission(sheet, context, _NO_STATEMENT, context.person.name)


def write_no_opinion(sheet: Sheet, context: Omission) -> None:
    """V-40 of parents who give no opinion: they are who violates, and sign."""
    _write_omission(sheet, context, _NO_OPINION, context.parent)


def _write_omission(sheet: Sheet, context: Omission, omitted: str, violator: str) -> None:
    """V-40; of its two titles and grounds the one that applies."""
    measure = "về việc đề nghị áp dụng biện pháp đưa đi"
    open_minutes(
        sheet,
        context,
        "Biên bản",
        f"{omitted.capitalize()} {measure} cai nghiện bắt buộc {_AGED}",
        f"Căn cứ tài liệu vi phạm quy định về {omitted} {measure} cơ sở cai nghiện bắt buộc: {context.evidence}",
    )
    write_witness(sheet, context.witness)
    write_violator(sheet, context.person, context.parent)
    sheet.field(
        "3. Đã có các hành vi vi phạm",
        f"{context.violation} tại Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 của Chính phủ quy định chi tiết và "
        "hướng dẫn thi hành một số điều của Luật Phòng, chống ma túy;",
    )
    sheet.field("4. Ý kiến của cá nhân vi phạm", context.opinion)
    _finish(sheet, context, violator, context.witness)


def write_notice_refusal(sheet: Sheet, context: NoticeRefusal) -> None:
    """V-41."""
    parent, about = context.parent, "đọc hồ sơ đề nghị áp dụng biện pháp đưa đi cai nghiện bắt buộc"
    open_minutes(
        sheet,
        context,
        "Biên bản",
        f"Xác nhận không nhận thông báo {about} {_AGED}",
        "Căn cứ tài liệu vi phạm quy định về không nhận thông báo đọc hồ sơ của người bị đề nghị áp dụng biện pháp đưa đi "
        f"cai nghiện bắt buộc: {context.notice}",
    )
    write_witness(sheet, context.witness)
    sheet.heading("II. Tiến hành lập biên bản vi phạm với các nội dung sau:")
    sheet.fields(("1. Họ và tên", parent.name), ("Giới tính", parent.sex))
    sheet.fields(("- Ngày, tháng, năm sinh", parent.birth), ("Quốc tịch", context.nationality))
    sheet.field("- Nghề nghiệp", context.occupation)
    sheet.field("- Nơi ở hiện tại", parent.residence)
    sheet.fields((f"- {context.id_label}", parent.id_number), ("ngày cấp", parent.id_issued_on))
    sheet.field("- Quan hệ với người bị lập hồ sơ", parent.relation)
    sheet.line(
        f"2. Không nhận thông báo {about} {_AGED} theo quy định tại Nghị định số 163/2026/NĐ-CP ngày 15 tháng 5 năm 2026 "
        "của Chính phủ quy định và hướng dẫn thi hành Luật Phòng, chống ma túy;"
    )
    sheet.field("3. Ý kiến của cá nhân vi phạm", context.opinion)
    _finish(sheet, context, parent.name, context.witness)


def _finish(sheet: Sheet, context: Minutes, violator: str, witness: Witness) -> None:
    write_finished(sheet, context.finished_at, violator)
    if context.refusal is not None:
        sheet.field("Trường hợp không ký biên bản, lý do", context.refusal)
    sign_minutes(sheet, context, violator, (witness,))


FORMS: tuple[Form, ...] = (
    Form(
        code="V-40",
        title="Biên bản không viết bản tường trình (người từ đủ 12 tuổi đến dưới 18 tuổi)",
        title_en="Minutes that a minor writes no statement",
        source=f"{_APPENDIX} 40",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol="BB-{symbol}",
        context=Omission,
        gather=gather_omission,
        write=write_no_statement,
        particulars=OmissionParticulars,
    ),
    Form(
        code="V-40b",
        title=f"Biên bản {_NO_OPINION} (người từ đủ 12 tuổi đến dưới 18 tuổi)",
        title_en="Minutes that the parents give no opinion",
        source=f"{_APPENDIX} 40",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol="BB-{symbol}",
        context=Omission,
        gather=gather_omission,
        write=write_no_opinion,
        particulars=OmissionParticulars,
    ),
    Form(
        code="V-41",
        title="Biên bản xác nhận không nhận thông báo đọc hồ sơ (người từ đủ 12 tuổi đến dưới 18 tuổi)",
        title_en="Minutes that the parents do not take the notice",
        source=f"{_APPENDIX} 41",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol="BB-{symbol}",
        context=NoticeRefusal,
        gather=gather_notice_refusal,
        write=write_notice_refusal,
        particulars=NoticeParticulars,
    ),
)
