"""Papers of the determination of addiction: forms 02, 03 and 05 of Decree 109/2021."""

from typing import cast

from documents.case import Case, FormContext, Header, MissingValue, PersonBlock, header_of, person_of
from documents.form import Form
from documents.layout import Sheet, Signature, long_date
from models.law.facts import Background, Official, Representative
from models.law.schema import Stage
from models.person import age_on

APPENDIX = "NĐ 109/2021/NĐ-CP, Phụ lục, Mẫu số"
FULL_AGE = 18
ID_LABEL = "Số CMND/CCCD/Hộ chiếu/Định danh cá nhân"
HAND = "(Ký, ghi rõ họ tên)"
SEAL = "(Ký, ghi rõ họ tên, đóng dấu)"


class DeterminationRequest(FormContext):
    """109-02, the police request for the determination of addiction (Decree 109/2021 art. 5 to 7)."""

    header: Header
    facility: str
    person: PersonBlock
    representative: str
    contact_address: str
    place: str
    signer: str


class ExaminedLife(FormContext):
    """109-03, the summary of the life of the person to be examined (Decree 109/2021 art. 5.1.c)."""

    header: Header
    person: PersonBlock
    use_history: str
    measures_applied: str
    earlier_rehab: str
    family_opinion: str
    authority_remarks: str
    cooperative: bool
    compiled_by: str
    signer: str


class DeterminationResult(FormContext):
    """109-05, the result of the determination asked for by the police (Decree 109/2021 art. 5.1.e)."""

    header: Header
    requester: str
    request_number: str
    request_date: str
    person: PersonBlock
    result: str
    doctor: str
    signer: str


# --- 109-02


def _representative(case: Case) -> tuple[str, str]:
    """Who stands for a person under 18, and the contact address (note 6 of the form); an adult stands alone."""
    if age_on(case.person.birth_date, case.day) >= FULL_AGE:
        return "không", case.person.present_residence
    title = "cha, mẹ, người giám hộ hoặc người đại diện hợp pháp"
    stands = cast("Representative | None", case.facts.get("representative"))
    if stands is not None:
        return stands.name, stands.residence
    background = cast("Background", case.fact("background", title))
    parent = background.father or background.mother
    if parent is None:
        raise MissingValue(case.form, "background", title)
    return parent.name, parent.residence


def gather_request(case: Case) -> DeterminationRequest:
    """The content of 109-02.

    Raises:
        MissingValue: no health facility or place of examination; for a person under 18, no parent recorded.
    """
    representative, contact_address = _representative(case)
    return DeterminationRequest(
        header=header_of(case).model_copy(update={"superior": ""}),  # the form has one cell: the police body
        facility=case.party("facility").name,
        person=person_of(case),
        representative=representative,
        contact_address=contact_address,
        place=case.fact("examination_place", "địa điểm xác định tình trạng nghiện ma túy"),
        signer=case.signer.name,
    )


def write_request(sheet: Sheet, context: DeterminationRequest) -> None:
    """Write 109-02."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), number=header.number, place=header.place, day=header.day)
    sheet.title("Giấy đề nghị", "Xác định tình trạng nghiện ma túy", rule=False)
    sheet.addressee(context.facility)
    sheet.line(
        "Thực hiện quy định của pháp luật về quản lý người sử dụng trái phép chất ma túy và cai nghiện ma túy, "
        f"{header.issuer} đề nghị cơ sở y tế {context.facility} xác định tình trạng nghiện ma túy "
        f"đối với ông/bà {person.name}:"
    )
    sheet.line("1. Người được đề nghị xác định tình trạng nghiện ma túy:")
    sheet.fields(("Họ và tên", person.name), ("Giới tính", person.sex))
    sheet.field("Ngày, tháng, năm sinh", person.birth)
    sheet.fields(
        (ID_LABEL, person.id_number), ("ngày cấp", person.id_issued_on), ("Nơi cấp", person.id_issued_by)
    )
    sheet.field("Nơi thường trú", person.registered_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    sheet.field("Họ và tên của cha/mẹ/người giám hộ/người đại diện hợp pháp", context.representative)
    sheet.field("Địa chỉ liên hệ", context.contact_address)
    sheet.field("2. Địa điểm xác định tình trạng nghiện ma túy", context.place)
    # The form's own limit, in the words of its note 8.
    sheet.field(
        "3. Thời hạn trả kết quả",
        "không quá 05 ngày kể từ ngày cơ sở y tế tiếp cận người được đề nghị xác định tình trạng nghiện ma túy",
    )
    sheet.end()
    sheet.signatures((None, Signature("Thủ trưởng cơ quan", SEAL, context.signer, head=True)))


# --- 109-03


def gather_examined_life(case: Case) -> ExaminedLife:
    """The content of 109-03.

    Raises:
        MissingValue: a part of the history, an opinion, the attitude or the compiler of the summary is not recorded.
    """
    return ExaminedLife(
        header=header_of(case),
        person=person_of(case),
        use_history=case.fact("use_history", "tiền sử sử dụng trái phép chất ma túy"),
        measures_applied=case.fact("measures_applied", "các biện pháp đã áp dụng"),
        earlier_rehab=case.fact("earlier_rehab", "các biện pháp cai nghiện và quản lý sau cai"),
        family_opinion=case.fact("family_opinion", "ý kiến của gia đình hoặc người đại diện hợp pháp"),
        authority_remarks=case.fact("authority_remarks", "nhận xét, đánh giá của chính quyền địa phương"),
        cooperative=case.fact("cooperative", "ý thức hợp tác"),
        compiled_by=cast("Official", case.fact("compiled_by", "người lập bản tóm tắt lý lịch")).name,
        signer=case.signer.name,
    )


def write_examined_life(sheet: Sheet, context: ExaminedLife) -> None:
    """Write 109-03."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), place=header.place, day=header.day)
    sheet.photo_box(3, 4, "Ảnh 3 x 4\nĐóng dấu\ngiáp lai")
    sheet.title("Bản tóm tắt lý lịch", "Người được đề nghị xác định tình trạng nghiện ma túy")
    sheet.heading("I. THÔNG TIN CÁ NHÂN")
    sheet.field("1. Họ và tên", person.name)
    sheet.field("2. Tên gọi khác", person.other_name)
    sheet.fields(("3. Giới tính", person.sex), ("Ngày, tháng, năm sinh", person.birth))
    sheet.fields(
        ("4. Số CMND/CCCD/Hộ chiếu", person.id_number),
        ("nơi cấp", person.id_issued_by),
        ("ngày cấp", person.id_issued_on),
    )
    sheet.field("5. Trình độ văn hóa", person.education)
    sheet.field("6. Nguyên quán", person.hometown)
    sheet.field("7. Nơi đăng ký thường trú/tạm trú", person.registered_residence)
    sheet.field("8. Nơi ở hiện tại", person.present_residence)
    sheet.fields(
        ("9. Quốc tịch", person.nationality), ("Dân tộc", person.ethnicity), ("Tôn giáo", person.religion)
    )
    sheet.field("10. Nghề nghiệp", person.occupation)
    sheet.heading("II. TIỀN SỬ SỬ DỤNG MA TÚY VÀ CÁC BIỆN PHÁP XỬ LÝ ĐÃ BỊ ÁP DỤNG")
    sheet.field("1. Tiền sử sử dụng trái phép chất ma túy", context.use_history)
    sheet.field(
        "2. Các biện pháp áp dụng đối với hành vi sử dụng trái phép chất ma túy", context.measures_applied
    )
    sheet.field("3. Các biện pháp cai nghiện và quản lý sau cai", context.earlier_rehab)
    sheet.field("4. Ý kiến của gia đình hoặc người đại diện hợp pháp", context.family_opinion)
    sheet.field("5. Nhận xét, đánh giá của chính quyền địa phương", context.authority_remarks)
    sheet.line("6. Ý thức hợp tác của người được đề nghị xác định tình trạng nghiện với cơ quan chức năng?")
    sheet.ticks(("Hợp tác", context.cooperative), ("Không hợp tác", not context.cooperative))
    sheet.field("7. Các thông tin khác", "không")
    sheet.signatures(
        (
            Signature("Thủ trưởng đơn vị", SEAL, context.signer, head=True),
            Signature("Người lập\nbản tóm tắt lý lịch", HAND, context.compiled_by),
        )
    )


# --- 109-05


def gather_result(case: Case) -> DeterminationResult:
    """The content of 109-05; it names the substance if the person is addicted and the substance is known (note 7).

    Raises:
        MissingValue: no request 109-02 in the dossier, no result, or nobody who determined it.
    """
    request = case.document("109-02")
    addicted = case.fact("result", "kết quả xác định tình trạng nghiện") == "addicted"
    return DeterminationResult(
        header=header_of(case),
        requester=request.issuer,
        request_number=request.number,
        request_date=long_date(request.day),
        person=person_of(case),
        result=outcome(case.text("substance", ""), addicted=addicted),
        doctor=cast("Official", case.fact("doctor", "người xác định tình trạng nghiện")).name,
        signer=case.signer.name,
    )


def outcome(substance: str, *, addicted: bool) -> str:
    """What forms 04 and 05 state: one of two results, the substance where it is known (note 5 and note 7)."""
    known = substance.rstrip(" .;")
    if not addicted:
        return "Không nghiện ma túy."
    return f"Nghiện ma túy, tên chất ma túy: {known}." if known else "Nghiện ma túy."


def write_result(sheet: Sheet, context: DeterminationResult) -> None:
    """Write 109-05."""
    header, person = context.header, context.person
    sheet.header((header.superior, header.issuer), place=header.place, day=header.day)
    sheet.title("Phiếu kết quả", "Xác định tình trạng nghiện ma túy", rule=False)
    sheet.addressee(context.requester)
    sheet.line(
        f"Căn cứ giấy đề nghị số: {context.request_number} {context.request_date} của {context.requester} về việc "
        f"đề nghị xác định tình trạng nghiện ma túy đối với ông (bà) {person.name}."
    )
    sheet.line(
        f"Cơ sở y tế {header.issuer} trả kết quả xác định tình trạng nghiện ma túy đối với ông (bà) {person.name}. "
        f"Sinh ngày: {person.birth}"
    )
    write_outcome(sheet, person, context.result, context.signer, context.doctor)


def write_outcome(sheet: Sheet, person: PersonBlock, result: str, signer: str, doctor: str) -> None:
    """Who was examined, the result and the signatures, as forms 04 and 05 end alike."""
    sheet.fields(
        (ID_LABEL, person.id_number), ("ngày cấp", person.id_issued_on), ("Nơi cấp", person.id_issued_by)
    )
    sheet.field("Nơi thường trú", person.registered_residence)
    sheet.field("Nơi ở hiện tại", person.present_residence)
    sheet.heading("KẾT QUẢ", centred=True)
    sheet.line(result)
    sheet.signatures(
        (
            Signature("Thủ trưởng đơn vị", SEAL, signer, head=True),
            Signature("Bác sỹ/Y sỹ\nxác định tình trạng nghiện ma túy", HAND, doctor),
        )
    )


FORMS: tuple[Form, ...] = (
    Form(
        code="109-02",
        title="Giấy đề nghị xác định tình trạng nghiện ma túy",
        title_en="Request for the determination of addiction",
        source=f"{APPENDIX} 02",
        stage=Stage.police_collection,
        issuer="Cơ quan Công an đề nghị xác định",
        symbol="GĐN-{symbol}",
        context=DeterminationRequest,
        gather=gather_request,
        write=write_request,
    ),
    Form(
        code="109-03",
        title="Bản tóm tắt lý lịch người được đề nghị xác định tình trạng nghiện ma túy",
        title_en="Life summary of the person to be examined",
        source=f"{APPENDIX} 03",
        stage=Stage.police_collection,
        issuer="Cơ quan Công an đề nghị xác định",
        symbol=None,
        context=ExaminedLife,
        gather=gather_examined_life,
        write=write_examined_life,
    ),
    Form(
        code="109-05",
        title="Phiếu kết quả xác định tình trạng nghiện ma túy (theo đề nghị của cơ quan Công an)",
        title_en="Result of the determination of addiction, for the police",
        source=f"{APPENDIX} 05",
        stage=Stage.health_determination,
        issuer="Cơ sở y tế xác định tình trạng nghiện ma túy",
        symbol=None,
        context=DeterminationResult,
        gather=gather_result,
        write=write_result,
    ),
)
