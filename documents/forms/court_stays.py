"""The court's orders about the execution: TA-09 (postponed), TA-10 (suspended, reduced, remitted), TA-11 (ordered to serve)."""

from typing import Literal

from pydantic import Field

from documents.case import Case, Issued, MissingValue, person_of
from documents.form import Form
from documents.forms.court_orders import Order, OrderParticulars, act_of, close_order, open_order, order_of
from documents.forms.decree_163 import cited, effective_decision, parent_of
from documents.forms.plain import addressed, capital, write_person
from documents.layout import Sheet, long_date
from models.law.facts import Line
from models.law.schema import Stage

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


def gather_stay(case: Case) -> StayOrder:
    """The content of TA-09; who is postponed must report, so the paper says where."""
    stated, act = case.given(StayParticulars), act_of(case, *_STAYS)
    order = order_of(
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
    order = order_of(case, stated, act, reasons, case.party("compiler").name, centre)
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
    order = order_of(case, stated, "revoke", case.fact("reasons", "lý do"), stated.police)
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


def write_stay(sheet: Sheet, context: StayOrder) -> None:
    """TA-09 on paper."""
    case, what = context.case, f"{context.kind} chấp hành"
    open_order(
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
    close_order(sheet, context, [*articles, *_reporting(context)], case.requester, case.requester)


def write_cut(sheet: Sheet, context: CutOrder) -> None:
    """TA-10 on paper."""
    case = context.case
    open_order(
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
    close_order(sheet, context, [*articles, *_reporting(context)], context.petitioner, context.petitioner)


def _reporting(context: StayOrder | CutOrder) -> list[str]:
    person = capital(addressed(context.case.person))
    return [f"{person} có trách nhiệm trình diện với {context.report_to}."] if context.report_to else []


def write_serve(sheet: Sheet, context: ServeOrder) -> None:
    """TA-11 on paper; against it nobody petitions (PL 03/2022/UBTVQH15 Đ.31.2–3)."""
    case = context.case
    open_order(
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
    close_order(sheet, context, [serve], None, context.police)


FORMS: tuple[Form, ...] = (
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
