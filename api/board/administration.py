"""Administration: which of its pages somebody has, and a new secret that was written down."""

from typing import Annotated

from fastapi import Depends, Response

from api.board.forms import SECRET
from api.board.navigation import ADMINISTRATION, Entry
from api.board.visits import ActorDep, SignedInDep, VisitDep, pages
from api.errors import not_found

router = pages("/admin")


def tabs_of(actor: ActorDep) -> list[Entry]:
    """The pages of administration that this account has."""
    return [entry for entry in ADMINISTRATION if actor.role in entry.roles]


TabsDep = Annotated[list[Entry], Depends(tabs_of)]


@router.get("")
def lead(visit: VisitDep, _actor: ActorDep, tabs: TabsDep) -> Response:
    """To the first of one's pages; who has none finds nothing here."""
    if not tabs:
        raise not_found()
    return visit.go(tabs[0].path)


@router.post("/secret/kept")
def forget_secret(visit: VisitDep, _caller: SignedInDep) -> Response:
    """The secret is written down: it is shown no more."""
    answer = visit.go(visit.page_of_form)
    visit.seal(answer, SECRET, None, 0)
    return answer
