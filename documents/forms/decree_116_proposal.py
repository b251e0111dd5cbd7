"""What a centre asks of the court under Decree 116/2021, Appendix II: the proposal 116-43 and its list 116-44."""

from typing import Literal

from pydantic import Field

from documents.case import Case, FormContext, Header, Issued, Particulars, header_of, person_of
from documents.form import Form
from documents.forms.decree_163 import FILED
from documents.forms.legacy import OfDecision, court_decision_of, decree_116, head_of, speaker
from documents.layout import Sheet, Signature
from models.law.facts import Line
from models.law.schema import Stage

_APPENDIX = "NĐ 116/2021/NĐ-CP, Phụ lục II, Mẫu số"
_SIGNED = "(Ký, ghi rõ họ tên và đóng dấu)"

Asked = Literal["giảm thời hạn", "tạm đình chỉ", "miễn"]
_PROPOSED = {"giảm thời hạn": "giảm thời hạn", "tạm đình chỉ": "tạm đình chỉ", "miễn": "miễn thi hành"}
"""As 116-43 says it, by what is asked."""
_LISTED = {**_PROPOSED, "miễn": "miễn chấp hành phần thời gian còn lại"}
"""As 116-44 says it."""

_HEADINGS = (
    "TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số CCCD/ CMND/HC", "Số Quyết định đưa vào CSCN",
    "Thời gian đã chấp hành", "Thời gian còn lại", "Thời gian đề nghị (giảm/ tạm đình chỉ/miễn)",
    "Lý do đề nghị (giảm/ tạm đình chỉ/miễn)", "Tài liệu chứng minh (Phụ lục)",
)  # fmt: skip
_WIDTHS = (10.0, 26.0, 25.0, 14.0, 31.0, 27.0, 20.0, 20.0, 23.0, 27.0, 19.0)
_GROUPS = (("", 6), ("Thời gian cai nghiện bắt buộc", 2), ("", 3))


class ProposalParticulars(Particulars):
    """What 116-43 asks beyond the dossier."""

    asked: Asked = Field(title="Đề nghị giảm thời hạn, tạm đình chỉ hay miễn")
    court: Line = Field(title="Tòa án nhân dân nơi cơ sở đóng trụ sở")


class ListParticulars(OfDecision):
    """What 116-44 asks beyond the dossier."""

    asked: Asked = Field(title="Đề nghị giảm thời hạn, tạm đình chỉ hay miễn")
    proposal: Line | None = Field(None, title="Văn bản đề nghị, nếu Mẫu 43 lập ngoài hệ thống (số, ngày)")
    served: Line = Field(title="Thời gian đã chấp hành")
    left: Line = Field(title="Thời gian còn lại")
    proposed: Line = Field(title="Thời gian đề nghị giảm, tạm đình chỉ, miễn")
    reason: Line = Field(title="Lý do đề nghị")
    proof: Line = Field(title="Tài liệu chứng minh (Phụ lục)")


class ServingProposal(FormContext):
    """116-43, proposal to the court where the centre sits (Decree 116/2021 art. 58.4.a, 58.5.c)."""

    header: Header
    court: str
    proposed: str
    measure: str
    decree: str
    office: str
    position: str
    signer: str


class ServingList(FormContext):
    """116-44, the list that goes with 116-43 (art. 58.4.b): of this dossier's person, for each dossier has one."""

    header: Header
    listed: str
    facility: str
    proposal: str
    office: str
    name: str
    birth: str
    sex: str
    id_number: str
    court_decision: str
    served: str
    left: str
    proposed: str
    reason: str
    proof: str
    position: str
    signer: str


def gather_proposal(case: Case) -> ServingProposal:
    """The content of 116-43; its note names the court that decided, the article and the law that of the centre's seat."""
    stated = case.given(ProposalParticulars)
    return ServingProposal(
        header=header_of(case),
        court=stated.court,
        proposed=f"{_PROPOSED[stated.asked]} quyết định {case.wording.measure}",
        measure=case.wording.measure,
        decree=decree_116(case),
        office=head_of(case.issuer),
        position=case.signer.position,
        signer=case.signer.name,
    )


def gather_list(case: Case) -> ServingList:
    """The content of 116-44; it names the letter it goes with."""
    stated, person = case.given(ListParticulars), person_of(case)
    return ServingList(
        header=header_of(case),
        listed=_LISTED[stated.asked],
        facility=case.wording.facility,
        proposal=stated.proposal or _letter(case.document("116-43")),
        office=head_of(case.issuer),
        name=person.name,
        birth=person.birth,
        sex=person.sex,
        id_number=person.id_number,
        court_decision=_decision(case, stated),
        position=case.signer.position,
        signer=case.signer.name,
        **stated.model_dump(exclude={"asked", "proposal", "court_decision"}),
    )


def _letter(issued: Issued) -> str:
    return f"số {issued.number} ngày {issued.day:%d/%m/%Y}"


def _decision(case: Case, stated: ListParticulars) -> str:
    """Number and day, which is what the column asks; all that is known of a decision made outside or on appeal."""
    issued = case.issued.get("TA-07")
    if stated.court_decision or issued is None or case.facts.get("appeal_outcome") == "changed":
        return court_decision_of(case, stated)
    return f"{issued.number} ngày {issued.day:%d/%m/%Y}"


def write_proposal(sheet: Sheet, context: ServingProposal) -> None:
    """116-43 on paper."""
    header, court = context.header, context.court
    sheet.header((header.superior, header.issuer), header.number, header.place, header.day)
    sheet.title("Đề nghị", f"Xem xét {context.proposed}")
    sheet.addressee(court)
    name, office = speaker(context, context.signer, context.office)
    sheet.line(f"Tôi là: {name};")
    sheet.line(f"Chức vụ: {office};")
    sheet.line(f"{context.decree};")
    sheet.line(f"Căn cứ kết quả cai nghiện của người phải chấp hành biện pháp {context.measure},")
    sheet.line(
        f"Đề nghị {court} xem xét, quyết định {context.proposed} đối với các đối tượng sau: (Danh sách, tài liệu chứng "
        "minh kèm theo)."
    )
    sheet.line(f"Kính đề nghị {court} xem xét, quyết định.")
    sheet.end()
    sheet.closing(("Như trên", FILED), Signature(context.position, _SIGNED, context.signer))


def write_list(sheet: Sheet, context: ServingList) -> None:
    """116-44 on paper, lying on its side for its eleven columns."""
    header = context.header
    sheet.turn()
    sheet.header((header.superior, header.issuer), None, header.place, header.day)
    sheet.title("Danh sách đối tượng", f"Đề nghị {context.listed} tại {context.facility}", rule=False)
    sheet.line(f"(Kèm theo Văn bản {context.proposal} của {context.office})")
    sheet.table(
        _HEADINGS,
        [(
            "1", context.name, context.birth, context.sex, context.id_number, context.court_decision, context.served,
            context.left, context.proposed, context.reason, context.proof,
        )],
        _WIDTHS,
        groups=_GROUPS,
        numbered=True,
    )  # fmt: skip
    sheet.signatures((None, Signature(context.position, _SIGNED, context.signer, head=True)))


FORMS: tuple[Form, ...] = (
    Form(
        code="116-43",
        title="Đề nghị giảm thời hạn, tạm đình chỉ, miễn thi hành quyết định đưa vào cơ sở cai nghiện bắt buộc",
        title_en="Proposal to reduce, suspend or remit the serving",
        source=f"{_APPENDIX} 43",
        stage=Stage.execution,
        issuer="Giám đốc cơ sở cai nghiện bắt buộc",
        symbol="ĐN-CSCN",
        context=ServingProposal,
        gather=gather_proposal,
        write=write_proposal,
        particulars=ProposalParticulars,
    ),
    Form(
        code="116-44",
        title="Danh sách đối tượng được đề nghị giảm thời hạn, tạm đình chỉ, miễn thi hành quyết định",
        title_en="List of those proposed for reduction, suspension or remission",
        source=f"{_APPENDIX} 44",
        stage=Stage.execution,
        issuer="Giám đốc cơ sở cai nghiện bắt buộc",
        symbol=None,
        context=ServingList,
        gather=gather_list,
        write=write_list,
        particulars=ListParticulars,
    ),
)
