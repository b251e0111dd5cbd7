"""The inbox: what the agency was told, newest first, and what nobody has read yet."""

from typing import Annotated

from fastapi import Query, Response
from sqlalchemy import Connection

from api.board.forms import Gone, SentDep, checked
from api.board.language import N_
from api.board.visits import ActorDep, VisitDep, pages
from api.notices import NoticeFilters, ReadIn, inbox_of, mark_read
from api.traces import shown

router = pages("/inbox")


@router.get("")
def show(
    visit: VisitDep,
    actor: ActorDep,
    unread: bool | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """One page of it."""
    filters = NoticeFilters(unread=unread, cursor=cursor)
    page = inbox_of(visit.parts.engine, actor, filters, visit.language)
    shown(one.dossier for one in page.items if one.dossier)
    return visit.page("inbox.html", page=page, unread=unread)


@router.post("")
def read(visit: VisitDep, actor: ActorDep, sent: SentDep) -> Response:
    """Marks as read what stands on the page, and everything before it."""

    def write(connection: Connection) -> Gone:
        text = sent.fields.get("up_to", "")
        body = checked(ReadIn, {"up_to": int(text) if text.isdecimal() and len(text) < 11 else text})
        marked = mark_read(connection, actor, body.up_to)
        return Gone(
            "/board/inbox", N_("Đã đánh dấu %(count)s thông báo là đã đọc."), {"count": marked.marked}
        )

    answer = sent.once(write)
    if answer is None:
        assert sent.problem  # noqa: S101 - as `once` says
        raise sent.problem
    return answer
