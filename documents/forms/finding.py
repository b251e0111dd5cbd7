"""Papers of the finding (Decree 163/2026, Appendix III, forms 01 to 03) and the police paper on residence."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from documents.case import Case, FormContext, Header, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import DECREE, FILED, finished, is_minor, write_identity
from documents.layout import Sheet, Signature
from models.law.facts import Official
from models.law.schema import Stage

APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục III, Mẫu số"
HAND = "(Ký, ghi rõ họ tên)"
SEAL = "(Ký, ghi rõ họ tên, đóng dấu)"


class SubstanceTestResult(FormContext):
    """III-01, the result of testing a person for narcotic substances (Decree 163/2026 art. 56, 57.2.a)."""

    header: Header
    incident: str
    person: PersonBlock
    tester: str
    tester_position: str
    tester_agency: str
    method: str
    steps: str
    result: str
    signer: str


class UseNotice(FormContext):
    """III-02, the notice of illegal use to the commune police (Decree 163/2026 art. 57.1.b, 58.5, 58.6)."""

    header: Header
    receiver: str
    person: PersonBlock
    incident: str
    testing_agency: str
    substance: str
    registered_commune_of: str | None
    signer: str


class PersonalAccount(FormContext):
    """III-03, the person's own account of the use (Decree 163/2026 art. 57.2.c)."""

    place: str
    day: date
    person: PersonBlock
    account: str
    earlier_rehab: str


class NoStableResidence(FormContext):
    """P-01, the police paper stating that the person has no stable residence (Decree 163/2026 art. 58, 101.2.b)."""

    header: Header
    person: PersonBlock
    basis: str
    confirmed_by: str
    verified_at: str
    measure: str
    article: int = 101
    signer: str
    signer_position: str


def _moment(case: Case, name: str, title: str) -> str:
    return finished(cast("datetime", case.fact(name, title)))


def text_of(case: Case, name: str, title: str) -> str:
    """A text fact without its final full stop: the form puts its own."""
    return cast("str", case.fact(name, title)).rstrip(" .;")


def incident_of(case: Case) -> str:
    """When and where the use was found, and what happened."""
    found_at = _moment(case, "found_at", "thời điểm phát hiện")
    found_where = text_of(case, "found_where", "nơi phát hiện")
    return f"Hồi {found_at}, tại {found_where}: {text_of(case, 'incident', 'tóm tắt sự việc')}."


def _tester(case: Case) -> Official:
    return cast("Official", case.fact("tester", "người tiến hành xét nghiệm"))


def _method_and_steps(text: str) -> tuple[str, str]:
    """What is recorded as one text stands in two places of the form: the first sentence, and what follows it."""
    method, *steps = re.split(r"[.;:]*\s*\n\s*|[.;:]\s+", text, maxsplit=1)
    return method, steps[0] if steps else "như trên"


def _write_identity(sheet: Sheet, person: PersonBlock) -> None:
    write_identity(
        sheet, "Số CMND/CCCD/CC/Hộ chiếu", person.id_number, person.id_issued_on, person.id_issued_by
    )


def write_person(
    sheet: Sheet, person: PersonBlock, opening: str = "Họ và tên", *, other_name: bool = True
) -> None:
    """The person as the forms of Appendix III print one; forms 06 to 09 leave out the other name."""
    sheet.fields((opening, person.name), ("Giới tính", person.sex))
    if other_name:
        sheet.field("Tên gọi khác", person.other_name)
    sheet.fields(("Ngày, tháng, năm sinh", person.birth), ("Nơi sinh", person.birth_place))
    sheet.field("Quê quán", person.hometown)
    sheet.field("Nơi thường trú/tạm trú", person.registered_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    _write_identity(sheet, person)
    sheet.fields(
        ("Dân tộc", person.ethnicity),
        ("Tôn giáo", person.religion),
        ("Trình độ học vấn", person.education),
    )
    sheet.field("Nghề nghiệp", person.occupation)
    sheet.field("Nơi làm việc/học tập", person.workplace)


def write_header(sheet: Sheet, header: Header) -> None:
    """The agency's two cells, the number, place and date."""
    sheet.header((header.superior, header.issuer), number=header.number, place=header.place, day=header.day)


# --- III-01


def gather_test_result(case: Case) -> SubstanceTestResult:
    """The content of III-01, from the facts of the act that opens the dossier.

    Raises:
        MissingValue: the test was not recorded: who, how, when, which substance.
    """
    tester = _tester(case)
    method, steps = _method_and_steps(text_of(case, "test_method", "biện pháp, các bước xét nghiệm"))
    result_at = _moment(case, "test_result_at", "thời điểm có kết quả xét nghiệm")
    substance = text_of(case, "substance", "loại chất ma túy")
    return SubstanceTestResult(
        header=header_of(case),
        incident=incident_of(case),
        person=person_of(case),
        tester=tester.name,
        tester_position=tester.position,
        tester_agency=tester.agency or case.issuer.name,
        method=method,
        steps=steps,
        result=f"Hồi {result_at}, dương tính với {substance}.",
        signer=case.signer.name,
    )


def write_test(
    sheet: Sheet, context: SubstanceTestResult, write_person: Callable[[Sheet, PersonBlock], None]
) -> None:
    """The slip of a test down to its signatures; who was tested stands as the form has it."""
    person = context.person
    write_header(sheet, context.header)
    sheet.title("Phiếu kết quả", "Xét nghiệm chất ma túy trong cơ thể")
    sheet.field("Tóm tắt nội dung sự việc", context.incident)
    sheet.line(
        f"Để xác định hành vi sử dụng trái phép chất ma túy, {context.header.issuer} thực hiện xét nghiệm "
        "chất ma túy trong cơ thể đối với:"
    )
    write_person(sheet, person)
    sheet.fields(
        ("1. Người tiến hành xét nghiệm", context.tester),
        ("chức vụ", context.tester_position),
        ("đơn vị", context.tester_agency),
    )
    sheet.field("2. Biện pháp xét nghiệm", context.method)
    sheet.field("Các bước tiến hành", context.steps)
    sheet.field("Kết quả", context.result)
    sheet.line(f"3. Căn cứ vào kết quả trên, kết luận: {person.name}:")
    # A dossier is opened on a positive result only (art. 57.1), so the other box stays empty.
    sheet.choices(
        ("Dương tính với chất ma túy trong cơ thể.", True), ("Âm tính với chất ma túy trong cơ thể.", False)
    )


def write_test_result(sheet: Sheet, context: SubstanceTestResult) -> None:
    """Write III-01."""
    write_test(sheet, context, write_person)
    sheet.signatures(
        (
            Signature("Người tiến hành\nxét nghiệm", HAND, context.tester),
            Signature("Thủ trưởng cơ quan", SEAL, context.signer, head=True),
        ),
        (Signature("Người được xét nghiệm", HAND, context.person.name), None),
    )


# --- III-02


def gather_use_notice(case: Case) -> UseNotice:
    """The content of III-02, to the commune police competent by residence (art. 58.5) or by the finding (art. 58.6).

    Raises:
        MissingValue: no competent agency, or no test recorded: the form states a positive result.
    """
    slip = case.issued.get("III-01")
    elsewhere = case.fact("residence", "tình trạng nơi cư trú") == "none"
    registered = case.person.registered_residence
    return UseNotice(
        header=header_of(case),
        receiver=case.party("compiler").name,
        person=person_of(case),
        incident=incident_of(case),
        testing_agency=_tester(case).agency or (slip.issuer if slip else case.issuer.name),
        substance=text_of(case, "substance", "loại chất ma túy"),
        registered_commune_of=registered if elsewhere and registered != "không" else None,
        signer=case.signer.name,
    )


def write_use_notice(sheet: Sheet, context: UseNotice) -> None:
    """Write III-02."""
    person = context.person
    write_header(sheet, context.header)
    sheet.title("Thông báo", "Về hành vi sử dụng trái phép chất ma túy", rule=False)
    sheet.addressee(f"Trưởng {context.receiver}")
    sheet.line(
        f"{context.header.issuer} thông báo về hành vi sử dụng trái phép chất ma túy của người có tên sau đây:"
    )
    write_person(sheet, person)
    sheet.field(
        "Nội dung thông báo",
        f"{context.incident} Cơ quan tiến hành xét nghiệm chất ma túy trong cơ thể: {context.testing_agency}; "
        f"chất ma túy: {context.substance}.",
    )
    sheet.line(f"Kết quả xét nghiệm chất ma túy trong cơ thể của {person.name} là dương tính.")
    sheet.line(
        f"{context.header.issuer} thông báo để Trưởng {context.receiver} biết, thực hiện theo quy định."
    )
    sheet.end()
    recipients = ["Như trên", context.receiver]
    if context.registered_commune_of:
        recipients.append(f"Công an cấp xã nơi đăng ký thường trú ({context.registered_commune_of})")
    recipients.append(FILED)
    sheet.closing(recipients, Signature("Thủ trưởng cơ quan", SEAL, context.signer))


# --- III-03


def gather_personal_account(case: Case) -> PersonalAccount:
    """The content of III-03, from the facts of the act that opens the dossier.

    Raises:
        MissingValue: the person's account, or what it says on earlier rehab, was not recorded.
    """
    return PersonalAccount(
        place=case.issuer.place,
        day=case.day,
        person=person_of(case),
        account=text_of(case, "use_account", "nội dung tường trình"),
        earlier_rehab=text_of(case, "earlier_rehab", "việc đã cai nghiện (ghi “không” nếu chưa)"),
    )


def write_personal_account(sheet: Sheet, context: PersonalAccount) -> None:
    """Write III-03."""
    sheet.header(None, place=context.place, day=context.day)
    sheet.title("Bản tường trình", rule=False)
    write_person(sheet, context.person, "Tên tôi là")
    sheet.field(
        "Tường trình cụ thể về hành vi sử dụng ma túy của bản thân (quá trình sử dụng ma túy, hình thức sử dụng "
        "ma túy, tình trạng sử dụng ma túy, lý do sử dụng ma túy, thời điểm sử dụng ma túy lần cuối)",
        f"{context.account}.",
    )
    sheet.field("Đã cai nghiện ma túy", f"{context.earlier_rehab}.")
    sheet.signatures((None, Signature("Người tường trình", HAND, context.person.name)))


# --- P-01


def gather_no_stable_residence(case: Case) -> NoStableResidence:
    """The content of P-01, from the facts of the residence check.

    Raises:
        MissingValue: the case of article 58.3, who confirmed it or when was not recorded.
    """
    return NoStableResidence(
        header=header_of(case),
        person=person_of(case),
        basis=text_of(case, "residence_basis", "trường hợp áp dụng và căn cứ xác định nơi cư trú"),
        confirmed_by=text_of(case, "residence_confirmed_by", "người hoặc cơ quan xác nhận nơi cư trú"),
        verified_at=_moment(case, "residence_verified_at", "thời điểm có kết quả xác minh nơi cư trú"),
        measure=case.wording.measure_full,
        article=104 if is_minor(case) else 101,
        signer=case.signer.name,
        signer_position=case.signer.position,
    )


def write_no_stable_residence(sheet: Sheet, context: NoStableResidence) -> None:
    """Write P-01, which has no official form, as a paper of Decree 30/2020."""
    person = context.person
    write_header(sheet, context.header)
    sheet.title("Giấy xác nhận", "Người không có nơi cư trú ổn định")
    sheet.authority(context.header.issuer)
    sheet.basis(DECREE, f"Căn cứ kết quả xác minh nơi cư trú hồi {context.verified_at}")
    sheet.resolved("XÁC NHẬN:")
    sheet.line(
        "1. Người có tên sau đây không có nơi cư trú ổn định theo quy định tại khoản 3 Điều 58 Nghị định số "
        "163/2026/NĐ-CP:"
    )
    sheet.fields(("Họ và tên", person.name), ("Giới tính", person.sex), ("Tên gọi khác", person.other_name))
    sheet.fields(("Ngày, tháng, năm sinh", person.birth), ("Nơi sinh", person.birth_place))
    _write_identity(sheet, person)
    sheet.field("Nơi thường trú/tạm trú", person.registered_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    sheet.field("2. Trường hợp áp dụng và căn cứ xác định", f"{context.basis}.")
    sheet.field("3. Người, cơ quan xác nhận", f"{context.confirmed_by}.")
    sheet.line(
        f"4. Giấy xác nhận này được đưa vào hồ sơ đề nghị {context.measure} (nếu lập) theo quy định tại điểm b "
        f"khoản 2 Điều {context.article} Nghị định số 163/2026/NĐ-CP."
    )
    sheet.end()
    sheet.closing([FILED], Signature(context.signer_position, SEAL, context.signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="III-01",
        title="Phiếu kết quả xét nghiệm chất ma túy trong cơ thể",
        title_en="Result of the test for narcotic substances",
        source=f"{APPENDIX} 01",
        stage=Stage.police_collection,
        issuer="Cơ quan thực hiện xét nghiệm",
        symbol=None,
        context=SubstanceTestResult,
        gather=gather_test_result,
        write=write_test_result,
    ),
    Form(
        code="III-02",
        title="Thông báo về hành vi sử dụng trái phép chất ma túy",
        title_en="Notice of illegal use of narcotic substances",
        source=f"{APPENDIX} 02",
        stage=Stage.police_collection,
        issuer="Cơ quan Công an trực tiếp phát hiện",
        symbol="TB-{symbol}",
        context=UseNotice,
        gather=gather_use_notice,
        write=write_use_notice,
    ),
    Form(
        code="III-03",
        title="Bản tường trình của người sử dụng trái phép chất ma túy",
        title_en="The person's own account of the use",
        source=f"{APPENDIX} 03",
        stage=Stage.police_collection,
        issuer="Người sử dụng trái phép chất ma túy",
        symbol=None,
        context=PersonalAccount,
        gather=gather_personal_account,
        write=write_personal_account,
    ),
    Form(
        code="P-01",
        title="Giấy xác nhận người không có nơi cư trú ổn định",
        title_en="Police paper stating that the person has no stable residence",
        source="không có mẫu (NĐ 163/2026/NĐ-CP Điều 58, điểm b khoản 2 Điều 101, điểm b khoản 2 Điều 104)",
        stage=Stage.police_collection,
        issuer="Cơ quan Công an xác minh nơi cư trú",
        symbol="GXN-{symbol}",
        context=NoStableResidence,
        gather=gather_no_stable_residence,
        write=write_no_stable_residence,
    ),
)
