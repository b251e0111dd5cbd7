"""Certificates of voluntary rehab and of substitution treatment: V-28, V-30, V-35 of Decree 163/2026, Appendix V."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from documents.case import Case, FormContext, Header, Particulars, PersonBlock, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import DECREE, FILED, Period, parent_of, write_addressed
from documents.layout import Sheet, Signature, bold, long_date
from models.law.facts import Day, Line, Part
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_HINT = "(Ký, ghi rõ họ tên, đóng dấu)"
_AT_HOME = "tại gia đình, cộng đồng"
_REHAB = "cai nghiện ma túy tự nguyện"
_TREATED = "đang điều trị nghiện bằng thuốc thay thế"
Facility = Literal["public", "school", "private"]
_FACILITIES: dict[Facility, tuple[str, str]] = {
    "private": ("tại cơ sở cai nghiện ma túy tư nhân", "Giám đốc"),
    "public": ("tại cơ sở cai nghiện ma túy", "Trưởng cơ sở cai nghiện"),
    "school": ("tại trường giáo dưỡng", "Hiệu trưởng"),
}
"""Where rehab was done as V-30 says it, and who signs there (art. 94.3, 97.2)."""


class CertificateParticulars(Particulars):
    """What every certificate asks beyond the dossier."""

    period: Period = Field(title="Thời gian")
    family: Line | None = Field(None, title="Đại diện gia đình (để trống: người đại diện đã ghi trong hồ sơ)")
    police: Line | None = Field(
        None, title="Công an cấp xã nhận giấy xác nhận (để trống: Công an cấp xã lập hồ sơ)"
    )
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class RehabParticulars(CertificateParticulars):
    """What V-28 asks beyond the dossier."""

    decision: Line | None = Field(
        None,
        title="Quyết định cai nghiện ma túy tự nguyện: số, ngày, người ký (để trống: quyết định đã lập trong hồ sơ)",
    )


class Contract(Part):
    """The contract with a private centre."""

    number: Line = Field(title="Số hợp đồng")
    day: Day = Field(title="Ngày ký")


class CentreParticulars(RehabParticulars):
    """What V-30 asks beyond the dossier."""

    facility: Facility = Field(title="Loại cơ sở")
    contract: Contract | None = Field(
        None, title="Hợp đồng dịch vụ cai nghiện (chỉ cơ sở cai nghiện ma túy tư nhân)"
    )
    stages: tuple[Line, ...] = Field(
        (), title="Các giai đoạn đã thực hiện (để trống: hoàn thành toàn bộ quy trình)"
    )

    @model_validator(mode="after")
    def only_a_private_centre_has_a_contract(self) -> Self:
        """A private centre works by contract, and only it certifies a part of the process (art. 94.4, 97.2)."""
        private = self.facility == "private"
        if private != (self.contract is not None):
            raise ValueError(
                "hợp đồng có khi và chỉ khi là cơ sở cai nghiện ma túy tư nhân"
                " / a contract goes with a private centre, and only with it"
            )
        if self.stages and not private:
            raise ValueError(
                "chỉ cơ sở cai nghiện ma túy tư nhân xác nhận một phần quy trình"
                " / only a private centre certifies a part of the process"
            )
        return self


class TreatmentParticulars(CertificateParticulars):
    """What V-35 asks beyond the dossier."""

    requested_by: Line = Field(title="Tổ chức, cá nhân đề nghị")


class Certificate(FormContext):
    """What every certificate prints."""

    header: Header
    person: PersonBlock
    period: Period
    recipients: tuple[str, ...]
    signer: str


class HomeCertificate(Certificate):
    """V-28, voluntary rehab at home completed (Decree 163/2026 art. 93.3-4)."""

    decision: str


class CentreCertificate(Certificate):
    """V-30, voluntary rehab in a centre completed, or a part of it done (art. 94.3-4, 97.2)."""

    decision: str
    where: str
    contract: str | None
    stages: tuple[str, ...]
    office: str


class TreatmentCertificate(Certificate):
    """V-35, the person is under substitution treatment (art. 89.3.c, 101.1.c, 104.1.c)."""

    requested_by: str
    office: str


# -- gathering --------------------------------------------------------------------------------------------


def _recipients(case: Case, stated: CertificateParticulars, *others: str) -> tuple[str, ...]:
    """The person, the family, the commune police unless it is the issuer, and whom the article or the officer adds."""
    person, family = case.person.name, stated.family or parent_of(case)
    police = stated.police or case.party("compiler").name
    return (
        f"Ông, bà {person}",
        f"Đại diện gia đình: {family}" if family else f"Đại diện gia đình của ông, bà {person}",
        *([] if police == case.issuer.name else [police]),
        *(other for other in others if other not in {person, police}),
        *stated.recipients,
    )


def _decision(case: Case, stated: RehabParticulars) -> str:
    """The decision on voluntary rehab by number, day and who signed it."""
    if stated.decision:
        return stated.decision
    issued = case.document("V-22")
    return f"số {issued.number} {long_date(issued.day)} của Trưởng {issued.issuer}"


def gather_home(case: Case) -> HomeCertificate:
    """The content of V-28."""
    stated = case.given(RehabParticulars)
    return HomeCertificate(
        header=header_of(case),
        person=person_of(case),
        decision=_decision(case, stated),
        period=stated.period,
        recipients=_recipients(case, stated),
        signer=case.signer.name,
    )


def gather_centre(case: Case) -> CentreCertificate:
    """The content of V-30; a public centre or school also sends it to the commune's chairman (art. 97.2.a)."""
    stated = case.given(CentreParticulars)
    where, office = _FACILITIES[stated.facility]
    contract, contractor = stated.contract, parent_of(case) or case.person.name
    committee = case.parties.get("committee")
    chairman = f"Chủ tịch {committee.name if committee else 'Ủy ban nhân dân cấp xã nơi cư trú'}"
    return CentreCertificate(
        header=header_of(case),
        person=person_of(case),
        decision=_decision(case, stated),
        where=where,
        contract=contract
        and f"số {contract.number} {long_date(contract.day)} giữa cơ sở cai nghiện ma túy và ông (bà) {contractor}",
        stages=stated.stages,
        office=office,
        period=stated.period,
        recipients=_recipients(case, stated, *([] if stated.facility == "private" else [chairman])),
        signer=case.signer.name,
    )


def gather_treatment(case: Case) -> TreatmentCertificate:
    """The content of V-35."""
    stated = case.given(TreatmentParticulars)
    director = "giám đốc" in case.signer.position.lower()
    return TreatmentCertificate(
        header=header_of(case),
        person=person_of(case),
        requested_by=stated.requested_by,
        period=stated.period,
        recipients=_recipients(case, stated, stated.requested_by),
        office="Giám đốc" if director else "Người đại diện",
        signer=case.signer.name,
    )


# -- writing ----------------------------------------------------------------------------------------------


def _write(sheet: Sheet, context: Certificate, about: str, grounds: Sequence[str], certified: str) -> None:
    """From the head of the paper to the time; only titles, grounds and what is certified differ."""
    header = context.header
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Giấy xác nhận", about)
    sheet.authority(header.issuer)
    sheet.basis(DECREE, *grounds)
    sheet.resolved("Xác nhận:")
    write_addressed(sheet, context.person, bold("1."))
    sheet.line(bold("2."), " Xác nhận: ", bold(certified))
    sheet.field("Thời gian", context.period.words)
    sheet.end()


def write_home(sheet: Sheet, context: HomeCertificate) -> None:
    """V-28."""
    done = f"Hoàn thành {_REHAB} {_AT_HOME}"
    grounds = (
        f"Căn cứ Quyết định {context.decision} về việc {_REHAB} {_AT_HOME}",
        f"Căn cứ kết quả cai nghiện tự nguyện của ông (bà): {context.person.name}",
    )
    _write(sheet, context, done, grounds, done)
    sheet.closing((*context.recipients, FILED), Signature("Trưởng Công an", _HINT, context.signer))


def write_centre(sheet: Sheet, context: CentreCertificate) -> None:
    """V-30: of its two titles the one that applies; the contract and "tư nhân" stand for private centres only."""
    where = context.where
    part = "Thời gian, quy trình người cai nghiện ma túy đã thực hiện"
    about = f"{part if context.stages else f'Hoàn thành {_REHAB}'}\n{where}"
    stages = f"{part} ({'; '.join(context.stages)})"
    grounds = [f"Căn cứ Quyết định {context.decision} về việc {_REHAB}"]
    if context.contract:
        grounds.append(f"Căn cứ Hợp đồng dịch vụ cai nghiện {context.contract}")
    grounds.append(f"Căn cứ kết quả cai nghiện tự nguyện của ông (bà): {context.person.name}")
    certified = f"{stages if context.stages else f'Hoàn thành {_REHAB}'} {where}"
    _write(sheet, context, about, grounds, certified)
    sheet.closing((*context.recipients, FILED), Signature(context.office, _HINT, context.signer))


def write_treatment(sheet: Sheet, context: TreatmentCertificate) -> None:
    """V-35."""
    grounds = (f"Căn cứ đề nghị của {context.requested_by}",)
    _write(sheet, context, f"Người {_TREATED}", grounds, _TREATED.capitalize())
    sheet.closing((*context.recipients, FILED), Signature(context.office, _HINT, context.signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="V-28",
        title="Giấy xác nhận hoàn thành cai nghiện ma túy tự nguyện tại gia đình, cộng đồng",
        title_en="Certificate of voluntary rehab completed at home",
        source=f"{_APPENDIX} 28",
        stage=Stage.police_collection,
        issuer="Trưởng Công an cấp xã",
        symbol="GXN-{symbol}",
        context=HomeCertificate,
        gather=gather_home,
        write=write_home,
        particulars=RehabParticulars,
    ),
    Form(
        code="V-30",
        title="Giấy xác nhận hoàn thành cai nghiện ma túy tự nguyện/thời gian, quy trình đã thực hiện tại cơ sở",
        title_en="Certificate of voluntary rehab completed, or partly done, in a centre",
        source=f"{_APPENDIX} 30",
        stage=Stage.police_collection,
        issuer="Giám đốc, Trưởng cơ sở cai nghiện, Hiệu trưởng trường giáo dưỡng",
        symbol="GXN-CNTN",
        context=CentreCertificate,
        gather=gather_centre,
        write=write_centre,
        particulars=CentreParticulars,
    ),
    Form(
        code="V-35",
        title="Giấy xác nhận người đang điều trị nghiện bằng thuốc thay thế",
        title_en="Certificate of substitution treatment",
        source=f"{_APPENDIX} 35",
        stage=Stage.police_collection,
        issuer="Cơ sở điều trị nghiện bằng thuốc thay thế",
        symbol="GXN-ĐTN",
        context=TreatmentCertificate,
        gather=gather_treatment,
        write=write_treatment,
        particulars=TreatmentParticulars,
    ),
)
