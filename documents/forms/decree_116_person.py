"""Papers of the person and the parents: forms 30, 31 and 38 of Decree 116/2021, Appendix II."""

from datetime import date
from typing import cast

from pydantic import Field

from documents.case import Case, FormContext, Particulars, PersonBlock, person_of
from documents.form import Form
from documents.forms.decree_116 import (
    APPENDIX,
    PARENTS_ID,
    Kin,
    Words,
    anything,
    compiler_of,
    printed_kin,
    words_of,
    write_any_id,
    write_kin,
)
from documents.forms.decree_163 import RESIDENCE, write_person
from documents.forms.life_summary import write_confirmation, write_family, write_history, write_self
from documents.layout import Sheet, Signature, italic, upper
from models.law.facts import Background, Day, Line
from models.law.schema import Stage

_METHADONE = "nghiện chất dạng thuốc phiện bằng methadone"
_ACCOUNT = (
    "loại ma túy đã từng sử dụng; hình thức sử dụng; tần suất sử dụng hàng ngày, tuần; lý do sử dụng ma túy; thời điểm "
    "sử dụng ma túy lần đầu; thời điểm lần cuối sử dụng ma túy"
)


class SummaryParticulars(Particulars):
    """What form 30 asks beyond the dossier."""

    background: Background | None = Field(
        None, title="Thành phần gia đình, tiền án, tiền sự, quá trình sử dụng ma túy"
    )
    substitution_ended_on: Day | None = Field(None, title="Ngày chấm dứt điều trị bằng methadone")


class Summary(FormContext):
    """Form 30, summary of the person's life (Decree 116/2021 art. 41.1.a, 47.2.b, 51.1.b)."""

    place: str
    day: date
    words: Words
    person: PersonBlock
    background: Background
    substitution_ended: str
    signer: str


class AccountParticulars(Particulars):
    """What form 31 asks beyond the dossier."""

    account: Line | None = Field(None, title="Nội dung tường trình về hành vi sử dụng ma túy")
    rehab: Line | None = Field(None, title="Các biện pháp cai nghiện đã thực hiện (số lần, địa điểm, cơ sở)")
    methadone: bool = Field(False, title="Có tham gia điều trị bằng methadone")
    methadone_ended_on: Day | None = Field(None, title="Ngày chấm dứt điều trị bằng methadone")
    representative: Kin | None = Field(None, title="Người đại diện hợp pháp, khi người đó tường trình thay")


class Account(FormContext):
    """Form 31, account of the use by the person or the representative (art. 41.1.d, 51.1.d)."""

    place: str
    day: date
    person: PersonBlock
    representative: Kin | None
    account: str
    rehab: str
    methadone: bool
    methadone_ended: str


class ParentsOpinionParticulars(Particulars):
    """What form 38 asks beyond the dossier."""

    parent: Kin = Field(title="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp")
    agrees: bool = Field(title="Đồng ý áp dụng biện pháp")
    remarks: Line = Field("không", title="Ý kiến khác")


class ParentsOpinion(FormContext):
    """Form 38, opinion of a minor's parent, guardian or representative (art. 51.1.đ)."""

    place: str
    day: date
    words: Words
    compiler: str
    person: PersonBlock
    parent: Kin
    agrees: bool
    remarks: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_summary(case: Case) -> Summary:
    """The content of form 30; the older books record the background only where a minor is examined."""
    stated = case.given(SummaryParticulars)
    ended = stated.substitution_ended_on or cast("date | None", case.facts.get("substitution_ended_on"))
    return Summary(
        place=case.issuer.place,
        day=case.day,
        words=words_of(case),
        person=person_of(case),
        background=stated.background
        or case.fact("background", "lý lịch, gia đình và quá trình sử dụng ma túy"),
        substitution_ended=f"{ended:%d/%m/%Y}" if ended else "không",
        signer=case.signer.name,
    )


def gather_account(case: Case) -> Account:
    """The content of form 31.

    Raises:
        MissingValue: nothing is told of the use.
    """
    stated = case.given(AccountParticulars)
    ended = stated.methadone_ended_on or cast("date | None", case.facts.get("substitution_ended_on"))
    methadone = stated.methadone or ended is not None
    return Account(
        place=case.issuer.place,
        day=case.day,
        person=person_of(case),
        representative=printed_kin(stated.representative) if stated.representative else None,
        account=stated.account or case.fact("use_account", "nội dung tường trình"),
        rehab=stated.rehab or case.text("earlier_rehab", "không"),
        methadone=methadone,
        methadone_ended=f"{ended:%d/%m/%Y}" if ended else "không",
    )


def gather_parents_opinion(case: Case) -> ParentsOpinion:
    """The content of form 38."""
    stated = case.given(ParentsOpinionParticulars)
    return ParentsOpinion(
        place=case.issuer.place,
        day=case.day,
        words=words_of(case),
        compiler=compiler_of(case),
        person=person_of(case),
        parent=printed_kin(stated.parent),
        agrees=stated.agrees,
        remarks=stated.remarks,
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_summary(sheet: Sheet, context: Summary) -> None:
    """Form 30."""
    sheet.photo_box(4, 6)
    sheet.header(None, place=context.place, day=context.day)
    sheet.title(
        "Lý lịch tóm tắt",
        f"của người bị đề nghị áp dụng biện pháp\n{context.words.measure}",
    )
    write_self(sheet, context.person)
    write_family(sheet, context.background)
    write_history(sheet, context.background, context.substitution_ended, _METHADONE)
    write_confirmation(sheet, context.person.name, context.signer)


def write_account(sheet: Sheet, context: Account) -> None:
    """Form 31; whoever writes in the person's place is named after the person."""
    person, representative = context.person, context.representative
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Bản tường trình", "Về hành vi sử dụng trái phép chất ma túy")
    write_person(sheet, person, "1. ")
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("Trình độ đào tạo", person.education)
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Nơi làm việc/học tập", person.workplace)
    whose = "của bản thân"
    if representative is not None:
        whose = f"của ông (bà) {person.name}"
        write_kin(sheet, representative, person.id_label, "Người đại diện hợp pháp tường trình: Họ và tên ")
        sheet.field("Quan hệ với người bị đề nghị", representative.relation)
    sheet.line(
        f"2. Tôi xin tường trình về hành vi sử dụng ma túy trái phép {whose} như sau: (",
        italic(_ACCOUNT),
        f"): {context.account}",
    )
    _write_yes(
        sheet,
        "3. Các biện pháp cai nghiện (tự nguyện và bắt buộc) đã thực hiện",
        "ghi rõ số lần, địa điểm, tên cơ sở cai nghiện tự nguyện",
        context.rehab,
        yes=anything(context.rehab),
    )
    _write_yes(
        sheet,
        f"4. Tham gia điều trị {_METHADONE}",
        "thời điểm tự chấm dứt điều trị hoặc bị đưa ra khỏi chương trình điều trị (ghi rõ ngày, tháng, năm)",
        context.methadone_ended,
        yes=context.methadone,
    )
    writer = representative.name if representative else person.name
    sheet.signatures((None, Signature("Người tường trình", "(Ký, ghi rõ họ, tên)", writer)))


def _write_yes(sheet: Sheet, label: str, detail: str, value: str, *, yes: bool) -> None:
    """A question to answer by "có" or "không", with what to tell in the first case."""
    answer = "có" if yes else "không"
    sheet.line(f"{label} ", italic("(có hoặc không)"), f": {answer}; Nếu CÓ, {detail}: {value}")


def write_parents_opinion(sheet: Sheet, context: ParentsOpinion) -> None:
    """Form 38."""
    person, parent, measure = context.person, context.parent, context.words.measure
    sheet.header(None, place=context.place, day=context.day)
    sheet.title(
        "Bản xác nhận",
        "Ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp\n"
        f"về việc áp dụng biện pháp {measure}\nđối với người từ đủ 12 đến dưới 18 tuổi",
    )
    sheet.addressee(context.compiler)
    write_kin(sheet, parent, PARENTS_ID, "1. Tôi tên là ")
    sheet.field("2. Quan hệ với người nghiện ma túy", parent.relation)
    answer = "đồng ý" if context.agrees else "không đồng ý"
    sheet.line(f"3. Tôi {answer} áp dụng biện pháp {measure} đối với:")
    sheet.line("Họ và tên ", italic("(viết in hoa)"), f": {upper(person.name)}; Giới tính: {person.sex}")
    sheet.field("Tên gọi khác (nếu có)", person.other_name)
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_any_id(sheet, PARENTS_ID, person.id_number, person.id_issued_on, person.id_issued_by)
    sheet.field(RESIDENCE, person.present_residence)
    sheet.field("4. Ý kiến khác (nếu có)", context.remarks)
    sheet.signatures((None, Signature("Đại diện gia đình", "(Ký, ghi rõ họ tên)", parent.name)))


FORMS: tuple[Form, ...] = (
    Form(
        code="116-30",
        title="Lý lịch tóm tắt",
        title_en="Life summary",
        source=f"{APPENDIX} 30",
        stage=Stage.police_collection,
        issuer="Người khai, cơ quan lập hồ sơ xác nhận",
        symbol=None,
        context=Summary,
        gather=gather_summary,
        write=write_summary,
        particulars=SummaryParticulars,
    ),
    Form(
        code="116-31",
        title="Bản tường trình về hành vi sử dụng trái phép chất ma túy",
        title_en="Account of the use",
        source=f"{APPENDIX} 31",
        stage=Stage.police_collection,
        issuer="Người bị đề nghị hoặc người đại diện hợp pháp",
        symbol=None,
        context=Account,
        gather=gather_account,
        write=write_account,
        particulars=AccountParticulars,
    ),
    Form(
        code="116-38",
        title="Bản xác nhận ý kiến của cha, mẹ, người giám hộ hoặc người đại diện hợp pháp",
        title_en="Opinion of the parent, guardian or representative",
        source=f"{APPENDIX} 38",
        stage=Stage.police_collection,
        issuer="Cha, mẹ, người giám hộ hoặc người đại diện hợp pháp",
        symbol=None,
        context=ParentsOpinion,
        gather=gather_parents_opinion,
        write=write_parents_opinion,
        particulars=ParentsOpinionParticulars,
    ),
)
