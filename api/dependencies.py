"""What requests are served with: the store, settings, the calendar, the language, and who is asking."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi import Path as InPath
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Engine
from starlette.convertors import Convertor, register_url_convertor

from api.access import Known, known, sign_in_again
from api.edge import template_of
from api.errors import Fault, Language, Problem, Said, language_of, not_found
from api.rates import address_of, pay
from api.scopes import asked_of
from api.traces import ReasonDep, asked_by
from documents.pdf import LibreOffice
from flows.engine import Actor
from flows.policy import Permission, may
from flows.queues import Queues
from models.logs import note
from models.settings import Settings


@dataclass(frozen=True)
class Parts:
    """What the application was started with."""

    settings: Settings
    engine: Engine
    libreoffice: LibreOffice
    queues: Queues

    @property
    def files(self) -> Path:
        """The folder of stored files."""
        return self.settings.files


async def parts_of(request: Request) -> Parts:
    """The running application's parts.

    What waits for nothing is asynchronous, for a thread costs half a millisecond; and what many requests need is not made
    of other dependencies, for FastAPI walks through the whole tree of them each time.
    """
    parts: Parts = request.app.state.parts
    return parts


PartsDep = Annotated[Parts, Depends(parts_of)]


async def engine_of(request: Request) -> Engine:
    """The store."""
    engine: Engine = request.app.state.parts.engine
    return engine


EngineDep = Annotated[Engine, Depends(engine_of)]


async def asked_language(request: Request) -> Language:
    """The language the caller asks for."""
    return language_of(request)


LanguageDep = Annotated[Language, Depends(asked_language)]

_bearer = OAuth2PasswordBearer(
    tokenUrl="/v1/auth/token",
    refreshUrl="/v1/auth/refresh",
    auto_error=False,
    description="Mã truy cập từ `POST /v1/auth/token` · an access token",
)


async def known_caller(
    request: Request, token: Annotated[str | None, Depends(_bearer)], reason: ReasonDep
) -> Known:
    """Who is asking; session and account are read each time, so that an ended or disabled one stops at once.

    Raises:
        Problem: 401 without a valid token of an enabled account, 403 for a program without the route's scope, 429.
    """
    parts: Parts = request.app.state.parts
    found = await to_thread(known, parts.engine, parts.settings, token) if token else None
    if found is None:
        if token:  # requests without one are counted already
            await to_thread(pay, parts.engine, parts.settings, address_of(request))
        raise sign_in_again()
    note(account=found.actor.account, agency=found.actor.agency)
    asked_by(found.actor, reason)
    asked = asked_of(request.method, template_of(request.scope))
    if found.service and asked != "any" and asked not in found.scopes:
        said = Said(
            f"Tài khoản phần mềm này thiếu quyền {asked}" if asked != "people" else "Chỉ dành cho người dùng",
            f"This service account lacks the scope {asked}" if asked != "people" else "For people alone",
        )
        raise Problem(403, "scope_missing", said, [Fault("scope_missing", said, requirement=asked)])
    return found


KnownDep = Annotated[Known, Depends(known_caller)]


async def current_actor(caller: KnownDep) -> Actor:
    """Who is asking, and may do more than complete their own sign-in.

    Raises:
        Problem: 403 until a password given by an administrator is changed, and a second factor is there where one must be.
    """
    if caller.must_change_password:
        said = Said(
            "Phải đổi mật khẩu trước: POST /v1/auth/password",
            "Change the password first: POST /v1/auth/password",
        )
        raise Problem(403, "password_change_required", said, [Fault("password_change_required", said)])
    if caller.lacks_second_factor:
        said = Said(
            "Phải cài đặt xác thực hai lớp trước: POST /v1/auth/totp",
            "Set up the second factor first: POST /v1/auth/totp",
        )
        raise Problem(403, "second_factor_required", said, [Fault("second_factor_required", said)])
    return caller.actor


CurrentActor = Annotated[Actor, Depends(current_actor)]


def allowed(permission: Permission) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that lets those pass whose role the policy gives this permission; everyone else is answered 403.

    The answer's code and reason are the permission's own, where it has any.
    """

    async def passed(actor: CurrentActor) -> Actor:
        require(actor, permission)
        return actor

    return passed


def require(actor: Actor, permission: Permission) -> None:
    """Goes on if the policy gives the actor's role this permission; Problem 403 otherwise, with the permission's reason."""
    if not may(actor.role, permission):
        code, said = _REFUSED.get(permission, _NOT_YOURS)
        raise Problem(403, code, said, [Fault(code, said)])


_NOT_YOURS = (
    "not_your_role",
    Said("Vai trò của tài khoản không được làm việc này", "Your role may not do this"),
)
_REFUSED: Mapping[Permission, tuple[str, Said]] = {
    "users.manage": (
        "not_your_users",
        Said("Chỉ người quản trị quản lý tài khoản", "Only an administrator manages accounts"),
    ),
    "users.read": (
        "not_your_users",
        Said(
            "Chỉ người quản trị, hoặc người đứng đầu cơ quan, xem tài khoản",
            "Only an administrator or a head sees accounts",
        ),
    ),
    "agencies.manage": (
        "needs_administrator",
        Said(
            "Chỉ người quản trị được thêm, sửa cơ quan",
            "Only an administrator adds or changes agencies",
        ),
    ),
    "dossiers.void_last": (
        "needs_supervisor",
        Said(
            "Việc hủy thao tác cuối phải do người giám sát quyết định, nêu lý do",
            "A supervisor decides, with a reason, that the last act is void",
        ),
    ),
    "dossiers.assign": (
        "needs_head",
        Said(
            "Việc phân công do người đứng đầu cơ quan đang giữ hồ sơ thực hiện",
            "The head of the holding agency assigns",
        ),
    ),
    "supervision.read": (
        "not_your_supervision",
        Said(
            "Chỉ người giám sát, kiểm toán và người đứng đầu cơ quan xem được",
            "Only supervisors, auditors and heads of agencies may see this",
        ),
    ),
    "dossiers.remind": (
        "not_your_supervision",
        Said(
            "Chỉ người giám sát hoặc cấp trên được nhắc việc",
            "Only a supervisor or a superior reminds",
        ),
    ),
    "audit.read": (
        "not_your_log",
        Said(
            "Chỉ người kiểm tra, giám sát, quản trị và người đứng đầu cơ quan xem nhật ký truy cập",
            "Only auditors, supervisors, administrators and heads of agencies read the audit log",
        ),
    ),
    "audit.verify": (
        "not_your_check",
        Said(
            "Chỉ người kiểm tra, giám sát và quản trị kiểm tra nhật ký truy cập",
            "Only auditors, supervisors and administrators verify the audit log",
        ),
    ),
    "persons.export": (
        "not_your_export",
        Said(
            "Chỉ người đứng đầu cơ quan đang giữ hồ sơ và người kiểm tra được xuất toàn bộ dữ liệu của một người",
            "Only the head of the agency that holds the dossier and auditors may export a person's whole record",
        ),
    ),
    "dossiers.act": (
        "read_only_account",
        Said(
            "Tài khoản này chỉ được xem, không được thay đổi hồ sơ",
            "This account may read dossiers, not change them",
        ),
    ),
    "calendar.change": (
        "not_your_calendar",
        Said(
            "Chỉ người giám sát hoặc người quản trị được thay đổi lịch làm việc",
            "Only a supervisor or an administrator may change the calendar",
        ),
    ),
    "deliveries.watch": (
        "not_your_deliveries",
        Said(
            "Chỉ người giám sát hoặc người quản trị xem và cho gửi lại các lượt gửi bị dừng",
            "Only a supervisor or an administrator sees stuck deliveries and has them sent again",
        ),
    ),
    "jobs.watch": (
        "not_your_jobs",
        Said(
            "Chỉ người giám sát hoặc người quản trị xem và cho chạy lại việc",
            "Only a supervisor or an administrator sees jobs and lets them be tried again",
        ),
    ),
    "webhooks.keep": (
        "not_your_webhooks",
        Said(
            "Chỉ người đứng đầu cơ quan hoặc người quản trị quản lý webhook",
            "Only the head of an agency or an administrator keeps webhooks",
        ),
    ),
    "agency.mailbox": (
        "not_the_head",
        Said("Chỉ người đứng đầu đặt hộp thư của cơ quan", "Only the head sets the agency's mailbox"),
    ),
}

OfficerDep = Annotated[Actor, Depends(allowed("dossiers.act"))]
CalendarKeeperDep = Annotated[Actor, Depends(allowed("calendar.change"))]


AddressDep = Annotated[str, Depends(address_of)]


def _version(if_match: str) -> int:
    """The version an entity tag names; 0, which no dossier has, for a tag that is not one of ours."""
    tag = if_match.strip().removeprefix("W/").strip('"')
    return int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 10 else 0


IfMatch = Annotated[
    str | None,
    Header(description='ETag của hồ sơ, ví dụ `"3"` · the dossier\'s ETag (its version)', examples=['"3"']),
]


def asked_version(if_match: str | None) -> int | None:
    """The version the caller has seen; None when the header was left out."""
    return None if if_match is None else _version(if_match)


def required_version(if_match: str | None) -> int:
    """The version the caller has seen.

    Raises:
        Problem: 428 without the header.
    """
    if if_match is None:
        said = Said(
            "Thiếu If-Match: gửi kèm ETag của hồ sơ", "If-Match is missing: send the dossier's ETag with it"
        )
        fault = Fault("if_match_required", said, "If-Match")
        raise Problem(428, "if_match_required", Said("Cần If-Match", "If-Match is required"), [fault])
    return _version(if_match)


class Named(Convertor[str]):
    """A part of a path that names one thing, and is none of the words that stand beside such names.

    Without it, `GET /v1/dossiers/search` would ask for the dossier called "search" in place of being no method there.
    """

    regex = "(?!(?:changes|migrate|print|read|search|tasks)$)[^/]+"

    def convert(self, value: str) -> str:
        """As it is."""
        return value

    def to_string(self, value: str) -> str:
        """As it is."""
        return value


register_url_convertor("named", Named())


_UUID = {"format": "uuid"}


def id_of(text: str) -> UUID:
    """An id from a path; what cannot be one is unknown like any other unknown id.

    Raises:
        Problem: 404.
    """
    try:
        return UUID(text)
    except ValueError:
        raise not_found() from None


async def dossier_id_of(
    dossier_id: Annotated[str, InPath(description="Mã hồ sơ · the dossier's id", json_schema_extra=_UUID)],
) -> UUID:
    """The dossier's id in the path."""
    found = id_of(dossier_id)
    note(dossier=found)
    return found


async def paper_id_of(
    paper_id: Annotated[str, InPath(description="Mã tài liệu · the paper's id", json_schema_extra=_UUID)],
) -> UUID:
    """The paper's id in the path."""
    found = id_of(paper_id)
    note(paper=found)
    return found


async def document_id_of(
    document_id: Annotated[
        str, InPath(description="Mã văn bản · the document's id", json_schema_extra=_UUID)
    ],
) -> UUID:
    """The document's id in the path."""
    found = id_of(document_id)
    note(document=found)
    return found


DossierId = Annotated[UUID, Depends(dossier_id_of)]
PaperId = Annotated[UUID, Depends(paper_id_of)]
DocumentId = Annotated[UUID, Depends(document_id_of)]
