"""Webhooks of an agency: where its notices are sent as well, which kinds, and with which secret they are signed."""

import secrets
from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import Connection, func, insert, select, tuple_, update

from api.dependencies import EngineDep, PartsDep, allowed, id_of
from api.errors import Fault, Problem, Said, not_found
from api.idempotency import Answer, Key, Once
from api.json_response import JSONResponse
from api.pages import CSV, listed
from api.webhook_answers import (
    SecretIn,
    WebhookChange,
    WebhookFilters,
    WebhookIn,
    WebhookOut,
    WebhookPage,
    WebhookSecretOut,
)
from flows import receivers
from flows.engine import Actor
from flows.policy import may
from flows.receivers import ReceiverRefused
from flows.webhooks import BOTH_SECRETS, disable
from models.box import seal
from models.clock import now
from models.private_receivers import PrivateReceivers
from models.seeing import own
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/webhooks", tags=["notices"])
_webhook, _agency = table("webhook"), table("agency")
MOST = 20
"""Webhooks an agency may have: each notice goes to all of them."""
_PATIENCE = 5.0
"""Seconds for the name of a receiver's host to be resolved."""
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")

KeeperDep = Annotated[Actor, Depends(allowed("webhooks.keep"))]


def scope_of(actor: Actor) -> Scope:
    """Which webhooks a keeper sees."""
    return Scope(SYSTEM, actor.account) if may(actor.role, "webhooks.keep_all") else actor.scope


async def once_for_keeper(request: Request, actor: KeeperDep, idempotency_key: Key = None) -> Once:
    """A write by a keeper of webhooks."""
    return Once(request, actor, scope_of(actor), idempotency_key)


OnceForKeeperDep = Annotated[Once, Depends(once_for_keeper)]


async def webhook_id_of(
    webhook_id: Annotated[
        str, Path(description="Mã webhook · the webhook's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The webhook's id in the path."""
    return id_of(webhook_id)


WebhookId = Annotated[UUID, Depends(webhook_id_of)]


@router.post("", response_model=WebhookSecretOut, status_code=201, summary="Thêm webhook · Create a webhook")
def create(body: WebhookIn, actor: KeeperDep, parts: PartsDep, once: OnceForKeeperDep) -> JSONResponse:
    """Khóa ký chỉ hiện trong câu trả lời này · the secret is in this answer alone.

    Người đứng đầu cơ quan, hoặc người quản trị · by the head of the agency or an administrator.
    """
    url = fit(body.url, parts.settings.webhooks)

    def write(connection: Connection) -> Answer:
        made = make(connection, actor, body, url, parts.settings)
        return Answer(made, 201, {"Location": f"/v1/webhooks/{made.id}"}, secret=True)

    return once(body.model_dump(), write)


def make(
    connection: Connection, actor: Actor, body: WebhookIn, url: str, settings: Settings
) -> WebhookSecretOut:
    """A new webhook, to an address that was found fit."""
    agency = _agency_of(connection, actor, body.agency)
    secret = _secret()
    identity = uuid4()
    row = {
        "id": identity, "agency": agency, "url": url, "kinds": body.kinds, "secret": seal(settings, secret), "enabled": True,
        "created_by": actor.account, "created_at": now(),
    }  # fmt: skip
    connection.execute(insert(_webhook).values(row))
    return _with_secret(connection, identity, secret)


@router.get("", response_model=WebhookPage, summary="Các webhook · List webhooks", responses=CSV)
def list_webhooks(
    filters: Annotated[WebhookFilters, Query()], actor: KeeperDep, engine: EngineDep, request: Request
) -> Response:
    """Theo thứ tự tạo; người quản trị thấy mọi cơ quan · in order of creation; an administrator sees all agencies'."""
    with unit_of_work(engine, scope_of(actor)) as connection:
        items, following = webhooks_of(connection, filters)
    return listed(request, WebhookOut, items, following)


def webhooks_of(connection: Connection, filters: WebhookFilters) -> tuple[list[WebhookOut], str | None]:
    """A page of the webhooks that a keeper sees, in order of creation, and what leads to the next one."""
    asked = select(_webhook).where(own(connection, _webhook.c.agency))
    if filters.agency is not None:
        asked = asked.where(_webhook.c.agency == filters.agency)
    if filters.enabled is not None:
        asked = asked.where(_webhook.c.enabled == filters.enabled)
    if filters.cursor is not None:
        asked = asked.where(_key > place_of(connection, _webhook, filters.cursor))
    ordered = asked.order_by(_webhook.c.created_at, _webhook.c.id).limit(filters.limit + 1)
    rows = connection.execute(ordered).mappings().all()
    items = [WebhookOut.model_validate(dict(row)) for row in rows[: filters.limit]]
    return items, str(items[-1].id) if len(rows) > filters.limit else None


@router.get("/{webhook_id}", summary="Một webhook · A webhook")
def read(webhook_id: WebhookId, actor: KeeperDep, engine: EngineDep) -> WebhookOut:
    """Không hiện khóa ký · without its secret."""
    with unit_of_work(engine, scope_of(actor)) as connection:
        return WebhookOut.model_validate(dict(row_of(connection, webhook_id)))


@router.patch("/{webhook_id}", response_model=WebhookOut, summary="Sửa webhook · Change a webhook")
def change(
    webhook_id: WebhookId, body: WebhookChange, parts: PartsDep, once: OnceForKeeperDep
) -> JSONResponse:
    """Bật lại thì tính lại từ đầu; gửi lại thông báo đã lỡ bằng `replay` · once enabled again, `replay` what was missed."""
    url = fit(body.url, parts.settings.webhooks) if body.url is not None else None
    return once(
        body.model_dump(), lambda connection: Answer(change_webhook(connection, webhook_id, body, url))
    )


def change_webhook(connection: Connection, webhook: UUID, body: WebhookChange, url: str | None) -> WebhookOut:
    """Changes what is named, to an address that was found fit.

    Raises:
        Problem: 404.
    """
    values: dict[str, Any] = {} if url is None else {"url": url}
    if body.kinds is not None:
        values["kinds"] = body.kinds
    if body.enabled:
        values |= {"enabled": True, "disabled_reason": None}
    if body.enabled or url is not None:
        values |= {"failing_since": None, "rest_until": None}
    row_of(connection, webhook, held=True)
    if values:
        connection.execute(update(_webhook).where(_webhook.c.id == webhook).values(values))
    if body.enabled is False:
        disable(connection, webhook, "by_hand")
    return WebhookOut.model_validate(dict(row_of(connection, webhook)))


@router.delete("/{webhook_id}", response_model=WebhookOut, summary="Tắt webhook · Disable a webhook")
def remove(webhook_id: WebhookId, once: OnceForKeeperDep) -> JSONResponse:
    """Không xóa, để còn biết đã gửi gì; những gì đang chờ gửi được giữ lại · kept, disabled; what waited is parked."""
    off = WebhookChange(enabled=False)
    return once(None, lambda connection: Answer(change_webhook(connection, webhook_id, off, None)))


@router.post(
    "/{webhook_id}/secret", response_model=WebhookSecretOut, summary="Đổi khóa ký · Change the secret"
)
def rotate(webhook_id: WebhookId, body: SecretIn, parts: PartsDep, once: OnceForKeeperDep) -> JSONResponse:
    """Trong 2 ngày mỗi lần gửi mang hai chữ ký, của khóa mới và khóa cũ · for 2 days both secrets sign."""

    def write(connection: Connection) -> Answer:
        return Answer(new_secret(connection, webhook_id, body, parts.settings), secret=True)

    return once(body.model_dump(), write)


def new_secret(connection: Connection, webhook: UUID, body: SecretIn, settings: Settings) -> WebhookSecretOut:
    """A new secret; the old one signs as well for a while, unless it is to end at once."""
    row, secret = row_of(connection, webhook, held=True), _secret()
    old: tuple[str | None, datetime | None] = (row["secret"], now() + BOTH_SECRETS)
    if body.end_old:
        old = (None, None)
    values = {"secret": seal(settings, secret), "old_secret": old[0], "old_secret_until": old[1]}
    connection.execute(update(_webhook).where(_webhook.c.id == webhook).values(values))
    return _with_secret(connection, webhook, secret)


_key = tuple_(_webhook.c.created_at, _webhook.c.id)


def place_of(connection: Connection, of: Any, cursor: UUID) -> Any:  # noqa: ANN401 - a table, and a tuple to compare with
    """Where a page begins: after this row, in order of creation.

    Raises:
        Problem: 422 when the caller sees no such row.
    """
    row = connection.execute(select(of.c.created_at, of.c.id).where(of.c.id == cursor)).one_or_none()
    if row is None:
        said = Said("không phải next_cursor của một trang trước", "is not the next_cursor of a page")
        raise Problem(422, "invalid", _INVALID, [Fault("invalid_cursor", said, "cursor")])
    return tuple_(*row)


def row_of(connection: Connection, webhook: UUID, *, held: bool = False) -> Any:  # noqa: ANN401 - a row
    """The webhook as the keeper may see it, held until the transaction ends if it is to change.

    Raises:
        Problem: 404.
    """
    asked = select(_webhook).where(_webhook.c.id == webhook, own(connection, _webhook.c.agency))
    row = connection.execute(asked.with_for_update() if held else asked).mappings().one_or_none()
    if row is None:
        raise not_found()
    return row


def fit(url: str, private: PrivateReceivers) -> str:
    """The address in its one spelling, if a webhook may lead there now; the sender asks again each time.

    Raises:
        Problem: 422.
    """
    try:
        to = receivers.receiver(url, private)
        receivers.judged(to, receivers.found(to, _PATIENCE), private)
    except ReceiverRefused as refused:
        said = Said(refused.vietnamese, refused.english)
        raise Problem(422, "invalid", _INVALID, [Fault(refused.code, said, "url")]) from refused
    return to.url


def _agency_of(connection: Connection, actor: Actor, asked: str | None) -> str:
    """Whose the new webhook is.

    Raises:
        Problem: 403 for another agency than one's own, 422 for an unknown one, 409 when it has too many.
    """
    agency = asked or actor.agency
    if agency != actor.agency and not may(actor.role, "webhooks.keep_all"):
        said = Said("Chỉ tạo được cho cơ quan mình", "Only for one's own agency")
        raise Problem(403, "not_your_webhooks", said, [Fault("not_your_webhooks", said, "agency")])
    if connection.execute(select(_agency.c.code).where(_agency.c.code == agency)).one_or_none() is None:
        said = Said("không có cơ quan này", "is not an agency")
        raise Problem(422, "invalid", _INVALID, [Fault("unknown_agency", said, "agency")])
    mine = _webhook.c.agency == agency, _webhook.c.enabled
    if connection.execute(select(func.count()).where(*mine)).scalar_one() >= MOST:
        said = Said(
            f"Mỗi cơ quan có nhiều nhất {MOST} webhook đang bật", f"An agency has at most {MOST} webhooks"
        )
        raise Problem(409, "too_many_webhooks", said, [Fault("too_many_webhooks", said)])
    return agency


def _with_secret(connection: Connection, webhook: UUID, secret: str) -> WebhookSecretOut:
    return WebhookSecretOut.model_validate({**row_of(connection, webhook), "secret": secret})


def _secret() -> str:
    """A new secret, as Standard Webhooks writes them."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()
