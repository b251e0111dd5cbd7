"""A refusal as a page: what is wrong, each reason with its article, and where to go on."""

from fastapi import Request, Response

from api.board.visits import Visit
from api.errors import Problem, errors_of
from models.logs import request_id


def problem_page(problem: Problem, request: Request) -> Response:
    """The page of a problem; of the caller it says what was read of them before it arose, and asks nobody for more."""
    visit = getattr(request.state, "visit", None) or Visit(request, request.app.state.parts)
    answer = visit.page(
        "problem.html", status=problem.status, problem=problem, errors=errors_of(problem, visit.language),
        request_id=request_id(),
    )  # fmt: skip
    answer.headers.update(
        {name: value for name, value in problem.headers.items() if name != "WWW-Authenticate"}
    )
    return answer
