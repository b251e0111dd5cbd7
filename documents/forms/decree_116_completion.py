"""The end of the serving under Decree 116/2021, Appendix II: the certificate 116-46, a minor's hand-over 116-47."""

from datetime import date

from pydantic import AwareDatetime, Field

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import FILED, begun, finished, write_named
from documents.forms.legacy import (
    DRUG_LAW,
    SEALED,
    SHORT_ID,
    Guarded,
    Guardian,
    OfDecision,
    court_decision_of,
    decree_116,
    guardian_of,
    head_of,
    period,
    violations_law,
    write_guardian,
    write_name,
    write_short_id,
)
from documents.layout import Sheet, Signature, italic, long_date, page_count
from models.law.facts import Instant, Line, Official
from models.law.schema import Stage

_APPENDIX = "NĐ 116/2021/NĐ-CP, Phụ lục II, Mẫu số"


class CompletionParticulars(Guarded, OfDecision):
    """What 116-46 asks beyond the dossier."""

    unit: Line = Field(title="Đơn vị đề nghị")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác (bản sao)")


class ReturnHomeParticulars(OfDecision):
    """What 116-47 asks beyond the dossier."""

    certificate: Line | None = Field(
        None,
        title="Giấy chứng nhận chấp hành xong, nếu lập ngoài hệ thống (số, ngày, của Giám đốc cơ sở nào)",
    )
    begun_at: Instant = Field(title="Thời điểm bắt đầu giao, nhận")
    finished_at: Instant = Field(title="Thời điểm lập xong biên bản")
    where: Line = Field(title="Địa điểm giao, nhận")
    giver: Official = Field(title="Đại diện bên giao")
    receiver: Official = Field(title="Đại diện bên nhận")
    receiver_stands_for: Line = Field(title="Bên nhận là đại diện gia đình hoặc Ủy ban nhân dân cấp xã nào")
    condition: Line = Field(title="Tình trạng của người được giao")
    belongings: Line = Field("không", title="Tư trang, đồ dùng cá nhân bàn giao")


class Completion(FormContext):
    """116-46, certificate that the decision has been served (Decree 116/2021 art. 62.2)."""

    header: Header
    office: str
    violations_law: str | None
    decree: str
    court_decision: str
    measure: str
    measure_full: str
    unit: str
    person: PersonBlock
    guardian: Guardian
    served_from: date
    served_until: date
    recipients: tuple[str, ...]
    position: str
    signer: str


class ReturnHome(FormContext):
    """116-47, minutes of handing a minor over at home (art. 62.3)."""

    place: str
    day: date
    decree: str
    court_decision: str
    certificate: str
    measure: str
    measure_full: str
    centre: str
    person: PersonBlock
    begun_at: AwareDatetime
    finished_at: AwareDatetime
    where: str
    giver: str
    giver_position: str
    receiver: str
    receiver_position: str
    receiver_stands_for: str
    condition: str
    belongings: str


# -- gathering --------------------------------------------------------------------------------------------


def gather_completion(case: Case) -> Completion:
    """The content of 116-46; the term runs from the day the person was held to be taken (art. 110.2 of the law)."""
    stated = case.given(CompletionParticulars)
    return Completion(
        header=header_of(case),
        office=head_of(case.issuer),
        violations_law=violations_law(case),
        decree=decree_116(case),
        court_decision=court_decision_of(case, stated),
        measure=case.wording.measure,
        measure_full=case.wording.measure_full,
        unit=stated.unit,
        person=person_of(case),
        guardian=guardian_of(case, stated),
        served_from=case.facts.get("held_from") or case.fact("term_from", "ngày đầu tính thời hạn"),
        served_until=case.fact("completed_on", "ngày chấp hành xong quyết định"),
        recipients=stated.recipients,
        position=case.signer.position,
        signer=case.signer.name,
    )


def gather_return_home(case: Case) -> ReturnHome:
    """The content of 116-47."""
    stated = case.given(ReturnHomeParticulars)
    return ReturnHome(
        place=case.issuer.place,
        day=case.day,
        decree=decree_116(case),
        court_decision=court_decision_of(case, stated),
        certificate=stated.certificate or _certificate(case),
        measure=case.wording.measure,
        measure_full=case.wording.measure_full,
        centre=case.issuer.name,
        person=person_of(case),
        giver=stated.giver.name,
        giver_position=stated.giver.position,
        receiver=stated.receiver.name,
        receiver_position=stated.receiver.position,
        **stated.model_dump(exclude={"court_decision", "certificate", "giver", "receiver"}),
    )


def _certificate(case: Case) -> str:
    issued = case.document("116-46")
    return f"số {issued.number} {long_date(issued.day)} của {head_of(case.issuer)}"


# -- writing ----------------------------------------------------------------------------------------------


def write_completion(sheet: Sheet, context: Completion) -> None:
    """116-46 on paper."""
    header, served = context.header, f"Chấp hành xong Quyết định {context.measure}"
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Giấy chứng nhận", served)
    sheet.authority(context.office)
    law = (context.violations_law,) if context.violations_law else ()
    sheet.basis(
        *law,
        DRUG_LAW,
        SHORT_ID,
        context.decree,
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
        f"Theo đề nghị của {context.unit}",
    )
    sheet.resolved("CHỨNG NHẬN")
    write_named(sheet, context.person, "1. Họ, tên", SHORT_ID)
    write_guardian(sheet, context.guardian)
    sheet.line(f"2. Chứng nhận: {served}.")
    sheet.line(f"Thời gian chấp hành: {period(context.served_from, context.served_until)}.")
    sheet.end()
    sheet.closing(
        (f"Ông (bà) {context.person.name}", *context.recipients, FILED),
        Signature(context.position, SEALED, context.signer),
    )


def write_return_home(sheet: Sheet, context: ReturnHome) -> None:
    """116-47 on paper."""
    person = context.person
    served = f"đã chấp hành xong quyết định {context.measure}"
    sheet.header(None, place=context.place, day=context.day)
    sheet.title(
        "Biên bản",
        f"Về việc giao, nhận người từ 12 đến dưới 18 tuổi đã chấp hành xong\nquyết định {context.measure}",
    )
    sheet.basis(
        context.decree,
        f"Căn cứ Quyết định {context.court_decision} về việc {context.measure_full}",
        f"Căn cứ Giấy chứng nhận {served} {context.certificate}",
    )
    sheet.line(f"1. Hôm nay, {begun(context.begun_at)} tại {context.where}, chúng tôi gồm:")
    sheet.line("a) Đại diện bên giao:")
    sheet.fields(("- Họ và tên", context.giver), ("Chức vụ", context.giver_position))
    sheet.field("- Cơ quan", context.centre)
    sheet.line("b) Đại diện bên nhận:")
    sheet.fields(("- Họ và tên", context.receiver), ("Chức vụ", context.receiver_position))
    sheet.line(f"- Đại diện {context.receiver_stands_for}")
    sheet.line(
        f"2. Tiến hành giao, nhận người từ đủ 12 đến dưới 18 tuổi {served} với các nội dung sau:",
    )
    sheet.line(f"a) Người {served}:")
    write_name(sheet, person)
    sheet.field("Tên gọi khác (nếu có)", person.other_name)
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    write_short_id(sheet, person)
    sheet.line(
        "b) Tình trạng: (",
        italic(
            "đại diện gia đình, UBND khi tiếp nhận phải quan sát ghi những đặc điểm chung, tình trạng sức khỏe, những "
            f"dấu hiệu bất thường về thể chất, tâm thần của người bị áp dụng biện pháp {context.measure} quản lý tại "
            "thời điểm giao, nhận"
        ),
        f"): {context.condition}",
    )
    sheet.field("3. Tư trang, đồ dùng cá nhân bàn giao", context.belongings)
    sheet.line(
        "4. Biên bản này gồm ",
        page_count(),
        " trang, được lập thành 02 bản có giá trị pháp lý như nhau, được lập xong vào lúc ",
        finished(context.finished_at),
        ". Hai bên đã thống nhất các nội dung giao, nhận và cùng ký xác nhận.",
    )
    sheet.line("Bên giao giữ 01 bản; Bên nhận giữ 01 bản.")
    sheet.end()
    sheet.signatures((
        Signature("Đại diện bên giao", "(Ký, ghi rõ họ tên, chức vụ)", f"{context.giver}\n{context.giver_position}"),
        Signature(
            "Đại diện bên nhận", "(Ký, ghi rõ họ tên, chức vụ\n(mối quan hệ), đóng dấu)",
            f"{context.receiver}\n{context.receiver_position}",
        ),
    ))  # fmt: skip


FORMS: tuple[Form, ...] = (
    Form(
        code="116-46",
        title="Giấy chứng nhận đã chấp hành xong quyết định đưa vào cơ sở cai nghiện bắt buộc",
        title_en="Certificate that the decision has been served",
        source=f"{_APPENDIX} 46",
        stage=Stage.execution,
        issuer="Giám đốc cơ sở cai nghiện bắt buộc",
        symbol="CN-CSCN",
        context=Completion,
        gather=gather_completion,
        write=write_completion,
        particulars=CompletionParticulars,
    ),
    Form(
        code="116-47",
        title="Biên bản giao, nhận người từ 12 đến dưới 18 tuổi đã chấp hành xong quyết định",
        title_en="Minutes of handing a minor over at home",
        source=f"{_APPENDIX} 47",
        stage=Stage.execution,
        issuer="Cơ sở cai nghiện bắt buộc và gia đình hoặc Ủy ban nhân dân cấp xã",
        symbol=None,
        context=ReturnHome,
        gather=gather_return_home,
        write=write_return_home,
        particulars=ReturnHomeParticulars,
    ),
)
