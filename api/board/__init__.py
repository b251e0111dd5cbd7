"""The board: pages for people, rendered here, over the same services and the same policy as the API."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from api.board import (
    account,
    act,
    administration,
    agencies,
    agency,
    agenda,
    assets,
    assignment,
    audit,
    calculator,
    calendar,
    charts,
    correction,
    documents,
    dossier,
    draft_saving,
    home,
    inbox,
    jobs,
    law,
    live,
    many,
    me,
    migration,
    new,
    overview,
    papers,
    performance,
    preferences,
    printing,
    sign_in,
    stuck,
    users,
    voiding,
    watched,
    webhooks,
    work,
)
from api.board.problems import problem_page
from api.board.visits import Away

ROUTERS = (
    home.root,
    assets.router,
    home.router,
    sign_in.router,
    account.router,
    preferences.router,
    draft_saving.router,
    # Officers
    work.router,
    dossier.router,
    act.router,
    correction.router,
    voiding.router,
    migration.router,
    assignment.router,
    papers.router,
    documents.router,
    new.router,
    printing.router,
    inbox.router,
    # Supervisors
    overview.router,
    watched.router,
    stuck.router,
    many.router,
    agency.router,
    agenda.router,
    performance.router,
    charts.router,
    live.router,
    # Law and administration
    calculator.router,
    calendar.router,
    law.router,
    administration.router,
    users.router,
    agencies.router,
    webhooks.router,
    jobs.router,
    audit.router,
    me.router,
)
"""Every page there is: a noun's router each."""


def include(app: FastAPI) -> None:
    """Adds the pages to the application, and makes its problems pages where people read them."""
    app.state.problem_page = problem_page
    app.add_exception_handler(Away, _lead)
    for router in ROUTERS:
        app.include_router(router)


async def _lead(_request: Request, away: Exception) -> Response:
    assert isinstance(away, Away)  # noqa: S101 - registered for it
    return RedirectResponse(away.path, 303)
