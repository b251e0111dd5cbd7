"""One's own account: where notices are mailed to, password and second factor, and where one is signed in."""

from typing import Annotated

from fastapi import Depends, Query, Response
from sqlalchemy import Connection

from api.board.forms import Gone, SentDep, checked
from api.board.language import N_
from api.board.visits import ActorDep, FieldsDep, SignedInDep, Visit, VisitDep, pages, permitted
from api.errors import Problem
from api.me import EmailIn, put_agency_email, put_email, read_me
from api.pages import Page
from api.sessions import end_one, end_others, sessions_of
from flows.engine import Actor
from flows.policy import may

router = pages("/me")
HeadDep = Annotated[Actor, Depends(permitted("agency.mailbox"))]


@router.get("")
def show(
    visit: VisitDep,
    actor: ActorDep,
    caller: SignedInDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Who one is here, and one's own sign-ins that are alive."""
    return _page(visit, actor, caller, cursor)


@router.post("/email")
def set_email(visit: VisitDep, actor: ActorDep, caller: SignedInDep, sent: SentDep) -> Response:
    """Where one's own notices go; nowhere when left empty."""

    def write(connection: Connection) -> Gone:
        put_email(connection, actor, _email(sent.fields))
        return Gone("/board/me", N_("Đã lưu địa chỉ."))

    return sent.once(write) or _page(visit, actor, caller, None, sent.fields, sent.problem)


@router.post("/agency-email")
def set_agency_email(visit: VisitDep, actor: HeadDep, caller: SignedInDep, sent: SentDep) -> Response:
    """The agency's mailbox, to which its officers' notices go."""

    def write(connection: Connection) -> Gone:
        put_agency_email(connection, actor, _email(sent.fields))
        return Gone("/board/me", N_("Đã lưu hộp thư của cơ quan."))

    done = sent.once(write)
    problem = sent.problem
    return done or _page(visit, actor, caller, None, sent.fields, problem, "agency_email")


@router.post("/sessions/end")
def end_other_sessions(
    visit: VisitDep, _actor: ActorDep, caller: SignedInDep, _fields: FieldsDep
) -> Response:
    """Every sign-in but this one."""
    end_others(caller, visit.parts.engine)
    return visit.go("/board/me", N_("Đã kết thúc các phiên khác."))


@router.post("/sessions/{session_id}/end")
def end_session(visit: VisitDep, _actor: ActorDep, caller: SignedInDep, session_id: str) -> Response:
    """One sign-in; whoever ends this very one signs in anew."""
    end_one(session_id, caller, visit.parts.engine)
    return visit.go("/board/me", N_("Đã kết thúc phiên."))


def _email(fields: dict[str, str]) -> EmailIn:
    return checked(EmailIn, {"email": fields.get("email", "").strip() or None})


def _page(
    visit: Visit, actor: Actor, caller: SignedInDep, cursor: str | None, typed: dict[str, str] | None = None,
    problem: Problem | None = None, of: str = "email",
) -> Response:  # fmt: skip
    sessions, following = sessions_of(visit.parts.engine, caller, Page(cursor=cursor, limit=20))
    shown = read_me(actor, visit.parts.engine)
    values = {"email": shown.email or "", "agency_email": shown.agency_email or ""}
    return visit.page(
        "me.html", status=problem.status if problem else 200, me=shown, sessions=sessions, following=following,
        values=values | ({of: typed.get("email", "")} if typed else {}), problem=problem, of=of,
        may_mailbox=may(actor.role, "agency.mailbox"),
    )  # fmt: skip
