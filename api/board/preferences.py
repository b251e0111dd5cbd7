"""The language and the light of the pages, kept in this browser."""

from fastapi import Response

from api.board.language import LANGUAGES
from api.board.visits import LANGUAGE, THEME, FieldsDep, Visit, VisitDep, pages
from api.cookies import keep

router = pages("")
_YEAR = 365 * 86400


@router.post("/language")
def set_language(visit: VisitDep, fields: FieldsDep) -> Response:
    """Vietnamese or English."""
    return _kept(visit, LANGUAGE, fields.get("language"), tuple(LANGUAGES))


@router.post("/theme")
def set_theme(visit: VisitDep, fields: FieldsDep) -> Response:
    """Light, dark, or as the system prefers."""
    return _kept(visit, THEME, fields.get("theme"), ("auto", "light", "dark"))


def _kept(visit: Visit, name: str, value: object, choices: tuple[str, ...]) -> Response:
    answer = visit.go(visit.page_of_form)
    if isinstance(value, str) and value in choices:
        keep(visit.request, answer, name, value, _YEAR)
    return answer
