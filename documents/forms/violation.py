"""MBB01 of Decree 118/2021: minutes of the administrative violation when illegal use is found.

The annex of the decree and its later changes have not been read: the form is known from secondary sources only, which
reproduce it. Its `source` says so, and the catalogue and the books print it.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from documents.case import (
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
from documents.forms.decree_163 import begun, write_identity
from documents.forms.finding import incident_of
from documents.layout import Sheet, Signature, page_count
from models.law.facts import Instant, Line, Part, Representative, Witness
from models.law.schema import Stage
from models.person import age_on

_HAND = "(Ký, ghi rõ họ và tên)"
_OFFENDER_AGE, _FULL_AGE = 14, 18
_ARTICLE = "khoản 1 Điều 61 Luật Xử lý vi phạm hành chính"
_ELECTRONIC = (
    "Số điện thoại/địa chỉ thư điện tử/ứng dụng định danh quốc gia hoặc tài khoản định danh điện tử (có xác thực mức độ "
    "2 trở lên) hoặc gửi qua ứng dụng được quy định trong các văn bản quy phạm pháp luật của ngành, lĩnh vực, địa phương"
)


def _old_enough(age: int) -> int:
    if age < _OFFENDER_AGE:
        raise ValueError(
            "người dưới 14 tuổi không bị xử phạt vi phạm hành chính (Luật Xử lý vi phạm hành chính Đ.5.1.a) / "
            "nobody under 14 is fined for an administrative violation"
        )
    return age


class OfOffice(Part):
    """Someone who takes part for an authority."""

    name: Line = Field(title="Họ và tên")
    position: Line = Field(title="Chức vụ")
    agency: Line = Field(title="Cơ quan")


class Harmed(Part):
    """A person or organisation that suffered damage."""

    name: Line = Field(title="Tên cá nhân, tổ chức bị thiệt hại, địa chỉ")
    signer: Line = Field(title="Người ký")
    opinion: Line = Field(title="Ý kiến trình bày")


class Seized(Part):
    """A thing or paper taken when the minutes are drawn up."""

    name: Line = Field(title="Tên tang vật, phương tiện, giấy phép, chứng chỉ hành nghề")
    unit: Line = Field(title="Đơn vị tính")
    quantity: Line = Field(title="Số lượng")
    kind: Line = Field("không", title="Chủng loại")
    state: Line = Field(title="Tình trạng, đặc điểm")
    note: Line = Field("không", title="Ghi chú")


class Summons(Part):
    """When and where the offender must come before the decision."""

    at: Instant = Field(title="Có mặt vào hồi")
    place: Line = Field(title="Tại")


class Recorded(Particulars):
    """What MBB01 asks that nothing in the dossier stands in for."""

    sphere: Line = Field(title="Về (lĩnh vực, theo tên nghị định xử phạt)")
    begun_at: Instant = Field(title="Bắt đầu lập biên bản hồi")
    place: Line = Field(title="Nơi lập biên bản")
    elsewhere: Line | None = Field(None, title="Lý do, nếu không lập tại nơi xảy ra vi phạm")
    at_office: bool = Field(False, title="Lập tại trụ sở cơ quan của người có thẩm quyền lập biên bản")
    writer: OfOffice = Field(title="Người có thẩm quyền lập biên bản")
    witness: Witness | None = Field(None, title="Người chứng kiến")
    authority: OfOffice | None = Field(None, title="Đại diện chính quyền")
    interpreter: Witness | None = Field(None, title="Người phiên dịch")
    provision: Line = Field(title="Quy định tại (điểm, khoản, điều của nghị định xử phạt)")
    harmed: Harmed | None = Field(None, title="Cá nhân, tổ chức bị thiệt hại")
    statement: Line = Field(title="Ý kiến trình bày của cá nhân vi phạm")
    witness_opinion: Line = Field("không", title="Ý kiến của đại diện chính quyền, người chứng kiến")
    measures: Line = Field("không", title="Biện pháp ngăn chặn và bảo đảm xử lý vi phạm hành chính")
    seized: tuple[Seized, ...] = Field((), title="Tang vật, phương tiện, giấy tờ bị tạm giữ")
    explain_to: Line | None = Field(
        None, title="Người nhận giải trình (để trống: không được quyền giải trình, Đ.61.1)"
    )
    summons: Summons | None = Field(None, title="Yêu cầu có mặt để giải quyết vụ việc")
    electronic: Line | None = Field(None, title="Địa chỉ nhận biên bản, quyết định bằng phương thức điện tử")
    unsigned: Line | None = Field(None, title="Lý do cá nhân vi phạm không ký")
    witness_unsigned: Line | None = Field(
        None, title="Lý do người chứng kiến, đại diện chính quyền không ký xác nhận"
    )
    handed_at: Instant | None = Field(None, title="Giao trực tiếp biên bản vào hồi")

    @model_validator(mode="after")
    def office_is_a_reason(self) -> Self:
        """Minutes drawn up at the office say why."""
        if self.at_office and not self.elsewhere:
            raise ValueError(
                "lập tại trụ sở thì phải nêu lý do / say why the minutes are drawn up at the office"
            )
        return self


class MinutesParticulars(Recorded):
    """What MBB01 asks beyond the dossier."""

    basis: tuple[Line, ...] = Field((), title="Căn cứ (để trống: Phiếu kết quả xét nghiệm lập trong hồ sơ)")
    violation: Line | None = Field(
        None, title="Hành vi vi phạm (để trống: thời điểm, nơi phát hiện và tóm tắt sự việc)"
    )


class Minutes(FormContext):
    """MBB01, minutes of an administrative violation."""

    header: Header
    finished_at: AwareDatetime
    basis: tuple[str, ...]
    person: PersonBlock
    age: Annotated[int, AfterValidator(_old_enough)]
    guardian: str | None
    violation: str
    stated: Recorded


def gather_minutes(case: Case) -> Minutes:
    """The content of MBB01; it is finished when the act is done.

    Raises:
        MissingValue: neither grounds nor a test slip, or no finding recorded.
    """
    stated = case.given(MinutesParticulars)
    parent: Representative | None = case.facts.get("representative")
    guardian = f"ông (bà) {parent.name} là {parent.relation}" if parent else "cha mẹ hoặc người giám hộ"
    age = age_on(case.person.birth_date, case.day)
    return Minutes(
        header=header_of(case).model_copy(update={"superior": ""}),  # the form has one cell
        finished_at=case.occurred_at,
        basis=stated.basis or (_test_slip(case),),
        person=person_of(case),
        age=age,
        guardian=guardian if age < _FULL_AGE else None,
        violation=stated.violation or incident_of(case),
        stated=Recorded.model_validate(stated.model_dump(exclude={"basis", "violation"})),
    )


def _test_slip(case: Case) -> str:
    if "III-01" not in case.issued:
        raise MissingValue(case.form, f"particulars.{case.form}.basis", "căn cứ lập biên bản")
    slip = case.issued["III-01"]
    return f"Phiếu kết quả xét nghiệm chất ma túy trong cơ thể ngày {slip.day:%d/%m/%Y} của {slip.issuer}"


def write_minutes(sheet: Sheet, context: Minutes) -> None:
    """Write MBB01; what did not happen is left out or "không", as its note (*) wants."""
    header, stated = context.header, context.stated
    sheet.header(("", header.issuer), number=header.number)
    sheet.title("Biên bản vi phạm hành chính", f"Về {stated.sphere}")
    sheet.line(f"Hôm nay, {begun(stated.begun_at)}, tại {stated.place}.")
    if stated.elsewhere:
        office = "trụ sở cơ quan của người có thẩm quyền lập biên bản"
        sheet.field(
            f"Lý do lập biên bản tại {office if stated.at_office else 'địa điểm khác'}", stated.elsewhere
        )
    for ground in context.basis:
        sheet.line(f"Căn cứ: {ground}.")
    _write_present(sheet, stated)
    _write_offender(sheet, context)
    _write_opinions(sheet, stated)
    _write_seized(sheet, stated)
    _write_explanation(sheet, context)
    _write_end(sheet, context)
    _write_signatures(sheet, context)
    if stated.handed_at:
        sheet.line(f"Biên bản đã giao trực tiếp cho cá nhân vi phạm vào {begun(stated.handed_at)}")
        sheet.end()
        sheet.signatures((None, Signature("Người nhận biên bản", _HAND, context.person.name)))


def _write_present(sheet: Sheet, stated: Recorded) -> None:
    sheet.heading("Chúng tôi gồm:")
    sheet.line("1. Người có thẩm quyền lập biên bản:")
    _write_office(sheet, stated.writer)
    nobody = stated.witness is None and stated.authority is None
    sheet.line(f"2. Với sự chứng kiến của:{' không.' if nobody else ''}")
    if stated.witness:
        _write_citizen(sheet, stated.witness)
    if stated.authority:
        _write_office(sheet, stated.authority)
    sheet.line(f"3. Người phiên dịch:{'' if stated.interpreter else ' không.'}")
    if stated.interpreter:
        _write_citizen(sheet, stated.interpreter)


def _write_office(sheet: Sheet, official: OfOffice) -> None:
    sheet.fields(("Họ và tên", official.name), ("Chức vụ", official.position))
    sheet.field("Cơ quan", official.agency)


def _write_citizen(sheet: Sheet, citizen: Witness) -> None:
    sheet.fields(("Họ và tên", citizen.name), ("Nghề nghiệp", citizen.occupation))
    sheet.field("Địa chỉ", citizen.residence)


def _write_offender(sheet: Sheet, context: Minutes) -> None:
    person, harmed = context.person, context.stated.harmed
    sheet.heading("Tiến hành lập biên bản vi phạm hành chính đối với ông (bà) có tên sau đây:")
    sheet.fields(("1. Họ và tên", person.name), ("Giới tính", person.sex))
    sheet.fields(("Ngày, tháng, năm sinh", person.birth), ("Quốc tịch", person.nationality))
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    write_identity(
        sheet,
        "Số định danh cá nhân/CMND/Hộ chiếu",
        person.id_number,
        person.id_issued_on,
        person.id_issued_by,
    )
    sheet.field("2. Đã có các hành vi vi phạm hành chính", context.violation)
    sheet.field("3. Quy định tại", context.stated.provision)
    sheet.field("4. Cá nhân/tổ chức bị thiệt hại (nếu có)", harmed.name if harmed else "không")


def _write_opinions(sheet: Sheet, stated: Recorded) -> None:
    harmed = stated.harmed
    sheet.field("5. Ý kiến trình bày của cá nhân vi phạm", stated.statement)
    sheet.field(
        "6. Ý kiến trình bày của đại diện chính quyền, người chứng kiến (nếu có)", stated.witness_opinion
    )
    sheet.field(
        "7. Ý kiến trình bày của cá nhân/tổ chức bị thiệt hại (nếu có)", harmed.opinion if harmed else "không"
    )
    sheet.line("8. Chúng tôi đã yêu cầu cá nhân vi phạm chấm dứt ngay hành vi vi phạm.")
    sheet.field(
        "9. Các biện pháp ngăn chặn và bảo đảm xử lý vi phạm hành chính được áp dụng (nếu có), gồm",
        stated.measures,
    )


def _write_seized(sheet: Sheet, stated: Recorded) -> None:
    if not stated.seized:
        return
    sheet.line("Tang vật, phương tiện vi phạm hành chính, giấy phép, chứng chỉ hành nghề bị tạm giữ, gồm:")
    sheet.table(
        ("STT", "Tên tang vật, phương tiện, giấy phép, chứng chỉ hành nghề", "Đơn vị tính", "Số lượng",
        "Chủng loại", "Tình trạng, đặc điểm", "Ghi chú"),
        [
            (str(nth), one.name, one.unit, one.quantity, one.kind, one.state, one.note)
            for nth, one in enumerate(stated.seized, start=1)
        ],
        (12, 43, 19, 19, 20, 22, 20),
    )  # fmt: skip
    sheet.line(
        "Ngoài những tang vật, phương tiện vi phạm hành chính và các giấy tờ nêu trên, chúng tôi không tạm giữ thêm thứ "
        "gì khác."
    )


def _write_explanation(sheet: Sheet, context: Minutes) -> None:
    stated, name = context.stated, context.person.name
    against = "đối với hành vi vi phạm quy định tại"
    none, these = f"{against}: không", f"{against} {stated.provision}"
    sheet.line("10. Quyền và thời hạn giải trình:")
    sheet.ticks(
        (
            f"a) Không được quyền giải trình (do không thuộc trường hợp quy định tại {_ARTICLE})",
            not stated.explain_to,
        ),
        tail=none if stated.explain_to else these,
    )
    sheet.ticks(
        (f"b) Được quyền giải trình (do thuộc trường hợp quy định tại {_ARTICLE})", bool(stated.explain_to)),
        tail=these if stated.explain_to else none,
    )
    if stated.explain_to:
        for days, what in (("02", "văn bản yêu cầu được giải trình trực tiếp"), ("05", "văn bản giải trình")):
            sheet.line(
                f"Trong thời hạn {days} ngày làm việc, kể từ ngày lập biên bản này, ông (bà) {name} là cá nhân vi phạm "
                f"có quyền gửi {what} đến {stated.explain_to} để thực hiện quyền giải trình."
            )
    if stated.summons:
        sheet.line(
            f"Yêu cầu ông (bà) {name} là cá nhân vi phạm có mặt vào {begun(stated.summons.at)}, tại "
            f"{stated.summons.place} để giải quyết vụ việc."
        )


def _write_end(sheet: Sheet, context: Minutes) -> None:
    stated, name, guardian = context.stated, context.person.name, context.guardian
    its_copy = f", {guardian} của người chưa thành niên vi phạm 01 bản" if guardian else ""
    sheet.line(
        f"Biên bản lập xong {begun(context.finished_at)}, gồm ",
        page_count(),
        f" tờ, được lập thành {'03' if guardian else '02'} bản có nội dung và giá trị như nhau; đã đọc lại cho những người "
        f"có tên nêu trên cùng nghe, công nhận là đúng và cùng ký tên dưới đây; giao cho ông (bà) {name} là cá nhân vi "
        f"phạm 01 bản{its_copy}, 01 bản lưu hồ sơ.",
    )
    if stated.electronic:
        sheet.field(_ELECTRONIC, stated.electronic)
    if stated.unsigned:
        sheet.field(f"Lý do ông (bà) {name} là cá nhân vi phạm không ký biên bản", stated.unsigned)
    if stated.witness_unsigned:
        who = stated.witness or stated.authority
        named = f"ông (bà) {who.name}" if who else "người chứng kiến/đại diện chính quyền cấp xã"
        sheet.field(f"Lý do {named} không ký xác nhận", stated.witness_unsigned)


def _write_signatures(sheet: Sheet, context: Minutes) -> None:
    """The six cells of the form, without those of people who took no part."""
    stated = context.stated
    offender = Signature("Cá nhân vi phạm", _HAND, context.person.name)
    harmed = (
        Signature("Cá nhân, tổ chức\nbị thiệt hại", _HAND, stated.harmed.signer) if stated.harmed else None
    )
    authority = _of_office("Đại diện chính quyền", stated.authority) if stated.authority else None
    interpreter = _citizen("Người phiên dịch", stated.interpreter) if stated.interpreter else None
    witness = _citizen("Người chứng kiến", stated.witness) if stated.witness else None
    rows = (
        (offender, _of_office("Người lập biên bản", stated.writer)),
        (harmed, authority),
        (interpreter, witness),
    )
    sheet.signatures(*(row for row in rows if any(row)))


def _of_office(title: str, official: OfOffice) -> Signature:
    return Signature(title, "(Ký, ghi rõ chức vụ, họ và tên)", f"{official.name}\n{official.position}")


def _citizen(title: str, citizen: Witness) -> Signature:
    return Signature(title, _HAND, citizen.name)


FORMS: tuple[Form, ...] = (
    Form(
        code="MBB01",
        title="Biên bản vi phạm hành chính",
        title_en="Minutes of an administrative violation",
        source="NĐ 118/2021/NĐ-CP, Mẫu biên bản số 01 (MBB01; chưa xác nhận: chỉ đọc qua nguồn thứ cấp)",
        stage=Stage.police_collection,
        issuer="Người có thẩm quyền lập biên bản",
        symbol="BB-VPHC",
        context=Minutes,
        gather=gather_minutes,
        write=write_minutes,
        particulars=MinutesParticulars,
    ),
)
