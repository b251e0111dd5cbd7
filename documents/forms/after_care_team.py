"""Who helps in after-care, V-55, V-59 and V-60 of Decree 163/2026, Appendix V: decisions of the commune's chairman."""

from datetime import date
from typing import Annotated

from pydantic import Field

from documents.case import Case, FormContext, Header, Issued, MissingValue, Particulars, header_of
from documents.form import Form
from documents.forms.after_care import Made, chairman_signs, open_committee_decision
from documents.forms.decree_163 import DECREE, FILED, write_list
from documents.layout import Sheet, long_date
from models.law.facts import Day, Line, Part
from models.law.schema import Stage

_APPENDIX = "NĐ 163/2026/NĐ-CP, Phụ lục V, Mẫu số"
_DUTY = "thực hiện nhiệm vụ tư vấn tâm lý, xã hội, quản lý, hỗ trợ"
_ABOUT = "Phân công người thực hiện nhiệm vụ tư vấn tâm lý, xã hội,\nquản lý, hỗ trợ"
AT_HOME = "người cai nghiện ma túy tự nguyện tại gia đình, cộng đồng"
IN_AFTER_CARE = "người bị quản lý sau cai nghiện ma túy"
_EFFECTIVE = "Ngày quyết định có hiệu lực"


class Numbered(Part):
    """A paper of a body that is known, made outside this system."""

    number: Line = Field(title="Số, ký hiệu")
    day: Day = Field(title="Ngày")


class Member(Part):
    """A further member of the team."""

    name: Line = Field(title="Họ tên")
    unit: Line = Field(title="Đơn vị")


class TeamParticulars(Particulars):
    """What V-55 asks beyond the dossier."""

    police: Line = Field(title="Tổ trưởng: đại diện Công an cấp xã")
    health: Line = Field(title="Tổ phó: đại diện Trạm Y tế")
    culture: Line = Field(title="Thành viên: đại diện Phòng Văn hóa - Xã hội")
    youth: Line = Field(title="Thành viên: đại diện Đoàn TNCSHCM cấp xã")
    others: tuple[Member, ...] = Field((), title="Thành viên khác")
    effective_on: Day = Field(title=_EFFECTIVE)


class HelpersParticulars(Particulars):
    """What V-59 asks beyond the dossier."""

    people: Annotated[tuple[Line, ...], Field(min_length=1)] = Field(
        title="Họ tên những người được phân công"
    )
    resolution: Numbered | None = Field(
        None, title="Nghị quyết của Hội đồng nhân dân cấp tỉnh về việc hỗ trợ, nếu đã có"
    )
    effective_on: Day = Field(title=_EFFECTIVE)


class NewHelperParticulars(Particulars):
    """What V-60 asks beyond the dossier."""

    helper: Line = Field(title="Họ tên người được phân công")
    assignment: Numbered = Field(
        title="Quyết định phân công người thực hiện nhiệm vụ của Chủ tịch Ủy ban nhân dân nơi chuyển đến"
    )
    notice: Made | None = Field(
        None, title="Thông báo của Công an cấp xã nơi chuyển đi, nếu lập ngoài hệ thống"
    )
    effective_on: Day = Field(title=_EFFECTIVE)


class Team(FormContext):
    """V-55, decision on the after-care team (Decree 163/2026 art. 136.3)."""

    header: Header
    proposer: str
    members: tuple[str, ...] = Field(min_length=4)
    effective_on: date
    signer: str


class Helpers(FormContext):
    """V-59, decision naming who counsels and helps (Decree 163/2026 art. 130.1)."""

    header: Header
    proposer: str
    whom: str
    resolution: str | None
    people: tuple[str, ...] = Field(min_length=1)
    effective_on: date
    signer: str


class NewHelper(FormContext):
    """V-60, decision naming who helps someone who has moved in (Decree 163/2026 art. 136.1.b)."""

    header: Header
    proposer: str
    person: str
    helper: str
    assignment: Numbered
    notice: str
    effective_on: date
    signer: str


# --- V-55


def gather_team(case: Case) -> Team:
    """The content of V-55; the police and the health station are the commune's own."""
    stated, police = case.given(TeamParticulars), case.party("compiler").name
    others = (f"{other.name}, {other.unit} - Thành viên" for other in stated.others)
    return Team(
        header=header_of(case),
        proposer=police,
        members=(
            f"{stated.police}, {police} - Tổ trưởng",
            f"{stated.health}, Trạm Y tế {case.issuer.commune} - Tổ phó",
            f"{stated.culture}, Phòng Văn hóa - Xã hội - Thành viên",
            f"{stated.youth}, Đoàn TNCSHCM cấp xã - Thành viên",
            *others,
        ),
        effective_on=stated.effective_on,
        signer=case.signer.name,
    )


def write_team(sheet: Sheet, context: Team) -> None:
    """V-55 on paper."""
    managed = "đối với người bị quản lý sau cai nghiện tại nơi cư trú"
    about = "Phân công Tổ quản lý, hỗ trợ xã hội sau cai nghiện ma túy tại nơi cư trú"
    open_committee_decision(sheet, context.header, about)
    sheet.basis(DECREE, f"Theo đề nghị của Trưởng {context.proposer}")
    sheet.resolved()
    sheet.article(1, f"Thành lập Tổ quản lý, hỗ trợ xã hội tại nơi cư trú {managed} như sau:")
    for number, member in enumerate(context.members, start=1):
        sheet.point(f"{number}.", f"Đồng chí {member}.")
    sheet.article(2, f"Phân công quản lý, hỗ trợ xã hội tại nơi cư trú {managed} như sau:")
    sheet.line(
        f"Căn cứ vào tình hình thực tế, Tổ trưởng Tổ quản lý, hỗ trợ xã hội tại nơi cư trú {managed} phân công các thành "
        "viên theo chức năng, nhiệm vụ được giao thực hiện quản lý, hỗ trợ xã hội đối với người sau cai nghiện tại nơi cư "
        "trú."
    )
    sheet.article(3, "Kinh phí hoạt động của Tổ thực hiện theo quy định hiện hành.")
    _close(sheet, 4, "các cơ quan, tổ chức", context.effective_on, context.signer)


# --- V-59


def gather_helpers(case: Case) -> Helpers:
    """The content of V-59; whom they help follows from where the dossier stands.

    Raises:
        MissingValue: the person is neither in after-care nor in voluntary rehab at home.
    """
    stated = case.given(HelpersParticulars)
    resolution = stated.resolution
    if {"propose_aftercare", "decide_aftercare", "certify"} & set(case.acts):
        whom = IN_AFTER_CARE
    elif case.facts.get("voluntary_form") == "home":
        whom = AT_HOME
    else:
        raise MissingValue(
            case.form, "voluntary_form", "cai nghiện tự nguyện tại gia đình hoặc quản lý sau cai"
        )
    return Helpers(
        header=header_of(case),
        proposer=case.party("compiler").name,
        whom=whom,
        resolution=resolution and f"{_numbered(resolution)} của Hội đồng nhân dân {case.issuer.province}",
        people=stated.people,
        effective_on=stated.effective_on,
        signer=case.signer.name,
    )


def write_helpers(sheet: Sheet, context: Helpers) -> None:
    """V-59 on paper."""
    whom, resolution = context.whom, context.resolution
    open_committee_decision(sheet, context.header, f"{_ABOUT} {whom}")
    support = f"Căn cứ Nghị quyết {resolution} về việc hỗ trợ người {_DUTY} {whom}"
    council = (support,) if resolution else ()
    sheet.basis(DECREE, *council, f"Theo đề nghị của Trưởng {context.proposer}")
    sheet.resolved()
    sheet.article(1, f"Phân công người {_DUTY} {whom} gồm các ông, bà có tên sau:")
    write_list(sheet, context.people)
    sheet.article(2, f"Kinh phí hỗ trợ người {_DUTY} {whom} được hưởng theo quy định hiện hành.")
    _close(sheet, 3, "các tổ chức", context.effective_on, context.signer)


# --- V-60


def gather_new_helper(case: Case) -> NewHelper:
    """The content of V-60, which rests on the letter V-54 of the police of the commune left."""
    stated = case.given(NewHelperParticulars)
    outside = stated.notice
    notice = Issued("V-54", outside.number, outside.day, outside.issuer) if outside else case.document("V-54")
    return NewHelper(
        header=header_of(case),
        proposer=case.party("compiler").name,
        person=case.person.name,
        helper=stated.helper,
        assignment=stated.assignment,
        notice=f"số {notice.number} {long_date(notice.day)} của Trưởng {notice.issuer}",
        effective_on=stated.effective_on,
        signer=case.signer.name,
    )


def write_new_helper(sheet: Sheet, context: NewHelper) -> None:
    """V-60 on paper."""
    assignment = context.assignment
    open_committee_decision(sheet, context.header, f"{_ABOUT} {IN_AFTER_CARE}")
    sheet.basis(
        DECREE,
        f"Căn cứ Quyết định {_numbered(assignment)} của Chủ tịch {context.header.issuer} về việc "
        f"Phân công người {_DUTY} {IN_AFTER_CARE}",
        f"Căn cứ Thông báo {context.notice} về việc tiếp tục quản lý, hỗ trợ đối với người đang bị áp dụng biện pháp quản lý "
        "sau cai nghiện khi thay đổi nơi cư trú",
        f"Theo đề nghị của Trưởng {context.proposer}",
    )
    sheet.resolved()
    sheet.article(
        1, f"Phân công ông/bà {context.helper} {_DUTY} {IN_AFTER_CARE} đối với ông/bà {context.person}."
    )
    sheet.article(2, f"Kinh phí hỗ trợ người {_DUTY} {IN_AFTER_CARE} được hưởng theo quy định hiện hành.")
    _close(sheet, 3, "các tổ chức", context.effective_on, context.signer)


def _numbered(paper: Numbered) -> str:
    return f"số {paper.number} {long_date(paper.day)}"


def _close(sheet: Sheet, article: int, others: str, effective_on: date, signer: str) -> None:
    """The last two articles, recipients and signature, which the three decisions share."""
    sheet.article(article, f"Quyết định này có hiệu lực kể từ {long_date(effective_on)}.")
    sheet.article(
        article + 1,
        f"Ông/bà có tên tại Điều 1 và {others}, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này.",
    )
    sheet.end()
    sheet.closing((f"Như Điều {article + 1}", FILED), chairman_signs(signer))


FORMS: tuple[Form, ...] = (
    Form(
        code="V-55",
        title="Quyết định phân công Tổ quản lý, hỗ trợ xã hội sau cai nghiện ma túy",
        title_en="Decision on the after-care team",
        source=f"{_APPENDIX} 55",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=Team,
        gather=gather_team,
        write=write_team,
        particulars=TeamParticulars,
    ),
    Form(
        code="V-59",
        title="Quyết định phân công người tư vấn tâm lý, xã hội, quản lý, hỗ trợ",
        title_en="Decision naming who counsels and helps",
        source=f"{_APPENDIX} 59",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã",
        symbol="QĐ-UBND",
        context=Helpers,
        gather=gather_helpers,
        write=write_helpers,
        particulars=HelpersParticulars,
    ),
    Form(
        code="V-60",
        title="Quyết định phân công người hỗ trợ người chuyển đến khi đang bị quản lý sau cai nghiện ma túy",
        title_en="Decision naming who helps someone who has moved in",
        source=f"{_APPENDIX} 60",
        stage=Stage.after_care,
        issuer="Chủ tịch Ủy ban nhân dân cấp xã nơi chuyển đến",
        symbol="QĐ-UBND",
        context=NewHelper,
        gather=gather_new_helper,
        write=write_new_helper,
        particulars=NewHelperParticulars,
    ),
)
