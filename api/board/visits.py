"""A visit: one request of a browser, who it is, in which language and light, and the pages it is answered with."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select
from starlette.datastructures import UploadFile

from api.access import NOBODY, Known, known_browser, lapsed_browser
from api.board import drafts
from api.board.language import translations
from api.board.navigation import Entry, Group, navigation_of
from api.board.rendering import environment
from api.cookies import browser_token, cookie, keep
from api.dependencies import Parts, PartsDep, require
from api.errors import ErrorOut, Fault, Language, Problem, Said, errors_of
from api.rates import address_of, pay
from api.traces import asked_by
from flows.engine import Actor
from flows.policy import Permission, may
from models import box, logs
from models.settings import StartupError
from models.store import unit_of_work
from models.tables import table

_account, _agency = table("account"), table("agency")
_SAID, _VISITOR, LANGUAGE, THEME = "hoso_said", "hoso_visitor", "hoso_language", "hoso_theme"
Theme = Literal["auto", "light", "dark"]
Fields = dict[str, str | UploadFile]
SIGN_IN = "/board/sign-in"


class Away(Exception):
    """Leads the browser to another page of the board, where something must happen first."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Me(NamedTuple):
    """Who is signed in, as the top of each page says."""

    full_name: str
    position: str
    agency_name: str
    agency_kind: str


@dataclass
class Visit:
    """One request of a browser, and how it is answered."""

    request: Request
    parts: Parts
    caller: Known | None = None
    lapsed: tuple[UUID, UUID] | None = None
    """Session and account of whoever was signed in too long ago."""
    me: Me | None = None
    visitor: str = ""
    """What a browser that is not signed in is known by, so that its forms are its own."""

    @property
    def language(self) -> Language:
        """The language chosen in this browser; Vietnamese where none was."""
        return "en" if cookie(self.request, LANGUAGE) == "en" else "vi"

    @property
    def theme(self) -> Theme:
        """The light chosen in this browser; otherwise what its system prefers."""
        chosen = cookie(self.request, THEME)
        return "light" if chosen == "light" else "dark" if chosen == "dark" else "auto"

    @property
    def here(self) -> str:
        """The address of this page, for coming back to it."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def page_of_form(self) -> str:
        """The page to come back to: this one, or for what was sent the one its form stood on."""
        if self.request.method == "GET":
            return self.here
        return own_path(str(getattr(self.request.state, "fields", {}).get("_page", "")))

    @property
    def navigation(self) -> list[Entry | Group]:
        """The pages in this caller's navigation."""
        return navigation_of(self.caller.actor.role) if self.caller and not self.unfinished else []

    @property
    def watches(self) -> bool:
        """Whether the head of each page shows live counts of what this caller looks after."""
        return bool(self.caller and not self.unfinished and may(self.caller.actor.role, "supervision.read"))

    @property
    def unfinished(self) -> bool:
        """Whether the caller must complete their own sign-in before anything else."""
        return bool(self.caller and (self.caller.must_change_password or self.caller.lacks_second_factor))

    @cached_property
    def csrf(self) -> str:
        """What each form of this browser carries: known to nobody who has not its session, or its visitor's cookie."""
        session = self.caller.session if self.caller else self.lapsed[0] if self.lapsed else self.visitor
        return box.digest(self.parts.settings, f"form {session}")

    def say(self, message: str, **values: object) -> str:
        """A message in this browser's language."""
        said = translations(self.language).gettext(message)
        return said % values if values else said

    def errors(self, problem: Problem | None) -> list[ErrorOut]:
        """Every reason of a problem, in this browser's language."""
        return errors_of(problem, self.language) if problem else []

    def address(self, **changes: object) -> str:
        """The address of this page with other query parameters; None takes one away."""
        query = dict(self.request.query_params) | changes
        kept = {name: str(value) for name, value in query.items() if value is not None}
        return f"{self.request.url.path}?{urlencode(kept)}" if kept else self.request.url.path

    def page(self, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
        """A page for this browser."""
        said = self.unsealed(_SAID)
        body = environment(self.language).get_template(template).render(
            visit=self, said=said and self.say(said["message"], **said["values"]), **context
        )  # fmt: skip
        answer = HTMLResponse(body, status, {"Content-Language": self.language})
        if said:
            keep(self.request, answer, _SAID, None)
        if not self.caller and cookie(self.request, _VISITOR) != self.visitor:
            keep(self.request, answer, _VISITOR, self.visitor)
        return answer

    def go(self, path: str, message: str = "", **values: object) -> RedirectResponse:
        """Leads to a page, which will say this message once; the message must name nobody."""
        answer = RedirectResponse(path, 303)
        if message:
            self.seal(answer, _SAID, {"message": message, "values": values}, seconds=60)
        return answer

    def seal(self, answer: Response, name: str, said: Mapping[str, Any] | None, seconds: int) -> None:
        """Lets the browser keep something for us that nobody can read or forge; None takes it back."""
        sealed = None if said is None else box.seal(self.parts.settings, orjson.dumps(said).decode())
        keep(self.request, answer, name, sealed, seconds)

    def unsealed(self, name: str) -> dict[str, Any] | None:
        """What the browser kept for us."""
        try:
            found: dict[str, Any] = orjson.loads(
                box.unseal(self.parts.settings, cookie(self.request, name) or "")
            )
        except StartupError:
            return None
        return found


def own_path(path: str) -> str:
    """The path, if it leads to a page of the board; else the board's first page."""
    parts = urlsplit(path) if path.isprintable() and "\\" not in path else None
    own = parts is not None and not parts.scheme and not parts.netloc and not path.startswith("//")
    return (
        path if own and parts and (parts.path == "/board" or parts.path.startswith("/board/")) else "/board"
    )


async def fields_of(request: Request) -> AsyncIterator[Fields]:
    """What a form sent, each name once; a page that is only asked for has sent nothing. Files are closed afterwards."""
    fields: Fields = {}
    async with AsyncExitStack() as closed:
        if request.method != "GET":
            fields = dict((await closed.enter_async_context(request.form())).items())
        request.state.fields = fields
        yield fields


FieldsDep = Annotated[Fields, Depends(fields_of)]


def visit_of(request: Request, parts: PartsDep, fields: FieldsDep) -> Visit:
    """The visit; a session is read each time, so that an ended one stops at once.

    Raises:
        Problem: 429, 403 for a form that is not ours.
    """
    visit = Visit(request, parts)
    token, address = browser_token(request), address_of(request)
    if token:
        visit.caller = known_browser(parts.engine, parts.settings, token, address)
        if visit.caller is None:
            pay(parts.engine, parts.settings, address)
            visit.lapsed = lapsed_browser(parts.engine, token)
    visit.visitor = cookie(request, _VISITOR) or secrets.token_urlsafe(16)
    request.state.visit = visit
    if visit.caller:
        actor = visit.caller.actor
        logs.note(account=actor.account, agency=actor.agency)
        asked_by(actor, None)
        visit.me = _me(parts, actor)
    if request.method != "GET":
        _ours(visit, fields)
    return visit


def _me(parts: Parts, actor: Actor) -> Me:
    asked = (
        select(_account.c.full_name, _account.c.position, _agency.c.name, _agency.c.kind)
        .join(_agency, _agency.c.code == _account.c.agency)
        .where(_account.c.id == actor.account)
    )
    with unit_of_work(parts.engine, NOBODY) as connection:
        return Me(*connection.execute(asked).one())


def _ours(visit: Visit, fields: Fields) -> None:
    """Goes on if a form of ours in this very browser sent this.

    Raises:
        Away: to sign in, where the form was somebody's who is signed in no more.
        Problem: 403.
    """
    headers = visit.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    # A browser says both or one of them with what a form sends; over plain HTTP only the origin.
    from_here = site in {"same-origin", "none"} if site else origin is not None
    if origin is not None:
        from_here = from_here and urlsplit(origin).netloc == headers.get("host", "")
    if from_here and secrets.compare_digest(str(fields.get("_csrf", "")).encode(), visit.csrf.encode()):
        return
    if from_here and not visit.caller and not visit.request.url.path.startswith(SIGN_IN):
        raise Away(_sign_in(visit))
    said = Said(
        "Biểu mẫu không còn dùng được hoặc không phải của trang này: hãy mở lại trang rồi gửi lại",
        "The form can no longer be used, or is not of this page: open the page again and send it anew",
    )
    raise Problem(403, "form_not_ours", Said("Không nhận biểu mẫu này", "This form is not taken"), [Fault("form_not_ours", said)])  # fmt: skip


def _sign_in(visit: Visit) -> str:
    back = visit.page_of_form
    return SIGN_IN if back == "/board" else f"{SIGN_IN}?{urlencode({'next': back})}"


VisitDep = Annotated[Visit, Depends(visit_of)]


def signed_in(visit: VisitDep, fields: FieldsDep) -> Known:
    """Who is signed in.

    Raises:
        Away: to sign in; what a form sent whose sender was away for too long is kept as their draft.
    """
    if visit.caller:
        return visit.caller
    key = drafts.key_of(str(fields.get("_draft", "")))
    if visit.lapsed and key:
        drafts.save(visit.parts.engine, visit.lapsed[1], key, drafts.typed(fields))
    raise Away(_sign_in(visit))


SignedInDep = Annotated[Known, Depends(signed_in)]


def current(caller: SignedInDep) -> Actor:
    """Who is signed in and has nothing left to do for that.

    Raises:
        Away: to change the password, or to set up the second factor.
    """
    if caller.must_change_password:
        raise Away("/board/password")
    if caller.lacks_second_factor:
        raise Away("/board/second-factor")
    return caller.actor


ActorDep = Annotated[Actor, Depends(current)]


def permitted(permission: Permission) -> Callable[[Actor], Actor]:
    """A dependency that lets those pass whose role the policy gives this permission; the others are told why not."""

    def passed(actor: ActorDep) -> Actor:
        require(actor, permission)
        return actor

    return passed


def pages(noun: str) -> APIRouter:
    """A router for the pages of a noun; every form that comes to it is judged before anything else is."""
    return APIRouter(prefix=f"/board{noun}", include_in_schema=False, dependencies=[Depends(visit_of)])
