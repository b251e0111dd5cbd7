"""The board: pages for people, rendered here, over the same services and the same policy as the API."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from api.board import (
    account,
    assets,
    assignment,
    dossier,
    draft_saving,
    home,
    preferences,
    sign_in,
    work,
)
from api.board.problems import problem_page
from api.board.visits import Away


def include(app: FastAPI) -> None:
    """Adds the pages to the application, and makes its problems pages where people read them."""
    app.state.problem_page = problem_page
    app.add_exception_handler(Away, _lead)
    app.include_router(home.root)
    for part in (assets, home, sign_in, account, preferences, draft_saving, work, dossier, assignment):
        app.include_router(part.router)


async def _lead(_request: Request, away: Exception) -> Response:
    assert isinstance(away, Away)  # noqa: S101 - registered for it
    return RedirectResponse(away.path, 303)
