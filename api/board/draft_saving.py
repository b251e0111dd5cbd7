"""The door through which the pages' script keeps drafts, every few seconds while somebody types."""

from fastapi import Response

from api.board import drafts
from api.board.visits import FieldsDep, VisitDep, pages
from api.errors import Fault, Problem, Said, not_found

router = pages("/drafts")


@router.post("/{key}")
def save(key: str, visit: VisitDep, fields: FieldsDep) -> Response:
    """204 when it is kept; 401 when it is kept but whoever types must sign in again before sending it."""
    found = drafts.key_of(key)
    if found is None:
        raise not_found()
    account = visit.caller.actor.account if visit.caller else visit.lapsed[1] if visit.lapsed else None
    if account is None:
        return Response(status_code=401, headers={"Draft-Kept": "no"})
    if not drafts.save(visit.parts.engine, account, found, drafts.typed(fields)):
        said = Said("Nội dung quá dài để lưu nháp", "The text is too long to be kept as a draft")
        raise Problem(413, "draft_too_long", said, [Fault("draft_too_long", said)])
    return Response(status_code=204 if visit.caller else 401, headers={"Draft-Kept": "yes"})
