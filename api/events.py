"""Events of a dossier: the chain of what was done to it."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, select

from api.answers import EventOut, event_of
from api.dependencies import CurrentActor, DossierId, EngineDep
from api.dossiers import state_of
from api.pages import CSV, with_lines
from flows.state import State
from models.event import breaks_of
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1/dossiers/{dossier_id}/events", tags=["events"])
_event, _facts = table("event"), table("event_facts")


class ChainOut(BaseModel):
    """Chuỗi thao tác của hồ sơ · the dossier's chain of events."""

    head: str = Field(
        description="Mã băm của thao tác cuối · digest of the last event, as the dossier knows it"
    )
    intact: bool = Field(
        description="Chuỗi và dữ kiện khớp với các mã băm · chain and facts fit their digests"
    )
    items: list[EventOut]


@router.get("", response_model=ChainOut, summary="Các thao tác đã thực hiện · What was done", responses=CSV)
def list_events(dossier_id: DossierId, actor: CurrentActor, engine: EngineDep, request: Request) -> Response:
    """Mỗi thao tác nối với thao tác trước bằng mã băm · each is chained to the one before."""
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        state = state_of(connection, actor, dossier_id)
        items, intact = _chain(connection, state)
    return with_lines(request, EventOut, ChainOut(head=state.head, intact=intact, items=items), items)


def events_of(connection: Connection, state: State) -> list[EventOut]:
    """What was done to a dossier, as its reader may know it."""
    return _chain(connection, state)[0]


def _chain(connection: Connection, state: State) -> tuple[list[EventOut], bool]:
    asked = (
        select(_event, _facts.c.facts, _facts.c.salt)
        .join(_facts, _facts.c.event == _event.c.id, isouter=True)
        .where(_event.c.dossier == state.id)
        .order_by(_event.c.seq)
    )
    rows = [dict(row) for row in connection.execute(asked).mappings()]
    taken_back = {row["voids"]: row["id"] for row in rows if row["voids"]}
    items = [event_of({**row, "voided_by": taken_back.get(row["id"])}, row["facts"], state) for row in rows]
    return items, not any(breaks_of(rows, state.head))
