"""Webhooks: where an agency's notices are sent as well, with what secret, and what became of each."""

from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy import Connection

from api import webhooks as keeping
from api.board import drafts
from api.board.administration import TabsDep
from api.board.dossier import names_of
from api.board.fields import Field, fields_of, values_of
from api.board.forms import Gone, Sent, SentDep, checked, told_once
from api.board.language import N_
from api.board.meanwhile import Filled
from api.board.visits import Visit, VisitDep, pages, permitted
from api.errors import Language, Problem
from api.webhook_answers import SecretIn, WebhookChange, WebhookFilters, WebhookIn, WebhookOut
from api.webhook_deliveries import ReplayIn, SentFilters, send_anew, sent_of, test
from api.webhooks import WebhookId, scope_of
from flows.engine import Actor
from flows.notice_texts import KINDS, wording
from flows.policy import may
from models.store import unit_of_work

router = pages("/admin/webhooks")
KeeperDep = Annotated[Actor, Depends(permitted("webhooks.keep"))]
Cursor = Annotated[UUID | None, Query()]
State = Literal["waiting", "sending", "sent", "parked"]
_NEW = drafts.Key("webhook", UUID(int=0))
_EMPTY: dict[str, Any] = {"url": "", "kinds": []}
"""What a field says that was emptied."""


@router.get("")
def show_list(
    visit: VisitDep, actor: KeeperDep, tabs: TabsDep, agency: Annotated[str | None, Query(max_length=100)] = None,
    enabled: bool | None = None, cursor: Cursor = None,
) -> Response:  # fmt: skip
    """In order of creation; an administrator sees every agency's."""
    filters = WebhookFilters(agency=agency, enabled=enabled, cursor=cursor)
    with unit_of_work(visit.parts.engine, scope_of(actor)) as connection:
        found, following = keeping.webhooks_of(connection, filters)
    return visit.page(
        "webhooks.html", tabs=tabs, webhooks=found, following=following, filters=filters, wanted=_wanted
    )


@router.get("/new")
def show_new(visit: VisitDep, actor: KeeperDep) -> Response:
    """The form of a new one."""
    return _new(visit, actor)


@router.post("/new")
def make(visit: VisitDep, actor: KeeperDep, sent: SentDep) -> Response:
    """Adds it, and leads to its page, where its secret stands this once."""
    settings = visit.parts.settings
    try:
        asked = checked(WebhookIn, values_of(_fields(actor), sent.fields))
        url = keeping.fit(asked.url, settings.webhooks)
    except Problem as problem:
        return _new(visit, actor, sent.fields, problem)

    def write(connection: Connection) -> Gone:
        made = keeping.make(connection, actor, asked, url, settings)
        return Gone(_at(made.id), N_("Đã thêm webhook."), secret=made.secret)

    return sent.once(write, scope=scope_of(actor)) or _new(visit, actor, sent.fields, sent.problem)


@router.get("/{webhook_id}")
def show(
    visit: VisitDep,
    actor: KeeperDep,
    webhook_id: WebhookId,
    state: State | None = None,
    cursor: Cursor = None,
) -> Response:
    """One webhook with what was sent to it, newest first."""
    return _page(visit, actor, webhook_id, SentFilters(state=state, cursor=cursor, limit=20))


@router.get("/{webhook_id}/change")
def show_change(visit: VisitDep, actor: KeeperDep, webhook_id: WebhookId) -> Response:
    """The form of its address and kinds."""
    return _change(visit, actor, webhook_id)


@router.post("/{webhook_id}/change")
def change(visit: VisitDep, actor: KeeperDep, webhook_id: WebhookId, sent: SentDep) -> Response:
    """Sends elsewhere, or other kinds of notices, and nothing where somebody else has changed it meanwhile."""
    typed = Filled(tuple(_fields(actor, old=True)), {}).values(sent.fields)
    values = {name: _EMPTY[name] if value is None else value for name, value in typed.items()}
    try:
        asked = checked(WebhookChange, values) if values else None
        url = (
            keeping.fit(asked.url, visit.parts.settings.webhooks) if asked and asked.url is not None else None
        )
    except Problem as problem:
        return _change(visit, actor, webhook_id, sent.fields, problem)

    def write(connection: Connection) -> Gone:
        _filled(connection, actor, webhook_id, held=True)[1].unmoved(sent.fields)
        if asked:
            keeping.change_webhook(connection, webhook_id, asked, url)
        return Gone(_at(webhook_id), N_("Đã lưu thay đổi."))

    return sent.once(write, scope=scope_of(actor)) or _change(
        visit, actor, webhook_id, sent.fields, sent.problem
    )


@router.post("/{webhook_id}/enable")
def enable(visit: VisitDep, actor: KeeperDep, webhook_id: WebhookId, sent: SentDep) -> Response:
    """Sends to it again from now on."""
    return _turned(visit, actor, webhook_id, sent, on=True)


@router.post("/{webhook_id}/disable")
def disable(visit: VisitDep, actor: KeeperDep, webhook_id: WebhookId, sent: SentDep) -> Response:
    """Sends to it no more; what was sent is kept."""
    return _turned(visit, actor, webhook_id, sent, on=False)


@router.post("/{webhook_id}/secret")
def rotate(visit: VisitDep, actor: KeeperDep, webhook_id: WebhookId, sent: SentDep) -> Response:
    """A new secret, which stands on the webhook's page this once."""

    def write(connection: Connection) -> Gone:
        asked = SecretIn(end_old=bool(sent.fields.get("end_old")))
        made = keeping.new_secret(connection, webhook_id, asked, visit.parts.settings)
        return Gone(_at(webhook_id), N_("Đã đổi khóa ký."), secret=made.secret)

    return sent.once(write, scope=scope_of(actor)) or _page(visit, actor, webhook_id, problem=sent.problem)


@router.post("/{webhook_id}/test")
def send_test(visit: VisitDep, actor: KeeperDep, webhook_id: WebhookId, sent: SentDep) -> Response:
    """Sends a test; what became of it stands in the list."""

    def write(connection: Connection) -> Gone:
        test(connection, actor, webhook_id)
        return Gone(_at(webhook_id), N_("Đang gửi thử; kết quả hiện trong danh sách gửi."))

    return sent.once(write, scope=scope_of(actor)) or _page(visit, actor, webhook_id, problem=sent.problem)


@router.post("/{webhook_id}/replay")
def replay(visit: VisitDep, actor: KeeperDep, webhook_id: WebhookId, sent: SentDep) -> Response:
    """Sends again one delivery, or all since a moment."""

    def write(connection: Connection) -> Gone:
        since = Field("since", "instant", "", "")
        asked = {"delivery": sent.fields.get("delivery") or None, "sent": bool(sent.fields.get("sent"))}
        body = checked(ReplayIn, asked | values_of([since], sent.fields))
        done = send_anew(connection, actor, webhook_id, body)
        return Gone(_at(webhook_id), N_("Số lần gửi lại: %(count)s."), {"count": done.count})

    return sent.once(write, scope=scope_of(actor)) or _page(visit, actor, webhook_id, problem=sent.problem)


def _wanted(begin: str, language: Language) -> str:
    """What the kinds of notices are about that begin so; nothing for what no notice is told of."""
    said = "; ".join(
        dict.fromkeys(kind.title.to(language) for name, kind in KINDS.items() if name.startswith(begin))
    )
    return said[:1].upper() + said[1:]


def _at(webhook: UUID) -> str:
    return f"/board/admin/webhooks/{webhook}"


def _turned(visit: Visit, actor: Actor, webhook: UUID, sent: Sent, *, on: bool) -> Response:
    def write(connection: Connection) -> Gone:
        keeping.change_webhook(connection, webhook, WebhookChange(enabled=on), None)
        return Gone(_at(webhook), N_("Đã bật webhook.") if on else N_("Đã tắt webhook."))

    return sent.once(write, scope=scope_of(actor)) or _page(visit, actor, webhook, problem=sent.problem)


def _out(connection: Connection, webhook: UUID, *, held: bool = False) -> WebhookOut:
    return WebhookOut.model_validate(dict(keeping.row_of(connection, webhook, held=held)))


def _page(
    visit: Visit,
    actor: Actor,
    webhook: UUID,
    filters: SentFilters | None = None,
    problem: Problem | None = None,
) -> Response:
    asked = filters or SentFilters(limit=20)
    with unit_of_work(visit.parts.engine, scope_of(actor)) as connection:
        shown = _out(connection, webhook)
        agencies = names_of(connection, {shown.agency})
        sent, following = sent_of(connection, webhook, asked, visit.language)
    return visit.page(
        "webhook.html", status=problem.status if problem else 200, webhook=shown, agencies=agencies, sent=sent, following=following,
        state=asked.state, wanted=_wanted, wording=wording, problem=problem, told=told_once(visit, actor),
        since=Field("since", "instant", "Gửi lại từ lúc", "Send again since", required=True),
    )  # fmt: skip


def _new(
    visit: Visit, actor: Actor, typed: dict[str, str] | None = None, problem: Problem | None = None
) -> Response:
    values = drafts.read(visit.parts.engine, actor.account, _NEW) if typed is None else typed
    return visit.page(
        "webhook_form.html", status=problem.status if problem else 200, webhook=None, fields=_fields(actor), values=values,
        draft=_NEW, stamp="", problem=problem,
    )  # fmt: skip


def _change(
    visit: Visit,
    actor: Actor,
    webhook: UUID,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    draft = drafts.Key("webhook", webhook)
    sent = drafts.read(visit.parts.engine, actor.account, draft) if typed is None else typed
    with unit_of_work(visit.parts.engine, scope_of(actor)) as connection:
        shown, filled = _filled(connection, actor, webhook)
    told = (
        filled.overtaken(sent) or problem
    )  # what others changed first: the form's new stamp tells of it no more
    return visit.page(
        "webhook_form.html", status=told.status if told and problem else 200, webhook=shown, fields=filled.fields,
        values=filled.shown(sent), draft=draft, stamp=filled.stamp, problem=told,
    )  # fmt: skip


def _filled(
    connection: Connection, actor: Actor, webhook: UUID, *, held: bool = False
) -> tuple[WebhookOut, Filled]:
    """The webhook, held until the transaction ends if it is to change, and the form that changes it."""
    before = _out(connection, webhook, held=held)
    return before, Filled.of(_fields(actor, old=True), before.model_dump(mode="json"))


def _fields(actor: Actor, *, old: bool = False) -> list[Field]:
    """The fields of a webhook; whose it is stays, and only an administrator makes one for another agency."""
    asked: dict[str, dict[str, Any]] = {
        "url": {"help": N_("Địa chỉ HTTPS của phần mềm nhận.")},
        "kinds": {"help": N_("Phần đầu của tên loại, ví dụ limit_; bỏ trống để nhận mọi loại.")},
        "agency": {"help": N_("Mã cơ quan; bỏ trống là cơ quan mình.")},
    }
    whose = not old and may(actor.role, "webhooks.keep_all")
    return [
        replace(one, **asked[one.name])
        for one in fields_of(WebhookIn.model_json_schema())
        if one.name != "agency" or whose
    ]
