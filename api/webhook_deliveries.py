"""What was sent to a webhook: each delivery with its tries, a test, and sending again."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection, select, tuple_

from api.answers import Instant
from api.dependencies import EngineDep, LanguageDep
from api.errors import Fault, Language, Problem, Said, not_found
from api.idempotency import Answer
from api.json_response import JSONResponse
from api.pages import CSV, Page, listed
from api.webhooks import KeeperDep, OnceForKeeperDep, WebhookId, place_of, row_of, scope_of
from flows.engine import Actor
from flows.webhooks import OUTCOMES, Code, send_again, send_test
from models.law.facts import in_bounds
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/webhooks", tags=["notices"])
_delivery, _notice, _attempt = table("delivery"), table("notice"), table("delivery_attempt")


class TryOut(BaseModel):
    """Một lần thử gửi · one try."""

    begun_at: Instant
    ended_at: Instant | None
    outcome: Code | None = Field(
        description="null: đang gửi, hoặc tiến trình gửi đã dừng giữa chừng · under way, or cut off by a crash"
    )
    status: int | None = Field(description="Mã trả lời HTTP · the receiver's HTTP status")
    text: str | None


class SentOut(BaseModel):
    """Một thông báo gửi đến webhook · a notice on its way to the webhook."""

    id: UUID = Field(description="Có trong `webhook-id`, không đổi qua các lần thử · the same in every try")
    notice: UUID
    kind: str
    dossier: UUID | None
    state: Literal["waiting", "sending", "sent", "parked"]
    attempts: int = Field(
        description="Số lần thử kể từ lần yêu cầu gửi lại sau cùng · since it was last asked for"
    )
    error: str | None
    created_at: Instant
    run_after: Instant = Field(
        description="Khi đang chờ: không gửi trước lúc này · while waiting: not before"
    )
    settled_at: Instant | None
    again_by: UUID | None
    again_at: Instant | None
    tries: list[TryOut]


class SentPage(BaseModel):
    """Một trang, mới nhất trước · one page, newest first."""

    items: list[SentOut]
    next_cursor: str | None = Field(
        description="Gửi lại trong `cursor` để lấy trang sau; null ở trang cuối · null on the last page"
    )


class SentFilters(Page):
    """Which deliveries."""

    cursor: UUID | None = Field(  # type: ignore[assignment]  # narrower: an id
        default=None, description="`next_cursor` của trang trước · of the page before"
    )
    state: Literal["waiting", "sending", "sent", "parked"] | None = Field(
        default=None, description="parked: không gửi được nữa · given up"
    )


class ReplayIn(BaseModel):
    """Gửi lại một lần gửi, hoặc mọi lần gửi không được từ một thời điểm · one, or all since a moment."""

    model_config = ConfigDict(extra="forbid")

    delivery: UUID | None = Field(default=None, examples=[None])
    since: Annotated[AwareDatetime, AfterValidator(in_bounds)] | None = Field(
        default=None, examples=["2026-11-20T00:00:00+07:00"]
    )
    sent: bool = Field(
        default=False,
        strict=True,
        description="Với `since`: cả những gì đã gửi được · with `since`: what was sent as well",
    )

    @model_validator(mode="after")
    def one_kind_of_replay(self) -> Self:
        """Either one, or all since."""
        if (self.delivery is None) == (self.since is None):
            raise ValueError("cần delivery hoặc since / delivery or since is needed")
        return self


class ReplayOut(BaseModel):
    """Số lần gửi được gửi lại · how many are sent again."""

    count: int


class TestOut(BaseModel):
    """Lần gửi thử; xem kết quả trong danh sách gửi · the test; its outcome is in the list of deliveries."""

    delivery: UUID


@router.get(
    "/{webhook_id}/deliveries", response_model=SentPage, summary="Đã gửi gì · What was sent", responses=CSV
)
def list_sent(
    webhook_id: WebhookId, filters: Annotated[SentFilters, Query()], actor: KeeperDep, engine: EngineDep,
    language: LanguageDep, request: Request,
) -> Response:  # fmt: skip
    """Kèm kết quả từng lần thử · with the outcome of each try."""
    with unit_of_work(engine, scope_of(actor)) as connection:
        items, following = sent_of(connection, webhook_id, filters, language)
    return listed(request, SentOut, items, following)


def sent_of(
    connection: Connection, webhook: UUID, filters: SentFilters, language: Language
) -> tuple[list[SentOut], str | None]:
    """A page of what was sent to a webhook, newest first, and what leads to the next one.

    Raises:
        Problem: 404.
    """
    key = tuple_(_delivery.c.created_at, _delivery.c.id)
    asked = _SENT.where(_delivery.c.webhook == webhook).order_by(
        _delivery.c.created_at.desc(), _delivery.c.id.desc()
    )
    if filters.state is not None:
        asked = asked.where(_delivery.c.state == filters.state)
    row_of(connection, webhook)
    if filters.cursor is not None:
        asked = asked.where(key < place_of(connection, _delivery, filters.cursor))
    rows = connection.execute(asked.limit(filters.limit + 1)).mappings().all()
    tries = _tries(connection, [row["id"] for row in rows], language)
    items = [
        SentOut.model_validate({**row, "tries": tries.get(row["id"], [])}) for row in rows[: filters.limit]
    ]
    return items, str(items[-1].id) if len(rows) > filters.limit else None


@router.post("/{webhook_id}/test", response_model=TestOut, status_code=202, summary="Gửi thử · Send a test")
def send_one_test(webhook_id: WebhookId, actor: KeeperDep, once: OnceForKeeperDep) -> JSONResponse:
    """Gửi một thông báo `webhook_test`, thử một lần · sends a `webhook_test` notice, tried once."""
    return once(None, lambda connection: Answer(test(connection, actor, webhook_id), 202))


def test(connection: Connection, actor: Actor, webhook: UUID) -> TestOut:
    """Sends a test.

    Raises:
        Problem: 404, or 409 when the webhook is disabled.
    """
    row = _enabled(connection, webhook)
    return TestOut(delivery=send_test(connection, webhook, row["agency"], actor.account))


@router.post("/{webhook_id}/replay", response_model=ReplayOut, summary="Gửi lại · Send again")
def replay(webhook_id: WebhookId, body: ReplayIn, actor: KeeperDep, once: OnceForKeeperDep) -> JSONResponse:
    """Giữ nguyên `webhook-id`, bên nhận nhận ra thông báo đã nhận · with the ids they had, so that a receiver knows them."""
    return once(
        body.model_dump(mode="json"),
        lambda connection: Answer(send_anew(connection, actor, webhook_id, body)),
    )


def send_anew(connection: Connection, actor: Actor, webhook: UUID, body: ReplayIn) -> ReplayOut:
    """Sends again one, or all since a moment.

    Raises:
        Problem: 404, or 409 when the webhook is disabled.
    """
    _enabled(connection, webhook)
    if body.delivery is not None:
        mine = _delivery.c.id == body.delivery, _delivery.c.webhook == webhook
        if connection.execute(select(_delivery.c.id).where(*mine)).one_or_none() is None:
            raise not_found()
    count = send_again(
        connection, webhook, actor.account, delivery=body.delivery, since=body.since, sent=body.sent
    )
    return ReplayOut(count=count)


_SENT = select(
    *(_delivery.c[name] for name in SentOut.model_fields if name not in {"kind", "dossier", "tries"}),
    _notice.c.kind,
    _notice.c.dossier,
).join(_notice, _notice.c.id == _delivery.c.notice)


def _enabled(connection: Connection, webhook: UUID) -> Any:  # noqa: ANN401 - a row
    """The webhook, held.

    Raises:
        Problem: 404, or 409 when it is disabled.
    """
    row = row_of(connection, webhook, held=True)
    if not row["enabled"]:
        said = Said("Webhook đã tắt; hãy bật lại trước", "The webhook is disabled; enable it first")
        raise Problem(409, "webhook_disabled", said, [Fault("webhook_disabled", said)])
    return row


def _tries(
    connection: Connection, deliveries: Sequence[UUID], language: Language
) -> dict[UUID, list[TryOut]]:
    found: dict[UUID, list[TryOut]] = {}
    asked = select(_attempt).where(_attempt.c.delivery.in_(deliveries)).order_by(_attempt.c.id)
    for row in connection.execute(asked).mappings():
        text = Said(*OUTCOMES[row["outcome"]]).to(language) if row["outcome"] else None
        found.setdefault(row["delivery"], []).append(TryOut.model_validate({**row, "text": text}))
    return found
