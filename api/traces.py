"""What each request leaves in the audit log: one place for all doors, written before the answer goes out."""

from asyncio import to_thread
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated, Any
from unicodedata import normalize
from urllib.parse import unquote
from uuid import UUID

from anyio import CancelScope
from fastapi import Depends, Header, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge import template_of
from api.errors import Fault, Problem, Said, answer
from flows.audit import Entry, record_now
from flows.engine import Actor
from models import logs

NOTHING_PERSONAL = frozenset({
    "GET /health/live", "GET /health/ready", "GET /metrics",
    "GET /docs", "GET /docs/oauth2-redirect", "GET /openapi.json", "HEAD /openapi.json",
    # What concerns the caller's own sign-in is told of where it is judged.
    "POST /v1/auth/token", "POST /v1/auth/refresh", "POST /v1/auth/revoke", "POST /v1/auth/password",
    "GET /v1/auth/oidc/login", "GET /v1/auth/oidc/callback", "POST /v1/auth/totp", "POST /v1/auth/totp/confirm",
    "GET /v1/auth/sessions", "DELETE /v1/auth/sessions", "DELETE /v1/auth/sessions/{session_id}",
    "GET /v1/rulebooks", "GET /v1/rulebooks/{code}", "GET /v1/rulebooks/{code}/rules/{rule_id}",
    "GET /v1/rulebooks/{code}/diff/{other}", "POST /v1/limits/compute",
    "GET /v1/agencies", "GET /v1/agencies/{code}", "GET /v1/calendar/{year}", "GET /v1/calendar/versions", "GET /v1/imports/template",
})  # fmt: skip
"""The doors that read nothing about a person and write nothing. Every other one is recorded, those to come too."""
ON_THE_BOARD = frozenset({
    "GET /", "GET /board/static/{name}",
    "GET /board/sign-in", "POST /board/sign-in", "GET /board/sign-in/code", "POST /board/sign-in/code",
    "GET /board/sign-in/openid", "POST /board/sign-out", "GET /board/password", "POST /board/password",
    "GET /board/second-factor", "POST /board/second-factor", "POST /board/second-factor/confirm",
    "POST /board/second-factor/kept", "POST /board/language", "POST /board/theme",
    # One's own words, that nobody else reads: saved every few seconds.
    "POST /board/drafts/{key}",
    # The law, agencies, and what concerns one's own sign-ins.
    "GET /board/law", "GET /board/law/compare", "GET /board/law/books/{code}", "GET /board/law/books/{code}/search",
    "GET /board/law/books/{code}/stages/{stage}", "GET /board/law/books/{code}/{part}",
    "GET /board/law/calculator", "POST /board/law/calculator",
    "GET /board/law/calendar", "GET /board/law/calendar/{year}", "GET /board/law/calendar/change",
    "GET /board/admin", "POST /board/admin/secret/kept",
    "GET /board/admin/agencies", "GET /board/admin/agencies/new", "GET /board/admin/agencies/{code}",
    "GET /board/admin/agencies/{code}/change", "GET /board/admin/agencies/{code}/end",
    "POST /board/me/sessions/end", "POST /board/me/sessions/{session_id}/end",
    # Numbers of many dossiers: pictures of those in their address, counts that come by themselves.
    "GET /board/charts/trend.svg", "GET /board/charts/times.svg", "GET /board/live",
})  # fmt: skip
"""The same of the pages, which the description of the API leaves out."""
PUBLIC = frozenset({"GET /verify/{code}"})
"""Doors that everybody may enter: recorded without an account, also when they found nothing."""
LONGEST_REASON = 500
_CLIENT_LEFT = 499
_log = logs.logger("hoso.api")


@dataclass
class Trace:
    """What is known of the request being served."""

    actor: Actor | None = None
    reason: str | None = None
    dossiers: dict[UUID, None] = field(default_factory=dict)
    objects: dict[str, None] = field(default_factory=dict)
    told: bool = False


_trace: ContextVar[Trace | None] = ContextVar("trace", default=None)


def shown(dossiers: Iterable[UUID] = (), **objects: UUID) -> None:
    """Tells that the answer is about these dossiers, or about other things by their ids, beside those in the path."""
    if trace := _trace.get():
        trace.dossiers |= dict.fromkeys(dossiers)
        trace.objects |= {f"{kind}:{identity}": None for kind, identity in objects.items()}


async def reason_of(
    x_reason: Annotated[
        str | None,
        Header(
            alias="X-Reason",
            max_length=9 * LONGEST_REASON,
            description="Lý do xem, mã hóa kiểu URL (UTF-8), tối đa 500 ký tự; không nêu tên hay số giấy tờ của ai. "
            "Ghi vào nhật ký truy cập; bắt buộc khi xuất toàn bộ dữ liệu của một người · why, URL-encoded UTF-8, 500 "
            "characters at most, naming nobody; kept in the audit log, and required for a person's whole record",
            examples=["Ki%E1%BB%83m%20tra%20%C4%91%E1%BB%8Bnh%20k%E1%BB%B3"],
        ),
    ] = None,
) -> str | None:
    """Why the caller asks, where a reason is given.

    Raises:
        Problem: 422 when it is no text of at most 500 characters.
    """
    if x_reason is None:
        return None
    try:
        said = " ".join(normalize("NFC", unquote(x_reason, errors="strict")).split())
    except UnicodeDecodeError:
        said = "\0"
    if not said.isprintable() or len(said) > LONGEST_REASON:
        wrong = Said(
            "phải là chữ mã hóa kiểu URL (UTF-8), tối đa 500 ký tự",
            "must be URL-encoded UTF-8 text of at most 500 characters",
        )
        title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
        raise Problem(422, "invalid", title, [Fault("reason_invalid", wrong, "X-Reason")])
    return said or None


ReasonDep = Annotated[str | None, Depends(reason_of)]


def asked_by(actor: Actor, reason: str | None) -> None:
    """Tells who asks and why."""
    if trace := _trace.get():
        trace.actor, trace.reason = actor, reason


def require_reason(reason: str | None) -> None:
    """Goes on if the request says why; Problem 403 otherwise."""
    if reason is None:
        said = Said(
            "Phải nêu lý do xem trong tiêu đề X-Reason", "State in the header X-Reason why you need this"
        )
        raise Problem(403, "reason_required", said, [Fault("reason_required", said, "X-Reason")])


class Traced:
    """Records every request that is not known to read nothing personal, and answers 503 when it cannot."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = Trace()
        refused = False

        async def traced(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and not trace.told:
                trace.told = True
                if not await _recorded(scope, trace, message["status"]):
                    refused = True
                    failed = answer(UNRECORDED, Request(scope))
                    await failed(scope, receive, send)
            if not refused:
                await send(message)

        token = _trace.set(trace)
        try:
            await self.app(scope, receive, traced)
        except Exception:
            await _ended(scope, trace, 500)
            raise
        finally:
            await _ended(scope, trace, _CLIENT_LEFT)
            _trace.reset(token)


async def _ended(scope: Scope, trace: Trace, status: int) -> None:
    """Records what ended without an answer."""
    if not trace.told:
        trace.told = True
        with CancelScope(shield=True):
            await _recorded(scope, trace, status)


async def _recorded(scope: Scope, trace: Trace, status: int) -> bool:
    """Whether the entry stands, or none was due."""
    operation = f"{scope['method']} {template_of(scope)}"
    # Who is not signed in is refused, or on the board led to where one signs in.
    nobody = trace.actor is None and status >= 300 and operation not in PUBLIC
    if "route" not in scope or operation in NOTHING_PERSONAL | ON_THE_BOARD or nobody:
        return True
    try:
        engine = scope["app"].state.parts.engine
        await to_thread(record_now, engine, _entry(scope, trace, operation, status))
    except Exception as error:  # noqa: BLE001 - whatever it was, nothing goes out that is not recorded
        _log.error("request not recorded", exc_info=error, route=template_of(scope))
        return False
    return True


def _entry(scope: Scope, trace: Trace, operation: str, status: int) -> Entry:
    dossiers, objects = dict(trace.dossiers), dict(trace.objects)
    for name, value in scope.get("path_params", {}).items():
        identity = _id(value)
        if name == "dossier_id" and isinstance(identity, UUID):
            dossiers[identity] = None
        elif identity is not None and name.endswith("_id"):
            objects[f"{name.removesuffix('_id')}:{identity}"] = None
    actor, client = trace.actor, scope.get("client")
    return Entry(
        operation=operation,
        outcome=str(status),
        account=actor.account if actor else None,
        agency=actor.agency if actor else None,
        role=actor.role if actor else None,
        dossiers=tuple(dossiers),
        objects=tuple(objects),
        address=client[0] if client else None,
        request=logs.request_id(),
        reason=trace.reason,
    )


def _id(value: Any) -> UUID | int | None:  # noqa: ANN401 - as the path has it
    """An id from a path. Any other text that a caller writes there could be a name."""
    try:
        return UUID(str(value))
    except ValueError:
        text = str(value)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


_TITLE = Said("Không ghi được nhật ký truy cập", "The audit log cannot be written")
UNRECORDED = Problem(
    503,
    "not_recorded",
    _TITLE,
    [
        Fault(
            "not_recorded",
            Said(
                "Không ghi được nhật ký truy cập nên không trả lời; thao tác có thể đã được thực hiện: gửi lại với cùng "
                "Idempotency-Key",
                "The audit log cannot be written, so nothing is answered; a write may have been done: send it again with "
                "the same Idempotency-Key",
            ),
        )
    ],
    {"Retry-After": "5"},
)
