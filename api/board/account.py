"""One's own sign-in: changing the password, and setting up the second factor."""

from dataclasses import replace
from typing import Any

from fastapi import Response

from api import auth, second_factor
from api.board.forms import checked
from api.board.language import N_
from api.board.visits import FieldsDep, SignedInDep, Visit, VisitDep, pages
from api.dependencies import AddressDep
from api.errors import Fault, Problem, Said

router = pages("")
_CODES, _KEPT = "hoso_codes", 600
"""The cookie that holds new recovery codes, sealed, until they are written down; and for how many seconds."""


@router.get("/password")
def show_password(visit: VisitDep, caller: SignedInDep) -> Response:
    """The form; whoever has a password of an administrator comes here first."""
    return visit.page("password.html", must=caller.must_change_password, problem=None)


@router.post("/password")
def change_password(visit: VisitDep, caller: SignedInDep, fields: FieldsDep, address: AddressDep) -> Response:
    """Changes it; every other session of the account ends."""
    old, new, again = (
        str(fields.get(name, "")) for name in ("old_password", "new_password", "again_password")
    )
    try:
        _same(new, again)
        auth.change_password(checked(auth.PasswordIn, {"old": old, "new": new}), caller, visit.parts, address)
    except Problem as problem:
        faults = [replace(one, field=_FIELDS.get(one.field or "", one.field)) for one in problem.faults]
        return visit.page(
            "password.html", status=problem.status, must=caller.must_change_password,
            problem=replace(problem, faults=faults),
        )  # fmt: skip
    return visit.go("/board", N_("Đã đổi mật khẩu."))


def _same(new: str, again: str) -> None:
    if new != again:
        said = Said("hai lần nhập không giống nhau", "the two do not agree")
        title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
        raise Problem(422, "invalid", title, [Fault("differs", said, "again_password")])


_FIELDS = {"old": "old_password", "new": "new_password"}
"""What the API's fields are called here, where no name may be taken for a text to keep as a draft."""


@router.get("/second-factor")
def show_factor(visit: VisitDep, caller: SignedInDep) -> Response:
    """Where the setting up stands: not begun, waiting for a code, or new recovery codes to write down."""
    if caller.must_change_password:
        return visit.go("/board/password")
    return _factor(visit, caller)


@router.post("/second-factor")
def begin_factor(visit: VisitDep, caller: SignedInDep) -> Response:
    """A new secret, shown until a code of it comes."""
    try:
        second_factor.begin(caller, visit.parts)
    except Problem as problem:
        return _factor(visit, caller, problem)
    return visit.go("/board/second-factor")


@router.post("/second-factor/confirm")
def confirm_factor(visit: VisitDep, caller: SignedInDep, fields: FieldsDep) -> Response:
    """Makes it count; the recovery codes stand on the page this leads to."""
    code = str(fields.get("code", "")).strip()
    try:
        done = second_factor.confirm(checked(second_factor.ConfirmIn, {"code": code}), caller, visit.parts)
    except Problem as problem:
        return _factor(visit, caller, problem)
    answer = visit.go("/board/second-factor")
    account = str(caller.actor.account)
    visit.seal(answer, _CODES, {"account": account, "codes": done.recovery_codes}, _KEPT)
    return answer


@router.post("/second-factor/kept")
def forget_codes(visit: VisitDep, _caller: SignedInDep) -> Response:
    """The codes are written down: they are shown no more."""
    answer = visit.go("/board", N_("Đã có xác thực hai lớp."))
    visit.seal(answer, _CODES, None, 0)
    return answer


def _factor(visit: Visit, caller: SignedInDep, problem: Problem | None = None) -> Response:
    kept: dict[str, Any] = visit.unsealed(_CODES) or {}
    codes = kept["codes"] if kept.get("account") == str(caller.actor.account) else None
    waiting = None if codes else second_factor.waiting(caller, visit.parts)
    return visit.page(
        "second_factor.html", status=problem.status if problem else 200, must=caller.lacks_second_factor, codes=codes,
        waiting=waiting, problem=problem,
    )  # fmt: skip
