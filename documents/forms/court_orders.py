"""What the court's orders share, and TA-04: the case is terminated or suspended."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from documents.case import Case, FormContext, Header, MissingValue, Particulars, header_of
from documents.form import Form
from documents.forms.court_case import FILED, CourtCase, court_case, judge_of, write_bases, write_head
from documents.forms.plain import addressed, capital, is_pending, sentence, write_person
from documents.layout import Sheet
from models.law.facts import Line
from models.law.schema import Stage

_STOPS = {"terminate": "đình chỉ", "suspend": "tạm đình chỉ"}


class OrderParticulars(Particulars):
    """What every order asks beyond the dossier: the law it rests on and how it takes effect, which ordinances say."""

    basis: Line = Field(title="Điều, khoản của luật, pháp lệnh làm căn cứ")
    effect: Line = Field(title="Quyết định có hiệu lực từ khi nào (ví dụ: kể từ ngày ký)")
    judge: Line | None = Field(None, title="Thẩm phán, nếu không phải người đã xem xét hồ sơ")
    more: tuple[Line, ...] = Field((), title="Nội dung quyết định khác")
    recipients: tuple[Line, ...] = Field((), title="Nơi nhận khác")


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


# -- gathering --------------------------------------------------------------------------------------------


def act_of(case: Case, *codes: str) -> str:
    """Which act the paper is of: the one under way, or drawn up later the last of those done."""
    if case.action in codes:
        return case.action
    done = [code for code in codes if code in case.acts]
    if not done:
        raise MissingValue(case.form, "act", "quyết định đã ghi nhận của Tòa án")
    return max(done, key=case.acts.__getitem__)


def order_of(case: Case, stated: OrderParticulars, act: str, reasons: str, *told: str) -> Order:
    """The content that every order has; `told`: who is sent it beside the person, the requester and the procuracy."""
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
    order = order_of(case, case.given(OrderParticulars), act, case.fact(ground, "căn cứ"))
    return StopOrder(**dict(order), kind=_STOPS[act], held=act == "terminate" and is_pending(case))


# -- writing ----------------------------------------------------------------------------------------------


def open_order(sheet: Sheet, context: Order, about: str, *grounds: str) -> None:
    """Head, title, grounds and reasons, down to "QUYẾT ĐỊNH:"."""
    write_head(sheet, context.header)
    sheet.title("Quyết định", capital(about))
    sheet.authority(context.case.court)
    write_bases(sheet, context.case, f"Căn cứ {context.basis}", *grounds)
    sheet.resolved("Xét thấy:")
    sheet.line(sentence(context.reasons))
    sheet.resolved()


def close_order(
    sheet: Sheet, context: Order, articles: list[str], petitioner: str | None, executors: str
) -> None:
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
    open_order(sheet, context, f"{what}\n{case.measure_full}")
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
    close_order(sheet, context, articles, case.requester, case.requester)


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
)
