"""Where a day begins: the page of one's role."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.board.navigation import home_of
from api.board.visits import ActorDep, VisitDep, pages

router = pages("")
root = APIRouter(include_in_schema=False)


@root.get("/")
async def lead() -> Response:
    """Whoever opens the address in a browser wants the board."""
    return RedirectResponse("/board", 303)


@router.get("")
def show(visit: VisitDep, actor: ActorDep) -> Response:
    """Officers come to their work, others to the page of their role."""
    return visit.go(home_of(actor.role))
