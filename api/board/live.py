"""Live counts: one small stream a page, which ends with the session; while it waits it holds no thread and no connection."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import Engine

from api.access import Known, browser_of, sign_in_again
from api.cookies import browser_token
from api.dependencies import Parts, PartsDep, require
from api.errors import Problem
from api.stopping import stops_within
from flows.engine import Actor
from flows.findings import counted
from flows.overview import overview
from flows.standstill import WATCHING, Narrowed
from models.clock import now

router = APIRouter(prefix="/board/live", include_in_schema=False)
EVERY = 20.0
"""Seconds between two looks."""
LASTS = 30
"""Looks of a stream; then the browser opens another, which any process may answer."""
Counts = dict[str, Any]


@dataclass
class _Shared:
    """What those who look after the same dossiers are told: counted once for all of them."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    at: float = float("-inf")
    counts: Counts = field(default_factory=dict)


_shared: WeakKeyDictionary[Engine, dict[tuple[bool, str], _Shared]] = WeakKeyDictionary()


def known_watcher(request: Request, parts: PartsDep) -> Known:
    """Who looks on; unlike a page's, their session is not prolonged by a stream that nobody needs to touch.

    Raises:
        Problem: 401, 403, 429.
    """
    found = browser_of(parts.engine, parts.settings, browser_token(request) or "")
    if found is None or found.must_change_password or found.lacks_second_factor:
        raise sign_in_again()
    require(found.actor, "supervision.read")
    return found


@router.get("", response_class=EventSourceResponse)
async def stream(
    request: Request, parts: PartsDep, watcher: Annotated[Known, Depends(known_watcher)]
) -> AsyncIterator[ServerSentEvent]:
    """The counts whenever they have changed; an event `ended` when whoever looks on is signed in no more."""
    told: Counts = {}
    for _ in range(LASTS):
        try:
            if await asyncio.to_thread(known_watcher, request, parts) != watcher:
                break
        except Problem as problem:
            if problem.status != 429:
                break
        else:
            counts = await _counts(parts, watcher.actor)
            if counts != told:
                told = counts
                yield ServerSentEvent(data=counts)
        if await stops_within(request.app.state.stopping, EVERY):
            return
    else:
        return
    yield ServerSentEvent(event="ended", data={})


async def _counts(parts: Parts, actor: Actor) -> Counts:
    """What is told now; at most as old as half a wait."""
    shared = _shared.setdefault(parts.engine, {}).setdefault(
        (actor.role in WATCHING, actor.agency), _Shared()
    )
    async with shared.turn:
        clock = asyncio.get_running_loop().time()
        if clock - shared.at > EVERY / 2:
            shared.counts = await asyncio.to_thread(_count, parts, actor)
            shared.at = clock
    return shared.counts


def _count(parts: Parts, actor: Actor) -> Counts:
    moment = now()
    with counted(parts.engine, actor.scope, moment) as connection:
        seen = overview(connection, actor, moment, Narrowed())
    names = ("open", "overdue", "due_this_week", "due_soon")
    return {name: getattr(seen, name) for name in names} | {"stuck": seen.stuck}
