"""The court's orders about a case or its execution: TA-04 (stopped), TA-09 to TA-11 (postponed, suspended, ordered to serve)."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from documents.case import Case, FormContext, Header, Issued, MissingValue, Particulars, header_of, person_of
from documents.form import Form
from documents.forms.court_case import FILED, CourtCase, court_case, judge_of, write_bases, write_head
from documents.forms.decree_163 import cited, effective_decision, parent_of
from documents.forms.plain import addressed, capital, is_pending, sentence, write_person
from documents.layout import Sheet, long_date
from models.law.facts import Line
from models.law.schema import Stage

_STOPS = {"terminate": "đình chỉ", "suspend": "tạm đình chỉ"}
_STAYS = {"postpone": "hoãn", "exempt": "miễn"}
_CUTS = {
    "suspend_serving": "tạm đình chỉ chấp hành",
    "release_remaining": "miễn chấp hành phần thời gian còn lại của",
    "reduce": "giảm thời hạn chấp hành",
}
_STAYED = {"postpone": ("TA-09", "hoãn"), "suspend_serving": ("TA-10", "tạm đình chỉ")}
"""What an order to serve cancels: by the act, its paper and its name."""
APPLICATIONS = ("V-44", "V-45", "116-42a", "116-42b")
REQUESTS = ("V-46", "116-43")
"""By which forms a stay is applied for, and by which a centre asks to cut the serving short."""


class OrderParticulars(Particulars):
    """What every order asks beyond the dossier: the law it rests on and how it takes effect, which ordinances say."""

    basis: Line = Field(title="Điều, khoản của luật, pháp lệnh làm căn cứ")
    effect: Line = Field(title="Quyết định có hiệu lực từ khi nào (ví dụ: kể từ ngày ký)")
    judge: Line | None = Field(None, title="Thẩm phán, nếu không phải người đã xem xét hồ sơ")
    more: tuple[Line, ...] = Field((), title="Nội dung quyết định khác")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


class StayParticulars(OrderParticulars):
    """What TA-09 asks beyond the dossier."""

    decision: Line | None = Field(
        None, title="Quyết định phải chấp hành (số, ngày, Tòa án), nếu không có trong hồ sơ"
    )
    application: Line | None = Field(None, title="Đơn đề nghị (ngày, của ai), nếu không có trong hồ sơ")
    until: Line = Field("đến khi điều kiện hoãn không còn", title="Thời hạn hoãn")
    report_to: Line | None = Field(None, title="Cơ quan phải trình diện (khi hoãn thì phải ghi)")


class CutParticulars(OrderParticulars):
    """What TA-10 asks beyond the dossier."""

    decision: Line | None = Field(
        None, title="Quyết định đang chấp hành (số, ngày, Tòa án), nếu không có trong hồ sơ"
    )
    request: Line | None = Field(
        None, title="Văn bản đề nghị của cơ sở (số, ngày, cơ sở), nếu không có trong hồ sơ"
    )
    reduction: Line | None = Field(None, title="Thời hạn được giảm, nếu không ghi bằng ngày")
    report_to: Line | None = Field(None, title="Cơ quan phải trình diện (khi tạm đình chỉ thì phải ghi)")


class ServeParticulars(OrderParticulars):
    """What TA-11 asks beyond the dossier."""

    decision: Line | None = Field(
        None, title="Quyết định phải chấp hành (số, ngày, Tòa án), nếu không có trong hồ sơ"
    )
    cancelled: Line | None = Field(
        None, title="Quyết định bị hủy (số, ngày, Tòa án), nếu không có trong hồ sơ"
    )
    police: Line = Field(title="Cơ quan Công an nhận Quyết định để thi hành")


class Order(FormContext):
    """What the court's orders share; `appeal`: the complaint period, None where nobody may complain."""

    header: Header
    case: CourtCase
    basis: str
    reasons: str
    effect: str
    appeal: str | None
    more: tuple[str, ...]
    recipients: tuple[str, ...]


class StopOrder(Order):
    """TA-04, the case is terminated or suspended (PL 03/2022/UBTVQH15 Đ.16; PL 09/2014/UBTVQH13 Đ.15)."""

    kind: Literal["tạm đình chỉ", "đình chỉ"]
    held: bool
    """Whether pending management ends with a termination."""


class StayOrder(Order):
    """TA-09, the execution is postponed or exempted (Luật 120/2025/QH15 Đ.39.1–2; Luật Xử lý vi phạm hành chính Đ.111)."""

    kind: Literal["hoãn", "miễn"]
    decision: str
    application: str
    proof: str
    until: str | None
    report_to: str | None


class CutOrder(Order):
    """TA-10, the serving is suspended, reduced or its rest remitted (Luật 120/2025/QH15 Đ.39.3; Luật Xử lý vi phạm hành chính Đ.112)."""

    what: str
    decision: str
    request: str
    petitioner: str
    proof: str | None
    reduction: str | None
    report_to: str | None


class ServeOrder(Order):
    """TA-11, a stay is cancelled and the person ordered to serve (Luật 120/2025/QH15 Đ.39.6; Luật Xử lý vi phạm hành chính Đ.113)."""

    kind: Literal["hoãn", "tạm đình chỉ"]
    decision: str
    cancelled: str
    police: str


# -- gathering --------------------------------------------------------------------------------------------


def act_of(case: Case, *codes: str) -> str:
    """Which act the paper is of: the one under way, or drawn up later the last of those done."""
    if case.action in codes:
        return case.action
    done = [code for code in codes if code in case.acts]
    if not done:
        raise MissingValue(case.form, "act", "quyết định đã ghi nhận của Tòa án")
    return max(done, key=case.acts.__getitem__)


def _order(case: Case, stated: OrderParticulars, act: str, reasons: str, *told: str) -> Order:
    if stated.judge:
        case = replace(case, facts={**case.facts, "judge": stated.judge})
    about = court_case(case)
    person = f"{capital(addressed(about.person))} hoặc người đại diện hợp pháp"
    open_to_appeal = act not in (case.wording.unappealable or ())
    return Order(
        header=header_of(case),
        case=about,
        basis=stated.basis,
        reasons=reasons,
        effect=stated.effect,
        appeal=case.wording.complaint_period if open_to_appeal else None,
        more=stated.more,
        recipients=tuple(
            dict.fromkeys((person, about.requester, *told, about.procuracy, *stated.recipients, FILED))
        ),
    )


def gather_stop(case: Case) -> StopOrder:
    """The content of TA-04; a termination ends pending management."""
    act = act_of(case, *_STOPS)
    ground = "termination_ground" if act == "terminate" else "suspension_ground"
    order = _order(case, case.given(OrderParticulars), act, case.fact(ground, "căn cứ"))
    return StopOrder(**dict(order), kind=_STOPS[act], held=act == "terminate" and is_pending(case))


def gather_stay(case: Case) -> StayOrder:
    """The content of TA-09; who is postponed must report, so the paper says where."""
    stated, act = case.given(StayParticulars), act_of(case, *_STAYS)
    order = _order(
        case, stated, act, case.fact("postponement_ground", "căn cứ hoãn, miễn"), case.party("compiler").name
    )
    return StayOrder(
        **dict(order),
        kind=_STAYS[act],
        decision=stated.decision or effective_decision(case),
        application=stated.application or _application(case),
        proof=case.fact("proof", "tài liệu chứng minh"),
        until=stated.until if act == "postpone" else None,
        report_to=_report_to(case, stated.report_to, asked=act == "postpone"),
    )


def gather_cut(case: Case) -> CutOrder:
    """The content of TA-10."""
    stated, act = case.given(CutParticulars), act_of(case, *_CUTS)
    reasons = case.fact("suspension_ground" if act == "suspend_serving" else "reasons", "lý do")
    centre = case.party("centre").name
    order = _order(case, stated, act, reasons, case.party("compiler").name, centre)
    reduced = act == "reduce" and (
        stated.reduction or f"{case.fact('reduced_days', 'số ngày được giảm'):02} ngày"
    )
    return CutOrder(
        **dict(order),
        what=_CUTS[act],
        decision=stated.decision or effective_decision(case),
        request=stated.request or cited(_last(case, REQUESTS, "văn bản đề nghị của cơ sở")),
        petitioner=centre,
        proof=case.facts.get("proof") if act != "reduce" else None,
        reduction=reduced or None,
        report_to=_report_to(case, stated.report_to, asked=act == "suspend_serving"),
    )


def gather_serve(case: Case) -> ServeOrder:
    """The content of TA-11; drawn up after the act, what it cancelled is known by its paper."""
    stated = case.given(ServeParticulars)
    done = [act for act in _STAYED if act in case.acts] or [
        act for act, (form, _) in _STAYED.items() if form in case.issued
    ]
    if not done:
        raise MissingValue(case.form, "cancelled", "quyết định hoãn, tạm đình chỉ bị hủy")
    form, kind = _STAYED[max(done, key=lambda act: (act in case.acts, case.acts.get(act, case.occurred_at)))]
    order = _order(case, stated, "revoke", case.fact("reasons", "lý do"), stated.police)
    return ServeOrder(
        **dict(order),
        kind=kind,
        decision=stated.decision or effective_decision(case),
        cancelled=stated.cancelled or cited(case.document(form)),
        police=stated.police,
    )


def _application(case: Case) -> str:
    """The application in the file, by its day and who made it."""
    made = _last(case, APPLICATIONS, "đơn đề nghị hoãn, miễn")
    return f"{long_date(made.day)} của {parent_of(case) or addressed(person_of(case))}"


def _last(case: Case, forms: tuple[str, ...], title: str) -> Issued:
    found = [case.issued[form] for form in forms if form in case.issued]
    if not found:
        raise MissingValue(case.form, forms[0], title)
    return max(found, key=lambda issued: issued.day)


def _report_to(case: Case, stated: str | None, *, asked: bool) -> str | None:
    if asked and stated is None:
        raise MissingValue(case.form, f"particulars.{case.form}.report_to", "cơ quan phải trình diện")
    return stated


# -- writing ----------------------------------------------------------------------------------------------


def _open(sheet: Sheet, context: Order, about: str, *grounds: str) -> None:
    """Head, title, grounds and reasons, down to "QUYẾT ĐỊNH:"."""
    write_head(sheet, context.header)
    sheet.title("Quyết định", capital(about))
    sheet.authority(context.case.court)
    write_bases(sheet, context.case, f"Căn cứ {context.basis}", *grounds)
    sheet.resolved("Xét thấy:")
    sheet.line(sentence(context.reasons))
    sheet.resolved()


def _close(sheet: Sheet, context: Order, articles: list[str], petitioner: str | None, executors: str) -> None:
    """The further articles, effect, rights and execution; then recipients and signature."""
    case, number = context.case, 2
    for text in (*articles, *map(sentence, context.more), f"Quyết định này có hiệu lực {context.effect}."):
        sheet.article(number, text)
        number += 1
    if context.appeal:
        sheet.article(number, "Quyền khiếu nại, kiến nghị, kháng nghị:")
        number += 1
        sheet.point(
            "-",
            f"{capital(addressed(case.person))} hoặc người đại diện hợp pháp có quyền khiếu nại Quyết định này trong "
            f"thời hạn {context.appeal}.",
        )
        petition = f"{petitioner} có quyền kiến nghị, " if petitioner else ""
        sheet.point(
            "-",
            f"{petition}{case.procuracy} có quyền kháng nghị Quyết định này trong thời hạn theo quy định của pháp luật "
            f"về trình tự, thủ tục Tòa án nhân dân xem xét, quyết định việc {case.measure_full}.",
        )
        sheet.point("-", f"Khiếu nại, kiến nghị, kháng nghị được gửi đến {case.court}.")
    sheet.article(
        number,
        f"{executors}, {addressed(case.person)} và các cơ quan, tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành "
        "Quyết định này.",
    )
    sheet.end()
    sheet.closing(context.recipients, judge_of(case))


def write_stop(sheet: Sheet, context: StopOrder) -> None:
    """TA-04 on paper."""
    case, what = context.case, f"{context.kind} việc xem xét, quyết định"
    _open(sheet, context, f"{what}\n{case.measure_full}")
    sheet.article(
        1, f"{capital(what)} {case.measure_full} theo đề nghị của {case.requester} đối với người bị đề nghị:"
    )
    write_person(sheet, case.person)
    articles = []
    if context.held:
        articles.append(
            f"Chấm dứt việc quản lý {addressed(case.person)} trong thời gian lập hồ sơ đề nghị ngay sau khi công bố "
            "Quyết định này."
        )
    if context.kind == "tạm đình chỉ":
        articles.append(f"Khi căn cứ tạm đình chỉ không còn, {case.court} tiếp tục xem xét, quyết định.")
    _close(sheet, context, articles, case.requester, case.requester)


def write_stay(sheet: Sheet, context: StayOrder) -> None:
    """TA-09 on paper."""
    case, what = context.case, f"{context.kind} chấp hành"
    _open(
        sheet,
        context,
        f"{what} quyết định\n{case.measure_full}",
        f"Căn cứ Quyết định {context.decision}",
        f"Xét đơn đề nghị {context.application}",
    )
    sheet.article(1, f"{capital(what)} Quyết định {context.decision} về việc {case.measure_full} đối với:")
    write_person(sheet, case.person)
    sheet.field("Tài liệu chứng minh", context.proof)
    articles = [f"Thời hạn hoãn: {context.until}."] if context.until else []
    _close(sheet, context, [*articles, *_reporting(context)], case.requester, case.requester)


def write_cut(sheet: Sheet, context: CutOrder) -> None:
    """TA-10 on paper."""
    case = context.case
    _open(
        sheet,
        context,
        f"{context.what} quyết định\n{case.measure_full}",
        f"Căn cứ Quyết định {context.decision}",
        f"Xét văn bản đề nghị {context.request}",
    )
    sheet.article(
        1, f"{capital(context.what)} Quyết định {context.decision} về việc {case.measure_full} đối với:"
    )
    write_person(sheet, case.person)
    if context.proof:
        sheet.field("Tài liệu chứng minh", context.proof)
    articles = [f"Thời hạn được giảm: {context.reduction}."] if context.reduction else []
    _close(sheet, context, [*articles, *_reporting(context)], context.petitioner, context.petitioner)


def _reporting(context: StayOrder | CutOrder) -> list[str]:
    person = capital(addressed(context.case.person))
    return [f"{person} có trách nhiệm trình diện với {context.report_to}."] if context.report_to else []


def write_serve(sheet: Sheet, context: ServeOrder) -> None:
    """TA-11 on paper; against it nobody petitions (PL 03/2022/UBTVQH15 Đ.31.2–3)."""
    case = context.case
    _open(
        sheet,
        context,
        f"hủy quyết định {context.kind} và buộc chấp hành quyết định\n{case.measure_full}",
        f"Căn cứ Quyết định {context.decision}",
        f"Căn cứ Quyết định {context.cancelled} về việc {context.kind} chấp hành",
    )
    sheet.article(
        1,
        f"Hủy Quyết định {context.cancelled} về việc {context.kind} chấp hành quyết định {case.measure_full} đối với:",
    )
    write_person(sheet, case.person)
    serve = (
        f"Buộc {addressed(case.person)} chấp hành Quyết định {context.decision} về việc {case.measure_full}."
    )
    _close(sheet, context, [serve], None, context.police)


FORMS: tuple[Form, ...] = (
    Form(
        code="TA-04",
        title="Quyết định đình chỉ/tạm đình chỉ việc xem xét",
        title_en="Decision to terminate or suspend the case",
        source="không có mẫu; PL 03/2022/UBTVQH15 Đ.16; PL 09/2014/UBTVQH13 Đ.15",
        stage=Stage.court_decision,
        issuer="Thẩm phán được phân công",
        symbol="QĐ-{symbol}",
        context=StopOrder,
        gather=gather_stop,
        write=write_stop,
        particulars=OrderParticulars,
    ),
    Form(
        code="TA-09",
        title="Quyết định hoãn/miễn chấp hành",
        title_en="Decision to postpone or exempt",
        source="không có mẫu; Luật 120/2025/QH15 Đ.39.4; PL 03/2022/UBTVQH15 Đ.27; PL 09/2014/UBTVQH13 Đ.26",
        stage=Stage.execution,
        issuer="Thẩm phán được phân công",
        symbol="QĐ-{symbol}",
        context=StayOrder,
        gather=gather_stay,
        write=write_stay,
        particulars=StayParticulars,
    ),
    Form(
        code="TA-10",
        title="Quyết định giảm thời hạn/tạm đình chỉ/miễn chấp hành phần thời gian còn lại",
        title_en="Decision to reduce, suspend or remit the rest of the term",
        source="không có mẫu; Luật 120/2025/QH15 Đ.39.4; PL 03/2022/UBTVQH15 Đ.28; PL 09/2014/UBTVQH13",
        stage=Stage.execution,
        issuer="Thẩm phán được phân công",
        symbol="QĐ-{symbol}",
        context=CutOrder,
        gather=gather_cut,
        write=write_cut,
        particulars=CutParticulars,
    ),
    Form(
        code="TA-11",
        title="Quyết định hủy hoãn/tạm đình chỉ và buộc chấp hành",
        title_en="Decision to cancel a stay and order to serve",
        source="không có mẫu; Luật 120/2025/QH15 Đ.39.6; PL 03/2022/UBTVQH15 Đ.29; Luật Xử lý vi phạm hành chính Đ.113",
        stage=Stage.execution,
        issuer="Thẩm phán được phân công",
        symbol="QĐ-{symbol}",
        context=ServeOrder,
        gather=gather_serve,
        write=write_serve,
        particulars=ServeParticulars,
    ),
)
