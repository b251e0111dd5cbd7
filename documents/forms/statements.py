"""What a minor and the parents write for the file: V-38, V-39 of Decree 163/2026, Appendix V."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from documents.case import Block, Case, FormContext, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import RESIDENCE, write_name, write_person
from documents.forms.family import Kin, KinBlock, kin_of, write_kin
from documents.layout import Sheet, Signature, bold, italic
from models.law.facts import Day, Line
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_MEASURE = "áp dụng biện pháp đưa đi cai nghiện bắt buộc"
_REPRESENTATIVE = f"người đại diện hợp pháp của người bị đề nghị\n{_MEASURE}"
ASKED_OF_USE = (
    "(loại ma túy đã từng sử dụng; hình thức sử dụng; tần suất sử dụng hàng ngày, tuần; lý do sử dụng ma túy; thời điểm "
    "sử dụng ma túy lần đầu; thời điểm lần cuối sử dụng ma túy):"
)


class HistoryParticulars(Particulars):
    """The three things a minor tells, in writing or to an officer."""

    account: Line = Field(title="Quá trình nghiện ma túy")
    rehab: Line | None = Field(
        None, title="Cai nghiện đã thực hiện: số lần, địa điểm, tên cơ sở (để trống: không)"
    )
    substitution: bool = Field(default=False, title="Có tham gia điều trị nghiện bằng thuốc thay thế")
    substitution_ended_on: Day | None = Field(
        None, title="Ngày chấm dứt hoặc bị đưa ra khỏi chương trình điều trị (để trống: chưa)"
    )

    @model_validator(mode="after")
    def only_treatment_ends(self) -> Self:
        """A day on which treatment ended goes with treatment."""
        if self.substitution_ended_on and not self.substitution:
            raise ValueError(
                "ngày chấm dứt chỉ ghi khi có tham gia điều trị / only treatment that was taken has an end"
            )
        return self


class StatementParticulars(HistoryParticulars):
    """What V-38 asks beyond the dossier."""

    by: Kin | None = Field(
        None, title="Người đại diện hợp pháp tường trình (để trống: người nghiện ma túy tự tường trình)"
    )


class OpinionParticulars(Particulars):
    """What V-39 asks beyond the dossier."""

    parent: Kin = Field(title="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp")
    agrees: bool = Field(title="Đồng ý áp dụng biện pháp")
    other: Line = Field("không", title="Ý kiến khác")


class History(Block):
    """Use, rehab and substitution treatment as told; None where there was none."""

    account: str
    rehab: str | None
    substitution: str | None
    """The day treatment ended; "chưa" while it goes on."""


class Statement(FormContext):
    """V-38, statement of the minor or of the representative (Decree 163/2026 art. 104.1.d)."""

    place: str
    day: date
    person: PersonBlock
    by: KinBlock | None
    history: History


class Opinion(FormContext):
    """V-39, written opinion of the parents or representative (art. 104.1.đ)."""

    place: str
    day: date
    compiler: str
    parent: KinBlock
    stance: Literal["đồng ý", "không đồng ý"]
    person: PersonBlock
    other: str


# -- gathering --------------------------------------------------------------------------------------------


def history_of(stated: HistoryParticulars) -> History:
    """What was told, as forms print it."""
    ended = f"{stated.substitution_ended_on:%d/%m/%Y}" if stated.substitution_ended_on else "chưa"
    return History(
        account=stated.account, rehab=stated.rehab, substitution=ended if stated.substitution else None
    )


def gather_statement(case: Case) -> Statement:
    """The content of V-38."""
    stated = case.given(StatementParticulars)
    return Statement(
        place=case.issuer.place,
        day=case.day,
        person=person_of(case),
        by=kin_of(case, stated.by, "by") if stated.by else None,
        history=history_of(stated),
    )


def gather_opinion(case: Case) -> Opinion:
    """The content of V-39; it goes to the agency that compiles the file."""
    stated = case.given(OpinionParticulars)
    return Opinion(
        place=case.issuer.place,
        day=case.day,
        compiler=case.issuer.name,
        parent=kin_of(case, stated.parent, "parent"),
        stance="đồng ý" if stated.agrees else "không đồng ý",
        person=person_of(case),
        other=stated.other,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_statement(sheet: Sheet, context: Statement) -> None:
    """V-38; a representative's lines follow the minor's, for they name whom they stand for."""
    person, by, history = context.person, context.by, context.history
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Bản tường trình", f"Của {_REPRESENTATIVE if by else 'người nghiện ma túy'}", rule=False)
    write_person(sheet, person, bold("1."), " ", label="Họ và tên người bị đề nghị")
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Nơi làm việc/học tập", person.workplace)
    if by:
        write_name(sheet, by.name, by.sex, "Họ và tên ")
        write_kin(sheet, by, person.id_label, "Quan hệ với người bị đề nghị")
    sheet.line(bold("2."), f" Tường trình về quá trình nghiện ma túy như sau: {ASKED_OF_USE}")
    sheet.line(history.account)
    sheet.line(
        bold("3."),
        " Các biện pháp cai nghiện (tự nguyện và bắt buộc) đã thực hiện ",
        italic("(có hoặc không)"),
        f": {'có' if history.rehab else 'không'}; Nếu ",
        bold("CÓ"),
        f", ghi rõ số lần, địa điểm, tên cơ sở cai nghiện tự nguyện: {history.rehab or 'không'}",
    )
    sheet.line(
        bold("4."),
        " Tham gia điều trị nghiện bằng thuốc thay thế ",
        italic("(có hoặc không)"),
        f": {'có' if history.substitution else 'không'}; Nếu ",
        bold("CÓ"),
        ", thời điểm tự chấm dứt điều trị hoặc bị đưa ra khỏi chương trình điều trị ",
        italic("(ghi rõ ngày, tháng, năm)"),
        f": {history.substitution or 'không'}",
    )
    signer = by.name if by else person.name
    sheet.signatures((None, Signature("Người tường trình", "(Ký, ghi rõ họ, tên)", signer)))


def write_opinion(sheet: Sheet, context: Opinion) -> None:
    """V-39."""
    parent, person = context.parent, context.person
    sheet.header(None, place=context.place, day=context.day)
    sheet.title(
        "Bản xác nhận",
        "Ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp\n"
        "về việc áp dụng biện pháp đưa đi cai nghiện bắt buộc đối với người\ntừ đủ 12 đến dưới 18 tuổi",
    )
    sheet.addressee(context.compiler)
    write_name(sheet, parent.name, parent.sex, "1. Tôi tên là ")
    sheet.field("Ngày, tháng, năm sinh", parent.birth)
    sheet.fields((person.id_label, parent.id_number), ("Ngày cấp", parent.id_issued_on))
    sheet.field("Nơi cấp", parent.id_issued_by)
    sheet.field(RESIDENCE, parent.residence)
    sheet.field("Điện thoại liên lạc", parent.phone)
    sheet.field("2. Quan hệ với người nghiện ma túy", parent.relation)
    sheet.line(f"3. Tôi {context.stance} {_MEASURE} đối với:")
    write_name(sheet, person.name, person.sex, "Họ và tên ")
    sheet.field("Tên gọi khác (nếu có)", person.other_name)
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    sheet.fields((person.id_label, person.id_number), ("Ngày cấp", person.id_issued_on))
    sheet.field("Nơi cấp", person.id_issued_by)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.line("4. Ý kiến khác ", italic("(nếu có)"), f": {context.other}")
    sheet.signatures((None, Signature("Người viết", "(Ký, ghi rõ họ tên)", parent.name)))


FORMS: tuple[Form, ...] = (
    Form(
        code="V-38",
        title="Bản tường trình của người nghiện ma túy hoặc người đại diện hợp pháp",
        title_en="Statement of the minor or of the representative",
        source=f"{_APPENDIX} 38",
        stage=Stage.police_collection,
        issuer="Người nghiện ma túy từ đủ 12 đến dưới 18 tuổi, người đại diện hợp pháp",
        symbol=None,
        context=Statement,
        gather=gather_statement,
        write=write_statement,
        particulars=StatementParticulars,
    ),
    Form(
        code="V-39",
        title="Bản xác nhận ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp",
        title_en="Written opinion of the parents or representative",
        source=f"{_APPENDIX} 39",
        stage=Stage.police_collection,
        issuer="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp",
        symbol=None,
        context=Opinion,
        gather=gather_opinion,
        write=write_opinion,
        particulars=OpinionParticulars,
    ),
)
