"""What a minor and the parents say for the file: V-38, V-39, V-58 of Decree 163/2026, Appendix V."""

from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from documents.case import Block, Case, FormContext, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    RESIDENCE,
    Kin,
    KinBlock,
    Representative,
    finished,
    kin_of,
    parent_of,
    representative,
    write_identity,
    write_kin,
    write_name,
    write_person,
)
from documents.layout import Sheet, Signature, bold, italic
from models.law.facts import Instant, Line, Official
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_MEASURE = "áp dụng biện pháp đưa đi cai nghiện bắt buộc"
_REPRESENTATIVE = f"người đại diện hợp pháp của người bị đề nghị\n{_MEASURE}"
_ASKED_OF_USE = (
    "(loại ma túy đã từng sử dụng; hình thức sử dụng; tần suất sử dụng hàng ngày, tuần; lý do sử dụng ma túy; thời điểm "
    "sử dụng ma túy lần đầu; thời điểm lần cuối sử dụng ma túy):"
)


class _HistoryParticulars(Particulars):
    """The three things a minor tells, in writing or to an officer."""

    account: Line = Field(title="Quá trình nghiện ma túy")
    rehab: Line | None = Field(
        None, title="Cai nghiện đã thực hiện: số lần, địa điểm, tên cơ sở (để trống: không)"
    )
    substitution: bool = Field(default=False, title="Có tham gia điều trị nghiện bằng thuốc thay thế")
    substitution_ended_on: date | None = Field(
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


class StatementParticulars(_HistoryParticulars):
    """What V-38 asks beyond the dossier."""

    by: Kin | None = Field(
        None, title="Người đại diện hợp pháp tường trình (để trống: người nghiện ma túy tự tường trình)"
    )


class OpinionParticulars(Particulars):
    """What V-39 asks beyond the dossier."""

    parent: Kin = Field(title="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp")
    agrees: bool = Field(title="Đồng ý áp dụng biện pháp")
    other: Line = Field("không", title="Ý kiến khác")


class TestimonyParticulars(_HistoryParticulars):
    """What V-58 asks beyond the dossier."""

    began_at: Instant = Field(title="Bắt đầu ghi lời khai lúc")
    where: Line | None = Field(None, title="Địa điểm (để trống: trụ sở cơ quan)")
    officer: Official | None = Field(None, title="Cán bộ ghi lời khai (để trống: người lập hồ sơ)")
    beside: Line | None = Field(
        None, title="Người cùng tham gia (để trống: người đại diện đã ghi trong hồ sơ)"
    )
    temporary_residence: Line = Field("không", title="Nơi tạm trú")


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


class Testimony(FormContext):
    """V-58, minutes of what a minor who cannot write says (art. 104.1.d)."""

    began_at: AwareDatetime
    finished_at: AwareDatetime
    where: str
    officer: Representative
    beside: str
    person: PersonBlock
    temporary_residence: str
    capacity: str
    history: History


# -- gathering --------------------------------------------------------------------------------------------


def _history(stated: _HistoryParticulars) -> History:
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
        history=_history(stated),
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


def gather_testimony(case: Case) -> Testimony:
    """The content of V-58; it ends when the paper is drawn up."""
    stated = case.given(TestimonyParticulars)
    officer = stated.officer or case.fact("compiled_by", "cán bộ ghi lời khai")
    return Testimony(
        began_at=stated.began_at,
        finished_at=max(stated.began_at, case.occurred_at),
        where=stated.where or f"{case.issuer.name}, {case.issuer.address}",
        officer=representative(officer, case.issuer.name),
        beside=stated.beside or parent_of(case) or "không",
        person=person_of(case),
        temporary_residence=stated.temporary_residence,
        capacity=f"người bị đề nghị {case.wording.measure}",
        history=_history(stated),
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
    sheet.line(bold("2."), f" Tường trình về quá trình nghiện ma túy như sau: {_ASKED_OF_USE}")
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


def write_testimony(sheet: Sheet, context: Testimony) -> None:
    """V-58; the form has no line of place and date."""
    person, history, officer = context.person, context.history, context.officer
    sheet.header(None)
    sheet.title("Biên bản", "Ghi lời khai của người cai nghiện ma túy")
    sheet.basis(DECREE)
    sheet.line(f"Hồi {finished(context.began_at).replace(',', '')} tại {context.where}")
    sheet.line(f"Tôi: {officer.name} thuộc Cơ quan {officer.agency} và ông/bà: {context.beside}")
    sheet.line(
        "Căn cứ Nghị định quy định chi tiết và hướng dẫn thi hành một số điều của Luật Phòng, chống ma túy, tiến hành "
        "lập biên bản ghi lời khai của:"
    )
    sheet.fields(("Họ tên", person.name), ("Giới tính", person.sex))
    sheet.field("Tên gọi khác", person.other_name)
    sheet.fields(("Sinh ngày", person.birth), ("tại", person.birth_place))
    sheet.fields(
        ("Quốc tịch", person.nationality), ("Dân tộc", person.ethnicity), ("Tôn giáo", person.religion)
    )
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Số điện thoại để liên hệ khi cần thiết", person.phone)
    write_identity(sheet, person.id_label, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field("Nơi thường trú", person.registered_residence)
    sheet.field("Nơi tạm trú", context.temporary_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    sheet.field("Tư cách tham gia lập hồ sơ", context.capacity)
    sheet.line(
        "Người khai đã được giải thích quyền và nghĩa vụ của mình theo quy định và cam đoan chịu trách nhiệm về lời khai "
        "của mình."
    )
    _write_answers(sheet, history)
    sheet.line(f"Việc ghi lời khai kết thúc hồi {finished(context.finished_at).replace(',', '')}.")
    sheet.line(
        "Biên bản này đã được đọc cho người khai nghe, công nhận đúng và ký tên hoặc điểm chỉ xác nhận dưới đây."
    )
    sheet.signatures(
        (
            Signature("Người khai", "(Ký hoặc điểm chỉ)", person.name),
            Signature("Cán bộ ghi lời khai", "(Ký ghi rõ họ tên)", officer.name),
        )
    )


def _write_answers(sheet: Sheet, history: History) -> None:
    """Questions and answers of V-58."""
    sheet.heading("HỎI VÀ ĐÁP")
    sheet.line(f"1. Về quá trình nghiện ma túy như sau: {_ASKED_OF_USE}")
    sheet.line(history.account)
    sheet.line(
        "2. Về các biện pháp cai nghiện (tự nguyện và bắt buộc) đã thực hiện (có hoặc không); nếu có, ghi rõ số lần, địa "
        "điểm, tên cơ sở cai nghiện tự nguyện."
    )
    sheet.line(f"Có: {history.rehab}" if history.rehab else "Không.")
    sheet.line(
        "3. Tham gia điều trị nghiện bằng thuốc thay thế ",
        italic("(có hoặc không)?"),
        " nếu có, thời điểm tự chấm dứt điều trị hoặc bị đưa ra khỏi chương trình điều trị ",
        italic("(ghi rõ ngày, tháng, năm)"),
        ":",
    )
    sheet.line(f"Có: {history.substitution}" if history.substitution else "Không.")


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
    Form(
        code="V-58",
        title="Biên bản ghi lời khai của người cai nghiện ma túy",
        title_en="Minutes of what a minor who cannot write says",
        source=f"{_APPENDIX} 58",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol=None,
        context=Testimony,
        gather=gather_testimony,
        write=write_testimony,
        particulars=TestimonyParticulars,
    ),
)
