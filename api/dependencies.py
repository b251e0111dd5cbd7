"""What requests are served with: the store, settings, the calendar, the language, and who is asking."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi import Path as InPath
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Engine
from starlette.convertors import Convertor, register_url_convertor

from api.access import NOBODY, account_of, sign_in_again
from api.errors import Fault, Language, Problem, Said, language_of, not_found
from documents.pdf import LibreOffice
from flows.calendars import in_force
from flows.engine import Actor
from flows.queues import Queues
from models.law.calendar import Calendar
from models.logs import note
from models.settings import Settings
from models.store import unit_of_work


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


def parts_of(request: Request) -> Parts:
    """The running application's parts."""
    parts: Parts = request.app.state.parts
    return parts


PartsDep = Annotated[Parts, Depends(parts_of)]


def engine_of(parts: PartsDep) -> Engine:
    """The store."""
    return parts.engine


EngineDep = Annotated[Engine, Depends(engine_of)]


def calendar_of(engine: EngineDep) -> Calendar:
    """The calendar as it is now, read for each request; what is written under it reads it anew with `held`."""
    with unit_of_work(engine, NOBODY) as connection:
        return in_force(connection)


CalendarDep = Annotated[Calendar, Depends(calendar_of)]
LanguageDep = Annotated[Language, Depends(language_of)]

_bearer = OAuth2PasswordBearer(
    tokenUrl="/v1/auth/token",
    refreshUrl="/v1/auth/refresh",
    auto_error=False,
    description="Mã truy cập từ `POST /v1/auth/token` · an access token",
)


def current_actor(parts: PartsDep, token: Annotated[str | None, Depends(_bearer)]) -> Actor:
    """Who is asking; the account is read each time, so that a disabled one stops at once.

    Raises:
        Problem: 401 without a valid token of an enabled account.
    """
    actor = account_of(parts.engine, parts.settings, token) if token else None
    if actor is None:
        raise sign_in_again()
    note(account=actor.account, agency=actor.agency)
    return actor


CurrentActor = Annotated[Actor, Depends(current_actor)]


def one_of(roles: Iterable[str], code: str, said: Said) -> Callable[[Actor], Actor]:
    """A dependency that lets these roles pass, and answers everyone else 403 with this code and reason."""
    allowed = frozenset(roles)

    def passed(actor: CurrentActor) -> Actor:
        if actor.role not in allowed:
            raise Problem(403, code, said, [Fault(code, said)])
        return actor

    return passed


officer = one_of(
    ("officer", "head"),
    "read_only_account",
    Said(
        "Tài khoản này chỉ được xem, không được thay đổi hồ sơ",
        "This account may read dossiers, not change them",
    ),
)
OfficerDep = Annotated[Actor, Depends(officer)]
calendar_keeper = one_of(
    ("supervisor", "administrator"),
    "not_your_calendar",
    Said(
        "Chỉ người giám sát hoặc người quản trị được thay đổi lịch làm việc",
        "Only a supervisor or an administrator may change the calendar",
    ),
)
CalendarKeeperDep = Annotated[Actor, Depends(calendar_keeper)]


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


def dossier_id_of(
    dossier_id: Annotated[str, InPath(description="Mã hồ sơ · the dossier's id", json_schema_extra=_UUID)],
) -> UUID:
    """The dossier's id in the path."""
    found = id_of(dossier_id)
    note(dossier=found)
    return found


def paper_id_of(
    paper_id: Annotated[str, InPath(description="Mã tài liệu · the paper's id", json_schema_extra=_UUID)],
) -> UUID:
    """The paper's id in the path."""
    found = id_of(paper_id)
    note(paper=found)
    return found


def document_id_of(
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
