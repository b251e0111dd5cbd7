"""Signing in at a browser: user name and password, then the second factor where there is one, or the OpenID provider."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import Connection

from api.access import NOBODY, begin_browser, end
from api.board.language import N_
from api.board.visits import SIGN_IN, FieldsDep, Visit, VisitDep, own_path, pages
from api.cookies import keep_session
from api.dependencies import AddressDep, PartsDep
from api.errors import Problem
from api.oidc import leave
from api.sign_in import PATIENCE, Credentials, OtpRequired, sign_in
from api.signed import told
from models.store import unit_of_work
from models.tables import table

router = pages("")
_session = table("session")
_PASSED, _LONGEST = "hoso_password", 1000
"""The cookie that says, sealed, that a password was right; and the most characters read of what is typed."""
_REFUSED = {
    "oidc_refused": N_(
        "Đăng nhập qua OpenID không thành công; hãy thử lại, hoặc hỏi người quản trị về liên kết tài khoản."
    ),
    "second_factor_required": N_("Nhà cung cấp OpenID không xác nhận xác thực hai lớp."),
    "provider_unavailable": N_("Nhà cung cấp OpenID không trả lời."),
}
Next = Annotated[str, Query(alias="next", max_length=2000)]


@router.get("/sign-in")
def show(visit: VisitDep, back: Next = "", openid: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The form, or the page one came for if one is signed in already."""
    if visit.caller:
        return visit.go(own_path(back))
    return _form(visit, back, refused=_REFUSED.get(openid))


@router.post("/sign-in")
def send(visit: VisitDep, fields: FieldsDep, address: AddressDep, back: Next = "") -> Response:
    """Signs in, or asks for the second factor."""
    username, password = _typed(fields, "username"), _typed(fields, "password")
    try:
        token = _begun(visit, Credentials(username, password, None, address))
    except OtpRequired as asked:
        answer = visit.go(_with_next(f"{SIGN_IN}/code", back))
        said = {"username": username, "proof": asked.proof}
        visit.seal(answer, _PASSED, said, int(PATIENCE.total_seconds()))
        return answer
    except Problem as problem:
        return _form(visit, back, username=username, problem=problem)
    return _signed_in(visit, token, back)


@router.get("/sign-in/code")
def show_code(visit: VisitDep, back: Next = "") -> Response:
    """The form for the second factor."""
    if visit.unsealed(_PASSED) is None:
        return visit.go(_with_next(SIGN_IN, back))
    return visit.page("code.html", back=own_path(back), problem=None)


@router.post("/sign-in/code")
def send_code(visit: VisitDep, fields: FieldsDep, address: AddressDep, back: Next = "") -> Response:
    """Signs in with the second factor; after too long the password is asked for again."""
    passed = visit.unsealed(_PASSED)
    if passed is None:
        return visit.go(_with_next(SIGN_IN, back))
    shown = Credentials(passed["username"], "", _typed(fields, "otp") or None, address, passed["proof"])
    try:
        token = _begun(visit, shown)
    except Problem as problem:
        if problem.code == "invalid_credentials" and "Retry-After" not in problem.headers:
            return visit.go(_with_next(SIGN_IN, back), N_("Đã quá lâu: hãy nhập lại mật khẩu."))
        return visit.page("code.html", status=problem.status, back=own_path(back), problem=problem)
    answer = _signed_in(visit, token, back)
    visit.seal(answer, _PASSED, None, 0)
    return answer


@router.get("/sign-in/openid")
def leave_to_provider(visit: VisitDep, parts: PartsDep, back: Next = "") -> Response:
    """Leads to the provider, which leads back by the API's own door."""
    return leave(parts, back=own_path(back))


@router.post("/sign-out")
def sign_out(visit: VisitDep, address: AddressDep) -> Response:
    """Ends the session at once, and lets the browser forget what it has kept of the pages."""
    if visit.caller:
        with unit_of_work(visit.parts.engine, NOBODY) as connection:
            for account in end(connection, _session.c.id == visit.caller.session):
                told(connection, "signed_out", account=account, address=address)
    answer = visit.go(SIGN_IN, N_("Đã đăng xuất."))
    keep_session(visit.request, answer, None)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _begun(visit: Visit, shown: Credentials) -> str:
    def browser(connection: Connection, account: UUID, factor: bool) -> str:
        return begin_browser(connection, account, "password", shown.address, second_factor=factor)

    return sign_in(visit.parts.engine, visit.parts.settings, shown, browser)


def _signed_in(visit: Visit, token: str, back: str) -> Response:
    """Leads on with a session; where something must be completed first, every page leads there."""
    if visit.lapsed:  # what was left open in this browser is at its end now
        with unit_of_work(visit.parts.engine, NOBODY) as connection:
            end(connection, _session.c.id == visit.lapsed[0])
    answer = visit.go(own_path(back))
    keep_session(visit.request, answer, token)
    return answer


def _form(
    visit: Visit, back: str, *, username: str = "", problem: Problem | None = None, refused: str | None = None
) -> Response:
    return visit.page(
        "sign_in.html", status=problem.status if problem else 200, back=own_path(back), username=username, problem=problem,
        refused=refused, openid=visit.parts.settings.doors.provider is not None,
    )  # fmt: skip


def _with_next(path: str, back: str) -> str:
    return f"{path}?{urlencode({'next': own_path(back)})}"


def _typed(fields: FieldsDep, name: str) -> str:
    value = fields.get(name)
    return value[:_LONGEST] if isinstance(value, str) else ""
