"""Pending management while the file is compiled: V-32 and V-31 of Decree 163/2026, Appendix V."""

from pydantic import AwareDatetime

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import (
    DECREE,
    FILED,
    LAW,
    RESIDENCE,
    Representative,
    begun,
    cited,
    is_minor,
    parent_of,
    representative,
    signed_by,
    write_copies,
    write_list,
    write_party,
    write_person,
)
from documents.forms.plain import legal_day
from documents.layout import Sheet, Signature, bold, italic, long_date
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_CENTRE = "cơ sở cai nghiện ma túy công lập"
_PLACED = "giao người nghiện ma túy để quản lý trong thời gian lập hồ sơ đưa đi cai nghiện bắt buộc"


class PendingDecision(FormContext):
    """V-32, decision to place the person in the centre while the file is compiled (art. 98)."""

    header: Header
    unit: str
    person: PersonBlock
    centre: str
    centre_address: str
    parent: str | None = None
    reason: str
    signer: str


class PendingHandOver(FormContext):
    """V-31 as art. 99.3.b prescribes it: a person handed over to the centre while the file is compiled."""

    place: str
    at: AwareDatetime
    where: str
    basis: str
    into: str = _CENTRE
    giver: Representative
    receiver: Representative
    person: PersonBlock
    condition: str
    papers: tuple[str, ...]
    belongings: tuple[str, ...]


# -- gathering --------------------------------------------------------------------------------------------


def gather_pending_decision(case: Case) -> PendingDecision:
    """The content of V-32."""
    centre = case.party("centre")
    return PendingDecision(
        header=header_of(case),
        unit=case.fact("proposing_unit", "đơn vị tham mưu đề nghị"),
        person=person_of(case),
        centre=centre.name,
        centre_address=centre.address,
        parent=parent_of(case),
        reason=case.fact("pending_reason", "lý do giao quản lý"),
        signer=case.signer.name,
    )


def gather_pending_hand_over(case: Case) -> PendingHandOver:
    """The content of V-31."""
    centre = case.party("centre")
    return PendingHandOver(
        place=centre.place,
        at=case.occurred_at,
        where=f"{centre.name}, {centre.address}",
        basis=cited(case.document("V-32")),
        into=f"{_CENTRE}, trường giáo dưỡng" if is_minor(case) else _CENTRE,
        giver=representative(case.fact("hand_over_by", "đại diện bên giao"), case.issuer.name),
        receiver=representative(case.fact("hand_over_to", "đại diện bên nhận"), centre.name),
        person=person_of(case),
        condition=case.fact("condition", "tình trạng của người được giao"),
        papers=case.fact("file_papers", "hồ sơ kèm theo"),
        belongings=case.fact("belongings", "tư trang, đồ dùng cá nhân"),
    )


# -- writing ----------------------------------------------------------------------------------------------


def write_pending_decision(sheet: Sheet, context: PendingDecision) -> None:
    """V-32; the form has no place for the reason that art. 98.2 asks for: it ends article 1."""
    header = context.header
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title(
        "Quyết định",
        "Về việc giao người nghiện ma túy để quản lý trong thời gian\nlập hồ sơ đưa đi cai nghiện bắt buộc",
        rule=False,
    )
    sheet.authority(f"Trưởng {header.issuer}")
    sheet.basis(LAW, DECREE, f"Theo đề nghị của {context.unit}")
    sheet.resolved()
    sheet.article(
        1, "Giao người nghiện ma túy để quản lý trong thời gian lập hồ sơ đưa đi cai nghiện bắt buộc:"
    )
    sheet.line("1. Người bị giao quản lý:")
    write_person(sheet, context.person)
    sheet.field(RESIDENCE, context.person.present_residence)
    sheet.field("2. Đơn vị được giao quản lý", f"{context.centre}; địa chỉ: {context.centre_address}")
    sheet.field(
        "3. Thời gian quản lý",
        f"từ {long_date(header.day)} đến khi có quyết định của Tòa án đưa đi cai nghiện bắt buộc.",
    )
    sheet.field("4. Lý do", context.reason)
    sheet.article(2, "Quyết định này có hiệu lực kể từ ngày ký.")
    sheet.article(
        3, f"{context.unit} và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này."
    )
    sheet.end()
    signature = Signature("Trưởng Công an", "(Ký, ghi rõ họ tên, đóng dấu)", context.signer)
    parent = (f"Ông (bà) {context.parent}",) if context.parent else ()
    sheet.closing(("Như Điều 3", *parent, context.centre, FILED), signature)


def write_pending_hand_over(sheet: Sheet, context: PendingHandOver) -> None:
    """V-31; the form is printed for voluntary rehab, so its title and second ground are those of V-32."""
    sheet.header(None, place=context.place, day=legal_day(context.at))
    sheet.title(
        "Biên bản",
        "Về việc giao, nhận hồ sơ, người nghiện ma túy\nđược quản lý trong thời gian lập hồ sơ "
        f"đưa đi cai nghiện bắt buộc\nvào {context.into}",
    )
    sheet.basis(DECREE, f"Căn cứ Quyết định {context.basis} về việc {_PLACED}")
    sheet.line(bold("1."), f" Hôm nay, {begun(context.at)} tại {context.where}, chúng tôi gồm:")
    write_party(sheet, "a) Đại diện bên giao", context.giver)
    write_party(sheet, "b) Đại diện bên nhận", context.receiver)
    sheet.line(bold("2."), " Tiến hành giao, nhận hồ sơ, người nghiện ma túy như sau:")
    handed_over = context.person, context.condition, context.papers, context.belongings
    write_handed_over(sheet, "bị giao quản lý", *handed_over)
    write_copies(sheet, context.at)
    hint = "(Ký, ghi rõ họ tên, chức vụ, đóng dấu (nếu có))"
    sheet.signatures(
        (
            signed_by("Đại diện bên giao", hint, context.giver),
            signed_by("Đại diện bên nhận", hint, context.receiver),
        )
    )


def write_handed_over(
    sheet: Sheet,
    managed: str,
    person: PersonBlock,
    condition: str,
    papers: tuple[str, ...],
    belongings: tuple[str, ...],
) -> None:
    """Item 2 of a hand-over for pending management: whom ("bị giao quản lý"), in what state, with which things."""
    sheet.line(f"a) Người {managed}:")
    write_person(sheet, person)
    sheet.line(
        f"b) Tình trạng người {managed}: (",
        italic(
            "tổ chức, cá nhân tiếp nhận phải quan sát ghi những đặc điểm chung, tình trạng sức khỏe, những dấu "
            "hiệu bất thường về thể chất, tâm thần của người bị quản lý tại thời điểm giao, nhận"
        ),
        f"): {condition}",
    )
    sheet.line("c) Hồ sơ kèm theo gồm:")
    write_list(sheet, papers)
    sheet.line("d) Tư trang, đồ dùng cá nhân cơ sở quản lý (", italic("ghi rõ từng loại"), "):")
    write_list(sheet, belongings)


FORMS: tuple[Form, ...] = (
    Form(
        code="V-32",
        title="Quyết định giao người nghiện ma túy để quản lý trong thời gian lập hồ sơ",
        title_en="Decision to place the person in pending management",
        source=f"{_APPENDIX} 32",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="QĐ-{symbol}",
        context=PendingDecision,
        gather=gather_pending_decision,
        write=write_pending_decision,
    ),
    Form(
        code="V-31",
        title="Biên bản giao, nhận hồ sơ, người được quản lý trong thời gian lập hồ sơ",
        title_en="Minutes of handing over the person in pending management",
        source=f"{_APPENDIX} 31",
        stage=Stage.police_collection,
        issuer="Công an cấp xã và cơ sở cai nghiện",
        symbol=None,
        context=PendingHandOver,
        gather=gather_pending_hand_over,
        write=write_pending_hand_over,
    ),
)
